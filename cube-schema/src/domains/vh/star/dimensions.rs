//! The dimension tables, and the key of each record in them.

use std::collections::{BTreeSet, HashMap};

use crate::day::{Day, Month};
use crate::domain::{DeliveryInfo, Judged};
use crate::rule::Context;
use crate::table::{DimensionTable, Lists};

use super::super::cpr::{Cpr, Koen};
use super::super::kodelister::{Kommune, Kommunenavn};
use super::super::record::{Betalingskommune, OpholdsstedRef, Record, Ydelseskode};
use super::super::reference::Reference;
use super::super::regler::kommunepar::par_for;
use super::super::regler::{self, RULES, g1_godkendelser, x1_aaben_ydelse};
use super::super::{LOKAL, NATIONAL};

/// Key and name of the institution that stands for ids which are not in the register.
const UKENDT_INSTITUTION: &str = "Ukendt institution";
/// The rows of the dimension table `godkendt`.
pub(super) const JA: u32 = 0;
/// See [`JA`].
pub(super) const NEJ: u32 = 1;
/// The letters of the functional assessment.
const VURDERINGER: [&str; 5] = ["A", "B", "C", "D", "E"];

/// The age groups with their last year.
const ALDERSGRUPPER: [(&str, u32); 6] =
    [("0-17", 17), ("18-29", 29), ("30-39", 39), ("40-49", 49), ("50-64", 64), ("65+", ELDSTE)];
/// The greatest age with a row of its own; beyond it a birth date is not believed.
const ELDSTE: u32 = 130;

/// What the keys of records are found with.
pub(super) struct Keys<'a> {
    reference: &'a Reference,
    /// By the number of a municipality its row; the row after the last where there is none.
    kommune_rows: Vec<u32>,
    /// The citizens in the order of their numbers.
    borgere: Vec<Cpr>,
    /// By position of a record the number of its citizen.
    borger_numbers: Vec<u32>,
    /// By number of a citizen the row of the sex.
    koen_rows: Vec<u32>,
    /// By number of a citizen the birth date; `Day::MIN` where it is not known.
    foedt: Vec<Day>,
    /// The institutions with facts, in the order of their rows.
    opholdssteder: Vec<OpholdsstedRef>,
    /// By position in the register the row of an institution with facts.
    opholdssted_rows: HashMap<u32, u32>,
    /// Codes that are not in the list, numbered behind it.
    ukendte_koder: HashMap<&'a str, u32>,
    /// The rules that leave a mark, in the order of their rows; the row after them is for none.
    maerker: Vec<usize>,
}

