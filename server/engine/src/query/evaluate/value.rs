//! What expressions give: values, members, tuples and sets; one for all rows of a frame, or one for
//! each.

use std::sync::Arc;

use cube_schema::day::Day;

use super::set::Set;
use crate::query::bound::{HierarchyRef, Member};
use crate::query::error::{ErrorKind, QueryError};

/// The number that 1970-01-01 is where a number is needed: days are counted from 1899-12-30, as clients
/// of the language and spreadsheets do.
pub(crate) const SERIAL_OF_1970: f64 = 25_569.0;

/// A member and its hierarchy.
pub(crate) type Place = (HierarchyRef, Member);

/// What an expression gives at one row of a frame. No member (behind the last, above the top) is
/// `Empty`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// An argument that was left out.
    Omitted,
    Empty,
    Number(f64),
    Text(Arc<str>),
    Truth(bool),
    Day(Day),
    Member(HierarchyRef, Member),
    Tuple(Arc<[Place]>),
    Set(Arc<Set>),
    /// A level of a hierarchy, by its field; `None` is the level of the All member.
    Level(HierarchyRef, Option<usize>),
    Hierarchy(HierarchyRef),
    /// A dimension, by position; `None` is that of the measures.
    Dimension(Option<usize>),
    /// What an argument gives at each tuple of a set.
    List(Arc<[Value]>),
    /// What is wrong with this cell.
    Error(Arc<QueryError>),
}

impl Value {
    /// A number; one that is none (NaN, infinite) is empty.
    pub(crate) fn of(number: f64) -> Value {
        if number.is_finite() { Value::Number(number) } else { Value::Empty }
    }

    pub(crate) fn text(text: &str) -> Value {
        Value::Text(Arc::from(text))
    }

    /// A member, or none.
    pub(crate) fn member(place: Option<Place>) -> Value {
        place.map_or(Value::Empty, |(hierarchy, member)| Value::Member(hierarchy, member))
    }

    pub(crate) fn set(set: Set) -> Value {
        Value::Set(Arc::new(set))
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Value::Empty | Value::Omitted)
    }

    pub(crate) fn is_error(&self) -> bool {
        matches!(self, Value::Error(_))
    }

    /// The number that a value is, or none where it is empty: a truth is 1 or 0, a text what it says.
    pub(crate) fn number(&self) -> Result<Option<f64>, QueryError> {
        match self {
            Value::Empty | Value::Omitted => Ok(None),
            Value::Number(number) => Ok(Some(*number)),
            Value::Truth(truth) => Ok(Some(f64::from(u8::from(*truth)))),
            Value::Day(day) => Ok(Some(f64::from(day.0) + SERIAL_OF_1970)),
            Value::Text(text) => read_number(text).map(Some).ok_or_else(|| {
                QueryError::new(ErrorKind::Invalid, format!("teksten '{text}' er ikke et tal"))
            }),
            Value::Error(error) => Err((**error).clone()),
            _ => Err(no_scalar("et tal")),
        }
    }

    /// Whether a value counts as true: not empty and not 0.
    pub(crate) fn truth(&self) -> Result<bool, QueryError> {
        Ok(self.number()?.is_some_and(|number| number != 0.0))
    }

    /// The letters of a value; those of what is empty are none.
    pub(crate) fn letters(&self) -> Result<Arc<str>, QueryError> {
        match self {
            Value::Empty | Value::Omitted => Ok(Arc::from("")),
            Value::Text(text) => Ok(Arc::clone(text)),
            Value::Number(number) => Ok(Arc::from(number.to_string())),
            Value::Truth(truth) => Ok(Arc::from(if *truth { "True" } else { "False" })),
            Value::Day(day) => Ok(Arc::from(day.to_string())),
            Value::Error(error) => Err((**error).clone()),
            _ => Err(no_scalar("en tekst")),
        }
    }
}

/// Bytes of the longest text that is read as a number: the largest one has 309 digits.
const LONGEST_NUMBER: usize = 1000;

/// The number that a text says, with a point or a comma before its decimals.
pub(crate) fn read_number(text: &str) -> Option<f64> {
    if text.len() > LONGEST_NUMBER {
        return None;
    }
    let number = text.trim().replace(',', ".").parse::<f64>().ok();
    number.filter(|number| number.is_finite())
}

fn no_scalar(wanted: &str) -> QueryError {
    QueryError::new(ErrorKind::Invalid, format!("her skal stå {wanted}"))
}

/// The values of an expression at the rows of a frame.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    /// The same at all of them.
    Same(Value),
    /// Numbers; what is empty is no number (NaN).
    Numbers(Arc<Vec<f64>>),
    /// Different values, and which of them each row has.
    Coded(Arc<[Value]>, Arc<[u32]>),
    /// One for each row.
    Each(Vec<Value>),
}

impl Column {
    /// The value of a row.
    pub(crate) fn get(&self, row: usize) -> Value {
        match self {
            Column::Same(value) => value.clone(),
            Column::Numbers(numbers) => Value::of(numbers[row]),
            Column::Coded(values, of_row) => values[of_row[row] as usize].clone(),
            Column::Each(values) => values[row].clone(),
        }
    }

    /// The number of a row, NaN where it is empty; `None` where it is something else.
    pub(crate) fn number(&self, row: usize) -> Option<f64> {
        let of = |value: &Value| match value {
            Value::Number(number) => Some(*number),
            Value::Empty => Some(f64::NAN),
            _ => None,
        };
        match self {
            Column::Same(value) => of(value),
            Column::Numbers(numbers) => Some(numbers[row]),
            Column::Coded(values, of_row) => of(&values[of_row[row] as usize]),
            Column::Each(values) => of(&values[row]),
        }
    }

    /// The values that rows have in turn, each row naming one of this column.
    pub(crate) fn spread(self, of_row: &Arc<[u32]>) -> Column {
        match self {
            Column::Same(value) => Column::Same(value),
            Column::Numbers(numbers) => {
                Column::Numbers(Arc::new(of_row.iter().map(|&at| numbers[at as usize]).collect()))
            }
            Column::Coded(values, own) => {
                Column::Coded(values, of_row.iter().map(|&at| own[at as usize]).collect())
            }
            Column::Each(values) => Column::Coded(values.into(), Arc::clone(of_row)),
        }
    }
}

impl FromIterator<Value> for Column {
    /// Numbers stay dense.
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Column {
        let mut values = values.into_iter();
        let mut numbers = Vec::with_capacity(values.size_hint().0);
        for value in values.by_ref() {
            match value {
                Value::Number(number) => numbers.push(number),
                Value::Empty => numbers.push(f64::NAN),
                other => {
                    let before = numbers.into_iter().map(Value::of);
                    return Column::Each(before.chain([other]).chain(values).collect());
                }
            }
        }
        Column::Numbers(Arc::new(numbers))
    }
}
