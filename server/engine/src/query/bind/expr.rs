//! A parsed expression → what it means: every name resolved, every function found, and what stands
//! in the place of something else (a member for its value, a hierarchy for its current member) said.

use std::sync::Arc;

use super::context::Context;
use super::definitions::{self, Definitions};
use super::resolve::{self, Entity, hierarchy_names};
use super::{QueryError, View, call, candidates};
use crate::query::Parameter;
use crate::query::bound::{HierarchyRef, Own};
use crate::query::evaluate::set::Set;
use crate::query::evaluate::value::Value;
use crate::query::expr::{Expr, Node};
use crate::query::functions::{self, Kind};
use crate::query::names;
use crate::query::parse::{self, Case, ExprKind, Name, Operator, Span};

/// A text that is bound while a question is answered. With `constrained` it may name members and
/// work nothing out.
pub(in crate::query) fn text(
    view: &View,
    (own, sets): (&[Own], &[(String, Expr)]),
    text: &str,
    (kind, constrained): (Kind, bool),
) -> Result<Expr, QueryError> {
    let parsed = parse::expression(text)?;
    let (shared, definitions): (Arc<str>, _) = (Arc::from(text), Definitions::of_names(own, sets));
    let context = Context::new(view, &shared, &definitions);
    if constrained && !is_literal(&parsed) {
        return Err(context
            .invalid("med CONSTRAINED må teksten kun nævne medlemmer", parsed.span)
            .hint("skriv medlemmernes navne, eller udelad CONSTRAINED"));
    }
    bind_as(context, &parsed, kind)
}

/// Whether an expression names members and works nothing out.
fn is_literal(expr: &parse::Expr) -> bool {
    match &expr.kind {
        ExprKind::Path(_) => true,
        ExprKind::Braces(parts) | ExprKind::Tuple(parts) => parts.iter().all(is_literal),
        _ => false,
    }
}

/// What an expression means, as something of a kind.
pub(super) fn bind_as(
    context: Context<'_>,
    expr: &parse::Expr,
    kind: Kind,
) -> Result<Expr, QueryError> {
    let bound = match &expr.kind {
        ExprKind::Chain(first, rest) => chain(context, expr.span, first, rest, kind)?,
        _ => bind(context, expr)?,
    };
    coerce(context, bound, kind)
}

/// What an expression means, as it is.
pub(super) fn bind(context: Context<'_>, expr: &parse::Expr) -> Result<Expr, QueryError> {
    if !matches!(expr.kind, ExprKind::Chain(..)) {
        count(context, expr.span)?;
    }
    let node = match &expr.kind {
        ExprKind::Path(names) => return path(context, names, expr.span),
        ExprKind::Steps(base, steps) => {
            let mut of = bind(context, base)?;
            for step in steps {
                let span = base.span.to(step.name.span);
                of = call::step(context, of, step, span)?;
            }
            return Ok(of);
        }
        ExprKind::Call(name, arguments) => {
            return call::call(context, *name, arguments, expr.span);
        }
        ExprKind::Braces(elements) => return braces(context, elements, expr.span),
        ExprKind::Tuple(elements) => return tuple(context, elements, expr.span),
        ExprKind::Number(number) => Node::Constant(Value::Number(*number)),
        ExprKind::Text(text) => Node::Constant(Value::text(&text.text(context.text))),
        ExprKind::Chain(first, rest) => {
            return chain(context, expr.span, first, rest, Kind::Any);
        }
        ExprKind::Prefix(operator, operand) => {
            return prefix(context, *operator, operand, expr.span);
        }
        ExprKind::Case(case) => return self::case(context, case, expr.span),
        ExprKind::Alias(set, name) => {
            let set = bind_as(context, set, Kind::Set)?;
            return Ok(context.definitions.alias(&context.name(*name), &set));
        }
        ExprKind::Parameter(name) => Node::Constant(parameter(context, *name, expr.span)?),
    };
    Ok(at(context, expr.span, node))
}

/// The value of a parameter: a value, and nothing that is read as part of the text.
fn parameter(context: Context<'_>, name: Name, span: Span) -> Result<Value, QueryError> {
    let (name, given) = (context.name(name), &context.definitions.parameters);
    match given.find(&name) {
        Some(Parameter::Text(text)) => Ok(Value::text(text)),
        Some(Parameter::Number(number)) => Ok(Value::Number(*number)),
        None => Err(context
            .invalid(format!("parameteren @{name} har ingen værdi"), span)
            .hint(format!("giv den med --param {name}=VÆRDI"))
            .candidates(candidates::nearest(&name, given.names()))),
    }
}

