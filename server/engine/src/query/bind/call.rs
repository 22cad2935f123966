//! Calls of functions: which entry of the catalogue is meant, and its arguments.

use super::context::Context;
use super::expr::{at, bind, bind_as, coerce};
use super::{QueryError, candidates};
use crate::query::evaluate::value::Value;
use crate::query::expr::{Expr, Node};
use crate::query::functions::{self, Form, Function, Kind, Takes};
use crate::query::parse::{self, ExprKind, Name, NameKind, Span, Step};

/// A function and its arguments.
pub(super) fn call(
    context: Context<'_>,
    name: Name,
    arguments: &[Option<parse::Expr>],
    span: Span,
) -> Result<Expr, QueryError> {
    let wanted = context.name(name);
    let entries: Vec<&'static Function> = functions::named(&wanted, Form::Call).collect();
    if let (true, Some((reason, hint))) = (entries.is_empty(), functions::refused(&wanted)) {
        let message = format!("{wanted} findes ikke her: {reason}");
        return Err(context.invalid(message, name.span).hint(hint));
    }
    if entries.is_empty() {
        let nearest = candidates::alike(&wanted, names_of(Form::Call).into_iter());
        let message = format!("funktionen '{wanted}' findes ikke");
        return Err(context
            .invalid(message, name.span)
            .hint("terning functions viser alle funktioner")
            .candidates(nearest));
    }
    let given = given(context, &entries, Vec::new(), arguments)?;
    choose(context, &entries, given, span)
}

/// The names of all functions of a form, each once.
pub(super) fn names_of(form: Form) -> Vec<&'static str> {
    let own = functions::ALL.iter().filter(|one| one.form == form);
    let mut names: Vec<&'static str> = own.map(|one| one.name).collect();
    names.dedup();
    names
}

/// What is taken of an expression; the span is that of both, for a set may be defined elsewhere.
pub(super) fn step(
    context: Context<'_>,
    of: Expr,
    step: &Step,
    span: Span,
) -> Result<Expr, QueryError> {
    let wanted = context.name(step.name);
    let entries: Vec<&'static Function> = functions::named(&wanted, Form::Step).collect();
    if let (true, Some((reason, hint))) = (entries.is_empty(), functions::refused(&wanted)) {
        let message = format!(".{wanted} findes ikke her: {reason}");
        return Err(context.invalid(message, step.name.span).hint(hint));
    }
    if entries.is_empty() || step.name.kind != NameKind::Bare {
        let nearest = candidates::alike(&wanted, names_of(Form::Step).into_iter());
        let message = format!("'.{wanted}' er ikke understøttet her");
        return Err(context
            .invalid(message, step.name.span)
            .hint("terning functions viser alle funktioner")
            .candidates(nearest));
    }
    let arguments = step.arguments.as_deref().unwrap_or_default();
    let given = given(context, &entries, vec![of], arguments)?;
    choose(context, &entries, given, span)
}

/// The arguments, bound as what some entry takes there.
fn given(
    context: Context<'_>,
    entries: &[&'static Function],
    mut given: Vec<Expr>,
    arguments: &[Option<parse::Expr>],
) -> Result<Vec<Expr>, QueryError> {
    for argument in arguments {
        let place = given.len();
        let Some(argument) = argument else {
            let span = given.last().map_or_else(Span::default, |last: &Expr| last.span);
            given.push(at(context, span, Node::Constant(Value::Omitted)));
            continue;
        };
        if let Some(word) = word(context, entries, place, argument) {
            given.push(at(context, argument.span, Node::Constant(Value::Text(word.into()))));
            continue;
        }
        let is_set = |one: &'static Function| {
            let sets = [Takes::Need(Kind::Set), Takes::May(Kind::Set), Takes::Many(Kind::Set)];
            takes(one, place).is_some_and(|takes| sets.contains(&takes))
        };
        given.push(match entries.iter().copied().all(is_set) && is_chain(argument) {
            true => bind_as(context, argument, Kind::Set).or_else(|_| bind(context, argument))?,
            false => bind(context, argument)?,
        });
    }
    Ok(given)
}

fn is_chain(expr: &parse::Expr) -> bool {
    matches!(expr.kind, ExprKind::Chain(..))
}

/// What a function takes at a place.
fn takes(function: &'static Function, place: usize) -> Option<Takes> {
    match (function.takes.get(place), function.takes.last()) {
        (Some(takes), _) => Some(*takes),
        (None, Some(Takes::Many(kind))) => Some(Takes::Many(*kind)),
        _ => None,
    }
}

/// The word that an argument is, where an entry takes words.
fn word(
    context: Context<'_>,
    entries: &[&'static Function],
    place: usize,
    argument: &parse::Expr,
) -> Option<&'static str> {
    let ExprKind::Path(names) = &argument.kind else { return None };
    let [only] = names[..] else { return None };
    let words = entries.iter().filter_map(|one| match takes(one, place) {
        Some(Takes::Word(words)) => Some(words),
        _ => None,
    });
    words.flatten().copied().find(|word| only.is_word(context.text, word))
}

