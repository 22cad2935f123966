//! HAND07, the table that Statistics Denmark publishes, against the figures of Benchmark.
//!
//! [`udtraek`] reads an export of StatBank, [`sammenlign`] puts it beside our figures, and
//! [`forklar`] finds the rules that explain the differences. Nothing here asks a cube: whoever does
//! hands the figures over as [`Tal`].

pub mod forklar;
pub mod sammenlign;
pub mod udtraek;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::day::Quarter;

use super::kodelister::{Kommune, YDELSER};

/// A cell of HAND07.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Celle {
    /// The municipality.
    pub kommune: Kommune,
    /// The service, by its StatBank code; a country's cells share a handful of them.
    pub ydelse: Arc<str>,
    /// The quarter.
    pub kvartal: Quarter,
}

/// Different citizens by cell; a cell that is not there is empty.
pub type Tal = BTreeMap<Celle, i64>;

/// Two municipalities that are published as one.
#[derive(Clone, Copy, Debug)]
pub struct Par {
    /// The one under whose name they stand.
    pub under: Kommune,
    /// The one inside it.
    pub med: Kommune,
    /// The last quarter of it; none: still.
    pub til: Option<Quarter>,
}

/// Tårnby is published with Dragør, Ishøj with Vallensbæk to the end of 2021.
pub const PAR: [Par; 2] = [
    Par { under: Kommune(185), med: Kommune(155), til: None },
    Par { under: Kommune(183), med: Kommune(187), til: Some(Quarter(2021 * 4 + 3)) },
];

impl Par {
    /// The pair under whose first municipality a cell is published.
    #[must_use]
    pub fn under(kommune: Kommune, kvartal: Quarter) -> Option<&'static Par> {
        PAR.iter().find(|pair| pair.under == kommune && pair.holds(kvartal))
    }

    /// The pair inside whose figures a cell is published.
    #[must_use]
    pub fn inside(kommune: Kommune, kvartal: Quarter) -> Option<&'static Par> {
        PAR.iter().find(|pair| pair.med == kommune && pair.holds(kvartal))
    }

    fn holds(&self, kvartal: Quarter) -> bool {
        self.til.is_none_or(|last| kvartal <= last)
    }
}

/// What municipalities and services are called, so that an export can be read.
#[derive(Clone, Debug, Default)]
pub struct Navne {
    /// Number and name of every municipality.
    pub kommuner: Vec<(Kommune, Box<str>)>,
    /// Of every service the StatBank code, and all that it may be called, the first being shown.
    pub ydelser: Vec<(Box<str>, Vec<Box<str>>)>,
}

impl Navne {
    /// The name of a municipality.
    #[must_use]
    pub fn kommune(&self, kommune: Kommune) -> &str {
        let found = self.kommuner.iter().find(|(known, _)| *known == kommune);
        found.map_or("", |(_, name)| name)
    }

    /// The name of a service.
    #[must_use]
    pub fn ydelse(&self, code: &str) -> &str {
        let found = self.ydelser.iter().find(|(known, _)| **known == *code);
        found.and_then(|(_, names)| names.first()).map_or("", |name| name)
    }

    /// The municipality that a text means: `153`, `Brøndby`, `Brøndby Kommune`, `153 Brøndby`.
    #[must_use]
    pub fn find_kommune(&self, text: &str) -> Option<Kommune> {
        let wanted = plain(text);
        let wanted = wanted.strip_suffix(" kommune").unwrap_or(&wanted);
        let (first, rest) = wanted.split_once(' ').unwrap_or((wanted, ""));
        let called = |name: &str| plain(name) == wanted;
        let numbered = |kommune: Kommune, name: &str| {
            kommune.to_string() == first && (rest.is_empty() || plain(name) == rest)
        };
        let found =
            self.kommuner.iter().find(|(kommune, name)| called(name) || numbered(*kommune, name));
        found.map(|(kommune, _)| *kommune)
    }

    /// The StatBank code of the service that a text means: `30181`, any known name, or a code with
    /// whatever name behind it (`30181 Længerevarende ophold`, `1.8.1 Længerevarende botilbud`). A
    /// category alone is no service, for it may have several.
    #[must_use]
    pub fn find_ydelse(&self, text: &str) -> Option<&str> {
        let wanted = plain(text);
        let (first, _) = wanted.split_once(' ').unwrap_or((&wanted, ""));
        let is_code = first.starts_with(|letter: char| letter.is_ascii_digit());
        let called = |names: &[Box<str>], text: &str| names.iter().any(|name| plain(name) == text);
        let coded =
            |code: &str, names: &[Box<str>]| is_code && (code == first || called(names, first));
        let found = |is: &dyn Fn(&str, &[Box<str>]) -> bool| {
            self.ydelser.iter().find(|(code, names)| is(code, names)).map(|(code, _)| &**code)
        };
        found(&coded).or_else(|| found(&|_, names| called(names, &wanted)))
    }
}

/// What services are called, by StatBank code.
pub type Tekster = Vec<(Box<str>, Vec<Box<str>>)>;

/// The columns of a list of services that say what a service is called; the last, a name of other
/// years, need not be there.
const NAVNE: [&str; 4] = ["DstNavn", "Ydelsesnavn", "Ydelseskode", "StatbankTekst2024"];

/// What the services of a list (`kodelister/ydelser.csv`) are called, by StatBank code: the name of
/// Statistics Denmark, our own, our code and the name of other years.
#[must_use]
pub fn tekster(liste: &[u8]) -> Tekster {
    let liste = liste.strip_prefix("\u{feff}".as_bytes()).unwrap_or(liste);
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(liste);
    let header = reader.headers().cloned().unwrap_or_default();
    let place = |name: &str| {
        header.iter().position(|column| column.trim().to_lowercase() == name.to_lowercase())
    };
    let (code, names) = (place("StatbankKode"), NAVNE.map(place));
    let lines = reader.records().filter_map(Result::ok);
    let named = lines.filter_map(|line| {
        let text = |column: usize| line.get(column).map(str::trim).filter(|text| !text.is_empty());
        let names = names.iter().flatten().filter_map(|&column| text(column)).map(Box::from);
        Some((text(code?)?.into(), names.collect()))
    });
    named.collect()
}

/// The same of the compiled list.
#[must_use]
pub fn kendte_tekster() -> Tekster {
    tekster(YDELSER.as_bytes())
}

/// A name without what differs from export to export: case, repeated blanks, and `(2020K3-)`.
fn plain(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| !is_validity(word));
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

fn is_validity(word: &str) -> bool {
    let inner = word.strip_prefix('(').and_then(|word| word.strip_suffix(')'));
    inner.is_some_and(|inner| inner.split('-').any(|end| Quarter::parse(end).is_some()))
}
