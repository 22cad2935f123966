//! The value of a node at a cell, found by looking grids up.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use hashbrown::HashMap;

use super::super::error::{ErrorKind, QueryError};
use super::super::formula::Arithmetic;
use super::super::{Cancel, Limits};
use super::arithmetic::{arithmetic, comparison, is_true, logic, truth};
use super::cells::{Cells, keys_of_tuple};
use super::node::{NO_TUPLES, Node, NodeId, Nodes};

/// Steps between two looks at whether the question goes on.
const STEPS_BETWEEN_LOOKS: usize = 1 << 14;

/// Tuples that are remembered of the sets of cells (eight bytes each); then all are forgotten.
const TUPLES_REMEMBERED: usize = 10_000_000;

/// What values are found with.
pub(super) struct Evaluation<'a> {
    nodes: &'a Nodes<'a>,
    cells: &'a Cells,
    /// The tuples of an iteration that exist, by iteration and by what the cell has of its
    /// dimensions.
    existing: RefCell<HashMap<Vec<u64>, Rc<[usize]>>>,
    /// How many tuples that remembers.
    remembered: Cell<usize>,
    limits: &'a Limits,
    cancel: &'a Cancel,
    /// The steps taken.
    steps: Cell<usize>,
    /// Why no more are taken: values mean nothing from then on.
    stopped: RefCell<Option<QueryError>>,
    is_stopped: Cell<bool>,
}

