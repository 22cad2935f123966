//! The `terning` program.

fn main() {}
