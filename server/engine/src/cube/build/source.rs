//! The columns of a fact table that the rows of a measure group are made of, checked.

use std::borrow::Cow;

use cube_schema::day::Day;
use cube_schema::schema::{DimensionUse, Measure, MeasureGroup};
use cube_schema::table::{self, FactColumn, FactTable, NO_ID, Star, StepTable, Timeline};
use hashbrown::HashMap;

use super::{BuildError, no_column};
use crate::cube::array::Array;
use crate::cube::{DIGITS, Dimension, NULL, age, parts_of_one};

/// The checked columns that the rows of a measure group are made of.
pub(super) struct Source<'a> {
    pub(super) timeline: Timeline,
    pub(super) entity: &'a [u32],
    entity_name: &'a str,
    /// The number of entities; where the entity is a dimension, its keys, with or without facts.
    entity_count: usize,
    pub(super) first: &'a [Day],
    pub(super) last: &'a [Day],
    /// Whether a fact is the first piece, and the last, of its record.
    pub(super) starts: Option<&'a [u32]>,
    pub(super) ends: Option<&'a [u32]>,
    /// Per dimension of the cube: the column with the day of birth, where it is an age.
    births: Vec<Option<Births<'a>>>,
    /// The columns that are added up.
    pub(super) numbers: Vec<Numbers<'a>>,
    /// The name of the fact table.
    table: &'a str,
    /// Per dimension of the cube.
    pub(super) uses: Vec<Option<SourceUse<'a>>>,
    /// What is counted besides the entity, each with an order of its own.
    pub(super) further: Vec<Further<'a>>,
}

/// A column of numbers as integers.
pub(super) struct Numbers<'a> {
    column: &'a str,
    pub(super) values: Vec<i64>,
    /// Their decimals.
    digits: u8,
}

/// What is counted by an order of its own: alone, or together with the entity.
pub(super) struct Further<'a> {
    columns: &'a [String],
    pub(super) with_entity: bool,
    /// Of several columns together, the number of the combination; [`NO_ID`] is not counted.
    pub(super) ids: Cow<'a, [u32]>,
}

/// The name of a column with days of birth, and the days.
type Births<'a> = (&'a str, &'a [Day]);

/// How facts point at a dimension, by checked columns.
pub(super) enum SourceUse<'a> {
    Ids { ids: &'a [u32], keys: usize },
    Lists { lists: &'a table::Lists, keys: usize },
    Shared { lists: &'a table::Lists, numbers: &'a [u32], keys: usize },
    Steps { series: &'a [u32], steps: &'a StepTable, keys: usize },
}

impl<'a> Source<'a> {
    pub(super) fn new(
        group: &'a MeasureGroup,
        facts: &'a FactTable,
        dimensions: &[Dimension],
        star: &'a Star,
        timeline: Timeline,
    ) -> Result<Source<'a>, BuildError> {
        let entity = ids(facts, &group.entity)?;
        for (column, values) in &facts.columns {
            if values.len() != entity.len() {
                let (table, column) = (facts.name.clone(), column.clone());
                let (length, expected) = (values.len(), entity.len());
                return Err(BuildError::Length { table, column, length, expected });
            }
        }
        let uses = dimensions.iter().map(|dimension| {
            let usage = group.dimensions.iter().find(|usage| usage.name() == dimension.name);
            usage.map_or(Ok(None), |usage| source_use(usage, facts, dimension, star))
        });
        let mut further: Vec<Further<'_>> = Vec::new();
        for measure in &group.measures {
            let Some((columns, with_entity)) = further_key(measure, &group.entity) else {
                continue;
            };
            if !further.iter().any(|one| one.is(columns, with_entity)) {
                further.push(Further { columns, with_entity, ids: combined(facts, columns)? });
            }
        }
        let entity_keys = group.dimensions.iter().filter_map(|usage| {
            let own = dimensions.iter().find(|dimension| dimension.name == usage.dimension)?;
            (usage.column.as_ref() == Some(&group.entity)).then_some(own.key_count)
        });
        let occurring = entity.iter().max().map_or(0, |&last| last as usize + 1);
        Ok(Source {
            timeline,
            entity,
            entity_name: &group.entity,
            entity_count: entity_keys.max().unwrap_or(0).max(occurring),
            first: days(facts, &group.first)?,
            last: days(facts, &group.last)?,
            starts: group.starts.as_deref().map(|column| flags(facts, column)).transpose()?,
            ends: group.ends.as_deref().map(|column| flags(facts, column)).transpose()?,
            births: births_of(group, facts, dimensions)?,
            numbers: numbers_of(group, facts)?,
            table: &facts.name,
            uses: uses.collect::<Result<_, _>>()?,
            further,
        })
    }

    pub(super) fn entity_count(&self) -> usize {
        self.entity_count
    }

    /// The order that counts the key of a measure; `None` for the entity alone.
    pub(super) fn order_of(&self, measure: &Measure) -> Option<usize> {
        let (columns, with_entity) = further_key(measure, self.entity_name)?;
        self.further.iter().position(|one| one.is(columns, with_entity))
    }

    /// The position of a column of numbers.
    pub(super) fn number_of(&self, column: &str) -> Option<usize> {
        self.numbers.iter().position(|known| known.column == column)
    }

    /// The decimals of a column of numbers.
    pub(super) fn digits(&self, column: usize) -> u8 {
        self.numbers[column].digits
    }

    /// Per dimension of the cube: the day of birth of each entity, where the dimension is an age.
    pub(super) fn births(&self) -> Result<Vec<Option<Array<i32>>>, BuildError> {
        let births = self.births.iter().map(|own| {
            let Some((column, days)) = own else { return Ok(None) };
            let mut births = vec![None; self.entity_count];
            for (&entity, day) in self.entity.iter().zip(*days) {
                if *births[entity as usize].get_or_insert(day.0) != day.0 {
                    let (table, column) = (self.table.to_owned(), (*column).to_owned());
                    return Err(BuildError::Births { table, column });
                }
            }
            let births = births
                .into_iter()
                .map(|birth| birth.map_or(age::UNKNOWN, |birth| age::stored(Day(birth))));
            Ok(Some(births.collect::<Vec<_>>().into()))
        });
        births.collect()
    }
}

