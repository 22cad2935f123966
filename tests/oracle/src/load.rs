//! From a folder of deliveries to records with marks and dates, and to the two cubes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context, Result};

use crate::changes::{self, Judged};
use crate::cpr;
use crate::cube::Cube;
use crate::day::{Day, Month, Quarter};
use crate::deletions;
use crate::intake::read_deliveries;
use crate::lists::Lists;
use crate::municipality::{UKENDT, municipalities};
use crate::open_stay::band;
use crate::pivot::{CellSet, answer};
use crate::question::Pivot;
use crate::record::{OracleRecord, ShownDates, vh_dates};
use crate::reference::Reference;
use crate::report::{RuleCount, Summary};
use crate::selection::{Counting, counting_records};
use crate::workbook::Approvals;

/// What a deliveries folder says, by the rules.
pub struct Oracle {
    as_of: Day,
    summary: Summary,
    records: Vec<OracleRecord>,
    cubes: Vec<Cube>,
}

impl Oracle {
    /// The as-of day, `2026-10-31`.
    pub fn as_of(&self) -> String {
        self.as_of.to_string()
    }

    /// What the load report must say.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// All records that count.
    pub fn records(&self) -> &[OracleRecord] {
        &self.records
    }

    /// Answers a pivot.
    ///
    /// # Errors
    /// A cube, field, value or measure that does not exist.
    pub fn pivot(&self, question: &Pivot) -> Result<CellSet> {
        let cube = self.cubes.iter().find(|cube| cube.name == question.cube);
        answer(cube.with_context(|| format!("there is no cube {:?}", question.cube))?, question)
    }
}

/// Reads a deliveries folder; `month` is the optional `rebuild --month` limit (`2026-10`).
///
/// # Errors
/// No delivery is accepted, or a file of the folder cannot be read at all.
pub fn load(deliveries: &Path, month: Option<&str>) -> Result<Oracle> {
    let limit = match month {
        None => None,
        Some(text) => Some(Month::parse(text).with_context(|| format!("{text:?} is no month"))?),
    };
    let mut summary = Summary::default();
    let folder = deliveries.join("reference");
    let lists = Lists::read(&folder.join("kodelister"), &mut summary)?;
    let reference = Reference::read(&folder, &mut summary)?;
    let approvals = Approvals::read(&folder, &lists, &mut summary)?;

    let accepted = read_deliveries(deliveries, limit, &lists, &mut summary)?;
    let newest =
        accepted.iter().map(|delivery| delivery.month).max().context("no delivery is accepted")?;
    let mut quarters: Vec<Quarter> =
        newest.timeline().iter().map(|month| month.quarter()).collect();
    quarters.dedup();
    let sources = Sources { lists, reference, approvals, quarters, as_of: newest.last_day() };

    let counting = counting_records(&accepted, &sources.reference, &mut summary);
    let mut records: Vec<OracleRecord> =
        counting.iter().map(|one| sources.record(one, &mut summary)).collect();
    sources.judge_changes(&mut records);
    sources.warn_of_ends_after_death(&records, &mut summary);
    for record in &mut records {
        sources.set_bands(record);
    }
    summary.as_of = sources.as_of.to_string();
    summary.rules = count_rules(&records);
    let cubes = Cube::both(&records, &sources.lists, &sources.reference, newest);
    Ok(Oracle { as_of: sources.as_of, summary, records, cubes })
}

/// All that the rules look up.
struct Sources {
    lists: Lists,
    reference: Reference,
    approvals: Approvals,
    /// The quarters of the timeline.
    quarters: Vec<Quarter>,
    as_of: Day,
}

