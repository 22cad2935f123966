//! The columns of the axes: which members they hold, and the code of each.

use hashbrown::HashMap;

use super::super::bound::{Axis, Bound, Factor, HierarchyRef, Member, Part};
use super::super::error::{ErrorKind, QueryError};
use super::super::view::View;
use super::super::{Cancel, Limits};
use super::coordinates::{Codes, NONE};
use super::dimension_of;
use crate::cube::{Dimension, MeasureRef, NO_MEMBER};

/// An axis ready for counting.
pub(crate) struct AxisPlan {
    pub columns: Vec<Column>,
    /// The number of different codes of a position.
    pub size: u64,
    pub order: Order,
    pub non_empty: bool,
}

/// The order of an axis' positions.
pub(crate) enum Order {
    /// By code: a product of sets without duplicates.
    ByCode,
    /// As listed, by their codes; a code may occur more than once.
    Listed(Vec<u64>),
}

impl AxisPlan {
    /// Where the measures stand among the columns.
    pub(crate) fn measure_column(&self) -> Option<usize> {
        self.columns.iter().position(|column| column.hierarchy == HierarchyRef::Measures)
    }
}

/// A hierarchy on an axis.
pub(crate) struct Column {
    pub hierarchy: HierarchyRef,
    /// What one step of this column's code adds to the code of a position.
    pub stride: u64,
    /// The number of codes.
    pub size: u64,
    /// The members of each level that occurs, with their codes.
    pub levels: Vec<Level>,
    /// The codes of measures, stored and calculated ones.
    measures: Vec<(Member, u64)>,
}

/// The members of one level on a column.
pub(crate) enum Level {
    /// The All member.
    All {
        /// Its code.
        code: u64,
    },
    /// Every member: the code is `base` + the member's number.
    Whole {
        /// The level's field.
        field: usize,
        /// The code of the first member.
        base: u64,
    },
    /// Some members.
    Some {
        /// The level's field.
        field: usize,
        /// Member and code.
        codes: Vec<(u32, u64)>,
    },
}

/// All columns, axis by axis.
pub(super) struct Columns {
    axes: Vec<AxisPlan>,
}

/// The measures asked for: those on an axis (which may be none), else the one of the question.
pub(crate) fn measures(bound: &Bound) -> Vec<Member> {
    let factors = bound.axes.iter().flat_map(|axis| &axis.factors);
    if !factors.clone().any(|factor| factor.columns.contains(&HierarchyRef::Measures)) {
        return vec![bound.measure];
    }
    let mut found: Vec<Member> = Vec::new();
    for part in factors.flat_map(|factor| &factor.parts) {
        let Part::Tuples(members) = part else { continue };
        for member in members {
            let is_measure = matches!(member, Member::Measure(_) | Member::Calculated(_));
            if is_measure && !found.contains(member) {
                found.push(*member);
            }
        }
    }
    found
}

impl Columns {
    pub(super) fn new(
        view: &View,
        bound: &Bound,
        within: (&Limits, &Cancel),
    ) -> Result<Columns, QueryError> {
        let axes = bound.axes.iter().map(|axis| plan_axis(view, axis, within));
        Ok(Columns { axes: axes.collect::<Result<_, _>>()? })
    }

    /// The columns of a dimension, as (axis, position in the axis), outermost first.
    pub(super) fn of_dimension(&self, dimension: usize) -> Vec<(usize, usize)> {
        let places = self.axes.iter().enumerate().flat_map(|(axis, plan)| {
            plan.columns.iter().enumerate().map(move |(at, column)| (axis, at, column))
        });
        places
            .filter(|(_, _, column)| {
                dimension_of(column.hierarchy).is_some_and(|found| found.0 == dimension)
            })
            .map(|(axis, at, _)| (axis, at))
            .collect()
    }

    pub(super) fn get(&self, (axis, at): (usize, usize)) -> &Column {
        &self.axes[axis].columns[at]
    }

