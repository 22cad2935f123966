//! What an MDX text says, before anybody knows what its names mean.

use std::borrow::Cow;
use std::ops::Range;

/// Bytes of the text, at character borders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
}

impl Span {
    /// The bytes from one span to the end of another.
    #[must_use]
    pub fn to(self, last: Span) -> Span {
        Span { start: self.start, end: last.end }
    }

    /// The bytes as a range.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A `SELECT`, also one that stands inside another's `FROM`.
#[derive(Clone, Debug, PartialEq)]
pub struct Select<'a> {
    /// The whole text.
    pub text: &'a str,
    /// What `WITH` defines.
    pub definitions: Vec<Definition<'a>>,
    /// The axes, in the order of the text.
    pub axes: Vec<AxisClause>,
    /// What is asked.
    pub source: Source<'a>,
    /// The set after `WHERE`.
    pub slicer: Option<Expr>,
    /// The properties after `CELL PROPERTIES`.
    pub cell_properties: Vec<Span>,
    /// The statement.
    pub span: Span,
}

/// A name that a question gives to a formula or a set.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition<'a> {
    /// Whether it is a `MEMBER` and not a `SET`.
    pub is_member: bool,
    /// The path that is defined, in the text of the statement.
    pub name: Vec<Name>,
    /// The text that the expression's places are of: that of the statement, or the formula where
    /// quotes in it are doubled.
    pub text: Cow<'a, str>,
    /// What the name stands for.
    pub expr: Expr,
    /// Properties such as `FORMAT_STRING = '0.0'`: names and values, in the text of the statement.
    pub properties: Vec<(Name, Expr)>,
}

/// What stands after `FROM`.
#[derive(Clone, Debug, PartialEq)]
pub enum Source<'a> {
    /// A cube.
    Cube(Name),
    /// What another `SELECT` leaves of a cube.
    Select(Box<Select<'a>>),
}

/// One axis.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisClause {
    /// Whether `NON EMPTY` stands before the set.
    pub non_empty: bool,
    /// The set.
    pub set: Expr,
    /// The properties after `DIMENSION PROPERTIES`.
    pub properties: Vec<Span>,
    /// The number: columns are 0, rows 1.
    pub number: u32,
    /// Where the number or its name stands.
    pub number_span: Span,
}

/// One name of a path. The text has its letters: see [`Name::text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// How it is written.
    pub kind: NameKind,
    /// Its place, brackets included.
    pub span: Span,
}

/// Ways to write a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A word.
    Bare,
    /// `[in brackets]`.
    Bracketed,
    /// `&[a key]`, or `&` and a word.
    Key,
}

impl Name {
    /// The letters of the name, without brackets, `]]` being one bracket.
    #[must_use]
    pub fn text(self, query: &str) -> Cow<'_, str> {
        let written = &query[self.span.range()];
        match written.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
            Some(inner) if inner.contains("]]") => Cow::from(inner.replace("]]", "]")),
            Some(inner) => Cow::from(inner),
            None => Cow::from(written),
        }
    }
}

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
    /// A text in quotes; the span includes them.
    Text,
    /// Operators of one precedence, from the left.
    Chain(Box<Expr>, Vec<(Operator, Expr)>),
    /// An operator before its operand.
    Prefix(Operator, Box<Expr>),
}

/// What is taken of an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The word after the dot.
    pub name: Name,
    /// What stands in parentheses behind it.
    pub arguments: Option<Vec<Option<Expr>>>,
}

/// Operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operator {
    Range,
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
            | Operator::Is => 4,
            Operator::Plus | Operator::Minus | Operator::Join => 5,
            Operator::Times | Operator::Divide => 6,
            Operator::Range => 7,
        }
    }
}

impl Select<'_> {
    /// The name of the cube, also below other `SELECT`s.
    #[must_use]
    pub fn cube(&self) -> Name {
        let mut select = self;
        loop {
            match &select.source {
                Source::Cube(name) => return *name,
                Source::Select(inner) => select = inner,
            }
        }
    }

    /// The letters of the cube's name.
    #[must_use]
    pub fn cube_name(&self) -> Cow<'_, str> {
        self.cube().text(self.text)
    }
}
