//! A table as Statistics Denmark publishes it (HAND07), made from the benchmark data – with rules
//! switched off and records left out, so that it is known what a comparison must find.

use std::collections::{BTreeMap, BTreeSet};

use crate::choices::DayCount;
use crate::cube::{Fact, plain_facts};
use crate::day::{Month, Quarter};
use crate::lists::Lists;
use crate::load::Oracle;
use crate::municipality::reporter_of_pair;
use crate::period::{Approval, Period, activity};
use crate::record::OracleRecord;
use crate::rules::Off;

/// How areas and services are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Written {
    /// `Brøndby`.
    #[default]
    Text,
    /// `153`.
    Code,
    /// `153 Brøndby`.
    Both,
}

/// What Statistics Denmark did.
#[derive(Clone, Debug, Default)]
pub struct Publication {
    /// How areas and services are written.
    pub written: Written,
    /// Rules that it did not apply.
    pub off: Off,
    /// Records that it does not have, by reporter, system and Ydelsesid.
    pub without: BTreeSet<(String, String, String)>,
    /// The municipalities published; all where there is none.
    pub kommuner: BTreeSet<String>,
    /// The first and the last quarter (`2020K1`); all from 2013K4 where there is none.
    pub quarters: Option<(String, String)>,
}

/// One published cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedCell {
    /// The municipality's number.
    pub kommune: String,
    /// The ydelseskode.
    pub ydelseskode: String,
    /// `2020K1`.
    pub kvartal: String,
    /// Distinct citizens by all rules and all records; none where not approved, or published
    /// elsewhere (a pair).
    pub flis: Option<usize>,
    /// What stands in the file; none is `..`.
    pub published: Option<usize>,
    /// How many of them the records that were left out took away. The rest of `flis` − `published`
    /// is the rules'.
    pub taken: usize,
}

/// The file, and what it holds.
#[derive(Clone, Debug)]
pub struct Hand07 {
    /// The file.
    pub csv: Vec<u8>,
    /// Its cells in order.
    pub cells: Vec<PublishedCell>,
}

/// The last quarter in which Ishøj is published with Vallensbæk inside.
const LAST_OF_ISHOEJ: &str = "2021K4";
const FIRST_QUARTER: &str = "2013K4";

/// Records by municipality and service.
type ByPlace<'a> = BTreeMap<(&'a str, &'a str), Vec<(&'a OracleRecord, Fact)>>;

impl Oracle {
    /// The table as published.
    pub fn hand07(&self, publication: &Publication) -> Hand07 {
        let rules_off = self.records_without(&publication.off);
        let (ours, theirs) = (by_place(self.records()), by_place(&rules_off));
        let mut cells = Vec::new();
        let asked = &publication.kommuner;
        let is_asked = |kode: &String| asked.is_empty() || asked.contains(kode);
        for kommune in self.sources.lists.kommuner.iter().filter(|one| is_asked(&one.kode)) {
            for ydelse in &self.sources.lists.ydelser {
                for quarter in self.quarters(publication) {
                    let area = Area::of(&kommune.kode, quarter);
                    let place = (area, ydelse.kode.as_str(), quarter);
                    cells.push(self.cell(&place, &ours, &theirs, publication));
                }
            }
        }
        Hand07 { csv: written(&cells, publication.written, &self.sources.lists), cells }
    }

    fn quarters(&self, publication: &Publication) -> Vec<Quarter> {
        let parse = |text: &str| Quarter::parse(text).expect("a quarter is asked for");
        let (first, last) = match &publication.quarters {
            Some((first, last)) => (parse(first), parse(last)),
            None => (parse(FIRST_QUARTER), self.sources.newest.quarter()),
        };
        let all = self.sources.quarters.iter().copied();
        all.filter(|quarter| (first..=last).contains(quarter)).collect()
    }

    fn cell(
        &self,
        (area, code, quarter): &(Area<'_>, &str, Quarter),
        ours: &ByPlace<'_>,
        theirs: &ByPlace<'_>,
        publication: &Publication,
    ) -> PublishedCell {
        let months: Vec<Month> =
            quarter.months().into_iter().filter(|month| *month <= self.sources.newest).collect();
        let period = Period::of(months).expect("a quarter of the timeline has a month");
        let is_published = area.is_published && self.is_approved(area.kommune, code, *quarter);
        let everything = BTreeSet::new();
        let count = |records: &ByPlace<'_>, without: &BTreeSet<(String, String, String)>| {
            is_published.then(|| area.citizens(records, code, &period, without))
        };
        let flis = count(ours, &everything);
        let by_rules = count(theirs, &everything);
        let published = count(theirs, &publication.without);
        PublishedCell {
            kommune: area.kommune.to_owned(),
            ydelseskode: (*code).to_owned(),
            kvartal: quarter.to_string(),
            flis,
            published,
            taken: by_rules.unwrap_or(0) - published.unwrap_or(0),
        }
    }

