//! What is told of a member: its names and keys, where it stands, and the properties that the schema
//! gives its level.

use cube_schema::schema::ValueType;

use super::{Call, Function, Kind, Outcome, Rule, Takes, kinds};
use crate::cube::Field;
use crate::cube::dimension::same;
use crate::query::bind::nearest;
use crate::query::bound::{HierarchyRef, Member};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::evaluate::scope::Scope;
use crate::query::evaluate::value::{Place, Value};
use crate::query::names;

const MEMBER: Takes = Takes::Need(Kind::Member);

/// The catalog that all cubes stand in.
const CATALOG: &str = "Terning";

/// What a property is worked out by.
type Of = fn(&Scope<'_>, Place) -> Outcome;

/// The properties that every member has, by their names.
const OWN: [(&[&str], Of); 21] = [
    (&["NAME", "MEMBER_NAME"], member_name),
    (&["CAPTION", "MEMBER_CAPTION"], caption),
    (&["UNIQUE_NAME", "UNIQUENAME", "MEMBER_UNIQUE_NAME"], unique_name),
    (&["KEY", "MEMBER_KEY", "MEMBERKEY", "KEY0", "ID"], key),
    (&["MEMBER_VALUE", "MEMBERVALUE", "VALUE"], value),
    (&["DESCRIPTION"], description),
    (&["LEVEL_NUMBER"], level_number),
    (&["LEVEL_UNIQUE_NAME"], level_unique_name),
    (&["HIERARCHY_UNIQUE_NAME"], hierarchy_unique_name),
    (&["DIMENSION_UNIQUE_NAME"], dimension_unique_name),
    (&["PARENT_UNIQUE_NAME"], parent_unique_name),
    (&["PARENT_LEVEL"], parent_level),
    (&["PARENT_COUNT"], parent_count),
    (&["CHILDREN_CARDINALITY"], children_cardinality),
    (&["MEMBER_TYPE"], member_type),
    (&["IS_DATAMEMBER"], |scope, place| Ok(Value::Truth(scope.is_data_member(place)))),
    (&["MEMBER_ORDINAL"], ordinal),
    (&["SKIPPED_LEVELS"], |scope, place| Ok(Value::Number(scope.skipped_levels(place) as f64))),
    (&["IS_PLACEHOLDERMEMBER"], |_, _| Ok(Value::Truth(false))),
    (&["CATALOG_NAME", "SCHEMA_NAME"], |scope, _| scope.text(CATALOG)),
    (&["CUBE_NAME"], |scope, _| scope.text(&scope.cube.name)),
];

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        meaning: "Medlemmets navn, som det står i svaret.",
        example: "[Tid].[År].[2020].Name",
        ..property("Name", |call| of_member(call, member_name))
    },
    Function {
        meaning: "Det, man læser om medlemmet.",
        example: "[Tid].[År].[2020].Caption",
        ..property("Caption", |call| of_member(call, caption))
    },
    Function {
        meaning: "Det, man læser om medlemmet.",
        example: "[Tid].[År].[2020].Member_Caption",
        ..property("Member_Caption", |call| of_member(call, caption))
    },
    Function {
        meaning: "Medlemmets navn, som det står i svaret.",
        example: "[Tid].[År].[2020].Member_Name",
        ..property("Member_Name", |call| of_member(call, member_name))
    },
    Function {
        meaning: "Det navn, kun medlemmet har.",
        example: "[Tid].[År].[2020].UniqueName",
        ..property("UniqueName", |call| of_member(call, unique_name))
    },
    Function {
        meaning: "Det navn, kun medlemmet har.",
        example: "[Tid].[År].[2020].Unique_Name",
        ..property("Unique_Name", |call| of_member(call, unique_name))
    },
    Function {
        meaning: "Det navn, kun medlemmet har.",
        example: "[Tid].[År].[2020].Member_Unique_Name",
        ..property("Member_Unique_Name", |call| of_member(call, unique_name))
    },
    Function {
        meaning: "Medlemmets nøgle i data, for eksempel et kommunenummer; et tal, hvor skemaet siger det.",
        example: "[Handle kommune].[Kommune].[Brøndby].Member_Key",
        ..property("Member_Key", |call| of_member(call, key))
    },
    Function {
        meaning: "Medlemmets nøgle i data; som Member_Key.",
        example: "[Handle kommune].[Kommune].[Brøndby].Key",
        ..property("Key", |call| of_member(call, key))
    },
    Function {
        meaning: "Medlemmets nøgle i data; som Member_Key.",
        example: "[Handle kommune].[Kommune].[Brøndby].MemberKey",
        ..property("MemberKey", |call| of_member(call, key))
    },
    Function {
        meaning: "Medlemmets værdi: af en periode dens første dag, af en nøgle, der er et tal, en dato eller sandt/falsk, \
                  den; ellers det, man læser.",
        example: "[Tid].[Kvartal].[2020K1].Member_Value",
        ..property("Member_Value", |call| of_member(call, value))
    },
    Function {
        meaning: "Medlemmets værdi; som Member_Value. Datofiltre i regneark skriver det sådan.",
        example: "[Tid].[Kvartal].[2020K1].MemberValue",
        ..property("MemberValue", |call| of_member(call, value))
    },
    Function {
        meaning: "Niveauets nummer fra oven; det øverste er 0, og I alt står på det, hvor det findes.",
        example: "[Tid].[Kalender].[2020].Level_Number",
        ..property("Level_Number", |call| of_member(call, level_number))
    },
    Function {
        meaning: "Det entydige navn på det niveau, medlemmet står på.",
        example: "[Tid].[Kalender].[2020].Level_Unique_Name",
        ..property("Level_Unique_Name", |call| of_member(call, level_unique_name))
    },
    Function {
        meaning: "Det entydige navn på medlemmets hierarki.",
        example: "[Tid].[Kalender].[2020].Hierarchy_Unique_Name",
        ..property("Hierarchy_Unique_Name", |call| of_member(call, hierarchy_unique_name))
    },
    Function {
        meaning: "Det entydige navn på medlemmets dimension.",
        example: "[Tid].[Kalender].[2020].Dimension_Unique_Name",
        ..property("Dimension_Unique_Name", |call| of_member(call, dimension_unique_name))
    },
    Function {
        meaning: "Det entydige navn på medlemmet lige over; tomt for det øverste.",
        example: "[Tid].[Kalender].[2020].Parent_Unique_Name",
        ..property("Parent_Unique_Name", |call| of_member(call, parent_unique_name))
    },
    Function {
        meaning: "Nummeret på niveauet lige over; 0 for det øverste.",
        example: "[Tid].[Kalender].[2020].Parent_Level",
        ..property("Parent_Level", |call| of_member(call, parent_level))
    },
    Function {
        meaning: "Hvor mange medlemmer der står lige under.",
        example: "[Tid].[Kalender].[2020].Children_Cardinality",
        ..property("Children_Cardinality", |call| of_member(call, children_cardinality))
    },
    Function {
        meaning: "Hvad medlemmet er: 1 almindeligt, 2 I alt, 3 et mål, 4 en formel.",
        example: "[Tid].[År].[2020].Member_Type",
        ..property("Member_Type", |call| of_member(call, member_type))
    },
    Function {
        meaning: "Kubens navn.",
        example: "[Tid].[År].[2020].Cube_Name",
        ..property("Cube_Name", |call| of_member(call, |scope, _| scope.text(&scope.cube.name)))
    },
    Function {
        takes: &[MEMBER, Takes::Need(Kind::Value), Takes::Word(&["TYPED"])],
        meaning: "En egenskab ved medlemmet: en af skemaets, et felt, som medlemmet bestemmer, eller et navn som \
                  'MEMBER_KEY'. Som tekst; med TYPED som tal, dato eller sandt/falsk.",
        example: "[Handle kommune].[Kommune].[Brøndby].Properties('Region')",
        ..Function::step("Properties", Kind::Value, Rule::Plain(named))
    },
];

