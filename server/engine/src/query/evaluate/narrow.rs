//! What a cell says of a count: the conditions and unions that its stands, the defaults and the
//! subselects come to.

use std::sync::Arc;

use super::Evaluator;
use super::frame::{At, Frame, Stand};
use super::set::Set;
use super::value::Place;
use crate::cube::Use;
use crate::query::bind::{condition_of, condition_of_all, is_named, narrowing};
use crate::query::bound::{Condition, HierarchyRef, Member, Part, Union};
use crate::query::error::QueryError;

/// Conditions, and unions, all of which hold.
pub(super) type Narrowed = (Vec<Condition>, Vec<Arc<Union>>);

/// What is said of a count of the measures of one group, stand after stand.
pub(super) struct Narrowing<'e, 'q> {
    evaluator: &'e Evaluator<'q>,
    uses: &'e [Option<Use>],
    /// Whether nothing is said of dimensions that the group is not related to.
    lifts_unrelated: bool,
    conditions: Vec<Condition>,
    /// Sets counted as one, with the hierarchies on which they are.
    sets: Vec<(u32, Vec<HierarchyRef>)>,
    /// The dimensions that a subselect does not narrow.
    lifted: Vec<usize>,
}

impl<'e, 'q> Narrowing<'e, 'q> {
    pub(super) fn new(
        evaluator: &'e Evaluator<'q>,
        group: usize,
        lifts_unrelated: bool,
    ) -> Narrowing<'e, 'q> {
        let uses = &evaluator.scope.cube.groups[group].uses;
        let (conditions, sets, lifted) = (Vec::new(), Vec::new(), Vec::new());
        Narrowing { evaluator, uses, lifts_unrelated, conditions, sets, lifted }
    }

    /// Whether the group is not related to the dimension of a hierarchy.
    pub(super) fn is_unrelated(&self, hierarchy: HierarchyRef) -> bool {
        match hierarchy {
            HierarchyRef::Measures => false,
            HierarchyRef::Of { dimension, .. } => self.uses[dimension].is_none(),
        }
    }

    /// Whether a stand on a hierarchy says nothing of the count.
    pub(super) fn says_nothing_of(&self, hierarchy: HierarchyRef) -> bool {
        let lifted = self.lifts_unrelated && self.is_unrelated(hierarchy);
        hierarchy == HierarchyRef::Measures || lifted
    }

    /// Takes what a stand says; whether there is something to be counted.
    pub(super) fn stand(&mut self, hierarchy: HierarchyRef, at: At) -> bool {
        self.place(hierarchy, at);
        match at {
            _ if self.says_nothing_of(hierarchy) => true,
            At::Together(number) => {
                self.together(number, hierarchy);
                true
            }
            At::One(member) if self.is_unrelated(hierarchy) => {
                self.evaluator.is_unsaid(hierarchy, member)
            }
            At::One(member) => {
                self.condition(hierarchy, member);
                true
            }
        }
    }

    /// Takes where a stand is: outside what a subselect leaves, it does not narrow.
    pub(super) fn place(&mut self, hierarchy: HierarchyRef, at: At) {
        if at.member().is_some_and(|member| !self.evaluator.inside(hierarchy, member)) {
            self.lift(hierarchy);
        }
    }

    fn together(&mut self, number: u32, hierarchy: HierarchyRef) {
        match self.sets.iter_mut().find(|(known, _)| *known == number) {
            Some((_, hierarchies)) => hierarchies.push(hierarchy),
            None => self.sets.push((number, vec![hierarchy])),
        }
    }

    /// Takes that a hierarchy stands at a member.
    pub(super) fn condition(&mut self, hierarchy: HierarchyRef, member: Member) {
        let cube = self.evaluator.scope.cube;
        self.conditions.extend(condition_of(cube, hierarchy, vec![member]));
    }

    /// Takes that a subselect does not narrow the dimension of a hierarchy.
    pub(super) fn lift(&mut self, hierarchy: HierarchyRef) {
        if let HierarchyRef::Of { dimension, .. } = hierarchy {
            self.lifted.push(dimension);
        }
    }

    /// Takes the sets within which a cell is counted.
    pub(super) fn within(&mut self, frame: &Frame) {
        for stand in &frame.within {
            if let At::Together(number) = stand.at(0) {
                self.sets.push((number, self.evaluator.set_of(number).columns().collect()));
            }
        }
    }

    /// Takes the default members of hierarchies that are named nowhere.
    pub(super) fn defaults(&mut self, names: impl Fn(HierarchyRef) -> bool) {
        let defaults = self.evaluator.default_conditions(names);
        self.conditions.extend(defaults.filter(|one| self.uses[one.dimension].is_some()));
    }

