//! A set that narrows the question (after `WHERE`, or in an inner `SELECT`) → conditions.

use std::sync::Arc;

use hashbrown::HashMap;

use super::{ErrorKind, QueryError};
use crate::cube::{Cube, Dimension, Hierarchy};
use crate::query::Cancel;
use crate::query::bound::{Condition, Factor, HierarchyRef, Member, Part, Union};
use crate::query::evaluate::scope::Scope;
use crate::query::evaluate::set::{Set, Written};
use crate::query::evaluate::{each_once, product};

/// Combinations that are no product, counted as one: the rows of each are found by bitmaps.
const MAX_BOXES: usize = 10_000;

/// What is said of a hierarchy.
type Own = (HierarchyRef, Condition);

/// What a set that narrows the question says.
#[derive(Default)]
pub(super) struct Narrowed {
    /// The condition of each hierarchy that is narrowed.
    pub(super) conditions: Vec<(HierarchyRef, Condition)>,
    /// The measures that are named, each once.
    pub(super) measures: Vec<Member>,
    /// Where cells stand: a set for each factor that names no measure.
    pub(super) stands: Vec<Arc<Set>>,
    /// What tuples say that are no product.
    pub(super) unions: Vec<Union>,
}

/// The conditions of a set, and the measures that it names.
///
/// An All member is no condition. Where tuples are not all combinations of the members that they
/// name, a union says which of these they are.
pub(super) fn read(scope: &Scope<'_>, set: &Set) -> Result<Narrowed, QueryError> {
    let mut narrowed = Narrowed::default();
    for factor in &set.factors {
        if scope.has_every_key(factor) && has_several(scope, factor) {
            narrowed.conditions.extend(of_all(scope, factor));
            narrowed.stands.push(Arc::new(Set { factors: vec![factor.clone()] }));
            continue;
        }
        let written = scope.written(&Set { factors: vec![factor.clone()] })?;
        match product(&written.members, written.columns.len(), scope.cancel)? {
            Some(columns) => {
                for (column, members) in written.columns.iter().zip(columns) {
                    narrowed.cross(scope, *column, members)?;
                }
            }
            None => narrowed.combine(scope, &written)?,
        }
    }
    Ok(narrowed)
}

/// Whether levels of a factor have several members: of one alone, cells stand at it.
fn has_several(scope: &Scope<'_>, factor: &Factor) -> bool {
    let shown = factor.parts.iter().map(|part| match (part, factor.columns[0]) {
        (Part::Level { field }, own @ HierarchyRef::Of { dimension, .. }) => {
            let ids = scope.view.members(dimension, *field);
            let members = ids.map(|id| Member::Of { field: *field, id });
            members.filter(|one| scope.shows(own, *one)).take(2).count()
        }
        (Part::Level { .. }, HierarchyRef::Measures) => 0,
        (Part::Tuples(members), _) => members.len(),
    });
    shown.sum::<usize>() > 1
}

/// What a factor that has every key of its dimension says: of a many-valued one that rows have some
/// member, of others nothing. The All member is said of rows without any, too.
pub(crate) fn of_all(scope: &Scope<'_>, factor: &Factor) -> Option<Own> {
    let own = *factor.columns.first()?;
    let HierarchyRef::Of { dimension, .. } = own else { return None };
    let has_total = factor.parts.iter().any(|part| match part {
        Part::Tuples(members) => members.contains(&Member::All),
        Part::Level { .. } => false,
    });
    if has_total || !scope.cube.is_many_valued(dimension) {
        return None;
    }
    let fields = &scope.cube.dimensions[dimension].fields;
    let field = factor.parts.iter().find_map(|part| match part {
        Part::Level { field } if !fields[*field].partial => Some(*field),
        _ => None,
    })?;
    let ids = scope.view.members(dimension, field);
    let members = ids.filter(|&id| scope.shows(own, Member::Of { field, id })).collect();
    Some((own, Condition { dimension, field, members, except: false }))
}

