//! From members to their relatives.

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::bound::HierarchyRef;
use crate::query::error::QueryError;
use crate::query::evaluate::Evaluator;
use crate::query::evaluate::frame::Frame;
use crate::query::evaluate::set::Set;
use crate::query::evaluate::value::{Column, Value};
use crate::query::expr::{Depends, Expr};

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[Takes::Need(Kind::Hierarchy)],
        meaning: "Det medlem af hierarkiet, som cellen står ved.",
        example: "[Tid].[År].CurrentMember",
        depends: Some(stand_of_first),
        ..Function::step("CurrentMember", Kind::Member, Rule::Framed(current_member))
    },
    Function {
        takes: &[Takes::Need(Kind::Hierarchy)],
        meaning: "Det medlem, et hierarki står ved, hvor intet andet er sagt.",
        example: "[Tid].[År].DefaultMember",
        ..Function::step("DefaultMember", Kind::Member, Rule::Plain(default_member))
    },
    Function {
        takes: &[Takes::Need(Kind::Member)],
        meaning: "Medlemmet lige over; intet for det øverste.",
        example: "[Tid].[Kalender].[2020].Parent",
        ..Function::step("Parent", Kind::Member, Rule::Plain(parent))
    },
    Function {
        takes: &[Takes::Need(Kind::Member)],
        meaning: "Det, der kun er medlemmets eget, uden dem under det; uden for forælder-barn-hierarkier \
                  medlemmet selv.",
        example: "[Tid].[Kalender].[2020].DataMember",
        ..Function::step("DataMember", Kind::Member, Rule::Plain(data_member))
    },
    Function {
        takes: &[Takes::Need(Kind::Member)],
        meaning: "Medlemmerne på niveauet lige under.",
        example: "[Tid].[Kalender].[2020].Children",
        ..Function::step("Children", Kind::Set, Rule::Plain(children))
    },
    Function {
        takes: &[Takes::Need(Kind::Member), Takes::Need(Kind::Value)],
        meaning: "Medlemmet så mange pladser før på samme niveau.",
        example: "[Tid].[År].[2020].Lag(1)",
        ..Function::step("Lag", Kind::Member, Rule::Plain(|call| lead(call, -call.whole(1, 0)?)))
    },
    Function {
        takes: &[Takes::Need(Kind::Member), Takes::Need(Kind::Value)],
        meaning: "Medlemmet så mange pladser efter på samme niveau.",
        example: "[Tid].[År].[2019].Lead(1)",
        ..Function::step("Lead", Kind::Member, Rule::Plain(|call| lead(call, call.whole(1, 0)?)))
    },
    Function {
        takes: &[Takes::Need(Kind::Member)],
        meaning: "Medlemmet lige før på samme niveau.",
        example: "[Tid].[År].[2020].PrevMember",
        ..Function::step("PrevMember", Kind::Member, Rule::Plain(|call| lead(call, -1)))
    },
    Function {
        takes: &[Takes::Need(Kind::Member)],
        meaning: "Medlemmet lige efter på samme niveau.",
        example: "[Tid].[År].[2019].NextMember",
        ..Function::step("NextMember", Kind::Member, Rule::Plain(|call| lead(call, 1)))
    },
    Function {
        takes: &[Takes::Need(Kind::Level)],
        meaning: "Niveauets medlemmer i deres naturlige orden.",
        example: "[Tid].[År].[År].Members",
        ..Function::step("Members", Kind::Set, Rule::Plain(members_of_level))
    },
    Function {
        takes: &[Takes::Need(Kind::Hierarchy)],
        meaning: "Hierarkiets medlemmer, hvert over dem, det indeholder.",
        example: "[Tid].[Kalender].Members",
        ..Function::step("Members", Kind::Set, Rule::Plain(members))
    },
    Function {
        takes: &[Takes::Need(Kind::Level)],
        meaning: "Som Members, også de beregnede medlemmer, der står på niveauet.",
        example: "[Tid].[År].[År].AllMembers",
        ..Function::step("AllMembers", Kind::Set, Rule::Plain(all_members))
    },
    Function {
        takes: &[Takes::Need(Kind::Hierarchy)],
        meaning: "Som Members, også beregnede medlemmer.",
        example: "[Measures].AllMembers",
        ..Function::step("AllMembers", Kind::Set, Rule::Plain(all_members))
    },
    Function {
        takes: &[Takes::Need(Kind::Tuple), Takes::Need(Kind::Value)],
        meaning: "Medlemmet på plads n i tuplen, talt fra 0.",
        example: "([Tid].[År].[2020], [Measures].DefaultMember).Item(0)",
        ..Function::step("Item", Kind::Tuple, Rule::Plain(item_of_tuple))
    },
    Function {
        takes: &[Takes::Need(Kind::Set), Takes::Need(Kind::Value)],
        meaning: "Tuplen på plads n i mængden, talt fra 0.",
        example: "{[Tid].[År].[2019], [Tid].[År].[2020]}.Item(1)",
        ..Function::step("Item", Kind::Tuple, Rule::Plain(item_of_set))
    },
];

