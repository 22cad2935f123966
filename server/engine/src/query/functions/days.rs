//! Days: their parts, the days between them and beside them. A day has no time of day; the engine has
//! no clock, and *now* is the last day that the cube tells of.

use cube_schema::day::{Day, Month};

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::evaluate::value::{SERIAL_OF_1970, Value};

/// The years of the calendar, as in Visual Basic.
const YEARS: std::ops::RangeInclusive<i32> = 100..=9999;
/// Steps of the largest sum of days, months or years: more lead out of the calendar.
const STEPS: i64 = 4_000_000;
const MONTHS_OF_QUARTER: i32 = 3;
const DAYS_OF_WEEK: i32 = 7;

const VALUE: Takes = Takes::Need(Kind::Value);
const MAYBE: Takes = Takes::May(Kind::Value);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[VALUE],
        meaning: "Datoens år.",
        example: "Year(CDate('2024-02-29'))",
        ..Function::call("Year", Kind::Value, Rule::Plain(|call| part_of(call, 0, year)))
    },
    Function {
        takes: &[VALUE],
        meaning: "Datoens måned, 1–12.",
        example: "Month(CDate('2024-02-29'))",
        ..Function::call("Month", Kind::Value, Rule::Plain(|call| part_of(call, 0, month)))
    },
    Function {
        takes: &[VALUE],
        meaning: "Dagens nummer i måneden.",
        example: "Day(CDate('2024-02-29'))",
        ..Function::call("Day", Kind::Value, Rule::Plain(|call| part_of(call, 0, day_of_month)))
    },
    Function {
        takes: &[VALUE, MAYBE],
        meaning: "Ugedagens nummer fra søndag, som er 1; med 2 som andet argument fra mandag.",
        example: "Weekday(CDate('2024-02-29'), 2)",
        ..Function::call("Weekday", Kind::Value, Rule::Plain(weekday))
    },
    Function {
        takes: &[VALUE],
        meaning: "Timen i et tidspunkt skrevet som tal; 0 for en dato.",
        example: "Hour(0.75)",
        ..Function::call("Hour", Kind::Value, Rule::Plain(|call| of_clock(call, 3600, 24)))
    },
    Function {
        takes: &[VALUE],
        meaning: "Minuttet i et tidspunkt skrevet som tal; 0 for en dato.",
        example: "Minute(0.51)",
        ..Function::call("Minute", Kind::Value, Rule::Plain(|call| of_clock(call, 60, 60)))
    },
    Function {
        takes: &[VALUE],
        meaning: "Sekundet i et tidspunkt skrevet som tal; 0 for en dato.",
        example: "Second(0.5)",
        ..Function::call("Second", Kind::Value, Rule::Plain(|call| of_clock(call, 1, 60)))
    },
    Function {
        takes: &[VALUE, VALUE, MAYBE],
        meaning: "En del af datoen: 'yyyy' år, 'q' kvartal, 'm' måned, 'y' dag i året, 'd' dag i måneden, 'w' ugedag, \
                  'ww' uge (ISO).",
        example: "DatePart('q', CDate('2024-02-29'))",
        ..Function::call("DatePart", Kind::Value, Rule::Plain(date_part))
    },
    Function {
        takes: &[VALUE, VALUE, VALUE],
        meaning: "Datoen så mange perioder efter: 'yyyy' år, 'q' kvartaler, 'm' måneder, 'ww' uger, 'd' dage. Findes \
                  dagen ikke i måneden, tages månedens sidste.",
        example: "DateAdd('m', 1, CDate('2024-01-31'))",
        ..Function::call("DateAdd", Kind::Value, Rule::Plain(date_add))
    },
    Function {
        takes: &[VALUE, VALUE, VALUE],
        meaning: "Hvor mange gange en ny periode begynder efter den første dato til og med den anden: 'yyyy' år, 'q' \
                  kvartaler, 'm' måneder, 'ww' uger fra mandag, 'd' dage; 'w' er hele uger.",
        example: "DateDiff('m', CDate('2023-12-31'), CDate('2024-02-01'))",
        ..Function::call("DateDiff", Kind::Value, Rule::Plain(date_diff))
    },
    Function {
        takes: &[VALUE, VALUE, VALUE],
        meaning: "Datoen af år, måned og dag; måned 13 er januar året efter, dag 0 er sidste dag i måneden før.",
        example: "DateSerial(2024, 2, 29)",
        ..Function::call("DateSerial", Kind::Value, Rule::Plain(date_serial))
    },
    Function {
        takes: &[VALUE],
        meaning: "Datoen i en tekst som '2024-02-29' eller '29-02-2024', eller af et tal: dage siden 30. december 1899.",
        example: "CDate('2024-02-29')",
        ..Function::call("CDate", Kind::Value, Rule::Plain(date))
    },
    Function {
        takes: &[VALUE],
        meaning: "Datoen i en tekst; som CDate.",
        example: "DateValue('29-02-2024')",
        ..Function::call("DateValue", Kind::Value, Rule::Plain(date))
    },
    Function {
        takes: &[VALUE],
        meaning: "Om værdien kan læses som en dato.",
        example: "IsDate('2024-02-30')",
        ..Function::call("IsDate", Kind::Value, Rule::Plain(is_date))
    },
    Function {
        meaning: "Den sidste dag, kuben fortæller om. Der er intet ur: det samme spørgsmål har altid det samme svar.",
        example: "Now()",
        ..Function::call("Now", Kind::Value, Rule::Plain(now))
    },
    Function {
        meaning: "Den sidste dag, kuben fortæller om; som Now.",
        example: "Date()",
        ..Function::call("Date", Kind::Value, Rule::Plain(now))
    },
];

