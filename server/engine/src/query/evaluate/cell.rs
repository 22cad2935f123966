//! The value of cells: of a formula where they stand at one, else what is stored.

use std::sync::Arc;

use super::Evaluator;
use super::frame::{At, Frame, Stand};
use super::value::{Column, Value};
use crate::query::bound::{Calculated, HierarchyRef, Member};
use crate::query::error::{ErrorKind, QueryError};
use crate::query::expr::{Expr, Node};

/// The calculated member that is worked out last in a cell, by number, and its hierarchy.
type Outermost = (HierarchyRef, usize);

/// The values of rows, put where they belong.
pub(crate) struct Assembly {
    numbers: Vec<f64>,
    /// Rows that have something else than a number.
    others: Vec<(u32, Value)>,
}

impl Assembly {
    pub(crate) fn new(rows: usize) -> Assembly {
        Assembly { numbers: vec![f64::NAN; rows], others: Vec::new() }
    }

    /// Puts the values of a column at some rows.
    pub(crate) fn put(&mut self, rows: &[u32], column: &Column) {
        for (at, &row) in rows.iter().enumerate() {
            match column.number(at) {
                Some(number) => self.numbers[row as usize] = number,
                None => self.others.push((row, column.get(at))),
            }
        }
    }

    pub(crate) fn finish(self) -> Column {
        if self.others.is_empty() {
            return Column::Numbers(Arc::new(self.numbers));
        }
        let mut values: Vec<Value> = self.numbers.into_iter().map(Value::of).collect();
        self.others.into_iter().for_each(|(row, value)| values[row as usize] = value);
        Column::Each(values)
    }
}