impl Narrowed {
    /// Takes the members of one hierarchy.
    fn cross(
        &mut self,
        scope: &Scope<'_>,
        column: HierarchyRef,
        members: Vec<Member>,
    ) -> Result<(), QueryError> {
        if column == HierarchyRef::Measures {
            self.measures.extend(members);
            return Ok(());
        }
        let is_calculated = members.iter().any(|one| matches!(one, Member::Calculated(_)));
        if is_calculated && members.len() > 1 {
            let message = "et beregnet medlem kan ikke stå sammen med andre i WHERE";
            return Err(QueryError::new(ErrorKind::Invalid, message));
        }
        self.stands.push(Arc::new(Set::of_members(column, members.clone())));
        let condition = condition(scope.cube, column, members).filter(|_| !is_calculated);
        self.conditions.extend(condition.map(|condition| (column, condition)));
        Ok(())
    }

    /// Takes tuples that are no product.
    fn combine(&mut self, scope: &Scope<'_>, written: &Written) -> Result<(), QueryError> {
        let (own, measures): (Vec<usize>, Vec<usize>) = (0..written.columns.len())
            .partition(|&at| written.columns[at] != HierarchyRef::Measures);
        for at in measures {
            let named = written.tuples().map(|tuple| tuple[at]);
            let mut named: Vec<Member> = scope.cancel.collect(named)?;
            named.dedup();
            self.measures.push(only_measure(&named)?);
        }
        let columns: Vec<HierarchyRef> = own.iter().map(|&at| written.columns[at]).collect();
        let tuples = written.tuples().flat_map(|tuple| own.iter().map(|&at| tuple[at]));
        let tuples: Vec<Member> = scope.cancel.collect(tuples)?;
        let (conditions, union) = narrowing(scope.cube, &columns, &tuples, scope.cancel)?;
        self.conditions.extend(conditions);
        self.unions.extend(union);
        self.stands.push(Arc::new(Set::of_tuples(columns, tuples)));
        Ok(())
    }
}

/// What tuples say: a condition for each column as far as it goes, and which combinations they are
/// where they are not all of them.
///
/// # Errors
/// They name calculated members, are too many combinations, or the question was ended.
pub(crate) fn narrowing(
    cube: &Cube,
    columns: &[HierarchyRef],
    tuples: &[Member],
    cancel: &Cancel,
) -> Result<(Vec<Own>, Option<Union>), QueryError> {
    if tuples.iter().any(|one| matches!(one, Member::Calculated(_))) {
        let message = "et beregnet medlem kan ikke tælles sammen med andre";
        return Err(
            QueryError::new(ErrorKind::Invalid, message).hint("brug Sum i stedet for Aggregate")
        );
    }
    let width = columns.len();
    let mut conditions: Vec<Own> = Vec::new();
    for (at, &column) in columns.iter().enumerate() {
        let own =
            each_once(cancel.collect(tuples.iter().skip(at).step_by(width).copied())?, cancel)?;
        conditions.extend(condition(cube, column, own).map(|own| (column, own)));
    }
    if product(tuples, width, cancel)?.is_some() {
        return Ok((conditions, None));
    }
    let boxes = boxes(cube, columns, tuples, cancel)?;
    let is_all = boxes.iter().any(Vec::is_empty);
    Ok((conditions, (!is_all).then_some(Union { boxes, sliced: false })))
}

/// A box for all tuples that differ in their last column alone.
fn boxes(
    cube: &Cube,
    columns: &[HierarchyRef],
    tuples: &[Member],
    cancel: &Cancel,
) -> Result<Vec<Vec<Condition>>, QueryError> {
    let Some((last, before)) = columns.split_last() else { return Ok(Vec::new()) };
    let mut alike: Vec<(&[Member], Vec<Member>)> = Vec::new();
    let mut known: HashMap<&[Member], usize> = HashMap::new();
    cancel.each(tuples.chunks_exact(columns.len()), |tuple| {
        let (own, first) = (tuple[before.len()], &tuple[..before.len()]);
        let at = *known.entry(first).or_insert_with(|| {
            alike.push((first, Vec::new()));
            alike.len() - 1
        });
        alike[at].1.push(own);
    })?;
    if alike.len() > MAX_BOXES {
        return Err(too_many_boxes(alike.len()));
    }
    let of = |(first, own): (&[Member], Vec<Member>)| {
        let single = before.iter().zip(first);
        let single = single.filter_map(|(column, one)| condition(cube, *column, vec![*one]));
        single.chain(condition(cube, *last, own)).collect()
    };
    let mut boxes = Vec::with_capacity(alike.len());
    for one in alike {
        cancel.check()?;
        boxes.push(of(one));
    }
    Ok(boxes)
}

