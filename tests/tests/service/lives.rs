//! The life of a service: no version yet, a first one, a newer one, a damaged one, a restart.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use terning_engine::snapshot::FORMAT;
use terning_server::versions::{self, VersionName};

use crate::harness::{PICKED_UP, Server, publish};
use crate::toy;

/// How long a server may take until it answers, on a machine that is busy.
const AT_ONCE: Duration = Duration::from_secs(10);

/// The version that answers.
fn answering(server: &Server) -> String {
    let json = server.answer(&["cubes", "--format=json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    json["version"].as_str().unwrap().to_owned()
}

fn wait_for(server: &Server, version: &str) {
    let begun = Instant::now();
    while answering(server) != version {
        assert!(begun.elapsed() < PICKED_UP, "{version} is not picked up");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn damage(data: &Path, version: VersionName) {
    change(data, version, |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0xff;
    });
}

fn change(data: &Path, version: VersionName, change: impl FnOnce(&mut [u8])) {
    let file = versions::folder(data).join(version.to_string()).join(versions::CUBES);
    let mut bytes = fs::read(&file).unwrap();
    change(&mut bytes);
    // A map of the old file stays whole: the damaged one takes its name.
    let other = file.with_extension("damaged");
    fs::write(&other, bytes).unwrap();
    fs::rename(other, file).unwrap();
}

#[test]
fn an_empty_data_folder_is_waited_with_and_the_first_version_picked_up() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let refusal = server.refusal(&["cubes"]);
    assert!(refusal.contains("terning-server rebuild"), "{refusal}");
    publish(data.path(), (2020, 12), &[&toy::cube()]);
    server.wait_until_ready();
    assert_eq!(answering(&server), "2020-12.1");
}

/// The promise is two seconds; on a machine that does much else it can only be measured
/// (`TERNING_LONG_RUN=1` holds it to that).
#[test]
fn how_long_a_new_version_takes_until_it_answers_is_told_and_held_to() {
    const PROMISED: Duration = Duration::from_secs(2);
    let data = tempfile::tempdir().unwrap();
    let mut published = publish(data.path(), (2020, 12), &[&toy::cube()]);
    let server = Server::ready(data.path());
    let mut took = Vec::new();
    for width in 2..7 {
        assert_eq!(answering(&server), published.to_string());
        published = publish(data.path(), (2020, 12), &[&toy::wide(width)]);
        let begun = Instant::now();
        wait_for(&server, &published.to_string());
        took.push(begun.elapsed());
    }
    println!("a new version answers after {took:?}");
    let longest = took.into_iter().max().unwrap();
    let is_measured = std::env::var_os("TERNING_LONG_RUN").is_some();
    assert!(longest < if is_measured { PROMISED } else { PICKED_UP }, "{longest:?}");
}

#[test]
fn a_new_version_is_picked_up_and_the_old_one_can_still_be_asked() {
    let data = tempfile::tempdir().unwrap();
    publish(data.path(), (2020, 12), &[&toy::cube()]);
    let server = Server::ready(data.path());
    assert_eq!(answering(&server), "2020-12.1");
    publish(data.path(), (2020, 12), &[&toy::wide(7)]);
    wait_for(&server, "2020-12.2");
    let rows = |version: &str| {
        let rows = ["pivot", "--cube=Ting", "--rows=Borger.Personnummer", "--format=csv", version];
        server.answer(&rows).lines().count() - 1
    };
    assert_eq!((rows("--version=2020-12.1"), rows("--version=2020-12.2")), (5, 7));
    let versions = server.answer(&["versions", "--format=csv"]);
    let names: Vec<&str> = versions.lines().map(|line| &line[..line.find(';').unwrap()]).collect();
    assert_eq!(names, ["\u{feff}Version", "2020-12.2", "2020-12.1"]);
}

#[test]
fn a_restarted_server_answers_at_once() {
    let data = tempfile::tempdir().unwrap();
    publish(data.path(), (2020, 12), &[&toy::cube()]);
    for _ in 0..2 {
        let begun = Instant::now();
        let server = Server::ready(data.path());
        assert_eq!(answering(&server), "2020-12.1");
        assert!(begun.elapsed() < AT_ONCE);
    }
}

#[test]
fn a_damaged_version_is_named_and_the_one_before_it_asked() {
    let data = tempfile::tempdir().unwrap();
    publish(data.path(), (2020, 11), &[&toy::cube()]);
    let newest = publish(data.path(), (2020, 12), &[&toy::cube()]);
    damage(data.path(), newest);
    let server = Server::ready(data.path());
    assert_eq!(answering(&server), "2020-11.1");
    let refusal = server.refusal(&["cubes", "--version=2020-12.1"]);
    assert!(refusal.contains("2020-12.1") && refusal.contains("beskadiget"), "{refusal}");
    assert!(server.answer(&["versions"]).contains("beskadiget"));
    // A repaired rebuild is picked up as any other.
    publish(data.path(), (2020, 12), &[&toy::cube()]);
    wait_for(&server, "2020-12.2");
}

#[test]
fn a_version_of_another_program_is_refused_with_what_to_do() {
    for format in [FORMAT - 1, FORMAT + 1] {
        let data = tempfile::tempdir().unwrap();
        publish(data.path(), (2020, 11), &[&toy::cube()]);
        let newest = publish(data.path(), (2020, 12), &[&toy::cube()]);
        change(data.path(), newest, |bytes| bytes[8..12].copy_from_slice(&format.to_le_bytes()));
        let server = Server::ready(data.path());
        assert_eq!(answering(&server), "2020-11.1");
        let (refusal, listed) =
            (server.refusal(&["cubes", "--version=2020-12.1"]), server.answer(&["versions"]));
        let why = format!("filen har format {format}; dette program læser format {FORMAT}");
        for told in [refusal, listed] {
            let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(told.contains(&why) && told.contains("byg den igen med rebuild"), "{told}");
        }
    }
}

#[test]
fn a_version_that_is_damaged_while_another_is_asked_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    publish(data.path(), (2020, 11), &[&toy::cube()]);
    let server = Server::ready(data.path());
    let newest = versions::folder(data.path()).join("2020-12.1");
    fs::create_dir(&newest).unwrap();
    fs::write(newest.join(versions::CUBES), "TERNING1").unwrap();
    fs::write(versions::current_file(data.path()), "2020-12.1\n").unwrap();
    std::thread::sleep(Duration::from_millis(1200));
    assert_eq!(answering(&server), "2020-11.1");
}
