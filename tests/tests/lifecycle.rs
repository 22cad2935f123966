//! A life: a first month, a month that corrects the past, a change of system, a file that cannot be
//! trusted, the same again; and every old version goes on answering as it did.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use terning_server::rebuild::{Outcome, Rebuild, rebuild};
use terning_server::versions::{self, Versions};
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
        let (deliveries, data) = (self.deliveries(), self.data());
        rebuild(&Rebuild { deliveries, data, month: None }, &|_| ()).unwrap()
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
        let path = versions::folder(&self.data()).join(version).join(versions::CUBES);
        fs::read(path).unwrap()
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
