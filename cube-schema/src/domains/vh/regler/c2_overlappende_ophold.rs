#![doc = include_str!("c2_overlappende_ophold.md")]

use crate::day::{Day, Interval};
use crate::rule::{Case, Context};

use super::super::record::Record;
use super::super::reference::Reference;
use super::faelles_dage::{common_days, take_out};

/// The stays that may not overlap. Of two that start on the same day, the earlier in this list
/// keeps the days.
pub const OPHOLD: [&str; 3] = ["1.8.1", "1.12.0.1", "1.8.2"];

/// What decides who keeps a common day: the greatest does.
type Rank<'a> = (Day, std::cmp::Reverse<usize>, &'a str, &'a str, u16);

/// Common days of stays belong to the latest-starting one and are taken out of the others.
pub fn overlappende_ophold(cases: &mut [Case<'_, Record>], context: &Context<'_, Reference>) {
    let stays: Vec<(usize, Rank<'_>, Vec<Interval>)> = cases
        .iter()
        .enumerate()
        .filter_map(|(at, case)| Some((at, rank(case, context.reference)?, case.pieces.clone())))
        .collect();
    for (behind, (one, rank, days)) in stays.iter().enumerate() {
        for (other, other_rank, other_days) in &stays[..behind] {
            let common = common_days(days, other_days);
            if common.is_empty() {
                continue;
            }
            cases[*one].marked = true;
            cases[*other].marked = true;
            let loser = if rank < other_rank { *one } else { *other };
            take_out(&mut cases[loser].pieces, &common, context.as_of);
        }
    }
}

/// The rank of a stay; `None` for another service, or one that has no day left.
fn rank<'a>(case: &Case<'a, Record>, reference: &'a Reference) -> Option<Rank<'a>> {
    let record = case.record;
    let code = record.ydelseskode(reference);
    let place = OPHOLD.iter().position(|stay| *stay == code)?;
    let start = case.pieces.first()?.first;
    let place = std::cmp::Reverse(place);
    Some((start, place, record.ydelsesid(), record.system(), record.indberetter.0))
}
