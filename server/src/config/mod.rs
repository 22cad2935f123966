//! Settings of the service: one file, variables of the environment above it, and the command line
//! above both. `docs/drift.md` tells of every key.
//!
//! ```toml
//! listen = "0.0.0.0:50051"
//! [tls]
//! certificate = "server.pem"
//! key = "server.key"
//! [access]
//! ```
//!
//! A file is read whole: every mistake is found, with its line and key, and nothing is taken from a
//! file that has one.

mod read;
mod keys;
mod tls;
mod access;
mod audit;
mod load;
mod metrics;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, bail};

pub use crate::access::Access;
pub use keys::KEYS;
pub use load::Load;
pub use metrics::Metrics;
pub use read::{Effective, Problem, Variables};
pub use tls::Tls;

use crate::disk::Disk;
use crate::telemetry::LogFormat;
use crate::versions::{CACHE_BYTES, Protection};
use read::{PREFIX, Reader, Section};

/// Where the service listens unless it is told.
pub const LISTEN: &str = "127.0.0.1:50051";

/// What the service is run with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens: an address and a port.
    pub listen: String,
    /// How it logs.
    pub log: LogFormat,
    /// Bytes of answers that are kept for whoever asks the same; 0 keeps none.
    pub cache_bytes: usize,
    /// Whether small counts are hidden.
    pub protection: Protection,
    /// How much is taken on, and how much one question may take.
    pub load: Load,
    /// Where whoever watches over the service asks.
    pub metrics: Metrics,
    /// How connections are encrypted.
    pub tls: Tls,
    /// Who is let in.
    pub access: Access,
    /// How the access log is kept.
    pub audit: crate::audit::Settings,
    /// What the access log is written to; that it is another than the machine's is for tests.
    pub disk: Disk,
}

/// What was read of a file and the environment.
#[derive(Debug)]
pub struct Loaded {
    /// The settings; `None` where there are problems.
    pub settings: Option<Settings>,
    /// Every mistake, in the order of the keys.
    pub problems: Vec<Problem>,
    /// Every value that counts, with where it is from. No secret is among them: keys are named by
    /// their files.
    pub effective: Vec<Effective>,
}

impl From<Access> for Settings {
    fn from(access: Access) -> Settings {
        Settings {
            listen: LISTEN.to_owned(),
            log: LogFormat::Text,
            cache_bytes: CACHE_BYTES,
            protection: Protection::default(),
            load: Load::default(),
            metrics: Metrics::default(),
            tls: Tls::None,
            access,
            audit: crate::audit::Settings::default(),
            disk: Disk::real(),
        }
    }
}

impl Settings {
    /// The settings of a file, or without one, and of the environment.
    ///
    /// # Errors
    /// The file cannot be read, or has a mistake: all of them are told.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Settings> {
        let loaded = load(file, &variables())?;
        loaded.settings.with_context(|| {
            let problems: Vec<String> = loaded.problems.iter().map(Problem::to_string).collect();
            format!("indstillingerne kan ikke bruges:\n  {}", problems.join("\n  "))
        })
    }

    /// The same with what the command line says.
    #[must_use]
    pub fn with(mut self, listen: Option<&str>, cache_mebibytes: Option<u16>) -> Settings {
        self.listen = listen.map_or(self.listen, str::to_owned);
        self.cache_bytes = cache_mebibytes.map_or(self.cache_bytes, bytes);
        self
    }

    /// Whether the service may listen where other machines reach it.
    ///
    /// # Errors
    /// Nobody has to say who asks, or what is sent is not encrypted.
    pub fn check_open(&self, address: &dyn std::fmt::Display) -> anyhow::Result<()> {
        if !self.access.is_required() {
            bail!(
                "{address} kan nås fra andre maskiner, og adgangsstyring er ikke sat op: giv \
                 afsnittet [access] i filen med indstillinger (--config), eller lyt på 127.0.0.1"
            );
        }
        if matches!(self.tls, Tls::None) {
            bail!(
                "{address} kan nås fra andre maskiner, og forbindelser er ikke krypteret: giv \
                 tls.certificate og tls.key i filen med indstillinger (--config), eller sig med \
                 tls.ends_in_front = true, at TLS slutter foran serveren"
            );
        }
        Ok(())
    }
}

/// The variables of this program's environment that may be settings.
#[must_use]
pub fn variables() -> Variables {
    let text = |(name, value): (OsString, OsString)| {
        let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
        Some((name, value.into_string().ok()?))
    };
    env::vars_os().filter_map(text).collect()
}

/// Reads settings from a file, or without one, and from variables.
///
/// # Errors
/// The file cannot be read.
pub fn load(file: Option<&Path>, variables: &Variables) -> anyhow::Result<Loaded> {
    let text = match file {
        Some(path) => fs::read_to_string(path).with_context(|| {
            format!("filen med indstillinger, {}, kan ikke læses", path.display())
        })?,
        None => String::new(),
    };
    let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
    let reader = Reader::new(&text, folder, variables);
    let settings = reader.top().map(settings);
    reader.check_variables(keys::is_variable);
    let (problems, effective) = reader.end();
    let settings = settings.filter(|_| problems.is_empty());
    Ok(Loaded { settings, problems, effective })
}

fn settings(mut top: Section<'_, '_>) -> Settings {
    let listen = top.text("listen");
    let place = listen.as_ref().map(|given| given.place.clone());
    let listen = top.or("listen", listen, LISTEN.to_owned());
    let log = top.choice("log", &[("text", LogFormat::Text), ("json", LogFormat::Json)]);
    let cache = top.number("cache");
    let cache = top.or("cache", cache, (CACHE_BYTES >> 20) as u16);
    let protection = protection(&mut top);
    let load = load::read(&mut top);
    let metrics = metrics::read(&mut top);
    let tls = tls::read(&mut top);
    let access = access::read(&mut top, &tls);
    let audit = audit::read(&mut top, &access);
    let cache_bytes = bytes(cache);
    let disk = Disk::real();
    let settings =
        Settings { listen, log, cache_bytes, protection, load, metrics, tls, access, audit, disk };
    let place = place.unwrap_or_else(|| top.place_of("listen"));
    if let Err(error) = check_listen(&settings) {
        top.refuse(place, &error.to_string());
    }
    top.end();
    settings
}

/// Whether small counts are hidden (A3). A smallest set without that would be no protection.
fn protection(top: &mut Section<'_, '_>) -> Protection {
    let given = top.flag("disclosure");
    let is_on = top.or("disclosure", given, false);
    let given = top.number("minimum_set");
    let place = given.as_ref().map(|given| given.place.clone());
    let minimum_set = u32::from(top.or("minimum_set", given, 0));
    if let Some(place) = place.filter(|_| minimum_set > 0 && !is_on) {
        top.refuse(place, "virker kun sammen med disclosure = true");
    }
    Protection { is_on, minimum_set }
}

/// An address is checked here as far as it can be without asking for the address of a name.
fn check_listen(settings: &Settings) -> anyhow::Result<()> {
    let port = settings.listen.rsplit_once(':').map(|(_, port)| port);
    if port.is_none_or(|port| port.parse::<u16>().is_err()) {
        bail!("'{}' er ikke en adresse med port, for eksempel {LISTEN}", settings.listen);
    }
    match settings.listen.parse::<SocketAddr>() {
        Ok(address) if !address.ip().is_loopback() => settings.check_open(&address),
        _ => Ok(()),
    }
}

fn bytes(mebibytes: u16) -> usize {
    usize::from(mebibytes) << 20
}

#[cfg(test)]
mod tests;