impl Evaluator<'_> {
    /// The values of the cells themselves.
    pub(crate) fn cell(&self, frame: &Frame) -> Result<Column, QueryError> {
        let measure = self.scope.default_member(HierarchyRef::Measures);
        if matches!(measure, Member::Calculated(_)) && frame.stand(HierarchyRef::Measures).is_none()
        {
            let mut there = frame.clone();
            there.put(HierarchyRef::Measures, Stand::Same(At::One(measure)));
            return self.cell(&there);
        }
        let stands: Vec<(HierarchyRef, &Stand)> = frame
            .stands()
            .iter()
            .filter(|(_, stand)| stand.different().iter().any(|at| number(*at).is_some()))
            .map(|(own, stand)| (*own, stand))
            .collect();
        if stands.is_empty() {
            return self.read(frame);
        }
        if stands.iter().all(|(_, stand)| matches!(stand, Stand::Same(_))) {
            return self.outermost(frame, &self.outermost_at(at(&stands, 0)));
        }
        let mut groups: Vec<(Option<Outermost>, Vec<u32>)> = Vec::new();
        for row in 0..frame.rows {
            let own = self.outermost_at(at(&stands, row));
            match groups.iter_mut().find(|(one, _)| *one == own) {
                Some((_, rows)) => rows.push(row as u32),
                None => groups.push((own, vec![row as u32])),
            }
        }
        let mut all = Assembly::new(frame.rows);
        for (own, rows) in groups {
            all.put(&rows, &self.outermost(&frame.select(&rows), &own)?);
        }
        Ok(all.finish())
    }

    /// The calculated member of a row that is worked out last: that of the highest solve order, of
    /// equal ones the one defined last.
    pub(super) fn outermost_at(
        &self,
        stands: impl Iterator<Item = (HierarchyRef, At)>,
    ) -> Option<Outermost> {
        let found = stands.filter_map(|(own, at)| Some((own, number(at)?)));
        found.max_by_key(|(_, number)| {
            // A visual total is where the cell stands: it comes before every formula.
            let own = self.scope.calculated.get(number);
            (own.map_or(i64::MIN, |one| one.solve_order), *number)
        })
    }

    fn outermost(&self, frame: &Frame, own: &Option<Outermost>) -> Result<Column, QueryError> {
        let Some((hierarchy, number)) = *own else { return self.read(frame) };
        let Some(member) = self.scope.calculated.get(&number) else {
            if let Some(visual) = self.scope.visual(number) {
                let mut moved = frame.clone();
                moved.put(hierarchy, Stand::Same(At::Together(self.together(&visual.of))));
                return self.cell(&moved);
            }
            let name = self.scope.caption((hierarchy, Member::Calculated(number)));
            let message = format!("formlen for '{name}' kan ikke regnes ud");
            let error = QueryError::new(ErrorKind::Invalid, message)
                .hint("spørg om målet alene for at se, hvad der er galt med formlen");
            return Ok(Column::Same(Value::Error(Arc::new(error))));
        };
        let beneath = self.beneath(frame, hierarchy);
        let deep = || {
            let message = format!("formlen for '{}' bruger sig selv for mange gange", member.name);
            QueryError::new(ErrorKind::Invalid, message)
                .hint("lad formlen ende, for eksempel med IIF ved den første periode")
        };
        self.opened(deep, || {
            self.cancel.note(|noted| noted.formula(number, &member.name, frame.rows));
            self.formula(member, &beneath)
        })
    }

    /// The cell at which the formula of a member of a hierarchy is worked out: at the hierarchy's
    /// default member, and the hierarchy is named as it was.
    fn beneath(&self, frame: &Frame, hierarchy: HierarchyRef) -> Frame {
        let mut beneath = frame.without(hierarchy);
        let there = match hierarchy {
            HierarchyRef::Measures => self.scope.stored_default(),
            HierarchyRef::Of { .. } => Some(self.scope.default_member(hierarchy)),
        };
        if let Some(member) = there {
            beneath.put(hierarchy, Stand::Same(At::One(member)));
        }
        beneath
    }

    /// A formula, where the cell stands at All, or at the default member, on the dimensions where it
    /// must.
    fn formula(&self, member: &Calculated, frame: &Frame) -> Result<Column, QueryError> {
        let held = |hierarchy: HierarchyRef| match hierarchy {
            HierarchyRef::Measures => false,
            HierarchyRef::Of { dimension, .. } => member.at_all.contains(&dimension),
        };
        if member.at_all.is_empty() {
            return self.eval(&member.formula, frame);
        }
        let narrowed = self.conditions().any(|one| member.at_all.contains(&one.dimension));
        let within = |stand: &Stand| {
            stand.different().iter().any(|at| match at {
                At::Together(number) => self.set_of(*number).columns().any(held),
                At::One(_) => false,
            })
        };
        if narrowed || frame.within.iter().any(within) {
            return Ok(Column::Same(Value::Empty));
        }
        let stands: Vec<&(HierarchyRef, Stand)> =
            frame.stands().iter().filter(|(own, _)| held(*own)).collect();
        let is_unsaid = |own: HierarchyRef, at: At| {
            at.member().is_some_and(|member| self.is_unsaid(own, member))
        };
        let at_all =
            |row: u32| stands.iter().all(|(own, stand)| is_unsaid(*own, stand.at(row as usize)));
        let rows: Vec<u32> = (0..frame.rows as u32).filter(|row| at_all(*row)).collect();
        if rows.len() == frame.rows {
            return self.eval(&member.formula, frame);
        }
        let mut all = Assembly::new(frame.rows);
        all.put(&rows, &self.eval(&member.formula, &frame.select(&rows))?);
        Ok(all.finish())
    }

    /// The values at members or tuples that may differ from row to row.
    pub(crate) fn cell_at(&self, at: &Expr, frame: &Frame) -> Result<Column, QueryError> {
        let parts = match &at.node {
            Node::Tuple(parts) => parts.iter().collect(),
            _ => vec![at],
        };
        let columns = parts.into_iter().map(|part| self.eval(part, frame));
        let columns: Vec<Column> = columns.collect::<Result<_, _>>()?;
        if let Some(moved) = self.moved_whole(frame, &columns)? {
            return self.cell(&moved);
        }
        let joined = columns.len() == 1;
        let place = if joined { columns[0].clone() } else { self.eval(at, frame)? };
        let error = |row: usize| place.get(row).is_error();
        let wrong: Vec<u32> = (0..frame.rows as u32).filter(|row| error(*row as usize)).collect();
        let right: Vec<u32> = (0..frame.rows as u32).filter(|row| !error(*row as usize)).collect();
        let mut all = Assembly::new(frame.rows);
        let values: Column = wrong.iter().map(|&row| place.get(row as usize)).collect();
        all.put(&wrong, &values);
        let own: Column = right.iter().map(|&row| place.get(row as usize)).collect();
        let (moved, rows) = self.moved(&frame.select(&right), &own)?;
        let found = self.cell(&moved)?;
        match rows {
            Some(rows) => {
                let rows: Vec<u32> = rows.iter().map(|&row| right[row as usize]).collect();
                all.put(&rows, &found);
            }
            None => all.put(&right, &found),
        }
        Ok(all.finish())
    }

    /// The frame at some members, if all rows have all of them.
    fn moved_whole(&self, frame: &Frame, at: &[Column]) -> Result<Option<Frame>, QueryError> {
        let mut moved = frame.clone();
        for column in at {
            match column {
                Column::Same(Value::Member(hierarchy, member)) => {
                    moved.put(*hierarchy, Stand::Same(At::One(*member)));
                }
                Column::Same(Value::Tuple(places)) => {
                    for &(hierarchy, member) in &**places {
                        moved.put(hierarchy, Stand::Same(At::One(member)));
                    }
                }
                Column::Coded(values, of_row) => {
                    let Some((hierarchy, different)) = members(values) else { return Ok(None) };
                    moved.put(hierarchy, Stand::Coded(different, Arc::clone(of_row)));
                }
                _ => return Ok(None),
            }
        }
        self.look()?;
        Ok(Some(moved))
    }

    /// The first branch whose condition holds, each worked out where it does.
    pub(crate) fn choose(
        &self,
        branches: &[(&Expr, &Expr)],
        last: &Expr,
        frame: &Frame,
    ) -> Result<Column, QueryError> {
        let mut all = Assembly::new(frame.rows);
        let mut left: Vec<u32> = (0..frame.rows as u32).collect();
        for &(condition, branch) in branches {
            if left.is_empty() {
                break;
            }
            let rest = frame.select(&left);
            let holds = self.eval(condition, &rest)?;
            if let Column::Same(value) = &holds
                && left.len() == frame.rows
                && !value.is_error()
            {
                match value.truth() {
                    Ok(true) => return self.eval(branch, frame),
                    Ok(false) => continue,
                    Err(_) => {}
                }
            }
            let (mut yes, mut no) = (Vec::new(), Vec::new());
            self.cancel.each(left.iter().enumerate(), |(at, &row)| {
                match holds.get(at).truth() {
                    Ok(true) => yes.push(row),
                    Ok(false) => no.push(row),
                    Err(error) => {
                        let error = Value::Error(Arc::new(condition.place(error)));
                        all.put(&[row], &Column::Same(error));
                    }
                }
            })?;
            self.cancel.check()?;
            all.put(&yes, &self.eval(branch, &frame.select(&yes))?);
            left = no;
            self.cancel.check()?;
        }
        if left.len() == frame.rows {
            return self.eval(last, frame);
        }
        self.cancel.check()?;
        all.put(&left, &self.eval(last, &frame.select(&left))?);
        Ok(all.finish())
    }
}

/// Where a row stands.
fn at<'s>(
    stands: &'s [(HierarchyRef, &Stand)],
    row: usize,
) -> impl Iterator<Item = (HierarchyRef, At)> + 's {
    stands.iter().map(move |(own, stand)| (*own, stand.at(row)))
}

/// The number of the calculated member at a stand.
fn number(at: At) -> Option<usize> {
    match at {
        At::One(Member::Calculated(number)) => Some(number),
        _ => None,
    }
}

/// Members of one hierarchy as stands.
fn members(values: &[Value]) -> Option<(HierarchyRef, Arc<[At]>)> {
    let Value::Member(hierarchy, _) = values.first()? else { return None };
    let of = |value: &Value| match value {
        Value::Member(own, member) if own == hierarchy => Some(At::One(*member)),
        _ => None,
    };
    Some((*hierarchy, values.iter().map(of).collect::<Option<_>>()?))
}