/// The functions that go by what a hierarchy of the first argument stands at.
fn stand_of_first(arguments: &[Expr]) -> Depends {
    match arguments.first().and_then(Expr::hierarchy) {
        Some(hierarchy) => Depends::On(vec![hierarchy]),
        None => Depends::EVERYTHING,
    }
}

fn current_member(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let of = evaluator.eval(&arguments[0], frame)?;
    match of {
        Column::Same(
            Value::Hierarchy(hierarchy) | Value::Level(hierarchy, _) | Value::Member(hierarchy, _),
        ) => Ok(evaluator.current(frame, hierarchy)),
        Column::Same(Value::Dimension(None)) => {
            Ok(evaluator.current(frame, HierarchyRef::Measures))
        }
        other => Ok(other),
    }
}

fn default_member(call: &Call<'_>) -> Outcome {
    let hierarchy = call.hierarchy(0)?;
    super::member(hierarchy, call.scope.default_member(hierarchy))
}

fn parent(call: &Call<'_>) -> Outcome {
    Ok(Value::member(call.member(0)?.and_then(|place| call.scope.parent(place))))
}

fn data_member(call: &Call<'_>) -> Outcome {
    Ok(Value::member(call.member(0)?.map(|place| call.scope.data_member(place))))
}

fn children(call: &Call<'_>) -> Outcome {
    match call.member(0)? {
        Some(place) => Ok(Value::set(call.scope.children(place)?)),
        None => Ok(Value::set(Set::default())),
    }
}

fn lead(call: &Call<'_>, by: i64) -> Outcome {
    match call.member(0)? {
        Some(place) => Ok(Value::member(call.scope.lead(place, by)?)),
        None => Ok(Value::Empty),
    }
}

fn members_of_level(call: &Call<'_>) -> Outcome {
    let (hierarchy, field) = call.level(0)?;
    Ok(Value::set(call.scope.members_of_level(hierarchy, field)?))
}

fn members(call: &Call<'_>) -> Outcome {
    if matches!(call.value(0), Value::Member(..)) {
        return Err(call
            .invalid("et medlem har ingen .Members")
            .hint("skriv .Children for at få medlemmerne under det"));
    }
    Ok(Value::set(call.scope.members(call.hierarchy(0)?)?))
}

fn all_members(call: &Call<'_>) -> Outcome {
    let scope = call.scope;
    let (hierarchy, mut set, own) = match call.value(0) {
        &Value::Level(hierarchy, field) => {
            let own = scope.calculated_on(hierarchy, field);
            (hierarchy, scope.members_of_level(hierarchy, field)?, own)
        }
        _ => {
            let hierarchy = call.hierarchy(0)?;
            (hierarchy, scope.members(hierarchy)?, scope.calculated_of(hierarchy))
        }
    };
    scope.append(&mut set, &Set::of_members(hierarchy, own))?;
    Ok(Value::set(set))
}

fn item_of_tuple(call: &Call<'_>) -> Outcome {
    let places = call.tuple(0)?.unwrap_or_default();
    let at = usize::try_from(call.whole(1, 0)?).ok();
    Ok(Value::member(at.and_then(|at| places.get(at).copied())))
}

fn item_of_set(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    match usize::try_from(call.whole(1, 0)?) {
        Ok(at) if at < set.len() => Ok(Value::Tuple(set.places(at).into())),
        _ => Ok(Value::Empty),
    }
}
