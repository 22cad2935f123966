//! The engine against an independent reading of the rules.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod both;
mod difficult;
mod drill;
mod edges;
mod hand07;
mod hold;
mod sample;
mod why;
