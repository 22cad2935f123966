//! D1–D5.

use crate::folder::*;

fn marks(row: Row) -> String {
    let oracle = Folder::of(&[row]).load();
    let record = &oracle.records()[0];
    assert_eq!(record.local_marks, record.national_marks);
    record.local_marks.join(" ")
}

#[test]
fn d1_unknown_code_or_outside_its_validity() {
    assert_eq!(marks(row("a", ANNA, "9.9", "2020-01-01", "")), "D1");
    assert_eq!(marks(row("a", ANNA, "", "2020-01-01", "")), "D1");
    // 1.18.1 is valid from 2020-07-01: a record must touch that day or a later one.
    assert_eq!(marks(row("a", ANNA, "1.18.1", "2020-01-01", "2020-06-30")), "D1");
    assert_eq!(marks(row("a", ANNA, "1.18.1", "2020-01-01", "2020-07-01")), "");
    assert_eq!(marks(row("a", ANNA, "1.18.1", "2020-01-01", "")), "");
    assert_eq!(marks(row("a", ANNA, "1.1", "2010-01-01", "2013-06-30")), "D1");
    // No start is since ever: only the end decides.
    assert_eq!(marks(row("a", ANNA, "1.18.1", "", "2020-06-30")), "D1 D3");
    assert_eq!(marks(row("a", ANNA, "1.18.1", "", "")), "D3");
    // The formula on the dates it has, end before start too.
    assert_eq!(marks(row("a", ANNA, "1.18.1", "2020-08-01", "2020-06-30")), "D1 D4");
    assert_eq!(marks(row("a", ANNA, "1.18.1", "2020-08-01", "2020-07-01")), "D4");
}

#[test]
fn d1_an_unlisted_code_is_ukendt_and_a_known_one_keeps_its_member() {
    let oracle = Folder::of(&[
        row("a", ANNA, "9.9", "2020-01-01", ""),
        row("b", ANNA, "9.8", "2020-01-01", ""),
        row("c", ANNA, "1.18.1", "2020-01-01", "2020-06-30"),
    ])
    .load();
    let set = oracle
        .pivot(&question(
            VH,
            &["Tid.År=2020"],
            &[],
            &["Ydelse VH.Ydelseskode"],
            &["Antal Ydelser", "Antal Ydelsesmodtagere"],
        ))
        .unwrap();
    assert_eq!(lines(&set), ["1.18.1: 1 1", "Ukendt: 2 2"]);
    assert_eq!(value(&oracle, BENCHMARK, &[], "Antal Ydelser"), None);
}

#[test]
fn d2_codes_given_and_none_valid() {
    let with = |maalgrupper: &str| row("a", ANNA, "1.1", "2020-01-01", "").maalgrupper(maalgrupper);
    assert_eq!(marks(with("9.9")), "D2");
    assert_eq!(marks(with("9.9|8.8")), "D2");
    assert_eq!(marks(with("9.9|1.1.2")), "");
    assert_eq!(marks(with("")), "");
    let oracle = Folder::of(&[with("9.9|1.1.2")]).load();
    assert_eq!(warnings(&oracle, "ugyldig målgruppe udeladt"), 1);
    let set = oracle
        .pivot(&question(VH, &["Tid.År=2020"], &[], &["Målgruppe.Målgruppe"], &["Antal Ydelser"]))
        .unwrap();
    assert_eq!(lines(&set), ["Synsnedsættelse: 1"]);
    let oracle = Folder::of(&[with("")]).load();
    assert_eq!(warnings(&oracle, "ingen målgruppe"), 1);
    assert_eq!(value(&oracle, VH, &["Målgruppe.Hovedgruppe=Ukendt"], "Antal Ydelser"), Some(1.0));
}

#[test]
fn d3_no_start_or_an_unreadable_one() {
    assert_eq!(marks(row("a", ANNA, "1.1", "", "2020-01-01")), "D3");
    assert_eq!(marks(row("a", ANNA, "1.1", "01-02-2020", "")), "D3");
}

