//! The rows of a cell, and what is told of the records that they are pieces of.

use std::sync::Arc;

use cube_schema::day::Day;
use cube_schema::schema::MeasureKind;

use super::Column;
use super::size::Size;
use crate::cube::array::{Array, Lists, Texts};
use crate::cube::{
    Group, Measure, NO_MEMBER, NO_PLACE, NULL, Provenance, ProvenanceValues, Rows, Use,
    parts_of_one,
};
use crate::query::bound::Condition;
use crate::query::error::QueryError;
use crate::query::plan::keys;
use crate::query::table::{ORDINAL, Table, TableColumn, Values};
use crate::query::view::View;
use crate::query::{Cancel, Limits};

/// Rows between two looks at whether the question was cancelled.
const CHECK: usize = 1 << 16;
/// Decimals of a single number at least: accounts are in øre.
const DECIMALS: u8 = 2;
/// Between the captions of one record in one column.
const SEPARATOR: &str = ", ";

/// Which days of a row put it into a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// One in the period.
    Active,
    /// The last of the period.
    Last,
    /// The first of its record, in the period.
    Starts,
    /// The last of its record, in the period.
    Ends,
    /// Whatever they are.
    Always,
}

impl When {
    /// As a measure counts.
    fn of(kind: MeasureKind) -> When {
        match kind {
            MeasureKind::DistinctAtEnd | MeasureKind::SumAtEnd => When::Last,
            MeasureKind::Starts => When::Starts,
            MeasureKind::Ends => When::Ends,
            MeasureKind::Distinct
            | MeasureKind::Days
            | MeasureKind::CoveredDays
            | MeasureKind::Sum
            | MeasureKind::MeanOverMonths
            | MeasureKind::Count
            | MeasureKind::Min
            | MeasureKind::Max
            | MeasureKind::Avg => When::Active,
        }
    }
}

/// The rows of a cell.
pub(super) struct Cell<'a> {
    view: &'a View,
    /// The position of the group in its cube.
    number: usize,
    group: &'a Group,
    rows: &'a Rows,
    cut: bool,
    /// Per dimension with conditions: whether the keys (or lists) of its column are in the cell.
    tests: Vec<(usize, Vec<bool>)>,
    /// Whether each month of the timeline is in the cell.
    months: Vec<bool>,
    when: When,
    what: What<'a>,
}

/// What a row must have to count: what its measure is of.
#[derive(Clone, Copy, Default)]
struct What<'a> {
    /// A number, in this column.
    number: Option<&'a [i64]>,
    /// A key, and so a place in this order.
    place: Option<&'a [u32]>,
}

impl<'a> What<'a> {
    fn of(measure: &Measure, rows: &'a Rows) -> What<'a> {
        What {
            number: measure.column.map(|column| &*rows.numbers[column]),
            place: measure.order.map(|order| &*rows.orders[order].places),
        }
    }

    fn is_in(self, row: usize) -> bool {
        self.number.is_none_or(|numbers| numbers[row] != NULL)
            && self.place.is_none_or(|places| places[row] != NO_PLACE)
    }
}

/// A row of the cell and the record that it is a piece of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    /// The record's number, and whose it is.
    pub(super) record: (u32, u32),
    row: u32,
}

