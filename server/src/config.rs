//! Settings of the service: a small file, and the command line above it.
//!
//! ```toml
//! listen = "127.0.0.1:50051"
//! log = "json"
//! access = "required"
//! cache = 64
//! ```

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use crate::telemetry::LogFormat;
use crate::versions::CACHE_BYTES;

/// Where the service listens unless it is told.
pub const LISTEN: &str = "127.0.0.1:50051";

/// The settings in a file; each may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the service listens.
    pub listen: Option<String>,
    /// How it logs.
    #[serde(default)]
    pub log: LogFormat,
    /// What a call without a token sees.
    #[serde(default)]
    pub access: Access,
    /// Mebibytes of answers that are kept for whoever asks the same; 0 keeps none.
    pub cache: Option<u16>,
}

/// What the service is run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What a call without a token sees.
    pub access: Access,
    /// Bytes of answers that are kept.
    pub cache_bytes: usize,
}

impl From<Access> for Settings {
    fn from(access: Access) -> Settings {
        Settings { access, cache_bytes: CACHE_BYTES }
    }
}

impl Settings {
    /// The same, keeping so many mebibytes of answers, where that is said.
    #[must_use]
    pub fn with_cache(self, mebibytes: Option<u16>) -> Settings {
        let bytes = mebibytes.map(|mebibytes| usize::from(mebibytes) << 20);
        Settings { cache_bytes: bytes.unwrap_or(self.cache_bytes), ..self }
    }
}

/// What a call without a token sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Everything: whoever is on this machine is trusted.
    #[default]
    Local,
    /// Nothing: a token is required.
    Required,
}

impl Config {
    /// Reads a file of settings.
    ///
    /// # Errors
    /// The file cannot be read, or holds a setting that does not exist.
    pub fn read(path: &Path) -> anyhow::Result<Config> {
        let shown = path.display();
        let text = fs::read_to_string(path)
            .with_context(|| format!("filen med indstillinger, {shown}, kan ikke læses"))?;
        toml::from_str(&text).with_context(|| format!("der er en fejl i indstillingerne i {shown}"))
    }
}
