//! The `terning-server` program.

use std::process::ExitCode;

use terning_server::command;

fn main() -> ExitCode {
    match terning::usage::parse() {
        Ok(args) => command::run(args).unwrap_or_else(|error| {
            eprintln!("fejl: {error:#}");
            ExitCode::FAILURE
        }),
        Err(code) => code,
    }
}
