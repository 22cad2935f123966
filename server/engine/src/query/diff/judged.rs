//! What rules have made of the records of a version: their marks, their days, and their approvals.

use hashbrown::HashMap;

use super::Identity;
use super::ledger::{Names, keys, keys_in, records, text};
use crate::cube::dimension::same;
use crate::cube::{Cube, Rows, Use};
use crate::query::error::QueryError;
use crate::query::held::{AROUND, Held, PLACE, of_texts};
use crate::query::view::View;

/// The last day that both cubes have.
pub(super) fn until(one: &Cube, other: &Cube) -> i32 {
    one.timeline.as_of().min(other.timeline.as_of()).0
}

/// What rules have made of the records of one name, up to a day.
#[derive(Default)]
pub(super) struct Judged {
    /// Marks and the days that are left, of each record.
    pub(super) judged: Vec<(String, Vec<(i32, i32)>)>,
    /// The days on which each has each key of the dimensions that change with time.
    pub(super) approved: Vec<Vec<(String, i32, i32)>>,
    /// The keys of each on which it moves as time passes.
    pub(super) lapsing: Vec<Vec<Vec<String>>>,
}

impl Judged {
    pub(super) fn of(
        view: &View,
        views: &[View],
        until: i32,
        (identity, held): (&Identity<'_>, &Held<'_>),
    ) -> Result<HashMap<String, Judged>, QueryError> {
        let own = view.of_records();
        let mut found: HashMap<String, Judged> = HashMap::new();
        let cube = own.cube();
        // Of several groups the first that tells of records: the others are no services.
        let numbers = 0..cube.groups.len();
        let told =
            numbers.into_iter().find_map(|at| Some((at, Names::of(cube, at, views, identity)?)));
        let Some((number, names)) = told else { return Ok(found) };
        let group = &cube.groups[number];
        let marks = group.provenance.iter().find(|column| same(&column.name, identity.marks));
        held.each(records(&own, number, &names, held)?, |(key, rows)| {
            let fact = group.rows.fact[rows[0] as usize] as usize;
            let mark = marks.map(|marks| {
                // Whoever sees some records only is told what these alone have led to.
                let own = marks.own.as_ref().filter(|_| own.is_restricted());
                text(own.unwrap_or(&marks.values), fact)
            });
            let mark = mark.unwrap_or_default();
            let days = rows.iter().map(|&row| {
                let (first, last) = days(&group.rows, row as usize);
                (first, last.min(until))
            });
            let days: Vec<(i32, i32)> = days.filter(|(first, _)| *first <= until).collect();
            let lapsing = identity
                .lapsing
                .iter()
                .map(|name| keys(cube, &group.rows, *name, rows[0] as usize));
            let lapsing: Vec<Vec<String>> = lapsing.collect();
            let of_keys = lapsing.iter().map(|keys| AROUND + of_texts(keys)).sum::<usize>();
            let bytes = PLACE + 3 * AROUND + mark.len() + size_of_val(&*days) + of_keys;
            let judged = found.entry(key).or_default();
            judged.judged.push((mark, days));
            judged.lapsing.push(lapsing);
            bytes
        })?;
        held.each(approvals(&own, number, until, held)?, |(row, steps)| {
            let rows = group.cut.as_ref().unwrap_or(&group.rows);
            found.entry(names.key(rows, row)).or_default().approved.push(steps);
            AROUND
        })?;
        held.cancel.each(found.values_mut(), |judged| {
            judged.judged.sort();
            judged.approved.sort();
            judged.lapsing.sort();
        })?;
        Ok(found)
    }
}

fn days(rows: &Rows, row: usize) -> (i32, i32) {
    (rows.first_day[row], rows.last_day[row])
}

/// On which days something has which key of a dimension that changes with time.
type Steps = Vec<(String, i32, i32)>;

/// For each fact that has days before one: a row of it, and its steps.
fn approvals(
    view: &View,
    number: usize,
    until: i32,
    held: &Held<'_>,
) -> Result<Vec<(usize, Steps)>, QueryError> {
    let cube = view.cube();
    let group = &cube.groups[number];
    let Some(rows) = &group.cut else { return Ok(Vec::new()) };
    let steps = (0..group.uses.len()).filter(|&at| group.uses[at] == Some(Use::Step));
    let fields = |step: usize| {
        let whole = cube.dimensions[step].fields.iter().enumerate().filter(|(_, own)| !own.partial);
        whole.map(move |(at, _)| (step, at))
    };
    let steps: Vec<(usize, usize)> = steps.flat_map(fields).collect();
    let seen = view.seen(number, true);
    let mut found: HashMap<u32, (usize, Steps)> = HashMap::new();
    held.each(0..rows.len(), |row| {
        let (first, last) = days(rows, row);
        if first > until || seen.is_some_and(|seen| !seen.contains(row as u32)) {
            return 0;
        }
        let key = steps.iter().flat_map(|&step| keys_in(cube, rows, step, row));
        let key = key.collect::<Vec<_>>().join(",");
        let bytes = AROUND + key.len();
        let own = found.entry(rows.fact[row]).or_insert_with(|| (row, Vec::new()));
        own.1.push((key, first, last.min(until)));
        bytes
    })?;
    held.cancel.each(found.values_mut(), |(_, steps)| join(steps))?;
    held.cancel.collect(found.into_values())
}

/// Days with the same key that meet are one stretch, however they are cut.
fn join(steps: &mut Steps) {
    steps.sort();
    steps.dedup_by(|next, before| {
        let meets = next.0 == before.0 && next.1 <= before.2 + 1;
        if meets {
            before.2 = before.2.max(next.2);
        }
        meets
    });
}
