//! An accepted delivery → typed records, and the lines that are none.

use cube_schema::domain::{Domain, Place, Refused, Row};
use cube_schema::rule::Warning;

use super::accept::Accepted;
use super::findings::Rejects;
use super::format::Layout;
use super::input::{InputError, Inputs};

/// A record and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRecord<R> {
    /// The record.
    pub record: R,
    /// Where it stands in its file.
    pub place: Place,
}

/// What a line of a delivery says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry<R> {
    /// A record, with warnings that matter only if it counts.
    Record(ReadRecord<R>, Vec<Warning>),
    /// The record of this id is to disappear.
    Deletion(Box<str>, Place),
}

/// The lines of one delivery.
#[derive(Clone, Debug)]
pub struct FileRecords<R> {
    /// What its lines say, in the order of the file; empty where they are only counted.
    pub entries: Vec<Entry<R>>,
    /// How many could be read.
    pub read: u64,
    /// Those of them that delete.
    pub deletions: u64,
    /// The lines that could not.
    pub rejects: Rejects,
}

/// Reads a delivery; without `keep` its lines are only counted.
///
/// # Errors
/// The file cannot be read again, or has changed since it was accepted.
pub fn read_records<D: Domain>(
    domain: &D,
    reference: &D::Reference,
    inputs: &Inputs<'_>,
    delivery: &Accepted,
    keep: bool,
) -> Result<FileRecords<D::Record>, InputError> {
    let (mut read, mut deletions) = (0, 0);
    let mut rejects = Rejects::of(&delivery.info.file);
    let mut entries = Vec::new();
    let mut take = |place, row: Result<Row<'_>, Refused>| match row
        .and_then(|row| entry(domain, reference, delivery, &row))
    {
        Ok(entry) => {
            read += 1;
            deletions += u64::from(matches!(entry, Entry::Deletion(..)));
            if keep {
                entries.push(entry);
            }
        }
        Err(refused) => rejects.add(place, refused),
    };
    let layout = Layout::of(domain, delivery.info.full);
    let (walked, _) = inputs
        .walk(&delivery.info.file, |bytes| delivery.format.each(bytes, &layout, &mut take))?;
    // The same bytes have been looked through before they were accepted.
    walked.map_err(|_| InputError::Changed)?;
    Ok(FileRecords { entries, read, deletions, rejects })
}

fn entry<D: Domain>(
    domain: &D,
    reference: &D::Reference,
    delivery: &Accepted,
    row: &Row<'_>,
) -> Result<Entry<D::Record>, Refused> {
    if !delivery.info.full
        && let Some(id) = domain.read_deletion(row, &delivery.info, reference)?
    {
        return Ok(Entry::Deletion(id.into(), row.place));
    }
    let (record, warnings) = domain.read_record(row, &delivery.info, reference)?;
    Ok(Entry::Record(ReadRecord { record, place: row.place }, warnings))
}
