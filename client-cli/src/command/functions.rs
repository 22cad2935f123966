//! `terning functions`

use serde_json::{Value, json};
use terning_proto::v1::FunctionInfo;

use crate::args::Common;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, List, Listing};

pub(super) async fn run(client: &mut Client, common: &Common, name: String) -> Result<(), Error> {
    let Listing { json, lists } = listing(client, name).await?;
    output::lists(common, &json, &lists)
}

/// All functions, a list for each family, or the functions of a name with an example of each.
pub(crate) async fn listing(client: &mut Client, name: String) -> Result<Listing, Error> {
    let functions = client.functions(name.clone()).await?;
    let families = functions.chunk_by(|one, next| one.family == next.family);
    let lists = match name.is_empty() {
        true => families.map(overview).collect(),
        false => families.map(in_full).collect(),
    };
    Ok(Listing { json: functions.iter().map(function).collect(), lists })
}

fn overview(family: &[FunctionInfo]) -> List {
    let row = |one: &FunctionInfo| vec![one.signature.clone(), one.meaning.clone()];
    List {
        title: title(family),
        headers: vec!["Funktion", "Hvad den giver"],
        rows: family.iter().map(row).collect(),
    }
}

fn in_full(family: &[FunctionInfo]) -> List {
    let row =
        |one: &FunctionInfo| vec![one.signature.clone(), one.example.clone(), one.meaning.clone()];
    List {
        title: title(family),
        headers: vec!["Funktion", "Eksempel", "Hvad den giver"],
        rows: family.iter().map(row).collect(),
    }
}

fn title(family: &[FunctionInfo]) -> String {
    family.first().map(|one| one.family.clone()).unwrap_or_default()
}

fn function(one: &FunctionInfo) -> Value {
    json!({
        "family": one.family,
        "name": one.name,
        "is_step": one.is_step,
        "signature": one.signature,
        "meaning": one.meaning,
        "example": one.example,
    })
}
