//! A path of names → the dimension, hierarchy, level or member it means.
//!
//! All usual forms are understood: by caption and by key, with and without hierarchy, level and
//! All member, also `[Kvartal].[2020K1]` where only one dimension has a hierarchy of that name, and a
//! measure by its name alone where nothing else has it.

use std::collections::BTreeSet;

use super::context::Context;
use super::{QueryError, call, candidates, pivot, value};
use crate::cube::Dimension;
use crate::cube::dimension::same;
use crate::query::bound::{HierarchyRef, Member};
use crate::query::functions::{self, Form};
use crate::query::names::{ALL_LEVEL, MEASURES, MEASURES_LEVEL, unique_name};
use crate::query::parse::{Name, NameKind, Span};

/// What a path of names can mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Entity {
    /// A dimension, by position.
    Dimension(usize),
    /// A hierarchy.
    Hierarchy(HierarchyRef),
    /// A level of a hierarchy, by its field; `None` is the level of the All member.
    Level(HierarchyRef, Option<usize>),
    /// A member.
    Member(HierarchyRef, Member),
}

/// Resolves a path.
pub(super) fn path(context: Context<'_>, names: &[Name]) -> Result<Entity, QueryError> {
    let (mut entity, mut rest) = (first(context, names[0])?, &names[1..]);
    while let [name, behind @ ..] = rest {
        (entity, rest) = match by_lineage(context, entity, rest) {
            Some(found) => found,
            None => (below(context, entity, *name)?, behind),
        };
    }
    Ok(entity)
}

/// The member whose key, unique below its parent only, stands behind those of its ancestors, and the
/// names behind it: `[Tid].[Kvartal].&[2023]&[K1]`.
fn by_lineage<'n>(
    context: Context<'_>,
    entity: Entity,
    names: &'n [Name],
) -> Option<(Entity, &'n [Name])> {
    let (Entity::Hierarchy(own) | Entity::Level(own, _)) = entity else { return None };
    let HierarchyRef::Of { dimension, hierarchy } = own else { return None };
    let shape = context.dimension(dimension);
    let levels = &shape.hierarchies[hierarchy].levels;
    let (field, whole) = match (entity, &levels[..]) {
        (_, &[only]) => (only, shape.levelled(only)?),
        (Entity::Level(_, Some(field)), _) => (field, hierarchy),
        _ => return None,
    };
    let count = names.iter().take_while(|name| name.is_key()).count();
    if count < 2 || !shape.fields[field].composite {
        return None;
    }
    let mut at = Entity::Hierarchy(HierarchyRef::Of { dimension, hierarchy: whole });
    for (used, name) in names[..count].iter().enumerate() {
        at = below(context, at, *name).ok()?;
        match at {
            Entity::Member(_, member @ Member::Of { field: found, .. }) if found == field => {
                return Some((Entity::Member(own, member), &names[used + 1..]));
            }
            _ => {}
        }
    }
    None
}

/// The hierarchy of which a path names a member that does not exist; `None` where something else in
/// it does not.
pub(super) fn hierarchy_of_missing(context: Context<'_>, names: &[Name]) -> Option<HierarchyRef> {
    let known = (1..names.len()).rev().find_map(|count| path(context, &names[..count]).ok())?;
    match known {
        Entity::Hierarchy(HierarchyRef::Measures) | Entity::Member(HierarchyRef::Measures, _) => {
            None
        }
        Entity::Hierarchy(own) | Entity::Level(own, _) | Entity::Member(own, _) => Some(own),
        Entity::Dimension(dimension) => {
            let mut shown = context.dimension(dimension).shown_hierarchies();
            let (hierarchy, _) = shown.next()?;
            shown.next().is_none().then_some(HierarchyRef::Of { dimension, hierarchy })
        }
    }
}

