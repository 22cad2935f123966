//! C1–C3.

use crate::folder::*;

fn dead(folder: &Folder, cpr: &str, day: &str) {
    folder.reference(
        "cpr.csv",
        &format!("CPR;Foedselsdato;Doedsdato;Koen;Bopaelskommune\n{cpr};1980-01-01;{day};K;153\n"),
    );
}

fn marks(oracle: &terning_oracle::Oracle, id: &str) -> (String, String) {
    let record = record(oracle, id);
    (record.local_marks.join(" "), record.national_marks.join(" "))
}

fn both(text: &str) -> (String, String) {
    (text.to_owned(), text.to_owned())
}

#[test]
fn c1_an_open_service_of_a_dead_citizen_ends_on_the_day_of_death() {
    let folder = Folder::of(&[
        row("open", ANNA, "1.1", "2020-01-01", ""),
        row("same day", ANNA, "1.3", "2020-03-10", ""),
        row("after", ANNA, "1.4", "2020-03-11", ""),
        row("ended", ANNA, "1.17", "2020-01-01", "2020-05-01"),
    ]);
    dead(&folder, ANNA, "2020-03-10");
    let oracle = folder.load();
    assert_eq!(national(&oracle, "open"), ["2020-01-01..2020-03-10"]);
    assert_eq!(national(&oracle, "same day"), ["2020-03-10..2020-03-10"]);
    assert!(national(&oracle, "after").is_empty());
    assert_eq!(national(&oracle, "ended"), ["2020-01-01..2020-05-01"]);
    assert_eq!([marks(&oracle, "open"), marks(&oracle, "after")], [both("C1"), both("C1")]);
    assert_eq!(marks(&oracle, "ended"), both(""));
    assert_eq!(warnings(&oracle, "slut efter død"), 1);
    // VH keeps the dates as reported; in Benchmark three of four are active in March, and two of
    // them end there.
    assert_eq!(value(&oracle, VH, &["Tid.Måned=2026-10"], "Antal Ydelser"), Some(3.0));
    assert_eq!(value(&oracle, BENCHMARK, &["Tid.Måned=2020-03"], "Antal Ydelser"), Some(3.0));
    assert_eq!(value(&oracle, BENCHMARK, &["Tid.Måned=2020-03"], "Afsluttede Ydelser"), Some(2.0));
    assert_eq!(value(&oracle, BENCHMARK, &["Tid.Måned=2026-10"], "Antal Ydelser"), None);
}

#[test]
fn c1_a_death_after_the_as_of_day_is_not_yet_known() {
    let folder = Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "")]);
    dead(&folder, ANNA, "2026-11-01");
    assert_eq!(marks(&folder.load(), "a"), both(""));
    dead(&folder, ANNA, "2026-10-31");
    assert_eq!(marks(&folder.load(), "a"), both("C1"));
}

#[test]
fn c2_the_later_start_keeps_the_common_days() {
    let oracle = Folder::of(&[
        row("first", ANNA, "1.8.1", "2020-01-01", "2020-03-31"),
        row("second", ANNA, "1.8.2", "2020-03-01", ""),
        row("other", BO, "1.8.2", "2020-03-01", ""),
        row("support", ANNA, "1.1", "2020-01-01", ""),
    ])
    .load();
    assert_eq!(national(&oracle, "first"), ["2020-01-01..2020-02-29"]);
    assert_eq!(national(&oracle, "second"), ["2020-03-01..2026-10-31"]);
    assert_eq!([marks(&oracle, "first"), marks(&oracle, "second")], [both("C2"), both("C2")]);
    assert_eq!([marks(&oracle, "other"), marks(&oracle, "support")], [both(""), both("")]);
    assert_eq!(rule(&oracle, "C2"), (2, 1));
}

#[test]
fn c2_a_contained_stay_cuts_the_outer_in_two_and_it_stays_one_record() {
    let oracle = Folder::of(&[
        row("outer", ANNA, "1.8.1", "2020-01-01", "2020-12-31"),
        row("inner", ANNA, "1.8.1", "2020-03-01", "2020-03-31"),
    ])
    .load();
    assert_eq!(national(&oracle, "outer"), ["2020-01-01..2020-02-29", "2020-04-01..2020-12-31"]);
    let measures = ["Antal Ydelser", "Påbegyndte Ydelser", "Afsluttede Ydelser", "Fuldtidsydelser"];
    let set =
        oracle.pivot(&question(BENCHMARK, &["Tid.År=2020"], &[], &["Tid.År"], &measures)).unwrap();
    assert_eq!(lines(&set), ["2020: 2 2 2 1"]);
    let set = oracle
        .pivot(&question(
            BENCHMARK,
            &["Tid.År=2020"],
            &[],
            &["Tid.Måned=2020-02,2020-03,2020-04"],
            &measures,
        ))
        .unwrap();
    assert_eq!(lines(&set), ["2020-02: 1 0 0 1", "2020-03: 1 1 1 1", "2020-04: 1 0 0 1"]);
}

