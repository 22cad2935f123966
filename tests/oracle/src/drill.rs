//! The records of a cell: drill-through, by the judgement that the eyes may see.

use anyhow::{Result, bail};

use crate::cube::{BENCHMARK, Cube, VH};
use crate::day::Day;
use crate::eyes::Eyes;
use crate::load::Oracle;
use crate::pivot::places_in_cell;
use crate::question::Pivot;
use crate::record::OracleRecord;
use crate::sources::varighed;

/// One record of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drilled {
    /// Ydelsesid.
    pub id: String,
    /// The system it comes from.
    pub system: String,
    /// The reporting municipality, before K.
    pub reporter: String,
    /// After K.
    pub handlekommune: String,
    /// As given.
    pub ydelseskode: String,
    /// The first day left; none for a record with a D mark, or without a day left.
    pub first_day: Option<Day>,
    /// The last day left; none also where the record goes on after the as-of day.
    pub last_day: Option<Day>,
    /// D marks, or the C marks of the judgement.
    pub marks: Vec<String>,
    /// `Dato uden overlap` of the judgement.
    pub dato_uden_overlap: Option<Day>,
}

/// The records of a cell, and whether it may hold others that these eyes do not see as records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drill {
    /// In order of reporter, system and Ydelsesid.
    pub records: Vec<Drilled>,
    /// A municipality sees its own records of Benchmark only (A2).
    pub may_hold_others: bool,
}

impl Oracle {
    /// The records of the cell that the filters describe, in `Voksne Handicappede` or its
    /// Benchmark. A municipality is shown its own records by its own (local) judgement, in both.
    ///
    /// # Errors
    /// A cube, field or value that does not exist for these eyes.
    pub fn drill(&self, eyes: &Eyes, cube: &str, filters: &[String]) -> Result<Drill> {
        let own: Vec<OracleRecord> =
            self.records().iter().filter(|record| eyes.owns(record)).cloned().collect();
        let shown = if eyes.sees_local(cube) { self.judged_locally(&own) } else { own };
        let records: Vec<&OracleRecord> = match cube {
            VH => shown.iter().collect(),
            BENCHMARK => shown.iter().filter(|record| !record.is_deleted()).collect(),
            _ => bail!("the cells of {cube:?} are not made of records"),
        };
        let of_eyes: Cube = match cube {
            VH => self.cubes_of(&shown).vh(),
            _ => self.cubes_of(&shown).benchmark(),
        };
        let question =
            Pivot { cube: cube.to_owned(), filters: filters.to_vec(), ..Pivot::default() };
        let in_cell = places_in_cell(&of_eyes, &question)?;
        let mut drilled: Vec<Drilled> =
            in_cell.into_iter().map(|place| drilled(records[place])).collect();
        drilled
            .sort_by(|a, b| (&a.reporter, &a.system, &a.id).cmp(&(&b.reporter, &b.system, &b.id)));
        let may_hold_others = cube == BENCHMARK && *eyes != Eyes::National;
        Ok(Drill { records: drilled, may_hold_others })
    }

    /// The records with the local judgement in the place of the national one.
    pub(crate) fn judged_locally(&self, records: &[OracleRecord]) -> Vec<OracleRecord> {
        let local = |record: &OracleRecord| OracleRecord {
            benchmark: record.local.clone(),
            benchmark_varighed: varighed(record, &record.local, self.as_of_day()),
            national_marks: record.local_marks.clone(),
            national_pieces: record.local_pieces.clone(),
            national_dato_uden_overlap: record.local_dato_uden_overlap,
            ..record.clone()
        };
        records.iter().map(local).collect()
    }
}

/// A record by the judgement that its `benchmark` dates are of.
fn drilled(record: &OracleRecord) -> Drilled {
    let dates = &record.benchmark;
    Drilled {
        id: record.id.clone(),
        system: record.system.clone(),
        reporter: record.reporter.clone(),
        handlekommune: record.handlekommune.clone(),
        ydelseskode: record.ydelseskode.clone(),
        first_day: dates.first_day,
        last_day: dates.last_day,
        marks: record.national_marks.clone(),
        dato_uden_overlap: record.national_dato_uden_overlap,
    }
}
