//! Opening and closing the members of a set, as a pivot table does.
//!
//! A tuple is opened by putting behind it the same tuple with each of the children of one of its
//! members. One that is followed by such a child already is open: where members are named, it stays as
//! it is.

use std::ops::RangeInclusive;

use hashbrown::HashSet;

use super::relatives::{children, depths_of_level};
use super::{Call, Function, Kind, Outcome, Rule, Takes};
use crate::query::bound::{HierarchyRef, Member};
use crate::query::error::QueryError;
use crate::query::evaluate::scope::Scope;
use crate::query::evaluate::set::{Set, Written};
use crate::query::evaluate::value::Value;

const SET: Takes = Takes::Need(Kind::Set);

/// Words of the functions that open named members, in whatever order they are written.
pub(super) const WORDS: Takes = Takes::Word(&["RECURSIVE", "INCLUDE_CALC_MEMBERS"]);

/// The word of the functions that open a level.
pub(super) const WITH_CALCULATED: Takes = Takes::Word(&["INCLUDE_CALC_MEMBERS"]);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        takes: &[SET, Takes::May(Kind::Level), Takes::May(Kind::Value), WITH_CALCULATED],
        meaning: "Mængden med børnene efter hvert medlem på det nederste niveau i den, eller på et \
                  niveau, der nævnes; i tupler efter det første hierarki, eller det på plads n. Med \
                  INCLUDE_CALC_MEMBERS også de beregnede børn.",
        example: "DrilldownLevel({[Tid].[Kalender].[I alt]})",
        ..Function::call("DrilldownLevel", Kind::Set, Rule::Plain(drilldown_level))
    },
    Function {
        takes: &[SET, SET, WORDS, WORDS],
        meaning: "Mængden med børnene efter hvert medlem, der er i den anden mængde; RECURSIVE \
                  ser også på børnene.",
        example: "DrilldownMember([Tid].[Kalender].[År].Members, {[Tid].[Kalender].[2020]})",
        ..Function::call("DrilldownMember", Kind::Set, Rule::Plain(drilldown_member))
    },
    Function {
        takes: &[SET, SET, Takes::May(Kind::Hierarchy), WORDS, WORDS],
        meaning: "Mængden med børnene af et nævnt hierarki efter hver tupel, der er i den anden \
                  mængde.",
        example: "DrilldownMember({([Tid].[Kalender].[2020], [Measures].DefaultMember)}, \
                  {[Tid].[Kalender].[2020]}, [Tid].[Kalender])",
        ..Function::call("DrilldownMember", Kind::Set, Rule::Plain(drilldown_member))
    },
    Function {
        takes: &[SET, Takes::May(Kind::Level)],
        meaning: "Mængden uden det nederste niveau i den, eller uden det, der står under et niveau.",
        example: "DrillupLevel([Tid].[Kalender].Members, [Tid].[Kalender].[År])",
        ..Function::call("DrillupLevel", Kind::Set, Rule::Plain(drillup_level))
    },
    Function {
        takes: &[SET, SET],
        meaning: "Mængden uden det, der står under medlemmer af den anden mængde.",
        example: "DrillupMember([Tid].[Kalender].Members, {[Tid].[Kalender].[2020]})",
        ..Function::call("DrillupMember", Kind::Set, Rule::Plain(drillup_member))
    },
    Function {
        takes: &[SET, SET, WORDS, WORDS],
        meaning: "Mængden, hvor hvert medlem af den anden mængde er lukket, hvis det var åbent, og \
                  åbnet, hvis det var lukket.",
        example: "ToggleDrillState([Tid].[Kalender].[År].Members, {[Tid].[Kalender].[2020]})",
        ..Function::call("ToggleDrillState", Kind::Set, Rule::Plain(toggle))
    },
];

/// A set being opened or closed at one of its columns.
pub(super) struct Drill<'a> {
    pub scope: &'a Scope<'a>,
    pub set: &'a Written,
    /// The column whose members are opened.
    pub column: usize,
    /// Whether calculated members are opened too, each below its parent.
    pub with_calculated: bool,
}