#[test]
fn c2_a_stay_inside_a_later_open_one_of_the_same_start_keeps_no_day() {
    let oracle = Folder::of(&[
        row("long", ANNA, "1.8.1", "2020-01-01", ""),
        row("short", ANNA, "1.8.2", "2020-01-01", "2020-01-31"),
    ])
    .load();
    assert!(national(&oracle, "short").is_empty());
    assert_eq!(value(&oracle, BENCHMARK, &[], "Antal Ydelser"), Some(1.0));
    assert_eq!(value(&oracle, VH, &[], "Antal Ydelser"), Some(2.0));
}

#[test]
fn c2_same_start_goes_by_code_and_then_by_identity() {
    let oracle = Folder::of(&[
        row("a", ANNA, "1.8.1", "2020-01-01", "2020-01-10"),
        row("b", ANNA, "1.12.0.1", "2020-01-01", "2020-01-20"),
        row("c", ANNA, "1.8.2", "2020-01-01", "2020-01-30"),
        row("10", BO, "1.8.1", "2020-01-01", "2020-01-30"),
        row("9", BO, "1.8.1", "2020-01-01", "2020-01-30"),
    ])
    .load();
    assert_eq!(national(&oracle, "a"), ["2020-01-01..2020-01-10"]);
    assert_eq!(national(&oracle, "b"), ["2020-01-11..2020-01-20"]);
    assert_eq!(national(&oracle, "c"), ["2020-01-21..2020-01-30"]);
    // As text "9" is greater than "10".
    assert_eq!(national(&oracle, "9"), ["2020-01-01..2020-01-30"]);
    assert!(national(&oracle, "10").is_empty());
}

#[test]
fn c2_three_stays_each_day_belongs_to_the_latest_start() {
    let oracle = Folder::of(&[
        row("a", ANNA, "1.8.1", "2020-01-01", "2020-12-31"),
        row("b", ANNA, "1.8.2", "2020-02-01", "2020-06-30"),
        row("c", ANNA, "1.12.0.1", "2020-03-01", "2020-03-31"),
    ])
    .load();
    assert_eq!(national(&oracle, "a"), ["2020-01-01..2020-01-31", "2020-07-01..2020-12-31"]);
    assert_eq!(national(&oracle, "b"), ["2020-02-01..2020-02-29", "2020-04-01..2020-06-30"]);
    assert_eq!(national(&oracle, "c"), ["2020-03-01..2020-03-31"]);
}

#[test]
fn c2_a_change_over_on_one_day_is_a_move() {
    let oracle = Folder::of(&[
        row("from", ANNA, "1.8.2", "2020-01-01", "2020-03-15"),
        row("to", ANNA, "1.8.1", "2020-03-15", ""),
        row("day", BO, "1.8.2", "2020-01-01", "2020-03-15"),
        row("one day", BO, "1.8.1", "2020-03-15", "2020-03-15"),
    ])
    .load();
    for id in ["from", "to", "day", "one day"] {
        assert_eq!(marks(&oracle, id), both(""), "{id}");
    }
    assert_eq!(national(&oracle, "from"), ["2020-01-01..2020-03-15"]);
    assert_eq!(national(&oracle, "to"), ["2020-03-15..2026-10-31"]);
    assert_eq!(
        value(
            &oracle,
            BENCHMARK,
            &[
                "Tid.Måned=2020-03",
                "Ydelse VH.Kategori=Længerevarende botilbud,Midlertidige botilbud"
            ],
            "Antal Ydelser"
        ),
        Some(4.0)
    );
}

#[test]
fn c2_a_common_day_that_is_no_later_start_or_no_end_is_an_overlap() {
    let oracle = Folder::of(&[
        // The same single day: the second start is not later.
        row("a", ANNA, "1.8.2", "2020-03-15", "2020-03-15"),
        row("b", ANNA, "1.8.1", "2020-03-15", "2020-05-01"),
        // A single day inside: neither's end with the other's start.
        row("c", BO, "1.8.2", "2020-01-01", "2020-12-31"),
        row("d", BO, "1.8.2", "2020-03-15", "2020-03-15"),
        // Open, and the other starts on the as-of day: the first does not end there.
        row("e", CARLA, "1.8.2", "2020-01-01", ""),
        row("f", CARLA, "1.8.1", "2026-10-31", ""),
    ])
    .load();
    for id in ["a", "b", "c", "d", "e", "f"] {
        assert_eq!(marks(&oracle, id), both("C2"), "{id}");
    }
    assert!(national(&oracle, "a").is_empty());
    assert_eq!(national(&oracle, "c"), ["2020-01-01..2020-03-14", "2020-03-16..2020-12-31"]);
    assert_eq!(national(&oracle, "e"), ["2020-01-01..2026-10-30"]);
}

