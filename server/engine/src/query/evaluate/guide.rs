//! Where values can be at all: the positions of an axis at which something is stored that the
//! measures read, if nothing else can have a value.

use std::sync::Arc;

use super::Evaluator;
use super::exist::dimensions_of;
use super::frame::{At, Frame};
use super::named::Named;
use super::narrow::{Narrowed, Narrowing};
use super::positions::has_calculated;
use super::set::Set;
use super::value::{Column, Value};
use crate::cube::{MeasureRef, Use};
use crate::query::bound::{Axis, Bound, Factor, HierarchyRef, Member, Part};
use crate::query::cellset::AxisPositions;
use crate::query::counted;
use crate::query::error::QueryError;
use crate::query::expr::{Depends, Expr, Node};
use crate::query::parse::Operator;
use crate::query::plan;

/// A stored measure that a formula reads.
#[derive(Clone, Debug, PartialEq)]
struct Reading {
    measure: MeasureRef,
    /// The hierarchies on which it looks elsewhere than the cell stands, and where, if that is one
    /// member.
    elsewhere: Vec<(HierarchyRef, Option<Member>)>,
    /// The dimensions on which the cell must stand at All or at the default member.
    at_all: Vec<usize>,
}

/// Positions of an axis, some of them perhaps more than once, outside which every measure is empty;
/// `None` where that is not known. Measures have no place in them.
pub(super) fn positions(
    evaluator: &Evaluator<'_>,
    axis: &Axis,
) -> Result<Option<Vec<AxisPositions>>, QueryError> {
    let bound = evaluator.bound;
    let spot = Spot::at_measure(evaluator.scope.default_member(HierarchyRef::Measures));
    let axes = bound.axes.iter().flat_map(|axis| &axis.factors);
    let all = axes.clone().chain(&axis.factors);
    let named = all.flat_map(|factor| factor.columns.iter().copied()).collect();
    if axes.into_iter().any(has_calculated) {
        return Ok(None);
    }
    let place = Place { cell: &evaluator.slicer, named, totals: bound.nested_totals };
    place.outside(evaluator, axis, |guide| {
        let mut measures = plan::measures(bound).into_iter();
        measures.all(|measure| guide.member(measure, &spot) == EMPTY)
    })
}

/// Expressions, and what is nothing of them.
pub(super) type Nothing<'e> = (&'e [Expr], fn(Option<f64>) -> bool);

/// The same for expressions at one cell: outside the positions all of them are nothing.
pub(super) fn positions_of(
    evaluator: &Evaluator<'_>,
    axis: &Axis,
    cell: &Frame,
    (exprs, is_nothing): Nothing<'_>,
) -> Result<Option<Vec<AxisPositions>>, QueryError> {
    let measure = cell.stand(HierarchyRef::Measures).map(|stand| stand.at(0));
    let measure = match measure {
        None => evaluator.scope.default_member(HierarchyRef::Measures),
        Some(At::One(member)) => member,
        Some(At::Together(_)) => return Ok(None),
    };
    let named = axis.factors.iter().flat_map(|factor| factor.columns.iter().copied()).collect();
    Place { cell, named, totals: false }.outside(evaluator, axis, |guide| {
        let spot = Spot::at_measure(measure);
        exprs.iter().all(|expr| guide.value(expr, &spot).is_some_and(is_nothing))
    })
}

/// Where positions are looked for.
struct Place<'a> {
    /// The cell that the others are elsewhere than on the hierarchies that are named.
    cell: &'a Frame,
    named: Vec<HierarchyRef>,
    /// Whether an outer total goes with inner totals only.
    totals: bool,
}

