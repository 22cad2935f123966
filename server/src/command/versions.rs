//! `terning-server versions`, `activate` and `remove`: the versions of a data folder, for operators.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::say;
use anyhow::bail;
use terning::output::number::{danish_date, danish_time};

use crate::args;
use crate::disk::Disk;
use crate::versions::{
    self, Activated, Current, Listed, Removed, State, VersionName, bytes_of, version_folder,
};

/// Lists the versions. Each is opened, so that a damaged one is found; that, and what is wrong with
/// `CURRENT`, is a failure.
pub(super) fn list(args: &args::Folder) -> anyhow::Result<ExitCode> {
    if !args.data.is_dir() {
        bail!(
            "datamappen {} findes ikke, eller er ikke en mappe; se efter i --data",
            args.data.display()
        );
    }
    let names = versions::names(&args.data)?;
    let Current { name: chosen, mut problem } = Current::read(&args.data);
    if let Some(gone) = chosen.filter(|chosen| !names.contains(chosen)) {
        problem = Some(format!("CURRENT siger {gone}, som ikke findes; tag en anden i brug"));
    }
    if names.is_empty() && problem.is_none() {
        say(format_args!("der er ingen versioner i {}", args.data.display()));
        return Ok(ExitCode::SUCCESS);
    }
    // Where nothing says which is chosen, a server that runs may answer from another than one that starts.
    let active = chosen.and_then(|_| versions::answering(&args.data));
    say(format_args!(
        "{:<12} {:<10} {:<20} {:>9}  Tilstand",
        "Version", "Til og med", "Bygget", "MB"
    ));
    let mut is_sound = true;
    for name in names {
        let listed = checked(&args.data, name, active == Some(name));
        is_sound &= !matches!(listed.state, State::Damaged(_));
        show(&listed);
    }
    if let Some(problem) = problem {
        is_sound = false;
        say(format_args!("{problem}"));
    }
    Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn checked(data: &Path, name: VersionName, active: bool) -> Listed {
    let folder = version_folder(data, name);
    let opened = versions::open(data, name);
    let manifest = opened.map(|version| Arc::new(version.manifest.clone()));
    let state = State::of(&folder, manifest.as_deref(), active);
    Listed { name, manifest, state, bytes: bytes_of(&folder) }
}

fn show(listed: &Listed) {
    let told = listed.manifest.as_ref();
    let (as_of, built) = told.map_or(("", ""), |told| (&*told.as_of, &*told.built_at));
    let (as_of, built) = (danish_date(as_of), danish_time(built));
    let (name, caption) = (listed.name.to_string(), listed.state.caption());
    let size = megabytes(listed.bytes);
    say(format_args!("{name:<12} {as_of:<10} {built:<20} {size:>9}  {caption}"));
    for reason in listed.state.reasons() {
        say(format_args!("{:14}{reason}", ""));
    }
}

/// Bytes in millions with one decimal, as Danish writes them.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{},{}", tenths / 10, tenths % 10)
}

/// Takes a version into use.
pub(super) fn activate(args: &args::Activate) -> anyhow::Result<ExitCode> {
    let Activated { name, before, awaited } =
        versions::activate(&Disk::real(), &args.data, args.version)?;
    match before {
        None => say(format_args!("version {name} er aktiv")),
        Some(before) if before > name => say(format_args!(
            "version {name} er aktiv igen i stedet for den nyere {before}; næste genopbygning tager sin \
             egen version i brug"
        )),
        Some(before) => say(format_args!("version {name} er aktiv i stedet for {before}")),
    }
    if !awaited.is_empty() {
        say(format_args!("dermed er det, den afventede, godkendt:"));
        awaited.iter().for_each(|reason| say(format_args!("  {reason}")));
    }
    say(format_args!("en server, der kører, følger med inden for 2 sekunder"));
    Ok(ExitCode::SUCCESS)
}

/// Removes versions.
pub(super) fn remove(args: &args::Remove) -> anyhow::Result<ExitCode> {
    tell_removed(&versions::remove(&Disk::real(), &args.data, &args.versions)?);
    Ok(ExitCode::SUCCESS)
}

/// Says what was removed.
pub(super) fn tell_removed(done: &Removed) {
    let names: Vec<String> = done.versions.iter().map(ToString::to_string).collect();
    let files = match done.raw_files {
        1 => "1 leveret fil".to_owned(),
        count => format!("{count} leverede filer"),
    };
    if !names.is_empty() || done.raw_files > 0 {
        let names = if names.is_empty() { "ingen versioner".to_owned() } else { names.join(", ") };
        say(format_args!("fjernet: {names} og {files}, i alt {} MB", megabytes(done.bytes)));
    }
    if let Some(name) = done.unread {
        eprintln!(
            "version {name} siger ikke, hvilke filer den er lavet af; derfor er alle leverede filer beholdt"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path with a slip in it must not look like a folder without versions.
    #[test]
    fn a_data_folder_that_is_not_there_is_an_error_and_an_empty_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("dta");
        let error = list(&args::Folder { data: data.clone() }).unwrap_err().to_string();
        assert!(error.contains("dta findes ikke") && error.contains("--data"), "{error}");
        assert!(list(&args::Folder { data: folder.path().to_owned() }).is_ok());
    }
}
