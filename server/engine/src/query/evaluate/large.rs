//! Functions over large products: only the tuples are written out at which something is stored,
//! where these are enough to tell what all of them would give.

use hashbrown::HashSet;

use super::Evaluator;
use super::frame::Frame;
use super::over::List;
use super::positions::{filled, has_calculated, stored};
use super::set::{Set, Written};
use super::value::{Column, Value};
use crate::query::bound::{Factor, HierarchyRef, Member, Part};
use crate::query::error::QueryError;
use crate::query::expr::Expr;
use crate::query::expr::Node;
use crate::query::functions::{Function, Idle, Kind, Rule, Takes};

/// Cells at which the tuples of a large product are looked for at most: at each it is a question.
const MOST_CELLS: usize = 256;

/// The tuples of a large product that a function needs, at each of some cells.
pub(super) struct Few {
    pub lists: Vec<List>,
    /// A tuple with nothing, of each list: if it is in what the function gives, all are needed.
    pub doubts: Vec<Option<Vec<Member>>>,
}

impl Evaluator<'_> {
    /// The tuples of a large product outside which values are nothing, in the order of the product,
    /// at each cell of a frame; `None` where that is not known, or the set is written out as it is.
    ///
    /// # Errors
    /// A limit was reached, or the question was cancelled.
    pub(crate) fn stored(
        &self,
        sets: &Column,
        frame: &Frame,
        values: &[Expr],
        is_nothing: fn(Option<f64>) -> bool,
    ) -> Result<Option<Vec<Written>>, QueryError> {
        let Column::Same(Value::Set(set)) = sets else { return Ok(None) };
        if frame.rows > MOST_CELLS || !self.is_large(set) {
            return Ok(None);
        }
        let at = |row: u32| stored(self, set, &frame.select(&[row]), (values, is_nothing));
        (0..frame.rows as u32).map(at).collect()
    }

    /// What a function over a large product needs of it, at each cell of a frame; `None` where that
    /// is all.
    pub(super) fn few(
        &self,
        function: &Function,
        arguments: &[Expr],
        frame: &Frame,
        (sets, plain): (&Column, &[Column]),
    ) -> Result<Option<Few>, QueryError> {
        let is_nothing: fn(Option<f64>) -> bool = match function.idle {
            Idle::Never => return Ok(None),
            Idle::False => |value| value.is_none_or(|number| number == 0.0),
            Idle::Empty | Idle::First | Idle::Unreached => |value| value.is_none(),
        };
        let set = &arguments[function.set_at()];
        if set.set_name().is_some_and(|of| arguments.iter().any(|one| one.asks_current(of))) {
            return Ok(None);
        }
        let each = arguments.iter().zip(function.takes).filter(|(_, takes)| takes.is_each());
        let each: Vec<Expr> = each.map(|(argument, _)| argument.clone()).collect();
        let Some(few) = self.stored(sets, frame, &each, is_nothing)? else { return Ok(None) };
        let wanted = match function.idle {
            Idle::First => most(&plain[1], frame.rows),
            Idle::Unreached => 1,
            _ => 0,
        };
        let Column::Same(Value::Set(set)) = sets else { return Ok(None) };
        let (mut lists, mut doubts) = (Vec::new(), Vec::new());
        for own in few {
            let (list, added) = self.with_first(set, own, wanted)?;
            let doubt = added.filter(|_| function.idle == Idle::Unreached);
            self.go_through(list.len(), 0)?;
            lists.push(Ok(list.into()));
            doubts.push(doubt);
        }
        Ok(Some(Few { lists, doubts }))
    }

    /// Some tuples of a product, and the first `wanted` others of it, in its order; and the first
    /// of these others.
    fn with_first(
        &self,
        set: &Set,
        few: Written,
        wanted: usize,
    ) -> Result<(Written, Option<Vec<Member>>), QueryError> {
        if wanted == 0 {
            return Ok((few, None));
        }
        let own: HashSet<&[Member]> = few.tuples().collect();
        let mut all = self.scope.beginning(set, wanted.saturating_add(few.len()))?;
        let other = all.tuples().find(|tuple| !own.contains(tuple)).map(<[Member]>::to_vec);
        let rest: Vec<Member> = {
            let begun: HashSet<&[Member]> = all.tuples().collect();
            few.tuples().filter(|tuple| !begun.contains(tuple)).flatten().copied().collect()
        };
        all.members.extend(rest);
        Ok((all, other))
    }

    /// Whether a set is a product that is not written out if that can be avoided.
    fn is_large(&self, set: &Set) -> bool {
        let of_part = |factor: &Factor, part: &Part| match (part, factor.columns[0]) {
            (Part::Tuples(members), _) => members.len() / factor.columns.len(),
            (Part::Level { field }, HierarchyRef::Of { dimension, .. }) => {
                self.scope.view.member_count(dimension, *field)
            }
            (Part::Level { .. }, HierarchyRef::Measures) => 1,
        };
        let of = |factor: &Factor| factor.parts.iter().map(|part| of_part(factor, part)).sum();
        let size = set.factors.iter().map(of).fold(1, usize::saturating_mul);
        set.factors.len() > 1
            && !set.factors.iter().any(has_calculated)
            && size >= self.limits.large_product
            && set.columns().all(|own| own != HierarchyRef::Measures)
            && set.factors.iter().all(has_each_once)
    }
}