impl Place<'_> {
    fn outside(
        &self,
        evaluator: &Evaluator<'_>,
        axis: &Axis,
        is_nothing: impl FnOnce(&mut Guide<'_, '_>) -> bool,
    ) -> Result<Option<Vec<AxisPositions>>, QueryError> {
        let mut guide = Guide { evaluator, axis, cell: self.cell, readings: Vec::new(), open: 0 };
        if self.cell.lifts_unrelated || self.is_at_formula() || !is_nothing(&mut guide) {
            return Ok(None);
        }
        let readings = std::mem::take(&mut guide.readings);
        readings.iter().map(|reading| self.read(evaluator, axis, reading)).collect()
    }

    /// Whether the cell stands at a calculated member of a dimension.
    fn is_at_formula(&self) -> bool {
        let calculated = |at: &At| matches!(at, At::One(Member::Calculated(_)));
        let stands = self.cell.stands().iter().filter(|(own, _)| *own != HierarchyRef::Measures);
        stands.into_iter().any(|(_, stand)| stand.different().iter().any(calculated))
    }

    /// The positions of an axis at which a measure has a value; `None` where it looks elsewhere on
    /// some dimension of the axis.
    fn read(
        &self,
        evaluator: &Evaluator<'_>,
        axis: &Axis,
        reading: &Reading,
    ) -> Result<Option<AxisPositions>, QueryError> {
        let uses = &evaluator.scope.cube.groups[reading.measure.group].uses;
        let on_axis: Vec<HierarchyRef> =
            axis.factors.iter().flat_map(|factor| factor.columns.iter().copied()).collect();
        let dimensions = dimensions_of(&on_axis);
        let elsewhere: Vec<HierarchyRef> = reading.elsewhere.iter().map(|(own, _)| *own).collect();
        if dimensions_of(&elsewhere).iter().any(|one| dimensions.contains(one)) {
            return Ok(None);
        }
        let Some((factors, all)) = related(axis, reading, uses) else { return Ok(None) };
        let Some((conditions, unions)) = self.conditions(evaluator, reading)? else {
            return Ok(Some(AxisPositions { columns: on_axis, ..AxisPositions::default() }));
        };
        let axes = vec![Axis { factors, non_empty: true }];
        let question =
            Bound { unions, ..Bound::stored(axes, conditions, reading.measure, self.totals) };
        // Only where something is stored is asked, no figure.
        let cells = counted(evaluator.scope.view, &question, evaluator.limits, evaluator.cancel)?;
        let Some(own) = cells.axes.into_iter().next() else { return Ok(None) };
        if own.columns.is_empty() && cells.values.is_empty() {
            return Ok(Some(AxisPositions { columns: on_axis, ..AxisPositions::default() }));
        }
        let unsaid = |own: AxisPositions, hierarchy| unsaid(evaluator, &own, hierarchy);
        Ok(Some(all.into_iter().try_fold(own, unsaid)?))
    }

    /// The conditions under which a measure is read; `None` where it reads nothing.
    fn conditions(
        &self,
        evaluator: &Evaluator<'_>,
        reading: &Reading,
    ) -> Result<Option<Narrowed>, QueryError> {
        let moved =
            |hierarchy: HierarchyRef| reading.elsewhere.iter().any(|(own, _)| *own == hierarchy);
        let mut narrowing = Narrowing::new(evaluator, reading.measure.group, false);
        reading.elsewhere.iter().for_each(|(own, _)| narrowing.lift(*own));
        for (own, stand) in self.cell.stands() {
            let is_here = !moved(*own) && !self.named.contains(own);
            if is_here && !narrowing.stand(*own, stand.at(0)) {
                return Ok(None);
            }
        }
        narrowing.within(self.cell);
        let named = |own| moved(own) || self.named.contains(&own) || self.cell.stand(own).is_some();
        narrowing.defaults(named);
        for (hierarchy, member) in &reading.elsewhere {
            member.iter().for_each(|member| narrowing.condition(*hierarchy, *member));
        }
        if narrowing.narrows(&reading.at_all) {
            return Ok(None);
        }
        narrowing.finish()
    }
}

