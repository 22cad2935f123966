//! Operators between values: arithmetic, comparisons, logic, and joining texts.
//!
//! Empty and `x` is `x` for `+` and `-`; for `*` and `/` whatever has an empty part is empty, and
//! so is what is divided by zero. In comparisons empty is 0 or no text, in `AND`, `OR` and `NOT` 0.

use std::cmp::Ordering;
use std::sync::Arc;

use super::frame::Frame;
use super::value::{Column, Value};
use super::{Evaluator, cell_error};
use crate::cube::dimension::same;
use crate::cube::sort::danish;
use crate::query::error::{ErrorKind, QueryError};
use crate::query::expr::Expr;
use crate::query::parse::Operator;

impl Evaluator<'_> {
    /// Operators of one precedence, from the left.
    pub(super) fn chain(
        &self,
        expr: &Expr,
        first: &Expr,
        rest: &[(Operator, Expr)],
        frame: &Frame,
    ) -> Result<Column, QueryError> {
        let mut left = self.eval(first, frame)?;
        for (operator, operand) in rest {
            let right = self.eval(operand, frame)?;
            left = self.operate(expr, *operator, &left, &right, frame.rows)?;
        }
        Ok(left)
    }

    /// Two columns as one.
    fn operate(
        &self,
        expr: &Expr,
        operator: Operator,
        left: &Column,
        right: &Column,
        rows: usize,
    ) -> Result<Column, QueryError> {
        let both = |left: &Value, right: &Value| {
            self.cancel.check()?;
            cell_error(expr, self.values(operator, left, right))
        };
        if let (Column::Same(left), Column::Same(right)) = (left, right) {
            return Ok(Column::Same(both(left, right)?));
        }
        let mut pace = self.cancel.pace();
        let one = |row: usize| {
            pace.step(1)?;
            match (left.number(row), right.number(row)) {
                (Some(left), Some(right)) => Ok(numbers(operator, left, right)),
                _ => both(&left.get(row), &right.get(row)),
            }
        };
        (0..rows).map(one).collect()
    }

    /// Two values as one: texts are joined, anything else is as it is.
    fn values(&self, operator: Operator, left: &Value, right: &Value) -> Result<Value, QueryError> {
        let joins = match operator {
            Operator::Join => true,
            Operator::Plus => [left, right].iter().any(|value| matches!(value, Value::Text(_))),
            _ => false,
        };
        match joins && !left.is_error() && !right.is_error() {
            true => self.scope.joined([left.letters(), right.letters()], ""),
            false => values(operator, left, right),
        }
    }

    pub(super) fn prefix(
        &self,
        expr: &Expr,
        operator: Operator,
        of: &Expr,
        frame: &Frame,
    ) -> Result<Column, QueryError> {
        let of = self.eval(of, frame)?;
        let negative = |value: &Value| match (operator, value) {
            (_, Value::Error(_)) | (Operator::Plus, _) => Ok(value.clone()),
            (Operator::Not, value) => Ok(Value::Truth(!value.truth()?)),
            (_, value) => Ok(value.number()?.map_or(Value::Empty, |number| Value::of(-number))),
        };
        match of {
            Column::Numbers(numbers) if operator == Operator::Minus => {
                Ok(Column::Numbers(Arc::new(numbers.iter().map(|number| -number).collect())))
            }
            Column::Same(value) => Ok(Column::Same(cell_error(expr, negative(&value))?)),
            of => (0..frame.rows).map(|row| cell_error(expr, negative(&of.get(row)))).collect(),
        }
    }
}

/// Two numbers as one; empty is no number.
fn numbers(operator: Operator, left: f64, right: f64) -> Value {
    let compared = |holds: fn(Ordering) -> bool| {
        let (left, right) = (or_zero(left), or_zero(right));
        Value::Truth(left.partial_cmp(&right).is_some_and(holds))
    };
    match operator {
        Operator::Plus | Operator::Minus | Operator::Times | Operator::Divide | Operator::Power => {
            Value::of(arithmetic(operator, left, right))
        }
        Operator::Equal => compared(Ordering::is_eq),
        Operator::Unequal => compared(Ordering::is_ne),
        Operator::Less => compared(Ordering::is_lt),
        Operator::AtMost => compared(Ordering::is_le),
        Operator::Greater => compared(Ordering::is_gt),
        Operator::AtLeast => compared(Ordering::is_ge),
        Operator::And => Value::Truth(is_true(left) && is_true(right)),
        Operator::Or => Value::Truth(is_true(left) || is_true(right)),
        Operator::Xor => Value::Truth(is_true(left) != is_true(right)),
        Operator::Is => Value::Truth(left == right || left.is_nan() && right.is_nan()),
        _ => Value::Empty,
    }
}

