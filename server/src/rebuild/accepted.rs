//! What an operator accepts: that it is there to be accepted, and that it had an effect.

use std::collections::BTreeSet;

use anyhow::bail;
use terning_engine::load::hold_files::HeldFile;
use terning_engine::load::{Accept, LoadReport, Loaded};

use super::former::Former;

/// That everybody who is accepted delivers, or did in the former version: a number that nobody has is
/// a slip of the pen, and what it was meant for would be held on.
///
/// # Errors
/// Somebody does not; says what can be accepted.
pub(super) fn check(
    accept: &Accept,
    former: Option<&Former>,
    loaded: &Loaded,
) -> anyhow::Result<()> {
    let Accept::Some(names) = accept else { return Ok(()) };
    let before = former.into_iter().flat_map(|former| former.standings.keys());
    let known: BTreeSet<&String> = before.chain(loaded.standings.keys()).collect();
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    let Some(unknown) = names.iter().find(|name| is_number(name) && !known.contains(name)) else {
        return Ok(());
    };
    let held = |report: &LoadReport| {
        let reporters = report.held.iter().chain(&report.accepted).map(|one| one.kommune.clone());
        let files = report.held_files.iter().chain(&report.accepted_files);
        reporters.chain(files.map(|file| file.name().to_owned())).collect::<BTreeSet<_>>()
    };
    let held = Vec::from_iter(held(&loaded.report));
    let can = match held.as_slice() {
        [] => "intet er holdt tilbage, så udelad --accept".to_owned(),
        held => format!("der kan godtages: {}", held.join(", ")),
    };
    bail!(
        "--accept {unknown}: '{unknown}' har ingen leverance, der kan bruges, heller ikke i den forrige version; {can}"
    )
}

/// Says of whom an acceptance had nothing to accept: yesterday's.
pub(super) fn note_idle(accept: &Accept, report: &mut LoadReport) {
    let Accept::Some(names) = accept else { return };
    let accepted = report.accepted.iter().map(|one| one.kommune.as_str());
    let accepted: Vec<&str> =
        accepted.chain(report.accepted_files.iter().map(HeldFile::name)).collect();
    let idle = names.iter().filter(|name| !accepted.contains(&name.as_str()));
    let notes: Vec<String> = idle
        .map(|name| format!("--accept {name} har ingen virkning: '{name}' er ikke holdt tilbage"))
        .collect();
    report.notes.extend(notes);
}
