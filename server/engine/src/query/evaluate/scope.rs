//! What expressions are worked out in, wherever the cell stands: the view, what a subselect leaves
//! of it, the members that are calculated, and how much may still be written out.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::keys::{self, Keys};
use super::listed::Lists;
use super::set::Set;
use super::value::Place;
use crate::cube::{Cube, DefaultMeasure};
use crate::query::bound::{Bound, Calculated, Condition, Factor, HierarchyRef, Member, Own, Part};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::names;
use crate::query::view::View;
use crate::query::{Cancel, Limits};

/// What expressions are worked out in.
pub(crate) struct Scope<'q> {
    pub view: &'q View,
    pub cube: &'q Cube,
    /// The calculated members of the question, by number.
    pub calculated: &'q BTreeMap<usize, Calculated>,
    /// The calculated members that the question defines, in their order.
    pub own: &'q [Own],
    /// Per dimension that a subselect narrows: the keys that it leaves.
    pub subspace: Vec<Option<Keys>>,
    /// Per dimension that stands in `WHERE`: the keys that it leaves.
    pub sliced: Vec<Option<Keys>>,
    /// Whether some of what a subselect hides counts (`NON VISUAL`).
    pub hides: bool,
    /// The measures that a subselect leaves; `None` is all.
    left_measures: Option<Vec<Member>>,
    /// Where hierarchies stand where nothing is said, if not where the cube says.
    defaults: Vec<Place>,
    /// Whether sets are worked out inside what `WHERE` leaves: those that positions are made of.
    pub deep: Cell<bool>,
    pub limits: &'q Limits,
    pub cancel: &'q Cancel,
    /// Sets that were written out last.
    pub(super) lists: Lists,
    pub(super) steps: Cell<usize>,
    /// Bytes of the texts that were made and shown.
    pub(super) text_bytes: Cell<usize>,
    written: Cell<usize>,
    /// Members that show the total of others: they are numbered behind all calculated ones.
    visual: RefCell<Vec<Visual>>,
}

/// A member that shows the total of those of its descendants that a set shows (`VisualTotals`).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Visual {
    /// The member that it is.
    pub member: Place,
    /// Those that it is the total of.
    pub of: Arc<Set>,
    /// What people read, where it is not what they read of the member.
    pub caption: Option<String>,
}

