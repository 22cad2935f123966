//! Numbers of numbers.

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::evaluate::value::Value;

/// Decimals that a number is rounded to at most, before or behind the point: it has no more digits.
const DECIMALS: i64 = 15;

const VALUE: Takes = Takes::Need(Kind::Value);
const MAYBE: Takes = Takes::May(Kind::Value);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[VALUE],
        meaning: "Tallet uden fortegn.",
        example: "Abs(-3)",
        ..Function::call("Abs", Kind::Value, Rule::Plain(|call| of(call, f64::abs)))
    },
    Function {
        takes: &[VALUE],
        meaning: "Det største hele tal, der ikke er større: Int(-7,5) er -8.",
        example: "Int(7.9)",
        ..Function::call("Int", Kind::Value, Rule::Plain(|call| of(call, f64::floor)))
    },
    Function {
        takes: &[VALUE],
        meaning: "Tallet uden decimaler: Fix(-7,5) er -7.",
        example: "Fix(-7.5)",
        ..Function::call("Fix", Kind::Value, Rule::Plain(|call| of(call, f64::trunc)))
    },
    Function {
        takes: &[VALUE, MAYBE],
        meaning: "Tallet afrundet til så mange decimaler; 0, hvor de udelades. Et halvt rundes bort fra 0.",
        example: "Round(2.567, 1)",
        ..Function::call("Round", Kind::Value, Rule::Plain(round))
    },
    Function {
        takes: &[VALUE],
        meaning: "Fortegnet: -1, 0 eller 1.",
        example: "Sgn(-3)",
        ..Function::call("Sgn", Kind::Value, Rule::Plain(|call| of(call, sign)))
    },
    Function {
        takes: &[VALUE],
        meaning: "Kvadratroden; tom for et negativt tal.",
        example: "Sqr(9)",
        ..Function::call("Sqr", Kind::Value, Rule::Plain(|call| of(call, f64::sqrt)))
    },
    Function {
        takes: &[VALUE],
        meaning: "Kvadratroden; tom for et negativt tal.",
        example: "Sqrt(9)",
        ..Function::call("Sqrt", Kind::Value, Rule::Plain(|call| of(call, f64::sqrt)))
    },
    Function {
        takes: &[VALUE],
        meaning: "e opløftet til tallet.",
        example: "Exp(1)",
        ..Function::call("Exp", Kind::Value, Rule::Plain(|call| of(call, f64::exp)))
    },
    Function {
        takes: &[VALUE],
        meaning: "Den naturlige logaritme; tom for 0 og negative tal.",
        example: "Log(10)",
        ..Function::call("Log", Kind::Value, Rule::Plain(|call| of(call, f64::ln)))
    },
    Function {
        takes: &[VALUE, VALUE],
        meaning: "Det første tal opløftet til det andet.",
        example: "Power(2, 10)",
        ..Function::call("Power", Kind::Value, Rule::Plain(|call| of_two(call, f64::powf)))
    },
    Function {
        takes: &[VALUE, VALUE],
        meaning: "Resten, når det første tal divideres med det andet; den har det førstes fortegn.",
        example: "Mod(7, 3)",
        ..Function::call("Mod", Kind::Value, Rule::Plain(|call| of_two(call, |one, by| one % by)))
    },
    Function {
        takes: &[VALUE, VALUE, VALUE],
        meaning: "Farven af rødt, grønt og blåt fra 0 til 255: til FORE_COLOR og BACK_COLOR.",
        example: "RGB(255, 128, 0)",
        ..Function::call("RGB", Kind::Value, Rule::Plain(color))
    },
];

/// A number of a number; nothing of nothing.
fn of(call: &Call<'_>, make: impl Fn(f64) -> f64) -> Outcome {
    Ok(call.number(0)?.map_or(Value::Empty, |number| Value::of(make(number))))
}

/// A number of two; nothing where one is not there.
fn of_two(call: &Call<'_>, make: impl Fn(f64, f64) -> f64) -> Outcome {
    let both = call.number(0)?.zip(call.number(1)?);
    Ok(both.map_or(Value::Empty, |(left, right)| Value::of(make(left, right))))
}

/// A colour of its parts: one above 255 is 255, as in Visual Basic, and one below 0 is 0.
fn color(call: &Call<'_>) -> Outcome {
    let mut all = 0;
    for at in [2, 1, 0] {
        all = all * 256 + call.whole(at, 0)?.clamp(0, 255);
    }
    Ok(Value::Number(all as f64))
}

fn sign(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number.signum() }
}

fn round(call: &Call<'_>) -> Outcome {
    let decimals = call.whole(1, 0)?.clamp(-DECIMALS, DECIMALS);
    of(call, |number| rounded(number, decimals))
}

/// A number rounded by the digits that it is written with, half away from zero: the point is moved
/// in its text, since a product with a power of ten is already rounded in another way.
pub(super) fn rounded(number: f64, decimals: i64) -> f64 {
    let moved = |number: f64, by: i64| {
        format!("{number:e}").split_once('e').and_then(|(digits, power)| {
            let power = power.parse::<i64>().ok()? + by;
            format!("{digits}e{power}").parse::<f64>().ok()
        })
    };
    let found = moved(number, decimals).and_then(|moved_up| moved(moved_up.round(), -decimals));
    found.unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_rounded_away_from_zero_by_the_digits_that_are_written() {
        for (number, decimals, expected) in [
            (2.5, 0, 3.0),
            (-2.5, 0, -3.0),
            (0.5, 0, 1.0),
            (1.005, 2, 1.01),
            (2.675, 2, 2.68),
            (2.567, 1, 2.6),
            (1250.0, -2, 1300.0),
            (0.1, 15, 0.1),
            (123_456_789.0, 3, 123_456_789.0),
        ] {
            assert_eq!(rounded(number, decimals), expected, "{number} {decimals}");
        }
    }
}
