//! What is counted: schema types, rules as text that runs, and the domains.

pub mod domains;
