//! What a caller may see. Every entry of the engine takes a view.

use std::sync::Arc;

use roaring::{MultiOps, RoaringBitmap};

use super::disclose::{Asking, Rules, Session};
use crate::cube::dimension::same;
use crate::cube::{Cube, Dimension, Group, Rows, Use};

/// A cube, and what of it may be seen.
#[derive(Clone)]
pub struct View {
    cube: Arc<Cube>,
    eyes: Arc<Eyes>,
    /// What of the figures is hidden, and the question that is asked, where small counts are.
    asking: Option<Asking>,
}

/// The rows of a measure group that may be seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// Of the rows.
    pub rows: RoaringBitmap,
    /// Of the cut rows.
    pub cut: RoaringBitmap,
}

impl Seen {
    /// What both have.
    fn meet(&self, other: &Seen) -> Seen {
        Seen { rows: &self.rows & &other.rows, cut: &self.cut & &other.cut }
    }
}

/// What is looked through. Without restrictions, everything is seen.
#[derive(Clone, Default)]
struct Eyes {
    /// Per measure group: rows, and cut rows. `None` is everything.
    seen: Option<Vec<Seen>>,
    /// Per dimension of the cube: what there is of an observed one. None where all rows are seen.
    visible: Vec<Option<Visible>>,
    /// The dimensions that do not exist for the caller.
    hidden: Vec<usize>,
    /// The keys of the reporting dimension that the caller is told of; `None` is all.
    reporters: Option<RoaringBitmap>,
    /// What of single records may be seen, where that is less.
    records: Option<Arc<Eyes>>,
    /// Whether records are shown without the file and line that they came from.
    without_deliveries: bool,
    /// Whether columns are told as they are, in the place of what whoever sees some records is told.
    of_program: bool,
}

/// What some row that may be seen has of an observed dimension.
#[derive(Clone)]
struct Visible {
    keys: Vec<u32>,
    has_key: RoaringBitmap,
    /// Per field.
    members: Vec<RoaringBitmap>,
}

impl View {
    /// A view of everything.
    #[must_use]
    pub fn everything(cube: Arc<Cube>) -> View {
        View { cube, eyes: Arc::default(), asking: None }
    }

    /// A view of some rows: one entry per measure group. What there is of observed dimensions is
    /// found once, here.
    #[must_use]
    pub fn of_rows(cube: Arc<Cube>, seen: Vec<Seen>) -> View {
        let visible = (0..cube.dimensions.len()).map(|at| Visible::find(&cube, at, &seen));
        let visible = visible.collect();
        let reporters = cube.freshness.as_ref().map(|own| keys_seen(&cube, own.dimension, &seen));
        let eyes = Eyes { seen: Some(seen), visible, reporters, ..Eyes::default() };
        View { cube, eyes: Arc::new(eyes), asking: None }
    }

    /// A view of the rows that have one of some keys of a dimension. Of the municipalities that
    /// report, the caller is told of those keys alone, where these are municipalities.
    #[must_use]
    pub fn of_keys(cube: Arc<Cube>, dimension: usize, keys: &[u32]) -> View {
        let of = |group: &Group, rows: &Rows| rows_with(group, rows, dimension, keys);
        let seen = cube.groups.iter().map(|group| Seen {
            rows: of(group, &group.rows),
            cut: group.cut.as_ref().map(|rows| of(group, rows)).unwrap_or_default(),
        });
        let seen = seen.collect();
        let reports = cube.freshness.as_ref().is_some_and(|own| own.dimension == dimension);
        let mut view = View::of_rows(cube, seen);
        if reports {
            Arc::make_mut(&mut view.eyes).reporters = Some(keys.iter().copied().collect());
        }
        view
    }

    /// The same view without some dimensions: for the caller they do not exist.
    #[must_use]
    pub fn without(mut self, hidden: Vec<usize>) -> View {
        Arc::make_mut(&mut self.eyes).hidden.extend(hidden);
        self
    }

    /// The same view, but of single records only those that another view of the cube has.
    #[must_use]
    pub fn with_records(mut self, records: &View) -> View {
        Arc::make_mut(&mut self.eyes).records = Some(Arc::clone(&records.eyes));
        self
    }

    /// The same view, but of its rows only some: one entry per measure group. Members exist as before.
    #[must_use]
    pub(super) fn keeping(&self, kept: Vec<Seen>) -> View {
        let mut view = self.clone();
        let eyes = Arc::make_mut(&mut view.eyes);
        let seen = match eyes.seen.take() {
            None => kept,
            Some(seen) => seen.into_iter().zip(kept).map(|(seen, kept)| seen.meet(&kept)).collect(),
        };
        eyes.seen = Some(seen);
        view
    }

