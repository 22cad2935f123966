//! Periods: what stands before, beside and up to a member of time.

use super::Function;

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[];
