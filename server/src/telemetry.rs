//! The log: what the service does, never what is asked or answered, which may be personal data.

use std::io::{self, IsTerminal};
use std::panic::{self, PanicHookInfo};

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{EnvFilter, FilterFn, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What the names of this program's own packages begin with.
const OWN: &str = "terning";

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// JSON, for programs.
    Json,
}

/// Lets everything of this program through, and of the libraries below it what they tell of
/// themselves: at the levels below that they may tell what passes through them.
#[must_use]
pub fn quiet_libraries() -> FilterFn {
    filter_fn(may_tell as fn(&Metadata<'_>) -> bool)
}

fn may_tell(about: &Metadata<'_>) -> bool {
    *about.level() <= Level::INFO || about.target().starts_with(OWN)
}

/// Starts the log on stderr: from `level` on, unless `RUST_LOG` chooses; of libraries never below
/// `info`. A second start does nothing.
pub fn start(format: LogFormat, level: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let log = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let chosen = tracing_subscriber::registry().with(filter).with(quiet_libraries());
    let _ = match format {
        LogFormat::Text => chosen.with(log.with_target(false)).try_init(),
        LogFormat::Json => chosen.with(log.json()).try_init(),
    };
    panic::set_hook(Box::new(tell_panic));
}

/// Tells where a panic was, and of which request. What it says may repeat what was asked.
fn tell_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "der er en fejl i serveren");
}