impl Drill<'_> {
    pub(super) fn hierarchy(&self) -> HierarchyRef {
        self.set.columns[self.column]
    }

    fn depth(&self, at: usize) -> usize {
        self.scope.depth((self.hierarchy(), self.set.tuple(at)[self.column]))
    }

    /// The depth of the lowest member.
    pub(super) fn lowest(&self) -> usize {
        (0..self.set.len()).map(|at| self.depth(at)).max().unwrap_or(0)
    }

    /// The tuples at the lowest of some depths that there is, or at the lowest of all where none is.
    pub(super) fn at_depth(
        &self,
        wanted: Option<RangeInclusive<usize>>,
    ) -> impl Fn(usize) -> bool + '_ {
        let depths = (0..self.set.len()).map(|at| self.depth(at));
        let lowest = wanted.and_then(|wanted| depths.filter(|one| wanted.contains(one)).max());
        let depth = lowest.unwrap_or_else(|| self.lowest());
        move |at| self.depth(at) == depth
    }

    /// Whether a tuple is followed by one that is the same but for a child.
    pub(super) fn is_open(&self, at: usize) -> bool {
        if at + 1 >= self.set.len() {
            return false;
        }
        let (own, next) = (self.set.tuple(at), self.set.tuple(at + 1));
        let parent = self.scope.parent((self.hierarchy(), next[self.column]));
        parent == Some((self.hierarchy(), own[self.column])) && self.is_beside(own, next)
    }

    /// Whether two tuples are the same but for the column that is opened.
    fn is_beside(&self, one: &[Member], other: &[Member]) -> bool {
        let others = |at: &usize| *at != self.column;
        (0..one.len()).filter(others).all(|at| one[at] == other[at])
    }

    /// The tuples that opening a tuple puts behind it.
    pub(super) fn opened(&self, tuple: &[Member]) -> Result<Vec<Vec<Member>>, QueryError> {
        let (hierarchy, member) = (self.hierarchy(), tuple[self.column]);
        let mut below = children(self.scope, (hierarchy, member))?;
        if self.with_calculated {
            below.extend(self.scope.calculated_below((hierarchy, member)));
        }
        self.scope.write(below.len() * tuple.len())?;
        let with = |member: Member| {
            let mut tuple = tuple.to_vec();
            tuple[self.column] = member;
            tuple
        };
        let tuples = below.into_iter().map(with);
        let exists = |tuple: &Vec<Member>| self.scope.exists(&self.set.columns, tuple, tuple.len());
        Ok(tuples.filter(exists).collect())
    }

    /// The set with some tuples opened, whether they are open or not.
    fn open(&self, opens: impl Fn(usize) -> bool) -> Result<Set, QueryError> {
        let mut members = Vec::with_capacity(self.set.members.len());
        for at in 0..self.set.len() {
            members.extend(self.set.tuple(at));
            if opens(at) {
                self.opened(self.set.tuple(at))?.iter().for_each(|tuple| members.extend(tuple));
            }
        }
        Ok(Set::of_tuples(self.set.columns.clone(), members))
    }

    /// The set with the tuples opened that others name, and with `recursive` those put in as well.
    fn open_named(&self, named: &Named, recursive: bool) -> Result<Set, QueryError> {
        if !recursive {
            return self.open(|at| named.has(self.set.tuple(at)) && !self.is_open(at));
        }
        let mut members = Vec::with_capacity(self.set.members.len());
        for at in 0..self.set.len() {
            members.extend(self.set.tuple(at));
            if named.has(self.set.tuple(at)) && !self.is_open(at) {
                self.open_below(self.set.tuple(at), named, &mut members)?;
            }
        }
        Ok(Set::of_tuples(self.set.columns.clone(), members))
    }

    /// As deep as a hierarchy has levels.
    fn open_below(
        &self,
        tuple: &[Member],
        named: &Named,
        members: &mut Vec<Member>,
    ) -> Result<(), QueryError> {
        for child in self.opened(tuple)? {
            members.extend(&child);
            if named.has(&child) {
                self.open_below(&child, named, members)?;
            }
        }
        Ok(())
    }
}

