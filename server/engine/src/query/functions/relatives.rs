//! From members to further relatives, and from members to levels and back.

use std::ops::RangeInclusive;

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::cube::dimension::same;
use crate::query::bound::{HierarchyRef, Member};
use crate::query::error::QueryError;
use crate::query::evaluate::scope::Scope;
use crate::query::evaluate::set::Set;
use crate::query::evaluate::value::{Place, Value};
use crate::query::names::ALL_LEVEL;

const MEMBER: Takes = Takes::Need(Kind::Member);
const LEVEL: Takes = Takes::Need(Kind::Level);
const HIERARCHY: Takes = Takes::Need(Kind::Hierarchy);
const VALUE: Takes = Takes::Need(Kind::Value);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[MEMBER],
        meaning: "Det første medlem lige under; intet på det nederste niveau.",
        example: "[Tid].[Kalender].[2020].FirstChild",
        ..Function::step("FirstChild", Kind::Member, Rule::Plain(|call| child(call, End::First)))
    },
    Function {
        takes: &[MEMBER],
        meaning: "Det sidste medlem lige under; intet på det nederste niveau.",
        example: "[Tid].[Kalender].[2020].LastChild",
        ..Function::step("LastChild", Kind::Member, Rule::Plain(|call| child(call, End::Last)))
    },
    Function {
        takes: &[MEMBER],
        meaning: "Medlemmerne med samme overordnede, medlemmet selv iblandt.",
        example: "[Tid].[Kalender].[2020].Siblings",
        ..Function::step("Siblings", Kind::Set, Rule::Plain(siblings))
    },
    Function {
        takes: &[MEMBER],
        meaning: "Det første af medlemmerne med samme overordnede.",
        example: "[Tid].[Kalender].[2020].FirstSibling",
        ..Function::step(
            "FirstSibling",
            Kind::Member,
            Rule::Plain(|call| sibling(call, End::First)),
        )
    },
    Function {
        takes: &[MEMBER],
        meaning: "Det sidste af medlemmerne med samme overordnede.",
        example: "[Tid].[Kalender].[2020].LastSibling",
        ..Function::step("LastSibling", Kind::Member, Rule::Plain(|call| sibling(call, End::Last)))
    },
    Function {
        takes: &[MEMBER, LEVEL],
        meaning: "Det overordnede medlem på et niveau; medlemmet selv på dets eget.",
        example: "Ancestor([Tid].[Kalender].[2020].FirstChild, [Tid].[Kalender].[År])",
        ..Function::call("Ancestor", Kind::Member, Rule::Plain(ancestor_on_level))
    },
    Function {
        takes: &[MEMBER, VALUE],
        meaning: "Det medlem, der står n niveauer over.",
        example: "Ancestor([Tid].[Kalender].[2020].FirstChild, 1)",
        ..Function::call("Ancestor", Kind::Member, Rule::Plain(ancestor_above))
    },
    Function {
        takes: &[MEMBER, LEVEL],
        meaning: "Som Ancestor, men som mængde.",
        example: "Ancestors([Tid].[Kalender].[2020].FirstChild, [Tid].[Kalender].[År])",
        ..Function::call(
            "Ancestors",
            Kind::Set,
            Rule::Plain(|call| as_set(&ancestor_on_level(call)?)),
        )
    },
    Function {
        takes: &[MEMBER, VALUE],
        meaning: "Som Ancestor, men som mængde.",
        example: "Ancestors([Tid].[Kalender].[2020].FirstChild, 1)",
        ..Function::call("Ancestors", Kind::Set, Rule::Plain(|call| as_set(&ancestor_above(call)?)))
    },
    Function {
        takes: &[MEMBER],
        meaning: "Medlemmet og alle over det, det nærmeste først.",
        example: "Ascendants([Tid].[Kalender].[2020].FirstChild)",
        ..Function::call("Ascendants", Kind::Set, Rule::Plain(ascendants))
    },
    Function {
        takes: &[MEMBER, MEMBER],
        meaning: "Det medlem, der har samme plads under det andet medlem, som det første har under \
                  sit overordnede på det andets niveau.",
        example: "Cousin([Tid].[Kalender].[2020].LastChild, [Tid].[Kalender].[2019])",
        ..Function::call("Cousin", Kind::Member, Rule::Plain(cousin))
    },
    Function {
        takes: &[MEMBER, MEMBER],
        meaning: "Om det første medlem står over det andet.",
        example: "IsAncestor([Tid].[Kalender].[2020], [Tid].[Kalender].[2020].FirstChild)",
        ..Function::call("IsAncestor", Kind::Value, Rule::Plain(is_ancestor))
    },
    Function {
        takes: &[MEMBER, MEMBER],
        meaning: "Om to medlemmer har samme overordnede; et medlem har det med sig selv.",
        example: "IsSibling([Tid].[Kalender].[2019], [Tid].[Kalender].[2020])",
        ..Function::call("IsSibling", Kind::Value, Rule::Plain(is_sibling))
    },
    Function {
        takes: &[MEMBER],
        meaning: "Om der ikke står noget under medlemmet.",
        example: "IsLeaf([Tid].[Kalender].[2020])",
        ..Function::call("IsLeaf", Kind::Value, Rule::Plain(is_leaf))
    },
    Function {
        takes: &[MEMBER, VALUE],
        meaning: "Om medlemmet står n niveauer over det nederste.",
        example: "IsGeneration([Tid].[Kalender].[2020], 1)",
        ..Function::call("IsGeneration", Kind::Value, Rule::Plain(is_generation))
    },
    Function {
        takes: &[HIERARCHY, VALUE],
        meaning: "Hierarkiets niveau nummer n, talt fra 0, der er niveauet med alle, hvor der er et; \
                  eller niveauet med et navn.",
        example: "[Tid].[Kalender].Levels(1)",
        ..Function::step("Levels", Kind::Level, Rule::Plain(levels))
    },
    Function {
        takes: &[LEVEL],
        meaning: "Niveauets nummer: 0 for det øverste, som er niveauet med alle, hvor der er et, og 1 for \
                  det næste.",
        example: "[Tid].[Kalender].[År].Ordinal",
        ..Function::step("Ordinal", Kind::Value, Rule::Plain(ordinal))
    },
];

