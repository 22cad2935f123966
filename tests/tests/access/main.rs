//! A1: nothing that a municipality is answered about persons tells of another's records.
//!
//! Two worlds differ in nothing but records of other handlekommuner: some are left out, changed, or
//! added, and whole deliveries are missing. Whatever is asked of the person-level cube, and of the
//! records behind the figures of Benchmark and the key figures, the answers are the same to the
//! last letter. `TERNING_ACCESS` sets the number of pairs of worlds, `TERNING_ACCESS_SEED` the
//! first of them (a failure names its own).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ask;
mod behind;

use ask::Eyes;
use terning_tests::asked::Asked;
use terning_tests::engine::Engine;
use terning_tests::random::Random;
use terning_tests::worlds::Worlds;

/// Pairs of worlds in an ordinary run, and questions to each: 12,000 in all.
const PAIRS: u64 = 60;
const QUESTIONS: usize = 200;

#[derive(Debug, Default)]
struct Counts {
    questions: usize,
    answers: usize,
    refusals: usize,
    /// Questions that somebody who sees everything is answered differently.
    tell_apart: usize,
}

#[test]
fn a1_answers_about_persons_tell_nothing_of_other_municipalities() {
    let (pairs, first) = (setting("TERNING_ACCESS"), setting("TERNING_ACCESS_SEED"));
    let (pairs, first) = (pairs.unwrap_or(PAIRS), first.unwrap_or(1));
    let mut counts = Counts::default();
    for seed in first..first + pairs {
        check(seed, &mut counts);
    }
    println!("{counts:?}");
    assert!(pairs < 20 || counts.tell_apart * 3 > counts.questions, "the worlds hardly differ");
    assert!(pairs < 20 || counts.answers > counts.refusals, "hardly anything is answered");
    assert!(pairs < 20 || counts.refusals * 20 > counts.questions, "hardly anything is refused");
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn check(seed: u64, counts: &mut Counts) {
    let mut random = Random(seed);
    let worlds = Worlds::draw(&mut random);
    let engines = worlds.write().map(|folder| Engine::load(folder.path(), None).unwrap());
    let everything = engines.each_ref().map(|engine| Eyes::everything(&engine.cubes));
    let own = engines.each_ref().map(|engine| Eyes::of(&engine.cubes, worlds.kommune));
    same(seed, &own, "fields and members", Eyes::describe);
    for _ in 0..QUESTIONS {
        // Words from either world: also those that only one of them has.
        let asked = Asked::draw(&engines[random.below(2)].cubes, &mut random);
        let answer = same(seed, &own, &format!("{asked:?}"), |eyes| eyes.ask(&asked));
        counts.questions += 1;
        counts.refusals += usize::from(answer.is_err());
        counts.answers += usize::from(answer.is_ok());
        let told = everything.each_ref().map(|eyes| eyes.ask(&asked));
        counts.tell_apart += usize::from(told[0] != told[1]);
    }
}

/// That both worlds answer the same, and what.
fn same<T: PartialEq + std::fmt::Debug>(
    seed: u64,
    own: &[Eyes; 2],
    asked: &str,
    answer: impl Fn(&Eyes) -> T,
) -> T {
    let [one, other] = own.each_ref().map(answer);
    assert_eq!(one, other, "TERNING_ACCESS_SEED={seed}: {asked}");
    one
}
