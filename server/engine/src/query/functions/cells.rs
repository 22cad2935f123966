//! Cells and measures: their values, what is stored, and sets that are being gone through.

use std::sync::Arc;

use hashbrown::HashMap;

use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::cube::dimension::same;
use crate::cube::{Cube, MeasureRef};
use crate::query::bound::{HierarchyRef, Member};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::evaluate::Evaluator;
use crate::query::evaluate::frame::{At, Frame, Stand};
use crate::query::evaluate::scope::Visual;
use crate::query::evaluate::set::Set;
use crate::query::evaluate::value::{Column, Place, Value};
use crate::query::expr::{Depends, Expr, Node};

const SET: Takes = Takes::Need(Kind::Set);
const VALUE: Takes = Takes::Need(Kind::Value);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[VALUE],
        meaning: "Værdien af cellen ved et medlem eller en tupel.",
        example: "([Tid].[År].[2020], [Measures].DefaultMember).Value",
        ..Function::step("Value", Kind::Value, Rule::Plain(|call| Ok(call.value(0).clone())))
    },
    Function {
        takes: &[VALUE, VALUE, Takes::May(Kind::Value)],
        meaning: "Det første delt med det andet; hvor det ikke kan lade sig gøre, det tredje, eller \
                  intet, hvis der ikke er noget tredje.",
        example: "Divide(1, 0, 0)",
        ..Function::call("Divide", Kind::Value, Rule::Plain(divide))
    },
    Function {
        takes: &[VALUE],
        meaning: "Målet, også ved medlemmer af dimensioner, som målet intet ved om: dér er det som \
                  ved I alt. Brug det til en nævner, der er fælles.",
        example: "ValidMeasure([Measures].DefaultMember)",
        ..Function::call("ValidMeasure", Kind::Value, Rule::Framed(valid_measure))
    },
    Function {
        takes: &[SET, Takes::Many(Kind::Set)],
        meaning: "De kombinationer af mængdernes tupler, der har en værdi.",
        example: "NonEmptyCrossJoin([Tid].[År].[År].Members, {[Measures].DefaultMember})",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("NonEmptyCrossJoin", Kind::Set, Rule::Framed(non_empty_cross_join))
    },
    Function {
        takes: &[SET, SET, VALUE],
        meaning: "De første n mængders kombinationer, der har en værdi ved nogle af de øvriges.",
        example: "NonEmptyCrossJoin([Tid].[År].[År].Members, {[Measures].DefaultMember}, 1)",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("NonEmptyCrossJoin", Kind::Set, Rule::Framed(non_empty_cross_join))
    },
    Function {
        takes: &[SET, SET, SET, VALUE],
        meaning: "Det samme med tre mængder.",
        example: "NonEmptyCrossJoin([Tid].[År].[År].Members, {[Measures].DefaultMember}, {}, 1)",
        depends: Some(|_| Depends::EVERYTHING),
        ..Function::call("NonEmptyCrossJoin", Kind::Set, Rule::Framed(non_empty_cross_join))
    },
    Function {
        takes: &[SET, Takes::May(Kind::Set), VALUE],
        meaning: "Den første mængdes tupler, der har rækker i en målgruppe sammen med den anden \
                  mængde. Målgruppen er en tekst; den anden mængde kan udelades.",
        example: "Exists([Tid].[År].[År].Members, , '')",
        ..Function::call("Exists", Kind::Set, Rule::Framed(exists_in_group))
    },
    Function {
        takes: &[SET, Takes::May(Kind::Value)],
        meaning: "Mængden, hvor hvert medlem er totalen af dem under det, der følger i mængden, talt på \
                  ny. En tekst som 'I alt - *' giver totalerne et navn.",
        example: "VisualTotals({[Tid].[Kalender].[2020], [Tid].[Kalender].[2020].[2020K1]})",
        ..Function::call("VisualTotals", Kind::Set, Rule::Plain(visual_totals))
    },
    Function {
        takes: &[Takes::May(Kind::Value)],
        meaning: "En fejl i cellen med den tekst, man skriver.",
        example: "IIf(1 = 1, 0, Error('skal ikke ske'))",
        ..Function::call("Error", Kind::Value, Rule::Plain(error))
    },
    Function {
        takes: &[Takes::Need(Kind::Any)],
        meaning: "Udtrykket selv: andre servere gemmer det, her er det unødvendigt.",
        example: "Count(Cache([Tid].[År].[År].Members))",
        ..Function::call("Cache", Kind::Same(0), Rule::Plain(|call| Ok(call.value(0).clone())))
    },
    Function {
        takes: &[SET],
        meaning: "Den tupel af en navngiven mængde, som Generate, Filter, Sum … er nået til.",
        example: "Generate([Tid].[År].[År].Members AS [m], {[m].Current})",
        depends: Some(|_| Depends::NOTHING),
        ..Function::step("Current", Kind::Tuple, Rule::Framed(current))
    },
    Function {
        takes: &[SET],
        meaning: "Nummeret, fra 1, på den tupel af en navngiven mængde, som der er nået til.",
        example: "Sum([Tid].[År].[År].Members AS [m], [m].CurrentOrdinal)",
        depends: Some(|_| Depends::NOTHING),
        ..Function::step("CurrentOrdinal", Kind::Value, Rule::Framed(current_ordinal))
    },
];

