//! A1, A2: who sees what.

use terning_oracle::{CellSet, Eyes, Oracle};

use crate::folder::*;

/// 153 has Anna in the home S1; 157 has Anna and Bo, Bo in S2.
fn two() -> Oracle {
    let folder = Folder::of(&[row("a", ANNA, "1.8.1", "2020-01-01", "").opholdssted("S1")]);
    folder.full(
        "157",
        "cura",
        "2026-10",
        1,
        &[
            row("b", ANNA, "1.8.2", "2021-01-01", ""),
            row("c", BO, "1.8.1", "2020-01-01", "").opholdssted("S2"),
        ],
    );
    folder.reference(
        "opholdssteder.csv",
        "OpholdsstedId;Navn;Kommunekode;Tilbudstype\nS1;Aahuset;153;3.5\nS2;Bakken;461;3.5\n",
    );
    folder.load()
}

fn broendby() -> Eyes {
    Eyes::Kommune("153".to_owned())
}

fn seen(oracle: &Oracle, cube: &str, rows: &[&str]) -> CellSet {
    let mut asked = question(cube, &["Tid.År=2022"], &[], rows, &["Antal Unikke Borgere"]);
    asked.totals = true;
    oracle.pivot_as(&broendby(), &asked).unwrap()
}

#[test]
fn a1_the_person_level_cube_of_a_municipality_is_its_own_rows() {
    let oracle = two();
    let by_kommune = seen(&oracle, VH, &["Handle kommune.Kommunenummer"]);
    assert_eq!(lines(&by_kommune), ["153: 1", "I alt: 1"]);
    let citizens = seen(&oracle, VH, &["Borger.Personnummer"]);
    assert_eq!(lines(&citizens), ["6101803000: 1", "I alt: 1"]);
    // A local C2 there is none: what 157 reports of Anna marks nothing in 153.
    let marks = seen(&oracle, VH, &["Harmonisering VH.Regel"]);
    assert_eq!(lines(&marks), ["Ukendt: 1", "I alt: 1"]);
}

#[test]
fn a1_observed_members_exist_through_own_records_and_listed_ones_always() {
    let oracle = two();
    let members = |field: &str| {
        let mut asked = question(VH, &[], &[], &[field], &["Antal Ydelser"]);
        asked.empty = true;
        oracle.pivot_as(&broendby(), &asked).unwrap().rows
    };
    assert_eq!(members("Opholdssted.Opholdssted"), [["Aahuset"]]);
    assert_eq!(members("Borger.Personnummer"), [[ANNA]]);
    assert_eq!(members("Handle kommune.Kommune").len(), 98);
}

#[test]
fn a1_what_may_not_be_seen_is_answered_like_what_does_not_exist() {
    let oracle = two();
    let ask = |filter: &str| {
        let asked = question(VH, &[filter], &[], &[], &["Antal Ydelser"]);
        oracle.pivot_as(&broendby(), &asked).unwrap_err().to_string()
    };
    assert_eq!(
        ask("Borger.Personnummer=6101803001").replace(BO, "0000000000"),
        ask("Borger.Personnummer=0000000000")
    );
    assert_eq!(
        ask("Opholdssted.Opholdssted=Bakken").replace("Bakken", "x"),
        ask("Opholdssted.Opholdssted=x")
    );
    // A listed member exists, and its cells are empty.
    let asked = question(VH, &["Handle kommune.Kommunenummer=157"], &[], &[], &["Antal Ydelser"]);
    let own = oracle.pivot_as(&broendby(), &asked).unwrap();
    assert_eq!(own.cells.iter().flatten().flatten().count(), 0);
}

#[test]
fn a2_benchmark_and_key_figures_are_everybodys() {
    let oracle = two();
    let by_kommune = seen(&oracle, BENCHMARK, &["Handle kommune.Kommunenummer"]);
    // Nationally the stay in 157 started later, so nothing of 2022 is left in 153.
    assert_eq!(lines(&by_kommune), ["157: 2", "I alt: 2"]);
    let asked = question("Nøgletal", &["Tid.År=2022"], &[], &[], &["Kommuner med leverance"]);
    assert_eq!(oracle.pivot_as(&broendby(), &asked).unwrap().cells, [[Some(2.0)]]);
    assert_eq!(oracle.pivot_as(&Eyes::National, &asked).unwrap().cells, [[Some(2.0)]]);
}
