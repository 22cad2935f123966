//! Two loads of one folder: what came between them shrinks some municipalities, of which some are
//! held and some accepted.

use std::collections::BTreeSet;

use terning_engine::load::hold::Accept;
use terning_oracle::{Choices, load_after};
use terning_tests::engine::Engine;
use terning_tests::question;
use terning_tests::random::Random;

use crate::both::{Agreed, Both};
use crate::difficult::{deliver, deliver_more};
use crate::sample::given;

/// Folders in an ordinary run; `TERNING_HOLDS` asks for another number.
const FOLDERS: u64 = 30;

#[test]
fn the_same_municipalities_are_held() {
    let mut differences = Vec::new();
    let (mut agreed, mut held) = (Agreed::default(), 0);
    for seed in 0..given("TERNING_HOLDS", FOLDERS) {
        match agree(seed) {
            Ok((one, count)) => {
                agreed += one;
                held += count;
            }
            Err(difference) => differences.push(format!("folder {seed}: {difference}")),
        }
    }
    assert!(differences.is_empty(), "{}\n{}", differences.len(), differences.join("\n"));
    println!("{agreed:?}, {held} deliveries held");
    assert!(held > 0);
}

/// What agreed, and how many deliveries are held.
fn agree(seed: u64) -> Result<(Agreed, usize), String> {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random(seed + 1_000_000);
    deliver(folder.path(), &mut random);
    let former = Both::read(folder.path());
    deliver_more(folder.path(), &mut random);
    let (ours, theirs) = accepted(&mut random);
    let choices = Choices { accept: theirs, ..Choices::default() };
    let both = Both {
        oracle: load_after(folder.path(), choices, Some(&former.oracle)).unwrap(),
        engine: Engine::load_after(folder.path(), &former.engine, &ours).unwrap(),
    };
    both.agree_on_deliveries()?;
    both.agree_on_rules()?;
    let cubes = &both.engine.cubes;
    let pivots = (0..6).map(|number| question::pivot(&cubes[number % cubes.len()], &mut random));
    let agreed = both.agree(pivots)?;
    let held = both.oracle.summary().deliveries.iter().filter(|line| line.held.is_some()).count();
    Ok((agreed, held))
}

/// Whom the operator accepts, in the words of both sides.
fn accepted(random: &mut Random) -> (Accept, terning_oracle::Accept) {
    let these = BTreeSet::from(["153".to_owned(), "461".to_owned()]);
    match random.below(4) {
        0 => (Accept::All, terning_oracle::Accept::All),
        1 => (Accept::Some(these.clone()), terning_oracle::Accept::These(these)),
        _ => (Accept::None, terning_oracle::Accept::Nobody),
    }
}