impl<'a> Cell<'a> {
    /// The rows that a measure counts, or all rows of a group, whatever their days.
    pub(super) fn new(
        view: &'a View,
        (number, measure): (usize, Option<&Measure>),
        conditions: &[Condition],
        columns: &[Column],
    ) -> Cell<'a> {
        let cube = view.cube();
        let group = &cube.groups[number];
        let conditioned = conditions.iter().map(|condition| condition.dimension);
        let shown = columns.iter().filter_map(|column| match column {
            Column::Field { dimension, .. } => Some(*dimension),
            Column::Record(_) | Column::Number(_) => None,
        });
        let cut = conditioned.chain(shown).any(|at| group.uses[at] == Some(Use::Step));
        let rows = group.cut.as_ref().filter(|_| cut).unwrap_or(&group.rows);
        let mut cell = Cell {
            view,
            number,
            group,
            rows,
            cut,
            tests: Vec::new(),
            months: vec![true; cube.months()],
            when: measure.map_or(When::Always, |measure| When::of(measure.kind)),
            what: measure.map_or_else(What::default, |measure| What::of(measure, rows)),
        };
        for (dimension, shape) in cube.dimensions.iter().enumerate() {
            let Some(allowed) = keys::allowed(shape, dimension, conditions) else { continue };
            let mut wanted = vec![false; shape.key_count];
            allowed.iter().for_each(|&key| wanted[key as usize] = true);
            if shape.is_time {
                cell.months = wanted;
            } else {
                let wanted = rows.lists[dimension].as_ref().map_or(wanted.clone(), |lists| {
                    let any = |list| lists.get(list).iter().any(|&key| wanted[key as usize]);
                    (0..lists.len()).map(any).collect()
                });
                cell.tests.push((dimension, wanted));
            }
        }
        cell
    }

    /// The rows of the cell that may be seen, by record.
    pub(super) fn lines(&self, cancel: &Cancel) -> Result<Vec<Line>, QueryError> {
        let before = counted_before(&self.months);
        let seen = self.view.seen(self.number, self.cut);
        let mut lines = Vec::new();
        for row in 0..self.rows.len() {
            if row.is_multiple_of(CHECK) {
                cancel.check()?;
            }
            let number = row as u32;
            if self.holds(row, &before) && seen.is_none_or(|seen| seen.contains(number)) {
                lines.push(Line { record: self.record(row), row: number });
            }
        }
        lines.sort_unstable();
        Ok(lines)
    }

    /// Whether a row counts in the period, has what is counted, and keys that the conditions leave.
    fn holds(&self, row: usize, before: &[u32]) -> bool {
        let has = |(dimension, wanted): &(usize, Vec<bool>)| {
            self.key(*dimension, row).is_some_and(|key| wanted[key as usize])
        };
        self.counts(row, before) && self.what.is_in(row) && self.tests.iter().all(has)
    }

    /// Whether a row has the days that are asked for.
    fn counts(&self, row: usize, before: &[u32]) -> bool {
        let (first, last) = (self.rows.first_month[row], self.rows.last_month[row]);
        let asked = |month: u16| self.months.get(usize::from(month)) == Some(&true);
        let in_it =
            |months: &Option<Array<u16>>| months.as_ref().is_some_and(|months| asked(months[row]));
        match self.when {
            When::Always => true,
            When::Active => {
                first <= last && before[usize::from(last) + 1] > before[usize::from(first)]
            }
            When::Last => self.last_month().is_some_and(|end| {
                usize::from(first) <= end && end < usize::from(self.rows.month_ends[row])
            }),
            When::Starts => in_it(&self.rows.starts),
            When::Ends => in_it(&self.rows.ends),
        }
    }

    /// The last month of the period.
    fn last_month(&self) -> Option<usize> {
        self.months.iter().rposition(|counts| *counts)
    }

    /// The key of a row in a dimension, or the number of its list; of an age that at the end of the
    /// cell's period.
    fn key(&self, dimension: usize, row: usize) -> Option<u32> {
        match &self.rows.keys[dimension] {
            Some(keys) => Some(keys.get(row)),
            None => {
                let last = self.last_month()?;
                self.view.cube().age_key(self.number, dimension, self.rows.entity[row], last)
            }
        }
    }

    fn record(&self, row: usize) -> (u32, u32) {
        let fact = self.rows.fact[row];
        let record = self.group.record.as_ref().map_or(fact, |records| records[fact as usize]);
        (record, self.rows.entity[row])
    }

    pub(super) fn entities(lines: &[Line]) -> usize {
        let mut entities: Vec<u32> = lines.iter().map(|line| line.record.1).collect();
        entities.sort_unstable();
        entities.dedup();
        entities.len()
    }

    // How it is shown.

    pub(super) fn table(
        &self,
        columns: &[Column],
        records: &[&[Line]],
        within: (&Limits, &Cancel),
    ) -> Result<Table, QueryError> {
        let size = Size::of(records.len(), columns.len(), within)?;
        let columns = columns.iter().map(|column| match column {
            Column::Field { dimension, field, is_key } => {
                self.field((*dimension, *field), *is_key, records, &size)
            }
            Column::Record(at) => self.told(&self.group.provenance[*at], records, &size),
            Column::Number(measure) => self.number(*measure, records, &size),
        });
        Ok(Table { columns: columns.collect::<Result<_, _>>()? })
    }

    /// The captions of the members that the rows of each record have.
    fn field(
        &self,
        (dimension, field): (usize, usize),
        is_key: bool,
        records: &[&[Line]],
        size: &Size<'_>,
    ) -> Result<TableColumn, QueryError> {
        let shape = &self.view.cube().dimensions[dimension];
        let field = &shape.fields[field];
        let mut known = Known::of(size);
        let texts = records.iter().map(|lines| {
            let mut members: Vec<u32> =
                lines.iter().flat_map(|line| self.keys(dimension, line.row as usize)).collect();
            members.iter_mut().for_each(|key| *key = field.member_of_key[*key as usize]);
            members.retain(|&member| member != NO_MEMBER);
            members.sort_unstable();
            members.dedup();
            let shown = if is_key { &field.keys } else { &field.captions };
            let captions = members.iter().map(|&member| shown.get(member as usize));
            Some(known.text(&captions.collect::<Vec<_>>().join(SEPARATOR)))
        });
        Ok(TableColumn {
            values: Values::Text(size.collect(texts)?),
            name: format!("{}.{}{}", shape.name, field.name, if is_key { " (nøgle)" } else { "" }),
            unit: String::new(),
            decimals: 0,
            personal: field.personal,
        })
    }

    /// The numbers that a measure adds up.
    fn number(
        &self,
        measure: usize,
        records: &[&[Line]],
        size: &Size<'_>,
    ) -> Result<TableColumn, QueryError> {
        let measure = &self.group.measures[measure];
        let numbers = measure.column.map(|column| &self.rows.numbers[column]);
        let number = |lines: &&[Line]| {
            let rows = lines.iter().map(|line| line.row as usize);
            let own = rows.filter_map(|row| numbers?.get(row).copied());
            let own = own.filter(|&number| number != NULL);
            // Where nothing is known the sum is not 0.
            own.map(|number| number as f64 / parts_of_one(measure.digits)).reduce(|a, b| a + b)
        };
        Ok(TableColumn {
            values: Values::Number(size.collect(records.iter().map(number))?),
            name: measure.name.clone(),
            unit: measure.unit.clone(),
            decimals: measure.decimals.max(DECIMALS),
            personal: false,
        })
    }

    fn keys(&self, dimension: usize, row: usize) -> Vec<u32> {
        let Some(key) = self.key(dimension, row) else { return Vec::new() };
        self.rows.lists[dimension]
            .as_ref()
            .map_or_else(|| vec![key], |lists: &Lists| lists.get(key as usize).to_vec())
    }

    /// What a column tells of each record.
    fn told(
        &self,
        column: &Provenance,
        records: &[&[Line]],
        size: &Size<'_>,
    ) -> Result<TableColumn, QueryError> {
        let own = column.own.as_ref().filter(|_| self.view.is_told_own());
        let facts = records.iter().map(|lines| self.rows.fact[lines[0].row as usize] as usize);
        let values = match own.unwrap_or(&column.values) {
            ProvenanceValues::Text(texts) => {
                Values::Text(size.collect(facts.map(|fact| text(texts, fact, size)))?)
            }
            ProvenanceValues::Coded(texts, numbers) => {
                let shared: Vec<Option<Arc<str>>> =
                    size.collect((0..texts.len()).map(|at| text(texts, at, size)))?;
                let of = |fact| shared[numbers.get(fact) as usize].clone();
                Values::Text(size.collect(facts.map(of))?)
            }
            ProvenanceValues::Number(numbers) => {
                // Lines are counted from 1: one that may not be seen is 0.
                let number = |number: u32| Some(number).filter(|&one| one > 0 || !column.delivery);
                let numbers = facts.map(|fact| number(numbers[fact]).map(f64::from));
                Values::Number(size.collect(numbers)?)
            }
            ProvenanceValues::Day(days) => {
                let day = |day: Day| Some(day).filter(|&day| day != Day::MIN && day != Day::MAX);
                Values::Day(size.collect(facts.map(|fact| day(Day(days[fact]))))?)
            }
        };
        let is_place = column.delivery && matches!(values, Values::Number(_));
        let unit = if is_place { ORDINAL.to_owned() } else { String::new() };
        let name = column.name.clone();
        Ok(TableColumn { name, unit, decimals: 0, personal: false, values })
    }
}

/// A text; an empty one is none.
fn text(texts: &Texts, at: usize, size: &Size<'_>) -> Option<Arc<str>> {
    Some(texts.get(at)).filter(|text| !text.is_empty()).map(|text| size.text(text))
}

/// Per month, how many months before it are in the cell; one longer than the timeline.
fn counted_before(months: &[bool]) -> Vec<u32> {
    let mut count = 0;
    let counts = months.iter().map(|&counts| {
        count += u32::from(counts);
        count
    });
    [0].into_iter().chain(counts).collect()
}

/// Texts met so far: equal ones share their letters.
struct Known<'a> {
    texts: hashbrown::HashSet<Arc<str>>,
    size: &'a Size<'a>,
}

impl<'a> Known<'a> {
    fn of(size: &'a Size<'a>) -> Known<'a> {
        Known { texts: hashbrown::HashSet::default(), size }
    }

    fn text(&mut self, text: &str) -> Arc<str> {
        let size = self.size;
        Arc::clone(self.texts.get_or_insert_with(text, |text| size.text(text)))
    }
}
