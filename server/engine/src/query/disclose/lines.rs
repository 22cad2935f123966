//! Sets of keys that lie in each other, and along them cells and their totals.

use std::collections::BTreeMap;

use hashbrown::HashSet;

use super::region::{Region, Sets};
use super::rules::Rules;
use super::table::Table;
use super::veil::Veil;
use super::work::{Stop, Work};
use crate::cube::{Cube, Use};

/// Different sets of keys of one dimension beyond which their order is not worked out.
const MOST_SETS: usize = 4000;
/// Totals above one cell that are looked through.
const MOST_ABOVE: usize = 2048;

/// For every dimension and set, the next larger one that was asked for.
pub(super) type Above = Vec<Vec<Option<u32>>>;

/// For every set of every dimension the next larger; `None` where two sets lie across each other, or
/// where combinations are no product.
///
/// # Errors
/// The work ended.
pub(super) fn above(table: &Table, work: &mut Work<'_>) -> Result<Option<Above>, Stop> {
    if !table.is_of_one_union() {
        return Ok(None);
    }
    let mut all = Vec::new();
    for (dimension, used) in used(table).iter().enumerate() {
        let Some(own) = above_in(&table.sets, dimension, used, work)? else { return Ok(None) };
        all.push(own);
    }
    Ok(Some(all))
}

/// The same with the sets that were asked for and have no cell: they are parts of totals like others, or a cell
/// that has others beside it would tell that it is something.
///
/// # Errors
/// The work ended.
pub(super) fn asked(table: &Table, above: &Above, work: &mut Work<'_>) -> Result<Above, Stop> {
    let mut all = above.clone();
    for (dimension, used) in used(table).iter().enumerate() {
        let sets = table.sets.of(dimension);
        let mut by_size: Vec<(usize, u32)> =
            used.iter().map(|&set| (sets[set as usize].size(), set)).collect();
        by_size.sort_unstable();
        all[dimension].resize(sets.len(), None);
        for set in table.reads.sets(dimension) {
            let own = &sets[set as usize];
            if own.is_empty() || used.binary_search(&set).is_ok() {
                continue;
            }
            work.spend(by_size.len())?;
            let larger = by_size.iter().find(|(_, other)| own.is_within(&sets[*other as usize]));
            all[dimension][set as usize] = larger.map(|(_, larger)| *larger);
        }
    }
    Ok(all)
}

/// The sets that cells stand at, of every dimension.
fn used(table: &Table) -> Vec<Vec<u32>> {
    let mut used = vec![Vec::new(); table.sets.dimensions()];
    for &(region, _) in &table.places {
        let own = table.regions[region as usize].iter();
        own.zip(&mut used).for_each(|(&set, used)| used.push(set));
    }
    for own in &mut used {
        own.sort_unstable();
        own.dedup();
    }
    used
}

fn above_in(
    sets: &Sets,
    dimension: usize,
    used: &[u32],
    work: &mut Work<'_>,
) -> Result<Option<Vec<Option<u32>>>, Stop> {
    let all = sets.of(dimension);
    let mut above = vec![None; all.len()];
    if used.len() > MOST_SETS {
        return Ok(None);
    }
    let mut by_size: Vec<(usize, u32)> =
        used.iter().map(|&set| (all[set as usize].size(), set)).collect();
    by_size.sort_unstable();
    for (at, &(_, set)) in by_size.iter().enumerate() {
        let own = &all[set as usize];
        for &(_, larger) in &by_size[at + 1..] {
            work.spend(own.len() / 64)?;
            let other = &all[larger as usize];
            if own.is_within(other) {
                above[set as usize] = above[set as usize].or(Some(larger));
            } else if own.meets(other) {
                return Ok(None);
            }
        }
    }
    Ok(Some(above))
}

/// Of some dimensions, a set and the larger ones.
pub(super) type Chains = Vec<(usize, Vec<u32>)>;

/// One of all regions that have a set of every chain, by number, and where in the chains these are.
pub(super) fn one_of(own: &Region, chains: &Chains, mut number: usize) -> (Region, Vec<usize>) {
    let (mut region, mut levels) = (own.clone(), Vec::with_capacity(chains.len()));
    for (dimension, chain) in chains {
        let level = number % chain.len();
        number /= chain.len();
        region[*dimension] = chain[level];
        levels.push(level);
    }
    (region, levels)
}

/// The dimensions that are ages: one is told at the end of a period, so that a part of a period is no
/// part of the whole for one age.
pub(super) fn ages(cube: &Cube, table: &Table) -> Vec<usize> {
    let is_age = |&dimension: &usize| {
        cube.groups.iter().any(|group| group.uses[dimension] == Some(Use::Age))
    };
    (0..table.sets.dimensions()).filter(is_age).collect()
}

/// From cells to their totals.
pub(super) struct Lines<'t> {
    pub table: &'t Table,
    pub above: &'t Above,
    /// The dimensions that are [`ages`].
    pub ages: &'t [usize],
}