/// A step of a member without arguments.
const fn property(name: &'static str, rule: fn(&Call<'_>) -> Outcome) -> Function {
    Function { takes: &[MEMBER], ..Function::step(name, Kind::Value, Rule::Plain(rule)) }
}

fn of_member(call: &Call<'_>, of: Of) -> Outcome {
    call.member(0)?.map_or(Ok(Value::Empty), |place| of(call.scope, place))
}

fn named(call: &Call<'_>) -> Outcome {
    let Some(place) = call.member(0)? else { return Ok(Value::Empty) };
    let found = of_name(call.scope, place, &call.text(1)?)?;
    match found {
        Value::Empty => Ok(Value::Empty),
        found if call.is_word(2, "TYPED") => Ok(found),
        found => shown(call.scope, place, &call.text(1)?, &found),
    }
}

/// A property as people read it: of a field, the caption.
fn shown(scope: &Scope<'_>, place: Place, name: &str, found: &Value) -> Outcome {
    match field_of(scope, place, name) {
        Some((field, id)) if own(name).is_none() => scope.text(field.captions.get(id as usize)),
        _ => Ok(Value::Text(found.letters()?)),
    }
}

fn own(name: &str) -> Option<Of> {
    let is_own = |names: &[&str]| names.iter().any(|one| one.eq_ignore_ascii_case(name.trim()));
    OWN.iter().find(|(names, _)| is_own(names)).map(|(_, of)| *of)
}

