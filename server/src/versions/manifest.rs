//! `version.json`: what a version is, and what it was made from.
//!
//! Its first member is the SHA-256 of all that follows it, so that no changed digit of it is
//! believed. Files of earlier programs begin with the version's name and have none.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use cube_schema::schema::{Disclosure, Role, Schema};
use serde::{Deserialize, Serialize};
use terning_engine::snapshot;

use super::{MANIFEST, VersionName, checksum};

/// How a file with a checksum begins; its digits follow, and then [`MARK_END`].
const MARK: &str = "{\n  \"checksum\": \"";
const MARK_END: &str = "\",\n";
/// How a file without one begins.
const UNMARKED: &str = "{\n  \"version\": ";
/// How both go on, and what an object begins with.
const BEGIN: &str = "{\n";

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
        Manifest::parse(&text).map_err(|problem| format!("{MANIFEST} er beskadiget: {problem}"))
    }

    /// The text of the file, with its checksum.
    ///
    /// # Errors
    /// It holds something that JSON cannot say.
    pub fn to_text(&self) -> serde_json::Result<String> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        let members = text.strip_prefix(BEGIN).unwrap_or(&text);
        Ok(format!("{MARK}{}{MARK_END}{members}", checksum(members.as_bytes())))
    }

    fn parse(text: &str) -> Result<Manifest, String> {
        let text = match text.strip_prefix(MARK) {
            Some(marked) => {
                let (sum, members) = marked.split_once(MARK_END).ok_or("den er afkortet")?;
                if checksum(members.as_bytes()) != sum {
                    return Err("kontrolsummen passer ikke".to_owned());
                }
                BEGIN.to_owned() + members
            }
            None if text.starts_with(UNMARKED) => text.to_owned(),
            None => return Err("den begynder forkert".to_owned()),
        };
        serde_json::from_str(&text).map_err(|error| error.to_string())
    }

    /// What the file of cubes was when it was written; `None` where that is not told.
    #[must_use]
    pub fn cubes(&self) -> Option<CubesFile> {
        serde_json::from_value(self.more.get("cubes")?.clone()).ok()
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
    /// SHA-256 of its header and table of sections, which hold the checksums of all the rest: by it
    /// a file of another version is known as soon as it is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
}

impl CubesFile {
    /// What a file holds.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of(path: &Path) -> std::io::Result<CubesFile> {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        Ok(CubesFile { sha256: super::checksum_of(&mut file)?, bytes, head: None })
    }

    /// The same with its head, which these bytes begin with.
    #[must_use]
    pub fn with_head(self, bytes: &[u8]) -> CubesFile {
        CubesFile { head: Some(head(bytes)), ..self }
    }

    /// That an opened file is the one that was written. That its sections are what its head says was
    /// checked when it was opened.
    ///
    /// # Errors
    /// It is another: says so.
    pub fn check(&self, bytes: &[u8]) -> Result<(), String> {
        let same_head = self.head.as_ref().is_none_or(|known| *known == head(bytes));
        if self.bytes == bytes.len() as u64 && same_head {
            return Ok(());
        }
        Err("den er ikke den fil, der blev skrevet til versionen".to_owned())
    }
}

fn head(bytes: &[u8]) -> String {
    checksum(snapshot::head(bytes))
}

/// The time, to the second.
pub(super) fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let mut manifest = Manifest::new(VersionName::parse("2026-10.1").unwrap());
        manifest.more.insert("month_limit".to_owned(), "2026-10".into());
        manifest
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let sound = manifest().to_text().unwrap();
        assert_eq!(Manifest::parse(&sound), Ok(manifest()));
        for bit in 0..sound.len() * 8 {
            let mut bytes = sound.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(text) = String::from_utf8(bytes) {
                assert!(Manifest::parse(&text).is_err(), "{text}");
            }
        }
        assert!((0..sound.len()).all(|length| Manifest::parse(&sound[..length]).is_err()));
    }

    #[test]
    fn a_file_of_an_earlier_program_is_read() {
        let text = serde_json::to_string_pretty(&manifest()).unwrap();
        assert_eq!(Manifest::parse(&text), Ok(manifest()));
    }

    #[test]
    fn another_file_of_cubes_is_known_by_its_head() {
        let (own, other) = ([1_u8; 100], [2_u8; 100]);
        let written = |bytes: &[u8]| {
            let (sha256, bytes_long) = (checksum(bytes), bytes.len() as u64);
            CubesFile { sha256, bytes: bytes_long, head: None }.with_head(bytes)
        };
        assert_eq!(written(&own).check(&own), Ok(()));
        assert!(written(&own).check(&other).is_err());
        let earlier = CubesFile { head: None, ..written(&own) };
        assert_eq!(earlier.check(&other), Ok(()));
        assert!(earlier.check(&other[..99]).is_err());
    }
}
