//! What is counted: schema types, rules as text that runs, and the domains.
//!
//! In reading order:
pub mod day;
pub mod language;
pub mod schema;
pub mod table;
pub mod report;
pub mod rule;
pub mod trial;
pub mod place;
pub mod domain;
pub mod domains;