/// Counts a part of a formula.
fn count(context: Context<'_>, span: Span) -> Result<(), QueryError> {
    if context.in_formula { Definitions::count_part(context, span) } else { Ok(()) }
}

/// An expression at a place of the text.
pub(super) fn at(context: Context<'_>, span: Span, node: Node) -> Expr {
    Expr { node, text: Arc::clone(context.shared), span }
}

fn path(context: Context<'_>, names: &[Name], span: Span) -> Result<Expr, QueryError> {
    if let [only] = names
        && only.is_word(context.text, "NULL")
    {
        return Ok(at(context, span, Node::Constant(Value::Empty)));
    }
    if let Some(name) = definitions::set_name(context, names)
        && let Some(named) = Definitions::set(context, &name)
    {
        return named;
    }
    let value = match resolve::path(context, names)? {
        Entity::Dimension(dimension) => Value::Dimension(Some(dimension)),
        Entity::Hierarchy(hierarchy) => Value::Hierarchy(hierarchy),
        Entity::Level(hierarchy, field) => Value::Level(hierarchy, field),
        Entity::Member(hierarchy, member) => Value::Member(hierarchy, member),
    };
    Ok(at(context, span, Node::Constant(value)))
}

fn braces(context: Context<'_>, elements: &[parse::Expr], span: Span) -> Result<Expr, QueryError> {
    let bind = |element: &parse::Expr| match &element.kind {
        ExprKind::Path(names) => match path(context, names, element.span) {
            Ok(found) => coerce(context, found, Kind::Set),
            Err(error) => left_out(context, names, error, element.span),
        },
        _ => bind_as(context, element, Kind::Set),
    };
    if let [only] = elements {
        return Ok(Expr { span, ..bind(only)? });
    }
    let parts = elements.iter().map(bind).collect::<Result<_, _>>()?;
    Ok(at(context, span, Node::Braces(parts)))
}

/// No member, in the place of one that does not exist; the error where that may not be left out.
fn left_out(
    context: Context<'_>,
    names: &[Name],
    error: QueryError,
    span: Span,
) -> Result<Expr, QueryError> {
    let is_unknown = context.drops && error.kind == super::ErrorKind::Unknown;
    match resolve::hierarchy_of_missing(context, names).filter(|_| is_unknown) {
        None => Err(error),
        Some(hierarchy) => {
            if !context.untold {
                context.definitions.leave_out(error)?;
            }
            let nothing = Set::of_members(hierarchy, Vec::new());
            Ok(at(context, span, Node::Constant(Value::set(nothing))))
        }
    }
}

/// A tuple; a cross join where one of the parts is a set.
fn tuple(context: Context<'_>, elements: &[parse::Expr], span: Span) -> Result<Expr, QueryError> {
    let parts = elements.iter().map(|element| bind(context, element));
    let parts: Vec<Expr> = parts.collect::<Result<_, _>>()?;
    let kind = match parts.iter().any(|part| part.kind() == Kind::Set) {
        true => Kind::Set,
        false => Kind::Tuple,
    };
    let parts = parts.into_iter().map(|part| coerce(context, part, kind));
    let parts: Vec<Expr> = parts.collect::<Result<_, _>>()?;
    if kind == Kind::Set {
        return Ok(at(context, span, Node::Call(functions::of_name("CrossJoin")?, parts)));
    }
    for (position, part) in parts.iter().enumerate() {
        let Some(own) = part.hierarchy() else { continue };
        if parts[..position].iter().any(|before| before.hierarchy() == Some(own)) {
            let message =
                format!("hierarkiet {} står to gange i tuplen", context.hierarchy_name(own));
            return Err(context.invalid(message, part.span));
        }
    }
    Ok(at(context, span, Node::Tuple(parts)))
}

