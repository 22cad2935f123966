//! What hierarchies, levels and dimensions are called, what belongs to what, and who asks.

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::bound::HierarchyRef;
use crate::query::error::QueryError;
use crate::query::evaluate::value::Value;
use crate::query::names::{self, MEASURES};

const MEMBER: Takes = Takes::Need(Kind::Member);
const LEVEL: Takes = Takes::Need(Kind::Level);
const HIERARCHY: Takes = Takes::Need(Kind::Hierarchy);
const DIMENSION: Takes = Takes::Need(Kind::Dimension);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[LEVEL],
        meaning: "Niveauets navn.",
        example: "[Tid].[År].[2020].Level.Name",
        ..Function::step("Name", Kind::Value, Rule::Plain(level_name))
    },
    Function {
        takes: &[LEVEL],
        meaning: "Det navn, kun niveauet har.",
        example: "[Tid].[Kalender].[Kvartal].UniqueName",
        ..Function::step("UniqueName", Kind::Value, Rule::Plain(level_unique_name))
    },
    Function {
        takes: &[DIMENSION],
        meaning: "Dimensionens navn.",
        example: "[Tid].[År].Dimension.Name",
        ..Function::step("Name", Kind::Value, Rule::Plain(dimension_name))
    },
    Function {
        takes: &[DIMENSION],
        meaning: "Det navn, kun dimensionen har.",
        example: "[Tid].[År].Dimension.UniqueName",
        ..Function::step("UniqueName", Kind::Value, Rule::Plain(dimension_unique_name))
    },
    Function {
        takes: &[HIERARCHY],
        meaning: "Hierarkiets navn.",
        example: "[Tid].[Kalender].Name",
        ..Function::step("Name", Kind::Value, Rule::Plain(hierarchy_name))
    },
    Function {
        takes: &[HIERARCHY],
        meaning: "Det navn, kun hierarkiet har.",
        example: "[Tid].[Kalender].UniqueName",
        ..Function::step("UniqueName", Kind::Value, Rule::Plain(hierarchy_unique_name))
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
    Function {
        takes: &[HIERARCHY],
        meaning: "Den dimension, et medlem, niveau eller hierarki hører til.",
        example: "[Køn].[Køn].[Mand].Dimension",
        ..Function::step("Dimension", Kind::Dimension, Rule::Plain(dimension))
    },
    Function {
        takes: &[HIERARCHY],
        meaning: "Hierarkiets niveauer; de tælles med .Count.",
        example: "[Tid].[Kalender].Levels",
        ..Function::step("Levels", Kind::Hierarchy, Rule::Plain(hierarchy))
    },
    Function {
        takes: &[HIERARCHY],
        meaning: "Antallet af hierarkiets niveauer, også det øverste, hvor I alt står.",
        example: "[Tid].[Kalender].Levels.Count",
        ..Function::step("Count", Kind::Value, Rule::Plain(level_count))
    },
    Function {
        takes: &[Takes::Need(Kind::Value)],
        meaning: "Hierarkiet med et nummer eller et navn; målene er nummer 0.",
        example: "Dimensions('[Tid].[År]')",
        ..Function::call("Dimensions", Kind::Hierarchy, Rule::Plain(hierarchy_of_name))
    },
];

fn level(call: &Call<'_>) -> Outcome {
    let level = call.member(0)?.map(|place| (place.0, call.scope.level_of(place)));
    Ok(level.map_or(Value::Empty, |(hierarchy, field)| Value::Level(hierarchy, field)))
}

fn level_name(call: &Call<'_>) -> Outcome {
    if call.value(0).is_empty() {
        return Ok(Value::Empty);
    }
    let (hierarchy, field) = call.level(0)?;
    call.scope.text(names::name_of_level(call.scope.cube, hierarchy, field))
}

fn level_unique_name(call: &Call<'_>) -> Outcome {
    if call.value(0).is_empty() {
        return Ok(Value::Empty);
    }
    let (hierarchy, field) = call.level(0)?;
    call.scope.text(&names::level_unique_name(call.scope.cube, hierarchy, field))
}

