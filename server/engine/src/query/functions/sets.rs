//! Sets made of sets.

use std::sync::Arc;

use super::{Call, Function, Idle, Kind, Outcome, Rule, Takes};
use crate::query::bound::{HierarchyRef, Member, Part};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::evaluate::frame::Frame;
use crate::query::evaluate::scope::Scope;
use crate::query::evaluate::set::Set;
use crate::query::evaluate::value::{Column, Place, Value};
use crate::query::evaluate::{Evaluator, List};
use crate::query::expr::{Depends, Expr, Node};

const SET: Takes = Takes::Need(Kind::Set);
const ALL: Takes = Takes::Word(&["ALL"]);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[SET, Takes::Many(Kind::Set)],
        meaning: "Alle kombinationer af mængdernes tupler; den første varierer langsomst.",
        example: "CrossJoin([Tid].[År].[År].Members, [Measures].Members)",
        ..Function::call("CrossJoin", Kind::Set, Rule::Plain(cross_join))
    },
    Function {
        takes: &[SET],
        meaning: "Hver tupel én gang, dér hvor den først står.",
        example: "Distinct({[Tid].[År].[2019], [Tid].[År].[2019]})",
        ..Function::call("Distinct", Kind::Set, Rule::Plain(distinct))
    },
    Function {
        takes: &[SET, SET, ALL],
        meaning: "Den første mængdes tupler, der ikke er i den anden.",
        example: "Except([Tid].[År].[År].Members, {[Tid].[År].[2019]})",
        ..Function::call("Except", Kind::Set, Rule::Plain(|call| sift(call, false)))
    },
    Function {
        takes: &[SET, SET, ALL],
        meaning: "Den første mængdes tupler, der også er i den anden.",
        example: "Intersect([Tid].[År].[År].Members, {[Tid].[År].[2019]})",
        ..Function::call("Intersect", Kind::Set, Rule::Plain(|call| sift(call, true)))
    },
    Function {
        takes: &[SET, Takes::Many(Kind::Set)],
        meaning: "Mængderne bag hinanden, hver tupel én gang.",
        example: "Union({[Tid].[År].[2019]}, {[Tid].[År].[2020]})",
        ..Function::call("Union", Kind::Set, Rule::Plain(union))
    },
    Function {
        takes: &[SET, SET, Takes::Word(&["ALL"])],
        meaning: "Mængderne bag hinanden, også det, der står flere gange.",
        example: "Union({[Tid].[År].[2019]}, {[Tid].[År].[2019]}, ALL)",
        ..Function::call("Union", Kind::Set, Rule::Plain(append))
    },
    Function {
        takes: &[SET, Takes::May(Kind::Value)],
        meaning: "De første n tupler; den første, hvor n udelades.",
        example: "Head([Tid].[År].[År].Members, 1)",
        ..Function::call("Head", Kind::Set, Rule::Plain(head))
    },
    Function {
        takes: &[SET, Takes::May(Kind::Value)],
        meaning: "De sidste n tupler; den sidste, hvor n udelades.",
        example: "Tail([Tid].[År].[År].Members, 1)",
        ..Function::call("Tail", Kind::Set, Rule::Plain(tail))
    },
    Function {
        takes: &[Takes::Need(Kind::Member), Takes::Need(Kind::Member)],
        meaning: "Niveauets medlemmer fra det ene til det andet, begge med; skrives a : b.",
        example: "{[Tid].[År].[2019] : [Tid].[År].[2020]}",
        ..Function::call("Range", Kind::Set, Rule::Plain(range))
    },
    Function {
        takes: &[SET],
        meaning: "Niveauets medlemmer uden mængdens; skrives -{…}.",
        example: "-{[Tid].[År].[2019]}",
        ..Function::call("Complement", Kind::Set, Rule::Plain(complement))
    },
    Function {
        takes: &[SET],
        meaning: "De tupler, der findes i cellen.",
        example: "Existing([Tid].[Kvartal].[Kvartal].Members)",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("Existing", Kind::Set, Rule::Framed(existing))
    },
    Function {
        takes: &[SET, SET],
        meaning: "Den første mængdes tupler, der findes sammen med en af den andens.",
        example: "Exists([Tid].[Kvartal].[Kvartal].Members, {[Tid].[År].[2020]})",
        ..Function::call("Exists", Kind::Set, Rule::Plain(exists))
    },
    Function {
        takes: &[SET, Takes::Need(Kind::Tuple)],
        meaning: "Om en tupel er i mængden; skrives tupel IN mængde.",
        example: "[Tid].[År].[2019] IN {[Tid].[År].[2019]}",
        ..Function::call("In", Kind::Value, Rule::Plain(is_in))
    },
    Function {
        takes: &[SET, Takes::Each],
        idle: Idle::False,
        meaning: "De tupler, hvor betingelsen er opfyldt.",
        example: "Filter([Tid].[År].[År].Members, 1 = 1)",
        ..Function::call("Filter", Kind::Set, Rule::Plain(filter))
    },
    Function {
        takes: &[SET, SET, ALL],
        meaning: "Den anden mængde, regnet ud ved hver af den førstes tupler, det hele samlet.",
        example: "Generate([Tid].[År].[År].Members, {[Tid].[År].CurrentMember})",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("Generate", Kind::Set, Rule::Framed(generate))
    },
    Function {
        takes: &[SET, Takes::Need(Kind::Value), Takes::May(Kind::Value)],
        meaning: "En tekst, regnet ud ved hver af mængdens tupler, sat sammen med et skilletegn.",
        example: "Generate([Tid].[År].[År].Members, [Tid].[År].CurrentMember.Name, ', ')",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("Generate", Kind::Value, Rule::Framed(generate_text))
    },
    Function {
        takes: &[SET, Takes::May(Kind::Set)],
        meaning: "De tupler, der har en værdi ved en af den anden mængdes tupler.",
        example: "NonEmpty([Tid].[År].[År].Members, {[Measures].DefaultMember})",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("NonEmpty", Kind::Set, Rule::Framed(non_empty))
    },
];