// From values to days.

/// The day that a value is; none where it is empty or no day can be read.
pub(super) fn read(value: &Value) -> Option<Day> {
    match value {
        Value::Day(day) => Some(*day),
        Value::Number(serial) => {
            let days = serial.floor() - SERIAL_OF_1970;
            (days.abs() < f64::from(i32::MAX)).then_some(Day(days as i32)).filter(in_calendar)
        }
        Value::Text(text) => written(text.trim()),
        _ => None,
    }
}

fn in_calendar(day: &Day) -> bool {
    let (first, last) = (*YEARS.start() as i16, *YEARS.end() as i16);
    Day::from_ymd(first, 1, 1).is_some_and(|first| first <= *day)
        && Day::from_ymd(last, 12, 31).is_some_and(|last| *day <= last)
}

/// A day as people write it: the year first, or last; a time of day behind it is left out.
fn written(text: &str) -> Option<Day> {
    let date = text.split([' ', 'T']).next()?;
    let parts: Vec<&str> = date.split(['-', '.', '/']).collect();
    let [first, second, third] = parts[..] else { return None };
    let (year, day) = if first.len() == 4 { (first, third) } else { (third, first) };
    let is_number = |part: &str| (1..=2).contains(&part.len());
    if year.len() != 4 || !is_number(second) || !is_number(day) {
        return None;
    }
    Day::from_ymd(year.parse().ok()?, second.parse().ok()?, day.parse().ok()?).filter(in_calendar)
}

/// The day of an argument; none where it is empty.
fn day(call: &Call<'_>, at: usize) -> Result<Option<Day>, QueryError> {
    let value = call.value(at);
    if value.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        let shown = value.letters().unwrap_or_default();
        let message = format!("'{shown}' er ikke en dato");
        QueryError::new(ErrorKind::Invalid, message)
            .hint("skriv datoen som '2024-12-31', eller brug et medlems MEMBER_VALUE")
    };
    read(value).map(Some).ok_or_else(wrong)
}

fn outside() -> QueryError {
    QueryError::new(ErrorKind::Invalid, "datoen ligger uden for kalenderen")
        .hint("kalenderen går fra år 100 til 9999")
}

fn of_day(day: Day) -> Outcome {
    if in_calendar(&day) { Ok(Value::Day(day)) } else { Err(outside()) }
}

// Parts of days.

fn part_of(call: &Call<'_>, at: usize, part: impl Fn(Day) -> i32) -> Outcome {
    Ok(day(call, at)?.map_or(Value::Empty, |day| Value::Number(f64::from(part(day)))))
}

fn year(day: Day) -> i32 {
    i32::from(day.year())
}

fn month(day: Day) -> i32 {
    day.month().number()
}

fn quarter(day: Day) -> i32 {
    (month(day) - 1) / MONTHS_OF_QUARTER + 1
}

fn day_of_month(day: Day) -> i32 {
    i32::from(day.date().day())
}

/// The number of the day of the week, Monday being 0.
fn from_monday(day: Day) -> i32 {
    i32::from(day.date().weekday().to_monday_zero_offset())
}

/// The number of the day of the week from a first one: 1 is Sunday, 2 Monday, …
fn weekday_from(day: Day, first: i32) -> i32 {
    (from_monday(day) + 2 - first).rem_euclid(DAYS_OF_WEEK) + 1
}

fn weekday(call: &Call<'_>) -> Outcome {
    let first = call.whole(1, 1)?;
    if !(1..=7).contains(&first) {
        return Err(call
            .invalid("ugens første dag skal være 1–7")
            .hint("1 er søndag, 2 er mandag, … 7 er lørdag"));
    }
    part_of(call, 0, |day| weekday_from(day, first as i32))
}

fn of_clock(call: &Call<'_>, seconds: i64, of: i64) -> Outcome {
    let serial = match call.value(0) {
        Value::Number(number) => *number,
        _ => return part_of(call, 0, |_| 0),
    };
    let passed = ((serial - serial.floor()) * 86_400.0).round() as i64 % 86_400;
    Ok(Value::Number((passed / seconds % of) as f64))
}

