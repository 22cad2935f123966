//! Separators and names by language.

use serde::{Deserialize, Serialize};

/// The language of whoever reads. In a schema file, and in the metadata of a cube, its tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Language {
    /// `1.234,5`, `31.10.2026`, `oktober`.
    #[default]
    Danish,
    /// `1,234.5`, `10/31/2026`, `October`.
    English,
}

const DANISH_MONTHS: [&str; 12] = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
];
const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DANISH_DAYS: [&str; 7] =
    ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"];
const ENGLISH_DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl Language {
    /// The language of a tag such as `da-DK` or `en`, or of a Windows number such as `1033`.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Language> {
        let tag = tag.trim().to_ascii_lowercase();
        match tag.split(['-', '_']).next().unwrap_or_default() {
            "da" | "1030" => Some(Language::Danish),
            "en" | "1033" | "2057" => Some(Language::English),
            _ => None,
        }
    }

    /// Its tag: `da`, `en`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Language::Danish => "da",
            Language::English => "en",
        }
    }

    /// Its Windows number.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Language::Danish => 1030,
            Language::English => 1033,
        }
    }

    /// What stands before decimals.
    #[must_use]
    pub fn point(self) -> char {
        match self {
            Language::Danish => ',',
            Language::English => '.',
        }
    }

    /// What stands between thousands.
    #[must_use]
    pub fn thousands(self) -> char {
        match self {
            Language::Danish => '.',
            Language::English => ',',
        }
    }

    /// A whole number with its thousands apart: `1.234`.
    #[must_use]
    pub fn whole(self, number: u64) -> String {
        let digits = number.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(self.thousands());
            }
            text.push(digit);
        }
        text
    }

    /// A whole number and what there is so many of, one or several: `1 ydelse`, `1.234 ydelser`.
    #[must_use]
    pub fn counted(self, number: u64, one: &str, several: &str) -> String {
        format!("{} {}", self.whole(number), if number == 1 { one } else { several })
    }

    /// The name of a month, 1 to 12.
    #[must_use]
    pub fn month(self, month: i8) -> &'static str {
        let names = match self {
            Language::Danish => &DANISH_MONTHS,
            Language::English => &ENGLISH_MONTHS,
        };
        names.get((month - 1) as usize).copied().unwrap_or_default()
    }

    /// The name of a day of the week, 0 being Monday.
    #[must_use]
    pub fn weekday(self, day: i8) -> &'static str {
        let names = match self {
            Language::Danish => &DANISH_DAYS,
            Language::English => &ENGLISH_DAYS,
        };
        names.get(day as usize).copied().unwrap_or_default()
    }

    /// How a day is usually written.
    #[must_use]
    pub fn short_date(self) -> &'static str {
        match self {
            Language::Danish => "dd.mm.yyyy",
            Language::English => "m/d/yyyy",
        }
    }

    /// The word for true, or for false.
    #[must_use]
    pub fn truth(self, truth: bool) -> &'static str {
        let [yes, no] = self.truths();
        if truth { yes } else { no }
    }

    /// The words for true and false.
    #[must_use]
    pub fn truths(self) -> [&'static str; 2] {
        match self {
            Language::Danish => ["Sand", "Falsk"],
            Language::English => ["True", "False"],
        }
    }
}

impl TryFrom<String> for Language {
    type Error = String;

    fn try_from(tag: String) -> Result<Language, String> {
        let unknown = || format!("sproget '{tag}' kendes ikke; skriv 'da' eller 'en'");
        Language::of_tag(&tag).ok_or_else(unknown)
    }
}

impl From<Language> for String {
    fn from(language: Language) -> String {
        language.tag().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, danish) in [
            (0, "0"),
            (999, "999"),
            (1000, "1.000"),
            (12_345, "12.345"),
            (999_999, "999.999"),
            (1_234_567, "1.234.567"),
        ] {
            assert_eq!(Language::Danish.whole(number), danish);
        }
        assert_eq!(Language::English.whole(12_345), "12,345");
        for (number, told) in [(0, "0 celler"), (1, "1 celle"), (1234, "1.234 celler")] {
            assert_eq!(Language::Danish.counted(number, "celle", "celler"), told);
        }
    }
}
