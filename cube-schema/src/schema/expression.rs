//! Columns that are worked out from others of the same row: a small language without effects.
//!
//! `warehouse_sales - warehouse_cost`, `iif(promotion_id = 0, 0, store_sales)`,
//! `fname || ' ' || lname`. Names are columns, `table.column` one of a joined table, `[…]` a name
//! with other letters. Nothing (an empty field, or `null`) goes through arithmetic as nothing.

mod parse;

pub use parse::{ExpressionError, parse};

/// A worked-out value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number.
    Number(f64),
    /// A text; one that reads as a number is compared and added up as one.
    Text(String),
    /// Whether something holds.
    Truth(bool),
}

/// An expression over the columns of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A constant.
    Constant(Value),
    /// A column, by position in [`columns`](Formula::columns).
    Column(usize),
    /// `-x`.
    Minus(Box<Expression>),
    /// `not x`.
    Not(Box<Expression>),
    /// Two operands.
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// A function of some arguments.
    Call(Function, Vec<Expression>),
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named after its sign")]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Concatenate,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
}

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `iif(condition, then, else)`.
    Iif,
    /// `coalesce(a, b, …)`: the first that is something.
    Coalesce,
    /// `isnull(a)`.
    IsNull,
    /// `upper(text)`.
    Upper,
    /// `lower(text)`.
    Lower,
    /// `trim(text)`.
    Trim,
    /// `left(text, letters)`.
    Left,
    /// `abs(number)`.
    Abs,
    /// `round(number)`: to the nearest whole number, halves away from zero.
    Round,
}

/// An expression with the columns that it reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// What is worked out.
    pub expression: Expression,
    /// The columns, each once.
    pub columns: Vec<String>,
}

impl Formula {
    /// The value in a row, whose columns stand in the order of [`columns`](Formula::columns).
    ///
    /// # Errors
    /// A text that is no number where a number is needed.
    pub fn value(&self, row: &[Option<&str>]) -> Result<Value, String> {
        self.expression.value(row)
    }
}

impl Value {
    /// The value as a column of a table holds it.
    #[must_use]
    pub fn into_text(self) -> Option<String> {
        match self {
            Value::Null => None,
            Value::Number(number) => Some(number.to_string()),
            Value::Text(text) => Some(text),
            Value::Truth(truth) => Some(truth.to_string()),
        }
    }

    fn number(&self) -> Result<Option<f64>, String> {
        match self {
            Value::Null => Ok(None),
            Value::Number(number) => Ok(Some(*number)),
            Value::Truth(truth) => Ok(Some(f64::from(u8::from(*truth)))),
            Value::Text(text) => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Some(number)),
                _ => Err(format!("'{text}' er ikke et tal")),
            },
        }
    }

    fn is_true(&self) -> bool {
        match self {
            Value::Null => false,
            Value::Number(number) => *number != 0.0,
            Value::Text(text) => text.eq_ignore_ascii_case("true") || text == "1",
            Value::Truth(truth) => *truth,
        }
    }
}

impl Expression {
    fn value(&self, row: &[Option<&str>]) -> Result<Value, String> {
        match self {
            Expression::Constant(value) => Ok(value.clone()),
            Expression::Column(at) => {
                let text = row.get(*at).copied().flatten();
                Ok(text.map_or(Value::Null, |text| Value::Text(text.to_owned())))
            }
            Expression::Minus(of) => {
                let number = of.value(row)?.number()?;
                Ok(number.map_or(Value::Null, |number| Value::Number(-number)))
            }
            Expression::Not(of) => Ok(Value::Truth(!of.value(row)?.is_true())),
            Expression::Binary(operator, left, right) => binary(*operator, left, right, row),
            Expression::Call(function, arguments) => call(*function, arguments, row),
        }
    }
}

fn binary(
    operator: Operator,
    left: &Expression,
    right: &Expression,
    row: &[Option<&str>],
) -> Result<Value, String> {
    let left = left.value(row)?;
    match operator {
        Operator::And => Ok(Value::Truth(left.is_true() && right.value(row)?.is_true())),
        Operator::Or => Ok(Value::Truth(left.is_true() || right.value(row)?.is_true())),
        Operator::Concatenate => match (left.into_text(), right.value(row)?.into_text()) {
            (None, None) => Ok(Value::Null),
            (left, right) => Ok(Value::Text(left.unwrap_or_default() + &right.unwrap_or_default())),
        },
        Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide => {
            let (Some(left), Some(right)) = (left.number()?, right.value(row)?.number()?) else {
                return Ok(Value::Null);
            };
            Ok(arithmetic(operator, left, right))
        }
        _ => Ok(compared(operator, &left, &right.value(row)?)),
    }
}

