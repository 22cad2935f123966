//! A workbook (xlsx) as rows, cell by cell.
//!
//! A small file can claim a sheet of 17 billion cells, or unpack to gigabytes. So the archive is
//! unpacked into nothing first, to see how large it really is (its own word is not taken), cells
//! are read one at a time and counted, and the dense rectangle of a sheet is never asked for.

use std::io::{self, Cursor, Read};

use calamine::{Data, DataRef, Reader, SheetType, Xlsx};
use cube_schema::domain::{Place, ReferenceSpec, Row};

use super::columns::Columns;
use super::limits;

/// Where in a workbook the rows are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    name: String,
    header: u32,
    /// Where the columns stand; in the wide form, where its keys do.
    columns: Columns,
    /// In the wide form, the places and titles of the columns of answers.
    answers: Vec<(usize, String)>,
}

/// Takes a row, or an answer of the wide form; whether it wants more of the same row.
pub type VisitCells<'v> = dyn FnMut(Row<'_>) -> bool + 'v;

/// Finds the first sheet with a header row of these columns, and reads it once to its end. Sheets
/// before it need not be readable, and those of charts have no rows.
///
/// # Errors
/// It is no workbook, asks for too much, or has no such sheet: the reason, in Danish.
pub fn check(bytes: &[u8], spec: &ReferenceSpec) -> Result<Sheet, String> {
    check_size(bytes)?;
    let mut book = open(bytes)?;
    let has_rows = |sheet: &&calamine::Sheet| sheet.typ == SheetType::WorkSheet;
    let sheets = book.sheets_metadata().iter().filter(has_rows);
    let names: Vec<String> = sheets.map(|sheet| sheet.name.clone()).collect();
    let mut unread = None;
    for name in &names {
        match header_of(&mut book, name, spec) {
            Ok(None) => {}
            Ok(Some(sheet)) => {
                each(bytes, &sheet, &mut |_| true)?;
                return Ok(sheet);
            }
            Err(reason) => unread = unread.or(Some(reason)),
        }
    }
    let none = format!("intet ark har en overskrift med kolonnerne {}", spec.columns.join(", "));
    Err(unread.map_or(none.clone(), |reason| format!("{none}; {reason}")))
}

/// Visits the rows below the header; in the wide form their answers, one by one.
///
/// # Errors
/// The sheet is damaged, or has too many cells: the reason, in Danish.
pub fn each(bytes: &[u8], sheet: &Sheet, visit: &mut VisitCells<'_>) -> Result<(), String> {
    let mut book = open(bytes)?;
    rows(&mut book, &sheet.name, |number, cells| {
        if number > sheet.header {
            sheet.visit_row(Place::on(u64::from(number) + 1), cells, visit);
        }
        true
    })
}

impl Sheet {
    /// The line of the header, and titles in it that nobody asked for.
    pub fn unknown_columns(&self) -> (u64, Vec<String>) {
        let is_answer = |title: &&String| self.answers.iter().any(|(_, answer)| answer == *title);
        let unknown = self.columns.unknown.iter().filter(|title| !title.is_empty());
        let unknown = unknown.filter(|title| !is_answer(title)).cloned().collect();
        (u64::from(self.header) + 1, unknown)
    }

    fn visit_row(&self, place: Place, cells: &Cells, visit: &mut VisitCells<'_>) {
        let places = self.columns.places.iter().flatten();
        let mut values: Vec<&str> = places.map(|place| value(cells, *place)).collect();
        let answered = |(place, _): &(usize, String)| !value(cells, *place).is_empty();
        if values.iter().all(|value| value.is_empty()) && !self.answers.iter().any(answered) {
            return;
        }
        if self.answers.is_empty() {
            visit(Row { place, values: &values });
            return;
        }
        let keys = values.len();
        for (column, title) in &self.answers {
            values.truncate(keys);
            values.extend([title, value(cells, *column)]);
            if !visit(Row { place, values: &values }) {
                return;
            }
        }
    }
}

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

fn open(bytes: &[u8]) -> Result<Book<'_>, String> {
    Xlsx::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))
}

fn unreadable(error: &dyn std::fmt::Display) -> String {
    format!("projektmappen kan ikke læses ({error})")
}