    /// Whether a municipality's cell is approved; that of one for which another reports, by the
    /// reporter's where it has no line and the quarter begins while it does.
    fn is_approved(&self, kommune: &str, code: &str, quarter: Quarter) -> bool {
        let ended = |reporter: &&str| {
            let last_day = self.sources.lists.pairs_end.get(*reporter);
            last_day.is_some_and(|last_day| quarter.months()[0].first_day() > *last_day)
        };
        let reporter = reporter_of_pair(kommune).filter(|one| !ended(one)).unwrap_or(kommune);
        self.sources.approvals.of_record(kommune, reporter, code, &[quarter])[0]
    }
}

/// What is published under a municipality's name in a quarter.
struct Area<'a> {
    kommune: &'a str,
    /// The municipality inside it, which then is not published itself.
    with: Option<&'static str>,
    is_published: bool,
}

impl Area<'_> {
    fn of(kommune: &str, quarter: Quarter) -> Area<'_> {
        let last = Quarter::parse(LAST_OF_ISHOEJ).expect("it is a quarter");
        let is_ishoej_alone = quarter > last;
        let with = match kommune {
            "185" => Some("155"),
            "183" if !is_ishoej_alone => Some("187"),
            _ => None,
        };
        let is_published = match kommune {
            "155" => false,
            "187" => is_ishoej_alone,
            _ => true,
        };
        Area { kommune, with, is_published }
    }

    /// Distinct citizens; of a pair all of both, of others those whose record is approved.
    fn citizens(
        &self,
        records: &ByPlace<'_>,
        code: &str,
        period: &Period,
        without: &BTreeSet<(String, String, String)>,
    ) -> usize {
        let allowed = match self.with {
            Some(_) => Approval::EITHER,
            None => Approval { approved: true, not_approved: false },
        };
        let kommuner = std::iter::once(self.kommune).chain(self.with);
        let of_area =
            kommuner.flat_map(|kommune| records.get(&(kommune, code)).into_iter().flatten());
        let kept = of_area.filter(|(record, _)| !without.contains(&identity(record)));
        let active =
            kept.filter(|(_, fact)| activity(fact, period, allowed, DayCount::Inclusive).is_some());
        active.map(|(record, _)| record.cpr.as_str()).collect::<BTreeSet<_>>().len()
    }
}

fn identity(record: &OracleRecord) -> (String, String, String) {
    (record.reporter.clone(), record.system.clone(), record.id.clone())
}

fn by_place(records: &[OracleRecord]) -> ByPlace<'_> {
    let kept: Vec<&OracleRecord> = records.iter().filter(|record| !record.is_deleted()).collect();
    let mut places = ByPlace::new();
    for (record, fact) in kept.iter().zip(plain_facts(&kept)) {
        let place = (record.handlekommune.as_str(), record.ydelseskode.as_str());
        places.entry(place).or_default().push((record, fact));
    }
    places
}

/// The file: `;`, UTF-8 with BOM, `..` for what is not available.
fn written(cells: &[PublishedCell], how: Written, lists: &Lists) -> Vec<u8> {
    let write = |code: &str, text: &str| match how {
        Written::Text => text.to_owned(),
        Written::Code => code.to_owned(),
        Written::Both => format!("{code} {text}"),
    };
    let mut csv = "\u{feff}OMRÅDE;YDELSESTYPE;TID;INDHOLD\r\n".to_owned();
    for cell in cells {
        let kommune = lists.kommuner.iter().find(|kommune| kommune.kode == cell.kommune);
        let ydelse = lists.ydelser.iter().find(|ydelse| ydelse.kode == cell.ydelseskode);
        let (kommune, ydelse) = (kommune.expect("of the list"), ydelse.expect("of the list"));
        let fields = [
            write(&kommune.kode, &kommune.navn),
            write(&ydelse.statbank_kode, &ydelse.statbank_tekst),
            cell.kvartal.clone(),
            cell.published.map_or("..".to_owned(), |count| count.to_string()),
        ];
        csv += &(fields.map(quoted).join(";") + "\r\n");
    }
    csv.into_bytes()
}

fn quoted(field: String) -> String {
    if field.contains([';', '"']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}
