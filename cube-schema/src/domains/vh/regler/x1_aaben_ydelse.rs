#![doc = include_str!("x1_aaben_ydelse.md")]

use crate::day::{Day, Interval};
use crate::rule::Context;

use super::super::record::Record;
use super::super::reference::Reference;
use super::faelles_dage::span;

/// The temporary stay (§ 107).
pub const OPHOLD: &str = "1.8.2";
/// The bands in their order, each with its last number of days.
pub const VARIGHEDER: [(&str, i32); 7] = [
    ("færre end 100 dage", 100),
    ("101 – 200 dage", 200),
    ("201 – 300 dage", 300),
    ("301 – 400 dage", 400),
    ("401 – 500 dage", 500),
    ("501 – 1000 dage", 1000),
    ("mere end 1000", i32::MAX),
];

/// The band of a record as reported, by its position; `None` where it is no open temporary stay.
#[must_use]
pub fn indberettet(record: &Record, context: &Context<'_, Reference>) -> Option<usize> {
    varighed(record, record.start.dag()?, record.slut.unwrap_or(Day::MAX), context)
}

/// The same after the changes, by the days that are left of the record.
#[must_use]
pub fn aendret(
    record: &Record,
    pieces: &[Interval],
    context: &Context<'_, Reference>,
) -> Option<usize> {
    let left = span(pieces)?;
    varighed(record, left.first, left.last, context)
}

fn varighed(
    record: &Record,
    first: Day,
    last: Day,
    context: &Context<'_, Reference>,
) -> Option<usize> {
    if last != Day::MAX || record.ydelseskode(context.reference) != OPHOLD {
        return None;
    }
    let days = context.as_of.0 - first.0 + 1;
    VARIGHEDER.iter().position(|(_, longest)| (1..=*longest).contains(&days))
}
