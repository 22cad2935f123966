//! CSV: a header, then rows; `,` or `;` between fields, whichever the header has more of; UTF-8.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use ::csv::{ByteRecord, Reader, ReaderBuilder, StringRecord};
use terning::cause::of_io;
use terning_engine::tables::{RowAt, TableError};

use super::Each;

/// A header is no longer than this: a file without line ends would else be read whole.
const MAX_HEADER: u64 = 1 << 20;

pub(super) fn columns(table: &str, path: &Path) -> Result<Vec<String>, TableError> {
    let mut records = Records::open(table, path)?;
    let Some((at, header)) = records.next()? else {
        let what = "filen er tom; den første linje skal være en overskrift med kolonnernes navne";
        return Err(TableError::new(table, what));
    };
    let names = header.iter().enumerate().map(|(at, name)| match at {
        0 => name.trim_start_matches('\u{feff}').trim().to_owned(),
        _ => name.trim().to_owned(),
    });
    let names: Vec<String> = names.collect();
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        Some((_, twice)) => {
            let what = format!("overskriften har kolonnen '{twice}' to gange");
            Err(TableError::at(table, at, what))
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
    let mut records = Records::open(table, path)?;
    let width = records.next()?.map_or(0, |(_, header)| header.len());
    let mut row: Vec<Option<String>> = vec![None; columns.len()];
    while let Some((at, record)) = records.next()? {
        if record.len() != width {
            let what = format!(
                "linjen har {} felter; overskriften har {width}; et felt med skilletegnet i skal \
                 stå i anførselstegn",
                record.len()
            );
            return Err(TableError::at(table, at, what));
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
        each(at, &texts)?;
    }
    Ok(())
}

/// The first line that is not blank.
fn header(path: &Path) -> io::Result<String> {
    let mut lines = Read::take(BufReader::new(File::open(path)?), MAX_HEADER);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 && line.trim_matches(['\u{feff}', '\r', '\n']).is_empty()
    {
        line.clear();
    }
    Ok(line)
}

/// The records of a file, the header first, each with the line on which it begins.
struct Records<'a> {
    table: &'a str,
    reader: Reader<Lines>,
    record: StringRecord,
}

impl<'a> Records<'a> {
    fn open(table: &'a str, path: &Path) -> Result<Records<'a>, TableError> {
        let unreadable =
            |error: io::Error| TableError::new(table, format!("kan ikke læses: {}", of_io(&error)));
        let header = header(path).map_err(unreadable)?;
        let count = |sign: char| header.matches(sign).count();
        let delimiter = if count(';') > count(',') { b';' } else { b',' };
        let file = BufReader::new(File::open(path).map_err(unreadable)?);
        let lines = Lines { file, begun: 0, in_line: false };
        let mut reader = ReaderBuilder::new();
        let reader = reader.delimiter(delimiter).flexible(true).has_headers(false);
        Ok(Records { table, reader: reader.from_reader(lines), record: StringRecord::new() })
    }

    /// The next record; `None` at the end.
    fn next(&mut self) -> Result<Option<(RowAt, &StringRecord)>, TableError> {
        let mut bytes = std::mem::take(&mut self.record).into_byte_record();
        let found = self.reader.read_byte_record(&mut bytes);
        let at = self.begins(&bytes);
        let broken = |what: String| TableError::at(self.table, at, what);
        let found =
            found.map_err(|error| broken(format!("filen kan ikke læses som CSV: {error}")))?;
        self.record = StringRecord::from_byte_record(bytes)
            .map_err(|_| broken("teksten er ikke UTF-8; gem filen som UTF-8".to_owned()))?;
        Ok(found.then_some((at, &self.record)))
    }

    /// The line on which the record that was just read begins: it ends on the one that was begun last.
    fn begins(&self, record: &ByteRecord) -> RowAt {
        let within: usize =
            record.iter().map(|field| field.iter().filter(|byte| **byte == b'\n').count()).sum();
        RowAt::Line(self.reader.get_ref().begun.saturating_sub(within as u64))
    }
}

/// A file that gives no more than the rest of one line at a time, so that the reader of records never has
/// more of it than the line that a record ends on.
struct Lines {
    file: BufReader<File>,
    /// The lines of which something has been given.
    begun: u64,
    /// Whether the last of them has not been given whole.
    in_line: bool,
}

impl Read for Lines {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let known = self.file.fill_buf()?;
        let most = known.len().min(out.len());
        if most == 0 {
            return Ok(0);
        }
        let end = known[..most].iter().position(|byte| *byte == b'\n');
        let length = end.map_or(most, |end| end + 1);
        out[..length].copy_from_slice(&known[..length]);
        self.file.consume(length);
        self.begun += u64::from(!self.in_line);
        self.in_line = end.is_none();
        Ok(length)
    }
}

/// An empty field, or the word for nothing.
fn is_nothing(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("null")
}
