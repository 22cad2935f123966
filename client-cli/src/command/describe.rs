//! `terning describe`

use serde_json::{Value, json};
use terning_proto::v1::{DescribeCubeResponse, DimensionInfo, HierarchyInfo, MeasureInfo};

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
        title: match cube.description.as_str() {
            "" => cube.name.clone(),
            description => format!("{}: {description}", cube.name),
        },
        headers: vec!["Felt", "Værdier", "Beskrivelse"],
        rows: rows.collect(),
    }
}

/// The hierarchies of several levels, and those of a field that are not as others are: without an All
/// member, or with a default member of their own.
fn hierarchies(cube: &DescribeCubeResponse) -> List {
    let rows = cube.dimensions.iter().flat_map(|dimension| {
        let of_fields = dimension.fields.iter().filter_map(|field| field.hierarchy.as_ref());
        let unusual = of_fields.filter(|one| one.default_member != one.all_member);
        unusual.chain(&dimension.hierarchies).map(|one| hierarchy_row(dimension, one))
    });
    List {
        title: String::new(),
        headers: vec!["Hierarki", "I alt", "Ellers", "Form", "Niveauer"],
        rows: rows.collect(),
    }
}

fn hierarchy_row(dimension: &DimensionInfo, hierarchy: &HierarchyInfo) -> Vec<String> {
    let name = format!("[{}].[{}].", dimension.name, hierarchy.name);
    let within = |unique: &str| unique.strip_prefix(&name).unwrap_or(unique).to_owned();
    let form = match (hierarchy.ragged, hierarchy.parent_child) {
        (_, true) => "forældre og børn",
        (true, false) => "niveauer kan mangle",
        (false, false) => "",
    };
    vec![
        format!("{}.{}", dimension.name, hierarchy.name),
        within(&hierarchy.all_member),
        within(&hierarchy.default_member),
        form.to_owned(),
        hierarchy.levels.join(" › "),
    ]
}

fn measures(cube: &DescribeCubeResponse) -> List {
    let row = |measure: &MeasureInfo| {
        let MeasureInfo { name, unit, description, .. } = measure.clone();
        vec![name, unit, format_of(measure), description]
    };
    List {
        title: String::new(),
        headers: vec!["Mål", "Enhed", "Format", "Beskrivelse"],
        rows: cube.measures.iter().map(row).collect(),
    }
}

/// How a measure's values are written: its format string, or a number with its decimals.
fn format_of(measure: &MeasureInfo) -> String {
    const DECIMALS: &str = "56789";
    match (&*measure.format, (measure.decimals as usize).min(DECIMALS.len())) {
        ("", 0) => "1.234".to_owned(),
        ("", decimals) => format!("1.234,{}", &DECIMALS[..decimals]),
        (format, _) => format.to_owned(),
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
            "hierarchy": field.hierarchy.as_ref().map(hierarchy),
        })
    });
    let hierarchies = dimension.hierarchies.iter().map(hierarchy);
    json!({
        "name": dimension.name,
        "description": dimension.description,
        "fields": fields.collect::<Vec<Value>>(),
        "hierarchies": hierarchies.collect::<Vec<Value>>(),
    })
}

fn hierarchy(hierarchy: &HierarchyInfo) -> Value {
    json!({
        "name": hierarchy.name,
        "caption": hierarchy.caption,
        "levels": hierarchy.levels,
        "has_all": hierarchy.has_all,
        "all_member": hierarchy.all_member,
        "default_member": hierarchy.default_member,
        "ragged": hierarchy.ragged,
        "parent_child": hierarchy.parent_child,
    })
}

fn measure(measure: &MeasureInfo) -> Value {
    json!({
        "name": measure.name,
        "description": measure.description,
        "unit": measure.unit,
        "decimals": measure.decimals,
        "formula": measure.formula,
        "format": measure.format,
        "caption": measure.caption,
    })
}
