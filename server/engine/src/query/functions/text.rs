//! Texts: their parts, letters and length. The first letter has number 1, and upper and lower case
//! are equal where texts are looked for, unless a comparison says otherwise.

use std::cmp::Ordering;

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::cube::dimension::same;
use crate::cube::sort::danish;
use crate::query::evaluate::texts::LONGEST;
use crate::query::evaluate::value::Value;
use crate::query::format::{Format, Shown};

const VALUE: Takes = Takes::Need(Kind::Value);
const MAYBE: Takes = Takes::May(Kind::Value);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[VALUE],
        meaning: "Antallet af tegn.",
        example: "Len('abc')",
        ..Function::call("Len", Kind::Value, Rule::Plain(length))
    },
    Function {
        takes: &[VALUE, VALUE],
        meaning: "De første n tegn.",
        example: "Left('Brøndby', 3)",
        ..Function::call("Left", Kind::Value, Rule::Plain(left))
    },
    Function {
        takes: &[VALUE, VALUE],
        meaning: "De sidste n tegn.",
        example: "Right('Brøndby', 2)",
        ..Function::call("Right", Kind::Value, Rule::Plain(right))
    },
    Function {
        takes: &[VALUE, VALUE, MAYBE],
        meaning: "Tegnene fra et bestemt tegn, talt fra 1; alle de følgende, hvor antallet udelades.",
        example: "Mid('Brøndby', 2, 3)",
        ..Function::call("Mid", Kind::Value, Rule::Plain(middle))
    },
    Function {
        takes: &[VALUE],
        meaning: "Teksten med store bogstaver.",
        example: "UCase('Brøndby')",
        ..Function::call("UCase", Kind::Value, Rule::Plain(|call| made(call, str::to_uppercase)))
    },
    Function {
        takes: &[VALUE],
        meaning: "Teksten med små bogstaver.",
        example: "LCase('Brøndby')",
        ..Function::call("LCase", Kind::Value, Rule::Plain(|call| made(call, str::to_lowercase)))
    },
    Function {
        takes: &[VALUE],
        meaning: "Teksten uden mellemrum først og sidst.",
        example: "Trim('  a b ')",
        ..Function::call(
            "Trim",
            Kind::Value,
            Rule::Plain(|call| part(call, |text| text.trim_matches(' '))),
        )
    },
    Function {
        takes: &[VALUE],
        meaning: "Teksten uden mellemrum først.",
        example: "LTrim('  a')",
        ..Function::call(
            "LTrim",
            Kind::Value,
            Rule::Plain(|call| part(call, |text| text.trim_start_matches(' '))),
        )
    },
    Function {
        takes: &[VALUE],
        meaning: "Teksten uden mellemrum sidst.",
        example: "RTrim('a  ')",
        ..Function::call(
            "RTrim",
            Kind::Value,
            Rule::Plain(|call| part(call, |text| text.trim_end_matches(' '))),
        )
    },
    Function {
        takes: &[VALUE],
        meaning: "Tegnene bagfra.",
        example: "StrReverse('abc')",
        ..Function::call(
            "StrReverse",
            Kind::Value,
            Rule::Plain(|call| made(call, |text| text.chars().rev().collect())),
        )
    },
    Function {
        takes: &[VALUE],
        meaning: "Så mange mellemrum.",
        example: "Space(3)",
        ..Function::call("Space", Kind::Value, Rule::Plain(|call| repeated(call, ' ')))
    },
    Function {
        takes: &[VALUE, VALUE],
        meaning: "Tegnet så mange gange; af en tekst det første tegn.",
        example: "String(3, '*')",
        ..Function::call("String", Kind::Value, Rule::Plain(string))
    },
    Function {
        takes: &[VALUE, VALUE, VALUE, MAYBE, MAYBE, MAYBE],
        meaning: "Teksten med en tekst erstattet af en anden, hvor den står. Derefter kan skrives det tegn, svaret \
                  begynder med, højeste antal (-1 er alle) og 1 eller 0: om store og små bogstaver er ens (1) eller ej.",
        example: "Replace('Nærbutik', 'butik', 'shop')",
        ..Function::call("Replace", Kind::Value, Rule::Plain(replace))
    },
    Function {
        takes: &[VALUE, VALUE, MAYBE, MAYBE],
        meaning: "Nummeret på det tegn, hvor den anden tekst begynder i den første; 0, hvor den ikke er. Et tal \
                  forrest er det tegn, der ledes fra, og et tal sidst er 1 eller 0: om store og små bogstaver \
                  er ens (1) eller ej.",
        example: "InStr('Brøndby', 'by')",
        ..Function::call("InStr", Kind::Value, Rule::Plain(in_string))
    },
    Function {
        takes: &[VALUE, VALUE, MAYBE, MAYBE],
        meaning: "Som InStr, ledt bagfra; det tredje er det tegn, der ledes fra.",
        example: "InStrRev('banan', 'an')",
        ..Function::call("InStrRev", Kind::Value, Rule::Plain(in_string_from_behind))
    },
    Function {
        takes: &[VALUE, VALUE, MAYBE],
        meaning: "-1, 0 eller 1, som den første tekst kommer før, er lig med eller kommer efter den anden. Med 0 \
                  sidst er store og små bogstaver forskellige.",
        example: "StrComp('a', 'b')",
        ..Function::call("StrComp", Kind::Value, Rule::Plain(compare))
    },
    Function {
        takes: &[VALUE],
        meaning: "Tegnet med et nummer i Unicode.",
        example: "Chr(65)",
        ..Function::call("Chr", Kind::Value, Rule::Plain(character))
    },
    Function {
        takes: &[VALUE],
        meaning: "Tegnet med et nummer i Unicode.",
        example: "ChrW(229)",
        ..Function::call("ChrW", Kind::Value, Rule::Plain(character))
    },
    Function {
        takes: &[VALUE],
        meaning: "Det første tegns nummer i Unicode.",
        example: "Asc('A')",
        ..Function::call("Asc", Kind::Value, Rule::Plain(number_of))
    },
    Function {
        takes: &[VALUE],
        meaning: "Det første tegns nummer i Unicode.",
        example: "AscW('å')",
        ..Function::call("AscW", Kind::Value, Rule::Plain(number_of))
    },
    Function {
        takes: &[VALUE, MAYBE],
        meaning: "Værdien som tekst, skrevet som et format siger, på dansk: tal som '#,##0.00', datoer som \
                  'd. mmmm yyyy', eller et navn som 'Percent'.",
        example: "Format(0.256, '0.0%')",
        ..Function::call("Format", Kind::Value, Rule::Plain(format))
    },
    Function {
        takes: &[VALUE, MAYBE],
        meaning: "Tallet som tekst med tusinder adskilt og så mange decimaler; 2, hvor de udelades.",
        example: "FormatNumber(1234.5, 1)",
        ..Function::call("FormatNumber", Kind::Value, Rule::Plain(|call| with_decimals(call, "")))
    },
    Function {
        takes: &[VALUE, MAYBE],
        meaning: "Tallet som procenttekst med så mange decimaler; 2, hvor de udelades.",
        example: "FormatPercent(0.256, 1)",
        ..Function::call("FormatPercent", Kind::Value, Rule::Plain(|call| with_decimals(call, "%")))
    },
];