fn cross_join(call: &Call<'_>) -> Outcome {
    let mut product = (*call.set(0)?).clone();
    for at in 1..call.given.len() {
        product = call.scope.cross(product, &*call.set(at)?)?;
    }
    Ok(Value::set(product))
}

fn distinct(call: &Call<'_>) -> Outcome {
    Ok(Value::set(call.scope.distinct(&*call.set(0)?)?))
}

fn sift(call: &Call<'_>, keep: bool) -> Outcome {
    let (set, other) = (call.set(0)?, call.set(1)?);
    let sifted = call.scope.sift(&set, &other, keep)?;
    match call.is_word(2, "ALL") {
        true => Ok(Value::set(sifted)),
        false => Ok(Value::set(call.scope.distinct(&sifted)?)),
    }
}

fn union(call: &Call<'_>) -> Outcome {
    let mut union = (*call.set(0)?).clone();
    for at in 1..call.given.len() {
        call.scope.append(&mut union, &*call.set(at)?)?;
    }
    Ok(Value::set(call.scope.distinct(&union)?))
}

fn append(call: &Call<'_>) -> Outcome {
    let mut union = (*call.set(0)?).clone();
    call.scope.append(&mut union, &*call.set(1)?)?;
    match call.is_word(2, "ALL") {
        true => Ok(Value::set(union)),
        false => Ok(Value::set(call.scope.distinct(&union)?)),
    }
}

fn head(call: &Call<'_>) -> Outcome {
    let first = call.scope.beginning(&*call.set(0)?, call.count(1, 1)?)?;
    Ok(Value::set(Set::of_tuples(first.columns, first.members)))
}

fn tail(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    Ok(Value::set(set.choose(set.len().saturating_sub(call.count(1, 1)?)..set.len())))
}

fn range(call: &Call<'_>) -> Outcome {
    let end = |at: usize| match call.member(at)? {
        None => Ok(None),
        Some((hierarchy, Member::Of { field, id })) => Ok(Some((hierarchy, field, id))),
        Some(_) => Err(no_range()),
    };
    let (from, to) = (end(0)?, end(1)?);
    let (hierarchy, field) = match (from, to) {
        (Some(from), Some(to)) if from.0 != to.0 || from.1 != to.1 => return Err(no_range()),
        (Some((hierarchy, field, _)), _) | (_, Some((hierarchy, field, _))) => (hierarchy, field),
        (None, None) => return Err(call.invalid("et interval skal have mindst en ende")),
    };
    let (from, to) = (from.map_or(0, |from| from.2), to.map_or(u32::MAX - 1, |to| to.2));
    let ids = from.min(to)..from.max(to) + 1;
    Ok(Value::set(Set::of_members(hierarchy, call.scope.level(hierarchy, field, ids)?)))
}

