//! Where the records behind a figure are: in another cube, or behind the parts of a formula.

use serde::{Deserialize, Serialize};

use super::{CalculatedMeasure, Cube, MeasureGroup, Schema, SchemaError};

/// A part of a calculated measure: a measure, under some conditions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeOf {
    /// The measure; where it is calculated, it is made of stored ones.
    pub measure: String,
    /// The conditions under which the formula takes it, as in a pivot.
    #[serde(default)]
    pub filters: Vec<String>,
}

/// That the records behind the figures of a cube can be found.
pub(super) fn check(schema: &Schema, cube: &Cube) -> Result<(), SchemaError> {
    cube.groups.iter().try_for_each(|group| check_group(schema, cube, group))?;
    cube.calculated.iter().try_for_each(|measure| check_calculated(cube, measure))
}

/// That the cube which shows a group's records has what the group has.
fn check_group(schema: &Schema, cube: &Cube, group: &MeasureGroup) -> Result<(), SchemaError> {
    let Some(name) = &group.records_in else { return Ok(()) };
    let place = format!("gruppen '{}' i kuben '{}'", group.name, cube.name);
    let missing =
        |kind, name: &str, place| Err(SchemaError::Missing { kind, name: name.to_owned(), place });
    let Some(other) = schema.cubes.iter().find(|other| other.name == *name) else {
        return missing("kuben", name, place);
    };
    let uses = || other.groups.iter().flat_map(|group| &group.dimensions);
    let lacks = |name: &str| !uses().any(|usage| usage.dimension == name);
    let place = format!("{place} (records_in = '{name}')");
    let mut dimensions = group.dimensions.iter().map(|usage| usage.dimension.as_str());
    if let Some(dimension) = dimensions.find(|&name| lacks(name)) {
        return missing("dimensionen", dimension, place);
    }
    let mut measures = group.measures.iter().map(|measure| measure.name.as_str());
    match measures.find(|&name| !is_stored(other, name)) {
        Some(measure) => missing("målet", measure, place),
        None => Ok(()),
    }
}

/// That a formula is made of stored measures, or of calculated ones that are.
fn check_calculated(cube: &Cube, measure: &CalculatedMeasure) -> Result<(), SchemaError> {
    let place = || format!("målet '{}' i kuben '{}' (made_of)", measure.name, cube.name);
    for part in &measure.made_of {
        if is_stored(cube, &part.measure) {
            continue;
        }
        let Some(inner) = cube.calculated.iter().find(|one| one.name == part.measure) else {
            let name = part.measure.clone();
            return Err(SchemaError::Missing { kind: "målet", name, place: place() });
        };
        if !inner.made_of.iter().all(|part| is_stored(cube, &part.measure)) {
            let what = "et beregnet mål i 'made_of' skal selv være lavet af mål, der er gemt";
            return Err(SchemaError::Incomplete { place: place(), what });
        }
    }
    Ok(())
}

fn is_stored(cube: &Cube, name: &str) -> bool {
    cube.groups.iter().flat_map(|group| &group.measures).any(|measure| measure.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        name = "lille"
        first_month = "2020-01"
        [[dimension]]
        name = "Tid"
        fields = [{ name = "År", grain = "year" }]
        [[cube]]
        name = "Ting"
        [[cube.group]]
        name = "Ting"
        facts = "ting"
        entity = "ejer"
        first = "fra"
        last = "til"
        dimensions = [{ dimension = "Tid" }]
        measures = [{ name = "Ejere", kind = "distinct", key = ["ejer"] }]
        [[cube]]
        name = "Tal"
        [[cube.group]]
        name = "Ting"
        facts = "ting"
        entity = "ejer"
        first = "fra"
        last = "til"
        records_in = "Ting"
        dimensions = [{ dimension = "Tid" }]
        measures = [{ name = "Ejere", kind = "distinct", key = ["ejer"] }]
        [[cube.calculated]]
        name = "Det halve"
        formula = "[Measures].[Ejere] / 2"
        made_of = [{ measure = "Ejere" }]
        [[cube.calculated]]
        name = "Det kvarte"
        formula = "[Measures].[Det halve] / 2"
        made_of = [{ measure = "Det halve" }]
    "#;

    #[test]
    fn what_shows_records_must_be_there() {
        assert_eq!(Schema::parse(SMALL).err(), None);
        for (good, bad, message) in [
            ("records_in = \"Ting\"", "records_in = \"Tang\"", "kuben 'Tang'"),
            ("{ measure = \"Ejere\" }", "{ measure = \"Ejer\" }", "målet 'Ejer'"),
            ("{ measure = \"Ejere\" }", "{ measure = \"Det kvarte\" }", "gemt"),
            ("{ measure = \"Det halve\" }", "{ measure = \"Det kvarte\" }", "gemt"),
            ("name = \"Ejere\", kind", "name = \"Andre\", kind", "målet 'Ejere'"),
        ] {
            assert!(SMALL.contains(good), "{good}");
            let said = Schema::parse(&SMALL.replacen(good, bad, 1));
            let said = said.err().map_or(String::new(), |error| error.to_string());
            assert!(said.contains(message), "{message}: {said}");
        }
    }
}
