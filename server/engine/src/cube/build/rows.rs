//! Fact rows → ordered rows: clipped to the timeline, sorted by entity and first day, and cut once
//! more where a member changes over time.

use cube_schema::day::Interval;
use cube_schema::table::{self, NO_ID, StepTable};
use hashbrown::HashMap;
use rayon::prelude::*;
use roaring::{MultiOps, RoaringBitmap};

use super::source::{Further, Source, SourceUse};
use crate::cube::array::{Array, Column, Lists};
use crate::cube::{NO_PLACE, Order, PARTS, Rows};

/// Keys beyond this number are not given a bitmap each.
const BITMAP_KEYS: usize = 65_536;

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

/// First month, last month and month ends, from the start of the timeline.
type Months = (u16, u16, u16);

impl Source<'_> {
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
        let years = (self.timeline.last.0 - self.timeline.first.0) as usize / 12 + 1;
        let months: Vec<Months> = pieces.iter().map(|piece| self.months(piece.days)).collect();
        let further = self.further.iter().map(|one| further_order(&pieces, &entity_rows, one));
        let mut rows = Rows {
            first_month: column(&months, |months| months.0),
            last_month: column(&months, |months| months.1),
            month_ends: column(&months, |months| months.2),
            first_day: column(&pieces, |piece: &Piece| piece.days.first.0),
            last_day: column(&pieces, |piece| piece.days.last.0),
            starts: self.starts.map(|_| self.events(&pieces, &months, true)),
            ends: self.ends.map(|_| self.events(&pieces, &months, false)),
            numbers: self.numbers.iter().map(|own| numbers(&pieces, &own.values)).collect(),
            fact: column(&pieces, |piece| piece.fact),
            active: active(&months, years),
            last_of_entity: last_of_entity(&entity).into(),
            orders: further.collect(),
            entity: entity.into(),
            entity_rows,
            ..Rows::default()
        };
        self.add_dimensions(&mut rows, &pieces, cut);
        rows
    }

    /// Adds keys, lists and bitmaps of the dimensions.
    fn add_dimensions(&self, rows: &mut Rows, pieces: &[Piece], cut: bool) {
        let own = self.uses.par_iter().map(|one| match one {
            Some(one) if cut || !matches!(one, SourceUse::Steps { .. }) => {
                dimension_rows(one, pieces)
            }
            _ => (None, None, Vec::new()),
        });
        for (keys, lists, bitmaps) in own.collect::<Vec<_>>() {
            rows.keys.push(keys);
            rows.lists.push(lists);
            rows.bitmaps.push(bitmaps);
        }
    }

    /// The months in which records begin (or end), of the pieces on which they do; else the number of
    /// months. A piece that begins before the timeline has its first month, but not its first day.
    fn events(&self, pieces: &[Piece], months: &[Months], starts: bool) -> Array<u16> {
        let none = (self.timeline.last.0 - self.timeline.first.0 + 1) as u16;
        let begin = self.timeline.first.first_day();
        let event = |(piece, &(first, last, _)): (&Piece, &Months)| {
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
    fn months(&self, days: Interval) -> Months {
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

fn column<T, N>(of: &[T], value: impl Fn(&T) -> N) -> Array<N>
where
    Array<N>: From<Vec<N>>,
{
    Array::from(of.iter().map(value).collect::<Vec<_>>())
}

/// The numbers of the facts of pieces.
fn numbers(pieces: &[Piece], of_facts: &[i64]) -> Array<i64> {
    column(pieces, |piece| of_facts[piece.fact as usize])
}

/// The rows with a day in each year of the timeline.
fn active(months: &[Months], years: usize) -> Vec<RoaringBitmap> {
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

/// The rows by (entity, id, first day), or by (id, first day); the keys are numbered in this order.
/// Rows without an id are left out.
fn further_order(pieces: &[Piece], entity_rows: &[u32], further: &Further<'_>) -> Order {
    let id = |row: u32| further.ids[pieces[row as usize].fact as usize];
    // The rows of an entity come by first day already.
    let first_day = |row: u32| {
        let piece = &pieces[row as usize];
        (!further.with_entity).then_some((piece.days.first, piece.starts))
    };
    let mut rows: Vec<u32> = Vec::with_capacity(pieces.len());
    let mut places = vec![NO_PLACE; pieces.len()];
    let mut keys = Vec::with_capacity(pieces.len());
    let mut next = 0;
    let all = [0, pieces.len() as u32];
    let bounds = if further.with_entity { entity_rows } else { &all };
    for own in bounds.windows(2) {
        let first = rows.len();
        rows.extend((own[0]..own[1]).filter(|&row| id(row) != NO_ID));
        let own = &mut rows[first..];
        own.sort_unstable_by_key(|&row| (id(row), first_day(row), row));
        for (at, &row) in own.iter().enumerate() {
            places[row as usize] = (first + at) as u32;
            next += u32::from(at == 0 || id(own[at - 1]) != id(row));
            keys.push(next - 1);
        }
    }
    let whole = further.with_entity && rows.len() == pieces.len();
    let parts = whole.then(|| parts(pieces, &further.ids)).flatten();
    Order { rows: rows.into(), keys: keys.into(), places: places.into(), parts }
}

fn steps_of(steps: &StepTable, series: u32) -> std::ops::Range<usize> {
    steps.offsets[series as usize] as usize..steps.offsets[series as usize + 1] as usize
}