fn first(context: Context<'_>, name: Name) -> Result<Entity, QueryError> {
    let wanted = context.name(name);
    if name.is_key() {
        let error = context.invalid("en nøgle skal stå efter en dimension", name.span);
        return Err(error.hint("skriv for eksempel [Tid].[År].&[2020]"));
    }
    if same(&wanted, MEASURES) {
        return Ok(Entity::Hierarchy(HierarchyRef::Measures));
    }
    if let Some(dimension) = context.view.find_dimension(&wanted) {
        return Ok(Entity::Dimension(dimension));
    }
    if let Some(hierarchy) =
        joined_name(context, &wanted).or_else(|| only_hierarchy(context, &wanted))
    {
        return Ok(Entity::Hierarchy(hierarchy));
    }
    if let Some(measure) = find_measure(context, name) {
        return Ok(Entity::Member(HierarchyRef::Measures, measure));
    }
    top_member(context, name)?.ok_or_else(|| unknown_dimension(context, name))
}

/// The member of a name on the top level of one dimension's hierarchies: `[USA].[CA]`. Of several
/// hierarchies of a dimension its own goes first.
fn top_member(context: Context<'_>, name: Name) -> Result<Option<Entity>, QueryError> {
    let found = context.view.dimensions().filter_map(|(dimension, shape)| {
        let first = shape.own_hierarchy().map(|own| (own, &shape.hierarchies[own]));
        let mut all = first.into_iter().chain(shape.shown_hierarchies());
        all.find_map(|(hierarchy, own)| {
            let field = *own.levels.first().filter(|&&top| !shape.fields[top].personal)?;
            let own = HierarchyRef::Of { dimension, hierarchy };
            let id = member(context, own, (dimension, field), name, |_| true).ok()??;
            Some((own, Member::Of { field, id }))
        })
    });
    let found: Vec<(HierarchyRef, Member)> = found.collect();
    match found[..] {
        [] => Ok(None),
        [(hierarchy, member)] => Ok(Some(Entity::Member(hierarchy, member))),
        _ => {
            let unique = |&(hierarchy, member): &(HierarchyRef, Member)| {
                unique_name(context.cube, hierarchy, member)
            };
            let error = context.invalid("navnet findes i flere dimensioner", name.span);
            let candidates = found.iter().map(unique).collect();
            Err(error.hint("skriv også dimensionen").candidates(candidates))
        }
    }
}

/// The old spelling of a hierarchy, `[Time.Weekly]`.
fn joined_name(context: Context<'_>, wanted: &str) -> Option<HierarchyRef> {
    let mut points = wanted.match_indices('.');
    points.find_map(|(point, _)| {
        let dimension = context.view.find_dimension(&wanted[..point])?;
        let hierarchy = context.dimension(dimension).find_hierarchy(&wanted[point + 1..])?;
        Some(HierarchyRef::Of { dimension, hierarchy })
    })
}

/// The hierarchy of a name that one dimension alone has.
fn only_hierarchy(context: Context<'_>, wanted: &str) -> Option<HierarchyRef> {
    let find = |(dimension, shape): (usize, &Dimension)| {
        Some(HierarchyRef::Of { dimension, hierarchy: shape.find_hierarchy(wanted)? })
    };
    let mut found = context.view.dimensions().filter_map(find);
    found.next().filter(|_| found.next().is_none())
}

fn unknown_dimension(context: Context<'_>, name: Name) -> QueryError {
    let wanted = context.name(name);
    let names = context.view.dimensions().map(|(_, dimension)| dimension.name.as_str());
    let message = format!("kuben '{}' har ingen dimension '{wanted}'", context.cube.name);
    context
        .unknown(message, name.span)
        .hint("skriv for eksempel [Tid].[År].&[2020] eller [Measures].[navnet på et mål]")
        .candidates(candidates::nearest(&wanted, names.chain([MEASURES])))
}

fn below(context: Context<'_>, entity: Entity, name: Name) -> Result<Entity, QueryError> {
    let Some((hierarchy, above)) = above(entity) else {
        return stored_below(context, entity, name);
    };
    if let Some(own) = own(context, hierarchy, name, |parent| parent == above) {
        return Ok(Entity::Member(hierarchy, own));
    }
    stored_below(context, entity, name).or_else(|error| {
        let own = own(context, hierarchy, name, |one| is_within(context, hierarchy, one, above));
        own.map(|own| Entity::Member(hierarchy, own)).ok_or(error)
    })
}