impl<'q> Scope<'q> {
    pub(crate) fn new(
        view: &'q View,
        calculated: &'q BTreeMap<usize, Calculated>,
        own: &'q [Own],
        (limits, cancel): (&'q Limits, &'q Cancel),
    ) -> Scope<'q> {
        let subspace = vec![None; view.cube().dimensions.len()];
        let sliced = subspace.clone();
        Scope {
            view,
            cube: view.cube(),
            calculated,
            own,
            subspace,
            sliced,
            hides: false,
            left_measures: None,
            defaults: Vec::new(),
            deep: Cell::new(false),
            limits,
            cancel,
            lists: Lists::default(),
            steps: Cell::new(0),
            text_bytes: Cell::new(0),
            written: Cell::new(0),
            visual: RefCell::default(),
        }
    }

    /// Takes steps: a part of a formula at a row is one, and so is a pair that is compared.
    pub(crate) fn step(&self, count: usize) -> Result<(), QueryError> {
        self.steps.set(self.steps.get().saturating_add(count));
        self.cancel.check()?;
        match self.steps.get() > self.limits.steps {
            true => Err(QueryError::new(
                ErrorKind::TooLarge,
                "formlerne i spørgsmålet kræver for mange trin",
            )
            .hint("brug mindre mængder i Sum og Filter, eller spørg om færre felter ad gangen")),
            false => Ok(()),
        }
    }

    /// Takes what subselects and `WHERE` of a question leave.
    pub(super) fn leave(&mut self, bound: &Bound) {
        let is_sliced = |at: usize| bound.sliced.iter().any(|(position, _)| *position == at);
        let own = bound.conditions.iter().enumerate().filter(|(at, _)| !is_sliced(*at));
        let own: Vec<Condition> = own.map(|(_, one)| one).chain(&bound.hidden).cloned().collect();
        let unions = bound.unions.iter().filter(|one| !one.sliced).chain(&bound.hidden_unions);
        self.subspace = keys::left(self.cube, &own, &unions.cloned().collect::<Vec<_>>());
        let in_slicer =
            |own: HierarchyRef| bound.slicer.iter().any(|set| set.columns().any(|one| one == own));
        let sliced = bound.sliced.iter().filter(|(_, own)| in_slicer(*own));
        let sliced: Vec<_> = sliced.map(|(at, _)| bound.conditions[*at].clone()).collect();
        let unions = bound.unions.iter().filter(|one| one.sliced);
        self.sliced = keys::left(self.cube, &sliced, &unions.cloned().collect::<Vec<_>>());
        self.hides = bound.hides();
        self.left_measures = bound.measures.clone();
        self.defaults = bound.defaults.clone();
    }

    /// Counts members that are about to be written out, and stops a question that goes too far.
    pub(crate) fn write(&self, count: usize) -> Result<(), QueryError> {
        self.cancel.check()?;
        self.written.set(self.written.get().saturating_add(count));
        match self.written.get() > self.limits.written {
            true => Err(QueryError::new(
                ErrorKind::TooLarge,
                "mængderne i spørgsmålet er for store at skrive ud",
            )
            .hint("skriv dem som krydsprodukter, eller vælg færre medlemmer")),
            false => Ok(()),
        }
    }

    // Visual totals.

    /// The visual totals so far.
    pub(crate) fn visuals(&self) -> Vec<Visual> {
        self.visual.borrow().clone()
    }

    /// Goes on with visual totals that were made before.
    pub(crate) fn know_visuals(&self, known: &[Visual]) {
        self.visual.replace(known.to_vec());
    }

    /// The member that a visual total is.
    pub(crate) fn put_visual(&self, own: Visual) -> Member {
        let mut all = self.visual.borrow_mut();
        let known = all.iter().position(|one| *one == own);
        let number = known.unwrap_or(all.len());
        if number == all.len() {
            all.push(own);
        }
        Member::Calculated(self.first_visual() + number)
    }

    pub(crate) fn has_visuals(&self) -> bool {
        !self.visual.borrow().is_empty()
    }

    fn first_visual(&self) -> usize {
        self.cube.calculated.len() + self.own.len()
    }

    /// The visual total that a calculated member is, if it is one.
    pub(crate) fn visual(&self, number: usize) -> Option<Visual> {
        let number = number.checked_sub(self.first_visual())?;
        self.visual.borrow().get(number).cloned()
    }

    /// The member that a member is in its hierarchy: of a visual total the one that it shows.
    pub(crate) fn plain(&self, place: Place) -> Place {
        match place.1 {
            Member::Calculated(number) => self.visual(number).map_or(place, |one| one.member),
            _ => place,
        }
    }

    /// Whether a key of a dimension exists for the question.
    pub(crate) fn has_key(&self, dimension: usize, key: u32) -> bool {
        self.view.has_key(dimension, key)
            && self.subspace[dimension].as_ref().is_none_or(|keys| keys.has(key as usize))
    }

    /// Whether a member exists for the question: for the caller, and in what a subselect leaves.
    pub(crate) fn shows(&self, hierarchy: HierarchyRef, member: Member) -> bool {
        let (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) = (hierarchy, member)
        else {
            let left = self.left_measures.as_ref().filter(|_| hierarchy == HierarchyRef::Measures);
            return left.is_none_or(|left| left.contains(&member));
        };
        if !self.view.has_member(dimension, field, id) {
            return false;
        }
        let Some(keys) = &self.subspace[dimension] else { return true };
        let own = self.cube.dimensions[dimension].fields[field].keys_of_member.get(id as usize);
        own.iter().any(|&key| keys.has(key as usize))
    }

    /// Whether a factor leaves out no key of its dimension: it has all members of a level that every key
    /// has a member on.
    pub(crate) fn has_every_key(&self, factor: &Factor) -> bool {
        let [HierarchyRef::Of { dimension, .. }] = factor.columns[..] else { return false };
        let fields = &self.cube.dimensions[dimension].fields;
        let is_whole =
            |part: &Part| matches!(part, Part::Level { field } if !fields[*field].partial);
        let is_narrowed = self.hides && self.subspace[dimension].is_some();
        !is_narrowed && factor.parts.iter().any(is_whole) && !factor.has_calculated()
    }

    /// Whether a key of a dimension lies in what `WHERE` leaves, where sets are worked out in that.
    pub(crate) fn slices_in(&self, dimension: usize, key: u32) -> bool {
        let sliced = self.sliced[dimension].as_ref().filter(|_| self.deep.get());
        sliced.is_none_or(|keys| keys.has(key as usize))
    }

    /// Whether a set has a member: it exists for the question, and in what `WHERE` leaves, where
    /// sets are worked out in that.
    pub(crate) fn lists(&self, hierarchy: HierarchyRef, member: Member) -> bool {
        if !self.shows(hierarchy, member) {
            return false;
        }
        let (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) = (hierarchy, member)
        else {
            return true;
        };
        if !self.deep.get() || self.sliced[dimension].is_none() {
            return true;
        }
        let own = self.cube.dimensions[dimension].fields[field].keys_of_member.get(id as usize);
        own.iter().any(|&key| self.slices_in(dimension, key))
    }

    /// The member that a hierarchy stands at where nothing is said.
    pub(crate) fn default_member(&self, hierarchy: HierarchyRef) -> Member {
        let HierarchyRef::Of { dimension, hierarchy: own } = hierarchy else {
            return self.default_measure();
        };
        if let Some((_, member)) = self.defaults.iter().find(|(one, _)| *one == hierarchy) {
            return *member;
        }
        let own = self.view.default_of(dimension, own);
        own.map_or(Member::All, |(field, id)| Member::Of { field, id })
    }

    /// The default measure; where a subselect leaves it out, the first of those that it leaves.
    fn default_measure(&self) -> Member {
        let own = match self.cube.default_measure {
            DefaultMeasure::Stored(measure) => Member::Measure(measure),
            DefaultMeasure::Calculated(number) => Member::Calculated(number),
        };
        let Some(left) = self.left_measures.as_ref().filter(|left| !left.contains(&own)) else {
            return own;
        };
        let mut stored = self.cube.measures().map(Member::Measure);
        stored.find(|one| left.contains(one)).or(left.first().copied()).unwrap_or(own)
    }

    /// A default member, or where it is not in what a subselect leaves, the first member of its level
    /// that is.
    pub(crate) fn first_left(&self, (hierarchy, member): Place) -> Member {
        let (HierarchyRef::Of { dimension, .. }, Member::Of { field, .. }) = (hierarchy, member)
        else {
            return member;
        };
        if self.shows(hierarchy, member) {
            return member;
        }
        let mut level = self.view.members(dimension, field).map(|id| Member::Of { field, id });
        level.find(|one| self.shows(hierarchy, *one)).unwrap_or(member)
    }

    /// The measure that formulas of measures stand at, where the default measure is one of these.
    pub(crate) fn stored_default(&self) -> Option<Member> {
        let is_calculated = matches!(self.default_measure(), Member::Calculated(_));
        self.cube.measures().next().filter(|_| is_calculated).map(Member::Measure)
    }

    pub(crate) fn hierarchy_name(&self, hierarchy: HierarchyRef) -> String {
        names::hierarchy_name(self.cube, hierarchy)
    }

    /// The unique name of a member.
    pub(crate) fn unique_name(&self, place: Place) -> String {
        let (hierarchy, member) = self.plain(place);
        match self.own_member(member) {
            Some(own) => names::unique_name_of(self.cube, hierarchy, (own.parent, &own.name)),
            None => names::unique_name(self.cube, hierarchy, member),
        }
    }

    /// What people read of a member.
    pub(crate) fn caption(&self, place: Place) -> &str {
        let (hierarchy, member) = self.plain(place);
        let own = self.own_member(member).map(|own| own.caption.as_str());
        own.unwrap_or_else(|| names::caption(self.cube, hierarchy, member))
    }

    /// The name of a member: of one that the question defines its own, of others their caption.
    pub(crate) fn name(&self, place: Place) -> &str {
        let own = self.own_member(self.plain(place).1).map(|own| own.name.as_str());
        own.unwrap_or_else(|| self.caption(place))
    }

    /// A calculated member that the question defines.
    pub(super) fn own_member(&self, member: Member) -> Option<&Own> {
        let Member::Calculated(number) = member else { return None };
        let own = number.checked_sub(self.cube.calculated.len())?;
        self.own.get(own)
    }
}
