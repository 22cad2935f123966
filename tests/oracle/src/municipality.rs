//! Handlekommune and betalingskommune: rules K1–K4.

use crate::day::Day;
use crate::lists::Lists;
use crate::report::Summary;
use crate::rules::Off;

/// The pairs: the rule, who reports, and for whom.
pub(crate) const PAIRS: [(&str, &str, &str); 2] = [("K1", "183", "187"), ("K2", "185", "155")];

pub(crate) const UKENDT: &str = "Ukendt";

/// What a record says of its municipalities.
pub(crate) struct Reported<'a> {
    pub(crate) reporter: &'a str,
    pub(crate) betalingskommune: &'a str,
    pub(crate) start: Option<Day>,
    pub(crate) end: Option<Day>,
}

/// Handlekommune and betalingskommune of a record.
pub(crate) fn municipalities(
    record: &Reported<'_>,
    off: &Off,
    lists: &Lists,
    summary: &mut Summary,
) -> (String, String) {
    let Reported { reporter, betalingskommune, .. } = *record;
    let is_mapped = PAIRS.iter().any(|(rule, from, to)| {
        !off.contains(*rule)
            && (*from, *to) == (reporter, betalingskommune)
            && is_in_time(record, lists.pairs_end.get(reporter).copied())
    });
    if is_mapped {
        return (betalingskommune.to_owned(), betalingskommune.to_owned());
    }
    (reporter.to_owned(), payer(reporter, betalingskommune, lists, summary))
}

/// Rule K3: the record starts, without a start ends, on or before the pair's last day. One with
/// neither is not too new.
fn is_in_time(record: &Reported<'_>, last_day: Option<Day>) -> bool {
    let Some(last_day) = last_day else { return true };
    record.start.or(record.end).is_none_or(|day| day <= last_day)
}

/// Who reports for a municipality, itself apart.
pub(crate) fn reporter_of_pair(kommune: &str) -> Option<&'static str> {
    PAIRS.iter().find(|(_, _, to)| *to == kommune).map(|(_, from, _)| *from)
}

/// Rule K4: not given equals the handlekommune; one that is no municipality is `Ukendt`.
fn payer(
    handlekommune: &str,
    betalingskommune: &str,
    lists: &Lists,
    summary: &mut Summary,
) -> String {
    if betalingskommune.is_empty() {
        return handlekommune.to_owned();
    }
    if lists.is_kommune(betalingskommune) {
        return betalingskommune.to_owned();
    }
    summary.warn("ukendt betalingskommune");
    UKENDT.to_owned()
}
