//! How it is counted: delivery bytes to cube to answer; no files, sockets or clock.
//!
//! In reading order:
pub mod delivery;
pub mod history;
pub mod rules;
pub mod star;
pub mod load;
