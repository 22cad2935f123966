//! `terning-server generate`

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use cube_schema::language::Language;
use terning_sample::Options;

use super::progress::Bar;
use super::say;
use crate::args::Generate;

/// The file that marks a folder of made-up deliveries. Hidden files are no deliveries.
const MARK: &str = ".terning-syntetisk";

pub(super) fn run(args: &Generate) -> anyhow::Result<ExitCode> {
    let (first, last) = args.months;
    let options = Options {
        out: args.out.clone(),
        scale: args.scale,
        seed: args.seed,
        months: (first.to_string(), last.to_string()),
    };
    prepare(&args.out)?;
    let made = generate(&options)?;
    say(format_args!(
        "{} leverancefiler med {} registreringer om {} borgere er skrevet i {}",
        Language::Danish.whole(made.files as u64),
        Language::Danish.whole(made.records),
        Language::Danish.whole(made.citizens),
        args.out.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Marks a folder that deliveries were made in, and so may be made in again. Any other that holds
/// something is left alone: made-up citizens must never stand among real ones.
fn prepare(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.display();
    let holds_something = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if holds_something && !folder.join(MARK).exists() {
        bail!("mappen {shown} er ikke tom og er ikke lavet af generate; vælg en anden med --out");
    }
    fs::create_dir_all(folder).with_context(|| format!("mappen {shown} kan ikke laves"))?;
    Ok(fs::write(folder.join(MARK), "")?)
}

pub(super) fn generate(options: &Options) -> anyhow::Result<terning_sample::Summary> {
    let bar = Bar::new();
    terning_sample::generate(options, &|done, of, _| bar.show("laver leverancer", done, of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_empty_folder_or_one_of_its_own_is_written_in() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("ny");
        prepare(&out).unwrap();
        fs::write(out.join("x"), "").unwrap();
        prepare(&out).unwrap();
        let foreign = prepare(folder.path()).unwrap_err().to_string();
        assert!(foreign.contains("ikke lavet af generate"), "{foreign}");
    }
}
