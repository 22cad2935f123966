//! A question → an answer: parse → bind → plan → execute.
//!
//! A pivot in fields and an MDX text become the same [`bound::Bound`], and so one and the same plan.

pub mod bound;
pub mod cellset;
pub mod error;
pub mod pivot;
pub mod view;

pub mod bind;

pub use cellset::CellSet;
pub use error::{ErrorKind, QueryError};
pub use pivot::Pivot;
pub use view::View;
