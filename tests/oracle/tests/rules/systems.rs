//! S1–S5.

use serde_json::json;

use crate::folder::*;

#[test]
fn s1_only_the_newest_full_stock_counts() {
    let folder = Folder::new();
    folder.full(
        "153",
        "nexus",
        "2026-09",
        1,
        &[row("a", ANNA, "1.8.1", "2020-01-01", ""), row("b", BO, "1.8.1", "2020-01-01", "")],
    );
    folder.full("153", "nexus", "2026-10", 1, &[row("a", ANNA, "1.8.1", "2020-02-01", "")]);
    folder.full("153", "nexus", "2026-10", 2, &[row("a", ANNA, "1.8.1", "2020-03-01", "")]);
    let oracle = folder.load();
    assert_eq!(ids(&oracle), ["a"]);
    assert_eq!(record(&oracle, "a").start.unwrap().to_string(), "2020-03-01");
    let counted: Vec<(usize, usize)> =
        oracle.summary().deliveries.iter().map(|one| (one.read, one.counted)).collect();
    assert_eq!(counted, [(2, 0), (1, 0), (1, 1)]);
    assert_eq!(oracle.as_of(), "2026-10-31");
}

#[test]
fn s1_a_municipality_that_is_behind_keeps_its_newest_and_all_run_to_the_same_day() {
    let folder = Folder::of(&[row("a", ANNA, "1.8.1", "2020-01-01", "")]);
    folder.full("155", "cura", "2026-08", 1, &[row("b", BO, "1.8.1", "2020-01-01", "")]);
    let oracle = folder.load();
    assert_eq!(oracle.as_of(), "2026-10-31");
    assert_eq!(
        value(&oracle, BENCHMARK, &["Tid.Måned=2026-10"], "Antal Unikke Borgere"),
        Some(2.0)
    );
}

#[test]
fn s2_of_a_former_system_only_the_ended_records() {
    let folder = Folder::new();
    let old = [
        row("a", ANNA, "1.8.1", "2015-01-01", ""),
        row("b", BO, "1.8.1", "2015-01-01", "2019-01-01"),
    ];
    folder.full("153", "gammel", "2026-08", 1, &old);
    folder.full(
        "153",
        "nexus",
        "2026-10",
        1,
        &[
            row("c", ANNA, "1.8.1", "2015-01-01", ""),
            row("d", BO, "1.1", "2026-01-01", "2026-02-01"),
        ],
    );
    folder.reference("systemskifte.csv", "Kommunekode;System;Rolle;Skiftedato\n153;gammel;tidligere;2026-08-15\n153;nexus;nyt;2026-08-15\n");
    let oracle = folder.load();
    assert_eq!(ids(&oracle), ["b", "c", "d"]);
    assert_eq!(warnings(&oracle, "leverance fra tidligere system"), 0);
}

#[test]
fn s2_a_delivery_of_a_former_system_for_a_month_after_the_change_gives_a_warning() {
    let folder = Folder::new();
    folder.full("153", "gammel", "2026-09", 1, &[row("a", ANNA, "1.8.1", "2015-01-01", "")]);
    folder.full("153", "nexus", "2026-10", 1, &[]);
    folder.reference("systemskifte.csv", "Kommunekode;System;Rolle;Skiftedato\n153;gammel;tidligere;2026-08-15\n153;nexus;nyt;2026-08-15\n");
    let oracle = folder.load();
    assert!(ids(&oracle).is_empty());
    assert_eq!(warnings(&oracle, "leverance fra tidligere system"), 1);
}

#[test]
fn s3_parallel_systems_all_count_and_unlisted_ones_too() {
    let folder = Folder::new();
    folder.full("153", "web", "2026-09", 1, &[row("a", ANNA, "1.8.1", "2015-01-01", "")]);
    folder.full("153", "nexus", "2026-10", 1, &[row("a", BO, "1.1", "2015-01-01", "")]);
    let oracle = folder.load();
    assert_eq!(oracle.records().len(), 2);
    assert_eq!(warnings(&oracle, "system uden rolle"), 1);
}

