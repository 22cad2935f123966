//! Why a figure has changed from one version to another.
//!
//! Every record of the two versions is in one *class*: it is new, vanished, changed, differently read
//! by code lists, differently judged by rules, differently approved, or the same. Then the question is
//! counted in a row of worlds that begins at the older version and ends at the newer one: the older
//! without one class after the other, then, over the records that are the same, the newer one, to
//! which its classes are added again. Each world is counted as any other answer is, over the rows
//! that it has, so the differences of neighbours add up to the difference of the two versions whatever
//! the measure is. What a cause has done is the sum of the differences of its steps.
//!
//! Between the worlds of the same records lie two things that no record tells of: time, where the
//! newer version has months that the older one has not, and the rest (reference data, and, for whoever
//! may see only some of the records, all that the others have done).

mod judged;
mod ledger;
mod worlds;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::disclose;
use super::drill::{Drill, drill};
use super::error::{ErrorKind, QueryError};
use super::explain::{self, UNEXPLAINED};
use super::held::{AROUND, Held, of_texts};
use super::pivot::Pivot;
use super::table::{Table, Values};
use super::view::{Seen, View};
use super::{Cancel, Limits, answer};
use crate::cube::Rows;
use ledger::{Classes, Ledger};
use worlds::Grid;

/// Of a number, the part that is but rounding: sums and ratios of the same rows differ by less, and no
/// measure has a unit as small.
const ROUNDING: f64 = 1e-9;

/// By what records are known in two versions, in the words of a schema.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The cube that has every record as it was delivered.
    pub cube: &'a str,
    /// The dimension and field that say whose a record is.
    pub whose: FieldName<'a>,
    /// The columns of records that name one of somebody's records.
    pub id: &'a [&'a str],
    /// The dimensions that say what was delivered, each with the field that has it: of which field a
    /// version has most members depends on the records of others.
    pub dimensions: &'a [FieldName<'a>],
    /// The columns of records that say what was delivered.
    pub columns: &'a [&'a str],
    /// The column of records that says which rules have marked it.
    pub marks: &'a str,
    /// The dimensions on which a record moves as time passes.
    pub lapsing: &'a [FieldName<'a>],
    /// The field of months.
    pub month: &'a str,
}

/// The names of a dimension and of one of its fields.
pub type FieldName<'a> = (&'a str, &'a str);

/// Why a figure has changed, in the order in which causes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The as-of day has moved.
    Time,
    /// Other quarters are approved.
    Approval,
    /// A code is known in one version only.
    Codes,
    /// The record is not in the newer version.
    Vanished,
    /// It was delivered with something else in it.
    Changed,
    /// It is not in the older version.
    New,
    /// It was delivered as before; its marks or days after the rules are others.
    Judged,
    /// What no record tells of.
    Rest,
}

impl Cause {
    /// All of them, in order.
    pub const ALL: [Cause; 8] = [
        Cause::Time,
        Cause::Approval,
        Cause::Codes,
        Cause::Vanished,
        Cause::Changed,
        Cause::New,
        Cause::Judged,
        Cause::Rest,
    ];

    /// What people read.
    #[must_use]
    pub fn caption(self) -> &'static str {
        match self {
            Cause::Time => "Tid",
            Cause::Approval => "Godkendelser",
            Cause::Codes => "Kodelister",
            Cause::Vanished => "Forsvundne",
            Cause::Changed => "Ændrede",
            Cause::New => "Nye",
            Cause::Judged => "Regler",
            Cause::Rest => "Referencedata og andet",
        }
    }
}

/// A version as somebody sees it.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// Its name, for headings and errors.
    pub name: &'a str,
    /// Its cubes.
    pub views: &'a [View],
}

/// A cell that has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// What people read of its members, in the order of the headings.
    pub members: Vec<String>,
    /// In the older version.
    pub before: Option<f64>,
    /// In the newer one.
    pub after: Option<f64>,
    /// What each cause has done, in the order of [`Cause::ALL`].
    pub causes: [f64; Cause::ALL.len()],
}

/// Two versions compared.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The fields of the members, and perhaps the measure.
    pub headings: Vec<Heading>,
    /// The cells that have changed.
    pub cells: Vec<Changed>,
    /// How many cells have not.
    pub unchanged: usize,
    /// Decimals of the values.
    pub decimals: u8,
    /// How many municipalities of the newer answer are behind.
    pub behind: u32,
    /// Whether the causes are those of the caller's own records alone.
    pub own: bool,
}

/// What stands over the members of a hierarchy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// Its name.
    pub name: String,
    /// Whether some of the members are persons.
    pub personal: bool,
}

