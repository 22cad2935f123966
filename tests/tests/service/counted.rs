//! Reports of a country so small that every figure is counted by hand: a running year, a choice of
//! municipalities, exports of StatBank as people save them, and who is refused.

use std::path::Path;
use std::sync::LazyLock;

use cube_schema::domains::vh::kodelister::YDELSER;
use rust_xlsxwriter::Workbook;
use terning_server::rebuild::{Rebuild, rebuild};
use terning_tests::folder::{Delivery, write};

use crate::access::{built_of, token};
use crate::harness::Server;

/// Up to 31 October 2026. In Brøndby one citizen lives in 1.8.1 all year and one from 1 August, of 304
/// days 92; in Hvidovre one all year. Approved are the third quarter and the running one.
static DATA: LazyLock<tempfile::TempDir> = LazyLock::new(|| built_of(deliver));

fn deliver(deliveries: &Path) {
    let lines = [
        "a;6101801234;153;;1.8.1;2025-01-01;;1.1.1;;A",
        "b;6202702345;153;;1.8.1;2026-08-01;;1.1.1;;A",
        "d;6202702345;153;;9.9;2026-08-01;;1.1.1;;A",
    ];
    Delivery::full("153", "nexus", "2026-10").write(deliveries, &lines);
    let lines = ["c;6303603456;167;;1.8.1;2025-01-01;;1.1.1;;A"];
    Delivery::full("167", "nexus", "2026-10").write(deliveries, &lines);
    let reference = deliveries.join("reference");
    // Of 2026 there is no population yet: that of the year before is used.
    let people = "Kommunekode;Kvartal;Alder;Antal\n153;2025K3;30;500\n167;2025K3;30;250\n";
    write(&reference.join("befolkning.csv"), people.as_bytes());
    let head = "Kommunekode;Aar;Maaned;Dranst;Hovedkonto;Hovedfunktion;Funktion;Gruppering;Hovedart;\
                Beloeb\n";
    let money = "153;2025;3;1;5;38;50;1;4;100,00\n153;2026;3;1;5;38;50;1;4;396,00\n\
                 167;2026;9;1;5;38;50;1;4;104,00\n";
    write(&reference.join("udgifter.csv"), format!("{head}{money}").as_bytes());
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let quarters = ["2026K3", "2026K4"].iter();
    let approved = quarters.flat_map(|quarter| ["153", "167"].map(|kommune| (kommune, *quarter)));
    let lines = approved.map(|(kommune, quarter)| [kommune, "1.8.1", quarter, "Ja"]);
    let head = [["Kommunekode", "Ydelseskode", "Kvartal", "Godkendt"]];
    for (row, line) in (0..).zip(head.into_iter().chain(lines)) {
        for (column, text) in (0..).zip(line) {
            sheet.write(row, column, text).unwrap();
        }
    }
    let book = book.save_to_buffer().unwrap();
    write(&reference.join("Godkendte_kommuner.xlsx"), &book);
}

fn server() -> Server {
    Server::beside_others(DATA.path())
}

/// A report as lines of its CSV, without the BOM.
fn csv(server: &Server, words: &[&str]) -> Vec<String> {
    let answer = server.answer(&[&["report"], words, &["--format=csv"]].concat());
    answer.trim_start_matches('\u{feff}').lines().map(str::to_owned).collect()
}

/// The numbers of a line by its names.
fn figures(lines: &[String], names: &str) -> Vec<f64> {
    let line = lines.iter().find_map(|line| line.strip_prefix(names)).expect(names);
    line.split(';').map(|text| text.replace(',', ".").parse().unwrap()).collect()
}

fn close(found: &[f64], expected: &[f64]) -> bool {
    let same = |(one, other): (&f64, &f64)| (one - other).abs() < 1e-9;
    found.len() == expected.len() && found.iter().zip(expected).all(same)
}

#[test]
fn a_running_year_counts_to_the_as_of_day() {
    let server = server();
    let lines = csv(&server, &["noegletal", "--aar=2026"]);
    // Money 396 over 1 + 92/304 recipients; population 500.
    let recipients = 1.0 + 92.0 / 304.0;
    // N6 and N8 are empty for all, and are left out.
    let of_153 = [4.0, 0.0, 396.0 / recipients, 0.792, 0.792, 0.792];
    let found = figures(&lines, "Region Hovedstaden;Brøndby;");
    assert!(close(&found, &of_153), "{found:?}");
    // Both: three citizens of 750, 500 kroner over two and a part.
    let each = 500.0 / 750.0;
    let all = [4.0, 0.0, 500.0 / (1.0 + recipients), each, each, each];
    let found = figures(&lines, "I alt;I alt;");
    assert!(close(&found, &all), "{found:?} {lines:#?}");
    let title = server.answer(&["report", "noegletal"]);
    assert!(title.starts_with("Nøgletal på voksenhandicapområdet, 2025\n"), "{title}");
    let lines = csv(&server, &["benchmark", "--kommuner=153,167", "--aar=2026"]);
    assert_eq!(lines[0], ";153;153;167;167", "{lines:#?}");
    assert_eq!(lines[1], ";2026K3;2026K4;2026K3;2026K4", "{lines:#?}");
    assert_eq!(lines.last().unwrap(), "1.8.1;2;2;1;1");
}

