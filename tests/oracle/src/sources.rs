//! All that the rules look up, and the records made of it.

use std::collections::BTreeMap;

use crate::accounts::Accounts;
use crate::changes::{self, Judged};
use crate::choices::Choices;
use crate::cpr;
use crate::day::{Day, Month, Quarter};
use crate::deletions;
use crate::lists::Lists;
use crate::municipality::{Reported, UKENDT, municipalities};
use crate::open_stay::band;
use crate::record::{OracleRecord, ShownDates, vh_dates};
use crate::reference::Reference;
use crate::report::Summary;
use crate::rules::Off;
use crate::selection::Counting;
use crate::workbook::Approvals;

/// All that the rules look up.
pub(crate) struct Sources {
    pub(crate) lists: Lists,
    pub(crate) reference: Reference,
    pub(crate) approvals: Approvals,
    pub(crate) accounts: Accounts,
    /// The quarters of the timeline.
    pub(crate) quarters: Vec<Quarter>,
    /// The as-of month.
    pub(crate) newest: Month,
    pub(crate) as_of: Day,
    pub(crate) choices: Choices,
}

impl Sources {
    /// The records that count, with all that the rules say of them, but for the rules that are off.
    pub(crate) fn records(
        &self,
        counting: &[Counting],
        off: &Off,
        summary: &mut Summary,
    ) -> Vec<OracleRecord> {
        let mut records: Vec<OracleRecord> =
            counting.iter().map(|one| self.record(one, off, summary)).collect();
        self.judge_changes(&mut records, off);
        self.warn_of_ends_after_death(&records, summary);
        for record in &mut records {
            self.set_bands(record);
        }
        records
    }

    /// Whose a record is (K).
    pub(crate) fn handlekommune(&self, counting: &Counting) -> String {
        let (reporter, given) = (counting.reporter.as_str(), &counting.record);
        let betalingskommune = given.betalingskommune.as_str();
        let reported = Reported { reporter, betalingskommune, start: given.start, end: given.end };
        municipalities(&reported, &Off::new(), &self.lists, &mut Summary::default()).0
    }

    /// A record with its municipalities (K), its D marks, its dates in the VH cube and its approvals (G).
    fn record(&self, counting: &Counting, off: &Off, summary: &mut Summary) -> OracleRecord {
        let (reporter, given) = (counting.reporter.as_str(), &counting.record);
        let betalingskommune = given.betalingskommune.as_str();
        let reported = Reported { reporter, betalingskommune, start: given.start, end: given.end };
        let (handlekommune, betalingskommune) =
            municipalities(&reported, off, &self.lists, summary);
        let birth = self.reference.birth(&given.cpr);
        let (ydelseskode, maalgrupper) = (given.ydelseskode.as_str(), given.maalgrupper.as_slice());
        let judged = deletions::Judged {
            ydelseskode,
            maalgrupper,
            start: given.start,
            end: given.end,
            birth,
        };
        let marks = deletions::marks(&judged, off, &self.lists);
        self.warn_of_odd_fields(counting, birth, summary);
        let vh = vh_dates(given.start, given.end, self.as_of);
        // A record without a D mark whose dates C cannot judge (its rule is off) is shown as in the VH cube.
        let benchmark = if marks.is_empty() { vh.clone() } else { ShownDates::default() };
        OracleRecord {
            id: given.id.clone(),
            system: counting.system.clone(),
            reporter: reporter.to_owned(),
            file: counting.file.clone(),
            line: given.line,
            cpr: given.cpr.clone(),
            approved_quarters: self.approvals.of_record(
                &handlekommune,
                reporter,
                ydelseskode,
                &self.quarters,
            ),
            handlekommune,
            betalingskommune,
            ydelseskode: ydelseskode.to_owned(),
            start: given.start,
            end: given.end,
            maalgrupper: self.valid_maalgrupper(maalgrupper),
            opholdssted: given.opholdssted.clone(),
            funktionsvurdering: funktionsvurdering(&given.funktionsvurdering),
            birth,
            koen: self.reference.koen(&given.cpr).to_owned(),
            local_marks: marks.clone(),
            national_marks: marks,
            local_pieces: benchmark.pieces.clone(),
            national_pieces: benchmark.pieces.clone(),
            local_dato_uden_overlap: None,
            national_dato_uden_overlap: None,
            vh_varighed: UKENDT.to_owned(),
            benchmark_varighed: UKENDT.to_owned(),
            vh,
            local: benchmark.clone(),
            benchmark,
        }
    }

    /// Rule D2: some valid, then the invalid are dropped.
    fn valid_maalgrupper(&self, given: &[String]) -> Vec<String> {
        let mut valid: Vec<String> =
            given.iter().filter(|code| self.lists.is_maalgruppe(code)).cloned().collect();
        valid.sort();
        valid.dedup();
        valid
    }

