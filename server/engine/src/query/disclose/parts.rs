//! Which cells are parts of which: from where they stand to the relations that everybody knows.

use std::collections::BTreeMap;

use cube_schema::schema::MeasureKind;
use hashbrown::{HashMap, HashSet};

use super::flow;
use super::region::Sets;
use super::rules::{Rule, Rules};
use super::system::{Role, System};
use super::table::Table;
use super::veil::Veil;
use super::work::{Stop, Work};
use crate::cube::{Cube, MeasureRef, Use};

/// Different sets of keys of one dimension beyond which their order is not worked out.
const MOST_SETS: usize = 4000;
/// Totals above one cell that are looked through.
const MOST_ABOVE: usize = 2048;
/// Cells with what totals have besides.
const MOST_CELLS: usize = 1_000_000;

/// For every dimension and set, the next larger one that was asked for.
pub(super) type Above = Vec<Vec<Option<u32>>>;

/// The cells of a table, and behind them what totals have beside the parts that were asked for, with
/// their relations; `None` where parts and totals lie across each other, so that they cannot be told by
/// one dimension at a time.
///
/// # Errors
/// The work ended.
pub(super) fn system(
    cube: &Cube,
    rules: &Rules,
    (table, above, veil): (&Table, &Above, &Veil),
    work: &mut Work<'_>,
) -> Result<Option<System>, Stop> {
    let ages = ages(cube, table);
    let lines = Lines { table, above, ages: &ages };
    for cell in 0..table.cells.len() {
        if !lines.is_closed(cell, work)? {
            return Ok(None);
        }
    }
    let (mut table, mut above) = (table.clone(), above.clone());
    put_rests(rules, (&mut table, &mut above), &ages, veil, work)?;
    let lines = Lines { table: &table, above: &above, ages: &ages };
    let mut system =
        System { cells: table.cells.clone(), relations: Vec::new(), threshold: rules.threshold };
    for dimension in 0..table.sets.dimensions() {
        for (total, parts) in lines.parts(dimension, work)? {
            let adds_up = rules.parts(table.places[total].1).contains(&dimension);
            match adds_up || are_days(&table, total, &parts) {
                true => system.additive(total, &parts),
                false => system.covering(total, &parts),
            }
        }
    }
    ordered(cube, rules, &table, &mut system, work)?;
    flow::put(rules, &table, &ages, &mut system, work)?;
    Ok(Some(system))
}

/// Whether they are days or sums, and the parts may be all that the total has: then the total and all
/// parts but one bound that one closely, whether they add up or not.
fn are_days(table: &Table, total: usize, parts: &[usize]) -> bool {
    let count = |cell: usize| table.cells[table.cells[cell].link].value;
    let of_parts: Option<i64> = parts.iter().map(|&part| count(part)).sum();
    table.cells[total].value.is_none() && of_parts >= count(total)
}

/// Puts in what totals have beside their parts: who subtracts has it. What that has besides along the
/// next dimensions too. Where nobody is shown all parts of a small total, it may have something besides
/// that is nothing.
fn put_rests(
    rules: &Rules,
    (table, above): (&mut Table, &mut Above),
    ages: &[usize],
    veil: &Veil,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    for dimension in 0..table.sets.dimensions() {
        let lines = Lines { table, above, ages };
        let parts = lines.parts(dimension, work)?;
        let unseen = lines.unseen(rules, dimension, &parts, veil);
        for (total, parts) in parts {
            let (region, measure) = table.places[total];
            if !rules.parts(measure).contains(&dimension) {
                continue;
            }
            let of = table.regions[region as usize][dimension];
            let can_be = unseen.contains(&region);
            let Some(set) = table.put_rest(total, dimension, &parts, can_be) else { continue };
            let above = &mut above[dimension];
            above.resize(above.len().max(set as usize + 1), None);
            above[set as usize] = Some(of);
            if table.cells.len() > MOST_CELLS {
                return Err(Stop::TooMuch);
            }
        }
    }
    Ok(())
}

