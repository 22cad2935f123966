//! How it is counted: delivery bytes → … → cube → answer. No files, no sockets, no clock.
//!
//! In reading order:
pub mod cube;
pub mod query;
