//! A plan → an answer: bitmaps select rows, ordered sweeps count them, positions are found from
//! what was counted.

mod block;
mod cells;
mod columns;
mod groups;
mod place;
mod positions;
mod select;
mod single;
mod sweep;

pub(super) use cells::behind;
pub(super) use positions::that_exist;

use super::cellset::CellSet;
use super::error::QueryError;
use super::plan::{Choice, Plan, TimeChoice};
use super::{Cancel, Limits};
use cells::{Asked, Counted};
use columns::Columns;
use groups::Groups;
use place::Place;
use sweep::{Counts, Pass};

/// Answers a planned question.
pub(super) fn execute(
    plan: &Plan<'_>,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<CellSet, QueryError> {
    let selected = select::select(plan);
    let choices: Vec<Vec<Choice>> = plan
        .dimensions
        .iter()
        .zip(&selected.exact)
        .map(|(dimension, &exact)| dimension.choices(plan, exact))
        .collect();
    let columns = counts_of(plan)
        .into_iter()
        .map(|counting| (counting, Columns::new(plan, &selected, counting)));
    let columns: Vec<(Counting, Columns<'_>)> = columns.collect();
    let mut counted = Vec::new();
    for chosen in combinations(&choices) {
        for time in &plan.times {
            counted.extend(count_pass(plan, &chosen, time, &columns, limits, cancel)?);
        }
    }
    cells::assemble(plan, &counted, limits)
}

/// One choice of each dimension, in every combination.
fn combinations(choices: &[Vec<Choice>]) -> Vec<Vec<&Choice>> {
    let mut all: Vec<Vec<&Choice>> = vec![Vec::new()];
    for own in choices {
        all = all
            .iter()
            .flat_map(|chosen| {
                own.iter().map(move |choice| chosen.iter().copied().chain([choice]).collect())
            })
            .collect();
    }
    all
}

/// Counts every measure of one pass; `None` where the pass has no places or periods.
fn count_pass<'a>(
    plan: &'a Plan<'_>,
    chosen: &[&'a Choice],
    time: &TimeChoice,
    columns: &[(Counting, Columns<'_>)],
    limits: &Limits,
    cancel: &Cancel,
) -> Result<Option<Counted<'a>>, QueryError> {
    let rows = plan.rows();
    if time.count == 0 || rows.is_empty() || chosen.iter().any(|choice| choice.size == 0) {
        return Ok(None);
    }
    let places = places(plan, chosen);
    let mut groups = Groups::new(&places, time.count, limits)?;
    let mut grids: Vec<Counts> = Vec::new();
    for (counting, columns) in columns {
        let pass = Pass { rows, counting: *counting, columns, places: &places, time, cancel };
        grids.push(sweep::sweep(&pass, &mut groups)?);
    }
    let activity = columns.iter().position(|(counting, _)| !counting.at_end).unwrap_or(0);
    let measures = plan.measures.iter().map(|(measure, codes)| {
        let measure = plan.view.cube().measure(*measure);
        let own = Counting::of(measure);
        let grid = columns.iter().position(|(counting, _)| *counting == own).unwrap_or(0);
        Asked::new(grid, codes, measure.decimals, time)
    });
    let measures = measures.collect();
    Ok(Some(Counted { places, groups, activity, grids, measures }))
}

/// What a sweep counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counting {
    /// The order of the rows; `None` is their own, by entity.
    order: Option<usize>,
    /// Whether only rows count that reach the last day of the period.
    at_end: bool,
}

impl Counting {
    fn of(measure: &crate::cube::Measure) -> Counting {
        let at_end = measure.kind == cube_schema::schema::MeasureKind::DistinctAtEnd;
        Counting { order: measure.order, at_end }
    }
}

/// The different countings of the measures, with one that tells which cells are active.
fn counts_of(plan: &Plan<'_>) -> Vec<Counting> {
    let mut wanted: Vec<Counting> = Vec::new();
    for (measure, _) in &plan.measures {
        let counting = Counting::of(plan.view.cube().measure(*measure));
        if !wanted.contains(&counting) {
            wanted.push(counting);
        }
    }
    if wanted.iter().all(|counting| counting.at_end) {
        wanted.push(Counting { order: None, at_end: false });
    }
    wanted
}

/// The chosen places of every dimension that tells rows apart.
fn places<'a>(plan: &'a Plan<'_>, chosen: &[&'a Choice]) -> Vec<Place<'a>> {
    let cube = plan.view.cube();
    let mut stride = 1_u64;
    let places = plan.dimensions.iter().zip(chosen).map(|(own, choice)| {
        let place = Place::new(&cube.dimensions[own.dimension], choice, stride);
        stride = stride.saturating_mul(choice.size);
        place
    });
    places.collect()
}
