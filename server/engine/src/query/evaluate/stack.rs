//! Room for formulas that are deep.

use std::collections::BTreeMap;

use crate::query::bound::{Calculated, Member};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::expr::Expr;
use crate::query::functions::Kind;

/// Formulas up to this depth are worked out on the stack there is: a server's thread has 2 MB.
const SHALLOW: usize = 30;

/// The stack of deeper ones; only what is used of it takes memory. A thousand formulas that name
/// each other, with some ten parts each, take a fifth of it.
const STACK: usize = 512 << 20;

/// Works something out with the room that expressions and formulas need: formulas are worked out by
/// recursion, also into themselves.
pub(crate) fn on_a_stack<T: Send>(
    exprs: &[&Expr],
    calculated: &BTreeMap<usize, Calculated>,
    work: impl FnOnce() -> Result<T, QueryError> + Send,
) -> Result<T, QueryError> {
    if !is_deep(exprs, calculated) {
        return work();
    }
    let ended =
        || QueryError::new(ErrorKind::TooLarge, "der er ikke plads til at regne formlerne ud");
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.map_err(|_| ended())?.join().unwrap_or_else(|_| Err(ended()))
    })
}

/// Whether formulas are deep, or name calculated members that may name themselves.
fn is_deep(exprs: &[&Expr], calculated: &BTreeMap<usize, Calculated>) -> bool {
    let own = |expr: &Expr| expr.height();
    let formulas: usize = calculated.values().map(|one| 1 + own(&one.formula)).sum();
    let deepest = exprs.iter().map(|expr| own(expr)).max().unwrap_or(0);
    formulas + deepest > SHALLOW
        || calculated.iter().any(|(number, own)| may_name_itself(*number, own))
}

/// Whether a formula may come to itself in the end: it names a calculated member at another place,
/// or itself or a later one, or it goes through a set, which may hold calculated members.
fn may_name_itself(number: usize, own: &Calculated) -> bool {
    let mut found = has_a_set(&own.formula);
    own.formula.each_member(&mut |_, member, same_cell| {
        found |= matches!(member, Member::Calculated(other) if !same_cell || other >= number);
    });
    found
}

fn has_a_set(expr: &Expr) -> bool {
    expr.kind() == Kind::Set || expr.parts().into_iter().any(has_a_set)
}
