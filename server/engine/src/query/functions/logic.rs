//! Choices and what is empty.

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::error::QueryError;
use crate::query::evaluate::Evaluator;
use crate::query::evaluate::frame::Frame;
use crate::query::evaluate::value::{Column, Value};
use crate::query::expr::Expr;

const VALUE: Takes = Takes::Need(Kind::Value);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[VALUE, VALUE, VALUE],
        meaning: "Det andet, hvor betingelsen er opfyldt, ellers det tredje.",
        example: "IIf(1 > 2, 'a', 'b')",
        ..Function::call("IIf", Kind::Value, Rule::Framed(iif))
    },
    Function {
        takes: &[VALUE, Takes::Need(Kind::Member), Takes::Need(Kind::Member)],
        meaning: "Det andet medlem, hvor betingelsen er opfyldt, ellers det tredje.",
        example: "IIf(1 > 2, [Tid].[År].[2019], [Tid].[År].[2020])",
        ..Function::call("IIf", Kind::Same(1), Rule::Framed(iif))
    },
    Function {
        takes: &[VALUE, Takes::Need(Kind::Set), Takes::Need(Kind::Set)],
        meaning: "Den ene mængde, hvor betingelsen er opfyldt, ellers den anden.",
        example: "IIf(1 > 2, {[Tid].[År].[2019]}, [Tid].[År].[År].Members)",
        ..Function::call("IIf", Kind::Set, Rule::Framed(iif))
    },
    Function {
        takes: &[VALUE],
        meaning: "Om en celle er tom.",
        example: "IsEmpty(NULL)",
        ..Function::call("IsEmpty", Kind::Value, Rule::Plain(is_empty))
    },
    Function {
        takes: &[VALUE, VALUE, Takes::Many(Kind::Value)],
        meaning: "Den første værdi, der ikke er tom.",
        example: "CoalesceEmpty(NULL, 0)",
        ..Function::call("CoalesceEmpty", Kind::Value, Rule::Plain(coalesce))
    },
];

fn iif(evaluator: &Evaluator<'_>, frame: &Frame, arguments: &[Expr]) -> Result<Column, QueryError> {
    let [condition, yes, no] = arguments else { return Ok(Column::Same(Value::Empty)) };
    evaluator.choose(&[(condition, yes)], no, frame)
}

fn is_empty(call: &Call<'_>) -> Outcome {
    Ok(Value::Truth(call.value(0).is_empty()))
}

fn coalesce(call: &Call<'_>) -> Outcome {
    let found = call.given.iter().find(|value| !value.is_empty());
    Ok(found.cloned().unwrap_or(Value::Empty))
}
