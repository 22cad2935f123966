//! Expressions.

use super::{Literal, Name, Span};

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// Kinds of expressions. Chains are lists rather than trees, so that a long one is not a deep one.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// Names with dots between them.
    Path(Vec<Name>),
    /// An expression, and what is taken of it: `.Members`, `.Item(0)`.
    Steps(Box<Expr>, Vec<Step>),
    /// A function and its arguments, some perhaps left out.
    Call(Name, Vec<Option<Expr>>),
    /// `{a, b}`.
    Braces(Vec<Expr>),
    /// `(a, b)`. In parentheses alone, an expression is itself.
    Tuple(Vec<Expr>),
    /// A number.
    Number(f64),
    /// A text in quotes.
    Text(Literal),
    /// A value that is given beside the text: `@Name`. The name is without its `@`.
    Parameter(Name),
    /// Operators of one precedence, from the left.
    Chain(Box<Expr>, Vec<(Operator, Expr)>),
    /// An operator before its operand.
    Prefix(Operator, Box<Expr>),
    /// `CASE … END`.
    Case(Box<Case>),
    /// A set, and the name that the rest of the question knows it by: `{a} AS b`.
    Alias(Box<Expr>, Name),
}

/// A `CASE`.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What each `WHEN` is compared with; without it each is a condition.
    pub operand: Option<Expr>,
    /// `WHEN` and `THEN`, at least once.
    pub branches: Vec<(Expr, Expr)>,
    /// What stands after `ELSE`.
    pub otherwise: Option<Expr>,
}

/// What is taken of an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The word after the dot.
    pub name: Name,
    /// What stands in parentheses behind it.
    pub arguments: Option<Vec<Option<Expr>>>,
}

/// Operators. `Not` and `Existing` stand before one operand, `Plus` and `Minus` may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operator {
    Range,
    Existing,
    Power,
    Times,
    Divide,
    Plus,
    Minus,
    Join,
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Is,
    In,
    NotIn,
    Matches,
    NotMatches,
    Not,
    And,
    Or,
    Xor,
}

impl Operator {
    /// The precedence: the greater binds the tighter.
    #[must_use]
    pub fn level(self) -> u8 {
        match self {
            Operator::Or | Operator::Xor => 1,
            Operator::And => 2,
            Operator::Not => 3,
            Operator::Equal
            | Operator::Unequal
            | Operator::Less
            | Operator::AtMost
            | Operator::Greater
            | Operator::AtLeast
            | Operator::Is
            | Operator::In
            | Operator::NotIn
            | Operator::Matches
            | Operator::NotMatches => 4,
            Operator::Plus | Operator::Minus | Operator::Join => 5,
            Operator::Times | Operator::Divide => 6,
            Operator::Power => 7,
            Operator::Range | Operator::Existing => 8,
        }
    }
}
