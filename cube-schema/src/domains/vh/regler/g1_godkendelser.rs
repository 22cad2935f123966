#![doc = include_str!("g1_godkendelser.md")]

use super::super::kodelister::Kommune;
use super::super::record::Record;
use super::super::reference::Reference;

/// The municipality whose approvals a record goes by: its handlekommune. A record that K1 or K2
/// has given to a municipality without any line goes by the one that reported it.
#[must_use]
pub fn godkendende_kommune(record: &Record, reference: &Reference) -> Kommune {
    godkendende(record.handlekommune, record.indberetter, reference)
}

/// The municipality whose approvals a municipality goes by, of which another may report.
#[must_use]
pub fn godkendende(kommune: Kommune, indberetter: Kommune, reference: &Reference) -> Kommune {
    let is_own = kommune == indberetter || reference.godkendelser.naevner(kommune);
    if is_own { kommune } else { indberetter }
}
