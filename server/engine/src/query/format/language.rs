//! Separators and names by language.

/// The language of whoever reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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

    /// Its Windows number.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Language::Danish => 1030,
            Language::English => 1033,
        }
    }

    /// What stands before decimals.
    pub(super) fn point(self) -> char {
        match self {
            Language::Danish => ',',
            Language::English => '.',
        }
    }

    /// What stands between thousands.
    pub(super) fn thousands(self) -> char {
        match self {
            Language::Danish => '.',
            Language::English => ',',
        }
    }

    /// The name of a month, 1 to 12.
    pub(super) fn month(self, month: i8) -> &'static str {
        let names = match self {
            Language::Danish => &DANISH_MONTHS,
            Language::English => &ENGLISH_MONTHS,
        };
        names.get((month - 1) as usize).copied().unwrap_or_default()
    }

    /// The name of a day of the week, 0 being Monday.
    pub(super) fn weekday(self, day: i8) -> &'static str {
        let names = match self {
            Language::Danish => &DANISH_DAYS,
            Language::English => &ENGLISH_DAYS,
        };
        names.get(day as usize).copied().unwrap_or_default()
    }

    /// How a day is usually written.
    pub(super) fn short_date(self) -> &'static str {
        match self {
            Language::Danish => "dd.mm.yyyy",
            Language::English => "m/d/yyyy",
        }
    }

    /// The words for true and false.
    pub(super) fn truth(self, truth: bool) -> &'static str {
        let [yes, no] = self.truths();
        if truth { yes } else { no }
    }

    pub(super) fn truths(self) -> [&'static str; 2] {
        match self {
            Language::Danish => ["Sand", "Falsk"],
            Language::English => ["True", "False"],
        }
    }
}
