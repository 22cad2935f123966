//! A bound question → its cells.
//!
//! Stored measures of one group that is related to all that is asked are counted as they are.
//! Anything else is worked out: the positions of the axes that may have a value, a frame of their
//! cells, and its values.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::exist::dimensions_of;
use super::frame::{At, Frame, Stand};
use super::looks::Looked;
use super::positions::positions;
use super::scope::Visual;
use super::value::Value;
use super::{Evaluator, on_a_stack};
use crate::cube::{Cube, MeasureRef};
use crate::query::bound::{Bound, Factor, HierarchyRef, Member};
use crate::query::cellset::{AxisPositions, CellSet, Colors, OwnMember, Special};
use crate::query::disclose::HIDDEN;
use crate::query::error::{ErrorKind, QueryError};
use crate::query::notes::Stage;
use crate::query::view::View;

use crate::query::{Cancel, Limits, count, execute, plan};

/// Cells that are worked out at once.
const BLOCK: usize = 1 << 20;

/// Answers a bound question.
pub(in crate::query) fn answer(
    view: &View,
    bound: &Bound,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<CellSet, QueryError> {
    if is_one_count(view, bound) {
        cancel.note(|noted| noted.begin(Stage::Cells));
        let counted = count(view, bound, limits, cancel)?;
        return with_formats(view.cube(), bound, counted, cancel);
    }
    on_a_stack(&[], &bound.calculated, || {
        let evaluator = Evaluator::of(view, bound, limits, cancel);
        worked_out(&evaluator)
    })
}

/// Whether the measures are stored, of one group, and related to all that the question names.
fn is_one_count(view: &View, bound: &Bound) -> bool {
    let mut group = None;
    for measure in plan::measures(bound) {
        match measure {
            Member::Measure(one) if group.is_none_or(|group| group == one.group) => {
                group = Some(one.group);
            }
            _ => return false,
        }
    }
    if bound.hides() || names_calculated(bound) {
        return false;
    }
    let uses = &view.cube().groups[group.unwrap_or(0)].uses;
    let factors = bound.axes.iter().flat_map(|axis| &axis.factors);
    let columns: Vec<HierarchyRef> =
        factors.flat_map(|factor| factor.columns.iter().copied()).collect();
    let boxes = bound.unions.iter().flat_map(|own| own.boxes.iter().flatten());
    let conditions = bound.conditions.iter().chain(boxes).map(|condition| condition.dimension);
    dimensions_of(&columns).into_iter().chain(conditions).all(|one| uses[one].is_some())
}

/// Whether a calculated member stands on an axis or in `WHERE`.
fn names_calculated(bound: &Bound) -> bool {
    let axes = bound.axes.iter().flat_map(|axis| &axis.factors);
    let sliced = bound.slicer.iter().flat_map(|set| &set.factors);
    axes.chain(sliced).any(Factor::has_calculated)
}

fn worked_out(evaluator: &Evaluator<'_>) -> Result<CellSet, QueryError> {
    let (bound, limits) = (evaluator.bound, evaluator.limits);
    let axes = positions(evaluator)?;
    let counts = axes.iter().map(|axis| axis.count);
    let count = counts.fold(1, usize::saturating_mul);
    if count > limits.cells {
        let most = limits.cells;
        let message = format!("beregningen ville få {count} celler, og der kan være {most}");
        return Err(QueryError::new(ErrorKind::TooLarge, message)
            .hint("spørg om færre felter ad gangen, eller begræns felterne med betingelser"));
    }
    evaluator.cancel.note(|noted| noted.begin(Stage::Cells));
    let grid = Cells::new(axes, evaluator.cancel)?;
    let mut pace = evaluator.cancel.pace();
    let mut found = Found::new(bound, &grid.axes);
    let shared = shared_dimensions(&grid.axes);
    for start in (0..count).step_by(BLOCK) {
        let cells = start..count.min(start + BLOCK);
        let frame = grid.frame(&evaluator.slicer, cells, evaluator.cancel)?;
        let exist = evaluator.exist(&frame, &shared)?;
        let rows: Vec<u32> = (0..frame.rows as u32).filter(|&row| exist[row as usize]).collect();
        let few = if rows.len() == frame.rows { frame } else { frame.select(&rows) };
        let values = evaluator.cell(&few)?;
        let looked = Looked::new(evaluator, &few, &values)?;
        for (at, &row) in rows.iter().enumerate() {
            pace.step(1)?;
            let shown = shown(values.get(at));
            if let Some(value) = shown {
                let mut form = evaluator.form(&few, at);
                form.format = looked.format(at).or(form.format);
                evaluator.scope.show(value.1.as_ref(), form.format.as_deref())?;
                found.take(&grid.place(start + row as usize), value, form);
                found.colors.push(looked.colors(at));
            }
        }
    }
    evaluator.note_steps();
    found.finish(evaluator, grid.axes)
}

/// What is shown of a value; `None` where the cell is empty.
fn shown(value: Value) -> Option<(f64, Option<Special>)> {
    match value {
        Value::Number(number) => Some((number, None)),
        Value::Truth(truth) => Some((f64::from(u8::from(truth)), Some(Special::Truth(truth)))),
        Value::Day(day) => Some((f64::NAN, Some(Special::Day(day)))),
        Value::Error(error) if error.kind == ErrorKind::Hidden => {
            Some((HIDDEN, Some(Special::Hidden)))
        }
        Value::Error(error) => Some((f64::NAN, Some(Special::Error(error)))),
        value => match value.letters() {
            Ok(text) if !value.is_empty() => Some((f64::NAN, Some(Special::Text(text)))),
            _ => None,
        },
    }
}

/// The dimensions that several axes have: not all of their cells need exist.
fn shared_dimensions(axes: &[AxisPositions]) -> Vec<usize> {
    let mut all: Vec<usize> = axes.iter().flat_map(|axis| dimensions_of(&axis.columns)).collect();
    all.sort_unstable();
    let twice = all.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]);
    let mut twice: Vec<usize> = twice.collect();
    twice.dedup();
    twice
}

