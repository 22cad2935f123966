//! `terning versions`

use serde_json::{Value, json};
use terning_proto::v1::{VersionInfo, VersionState};

use crate::args::{Common, Format};
use crate::client::Client;
use crate::error::Error;
use crate::output::number::{danish_date, danish_time};
use crate::output::{self, List, Listing};

pub(super) async fn run(client: &mut Client, common: &Common) -> Result<(), Error> {
    let Listing { json, mut lists } = listing(client).await?;
    if common.format() == Format::Table {
        lists.iter_mut().for_each(in_danish);
    }
    output::lists(common, &json, &lists)
}

/// Days as people read them, in the columns that have some.
fn in_danish(list: &mut List) {
    for row in &mut list.rows {
        row[AS_OF] = danish_date(&row[AS_OF]);
        row[BUILT] = danish_time(&row[BUILT]);
    }
}

/// The column with a day.
const AS_OF: usize = 1;
/// The column with a time.
const BUILT: usize = 2;

/// The versions.
pub(crate) async fn listing(client: &mut Client) -> Result<Listing, Error> {
    let versions = client.versions().await?;
    let list = List {
        title: String::new(),
        headers: vec!["Version", "Til og med", "Bygget", "MB", "Tilstand"],
        rows: versions.iter().map(row).collect(),
    };
    Ok(Listing { json: versions.iter().map(version).collect(), lists: vec![list] })
}

fn row(version: &VersionInfo) -> Vec<String> {
    let state = match version.state() {
        VersionState::Active => "aktiv: spørges, når ingen anden er nævnt".to_owned(),
        VersionState::Damaged => format!("beskadiget: {}", version.problem),
        state => caption(state).to_owned(),
    };
    let (name, as_of) = (version.name.clone(), version.as_of.clone());
    vec![name, as_of, version.built_at.clone(), megabytes(version.bytes), state]
}

/// A state in one Danish word or two.
fn caption(state: VersionState) -> &'static str {
    match state {
        VersionState::Unspecified => "",
        VersionState::Active => "aktiv",
        VersionState::Kept => "gemt",
        VersionState::Aside => "gemt: har ikke været aktiv",
        VersionState::Awaiting => "afventer godkendelse: tallene ser forkerte ud",
        VersionState::Damaged => "beskadiget",
    }
}

/// The name of a state, for programs.
fn name(state: VersionState) -> &'static str {
    match state {
        VersionState::Unspecified => "",
        VersionState::Active => "active",
        VersionState::Kept => "kept",
        VersionState::Aside => "aside",
        VersionState::Awaiting => "awaiting",
        VersionState::Damaged => "damaged",
    }
}

/// Bytes in millions with one decimal, as Danish writes them; nothing where they are not known.
fn megabytes(bytes: u64) -> String {
    if bytes == 0 {
        return String::new();
    }
    let tenths = bytes.div_ceil(100_000);
    format!("{},{}", tenths / 10, tenths % 10)
}

fn version(version: &VersionInfo) -> Value {
    json!({
        "name": version.name,
        "as_of": version.as_of,
        "built_at": version.built_at,
        "active": version.active,
        "problem": version.problem,
        "state": name(version.state()),
        "bytes": version.bytes,
    })
}
