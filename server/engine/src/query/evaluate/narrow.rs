//! What a cell says of a count: the conditions and unions that its stands, the defaults and the
//! subselects come to.

use std::sync::Arc;

use super::Evaluator;
use super::frame::{At, Frame};
use super::set::Set;
use crate::cube::Use;
use crate::query::bind::{condition_of, condition_of_all, narrowing};
use crate::query::bound::{Condition, HierarchyRef, Member, Union};
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
    pub(super) fn defaults(&mut self, is_named: impl Fn(HierarchyRef) -> bool) {
        let defaults = self.evaluator.default_conditions(is_named);
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

    /// The conditions of the hierarchies that stand at default members, being named nowhere.
    pub(crate) fn default_conditions(
        &self,
        is_named: impl Fn(HierarchyRef) -> bool,
    ) -> impl Iterator<Item = Condition> {
        let unnamed = self.bound.defaults.iter().filter(move |(own, _)| !is_named(*own));
        unnamed.filter_map(|(own, member)| condition_of(self.scope.cube, *own, vec![*member]))
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
