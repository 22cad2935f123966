//! From a member to its relatives: what of a hierarchy stands above, below and beside it. All of it
//! passes through the scope, so that what a caller may not see is not there.

use hashbrown::HashSet;

use super::scope::Scope;
use super::set::{Set, Written};
use super::value::Place;
use crate::cube::{Dimension, Hierarchy};
use crate::query::bound::{HierarchyRef, Member, Part};
use crate::query::error::{ErrorKind, QueryError};

impl Scope<'_> {
    /// The fields of a hierarchy's levels, from the top down, below the All member.
    pub(crate) fn levels(&self, hierarchy: HierarchyRef) -> &[usize] {
        match hierarchy {
            HierarchyRef::Measures => &[],
            HierarchyRef::Of { dimension, hierarchy } => {
                &self.cube.dimensions[dimension].hierarchies[hierarchy].levels
            }
        }
    }

    /// Whether a hierarchy has an All member; the measures have none, and their one level stands at
    /// its place.
    pub(crate) fn has_all(&self, hierarchy: HierarchyRef) -> bool {
        self.shape(hierarchy).is_none_or(|(_, _, own)| own.has_all)
    }

    /// How far below the top a member stands: the All member, or the place of the one that is not
    /// there, at 0.
    pub(crate) fn depth(&self, place: Place) -> usize {
        let (hierarchy, member) = self.plain(place);
        if self.is_beside_levels((hierarchy, member)) {
            return self.parent((hierarchy, member)).map_or(0, |above| self.depth(above)) + 1;
        }
        let Member::Of { field, .. } = member else { return 0 };
        self.levels(hierarchy).iter().position(|&level| level == field).map_or(0, |at| at + 1)
    }

    /// The number of a level so far below the top, as questions count: that of the highest level is 0.
    pub(crate) fn level_number(&self, hierarchy: HierarchyRef, depth: usize) -> usize {
        depth.saturating_sub(usize::from(!self.has_all(hierarchy)))
    }

    /// Whether a member of a dimension is no member of a level, but stands among those of one: a
    /// calculated member, and that for a member's own facts.
    fn is_beside_levels(&self, place @ (hierarchy, member): Place) -> bool {
        let is_calculated = matches!(member, Member::Calculated(_));
        is_calculated && hierarchy != HierarchyRef::Measures || self.is_data_member(place)
    }

    /// The level that a member stands on, by its field; `None` is that of the All member.
    pub(crate) fn level_of(&self, place: Place) -> Option<usize> {
        let (hierarchy, member) = self.plain(place);
        if self.is_beside_levels((hierarchy, member)) {
            let levels = self.levels(hierarchy);
            return levels.get(self.depth((hierarchy, member)) - 1).or(levels.last()).copied();
        }
        match member {
            Member::Of { field, .. } => Some(field),
            _ => None,
        }
    }

    /// A hierarchy of a dimension, with the dimension.
    fn shape(&self, hierarchy: HierarchyRef) -> Option<(&Dimension, usize, &Hierarchy)> {
        let HierarchyRef::Of { dimension, hierarchy } = hierarchy else { return None };
        let shape = &self.cube.dimensions[dimension];
        Some((shape, hierarchy, &shape.hierarchies[hierarchy]))
    }

    /// The member right above a member.
    pub(crate) fn parent(&self, place: Place) -> Option<Place> {
        let (hierarchy, member) = self.plain(place);
        let (dimension, position, own) = self.shape(hierarchy)?;
        let above = match member {
            Member::Of { field, id } => {
                let above = dimension.parent(position, field, id);
                above.map(|(field, id)| Member::Of { field, id })
            }
            Member::Calculated(_) => self.own_member(member)?.parent,
            _ => return None,
        };
        let all = own.has_all.then_some(Member::All);
        above.or(all).map(|above| (hierarchy, above))
    }

    /// The member of a parent-child hierarchy for a member's own facts; elsewhere the member itself.
    pub(crate) fn data_member(&self, place: Place) -> Place {
        let (hierarchy, Member::Of { field, id }) = place else { return place };
        let data = self
            .shape(hierarchy)
            .and_then(|(dimension, position, _)| dimension.data_member(position, field, id));
        data.map_or(place, |(field, id)| (hierarchy, Member::Of { field, id }))
    }

    /// Whether a member of a parent-child hierarchy is one for a member's own facts.
    pub(crate) fn is_data_member(&self, (hierarchy, member): Place) -> bool {
        let data = self.shape(hierarchy).and_then(|(_, _, own)| own.data);
        matches!(member, Member::Of { field, .. } if data == Some(field))
    }

    /// How many levels there are between a member and the one right above it.
    pub(crate) fn skipped_levels(&self, place: Place) -> usize {
        let above = self.parent(place).map_or(0, |parent| self.depth(parent));
        self.depth(place).saturating_sub(above + 1)
    }

    /// The member above a member, or itself, on a level.
    pub(crate) fn ancestor(&self, place: Place, level: Option<usize>) -> Option<Place> {
        let mut at = Some(place);
        while let Some(one) = at.filter(|&one| self.level_of(one) != level) {
            at = self.parent(one);
        }
        at
    }

    /// What a tuple stands below, hierarchy by hierarchy from the left: the tuple as far as the
    /// hierarchy goes, and the same with the parents of its last member, up to the All member. The
    /// hierarchies behind it stand at their default members.
    pub(crate) fn lines(&self, set: &Written, at: usize) -> Vec<Vec<Vec<Member>>> {
        let own = set.tuple(at);
        let default = |column: usize| self.default_member(set.columns[column]);
        let line = |column: usize| {
            let behind = (column + 1..own.len()).map(default);
            let begun: Vec<Member> = own[..=column].iter().copied().chain(behind).collect();
            let place = (set.columns[column], own[column]);
            let above = std::iter::successors(Some(place), |one| self.parent(*one));
            let with = |(_, member): Place| {
                let mut tuple = begun.clone();
                tuple[column] = member;
                tuple
            };
            above.map(with).collect()
        };
        (0..own.len()).map(line).collect()
    }

    /// Tuples, and behind them those of their lines that are not among them, but for those above the
    /// members of the highest levels.
    pub(crate) fn with_above(&self, set: &Written) -> Result<Written, QueryError> {
        let mut all = set.clone();
        let mut known: HashSet<Vec<Member>> =
            self.cancel.collect(set.tuples().map(<[Member]>::to_vec))?;
        for at in 0..set.len() {
            self.cancel.check()?;
            for (column, line) in self.lines(set, at).into_iter().enumerate() {
                let own = set.tuple(at)[column];
                for tuple in line {
                    let is_total = tuple[column] == Member::All && own != Member::All;
                    if !is_total && known.insert(tuple.clone()) {
                        all.members.extend_from_slice(&tuple);
                    }
                }
            }
        }
        self.write(all.len() - set.len())?;
        Ok(all)
    }

    /// The members right below a member, in hierarchical order.
    pub(crate) fn children(&self, place: Place) -> Result<Set, QueryError> {
        let (hierarchy, member) = self.plain(place);
        let Some((dimension, position, own)) = self.shape(hierarchy) else {
            return Ok(Set::of_members(hierarchy, Vec::new()));
        };
        match member {
            Member::All if own.ranks.is_some() => {
                self.listed_of(hierarchy, dimension.roots(position))
            }
            Member::All => {
                let parts = own.levels.first().map(|&field| Part::Level { field });
                Ok(Set::of(hierarchy, parts.into_iter().collect()))
            }
            Member::Of { field, id } => {
                self.listed_of(hierarchy, dimension.children(position, field, id))
            }
            _ => Ok(Set::of_members(hierarchy, Vec::new())),
        }
    }

    /// Some members of a hierarchy, those that exist for the question.
    fn listed_of(
        &self,
        hierarchy: HierarchyRef,
        members: Vec<(usize, u32)>,
    ) -> Result<Set, QueryError> {
        self.write(members.len())?;
        let members = members.into_iter().map(|(field, id)| Member::Of { field, id });
        let shown = members.filter(|member| self.shows(hierarchy, *member));
        Ok(Set::of_members(hierarchy, shown.collect()))
    }

    /// All members of a member's level, in natural order; of a measure, the listed measures.
    pub(crate) fn beside(&self, (hierarchy, member): Place) -> Result<Vec<Member>, QueryError> {
        match member {
            Member::Of { field, .. } => self.level(hierarchy, field, 0..u32::MAX),
            Member::All => Ok(vec![Member::All]),
            _ => match self.level_of((hierarchy, member)) {
                Some(field) => self.level(hierarchy, field, 0..u32::MAX),
                None => Ok(self.cube.listed_measures().map(Member::Measure).collect()),
            },
        }
    }

    /// The same, also those that a subselect leaves out: one may look beyond it.
    fn all_beside(&self, place: Place) -> Result<Vec<Member>, QueryError> {
        match place {
            (HierarchyRef::Of { dimension, .. }, Member::Of { field, .. }) => {
                let ids = self.view.members(dimension, field);
                let members: Vec<Member> = ids.map(|id| Member::Of { field, id }).collect();
                self.write(members.len())?;
                Ok(members)
            }
            _ => self.beside(place),
        }
    }

    /// The member so many places behind a member on its level; before it, where that is negative.
    pub(crate) fn lead(&self, place: Place, by: i64) -> Result<Option<Place>, QueryError> {
        let place @ (hierarchy, member) = self.plain(place);
        if let (Member::Of { field, id }, true) = (member, by.abs() <= 1) {
            return Ok(self.neighbour(hierarchy, field, id, by));
        }
        let beside = self.all_beside(place)?;
        let Some(at) = beside.iter().position(|one| *one == member) else { return Ok(None) };
        let at = usize::try_from(at as i64 + by).ok();
        Ok(at.and_then(|at| beside.get(at)).map(|&found| (hierarchy, found)))
    }

    /// The nearest member that exists on one side.
    fn neighbour(&self, hierarchy: HierarchyRef, field: usize, id: u32, by: i64) -> Option<Place> {
        let HierarchyRef::Of { dimension, .. } = hierarchy else { return None };
        let count = self.cube.dimensions[dimension].fields[field].len() as i64;
        let mut at = i64::from(id) + by;
        while (0..count).contains(&at) {
            let member = Member::Of { field, id: at as u32 };
            if by == 0 || self.view.has_member(dimension, field, at as u32) {
                return Some((hierarchy, member));
            }
            at += by;
        }
        None
    }
}