impl Sources {
    /// A record with its municipalities (K), its D marks, its dates in the VH cube and its approvals (G).
    fn record(&self, counting: &Counting<'_>, summary: &mut Summary) -> OracleRecord {
        let (delivery, given) = (counting.delivery, &counting.record);
        let reporter = delivery.kommune.as_str();
        let (handlekommune, betalingskommune) =
            municipalities(reporter, &given.betalingskommune, &self.lists, summary);
        let birth = self.reference.birth(&given.cpr);
        let (ydelseskode, maalgrupper) = (given.ydelseskode.as_str(), given.maalgrupper.as_slice());
        let judged = deletions::Judged {
            ydelseskode,
            maalgrupper,
            start: given.start,
            end: given.end,
            birth,
        };
        let marks = deletions::marks(&judged, &self.lists);
        self.warn_of_odd_fields(counting, birth, summary);
        OracleRecord {
            id: given.id.clone(),
            system: delivery.system.clone(),
            reporter: reporter.to_owned(),
            file: delivery.file.clone(),
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
            local_pieces: Vec::new(),
            national_pieces: Vec::new(),
            local_dato_uden_overlap: None,
            national_dato_uden_overlap: None,
            vh_varighed: UKENDT.to_owned(),
            benchmark_varighed: UKENDT.to_owned(),
            vh: vh_dates(given.start, given.end, self.as_of),
            benchmark: ShownDates::default(),
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

    fn warn_of_odd_fields(
        &self,
        counting: &Counting<'_>,
        birth: Option<Day>,
        summary: &mut Summary,
    ) {
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

    /// Rules C1–C3 in both judgements: for each citizen and handlekommune (local), for each citizen (national).
    fn judge_changes(&self, records: &mut [OracleRecord]) {
        for group in groups(records, |record| (record.cpr.clone(), record.handlekommune.clone())) {
            for (place, judged) in self.judge_group(records, &group) {
                let record = &mut records[place];
                record.local_marks = judged.marks;
                record.local_pieces = judged.pieces;
                record.local_dato_uden_overlap = judged.dato_uden_overlap;
            }
        }
        for group in groups(records, |record| record.cpr.clone()) {
            for (place, judged) in self.judge_group(records, &group) {
                let record = &mut records[place];
                let (first_day, last_day) = (judged.first_day(), judged.last_day(self.as_of));
                record.benchmark =
                    ShownDates { pieces: judged.pieces.clone(), first_day, last_day };
                record.national_marks = judged.marks;
                record.national_pieces = judged.pieces;
                record.national_dato_uden_overlap = judged.dato_uden_overlap;
            }
        }
    }

    /// The judgement of some records of one citizen, each with its place among all records.
    fn judge_group(&self, records: &[OracleRecord], group: &[usize]) -> Vec<(usize, Judged)> {
        let mut judged = Vec::new();
        for place in group {
            let record = &records[*place];
            let identity = (record.id.clone(), record.system.clone(), record.reporter.clone());
            let start = record.start.expect("a record without start has a D mark");
            judged.push(Judged::new(&record.ydelseskode, identity, start, record.end));
        }
        let death = self.reference.death(&records[group[0]].cpr, self.as_of);
        changes::judge(&mut judged, death, self.as_of);
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
        if record.ydelseskode != "1.8.2" || record.end.is_some() {
            return;
        }
        if let Some(start) = record.start {
            record.vh_varighed = band(start, self.as_of).to_owned();
        }
        if let (Some(first), None) = (record.benchmark.first_day, record.benchmark.last_day) {
            record.benchmark_varighed = band(first, self.as_of).to_owned();
        }
    }
}

/// The places of the records without D marks that share a key.
fn groups<K: Ord>(records: &[OracleRecord], key: impl Fn(&OracleRecord) -> K) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (place, record) in records.iter().enumerate() {
        if !record.is_deleted() {
            groups.entry(key(record)).or_default().push(place);
        }
    }
    groups.into_values().collect()
}

/// `A`–`E`; anything else is `Ukendt`.
fn funktionsvurdering(given: &str) -> String {
    if ["A", "B", "C", "D", "E"].contains(&given) { given.to_owned() } else { UKENDT.to_owned() }
}

/// Records and citizens with each mark of the VH cube.
fn count_rules(records: &[OracleRecord]) -> BTreeMap<String, RuleCount> {
    let mut citizens: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    let mut counts: BTreeMap<String, RuleCount> = BTreeMap::new();
    for rule in ["D1", "D2", "D3", "D4", "D5", "C1", "C2", "C3"] {
        let marked =
            records.iter().filter(|record| record.local_marks.iter().any(|mark| mark == rule));
        for record in marked {
            counts.entry(rule.to_owned()).or_default().records += 1;
            citizens.entry(rule).or_default().insert(&record.cpr);
        }
        let count = counts.entry(rule.to_owned()).or_default();
        count.citizens = citizens.get(rule).map_or(0, BTreeSet::len);
    }
    counts
}