/// Lengths of time.
#[derive(Clone, Copy)]
enum Unit {
    Year,
    Quarter,
    Month,
    Week,
    WholeWeek,
    Day,
    YearDay,
}

fn unit(call: &Call<'_>) -> Result<Unit, QueryError> {
    let text = call.text(0)?;
    match &*text.trim().to_lowercase() {
        "yyyy" => Ok(Unit::Year),
        "q" => Ok(Unit::Quarter),
        "m" => Ok(Unit::Month),
        "ww" => Ok(Unit::Week),
        "w" => Ok(Unit::WholeWeek),
        "d" => Ok(Unit::Day),
        "y" => Ok(Unit::YearDay),
        "h" | "n" | "s" => Err(call
            .invalid("datoer har ingen klokkeslæt her")
            .hint("brug 'd' for dage, 'ww' for uger, 'm' for måneder, 'q' for kvartaler eller 'yyyy' for år")),
        _ => Err(call
            .invalid(format!("'{text}' er ikke en periode"))
            .hint("skriv 'yyyy', 'q', 'm', 'ww', 'w', 'd' eller 'y'")),
    }
}

fn date_part(call: &Call<'_>) -> Outcome {
    let unit = unit(call)?;
    part_of(call, 1, |day| match unit {
        Unit::Year => year(day),
        Unit::Quarter => quarter(day),
        Unit::Month => month(day),
        Unit::Week => i32::from(day.date().iso_week_date().week()),
        Unit::WholeWeek => weekday_from(day, 1),
        Unit::Day => day_of_month(day),
        Unit::YearDay => i32::from(day.date().day_of_year()),
    })
}

// Days beside days.

/// The day so many months after, or the last of its month.
fn months_after(day: Day, months: i64) -> Outcome {
    let wanted = i64::from(day.month().0) + months;
    let month = Month(i32::try_from(wanted).map_err(|_| outside())?);
    if !YEARS.contains(&month.year()) {
        return Err(outside());
    }
    let same = Day(month.first_day().0 + day_of_month(day) - 1);
    of_day(same.min(month.last_day()))
}

fn date_add(call: &Call<'_>) -> Outcome {
    let (unit, by) = (unit(call)?, call.whole(1, 0)?);
    let Some(day) = day(call, 2)? else { return Ok(Value::Empty) };
    if by.abs() > STEPS {
        return Err(outside());
    }
    match unit {
        Unit::Year => months_after(day, by * 12),
        Unit::Quarter => months_after(day, by * i64::from(MONTHS_OF_QUARTER)),
        Unit::Month => months_after(day, by),
        Unit::Week => days_after(day, by * i64::from(DAYS_OF_WEEK)),
        Unit::WholeWeek | Unit::Day | Unit::YearDay => days_after(day, by),
    }
}

fn days_after(day: Day, days: i64) -> Outcome {
    let wanted = i64::from(day.0) + days;
    of_day(Day(i32::try_from(wanted).map_err(|_| outside())?))
}

fn date_diff(call: &Call<'_>) -> Outcome {
    let unit = unit(call)?;
    let Some((from, to)) = day(call, 1)?.zip(day(call, 2)?) else { return Ok(Value::Empty) };
    let number = |of: fn(Day) -> i32| of(to) - of(from);
    let found = match unit {
        Unit::Year => number(year),
        Unit::Quarter => number(|day| day.month().0.div_euclid(MONTHS_OF_QUARTER)),
        Unit::Month => number(|day| day.month().0),
        Unit::Week => number(|day| (day.0 - from_monday(day)).div_euclid(DAYS_OF_WEEK)),
        Unit::WholeWeek => (to.0 - from.0) / DAYS_OF_WEEK,
        Unit::Day | Unit::YearDay => to.0 - from.0,
    };
    Ok(Value::Number(f64::from(found)))
}

fn date_serial(call: &Call<'_>) -> Outcome {
    if (0..3).any(|at| call.value(at).is_empty()) {
        return Ok(Value::Empty);
    }
    let (year, month, day) = (call.whole(0, 0)?, call.whole(1, 0)?, call.whole(2, 0)?);
    let first = i16::try_from(year).ok().and_then(|year| Day::from_ymd(year, 1, 1));
    let Some(first) = first.filter(in_calendar) else { return Err(outside()) };
    if month.abs() > STEPS || day.abs() > STEPS {
        return Err(outside());
    }
    match months_after(first, month - 1)? {
        Value::Day(first) => days_after(first, day - 1),
        other => Ok(other),
    }
}

fn date(call: &Call<'_>) -> Outcome {
    Ok(day(call, 0)?.map_or(Value::Empty, Value::Day))
}

fn is_date(call: &Call<'_>) -> Outcome {
    let is_day =
        matches!(call.value(0), Value::Day(_) | Value::Text(_)) && read(call.value(0)).is_some();
    Ok(Value::Truth(is_day))
}

fn now(call: &Call<'_>) -> Outcome {
    Ok(Value::Day(call.scope.cube.timeline.last.last_day()))
}