    /// Whether a subselect narrows one of some dimensions.
    pub(super) fn narrows(&self, dimensions: &[usize]) -> bool {
        let is_one = |one: &Condition| dimensions.contains(&one.dimension);
        self.subselects().any(is_one)
    }

    /// The conditions of subselects that hold.
    fn subselects(&self) -> impl Iterator<Item = &Condition> {
        self.evaluator.conditions().filter(|one| !self.lifted.contains(&one.dimension))
    }

    /// All that holds; `None` where that says something of a dimension that the group is not related
    /// to, so that nothing is counted.
    pub(super) fn finish(self) -> Result<Option<Narrowed>, QueryError> {
        let mut conditions: Vec<Condition> = self.subselects().cloned().collect();
        conditions.extend(self.conditions.iter().cloned());
        let mut unions = Vec::new();
        for (number, hierarchies) in &self.sets {
            let set = self.evaluator.set_of(*number);
            let own = self.evaluator.conditions_of(&set, hierarchies)?;
            conditions.extend(own.0);
            unions.extend(own.1);
        }
        let is_unsaid = |dimension: usize| self.lifts_unrelated && self.uses[dimension].is_none();
        conditions.retain(|one| !is_unsaid(one.dimension));
        let own = unions.iter().filter_map(|own| without(own, &is_unsaid));
        let mut unions: Vec<Arc<Union>> = own.collect();
        let lifted = |dimension| is_unsaid(dimension) || self.lifted.contains(&dimension);
        unions.extend(self.evaluator.unions(&lifted));
        let boxes = unions.iter().flat_map(|own| own.boxes.iter().flatten());
        let is_unrelated = |one: &Condition| self.uses[one.dimension].is_none();
        let unrelated = conditions.iter().chain(boxes).any(is_unrelated);
        Ok((!unrelated).then_some((conditions, unions)))
    }
}

