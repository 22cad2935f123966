//! The code lists: compiled in as the text of their CSV files (`;`, UTF-8, one header line), and
//! read line by line like any reference file, so that a file of the same name in
//! `reference/kodelister/` replaces its list at rebuild.

use std::collections::HashMap;
use std::fmt;

use crate::day::{Day, Interval};
use crate::domain::{Refused, Row};

use super::reference::{columns, date, required};

/// Services: code, name, category, law, StatBank code and texts, validity.
pub const YDELSER: &str = include_str!("ydelser.csv");
/// Target groups with both main groups.
pub const MAALGRUPPER: &str = include_str!("maalgrupper.csv");
/// Municipalities and regions; population figures are estimates for sizing sample data.
pub const KOMMUNER: &str = include_str!("kommuner.csv");
/// Types of offer.
pub const TILBUDSTYPER: &str = include_str!("tilbudstyper.csv");
/// The bridge from services to the chart of accounts.
pub const KONTOPLAN_BRO: &str = include_str!("kontoplan_bro.csv");

/// Until when the pairs of K1 and K2 hold (K3).
pub const SAERREGLER: &str = include_str!("saerregler.csv");

/// The number of a municipality, `153`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kommune(pub u16);

impl Kommune {
    /// Reads three digits, and nothing else. Whether such a municipality exists, the list knows.
    #[must_use]
    pub fn parse(text: &str) -> Option<Kommune> {
        let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok().map(Kommune))?
    }
}

impl fmt::Display for Kommune {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

/// A list of things with a code each; a position in it stands for the code.
#[derive(Clone, Debug)]
pub struct CodeList<T> {
    entries: Vec<(Box<str>, T)>,
    positions: HashMap<Box<str>, u32>,
}

impl<T> Default for CodeList<T> {
    fn default() -> CodeList<T> {
        CodeList { entries: Vec::new(), positions: HashMap::new() }
    }
}

impl<T> CodeList<T> {
    /// Adds an entry. One of the same code is replaced where it stands; then the answer is true.
    pub fn insert(&mut self, code: &str, entry: T) -> bool {
        if let Some(position) = self.position(code) {
            self.entries[position as usize].1 = entry;
            return true;
        }
        self.positions.insert(code.into(), self.entries.len() as u32);
        self.entries.push((code.into(), entry));
        false
    }

    /// The position of a code.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<u32> {
        self.positions.get(code).copied()
    }

    /// The entry of a code.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&T> {
        self.position(code).map(|position| self.entry(position))
    }

    /// The code at a position that this list gave.
    #[must_use]
    pub fn code(&self, position: u32) -> &str {
        &self.entries[position as usize].0
    }

    /// The entry at a position that this list gave.
    #[must_use]
    pub fn entry(&self, position: u32) -> &T {
        &self.entries[position as usize].1
    }

    /// Codes and entries, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.entries.iter().map(|(code, entry)| (&**code, entry))
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// A municipality of `kommuner.csv`.
#[derive(Clone, Debug)]
pub struct Kommunenavn {
    /// Its name.
    pub navn: Box<str>,
    /// The number of its region.
    pub regionskode: Box<str>,
    /// The name of its region.
    pub region: Box<str>,
}

/// A service of `ydelser.csv`.
#[derive(Clone, Debug)]
pub struct Ydelse {
    /// Its name.
    pub navn: Box<str>,
    /// Its category.
    pub kategori: Box<str>,
    /// The paragraph.
    pub lovhjemmel: Box<str>,
    /// Its name in HAND07.
    pub dst_navn: Box<str>,
    /// Its code in the StatBank.
    pub statbankkode: Box<str>,
    /// The days on which the code may be used.
    pub gyldig: Interval,
}

/// A target group of `maalgrupper.csv`.
#[derive(Clone, Debug)]
pub struct Maalgruppe {
    /// Its name.
    pub navn: Box<str>,
    /// The main group of FLIS.
    pub hovedgruppe: Box<str>,
    /// The main group of Statistics Denmark.
    pub hovedgruppe_dst: Box<str>,
}