#[test]
fn s4_changes_are_applied_by_id_and_a_full_delivery_starts_anew() {
    let folder = Folder::new();
    let start = "2020-01-01";
    folder.full("153", "nexus", "2026-07", 1, &[row("gone", ANNA, "1.1", start, "")]);
    folder.full(
        "153",
        "nexus",
        "2026-08",
        1,
        &[row("a", ANNA, "1.1", start, ""), row("b", ANNA, "1.3", start, "")],
    );
    folder.changes(
        "153",
        "nexus",
        "2026-09",
        1,
        &[row("b", ANNA, "1.3", start, "2026-09-01"), row("c", BO, "1.1", start, "")],
    );
    folder.changes(
        "153",
        "nexus",
        "2026-09",
        2,
        &[row("c", "", "", "", "").deleted(), row("a", ANNA, "1.4", start, "")],
    );
    folder.changes(
        "153",
        "nexus",
        "2026-10",
        1,
        &[row("x", "", "", "", "").deleted(), row("d", BO, "1.1", start, "")],
    );
    folder.reference(
        "systemskifte.csv",
        "Kommunekode;System;Rolle;Skiftedato\n153;nexus;aendringer;\n",
    );
    let oracle = folder.load();
    assert_eq!(ids(&oracle), ["a", "b", "d"]);
    assert_eq!(record(&oracle, "a").ydelseskode, "1.4");
    assert_eq!(record(&oracle, "b").end.unwrap().to_string(), "2026-09-01");
    assert_eq!(warnings(&oracle, "sletning af ukendt Ydelsesid"), 1);
    assert_eq!(warnings(&oracle, "rolle og fuld_bestand er uenige"), 2);
    let counted: Vec<usize> = oracle.summary().deliveries.iter().map(|one| one.counted).collect();
    assert_eq!(counted, [0, 0, 1, 1, 1]);
}

#[test]
fn s5_identical_records_from_two_systems_are_both_kept_with_a_warning() {
    let folder = Folder::new();
    let same = row("a", ANNA, "1.1", "2020-01-01", "");
    folder.full("153", "nexus", "2026-10", 1, std::slice::from_ref(&same));
    folder.full("153", "web", "2026-10", 1, &[same]);
    let oracle = folder.load();
    assert_eq!(oracle.records().len(), 2);
    assert_eq!(warnings(&oracle, "samme ydelse fra to systemer"), 1);
    assert_eq!(value(&oracle, VH, &["Tid.År=2026"], "Antal Ydelser"), Some(2.0));
    assert_eq!(value(&oracle, VH, &["Tid.År=2026"], "Antal Unikke Borgere"), Some(1.0));
}

#[test]
fn the_same_id_twice_in_a_full_stock_the_last_counts() {
    let oracle = Folder::of(&[
        row("a", ANNA, "1.1", "2020-01-01", ""),
        row("a", ANNA, "1.3", "2020-01-01", ""),
    ])
    .load();
    assert_eq!(ids(&oracle), ["a"]);
    assert_eq!(record(&oracle, "a").line, 2);
    assert_eq!(warnings(&oracle, "samme Ydelsesid to gange"), 1);
}

#[test]
fn a_refused_file_leaves_the_former_delivery() {
    let folder = Folder::new();
    folder.full("153", "nexus", "2026-09", 1, &[row("a", ANNA, "1.1", "2020-01-01", "")]);
    let text = "b;6101803001;153;;1.1;2020-01-01;;1.2.1;;\n";
    folder.deliver_text("153", "nexus", "2026-10", 1, text, &json!({ "sha256": "00" }));
    let oracle = folder.load();
    assert_eq!(ids(&oracle), ["a"]);
    assert_eq!(oracle.as_of(), "2026-09-30");
    assert_eq!(oracle.summary().deliveries[1].refused.as_deref(), Some("the checksum is wrong"));
}
