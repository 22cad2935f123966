//! The commands of the program: one file each.

mod demo;
mod generate;
mod progress;
mod rebuild;
mod serve;

use std::process::ExitCode;

use crate::args::{Args, Command};

/// Runs a command.
///
/// # Errors
/// Anything unexpected; what is wrong with deliveries is an exit code.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Demo(args) => demo::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Rebuild(args) => rebuild::run(args),
        Command::Serve(args) => serve::run(&args),
    }
}
