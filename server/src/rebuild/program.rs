//! What of the program itself a version of deliveries is made of: the schema, the code lists that it
//! brings along, and the format of the cubes. Where a version is made again by another program, these
//! say what is another.

use cube_schema::domain::Domain;
use cube_schema::domains::vh::SCHEMA;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use terning_engine::delivery::accept::REFERENCE_FOLDER;
use terning_engine::snapshot;

use super::SCHEMA_PART;
use super::former::part;
use crate::versions::{Manifest, checksum};

// Parts of a version's manifest.
const LISTS: &str = "kodelister";
const FORMAT: &str = "snapshot_format";

/// A list that the program brings along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct BuiltIn {
    file: String,
    sha256: String,
}

/// Writes it into a manifest; a list that a file has replaced is among the version's inputs.
pub(super) fn tell(domain: &impl Domain, manifest: &mut Manifest, replaced: &[String]) {
    for (name, part) in parts(domain, replaced) {
        manifest.more.insert(name.to_owned(), part);
    }
}

/// What is another than in the manifest of a version, as an operator reads it. What a manifest of an
/// earlier program does not tell is not compared.
pub(super) fn differing(
    domain: &impl Domain,
    manifest: &Manifest,
    replaced: &[String],
) -> Vec<String> {
    let differs = |name: &str, now: &Value| manifest.more.get(name).is_some_and(|old| old != now);
    let mut found = Vec::new();
    for (name, now) in parts(domain, replaced) {
        match name {
            LISTS => {
                let old: Vec<BuiltIn> = part(manifest, LISTS).unwrap_or_default();
                let is_other =
                    |own: &BuiltIn| old.iter().any(|one| one.file == own.file && one != own);
                let lists = lists(domain, replaced).into_iter().filter(is_other);
                found.extend(lists.map(|own| format!("den indbyggede liste {}", own.file)));
            }
            FORMAT if differs(name, &now) => found.push("kubernes filformat".to_owned()),
            SCHEMA_PART if differs(name, &now) => found.push("skemaet vh.toml".to_owned()),
            _ => {}
        }
    }
    found
}

fn parts(domain: &impl Domain, replaced: &[String]) -> [(&'static str, Value); 3] {
    [
        (SCHEMA_PART, json!({ "name": "vh", "sha256": checksum(SCHEMA.as_bytes()) })),
        (LISTS, json!(lists(domain, replaced))),
        (FORMAT, json!(snapshot::FORMAT)),
    ]
}

/// The lists that are used as the program has them.
fn lists(domain: &impl Domain, replaced: &[String]) -> Vec<BuiltIn> {
    let is_used =
        |file: &str| !replaced.iter().any(|path| *path == format!("{REFERENCE_FOLDER}{file}"));
    let used = domain.references().iter().filter(|spec| is_used(spec.file));
    let of = |(file, text): (&str, &str)| BuiltIn {
        file: file.to_owned(),
        sha256: checksum(text.as_bytes()),
    };
    used.filter_map(|spec| Some(of((spec.file, spec.default?)))).collect()
}

#[cfg(test)]
mod tests {
    use cube_schema::domains::vh::Vh;
    use cube_schema::domains::vh::kodelister::YDELSER;

    use super::*;
    use crate::versions::VersionName;

    #[test]
    fn a_program_with_other_lists_says_which_they_are() {
        let (domain, name) = (Vh::new().unwrap(), VersionName::parse("2026-10.1").unwrap());
        let mut manifest = Manifest::new(name);
        assert_eq!(differing(&domain, &manifest, &[]), [""; 0], "an earlier program says nothing");
        tell(&domain, &mut manifest, &[]);
        assert_eq!(differing(&domain, &manifest, &[]), [""; 0]);
        let listed = manifest.more[LISTS].as_array().unwrap();
        assert_eq!(listed.len(), 6);
        let services = listed.iter().find(|one| one["file"] == "kodelister/ydelser.csv").unwrap();
        assert_eq!(services["sha256"], checksum(YDELSER.as_bytes()));

        let text = serde_json::to_string(&manifest.more[LISTS]).unwrap();
        let text = text.replace(&checksum(YDELSER.as_bytes()), &"0".repeat(64));
        manifest.more.insert(LISTS.to_owned(), serde_json::from_str(&text).unwrap());
        let other = ["den indbyggede liste kodelister/ydelser.csv"];
        assert_eq!(differing(&domain, &manifest, &[]), other);
        // A list that a file has replaced is no part of the program.
        let replaced = ["reference/kodelister/ydelser.csv".to_owned()];
        assert_eq!(differing(&domain, &manifest, &replaced), [""; 0]);
        tell(&domain, &mut manifest, &replaced);
        assert_eq!(manifest.more[LISTS].as_array().unwrap().len(), 5);
    }
}