impl<'a> Evaluation<'a> {
    pub fn new(
        nodes: &'a Nodes<'a>,
        cells: &'a Cells,
        limits: &'a Limits,
        cancel: &'a Cancel,
    ) -> Evaluation<'a> {
        Evaluation {
            nodes,
            cells,
            existing: RefCell::default(),
            remembered: Cell::new(0),
            limits,
            cancel,
            steps: Cell::new(0),
            stopped: RefCell::new(None),
            is_stopped: Cell::new(false),
        }
    }

    /// Whether the values so far mean something.
    ///
    /// # Errors
    /// Too many steps were needed, or the question was cancelled.
    pub fn check(&self) -> Result<(), QueryError> {
        match self.is_stopped.get() {
            true => self.stopped.borrow_mut().take().map_or(Ok(()), Err),
            false => Ok(()),
        }
    }

    /// Takes steps; whether they may be taken.
    fn step(&self, count: usize) -> bool {
        let before = self.steps.get();
        let after = before.saturating_add(count);
        self.steps.set(after);
        if before / STEPS_BETWEEN_LOOKS != after / STEPS_BETWEEN_LOOKS && !self.is_stopped.get() {
            self.look(after);
        }
        !self.is_stopped.get()
    }

    fn look(&self, steps: usize) {
        let too_many = || {
            QueryError::new(ErrorKind::TooLarge, "formlerne i spørgsmålet kræver for mange trin")
                .hint("brug mindre mængder i Sum og Filter, eller spørg om færre felter ad gangen")
        };
        let stop = self.cancel.check().err().or_else(|| (steps > self.limits.steps).then(too_many));
        if stop.is_some() {
            self.is_stopped.set(true);
            *self.stopped.borrow_mut() = stop;
        }
    }

    /// The value of a node at spots of the axes and tuples of the open iterations; no number where
    /// it is empty.
    pub fn value(&self, node: NodeId, at: &mut Vec<usize>) -> f64 {
        if !self.step(1) {
            return f64::NAN;
        }
        match &self.nodes.nodes[node] {
            Node::Empty => f64::NAN,
            Node::Number(bits) => f64::from_bits(*bits),
            Node::Leaf { grid, measure } => self.nodes.grids[*grid].value(*measure, at),
            Node::Negative(of) => -self.value(*of, at),
            Node::Arithmetic(own, left, right) => {
                arithmetic(*own, self.value(*left, at), self.value(*right, at))
            }
            Node::Comparison(own, left, right) => {
                comparison(*own, self.value(*left, at), self.value(*right, at))
            }
            Node::Logic(own, left, right) => {
                logic(*own, self.value(*left, at), self.value(*right, at))
            }
            Node::Not(of) => truth(!is_true(self.value(*of, at))),
            Node::IsEmpty(of) => truth(self.value(*of, at).is_nan()),
            Node::If(test, yes, no) => {
                let chosen = if is_true(self.value(*test, at)) { yes } else { no };
                self.value(*chosen, at)
            }
            Node::Coalesce(several) => {
                let mut values = several.iter().map(|one| self.value(*one, at));
                values.find(|value| !value.is_nan()).unwrap_or(f64::NAN)
            }
            Node::Held(dimensions, of) => match self.cells.is_at_all(dimensions, at) {
                true => self.value(*of, at),
                false => f64::NAN,
            },
            Node::Sum { iteration, condition, of } => self.sum(*iteration, *condition, *of, at),
            Node::Aggregate(number) => {
                let own = &self.nodes.aggregates[*number];
                let filter = &self.nodes.filters[own.filter];
                match filter.of_cell[self.cell(at, &filter.place.iterations)] {
                    NO_TUPLES => f64::NAN,
                    group => self.value(own.parts[group as usize], at),
                }
            }
        }
    }

    fn sum(
        &self,
        iteration: usize,
        condition: Option<NodeId>,
        of: NodeId,
        at: &mut Vec<usize>,
    ) -> f64 {
        let mut sum = f64::NAN;
        for &tuple in self.tuples(iteration, at).iter() {
            if !self.step(1) {
                break;
            }
            at.push(tuple);
            if condition.is_none_or(|condition| is_true(self.value(condition, at))) {
                sum = arithmetic(Arithmetic::Plus, sum, self.value(of, at));
            }
            at.pop();
        }
        sum
    }

    /// The number of a cell: spots of the axes, then tuples of the open iterations.
    pub fn cell(&self, at: &[usize], iterations: &[usize]) -> usize {
        let lengths = self.cells.spots.iter().map(Vec::len);
        let lengths = lengths.chain(iterations.iter().map(|&one| self.nodes.iterations[one].len()));
        at.iter().zip(lengths).fold(0, |cell, (at, length)| cell * length + at)
    }

    /// The tuples of an iteration that are gone through at a cell.
    pub fn tuples(&self, iteration: usize, at: &[usize]) -> Rc<[usize]> {
        let own = &self.nodes.iterations[iteration];
        let mut key = vec![iteration as u64];
        if own.existing {
            let classes = own.allowed.iter().map(|(dimension, _)| self.class(*dimension, at));
            key.extend(classes);
            key.extend(at[self.cells.spots.len()..].iter().map(|tuple| *tuple as u64));
        }
        if let Some(known) = self.existing.borrow().get(&key) {
            return Rc::clone(known);
        }
        let exists =
            |tuple: &usize| !own.existing || (self.step(1) && self.exists(iteration, *tuple, at));
        let found: Rc<[usize]> = (0..own.len()).filter(exists).collect();
        self.remember(key, &found);
        found
    }

    fn remember(&self, key: Vec<u64>, found: &Rc<[usize]>) {
        let mut existing = self.existing.borrow_mut();
        self.remembered.set(self.remembered.get() + key.len() + found.len());
        if self.remembered.get() > TUPLES_REMEMBERED {
            existing.clear();
            self.remembered.set(key.len() + found.len());
        }
        existing.insert(key, Rc::clone(found));
    }

    fn class(&self, dimension: usize, at: &[usize]) -> u64 {
        self.cells.class(dimension, at)
    }

    /// Whether a tuple exists in a cell: of each dimension, it has a key that the cell, the place
    /// and the outer tuples have.
    fn exists(&self, iteration: usize, tuple: usize, at: &[usize]) -> bool {
        let (own, cube) = (&self.nodes.iterations[iteration], self.nodes.cube);
        own.allowed.iter().all(|(dimension, allowed)| {
            let mut keys = keys_of_tuple(cube, &own.columns, own.tuple(tuple), *dimension);
            keys.keep(allowed);
            keys.keep(&self.cells.keys(*dimension, at));
            for (&outer, &tuple) in own.outer.iter().zip(&at[self.cells.spots.len()..]) {
                let outer = &self.nodes.iterations[outer];
                keys.keep(&keys_of_tuple(cube, &outer.columns, outer.tuple(tuple), *dimension));
            }
            !keys.is_empty()
        })
    }
}
