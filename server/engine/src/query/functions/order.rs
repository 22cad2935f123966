//! Sets in another order, and the best of them.

use std::cmp::Ordering;
use std::sync::Arc;

use hashbrown::HashMap;

use super::{Call, Function, Idle, Kind, Outcome, Rule, Takes};
use crate::cube::dimension::same;
use crate::cube::sort::danish;
use crate::query::Cancel;
use crate::query::bound::{Factor, Member, Part};
use crate::query::error::QueryError;
use crate::query::evaluate::frame::Frame;
use crate::query::evaluate::scope::Scope;
use crate::query::evaluate::set::{Set, Written};
use crate::query::evaluate::value::{Column, Value};
use crate::query::evaluate::{Evaluator, cell_error, places};
use crate::query::expr::{Expr, Node};

const SET: Takes = Takes::Need(Kind::Set);
const COUNT: Takes = Takes::Need(Kind::Value);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[SET, Takes::Word(&["POST"])],
        meaning: "Mængden i hierarkiernes orden; med POST hvert medlem efter dem, det indeholder.",
        example: "Hierarchize({[Tid].[Kalender].[2020].[2020K1], [Tid].[Kalender].[2020]})",
        ..Function::call("Hierarchize", Kind::Set, Rule::Plain(hierarchize))
    },
    Function {
        takes: &[SET, Takes::Each, Takes::Word(&["ASC", "DESC"])],
        above: true,
        meaning: "Mængden ordnet efter en værdi, søskende for sig: hvert medlem under sit \
                  overordnede, og i tupler først det første hierarkis medlemmer. ASC (som også \
                  gælder uden ord) stiger, DESC falder.",
        example: "Order([Tid].[Kalender].Members, [Measures].DefaultMember, DESC)",
        ..Function::call("Order", Kind::Set, Rule::Plain(order_below))
    },
    Function {
        takes: &[SET, Takes::Each, Takes::Word(&["BASC", "BDESC"])],
        meaning: "Mængden ordnet efter en værdi på tværs af hierarkiet: BASC stiger, BDESC falder. \
                  Ens værdier bliver stående i den orden, de kom.",
        example: "Order([Tid].[År].[År].Members, [Tid].[År].CurrentMember.Name, BDESC)",
        ..Function::call("Order", Kind::Set, Rule::Plain(order_across))
    },
    Function {
        takes: &[SET],
        meaning: "Mængden, uden at rækkefølgen betyder noget; den bliver stående, som den er.",
        example: "UnOrder([Tid].[År].[År].Members)",
        ..Function::call("UnOrder", Kind::Set, Rule::Plain(|call| Ok(Value::Set(call.set(0)?))))
    },
    Function {
        takes: &[SET, COUNT],
        meaning: "De første n tupler.",
        example: "TopCount([Tid].[År].[År].Members, 1)",
        ..Function::call("TopCount", Kind::Set, Rule::Plain(first))
    },
    Function {
        takes: &[SET, COUNT, Takes::Each],
        idle: Idle::First,
        meaning: "De n tupler med de største værdier, den største først.",
        example: "TopCount([Tid].[År].[År].Members, 1, [Measures].DefaultMember)",
        ..Function::call("TopCount", Kind::Set, Rule::Plain(|call| best(call, true)))
    },
    Function {
        takes: &[SET, COUNT],
        meaning: "De sidste n tupler.",
        example: "BottomCount([Tid].[År].[År].Members, 1)",
        ..Function::call("BottomCount", Kind::Set, Rule::Plain(last))
    },
    Function {
        takes: &[SET, COUNT, Takes::Each],
        idle: Idle::First,
        meaning: "De n tupler med de mindste værdier, den mindste først.",
        example: "BottomCount([Tid].[År].[År].Members, 1, [Measures].DefaultMember)",
        ..Function::call("BottomCount", Kind::Set, Rule::Plain(|call| best(call, false)))
    },
    Function {
        takes: &[SET, COUNT, Takes::Each],
        idle: Idle::Unreached,
        meaning: "De tupler med de største værdier, der skal til for at nå summen.",
        example: "TopSum([Tid].[År].[År].Members, 10, [Measures].DefaultMember)",
        ..Function::call("TopSum", Kind::Set, Rule::Plain(|call| reaching(call, true, false)))
    },
    Function {
        takes: &[SET, COUNT, Takes::Each],
        idle: Idle::Unreached,
        meaning: "De tupler med de mindste værdier, der skal til for at nå summen.",
        example: "BottomSum([Tid].[År].[År].Members, 10, [Measures].DefaultMember)",
        ..Function::call("BottomSum", Kind::Set, Rule::Plain(|call| reaching(call, false, false)))
    },
    Function {
        takes: &[SET, COUNT, Takes::Each],
        idle: Idle::Unreached,
        meaning: "De tupler med de største værdier, der tilsammen er så mange procent af det hele.",
        example: "TopPercent([Tid].[År].[År].Members, 50, [Measures].DefaultMember)",
        ..Function::call("TopPercent", Kind::Set, Rule::Plain(|call| reaching(call, true, true)))
    },
    Function {
        takes: &[SET, COUNT, Takes::Each],
        idle: Idle::Unreached,
        meaning: "De tupler med de mindste værdier, der tilsammen er så mange procent af det hele.",
        example: "BottomPercent([Tid].[År].[År].Members, 50, [Measures].DefaultMember)",
        ..Function::call(
            "BottomPercent",
            Kind::Set,
            Rule::Plain(|call| reaching(call, false, true)),
        )
    },
    Function {
        takes: &[Takes::Need(Kind::Tuple), SET],
        meaning: "Tuplens plads i mængden, talt fra 1; 0, hvor den ikke er der.",
        example: "Rank([Tid].[År].[2020], [Tid].[År].[År].Members)",
        ..Function::call("Rank", Kind::Value, Rule::Framed(rank))
    },
    Function {
        takes: &[Takes::Need(Kind::Tuple), SET, Takes::Each],
        meaning: "Tuplens plads efter værdien, den største er 1. Ens værdier har samme plads, og \
                  den næste springer over; 0, hvor tuplen ikke er i mængden.",
        example: "Rank([Tid].[År].[2020], [Tid].[År].[År].Members, [Measures].DefaultMember)",
        ..Function::call("Rank", Kind::Value, Rule::Framed(rank))
    },
];