/// The hierarchy below which a name is looked for, and the stored member.
fn above(entity: Entity) -> Option<(HierarchyRef, Option<Member>)> {
    match entity {
        Entity::Dimension(_) => None,
        Entity::Member(hierarchy, member @ Member::Of { .. }) => Some((hierarchy, Some(member))),
        Entity::Hierarchy(hierarchy)
        | Entity::Level(hierarchy, _)
        | Entity::Member(hierarchy, _) => Some((hierarchy, None)),
    }
}

/// Whether a member that a calculated one stands below stands below another itself; below the top of
/// the hierarchy all do.
fn is_within(
    context: Context<'_>,
    hierarchy: HierarchyRef,
    parent: Option<Member>,
    above: Option<Member>,
) -> bool {
    match (hierarchy, parent, above) {
        (_, _, None) => true,
        (
            HierarchyRef::Of { dimension, .. },
            Some(Member::Of { field, id }),
            Some(Member::Of { field: upper, id: wanted }),
        ) => context.dimension(dimension).ancestor(field, id, upper) == Some(wanted),
        _ => false,
    }
}

/// What stands below something, calculated members aside.
fn stored_below(context: Context<'_>, entity: Entity, name: Name) -> Result<Entity, QueryError> {
    match entity {
        Entity::Dimension(dimension) => in_dimension(context, dimension, name),
        Entity::Hierarchy(hierarchy) | Entity::Member(hierarchy, Member::All) => {
            in_hierarchy(context, hierarchy, name)
        }
        Entity::Level(hierarchy, level) => in_level(context, hierarchy, level, name),
        Entity::Member(hierarchy, member) => child(context, hierarchy, member, name),
    }
}

fn in_dimension(context: Context<'_>, dimension: usize, name: Name) -> Result<Entity, QueryError> {
    let shape = context.dimension(dimension);
    let wanted = context.name(name);
    if !name.is_key()
        && let Some(hierarchy) = shape.find_hierarchy(&wanted)
    {
        return Ok(Entity::Hierarchy(HierarchyRef::Of { dimension, hierarchy }));
    }
    if let Some(hierarchy) = shape.own_hierarchy() {
        let own = HierarchyRef::Of { dimension, hierarchy };
        let found = below(context, Entity::Hierarchy(own), name);
        let field = shape.fields.iter().position(|field| same(&field.name, &wanted));
        let is_field = !name.is_key() && field.is_some();
        if found.is_ok() || shape.shown_hierarchies().count() == 1 && !is_field {
            return found;
        }
    }
    let fields = 0..shape.fields.len();
    if !name.is_key()
        && let Some(hierarchy) = shape.fields.iter().position(|field| same(&field.name, &wanted))
    {
        return Ok(Entity::Hierarchy(HierarchyRef::Of { dimension, hierarchy }));
    }
    if !name.is_key() {
        let of = |field| value::of_caption(context.view, (dimension, field), &wanted, |_| true);
        if let Some(found) = only_member(context, dimension, fields.clone(), name, of)? {
            return Ok(found);
        }
    }
    let of = |field| value::of_key(context.view, (dimension, field), &wanted, |_| true);
    match only_member(context, dimension, fields.clone(), name, of)? {
        Some(Entity::Member(own, Member::Of { field, id })) => {
            one_of_key(context, own, (dimension, field), (id, name.span), |_| true)?;
            Ok(Entity::Member(own, Member::Of { field, id }))
        }
        Some(found) => Ok(found),
        None if is_all(context, &wanted) => Err(ambiguous(context, dimension, name)),
        None => Err(unknown_in_dimension(context, dimension, name)),
    }
}

/// The member that one field alone has.
fn only_member(
    context: Context<'_>,
    dimension: usize,
    fields: impl Iterator<Item = usize>,
    name: Name,
    of: impl Fn(usize) -> Option<u32>,
) -> Result<Option<Entity>, QueryError> {
    let mut found = fields.filter_map(|field| Some((field, of(field)?)));
    let first = found.next();
    if found.next().is_some() {
        return Err(ambiguous(context, dimension, name));
    }
    Ok(first.map(|(field, id)| {
        let hierarchy = HierarchyRef::Of { dimension, hierarchy: field };
        Entity::Member(hierarchy, Member::Of { field, id })
    }))
}

