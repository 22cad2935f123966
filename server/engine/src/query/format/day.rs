//! Formats of days and of times of day.

use std::fmt::Write;

use cube_schema::day::Day;

use super::{Language, Sign, Signs};

/// Seconds of a day.
const DAY_SECONDS: u32 = 24 * 60 * 60;
/// The day that Visual Basic counts from: 1899-12-30.
const SERIAL_START: i32 = -25_569;
/// Days that its calendar has on either side: the years 100 to 9999.
const SERIALS: std::ops::RangeInclusive<f64> = -657_434.0..=2_958_465.0;

/// A day, and how much of it has passed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    day: Day,
    seconds: u32,
}

impl From<Day> for Moment {
    fn from(day: Day) -> Moment {
        Moment { day, seconds: 0 }
    }
}

impl Moment {
    /// The moment that a number of days means to Visual Basic.
    pub fn of_serial(serial: f64) -> Option<Moment> {
        if !SERIALS.contains(&serial) {
            return None;
        }
        let seconds = (serial.fract().abs() * f64::from(DAY_SECONDS)).round() as u32;
        let day = Day(serial.trunc() as i32 + SERIAL_START);
        Some(Moment { day, seconds: seconds.min(DAY_SECONDS - 1) })
    }
}

/// A part of a day's text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Literal(String),
    /// The day of the month, in at least so many digits.
    Day(usize),
    /// The name of the day of the week, short or long.
    WeekdayName(bool),
    /// The number of the day of the week.
    Weekday,
    Week,
    Month(usize),
    /// The name of the month, short or long.
    MonthName(bool),
    Quarter,
    /// The day of the year.
    YearDay,
    /// The year, in two digits or four.
    Year(bool),
    Hour(usize),
    Minute(usize),
    Second(usize),
    /// The words for before and after noon; hours are then those of half a day.
    Half([&'static str; 2]),
}

/// The words for the halves of a day, the longer ones first.
const HALVES: [(&str, [&str; 2]); 5] = [
    ("AM/PM", ["AM", "PM"]),
    ("am/pm", ["am", "pm"]),
    ("AMPM", ["AM", "PM"]),
    ("A/P", ["A", "P"]),
    ("a/p", ["a", "p"]),
];

/// Reads a format.
pub(super) fn read(format: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut signs = Signs(format);
    loop {
        if let Some((words, halves)) = HALVES.iter().find(|(words, _)| signs.0.starts_with(words)) {
            signs.0 = &signs.0[words.len()..];
            pieces.push(Piece::Half(*halves));
            continue;
        }
        match signs.next() {
            None => return pieces,
            Some(Sign::Literal(text)) => pieces.push(Piece::Literal(text.to_owned())),
            Some(Sign::Plain(letter)) => {
                let same = |c: &char| c.eq_ignore_ascii_case(&letter);
                let more = signs.0.chars().take_while(same).count();
                let length = more + 1;
                let after_hour = matches!(last_part(&pieces), Some(Piece::Hour(_)));
                match piece(letter.to_ascii_lowercase(), length, after_hour) {
                    Some(piece) => {
                        // A letter is one byte, in either case.
                        signs.0 = &signs.0[more..];
                        pieces.push(piece);
                    }
                    None => pieces.push(Piece::Literal(letter.to_string())),
                }
            }
        }
    }
}

/// The last piece that is no literal.
fn last_part(pieces: &[Piece]) -> Option<&Piece> {
    pieces.iter().rfind(|piece| !matches!(piece, Piece::Literal(_)))
}

/// What a letter means that is repeated so often; `m` behind hours means minutes.
fn piece(letter: char, length: usize, after_hour: bool) -> Option<Piece> {
    let digits = length.min(2);
    match (letter, length) {
        ('d', 1 | 2) => Some(Piece::Day(digits)),
        ('d', _) => Some(Piece::WeekdayName(length > 3)),
        ('m', 1 | 2) if after_hour => Some(Piece::Minute(digits)),
        ('m', 1 | 2) => Some(Piece::Month(digits)),
        ('m', _) => Some(Piece::MonthName(length > 3)),
        ('y', 1) => Some(Piece::YearDay),
        ('y', _) => Some(Piece::Year(length > 2)),
        ('w', 1) => Some(Piece::Weekday),
        ('w', _) => Some(Piece::Week),
        ('q', _) => Some(Piece::Quarter),
        ('h', _) => Some(Piece::Hour(digits)),
        ('n', _) => Some(Piece::Minute(digits)),
        ('s', _) => Some(Piece::Second(digits)),
        _ => None,
    }
}

/// Writes a moment.
pub(super) fn write(pieces: &[Piece], moment: Moment, language: Language, out: &mut String) {
    let halved = pieces.iter().any(|piece| matches!(piece, Piece::Half(_)));
    for piece in pieces {
        write_piece(piece, moment, language, halved, out);
    }
}

fn write_piece(piece: &Piece, moment: Moment, language: Language, halved: bool, out: &mut String) {
    let date = moment.day.date();
    let weekday = date.weekday().to_monday_zero_offset();
    let hour = moment.seconds / 3600;
    let (number, digits) = match piece {
        Piece::Literal(text) => return out.push_str(text),
        Piece::WeekdayName(long) => return push_name(language.weekday(weekday), *long, out),
        Piece::MonthName(long) => return push_name(language.month(date.month()), *long, out),
        Piece::Half(words) => return out.push_str(words[usize::from(hour >= 12)]),
        Piece::Day(digits) => (i32::from(date.day()), *digits),
        Piece::Weekday => (i32::from(first_weekday(weekday, language)), 1),
        Piece::Week => (week(moment.day, language), 1),
        Piece::Month(digits) => (i32::from(date.month()), *digits),
        Piece::Quarter => ((i32::from(date.month()) + 2) / 3, 1),
        Piece::YearDay => (i32::from(date.day_of_year()), 1),
        Piece::Year(true) => (i32::from(date.year()), 4),
        Piece::Year(false) => (i32::from(date.year().rem_euclid(100)), 2),
        Piece::Hour(digits) if halved => ((hour as i32 + 11) % 12 + 1, *digits),
        Piece::Hour(digits) => (hour as i32, *digits),
        Piece::Minute(digits) => ((moment.seconds / 60 % 60) as i32, *digits),
        Piece::Second(digits) => ((moment.seconds % 60) as i32, *digits),
    };
    // Writing to a text cannot fail.
    let _ = write!(out, "{number:0digits$}");
}

/// A name, or its first three letters.
fn push_name(name: &str, long: bool, out: &mut String) {
    out.extend(name.chars().take(if long { usize::MAX } else { 3 }));
}

/// The number of a day of the week from 1: Danish weeks begin on Monday, English ones on Sunday.
fn first_weekday(monday_zero: i8, language: Language) -> i8 {
    match language {
        Language::Danish => monday_zero + 1,
        Language::English => (monday_zero + 1) % 7 + 1,
    }
}

/// The number of the week: in Danish that of ISO 8601, in English the first begins with the year.
fn week(day: Day, language: Language) -> i32 {
    let date = day.date();
    match language {
        Language::Danish => i32::from(date.iso_week_date().week()),
        Language::English => {
            let new_year = date.first_of_year().weekday().to_sunday_zero_offset();
            (i32::from(date.day_of_year()) - 1 + i32::from(new_year)) / 7 + 1
        }
    }
}
