//! Bytes of one file → a domain's records, and what was refused and why.
//!
//! A delivery is read twice. First [`accept()`] asks whether the file can be trusted at all
//! (manifest, checksum, row count, header); only when the history has said which deliveries count
//! does [`records`] make typed records, so that years of superseded deliveries cost no memory.
//! Bad input is a result, never a failure: a refused file and a rejected line both leave a reason
//! in Danish for the people who sent them. No reason holds what stood in the line.

pub mod accept;
pub mod charset;
pub mod columns;
pub mod separated;
pub mod findings;
pub mod format;
pub mod input;
pub mod limits;
pub mod manifest;
pub mod name;
pub mod progress;
pub mod records;
pub mod reference;
pub mod store;
pub mod text;
pub mod workbook;
pub mod xml;

pub use accept::{Accepted, Intake, RefusedDelivery, accept};
pub use findings::{Reject, Rejects, Tally};
pub use input::{Input, InputError, Inputs, hexadecimal};
pub use progress::{Progress, Steps};
pub use records::{Entry, FileRecords, ReadRecord, read_records};
pub use reference::{ReferenceData, read_reference};
pub use store::{MemoryStore, Store};
