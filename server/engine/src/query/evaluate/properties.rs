//! The properties of the members of an answer, those that are asked for.

use hashbrown::HashMap;

use super::Evaluator;
use super::value::{Place, Value};
use crate::query::bound::{Asked, Bound, HierarchyRef, Member};
use crate::query::cellset::{AxisProperties, CellSet, Property};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::functions::properties;
use crate::query::view::View;
use crate::query::{Cancel, Limits};

/// Tells what an answer's question asks of its members.
pub(in crate::query) fn tell(
    view: &View,
    bound: &Bound,
    cells: &mut CellSet,
    (limits, cancel): (&Limits, &Cancel),
) -> Result<(), QueryError> {
    cells.cell_properties.clone_from(&bound.cell_properties);
    if bound.properties.iter().all(Vec::is_empty) {
        return Ok(());
    }
    let evaluator = Evaluator::of(view, bound, limits, cancel);
    for (axis, asked) in cells.axes.iter().zip(&bound.properties) {
        let mut members: HashMap<Place, Vec<Option<Property>>> = HashMap::new();
        let width = axis.columns.len().max(1);
        let mut pace = cancel.pace();
        for (at, &member) in axis.members.iter().enumerate().filter(|_| !asked.is_empty()) {
            pace.step(1)?;
            let place = (axis.columns[at % width], member);
            if !members.contains_key(&place) {
                cancel.check()?;
                let told = asked.iter().map(|one| of_member(&evaluator, place, one));
                members.insert(place, told.collect::<Result<_, _>>()?);
            }
        }
        let names = asked.iter().map(|one| one.written.clone()).collect();
        cells.properties.push(AxisProperties { names, members });
    }
    Ok(())
}

fn of_member(
    evaluator: &Evaluator<'_>,
    place: Place,
    asked: &Asked,
) -> Result<Option<Property>, QueryError> {
    let is_of = |of: &Vec<HierarchyRef>| of.contains(&place.0);
    let at_level = match (asked.level, place.1) {
        (Some(Some(level)), Member::Of { field, .. }) => level == field,
        (Some(None), member) => member == Member::All,
        (Some(Some(_)), _) => false,
        (None, _) => true,
    };
    if !asked.of.as_ref().is_none_or(is_of) || !at_level {
        return Ok(None);
    }
    match properties::told(&evaluator.scope, place, &asked.name) {
        Ok(value) => Ok(property(&value)),
        Err(error) if matches!(error.kind, ErrorKind::TooLarge | ErrorKind::Cancelled) => {
            Err(error)
        }
        // A property of another dimension.
        Err(_) => Ok(None),
    }
}

fn property(value: &Value) -> Option<Property> {
    match value {
        Value::Number(number) => Some(Property::Number(*number)),
        Value::Truth(truth) => Some(Property::Truth(*truth)),
        Value::Day(day) => Some(Property::Day(*day)),
        value if value.is_empty() => None,
        value => value.letters().ok().map(Property::Text),
    }
}

#[cfg(test)]
mod tests {
    use cube_schema::day::Day;

    use super::*;
    use crate::query::bind::fixture::{failure, view, view_of_153};
    use crate::query::{Question, answer};

    fn asked(view: View, text: &str) -> Result<CellSet, QueryError> {
        let (limits, cancel) = (Limits::default(), Cancel::default());
        answer(&[view], &Question::Mdx(text), &limits, &cancel).map(|found| found.cells)
    }

    /// The properties of every position's first member, one behind the other.
    fn told(view: View, set: &str, properties: &str) -> Vec<Option<Property>> {
        let text = format!("SELECT {set} DIMENSION PROPERTIES {properties} ON 0 FROM Voksne");
        let cells = asked(view, &text).unwrap_or_else(|error| panic!("{error:?}"));
        let (axis, own) = (&cells.axes[0], &cells.properties[0]);
        let of = |at: usize| own.members[&(axis.columns[0], axis.position(at)[0])].clone();
        (0..axis.count).flat_map(of).collect()
    }

    fn text(text: &str) -> Option<Property> {
        Some(Property::Text(text.into()))
    }

    fn number(number: f64) -> Option<Property> {
        Some(Property::Number(number))
    }