fn case(context: Context<'_>, case: &Case, span: Span) -> Result<Expr, QueryError> {
    let mut branches = Vec::with_capacity(case.branches.len());
    for (when, then) in &case.branches {
        let when = match &case.operand {
            None => bind_as(context, when, Kind::Value)?,
            Some(operand) => {
                let operand = bind_as(context, operand, Kind::Value)?;
                let when = bind_as(context, when, Kind::Value)?;
                let node = Node::Chain(Box::new(operand), vec![(Operator::Equal, when)]);
                at(context, span, node)
            }
        };
        branches.push((when, bind(context, then)?));
    }
    let last = match &case.otherwise {
        Some(otherwise) => bind(context, otherwise)?,
        None => at(context, span, Node::Constant(Value::Empty)),
    };
    let kinds = || branches.iter().map(|(_, branch)| branch.kind()).chain([last.kind()]);
    let is_place = |kind: Kind| !matches!(kind, Kind::Null | Kind::Value | Kind::Level);
    let kind = match kinds().any(|kind| kind == Kind::Set) {
        true => Kind::Set,
        false if kinds().any(is_place) && kinds().all(|kind| Kind::Tuple.fits(kind)) => Kind::Tuple,
        false => Kind::Value,
    };
    let branches = branches
        .into_iter()
        .map(|(when, then)| Ok((when, coerce(context, then, kind)?)))
        .collect::<Result<_, QueryError>>()?;
    let last = coerce(context, last, kind)?;
    Ok(at(context, span, Node::Choose(branches, Box::new(last))))
}

// Operators.

fn chain(
    context: Context<'_>,
    span: Span,
    first: &parse::Expr,
    rest: &[(Operator, parse::Expr)],
    wanted: Kind,
) -> Result<Expr, QueryError> {
    count(context, span)?;
    let mut left = match &first.kind {
        ExprKind::Chain(inner, others) => chain(context, first.span, inner, others, wanted)?,
        _ => bind(context, first)?,
    };
    let mut values: Vec<(Operator, Expr)> = Vec::new();
    for (at_operand, (operator, operand)) in rest.iter().enumerate() {
        let right = match &operand.kind {
            ExprKind::Chain(inner, others) => chain(context, operand.span, inner, others, wanted)?,
            _ => bind(context, operand)?,
        };
        let both = first.span.to(operand.span);
        if let Some(set) = set_operator(*operator, &left, &right, wanted) {
            let next = rest.get(at_operand + 1).map(|(operator, _)| *operator);
            left = joined_set(context, (set, next), left, right, both)?;
            continue;
        }
        let is_null = right.kind() == Kind::Null && *operator == Operator::Is;
        if *operator == Operator::Is && !values.is_empty() {
            left = joined(context, span, left, &mut values);
        }
        let keeps = matches!(operator, Operator::Is | Operator::In | Operator::NotIn);
        if !keeps || is_null && matches!(left.node, Node::Constant(_)) {
            left = coerce(context, left, Kind::Value)?;
        }
        if matches!(operator, Operator::In | Operator::NotIn) {
            left = within(context, *operator, left, right, both)?;
            continue;
        }
        values.push((*operator, value_operand(context, *operator, right, both)?));
    }
    Ok(joined(context, span, left, &mut values))
}

/// What stands right of an operator between values.
fn value_operand(
    context: Context<'_>,
    operator: Operator,
    right: Expr,
    both: Span,
) -> Result<Expr, QueryError> {
    match operator {
        Operator::Is => Ok(right),
        Operator::Matches | Operator::NotMatches => Err(context.not_yet(both)),
        Operator::Range => Err(context
            .invalid("et interval skal gå mellem to medlemmer af samme niveau", both)
            .hint("skriv for eksempel [Tid].[Kvartal].[2020K1] : [Tid].[Kvartal].[2020K4]")),
        _ => coerce(context, right, Kind::Value),
    }
}

/// Two sets joined by an operator: of several that are added, the last addition leaves out repetitions.
fn joined_set(
    context: Context<'_>,
    (set, next): (&'static str, Option<Operator>),
    left: Expr,
    right: Expr,
    both: Span,
) -> Result<Expr, QueryError> {
    let (set, name) = set_of(context, set, left, right, both)?;
    if name != "Append" || next == Some(Operator::Plus) {
        return Ok(set);
    }
    let distinct = functions::of_name("Distinct")?;
    Ok(at(context, both, Node::Call(distinct, vec![set])))
}

/// The operators between values so far.
fn joined(
    context: Context<'_>,
    span: Span,
    left: Expr,
    values: &mut Vec<(Operator, Expr)>,
) -> Expr {
    match values.is_empty() {
        true => left,
        false => at(context, span, Node::Chain(Box::new(left), std::mem::take(values))),
    }
}

/// What an operator does with sets, if it is sets that are meant.
fn set_operator(
    operator: Operator,
    left: &Expr,
    right: &Expr,
    wanted: Kind,
) -> Option<&'static str> {
    let is_set = |expr: &Expr| expr.kind() == Kind::Set;
    let fits = |expr: &Expr| Kind::Set.fits(expr.kind());
    let any = is_set(left) || is_set(right) || wanted == Kind::Set;
    match operator {
        Operator::Range if fits(left) && fits(right) => Some("Range"),
        Operator::Times if any && fits(left) && fits(right) => Some("CrossJoin"),
        Operator::Minus if any && fits(left) && fits(right) => Some("Except"),
        Operator::Plus if any && fits(left) && fits(right) => Some("Append"),
        _ => None,
    }
}

