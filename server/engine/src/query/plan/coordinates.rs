//! The places of a dimension in a pass: which keys fall together, and their codes on the axes.

use super::columns::{Column, Columns, Level, level_choices};
use super::{AxisPlan, DimensionPlan, Plan, keys};
use crate::cube::array::Lists;
use crate::cube::{Dimension, Use};

/// A dimension of up to this many keys always gets a table: the look-up is faster than a field's
/// function, and a table of this length costs nothing.
const TABLE_KEYS: usize = 256;

/// Keys are put in order by counting where their codes lie so close together.
const CODES_PER_KEY: u64 = 8;

/// No place: the row does not count.
pub(crate) const NONE: u32 = u32::MAX;

/// What something adds to the code of each axis.
pub(crate) type Codes = Vec<u64>;

/// One choice of a level for each column of a dimension.
pub(crate) struct Choice {
    /// From a row's key (for a many-valued dimension: from the number of its list) to its place.
    pub map: KeyMap,
    /// The number of places.
    pub size: u64,
    /// The codes of the places.
    pub codes: PlaceCodes,
}

/// From keys to places.
pub(crate) enum KeyMap {
    /// Every row is at place 0.
    One,
    /// The place is the member of a field: no table is made for a long field.
    Member {
        /// The field.
        field: usize,
    },
    /// The place of each key, or [`NONE`].
    Table(Vec<u32>),
    /// The places of each list of keys.
    Lists(Lists),
}

/// What each place adds to the codes of the axes.
pub(crate) enum PlaceCodes {
    /// Place `p` adds `first + p * step` on one axis.
    Linear {
        /// The axis.
        axis: usize,
        /// Of place 0.
        first: u64,
        /// Per place.
        step: u64,
    },
    /// As listed: one number per axis for each place.
    Table(Vec<u64>),
}

impl PlaceCodes {
    /// Adds the codes of a place.
    pub fn add(&self, place: u64, codes: &mut [u64]) {
        match self {
            PlaceCodes::Linear { axis, first, step } => codes[*axis] += first + place * step,
            PlaceCodes::Table(table) => {
                let own = &table[place as usize * codes.len()..];
                codes.iter_mut().zip(own).for_each(|(code, add)| *code += add);
            }
        }
    }

    /// What each of `size` places adds to the code of one axis of `width`.
    pub fn on_axis(&self, axis: usize, width: usize, size: u64) -> Vec<u64> {
        let mut codes = vec![0; width];
        let place = |place| {
            codes.fill(0);
            self.add(place, &mut codes);
            codes[axis]
        };
        (0..size).map(place).collect()
    }
}

/// The keys that some position of the axes can hold; `None` is all.
pub(super) fn shown(
    columns: &Columns,
    places: &[(usize, usize)],
    shape: &Dimension,
) -> Option<Vec<u32>> {
    let lists = places.iter().filter_map(|&place| column_keys(columns.get(place), shape));
    lists.reduce(|left, right| keys::common(&left, &right))
}

