//! Every record of two versions, and what has become of it.

use std::hash::{DefaultHasher, Hash, Hasher};

use hashbrown::HashMap;
use roaring::RoaringBitmap;

use super::judged::{Judged, until};
use super::{Cause, FieldName, Identity, Tellers};
use crate::cube::dimension::same;
use crate::cube::{Cube, Group, ProvenanceValues, Rows, Use};
use crate::query::Cancel;
use crate::query::error::{ErrorKind, QueryError};
use crate::query::held::{AROUND, Held, PLACE};
use crate::query::pivot::Pivot;
use crate::query::view::View;

/// Between the names of a record.
const BETWEEN: char = '\u{1f}';

/// The records of one version that somebody may see, by their names.
pub(super) struct Ledger<'a> {
    cube: &'a Cube,
    group: &'a Group,
    records: HashMap<String, Vec<Record>>,
}

/// A record: its rows, and a number that says what is compared of it.
struct Record {
    rows: Vec<u32>,
    delivered: u64,
}

/// What has become of the records of two versions that are not the same in both.
pub(super) struct Classes {
    causes: HashMap<String, Cause>,
}

impl Classes {
    /// Compares all records that the caller may see in the versions.
    pub(super) fn find(
        before: &[View],
        after: &[View],
        tellers: Option<&Tellers>,
        (pivot, identity): (&Pivot, &Identity<'_>),
        held: &Held<'_>,
    ) -> Result<Classes, QueryError> {
        let mut classes = Classes::redelivered((before, after), identity, held)?;
        if let Some(tellers) = tellers {
            let by_steps = asks_steps(tellers.after.cube(), pivot);
            classes.judge(tellers, (before, after), by_steps, (identity, held))?;
        }
        Ok(classes)
    }

    /// What has become of records that were not delivered as before.
    fn redelivered(
        (before, after): (&[View], &[View]),
        identity: &Identity<'_>,
        held: &Held<'_>,
    ) -> Result<Classes, QueryError> {
        let delivered = (delivered(before, identity)?, delivered(after, identity)?);
        let none = held.bytes();
        let ledgers =
            (Ledger::of(&delivered.0, identity, held)?, Ledger::of(&delivered.1, identity, held)?);
        let of_ledgers = held.bytes() - none;
        let mut classes = Classes { causes: HashMap::new() };
        held.each(&ledgers.0.records, |(key, records)| {
            let cause = match ledgers.1.records.get(key) {
                None => Some(Cause::Vanished),
                Some(others) => ledgers.0.redelivered(records, &ledgers.1, others, identity),
            };
            cause.map_or(0, |cause| classes.put(key, cause))
        })?;
        held.each(ledgers.1.records.keys(), |key| match ledgers.0.records.contains_key(key) {
            true => 0,
            false => classes.put(key, Cause::New),
        })?;
        held.give(of_ledgers);
        Ok(classes)
    }

    /// Notes what has become of a record, unless that is known. How many bytes that takes.
    fn put(&mut self, key: &str, cause: Cause) -> usize {
        match self.causes.contains_key(key) {
            true => 0,
            false => {
                self.causes.insert(key.to_owned(), cause);
                PLACE + key.len()
            }
        }
    }

    /// Adds what has become of records that were delivered as before. Approvals are asked about where
    /// the question is.
    fn judge(
        &mut self,
        of: &Tellers,
        views: (&[View], &[View]),
        by_steps: bool,
        (identity, held): (&Identity<'_>, &Held<'_>),
    ) -> Result<(), QueryError> {
        let until = until(of.before.cube(), of.after.cube());
        let before = held.bytes();
        let old = Judged::of(&of.before, views.0, until, (identity, held))?;
        let new = Judged::of(&of.after, views.1, until, (identity, held))?;
        let judged = held.bytes() - before;
        let only_new = new.keys().filter(|key| !old.contains_key(*key));
        let nothing = Judged::default();
        held.each(old.keys().chain(only_new), |key| {
            let [old, new] = [&old, &new].map(|known| known.get(key).unwrap_or(&nothing));
            let cause = if old.judged != new.judged {
                Cause::Judged
            } else if by_steps && old.approved != new.approved {
                Cause::Approval
            } else if old.lapsing != new.lapsing {
                Cause::Time
            } else {
                return 0;
            };
            self.put(key, cause)
        })?;
        held.give(judged);
        Ok(())
    }

    /// What has become of a record; nothing where it is the same, and, of the older version, where the
    /// newer one has it too.
    pub(super) fn cause(&self, key: &str, old: bool) -> Option<Cause> {
        self.causes.get(key).copied().filter(|cause| !old || *cause != Cause::New)
    }

    /// The rows, and cut rows, of every group of a cube by what has become of their records.
    ///
    /// # Errors
    /// The question was ended.
    pub(super) fn rows(
        &self,
        view: &View,
        views: &[View],
        (identity, cancel): (&Identity<'_>, &Cancel),
    ) -> Result<Split, QueryError> {
        let cube = view.cube();
        let own = view.of_records();
        let split = |number: usize, cut: bool| -> Result<_, QueryError> {
            let group = &cube.groups[number];
            let rows = if cut { group.cut.as_ref() } else { Some(&group.rows) };
            let names = Names::of(cube, number, views, identity);
            // Of a fact, all rows have the same names.
            let mut known: HashMap<u32, Option<Cause>> = HashMap::new();
            let mut found: HashMap<Cause, RoaringBitmap> = HashMap::new();
            let (Some(rows), Some(names)) = (rows, names) else { return Ok(found) };
            let seen = own.seen(number, cut);
            cancel.each(0..rows.len() as u32, |row| {
                if seen.is_some_and(|seen| !seen.contains(row)) {
                    return;
                }
                let cause = *known
                    .entry(rows.fact[row as usize])
                    .or_insert_with(|| self.causes.get(&names.key(rows, row as usize)).copied());
                if let Some(cause) = cause {
                    found.entry(cause).or_default().insert(row);
                }
            })?;
            Ok(found)
        };
        let of = |number| Ok([split(number, false)?, split(number, true)?]);
        let groups = (0..cube.groups.len()).map(of);
        Ok(Split(groups.collect::<Result<_, QueryError>>()?))
    }
}

/// Per group, of its rows and of its cut rows, those of each cause.
pub(super) struct Split(pub(super) Vec<[HashMap<Cause, RoaringBitmap>; 2]>);

impl Split {
    /// Whether some record has this cause.
    pub(super) fn has(&self, cause: Cause) -> bool {
        self.0.iter().flatten().any(|found| found.contains_key(&cause))
    }
}

/// The view that has every record as it was delivered, as far as the caller may see it.
fn delivered(views: &[View], identity: &Identity<'_>) -> Result<View, QueryError> {
    let found = views.iter().find(|view| same(&view.cube().name, identity.cube));
    found.map(View::of_records).ok_or_else(|| {
        let message =
            format!("versionen har ikke kuben '{}', som forklarer ændringer", identity.cube);
        QueryError::new(ErrorKind::Invalid, message).hint("spørg de to versioner hver for sig")
    })
}

/// Whether a question is about a dimension whose members change with time.
fn asks_steps(cube: &Cube, pivot: &Pivot) -> bool {
    let is_step = |at: &usize| cube.groups.iter().any(|group| group.uses[*at] == Some(Use::Step));
    let steps = (0..cube.dimensions.len()).filter(is_step);
    let mut texts = pivot.filters.iter().chain(&pivot.columns).chain(&pivot.rows);
    let names: Vec<&str> = steps.map(|at| &*cube.dimensions[at].name).collect();
    texts.any(|text| {
        text.split_once('.').is_some_and(|(name, _)| names.iter().any(|own| same(own, name.trim())))
    })
}

impl<'a> Ledger<'a> {
    fn of(
        view: &'a View,
        identity: &Identity<'_>,
        held: &Held<'_>,
    ) -> Result<Ledger<'a>, QueryError> {
        let (cube, group) = (view.cube(), &view.cube().groups[0]);
        let mut ledger = Ledger { cube, group, records: HashMap::new() };
        let Some(names) = Names::of(cube, 0, std::slice::from_ref(view), identity) else {
            return Ok(ledger);
        };
        held.each(records(view, 0, &names, held)?, |(key, rows)| {
            let mut hasher = DefaultHasher::new();
            ledger.fields(rows[0], identity).hash(&mut hasher);
            let record = Record { delivered: hasher.finish(), rows };
            ledger.records.entry(key).or_default().push(record);
            PLACE + AROUND + size_of::<Record>()
        })?;
        held.cancel.each(ledger.records.values_mut(), |own| {
            own.sort_by_key(|record| record.delivered);
        })?;
        Ok(ledger)
    }

    /// The names of a record as one.
    pub(super) fn key(names: &[String]) -> String {
        names.join(&BETWEEN.to_string())
    }

    /// What was delivered of a record, by field.
    fn fields(&self, row: u32, identity: &Identity<'_>) -> Vec<Vec<String>> {
        let rows = &self.group.rows;
        let of_dimension = |own: &FieldName<'_>| keys(self.cube, rows, *own, row as usize);
        let fact = rows.fact[row as usize] as usize;
        let of_column = |name: &&str| {
            let column = self.group.provenance.iter().find(|column| same(&column.name, name));
            vec![column.map(|column| text(&column.values, fact)).unwrap_or_default()]
        };
        let dimensions = identity.dimensions.iter().map(of_dimension);
        dimensions.chain(identity.columns.iter().map(of_column)).collect()
    }

    /// What has become of a record that both versions have; nothing where it was delivered alike.
    fn redelivered(
        &self,
        records: &[Record],
        other: &Ledger<'_>,
        others: &[Record],
        identity: &Identity<'_>,
    ) -> Option<Cause> {
        let alike = |(one, other): (&Record, &Record)| one.delivered == other.delivered;
        if records.len() == others.len() && records.iter().zip(others).all(alike) {
            return None;
        }
        let ([one], [two]) = (records, others) else { return Some(Cause::Changed) };
        let (old, new) = (self.fields(one.rows[0], identity), other.fields(two.rows[0], identity));
        let by_lists = old.iter().zip(&new).enumerate().all(|(at, (old, new))| {
            let own = identity.dimensions.get(at);
            old == new
                || own.is_some_and(|own| {
                    unknown_to(other.cube, *own, old) || unknown_to(self.cube, *own, new)
                })
        });
        Some(if by_lists { Cause::Codes } else { Cause::Changed })
    }
}

/// Whether a code list, which a listed dimension has whole, does not have some of these keys.
fn unknown_to(cube: &Cube, name: FieldName<'_>, keys: &[String]) -> bool {
    let Some((dimension, field)) = find(cube, name) else { return false };
    let shape = &cube.dimensions[dimension];
    if shape.observed {
        return false;
    }
    let field = &shape.fields[field];
    let has = |key: &String| (0..field.len()).any(|member| field.keys.get(member) == key);
    keys.iter().any(|key| !has(key))
}

fn find(cube: &Cube, (dimension, field): FieldName<'_>) -> Option<(usize, usize)> {
    let dimension = cube.find_dimension(dimension)?;
    Some((dimension, cube.dimensions[dimension].find_field(field)?))
}

/// The keys that a row has in a field, as texts; none where there is no such field.
pub(super) fn keys(cube: &Cube, rows: &Rows, name: FieldName<'_>, row: usize) -> Vec<String> {
    find(cube, name).map_or_else(Vec::new, |place| keys_in(cube, rows, place, row))
}

/// The keys that a row has in a field of a dimension, as texts.
pub(super) fn keys_in(
    cube: &Cube,
    rows: &Rows,
    (dimension, field): (usize, usize),
    row: usize,
) -> Vec<String> {
    let Some(column) = &rows.keys[dimension] else { return Vec::new() };
    let field = &cube.dimensions[dimension].fields[field];
    let of = |key: u32| field.keys.get(field.member_of_key[key as usize] as usize).to_owned();
    let key = column.get(row);
    match &rows.lists[dimension] {
        None => vec![of(key)],
        Some(lists) => {
            let mut keys: Vec<String> =
                lists.get(key as usize).iter().map(|&key| of(key)).collect();
            keys.sort_unstable();
            keys
        }
    }
}

pub(super) fn text(values: &ProvenanceValues, fact: usize) -> String {
    match values {
        ProvenanceValues::Text(texts) => texts.get(fact).to_owned(),
        ProvenanceValues::Coded(texts, codes) => texts.get(codes.get(fact) as usize).to_owned(),
        ProvenanceValues::Number(numbers) => numbers[fact].to_string(),
        ProvenanceValues::Day(days) => days[fact].to_string(),
    }
}

/// How the records of a group are named.
pub(super) struct Names<'a> {
    cube: &'a Cube,
    whose: usize,
    field: usize,
    id: Vec<&'a ProvenanceValues>,
}

