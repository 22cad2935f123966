//! `version.json`: what a version is, and what it was made from.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use cube_schema::schema::{Disclosure, Role, Schema};
use serde::{Deserialize, Serialize};

use super::{MANIFEST, VersionName};

/// What a version is. The rebuild adds what it was made from and what was decided; the service
/// reads what has a name here and hands the rest on untouched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The name (`2026-10.1`).
    pub version: String,
    /// The as-of day, `YYYY-MM-DD`.
    pub as_of: String,
    /// When it was built, RFC 3339.
    pub built_at: String,
    /// The program that built it.
    #[serde(default)]
    pub program: String,
    /// Who may see what of its cubes. Without roles nobody with a token sees anything.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// Which small counts are hidden of its cubes, where the operator has switched that on; absent of a
    /// version that was built before there was such a thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<BTreeMap<String, Disclosure>>,
    /// Everything else.
    #[serde(flatten)]
    pub more: serde_json::Map<String, serde_json::Value>,
}

impl Manifest {
    /// The manifest of a version that is built now by this program.
    #[must_use]
    pub fn new(name: VersionName) -> Manifest {
        Manifest {
            version: name.to_string(),
            as_of: name.month.last_day().to_string(),
            built_at: now(),
            program: format!("terning-server {}", env!("CARGO_PKG_VERSION")),
            roles: Vec::new(),
            disclosure: None,
            more: serde_json::Map::new(),
        }
    }

    /// Takes over what a schema says of who may see what.
    pub fn take_access(&mut self, schema: &Schema) {
        self.roles.clone_from(&schema.roles);
        let of_cubes = schema.cubes.iter();
        let of_cubes =
            of_cubes.filter_map(|cube| Some((cube.name.clone(), cube.disclosure.clone()?)));
        self.disclosure = Some(of_cubes.collect());
    }

    /// Reads the manifest in a version's folder.
    ///
    /// # Errors
    /// The file is missing or damaged, in one Danish sentence.
    pub fn read(folder: &Path) -> Result<Manifest, String> {
        let text = fs::read_to_string(folder.join(MANIFEST))
            .map_err(|error| format!("{MANIFEST} kan ikke læses: {error}"))?;
        serde_json::from_str(&text).map_err(|error| format!("{MANIFEST} er beskadiget: {error}"))
    }

    /// The version that this one was compared with and held against when it was built; `None` where
    /// there was none.
    #[must_use]
    pub fn compared_with(&self) -> Option<VersionName> {
        VersionName::parse(self.more.get("decisions")?.get("former")?.as_str()?)
    }
}

/// The file of cubes as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CubesFile {
    /// SHA-256 of its bytes, as small hexadecimal digits.
    pub sha256: String,
    /// The number of bytes.
    pub bytes: u64,
}

impl CubesFile {
    /// What a file holds.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of(path: &Path) -> std::io::Result<CubesFile> {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        Ok(CubesFile { sha256: super::checksum_of(&mut file)?, bytes })
    }
}

/// The time, to the second.
pub(super) fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}