    #[test]
    fn what_every_member_has() {
        let set = "{[Handle kommune].[Geografi].[Hovedstaden], \
                   [Handle kommune].[Geografi].[Hovedstaden].[Brøndby]}";
        for (property, of_region, of_kommune) in [
            ("MEMBER_CAPTION", text("Hovedstaden"), text("Brøndby")),
            (
                "MEMBER_UNIQUE_NAME",
                text("[Handle kommune].[Geografi].[Region].&[1084]"),
                text("[Handle kommune].[Geografi].[Kommune].&[153]"),
            ),
            (
                "PARENT_UNIQUE_NAME",
                text("[Handle kommune].[Geografi].[I alt]"),
                text("[Handle kommune].[Geografi].[Region].&[1084]"),
            ),
            ("LEVEL_NUMBER", number(1.0), number(2.0)),
            (
                "LEVEL_UNIQUE_NAME",
                text("[Handle kommune].[Geografi].[Region]"),
                text("[Handle kommune].[Geografi].[Kommune]"),
            ),
            (
                "HIERARCHY_UNIQUE_NAME",
                text("[Handle kommune].[Geografi]"),
                text("[Handle kommune].[Geografi]"),
            ),
            ("CHILDREN_CARDINALITY", number(3.0), number(0.0)),
            ("MEMBER_TYPE", number(1.0), number(1.0)),
            ("MEMBER_KEY", text("1084"), text("153")),
            ("MEMBER_ORDINAL", number(0.0), number(0.0)),
            ("[Handle kommune].[Geografi].[Kommune].[Kommunenummer]", None, text("153")),
            (
                "[Handle kommune].[Geografi].[Kommune].[Kommune]MEMBER_CAPTION",
                None,
                text("Brøndby"),
            ),
            ("[Handle kommune].[Geografi].[Region]MEMBER_CAPTION", text("Hovedstaden"), None),
            ("Region", text("Hovedstaden"), text("Hovedstaden")),
        ] {
            assert_eq!(told(view(), set, property), [of_region, of_kommune], "{property}");
        }
    }

    #[test]
    fn periods_have_days_and_members_of_what_is_seen_their_own_numbers() {
        let day = Day::parse("2020-01-01").map(Property::Day);
        assert_eq!(told(view(), "[Tid].[År].[2020]", "MEMBER_VALUE"), [day]);
        let set = "[Opholdssted].[Opholdssted].[Opholdssted].Members";
        let all = told(view(), set, "MEMBER_ORDINAL");
        assert_eq!(all, [0.0, 1.0, 2.0, 3.0].map(number));
        assert_eq!(told(view_of_153(), set, "MEMBER_ORDINAL"), [0.0, 1.0].map(number));
    }

    #[test]
    fn properties_are_of_the_axis_that_asks_and_written_as_they_were() {
        let plain = "SELECT [Køn].Members ON 0 FROM Voksne";
        assert!(asked(view(), plain).unwrap().properties.is_empty());
        let text = "SELECT [Køn].[Køn].[Køn].Members ON 0, [Tid].[År].[År].Members \
                    PROPERTIES member_key, [Tid].[År].[År].[Kvartal] ON 1 FROM Voksne \
                    CELL PROPERTIES VALUE, Back_Color";
        let cells = asked(view(), text).unwrap();
        assert!(cells.properties[0].names.is_empty() && cells.properties[0].members.is_empty());
        assert_eq!(cells.properties[1].names, ["member_key", "[Tid].[År].[År].[Kvartal]"]);
        assert_eq!(cells.cell_properties, ["VALUE", "Back_Color"]);
    }

    #[test]
    fn a_property_that_nothing_has_is_pointed_at() {
        for (text, expected) in [
            (
                "SELECT [Tid].[År].Members PROPERTIES MEMBER_CAPTON ON 0 FROM Voksne",
                "der er ingen egenskab 'MEMBER_CAPTON' her @MEMBER_CAPTON MEMBER_CAPTION",
            ),
            (
                "SELECT [Tid].[År].Members PROPERTIES [Tid].[År].[År].[Kvartl] ON 0 FROM Voksne",
                "der er ingen egenskab 'Kvartl' her @[Tid].[År].[År].[Kvartl] Kvartal",
            ),
            (
                "SELECT FROM Voksne CELL PROPERTIES VALUE, FORMAT_STRNG",
                "celler har ingen egenskab 'FORMAT_STRNG' @FORMAT_STRNG FORMAT_STRING",
            ),
        ] {
            let found = failure(&asked(view(), text).unwrap_err());
            assert!(found.starts_with(expected), "{found}");
        }
    }
}