impl Evaluator<'_> {
    /// What narrows every count: the conditions that do not stand in `WHERE`.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let conditions = self.bound.conditions.iter().enumerate();
        let sliced = |at: usize| self.bound.sliced.iter().any(|(position, _)| *position == at);
        conditions.filter(move |(at, _)| !sliced(*at)).map(|(_, condition)| condition)
    }

    /// Whether a stand says nothing of a dimension that measures are not related to.
    pub(super) fn is_unsaid(&self, hierarchy: HierarchyRef, member: Member) -> bool {
        member == Member::All || member == self.scope.default_member(hierarchy)
    }

    /// The default members that hold where some hierarchies are named: those of hierarchies that are
    /// not, neither themselves nor by the hierarchy of one of their levels.
    fn defaults_beside(
        &self,
        names: impl Fn(HierarchyRef) -> bool,
    ) -> impl Iterator<Item = &Place> {
        let cube = self.scope.cube;
        self.bound.defaults.iter().filter(move |(own, _)| !is_named(cube, *own, &names))
    }

    /// The conditions of the default members that hold where some hierarchies are named.
    fn default_conditions(
        &self,
        names: impl Fn(HierarchyRef) -> bool,
    ) -> impl Iterator<Item = Condition> {
        let unnamed = self.defaults_beside(names);
        unnamed.filter_map(|(own, member)| condition_of(self.scope.cube, *own, vec![*member]))
    }

    /// The same cells, said to stand at the default members that hold there.
    pub(crate) fn at_defaults(&self, frame: &Frame) -> Frame {
        let mut there = frame.clone();
        for &(own, member) in self.defaults_beside(|own| frame.stand(own).is_some()) {
            there.put(own, Stand::Same(At::One(member)));
        }
        there
    }

    /// Whether what exists of a set in cells lies in them, wherever they stand: on each of its
    /// hierarchies they stand at All, or at members of the set's level or above it, and so do the
    /// default members that the set's hierarchies take the place of.
    pub(crate) fn lies_within(&self, set: &Set, frame: &Frame) -> bool {
        let below = |own: HierarchyRef, at: &At| match at {
            At::One(member) => self.holds(own, *member, set),
            At::Together(number) => self.fields(&self.set_of(*number), own).is_some_and(|fields| {
                fields.iter().all(|field| self.is_above((own, *field), set, own))
            }),
        };
        let is_below = |own: HierarchyRef| {
            let stands = frame.stand(own).map_or(&[][..], Stand::different);
            stands.iter().all(|at| below(own, at))
        };
        let replaces = |own: HierarchyRef, column: HierarchyRef| {
            is_named(self.scope.cube, own, |one| one == column)
        };
        let mut defaults = self.defaults_beside(|own| frame.stand(own).is_some());
        set.columns().all(is_below)
            && defaults.all(|&(own, member)| {
                let Member::Of { field, .. } = member else { return false };
                let mut columns = set.columns().filter(|column| replaces(own, *column));
                columns.all(|column| self.is_above((own, field), set, column))
            })
    }

    /// Whether the members of a set that have something in common with a member of a hierarchy lie
    /// in it.
    pub(super) fn holds(&self, hierarchy: HierarchyRef, member: Member, set: &Set) -> bool {
        match member {
            Member::All => true,
            Member::Of { field, .. } => self.is_above((hierarchy, field), set, hierarchy),
            _ => false,
        }
    }

    /// Whether a level of a hierarchy is that of a set's members, or above it.
    pub(super) fn is_above(
        &self,
        (hierarchy, above): (HierarchyRef, usize),
        set: &Set,
        column: HierarchyRef,
    ) -> bool {
        let HierarchyRef::Of { dimension, hierarchy } = hierarchy else { return false };
        let levels = &self.scope.cube.dimensions[dimension].hierarchies[hierarchy].levels;
        let depth = |field: usize| levels.iter().position(|&level| level == field);
        let is_below = |&field: &usize| {
            let depths = depth(above).zip(depth(field));
            above == field || depths.is_some_and(|(above, below)| above < below)
        };
        self.fields(set, column).is_some_and(|fields| fields.iter().all(is_below))
    }

    /// The fields of a set's members on a hierarchy; `None` where some are of none.
    fn fields(&self, set: &Set, hierarchy: HierarchyRef) -> Option<Vec<usize>> {
        let mut fields: Vec<usize> = Vec::new();
        let mut add = |field: usize| {
            if !fields.contains(&field) {
                fields.push(field);
            }
        };
        for factor in &set.factors {
            let Some(at) = factor.columns.iter().position(|own| *own == hierarchy) else {
                continue;
            };
            for part in &factor.parts {
                match part {
                    Part::Level { field } => add(*field),
                    Part::Tuples(members) => {
                        for member in members.iter().skip(at).step_by(factor.columns.len()) {
                            let Member::Of { field, .. } = member else { return None };
                            add(*field);
                        }
                    }
                }
            }
        }
        Some(fields)
    }

    /// Whether a member has something in common with what a subselect leaves.
    pub(super) fn inside(&self, hierarchy: HierarchyRef, member: Member) -> bool {
        let (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) = (hierarchy, member)
        else {
            return true;
        };
        let Some(keys) = &self.scope.subspace[dimension] else { return true };
        let own =
            self.scope.cube.dimensions[dimension].fields[field].keys_of_member.get(id as usize);
        own.iter().any(|&key| keys.has(key as usize))
    }

    /// What the members of some hierarchies of a set say together: conditions, and unions where they
    /// are no product.
    pub(crate) fn conditions_of(
        &self,
        set: &Set,
        hierarchies: &[HierarchyRef],
    ) -> Result<(Vec<Condition>, Vec<Arc<Union>>), QueryError> {
        let (mut conditions, mut unions) = (Vec::new(), Vec::new());
        for factor in &set.factors {
            let own =
                (0..factor.columns.len()).filter(|&at| hierarchies.contains(&factor.columns[at]));
            let own: Vec<usize> = own.collect();
            if own.is_empty() {
                continue;
            }
            if self.scope.has_every_key(factor) {
                conditions.extend(condition_of_all(&self.scope, factor).map(|own| own.1));
                continue;
            }
            let written = self.scope.written(&Set { factors: vec![factor.clone()] })?;
            let columns: Vec<HierarchyRef> = own.iter().map(|&at| written.columns[at]).collect();
            let tuples = written.tuples().flat_map(|tuple| own.iter().map(|&at| tuple[at]));
            let tuples: Vec<Member> = self.cancel.collect(tuples)?;
            let (own, union) = narrowing(self.scope.cube, &columns, &tuples, self.cancel)?;
            conditions.extend(own.into_iter().map(|(_, condition)| condition));
            unions.extend(union.map(Arc::new));
        }
        Ok((conditions, unions))
    }

    /// The unions that narrow every count, but for what they say of some dimensions.
    pub(crate) fn unions(&self, is_lifted: &impl Fn(usize) -> bool) -> Vec<Arc<Union>> {
        let all = self.bound.unions.iter().filter(|own| !own.sliced);
        all.filter_map(|own| without(own, is_lifted)).collect()
    }
}

/// A union, but for what it says of some dimensions; `None` where that is all.
fn without(own: &Arc<Union>, is_lifted: &impl Fn(usize) -> bool) -> Option<Arc<Union>> {
    let kept = |one: &&Condition| !is_lifted(one.dimension);
    let boxes = own.boxes.iter().map(|own| own.iter().filter(kept).cloned().collect());
    let boxes: Vec<Vec<Condition>> = boxes.collect();
    let says = !boxes.iter().any(Vec::is_empty);
    says.then(|| Arc::new(Union { boxes, sliced: false }))
}
