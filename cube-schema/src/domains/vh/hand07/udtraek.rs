//! An export of HAND07 from StatBank → the published figures.
//!
//! Two layouts: a line per cell under `OMRÅDE;YDELSESTYPE;TID;INDHOLD`, and the table as it is
//! shown, with the quarters across. There a name stands once above the lines that it holds for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::day::Quarter;

use super::super::kodelister::Kommune;
use super::{Celle, Navne};

/// How StatBank writes a figure that is not available, which is not 0.
const MANGLER: &str = "..";
/// Lines before the quarters of a table that is shown: titles and blank lines.
const LONGEST_HEAD: usize = 20;

/// What an export says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Udtraek {
    /// The published cells; `None` is not available.
    pub celler: BTreeMap<Celle, Option<i64>>,
    /// Areas that are no municipality of the list (regions, the whole country), and how many cells
    /// each has.
    pub andre_omraader: BTreeMap<String, usize>,
    /// Services that are not in the list, and how many cells each has.
    pub andre_ydelser: BTreeMap<String, usize>,
}

/// Why an export cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UdtraekFejl {
    /// The bytes are no text.
    #[error(
        "udtrækket er hverken UTF-8 eller Windows-1252; gem det igen som CSV fra Statistikbanken"
    )]
    Tegnsaet,
    /// Neither layout.
    #[error(
        "udtrækket har hverken overskriften OMRÅDE;YDELSESTYPE;TID;INDHOLD eller kvartaler hen ad \
         (2020K1;2020K2 …); hent HAND07 som semikolonsepareret CSV"
    )]
    Overskrift,
    /// A line cannot be read.
    #[error("udtrækket, linje {linje}: {hvad}")]
    Linje {
        /// The line, counted from 1.
        linje: u64,
        /// What is wrong with it.
        hvad: String,
    },
    /// No line is about a municipality and a service of the lists.
    #[error(
        "udtrækket har ingen celler for en kendt kommune og en kendt ydelse{ukendt}; er det \
         tabellen HAND07?"
    )]
    Tomt {
        /// What is not known, for example; empty where there is no line at all.
        ukendt: String,
    },
}

/// Reads an export.
///
/// # Errors
/// It is in neither layout, a line cannot be read, or nothing in it is known.
pub fn laes(bytes: &[u8], navne: &Navne) -> Result<Udtraek, UdtraekFejl> {
    let text = std::str::from_utf8(bytes).map_err(|_| UdtraekFejl::Tegnsaet)?;
    let lines = lines(text.trim_start_matches('\u{feff}'))?;
    let mut reader = Reader {
        navne,
        omraader: BTreeMap::new(),
        ydelser: BTreeMap::new(),
        found: Udtraek::default(),
    };
    match lines.iter().take(LONGEST_HEAD).find_map(layout) {
        Some(Layout::Lines(columns)) => reader.lines(&lines, columns)?,
        Some(Layout::Across) => reader.across(&lines)?,
        None => return Err(UdtraekFejl::Overskrift),
    }
    let found = reader.found;
    match found.celler.is_empty() {
        true => Err(UdtraekFejl::Tomt { ukendt: unknown(&found) }),
        false => Ok(found),
    }
}

/// An example of what is not on the lists.
fn unknown(found: &Udtraek) -> String {
    match (found.andre_omraader.keys().next(), found.andre_ydelser.keys().next()) {
        (Some(area), _) => format!(" ('{area}' er ikke på kommunelisten)"),
        (None, Some(service)) => format!(" ('{service}' er ikke på ydelseslisten)"),
        (None, None) => String::new(),
    }
}

/// A line and its number.
struct Line {
    number: u64,
    values: Vec<String>,
}

fn lines(text: &str) -> Result<Vec<Line>, UdtraekFejl> {
    let mut builder = csv::ReaderBuilder::new();
    let mut reader =
        builder.delimiter(b';').has_headers(false).flexible(true).from_reader(text.as_bytes());
    let lines = reader.records().map(|record| {
        let record = record.map_err(|error| UdtraekFejl::Linje {
            linje: error.position().map_or(0, csv::Position::line),
            hvad: "kan ikke læses som semikolonsepareret tekst".to_owned(),
        })?;
        let number = record.position().map_or(0, csv::Position::line);
        Ok(Line { number, values: record.iter().map(|value| value.trim().to_owned()).collect() })
    });
    lines.collect()
}

enum Layout {
    /// A line per cell: where area, service, quarter and figure stand.
    Lines([usize; 4]),
    /// Quarters across.
    Across,
}

fn layout(line: &Line) -> Option<Layout> {
    let at = |name: &str| line.values.iter().position(|value| value.eq_ignore_ascii_case(name));
    let area = line.values.iter().position(|value| value.to_lowercase() == "område");
    if let (Some(area), Some(service), Some(time), Some(value)) =
        (area, at("YDELSESTYPE"), at("TID"), at("INDHOLD"))
    {
        return Some(Layout::Lines([area, service, time, value]));
    }
    line.values.iter().any(|value| Quarter::parse(value).is_some()).then_some(Layout::Across)
}

struct Reader<'a> {
    navne: &'a Navne,
    /// What each text met so far means: an export has few of them on many lines.
    omraader: BTreeMap<String, Option<Kommune>>,
    ydelser: BTreeMap<String, Option<&'a str>>,
    found: Udtraek,
}

