#![doc = include_str!("s5_dobbelte.md")]

use std::collections::HashMap;

use crate::rule::{Counted, Warning};

use super::super::record::Record;
use super::super::reference::Reference;
use super::kommunepar::handlekommune;

/// The kind of the warning.
pub const ADVARSEL: &str = "Samme ydelse fra to systemer";

/// Warns of every record that an earlier counting system has delivered too for the same municipality.
/// Records of a pair are those of two municipalities, of which neither is told of the other's.
pub fn dobbelte(records: &[Counted<'_, Record>], reference: &Reference) -> Vec<(usize, Warning)> {
    let Some(first) = records.first() else { return Vec::new() };
    if records.iter().all(|one| one.delivery.system == first.delivery.system) {
        return Vec::new();
    }
    let mut seen = HashMap::new();
    let mut warnings = Vec::new();
    for (place, Counted { delivery, record }) in records.iter().enumerate() {
        let code = record.ydelseskode(reference);
        let own = handlekommune(record, reference);
        let same = (own, record.cpr, code, record.start, record.slut, record.opholdssted);
        let system = *seen.entry(same).or_insert(&delivery.system);
        if *system != delivery.system {
            let text = format!("systemet {system} har leveret den samme; begge tæller");
            warnings.push((place, Warning { kind: ADVARSEL, text }));
        }
    }
    warnings
}
