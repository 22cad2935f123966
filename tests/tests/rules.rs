//! Every rule and measure by its id, from delivered lines to the figure that it moves: each figure is
//! counted by hand, and would be another without the rule. N1–N8 are in `noegletal.rs`, A1 and A2 in
//! `access/`; the last test here holds that no id is forgotten.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cube_schema::domains::vh::regler::RULES;
use rust_xlsxwriter::Workbook;
use terning_oracle::Pivot;
use terning_tests::engine::Engine;
use terning_tests::folder::{Delivery, write};

const VH: &str = "Voksne Handicappede";
const BENCHMARK: &str = "Voksne Handicappede Benchmark";
const M1: &str = "Antal Unikke Borgere";
const M2: &str = "Antal Ydelsesmodtagere";
const M3: &str = "Antal Ydelser";
const M6: &str = "Helårsmodtagere";
const M7: &str = "Fuldtidsydelser";
const M8: &str = "Antal Unikke Borgere Ultimo";

/// A year of 366 days, at whose end the deliveries are.
const YEAR: &str = "Tid.År=2020";

/// Deliveries up to December 2020.
struct World(tempfile::TempDir);

impl World {
    /// Of one municipality that delivers for itself.
    fn of(lines: &[&str]) -> World {
        World(tempfile::tempdir().unwrap()).and("153", "nexus", "2020-12", lines)
    }

    fn and(
        self,
        from: &'static str,
        system: &'static str,
        month: &'static str,
        lines: &[&str],
    ) -> World {
        Delivery::full(from, system, month).write(self.0.path(), lines);
        self
    }

    fn with(self, file: &str, text: &str) -> World {
        write(&self.0.path().join("reference").join(file), text.as_bytes());
        self
    }

    /// A figure under conditions; nothing where no record is active.
    fn figure(&self, cube: &str, measure: &str, filters: &[&str]) -> Option<f64> {
        let engine = Engine::load(self.0.path(), None).unwrap();
        let pivot = Pivot {
            cube: cube.to_owned(),
            filters: filters.iter().map(|&filter| filter.to_owned()).collect(),
            measures: vec![measure.to_owned()],
            empty: true,
            ..Pivot::default()
        };
        engine.pivot(&pivot).unwrap().cells[0][0]
    }

    /// The days that count of a service in the year, by Benchmark.
    fn days(&self, code: &str) -> f64 {
        let code = format!("Ydelse VH.Ydelseskode={code}");
        (self.figure(BENCHMARK, M7, &[YEAR, &code]).unwrap_or(0.0) * 366.0).round()
    }

    /// Records that Benchmark counts in the year, and those that carry a mark.
    fn counted_and_marked(&self, rule: &str) -> (Option<f64>, Option<f64>) {
        let mark = format!("Harmonisering VH.Regel={rule}");
        (self.figure(BENCHMARK, M3, &[YEAR]), self.figure(VH, M3, &[&mark]))
    }
}

/// A good record, beside whatever is asked about.
const GOOD: &str = "good;6101801234;153;;1.4;2020-01-01;;1.1.1;;A";

#[test]
fn s1_only_the_newest_full_stock_counts() {
    let older = [
        "good;6101801234;153;;1.4;2020-01-01;;1.1.1;;A",
        "gone;6202702345;153;;1.4;2020-01-01;;;;",
    ];
    let world = World::of(&[GOOD]).and("153", "nexus", "2020-11", &older);
    assert_eq!(world.figure(VH, M3, &[YEAR]), Some(1.0));
}

#[test]
fn s2_s3_a_former_system_gives_its_ended_records_and_parallel_ones_all() {
    let other =
        ["o;6202702345;153;;1.4;2020-01-01;;;;", "e;6202702345;153;;1.4;2020-01-01;2020-02-01;;;"];
    let roles = |one: &str, two: &str| {
        format!("Kommunekode;System;Rolle;Skiftedato\n153;cura;{one};\n153;nexus;{two};\n")
    };
    for (one, two, expected) in [("tidligere", "nyt", 2.0), ("parallel", "parallel", 3.0)] {
        let world = World::of(&[GOOD]).and("153", "cura", "2020-11", &other);
        let world = world.with("systemskifte.csv", &roles(one, two));
        assert_eq!(world.figure(VH, M3, &[YEAR]), Some(expected), "{one}");
    }
}

