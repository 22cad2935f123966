//! What operations make of numbers and of what is empty. Empty is no number (NaN), so that a cell
//! is one value; truth is 1 and 0.
//!
//! Empty and `x` is `x` for `+` and `-`; for `*` and `/` whatever has an empty part is empty, and
//! so is what is divided by zero. In comparisons and in `AND`, `OR`, `NOT` empty is 0.

use super::super::formula::{Arithmetic, Comparison, Logic};

/// Two numbers as one.
pub(super) fn arithmetic(own: Arithmetic, left: f64, right: f64) -> f64 {
    let value = match own {
        Arithmetic::Plus if left.is_nan() => right,
        Arithmetic::Plus if right.is_nan() => left,
        Arithmetic::Plus => left + right,
        Arithmetic::Minus if left.is_nan() => -right,
        Arithmetic::Minus if right.is_nan() => left,
        Arithmetic::Minus => left - right,
        Arithmetic::Times => left * right,
        Arithmetic::Divide if right == 0.0 => f64::NAN,
        Arithmetic::Divide => left / right,
    };
    // A number too large to be one is no value either.
    if value.is_finite() { value } else { f64::NAN }
}

/// Whether two numbers compare so.
pub(super) fn comparison(own: Comparison, left: f64, right: f64) -> f64 {
    let (left, right) = (or_zero(left), or_zero(right));
    truth(match own {
        Comparison::Equal => left == right,
        Comparison::Unequal => left != right,
        Comparison::Less => left < right,
        Comparison::AtMost => left <= right,
        Comparison::Greater => left > right,
        Comparison::AtLeast => left >= right,
    })
}

/// Two truths as one.
pub(super) fn logic(own: Logic, left: f64, right: f64) -> f64 {
    let (left, right) = (is_true(left), is_true(right));
    truth(match own {
        Logic::And => left && right,
        Logic::Or => left || right,
        Logic::Xor => left != right,
    })
}

/// Whether a value counts as true: not empty and not 0.
pub(super) fn is_true(value: f64) -> bool {
    !value.is_nan() && value != 0.0
}

/// A truth as a number.
pub(super) fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

fn or_zero(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: f64 = f64::NAN;

    fn shown(value: f64) -> String {
        if value.is_nan() { "empty".to_owned() } else { value.to_string() }
    }

    #[test]
    fn empty_is_nothing_to_add_and_makes_products_and_ratios_empty() {
        use Arithmetic::{Divide, Minus, Plus, Times};
        for (own, left, right, expected) in [
            (Plus, EMPTY, 2.0, "2"),
            (Plus, 2.0, EMPTY, "2"),
            (Plus, EMPTY, EMPTY, "empty"),
            (Minus, EMPTY, 2.0, "-2"),
            (Minus, 2.0, EMPTY, "2"),
            (Times, EMPTY, 2.0, "empty"),
            (Times, 0.0, EMPTY, "empty"),
            (Divide, EMPTY, 2.0, "empty"),
            (Divide, 2.0, EMPTY, "empty"),
            (Divide, 2.0, 0.0, "empty"),
            (Divide, 0.0, 0.0, "empty"),
            (Divide, 0.0, 4.0, "0"),
            (Times, 1e308, 10.0, "empty"),
        ] {
            assert_eq!(shown(arithmetic(own, left, right)), expected, "{left} {own:?} {right}");
        }
    }

    #[test]
    fn empty_is_zero_where_it_is_compared() {
        assert_eq!(comparison(Comparison::Equal, EMPTY, 0.0), 1.0);
        assert_eq!(comparison(Comparison::Greater, EMPTY, 0.0), 0.0);
        assert_eq!(comparison(Comparison::AtLeast, EMPTY, EMPTY), 1.0);
        assert_eq!(logic(Logic::And, EMPTY, 1.0), 0.0);
        assert_eq!(logic(Logic::Or, EMPTY, 3.0), 1.0);
        assert!(!is_true(EMPTY));
    }
}
