//! From the age of an entity to its place, and when it comes to the next one.
//!
//! The age is that on the last day of a cell's period. So nothing is cut at a birthday: a row's
//! stretch of periods is divided where the place on the last day changes.

use super::super::plan::{NONE, TimeChoice};
use super::place::OUT;
use crate::cube::age::Birth;

/// Neighbouring ages with one place, in order; the first run begins before birth.
pub(super) struct AgeRuns {
    /// The run of each age from 0 on; what is beyond the table is in the last run.
    run_of_age: Vec<u32>,
    /// For each run what it adds to the code of a group, and the first age of the next run.
    runs: Vec<(u64, i32)>,
    /// What an age that is not known adds.
    unknown: u64,
}

impl AgeRuns {
    /// The runs of a table of places by key, the last key being the unknown age; and the places that
    /// are counted apart, each with the place it belongs to.
    pub fn new(table: &[u32], size: u64, stride: u64) -> (AgeRuns, Vec<u64>) {
        let unknown = table.last().copied().unwrap_or(NONE);
        let known = &table[..table.len().saturating_sub(1)];
        let mut runs = Runs { size, stride, ..Runs::default() };
        runs.take(unknown, -1);
        let run_of_age = (0..).zip(known).map(|(age, &place)| runs.take(place, age)).collect();
        runs.take(unknown, known.len() as i32);
        let add = |place| if place == NONE { OUT } else { u64::from(place) * stride };
        (AgeRuns { run_of_age, runs: runs.found, unknown: add(unknown) }, runs.folded)
    }

    /// Calls `each` with every stretch of periods, from `from` to before `until`, in which the entity
    /// has one place, and with what the place adds to the code of a group.
    pub fn divide(
        &self,
        birth: Option<Birth>,
        periods: (usize, usize),
        calendar: &Calendar<'_>,
        mut each: impl FnMut(u64, usize, usize),
    ) {
        let Some(birth) = birth else { return each(self.unknown, periods.0, periods.1) };
        let (mut from, until) = periods;
        while from < until {
            let (add, next_age) = self.run(birth.age(calendar.last_month(from)));
            let next = match next_age {
                i32::MAX => until,
                age => calendar.period_of(birth.turns(age)).min(until),
            };
            each(add, from, next);
            from = next;
        }
    }

    fn run(&self, age: i32) -> (u64, i32) {
        match usize::try_from(age) {
            Err(_) => self.runs[0],
            Ok(age) => match self.run_of_age.get(age) {
                Some(&run) => self.runs[run as usize],
                None => self.runs[self.runs.len() - 1],
            },
        }
    }
}

/// Runs under way.
#[derive(Default)]
struct Runs {
    size: u64,
    stride: u64,
    found: Vec<(u64, i32)>,
    places: Vec<u32>,
    folded: Vec<u64>,
}

impl Runs {
    /// Takes the place from an age on, and returns its run.
    fn take(&mut self, place: u32, age: i32) -> u32 {
        if self.places.last() != Some(&place) {
            if let Some(last) = self.found.last_mut() {
                last.1 = age;
            }
            let add = self.add(place);
            self.found.push((add, i32::MAX));
            self.places.push(place);
        }
        self.found.len() as u32 - 1
    }

    fn add(&mut self, place: u32) -> u64 {
        if place == NONE {
            return OUT;
        }
        if !self.places.contains(&place) {
            return u64::from(place) * self.stride;
        }
        self.folded.push(u64::from(place));
        (self.size + self.folded.len() as u64 - 1) * self.stride
    }
}

/// The periods of a pass as months of the calendar.
pub(super) struct Calendar<'a> {
    time: &'a TimeChoice,
    /// The first month of the timeline.
    first: i32,
}

impl<'a> Calendar<'a> {
    pub fn new(time: &'a TimeChoice, first: i32) -> Calendar<'a> {
        Calendar { time, first }
    }

    fn last_month(&self, period: usize) -> i32 {
        self.first + i32::from(self.time.last_month(period))
    }

    /// The first period that ends with a month or later.
    fn period_of(&self, month: i32) -> usize {
        let last = self.time.from.len() - 1;
        let month = usize::try_from(month - self.first).unwrap_or(0);
        usize::from(self.time.from[month.min(last)])
    }
}