#[test]
fn k1_k2_k3_a_pairs_records_are_whose_they_are_while_the_pair_lasts() {
    for (from, also, number) in [("183", "187", "K1"), ("185", "155", "K2")] {
        let line = format!("a;6101801234;{from};{also};1.4;2020-03-01;;1.1.1;;A");
        let of = |world: &World, kommune: &str| {
            world.figure(VH, M3, &[&format!("Handle kommune.Kommunenummer={kommune}")])
        };
        let world = World::of(&[GOOD]).and(from, "nexus", "2020-12", &[&line]);
        assert_eq!((of(&world, from), of(&world, also)), (None, Some(1.0)), "{number}");
        let ended = format!("Indberetter;OgsaaFor;GyldigTil\n{from};{also};2020-02-29\n");
        let world = world.with("kodelister/saerregler.csv", &ended);
        assert_eq!((of(&world, from), of(&world, also)), (Some(1.0), None), "{number}, K3");
    }
}

#[test]
fn k4_who_pays_is_the_municipality_itself_or_ukendt() {
    let world = World::of(&[GOOD, "b;6101801234;153;999;1.4;2020-01-01;;1.1.1;;A"]);
    for payer in ["153", "Ukendt"] {
        let filter = format!("Betalingskommune.Kommunenummer={payer}");
        assert_eq!(world.figure(VH, M3, &[&filter]), Some(1.0), "{payer}");
    }
}

#[test]
fn d1_d2_d3_d4_d5_what_is_deleted_is_marked_and_counts_no_more() {
    for (rule, line) in [
        ("D1", "x;6202702345;153;;9.9;2020-01-01;;1.1.1;;A"),
        ("D2", "x;6202702345;153;;1.4;2020-01-01;;9.9;;A"),
        ("D3", "x;6202702345;153;;1.4;;2020-06-30;1.1.1;;A"),
        ("D4", "x;6202702345;153;;1.4;2020-02-02;2020-02-01;1.1.1;;A"),
        // Born on 1 February 2003 (a replacement number): 16 on 1 January 2020.
        ("D5", "x;6102034567;153;;1.4;2020-06-01;;1.1.1;;A"),
    ] {
        let world = World::of(&[GOOD, line]);
        assert_eq!(world.counted_and_marked(rule), (Some(1.0), Some(1.0)), "{rule}");
    }
}

#[test]
fn c1_a_dead_citizens_open_service_ends_on_the_day_of_death() {
    let world = World::of(&[GOOD]).with(
        "cpr.csv",
        "CPR;Foedselsdato;Doedsdato;Koen;Bopaelskommune\n6101801234;1980-01-21;2020-03-31;K;153\n",
    );
    assert_eq!(world.days("1.4"), 91.0);
    assert_eq!(world.counted_and_marked("C1"), (Some(1.0), Some(1.0)));
}

#[test]
fn c2_the_common_days_of_two_stays_are_the_later_ones() {
    let world = World::of(&[
        "a;6101801234;153;;1.8.2;2020-01-01;;1.1.1;;A",
        "b;6101801234;153;;1.8.1;2020-07-01;;1.1.1;;A",
    ]);
    assert_eq!((world.days("1.8.2"), world.days("1.8.1")), (182.0, 184.0));
    assert_eq!(world.counted_and_marked("C2").1, Some(2.0));
}

#[test]
fn c3_support_at_home_does_not_count_on_the_days_of_a_stay() {
    let world = World::of(&[
        "a;6101801234;153;;1.12.0.2;2020-01-01;;1.1.1;;A",
        "b;6101801234;153;;1.8.1;2020-07-01;;1.1.1;;A",
    ]);
    assert_eq!((world.days("1.12.0.2"), world.days("1.8.1")), (182.0, 184.0));
    assert_eq!(world.counted_and_marked("C3").1, Some(1.0));
}

#[test]
fn x1_an_open_temporary_stay_is_in_the_band_of_its_days() {
    // 100 and 101 days to the end of the year, both ends counted.
    let world = World::of(&[
        "a;6101801234;153;;1.8.2;2020-09-23;;1.1.1;;A",
        "b;6202702345;153;;1.8.2;2020-09-22;;1.1.1;;A",
        GOOD,
    ]);
    for band in ["færre end 100 dage", "101 – 200 dage", "Ukendt"] {
        let filter = format!("Åben ydelse § 107.Varighed={band}");
        assert_eq!(world.figure(VH, M3, &[&filter]), Some(1.0), "{band}");
    }
}

