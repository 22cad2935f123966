//! The cubes: their dimensions, and each record with its keys in them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use crate::choices::DayCount;
use crate::day::{Day, Month};
use crate::dimension::{Dimension, Kind, Member};
use crate::hold::Stock;
use crate::key_figures::KeyFigures;
use crate::lists::{Kommune, Lists};
use crate::municipality::UKENDT;
use crate::open_stay::BANDS;
use crate::record::{OracleRecord, ShownDates};
use crate::reference::{Opholdssted, Reference};
use crate::sources::Sources;

pub(crate) const VH: &str = "Voksne Handicappede";
pub(crate) const BENCHMARK: &str = "Voksne Handicappede Benchmark";
pub(crate) const KEY_FIGURES: &str = "Nøgletal";

/// The greatest age that has a member of its own.
pub(crate) const GREATEST_AGE: i32 = 130;

const UKENDT_INSTITUTION: &str = "Ukendt institution";

/// The rules in their order: id, `DST Handling`, `Regel`.
const RULES: [(&str, &str, &str); 8] = [
    ("D1", "Slettes", "Ugyldig ydelseskode"),
    ("D2", "Slettes", "Ugyldig målgruppekode"),
    ("D3", "Slettes", "Ingen startdato"),
    ("D4", "Slettes", "Slutdato før startdato"),
    ("D5", "Slettes", "Under 17 år"),
    ("C1", "Ændres", "Død borger med åben ydelse"),
    ("C2", "Ændres", "Overlappende ophold"),
    ("C3", "Ændres", "Støtte i eget hjem under ophold"),
];

/// One cube.
pub(crate) struct Cube {
    pub(crate) name: String,
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) content: Content,
    /// The months of the timeline; the keys of Tid in the same order.
    pub(crate) months: Vec<Month>,
}

/// What a cube counts.
pub(crate) enum Content {
    /// M1–M8 over records.
    Records(Vec<Fact>, DayCount),
    /// The key figures.
    KeyFigures(Box<KeyFigures>),
}

/// One record in one cube.
pub(crate) struct Fact {
    /// The place of the record among those of the cube.
    pub(crate) place: usize,
    /// The citizen and the ydelseskode as given, as numbers.
    pub(crate) citizen: usize,
    pub(crate) ydelseskode: usize,
    pub(crate) birth: Option<Day>,
    pub(crate) dates: ShownDates,
    pub(crate) approved_quarters: Vec<bool>,
    /// For each dimension of kind Record the keys of the record; nothing for the others.
    pub(crate) keys: Vec<Vec<usize>>,
}

/// Which cube.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Vh,
    Benchmark,
}

/// What the cubes are made of.
pub(crate) struct Cubes<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) records: &'a [OracleRecord],
    pub(crate) stock: &'a Stock,
}

impl Cubes<'_> {
    pub(crate) fn all(&self) -> Vec<Cube> {
        vec![self.vh(), self.benchmark(), self.key_figures()]
    }

    /// `Voksne Handicappede`: all records as reported.
    pub(crate) fn vh(&self) -> Cube {
        self.cube(VH, View::Vh, &self.records.iter().collect::<Vec<_>>())
    }

    /// `Voksne Handicappede Benchmark`: without the deleted, with the changed dates.
    pub(crate) fn benchmark(&self) -> Cube {
        self.cube(BENCHMARK, View::Benchmark, &self.kept())
    }

    fn kept(&self) -> Vec<&OracleRecord> {
        self.records.iter().filter(|record| !record.is_deleted()).collect()
    }

    /// `Nøgletal`.
    fn key_figures(&self) -> Cube {
        let lists = &self.sources.lists;
        let months = self.sources.newest.timeline();
        let dimensions =
            vec![tid(&months), municipalities("Handle kommune", lists, false), ydelse(lists)];
        let figures = KeyFigures::new(self.sources, &self.kept(), self.stock);
        let content = Content::KeyFigures(Box::new(figures));
        Cube { name: KEY_FIGURES.to_owned(), dimensions, content, months }
    }

    fn cube(&self, name: &str, view: View, records: &[&OracleRecord]) -> Cube {
        let (lists, reference) = (&self.sources.lists, &self.sources.reference);
        let months = self.sources.newest.timeline();
        let mut dimensions = vec![
            tid(&months),
            municipalities("Handle kommune", lists, false),
            municipalities("Betalingskommune", lists, true),
            ydelse(lists),
            maalgruppe(lists),
            funktionsvurdering(),
            godkendt(),
            open_stay(),
            alder(),
            koen(),
        ];
        if view == View::Vh {
            dimensions.push(opholdssted(records, lists, reference));
            dimensions.push(harmonisering());
            dimensions.push(borger(records));
        }
        let keys = |record: &OracleRecord| {
            dimensions.iter().map(|dimension| keys_of(record, dimension, view)).collect()
        };
        let facts = facts(records, view, &keys);
        let content = Content::Records(facts, self.sources.choices.day_count);
        Cube { name: name.to_owned(), content, dimensions, months }
    }
}

