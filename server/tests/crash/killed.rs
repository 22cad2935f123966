//! Programs that are killed at random moments, and two rebuilds at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Barrier;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use terning_server::audit::{Wanted, search, verify};
use terning_server::disk::Disk;
use terning_server::versions::{self, VersionName, Versions};

use crate::program::{Serving, rebuild};
use crate::random::Random;
use crate::world::{Known, VARIANTS, World, leftovers};

/// Rebuilds that are killed in an ordinary and in a long run.
const KILLED: usize = 30;
const MANY_KILLED: usize = 400;

/// Of how many kills one is followed by a server that is asked for figures.
const ASKED: usize = 5;

/// What the cubes and the figures are of each correction, built with nobody killing.
struct Expected {
    cubes: Vec<Vec<u8>>,
    figures: Vec<Vec<String>>,
}

impl Expected {
    fn build() -> Expected {
        let (mut cubes, mut figures) = (Vec::new(), Vec::new());
        for variant in 0..VARIANTS.len() {
            let world = World::new();
            world.corrected(variant);
            assert!(rebuild(&world.deliveries(), &world.data()).status().unwrap().success());
            cubes.push(world.known().into_values().next().unwrap().cubes);
            figures.push(figures_of(&world, &versions::current(&world.data()).unwrap()));
        }
        let differ = |of: &[&[String]]| of.iter().collect::<BTreeSet<_>>().len() == VARIANTS.len();
        assert!(
            differ(&figures.iter().map(Vec::as_slice).collect::<Vec<_>>()),
            "a mix would not show"
        );
        Expected { cubes, figures }
    }

    /// Of which correction all of a version is; none, where it is a mix.
    fn variant(&self, known: &Known) -> Option<usize> {
        self.cubes.iter().position(|cubes| *cubes == known.cubes)
    }
}

/// What a server answers that is started on a data folder, but for the name of the version.
fn figures_of(world: &World, active: &VersionName) -> Vec<String> {
    let figures = Serving::start(&world.data()).figures();
    figures.iter().map(|figure| figure.replace(&active.to_string(), "VERSION")).collect()
}

#[test]
fn a_rebuild_that_is_killed_leaves_a_whole_version_and_the_next_one_clears_up() {
    let expected = Expected::build();
    let world = World::new();
    world.corrected(0);
    let begun = Instant::now();
    assert!(rebuild(&world.deliveries(), &world.data()).status().unwrap().success());
    let whole = begun.elapsed();
    let mut made = BTreeMap::from([(versions::current(&world.data()).unwrap(), 0)]);
    let mut chance = Random(u64::from(std::process::id()));
    let (mut finished, mut halfway, mut asked) = (0, 0, BTreeSet::new());
    let rounds = if crate::is_long() { MANY_KILLED } else { KILLED };
    for round in 1..=rounds {
        let variant = round % VARIANTS.len();
        world.corrected(variant);
        let before = versions::current(&world.data()).unwrap();
        let mut program = rebuild(&world.deliveries(), &world.data()).spawn().unwrap();
        sleep(whole.mul_f64(chance.below(1000) as f64 / 1000.0));
        program.kill().unwrap();
        finished += usize::from(program.wait().unwrap().success());
        halfway += usize::from(!leftovers(&world.data()).is_empty());
        for (name, known) in world.known() {
            // What is new is of this round's deliveries; what was there is as it was.
            let of = *made.entry(name).or_insert(variant);
            assert_eq!(expected.variant(&known), Some(of), "round {round}: {name} is a mix");
        }
        let active = Versions::new(&world.data()).refresh().unwrap().name;
        assert!(active >= before, "round {round}");
        if round % ASKED == 0 {
            let figures = figures_of(&world, &active);
            assert_eq!(figures, expected.figures[made[&active]], "round {round}, {active}");
            asked.insert(made[&active]);
        }
    }
    println!(
        "{rounds} rebuilds killed: {halfway} left something behind, {finished} had ended; {} versions, \
         and figures of {} corrections asked for",
        made.len(),
        asked.len()
    );
    assert!(finished < rounds);
    assert!(rebuild(&world.deliveries(), &world.data()).status().unwrap().success());
    assert!(leftovers(&world.data()).is_empty());
    let active = versions::current(&world.data()).unwrap();
    let of = expected.variant(&world.known()[&active]);
    assert_eq!(of, Some(rounds % VARIANTS.len()), "the last one is of the last deliveries");
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

/// Lives of a server that is killed while it logs, in an ordinary and in a long run.
const LIVES: usize = 6;
const MANY_LIVES: usize = 100;
/// Clients that ask at a time, and how long they do so at most, in milliseconds.
const CLIENTS: usize = 4;
const LONGEST_LIFE: usize = 1500;

/// Asks on and on, until nobody answers; the purposes of what was answered.
fn ask_on(serving: &Serving, client: &str) -> Vec<String> {
    let mut answered = Vec::new();
    for number in 0.. {
        let purpose = format!("{client}, spørgsmål {number}");
        let own = format!("--purpose={purpose}");
        let cube = "--cube=Voksne Handicappede";
        let words: &[&str] = match number % 3 {
            0 => &["drill", cube, "--filter=Tid.År=2023", "--format=json", &own],
            _ => &["pivot", cube, "--rows=Tid.År", "--format=json", &own],
        };
        match serving.ask(words) {
            Ok(_) => answered.push(purpose),
            Err(_) => break,
        }
    }
    answered
}

#[test]
fn a_server_that_is_killed_while_it_answers_has_logged_what_it_answered() {
    let world = World::new();
    world.build(Disk::real()).unwrap();
    let mut chance = Random(u64::from(std::process::id()));
    let mut answered = BTreeSet::new();
    let lives = if crate::is_long() { MANY_LIVES } else { LIVES };
    for life in 0..lives {
        let serving = Serving::start(&world.data());
        let ready = Barrier::new(CLIENTS + 1);
        let told: Vec<String> = scope(|scope| {
            let (serving, ready) = (&serving, &ready);
            let ask = |client| {
                scope.spawn(move || {
                    ready.wait();
                    ask_on(serving, &format!("liv {life}, klient {client}"))
                })
            };
            let clients: Vec<_> = (0..CLIENTS).map(ask).collect();
            ready.wait();
            sleep(Duration::from_millis(chance.below(LONGEST_LIFE) as u64));
            serving.kill_now();
            clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
        });
        serving.kill();
        answered.extend(told);
        let found = verify(&world.data(), false).unwrap();
        assert!(found.is_whole(), "life {life}: {:?}", found.remarks);
    }
    let logged = search(&world.data(), &Wanted::default()).unwrap();
    let logged: BTreeSet<String> = logged.found.into_iter().map(|one| one.entry.purpose).collect();
    let lost: Vec<&String> = answered.difference(&logged).collect();
    println!("{lives} servers killed: {} calls answered, {} logged", answered.len(), logged.len());
    assert!(lost.is_empty(), "answered and not logged: {lost:?}");
    assert!(answered.len() > lives, "they were killed before they answered");
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
