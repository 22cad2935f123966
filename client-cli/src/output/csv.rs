//! CSV for spreadsheets: `;`, UTF-8 with BOM, raw values with the decimal sign of the cube's language.
//!
//! One header row per field across; the names of the fields down stand in the last of them. Properties
//! of members down that were asked for are columns behind them.

use std::borrow::Cow;
use std::io::{self, Write};

use terning_proto::v1::PropertyValue;

use super::grid::Grid;
use super::number;
use crate::answer::{Answer, Value};

/// Excel takes a file without it for Windows-1252.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Writes an answer.
///
/// # Errors
/// It cannot be written.
pub fn write(out: &mut dyn Write, answer: &Answer) -> io::Result<()> {
    let grid = Grid::new(answer);
    out.write_all(BOM)?;
    write_headers(out, &grid)?;
    for row in 0..grid.rows() {
        let mut line: Vec<String> = grid.row(row).into_iter().map(str::to_owned).collect();
        let told = grid.properties(row).into_iter();
        line.extend(told.map(|told| property(told, answer.language)));
        let first = line.len();
        line.resize(first + grid.columns(), String::new());
        for (column, place) in grid.cells(row) {
            line[first + column] = raw(answer, place);
        }
        write_line(out, &line)?;
    }
    Ok(())
}

/// A property as programs read it; nothing where a member has none.
fn property(told: Option<&PropertyValue>, language: u32) -> String {
    use terning_proto::v1::property_value::Value;
    match told.and_then(|told| told.value.as_ref()) {
        None => String::new(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Number(value)) => number::raw_in_language(*value, language),
        Some(Value::Truth(truth)) => if *truth { "Sand" } else { "Falsk" }.to_owned(),
        Some(Value::Day(day)) => number::date(*day),
    }
}

/// A cell as programs read it.
fn raw(answer: &Answer, place: usize) -> String {
    match answer.cells[place].value {
        Value::Number(number) => number::raw_in_language(number, answer.language),
        Value::Day(day) => number::date(day),
        Value::Text(text) => answer.text(text).to_owned(),
        Value::Truth(_) | Value::Error(_) | Value::Hidden => answer.shown(place).into_owned(),
    }
}

fn write_headers(out: &mut dyn Write, grid: &Grid<'_>) -> io::Result<()> {
    let across = grid.column_fields().len();
    let fields = grid.row_fields().into_iter().map(str::to_owned);
    let down: Vec<String> = fields.chain(grid.row_properties()).collect();
    let columns: Vec<Vec<&str>> = (0..grid.columns()).map(|column| grid.column(column)).collect();
    for level in 0..across {
        let is_last = level + 1 == across;
        let names = down.iter().map(|name| if is_last { name.as_str() } else { "" });
        let captions = columns.iter().map(|captions| captions[level]);
        write_line(out, &names.chain(captions).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// A text that a spreadsheet would take for a formula, behind the sign that makes it a text: some of
/// it comes from deliveries, and must not be run by who opens the file. Numbers stay numbers.
fn shielded(value: &str) -> Cow<'_, str> {
    let is_number =
        |rest: &str| rest.chars().all(|one| one.is_ascii_digit() || ",.Ee-".contains(one));
    let runs = match value.chars().next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => !is_number(&value[1..]),
        _ => false,
    };
    if runs { format!("'{value}").into() } else { value.into() }
}

/// Writes one line, quoting what needs it, so that a spreadsheet shows it as it is.
pub(super) fn write_line(out: &mut dyn Write, values: &[impl AsRef<str>]) -> io::Result<()> {
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            out.write_all(b";")?;
        }
        let value = shielded(value.as_ref());
        if value.contains([';', '"', '\n', '\r']) {
            write!(out, "\"{}\"", value.replace('"', "\"\""))?;
        } else {
            out.write_all(value.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::tests::{answer, axis};

    #[test]
    fn headers_stand_above_raw_values() {
        let axes = vec![
            axis(&["[T].[Kvartal]", "[Measures]"], &[&["K1", "Antal"], &["K2", "Antal"]]),
            axis(&["[S].[Navn; og mere]"], &[&["a\"b"], &["ø"]]),
        ];
        let mut out = Vec::new();
        write(&mut out, &answer(axes, &[(0, 1234.0), (3, 0.5)], 0)).unwrap();
        let expected = "\u{feff};K1;K2\n\"Navn; og mere\";Antal;Antal\n\"a\"\"b\";1234;\nø;;0,5\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn no_text_is_a_formula() {
        let mut out = Vec::new();
        let texts = [
            "=HYPERLINK(\"x\")",
            "@A1",
            "+45 12",
            "-1+1",
            "\t=1",
            "-5,5",
            "-1,5E-7",
            "-",
            "– x",
            "1=1",
        ];
        write_line(&mut out, &texts).unwrap();
        let expected =
            "\"'=HYPERLINK(\"\"x\"\")\";'@A1;'+45 12;'-1+1;'\t=1;-5,5;-1,5E-7;-;– x;1=1\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