/// The entry whose kinds are those of the arguments, or else the first whose kinds fit them, with the
/// arguments.
fn choose(
    context: Context<'_>,
    entries: &[&'static Function],
    given: Vec<Expr>,
    span: Span,
) -> Result<Expr, QueryError> {
    let exact = entries.iter().copied().find(|one| fits(one, &given) && is_exact(one, &given));
    let chosen = exact.or_else(|| entries.iter().copied().find(|one| fits(one, &given)));
    let function = chosen.unwrap_or_else(|| nearest(entries, &given));
    let arguments = arguments(context, function, given, span)?;
    let node = functions::best_of_ordered(function, &arguments);
    Ok(at(context, span, node.unwrap_or(Node::Call(function, arguments))))
}

/// The entry that an error is about where none fits: one that takes these arguments and misses some,
/// else one that takes so many.
fn nearest(entries: &[&'static Function], given: &[Expr]) -> &'static Function {
    let enough = |one: &&&Function| {
        one.takes.len() >= given.len() || matches!(one.takes.last(), Some(Takes::Many(_)))
    };
    let begins = |one: &&&'static Function| begins(one, given);
    let found = entries.iter().find(begins).or_else(|| entries.iter().find(enough));
    let found = found.or(entries.last());
    found.copied().unwrap_or_else(|| functions::ALL[0])
}

fn fits(function: &'static Function, given: &[Expr]) -> bool {
    let needed = function.takes.iter().rposition(|one| matches!(one, Takes::Need(_) | Takes::Each));
    needed.is_none_or(|last| last < given.len()) && begins(function, given)
}

/// Whether the kinds of arguments fit, as far as there are any.
fn begins(function: &'static Function, given: &[Expr]) -> bool {
    let is_word = |expr: &Expr| matches!(&expr.node, Node::Constant(Value::Text(_)));
    given.iter().enumerate().all(|(place, expr)| match takes(function, place) {
        None => false,
        Some(Takes::Word(words)) => match &expr.node {
            Node::Constant(Value::Text(text)) => words.contains(&&**text) && is_word(expr),
            Node::Constant(Value::Omitted) => true,
            _ => false,
        },
        Some(Takes::Need(kind) | Takes::May(kind) | Takes::Many(kind)) => kind.fits(expr.kind()),
        Some(Takes::Each | Takes::EachOrCell) => Kind::Value.fits(expr.kind()),
    })
}

/// Whether nothing has to stand in the place of something else: `[Tid].[År].Name` is the hierarchy's
/// name, and not that of its current member.
fn is_exact(function: &'static Function, given: &[Expr]) -> bool {
    given.iter().enumerate().all(|(place, expr)| match takes(function, place) {
        Some(Takes::Need(kind) | Takes::May(kind) | Takes::Many(kind)) => kind == expr.kind(),
        _ => true,
    })
}

fn arguments(
    context: Context<'_>,
    function: &'static Function,
    given: Vec<Expr>,
    span: Span,
) -> Result<Vec<Expr>, QueryError> {
    let mut arguments = Vec::with_capacity(given.len());
    for (place, expr) in given.into_iter().enumerate() {
        let Some(takes) = takes(function, place) else {
            let count = function.takes.len() - usize::from(function.form == Form::Step);
            let message = format!("{} har kun {count} argumenter", function.name);
            return Err(expr.place(QueryError::new(super::ErrorKind::Invalid, message)));
        };
        let is_left_out = matches!(expr.node, Node::Constant(Value::Omitted));
        arguments.push(match takes {
            Takes::Need(_) | Takes::Many(_) | Takes::Each if is_left_out => {
                return Err(missing(context, function, place, span));
            }
            Takes::EachOrCell if is_left_out => expr.like(Node::Cell(None)),
            Takes::Each | Takes::EachOrCell => coerce(context, expr, Kind::Value)?,
            Takes::Need(kind) | Takes::May(kind) | Takes::Many(kind) => {
                coerce(context, expr, kind)?
            }
            Takes::Word(words) => match &expr.node {
                Node::Constant(Value::Text(_) | Value::Omitted) => expr,
                _ => {
                    let message = format!("her skal stå et af ordene {}", words.join(", "));
                    return Err(expr.place(QueryError::new(super::ErrorKind::Invalid, message)));
                }
            },
        });
    }
    for (place, takes) in function.takes.iter().enumerate().skip(arguments.len()) {
        match takes {
            Takes::Need(_) | Takes::Each => {
                return Err(missing(context, function, place, span));
            }
            Takes::EachOrCell => arguments.push(at(context, span, Node::Cell(None))),
            _ => break,
        }
    }
    Ok(arguments)
}

fn missing(
    context: Context<'_>,
    function: &'static Function,
    place: usize,
    span: Span,
) -> QueryError {
    let number = place + usize::from(function.form == Form::Call);
    let message = format!("{} mangler argument {number}", function.name);
    let example = function.example;
    let hint = match function.takes.get(place) {
        Some(Takes::Need(kind) | Takes::Many(kind)) => {
            format!("argumentet skal være {}; for eksempel {example}", kind.name())
        }
        Some(Takes::Each | Takes::EachOrCell) => {
            format!("argumentet skal være en værdi ved hvert medlem; for eksempel {example}")
        }
        _ => format!("for eksempel {example}"),
    };
    context.invalid(message, span).hint(hint)
}
