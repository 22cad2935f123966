//! Formulas, made ready for evaluation: each part of each formula at each place once.

use hashbrown::HashMap;

use super::super::bound::{Bound, HierarchyRef, Member};
use super::super::error::{ErrorKind, QueryError};
use super::super::formula::{Arithmetic, Comparison, Fold, Formula, Logic, SetFormula};
use super::super::{Cancel, Limits};
use super::cells::allowed;
use super::grid::Grid;
use super::place::{Iteration, Place};
use crate::cube::{Cube, MeasureRef};

/// The number of a node.
pub(super) type NodeId = usize;

/// A part of a formula at a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// Always empty.
    Empty,
    /// The bits of a number.
    Number(u64),
    /// A measure of a grid.
    Leaf {
        grid: usize,
        measure: usize,
    },
    Negative(NodeId),
    Arithmetic(Arithmetic, NodeId, NodeId),
    Comparison(Comparison, NodeId, NodeId),
    Not(NodeId),
    Logic(Logic, NodeId, NodeId),
    If(NodeId, NodeId, NodeId),
    IsEmpty(NodeId),
    Coalesce(Vec<NodeId>),
    /// Where the cell stands at All on some dimensions.
    Held(Vec<usize>, NodeId),
    /// Added up over the tuples of an iteration at which a condition holds.
    Sum {
        iteration: usize,
        condition: Option<NodeId>,
        of: NodeId,
    },
    /// Counted anew over the tuples that pass a filter, by the number of the aggregate.
    Aggregate(usize),
}

/// A measure over the tuples that pass a filter.
pub(super) struct Aggregate<'q> {
    pub filter: usize,
    pub of: &'q Formula,
    pub place: Place,
    /// The measure at each group of the filter; the first is that of all tuples.
    pub parts: Vec<NodeId>,
}

/// Which tuples of an iteration a condition holds at, cell by cell.
pub(super) struct Filter {
    pub iteration: usize,
    pub condition: NodeId,
    /// Where the cells stand.
    pub place: Place,
    /// The sets of tuples that cells have; the first is all tuples. Empty before it is resolved.
    pub groups: Vec<Vec<usize>>,
    /// Per cell (spots of the axes and tuples of the outer iterations): its group, or
    /// [`NO_TUPLES`].
    pub of_cell: Vec<u32>,
}

/// No tuple passes.
pub(super) const NO_TUPLES: u32 = u32::MAX;

/// The nodes of a question, and what they need.
pub(super) struct Nodes<'q> {
    pub cube: &'q Cube,
    pub bound: &'q Bound,
    pub nodes: Vec<Node>,
    pub grids: Vec<Grid>,
    pub iterations: Vec<Iteration>,
    pub filters: Vec<Filter>,
    pub aggregates: Vec<Aggregate<'q>>,
    limits: &'q Limits,
    cancel: &'q Cancel,
    /// Which node is which.
    numbers: HashMap<Node, NodeId>,
    /// The nodes of calculated measures, by where they look.
    known: HashMap<Place, HashMap<usize, NodeId>>,
    /// Parts that were made ready, those that were known already included.
    parts: usize,
}

