//! Rules over one record.

use cube_schema::domain::{DeliveryInfo, Domain, Judged};
use cube_schema::rule::{Context, Finding, Shape};
use rayon::prelude::*;

use super::{PIECE, note};
use crate::delivery::Tally;

/// Runs the rules over one record on every record.
pub fn judge<D: Domain>(
    domain: &D,
    deliveries: &[DeliveryInfo],
    records: &mut [Judged<D::Record>],
    context: &Context<'_, D::Reference>,
) -> Tally {
    let pieces = records.par_chunks_mut(PIECE).map(|piece| {
        let mut tally = Tally::default();
        for judged in piece {
            judge_one(domain, deliveries, judged, context, &mut tally);
        }
        tally
    });
    let tallies: Vec<Tally> = pieces.collect();
    tallies.into_iter().fold(Tally::default(), |mut all, tally| {
        all.append(tally);
        all
    })
}

fn judge_one<D: Domain>(
    domain: &D,
    deliveries: &[DeliveryInfo],
    judged: &mut Judged<D::Record>,
    context: &Context<'_, D::Reference>,
    tally: &mut Tally,
) {
    let mut before = judged.record.clone();
    for (position, rule) in domain.rules().iter().enumerate() {
        let Shape::Record(apply) = &rule.shape else { continue };
        let finding = apply(&mut judged.record, context);
        if judged.record != before {
            judged.changed.add(position);
            before = judged.record.clone();
        }
        match finding {
            Finding::Clear => {}
            Finding::Marked => judged.marks.add(position),
            Finding::Warned(warning) => note(judged, deliveries, vec![warning], tally),
        }
    }
}
