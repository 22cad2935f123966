//! Folders of deliveries: read from disk, and written by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use terning_engine::delivery::MemoryStore;

/// Reads a folder of deliveries into memory, as the engine sees it.
///
/// # Errors
/// A file cannot be read.
pub fn read(folder: &Path) -> Result<MemoryStore> {
    let mut files = BTreeMap::new();
    read_into(folder, folder, &mut files)?;
    Ok(MemoryStore(files))
}

fn read_into(top: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            read_into(top, &path, files)?;
        } else {
            let name = path.strip_prefix(top)?.to_string_lossy().into_owned();
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(())
}

/// A delivery of one municipality; its manifest is right.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Who reports.
    pub kommune: &'static str,
    /// From which system.
    pub system: &'static str,
    /// For which month (`2026-09`).
    pub maaned: &'static str,
    /// The serial number within the month.
    pub loebenummer: u32,
    /// Whether it is the full stock.
    pub fuld_bestand: bool,
    /// How it is written.
    pub form: Form,
}

/// How the records of a delivery are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// CSV without header.
    #[default]
    Csv,
    /// CSV with a header, in windows-1252, its columns from last to first.
    Header,
    /// XML.
    Xml,
}

/// The columns in their order.
const COLUMNS: [&str; 11] = [
    "Ydelsesid",
    "CPR",
    "Handlekommune",
    "Betalingskommune",
    "Ydelseskode",
    "Startdato",
    "Slutdato",
    "Maalgrupper",
    "OpholdsstedId",
    "Funktionsvurdering",
    "Slettet",
];

impl Delivery {
    /// A full stock.
    #[must_use]
    pub fn full(kommune: &'static str, system: &'static str, maaned: &'static str) -> Delivery {
        let form = Form::Csv;
        Delivery { kommune, system, maaned, loebenummer: 1, fuld_bestand: true, form }
    }

    /// A delivery of changes.
    #[must_use]
    pub fn changes(kommune: &'static str, system: &'static str, maaned: &'static str) -> Delivery {
        Delivery { fuld_bestand: false, ..Delivery::full(kommune, system, maaned) }
    }

    /// Writes lines (fields in their order, `;` between), and the manifest beside them.
    ///
    /// # Panics
    /// The folder cannot be written.
    pub fn write(&self, folder: &Path, lines: &[&str]) -> PathBuf {
        let bytes = self.bytes(lines);
        let Delivery { kommune, system, maaned, loebenummer, fuld_bestand, form } = self;
        let format = if *form == Form::Xml { "xml" } else { "csv" };
        let tegnsaet = if *form == Form::Header { "windows-1252" } else { "utf-8" };
        let manifest = serde_json::json!({
            "kommune": kommune, "system": system, "leverandoer": "Prøve", "maaned": maaned,
            "loebenummer": loebenummer, "fuld_bestand": fuld_bestand, "format": format,
            "header": *form == Form::Header, "tegnsaet": tegnsaet, "antal_raekker": lines.len(),
            "sha256": sha256(&bytes), "modtaget": format!("{maaned}-28T08:00:00+01:00"),
        });
        let stem = format!("VH_{kommune}_{system}_{}_{loebenummer}", maaned.replace('-', ""));
        let path = folder.join(maaned).join(format!("{stem}.{format}"));
        write(&path, &bytes);
        write(&path.with_extension("json"), manifest.to_string().as_bytes());
        path
    }

    fn bytes(&self, lines: &[&str]) -> Vec<u8> {
        let columns = if self.fuld_bestand { &COLUMNS[..10] } else { &COLUMNS[..] };
        match self.form {
            Form::Csv => lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect(),
            Form::Header => {
                let header = columns.join(";");
                let lines = std::iter::once(header.as_str()).chain(lines.iter().copied());
                lines.flat_map(|line| windows_1252(&(from_last_to_first(line) + "\r\n"))).collect()
            }
            Form::Xml => {
                let elements: String = lines.iter().map(|line| element(columns, line)).collect();
                format!("<?xml version=\"1.0\"?>\n<Leverance>\n{elements}</Leverance>\n")
                    .into_bytes()
            }
        }
    }
}

fn from_last_to_first(line: &str) -> String {
    line.split(';').rev().collect::<Vec<_>>().join(";")
}

/// The letters of Danish have one byte there, the one that Unicode has as its number.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).expect("a Danish letter")).collect()
}

/// One record on one line.
fn element(columns: &[&str], line: &str) -> String {
    let field = |(name, value): (&&str, &str)| match (*name, value) {
        ("Maalgrupper", codes) => {
            let codes = codes.split('|').filter(|code| !code.is_empty());
            let codes: String =
                codes.map(|code| format!("<Maalgruppe>{code}</Maalgruppe>")).collect();
            format!("<Maalgrupper>{codes}</Maalgrupper>")
        }
        (name, "") => format!("<{name}/>"),
        (name, value) => format!("<{name}>{value}</{name}>"),
    };
    let fields: String = columns.iter().zip(line.split(';')).map(field).collect();
    format!("<Ydelse>{fields}</Ydelse>\n")
}

/// Writes a file, and the folders that it lies in.
///
/// # Panics
/// It cannot be written.
pub fn write(path: &Path, bytes: &[u8]) {
    let folder = path.parent().expect("a file lies in a folder");
    fs::create_dir_all(folder).and_then(|()| fs::write(path, bytes)).expect("a writable folder");
}

/// The checksum that a manifest carries.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
