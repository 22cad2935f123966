#![doc = include_str!("c2_overlappende_ophold.md")]

use crate::day::{Day, Interval};
use crate::rule::{Case, Context};

use super::super::record::Record;
use super::super::reference::Reference;
use super::faelles_dage::{as_known, span};
use super::sweep::{Stay, divide};

/// The stays that may not overlap. Of two that start on the same day, the earlier in this list
/// keeps the days.
pub const OPHOLD: [&str; 3] = ["1.8.1", "1.12.0.1", "1.8.2"];

/// What decides who keeps a common day: the greatest does.
pub(super) type Rank<'a> = (Day, std::cmp::Reverse<usize>, &'a str, &'a str, u16);

/// Common days of stays belong to the latest-starting one and are taken out of the others.
pub fn overlappende_ophold(cases: &mut [Case<'_, Record>], context: &Context<'_, Reference>) {
    let mut stays: Vec<(Rank<'_>, usize, Vec<Interval>)> = cases
        .iter()
        .enumerate()
        .filter_map(|(at, case)| Some((rank(case, context.reference)?, at, case.pieces.clone())))
        .collect();
    stays.sort_unstable_by_key(|(rank, at, _)| (*rank, *at));
    let by_rank: Vec<Stay<'_>> =
        stays.iter().filter_map(|(_, _, days)| Some(Stay { span: span(days)?, days })).collect();
    for ((_, at, days), share) in stays.iter().zip(divide(&by_rank)) {
        if share.overlaps {
            cases[*at].marked = true;
            cases[*at].pieces = as_known(days, share.days, context.as_of);
        }
    }
}

/// The rank of a stay; `None` for another service, or one that has no day left.
pub(super) fn rank<'a>(case: &Case<'a, Record>, reference: &'a Reference) -> Option<Rank<'a>> {
    let record = case.record;
    let code = record.ydelseskode(reference);
    let place = OPHOLD.iter().position(|stay| *stay == code)?;
    let start = case.pieces.first()?.first;
    let place = std::cmp::Reverse(place);
    Some((start, place, record.ydelsesid(), record.system(), record.indberetter.0))
}
