//! The table that Statistics Denmark publishes, with known differences.

use std::collections::BTreeSet;

use terning_oracle::{Hand07, Oracle, Publication, PublishedCell, Written};

use crate::folder::*;

const DINA: &str = "6101803002";

/// 153 with two citizens of 1.8.1 and one deleted; the pairs; approved for 1.8.1 in 2020K1 and
/// 2022K1 but for 157.
fn published() -> Oracle {
    let folder = Folder::of(&[
        row("a", ANNA, "1.8.1", "2020-01-01", ""),
        row("b", BO, "1.8.1", "2020-01-01", ""),
        row("d4", CARLA, "1.8.1", "2020-02-01", "2020-01-01"),
        row("c", CARLA, "1.1", "2020-02-01", ""),
    ]);
    let of = |id: &str, cpr: &str, payer: &str| {
        row(id, cpr, "1.8.1", "2020-01-01", "").betalingskommune(payer)
    };
    folder.full("157", "x", "2026-10", 1, &[of("e", DINA, "")]);
    folder.full(
        "183",
        "x",
        "2026-10",
        1,
        &[of("f", "6101803004", ""), of("g", "6101803006", "187")],
    );
    folder.full(
        "185",
        "x",
        "2026-10",
        1,
        &[of("h", "6101803008", ""), of("i", "6101803010", "155")],
    );
    let mut approvals = Vec::new();
    for kommune in ["153", "183", "185"] {
        for quarter in ["2020K1", "2022K1"] {
            approvals.push((kommune, "1.8.1", quarter, "Ja"));
        }
    }
    folder.approve(&approvals);
    folder.load()
}

fn cell<'a>(table: &'a Hand07, kommune: &str, kvartal: &str) -> &'a PublishedCell {
    let is_meant = |cell: &&PublishedCell| {
        cell.kommune == kommune && cell.kvartal == kvartal && cell.ydelseskode == "1.8.1"
    };
    table.cells.iter().find(is_meant).unwrap()
}

fn numbers(table: &Hand07, kommune: &str, kvartal: &str) -> (Option<usize>, Option<usize>, usize) {
    let cell = cell(table, kommune, kvartal);
    (cell.flis, cell.published, cell.taken)
}

#[test]
fn by_all_rules_the_table_is_benchmark_where_approved() {
    let table = published().hand07(&Publication::default());
    assert_eq!(numbers(&table, "153", "2020K1"), (Some(2), Some(2), 0));
    assert_eq!(numbers(&table, "153", "2020K2"), (None, None, 0));
    assert_eq!(numbers(&table, "157", "2020K1"), (None, None, 0));
    assert!(table.cells.iter().all(|cell| cell.flis == cell.published && cell.taken == 0));
    assert_eq!(table.cells.first().unwrap().kvartal, "2013K4");
}

#[test]
fn pairs_are_published_as_one_ishoej_to_the_end_of_2021() {
    let table = published().hand07(&Publication::default());
    assert_eq!(numbers(&table, "183", "2020K1"), (Some(2), Some(2), 0));
    assert_eq!(numbers(&table, "187", "2020K1"), (None, None, 0));
    assert_eq!(numbers(&table, "183", "2022K1"), (Some(1), Some(1), 0));
    assert_eq!(numbers(&table, "187", "2022K1"), (Some(1), Some(1), 0));
    assert_eq!(numbers(&table, "185", "2022K1"), (Some(2), Some(2), 0));
    assert_eq!(numbers(&table, "155", "2022K1"), (None, None, 0));
}

#[test]
fn rules_that_are_off_and_records_that_are_missing_are_told_apart() {
    let missing = ("153".to_owned(), "nexus".to_owned(), "a".to_owned());
    let publication = Publication {
        off: BTreeSet::from(["D4"]),
        without: BTreeSet::from([missing]),
        quarters: Some(("2020K1".to_owned(), "2020K2".to_owned())),
        ..Publication::default()
    };
    let table = published().hand07(&publication);
    // Carla's backwards record counts on its start day; Anna is missing: 2 by the rules, 3 without
    // D4, 2 published.
    assert_eq!(numbers(&table, "153", "2020K1"), (Some(2), Some(2), 1));
    assert_eq!(table.cells.iter().map(|cell| cell.taken).sum::<usize>(), 1);
    let off = Publication { off: BTreeSet::from(["D4"]), ..Publication::default() };
    assert_eq!(numbers(&published().hand07(&off), "153", "2020K1"), (Some(2), Some(3), 0));
}

#[test]
fn without_k1_the_records_stay_with_the_reporter() {
    let off = Publication { off: BTreeSet::from(["K1"]), ..Publication::default() };
    let table = published().hand07(&off);
    assert_eq!(numbers(&table, "183", "2020K1"), (Some(2), Some(2), 0));
    assert_eq!(numbers(&table, "183", "2022K1"), (Some(1), Some(2), 0));
    assert_eq!(numbers(&table, "187", "2022K1"), (Some(1), Some(0), 0));
}

#[test]
fn a_missing_record_of_a_citizen_who_has_another_takes_nothing_away() {
    let folder = Folder::of(&[
        row("a", ANNA, "1.1", "2020-01-01", "2020-01-31"),
        row("b", ANNA, "1.1", "2020-03-01", ""),
    ]);
    folder.approve(&[("153", "1.1", "2020K1", "Ja"), ("153", "1.1", "2020K2", "Ja")]);
    let without = BTreeSet::from([("153".to_owned(), "nexus".to_owned(), "b".to_owned())]);
    let publication = Publication {
        without,
        quarters: Some(("2020K1".to_owned(), "2020K2".to_owned())),
        ..Publication::default()
    };
    let table = folder.load().hand07(&publication);
    let of = |kvartal: &str| {
        let of_broendby =
            table.cells.iter().filter(|cell| cell.kommune == "153" && cell.ydelseskode == "1.1");
        let cell = of_broendby.into_iter().find(|cell| cell.kvartal == kvartal).unwrap();
        (cell.flis, cell.published, cell.taken)
    };
    assert_eq!(of("2020K1"), (Some(1), Some(1), 0));
    assert_eq!(of("2020K2"), (Some(1), Some(0), 1));
}

#[test]
fn the_file_has_a_mark_a_header_and_text_code_or_both() {
    let oracle = published();
    let quarters = Some(("2020K1".to_owned(), "2020K1".to_owned()));
    let text = |written: Written| {
        let publication =
            Publication { written, quarters: quarters.clone(), ..Publication::default() };
        String::from_utf8(oracle.hand07(&publication).csv).unwrap()
    };
    let both = text(Written::Both);
    assert!(both.starts_with("\u{feff}OMRÅDE;YDELSESTYPE;TID;INDHOLD\r\n"));
    assert_eq!(both.lines().count(), 1 + 98 * 13);
    let stay = "Længerevarende botilbud inkl. tilknyttede ydelser fx §§ 83, 85 (§ 108 i lov om social service)";
    assert!(both.contains(&format!("153 Brøndby;30181 {stay};2020K1;2\r\n")));
    assert!(text(Written::Code).contains("153;30181;2020K1;2\r\n"));
    assert!(text(Written::Code).contains("157;30181;2020K1;..\r\n"));
    assert!(text(Written::Text).contains(&format!("Brøndby;{stay};2020K1;2\r\n")));
}
