//! An accepted delivery → typed records, and the lines that are none.

use cube_schema::domain::{Domain, Refused, Row};
use cube_schema::rule::Warning;
use hashbrown::HashMap;

use super::accept::{Accepted, field_names};
use super::findings::{Rejects, Tally};
use super::input::{InputError, Inputs};

/// A record and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRecord<R> {
    /// The record.
    pub record: R,
    /// The line on which it starts.
    pub line: u64,
}

/// Whether a record counts.
pub type Keep<'a, R> = dyn Fn(&R) -> bool + 'a;

/// The records of one delivery.
#[derive(Clone, Debug)]
pub struct FileRecords<R> {
    /// The records that count of it, in the order of the file.
    pub records: Vec<ReadRecord<R>>,
    /// How many could be read, kept or not.
    pub read: u64,
    /// The lines that could not.
    pub rejects: Rejects,
    /// Warnings of the records that count.
    pub warnings: Tally,
}

/// Reads a delivery and keeps the records that `keep` wants; without it they are only counted.
/// Of an id that stands there more than once the last record counts, with a warning.
///
/// # Errors
/// The file cannot be read again, or has changed since it was accepted.
pub fn read_records<D: Domain>(
    domain: &D,
    reference: &D::Reference,
    inputs: &Inputs<'_>,
    delivery: &Accepted,
    keep: Option<&Keep<'_, D::Record>>,
) -> Result<FileRecords<D::Record>, InputError> {
    let file = &delivery.info.file;
    let (bytes, _) = inputs.read(file)?;
    let (mut read, mut rejects) = (0, Rejects::of(file));
    let mut all = Vec::new();
    let mut take = |line, row: Result<Row<'_>, Refused>| match row
        .and_then(|row| domain.read_record(&row, &delivery.info, reference))
    {
        Ok((record, warnings)) => {
            read += 1;
            if keep.is_some() {
                all.push((ReadRecord { record, line }, warnings));
            }
        }
        Err(refused) => rejects.add(line, refused),
    };
    let names = field_names(domain, delivery.info.full);
    // The same bytes have been looked through before they were accepted.
    delivery.format.each(&bytes, names, &mut take).map_err(|_| InputError::Changed)?;
    drop(bytes);

    let mut warnings = Tally::default();
    let superseded = superseded(domain, file, &all, &mut warnings);
    let mut records = Vec::with_capacity(all.len());
    for ((read, said), superseded) in all.into_iter().zip(superseded) {
        if !superseded && keep.is_some_and(|keep| keep(&read.record)) {
            warnings.at(file, read.line, said);
            records.push(read);
        }
    }
    Ok(FileRecords { records, read, rejects, warnings })
}

/// For each record whether a later one of the file has the same id.
fn superseded<D: Domain>(
    domain: &D,
    file: &str,
    all: &[(ReadRecord<D::Record>, Vec<Warning>)],
    warnings: &mut Tally,
) -> Vec<bool> {
    let mut superseded = vec![false; all.len()];
    let mut latest = HashMap::with_capacity(all.len());
    for (place, (read, _)) in all.iter().enumerate() {
        if let Some(earlier) = latest.insert(domain.record_id(&read.record), place) {
            superseded[earlier] = true;
            let (line, earlier) = (read.line, all[earlier].0.line);
            warnings.count("Samme id to gange i en fuld bestand", || {
                format!("{file}: linje {line} tæller i stedet for linje {earlier}")
            });
        }
    }
    superseded
}
