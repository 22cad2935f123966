//! A life: a first month, a month that corrects the past, a change of system, a file that cannot be
//! trusted, the same again; and every old version goes on answering as it did.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use terning_engine::load::report::Change;
use terning_engine::load::{Accept, LoadReport};
use terning_server::disk::Disk;
use terning_server::rebuild::{Again, Outcome, Rebuild, rebuild, rebuild_again};
use terning_server::versions::{self, Manifest, VersionName, Versions};
use terning_tests::compare::difference;
use terning_tests::engine::ask;
use terning_tests::folder::{Delivery, write};
use terning_tests::words;

const VH: &str = "Voksne Handicappede";
const BENCHMARK: &str = "Voksne Handicappede Benchmark";
const MEASURES: &str = "--measure 'Antal Unikke Borgere' --measure 'Antal Ydelser'";

/// Replacement numbers: a woman, a man, a woman, a man.
const ANNA: &str = "6101803000";
const BO: &str = "6101803001";
const CARLA: &str = "9112703000";
const DAN: &str = "7505703001";

/// A deliveries folder, and the versions made of it.
struct Life {
    folder: TempDir,
}

impl Life {
    fn begin() -> Life {
        Life { folder: tempfile::tempdir().unwrap() }
    }

    fn deliveries(&self) -> PathBuf {
        self.folder.path().join("deliveries")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn deliver(&self, delivery: &Delivery, lines: &[String]) -> PathBuf {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        delivery.write(&self.deliveries(), &lines)
    }

    /// A new version of what has been delivered.
    fn rebuild(&self) -> Outcome {
        self.rebuild_as(|_| ())
    }

    /// The same, ordered differently.
    fn rebuild_as(&self, change: impl FnOnce(&mut Rebuild)) -> Outcome {
        let mut order = Rebuild::new(self.deliveries(), self.data());
        change(&mut order);
        rebuild(&order, &|_| ()).unwrap()
    }

    /// A version made again of its raw files.
    fn again(&self, version: &str) -> Again {
        let from = VersionName::parse(version).unwrap();
        rebuild_again(&Disk::real(), &self.data(), from, &|_| ()).unwrap()
    }

    fn manifest(&self, version: &str) -> Manifest {
        Manifest::read(&versions::folder(&self.data()).join(version)).unwrap()
    }

    /// What a version answers, as `row: values`.
    fn ask(&self, version: &str, cube: &str, question: &str) -> Vec<String> {
        let versions = Versions::new(&self.data());
        versions.refresh();
        let pivot = format!("terning pivot --cube '{cube}' {question} {MEASURES}");
        let answer = ask(&versions.get(version).unwrap().cubes, &words::read(&pivot).unwrap());
        let answer = answer.unwrap();
        let number = |cell: &Option<f64>| cell.map_or("-".to_owned(), |value| value.to_string());
        let line = |(row, cells): (&Vec<String>, &Vec<Option<f64>>)| {
            let cells: Vec<String> = cells.iter().map(number).collect();
            format!("{}: {}", row.join(" "), cells.join(" "))
        };
        answer.rows.iter().zip(&answer.cells).map(line).collect()
    }

    /// Whether the newest version answers as the oracle does over what has been delivered.
    fn agrees_with_the_oracle(&self) {
        let oracle = terning_oracle::load(&self.deliveries(), None).unwrap();
        let versions = Versions::new(&self.data());
        versions.refresh();
        let cubes = &versions.get("").unwrap().cubes;
        for cube in [VH, BENCHMARK] {
            for question in [
                "--rows Tid.Måned --columns 'Handle kommune.Kommune' --totals",
                "--rows Tid.År --rows 'Ydelse VH.Ydelseskode' --columns Køn.Køn --totals",
            ] {
                let line = format!("terning pivot --cube '{cube}' {question} {MEASURES}");
                let pivot = words::read(&line).unwrap();
                let (ours, theirs) = (ask(cubes, &pivot).unwrap(), oracle.pivot(&pivot).unwrap());
                assert_eq!(difference(&ours, &theirs), None, "{line}");
            }
        }
    }

    /// The bytes of the cubes of a version.
    fn bytes(&self, version: &str) -> Vec<u8> {
        self.file(version, versions::CUBES)
    }

    /// The load report of a version.
    fn report(&self, version: &str) -> LoadReport {
        serde_json::from_slice(&self.file(version, "load-report.json")).unwrap()
    }

    /// The bytes of a file of a version.
    fn file(&self, version: &str, name: &str) -> Vec<u8> {
        fs::read(versions::folder(&self.data()).join(version).join(name)).unwrap()
    }
}

fn line(id: &str, cpr: &str, kommune: &str, code: &str, start: &str, end: &str) -> String {
    format!("{id};{cpr};{kommune};;{code};{start};{end};1.2.1;;C")
}

fn name(outcome: &Outcome) -> &str {
    assert_eq!(outcome.exit_code(), 0);
    &outcome.report().version
}

const BY_MONTH: &str = "--filter 'Handle kommune.Kommune=Brøndby' --filter Tid.Måned=2023-11,2023-12,2024-01,2024-02 --rows Tid.Måned";
const BY_KOMMUNE: &str = "--filter Tid.År=2024 --rows 'Handle kommune.Kommune'";

fn first_month(life: &Life) {
    life.deliver(
        &Delivery::full("153", "nexus", "2024-01"),
        &[
            line("a", ANNA, "153", "1.1", "2020-01-01", ""),
            line("b", BO, "153", "1.8.1", "2023-12-01", ""),
        ],
    );
    life.deliver(
        &Delivery::full("461", "gammel", "2024-01"),
        &[
            line("c", CARLA, "461", "1.8.2", "2023-01-01", "2024-01-15"),
            line("d", DAN, "461", "1.1", "2022-01-01", ""),
        ],
    );
}

/// Anna's service ended in November after all; Carla's began then, and nobody had said so.
fn second_month(life: &Life) {
    life.deliver(
        &Delivery::full("153", "nexus", "2024-02"),
        &[
            line("a", ANNA, "153", "1.1", "2020-01-01", "2023-11-30"),
            line("b", BO, "153", "1.8.1", "2023-12-01", ""),
            line("e", CARLA, "153", "1.8.1", "2023-11-15", ""),
        ],
    );
}

/// Odense delivers from a new system: what was open comes from there, and more.
fn third_month(life: &Life) {
    let roles = "Kommunekode;System;Rolle;Skiftedato\n461;gammel;tidligere;2024-03-01\n461;ny;nyt;2024-03-01\n";
    write(&life.deliveries().join("reference/systemskifte.csv"), roles.as_bytes());
    life.deliver(
        &Delivery::full("461", "ny", "2024-03"),
        &[
            line("d9", DAN, "461", "1.1", "2022-01-01", "2024-02-10"),
            line("f", ANNA, "461", "1.1", "2024-03-01", ""),
        ],
    );
}

#[test]
fn months_corrections_a_change_of_system_and_a_broken_file() {
    let life = Life::begin();
    first_month(&life);
    assert_eq!(name(&life.rebuild()), "2024-01.1");
    life.agrees_with_the_oracle();
    let january = ["2023-11: 1 1", "2023-12: 2 2", "2024-01: 2 2"];
    let january_of_all = ["Brøndby: 2 2", "Odense: 2 2"];
    // The timeline ends in January, and February is no month of it.
    let until_january = BY_MONTH.replace(",2024-02", "");
    assert_eq!(life.ask("2024-01.1", VH, &until_january), january);
    assert_eq!(life.ask("2024-01.1", VH, BY_KOMMUNE), january_of_all);

    second_month(&life);
    let second = life.rebuild();
    assert_eq!(name(&second), "2024-02.1");
    life.agrees_with_the_oracle();
    let february = ["2023-11: 2 2", "2023-12: 2 2", "2024-01: 2 2", "2024-02: 2 2"];
    assert_eq!(life.ask("", VH, BY_MONTH), february);
    let change = &second.report().change[0];
    assert_eq!((change.records_before, change.records), (2, 3));
    // Carla had a stay in Odense as well, and the later one keeps the days: Brøndby's.
    let benchmark = "--filter 'Ydelse VH.Ydelseskode=1.8.2' --filter Tid.Måned=2023-10,2023-11,2023-12 --rows Tid.Måned";
    assert_eq!(life.ask("2024-01.1", BENCHMARK, benchmark).len(), 3);
    assert_eq!(life.ask("2024-02.1", BENCHMARK, benchmark), ["2023-10: 1 1", "2023-11: 1 1"]);

    third_month(&life);
    assert_eq!(name(&life.rebuild()), "2024-03.1");
    life.agrees_with_the_oracle();
    assert_eq!(life.ask("", VH, BY_KOMMUNE), ["Brøndby: 2 2", "Odense: 3 3"]);

    let broken = life.deliver(&Delivery::full("153", "nexus", "2024-04"), &[]);
    fs::write(broken, "a;not;what;was;sent\n").unwrap();
    let fourth = life.rebuild();
    assert_eq!(name(&fourth), "2024-03.2");
    assert_eq!(fourth.report().deliveries.iter().filter(|line| line.refused.is_some()).count(), 1);
    life.agrees_with_the_oracle();
    assert_eq!(life.ask("", VH, BY_KOMMUNE), ["Brøndby: 2 2", "Odense: 3 3"]);
    assert_eq!(life.bytes("2024-03.1"), life.bytes("2024-03.2"), "same deliveries, same bytes");

    // What was answered then is answered now.
    assert_eq!(life.ask("2024-01.1", VH, &until_january), january);
    assert_eq!(life.ask("2024-01.1", VH, BY_KOMMUNE), january_of_all);
    assert_eq!(life.ask("2024-02.1", VH, BY_MONTH), february);
}

#[test]
fn a_life_that_is_lived_again_gives_the_same_bytes() {
    let (one, other) = (Life::begin(), Life::begin());
    for life in [&one, &other] {
        first_month(life);
        second_month(life);
        third_month(life);
        life.rebuild();
    }
    assert_eq!(one.bytes("2024-03.1"), other.bytes("2024-03.1"));
}

#[test]
fn nothing_usable_leaves_the_versions_as_they_were() {
    let life = Life::begin();
    first_month(&life);
    life.rebuild();
    fs::remove_dir_all(life.deliveries()).unwrap();
    write(&life.deliveries().join("2024-02/VH_153_nexus_202402_1.csv"), b"no manifest\n");
    assert_eq!(life.rebuild().exit_code(), 2);
    assert_eq!(life.ask("", VH, BY_KOMMUNE), ["Brøndby: 2 2", "Odense: 2 2"]);
    assert!(Path::new(&life.data()).join("CURRENT").exists());
}

/// So many services to Anna of one municipality, half of them open.
fn stock(kommune: &str, count: usize) -> Vec<String> {
    let end = |at: usize| if at.is_multiple_of(2) { "" } else { "2023-06-30" };
    (0..count)
        .map(|at| line(&format!("y{at}"), ANNA, kommune, "1.1", "2020-01-01", end(at)))
        .collect()
}

/// The records of each municipality in the report.
fn records(outcome: &Outcome) -> Vec<(String, u64, u64)> {
    let lines = outcome.report().kommuner.iter();
    lines.map(|line| (line.kommune.clone(), line.records, line.open)).collect()
}

fn held(outcome: &Outcome) -> Vec<&str> {
    outcome.report().held.iter().map(|finding| &*finding.kommune).collect()
}

#[test]
fn a_municipality_that_shrinks_is_held_until_it_is_accepted() {
    let life = Life::begin();
    life.deliver(&Delivery::full("153", "nexus", "2024-01"), &stock("153", 10));
    life.deliver(&Delivery::full("461", "nexus", "2024-01"), &stock("461", 10));
    assert_eq!(held(&life.rebuild()), [""; 0], "a first load has nothing to hold against");

    life.deliver(&Delivery::full("153", "nexus", "2024-02"), &stock("153", 7));
    let all_held = life.rebuild();
    assert_eq!(name(&all_held), "2024-01.2", "a month of which all is held moves nothing");
    assert_eq!(held(&all_held), ["153"]);
    assert_eq!(all_held.report().former, "2024-01.1");
    assert_eq!(life.bytes("2024-01.2"), life.bytes("2024-01.1"));

    life.deliver(&Delivery::full("461", "nexus", "2024-02"), &stock("461", 8));
    let second = life.rebuild();
    assert_eq!((name(&second), held(&second)), ("2024-02.1", vec!["153"]));
    let expected = [("153".to_owned(), 10, 5), ("461".to_owned(), 8, 4)];
    assert_eq!(records(&second), expected, "exactly a fifth fewer is let through");
    let lines = second.report().deliveries.iter().map(|line| (line.held.is_some(), line.counted));
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines, [(false, 10), (false, 0), (true, 0), (false, 8)]);
    let text = second.report().to_text();
    assert!(text.contains("ydelser falder fra 10 til 7, mere end 20 %"), "{text}");
    assert!(text.contains("--accept 153"), "{text}");
    assert!(text.contains("Bagud: 1 kommune, "), "{text}");

