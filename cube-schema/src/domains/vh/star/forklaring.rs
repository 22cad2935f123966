//! The facts that explain figures: what every record is in every step.
//!
//! Most records are the same in all steps and have one *state*; the others have one for each
//! different outcome of the trials. A state stands in the list behind all records, so that the
//! fact tables make its columns as they make those of a record.

use std::collections::HashMap;

use crate::day::Day;
use crate::domain::{Judged, Tried, Verdict};
use crate::rule::Marks;
use crate::table::{DimensionTable, FactColumn, Lists};
use crate::trial::Trials;

use super::super::NATIONAL;
use super::super::record::Record;
use super::super::trin::{self, STI_UDEN, Trin};
use super::{FactRow, benchmark_pieces, reported_row};

/// The states of all records.
pub(super) struct States {
    /// The states of records that have several, or another one than after all rules.
    further: Vec<Judged<Record>>,
    /// By position among all records and further states: the record.
    pub origin: Vec<u32>,
    /// By position: the steps in which the record is this.
    trials: Vec<Trials>,
    /// By record: the steps whose rule has changed it.
    touched: Vec<Trials>,
}

impl States {
    /// The states that the trials tell of.
    pub fn of(records: &[Judged<Record>]) -> States {
        let steps = trin::alle();
        let mut states = States {
            further: Vec::new(),
            origin: (0..records.len() as u32).collect(),
            trials: Vec::with_capacity(records.len()),
            touched: Vec::with_capacity(records.len()),
        };
        for judged in records {
            let same = judged.trials.is_empty();
            states.trials.push(if same { Trials::first(steps.len()) } else { Trials::default() });
            states.touched.push(touched(&judged.trials, &steps));
        }
        for (at, judged) in records.iter().enumerate() {
            for tried in judged.trials.iter().filter(|tried| !tried.deleted) {
                states.further.push(state(judged, tried));
                states.origin.push(at as u32);
                states.trials.push(tried.trials);
            }
        }
        states
    }

    /// All records, and behind them the further states.
    pub fn all<'a>(&'a self, records: &'a [Judged<Record>]) -> Vec<&'a Judged<Record>> {
        records.iter().chain(&self.further).collect()
    }

    /// One row per piece of a state.
    pub fn rows(&self, all: &[&Judged<Record>], as_of: Day) -> Vec<FactRow> {
        let mut rows = Vec::with_capacity(all.len());
        for (at, judged) in all.iter().enumerate() {
            let Judged { record, verdicts, .. } = judged;
            if self.trials[at] == Trials::default() {
                continue;
            }
            match has_interval(record) {
                true => rows.extend(benchmark_pieces(at, &verdicts[NATIONAL].pieces)),
                false => rows.push(reported_row(at, record, as_of)),
            }
        }
        rows
    }

    /// The steps of each row.
    pub fn steps(&self, rows: &[FactRow]) -> FactColumn {
        shared(rows.iter().map(|row| self.trials[row.at]), |_| None)
    }

    /// The steps whose rule has changed the record of each row; the last row of the table for none.
    pub fn touched(&self, rows: &[FactRow]) -> FactColumn {
        let none = trin::alle().len() as u32;
        let of_row = |row: &FactRow| self.touched[self.origin[row.at] as usize];
        shared(rows.iter().map(of_row), |trials| (trials == Trials::default()).then_some(none))
    }
}

/// Whether the days of a record are an interval, which rules over citizens may cut.
fn has_interval(record: &Record) -> bool {
    record.start.dag().is_some_and(|start| record.slut.is_none_or(|slut| start <= slut))
}

fn state(judged: &Judged<Record>, tried: &Tried<Record>) -> Judged<Record> {
    let verdict = Verdict { marks: Marks::default(), pieces: tried.pieces.clone() };
    Judged {
        record: tried.record.clone(),
        delivery: judged.delivery,
        place: judged.place,
        marks: Marks::default(),
        changed: Marks::default(),
        verdicts: vec![verdict.clone(), verdict],
        trials: Vec::new(),
    }
}

/// The steps of a path that leave the record otherwise than the step before.
fn touched(tried: &[Tried<Record>], steps: &[Trin]) -> Trials {
    let state = |step: usize| tried.iter().position(|tried| tried.trials.has(step));
    let mut touched = Trials::default();
    for (step, pair) in steps.windows(2).enumerate() {
        let follows = pair[0].sti == pair[1].sti && pair[1].sti != STI_UDEN;
        if follows && state(step) != state(step + 1) {
            touched.add(step + 1);
        }
    }
    touched
}

/// Lists that many rows share; `instead` stands where a set has no list of its own.
fn shared(
    rows: impl Iterator<Item = Trials>,
    instead: impl Fn(Trials) -> Option<u32>,
) -> FactColumn {
    let (mut lists, mut numbers) = (Lists::default(), HashMap::<Trials, u32>::new());
    let mut number = |trials: Trials| {
        *numbers.entry(trials).or_insert_with(|| {
            let steps = trials.iter().map(|step| step as u32);
            lists.push(steps.chain(instead(trials)));
            lists.len() as u32 - 1
        })
    };
    let numbers = rows.map(&mut number).collect();
    FactColumn::Shared(lists, numbers)
}

/// The dimension tables of steps, and of what has changed a record.
pub(super) fn tables() -> [DimensionTable; 2] {
    let columns = ["trin", "navn", "sti", "regel"];
    let mut steps = DimensionTable::new("trin", &columns);
    let mut touched = DimensionTable::new("roert_af", &columns);
    for Trin { noegle, navn, sti, regel, .. } in trin::alle() {
        steps.push(&[&noegle, &navn, sti, regel]);
        touched.push(&[&noegle, &navn, sti, regel]);
    }
    touched.push(&[""; 4]);
    [steps, touched]
}
