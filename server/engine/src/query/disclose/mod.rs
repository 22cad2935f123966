//! Disclosure control (A3): small counts are hidden before anything calculates with them.
//!
//! Every stored figure of a question passes here on its way from the sweep to the answer or to a
//! formula. Counts from 1 up to the threshold are hidden, and what is tied to them. Then the question is
//! answered again: all stored cells that it read are one `table::Table`, what everybody knows of them
//! one `system::System`, and further cells are hidden until for each hidden one whole other tables
//! are found that hold all that is known (`choose`). A hidden figure is an error of its own kind in
//! formulas, so that whatever reads it is hidden too, and what would have to be decided by it is
//! refused. Below small totals it is not told whether there is anything (`veil`). Where no proof is found in
//! bounded steps, the question is refused.
//!
//! What an attacker is taken to know is written in `SECURITY.md`; several questions together are not
//! looked at.

mod choose;
mod days;
mod flow;
mod hide;
mod lines;
mod minimum;
mod nothing;
mod parts;
mod reads;
mod region;
mod rules;
mod session;
mod subtract;
mod system;
mod table;
#[cfg(test)]
mod tests;
mod veil;
mod witness;
mod work;

pub use rules::Rules;

pub(super) use hide::{HIDDEN, is_hidden, without_positions};
pub(super) use session::{Asking, Session};

use super::error::{ErrorKind, QueryError};
use super::view::View;

/// What is wrong where a figure is hidden.
pub(super) fn hidden() -> QueryError {
    let message = "tallet er skjult, fordi det er lille eller ville røbe et lille tal (A3)";
    QueryError::new(ErrorKind::Hidden, message).hint(
        "det, der står her (for eksempel Filter, Order, TopCount eller IIF), kan ikke afgøres uden \
         tallet; brug et højere niveau, færre felter, eller skriv medlemmerne selv",
    )
}

/// Refuses what tells of the records behind figures, where these are under disclosure control.
///
/// # Errors
/// They are.
pub(super) fn refuse(view: &View, what: &str) -> Result<(), QueryError> {
    if view.asking().is_none() {
        return Ok(());
    }
    let message =
        format!("{what} gives ikke i kuben '{}', mens små tal skjules (A3)", view.cube().name);
    Err(QueryError::new(ErrorKind::Hidden, message)
        .hint("spørg en kube, hvor små tal ikke skjules; en kommune ser sine egne ydelser i sin egen kube"))
}
