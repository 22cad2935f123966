//! The tables of a star as CSV, for the rivals: facts with their keys and days, before the engine
//! has cut, sorted or counted anything.

use std::io::Write;

use anyhow::Result;
use cube_schema::table::{DimensionTable, FactColumn, FactTable, StepTable, Timeline};
use terning_engine::load::Loaded;

use crate::output::Output;

/// Writes every table of a star, and its timeline, into the folder `tables` of the results.
///
/// # Errors
/// A file cannot be written.
pub fn write(loaded: &Loaded, output: &Output) -> Result<()> {
    let to = |name: &str| output.file("tables", &format!("{name}.csv"));
    for table in &loaded.star.dimensions {
        to(&table.name)?.map_or(Ok(()), |mut out| dimension(table, &mut out))?;
    }
    for table in &loaded.star.facts {
        to(&table.name)?.map_or(Ok(()), |mut out| facts(table, &mut out))?;
    }
    for table in &loaded.star.steps {
        to(&table.name)?.map_or(Ok(()), |mut out| steps(table, &mut out))?;
    }
    to("tid")?.map_or(Ok(()), |mut out| timeline(loaded.timeline, &mut out))
}

fn timeline(timeline: Timeline, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "first_month;last_month\n{};{}", timeline.first, timeline.last)?;
    Ok(())
}

fn dimension(table: &DimensionTable, out: &mut dyn Write) -> Result<()> {
    let mut csv = csv::WriterBuilder::new().delimiter(b';').from_writer(out);
    csv.write_record(table.columns.iter().map(|(name, _)| name))?;
    for row in 0..table.len() {
        csv.write_record(table.columns.iter().map(|(_, values)| &*values[row]))?;
    }
    Ok(csv.flush()?)
}

fn is_text(column: &FactColumn) -> bool {
    matches!(column, FactColumn::Text(_) | FactColumn::Coded(..))
}

/// Numbers and days; a list has spaces between its numbers. Texts are left out.
fn facts(table: &FactTable, out: &mut dyn Write) -> Result<()> {
    let columns: Vec<_> = table.columns.iter().filter(|(_, values)| !is_text(values)).collect();
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    writeln!(out, "{}", names.join(";"))?;
    let rows = columns.first().map_or(0, |(_, values)| values.len());
    for row in 0..rows {
        for (place, (_, values)) in columns.iter().enumerate() {
            let end = if place + 1 == columns.len() { "\n" } else { ";" };
            write!(out, "{}{end}", value(values, row))?;
        }
    }
    Ok(())
}

fn value(column: &FactColumn, row: usize) -> String {
    match column {
        FactColumn::Id(values) => values[row].to_string(),
        FactColumn::Day(values) => values[row].0.to_string(),
        FactColumn::Number(values) => values[row].to_string(),
        FactColumn::Ids(lists) => numbers(lists.get(row)),
        FactColumn::Shared(lists, of) => numbers(lists.get(of[row] as usize)),
        FactColumn::Text(_) | FactColumn::Coded(..) => String::new(),
    }
}

fn numbers(list: &[u32]) -> String {
    list.iter().map(u32::to_string).collect::<Vec<String>>().join(" ")
}

fn steps(table: &StepTable, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "series;from;member")?;
    for (series, range) in table.offsets.windows(2).enumerate() {
        for step in range[0] as usize..range[1] as usize {
            writeln!(out, "{series};{};{}", table.from[step].0, table.member[step])?;
        }
    }
    Ok(())
}
