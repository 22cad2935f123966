//! Which files are accepted, which records are rejected, what is warned of.

use serde_json::{Value, json};
use terning_oracle::load;

use crate::folder::*;

const GOOD: &str = "b;6101803001;153;;1.1;2020-01-01;;1.2.1;;\n";

fn refusal(overrides: &Value) -> Option<String> {
    let folder = Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "")]);
    folder.deliver_text(
        "155",
        "cura",
        "2026-09",
        1,
        GOOD.replace("153", "155").as_str(),
        overrides,
    );
    let oracle = folder.load();
    let summary = oracle.summary();
    assert_eq!(summary.deliveries.len(), 2);
    summary.deliveries.iter().find(|one| one.kommune == "155").unwrap().refused.clone()
}

#[test]
fn files_that_cannot_be_trusted_are_refused_whole() {
    assert_eq!(refusal(&json!({})), None);
    for wrong in [
        json!({ "sha256": "00" }),
        json!({ "antal_raekker": 2 }),
        json!({ "kommune": "153" }),
        json!({ "system": "nexus" }),
        json!({ "maaned": "2026-10" }),
        json!({ "loebenummer": 2 }),
        json!({ "loebenummer": "x" }),
        json!({ "modtaget": "2026-08-31T23:59:59Z" }),
        json!({ "modtaget": "yesterday" }),
        json!({ "header": true }),
        json!({ "format": "xml" }),
        json!({ "format": "ods" }),
        json!({ "tegnsaet": "ebcdic" }),
    ] {
        assert!(refusal(&wrong).is_some(), "{wrong}");
    }
    // The time as it is written: already September there, still August in UTC.
    assert_eq!(refusal(&json!({ "modtaget": "2026-09-01T00:30:00+02:00" })), None);
}

#[test]
fn a_file_of_an_unknown_municipality_without_manifest_or_without_data_is_refused() {
    let folder = Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "")]);
    folder.deliver_text("999", "nexus", "2026-10", 1, &GOOD.replace("153", "999"), &json!({}));
    folder.write("2026-10/VH_155_cura_202610_1.csv", b"");
    folder.deliver_text("157", "cura", "2026-10", 1, "", &json!({}));
    std::fs::remove_file(folder.path().join("2026-10/VH_157_cura_202610_1.csv")).unwrap();
    folder.write("2026-10/notes.json", b"{}");
    let oracle = folder.load();
    let refused: Vec<_> = oracle
        .summary()
        .deliveries
        .iter()
        .map(|one| (one.file.as_str(), one.refused.as_deref().is_some()))
        .collect();
    let file = |name: &'static str, is_refused: bool| (name, is_refused);
    assert_eq!(
        refused,
        [
            file("VH_153_nexus_202610_1.csv", false),
            file("VH_155_cura_202610_1.csv", true),
            file("VH_157_cura_202610_1.json", true),
            file("VH_999_nexus_202610_1.csv", true),
            file("notes.json", true)
        ]
    );
}

#[test]
fn the_month_of_the_rebuild_is_a_limit() {
    let folder = Folder::of(&[row("a", ANNA, "1.1", "2020-01-01", "")]);
    folder.full("153", "nexus", "2026-11", 1, &[row("b", ANNA, "1.1", "2020-01-01", "")]);
    let oracle = load(folder.path(), Some("2026-10")).unwrap();
    assert_eq!((oracle.as_of(), ids(&oracle)), ("2026-10-31".to_owned(), vec!["a"]));
    assert!(oracle.summary().deliveries[1].refused.is_some());
    assert_eq!(folder.load().as_of(), "2026-11-30");
    assert!(load(folder.path(), Some("2026-09")).is_err());
}

#[test]
fn records_that_cannot_be_read_are_rejected_with_line_and_field() {
    let folder = Folder::new();
    let text = "ok;610180-3000;153;;1.1;2020-01-01;;1.2.1;;\r\n\
                \r\n\
                few;6101803000;153;;1.1;2020-01-01;;1.2.1;\r\n\
                many;6101803000;153;;1.1;2020-01-01;;1.2.1;;;\r\n\
                cpr;610180300;153;;1.1;2020-01-01;;1.2.1;;\r\n\
                end;6101803000;153;;1.1;2020-01-01;2020-02-30;1.2.1;;\r\n\
                kommune;6101803000;155;;1.1;2020-01-01;;1.2.1;;\r\n\
                text;6101803000;153;;1.1;2020-01-01;;1.2.1;\u{1};\r\n\
                \"ok;\"\"2\"\"\";6101803000;153;;1.1;soon;;1.2.1;;\r\n";
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte == 1 { 0xE6 } else { byte }).collect();
    folder.deliver_bytes("153", "nexus", "2026-10", 1, &bytes, &json!({ "antal_raekker": 8 }));
    let oracle = folder.load();
    let rejects: Vec<(usize, &str)> =
        oracle.summary().rejects.iter().map(|one| (one.line, one.field.as_str())).collect();
    assert_eq!(
        rejects,
        [(3, ""), (4, ""), (5, "CPR"), (6, "Slutdato"), (7, "Handlekommune"), (8, "OpholdsstedId")]
    );
    assert_eq!(ids(&oracle), ["ok", "ok;\"2\""]);
    assert_eq!(record(&oracle, "ok;\"2\"").line, 9);
    assert_eq!(record(&oracle, "ok;\"2\"").local_marks, ["D3"]);
    let delivery = &oracle.summary().deliveries[0];
    assert_eq!((delivery.read, delivery.rejected, delivery.counted), (8, 6, 2));
}

