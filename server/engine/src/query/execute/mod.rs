//! A plan → an answer: bitmaps select rows, ordered sweeps count them, positions are found from
//! what was counted.

mod ages;
mod axis;
mod block;
mod cells;
mod columns;
mod counting;
mod counts;
mod day_sums;
mod distinct;
mod extremes;
mod groups;
mod means;
mod place;
mod positions;
mod scan;
mod select;
mod single;
mod sums;
mod sweep;

pub(super) use cells::behind;
pub(super) use positions::{decoded, that_exist};

use cube_schema::schema::MeasureKind;

use super::cellset::CellSet;
use super::error::QueryError;
use super::notes::{Ran, Way};
use super::plan::{Choice, Plan, TimeChoice};
use super::{Cancel, Limits};
use axis::Axis;
use cells::{Asked, Counted};
use columns::Columns;
use counting::Counting;
use counts::Counts;
use groups::Groups;
use place::Place;
use sweep::Pass;

/// Answers a planned question, and says how.
pub(super) fn execute(
    plan: &Plan<'_>,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<(CellSet, Ran), QueryError> {
    let countings = counting::all(plan);
    let selected = select::select(plan, scan::wants_rows_as_they_lie(&countings));
    let mut ran = selected.told(plan);
    let choices: Vec<Vec<Choice>> = plan
        .dimensions
        .iter()
        .zip(&selected.exact)
        .map(|(dimension, &exact)| dimension.choices(plan, exact))
        .collect();
    let times: Vec<(&TimeChoice, Axes)> =
        plan.times.iter().map(|time| (time, Axes::new(plan, time, &countings))).collect();
    let columns = countings.into_iter();
    let columns =
        columns.map(|counting| Ok((counting, Columns::new(plan, &selected, counting, cancel)?)));
    let columns: Vec<(Counting, Columns<'_>)> = columns.collect::<Result<_, QueryError>>()?;
    let mut counted = Vec::new();
    for chosen in combinations(&choices) {
        for time in &times {
            let found = count_pass(plan, &chosen, time, &columns, limits, cancel)?;
            if let Some((own, ways)) = found {
                ran.pass(&ways);
                counted.push(own);
            }
        }
    }
    Ok((cells::assemble(plan, &counted, limits, cancel)?, ran))
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

/// Counts every measure of one pass, each in some way; `None` where the pass has no places or periods.
fn count_pass<'a>(
    plan: &'a Plan<'_>,
    chosen: &[&'a Choice],
    (time, axes): &(&'a TimeChoice, Axes),
    columns: &[(Counting, Columns<'_>)],
    limits: &Limits,
    cancel: &Cancel,
) -> Result<Option<(Counted<'a>, Vec<Way>)>, QueryError> {
    let (rows, cube) = (plan.rows(), plan.view.cube());
    if time.count == 0 || rows.is_empty() || chosen.iter().any(|choice| choice.size == 0) {
        return Ok(None);
    }
    let places = places(plan, chosen);
    let width =
        columns.iter().map(|(counting, columns)| counting.width(time, columns.part_count()));
    let width = width.max().unwrap_or(0);
    let mut groups = Groups::new(&places, width, limits)?;
    let (mut grids, mut ways): (Vec<Counts>, Vec<Way>) = Default::default();
    for (counting, columns) in columns {
        let (axis, first_month) = (axes.of(*counting), cube.timeline.first.0);
        let (counting, places) = (*counting, &places[..]);
        let pass = Pass { rows, counting, columns, places, time, axis, first_month, cancel };
        let (grid, way) = sweep::sweep(&pass, &mut groups)?;
        grids.push(grid);
        ways.push(way);
    }
    let folds = groups.folds(&places, cancel)?;
    for grid in grids.iter_mut().filter(|_| !folds.is_empty()) {
        grid.grow(groups.count());
        cancel.each(&folds, |&(from, into)| grid.fold(from, into))?;
    }
    let day_count = cube.groups[plan.group].day_count;
    let tells = |(counting, _): &(Counting, Columns<'_>)| counting.tells_activity(day_count);
    let activity = columns.iter().position(tells).unwrap_or(0);
    let activity_of = |grid: usize| if columns[grid].0.knows_its_cells() { grid } else { activity };
    let measures = plan.measures.iter().map(|(measure, codes)| {
        let measure = cube.measure(*measure);
        let own = Counting::of(measure);
        let grid = columns.iter().position(|(counting, _)| *counting == own).unwrap_or(0);
        Asked::new(grid, activity_of(grid), codes, measure.decimals, time)
    });
    let measures = measures.collect();
    Ok(Some((Counted { places, groups, grids, measures }, ways)))
}

/// The axes of a choice of time that some counting needs.
struct Axes {
    days: Option<Axis>,
    months: Option<Axis>,
}

impl Axes {
    fn new(plan: &Plan<'_>, time: &TimeChoice, countings: &[Counting]) -> Axes {
        let cube = plan.view.cube();
        let any = |is: fn(MeasureKind) -> bool| countings.iter().any(|one| is(one.kind));
        let means = any(|kind| kind == MeasureKind::MeanOverMonths);
        Axes {
            days: any(MeasureKind::counts_days).then(|| Axis::of_days(time, cube.timeline)),
            months: means.then(|| Axis::of_months(time, cube.months())),
        }
    }

    fn of(&self, counting: Counting) -> Option<&Axis> {
        match counting.kind {
            MeasureKind::Days | MeasureKind::CoveredDays => self.days.as_ref(),
            MeasureKind::MeanOverMonths => self.months.as_ref(),
            _ => None,
        }
    }
}

/// The chosen places of every dimension that tells rows apart.
fn places<'a>(plan: &'a Plan<'_>, chosen: &[&'a Choice]) -> Vec<Place<'a>> {
    let cube = plan.view.cube();
    let mut stride = 1_u64;
    let places = plan.dimensions.iter().zip(chosen).map(|(own, choice)| {
        let shape = &cube.dimensions[own.dimension];
        let place = match &cube.groups[plan.group].births[own.dimension] {
            Some(births) => Place::of_ages(shape, births, choice, stride),
            None => Place::new(shape, choice, stride),
        };
        stride = stride.saturating_mul(place.size);
        place
    });
    places.collect()
}
