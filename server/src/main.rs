//! The `terning-server` program.

use std::process::ExitCode;

use clap::Parser;
use terning_server::args::Args;
use terning_server::command;

fn main() -> ExitCode {
    command::run(Args::parse()).unwrap_or_else(|error| {
        eprintln!("fejl: {error:#}");
        ExitCode::FAILURE
    })
}