/// One end of a list.
#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

impl End {
    fn of(self, members: &[Member]) -> Option<Member> {
        match self {
            End::First => members.first().copied(),
            End::Last => members.last().copied(),
        }
    }
}

/// The members right below a member, in natural order.
pub(super) fn children(scope: &Scope<'_>, place: Place) -> Result<Vec<Member>, QueryError> {
    Ok(scope.written(&scope.children(place)?)?.members)
}

/// The members of a member's parent; those of a member without one are its level's.
fn siblings_of(scope: &Scope<'_>, place: Place) -> Result<Vec<Member>, QueryError> {
    match scope.parent(place) {
        Some(parent) => children(scope, parent),
        None => scope.beside(place),
    }
}

fn child(call: &Call<'_>, end: End) -> Outcome {
    let Some(place) = call.member(0)? else { return Ok(Value::Empty) };
    let found = end.of(&children(call.scope, place)?);
    Ok(Value::member(found.map(|member| (place.0, member))))
}

fn sibling(call: &Call<'_>, end: End) -> Outcome {
    let Some(place) = call.member(0)? else { return Ok(Value::Empty) };
    let found = end.of(&siblings_of(call.scope, place)?);
    Ok(Value::member(found.map(|member| (place.0, member))))
}

fn siblings(call: &Call<'_>) -> Outcome {
    let Some(place) = call.member(0)? else { return Ok(Value::set(Set::default())) };
    Ok(Value::set(Set::of_members(place.0, siblings_of(call.scope, place)?)))
}

fn ancestor_on_level(call: &Call<'_>) -> Outcome {
    let Some(place) = call.member(0)? else { return Ok(Value::Empty) };
    let (hierarchy, level) = call.level(1)?;
    check_same(call, place.0, hierarchy)?;
    // All depths of a tree are one level, which the member is on itself.
    let depths = depths_of_level(call.scope, hierarchy, level);
    let is_on_it = depths.start() < depths.end() && depths.contains(&call.scope.depth(place));
    Ok(Value::member(match is_on_it {
        true => Some(place),
        false => call.scope.ancestor(place, level),
    }))
}

fn ancestor_above(call: &Call<'_>) -> Outcome {
    let (mut at, distance) = (call.member(0)?, call.whole(1, 0)?);
    if distance < 0 {
        return Ok(Value::Empty);
    }
    for _ in 0..distance {
        let Some(place) = at else { break };
        at = call.scope.parent(place);
    }
    Ok(Value::member(at))
}

/// The set of a member alone; no member is the empty set.
fn as_set(value: &Value) -> Outcome {
    Ok(Value::set(match value {
        Value::Member(hierarchy, member) => Set::of_members(*hierarchy, vec![*member]),
        _ => Set::default(),
    }))
}

fn ascendants(call: &Call<'_>) -> Outcome {
    let Some(place) = call.member(0)? else { return Ok(Value::set(Set::default())) };
    let above = std::iter::successors(Some(place), |&one| call.scope.parent(one));
    Ok(Value::set(Set::of_members(place.0, above.map(|(_, member)| member).collect())))
}

/// Both members of the call, if there are two; they must be of one hierarchy.
fn two(call: &Call<'_>) -> Result<Option<(Place, Place)>, QueryError> {
    let (Some(first), Some(second)) = (call.member(0)?, call.member(1)?) else { return Ok(None) };
    check_same(call, first.0, second.0)?;
    Ok(Some((first, second)))
}

/// An error where two hierarchies are different.
pub(super) fn check_same(
    call: &Call<'_>,
    one: HierarchyRef,
    other: HierarchyRef,
) -> Result<(), QueryError> {
    if one == other {
        return Ok(());
    }
    let names = (call.scope.hierarchy_name(one), call.scope.hierarchy_name(other));
    Err(call
        .invalid(format!(
            "{} kræver ét hierarki, men fik {} og {}",
            call.function.name, names.0, names.1
        ))
        .hint("skriv medlemmer og niveauer af samme hierarki"))
}

