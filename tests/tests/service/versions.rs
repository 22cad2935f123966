//! Versions in an operator's hands: taken into use, rolled back, removed, held back because they look
//! wrong; and what a running server and its users see of it.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use terning_server::args::Args;
use terning_server::command;
use terning_server::rebuild::{Outcome, Rebuild, rebuild};
use terning_server::versions::{self, VersionName};
use terning_tests::folder::Delivery;

use crate::access::token;
use crate::harness::{PICKED_UP, Server};

fn operator(words: &[&str], data: &Path) -> Result<ExitCode, String> {
    let data = ["--data", data.to_str().unwrap()];
    let words = ["terning-server"].iter().chain(words).chain(&data);
    let args = Args::try_parse_from(words).map_err(|error| error.to_string())?;
    command::run(args).map_err(|error| format!("{error:#}"))
}

fn done(words: &[&str], data: &Path) {
    assert_eq!(operator(words, data), Ok(ExitCode::SUCCESS), "{words:?}");
}

fn build(folder: &Path) -> Outcome {
    rebuild(&Rebuild::new(folder.join("deliveries"), folder), &|_| ()).unwrap()
}

/// So many services of a municipality, each of a citizen of its own, from January 2020; a part has a
/// code that does not exist.
fn deliver(folder: &Path, (kommune, month): (&'static str, &'static str), count: u32, wrong: u32) {
    let line = |at: u32| {
        let code = if at < wrong { "9.9" } else { "1.1" };
        let cpr = format!("61018{:05}", kommune.parse::<u32>().unwrap() * 100 + at);
        format!("{kommune}-{at};{cpr};{kommune};;{code};2020-01-01;;1.2.1;;A")
    };
    let lines: Vec<String> = (0..count).map(line).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    Delivery::full(kommune, "nexus", month).write(&folder.join("deliveries"), &lines);
}

fn answering(server: &Server) -> String {
    let json: serde_json::Value =
        serde_json::from_str(&server.answer(&["cubes", "--format=json"])).unwrap();
    json["version"].as_str().unwrap().to_owned()
}

fn wait_for(server: &Server, version: &str) {
    let begun = Instant::now();
    while answering(server) != version {
        assert!(begun.elapsed() < PICKED_UP, "{version} is not picked up");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// The states that users are told of.
fn states(server: &Server, token: &[&str]) -> Vec<String> {
    let words = [&["versions", "--format=json"], token].concat();
    let listed: serde_json::Value = serde_json::from_str(&server.answer(&words)).unwrap();
    let one = |version: &serde_json::Value| {
        format!("{} {}", version["name"].as_str().unwrap(), version["state"].as_str().unwrap())
    };
    listed.as_array().unwrap().iter().map(one).collect()
}

#[test]
fn a_running_server_follows_back_and_forth_and_a_rebuild_goes_on_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    deliver(folder, ("153", "2026-09"), 5, 0);
    assert_eq!(build(folder).exit_code(), 0);
    deliver(folder, ("153", "2026-10"), 6, 0);
    assert_eq!(build(folder).exit_code(), 0);
    let server = Server::ready(folder);
    assert_eq!(answering(&server), "2026-10.1");
    done(&["activate", "2026-09.1"], folder);
    wait_for(&server, "2026-09.1");
    assert_eq!(states(&server, &[]), ["2026-10.1 kept", "2026-09.1 active"]);
    assert_eq!(answering(&Server::beside_others(folder)), "2026-09.1", "a restart keeps it");
    let refused = operator(&["activate", "2026-10.7"], folder).unwrap_err();
    assert!(refused.contains("findes ikke") && refused.contains("2026-10.1"), "{refused}");

    // An ordinary rebuild is newer than what is asked, and takes over.
    assert_eq!(build(folder).report().version, "2026-10.2");
    wait_for(&server, "2026-10.2");
    // One of an earlier month that was ordered does not, until an operator says so.
    let month = cube_schema::day::Month::parse("2026-09");
    let earlier = Rebuild { month, ..Rebuild::new(folder.join("deliveries"), folder) };
    assert_eq!(rebuild(&earlier, &|_| ()).unwrap().report().version, "2026-09.2");
    assert_eq!(versions::current(folder), VersionName::parse("2026-10.2"));
    assert!(states(&server, &[]).contains(&"2026-09.2 aside".to_owned()));
    done(&["activate", "2026-09.2"], folder);
    wait_for(&server, "2026-09.2");
    done(&["activate", "2026-10.2"], folder);
    wait_for(&server, "2026-10.2");
    assert!(states(&server, &[]).contains(&"2026-09.2 kept".to_owned()));
    done(&["versions"], folder);
}

#[test]
fn a_damaged_version_is_not_taken_into_use() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    deliver(folder, ("153", "2026-09"), 5, 0);
    build(folder);
    build(folder);
    let cubes = versions::folder(folder).join("2026-09.1").join(versions::CUBES);
    let mut bytes = fs::read(&cubes).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&cubes, bytes).unwrap();
    let refused = operator(&["activate", "2026-09.1"], folder).unwrap_err();
    assert!(refused.contains("beskadiget"), "{refused}");
    assert_eq!(versions::current(folder), VersionName::parse("2026-09.2"));
    assert_eq!(operator(&["versions"], folder), Ok(ExitCode::FAILURE), "one is damaged");
    let server = Server::ready(folder);
    let refusal = server.refusal(&["cubes", "--version=2026-09.1"]);
    assert!(!refusal.contains(folder.to_str().unwrap()), "no folders for users: {refusal}");
}

