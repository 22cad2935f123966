//! Which further cells are hidden, so that at least three whole numbers remain possible for each.

use std::collections::{BTreeSet, VecDeque};

use super::system::System;
use super::witness::Search;

/// Whole numbers that must remain possible for a hidden cell besides its own.
const OTHERS: usize = 2;
/// The changes that are tried.
const TRIED: [i64; 6] = [1, -1, 2, -2, 3, -3];
/// Steps of looking for one other table, and for all of a result: some tenths of a second.
const STEPS: u32 = 400;
const ALL_STEPS: u32 = 200_000;
/// Hidden cells around one in which a further cell is looked for.
const AROUND: usize = 64;
/// Where there is less room than this, one more hidden cell helps.
const TIGHT: i64 = 2;

/// Hides further cells, by their links, until every hidden one is proven to be open. False where no
/// proof was found in the steps that there are: then all must be hidden.
pub(super) fn protect(system: &System, hidden: &mut [bool]) -> bool {
    let by_cell = system.by_cell();
    let mut known: Vec<BTreeSet<i64>> = vec![BTreeSet::new(); system.cells.len()];
    let is_hidden = |hidden: &[bool], cell: usize| hidden[system.cells[cell].link];
    let mut open: VecDeque<usize> =
        (0..system.cells.len()).filter(|&cell| is_hidden(hidden, cell)).collect();
    let tied = tied(system);
    let mut all_steps = ALL_STEPS;
    while let Some(cell) = open.pop_front() {
        if prove(system, &by_cell, hidden, cell, &mut known, &mut all_steps) {
            continue;
        }
        if all_steps == 0 {
            return false;
        }
        let Some(more) = further(system, &by_cell, hidden, cell) else { return false };
        hidden[more] = true;
        open.push_front(cell);
        open.extend(tied[more].iter().copied());
    }
    true
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
    by_cell: &[Vec<u32>],
    hidden: &[bool],
    cell: usize,
    known: &mut [BTreeSet<i64>],
    all_steps: &mut u32,
) -> bool {
    let mut search = Search::new(system, by_cell, hidden);
    for by in TRIED {
        if known[cell].len() >= OTHERS {
            return true;
        }
        if known[cell].contains(&by) {
            continue;
        }
        let given = STEPS.min(*all_steps);
        let mut steps = given;
        let found = search.find(cell, by, &mut steps);
        *all_steps = all_steps.saturating_sub(given - steps + 1);
        for (other, by) in found.into_iter().flatten() {
            known[other].insert(by);
        }
    }
    known[cell].len() >= OTHERS
}

/// The cell, by its link, that helps a hidden one most: in a relation that hides the fewest, the one
/// that closes the most of its other relations, and of these the smallest.
fn further(system: &System, by_cell: &[Vec<u32>], hidden: &[bool], start: usize) -> Option<usize> {
    let is_hidden = |cell: usize| hidden[system.cells[cell].link];
    let is_tight =
        |relation: u32| system.relations[relation as usize].room.is_none_or(|room| room < TIGHT);
    let hidden_in = |relation: u32| {
        let terms = &system.relations[relation as usize].terms;
        terms.iter().filter(|(cell, _)| is_hidden(*cell)).count()
    };
    let closes = |cell: usize| {
        let own = by_cell[cell].iter().filter(|&&own| is_tight(own) && hidden_in(own) > 0);
        own.count()
    };
    let mut seen = BTreeSet::from([start]);
    let mut queue = VecDeque::from([start]);
    let mut best: Option<((usize, usize, i64, usize), usize)> = None;
    while let Some(cell) = queue.pop_front() {
        for &relation in by_cell[cell].iter().filter(|&&own| is_tight(own)) {
            let count = hidden_in(relation);
            for &(other, _) in &system.relations[relation as usize].terms {
                if is_hidden(other) {
                    if seen.len() < AROUND && seen.insert(other) {
                        queue.push_back(other);
                    }
                    continue;
                }
                let link = system.cells[other].link;
                let Some(value) = system.cells[link].value.filter(|value| *value > 0) else {
                    continue;
                };
                let rank = (count, usize::MAX - closes(other), value, link);
                if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                    best = Some((rank, link));
                }
            }
        }
    }
    best.map(|(_, link)| link)
}