#[test]
fn g1_g2_g3_approved_are_the_days_of_approved_quarters() {
    let world = World::of(&[GOOD]);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let lines = [
        ["Kommunekode", "Ydelseskode", "Kvartal", "Godkendt"],
        ["153", "1.4", "2020K1", "Ja"],
        ["153", "1.4", "2020K2", "Nej"],
        ["153", "1.4", "2020K4", "Ja"],
        ["153", "1.4", "2020K4", "Nej"],
    ];
    for (row, line) in (0..).zip(lines) {
        for (column, text) in (0..).zip(line) {
            sheet.write(row, column, text).unwrap();
        }
    }
    let file = world.0.path().join("reference/Godkendte_kommuner.xlsx");
    write(&file, &book.save_to_buffer().unwrap());
    let days = |answer: &str| {
        let filter = format!("JaNej godkendt Ydelse.Ja Nej Tekst={answer}");
        (world.figure(VH, M7, &[YEAR, &filter]).unwrap() * 366.0).round()
    };
    assert_eq!((days("Ja"), days("Nej")), (91.0, 275.0));
}

/// One citizen with a service all year, twice with another, of which one ended in June; another citizen
/// whose service began in July.
fn measured() -> World {
    World::of(&[
        "a;6101801234;153;;1.4;2019-01-01;;1.1.1;;A",
        "b;6101801234;153;;1.1;2019-01-01;2020-06-30;1.1.1;;A",
        "c;6101801234;153;;1.1;2020-06-01;2020-06-30;1.1.1;;A",
        "d;6202702345;153;;1.1;2020-07-01;2020-12-30;1.1.1;;A",
    ])
}

#[test]
fn m1_m2_m3_different_citizens_recipients_and_services() {
    let world = measured();
    let figures = [M1, M2, M3].map(|measure| world.figure(VH, measure, &[YEAR]));
    assert_eq!(figures, [2.0, 3.0, 4.0].map(Some));
}

#[test]
fn m4_m5_services_that_begin_and_end_in_the_year() {
    let world = measured();
    let figures = ["Påbegyndte Ydelser", "Afsluttede Ydelser"];
    let figures = figures.map(|measure| world.figure(VH, measure, &[YEAR]));
    assert_eq!(figures, [2.0, 3.0].map(Some));
}

#[test]
fn m6_m7_different_days_of_a_recipient_and_all_days_of_services() {
    let world = measured();
    let days = [M6, M7].map(|measure| world.figure(VH, measure, &[YEAR]).unwrap() * 366.0);
    // 366 + 182 + 183 different ones; the 30 days of June stand in two services.
    assert_eq!(days.map(f64::round), [731.0, 761.0]);
}

#[test]
fn m8_citizens_with_a_service_on_the_last_day() {
    let world = measured();
    let on = |period: &str| world.figure(VH, M8, &[period]);
    assert_eq!((on(YEAR), on("Tid.Måned=2020-11")), (Some(1.0), Some(2.0)));
}

/// The names of the tests in a folder.
fn names(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(path).unwrap();
            let tests = text.split("#[test]\n").skip(1);
            let name = |test: &str| Some(test.split_once("fn ")?.1.split_once('(')?.0.to_owned());
            found.extend(tests.filter_map(name));
        }
    }
}

/// The ids that a test's name begins with: `c1_…`, `k1_k2_…`, `n4_to_n8_…`.
fn ids_of(name: &str) -> BTreeSet<String> {
    let words: Vec<String> = name.split('_').map(str::to_uppercase).collect();
    let is_id = |word: &String| {
        word.len() == 2
            && word.starts_with(|letter: char| "SKDCXGMNA".contains(letter))
            && word.ends_with(|letter: char| letter.is_ascii_digit())
    };
    let head: Vec<&String> = words.iter().take_while(|word| is_id(word) || *word == "TO").collect();
    let mut ids: BTreeSet<String> =
        head.iter().filter(|word| is_id(word)).map(|&word| word.clone()).collect();
    if let [from, to, until, ..] = head.as_slice()
        && *to == "TO"
    {
        let number = |id: &str| id[1..].parse::<u8>().unwrap();
        ids.extend((number(from)..=number(until)).map(|id| format!("{}{id}", &from[..1])));
    }
    ids
}

#[test]
fn every_rule_id_has_a_test_that_names_it() {
    let mut tests = BTreeSet::new();
    names(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut tests);
    let named: BTreeSet<String> = tests.iter().flat_map(|name| ids_of(name)).collect();
    let numbered =
        |letter: char, last: u8| (1..=last).map(move |number| format!("{letter}{number}"));
    let rules = RULES.iter().map(|rule| rule.id.to_owned());
    let others = numbered('M', 8).chain(numbered('N', 8)).chain(numbered('A', 2));
    let forgotten: Vec<String> = rules.chain(others).filter(|id| !named.contains(id)).collect();
    assert!(forgotten.is_empty(), "no test is named after {forgotten:?}");
    assert_eq!(ids_of("n4_to_n6_of"), ["N4", "N5", "N6"].map(str::to_owned).into());
    assert!(ids_of("a_report").is_empty() && !named.contains("A3"));
}
