//! From a folder of deliveries to records with marks and dates, and to the cubes.

use std::path::Path;

use anyhow::{Context, Result};

use crate::accounts::Accounts;
use crate::choices::Choices;
use crate::cube::{Cube, Cubes};
use crate::day::{Day, Month, Quarter};
use crate::eyes::Eyes;
use crate::hold::{Stock, hold};
use crate::intake::read_deliveries;
use crate::lists::Lists;
use crate::pivot::{CellSet, answer};
use crate::question::Pivot;
use crate::record::OracleRecord;
use crate::reference::Reference;
use crate::report::{Summary, count_rules};
use crate::rules::Off;
use crate::selection::{counting_records, warn_of_identical_records};
use crate::sources::Sources;
use crate::workbook::Approvals;

/// What a deliveries folder says, by the rules.
pub struct Oracle {
    pub(crate) sources: Sources,
    stock: Stock,
    summary: Summary,
    records: Vec<OracleRecord>,
    cubes: Vec<Cube>,
}

impl Oracle {
    /// The as-of day, `2026-10-31`.
    pub fn as_of(&self) -> String {
        self.sources.as_of.to_string()
    }

    /// What the load report must say.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// All records that count.
    pub fn records(&self) -> &[OracleRecord] {
        &self.records
    }

    /// Answers a pivot for eyes that see everything.
    ///
    /// # Errors
    /// A cube, field, value or measure that does not exist.
    pub fn pivot(&self, question: &Pivot) -> Result<CellSet> {
        answer(self.cube(&question.cube)?, question)
    }

    /// Answers a pivot for some eyes (A1, A2).
    ///
    /// # Errors
    /// A cube, field, value or measure that does not exist, or that those eyes may not see.
    pub fn pivot_as(&self, eyes: &Eyes, question: &Pivot) -> Result<CellSet> {
        match eyes.own_cube(&question.cube, self) {
            Some(own) => answer(&own, question),
            None => self.pivot(question),
        }
    }

    pub(crate) fn cube(&self, name: &str) -> Result<&Cube> {
        let cube = self.cubes.iter().find(|cube| cube.name == name);
        cube.with_context(|| format!("there is no cube {name:?}"))
    }

    /// The records as they are when some rules are off.
    pub(crate) fn records_without(&self, off: &Off) -> Vec<OracleRecord> {
        self.sources.records(&self.stock.counting, off, &mut Summary::default())
    }
}

/// Reads a deliveries folder; `month` is the optional `rebuild --month` limit (`2026-10`).
///
/// # Errors
/// No delivery is accepted, or a file of the folder cannot be read at all.
pub fn load(deliveries: &Path, month: Option<&str>) -> Result<Oracle> {
    let choices = Choices { month: month.map(str::to_owned), ..Choices::default() };
    load_after(deliveries, choices, None)
}

/// Reads a deliveries folder by some choices; `former` is the load to hold municipalities against.
///
/// # Errors
/// No delivery is accepted, or a file of the folder cannot be read at all.
pub fn load_after(deliveries: &Path, choices: Choices, former: Option<&Oracle>) -> Result<Oracle> {
    let limit = match &choices.month {
        None => None,
        Some(text) => Some(Month::parse(text).with_context(|| format!("{text:?} is no month"))?),
    };
    let mut summary = Summary::default();
    let folder = deliveries.join("reference");
    let lists = Lists::read(&folder.join("kodelister"), &mut summary)?;
    let reference = Reference::read(&folder, &mut summary)?;
    let accounts = Accounts::read(&folder, &lists, &mut summary)?;
    let approvals = Approvals::read(&folder, &lists, &mut summary)?;

    let accepted = read_deliveries(deliveries, limit, &lists, &mut summary)?;
    let counting = counting_records(&accepted, &reference, &mut summary);
    let mut stock = Stock::new(counting, &accepted);
    if let Some(former) = former {
        stock = hold(stock, &accepted, &former.stock, &choices, &mut summary);
    }
    let newest = stock.newest().context("no delivery is accepted")?;
    let as_of = newest.last_day();
    let quarters = quarters_to(newest);
    let sources =
        Sources { lists, reference, approvals, accounts, quarters, newest, as_of, choices };

    warn_of_identical_records(&stock.counting, |one| sources.handlekommune(one), &mut summary);
    let records = sources.records(&stock.counting, &Off::new(), &mut summary);
    summary.as_of = as_of.to_string();
    summary.rules = count_rules(&records);
    for line in &mut summary.deliveries {
        line.counted = stock.counting.iter().filter(|one| one.file == line.file).count();
    }
    let cubes = Cubes { sources: &sources, records: &records, stock: &stock }.all();
    Ok(Oracle { sources, stock, summary, records, cubes })
}

/// The quarters of the timeline.
fn quarters_to(newest: Month) -> Vec<Quarter> {
    let mut quarters: Vec<Quarter> =
        newest.timeline().iter().map(|month| month.quarter()).collect();
    quarters.dedup();
    quarters
}

impl Oracle {
    pub(crate) fn cubes_of<'a>(&'a self, records: &'a [OracleRecord]) -> Cubes<'a> {
        Cubes { sources: &self.sources, records, stock: &self.stock }
    }

    pub(crate) fn as_of_day(&self) -> Day {
        self.sources.as_of
    }
}
