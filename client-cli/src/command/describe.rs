//! `terning describe`

use serde_json::{Value, json};
use terning_proto::v1::{DescribeCubeResponse, DimensionInfo, MeasureInfo};

use crate::args::Common;
use crate::client::Client;
use crate::error::Error;
use crate::output::{self, List, Listing};

pub(super) async fn run(client: &mut Client, common: &Common, cube: String) -> Result<(), Error> {
    let Listing { json, lists } = listing(client, cube).await?;
    output::lists(common, &json, &lists)
}

/// A cube.
pub(crate) async fn listing(client: &mut Client, cube: String) -> Result<Listing, Error> {
    let cube = client.describe(cube).await?;
    let lists = vec![fields(&cube), hierarchies(&cube), measures(&cube)];
    Ok(Listing { json: json_of(&cube), lists })
}

fn fields(cube: &DescribeCubeResponse) -> List {
    let rows = cube.dimensions.iter().flat_map(|dimension| {
        dimension.fields.iter().map(|field| {
            let personal = if field.personal { "(personoplysning)" } else { "" };
            let description = format!("{} {personal}", field.description).trim().to_owned();
            vec![
                format!("{}.{}", dimension.name, field.name),
                field.members.to_string(),
                description,
            ]
        })
    });
    List {
        title: format!("{}: {}", cube.name, cube.description),
        headers: vec!["Felt", "Værdier", "Beskrivelse"],
        rows: rows.collect(),
    }
}

fn hierarchies(cube: &DescribeCubeResponse) -> List {
    let rows = cube.dimensions.iter().flat_map(|dimension| {
        dimension.hierarchies.iter().map(|hierarchy| {
            vec![format!("{}.{}", dimension.name, hierarchy.name), hierarchy.levels.join(" › ")]
        })
    });
    List { title: String::new(), headers: vec!["Hierarki", "Niveauer"], rows: rows.collect() }
}

fn measures(cube: &DescribeCubeResponse) -> List {
    let row = |measure: &MeasureInfo| {
        vec![measure.name.clone(), measure.unit.clone(), measure.description.clone()]
    };
    List {
        title: String::new(),
        headers: vec!["Mål", "Enhed", "Beskrivelse"],
        rows: cube.measures.iter().map(row).collect(),
    }
}

fn json_of(cube: &DescribeCubeResponse) -> Value {
    let version = cube.version.clone().unwrap_or_default();
    json!({
        "version": version.name,
        "as_of": version.as_of,
        "cube": cube.name,
        "description": cube.description,
        "dimensions": cube.dimensions.iter().map(dimension).collect::<Vec<Value>>(),
        "measures": cube.measures.iter().map(measure).collect::<Vec<Value>>(),
    })
}

fn dimension(dimension: &DimensionInfo) -> Value {
    let fields = dimension.fields.iter().map(|field| {
        json!({
            "name": field.name,
            "description": field.description,
            "members": field.members,
            "personal": field.personal,
        })
    });
    let hierarchies = dimension
        .hierarchies
        .iter()
        .map(|hierarchy| json!({ "name": hierarchy.name, "levels": hierarchy.levels }));
    json!({
        "name": dimension.name,
        "description": dimension.description,
        "fields": fields.collect::<Vec<Value>>(),
        "hierarchies": hierarchies.collect::<Vec<Value>>(),
    })
}

fn measure(measure: &MeasureInfo) -> Value {
    json!({
        "name": measure.name,
        "description": measure.description,
        "unit": measure.unit,
        "decimals": measure.decimals,
        "formula": measure.formula,
    })
}
