//! A question → an answer: parse → bind → plan → execute.
//!
//! A pivot in fields and an MDX text become the same [`bound::Bound`], and so one and the same plan.

pub mod bound;
pub mod cellset;
pub mod error;
pub mod pivot;
pub mod view;
pub mod role;
pub mod names;
pub mod parse;
pub mod bind;
pub mod show;
pub mod table;
mod answer;
pub mod drill;
mod execute;
mod limits;
mod plan;

pub use answer::{Answer, Question, answer, translate};
pub use cellset::CellSet;
pub use drill::{Drill, Drilled, drill};
pub use error::{ErrorKind, QueryError};
pub use limits::{Cancel, Limits};
pub use pivot::Pivot;
pub use table::Table;
pub use view::View;

/// Plans and executes a bound question.
///
/// # Errors
/// The answer would be larger than the limits, or the question was cancelled.
pub fn run(
    view: &View,
    bound: &bound::Bound,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<CellSet, QueryError> {
    let plan = plan::plan(view, bound, limits)?;
    execute::execute(&plan, limits, cancel)
}