impl<'a> Keys<'a> {
    /// Numbers what the records have.
    pub fn new(records: &'a [Judged<Record>], reference: &'a Reference) -> Keys<'a> {
        let borgere = borgere(records);
        let opholdssteder = opholdssteder(records);
        Keys {
            reference,
            kommune_rows: kommune_rows(reference),
            borger_numbers: borger_numbers(records, &borgere),
            foedt: borgere.iter().map(|cpr| reference.foedt(*cpr).unwrap_or(Day::MIN)).collect(),
            koen_rows: borgere.iter().map(|cpr| koen_row(reference.koen(*cpr))).collect(),
            borgere,
            opholdssted_rows: opholdssted_rows(&opholdssteder),
            opholdssteder,
            ukendte_koder: ukendte_koder(records, reference),
            maerker: maerker(),
        }
    }

    /// The number of the citizen of the record at a position.
    pub fn borger(&self, at: usize) -> u32 {
        self.borger_numbers[at]
    }

    /// The row of the sex of the citizen of the record at a position.
    pub fn koen(&self, at: usize) -> u32 {
        self.koen_rows[self.borger(at) as usize]
    }

    /// The birth date of the citizen of the record at a position; `Day::MIN` where it is not known.
    pub fn foedt(&self, at: usize) -> Day {
        self.foedt[self.borger(at) as usize]
    }

    /// The row of the handlekommune.
    pub fn handlekommune(&self, record: &Record) -> u32 {
        self.kommune(record.handlekommune)
    }

    /// The row of a municipality as handlekommune.
    pub fn kommune(&self, kommune: Kommune) -> u32 {
        self.kommune_rows[usize::from(kommune.0)]
    }

    /// The row of the betalingskommune.
    pub fn betalingskommune(&self, record: &Record) -> u32 {
        match record.betalingskommune {
            Betalingskommune::Kendt(kommune) => self.kommune_rows[usize::from(kommune.0)],
            _ => self.reference.kommuner.len() as u32,
        }
    }

    /// The row of the service.
    pub fn ydelse(&self, record: &Record) -> u32 {
        match record.ydelse {
            Ydelseskode::Listet(position) => position,
            Ydelseskode::Ukendt(_) => self.reference.ydelser.len() as u32,
        }
    }

    /// A number for the service code as given: that of the service, or one behind them.
    pub fn ydelseskode_som_angivet(&self, record: &Record) -> u32 {
        match &record.ydelse {
            Ydelseskode::Listet(position) => *position,
            Ydelseskode::Ukendt(code) => self.ukendte_koder[&**code],
        }
    }

    /// Appends the rows of the target groups, or the one for none.
    pub fn push_maalgrupper(&self, record: &Record, lists: &mut Lists) {
        match &*record.maalgrupper {
            [] => lists.push([self.reference.maalgrupper.len() as u32]),
            positions => lists.push(positions.iter().copied()),
        }
    }

    /// The row of the institution.
    pub fn opholdssted(&self, record: &Record) -> u32 {
        match record.opholdssted {
            OpholdsstedRef::EgetHjem => 0,
            OpholdsstedRef::Ukendt => 1,
            OpholdsstedRef::Kendt(position) => self.opholdssted_rows[&position],
        }
    }

    /// The row of the functional assessment.
    pub fn funktionsvurdering(record: &Record) -> u32 {
        record.funktionsvurdering.map_or(VURDERINGER.len() as u32, u32::from)
    }

    /// The row of the length of an open temporary stay, as reported.
    pub fn aaben_ydelse(&self, judged: &Judged<Record>, as_of: Day) -> u32 {
        let context = Context { reference: self.reference, as_of };
        varighed_row(x1_aaben_ydelse::indberettet(&judged.record, &context))
    }

    /// The same after the changes.
    pub fn aaben_ydelse_aendret(&self, judged: &Judged<Record>, as_of: Day) -> u32 {
        let context = Context { reference: self.reference, as_of };
        let pieces = &judged.verdicts[NATIONAL].pieces;
        varighed_row(x1_aaben_ydelse::aendret(&judged.record, pieces, &context))
    }

    /// Appends the rows of the marks that the VH cube shows, or the one for none.
    pub fn push_regler(&self, judged: &Judged<Record>, lists: &mut Lists) {
        let marks = judged.marks.with(judged.verdicts[LOKAL].marks);
        let rows = (0..).zip(&self.maerker).filter(|(_, position)| marks.has(**position));
        let before = lists.values.len();
        lists.push(rows.map(|(row, _)| row));
        if lists.values.len() == before {
            lists.offsets.pop();
            lists.push([self.maerker.len() as u32]);
        }
    }

    /// The series of the step table of approvals.
    pub fn godkendelsesserie(&self, record: &Record) -> u32 {
        let kommune = g1_godkendelser::godkendende_kommune(record, self.reference);
        let services = self.reference.ydelser.len() as u32 + 1;
        self.kommune_rows[usize::from(kommune.0)] * services + self.ydelse(record)
    }

    /// All dimension tables.
    pub fn tables(&self, deliveries: &[DeliveryInfo]) -> Vec<DimensionTable> {
        vec![
            self.handlekommune_table(deliveries),
            self.betalingskommune_table(),
            self.ydelse_table(),
            self.maalgruppe_table(),
            self.opholdssted_table(),
            one_column("funktionsvurdering", VURDERINGER.into_iter().chain([""])),
            regel_table(),
            one_column("godkendt", ["Ja", "Nej"]),
            one_column("varighed", varigheder().chain([""])),
            alder_table(),
            one_column("koen", ["Mand", "Kvinde"]),
            self.borger_table(),
        ]
    }

    fn handlekommune_table(&self, deliveries: &[DeliveryInfo]) -> DimensionTable {
        let columns = ["kommunekode", "kommune", "regionskode", "region", "nyeste_leverance"];
        let mut table = DimensionTable::new("handlekommune", &columns);
        for (code, kommune) in self.reference.kommuner.iter() {
            let newest = newest_delivery(code, deliveries);
            let newest = newest.map_or(String::new(), |month| month.to_string());
            table.push(&[code, &kommune.navn, &kommune.regionskode, &kommune.region, &newest]);
        }
        table
    }

    fn betalingskommune_table(&self) -> DimensionTable {
        let columns = ["kommunekode", "kommune", "regionskode", "region"];
        let mut table = DimensionTable::new("betalingskommune", &columns);
        for (code, kommune) in self.reference.kommuner.iter() {
            table.push(&[code, &kommune.navn, &kommune.regionskode, &kommune.region]);
        }
        table.push(&[""; 4]);
        table
    }

    fn ydelse_table(&self) -> DimensionTable {
        let columns =
            ["ydelseskode", "ydelsesnavn", "kategori", "lovhjemmel", "statbankkode", "dstnavn"];
        let mut table = DimensionTable::new("ydelse", &columns);
        for (code, ydelse) in self.reference.ydelser.iter() {
            let (name, category) = (&ydelse.navn, &ydelse.kategori);
            let (law, dst) = (&ydelse.lovhjemmel, &ydelse.dst_navn);
            table.push(&[code, name, category, law, &ydelse.statbankkode, dst]);
        }
        table.push(&[""; 6]);
        table
    }

    fn maalgruppe_table(&self) -> DimensionTable {
        let columns = ["maalgruppekode", "navn", "hovedgruppe", "hovedgruppe_dst"];
        let mut table = DimensionTable::new("maalgruppe", &columns);
        for (code, group) in self.reference.maalgrupper.iter() {
            table.push(&[code, &group.navn, &group.hovedgruppe, &group.hovedgruppe_dst]);
        }
        table.push(&[""; 4]);
        table
    }

    fn opholdssted_table(&self) -> DimensionTable {
        let columns =
            ["opholdsstedid", "navn", "kommunekode", "kommune", "tilbudstypekode", "tilbudstype"];
        let mut table = DimensionTable::new("opholdssted", &columns);
        for sted in &self.opholdssteder {
            match sted {
                OpholdsstedRef::EgetHjem => table.push(&[""; 6]),
                OpholdsstedRef::Ukendt => {
                    table.push(&[UKENDT_INSTITUTION, UKENDT_INSTITUTION, "", "", "", ""])
                }
                OpholdsstedRef::Kendt(position) => self.push_opholdssted(&mut table, *position),
            };
        }
        table
    }

    fn push_opholdssted(&self, table: &mut DimensionTable, position: u32) -> u32 {
        let (kommuner, typer) = (&self.reference.kommuner, &self.reference.tilbudstyper);
        let sted = self.reference.opholdssteder.entry(position);
        let id = self.reference.opholdssteder.code(position);
        let kommune = kommuner.find(&sted.kommunekode).map_or("", |kommune| &kommune.navn);
        let tilbud = typer.find(&sted.tilbudstype).map_or("", |navn| navn);
        table.push(&[id, &sted.navn, &sted.kommunekode, kommune, &sted.tilbudstype, tilbud])
    }

    fn borger_table(&self) -> DimensionTable {
        let numbers = self.borgere.iter().map(|cpr| cpr.to_string().into()).collect();
        let columns = vec![("personnummer".to_owned(), numbers)];
        DimensionTable { name: "borger".to_owned(), columns }
    }
}

