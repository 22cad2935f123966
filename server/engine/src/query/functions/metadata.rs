//! What members, levels and hierarchies are called, and what belongs to what.

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::bound::HierarchyRef;
use crate::query::evaluate::value::Value;
use crate::query::names::{ALL_LEVEL, MEASURES_LEVEL};

const MEMBER: Takes = Takes::Need(Kind::Member);
const LEVEL: Takes = Takes::Need(Kind::Level);
const HIERARCHY: Takes = Takes::Need(Kind::Hierarchy);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[LEVEL],
        meaning: "Niveauets navn.",
        example: "[Tid].[År].[2020].Level.Name",
        ..Function::step("Name", Kind::Value, Rule::Plain(level_name))
    },
    Function {
        takes: &[MEMBER],
        meaning: "Medlemmets navn, som det står i svaret.",
        example: "[Tid].[År].[2020].Name",
        ..Function::step("Name", Kind::Value, Rule::Plain(caption))
    },
    Function {
        takes: &[MEMBER],
        meaning: "Det, man læser om medlemmet.",
        example: "[Tid].[År].[2020].Caption",
        ..Function::step("Caption", Kind::Value, Rule::Plain(caption))
    },
    Function {
        takes: &[MEMBER],
        meaning: "Det, man læser om medlemmet.",
        example: "[Tid].[År].[2020].Member_Caption",
        ..Function::step("Member_Caption", Kind::Value, Rule::Plain(caption))
    },
    Function {
        takes: &[MEMBER],
        meaning: "Det navn, kun medlemmet har.",
        example: "[Tid].[År].[2020].UniqueName",
        ..Function::step("UniqueName", Kind::Value, Rule::Plain(unique_name))
    },
    Function {
        takes: &[MEMBER],
        meaning: "Det niveau, medlemmet står på.",
        example: "[Tid].[Kalender].[2020].Level",
        ..Function::step("Level", Kind::Level, Rule::Plain(level))
    },
    Function {
        takes: &[HIERARCHY],
        meaning: "Det hierarki, et medlem eller niveau hører til.",
        example: "[Tid].[Kalender].[2020].Hierarchy",
        ..Function::step("Hierarchy", Kind::Hierarchy, Rule::Plain(hierarchy))
    },
];

fn caption(call: &Call<'_>) -> Outcome {
    Ok(call.member(0)?.map_or(Value::Empty, |place| Value::text(call.scope.caption(place))))
}

fn unique_name(call: &Call<'_>) -> Outcome {
    Ok(call.member(0)?.map_or(Value::Empty, |place| Value::text(&call.scope.unique_name(place))))
}

fn level(call: &Call<'_>) -> Outcome {
    let level = call.member(0)?.map(|place| (place.0, call.scope.level_of(place)));
    Ok(level.map_or(Value::Empty, |(hierarchy, field)| Value::Level(hierarchy, field)))
}

fn level_name(call: &Call<'_>) -> Outcome {
    let name = match call.level(0)? {
        (HierarchyRef::Measures, _) => MEASURES_LEVEL,
        (HierarchyRef::Of { dimension, .. }, Some(field)) => {
            &call.scope.cube.dimensions[dimension].fields[field].name
        }
        (_, None) => ALL_LEVEL,
    };
    Ok(Value::text(name))
}

fn hierarchy(call: &Call<'_>) -> Outcome {
    match call.value(0) {
        Value::Dimension(None) => Ok(Value::Hierarchy(HierarchyRef::Measures)),
        Value::Dimension(Some(_)) => Err(call.invalid("skriv hierarkiet, og ikke kun dimensionen")),
        _ => Ok(Value::Hierarchy(call.hierarchy(0)?)),
    }
}
