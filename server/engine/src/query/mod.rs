//! A question → an answer: parse → bind → evaluate → plan → execute.
//!
//! A pivot in fields and an MDX text become the same [`bound::Bound`], and so one and the same plan.

pub mod bound;
pub mod cellset;
pub mod error;
pub mod pivot;
mod parameters;
pub mod view;
pub mod role;
pub mod names;
pub mod parse;
pub mod bind;
pub mod show;
pub mod shape;
pub mod format;
pub mod table;
mod told;
pub mod disclose;
pub mod drill;
pub mod explain;
pub mod held;
pub mod diff;
mod answer;
mod evaluate;
mod expr;
mod functions;
mod execute;
mod limits;
mod notes;
pub mod profile;
mod plan;

pub use answer::{Answer, Prepared, Question, Wanted, answer, prepare, translate, wanted};
pub use cellset::CellSet;
pub use drill::{Drill, Drilled, drill, drill_mdx};
pub use error::{ErrorKind, QueryError};
pub use functions::{Described, Kind, Takes, catalogue};
pub use held::Held;
pub use limits::{Cancel, Limits};
pub use parameters::{Parameter, Parameters};
pub use pivot::Pivot;
pub use profile::{Profile, profile};
pub use table::Table;
pub use view::View;

/// Answers a bound question.
///
/// # Errors
/// The answer would be larger than the limits, or the question was cancelled.
pub fn run(
    view: &View,
    bound: &bound::Bound,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<CellSet, QueryError> {
    let cells = evaluate::answer(view, bound, limits, cancel)?;
    let mut cells = disclose::without_positions(bound, cells, cancel)?;
    evaluate::tell_properties(view, bound, &mut cells, (limits, cancel))?;
    let is_measures = |column: &bound::HierarchyRef| *column == bound::HierarchyRef::Measures;
    let on_axis = cells.axes.iter().any(|axis| axis.columns.iter().any(is_measures));
    let measure = (!on_axis).then_some(bound.measure);
    Ok(CellSet { warnings: bound.warnings.clone(), measure, ..cells })
}

/// Plans and counts a question about stored measures of one group. Where small counts are hidden, no
/// other way leads to a figure.
fn count(
    view: &View,
    bound: &bound::Bound,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<CellSet, QueryError> {
    let mut cells = counted(view, bound, limits, cancel)?;
    if let Some(asking) = view.asking() {
        let also = |other: &bound::Bound| counted(view, other, limits, cancel);
        asking.hide(view.cube(), bound, &mut cells, cancel, also)?;
    }
    Ok(cells)
}

/// The same with small counts: for what tells no figure.
fn counted(
    view: &View,
    bound: &bound::Bound,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<CellSet, QueryError> {
    cancel.check()?;
    let plan = plan::plan(view, bound, (limits, cancel))?;
    cancel.check()?;
    let (cells, ran) = execute::execute(&plan, limits, cancel)?;
    cancel.note(|noted| noted.count(bound, &cells, ran));
    Ok(cells)
}
