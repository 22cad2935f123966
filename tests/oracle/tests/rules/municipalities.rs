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