    fn warn_of_odd_fields(&self, counting: &Counting, birth: Option<Day>, summary: &mut Summary) {
        let given = &counting.record;
        let valid = self.valid_maalgrupper(&given.maalgrupper);
        let has_invalid = given.maalgrupper.iter().any(|code| !self.lists.is_maalgruppe(code));
        let is_unlisted_place = !given.opholdssted.is_empty()
            && !self.reference.opholdssteder.contains_key(&given.opholdssted);
        let is_unknown_letter = !given.funktionsvurdering.is_empty()
            && funktionsvurdering(&given.funktionsvurdering) == UKENDT;
        let oddities = [
            ("erstatnings-CPR", cpr::is_replacement(&given.cpr)),
            ("ukendt fødselsdato", birth.is_none()),
            ("ingen målgruppe", given.maalgrupper.is_empty()),
            ("ugyldig målgruppe udeladt", has_invalid && !valid.is_empty()),
            ("ukendt opholdssted", is_unlisted_place),
            ("ukendt funktionsvurdering", is_unknown_letter),
        ];
        for (kind, _) in oddities.iter().filter(|(_, is_so)| *is_so) {
            summary.warn(kind);
        }
    }

    /// Rules C1–C3 in both judgements: for each citizen and handlekommune (local), for each citizen
    /// (national).
    fn judge_changes(&self, records: &mut [OracleRecord], off: &Off) {
        for group in groups(records, |record| (record.cpr.clone(), record.handlekommune.clone())) {
            for (place, judged) in self.judge_group(records, &group, off) {
                let record = &mut records[place];
                record.local = self.shown(&judged);
                record.local_marks = judged.marks;
                record.local_pieces = judged.pieces;
                record.local_dato_uden_overlap = judged.dato_uden_overlap;
            }
        }
        for group in groups(records, |record| record.cpr.clone()) {
            for (place, judged) in self.judge_group(records, &group, off) {
                let record = &mut records[place];
                record.benchmark = self.shown(&judged);
                record.national_marks = judged.marks;
                record.national_pieces = judged.pieces;
                record.national_dato_uden_overlap = judged.dato_uden_overlap;
            }
        }
    }

    fn shown(&self, judged: &Judged) -> ShownDates {
        let (first_day, last_day) = (judged.first_day(), judged.last_day(self.as_of));
        ShownDates { pieces: judged.pieces.clone(), first_day, last_day }
    }

    /// The judgement of some records of one citizen, each with its place among all records.
    fn judge_group(
        &self,
        records: &[OracleRecord],
        group: &[usize],
        off: &Off,
    ) -> Vec<(usize, Judged)> {
        let mut judged = Vec::new();
        for place in group {
            let record = &records[*place];
            let identity = (record.id.clone(), record.system.clone(), record.reporter.clone());
            let start = record.start.expect("only records with a start are judged");
            judged.push(Judged::new(&record.ydelseskode, identity, start, record.end));
        }
        let death = self.reference.death(&records[group[0]].cpr, self.as_of);
        changes::judge(&mut judged, death, self.as_of, off);
        group.iter().copied().zip(judged).collect()
    }

    /// Rule C1: an ended service that ends after the death is left alone.
    fn warn_of_ends_after_death(&self, records: &[OracleRecord], summary: &mut Summary) {
        for record in records.iter().filter(|record| !record.is_deleted()) {
            let death = self.reference.death(&record.cpr, self.as_of);
            if matches!((record.end, death), (Some(end), Some(death)) if end > death) {
                summary.warn("slut efter død");
            }
        }
    }

    /// Rule X1 in both cubes: VH by the dates as reported, Benchmark by the days left.
    fn set_bands(&self, record: &mut OracleRecord) {
        record.vh_varighed = varighed(record, &record.vh, self.as_of);
        record.benchmark_varighed = varighed(record, &record.benchmark, self.as_of);
    }
}

/// The band of a 1.8.2 without an end date that is still open by some dates.
pub(crate) fn varighed(record: &OracleRecord, dates: &ShownDates, as_of: Day) -> String {
    let is_open = record.ydelseskode == "1.8.2" && record.end.is_none() && dates.last_day.is_none();
    let first = dates.first_day.filter(|_| is_open);
    first.map_or(UKENDT, |first| band(first, as_of)).to_owned()
}

/// The places of the records that share a key: those without D marks that have a day.
fn groups<K: Ord>(records: &[OracleRecord], key: impl Fn(&OracleRecord) -> K) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (place, record) in records.iter().enumerate() {
        if !record.is_deleted() && has_judgeable_dates(record) {
            groups.entry(key(record)).or_default().push(place);
        }
    }
    groups.into_values().collect()
}

/// Without D3 and D4 a record has such dates.
fn has_judgeable_dates(record: &OracleRecord) -> bool {
    record.start.is_some_and(|start| record.end.is_none_or(|end| start <= end))
}

/// `A`–`E`; anything else is `Ukendt`.
fn funktionsvurdering(given: &str) -> String {
    if ["A", "B", "C", "D", "E"].contains(&given) { given.to_owned() } else { UKENDT.to_owned() }
}
