//! An expression → the set it means.

use super::context::Context;
use super::definitions::{self, Definitions};
use super::resolve::{self, Entity, hierarchy_names, levels_below};
use super::sets::{self, Set};
use super::{QueryError, functions, pivot};
use crate::cube::Dimension;
use crate::query::bound::{HierarchyRef, Member, Part};
use crate::query::parse::{Expr, ExprKind, Name, NameKind, Operator, Span, Step};

/// The set that an expression means. A member is the set of itself alone.
pub(super) fn set(context: Context<'_>, expr: &Expr) -> Result<Set, QueryError> {
    if let Some(name) = definitions::set_name(context, expr)
        && let Some(named) = Definitions::set(context, &name)
    {
        return named;
    }
    match &expr.kind {
        ExprKind::Path(names) => entity_set(context, resolve::path(context, names)?, expr.span),
        ExprKind::Steps(base, steps) => stepped(context, base, steps),
        ExprKind::Call(name, arguments) => functions::call(context, *name, arguments, expr.span),
        ExprKind::Braces(elements) => braces(context, elements, expr.span),
        ExprKind::Tuple(elements) => cross_all(context, elements.iter(), expr.span),
        ExprKind::Chain(first, rest) => chain(context, first, rest),
        ExprKind::Prefix(operator, operand) => prefix(context, *operator, operand, expr.span),
        ExprKind::Number(_) => Err(context.invalid("et tal er ikke en mængde", expr.span)),
        ExprKind::Case(_) | ExprKind::Alias(..) | ExprKind::Parameter(_) => {
            Err(context.not_yet(expr.span))
        }
        ExprKind::Text(_) => Err(context
            .invalid("en tekst i anførselstegn er ikke en mængde", expr.span)
            .hint("navne skrives i [ ] og ikke i anførselstegn")),
    }
}

/// The cross join of sets, the first varying slowest.
pub(super) fn cross_all<'e>(
    context: Context<'_>,
    mut elements: impl Iterator<Item = &'e Expr>,
    span: Span,
) -> Result<Set, QueryError> {
    let Some(first) = elements.next() else {
        return Err(context.invalid("et krydsprodukt skal have mindst én mængde", span));
    };
    let mut product = set(context, first)?;
    for element in elements {
        product = sets::cross(context, product, set(context, element)?, element.span)?;
    }
    Ok(product)
}

fn braces(context: Context<'_>, elements: &[Expr], span: Span) -> Result<Set, QueryError> {
    let Some((first, rest)) = elements.split_first() else {
        return Err(context
            .invalid("mængden {} er tom", span)
            .hint("skriv mindst ét medlem i mængden"));
    };
    let mut union = set(context, first)?;
    for element in rest {
        sets::append(context, &mut union, set(context, element)?, element.span)?;
    }
    Ok(union)
}

fn entity_set(context: Context<'_>, entity: Entity, span: Span) -> Result<Set, QueryError> {
    match entity {
        Entity::Member(hierarchy, member) => Ok(Set::of_members(hierarchy, vec![member])),
        Entity::Level(..) => Err(context
            .invalid("et niveau er ikke en mængde", span)
            .hint("skriv .Members efter niveauet for at få dets medlemmer")),
        _ => {
            let hierarchy = hierarchy_of(context, entity, span)?;
            Ok(Set::of_members(hierarchy, vec![default_member(context, hierarchy)?]))
        }
    }
}

/// The hierarchy that a dimension, a hierarchy or a member stands for.
fn hierarchy_of(
    context: Context<'_>,
    entity: Entity,
    span: Span,
) -> Result<HierarchyRef, QueryError> {
    match entity {
        Entity::Hierarchy(hierarchy)
        | Entity::Level(hierarchy, _)
        | Entity::Member(hierarchy, _) => Ok(hierarchy),
        Entity::Dimension(dimension) if context.dimension(dimension).hierarchies.len() == 1 => {
            Ok(HierarchyRef::Of { dimension, hierarchy: 0 })
        }
        Entity::Dimension(dimension) => {
            let name = &context.dimension(dimension).name;
            Err(context
                .invalid(format!("dimensionen '{name}' har flere hierarkier"), span)
                .hint("skriv også hierarkiet")
                .candidates(hierarchy_names(context, dimension)))
        }
    }
}

fn default_member(context: Context<'_>, hierarchy: HierarchyRef) -> Result<Member, QueryError> {
    match hierarchy {
        HierarchyRef::Measures => pivot::default_measure(context.view).map(Member::Measure),
        HierarchyRef::Of { .. } => Ok(Member::All),
    }
}

// What is taken of an expression.

/// Names of what can be taken, as an error lists them.
const STEPS: &str = "Members, AllMembers, Children og DefaultMember";

fn stepped(context: Context<'_>, base: &Expr, steps: &[Step]) -> Result<Set, QueryError> {
    match (steps, &base.kind) {
        ([], _) => set(context, base),
        ([step], ExprKind::Path(names)) => {
            taken(context, resolve::path(context, names)?, step, base.span)
        }
        ([_, step, ..], ExprKind::Path(_)) | ([step, ..], _) => Err(unknown_step(context, step)),
    }
}