impl Lines<'_> {
    /// The totals along a dimension, each with its parts, among some of the cells.
    pub fn parts(
        &self,
        dimension: usize,
        among: &dyn Fn(usize) -> bool,
        work: &mut Work<'_>,
    ) -> Result<BTreeMap<usize, Vec<usize>>, Stop> {
        let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for cell in 0..self.table.cells.len() {
            work.spend(1)?;
            let total = || self.total(cell, dimension, among);
            if let Some(total) = among(cell).then(total).flatten() {
                parts.entry(total).or_default().push(cell);
            }
        }
        Ok(parts)
    }

    /// The smallest total of a cell along one dimension, among some of the cells.
    fn total(&self, cell: usize, dimension: usize, among: &dyn Fn(usize) -> bool) -> Option<usize> {
        let (region, measure) = self.table.places[cell];
        let own = &self.table.regions[region as usize];
        self.above[dimension][own[dimension] as usize]?;
        if Some(dimension) == self.table.time() && self.has_age(own) {
            return None;
        }
        let mut region = own.clone();
        loop {
            region[dimension] = self.above[dimension][region[dimension] as usize]?;
            let total = self.table.find(&region, measure);
            if let Some(total) = total.filter(|&total| among(total)) {
                return Some(total);
            }
        }
    }

    /// The totals of whose parts along a dimension not all are shown, where that may hide small ones: of
    /// small totals that lie over a veil, and of all above these.
    pub fn unseen(
        &self,
        rules: &Rules,
        dimension: usize,
        parts: &BTreeMap<usize, Vec<usize>>,
        veil: &Veil,
    ) -> HashSet<u32> {
        let mut unseen = HashSet::new();
        if self.table.shows_empty(dimension) {
            return unseen;
        }
        for (&total, parts) in parts {
            let (number, measure) = self.table.places[total];
            let region = &self.table.regions[number as usize];
            let own =
                |part: &usize| self.table.regions[self.table.places[*part].0 as usize][dimension];
            let is_all = || {
                let parts = parts.iter().map(own);
                self.table.sets.fill(dimension, parts, region[dimension])
            };
            let adds_up = rules.parts(measure).contains(&dimension);
            if adds_up && veil.is_over(region) && !is_all() {
                self.put_above(number, dimension, &mut unseen);
            }
        }
        unseen
    }

    /// Puts in a region and all above it along other dimensions.
    fn put_above(&self, region: u32, dimension: usize, found: &mut HashSet<u32>) {
        if !found.insert(region) {
            return;
        }
        let own = &self.table.regions[region as usize];
        for other in (0..self.above.len()).filter(|other| *other != dimension) {
            let mut larger = own.clone();
            while let Some(&Some(set)) = self.above[other].get(larger[other] as usize) {
                larger[other] = set;
                if let Some(number) = self.table.number_of(&larger) {
                    self.put_above(number, dimension, found);
                    break;
                }
            }
        }
    }

    pub fn has_age(&self, region: &[u32]) -> bool {
        self.ages.iter().any(|&age| region[age] != 0)
    }

    /// Whether every total above a cell is reached by one dimension at a time, over cells that were
    /// asked for.
    pub fn is_closed(&self, cell: usize, work: &mut Work<'_>) -> Result<bool, Stop> {
        let (region, measure) = self.table.places[cell];
        let own = &self.table.regions[region as usize];
        let chains = self.chains(own);
        let all = chains.iter().map(|(_, chain)| chain.len()).fold(1, usize::saturating_mul);
        if chains.len() < 2 {
            return Ok(true);
        }
        if all > MOST_ABOVE {
            return Ok(false);
        }
        work.spend(all)?;
        let mut found: Vec<Vec<usize>> = Vec::new();
        for number in 1..all {
            let (region, levels) = one_of(own, &chains, number);
            let is_longer = self.table.time().is_some_and(|time| region[time] != own[time]);
            if !(is_longer && self.has_age(&region)) && self.table.find(&region, measure).is_some()
            {
                found.push(levels);
            }
        }
        let far = |levels: &[usize]| levels.iter().filter(|level| **level > 0).count() > 1;
        let between = |one: &[usize], other: &[usize]| {
            one != other && one.iter().zip(other).all(|(one, other)| one <= other)
        };
        work.spend(found.len())?;
        for own in found.iter().filter(|own| far(own)) {
            work.spend(found.len())?;
            if !found.iter().any(|one| between(one, own)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Of every dimension that has larger sets, the set of a region and these.
    pub fn chains(&self, region: &[u32]) -> Chains {
        let mut chains = Vec::new();
        for (dimension, (above, &set)) in self.above.iter().zip(region).enumerate() {
            let (mut chain, mut last) = (vec![set], set);
            while let Some(next) = above[last as usize] {
                chain.push(next);
                last = next;
            }
            if chain.len() > 1 {
                chains.push((dimension, chain));
            }
        }
        chains
    }
}
