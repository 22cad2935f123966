#![doc = include_str!("g2_kvartal.md")]

use crate::day::{Day, Interval, Quarter};

use super::super::kodelister::Kommune;
use super::super::reference::Reference;

/// The first quarter of the approvals: 2013K4.
pub const FOERSTE_KVARTAL: Quarter = Quarter(2013 * 4 + 3);

/// The days on which the data of a municipality's service are approved: whole quarters, of which
/// neighbours are one interval.
#[must_use]
pub fn godkendte_dage(kommune: Kommune, ydelse: u32, reference: &Reference) -> Vec<Interval> {
    let mut approved: Vec<Interval> = Vec::new();
    let quarters = reference.godkendelser.kvartaler(kommune, ydelse);
    for (quarter, answer) in quarters.into_iter().flatten() {
        if !answer || *quarter < FOERSTE_KVARTAL {
            continue;
        }
        let days = days(*quarter);
        match approved.last_mut() {
            Some(before) if before.last.after() == days.first => before.last = days.last,
            _ => approved.push(days),
        }
    }
    approved
}

fn days(quarter: Quarter) -> Interval {
    let (first, last): (Day, Day) =
        (quarter.first_month().first_day(), quarter.last_month().last_day());
    Interval { first, last }
}
