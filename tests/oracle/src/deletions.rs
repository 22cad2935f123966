//! What Statistics Denmark deletes: rules D1–D5.

use crate::day::{Day, age_on};
use crate::lists::{Lists, Ydelse};
use crate::rules::Off;

/// What the D rules look at.
pub(crate) struct Judged<'a> {
    pub(crate) ydelseskode: &'a str,
    /// As given, invalid ones included.
    pub(crate) maalgrupper: &'a [String],
    pub(crate) start: Option<Day>,
    pub(crate) end: Option<Day>,
    pub(crate) birth: Option<Day>,
}

/// All D marks of a record, in order.
pub(crate) fn marks(record: &Judged<'_>, off: &Off, lists: &Lists) -> Vec<String> {
    let judgements = [
        ("D1", has_invalid_ydelseskode(record, lists)),
        ("D2", has_only_invalid_maalgrupper(record, lists)),
        ("D3", record.start.is_none()),
        ("D4", ends_before_start(record)),
        ("D5", is_under_17(record)),
    ];
    let is_marked = |(id, is_so): &&(&str, bool)| *is_so && !off.contains(*id);
    judgements.iter().filter(is_marked).map(|(id, _)| (*id).to_owned()).collect()
}

/// Rule D1: the code is not in the list, or the record does not touch the code's validity.
fn has_invalid_ydelseskode(record: &Judged<'_>, lists: &Lists) -> bool {
    let known = lists.ydelser.iter().filter(|ydelse| ydelse.kode == record.ydelseskode);
    !known.into_iter().any(|ydelse| touches_validity(record, ydelse))
}

/// The formula on the dates the record has; no start is since ever, no end is for ever.
fn touches_validity(record: &Judged<'_>, ydelse: &Ydelse) -> bool {
    let starts_in_time =
        record.start.is_none_or(|start| ydelse.gyldig_til.is_none_or(|last| start <= last));
    let ends_in_time =
        record.end.is_none_or(|end| ydelse.gyldig_fra.is_none_or(|first| end >= first));
    starts_in_time && ends_in_time
}

/// Rule D2: codes are given and none is valid.
fn has_only_invalid_maalgrupper(record: &Judged<'_>, lists: &Lists) -> bool {
    !record.maalgrupper.is_empty()
        && !record.maalgrupper.iter().any(|code| lists.is_maalgruppe(code))
}

/// Rule D4: the same day is fine.
fn ends_before_start(record: &Judged<'_>) -> bool {
    matches!((record.start, record.end), (Some(start), Some(end)) if end < start)
}

/// Rule D5: under 17 on 1 January of the year of the start.
fn is_under_17(record: &Judged<'_>) -> bool {
    let (Some(birth), Some(start)) = (record.birth, record.start) else {
        return false;
    };
    let new_year = Day::of(start.year(), 1, 1).expect("every year has a first day");
    age_on(birth, new_year) < 17
}
