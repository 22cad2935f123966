//! Trials: runs of the rules with some of them only.

use crate::rule::Marks;

/// A run of the rules with some of them only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The rules that run, by their positions in the ordered list.
    pub rules: Marks,
    /// The judgement of the rules over all records of an entity, by its position.
    pub judgement: usize,
}

/// A set of trials, as bits by their positions (at most 64 trials).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trials(pub u64);

impl Trials {
    /// One trial.
    #[must_use]
    pub fn of(trial: usize) -> Trials {
        Trials(1 << trial)
    }

    /// The first so many trials.
    #[must_use]
    pub fn first(count: usize) -> Trials {
        Trials(1_u64.checked_shl(count as u32).map_or(u64::MAX, |bit| bit - 1))
    }

    /// Adds a trial.
    pub fn add(&mut self, trial: usize) {
        self.0 |= 1 << trial;
    }

    /// Whether a trial is in the set.
    #[must_use]
    pub fn has(self, trial: usize) -> bool {
        self.0 & (1 << trial) != 0
    }

    /// The trials of either set.
    #[must_use]
    pub fn with(self, other: Trials) -> Trials {
        Trials(self.0 | other.0)
    }

    /// The trials of both sets.
    #[must_use]
    pub fn both(self, other: Trials) -> Trials {
        Trials(self.0 & other.0)
    }

    /// The trials of this set that are not in the other.
    #[must_use]
    pub fn without(self, other: Trials) -> Trials {
        Trials(self.0 & !other.0)
    }

    /// The trials of the set, in their order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let trial = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (trial < 64).then_some(trial)
        })
    }
}