#[test]
fn a_version_that_was_gone_back_to_stays_though_what_says_so_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    deliver(folder, ("153", "2026-08"), 5, 0);
    deliver(folder, ("153", "2026-09"), 5, 0);
    build(folder);
    build(folder);
    done(&["activate", "2026-09.1"], folder);
    let server = Server::ready(folder);
    for file in ["CURRENT", "CURRENT.copy"] {
        fs::remove_file(folder.join(file)).unwrap();
    }
    assert_eq!(operator(&["versions"], folder), Ok(ExitCode::FAILURE), "nothing says which");
    {
        let _choice = versions::Choice::take(folder).unwrap();
        // It looks twice a second.
        std::thread::sleep(std::time::Duration::from_secs(2));
        assert!(states(&server, &[]).contains(&"2026-09.1 active".to_owned()));
    }
    let month = cube_schema::day::Month::parse("2026-08");
    let earlier = Rebuild { month, ..Rebuild::new(folder.join("deliveries"), folder) };
    assert_eq!(rebuild(&earlier, &|_| ()).unwrap().report().version, "2026-08.1");
    assert_eq!(versions::current(folder), None, "an earlier month is not taken into use");
    done(&["activate", "2026-09.2"], folder);
    wait_for(&server, "2026-09.2");
    done(&["versions"], folder);
    drop(server);
    fs::remove_dir_all(versions::folder(folder).join("2026-09.2")).unwrap();
    assert_eq!(operator(&["versions"], folder), Ok(ExitCode::FAILURE), "the chosen one is gone");
}

