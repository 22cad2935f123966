//! The sets of a bound statement → members: those of inner `SELECT`s, the slicer, then the axes.

use std::sync::Arc;

use super::mdx::{Inner, Parts};
use super::{Bound, ErrorKind, QueryError, View, slicer};
use crate::query::bound::{Axis, HierarchyRef, Member, Part, Union};
use crate::query::evaluate::set::Set;
use crate::query::evaluate::value::Value;
use crate::query::evaluate::{Evaluator, of_filled};
use crate::query::expr::Expr;
use crate::query::notes::Stage;
use crate::query::{Cancel, Limits, names};

/// What sets are worked out with.
pub(super) struct Settle<'a> {
    pub view: &'a View,
    pub limits: &'a Limits,
    pub cancel: &'a Cancel,
}

impl Settle<'_> {
    /// Works the sets of a statement out: the inner ones, the slicer, then the axes.
    ///
    /// # Errors
    /// A set means nothing here, a hierarchy stands in two places, or a limit was reached.
    pub(super) fn all(&self, parts: &Parts<'_>, bound: &mut Bound) -> Result<(), QueryError> {
        for inner in &parts.inner {
            for set in &inner.sets {
                self.cancel.note(|noted| noted.begin(Stage::Inner));
                self.narrow(set, inner, bound)?;
            }
        }
        let mut sliced = Set::default();
        if let Some(set) = &parts.slicer {
            self.cancel.note(|noted| noted.begin(Stage::Slicer));
            sliced = self.slice(set, bound)?;
        }
        let mut axes: Vec<Axis> = Vec::with_capacity(parts.axes.len());
        let (mut sets, large) = self.sets(parts, bound)?;
        if let Some(number) = large {
            self.cancel.note(|noted| noted.begin(Stage::Axis(number)));
            let (clause, expr) = &parts.axes[number];
            let others = sets.iter().flatten().map(|set| (**set).clone());
            let others = others.map(|set| Axis { factors: set.factors, non_empty: false });
            let beside = Bound { axes: others.collect(), ..bound.clone() };
            let evaluator = self.deep(&beside);
            let filled = if clause.non_empty { of_filled(expr) } else { expr.clone() };
            sets[number] = Some(set_at(&evaluator, &filled)?);
        }
        for ((clause, expr), set) in parts.axes.iter().zip(sets) {
            let set = left_of(set.unwrap_or_default(), bound.measures.as_deref());
            let others = axes.iter().flat_map(|axis| &axis.factors).chain(&sliced.factors);
            let others: Vec<HierarchyRef> =
                others.flat_map(|factor| factor.columns.iter().copied()).collect();
            self.check_apart(&others, &set, parts.slicer.as_ref(), expr)?;
            axes.push(Axis { factors: set.factors.clone(), non_empty: clause.non_empty });
        }
        self.give_columns(&mut axes, &sliced);
        bound.axes = axes;
        Ok(())
    }

    /// The sets of the axes, and the number of one that leaves out what is empty and is too large to
    /// be written out before it does.
    fn sets(&self, parts: &Parts<'_>, bound: &mut Bound) -> Result<AxisSets, QueryError> {
        let evaluator = self.deep(bound);
        let (mut sets, mut large) = (Vec::with_capacity(parts.axes.len()), None);
        for (number, (clause, expr)) in parts.axes.iter().enumerate() {
            self.cancel.note(|noted| noted.begin(Stage::Axis(number)));
            match set_at(&evaluator, expr) {
                Ok(set) => sets.push(Some(set)),
                Err(error)
                    if error.kind == ErrorKind::TooLarge && clause.non_empty && large.is_none() =>
                {
                    large = Some(number);
                    sets.push(None);
                }
                Err(error) => return Err(error),
            }
        }
        let (named, visual) = (evaluator.named_sets(), evaluator.scope.visuals());
        drop(evaluator);
        bound.named = named;
        bound.visual = visual;
        Ok((sets, large))
    }

    /// What sets of axes are worked out with: inside what `WHERE` leaves.
    fn deep<'b>(&'b self, bound: &'b Bound) -> Evaluator<'b> {
        let evaluator = Evaluator::of(self.view, bound, self.limits, self.cancel);
        evaluator.scope.deep.set(true);
        evaluator
    }

    /// Makes the empty set `{}` on an axis one of no members of a hierarchy that stands nowhere else.
    fn give_columns(&self, axes: &mut [Axis], sliced: &Set) {
        let factors = axes.iter().flat_map(|axis| &axis.factors).chain(&sliced.factors);
        let taken: Vec<HierarchyRef> =
            factors.flat_map(|factor| factor.columns.iter().copied()).collect();
        let all = self.view.dimensions().flat_map(|(dimension, shape)| {
            let own = shape.shown_hierarchies();
            own.map(move |(hierarchy, _)| HierarchyRef::Of { dimension, hierarchy })
        });
        let free = all.filter(|own| !taken.contains(own));
        let empty = axes.iter_mut().filter(|axis| axis.factors.is_empty());
        for (axis, hierarchy) in empty.zip(free) {
            axis.factors = Set::of_members(hierarchy, Vec::new()).factors;
        }
    }

    /// An error where a hierarchy of an axis stands on another axis or in `WHERE`.
    fn check_apart(
        &self,
        others: &[HierarchyRef],
        set: &Set,
        slicer: Option<&Expr>,
        expr: &Expr,
    ) -> Result<(), QueryError> {
        let Some(twice) = set.columns().find(|own| others.contains(own)) else { return Ok(()) };
        let name = names::hierarchy_name(self.view.cube(), twice);
        let error =
            QueryError::new(ErrorKind::Invalid, format!("hierarkiet {name} bruges to steder"));
        let error = error.hint("et hierarki må stå på én akse eller i WHERE");
        let place = slicer.filter(|slicer| slicer.each_hierarchy().contains(&twice));
        Err(place.unwrap_or(expr).place(error))
    }

    /// Narrows the cube to what a set of an inner `SELECT` leaves.
    fn narrow(&self, expr: &Expr, inner: &Inner, bound: &mut Bound) -> Result<(), QueryError> {
        let mut inside = bound.clone();
        let slicer = inner.slicer.as_ref();
        let sliced = slicer.map(|slicer| self.slice(slicer, &mut inside)).transpose()?;
        let evaluator = self.deep(&inside);
        let set = set_of(&evaluator, expr)?;
        let others: Vec<HierarchyRef> = sliced.iter().flat_map(Set::columns).collect();
        self.check_apart(&others, &set, slicer, expr)?;
        check_stored(&evaluator, &set).map_err(|error| expr.place(error))?;
        let narrowed = slicer::read(&evaluator.scope, &set).map_err(|error| expr.place(error))?;
        drop(evaluator);
        let conditions = narrowed.conditions.into_iter().map(|(_, condition)| condition);
        let unions = narrowed.unions.into_iter().map(Arc::new);
        match inner.non_visual {
            true => {
                bound.hidden.extend(conditions);
                bound.hidden_unions.extend(unions);
            }
            false => {
                bound.conditions.extend(conditions);
                bound.unions.extend(unions);
            }
        }
        if !narrowed.measures.is_empty() {
            bound.measures = Some(narrowed.measures);
        }
        self.move_defaults(bound);
        Ok(())
    }

    /// Moves default members that an inner `SELECT` leaves out.
    fn move_defaults(&self, bound: &mut Bound) {
        let evaluator = Evaluator::of(self.view, &*bound, self.limits, self.cancel);
        let moved = |place: &(HierarchyRef, Member)| (place.0, evaluator.scope.first_left(*place));
        let defaults = bound.defaults.iter().map(moved).collect();
        let measure = evaluator.scope.default_member(HierarchyRef::Measures);
        drop(evaluator);
        (bound.defaults, bound.measure) = (defaults, measure);
    }

    /// Puts the cells where `WHERE` says.
    fn slice(&self, expr: &Expr, bound: &mut Bound) -> Result<Set, QueryError> {
        let evaluator = Evaluator::of(self.view, &*bound, self.limits, self.cancel);
        let set = set_of(&evaluator, expr)?;
        let narrowed = slicer::read(&evaluator.scope, &set).map_err(|error| expr.place(error))?;
        drop(evaluator);
        for (hierarchy, condition) in narrowed.conditions {
            bound.sliced.push((bound.conditions.len(), hierarchy));
            bound.conditions.push(condition);
        }
        let unions = narrowed.unions.into_iter();
        bound.unions.extend(unions.map(|own| Arc::new(Union { sliced: true, ..own })));
        bound.slicer = narrowed.stands;
        if !narrowed.measures.is_empty() || set.columns().any(|own| own == HierarchyRef::Measures) {
            let only = slicer::only_measure(&narrowed.measures);
            bound.measure = only.map_err(|error| expr.place(error))?;
        }
        Ok((*set).clone())
    }
}

