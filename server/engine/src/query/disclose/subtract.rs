//! What the numbers that are shown tell of the hidden ones together, by subtracting.
//!
//! A total less what is shown of it is what its hidden parts have together. Each of them may be open, and
//! that they are a few all together is told all the same. So where it is small, one more number is hidden: the
//! smallest of those that would be subtracted.

use super::lines::{Above, Lines, ages, one_of};
use super::rules::Rules;
use super::table::Table;
use super::work::{Stop, Work};
use crate::cube::Cube;

/// Hides numbers until no total that is shown is a few more than what is shown of it.
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
    loop {
        let shown = Shown { rules, lines: Lines { table, above, ages: &ages } };
        let mut told = shown.along_one(work)?;
        told.extend(shown.along_several(work)?);
        if told.is_empty() {
            return Ok(());
        }
        told.into_iter().for_each(|cell| table.hidden[cell] = true);
    }
}

/// The numbers that are shown.
struct Shown<'s> {
    rules: &'s Rules,
    lines: Lines<'s>,
}

impl Shown<'_> {
    /// A count that is shown.
    fn value(&self, cell: usize) -> Option<i64> {
        let table = self.lines.table;
        table.cells[cell].value.filter(|_| !table.is_hidden(cell))
    }

    /// Whether parts add up to a cell along a dimension.
    fn adds_up(&self, cell: usize, dimension: usize) -> bool {
        let (region, measure) = self.lines.table.places[cell];
        let of_age = Some(dimension) == self.lines.table.time()
            && self.lines.has_age(&self.lines.table.regions[region as usize]);
        self.rules.parts(measure).contains(&dimension) && !of_age
    }

    fn is_small(&self, rest: i64) -> bool {
        (1..self.rules.threshold).contains(&rest)
    }

    /// The smallest part of each total along one dimension that its shown parts nearly make up.
    fn along_one(&self, work: &mut Work<'_>) -> Result<Vec<usize>, Stop> {
        let mut told = Vec::new();
        for dimension in 0..self.lines.table.sets.dimensions() {
            let is_shown =
                |cell: usize| self.value(cell).is_some() && self.adds_up(cell, dimension);
            for (total, parts) in self.lines.parts(dimension, &is_shown, work)? {
                let sum: Option<i64> = parts.iter().map(|&part| self.value(part)).sum();
                let rest = self.value(total).zip(sum).map(|(all, parts)| all - parts);
                if rest.is_some_and(|rest| self.is_small(rest)) {
                    let parts = parts.into_iter().filter(|&part| self.value(part) > Some(0));
                    told.extend(parts.min_by_key(|&part| (self.value(part), part)));
                }
            }
        }
        Ok(told)
    }

    /// The numbers that are nearly all of a total, along whatever dimensions: also all members of a list, beside
    /// which a total has those who have none.
    fn along_several(&self, work: &mut Work<'_>) -> Result<Vec<usize>, Stop> {
        let mut told = Vec::new();
        for cell in 0..self.lines.table.cells.len() {
            let Some(value) = self.value(cell).filter(|value| *value > 0) else { continue };
            let (region, measure) = self.lines.table.places[cell];
            let own = &self.lines.table.regions[region as usize];
            let mut chains = self.lines.chains(own);
            chains.retain(|(dimension, _)| {
                self.adds_up(cell, *dimension)
                    || self.lines.table.sets.leaves_none(*dimension, own[*dimension])
            });
            let all = chains.iter().map(|(_, chain)| chain.len()).fold(1, usize::saturating_mul);
            work.spend(all)?;
            let mut totals = (1..all).map(|number| {
                let (total, _) = one_of(own, &chains, number);
                self.value(self.lines.table.find(&total, measure)?)
            });
            if totals.any(|total| total.is_some_and(|all| self.is_small(all - value))) {
                told.push(cell);
            }
        }
        Ok(told)
    }
}
