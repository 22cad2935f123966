//! What can be chosen: the policies of the rules, and the words of a rebuild.

use std::collections::BTreeSet;

/// How a day counts in M6 and M7.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DayCount {
    /// Both ends of an interval are days of it.
    #[default]
    Inclusive,
    /// The first day left of a record is left out, unless it is the period's first day or earlier.
    ExcludeStart,
}

/// Which municipalities an operator lets through (`--accept`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Accept {
    /// None.
    #[default]
    Nobody,
    /// These reporters.
    These(BTreeSet<String>),
    /// All.
    All,
}

impl Accept {
    pub(crate) fn includes(&self, kommune: &str) -> bool {
        match self {
            Accept::Nobody => false,
            Accept::These(these) => these.contains(kommune),
            Accept::All => true,
        }
    }
}

/// The choices of one load; the default is that of the rules.
#[derive(Clone, Debug)]
pub struct Choices {
    /// `rebuild --month`, `2026-10`.
    pub month: Option<String>,
    /// The policy `day_count`.
    pub day_count: DayCount,
    /// The share, in percent, by which a municipality may shrink without being held.
    pub hold_percent: u32,
    /// Who is not held.
    pub accept: Accept,
}

impl Default for Choices {
    fn default() -> Choices {
        Choices {
            month: None,
            day_count: DayCount::Inclusive,
            hold_percent: 20,
            accept: Accept::Nobody,
        }
    }
}
