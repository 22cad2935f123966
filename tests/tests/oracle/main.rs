//! The engine against an independent reading of the rules.

mod both;
mod edges;
mod sample;
