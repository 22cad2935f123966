//! Draws tables: records, steps and lines of reports.

use std::io::{self, Write};

use serde_json::{Value as Json, json};
use terning_proto::v1::TableColumnType;

use super::number;
use super::{csv, table};
use crate::table::{Column, Table, Value};

/// Characters of a text in a table on the screen; the rest is left out, but for the last column, behind
/// which nothing stands.
const LONGEST: usize = 60;

/// Writes a table for people.
pub(super) fn write_table(out: &mut dyn Write, answer: &Table) -> io::Result<()> {
    if !answer.title.is_empty() {
        writeln!(out, "{}", answer.title)?;
    }
    let as_of = number::date_in_language(&answer.as_of, answer.language);
    writeln!(out, "{}", table::about(&answer.cube, &answer.version, &as_of, answer.reported()))?;
    writeln!(out)?;
    if answer.rows() == 0 {
        writeln!(out, "Svaret er tomt: ingen data opfylder betingelserne.")?;
    } else {
        write_rows(out, answer)?;
    }
    table::write_notes(out, &answer.notes)
}

fn write_rows(out: &mut dyn Write, answer: &Table) -> io::Result<()> {
    let last = answer.columns.len().saturating_sub(1);
    let longest = |at| if at == last { usize::MAX } else { LONGEST };
    let cells = answer
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| shown(column, answer.language, longest(at)));
    let cells: Vec<Vec<String>> = cells.collect();
    let columns = || answer.columns.iter().zip(&cells);
    let widths: Vec<usize> = columns().map(|(column, cells)| width(column, cells)).collect();
    let headings: Vec<&str> = answer.columns.iter().map(|column| column.name.as_str()).collect();
    let rules = widths.iter().map(|&width| "─".repeat(width.min(LONGEST)));
    let rules: Vec<String> = rules.collect();
    write_line(out, answer, &headings, &widths)?;
    write_line(out, answer, &rules.iter().map(String::as_str).collect::<Vec<_>>(), &widths)?;
    for row in 0..answer.rows() {
        let line: Vec<&str> = cells.iter().map(|cells| cells[row].as_str()).collect();
        write_line(out, answer, &line, &widths)?;
    }
    Ok(())
}

/// Numbers to the right, everything else to the left.
fn write_line(
    out: &mut dyn Write,
    answer: &Table,
    cells: &[&str],
    widths: &[usize],
) -> io::Result<()> {
    let padded = answer.columns.iter().zip(cells).zip(widths).map(|((column, cell), &width)| {
        match column.kind {
            TableColumnType::Number => format!("{cell:>width$}"),
            _ => format!("{cell:<width$}"),
        }
    });
    writeln!(out, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())
}

fn shown(column: &Column, language: u32, longest: usize) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::Missing => String::new(),
        Value::Text(text) if text.chars().count() > longest => {
            text.chars().take(longest - 1).chain(['…']).collect()
        }
        Value::Text(text) => text.to_string(),
        Value::Number(number) if column.is_ordinal() => format!("{number:.0}"),
        Value::Number(number) => number::in_language(*number, column.decimals, language),
        Value::Day(day) => number::date_in_language(&number::date(*day), language),
    };
    column.values.iter().map(text).collect()
}

fn width(column: &Column, cells: &[String]) -> usize {
    let all = cells.iter().map(String::as_str).chain([column.name.as_str()]);
    all.map(|text| text.chars().count()).max().unwrap_or(0)
}