    pub(super) fn axis_count(&self) -> usize {
        self.axes.len()
    }

    /// What a measure adds to the code of each axis.
    pub(super) fn measure_codes(&self, measure: MeasureRef) -> Codes {
        let code = |column: &Column| {
            let found = column.measures.iter().find(|(one, _)| *one == Member::Measure(measure))?;
            Some(found.1 * column.stride)
        };
        self.axes.iter().map(|plan| plan.columns.iter().filter_map(code).sum()).collect()
    }

    pub(super) fn into_axes(self) -> Vec<AxisPlan> {
        self.axes
    }
}

/// The choices of a level for each of some columns. With nested totals, a total of an outer column
/// goes with the totals of the inner ones only.
pub(super) fn level_choices<'a>(
    columns: &[&'a Column],
    nested_totals: bool,
) -> Vec<Vec<&'a Level>> {
    let mut choices: Vec<Vec<&Level>> = vec![Vec::new()];
    for column in columns {
        let longer = choices.iter().flat_map(|choice| {
            let outer_total = choice.iter().any(|level| matches!(level, Level::All { .. }));
            let levels = column.levels.iter().filter(move |level| {
                !(nested_totals && outer_total) || matches!(level, Level::All { .. })
            });
            levels.map(|level| choice.iter().copied().chain([level]).collect())
        });
        choices = longer.collect();
    }
    choices
}

impl Level {
    /// For every key of a dimension, the code of its member at this level, or [`NONE`] where the
    /// column does not hold the member.
    pub(super) fn code_of_keys(&self, shape: &Dimension) -> Vec<u64> {
        match self {
            Level::All { code } => vec![*code; shape.key_count],
            Level::Whole { field, base } => {
                let members = shape.fields[*field].member_of_key.iter();
                let code = |&member: &u32| match member {
                    NO_MEMBER => u64::from(NONE),
                    member => base + u64::from(member),
                };
                members.map(code).collect()
            }
            Level::Some { field, codes } => {
                let field = &shape.fields[*field];
                let mut found = vec![u64::from(NONE); shape.key_count];
                for &(member, code) in codes {
                    for &key in field.keys_of_member.get(member as usize) {
                        found[key as usize] = code;
                    }
                }
                found
            }
        }
    }
}

fn plan_axis(view: &View, axis: &Axis, within: (&Limits, &Cancel)) -> Result<AxisPlan, QueryError> {
    let (limits, cancel) = within;
    let mut columns: Vec<Column> = Vec::new();
    let mut by_code = true;
    for factor in &axis.factors {
        by_code &= factor.columns.len() == 1;
        for at in 0..factor.columns.len() {
            let (column, unique) = plan_column(view, factor, at, cancel)?;
            by_code &= unique;
            columns.push(column);
        }
    }
    let mut size = 1_u64;
    for column in columns.iter_mut().rev() {
        column.stride = size;
        size = size.checked_mul(column.size.max(1)).ok_or_else(|| too_wide(limits))?;
    }
    let order =
        if by_code { Order::ByCode } else { Order::Listed(list(view, axis, &columns, within)?) };
    Ok(AxisPlan { columns, size, order, non_empty: axis.non_empty })
}

