//! Random texts and syntax trees, made from random bytes by the modules of `fuzz`.
//!
//! `cargo test` runs some of each. `TERNING_LONG_RUN=600 cargo test --release --test grammar` goes
//! on for that many seconds with each, and `-- --nocapture` tells how many were made.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "the targets use more of it")]
#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

use std::cell::Cell;
use std::time::{Duration, Instant};

use fuzz::check;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};

/// The variable that makes runs long: seconds.
const LONG_RUN: &str = "TERNING_LONG_RUN";

/// Bytes that one question is made of, at most.
const BYTES: usize = 400;

/// Runs a check on random bytes: `cases` times, or as long as the environment says.
fn run(cases: u32, holds: impl Fn(Vec<u8>)) {
    let bytes = || prop::collection::vec(any::<u8>(), 0..BYTES);
    let made = Cell::new(0_u64);
    let holds = |bytes: Vec<u8>| {
        made.set(made.get() + 1);
        holds(bytes);
        Ok(())
    };
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let seconds = std::env::var(LONG_RUN).ok().and_then(|seconds| seconds.parse().ok());
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(0));
    loop {
        if let Err(found) = TestRunner::new(config.clone()).run(&bytes(), holds) {
            let TestError::Fail(why, bytes) = found else { panic!("{found}") };
            panic!("{why}\n{}\n{bytes:?}", check::written(&bytes));
        }
        if Instant::now() >= until {
            println!("{} made", made.get());
            return;
        }
    }
}

#[test]
fn a_tree_is_the_same_after_it_was_written_and_read() {
    run(2_000, |bytes| check::tree(&bytes));
}

#[test]
fn any_question_is_answered_the_same_twice() {
    run(1_000, |bytes| check::question(&bytes));
}

/// Questions that a run has found to end the program, or to be answered in two ways.
const FOUND: [&str; 3] = [
    "WITH MEMBER [Measures].[eget] AS CASE WHEN IsEmpty([Measures].[Borgere]) THEN .5
         ELSE [Measures].[eget] END
     MEMBER [Sted].[Geografi].[I alt].[egen] AS
         Median([Sted].[Geografi].[Kommune].AllMembers, [Measures].[Borgere])
     SELECT NON EMPTY [Sted].[Geografi].[Kommune].AllMembers ON COLUMNS
     FROM NON VISUAL (SELECT DrilldownLevel({[Tid].[Kvartal].&2019K2},,,INCLUDE_CALC_MEMBERS) ON 1,
                      [Tid].[År].Children ON COLUMNS FROM Lille)",
    "WITH MEMBER [Measures].[eget] AS Aggregate([egen].Count) SET [egen] AS Head({}, 0.)
     SELECT Descendants([Measures].[eget], [Tid].[Kalender].[Kvartal]) ON COLUMNS
     FROM (SELECT FROM (SELECT Union([Tid].[Kalender].Members, [Tid].[Kalender].Members) ON 1,
                        [Tid].[Kalender].Members ON COLUMNS FROM Lille))",
    "SELECT TopCount([Butik].[Åbnet].[Åbnet].Members, [Butik].[Land].[I alt],
                     [Measures].[Salg] < DistinctCount(Dimensions([Butik].[Butik].[I alt]).Members))
         HAVING [Butik].[Land].[I alt] > [Measures].[Salg] ON COLUMNS
     FROM [Salg]",
];

#[test]
fn what_runs_have_found_stays_mended() {
    let answered: Vec<bool> = FOUND.iter().map(|text| check::asked(text)).collect();
    assert_eq!(answered, [true, false, false]);
}

#[test]
fn any_text_is_answered_or_refused_with_a_place() {
    run(500, |bytes| check::text(&String::from_utf8_lossy(&bytes)));
}

#[test]
fn any_change_of_a_question_is_answered_or_refused_with_a_place() {
    run(500, |bytes| {
        let (places, bytes) = bytes.split_at(bytes.len().min(4));
        let mut text: Vec<char> = check::written(bytes).chars().collect();
        for &place in places {
            let at = usize::from(place) * text.len() / 256;
            text.truncate(text.len().max(1));
            match place % 3 {
                0 => drop(text.remove(at)),
                1 => text.insert(at, char::from(place)),
                _ => text.swap(0, at),
            }
        }
        check::text(&text.into_iter().collect::<String>());
    });
}