#[test]
fn a_removed_version_takes_with_it_what_no_other_is_made_from_and_its_name_is_not_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let inputs = || fs::read_dir(folder.join("inputs")).unwrap().count();
    deliver(folder, ("153", "2026-08"), 5, 0);
    build(folder);
    assert_eq!(inputs(), 2, "data and manifest");
    deliver(folder, ("153", "2026-09"), 6, 0);
    build(folder);
    fs::remove_dir_all(folder.join("deliveries/2026-08")).unwrap();
    deliver(folder, ("153", "2026-10"), 7, 0);
    build(folder);
    assert_eq!(inputs(), 6);

    for (version, why) in [("2026-10.1", "aktiv"), ("2026-09.1", "sammenlignes")] {
        let refused = operator(&["remove", version], folder).unwrap_err();
        assert!(refused.contains(version) && refused.contains(why), "{refused}");
    }
    let server = Server::ready(folder);
    server.answer(&["cubes", "--version=2026-08.1"]);
    // What was delivered for August was in the folder when September was built.
    done(&["remove", "2026-08.1"], folder);
    assert_eq!(inputs(), 6);
    assert!(server.refusal(&["cubes", "--version=2026-08.1"]).contains("findes ikke"));
    build(folder);
    assert_eq!(versions::current(folder), VersionName::parse("2026-10.2"));
    done(&["remove", "2026-09.1"], folder);
    assert_eq!(inputs(), 4, "nobody is made of August any more");

    // The newest of a month is removed, and its name is gone.
    done(&["activate", "2026-10.1"], folder);
    done(&["remove", "2026-10.2"], folder);
    assert_eq!(build(folder).report().version, "2026-10.3");
    let again = versions::folder(folder).join("2026-10.3");
    assert!(again.exists() && !versions::folder(folder).join("2026-10.2").exists());
}

#[test]
fn a_rebuild_keeps_as_many_as_it_is_told_and_those_that_are_needed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    deliver(folder, ("153", "2026-09"), 5, 0);
    (0..4).for_each(|_| drop(build(folder)));
    let deliveries = folder.join("deliveries");
    let words = ["rebuild", "--deliveries", deliveries.to_str().unwrap(), "--keep"];
    let names = || {
        let names = versions::names(folder).unwrap();
        names.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    done(&[&words[..], &["3"]].concat(), folder);
    assert_eq!(names(), ["2026-09.5", "2026-09.4", "2026-09.3"]);
    // The one that the active one is compared with stays.
    done(&[&words[..], &["1"]].concat(), folder);
    assert_eq!(names(), ["2026-09.6", "2026-09.5"]);
}

/// Two municipalities of a hundred services, of which the second is doubled by mistake, and a code that
/// was right turns wrong.
#[test]
fn a_version_that_looks_wrong_waits_until_it_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    deliver(folder, ("153", "2026-09"), 100, 40);
    deliver(folder, ("157", "2026-09"), 60, 0);
    assert_eq!(build(folder).exit_code(), 0, "a first one has nothing to look wrong beside");
    deliver(folder, ("153", "2026-10"), 105, 42);
    assert_eq!(build(folder).exit_code(), 0, "a few more are a month like others");
    let server = Server::ready(folder);

    deliver(folder, ("157", "2026-10"), 99, 80);
    let waiting = build(folder);
    assert_eq!((waiting.exit_code(), &*waiting.report().version), (3, "2026-10.2"));
    let expected = [
        "hele landet, ydelser, der tæller: stiger fra 165 til 204, mere end 10 %",
        "hele landet, Antal Unikke Borgere i 2025 (Voksne Handicappede): stiger fra 165 til 204, mere end 10 %",
        "kommune 157, ydelser, der tæller: stiger fra 60 til 99, mere end 30 %",
        "reglen D1 Ugyldig ydelseskode, ydelser med mærket: stiger fra 42 til 122, mere end 50 %",
    ];
    let off = &waiting.report().awaiting;
    assert!(expected.iter().all(|text| off.iter().any(|one| one == text)), "{off:#?}");
    // 63 and 60 have a code that counts in Benchmark, then 63 and 19.
    let benchmark = "hele landet, Antal Ydelser i 2025 (Voksne Handicappede Benchmark): falder fra 123 til 82, mere end 10 %";
    assert!(off.iter().any(|one| one == benchmark), "{off:#?}");
    let text = waiting.report().to_text();
    let second = text.lines().find(|line| line.contains("IKKE taget i brug")).unwrap();
    assert!(second.contains("2026-10.1") && text.contains("activate 2026-10.2"), "{text}");

    // The server goes on, users see that it waits and not why, and a rebuild does not slip by.
    std::thread::sleep(PICKED_UP);
    assert_eq!(answering(&server), "2026-10.1");
    let own = token(folder, "kommune", Some("153"));
    let told = states(&server, &["--token", &own]);
    assert_eq!(told, ["2026-10.2 awaiting", "2026-10.1 active", "2026-09.1 kept"]);
    let shown = server.answer(&["versions", "--token", &own]);
    assert!(shown.contains("afventer godkendelse") && !shown.contains("157"), "{shown}");
    assert_eq!(build(folder).exit_code(), 3);
    assert!(operator(&["remove", "2026-10.1"], folder).is_err());
    // Nor does it slip by when the one that is asked is lost.
    fs::remove_file(versions::current_file(folder)).unwrap();
    assert_eq!(answering(&Server::beside_others(folder)), "2026-10.1");
    done(&["activate", "2026-10.1"], folder);

    done(&["activate", "2026-10.2"], folder);
    wait_for(&server, "2026-10.2");
    assert_eq!(build(folder).exit_code(), 0, "what was accepted is what there is");
    wait_for(&server, "2026-10.4");
    assert!(states(&server, &[]).contains(&"2026-10.2 kept".to_owned()));
}