/// What is made of the letters of argument 0; of nothing, nothing.
fn made(call: &Call<'_>, make: impl Fn(&str) -> String) -> Outcome {
    match call.value(0).is_empty() {
        true => Ok(Value::Empty),
        false => call.scope.text(&make(&call.text(0)?)),
    }
}

/// A part of the letters of argument 0.
fn part(call: &Call<'_>, of: impl Fn(&str) -> &str) -> Outcome {
    made(call, |text| of(text).to_owned())
}

/// How many letters an argument says; below zero is wrong.
fn letters(call: &Call<'_>, at: usize, otherwise: usize) -> Result<usize, super::QueryError> {
    let count = call.whole(at, otherwise as i64)?;
    let wrong = || {
        let message = format!("argument {} i {} må ikke være under 0", at + 1, call.function.name);
        call.invalid(message).hint("skriv et antal tegn")
    };
    usize::try_from(count).map_err(|_| wrong())
}

/// The number of a letter, counted from 1, as a position from 0.
fn first_letter(call: &Call<'_>, at: usize) -> Result<usize, super::QueryError> {
    let wrong = || {
        let message = format!("argument {} i {} skal være mindst 1", at + 1, call.function.name);
        call.invalid(message).hint("det første tegn har nummer 1")
    };
    letters(call, at, 1)?.checked_sub(1).ok_or_else(wrong)
}

