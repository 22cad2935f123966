#![doc = include_str!("g1_godkendelser.md")]

use super::super::kodelister::Kommune;
use super::super::record::Record;
use super::super::reference::Reference;

/// The municipality whose approvals a record goes by: its handlekommune. A record that K1 or K2
/// has given to a municipality without any line goes by the one that reported it.
#[must_use]
pub fn godkendende_kommune(record: &Record, reference: &Reference) -> Kommune {
    let own = record.handlekommune;
    if own == record.indberetter || reference.godkendelser.naevner(own) {
        own
    } else {
        record.indberetter
    }
}