/// The property of a name, in its type.
///
/// # Errors
/// The member has no property of that name.
pub(crate) fn of_name(scope: &Scope<'_>, place: Place, name: &str) -> Outcome {
    if let Some(of) = own(name) {
        return of(scope, place);
    }
    if let Some((field, id)) = field_of(scope, place, name) {
        let is_unknown = field.unknown == Some(id);
        let key = field.keys.get(id as usize);
        return Ok(if is_unknown { Value::Empty } else { kinds::typed(key, field.value) });
    }
    if is_known(scope, place.0, name) {
        return Ok(Value::Empty);
    }
    let message = format!("der er ingen egenskab '{name}' i {}", scope.hierarchy_name(place.0));
    let fields = match place.0 {
        HierarchyRef::Of { dimension, .. } => scope.cube.dimensions[dimension].fields.as_slice(),
        HierarchyRef::Measures => &[],
    };
    let mut known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    for own in intrinsic() {
        known.push(own);
    }
    Err(QueryError::new(ErrorKind::Invalid, message)
        .hint(
            "skriv en af skemaets egenskaber, et felt af dimensionen eller et navn som MEMBER_KEY",
        )
        .candidates(nearest(name, known.into_iter())))
}

/// The names that every member has a property of.
pub(crate) fn intrinsic() -> impl Iterator<Item = &'static str> {
    OWN.iter().filter_map(|(names, _)| names.last().copied())
}

/// Whether every member has a property of a name.
pub(crate) fn is_intrinsic(name: &str) -> bool {
    own(name).is_some()
}

/// The property of a name as it is told beside a member: of a field that is a text, what is read of it.
///
/// # Errors
/// As [`of_name`].
pub(crate) fn told(scope: &Scope<'_>, place: Place, name: &str) -> Outcome {
    match of_name(scope, place, name)? {
        found @ Value::Text(_) => shown(scope, place, name, &found),
        found => Ok(found),
    }
}

/// Whether a dimension has a field of a name, whichever of its members have it.
fn is_known(scope: &Scope<'_>, hierarchy: HierarchyRef, name: &str) -> bool {
    let HierarchyRef::Of { dimension, .. } = hierarchy else { return false };
    scope.cube.dimensions[dimension].fields.iter().any(|field| same(&field.name, name.trim()))
}

/// The field of a name, and what it is for a member: a property of its level, or another field of the
/// dimension that is the same for all keys of the member that may be seen.
fn field_of<'c>(scope: &Scope<'c>, place: Place, name: &str) -> Option<(&'c Field, u32)> {
    let (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) = place else { return None };
    let shape = &scope.cube.dimensions[dimension];
    let is_named = |at: &usize| same(&shape.fields[*at].name, name.trim());
    let declared = shape.fields[field].properties.iter().copied().find(is_named);
    let found = declared.or_else(|| (0..shape.fields.len()).find(is_named))?;
    let keys = shape.fields[field].keys_of_member.get(id as usize);
    let mut values = keys
        .iter()
        .filter(|&&key| scope.view.has_key(dimension, key))
        .map(|&key| shape.fields[found].member_of(key));
    let first = values.next()??;
    let is_one = values.all(|other| other == Some(first));
    let may_be_seen = scope.view.has_member(dimension, found, first);
    (is_one && may_be_seen).then_some((&shape.fields[found], first))
}

// The properties that every member has.

fn member_name(scope: &Scope<'_>, place: Place) -> Outcome {
    scope.text(scope.name(place))
}

fn caption(scope: &Scope<'_>, place: Place) -> Outcome {
    scope.text(scope.caption(place))
}

fn unique_name(scope: &Scope<'_>, place: Place) -> Outcome {
    scope.text(&scope.unique_name(place))
}

