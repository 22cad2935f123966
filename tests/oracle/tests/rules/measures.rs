//! M1–M8.

use terning_oracle::{Choices, DayCount, Oracle};

use crate::folder::*;

#[test]
fn m1_m2_m3_count_distinct_citizens_pairs_and_records() {
    let oracle = Folder::of(&[
        row("a", ANNA, "1.1", "2020-01-01", "2020-01-31"),
        row("b", ANNA, "1.1", "2020-03-01", "2020-03-31"),
        row("c", ANNA, "1.3", "2020-03-31", "2020-04-01"),
        row("d", BO, "1.1", "2020-02-10", "2020-02-10"),
    ])
    .load();
    let measures = [
        "Antal Unikke Borgere",
        "Antal Ydelsesmodtagere",
        "Antal Ydelser",
        "Antal Unikke Borgere Ultimo",
    ];
    let months = oracle.pivot(&question(VH, &[], &[], &["Tid.Måned"], &measures)).unwrap();
    assert_eq!(
        lines(&months),
        ["2020-01: 1 1 1 1", "2020-02: 1 1 1 0", "2020-03: 1 2 2 1", "2020-04: 1 1 1 0"]
    );
    let quarters = oracle.pivot(&question(VH, &[], &[], &["Tid.Kvartal"], &measures)).unwrap();
    assert_eq!(lines(&quarters), ["2020K1: 2 3 4 1", "2020K2: 1 1 1 0"]);
}

#[test]
fn m1_one_citizen_in_two_municipalities_counts_in_each_and_once_in_the_total() {
    let folder = Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "")]);
    folder.full(
        "157",
        "cura",
        "2026-10",
        1,
        &[row("b", ANNA, "1.1", "2020-01-01", ""), row("c", BO, "1.1", "2020-01-01", "")],
    );
    let mut asked = question(
        BENCHMARK,
        &["Tid.År=2020"],
        &["Handle kommune.Kommunenummer"],
        &[],
        &["Antal Unikke Borgere"],
    );
    asked.totals = true;
    let set = folder.load().pivot(&asked).unwrap();
    assert_eq!(columns(&set), ["153", "157", "I alt"]);
    assert_eq!(lines(&set), [": 1 2 2"]);
}

#[test]
fn m4_m5_first_and_last_day_inside_the_period() {
    let oracle = Folder::of(&[
        row("open", ANNA, "1.1", "2020-01-31", ""),
        row("ended", BO, "1.1", "2020-02-01", "2020-02-29"),
        row("planned", CARLA, "1.1", "2020-02-15", "2026-11-01"),
        row("ends as-of", CARLA, "1.3", "2026-10-31", "2026-10-31"),
    ])
    .load();
    let measures = ["Antal Ydelser", "Påbegyndte Ydelser", "Afsluttede Ydelser"];
    let set = oracle
        .pivot(&question(VH, &[], &[], &["Tid.Måned=2020-01,2020-02,2020-03,2026-10"], &measures))
        .unwrap();
    assert_eq!(
        lines(&set),
        ["2020-01: 1 1 0", "2020-02: 3 2 1", "2020-03: 2 0 0", "2026-10: 3 1 1"]
    );
    // The start before the timeline is not inside any period.
    let oracle = Folder::of(&[row("old", ANNA, "1.1", "2012-12-31", "")]).load();
    assert_eq!(value(&oracle, VH, &[], "Påbegyndte Ydelser"), Some(0.0));
}

#[test]
fn m6_example_1_of_the_source_with_both_ends_included() {
    // Two citizens in the first quarter of 2018 (90 days): one from 15 March, one all of it.
    let oracle = Folder::of(&[
        row("a", ANNA, "1.1", "2018-03-15", ""),
        row("b", BO, "1.1", "2018-01-01", ""),
    ])
    .load();
    assert_eq!(
        value(&oracle, VH, &["Tid.Kvartal=2018K1"], "Helårsmodtagere"),
        Some((17.0 + 90.0) / 90.0)
    );
    assert_eq!(value(&oracle, VH, &["Tid.År=2019"], "Helårsmodtagere"), Some(2.0));
}

