//! From one kind of value to another, and which kind a value is of.

use super::{Call, Function, Kind, Outcome, Rule, Takes, days, numbers};
use crate::query::error::QueryError;
use crate::query::evaluate::Evaluator;
use crate::query::evaluate::frame::Frame;
use crate::query::evaluate::value::{Column, Value, read_number};
use crate::query::expr::Expr;

const VALUE: Takes = Takes::Need(Kind::Value);

/// The functions of this family. A number that is whole is rounded half away from zero.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[VALUE],
        meaning: "Værdien som helt tal, afrundet, en halv væk fra nul (2,5 bliver 3); en tekst læses som \
                  tal.",
        example: "CInt('41')",
        ..Function::call("CInt", Kind::Value, Rule::Plain(whole))
    },
    Function {
        takes: &[VALUE],
        meaning: "Som CInt.",
        example: "CLng(2.5)",
        ..Function::call("CLng", Kind::Value, Rule::Plain(whole))
    },
    Function {
        takes: &[VALUE],
        meaning: "Værdien som tal; en tekst læses som tal, med punktum eller komma før decimalerne.",
        example: "CDbl('2,5')",
        ..Function::call("CDbl", Kind::Value, Rule::Plain(number))
    },
    Function {
        takes: &[VALUE],
        meaning: "Som CDbl.",
        example: "CSng('2.5')",
        ..Function::call("CSng", Kind::Value, Rule::Plain(number))
    },
    Function {
        takes: &[VALUE],
        meaning: "Som CDbl.",
        example: "CDec('2.5')",
        ..Function::call("CDec", Kind::Value, Rule::Plain(number))
    },
    Function {
        takes: &[VALUE],
        meaning: "Som CDbl.",
        example: "CCur('2.5')",
        ..Function::call("CCur", Kind::Value, Rule::Plain(number))
    },
    Function {
        takes: &[VALUE],
        meaning: "Værdien som tekst; et tal med punktum før decimalerne, en dato som 2024-02-29.",
        example: "CStr(2)",
        ..Function::call("CStr", Kind::Value, Rule::Plain(text))
    },
    Function {
        takes: &[VALUE],
        meaning: "Tallet som tekst; som CStr.",
        example: "Str(2)",
        ..Function::call("Str", Kind::Value, Rule::Plain(text))
    },
    Function {
        takes: &[VALUE],
        meaning: "Værdien som sandt eller falsk: 0 er falsk, 'true' og 'sand' er sandt.",
        example: "CBool('true')",
        ..Function::call("CBool", Kind::Value, Rule::Plain(truth))
    },
    Function {
        takes: &[VALUE],
        meaning: "Tallet, en tekst begynder med; 0, hvor den ikke begynder med et tal.",
        example: "Val('12 dage')",
        ..Function::call("Val", Kind::Value, Rule::Plain(leading_number))
    },
    Function {
        takes: &[VALUE],
        meaning: "Om værdien er et tal eller kan læses som et.",
        example: "IsNumeric('2.5')",
        ..Function::call("IsNumeric", Kind::Value, Rule::Plain(is_numeric))
    },
    Function {
        takes: &[VALUE],
        meaning: "Om værdien ikke er der; som IsEmpty.",
        example: "IsNull(NULL)",
        ..Function::call("IsNull", Kind::Value, Rule::Plain(is_null))
    },
    Function {
        takes: &[VALUE],
        meaning: "Om værdien er en fejl.",
        example: "IsError(CInt('x'))",
        ..Function::call("IsError", Kind::Value, Rule::Framed(is_error))
    },
];

fn whole(call: &Call<'_>) -> Outcome {
    Ok(call.number(0)?.map_or(Value::Empty, |number| Value::of(numbers::rounded(number, 0))))
}

fn number(call: &Call<'_>) -> Outcome {
    Ok(call.number(0)?.map_or(Value::Empty, Value::of))
}

fn text(call: &Call<'_>) -> Outcome {
    if call.value(0).is_empty() { Ok(Value::Empty) } else { Ok(Value::Text(call.text(0)?)) }
}

fn truth(call: &Call<'_>) -> Outcome {
    if let Value::Text(text) = call.value(0) {
        match &*text.trim().to_lowercase() {
            "true" | "sand" | "ja" => return Ok(Value::Truth(true)),
            "false" | "falsk" | "nej" => return Ok(Value::Truth(false)),
            _ => {}
        }
    }
    Ok(call.number(0)?.map_or(Value::Empty, |number| Value::Truth(number != 0.0)))
}

fn leading_number(call: &Call<'_>) -> Outcome {
    if let Value::Number(number) = call.value(0) {
        return Ok(Value::Number(*number));
    }
    let text = call.text(0)?;
    let text = text.trim_start();
    let sign = usize::from(text.starts_with(['-', '+']));
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let before = sign + digits(&text[sign..]);
    let behind = text[before..].strip_prefix('.').map_or(0, |rest| digits(rest) + 1);
    Ok(Value::Number(read_number(&text[..before + behind]).unwrap_or(0.0)))
}

fn is_numeric(call: &Call<'_>) -> Outcome {
    Ok(Value::Truth(match call.value(0) {
        Value::Number(_) | Value::Truth(_) => true,
        Value::Text(text) => read_number(text).is_some(),
        _ => false,
    }))
}

fn is_null(call: &Call<'_>) -> Outcome {
    Ok(Value::Truth(call.value(0).is_empty()))
}

fn is_error(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let of = evaluator.eval(&arguments[0], frame)?;
    match of {
        Column::Same(value) => Ok(Column::Same(Value::Truth(value.is_error()))),
        _ => Ok((0..frame.rows).map(|row| Value::Truth(of.get(row).is_error())).collect()),
    }
}

/// A text as the type that it is declared to be of; as it is, where it cannot be read so.
pub(super) fn typed(text: &str, of: cube_schema::schema::ValueType) -> Value {
    use cube_schema::schema::ValueType;
    let own = || Value::text(text);
    if text.is_empty() && of != ValueType::Text {
        return Value::Empty;
    }
    match of {
        ValueType::Text => own(),
        ValueType::Number => read_number(text).map_or_else(own, Value::Number),
        ValueType::Date => days::read(&own()).map_or_else(own, Value::Day),
        ValueType::Bool => match text {
            "true" => Value::Truth(true),
            "false" => Value::Truth(false),
            _ => own(),
        },
    }
}