    /// The same view without the files and lines that records came from.
    #[must_use]
    pub fn without_deliveries(mut self) -> View {
        Arc::make_mut(&mut self.eyes).without_deliveries = true;
        self
    }

    /// The same view for the program itself: of a record that another has delivered, the true file
    /// and line. What is found by these may be shown, they themselves may not.
    #[must_use]
    pub fn of_program(mut self) -> View {
        Arc::make_mut(&mut self.eyes).of_program = true;
        self
    }

    /// The same view, small counts of which are hidden by rules.
    #[must_use]
    pub fn disclosed(mut self, rules: Rules) -> View {
        self.asking = Some(Asking { rules: Arc::new(rules), session: None });
        self
    }

    /// The same view with small counts: for what publishes small counts itself.
    #[must_use]
    pub fn undisclosed(&self) -> View {
        View { asking: None, ..self.clone() }
    }

    /// Whether small counts are hidden.
    #[must_use]
    pub fn hides_small_counts(&self) -> bool {
        self.asking.is_some()
    }

    /// What of the figures is hidden; `None` where nothing is.
    pub(super) fn asking(&self) -> Option<&Asking> {
        self.asking.as_ref()
    }

    /// The same view for one question, if small counts are hidden.
    pub(super) fn asked(&self, session: &Session) -> View {
        let asking = self
            .asking
            .as_ref()
            .map(|own| Asking { rules: Arc::clone(&own.rules), session: Some(session.clone()) });
        View { asking, ..self.clone() }
    }

    /// Whether columns are told as whoever sees some records only is to be told.
    pub(super) fn is_told_own(&self) -> bool {
        self.is_restricted() && !self.eyes.of_program
    }

    /// The view for showing single records.
    #[must_use]
    pub fn of_records(&self) -> View {
        let eyes = self.eyes.records.as_ref().unwrap_or(&self.eyes);
        View { eyes: Arc::clone(eyes), ..self.clone() }
    }

    /// Whether the file and line that a record came from may be shown.
    #[must_use]
    pub fn sees_deliveries(&self) -> bool {
        !self.eyes.without_deliveries
    }

    /// The cube.
    #[must_use]
    pub fn cube(&self) -> &Cube {
        &self.cube
    }

