//! Members of a dimension's fields, numbered in natural order, and its hierarchies.

use std::cmp::Ordering;

use hashbrown::HashMap;

use cube_schema::day::Month;
use cube_schema::schema::{
    self, DimensionKind, Grain, Level, LevelUse, Period, Schema, Sort, ValueType,
};
use cube_schema::table::{DimensionTable, Star, Timeline};

use super::{BuildError, levels, parent_child};
use crate::cube::array::{Lists, Texts};
use crate::cube::dimension::{Dimension, Field, Hierarchy, fold};
use crate::cube::sort;

/// A member before it has its number.
struct Member<'a> {
    key: &'a str,
    caption: &'a str,
    unknown: bool,
    row: usize,
}

/// Builds a dimension, which has a name of its own in the cube.
pub(super) fn build(
    name: &str,
    dimension: &schema::Dimension,
    schema: &Schema,
    star: &Star,
    timeline: Timeline,
) -> Result<Dimension, BuildError> {
    let (key_count, mut fields) = match &dimension.table {
        None => time_fields(dimension, timeline),
        Some(name) => {
            let table = star.dimension(name).ok_or_else(|| BuildError::NoTable(name.clone()))?;
            let fields =
                dimension.fields.iter().map(|field| table_field(field, table, &schema.unknown));
            (table.len(), fields.collect::<Result<_, _>>()?)
        }
    };
    let named = hierarchies(dimension, schema, star, &mut fields)?;
    let shown = dimension.fields.len();
    let own = fields.iter().enumerate();
    let own = own.map(|(at, field)| Hierarchy::of_field(&field.name, at, at >= shown));
    Ok(Dimension {
        name: name.to_owned(),
        caption: dimension.caption.clone().unwrap_or_else(|| name.to_owned()),
        description: dimension.description.clone(),
        is_time: dimension.is_time(),
        of_time: dimension.is_time() || dimension.kind == DimensionKind::Time,
        observed: dimension.observed,
        key_count,
        hierarchies: own.chain(named).collect(),
        fields,
    })
}

/// The hierarchies that the schema names. The fields of levels that are their own come behind those
/// of the dimension.
fn hierarchies(
    dimension: &schema::Dimension,
    schema: &Schema,
    star: &Star,
    fields: &mut Vec<Field>,
) -> Result<Vec<Hierarchy>, BuildError> {
    let position = |name: &str| dimension.fields.iter().position(|field| field.name == name);
    let table = dimension.table.as_deref().and_then(|name| star.dimension(name));
    let mut found = Vec::with_capacity(dimension.hierarchies.len());
    for written in &dimension.hierarchies {
        let own: Vec<&Level> = written.levels.iter().filter_map(LevelUse::own).collect();
        let mut hierarchy = match (table, written.parent_child(), own.is_empty()) {
            (Some(table), Some(level), _) => parent_child::build(level, table, schema, fields)?,
            (Some(table), None, false) => levels::build(&own, table, schema, fields)?,
            _ => {
                let levels = written.levels.iter().filter_map(|level| position(level.name()));
                Hierarchy::of_levels("", levels.collect())
            }
        };
        hierarchy.name.clone_from(&written.name);
        hierarchy.caption = written.caption.clone().unwrap_or_else(|| written.name.clone());
        hierarchy.has_all = written.has_all;
        hierarchy.all.clone_from(&written.all);
        hierarchy.default = default_member(written, &hierarchy, fields)?;
        found.push(hierarchy);
    }
    Ok(found)
}

/// The member of the keys that the schema names, or the first where there is no All member.
fn default_member(
    written: &schema::Hierarchy,
    hierarchy: &Hierarchy,
    fields: &[Field],
) -> Result<Option<(usize, u32)>, BuildError> {
    let Some(&top) = hierarchy.levels.first() else { return Ok(None) };
    if written.default.is_empty() {
        let first = (!written.has_all && !fields[top].is_empty()).then_some((top, 0));
        return Ok(first);
    }
    let mut levels = hierarchy.levels.iter();
    let mut found: Option<(usize, u32)> = None;
    for key in &written.default {
        let below = |member: u32, field: usize| {
            found.is_none_or(|(upper, above)| {
                let keys = fields[field].keys_of_member.get(member as usize);
                keys.iter().all(|&key| fields[upper].member_of(key) == Some(above))
            })
        };
        found = levels.by_ref().find_map(|&field| {
            let member = fields[field].with_key(key).find(|&member| below(member, field))?;
            Some((field, member))
        });
        if found.is_none() {
            return Err(BuildError::NoDefault {
                hierarchy: written.name.clone(),
                key: key.clone(),
            });
        }
    }
    Ok(found)
}

