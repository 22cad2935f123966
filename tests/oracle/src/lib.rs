//! An independent reading of the rules, used only to check the engine.
//!
//! Everything here is slow and plain on purpose: a cell is found by looping over the records that
//! lie in it, a record's days by looping over its pieces and the months of the period. The package
//! shares no code with the rest of the project; where the rules can be read in more than one way,
//! `README.md` says which way was taken.

mod choices;
mod day;
mod piece;
mod rules;

mod csv;
mod report;
mod xml;

mod accounts;
mod cpr;
mod lists;
mod reference;
mod workbook;

mod hold;
mod intake;
mod manifest;
mod selection;

mod changes;
mod deletions;
mod municipality;
mod record;
mod sources;

mod cube;
mod dimension;
mod key_figures;
mod measure;
mod open_stay;
mod period;
mod pivot;
mod question;

mod eyes;
mod load;

mod aggregate;
mod drill;
mod hand07;
mod waterfall;

pub use aggregate::AggregateKey;
pub use choices::{Accept, Choices, DayCount};
pub use day::Day;
pub use drill::{Drill, Drilled};
pub use eyes::Eyes;
pub use hand07::{Hand07, Publication, PublishedCell, Written};
pub use load::{Oracle, load, load_after};
pub use pivot::CellSet;
pub use question::Pivot;
pub use record::OracleRecord;
pub use report::{DeliverySummary, Reject, RuleCount, Summary};
pub use rules::{Off, RULES_IN_ORDER};
pub use waterfall::Step;
