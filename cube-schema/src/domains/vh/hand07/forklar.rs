//! Which rules explain the differences of a comparison.
//!
//! The effect of a rule on a cell is our figure less what it would be if Statistics Denmark had not
//! applied the rule. A set of rules explains what their effects add up to; the rest of a cell is
//! what is left of its difference. Every set is tried, for the table as a whole, and the order of
//! preference is:
//!
//! 1. the fewest citizens left, signs aside, over all cells;
//! 2. the fewest rules;
//! 3. the rules that stand first in the list.
//!
//! A set counts only where none of its rules is idle: taken away alone, each leaves more citizens
//! and fewer exact cells. Sets that are equal in 1 and 2 fit equally well, and are named. No rule
//! at all is a set too, so that what no rule explains is left as it is.
//!
//! Effects are those of each rule alone. Two rules that both delete the same record have no effect
//! each, and are not found where both were left out.

use std::collections::BTreeMap;

use super::Tal;
use super::sammenlign::Linje;

/// Rules with an effect that are tried together. Every set of them is: 65,536 for 16. The domain
/// has 11 that delete or change.
pub const FLEST_REGLER: usize = 16;

/// A rule that may explain differences.
#[derive(Clone, Debug)]
pub struct Virkning {
    /// The rule's id.
    pub regel: String,
    /// Our figures without the rule, laid out as the compared ones.
    pub uden: Tal,
}

/// What explains the differences of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forklaring {
    /// The chosen rules, as positions among those offered, in their order.
    pub regler: Vec<usize>,
    /// Other sets of as few rules that leave as few citizens, in order of preference.
    pub lige_gode: Vec<Vec<usize>>,
    /// Per line of the comparison: the effect of each chosen rule.
    pub virkninger: Vec<Vec<i64>>,
    /// Per line: what is left.
    pub rest: Vec<i64>,
}

/// Explains the differences of the compared cells, which stand in their order.
#[must_use]
pub fn forklar(linjer: &[Linje], virkninger: &[Virkning]) -> Forklaring {
    let effects: Vec<Vec<i64>> = virkninger.iter().map(|one| effects(linjer, one)).collect();
    let differences: Vec<i64> = linjer.iter().map(|line| line.forskel().unwrap_or(0)).collect();
    let acting: Vec<usize> = (0..effects.len())
        .filter(|&rule| effects[rule].iter().any(|effect| *effect != 0))
        .take(FLEST_REGLER)
        .collect();
    let mut best = Table::of(&differences, &effects, &acting).best().into_iter().map(|set| {
        let rules = acting.iter().enumerate().filter(|(bit, _)| set >> bit & 1 == 1);
        rules.map(|(_, &rule)| rule).collect::<Vec<usize>>()
    });
    let regler = best.next().unwrap_or_default();
    let of_line = |line: usize| regler.iter().map(|&rule| effects[rule][line]).collect();
    let virkninger: Vec<Vec<i64>> = (0..linjer.len()).map(of_line).collect();
    let left = |(difference, effects): (&i64, &Vec<i64>)| difference - effects.iter().sum::<i64>();
    let rest = differences.iter().zip(&virkninger).map(left).collect();
    Forklaring { lige_gode: best.collect(), regler, virkninger, rest }
}

/// What a rule does to each compared cell. Lines and figures both stand in the order of their cells,
/// and are gone through side by side.
fn effects(linjer: &[Linje], virkning: &Virkning) -> Vec<i64> {
    let mut uden = virkning.uden.iter().peekable();
    let mut effect = |line: &Linje| {
        while uden.next_if(|(celle, _)| **celle < line.celle).is_some() {}
        let without = uden.next_if(|(celle, _)| **celle == line.celle).map_or(0, |(_, one)| *one);
        Some(line.flis.filter(|_| line.dst.is_some())? - without)
    };
    linjer.iter().map(|line| effect(line).unwrap_or(0)).collect()
}

/// The cells, those alike as one: how many, their difference, and the effect of each acting rule.
struct Table {
    counts: Vec<u64>,
    differences: Vec<i64>,
    effects: Vec<Vec<i64>>,
}

/// A set of acting rules, a bit each.
type Set = usize;

impl Table {
    fn of(differences: &[i64], effects: &[Vec<i64>], acting: &[usize]) -> Table {
        let mut alike: BTreeMap<(i64, Vec<i64>), u64> = BTreeMap::new();
        for (cell, &difference) in differences.iter().enumerate() {
            let effects: Vec<i64> = acting.iter().map(|&rule| effects[rule][cell]).collect();
            *alike.entry((difference, effects)).or_default() += 1;
        }
        let of_rule = |bit: usize| alike.keys().map(|(_, effects)| effects[bit]).collect();
        Table {
            effects: (0..acting.len()).map(of_rule).collect(),
            differences: alike.keys().map(|(difference, _)| *difference).collect(),
            counts: alike.into_values().collect(),
        }
    }

    /// The sets that explain best, the preferred one first. There is one at least.
    fn best(&self) -> Vec<Set> {
        let left = self.left();
        let rules = 0..self.effects.len();
        let is_idle = |set: Set, bit: usize| {
            set >> bit & 1 == 1 && !left[set].is_better_than(&left[set ^ (1 << bit)])
        };
        let counting = |set: &Set| !rules.clone().any(|bit| is_idle(*set, bit));
        let price = |set: &Set| (left[*set].total, set.count_ones());
        let sets: Vec<Set> = (0..left.len()).filter(counting).collect();
        let least = sets.iter().map(price).min();
        let mut best: Vec<Set> = sets.into_iter().filter(|set| Some(price(set)) == least).collect();
        // The lowest bit that two sets of one size do not share is of the preferred one.
        best.sort_by_key(|set| std::cmp::Reverse(set.reverse_bits()));
        best
    }

    /// What each set leaves. Neighbours differ by one rule (Gray code), which is put in or taken out.
    fn left(&self) -> Vec<Left> {
        let mut rest = self.differences.clone();
        let mut left = vec![Left::of(&rest, &self.counts); 1 << self.effects.len()];
        for step in 1..left.len() {
            let bit = step.trailing_zeros() as usize;
            let set = step ^ (step >> 1);
            let sign = if set >> bit & 1 == 1 { -1 } else { 1 };
            for (rest, effect) in rest.iter_mut().zip(&self.effects[bit]) {
                *rest += sign * effect;
            }
            left[set] = Left::of(&rest, &self.counts);
        }
        left
    }
}

/// How much is left of the differences.
#[derive(Clone)]
struct Left {
    /// Citizens, signs aside.
    total: u64,
    /// Cells without any.
    exact: u64,
}

impl Left {
    fn of(rest: &[i64], counts: &[u64]) -> Left {
        let cells = || rest.iter().zip(counts);
        Left {
            total: cells().map(|(rest, count)| rest.unsigned_abs() * count).sum(),
            exact: cells().filter(|(rest, _)| **rest == 0).map(|(_, count)| count).sum(),
        }
    }

    fn is_better_than(&self, other: &Left) -> bool {
        self.total < other.total && self.exact > other.exact
    }
}