impl<'a> Reader<'a> {
    fn lines(&mut self, lines: &[Line], columns: [usize; 4]) -> Result<(), UdtraekFejl> {
        let begin = lines.iter().position(|line| layout(line).is_some()).unwrap_or(0) + 1;
        for line in &lines[begin..] {
            let [area, service, time, value] =
                columns.map(|column| line.values.get(column).map_or("", String::as_str));
            if [area, service, time, value].iter().all(|text| text.is_empty()) {
                continue;
            }
            let quarter = Quarter::parse(time).ok_or_else(|| {
                line.fault(format!("'{time}' er ikke et kvartal, for eksempel 2020K1"))
            })?;
            self.cell(line, [area, service], quarter, value)?;
        }
        Ok(())
    }

    fn across(&mut self, lines: &[Line]) -> Result<(), UdtraekFejl> {
        let is_head = |line: &&Line| matches!(layout(line), Some(Layout::Across));
        let Some(head) = lines.iter().find(is_head) else { return Ok(()) };
        let quarters: Vec<(usize, Quarter)> = head
            .values
            .iter()
            .enumerate()
            .filter_map(|(at, value)| Some((at, Quarter::parse(value)?)))
            .collect();
        let first = quarters.first().map_or(0, |(at, _)| *at);
        let mut names = vec![String::new(); first];
        for line in lines.iter().filter(|line| line.number > head.number) {
            let figure = |at: usize| line.values.get(at).map_or("", String::as_str);
            for (name, value) in names.iter_mut().zip(&line.values) {
                if !value.is_empty() {
                    name.clone_from(value);
                }
            }
            // A heading of several lines, or a note below the table.
            if quarters.iter().all(|(at, _)| figure(*at).is_empty()) {
                continue;
            }
            let [area, service] = self.area_and_service(line, &names)?;
            for (at, quarter) in &quarters {
                if !figure(*at).is_empty() {
                    self.cell(line, [&area, &service], *quarter, figure(*at))?;
                }
            }
        }
        Ok(())
    }

    /// Which of the names before the figures is the area, and which the service.
    fn area_and_service(
        &mut self,
        line: &Line,
        names: &[String],
    ) -> Result<[String; 2], UdtraekFejl> {
        let service = names.iter().position(|name| self.ydelse(name).is_some());
        let area = names.iter().position(|name| self.kommune(name).is_some());
        let other = |known: usize| {
            let others =
                names.iter().enumerate().filter(|(at, name)| *at != known && !name.is_empty());
            others.map(|(at, _)| at).next_back()
        };
        let (area, service) = match (area, service) {
            (Some(area), Some(service)) => (area, service),
            (Some(area), None) => (area, other(area).unwrap_or(area)),
            (None, Some(service)) => (other(service).unwrap_or(service), service),
            (None, None) => match names {
                [area, service, ..] if !area.is_empty() && !service.is_empty() => (0, 1),
                _ => return Err(line.fault("linjen har ikke både område og ydelse".to_owned())),
            },
        };
        Ok([names[area].clone(), names[service].clone()])
    }

    fn kommune(&mut self, text: &str) -> Option<Kommune> {
        match self.omraader.get(text) {
            Some(known) => *known,
            None => *self.omraader.entry(text.into()).or_insert(self.navne.find_kommune(text)),
        }
    }

    fn ydelse(&mut self, text: &str) -> Option<&'a str> {
        match self.ydelser.get(text) {
            Some(known) => *known,
            None => *self.ydelser.entry(text.into()).or_insert(self.navne.find_ydelse(text)),
        }
    }

    /// Takes a figure, where it is about a municipality and a service of the lists.
    fn cell(
        &mut self,
        line: &Line,
        [area, service]: [&str; 2],
        kvartal: Quarter,
        value: &str,
    ) -> Result<(), UdtraekFejl> {
        let figure = match value {
            MANGLER => None,
            _ => Some(number(value).ok_or_else(|| {
                line.fault(format!("'{value}' er hverken et helt tal eller {MANGLER}"))
            })?),
        };
        let (kommune, ydelse) = (self.kommune(area), self.ydelse(service).map(Arc::from));
        if kommune.is_none() {
            *self.found.andre_omraader.entry(area.to_owned()).or_default() += 1;
        }
        if ydelse.is_none() {
            *self.found.andre_ydelser.entry(service.to_owned()).or_default() += 1;
        }
        let (Some(kommune), Some(ydelse)) = (kommune, ydelse) else { return Ok(()) };
        let celle = Celle { kommune, ydelse, kvartal };
        match self.found.celler.insert(celle, figure) {
            Some(before) if before != figure => {
                Err(line
                    .fault(format!("cellen {area}, {service}, {kvartal} har to forskellige tal")))
            }
            _ => Ok(()),
        }
    }
}

impl Line {
    fn fault(&self, hvad: String) -> UdtraekFejl {
        UdtraekFejl::Linje { linje: self.number, hvad }
    }
}

/// Digits, perhaps with points between thousands.
fn number(text: &str) -> Option<i64> {
    let digits = text.split('.').collect::<Vec<_>>();
    let grouped = digits.iter().skip(1).all(|group| group.len() == 3);
    let all = digits.concat();
    let is_number = !all.is_empty() && all.len() <= 15 && all.bytes().all(|b| b.is_ascii_digit());
    (grouped && is_number).then(|| all.parse().ok())?
}