/// The municipalities of the list, in the order of their rows.
pub(super) fn kommuner(reference: &Reference) -> impl Iterator<Item = (Kommune, &Kommunenavn)> {
    let parsed = |(code, entry)| Some((Kommune::parse(code)?, entry));
    reference.kommuner.iter().filter_map(parsed)
}

/// The newest month of a municipality's counting deliveries; of one without any its pair's, which
/// may report for it (K1, K2).
pub(super) fn newest_delivery(code: &str, deliveries: &[DeliveryInfo]) -> Option<Month> {
    let newest = |reporter: &str| {
        let own = deliveries.iter().filter(|delivery| delivery.reporter == reporter);
        own.map(|delivery| delivery.month).max()
    };
    newest(code).or_else(|| {
        let pair = par_for(Kommune::parse(code)?)?;
        newest(&pair.indberetter.to_string())
    })
}

fn kommune_rows(reference: &Reference) -> Vec<u32> {
    let mut rows = vec![reference.kommuner.len() as u32; 1000];
    for (row, (kommune, _)) in kommuner(reference).enumerate() {
        rows[usize::from(kommune.0)] = row as u32;
    }
    rows
}

/// The citizens by their most frequent handlekommune and then by CPR number, so that the facts of
/// a municipality, which are ordered by citizen, are nearly one range.
fn borgere(records: &[Judged<Record>]) -> Vec<Cpr> {
    let pair = |judged: &Judged<Record>| (judged.record.cpr, judged.record.handlekommune);
    let mut pairs: Vec<(Cpr, Kommune)> = records.iter().map(pair).collect();
    pairs.sort_unstable();
    let of_one = pairs.chunk_by(|one, next| one.0 == next.0);
    let mut homes: Vec<(Kommune, Cpr)> =
        of_one.map(|pairs| (most_frequent(pairs), pairs[0].0)).collect();
    homes.sort_unstable();
    homes.into_iter().map(|(_, cpr)| cpr).collect()
}

