//! `terning-server rebuild`

use std::process::ExitCode;

use super::progress::Bar;
use super::say;
use crate::rebuild::{Outcome, REPORT_TEXT, Rebuild, rebuild};
use crate::telemetry::{self, LogFormat};
use crate::{args, versions};

pub(super) fn run(args: args::Rebuild) -> anyhow::Result<ExitCode> {
    telemetry::start(LogFormat::Text, "info");
    let order = Rebuild { deliveries: args.deliveries, data: args.data, month: args.month };
    let outcome = with_bar(&order)?;
    match &outcome {
        Outcome::Built(name, report) => {
            let used = report.deliveries.iter().filter(|line| line.refused.is_none()).count();
            let folder = versions::folder(&order.data).join(name.to_string());
            say(format_args!(
                "version {name} er bygget: {used} af {} leverancer er brugt; se {}",
                report.deliveries.len(),
                folder.join(REPORT_TEXT).display()
            ));
        }
        Outcome::NothingUsable(report) => {
            eprintln!("ingen leverance kan bruges; der er ikke lavet en ny version");
            eprint!("{}", report.to_text());
        }
    }
    Ok(ExitCode::from(outcome.exit_code()))
}

/// Rebuilds, and shows how far it has come.
pub(super) fn with_bar(order: &Rebuild) -> anyhow::Result<Outcome> {
    let bar = Bar::new();
    rebuild(order, &|progress| bar.show(progress.stage, progress.done as u64, progress.of as u64))
}