/// The field and number of a member of a level.
fn field<'c>(scope: &Scope<'c>, place: Place) -> Option<(&'c Field, u32)> {
    match place {
        (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) => {
            Some((&scope.cube.dimensions[dimension].fields[field], id))
        }
        _ => None,
    }
}

fn key(scope: &Scope<'_>, place: Place) -> Outcome {
    let Some((field, id)) = field(scope, place) else {
        return if place.1 == Member::All { Ok(Value::Number(0.0)) } else { caption(scope, place) };
    };
    let key = field.keys.get(id as usize);
    Ok(match field.value {
        ValueType::Number if field.unknown != Some(id) => kinds::typed(key, field.value),
        _ => Value::text(key),
    })
}

fn value(scope: &Scope<'_>, place: Place) -> Outcome {
    let Some((field, id)) = field(scope, place) else { return caption(scope, place) };
    if field.unknown == Some(id) {
        return Ok(Value::Empty);
    }
    if field.grain.is_some() {
        let first = field.keys_of_member.get(id as usize).first();
        let month = |key: &u32| cube_schema::day::Month(scope.cube.timeline.first.0 + *key as i32);
        return Ok(first.map_or(Value::Empty, |key| Value::Day(month(key).first_day())));
    }
    match field.value {
        ValueType::Text => caption(scope, place),
        of => Ok(kinds::typed(field.keys.get(id as usize), of)),
    }
}

fn description(scope: &Scope<'_>, (_, member): Place) -> Outcome {
    Ok(match member {
        Member::Measure(measure) => Value::text(&scope.cube.measure(measure).description),
        Member::Calculated(number) => {
            let own = scope.cube.calculated.get(number);
            own.map_or(Value::Empty, |own| Value::text(&own.description))
        }
        _ => Value::Empty,
    })
}

fn level_number(scope: &Scope<'_>, place: Place) -> Outcome {
    Ok(Value::Number(scope.level_number(place.0, scope.depth(place)) as f64))
}

fn level_unique_name(scope: &Scope<'_>, place: Place) -> Outcome {
    scope.text(&names::level_unique_name(scope.cube, place.0, scope.level_of(place)))
}

fn hierarchy_unique_name(scope: &Scope<'_>, place: Place) -> Outcome {
    scope.text(&scope.hierarchy_name(place.0))
}

fn dimension_unique_name(scope: &Scope<'_>, place: Place) -> Outcome {
    let dimension = match place.0 {
        HierarchyRef::Measures => None,
        HierarchyRef::Of { dimension, .. } => Some(dimension),
    };
    scope.text(&names::dimension_name(scope.cube, dimension))
}

fn parent_unique_name(scope: &Scope<'_>, place: Place) -> Outcome {
    let parent = scope.parent(place);
    Ok(parent.map_or(Value::Empty, |parent| Value::text(&scope.unique_name(parent))))
}

fn parent_level(scope: &Scope<'_>, place: Place) -> Outcome {
    let depth = scope.parent(place).map_or(0, |parent| scope.depth(parent));
    Ok(Value::Number(scope.level_number(place.0, depth) as f64))
}

fn parent_count(scope: &Scope<'_>, place: Place) -> Outcome {
    Ok(Value::Number(f64::from(u8::from(scope.parent(place).is_some()))))
}

fn children_cardinality(scope: &Scope<'_>, place: Place) -> Outcome {
    let children = scope.children(place)?;
    Ok(Value::Number(scope.written(&children)?.len() as f64))
}

/// The number of a member among those of its level that exist, counted from 0.
fn ordinal(scope: &Scope<'_>, (hierarchy, member): Place) -> Outcome {
    Ok(match (hierarchy, member) {
        (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) => {
            Value::Number(scope.view.members_before(dimension, field, id) as f64)
        }
        (_, Member::Measure(measure)) => {
            let before = scope.cube.measures().position(|one| one == measure);
            before.map_or(Value::Empty, |before| Value::Number(before as f64))
        }
        (_, Member::Calculated(number)) => Value::Number(number as f64),
        _ => Value::Number(0.0),
    })
}

/// What a member is, by the numbers of OLE DB for OLAP.
fn member_type(_: &Scope<'_>, (_, member): Place) -> Outcome {
    Ok(Value::Number(match member {
        Member::Of { .. } => 1.0,
        Member::All => 2.0,
        Member::Measure(_) => 3.0,
        Member::Calculated(_) => 4.0,
    }))
}
