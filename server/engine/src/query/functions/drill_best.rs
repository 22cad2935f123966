//! Opening the members of a set to the best of their children alone.

use std::sync::Arc;

use super::drill::{Drill, Named, WITH_CALCULATED, WORDS, column_and_depth, has_word};
use super::order::sorted;
use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::bound::Member;
use crate::query::error::QueryError;
use crate::query::evaluate::frame::Frame;
use crate::query::evaluate::set::{Set, Written};
use crate::query::evaluate::value::{Column, Value};
use crate::query::evaluate::{Evaluator, cell_error};
use crate::query::expr::{Expr, Node};

const SET: Takes = Takes::Need(Kind::Set);
const COUNT: Takes = Takes::Need(Kind::Value);
const VALUE: Takes = Takes::May(Kind::Value);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[SET, COUNT, Takes::May(Kind::Level), VALUE, WITH_CALCULATED],
        meaning: "Mængden med de n børn, der har de største værdier, efter hvert medlem på det \
                  nederste niveau i den, eller på et niveau, der nævnes.",
        example: "DrilldownLevelTop({[Tid].[Kalender].[2020]}, 1, , [Measures].DefaultMember)",
        ..Function::call("DrilldownLevelTop", Kind::Set, Rule::Framed(level_top))
    },
    Function {
        takes: &[SET, COUNT, Takes::May(Kind::Level), VALUE, WITH_CALCULATED],
        meaning: "Det samme med de n børn, der har de mindste værdier.",
        example: "DrilldownLevelBottom({[Tid].[Kalender].[2020]}, 1, , [Measures].DefaultMember)",
        ..Function::call("DrilldownLevelBottom", Kind::Set, Rule::Framed(level_bottom))
    },
    Function {
        takes: &[SET, SET, COUNT, VALUE, WORDS, WORDS],
        meaning: "Mængden med de n børn, der har de største værdier, efter hvert medlem, der er i \
                  den anden mængde; RECURSIVE ser også på børnene.",
        example: "DrilldownMemberTop([Tid].[Kalender].[År].Members, {[Tid].[Kalender].[2020]}, 1)",
        ..Function::call("DrilldownMemberTop", Kind::Set, Rule::Framed(member_top))
    },
    Function {
        takes: &[SET, SET, COUNT, VALUE, WORDS, WORDS],
        meaning: "Det samme med de n børn, der har de mindste værdier.",
        example: "DrilldownMemberBottom([Tid].[Kalender].[År].Members, \
                  {[Tid].[Kalender].[2020]}, 1)",
        ..Function::call("DrilldownMemberBottom", Kind::Set, Rule::Framed(member_bottom))
    },
];

/// Where the value stands among the arguments.
const VALUE_AT: usize = 3;

type Found = Result<Column, QueryError>;

fn level_top(evaluator: &Evaluator<'_>, frame: &Frame, arguments: &[Expr]) -> Found {
    each_row(evaluator, frame, arguments, ("DrilldownLevelTop", true))
}

fn level_bottom(evaluator: &Evaluator<'_>, frame: &Frame, arguments: &[Expr]) -> Found {
    each_row(evaluator, frame, arguments, ("DrilldownLevelBottom", false))
}

fn member_top(evaluator: &Evaluator<'_>, frame: &Frame, arguments: &[Expr]) -> Found {
    each_row(evaluator, frame, arguments, ("DrilldownMemberTop", true))
}

fn member_bottom(evaluator: &Evaluator<'_>, frame: &Frame, arguments: &[Expr]) -> Found {
    each_row(evaluator, frame, arguments, ("DrilldownMemberBottom", false))
}