fn too_many_boxes(count: usize) -> QueryError {
    let message = format!(
        "mængden er ikke et kryds og deler sig i {count} kombinationer; der kan være {MAX_BOXES}"
    );
    QueryError::new(ErrorKind::TooLarge, message)
        .hint("skriv den som et krydsprodukt, eller vælg færre medlemmer")
}

/// The only measure of a set in `WHERE`, or of combinations.
pub(super) fn only_measure(members: &[Member]) -> Result<Member, QueryError> {
    match members {
        [one] => Ok(*one),
        [] => Err(QueryError::new(ErrorKind::Invalid, "målet er ikke i udsnittet")),
        _ => Err(QueryError::new(ErrorKind::Invalid, "der kan kun stå ét mål i WHERE")
            .hint("skriv målene på en akse: {[Measures].[a], [Measures].[b]} ON COLUMNS")),
    }
}

/// The condition that a hierarchy's members make: none where the All member is among them, or where
/// they are all that a row can have and every row has one.
pub(crate) fn condition(
    cube: &Cube,
    column: HierarchyRef,
    members: Vec<Member>,
) -> Option<Condition> {
    let HierarchyRef::Of { dimension, hierarchy } = column else { return None };
    if members.contains(&Member::All) {
        return None;
    }
    let shape = &cube.dimensions[dimension];
    let of_field = |member: Member| match member {
        Member::Of { field, id } => Some((field, id)),
        _ => None,
    };
    let members: Vec<(usize, u32)> = members.into_iter().filter_map(of_field).collect();
    let field = common_field(shape, hierarchy, &members)?;
    let lower = |(upper, id): (usize, u32)| match upper == field {
        true => vec![id],
        false => shape.descendants(upper, id, field),
    };
    let mut ids: Vec<u32> = members.into_iter().flat_map(lower).collect();
    ids.sort_unstable();
    ids.dedup();
    let column = &shape.fields[field];
    let is_total = || (0..shape.key_count as u32).all(|key| column.member_of(key).is_some());
    let is_some_of_a_list = || ids.len() == column.len() && cube.is_many_valued(dimension);
    if ids.len() * 2 <= column.len() || is_some_of_a_list() || !is_total() {
        return Some(Condition { dimension, field, members: ids, except: false });
    }
    shorter(dimension, field, ids, column.len() as u32)
}

/// The field in which members of a hierarchy can be told: their own; of several levels the lowest of
/// these, or the next one below it that leaves nothing of them out. The members for own facts alone
/// (`DataMember`) are of no level, and all others can be told by them.
fn common_field(shape: &Dimension, hierarchy: usize, members: &[(usize, u32)]) -> Option<usize> {
    let Hierarchy { levels, data, .. } = &shape.hierarchies[hierarchy];
    let Some(&(first, _)) = members.first() else { return levels.first().copied() };
    if members.iter().all(|&(field, _)| field == first) {
        return Some(first);
    }
    let depth = |&(field, _): &(usize, u32)| levels.iter().position(|&level| level == field);
    let depths: Option<Vec<usize>> = members.iter().map(depth).collect();
    let Some(lowest) = depths.and_then(|depths| depths.into_iter().max()) else { return *data };
    let has_all = |field: usize| {
        members.iter().all(|&(upper, id)| {
            let keys = shape.fields[upper].keys_of_member.get(id as usize);
            keys.iter().all(|&key| shape.fields[field].member_of(key).is_some())
        })
    };
    let mut lower = levels[lowest..].iter().copied().chain(*data);
    lower.find(|&field| has_all(field)).or(Some(levels[lowest]))
}

/// A condition in the shorter of its two forms: these members, or all but those; none where these are
/// all. Every key has a member here: in a partial field, all members are not everything.
fn shorter(dimension: usize, field: usize, ids: Vec<u32>, count: u32) -> Option<Condition> {
    let mut next = ids.iter().copied().peekable();
    let members: Vec<u32> = (0..count).filter(|id| next.next_if_eq(id).is_none()).collect();
    match members.is_empty() {
        true => None,
        false if members.len() < ids.len() => {
            Some(Condition { dimension, field, members, except: true })
        }
        false => Some(Condition { dimension, field, members: ids, except: false }),
    }
}