fn ambiguous(context: Context<'_>, dimension: usize, name: Name) -> QueryError {
    let shape = context.dimension(dimension);
    let message = format!("navnet kan betyde flere ting i dimensionen '{}'", shape.name);
    context
        .invalid(message, name.span)
        .hint("skriv også hierarkiet")
        .candidates(hierarchy_names(context, dimension))
}

/// The unique names of a dimension's hierarchies.
pub(super) fn hierarchy_names(context: Context<'_>, dimension: usize) -> Vec<String> {
    let shape = context.dimension(dimension);
    shape
        .shown_hierarchies()
        .map(|(hierarchy, _)| context.hierarchy_name(HierarchyRef::Of { dimension, hierarchy }))
        .collect()
}

fn unknown_in_dimension(context: Context<'_>, dimension: usize, name: Name) -> QueryError {
    let shape = context.dimension(dimension);
    if shape.fields.iter().any(|field| field.personal) {
        return unknown_personal(context, &shape.name, name.span);
    }
    let wanted = context.name(name);
    let names = shape.shown_hierarchies().map(|(_, hierarchy)| hierarchy.name.as_str());
    let message =
        format!("dimensionen '{}' har intet hierarki eller medlem '{wanted}'", shape.name);
    context.unknown(message, name.span).candidates(candidates::nearest(&wanted, names))
}

fn in_hierarchy(
    context: Context<'_>,
    hierarchy: HierarchyRef,
    name: Name,
) -> Result<Entity, QueryError> {
    let HierarchyRef::Of { dimension, hierarchy: position } = hierarchy else {
        return measure(context, name);
    };
    let shape = context.dimension(dimension);
    let levels = &shape.hierarchies[position].levels;
    let wanted = context.name(name);
    if !name.is_key() {
        let has_all = shape.hierarchies[position].has_all;
        let all = context.cube.all_caption(dimension, position);
        let old = || format!("All {}.{}s", shape.name, shape.hierarchies[position].name);
        let is_all = || is_all(context, &wanted) || same(all, &wanted) || same(&old(), &wanted);
        if has_all && is_all() {
            return Ok(Entity::Member(hierarchy, Member::All));
        }
        if has_all && same(&wanted, ALL_LEVEL) {
            return Ok(Entity::Level(hierarchy, None));
        }
        let level = levels.iter().find(|&&field| same(&shape.fields[field].name, &wanted));
        if let Some(&field) = level {
            return Ok(Entity::Level(hierarchy, Some(field)));
        }
    }
    for &field in levels {
        if let Some(id) = member(context, hierarchy, (dimension, field), name, |_| true)? {
            return Ok(Entity::Member(hierarchy, Member::Of { field, id }));
        }
    }
    Err(unknown_member(context, hierarchy, levels, name, |_, _| true))
}

/// The calculated member of a name that the question defines below a member that passes.
fn own(
    context: Context<'_>,
    hierarchy: HierarchyRef,
    name: Name,
    is_below: impl Fn(Option<Member>) -> bool,
) -> Option<Member> {
    if name.is_key() {
        return None;
    }
    let own = context.definitions.find_member(hierarchy, &context.name(name), is_below)?;
    Some(Member::Calculated(context.cube.calculated.len() + own))
}

/// The measure of a name, of the question or of the cube.
fn find_measure(context: Context<'_>, name: Name) -> Option<Member> {
    own(context, HierarchyRef::Measures, name, |_| true)
        .or_else(|| pivot::find_measure(context.cube, &context.name(name)))
}

/// The stored or calculated measure of the cube that has a name.
pub(super) fn measure_of_name(context: Context<'_>, name: &str) -> Option<Member> {
    pivot::find_measure(context.cube, name)
}

fn measure(context: Context<'_>, name: Name) -> Result<Entity, QueryError> {
    let wanted = context.name(name);
    match find_measure(context, name) {
        Some(measure) => Ok(Entity::Member(HierarchyRef::Measures, measure)),
        None if same(&wanted, MEASURES_LEVEL) || same(&wanted, MEASURES) => {
            Ok(Entity::Hierarchy(HierarchyRef::Measures))
        }
        None => {
            let error = pivot::unknown_measure(context.view, &wanted);
            Err(error.at(context.text, name.span.range()))
        }
    }
}

