//! Texts.

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::evaluate::value::Value;

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[Function {
    takes: &[Takes::Need(Kind::Value)],
    meaning: "Antallet af tegn.",
    example: "Len('abc')",
    ..Function::call("Len", Kind::Value, Rule::Plain(length))
}];

fn length(call: &Call<'_>) -> Outcome {
    Ok(Value::Number(call.text(0)?.chars().count() as f64))
}