impl<'a> Names<'a> {
    /// `None` where the group has no such names, nor the cube that shows its records.
    pub(super) fn of(
        cube: &'a Cube,
        group: usize,
        views: &'a [View],
        identity: &Identity<'_>,
    ) -> Option<Names<'a>> {
        let own = &cube.groups[group];
        // Its facts are those of the cube that shows them, in the same order.
        let teller = own.records_in.as_ref().and_then(|name| {
            let view = views.iter().find(|view| same(&view.cube().name, name))?;
            view.cube().groups.first()
        });
        let teller = teller.unwrap_or(own);
        let find = |name: &&str| {
            let column = teller.provenance.iter().find(|column| same(&column.name, name));
            column.map(|column| &column.values)
        };
        let id = identity.id.iter().map(find).collect::<Option<Vec<_>>>()?;
        let whose = cube.find_dimension(identity.whose.0)?;
        let field = cube.dimensions[whose].find_field(identity.whose.1)?;
        own.rows.keys[whose].as_ref()?;
        Some(Names { cube, whose, field, id })
    }

    pub(super) fn key(&self, rows: &Rows, row: usize) -> String {
        let field = &self.cube.dimensions[self.whose].fields[self.field];
        let key = rows.keys[self.whose].as_ref().map_or(0, |keys| keys.get(row));
        let mut key = field.captions.get(field.member_of_key[key as usize] as usize).to_owned();
        let fact = rows.fact[row] as usize;
        for column in &self.id {
            key.push(BETWEEN);
            key.push_str(&text(column, fact));
        }
        key
    }
}

