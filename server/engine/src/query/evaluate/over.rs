//! Arguments that are worked out at every tuple of a set: a frame of every cell at every tuple.

use std::sync::Arc;

use hashbrown::HashMap;

use super::Evaluator;
use super::frame::{At, Frame, Stand};
use super::large::{Few, gives};
use super::set::{Set, Written};
use super::value::{Column, Value};
use crate::query::Cancel;
use crate::query::bound::{HierarchyRef, Member};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::expr::{Depends, Expr};
use crate::query::functions::{Function, Takes};

/// Cells times tuples that are worked out at once: some tens of megabytes a column.
const BLOCK: usize = 1 << 20;

/// A set of tuples written out; instead of a set, an error or nothing.
pub(crate) type List = Result<Arc<Written>, Value>;

/// Frames of cells at tuples, and the cells' numbers.
pub(crate) struct Child {
    pub frame: Frame,
    /// Of each row, the cell that it came from.
    pub parents: Arc<[u32]>,
}

impl Child {
    /// Where the set has a name and an argument asks for its current tuple, says which that is.
    pub(crate) fn name(&mut self, set: &Expr, arguments: &[Expr], lists: &[List]) {
        let Some(of) = set.set_name() else { return };
        if !arguments.iter().any(|argument| argument.asks_current(of)) {
            return;
        }
        let lists = || lists.iter().flatten();
        let ordinals = lists().flat_map(|list| 0..list.len() as u32).collect();
        let columns = lists().next().map_or(&[][..], |list| &list.columns);
        self.frame.iterate(of, columns, ordinals);
    }
}

