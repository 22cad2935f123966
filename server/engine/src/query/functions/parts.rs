//! Parts of sets: some of their tuples, some of their hierarchies, with and without what is
//! calculated.

use hashbrown::HashSet;

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::bound::{HierarchyRef, Member};
use crate::query::evaluate::set::Set;
use crate::query::evaluate::value::{Place, Value};

const SET: Takes = Takes::Need(Kind::Set);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[SET, Takes::Need(Kind::Value), Takes::May(Kind::Value)],
        meaning: "Tuplerne fra plads n, talt fra 0: så mange, som der siges, ellers resten.",
        example: "Subset([Tid].[År].[År].Members, 1, 1)",
        ..Function::call("Subset", Kind::Set, Rule::Plain(subset))
    },
    Function {
        takes: &[SET, Takes::Need(Kind::Hierarchy), Takes::Many(Kind::Hierarchy)],
        meaning: "Tuplernes medlemmer af nogle af hierarkierne, hver kombination én gang.",
        example: "Extract([Tid].[År].[År].Members * [Measures].Members, [Tid].[År])",
        ..Function::call("Extract", Kind::Set, Rule::Plain(extract))
    },
    Function {
        takes: &[SET],
        meaning: "Mængden og de beregnede medlemmer, der står ved siden af dens.",
        example: "AddCalculatedMembers([Measures].Members)",
        ..Function::call("AddCalculatedMembers", Kind::Set, Rule::Plain(add_calculated))
    },
    Function {
        takes: &[SET],
        meaning: "Mængden uden tupler med beregnede medlemmer.",
        example: "StripCalculatedMembers([Measures].AllMembers)",
        ..Function::call("StripCalculatedMembers", Kind::Set, Rule::Plain(strip_calculated))
    },
];

fn subset(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    let start = call.count(1, 0)?.min(set.len());
    let count = call.count(2, set.len())?;
    Ok(Value::set(set.choose(start..start.saturating_add(count).min(set.len()))))
}

fn extract(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    let mut columns: Vec<HierarchyRef> = Vec::new();
    let mut positions = Vec::new();
    for at in 1..call.given.len() {
        let hierarchy = call.hierarchy(at)?;
        let position = set.columns.iter().position(|own| *own == hierarchy);
        match position {
            Some(position) if !columns.contains(&hierarchy) => positions.push(position),
            Some(_) => {
                let name = call.scope.hierarchy_name(hierarchy);
                return Err(call.invalid(format!("hierarkiet {name} er nævnt to gange i Extract")));
            }
            None if set.len() == 0 => {}
            None => {
                let name = call.scope.hierarchy_name(hierarchy);
                return Err(call
                    .invalid(format!("mængden i Extract har ikke hierarkiet {name}"))
                    .hint("skriv et af mængdens egne hierarkier"));
            }
        }
        columns.push(hierarchy);
    }
    let mut seen: HashSet<Vec<Member>> = HashSet::new();
    let mut members = Vec::new();
    for tuple in set.tuples() {
        let part: Vec<Member> = positions.iter().map(|&position| tuple[position]).collect();
        if seen.insert(part.clone()) {
            members.extend(part);
        }
    }
    Ok(Value::set(Set::of_tuples(columns, members)))
}

/// The calculated members that have a parent in common with a member of the set, or like one have none.
fn add_calculated(call: &Call<'_>) -> Outcome {
    let set = call.set(0)?;
    let columns: Vec<HierarchyRef> = set.columns().collect();
    let [hierarchy] = columns[..] else {
        return match columns.is_empty() {
            true => Ok(Value::Set(set)),
            false => Err(call
                .invalid("AddCalculatedMembers kræver en mængde af ét hierarki")
                .hint("skriv den om hver mængde, før de krydses")),
        };
    };
    let calculated = call.scope.calculated_of(hierarchy);
    if calculated.is_empty() {
        return Ok(Value::Set(set));
    }
    let written = call.written(0)?;
    let parent = |member: Member| call.scope.parent((hierarchy, member));
    let cancel = call.scope.cancel;
    let above: HashSet<Option<Place>> =
        cancel.collect(written.members.iter().map(|&one| parent(one)))?;
    let known: HashSet<Member> = cancel.collect(written.members.iter().copied())?;
    let is_missing = |one: &Member| above.contains(&parent(*one)) && !known.contains(one);
    let more: Vec<Member> = calculated.into_iter().filter(is_missing).collect();
    let mut all = (*set).clone();
    call.scope.append(&mut all, &Set::of_members(hierarchy, more))?;
    Ok(Value::set(all))
}

fn strip_calculated(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    let is_stored =
        |at: &usize| !set.tuple(*at).iter().any(|one| matches!(one, Member::Calculated(_)));
    Ok(Value::set(set.choose((0..set.len()).filter(is_stored))))
}
