//! Questions that no single count answers: measures of several groups, and formulas.
//!
//! A formula is never worked out by asking for its cells one by one. Whatever stored measures it
//! needs at some *place* (the cell, but on some hierarchies elsewhere) are counted for all cells at
//! once, as a question of their own: a *grid*. Then cells are gone through, and grids looked up by
//! position. A question about stored measures of one group is one grid, and goes straight on.
//!
//! A set whose members depend on the cell (`Filter`) is resolved first: a grid with the set as a
//! further column tells at which tuples the condition holds. Cells of the same tuples, or of tuples
//! that make no difference to them, form a group, and each group is a place of its own.

mod arithmetic;
mod cells;
mod evaluate;
mod filter;
mod grid;
mod guide;
mod node;
mod place;

use super::bound::{Bound, HierarchyRef, Member};
use super::cellset::{AxisPositions, CellSet};
use super::error::{ErrorKind, QueryError};
use super::plan::{self, AxisPlan, Column, Decoder, Plan};
use super::view::View;
use super::{Cancel, Limits, count, execute};
use cells::Cells;
use evaluate::Evaluation;
use node::{Node, NodeId, Nodes};
use place::dimension_of;

/// Cells that are worked out between two looks at whether the question goes on.
const CELLS_BETWEEN_LOOKS: usize = 1 << 12;

/// Answers a bound question.
pub(super) fn answer(
    view: &View,
    bound: &Bound,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<CellSet, QueryError> {
    if is_one_count(view, bound) {
        return count(view, bound, limits, cancel);
    }
    let plan = plan::layout(view, bound, 0, &[], limits)?;
    let mut composer = Composer {
        view,
        bound,
        limits,
        cancel,
        nodes: Nodes::new(view.cube(), bound, limits, cancel),
    };
    let asked = plan::measures(bound).into_iter();
    let asked: Vec<(Member, NodeId)> = asked
        .map(|measure| Ok((measure, composer.nodes.root(measure)?)))
        .collect::<Result<_, QueryError>>()?;
    composer.count_grids()?;
    let axes = composer.positions(&plan, &asked)?;
    let mut cells = composer.cells(&plan, &axes)?;
    for (_, node) in &asked {
        composer.resolve(&plan, &mut cells, *node)?;
    }
    composer.values(&plan, &asked, &axes, &cells)
}

/// Whether the measures are stored, of one group, and related to all that the question names.
fn is_one_count(view: &View, bound: &Bound) -> bool {
    let mut group = None;
    for measure in plan::measures(bound) {
        match measure {
            Member::Measure(one) if group.is_none_or(|group| group == one.group) => {
                group = Some(one.group);
            }
            _ => return false,
        }
    }
    let uses = &view.cube().groups[group.unwrap_or(0)].uses;
    let factors = bound.axes.iter().flat_map(|axis| &axis.factors);
    let columns = factors.flat_map(|factor| &factor.columns);
    let shown = columns.filter_map(|column| dimension_of(*column));
    let conditions = bound.conditions.iter().map(|condition| condition.dimension);
    shown.chain(conditions).all(|dimension| uses[dimension].is_some())
}

fn check_numbers(held: usize, limits: &Limits) -> Result<(), QueryError> {
    let most = limits.grid_numbers;
    if held <= most {
        return Ok(());
    }
    let message = format!("formlerne i spørgsmålet slår op i over {most} tal");
    Err(QueryError::new(ErrorKind::TooLarge, message)
        .hint("spørg om færre felter ad gangen, eller brug mindre mængder i formlerne"))
}

/// A question being answered.
struct Composer<'q> {
    view: &'q View,
    bound: &'q Bound,
    limits: &'q Limits,
    cancel: &'q Cancel,
    nodes: Nodes<'q>,
}

/// The positions of one axis.
struct Positions {
    /// The codes of the positions, in the order of the answer.
    codes: Vec<u64>,
    /// The codes of the spots: positions without their measure, each once.
    spots: Vec<u64>,
    /// Per position: its spot.
    spot: Vec<usize>,
    /// Per position: the measure it names.
    measure: Vec<Option<Member>>,
}

impl<'q> Composer<'q> {
    /// Counts the grids that are not counted yet.
    fn count_grids(&mut self) -> Result<(), QueryError> {
        let (cube, bound) = (self.nodes.cube, self.bound);
        let mut held = self.nodes.numbers();
        for grid in self.nodes.grids.iter_mut().filter(|grid| !grid.is_counted) {
            let question = grid.place.question(cube, bound, &self.nodes.iterations, &grid.measures);
            let cells =
                question.map(|question| count(self.view, &question, self.limits, self.cancel));
            grid.take(cells.transpose()?);
            held += grid.numbers();
            check_numbers(held, self.limits)?;
        }
        Ok(())
    }

