//! The plain row scan: what a question means, said as directly as it can be.
//!
//! It reads the tables of the star and the schema, never the cube. Everything comes from one
//! sentence: **a fact is in a cell if on some day of it, for every dimension that the question says
//! something of, one of its keys on that day is left by all conditions and has all the members of
//! the cell.** Time is a dimension like any other here: the key of a day is its month. The key of a
//! dimension that changes over time is the one that holds on that day. So:
//!
//! - A cell's *period* is the months that the conditions leave and that have its time members; the
//!   last day of the period is the last day of its latest month. Other dimensions do not narrow it.
//! - The key of an age is that of the fact on the last day of the period, whatever the day.
//! - A record begins (or ends) in a cell by the fact that says so, if it is in the cell on that day.
//! - Days are counted one by one; numbers of a fact count once in a cell.
//! - A fact without any key of a many-valued dimension is in no member of it and meets no condition
//!   on it, not even one that leaves every key; where nothing is said of the dimension, or only
//!   All, it counts.
//! - A cell without a fact is empty; else every measure has a value, 0 included.
//! - A position exists if, for each of its dimensions, some key that the conditions leave has all
//!   its members of that dimension. (An All position of a dimension whose conditions leave nothing
//!   does not exist; without conditions it always does.) Axes are judged each for itself. An
//!   observed dimension has only the keys of facts that the caller may see.
//! - With nested totals there is nothing, position or cell, where an outer All of a dimension meets
//!   an inner member that is not All.
//! - Non-empty axes lose the positions that are empty at all positions of the other axes; the one
//!   position of an axis without hierarchies stays.

use std::collections::HashSet;

use cube_schema::day::{Day, Month};
use cube_schema::schema::{self, DayCount, MeasureGroup, MeasureKind, Schema};
use cube_schema::table::{FactColumn, FactTable, Star, Timeline};
use terning_engine::query::bound::{Axis, Bound, Factor, HierarchyRef, Member, Part};

use crate::members::{FieldMembers, field_members, time_members};

/// A star read for scanning. Only cubes of one measure group.
pub struct Scan<'a> {
    group: &'a MeasureGroup,
    day_count: DayCount,
    facts: &'a FactTable,
    pub dimensions: Vec<ScanDimension>,
    /// Every fact's days, those that look alike in a month being told once.
    moments: Vec<Moment>,
    timeline: Timeline,
    months: usize,
    /// Which facts the caller may see; all if `None`.
    seen: Option<HashSet<usize>>,
    /// Per dimension: the keys that some seen fact has, on whatever day.
    seen_keys: Vec<HashSet<u32>>,
}

/// A dimension as tables tell it.
pub struct ScanDimension {
    pub name: String,
    observed: bool,
    is_time: bool,
    is_age: bool,
    key_count: usize,
    pub fields: Vec<FieldMembers>,
    /// The fields of each hierarchy's levels: one per field, then those of several levels.
    pub hierarchies: Vec<Vec<usize>>,
}

/// A day of the timeline.
struct CalendarDay {
    day: Day,
    /// Months from the start of the timeline.
    month: u32,
    month_begin: bool,
    month_end: bool,
}

fn calendar(timeline: Timeline) -> Vec<CalendarDay> {
    let days = timeline.first.first_day().0..=timeline.as_of().0;
    let day = |day: Day| CalendarDay {
        day,
        month: (day.month().0 - timeline.first.0) as u32,
        month_begin: day == day.month().first_day(),
        month_end: day == day.month().last_day(),
    };
    days.map(|number| day(Day(number))).collect()
}

/// A fact on a day, and on those after it that look alike.
struct Moment {
    fact: usize,
    month: u32,
    first: Day,
    /// The number of days.
    length: i32,
    /// Whether the fact's own first day, and last day, is among them.
    is_first: bool,
    is_last: bool,
    /// Whether it is the last day of the month.
    month_end: bool,
    /// The keys of the fact in each dimension on this day.
    keys: Vec<Vec<u32>>,
}

/// Which keys of a dimension a cell is about.
struct Wanted {
    dimension: usize,
    keys: Vec<bool>,
}

/// The members of a position or a cell.
type Tuple = Vec<(HierarchyRef, Member)>;

/// An answer in full.
#[derive(Debug, PartialEq)]
pub struct Answer {
    /// The members of each position of each axis.
    pub axes: Vec<Vec<Vec<Member>>>,
    /// All cells, the first axis varying fastest.
    pub cells: Vec<Option<f64>>,
}