/// The set of each row; the value is worked out at the children only.
fn each_row(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
    (name, largest): (&'static str, bool),
) -> Found {
    let function = super::of_name(name)?;
    let plain = arguments.iter().enumerate().map(|(at, argument)| match at == VALUE_AT {
        true => Ok(Column::Same(Value::Omitted)),
        false => evaluator.eval(argument, frame),
    });
    let plain: Vec<Column> = plain.collect::<Result<_, _>>()?;
    let is_there = |of: &&Expr| !matches!(of.node, Node::Constant(Value::Omitted));
    let by = arguments.get(VALUE_AT).filter(is_there);
    let one = |row: usize| {
        let given: Vec<Value> = plain.iter().map(|column| column.get(row)).collect();
        if let Some(error) = given.iter().find(|value| value.is_error()) {
            return Ok(error.clone());
        }
        let call = Call { scope: &evaluator.scope, function, given: &given, over: None };
        let frame = frame.select(&[row as u32]);
        cell_error(&arguments[0], opened(evaluator, &frame, &call, (by, largest)))
    };
    match by.is_none() && plain.iter().all(|column| matches!(column, Column::Same(_))) {
        true => Ok(Column::Same(one(0)?)),
        false => (0..frame.rows).map(one).collect(),
    }
}

/// The set with its tuples opened at one cell.
fn opened(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    call: &Call<'_>,
    (by, largest): (Option<&Expr>, bool),
) -> Outcome {
    let is_level = matches!(call.function.takes[1], Takes::Need(Kind::Value));
    let set = call.written(0)?;
    let other = if is_level { Arc::clone(&set) } else { call.written(1)? };
    if set.len() == 0 || other.len() == 0 {
        return Ok(Value::Set(call.set(0)?));
    }
    let named = Named::new(call, &set, &other)?;
    let (column, depth) = match is_level {
        true => column_and_depth(call, &set, 2, None)?,
        false => (named.column(), None),
    };
    let with_calculated = has_word(call, "INCLUDE_CALC_MEMBERS");
    let drill = Drill { scope: call.scope, set: &set, column, with_calculated };
    let at_depth = drill.at_depth(depth);
    let opens = |at: usize| match is_level {
        true => at_depth(at),
        false => named.has(set.tuple(at)) && !drill.is_open(at),
    };
    let parents = (0..set.len()).filter(|&at| opens(at));
    let parents: Vec<Vec<Member>> = parents.map(|at| set.tuple(at).to_vec()).collect();
    let count = call.count(if is_level { 1 } else { 2 }, 0)?;
    let recursive = has_word(call, "RECURSIVE").then_some(&named);
    let best = Best { evaluator, frame, drill: &drill, by, largest, count, recursive };
    let mut below = best.below(&parents)?.into_iter();
    let mut members = Vec::with_capacity(set.members.len());
    for at in 0..set.len() {
        members.extend(set.tuple(at));
        if opens(at) {
            members.extend(below.next().into_iter().flatten());
        }
    }
    Ok(Value::set(Set::of_tuples(set.columns.clone(), members)))
}

/// Which children tuples are opened to.
struct Best<'a> {
    evaluator: &'a Evaluator<'a>,
    frame: &'a Frame,
    drill: &'a Drill<'a>,
    by: Option<&'a Expr>,
    largest: bool,
    count: usize,
    /// The tuples that are opened in turn.
    recursive: Option<&'a Named>,
}

impl Best<'_> {
    /// What stands below each of some tuples, one tuple behind the other. As deep as a hierarchy has
    /// levels.
    fn below(&self, parents: &[Vec<Member>]) -> Result<Vec<Vec<Member>>, QueryError> {
        if parents.is_empty() {
            return Ok(Vec::new());
        }
        let all = parents.iter().map(|parent| self.drill.opened(parent));
        let all: Vec<Vec<Vec<Member>>> = all.collect::<Result<_, _>>()?;
        let chosen = self.chosen(all)?;
        let Some(named) = self.recursive else {
            return Ok(chosen.into_iter().map(|own| own.concat()).collect());
        };
        let opens = |tuple: &&Vec<Member>| named.has(tuple);
        let next: Vec<Vec<Member>> = chosen.iter().flatten().filter(opens).cloned().collect();
        let mut further = self.below(&next)?.into_iter();
        let with_further = |own: Vec<Vec<Member>>| {
            let mut found = Vec::new();
            for tuple in own {
                found.extend(&tuple);
                if opens(&&tuple) {
                    found.extend(further.next().into_iter().flatten());
                }
            }
            found
        };
        Ok(chosen.into_iter().map(with_further).collect())
    }

    /// The best tuples of each list, the best first; without a value the first ones or the last.
    fn chosen(&self, lists: Vec<Vec<Vec<Member>>>) -> Result<Vec<Vec<Vec<Member>>>, QueryError> {
        let Some(by) = self.by else {
            let some = |mut list: Vec<Vec<Member>>| match self.largest {
                true => {
                    list.truncate(self.count);
                    list
                }
                false => list.split_off(list.len().saturating_sub(self.count)),
            };
            return Ok(lists.into_iter().map(some).collect());
        };
        let members = lists.iter().flatten().flatten().copied().collect();
        let all = Arc::new(Written { columns: self.drill.set.columns.clone(), members });
        let child = self.evaluator.child(self.frame, &[Ok(all)], 0..1)?;
        let values = self.evaluator.eval(by, &child.frame)?;
        let mut start = 0;
        let best = |list: Vec<Vec<Member>>| {
            let own: Vec<Value> = (start..start + list.len()).map(|row| values.get(row)).collect();
            start += list.len();
            let places =
                sorted(self.evaluator.cancel, &own, self.largest)?.into_iter().take(self.count);
            Ok(places.map(|at| list[at].clone()).collect())
        };
        lists.into_iter().map(best).collect()
    }
}
