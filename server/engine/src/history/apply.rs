//! The counting deliveries of one system, applied in their order → the records that count.

use cube_schema::domain::{DeliveryInfo, Domain};
use cube_schema::rule::{Take, Warning};
use hashbrown::HashMap;

use crate::delivery::{Entry, ReadRecord, Tally};

/// A counting delivery of a system.
pub struct Part<'a, R> {
    /// Which delivery.
    pub info: &'a DeliveryInfo,
    /// How much of it counts.
    pub take: Take,
    /// What its lines say, in the order of the file.
    pub entries: Vec<Entry<R>>,
}

/// What counts of a system.
pub struct AppliedSystem<R> {
    /// The records that count of each delivery, in the order of the file.
    pub records: Vec<Vec<ReadRecord<R>>>,
    /// Warnings.
    pub warnings: Tally,
}

/// What counts of the deliveries of one system.
///
/// A full stock starts anew. In a delivery of changes a record takes the place of the one with its
/// id, and a deletion removes it. Records without an id stand for themselves.
#[must_use]
pub fn apply<D: Domain>(domain: &D, parts: Vec<Part<'_, D::Record>>) -> AppliedSystem<D::Record> {
    let mut tally = Tally::default();
    let survivors = survivors(domain, &parts, &mut tally);
    let mut records = Vec::with_capacity(parts.len());
    for (part, survivors) in parts.into_iter().zip(survivors) {
        let mut own = Vec::with_capacity(part.entries.len());
        for (entry, survives) in part.entries.into_iter().zip(survivors) {
            let Entry::Record(read, warnings) = entry else { continue };
            if survives && counts(domain, part.take, &read.record) {
                tally.at(&part.info.file, read.line, warnings);
                own.push(read);
            }
        }
        records.push(own);
    }
    AppliedSystem { records, warnings: tally }
}

fn counts<D: Domain>(domain: &D, take: Take, record: &D::Record) -> bool {
    match take {
        Take::Nothing => false,
        Take::Ended => domain.is_ended(record),
        Take::All => true,
    }
}

/// For each line of each delivery whether it is a record that no later line replaces or removes.
fn survivors<D: Domain>(
    domain: &D,
    parts: &[Part<'_, D::Record>],
    tally: &mut Tally,
) -> Vec<Vec<bool>> {
    let mut survivors: Vec<Vec<bool>> =
        parts.iter().map(|part| vec![true; part.entries.len()]).collect();
    let mut latest: HashMap<&str, (usize, usize)> = HashMap::new();
    for (number, part) in parts.iter().enumerate() {
        if part.info.full {
            survivors[..number].iter_mut().for_each(|former| former.fill(false));
            latest.clear();
        }
        for (place, entry) in part.entries.iter().enumerate() {
            let former = match entry {
                Entry::Deletion(id, line) => {
                    let former = latest.remove(&**id);
                    if former.is_none() {
                        warn_of_deletion(part.info, *line, tally);
                    }
                    former
                }
                Entry::Record(read, _) => match domain.record_id(&read.record) {
                    "" => None,
                    id => latest.insert(id, (number, place)),
                },
            };
            let Some((file, line)) = former else { continue };
            survivors[file][line] = false;
            if part.info.full {
                warn_of_double(part, place, line, tally);
            }
        }
    }
    survivors
}

fn warn_of_deletion(info: &DeliveryInfo, line: u64, tally: &mut Tally) {
    let text = "der er intet at slette".to_owned();
    tally.at(&info.file, line, vec![Warning { kind: "Sletning af ukendt id", text }]);
}

fn warn_of_double<R>(part: &Part<'_, R>, place: usize, former: usize, tally: &mut Tally) {
    let line = |place: usize| match &part.entries[place] {
        Entry::Record(read, _) => read.line,
        Entry::Deletion(_, line) => *line,
    };
    let text = format!("linjen tæller i stedet for linje {}", line(former));
    let warning = Warning { kind: "Samme id to gange i en fuld bestand", text };
    tally.at(&part.info.file, line(place), vec![warning]);
}