fn set_of(
    context: Context<'_>,
    name: &'static str,
    left: Expr,
    right: Expr,
    span: Span,
) -> Result<(Expr, &'static str), QueryError> {
    let kind = if name == "Range" { Kind::Member } else { Kind::Set };
    let parts = vec![coerce(context, left, kind)?, coerce(context, right, kind)?];
    let node = match name {
        "Append" => Node::Braces(parts),
        _ => Node::Call(functions::of_name(name)?, parts),
    };
    Ok((at(context, span, node), name))
}

fn within(
    context: Context<'_>,
    operator: Operator,
    left: Expr,
    right: Expr,
    span: Span,
) -> Result<Expr, QueryError> {
    let parts = vec![coerce(context, right, Kind::Set)?, coerce(context, left, Kind::Tuple)?];
    let found = at(context, span, Node::Call(functions::of_name("In")?, parts));
    Ok(match operator {
        Operator::NotIn => at(context, span, Node::Prefix(Operator::Not, Box::new(found))),
        _ => found,
    })
}

fn prefix(
    context: Context<'_>,
    operator: Operator,
    operand: &parse::Expr,
    span: Span,
) -> Result<Expr, QueryError> {
    let of = bind(context, operand)?;
    if operator == Operator::Existing {
        let of = coerce(context, of, Kind::Set)?;
        return Ok(at(context, span, Node::Call(functions::of_name("Existing")?, vec![of])));
    }
    if operator == Operator::Minus && of.kind() == Kind::Set {
        return Ok(at(context, span, Node::Call(functions::of_name("Complement")?, vec![of])));
    }
    let of = coerce(context, of, Kind::Value)?;
    match operator {
        Operator::Minus | Operator::Plus | Operator::Not => {
            Ok(at(context, span, Node::Prefix(operator, Box::new(of))))
        }
        _ => Err(context.invalid("operatoren kan ikke stå foran et tal", span)),
    }
}

// Kinds.

/// An expression as something of a kind.
pub(super) fn coerce(context: Context<'_>, expr: Expr, kind: Kind) -> Result<Expr, QueryError> {
    let own = expr.kind();
    if own == kind || own == Kind::Null || kind == Kind::Any {
        return Ok(expr);
    }
    match (kind, own) {
        (Kind::Value | Kind::Set, Kind::Tuple) if chooses(&expr) => chosen(context, expr, kind),
        (Kind::Value, Kind::Member | Kind::Tuple) => {
            Ok(expr.like(Node::Cell(Some(Box::new(expr.clone())))))
        }
        (
            Kind::Value | Kind::Member | Kind::Tuple | Kind::Set,
            Kind::Hierarchy | Kind::Dimension,
        ) => {
            not_a_measure(context, &expr)?;
            let hierarchy = coerce(context, expr, Kind::Hierarchy)?;
            let current = functions::named("CurrentMember", functions::Form::Step).next();
            let Some(current) = current else { return Ok(hierarchy) };
            let current = hierarchy.like(Node::Call(current, vec![hierarchy.clone()]));
            coerce(context, current, kind)
        }
        (Kind::Set, Kind::Member | Kind::Tuple) => Ok(expr.like(Node::Braces(vec![expr.clone()]))),
        (Kind::Member, Kind::Tuple) | (Kind::Tuple, Kind::Member) => Ok(expr),
        (Kind::Hierarchy, Kind::Dimension) => hierarchy_of(context, expr),
        (Kind::Hierarchy, Kind::Member | Kind::Level) => Ok(expr),
        (Kind::Dimension, Kind::Hierarchy) => Ok(expr),
        _ => Err(mismatch(&expr, kind)),
    }
}

