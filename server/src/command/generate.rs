//! `terning-server generate`

use std::process::ExitCode;

use terning_sample::Options;

use super::progress::Bar;
use super::say;
use crate::args::Generate;

pub(super) fn run(args: &Generate) -> anyhow::Result<ExitCode> {
    let (first, last) = args.months;
    let options = Options {
        out: args.out.clone(),
        scale: args.scale,
        seed: args.seed,
        months: (first.to_string(), last.to_string()),
    };
    let made = generate(&options)?;
    say(format_args!(
        "{} leverancefiler med {} registreringer om {} borgere er skrevet i {}",
        made.files,
        made.records,
        made.citizens,
        args.out.display()
    ));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn generate(options: &Options) -> anyhow::Result<terning_sample::Summary> {
    let bar = Bar::new();
    terning_sample::generate(options, &|done, of, _| bar.show("laver leverancer", done, of))
}
