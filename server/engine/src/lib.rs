//! How it is counted: delivery bytes → … → cube → answer. No files, no sockets, no clock.
//!
//! In reading order:
pub mod delivery;
pub mod history;
pub mod rules;
pub mod star;
pub mod tables;
pub mod load;
pub mod cube;
pub mod snapshot;
pub mod query;
