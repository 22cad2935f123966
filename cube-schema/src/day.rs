//! Days, months and quarters: the only calendar arithmetic of the project.
//!
//! Everything is a whole number (`Day` counts from 1970-01-01, `Month` from January of year 0), so
//! that intervals are compared and subtracted without a calendar; `jiff` knows the calendar.

use std::fmt;

use jiff::civil::Date;

/// The ends of the calendar of `jiff`, as days since 1970-01-01.
const ENDS: (i32, i32) = (from_civil(-9999, 1, 1), from_civil(9999, 12, 31));

/// A calendar day, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The end of an interval that has none.
    pub const MAX: Day = Day(i32::MAX);
    /// The start of an interval that has none.
    pub const MIN: Day = Day(i32::MIN);

    /// The day of a calendar date; `None` where there is no such date.
    #[must_use]
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Day> {
        Date::new(year, month, day).ok().map(Day::from_date)
    }

    /// Reads `YYYY-MM-DD`, and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Day> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| -> Option<i16> {
            bytes[range].iter().try_fold(0_i16, |sum, byte| {
                byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0'))
            })
        };
        let (month, day) = (number(5..7)?, number(8..10)?);
        Day::from_ymd(number(0..4)?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
    }

    /// The month that the day lies in.
    #[must_use]
    pub fn month(self) -> Month {
        let (year, month, _) = civil(self.0.clamp(ENDS.0, ENDS.1));
        Month(year * 12 + month - 1)
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.date().year()
    }

    /// The day before.
    #[must_use]
    pub fn before(self) -> Day {
        Day(self.0.saturating_sub(1))
    }

    /// The day after.
    #[must_use]
    pub fn after(self) -> Day {
        Day(self.0.saturating_add(1))
    }

    /// The civil date. Days outside the calendar of `jiff` are clamped to its ends.
    #[must_use]
    pub fn date(self) -> Date {
        let (year, month, day) = civil(self.0.clamp(ENDS.0, ENDS.1));
        Date::constant(year as i16, month as i8, day as i8)
    }

    fn from_date(date: Date) -> Day {
        Day(from_civil(date.year().into(), date.month().into(), date.day().into()))
    }
}

/// Days since 1970-01-01 of a date. Years are taken from March on, so that the leap day is the last
/// of its year, and in eras of 400 of them, which are equally long.
const fn from_civil(year: i32, month: i32, day: i32) -> i32 {
    let from_march = (month + 9) % 12;
    let year = year - (month <= 2) as i32;
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - ERA_START
}

/// The date of a number of days since 1970-01-01; [`from_civil`] the other way.
const fn civil(days: i32) -> (i32, i32, i32) {
    let (era, of_era) =
        ((days + ERA_START).div_euclid(ERA_DAYS), (days + ERA_START).rem_euclid(ERA_DAYS));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + (month <= 2) as i32, month, of_year - (153 * from_march + 2) / 5 + 1)
}

/// The days of 400 years.
const ERA_DAYS: i32 = 146_097;
/// The days from 1 March of year 0 to 1970-01-01.
const ERA_START: i32 = 719_468;

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

/// A calendar month, as months since January of year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

impl Month {
    /// Month 1–12 of a year.
    #[must_use]
    pub fn new(year: i16, month: i8) -> Month {
        Month(i32::from(year) * 12 + i32::from(month) - 1)
    }

    /// Reads `YYYY-MM`, and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Month> {
        (text.len() == 7).then(|| Day::parse(&format!("{text}-01")))?.map(Day::month)
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// The month of the year, 1–12.
    #[must_use]
    pub fn number(self) -> i32 {
        self.0.rem_euclid(12) + 1
    }

    /// The first day.
    #[must_use]
    pub fn first_day(self) -> Day {
        let year = i16::try_from(self.year()).unwrap_or(i16::MAX);
        Day::from_ymd(year, self.number() as i8, 1).unwrap_or(Day::MAX)
    }

    /// The last day.
    #[must_use]
    pub fn last_day(self) -> Day {
        Month(self.0 + 1).first_day().before()
    }

    /// The quarter that the month lies in.
    #[must_use]
    pub fn quarter(self) -> Quarter {
        Quarter(self.0.div_euclid(3))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

/// A calendar quarter, as quarters since the first of year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter(pub i32);

impl Quarter {
    /// Reads `2020K3`; `2020 K3`, `2020Q3` and small letters are accepted.
    #[must_use]
    pub fn parse(text: &str) -> Option<Quarter> {
        let (year, quarter) = text.trim().split_once(['K', 'k', 'Q', 'q'])?;
        let (year, quarter) = (year.trim(), quarter.trim());
        let digits = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        let quarter = ["1", "2", "3", "4"].iter().position(|known| *known == quarter)?;
        digits.then(|| Quarter(year.parse::<i32>().unwrap_or(0) * 4 + quarter as i32))
    }

    /// The first of its three months.
    #[must_use]
    pub fn first_month(self) -> Month {
        Month(self.0 * 3)
    }

    /// The last of its three months.
    #[must_use]
    pub fn last_month(self) -> Month {
        Month(self.0 * 3 + 2)
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}K{}", self.0.div_euclid(4), self.0.rem_euclid(4) + 1)
    }
}

/// Whole days, both ends included; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// The first day.
    pub first: Day,
    /// The last day; [`Day::MAX`] where the interval is open.
    pub last: Day,
}