/// Compares the answers of two versions to a pivot.
///
/// # Errors
/// A name that one of the versions does not have, an answer larger than the limits, more records than
/// may be held, or the question was cancelled.
pub fn diff(
    before: Side<'_>,
    after: Side<'_>,
    pivot: &Pivot,
    identity: &Identity<'_>,
    within: (&Limits, &Cancel),
) -> Result<Compared, QueryError> {
    let held = Held::new(within, too_large);
    let Asked { old, new, tellers, classes } = asked((before, after), pivot, identity, &held)?;
    let own = is_own(new);
    let pivot = Pivot { empty: false, ..pivot.clone() };
    let ran = worlds::run(
        (before, after),
        (old, new),
        tellers.as_ref(),
        &pivot,
        (identity, &classes),
        within,
    )?;
    compare(&ran, own, within.1)
}

/// What a comparison is about: the views that are asked, who tells of records in them, and what has
/// become of these.
struct Asked<'a> {
    old: &'a View,
    new: &'a View,
    tellers: Option<Tellers>,
    classes: Classes,
}

fn asked<'a>(
    (before, after): (Side<'a>, Side<'a>),
    pivot: &Pivot,
    identity: &Identity<'_>,
    held: &Held<'_>,
) -> Result<Asked<'a>, QueryError> {
    let at =
        |side: Side<'_>| answer::find(side.views, &pivot.cube).map_err(|error| told(error, side));
    let (old, new) = (at(before)?, at(after)?);
    let tellers = Tellers::find((before.views, old), (after.views, new));
    let (old, new) = (&before.views[old], &after.views[new]);
    disclose::refuse(old, "sammenligninger af versioner")?;
    disclose::refuse(new, "sammenligninger af versioner")?;
    let words = (pivot, identity);
    let classes = Classes::find(before.views, after.views, tellers.as_ref(), words, held)?;
    Ok(Asked { old, new, tellers, classes })
}

/// Whether the caller sees all figures and only some of the records.
fn is_own(view: &View) -> bool {
    view.of_records().is_restricted() && !view.is_restricted()
}

/// What tells of records in each version.
struct Tellers {
    before: View,
    after: View,
}

impl Tellers {
    /// The cube that is asked tells; but for whoever sees all its figures and only some of its records,
    /// the one that explains it by these alone, as its rules leave them: no step tells of the records of
    /// others then. `None` where that is not there.
    fn find((before, old): (&[View], usize), (after, new): (&[View], usize)) -> Option<Tellers> {
        Some(Tellers { before: teller(before, old)?, after: teller(after, new)? })
    }
}

fn teller(views: &[View], at: usize) -> Option<View> {
    let view = &views[at];
    if !is_own(view) {
        return Some(view.clone());
    }
    let how = view.cube().explain.as_ref()?;
    let hidden = explain::hidden(views, how).filter(|hidden| hidden.is_restricted())?;
    let cube = hidden.cube();
    let path = explain::path(cube, how, &how.own);
    let (last, ..) = path.last()?;
    let steps = cube.find_dimension(&how.steps)?;
    let shape = &cube.dimensions[steps];
    let field = &shape.fields[shape.find_field(&how.step)?];
    let is_last = |key: &usize| field.keys.get(field.member_of_key[*key] as usize) == last;
    let key = (0..shape.key_count).find(is_last)?;
    let of = |rows: &Rows| rows.bitmaps[steps].get(key).cloned().unwrap_or_default();
    let seen = cube.groups.iter().map(|group| Seen {
        rows: of(&group.rows),
        cut: group.cut.as_ref().map(of).unwrap_or_default(),
    });
    Some(hidden.keeping(seen.collect()))
}

/// The same error, with the version that it is about.
fn told(error: QueryError, side: Side<'_>) -> QueryError {
    if error.kind == ErrorKind::Cancelled {
        return error;
    }
    QueryError { message: format!("i version {}: {}", side.name, error.message), ..error }
}

fn compare(ran: &worlds::Ran, own: bool, cancel: &Cancel) -> Result<Compared, QueryError> {
    let (first, last) = (ran.first(), ran.last());
    let mut cells = Vec::new();
    let mut unchanged = 0;
    cancel.each(places(first, last, &ran.grids), |place| {
        let value = |grid: &Grid| grid.value(place);
        let all = ran.grids.iter().filter_map(value);
        let scale = all.fold(1.0, |largest: f64, value| largest.max(value.abs()));
        let settled = |done: f64| if done.abs() <= ROUNDING * scale { 0.0 } else { done };
        let mut causes = [0.0; Cause::ALL.len()];
        for step in &ran.steps {
            let [from, to] =
                [step.from, step.to].map(|at| value(&ran.grids[at]).unwrap_or_default());
            causes[step.cause as usize] += to - from;
        }
        let causes = causes.map(settled);
        let (before, after) = (value(first), value(last));
        let is_equal = match (before, after) {
            (Some(before), Some(after)) => settled(after - before) == 0.0,
            (before, after) => before == after,
        };
        if is_equal && causes.iter().all(|&done| done == 0.0) {
            unchanged += 1;
            return;
        }
        cells.push(Changed { members: ran.cells.captions(place), before, after, causes });
    })?;
    let mut headings = last.headings.clone();
    for grid in &ran.grids {
        let own = headings.iter_mut().zip(&grid.headings);
        own.for_each(|(heading, other)| heading.personal |= other.personal);
    }
    let decimals = last.decimals.max(first.decimals);
    Ok(Compared { headings, cells, unchanged, decimals, behind: last.behind, own })
}