/// Writes a table as CSV: a header, then raw values.
pub(super) fn write_csv(out: &mut dyn Write, answer: &Table) -> io::Result<()> {
    out.write_all(csv::BOM)?;
    let headings = answer.columns.iter().map(|column| column.name.as_str());
    csv::write_line(out, &headings.collect::<Vec<_>>())?;
    for row in 0..answer.rows() {
        let raw = answer.columns.iter().map(|column| match &column.values[row] {
            Value::Missing => String::new(),
            Value::Text(text) => text.to_string(),
            Value::Number(number) => number::raw_in_language(*number, answer.language),
            Value::Day(day) => number::date(*day),
        });
        csv::write_line(out, &raw.collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Writes a table as JSON, a line per row: a large table is never a large text.
pub(super) fn write_json(out: &mut dyn Write, answer: &Table) -> io::Result<()> {
    let columns = answer.columns.iter().map(|column| {
        json!({
            "name": column.name,
            "type": kind(column.kind),
            "unit": column.unit,
            "decimals": column.decimals,
        })
    });
    let head = json!({
        "title": answer.title,
        "notes": answer.notes,
        "cube": answer.cube,
        "version": answer.version,
        "as_of": answer.as_of,
        "behind": answer.behind,
        "filters": answer.filters,
        "columns": columns.collect::<Vec<Json>>(),
    });
    let head = head.to_string();
    write!(out, "{},\"rows\":[", head.trim_end_matches('}'))?;
    for row in 0..answer.rows() {
        let values = answer.columns.iter().map(|column| match &column.values[row] {
            Value::Missing => Json::Null,
            Value::Text(text) => json!(text.as_ref()),
            Value::Number(number) => number::json(*number),
            Value::Day(day) => json!(number::date(*day)),
        });
        let comma = if row > 0 { ",\n" } else { "\n" };
        write!(out, "{comma}{}", Json::Array(values.collect()))?;
    }
    writeln!(out, "\n]}}")
}

fn kind(kind: TableColumnType) -> &'static str {
    match kind {
        TableColumnType::Number => "number",
        TableColumnType::Day => "day",
        TableColumnType::Text | TableColumnType::Unspecified => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Table {
        let column = |name: &str, kind, values: Vec<Value>| Column {
            name: name.to_owned(),
            unit: String::new(),
            decimals: 0,
            personal: false,
            kind,
            values,
        };
        let day = Value::Day(20_757);
        Table {
            title: "Ydelser".to_owned(),
            version: "2026-10.1".to_owned(),
            as_of: "2026-10-31".to_owned(),
            cube: "Ting".to_owned(),
            columns: vec![
                column(
                    "Navn",
                    TableColumnType::Text,
                    vec![Value::Text("a;b".into()), Value::Missing],
                ),
                column(
                    "Antal",
                    TableColumnType::Number,
                    vec![Value::Number(1234.0), Value::Missing],
                ),
                column("Dag", TableColumnType::Day, vec![day, Value::Missing]),
            ],
            ..Table::default()
        }
    }

    #[test]
    fn a_line_of_a_file_is_no_amount() {
        let mut asked = answer();
        asked.columns[1].unit = "nr.".to_owned();
        let mut out = Vec::new();
        write_table(&mut out, &asked).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("a;b    1234  31.10.2026"), "{text}");
    }

    #[test]
    fn numbers_and_days_are_in_the_language_of_the_cube() {
        let mut asked = Table { language: number::ENGLISH, ..answer() };
        asked.columns[1].values[0] = Value::Number(1234.5);
        asked.columns[1].decimals = 1;
        let (mut shown, mut raw) = (Vec::new(), Vec::new());
        write_table(&mut shown, &asked).unwrap();
        write_csv(&mut raw, &asked).unwrap();
        let (shown, raw) = (String::from_utf8(shown).unwrap(), String::from_utf8(raw).unwrap());
        assert!(shown.contains("til og med 10/31/2026"), "{shown}");
        assert!(shown.contains("1,234.5  10/31/2026"), "{shown}");
        assert!(raw.contains(";1234.5;2026-10-31"), "{raw}");
    }

    fn written(write: fn(&mut dyn Write, &Table) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out, &answer()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_format_writes_values_its_own_way() {
        assert_eq!(written(write_csv), "\u{feff}Navn;Antal;Dag\n\"a;b\";1234;2026-10-31\n;;\n");
        let json: Json = serde_json::from_str(&written(write_json)).unwrap();
        assert_eq!(json["rows"][0], json!(["a;b", 1234, "2026-10-31"]));
        assert_eq!(json["rows"][1], json!([null, null, null]));
        assert_eq!(json["columns"][2]["type"], "day");
        let text = written(write_table);
        assert!(text.contains("a;b   1.234  31.10.2026"), "{text}");
    }
}
