//! Names → numbers: a pivot in fields, or a parsed MDX text, becomes a [`Bound`] question.
//!
//! Whatever a caller may not see is treated as what does not exist: every member passes
//! [`View::has_member`], also the nearest ones that an error names. Errors about personal data say
//! neither the value that was asked for nor others like it.

mod candidates;
mod value;
mod clause;
mod pivot;
mod context;
mod resolve;
mod expr;
mod call;
mod slicer;
mod defaults;
mod definitions;
mod calculated;
mod mdx;
mod settle;
mod properties;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod laws;

pub use calculated::{Fault, faults};
pub use candidates::{alike, nearest, unknown_cube};
pub(super) use clause::{name_part, read as clause};
pub(super) use defaults::{beside as default_conditions, is_named, says_nothing};
pub(super) use expr::text;
pub(super) use mdx::members_of_set;
pub use mdx::{mdx, mdx_within};
pub use pivot::pivot;
pub(super) use pivot::{condition, default_measure, unknown_measure};
pub(super) use slicer::{condition as condition_of, narrowing, of_all as condition_of_all};

use super::bound::Bound;
use super::error::{ErrorKind, QueryError};
use super::view::View;
