//! Which further cells are hidden, so that at least three whole numbers remain possible for each.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::system::System;
use super::witness::Search;
use super::work::{Stop, Work};

/// Whole numbers that must remain possible for a hidden cell besides its own.
const OTHERS: usize = 2;
/// The changes that are tried.
const TRIED: [i64; 6] = [1, -1, 2, -2, 3, -3];
/// Steps of looking for one other table, and where nothing more can be hidden.
const STEPS: u32 = 100;
const MANY_STEPS: u32 = 5_000;
/// Hidden cells around one in which a further cell is looked for.
const AROUND: usize = 64;
/// Where there is less room than this, one more hidden cell helps.
const TIGHT: i64 = 2;

/// The relations of every cell, each with its factor.
type ByCell = [Vec<(u32, i64)>];

/// Hides further cells, by their links, until every hidden one is proven to be open. False where no
/// proof was found: then all must be hidden.
///
/// # Errors
/// The work ended.
pub(super) fn protect(
    system: &System,
    hidden: &mut [bool],
    work: &mut Work<'_>,
) -> Result<bool, Stop> {
    let by_cell = system.by_cell();
    let mut known: Vec<BTreeSet<i64>> = vec![BTreeSet::new(); system.cells.len()];
    let all = 0..system.cells.len();
    let is_hidden = |cell: &usize| hidden[system.cells[*cell].link];
    let mut open: VecDeque<usize> =
        all.filter(is_hidden).filter(|&cell| system.must_be_open(cell)).collect();
    let tied = tied(system);
    while let Some(cell) = open.pop_front() {
        if prove(system, &by_cell, hidden, (cell, STEPS), &mut known, work)? {
            continue;
        }
        let mut more = None;
        for (room, around) in [(TIGHT, AROUND), (i64::MAX, AROUND), (i64::MAX, usize::MAX)] {
            if more.is_none() {
                more = further(system, &by_cell, hidden, (cell, room, around), work)?;
            }
        }
        let Some(more) = more else {
            match prove(system, &by_cell, hidden, (cell, MANY_STEPS), &mut known, work)? {
                true => continue,
                false => return Ok(false),
            }
        };
        hidden[more] = true;
        open.push_front(cell);
        open.extend(tied[more].iter().copied());
    }
    Ok(true)
}

/// For every cell, those that are hidden with it.
fn tied(system: &System) -> Vec<Vec<usize>> {
    let mut tied = vec![Vec::new(); system.cells.len()];
    for (at, cell) in system.cells.iter().enumerate() {
        tied[cell.link].push(at);
    }
    tied
}

/// Whether enough other tables are found for a cell; what they say of other cells is noted too.
fn prove(
    system: &System,
    by_cell: &ByCell,
    hidden: &[bool],
    (cell, steps): (usize, u32),
    known: &mut [BTreeSet<i64>],
    work: &mut Work<'_>,
) -> Result<bool, Stop> {
    let mut search = Search::new(system, by_cell, hidden);
    for by in TRIED {
        if known[cell].len() >= OTHERS {
            return Ok(true);
        }
        if known[cell].contains(&by) {
            continue;
        }
        for (other, by) in search.find(cell, by, steps, work)?.into_iter().flatten() {
            known[other].insert(by);
        }
    }
    Ok(known[cell].len() >= OTHERS)
}

/// The cell, by its link, that helps a hidden one most, among relations that have less room than so
/// much: in a relation that hides the fewest, the one that closes the most of its other relations, and
/// of these the smallest.
fn further(
    system: &System,
    by_cell: &ByCell,
    hidden: &[bool],
    (start, room, around): (usize, i64, usize),
    work: &mut Work<'_>,
) -> Result<Option<usize>, Stop> {
    let mut count = Count { system, hidden, counted: BTreeMap::new() };
    let is_tight =
        |relation: u32| system.relations[relation as usize].room.is_none_or(|own| own < room);
    let mut seen = BTreeSet::from([start]);
    let mut queue = VecDeque::from([start]);
    let mut best: Option<((usize, usize, i64, usize), usize)> = None;
    while let Some(cell) = queue.pop_front() {
        for &(relation, _) in by_cell[cell].iter().filter(|(own, _)| is_tight(*own)) {
            let hides = count.hidden_in(relation, work)?;
            for &(other, _) in &system.relations[relation as usize].terms {
                work.spend(1)?;
                let link = system.cells[other].link;
                if hidden[link] {
                    if seen.len() < around && seen.insert(other) {
                        queue.push_back(other);
                    }
                    continue;
                }
                let Some(value) = system.cells[link].value.filter(|value| *value > 0) else {
                    continue;
                };
                let mut closes = 0;
                for &(own, _) in by_cell[other].iter().filter(|(own, _)| is_tight(*own)) {
                    closes += usize::from(count.hidden_in(own, work)? > 0);
                }
                let rank = (hides, usize::MAX - closes, value, link);
                if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                    best = Some((rank, link));
                }
            }
        }
    }
    Ok(best.map(|(_, link)| link))
}

/// How many cells of relations are hidden, each counted once.
struct Count<'s> {
    system: &'s System,
    hidden: &'s [bool],
    counted: BTreeMap<u32, usize>,
}

impl Count<'_> {
    fn hidden_in(&mut self, relation: u32, work: &mut Work<'_>) -> Result<usize, Stop> {
        if let Some(known) = self.counted.get(&relation) {
            work.spend(1)?;
            return Ok(*known);
        }
        let terms = &self.system.relations[relation as usize].terms;
        work.spend(terms.len())?;
        let is_hidden = |cell: usize| self.hidden[self.system.cells[cell].link];
        let count = terms.iter().filter(|(cell, _)| is_hidden(*cell)).count();
        self.counted.insert(relation, count);
        Ok(count)
    }
}