/// Of a large product, the tuples that can be positions of an axis that leaves out what is empty.
static FILLED: Function = Function {
    takes: &[Takes::Need(Kind::Set)],
    ..Function::call("NonEmpty", Kind::Set, Rule::Framed(filled_of))
};

/// The same of a product that stands in blocks; of another, all of it.
static FILLED_IN_BLOCKS: Function = Function {
    takes: &[Takes::Need(Kind::Set)],
    ..Function::call("NonEmpty", Kind::Set, Rule::Framed(filled_in_blocks_of))
};

fn filled_of(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let own = evaluator.eval(&arguments[0], frame)?;
    filled_if(evaluator, own, |_| Ok(true))
}

fn filled_in_blocks_of(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let own = evaluator.eval(&arguments[0], frame)?;
    filled_if(evaluator, own, |set| {
        for factor in &set.factors {
            if !evaluator.is_in_blocks(factor)? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

fn filled_if(
    evaluator: &Evaluator<'_>,
    own: Column,
    may: impl Fn(&Set) -> Result<bool, QueryError>,
) -> Result<Column, QueryError> {
    let Column::Same(Value::Set(set)) = &own else { return Ok(own) };
    if !evaluator.is_large(set) || !may(set)? {
        return Ok(own);
    }
    let few = filled(evaluator, set)?;
    let few = few.map(|few| Value::set(Set::of_tuples(few.columns, few.members)));
    Ok(few.map_or(own, Column::Same))
}

/// The set of an axis that leaves out what is empty, its large products being without what it would
/// leave out: a condition or an order of the others is the same.
pub(crate) fn of_filled(expr: &Expr) -> Expr {
    filled_by(expr, &FILLED)
}

fn filled_by(expr: &Expr, filled: &'static Function) -> Expr {
    match &expr.node {
        Node::Call(function, arguments) if passes_on(function, arguments) => {
            let in_blocks = std::ptr::eq(filled, &FILLED_IN_BLOCKS);
            if in_blocks && matches!(function.name, "Order" | "Hierarchize") {
                return expr.clone();
            }
            let filled = if function.above { &FILLED_IN_BLOCKS } else { filled };
            let mut arguments = arguments.clone();
            arguments[0] = filled_by(&arguments[0], filled);
            expr.like(Node::Call(function, arguments))
        }
        _ => expr.like(Node::Call(filled, vec![expr.clone()])),
    }
}

/// Whether a function gives some tuples of its set, each for itself, or all of them in an order. One
/// that orders siblings has what comes first come first where their values are equal; whatever is
/// left out, that is the same if the product stands in blocks.
fn passes_on(function: &Function, arguments: &[Expr]) -> bool {
    let is_named = || arguments.first().is_some_and(|set| set.set_name().is_some());
    match function.name {
        "Order" | "Filter" | "NonEmpty" => !is_named(),
        "Hierarchize" | "Distinct" => true,
        _ => false,
    }
}

impl Evaluator<'_> {
    /// Whether what stands below a member stands together, whichever member that is, the member itself
    /// included.
    fn is_in_blocks(&self, factor: &Factor) -> Result<bool, QueryError> {
        let [hierarchy] = factor.columns[..] else { return Ok(false) };
        let members = self.scope.written(&Set { factors: vec![factor.clone()] })?.members;
        let above = |member: Member| {
            let own = Some((hierarchy, member));
            std::iter::successors(own, |&one| self.scope.parent(one)).map(|(_, member)| member)
        };
        let mut seen: HashSet<Member> = HashSet::new();
        let (mut before, mut is_in_blocks): (Vec<Member>, bool) = (Vec::new(), true);
        self.cancel.each(members, |member| {
            let line: Vec<Member> = above(member).collect();
            is_in_blocks &= line.iter().all(|one| before.contains(one) || !seen.contains(one));
            seen.extend(&line);
            before = line;
        })?;
        Ok(is_in_blocks)
    }
}

/// Whether no tuple of a factor is there twice.
fn has_each_once(factor: &Factor) -> bool {
    match &factor.parts[..] {
        [Part::Level { .. }] => true,
        [Part::Tuples(tuples)] => {
            let mut seen: HashSet<&[Member]> = HashSet::new();
            tuples.chunks_exact(factor.columns.len()).all(|tuple| seen.insert(tuple))
        }
        [Part::Tuples(tuples), Part::Level { .. }] => tuples[..] == [Member::All],
        _ => false,
    }
}

/// The largest number of a column, as a count.
fn most(counts: &Column, rows: usize) -> usize {
    let counts = (0..rows).filter_map(|row| counts.get(row).number().ok().flatten());
    counts.fold(0.0, f64::max) as usize
}

/// Whether a function gives a tuple that it must not, if it was not given all.
pub(super) fn gives(found: &Value, doubt: Option<&Vec<Member>>) -> bool {
    let (Value::Set(set), Some(doubt)) = (found, doubt) else { return false };
    set.factors.iter().any(|factor| {
        factor.parts.iter().any(|part| match part {
            Part::Tuples(members) => {
                members.chunks_exact(doubt.len()).any(|tuple| tuple == &doubt[..])
            }
            Part::Level { .. } => false,
        })
    })
}