/// The most frequent municipality of sorted pairs; of equally frequent ones the first.
fn most_frequent(pairs: &[(Cpr, Kommune)]) -> Kommune {
    let stretches = pairs.chunk_by(|one, next| one.1 == next.1);
    let longest = stretches.rev().max_by_key(|stretch| stretch.len());
    longest.map_or(pairs[0].1, |stretch| stretch[0].1)
}

/// Own home, then what has facts: the unknown institution, and institutions as the register has
/// them.
fn opholdssteder(records: &[Judged<Record>]) -> Vec<OpholdsstedRef> {
    let used: BTreeSet<u32> = records
        .iter()
        .filter_map(|judged| match judged.record.opholdssted {
            OpholdsstedRef::Kendt(position) => Some(position),
            _ => None,
        })
        .collect();
    let known = used.into_iter().map(OpholdsstedRef::Kendt);
    let is_unknown = |judged: &Judged<Record>| judged.record.opholdssted == OpholdsstedRef::Ukendt;
    let unknown = records.iter().any(is_unknown).then_some(OpholdsstedRef::Ukendt);
    [OpholdsstedRef::EgetHjem].into_iter().chain(unknown).chain(known).collect()
}

fn opholdssted_rows(steder: &[OpholdsstedRef]) -> HashMap<u32, u32> {
    let numbered = steder.iter().enumerate();
    let known = numbered.filter_map(|(row, sted)| match sted {
        OpholdsstedRef::Kendt(position) => Some((*position, row as u32)),
        _ => None,
    });
    known.collect()
}

fn ukendte_koder<'a>(
    records: &'a [Judged<Record>],
    reference: &Reference,
) -> HashMap<&'a str, u32> {
    let mut codes = HashMap::new();
    for judged in records {
        if let Ydelseskode::Ukendt(code) = &judged.record.ydelse {
            let next = (reference.ydelser.len() + codes.len()) as u32;
            codes.entry(&**code).or_insert(next);
        }
    }
    codes
}

fn borger_numbers(records: &[Judged<Record>], borgere: &[Cpr]) -> Vec<u32> {
    let numbers: HashMap<Cpr, u32> = borgere.iter().copied().zip(0..).collect();
    records.iter().map(|judged| numbers[&judged.record.cpr]).collect()
}

/// The bands of X1, in their order.
fn varigheder() -> impl Iterator<Item = &'static str> {
    x1_aaben_ydelse::VARIGHEDER.into_iter().map(|(caption, _)| caption)
}

/// The row of a band; the row after the last where there is none.
fn varighed_row(band: Option<usize>) -> u32 {
    band.unwrap_or(x1_aaben_ydelse::VARIGHEDER.len()) as u32
}

fn koen_row(koen: Koen) -> u32 {
    match koen {
        Koen::Mand => 0,
        Koen::Kvinde => 1,
    }
}

/// The positions of the rules that leave a mark.
fn maerker() -> Vec<usize> {
    (0..RULES.len()).filter(|position| regler::handling(RULES[*position].id).is_some()).collect()
}

fn regel_table() -> DimensionTable {
    let mut table = DimensionTable::new("regel", &["handling", "regel", "navn"]);
    for rule in maerker().into_iter().map(|position| &RULES[position]) {
        table.push(&[regler::handling(rule.id).unwrap_or(""), rule.id, rule.caption]);
    }
    table.push(&[""; 3]);
    table
}

/// Row `k` is `k` years, and the last row the age that is not known.
fn alder_table() -> DimensionTable {
    let mut table = DimensionTable::new("alder", &["aldersgruppe", "alder"]);
    for alder in 0..=ELDSTE {
        let group = ALDERSGRUPPER.iter().find(|(_, last)| alder <= *last);
        table.push(&[group.map_or("", |(name, _)| name), &alder.to_string()]);
    }
    table.push(&[""; 2]);
    table
}

fn one_column<'t>(name: &str, values: impl IntoIterator<Item = &'t str>) -> DimensionTable {
    let mut table = DimensionTable::new(name, &[name]);
    for value in values {
        table.push(&[value]);
    }
    table
}
