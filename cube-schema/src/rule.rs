//! The shapes of a domain rule, and the ordered list that every overview is made from.
//!
//! A rule is one pure function beside one Danish text; the text holds a table of examples that a
//! test runs against the function, so that text and code cannot drift.

pub mod examples;

use crate::day::{Day, Interval};
use crate::domain::{DeliveryInfo, Domain};

/// One rule of a domain.
pub struct Rule<D: Domain + ?Sized> {
    /// The stable id (`D5`).
    pub id: &'static str,
    /// What users see (`Under 17 år`).
    pub caption: &'static str,
    /// The rule in Danish, as Markdown, with its table of examples.
    pub text: &'static str,
    /// Where the source says so.
    pub source: &'static str,
    /// What it works on, and how.
    pub shape: Shape<D>,
}

/// What a rule works on. The engine runs rules in the order of the list, shape by shape.
pub enum Shape<D: Domain + ?Sized> {
    /// Which deliveries of one reporter count (S).
    Selection(fn(&mut Selection<'_>, &D::Reference)),
    /// All counting records of one reporter, as delivered: it may warn of some, by position (S5).
    Counted(CountedRule<D>),
    /// One record (K, D): it may change the record, mark it, or warn.
    Record(fn(&mut D::Record, &Context<'_, D::Reference>) -> Finding),
    /// All records of one entity, in one judgement (C).
    Entity(EntityRule<D>),
    /// A record in a period (G): applied by the domain when it makes the star.
    Period,
    /// One record: applied by the domain itself, within other rules (K3) or when it makes the
    /// star (X).
    Applied,
}

/// A rule over all counting records of one reporter.
pub type CountedRule<D> =
    fn(&[Counted<'_, <D as Domain>::Record>], &Reference<D>) -> Vec<(usize, Warning)>;

/// A rule over all records of one entity.
pub type EntityRule<D> = fn(&mut [Case<'_, <D as Domain>::Record>], &Context<'_, Reference<D>>);

type Reference<D> = <D as Domain>::Reference;

/// What every rule may look at besides its records.
pub struct Context<'a, R> {
    /// The reference data.
    pub reference: &'a R,
    /// The last day that is known.
    pub as_of: Day,
}

/// The deliveries of one reporter, and how much of each counts.
pub struct Selection<'a> {
    /// All accepted deliveries of the reporter, ordered by system, month and serial number.
    pub deliveries: &'a [DeliveryInfo],
    /// For each delivery, what counts of it; [`Take::Nothing`] to begin with.
    pub take: Vec<Take>,
    /// Warnings: kind and text.
    pub warnings: Vec<Warning>,
}

/// A record that counts, as delivered.
pub struct Counted<'a, R> {
    /// The delivery that it came with.
    pub delivery: &'a DeliveryInfo,
    /// The record.
    pub record: &'a R,
}

/// How much of a delivery counts. Of one system, the deliveries that count are applied in order:
/// a full stock starts anew, records of changes replace and remove by their id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Take {
    /// Nothing: it is superseded.
    #[default]
    Nothing,
    /// The ended records only.
    Ended,
    /// All records.
    All,
}

/// What a rule says of one record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Finding {
    /// Nothing.
    #[default]
    Clear,
    /// The record carries the rule's mark.
    Marked,
    /// The record is kept as it is, with a warning.
    Warned(Warning),
}

/// Something a data steward should look at, that changes no figure by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// A stable Danish caption that warnings are counted by.
    pub kind: &'static str,
    /// The case at hand.
    pub text: String,
}

/// A record before a rule over all records of its entity.
pub struct Case<'a, R> {
    /// The record, unchanged.
    pub record: &'a R,
    /// The days that are left of it, in order, none touching another.
    pub pieces: Vec<Interval>,
    /// Whether the rule marks it.
    pub marked: bool,
    /// Warnings.
    pub warnings: Vec<Warning>,
}

/// A set of rules, as bits by position in the domain's ordered list (at most 32 rules).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks(pub u32);

impl Marks {
    /// Adds the rule at a position.
    pub fn add(&mut self, position: usize) {
        self.0 |= 1 << position;
    }

    /// Whether the rule at a position is in the set.
    #[must_use]
    pub fn has(self, position: usize) -> bool {
        self.0 & (1 << position) != 0
    }

    /// Whether there is no rule in the set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The positions of the rules in the set, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let position = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (position < 32).then_some(position)
        })
    }

    /// Both sets together.
    #[must_use]
    pub fn with(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }
}
