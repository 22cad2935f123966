//! The commands: each asks the service once and hands the answer to the output.

pub(crate) mod cubes;
pub(crate) mod describe;
mod diff;
mod drill;
mod explain;
pub(crate) mod functions;
mod mdx;
mod package;
mod pivot;
mod queries;
mod report;
mod stdin;
pub(crate) mod versions;

use crate::args::{Args, Command};
use crate::client::Client;
use crate::error::Error;
use crate::output;

/// Runs a command.
///
/// # Errors
/// Whatever kept it from an answer.
pub async fn run(args: Args) -> Result<(), Error> {
    let common = args.common;
    // A package is written in a folder, and a folder may be called anything.
    if !matches!(args.command, Command::Package(_)) {
        output::check(&common)?;
    }
    let mut client = Client::connect(&common).await?;
    match args.command {
        Command::Cubes => cubes::run(&mut client, &common).await,
        Command::Describe { cube } => describe::run(&mut client, &common, cube).await,
        Command::Functions { name } => functions::run(&mut client, &common, name).await,
        Command::Pivot(pivot) => pivot::run(&mut client, &common, pivot).await,
        Command::Mdx(mdx) => mdx::run(&mut client, &common, mdx).await,
        Command::Report(report) => report::run(&mut client, &common, report).await,
        Command::Drill(drill) => drill::run(&mut client, &common, drill).await,
        Command::Explain(explain) => explain::run(&mut client, &common, explain).await,
        Command::Diff(diff) => diff::run(&mut client, &common, diff).await,
        Command::Package(package) => package::run(&mut client, &common, package).await,
        // A shell asks many times, and is no command of one question.
        Command::Shell => Ok(()),
        Command::Versions => versions::run(&mut client, &common).await,
        Command::Queries => queries::list(&mut client, &common).await,
        Command::Cancel { id } => queries::cancel(&mut client, &common, id).await,
    }
}