impl<'a> Scan<'a> {
    pub fn new(
        schema: &'a Schema,
        cube: &'a schema::Cube,
        star: &'a Star,
        timeline: Timeline,
        seen: Option<HashSet<usize>>,
    ) -> Scan<'a> {
        let group = &cube.groups[0];
        let facts = star.fact(&group.facts).unwrap();
        let usage = |name: &str| group.dimensions.iter().find(|usage| usage.dimension == name);
        let used: Vec<&schema::Dimension> =
            schema.dimensions.iter().filter(|one| usage(&one.name).is_some()).collect();
        let dimensions = used.iter().map(|one| {
            let is_age = usage(&one.name).is_some_and(|usage| usage.age.is_some());
            ScanDimension::new(one, is_age, schema, star, timeline)
        });
        let mut scan = Scan {
            group,
            day_count: schema.day_count,
            facts,
            dimensions: dimensions.collect(),
            moments: Vec::new(),
            timeline,
            months: (timeline.last.0 - timeline.first.0 + 1) as usize,
            seen,
            seen_keys: vec![HashSet::new(); used.len()],
        };
        let calendar = calendar(timeline);
        for fact in 0..scan.fact_count() {
            if scan.seen.as_ref().is_some_and(|seen| !seen.contains(&fact)) {
                continue;
            }
            let sources: Vec<Source<'_>> =
                used.iter().map(|one| scan.source(usage(&one.name).unwrap(), fact, star)).collect();
            for (dimension, source) in sources.iter().enumerate() {
                scan.seen_keys[dimension].extend(source.fixed());
            }
            let days = (scan.day(&group.first, fact), scan.day(&group.last, fact));
            scan.add_moments(fact, days, &sources, &calendar);
        }
        scan
    }

    /// Adds the days of a fact. A day is as the day before it where it is in the middle of a month
    /// and no member changes on it.
    fn add_moments(
        &mut self,
        fact: usize,
        (first, last): (Day, Day),
        sources: &[Source<'_>],
        calendar: &[CalendarDay],
    ) {
        for (number, one) in
            calendar.iter().filter(|one| first <= one.day && one.day <= last).enumerate()
        {
            let special = number < 2 || one.month_begin || one.month_end;
            if special || sources.iter().any(|source| source.changes_on(one.day)) {
                self.moments.push(Moment {
                    fact,
                    month: one.month,
                    first: one.day,
                    length: 0,
                    is_first: one.day == first,
                    is_last: false,
                    month_end: one.month_end,
                    keys: sources.iter().map(|source| source.on(one)).collect(),
                });
            }
            let moment = self.moments.last_mut().unwrap();
            moment.length += 1;
            moment.is_last = one.day == last;
        }
    }

    fn fact_count(&self) -> usize {
        self.ids(&self.group.entity).len()
    }

    fn ids(&self, column: &str) -> &'a [u32] {
        match self.facts.column(column) {
            Some(FactColumn::Id(ids)) => ids,
            _ => panic!("the column {column} holds no ids"),
        }
    }

    fn day(&self, column: &str, fact: usize) -> Day {
        match self.facts.column(column) {
            Some(FactColumn::Day(days)) => days[fact],
            _ => panic!("the column {column} holds no days"),
        }
    }

    fn source(&self, usage: &'a schema::DimensionUse, fact: usize, star: &'a Star) -> Source<'a> {
        if usage.age.is_some() {
            return Source::Age;
        }
        let Some(column) = &usage.column else { return Source::Time };
        if let Some(steps) = &usage.steps {
            let steps = star.step(steps).unwrap();
            let series = self.ids(column)[fact] as usize;
            let own = steps.offsets[series] as usize..steps.offsets[series + 1] as usize;
            return Source::Steps(&steps.from[own.clone()], &steps.member[own]);
        }
        match self.facts.column(column) {
            Some(FactColumn::Ids(lists)) => Source::Keys(lists.get(fact)),
            _ => Source::Keys(&self.ids(column)[fact..=fact]),
        }
    }

    /// Whether a member exists for the caller.
    pub fn has_member(&self, dimension: usize, field: usize, member: u32) -> bool {
        let keys = &self.dimensions[dimension].fields[field].member_of_key;
        (0..keys.len()).any(|key| keys[key] == member && self.is_visible(dimension, key as u32))
    }

    fn is_visible(&self, dimension: usize, key: u32) -> bool {
        let listed = !self.dimensions[dimension].observed || self.seen.is_none();
        listed || self.seen_keys[dimension].contains(&key)
    }

    /// The answer to a question; `None` where it has too many cells to scan for.
    pub fn answer(&self, bound: &Bound, effort: usize) -> Option<Answer> {
        let mut axes: Vec<Vec<Tuple>> = Vec::new();
        for axis in &bound.axes {
            axes.push(self.positions(axis, bound, effort)?);
        }
        let count: usize = axes.iter().map(Vec::len).product();
        if count * (self.moments.len() + 20) > effort {
            return None;
        }
        let cell = |ordinal| self.cell(&whole_tuple(&axes, ordinal), bound);
        let cells: Vec<Option<f64>> = (0..count).map(cell).collect();
        let kept: Vec<Vec<usize>> =
            (0..axes.len()).map(|axis| kept_positions(bound, &axes, axis, &cells)).collect();
        let in_answer = |ordinal: &usize| {
            positions_of(&axes, *ordinal)
                .iter()
                .zip(&kept)
                .all(|(position, kept)| kept.contains(position))
        };
        Some(Answer {
            cells: (0..count).filter(in_answer).map(|ordinal| cells[ordinal]).collect(),
            axes: axes.iter().zip(&kept).map(|(axis, kept)| members_of(axis, kept)).collect(),
        })
    }

    /// The positions of an axis that exist, in the order asked for.
    fn positions(&self, axis: &Axis, bound: &Bound, effort: usize) -> Option<Vec<Tuple>> {
        let mut positions: Vec<Tuple> = vec![Vec::new()];
        for factor in &axis.factors {
            let tuples = self.tuples(factor);
            if positions.len() * tuples.len() > effort / 20 {
                return None;
            }
            let longer = positions
                .iter()
                .flat_map(|start| tuples.iter().map(|end| [start.as_slice(), end].concat()));
            positions = longer.filter(|tuple| self.exists(tuple, bound)).collect();
            // A position is empty if already some of its members have no fact in common.
            if axis.non_empty {
                if positions.len() * (self.moments.len() + 20) > effort {
                    return None;
                }
                positions.retain(|tuple| self.is_active(tuple, bound));
            }
        }
        Some(positions)
    }

    /// The tuples of a factor, in the order asked for.
    fn tuples(&self, factor: &Factor) -> Vec<Tuple> {
        let mut tuples: Vec<Tuple> = Vec::new();
        for part in &factor.parts {
            match part {
                Part::Tuples(members) => tuples.extend(
                    members
                        .chunks(factor.columns.len())
                        .map(|tuple| factor.columns.iter().copied().zip(tuple.to_vec()).collect()),
                ),
                Part::Level { field } => {
                    let HierarchyRef::Of { dimension, .. } = factor.columns[0] else {
                        panic!("measures have no levels")
                    };
                    let count = self.dimensions[dimension].fields[*field].captions.len();
                    tuples.extend(
                        (0..count as u32)
                            .map(|id| vec![(factor.columns[0], Member::Of { field: *field, id })]),
                    );
                }
            }
        }
        tuples
    }

    /// Whether a position exists: see the head of this file.
    fn exists(&self, tuple: &Tuple, bound: &Bound) -> bool {
        let some_key_has_all = |dimension: usize| {
            let own = tuple.iter().filter(|(column, _)| dimension_of(*column) == Some(dimension));
            let members: Vec<Member> = own.map(|(_, member)| *member).collect();
            let conditions = bound.conditions.iter().any(|one| one.dimension == dimension);
            let only_all = members.iter().all(|member| *member == Member::All);
            members.is_empty()
                || (only_all && !conditions)
                || (0..self.dimensions[dimension].key_count as u32)
                    .filter(|key| self.is_visible(dimension, *key))
                    .any(|key| self.is_wanted(dimension, key, tuple, bound))
        };
        !breaks_nesting(tuple, bound) && (0..self.dimensions.len()).all(some_key_has_all)
    }

    /// Whether all conditions leave a key and it has all the members of a tuple.
    fn is_wanted(&self, dimension: usize, key: u32, tuple: &Tuple, bound: &Bound) -> bool {
        let member =
            |field: usize| self.dimensions[dimension].fields[field].member_of_key[key as usize];
        let left =
            bound.conditions.iter().filter(|condition| condition.dimension == dimension).all(
                |condition| {
                    condition.members.contains(&member(condition.field)) != condition.except
                },
            );
        left && tuple.iter().filter(|(column, _)| dimension_of(*column) == Some(dimension)).all(
            |(_, one)| match one {
                Member::Of { field, id } => member(*field) == *id,
                _ => true,
            },
        )
    }

    /// For every dimension that something is said of: whether each key is wanted.
    fn wanted(&self, tuple: &Tuple, bound: &Bound) -> Vec<Wanted> {
        let mut all = Vec::new();
        for dimension in 0..self.dimensions.len() {
            let conditions = bound.conditions.iter().any(|one| one.dimension == dimension);
            let members = tuple.iter().any(|(column, member)| {
                dimension_of(*column) == Some(dimension) && *member != Member::All
            });
            if conditions || members {
                let keys = 0..self.dimensions[dimension].key_count as u32;
                let keys = keys.map(|key| self.is_wanted(dimension, key, tuple, bound)).collect();
                all.push(Wanted { dimension, keys });
            }
        }
        all
    }

    fn moments_in<'b>(&'b self, wanted: &'b [Wanted]) -> impl Iterator<Item = &'b Moment> {
        let months = self.months_of(wanted);
        self.moments.iter().filter(move |moment| {
            wanted.iter().all(|one| {
                if self.dimensions[one.dimension].is_age {
                    return one.keys[self.age(moment.fact, one.dimension, &months)];
                }
                moment.keys[one.dimension].iter().any(|key| one.keys[*key as usize])
            })
        })
    }

    /// The key of a fact's age on the last day of some months.
    fn age(&self, fact: usize, dimension: usize, months: &[usize]) -> usize {
        let unknown = self.dimensions[dimension].key_count - 1;
        let name = &self.dimensions[dimension].name;
        let usage = self.group.dimensions.iter().find(|usage| usage.dimension == *name);
        let born = self.day(usage.unwrap().age.as_ref().unwrap(), fact);
        let (Some(last), true) = (months.last(), born != Day::MIN) else { return unknown };
        let (born, now) = (born.date(), self.month(*last).last_day().date());
        let years = i32::from(now.year()) - i32::from(born.year());
        let had_birthday = (now.month(), now.day()) >= (born.month(), born.day());
        let age = years - i32::from(!had_birthday);
        usize::try_from(age).map_or(unknown, |age| age.min(unknown))
    }

    fn month(&self, month: usize) -> Month {
        Month(self.timeline.first.0 + month as i32)
    }

    /// Whether some fact has the members of a tuple, its age aside: that depends on the whole cell.
    fn is_active(&self, tuple: &Tuple, bound: &Bound) -> bool {
        let mut wanted = self.wanted(tuple, bound);
        wanted.retain(|one| !self.dimensions[one.dimension].is_age);
        self.moments_in(&wanted).next().is_some()
    }

    /// The value of a cell.
    fn cell(&self, tuple: &Tuple, bound: &Bound) -> Option<f64> {
        if breaks_nesting(tuple, bound) {
            return None;
        }
        let wanted = self.wanted(tuple, bound);
        let active: Vec<&Moment> = self.moments_in(&wanted).collect();
        if active.is_empty() {
            return None;
        }
        let named = tuple.iter().map(|(_, member)| member).chain([&bound.measure]);
        let measure = named.into_iter().find_map(|member| match member {
            Member::Measure(measure) => Some(measure.measure),
            _ => None,
        })?;
        let measure = &self.group.measures[measure];
        let months = self.months_of(&wanted);
        let count =
            |is: &dyn Fn(&Moment) -> bool| active.iter().filter(|moment| is(moment)).count() as f64;
        match measure.kind {
            MeasureKind::Distinct | MeasureKind::DistinctAtEnd => {}
            MeasureKind::Starts => {
                let starts = self.ids(self.group.starts.as_ref().unwrap());
                return Some(count(&|moment| moment.is_first && starts[moment.fact] == 1));
            }
            MeasureKind::Ends => {
                let ends = self.ids(self.group.ends.as_ref().unwrap());
                return Some(count(&|moment| moment.is_last && ends[moment.fact] == 1));
            }
            MeasureKind::Days | MeasureKind::CoveredDays => {
                return Some(self.days(&active, measure, &months));
            }
            MeasureKind::Sum | MeasureKind::SumAtEnd | MeasureKind::MeanOverMonths => {
                return self.sum(&active, measure, &months);
            }
            MeasureKind::Count | MeasureKind::Min | MeasureKind::Max | MeasureKind::Avg => {
                return self.of_numbers(&active, measure);
            }
        }
        let last_month = *months.last().unwrap();
        let at_end = measure.kind == MeasureKind::DistinctAtEnd;
        let counted = active
            .iter()
            .filter(|moment| !at_end || (moment.month_end && moment.month as usize == last_month));
        let columns: Vec<&[u32]> = measure.key.iter().map(|column| self.ids(column)).collect();
        let keys: HashSet<Vec<u32>> = counted
            .map(|moment| columns.iter().map(|column| column[moment.fact]).collect())
            .collect();
        Some(keys.len() as f64)
    }

    /// The days of rows, or the different days of each key, over the days of the period.
    fn days(&self, active: &[&Moment], measure: &schema::Measure, months: &[usize]) -> f64 {
        let begin = self.month(months[0]).first_day();
        let starts = self.group.starts.as_ref().map(|column| self.ids(column));
        let excludes = self.day_count == DayCount::ExcludeStart;
        let counts = |moment: &&&Moment| {
            let is_start = moment.is_first && starts.is_some_and(|starts| starts[moment.fact] == 1);
            !(excludes && is_start && moment.first > begin)
        };
        let key = |fact: usize| -> Vec<u32> {
            measure.key.iter().map(|column| self.ids(column)[fact]).collect()
        };
        let covered = measure.kind == MeasureKind::CoveredDays;
        let days = active.iter().filter(counts).flat_map(|moment| {
            // Days of different facts are different where every row counts.
            let fact = if covered { 0 } else { moment.fact };
            let key = key(moment.fact);
            (0..moment.length).map(move |day| (key.clone(), fact, moment.first.0 + day))
        });
        let days = days.collect::<HashSet<_>>().len();
        let length =
            |month: &usize| self.month(*month).last_day().0 - self.month(*month).first_day().0 + 1;
        days as f64 / f64::from(months.iter().map(length).sum::<i32>())
    }

    /// How many facts, and of their numbers the number, the least, the largest or the mean.
    fn of_numbers(&self, active: &[&Moment], measure: &schema::Measure) -> Option<f64> {
        let facts: HashSet<usize> = active.iter().map(|moment| moment.fact).collect();
        let Some(column) = &measure.column else { return Some(facts.len() as f64) };
        let Some(FactColumn::Number(numbers)) = self.facts.column(column) else {
            panic!("no numbers")
        };
        let own = facts.iter().map(|fact| numbers[*fact]).filter(|number| !number.is_nan());
        let own: Vec<f64> = own.collect();
        let hundredths: i64 = own.iter().map(|number| (number * 100.0).round() as i64).sum();
        match measure.kind {
            MeasureKind::Count => Some(own.len() as f64),
            MeasureKind::Min => own.iter().copied().reduce(f64::min),
            MeasureKind::Max => own.iter().copied().reduce(f64::max),
            _ => (!own.is_empty()).then(|| hundredths as f64 / (100 * own.len()) as f64),
        }
    }

    fn sum(&self, active: &[&Moment], measure: &schema::Measure, months: &[usize]) -> Option<f64> {
        let Some(FactColumn::Number(numbers)) = self.facts.column(measure.column.as_ref().unwrap())
        else {
            panic!("no numbers")
        };
        let last = *months.last().unwrap() as u32;
        let at_end = measure.kind == MeasureKind::SumAtEnd;
        let counted: Vec<&&Moment> = active
            .iter()
            .filter(|moment| !at_end || (moment.month_end && moment.month == last))
            .collect();
        let with_number = counted.iter().filter(|moment| !numbers[moment.fact].is_nan());
        let counted: Vec<&&&Moment> = with_number.collect();
        let facts: HashSet<usize> = counted.iter().map(|moment| moment.fact).collect();
        let hundredths: i64 =
            facts.iter().map(|fact| (numbers[*fact] * 100.0).round() as i64).sum();
        let months: HashSet<u32> = counted.iter().map(|moment| moment.month).collect();
        let mean = measure.kind == MeasureKind::MeanOverMonths;
        let parts = if mean { 100 * months.len() } else { 100 };
        (!facts.is_empty()).then(|| hundredths as f64 / parts as f64)
    }

    /// The months of the period.
    fn months_of(&self, wanted: &[Wanted]) -> Vec<usize> {
        let time = self.dimensions.iter().position(|dimension| dimension.is_time);
        match wanted.iter().find(|one| Some(one.dimension) == time) {
            Some(months) => (0..months.keys.len()).filter(|month| months.keys[*month]).collect(),
            None => (0..self.months).collect(),
        }
    }
}