    // What it had is kept though it is gone from the folder, and though roles are changed.
    fs::remove_dir_all(life.deliveries().join("2024-01")).unwrap();
    let roles = "Kommunekode;System;Rolle;Skiftedato\n153;nexus;tidligere;\n";
    write(&life.deliveries().join("reference/systemskifte.csv"), roles.as_bytes());
    let third = life.rebuild();
    assert_eq!((name(&third), records(&third)), ("2024-02.2", expected.to_vec()));
    fs::remove_file(life.deliveries().join("reference/systemskifte.csv")).unwrap();

    let slip = Accept::Some(["153", "999"].map(str::to_owned).into());
    let slip = Rebuild { accept: slip, ..Rebuild::new(life.deliveries(), life.data()) };
    let refused = rebuild(&slip, &|_| ()).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("'999'") && refused.contains("kan godtages: 153"), "{refused}");
    let accepted = life.rebuild_as(|order| order.accept = Accept::Some(["153".to_owned()].into()));
    assert_eq!((held(&accepted), records(&accepted)[0].1), (vec![], 7));
    assert_eq!(accepted.report().accepted[0].kommune, "153");
    let decisions = &life.manifest("2024-02.3").more["decisions"];
    assert_eq!(decisions["accepted"][0]["kommune"], "153");
    assert_eq!(held(&life.rebuild()), [""; 0], "what was accepted is what there is");
}