/// The tuples in the order of their hierarchies; with `POST` each member behind those it contains.
fn hierarchize(call: &Call<'_>) -> Outcome {
    let (set, post) = (call.set(0)?, call.is_word(1, "POST"));
    if !post && set.factors.iter().all(|factor| is_ordered(call.scope, factor)) {
        return Ok(Value::Set(set));
    }
    let last = set.factors.len().saturating_sub(1);
    let mut factors = Vec::with_capacity(set.factors.len());
    for (at, factor) in set.factors.iter().enumerate() {
        let own = call.scope.written(&Set { factors: vec![factor.clone()] })?;
        let (ordered, has_equal) = in_order(call, &own, post)?;
        if has_equal && at < last {
            return Ok(Value::set(in_order(call, &*call.written(0)?, post)?.0));
        }
        factors.extend(ordered.factors);
    }
    Ok(Value::set(Set { factors }))
}

/// Tuples in the order of their hierarchies, and whether some have the same place.
fn in_order(call: &Call<'_>, written: &Written, post: bool) -> Result<(Set, bool), QueryError> {
    let key = |at: usize| call.scope.order_key(&written.places(at), post);
    let keys: Vec<Vec<u32>> = call.scope.cancel.collect((0..written.len()).map(key))?;
    let places = by_keys(call.scope.cancel, &keys)?;
    let has_equal = places.windows(2).any(|two| keys[two[0]] == keys[two[1]]);
    Ok((written.choose(places), has_equal))
}

/// The numbers of keys in the order of the keys; equal ones as they came.
fn by_keys(cancel: &Cancel, keys: &[Vec<u32>]) -> Result<Vec<usize>, QueryError> {
    let order = |left: &usize, right: &usize| keys[*left].cmp(&keys[*right]);
    in_steps(cancel, (0..keys.len()).collect(), &order)
}

/// Whether a factor is a level in the order of its hierarchy, or the All member above it.
fn is_ordered(scope: &Scope<'_>, factor: &Factor) -> bool {
    let field = match &factor.parts[..] {
        [Part::Level { field }] => field,
        [Part::Tuples(tuples), Part::Level { field }] if tuples[..] == [Member::All] => field,
        _ => return false,
    };
    matches!(factor.columns[..], [hierarchy] if scope.is_hierarchical(hierarchy, *field))
}

fn order_across(call: &Call<'_>) -> Outcome {
    let (set, values) = (call.written(0)?, call.list(1));
    Ok(Value::set(set.choose(sorted(call.scope.cancel, values, call.is_word(2, "BDESC"))?)))
}