    /// The positions of the axes that the answer may have.
    fn positions(
        &self,
        plan: &Plan<'_>,
        asked: &[(Member, NodeId)],
    ) -> Result<Vec<Positions>, QueryError> {
        let roots: Vec<NodeId> = asked.iter().map(|(_, node)| *node).collect();
        let find = |axis: usize| {
            let own = &plan.axes[axis];
            let guided = match own.non_empty && !own.columns.is_empty() {
                true => guide::positions(&self.nodes, (axis, own), &roots),
                false => None,
            };
            let codes = match guided {
                Some(codes) => codes,
                None => execute::that_exist(plan, axis, self.limits)?,
            };
            match codes.len() > self.limits.positions {
                true => Err(plan::too_wide(self.limits)),
                false => Ok(Positions::new(own, codes)),
            }
        };
        (0..plan.axes.len()).map(find).collect()
    }

    /// The cells at these positions.
    fn cells(&self, plan: &Plan<'_>, axes: &[Positions]) -> Result<Cells, QueryError> {
        let positions = axes.iter().map(|axis| axis.codes.len());
        if positions.fold(1, usize::saturating_mul) > self.limits.cells {
            return Err(self.too_large());
        }
        let spots = axes.iter().map(|axis| axis.spots.clone()).collect();
        Ok(Cells::new(plan, self.bound, spots))
    }

    fn too_large(&self) -> QueryError {
        let message = format!("beregningen ville få over {} celler", self.limits.cells);
        QueryError::new(ErrorKind::TooLarge, message)
            .hint("spørg om færre felter ad gangen, eller begræns felterne med betingelser")
    }

    /// Resolves the sets that a node depends on, and counts the grids that come with them.
    fn resolve(
        &mut self,
        plan: &Plan<'_>,
        cells: &mut Cells,
        node: NodeId,
    ) -> Result<(), QueryError> {
        let (mut open, mut seen) = (vec![node], vec![false; self.nodes.nodes.len()]);
        while let Some(node) = open.pop() {
            seen.resize(self.nodes.nodes.len(), false);
            if std::mem::replace(&mut seen[node], true) {
                continue;
            }
            if let Node::Aggregate(number) = self.nodes.nodes[node] {
                self.resolve_aggregate(plan, cells, number)?;
            }
            open.extend(self.nodes.parts(node));
        }
        self.settle(plan, cells)
    }

    fn resolve_aggregate(
        &mut self,
        plan: &Plan<'_>,
        cells: &mut Cells,
        number: usize,
    ) -> Result<(), QueryError> {
        let filter = self.nodes.aggregates[number].filter;
        if self.nodes.filters[filter].groups.is_empty() {
            self.resolve(plan, cells, self.nodes.filters[filter].condition)?;
            self.settle(plan, cells)?;
            let found = filter::resolve(&self.nodes, cells, filter, self.limits, self.cancel)?;
            (self.nodes.filters[filter].groups, self.nodes.filters[filter].of_cell) = found;
        }
        self.nodes.complete(number)
    }

    /// Counts what is not counted, and finds where it stands.
    fn settle(&mut self, plan: &Plan<'_>, cells: &mut Cells) -> Result<(), QueryError> {
        self.count_grids()?;
        let cube = self.nodes.cube;
        for iteration in self.nodes.iterations.iter().filter(|one| one.existing) {
            let dimensions = iteration.allowed.iter();
            dimensions.for_each(|(dimension, _)| cells.spread(plan, self.bound, *dimension));
        }
        let mut held = self.nodes.numbers();
        for grid in self.nodes.grids.iter_mut().filter(|grid| !grid.is_settled) {
            let before = grid.numbers();
            grid.settle(cube, &plan.axes, &cells.spots, &self.nodes.iterations);
            held += grid.numbers() - before;
            check_numbers(held, self.limits)?;
        }
        Ok(())
    }

    /// Works all cells out, and leaves out positions that are empty throughout where that is asked.
    fn values(
        &self,
        plan: &Plan<'_>,
        asked: &[(Member, NodeId)],
        axes: &[Positions],
        cells: &Cells,
    ) -> Result<CellSet, QueryError> {
        let evaluation = Evaluation::new(&self.nodes, cells, self.limits, self.cancel);
        let asked: Vec<Asked> =
            asked.iter().map(|&(measure, node)| self.asked(measure, node)).collect();
        let own = asked.iter().find(|one| one.measure == self.bound.measure);
        let mut found = Found::new(plan, axes);
        let mut place = vec![0_usize; axes.len()];
        let mut at = Vec::new();
        let count: usize = axes.iter().map(|axis| axis.codes.len()).product();
        for number in 0..count {
            if number % CELLS_BETWEEN_LOOKS == 0 {
                self.cancel.check()?;
            }
            at.clear();
            at.extend(axes.iter().zip(&place).map(|(axis, &position)| axis.spot[position]));
            let named =
                axes.iter().zip(&place).find_map(|(axis, &position)| axis.measure[position]);
            let measure = match named {
                Some(named) => asked.iter().find(|one| one.measure == named),
                None => own,
            };
            if let Some(measure) = measure
                && cells.exists(&at)
            {
                let value = evaluation.value(measure.node, &mut at);
                evaluation.check()?;
                found.take(&place, value, measure.decimals);
            }
            advance(&mut place, axes);
        }
        Ok(found.finish(plan, axes, self.own_names()))
    }

