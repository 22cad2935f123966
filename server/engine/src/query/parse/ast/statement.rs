//! Statements, and the clauses that they are made of.

use std::borrow::Cow;

use super::{Expr, Name, Span};
use crate::query::Parameters;

/// What a text asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement<'a> {
    /// The figures of a `SELECT`.
    Select(Select<'a>),
    /// The records behind a cell.
    DrillThrough(DrillThrough<'a>),
    /// How a `SELECT` would be answered: `EXPLAIN SELECT …`.
    Explain(Select<'a>),
    /// `CREATE MEMBER` or `CREATE SET`.
    Create(Create<'a>),
    /// `DROP MEMBER` or `DROP SET`.
    Drop(DropDefinition),
    /// `REFRESH CUBE` and the cube.
    Refresh(Name),
}

/// A `SELECT`, also one that stands inside another's `FROM`.
#[derive(Clone, Debug, PartialEq)]
pub struct Select<'a> {
    /// The whole text.
    pub text: &'a str,
    /// What `WITH` defines.
    pub definitions: Vec<Definition<'a>>,
    /// The axes; each stands at the position of its number.
    pub axes: Vec<AxisClause>,
    /// What is asked.
    pub source: Source<'a>,
    /// The set after `WHERE`.
    pub slicer: Option<Expr>,
    /// The properties after `CELL PROPERTIES`.
    pub cell_properties: Vec<PropertyPath>,
    /// The values that are given beside the text.
    pub parameters: Parameters,
    /// The statement.
    pub span: Span,
}

/// A `DRILLTHROUGH`.
#[derive(Clone, Debug, PartialEq)]
pub struct DrillThrough<'a> {
    /// The number after `MAXROWS`.
    pub max_rows: Option<u64>,
    /// The number after `FIRSTROWSET`.
    pub first_row: Option<u64>,
    /// The question whose cell is meant.
    pub select: Select<'a>,
    /// The columns after `RETURN`.
    pub columns: Vec<Expr>,
}

/// A `CREATE MEMBER` or `CREATE SET`.
#[derive(Clone, Debug, PartialEq)]
pub struct Create<'a> {
    /// The words from `CREATE` to `MEMBER` or `SET`.
    pub words: Span,
    /// What is defined.
    pub definition: Definition<'a>,
}

/// A `DROP MEMBER` or `DROP SET`.
#[derive(Clone, Debug, PartialEq)]
pub struct DropDefinition {
    /// The words from `DROP` to `MEMBER` or `SET`.
    pub words: Span,
    /// Whether they are members and not sets.
    pub is_member: bool,
    /// The paths of what is dropped.
    pub names: Vec<Vec<Name>>,
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
    Select {
        /// The inner statement.
        select: Box<Select<'a>>,
        /// Whether `NON VISUAL` stands before it: totals are then of what it leaves out, too.
        non_visual: bool,
    },
}

/// One axis.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisClause {
    /// Whether `NON EMPTY` stands before the set.
    pub non_empty: bool,
    /// The set.
    pub set: Expr,
    /// The condition after `HAVING`.
    pub having: Option<Expr>,
    /// The properties after `DIMENSION PROPERTIES`.
    pub properties: Vec<PropertyPath>,
    /// The number: columns are 0, rows 1.
    pub number: u32,
    /// Where the number or its name stands.
    pub number_span: Span,
}

/// A property that is asked for: `MEMBER_CAPTION`, `[D].[H].[Level].[Property]`.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyPath {
    /// Its names. `[H].[L].[L]MEMBER_CAPTION` has four.
    pub names: Vec<Name>,
    /// Its place.
    pub span: Span,
}

impl Select<'_> {
    /// The name of the cube, also below other `SELECT`s.
    #[must_use]
    pub fn cube(&self) -> Name {
        let mut select = self;
        loop {
            match &select.source {
                Source::Cube(name) => return *name,
                Source::Select { select: inner, .. } => select = inner,
            }
        }
    }

    /// The letters of the cube's name.
    #[must_use]
    pub fn cube_name(&self) -> Cow<'_, str> {
        self.cube().text(self.text)
    }
}