/// What cannot be worked out (a division by zero) is nothing.
fn arithmetic(operator: Operator, left: f64, right: f64) -> Value {
    let result = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        _ => left / right,
    };
    if result.is_finite() { Value::Number(result) } else { Value::Null }
}

/// Numbers by size, all else as text; nothing equals nothing and is smaller than anything.
fn compared(operator: Operator, left: &Value, right: &Value) -> Value {
    let order = match (left, right) {
        (Value::Null, Value::Null) => std::cmp::Ordering::Equal,
        (Value::Null, _) => std::cmp::Ordering::Less,
        (_, Value::Null) => std::cmp::Ordering::Greater,
        _ => match (left.number(), right.number()) {
            (Ok(left), Ok(right)) => left.partial_cmp(&right).unwrap_or(std::cmp::Ordering::Equal),
            _ => left.clone().into_text().cmp(&right.clone().into_text()),
        },
    };
    Value::Truth(match operator {
        Operator::Equal => order.is_eq(),
        Operator::Unequal => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    })
}

fn call(
    function: Function,
    arguments: &[Expression],
    row: &[Option<&str>],
) -> Result<Value, String> {
    let argument = |at: usize| arguments.get(at).map_or(Ok(Value::Null), |one| one.value(row));
    let text = |change: &dyn Fn(&str) -> String| {
        Ok(argument(0)?.into_text().map_or(Value::Null, |text| Value::Text(change(&text))))
    };
    let number = |change: fn(f64) -> f64| {
        let number = argument(0)?.number()?;
        Ok(number.map_or(Value::Null, |number| Value::Number(change(number))))
    };
    match function {
        Function::Iif => argument(if argument(0)?.is_true() { 1 } else { 2 }),
        Function::Coalesce => {
            for at in 0..arguments.len() {
                let value = argument(at)?;
                if value != Value::Null {
                    return Ok(value);
                }
            }
            Ok(Value::Null)
        }
        Function::IsNull => Ok(Value::Truth(argument(0)? == Value::Null)),
        Function::Upper => text(&str::to_uppercase),
        Function::Lower => text(&str::to_lowercase),
        Function::Trim => text(&|text| text.trim().to_owned()),
        Function::Left => {
            let letters = argument(1)?.number()?.unwrap_or(0.0).max(0.0) as usize;
            text(&|text| text.chars().take(letters).collect())
        }
        Function::Abs => number(f64::abs),
        Function::Round => number(f64::round),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work_out(text: &str, columns: &[(&str, &str)]) -> Result<Value, String> {
        let formula = parse(text).map_err(|error| error.to_string())?;
        let find = |name: &String| columns.iter().find(|(column, _)| column == name);
        let row: Vec<Option<&str>> =
            formula.columns.iter().map(|name| find(name).map(|found| found.1)).collect();
        formula.value(&row)
    }

    #[test]
    fn rows_are_worked_out() {
        let row = [("a", "7"), ("b", "2.5"), ("promotion_id", "0"), ("fname", "Åse"), ("x y", "1")];
        for (text, expected) in [
            ("a - b", Value::Number(4.5)),
            ("a + b * 2", Value::Number(12.0)),
            ("(a + b) * 2", Value::Number(19.0)),
            ("a - b - 1", Value::Number(3.5)),
            ("-a", Value::Number(-7.0)),
            ("a / 0", Value::Null),
            ("a + missing", Value::Null),
            ("iif(promotion_id = 0, 0, a)", Value::Number(0.0)),
            ("iif(promotion_id <> 0 or a > 6.5, 'ja', 'nej')", Value::Text("ja".to_owned())),
            ("iif(not (a >= 7 and b < 3), 1, 2)", Value::Number(2.0)),
            ("fname || ' ' || 'O''Hara'", Value::Text("Åse O'Hara".to_owned())),
            ("fname || missing", Value::Text("Åse".to_owned())),
            ("[x y] + 1", Value::Number(2.0)),
            ("coalesce(missing, b)", Value::Text("2.5".to_owned())),
            ("isnull(missing)", Value::Truth(true)),
            ("missing = null", Value::Truth(true)),
            ("left(upper(fname), 2)", Value::Text("ÅS".to_owned())),
            ("round(abs(0 - b))", Value::Number(3.0)),
        ] {
            assert_eq!(work_out(text, &row), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_worked_out_is_said() {
        for (text, message) in [
            ("fname + 1", "'Åse' er ikke et tal"),
            ("a +", "slutter"),
            ("a b", "'b'"),
            ("sqrt(a)", "'sqrt'"),
            ("iif(a)", "iif"),
            ("'a", "anførselstegn"),
            ("(a", "')'"),
        ] {
            let error = work_out(text, &[("fname", "Åse"), ("a", "1")]).unwrap_err();
            assert!(error.contains(message), "{text}: {error}");
        }
        let deep = "(".repeat(1000);
        assert!(parse(&deep).is_err());
    }
}
