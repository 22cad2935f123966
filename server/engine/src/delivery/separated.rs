//! Separated values (`;`, quoted as in RFC 4180) as rows with the line they start on.
//!
//! The `csv` crate finds the fields. Its line numbers are not used: a record begins for it right
//! behind the last one, before a half-read `\r\n` and before blank lines, so lines are counted
//! here, as an editor counts them. Fields are borrowed; a row allocates one small list.

use std::str;

use ::csv::{ByteRecord, Reader, ReaderBuilder};
use cube_schema::domain::{Place, Refused, Row};
use cube_schema::language::Language;

use super::charset::not_utf16;
use super::columns::Columns;
use super::input::without_bom;
use super::limits;

/// What to do where a file has another separator.
const SEPARATOR: &str = "felterne skal adskilles af semikolon";

/// What is done with each row, or with the reason why a line is none.
pub type Visit<'v> = dyn FnMut(Place, Result<Row<'_>, Refused>) + 'v;

/// A file of separated values whose columns are known.
pub struct Opened<'a> {
    records: Records<'a>,
    /// Where the fields stand.
    pub columns: Columns,
}

impl<'a> Opened<'a> {
    /// Opens a file; with a header the columns are found by name, and may lack optional ones.
    ///
    /// # Errors
    /// There should be a header and it is missing, or columns are: the reason, in Danish.
    pub fn new(
        bytes: &'a [u8],
        header: bool,
        names: Vec<&'static str>,
        optional: &[&str],
    ) -> Result<Opened<'a>, String> {
        not_utf16(bytes)?;
        let mut records = Records::new(without_bom(bytes));
        if !header {
            return Ok(Opened { records, columns: Columns::in_order(names) });
        }
        let Some((_, record)) = records.next() else {
            return Err("filen er tom; overskriften mangler".to_owned());
        };
        let header: Vec<String> =
            record.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        let columns = Columns::by_name(names, optional, &header);
        let columns = columns.map_err(|reason| match header.as_slice() {
            [only] if only.contains([',', '\t']) => format!("{reason}; {SEPARATOR}"),
            _ => reason,
        });
        Ok(Opened { columns: columns?, records })
    }

    /// Counts the records, unreadable ones included.
    ///
    /// # Errors
    /// The file ends inside a quoted field: the reason, in Danish.
    pub fn count(mut self) -> Result<u64, String> {
        let mut count = 0;
        while self.records.next().is_some() {
            count += 1;
        }
        if self.records.cut_off() {
            return Err(format!(
                "filen er afkortet: anførselstegnet i posten fra linje {} bliver ikke lukket",
                self.records.line
            ));
        }
        Ok(count)
    }

    /// Visits every record.
    pub fn each(mut self, visit: &mut Visit<'_>) {
        while let Some((line, record)) = self.records.next() {
            let place = Place::on(line);
            match values(record, &self.columns) {
                Ok(values) => visit(place, Ok(Row { place, values: &values })),
                Err(refused) => visit(place, Err(refused)),
            }
        }
    }
}

fn values<'r>(record: &'r ByteRecord, columns: &Columns) -> Result<Vec<&'r str>, Refused> {
    if record.len() != columns.width {
        return Err(Refused { field: "", reason: of_width(record, columns.width) });
    }
    let fields = columns.names.iter().zip(&columns.places);
    fields.map(|(name, place)| value(name, place.map_or(b"", |place| &record[place]))).collect()
}

/// Why a record is not as wide as it should be; with a hint where another sign is between its fields.
fn of_width(record: &ByteRecord, width: usize) -> String {
    let fields = record.len();
    let counted = Language::Danish.counted(fields as u64, "felt", "felter");
    let reason = format!("linjen har {counted}; den skal have {width}");
    let has = |sign: u8| record[0].iter().filter(|byte| **byte == sign).count() + 1 >= width;
    match fields == 1 && width > 1 && (has(b',') || has(b'\t')) {
        true => format!("{reason}; {SEPARATOR}"),
        false => reason,
    }
}

/// The text of a field.
fn value<'r>(field: &'static str, bytes: &'r [u8]) -> Result<&'r str, Refused> {
    if bytes.len() > limits::FIELD_BYTES {
        let reason = format!("feltet er på mere end {} byte", limits::FIELD_BYTES);
        return Err(Refused { field, reason });
    }
    let text = str::from_utf8(bytes).map_err(|_| {
        let reason = "feltet er ikke tekst i filens tegnsæt".to_owned();
        Refused { field, reason }
    })?;
    Ok(text.trim())
}

/// The records of a file, blank lines left out.
struct Records<'a> {
    bytes: &'a [u8],
    reader: Reader<&'a [u8]>,
    record: ByteRecord,
    /// Where the current record starts; lines are counted up to here.
    start: usize,
    /// The line on which the current record starts.
    line: u64,
}

impl<'a> Records<'a> {
    fn new(bytes: &'a [u8]) -> Records<'a> {
        let reader = ReaderBuilder::new()
            .delimiter(b';')
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes);
        Records { bytes, reader, record: ByteRecord::new(), start: 0, line: 1 }
    }