/// Decimals that are shown of a formula that says nothing of how it is shown.
const FREE_DECIMALS: u8 = 2;

/// How a cell is shown.
#[derive(Clone, Default)]
struct Form {
    decimals: u8,
    /// The format, if one is said.
    format: Option<Arc<str>>,
    /// Whether nothing is said: a value that is not whole is shown with [`FREE_DECIMALS`], where what
    /// it is made of has none.
    free: bool,
}

impl Form {
    /// The decimals that a value is shown with.
    fn decimals_of(&self, value: f64) -> u8 {
        let is_free = self.free && self.format.is_none() && self.decimals == 0;
        let unit = 10_f64.powi(i32::from(FREE_DECIMALS));
        let is_whole = || (value * unit).round() % unit == 0.0 || !value.is_finite();
        if is_free && !is_whole() { FREE_DECIMALS } else { self.decimals }
    }
}

impl Evaluator<'_> {
    /// How a cell is shown: as the formula says that is its value, and of a dimension's formula
    /// without a format, as the measure says.
    fn form(&self, frame: &Frame, row: usize) -> Form {
        let stands = frame.stands().iter().map(|(own, stand)| (*own, stand.at(row)));
        let outermost = self.outermost_at(stands);
        let own = outermost.and_then(|(own, number)| Some((own, self.form_of(number)?)));
        let Some((hierarchy, own)) = own else { return self.form_of_measure(frame, row) };
        if hierarchy == HierarchyRef::Measures || own.format.is_some() {
            return own;
        }
        let measure = self.form_of_measure(frame, row);
        Form { decimals: own.decimals.max(measure.decimals), free: own.free, ..measure }
    }

    fn form_of(&self, calculated: usize) -> Option<Form> {
        let own = self.scope.calculated.get(&calculated)?;
        Some(Form { decimals: own.decimals, format: own.format.clone(), free: own.free })
    }

    fn form_of_measure(&self, frame: &Frame, row: usize) -> Form {
        match frame.stand(HierarchyRef::Measures).map(|stand| stand.at(row)) {
            Some(At::One(Member::Measure(measure))) => Form {
                decimals: self.scope.cube.measure(measure).decimals,
                format: format_of(self.scope.cube, measure),
                free: false,
            },
            Some(At::One(Member::Calculated(number))) => self.form_of(number).unwrap_or_default(),
            _ => Form::default(),
        }
    }
}

/// The format that a stored measure says.
fn format_of(cube: &Cube, measure: MeasureRef) -> Option<Arc<str>> {
    let format = cube.measure(measure).format.as_str();
    (!format.is_empty()).then(|| Arc::from(format))
}

