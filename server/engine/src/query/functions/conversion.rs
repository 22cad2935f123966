//! Texts that are read as expressions, and expressions written as texts.

use std::sync::Arc;

use hashbrown::HashMap;

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::evaluate::Evaluator;
use crate::query::evaluate::frame::Frame;
use crate::query::evaluate::value::{Column, Place, Value};
use crate::query::expr::{Depends, Expr, Node};

/// Different texts that are read in one place of a question: each is parsed and bound.
const MAX_TEXTS: usize = 10_000;

const TEXT: Takes = Takes::Need(Kind::Value);
const CONSTRAINED: Takes = Takes::Word(&["CONSTRAINED"]);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[TEXT, CONSTRAINED],
        meaning: "Det medlem, en tekst er navnet på. Med CONSTRAINED må teksten kun nævne medlemmer: brug det, hvor \
                  teksten kommer udefra.",
        example: "StrToMember('[Tid].[År].[2020]')",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call(
            "StrToMember",
            Kind::Tuple,
            Rule::Framed(|own, frame, arguments| read(own, frame, arguments, (Kind::Tuple, false))),
        )
    },
    Function {
        takes: &[TEXT, CONSTRAINED],
        meaning: "Den tupel, en tekst skriver.",
        example: "StrToTuple('([Tid].[År].[2020], [Køn].[Mand])', CONSTRAINED)",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call(
            "StrToTuple",
            Kind::Tuple,
            Rule::Framed(|own, frame, arguments| read(own, frame, arguments, (Kind::Tuple, false))),
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
            Rule::Framed(|own, frame, arguments| read(own, frame, arguments, (Kind::Set, false))),
        )
    },
    Function {
        takes: &[TEXT, CONSTRAINED],
        meaning: "Værdien af den formel, en tekst skriver.",
        example: "StrToValue('[Measures].[Antal Ydelser] * 2')",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call(
            "StrToValue",
            Kind::Value,
            Rule::Framed(|own, frame, arguments| read(own, frame, arguments, (Kind::Value, false))),
        )
    },
    Function {
        takes: &[TEXT],
        meaning: "Mængden med det ene medlem, en tekst er navnet på.",
        example: "NameToSet('[Tid].[År].[2020]')",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call(
            "NameToSet",
            Kind::Set,
            Rule::Framed(|own, frame, arguments| read(own, frame, arguments, (Kind::Set, true))),
        )
    },
    Function {
        takes: &[Takes::Need(Kind::Member)],
        meaning: "Medlemmets entydige navn som tekst.",
        example: "MemberToStr([Tid].[År].[2020])",
        ..Function::call("MemberToStr", Kind::Value, Rule::Plain(member_text))
    },
    Function {
        takes: &[Takes::Need(Kind::Tuple)],
        meaning: "Tuplen som tekst: medlemmernes entydige navne i parentes.",
        example: "TupleToStr(([Tid].[År].[2020], [Køn].[Mand]))",
        ..Function::call("TupleToStr", Kind::Value, Rule::Plain(tuple_text))
    },
    Function {
        takes: &[Takes::Need(Kind::Set)],
        meaning: "Mængden som tekst: tuplerne med entydige navne i { }.",
        example: "SetToStr([Tid].[År].[År].Members)",
        ..Function::call("SetToStr", Kind::Value, Rule::Plain(set_text))
    },
];

/// Whether some part of an expression reads a text, and so can name what is named nowhere else.
pub(crate) fn reads_texts(expr: &Expr) -> bool {
    const NAMES: [&str; 5] = ["StrToMember", "StrToTuple", "StrToSet", "StrToValue", "NameToSet"];
    let own = matches!(&expr.node, Node::Call(function, _) if NAMES.contains(&function.name));
    own || expr.parts().into_iter().any(reads_texts)
}

/// What texts mean: each text is read once, and worked out for all its rows at once. Texts may say
/// more than names, unless the question or the function forbids it.
fn read(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
    (kind, names_only): (Kind, bool),
) -> Result<Column, QueryError> {
    let texts = evaluator.eval(&arguments[0], frame)?;
    let is_word = |argument: &Expr| argument.kind() == Kind::Value;
    let constrained = names_only || arguments.get(1).is_some_and(is_word);
    let bound = |text: &str| evaluator.read_text(text, kind, constrained);
    let inside =
        |bound: &Expr, frame: &Frame| evaluator.opened(too_deep, || evaluator.eval(bound, frame));
    if let Column::Same(text) = &texts {
        return match text {
            Value::Empty | Value::Omitted | Value::Error(_) => Ok(texts),
            text => inside(&bound(&text.letters()?)?, frame),
        };
    }
    let mut rows_of: HashMap<Arc<str>, Vec<u32>> = HashMap::new();
    let mut values = vec![Value::Empty; frame.rows];
    for (row, value) in values.iter_mut().enumerate() {
        match texts.get(row) {
            text if text.is_empty() => {}
            Value::Error(error) => *value = Value::Error(error),
            text => rows_of.entry(text.letters()?).or_default().push(row as u32),
        }
    }
    if rows_of.len() > MAX_TEXTS {
        let message = format!("over {MAX_TEXTS} forskellige tekster skal læses som udtryk");
        return Err(QueryError::new(ErrorKind::TooLarge, message)
            .hint("brug CurrentMember i stedet for at samle medlemmernes navne af tekster"));
    }
    for (text, rows) in rows_of {
        let found = match bound(&text) {
            Ok(bound) => inside(&bound, &frame.select(&rows))?,
            Err(error) => Column::Same(Value::Error(Arc::new(error))),
        };
        for (at, &row) in rows.iter().enumerate() {
            values[row as usize] = found.get(at);
        }
    }
    Ok(values.into_iter().collect())
}

fn too_deep() -> QueryError {
    QueryError::new(
        ErrorKind::Invalid,
        "tekster, der læses som udtryk, læser sig selv for mange gange",
    )
    .hint("skriv udtrykket selv i stedet for en tekst")
}

fn member_text(call: &Call<'_>) -> Outcome {
    call.member(0)?.map_or(Ok(Value::Empty), |own| call.scope.text(&call.scope.unique_name(own)))
}

/// The unique names of a tuple, in parentheses.
fn names(call: &Call<'_>, tuple: &[Place]) -> String {
    let names: Vec<String> = tuple.iter().map(|&place| call.scope.unique_name(place)).collect();
    format!("({})", names.join(","))
}

fn tuple_text(call: &Call<'_>) -> Outcome {
    call.tuple(0)?.map_or(Ok(Value::Empty), |tuple| call.scope.text(&names(call, &tuple)))
}

fn set_text(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    let tuple = |number: usize| match set.places(number)[..] {
        [only] => call.scope.unique_name(only),
        ref tuple => names(call, tuple),
    };
    let begun = |at: usize| if at == 0 { "{" } else { "," }.to_owned();
    let tuples = (0..set.len()).flat_map(|at| [begun(at), tuple(at)]);
    let open = if set.len() == 0 { "{" } else { "" }.to_owned();
    call.scope.joined(std::iter::once(open).chain(tuples).chain(["}".to_owned()]).map(Ok), "")
}
