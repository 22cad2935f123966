//! `terning cubes`

use serde_json::{Value, json};
use terning_proto::v1::CubeInfo;

use crate::args::Common;
use crate::client::Client;
use crate::error::Error;
use crate::output::number::danish_date;
use crate::output::{self, List, Listing};

pub(super) async fn run(client: &mut Client, common: &Common) -> Result<(), Error> {
    let Listing { json, lists } = listing(client).await?;
    output::lists(common, &json, &lists)
}

/// The cubes.
pub(crate) async fn listing(client: &mut Client) -> Result<Listing, Error> {
    let answer = client.cubes().await?;
    let version = answer.version.unwrap_or_default();
    let list = List {
        title: format!(
            "Kuber i version {} · til og med {}",
            version.name,
            danish_date(&version.as_of)
        ),
        headers: vec!["Kube", "Mål", "Dimensioner", "Beskrivelse"],
        rows: answer.cubes.iter().map(row).collect(),
    };
    let json = json!({
        "version": version.name,
        "as_of": version.as_of,
        "cubes": answer.cubes.iter().map(cube).collect::<Vec<Value>>(),
    });
    Ok(Listing { json, lists: vec![list] })
}

fn row(cube: &CubeInfo) -> Vec<String> {
    vec![
        cube.name.clone(),
        cube.measures.len().to_string(),
        cube.dimensions.len().to_string(),
        cube.description.clone(),
    ]
}

fn cube(cube: &CubeInfo) -> Value {
    json!({
        "name": cube.name,
        "description": cube.description,
        "measures": cube.measures,
        "dimensions": cube.dimensions,
    })
}
