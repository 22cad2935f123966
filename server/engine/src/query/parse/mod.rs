//! MDX text → syntax tree, every part of it with its place in the text.
//!
//! The tree borrows the text and copies none of it; names stay unresolved. The grammar of
//! expressions is that of the whole language, so that what a question may say is decided where it
//! is bound. What a word means depends on where it stands: `Order` is a function before `(` and a
//! name elsewhere. So there are few reserved words ([`words`]), and all others are left to the
//! binder.

pub mod ast;
mod lexer;
mod parser;
pub mod words;

pub use ast::{
    AxisClause, Case, Create, Definition, DrillThrough, DropDefinition, Expr, ExprKind, Literal,
    Name, NameKind, Operator, PropertyPath, Select, Source, Span, Statement, Step,
};
pub use parser::{expression, mdx, statement};

/// Texts beyond this number of bytes are not read: no person writes them, and a tool that does
/// should ask in parts.
pub const MAX_TEXT_BYTES: usize = 1 << 20;

/// Expressions nested deeper than this are not read: parsing and binding recurse, and the stack of
/// a server's thread is 2 MB.
pub const MAX_DEPTH: usize = 100;

/// Axes of a statement, at most, as in other servers of the language.
pub const MAX_AXES: usize = 128;
