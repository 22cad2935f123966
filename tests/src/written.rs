//! The ways in which the records of a delivery are written.

use std::path::{Path, PathBuf};

use crate::folder::Delivery;

/// A way to write records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// CSV without header.
    Csv,
    /// CSV with a header, in windows-1252, its columns from last to first.
    Header,
    /// XML with a line for each record.
    Xml,
    /// XML without a line break, as most serialisers write it.
    OneLine,
}

/// All of them.
pub const FORMS: [Form; 4] = [Form::Csv, Form::Header, Form::Xml, Form::OneLine];

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

/// Writes a delivery of lines (fields in their order, `;` between); where its data file is.
///
/// # Panics
/// The folder cannot be written, or a letter is not in the character set.
pub fn deliver(folder: &Path, delivery: &Delivery, form: Form, lines: &[String]) -> PathBuf {
    let (format, tegnsaet) = match form {
        Form::Csv => ("csv", "utf-8"),
        Form::Header => ("csv", "windows-1252"),
        Form::Xml | Form::OneLine => ("xml", "utf-8"),
    };
    let delivery = Delivery { format, tegnsaet, header: form == Form::Header, ..delivery.clone() };
    delivery.write_bytes(folder, &bytes(form, delivery.fuld_bestand, lines), lines.len())
}

fn bytes(form: Form, fuld_bestand: bool, lines: &[String]) -> Vec<u8> {
    let columns = if fuld_bestand { &COLUMNS[..10] } else { &COLUMNS[..] };
    match form {
        Form::Csv => lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect(),
        Form::Header => {
            let header = columns.join(";");
            let lines = std::iter::once(&header).chain(lines);
            lines.flat_map(|line| windows_1252(&(from_last_to_first(line) + "\r\n"))).collect()
        }
        Form::Xml => xml(columns, lines).into_bytes(),
        Form::OneLine => xml(columns, lines).replace('\n', "").into_bytes(),
    }
}

fn xml(columns: &[&str], lines: &[String]) -> String {
    let elements: String = lines.iter().map(|line| element(columns, line)).collect();
    format!("<?xml version=\"1.0\"?>\n<Leverance>\n{elements}</Leverance>\n")
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