/// The tuples that a second set names: by the hierarchies that it has of the first.
pub(super) struct Named {
    /// Where its columns stand in the first set.
    positions: Vec<usize>,
    tuples: HashSet<Vec<Member>>,
}

impl Named {
    pub(super) fn new(
        call: &Call<'_>,
        set: &Written,
        other: &Written,
    ) -> Result<Named, QueryError> {
        let mut positions = Vec::with_capacity(other.columns.len());
        for &hierarchy in &other.columns {
            let position = set.columns.iter().position(|own| *own == hierarchy);
            positions.push(position.ok_or_else(|| {
                let name = call.scope.hierarchy_name(hierarchy);
                call.invalid(format!("den første mængde i {} har ikke {name}", call.function.name))
                    .hint("skriv medlemmer af den første mængdes hierarkier i den anden")
            })?);
        }
        let tuples = call.scope.cancel.collect(other.tuples().map(<[Member]>::to_vec))?;
        Ok(Named { positions, tuples })
    }

    /// The column that is opened where no other is named.
    pub(super) fn column(&self) -> usize {
        self.positions.first().copied().unwrap_or(0)
    }

    pub(super) fn has(&self, tuple: &[Member]) -> bool {
        self.tuples.contains(&self.part(tuple)[..])
    }

    /// What a tuple of the first set has of the second set's hierarchies.
    fn part(&self, tuple: &[Member]) -> Vec<Member> {
        self.positions.iter().map(|&position| tuple[position]).collect()
    }

    /// Some of the tuples that are named.
    fn some(&self, tuples: HashSet<Vec<Member>>) -> Named {
        Named { positions: self.positions.clone(), tuples }
    }

    /// The tuples named that a tuple of the first set stands below, in the column that is opened.
    fn above(&self, scope: &Scope<'_>, set: &Written, at: usize) -> Vec<Vec<Member>> {
        let (mut tuple, column) = (set.tuple(at).to_vec(), self.column());
        let own = scope.parent((set.columns[column], tuple[column]));
        let above = std::iter::successors(own, |&one| scope.parent(one)).map(|(_, member)| {
            tuple[column] = member;
            self.part(&tuple)
        });
        above.filter(|part| self.tuples.contains(part)).collect()
    }
}

/// Whether a word stands anywhere among the arguments.
pub(super) fn has_word(call: &Call<'_>, word: &str) -> bool {
    (1..call.given.len()).any(|at| call.is_word(at, word))
}

fn drilldown_level(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    if set.len() == 0 {
        return Ok(Value::Set(call.set(0)?));
    }
    let (column, depth) = column_and_depth(call, &set, 1, Some(2))?;
    let with_calculated = has_word(call, "INCLUDE_CALC_MEMBERS");
    let drill = Drill { scope: call.scope, set: &set, column, with_calculated };
    let opens = drill.at_depth(depth);
    Ok(Value::set(drill.open(opens)?))
}

/// The column that a level or an index names, and the depths of the level.
pub(super) fn column_and_depth(
    call: &Call<'_>,
    set: &Written,
    level: usize,
    index: Option<usize>,
) -> Result<(usize, Option<RangeInclusive<usize>>), QueryError> {
    if let Value::Level(hierarchy, field) = call.value(level) {
        let column = column_of(call, set, *hierarchy)?;
        return Ok((column, Some(depths_of_level(call.scope, *hierarchy, *field))));
    }
    let Some(index) = index.filter(|&at| *call.value(at) != Value::Omitted) else {
        return Ok((0, None));
    };
    match usize::try_from(call.whole(index, 0)?) {
        Ok(column) if column < set.columns.len() => Ok((column, None)),
        _ => Err(call
            .invalid(format!("{} har ikke så mange hierarkier i mængden", call.function.name))
            .hint(format!("mængden har hierarkierne 0 til {}", set.columns.len() - 1))),
    }
}

