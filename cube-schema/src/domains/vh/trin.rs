//! The steps in which a figure is explained: the rules that change it, one after the other.
//!
//! The *national* path ends at Benchmark. The *lokal* path is the same by the judgement of one
//! municipality's records alone; it ends at what a municipality is shown of its own. The steps
//! *uden* are Benchmark with one rule switched off: they tell what the rule alone does.

use crate::rule::{Marks, Shape};
use crate::trial::Trial;

use super::regler::RULES;
use super::{LOKAL, NATIONAL};

/// The path that ends at Benchmark.
pub const STI_NATIONAL: &str = "national";
/// The path that ends at what a municipality is shown of its own records.
pub const STI_LOKAL: &str = "lokal";
/// Benchmark with one rule switched off.
pub const STI_UDEN: &str = "uden";

/// A step.
#[derive(Clone, Debug)]
pub struct Trin {
    /// Its key: `indberettet`, `D5`, `lokal D5`, `uden D5`.
    pub noegle: String,
    /// What users read.
    pub navn: String,
    /// The path that it belongs to.
    pub sti: &'static str,
    /// The rule that is taken in or left out; empty in the first step of a path.
    pub regel: &'static str,
    /// The rules that run.
    pub trial: Trial,
}

/// All steps, path by path, each in the order of the rules.
#[must_use]
pub fn alle() -> Vec<Trin> {
    let rules = aendrende();
    let mut steps = Vec::new();
    for (path, judgement) in [(STI_NATIONAL, NATIONAL), (STI_LOKAL, LOKAL)] {
        let mut running = Marks::default();
        steps.push(trin(path, None, running, judgement));
        for &position in &rules {
            running.add(position);
            steps.push(trin(path, Some(position), running, judgement));
        }
    }
    for &position in &rules {
        let mut running = Marks::default();
        rules.iter().filter(|other| **other != position).for_each(|other| running.add(*other));
        steps.push(trin(STI_UDEN, Some(position), running, NATIONAL));
    }
    steps
}

/// The rules that change or delete records, by their positions.
fn aendrende() -> Vec<usize> {
    let changes =
        |position: &usize| matches!(RULES[*position].shape, Shape::Record(_) | Shape::Entity(_));
    (0..RULES.len()).filter(changes).collect()
}

fn trin(sti: &'static str, position: Option<usize>, rules: Marks, judgement: usize) -> Trin {
    let (regel, navn) = match position {
        Some(position) => {
            (RULES[position].id, format!("{} {}", RULES[position].id, RULES[position].caption))
        }
        None => ("", "Som indberettet".to_owned()),
    };
    let noegle = match (sti, regel) {
        (STI_NATIONAL, "") => "indberettet".to_owned(),
        (STI_NATIONAL, regel) => regel.to_owned(),
        (sti, "") => format!("{sti} indberettet"),
        (sti, regel) => format!("{sti} {regel}"),
    };
    Trin { noegle, navn, sti, regel, trial: Trial { rules, judgement } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_add_rule_after_rule_and_end_with_all() {
        let steps = alle();
        let path = |sti| steps.iter().filter(move |step| step.sti == sti);
        let ids: Vec<&str> = path(STI_NATIONAL).map(|step| step.noegle.as_str()).collect();
        assert_eq!(ids[..5], ["indberettet", "K1", "K2", "K4", "D1"]);
        assert_eq!(ids[ids.len() - 3..], ["C1", "C2", "C3"]);
        let last = path(STI_LOKAL).next_back().unwrap();
        assert_eq!((last.noegle.as_str(), last.trial.judgement), ("lokal C3", LOKAL));
        let all = last.trial.rules;
        for without in path(STI_UDEN) {
            let left_out = Marks(all.0 ^ without.trial.rules.0);
            let ids: Vec<&str> = left_out.iter().map(|at| RULES[at].id).collect();
            assert_eq!(ids, [without.regel]);
        }
        assert!(steps.len() <= 64, "{} steps", steps.len());
    }
}
