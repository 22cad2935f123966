//! Days, and whatever else is hidden with counts: where they would tell of a count that is hidden.
//!
//! A service has a day at least and all days of a period at most, so days bound their counts. They are hidden
//! wherever a count of the same cell is hidden, and so are those of every total above it: then no days
//! that are shown have a part that is hidden, and those of a hidden part are nowhere told by subtracting. What a total has
//! beside its parts must be told to be no few people, or to be nothing, or the days of the total are hidden too.
//!
//! The counts are read and protected where days are asked for, as if they were asked for too. Whoever has other
//! counts that hold all relations has days for them: one for each.

use std::collections::BTreeSet;

use cube_schema::schema::MeasureKind;

use super::lines::{Above, Lines, ages, one_of};
use super::rules::{Rule, Rules};
use super::table::Table;
use super::work::{Stop, Work};
use crate::cube::{Cube, MeasureRef};

/// Hides days, once all counts are hidden that must be.
///
/// # Errors
/// The work ended.
pub(super) fn hide(
    cube: &Cube,
    rules: &Rules,
    table: &mut Table,
    above: &Above,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    let ages = ages(cube, table);
    let days = Days { cube, rules, lines: Lines { table, above, ages: &ages } };
    let all: Vec<usize> = (0..table.cells.len()).filter(|&cell| days.are(cell)).collect();
    if all.is_empty() {
        return Ok(());
    }
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for (region, together) in &table.together {
        work.spend(together.len())?;
        let is_hidden = together.iter().any(|(_, cell)| table.is_hidden(*cell));
        let own = table.together[region].iter().map(|(_, cell)| *cell);
        told.extend(own.filter(|&cell| is_hidden && days.are(cell)));
    }
    for dimension in 0..table.sets.dimensions() {
        told.extend(days.along(dimension, work)?);
    }
    let mut totals = BTreeSet::new();
    for &cell in &told {
        days.put_above(cell, &mut totals, work)?;
    }
    told.into_iter().chain(totals).for_each(|cell| table.hidden[cell] = true);
    Ok(())
}

/// The days that were read.
struct Days<'d> {
    cube: &'d Cube,
    rules: &'d Rules,
    lines: Lines<'d>,
}

impl Days<'_> {
    /// Whether a cell is days, and no count.
    fn are(&self, cell: usize) -> bool {
        self.lines.table.cells[cell].value.is_none()
    }

    /// The count that a cell is hidden with.
    fn count(&self, cell: usize) -> Option<i64> {
        let table = self.lines.table;
        table.cells[table.cells[cell].link].value
    }

    /// Totals that have few people beside their parts along a dimension, and parts that share the days of
    /// their total with one that is hidden.
    fn along(&self, dimension: usize, work: &mut Work<'_>) -> Result<Vec<usize>, Stop> {
        let table = self.lines.table;
        let asked = table.reads.sets(dimension);
        let mut told = Vec::new();
        for (total, parts) in self.lines.parts(dimension, &|cell| self.are(cell), work)? {
            work.spend(parts.len() + asked.len())?;
            let measure = table.places[total].1;
            if self.shares(measure, dimension)
                && parts.iter().chain([&total]).any(|&cell| self.has_hidden(cell))
            {
                told.extend(&parts);
            }
            let set = |cell: usize| self.region(cell)[dimension];
            let leaves_none =
                || parts.iter().any(|&one| table.sets.leaves_none(dimension, set(one)));
            let adds_up = self.rules.parts(measure).contains(&dimension) || leaves_none();
            if adds_up && self.has_few_beside((total, &parts), dimension, &asked) {
                told.push(total);
            }
        }
        Ok(told)
    }

    fn region(&self, cell: usize) -> &[u32] {
        let table = self.lines.table;
        &table.regions[table.places[cell].0 as usize]
    }

    /// Whether a count is hidden where a cell stands.
    fn has_hidden(&self, cell: usize) -> bool {
        let table = self.lines.table;
        let together = table.together.get(&table.places[cell].0);
        together.into_iter().flatten().any(|(_, own)| table.is_hidden(*own))
    }

    /// Whether days of several parts along a dimension can be of the same people on different days, though not on the
    /// same: then what a total has room for is taken by one from another.
    fn shares(&self, measure: MeasureRef, dimension: usize) -> bool {
        let Some(Rule::Tied { to, parts }) = self.rules.of(measure) else { return false };
        let is_distinct = self.cube.measure(measure).kind == MeasureKind::CoveredDays;
        let mut counts = to.iter().skip(1);
        let adds_up = |count: &MeasureRef| self.rules.parts(*count).contains(&dimension);
        let count_adds_up = match is_distinct {
            true => to.len() > 1 && counts.all(adds_up),
            false => counts.next_back().or(to.last()).is_some_and(adds_up),
        };
        parts.contains(&dimension) && !count_adds_up && self.lines.table.time() != Some(dimension)
    }

    /// Whether a total may have something of few people beside its parts.
    fn has_few_beside(
        &self,
        (total, parts): (usize, &[usize]),
        dimension: usize,
        asked: &BTreeSet<u32>,
    ) -> bool {
        let table = self.lines.table;
        let sum: Option<i64> = parts.iter().map(|&part| self.count(part)).sum();
        let rest = self.count(total).zip(sum).map(|(all, parts)| all - parts);
        if rest.is_some_and(|rest| rest >= self.rules.threshold) {
            return false;
        }
        let (own, measure) = (self.region(total), table.places[total].1);
        let mut region: Vec<u32> = own.to_vec();
        let is_empty = |set: &&u32| {
            region[dimension] = **set;
            table.is_shown_empty(&region, measure)
        };
        let empty: Vec<u32> = asked.iter().filter(is_empty).copied().collect();
        let sets = parts.iter().map(|&part| self.region(part)[dimension]).chain(empty);
        !table.sets.fill(dimension, sets, own[dimension]) && !self.is_all((total, parts), dimension)
    }

    /// Whether some count that adds up along a dimension tells that the parts are all of a total.
    fn is_all(&self, (total, parts): (usize, &[usize]), dimension: usize) -> bool {
        let table = self.lines.table;
        let Some(Rule::Tied { to, .. }) = self.rules.of(table.places[total].1) else {
            return false;
        };
        to.iter().filter(|&&count| self.rules.parts(count).contains(&dimension)).any(|&count| {
            let value = |cell: usize| table.cells[table.find(self.region(cell), count)?].value;
            let sum: Option<i64> = parts.iter().map(|&part| value(part)).sum();
            sum.is_some() && sum == value(total)
        })
    }

    /// Puts in the days of all totals above a cell.
    fn put_above(
        &self,
        cell: usize,
        found: &mut BTreeSet<usize>,
        work: &mut Work<'_>,
    ) -> Result<(), Stop> {
        let table = self.lines.table;
        let (region, measure) = table.places[cell];
        let own = &table.regions[region as usize];
        let chains = self.lines.chains(own);
        let all = chains.iter().map(|(_, chain)| chain.len()).fold(1, usize::saturating_mul);
        work.spend(all)?;
        let totals = (1..all).map(|number| one_of(own, &chains, number).0);
        found.extend(totals.filter_map(|total| table.find(&total, measure)));
        Ok(())
    }
}
