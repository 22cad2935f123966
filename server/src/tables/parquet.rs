//! Parquet: flat columns of texts, numbers, truths, days and times.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;
use ::parquet::schema::types::Type;
use cube_schema::day::Day;
use terning_engine::tables::{RowAt, TableError};

use super::Each;

/// Milliseconds of a day.
const DAY_MILLIS: i64 = 86_400_000;

pub(super) fn columns(table: &str, path: &Path) -> Result<Vec<String>, TableError> {
    let reader = open(table, path)?;
    let fields = reader.metadata().file_metadata().schema().get_fields();
    Ok(fields.iter().map(|field| field.name().to_owned()).collect())
}

pub(super) fn rows(
    table: &str,
    path: &Path,
    columns: &[usize],
    each: &mut Each<'_>,
) -> Result<(), TableError> {
    let reader = open(table, path)?;
    let schema = reader.metadata().file_metadata().schema();
    let fields = schema.get_fields();
    let mut chosen: Vec<usize> = columns.to_vec();
    chosen.sort_unstable();
    let own = chosen.iter().map(|&column| Arc::clone(&fields[column])).collect();
    let projected = Type::group_type_builder(schema.name()).with_fields(own).build();
    let projected = projected.map_err(|error| broken(table, &error))?;
    let place = |column: &usize| chosen.iter().position(|one| one == column).unwrap_or(0);
    let places: Vec<usize> = columns.iter().map(place).collect();
    let rows = reader.get_row_iter(Some(projected)).map_err(|error| broken(table, &error))?;
    for (number, row) in rows.enumerate() {
        let row = row.map_err(|error| broken(table, &error))?;
        let texts: Vec<Option<String>> =
            row.get_column_iter().map(|(_, field)| text(field)).collect();
        let texts: Vec<Option<&str>> =
            places.iter().map(|&at| texts.get(at).and_then(Option::as_deref)).collect();
        each(RowAt::Row(number as u64 + 1), &texts)?;
    }
    Ok(())
}

fn open(table: &str, path: &Path) -> Result<SerializedFileReader<File>, TableError> {
    let file = File::open(path).map_err(|error| TableError::new(table, error.to_string()))?;
    SerializedFileReader::new(file).map_err(|error| broken(table, &error))
}

fn broken(table: &str, error: &ParquetError) -> TableError {
    TableError::new(table, format!("filen kan ikke læses som Parquet: {error}"))
}

/// A value as the text that CSV would have; nothing where there is none.
fn text(field: &Field) -> Option<String> {
    let day = |days: i64| {
        i32::try_from(days).map_or_else(|_| days.to_string(), |day| Day(day).to_string())
    };
    match field {
        Field::Null => None,
        Field::Str(text) if text.is_empty() => None,
        Field::Str(text) => Some(text.clone()),
        Field::Date(days) => Some(day((*days).into())),
        Field::TimestampMillis(millis) => Some(day(millis.div_euclid(DAY_MILLIS))),
        Field::TimestampMicros(micros) => Some(day(micros.div_euclid(DAY_MILLIS * 1000))),
        Field::Double(number) => Some(number.to_string()),
        Field::Float(number) => Some(number.to_string()),
        other => Some(other.to_string()),
    }
}
