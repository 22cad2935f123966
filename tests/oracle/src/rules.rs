//! The rules that can be switched off, in the order in which they act.

use std::collections::BTreeSet;

/// The rules that change or delete what is reported, in order.
pub const RULES_IN_ORDER: [&str; 10] = ["K1", "K2", "D1", "D2", "D3", "D4", "D5", "C1", "C2", "C3"];

/// Rules that are switched off.
pub type Off = BTreeSet<&'static str>;

/// The rules that are off when only the first so many of the ordered list act.
pub(crate) fn all_but_first(count: usize) -> Off {
    RULES_IN_ORDER[count..].iter().copied().collect()
}
