//! The `terning-server` program.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use terning_server::command;

/// The C library keeps a heap for each of many threads and returns little of what a version that
/// is gone has left in them: a server that took a version a minute grew by 2 to 3 MB with each.
/// Without huge pages (the feature `no_thp`): a rebuild in them beside a busy server holds a core
/// for tens of milliseconds whatever its priority.
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