#[test]
fn municipalities_are_chosen_by_number_or_name() {
    let server = server();
    for names in ["153", "Brøndby", "brøndby", " 153 "] {
        let lines = csv(&server, &["noegletal", "--aar=2026", &format!("--kommuner={names}")]);
        let rows = || lines.iter().filter(|line| line.contains(";4;"));
        assert!(
            lines.iter().any(|line| line.starts_with("Region Hovedstaden;Brøndby;")),
            "{lines:#?}"
        );
        assert!(!lines.iter().any(|line| line.contains("Hvidovre")), "{lines:#?}");
        // The municipality, its region and all are the chosen one.
        assert_eq!(rows().count(), 3, "{lines:#?}");
    }
    let both = csv(&server, &["benchmark", "--aar=2026", "--kommuner=Hvidovre, 153"]);
    assert_eq!(both, csv(&server, &["benchmark", "--aar=2026", "--kommuner=153,167"]));
    for report in ["benchmark", "noegletal"] {
        let refused = server.refusal(&["report", report, "--kommuner=153,Brønby"]);
        assert!(
            refused.contains("'Brønby' findes ikke") && refused.contains("Brøndby"),
            "{refused}"
        );
    }
}

/// Runs `hand07` on an export.
fn hand07(server: &Server, export: &[u8], more: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("HAND07.csv");
    write(&file, export);
    let file = format!("--statbank={}", file.display());
    csv(server, &[&["hand07", &file], more].concat())
}

const EXPORT: &str = "OMRÅDE;YDELSESTYPE;TID;INDHOLD\n\
                      153 Brøndby;Længerevarende ophold (§ 108 i Serviceloven);2026K3;2\n\
                      167 Hvidovre;Længerevarende ophold (§ 108 i Serviceloven);2026K3;3\n\
                      Hele landet;Længerevarende ophold (§ 108 i Serviceloven);2026K3;5\n\
                      084 Region Hovedstaden;Længerevarende ophold (§ 108 i Serviceloven);2026K3;5\n";

#[test]
fn an_export_in_windows_1252_is_read_as_one_in_utf_8() {
    let server = server();
    let bytes: Vec<u8> = EXPORT.chars().map(|letter| u8::try_from(letter).unwrap()).collect();
    assert!(std::str::from_utf8(&bytes).is_err());
    let lines = hand07(&server, &bytes, &[]);
    assert_eq!(lines, hand07(&server, EXPORT.as_bytes(), &[]));
    assert_eq!(lines, hand07(&server, format!("\u{feff}{EXPORT}").as_bytes(), &[]));
    let [head, of_153, of_167] = lines.as_slice() else { panic!("{lines:#?}") };
    assert!(head.starts_with("Kommunenummer;Kommune;Ydelsestype;Ydelse;Kvartal;FLIS;DST;Forskel"));
    assert!(of_153.starts_with("153;Brøndby;") && of_153.contains(";2026K3;2;2;0;"), "{of_153}");
    assert!(of_167.starts_with("167;Hvidovre;") && of_167.contains(";2026K3;1;3;-2;"), "{of_167}");
}

/// The list of the version, not the compiled one: 1.8.1 has another name and StatBank code there.
#[test]
fn a_delivered_list_of_services_says_what_an_export_calls_them() {
    let folder = tempfile::tempdir().unwrap();
    let deliveries = folder.path().join("deliveries");
    let line = "a;6101801234;153;;1.8.1;2020-01-01;;1.2.1;;A";
    Delivery::full("153", "nexus", "2026-09").write(&deliveries, &[line]);
    let in_2024 = "Længerevarende botilbud inkl. tilknyttede ydelser fx §§ 83, 85 (§ 108 i lov om \
                   social service)";
    let list = YDELSER
        .replace("Længerevarende ophold (§ 108 i Serviceloven);30181;", "Nyt navn;39999;")
        .replace(in_2024, "Navn fra 2024");
    write(&deliveries.join("reference/kodelister/ydelser.csv"), list.as_bytes());
    let order = Rebuild::new(&deliveries, folder.path());
    assert_eq!(rebuild(&order, &|_| ()).unwrap().exit_code(), 0);
    let server = Server::ready(folder.path());
    let export = |name: &str| format!("OMRÅDE;YDELSESTYPE;TID;INDHOLD\n153;{name};2026K3;2\n");
    for name in ["Nyt navn", "Navn fra 2024", "39999", "1.8.1", "Længerevarende botilbud"] {
        let lines = hand07(&server, export(name).as_bytes(), &[]);
        let expected = "153;Brøndby;39999;Nyt navn;2026K3;;2;";
        assert!(lines.len() == 2 && lines[1].starts_with(expected), "{name}: {lines:#?}");
    }
    let compiled = export("Længerevarende ophold (§ 108 i Serviceloven)");
    let file = folder.path().join("HAND07.csv");
    write(&file, compiled.as_bytes());
    let file = format!("--statbank={}", file.display());
    let refused = server.refusal(&["report", "hand07", &file]);
    assert!(refused.contains("er ikke på ydelseslisten"), "{refused}");
}

