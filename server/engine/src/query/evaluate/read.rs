//! Stored measures at the cells of a frame, read in as few questions as there are shapes of cells.
//!
//! Rows of one *shape* read measures of one group, and stand at one member, or at the same set
//! counted as one, on the hierarchies where they do not differ. A shape is one question: what does
//! not differ is a condition, and each hierarchy that differs is an axis with its members; where
//! their product would be much larger than the rows, the tuples that rows have are one axis. What was
//! counted is kept, since formulas ask the same again.

use std::sync::Arc;

use hashbrown::HashMap;

use super::Evaluator;
use super::frame::{At, Frame, Stand};
use super::narrow::Narrowing;
use super::value::{Column, Value};
use crate::cube::MeasureRef;
use crate::query::Cancel;
use crate::query::bound::{Axis, Bound, Condition, Factor, HierarchyRef, Member, Part, Union};
use crate::query::cellset::CellSet;
use crate::query::count;
use crate::query::disclose::{hidden, is_hidden};
use crate::query::error::{ErrorKind, QueryError};

/// A product of axes is asked for where it has at most so many cells for each row asked for.
const CELLS_PER_ROW: usize = 8;
/// See [`CELLS_PER_ROW`]: a product of this size is asked for in any case.
const CELLS: usize = 1 << 16;

/// Values are kept in a table where at most this many places are for each that has a value.
const TABLE_PLACES_PER_VALUE: usize = 8;
/// See [`TABLE_PLACES_PER_VALUE`]: a table of this length is made in any case.
const TABLE_PLACES: usize = 1 << 16;

/// No position of a grid.
const NONE: u32 = u32::MAX;

/// What has been counted.
#[derive(Default)]
pub(super) struct Grids {
    all: Vec<Arc<Grid>>,
    numbers: usize,
}

/// A question that was counted.
struct Grid {
    question: Bound,
    cells: CellSet,
    /// By ordinal, an empty one being no number; none where cells are looked for.
    table: Vec<f64>,
}

impl Grid {
    fn new(question: Bound, cells: CellSet, cancel: &Cancel) -> Result<Grid, QueryError> {
        let count = cells.cell_count();
        let mut table = Vec::new();
        if count <= cells.values.len() * TABLE_PLACES_PER_VALUE + TABLE_PLACES {
            table = cancel.filled(&f64::NAN, count)?;
            cancel.each(cells.ordinals.iter().zip(&cells.values), |(&ordinal, &value)| {
                table[ordinal as usize] = value;
            })?;
        }
        Ok(Grid { question, cells, table })
    }

    fn numbers(&self) -> usize {
        self.table.len().max(self.cells.values.len())
    }

    fn value(&self, ordinal: usize) -> f64 {
        match self.table.is_empty() {
            true => self.cells.value(ordinal).unwrap_or(f64::NAN),
            false => self.table[ordinal],
        }
    }

    /// What the tuples of an axis add to the ordinal, or [`NONE`]. Members in their level's order, as
    /// the axis has them too, are not looked up.
    fn adds<'m>(
        &self,
        axis: usize,
        tuples: impl Iterator<Item = Option<&'m [Member]>> + Clone,
        cancel: &Cancel,
    ) -> Result<Vec<u32>, QueryError> {
        let own = &self.cells.axes[axis];
        let stride: usize = self.cells.axes[..axis].iter().map(|axis| axis.count).product();
        let add = |at: usize| (at * stride) as u32;
        let only = |tuple: Option<&[Member]>| match tuple {
            Some(&[member]) => member,
            _ => Member::All,
        };
        if Member::ascending(tuples.clone().map(only)).is_some() {
            let mut next = 0;
            let of = |tuple: Option<&[Member]>| {
                let is_next = next < own.count && tuple == Some(own.position(next));
                next += usize::from(is_next);
                if is_next { add(next - 1) } else { NONE }
            };
            return cancel.collect(tuples.map(of));
        }
        let all = (0..own.count).map(|at| (own.position(at), add(at)));
        let known: HashMap<&[Member], u32> = cancel.collect(all)?;
        let adds = tuples.map(|tuple| known.get(tuple?).copied());
        cancel.collect(adds.map(|add| add.unwrap_or(NONE)))
    }
}

