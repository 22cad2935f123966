//! Disclosure control (A3): random results are attacked, and what must not be answered is refused.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod attacker;
mod memory;
mod refused;
mod world;

use std::collections::HashMap;

use attacker::{At, Attack, DAYS, Outcome, Seen};
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::cellset::{CellSet, Special};
use terning_engine::query::{self, Cancel, ErrorKind, Limits, QueryError, Question, View, names};
use world::{
    CODES, DENOMINATOR, MEASURES, MONTHS, Random, SEXES, TOWNS, grants, members, pivot, view,
};

/// The results that are attacked; in the long run more.
const RESULTS: u64 = 40;
const MANY_RESULTS: u64 = 1_200;

fn ask(view: &View, question: &Question<'_>) -> CellSet {
    asked(view, question).unwrap_or_else(|error| panic!("{}", error.explained()))
}

fn asked(view: &View, question: &Question<'_>) -> Result<CellSet, QueryError> {
    let views = [view.clone()];
    let answer = query::answer(&views, question, &Limits::default(), &Cancel::default());
    answer.map(|answer| answer.cells)
}

/// The bits of the names that a caption stands for, by itself or by what is above.
fn bits(names: &[(&str, &str)], caption: &str) -> Option<u32> {
    let own = names.iter().enumerate();
    let own = own.filter(|(_, (name, above))| *name == caption || *above == caption);
    let bits: u32 = own.map(|(at, _)| 1 << at).sum();
    (bits > 0).then_some(bits)
}

/// A cell as it is asked for, and what a formula there has to be multiplied by to be its figure.
struct Place {
    at: At,
    formula: Option<f64>,
}

/// Where a cell stands; `None` of one that covers nothing.
fn place(view: &View, filters: &[String], cells: &CellSet, ordinal: usize) -> Option<Place> {
    let sexes = SEXES.map(|sex| (sex, sex));
    let left = |names: &[(&str, &str)]| {
        let out = |name: &str| filters.iter().any(|filter| filter.ends_with(&format!(">{name}")));
        let own = names.iter().enumerate().filter(|(_, (name, _))| !out(name));
        own.map(|(at, _)| 1_u32 << at).sum::<u32>()
    };
    let mut at = At { keys: [left(&TOWNS), left(&CODES), 3, 63], measure: 0 };
    let (mut formula, mut rest) = (None, ordinal);
    for axis in &cells.axes {
        let position = axis.position(rest % axis.count);
        rest /= axis.count;
        for (column, member) in axis.columns.iter().zip(position) {
            let caption = match member {
                Member::Calculated(_) => cells.own[0].caption.as_str(),
                _ => names::caption(view.cube(), *column, *member),
            };
            match caption {
                "Andel" => formula = Some(DENOMINATOR),
                "Andre" => {
                    formula = Some(1.0);
                    at.keys[0] &= !1;
                }
                _ if *column == HierarchyRef::Measures => {
                    at.measure = MEASURES.iter().position(|name| *name == caption).unwrap();
                }
                _ if *member != Member::All => {
                    let all = [&TOWNS[..], &CODES, &sexes, &MONTHS];
                    for (keys, names) in at.keys.iter_mut().zip(all) {
                        *keys &= bits(names, caption).unwrap_or(u32::MAX);
                    }
                }
                _ => {}
            }
        }
    }
    if at.keys.contains(&0) {
        return None;
    }
    Some(Place { at: at.normal(), formula })
}

