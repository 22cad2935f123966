//! The `terning` program.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    terning::main(terning::args::Args::parse())
}
