//! The `terning-server` program.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use terning_server::command;

/// The C library keeps a heap for each of many threads and returns little of what a version that
/// is gone has left in them (`docs/reliability.md`). Without huge pages (the feature `no_thp`): with
/// them a rebuild makes the slowest answers of a busy server several times slower.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match terning::usage::parse() {
        Ok(args) => command::run(args).unwrap_or_else(|error| {
            eprintln!("fejl: {}", terning::cause::chain(error.chain()));
            ExitCode::FAILURE
        }),
        Err(code) => code,
    }
}