/// What a later delivery supersedes does not wait, however often the same folder is loaded.
#[test]
fn what_is_held_is_the_same_when_it_is_loaded_again() {
    let life = Life::begin();
    life.deliver(&Delivery::full("153", "nexus", "2024-01"), &stock("153", 10));
    life.deliver(&Delivery::full("153", "nexus", "2024-02"), &stock("153", 10));
    life.rebuild();
    life.deliver(&Delivery::full("153", "nexus", "2024-03"), &stock("153", 3));
    for _ in 0..3 {
        let outcome = life.rebuild();
        let waiting = outcome.report().deliveries.iter().filter(|line| line.held.is_some());
        let waiting: Vec<_> = waiting.map(|line| &*line.maaned).collect();
        assert_eq!((held(&outcome), waiting), (vec!["153"], vec!["2024-03"]));
    }
}

/// Population of a municipality by age in one quarter, the first so many ages.
fn population(ages: usize) -> String {
    let lines = (18..18 + ages).map(|age| format!("153;2023K3;{age};100\n"));
    "Kommunekode;Kvartal;Alder;Antal\n".to_owned() + &lines.collect::<String>()
}

#[test]
fn a_damaged_reference_file_is_held_and_a_mended_one_is_not() {
    let life = Life::begin();
    let file = life.deliveries().join("reference/befolkning.csv");
    let give = |bytes: &[u8]| write(&file, bytes);
    let held = |outcome: &Outcome| {
        let files = outcome.report().held_files.iter();
        files.map(|one| (one.file.clone(), one.lines_before, one.lines)).collect::<Vec<_>>()
    };
    let expected = |lines| vec![("reference/befolkning.csv".to_owned(), Some(47), lines)];
    life.deliver(&Delivery::full("153", "nexus", "2024-01"), &stock("153", 10));
    give(population(47).as_bytes());
    assert_eq!(held(&life.rebuild()), []);

    give(b"\x00\x01 no table");
    let damaged = life.rebuild();
    assert_eq!(held(&damaged), expected(0));
    assert_eq!(life.bytes("2024-01.2"), life.bytes("2024-01.1"), "the former file is used");
    let text = damaged.report().to_text();
    assert!(text.contains("befolkning.csv") && text.contains("--accept befolkning.csv"), "{text}");
    let again = life.again("2024-01.2");
    assert!(again.same, "the held version is made again of the file that was used");

    give(population(20).as_bytes());
    assert_eq!(held(&life.rebuild()), expected(20), "half of it is gone");
    assert_eq!(life.bytes("2024-01.4"), life.bytes("2024-01.1"));
    give(population(46).as_bytes());
    assert_eq!(held(&life.rebuild()), [], "a line less is an ordinary correction");
    assert_ne!(life.bytes("2024-01.5"), life.bytes("2024-01.1"));

    give(population(20).as_bytes());
    let accept = |names: &str| Accept::Some([names.to_owned()].into());
    let accepted = life.rebuild_as(|order| order.accept = accept("befolkning.csv"));
    assert_eq!((held(&accepted), accepted.report().accepted_files.len()), (vec![], 1));
    give(population(47).as_bytes());
    let idle = life.rebuild_as(|order| order.accept = accept("153"));
    assert_eq!(held(&idle), [], "a file that grows is not held");
    assert!(idle.report().notes.iter().any(|note| note.contains("--accept 153")));
    assert_eq!(life.bytes("2024-01.7"), life.bytes("2024-01.1"));
}

