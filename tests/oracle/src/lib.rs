//! An independent reading of the rules, used only to check the engine.
//!
//! Everything here is slow and plain on purpose: a cell is found by looping over the records that lie in it, a record's days by
//! looping over its pieces and the months of the period. The package shares no code with the rest of the project; where the rules
//! can be read in more than one way, `README.md` says which way was taken.

mod day;
mod piece;

mod csv;
mod report;

mod cpr;
mod lists;
mod reference;
mod workbook;

mod intake;
mod manifest;
mod selection;

mod changes;
mod deletions;
mod municipality;
mod record;

mod cube;
mod dimension;
mod measure;
mod open_stay;
mod pivot;
mod question;

mod load;

pub use day::Day;
pub use load::{Oracle, load};
pub use pivot::CellSet;
pub use question::Pivot;
pub use record::OracleRecord;
pub use report::{DeliverySummary, Reject, RuleCount, Summary};