/// What distinguishes the stands of a hierarchy among shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Class {
    /// A member.
    One,
    /// A member outside what a subselect leaves: the subselect does not narrow it.
    Outside,
    /// A set counted as one.
    Together(u32),
    /// A stored measure of a group.
    Group(usize),
    /// Nothing that can be read.
    Nothing,
}

/// What rows of one shape ask for.
struct Shape {
    conditions: Vec<Condition>,
    unions: Vec<Arc<Union>>,
    /// The hierarchies on which rows differ, and how.
    differing: Vec<(HierarchyRef, Stand)>,
}

/// A shape, and which rows ask for it, if not all.
type Asked = (Shape, Option<Vec<bool>>);

impl Evaluator<'_> {
    /// The stored values at the cells of a frame.
    pub(crate) fn read(&self, frame: &Frame) -> Result<Column, QueryError> {
        let mut values = vec![f64::NAN; frame.rows];
        for rows in self.shapes(frame)? {
            let found = match rows.len() == frame.rows {
                true => self.read_shape(frame)?,
                false => self.read_shape(&frame.select(&rows))?,
            };
            rows.iter().zip(found).for_each(|(&row, value)| values[row as usize] = value);
        }
        Ok(self.with_hidden(values))
    }

    /// Numbers as a column; a figure that is hidden is an error, so that what reads it is hidden too.
    fn with_hidden(&self, values: Vec<f64>) -> Column {
        if self.scope.view.asking().is_none() || !values.iter().copied().any(is_hidden) {
            return Column::Numbers(Arc::new(values));
        }
        let hidden = Value::Error(Arc::new(hidden()));
        let value =
            |number: f64| if is_hidden(number) { hidden.clone() } else { Value::of(number) };
        Column::Each(values.into_iter().map(value).collect())
    }

    /// The rows of each shape.
    fn shapes(&self, frame: &Frame) -> Result<Vec<Vec<u32>>, QueryError> {
        let mut of_row = vec![0_u32; frame.rows];
        let mut count = 1;
        let stands = frame.stands().iter().map(|(own, stand)| (Some(*own), stand));
        for (hierarchy, stand) in stands.chain(frame.within.iter().map(|stand| (None, stand))) {
            let classes = stand.different().iter().map(|at| self.class(hierarchy, *at));
            let classes: Vec<Class> = classes.collect();
            if classes.iter().all(|class| *class == classes[0]) {
                continue;
            }
            let mut known: HashMap<(u32, Class), u32> = HashMap::new();
            self.cancel.each(of_row.iter_mut().enumerate(), |(row, own)| {
                let next = known.len() as u32;
                let class = classes[stand.code(row) as usize];
                *own = *known.entry((*own, class)).or_insert(next);
            })?;
            count = known.len();
        }
        let mut shapes = vec![Vec::new(); count];
        self.cancel.each((0_u32..).zip(&of_row), |(row, own)| shapes[*own as usize].push(row))?;
        Ok(shapes)
    }

    fn class(&self, hierarchy: Option<HierarchyRef>, at: At) -> Class {
        match (hierarchy, at) {
            (_, At::Together(number)) => Class::Together(number),
            (Some(HierarchyRef::Measures), At::One(Member::Measure(measure))) => {
                Class::Group(measure.group)
            }
            (Some(HierarchyRef::Measures), _) | (_, At::One(Member::Calculated(_))) => {
                Class::Nothing
            }
            (Some(own), At::One(member)) if !self.inside(own, member) => Class::Outside,
            _ => Class::One,
        }
    }

    /// The values of rows of one shape; empty where they read nothing.
    fn read_shape(&self, frame: &Frame) -> Result<Vec<f64>, QueryError> {
        let nothing = || Ok(vec![f64::NAN; frame.rows]);
        if frame.rows == 0 {
            return nothing();
        }
        let Some(measures) = self.measures(frame) else { return nothing() };
        let group = measures[0].1.group;
        let Some((shape, there)) = self.shape(frame, group)? else { return nothing() };
        let mut values = self.looked_up(frame, &measures, &shape)?;
        if let Some(there) = there {
            values.iter_mut().zip(&there).for_each(|(value, there)| {
                if !there {
                    *value = f64::NAN;
                }
            });
        }
        Ok(values)
    }

    /// The measures that rows read, each once with the codes of its stand, first come first.
    fn measures(&self, frame: &Frame) -> Option<Vec<(Vec<u32>, MeasureRef)>> {
        let default = Stand::Same(At::One(self.scope.default_member(HierarchyRef::Measures)));
        let stand = frame.stand(HierarchyRef::Measures).unwrap_or(&default);
        let mut found: Vec<(Vec<u32>, MeasureRef)> = Vec::new();
        for code in exactly_used(stand) {
            let At::One(Member::Measure(measure)) = stand.different()[code as usize] else {
                return None;
            };
            match found.iter_mut().find(|(_, own)| *own == measure) {
                Some((codes, _)) => codes.push(code),
                None => found.push((vec![code], measure)),
            }
        }
        (!found.is_empty()).then_some(found)
    }

    /// What rows of one shape ask of a group: `None` where that is nothing, and else which rows ask
    /// it, if not all.
    fn shape(&self, frame: &Frame, group: usize) -> Result<Option<Asked>, QueryError> {
        let mut narrowing = Narrowing::new(self, group, frame.lifts_unrelated);
        let mut differing = Vec::new();
        let mut there: Option<Vec<bool>> = None;
        for (hierarchy, stand) in frame.stands() {
            if narrowing.says_nothing_of(*hierarchy) {
                continue;
            }
            let is_same =
                matches!(stand.at(0), At::Together(_)) || used(stand, frame.rows).len() == 1;
            if is_same {
                if !narrowing.stand(*hierarchy, stand.at(0)) {
                    return Ok(None);
                }
                continue;
            }
            narrowing.place(*hierarchy, stand.at(0));
            if narrowing.is_unrelated(*hierarchy) {
                let there = there.get_or_insert_with(|| vec![true; frame.rows]);
                for (row, there) in there.iter_mut().enumerate() {
                    let own = stand.at(row).member();
                    *there &= own.is_some_and(|member| self.is_unsaid(*hierarchy, member));
                }
            } else {
                differing.push((*hierarchy, stand.clone()));
            }
        }
        narrowing.within(frame);
        narrowing.defaults(|own| frame.stand(own).is_some());
        let narrowed = narrowing.finish()?;
        let shape = narrowed.map(|(conditions, unions)| Shape { conditions, unions, differing });
        Ok(shape.map(|shape| (shape, there)))
    }

    /// The values of rows, looked up in what is counted for all of them.
    fn looked_up(
        &self,
        frame: &Frame,
        measures: &[(Vec<u32>, MeasureRef)],
        shape: &Shape,
    ) -> Result<Vec<f64>, QueryError> {
        self.cancel.check()?;
        let members: Vec<Vec<u32>> =
            shape.differing.iter().map(|(_, stand)| used(stand, frame.rows)).collect();
        let product = members.iter().map(Vec::len).fold(1, usize::saturating_mul);
        if product > frame.rows.saturating_mul(CELLS_PER_ROW).saturating_add(CELLS) {
            return self.looked_up_apart(frame, measures, shape);
        }
        let axes = shape.differing.iter().zip(&members).map(|((hierarchy, stand), codes)| {
            let members =
                codes.iter().filter_map(|&code| stand.different()[code as usize].member());
            Ok(axis(vec![*hierarchy], each_once(members.collect(), self.cancel)?))
        });
        let axes = axes.collect::<Result<_, QueryError>>()?;
        let grid = self.grid(axes, shape, measures)?;
        let mut adds: Vec<(&Stand, Vec<u32>)> = Vec::new();
        for (at, (_, stand)) in shape.differing.iter().enumerate() {
            let own = stand.different().iter().map(|at| match at {
                At::One(member) => Some(std::slice::from_ref(member)),
                At::Together(_) => None,
            });
            adds.push((stand, grid.adds(at, own, self.cancel)?));
        }
        let own = self.measure_adds(frame, measures, &grid);
        let value = |row: usize| {
            let mut ordinal = match &own {
                Some((stand, adds)) => adds[stand.code(row) as usize],
                None => 0,
            };
            for (stand, adds) in &adds {
                match adds[stand.code(row) as usize] {
                    NONE => return f64::NAN,
                    add => ordinal += add,
                }
            }
            grid.value(ordinal as usize)
        };
        self.cancel.collect((0..frame.rows).map(value))
    }

    /// The same, the tuples of the rows being one axis.
    fn looked_up_apart(
        &self,
        frame: &Frame,
        measures: &[(Vec<u32>, MeasureRef)],
        shape: &Shape,
    ) -> Result<Vec<f64>, QueryError> {
        if measures.len() > 1 {
            return self.each_measure(frame, measures, shape);
        }
        let columns: Vec<HierarchyRef> = shape.differing.iter().map(|(own, _)| *own).collect();
        let (first, of_row) =
            frame.different(|hierarchy| columns.contains(&hierarchy), self.cancel)?;
        let mut tuples = Vec::with_capacity(first.len() * columns.len());
        self.cancel.each(&first, |&row| {
            let members = shape.differing.iter().map(|(_, stand)| stand.at(row as usize));
            tuples.extend(members.filter_map(At::member));
        })?;
        let mut values = vec![f64::NAN; first.len()];
        let most = self.limits.positions.max(1);
        for start in (0..first.len()).step_by(most) {
            let chosen = &tuples[start * columns.len()..];
            let chosen = &chosen[..chosen.len().min(most * columns.len())];
            let axes = vec![axis(columns.clone(), chosen.to_vec())];
            let grid = self.grid(axes, shape, measures)?;
            let adds = chosen.chunks_exact(columns.len()).map(Some);
            let adds = grid.adds(0, adds, self.cancel)?;
            self.cancel.each(adds.into_iter().enumerate(), |(at, add)| {
                if add != NONE {
                    values[start + at] = grid.value(add as usize);
                }
            })?;
        }
        Ok(of_row.iter().map(|&at| values[at as usize]).collect())
    }

    /// The values of rows whose tuples are one axis, measure by measure.
    fn each_measure(
        &self,
        frame: &Frame,
        measures: &[(Vec<u32>, MeasureRef)],
        shape: &Shape,
    ) -> Result<Vec<f64>, QueryError> {
        let mut values = vec![f64::NAN; frame.rows];
        for measure in measures {
            let is_own = |row: &u32| {
                let stand = frame.stand(HierarchyRef::Measures);
                stand.is_none_or(|stand| measure.0.contains(&stand.code(*row as usize)))
            };
            let rows: Vec<u32> = (0..frame.rows as u32).filter(is_own).collect();
            let few = frame.select(&rows);
            let own = shape
                .differing
                .iter()
                .filter_map(|(hierarchy, _)| Some((*hierarchy, few.stand(*hierarchy)?.clone())));
            let conditions = shape.conditions.clone();
            let (unions, differing) = (shape.unions.clone(), own.collect());
            let own = Shape { conditions, unions, differing };
            let found = self.looked_up(&few, std::slice::from_ref(measure), &own)?;
            rows.iter().zip(found).for_each(|(&row, value)| values[row as usize] = value);
        }
        Ok(values)
    }

    /// What the measures of rows add to the ordinal; nothing where there is one measure.
    fn measure_adds<'f>(
        &self,
        frame: &'f Frame,
        measures: &[(Vec<u32>, MeasureRef)],
        grid: &Grid,
    ) -> Option<(&'f Stand, Vec<u32>)> {
        let stand = frame.stand(HierarchyRef::Measures).filter(|_| measures.len() > 1)?;
        let last = grid.cells.axes.len().checked_sub(1)?;
        let stride: usize = grid.cells.axes[..last].iter().map(|axis| axis.count).product();
        let mut adds = vec![0; stand.different().len()];
        for (at, (codes, _)) in measures.iter().enumerate() {
            codes.iter().for_each(|&code| adds[code as usize] = (at * stride) as u32);
        }
        Some((stand, adds))
    }

    /// What is counted of some measures of a group, at the axes of a shape.
    fn grid(
        &self,
        mut axes: Vec<Axis>,
        shape: &Shape,
        measures: &[(Vec<u32>, MeasureRef)],
    ) -> Result<Arc<Grid>, QueryError> {
        // Where small counts are hidden, it may be hidden whether there is anything.
        if self.scope.view.asking().is_some() {
            axes.iter_mut().for_each(|axis| axis.non_empty = false);
        }
        if measures.len() > 1 {
            let members = measures.iter().map(|(_, measure)| Member::Measure(*measure)).collect();
            let measures = axis(vec![HierarchyRef::Measures], members);
            axes.push(Axis { non_empty: false, ..measures });
        }
        let question = Bound {
            unions: shape.unions.clone(),
            ..Bound::stored(axes, shape.conditions.clone(), measures[0].1, false)
        };
        let known = self.grids.borrow().all.iter().find(|grid| grid.question == question).cloned();
        if let Some(known) = known {
            self.cancel.note(|noted| noted.again(&question));
            return Ok(known);
        }
        self.look()?;
        if self.grids.borrow().all.len() >= self.limits.grids {
            return Err(super::too_much());
        }
        let cells = count(self.scope.view, &question, self.limits, self.cancel)?;
        let grid = Arc::new(Grid::new(question, cells, self.cancel)?);
        let mut grids = self.grids.borrow_mut();
        grids.numbers += grid.numbers();
        if grids.numbers > self.limits.grid_numbers {
            let most = self.limits.grid_numbers;
            let message = format!("formlerne i spørgsmålet slår op i over {most} tal");
            return Err(QueryError::new(ErrorKind::TooLarge, message)
                .hint("spørg om færre felter ad gangen, eller brug mindre mængder i formlerne"));
        }
        grids.all.push(Arc::clone(&grid));
        Ok(grid)
    }
}