fn divide(call: &Call<'_>) -> Outcome {
    let otherwise = || match call.value(2) {
        Value::Omitted => Value::Empty,
        other => other.clone(),
    };
    match (call.number(0)?, call.number(1)?) {
        (_, None | Some(0.0)) => Ok(otherwise()),
        (None, _) => Ok(Value::Empty),
        (Some(over), Some(under)) => Ok(Value::of(over / under)),
    }
}

fn error(call: &Call<'_>) -> Outcome {
    let text = call.text(0)?;
    Err(call.invalid(if text.is_empty() { "fejl" } else { &*text }))
}

fn valid_measure(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let mut lifted = frame.clone();
    lifted.lifts_unrelated = true;
    evaluator.eval(&arguments[0], &lifted)
}

// Visual totals.

/// Each member of a set that is followed by descendants as their total; of descendants that are totals
/// themselves, theirs count.
fn visual_totals(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    let [hierarchy] = set.columns[..] else {
        return match set.columns.is_empty() {
            true => Ok(Value::Set(call.set(0)?)),
            false => Err(call
                .invalid("VisualTotals tager medlemmer af ét hierarki")
                .hint("kryds bagefter: VisualTotals(mængde) * mængde")),
        };
    };
    let pattern = match call.value(1) {
        Value::Omitted | Value::Empty => None,
        _ => Some(call.text(1)?),
    };
    let mut below: HashMap<Member, Vec<Member>> = HashMap::new();
    let mut members = Vec::with_capacity(set.len());
    for member in set.members.iter().rev() {
        let place = call.scope.plain((hierarchy, *member));
        if let Some(of) = below.get(&place.1) {
            let caption = pattern.as_deref().map(|own| named(own, call.scope.caption(place)));
            caption.iter().try_for_each(|own| call.scope.text(own).map(drop))?;
            let of = Arc::new(Set::of_members(hierarchy, of.clone()));
            members.push(call.scope.put_visual(Visual { member: place, of, caption }));
            continue;
        }
        members.push(place.1);
        let plain = place.1;
        if matches!(plain, Member::Calculated(_)) {
            // A formula is no part of a total.
            continue;
        }
        let mut above = call.scope.parent(place);
        while let Some(place) = above {
            let own = below.entry(place.1).or_default();
            if own.last() != Some(&plain) {
                own.push(plain);
            }
            above = call.scope.parent(place);
        }
    }
    members.reverse();
    Ok(Value::set(Set::of_members(hierarchy, members)))
}

/// The name of a total: a star is the member's, two are one star.
fn named(pattern: &str, caption: &str) -> String {
    pattern.split("**").map(|part| part.replace('*', caption)).collect::<Vec<_>>().join("*")
}

// What is stored.

/// The tuples of a cross join that have a value, at the cell or at some tuple of the sets behind the
/// first ones.
fn non_empty_cross_join(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let (sets, count) = match arguments.split_last() {
        Some((last, sets)) if last.kind() == Kind::Value => {
            let count = evaluator.eval(last, frame)?.get(0).number()?.unwrap_or(0.0);
            if count < 1.0 || count.fract() != 0.0 {
                let message = "antallet af mængder skal være et helt tal, mindst 1";
                return Err(last.place(QueryError::new(ErrorKind::Invalid, message)));
            }
            (sets, (count as usize).min(sets.len()))
        }
        _ => (arguments, arguments.len()),
    };
    let cross = |sets: &[Expr]| match sets {
        [only] => Ok(only.clone()),
        _ => {
            let product = super::of_name("CrossJoin")?;
            Ok(arguments[0].like(Node::Call(product, sets.to_vec())))
        }
    };
    let mut given = vec![cross(&sets[..count])?];
    if count < sets.len() {
        given.push(cross(&sets[count..])?);
    }
    let non_empty = super::of_name("NonEmpty")?;
    evaluator.eval(&arguments[0].like(Node::Call(non_empty, given)), frame)
}

