//! Trials: the rules run again with some of them only, so that a figure can be told rule by rule.
//!
//! An entity on whose records no rule has done anything is the same in every trial and is left
//! alone; the others are judged again from the records as they were reported. The trials of an
//! entity are run together, rule after rule, and go apart only where a rule that some of them run
//! does something: a rule costs as many runs as there are different records before it, not as many
//! as there are trials.

use cube_schema::day::Interval;
use cube_schema::domain::{Domain, Judged, Tried};
use cube_schema::rule::{Case, Context, Finding, Marks, Shape};
use cube_schema::trial::{Trial, Trials};
use rayon::prelude::*;

use super::PIECE;

/// A record's place in the list, behind the entity that it is about.
type Place = (u64, u32);

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
    let running = running(domain.rules().len(), &trials);
    let judging = judging(domain.judgements().len(), &trials);
    let (running, judging, deleting) = (&*running, &*judging, domain.deleting());
    let court = Court { domain, judged, context, running, judging, deleting };
    let tried: Vec<Vec<Vec<Tried<D::Record>>>> = groups
        .par_chunks(PIECE / 16)
        .map(|groups| groups.iter().flat_map(|group| court.try_group(group)).collect())
        .collect();
    for ((_, place), tried) in places.iter().zip(tried.into_iter().flatten()) {
        judged[*place as usize].trials = tried;
    }
}

/// By the position of a rule: the trials that it runs in.
fn running(rules: usize, trials: &[Trial]) -> Vec<Trials> {
    (0..rules).map(|position| those(trials, |trial| trial.rules.has(position))).collect()
}

/// By the position of a judgement: the trials that it judges.
fn judging(judgements: usize, trials: &[Trial]) -> Vec<Trials> {
    (0..judgements).map(|judgement| those(trials, |trial| trial.judgement == judgement)).collect()
}

fn those(trials: &[Trial], is_one: impl Fn(&Trial) -> bool) -> Trials {
    let mut found = Trials::default();
    for (number, _) in trials.iter().enumerate().filter(|(_, trial)| is_one(trial)) {
        found.add(number);
    }
    found
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

/// A record as some rules have left it, and the trials in which it is so.
struct Class<R> {
    record: R,
    deleted: bool,
    trials: Trials,
}

/// The days that a rule over the records of an entity has left, and the trials in which it has.
struct Left {
    /// Of each record that is judged.
    pieces: Vec<Vec<Interval>>,
    trials: Trials,
}

/// A record in its place of the group, as one of its classes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seat {
    key: (u64, u64),
    at: usize,
    class: usize,
}

struct Court<'a, D: Domain> {
    domain: &'a D,
    judged: &'a [Judged<D::Record>],
    context: &'a Context<'a, D::Reference>,
    /// By the position of a rule: the trials that it runs in.
    running: &'a [Trials],
    /// By the position of a judgement: the trials that it judges.
    judging: &'a [Trials],
    deleting: Marks,
}

