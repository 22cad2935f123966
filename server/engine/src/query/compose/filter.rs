//! Sets that depend on the cell: at which tuples a condition holds, cell by cell.

use hashbrown::HashMap;

use super::super::error::QueryError;
use super::super::{Cancel, Limits};
use super::arithmetic::is_true;
use super::cells::{Cells, Keys};
use super::evaluate::Evaluation;
use super::node::{NO_TUPLES, Nodes};
use crate::query::error::ErrorKind;

/// A set of tuples that cells have in common: those that some cell needs, and those that some cell
/// must not have. About any other tuple nothing is said, for it exists in none of these cells.
struct Group {
    with: Keys,
    without: Keys,
}

/// The groups of a filter, as tuples, and the group of every cell. The first group is all tuples.
///
/// Two cells are in one group where the tuples of the one make no difference to the other: a
/// municipality's own cell and that of its region, if the condition says the same of it in both.
pub(super) fn resolve(
    nodes: &Nodes<'_>,
    cells: &Cells,
    filter: usize,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<(Vec<Vec<usize>>, Vec<u32>), QueryError> {
    let own = &nodes.filters[filter];
    let lengths: Vec<usize> = cells.spots.iter().map(Vec::len).collect();
    let outer = own.place.iterations.iter().map(|&one| nodes.iterations[one].len());
    let lengths: Vec<usize> = lengths.into_iter().chain(outer).collect();
    let count = lengths.iter().copied().fold(1, usize::saturating_mul);
    if count > limits.cells {
        let message = format!("en mængde skulle opgøres i over {} celler", limits.cells);
        return Err(
            QueryError::new(ErrorKind::TooLarge, message).hint("spørg om færre felter ad gangen")
        );
    }
    let size = nodes.iterations[own.iteration].len();
    let evaluation = Evaluation::new(nodes, cells, limits, cancel);
    let mut groups = Groups::new(size);
    let most = limits.grids.min(limits.cells / count.max(1)).max(1);
    let mut of_cell = Vec::with_capacity(count);
    for cell in 0..count {
        cancel.check()?;
        let mut at = place(cell, &lengths);
        let tuples = passing(&evaluation, own.iteration, own.condition, &mut at, size);
        evaluation.check()?;
        of_cell.push(groups.of(&tuples));
        if groups.groups.len() > most + 1 {
            return Err(too_many_groups(most));
        }
    }
    Ok((groups.tuples(size), of_cell))
}

/// Each group is counted for all cells, so that groups times cells is what an answer costs.
fn too_many_groups(most: usize) -> QueryError {
    let message = format!("mængden i Aggregate er forskellig i over {most} af cellerne");
    QueryError::new(ErrorKind::TooLarge, message)
        .hint("spørg om færre felter ad gangen, eller brug Sum i stedet for Aggregate")
}

/// The spots and tuples of a cell.
fn place(mut cell: usize, lengths: &[usize]) -> Vec<usize> {
    let mut at = vec![0; lengths.len()];
    for (at, length) in at.iter_mut().zip(lengths).rev() {
        *at = cell % length;
        cell /= length;
    }
    at
}

/// The tuples of a cell at which the condition holds, and the others that exist there.
fn passing(
    evaluation: &Evaluation<'_>,
    iteration: usize,
    condition: usize,
    at: &mut Vec<usize>,
    size: usize,
) -> (Keys, Keys) {
    let (mut passing, mut others) = (Keys::none(size), Keys::none(size));
    for &tuple in evaluation.tuples(iteration, at).iter() {
        at.push(tuple);
        match is_true(evaluation.value(condition, at)) {
            true => passing.put(tuple),
            false => others.put(tuple),
        }
        at.pop();
    }
    (passing, others)
}

/// Bits of the sets of tuples that are remembered, to know a set at sight (two for each tuple).
const BITS_REMEMBERED: usize = 1 << 30;

struct Groups {
    groups: Vec<Group>,
    known: HashMap<(Keys, Keys), u32>,
    /// How many tuples there are.
    size: usize,
}

impl Groups {
    fn new(size: usize) -> Groups {
        let mut all = Keys::none(size);
        (0..size).for_each(|tuple| all.put(tuple));
        let first = Group { with: all, without: Keys::none(size) };
        Groups { groups: vec![first], known: HashMap::new(), size }
    }

    /// The group of a cell.
    fn of(&mut self, own: &(Keys, Keys)) -> u32 {
        let (passing, others) = own;
        if passing.is_empty() {
            return NO_TUPLES;
        }
        if let Some(known) = self.known.get(own) {
            return *known;
        }
        let fits = |group: &Group| !passing.meets(&group.without) && !others.meets(&group.with);
        let found = self.groups.iter().position(fits).unwrap_or_else(|| {
            self.groups.push(Group { with: passing.clone(), without: others.clone() });
            self.groups.len() - 1
        });
        let group = &mut self.groups[found];
        group.with.add(passing);
        group.without.add(others);
        if self.known.len() * self.size * 2 < BITS_REMEMBERED {
            self.known.insert(own.clone(), found as u32);
        }
        found as u32
    }

    fn tuples(&self, size: usize) -> Vec<Vec<usize>> {
        let of = |group: &Group| (0..size).filter(|&tuple| group.with.has(tuple)).collect();
        self.groups.iter().map(of).collect()
    }
}