/// The records as facts, each with its keys.
fn facts(
    records: &[&OracleRecord],
    view: View,
    keys: &dyn Fn(&OracleRecord) -> Vec<Vec<usize>>,
) -> Vec<Fact> {
    let citizens = numbered(records.iter().map(|record| record.cpr.as_str()));
    let codes = numbered(records.iter().map(|record| record.ydelseskode.as_str()));
    let fact = |(place, record): (usize, &&OracleRecord)| Fact {
        place,
        citizen: citizens[record.cpr.as_str()],
        ydelseskode: codes[record.ydelseskode.as_str()],
        birth: record.birth,
        dates: if view == View::Vh { record.vh.clone() } else { record.benchmark.clone() },
        approved_quarters: record.approved_quarters.clone(),
        keys: keys(record),
    };
    records.iter().enumerate().map(fact).collect()
}

/// The records of Benchmark as facts without dimensions.
pub(crate) fn plain_facts(records: &[&OracleRecord]) -> Vec<Fact> {
    facts(records, View::Benchmark, &|_| Vec::new())
}

impl Cube {
    /// The records; none in the cube of key figures.
    pub(crate) fn facts(&self) -> &[Fact] {
        match &self.content {
            Content::Records(facts, _) => facts,
            Content::KeyFigures(_) => &[],
        }
    }

    /// The place of a dimension by its name.
    pub(crate) fn dimension(&self, name: &str) -> Result<usize> {
        let place = self.dimensions.iter().position(|dimension| dimension.name == name);
        place.with_context(|| format!("the cube {} has no dimension {name:?}", self.name))
    }
}

/// Each distinct text with a number of its own.
fn numbered<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let distinct: BTreeSet<&str> = texts.collect();
    distinct.into_iter().enumerate().map(|(number, text)| (text, number)).collect()
}

/// The keys of a record in a dimension; none in those that the cell decides.
fn keys_of(record: &OracleRecord, dimension: &Dimension, view: View) -> Vec<usize> {
    let one = |key: &str| vec![dimension.key_or_ukendt(key)];
    let several = |keys: &[String]| match keys {
        [] => one(UKENDT),
        keys => keys.iter().map(|key| dimension.key_or_ukendt(key)).collect(),
    };
    match dimension.name.as_str() {
        "Handle kommune" => one(&record.handlekommune),
        "Betalingskommune" => one(&record.betalingskommune),
        "Ydelse VH" => one(&record.ydelseskode),
        "Målgruppe" => several(&record.maalgrupper),
        "Funktionsvurdering" => one(&record.funktionsvurdering),
        "Åben ydelse § 107" if view == View::Vh => one(&record.vh_varighed),
        "Åben ydelse § 107" => one(&record.benchmark_varighed),
        "Køn" => one(&record.koen),
        "Opholdssted" if record.opholdssted.is_empty() => one(UKENDT),
        "Opholdssted" => vec![
            dimension
                .find_key(&place_key(&record.opholdssted))
                .unwrap_or_else(|| dimension.key_or_ukendt(UKENDT_INSTITUTION)),
        ],
        "Harmonisering VH" => several(&record.local_marks),
        "Borger" => one(&record.cpr),
        _ => Vec::new(),
    }
}

