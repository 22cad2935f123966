//! Disclosure control (A3): random results are attacked, and what must not be answered is refused.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod attacker;
mod memory;
mod refused;
mod world;

use std::collections::HashMap;

use attacker::{At, Attack, Outcome, Seen};
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::cellset::{CellSet, Special};
use terning_engine::query::{self, Cancel, Limits, Question, View, names};
use world::{CODES, Random, SEXES, TOWNS, grants, members, pivot, view};

/// The results that are attacked; in the long run more.
const RESULTS: u64 = 40;
const MANY_RESULTS: u64 = 1_200;
const MEASURES: [&str; 4] = ["Personer", "Par", "Antal", "Dage"];

fn ask(view: &View, question: &Question<'_>) -> CellSet {
    let views = [view.clone()];
    let answer = query::answer(&views, question, &Limits::default(), &Cancel::default());
    answer.unwrap_or_else(|error| panic!("{}", error.explained())).cells
}

/// The bits of the names that a caption stands for, by itself or by what is above.
fn bits(names: &[(&str, &str)], caption: &str) -> Option<u32> {
    let own = names.iter().enumerate();
    let own = own.filter(|(_, (name, above))| *name == caption || *above == caption);
    let bits: u32 = own.map(|(at, _)| 1 << at).sum();
    (bits > 0).then_some(bits)
}

/// A result as whoever asked sees it; `None` of cells that cover nothing.
fn seen(view: &View, filters: &[String], cells: &CellSet) -> HashMap<At, Seen> {
    let sexes = SEXES.map(|sex| (sex, sex));
    let left = |names: &[(&str, &str)]| {
        let out = |name: &str| filters.iter().any(|filter| filter.ends_with(&format!(">{name}")));
        let own = names.iter().enumerate().filter(|(_, (name, _))| !out(name));
        own.map(|(at, _)| 1_u32 << at).sum::<u32>()
    };
    let mut found = HashMap::new();
    for ordinal in 0..cells.cell_count() {
        let mut at = At { towns: left(&TOWNS), codes: left(&CODES), sexes: 3, measure: 0 };
        let mut rest = ordinal;
        for axis in &cells.axes {
            let position = axis.position(rest % axis.count);
            rest /= axis.count;
            for (column, member) in axis.columns.iter().zip(position) {
                let caption = names::caption(view.cube(), *column, *member);
                if *column == HierarchyRef::Measures {
                    at.measure = MEASURES.iter().position(|name| *name == caption).unwrap();
                } else if *member != Member::All {
                    at.towns &= bits(&TOWNS, caption).unwrap_or(u32::MAX);
                    at.codes &= bits(&CODES, caption).unwrap_or(u32::MAX);
                    at.sexes &= bits(&sexes, caption).unwrap_or(u32::MAX);
                }
            }
        }
        if at.towns == 0 || at.codes == 0 || at.sexes == 0 {
            continue;
        }
        let place = cells.ordinals.binary_search(&(ordinal as u32));
        let own = match place.map(|place| (cells.special.get(&place), cells.values[place])) {
            Err(_) => Seen::Value(0.0),
            Ok((Some(Special::Hidden), value)) => {
                assert!(value.is_nan(), "a hidden cell has no value");
                Seen::Hidden
            }
            Ok((_, value)) => Seen::Value(value),
        };
        let before = found.insert(at, own);
        assert!(before.is_none_or(|before| before == own), "the same cell is seen alike: {at:?}");
    }
    found
}

#[test]
fn random_results_are_attacked_and_none_is_opened() {
    attack(0..RESULTS);
}

#[test]
#[ignore = "takes minutes: cargo test -p terning-engine --test disclosure -- --ignored --nocapture"]
fn many_random_results_are_attacked_and_none_is_opened() {
    attack(0..MANY_RESULTS);
}

fn attack(seeds: std::ops::Range<u64>) {
    let count = seeds.end - seeds.start;
    let (mut all, mut cells, mut primary) = (Outcome::default(), 0, 0);
    let mut with_hidden = 0;
    for seed in seeds {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let view = view(&grants(&mut random), 0);
        let (asked, text) = (pivot(&mut random), members(&mut random));
        let (question, filters) = match seed % 3 {
            0 => (Question::Mdx(&text), &[][..]),
            _ => (Question::Pivot(&asked), &asked.filters[..]),
        };
        let answer = ask(&view, &question);
        let open = ask(&view.undisclosed(), &question);
        let of_answer = seen(&view, filters, &answer);
        let truth = seen(&view, filters, &open);
        for (at, own) in &of_answer {
            let Seen::Value(value) = truth[at] else { panic!("nothing is hidden") };
            let small = at.measure < 3 && (1.0..5.0).contains(&value);
            primary += usize::from(small);
            match own {
                Seen::Hidden => assert!(value > 0.0, "seed {seed}: what is empty is not hidden"),
                Seen::Value(shown) => assert!(*shown == value && !small, "seed {seed}: {at:?}"),
                Seen::Rest => panic!("what is seen stands in the result"),
            }
        }
        let attack = Attack::new(&of_answer, &truth);
        attack.check();
        let outcome = attack.run();
        assert_eq!(outcome.opened, 0, "seed {seed}: {question:?}");
        cells += truth.values().filter(|own| **own != Seen::Value(0.0)).count();
        with_hidden += usize::from(outcome.hidden > 0);
        all.hidden += outcome.hidden;
        all.undecided += outcome.undecided;
    }
    println!(
        "{count} results attacked, {with_hidden} of them with hidden cells: of {cells} cells that are \
         not empty {primary} are small and {} hidden ({:.1} %); opened 0, not decided {}",
        all.hidden,
        100.0 * all.hidden as f64 / cells as f64,
        all.undecided
    );
    assert!(with_hidden > count as usize / 2);
    assert_eq!(all.undecided, 0);
}
