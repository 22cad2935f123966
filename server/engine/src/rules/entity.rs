//! Rules over all records of an entity, in one judgement.

use cube_schema::domain::{DeliveryInfo, Domain, Judged, Judgement, Verdict};
use cube_schema::rule::{Case, Context, Shape};
use rayon::prelude::*;

use super::{PIECE, note};
use crate::delivery::Tally;

/// A record's place in the list, behind what it shares with those it is judged with.
type Place = ((u64, u64), u32);

/// Gives every record the verdict of one judgement. A deleted record keeps no day.
pub fn judge<D: Domain>(
    domain: &D,
    judgement: &Judgement<D::Record>,
    deliveries: &[DeliveryInfo],
    records: &mut [Judged<D::Record>],
    context: &Context<'_, D::Reference>,
) -> Tally {
    let places = places(domain, judgement, records);
    let groups: Vec<&[Place]> = places.chunk_by(|one, next| one.0 == next.0).collect();
    let court = Court { domain, deliveries, records, context };
    let pieces: Vec<(Vec<Verdict>, Tally)> =
        groups.par_chunks(PIECE).map(|groups| court.judge(groups)).collect();

    let mut tally = Tally::default();
    let mut verdicts = vec![Verdict::default(); records.len()];
    let mut places = places.iter();
    for (piece, said) in pieces {
        tally.append(said);
        // Zip in this order: a piece that ends must not use up a place.
        for (verdict, (_, place)) in piece.into_iter().zip(places.by_ref()) {
            verdicts[*place as usize] = verdict;
        }
    }
    for (judged, verdict) in records.iter_mut().zip(verdicts) {
        judged.verdicts.push(verdict);
    }
    tally
}

fn places<D: Domain>(
    domain: &D,
    judgement: &Judgement<D::Record>,
    records: &[Judged<D::Record>],
) -> Vec<Place> {
    let deleting = domain.deleting().0;
    let mut places: Vec<Place> = records
        .iter()
        .zip(0..)
        .filter(|(judged, _)| judged.marks.0 & deleting == 0)
        .map(|(judged, place)| ((judgement.key)(&judged.record), place))
        .collect();
    places.par_sort_unstable();
    places
}

struct Court<'a, D: Domain> {
    domain: &'a D,
    deliveries: &'a [DeliveryInfo],
    records: &'a [Judged<D::Record>],
    context: &'a Context<'a, D::Reference>,
}

impl<D: Domain> Court<'_, D> {
    fn judge(&self, groups: &[&[Place]]) -> (Vec<Verdict>, Tally) {
        let mut verdicts = Vec::with_capacity(groups.iter().map(|group| group.len()).sum());
        let mut tally = Tally::default();
        for group in groups {
            self.judge_group(group, &mut verdicts, &mut tally);
        }
        (verdicts, tally)
    }

    fn judge_group(&self, group: &[Place], verdicts: &mut Vec<Verdict>, tally: &mut Tally) {
        let mut cases: Vec<Case<'_, D::Record>> = group.iter().map(|at| self.case(at)).collect();
        let first = verdicts.len();
        verdicts.resize(first + group.len(), Verdict::default());
        for (position, rule) in self.domain.rules().iter().enumerate() {
            let Shape::Entity(apply) = &rule.shape else { continue };
            apply(&mut cases, self.context);
            for ((case, verdict), at) in cases.iter_mut().zip(&mut verdicts[first..]).zip(group) {
                if std::mem::take(&mut case.marked) {
                    verdict.marks.add(position);
                }
                note(self.judged(at), self.deliveries, std::mem::take(&mut case.warnings), tally);
            }
        }
        for (case, verdict) in cases.into_iter().zip(&mut verdicts[first..]) {
            verdict.pieces = case.pieces;
        }
    }

    fn case(&self, at: &Place) -> Case<'_, D::Record> {
        let record = &self.judged(at).record;
        let pieces = self.domain.interval(record, self.context).into_iter().collect();
        Case { record, pieces, marked: false, warnings: Vec::new() }
    }

    fn judged(&self, (_, place): &Place) -> &Judged<D::Record> {
        &self.records[*place as usize]
    }
}
