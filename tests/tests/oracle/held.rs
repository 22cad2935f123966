//! Two difficult folders, one after the other: who is held, and what is then counted.

use std::collections::BTreeSet;

use terning_engine::load::Accept;
use terning_oracle::{Accept as Accepted, Choices, load_after};
use terning_tests::engine::Engine;
use terning_tests::question;
use terning_tests::random::Random;

use crate::both::{Agreed, Both};
use crate::difficult::deliver;
use crate::sample::given;

const FOLDERS: u64 = 40;

#[test]
fn the_same_municipalities_are_held_and_counted_as_before() {
    let (mut agreed, mut differences, mut held) = (Agreed::default(), Vec::new(), 0);
    let first = given("TERNING_EDGES_FIRST", 0);
    for seed in first..first + given("TERNING_EDGES", FOLDERS) {
        match agree(seed, &mut held) {
            Ok(one) => agreed += one,
            Err(difference) => differences.push(format!("folder {seed}: {difference}")),
        }
    }
    assert!(differences.is_empty(), "{}\n{}", differences.len(), differences.join("\n"));
    assert!(agreed.values > 0 && held as u64 > FOLDERS / 2, "{agreed:?}, {held} held");
}

fn agree(seed: u64, all_held: &mut usize) -> Result<Agreed, String> {
    let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    deliver(before.path(), &mut Random(seed));
    let mut random = Random(seed + 10_000);
    deliver(after.path(), &mut random);
    let (ours, theirs) = match seed % 4 {
        0 => (Accept::Some(["153".to_owned()].into()), Accepted::These(["153".to_owned()].into())),
        1 => (Accept::All, Accepted::All),
        _ => (Accept::None, Accepted::Nobody),
    };
    let former = terning_oracle::load(before.path(), None).unwrap();
    let choices = Choices { accept: theirs, ..Choices::default() };
    let oracle = load_after(after.path(), choices, Some(&former)).unwrap();
    let former = Engine::load(before.path(), None).unwrap();
    let engine = Engine::load_after(after.path(), &former, before.path(), &ours).unwrap();
    let both = Both { oracle, engine };

    let held: BTreeSet<&str> =
        both.engine.loaded.report.held.iter().map(|finding| &*finding.kommune).collect();
    *all_held += held.len();
    let lines = both.oracle.summary().deliveries.iter().filter(|line| line.held.is_some());
    let theirs: BTreeSet<&str> = lines.map(|line| &*line.kommune).collect();
    if !theirs.is_subset(&held) {
        return Err(format!("held: {held:?} here, {theirs:?} there"));
    }
    both.agree_on_rules()?;
    let (ours, theirs) = (&both.engine.loaded.report.as_of, &both.oracle.summary().as_of);
    if ours != theirs {
        return Err(format!("as-of: {ours} here, {theirs} there"));
    }
    let cubes = &both.engine.cubes;
    let pivots: Vec<_> =
        (0..8).map(|number| question::pivot(&cubes[number % cubes.len()], &mut random)).collect();
    both.agree(pivots)
}