/// The factors of an axis that a measure is related to, and the hierarchies on which it has a value
/// only where nothing is said; `None` where a factor has both.
fn related(
    axis: &Axis,
    reading: &Reading,
    uses: &[Option<Use>],
) -> Option<(Vec<Factor>, Vec<HierarchyRef>)> {
    let (mut factors, mut all) = (Vec::new(), Vec::new());
    let unrelated = |own: &HierarchyRef| match own {
        HierarchyRef::Measures => false,
        HierarchyRef::Of { dimension, .. } => {
            uses[*dimension].is_none() || reading.at_all.contains(dimension)
        }
    };
    let is_apart = |own: &HierarchyRef| unrelated(own) || *own == HierarchyRef::Measures;
    for factor in &axis.factors {
        match factor.columns[..] {
            [HierarchyRef::Measures] => {}
            [only] if unrelated(&only) => all.push(only),
            _ if factor.columns.iter().any(is_apart) => return None,
            _ => factors.push(factor.clone()),
        }
    }
    Some((factors, all))
}

/// Positions that stand on one more hierarchy where that says nothing: at All, and at the default
/// member.
fn unsaid(
    evaluator: &Evaluator<'_>,
    own: &AxisPositions,
    hierarchy: HierarchyRef,
) -> Result<AxisPositions, QueryError> {
    let mut stands = vec![Member::All, evaluator.scope.default_member(hierarchy)];
    stands.dedup();
    let mut members = Vec::new();
    evaluator.cancel.each(0..own.count, |position| {
        for stand in &stands {
            if !own.columns.is_empty() {
                members.extend_from_slice(own.position(position));
            }
            members.push(*stand);
        }
    })?;
    let columns = own.columns.iter().copied().chain([hierarchy]).collect();
    Ok(AxisPositions { columns, members, count: own.count * stands.len() })
}

/// Where a formula looks.
#[derive(Clone, Debug)]
struct Spot {
    /// The measure of an expression that names none.
    measure: Member,
    elsewhere: Vec<(HierarchyRef, Option<Member>)>,
    at_all: Vec<usize>,
}

impl Spot {
    fn at_measure(measure: Member) -> Spot {
        Spot { measure, elsewhere: Vec::new(), at_all: Vec::new() }
    }

    fn at(&self, hierarchy: HierarchyRef, member: Option<Member>) -> Spot {
        let mut spot = self.clone();
        spot.elsewhere.retain(|(own, _)| *own != hierarchy);
        spot.elsewhere.push((hierarchy, member));
        spot
    }
}

/// Formulas gone through with everything stored being empty.
struct Guide<'e, 'q> {
    evaluator: &'e Evaluator<'q>,
    /// The axis whose positions are looked for, and the cell that they are at elsewhere.
    axis: &'e Axis,
    cell: &'e Frame,
    readings: Vec<Reading>,
    open: usize,
}

/// What is known of a value: `None` nothing, `Some(None)` that it is empty.
type Known = Option<Option<f64>>;

const EMPTY: Known = Some(None);

impl Guide<'_, '_> {
    fn member(&mut self, measure: Member, spot: &Spot) -> Known {
        match measure {
            Member::Measure(measure) => {
                let (elsewhere, at_all) = (spot.elsewhere.clone(), spot.at_all.clone());
                let reading = Reading { measure, elsewhere, at_all };
                if !self.readings.contains(&reading) {
                    if self.readings.len() >= self.evaluator.limits.grids {
                        return None;
                    }
                    self.readings.push(reading);
                }
                EMPTY
            }
            Member::Calculated(number) => {
                let own = self.evaluator.scope.calculated.get(&number)?;
                if self.open > super::MAX_FORMULAS_OPEN / 10 {
                    return None;
                }
                let mut spot = spot.clone();
                let held = own.at_all.iter().filter(|one| {
                    !spot
                        .elsewhere
                        .iter()
                        .any(|(hierarchy, _)| super::exist::of_dimension(*hierarchy, **one))
                });
                let held: Vec<usize> = held.copied().collect();
                spot.at_all.extend(held);
                spot.measure = self.default_measure();
                self.open += 1;
                let formula = Arc::clone(&own.formula);
                let known = self.value(&formula, &spot);
                self.open -= 1;
                known
            }
            _ => EMPTY,
        }
    }