fn in_level(
    context: Context<'_>,
    hierarchy: HierarchyRef,
    level: Option<usize>,
    name: Name,
) -> Result<Entity, QueryError> {
    let (HierarchyRef::Of { dimension, .. }, Some(field)) = (hierarchy, level) else {
        return in_hierarchy(context, hierarchy, name);
    };
    let shape = context.dimension(dimension);
    if let Some(found) = of_level_alone(context, dimension, field, name) {
        return Ok(found);
    }
    // The levels of a parent-child hierarchy share a name.
    let alike = |other: &usize| shape.fields[*other].name == shape.fields[field].name;
    let levels = match hierarchy {
        HierarchyRef::Of { hierarchy, .. } => &shape.hierarchies[hierarchy].levels[..],
        HierarchyRef::Measures => &[],
    };
    for field in levels.iter().copied().filter(alike) {
        if let Some(id) = member(context, hierarchy, (dimension, field), name, |_| true)? {
            return Ok(Entity::Member(hierarchy, Member::Of { field, id }));
        }
    }
    Err(unknown_member(context, hierarchy, &[field], name, |_, _| true))
}

/// `[Tid].[År].[År]` and `[Tid].[År].[Alle]` where År is a level: the hierarchy of that level alone,
/// by which a pivot's fields are written.
fn of_level_alone(
    context: Context<'_>,
    dimension: usize,
    field: usize,
    name: Name,
) -> Option<Entity> {
    let wanted = context.name(name);
    let alone = HierarchyRef::Of { dimension, hierarchy: field };
    if name.is_key()
        || !matches!(member(context, alone, (dimension, field), name, |_| true), Ok(None))
    {
        return None;
    }
    if same(&context.dimension(dimension).fields[field].name, &wanted) {
        return Some(Entity::Level(alone, Some(field)));
    }
    let is_all = same(context.cube.all_caption(dimension, field), &wanted);
    is_all.then_some(Entity::Member(alone, Member::All))
}

/// A member below another: on the next level, or further down where only there is one.
fn child(
    context: Context<'_>,
    hierarchy: HierarchyRef,
    parent: Member,
    name: Name,
) -> Result<Entity, QueryError> {
    let (HierarchyRef::Of { dimension, hierarchy: position }, Member::Of { field: upper, id }) =
        (hierarchy, parent)
    else {
        return Err(context.invalid("et mål har ingen medlemmer under sig", name.span));
    };
    let shape = context.dimension(dimension);
    let lower = levels_below(shape, position, upper);
    let within = |field: usize, lower: u32| {
        let keys = shape.fields[field].keys_of_member.get(lower as usize);
        keys.iter().any(|&key| shape.fields[upper].member_of_key[key as usize] == id)
    };
    for &field in lower {
        let within = |lower| within(field, lower);
        if let Some(id) = member(context, hierarchy, (dimension, field), name, within)? {
            return Ok(Entity::Member(hierarchy, Member::Of { field, id }));
        }
    }
    Err(unknown_member(context, hierarchy, lower, name, within))
}

/// The fields of the levels below a level.
fn levels_below(shape: &Dimension, hierarchy: usize, field: usize) -> &[usize] {
    let levels = &shape.hierarchies[hierarchy].levels;
    let position = levels.iter().position(|&level| level == field);
    position.map_or(&[], |position| &levels[position + 1..])
}

/// The member of a field that a name means: by caption, then by key; a key by key alone, and where
/// it is a number with a point or an exponent (`2.02E3`), by its whole number. A key means one member.
fn member(
    context: Context<'_>,
    hierarchy: HierarchyRef,
    place: (usize, usize),
    name: Name,
    passes: impl Fn(u32) -> bool + Copy,
) -> Result<Option<u32>, QueryError> {
    let wanted = context.name(name);
    if !name.is_key()
        && let Some(member) = value::of_caption(context.view, place, &wanted, passes)
    {
        tell_of_several(context, hierarchy, place, &wanted, passes);
        return Ok(Some(member));
    }
    let found = value::of_key(context.view, place, &wanted, passes).or_else(|| {
        let number = whole_number(&wanted)?;
        value::of_key(context.view, place, &number, passes)
    });
    if let Some(member) = found {
        one_of_key(context, hierarchy, place, (member, name.span), passes)?;
    }
    Ok(found)
}

/// Names that a warning or an error lists.
const NAMES_TOLD: usize = 5;