/// Every place of some world once: those of the newer version in its order, then the others.
fn places<'g>(first: &'g Grid, last: &'g Grid, all: &'g [Grid]) -> impl Iterator<Item = u32> {
    let mut seen = hashbrown::HashSet::new();
    let grids = [last, first].into_iter().chain(all);
    grids.flat_map(|grid| &grid.order).copied().filter(move |place| seen.insert(*place))
}

impl Compared {
    /// A line per cell: its members, both values, the difference, and what each cause has done.
    #[must_use]
    pub fn table(&self, before: &str, after: &str) -> Table {
        let mut table = Table::default();
        for (at, heading) in self.headings.iter().enumerate() {
            let members = self.cells.iter().map(|cell| Arc::from(cell.members[at].as_str()));
            table.text(&heading.name, members);
            table.columns[at].personal = heading.personal;
        }
        let decimals = self.decimals;
        let mut number = |name: &str, of: &dyn Fn(&Changed) -> Option<f64>| {
            table.number(name, "", decimals, self.cells.iter().map(of));
        };
        number(before, &|cell| cell.before);
        number(after, &|cell| cell.after);
        number("Ændring", &|cell| {
            Some(cell.after.unwrap_or_default() - cell.before.unwrap_or_default())
        });
        for (at, cause) in Cause::ALL.into_iter().enumerate() {
            let own = self.own && cause == Cause::Rest;
            let name = if own { UNEXPLAINED } else { cause.caption() };
            number(name, &|cell| Some(cell.causes[at]));
        }
        table
    }
}

/// The records of a question that are not the same in two versions.
#[derive(Clone, Debug)]
pub struct Differing {
    /// A line for each, or, for whoever may not see where records came from, how many there are of each
    /// kind.
    pub table: Table,
    /// How many records of the two versions were not looked at: of each version as many are as an axis
    /// may have positions ([`Limits::positions`]).
    pub left_out: usize,
}

/// The records of a question that are not the same in two versions. Records that have the same names
/// are as many as in the version that has most of them.
///
/// # Errors
/// As [`diff`]; also where the caller may see no records of the cube.
pub fn records(
    before: Side<'_>,
    after: Side<'_>,
    pivot: &Pivot,
    identity: &Identity<'_>,
    within: (&Limits, &Cancel),
) -> Result<Differing, QueryError> {
    let held = Held::new(within, too_large);
    let Asked { new, classes, .. } = asked((before, after), pivot, identity, &held)?;
    let mut lines: BTreeMap<Line, [usize; 2]> = BTreeMap::new();
    let mut left_out = 0;
    for (at, side) in [before, after].into_iter().enumerate() {
        let found = listed(side, pivot, identity, within).map_err(|error| told(error, side))?;
        left_out += found.1;
        held.each(found.0, |texts| {
            // What only time has done needs no list: it is every open record.
            let cause = classes.cause(&Ledger::key(&texts), at == 0);
            let Some(cause) = cause.filter(|cause| *cause != Cause::Time) else { return 0 };
            let bytes = AROUND + of_texts(&texts);
            lines.entry((cause, texts)).or_default()[at] += 1;
            bytes
        })?;
    }
    let counted = |(line, [old, new]): (Line, [usize; 2])| (line, old.max(new));
    let lines: Vec<(Line, usize)> = within.1.collect(lines.into_iter().map(counted))?;
    let named = new.sees_deliveries();
    let table = if named { by_record(&lines, identity) } else { by_kind(&lines, identity) };
    Ok(Differing { table, left_out })
}

/// What has become of records, and the names that they have.
type Line = (Cause, Vec<String>);