#[test]
fn with_a_header_columns_are_found_by_name() {
    let folder = Folder::new();
    let header = "\u{feff}CPR;Ydelsesid;Note;Handlekommune;Betalingskommune;Ydelseskode;Slutdato;Startdato;Maalgrupper;OpholdsstedId;Funktionsvurdering\n";
    let text =
        format!("{header}6101803000;a;hello;153;155;1.1;2020-12-31;2020-01-01;1.1.2|1.3.4;;C\n");
    folder.deliver_text("153", "nexus", "2026-10", 1, &text, &json!({ "header": true }));
    let oracle = folder.load();
    let record = record(&oracle, "a");
    assert_eq!(
        (record.line, record.betalingskommune.as_str(), record.funktionsvurdering.as_str()),
        (2, "155", "C")
    );
    assert_eq!(record.end.unwrap().to_string(), "2020-12-31");
    assert_eq!(warnings(&oracle, "ukendt kolonne"), 1);
    let missing = Folder::of(&[]);
    missing.deliver_text(
        "155",
        "nexus",
        "2026-10",
        1,
        &text.replace("Maalgrupper", "Maal").replace("153", "155"),
        &json!({ "header": true }),
    );
    assert!(
        missing.load().summary().deliveries[1].refused.as_deref().unwrap().contains("Maalgrupper")
    );
}

#[test]
fn odd_values_are_kept_with_a_warning() {
    let oracle = Folder::of(&[
        row("a", ANNA, "1.1", "2020-01-01", "").funktionsvurdering("F").opholdssted("?"),
        row("b", ANNA, "1.1", "2020-01-01", "").funktionsvurdering("E"),
    ])
    .load();
    assert_eq!(
        [warnings(&oracle, "ukendt funktionsvurdering"), warnings(&oracle, "ukendt opholdssted")],
        [1, 1]
    );
    let set = oracle
        .pivot(&question(
            VH,
            &["Tid.År=2020"],
            &[],
            &["Funktionsvurdering.Funktionsvurdering"],
            &["Antal Ydelser"],
        ))
        .unwrap();
    assert_eq!(lines(&set), ["E: 1", "Ukendt: 1"]);
}

#[test]
fn a_broken_line_of_a_reference_file_is_rejected_and_of_duplicates_the_last_counts() {
    let folder = Folder::of(&[
        row("a", ANNA, "1.1", "2020-01-01", ""),
        row("b", BO, "1.1", "2020-01-01", ""),
    ]);
    let header = "CPR;Foedselsdato;Doedsdato;Koen;Bopaelskommune";
    let text = format!(
        "{header}\n610180-3000;1970-01-01;;K;153\n6101803000;1971-01-01;;M;153\n6101803001;;2020-99-01;M;153\n6101803001;x\n"
    );
    folder.reference("cpr.csv", &text);
    let oracle = folder.load();
    assert_eq!(record(&oracle, "a").birth.unwrap().to_string(), "1971-01-01");
    assert_eq!(record(&oracle, "a").koen, "Mand");
    assert_eq!(record(&oracle, "b").birth.unwrap().to_string(), "1980-01-01");
    let rejects: Vec<_> = oracle
        .summary()
        .rejects
        .iter()
        .map(|one| (one.file.as_str(), one.line, one.field.as_str()))
        .collect();
    assert_eq!(rejects, [("cpr.csv", 4, "Doedsdato"), ("cpr.csv", 5, "")]);
    assert_eq!(warnings(&oracle, "dobbelt nøgle i cpr.csv"), 1);
}

#[test]
fn a_code_list_in_the_deliveries_replaces_the_one_compiled_in() {
    let folder = Folder::of(&[
        row("a", ANNA, "1.18.3", "2024-01-01", ""),
        row("b", ANNA, "1.1", "2020-01-01", ""),
    ]);
    let header = "Ydelseskode;Ydelsesnavn;Kategori;Lovhjemmel;DstNavn;StatbankKode;StatbankTekst2024;GyldigFra;GyldigTil;Indberetningspligtig;Kodestatus";
    folder.reference("kodelister/ydelser.csv", &format!("{header}\n1.18.3;Socialt akuttilbud;Øvrige;SEL § 82c;DST;31183;x;2024-01-01;;ja;assumed code\n"));
    let oracle = folder.load();
    assert_eq!(
        [&record(&oracle, "a").local_marks, &record(&oracle, "b").local_marks],
        [&vec![], &vec!["D1".to_owned()]]
    );
    assert_eq!(warnings(&oracle, "kodeliste erstattet"), 1);
}