    /// The measure of a formula that names none.
    fn default_measure(&self) -> Member {
        let scope = &self.evaluator.scope;
        let stored = scope.stored_default();
        stored.unwrap_or_else(|| scope.default_member(HierarchyRef::Measures))
    }

    /// The value of an expression where nothing is stored.
    fn value(&mut self, expr: &Expr, spot: &Spot) -> Known {
        self.evaluator.step(1).ok()?;
        match &expr.node {
            Node::Constant(Value::Number(number)) => Some(Some(*number)),
            Node::Constant(value) if value.is_empty() => EMPTY,
            Node::Cell(None) => self.member(spot.measure, spot),
            Node::Cell(Some(at)) => self.cell(at, spot),
            Node::Chain(first, rest) => self.chain(first, rest, spot),
            Node::Prefix(operator, of) => {
                let of = self.value(of, spot)?;
                match operator {
                    Operator::Not => Some(Some(truth(!is_true(of)))),
                    Operator::Minus => Some(of.map(|number| -number)),
                    _ => Some(of),
                }
            }
            Node::Choose(branches, last) => {
                let branches: Vec<(&Expr, &Expr)> =
                    branches.iter().map(|(condition, branch)| (condition, branch)).collect();
                self.choose(&branches, last, spot)
            }
            Node::Call(function, arguments) => self.call(function.name, arguments, spot),
            _ => None,
        }
    }

    fn cell(&mut self, at: &Expr, spot: &Spot) -> Known {
        let parts = match &at.node {
            Node::Tuple(parts) => parts.iter().collect(),
            _ => vec![at],
        };
        let (mut measure, mut spot) = (spot.measure, spot.clone());
        for part in parts {
            match &part.node {
                Node::Constant(Value::Member(HierarchyRef::Measures, member)) => measure = *member,
                Node::Constant(Value::Member(_, Member::Calculated(_))) => return None,
                Node::Constant(Value::Member(hierarchy, member)) => {
                    spot = spot.at(*hierarchy, Some(*member));
                }
                _ => match part.hierarchy()? {
                    HierarchyRef::Measures => return None,
                    hierarchy => spot = spot.at(hierarchy, None),
                },
            }
        }
        self.member(measure, &spot)
    }

    fn chain(&mut self, first: &Expr, rest: &[(Operator, Expr)], spot: &Spot) -> Known {
        let mut left = self.value(first, spot);
        for (operator, operand) in rest {
            let right = self.value(operand, spot);
            left = match (left, right) {
                (Some(left), Some(right)) => both(*operator, left, right),
                (Some(None), None) | (None, Some(None))
                    if matches!(operator, Operator::Times | Operator::Divide) =>
                {
                    EMPTY
                }
                (Some(one), None) | (None, Some(one))
                    if *operator == Operator::And && !is_true(one) =>
                {
                    Some(Some(0.0))
                }
                _ => None,
            };
        }
        left
    }

