//! `terning-server rebuild`

use std::path::Path;
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::Context;
use rayon::ThreadPoolBuilder;
use terning::cause;
use terning_engine::load::LoadReport;

use super::progress::Bar;
use super::say;
use super::versions::tell_removed;
use crate::disk::Disk;
use crate::rebuild::{
    Again, Ended, LastRun, Outcome, REFUSED, REPORT_TEXT, Rebuild, Shares, TablesRebuild, rebuild,
    rebuild_again, rebuild_of_tables,
};
use crate::telemetry::{self, LogFormat};
use crate::versions::VersionName;
use crate::{args, versions};

/// Bytes of the stack of a thread that works: as many as the program's first thread has.
const STACK: usize = 8 << 20;

/// How a rebuild ended, and the version that it made.
type Made = (Ended, Option<VersionName>);

pub(super) fn run(args: args::Rebuild) -> anyhow::Result<ExitCode> {
    telemetry::start(LogFormat::Text, "info");
    let (data, keep, began) = (args.data.clone(), args.keep, Instant::now());
    let made = with_threads(args.threads, || build(args));
    let made = made.and_then(|made| tidy_up(made, &data, keep));
    let (ended, version) = made.unwrap_or_else(|error| {
        eprintln!("fejl: {}", cause::chain(error.chain()));
        if let Some(current) = versions::current(&data) {
            eprintln!("der svares fortsat med version {current}");
        }
        (Ended::Failed, None)
    });
    let run = LastRun::new(began, ended, version);
    if data.is_dir()
        && let Err(error) = run.write(&Disk::real(), &data)
    {
        tracing::warn!(%error, "målingerne kan ikke fortælle om genopbygningen");
    }
    Ok(ExitCode::from(ended.exit_code()))
}

/// Works with so many threads; unless it is said, with one for each core, and where the process gives
/// way to others (`nice`) with half of that: so a core is left to those who ask.
fn with_threads<T: Send>(
    wanted: Option<u16>,
    work: impl FnOnce() -> anyhow::Result<T> + Send,
) -> anyhow::Result<T> {
    let cores = available_parallelism().map_or(1, usize::from);
    let gives_way = rustix::process::getpriority_process(None).is_ok_and(|nice| nice > 0);
    let usual = if gives_way { cores.div_ceil(2) } else { cores };
    let threads = wanted.map_or(usual, usize::from);
    let pool = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build()?;
    pool.install(work)
}

/// Removes old versions after a rebuild that succeeded, where that was ordered.
fn tidy_up(made: Made, data: &Path, keep: Option<u32>) -> anyhow::Result<Made> {
    if let Some(keep) = keep.filter(|_| made.0 == Ended::Built) {
        tell_removed(&versions::keep_newest(&Disk::real(), data, keep as usize)?);
    }
    Ok(made)
}

fn build(args: args::Rebuild) -> anyhow::Result<Made> {
    if let Some(from) = args.from {
        return again(&args.data, from);
    }
    let suspicious = Shares {
        country: args.suspicious,
        kommune: args.suspicious_kommune,
        rule: args.suspicious_regel,
        ..Shares::default()
    };
    if let (Some(schema), Some(tables)) = (args.schema, args.tables) {
        let (data, disk) = (args.data, Disk::real());
        return of_tables(&TablesRebuild { schema, tables, data, disk, suspicious });
    }
    let order = Rebuild {
        deliveries: args.deliveries.context("mappen med leverancer mangler (--deliveries)")?,
        data: args.data,
        month: args.month,
        accept: args.accept,
        percent: args.hold,
        disk: Disk::real(),
        suspicious,
    };
    let outcome = with_bar(&order)?;
    let version = match &outcome {
        Outcome::Built(name, report) => {
            tell_built(&order.data, *name, report);
            Some(*name)
        }
        Outcome::NothingUsable(report) => {
            nothing_usable(&order.data, report);
            None
        }
    };
    Ok((outcome.ended(), version))
}

fn tell_built(data: &Path, name: VersionName, report: &LoadReport) {
    let used = report.deliveries.iter().filter(|line| line.is_used()).count();
    let folder = versions::folder(data).join(name.to_string());
    say(format_args!(
        "version {name} er bygget: {used} af {} leverancer er brugt; se {}",
        report.deliveries.len(),
        folder.join(REPORT_TEXT).display()
    ));
    if !report.awaiting.is_empty() {
        tell_awaits(data);
    }
    eprint!("{}", report.to_short_text());
}

/// Says that a version waits for an operator.
fn tell_awaits(data: &Path) {
    if let Some(current) = versions::current(data) {
        say(format_args!(
            "den er IKKE taget i brug, for tallene ser forkerte ud; {current} svarer fortsat"
        ));
    }
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
fn of_tables(order: &TablesRebuild) -> anyhow::Result<Made> {
    let bar = Bar::new();
    let built = rebuild_of_tables(order, &|progress| {
        bar.show(progress.stage, progress.done as u64, progress.of as u64);
    })?;
    drop(bar);
    let (name, ended) = (built.name, built.ended());
    say(format_args!("version {name} er bygget af skemaet {}", order.schema.display()));
    if ended == Ended::Awaiting {
        tell_awaits(&order.data);
        built.awaiting.iter().for_each(|reason| eprintln!("  {reason}"));
        eprintln!(
            "er det rigtigt, så tag den i brug: terning-server activate {name} --data {}",
            order.data.display()
        );
    }
    if let Some(why) = built.aside {
        eprintln!("den er ikke taget i brug, for {why}; spørg den med --version {name}");
    }
    eprint!("{}", built.findings.to_text());
    Ok((ended, Some(name)))
}

/// Makes a version again; one whose cubes differ waits for an operator.
fn again(data: &Path, from: VersionName) -> anyhow::Result<Made> {
    let bar = Bar::new();
    let made = rebuild_again(&Disk::real(), data, from, &|progress| {
        bar.show(progress.stage, progress.done as u64, progress.of as u64);
    })?;
    drop(bar);
    let Again { name, cubes, same, in_use, differing, .. } = made;
    say(format_args!("version {name} er lavet igen af filerne til {from}"));
    if !in_use {
        eprintln!("den er ikke taget i brug; spørg den med --version {name}");
    }
    if same {
        say(format_args!("kuberne er de samme, byte for byte (sha256 {})", cubes.sha256));
        return Ok((Ended::Built, Some(name)));
    }
    let why = match differing[..] {
        [] => "er den lavet af et andet program?".to_owned(),
        _ => format!("dette program har ændret: {}", differing.join(", ")),
    };
    eprintln!("kuberne er ikke de samme som i {from}; {why}");
    eprintln!(
        "den afventer godkendelse: se forskellen med terning diff {from} {name}, og tag den i brug \
         med terning-server activate {name} --data {}",
        data.display()
    );
    Ok((Ended::Awaiting, Some(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_threads_work_as_are_wanted_and_half_where_the_process_gives_way() {
        let threads = |wanted| with_threads(wanted, || Ok(rayon::current_num_threads())).unwrap();
        assert_eq!((threads(Some(1)), threads(Some(3))), (1, 3));
        let cores = available_parallelism().unwrap().get();
        let lowered = std::thread::spawn(move || {
            rustix::process::nice(40).unwrap();
            threads(None)
        });
        assert_eq!(lowered.join().unwrap(), cores.div_ceil(2));
    }
}
