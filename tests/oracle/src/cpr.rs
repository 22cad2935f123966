//! CPR numbers: DDMMYYSSSS.

use crate::day::Day;

/// Ten digits, a dash after the sixth accepted; nothing for anything else.
pub(crate) fn normalise(text: &str) -> Option<String> {
    let digits = match text.split_once('-') {
        Some((first, second)) if first.len() == 6 => format!("{first}{second}"),
        Some(_) => return None,
        None => text.to_owned(),
    };
    (digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// A replacement number has a day of 61–91.
pub(crate) fn is_replacement(cpr: &str) -> bool {
    (61..=91).contains(&number(&cpr[0..2]))
}

/// The birth date that the number tells; nothing for an impossible date.
pub(crate) fn birth(cpr: &str) -> Option<Day> {
    let day = number(&cpr[0..2]) - if is_replacement(cpr) { 60 } else { 0 };
    let (month, year) = (number(&cpr[2..4]), number(&cpr[4..6]));
    Day::of(century(year, number(&cpr[6..7])) + year, month, day)
}

/// The century follows from the seventh digit and the two digits of the year.
fn century(year: i32, seventh: i32) -> i32 {
    match (seventh, year) {
        (0..=3, _) => 1900,
        (4 | 9, 0..=36) => 2000,
        (4 | 9, _) => 1900,
        (_, 0..=57) => 2000,
        (_, _) => 1800,
    }
}

/// Odd last digit: man.
pub(crate) fn koen(cpr: &str) -> &'static str {
    if number(&cpr[9..10]) % 2 == 1 { "Mand" } else { "Kvinde" }
}

fn number(digits: &str) -> i32 {
    digits.parse().expect("a CPR number is ten digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn birth_dates_by_century_and_replacement_numbers() {
        let born = |cpr: &str| birth(cpr).map(|day| day.to_string());
        assert_eq!(born("6101803000").as_deref(), Some("1980-01-01"));
        assert_eq!(born("0101364000").as_deref(), Some("2036-01-01"));
        assert_eq!(born("0101374000").as_deref(), Some("1937-01-01"));
        assert_eq!(born("0101575000").as_deref(), Some("2057-01-01"));
        assert_eq!(born("0101588000").as_deref(), Some("1858-01-01"));
        assert_eq!(born("9112909001").as_deref(), Some("1990-12-31"));
        assert_eq!(born("6002909001"), None);
        assert_eq!(born("9202909001"), None);
    }

    #[test]
    fn numbers_and_sex() {
        assert_eq!(normalise("610180-3001").as_deref(), Some("6101803001"));
        assert_eq!(normalise("6101803001").as_deref(), Some("6101803001"));
        for wrong in ["61018-03001", "610180300", "610180-300x", "", "610180--301"] {
            assert_eq!(normalise(wrong), None, "{wrong}");
        }
        assert_eq!((koen("6101803001"), koen("6101803000")), ("Mand", "Kvinde"));
    }
}