#[test]
fn d3_is_active_on_its_end_day_or_on_the_as_of_day() {
    let oracle = Folder::of(&[
        row("a", ANNA, "1.1", "", "2020-02-10"),
        row("b", BO, "1.1", "2020-13-01", ""),
    ])
    .load();
    let months = ["Antal Ydelser", "Påbegyndte Ydelser", "Afsluttede Ydelser"];
    let set = oracle.pivot(&question(VH, &[], &[], &["Tid.Måned"], &months)).unwrap();
    assert_eq!(lines(&set), ["2020-02: 1 0 1", "2026-10: 1 0 0"]);
    assert_eq!(value(&oracle, VH, &["Tid.Måned=2020-02"], "Fuldtidsydelser"), Some(1.0 / 29.0));
    assert_eq!(
        value(&oracle, VH, &["Tid.Måned=2026-10"], "Antal Unikke Borgere Ultimo"),
        Some(1.0)
    );
    assert_eq!(rule(&oracle, "D3"), (2, 2));
}

#[test]
fn d4_end_before_start_is_active_on_its_start_day_and_has_no_last_day() {
    assert_eq!(marks(row("a", ANNA, "1.1", "2020-03-01", "2020-02-29")), "D4");
    assert_eq!(marks(row("a", ANNA, "1.1", "2020-03-01", "2020-03-01")), "");
    let oracle = Folder::of(&[row("a", ANNA, "1.1", "2020-03-01", "2020-02-29")]).load();
    let measures = ["Antal Ydelser", "Påbegyndte Ydelser", "Afsluttede Ydelser"];
    let set = oracle.pivot(&question(VH, &[], &[], &["Tid.Måned"], &measures)).unwrap();
    assert_eq!(lines(&set), ["2020-03: 1 1 0"]);
}

#[test]
fn d5_under_17_on_1_january_of_the_year_of_the_start() {
    // Born 2003-01-01 and 2003-01-02; the second is 16 on 2020-01-01 whenever in 2020 the service starts.
    let (on_the_day, a_day_late) = ("6101035000", "6201035000");
    let folder = Folder::of(&[
        row("on", on_the_day, "1.1", "2020-01-01", ""),
        row("late", a_day_late, "1.1", "2020-12-31", ""),
        row("next", a_day_late, "1.1", "2021-01-01", ""),
        row("unborn", "6101055000", "1.1", "2004-01-01", ""),
        row("unknown", "9902035000", "1.1", "2020-01-01", ""),
        row("no start", a_day_late, "1.1", "", ""),
    ]);
    let oracle = folder.load();
    let marks = |id: &str| record(&oracle, id).local_marks.join(" ");
    assert_eq!(record(&oracle, "on").birth.unwrap().to_string(), "2003-01-01");
    assert_eq!([marks("on"), marks("late"), marks("next"), marks("unborn")], ["", "D5", "", "D5"]);
    assert_eq!([marks("unknown"), marks("no start")], ["", "D3"]);
    assert_eq!(warnings(&oracle, "ukendt fødselsdato"), 1);
}

#[test]
fn d5_the_birth_date_of_cpr_csv_goes_before_that_of_the_number() {
    let folder = Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "")]);
    folder.reference(
        "cpr.csv",
        "CPR;Foedselsdato;Doedsdato;Koen;Bopaelskommune\n6101803000;2010-01-01;;M;153\n",
    );
    let oracle = folder.load();
    assert_eq!(record(&oracle, "a").local_marks, ["D5"]);
    assert_eq!(record(&oracle, "a").koen, "Mand");
}

#[test]
fn d_marks_are_all_judged_kept_in_vh_and_removed_from_benchmark() {
    let oracle = Folder::of(&[
        row("a", "6101105000", "9.9", "2020-03-01", "2020-02-01").maalgrupper("x"),
        row("b", BO, "1.1", "2020-01-01", ""),
    ])
    .load();
    assert_eq!(record(&oracle, "a").local_marks, ["D1", "D2", "D4", "D5"]);
    let set = oracle
        .pivot(&question(
            VH,
            &["Tid.År=2020"],
            &[],
            &["Harmonisering VH.DST Handling", "Harmonisering VH.Regel"],
            &["Antal Unikke Borgere"],
        ))
        .unwrap();
    assert_eq!(
        lines(&set),
        [
            "Slettes Ugyldig ydelseskode: 1",
            "Slettes Ugyldig målgruppekode: 1",
            "Slettes Slutdato før startdato: 1",
            "Slettes Under 17 år: 1",
            "Ukendt Ukendt: 1"
        ]
    );
    assert_eq!(value(&oracle, BENCHMARK, &["Tid.År=2020"], "Antal Unikke Borgere"), Some(1.0));
    assert_eq!(
        [rule(&oracle, "D1"), rule(&oracle, "D3"), rule(&oracle, "C1")],
        [(1, 1), (0, 0), (0, 0)]
    );
}
