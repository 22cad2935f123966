//! Functions of members and sets against a plain tree: on random sets, what a function gives is
//! worked out a second time by walking over a table of members and their parents.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod drill;
mod navigation;
mod sets;
mod tree;
#[allow(dead_code, reason = "the tests of formulas use more of it")]
#[path = "../formulas/world.rs"]
mod world;
