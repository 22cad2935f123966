//! A1 as it is met from outside: whatever a municipality asks a server, what it is sent is the same
//! where only the records of others differ. Pairs of worlds are built and served, each with a former
//! version; their names and the time of building are held fixed.
//!
//! `TERNING_ACCESS_SERVED` sets the number of pairs, `TERNING_ACCESS_QUESTIONS` the questions to each,
//! `TERNING_ACCESS_SEED` the first pair.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use cube_schema::day::Month;
use terning_engine::cube::Cube;
use terning_engine::load::Accept;
use terning_server::rebuild::{Rebuild, Shares, rebuild};
use terning_server::versions::{Manifest, Versions};
use terning_tests::random::Random;
use terning_tests::worlds::Worlds;

use crate::access::token;
use crate::harness::Server;
use crate::spoken::{Caller, Request};

/// Pairs of worlds in an ordinary run, and questions to each.
const PAIRS: u64 = 4;
const QUESTIONS: u64 = 60;
/// Questions of each pair that somebody who sees everything is asked too: a test that can fail has
/// worlds that differ.
const TOLD_APART: u64 = 60;

const NEWEST: &str = "2020-12.1";

#[derive(Debug, Default)]
struct Counts {
    questions: usize,
    answers: usize,
    /// Questions that somebody who sees everything was asked too.
    asked_of_all: usize,
    /// Those of them that are answered differently.
    tell_apart: usize,
}

#[test]
fn a1_what_a_server_sends_tells_nothing_of_other_municipalities() {
    let begun = Instant::now();
    let first = given("TERNING_ACCESS_SEED").unwrap_or(1);
    let mut counts = Counts::default();
    for seed in first..first + given("TERNING_ACCESS_SERVED").unwrap_or(PAIRS) {
        check(seed, &mut counts);
    }
    println!("{counts:?} in {:.0} s", begun.elapsed().as_secs_f64());
    assert!(counts.tell_apart * 4 > counts.asked_of_all, "the worlds hardly differ: {counts:?}");
    assert!(counts.answers * 2 > counts.questions, "hardly anything is answered: {counts:?}");
}

fn given(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn check(seed: u64, counts: &mut Counts) {
    let mut random = Random(seed);
    let worlds = Worlds::draw(&mut random);
    let data = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let folders = data.each_ref().map(|one| one.path().join("deliveries"));
    worlds.write_to(folders.each_ref().map(AsRef::as_ref));
    data.iter().for_each(|one| build(one.path()));
    let cubes = data.each_ref().map(|one| cubes(one.path()));
    let servers = data.each_ref().map(|one| Server::ready(one.path()));
    let tokens = data.each_ref().map(|one| token(one.path(), "kommune", Some(worlds.kommune)));
    let own = [0, 1].map(|world| Caller::new(servers[world].address, Some(&tokens[world])));
    let everything = servers.each_ref().map(|server| Caller::new(server.address, None));
    for number in 0..given("TERNING_ACCESS_QUESTIONS").unwrap_or(QUESTIONS) {
        let request = Request::draw(&cubes[random.below(2)], worlds.kommune, &mut random);
        let [one, other] = own.each_ref().map(|caller| caller.ask(&request));
        assert_eq!(one, other, "TERNING_ACCESS_SEED={seed}: {request:?}");
        counts.questions += 1;
        counts.answers += usize::from(one.is_ok());
        if number < TOLD_APART {
            let told = everything.each_ref().map(|caller| caller.ask(&request));
            counts.asked_of_all += 1;
            counts.tell_apart += usize::from(told[0] != told[1]);
        }
    }
}

/// Two versions, of the months before and the newest, built at no time of day.
fn build(data: &Path) {
    for month in [Month::parse("2020-11"), None] {
        let order = Rebuild::new(data.join("deliveries"), data);
        // However much the months differ, none waits for an operator.
        let suspicious = Shares { least: u32::MAX, ..Shares::default() };
        let order = Rebuild { month, accept: Accept::All, suspicious, ..order };
        assert_eq!(rebuild(&order, &|_| ()).unwrap().exit_code(), 0);
    }
    for version in fs::read_dir(data.join("versions")).unwrap() {
        let folder = version.unwrap().path();
        let mut manifest = Manifest::read(&folder).unwrap();
        manifest.built_at = "2021-01-01T08:00:00Z".to_owned();
        fs::write(folder.join("version.json"), manifest.to_text().unwrap()).unwrap();
    }
}

fn cubes(data: &Path) -> Vec<Arc<Cube>> {
    let version = Versions::new(data).get(NEWEST).unwrap();
    assert_eq!(version.manifest.version, NEWEST);
    version.cubes.clone()
}

/// The municipality's own number, or another's.
pub fn kommune(own: &str, random: &mut Random) -> String {
    let others = ["101", "153", "155", "157", "183", "185", "187", "461", "999"];
    if random.percent(60) { own.to_owned() } else { (*random.one(&others)).to_owned() }
}
