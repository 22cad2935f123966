//! The counting deliveries of one system, applied in their order → the records that count.

use cube_schema::domain::{DeliveryInfo, Domain, Place};
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
    /// How many records of each do not count, but for those that stand twice in a full stock.
    pub left_out: Vec<u64>,
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
    let fates = fates(domain, &parts, &mut tally);
    let mut records = Vec::with_capacity(parts.len());
    let mut left_out = vec![0; parts.len()];
    for ((part, fates), left_out) in parts.into_iter().zip(fates).zip(&mut left_out) {
        let mut own = Vec::with_capacity(part.entries.len());
        for (entry, fate) in part.entries.into_iter().zip(fates) {
            let Entry::Record(read, warnings) = entry else { continue };
            if fate == Fate::Stands && counts(domain, part.take, &read.record) {
                tally.at(&part.info.file, read.place, warnings);
                own.push(read);
            } else if fate != Fate::Doubled {
                *left_out += 1;
            }
        }
        records.push(own);
    }
    AppliedSystem { records, left_out, warnings: tally }
}

fn counts<D: Domain>(domain: &D, take: Take, record: &D::Record) -> bool {
    match take {
        Take::Nothing => false,
        Take::Ended => domain.is_ended(record),
        Take::All => true,
    }
}

/// What later lines do to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Nothing.
    Stands,
    /// A later delivery, or a deletion, replaces or removes it.
    Gone,
    /// Its id stands once more in the same full stock.
    Doubled,
}

/// The fate of each line of each delivery.
fn fates<D: Domain>(
    domain: &D,
    parts: &[Part<'_, D::Record>],
    tally: &mut Tally,
) -> Vec<Vec<Fate>> {
    let mut fates: Vec<Vec<Fate>> =
        parts.iter().map(|part| vec![Fate::Stands; part.entries.len()]).collect();
    let mut latest: HashMap<&str, (usize, usize)> = HashMap::new();
    for (number, part) in parts.iter().enumerate() {
        if part.info.full {
            fates[..number].iter_mut().for_each(|former| former.fill(Fate::Gone));
            latest.clear();
        }
        for (at, entry) in part.entries.iter().enumerate() {
            let former = match entry {
                Entry::Deletion(id, place) => {
                    let former = latest.remove(&**id);
                    if former.is_none() {
                        warn_of_deletion(part.info, *place, tally);
                    }
                    former
                }
                Entry::Record(read, _) => match domain.record_id(&read.record) {
                    "" => None,
                    id => latest.insert(id, (number, at)),
                },
            };
            let Some((file, line)) = former else { continue };
            fates[file][line] = if part.info.full { Fate::Doubled } else { Fate::Gone };
            if part.info.full {
                warn_of_double(part, at, line, tally);
            }
        }
    }
    fates
}

fn warn_of_deletion(info: &DeliveryInfo, place: Place, tally: &mut Tally) {
    let text = "der er intet at slette".to_owned();
    tally.at(&info.file, place, vec![Warning { kind: "Sletning af ukendt id", text }]);
}

fn warn_of_double<R>(part: &Part<'_, R>, entry: usize, former: usize, tally: &mut Tally) {
    let of = |entry: usize| match &part.entries[entry] {
        Entry::Record(read, _) => read.place,
        Entry::Deletion(_, place) => *place,
    };
    let text = format!("linjen tæller i stedet for {}", of(former));
    let warning = Warning { kind: "Samme id to gange i en fuld bestand", text };
    tally.at(&part.info.file, of(entry), vec![warning]);
}