/// The keys of a column that holds only some members; `None` is all.
fn column_keys(column: &Column, shape: &Dimension) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    for level in &column.levels {
        let Level::Some { field, codes } = level else { return None };
        let field = &shape.fields[*field];
        for (member, _) in codes {
            found.extend_from_slice(field.keys_of_member.get(*member as usize));
        }
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

pub(super) fn choices(dimension: &DimensionPlan, plan: &Plan<'_>, selected: bool) -> Vec<Choice> {
    let cube = plan.view.cube();
    let shape = &cube.dimensions[dimension.dimension];
    let many = cube.groups[plan.group].uses[dimension.dimension] == Some(Use::Many);
    let columns: Vec<&Column> =
        dimension.columns.iter().map(|&(axis, at)| &plan.axes[axis].columns[at]).collect();
    let choices = level_choices(&columns, plan.nested_totals);
    let choices = choices.iter().map(|levels| {
        if let Some(choice) = linear(dimension, shape, &plan.axes, levels, many) {
            return choice;
        }
        if selected && dimension.columns.is_empty() {
            return Choice::everything(plan.axes.len());
        }
        let choice = table(dimension, shape, &plan.axes, levels, many);
        if many { over_lists(choice, dimension.dimension, plan) } else { choice }
    });
    choices.collect()
}

pub(super) fn existing(dimension: &DimensionPlan, plan: &Plan<'_>, axis: usize) -> Vec<u64> {
    let shape = &plan.view.cube().dimensions[dimension.dimension];
    let mut own = DimensionPlan {
        dimension: dimension.dimension,
        allowed: dimension.allowed.clone(),
        shown: None,
        columns: dimension.columns.iter().copied().filter(|place| place.0 == axis).collect(),
    };
    let columns: Vec<&Column> =
        own.columns.iter().map(|&(axis, at)| &plan.axes[axis].columns[at]).collect();
    let (totals, named): (Vec<_>, Vec<_>) = level_choices(&columns, plan.nested_totals)
        .into_iter()
        .partition(|levels| all_only(levels));
    let mut codes = Vec::new();
    let mut take = |own: &DimensionPlan, levels: &[&Level]| {
        let choice = linear(own, shape, &plan.axes, levels, false)
            .unwrap_or_else(|| table(own, shape, &plan.axes, levels, false));
        codes.extend(choice.codes.on_axis(axis, plan.axes.len(), choice.size));
    };
    totals.iter().for_each(|levels| take(&own, levels));
    let visible = plan.view.visible_keys(dimension.dimension);
    own.allowed = keys::both(own.allowed.as_deref(), visible);
    named.iter().for_each(|levels| take(&own, levels));
    codes
}

fn all_only(levels: &[&Level]) -> bool {
    levels.iter().all(|level| matches!(level, Level::All { .. }))
}

/// A choice that needs no table: one whole level, no condition, one key per row.
fn linear(
    dimension: &DimensionPlan,
    shape: &Dimension,
    axes: &[AxisPlan],
    levels: &[&Level],
    many: bool,
) -> Option<Choice> {
    let ([(axis, at)], [Level::Whole { field, base }]) = (dimension.columns.as_slice(), levels)
    else {
        return None;
    };
    let partial = shape.fields[*field].partial;
    if many || partial || dimension.allowed.is_some() || shape.key_count <= TABLE_KEYS {
        return None;
    }
    let column = &axes[*axis].columns[*at];
    Some(Choice {
        map: KeyMap::Member { field: *field },
        size: shape.fields[*field].len() as u64,
        codes: PlaceCodes::Linear { axis: *axis, first: base * column.stride, step: column.stride },
    })
}

/// A choice by a table: keys whose members have the same codes share a place.
fn table(
    dimension: &DimensionPlan,
    shape: &Dimension,
    axes: &[AxisPlan],
    levels: &[&Level],
    many: bool,
) -> Choice {
    let width = axes.len();
    let mut codes = vec![0_u64; shape.key_count * width];
    let mut counts = vec![dimension.allowed.is_none(); shape.key_count];
    for &key in dimension.allowed.iter().flatten() {
        counts[key as usize] = true;
    }
    for (&(axis, at), level) in dimension.columns.iter().zip(levels) {
        let stride = axes[axis].columns[at].stride;
        for (key, code) in level.code_of_keys(shape).into_iter().enumerate() {
            counts[key] &= code != u64::from(NONE);
            codes[key * width + axis] += if counts[key] { code * stride } else { 0 };
        }
    }
    let unasked = dimension.allowed.is_none() && all_only(levels);
    if unasked && shape.key_count == 0 {
        return only_total(dimension, axes, levels);
    }
    number_places(&codes, &counts, width, !many || unasked)
}

/// The total of a dimension without keys: there is one, whether or not anything was delivered.
fn only_total(dimension: &DimensionPlan, axes: &[AxisPlan], levels: &[&Level]) -> Choice {
    let mut codes = vec![0_u64; axes.len()];
    for (&(axis, at), level) in dimension.columns.iter().zip(levels) {
        if let Level::All { code } = level {
            codes[axis] += code * axes[axis].columns[at].stride;
        }
    }
    Choice { map: KeyMap::One, size: 1, codes: PlaceCodes::Table(codes) }
}

/// Numbers the different codes of the keys that count. Where `any_row`, a row without any key would
/// count as well, if all keys do.
fn number_places(codes: &[u64], counts: &[bool], width: usize, any_row: bool) -> Choice {
    let of = |key: u32| &codes[key as usize * width..(key as usize + 1) * width];
    let mut order: Vec<u32> =
        (0..counts.len() as u32).filter(|&key| counts[key as usize]).collect();
    let all = order.len() == counts.len();
    match packed(codes, &order, width) {
        Some((packed, bound)) => order = by_number(&order, &packed, bound),
        None => order.sort_unstable_by(|&left, &right| of(left).cmp(of(right))),
    }
    let mut map = vec![NONE; counts.len()];
    let mut places: Vec<u64> = Vec::new();
    let mut size = 0_u32;
    for (at, &key) in order.iter().enumerate() {
        if at == 0 || of(order[at - 1]) != of(key) {
            places.extend_from_slice(of(key));
            size += 1;
        }
        map[key as usize] = size - 1;
    }
    let map = if any_row && all && size == 1 { KeyMap::One } else { KeyMap::Table(map) };
    Choice { map, size: u64::from(size), codes: PlaceCodes::Table(places) }
}

/// The codes of each of some keys as one number, in the same order, and what they all lie below;
/// `None` where the numbers would be much larger than there are keys.
fn packed(codes: &[u64], keys: &[u32], width: usize) -> Option<(Vec<u32>, usize)> {
    let of = |key: u32| &codes[key as usize * width..(key as usize + 1) * width];
    let mut bounds = vec![1_u64; width];
    for &key in keys {
        bounds.iter_mut().zip(of(key)).for_each(|(bound, code)| *bound = (*bound).max(code + 1));
    }
    let bound = bounds.iter().try_fold(1_u64, |all, bound| all.checked_mul(*bound))?;
    if bound > CODES_PER_KEY * keys.len() as u64 {
        return None;
    }
    let number = |&key: &u32| {
        let each = of(key).iter().zip(&bounds);
        each.fold(0_u64, |number, (code, bound)| number * bound + code) as u32
    };
    Some((keys.iter().map(number).collect(), bound as usize))
}

/// Keys in the order of their numbers, by counting.
fn by_number(keys: &[u32], numbers: &[u32], bound: usize) -> Vec<u32> {
    let places = Lists::inverse(numbers, bound);
    places.values.iter().map(|&at| keys[at as usize]).collect()
}

/// From places of keys to places of lists of keys, without repeats in a list.
fn over_lists(choice: Choice, dimension: usize, plan: &Plan<'_>) -> Choice {
    let KeyMap::Table(table) = &choice.map else { return choice };
    let Some(lists) = &plan.rows().lists[dimension] else { return choice };
    let (mut offsets, mut values) = (vec![0_u32], Vec::with_capacity(lists.values.len()));
    let mut longest = 0;
    for list in 0..lists.len() {
        let start = values.len();
        let places = lists.get(list).iter().map(|&key| table[key as usize]);
        values.extend(places.filter(|&place| place != NONE));
        drop_repeats(&mut values, start);
        longest = longest.max(values.len() - start);
        offsets.push(values.len() as u32);
    }
    let places = Lists { offsets: offsets.into(), values: values.into() };
    let map = if longest > 1 {
        KeyMap::Lists(places)
    } else {
        let only = |list| places.get(list).first().copied().unwrap_or(NONE);
        KeyMap::Table((0..places.len()).map(only).collect())
    };
    Choice { map, ..choice }
}

/// Sorts what stands from `start` on, and keeps each value once.
fn drop_repeats(values: &mut Vec<u32>, start: usize) {
    values[start..].sort_unstable();
    let mut kept = start;
    for at in start..values.len() {
        if at == start || values[at] != values[kept - 1] {
            values[kept] = values[at];
            kept += 1;
        }
    }
    values.truncate(kept);
}

impl Choice {
    /// All rows at one place that adds nothing to any code.
    fn everything(width: usize) -> Choice {
        Choice { map: KeyMap::One, size: 1, codes: PlaceCodes::Table(vec![0; width]) }
    }
}
