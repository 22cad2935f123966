//! The engine against a plain row scan, on random small stars and random questions.
//!
//! `scan.rs` says what a question means; nothing there is fast or clever. `TERNING_SCAN_CASES` sets
//! the number of stars, `TERNING_SCAN_SEED` the first seed (a failure names its own).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod compare;
mod days;
mod drill;
mod laws;
mod members;
mod named;
mod question;
mod random;
mod scan;
mod world;

use std::collections::HashSet;

use compare::{SeenFacts, check, cube, explain, view};
use question::Asker;
use random::Random;
use scan::Scan;
use world::{LARGE, MIDDLE, SMALL, Size, World};

/// Stars by default, and questions to each.
const CASES: u64 = 2000;
const QUESTIONS: usize = 12;

#[test]
fn the_engine_answers_as_a_plain_scan_does() {
    let cases = setting("TERNING_SCAN_CASES").unwrap_or(CASES);
    let first = setting("TERNING_SCAN_SEED").unwrap_or(1);
    let mut counts = Counts::default();
    for seed in first..first + cases {
        check_star(seed, SMALL, QUESTIONS, &mut counts);
    }
    println!("{counts:?}");
    assert!(cases < 100 || counts.too_large * 20 < counts.questions, "too few are compared");
    assert!(cases < 100 || counts.full_cells > 1000, "the questions have hardly any answers");
}

#[test]
fn more_rows_than_a_word_or_a_block_are_counted_the_same() {
    let cases = setting("TERNING_SCAN_CASES").unwrap_or(CASES);
    let first = setting("TERNING_SCAN_SEED").unwrap_or(1);
    let mut counts = Counts::default();
    for seed in first..first + cases.div_ceil(20) {
        check_star(seed, MIDDLE, QUESTIONS, &mut counts);
    }
    for seed in first..first + cases.div_ceil(200) {
        check_star(seed, LARGE, QUESTIONS, &mut counts);
    }
    println!("{counts:?}");
    assert!(cases < 100 || counts.too_large * 3 < counts.questions, "too few are compared");
}

#[derive(Debug, Default)]
struct Counts {
    questions: usize,
    too_large: usize,
    cells: usize,
    full_cells: usize,
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn check_star(seed: u64, size: Size, questions: usize, counts: &mut Counts) {
    let mut random = Random::new(seed);
    let world = World::random(&mut random, size);
    let (star, cube) = (world.star(), cube(&world));
    let schema = &world.schema;
    for restricted in [false, true] {
        let seen: SeenFacts = restricted.then(|| {
            (0..world.facts.len()).filter(|_| random.percent(60)).collect::<HashSet<usize>>()
        });
        let own = &schema.cubes[world.cube];
        let scan = Scan::new(schema, own, &star, world.timeline, seen.clone());
        let view = view(&cube, &seen);
        check_members(&view, &scan, seed);
        let asker = Asker { dimensions: &scan.dimensions, measures: own.groups[0].measures.len() };
        for _ in 0..questions / 2 {
            let bound = asker.question(&mut random);
            if world.cube == 0 {
                drill::check(&view, &bound, seed);
            }
            match check(&view, &scan, &bound, size.effort) {
                Ok(None) => counts.too_large += 1,
                Ok(Some(cells)) => {
                    counts.questions += 1;
                    counts.cells += cells.0;
                    counts.full_cells += cells.1;
                }
                Err(_) => panic!("TERNING_SCAN_SEED={seed}\n{}", explain(&world, &seen, &bound)),
            }
        }
    }
}

/// The members of every field, in their order, and which of them the caller has.
fn check_members(view: &terning_engine::query::View, scan: &Scan<'_>, seed: u64) {
    for (at, (own, shape)) in scan.dimensions.iter().zip(&view.cube().dimensions).enumerate() {
        assert_eq!(own.name, shape.name);
        for (number, (own, field)) in own.fields.iter().zip(&shape.fields).enumerate() {
            let captions: Vec<&str> = (0..field.len()).map(|id| field.captions.get(id)).collect();
            assert_eq!(own.captions, captions, "TERNING_SCAN_SEED={seed}, {}", field.name);
            for member in 0..field.len() as u32 {
                let found = view.has_member(at, number, member);
                let expected = scan.has_member(at, number, member);
                assert_eq!(found, expected, "TERNING_SCAN_SEED={seed}, {} {member}", field.name);
            }
        }
    }
}
