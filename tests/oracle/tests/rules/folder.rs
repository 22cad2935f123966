//! A folder of deliveries in a temporary place, and short ways to ask.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use terning_oracle::{CellSet, Choices, Oracle, OracleRecord, Pivot, load, load_after};

pub const VH: &str = "Voksne Handicappede";
pub const BENCHMARK: &str = "Voksne Handicappede Benchmark";

/// Born 1980-01-01, a woman.
pub const ANNA: &str = "6101803000";
/// Born 1980-01-01, a man.
pub const BO: &str = "6101803001";
/// Born 1990-12-31, a woman.
pub const CARLA: &str = "9112903000";

/// One line of a data file.
#[derive(Clone)]
pub struct Row {
    fields: Vec<String>,
}

/// A record of 153 with a valid maalgruppe.
pub fn row(id: &str, cpr: &str, ydelseskode: &str, start: &str, end: &str) -> Row {
    let fields = [id, cpr, "153", "", ydelseskode, start, end, "1.2.1", "", "", ""];
    Row { fields: fields.map(str::to_owned).into() }
}

impl Row {
    fn with(mut self, place: usize, text: &str) -> Row {
        self.fields[place] = text.to_owned();
        self
    }
    pub fn handlekommune(self, text: &str) -> Row {
        self.with(2, text)
    }
    pub fn betalingskommune(self, text: &str) -> Row {
        self.with(3, text)
    }
    pub fn maalgrupper(self, text: &str) -> Row {
        self.with(7, text)
    }
    pub fn opholdssted(self, text: &str) -> Row {
        self.with(8, text)
    }
    pub fn funktionsvurdering(self, text: &str) -> Row {
        self.with(9, text)
    }
    pub fn deleted(self) -> Row {
        self.with(10, "J")
    }
}

pub struct Folder {
    dir: TempDir,
}

impl Folder {
    pub fn new() -> Folder {
        Folder { dir: TempDir::new().unwrap() }
    }