fn source_use<'a>(
    usage: &DimensionUse,
    facts: &'a FactTable,
    dimension: &Dimension,
    star: &'a Star,
) -> Result<Option<SourceUse<'a>>, BuildError> {
    let Some(column) = &usage.column else { return Ok(None) };
    let keys = dimension.key_count;
    let in_range = |ids: &[u32], rows: usize| match ids.iter().find(|id| **id as usize >= rows) {
        None => Ok(()),
        Some(&id) => {
            let (table, column) = (facts.name.clone(), column.clone());
            Err(BuildError::OutOfRange { table, column, id, rows })
        }
    };
    if let Some(name) = &usage.steps {
        let steps = star.step(name).ok_or_else(|| BuildError::NoTable(name.clone()))?;
        let series = ids(facts, column)?;
        in_range(series, steps.offsets.len().saturating_sub(1))?;
        in_range(&steps.member, keys)?;
        return Ok(Some(SourceUse::Steps { series, steps, keys }));
    }
    if let Some(FactColumn::Shared(lists, numbers)) = facts.column(column) {
        in_range(&lists.values, keys)?;
        in_range(numbers, lists.len())?;
        return Ok(Some(SourceUse::Shared { lists, numbers, keys }));
    }
    if let Some(FactColumn::Ids(lists)) = facts.column(column) {
        in_range(&lists.values, keys)?;
        return Ok(Some(SourceUse::Lists { lists, keys }));
    }
    let ids = ids(facts, column)?;
    in_range(ids, keys)?;
    Ok(Some(SourceUse::Ids { ids, keys }))
}

/// The ids of one column, or a number for each different combination of several.
fn combined<'a>(facts: &'a FactTable, columns: &[String]) -> Result<Cow<'a, [u32]>, BuildError> {
    let columns: Vec<&[u32]> =
        columns.iter().map(|column| ids(facts, column)).collect::<Result<_, _>>()?;
    if let [only] = columns.as_slice() {
        return Ok(Cow::Borrowed(only));
    }
    let mut numbers: HashMap<Vec<u32>, u32> = HashMap::new();
    let rows = columns.first().map_or(0, |column| column.len());
    let number = |row: usize| {
        let next = numbers.len() as u32;
        let ids: Vec<u32> = columns.iter().map(|column| column[row]).collect();
        if ids.contains(&NO_ID) { NO_ID } else { *numbers.entry(ids).or_insert(next) }
    };
    Ok(Cow::Owned((0..rows).map(number).collect()))
}