/// The columns of `kommuner.csv` that are read.
pub(super) const KOMMUNE_COLUMNS: &[&str] = &["Kommunekode", "Kommune", "Regionskode", "Region"];
/// The columns of `ydelser.csv` that are read.
pub(super) const YDELSE_COLUMNS: &[&str] = &[
    "Ydelseskode",
    "Ydelsesnavn",
    "Kategori",
    "Lovhjemmel",
    "DstNavn",
    "StatbankKode",
    "GyldigFra",
    "GyldigTil",
];
/// The columns of `maalgrupper.csv` that are read.
pub(super) const MAALGRUPPE_COLUMNS: &[&str] =
    &["Maalgruppekode", "Navn", "Hovedgruppe", "HovedgruppeDST"];
/// The columns of `saerregler.csv`.
pub(super) const SAERREGLER_COLUMNS: &[&str] = &["Indberetter", "OgsaaFor", "GyldigTil"];
/// The columns of `tilbudstyper.csv` that are read. Their validity (to 2017) is not judged.
pub(super) const TILBUDSTYPE_COLUMNS: &[&str] = &["kode", "navn"];

/// Reads a line of `kommuner.csv`; true where it replaces another.
pub(super) fn read_kommune(
    list: &mut CodeList<Kommunenavn>,
    row: &Row<'_>,
) -> Result<bool, Refused> {
    let [code, navn, regionskode, region] = columns(row);
    if Kommune::parse(code).is_none() {
        let reason = "kommunekoden er ikke tre cifre".to_owned();
        return Err(Refused { field: "Kommunekode", reason });
    }
    required("Kommune", navn)?;
    let (regionskode, region) = (regionskode.into(), region.into());
    Ok(list.insert(code, Kommunenavn { navn: navn.into(), regionskode, region }))
}

/// Reads a line of `ydelser.csv`; true where it replaces another.
pub(super) fn read_ydelse(list: &mut CodeList<Ydelse>, row: &Row<'_>) -> Result<bool, Refused> {
    let [code, navn, kategori, lovhjemmel, dst_navn, statbankkode, from, to] = columns(row);
    required("Ydelseskode", code)?;
    let first = date("GyldigFra", from)?.unwrap_or(Day::MIN);
    let last = date("GyldigTil", to)?.unwrap_or(Day::MAX);
    let gyldig = Interval::new(first, last)
        .ok_or_else(|| Refused {
            field: "GyldigTil", reason: "ligger før GyldigFra".to_owned()
        })?;
    let ydelse = Ydelse {
        navn: navn.into(),
        kategori: kategori.into(),
        lovhjemmel: lovhjemmel.into(),
        dst_navn: dst_navn.into(),
        statbankkode: statbankkode.into(),
        gyldig,
    };
    Ok(list.insert(code, ydelse))
}

/// Reads a line of `maalgrupper.csv`; true where it replaces another.
pub(super) fn read_maalgruppe(
    list: &mut CodeList<Maalgruppe>,
    row: &Row<'_>,
) -> Result<bool, Refused> {
    let [code, navn, hovedgruppe, hovedgruppe_dst] = columns(row);
    required("Maalgruppekode", code)?;
    let (hovedgruppe, hovedgruppe_dst) = (hovedgruppe.into(), hovedgruppe_dst.into());
    Ok(list.insert(code, Maalgruppe { navn: navn.into(), hovedgruppe, hovedgruppe_dst }))
}

/// Reads a line of `tilbudstyper.csv`; true where it replaces another.
pub(super) fn read_tilbudstype(
    list: &mut CodeList<Box<str>>,
    row: &Row<'_>,
) -> Result<bool, Refused> {
    let [code, navn] = columns(row);
    required("kode", code)?;
    Ok(list.insert(code, navn.into()))
}