/// Where the keys of a fact in a dimension come from.
enum Source<'a> {
    Time,
    Keys(&'a [u32]),
    Steps(&'a [Day], &'a [u32]),
    Age,
}

impl Source<'_> {
    fn on(&self, one: &CalendarDay) -> Vec<u32> {
        match self {
            Source::Time => vec![one.month],
            Source::Keys(keys) => keys.to_vec(),
            // It is not the day that tells, but the period.
            Source::Age => Vec::new(),
            Source::Steps(from, members) => {
                let holds = from.iter().rposition(|from| *from <= one.day).unwrap();
                vec![members[holds]]
            }
        }
    }

    fn changes_on(&self, day: Day) -> bool {
        matches!(self, Source::Steps(from, _) if from.contains(&day))
    }

    fn fixed(&self) -> Vec<u32> {
        match self {
            Source::Keys(keys) => keys.to_vec(),
            _ => Vec::new(),
        }
    }
}

impl ScanDimension {
    fn new(
        dimension: &schema::Dimension,
        is_age: bool,
        schema: &Schema,
        star: &Star,
        timeline: Timeline,
    ) -> ScanDimension {
        let fields: Vec<FieldMembers> = match &dimension.table {
            None => dimension.fields.iter().map(|field| time_members(field, timeline)).collect(),
            Some(name) => {
                let table = star.dimension(name).unwrap();
                let own = dimension.fields.iter();
                own.map(|field| field_members(field, table, &schema.unknown)).collect()
            }
        };
        let position = |level: &schema::LevelUse| {
            dimension.fields.iter().position(|field| field.name == level.name()).unwrap()
        };
        let several =
            dimension.hierarchies.iter().map(|one| one.levels.iter().map(position).collect());
        ScanDimension {
            name: dimension.name.clone(),
            observed: dimension.observed,
            is_time: dimension.table.is_none(),
            is_age,
            key_count: fields[0].member_of_key.len(),
            hierarchies: (0..fields.len()).map(|field| vec![field]).chain(several).collect(),
            fields,
        }
    }
}

