//! Programs that are killed at random moments, and two rebuilds at once.

use std::thread::sleep;
use std::time::{Duration, Instant};

use terning_server::disk::Disk;
use terning_server::versions::{self, Versions};

use crate::model::Chance;
use crate::program::{Serving, rebuild};
use crate::world::{World, leftovers};

/// Rebuilds that are killed in an ordinary and in a long run.
const KILLED: usize = 30;
const MANY_KILLED: usize = 400;

#[test]
fn a_rebuild_that_is_killed_leaves_a_whole_version_and_the_next_one_clears_up() {
    let world = World::new();
    let begun = Instant::now();
    assert!(rebuild(&world.deliveries(), &world.data()).status().unwrap().success());
    let whole = begun.elapsed();
    let cubes = world.known().into_values().next().unwrap().cubes;
    let mut chance = Chance(u64::from(std::process::id()));
    let (mut finished, mut halfway) = (0, 0);
    let rounds = if crate::is_long() { MANY_KILLED } else { KILLED };
    for round in 0..rounds {
        let before = versions::current(&world.data()).unwrap();
        let mut program = rebuild(&world.deliveries(), &world.data()).spawn().unwrap();
        sleep(whole.mul_f64(chance.below(1000) as f64 / 1000.0));
        program.kill().unwrap();
        finished += usize::from(program.wait().unwrap().success());
        halfway += usize::from(!leftovers(&world.data()).is_empty());
        let opened = Versions::new(&world.data());
        let active = opened.refresh().unwrap();
        assert!(active.name >= before, "round {round}");
        for (name, known) in world.known() {
            assert!(known.cubes == cubes, "round {round}: {name} is another");
        }
    }
    println!("{rounds} rebuilds killed: {halfway} left something behind, {finished} had ended");
    assert!(finished < rounds);
    assert!(rebuild(&world.deliveries(), &world.data()).status().unwrap().success());
    assert!(leftovers(&world.data()).is_empty());
}

#[test]
fn a_server_that_is_killed_answers_the_same_again() {
    let world = World::new();
    world.build(Disk::real()).unwrap();
    let first = Serving::start(&world.data());
    let figures = first.figures();
    first.kill();
    for _ in 0..5 {
        let again = Serving::start(&world.data());
        assert_eq!(again.figures(), figures);
        again.kill();
    }
}

#[test]
fn a_second_rebuild_says_at_once_that_one_is_running() {
    let world = World::new();
    world.build(Disk::real()).unwrap();
    let lock = versions::Lock::take(&Disk::real(), &world.data()).unwrap();
    // It is refused before a delivery is read: there are none to read.
    let empty = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let ended = rebuild(empty.path(), &world.data()).output().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("en anden genopbygning er i gang"), "{said}");
    drop(lock);
    let ended = rebuild(empty.path(), &world.data()).output().unwrap();
    assert_eq!(ended.status.code(), Some(2), "nothing to use");
}
