//! K1–K4.

use crate::folder::*;

fn pair(reporter: &str, betalingskommune: &str) -> (String, String) {
    let folder = Folder::new();
    folder.full(
        reporter,
        "nexus",
        "2026-10",
        1,
        &[row("a", ANNA, "1.1", "2020-01-01", "").betalingskommune(betalingskommune)],
    );
    let oracle = folder.load();
    let record = record(&oracle, "a");
    (record.handlekommune.clone(), record.betalingskommune.clone())
}

fn of(handlekommune: &str, betalingskommune: &str) -> (String, String) {
    (handlekommune.to_owned(), betalingskommune.to_owned())
}

#[test]
fn k1_ishoej_reports_for_vallensbaek() {
    assert_eq!(pair("183", "187"), of("187", "187"));
    assert_eq!(pair("183", "183"), of("183", "183"));
    assert_eq!(pair("183", ""), of("183", "183"));
    assert_eq!(pair("183", "153"), of("183", "153"));
    assert_eq!(pair("183", "999"), of("183", "Ukendt"));
    assert_eq!(pair("187", "183"), of("187", "183"));
}

#[test]
fn k2_taarnby_reports_for_dragoer() {
    assert_eq!(pair("185", "155"), of("155", "155"));
    assert_eq!(pair("185", ""), of("185", "185"));
    assert_eq!(pair("185", "187"), of("185", "187"));
    assert_eq!(pair("183", "155"), of("183", "155"));
}

#[test]
fn k4_elsewhere_not_given_equals_and_no_municipality_is_ukendt() {
    assert_eq!(pair("153", ""), of("153", "153"));
    assert_eq!(pair("153", "157"), of("153", "157"));
    assert_eq!(pair("153", "999"), of("153", "Ukendt"));
    let oracle =
        Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "").betalingskommune("xyz")]).load();
    assert_eq!(warnings(&oracle, "ukendt betalingskommune"), 1);
    assert_eq!(value(&oracle, VH, &["Betalingskommune.Region=Ukendt"], "Antal Ydelser"), Some(1.0));
}

#[test]
fn k3_a_pair_that_has_ended_maps_what_starts_by_its_last_day() {
    let folder = Folder::new();
    let of_vallensbaek =
        |id: &str, start: &str, end: &str| row(id, ANNA, "1.1", start, end).betalingskommune("187");
    let rows = [
        of_vallensbaek("on the day", "2021-12-31", ""),
        of_vallensbaek("a day late", "2022-01-01", ""),
        of_vallensbaek("ends on the day", "", "2021-12-31"),
        of_vallensbaek("ends late", "", "2022-01-01"),
        of_vallensbaek("neither", "", ""),
        of_vallensbaek("unreadable", "soon", "2021-01-01"),
    ];
    folder.full("183", "nexus", "2026-10", 1, &rows);
    let late = row("dragoer", ANNA, "1.1", "2022-01-01", "").betalingskommune("155");
    folder.full("185", "nexus", "2026-10", 1, &[late]);
    let handlekommune = |pairs_end: &[(&str, &str, &str)]| -> Vec<String> {
        let line =
            |(pair, for_whom, last): &(&str, &str, &str)| format!("{pair};{for_whom};{last}\n");
        let lines: String = pairs_end.iter().map(line).collect();
        let list = format!("Indberetter;OgsaaFor;GyldigTil\n{lines}");
        folder.reference("kodelister/saerregler.csv", &list);
        let oracle = folder.load();
        let mut shown: Vec<String> = oracle
            .records()
            .iter()
            .map(|record| format!("{} {}", record.id, record.handlekommune))
            .collect();
        shown.sort();
        shown
    };
    assert_eq!(
        handlekommune(&[("183", "187", "2021-12-31"), ("185", "155", "")]),
        [
            "a day late 183",
            "dragoer 155",
            "ends late 183",
            "ends on the day 187",
            "neither 187",
            "on the day 187",
            "unreadable 187"
        ]
    );
    assert_eq!(handlekommune(&[]).iter().filter(|line| line.ends_with("187")).count(), 6);
    assert!(handlekommune(&[("185", "155", "2021-12-31")]).contains(&"dragoer 185".to_owned()));
}