fn ids<'a>(facts: &'a FactTable, column: &str) -> Result<&'a [u32], BuildError> {
    match facts.column(column) {
        Some(FactColumn::Id(ids)) => Ok(ids),
        _ => Err(no_column(facts, column, "numre")),
    }
}

fn days<'a>(facts: &'a FactTable, column: &str) -> Result<&'a [Day], BuildError> {
    match facts.column(column) {
        Some(FactColumn::Day(days)) => Ok(days),
        _ => Err(no_column(facts, column, "dage")),
    }
}

/// A column of 0 and 1.
fn flags<'a>(facts: &'a FactTable, column: &str) -> Result<&'a [u32], BuildError> {
    let flags = ids(facts, column)?;
    match flags.iter().find(|flag| **flag > 1) {
        None => Ok(flags),
        Some(&id) => {
            let (table, column) = (facts.name.clone(), column.to_owned());
            Err(BuildError::OutOfRange { table, column, id, rows: 2 })
        }
    }
}

/// Per dimension of the cube: the column with the day of birth, where it is an age.
fn births_of<'a>(
    group: &'a MeasureGroup,
    facts: &'a FactTable,
    dimensions: &[Dimension],
) -> Result<Vec<Option<Births<'a>>>, BuildError> {
    let births = dimensions.iter().map(|dimension| {
        let usage = group.dimensions.iter().find(|usage| usage.name() == dimension.name);
        let Some(column) = usage.and_then(|usage| usage.age.as_deref()) else { return Ok(None) };
        Ok(Some((column, days(facts, column)?)))
    });
    births.collect()
}

/// What a measure counts besides, or instead of, the entity.
fn further_key<'a>(measure: &'a Measure, entity: &str) -> Option<(&'a [String], bool)> {
    let (first, others) = measure.key.split_first()?;
    match (first == entity, others.is_empty()) {
        (true, true) => None,
        (true, false) => Some((others, true)),
        (false, _) => Some((&measure.key, false)),
    }
}

impl Further<'_> {
    fn is(&self, columns: &[String], with_entity: bool) -> bool {
        (self.columns, self.with_entity) == (columns, with_entity)
    }
}

/// The columns of numbers that some measure reads, each once.
fn numbers_of<'a>(
    group: &'a MeasureGroup,
    facts: &'a FactTable,
) -> Result<Vec<Numbers<'a>>, BuildError> {
    let mut numbers: Vec<Numbers<'_>> = Vec::new();
    for column in group.measures.iter().filter_map(|measure| measure.column.as_deref()) {
        if !numbers.iter().any(|known| known.column == column) {
            let (values, digits) = integers(facts, column)?;
            numbers.push(Numbers { column, values, digits });
        }
    }
    Ok(numbers)
}

/// A column of numbers as integers, small enough that no sum of them runs over: with the usual
/// decimals, or with as many as the numbers have. NaN is no number.
fn integers(facts: &FactTable, column: &str) -> Result<(Vec<i64>, u8), BuildError> {
    let Some(FactColumn::Number(values)) = facts.column(column) else {
        return Err(no_column(facts, column, "tal"));
    };
    let all: f64 = values.iter().filter(|value| !value.is_nan()).map(|value| value.abs()).sum();
    let exact = |digits: u8| {
        let one = parts_of_one(digits);
        // A decimal fraction is seldom a binary one: it is exact if it comes back as it was.
        let exact = |value: &f64| value.is_nan() || (value * one).round() / one == *value;
        digits == DIGITS || values.iter().all(exact)
    };
    let fits = |digits: u8| all * parts_of_one(digits) < (i64::MAX / 4) as f64;
    let digits = (0..=DIGITS).rev().find(|&digits| fits(digits) && exact(digits));
    let digits = digits.ok_or_else(|| BuildError::Number {
        table: facts.name.clone(),
        column: column.to_owned(),
    })?;
    let integer = |value: &f64| match value.is_nan() {
        true => NULL,
        false => (value * parts_of_one(digits)).round() as i64,
    };
    Ok((values.iter().map(integer).collect(), digits))
}