fn tid(months: &[Month]) -> Dimension {
    let key = |month: &Month| {
        let texts = [month.year().to_string(), month.quarter().to_string(), month.to_string()];
        (month.to_string(), texts.iter().map(|text| Member::named(text)).collect())
    };
    let keys: Vec<_> = months.iter().map(key).collect();
    Dimension::new("Tid", Kind::Tid, &["År", "Kvartal", "Måned"], &keys)
}

fn municipalities(name: &str, lists: &Lists, can_be_unknown: bool) -> Dimension {
    let key = |kommune: &Kommune| {
        let region = Member::coded(&kommune.regionskode, &kommune.region);
        let (number, name) = (
            Member::coded(&kommune.kode, &kommune.kode),
            Member::coded(&kommune.kode, &kommune.navn),
        );
        (kommune.kode.clone(), vec![region, number, name])
    };
    let mut keys: Vec<_> = lists.kommuner.iter().map(key).collect();
    if can_be_unknown {
        keys.push(unknown(3));
    }
    Dimension::new(name, Kind::Record, &["Region", "Kommunenummer", "Kommune"], &keys)
}

fn ydelse(lists: &Lists) -> Dimension {
    let mut keys = Vec::new();
    for ydelse in &lists.ydelser {
        let members = vec![
            Member::named(&ydelse.kategori),
            Member::coded(&ydelse.kode, &ydelse.kode),
            Member::coded(&ydelse.kode, &ydelse.navn),
            Member::named(&ydelse.lovhjemmel),
            Member::coded(&ydelse.statbank_kode, &ydelse.dst_navn),
        ];
        keys.push((ydelse.kode.clone(), members));
    }
    keys.push(unknown(5));
    let fields = ["Kategori", "Ydelseskode", "Ydelsesnavn", "Lovhjemmel", "DST navn"];
    Dimension::new("Ydelse VH", Kind::Record, &fields, &keys)
}

fn maalgruppe(lists: &Lists) -> Dimension {
    let mut keys = Vec::new();
    for maalgruppe in &lists.maalgrupper {
        let members = vec![
            Member::named(&maalgruppe.hovedgruppe),
            Member::named(&maalgruppe.hovedgruppe_dst),
            Member::coded(&maalgruppe.kode, &maalgruppe.navn),
        ];
        keys.push((maalgruppe.kode.clone(), members));
    }
    keys.push(unknown(3));
    Dimension::new(
        "Målgruppe",
        Kind::Record,
        &["Hovedgruppe", "Hovedgruppe DST", "Målgruppe"],
        &keys,
    )
}

fn funktionsvurdering() -> Dimension {
    let mut keys: Vec<_> = ["A", "B", "C", "D", "E"]
        .map(|letter| (letter.to_owned(), vec![Member::named(letter)]))
        .into();
    keys.push(unknown(1));
    Dimension::new("Funktionsvurdering", Kind::Record, &["Funktionsvurdering"], &keys)
}

fn godkendt() -> Dimension {
    let keys = ["Ja", "Nej"].map(|text| (text.to_owned(), vec![Member::named(text)]));
    Dimension::new("JaNej godkendt Ydelse", Kind::Godkendt, &["Ja Nej Tekst"], &keys)
}

fn open_stay() -> Dimension {
    let band = |(place, band): (usize, &&str)| {
        ((*band).to_owned(), vec![Member::at_place(place, band, band)])
    };
    let mut keys: Vec<_> = BANDS.iter().enumerate().map(band).collect();
    keys.push(unknown(1));
    Dimension::new("Åben ydelse § 107", Kind::Record, &["Varighed"], &keys)
}

