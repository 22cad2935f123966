#![doc = include_str!("k3_datering.md")]

use super::super::record::Record;
use super::super::reference::Reference;
use super::kommunepar::Kommunepar;

/// Whether the rule of a pair holds for a record: it starts (without a start: ends) on or before
/// the last day of the pair. A record without any date gives no reason to leave it out.
#[must_use]
pub fn gaelder(par: &Kommunepar, record: &Record, reference: &Reference) -> bool {
    let Some(gyldig_til) = reference.saerregler.get(par).copied().flatten() else { return true };
    record.start.dag().or(record.slut).is_none_or(|day| day <= gyldig_til)
}