#[test]
fn areas_that_are_no_municipality_are_named_and_left_out() {
    let server = server();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("HAND07.csv");
    write(&file, EXPORT.as_bytes());
    let table = server.answer(&["report", "hand07", &format!("--statbank={}", file.display())]);
    let said = "2 navne, der ikke er på kommunelisten, med 2 celler: '084 Region Hovedstaden', \
                'Hele landet'";
    assert!(table.contains(said), "{table}");
    assert!(table.contains("2 celler er sammenlignet; 1 er ens"), "{table}");
    let one = hand07(&server, EXPORT.as_bytes(), &["--kommuner=Brøndby"]);
    assert!(one.len() == 2 && one[1].starts_with("153;"), "{one:#?}");
    assert_eq!(hand07(&server, EXPORT.as_bytes(), &["--aar=2025"]).len(), 1);
    // An empty table is not left to be taken for agreement.
    let statbank = format!("--statbank={}", file.display());
    let empty = server.answer(&["report", "hand07", &statbank, "--aar=1999,2026"]);
    assert!(empty.contains("Udtrækket har ingen tal for 1999; det har 2026."), "{empty}");
    let other = server.answer(&["report", "hand07", &statbank, "--kommuner=157"]);
    assert!(other.contains("Udtrækket har ingen tal for 157; det har 153, 167."), "{other}");
    assert!(other.contains("Forskellene er tilsammen 0 borgere."), "{other}");
    let refused = server.refusal(&["report", "hand07", &statbank, "--kommuner=Brønby"]);
    assert!(refused.contains("mente du 'Brøndby' for 'Brønby'?"), "{refused}");
}

#[test]
fn an_export_with_slips_in_names_is_told_what_was_meant_and_one_that_is_none_which_file_it_is() {
    let server = server();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("HAND07.csv");
    let statbank = format!("--statbank={}", file.display());
    let of = |export: &str| {
        write(&file, export.as_bytes());
        server.ask(&["report", "hand07", &statbank])
    };
    let slips = EXPORT.replace("167 Hvidovre", "167 Hvidovrre");
    let said = of(&slips).unwrap();
    assert!(said.contains("(mente du 'Hvidovre' for '167 Hvidovrre'?)"), "{said}");
    assert!(said.contains("1 celle er sammenlignet"), "{said}");
    let refused = of("Dette er ikke en tabel").unwrap_err();
    assert!(
        refused.contains("HAND07.csv") && refused.contains("hverken overskriften"),
        "{refused}"
    );
    std::fs::remove_file(&file).unwrap();
    let missing = server.refusal(&["report", "hand07", &statbank]);
    assert!(missing.contains("HAND07.csv kan ikke læses: den findes ikke"), "{missing}");
}

#[test]
fn a_municipality_is_told_why_hand07_explains_nothing_to_it() {
    let server = server();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("HAND07.csv");
    write(&file, EXPORT.as_bytes());
    let statbank = format!("--statbank={}", file.display());
    let own = token(DATA.path(), "kommune", Some("153"));
    let told = server.answer(&["report", "hand07", &statbank, "--token", &own]);
    assert!(told.contains("Forskellene forklares ikke for en kommunes adgangsbevis"), "{told}");
    let all = server.answer(&["report", "hand07", &statbank]);
    assert!(!all.contains("forklares ikke for en kommunes"), "{all}");
}

#[test]
fn a_report_of_citizens_is_refused_to_national_eyes_and_empty_of_others() {
    let server = server();
    let own = token(DATA.path(), "kommune", Some("153"));
    let national = token(DATA.path(), "national", None);
    let of = |kommune: &str, token: &str| {
        let kommune = format!("--kommune={kommune}");
        let words = ["report", "harmonisering", "--aar=2026", &kommune, "--format=csv"];
        server.ask(&[&words[..], &["--token", token]].concat())
    };
    let everything = of("153", "").unwrap_err();
    assert!(everything.contains("adgangsbevis"), "an empty token is none: {everything}");
    let shown = of("153", &own).unwrap();
    assert!(shown.contains("Ugyldig ydelseskode") && shown.contains("6202702345"), "{shown}");
    let refused = of("153", &national).unwrap_err();
    assert!(refused.contains("viser 'Borger'") && refused.contains("adgangsbevis"), "{refused}");
    assert!(!refused.contains("6202702345"), "{refused}");
    // Of another municipality it gets what it gets of one that has no deliveries.
    assert_eq!(of("167", &own).unwrap(), of("169", &own).unwrap());
    // Figures of all municipalities are the same for all (A2).
    for report in [["noegletal", "--aar=2026"], ["benchmark", "--kommuner=167"]] {
        let asked = |token: &str| csv(&server, &[&report[..], &["--token", token]].concat());
        assert_eq!(asked(&own), asked(&national));
    }
}
