//! Draws answers: as tables for people, CSV and workbooks for spreadsheets, JSON for programs.

pub mod csv;
pub mod grid;
pub mod json;
pub mod lines;
pub mod list;
pub mod number;
pub mod table;
pub mod xlsx;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use clap::ValueEnum;

use crate::answer::Answer;
use crate::args::{Common, Format};
use crate::cause;
use crate::client::Outcome;
use crate::error::Error;
use crate::table::Table;

pub use list::List;

/// Lists for people, and the same as JSON for programs.
pub struct Listing {
    /// For programs.
    pub json: serde_json::Value,
    /// For people.
    pub lists: Vec<List>,
}

/// What stands above an answer.
#[derive(Clone, Debug, Default)]
pub struct Heading {
    /// The title of a report.
    pub title: Option<String>,
    /// What the figures are.
    pub notes: Vec<String>,
    /// What was chosen: filters, fields, parameters.
    pub choices: Vec<Choice>,
}

/// Something that the user chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What was chosen (`Filter`).
    pub name: String,
    /// The choice (`Tid.År=2020`).
    pub value: String,
}

impl Choice {
    /// A choice.
    #[must_use]
    pub fn new(name: &str, value: &str) -> Choice {
        Choice { name: name.to_owned(), value: value.to_owned() }
    }

    /// Several choices of one kind.
    pub fn all<'a>(name: &'a str, values: &'a [String]) -> impl Iterator<Item = Choice> + 'a {
        values.iter().map(move |value| Choice::new(name, value))
    }
}

/// That the file an answer is written to says by its ending how, or that the command line does: a
/// table in a file that is called a document is a mistake.
///
/// # Errors
/// Nothing is written in a file of this ending.
pub fn check(common: &Common) -> Result<(), Error> {
    let (Some(path), None) = (&common.output, common.format) else { return Ok(()) };
    let Some(ending) = path.extension() else { return Ok(()) };
    let is_known = ending.to_str().is_some_and(|ending| {
        ending.eq_ignore_ascii_case("txt") || Format::from_str(ending, true).is_ok()
    });
    match is_known {
        true => Ok(()),
        false => Err(Error::new(format!(
            "{} kan ikke skrives: endelsen .{} kendes ikke; brug .xlsx, .csv, .json eller .txt, eller sig \
             med --format, hvordan filen skal skrives",
            path.display(),
            ending.display()
        ))),
    }
}

/// Writes an answer where and how the command line says.
///
/// # Errors
/// The answer cannot be written, or not in this format.
pub fn answer(common: &Common, heading: &Heading, answer: &Answer) -> Result<(), Error> {
    write(common, |out| draw_answer(out, common.format(), heading, answer))
}

/// Draws an answer.
///
/// # Errors
/// The answer cannot be written, or not in this format.
pub fn draw_answer(
    out: &mut dyn Write,
    format: Format,
    heading: &Heading,
    answer: &Answer,
) -> Result<(), Error> {
    match format {
        Format::Table => Ok(table::write(out, heading, answer)?),
        Format::Csv => {
            // A file of values has no place for them.
            answer.remarks().iter().for_each(|remark| eprintln!("{remark}"));
            Ok(csv::write(out, answer)?)
        }
        Format::Json => Ok(json::write(out, heading, answer)?),
        Format::Xlsx => Ok(out.write_all(&xlsx::answer(heading, answer)?)?),
    }
}

/// Writes what a statement is answered with where and how the command line says.
///
/// # Errors
/// It cannot be written, or not in this format.
pub fn outcome(common: &Common, heading: &Heading, outcome: &Outcome) -> Result<(), Error> {
    write(common, |out| draw_outcome(out, common.format(), heading, outcome))
}

/// Draws what a statement is answered with.
///
/// # Errors
/// It cannot be written, or not in this format.
pub fn draw_outcome(
    out: &mut dyn Write,
    format: Format,
    heading: &Heading,
    outcome: &Outcome,
) -> Result<(), Error> {
    match outcome {
        Outcome::Cells(answer) => draw_answer(out, format, heading, answer),
        Outcome::Table(table) => draw_table(out, format, table),
    }
}

/// Writes a table where and how the command line says.
///
/// # Errors
/// The table cannot be written, or not in this format.
pub fn table(common: &Common, table: &Table) -> Result<(), Error> {
    write(common, |out| draw_table(out, common.format(), table))
}

/// Draws a table.
///
/// # Errors
/// The table cannot be written, or not in this format.
pub fn draw_table(out: &mut dyn Write, format: Format, table: &Table) -> Result<(), Error> {
    match format {
        Format::Table => Ok(lines::write_table(out, table)?),
        Format::Csv => {
            // A file of values has no place for them, and one says how much was left out.
            table.notes.iter().for_each(|note| eprintln!("{note}"));
            Ok(lines::write_csv(out, table)?)
        }
        Format::Json => Ok(lines::write_json(out, table)?),
        Format::Xlsx => Ok(out.write_all(&xlsx::table(table)?)?),
    }
}