/// The different codes that rows have, ascending. Where there are not many more codes than rows, all
/// of them: then parts of a frame ask what the whole of it does.
fn used(stand: &Stand, rows: usize) -> Vec<u32> {
    let Stand::Coded(different, _) = stand else { return vec![0] };
    let first = different[0];
    let mixed = || different.iter().any(|at| is_one(*at) != is_one(first));
    if different.len() <= rows.saturating_mul(CELLS_PER_ROW) && rows > 1 && !mixed() {
        return (0..different.len() as u32).collect();
    }
    exactly_used(stand)
}

fn exactly_used(stand: &Stand) -> Vec<u32> {
    let Stand::Coded(different, of_row) = stand else { return vec![0] };
    let mut seen = vec![false; different.len()];
    of_row.iter().for_each(|&code| seen[code as usize] = true);
    (0..different.len() as u32).filter(|&code| seen[code as usize]).collect()
}

fn is_one(at: At) -> bool {
    matches!(at, At::One(Member::All | Member::Of { .. }))
}

pub(crate) fn each_once(members: Vec<Member>, cancel: &Cancel) -> Result<Vec<Member>, QueryError> {
    if Member::ascending(members.iter().copied()).is_some() {
        return Ok(members);
    }
    let (mut seen, mut once) = (hashbrown::HashSet::new(), Vec::new());
    cancel.each(members, |member| {
        if seen.insert(member) {
            once.push(member);
        }
    })?;
    Ok(once)
}

/// An axis of tuples; positions where nothing is counted are left out.
fn axis(columns: Vec<HierarchyRef>, members: Vec<Member>) -> Axis {
    let parts = vec![Part::Tuples(members)];
    Axis { factors: vec![Factor { columns, parts }], non_empty: true }
}

/// The members of each column, if tuples are all combinations of them.
///
/// # Errors
/// The question was ended.
pub(crate) fn product(
    tuples: &[Member],
    width: usize,
    cancel: &Cancel,
) -> Result<Option<Vec<Vec<Member>>>, QueryError> {
    let column = |at: usize| {
        let own = tuples.iter().skip(at).step_by(width).copied();
        each_once(cancel.collect(own)?, cancel)
    };
    let columns: Vec<Vec<Member>> = (0..width).map(column).collect::<Result<_, QueryError>>()?;
    if width == 1 {
        return Ok(Some(columns));
    }
    let tuples = tuples.chunks_exact(width.max(1));
    let different: hashbrown::HashSet<&[Member]> = cancel.collect(tuples)?;
    let all = columns.iter().map(Vec::len).fold(1, usize::saturating_mul);
    Ok((all == different.len()).then_some(columns))
}