fn taken(context: Context<'_>, entity: Entity, step: &Step, span: Span) -> Result<Set, QueryError> {
    let is = |word: &str| is_word(context, step.name, word);
    if step.arguments.is_some() {
        return Err(unknown_step(context, step));
    }
    if is("AllMembers")
        && let Ok(HierarchyRef::Measures) = hierarchy_of(context, entity, span)
    {
        return Ok(all_measures(context));
    }
    if is("Members") || is("AllMembers") {
        return members(context, entity, span);
    }
    if is("Children") {
        return children(context, entity, span);
    }
    if is("DefaultMember") {
        let hierarchy = hierarchy_of(context, entity, span)?;
        return Ok(Set::of_members(hierarchy, vec![default_member(context, hierarchy)?]));
    }
    Err(unknown_step(context, step))
}

fn is_word(context: Context<'_>, name: Name, word: &str) -> bool {
    name.kind == NameKind::Bare && context.name(name).eq_ignore_ascii_case(word)
}

fn unknown_step(context: Context<'_>, step: &Step) -> QueryError {
    let message = format!("'.{}' er ikke understøttet her", context.name(step.name));
    context.invalid(message, step.name.span).hint(format!("der findes {STEPS}"))
}

/// All measures that are listed, stored ones and calculated ones.
fn all_measures(context: Context<'_>) -> Set {
    let cube = context.cube;
    let visible = (0..cube.calculated.len()).filter(|&number| cube.calculated[number].visible);
    let own = (0..context.definitions.members().len()).map(|own| cube.calculated.len() + own);
    let stored = cube.listed_measures().map(Member::Measure);
    let all = stored.chain(visible.chain(own).map(Member::Calculated));
    Set::of_members(HierarchyRef::Measures, all.collect())
}

/// The members of a level; of a hierarchy all of them, each above those it contains.
fn members(context: Context<'_>, entity: Entity, span: Span) -> Result<Set, QueryError> {
    let hierarchy = hierarchy_of(context, entity, span)?;
    match (entity, hierarchy) {
        (Entity::Member(..), _) => Err(context
            .invalid("et medlem har ingen .Members", span)
            .hint("skriv .Children for at få medlemmerne under det")),
        (_, HierarchyRef::Measures) => {
            let measures = context.cube.listed_measures().map(Member::Measure);
            Ok(Set::of_members(hierarchy, measures.collect()))
        }
        (Entity::Level(_, Some(field)), _) => Ok(Set::of(hierarchy, vec![Part::Level { field }])),
        (Entity::Level(_, None), _) => Ok(Set::of_members(hierarchy, vec![Member::All])),
        (_, HierarchyRef::Of { dimension, hierarchy: position }) => {
            let shape = context.dimension(dimension);
            let all = Part::Tuples(vec![Member::All]);
            let below = match shape.hierarchies[position].levels[..] {
                [field] => Part::Level { field },
                _ => Part::Tuples(branches(context, dimension, position, span)?),
            };
            Ok(Set::of(hierarchy, vec![all, below]))
        }
    }
}

/// All members of a hierarchy of several levels but the All member, each above those it contains.
fn branches(
    context: Context<'_>,
    dimension: usize,
    hierarchy: usize,
    span: Span,
) -> Result<Vec<Member>, QueryError> {
    let shape = context.dimension(dimension);
    let levels = &shape.hierarchies[hierarchy].levels;
    let count: usize =
        levels.iter().map(|&field| context.view.member_count(dimension, field)).sum();
    if count > sets::MAX_TUPLES {
        let message = format!("hierarkiet har flere end {} medlemmer", sets::MAX_TUPLES);
        return Err(context
            .too_large(message, span)
            .hint("vælg et niveau eller medlemmernes .Children"));
    }
    context.write(count, span)?;
    let mut members = Vec::with_capacity(count);
    let Some(&top) = levels.first() else { return Ok(members) };
    for id in 0..shape.fields[top].len() as u32 {
        branch(context, dimension, (top, id), &levels[1..], &mut members);
    }
    Ok(members)
}

/// A member and those below it.
fn branch(
    context: Context<'_>,
    dimension: usize,
    (field, id): (usize, u32),
    below: &[usize],
    members: &mut Vec<Member>,
) {
    if !context.view.has_member(dimension, field, id) {
        return;
    }
    members.push(Member::Of { field, id });
    let Some((&next, below)) = below.split_first() else { return };
    for child in context.dimension(dimension).descendants(field, id, next) {
        branch(context, dimension, (next, child), below, members);
    }
}