impl Interval {
    /// The days from `first` to `last`; `None` where there are none.
    #[must_use]
    pub fn new(first: Day, last: Day) -> Option<Interval> {
        (first <= last).then_some(Interval { first, last })
    }

    /// The days that two intervals have in common.
    #[must_use]
    pub fn common(self, other: Interval) -> Option<Interval> {
        Interval::new(self.first.max(other.first), self.last.min(other.last))
    }

    /// What is left when the days of `other` are taken out: none, one or two pieces.
    pub fn without(self, other: Interval) -> impl Iterator<Item = Interval> {
        // Compared first: there is no day before the first of all, and none after the last.
        let before = (self.first < other.first)
            .then(|| Interval { first: self.first, last: self.last.min(other.first.before()) });
        let after = (self.last > other.last)
            .then(|| Interval { first: self.first.max(other.last.after()), last: self.last });
        let touched = self.common(other).is_some();
        let (left, right) = if touched { (before, after) } else { (Some(self), None) };
        left.into_iter().chain(right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn days_are_read_and_shown_as_iso_dates() {
        assert_eq!(day("1970-01-01"), Day(0));
        assert_eq!(day("2020-02-29").to_string(), "2020-02-29");
        for wrong in ["2021-02-29", "2020-2-9", "2020-02-29 ", "29-02-2020", "", "2020-0a-01"] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Day::MAX.to_string(), "9999-12-31");
        assert_eq!(Day::MIN.year(), -9999);
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        let next = |from: &Date| from.tomorrow().ok();
        let around = jiff::civil::date(1799, 12, 28);
        let centuries = std::iter::successors(Some(around), next).take(150_000);
        let ends = [Date::MIN, jiff::civil::date(-1, 12, 30), jiff::civil::date(9999, 12, 25)];
        let ends = ends.map(|from| std::iter::successors(Some(from), next).take(800));
        for date in centuries.chain(ends.into_iter().flatten()) {
            let day = Day::from_date(date);
            let since = date.duration_since(jiff::civil::date(1970, 1, 1));
            assert_eq!(i64::from(day.0) * 24, since.as_hours(), "{date}");
            assert_eq!(day.date(), date);
            assert_eq!(day.month(), Month::new(date.year(), date.month()));
        }
    }

    #[test]
    fn months_know_their_days_and_quarters() {
        let month = day("2020-02-29").month();
        assert_eq!((month.year(), month.number()), (2020, 2));
        assert_eq!(month.first_day(), day("2020-02-01"));
        assert_eq!(month.last_day(), day("2020-02-29"));
        assert_eq!(month.quarter().to_string(), "2020K1");
        assert_eq!(Month::parse("2020-02"), Some(month));
        assert_eq!(Month::parse("2020-13"), None);
    }

    #[test]
    fn quarters_are_read_in_every_spelling_of_the_approvals() {
        for text in ["2020K3", "2020 K3", "2020Q3", " 2020k3 "] {
            assert_eq!(Quarter::parse(text).unwrap().to_string(), "2020K3", "{text}");
        }
        assert_eq!(Quarter::parse("2020K5"), None);
        assert_eq!(Quarter::parse("20K1"), None);
    }

    #[test]
    fn taking_days_out_leaves_none_one_or_two_pieces() {
        let whole = Interval::new(Day(1), Day(10)).unwrap();
        let left = |first, last| -> Vec<(i32, i32)> {
            let other = Interval::new(Day(first), Day(last)).unwrap();
            whole.without(other).map(|piece| (piece.first.0, piece.last.0)).collect()
        };
        assert_eq!(left(4, 5), [(1, 3), (6, 10)]);
        assert_eq!(left(0, 5), [(6, 10)]);
        assert_eq!(left(5, 12), [(1, 4)]);
        assert_eq!(left(1, 10), []);
        assert_eq!(left(11, 12), [(1, 10)]);
        let open = Interval { first: Day(1), last: Day::MAX };
        assert_eq!(open.without(Interval { first: Day(5), last: Day::MAX }).count(), 1);
        assert_eq!(open.without(open).count(), 0);
    }
}
