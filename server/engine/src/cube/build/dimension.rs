//! Members of a dimension's fields, numbered in natural order.

use std::cmp::Ordering;

use hashbrown::HashMap;

use cube_schema::day::Month;
use cube_schema::schema::{self, Grain, Schema, Sort};
use cube_schema::table::{DimensionTable, Star, Timeline};

use super::BuildError;
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

pub(super) fn build(
    dimension: &schema::Dimension,
    schema: &Schema,
    star: &Star,
    timeline: Timeline,
) -> Result<Dimension, BuildError> {
    let (key_count, fields) = match &dimension.table {
        None => time_fields(dimension, timeline),
        Some(name) => {
            let table = star.dimension(name).ok_or_else(|| BuildError::NoTable(name.clone()))?;
            let fields =
                dimension.fields.iter().map(|field| table_field(field, table, &schema.unknown));
            (table.len(), fields.collect::<Result<_, _>>()?)
        }
    };
    Ok(Dimension {
        name: dimension.name.clone(),
        description: dimension.description.clone(),
        is_time: dimension.is_time(),
        observed: dimension.observed,
        key_count,
        fields,
        hierarchies: hierarchies(dimension),
    })
}

fn hierarchies(dimension: &schema::Dimension) -> Vec<Hierarchy> {
    let position = |level: &String| dimension.fields.iter().position(|field| field.name == *level);
    let attributes = dimension
        .fields
        .iter()
        .enumerate()
        .map(|(position, field)| Hierarchy { name: field.name.clone(), levels: vec![position] });
    let several = dimension.hierarchies.iter().map(|hierarchy| Hierarchy {
        name: hierarchy.name.clone(),
        levels: hierarchy.levels.iter().filter_map(position).collect(),
    });
    attributes.chain(several).collect()
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

fn natural(left: &Member<'_>, right: &Member<'_>, order: Sort) -> Ordering {
    let by_sort = || match order {
        Sort::Danish => sort::danish(left.caption, right.caption),
        Sort::Number => sort::number(left.key, right.key),
        Sort::Table => left.row.cmp(&right.row),
    };
    left.unknown
        .cmp(&right.unknown)
        .then_with(by_sort)
        .then_with(|| sort::number(left.key, right.key))
        .then_with(|| left.row.cmp(&right.row))
}

fn folded_order(texts: &[&str]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..texts.len() as u32).collect();
    order.sort_by_cached_key(|&member| fold(texts[member as usize]));
    order
}