    fn next(&mut self) -> Option<(u64, &ByteRecord)> {
        loop {
            // Reading from memory, with any number of fields, has no way to fail.
            if !self.reader.read_byte_record(&mut self.record).unwrap_or(false) {
                return None;
            }
            let offset = self.record.position().map_or(0, ::csv::Position::byte);
            self.move_to(offset as usize);
            if !is_blank(&self.record) {
                return Some((self.line, &self.record));
            }
        }
    }

    fn move_to(&mut self, offset: usize) {
        let breaks = |byte: &&u8| matches!(**byte, b'\r' | b'\n');
        let rest = self.bytes.get(offset..).unwrap_or_default();
        let start = offset + rest.iter().take_while(breaks).count();
        self.line += line_breaks(self.bytes.get(self.start..start).unwrap_or_default());
        self.start = start;
    }

    /// Whether the file ends inside a quoted field of the last record.
    fn cut_off(&self) -> bool {
        ends_inside_quotes(self.bytes.get(self.start..).unwrap_or_default())
    }
}

fn is_blank(record: &ByteRecord) -> bool {
    record.len() == 1 && record[0].trim_ascii().is_empty()
}

/// `\n`, `\r\n` and `\r` each end a line.
pub(super) fn line_breaks(bytes: &[u8]) -> u64 {
    let ends = |(place, byte): &(usize, &u8)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(place + 1) != Some(&b'\n'),
        _ => false,
    };
    bytes.iter().enumerate().filter(ends).count() as u64
}

fn ends_inside_quotes(record: &[u8]) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        Start,
        Plain,
        Quoted,
        Closed,
    }
    let end = record.iter().fold(At::Start, |at, byte| match (at, byte) {
        (At::Start, b'"') | (At::Closed, b'"') => At::Quoted,
        (At::Quoted, b'"') => At::Closed,
        (At::Quoted, _) => At::Quoted,
        (_, b';') => At::Start,
        _ => At::Plain,
    });
    end == At::Quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines and values (or reasons) of a file without a header and with two fields.
    fn rows(bytes: &[u8]) -> Vec<(u32, Result<String, String>)> {
        let mut rows = Vec::new();
        let opened = Opened::new(bytes, false, vec!["A", "B"], &[]).unwrap();
        opened.each(&mut |place, row| {
            let row = row.map(|row| row.values.join("|"));
            rows.push((
                place.line,
                row.map_err(|refused| refused.field.to_owned() + &refused.reason),
            ));
        });
        rows
    }

    fn good(line: u32, values: &str) -> (u32, Result<String, String>) {
        (line, Ok(values.to_owned()))
    }

    #[test]
    fn lines_are_counted_as_in_an_editor() {
        for line_end in ["\n", "\r\n", "\r"] {
            let text = "a;b| |\"c|d\";e||\"\"\"f\"\"\"; g |".replace('|', line_end);
            let between = format!("c{line_end}d|e");
            let expected = [good(1, "a|b"), good(3, &between), good(6, "\"f\"|g")];
            assert_eq!(rows(text.as_bytes()), expected, "{line_end:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_text() {
        assert_eq!(rows(b"\xEF\xBB\xBFa;b"), [good(1, "a|b")]);
        assert_eq!(rows(b"\xEF\xBB\xBF\"a;\";b"), [good(1, "a;|b")]);
    }

    #[test]
    fn only_the_unreadable_line_is_lost() {
        let found = rows(b"a;b\na\na;b;c\n\xE6;b\nc;d\n");
        assert_eq!(found[0], good(1, "a|b"));
        assert_eq!(found[1], (2, Err("linjen har 1 felt; den skal have 2".to_owned())));
        assert_eq!(found[2], (3, Err("linjen har 3 felter; den skal have 2".to_owned())));
        assert_eq!(found[3], (4, Err("Afeltet er ikke tekst i filens tegnsæt".to_owned())));
        assert_eq!(found[4], good(5, "c|d"));
    }

    #[test]
    fn another_separator_is_named() {
        let expected = "linjen har 1 felt; den skal have 2; felterne skal adskilles af semikolon";
        for text in ["a,b", "a\tb", "a,b,c"] {
            assert_eq!(rows(text.as_bytes()), [(1, Err(expected.to_owned()))]);
        }
        let header = |text: &'static str| {
            Opened::new(text.as_bytes(), true, vec!["A", "B"], &[]).map(drop).unwrap_err()
        };
        assert!(header("A,B\n").ends_with("; felterne skal adskilles af semikolon"));
        assert!(!header("A;C\n").contains("semikolon"));
        assert!(header("\u{0}A\u{0};").contains("UTF-16"));
    }

    #[test]
    fn a_field_has_a_limit() {
        let long = "x".repeat(limits::FIELD_BYTES + 1) + ";b";
        assert!(rows(long.as_bytes())[0].1.as_ref().unwrap_err().contains("mere end"));
    }

    #[test]
    fn a_file_that_ends_inside_quotes_is_cut_off() {
        let count =
            |text: &str| Opened::new(text.as_bytes(), false, vec!["A"], &[]).unwrap().count();
        assert_eq!(count("a;b\n\nc;\"d\"\"\"\n"), Ok(2));
        assert_eq!(count("a;b\nc;d\"e"), Ok(2));
        assert!(count("a;b\nc;\"d\n").unwrap_err().contains("linje 2"));
        assert!(count("a;b\nc;\"d\"\"").is_err());
    }
}