fn check_size(bytes: &[u8]) -> Result<(), String> {
    if bytes.len() > limits::WORKBOOK_BYTES {
        return Err(format!("projektmappen fylder mere end {} byte", limits::WORKBOOK_BYTES));
    }
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    let mut left = limits::UNPACKED_BYTES;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| unreadable(&error))?;
        let unpacked = io::copy(&mut part.take(left + 1), &mut io::sink())
            .map_err(|error| unreadable(&error))?;
        left = left.checked_sub(unpacked).ok_or_else(|| {
            format!("projektmappen fylder udpakket mere end {} byte", limits::UNPACKED_BYTES)
        })?;
    }
    Ok(())
}

/// Cells of a row, by column; of several in one column the last counts.
type Cells = Vec<(u32, String)>;

fn value(cells: &Cells, place: usize) -> &str {
    let behind = cells.partition_point(|(column, _)| *column as usize <= place);
    let last = behind.checked_sub(1).map(|at| &cells[at]);
    last.filter(|(column, _)| *column as usize == place).map_or("", |(_, text)| text)
}

fn header_of(
    book: &mut Book<'_>,
    name: &str,
    spec: &ReferenceSpec,
) -> Result<Option<Sheet>, String> {
    let mut found = None;
    rows(book, name, |number, cells| {
        let width = cells.iter().map(|(column, _)| *column as usize + 1).max().unwrap_or(0);
        let titles: Vec<String> = (0..width).map(|place| value(cells, place).to_owned()).collect();
        found = long(spec, &titles).or_else(|| wide(spec, &titles)).map(|(columns, answers)| {
            Sheet { name: name.to_owned(), header: number, columns, answers }
        });
        found.is_none() && number < limits::HEADER_ROWS
    })?;
    Ok(found)
}

/// Columns, and those of answers.
type Header = (Columns, Vec<(usize, String)>);

fn long(spec: &ReferenceSpec, titles: &[String]) -> Option<Header> {
    Some((Columns::by_name(spec.columns.to_vec(), &[], titles).ok()?, Vec::new()))
}

fn wide(spec: &ReferenceSpec, titles: &[String]) -> Option<Header> {
    let wide = spec.wide?;
    let keys = Columns::by_name(spec.columns.get(..wide.keys)?.to_vec(), &[], titles).ok()?;
    let answers = titles.iter().cloned().enumerate().filter(|(_, title)| (wide.is_column)(title));
    let answers: Vec<(usize, String)> = answers.take(limits::ANSWER_COLUMNS).collect();
    (!answers.is_empty()).then_some((keys, answers))
}

/// Hands on the rows of a sheet until `visit` has seen enough.
fn rows(
    book: &mut Book<'_>,
    name: &str,
    mut visit: impl FnMut(u32, &Cells) -> bool,
) -> Result<(), String> {
    let mut reader = book.worksheet_cells_reader(name).map_err(|error| unreadable(&error))?;
    let mut row: Option<u32> = None;
    let mut cells = Cells::new();
    let mut count = 0;
    while let Some(cell) = reader.next_cell().map_err(|error| unreadable(&error))? {
        count += 1;
        if count > limits::CELLS {
            return Err(format!("arket '{name}' har mere end {} celler", limits::CELLS));
        }
        let (number, column) = cell.get_position();
        if row.is_some_and(|row| row != number) {
            cells.sort_by_key(|(column, _)| *column);
            if !row.is_some_and(|row| visit(row, &cells)) {
                return Ok(());
            }
            cells.clear();
        }
        row = Some(number);
        let text = text(cell.get_value());
        if !text.is_empty() {
            cells.push((column, text));
        }
    }
    if let Some(row) = row {
        cells.sort_by_key(|(column, _)| *column);
        visit(row, &cells);
    }
    Ok(())
}

/// A cell as text: numbers without a needless `.0`, yes and no in Danish.
fn text(value: &DataRef<'_>) -> String {
    let text = match Data::from(value.clone()) {
        Data::Float(number) => number.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Bool(yes) => if yes { "Ja" } else { "Nej" }.to_owned(),
        Data::String(text) => text,
        Data::Empty | Data::Error(_) => String::new(),
        other => other.to_string(),
    };
    let longest = text.floor_char_boundary(limits::FIELD_BYTES);
    text[..longest].trim().to_owned()
}
