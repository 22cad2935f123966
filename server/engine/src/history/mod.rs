//! Many deliveries, many systems → the records that count.
//!
//! The deliveries of one reporter are laid before the domain's rules of selection (S), in their
//! order; they say how much of each delivery counts. Only then are records read, file by file,
//! and those of deliveries that do not count are never kept. What counts of one system is applied
//! in order ([`mod@apply`]); a domain may then look at all records of a reporter together.

pub mod apply;

use std::collections::BTreeMap;

use cube_schema::day::Month;
use cube_schema::domain::{DeliveryInfo, Domain, Place};
use cube_schema::rule::{Counted, Selection, Shape, Take};
use rayon::prelude::*;

use crate::delivery::{
    Accepted, FileRecords, InputError, Inputs, Progress, ReadRecord, Reject, Steps, Tally,
    read_records,
};
use apply::{AppliedSystem, Part, apply};

/// The records that count, and what was read to find them.
#[derive(Clone, Debug)]
pub struct History<R> {
    /// The deliveries of which something counts, by reporter, system, month and serial number.
    pub deliveries: Vec<DeliveryInfo>,
    /// The records that count of each of them, in the order of the file.
    pub records: Vec<Vec<ReadRecord<R>>>,
    /// What became of every accepted delivery, counting or not.
    pub outcomes: Vec<Outcome>,
    /// The lines that could not be read, by delivery and line.
    pub rejects: Vec<Reject>,
    /// Warnings.
    pub warnings: Tally,
}

impl<R> History<R> {
    /// The newest counting delivery of each reporter, by reporter.
    #[must_use]
    pub fn newest(&self) -> Vec<(String, Month)> {
        let of_one_reporter = self.deliveries.chunk_by(|one, next| one.reporter == next.reporter);
        of_one_reporter
            .filter_map(|own| {
                let month = own.iter().map(|delivery| delivery.month).max()?;
                Some((own[0].reporter.clone(), month))
            })
            .collect()
    }
}

/// What became of an accepted delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which delivery.
    pub info: DeliveryInfo,
    /// How much of it counts.
    pub take: Take,
    /// Records that could be read.
    pub read: u64,
    /// Lines that could not.
    pub rejected: u64,
    /// Records that count.
    pub counted: u64,
    /// Records that do not, since the rules of selection leave them out, or changes have replaced or
    /// removed them. Lines that delete, and records whose id stands once more further down, are none.
    pub left_out: u64,
}

/// How much of deliveries counts, where that is settled already: by reporter, by file.
pub type Settled = BTreeMap<String, BTreeMap<String, Take>>;

