//! The `terning` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    match terning::usage::parse() {
        Ok(args) => terning::main(args),
        Err(code) => code,
    }
}