impl<D: Domain> Court<'_, D> {
    /// Per record of an entity, what it is in the trials.
    fn try_group(&self, group: &[Place]) -> Vec<Vec<Tried<D::Record>>> {
        let classes: Vec<Vec<Class<D::Record>>> =
            group.iter().map(|(_, place)| self.by_record(&self.judged[*place as usize])).collect();
        let mut tried: Vec<Vec<Tried<D::Record>>> = group.iter().map(|_| Vec::new()).collect();
        for (judgement, &trials) in self.judging.iter().enumerate() {
            for trials in together(&classes, trials) {
                self.try_together(judgement, trials, &classes, &mut tried);
            }
        }
        tried
            .iter_mut()
            .for_each(|states| states.sort_unstable_by_key(|one| one.trials.0.trailing_zeros()));
        tried
    }

    /// A record under the rules over one record: once per different outcome. Trials go apart only
    /// where a rule that some of them run does something.
    fn by_record(&self, judged: &Judged<D::Record>) -> Vec<Class<D::Record>> {
        let record = self.domain.as_reported(&judged.record);
        let trials = union(self.judging);
        let mut classes = vec![Class { record: record.clone(), deleted: false, trials }];
        let mut scratch = record;
        for (position, rule) in self.domain.rules().iter().enumerate() {
            let Shape::Record(apply) = &rule.shape else { continue };
            for at in 0..classes.len() {
                let class = &classes[at];
                let with = class.trials.both(self.running[position]);
                if with == Trials::default() {
                    continue;
                }
                if scratch != class.record {
                    scratch.clone_from(&class.record);
                }
                let marked = apply(&mut scratch, self.context) == Finding::Marked;
                let deleted = class.deleted || (marked && self.deleting.has(position));
                if deleted != class.deleted || scratch != class.record {
                    classes[at].trials = class.trials.without(with);
                    join(&mut classes, &scratch, deleted, with);
                }
            }
            classes.retain(|class| class.trials != Trials::default());
        }
        classes
    }

    /// Adds what the records are in trials in which no record is of two classes.
    fn try_together(
        &self,
        judgement: usize,
        trials: Trials,
        classes: &[Vec<Class<D::Record>>],
        tried: &mut [Vec<Tried<D::Record>>],
    ) {
        let key = self.domain.judgements()[judgement].key;
        let mut seats: Vec<Seat> = Vec::with_capacity(classes.len());
        for (at, own) in classes.iter().enumerate() {
            let Some(class) = own.iter().position(|class| class.trials.both(trials) == trials)
            else {
                continue;
            };
            match own[class].deleted {
                true => note(&mut tried[at], &own[class], &[], trials),
                false => seats.push(Seat { key: key(&own[class].record), at, class }),
            }
        }
        seats.sort_unstable();
        for seats in seats.chunk_by(|one, next| one.key == next.key) {
            for left in self.by_entity(classes, seats, trials) {
                for (seat, pieces) in seats.iter().zip(&left.pieces) {
                    note(&mut tried[seat.at], &classes[seat.at][seat.class], pieces, left.trials);
                }
            }
        }
    }

    /// The days left of records that are judged together: once per different outcome.
    fn by_entity(
        &self,
        classes: &[Vec<Class<D::Record>>],
        seats: &[Seat],
        trials: Trials,
    ) -> Vec<Left> {
        let record = |seat: &Seat| &classes[seat.at][seat.class].record;
        let whole = |seat| self.domain.interval(record(seat), self.context).into_iter().collect();
        let mut outcomes = vec![Left { pieces: seats.iter().map(whole).collect(), trials }];
        for (position, rule) in self.domain.rules().iter().enumerate() {
            let Shape::Entity(apply) = &rule.shape else { continue };
            for at in 0..outcomes.len() {
                let with = outcomes[at].trials.both(self.running[position]);
                if with == Trials::default() {
                    continue;
                }
                let case = |(seat, pieces): (&Seat, &Vec<Interval>)| Case {
                    record: record(seat),
                    pieces: pieces.clone(),
                    marked: false,
                    warnings: Vec::new(),
                };
                let mut cases: Vec<Case<'_, D::Record>> =
                    seats.iter().zip(&outcomes[at].pieces).map(case).collect();
                apply(&mut cases, self.context);
                if !cases.iter().map(|case| &case.pieces).eq(&outcomes[at].pieces) {
                    outcomes[at].trials = outcomes[at].trials.without(with);
                    let pieces = cases.into_iter().map(|case| case.pieces).collect();
                    outcomes.push(Left { pieces, trials: with });
                }
            }
            outcomes.retain(|left| left.trials != Trials::default());
        }
        outcomes
    }
}

fn union(trials: &[Trials]) -> Trials {
    trials.iter().fold(Trials::default(), |all, own| all.with(*own))
}

/// The trials in pieces, so that in the trials of a piece no record is of two classes.
fn together<R>(classes: &[Vec<Class<R>>], trials: Trials) -> Vec<Trials> {
    let mut pieces = vec![trials];
    for own in classes.iter().filter(|own| own.len() > 1) {
        let parts = |piece: Trials| own.iter().map(move |class| piece.both(class.trials));
        pieces = pieces
            .into_iter()
            .flat_map(parts)
            .filter(|piece| *piece != Trials::default())
            .collect();
    }
    pieces.retain(|piece| *piece != Trials::default());
    pieces
}

/// Adds trials to the class of what a record has become.
fn join<R: Clone + PartialEq>(
    classes: &mut Vec<Class<R>>,
    record: &R,
    deleted: bool,
    trials: Trials,
) {
    let same = |class: &&mut Class<R>| class.deleted == deleted && class.record == *record;
    match classes.iter_mut().find(same) {
        Some(class) => class.trials = class.trials.with(trials),
        None => classes.push(Class { record: record.clone(), deleted, trials }),
    }
}

/// Adds trials to the state that they leave the record in.
fn note<R: Clone + PartialEq>(
    tried: &mut Vec<Tried<R>>,
    class: &Class<R>,
    pieces: &[Interval],
    trials: Trials,
) {
    let same = |one: &&mut Tried<R>| {
        one.deleted == class.deleted && one.pieces == pieces && one.record == class.record
    };
    match tried.iter_mut().find(same) {
        Some(state) => state.trials = state.trials.with(trials),
        None => {
            let (record, deleted) = (class.record.clone(), class.deleted);
            tried.push(Tried { record, deleted, pieces: pieces.to_vec(), trials });
        }
    }
}
