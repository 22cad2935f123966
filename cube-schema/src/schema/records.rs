//! Where the records behind a figure are: in another cube, or behind the parts of a formula.

use serde::{Deserialize, Serialize};

use super::check::missing;
use super::{CalculatedMeasure, Cube, MeasureGroup, Place, Problems, Schema, made_of};

/// A part of a calculated measure: a measure, under some conditions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeOf {
    /// The measure; where it is calculated, it is made of stored ones.
    pub measure: String,
    /// The conditions under which the formula takes it, as in a pivot.
    #[serde(default)]
    pub filters: Vec<String>,
    /// The set over which the formula aggregates it: members of the cell outside it are left out.
    #[serde(default)]
    pub over: Option<String>,
}

/// That the records behind the figures of a cube can be found.
pub(super) fn check(schema: &Schema, cube: &Cube, place: &Place, problems: &mut Problems<'_>) {
    for (at, group) in cube.groups.iter().enumerate() {
        check_group(schema, cube, group, &place.nth("group", at), problems);
    }
    for (at, measure) in cube.calculated.iter().enumerate() {
        check_calculated(cube, measure, &place.nth("calculated", at), problems);
    }
}

/// That the cube which shows a group's records has what the group has.
fn check_group(
    schema: &Schema,
    cube: &Cube,
    group: &MeasureGroup,
    place: &Place,
    problems: &mut Problems<'_>,
) {
    let Some(name) = &group.records_in else { return };
    let who = format!("gruppen '{}' i kuben '{}' (records_in = '{name}')", group.name, cube.name);
    let Some(other) = schema.cubes.iter().find(|other| other.name == *name) else {
        return missing(problems, place, &who, "kuben", name);
    };
    let uses = || other.groups.iter().flat_map(|group| &group.dimensions);
    for usage in &group.dimensions {
        if !uses().any(|other| other.name() == usage.name()) {
            missing(problems, place, &who, "dimensionen", usage.name());
        }
    }
    for measure in group.measures.iter().filter(|measure| !is_stored(other, &measure.name)) {
        missing(problems, place, &who, "målet", &measure.name);
    }
}

/// That a formula is made of stored measures, or of calculated ones that are.
fn check_calculated(
    cube: &Cube,
    measure: &CalculatedMeasure,
    place: &Place,
    problems: &mut Problems<'_>,
) {
    made_of::check(measure, &cube.sets, place, problems);
    let who = format!("målet '{}' i kuben '{}' (made_of)", measure.name, cube.name);
    for part in measure.made_of.iter().filter(|part| !is_stored(cube, &part.measure)) {
        let Some(inner) = cube.calculated.iter().find(|one| one.name == part.measure) else {
            missing(problems, place, &who, "målet", &part.measure);
            continue;
        };
        let stored = inner.made_of.iter().all(|part| is_stored(cube, &part.measure));
        problems.ensure(stored, place, || {
            format!("{who}: et beregnet mål i 'made_of' skal selv være lavet af mål, der er gemt")
        });
    }
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
