//! Trials: the rules run again with some of them only, so that a figure can be told rule by rule.
//!
//! An entity on whose records no rule has done anything is the same in every trial and is left
//! alone; the others are judged again, each trial from the records as they were reported.

use cube_schema::day::Interval;
use cube_schema::domain::{Domain, Judged, Tried};
use cube_schema::rule::{Case, Context, Finding, Marks, Shape};
use cube_schema::trial::{Trial, Trials};
use rayon::prelude::*;

use super::PIECE;

/// A record's place in the list, behind the entity that it is about.
type Place = (u64, u32);

/// What a record is under some of the rules.
struct Outcome<R> {
    record: R,
    deleted: bool,
    pieces: Vec<Interval>,
}

/// Gives the records of every entity that a rule has touched what they are in each trial.
pub fn judge<D: Domain>(
    domain: &D,
    judged: &mut [Judged<D::Record>],
    context: &Context<'_, D::Reference>,
) {
    let trials = domain.trials();
    if trials.is_empty() {
        return;
    }
    let places = places(domain, judged, context);
    let groups: Vec<&[Place]> = places.chunk_by(|one, next| one.0 == next.0).collect();
    let court = Court { domain, judged, context, trials: &trials };
    let tried: Vec<Vec<Vec<Tried<D::Record>>>> = groups
        .par_chunks(PIECE / 16)
        .map(|groups| groups.iter().flat_map(|group| court.try_group(group)).collect())
        .collect();
    for ((_, place), tried) in places.iter().zip(tried.into_iter().flatten()) {
        judged[*place as usize].trials = tried;
    }
}

/// The records of touched entities, by entity.
fn places<D: Domain>(
    domain: &D,
    judged: &[Judged<D::Record>],
    context: &Context<'_, D::Reference>,
) -> Vec<Place> {
    let Some(judgement) = domain.judgements().first() else { return Vec::new() };
    let entity = |judged: &Judged<D::Record>| (judgement.key)(&judged.record).0;
    let mut touched: Vec<u64> = judged
        .par_iter()
        .filter(|judged| is_touched(domain, judged, context))
        .map(entity)
        .collect();
    touched.par_sort_unstable();
    touched.dedup();
    let mut places: Vec<Place> = judged
        .par_iter()
        .enumerate()
        .map(|(place, judged)| (entity(judged), place as u32))
        .filter(|(entity, _)| touched.binary_search(entity).is_ok())
        .collect();
    places.par_sort_unstable();
    places
}

/// Whether some rule has done something to a record.
fn is_touched<D: Domain>(
    domain: &D,
    judged: &Judged<D::Record>,
    context: &Context<'_, D::Reference>,
) -> bool {
    let whole = domain.interval(&judged.record, context);
    let cut = |pieces: &[Interval]| pieces.iter().copied().ne(whole);
    !judged.marks.is_empty()
        || judged.verdicts.iter().any(|one| !one.marks.is_empty() || cut(&one.pieces))
        || domain.as_reported(&judged.record) != judged.record
}

struct Court<'a, D: Domain> {
    domain: &'a D,
    judged: &'a [Judged<D::Record>],
    context: &'a Context<'a, D::Reference>,
    trials: &'a [Trial],
}

impl<D: Domain> Court<'_, D> {
    /// Per record of an entity, what it is in the trials.
    fn try_group(&self, group: &[Place]) -> Vec<Vec<Tried<D::Record>>> {
        let reported: Vec<D::Record> = group
            .iter()
            .map(|(_, place)| self.domain.as_reported(&self.judged[*place as usize].record))
            .collect();
        let mut tried: Vec<Vec<Tried<D::Record>>> = group.iter().map(|_| Vec::new()).collect();
        for (number, trial) in self.trials.iter().enumerate() {
            for (outcome, tried) in self.outcomes(&reported, trial).into_iter().zip(&mut tried) {
                note(tried, outcome, number);
            }
        }
        tried
    }

    /// The records of an entity under the rules of a trial.
    fn outcomes(&self, reported: &[D::Record], trial: &Trial) -> Vec<Outcome<D::Record>> {
        let mut outcomes: Vec<Outcome<D::Record>> =
            reported.iter().map(|record| self.by_record(record, trial.rules)).collect();
        let key = self.domain.judgements()[trial.judgement].key;
        let mut judged: Vec<((u64, u64), usize)> = outcomes
            .iter()
            .enumerate()
            .filter(|(_, outcome)| !outcome.deleted)
            .map(|(at, outcome)| (key(&outcome.record), at))
            .collect();
        judged.sort_unstable();
        for together in judged.chunk_by(|one, next| one.0 == next.0) {
            for (at, pieces) in self.by_entity(&outcomes, together, trial.rules) {
                outcomes[at].pieces = pieces;
            }
        }
        outcomes
    }

    fn by_record(&self, reported: &D::Record, rules: Marks) -> Outcome<D::Record> {
        let (mut record, mut marks) = (reported.clone(), Marks::default());
        for position in rules.iter() {
            let Shape::Record(apply) = &self.domain.rules()[position].shape else { continue };
            if apply(&mut record, self.context) == Finding::Marked {
                marks.add(position);
            }
        }
        let deleted = marks.0 & self.domain.deleting().0 != 0;
        Outcome { record, deleted, pieces: Vec::new() }
    }

    /// The days left of records that are judged together.
    fn by_entity(
        &self,
        outcomes: &[Outcome<D::Record>],
        together: &[((u64, u64), usize)],
        rules: Marks,
    ) -> Vec<(usize, Vec<Interval>)> {
        let case = |(_, at): &((u64, u64), usize)| {
            let record = &outcomes[*at].record;
            let pieces = self.domain.interval(record, self.context).into_iter().collect();
            Case { record, pieces, marked: false, warnings: Vec::new() }
        };
        let mut cases: Vec<Case<'_, D::Record>> = together.iter().map(case).collect();
        for position in rules.iter() {
            if let Shape::Entity(apply) = &self.domain.rules()[position].shape {
                apply(&mut cases, self.context);
                cases.iter_mut().for_each(|case| case.marked = false);
            }
        }
        together.iter().zip(cases).map(|((_, at), case)| (*at, case.pieces)).collect()
    }
}

/// Adds a trial to the state that it leaves the record in.
fn note<R: PartialEq>(tried: &mut Vec<Tried<R>>, outcome: Outcome<R>, trial: usize) {
    let Outcome { record, deleted, pieces } = outcome;
    let same = |one: &&mut Tried<R>| {
        one.deleted == deleted && one.pieces == pieces && one.record == record
    };
    match tried.iter_mut().find(same) {
        Some(state) => state.trials.add(trial),
        None => tried.push(Tried { record, deleted, pieces, trials: Trials::of(trial) }),
    }
}