#[test]
fn m6_distinct_days_for_each_citizen_and_code_m7_all_days() {
    let oracle = Folder::of(&[
        row("a", ANNA, "1.1", "2020-01-01", "2020-01-20"),
        row("b", ANNA, "1.1", "2020-01-11", "2020-01-31"),
        row("c", ANNA, "1.3", "2020-01-01", "2020-01-31"),
    ])
    .load();
    assert_eq!(value(&oracle, VH, &["Tid.Måned=2020-01"], "Helårsmodtagere"), Some(2.0));
    assert_eq!(
        value(&oracle, VH, &["Tid.Måned=2020-01"], "Fuldtidsydelser"),
        Some((20.0 + 21.0 + 31.0) / 31.0)
    );
}

#[test]
fn a_period_with_holes_is_a_union_and_its_last_day_the_latest() {
    let oracle = Folder::of(&[
        row("a", ANNA, "1.1", "2020-02-01", "2020-02-29"),
        row("b", BO, "1.1", "2020-01-15", "2020-03-10"),
        row("c", CARLA, "1.1", "2020-12-31", ""),
    ])
    .load();
    let holes = ["Tid.År=2020", "Tid.Måned<>2020-02"];
    assert_eq!(value(&oracle, VH, &holes, "Antal Unikke Borgere"), Some(2.0));
    assert_eq!(value(&oracle, VH, &holes, "Antal Unikke Borgere Ultimo"), Some(1.0));
    assert_eq!(
        value(&oracle, VH, &holes, "Fuldtidsydelser"),
        Some((17.0 + 10.0 + 1.0) / (366.0 - 29.0))
    );
    assert_eq!(value(&oracle, VH, &["Tid.År=2019"], "Antal Unikke Borgere"), None);
}

#[test]
fn the_timeline_runs_from_2013_to_the_as_of_month() {
    let oracle = Folder::of(&[
        row("old", ANNA, "1.1", "2010-01-01", "2012-12-31"),
        row("new", BO, "1.1", "2026-11-01", ""),
        row("open", CARLA, "1.1", "2026-10-30", ""),
    ])
    .load();
    assert_eq!(value(&oracle, VH, &[], "Antal Ydelser"), Some(1.0));
    assert_eq!(value(&oracle, VH, &["Tid.År=2026"], "Fuldtidsydelser"), Some(2.0 / 304.0));
    assert!(
        oracle.pivot(&question(VH, &["Tid.Måned=2026-11"], &[], &[], &["Antal Ydelser"])).is_err()
    );
    assert!(oracle.pivot(&question(VH, &["Tid.År=2012"], &[], &[], &["Antal Ydelser"])).is_err());
}

#[test]
fn age_is_that_of_the_last_day_of_the_cells_period() {
    // Born 1990-05-20; the service ended in April 2020.
    let oracle = Folder::of(&[
        row("a", "8005903000", "1.1", "2020-01-01", "2020-04-30"),
        row("b", "9902903000", "1.1", "2020-04-01", ""),
    ])
    .load();
    let ages = |level: &str| {
        let rows = ["Alder.Aldersgruppe", level];
        lines(
            &oracle
                .pivot(&question(
                    VH,
                    &["Tid.År=2020", "Tid.Måned<>2020-05,2020-06,2020-07"],
                    &[],
                    &rows,
                    &["Antal Ydelser"],
                ))
                .unwrap(),
        )
    };
    assert_eq!(
        ages("Tid.Måned")[..4],
        ["18-29 2020-01: 1", "18-29 2020-02: 1", "18-29 2020-03: 1", "18-29 2020-04: 1"]
    );
    assert_eq!(ages("Tid.År"), ["30-39 2020: 1", "Ukendt 2020: 1"]);
    assert_eq!(
        value(&oracle, VH, &["Tid.Kvartal=2020K2", "Alder.Alder=30"], "Antal Ydelser"),
        Some(1.0)
    );
    assert_eq!(
        value(&oracle, VH, &["Tid.Måned=2020-04", "Alder.Alder=29"], "Antal Ydelser"),
        Some(1.0)
    );
}

#[test]
fn age_is_not_narrowed_by_godkendt() {
    let folder = Folder::of(&[row("a", "8005903000", "1.1", "2020-01-01", "")]);
    folder.approve(&[("153", "1.1", "2020K1", "Ja")]);
    let filters =
        ["Tid.År=2020", "JaNej godkendt Ydelse.Ja Nej Tekst=Ja", "Alder.Aldersgruppe=30-39"];
    assert_eq!(value(&folder.load(), VH, &filters, "Antal Ydelser"), Some(1.0));
}

