//! Many deliveries, many systems → the records that count.
//!
//! The deliveries of one reporter are laid before the domain's rules of selection (S), in their
//! order; they say how much of each delivery counts. Only then are records read, file by file,
//! and those that do not count are never kept.

use cube_schema::day::Month;
use cube_schema::domain::{DeliveryInfo, Domain};
use cube_schema::rule::{Selection, Shape, Take};
use rayon::prelude::*;

use crate::delivery::{
    Accepted, FileRecords, InputError, Inputs, Keep, Progress, ReadRecord, Reject, Steps, Tally,
    read_records,
};

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
}

/// Reads the records that count of accepted deliveries.
///
/// # Errors
/// A file cannot be read again, or has changed since it was accepted: its path, and why.
pub fn gather<D: Domain>(
    domain: &D,
    reference: &D::Reference,
    inputs: &Inputs<'_>,
    accepted: &[Accepted],
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<History<D::Record>, (String, InputError)> {
    let (takes, warnings) = select(domain, reference, accepted);
    let steps = Steps::begin(tell, "indlæser leverancer", accepted.len());
    let read: Result<Vec<_>, _> = accepted
        .par_iter()
        .zip(&takes)
        .map(|(delivery, take)| {
            let keep = keep(domain, *take);
            let read = read_records(domain, reference, inputs, delivery, keep.as_deref());
            steps.step();
            read.map_err(|error| (delivery.info.file.clone(), error))
        })
        .collect();
    Ok(collect(accepted, &takes, read?, warnings))
}

/// Whether a record counts, of a delivery of which this much counts.
fn keep<D: Domain>(domain: &D, take: Take) -> Option<Box<Keep<'_, D::Record>>> {
    match take {
        Take::Nothing => None,
        Take::Ended => Some(Box::new(|record| domain.is_ended(record))),
        Take::All => Some(Box::new(|_| true)),
    }
}

/// How much of each delivery counts.
pub fn select<D: Domain>(
    domain: &D,
    reference: &D::Reference,
    accepted: &[Accepted],
) -> (Vec<Take>, Tally) {
    let infos: Vec<DeliveryInfo> = accepted.iter().map(|delivery| delivery.info.clone()).collect();
    let mut takes = Vec::with_capacity(infos.len());
    let mut tally = Tally::default();
    for deliveries in infos.chunk_by(|one, next| one.reporter == next.reporter) {
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

fn collect<R>(
    accepted: &[Accepted],
    takes: &[Take],
    read: Vec<FileRecords<R>>,
    warnings: Tally,
) -> History<R> {
    let mut history = History {
        deliveries: Vec::new(),
        records: Vec::new(),
        outcomes: Vec::new(),
        rejects: Vec::new(),
        warnings,
    };
    for ((delivery, take), file) in accepted.iter().zip(takes).zip(read) {
        history.outcomes.push(Outcome {
            info: delivery.info.clone(),
            take: *take,
            read: file.read,
            rejected: file.rejects.count(),
            counted: file.records.len() as u64,
        });
        history.rejects.extend(file.rejects.into_list());
        if *take != Take::Nothing {
            history.warnings.append(file.warnings);
            history.deliveries.push(delivery.info.clone());
            history.records.push(file.records);
        }
    }
    history
}