fn no_range() -> QueryError {
    let message = "et interval skal gå mellem to medlemmer af samme niveau";
    QueryError::new(ErrorKind::Invalid, message)
        .hint("skriv for eksempel [Tid].[Kvartal].[2020K1] : [Tid].[Kvartal].[2020K4]")
}

/// The level is that of the members as they are named, also of those that the question does not have:
/// a pivot table closes rows that a filter leaves out.
fn complement(call: &Call<'_>) -> Outcome {
    let set = call.set(0)?;
    let columns: Vec<HierarchyRef> = set.columns().collect();
    let level = match columns[..] {
        [hierarchy] => level_named(call.scope, hierarchy, &set).map(|field| (hierarchy, field)),
        _ => None,
    };
    let Some((hierarchy, field)) = level else {
        return Err(call
            .invalid("-{…} kræver medlemmer af ét hierarki med niveauer")
            .hint("skriv Except(mængde, mængde)"));
    };
    let level = call.scope.members_of_level(hierarchy, Some(field))?;
    Ok(Value::set(call.scope.sift(&level, &set, false)?))
}

/// The level of the first member below All that a set of one hierarchy names; the lowest one where there
/// is none.
fn level_named(scope: &Scope<'_>, hierarchy: HierarchyRef, set: &Set) -> Option<usize> {
    let mut parts = set.factors.iter().flat_map(|factor| &factor.parts);
    let first = parts.find_map(|part| match part {
        Part::Level { field } => Some(*field),
        Part::Tuples(all) => all.iter().find_map(|&one| scope.level_of((hierarchy, one))),
    });
    first.or(scope.levels(hierarchy).last().copied())
}

fn filter(call: &Call<'_>) -> Outcome {
    let (set, holds) = (call.written(0)?, call.list(1));
    let mut passing = Vec::new();
    for (at, value) in holds.iter().enumerate() {
        if value.truth()? {
            passing.push(at);
        }
    }
    Ok(Value::set(set.choose(passing)))
}

fn is_in(call: &Call<'_>) -> Outcome {
    let (set, Some(tuple)) = (call.listed(0)?, call.tuple(1)?) else {
        return Ok(Value::Truth(false));
    };
    let is_alike = set.written.columns.iter().eq(tuple.iter().map(|(own, _)| own));
    let members: Vec<Member> = tuple.iter().map(|(_, member)| *member).collect();
    Ok(Value::Truth(is_alike && set.position(&members, call.scope.cancel)?.is_some()))
}

fn exists(call: &Call<'_>) -> Outcome {
    let (set, others) = (call.written(0)?, call.written(1)?);
    let meets = call.scope.meeting(&set, &others)?;
    Ok(Value::set(set.choose((0..set.len()).filter(|&at| meets[at]))))
}

fn existing(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let there = evaluator.at_defaults(frame);
    match evaluator.eval(&arguments[0], frame)? {
        Column::Same(Value::Set(set)) => evaluator.existing(&set, &there),
        Column::Same(other) => Ok(Column::Same(other)),
        sets => {
            let one = |row: usize| match sets.get(row) {
                Value::Set(set) => {
                    Ok(evaluator.existing(&set, &there.select(&[row as u32]))?.get(0))
                }
                other => Ok(other),
            };
            (0..frame.rows).map(one).collect()
        }
    }
}

fn generate(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let keeps_all = matches!(arguments.get(2).map(Expr::kind), Some(Kind::Value));
    each(evaluator, frame, arguments, |found| {
        let mut union = Set::default();
        for value in found {
            match value {
                Value::Set(set) => evaluator.scope.append(&mut union, set)?,
                Value::Error(_) => return Ok(value.clone()),
                _ => {}
            }
        }
        match keeps_all {
            true => Ok(Value::set(union)),
            false => Ok(Value::set(evaluator.scope.distinct(&union)?)),
        }
    })
}

