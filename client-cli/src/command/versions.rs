//! `terning versions`

use serde_json::{Value, json};
use terning_proto::v1::VersionInfo;

use crate::args::Common;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, List, Listing};

pub(super) async fn run(client: &mut Client, common: &Common) -> Result<(), Error> {
    let Listing { json, lists } = listing(client).await?;
    output::lists(common, &json, &lists)
}

/// The versions.
pub(crate) async fn listing(client: &mut Client) -> Result<Listing, Error> {
    let versions = client.versions().await?;
    let list = List {
        title: String::new(),
        headers: vec!["Version", "Til og med", "Bygget", "Bemærkning"],
        rows: versions.iter().map(row).collect(),
    };
    Ok(Listing { json: versions.iter().map(version).collect(), lists: vec![list] })
}

fn row(version: &VersionInfo) -> Vec<String> {
    let remark = match (version.active, version.problem.as_str()) {
        (true, _) => "aktiv: spørges, når ingen anden er nævnt".to_owned(),
        (false, problem) => problem.to_owned(),
    };
    vec![version.name.clone(), version.as_of.clone(), version.built_at.clone(), remark]
}

fn version(version: &VersionInfo) -> Value {
    json!({
        "name": version.name,
        "as_of": version.as_of,
        "built_at": version.built_at,
        "active": version.active,
        "problem": version.problem,
    })
}
