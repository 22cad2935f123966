//! Days, months and quarters.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// The day that has number 0.
const DAY_ZERO: Date = date(1970, 1, 1);

/// The first month of the timeline, January 2013.
pub(crate) const FIRST_MONTH: Month = Month::new(2013, 1);

/// One day of the calendar; shown as `2026-10-31`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(i32);

impl Day {
    /// Reads `YYYY-MM-DD`, exactly so written; nothing for anything else, and for a day that is not
    /// in the calendar.
    pub fn parse(text: &str) -> Option<Day> {
        let bytes = text.as_bytes();
        let is_shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(place, byte)| match place {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !is_shaped {
            return None;
        }
        Day::of(text[0..4].parse().ok()?, text[5..7].parse().ok()?, text[8..10].parse().ok()?)
    }

    /// The day of a year, month and day of the month, if the calendar has it.
    pub fn of(year: i32, month: i32, day: i32) -> Option<Day> {
        let date =
            Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
        let since = date.since(DAY_ZERO).ok()?;
        Some(Day(since.get_days()))
    }

    fn date(self) -> Date {
        DAY_ZERO.checked_add(self.0.days()).expect("a day is made from a date of the calendar")
    }

    pub(crate) fn next(self) -> Day {
        Day(self.0 + 1)
    }

    pub(crate) fn previous(self) -> Day {
        Day(self.0 - 1)
    }

    /// The number of days from this day to `last`, both included.
    pub(crate) fn days_to(self, last: Day) -> i32 {
        last.0 - self.0 + 1
    }

    pub(crate) fn year(self) -> i32 {
        i32::from(self.date().year())
    }

    pub(crate) fn month(self) -> Month {
        let date = self.date();
        Month::new(i32::from(date.year()), i32::from(date.month()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

/// The whole years from a birth date to a day.
pub(crate) fn age_on(birth: Day, day: Day) -> i32 {
    let (born, now) = (birth.date(), day.date());
    let years = i32::from(now.year()) - i32::from(born.year());
    let had_birthday = (now.month(), now.day()) >= (born.month(), born.day());
    if had_birthday { years } else { years - 1 }
}

/// One month of the calendar: twelve times the year, plus 0 for January.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Month(i32);

impl Month {
    pub(crate) const fn new(year: i32, number: i32) -> Month {
        Month(year * 12 + number - 1)
    }

    /// Reads `2026-10`.
    pub(crate) fn parse(text: &str) -> Option<Month> {
        Some(Day::parse(&format!("{text}-01"))?.month())
    }

    pub(crate) fn next(self) -> Month {
        Month(self.0 + 1)
    }

    pub(crate) fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    pub(crate) fn number(self) -> i32 {
        self.0.rem_euclid(12) + 1
    }

    pub(crate) fn quarter(self) -> Quarter {
        Quarter(self.0.div_euclid(3))
    }

    pub(crate) fn first_day(self) -> Day {
        Day::of(self.year(), self.number(), 1).expect("every month has a first day")
    }

    pub(crate) fn last_day(self) -> Day {
        self.next().first_day().previous()
    }

    /// The months of the timeline, from January 2013 to this one.
    pub(crate) fn timeline(self) -> Vec<Month> {
        (FIRST_MONTH.0..=self.0).map(Month).collect()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

/// One quarter of the calendar: four times the year, plus 0 for the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Quarter(i32);

impl Quarter {
    /// Reads `2020K3`, `2020 K3`, `2020Q3`, with small or capital letter.
    pub(crate) fn parse(text: &str) -> Option<Quarter> {
        let tight: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (year, number) = tight.split_once(['K', 'k', 'Q', 'q'])?;
        if year.len() != 4 || number.len() != 1 {
            return None;
        }
        let (year, number): (i32, i32) = (year.parse().ok()?, number.parse().ok()?);
        (1..=4).contains(&number).then_some(Quarter(year * 4 + number - 1))
    }

    /// The place of the quarter on the timeline, 2013K1 being 0.
    pub(crate) fn place(self) -> Option<usize> {
        usize::try_from(self.0 - FIRST_MONTH.quarter().0).ok()
    }

    pub(crate) fn number(self) -> i32 {
        self.0.rem_euclid(4) + 1
    }

    /// Its three months.
    pub(crate) fn months(self) -> [Month; 3] {
        [0, 1, 2].map(|number| Month(self.0 * 3 + number))
    }

    /// The third quarter of a year.
    pub(crate) fn third_of(year: i32) -> Quarter {
        Quarter(year * 4 + 2)
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}K{}", self.0.div_euclid(4), self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_only_as_written_in_the_format() {
        assert_eq!(Day::parse("2020-02-29").unwrap().to_string(), "2020-02-29");
        for wrong in [
            "2021-02-29",
            "2020-2-9",
            "20200229",
            " 2020-02-29",
            "2020-02-29x",
            "",
            "29-02-2020",
            "2020-13-01",
        ] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn months_and_quarters() {
        let month = Month::parse("2026-10").unwrap();
        assert_eq!(
            (month.year(), month.number(), month.quarter().to_string()),
            (2026, 10, "2026K4".to_owned())
        );
        assert_eq!(month.last_day().to_string(), "2026-10-31");
        assert_eq!(Month::parse("2026-13"), None);
        for text in ["2020K3", "2020 K3", "2020Q3", "2020k3"] {
            assert_eq!(Quarter::parse(text).unwrap().to_string(), "2020K3");
        }
        assert_eq!(Quarter::parse("2020K5"), None);
    }

    #[test]
    fn a_birthday_counts_from_its_own_day() {
        let (birth, day) = (Day::parse("2003-01-01").unwrap(), Day::parse("2020-01-01").unwrap());
        assert_eq!(age_on(birth, day), 17);
        assert_eq!(age_on(birth.next(), day), 16);
        assert_eq!(birth.days_to(birth), 1);
    }
}
