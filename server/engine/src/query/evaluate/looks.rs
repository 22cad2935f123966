//! How cells look, where calculated members say so by formulas: worked out where the cells stand, once
//! their values are known.

use std::sync::Arc;

use super::Evaluator;
use super::cell::Assembly;
use super::frame::{At, Frame};
use super::value::{Column, Value};
use crate::query::bound::{Calculated, HierarchyRef, Looks, Member};
use crate::query::cellset::Colors;
use crate::query::error::QueryError;
use crate::query::expr::Expr;
use crate::query::format::LONGEST_FORMAT;

/// The largest colour: all of blue, green and red.
const WHITE: f64 = 16_777_215.0;

/// What formulas say of how the cells of a frame look.
pub(super) struct Looked {
    format: Option<Column>,
    colors: [Option<Column>; 2],
}

impl Looked {
    /// Works out what is said, and, of colours, asked for, of the cells that have a value.
    ///
    /// # Errors
    /// A limit was reached, or the question was ended.
    pub(super) fn new(
        evaluator: &Evaluator<'_>,
        frame: &Frame,
        values: &Column,
    ) -> Result<Looked, QueryError> {
        let asked = &evaluator.bound.cell_properties;
        let color = |at: usize| {
            let is_asked = asked.iter().any(|own| own.eq_ignore_ascii_case(Looks::COLORS[at]));
            let of = |own: &Calculated| own.looks.colors[at].clone();
            if is_asked { evaluator.look_of(frame, values, &of) } else { Ok(None) }
        };
        let format = evaluator.look_of(frame, values, &|own| own.looks.format.clone())?;
        Ok(Looked { format, colors: [color(0)?, color(1)?] })
    }

    /// The format of a cell, where a formula says one; what is no text says nothing.
    pub(super) fn format(&self, row: usize) -> Option<Arc<str>> {
        let Value::Text(format) = self.format.as_ref()?.get(row) else { return None };
        (!format.is_empty() && format.len() <= LONGEST_FORMAT).then_some(format)
    }

    /// The colours of a cell; what is no whole number from 0 to 16,777,215 is none.
    pub(super) fn colors(&self, row: usize) -> Colors {
        let of = |column: &Option<Column>| match column.as_ref()?.get(row) {
            Value::Number(number) if number.fract() == 0.0 && (0.0..=WHITE).contains(&number) => {
                Some(number as u32)
            }
            _ => None,
        };
        [of(&self.colors[0]), of(&self.colors[1])]
    }
}

impl Evaluator<'_> {
    /// A formula of how cells look, at those that have a value; `None` where no member has it.
    fn look_of(
        &self,
        frame: &Frame,
        values: &Column,
        of: &impl Fn(&Calculated) -> Option<Arc<Expr>>,
    ) -> Result<Option<Column>, QueryError> {
        if self.scope.calculated.values().all(|own| of(own).is_none()) {
            return Ok(None);
        }
        let mut groups: Vec<(usize, Vec<u32>)> = Vec::new();
        self.cancel.each(0..frame.rows, |row| {
            if values.get(row).is_empty() {
                return;
            }
            let Some(own) = self.looks_by(frame, row, of) else { return };
            match groups.iter_mut().find(|(one, _)| *one == own) {
                Some((_, rows)) => rows.push(row as u32),
                None => groups.push((own, vec![row as u32])),
            }
        })?;
        let mut all = Assembly::new(frame.rows);
        for (number, rows) in groups {
            if let Some(look) = self.scope.calculated.get(&number).and_then(of) {
                all.put(&rows, &self.eval(&look, &frame.select(&rows))?);
            }
        }
        Ok(Some(all.finish()))
    }

    /// The calculated member that says how a cell looks: that whose formula is its value, or where it says
    /// nothing of that, the measure.
    fn looks_by(
        &self,
        frame: &Frame,
        row: usize,
        of: &impl Fn(&Calculated) -> Option<Arc<Expr>>,
    ) -> Option<usize> {
        let says =
            |number: &usize| self.scope.calculated.get(number).is_some_and(|own| of(own).is_some());
        let stands = frame.stands().iter().map(|(own, stand)| (*own, stand.at(row)));
        let (hierarchy, outermost) = self.outermost_at(stands)?;
        if says(&outermost) {
            return Some(outermost);
        }
        let measure = frame.stand(HierarchyRef::Measures).map(|stand| stand.at(row));
        match measure {
            Some(At::One(Member::Calculated(number))) if hierarchy != HierarchyRef::Measures => {
                Some(number).filter(says)
            }
            _ => None,
        }
    }
}