/// What the former version could not read either is not kept from it: the report says one thing.
#[test]
fn a_reference_file_that_was_unreadable_before_too_is_said_to_be_unread_and_not_held_or_missing() {
    let life = Life::begin();
    life.deliver(&Delivery::full("153", "nexus", "2024-01"), &stock("153", 10));
    let give = |bytes: &[u8]| write(&life.deliveries().join("reference/befolkning.csv"), bytes);
    let all_rejected = "Kommunekode;Kvartal;Alder;Antal\n153;i fjor;18;100\n153;i år;18;100\n";
    for bytes in [&b"\x00\x01 no table"[..], b"\x00\x02 neither", all_rejected.as_bytes()] {
        give(bytes);
        let outcome = life.rebuild();
        let report = outcome.report();
        assert_eq!(report.held_files, []);
        let text = report.to_text();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("IKKE er brugt; tal for hele landet kan mangle"), "{text}");
        assert!(
            text.contains("befolkning.csv: ") && text.contains("befolkningen er ukendt"),
            "{text}"
        );
        assert!(!text.contains("den forrige versions fil"), "{text}");
        let missing = &report.warnings["Referencefil mangler"].examples;
        assert!(!missing.iter().any(|one| one.contains("befolkning.csv")), "{missing:?}");
    }
    assert!(life.rebuild().report().to_short_text().contains("alle dens 2 linjer er afvist"));
}

