//! The terning command line: asks the service, and draws what it answers.
//!
//! In reading order:
pub mod args;
pub mod usage;
pub mod cause;
mod secure;
pub mod client;
pub mod answer;
pub mod table;
pub mod error;
pub mod command;
pub mod output;
pub mod shell;

use std::process::ExitCode;

use args::{Args, Command};

/// Runs one command, and says on stderr what went wrong.
#[must_use]
pub fn main(args: Args) -> ExitCode {
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            eprint!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one command.
///
/// # Errors
/// Whatever kept it from an answer.
pub fn run(args: Args) -> Result<(), error::Error> {
    if let Command::Shell = args.command {
        return shell::run(&args.common);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(command::run(args))
}