/// The records of a group that may be seen: their names, and their rows in order of days.
pub(super) fn records(
    view: &View,
    number: usize,
    names: &Names<'_>,
    held: &Held<'_>,
) -> Result<Vec<(String, Vec<u32>)>, QueryError> {
    let group = &view.cube().groups[number];
    let rows = &group.rows;
    let seen = view.seen(number, false);
    let record = |row: u32| {
        let fact = rows.fact[row as usize];
        let record = group.record.as_ref().map_or(fact, |records| records[fact as usize]);
        (rows.entity[row as usize], record)
    };
    let all = (0..rows.len() as u32).filter(|row| seen.is_none_or(|seen| seen.contains(*row)));
    let count = seen.map_or(rows.len(), |seen| seen.len() as usize);
    let of_rows = count * size_of::<((u32, u32), u32)>();
    held.take(of_rows)?;
    let mut all: Vec<((u32, u32), u32)> = held.cancel.collect(all.map(|row| (record(row), row)))?;
    all.sort_unstable();
    let mut found = Vec::new();
    held.each(all.chunk_by(|one, next| one.0 == next.0), |lines| {
        let own: Vec<u32> = lines.iter().map(|line| line.1).collect();
        let key = names.key(rows, own[0] as usize);
        let bytes = 2 * AROUND + key.len() + size_of_val(&*own);
        found.push((key, own));
        bytes
    })?;
    held.give(of_rows);
    Ok(found)
}
