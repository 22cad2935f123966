//! A plan → an answer: bitmaps select rows, ordered sweeps count them, positions are found from
//! what was counted.

mod block;
mod groups;
mod place;
mod positions;
mod select;
mod single;
mod sweep;

use super::cellset::CellSet;
use super::error::QueryError;
use super::plan::{Choice, Plan, TimeChoice};
use super::{Cancel, Limits};
use groups::Groups;
use place::Place;
use positions::{Asked, Counted};
use select::Selected;
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
    let mut counted = Counted::new(plan.axes.len());
    for chosen in combinations(&choices) {
        for time in &plan.times {
            count_pass(plan, &chosen, time, &selected, &mut counted, limits, cancel)?;
        }
    }
    positions::assemble(plan, counted, limits)
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

/// Counts every measure of one pass and hands on the cells that are not empty.
fn count_pass(
    plan: &Plan<'_>,
    chosen: &[&Choice],
    time: &TimeChoice,
    selected: &Selected,
    counted: &mut Counted,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<(), QueryError> {
    let rows = plan.rows();
    if time.count == 0 || rows.is_empty() || chosen.iter().any(|choice| choice.size == 0) {
        return Ok(());
    }
    let places = places(plan, chosen);
    let mut groups = Groups::new(&places, time.count, limits)?;
    let pass = Pass { rows, selected, places: &places, time, cancel };
    let mut grids: Vec<Counts> = Vec::new();
    let wanted = counts_of(plan);
    for counting in &wanted {
        grids.push(sweep::sweep(&pass, *counting, &mut groups)?);
    }
    let activity = wanted.iter().position(|counting| !counting.at_end).unwrap_or(0);
    let cube = plan.view.cube();
    let asked = plan.measures.iter().map(|(measure, codes)| {
        let measure = cube.measure(*measure);
        let own =
            wanted.iter().position(|counting| *counting == Counting::of(measure)).unwrap_or(0);
        Asked { grid: &grids[own], codes, decimals: measure.decimals }
    });
    let asked: Vec<Asked<'_>> = asked.collect();
    positions::collect(&places, &groups, time, &grids[activity], &asked, counted, limits)
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
        let place = Place::new(cube, plan.group, plan.rows(), own.dimension, choice, stride);
        stride = stride.saturating_mul(choice.size);
        place
    });
    places.collect()
}
