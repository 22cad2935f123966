//! Sets as one value.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::order::check;
use super::{Call, Function, Idle, Kind, Outcome, Rule, Takes};
use crate::query::bound::{HierarchyRef, Member};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::evaluate::Evaluator;
use crate::query::evaluate::cell::Assembly;
use crate::query::evaluate::frame::{At, Frame, Stand};
use crate::query::evaluate::keys::Keys;
use crate::query::evaluate::set::{Set, Written};
use crate::query::evaluate::value::{Column, Value};
use crate::query::expr::{Depends, Expr, Node};

const SET: Takes = Takes::Need(Kind::Set);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[SET, Takes::EachOrCell],
        idle: Idle::Empty,
        meaning: "Værdierne ved mængdens tupler, lagt sammen.",
        example: "Sum([Tid].[År].[År].Members, 1)",
        ..Function::call("Sum", Kind::Value, Rule::Plain(sum))
    },
    Function {
        takes: &[SET, Takes::May(Kind::Value)],
        meaning: "Talt på ny for mængdens tupler under ét, hvert mål på sin måde: en borger, der er \
                  ved to af dem, er én.",
        example: "Aggregate([Tid].[År].[År].Members)",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("Aggregate", Kind::Value, Rule::Framed(aggregate))
    },
    Function {
        takes: &[SET, Takes::Word(&["INCLUDEEMPTY"])],
        meaning: "Antallet af tupler, også dem uden værdi.",
        example: "Count([Tid].[År].[År].Members)",
        ..Function::call("Count", Kind::Value, Rule::Plain(count))
    },
    Function {
        takes: &[SET, Takes::Word(&["EXCLUDEEMPTY"])],
        meaning: "Antallet af tupler, hvor cellen ikke er tom.",
        example: "Count([Tid].[År].[År].Members, EXCLUDEEMPTY)",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("Count", Kind::Value, Rule::Framed(count_filled))
    },
    Function {
        takes: &[SET, Takes::EachOrCell],
        idle: Idle::Empty,
        meaning: "Antallet af forskellige tupler, hvor cellen ikke er tom.",
        example: "DistinctCount([Tid].[År].[År].Members)",
        ..Function::call("DistinctCount", Kind::Value, Rule::Plain(distinct_count))
    },
    Function {
        takes: &[SET],
        meaning: "Antallet af tupler, også dem uden værdi.",
        example: "[Tid].[År].[År].Members.Count",
        ..Function::step("Count", Kind::Value, Rule::Plain(count))
    },
    Function {
        takes: &[SET, Takes::EachOrCell],
        idle: Idle::Empty,
        meaning: "Gennemsnittet af de værdier, der ikke er tomme.",
        example: "Avg([Tid].[År].[År].Members, 1)",
        ..Function::call("Avg", Kind::Value, Rule::Plain(average))
    },
    Function {
        takes: &[SET, Takes::EachOrCell],
        idle: Idle::Empty,
        meaning: "Den mindste værdi.",
        example: "Min([Tid].[År].[År].Members, 1)",
        ..Function::call("Min", Kind::Value, Rule::Plain(|call| extreme(call, f64::min)))
    },
    Function {
        takes: &[SET, Takes::EachOrCell],
        idle: Idle::Empty,
        meaning: "Den største værdi.",
        example: "Max([Tid].[År].[År].Members, 1)",
        ..Function::call("Max", Kind::Value, Rule::Plain(|call| extreme(call, f64::max)))
    },
];

fn sum(call: &Call<'_>) -> Outcome {
    let numbers = call.numbers(1)?;
    Ok(numbers.into_iter().reduce(|sum, one| sum + one).map_or(Value::Empty, Value::of))
}

fn count(call: &Call<'_>) -> Outcome {
    Ok(Value::Number(call.scope.count(&*call.set(0)?)? as f64))
}

/// The tuples whose cell is not empty.
static FILLED: Function = Function {
    takes: &[SET, Takes::EachOrCell],
    idle: Idle::Empty,
    ..Function::call("Count", Kind::Value, Rule::Plain(filled))
};

fn filled(call: &Call<'_>) -> Outcome {
    check(call.list(1))?;
    Ok(Value::Number(call.list(1).iter().filter(|value| !value.is_empty()).count() as f64))
}

fn count_filled(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let set = &arguments[0];
    let both = vec![set.clone(), set.like(Node::Cell(None))];
    evaluator.eval(&set.like(Node::Call(&FILLED, both)), frame)
}

fn distinct_count(call: &Call<'_>) -> Outcome {
    check(call.list(1))?;
    let set = call.written(0)?;
    let filled = set.tuples().zip(call.list(1)).filter(|(_, value)| !value.is_empty());
    let different: HashSet<&[Member]> = filled.map(|(tuple, _)| tuple).collect();
    Ok(Value::Number(different.len() as f64))
}