/// Tuples, hierarchy by hierarchy from the left: siblings by their values, each below its parent.
/// Parents that are not in the set count as if they were, and so does the beginning of each tuple;
/// their values are behind those of the set.
fn order_below(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    let all = call.scope.with_above(&set)?;
    let lines = lines(call, &set, &all)?;
    let rank = ranks(call, &lines, all.len())?;
    let key = |at: usize| {
        let mut key = Vec::new();
        for line in &lines[at] {
            key.extend(line.iter().rev().map(|&one| rank[one] + 1));
            key.push(0);
        }
        key
    };
    let keys: Vec<Vec<u32>> = call.scope.cancel.collect((0..set.len()).map(key))?;
    Ok(Value::set(set.choose(by_keys(call.scope.cancel, &keys)?)))
}

/// Of each tuple of a set, hierarchy by hierarchy, the numbers of what it stands below, itself first.
fn lines(
    call: &Call<'_>,
    set: &Written,
    all: &Written,
) -> Result<Vec<Vec<Vec<usize>>>, QueryError> {
    let cancel = call.scope.cancel;
    let number = (0..all.len()).rev().map(|at| (all.tuple(at), at));
    let number: HashMap<&[Member], usize> = cancel.collect(number)?;
    let known = |line: Vec<Vec<Member>>| {
        line.iter().filter_map(|tuple| number.get(&tuple[..]).copied()).collect()
    };
    let of = |at| call.scope.lines(set, at).into_iter().map(known).collect();
    cancel.collect((0..set.len()).map(of))
}

/// The place of each tuple by its value; of equal ones, the one of which something came first.
fn ranks(call: &Call<'_>, lines: &[Vec<Vec<usize>>], count: usize) -> Result<Vec<u32>, QueryError> {
    let values = call.list(1);
    check(values)?;
    let mut came = vec![usize::MAX; count];
    for (at, line) in lines.iter().enumerate() {
        line.iter().flatten().for_each(|&one| came[one] = came[one].min(at));
    }
    let descends = call.is_word(2, "DESC");
    let places = (0..count.min(values.len())).collect();
    let order = |&left: &usize, &right: &usize| {
        let order = directed(descends, &values[left], &values[right]);
        order.then(came[left].cmp(&came[right]))
    };
    let places = in_steps(call.scope.cancel, places, &order)?;
    let mut rank = vec![0; count];
    places.iter().enumerate().for_each(|(at, &place)| rank[place] = at as u32);
    Ok(rank)
}

/// The numbers of values in the order of the values; equal ones as they came.
pub(super) fn sorted(
    cancel: &Cancel,
    values: &[Value],
    descends: bool,
) -> Result<Vec<usize>, QueryError> {
    first_sorted(cancel, values, descends, values.len())
}

/// The first `count` of them.
fn first_sorted(
    cancel: &Cancel,
    values: &[Value],
    descends: bool,
    count: usize,
) -> Result<Vec<usize>, QueryError> {
    check(values)?;
    if values.iter().any(|value| matches!(value, Value::Text(_))) {
        let places = (0..values.len()).collect();
        let order =
            |left: &usize, right: &usize| directed(descends, &values[*left], &values[*right]);
        let mut places = in_steps(cancel, places, &order)?;
        places.truncate(count);
        return Ok(places);
    }
    let mut keyed: Vec<((f64, bool), usize)> = cancel.collect(values.iter().map(key).zip(0..))?;
    let order = |left: &((f64, bool), usize), right: &((f64, bool), usize)| {
        let order = left.0.partial_cmp(&right.0).unwrap_or(Ordering::Equal);
        let order = if descends { order.reverse() } else { order };
        order.then(left.1.cmp(&right.1))
    };
    if count < keyed.len() {
        keyed.select_nth_unstable_by(count, order);
        keyed.truncate(count);
    }
    let keyed = in_steps(cancel, keyed, &order)?;
    Ok(keyed.into_iter().map(|(_, place)| place).collect())
}

/// Things in an order, equal ones as they came. A long list takes long, and texts are slow to compare,
/// so the question can be ended in between.
fn in_steps<T: Copy>(
    cancel: &Cancel,
    mut left: Vec<T>,
    order: &impl Fn(&T, &T) -> Ordering,
) -> Result<Vec<T>, QueryError> {
    const STEP: usize = 1024;
    for part in left.chunks_mut(STEP) {
        cancel.check()?;
        part.sort_by(order);
    }
    let mut width = STEP;
    while width < left.len() {
        let mut merged = Vec::with_capacity(left.len());
        for two in left.chunks(2 * width) {
            let (mut one, mut other) = two.split_at(width.min(two.len()));
            while let (Some(first), Some(second)) = (one.first(), other.first()) {
                if merged.len() % STEP == 0 {
                    cancel.check()?;
                }
                if order(first, second).is_gt() {
                    merged.push(*second);
                    other = &other[1..];
                } else {
                    merged.push(*first);
                    one = &one[1..];
                }
            }
            merged.extend_from_slice(one);
            merged.extend_from_slice(other);
        }
        left = merged;
        width *= 2;
    }
    Ok(left)
}