/// Counts that are never larger than others, wherever both are asked for. Two that count different
/// things, and as many, can be one there: people, and pairs of person and service, within one service.
fn ordered(
    cube: &Cube,
    rules: &Rules,
    table: &Table,
    system: &mut System,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    let is_distinct =
        |cell: usize| cube.measure(table.places[cell].1).kind == MeasureKind::Distinct;
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for own in table.together.values() {
        work.spend(own.len())?;
        let cells: HashMap<MeasureRef, usize> = own.iter().copied().collect();
        for &(measure, less) in own {
            let Some(Rule::Count { at_most, .. }) = rules.of(measure) else { continue };
            pairs.extend(at_most.iter().filter_map(|more| Some((less, *cells.get(more)?))));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    for &(less, more) in &pairs {
        let is_alike = system.cells[less].value == system.cells[more].value;
        match is_alike && is_distinct(less) && is_distinct(more) {
            true => system.equal(less, more),
            false => system.at_most(less, more),
        }
        // Where it is not told whether there are citizens, there are services of theirs or none.
        if may_be_none(table, less) && counts_all(cube, table, less) {
            system.none_without(more, less);
        }
    }
    Ok(())
}

fn may_be_none(table: &Table, cell: usize) -> bool {
    matches!(table.cells[cell].role, Role::Veiled | Role::Rest)
}

/// Whether a count has something wherever anything is.
fn counts_all(cube: &Cube, table: &Table, cell: usize) -> bool {
    let kind = cube.measure(table.places[cell].1).kind;
    matches!(kind, MeasureKind::Distinct | MeasureKind::Count)
}

/// The dimensions that are ages: one is told at the end of a period, so that a part of a period is no
/// part of the whole for one age.
fn ages(cube: &Cube, table: &Table) -> Vec<usize> {
    let is_age = |&dimension: &usize| {
        cube.groups.iter().any(|group| group.uses[dimension] == Some(Use::Age))
    };
    (0..table.sets.dimensions()).filter(is_age).collect()
}

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

/// From cells to their totals.
struct Lines<'t> {
    table: &'t Table,
    above: &'t Above,
    ages: &'t [usize],
}

impl Lines<'_> {
    /// The totals along a dimension, each with its parts.
    fn parts(
        &self,
        dimension: usize,
        work: &mut Work<'_>,
    ) -> Result<BTreeMap<usize, Vec<usize>>, Stop> {
        let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for cell in 0..self.table.cells.len() {
            work.spend(1)?;
            if let Some(total) = self.total(cell, dimension) {
                parts.entry(total).or_default().push(cell);
            }
        }
        Ok(parts)
    }

    /// The smallest total of a cell that was asked for, along one dimension.
    fn total(&self, cell: usize, dimension: usize) -> Option<usize> {
        let (region, measure) = self.table.places[cell];
        let own = &self.table.regions[region as usize];
        self.above[dimension][own[dimension] as usize]?;
        if Some(dimension) == self.table.time() && self.has_age(own) {
            return None;
        }
        let mut region = own.clone();
        loop {
            region[dimension] = self.above[dimension][region[dimension] as usize]?;
            if let Some(total) = self.table.find(&region, measure) {
                return Some(total);
            }
        }
    }

    /// The totals of whose parts along a dimension not all are shown, where that may hide small ones: of
    /// small totals that lie over a veil, and of all above these.
    fn unseen(
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

    fn has_age(&self, region: &[u32]) -> bool {
        self.ages.iter().any(|&age| region[age] != 0)
    }

    /// Whether every total above a cell is reached by one dimension at a time, over cells that were
    /// asked for.
    fn is_closed(&self, cell: usize, work: &mut Work<'_>) -> Result<bool, Stop> {
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
        let mut levels = vec![0; chains.len()];
        for mut number in 1..all {
            let mut region = own.clone();
            for (level, (dimension, chain)) in levels.iter_mut().zip(&chains) {
                *level = number % chain.len();
                number /= chain.len();
                region[*dimension] = chain[*level];
            }
            let is_longer = self.table.time().is_some_and(|time| region[time] != own[time]);
            if !(is_longer && self.has_age(&region)) && self.table.find(&region, measure).is_some()
            {
                found.push(levels.clone());
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
    fn chains(&self, region: &[u32]) -> Vec<(usize, Vec<u32>)> {
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
