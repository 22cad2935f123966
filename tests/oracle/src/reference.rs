//! The reference files that are CSV: `cpr.csv`, `opholdssteder.csv`, `systemskifte.csv`.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Context, Result};

use crate::cpr;
use crate::csv::split;
use crate::day::Day;
use crate::report::Summary;

/// What `cpr.csv` says of a citizen; what it does not say follows from the number.
pub(crate) struct Person {
    birth: Option<Day>,
    death: Option<Day>,
    koen: Option<&'static str>,
}

/// One line of `opholdssteder.csv`.
pub(crate) struct Opholdssted {
    pub(crate) navn: String,
    pub(crate) kommunekode: String,
    pub(crate) tilbudstype: String,
}

/// What `systemskifte.csv` says of one system of one municipality.
pub(crate) struct System {
    pub(crate) rolle: Rolle,
    pub(crate) skiftedato: Option<Day>,
}

/// The role of a system.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rolle {
    Fuld,
    Tidligere,
    Nyt,
    Parallel,
    Aendringer,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Reference {
    persons: HashMap<String, Person>,
    pub(crate) opholdssteder: HashMap<String, Opholdssted>,
    /// By municipality and system.
    pub(crate) systems: BTreeMap<(String, String), System>,
}

impl Reference {
    pub(crate) fn read(folder: &Path, summary: &mut Summary) -> Result<Reference> {
        let mut reference = Reference::default();
        let persons = ["CPR", "Foedselsdato", "Doedsdato", "Koen"];
        read_table(folder, "cpr.csv", &persons, summary, |fields| {
            let (key, person) = person(fields)?;
            Ok(reference.persons.insert(key, person).is_some())
        })?;
        let places = ["OpholdsstedId", "Navn", "Kommunekode", "Tilbudstype"];
        read_table(folder, "opholdssteder.csv", &places, summary, |fields| {
            let (key, place) = opholdssted(fields);
            Ok(reference.opholdssteder.insert(key, place).is_some())
        })?;
        let systems = ["Kommunekode", "System", "Rolle", "Skiftedato"];
        read_table(folder, "systemskifte.csv", &systems, summary, |fields| {
            let (key, system) = system(fields)?;
            Ok(reference.systems.insert(key, system).is_some())
        })?;
        Ok(reference)
    }

    /// The birth date from `cpr.csv`, else from the number.
    pub(crate) fn birth(&self, cpr: &str) -> Option<Day> {
        self.persons.get(cpr).and_then(|person| person.birth).or_else(|| cpr::birth(cpr))
    }

    /// The day of death, if it is known on the as-of day.
    pub(crate) fn death(&self, cpr: &str, as_of: Day) -> Option<Day> {
        self.persons.get(cpr).and_then(|person| person.death).filter(|death| *death <= as_of)
    }

    /// The sex from `cpr.csv`, else from the number.
    pub(crate) fn koen(&self, cpr: &str) -> &'static str {
        self.persons.get(cpr).and_then(|person| person.koen).unwrap_or_else(|| cpr::koen(cpr))
    }
}

/// The field that is wrong, and what is wrong with it.
pub(crate) type Wrong = (&'static str, &'static str);

fn person(fields: &[&str]) -> Result<(String, Person), Wrong> {
    let key = cpr::normalise(fields[0]).ok_or(("CPR", "not ten digits"))?;
    let koen = match fields[3] {
        "M" => Some("Mand"),
        "K" => Some("Kvinde"),
        "" => None,
        _ => return Err(("Koen", "neither M nor K")),
    };
    Ok((
        key,
        Person {
            birth: day("Foedselsdato", fields[1])?,
            death: day("Doedsdato", fields[2])?,
            koen,
        },
    ))
}

fn opholdssted(fields: &[&str]) -> (String, Opholdssted) {
    let [navn, kommunekode, tilbudstype] = [fields[1], fields[2], fields[3]].map(str::to_owned);
    (fields[0].to_owned(), Opholdssted { navn, kommunekode, tilbudstype })
}

fn system(fields: &[&str]) -> Result<((String, String), System), Wrong> {
    let rolle = match fields[2] {
        "fuld" => Rolle::Fuld,
        "tidligere" => Rolle::Tidligere,
        "nyt" => Rolle::Nyt,
        "parallel" => Rolle::Parallel,
        "aendringer" => Rolle::Aendringer,
        _ => return Err(("Rolle", "an unknown role")),
    };
    let system = System { rolle, skiftedato: day("Skiftedato", fields[3])? };
    Ok(((fields[0].to_owned(), fields[1].to_lowercase()), system))
}

fn day(field: &'static str, text: &str) -> Result<Option<Day>, Wrong> {
    if text.is_empty() {
        return Ok(None);
    }
    Day::parse(text).map(Some).ok_or((field, "not a date"))
}

/// Hands the wanted columns of each line to `take`, which answers whether its key was there
/// already, or what is wrong with the line.
pub(crate) fn read_table(
    folder: &Path,
    file: &str,
    wanted: &[&str],
    summary: &mut Summary,
    mut take: impl FnMut(&[&str]) -> Result<bool, Wrong>,
) -> Result<()> {
    let path = folder.join(file);
    if !path.exists() {
        summary.warn(&format!("{file} mangler"));
        return Ok(());
    }
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let raw = split(&bytes);
    let header = raw.rows.first().map(|row| row.fields.as_slice()).unwrap_or_default();
    let places: Option<Vec<usize>> = wanted
        .iter()
        .map(|name| header.iter().position(|field| field == name.as_bytes()))
        .collect();
    let Some(places) = places else {
        summary.warn(&format!("{file} mangler kolonner"));
        return Ok(());
    };
    for row in raw.rows.iter().skip(1) {
        if row.fields.len() != header.len() {
            summary.reject(file, row.line, "", "wrong number of fields");
            continue;
        }
        let texts: Result<Vec<&str>, _> =
            places.iter().map(|place| std::str::from_utf8(&row.fields[*place])).collect();
        let taken = texts.map_err(|_| ("", "not UTF-8")).and_then(|fields| take(&fields));
        match taken {
            Ok(true) => summary.warn(&format!("dobbelt nøgle i {file}")),
            Ok(false) => {}
            Err((field, reason)) => summary.reject(file, row.line, field, reason),
        }
    }
    Ok(())
}