/// The column of one hierarchy of a factor, and whether no member occurs twice in it. Members that
/// the view does not have get no code, so that nothing about a question tells how many they are.
fn plan_column(
    view: &View,
    factor: &Factor,
    at: usize,
    cancel: &Cancel,
) -> Result<(Column, bool), QueryError> {
    let hierarchy = factor.columns[at];
    let width = factor.columns.len();
    let mut column =
        Column { hierarchy, stride: 1, size: 0, levels: Vec::new(), measures: Vec::new() };
    if let [Part::Tuples(members)] = &factor.parts[..]
        && width == 1
        && let Some(field) = Member::ascending(members.iter().copied())
    {
        column.take_ascending(field, members, level_size(view, hierarchy, field));
        return Ok((column, true));
    }
    let mut unique = true;
    let mut known: HashMap<Member, u64> = HashMap::new();
    for part in &factor.parts {
        match part {
            Part::Level { field } => match dimension_of(hierarchy) {
                Some((dimension, _)) if view.visible_keys(dimension).is_some() => {
                    cancel.each(view.members(dimension, *field), |id| {
                        let member = Member::Of { field: *field, id };
                        unique &= column.take_member(member, &mut known);
                    })?;
                }
                _ => {
                    unique &= !column.levels.iter().any(|level| level.field() == Some(*field));
                    column.take_level(*field, level_size(view, hierarchy, *field));
                }
            },
            Part::Tuples(members) => {
                cancel.each(members.iter().skip(at).step_by(width), |member| {
                    unique &= column.take_member(*member, &mut known);
                })?;
            }
        }
    }
    column.levels.iter_mut().for_each(Level::settle);
    Ok((column, unique))
}

fn level_size(view: &View, hierarchy: HierarchyRef, field: usize) -> u64 {
    let dimension = dimension_of(hierarchy).map_or(0, |found| found.0);
    view.cube().dimensions[dimension].fields[field].len() as u64
}

impl Level {
    fn field(&self) -> Option<usize> {
        match self {
            Level::All { .. } => None,
            Level::Whole { field, .. } | Level::Some { field, .. } => Some(*field),
        }
    }

    fn settle(&mut self) {
        if let Level::Some { codes, .. } = self {
            codes.sort_unstable();
        }
    }
}

impl Column {
    fn take_level(&mut self, field: usize, members: u64) {
        self.levels.retain(|level| level.field() != Some(field));
        self.levels.push(Level::Whole { field, base: self.size });
        self.size += members;
    }

    /// Gives the first members their codes: some of a level that has `count`, in its order, each once.
    fn take_ascending(&mut self, field: usize, members: &[Member], count: u64) {
        if members.len() as u64 == count {
            return self.take_level(field, count);
        }
        let ids = members.iter().filter_map(|member| match member {
            Member::Of { id, .. } => Some(*id),
            _ => None,
        });
        self.levels.push(Level::Some { field, codes: ids.zip(0..).collect() });
        self.size = members.len() as u64;
    }

    /// Gives a member its code; false where it has one already.
    fn take_member(&mut self, member: Member, known: &mut HashMap<Member, u64>) -> bool {
        if self.code(member).is_some() || known.contains_key(&member) {
            return false;
        }
        let code = self.size;
        known.insert(member, code);
        self.size += 1;
        match member {
            Member::All => self.levels.push(Level::All { code }),
            Member::Measure(_) | Member::Calculated(_) => self.measures.push((member, code)),
            Member::Of { field, id } => {
                let own = self.levels.iter_mut().find(|level| level.field() == Some(field));
                match own {
                    Some(Level::Some { codes, .. }) => codes.push((id, code)),
                    _ => self.levels.push(Level::Some { field, codes: vec![(id, code)] }),
                }
            }
        }
        true
    }

    /// The code of a member that is in a whole level, or the All member, or a measure.
    fn code(&self, member: Member) -> Option<u64> {
        match member {
            Member::Measure(_) | Member::Calculated(_) => {
                self.measures.iter().find(|(one, _)| *one == member).map(|found| found.1)
            }
            Member::All => self.levels.iter().find_map(|level| match level {
                Level::All { code } => Some(*code),
                _ => None,
            }),
            Member::Of { field, id } => self.levels.iter().find_map(|level| match level {
                Level::Whole { field: own, base } if *own == field => Some(base + u64::from(id)),
                _ => None,
            }),
        }
    }

    /// What each of its measures adds to the code of a position.
    pub(crate) fn measure_parts(&self) -> impl Iterator<Item = u64> {
        self.measures.iter().map(|(_, code)| code * self.stride)
    }

