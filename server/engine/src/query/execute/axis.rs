//! The axis of days, or of months: those asked for, one behind the other, as positions from 0 on.
//!
//! What is left out takes no room on it, so the days from one position to another are their
//! difference, and a period is a stretch of the axis whether or not it has holes.

use cube_schema::day::Month;
use cube_schema::table::Timeline;

use super::super::plan::TimeChoice;

/// See above. Days and months of the timeline are numbered from its first.
pub(super) struct Axis {
    /// Per day (or month), and one more: how many before it are asked for.
    position: Vec<u32>,
    /// Per position, and one more: its period; behind the last, the number of periods.
    period: Vec<u16>,
    /// The position of each period's begin, and behind the last the length of the axis.
    pub starts: Vec<u32>,
    /// The first day, as days since 1970; of months 0.
    zero: i32,
    /// Where nothing between is left out: the first day asked for, and the one behind the last. A
    /// position is then told without the table.
    whole: Option<(i32, i32)>,
}

impl Axis {
    pub fn of_days(time: &TimeChoice, timeline: Timeline) -> Axis {
        let day_count = |month| Month(month).last_day().0 - Month(month).first_day().0 + 1;
        let months = timeline.first.0..=timeline.last.0;
        let zero = timeline.first.first_day().0;
        Axis::new(time, zero, months.map(|month| day_count(month) as u32))
    }

    pub fn of_months(time: &TimeChoice, month_count: usize) -> Axis {
        Axis::new(time, 0, std::iter::repeat_n(1, month_count))
    }

    fn new(time: &TimeChoice, zero: i32, lengths: impl Iterator<Item = u32>) -> Axis {
        let (mut position, mut period, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        let mut live = time.live.iter().enumerate().peekable();
        for (month, length) in lengths.enumerate() {
            let own = live.next_if(|(_, live)| usize::from(**live) == month);
            if own.is_some_and(|(at, _)| time.bounds[starts.len()] as usize == at) {
                starts.push(period.len() as u32);
            }
            for _ in 0..length {
                position.push(period.len() as u32);
                if own.is_some() {
                    period.push(starts.len() as u16 - 1);
                }
            }
        }
        for ends in [&mut position, &mut starts] {
            ends.push(period.len() as u32);
        }
        period.push(time.count as u16);
        let whole = whole(&position, zero);
        Axis { position, period, starts, zero, whole }
    }

    /// An axis of one period of so many days.
    #[cfg(test)]
    pub fn of_length(days: u32) -> Axis {
        let position = (0..=days).collect();
        Axis { position, period: Vec::new(), starts: vec![0, days], zero: 0, whole: None }
    }

    /// Appends the positions of days since 1970 (or months of the timeline).
    pub fn positions(&self, days: impl Iterator<Item = i32>, into: &mut Vec<u32>) {
        match self.whole {
            Some((first, last)) => {
                // Not `clamp`, whose check of its bounds would be made for every row.
                into.extend(days.map(|day| (day.max(first).min(last) - first) as u32));
            }
            None => into.extend(days.map(|day| self.position(day))),
        }
    }

    /// The position of a day since 1970 (or a month of the timeline); of one that is not asked for,
    /// that of the next one that is.
    fn position(&self, day: i32) -> u32 {
        self.position[self.number(day)]
    }

    /// The number of a day from the start of the timeline; of one outside, the first, or that behind
    /// the last.
    fn number(&self, day: i32) -> usize {
        let length = self.position.len() as i32 - 1;
        day.saturating_sub(self.zero).clamp(0, length) as usize
    }

    /// The period of a position; of the one behind the last, the number of periods.
    pub fn period(&self, position: u32) -> u16 {
        self.period[position as usize]
    }

    /// The position from which on a record counts whose first day is the day given, where that day
    /// does not count unless a period begins with it.
    pub fn after_start(&self, day: i32) -> u32 {
        let position = self.position(day);
        let next = self.position.get(self.number(day) + 1);
        let is_live = next.is_some_and(|next| *next > position);
        let begins = is_live && self.starts[usize::from(self.period(position))] == position;
        position + u32::from(is_live && !begins)
    }

    /// The length of each period.
    pub fn lengths(&self) -> Vec<u32> {
        self.starts.windows(2).map(|ends| ends[1] - ends[0]).collect()
    }
}

/// The first day asked for and the one behind the last, where all between them are asked for.
fn whole(position: &[u32], zero: i32) -> Option<(i32, i32)> {
    let length = *position.last()?;
    let first = position.partition_point(|&before| before == 0).checked_sub(1)?;
    let last = position.partition_point(|&before| before < length);
    (last == first + length as usize).then_some((zero + first as i32, zero + last as i32))
}