fn generate_text(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let between = match arguments.get(2) {
        Some(between) => evaluator.eval(between, frame)?.get(0).letters()?,
        None => "".into(),
    };
    each(evaluator, frame, arguments, |found| {
        evaluator.scope.joined(found.iter().map(Value::letters), &between)
    })
}

/// What the second argument gives at each tuple of the first, put together row by row.
fn each(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
    together: impl Fn(&[Value]) -> Outcome,
) -> Result<Column, QueryError> {
    let sets = evaluator.eval(&arguments[0], frame)?;
    let lists = evaluator.lists(&sets, frame.rows)?;
    let mut child = evaluator.child(frame, &lists, 0..frame.rows)?;
    child.name(&arguments[0], arguments, &lists);
    let values = evaluator.eval(&arguments[1], &child.frame)?;
    let mut start = 0;
    let mut rows = Vec::with_capacity(frame.rows);
    for list in &lists {
        evaluator.cancel.check()?;
        let count = match list {
            Ok(list) => list.len(),
            Err(value) => {
                rows.push(value.clone());
                continue;
            }
        };
        let own: Vec<Value> = (start..start + count).map(|row| values.get(row)).collect();
        start += count;
        rows.push(together(&own)?);
    }
    Ok(rows.into_iter().collect())
}

/// Tuples of a second set at which a large product is looked for at most.
const MOST_PLACES: usize = 100;

/// The tuples of the first set at each row; of a large product, those that can have a value.
fn with_values(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Vec<List>, QueryError> {
    let own = evaluator.eval(&arguments[0], frame)?;
    let cells = match arguments.get(1).filter(|other| other.kind() == Kind::Set) {
        None => vec![arguments[0].like(Node::Cell(None))],
        Some(other) => match evaluator.anywhere(|| evaluator.eval(other, frame))? {
            Column::Same(Value::Set(second)) if evaluator.scope.count(&second)? <= MOST_PLACES => {
                let second = evaluator.anywhere(|| evaluator.scope.written(&second))?;
                (0..second.len()).map(|at| cell_at(other, second.places(at))).collect()
            }
            _ => return evaluator.lists(&own, frame.rows),
        },
    };
    match evaluator.stored(&own, frame, &cells, |value| value.is_none())? {
        Some(few) => Ok(few.into_iter().map(|list| Ok(Arc::new(list))).collect()),
        None => evaluator.lists(&own, frame.rows),
    }
}

/// The value at a tuple.
fn cell_at(like: &Expr, tuple: Vec<Place>) -> Expr {
    let member = |(own, member)| like.like(Node::Constant(Value::Member(own, member)));
    let tuple = Node::Tuple(tuple.into_iter().map(member).collect());
    like.like(Node::Cell(Some(Box::new(like.like(tuple)))))
}

/// The tuples that have a value at some tuple of the second set, or at the cell.
fn non_empty(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let lists = with_values(evaluator, frame, arguments)?;
    let child = evaluator.child(frame, &lists, 0..frame.rows)?;
    let has_value = match arguments.get(1).filter(|other| other.kind() == Kind::Set) {
        None => {
            let values = evaluator.cell(&child.frame)?;
            let has_value = (0..child.frame.rows).map(|row| !values.get(row).is_empty());
            evaluator.cancel.collect(has_value)?
        }
        Some(other) => {
            let others = evaluator.anywhere(|| {
                let others = evaluator.eval(other, &child.frame)?;
                evaluator.lists(&others, child.frame.rows)
            })?;
            let inner = evaluator.child(&child.frame, &others, 0..child.frame.rows)?;
            let values = evaluator.cell(&inner.frame)?;
            let mut has_value = vec![false; child.frame.rows];
            evaluator.cancel.each(inner.parents.iter().enumerate(), |(row, &parent)| {
                has_value[parent as usize] |= !values.get(row).is_empty();
            })?;
            has_value
        }
    };
    let mut start = 0;
    let one = |list: &List| {
        evaluator.cancel.check()?;
        Ok(match list {
            Ok(list) => {
                let first = start;
                start += list.len();
                Value::set(list.choose((0..list.len()).filter(|at| has_value[first + at])))
            }
            Err(value) => value.clone(),
        })
    };
    lists.iter().map(one).collect()
}