/// Reads the records that count of accepted deliveries. For reporters whose deliveries are settled
/// no rule is asked.
///
/// # Errors
/// A file cannot be read again, or has changed since it was accepted: its path, and why.
pub fn gather<D: Domain>(
    domain: &D,
    reference: &D::Reference,
    inputs: &Inputs<'_>,
    accepted: &[Accepted],
    settled: &Settled,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<History<D::Record>, (String, InputError)> {
    let (takes, warnings) = select(domain, reference, accepted, settled);
    let steps = Steps::begin(tell, "indlæser leverancer", accepted.len());
    let read: Result<Vec<_>, _> = accepted
        .par_iter()
        .zip(&takes)
        .map(|(delivery, take)| {
            let keep = *take != Take::Nothing;
            let read = read_records(domain, reference, inputs, delivery, keep);
            steps.step();
            read.map_err(|error| (delivery.info.file.clone(), error))
        })
        .collect();
    let mut history = collect(domain, accepted, &takes, read?, warnings);
    look_at_all(domain, reference, &mut history);
    Ok(history)
}

/// How much of each delivery counts.
pub fn select<D: Domain>(
    domain: &D,
    reference: &D::Reference,
    accepted: &[Accepted],
    settled: &Settled,
) -> (Vec<Take>, Tally) {
    let infos: Vec<DeliveryInfo> = accepted.iter().map(|delivery| delivery.info.clone()).collect();
    let mut takes = Vec::with_capacity(infos.len());
    let mut tally = Tally::default();
    for deliveries in infos.chunk_by(|one, next| one.reporter == next.reporter) {
        if let Some(settled) = settled.get(&deliveries[0].reporter) {
            let take = |info: &DeliveryInfo| settled.get(&info.file).copied().unwrap_or_default();
            takes.extend(deliveries.iter().map(take));
            continue;
        }
        let take = vec![Take::Nothing; deliveries.len()];
        let mut selection = Selection { deliveries, take, warnings: Vec::new() };
        for rule in domain.rules() {
            if let Shape::Selection(apply) = &rule.shape {
                apply(&mut selection, reference);
            }
        }
        takes.extend(selection.take.into_iter().take(deliveries.len()));
        for warning in selection.warnings {
            tally.count(warning.kind, || warning.text);
        }
    }
    (takes, tally)
}

fn collect<D: Domain>(
    domain: &D,
    accepted: &[Accepted],
    takes: &[Take],
    read: Vec<FileRecords<D::Record>>,
    warnings: Tally,
) -> History<D::Record> {
    let mut history = History {
        deliveries: Vec::new(),
        records: Vec::new(),
        outcomes: Vec::new(),
        rejects: Vec::new(),
        warnings,
    };
    let mut counting = Vec::new();
    for ((delivery, take), file) in accepted.iter().zip(takes).zip(read) {
        history.outcomes.push(Outcome {
            info: delivery.info.clone(),
            take: *take,
            read: file.read,
            rejected: file.rejects.count(),
            counted: 0,
            left_out: file.read - file.deletions,
        });
        history.rejects.extend(file.rejects.into_list());
        if *take != Take::Nothing {
            history.deliveries.push(delivery.info.clone());
            counting.push(Part { info: &delivery.info, take: *take, entries: file.entries });
        }
    }
    let mut left_out = Vec::new();
    for system in applied(domain, counting) {
        history.warnings.append(system.warnings);
        history.records.extend(system.records);
        left_out.extend(system.left_out);
    }
    let counting = history.outcomes.iter_mut().filter(|outcome| outcome.take != Take::Nothing);
    for (outcome, (records, left_out)) in counting.zip(history.records.iter().zip(left_out)) {
        (outcome.counted, outcome.left_out) = (records.len() as u64, left_out);
    }
    history
}

/// What counts of each system, in the order of the deliveries.
fn applied<D: Domain>(
    domain: &D,
    counting: Vec<Part<'_, D::Record>>,
) -> Vec<AppliedSystem<D::Record>> {
    let mut systems: Vec<Vec<Part<'_, D::Record>>> = Vec::new();
    for part in counting {
        let same = |system: &&mut Vec<Part<'_, D::Record>>| {
            let info = system[0].info;
            (&info.reporter, &info.system) == (&part.info.reporter, &part.info.system)
        };
        match systems.last_mut().filter(same) {
            Some(system) => system.push(part),
            None => systems.push(vec![part]),
        }
    }
    systems.into_par_iter().map(|parts| apply(domain, parts)).collect()
}

/// Lays all records of each reporter before the rules that look at them together.
fn look_at_all<D: Domain>(domain: &D, reference: &D::Reference, history: &mut History<D::Record>) {
    let History { deliveries, records, warnings, .. } = history;
    let mut first = 0;
    for own in deliveries.chunk_by(|one, next| one.reporter == next.reporter) {
        let records = &records[first..first + own.len()];
        first += own.len();
        let all = own.iter().zip(records).flat_map(|(delivery, records)| {
            records.iter().map(move |read| (read.place, Counted { delivery, record: &read.record }))
        });
        let (places, all): (Vec<Place>, Vec<Counted<'_, D::Record>>) = all.unzip();
        for rule in domain.rules() {
            let Shape::Counted(look) = &rule.shape else { continue };
            for (at, warning) in look(&all, reference) {
                warnings.at(&all[at].delivery.file, places[at], vec![warning]);
            }
        }
    }
}
