//! Fact rows → ordered rows: clipped to the timeline, sorted by entity and first day, and cut once
//! more where a member changes over time.

use std::borrow::Cow;

use cube_schema::day::{Day, Interval};
use cube_schema::schema::{DimensionUse, MeasureGroup};
use cube_schema::table::{self, FactColumn, FactTable, Star, StepTable, Timeline};
use rayon::prelude::*;
use roaring::{MultiOps, RoaringBitmap};

use super::{BuildError, no_column};
use crate::cube::array::{Array, Column, Lists};
use crate::cube::{Dimension, MILLIONTHS, Order, PARTS, Rows, age};
use hashbrown::HashMap;

/// Keys beyond this number are not given a bitmap each.
const BITMAP_KEYS: usize = 65_536;

/// The checked columns that the rows of a measure group are made of.
pub(super) struct Source<'a> {
    timeline: Timeline,
    entity: &'a [u32],
    /// The number of entities; where the entity is a dimension, its keys, with or without facts.
    entity_count: usize,
    first: &'a [Day],
    last: &'a [Day],
    /// Whether a fact is the first piece, and the last, of its record.
    starts: Option<&'a [u32]>,
    ends: Option<&'a [u32]>,
    /// Per dimension of the cube: the column with the day of birth, where it is an age.
    births: Vec<Option<Births<'a>>>,
    /// The columns that are added up.
    numbers: Vec<(&'a str, Vec<i64>)>,
    /// The name of the fact table.
    table: &'a str,
    /// Per dimension of the cube.
    uses: Vec<Option<SourceUse<'a>>>,
    /// What is counted besides the entity, each with an order of its own: the columns, and their
    /// ids (of several columns together, the number of the combination).
    further: Vec<(&'a [String], Cow<'a, [u32]>)>,
}

/// The name of a column with days of birth, and the days.
type Births<'a> = (&'a str, &'a [Day]);

