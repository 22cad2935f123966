//! Where a formula looks: at the cell, but for some hierarchies elsewhere.

use hashbrown::HashSet;

use super::super::bind::condition_of;
use super::super::bound::{Axis, Bound, Condition, Factor, HierarchyRef, Member, Part};
use super::super::formula::SetFormula;
use super::cells::Keys;
use crate::cube::{Cube, MeasureRef};

/// Where a formula looks. The default is the cell itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Place {
    /// The hierarchies on which it looks elsewhere than the cell stands.
    coordinates: Vec<(HierarchyRef, Coordinate)>,
    /// What narrows it further.
    conditions: Vec<Condition>,
    /// The dimensions on which the cell must stand at All.
    held: Vec<usize>,
    /// The iterations that are open, the outermost first.
    pub iterations: Vec<usize>,
}

/// Where on a hierarchy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Coordinate {
    /// At some members together.
    At(Vec<Member>),
    /// At the member of each tuple of an iteration in turn.
    Each(usize),
}

/// A set that a formula goes through, tuple by tuple.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Iteration {
    pub columns: Vec<HierarchyRef>,
    pub tuples: Vec<Member>,
    /// Whether only tuples count that exist in the cell.
    pub existing: bool,
    /// The iterations that it stands in.
    pub outer: Vec<usize>,
    /// For a set of existing tuples: the keys of its dimensions that the place leaves.
    pub allowed: Vec<(usize, Keys)>,
}

/// What a hierarchy on an axis means for a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// The measure is looked up at the member.
    Kept,
    /// The member does not matter: the formula looks elsewhere.
    Free,
    /// The measure has a value at All only.
    AllOnly,
}

impl Iteration {
    /// How many tuples there are.
    pub fn len(&self) -> usize {
        self.tuples.len() / self.columns.len().max(1)
    }