    /// The code of any member the column holds.
    pub(crate) fn code_of(&self, member: Member) -> Option<u64> {
        let Member::Of { field, id } = member else { return self.code(member) };
        self.code(member).or_else(|| {
            self.levels.iter().find_map(|level| match level {
                Level::Some { field: own, codes } if *own == field => {
                    let at = codes.binary_search_by_key(&id, |found| found.0).ok()?;
                    Some(codes[at].1)
                }
                _ => None,
            })
        })
    }

    /// The members of codes.
    pub(crate) fn decoder(&self) -> Decoder {
        let mut single: Vec<(u64, Member)> =
            self.measures.iter().map(|&(measure, code)| (code, measure)).collect();
        let mut whole = Vec::new();
        for level in &self.levels {
            match level {
                Level::All { code } => single.push((*code, Member::All)),
                Level::Whole { field, base } => whole.push((*base, *field)),
                Level::Some { field, codes } => {
                    single.extend(
                        codes.iter().map(|&(id, code)| (code, Member::Of { field: *field, id })),
                    );
                }
            }
        }
        single.sort_unstable_by_key(|found| found.0);
        Decoder { single, whole, stride: self.stride, size: self.size.max(1) }
    }
}

/// From the code of a position to the member of one column.
pub(crate) struct Decoder {
    single: Vec<(u64, Member)>,
    whole: Vec<(u64, usize)>,
    stride: u64,
    size: u64,
}

impl Decoder {
    /// The column's member in a position.
    pub(crate) fn member(&self, position: u64) -> Member {
        let code = position / self.stride % self.size;
        if let Ok(at) = self.single.binary_search_by_key(&code, |found| found.0) {
            return self.single[at].1;
        }
        let below = self.whole.iter().filter(|(base, _)| *base <= code).max();
        below.map_or(Member::All, |&(base, field)| Member::Of { field, id: (code - base) as u32 })
    }

    /// What the column adds to the code of a position.
    pub(crate) fn part(&self, position: u64) -> u64 {
        position / self.stride % self.size * self.stride
    }
}

/// The codes of all positions of an axis, in the order asked for.
fn list(
    view: &View,
    axis: &Axis,
    columns: &[Column],
    (limits, cancel): (&Limits, &Cancel),
) -> Result<Vec<u64>, QueryError> {
    let mut positions = vec![0_u64];
    let mut at = 0;
    for factor in &axis.factors {
        let own = &columns[at..at + factor.columns.len()];
        at += factor.columns.len();
        let codes = factor_codes(view, factor, own, cancel)?;
        if positions.len().saturating_mul(codes.len()) > limits.positions {
            return Err(too_wide(limits));
        }
        let all = positions.iter();
        let all = all.flat_map(|position| codes.iter().map(move |code| position + code));
        positions = cancel.collect(all)?;
    }
    Ok(positions)
}

fn factor_codes(
    view: &View,
    factor: &Factor,
    columns: &[Column],
    cancel: &Cancel,
) -> Result<Vec<u64>, QueryError> {
    let mut codes: Vec<u64> = Vec::new();
    for part in &factor.parts {
        match part {
            Part::Level { field } => {
                let dimension = dimension_of(factor.columns[0]).map_or(0, |found| found.0);
                let code = |id| columns[0].code_of(Member::Of { field: *field, id }).unwrap_or(0);
                let members = view.members(dimension, *field);
                cancel.each(members, |id| codes.push(code(id) * columns[0].stride))?;
            }
            Part::Tuples(members) => cancel.each(members.chunks(columns.len()), |tuple| {
                let parts = tuple.iter().zip(columns);
                let parts = parts
                    .map(|(member, column)| column.code_of(*member).unwrap_or(0) * column.stride);
                codes.push(parts.sum());
            })?,
        }
    }
    Ok(codes)
}

pub(crate) fn too_wide(limits: &Limits) -> QueryError {
    let message = format!("svaret ville få over {} positioner på en akse", limits.positions);
    QueryError::new(ErrorKind::TooLarge, message)
        .hint("spørg om færre felter ad gangen, eller begræns felterne med betingelser")
}