enum SourceUse<'a> {
    Ids { ids: &'a [u32], keys: usize },
    Lists { lists: &'a table::Lists, keys: usize },
    Shared { lists: &'a table::Lists, numbers: &'a [u32], keys: usize },
    Steps { series: &'a [u32], steps: &'a StepTable, keys: usize },
}

/// One row before it has its place.
#[derive(Clone, Copy)]
struct Piece {
    fact: u32,
    days: Interval,
    /// Whether its first day is the first of its record.
    starts: bool,
    /// Whether its last day is the last of its record.
    ends: bool,
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
            let usage = group.dimensions.iter().find(|usage| usage.dimension == dimension.name);
            usage.map_or(Ok(None), |usage| source_use(usage, facts, dimension, star))
        });
        let mut further: Vec<(&[String], Cow<'_, [u32]>)> = Vec::new();
        for measure in &group.measures {
            let columns = measure.key.get(1..).unwrap_or_default();
            if !columns.is_empty() && !further.iter().any(|(known, _)| *known == columns) {
                further.push((columns, combined(facts, columns)?));
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

    /// The order that counts a key; `None` for the entity alone.
    pub(super) fn order_of(&self, key: &[String]) -> Option<usize> {
        let columns = key.get(1..)?;
        self.further.iter().position(|(known, _)| *known == columns)
    }

    /// The position of a column that is added up.
    pub(super) fn number_of(&self, column: &str) -> Option<usize> {
        self.numbers.iter().position(|(known, _)| *known == column)
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

    /// The rows, and the cut rows where a member of some dimension changes over time.
    pub(super) fn build(&self) -> (Rows, Option<Rows>) {
        let pieces: Vec<Piece> =
            (0..self.entity.len() as u32).map(|fact| self.piece(fact)).collect();
        let has_steps =
            self.uses.iter().flatten().any(|one| matches!(one, SourceUse::Steps { .. }));
        rayon::join(
            || self.order_pieces(&pieces, false),
            || has_steps.then(|| self.order_pieces(&self.cut(&pieces), true)),
        )
    }

    fn piece(&self, fact: u32) -> Piece {
        let is_set = |flags: Option<&[u32]>| flags.is_some_and(|flags| flags[fact as usize] == 1);
        let is_over = self.last[fact as usize] <= self.timeline.as_of();
        Piece {
            fact,
            days: self.days(fact),
            starts: is_set(self.starts),
            ends: is_set(self.ends) && is_over,
        }
    }

    /// The days of a fact that are shown: up to the as-of day. Where there are none, the first day
    /// lies behind the last; such rows are kept, and no period reaches them.
    fn days(&self, fact: u32) -> Interval {
        let (first, last) = (self.first[fact as usize], self.last[fact as usize]);
        Interval { first, last: last.min(self.timeline.as_of()) }
    }

    /// Pieces cut where a step begins, neighbours of equal members staying together.
    fn cut(&self, pieces: &[Piece]) -> Vec<Piece> {
        let mut done = pieces.to_vec();
        for one in self.uses.iter().flatten() {
            let SourceUse::Steps { series, steps, .. } = one else { continue };
            let mut next = Vec::with_capacity(done.len());
            for piece in done {
                let own = steps_of(steps, series[piece.fact as usize]);
                let mut left = piece;
                for &from in &steps.from[own] {
                    if from > left.days.first && from <= left.days.last {
                        let days = Interval { first: left.days.first, last: from.before() };
                        next.push(Piece { days, ends: false, ..left });
                        left = Piece { starts: false, ..left };
                        left.days.first = from;
                    }
                }
                next.push(left);
            }
            done = next;
        }
        done
    }

    /// The pieces by entity and first day, and where those of each entity begin: by entity by
    /// counting, for only those of one entity, which are few, need be compared.
    fn ordered(&self, pieces: &[Piece]) -> (Vec<Piece>, Array<u32>) {
        let entity: Vec<u32> =
            pieces.iter().map(|piece| self.entity[piece.fact as usize]).collect();
        let Lists { offsets, values } = Lists::inverse(&entity, self.entity_count());
        let mut ordered: Vec<Piece> = values.iter().map(|&at| pieces[at as usize]).collect();
        for own in offsets.windows(2) {
            ordered[own[0] as usize..own[1] as usize].sort_unstable_by_key(|piece| {
                (piece.days.first, piece.starts, piece.days.last, piece.fact)
            });
        }
        (ordered, offsets)
    }

    fn order_pieces(&self, pieces: &[Piece], cut: bool) -> Rows {
        let (pieces, entity_rows) = self.ordered(pieces);
        let entity: Vec<u32> =
            pieces.iter().map(|piece| self.entity[piece.fact as usize]).collect();
        let months: Vec<(u16, u16, u16)> =
            pieces.iter().map(|piece| self.months(piece.days)).collect();
        let column = |value: fn(&(u16, u16, u16)) -> u16| {
            months.iter().map(value).collect::<Vec<_>>().into()
        };
        let mut rows = Rows {
            first_month: column(|months| months.0),
            last_month: column(|months| months.1),
            month_ends: column(|months| months.2),
            first_day: pieces.iter().map(|piece| piece.days.first.0).collect::<Vec<_>>().into(),
            last_day: pieces.iter().map(|piece| piece.days.last.0).collect::<Vec<_>>().into(),
            starts: self.starts.map(|_| self.events(&pieces, &months, true)),
            ends: self.ends.map(|_| self.events(&pieces, &months, false)),
            numbers: self
                .numbers
                .iter()
                .map(|(_, values)| {
                    pieces
                        .iter()
                        .map(|piece| values[piece.fact as usize])
                        .collect::<Vec<_>>()
                        .into()
                })
                .collect(),
            fact: pieces.iter().map(|piece| piece.fact).collect::<Vec<_>>().into(),
            active: active(
                &months,
                (self.timeline.last.0 - self.timeline.first.0) as usize / 12 + 1,
            ),
            last_of_entity: last_of_entity(&entity).into(),
            orders: self
                .further
                .iter()
                .map(|(_, ids)| further_order(&pieces, &entity_rows, ids))
                .collect(),
            entity: entity.into(),
            entity_rows,
            ..Rows::default()
        };
        let own = self.uses.par_iter().map(|one| match one {
            Some(one) if cut || !matches!(one, SourceUse::Steps { .. }) => {
                dimension_rows(one, &pieces)
            }
            _ => (None, None, Vec::new()),
        });
        for (keys, lists, bitmaps) in own.collect::<Vec<_>>() {
            rows.keys.push(keys);
            rows.lists.push(lists);
            rows.bitmaps.push(bitmaps);
        }
        rows
    }

    /// The months in which records begin (or end), of the pieces on which they do; else the number of
    /// months. A piece that begins before the timeline has its first month, but not its first day.
    fn events(&self, pieces: &[Piece], months: &[(u16, u16, u16)], starts: bool) -> Array<u16> {
        let none = (self.timeline.last.0 - self.timeline.first.0 + 1) as u16;
        let begin = self.timeline.first.first_day();
        let event = |(piece, &(first, last, _)): (&Piece, &(u16, u16, u16))| {
            let inside = piece.days.first >= begin;
            match starts {
                _ if first == none => none,
                true if piece.starts && inside => first,
                false if piece.ends => last,
                _ => none,
            }
        };
        pieces.iter().zip(months).map(event).collect::<Vec<_>>().into()
    }

    /// First month, last month and month ends of some days, from the start of the timeline.
    fn months(&self, days: Interval) -> (u16, u16, u16) {
        let (first, last) = (self.timeline.first, self.timeline.last);
        let count = (last.0 - first.0 + 1) as u16;
        if days.first > days.last
            || days.last < first.first_day()
            || days.first > self.timeline.as_of()
        {
            return (count, 0, 0);
        }
        let start = days.first.max(first.first_day()).month();
        let end = days.last.month();
        let ends = end.0 - first.0 + i32::from(days.last == end.last_day());
        ((start.0 - first.0) as u16, (end.0 - first.0) as u16, ends as u16)
    }
}

/// The rows with a day in each year of the timeline.
fn active(months: &[(u16, u16, u16)], years: usize) -> Vec<RoaringBitmap> {
    let of_year = |year: usize| {
        let mut bits = vec![0_u8; months.len().div_ceil(8)];
        for (row, &(first, last, _)) in months.iter().enumerate() {
            let own = (usize::from(first / 12)..=usize::from(last / 12)).contains(&year);
            bits[row / 8] |= u8::from(own) << (row % 8);
        }
        let mut bitmap = RoaringBitmap::from_lsb0_bytes(0, &bits);
        bitmap.optimize();
        bitmap
    };
    (0..years).into_par_iter().map(of_year).collect()
}

/// One bit per row: whether the next row belongs to another entity.
fn last_of_entity(entity: &[u32]) -> Vec<u64> {
    let mut words = vec![0_u64; entity.len().div_ceil(64)];
    for (row, own) in entity.iter().enumerate() {
        let last = entity.get(row + 1) != Some(own);
        words[row / 64] |= u64::from(last) << (row % 64);
    }
    words
}

/// Keys, lists and bitmaps of one dimension, for rows that have their places.
fn dimension_rows(
    one: &SourceUse<'_>,
    pieces: &[Piece],
) -> (Option<Column>, Option<Lists>, Vec<RoaringBitmap>) {
    match one {
        SourceUse::Ids { ids, keys } => {
            let values: Vec<u32> = pieces.iter().map(|piece| ids[piece.fact as usize]).collect();
            (Some(Column::new(&values, *keys)), None, bitmaps(&values, *keys))
        }
        SourceUse::Steps { series, steps, keys } => {
            let member = |piece: &Piece| {
                let own = steps_of(steps, series[piece.fact as usize]);
                let before =
                    steps.from[own.clone()].partition_point(|from| *from <= piece.days.first);
                steps.member[own.start + before.saturating_sub(1)]
            };
            let values: Vec<u32> = pieces.iter().map(member).collect();
            (Some(Column::new(&values, *keys)), None, bitmaps(&values, *keys))
        }
        SourceUse::Lists { lists, keys } => many_rows(lists, *keys, pieces),
        SourceUse::Shared { lists, numbers, keys } => shared_rows(lists, numbers, *keys, pieces),
    }
}

/// Numbers the different lists, so that a row holds one number and a query looks at each list once.
fn many_rows(
    lists: &table::Lists,
    keys: usize,
    pieces: &[Piece],
) -> (Option<Column>, Option<Lists>, Vec<RoaringBitmap>) {
    let mut numbers: HashMap<Vec<u32>, u32> = HashMap::new();
    let mut different = table::Lists::default();
    let mut values = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let mut list = lists.get(piece.fact as usize).to_vec();
        list.sort_unstable();
        list.dedup();
        let next = numbers.len() as u32;
        let number = *numbers.entry(list).or_insert_with_key(|list| {
            different.push(list.iter().copied());
            next
        });
        values.push(number);
    }
    numbered_rows(&different, &values, keys)
}

/// The same of lists that are numbered already.
fn shared_rows(
    lists: &table::Lists,
    numbers: &[u32],
    keys: usize,
    pieces: &[Piece],
) -> (Option<Column>, Option<Lists>, Vec<RoaringBitmap>) {
    let values: Vec<u32> = pieces.iter().map(|piece| numbers[piece.fact as usize]).collect();
    numbered_rows(lists, &values, keys)
}

/// Column, lists and bitmaps of rows that hold the numbers of lists.
fn numbered_rows(
    lists: &table::Lists,
    values: &[u32],
    keys: usize,
) -> (Option<Column>, Option<Lists>, Vec<RoaringBitmap>) {
    let with_list = Lists::inverse(values, lists.len());
    let with_list: Vec<RoaringBitmap> =
        (0..lists.len()).into_par_iter().map(|list| ascending(with_list.get(list))).collect();
    let mut with_key: Vec<Vec<&RoaringBitmap>> = vec![Vec::new(); keys];
    for (list, rows) in with_list.iter().enumerate() {
        lists.get(list).iter().for_each(|&key| with_key[key as usize].push(rows));
    }
    let bitmaps = with_key.into_par_iter().map(|rows| {
        let mut bitmap = rows.union();
        bitmap.optimize();
        bitmap
    });
    let column = Column::new(values, lists.len());
    let bitmaps = bitmaps.collect();
    let lists =
        Lists { offsets: lists.offsets.clone().into(), values: lists.values.clone().into() };
    (Some(column), Some(lists), bitmaps)
}

fn bitmaps(values: &[u32], keys: usize) -> Vec<RoaringBitmap> {
    if keys > BITMAP_KEYS {
        return Vec::new();
    }
    let rows = Lists::inverse(values, keys);
    let bitmap = |key: usize| {
        let mut bitmap = ascending(rows.get(key));
        bitmap.optimize();
        bitmap
    };
    (0..keys).into_par_iter().map(bitmap).collect()
}

/// A bitmap of rows in their order.
fn ascending(rows: &[u32]) -> RoaringBitmap {
    RoaringBitmap::from_sorted_iter(rows.iter().copied())
        .unwrap_or_else(|_| rows.iter().copied().collect())
}

/// The ids of the rows numbered from 0 on, where there are few.
fn parts(pieces: &[Piece], ids: &[u32]) -> Option<Array<u8>> {
    let mut known: Vec<u32> = Vec::new();
    let part = |piece: &Piece| {
        let id = ids[piece.fact as usize];
        let at = known.iter().position(|known| *known == id).unwrap_or_else(|| {
            known.push(id);
            known.len() - 1
        });
        (at < PARTS).then_some(at as u8)
    };
    pieces.iter().map(part).collect::<Option<Vec<u8>>>().map(Array::from)
}

/// The rows by (entity, id, first day); the pairs of entity and id are numbered in this order.
fn further_order(pieces: &[Piece], entity_rows: &[u32], ids: &[u32]) -> Order {
    let id = |row: u32| ids[pieces[row as usize].fact as usize];
    let mut rows: Vec<u32> = (0..pieces.len() as u32).collect();
    let mut places = vec![0_u32; rows.len()];
    let mut keys = Vec::with_capacity(rows.len());
    let mut next = 0;
    for own in entity_rows.windows(2) {
        let first = own[0] as usize;
        let own = &mut rows[first..own[1] as usize];
        own.sort_unstable_by_key(|&row| (id(row), row));
        for (at, &row) in own.iter().enumerate() {
            places[row as usize] = (first + at) as u32;
            next += u32::from(at == 0 || id(own[at - 1]) != id(row));
            keys.push(next - 1);
        }
    }
    let parts = parts(pieces, ids);
    Order { rows: rows.into(), keys: keys.into(), places: places.into(), parts }
}

fn steps_of(steps: &StepTable, series: u32) -> std::ops::Range<usize> {
    steps.offsets[series as usize] as usize..steps.offsets[series as usize + 1] as usize
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
        *numbers.entry(columns.iter().map(|column| column[row]).collect()).or_insert(next)
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
        let usage = group.dimensions.iter().find(|usage| usage.dimension == dimension.name);
        let Some(column) = usage.and_then(|usage| usage.age.as_deref()) else { return Ok(None) };
        Ok(Some((column, days(facts, column)?)))
    });
    births.collect()
}

/// The columns that some measure adds up, each once.
fn numbers_of<'a>(
    group: &'a MeasureGroup,
    facts: &'a FactTable,
) -> Result<Vec<(&'a str, Vec<i64>)>, BuildError> {
    let mut numbers: Vec<(&str, Vec<i64>)> = Vec::new();
    for column in group.measures.iter().filter_map(|measure| measure.column.as_deref()) {
        if !numbers.iter().any(|(known, _)| *known == column) {
            numbers.push((column, millionths(facts, column)?));
        }
    }
    Ok(numbers)
}

/// A column of numbers as integers, small enough that no sum of them runs over.
fn millionths(facts: &FactTable, column: &str) -> Result<Vec<i64>, BuildError> {
    let Some(FactColumn::Number(values)) = facts.column(column) else {
        return Err(no_column(facts, column, "tal"));
    };
    let all: f64 = values.iter().map(|value| value.abs()).sum();
    // No number at all is not below the limit either.
    if all * MILLIONTHS < (i64::MAX / 4) as f64 {
        return Ok(values.iter().map(|value| (value * MILLIONTHS).round() as i64).collect());
    }
    Err(BuildError::Number { table: facts.name.clone(), column: column.to_owned() })
}
