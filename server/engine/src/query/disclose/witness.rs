//! Other tables that everybody would hold for possible: the proof that a hidden cell is open.
//!
//! One hidden cell is changed, and what then breaks a relation is mended by changing other hidden cells,
//! until nothing is broken. What is found is a whole table that differs from the true one in hidden
//! cells alone and holds every relation; so nobody, by whatever means, can rule its values out.

use std::collections::{BTreeMap, BTreeSet};

use super::system::System;
use super::work::{Stop, Work};

/// Cells are mended at most so deep, and so many at each depth.
const DEEPEST: usize = 160;
const WIDEST: usize = 6;

/// Looks for other tables.
pub(super) struct Search<'s> {
    system: &'s System,
    by_cell: &'s [Vec<(u32, i64)>],
    hidden: &'s [bool],
    /// Steps that are left for this table.
    steps: u32,
    /// What of alike changes is tried first.
    order: u32,
    /// By how much the cells of the table differ from the true one, and what that makes of relations.
    changes: BTreeMap<usize, i64>,
    sums: BTreeMap<u32, i64>,
    /// The cells that were changed on the way from the table before.
    moved: BTreeSet<usize>,
}

/// How long another table is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Steps for one table.
    pub steps: u32,
    /// How often it is looked for anew, other changes first.
    pub orders: u32,
}

impl<'s> Search<'s> {
    pub fn new(
        system: &'s System,
        by_cell: &'s [Vec<(u32, i64)>],
        hidden: &'s [bool],
    ) -> Search<'s> {
        let (changes, sums, moved) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Search { system, by_cell, hidden, steps: 0, order: 0, changes, sums, moved }
    }

    /// Back to the true table; from here on other changes come first for every `order`.
    pub fn begin(&mut self, order: u32) {
        self.order = order;
        self.changes.clear();
        self.sums.clear();
    }

    /// From the last table that was found to one in which a cell differs by so much more; says whether one
    /// is found in so many steps.
    ///
    /// # Errors
    /// The work ended.
    pub fn find(
        &mut self,
        cell: usize,
        by: i64,
        steps: u32,
        work: &mut Work<'_>,
    ) -> Result<bool, Stop> {
        work.spend(1)?;
        self.moved.clear();
        self.steps = steps;
        if !self.may_change(cell, by) {
            return Ok(false);
        }
        self.change(cell, by);
        let is_found = self.mend(0, work)?;
        if !is_found {
            self.undo(cell, by);
        }
        Ok(is_found)
    }

    /// By how much the cells of the table that was found differ from the true one.
    pub fn changes(&self) -> impl Iterator<Item = (usize, i64)> {
        self.changes.iter().map(|(cell, by)| (*cell, *by))
    }

    fn is_hidden(&self, cell: usize) -> bool {
        self.hidden[self.system.cells[cell].link]
    }

    /// Whether a cell may be so much more, for itself.
    fn may_change(&self, cell: usize, by: i64) -> bool {
        let (least, most) = self.system.bounds(cell);
        let before = self.changes.get(&cell).copied().unwrap_or_default();
        let value = self.system.cells[cell].value;
        self.is_hidden(cell)
            && !self.moved.contains(&cell)
            && value.is_none_or(|value| (least..=most).contains(&(value + before + by)))
    }

    fn change(&mut self, cell: usize, by: i64) {
        self.moved.insert(cell);
        self.add(cell, by);
    }

    fn undo(&mut self, cell: usize, by: i64) {
        self.moved.remove(&cell);
        self.add(cell, -by);
    }

    fn add(&mut self, cell: usize, by: i64) {
        put(&mut self.changes, cell, by);
        for &(relation, factor) in &self.by_cell[cell] {
            put(&mut self.sums, relation, factor * by);
        }
    }

    /// By how much a relation is broken.
    fn excess(&self, relation: u32) -> i64 {
        let sum = self.sums.get(&relation).copied().unwrap_or_default();
        match self.system.relations[relation as usize].room {
            None => sum,
            Some(room) => (sum - room).max(0),
        }
    }

    /// Mends what is broken, and says whether it could.
    fn mend(&mut self, depth: usize, work: &mut Work<'_>) -> Result<bool, Stop> {
        work.spend(self.sums.len())?;
        let broken: Vec<u32> =
            self.sums.keys().copied().filter(|&own| self.excess(own) != 0).collect();
        if broken.is_empty() {
            return Ok(true);
        }
        if depth >= DEEPEST {
            return Ok(false);
        }
        // The one that leaves the fewest ways is mended first.
        let mut fewest: Option<Vec<(usize, usize, i64)>> = None;
        for relation in broken {
            let ways = self.ways(relation, work)?;
            if fewest.as_ref().is_none_or(|known| ways.len() < known.len()) {
                fewest = Some(ways);
            }
        }
        for (_, cell, by) in fewest.into_iter().flatten().take(WIDEST) {
            let Some(left) = self.steps.checked_sub(1) else { return Ok(false) };
            self.steps = left;
            self.change(cell, by);
            if self.mend(depth + 1, work)? {
                return Ok(true);
            }
            self.undo(cell, by);
        }
        Ok(false)
    }

    /// The changes that mend a relation, or some of it: the best first.
    fn ways(
        &mut self,
        relation: u32,
        work: &mut Work<'_>,
    ) -> Result<Vec<(usize, usize, i64)>, Stop> {
        let excess = self.excess(relation);
        let terms = &self.system.relations[relation as usize].terms;
        work.spend(terms.len())?;
        let mut ways = Vec::new();
        for &(cell, factor) in terms {
            let way = -factor.signum() * excess.signum();
            let whole = excess.unsigned_abs().div_ceil(factor.unsigned_abs()) as i64;
            for by in [way * whole, way] {
                if self.may_change(cell, by) && ways.last() != Some(&(0, cell, by)) {
                    ways.push((0, cell, by));
                }
            }
        }
        for way in &mut ways {
            work.spend(self.by_cell[way.1].len())?;
            way.0 = self.broken_by(way.1, way.2);
        }
        let order = self.order;
        ways.sort_unstable_by_key(|&(broken, cell, by)| (broken, place(cell, order), by));
        Ok(ways)
    }

    /// How many relations of a cell are broken when it is changed.
    fn broken_by(&mut self, cell: usize, by: i64) -> usize {
        self.change(cell, by);
        let broken = self.by_cell[cell].iter().filter(|(own, _)| self.excess(*own) != 0).count();
        self.undo(cell, by);
        broken
    }
}

/// Adds to a number; what is nothing is not kept.
fn put<K: Ord + Copy>(numbers: &mut BTreeMap<K, i64>, key: K, by: i64) {
    let number = numbers.entry(key).or_default();
    *number += by;
    if *number == 0 {
        numbers.remove(&key);
    }
}

/// Another place for a cell in every order; the true one in the first.
fn place(cell: usize, order: u32) -> u64 {
    let mixed = (cell as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(order);
    if order == 0 { cell as u64 } else { mixed }
}
