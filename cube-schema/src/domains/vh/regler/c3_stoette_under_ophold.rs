#![doc = include_str!("c3_stoette_under_ophold.md")]

use crate::day::{Day, Interval};
use crate::rule::{Case, Context};

use super::super::record::Record;
use super::super::reference::Reference;
use super::faelles_dage::{Held, as_known};

/// The support in the citizen's own home.
pub const STOETTE: &str = "1.12.0.2";
/// The stays that hold such support already. A temporary stay (1.8.2) does not.
pub const OPHOLD: [&str; 2] = ["1.12.0.1", "1.8.1"];

/// Days of a stay are taken out of the support in the own home.
pub fn stoette_under_ophold(cases: &mut [Case<'_, Record>], context: &Context<'_, Reference>) {
    let (supports, stays): (Vec<usize>, Vec<usize>) = (0..cases.len())
        .filter(|at| is_about(&cases[*at], context.reference))
        .partition(|at| cases[*at].record.ydelseskode(context.reference) == STOETTE);
    let held = Held::of(stays.iter().map(|&stay| &*cases[stay].pieces));
    for support in supports {
        let case = &mut cases[support];
        let left = held.leave(&case.pieces);
        if left != case.pieces {
            case.marked = true;
            case.pieces = as_known(&case.pieces, left, context.as_of);
        }
    }
}

fn is_about(case: &Case<'_, Record>, reference: &Reference) -> bool {
    let code = case.record.ydelseskode(reference);
    code == STOETTE || OPHOLD.contains(&code)
}

/// `Dato uden overlap` of a marked support record: the last day of its first piece left, or, where
/// the support began inside the stay, the first day left; `None` where none is left.
#[must_use]
pub fn dato_uden_overlap(start: Day, pieces: &[Interval]) -> Option<Day> {
    let first = pieces.first()?;
    Some(if first.first == start { first.last } else { first.first })
}