fn dimension_of(column: HierarchyRef) -> Option<usize> {
    match column {
        HierarchyRef::Measures => None,
        HierarchyRef::Of { dimension, .. } => Some(dimension),
    }
}

/// Whether, with nested totals, an outer All meets an inner member of the same dimension.
fn breaks_nesting(tuple: &Tuple, bound: &Bound) -> bool {
    bound.nested_totals
        && tuple.iter().enumerate().any(|(at, (outer, member))| {
            *member == Member::All
                && tuple[at + 1..].iter().any(|(inner, member)| {
                    dimension_of(*inner) == dimension_of(*outer) && *member != Member::All
                })
        })
}

/// The position on each axis of an ordinal.
fn positions_of(axes: &[Vec<Tuple>], mut ordinal: usize) -> Vec<usize> {
    let position = |axis: &Vec<Tuple>| {
        let position = ordinal % axis.len();
        ordinal /= axis.len();
        position
    };
    axes.iter().map(position).collect()
}

fn whole_tuple(axes: &[Vec<Tuple>], ordinal: usize) -> Tuple {
    let positions = positions_of(axes, ordinal);
    axes.iter().zip(positions).flat_map(|(axis, position)| axis[position].clone()).collect()
}

/// The positions of an axis that are not removed for being empty.
fn kept_positions(
    bound: &Bound,
    axes: &[Vec<Tuple>],
    axis: usize,
    cells: &[Option<f64>],
) -> Vec<usize> {
    let all = 0..axes[axis].len();
    if !bound.axes[axis].non_empty || bound.axes[axis].factors.is_empty() {
        return all.collect();
    }
    let full: HashSet<usize> = (0..cells.len())
        .filter(|ordinal| cells[*ordinal].is_some())
        .map(|ordinal| positions_of(axes, ordinal)[axis])
        .collect();
    all.filter(|position| full.contains(position)).collect()
}

fn members_of(axis: &[Tuple], kept: &[usize]) -> Vec<Vec<Member>> {
    kept.iter().map(|&at| axis[at].iter().map(|(_, member)| *member).collect()).collect()
}