    fn choose(&mut self, branches: &[(&Expr, &Expr)], last: &Expr, spot: &Spot) -> Known {
        let mut unknown = false;
        for (condition, branch) in branches {
            match self.value(condition, spot) {
                Some(holds) if is_true(holds) && !unknown => return self.value(branch, spot),
                Some(holds) if !is_true(holds) => {}
                _ => {
                    unknown = true;
                    self.value(branch, spot)?.map_or(Some(()), |_| None)?;
                }
            }
        }
        let last = self.value(last, spot)?;
        match unknown {
            true => last.is_none().then_some(None),
            false => Some(last),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Expr], spot: &Spot) -> Known {
        match (name, arguments) {
            ("IIf", [condition, yes, no]) => self.choose(&[(condition, yes)], no, spot),
            ("IsEmpty", [of]) => Some(Some(truth(self.value(of, spot)?.is_none()))),
            ("CoalesceEmpty", several) => {
                for one in several {
                    let value = self.value(one, spot)?;
                    if value.is_some() {
                        return Some(value);
                    }
                }
                EMPTY
            }
            ("Value" | "Cache", [of]) => self.value(of, spot),
            ("Divide", [over, _]) if self.value(over, spot) == EMPTY => EMPTY,
            ("Divide", [_, under, otherwise]) if self.value(under, spot) == EMPTY => {
                self.value(otherwise, spot)
            }
            (
                "Sum" | "Aggregate" | "Avg" | "Min" | "Max" | "Median" | "Stdev" | "StdevP" | "Var"
                | "VarP",
                [set, of],
            ) => {
                for spot in self.at_set(set, spot)? {
                    self.value(of, &spot)?.map_or(Some(()), |_| None)?;
                }
                EMPTY
            }
            _ => None,
        }
    }

    /// Where the tuples of a set stand, once for each measure among them: elsewhere on its
    /// hierarchies, but what exists in the cell and lies in it is in the cell.
    fn at_set(&self, set: &Expr, spot: &Spot) -> Option<Vec<Spot>> {
        match &set.node {
            Node::Call(function, arguments) if function.name == "Existing" => {
                match self.lies_in_the_cell(&arguments[0], spot) {
                    true => Some(vec![spot.clone()]),
                    false => self.at_set(&arguments[0], spot),
                }
            }
            Node::Call(function, arguments) if function.name == "Filter" => {
                self.at_set(&arguments[0], spot)
            }
            _ => {
                let Named { hierarchies, measures } = Named::of(set)?;
                let there =
                    hierarchies.into_iter().fold(spot.clone(), |spot, own| spot.at(own, None));
                if measures.is_empty() {
                    return Some(vec![there]);
                }
                let at = |measure| Spot { measure, ..there.clone() };
                Some(measures.into_iter().map(at).collect())
            }
        }
    }

    /// Whether what exists of a set lies in the cells, wherever on the axis these are.
    fn lies_in_the_cell(&self, set: &Expr, spot: &Spot) -> bool {
        if set.depends() != Depends::NOTHING {
            return false;
        }
        let Ok(Column::Same(Value::Set(set))) = self.evaluator.eval(set, self.cell) else {
            return false;
        };
        let holds = |own: HierarchyRef, member: Member| self.evaluator.holds(own, member, &set);
        let is_own = |own: HierarchyRef| set.columns().any(|column| column == own);
        let mut moved = spot.elsewhere.iter().filter(|(own, _)| is_own(*own));
        self.evaluator.lies_within(&set, self.cell)
            && moved.all(|(own, member)| member.is_some_and(|one| holds(*own, one)))
            && self.axis.factors.iter().all(|factor| self.lies_in_all(&set, factor))
    }

    /// Whether what exists of a set in cells at the tuples of a factor lies in them.
    fn lies_in_all(&self, set: &Set, factor: &Factor) -> bool {
        let is_own = |own: &HierarchyRef| set.columns().any(|column| column == *own);
        let column = |at: usize, own: HierarchyRef| {
            factor.parts.iter().all(|part| match part {
                Part::Level { field } => self.evaluator.is_above((own, *field), set, own),
                Part::Tuples(members) => {
                    let mut members = members.iter().skip(at).step_by(factor.columns.len());
                    members.all(|member| self.evaluator.holds(own, *member, set))
                }
            })
        };
        let mut columns = factor.columns.iter().enumerate().filter(|(_, own)| is_own(own));
        columns.all(|(at, own)| column(at, *own))
    }
}

fn both(operator: Operator, left: Option<f64>, right: Option<f64>) -> Known {
    let of = |value: Option<f64>| value.map_or(Value::Empty, Value::Number);
    super::operate::values(operator, &of(left), &of(right)).ok()?.number().ok()
}

fn is_true(value: Option<f64>) -> bool {
    value.is_some_and(|number| number != 0.0)
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