/// Writes lists where and how the command line says.
///
/// # Errors
/// They cannot be written, or not in this format.
pub fn lists(common: &Common, json: &serde_json::Value, lists: &[List]) -> Result<(), Error> {
    write(common, |out| draw_lists(out, common.format(), json, lists))
}

/// Draws lists.
///
/// # Errors
/// They cannot be written, or not in this format.
pub fn draw_lists(
    out: &mut dyn Write,
    format: Format,
    json: &serde_json::Value,
    lists: &[List],
) -> Result<(), Error> {
    match format {
        Format::Table => Ok(list::write_tables(out, lists)?),
        Format::Csv => Ok(list::write_csv(out, lists)?),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, json)?;
            Ok(writeln!(out)?)
        }
        Format::Xlsx => Ok(out.write_all(&xlsx::lists(lists)?)?),
    }
}

/// Writes a text as it is.
///
/// # Errors
/// It cannot be written.
pub fn text(common: &Common, text: &str) -> Result<(), Error> {
    write(common, |out| Ok(writeln!(out, "{}", text.trim_end())?))
}

fn write(
    common: &Common,
    body: impl FnOnce(&mut dyn Write) -> Result<(), Error>,
) -> Result<(), Error> {
    match &common.output {
        None if common.format() == Format::Xlsx => {
            Err(Error::new("et regneark skrives i en fil; tilføj -o FIL.xlsx"))
        }
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            body(&mut out)?;
            Ok(out.flush()?)
        }
        Some(path) => {
            let file = File::create(path).map_err(|error| unwritten(path, &error))?;
            let mut out = BufWriter::new(file);
            body(&mut out)?;
            Ok(out.flush()?)
        }
    }
}

/// Why a file cannot be made: one that is not there is a folder of its path.
fn unwritten(path: &Path, error: &io::Error) -> Error {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "mappen findes ikke".to_owned(),
        _ => cause::of_io(error),
    };
    Error::new(format!("filen {} kan ikke skrives: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use terning_proto::v1::CellKind;

    use super::*;
    use crate::answer::tests::{axis, mixed};

    /// An answer with a number, a text, an error, a truth and a day.
    fn answer() -> Answer {
        let axes = vec![
            axis(&["[A].[B]"], &[&["x"], &["y"]]),
            axis(&["[C].[D]"], &[&["1"], &["2"], &["3"]]),
        ];
        let others = [
            (1, CellKind::Text, "Brøndby;\nnord"),
            (2, CellKind::Error, "teksten 'a' er ikke et tal"),
            (3, CellKind::Truth, ""),
            (4, CellKind::Day, ""),
        ];
        let cells = [(0, 7.5), (1, 0.0), (2, 0.0), (3, 1.0), (5, 20_757.0)];
        mixed(axes, &cells, 1, &others)
    }

    fn drawn(format: Format) -> String {
        let mut out = Vec::new();
        draw_answer(&mut out, format, &Heading::default(), &answer()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn cells_that_are_no_numbers_are_shown_and_errors_are_told_below() {
        let expected = "
B      x              y
D  ─────  ─────────────
1    7,5  Brøndby; nord
2  #FEJL           Sand
3            31.10.2026

#FEJL (1 celle): teksten 'a' er ikke et tal
";
        let table = drawn(Format::Table);
        assert!(table.ends_with(expected), "{table}");
        let csv = "D;x;y\n1;7,5;\"Brøndby;\nnord\"\n2;#FEJL;Sand\n3;;2026-10-31\n";
        assert!(drawn(Format::Csv).ends_with(csv));
    }

    #[test]
    fn a_folder_that_is_missing_is_told_as_one() {
        let of = |kind: io::ErrorKind| unwritten(Path::new("x/y.csv"), &kind.into()).to_string();
        assert!(
            of(io::ErrorKind::NotFound).contains("x/y.csv kan ikke skrives: mappen findes ikke")
        );
        assert!(of(io::ErrorKind::IsADirectory).contains("kan ikke skrives: den er en mappe"));
    }

    #[test]
    fn programs_get_values_with_their_types() {
        let json: serde_json::Value = serde_json::from_str(&drawn(Format::Json)).unwrap();
        let cells = json["cells"].as_array().unwrap();
        assert_eq!(cells[1]["value"], "Brøndby;\nnord");
        assert_eq!(cells[2]["value"], serde_json::Value::Null);
        assert_eq!(cells[2]["error"], "teksten 'a' er ikke et tal");
        assert_eq!((&cells[3]["value"], &cells[5]["value"]), (&true.into(), &"2026-10-31".into()));
        assert_eq!(cells[4]["formatted"], "");
        assert!(cells[0].get("error").is_none() && json.get("warnings").is_none());
    }
}