/// Cells that were counted, with the formats that their measures say.
fn with_formats(
    cube: &Cube,
    bound: &Bound,
    mut cells: CellSet,
    cancel: &Cancel,
) -> Result<CellSet, QueryError> {
    let measures = plan::measures(bound).into_iter().map(|measure| match measure {
        Member::Measure(one) => (measure, format_of(cube, one)),
        _ => (measure, None),
    });
    let measures: Vec<(Member, Option<Arc<str>>)> = measures.collect();
    if measures.iter().all(|(_, format)| format.is_none()) {
        return Ok(cells);
    }
    let of = |measure: Member| {
        let found = measures.iter().find(|(one, _)| *one == measure);
        found.and_then(|(_, format)| format.clone())
    };
    let (stride, formats) = by_position(&cells, bound.measure, of);
    let at = |&ordinal: &u32| formats[ordinal as usize / stride % formats.len()].clone();
    cells.formats = cancel.collect(cells.ordinals.iter().map(at))?;
    Ok(cells)
}

/// What the measure at each position of its axis has, and how far apart these positions are among the
/// ordinals; of an answer without measures on an axis, what the measure of the question has.
fn by_position<T>(cells: &CellSet, otherwise: Member, of: impl Fn(Member) -> T) -> (usize, Vec<T>) {
    let mut stride = 1;
    for axis in &cells.axes {
        if let Some(column) = axis.columns.iter().position(|one| *one == HierarchyRef::Measures) {
            let measures = (0..axis.count).map(|position| axis.position(position)[column]);
            return (stride, measures.map(of).collect());
        }
        stride *= axis.count;
    }
    (1, vec![of(otherwise)])
}

/// The cells of an answer: a place on every axis, the first varying fastest.
struct Cells {
    axes: Vec<AxisPositions>,
    /// Per axis and column: the different members, and which of them each position has.
    columns: Vec<Vec<(HierarchyRef, Stand)>>,
}

impl Cells {
    fn new(axes: Vec<AxisPositions>, cancel: &Cancel) -> Result<Cells, QueryError> {
        let columns = axes.iter().map(|axis| {
            let width = axis.columns.len();
            let column = |(at, &hierarchy): (usize, &HierarchyRef)| {
                let members = axis.members.iter().skip(at).step_by(width.max(1)).copied();
                Ok((hierarchy, Stand::of_members(members, cancel)?))
            };
            axis.columns.iter().enumerate().map(column).collect::<Result<_, QueryError>>()
        });
        let columns = columns.collect::<Result<_, _>>()?;
        Ok(Cells { axes, columns })
    }

    /// A frame of some of the cells.
    fn frame(
        &self,
        slicer: &Frame,
        cells: std::ops::Range<usize>,
        cancel: &Cancel,
    ) -> Result<Frame, QueryError> {
        let mut frame = slicer.select(&vec![0; cells.len()]);
        let mut stride = 1;
        for (axis, columns) in self.axes.iter().zip(&self.columns) {
            for (hierarchy, stand) in columns {
                let stand = match stand {
                    Stand::Same(at) => Stand::Same(*at),
                    Stand::Coded(different, of_position) => {
                        let code = |cell: usize| of_position[cell / stride % axis.count];
                        let codes: Vec<u32> = cancel.collect(cells.clone().map(code))?;
                        Stand::Coded(Arc::clone(different), codes.into())
                    }
                };
                frame.put(*hierarchy, stand);
            }
            stride *= axis.count;
        }
        Ok(frame)
    }

    /// The positions of a cell.
    fn place(&self, mut cell: usize) -> Vec<usize> {
        let place = self.axes.iter().map(|axis| {
            let own = cell % axis.count;
            cell /= axis.count;
            own
        });
        place.collect()
    }
}

/// The cells that are not empty.
struct Found {
    /// Per axis and position: whether it is kept.
    kept: Vec<Vec<bool>>,
    /// The positions of each cell, one behind the other.
    places: Vec<u32>,
    values: Vec<f64>,
    decimals: Vec<u8>,
    formats: Vec<Option<Arc<str>>>,
    colors: Vec<Colors>,
    special: BTreeMap<usize, Special>,
}

impl Found {
    fn new(bound: &Bound, axes: &[AxisPositions]) -> Found {
        let kept = bound
            .axes
            .iter()
            .zip(axes)
            .map(|(axis, own)| vec![!axis.non_empty || own.columns.is_empty(); own.count]);
        Found {
            kept: kept.collect(),
            places: Vec::new(),
            values: Vec::new(),
            decimals: Vec::new(),
            formats: Vec::new(),
            colors: Vec::new(),
            special: BTreeMap::new(),
        }
    }

