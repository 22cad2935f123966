//! Sets in another order, and the best of them.

use std::cmp::Ordering;

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::bound::{Factor, Member, Part};
use crate::query::error::QueryError;
use crate::query::evaluate::set::Written;
use crate::query::evaluate::value::Value;

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
        takes: &[SET, Takes::Each, Takes::Word(&["ASC", "DESC", "BASC", "BDESC"])],
        meaning: "Mængden ordnet efter en værdi; ASC og DESC inden for hvert overordnet medlem, \
                  BASC og BDESC på tværs.",
        example: "Order([Tid].[År].[År].Members, [Tid].[År].CurrentMember.Name, BDESC)",
        ..Function::call("Order", Kind::Set, Rule::Plain(order))
    },
    Function {
        takes: &[SET, COUNT],
        meaning: "De første n tupler.",
        example: "TopCount([Tid].[År].[År].Members, 1)",
        ..Function::call("TopCount", Kind::Set, Rule::Plain(first))
    },
    Function {
        takes: &[SET, COUNT, Takes::Each],
        meaning: "De n tupler med de største værdier, den største først.",
        example: "TopCount([Tid].[År].[År].Members, 1, 1)",
        ..Function::call("TopCount", Kind::Set, Rule::Plain(|call| best(call, true)))
    },
    Function {
        takes: &[SET, COUNT],
        meaning: "De første n tupler.",
        example: "BottomCount([Tid].[År].[År].Members, 1)",
        ..Function::call("BottomCount", Kind::Set, Rule::Plain(first))
    },
    Function {
        takes: &[SET, COUNT, Takes::Each],
        meaning: "De n tupler med de mindste værdier, den mindste først.",
        example: "BottomCount([Tid].[År].[År].Members, 1, 1)",
        ..Function::call("BottomCount", Kind::Set, Rule::Plain(|call| best(call, false)))
    },
];

/// The tuples in the order of their hierarchies; with `POST` each member behind those it contains.
fn hierarchize(call: &Call<'_>) -> Outcome {
    let (set, post) = (call.set(0)?, call.is_word(1, "POST"));
    if !post && set.factors.iter().all(is_ordered) {
        return Ok(Value::Set(set));
    }
    let written = call.written(0)?;
    let key = |at: usize| call.scope.order_key(&written.places(at), post);
    let mut keyed: Vec<(Vec<u32>, usize)> = (0..written.len()).map(|at| (key(at), at)).collect();
    keyed.sort_by(|left, right| left.0.cmp(&right.0));
    Ok(Value::set(written.choose(keyed.into_iter().map(|(_, at)| at))))
}

/// Whether a factor is a level, or the All member above it: ordered without looking further.
fn is_ordered(factor: &Factor) -> bool {
    match &factor.parts[..] {
        [Part::Level { .. }] => true,
        [Part::Tuples(tuples), Part::Level { .. }] => tuples[..] == [Member::All],
        _ => false,
    }
}

fn order(call: &Call<'_>) -> Outcome {
    let (set, values) = (call.written(0)?, call.list(1));
    let descends = call.is_word(2, "DESC") || call.is_word(2, "BDESC");
    let mut places: Vec<usize> = (0..set.len()).collect();
    check(values)?;
    places.sort_by(|&left, &right| directed(descends, &values[left], &values[right]));
    if call.is_word(2, "BASC") || call.is_word(2, "BDESC") {
        return Ok(Value::set(set.choose(places)));
    }
    Ok(Value::set(set.choose(below_their_parents(call, &set, &places))))
}

/// The same tuples, each behind its parent and before the next of that parent's generation: of the
/// last hierarchy, within equal members of the hierarchies before it.
fn below_their_parents(call: &Call<'_>, set: &Written, sorted: &[usize]) -> Vec<usize> {
    let mut rank = vec![0_u32; set.len()];
    sorted.iter().enumerate().for_each(|(at, &place)| rank[place] = at as u32);
    let known: hashbrown::HashMap<&[Member], u32> =
        (0..set.len()).rev().map(|at| (set.tuple(at), rank[at])).collect();
    let key = |at: usize| {
        let places = set.places(at);
        let Some((last, before)) = places.split_last() else { return Vec::new() };
        let mut tuple = set.tuple(at).to_vec();
        let mut path = vec![rank[at]];
        let mut above = call.scope.parent(*last);
        while let Some(place) = above {
            if let Some(slot) = tuple.last_mut() {
                *slot = place.1;
            }
            path.extend(known.get(&tuple[..]));
            above = call.scope.parent(place);
        }
        path.reverse();
        let mut key = call.scope.order_key(before, false);
        key.extend(path);
        key
    };
    let mut keyed: Vec<(Vec<u32>, usize)> = (0..set.len()).map(|at| (key(at), at)).collect();
    keyed.sort();
    keyed.into_iter().map(|(_, at)| at).collect()
}

fn first(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    Ok(Value::set(set.choose(0..call.count(1, 0)?.min(set.len()))))
}

fn best(call: &Call<'_>, largest: bool) -> Outcome {
    let (set, values) = (call.written(0)?, call.list(2));
    let mut places: Vec<usize> = (0..set.len()).collect();
    check(values)?;
    places.sort_by(|&left, &right| directed(largest, &values[left], &values[right]));
    places.truncate(call.count(1, 0)?);
    Ok(Value::set(set.choose(places)))
}

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

/// The order of values: empty just before zero, numbers before texts.
pub(super) fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => left.to_lowercase().cmp(&right.to_lowercase()),
        (Value::Text(_), _) => Ordering::Greater,
        (_, Value::Text(_)) => Ordering::Less,
        _ => key(left).partial_cmp(&key(right)).unwrap_or(Ordering::Equal),
    }
}

fn key(value: &Value) -> (f64, bool) {
    let number = value.number().ok().flatten();
    (number.unwrap_or(0.0), number.is_some())
}