// The members of levels and hierarchies.

impl Scope<'_> {
    /// The members of a level, not written out; in a tree all that have its name.
    pub(crate) fn members_of_level(
        &self,
        hierarchy: HierarchyRef,
        field: Option<usize>,
    ) -> Result<Set, QueryError> {
        match (hierarchy, field) {
            (HierarchyRef::Measures, _) => Ok(self.measures()),
            (_, Some(field)) => {
                let levels = self.alike(hierarchy, field);
                if levels.len() < 2 {
                    return Ok(Set::of(hierarchy, vec![Part::Level { field }]));
                }
                Ok(Set::of_members(hierarchy, self.branches(hierarchy, &levels)?))
            }
            (_, None) => Ok(Set::of_members(hierarchy, vec![Member::All])),
        }
    }

    /// Whether the members of a level stand in the order of a hierarchy as they are numbered.
    pub(crate) fn is_hierarchical(&self, hierarchy: HierarchyRef, field: usize) -> bool {
        let shape = self.shape(hierarchy);
        shape.is_none_or(|(dimension, position, _)| dimension.is_hierarchical(position, field))
    }

    /// The levels of a level's name: those of a tree are a field for each depth.
    pub(crate) fn alike(&self, hierarchy: HierarchyRef, field: usize) -> Vec<usize> {
        let Some((dimension, _, own)) = self.shape(hierarchy) else { return Vec::new() };
        let name = |field: usize| dimension.fields[field].name.as_str();
        own.levels.iter().copied().filter(|&one| name(one) == name(field)).collect()
    }

    /// All members of a hierarchy, each above those it contains.
    pub(crate) fn members(&self, hierarchy: HierarchyRef) -> Result<Set, QueryError> {
        let Some((_, _, own)) = self.shape(hierarchy) else { return Ok(self.measures()) };
        let mut parts = Vec::new();
        if own.has_all {
            parts.push(Part::Tuples(vec![Member::All]));
        }
        parts.push(match own.levels[..] {
            [field] => Part::Level { field },
            _ => Part::Tuples(self.branches(hierarchy, &own.levels)?),
        });
        Ok(Set::of(hierarchy, parts))
    }

    /// The measures that are listed.
    fn measures(&self) -> Set {
        let measures = self.cube.listed_measures().map(Member::Measure);
        Set::of_members(HierarchyRef::Measures, measures.collect())
    }

    /// The calculated members right below a member.
    pub(crate) fn calculated_below(&self, place: Place) -> impl Iterator<Item = Member> {
        let all = self.calculated_of(place.0).into_iter();
        all.filter(move |&one| self.parent((place.0, one)) == Some(place))
    }

    /// The calculated members among those of a level; in a tree of all that have its name.
    pub(crate) fn calculated_on(
        &self,
        hierarchy: HierarchyRef,
        level: Option<usize>,
    ) -> Vec<Member> {
        let mut all = self.calculated_of(hierarchy);
        if hierarchy != HierarchyRef::Measures {
            let alike = level.map(|field| self.alike(hierarchy, field)).unwrap_or_default();
            let own = |one: Member| self.level_of((hierarchy, one));
            all.retain(|&one| own(one).is_some_and(|field| alike.contains(&field)));
        }
        all
    }

    /// The calculated members of a hierarchy that are listed.
    pub(crate) fn calculated_of(&self, hierarchy: HierarchyRef) -> Vec<Member> {
        let stored = self.cube.calculated.len();
        let listed = (0..stored)
            .filter(|_| hierarchy == HierarchyRef::Measures)
            .filter(|&number| self.cube.calculated[number].visible);
        let own = self.own.iter().enumerate().filter(|(_, own)| own.hierarchy == hierarchy);
        listed.chain(own.map(|(number, _)| stored + number)).map(Member::Calculated).collect()
    }

    /// All members of some levels of a hierarchy, each above those it contains.
    fn branches(
        &self,
        hierarchy: HierarchyRef,
        levels: &[usize],
    ) -> Result<Vec<Member>, QueryError> {
        let HierarchyRef::Of { dimension, hierarchy } = hierarchy else { return Ok(Vec::new()) };
        let count: usize =
            levels.iter().map(|&field| self.view.member_count(dimension, field)).sum();
        if count > self.limits.tuples {
            let most = self.limits.tuples;
            let message = format!("hierarkiet har flere end {most} medlemmer");
            return Err(QueryError::new(ErrorKind::TooLarge, message)
                .hint("vælg et niveau eller medlemmernes .Children"));
        }
        self.write(count)?;
        let of = |&field: &usize| self.view.members(dimension, field).map(move |id| (field, id));
        let mut members: Vec<(usize, u32)> = levels.iter().flat_map(of).collect();
        self.cube.dimensions[dimension].sort_members(hierarchy, &mut members);
        Ok(members.into_iter().map(|(field, id)| Member::Of { field, id }).collect())
    }
}
