//! Expressions → values, for many cells at once.
//!
//! A [`frame::Frame`] is many cells; [`Evaluator::eval`] gives a column of values, one for each, and
//! never goes from cell to cell. A tuple puts the frame elsewhere; what is stored is read for a whole
//! frame in one question to `count` ([`read`]); a function over a set makes a frame of every cell at
//! every tuple ([`over`]), and its argument is worked out there once; `IIF` goes on with the rows of
//! each branch. What does not depend on where the cells differ is worked out once.

pub(crate) mod value;
pub(crate) mod keys;
pub(crate) mod set;
pub(crate) mod listed;
mod meet;
pub(crate) mod texts;
pub(crate) mod scope;
pub(crate) mod navigate;
pub(crate) mod frame;
pub(crate) mod cell;
mod operate;
mod over;
mod narrow;
mod read;
pub(crate) mod exist;
mod answer;
mod guide;
mod named;
mod large;
mod looks;
mod positions;
mod properties;
mod stack;

pub(super) use answer::answer;
pub(crate) use large::of_filled;
pub(crate) use over::List;
pub(super) use properties::tell as tell_properties;
pub(crate) use read::{each_once, product};
use stack::Stack;
pub(crate) use stack::on_a_stack;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use hashbrown::HashMap;

use super::bound::{Bound, HierarchyRef, Member, Part};
use super::error::{ErrorKind, QueryError};
use super::expr::{Expr, Node};
use super::functions::{Call, Function, Kind, Rule};
use super::view::View;
use super::{Cancel, Limits};
use frame::{At, Frame, Stand};
use read::Grids;
use scope::Scope;
use set::{Set, Written};
use value::{Column, Place, Value};

/// Members with formulas that are worked out inside each other at most: a formula may name itself at
/// another place (`[x].PrevMember`), and ends where the data do.
const MAX_FORMULAS_OPEN: usize = 1000;

/// A frame elsewhere, and the rows that it has, if not all.
type Moved = (Frame, Option<Arc<[u32]>>);

/// What expressions are worked out with.
pub(crate) struct Evaluator<'q> {
    pub scope: Scope<'q>,
    pub limits: &'q Limits,
    pub cancel: &'q Cancel,
    /// What narrows every count.
    pub bound: &'q Bound,
    /// The cell that names of sets are worked out at.
    pub slicer: Frame,
    /// The sets that are counted as one.
    together: RefCell<Vec<Arc<Set>>>,
    /// The sets of names that have been worked out.
    named: RefCell<HashMap<usize, Column>>,
    grids: RefCell<Grids>,
    /// Tuples of sets that were gone through.
    tuples: Cell<usize>,
    /// Places that formulas looked at.
    places: Cell<usize>,
    /// Formulas, and texts read as such, that are being worked out.
    open: Cell<usize>,
    /// The stack that there is.
    stack: Stack,
}