fn average(call: &Call<'_>) -> Outcome {
    let numbers = call.numbers(1)?;
    let count = numbers.len() as f64;
    let sum = numbers.into_iter().reduce(|sum, one| sum + one);
    Ok(sum.map_or(Value::Empty, |sum| Value::of(sum / count)))
}

fn extreme(call: &Call<'_>, of: fn(f64, f64) -> f64) -> Outcome {
    Ok(call.numbers(1)?.into_iter().reduce(of).map_or(Value::Empty, Value::of))
}

/// What is counted over sets as one: the cells stand at the set, and are worked out there.
fn aggregate(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let of = arguments.get(1);
    let eval = |frame: &Frame| match of {
        Some(of) => evaluator.eval(of, frame),
        None => evaluator.cell(frame),
    };
    if let Some((set, conditions)) = of_the_cell(&arguments[0], false)
        && let Column::Same(Value::Set(set)) = evaluator.eval(set, frame)?
        && evaluator.lies_within(&set, frame)
    {
        return aggregate_of_the_cell(evaluator, frame, &set, &conditions, &eval);
    }
    let sets = evaluator.eval(&arguments[0], frame)?;
    let mut groups: Vec<(Value, Vec<u32>)> = Vec::new();
    if let Column::Same(value) = sets {
        return over(evaluator, frame, &value, &eval);
    }
    for row in 0..frame.rows {
        let own = sets.get(row);
        match groups.iter_mut().find(|(one, _)| *one == own) {
            Some((_, rows)) => rows.push(row as u32),
            None => groups.push((own, vec![row as u32])),
        }
        check_groups(groups.len(), evaluator)?;
    }
    let mut all = Assembly::new(frame.rows);
    for (set, rows) in groups {
        all.put(&rows, &over(evaluator, &frame.select(&rows), &set, &eval)?);
    }
    Ok(all.finish())
}

fn over(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    set: &Value,
    eval: &impl Fn(&Frame) -> Result<Column, QueryError>,
) -> Result<Column, QueryError> {
    let Value::Set(set) = set else { return Ok(Column::Same(set.clone())) };
    if set.factors.is_empty() {
        return Ok(Column::Same(Value::Empty));
    }
    let mut moved = frame.clone();
    for factor in &set.factors {
        let alone = Arc::new(Set { factors: vec![factor.clone()] });
        let written = evaluator.scope.written(&alone)?;
        if written.len() == 0 {
            return Ok(Column::Same(Value::Empty));
        }
        match written.members[..] {
            [only] => moved.put(factor.columns[0], Stand::Same(At::One(only))),
            _ if factor.columns.contains(&HierarchyRef::Measures) => {
                let message = "flere mål kan ikke tælles under ét";
                return Err(QueryError::new(ErrorKind::Invalid, message)
                    .hint("skriv målet som det andet argument i Aggregate"));
            }
            _ => {
                let number = evaluator.together(&alone);
                for &column in &factor.columns {
                    moved.put(column, Stand::Same(At::Together(number)));
                }
            }
        }
    }
    eval(&moved)
}

// Sets of the cell: what exists in it, and perhaps what holds there.

/// The set and the conditions of `Existing(Filter(Filter(set, …), …))`, wherever `Existing` stands,
/// innermost first.
fn of_the_cell(expr: &Expr, is_existing: bool) -> Option<(&Expr, Vec<&Expr>)> {
    match &expr.node {
        Node::Call(function, arguments) if function.name == "Existing" => {
            of_the_cell(&arguments[0], true)
        }
        Node::Call(function, arguments) if function.name == "Filter" => {
            let (set, mut conditions) = of_the_cell(&arguments[0], is_existing)?;
            conditions.push(&arguments[1]);
            Some((set, conditions))
        }
        _ => is_existing.then(|| (expr, Vec::new())),
    }
}

/// A measure over what exists in each cell of a set and lies in it: the cell counted within the set. Cells whose
/// sets do not contradict each other are counted within one set, since of a tuple that does not
/// exist in a cell it makes no difference.
fn aggregate_of_the_cell(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    set: &Arc<Set>,
    conditions: &[&Expr],
    eval: &impl Fn(&Frame) -> Result<Column, QueryError>,
) -> Result<Column, QueryError> {
    if set.factors.is_empty() {
        return Ok(Column::Same(Value::Empty));
    }
    if conditions.is_empty() {
        let number = evaluator.together(set);
        let mut within = frame.clone();
        within.within.push(Stand::Same(At::Together(number)));
        return eval(&within);
    }
    let there = evaluator.at_defaults(frame);
    let (written, tuples_of_class, of_row) = evaluator.existing_tuples(set, &there)?;
    let existing = (&*written, &tuples_of_class[..], &of_row[..]);
    let passes = passing(evaluator, frame, existing, conditions)?;
    let (groups, group_of_row) = groups_of(evaluator, existing, &passes)?;
    if groups.len().saturating_mul(frame.rows) > evaluator.limits.cells.max(frame.rows) {
        return Err(too_many_groups(groups.len()));
    }
    let mut all = Assembly::new(frame.rows);
    for (number, (with, _)) in groups.iter().enumerate() {
        let rows = (0..frame.rows as u32).filter(|&row| group_of_row[row as usize] == Some(number));
        let rows: Vec<u32> = rows.collect();
        let mut within = frame.select(&rows);
        let is_whole = written.len() > 0 && *with == Keys::all(written.len());
        let number = match is_whole {
            true => evaluator.together(set),
            false => {
                let own = (0..written.len()).filter(|&tuple| with.has(tuple));
                evaluator.together(&Arc::new(written.choose(own)))
            }
        };
        within.within.push(Stand::Same(At::Together(number)));
        all.put(&rows, &eval(&within)?);
    }
    Ok(all.finish())
}