    /// Its dimensions.
    pub fn dimensions(&self) -> Vec<usize> {
        let mut found: Vec<usize> =
            self.columns.iter().filter_map(|column| dimension_of(*column)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The members of a tuple.
    pub fn tuple(&self, number: usize) -> &[Member] {
        let width = self.columns.len();
        &self.tuples[number * width..(number + 1) * width]
    }
}

impl Place {
    /// The place that some members of hierarchies say, as far as they say it.
    pub fn at(&self, members: &[(HierarchyRef, Member)]) -> Place {
        let mut place = self.clone();
        for (hierarchy, member) in members {
            place.set(*hierarchy, Coordinate::At(vec![*member]));
        }
        place
    }

    /// The place of a set's members together.
    pub fn over(&self, cube: &Cube, set: &SetFormula) -> Place {
        self.over_tuples(cube, &set.columns, &set.tuples, set.existing)
    }

    /// The place of some tuples together: where they exist in the cell, or wherever it stands.
    pub fn over_tuples(
        &self,
        cube: &Cube,
        columns: &[HierarchyRef],
        tuples: &[Member],
        existing: bool,
    ) -> Place {
        let mut place = self.clone();
        for (at, &hierarchy) in columns.iter().enumerate() {
            let mut members: Vec<Member> =
                tuples.iter().skip(at).step_by(columns.len()).copied().collect();
            let mut seen = HashSet::new();
            members.retain(|member| seen.insert(*member));
            match existing {
                true => place.conditions.extend(condition_of(cube, hierarchy, members)),
                false => place.set(hierarchy, Coordinate::At(members)),
            }
        }
        place
    }

    /// The place at each tuple of an iteration.
    pub fn each(&self, number: usize, iteration: &Iteration) -> Place {
        let mut place = self.clone();
        for &hierarchy in &iteration.columns {
            place.set(hierarchy, Coordinate::Each(number));
        }
        place.iterations.push(number);
        place
    }

    /// The place where the cell must stand at All on some dimensions.
    pub fn held(&self, dimensions: &[usize]) -> Place {
        let mut place = self.clone();
        place.held.extend(dimensions);
        place.held.sort_unstable();
        place.held.dedup();
        place
    }

    fn set(&mut self, hierarchy: HierarchyRef, coordinate: Coordinate) {
        match self.coordinates.iter_mut().find(|(own, _)| *own == hierarchy) {
            Some(own) => own.1 = coordinate,
            None => self.coordinates.push((hierarchy, coordinate)),
        }
    }

    fn coordinate(&self, hierarchy: HierarchyRef) -> Option<&Coordinate> {
        self.coordinates.iter().find(|(own, _)| *own == hierarchy).map(|(_, found)| found)
    }

    /// Whether the place itself is at something else than All on a dimension.
    pub fn narrows(&self, cube: &Cube, bound: &Bound, all: &[Iteration], dimension: usize) -> bool {
        let is_each = |(hierarchy, coordinate): &(HierarchyRef, Coordinate)| {
            dimension_of(*hierarchy) == Some(dimension) && matches!(coordinate, Coordinate::Each(_))
        };
        self.coordinates.iter().any(is_each)
            || self.conditions(cube, bound, all).iter().any(|one| one.dimension == dimension)
    }

    /// All conditions: those of the question, but for what the place says instead, and its own.
    pub fn conditions(&self, cube: &Cube, bound: &Bound, all: &[Iteration]) -> Vec<Condition> {
        let replaced = |at: usize| {
            let sliced = bound.sliced.iter().find(|(position, _)| *position == at);
            match sliced.and_then(|(_, hierarchy)| self.coordinate(*hierarchy)) {
                Some(Coordinate::At(_)) => true,
                Some(Coordinate::Each(number)) => !all[*number].existing,
                None => false,
            }
        };
        let kept = bound.conditions.iter().enumerate().filter(|(at, _)| !replaced(*at));
        let mut conditions: Vec<Condition> = kept.map(|(_, condition)| condition.clone()).collect();
        for (hierarchy, coordinate) in &self.coordinates {
            if let Coordinate::At(members) = coordinate {
                conditions.extend(condition_of(cube, *hierarchy, members.clone()));
            }
        }
        conditions.extend(self.conditions.iter().cloned());
        conditions
    }

    /// What a hierarchy on an axis means for the measures of a group.
    pub fn treatment(&self, cube: &Cube, group: usize, hierarchy: HierarchyRef) -> Treatment {
        let Some(dimension) = dimension_of(hierarchy) else { return Treatment::Free };
        if self.coordinate(hierarchy).is_some() {
            return Treatment::Free;
        }
        let unrelated = cube.groups[group].uses[dimension].is_none();
        match unrelated || self.held.contains(&dimension) {
            true => Treatment::AllOnly,
            false => Treatment::Kept,
        }
    }

    /// What a hierarchy of an iteration means for the measures of a group.
    pub fn treatment_of_iteration(
        &self,
        cube: &Cube,
        group: usize,
        (number, hierarchy): (usize, HierarchyRef),
    ) -> Treatment {
        match (self.coordinate(hierarchy), dimension_of(hierarchy)) {
            (Some(Coordinate::Each(own)), Some(dimension)) if *own == number => {
                match cube.groups[group].uses[dimension] {
                    Some(_) => Treatment::Kept,
                    None => Treatment::AllOnly,
                }
            }
            _ => Treatment::Free,
        }
    }

    /// The question that counts some measures of a group at this place for all cells at once: the
    /// axes as far as they matter, one axis for each open iteration, and the measures. `None` where
    /// a condition is on something that the group knows nothing of.
    pub fn question(
        &self,
        cube: &Cube,
        bound: &Bound,
        all: &[Iteration],
        measures: &[MeasureRef],
    ) -> Option<Bound> {
        let group = measures.first()?.group;
        let conditions = self.conditions(cube, bound, all);
        let uses = &cube.groups[group].uses;
        if conditions.iter().any(|condition| uses[condition.dimension].is_none()) {
            return None;
        }
        let keeps = |hierarchy| self.treatment(cube, group, hierarchy) == Treatment::Kept;
        let mut axes: Vec<Axis> = bound.axes.iter().map(|axis| project(axis, &keeps)).collect();
        for &number in &self.iterations {
            axes.push(self.iteration_axis(cube, group, number, &all[number]));
        }
        let parts = vec![Part::Tuples(measures.iter().copied().map(Member::Measure).collect())];
        let factor = Factor { columns: vec![HierarchyRef::Measures], parts };
        axes.push(Axis { factors: vec![factor], non_empty: false });
        let nested_totals = bound.nested_totals && self.iterations.is_empty();
        Some(Bound::stored(axes, conditions, *measures.first()?, nested_totals))
    }

    fn iteration_axis(&self, cube: &Cube, group: usize, number: usize, own: &Iteration) -> Axis {
        let parts = vec![Part::Tuples(own.tuples.clone())];
        let factors = vec![Factor { columns: own.columns.clone(), parts }];
        let keeps = |hierarchy| {
            self.treatment_of_iteration(cube, group, (number, hierarchy)) == Treatment::Kept
        };
        project(&Axis { factors, non_empty: true }, &keeps)
    }
}

/// The dimension of a hierarchy; `None` for the measures.
pub(super) fn dimension_of(hierarchy: HierarchyRef) -> Option<usize> {
    match hierarchy {
        HierarchyRef::Measures => None,
        HierarchyRef::Of { dimension, .. } => Some(dimension),
    }
}

/// The hierarchies of an axis that are kept; positions where nothing is counted are left out.
fn project(axis: &Axis, keeps: &impl Fn(HierarchyRef) -> bool) -> Axis {
    let factors = axis.factors.iter().filter_map(|factor| project_factor(factor, keeps));
    Axis { factors: factors.collect(), non_empty: true }
}

fn project_factor(factor: &Factor, keeps: &impl Fn(HierarchyRef) -> bool) -> Option<Factor> {
    let kept: Vec<usize> =
        (0..factor.columns.len()).filter(|&at| keeps(factor.columns[at])).collect();
    if kept.is_empty() {
        return None;
    }
    if kept.len() == factor.columns.len() {
        return Some(factor.clone());
    }
    let columns: Vec<HierarchyRef> = kept.iter().map(|&at| factor.columns[at]).collect();
    let mut seen: HashSet<Vec<Member>> = HashSet::new();
    let mut tuples = Vec::new();
    for part in &factor.parts {
        let Part::Tuples(all) = part else { continue };
        for tuple in all.chunks_exact(factor.columns.len()) {
            let own: Vec<Member> = kept.iter().map(|&at| tuple[at]).collect();
            if seen.insert(own.clone()) {
                tuples.extend(own);
            }
        }
    }
    Some(Factor { columns, parts: vec![Part::Tuples(tuples)] })
}