#[test]
fn open_records_rejected_records_and_a_vanished_municipality_are_held_too() {
    let life = Life::begin();
    life.deliver(&Delivery::full("153", "nexus", "2024-01"), &stock("153", 10));
    life.deliver(&Delivery::full("461", "nexus", "2024-01"), &stock("461", 10));
    let vanishing = life.deliver(&Delivery::full("155", "nexus", "2024-01"), &stock("155", 1));
    life.rebuild();

    let closed: Vec<String> =
        stock("153", 10).iter().map(|line| line.replace("01;;", "01;2023-12-31;")).collect();
    life.deliver(&Delivery::full("153", "nexus", "2024-02"), &closed);
    let mut broken = stock("461", 12);
    broken.extend(["kort", "kort", "kort", "kort"].map(str::to_owned));
    life.deliver(&Delivery::full("461", "nexus", "2024-02"), &broken);
    fs::remove_file(vanishing).unwrap();
    let outcome = life.rebuild();
    let reasons: Vec<&str> = outcome.report().held.iter().map(|one| &*one.reason).collect();
    assert_eq!(
        reasons,
        [
            "åbne ydelser falder fra 5 til 0, mere end 20 %",
            "kommunen har ingen leverance, der kan bruges",
            "4 af 16 poster er afvist, mere end 20 %",
        ]
    );
    assert_eq!(outcome.report().as_of, "2024-01-31");
    let everything = life.rebuild_as(|order| order.accept = Accept::All);
    assert_eq!((held(&everything), everything.report().as_of.as_str()), (vec![], "2024-02-29"));
    let settled = life.rebuild_as(|order| order.percent = 0);
    assert_eq!(held(&settled), [""; 0]);
}

