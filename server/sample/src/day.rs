//! Days and months as plain numbers: the arithmetic the generator needs, and no more.

use anyhow::{Context, Result, ensure};

/// Days since 1 January 1970.
pub type Day = i32;

/// The end of what has no end, or none that anybody knows.
pub const OPEN: Day = Day::MAX;

/// Days in a year, for durations.
pub const YEAR: f64 = 365.25;

/// The day number of a date (proleptic Gregorian calendar).
pub const fn day(year: i32, month: i32, date: i32) -> Day {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let shifted = (month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + date - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day number, as (year, month, day of month).
pub const fn civil(day: Day) -> (i32, i32, i32) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let d = z.rem_euclid(146_097);
    let y = (d - d / 1460 + d / 36_524 - d / 146_096) / 365;
    let of_year = d - (365 * y + y / 4 - y / 100);
    let shifted = (5 * of_year + 2) / 153;
    let date = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = y + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, date)
}

/// The same day `years` later; 29 February becomes 1 March where the year lacks it.
pub const fn add_years(from: Day, years: i32) -> Day {
    let (y, m, d) = civil(from);
    day(y + years, m, d)
}

/// Whole years from `birth` to `at`.
pub const fn age(birth: Day, at: Day) -> i32 {
    let (by, bm, bd) = civil(birth);
    let (y, m, d) = civil(at);
    y - by - if m * 100 + d < bm * 100 + bd { 1 } else { 0 }
}

/// A day as `YYYY-MM-DD`.
pub fn text(day: Day) -> String {
    let (y, m, d) = civil(day);
    let mut out = String::with_capacity(10);
    push_number(&mut out, y, 4);
    out.push('-');
    push_number(&mut out, m, 2);
    out.push('-');
    push_number(&mut out, d, 2);
    out
}

/// Appends a number with leading zeros; plain digits cost a tenth of `format!`.
fn push_number(out: &mut String, number: i32, width: u32) {
    for place in (0..width).rev() {
        let digit = (number / 10i32.pow(place)) % 10;
        out.push(char::from(b'0' + digit.unsigned_abs() as u8));
    }
}

/// A calendar month, counted from year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(pub i32);

impl Month {
    /// The month of a year and a number from 1 to 12.
    pub const fn new(year: i32, month: i32) -> Self {
        Self(year * 12 + month - 1)
    }

    /// The month in which a day lies.
    pub const fn of(day: Day) -> Self {
        let (y, m, _) = civil(day);
        Self::new(y, m)
    }

    /// Reads `2026-09`.
    ///
    /// # Errors
    /// When the text is not a year and a month.
    pub fn parse(text: &str) -> Result<Self> {
        let (year, month) =
            text.split_once('-').with_context(|| format!("{text} is not a month like 2026-09"))?;
        let (year, month): (i32, i32) = (year.parse()?, month.parse()?);
        ensure!((1..=12).contains(&month), "{text} is not a month like 2026-09");
        ensure!((2014..2100).contains(&year), "{text} lies outside 2014-2099");
        Ok(Self::new(year, month))
    }

    /// Its year.
    pub const fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// Its number in the year, 1 to 12.
    pub const fn number(self) -> i32 {
        self.0.rem_euclid(12) + 1
    }

    /// Its quarter, 1 to 4.
    pub const fn quarter(self) -> i32 {
        (self.number() + 2) / 3
    }

    /// Its first day.
    pub const fn first(self) -> Day {
        day(self.year(), self.number(), 1)
    }

    /// Its last day.
    pub const fn last(self) -> Day {
        self.plus(1).first() - 1
    }

    /// The month so many months later.
    pub const fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// `2026-09`.
    pub fn text(self) -> String {
        format!("{:04}-{:02}", self.year(), self.number())
    }

    /// `202609`, as in file names.
    pub fn compact(self) -> String {
        format!("{:04}{:02}", self.year(), self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        for number in day(1900, 1, 1)..day(2040, 1, 1) {
            let (y, m, d) = civil(number);
            assert_eq!(day(y, m, d), number);
        }
        assert_eq!(text(day(2024, 2, 29)), "2024-02-29");
        assert_eq!(text(0), "1970-01-01");
    }

    #[test]
    fn months_have_ends() {
        assert_eq!(text(Month::new(2026, 2).last()), "2026-02-28");
        assert_eq!(Month::new(2026, 12).plus(1).text(), "2027-01");
    }

    #[test]
    fn ages_change_on_the_birthday() {
        assert_eq!(age(day(2000, 5, 2), day(2018, 5, 1)), 17);
        assert_eq!(age(day(2000, 5, 2), day(2018, 5, 2)), 18);
    }
}
