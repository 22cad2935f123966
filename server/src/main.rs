//! The `terning-server` program.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use terning_server::command;

/// The C library keeps a heap for each of many threads and returns little of what a version that
/// is gone has left in them; this returns it (`docs/reliability.md`). Without huge pages (the feature
/// `no_thp`): clearing one holds a core whatever the priority of who asked for it.
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
