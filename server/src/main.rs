//! The `terning-server` program.

fn main() {}
