//! The functions of sets, one entry each in [`FUNCTIONS`].

use super::context::Context;
use super::sets::{self, Set};
use super::{QueryError, candidates, expr};
use crate::query::bound::{HierarchyRef, Member, Part};
use crate::query::names;
use crate::query::parse::{Expr, ExprKind, Name, Span};

/// A call being bound: the function's name, its arguments, and the whole of it.
struct Call<'a> {
    context: Context<'a>,
    name: Name,
    arguments: &'a [Option<Expr>],
    span: Span,
}

type Function = fn(&Call<'_>) -> Result<Set, QueryError>;

/// All functions.
const FUNCTIONS: [(&str, Function); 8] = [
    ("CrossJoin", cross_join),
    ("Distinct", |call| sets::distinct(call.context, &call.set(0)?, call.span)),
    ("Except", |call| call.sift(false)),
    ("Head", |call| call.cut(|count, all| 0..count.min(all))),
    ("Hierarchize", hierarchize),
    ("Intersect", |call| call.sift(true)),
    ("Tail", |call| call.cut(|count, all| all - count.min(all)..all)),
    ("Union", union),
];

/// The set that a function gives.
pub(super) fn call(
    context: Context<'_>,
    name: Name,
    arguments: &[Option<Expr>],
    span: Span,
) -> Result<Set, QueryError> {
    let wanted = context.name(name);
    match FUNCTIONS.iter().find(|(function, _)| function.eq_ignore_ascii_case(&wanted)) {
        Some((_, function)) => function(&Call { context, name, arguments, span }),
        None => {
            let names = FUNCTIONS.map(|(name, _)| name);
            let message = format!("funktionen '{wanted}' er ikke understøttet");
            Err(context
                .invalid(message, name.span)
                .hint(format!("funktionerne er {}", names.join(", ")))
                .candidates(candidates::alike(&wanted, names.into_iter())))
        }
    }
}

impl Call<'_> {
    /// The set of an argument.
    fn set(&self, position: usize) -> Result<Set, QueryError> {
        match self.arguments.get(position) {
            Some(Some(argument)) => expr::set(self.context, argument),
            _ => {
                let function = self.context.name(self.name);
                let message = format!("{function} mangler argument {}", position + 1);
                Err(self.context.invalid(message, self.span).hint("argumentet skal være en mængde"))
            }
        }
    }

    /// Whether an argument is a word.
    fn is_word(&self, position: usize, word: &str) -> bool {
        match self.arguments.get(position) {
            Some(Some(Expr { kind: ExprKind::Path(names), .. })) => {
                names.len() == 1 && self.context.name(names[0]).eq_ignore_ascii_case(word)
            }
            _ => false,
        }
    }

    /// The whole number of an argument, 1 where it is left out.
    fn count(&self, position: usize) -> Result<usize, QueryError> {
        match self.arguments.get(position) {
            None | Some(None) => Ok(1),
            Some(Some(Expr { kind: ExprKind::Number(number), .. }))
                if number.fract() == 0.0 && *number < 1e9 =>
            {
                Ok(*number as usize)
            }
            Some(Some(other)) => Err(self.context.invalid("her skal stå et helt tal", other.span)),
        }
    }

    /// The tuples of the first argument that occur, or do not occur, in the second.
    fn sift(&self, keep: bool) -> Result<Set, QueryError> {
        sets::sift(self.context, &self.set(0)?, &self.set(1)?, keep, self.span)
    }

    /// The tuples of the first argument whose positions are chosen by the second and their number.
    fn cut(
        &self,
        chosen: impl Fn(usize, usize) -> std::ops::Range<usize>,
    ) -> Result<Set, QueryError> {
        let (set, count) = (self.set(0)?, self.count(1)?);
        let tuples = sets::tuples(self.context, &set, self.span)?;
        let width = set.width();
        let range = chosen(count, tuples.len() / width.max(1));
        let tuples = tuples[range.start * width..range.end * width].to_vec();
        Ok(Set::of_tuples(set.columns().collect(), tuples))
    }
}

fn cross_join(call: &Call<'_>) -> Result<Set, QueryError> {
    if let Some(position) = call.arguments.iter().position(Option::is_none) {
        call.set(position)?;
    }
    expr::cross_all(call.context, call.arguments.iter().flatten(), call.span)
}

/// The tuples of all arguments, each once unless the last one is `ALL`.
fn union(call: &Call<'_>) -> Result<Set, QueryError> {
    let last = call.arguments.len().saturating_sub(1);
    let keeps_all = last > 0 && call.is_word(last, "ALL");
    let mut union = call.set(0)?;
    for position in 1..call.arguments.len() - usize::from(keeps_all) {
        sets::append(call.context, &mut union, call.set(position)?, call.span)?;
    }
    match keeps_all {
        true => Ok(union),
        false => sets::distinct(call.context, &union, call.span),
    }
}

/// The tuples in the order of their hierarchies; with `POST` each member behind those it contains.
fn hierarchize(call: &Call<'_>) -> Result<Set, QueryError> {
    let set = call.set(0)?;
    let post = call.is_word(1, "POST");
    let is_ordered = !post && set.factors.iter().all(|factor| is_ordered(&factor.parts));
    if is_ordered {
        return Ok(set);
    }
    let columns: Vec<HierarchyRef> = set.columns().collect();
    let tuples = sets::tuples(call.context, &set, call.span)?;
    let mut keyed: Vec<(Vec<u32>, &[Member])> = tuples
        .chunks_exact(columns.len())
        .map(|tuple| (order_key(call.context, &columns, tuple, post), tuple))
        .collect();
    keyed.sort_by(|left, right| left.0.cmp(&right.0));
    let tuples = keyed.into_iter().flat_map(|(_, tuple)| tuple).copied().collect();
    Ok(Set::of_tuples(columns, tuples))
}

/// Whether parts are a level, or the All member above it: ordered without looking further.
fn is_ordered(parts: &[Part]) -> bool {
    match parts {
        [Part::Level { .. }] => true,
        [Part::Tuples(tuples), Part::Level { .. }] => tuples[..] == [Member::All],
        _ => false,
    }
}

/// Where a tuple stands: for each member its lineage from the top, one more than each number, and a
/// last number that puts the member before those it contains, or behind them.
fn order_key(
    context: Context<'_>,
    columns: &[HierarchyRef],
    tuple: &[Member],
    post: bool,
) -> Vec<u32> {
    let mut key = Vec::with_capacity(tuple.len() * 4);
    for (column, member) in columns.iter().zip(tuple) {
        match (*column, *member) {
            (HierarchyRef::Of { dimension, hierarchy }, Member::Of { field, id }) => {
                let shape = context.dimension(dimension);
                let lineage = names::lineage(shape, hierarchy, field, id);
                key.extend(lineage.map(|(_, id)| id + 1));
            }
            (_, Member::Measure(measure)) => {
                key.extend([measure.group as u32 + 1, measure.measure as u32 + 1]);
            }
            (_, Member::Calculated(number)) => key.extend([u32::MAX, number as u32 + 1]),
            _ => {}
        }
        key.push(if post { u32::MAX } else { 0 });
    }
    key
}
