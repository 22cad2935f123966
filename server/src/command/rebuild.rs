//! `terning-server rebuild`

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use terning_engine::load::LoadReport;

use super::progress::Bar;
use super::say;
use super::versions::tell_removed;
use crate::disk::Disk;
use crate::rebuild::{
    Again, Outcome, REFUSED, REPORT_TEXT, Rebuild, Shares, TablesRebuild, rebuild, rebuild_again,
    rebuild_of_tables,
};
use crate::telemetry::{self, LogFormat};
use crate::versions::VersionName;
use crate::{args, versions};

pub(super) fn run(args: args::Rebuild) -> anyhow::Result<ExitCode> {
    telemetry::start(LogFormat::Text, "info");
    let (data, keep) = (args.data.clone(), args.keep);
    build(args).and_then(|ended| tidy_up(ended, &data, keep)).or_else(|error| {
        eprintln!("fejl: {error:#}");
        if let Some(current) = versions::current(&data) {
            eprintln!("der svares fortsat med version {current}");
        }
        Ok(ExitCode::FAILURE)
    })
}

/// Removes old versions after a rebuild that succeeded, where that was ordered.
fn tidy_up(ended: ExitCode, data: &Path, keep: Option<u32>) -> anyhow::Result<ExitCode> {
    if let Some(keep) = keep.filter(|_| ended == ExitCode::SUCCESS) {
        tell_removed(&versions::keep_newest(&Disk::real(), data, keep as usize)?);
    }
    Ok(ended)
}

fn build(args: args::Rebuild) -> anyhow::Result<ExitCode> {
    if let Some(from) = args.from {
        return again(&args.data, from);
    }
    if let (Some(schema), Some(tables)) = (args.schema, args.tables) {
        return of_tables(&TablesRebuild { schema, tables, data: args.data, disk: Disk::real() });
    }
    let order = Rebuild {
        deliveries: args.deliveries.context("mappen med leverancer mangler (--deliveries)")?,
        data: args.data,
        month: args.month,
        accept: args.accept,
        percent: args.hold,
        disk: Disk::real(),
        suspicious: Shares {
            country: args.suspicious,
            kommune: args.suspicious_kommune,
            rule: args.suspicious_regel,
            ..Shares::default()
        },
    };
    let outcome = with_bar(&order)?;
    match &outcome {
        Outcome::Built(name, report) => {
            let used = report.deliveries.iter().filter(|line| line.is_used()).count();
            let folder = versions::folder(&order.data).join(name.to_string());
            say(format_args!(
                "version {name} er bygget: {used} af {} leverancer er brugt; se {}",
                report.deliveries.len(),
                folder.join(REPORT_TEXT).display()
            ));
            if let (false, Some(current)) =
                (report.awaiting.is_empty(), versions::current(&order.data))
            {
                say(format_args!(
                    "den er IKKE taget i brug, for tallene ser forkerte ud; {current} svarer fortsat"
                ));
            }
            eprint!("{}", report.to_short_text());
        }
        Outcome::NothingUsable(report) => nothing_usable(&order.data, report),
    }
    Ok(ExitCode::from(outcome.exit_code()))
}

fn nothing_usable(data: &Path, report: &LoadReport) {
    eprintln!(
        "ingen leverance kan bruges; der er ikke lavet en ny version. Rapporten er også i {}",
        data.join(REFUSED).join(REPORT_TEXT).display()
    );
    eprint!("{}", report.to_text());
}

/// Rebuilds, and shows how far it has come.
pub(super) fn with_bar(order: &Rebuild) -> anyhow::Result<Outcome> {
    let bar = Bar::new();
    rebuild(order, &|progress| bar.show(progress.stage, progress.done as u64, progress.of as u64))
}

/// Rebuilds from tables by a schema file alone.
fn of_tables(order: &TablesRebuild) -> anyhow::Result<ExitCode> {
    let bar = Bar::new();
    let (name, findings) = rebuild_of_tables(order, &|progress| {
        bar.show(progress.stage, progress.done as u64, progress.of as u64);
    })?;
    drop(bar);
    say(format_args!("version {name} er bygget af skemaet {}", order.schema.display()));
    eprint!("{}", findings.to_text());
    Ok(ExitCode::SUCCESS)
}

/// Makes a version again; differing cubes are no success.
fn again(data: &Path, from: VersionName) -> anyhow::Result<ExitCode> {
    let bar = Bar::new();
    let made = rebuild_again(&Disk::real(), data, from, &|progress| {
        bar.show(progress.stage, progress.done as u64, progress.of as u64);
    })?;
    drop(bar);
    let Again { name, cubes, same, in_use, .. } = made;
    say(format_args!("version {name} er lavet igen af filerne til {from}"));
    if !in_use {
        eprintln!("den er ikke taget i brug; spørg den med --version {name}");
    }
    if same {
        say(format_args!("kuberne er de samme, byte for byte (sha256 {})", cubes.sha256));
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("kuberne er ikke de samme som i {from}; er den lavet af et andet program?");
    Ok(ExitCode::FAILURE)
}