impl<'q> Evaluator<'q> {
    /// For a question: with its calculated members, at its slicer, in what its conditions leave.
    pub(crate) fn of(
        view: &'q View,
        bound: &'q Bound,
        limits: &'q Limits,
        cancel: &'q Cancel,
    ) -> Evaluator<'q> {
        let mut scope = Scope::new(view, &bound.calculated, &bound.own, (limits, cancel));
        scope.know_visuals(&bound.visual);
        scope.leave(bound);
        let mut evaluator = Evaluator::new(scope, bound, limits, cancel);
        evaluator.slicer.put(HierarchyRef::Measures, Stand::Same(At::One(bound.measure)));
        for set in &bound.slicer {
            let members = set.factors.iter().flat_map(|factor| &factor.parts);
            let members: Vec<_> = members
                .flat_map(|part| match part {
                    Part::Tuples(members) => members.clone(),
                    Part::Level { .. } => Vec::new(),
                })
                .collect();
            let at = match members[..] {
                [only] => At::One(only),
                _ => At::Together(evaluator.together(set)),
            };
            set.columns().for_each(|column| evaluator.slicer.put(column, Stand::Same(at)));
        }
        evaluator.named.borrow_mut().extend(
            bound.named.iter().map(|(number, value)| (*number, Column::Same(value.clone()))),
        );
        evaluator
    }

    /// The sets of names that have been worked out.
    pub(crate) fn named_sets(&self) -> Vec<(usize, Value)> {
        let mut found: Vec<_> =
            self.named.borrow().iter().map(|(number, of)| (*number, of.get(0))).collect();
        found.sort_by_key(|one| one.0);
        found
    }

    /// A text that names members or a set, bound.
    pub(crate) fn read_text(
        &self,
        text: &str,
        kind: Kind,
        constrained: bool,
    ) -> Result<Expr, QueryError> {
        let names = (self.scope.own, self.bound.sets.as_slice());
        super::bind::text(self.scope.view, names, text, (kind, constrained))
    }

    fn new(
        scope: Scope<'q>,
        bound: &'q Bound,
        limits: &'q Limits,
        cancel: &'q Cancel,
    ) -> Evaluator<'q> {
        Evaluator {
            scope,
            limits,
            cancel,
            bound,
            slicer: Frame::one(),
            together: RefCell::default(),
            named: RefCell::default(),
            grids: RefCell::default(),
            tuples: Cell::new(0),
            places: Cell::new(0),
            open: Cell::new(0),
            stack: Stack::here(),
        }
    }

    /// The values of an expression at the cells of a frame.
    ///
    /// # Errors
    /// A limit was reached, or the question was cancelled; what is wrong with a cell is its value.
    pub(crate) fn eval(&self, expr: &Expr, frame: &Frame) -> Result<Column, QueryError> {
        let deep = &self.scope.deep;
        let before = deep.replace(deep.get() && expr.kind() != Kind::Value);
        let found = self.stack.check().and_then(|()| self.found(expr, frame));
        deep.set(before);
        found.or_else(|error| match error.kind {
            ErrorKind::TooLarge | ErrorKind::Cancelled => Err(error),
            _ => Ok(Column::Same(Value::Error(Arc::new(expr.place(error))))),
        })
    }

    fn found(&self, expr: &Expr, frame: &Frame) -> Result<Column, QueryError> {
        self.step(if expr.kind() == Kind::Value { frame.rows } else { 1 })?;
        if frame.rows == 0 {
            return Ok(Column::Same(Value::Empty));
        }
        match &expr.node {
            Node::Constant(value) => Ok(Column::Same(value.clone())),
            Node::Cell(None) => self.cell(frame),
            Node::Cell(Some(at)) => self.cell_at(at, frame),
            Node::Tuple(parts) => self.tuple(parts, frame),
            Node::Braces(parts) => self.braces(expr, parts, frame),
            Node::Call(function, arguments) => self.call(expr, function, arguments, frame),
            Node::Chain(first, rest) => self.chain(expr, first, rest, frame),
            Node::Prefix(operator, of) => self.prefix(expr, *operator, of, frame),
            Node::Choose(branches, last) => {
                let branches: Vec<_> = branches.iter().map(|(test, of)| (test, of)).collect();
                self.choose(&branches, last, frame)
            }
            Node::Named(number, of) => self.named(*number, of),
            Node::Alias(_, of) => self.eval(of, frame),
        }
    }

    /// Works something out wherever `WHERE` stands: its sets are no positions.
    pub(crate) fn anywhere<T>(&self, of: impl FnOnce() -> T) -> T {
        let before = self.scope.deep.replace(false);
        let found = of();
        self.scope.deep.set(before);
        found
    }

    /// The one value of an expression at the slicer.
    ///
    /// # Errors
    /// As [`Evaluator::eval`], and what is wrong with the cell.
    pub(crate) fn once(&self, expr: &Expr) -> Result<Value, QueryError> {
        match self.eval(expr, &self.slicer)?.get(0) {
            Value::Error(error) => Err(expr.place((*error).clone())),
            value => Ok(value),
        }
    }

    fn named(&self, number: usize, of: &Expr) -> Result<Column, QueryError> {
        if let Some(known) = self.named.borrow().get(&number) {
            return Ok(known.clone());
        }
        // A text that the set reads may name the set.
        let message = "mængden bruger sig selv gennem en tekst";
        let ring = QueryError::new(ErrorKind::Invalid, message)
            .hint("skriv mængden ud i stedet for at nævne den i teksten");
        let ring = Column::Same(Value::Error(Arc::new(of.place(ring))));
        self.named.borrow_mut().insert(number, ring);
        let before = self.scope.deep.replace(true);
        let found = self.eval(of, &self.slicer.clone());
        self.scope.deep.set(before);
        let found = Column::Same(found?.get(0));
        self.named.borrow_mut().insert(number, found.clone());
        Ok(found)
    }

    /// Notes how many steps were taken.
    pub(super) fn note_steps(&self) {
        self.cancel.note(|noted| noted.steps += self.scope.steps.get());
    }

    // Limits.

    /// Takes steps: a part of a formula at a row is one.
    pub(crate) fn step(&self, count: usize) -> Result<(), QueryError> {
        self.scope.step(count)
    }

    /// Counts tuples that are gone through.
    fn go_through(&self, tuples: usize, rows: usize) -> Result<(), QueryError> {
        self.tuples.set(self.tuples.get().saturating_add(tuples));
        match self.tuples.get() > self.limits.formula_tuples || rows > self.limits.steps {
            true => Err(too_much()),
            false => Ok(()),
        }
    }

    /// Works out what is inside a formula, or a text that is read as one. Formulas may be inside each
    /// other so often only; then the value is an error, which `deep` words.
    pub(crate) fn opened(
        &self,
        deep: impl FnOnce() -> QueryError,
        of: impl FnOnce() -> Result<Column, QueryError>,
    ) -> Result<Column, QueryError> {
        if self.open.get() >= MAX_FORMULAS_OPEN {
            return Ok(Column::Same(Value::Error(Arc::new(deep()))));
        }
        self.open.set(self.open.get() + 1);
        let found = of();
        self.open.set(self.open.get() - 1);
        found
    }

    /// Counts places that formulas look at.
    fn look(&self) -> Result<(), QueryError> {
        self.places.set(self.places.get() + 1);
        match self.places.get() > self.limits.formula_parts {
            true => Err(too_much()),
            false => Ok(()),
        }
    }

    // Sets counted as one.

    /// The number of a set that is counted as one.
    pub(crate) fn together(&self, set: &Arc<Set>) -> u32 {
        let mut all = self.together.borrow_mut();
        let known = all.iter().position(|one| Arc::ptr_eq(one, set) || one == set);
        let number = known.unwrap_or(all.len());
        if number == all.len() {
            all.push(Arc::clone(set));
        }
        number as u32
    }

    /// The set of a number.
    pub(crate) fn set_of(&self, number: u32) -> Arc<Set> {
        Arc::clone(&self.together.borrow()[number as usize])
    }

    // Frames elsewhere.

    /// The frame at the members of a column (members, tuples), and the rows that it has: those where
    /// there is a member.
    pub(crate) fn moved(&self, frame: &Frame, at: &Column) -> Result<Moved, QueryError> {
        self.look()?;
        let Column::Same(value) = at else { return self.moved_apart(frame, at) };
        let mut moved = frame.clone();
        for (hierarchy, member) in places(value) {
            moved.put(hierarchy, Stand::Same(At::One(member)));
        }
        Ok((moved, None))
    }

    fn moved_apart(&self, frame: &Frame, at: &Column) -> Result<Moved, QueryError> {
        let values: Vec<Value> = self.cancel.collect((0..frame.rows).map(|row| at.get(row)))?;
        let there = |row: &u32| !values[*row as usize].is_empty();
        let rows: Arc<[u32]> = (0..frame.rows as u32).filter(there).collect();
        let mut moved = frame.select(&rows);
        let first = rows.first().map_or(Vec::new(), |&row| places(&values[row as usize]));
        for (position, (hierarchy, _)) in first.iter().enumerate() {
            let member = |&row: &u32| {
                let all = places(&values[row as usize]);
                all.get(position).filter(|place| place.0 == *hierarchy).map(|place| place.1)
            };
            let members: Vec<Option<Member>> = self.cancel.collect(rows.iter().map(member))?;
            let Some(members) = members.into_iter().collect::<Option<Vec<Member>>>() else {
                let message = "medlemmerne her er ikke af samme hierarki i alle celler";
                return Err(QueryError::new(ErrorKind::Invalid, message));
            };
            moved.put(*hierarchy, Stand::of_members(members.into_iter(), self.cancel)?);
        }
        Ok((moved, Some(rows)))
    }

    // Functions.

    fn call(
        &self,
        expr: &Expr,
        function: &'static Function,
        arguments: &[Expr],
        frame: &Frame,
    ) -> Result<Column, QueryError> {
        match function.rule {
            Rule::Framed(rule) => rule(self, frame, arguments).map_err(|error| expr.place(error)),
            Rule::Plain(_) if function.takes_each() => self.over(expr, function, arguments, frame),
            Rule::Plain(_) => {
                let given = arguments.iter().map(|one| self.eval(one, frame));
                let given: Vec<Column> = given.collect::<Result<_, _>>()?;
                self.apply(expr, function, &given, frame.rows)
            }
        }
    }

    /// Works a plain function out, once for each combination of arguments where that is known.
    fn apply(
        &self,
        expr: &Expr,
        function: &'static Function,
        given: &[Column],
        rows: usize,
    ) -> Result<Column, QueryError> {
        let at = |row: usize| {
            let given: Vec<Value> = given.iter().map(|column| column.get(row)).collect();
            self.plain(expr, function, &given, None)
        };
        let coded = given.iter().find_map(|column| match column {
            Column::Coded(values, of_row) => Some((values.len(), of_row)),
            _ => None,
        });
        if given.iter().all(|column| matches!(column, Column::Same(_))) {
            return Ok(Column::Same(at(0)?));
        }
        let alike = |column: &Column| match (column, coded) {
            (Column::Same(_), _) => true,
            (Column::Coded(_, own), Some((_, of_row))) => Arc::ptr_eq(own, of_row),
            _ => false,
        };
        match coded.filter(|_| given.iter().all(alike)) {
            Some((count, of_row)) => {
                let of = |code: usize| {
                    let given = given.iter().map(|column| match column {
                        Column::Coded(values, _) => values[code].clone(),
                        other => other.get(0),
                    });
                    self.plain(expr, function, &given.collect::<Vec<_>>(), None)
                };
                let values = (0..count).map(of).collect::<Result<_, _>>()?;
                Ok(Column::Coded(values, Arc::clone(of_row)))
            }
            None => (0..rows).map(at).collect(),
        }
    }

    /// A plain function at one combination of arguments. What is wrong with it is its value, unless
    /// a limit was reached.
    fn plain(
        &self,
        expr: &Expr,
        function: &'static Function,
        given: &[Value],
        over: Option<&Arc<Written>>,
    ) -> Result<Value, QueryError> {
        let Rule::Plain(rule) = function.rule else { return Ok(Value::Empty) };
        self.cancel.check()?;
        if let Some(error) = given.iter().find(|value| value.is_error()) {
            return Ok(error.clone());
        }
        let scope = &self.scope;
        cell_error(expr, rule(&Call { scope, function, given, over }))
    }

    fn braces(&self, expr: &Expr, parts: &[Expr], frame: &Frame) -> Result<Column, QueryError> {
        let given = parts.iter().map(|part| self.eval(part, frame));
        let given: Vec<Column> = given.collect::<Result<_, _>>()?;
        let union = |row: usize| {
            let mut union = Set::default();
            for (part, column) in parts.iter().zip(&given) {
                match column.get(row) {
                    Value::Set(set) => {
                        self.scope.append(&mut union, &set).map_err(|error| part.place(error))?;
                    }
                    Value::Error(error) => return Ok(Value::Error(error)),
                    value => {
                        let one = Set::of_tuple(&places(&value));
                        self.scope.append(&mut union, &one).map_err(|error| part.place(error))?;
                    }
                }
            }
            Ok(Value::set(union))
        };
        match given.iter().all(|column| matches!(column, Column::Same(_))) {
            true => Ok(Column::Same(cell_error(expr, union(0))?)),
            false => (0..frame.rows).map(|row| cell_error(expr, union(row))).collect(),
        }
    }

    /// The tuples of several members and tuples; none where one of them is none.
    fn tuple(&self, parts: &[Expr], frame: &Frame) -> Result<Column, QueryError> {
        let given = parts.iter().map(|part| self.eval(part, frame));
        let given: Vec<Column> = given.collect::<Result<_, _>>()?;
        let join = |row: usize| {
            let mut joined = Vec::with_capacity(parts.len());
            for column in &given {
                match column.get(row) {
                    Value::Error(error) => return Value::Error(error),
                    value if value.is_empty() => return Value::Empty,
                    value => joined.extend(places(&value)),
                }
            }
            Value::Tuple(joined.into())
        };
        match given.iter().all(|column| matches!(column, Column::Same(_))) {
            true => Ok(Column::Same(join(0))),
            false => {
                let values: Vec<Value> = self.cancel.collect((0..frame.rows).map(join))?;
                Ok(values.into_iter().collect())
            }
        }
    }

    /// The current member of a hierarchy at every row.
    pub(crate) fn current(&self, frame: &Frame, hierarchy: HierarchyRef) -> Column {
        frame.current(hierarchy, self.scope.default_member(hierarchy), || {
            let name = self.scope.hierarchy_name(hierarchy);
            let message = format!("{name} står her ved flere medlemmer på én gang");
            let error = QueryError::new(ErrorKind::Invalid, message)
                .hint("brug EXISTING mængde i stedet for CurrentMember, hvor filteret har flere");
            Value::Error(Arc::new(error))
        })
    }
}

/// The members of a member or tuple.
pub(crate) fn places(value: &Value) -> Vec<Place> {
    match value {
        Value::Member(hierarchy, member) => vec![(*hierarchy, *member)],
        Value::Tuple(places) => places.to_vec(),
        _ => Vec::new(),
    }
}

/// What is wrong with a cell as its value; a limit that was reached stays an error.
pub(crate) fn cell_error(
    expr: &Expr,
    found: Result<Value, QueryError>,
) -> Result<Value, QueryError> {
    found.or_else(|error| match error.kind {
        ErrorKind::TooLarge | ErrorKind::Cancelled => Err(expr.place(error)),
        _ => Ok(Value::Error(Arc::new(expr.place(error)))),
    })
}

fn too_much() -> QueryError {
    QueryError::new(ErrorKind::TooLarge, "formlerne i spørgsmålet slår for meget op")
        .hint("lad færre mål bygge på hinanden, eller brug mindre mængder")
}
