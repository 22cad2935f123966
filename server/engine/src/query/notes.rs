//! What is noted while a question runs, where somebody wants to know what is done with it.
//!
//! Nothing here is an estimate: every number is of the run itself, and of what its view may see.

use std::sync::{Arc, Mutex, PoisonError};

use super::bound::Bound;
use super::cellset::CellSet;

/// The notes of one run, shared by all its parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes(Arc<Mutex<Noted>>);

impl Notes {
    /// Notes something.
    pub fn note(&self, note: impl FnOnce(&mut Noted)) {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What has been noted.
    pub fn take(&self) -> Noted {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Noted {
    stage: Stage,
    /// The counts, in the order in which they were made.
    pub counts: Vec<Counted>,
    /// The calculated members that were worked out, in the order in which they were met.
    pub formulas: Vec<Formula>,
    /// The axes whose positions were looked for apart from the cells, and whether they were those at
    /// which something is stored.
    pub positions: Vec<(usize, bool)>,
    /// Parts of formulas at cells that were worked out.
    pub steps: usize,
}

/// What a part of the work is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// A set of an inner `SELECT`.
    Inner,
    /// The set after `WHERE`.
    Slicer,
    /// The set of an axis.
    Axis(usize),
    /// Which positions of an axis can have a value.
    Positions(usize),
    /// The cells themselves.
    #[default]
    Cells,
}

/// A question about stored measures that was counted.
#[derive(Debug)]
pub(super) struct Counted {
    /// What it was for.
    pub stage: Stage,
    /// What was asked.
    pub question: Bound,
    /// How many positions each axis had in the end.
    pub positions: Vec<usize>,
    /// Cells that are not empty.
    pub cells: usize,
    /// How it was counted.
    pub ran: Ran,
    /// How often it was asked for again, and not counted.
    pub again: usize,
}

/// A calculated member that was worked out.
#[derive(Debug)]
pub(super) struct Formula {
    number: usize,
    /// Its name.
    pub name: String,
    /// How many times; each for many cells at once.
    pub times: usize,
    /// Cells, over all times.
    pub cells: usize,
}

/// How a count was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ran {
    /// Rows that were looked at in every pass.
    pub rows: usize,
    /// Rows that may be seen.
    pub all: usize,
    /// What bitmaps selected rows by, in order; nothing where all rows were looked at.
    pub by: Vec<By>,
    /// Whether the other conditions were looked up once, before the passes.
    pub looked_up: bool,
    /// Whether the rows are those that are cut where a step begins.
    pub cut: bool,
    /// The number of passes.
    pub passes: usize,
    /// In which ways rows were counted, each once.
    pub ways: Vec<Way>,
}

impl Ran {
    /// A pass that counted in some ways.
    pub fn pass(&mut self, ways: &[Way]) {
        self.passes += 1;
        for way in ways {
            if !self.ways.contains(way) {
                self.ways.push(*way);
            }
        }
    }
}

/// What bitmaps select rows by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Keys of a dimension.
    Dimension(usize),
    /// The years that are asked for.
    Years,
    /// What may be seen.
    Seen,
    /// A union of boxes.
    Union,
}

/// A way to count rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Entities of one cell, 64 rows at a time.
    Words,
    /// Sums over stretches of rows, several at a time.
    Scan,
    /// Sums of each group and period, row by row.
    Sums,
    /// Smallest and largest numbers.
    Extremes,
    /// Sums of months, for their mean.
    Means,
    /// Days of each group and period.
    Days,
    /// Different keys of each group and period, by one ordered sweep.
    Distinct,
}

impl Noted {
    /// What follows is for something else.
    pub fn begin(&mut self, stage: Stage) {
        self.stage = stage;
    }

    /// A question that was counted.
    pub fn count(&mut self, question: &Bound, cells: &CellSet, ran: Ran) {
        self.counts.push(Counted {
            stage: self.stage,
            question: question.clone(),
            positions: cells.axes.iter().map(|axis| axis.count).collect(),
            cells: cells.ordinals.len(),
            ran,
            again: 0,
        });
    }

    /// A question that had been counted was asked again.
    pub fn again(&mut self, question: &Bound) {
        let known = self.counts.iter_mut().rev().find(|one| one.question == *question);
        known.into_iter().for_each(|one| one.again += 1);
    }

    /// A calculated member is worked out for some cells.
    pub fn formula(&mut self, number: usize, name: &str, cells: usize) {
        match self.formulas.iter_mut().find(|one| one.number == number) {
            Some(known) => (known.times, known.cells) = (known.times + 1, known.cells + cells),
            None => self.formulas.push(Formula { number, name: name.to_owned(), times: 1, cells }),
        }
    }

    /// How the positions of an axis are found.
    pub fn positions(&mut self, axis: usize, are_stored: bool) {
        self.positions.push((axis, are_stored));
    }

    /// How many counts were made for something.
    pub fn counts_for(&self, stage: Stage) -> usize {
        self.counts.iter().filter(|one| one.stage == stage).count()
    }
}
