//! Excel workbooks that one would hand to a manager: a sheet of figures with frozen headings,
//! number formats and fitting columns, and a sheet that says where they come from.

mod about;
mod sheet;

use rust_xlsxwriter::{DocProperties, Workbook, XlsxError};

use super::grid::Grid;
use super::number::date_in_language;
use super::{Heading, List, table as screen};
use crate::answer::{Answer, Value as Cell};
use crate::error::Error;
use crate::table::{self, Table};
use sheet::{Row, Sheet, Value};

/// How hard a workbook is packed, from 1 to 9: as Excel itself does. The level that is usual elsewhere (6)
/// makes it a twentieth smaller and takes half as long again.
const PACKED: u8 = 3;
/// Rows and columns of a worksheet.
const MOST: (usize, usize) = (1_048_576, 16_384);

/// Writes an answer: the figures, and a sheet on their source.
///
/// # Errors
/// It has more rows or columns than a worksheet.
pub fn answer(heading: &Heading, answer: &Answer) -> Result<Vec<u8>, Error> {
    let mut book = book(heading.title.as_deref().unwrap_or(&answer.cube));
    figures(heading, answer).write(book.add_worksheet())?;
    about::of_answer(heading, answer).write(book.add_worksheet())?;
    Ok(book.save_to_buffer()?)
}

/// Writes a table: its rows, and a sheet on their source.
///
/// # Errors
/// It has more rows than a worksheet.
pub fn table(table: &Table) -> Result<Vec<u8>, Error> {
    let mut book = book(&table.title);
    rows(table).write(book.add_worksheet())?;
    about::of_table(table).write(book.add_worksheet())?;
    Ok(book.save_to_buffer()?)
}

/// Writes lists, a sheet each.
///
/// # Errors
/// One has more rows than a worksheet.
pub fn lists(lists: &[List]) -> Result<Vec<u8>, Error> {
    let mut book = book(lists.first().map_or("", |list| &list.title));
    for list in lists {
        of_list(list).write(book.add_worksheet())?;
    }
    Ok(book.save_to_buffer()?)
}

fn book(title: &str) -> Workbook {
    let mut book = Workbook::new();
    book.set_zip_compression_level(PACKED);
    book.set_properties(&DocProperties::new().set_title(title).set_author("Terning"));
    book
}

/// The grid of an answer.
fn figures<'a>(heading: &'a Heading, answer: &'a Answer) -> Sheet<'a> {
    let grid = Grid::new(answer);
    let down = grid.row_fields();
    let labels = down.len();
    let width = labels + grid.columns();
    let rows = (0..grid.rows()).map(move |row| {
        let mut values: Row = grid.row(row).into_iter().map(Value::text).collect();
        values.resize(width, Value::Empty);
        for (column, place) in grid.cells(row) {
            values[labels + column] = of_cell(answer, place);
        }
        values
    });
    Sheet {
        name: "Tal".to_owned(),
        title: heading.title.clone().unwrap_or_else(|| answer.cube.clone()),
        about: screen::about(
            &answer.cube,
            &answer.version,
            &date_in_language(&answer.as_of, answer.language),
            answer.reported(),
        ),
        headers: headers(&Grid::new(answer)),
        labels,
        rows: Box::new(rows),
    }
}

/// A cell, so that a spreadsheet can go on with it.
fn of_cell(answer: &Answer, place: usize) -> Value {
    let cell = answer.cells[place];
    match cell.value {
        Cell::Number(number) => Value::Number(number, cell.decimals),
        Cell::Day(day) => Value::Day(day),
        Cell::Text(text) => Value::text(answer.text(text)),
        Cell::Truth(_) | Cell::Error(_) | Cell::Hidden => Value::text(&answer.shown(place)),
    }
}

/// A row of captions per field across; the names of the fields down stand in the last.
fn headers(grid: &Grid<'_>) -> Vec<Vec<String>> {
    let down = grid.row_fields();
    let columns: Vec<Vec<&str>> = (0..grid.columns()).map(|column| grid.column(column)).collect();
    let levels = grid.column_fields().len();
    let level = |level: usize| {
        let is_last = level + 1 == levels;
        let names = down.iter().map(move |&name| if is_last { name } else { "" });
        names.chain(columns.iter().map(|captions| captions[level])).map(str::to_owned).collect()
    };
    (0..levels).map(level).collect()
}

/// The rows of a table; the first column stays when one scrolls.
fn rows(table: &Table) -> Sheet<'_> {
    let value = |column: &table::Column, row: usize| match &column.values[row] {
        table::Value::Missing => Value::Empty,
        table::Value::Text(text) => Value::text(text),
        table::Value::Number(number) if column.is_ordinal() => Value::Ordinal(*number),
        table::Value::Number(number) => Value::Number(*number, column.decimals),
        table::Value::Day(day) => Value::Day(*day),
    };
    let row = move |row| table.columns.iter().map(|column| value(column, row)).collect();
    Sheet {
        name: "Tal".to_owned(),
        title: table.title.clone(),
        about: screen::about(
            &table.cube,
            &table.version,
            &date_in_language(&table.as_of, table.language),
            table.reported(),
        ),
        headers: vec![table.columns.iter().map(|column| column.name.clone()).collect()],
        labels: 1,
        rows: Box::new((0..table.rows()).map(row)),
    }
}

