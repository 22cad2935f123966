//! CPR numbers: `DDMMYYSSSS`. Confidential; no debug output shows one.

use std::fmt;

use crate::day::Day;

/// What [`Cpr::parse`] adds to the day of the month in a replacement number.
const REPLACEMENT_DAYS: u64 = 60;

/// A CPR number. Never checked by modulus 11: numbers without it are issued since 2007.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpr(u64);

/// The sex of a citizen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Koen {
    /// A man; his number is odd.
    Mand,
    /// A woman; her number is even.
    Kvinde,
}

impl Cpr {
    /// Reads ten digits; a dash after the sixth is accepted.
    #[must_use]
    pub fn parse(text: &str) -> Option<Cpr> {
        let bytes = text.as_bytes();
        let (date, serial) = match bytes.len() {
            10 => bytes.split_at(6),
            11 if bytes[6] == b'-' => (&bytes[..6], &bytes[7..]),
            _ => return None,
        };
        let digits = date.iter().chain(serial);
        let add =
            |sum: u64, byte: &u8| byte.is_ascii_digit().then(|| sum * 10 + u64::from(byte - b'0'));
        digits.copied().try_fold(0, |sum, byte| add(sum, &byte)).map(Cpr)
    }

    /// The number itself, for keys.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }

    /// Whether it is a replacement number: the day of the month is 61–91.
    #[must_use]
    pub fn is_replacement(self) -> bool {
        (61..=91).contains(&self.digits(8, 100))
    }

    /// The birth date that the number tells; `None` where it holds no possible date.
    #[must_use]
    pub fn birth_date(self) -> Option<Day> {
        let given = self.digits(8, 100);
        let day = if self.is_replacement() { given - REPLACEMENT_DAYS } else { given };
        let (month, year) = (self.digits(6, 100), self.century() + self.digits(4, 100));
        Day::from_ymd(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
    }

    /// The sex that the number tells.
    #[must_use]
    pub fn koen(self) -> Koen {
        if self.0 % 2 == 1 { Koen::Mand } else { Koen::Kvinde }
    }

    /// The century follows from the seventh digit and the two digits of the year.
    fn century(self) -> u64 {
        match (self.digits(3, 10), self.digits(4, 100)) {
            (4 | 9, 0..=36) | (5..=8, 0..=57) => 2000,
            (5..=8, _) => 1800,
            _ => 1900,
        }
    }

    /// The digits that stand before the last `behind` ones.
    fn digits(self, behind: u32, modulus: u64) -> u64 {
        self.0 / 10_u64.pow(behind) % modulus
    }
}

impl fmt::Display for Cpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}", self.0)
    }
}

/// Shows no digit, so that a number cannot slip into a log with the record that holds it.
impl fmt::Debug for Cpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cpr(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn birth(text: &str) -> Option<String> {
        Cpr::parse(text).unwrap().birth_date().map(|day| day.to_string())
    }

    #[test]
    fn ten_digits_are_read_with_or_without_a_dash() {
        let plain = Cpr::parse("6101901234").unwrap();
        assert_eq!(Cpr::parse("610190-1234"), Some(plain));
        assert_eq!(plain.to_string(), "6101901234");
        assert_eq!(Cpr::parse("0000000001").unwrap().to_string(), "0000000001");
        for wrong in ["", "610190123", "61019012345", "6101-901234", "610190 1234", "61019o1234"] {
            assert_eq!(Cpr::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn debug_output_shows_no_digit() {
        assert_eq!(format!("{:?}", Cpr::parse("6101901234").unwrap()), "Cpr(…)");
    }

    #[test]
    fn the_century_follows_from_the_seventh_digit_and_the_year() {
        for (number, expected) in [
            ("6101003000", "1900-01-01"),
            ("6101993999", "1999-01-01"),
            ("6101364000", "2036-01-01"),
            ("6101374000", "1937-01-01"),
            ("6101575000", "2057-01-01"),
            ("6101588000", "1858-01-01"),
            ("6101369000", "2036-01-01"),
            ("6101379999", "1937-01-01"),
        ] {
            assert_eq!(birth(number).as_deref(), Some(expected), "{number}");
        }
    }

    #[test]
    fn replacement_numbers_are_dates_and_other_impossible_days_are_not() {
        assert_eq!(birth("9112901000").as_deref(), Some("1990-12-31"));
        assert!(Cpr::parse("9112901000").unwrap().is_replacement());
        for impossible in ["9202901000", "6002901000", "3202901000", "6113901000", "9002901000"] {
            assert_eq!(birth(impossible), None, "{impossible}");
        }
        assert!(!Cpr::parse("9202901000").unwrap().is_replacement());
    }

    #[test]
    fn the_last_digit_tells_the_sex() {
        assert_eq!(Cpr::parse("6101901235").unwrap().koen(), Koen::Mand);
        assert_eq!(Cpr::parse("6101901234").unwrap().koen(), Koen::Kvinde);
    }
}
