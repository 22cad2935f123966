//! The way to the star: judged records become the tables that `vh.toml` names.
//!
//! Keys of dimension rows follow from the code lists, except citizens and institutions: of them
//! only those with facts have a row.

mod dimensions;
mod facts;
mod forklaring;
mod noegletal;

#[cfg(test)]
mod tests;

use std::panic::resume_unwind;
use std::thread;

use crate::day::{Day, Interval};
use crate::domain::{DeliveryInfo, Judged};
use crate::table::{Star, StepTable, Timeline};

use super::NATIONAL;
use super::record::Record;
use super::reference::Reference;
use super::regler::{self, g2_kvartal};

use dimensions::{JA, Keys, NEJ};
use facts::Facts;
use forklaring::States;
use noegletal::Noegletal;

/// Makes the star of judged records.
pub(super) fn make(
    records: &[Judged<Record>],
    deliveries: &[DeliveryInfo],
    reference: &Reference,
    timeline: Timeline,
) -> Star {
    let keys = &Keys::new(records, reference);
    let as_of = timeline.as_of();
    let states = States::of(records);
    let all = &states.all(records);
    let of_rows =
        |rows| Facts { records: all, origin: &states.origin, deliveries, keys, rows, as_of };
    let (reported, benchmark) = (reported_rows(records, as_of), benchmark_rows(records));
    let explained = states.rows(all, as_of);
    // What explains is as large as the other two together.
    let (explained, reported, benchmark) = thread::scope(|scope| {
        let (steps, touched) = (states.steps(&explained), states.touched(&explained));
        let explained = scope.spawn(|| of_rows(&explained).explained(steps, touched));
        let (reported, benchmark) =
            (of_rows(&reported).reported(), of_rows(&benchmark).benchmark());
        (explained.join(), reported, benchmark)
    });
    let explained = explained.unwrap_or_else(|panic| resume_unwind(panic));
    let mut facts = vec![reported, benchmark, explained];
    facts.extend(Noegletal { reference, deliveries, keys, timeline }.tables());
    let mut dimensions = keys.tables(deliveries);
    dimensions.extend(forklaring::tables());
    Star { dimensions, facts, steps: vec![godkendelser(reference)] }
}

/// A fact row: a piece of a record.
#[derive(Clone, Copy)]
struct FactRow {
    /// The record, by its position.
    at: usize,
    days: Interval,
    /// Whether it is the first piece of a record that has a first day (M4).
    starts: bool,
    /// Whether it is the last piece of a record that has a last day (M5). One after the as-of day is
    /// not yet known; the cube sees to that.
    ends: bool,
}

/// One row per record, with the days as reported. Without a start (D3) a record has no first day,
/// and ended before its start (D4) no last one.
fn reported_rows(records: &[Judged<Record>], as_of: Day) -> Vec<FactRow> {
    let row = |(at, judged): (usize, &Judged<Record>)| reported_row(at, &judged.record, as_of);
    records.iter().enumerate().map(row).collect()
}

fn reported_row(at: usize, record: &Record, as_of: Day) -> FactRow {
    let (start, end) = (record.start.dag(), record.slut);
    FactRow {
        at,
        days: reported_days(record, as_of),
        starts: start.is_some(),
        ends: end.is_some_and(|end| start.is_none_or(|start| start <= end)),
    }
}

/// A record without an interval is shown on one day, so that it is seen and can be corrected:
/// without a start (D3) on its end day or the as-of day, ended before its start (D4) on its start.
fn reported_days(record: &Record, as_of: Day) -> Interval {
    let one_day = |day| Interval { first: day, last: day };
    match record.start.dag() {
        None => one_day(record.slut.unwrap_or(as_of)),
        Some(start) => {
            let days = Interval::new(start, record.slut.unwrap_or(Day::MAX));
            days.unwrap_or_else(|| one_day(start))
        }
    }
}

/// One row per piece that the national judgement leaves of a record that is not deleted.
fn benchmark_rows(records: &[Judged<Record>]) -> Vec<FactRow> {
    let deleting = regler::sletter();
    let mut rows = Vec::with_capacity(records.len());
    for (at, judged) in records.iter().enumerate() {
        if judged.marks.0 & deleting.0 == 0 {
            rows.extend(benchmark_pieces(at, &judged.verdicts[NATIONAL].pieces));
        }
    }
    rows
}

/// The pieces of a record, which begins with the first of them and ends with the last.
fn benchmark_pieces(at: usize, pieces: &[Interval]) -> impl Iterator<Item = FactRow> {
    let first = pieces.iter().map(|piece| piece.first).min();
    let last = pieces.iter().map(|piece| piece.last).max().filter(|last| *last != Day::MAX);
    pieces.iter().map(move |&days| FactRow {
        at,
        days,
        starts: first == Some(days.first),
        ends: last == Some(days.last),
    })
}

/// The approvals as steps, a series per municipality and service in the order of
/// [`Keys::godkendelsesserie`]: `Nej`, but `Ja` on approved days.
fn godkendelser(reference: &Reference) -> StepTable {
    let mut steps = StepTable { name: "godkendelser".to_owned(), ..StepTable::default() };
    let step = |from, member, steps: &mut StepTable| {
        steps.from.push(from);
        steps.member.push(member);
    };
    steps.offsets.push(0);
    for (kommune, _) in dimensions::kommuner(reference) {
        for ydelse in 0..=reference.ydelser.len() as u32 {
            step(Day::MIN, NEJ, &mut steps);
            for days in g2_kvartal::godkendte_dage(kommune, ydelse, reference) {
                step(days.first, JA, &mut steps);
                step(days.last.after(), NEJ, &mut steps);
            }
            steps.offsets.push(steps.from.len() as u32);
        }
    }
    steps
}