/// A set written out, the tuples of it that exist in each class of cells, and the class of each cell.
type Existing<'a> = (&'a Written, &'a [Vec<usize>], &'a [u32]);

/// Whether all conditions hold at the tuples that exist in each cell, cell after cell.
fn passing(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    (written, tuples_of_class, of_row): Existing<'_>,
    conditions: &[&Expr],
) -> Result<Vec<bool>, QueryError> {
    let lists = tuples_of_class.iter().map(|tuples| {
        Ok(Arc::new(evaluator.scope.written(&written.choose(tuples.iter().copied()))?))
    });
    let lists: Vec<Arc<Written>> = lists.collect::<Result<_, QueryError>>()?;
    let of_frame: Vec<_> =
        of_row.iter().map(|&class| Ok(Arc::clone(&lists[class as usize]))).collect();
    let child = evaluator.child(frame, &of_frame, 0..frame.rows)?;
    let mut passes = vec![true; child.frame.rows];
    for condition in conditions {
        let holds = evaluator.eval(condition, &child.frame)?;
        for (row, passes) in passes.iter_mut().enumerate() {
            *passes &= holds.get(row).truth()?;
        }
    }
    Ok(passes)
}

/// Groups of cells that are counted within one set, as [`Groups`] has them, and the group of each cell.
type Grouped = (Vec<(Keys, Keys)>, Vec<Option<usize>>);

fn groups_of(
    evaluator: &Evaluator<'_>,
    (written, tuples_of_class, of_row): Existing<'_>,
    passes: &[bool],
) -> Result<Grouped, QueryError> {
    let mut groups = Groups::new(written.len());
    let mut group_of_row = Vec::with_capacity(of_row.len());
    let mut start = 0;
    for &class in of_row {
        let tuples = &tuples_of_class[class as usize];
        let (mut with, mut without) = (Keys::none(written.len()), Keys::none(written.len()));
        for (at, &tuple) in tuples.iter().enumerate() {
            if passes[start + at] { with.put(tuple) } else { without.put(tuple) }
        }
        start += tuples.len();
        group_of_row.push(groups.of(with, without));
        check_groups(groups.groups.len(), evaluator)?;
    }
    Ok((groups.groups, group_of_row))
}

/// Sets of tuples that cells have in common: those that some cell needs, and those that some cell
/// must not have.
struct Groups {
    groups: Vec<(Keys, Keys)>,
    known: HashMap<(Keys, Keys), usize>,
}

impl Groups {
    fn new(size: usize) -> Groups {
        let mut all = Keys::none(size);
        (0..size).for_each(|tuple| all.put(tuple));
        Groups { groups: vec![(all, Keys::none(size))], known: HashMap::new() }
    }

    /// The group of a cell; none where no tuple passes.
    fn of(&mut self, with: Keys, without: Keys) -> Option<usize> {
        if with.is_empty() {
            return None;
        }
        let own = (with, without);
        if let Some(known) = self.known.get(&own) {
            return Some(*known);
        }
        let fits = |group: &(Keys, Keys)| !own.0.meets(&group.1) && !own.1.meets(&group.0);
        let found = self.groups.iter().position(fits).unwrap_or_else(|| {
            self.groups.push(own.clone());
            self.groups.len() - 1
        });
        let group = &mut self.groups[found];
        group.0.add(&own.0);
        group.1.add(&own.1);
        self.known.insert(own, found);
        Some(found)
    }
}

fn check_groups(groups: usize, evaluator: &Evaluator<'_>) -> Result<(), QueryError> {
    match groups > evaluator.limits.grids + 1 {
        true => Err(too_many_groups(evaluator.limits.grids)),
        false => Ok(()),
    }
}

/// Each group is counted for all its cells.
fn too_many_groups(most: usize) -> QueryError {
    let message = format!("mængden i Aggregate er forskellig i over {most} af cellerne");
    QueryError::new(ErrorKind::TooLarge, message)
        .hint("spørg om færre felter ad gangen, eller brug Sum i stedet for Aggregate")
}
