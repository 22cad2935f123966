//! Which rules explain the differences of a comparison.
//!
//! The effect of a rule on a cell is our figure less what it would be if Statistics Denmark had not
//! applied the rule. Rules are chosen for the table as a whole, one at a time: the one whose effects
//! lower the total of what is left most, as long as more cells come out exact. What is left of a
//! cell then is not explained.

use super::Tal;
use super::sammenlign::Linje;

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
    /// The chosen rules, as positions among those offered, in the order in which they were chosen.
    pub regler: Vec<usize>,
    /// Per line of the comparison: the effect of each chosen rule.
    pub virkninger: Vec<Vec<i64>>,
    /// Per line: what is left.
    pub rest: Vec<i64>,
}

/// Explains the differences of the compared cells.
#[must_use]
pub fn forklar(linjer: &[Linje], virkninger: &[Virkning]) -> Forklaring {
    let effects: Vec<Vec<i64>> = virkninger.iter().map(|one| effects(linjer, one)).collect();
    let mut rest: Vec<i64> = linjer.iter().map(|line| line.forskel().unwrap_or(0)).collect();
    let mut chosen: Vec<usize> = Vec::new();
    loop {
        let left = |rule: &usize| Left::of(&without(&rest, &effects[*rule]));
        let offered = (0..effects.len()).filter(|rule| !chosen.contains(rule));
        let best = offered.min_by_key(|rule| (left(rule).total, *rule));
        let Some(best) = best.filter(|rule| left(rule).is_better_than(&Left::of(&rest))) else {
            break;
        };
        rest = without(&rest, &effects[best]);
        chosen.push(best);
    }
    let of_line = |line: usize| chosen.iter().map(|&rule| effects[rule][line]).collect();
    let virkninger = (0..linjer.len()).map(of_line).collect();
    Forklaring { regler: chosen, virkninger, rest }
}

/// What a rule does to each compared cell.
fn effects(linjer: &[Linje], virkning: &Virkning) -> Vec<i64> {
    let effect = |line: &Linje| {
        let flis = line.flis.filter(|_| line.dst.is_some())?;
        Some(flis - virkning.uden.get(&line.celle).copied().unwrap_or(0))
    };
    linjer.iter().map(|line| effect(line).unwrap_or(0)).collect()
}

fn without(rest: &[i64], effects: &[i64]) -> Vec<i64> {
    rest.iter().zip(effects).map(|(rest, effect)| rest - effect).collect()
}

/// How much is left of the differences.
struct Left {
    /// The differences, signs aside.
    total: i64,
    /// Cells without any.
    exact: usize,
}

impl Left {
    fn of(rest: &[i64]) -> Left {
        let exact = rest.iter().filter(|rest| **rest == 0).count();
        Left { total: rest.iter().map(|rest| rest.abs()).sum(), exact }
    }

    fn is_better_than(&self, other: &Left) -> bool {
        self.total < other.total && self.exact > other.exact
    }
}