fn cousin(call: &Call<'_>) -> Outcome {
    let Some((mut child, new_parent)) = two(call)? else { return Ok(Value::Empty) };
    let mut positions = Vec::new();
    while call.scope.depth(child) > call.scope.depth(new_parent) {
        let Some(parent) = call.scope.parent(child) else { return Ok(Value::Empty) };
        let beside = children(call.scope, parent)?;
        let Some(position) = beside.iter().position(|one| *one == child.1) else {
            return Ok(Value::Empty);
        };
        positions.push(position);
        child = parent;
    }
    if call.scope.level_of(child) != call.scope.level_of(new_parent) {
        return Ok(Value::Empty);
    }
    let mut at = new_parent;
    while let Some(position) = positions.pop() {
        let below = children(call.scope, at)?;
        let Some(&member) = below.get(position) else { return Ok(Value::Empty) };
        at = (at.0, member);
    }
    Ok(Value::member(Some(at)))
}

fn is_ancestor(call: &Call<'_>) -> Outcome {
    let Some((above, below)) = two(call)? else { return Ok(Value::Truth(false)) };
    Ok(Value::Truth(is_below(call.scope, below, above)))
}

/// Whether a member stands below another, at any distance.
pub(super) fn is_below(scope: &Scope<'_>, member: Place, above: Place) -> bool {
    std::iter::successors(scope.parent(member), |&one| scope.parent(one)).any(|one| one == above)
}

fn is_sibling(call: &Call<'_>) -> Outcome {
    let Some((one, other)) = two(call)? else { return Ok(Value::Truth(false)) };
    let (above, beside) = (call.scope.parent(one), call.scope.parent(other));
    Ok(Value::Truth(above == beside && call.scope.depth(one) == call.scope.depth(other)))
}

/// How many levels of its hierarchy stand below a member.
fn height(scope: &Scope<'_>, place: Place) -> usize {
    scope.levels(place.0).len().saturating_sub(scope.depth(place))
}

fn is_leaf(call: &Call<'_>) -> Outcome {
    let place = call.member(0)?;
    match place {
        Some(place) => Ok(Value::Truth(children(call.scope, place)?.is_empty())),
        None => Ok(Value::Truth(false)),
    }
}

fn is_generation(call: &Call<'_>) -> Outcome {
    let (place, number) = (call.member(0)?, call.whole(1, 0)?);
    let found = place.map(|place| height(call.scope, place) as i64);
    Ok(Value::Truth(found == Some(number)))
}

fn levels(call: &Call<'_>) -> Outcome {
    let hierarchy = call.hierarchy(0)?;
    let all = call.scope.has_all(hierarchy).then_some(None);
    let fields = call.scope.levels(hierarchy).iter().map(|&field| Some(field));
    let levels: Vec<Option<usize>> = all.into_iter().chain(fields).collect();
    let found = match call.value(1) {
        Value::Text(name) => named_level(call.scope, hierarchy, name),
        _ => usize::try_from(call.whole(1, 0)?).ok().and_then(|at| levels.get(at).copied()),
    };
    match found {
        Some(field) => Ok(Value::Level(hierarchy, field)),
        None => Err(call
            .invalid(format!(
                "hierarkiet {} har ikke det niveau",
                call.scope.hierarchy_name(hierarchy)
            ))
            .hint(format!("det har niveauerne 0 til {}", levels.len().saturating_sub(1)))),
    }
}

fn named_level(scope: &Scope<'_>, hierarchy: HierarchyRef, name: &str) -> Option<Option<usize>> {
    if same(name, ALL_LEVEL) {
        return scope.has_all(hierarchy).then_some(None);
    }
    let HierarchyRef::Of { dimension, .. } = hierarchy else { return None };
    let fields = &scope.cube.dimensions[dimension].fields;
    let found = scope.levels(hierarchy).iter().find(|&&field| same(&fields[field].name, name));
    found.map(|&field| Some(field))
}

fn ordinal(call: &Call<'_>) -> Outcome {
    let (hierarchy, level) = call.level(0)?;
    let depth = depth_of_level(call.scope, hierarchy, level);
    Ok(Value::Number(call.scope.level_number(hierarchy, depth) as f64))
}

/// How far below the top the levels of a level's name are: those of a tree are one for each depth.
pub(super) fn depths_of_level(
    scope: &Scope<'_>,
    hierarchy: HierarchyRef,
    level: Option<usize>,
) -> RangeInclusive<usize> {
    let alike = level.map(|field| scope.alike(hierarchy, field)).unwrap_or_default();
    let depth = |field: Option<&usize>| depth_of_level(scope, hierarchy, field.copied());
    depth(alike.first())..=depth(alike.last())
}

/// How far below the top a level is: that of the All member at 0.
fn depth_of_level(scope: &Scope<'_>, hierarchy: HierarchyRef, level: Option<usize>) -> usize {
    let position = |field| scope.levels(hierarchy).iter().position(|&one| one == field);
    level.and_then(position).map_or(0, |position| position + 1)
}