/// The members on the level below one; those of a hierarchy are below its All member.
fn children(context: Context<'_>, entity: Entity, span: Span) -> Result<Set, QueryError> {
    let hierarchy = hierarchy_of(context, entity, span)?;
    let HierarchyRef::Of { dimension, hierarchy: position } = hierarchy else {
        return Ok(Set::of_members(hierarchy, Vec::new()));
    };
    let shape: &Dimension = context.dimension(dimension);
    match entity {
        Entity::Level(..) => Err(context
            .invalid("et niveau har ingen .Children", span)
            .hint("skriv .Members for at få niveauets medlemmer")),
        Entity::Member(_, Member::Of { field, id }) => {
            let Some(&next) = levels_below(shape, position, field).first() else {
                return Ok(Set::of_members(hierarchy, Vec::new()));
            };
            let seen = |id: &u32| context.view.has_member(dimension, next, *id);
            let ids = shape.descendants(field, id, next).into_iter().filter(seen);
            let members = ids.map(|id| Member::Of { field: next, id });
            Ok(Set::of_members(hierarchy, members.collect()))
        }
        _ => {
            let levels = &shape.hierarchies[position].levels;
            let parts = levels.first().map(|&field| Part::Level { field });
            Ok(Set::of(hierarchy, parts.into_iter().collect()))
        }
    }
}

// Operators.

fn chain(context: Context<'_>, first: &Expr, rest: &[(Operator, Expr)]) -> Result<Set, QueryError> {
    if let [(Operator::Range, last)] = rest {
        return range(context, first, last);
    }
    let mut left = set(context, first)?;
    let mut rest = rest.iter().peekable();
    while let Some((operator, operand)) = rest.next() {
        let span = operand.span;
        match operator {
            Operator::Times => left = sets::cross(context, left, set(context, operand)?, span)?,
            Operator::Minus => {
                left = sets::sift(context, &left, &set(context, operand)?, false, span)?;
            }
            Operator::Plus => {
                sets::append(context, &mut left, set(context, operand)?, span)?;
                if !matches!(rest.peek(), Some((Operator::Plus, _))) {
                    left = sets::distinct(context, &left, span)?;
                }
            }
            _ => return Err(no_set(context, first.span.to(span))),
        }
    }
    Ok(left)
}

fn no_set(context: Context<'_>, span: Span) -> QueryError {
    context
        .invalid("beregninger og sammenligninger er endnu ikke understøttet", span)
        .hint("her skal stå en mængde; mængder kan forbindes med *, +, - og :")
}

/// The members of a level from one to another, both included, in natural order.
fn range(context: Context<'_>, first: &Expr, last: &Expr) -> Result<Set, QueryError> {
    let span = first.span.to(last.span);
    let (from, to) = (range_end(context, first)?, range_end(context, last)?);
    let (hierarchy, field) = match (from, to) {
        (Some(from), Some(to)) if from.0 != to.0 || from.1 != to.1 => {
            return Err(context
                .invalid("et interval skal gå mellem to medlemmer af samme niveau", span)
                .hint("skriv for eksempel [Tid].[Kvartal].[2020K1] : [Tid].[Kvartal].[2020K4]"));
        }
        (Some((hierarchy, field, _)), _) | (_, Some((hierarchy, field, _))) => (hierarchy, field),
        (None, None) => return Err(context.invalid("et interval skal have mindst en ende", span)),
    };
    let (from, to) = (from.map_or(0, |from| from.2), to.map_or(u32::MAX - 1, |to| to.2));
    let ids = from.min(to)..from.max(to) + 1;
    Ok(Set::of_members(hierarchy, sets::level(context, hierarchy, field, ids, span)?))
}

/// The member at one end of a range; `None` for `null`, an open end.
fn range_end(
    context: Context<'_>,
    expr: &Expr,
) -> Result<Option<(HierarchyRef, usize, u32)>, QueryError> {
    let entity = match &expr.kind {
        ExprKind::Path(names) if names.len() == 1 && is_word(context, names[0], "NULL") => {
            return Ok(None);
        }
        ExprKind::Path(names) => Some(resolve::path(context, names)?),
        _ => None,
    };
    match entity {
        Some(Entity::Member(hierarchy, Member::Of { field, id })) => {
            Ok(Some((hierarchy, field, id)))
        }
        _ => Err(context
            .invalid("et interval skal gå mellem to medlemmer af et niveau", expr.span)
            .hint("skriv for eksempel [Tid].[Kvartal].[2020K1] : [Tid].[Kvartal].[2020K4]")),
    }
}

/// `-{a}` is all members of the level but `a`.
fn prefix(
    context: Context<'_>,
    operator: Operator,
    operand: &Expr,
    span: Span,
) -> Result<Set, QueryError> {
    if operator != Operator::Minus {
        return Err(no_set(context, span));
    }
    let left_out = set(context, operand)?;
    let hierarchy = left_out.columns().next().filter(|_| left_out.width() == 1);
    let members = sets::tuples(context, &left_out, span)?;
    match (hierarchy, members.first()) {
        (Some(hierarchy), Some(&Member::Of { field, .. })) => {
            let level = Set::of(hierarchy, vec![Part::Level { field }]);
            sets::sift(context, &level, &left_out, false, span)
        }
        _ => Err(context
            .invalid("-{…} kræver medlemmer af ét niveau", span)
            .hint("skriv Except(mængde, mængde)")),
    }
}