#[test]
fn c2_a_move_is_judged_pair_by_pair() {
    // a moves to b on 15 March; c, which starts first, overlaps both.
    let oracle = Folder::of(&[
        row("a", ANNA, "1.8.1", "2020-02-01", "2020-03-15"),
        row("b", ANNA, "1.8.1", "2020-03-15", "2020-06-30"),
        row("c", ANNA, "1.8.2", "2020-01-01", "2020-04-30"),
    ])
    .load();
    assert_eq!(national(&oracle, "a"), ["2020-02-01..2020-03-15"]);
    assert_eq!(national(&oracle, "b"), ["2020-03-15..2020-06-30"]);
    assert_eq!(national(&oracle, "c"), ["2020-01-01..2020-01-31"]);
}

#[test]
fn c2_goes_by_the_dates_after_c1_and_by_days_up_to_the_as_of_day() {
    let folder = Folder::of(&[
        // Dead on 15 March: the open stay ends there, and the move is one.
        row("open", ANNA, "1.8.2", "2020-01-01", ""),
        row("late", ANNA, "1.8.1", "2020-03-15", "2020-03-15"),
        row("future", BO, "1.8.1", "2026-11-01", "2026-12-01"),
        row("running", BO, "1.8.2", "2026-01-01", ""),
    ]);
    dead(&folder, ANNA, "2020-03-15");
    let oracle = folder.load();
    assert_eq!([marks(&oracle, "open"), marks(&oracle, "late")], [both("C1"), both("")]);
    assert_eq!([marks(&oracle, "future"), marks(&oracle, "running")], [both(""), both("")]);
}

#[test]
fn c2_records_with_a_d_mark_are_not_judged() {
    let oracle = Folder::of(&[
        row("a", ANNA, "1.8.1", "2020-01-01", ""),
        row("b", ANNA, "1.8.1", "2020-02-01", "").maalgrupper("9"),
    ])
    .load();
    assert_eq!([marks(&oracle, "a"), marks(&oracle, "b")], [both(""), both("D2")]);
    assert!(national(&oracle, "b").is_empty());
}

#[test]
fn c2_in_two_municipalities_is_national_only() {
    let folder = Folder::of(&[row("a", ANNA, "1.8.1", "2020-01-01", "")]);
    folder.full(
        "157",
        "cura",
        "2026-10",
        1,
        &[row("b", ANNA, "1.8.1", "2020-03-01", "2020-03-31")],
    );
    let oracle = folder.load();
    let national_only = |text: &str| (String::new(), text.to_owned());
    assert_eq!(
        [marks(&oracle, "a"), marks(&oracle, "b")],
        [national_only("C2"), national_only("C2")]
    );
    assert_eq!(local(&oracle, "a"), ["2020-01-01..2026-10-31"]);
    assert_eq!(national(&oracle, "a"), ["2020-01-01..2020-02-29", "2020-04-01..2026-10-31"]);
    assert_eq!(rule(&oracle, "C2"), (0, 0));
    assert_eq!(value(&oracle, VH, &["Tid.Måned=2020-03"], "Antal Ydelser"), Some(2.0));
    assert_eq!(value(&oracle, BENCHMARK, &["Tid.Måned=2020-03"], "Antal Ydelser"), Some(1.0));
    assert_eq!(
        value(&oracle, VH, &["Harmonisering VH.Regel=Overlappende ophold"], "Antal Ydelser"),
        None
    );
}

#[test]
fn c2_the_local_judgement_goes_by_the_handlekommune_after_k() {
    // Ishøj reports one stay for Vallensbæk, Vallensbæk another itself: the same handlekommune.
    let folder = Folder::new();
    folder.full(
        "183",
        "nexus",
        "2026-10",
        1,
        &[row("a", ANNA, "1.8.1", "2020-01-01", "").betalingskommune("187")],
    );
    folder.full("187", "nexus", "2026-10", 1, &[row("b", ANNA, "1.8.1", "2020-03-01", "")]);
    let oracle = folder.load();
    assert_eq!([marks(&oracle, "a"), marks(&oracle, "b")], [both("C2"), both("C2")]);
}