fn arithmetic(operator: Operator, left: f64, right: f64) -> f64 {
    match operator {
        Operator::Plus if left.is_nan() => right,
        Operator::Plus if right.is_nan() => left,
        Operator::Plus => left + right,
        Operator::Minus if left.is_nan() => -right,
        Operator::Minus if right.is_nan() => left,
        Operator::Minus => left - right,
        Operator::Times => left * right,
        Operator::Power => left.powf(right),
        _ if right == 0.0 => f64::NAN,
        _ => left / right,
    }
}

fn is_true(value: f64) -> bool {
    !value.is_nan() && value != 0.0
}

fn or_zero(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value }
}

/// Two values that are no texts to be joined as one.
pub(super) fn values(operator: Operator, left: &Value, right: &Value) -> Result<Value, QueryError> {
    if let Some(error) = [left, right].into_iter().find(|value| value.is_error()) {
        return Ok(error.clone());
    }
    let texts = matches!(left, Value::Text(_)) || matches!(right, Value::Text(_));
    match operator {
        Operator::Is => Ok(Value::Truth(equal(left, right))),
        Operator::Equal
        | Operator::Unequal
        | Operator::Less
        | Operator::AtMost
        | Operator::Greater
        | Operator::AtLeast
            if texts =>
        {
            let order = compared_texts(left, right)?;
            let order = f64::from(order as i8);
            Ok(numbers(operator, order, 0.0))
        }
        Operator::Range | Operator::Join => {
            Err(QueryError::new(ErrorKind::Invalid, "operatoren er ikke understøttet mellem tal")
                .hint("der findes + - * / = <> < <= > >= AND OR XOR NOT og IS NULL"))
        }
        _ => {
            let number = |value: &Value| Ok(value.number()?.unwrap_or(f64::NAN));
            Ok(numbers(operator, number(left)?, number(right)?))
        }
    }
}

/// The order of two texts as Danish sorts them, case aside.
fn compared_texts(left: &Value, right: &Value) -> Result<Ordering, QueryError> {
    if let (Value::Number(number), Value::Text(text)) | (Value::Text(text), Value::Number(number)) =
        (left, right)
    {
        let message = format!("tallet {number} kan ikke sammenlignes med teksten '{text}'");
        return Err(QueryError::new(ErrorKind::Invalid, message)
            .hint("gør det ene til det andet, for eksempel med Val(tekst) eller CStr(tal)"));
    }
    let (left, right) = (left.letters()?, right.letters()?);
    Ok(if same(&left, &right) { Ordering::Equal } else { danish(&left, &right) })
}

/// Whether two values are the same object: the same member, level, hierarchy, or both none.
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (left, right) if left.is_empty() || right.is_empty() => left.is_empty() && right.is_empty(),
        (Value::Member(own, member), Value::Tuple(places))
        | (Value::Tuple(places), Value::Member(own, member)) => places[..] == [(*own, *member)],
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: f64 = f64::NAN;

    #[test]
    fn empty_is_nothing_to_add_and_makes_products_and_ratios_empty() {
        use Operator::{Divide, Minus, Plus, Times};
        for (own, left, right, expected) in [
            (Plus, EMPTY, 2.0, Some(2.0)),
            (Plus, 2.0, EMPTY, Some(2.0)),
            (Plus, EMPTY, EMPTY, None),
            (Minus, EMPTY, 2.0, Some(-2.0)),
            (Minus, 2.0, EMPTY, Some(2.0)),
            (Times, EMPTY, 2.0, None),
            (Times, 0.0, EMPTY, None),
            (Divide, EMPTY, 2.0, None),
            (Divide, 2.0, EMPTY, None),
            (Divide, 2.0, 0.0, None),
            (Divide, 0.0, 0.0, None),
            (Divide, 0.0, 4.0, Some(0.0)),
            (Times, 1e308, 10.0, None),
        ] {
            let found = numbers(own, left, right).number().unwrap();
            assert_eq!(found, expected, "{left} {own:?} {right}");
        }
    }

    #[test]
    fn empty_is_zero_or_no_text_where_it_is_compared() {
        let holds = |own, left: Value, right: Value| values(own, &left, &right).unwrap();
        let truth = Value::Truth;
        assert_eq!(holds(Operator::Equal, Value::Empty, Value::Number(0.0)), truth(true));
        assert_eq!(holds(Operator::Greater, Value::Empty, Value::Number(0.0)), truth(false));
        assert_eq!(holds(Operator::AtLeast, Value::Empty, Value::Empty), truth(true));
        assert_eq!(holds(Operator::Equal, Value::text(""), Value::Empty), truth(true));
        assert_eq!(holds(Operator::Less, Value::text("a"), Value::text("B")), truth(true));
        assert_eq!(holds(Operator::And, Value::Empty, Value::Number(1.0)), truth(false));
        assert_eq!(holds(Operator::Or, Value::Empty, Value::Number(3.0)), truth(true));
    }
}
