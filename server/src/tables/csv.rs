//! CSV: a header, then rows; `,` or `;` between fields, whichever the header has more of; UTF-8.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use ::csv::{Reader, ReaderBuilder, StringRecord};
use terning_engine::tables::TableError;

use super::Each;

/// A header is no longer than this: a file without line ends would else be read whole.
const MAX_HEADER: u64 = 1 << 20;

pub(super) fn columns(table: &str, path: &Path) -> Result<Vec<String>, TableError> {
    let mut reader = open(table, path)?;
    let header = reader.headers().map_err(|error| broken(table, &error))?;
    let names = header.iter().enumerate().map(|(at, name)| match at {
        0 => name.trim_start_matches('\u{feff}').trim().to_owned(),
        _ => name.trim().to_owned(),
    });
    let names: Vec<String> = names.collect();
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        Some((_, twice)) => {
            let what = format!("overskriften har kolonnen '{twice}' to gange");
            Err(TableError::at(table, 1, what))
        }
        None => Ok(names),
    }
}

pub(super) fn rows(
    table: &str,
    path: &Path,
    columns: &[usize],
    each: &mut Each<'_>,
) -> Result<(), TableError> {
    let mut reader = open(table, path)?;
    let width = reader.headers().map_err(|error| broken(table, &error))?.len();
    let mut record = StringRecord::new();
    let mut row: Vec<Option<String>> = vec![None; columns.len()];
    while reader.read_record(&mut record).map_err(|error| broken(table, &error))? {
        let line = record.position().map_or(0, ::csv::Position::line);
        if record.len() != width {
            let what = format!(
                "linjen har {} felter; overskriften har {width}; et felt med skilletegnet i skal \
                 stå i anførselstegn",
                record.len()
            );
            return Err(TableError::at(table, line, what));
        }
        for (value, &column) in row.iter_mut().zip(columns) {
            let text = record.get(column).filter(|text| !is_nothing(text));
            match (value.as_mut(), text) {
                (Some(value), Some(text)) => {
                    value.clear();
                    value.push_str(text);
                }
                (_, text) => *value = text.map(str::to_owned),
            }
        }
        let texts: Vec<Option<&str>> = row.iter().map(Option::as_deref).collect();
        each(line, &texts)?;
    }
    Ok(())
}

/// An empty field, or the word for nothing.
fn is_nothing(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("null")
}

fn open(table: &str, path: &Path) -> Result<Reader<BufReader<File>>, TableError> {
    let unreadable =
        |error: std::io::Error| TableError::new(table, format!("kan ikke læses: {error}"));
    let mut header = String::new();
    let first = BufReader::new(File::open(path).map_err(unreadable)?);
    std::io::Read::take(first, MAX_HEADER).read_line(&mut header).map_err(unreadable)?;
    let count = |sign: char| header.matches(sign).count();
    let delimiter = if count(';') > count(',') { b';' } else { b',' };
    let file = BufReader::new(File::open(path).map_err(unreadable)?);
    Ok(ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(file))
}

fn broken(table: &str, error: &::csv::Error) -> TableError {
    let line = error.position().map(::csv::Position::line);
    let what = match error.kind() {
        ::csv::ErrorKind::Utf8 { .. } => "teksten er ikke UTF-8; gem filen som UTF-8".to_owned(),
        _ => format!("filen kan ikke læses som CSV: {error}"),
    };
    TableError { table: table.to_owned(), line, what }
}