/// Refuses a bare name of a hierarchy, in the place of its current member, that a measure has too.
fn not_a_measure(context: Context<'_>, expr: &Expr) -> Result<(), QueryError> {
    let Node::Constant(Value::Hierarchy(own @ HierarchyRef::Of { .. })) = expr.node else {
        return Ok(());
    };
    let written = expr.text.get(expr.span.range()).unwrap_or_default();
    let name = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let name = name.unwrap_or(written).replace("]]", "]");
    let Some(measure) = resolve::measure_of_name(context, &name) else { return Ok(()) };
    let measure = names::unique_name(context.cube, HierarchyRef::Measures, measure);
    let hierarchy = format!("{}.CurrentMember", context.hierarchy_name(own));
    let error = QueryError::new(
        super::ErrorKind::Invalid,
        format!("'{name}' er navnet på både et mål og et hierarki"),
    );
    Err(expr.place(error.hint("skriv, hvilket af dem").candidates(vec![measure, hierarchy])))
}

/// Whether an expression is one of several tuples.
fn chooses(expr: &Expr) -> bool {
    match &expr.node {
        Node::Choose(..) => true,
        Node::Call(function, _) => function.name == "IIf",
        _ => false,
    }
}

/// A choice of something of a kind: each branch is that.
fn chosen(context: Context<'_>, expr: Expr, kind: Kind) -> Result<Expr, QueryError> {
    let (branches, last) = match &expr.node {
        Node::Choose(branches, last) => (branches.clone(), (**last).clone()),
        Node::Call(_, arguments) => match &arguments[..] {
            [condition, yes, no] => (vec![(condition.clone(), yes.clone())], no.clone()),
            _ => return Ok(expr),
        },
        _ => return Ok(expr),
    };
    let coerced = |(when, then)| Ok((when, coerce(context, then, kind)?));
    let branches = branches.into_iter().map(coerced).collect::<Result<_, QueryError>>()?;
    let last = coerce(context, last, kind)?;
    Ok(expr.like(Node::Choose(branches, Box::new(last))))
}

/// The hierarchy of a dimension that has one only.
fn hierarchy_of(context: Context<'_>, expr: Expr) -> Result<Expr, QueryError> {
    let hierarchy = match &expr.node {
        Node::Constant(Value::Dimension(None)) => HierarchyRef::Measures,
        Node::Constant(Value::Dimension(Some(dimension))) => {
            let shape = context.dimension(*dimension);
            let Some(hierarchy) = shape.own_hierarchy() else {
                let message = format!("dimensionen '{}' har flere hierarkier", shape.name);
                return Err(expr.place(
                    QueryError::new(super::ErrorKind::Invalid, message)
                        .hint("skriv også hierarkiet")
                        .candidates(hierarchy_names(context, *dimension)),
                ));
            };
            HierarchyRef::Of { dimension: *dimension, hierarchy }
        }
        _ => return Ok(expr),
    };
    Ok(expr.like(Node::Constant(Value::Hierarchy(hierarchy))))
}

fn mismatch(expr: &Expr, kind: Kind) -> QueryError {
    let (message, hint) = match (kind, expr.kind()) {
        (Kind::Set, Kind::Level) => (
            "et niveau er ikke en mængde".to_owned(),
            "skriv .Members efter niveauet for at få dets medlemmer",
        ),
        (Kind::Set, Kind::Value) if matches!(expr.node, Node::Constant(Value::Text(_))) => (
            "en tekst i anførselstegn er ikke en mængde".to_owned(),
            "navne skrives i [ ] og ikke i anførselstegn",
        ),
        (Kind::Set, Kind::Value) => (
            "et tal er ikke en mængde".to_owned(),
            "her skal stå en mængde; mængder kan forbindes med *, +, - og :",
        ),
        (Kind::Value, Kind::Set) => (
            "en mængde er ikke et tal".to_owned(),
            "skriv for eksempel Sum(mængde, [Measures].[et mål])",
        ),
        (Kind::Member | Kind::Tuple, _) => (
            "her skal stå et medlem eller et mål".to_owned(),
            "skriv for eksempel [Tid].[År].&[2020] eller [Measures].[navnet på et mål]",
        ),
        (_, own) => (
            format!("her skal stå {}, og ikke {}", kind.name(), own.name()),
            "se, hvad funktionen skal have, med terning functions",
        ),
    };
    expr.place(QueryError::new(super::ErrorKind::Invalid, message).hint(hint))
}
