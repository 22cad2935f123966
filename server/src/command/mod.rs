//! The commands of the program: one file each.

mod audit;
mod config;
mod demo;
mod generate;
mod progress;
mod rebuild;
mod serve;
mod token;
mod versions;

use std::fmt::Arguments;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::args::{Args, Command};

/// Writes a line on stdout. That nobody reads it any more is no reason to stop.
fn say(line: Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{line}");
}

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
        Command::Config(args) => config::run(&args),
        Command::Token(args) => token::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Versions(args) => versions::list(&args),
        Command::Activate(args) => versions::activate(&args),
        Command::Remove(args) => versions::remove(&args),
    }
}
