//! What a formula says, with every name resolved.

use super::bound::{HierarchyRef, Member};

/// A formula. Every part of it has a number or is empty.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// `NULL`.
    Empty,
    /// A number.
    Number(f64),
    /// A measure at the cell, but where a member is named, there instead.
    Measure {
        /// A stored or a calculated measure.
        measure: Member,
        /// The members named, each of a hierarchy of its own.
        at: Vec<(HierarchyRef, Member)>,
    },
    /// `-a`.
    Negative(Box<Formula>),
    /// Two numbers become one.
    Arithmetic(Arithmetic, Box<[Formula; 2]>),
    /// Two numbers are compared: 1 or 0.
    Comparison(Comparison, Box<[Formula; 2]>),
    /// `NOT a`.
    Not(Box<Formula>),
    /// Two truths become one.
    Logic(Logic, Box<[Formula; 2]>),
    /// `IIF(a, b, c)`.
    If(Box<[Formula; 3]>),
    /// `IsEmpty(a)`.
    IsEmpty(Box<Formula>),
    /// `CoalesceEmpty(a, b, …)`: the first that is not empty.
    Coalesce(Vec<Formula>),
    /// A measure over a set.
    Fold(Fold, Box<SetFormula>, Box<Formula>),
}

/// The four operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Arithmetic {
    Plus,
    Minus,
    Times,
    Divide,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// Operations on truths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Logic {
    And,
    Or,
    Xor,
}

/// How a set becomes one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// Counted anew over the members together, each stored measure by its own rule.
    Aggregate,
    /// The values at the tuples, added up.
    Sum,
}

/// A set in a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct SetFormula {
    /// The hierarchies of each tuple.
    pub columns: Vec<HierarchyRef>,
    /// The tuples, one behind the other, each once.
    pub tuples: Vec<Member>,
    /// Whether only those tuples are meant that exist in the cell (a set of the schema), and not
    /// all of them wherever the cell stands.
    pub existing: bool,
    /// What must hold at a tuple.
    pub condition: Option<Formula>,
}

impl Formula {
    /// The parts of a formula, sets and their conditions included.
    pub fn parts(&self) -> Vec<&Formula> {
        match self {
            Formula::Empty | Formula::Number(_) | Formula::Measure { .. } => Vec::new(),
            Formula::Negative(one) | Formula::Not(one) | Formula::IsEmpty(one) => vec![one],
            Formula::Arithmetic(_, two) | Formula::Comparison(_, two) | Formula::Logic(_, two) => {
                two.iter().collect()
            }
            Formula::If(three) => three.iter().collect(),
            Formula::Coalesce(several) => several.iter().collect(),
            Formula::Fold(_, set, of) => {
                set.condition.iter().chain(std::iter::once(&**of)).collect()
            }
        }
    }

    /// Calls `each` with every measure that the formula names.
    pub fn each_measure(&self, each: &mut impl FnMut(Member)) {
        if let Formula::Measure { measure, .. } = self {
            each(*measure);
        }
        self.parts().into_iter().for_each(|part| part.each_measure(each));
    }

    /// How many parts stand inside each other at most, a measure being as deep as `of` says.
    pub fn depth(&self, of: &impl Fn(Member) -> usize) -> usize {
        let own = match self {
            Formula::Measure { measure, .. } => of(*measure),
            _ => 0,
        };
        1 + self.parts().into_iter().map(|part| part.depth(of)).max().unwrap_or(own)
    }
}