#[test]
fn shares_can_be_set_and_an_accepted_municipality_may_look_as_it_likes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    deliver(folder, ("153", "2026-09"), 400, 0);
    deliver(folder, ("157", "2026-09"), 60, 0);
    build(folder);
    deliver(folder, ("157", "2026-10"), 25, 0);
    let order = Rebuild::new(folder.join("deliveries"), folder);
    let accept = terning_engine::load::Accept::Some(["157".to_owned()].into());
    let accepted = rebuild(&Rebuild { accept, ..order.clone() }, &|_| ()).unwrap();
    assert_eq!(accepted.exit_code(), 0, "{:?}", accepted.report().awaiting);
    deliver(folder, ("157", "2026-11"), 60, 0);
    assert_eq!(rebuild(&order, &|_| ()).unwrap().exit_code(), 3, "25 to 60 is more than a third");
    let mut order = order;
    order.suspicious.kommune = 200;
    assert_eq!(rebuild(&order, &|_| ()).unwrap().exit_code(), 0);
}

#[test]
fn every_command_asks_the_version_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    deliver(folder, ("153", "2026-09"), 5, 0);
    build(folder);
    deliver(folder, ("153", "2026-10"), 6, 0);
    build(folder);
    let server = Server::ready(folder);
    let cube = "--cube=Voksne Handicappede";
    let commands: [&[&str]; 7] = [
        &["pivot", cube, "--rows=Tid.År"],
        &[
            "mdx",
            "SELECT [Tid].[År].Members ON ROWS, {[Measures].[Antal Ydelser]} ON COLUMNS FROM [Voksne Handicappede]",
        ],
        &["report", "harmonisering", "--kommune=153"],
        &["report", "fejlliste", "--kommune=153"],
        &["drill", cube],
        &["explain", cube],
        &["cubes", "--format=json"],
    ];
    for command in commands {
        let told = |version: &str| server.answer(&[command, &[version]].concat());
        let (old, new) = (told("--version=2026-09.1"), told("--version=2026-10.1"));
        assert!(old.contains("2026-09.1") && !old.contains("2026-10.1"), "{command:?}: {old}");
        assert!(new.contains("2026-10.1"), "{command:?}: {new}");
    }
    // What tells no version in its answer asks it all the same.
    let others: [&[&str]; 3] = [
        &["describe", "Voksne Handicappede"],
        &["pivot", cube, "--rows=Tid.År", "--show=mdx"],
        &["package", "--kind=aggregat"],
    ];
    for command in others.into_iter().chain(commands) {
        let refusal = server.refusal(&[command, &["--version=2026-09.9"]].concat());
        assert!(refusal.contains("2026-09.9' findes ikke"), "{command:?}: {refusal}");
    }
}
