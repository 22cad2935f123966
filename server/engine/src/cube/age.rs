//! Ages on the last day of a month, by arithmetic on months alone.
//!
//! A period ends with a month, so the day of birth matters in one case only: whoever is born on 29
//! February is a year older on the last day of February in leap years, and else in March.

use cube_schema::day::Day;

/// A birth that is not known.
pub const UNKNOWN: i32 = i32::MIN;

/// Births later than this, or as much before year 0, are taken for not known.
const LATEST: i32 = 1 << 20;

/// A birth as it is stored: twice the month, and one more for 29 February.
#[must_use]
pub fn stored(day: Day) -> i32 {
    let date = day.date();
    if day == Day::MIN || day == Day::MAX {
        return UNKNOWN;
    }
    day.month().0 * 2 + i32::from((date.month(), date.day()) == (2, 29))
}

/// A known birth.
#[derive(Clone, Copy, Debug)]
pub struct Birth {
    month: i32,
    on_leap_day: bool,
}

impl Birth {
    /// A birth as it was stored; `None` where it is not known.
    #[must_use]
    pub fn of(stored: i32) -> Option<Birth> {
        let known = (-2 * LATEST..2 * LATEST).contains(&stored);
        known.then_some(Birth { month: stored >> 1, on_leap_day: stored & 1 == 1 })
    }

    /// The whole years on the last day of a month; below 0 before the birth.
    #[must_use]
    pub fn age(self, month: i32) -> i32 {
        let years = (month - self.month).div_euclid(12);
        years - i32::from(self.on_leap_day && self.turns(years) > month)
    }

    /// The first month on whose last day the age is reached.
    #[must_use]
    pub fn turns(self, age: i32) -> i32 {
        let month = self.month + 12 * age;
        month + i32::from(self.on_leap_day && !is_leap(month.div_euclid(12)))
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use cube_schema::day::Month;

    use super::*;

    /// Whole years from a birth to a day, by the calendar.
    fn plainly(birth: Day, day: Day) -> i32 {
        let (born, now) = (birth.date(), day.date());
        let years = i32::from(now.year()) - i32::from(born.year());
        years - i32::from((now.month(), now.day()) < (born.month(), born.day()))
    }

    #[test]
    fn the_age_at_the_end_of_every_month_is_that_of_the_calendar() {
        for birth in ["1896-02-29", "1999-12-31", "2000-01-01", "2004-02-29", "2004-02-28"] {
            let day = Day::parse(birth).unwrap();
            let birth = Birth::of(stored(day)).unwrap();
            for month in (Month::new(1995, 1).0..Month::new(2110, 1).0).map(Month) {
                let age = plainly(day, month.last_day());
                assert_eq!(birth.age(month.0), age, "{day} {month}");
                assert!(birth.turns(age) <= month.0 && month.0 < birth.turns(age + 1));
            }
        }
    }

    #[test]
    fn open_ends_of_the_calendar_are_no_births() {
        for day in [Day::MIN, Day::MAX] {
            assert!(Birth::of(stored(day)).is_none());
        }
        assert!(Birth::of(i32::MAX).is_none());
    }
}
