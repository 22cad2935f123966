//! Texts that are read as expressions.

use super::{Function, Kind, Rule, Takes};
use crate::query::error::QueryError;
use crate::query::evaluate::Evaluator;
use crate::query::evaluate::frame::Frame;
use crate::query::evaluate::value::{Column, Value};
use crate::query::expr::{Depends, Expr};

const TEXT: Takes = Takes::Need(Kind::Value);
const CONSTRAINED: Takes = Takes::Word(&["CONSTRAINED"]);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[TEXT, CONSTRAINED],
        meaning: "Det medlem, en tekst er navnet på.",
        example: "StrToMember('[Tid].[År].[2020]')",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call(
            "StrToMember",
            Kind::Tuple,
            Rule::Framed(|own, frame, arguments| read(own, frame, arguments, Kind::Tuple)),
        )
    },
    Function {
        takes: &[TEXT, CONSTRAINED],
        meaning: "Den mængde, en tekst skriver.",
        example: "StrToSet('{[Tid].[År].[2020]}')",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call(
            "StrToSet",
            Kind::Set,
            Rule::Framed(|own, frame, arguments| read(own, frame, arguments, Kind::Set)),
        )
    },
];

/// What texts mean, each text read once.
fn read(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
    kind: Kind,
) -> Result<Column, QueryError> {
    let texts = evaluator.eval(&arguments[0], frame)?;
    let constrained = matches!(arguments.get(1).map(Expr::kind), Some(Kind::Value));
    let one = |row: usize| match texts.get(row) {
        Value::Error(error) => Ok(Value::Error(error)),
        text => {
            let bound = evaluator.read_text(&text.letters()?, kind, constrained)?;
            Ok(evaluator.eval(&bound, &frame.select(&[row as u32]))?.get(0))
        }
    };
    match texts {
        Column::Same(_) => Ok(Column::Same(one(0)?)),
        _ => (0..frame.rows).map(one).collect(),
    }
}