/// An error where a set of an inner `SELECT` names a calculated member of a dimension: the cube has no
/// records of it.
fn check_stored(evaluator: &Evaluator<'_>, set: &Set) -> Result<(), QueryError> {
    for factor in &set.factors {
        let members = factor.parts.iter().flat_map(|part| match part {
            Part::Tuples(members) => members.as_slice(),
            Part::Level { .. } => &[],
        });
        let of_column = members.zip(factor.columns.iter().cycle());
        let calculated = of_column.filter(|(member, _)| matches!(member, Member::Calculated(_)));
        let mut calculated = calculated.filter(|(_, own)| **own != HierarchyRef::Measures);
        if let Some((member, own)) = calculated.next() {
            let name = evaluator.scope.caption((*own, *member));
            let message = format!("det beregnede medlem '{name}' kan ikke stå i en indre SELECT");
            return Err(QueryError::new(ErrorKind::Invalid, message)
                .hint("skriv de medlemmer, det er beregnet af"));
        }
    }
    Ok(())
}

/// A set of an axis without the measures that an inner `SELECT` leaves out.
fn left_of(set: Arc<Set>, measures: Option<&[Member]>) -> Arc<Set> {
    let Some(left) = measures else { return set };
    let mut set = (*set).clone();
    for factor in &mut set.factors {
        let at = factor.columns.iter().position(|own| *own == HierarchyRef::Measures);
        let (Some(at), width) = (at, factor.columns.len()) else { continue };
        for part in &mut factor.parts {
            if let Part::Tuples(members) = part {
                let tuples = members.chunks_exact(width);
                *members =
                    tuples.filter(|tuple| left.contains(&tuple[at])).flatten().copied().collect();
            }
        }
    }
    Arc::new(set)
}

/// The sets of axes; `None` where it is not worked out.
type AxisSets = (Vec<Option<Arc<Set>>>, Option<usize>);

/// The set of an axis; an empty one where there is none.
fn set_at(evaluator: &Evaluator<'_>, expr: &Expr) -> Result<Arc<Set>, QueryError> {
    match evaluator.once(expr)? {
        Value::Set(set) => Ok(set),
        _ => Ok(Arc::default()),
    }
}

/// The set that an expression is.
fn set_of(evaluator: &Evaluator<'_>, expr: &Expr) -> Result<Arc<Set>, QueryError> {
    match evaluator.once(expr)? {
        Value::Set(set) if !set.factors.is_empty() => Ok(set),
        _ => {
            let error = QueryError::new(ErrorKind::Invalid, "mængden {} er tom");
            Err(expr.place(error).hint("skriv mindst ét medlem i mængden"))
        }
    }
}