    /// A folder with one full stock of 153 from nexus for 2026-10.
    pub fn of(rows: &[Row]) -> Folder {
        let folder = Folder::new();
        folder.full("153", "nexus", "2026-10", 1, rows);
        folder
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn reference(&self, name: &str, text: &str) {
        self.write(&format!("reference/{name}"), text.as_bytes());
    }

    /// A full stock without header. The handlekommune of each row is set to the reporter.
    pub fn full(&self, kommune: &str, system: &str, month: &str, number: u32, rows: &[Row]) {
        self.deliver(kommune, system, month, number, true, rows);
    }

    /// A delivery of changes without header.
    pub fn changes(&self, kommune: &str, system: &str, month: &str, number: u32, rows: &[Row]) {
        self.deliver(kommune, system, month, number, false, rows);
    }

    fn deliver(
        &self,
        kommune: &str,
        system: &str,
        month: &str,
        number: u32,
        is_full: bool,
        rows: &[Row],
    ) {
        let count = if is_full { 10 } else { 11 };
        let mut text = String::new();
        for row in rows {
            let row = row.clone().handlekommune(kommune);
            text += &(row.fields[..count].join(";") + "\n");
        }
        self.deliver_text(
            kommune,
            system,
            month,
            number,
            &text,
            &json!({ "fuld_bestand": is_full, "antal_raekker": rows.len() }),
        );
    }

    /// A data file as it stands, and a manifest that fits it but for `overrides`.
    pub fn deliver_text(
        &self,
        kommune: &str,
        system: &str,
        month: &str,
        number: u32,
        text: &str,
        overrides: &Value,
    ) {
        self.deliver_bytes(kommune, system, month, number, text.as_bytes(), overrides);
    }

    pub fn deliver_bytes(
        &self,
        kommune: &str,
        system: &str,
        month: &str,
        number: u32,
        bytes: &[u8],
        overrides: &Value,
    ) {
        let sha256: String =
            Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let mut manifest = json!({
            "kommune": kommune, "system": system, "leverandoer": "KMD", "maaned": month, "loebenummer": number,
            "fuld_bestand": true, "format": "csv", "header": false, "tegnsaet": "utf-8",
            "antal_raekker": 1, "sha256": sha256, "modtaget": "2026-12-03T08:00:00+01:00"
        });
        for (key, value) in overrides.as_object().unwrap() {
            manifest[key] = value.clone();
        }
        let stem = format!("{month}/VH_{kommune}_{system}_{}_{number}", month.replace('-', ""));
        let ending = manifest["format"].as_str().unwrap_or("csv");
        self.write(&format!("{stem}.{ending}"), bytes);
        self.write(&format!("{stem}.json"), manifest.to_string().as_bytes());
    }

    /// The long form of Godkendte_kommuner.xlsx: municipality, ydelseskode, quarter, Ja or Nej.
    pub fn approve(&self, lines: &[(&str, &str, &str, &str)]) {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (column, name) in
            ["Kommunekode", "Ydelseskode", "Kvartal", "Godkendt"].iter().enumerate()
        {
            sheet.write_string(0, column as u16, *name).unwrap();
        }
        for (place, (kommune, ydelseskode, quarter, approved)) in lines.iter().enumerate() {
            for (column, text) in [kommune, ydelseskode, quarter, approved].iter().enumerate() {
                sheet.write_string(place as u32 + 1, column as u16, **text).unwrap();
            }
        }
        self.save_book(&mut book);
    }

    pub fn save_book(&self, book: &mut rust_xlsxwriter::Workbook) {
        self.write("reference/Godkendte_kommuner.xlsx", &book.save_to_buffer().unwrap());
    }

    pub fn load(&self) -> Oracle {
        load(self.path(), None).unwrap()
    }

    pub fn load_by(&self, choices: Choices) -> Oracle {
        load_after(self.path(), choices, None).unwrap()
    }

    pub fn load_after(&self, former: &Oracle, choices: Choices) -> Oracle {
        load_after(self.path(), choices, Some(former)).unwrap()
    }
}

pub fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A pivot of a cube with filters, columns, rows and measures.
pub fn question(
    cube: &str,
    filters: &[&str],
    columns: &[&str],
    rows: &[&str],
    measures: &[&str],
) -> Pivot {
    let (filters, columns, rows, measures) =
        (texts(filters), texts(columns), texts(rows), texts(measures));
    Pivot { cube: cube.to_owned(), filters, columns, rows, measures, totals: false, empty: false }
}

/// One cell without axes.
pub fn value(oracle: &Oracle, cube: &str, filters: &[&str], measure: &str) -> Option<f64> {
    let set = oracle.pivot(&question(cube, filters, &[], &[], &[measure])).unwrap();
    set.cells.first().and_then(|line| line.first().copied().flatten())
}

/// Rows of captions, each with its values, in one line each: `Ja Brøndby: 1 2 -`.
pub fn lines(set: &CellSet) -> Vec<String> {
    let number = |cell: &Option<f64>| cell.map_or("-".to_owned(), |value| value.to_string());
    let line = |(row, cells): (&Vec<String>, &Vec<Option<f64>>)| {
        format!("{}: {}", row.join(" "), cells.iter().map(number).collect::<Vec<_>>().join(" "))
    };
    set.rows.iter().zip(&set.cells).map(line).collect()
}

/// The first captions of the columns.
pub fn columns(set: &CellSet) -> Vec<&str> {
    set.columns.iter().map(|column| column[0].as_str()).collect()
}

pub fn record<'a>(oracle: &'a Oracle, id: &str) -> &'a OracleRecord {
    oracle.records().iter().find(|record| record.id == id).unwrap()
}

pub fn ids(oracle: &Oracle) -> Vec<&str> {
    oracle.records().iter().map(|record| record.id.as_str()).collect()
}

/// The pieces as `2020-01-01..2020-01-31`.
pub fn national(oracle: &Oracle, id: &str) -> Vec<String> {
    record(oracle, id)
        .national_pieces
        .iter()
        .map(|(first, last)| format!("{first}..{last}"))
        .collect()
}

pub fn local(oracle: &Oracle, id: &str) -> Vec<String> {
    record(oracle, id).local_pieces.iter().map(|(first, last)| format!("{first}..{last}")).collect()
}

pub fn warnings(oracle: &Oracle, kind: &str) -> usize {
    oracle.summary().warnings.get(kind).copied().unwrap_or(0)
}

pub fn rule(oracle: &Oracle, id: &str) -> (usize, usize) {
    let count = oracle.summary().rules[id];
    (count.records, count.citizens)
}
