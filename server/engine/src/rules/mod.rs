//! Runs a domain's rules → marked and cut records.
//!
//! Rules over one record run on each record in the order of the list. Rules over all records of an
//! entity run once per judgement, on the records that no deleting rule has marked, grouped by
//! sorting. The outcome depends on nothing but the records: work is cut into pieces of fixed
//! size, and the pieces are put together in their order, however many threads there are.

pub mod entity;
pub mod record;
pub mod trial;

use cube_schema::domain::{DeliveryInfo, Domain, Judged};
use cube_schema::rule::{Context, Marks, Warning};

use crate::delivery::{ReadRecord, Tally};

/// Records per piece of work; large enough that handing out pieces costs nothing.
const PIECE: usize = 4096;

/// Judges the records of each delivery by the domain's rules.
#[must_use]
pub fn judge<D: Domain>(
    domain: &D,
    deliveries: &[DeliveryInfo],
    records: Vec<Vec<ReadRecord<D::Record>>>,
    context: &Context<'_, D::Reference>,
) -> (Vec<Judged<D::Record>>, Tally) {
    let mut judged = unjudged(records);
    let mut warnings = record::judge(domain, deliveries, &mut judged, context);
    for (number, judgement) in domain.judgements().iter().enumerate() {
        let said = entity::judge(domain, judgement, deliveries, &mut judged, context);
        // The judgements look at the same records; a data steward needs to hear it once.
        if number == 0 {
            warnings.append(said);
        }
    }
    trial::judge(domain, &mut judged, context);
    (judged, warnings)
}

fn unjudged<R>(records: Vec<Vec<ReadRecord<R>>>) -> Vec<Judged<R>> {
    let mut judged = Vec::with_capacity(records.iter().map(Vec::len).sum());
    for (delivery, records) in records.into_iter().enumerate() {
        judged.extend(records.into_iter().map(|ReadRecord { record, place }| Judged {
            record,
            delivery: delivery as u32,
            place,
            marks: Marks::default(),
            changed: Marks::default(),
            verdicts: Vec::new(),
            trials: Vec::new(),
        }));
    }
    judged
}

/// Notes what a rule says of a record, with the place where the record stands.
fn note<R>(
    judged: &Judged<R>,
    deliveries: &[DeliveryInfo],
    warnings: Vec<Warning>,
    tally: &mut Tally,
) {
    let file = deliveries.get(judged.delivery as usize).map_or("", |delivery| &delivery.file);
    tally.at(file, judged.place, warnings);
}