    fn take(&mut self, place: &[usize], (value, special): (f64, Option<Special>), form: Form) {
        for (kept, &position) in self.kept.iter_mut().zip(place) {
            kept[position] = true;
        }
        self.places.extend(place.iter().map(|&position| position as u32));
        self.special.extend(special.map(|special| (self.values.len(), special)));
        self.values.push(value);
        self.decimals.push(form.decimals_of(value));
        self.formats.push(form.format);
    }

    fn finish(
        self,
        evaluator: &Evaluator<'_>,
        axes: Vec<AxisPositions>,
    ) -> Result<CellSet, QueryError> {
        let (mut stride, mut adds) = (1_u32, Vec::new());
        for kept in &self.kept {
            let mut next = 0;
            let of_position = kept.iter().map(|&kept| {
                let add = next;
                next += if kept { stride } else { 0 };
                add
            });
            adds.push(of_position.collect::<Vec<u32>>());
            stride = stride.saturating_mul(kept.iter().filter(|kept| **kept).count() as u32);
        }
        let width = axes.len();
        let ordinal = |cell: usize| {
            let place = &self.places[cell * width..(cell + 1) * width];
            adds.iter().zip(place).map(|(adds, &position)| adds[position as usize]).sum::<u32>()
        };
        let ordinals = evaluator.cancel.collect((0..self.values.len()).map(ordinal))?;
        let visuals = evaluator.scope.visuals();
        let visual = |one: &Visual| {
            let own = one.caption.clone();
            let caption = own.unwrap_or_else(|| evaluator.scope.caption(one.member).to_owned());
            OwnMember { name: caption.clone(), parent: None, caption }
        };
        let own = evaluator.bound.own.iter();
        let own = own.map(|own| OwnMember {
            name: own.name.clone(),
            parent: own.parent,
            caption: own.caption.clone(),
        });
        let own = own.chain(visuals.iter().map(visual)).collect();
        let axes = axes.into_iter().zip(&self.kept).map(|(axis, kept)| keep(axis, kept));
        let axes = axes.map(|axis| shown_as_plain(evaluator, axis));
        let has_formats = self.formats.iter().any(Option::is_some);
        let has_colors = self.colors.iter().flatten().any(Option::is_some);
        Ok(CellSet {
            axes: axes.collect(),
            ordinals,
            values: self.values,
            special: self.special,
            decimals: self.decimals,
            formats: if has_formats { self.formats } else { Vec::new() },
            colors: if has_colors { self.colors } else { Vec::new() },
            behind: behind(evaluator)?,
            own,
            ..CellSet::default()
        })
    }
}

/// How many reporters the answer has that are behind; none where the question cannot be laid out.
fn behind(evaluator: &Evaluator<'_>) -> Result<u32, QueryError> {
    let bound = super::positions::for_layout(evaluator.bound);
    let within = (evaluator.limits, evaluator.cancel);
    match plan::layout(evaluator.scope.view, &bound, 0, &[], within) {
        Ok(plan) => Ok(execute::behind(&plan)),
        Err(error) if error.kind == ErrorKind::Cancelled => Err(error),
        Err(_) => Ok(0),
    }
}

/// An axis with visual totals as the members that they show, but for those that are called something
/// else.
fn shown_as_plain(evaluator: &Evaluator<'_>, mut axis: AxisPositions) -> AxisPositions {
    let width = axis.columns.len().max(1);
    for (at, member) in axis.members.iter_mut().enumerate() {
        let Member::Calculated(number) = *member else { continue };
        let visual = evaluator.scope.visual(number).filter(|one| one.caption.is_none());
        if let Some(visual) = visual.filter(|one| one.member.0 == axis.columns[at % width]) {
            *member = visual.member.1;
        }
    }
    axis
}

/// The positions of an axis that are kept.
fn keep(axis: AxisPositions, kept: &[bool]) -> AxisPositions {
    let positions = (0..axis.count).filter(|&position| kept[position]);
    let members = positions.flat_map(|position| axis.position(position)).copied().collect();
    let count = kept.iter().filter(|kept| **kept).count();
    AxisPositions { members, count, columns: axis.columns }
}