    fn asked(&self, measure: Member, node: NodeId) -> Asked {
        let decimals = match measure {
            Member::Measure(one) => self.nodes.cube.measure(one).decimals,
            Member::Calculated(number) => {
                self.bound.calculated.get(&number).map_or(0, |one| one.decimals)
            }
            _ => 0,
        };
        Asked { measure, node, decimals }
    }

    /// The names of the measures that the question defines; one that it does not need has none.
    fn own_names(&self) -> Vec<String> {
        let first = self.nodes.cube.calculated.len();
        let mut names = Vec::new();
        for (number, measure) in self.bound.calculated.range(first..) {
            names.resize(number - first, String::new());
            names.push(measure.name.clone());
        }
        names
    }
}

/// A measure asked for.
struct Asked {
    measure: Member,
    node: NodeId,
    decimals: u8,
}

/// Goes on to the next cell, the first axis varying fastest.
fn advance(place: &mut [usize], axes: &[Positions]) {
    for (position, axis) in place.iter_mut().zip(axes) {
        *position += 1;
        if *position < axis.codes.len() {
            return;
        }
        *position = 0;
    }
}

impl Positions {
    fn new(axis: &AxisPlan, codes: Vec<u64>) -> Positions {
        let measure = axis.measure_column().map(|at| axis.columns[at].decoder());
        let without = |code: u64| code - measure.as_ref().map_or(0, |own| own.part(code));
        let mut spots: Vec<u64> = codes.iter().map(|&code| without(code)).collect();
        spots.sort_unstable();
        spots.dedup();
        let spot = codes.iter().map(|&code| spots.partition_point(|&spot| spot < without(code)));
        let spot = spot.collect();
        let named = |&code: &u64| measure.as_ref().map(|own| own.member(code));
        let measure = codes.iter().map(named).collect();
        Positions { codes, spots, spot, measure }
    }

    /// Some of the positions with their members.
    fn named(&self, axis: &AxisPlan, kept: &[bool]) -> AxisPositions {
        let decoders: Vec<Decoder> = axis.columns.iter().map(Column::decoder).collect();
        let codes = self.codes.iter().zip(kept).filter(|(_, kept)| **kept).map(|(code, _)| *code);
        let codes: Vec<u64> = codes.collect();
        let members =
            codes.iter().flat_map(|&code| decoders.iter().map(move |one| one.member(code)));
        let columns: Vec<HierarchyRef> =
            axis.columns.iter().map(|column| column.hierarchy).collect();
        AxisPositions { columns, members: members.collect(), count: codes.len() }
    }
}

/// The cells that are not empty.
struct Found {
    /// Per axis and position: whether it is kept.
    kept: Vec<Vec<bool>>,
    /// The positions of each cell, one behind the other.
    places: Vec<u32>,
    values: Vec<f64>,
    decimals: Vec<u8>,
}

impl Found {
    fn new(plan: &Plan<'_>, axes: &[Positions]) -> Found {
        let keeps_all = |axis: &AxisPlan| !axis.non_empty || axis.columns.is_empty();
        let kept =
            plan.axes.iter().zip(axes).map(|(axis, own)| vec![keeps_all(axis); own.codes.len()]);
        Found { kept: kept.collect(), places: Vec::new(), values: Vec::new(), decimals: Vec::new() }
    }

    fn take(&mut self, place: &[usize], value: f64, decimals: u8) {
        if value.is_nan() {
            return;
        }
        for (kept, &position) in self.kept.iter_mut().zip(place) {
            kept[position] = true;
        }
        self.places.extend(place.iter().map(|&position| position as u32));
        self.values.push(value);
        self.decimals.push(decimals);
    }

    fn finish(self, plan: &Plan<'_>, axes: &[Positions], own: Vec<String>) -> CellSet {
        let (mut stride, mut adds) = (1_u32, Vec::new());
        for kept in &self.kept {
            let mut next = 0;
            let of_position = kept.iter().map(|&kept| {
                let add = next;
                next += if kept { stride } else { 0 };
                add
            });
            adds.push(of_position.collect::<Vec<u32>>());
            stride = stride.saturating_mul(kept.iter().filter(|kept| **kept).count() as u32);
        }
        let width = axes.len();
        let ordinal = |cell: usize| {
            let place = &self.places[cell * width..(cell + 1) * width];
            adds.iter().zip(place).map(|(adds, &position)| adds[position as usize]).sum()
        };
        let ordinals = (0..self.values.len()).map(ordinal).collect();
        let named = plan.axes.iter().zip(axes).zip(&self.kept);
        let axes = named.map(|((plan, own), kept)| own.named(plan, kept)).collect();
        let (values, decimals, behind) = (self.values, self.decimals, execute::behind(plan));
        CellSet { axes, ordinals, values, decimals, behind, own, ..CellSet::default() }
    }
}
