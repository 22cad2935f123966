//! Hold: a municipality that shrinks keeps its former records until somebody accepts.

use std::collections::BTreeSet;

use serde_json::json;
use terning_oracle::{Accept, Choices, Oracle};

use crate::folder::*;

/// So many records, of which the first so many are ended.
fn stock(count: usize, ended: usize) -> Vec<Row> {
    let end = |number: usize| if number < ended { "2020-06-30" } else { "" };
    (0..count)
        .map(|number| row(&format!("r{number}"), ANNA, "1.1", "2020-01-01", end(number)))
        .collect()
}

/// Ten open records of 153 and one of 157 in September.
fn september() -> Folder {
    let folder = Folder::new();
    folder.full("153", "nexus", "2026-09", 1, &stock(10, 0));
    folder.full("157", "cura", "2026-09", 1, &[row("x", BO, "1.1", "2020-01-01", "")]);
    folder
}

fn held(oracle: &Oracle) -> Vec<&str> {
    let lines = oracle.summary().deliveries.iter();
    lines.filter(|line| line.held.is_some()).map(|line| line.file.as_str()).collect()
}

fn accept(kommuner: &[&str]) -> Choices {
    let these: BTreeSet<String> = kommuner.iter().map(|one| (*one).to_owned()).collect();
    Choices { accept: Accept::These(these), ..Choices::default() }
}

#[test]
fn a_share_of_exactly_20_percent_is_let_in_and_more_is_held() {
    for (count, is_held) in [(8, false), (7, true), (0, true)] {
        let folder = september();
        let former = folder.load();
        folder.full("153", "nexus", "2026-10", 1, &stock(count, 0));
        let oracle = folder.load_after(&former, Choices::default());
        assert_eq!(held(&oracle).len(), usize::from(is_held), "{count}");
        let kept = if is_held { 10 } else { count };
        assert_eq!(oracle.records().len(), kept + 1, "{count}");
    }
}

#[test]
fn the_open_records_are_watched_by_themselves() {
    let folder = september();
    let former = folder.load();
    folder.full("153", "nexus", "2026-10", 1, &stock(10, 3));
    let oracle = folder.load_after(&former, Choices::default());
    assert_eq!(held(&oracle), ["VH_153_nexus_202610_1.csv"]);
    assert_eq!(oracle.records().iter().filter(|record| record.end.is_none()).count(), 11);
}

#[test]
fn a_newest_file_of_which_much_is_rejected_is_held() {
    let folder = september();
    let former = folder.load();
    let good = |number: usize| format!("n{number};6101803000;153;;1.1;2020-01-01;;1.2.1;;\n");
    let bad = "bad;x;153;;1.1;2020-01-01;;1.2.1;;\n";
    // Twelve good and four bad: 25 percent; twelve and three: 20.
    for (bads, is_held) in [(4, true), (3, false)] {
        let text = (0..12).map(good).collect::<String>() + &bad.repeat(bads);
        folder.deliver_text(
            "153",
            "nexus",
            "2026-10",
            1,
            &text,
            &json!({ "antal_raekker": 12 + bads }),
        );
        let oracle = folder.load_after(&former, Choices::default());
        assert_eq!(held(&oracle).len(), usize::from(is_held), "{bads}");
    }
}

#[test]
fn a_month_of_which_all_is_held_does_not_move_the_as_of_day() {
    let folder = september();
    let former = folder.load();
    folder.full("153", "nexus", "2026-10", 1, &[]);
    let oracle = folder.load_after(&former, Choices::default());
    assert_eq!((oracle.as_of(), oracle.records().len()), ("2026-09-30".to_owned(), 11));
    let counted: Vec<usize> = oracle.summary().deliveries.iter().map(|line| line.counted).collect();
    assert_eq!(counted, [10, 1, 0]);
    // Another municipality's October does.
    folder.full("157", "cura", "2026-10", 1, &[row("x", BO, "1.1", "2020-01-01", "")]);
    let oracle = folder.load_after(&former, Choices::default());
    assert_eq!((oracle.as_of(), oracle.records().len()), ("2026-10-31".to_owned(), 11));
}

#[test]
fn an_operator_accepts_some_or_all() {
    let folder = september();
    let former = folder.load();
    folder.full("153", "nexus", "2026-10", 1, &stock(1, 0));
    folder.full("157", "cura", "2026-10", 1, &[]);
    let oracle = folder.load_after(&former, accept(&["153"]));
    assert_eq!(held(&oracle), ["VH_157_cura_202610_1.csv"]);
    assert_eq!(ids(&oracle), ["r0", "x"]);
    let all = Choices { accept: Accept::All, ..Choices::default() };
    assert_eq!(ids(&folder.load_after(&former, all)), ["r0"]);
}

#[test]
fn a_first_load_and_a_first_delivery_have_nothing_to_be_held_against() {
    let folder = september();
    let former = folder.load();
    assert!(held(&former).is_empty());
    let bad = "bad;x;155;;1.1;2020-01-01;;1.2.1;;\n";
    folder.deliver_text("155", "nexus", "2026-10", 1, bad, &json!({}));
    let oracle = folder.load_after(&former, Choices::default());
    assert!(held(&oracle).is_empty());
    assert_eq!(oracle.as_of(), "2026-10-31");
}

#[test]
fn held_records_are_those_of_then_whatever_the_systems_are_now() {
    let folder = september();
    let former = folder.load();
    folder.full("153", "nyt", "2026-10", 1, &stock(1, 0));
    folder.reference(
        "systemskifte.csv",
        "Kommunekode;System;Rolle;Skiftedato\n153;nexus;tidligere;2026-09-30\n153;nyt;nyt;2026-09-30\n",
    );
    let oracle = folder.load_after(&former, Choices::default());
    assert_eq!(held(&oracle), ["VH_153_nyt_202610_1.csv"]);
    assert_eq!(oracle.records().len(), 11);
}
