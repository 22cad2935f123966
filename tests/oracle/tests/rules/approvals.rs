//! G1–G3.

use rust_xlsxwriter::Workbook;

use crate::folder::*;

const JA: &str = "JaNej godkendt Ydelse.Ja Nej Tekst=Ja";
const NEJ: &str = "JaNej godkendt Ydelse.Ja Nej Tekst=Nej";

fn approved_quarters(folder: &Folder) -> Vec<String> {
    let set = folder
        .load()
        .pivot(&question(VH, &[JA], &[], &["Tid.Kvartal"], &["Antal Ydelser"]))
        .unwrap();
    set.rows.into_iter().flatten().collect()
}

#[test]
fn g1_the_long_form_with_capitals_or_not_and_numbers_or_text() {
    let folder = Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "2021-12-31")]);
    let mut book = Workbook::new();
    book.add_worksheet().write_string(0, 0, "nothing here").unwrap();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "Godkendte kommuner").unwrap();
    for (column, name) in ["KOMMUNEKODE", "ydelseskode", "Kvartal", "Godkendt"].iter().enumerate() {
        sheet.write_string(3, column as u16, *name).unwrap();
    }
    for (place, (quarter, approved)) in
        [("2020K1", "Ja"), ("2020 K2", "JA"), ("2020Q3", "ja"), ("2020K4", "Nej")]
            .iter()
            .enumerate()
    {
        let line = place as u32 + 4;
        sheet.write_number(line, 0, 153.0).unwrap();
        sheet.write_number(line, 1, 1.1).unwrap();
        sheet.write_string(line, 2, *quarter).unwrap();
        sheet.write_string(line, 3, *approved).unwrap();
    }
    folder.save_book(&mut book);
    assert_eq!(approved_quarters(&folder), ["2020K1", "2020K2", "2020K3"]);
}

#[test]
fn g1_the_wide_form_and_g3_an_empty_cell_means_nej() {
    let folder = Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "2021-12-31")]);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, text) in
        ["Kommunekode", "Ydelseskode", "2020K1", "2020K2", "2020K3", "2020K4", "2021 K1"]
            .iter()
            .enumerate()
    {
        sheet.write_string(0, column as u16, *text).unwrap();
    }
    for (column, text) in ["153", "1.1", "x", "", "Ja", "Nej"].iter().enumerate() {
        sheet.write_string(1, column as u16, *text).unwrap();
    }
    sheet.write_number(1, 6, 1.0).unwrap();
    folder.save_book(&mut book);
    assert_eq!(approved_quarters(&folder), ["2020K1", "2020K3", "2021K1"]);
}

#[test]
fn g2_in_a_year_half_approved() {
    // K1 and K2 of 2020 are approved (182 days); the record runs from 1 March to 30 November.
    let folder = Folder::of(&[row("a", ANNA, "1.1", "2020-03-01", "2020-11-30")]);
    folder.approve(&[("153", "1.1", "2020K1", "Ja"), ("153", "1.1", "2020K2", "Ja")]);
    let oracle = folder.load();
    let year = |filter: &str, measure: &str| value(&oracle, VH, &["Tid.År=2020", filter], measure);
    assert_eq!([year(JA, "Antal Ydelser"), year(NEJ, "Antal Ydelser")], [Some(1.0), Some(1.0)]);
    assert_eq!(
        [year(JA, "Antal Unikke Borgere"), year(NEJ, "Antal Unikke Borgere")],
        [Some(1.0), Some(1.0)]
    );
    // March to June 122 days, July to November 153 days, of 366.
    assert_eq!(
        [year(JA, "Fuldtidsydelser"), year(NEJ, "Fuldtidsydelser")],
        [Some(122.0 / 366.0), Some(153.0 / 366.0)]
    );
    assert_eq!(
        [year(JA, "Helårsmodtagere"), year(NEJ, "Helårsmodtagere")],
        [Some(122.0 / 366.0), Some(153.0 / 366.0)]
    );
    assert_eq!(
        [year(JA, "Påbegyndte Ydelser"), year(NEJ, "Påbegyndte Ydelser")],
        [Some(1.0), Some(0.0)]
    );
    assert_eq!(
        [year(JA, "Afsluttede Ydelser"), year(NEJ, "Afsluttede Ydelser")],
        [Some(0.0), Some(1.0)]
    );
    assert_eq!(value(&oracle, VH, &["Tid.Kvartal=2020K3", JA], "Antal Ydelser"), None);
}

#[test]
fn g2_ultimo_counts_only_where_the_last_quarter_is_approved() {
    let folder = Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "")]);
    folder.approve(&[("153", "1.1", "2020K1", "Ja"), ("153", "1.1", "2021K4", "Ja")]);
    let oracle = folder.load();
    assert_eq!(value(&oracle, VH, &["Tid.År=2020", JA], "Antal Unikke Borgere Ultimo"), Some(0.0));
    assert_eq!(value(&oracle, VH, &["Tid.År=2020", NEJ], "Antal Unikke Borgere Ultimo"), Some(1.0));
    assert_eq!(value(&oracle, VH, &["Tid.År=2021", JA], "Antal Unikke Borgere Ultimo"), Some(1.0));
}

#[test]
fn g2_as_a_field_on_rows_with_totals_recounted() {
    let folder = Folder::of(&[
        row("a", ANNA, "1.1", "2020-01-01", ""),
        row("b", BO, "1.3", "2020-01-01", ""),
    ]);
    folder.approve(&[("153", "1.1", "2020K1", "Ja")]);
    let mut asked = question(
        VH,
        &["Tid.År=2020"],
        &[],
        &["JaNej godkendt Ydelse.Ja Nej Tekst"],
        &["Antal Unikke Borgere", "Antal Ydelser"],
    );
    asked.totals = true;
    let set = folder.load().pivot(&asked).unwrap();
    assert_eq!(lines(&set), ["Ja: 1 1", "Nej: 2 2", "I alt: 2 2"]);
}

#[test]
fn g2_the_approval_of_a_remapped_record_is_the_reporters_if_the_receiver_has_no_line() {
    let folder = Folder::new();
    folder.full(
        "183",
        "nexus",
        "2026-10",
        1,
        &[row("a", ANNA, "1.1", "2020-01-01", "").betalingskommune("187")],
    );
    folder.approve(&[("183", "1.1", "2020K1", "Ja")]);
    assert_eq!(approved_quarters(&folder), ["2020K1"]);
    folder.approve(&[("183", "1.1", "2020K1", "Ja"), ("187", "1.3", "2015K1", "Nej")]);
    assert!(approved_quarters(&folder).is_empty());
}

#[test]
fn g3_no_entry_is_nej_and_of_conflicting_lines_nej_wins() {
    let folder = Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "2020-12-31")]);
    assert!(approved_quarters(&folder).is_empty());
    assert_eq!(warnings(&folder.load(), "Godkendte_kommuner.xlsx mangler"), 1);
    folder.approve(&[
        ("153", "1.1", "2020K1", "Nej"),
        ("153", "1.1", "2020K1", "Ja"),
        ("153", "1.1", "2020K2", "Ja"),
        ("157", "1.1", "2020K3", "Ja"),
    ]);
    assert_eq!(approved_quarters(&folder), ["2020K2"]);
    assert_eq!(warnings(&folder.load(), "modstridende godkendelse"), 1);
}