/// A result as whoever asked sees it.
fn seen(view: &View, filters: &[String], cells: &CellSet) -> HashMap<At, Seen> {
    let mut found = HashMap::new();
    for ordinal in 0..cells.cell_count() {
        let Some(Place { at, formula }) = place(view, filters, cells, ordinal) else { continue };
        let place = cells.ordinals.binary_search(&(ordinal as u32));
        let own = match place.map(|place| (cells.special.get(&place), cells.values[place])) {
            Err(_) => Seen::Value(0.0),
            Ok((Some(Special::Hidden), value)) => {
                assert!(value.is_nan(), "a hidden cell has no value");
                Seen::Hidden
            }
            Ok((_, value)) => Seen::Value((value * formula.unwrap_or(1.0) * 1e6).round() / 1e6),
        };
        // A ratio that is hidden is so with what it is made of; a difference tells nothing then.
        if formula == Some(1.0) && own == Seen::Hidden {
            continue;
        }
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

/// Whether a question shows what a total has beside one of its parts.
fn is_difference(question: &Question<'_>) -> bool {
    matches!(question, Question::Mdx(text) if text.contains("[Andre]"))
}

fn attack(seeds: std::ops::Range<u64>) {
    let count = seeds.end - seeds.start;
    let (mut all, mut cells, mut primary) = (Outcome::default(), 0, 0);
    let (mut with_hidden, mut refused, mut sums, mut opened) = (0, 0, 0, Vec::new());
    for seed in seeds {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let view = view(&grants(&mut random), 0);
        let (pivot, text) = (pivot(&mut random), members(&mut random));
        let (question, filters) = match seed % 3 {
            0 => (Question::Mdx(&text), &[][..]),
            _ => (Question::Pivot(&pivot), &pivot.filters[..]),
        };
        let answer = match asked(&view, &question) {
            Ok(answer) => answer,
            Err(error) if [ErrorKind::Hidden, ErrorKind::TooLarge].contains(&error.kind) => {
                refused += 1;
                continue;
            }
            Err(error) => panic!("seed {seed}: {}", error.explained()),
        };
        let open = ask(&view.undisclosed(), &question);
        let of_answer = seen(&view, filters, &answer);
        let truth = seen(&view, filters, &open);
        for (at, own) in &of_answer {
            let value = truth.get(at).map_or(0.0, |own| match own {
                Seen::Value(value) => *value,
                _ => panic!("nothing is hidden"),
            });
            let small = at.measure < DAYS && (1.0..5.0).contains(&value);
            primary += usize::from(small);
            match own {
                Seen::Value(shown) => {
                    assert_eq!(*shown, value, "seed {seed}: {at:?}");
                    // A difference can be a sum of several hidden cells, each of which is open.
                    assert!(!small || is_difference(&question), "seed {seed}: {at:?}");
                    sums += usize::from(small);
                }
                Seen::Hidden => {}
                Seen::Rest | Seen::Between => panic!("what is seen stands in the result"),
            }
        }
        let (rests, sees_all) = match question {
            Question::Pivot(pivot) if !pivot.empty => (Seen::Between, false),
            Question::Mdx(_) => (Seen::Rest, !is_difference(&question)),
            _ => (Seen::Rest, true),
        };
        // A count can be hidden for the days that are hidden with it.
        let sees_all = sees_all && of_answer.keys().all(|at| at.measure != DAYS);
        let attack = Attack::new(&of_answer, &truth, rests, sees_all);
        attack.check();
        let outcome = attack.run();
        if outcome.opened > 0 {
            opened.push(seed);
        }
        cells += truth.values().filter(|own| **own != Seen::Value(0.0)).count();
        with_hidden += usize::from(outcome.hidden > 0);
        all.hidden += outcome.hidden;
        all.undecided += outcome.undecided;
    }
    println!(
        "{count} results, {refused} of them refused, {with_hidden} with hidden cells: of {cells} cells \
         that are not empty {primary} are small and {} hidden ({:.1} %); opened {opened:?}, not decided {}; {sums} differences are small sums of hidden cells",
        all.hidden,
        100.0 * all.hidden as f64 / cells as f64,
        all.undecided
    );
    assert!(with_hidden > count as usize / 2 && refused < count as usize / 10);
    assert!(opened.is_empty(), "{opened:?}");
    assert_eq!(all.undecided, 0);
}