fn alder() -> Dimension {
    let key = |age: i32| {
        let text = age.to_string();
        (text.clone(), vec![Member::named(age_group(age)), Member::coded(&text, &text)])
    };
    let mut keys: Vec<_> = (0..=GREATEST_AGE).map(key).collect();
    keys.push(unknown(2));
    Dimension::new("Alder", Kind::Alder, &["Aldersgruppe", "Alder"], &keys)
}

pub(crate) fn age_group(age: i32) -> &'static str {
    match age {
        ..=17 => "0-17",
        18..=29 => "18-29",
        30..=39 => "30-39",
        40..=49 => "40-49",
        50..=64 => "50-64",
        65.. => "65+",
    }
}

fn koen() -> Dimension {
    let keys = ["Mand", "Kvinde"].map(|text| (text.to_owned(), vec![Member::named(text)]));
    Dimension::new("Køn", Kind::Record, &["Køn"], &keys)
}

fn harmonisering() -> Dimension {
    let key = |(place, (id, handling, rule)): (usize, &(&str, &str, &str))| {
        ((*id).to_owned(), vec![Member::named(handling), Member::at_place(place, id, rule)])
    };
    let mut keys: Vec<_> = RULES.iter().enumerate().map(key).collect();
    keys.push(unknown(2));
    Dimension::new("Harmonisering VH", Kind::Record, &["DST Handling", "Regel"], &keys)
}

fn borger(records: &[&OracleRecord]) -> Dimension {
    let citizens: BTreeSet<&str> = records.iter().map(|record| record.cpr.as_str()).collect();
    let keys: Vec<_> =
        citizens.into_iter().map(|cpr| (cpr.to_owned(), vec![Member::named(cpr)])).collect();
    Dimension::new("Borger", Kind::Record, &["Personnummer"], &keys)
}

/// The opholdssteder in which some record lies; one that is not in the register is `Ukendt institution`.
fn opholdssted(records: &[&OracleRecord], lists: &Lists, reference: &Reference) -> Dimension {
    let used: BTreeSet<&str> = records
        .iter()
        .map(|record| record.opholdssted.as_str())
        .filter(|id| !id.is_empty())
        .collect();
    let has_own_home = records.iter().any(|record| record.opholdssted.is_empty());
    let mut keys = if has_own_home { vec![unknown(3)] } else { Vec::new() };
    let unregistered = vec![Member::ukendt(), Member::ukendt(), Member::named(UKENDT_INSTITUTION)];
    if used.iter().any(|id| !reference.opholdssteder.contains_key(*id)) {
        keys.push((UKENDT_INSTITUTION.to_owned(), unregistered));
    }
    for id in used {
        if let Some(place) = reference.opholdssteder.get(id) {
            keys.push((place_key(id), place_members(id, place, lists)));
        }
    }
    Dimension::new(
        "Opholdssted",
        Kind::Record,
        &["Beliggenhedskommune", "Tilbudstype", "Opholdssted"],
        &keys,
    )
}

/// The ids of the register, apart from the two keys that are not in it.
fn place_key(id: &str) -> String {
    format!("id:{id}")
}

fn place_members(id: &str, place: &Opholdssted, lists: &Lists) -> Vec<Member> {
    let kommune = lists.kommuner.iter().find(|kommune| kommune.kode == place.kommunekode);
    let tilbudstype =
        lists.tilbudstyper.iter().find(|tilbudstype| tilbudstype.kode == place.tilbudstype);
    vec![
        kommune.map_or_else(Member::ukendt, |kommune| Member::coded(&kommune.kode, &kommune.navn)),
        tilbudstype.map_or_else(Member::ukendt, |tilbudstype| {
            Member::coded(&tilbudstype.kode, &tilbudstype.navn)
        }),
        Member::named_with_key(id, &place.navn),
    ]
}

/// The key `Ukendt`, with the member `Ukendt` in every field.
fn unknown(fields: usize) -> (String, Vec<Member>) {
    (UKENDT.to_owned(), vec![Member::ukendt(); fields])
}
