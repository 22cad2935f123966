//! Several measure groups in one question, and formulas: expected figures are worked out by hand
//! from the table in `world.rs`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod equal;
mod errors;
mod functions;
mod groups;
mod hints;
mod interpret;
mod large;
mod laws;
mod limits;
mod sets;
mod shapes;
mod unions;
mod values;
mod world;
