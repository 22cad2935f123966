//! Other tables that everybody would hold for possible: the proof that a hidden cell is open.
//!
//! One hidden cell is changed, and what then breaks a relation is mended by changing other hidden cells,
//! until nothing is broken. What is found is a whole table that differs from the true one in hidden
//! cells alone and holds every relation; so nobody, by whatever means, can rule its values out.

use std::collections::BTreeMap;

use super::system::System;
use super::work::{Stop, Work};

/// Cells are mended at most so deep, and so many at each depth.
const DEEPEST: usize = 48;
const WIDEST: usize = 6;

/// Looks for other tables.
pub(super) struct Search<'s> {
    system: &'s System,
    by_cell: &'s [Vec<(u32, i64)>],
    hidden: &'s [bool],
    /// Steps that are left for this table.
    steps: u32,
    changes: BTreeMap<usize, i64>,
    sums: BTreeMap<u32, i64>,
}

impl<'s> Search<'s> {
    pub fn new(
        system: &'s System,
        by_cell: &'s [Vec<(u32, i64)>],
        hidden: &'s [bool],
    ) -> Search<'s> {
        let (changes, sums) = (BTreeMap::new(), BTreeMap::new());
        Search { system, by_cell, hidden, steps: 0, changes, sums }
    }

    /// The changes of a table in which a cell differs by something; `None` where none is found in so
    /// many steps.
    ///
    /// # Errors
    /// The work ended.
    pub fn find(
        &mut self,
        cell: usize,
        by: i64,
        steps: u32,
        work: &mut Work<'_>,
    ) -> Result<Option<BTreeMap<usize, i64>>, Stop> {
        work.spend(1)?;
        self.changes.clear();
        self.sums.clear();
        self.steps = steps;
        if !self.may_change(cell, by) {
            return Ok(None);
        }
        self.change(cell, by);
        Ok(self.mend(0, work)?.then(|| self.changes.clone()))
    }

    fn is_hidden(&self, cell: usize) -> bool {
        self.hidden[self.system.cells[cell].link]
    }

    /// Whether a cell may be so much more, for itself.
    fn may_change(&self, cell: usize, by: i64) -> bool {
        let (least, most) = self.system.bounds(cell);
        let value = self.system.cells[cell].value;
        self.is_hidden(cell)
            && !self.changes.contains_key(&cell)
            && value.is_none_or(|value| (least..=most).contains(&(value + by)))
    }

    fn change(&mut self, cell: usize, by: i64) {
        self.changes.insert(cell, by);
        self.add(cell, by);
    }

    fn undo(&mut self, cell: usize) {
        if let Some(by) = self.changes.remove(&cell) {
            self.add(cell, -by);
        }
    }

    fn add(&mut self, cell: usize, by: i64) {
        for &(relation, factor) in &self.by_cell[cell] {
            let sum = self.sums.entry(relation).or_default();
            *sum += factor * by;
            if *sum == 0 {
                self.sums.remove(&relation);
            }
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
            self.undo(cell);
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
        ways.sort_unstable();
        Ok(ways)
    }

    /// How many relations of a cell are broken when it is changed.
    fn broken_by(&mut self, cell: usize, by: i64) -> usize {
        self.change(cell, by);
        let broken = self.by_cell[cell].iter().filter(|(own, _)| self.excess(*own) != 0).count();
        self.undo(cell);
        broken
    }
}
