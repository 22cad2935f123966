//! What Statistics Denmark changes: rules C1–C3, judged on one set of a citizen's records without D
//! marks. The local judgement calls this for the records of one handlekommune, the national one for
//! all of them.

use crate::day::Day;
use crate::piece::{Piece, common, count_days, take_out};
use crate::record::days_up_to;
use crate::rules::Off;

/// A record while it is judged.
pub(crate) struct Judged {
    pub(crate) ydelseskode: String,
    /// (Ydelsesid, system, reporter): the greater keeps the days where nothing else decides.
    pub(crate) identity: (String, String, String),
    pub(crate) start: Day,
    /// As reported; after C1 with the day of death.
    pub(crate) end: Option<Day>,
    pub(crate) marks: Vec<String>,
    /// The days left, up to the as-of day.
    pub(crate) pieces: Vec<Piece>,
    pub(crate) dato_uden_overlap: Option<Day>,
}

impl Judged {
    pub(crate) fn new(
        ydelseskode: &str,
        identity: (String, String, String),
        start: Day,
        end: Option<Day>,
    ) -> Judged {
        let ydelseskode = ydelseskode.to_owned();
        Judged {
            ydelseskode,
            identity,
            start,
            end,
            marks: Vec::new(),
            pieces: Vec::new(),
            dato_uden_overlap: None,
        }
    }

    fn mark(&mut self, rule: &str) {
        self.marks.push(rule.to_owned());
    }

    fn has_code(&self, codes: &[&str]) -> bool {
        codes.contains(&self.ydelseskode.as_str())
    }

    /// The first day left.
    pub(crate) fn first_day(&self) -> Option<Day> {
        self.pieces.first().map(|piece| piece.0)
    }

    /// The last day left; none where the record goes on after the as-of day, or has no day.
    pub(crate) fn last_day(&self, as_of: Day) -> Option<Day> {
        let last = self.pieces.last()?.1;
        let goes_on = last == as_of && self.end.is_none_or(|end| end > as_of);
        (!goes_on).then_some(last)
    }
}

/// C1, C2 and C3, each on the result of the one before, but for those that are off.
pub(crate) fn judge(records: &mut [Judged], death: Option<Day>, as_of: Day, off: &Off) {
    for record in records.iter_mut() {
        if !off.contains("C1") {
            end_at_death(record, death, as_of);
        }
        record.pieces = days_up_to(record.start, record.end, as_of).into_iter().collect();
    }
    if !off.contains("C2") {
        separate_stays(records, as_of);
    }
    if !off.contains("C3") {
        take_support_out_of_stays(records, as_of);
    }
}

/// Rule C1: the citizen is dead and the service has no end date: it ends on the day of death. One
/// that starts after the as-of day has no day yet to be judged on.
fn end_at_death(record: &mut Judged, death: Option<Day>, as_of: Day) {
    if record.end.is_none() && death.is_some() && record.start <= as_of {
        record.end = death;
        record.mark("C1");
    }
}

/// Rule C2: stays with a common day. Every one is marked; the days belong to the latest-starting.
fn separate_stays(records: &mut [Judged], as_of: Day) {
    let mut cuts: Vec<Vec<Piece>> = Vec::new();
    let mut overlaps: Vec<bool> = Vec::new();
    for (place, record) in records.iter().enumerate() {
        let others = records.iter().enumerate().filter(|(other, _)| *other != place);
        let shared: Vec<(usize, Piece)> = others
            .filter_map(|(at, other)| Some((at, shared_stay(record, other, as_of)?)))
            .collect();
        overlaps.push(!shared.is_empty());
        let keeps = |other: usize| (rank(&records[other]), other) > (rank(record), place);
        cuts.push(shared.iter().filter(|(other, _)| keeps(*other)).map(|one| one.1).collect());
    }
    for ((record, cuts), overlaps) in records.iter_mut().zip(cuts).zip(overlaps) {
        if overlaps {
            record.mark("C2");
        }
        for cut in cuts {
            record.pieces = take_out(&record.pieces, cut);
        }
    }
}

/// The days that two stays share, unless it is a move from one to the other. By the dates after C1.
fn shared_stay(a: &Judged, b: &Judged, as_of: Day) -> Option<Piece> {
    const STAYS: [&str; 3] = ["1.12.0.1", "1.8.1", "1.8.2"];
    if !a.has_code(&STAYS) || !b.has_code(&STAYS) {
        return None;
    }
    let days = common(days_up_to(a.start, a.end, as_of)?, days_up_to(b.start, b.end, as_of)?)?;
    let is_move = is_change_over(&[days], (a.start, a.end), (b.start, b.end));
    (!is_move).then_some(days)
}

/// The change-over day: the only common day is one's end and the other's later start.
fn is_change_over(shared: &[Piece], a: (Day, Option<Day>), b: (Day, Option<Day>)) -> bool {
    let &[(day, last)] = shared else { return false };
    let from_to = |from: (Day, Option<Day>), to: (Day, Option<Day>)| {
        from.1 == Some(day) && to.0 == day && to.0 > from.0
    };
    day == last && (from_to(a, b) || from_to(b, a))
}

/// Rule C2: the greater of two stays keeps the days they share. The later start; then 1.8.1 before
/// 1.12.0.1 before 1.8.2; then the greater identity. Without an Ydelsesid two may have the same:
/// the one delivered later.
fn rank(record: &Judged) -> (Day, Option<usize>, &(String, String, String)) {
    let strengths = ["1.8.2", "1.12.0.1", "1.8.1"];
    let strength = strengths.iter().position(|code| *code == record.ydelseskode);
    (record.start, strength, &record.identity)
}

/// Rule C3: support in the citizen's own home during a stay. The support is marked and loses the days.
fn take_support_out_of_stays(records: &mut [Judged], as_of: Day) {
    for place in 0..records.len() {
        let support = &records[place];
        let cuts: Vec<Piece> =
            records.iter().flat_map(|stay| shared_support(support, stay, as_of)).collect();
        if cuts.is_empty() {
            continue;
        }
        let support = &mut records[place];
        support.mark("C3");
        for cut in cuts {
            support.pieces = take_out(&support.pieces, cut);
        }
        support.dato_uden_overlap = dato_uden_overlap(support);
    }
}

/// The days that support and stay share, unless it is a move. The stay by its days after C2, the
/// support by its dates after C1.
fn shared_support(support: &Judged, stay: &Judged, as_of: Day) -> Vec<Piece> {
    if !support.has_code(&["1.12.0.2"]) || !stay.has_code(&["1.12.0.1", "1.8.1"]) {
        return Vec::new();
    }
    let Some(days) = days_up_to(support.start, support.end, as_of) else {
        return Vec::new();
    };
    let shared: Vec<Piece> = stay.pieces.iter().filter_map(|piece| common(*piece, days)).collect();
    let Some(stay_first) = stay.first_day() else {
        return Vec::new();
    };
    let is_one_day = count_days(&shared) == 1;
    let is_move = is_one_day
        && is_change_over(
            &shared,
            (support.start, support.end),
            (stay_first, stay.last_day(as_of)),
        );
    if is_move { Vec::new() } else { shared }
}

/// The last day of the first piece left, or, where the support began inside the stay, the first day left.
fn dato_uden_overlap(support: &Judged) -> Option<Day> {
    let (first, last) = *support.pieces.first()?;
    if first == support.start { Some(last) } else { Some(first) }
}