fn first(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    Ok(Value::set(set.choose(0..call.count(1, 0)?.min(set.len()))))
}

fn last(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    Ok(Value::set(set.choose(set.len().saturating_sub(call.count(1, 0)?)..set.len())))
}

/// The first tuples of a set that is ordered across its hierarchies are the best ones: what is stored
/// is enough to tell them, and the set need not be written out.
pub(crate) fn best_of_ordered(function: &Function, arguments: &[Expr]) -> Option<Node> {
    let Node::Call(order, ordered) = &arguments.first().filter(|_| function.name == "Head")?.node
    else {
        return None;
    };
    let [set, value, word] = &ordered[..] else { return None };
    if order.name != "Order" || order.above || set.set_name().is_some() {
        return None;
    }
    let Node::Constant(Value::Text(word)) = &word.node else { return None };
    let count = match arguments.get(1) {
        None => set.like(Node::Constant(Value::Number(1.0))),
        Some(count) => match &count.node {
            Node::Constant(Value::Number(number)) if *number >= 0.0 && number.fract() == 0.0 => {
                count.clone()
            }
            _ => return None,
        },
    };
    let name = if &**word == "BDESC" { "TopCount" } else { "BottomCount" };
    let found = FUNCTIONS.iter().find(|one| one.name == name && one.takes_each())?;
    Some(Node::Call(found, vec![set.clone(), count, value.clone()]))
}

fn best(call: &Call<'_>, largest: bool) -> Outcome {
    let places = first_sorted(call.scope.cancel, call.list(2), largest, call.count(1, 0)?)?;
    Ok(Value::set(call.written(0)?.choose(places)))
}

/// The tuples from the top or the bottom until their sum is reached: a number, or so many percent of
/// the sum of all.
fn reaching(call: &Call<'_>, largest: bool, percent: bool) -> Outcome {
    let places = sorted(call.scope.cancel, call.list(2), largest)?;
    let numbers = places.iter().map(|&at| Ok(call.list(2)[at].number()?.unwrap_or(0.0)));
    let numbers: Vec<f64> = numbers.collect::<Result<_, QueryError>>()?;
    let Some(wanted) = call.number(1)? else {
        let message = format!("argument 2 i {} skal være et tal", call.function.name);
        return Err(call.invalid(message));
    };
    if percent && !(0.0..=100.0).contains(&wanted) {
        let message = format!("argument 2 i {} skal være mellem 0 og 100", call.function.name);
        return Err(call.invalid(message).hint("det er en procent"));
    }
    let total = numbers.iter().fold(0.0, |sum, one| sum + one);
    let target = match percent {
        true if wanted >= 100.0 => total,
        true => total * (wanted / 100.0),
        false => wanted,
    };
    let mut sum = 0.0;
    let taken = numbers.iter().take_while(|&&one| {
        let goes_on = sum < target;
        sum += one;
        goes_on
    });
    let count = taken.count();
    Ok(Value::set(call.written(0)?.choose(places.into_iter().take(count))))
}

// Ranks.

/// The tuples of a set, and the value of each: what [`rank`] is found in.
static LISTED: Function = Function {
    takes: &[SET, Takes::Each],
    ..Function::call("Rank", Kind::Value, Rule::Plain(listed))
};

fn listed(call: &Call<'_>) -> Outcome {
    let written = call.written(0)?;
    let set = Set::of_tuples(written.columns.clone(), written.members.clone());
    let values = std::iter::once(Value::set(set)).chain(call.list(1).iter().cloned());
    Ok(Value::List(values.collect()))
}

/// The ranks of the tuples of one set.
struct Ranks {
    columns: Set,
    of: HashMap<Vec<Member>, usize>,
}

impl Ranks {
    /// The ranks in a set, by its order or by values.
    fn new(evaluator: &Evaluator<'_>, of: &Value) -> Result<Result<Ranks, Value>, QueryError> {
        let (set, values) = match of {
            Value::List(all) => (all.first().unwrap_or(&Value::Empty), Some(&all[1..])),
            of => (of, None),
        };
        let set = match set {
            Value::Set(set) => Arc::clone(set),
            Value::Error(_) => return Ok(Err(set.clone())),
            _ => Arc::default(),
        };
        let written = evaluator.scope.written(&set)?;
        let places = match values {
            Some(values) => match by_value(evaluator.scope.cancel, values) {
                Ok(places) => places,
                Err(error) => return Ok(Err(Value::Error(Arc::new(error)))),
            },
            None => (1..=written.len()).collect(),
        };
        let mut of = HashMap::with_capacity(places.len());
        evaluator.cancel.each(written.tuples().zip(places), |(tuple, place)| {
            of.entry(tuple.to_vec()).or_insert(place);
        })?;
        let columns = Set::of_tuples(written.columns, Vec::new());
        Ok(Ok(Ranks { columns, of }))
    }