fn column_of(call: &Call<'_>, set: &Written, hierarchy: HierarchyRef) -> Result<usize, QueryError> {
    set.columns.iter().position(|own| *own == hierarchy).ok_or_else(|| {
        let name = call.scope.hierarchy_name(hierarchy);
        call.invalid(format!("mængden i {} har ikke hierarkiet {name}", call.function.name))
            .hint("skriv et af mængdens egne hierarkier")
    })
}

fn drilldown_member(call: &Call<'_>) -> Outcome {
    let (set, other) = (call.written(0)?, call.written(1)?);
    if set.len() == 0 || other.len() == 0 {
        return Ok(Value::Set(call.set(0)?));
    }
    let named = Named::new(call, &set, &other)?;
    let column = match call.value(2) {
        Value::Omitted | Value::Empty | Value::Text(_) => named.column(),
        _ => column_of(call, &set, call.hierarchy(2)?)?,
    };
    let with_calculated = has_word(call, "INCLUDE_CALC_MEMBERS");
    let drill = Drill { scope: call.scope, set: &set, column, with_calculated };
    Ok(Value::set(drill.open_named(&named, has_word(call, "RECURSIVE"))?))
}

fn drillup_level(call: &Call<'_>) -> Outcome {
    let set = call.written(0)?;
    if set.len() == 0 {
        return Ok(Value::Set(call.set(0)?));
    }
    let (column, depths) = column_and_depth(call, &set, 1, None)?;
    let drill = Drill { scope: call.scope, set: &set, column, with_calculated: false };
    let above = || drill.lowest().saturating_sub(1);
    let depth = depths.map_or_else(above, |depths| *depths.end());
    Ok(Value::set(set.choose((0..set.len()).filter(|&at| drill.depth(at) <= depth))))
}

fn drillup_member(call: &Call<'_>) -> Outcome {
    let (set, other) = (call.written(0)?, call.written(1)?);
    if set.len() == 0 || other.len() == 0 {
        return Ok(Value::Set(call.set(0)?));
    }
    let named = Named::new(call, &set, &other)?;
    Ok(Value::set(closed(call.scope, &set, &named)?))
}

/// A set without the tuples that stand below named ones.
fn closed(scope: &Scope<'_>, set: &Written, named: &Named) -> Result<Set, QueryError> {
    let mut kept = Vec::new();
    scope.cancel.each(0..set.len(), |at| {
        if named.above(scope, set, at).is_empty() {
            kept.push(at);
        }
    })?;
    Ok(set.choose(kept))
}

fn toggle(call: &Call<'_>) -> Outcome {
    let (set, other) = (call.written(0)?, call.written(1)?);
    if set.len() == 0 || other.len() == 0 {
        return Ok(Value::Set(call.set(0)?));
    }
    let named = Named::new(call, &set, &other)?;
    let mut open: HashSet<Vec<Member>> = HashSet::new();
    let above = |at| open.extend(named.above(call.scope, &set, at));
    call.scope.cancel.each(0..set.len(), above)?;
    let present = set.tuples().map(|tuple| named.part(tuple));
    let (open, shut): (HashSet<_>, HashSet<_>) =
        present.filter(|part| named.tuples.contains(part)).partition(|part| open.contains(part));
    let left = call.scope.written(&closed(call.scope, &set, &named.some(open))?)?;
    let with_calculated = has_word(call, "INCLUDE_CALC_MEMBERS");
    let drill = Drill { scope: call.scope, set: &left, column: named.column(), with_calculated };
    Ok(Value::set(drill.open_named(&named.some(shut), has_word(call, "RECURSIVE"))?))
}
