//! A table that is written twice, row by row in batches: as CSV for people and spreadsheets, as
//! Parquet for programs.

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;

use cube_schema::day::Day;
use cube_schema::domains::vh::pakker::{Kolonne, Slags};
use hashbrown::HashSet;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;
use terning_engine::query::table::Values;

use super::out::{Failed, FileOut, Out, Shown, Witness};

/// The columns that name citizens.
const CITIZENS: [&str; 2] = ["Personnummer", "CPR"];

/// A table of a package that is being written.
pub(super) struct TableOut<'a> {
    columns: Vec<&'a Kolonne>,
    csv: FileOut,
    parquet: SerializedFileWriter<FileOut>,
    witness: Witness,
    /// Rows written.
    pub rows: u64,
}

impl From<ParquetError> for Failed {
    fn from(error: ParquetError) -> Failed {
        Failed::new(format!("Parquet-filen kunne ikke skrives: {error}"))
    }
}

impl<'a> TableOut<'a> {
    /// Begins `name.csv` and `name.parquet`.
    pub fn begin(out: &Out, name: &str, columns: Vec<&'a Kolonne>) -> Result<TableOut<'a>, Failed> {
        let mut csv = out.begin(format!("{name}.csv"));
        let header: Vec<&str> = columns.iter().map(|column| column.navn).collect();
        write!(csv, "\u{feff}{}\r\n", header.join(";"))?;
        let fields = columns.iter().map(|column| parquet_field(column).map(Arc::new));
        let fields = fields.collect::<Result<_, ParquetError>>()?;
        let schema = Type::group_type_builder(name).with_fields(fields).build()?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let parquet = SerializedFileWriter::new(
            out.begin(format!("{name}.parquet")),
            Arc::new(schema),
            Arc::new(properties),
        )?;
        Ok(TableOut { columns, csv, parquet, witness: out.witness(), rows: 0 })
    }

    /// Writes some rows: the values of every column, all as many.
    pub fn write(&mut self, batch: &[Values]) -> Result<(), Failed> {
        let rows = batch.first().map_or(0, Values::len);
        if rows == 0 {
            return Ok(());
        }
        self.rows += rows as u64;
        (self.witness)(Shown::Citizens(self.citizens(batch)))?;
        self.write_csv(batch, rows)?;
        let mut group = self.parquet.next_row_group()?;
        for (column, values) in self.columns.iter().zip(batch) {
            let mut writer =
                group.next_column()?.ok_or_else(|| Failed::new("en kolonne mangler"))?;
            write_column(column, values, &mut writer)?;
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Whom some rows show, each once.
    fn citizens(&self, batch: &[Values]) -> Vec<String> {
        let columns = self.columns.iter().zip(batch);
        let personal = columns.filter(|(column, _)| CITIZENS.contains(&column.navn));
        let texts = personal.filter_map(|(_, values)| match values {
            Values::Text(texts) => Some(texts),
            Values::Number(_) | Values::Day(_) => None,
        });
        let different: HashSet<&str> = texts.flatten().flatten().map(|text| &**text).collect();
        different.into_iter().map(str::to_owned).collect()
    }

    fn write_csv(&mut self, batch: &[Values], rows: usize) -> Result<(), Failed> {
        let mut line = String::new();
        for row in 0..rows {
            line.clear();
            for (at, (column, values)) in self.columns.iter().zip(batch).enumerate() {
                if at > 0 {
                    line.push(';');
                }
                push_value(&mut line, column, values, row);
            }
            line.push_str("\r\n");
            self.csv.write_all(line.as_bytes())?;
        }
        Ok(())
    }

    /// Ends both files.
    pub fn end(self, out: &mut Out) -> Result<u64, Failed> {
        out.end(self.csv)?;
        out.end(self.parquet.into_inner()?)?;
        Ok(self.rows)
    }
}

/// What a spreadsheet begins a formula with.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

// CSV: `;`, BOM, decimal comma, as spreadsheets in Danish read it.

fn push_value(line: &mut String, column: &Kolonne, values: &Values, row: usize) {
    match values {
        Values::Text(texts) => push_text(line, texts[row].as_deref().unwrap_or_default()),
        Values::Day(days) => {
            if let Some(day) = days[row] {
                line.push_str(&day.to_string());
            }
        }
        Values::Number(numbers) => match (numbers[row], column.slags) {
            (None, _) => {}
            (Some(number), Slags::Decimaltal) => {
                line.push_str(&number.to_string().replace('.', ","));
            }
            (Some(number), _) => line.push_str(&format!("{number:.0}")),
        },
    }
}

/// A text that a spreadsheet would take for a formula, behind the sign that makes it a text: some of it
/// comes from deliveries and from callers, and must not be run by who opens the file.
pub(crate) fn shielded(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA) { format!("'{text}").into() } else { text.into() }
}

fn push_text(line: &mut String, text: &str) {
    let text = shielded(text);
    if text.contains([';', '"', '\n', '\r']) {
        line.push('"');
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(&text);
    }
}

// Parquet: every column may be without a value.

fn parquet_field(column: &Kolonne) -> Result<Type, ParquetError> {
    let (physical, logical) = match column.slags {
        Slags::Tekst => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Slags::Heltal => (Physical::INT64, None),
        Slags::Decimaltal => (Physical::DOUBLE, None),
        Slags::Dato => (Physical::INT32, Some(LogicalType::Date)),
    };
    Type::primitive_type_builder(column.navn, physical)
        .with_logical_type(logical)
        .with_repetition(Repetition::OPTIONAL)
        .build()
}

fn write_column(
    column: &Kolonne,
    values: &Values,
    writer: &mut SerializedColumnWriter<'_>,
) -> Result<(), Failed> {
    match (values, column.slags) {
        (Values::Text(texts), Slags::Tekst) => {
            let (levels, found) = present(texts, |text| ByteArray::from(text.as_bytes().to_vec()));
            writer.typed::<ByteArrayType>().write_batch(&found, Some(&levels), None)?;
        }
        (Values::Day(days), Slags::Dato) => {
            let (levels, found) = present(days, |day: &Day| day.0);
            writer.typed::<Int32Type>().write_batch(&found, Some(&levels), None)?;
        }
        (Values::Number(numbers), Slags::Heltal) => {
            let (levels, found) = present(numbers, |number| *number as i64);
            writer.typed::<Int64Type>().write_batch(&found, Some(&levels), None)?;
        }
        (Values::Number(numbers), Slags::Decimaltal) => {
            let (levels, found) = present(numbers, |number| *number);
            writer.typed::<DoubleType>().write_batch(&found, Some(&levels), None)?;
        }
        _ => return Err(Failed::new(format!("kolonnen {} har en anden slags", column.navn))),
    }
    Ok(())
}

/// Which rows have a value, and the values.
fn present<T, V>(values: &[Option<T>], of: impl Fn(&T) -> V) -> (Vec<i16>, Vec<V>) {
    let levels = values.iter().map(|value| i16::from(value.is_some())).collect();
    (levels, values.iter().flatten().map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula_and_numbers_stay() {
        let column =
            |slags| Kolonne { navn: "x", kilde: "", slags, enhed: "", betydning: "", regel: "" };
        let text = |text: &str| {
            let mut line = String::new();
            push_value(&mut line, &column(Slags::Tekst), &Values::Text(vec![Some(text.into())]), 0);
            line
        };
        for (given, written) in [
            ("=1+1", "'=1+1"),
            ("+45", "'+45"),
            ("-1", "'-1"),
            ("@a", "'@a"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("=A1;B1", "\"'=A1;B1\""),
            ("1=1", "1=1"),
            ("", ""),
        ] {
            assert_eq!(text(given), written);
        }
        for (slags, written) in [(Slags::Heltal, "-2"), (Slags::Decimaltal, "-1,5")] {
            let mut line = String::new();
            push_value(&mut line, &column(slags), &Values::Number(vec![Some(-1.5)]), 0);
            assert_eq!(line, written);
        }
    }
}