fn length(call: &Call<'_>) -> Outcome {
    Ok(Value::Number(call.text(0)?.chars().count() as f64))
}

fn left(call: &Call<'_>) -> Outcome {
    let count = letters(call, 1, 0)?;
    made(call, |text| text.chars().take(count).collect())
}

fn right(call: &Call<'_>) -> Outcome {
    let count = letters(call, 1, 0)?;
    made(call, |text| text.chars().skip(text.chars().count().saturating_sub(count)).collect())
}

fn middle(call: &Call<'_>) -> Outcome {
    let (first, count) = (first_letter(call, 1)?, letters(call, 2, LONGEST)?);
    made(call, |text| text.chars().skip(first).take(count).collect())
}

fn repeated(call: &Call<'_>, letter: char) -> Outcome {
    let count = letters(call, 0, 0)?;
    let text: String = std::iter::repeat_n(letter, count.min(LONGEST + 1)).collect();
    call.scope.text(&text)
}

fn string(call: &Call<'_>) -> Outcome {
    match call.value(1) {
        Value::Number(_) => match code(call, 1)? {
            Some(letter) => repeated(call, letter),
            None => Ok(Value::Empty),
        },
        _ => match call.text(1)?.chars().next() {
            Some(letter) => repeated(call, letter),
            None => Ok(Value::Empty),
        },
    }
}

/// Whether upper and lower case are equal, as an argument says: they are, where it is left out.
fn ignores_case(call: &Call<'_>, at: usize) -> Result<bool, super::QueryError> {
    match call.whole(at, 1)? {
        1 | 2 => Ok(true),
        0 => Ok(false),
        _ => {
            let message =
                format!("argument {} i {} skal være 0 eller 1", at + 1, call.function.name);
            Err(call
                .invalid(message)
                .hint("1: store og små bogstaver er ens; 0: de er forskellige"))
        }
    }
}

/// The letters of a text, each as it is compared.
fn compared(text: &str, ignores_case: bool) -> Vec<char> {
    let lower = |letter: char| letter.to_lowercase().next().unwrap_or(letter);
    text.chars().map(|letter| if ignores_case { lower(letter) } else { letter }).collect()
}

/// The first place from some letter on where a text stands in another.
fn find(text: &[char], wanted: &[char], from: usize) -> Option<usize> {
    if wanted.is_empty() {
        return (from <= text.len()).then_some(from);
    }
    let found = text.get(from..)?.windows(wanted.len()).position(|part| part == wanted);
    found.map(|at| from + at)
}

fn replace(call: &Call<'_>) -> Outcome {
    if call.value(0).is_empty() {
        return Ok(Value::Empty);
    }
    let (text, wanted, with) = (call.text(0)?, call.text(1)?, call.text(2)?);
    let (first, most, same_case) =
        (first_letter(call, 3)?, call.whole(4, -1)?, ignores_case(call, 5)?);
    let letters: Vec<char> = text.chars().collect();
    let (own, wanted) = (compared(&text, same_case), compared(&wanted, same_case));
    let (mut made, mut at, mut count) = (String::new(), first, 0);
    while !wanted.is_empty()
        && (most < 0 || count < most)
        && let Some(found) = find(&own, &wanted, at)
    {
        made.extend(&letters[at..found]);
        made.push_str(&with);
        (at, count) = (found + wanted.len(), count + 1);
        if made.len() > LONGEST * char::MAX.len_utf8() {
            break;
        }
    }
    made.extend(letters.get(at..).unwrap_or_default());
    call.scope.text(&made)
}