/// Whose, and by which names, of every record in the cells of a question; and how many more there are.
fn listed(
    side: Side<'_>,
    pivot: &Pivot,
    identity: &Identity<'_>,
    within: (&Limits, &Cancel),
) -> Result<(Vec<Vec<String>>, usize), QueryError> {
    let (dimension, field) = identity.whose;
    let mut columns = vec![format!("{dimension}.{field}")];
    columns.extend(identity.id.iter().map(|&name| name.to_owned()));
    let has_condition = |text: &&String| text.contains('=') || text.contains("<>");
    let axes = pivot.columns.iter().chain(&pivot.rows).filter(has_condition);
    let filters = pivot.filters.iter().chain(axes).cloned().collect();
    let measure = pivot.measures.first().cloned().unwrap_or_default();
    let (cube, max) = (pivot.cube.clone(), within.0.positions);
    let asked = Drill { cube, filters, measure, columns, max, first: 0 };
    let drilled = drill(side.views, &asked, within)?.1;
    let table = drilled.table;
    let text = |values: &Values, row: usize| match values {
        Values::Text(texts) => texts[row].as_deref().unwrap_or_default().to_owned(),
        Values::Number(_) | Values::Day(_) => String::new(),
    };
    let line = |row| table.columns.iter().map(|column| text(&column.values, row)).collect();
    let lines = within.1.collect((0..table.rows()).map(line))?;
    Ok((lines, drilled.records - table.rows()))
}

fn by_record(lines: &[(Line, usize)], identity: &Identity<'_>) -> Table {
    let mut table = Table::default();
    let each = || lines.iter().flat_map(|(line, count)| std::iter::repeat_n(line, *count));
    table.text("Årsag", each().map(|(cause, _)| cause.caption()));
    let headings = [identity.whose.1].into_iter().chain(identity.id.iter().copied());
    for (at, heading) in headings.enumerate() {
        table.text(heading, each().map(|(_, texts)| texts[at].as_str()));
    }
    table
}

/// How many records of each cause, owner and first name (the system).
fn by_kind(lines: &[(Line, usize)], identity: &Identity<'_>) -> Table {
    let mut kinds: BTreeMap<(Cause, &[String]), usize> = BTreeMap::new();
    for ((cause, texts), count) in lines {
        *kinds.entry((*cause, &texts[..2])).or_default() += count;
    }
    let mut table = Table::default();
    table.text("Årsag", kinds.keys().map(|(cause, _)| cause.caption()));
    for (at, heading) in [identity.whose.1, identity.id[0]].into_iter().enumerate() {
        table.text(heading, kinds.keys().map(|(_, texts)| texts[at].as_str()));
    }
    table.number("Ydelser", "", 0, kinds.values().map(|count| Some(*count as f64)));
    table
}

/// The refusal where the records of the versions are more than may be held.
fn too_large() -> QueryError {
    let message = "versionerne har for mange ydelser til at kunne sammenlignes på én gang";
    QueryError::new(ErrorKind::TooLarge, message).hint(
        "alle de ydelser, den, der spørger, må se, holdes op mod hinanden: spørg med en kommunes \
         adgangsbevis, eller bed den, der passer serveren, om at hæve load.memory",
    )
}

#[cfg(test)]
mod tests {
    use super::worlds::{Cells, Ran, Step};
    use super::*;

    /// Worlds with one cell.
    fn worlds(values: &[f64], causes: &[Cause]) -> Ran {
        let mut cells = Cells::default();
        let place = cells.number([("[A].[B].&[1]".to_owned(), "et".to_owned())].into_iter());
        let grid =
            |value: &f64| Grid { values: vec![*value], order: vec![place], ..Grid::default() };
        let step = |(from, &cause)| Step { cause, from, to: from + 1 };
        let steps = causes.iter().enumerate().map(step).collect();
        Ran { grids: values.iter().map(grid).collect(), steps, cells }
    }

    #[test]
    fn what_is_but_rounding_has_not_changed() {
        let of = |values: &[f64], causes: &[Cause]| {
            compare(&worlds(values, causes), false, &Cancel::default()).unwrap()
        };
        let both = [Cause::New, Cause::Vanished];
        let rounded = of(&[0.1 + 0.2, 0.3, 0.1 + 0.2], &both);
        assert_eq!((rounded.cells.len(), rounded.unchanged), (0, 1));
        let large = of(&[3e9, 3e9 + 1e-6, 3e9], &both);
        assert_eq!((large.cells.len(), large.unchanged), (0, 1));
        // A day of a year is told, and so are causes that undo each other.
        let day = of(&[0.3, 0.3 + 1.0 / 366.0], &[Cause::New]);
        assert_eq!((day.cells.len(), day.cells[0].members.clone()), (1, vec!["et".to_owned()]));
        let undone = of(&[2.0, 5.0, 2.0], &both);
        assert_eq!(undone.cells[0].causes[Cause::New as usize], 3.0);
        assert_eq!(undone.cells[0].causes[Cause::Vanished as usize], -3.0);
        // Of three steps of one cause, what is left by rounding is nothing.
        let left = of(&[0.0, 0.1, 0.3, 1e-17], &[Cause::New, Cause::New, Cause::New]);
        assert_eq!((left.cells.len(), left.unchanged), (0, 1));
    }
}
