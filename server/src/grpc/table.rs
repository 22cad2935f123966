//! Tables as messages: a head with the columns, then runs of rows.

use std::sync::Arc;

use cube_schema::day::Day;
use cube_schema::language::Language;
use hashbrown::HashMap;
use terning_engine::query::table::{TableColumn, Values};
use terning_engine::query::{Cancel, Table};
use terning_proto::v1;
use terning_proto::v1::table_part::Part;
use tonic::Status;

use super::call::Sight;
use super::{convert, status};

/// Values of one part of a stream: some 300 KB of texts.
const PART_VALUES: usize = 1 << 15;

/// What stands above a table.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    pub title: String,
    pub notes: Vec<String>,
    /// The cube that was asked.
    pub cube: String,
    /// How many municipalities of the answer are behind.
    pub behind: u32,
    /// The conditions and choices that were asked with.
    pub filters: Vec<String>,
    /// Where the source proposes it.
    pub source: String,
    /// Whether somebody reports to the cube.
    pub has_reporters: bool,
}

/// A table in parts, each well below the 4 MiB that clients accept by default.
///
/// # Errors
/// The question was ended.
pub(super) fn parts(
    sight: &Sight,
    about: About,
    table: &Table,
    cancel: &Cancel,
) -> Result<Vec<v1::TablePart>, Status> {
    let cube = sight.cube_named(&about.cube);
    let head = v1::ReportTable {
        title: about.title,
        notes: about.notes,
        columns: table.columns.iter().map(column).collect(),
        cube: about.cube,
        version: Some(convert::version(&sight.version, cube)),
        behind: about.behind,
        filters: about.filters,
        source: about.source,
        has_reporters: about.has_reporters,
        language: cube.map_or_else(Language::default, |cube| cube.language).number(),
    };
    let size = (PART_VALUES / table.columns.len().max(1)).max(1);
    let runs = (0..table.rows()).step_by(size).map(|start| {
        let end = (start + size).min(table.rows());
        let columns = table.columns.iter().map(|column| values(&column.values, start, end));
        Part::Rows(v1::TableRows { count: (end - start) as u32, columns: columns.collect() })
    });
    let parts = std::iter::once(Part::Head(head)).chain(runs);
    let looked = |part| {
        cancel.check().map_err(status::of_query)?;
        Ok(v1::TablePart { part: Some(part) })
    };
    parts.map(looked).collect()
}

fn column(column: &TableColumn) -> v1::TableColumn {
    let kind = match column.values {
        Values::Text(_) => v1::TableColumnType::Text,
        Values::Number(_) => v1::TableColumnType::Number,
        Values::Day(_) => v1::TableColumnType::Day,
    };
    v1::TableColumn {
        name: column.name.clone(),
        r#type: kind as i32,
        unit: column.unit.clone(),
        decimals: column.decimals.into(),
        personal: column.personal,
    }
}

fn values(values: &Values, start: usize, end: usize) -> v1::TableValues {
    match values {
        Values::Text(texts) => self::texts(&texts[start..end]),
        Values::Number(numbers) => v1::TableValues {
            numbers: numbers[start..end].iter().map(|number| number.unwrap_or(0.0)).collect(),
            missing: missing(&numbers[start..end]),
            ..v1::TableValues::default()
        },
        Values::Day(days) => v1::TableValues {
            days: days[start..end].iter().map(|day| day.map_or(0, |Day(day)| day)).collect(),
            missing: missing(&days[start..end]),
            ..v1::TableValues::default()
        },
    }
}

fn texts(texts: &[Option<Arc<str>>]) -> v1::TableValues {
    let mut values = v1::TableValues { missing: missing(texts), ..v1::TableValues::default() };
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    for text in texts.iter().map(|text| text.as_deref().unwrap_or_default()) {
        let number = *numbers.entry(text).or_insert_with(|| {
            values.dictionary.push(text.to_owned());
            values.dictionary.len() as u32 - 1
        });
        values.texts.push(number);
    }
    values
}

fn missing<T>(values: &[Option<T>]) -> Vec<u32> {
    let rows = (0_u32..).zip(values);
    rows.filter(|(_, value)| value.is_none()).map(|(row, _)| row).collect()
}