    /// Whether some rows may not be seen.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        self.eyes.seen.is_some()
    }

    /// Whether nothing is withheld: no row, no dimension, not where records came from.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let eyes = &self.eyes;
        eyes.seen.is_none() && eyes.hidden.is_empty() && !eyes.without_deliveries
    }

    /// Whether some members or dimensions may not exist for the caller.
    pub(super) fn lacks_members(&self) -> bool {
        self.is_restricted() || !self.eyes.hidden.is_empty()
    }

    /// The rows of a measure group that may be seen; `None` is all.
    #[must_use]
    pub fn seen(&self, group: usize, cut: bool) -> Option<&RoaringBitmap> {
        let seen = &self.eyes.seen.as_ref()?[group];
        Some(if cut { &seen.cut } else { &seen.rows })
    }

    /// The dimensions that exist for the caller, with their positions in the cube.
    pub fn dimensions(&self) -> impl Iterator<Item = (usize, &Dimension)> + Clone {
        let all = self.cube.dimensions.iter().enumerate();
        all.filter(|(at, _)| !self.eyes.hidden.contains(at))
    }

    /// The dimension of a name, upper and lower case being equal.
    #[must_use]
    pub fn find_dimension(&self, name: &str) -> Option<usize> {
        self.dimensions().find(|(_, dimension)| same(&dimension.name, name)).map(|found| found.0)
    }

    /// Whether a member exists for whoever has this view: always in a listed dimension, through a
    /// row that may be seen in an observed one.
    #[must_use]
    pub fn has_member(&self, dimension: usize, field: usize, member: u32) -> bool {
        self.visible(dimension).is_none_or(|own| own.members[field].contains(member))
    }

    /// The member that a hierarchy stands at where nothing is said; where the view does not have it, the
    /// first that there is of its level. `None` is All.
    pub(super) fn default_of(&self, dimension: usize, hierarchy: usize) -> Option<(usize, u32)> {
        let (field, id) = self.cube.dimensions[dimension].hierarchies[hierarchy].default?;
        match self.has_member(dimension, field, id) {
            true => Some((field, id)),
            false => self.members(dimension, field).next().map(|first| (field, first)),
        }
    }

    /// Whether a key of a dimension exists, as [`View::has_member`] says of members.
    #[must_use]
    pub fn has_key(&self, dimension: usize, key: u32) -> bool {
        self.visible(dimension).is_none_or(|own| own.has_key.contains(key))
    }

    /// The members of a field that exist, ascending.
    pub fn members(&self, dimension: usize, field: usize) -> impl Iterator<Item = u32> + '_ {
        let own = self.visible(dimension).map(|own| &own.members[field]);
        let all = own.is_none().then_some(0..self.cube.dimensions[dimension].fields[field].len());
        let all = all.into_iter().flatten().map(|member| member as u32);
        own.into_iter().flatten().chain(all)
    }

    /// The number of members of a field that exist and come before one.
    #[must_use]
    pub fn members_before(&self, dimension: usize, field: usize, member: u32) -> usize {
        match (self.visible(dimension), member.checked_sub(1)) {
            (_, None) => 0,
            (Some(own), Some(before)) => own.members[field].rank(before) as usize,
            (None, Some(_)) => member as usize,
        }
    }

    /// The number of members of a field that exist.
    #[must_use]
    pub fn member_count(&self, dimension: usize, field: usize) -> usize {
        match self.visible(dimension) {
            Some(own) => own.members[field].len() as usize,
            None => self.cube.dimensions[dimension].fields[field].len(),
        }
    }

    /// The keys of an observed dimension that some row has which may be seen, ascending; `None`
    /// where all are there.
    pub(super) fn visible_keys(&self, dimension: usize) -> Option<&[u32]> {
        self.visible(dimension).map(|own| own.keys.as_slice())
    }

    /// Whether the caller is told how new the data are that a key of the reporting dimension
    /// delivered.
    #[must_use]
    pub fn is_told_of(&self, reporter: u32) -> bool {
        self.eyes.reporters.as_ref().is_none_or(|own| own.contains(reporter))
    }

    fn visible(&self, dimension: usize) -> Option<&Visible> {
        self.eyes.visible.get(dimension)?.as_ref()
    }
}

impl Visible {
    /// What there is of an observed dimension; `None` for a listed one, of which all is there.
    fn find(cube: &Cube, dimension: usize, seen: &[Seen]) -> Option<Visible> {
        let shape = cube.dimensions.get(dimension).filter(|shape| shape.observed)?;
        let has_key = keys_seen(cube, dimension, seen);
        let members = shape
            .fields
            .iter()
            .map(|field| has_key.iter().filter_map(|key| field.member_of(key)).collect());
        Some(Visible { members: members.collect(), keys: has_key.iter().collect(), has_key })
    }
}

/// The keys of a dimension that rows have which may be seen.
fn keys_seen(cube: &Cube, dimension: usize, seen: &[Seen]) -> RoaringBitmap {
    let mut found = vec![false; cube.dimensions[dimension].key_count];
    for (group, seen) in cube.groups.iter().zip(seen) {
        let (rows, seen) = match group.uses[dimension] {
            Some(Use::Step) => (group.cut.as_ref().unwrap_or(&group.rows), &seen.cut),
            _ => (&group.rows, &seen.rows),
        };
        let Some(keys) = &rows.keys[dimension] else { continue };
        for row in seen {
            let key = keys.get(row as usize);
            match &rows.lists[dimension] {
                Some(lists) => {
                    lists.get(key as usize).iter().for_each(|&key| found[key as usize] = true);
                }
                None => found[key as usize] = true,
            }
        }
    }
    (0..found.len() as u32).filter(|&key| found[key as usize]).collect()
}

/// The rows that have one of some keys of a dimension. A dimension that changes over time or that
/// the group does not have gives none.
fn rows_with(group: &Group, rows: &Rows, dimension: usize, keys: &[u32]) -> RoaringBitmap {
    match group.uses[dimension] {
        Some(Use::Single | Use::Many) if !rows.bitmaps[dimension].is_empty() => {
            keys.iter().filter_map(|&key| rows.bitmaps[dimension].get(key as usize)).union()
        }
        Some(Use::Single | Use::Entity) => {
            let Some(column) = &rows.keys[dimension] else { return RoaringBitmap::new() };
            let has = |row: &u32| keys.contains(&column.get(*row as usize));
            (0..rows.len() as u32).filter(has).collect()
        }
        _ => RoaringBitmap::new(),
    }
}