/// The two texts of `InStr`, the letter to begin at, and whether case is ignored.
fn in_string(call: &Call<'_>) -> Outcome {
    let has_start = !call.value(2).is_empty() && matches!(call.value(0), Value::Number(_));
    let (at, first) = if has_start { (1, first_letter(call, 0)?) } else { (0, 0) };
    let same_case = ignores_case(call, at + 2)?;
    let text = compared(&call.text(at)?, same_case);
    let wanted = compared(&call.text(at + 1)?, same_case);
    let found = find(&text, &wanted, first).filter(|_| !text.is_empty());
    Ok(Value::Number(found.map_or(0.0, |found| found as f64 + 1.0)))
}

fn in_string_from_behind(call: &Call<'_>) -> Outcome {
    let same_case = ignores_case(call, 3)?;
    let text = compared(&call.text(0)?, same_case);
    let wanted = compared(&call.text(1)?, same_case);
    let last = match call.whole(2, -1)? {
        -1 => text.len(),
        _ => (first_letter(call, 2)? + 1).min(text.len()),
    };
    let starts = (0..=last.saturating_sub(wanted.len())).rev();
    let found = starts
        .filter(|_| !text.is_empty() && wanted.len() <= last)
        .find(|&at| text[at..].starts_with(&wanted));
    Ok(Value::Number(found.map_or(0.0, |found| found as f64 + 1.0)))
}

fn compare(call: &Call<'_>) -> Outcome {
    let same_case = ignores_case(call, 2)?;
    let (left, right) = (call.text(0)?, call.text(1)?);
    let order = match same_case && same(&left, &right) {
        true => Ordering::Equal,
        false => danish(&left, &right),
    };
    Ok(Value::Number(f64::from(order as i8)))
}

/// The letter of a number; none of nothing.
fn code(call: &Call<'_>, at: usize) -> Result<Option<char>, super::QueryError> {
    if call.value(at).is_empty() {
        return Ok(None);
    }
    let code = call.whole(at, 0)?;
    let found = u32::try_from(code).ok().and_then(char::from_u32);
    let wrong = || {
        let message = format!("der er intet tegn med nummer {code}");
        call.invalid(message).hint("skriv et nummer i Unicode, for eksempel 65 for A")
    };
    found.map(Some).ok_or_else(wrong)
}

fn character(call: &Call<'_>) -> Outcome {
    match code(call, 0)? {
        Some(letter) => call.scope.text(letter.encode_utf8(&mut [0; 4])),
        None => Ok(Value::Empty),
    }
}

fn number_of(call: &Call<'_>) -> Outcome {
    let first = call.text(0)?.chars().next();
    Ok(first.map_or(Value::Empty, |letter| Value::Number(f64::from(u32::from(letter)))))
}

/// A value as a format shows it.
fn shown(call: &Call<'_>, value: &Value, format: &str) -> Outcome {
    let shown = match value {
        Value::Number(number) => Shown::Number(*number),
        Value::Truth(truth) => Shown::Truth(*truth),
        Value::Day(day) => Shown::Day(*day),
        Value::Text(text) => Shown::Text(text),
        _ => Shown::Empty,
    };
    call.scope.text(&Format::new(format, call.scope.cube.language).show(shown))
}

fn format(call: &Call<'_>) -> Outcome {
    shown(call, call.value(0), &call.text(1)?)
}

fn with_decimals(call: &Call<'_>, end: &str) -> Outcome {
    let decimals = letters(call, 1, 2)?.min(15);
    let point = if decimals > 0 { "." } else { "" };
    match call.number(0)? {
        None => Ok(Value::Empty),
        Some(number) => shown(
            call,
            &Value::Number(number),
            &format!("#,##0{point}{}{end}", "0".repeat(decimals)),
        ),
    }
}
