//! Random questions, made from bytes, and what must hold of their answers.
//!
//! The targets in `fuzz_targets` hand in the bytes of a fuzzer; the engine's test `grammar` takes
//! these same modules and hands in bytes of its own, so that they run wherever tests do.

pub mod check;
mod choices;
mod grammar;
mod model;
#[allow(dead_code, clippy::unwrap_used, reason = "the tests of tables use more of it")]
#[path = "../../tests/tables/memory.rs"]
mod tables;
mod vocabulary;
#[allow(dead_code, clippy::unwrap_used, reason = "the tests of formulas use more of it")]
#[path = "../../tests/formulas/world.rs"]
mod world;
#[allow(clippy::unwrap_used, reason = "a world that cannot be made ends the test")]
mod worlds;
mod write;