    fn rank(&self, evaluator: &Evaluator<'_>, tuple: &Value) -> Outcome {
        if tuple.is_error() {
            return Ok(tuple.clone());
        }
        let places = places(tuple);
        evaluator.scope.check_alike(&self.columns, &Set::of_tuple(&places))?;
        let members: Vec<Member> = places.into_iter().map(|(_, member)| member).collect();
        Ok(Value::Number(self.of.get(&members).map_or(0.0, |&place| place as f64)))
    }
}

/// One more than how many values are greater, of each.
fn by_value(cancel: &Cancel, values: &[Value]) -> Result<Vec<usize>, QueryError> {
    let order = sorted(cancel, values, true)?;
    let mut places = vec![0; values.len()];
    for (position, &at) in order.iter().enumerate() {
        let before = position.checked_sub(1).map(|before| order[before]);
        let equal = before.filter(|&before| compare(&values[before], &values[at]).is_eq());
        places[at] = equal.map_or(position + 1, |before| places[before]);
    }
    Ok(places)
}

fn rank(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let sets = match arguments {
        [_, set, of] => {
            let both = vec![set.clone(), of.clone()];
            evaluator.eval(&of.like(Node::Call(&LISTED, both)), frame)?
        }
        [_, set] => evaluator.eval(set, frame)?,
        _ => return Ok(Column::Same(Value::Empty)),
    };
    let tuples = evaluator.eval(&arguments[0], frame)?;
    let (all, of_row): (Vec<Value>, Option<Arc<[u32]>>) = match sets {
        Column::Same(one) => (vec![one], None),
        Column::Coded(all, of_row) => (all.to_vec(), Some(of_row)),
        other => {
            let all = (0..frame.rows).map(|row| other.get(row)).collect();
            (all, Some((0..frame.rows as u32).collect()))
        }
    };
    let ranks = all.iter().map(|one| Ranks::new(evaluator, one));
    let ranks: Vec<Result<Ranks, Value>> = ranks.collect::<Result<_, _>>()?;
    let one = |row: usize| {
        evaluator.cancel.check()?;
        match &ranks[of_row.as_ref().map_or(0, |of| of[row] as usize)] {
            Ok(ranks) => cell_error(&arguments[0], ranks.rank(evaluator, &tuples.get(row))),
            Err(error) => Ok(error.clone()),
        }
    };
    (0..frame.rows).map(one).collect()
}

// The order of values.

/// The first error among values.
pub(super) fn check(values: &[Value]) -> Result<(), QueryError> {
    values.iter().try_for_each(|value| match value {
        Value::Error(error) => Err((**error).clone()),
        _ => Ok(()),
    })
}

fn directed(descends: bool, left: &Value, right: &Value) -> Ordering {
    let order = compare(left, right);
    if descends { order.reverse() } else { order }
}

/// The order of values: empty just before zero, numbers before texts, texts as Danish sorts them.
pub(super) fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) if same(left, right) => Ordering::Equal,
        (Value::Text(left), Value::Text(right)) => danish(left, right),
        (Value::Text(_), _) => Ordering::Greater,
        (_, Value::Text(_)) => Ordering::Less,
        _ => key(left).partial_cmp(&key(right)).unwrap_or(Ordering::Equal),
    }
}

fn key(value: &Value) -> (f64, bool) {
    let number = value.number().ok().flatten();
    (number.unwrap_or(0.0), number.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_in_steps_is_the_order_at_once_and_can_be_ended() {
        for count in [0, 1, 1024, 1025, 5000] {
            let keys: Vec<usize> = (0..count).map(|at| at * 7919 % 97).collect();
            let order = |left: &usize, right: &usize| keys[*left].cmp(&keys[*right]);
            let mut at_once: Vec<usize> = (0..count).collect();
            at_once.sort_by_key(|&at| keys[at]);
            let cancel = Cancel::default();
            assert_eq!(in_steps(&cancel, (0..count).collect(), &order).unwrap(), at_once);
        }
        let cancel = Cancel::default();
        cancel.raise();
        assert!(in_steps(&cancel, vec![2, 1], &Ord::cmp).is_err());
    }
}