#[test]
fn c3_the_common_days_are_taken_out_of_the_support() {
    let oracle = Folder::of(&[
        row("stay", ANNA, "1.8.1", "2020-03-01", "2020-03-31"),
        row("around", ANNA, "1.12.0.2", "2020-01-01", "2020-12-31"),
        row("inside", ANNA, "1.12.0.2", "2020-03-10", "2020-03-20"),
        row("began inside", ANNA, "1.12.0.2", "2020-03-20", "2020-05-31"),
        row("apart", ANNA, "1.12.0.2", "2020-04-01", ""),
    ])
    .load();
    let dato = |id: &str| record(&oracle, id).local_dato_uden_overlap.map(|day| day.to_string());
    assert_eq!(national(&oracle, "around"), ["2020-01-01..2020-02-29", "2020-04-01..2020-12-31"]);
    assert_eq!(dato("around").as_deref(), Some("2020-02-29"));
    assert!(national(&oracle, "inside").is_empty());
    assert_eq!(dato("inside"), None);
    assert_eq!(national(&oracle, "began inside"), ["2020-04-01..2020-05-31"]);
    assert_eq!(dato("began inside").as_deref(), Some("2020-04-01"));
    assert_eq!(
        [marks(&oracle, "stay"), marks(&oracle, "around"), marks(&oracle, "apart")],
        [both(""), both("C3"), both("")]
    );
    assert_eq!(rule(&oracle, "C3"), (3, 1));
}

#[test]
fn c3_a_temporary_stay_does_not_count_and_a_change_over_is_a_move() {
    let oracle = Folder::of(&[
        row("temporary", ANNA, "1.8.2", "2020-01-01", ""),
        row("support", ANNA, "1.12.0.2", "2020-01-01", ""),
        row("before", BO, "1.12.0.2", "2020-01-01", "2020-03-15"),
        row("stay", BO, "1.12.0.1", "2020-03-15", "2020-06-30"),
        row("after", BO, "1.12.0.2", "2020-06-30", ""),
    ])
    .load();
    for id in ["support", "before", "after"] {
        assert_eq!(marks(&oracle, id), both(""), "{id}");
    }
    assert_eq!(national(&oracle, "after"), ["2020-06-30..2026-10-31"]);
}

#[test]
fn c3_goes_by_the_stay_after_c2() {
    // The long stay loses March to a temporary one, so in March there is nothing for the support to share.
    let oracle = Folder::of(&[
        row("long", ANNA, "1.8.1", "2020-01-01", "2020-04-30"),
        row("temporary", ANNA, "1.8.2", "2020-03-01", "2020-03-31"),
        row("support", ANNA, "1.12.0.2", "2020-03-05", "2020-03-25"),
        row("longer", ANNA, "1.12.0.2", "2020-02-15", "2020-04-15"),
    ])
    .load();
    assert_eq!(national(&oracle, "long"), ["2020-01-01..2020-02-29", "2020-04-01..2020-04-30"]);
    assert_eq!(marks(&oracle, "support"), both(""));
    assert_eq!(national(&oracle, "longer"), ["2020-03-01..2020-03-31"]);
    assert_eq!(
        record(&oracle, "longer").national_dato_uden_overlap.unwrap().to_string(),
        "2020-03-01"
    );
}

#[test]
fn c3_of_a_stay_in_pieces_the_first_and_last_day_left_decide_the_move() {
    // The long stay keeps January and February only; the support starts on its last day left: a move.
    let oracle = Folder::of(&[
        row("long", ANNA, "1.8.1", "2020-01-01", "2020-04-30"),
        row("temporary", ANNA, "1.8.2", "2020-03-01", ""),
        row("support", ANNA, "1.12.0.2", "2020-02-29", ""),
    ])
    .load();
    assert_eq!(national(&oracle, "long"), ["2020-01-01..2020-02-29"]);
    assert_eq!(marks(&oracle, "support"), both(""));
}

#[test]
fn c3_in_two_municipalities_has_two_dates() {
    let folder = Folder::of(&[row("support", ANNA, "1.12.0.2", "2020-01-01", "")]);
    folder.full("157", "cura", "2026-10", 1, &[row("stay", ANNA, "1.12.0.1", "2020-06-01", "")]);
    let oracle = folder.load();
    let support = record(&oracle, "support");
    assert_eq!(support.local_dato_uden_overlap, None);
    assert_eq!(support.national_dato_uden_overlap.unwrap().to_string(), "2020-05-31");
    assert_eq!(value(&oracle, BENCHMARK, &["Tid.Måned=2020-05"], "Afsluttede Ydelser"), Some(1.0));
}