#[test]
fn a_version_is_made_again_from_its_raw_files_to_the_same_bytes() {
    let life = Life::begin();
    life.deliver(&Delivery::full("153", "nexus", "2024-01"), &stock("153", 10));
    life.deliver(
        &Delivery::changes("461", "cura", "2024-01"),
        &["a;6101803001;461;;1.8.2;2023-01-01;;1.2.1;;C;".to_owned()],
    );
    life.rebuild();
    let shrunk = [stock("153", 2), vec!["kort".to_owned()]].concat();
    life.deliver(&Delivery::full("153", "nexus", "2024-02"), &shrunk);
    life.deliver(
        &Delivery::changes("461", "cura", "2024-02"),
        &["b;6101803001;461;;1.1;2023-01-01;;1.2.1;;C;".to_owned()],
    );
    // Refused before their bytes are looked at: one without manifest, one whose manifest says another
    // month than its folder.
    let alone = life.deliver(&Delivery::full("157", "nexus", "2024-02"), &stock("157", 3));
    fs::remove_file(alone.with_extension("json")).unwrap();
    let astray = life.deliver(&Delivery::full("159", "nexus", "2024-02"), &stock("159", 3));
    for path in [astray.clone(), astray.with_extension("json")] {
        let elsewhere = life.deliveries().join("2024-01").join(path.file_name().unwrap());
        fs::rename(path, elsewhere).unwrap();
    }
    assert_eq!(held(&life.rebuild()), ["153"]);
    fs::remove_dir_all(life.deliveries()).unwrap();
    let former = life.report("2024-02.1");
    let refused = former.deliveries.iter().filter(|line| line.refused.is_some());
    assert_eq!(refused.count(), 2);

    for (from, again, in_use) in [
        ("2024-01.1", "2024-01.2", false),
        ("2024-02.1", "2024-02.2", true),
        ("2024-02.2", "2024-02.3", true),
    ] {
        let made = life.again(from);
        assert_eq!((made.name.to_string().as_str(), made.in_use, made.same), (again, in_use, true));
        assert_eq!(life.bytes(from), life.bytes(again));
    }
    // It tells the same of what was delivered and decided.
    let last = life.report("2024-02.3");
    assert_eq!((&last.held, &last.former), (&former.held, &former.former));
    assert_eq!((&last.deliveries, &last.change), (&former.deliveries, &former.change));
    let rejects = |version: &str| life.file(version, "rejects.csv");
    assert_eq!(rejects("2024-02.3"), rejects("2024-02.1"));
    let text = last.to_text();
    assert!(text.contains("--accept 153") && text.contains("2024-01.1"), "{text}");
    let stored = fs::read_dir(life.data().join("inputs")).unwrap().count();
    let listed: usize = 8 + 3;
    assert_eq!(stored, listed, "each file once, the refused ones too");
    let one = fs::read_dir(life.data().join("inputs")).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(one).unwrap();
    let from = VersionName::parse("2024-02.1").unwrap();
    let error = rebuild_again(&Disk::real(), &life.data(), from, &|_| ()).unwrap_err().to_string();
    assert!(error.contains("ikke gemt"), "{error}");
}

#[test]
fn a_month_that_is_loaded_again_is_held_against_the_month_before_as_well() {
    let life = Life::begin();
    life.deliver(&Delivery::full("153", "nexus", "2024-01"), &stock("153", 10));
    life.rebuild();
    life.deliver(&Delivery::full("153", "nexus", "2024-02"), &stock("153", 12));
    let counts = |change: &[Change]| -> Vec<(u64, u64)> {
        change.iter().map(|one| (one.records_before, one.records)).collect()
    };
    let first = life.rebuild();
    assert_eq!(counts(&first.report().change), [(10, 12)]);
    assert_eq!(first.report().last_month, None, "the former version is of the month before");
    for _ in 0..2 {
        let again = life.rebuild();
        assert_eq!(counts(&again.report().change), [(12, 12)]);
        let month = again.report().last_month.clone().unwrap();
        assert_eq!((month.version.as_str(), counts(&month.change)), ("2024-01.1", vec![(10, 12)]));
        let text = again.report().to_text();
        assert!(text.contains("Ændret siden sidste måned, version 2024-01.1: 1 kommune"), "{text}");
    }
    // One that is made again tells the same.
    life.again("2024-02.3");
    let last = life.report("2024-02.4").last_month;
    assert_eq!(last.map(|month| counts(&month.change)), Some(vec![(10, 12)]));
}