fn days(oracle: &Oracle, period: &str) -> (Option<f64>, Option<f64>) {
    (
        value(oracle, VH, &[period], "Helårsmodtagere"),
        value(oracle, VH, &[period], "Fuldtidsydelser"),
    )
}

fn exclude_start() -> Choices {
    Choices { day_count: DayCount::ExcludeStart, ..Choices::default() }
}

#[test]
fn m6_example_1_of_the_source_without_the_start_day() {
    let folder = Folder::of(&[
        row("a", ANNA, "1.1", "2018-03-15", ""),
        row("b", BO, "1.1", "2018-01-01", ""),
    ]);
    let oracle = folder.load_by(exclude_start());
    let example = Some(16.0 / 90.0 + 90.0 / 90.0);
    assert_eq!(days(&oracle, "Tid.Kvartal=2018K1"), (example, example));
    // March alone: 16 of 31 days and all. April: both all.
    let march = Some(16.0 / 31.0 + 1.0);
    assert_eq!(days(&oracle, "Tid.Måned=2018-03"), (march, march));
    assert_eq!(days(&oracle, "Tid.Måned=2018-04"), (Some(2.0), Some(2.0)));
    // A year that b begins with; in the year before it neither is active.
    assert_eq!(days(&oracle, "Tid.År=2017"), (None, None));
    let year = Some((291.0 + 365.0) / 365.0);
    assert_eq!(days(&oracle, "Tid.År=2018"), (year, year));
}

#[test]
fn m6_m7_each_record_loses_its_own_first_day_and_the_other_measures_none() {
    // January 2020: 1–10 keeps all (the period's first day); 10–20 loses the 10th, which the first has;
    // the 25th alone is a record without a counted day.
    let folder = Folder::of(&[
        row("a", ANNA, "1.1", "2020-01-01", "2020-01-10"),
        row("b", ANNA, "1.1", "2020-01-10", "2020-01-20"),
        row("c", ANNA, "1.3", "2020-01-25", "2020-01-25"),
    ]);
    let oracle = folder.load_by(exclude_start());
    assert_eq!(days(&oracle, "Tid.Måned=2020-01"), (Some(20.0 / 31.0), Some(20.0 / 31.0)));
    assert_eq!(value(&oracle, VH, &["Tid.Måned=2020-01"], "Antal Ydelser"), Some(3.0));
    assert_eq!(value(&oracle, VH, &["Tid.Måned=2020-01"], "Påbegyndte Ydelser"), Some(3.0));
    let alone = ["Tid.Måned=2020-01", "Ydelse VH.Ydelseskode=1.3"];
    assert_eq!(value(&oracle, VH, &alone, "Helårsmodtagere"), Some(0.0));
    // As the rules have it by default: 20 and 1 days; 10, 11 and 1.
    assert_eq!(days(&folder.load(), "Tid.Måned=2020-01"), (Some(21.0 / 31.0), Some(22.0 / 31.0)));
}

#[test]
fn m6_the_first_day_left_is_that_of_the_record_not_of_each_piece() {
    // 1.12.0.2 from 1 January, cut in two by a 1.8.1 from 10 to 20 January: 9 and 11 days. Seen from the
    // year before: the 1st is lost. From January: nothing is.
    let folder = Folder::of(&[
        row("support", ANNA, "1.12.0.2", "2020-01-01", "2020-01-31"),
        row("stay", ANNA, "1.8.1", "2020-01-10", "2020-01-20"),
    ]);
    let oracle = folder.load_by(exclude_start());
    let of = |period: &str| {
        value(&oracle, BENCHMARK, &[period, "Ydelse VH.Ydelseskode=1.12.0.2"], "Fuldtidsydelser")
    };
    assert_eq!(of("Tid.Måned=2020-01"), Some(20.0 / 31.0));
    assert_eq!(of("Tid.Måned=2019-12,2020-01"), Some(19.0 / 62.0));
}

#[test]
fn exclude_start_a_record_without_a_start_has_no_first_day_to_lose() {
    let oracle = Folder::of(&[row("d3", ANNA, "1.1", "", "2020-01-15")]).load_by(exclude_start());
    assert_eq!(days(&oracle, "Tid.Måned=2020-01"), (Some(1.0 / 31.0), Some(1.0 / 31.0)));
}
