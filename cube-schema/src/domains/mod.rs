//! The domains that Terning knows, one folder each.

pub mod vh;
