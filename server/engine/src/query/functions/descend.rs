//! What stands below members, down to a level or a distance.

use std::ops::RangeInclusive;

use super::relatives::{check_same, children, depths_of_level};
use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::bound::{HierarchyRef, Member, Part};
use crate::query::error::QueryError;
use crate::query::evaluate::scope::Scope;
use crate::query::evaluate::set::Set;
use crate::query::evaluate::value::{Place, Value};

const MEMBER: Takes = Takes::Need(Kind::Member);
const SET: Takes = Takes::Need(Kind::Set);
const LEVEL: Takes = Takes::May(Kind::Level);
const DISTANCE: Takes = Takes::May(Kind::Value);

/// Which depths are taken, seen from the one that is named.
const FLAGS: Takes = Takes::Word(&[
    "SELF",
    "AFTER",
    "BEFORE",
    "BEFORE_AND_AFTER",
    "SELF_AND_AFTER",
    "SELF_AND_BEFORE",
    "SELF_BEFORE_AFTER",
    "LEAVES",
]);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[MEMBER, LEVEL, FLAGS],
        meaning: "Medlemmerne under et medlem på et niveau; et ord siger, om det også eller i \
                  stedet er dem over eller under niveauet. Uden niveau alle og medlemmet selv.",
        example: "Descendants([Tid].[Kalender].[2020], [Tid].[Kalender].[Kvartal])",
        ..Function::call("Descendants", Kind::Set, Rule::Plain(of_member))
    },
    Function {
        takes: &[MEMBER, DISTANCE, FLAGS],
        meaning: "Medlemmerne så mange niveauer under et medlem.",
        example: "Descendants([Tid].[Kalender].[2020], 1, SELF_AND_BEFORE)",
        ..Function::call("Descendants", Kind::Set, Rule::Plain(of_member))
    },
    Function {
        takes: &[SET, LEVEL, FLAGS],
        meaning: "Medlemmerne under hvert af en mængdes medlemmer, hver én gang.",
        example: "Descendants({[Tid].[Kalender].[2019], [Tid].[Kalender].[2020]},, LEAVES)",
        ..Function::call("Descendants", Kind::Set, Rule::Plain(of_set))
    },
    Function {
        takes: &[SET, DISTANCE, FLAGS],
        meaning: "Medlemmerne så mange niveauer under hvert af en mængdes medlemmer.",
        example: "Descendants([Tid].[Kalender].[År].Members, 1)",
        ..Function::call("Descendants", Kind::Set, Rule::Plain(of_set))
    },
];

fn of_member(call: &Call<'_>) -> Outcome {
    match call.member(0)? {
        Some(place) => Ok(Value::set(below(call, place)?)),
        None => Ok(Value::set(Set::default())),
    }
}

fn of_set(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    let [hierarchy] = set.columns[..] else {
        return match set.len() {
            0 => Ok(Value::set(Set::default())),
            _ => Err(call
                .invalid("Descendants kræver en mængde af ét hierarki")
                .hint("brug Extract, eller kryds med * bagefter")),
        };
    };
    let mut all = Set::default();
    for &member in &set.members {
        call.scope.append(&mut all, &below(call, (hierarchy, member))?)?;
    }
    Ok(Value::set(call.scope.distinct(&all)?))
}

/// The depths that a call takes.
struct Depths {
    /// The depths that are named: of a level of a parent-child hierarchy all of its name.
    named: RangeInclusive<usize>,
    is_level_given: bool,
    flag: &'static str,
    /// The depth of the lowest level.
    lowest: usize,
}

impl Depths {
    fn of(call: &Call<'_>, place: Place) -> Result<Depths, QueryError> {
        let own = call.scope.depth(place);
        let lowest = call.scope.levels(place.0).len();
        let flag = word(call);
        let named = match call.value(1) {
            Value::Level(hierarchy, level) => {
                check_same(call, place.0, *hierarchy)?;
                depths_of_level(call.scope, *hierarchy, *level)
            }
            Value::Omitted => {
                let flag = flag.unwrap_or("SELF_BEFORE_AFTER");
                return Ok(Depths { named: own..=own, is_level_given: false, flag, lowest });
            }
            _ => {
                let named = own.saturating_add(call.count(1, 0)?);
                named..=named
            }
        };
        Ok(Depths { named, is_level_given: true, flag: flag.unwrap_or("SELF"), lowest })
    }

    fn take(&self, depth: usize) -> bool {
        match self.flag {
            "SELF" => self.named.contains(&depth),
            "AFTER" => depth > *self.named.end(),
            "BEFORE" => depth < *self.named.start(),
            "BEFORE_AND_AFTER" => !self.named.contains(&depth),
            "SELF_AND_AFTER" => depth >= *self.named.start(),
            "SELF_AND_BEFORE" => depth <= *self.named.end(),
            "LEAVES" => !self.is_level_given || depth <= *self.named.end(),
            _ => true,
        }
    }

    /// Whether only members with nothing below them are taken.
    fn leaves(&self) -> bool {
        self.flag == "LEAVES"
    }

    /// The deepest depth that is taken.
    fn last(&self) -> Option<usize> {
        (0..=self.lowest).rev().find(|&depth| self.take(depth))
    }
}

fn word(call: &Call<'_>) -> Option<&'static str> {
    let Takes::Word(words) = FLAGS else { return None };
    words.iter().copied().find(|word| call.is_word(2, word))
}

fn below(call: &Call<'_>, place @ (hierarchy, member): Place) -> Result<Set, QueryError> {
    let depths = Depths::of(call, place)?;
    if member == Member::All
        && let Some(field) = whole_level(call.scope, hierarchy, &depths)
    {
        return Ok(Set::of(hierarchy, vec![Part::Level { field }]));
    }
    let mut found = Vec::new();
    if let Some(last) = depths.last() {
        collect(call.scope, place, &depths, last, &mut found)?;
    }
    Ok(Set::of_members(hierarchy, found))
}

/// The only level that is taken, where it stands in the order of its hierarchy as it is.
fn whole_level(scope: &Scope<'_>, hierarchy: HierarchyRef, depths: &Depths) -> Option<usize> {
    let mut taken = (0..=depths.lowest).filter(|&depth| depths.take(depth));
    let (only, None) = (taken.next()?, taken.next()) else { return None };
    let field = *scope.levels(hierarchy).get(only.checked_sub(1)?)?;
    scope.is_hierarchical(hierarchy, field).then_some(field)
}

/// A member and those below it, each above its own, as far as depths are taken. As deep as a
/// hierarchy has levels.
fn collect(
    scope: &Scope<'_>,
    place: Place,
    depths: &Depths,
    last: usize,
    found: &mut Vec<Member>,
) -> Result<(), QueryError> {
    let depth = scope.depth(place);
    let is_last = depth >= last && (!depths.leaves() || depth >= depths.lowest);
    let below = if is_last { Vec::new() } else { children(scope, place)? };
    if depths.take(depth) && (!depths.leaves() || below.is_empty()) {
        found.push(place.1);
    }
    if depth < last {
        for member in below {
            collect(scope, (place.0, member), depths, last, found)?;
        }
    }
    Ok(())
}