#[test]
fn a_version_says_what_of_the_program_it_is_made_of() {
    let life = Life::begin();
    let own = include_bytes!("../../cube-schema/src/domains/vh/kodelister/tilbudstyper.csv");
    write(&life.deliveries().join("reference/kodelister/tilbudstyper.csv"), own);
    life.deliver(&Delivery::full("153", "nexus", "2024-01"), &stock("153", 3));
    life.rebuild();
    let manifest = Manifest::read(&life.data().join("versions/2024-01.1")).unwrap();
    let listed = manifest.more["kodelister"].as_array().unwrap();
    let files: Vec<&str> = listed.iter().map(|list| list["file"].as_str().unwrap()).collect();
    let lists = ["kommuner", "ydelser", "maalgrupper", "kontoplan_bro", "saerregler"];
    // The one that a file has replaced is among the inputs.
    assert_eq!(files, lists.map(|name| format!("kodelister/{name}.csv")));
    let bytes = include_bytes!("../../cube-schema/src/domains/vh/kodelister/ydelser.csv");
    let sum = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(listed[1]["sha256"], sum);
    assert_eq!(life.again("2024-01.1").differing, [""; 0]);
}

#[test]
fn a_system_is_the_same_however_its_letters_are_written() {
    let life = Life::begin();
    let list = "Kommunekode;System;Rolle;Skiftedato\n153;nexus;fuld;\n";
    write(&life.deliveries().join("reference/systemskifte.csv"), list.as_bytes());
    life.deliver(&Delivery::full("153", "Nexus", "2024-01"), &stock("153", 10));
    life.deliver(&Delivery::full("153", "nexus", "2024-02"), &stock("153", 11));
    let outcome = life.rebuild();
    assert_eq!(records(&outcome), [("153".to_owned(), 11, 6)]);
    life.agrees_with_the_oracle();
}

#[test]
fn an_earlier_month_that_is_ordered_is_not_taken_into_use() {
    let life = Life::begin();
    life.deliver(&Delivery::full("153", "nexus", "2024-01"), &stock("153", 4));
    let later = life.deliver(&Delivery::full("153", "nexus", "2024-02"), &stock("153", 5));
    assert_eq!(name(&life.rebuild()), "2024-02.1");
    let january = life.rebuild_as(|order| order.month = cube_schema::day::Month::parse("2024-01"));
    assert_eq!(name(&january), "2024-01.1");
    assert!(january.report().notes[0].contains("ikke taget i brug"));
    assert_eq!(january.report().former, "");
    assert_eq!(versions::current(&life.data()), VersionName::parse("2024-02.1"));

    fs::remove_file(later).unwrap();
    let back = life.rebuild_as(|order| order.accept = Accept::All);
    assert_eq!(name(&back), "2024-01.2");
    assert!(back.report().notes[0].contains("går tilbage"), "{:?}", back.report().notes);
    assert_eq!(versions::current(&life.data()), VersionName::parse("2024-01.2"));
    // Made again, the version of the month tells the same of what was later.
    assert!(life.again("2024-01.1").same);
    let [made, again] = ["2024-01.1", "2024-01.3"].map(|name| life.report(name).deliveries);
    assert_eq!(made.iter().filter(|line| line.later).count(), 1);
    assert_eq!(again, made);
}

#[test]
fn a_late_and_a_repeated_delivery_change_what_they_are_about_and_nothing_else() {
    let life = Life::begin();
    life.deliver(&Delivery::full("153", "nexus", "2024-02"), &stock("153", 10));
    life.rebuild();
    // Late: an older month of the same system is superseded; of another municipality it counts.
    life.deliver(&Delivery::full("153", "nexus", "2024-01"), &stock("153", 3));
    life.deliver(&Delivery::full("461", "nexus", "2024-01"), &stock("461", 6));
    let late = life.rebuild();
    let expected = [("153".to_owned(), 10, 5), ("461".to_owned(), 6, 3)];
    assert_eq!((records(&late), held(&late)), (expected.to_vec(), vec![]));
    // Repeated: the same month again, under the next serial number.
    let again = Delivery { loebenummer: 2, ..Delivery::full("461", "nexus", "2024-01") };
    life.deliver(&again, &stock("461", 7));
    assert_eq!(records(&life.rebuild())[1].1, 7);
    life.agrees_with_the_oracle();
}