fn time_fields(dimension: &schema::Dimension, timeline: Timeline) -> (usize, Vec<Field>) {
    let months: Vec<Month> = (timeline.first.0..=timeline.last.0).map(Month).collect();
    let fields = dimension.fields.iter().map(|field| {
        let period = |month: &Month| match field.grain {
            Some(Grain::Year) => format!("{:04}", month.year()),
            Some(Grain::Quarter) => month.quarter().to_string(),
            _ => month.to_string(),
        };
        let periods: Vec<String> = months.iter().map(period).collect();
        let members = periods.iter().enumerate().map(|(row, period)| Member {
            key: period,
            caption: period,
            unknown: false,
            row,
        });
        number_members(field, &members.collect::<Vec<_>>(), Sort::Table)
    });
    let fields = fields.collect();
    (months.len(), fields)
}

fn table_field(
    field: &schema::Field,
    table: &DimensionTable,
    unknown: &str,
) -> Result<Field, BuildError> {
    let column = |name: &str| {
        table.column(name).ok_or_else(|| BuildError::NoColumn {
            table: table.name.clone(),
            column: name.to_owned(),
            expected: "tekst",
        })
    };
    let keys = column(&field.key)?;
    let captions = column(field.caption.as_deref().unwrap_or(&field.key))?;
    let members = keys.iter().zip(captions).enumerate().map(|(row, (key, caption))| {
        let known = !key.is_empty();
        let key = if known { key } else { unknown };
        let caption = if !known {
            unknown
        } else if caption.is_empty() {
            key
        } else {
            caption
        };
        Member { key, caption, unknown: !known, row }
    });
    Ok(number_members(field, &members.collect::<Vec<_>>(), field.sort))
}

/// Numbers the different members of one key column; the unknown one comes last.
fn number_members(field: &schema::Field, rows: &[Member<'_>], order: Sort) -> Field {
    let mut first: HashMap<(bool, &str), usize> = HashMap::new();
    let mut members: Vec<&Member<'_>> = Vec::new();
    for member in rows {
        first.entry((member.unknown, member.key)).or_insert_with(|| {
            members.push(member);
            members.len() - 1
        });
    }
    let order = (order, field.value);
    members.sort_by(|left, right| natural(left, right, order));
    for (number, member) in members.iter().enumerate() {
        first.insert((member.unknown, member.key), number);
    }
    let member_of_key: Vec<u32> =
        rows.iter().map(|row| first[&(row.unknown, row.key)] as u32).collect();
    let captions: Vec<&str> = members.iter().map(|member| member.caption).collect();
    let keys: Vec<&str> = members.iter().map(|member| member.key).collect();
    Field {
        name: field.name.clone(),
        description: field.description.clone(),
        grain: field.grain,
        period: field.grain.map_or(Period::None, period_of),
        value: field.value,
        partial: false,
        composite: false,
        properties: Vec::new(),
        personal: field.personal,
        unknown: members.last().filter(|member| member.unknown).map(|_| members.len() as u32 - 1),
        by_caption: folded_order(&captions).into(),
        by_key: folded_order(&keys).into(),
        captions: Texts::new(captions),
        keys: Texts::new(keys),
        keys_of_member: Lists::inverse(&member_of_key, members.len()),
        member_of_key: member_of_key.into(),
    }
}

fn natural(left: &Member<'_>, right: &Member<'_>, (order, value): (Sort, ValueType)) -> Ordering {
    let by_sort = || match order {
        Sort::Danish => sort::danish(left.caption, right.caption),
        Sort::Key if value == ValueType::Number => sort::size(left.key, right.key),
        Sort::Key => sort::folded(left.key, right.key),
        Sort::Number => sort::number(left.key, right.key),
        Sort::Table => left.row.cmp(&right.row),
    };
    left.unknown
        .cmp(&right.unknown)
        .then_with(by_sort)
        .then_with(|| sort::number(left.key, right.key))
        .then_with(|| left.row.cmp(&right.row))
}

fn period_of(grain: Grain) -> Period {
    match grain {
        Grain::Year => Period::Years,
        Grain::Quarter => Period::Quarters,
        Grain::Month => Period::Months,
    }
}

/// Texts in the order in which they are looked up.
pub(super) fn folded_order(texts: &[&str]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..texts.len() as u32).collect();
    order.sort_by_cached_key(|&member| fold(texts[member as usize]));
    order
}
