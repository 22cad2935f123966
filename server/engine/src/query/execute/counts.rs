//! What a sweep counted: a value for every group and period.

use crate::cube::NULL;

/// Counts by group and period. Whole numbers throughout: a value is divided once, when it is asked
/// for.
pub(super) enum Counts {
    /// Numbers of keys or events.
    Whole {
        /// For each group one number per period, and a zero.
        values: Vec<i32>,
        /// Numbers per group.
        width: usize,
    },
    /// Days, to be divided by those of the period.
    Days {
        /// For each group one number per period.
        days: Vec<i64>,
        /// The days of each period.
        lengths: Vec<u32>,
    },
    /// Sums, and of how many rows: none is no value.
    Sums {
        /// What is asked of them.
        asked: OfSums,
        /// For each group one number per period, and a zero.
        sums: Vec<i64>,
        /// The same.
        rows: Vec<i32>,
        /// Numbers per group.
        width: usize,
        /// The integers are parts of one.
        parts_of_one: f64,
    },
    /// The least or the largest numbers; [`NULL`] is none.
    Extremes {
        /// For each group one number per period.
        numbers: Vec<i64>,
        /// Numbers per group.
        width: usize,
        /// Whether the least are kept.
        least: bool,
        /// The integers are parts of one.
        parts_of_one: f64,
    },
    /// Sums, to be divided by the number of months with a row.
    Means {
        /// For each group one number per period, and a zero.
        sums: Vec<i64>,
        /// For each group one number per month, and a zero.
        rows: Vec<i32>,
        /// The first month of each period, and behind the last the number of months.
        starts: Vec<u32>,
        /// The integers are parts of one.
        parts_of_one: f64,
    },
}

/// What is asked of sums and numbers of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfSums {
    /// The sum.
    Sum,
    /// The number of rows that have a number.
    Count,
    /// The mean of the numbers.
    Mean,
}

/// The one of two numbers that is kept; a missing one gives way.
pub(super) fn extreme(left: i64, right: i64, least: bool) -> i64 {
    match (left == NULL, right == NULL) {
        (true, _) => right,
        (_, true) => left,
        _ if least => left.min(right),
        _ => left.max(right),
    }
}

impl Counts {
    /// The count of the only group in the only period.
    pub fn single(count: i32) -> Counts {
        Counts::Whole { values: vec![count, 0], width: 2 }
    }

    /// How many counts, or numbers of days, are above zero.
    pub fn active(&self) -> usize {
        match self {
            Counts::Whole { values, .. } => values.iter().filter(|count| **count > 0).count(),
            Counts::Days { days, .. } => days.iter().filter(|days| **days > 0).count(),
            Counts::Sums { rows, .. } => rows.iter().filter(|rows| **rows > 0).count(),
            Counts::Extremes { numbers, .. } => numbers.iter().filter(|one| **one != NULL).count(),
            Counts::Means { .. } => 0,
        }
    }

    /// The periods in which a group's count, or number of days, is above zero; none for a group that
    /// was found by a later sweep.
    pub fn active_periods(&self, group: usize, into: &mut Vec<usize>) {
        into.clear();
        match self {
            Counts::Whole { values, width } => above_zero(values, group * width, width - 1, into),
            Counts::Days { days, lengths } => {
                above_zero(days, group * lengths.len(), lengths.len(), into);
            }
            Counts::Sums { rows, width, .. } => above_zero(rows, group * width, width - 1, into),
            Counts::Extremes { numbers, width, .. } => {
                let own = &numbers[group * width..(group + 1) * width];
                into.extend((0..own.len()).filter(|&period| own[period] != NULL));
            }
            Counts::Means { .. } => {}
        }
    }

    /// The value of a cell in which some row is active; `None` where it has none all the same.
    pub fn value(&self, group: usize, period: usize) -> Option<f64> {
        match self {
            Counts::Whole { values, width } => {
                Some(values.get(group * width + period).map_or(0.0, |&count| f64::from(count)))
            }
            Counts::Days { days, lengths } => {
                let days = days.get(group * lengths.len() + period).map_or(0, |&days| days);
                Some(days as f64 / f64::from(lengths[period]))
            }
            Counts::Sums { asked, sums, rows, width, parts_of_one } => {
                let at = group * width + period;
                let rows = rows.get(at).map_or(0, |&rows| rows);
                match asked {
                    OfSums::Count => Some(f64::from(rows)),
                    _ if rows == 0 => None,
                    OfSums::Sum => Some(sums[at] as f64 / parts_of_one),
                    OfSums::Mean => Some(sums[at] as f64 / (parts_of_one * f64::from(rows))),
                }
            }
            Counts::Extremes { numbers, width, parts_of_one, .. } => {
                let number = numbers.get(group * width + period).copied();
                number.filter(|&number| number != NULL).map(|number| number as f64 / parts_of_one)
            }
            Counts::Means { sums, rows, starts, parts_of_one } => {
                let width = starts.last().map_or(0, |&months| months as usize) + 1;
                let months = starts[period] as usize..starts[period + 1] as usize;
                let own = rows.get(group * width..)?.get(months)?;
                let months = own.iter().filter(|rows| **rows > 0).count();
                let sum = sums[group * starts.len() + period] as f64;
                (months > 0).then(|| sum / (parts_of_one * months as f64))
            }
        }
    }

    /// Adds what one group has to another, and takes it from the first. Both exist.
    pub fn fold(&mut self, from: usize, into: usize) {
        match self {
            Counts::Whole { values, width } => fold(values, *width, from, into),
            Counts::Days { days, lengths } => fold(days, lengths.len(), from, into),
            Counts::Extremes { numbers, width, least, .. } => {
                for at in 0..*width {
                    let number = std::mem::replace(&mut numbers[from * *width + at], NULL);
                    let kept = &mut numbers[into * *width + at];
                    *kept = extreme(*kept, number, *least);
                }
            }
            Counts::Sums { sums, rows, width, .. } => {
                fold(sums, *width, from, into);
                fold(rows, *width, from, into);
            }
            Counts::Means { sums, rows, starts, .. } => {
                fold(sums, starts.len(), from, into);
                let width = starts.last().map_or(0, |&months| months as usize) + 1;
                fold(rows, width, from, into);
            }
        }
    }

    /// Makes room for groups that other sweeps found.
    pub fn grow(&mut self, groups: usize) {
        match self {
            Counts::Whole { values, width } => values.resize(groups * *width, 0),
            Counts::Days { days, lengths } => days.resize(groups * lengths.len(), 0),
            Counts::Extremes { numbers, width, .. } => numbers.resize(groups * *width, NULL),
            Counts::Sums { sums, rows, width, .. } => {
                sums.resize(groups * *width, 0);
                rows.resize(groups * *width, 0);
            }
            Counts::Means { sums, rows, starts, .. } => {
                sums.resize(groups * starts.len(), 0);
                let width = starts.last().map_or(0, |&months| months as usize) + 1;
                rows.resize(groups * width, 0);
            }
        }
    }
}

fn above_zero<T: Copy + Default + PartialOrd>(
    values: &[T],
    start: usize,
    count: usize,
    into: &mut Vec<usize>,
) {
    let own = values.get(start..start + count).unwrap_or_default();
    into.extend((0..own.len()).filter(|&period| own[period] > T::default()));
}

fn fold<T: Copy + Default + std::ops::AddAssign>(
    values: &mut [T],
    width: usize,
    from: usize,
    into: usize,
) {
    for at in 0..width {
        let value = std::mem::take(&mut values[from * width + at]);
        values[into * width + at] += value;
    }
}
