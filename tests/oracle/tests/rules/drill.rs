//! The records of a cell.

use terning_oracle::{Drill, Eyes, Oracle};

use crate::folder::*;

/// 153: Anna's support at home from March, and a temporary stay. 157: Anna's long stay, and a
/// record that is deleted.
fn two() -> Oracle {
    let folder = Folder::of(&[
        row("support", ANNA, "1.12.0.2", "2020-03-01", "2020-12-31"),
        row("short", ANNA, "1.8.2", "2020-01-01", "2020-06-30"),
    ]);
    folder.full(
        "157",
        "cura",
        "2026-10",
        1,
        &[
            row("long", ANNA, "1.8.1", "2020-06-01", "2020-09-30"),
            row("wrong", ANNA, "1.8.1", "2020-06-01", "2020-05-01"),
        ],
    );
    folder.load()
}

fn drill(oracle: &Oracle, eyes: &Eyes, cube: &str, filters: &[&str]) -> Drill {
    oracle.drill(eyes, cube, &texts(filters)).unwrap()
}

/// `id first..last marks dato`.
fn shown(drill: &Drill) -> Vec<String> {
    let text = |day: Option<terning_oracle::Day>| day.map_or("-".to_owned(), |day| day.to_string());
    drill
        .records
        .iter()
        .map(|one| {
            let (first, last) = (text(one.first_day), text(one.last_day));
            let (marks, dato) = (one.marks.join("+"), text(one.dato_uden_overlap));
            format!("{} {first}..{last} {marks} {dato}", one.id)
        })
        .collect()
}

#[test]
fn benchmark_for_national_eyes_has_all_records_of_the_cell_by_the_national_judgement() {
    let oracle = two();
    let year = drill(&oracle, &Eyes::National, BENCHMARK, &["Tid.År=2020"]);
    // C2: the long stay starts later and keeps June; the short one ends in May. C3: the long stay
    // cuts the support in two.
    assert_eq!(
        shown(&year),
        [
            "short 2020-01-01..2020-05-31 C2 -",
            "support 2020-03-01..2020-12-31 C3 2020-05-31",
            "long 2020-06-01..2020-09-30 C2 -"
        ]
    );
    assert!(!year.may_hold_others);
    let july = drill(&oracle, &Eyes::National, BENCHMARK, &["Tid.Måned=2020-07"]);
    assert_eq!(shown(&july), ["long 2020-06-01..2020-09-30 C2 -"]);
}

#[test]
fn benchmark_for_a_municipality_has_its_own_records_by_its_own_judgement() {
    let oracle = two();
    let own = Eyes::Kommune("153".to_owned());
    let july = drill(&oracle, &own, BENCHMARK, &["Tid.Måned=2020-07"]);
    assert_eq!(shown(&july), ["support 2020-03-01..2020-12-31  -"]);
    assert!(july.may_hold_others);
    let june =
        drill(&oracle, &own, BENCHMARK, &["Tid.Måned=2020-06", "Ydelse VH.Ydelseskode=1.8.2"]);
    assert_eq!(shown(&june), ["short 2020-01-01..2020-06-30  -"]);
}

#[test]
fn the_vh_cube_has_the_records_as_reported_with_their_local_marks() {
    let oracle = two();
    let all = drill(&oracle, &Eyes::National, VH, &["Tid.År=2020"]);
    assert_eq!(
        shown(&all),
        [
            "short 2020-01-01..2020-06-30  -",
            "support 2020-03-01..2020-12-31  -",
            "long 2020-06-01..2020-09-30  -",
            "wrong -..- D4 -"
        ]
    );
    let own = drill(&oracle, &Eyes::Kommune("157".to_owned()), VH, &["Harmonisering VH.Regel=D4"]);
    assert_eq!(shown(&own), ["wrong -..- D4 -"]);
    assert!(!own.may_hold_others);
    assert!(oracle.drill(&Eyes::National, "Nøgletal", &[]).is_err());
}

#[test]
fn dato_uden_overlap_is_local_in_vh_and_national_in_benchmark() {
    // In 153 a stay of April covers the support's first days; in 157 one of August.
    let folder = Folder::of(&[
        row("support", ANNA, "1.12.0.2", "2020-04-10", ""),
        row("april", ANNA, "1.8.1", "2020-04-01", "2020-04-30"),
    ]);
    folder.full("157", "cura", "2026-10", 1, &[row("all", ANNA, "1.12.0.1", "2020-04-05", "")]);
    let oracle = folder.load();
    let support = ["Ydelse VH.Ydelseskode=1.12.0.2"];
    let vh = drill(&oracle, &Eyes::National, VH, &support);
    assert_eq!(shown(&vh), ["support 2020-05-01..- C3 2020-05-01"]);
    // Nationally nothing is left of it, so no cell of Benchmark holds it.
    assert!(drill(&oracle, &Eyes::National, BENCHMARK, &support).records.is_empty());
    let own = drill(&oracle, &Eyes::Kommune("153".to_owned()), BENCHMARK, &support);
    assert_eq!(shown(&own), ["support 2020-05-01..- C3 2020-05-01"]);
}