impl<'q> Nodes<'q> {
    pub fn new(
        cube: &'q Cube,
        bound: &'q Bound,
        limits: &'q Limits,
        cancel: &'q Cancel,
    ) -> Nodes<'q> {
        Nodes {
            cube,
            bound,
            nodes: Vec::new(),
            grids: Vec::new(),
            iterations: Vec::new(),
            filters: Vec::new(),
            aggregates: Vec::new(),
            limits,
            cancel,
            numbers: HashMap::new(),
            known: HashMap::new(),
            parts: 0,
        }
    }

    /// A measure at the cell itself.
    pub fn root(&mut self, measure: Member) -> Result<NodeId, QueryError> {
        self.measure(measure, &Place::default()).ok_or_else(|| self.stopped())
    }

    /// Why nothing more can be made ready.
    fn stopped(&self) -> QueryError {
        let too_large = || {
            QueryError::new(ErrorKind::TooLarge, "formlerne i spørgsmålet slår for meget op")
                .hint("lad færre mål bygge på hinanden, eller brug mindre mængder")
        };
        self.cancel.check().err().unwrap_or_else(too_large)
    }

    /// A measure at a place; `None` where it would be more than the limits, or was cancelled. (An
    /// error with its words in every frame would make the recursion heavy.)
    fn measure(&mut self, measure: Member, place: &Place) -> Option<NodeId> {
        match measure {
            Member::Measure(measure) => self.leaf(measure, place),
            Member::Calculated(number) => self.calculated(number, place),
            _ => Some(self.push(Node::Empty)),
        }
    }

    /// A formula at a place.
    fn formula(&mut self, formula: &'q Formula, place: &Place) -> Option<NodeId> {
        self.parts += 1;
        if self.parts > self.limits.formula_parts || self.cancel.check().is_err() {
            return None;
        }
        let node = match formula {
            Formula::Empty => Node::Empty,
            Formula::Number(number) => Node::Number(number.to_bits()),
            Formula::Measure { measure, at } => return self.looked_up(*measure, at, place),
            Formula::Negative(of) => Node::Negative(self.formula(of, place)?),
            Formula::Not(of) => Node::Not(self.formula(of, place)?),
            Formula::IsEmpty(of) => Node::IsEmpty(self.formula(of, place)?),
            Formula::Arithmetic(own, both) => Node::Arithmetic(
                *own,
                self.formula(&both[0], place)?,
                self.formula(&both[1], place)?,
            ),
            Formula::Comparison(own, both) => Node::Comparison(
                *own,
                self.formula(&both[0], place)?,
                self.formula(&both[1], place)?,
            ),
            Formula::Logic(own, both) => {
                Node::Logic(*own, self.formula(&both[0], place)?, self.formula(&both[1], place)?)
            }
            Formula::If(three) => {
                let [test, yes, no] = &**three;
                let test = self.formula(test, place)?;
                Node::If(test, self.formula(yes, place)?, self.formula(no, place)?)
            }
            Formula::Coalesce(several) => Node::Coalesce(
                several.iter().map(|one| self.formula(one, place)).collect::<Option<_>>()?,
            ),
            Formula::Fold(Fold::Sum, set, of) => self.sum(set, of, place)?,
            Formula::Fold(Fold::Aggregate, set, of) => return self.aggregate(set, of, place),
        };
        Some(self.push(node))
    }

    fn looked_up(
        &mut self,
        measure: Member,
        at: &[(HierarchyRef, Member)],
        place: &Place,
    ) -> Option<NodeId> {
        match at {
            [] => self.measure(measure, place),
            _ => self.measure(measure, &place.at(at)),
        }
    }

    fn push(&mut self, node: Node) -> NodeId {
        if let Some(&known) = self.numbers.get(&node) {
            return known;
        }
        self.numbers.insert(node.clone(), self.nodes.len());
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn calculated(&mut self, number: usize, place: &Place) -> Option<NodeId> {
        if let Some(&known) = self.known.get(place).and_then(|known| known.get(&number)) {
            return Some(known);
        }
        let bound = self.bound;
        let node = match bound.calculated.get(&number) {
            Some(measure) if measure.at_all.is_empty() => self.formula(&measure.formula, place)?,
            Some(measure) => {
                let (cube, all) = (self.cube, &self.iterations);
                let narrowed = |&dimension: &usize| place.narrows(cube, bound, all, dimension);
                match measure.at_all.iter().any(narrowed) {
                    true => self.push(Node::Empty),
                    false => {
                        let of = self.formula(&measure.formula, &place.held(&measure.at_all))?;
                        self.push(Node::Held(measure.at_all.clone(), of))
                    }
                }
            }
            None => self.push(Node::Empty),
        };
        self.known.entry_ref(place).or_default().insert(number, node);
        Some(node)
    }

    /// A stored measure at a place: part of a grid that is not counted yet.
    fn leaf(&mut self, measure: MeasureRef, place: &Place) -> Option<NodeId> {
        let with = |grid: &Grid| grid.place == *place && grid.group() == measure.group;
        let has = |grid: &Grid| grid.measures.iter().position(|own| *own == measure);
        let mut same = self.grids.iter().enumerate().filter(|(_, grid)| with(grid));
        if let Some((grid, measure)) = same.clone().find_map(|(at, grid)| Some((at, has(grid)?))) {
            return Some(self.push(Node::Leaf { grid, measure }));
        }
        let open = same.find(|(_, grid)| !grid.is_counted).map(|(at, _)| at);
        let grid = open.unwrap_or(self.grids.len());
        if grid == self.grids.len() {
            if grid >= self.limits.grids {
                return None;
            }
            self.grids.push(Grid::new(place.clone(), Vec::new()));
        }
        self.grids[grid].measures.push(measure);
        let measure = self.grids[grid].measures.len() - 1;
        Some(self.push(Node::Leaf { grid, measure }))
    }

    fn sum(&mut self, set: &'q SetFormula, of: &'q Formula, place: &Place) -> Option<Node> {
        let (iteration, each) = self.iteration(set, place)?;
        let condition = match &set.condition {
            Some(condition) => Some(self.formula(condition, &each)?),
            None => None,
        };
        Some(Node::Sum { iteration, condition, of: self.formula(of, &each)? })
    }

    fn aggregate(&mut self, set: &'q SetFormula, of: &'q Formula, place: &Place) -> Option<NodeId> {
        let whole = self.formula(of, &place.over(self.cube, set))?;
        let Some(condition) = &set.condition else { return Some(whole) };
        let (iteration, each) = self.iteration(set, place)?;
        let condition = self.formula(condition, &each)?;
        let filter = self.filter(iteration, condition, place);
        self.aggregates.push(Aggregate { filter, of, place: place.clone(), parts: vec![whole] });
        Some(self.push(Node::Aggregate(self.aggregates.len() - 1)))
    }

    fn filter(&mut self, iteration: usize, condition: NodeId, place: &Place) -> usize {
        let same = |one: &Filter| {
            (one.iteration, one.condition, &one.place) == (iteration, condition, place)
        };
        if let Some(known) = self.filters.iter().position(same) {
            return known;
        }
        let (place, groups, of_cell) = (place.clone(), Vec::new(), Vec::new());
        self.filters.push(Filter { iteration, condition, place, groups, of_cell });
        self.filters.len() - 1
    }

    /// An iteration over a set, and the place at each of its tuples.
    fn iteration(&mut self, set: &SetFormula, place: &Place) -> Option<(usize, Place)> {
        let mut own = Iteration {
            columns: set.columns.clone(),
            tuples: set.tuples.clone(),
            existing: set.existing,
            outer: place.iterations.clone(),
            allowed: Vec::new(),
        };
        if own.existing {
            let conditions = place.conditions(self.cube, self.bound, &self.iterations);
            let dimensions = own.dimensions().into_iter();
            let allowed = dimensions.map(|one| (one, allowed(self.cube, one, &conditions)));
            own.allowed = allowed.collect();
        }
        let known = self.iterations.iter().position(|known| *known == own);
        if known.is_none() && self.is_too_long(&own) {
            return None;
        }
        let number = known.unwrap_or(self.iterations.len());
        let each = place.each(number, &own);
        if number == self.iterations.len() {
            self.iterations.push(own);
        }
        Some((number, each))
    }

    /// Whether going through a set and through those it stands in takes too many steps for one
    /// cell, or the sets together are too large to hold.
    fn is_too_long(&self, own: &Iteration) -> bool {
        let outer = own.outer.iter().map(|&one| &self.iterations[one]);
        let steps = outer.filter(|one| !one.existing).map(Iteration::len);
        let own_steps = if own.existing { 1 } else { own.len() };
        let held = self.iterations.iter().map(|one| one.tuples.len()).sum::<usize>();
        steps.fold(own_steps, usize::saturating_mul) > self.limits.steps
            || held + own.tuples.len() > self.limits.formula_tuples
    }

    /// How many numbers the grids and the filters hold.
    pub fn numbers(&self) -> usize {
        let grids = self.grids.iter().map(Grid::numbers).sum::<usize>();
        grids + self.filters.iter().map(|filter| filter.of_cell.len()).sum::<usize>()
    }

    /// The nodes that a node is made of.
    pub fn parts(&self, node: NodeId) -> Vec<NodeId> {
        match &self.nodes[node] {
            Node::Empty | Node::Number(_) | Node::Leaf { .. } => Vec::new(),
            Node::Negative(of) | Node::Not(of) | Node::IsEmpty(of) | Node::Held(_, of) => vec![*of],
            Node::Arithmetic(_, left, right)
            | Node::Comparison(_, left, right)
            | Node::Logic(_, left, right) => vec![*left, *right],
            Node::If(test, yes, no) => vec![*test, *yes, *no],
            Node::Coalesce(several) => several.clone(),
            Node::Sum { condition, of, .. } => condition.iter().chain([of]).copied().collect(),
            Node::Aggregate(number) => self.aggregates[*number].parts.clone(),
        }
    }

    /// Makes the measure of an aggregate at the groups of its filter that are new.
    pub fn complete(&mut self, number: usize) -> Result<(), QueryError> {
        let own = &self.aggregates[number];
        let (filter, of, place) = (&self.filters[own.filter], own.of, own.place.clone());
        let iteration = &self.iterations[filter.iteration];
        let places = filter.groups.iter().skip(own.parts.len()).map(|group| {
            let tuples: Vec<Member> =
                group.iter().flat_map(|&tuple| iteration.tuple(tuple)).copied().collect();
            place.over_tuples(self.cube, &iteration.columns, &tuples, iteration.existing)
        });
        for place in places.collect::<Vec<Place>>() {
            let part = self.formula(of, &place).ok_or_else(|| self.stopped())?;
            self.aggregates[number].parts.push(part);
        }
        Ok(())
    }
}