/// Refuses the key of several members: those above them are to be named too.
fn one_of_key(
    context: Context<'_>,
    hierarchy: HierarchyRef,
    place @ (dimension, field): (usize, usize),
    (member, span): (u32, Span),
    passes: impl Fn(u32) -> bool,
) -> Result<(), QueryError> {
    let found = value::of_same_key(context.view, place, member, passes);
    if found.len() < 2 {
        return Ok(());
    }
    let column = &context.dimension(dimension).fields[field];
    let key = column.keys.get(member as usize);
    let message = format!("nøglen '{key}' har {} medlemmer af {}", found.len(), column.name);
    let names = found.iter().take(NAMES_TOLD);
    let names = names.map(|&id| unique_name(context.cube, hierarchy, Member::Of { field, id }));
    Err(context
        .invalid(message, span)
        .hint("skriv nøglerne af dem, det står under, foran")
        .candidates(names.collect()))
}

/// Tells that a name is that of several members, of which the first is taken.
fn tell_of_several(
    context: Context<'_>,
    hierarchy: HierarchyRef,
    place @ (dimension, field): (usize, usize),
    name: &str,
    passes: impl Fn(u32) -> bool,
) {
    let found = value::all_of_caption(context.view, place, name, passes);
    if found.len() < 2 {
        return;
    }
    let column = &context.dimension(dimension).fields[field];
    let key = |&id: &u32| column.keys.get(id as usize);
    let keys: BTreeSet<&str> = found.iter().map(key).collect();
    let written = |&id: &u32| match keys.len() < found.len() {
        true => unique_name(context.cube, hierarchy, Member::Of { field, id }),
        false => format!("&[{}]", key(&id)),
    };
    let told: Vec<String> = found.iter().take(NAMES_TOLD).map(written).collect();
    let more = if found.len() > NAMES_TOLD { " …" } else { "" };
    context.definitions.warn(format!(
        "'{name}' er navnet på {} medlemmer af {}; det første er brugt. Skriv nøglen: {}{more}",
        found.len(),
        column.name,
        told.join(", ")
    ));
}

fn whole_number(text: &str) -> Option<String> {
    let is_float =
        text.starts_with(|letter: char| letter.is_ascii_digit()) && text.contains(['e', 'E', '.']);
    let number: f64 = is_float.then(|| text.parse().ok())??;
    (number.fract() == 0.0 && number < 1e15).then(|| format!("{number:.0}"))
}

fn unknown_member(
    context: Context<'_>,
    hierarchy: HierarchyRef,
    fields: &[usize],
    name: Name,
    passes: impl Fn(usize, u32) -> bool,
) -> QueryError {
    let HierarchyRef::Of { dimension, .. } = hierarchy else {
        return unknown_dimension(context, name);
    };
    let shape = context.dimension(dimension);
    let hierarchy = context.hierarchy_name(hierarchy);
    if fields.iter().any(|&field| shape.fields[field].personal) {
        return unknown_personal(context, &hierarchy, name.span);
    }
    let wanted = context.name(name);
    // What stands bare behind a member may be meant as a function.
    if let (NameKind::Bare, Some((reason, hint))) = (name.kind, functions::refused(&wanted)) {
        let message = format!("{wanted} findes ikke her: {reason}");
        return context.invalid(message, name.span).hint(hint);
    }
    let mut nearest = match name.kind {
        NameKind::Bare => candidates::alike(&wanted, call::names_of(Form::Step).into_iter()),
        _ => Vec::new(),
    };
    nearest.extend(candidates::members(context.view, dimension, fields, &wanted, passes));
    let message = format!("hierarkiet {hierarchy} har intet medlem '{wanted}' her");
    context
        .unknown(message, name.span)
        .hint("et medlem skrives med billedtekst, [H].[tekst], eller nøgle, [H].&[nøgle]")
        .candidates(nearest)
}

fn unknown_personal(context: Context<'_>, place: &str, span: Span) -> QueryError {
    context.unknown_personal(format!("{place} har ikke det medlem, der spørges om"), span)
}

fn is_all(context: Context<'_>, name: &str) -> bool {
    [context.cube.all.as_str(), "All", "Alle"].into_iter().any(|all| same(all, name))
}
