//! `terning-server config`

use std::path::Path;
use std::process::ExitCode;

use super::say;
use crate::args::{Config, ConfigCommand};
use crate::config::{self, Effective};

pub(super) fn run(args: &Config) -> anyhow::Result<ExitCode> {
    match &args.command {
        ConfigCommand::Check { file } => check(file),
    }
}

/// Tells every mistake, or what counts.
fn check(file: &Path) -> anyhow::Result<ExitCode> {
    let loaded = config::load(Some(file), &config::variables())?;
    for problem in &loaded.problems {
        eprintln!("fejl: {}: {problem}", file.display());
    }
    if loaded.settings.is_none() {
        return Ok(ExitCode::FAILURE);
    }
    loaded.effective.iter().for_each(|one| say(format_args!("{}", line(one))));
    Ok(ExitCode::SUCCESS)
}

fn line(one: &Effective) -> String {
    let from = match one.from.to_string() {
        from if from.is_empty() => "standard".to_owned(),
        from => from,
    };
    format!("{} = {}  # {from}", one.key, one.value)
}