fn of_list(list: &List) -> Sheet<'_> {
    Sheet {
        name: list.title.clone(),
        title: list.title.clone(),
        about: String::new(),
        headers: vec![list.headers.iter().map(|&header| header.to_owned()).collect()],
        labels: 1,
        rows: Box::new(
            list.rows.iter().map(|row| row.iter().map(|text| Value::text(text)).collect()),
        ),
    }
}

impl From<XlsxError> for Error {
    fn from(error: XlsxError) -> Error {
        Error::new(format!("regnearket kan ikke skrives: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};
    use terning_proto::v1::TableColumnType;

    use super::*;
    use crate::answer::tests::{answer as given, axis};
    use crate::output::Choice;

    fn read(bytes: Vec<u8>, sheet: &str) -> Vec<Vec<Data>> {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        book.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect()
    }

    fn text(text: &str) -> Data {
        Data::String(text.to_owned())
    }

    #[test]
    fn figures_stand_under_their_captions_and_are_numbers() {
        let axes = vec![
            axis(&["[T].[Kvartal]", "[Measures]"], &[&["K1", "Antal"], &["K2", "Antal"]]),
            axis(&["[K].[Kommune]"], &[&["153"], &["155"]]),
        ];
        let answered = given(axes, &[(0, 1234.0), (3, 0.5)], 1);
        let rows = read(answer(&Heading::default(), &answered).unwrap(), "Tal");
        assert_eq!(rows[0][0], text("Ting"));
        assert_eq!(rows[3], [Data::Empty, text("K1"), text("K2")]);
        assert_eq!(rows[4], [text("Kommune"), text("Antal"), text("Antal")]);
        assert_eq!(rows[5], [text("153"), Data::Float(1234.0), Data::Empty]);
        assert_eq!(rows[6], [text("155"), Data::Empty, Data::Float(0.5)]);
    }

    #[test]
    fn a_sheet_says_where_the_figures_come_from_and_what_was_chosen() {
        let heading = Heading {
            title: Some("Rapport".to_owned()),
            notes: vec!["Foreløbige tal.".to_owned()],
            choices: vec![Choice::new("Filter", "Tid.År=2020")],
        };
        let rows =
            read(answer(&heading, &given(Vec::new(), &[(0, 7.0)], 0)).unwrap(), "Om tallene");
        let value = |name: &str| {
            rows.iter().find(|row| row[0] == text(name)).map(|row| row[1].clone()).unwrap()
        };
        assert_eq!(value("Kube"), text("Ting"));
        assert_eq!(value("Version"), text("2026-10.1"));
        assert_eq!(value("Til og med"), text("31.10.2026"));
        assert_eq!(value("Filter"), text("Tid.År=2020"));
        assert_eq!(value("Bemærk"), text("Foreløbige tal."));
    }

    #[test]
    fn a_table_keeps_texts_numbers_and_days() {
        let column = |name: &str, kind, value| table::Column {
            name: name.to_owned(),
            unit: "borgere".to_owned(),
            decimals: 0,
            personal: false,
            kind,
            values: vec![value, table::Value::Missing],
        };
        let asked = Table {
            title: "Ydelser".to_owned(),
            columns: vec![
                column("Kode", TableColumnType::Text, table::Value::Text("084".into())),
                column("Antal", TableColumnType::Number, table::Value::Number(7.0)),
                column("Dag", TableColumnType::Day, table::Value::Day(20_757)),
            ],
            ..Table::default()
        };
        let written = table(&asked).unwrap();
        let rows = read(written.clone(), "Tal");
        assert_eq!(rows[4][..2], [text("084"), Data::Float(7.0)]);
        let Data::DateTime(day) = &rows[4][2] else { unreachable!("{:?}", rows[4]) };
        // 31 October 2026, as days since 1900 in the count of Excel.
        assert_eq!(day.as_f64(), 46_326.0);
        assert!(read(written, "Om tallene").iter().any(|row| row[0] == text("Enhed, Antal")));
    }

    #[test]
    fn lists_have_a_sheet_each() {
        let list = |title: &str| List {
            title: title.to_owned(),
            headers: vec!["Navn"],
            rows: vec![vec!["x".to_owned()]],
        };
        let bytes = lists(&[list("Felter i [A]/[B]"), list("Mål")]).unwrap();
        assert_eq!(read(bytes, "Mål").last().unwrap(), &[text("x")]);
    }

    #[test]
    fn more_than_a_worksheet_holds_is_refused_with_advice() {
        let columns: Vec<String> = (0..MOST.1).map(|number| number.to_string()).collect();
        let columns: Vec<[&str; 1]> = columns.iter().map(|caption| [caption.as_str()]).collect();
        let columns: Vec<&[&str]> = columns.iter().map(|column| &column[..]).collect();
        let axes = vec![axis(&["[A].[B]"], &columns), axis(&["[C].[D]"], &[&["x"]])];
        let error = answer(&Heading::default(), &given(axes, &[], 0)).unwrap_err();
        assert!(error.to_string().contains("csv"), "{error}");
    }
}