/// The tuples of which a measure group has rows, together with some tuple of the second set.
fn exists_in_group(
    evaluator: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let [set, other, name] = arguments else { return Ok(Column::Same(Value::Empty)) };
    let name = evaluator.eval(name, frame)?.get(0).letters()?;
    let measures = measures_of(evaluator.scope.cube, &name)?;
    let others = evaluator.eval(other, frame)?;
    let sets = evaluator.eval(set, frame)?;
    let one = |row: usize| match sets.get(row) {
        Value::Set(set) => filled(evaluator, &set, &others.get(row), &measures),
        value => Ok(value),
    };
    match (&sets, &others) {
        (Column::Same(_), Column::Same(_)) => Ok(Column::Same(one(0)?)),
        _ => (0..frame.rows).map(one).collect(),
    }
}

/// The measures of a group that together have a value wherever it has rows; of all groups where the
/// name is empty.
fn measures_of(cube: &Cube, name: &str) -> Result<Vec<MeasureRef>, QueryError> {
    // A cube of one group is called as its cube is.
    let is_cube = cube.groups.len() == 1 && same(&cube.name, name);
    let own = |group: usize| name.is_empty() || is_cube || same(&cube.groups[group].name, name);
    let found: Vec<MeasureRef> = cube.measures().filter(|one| own(one.group)).collect();
    if found.is_empty() {
        let names = cube.groups.iter().map(|group| group.name.clone());
        let message = format!("kuben har ingen målgruppe '{name}'");
        return Err(QueryError::new(ErrorKind::Unknown, message)
            .candidates(names.collect())
            .hint("målgruppens navn skrives som en tekst"));
    }
    Ok(found)
}

fn filled(
    evaluator: &Evaluator<'_>,
    set: &Arc<Set>,
    other: &Value,
    measures: &[MeasureRef],
) -> Outcome {
    let mut cell = Frame::one();
    match other {
        Value::Empty => return Ok(nothing_of(set)),
        Value::Set(other) if other.factors.is_empty() => return Ok(nothing_of(set)),
        Value::Set(other) => {
            let number = evaluator.together(other);
            cell.within.push(Stand::Same(At::Together(number)));
        }
        Value::Error(_) => return Ok(other.clone()),
        _ => {}
    }
    let written = Arc::new(evaluator.scope.written(set)?);
    let mut has_value = vec![false; written.len()];
    let child = evaluator.child(&cell, &[Ok(Arc::clone(&written))], 0..1)?;
    for &measure in measures {
        let mut frame = child.frame.clone();
        let measure = Member::Measure(measure);
        frame.put(HierarchyRef::Measures, Stand::Same(At::One(measure)));
        let values = evaluator.cell(&frame)?;
        for (row, has_value) in has_value.iter_mut().enumerate() {
            *has_value |= !values.get(row).is_empty();
        }
    }
    Ok(Value::set(written.choose((0..written.len()).filter(|&at| has_value[at]))))
}

/// No tuples of a set's hierarchies.
fn nothing_of(set: &Set) -> Value {
    Value::set(Set::of_tuples(set.columns().collect(), Vec::new()))
}

// Sets that are being gone through.

fn not_gone_through() -> QueryError {
    let message = "Current kan kun bruges, mens mængden gennemløbes";
    QueryError::new(ErrorKind::Invalid, message)
        .hint("for eksempel Generate(mængde AS [navn], {[navn].Current})")
}

fn current(_: &Evaluator<'_>, frame: &Frame, arguments: &[Expr]) -> Result<Column, QueryError> {
    let found = arguments[0].set_name().and_then(|of| frame.iteration(of));
    let found = found.ok_or_else(not_gone_through)?;
    let place = |own: HierarchyRef, at: At| match at {
        At::One(member) => Some((own, member)),
        At::Together(_) => None,
    };
    match &found.stands[..] {
        [(own, Stand::Same(at))] => Ok(Column::Same(Value::member(place(*own, *at)))),
        [(own, Stand::Coded(different, of_row))] => {
            let members = different.iter().map(|at| Value::member(place(*own, *at)));
            Ok(Column::Coded(members.collect(), Arc::clone(of_row)))
        }
        stands => {
            let tuple = |row: usize| {
                let places = stands.iter().map(|(own, stand)| place(*own, stand.at(row)));
                let places: Option<Arc<[Place]>> = places.collect();
                places.map_or(Value::Empty, Value::Tuple)
            };
            Ok((0..frame.rows).map(tuple).collect())
        }
    }
}

fn current_ordinal(
    _: &Evaluator<'_>,
    frame: &Frame,
    arguments: &[Expr],
) -> Result<Column, QueryError> {
    let found = arguments[0].set_name().and_then(|of| frame.iteration(of));
    let found = found.ok_or_else(not_gone_through)?;
    Ok(found.ordinals.iter().map(|&one| Value::Number(f64::from(one) + 1.0)).collect())
}
