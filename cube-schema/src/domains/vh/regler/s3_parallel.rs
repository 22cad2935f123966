#![doc = include_str!("s3_parallel.md")]

use crate::rule::{Selection, Take};

use super::super::reference::{Reference, Rolle};
use super::systemer::{systemer, warn};

/// The kind of the warning for a system that is taken as parallel without being listed.
pub const IKKE_OPLYST: &str = "System uden linje i systemskifte.csv";

/// Systems that report side by side all count, each by its newest delivery.
pub fn parallel(selection: &mut Selection<'_>, reference: &Reference) {
    for system in systemer(selection, reference) {
        if system.rolle != Rolle::Parallel {
            continue;
        }
        if let Some(newest) = system.newest {
            selection.take[newest] = Take::All;
        }
        if !system.listed {
            warn(selection, IKKE_OPLYST, system.name, "regnes for parallel indberetning");
        }
    }
}