impl Evaluator<'_> {
    /// A function with arguments at every tuple of a set.
    pub(super) fn over(
        &self,
        expr: &Expr,
        function: &'static Function,
        arguments: &[Expr],
        frame: &Frame,
    ) -> Result<Column, QueryError> {
        let sets = self.eval(&arguments[function.set_at()], frame)?;
        let depends = depends_over(function, arguments, &sets, |_| true);
        let (first, of_row) = frame.different(|hierarchy| depends.on(hierarchy), self.cancel)?;
        if first.len() == frame.rows {
            return self.over_rows(expr, (function, arguments), frame, &sets, false);
        }
        let own = match &sets {
            Column::Same(set) => Column::Same(set.clone()),
            sets => first.iter().map(|&row| sets.get(row as usize)).collect(),
        };
        let few = frame.select(&first);
        let found = self.over_rows(expr, (function, arguments), &few, &own, false)?;
        Ok(found.spread(&of_row))
    }

    /// The same, where all rows differ in something. What is worked out at the tuples is so once
    /// for rows that do not differ in that. `without_doubts` says that all tuples are needed.
    fn over_rows(
        &self,
        expr: &Expr,
        (function, arguments): (&'static Function, &[Expr]),
        frame: &Frame,
        sets: &Column,
        without_doubts: bool,
    ) -> Result<Column, QueryError> {
        let plain = self.plain_arguments((function, arguments), frame)?;
        let depends = depends_over(function, arguments, sets, Takes::is_each);
        let (first, of_row) = frame.different(|hierarchy| depends.on(hierarchy), self.cancel)?;
        let mut rows_of = vec![Vec::new(); first.len()];
        let classes = of_row.iter().enumerate();
        self.cancel.each(classes, |(row, &class)| rows_of[class as usize].push(row))?;
        let few = frame.select(&first);
        let needed = match without_doubts {
            false => self.few(function, arguments, &few, (sets, &plain))?,
            true => None,
        };
        let Few { lists, doubts } = match needed {
            Some(needed) => needed,
            None => self.all_of(sets, frame.rows, &first)?,
        };
        let spans = if function.above { self.with_above(&lists)? } else { lists.clone() };
        let mut found = vec![Value::Empty; frame.rows];
        for block in blocks(&spans) {
            let values = self.at_tuples((function, arguments), &few, &spans, block.clone())?;
            let mut start = 0;
            for class in block {
                let (list, span) = match (&lists[class], &spans[class]) {
                    (Ok(list), Ok(span)) => (list, span),
                    (Err(value), _) | (_, Err(value)) => {
                        rows_of[class].iter().for_each(|&row| found[row] = value.clone());
                        continue;
                    }
                };
                let range = start..start + span.len();
                start = range.end;
                let given = Given { plain: &plain, at_tuples: of_tuples(&values, &range) };
                self.step(list.len().saturating_mul(rows_of[class].len()))?;
                for &row in &rows_of[class] {
                    found[row] = self.plain(expr, function, &given.of(row), Some(list))?;
                    if gives(&found[row], doubts[class].as_ref()) {
                        return self.over_rows(expr, (function, arguments), frame, sets, true);
                    }
                }
            }
        }
        self.cancel.check()?;
        Ok(found.into_iter().collect())
    }

    /// The arguments that are not worked out at the tuples.
    fn plain_arguments(
        &self,
        (function, arguments): (&'static Function, &[Expr]),
        frame: &Frame,
    ) -> Result<Vec<Column>, QueryError> {
        let plain = arguments.iter().zip(function.takes).enumerate();
        let plain =
            plain.map(|(at, (argument, takes))| match at == function.set_at() || takes.is_each() {
                true => Ok(Column::Same(Value::Omitted)),
                false => self.eval(argument, frame),
            });
        plain.collect()
    }

    /// The arguments that are worked out at the tuples of some rows.
    fn at_tuples(
        &self,
        (function, arguments): (&'static Function, &[Expr]),
        frame: &Frame,
        spans: &[List],
        block: std::ops::Range<usize>,
    ) -> Result<Vec<Option<Column>>, QueryError> {
        let mut child = self.child(frame, spans, block.clone())?;
        child.name(&arguments[function.set_at()], arguments, &spans[block]);
        let values = arguments.iter().zip(function.takes).map(|(argument, takes)| {
            let column = takes.is_each().then(|| self.eval(argument, &child.frame));
            column.transpose()
        });
        values.collect()
    }

    /// All tuples of the sets of some rows.
    fn all_of(&self, sets: &Column, rows: usize, chosen: &[u32]) -> Result<Few, QueryError> {
        let all = self.lists(sets, rows)?;
        let lists = chosen.iter().map(|&row| all[row as usize].clone()).collect();
        Ok(Few { lists, doubts: vec![None; chosen.len()] })
    }

    /// Lists with those above their tuples.
    fn with_above(&self, lists: &[List]) -> Result<Vec<List>, QueryError> {
        let mut last: Option<(Arc<Written>, Arc<Written>)> = None;
        let mut all = Vec::with_capacity(lists.len());
        for list in lists {
            let Ok(list) = list else {
                all.push(list.clone());
                continue;
            };
            let known = last.as_ref().filter(|(own, _)| Arc::ptr_eq(own, list));
            let found = match known {
                Some((_, found)) => Arc::clone(found),
                None => Arc::new(self.scope.with_above(list)?),
            };
            last = Some((Arc::clone(list), Arc::clone(&found)));
            all.push(Ok(found));
        }
        Ok(all)
    }

    /// The sets of rows, written out; instead of a set, an error or nothing.
    pub(crate) fn lists(&self, sets: &Column, rows: usize) -> Result<Vec<List>, QueryError> {
        let mut known: HashMap<*const Set, Arc<Written>> = HashMap::new();
        let mut kept: Vec<Arc<Set>> = Vec::new();
        let mut list = |value: Value| match value {
            Value::Set(set) => {
                if let Some(written) = known.get(&Arc::as_ptr(&set)) {
                    return Ok(Ok(Arc::clone(written)));
                }
                let written = Arc::new(self.scope.written(&set)?);
                self.go_through(written.len(), 0)?;
                known.insert(Arc::as_ptr(&set), Arc::clone(&written));
                kept.push(set);
                Ok(Ok(written))
            }
            Value::Error(error) => Ok(Err(Value::Error(error))),
            value => {
                let one = Set::of_tuple(&super::places(&value));
                Ok(Ok(Arc::new(self.scope.written(&one)?)))
            }
        };
        if let Column::Same(value) = sets {
            return Ok(vec![list(value.clone())?; rows]);
        }
        let mut pace = self.cancel.pace();
        let mut one = |row| {
            pace.step(1)?;
            list(sets.get(row))
        };
        (0..rows).map(&mut one).collect()
    }

    /// The cells of some rows at every tuple of their sets.
    pub(crate) fn child(
        &self,
        frame: &Frame,
        lists: &[List],
        rows: std::ops::Range<usize>,
    ) -> Result<Child, QueryError> {
        self.look()?;
        let mut parents = Vec::new();
        let mut columns: Vec<HierarchyRef> = Vec::new();
        for (row, list) in rows.clone().zip(&lists[rows.clone()]) {
            let Ok(list) = list else { continue };
            if columns.is_empty() || parents.is_empty() {
                columns.clone_from(&list.columns);
            }
            parents.extend(std::iter::repeat_n(row as u32, list.len()));
            if list.len() > 0 && columns != list.columns {
                return Err(not_alike());
            }
        }
        self.go_through(0, parents.len())?;
        self.cancel.check()?;
        let mut child = frame.select(&parents);
        for (at, &hierarchy) in columns.iter().enumerate() {
            let (mut codes, mut pace) = (Codes::default(), self.cancel.pace());
            let mut known: Option<(*const Written, Vec<u32>)> = None;
            for list in lists[rows.clone()].iter().flatten() {
                let same = known.as_ref().is_some_and(|(one, _)| *one == Arc::as_ptr(list));
                if !same {
                    let own = list.tuples();
                    let own = own.map(|tuple| tuple.get(at).copied().unwrap_or(Member::All));
                    known = Some((Arc::as_ptr(list), codes.of_all(own, self.cancel)?));
                }
                pace.step(list.len())?;
                codes.of_row.extend(known.iter().flat_map(|(_, own)| own));
            }
            child.put(hierarchy, codes.stand());
        }
        Ok(Child { frame: child, parents: parents.into() })
    }
}

/// Sets of different hierarchies, of a hierarchy that is named by a number or a text of the cell.
fn not_alike() -> QueryError {
    let message = "mængden har ikke de samme hierarkier i alle celler";
    QueryError::new(ErrorKind::Invalid, message)
        .hint("skriv hierarkiet selv i stedet for Dimensions(…)")
}

/// Members and the code of each.
#[derive(Default)]
struct Codes {
    different: Vec<At>,
    known: HashMap<Member, u32>,
    /// Whether `known` lacks the members that there are: those of one list need no looking up.
    is_unknown: bool,
    of_row: Vec<u32>,
}

impl Codes {
    fn of_all(
        &mut self,
        members: impl Iterator<Item = Member> + Clone,
        cancel: &Cancel,
    ) -> Result<Vec<u32>, QueryError> {
        if self.different.is_empty() && Member::ascending(members.clone()).is_some() {
            self.different.extend(members.map(At::One));
            self.is_unknown = true;
            return Ok((0..self.different.len() as u32).collect());
        }
        if std::mem::take(&mut self.is_unknown) {
            let own = self.different.iter().zip(0..);
            self.known = own.filter_map(|(at, code)| Some((at.member()?, code))).collect();
        }
        cancel.collect(members.map(|member| self.of(member)))
    }

    fn of(&mut self, member: Member) -> u32 {
        *self.known.entry(member).or_insert_with(|| {
            self.different.push(At::One(member));
            self.different.len() as u32 - 1
        })
    }

    fn stand(self) -> Stand {
        match self.different[..] {
            [only] => Stand::Same(only),
            _ => Stand::Coded(self.different.into(), self.of_row.into()),
        }
    }
}

/// Rows that are worked out together: not too many at a time, and with sets of the same hierarchies,
/// which can differ from row to row where a hierarchy is named by a number or a text.
fn blocks(lists: &[List]) -> Vec<std::ops::Range<usize>> {
    let (mut blocks, mut start, mut size) = (Vec::new(), 0, 0_usize);
    let mut columns: Option<&[HierarchyRef]> = None;
    for (row, list) in lists.iter().enumerate() {
        let Some(own) = list.as_ref().ok().filter(|list| list.len() > 0) else { continue };
        let differs = columns.is_some_and(|columns| columns != &own.columns[..]);
        if size > 0 && (size + own.len() > BLOCK || differs) {
            blocks.push(start..row);
            (start, size) = (row, 0);
        }
        columns = Some(&own.columns);
        size += own.len();
    }
    blocks.push(start..lists.len());
    blocks
}

/// What the result depends on: the stands at which the sets and the other arguments that `count`
/// differ, but for the hierarchies of the set, which stand at its tuples.
fn depends_over(
    function: &Function,
    arguments: &[Expr],
    sets: &Column,
    counts: impl Fn(&Takes) -> bool,
) -> Depends {
    let (columns, at) = (columns_of(sets), function.set_at());
    let mut depends = match sets {
        Column::Same(_) => Depends::NOTHING,
        _ => arguments[at].depends(),
    };
    for (place, (argument, takes)) in arguments.iter().zip(function.takes).enumerate() {
        if place == at || !counts(takes) {
            continue;
        }
        let own = argument.depends();
        depends = depends.or(match takes.is_each() {
            true => own.without(&columns),
            false => own,
        });
    }
    depends
}

/// The hierarchies of sets, where all have the same.
fn columns_of(sets: &Column) -> Vec<HierarchyRef> {
    let of = |value: &Value| match value {
        Value::Set(set) => set.columns().collect(),
        _ => Vec::new(),
    };
    let mut all = match sets {
        Column::Same(value) => return of(value),
        Column::Coded(values, _) => values.iter(),
        Column::Each(values) => values.iter(),
        Column::Numbers(_) => return Vec::new(),
    };
    let first = all.next().map_or(Vec::new(), of);
    if all.all(|value| of(value) == first) { first } else { Vec::new() }
}

/// The arguments of a function at rows that do not differ in what is worked out at the tuples.
struct Given<'a> {
    plain: &'a [Column],
    at_tuples: Vec<Option<Value>>,
}

impl Given<'_> {
    fn of(&self, row: usize) -> Vec<Value> {
        let given = self.at_tuples.iter().zip(self.plain);
        let given = given.map(|(list, plain)| list.clone().unwrap_or_else(|| plain.get(row)));
        given.collect()
    }
}

/// What the arguments are at some of the tuples.
fn of_tuples(values: &[Option<Column>], rows: &std::ops::Range<usize>) -> Vec<Option<Value>> {
    values.iter().map(|column| Some(list_of(column.as_ref()?, rows.clone()))).collect()
}

fn list_of(column: &Column, rows: std::ops::Range<usize>) -> Value {
    Value::List(rows.map(|row| column.get(row)).collect())
}
