//! Formats that have names.

use super::{Kind, Language, day, number};

/// The format of a name, upper and lower case being equal.
pub(super) fn read(name: &str, language: Language) -> Option<Kind> {
    let name = name.trim().to_ascii_lowercase();
    if let Some(format) = number_format(&name, language) {
        return Some(Kind::Number(number::read(format)));
    }
    if let Some(format) = day_format(&name, language) {
        return Some(Kind::Day(day::read(format)));
    }
    match name.as_str() {
        "standard" => Some(Kind::Standard(["#,##0", "#,##0.00"].map(number::read))),
        "general number" => Some(Kind::General),
        name => words(name, language).map(Kind::Words),
    }
}

fn number_format(name: &str, language: Language) -> Option<&'static str> {
    match (name, language) {
        ("fixed", _) => Some("0.00"),
        ("percent", _) => Some("0.00%"),
        ("scientific", _) => Some("0.00E+00"),
        ("currency", Language::English) => Some("$#,##0.00;($#,##0.00)"),
        ("currency", Language::Danish) => Some("#,##0.00 \"kr.\""),
        _ => None,
    }
}

fn day_format(name: &str, language: Language) -> Option<&'static str> {
    match (name, language) {
        ("general date" | "short date", _) => Some(language.short_date()),
        ("long date", Language::English) => Some("dddd, mmmm d, yyyy"),
        ("long date", Language::Danish) => Some("d. mmmm yyyy"),
        ("medium date", Language::English) => Some("dd-mmm-yy"),
        ("medium date", Language::Danish) => Some("d. mmm yyyy"),
        ("long time", Language::English) => Some("h:nn:ss AM/PM"),
        ("medium time", Language::English) => Some("hh:nn AM/PM"),
        ("long time", Language::Danish) => Some("hh:nn:ss"),
        ("medium time", Language::Danish) | ("short time", _) => Some("hh:nn"),
        _ => None,
    }
}

fn words(name: &str, language: Language) -> Option<[&'static str; 2]> {
    match (name, language) {
        ("yes/no", Language::Danish) => Some(["Ja", "Nej"]),
        ("yes/no", Language::English) => Some(["Yes", "No"]),
        ("true/false", _) => Some(language.truths()),
        ("on/off", Language::Danish) => Some(["Til", "Fra"]),
        ("on/off", Language::English) => Some(["On", "Off"]),
        _ => None,
    }
}
