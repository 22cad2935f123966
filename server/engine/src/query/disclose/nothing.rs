//! Cells of which everybody knows that they are nothing, because something above them is shown as empty.
//!
//! A veil over a small total makes stars of the empty cells below it. One of these can lie below another
//! total too, along another dimension or of another measure, and that can be shown as empty: then the star would be
//! nothing but a known 0, which no other table has otherwise. So it is shown as empty as well, and what is
//! proven of others is proven with it as a known number.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::lines::ages;
use super::rules::Rules;
use super::table::Table;
use super::work::{Stop, Work};
use crate::cube::{Cube, MeasureRef};

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No hidden cell is known to be nothing.
    None,
    /// Some are no longer hidden: the question must be answered again.
    Lifted,
    /// One is, and where it was asked for it is no empty cell, so that showing it would tell more.
    Told,
}

/// Shows the cells as empty that are hidden and below something that is shown as empty.
///
/// # Errors
/// The work ended.
pub(super) fn lift(
    cube: &Cube,
    rules: &Rules,
    table: &mut Table,
    work: &mut Work<'_>,
) -> Result<Found, Stop> {
    let hidden: Vec<usize> = table.hidden_nothing().collect();
    if hidden.is_empty() {
        return Ok(Found::None);
    }
    let mut empties = Empties::new(cube, rules, table);
    let mut known = Vec::new();
    for cell in hidden {
        if empties.is_below(cell, work)? {
            known.push(cell);
        }
    }
    if known.iter().any(|&cell| table.is_full(cell)) {
        return Ok(Found::Told);
    }
    let found = if known.is_empty() { Found::None } else { Found::Lifted };
    known.into_iter().for_each(|cell| table.lift(cell));
    Ok(found)
}

/// What is shown as empty.
struct Empties<'e> {
    rules: &'e Rules,
    table: &'e Table,
    ages: Vec<usize>,
    /// The sets that were asked for, of every dimension.
    asked: Vec<BTreeSet<u32>>,
    /// Of a set of a dimension those that it lies within, itself among them.
    larger: HashMap<(usize, u32), Vec<u32>>,
}

impl<'e> Empties<'e> {
    fn new(cube: &Cube, rules: &'e Rules, table: &'e Table) -> Empties<'e> {
        let asked = (0..table.sets.dimensions()).map(|one| table.reads.sets(one)).collect();
        Empties { rules, table, ages: ages(cube, table), asked, larger: HashMap::new() }
    }

    /// Whether a cell lies in something that is shown as empty.
    fn is_below(&mut self, cell: usize, work: &mut Work<'_>) -> Result<bool, Stop> {
        let (number, measure) = self.table.places[cell];
        let own = self.table.regions[number as usize].clone();
        let measures: Vec<MeasureRef> = self.rules.nothing_without(measure).collect();
        let mut around = Vec::with_capacity(own.len());
        for (dimension, &set) in own.iter().enumerate() {
            around.push(self.larger(dimension, set, work)?);
        }
        work.spend(self.table.reads.count())?;
        let mut region = own.clone();
        for asked in self.table.reads.among(&around, &measures) {
            let all = asked.sets.iter().map(Vec::len).fold(1, usize::saturating_mul);
            for mut number in 0..all {
                work.spend(asked.measures.len())?;
                for (set, sets) in region.iter_mut().zip(&asked.sets) {
                    *set = sets[number % sets.len()];
                    number /= sets.len();
                }
                let is_empty = |measure: &MeasureRef| {
                    !self.table.is_cell(&region, *measure) && asked.has(&region, *measure)
                };
                if self.holds(&own, &region) && asked.measures.iter().any(is_empty) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Whether all that is in one region is in another: of one age a citizen is so at the end of a period, and
    /// need not be at the end of a part of it.
    fn holds(&self, own: &[u32], larger: &[u32]) -> bool {
        let is_same_time = self.table.time().is_none_or(|time| own[time] == larger[time]);
        is_same_time || self.ages.iter().all(|&age| larger[age] == 0)
    }

    fn larger(
        &mut self,
        dimension: usize,
        set: u32,
        work: &mut Work<'_>,
    ) -> Result<Vec<u32>, Stop> {
        // Behind the dimensions stands what is no product.
        if dimension == self.asked.len() {
            return Ok(vec![set]);
        }
        if let Some(known) = self.larger.get(&(dimension, set)) {
            return Ok(known.clone());
        }
        let all = self.table.sets.of(dimension);
        let own = &all[set as usize];
        let mut found = Vec::new();
        for &other in &self.asked[dimension] {
            work.spend(1)?;
            if own.is_within(&all[other as usize]) {
                found.push(other);
            }
        }
        self.larger.insert((dimension, set), found.clone());
        Ok(found)
    }
}