fn hierarchy(call: &Call<'_>) -> Outcome {
    match call.value(0) {
        Value::Empty => Ok(Value::Empty),
        Value::Dimension(None) => Ok(Value::Hierarchy(HierarchyRef::Measures)),
        Value::Dimension(Some(_)) => Err(call.invalid("skriv hierarkiet, og ikke kun dimensionen")),
        _ => Ok(Value::Hierarchy(call.hierarchy(0)?)),
    }
}

fn hierarchy_name(call: &Call<'_>) -> Outcome {
    match call.hierarchy(0)? {
        HierarchyRef::Measures => call.scope.text(MEASURES),
        HierarchyRef::Of { dimension, hierarchy } => {
            call.scope.text(&call.scope.cube.dimensions[dimension].hierarchies[hierarchy].name)
        }
    }
}

fn hierarchy_unique_name(call: &Call<'_>) -> Outcome {
    call.scope.text(&call.scope.hierarchy_name(call.hierarchy(0)?))
}

fn level_count(call: &Call<'_>) -> Outcome {
    let hierarchy = call.hierarchy(0)?;
    let count = match hierarchy {
        HierarchyRef::Measures => 1,
        HierarchyRef::Of { dimension, hierarchy } => {
            let own = &call.scope.cube.dimensions[dimension].hierarchies[hierarchy];
            own.levels.len() + usize::from(own.has_all)
        }
    };
    Ok(Value::Number(count as f64))
}

/// The dimension of what an argument is.
fn dimension_of(call: &Call<'_>) -> Result<Option<usize>, QueryError> {
    match call.value(0) {
        Value::Dimension(dimension) => Ok(*dimension),
        _ => Ok(match call.hierarchy(0)? {
            HierarchyRef::Measures => None,
            HierarchyRef::Of { dimension, .. } => Some(dimension),
        }),
    }
}

fn dimension(call: &Call<'_>) -> Outcome {
    match call.value(0) {
        Value::Empty => Ok(Value::Empty),
        _ => Ok(Value::Dimension(dimension_of(call)?)),
    }
}

fn dimension_name(call: &Call<'_>) -> Outcome {
    let dimension = dimension_of(call)?;
    call.scope.text(dimension.map_or(MEASURES, |one| &call.scope.cube.dimensions[one].name))
}

fn dimension_unique_name(call: &Call<'_>) -> Outcome {
    call.scope.text(&names::dimension_name(call.scope.cube, dimension_of(call)?))
}

/// The hierarchies that the caller sees, the measures first.
fn hierarchies(call: &Call<'_>) -> Vec<HierarchyRef> {
    let of = call.scope.view.dimensions().flat_map(|(dimension, shape)| {
        let shown = shape.shown_hierarchies();
        shown.map(move |(hierarchy, _)| HierarchyRef::Of { dimension, hierarchy })
    });
    std::iter::once(HierarchyRef::Measures).chain(of).collect()
}

fn hierarchy_of_name(call: &Call<'_>) -> Outcome {
    let all = hierarchies(call);
    if let Value::Number(_) = call.value(0) {
        let number = call.whole(0, 0)?;
        let found = usize::try_from(number).ok().and_then(|number| all.get(number));
        let wrong = || {
            let message = format!("der er intet hierarki med nummer {number}");
            call.invalid(message).hint(format!("skriv et nummer fra 0 til {}", all.len() - 1))
        };
        return found.map(|one| Value::Hierarchy(*one)).ok_or_else(wrong);
    }
    let name = call.text(0)?;
    let plain = name.trim();
    let is_own = |one: &&HierarchyRef| {
        let unique = call.scope.hierarchy_name(**one);
        let short = unique.rsplit_once(".[").map_or(unique.as_str(), |(_, last)| last);
        let short = short.trim_start_matches('[').trim_end_matches(']');
        crate::cube::dimension::same(&unique, plain) || crate::cube::dimension::same(short, plain)
    };
    let wrong = || {
        let message = format!("der er intet hierarki '{plain}'");
        call.invalid(message).hint("skriv for eksempel '[Tid].[År]'")
    };
    all.iter().find(is_own).map(|one| Value::Hierarchy(*one)).ok_or_else(wrong)
}
