//! VH deliveries in every form and disorder, from a folder to what is counted. Rule ids and the
//! points of "Bad input" are in the names.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use rust_xlsxwriter::Workbook;
use tempfile::TempDir;
use terning_tests::engine::{Engine, ask};
use terning_tests::folder::Delivery;
use terning_tests::words;

/// A replacement number: a woman of thirty.
const ANNA: &str = "6101803000";
const VH: &str = "Voksne Handicappede";

struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// A delivery of ten-field lines, or eleven in deliveries of changes.
    fn deliver(&self, delivery: &Delivery, lines: &[String]) -> &Folder {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        delivery.write(self.path(), &lines);
        self
    }

    fn reference(&self, file: &str, bytes: impl AsRef<[u8]>) -> &Folder {
        let path = self.path().join("reference").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    fn load(&self) -> Engine {
        Engine::load(self.path(), None).unwrap()
    }
}

fn line(id: &str, start: &str, end: &str) -> String {
    format!("{id};{ANNA};153;;1.8.1;{start};{end};1.1.1;;A")
}

/// The ids that count, in the order of the deliveries.
fn ids(engine: &Engine) -> Vec<String> {
    use cube_schema::table::FactColumn;
    let facts = engine.loaded.star.fact("ydelser_indberettet").unwrap();
    let Some(FactColumn::Text(ids)) = facts.column("ydelsesid") else { panic!("no ids") };
    ids.iter().map(ToString::to_string).collect()
}

fn warned(engine: &Engine, kind: &str) -> u64 {
    engine.loaded.report.warnings.get(kind).map_or(0, |warning| warning.count)
}

/// What a cube answers, as `row: values`.
fn answer(engine: &Engine, question: &str) -> Vec<String> {
    let pivot = format!("terning pivot --cube '{VH}' {question} --measure 'Antal Ydelser'");
    let answer = ask(&engine.cubes, &words::read(&pivot).unwrap()).unwrap();
    let number = |cell: &Option<f64>| cell.map_or("-".to_owned(), |value| value.to_string());
    let rows = answer.rows.iter().zip(&answer.cells);
    rows.map(|(row, cells)| {
        format!("{}: {}", row.join(" "), cells.iter().map(number).collect::<Vec<_>>().join(" "))
    })
    .collect()
}

#[test]
fn s4_changes_are_applied_in_order_of_month_and_serial_number() {
    let folder = Folder::new();
    let system = |month: &'static str, serial| Delivery {
        loebenummer: serial,
        ..Delivery::changes("153", "nexus", month)
    };
    let changed = |line: String, slettet: &str| format!("{line};{slettet}");
    folder
        .reference(
            "systemskifte.csv",
            "Kommunekode;System;Rolle;Skiftedato\n153;nexus;aendringer;\n",
        )
        .deliver(
            &Delivery::full("153", "nexus", "2024-01"),
            &[
                line("a", "2020-01-01", ""),
                line("b", "2020-01-01", ""),
                line("c", "2020-01-01", ""),
            ],
        )
        .deliver(
            &system("2024-02", 2),
            &[changed(line("d", "2024-02-01", ""), ""), "b;;;;;;;;;;J".to_owned()],
        )
        .deliver(
            &system("2024-02", 1),
            &[
                changed(line("a", "2020-01-01", "2024-02-01"), ""),
                changed(line("b", "2021-01-01", ""), ""),
            ],
        )
        .deliver(&system("2024-03", 1), &["x;;;;;;;;;;J".to_owned()]);
    let engine = folder.load();
    assert_eq!(ids(&engine), ["c", "a", "d"]);
    assert_eq!(warned(&engine, "Sletning af ukendt id"), 1);
    assert_eq!(warned(&engine, "Rolle og fuld_bestand er uenige"), 1);
    let counted = engine.loaded.report.deliveries.iter().map(|line| (line.read, line.counted));
    assert_eq!(counted.collect::<Vec<_>>(), [(3, 1), (2, 1), (2, 1), (1, 0)]);
    assert_eq!(engine.loaded.report.as_of, "2024-03-31");
}

#[test]
fn s4_a_full_stock_among_changes_starts_anew() {
    let folder = Folder::new();
    let changes = |month| Delivery::changes("153", "nexus", month);
    folder
        .deliver(&changes("2024-01"), &[line("a", "2020-01-01", "") + ";"])
        .deliver(&Delivery::full("153", "nexus", "2024-02"), &[line("b", "2020-01-01", "")])
        .deliver(&changes("2024-03"), &[line("c", "2020-01-01", "") + ";"]);
    assert_eq!(ids(&folder.load()), ["b", "c"]);
}

#[test]
fn s2_of_a_former_system_that_delivers_changes_the_ended_records_count() {
    let folder = Folder::new();
    let changes = |month| Delivery::changes("153", "gammel", month);
    let roles = "153;gammel;tidligere;2024-02-15\n153;ny;nyt;\n";
    folder
        .reference("systemskifte.csv", format!("Kommunekode;System;Rolle;Skiftedato\n{roles}"))
        .deliver(
            &changes("2024-01"),
            &[line("a", "2020-01-01", "") + ";", line("b", "2020-01-01", "") + ";"],
        )
        .deliver(&changes("2024-02"), &[line("a", "2020-01-01", "2024-02-10") + ";"])
        .deliver(&Delivery::full("153", "ny", "2024-02"), &[line("z", "2020-01-01", "")]);
    let engine = folder.load();
    assert_eq!(ids(&engine), ["a", "z"]);
    assert_eq!(warned(&engine, "Leverance fra tidligere system efter skiftedatoen"), 0);
    folder.deliver(&changes("2024-03"), &["b;;;;;;;;;;J".to_owned()]);
    assert_eq!(warned(&folder.load(), "Leverance fra tidligere system efter skiftedatoen"), 1);
}

#[test]
fn s5_the_same_record_from_two_systems_is_kept_and_warned_of() {
    let folder = Folder::new();
    folder
        .deliver(&Delivery::full("153", "cura", "2024-01"), &[line("a", "2020-01-01", "")])
        .deliver(&Delivery::full("153", "nexus", "2024-01"), &[line("b", "2020-01-01", "")]);
    let engine = folder.load();
    assert_eq!(ids(&engine), ["a", "b"]);
    assert_eq!(warned(&engine, "Samme ydelse fra to systemer"), 1);
    assert_eq!(warned(&engine, "System uden linje i systemskifte.csv"), 2);
}

#[test]
fn records_without_an_id_are_kept_side_by_side_and_warned_of() {
    let folder = Folder::new();
    let lines = [line("", "2020-01-01", ""), line("", "2021-01-01", "")];
    folder.deliver(&Delivery::full("153", "nexus", "2024-01"), &lines);
    let engine = folder.load();
    assert_eq!(ids(&engine), ["", ""]);
    assert_eq!(warned(&engine, "Ydelse uden Ydelsesid"), 2);
}

#[test]
fn xml_gives_the_same_records_as_csv() {
    let folder = Folder::new();
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"windows-1252\"?>\r\n<Leverance>\r\n  <Ydelse>\r\n    \
        <Ydelsesid>\u{e6}1</Ydelsesid><CPR>{ANNA}</CPR><Handlekommune>153</Handlekommune>\
        <Betalingskommune/><Ydelseskode>1.8.1</Ydelseskode><Startdato>2020-01-01</Startdato>\
        <Maalgrupper>\r\n<Maalgruppe>1.1.1</Maalgruppe><Maalgruppe>1.1.2</Maalgruppe></Maalgrupper>\
        </Ydelse>\r\n<Ydelse><Ydelsesid>b</Ydelsesid><CPR>1</CPR></Ydelse>\r\n</Leverance>"
    );
    let bytes: Vec<u8> = xml.chars().map(|letter| letter as u8).collect();
    Delivery {
        format: "xml",
        tegnsaet: "windows-1252",
        ..Delivery::full("153", "nexus", "2024-01")
    }
    .write_bytes(folder.path(), &bytes, 2);
    let engine = folder.load();
    assert_eq!(ids(&engine), ["\u{e6}1"]);
    let groups =
        answer(&engine, "--rows Målgruppe.Målgruppe --columns Tid.År --filter Tid.År=2020");
    assert_eq!(groups, ["Mobilitetsnedsættelse: 1", "Synsnedsættelse: 1"]);
    let rejects = &engine.loaded.rejects;
    let rejects: Vec<_> = rejects.iter().map(|reject| (reject.line, reject.field)).collect();
    assert_eq!(rejects, [(6, "CPR")]);
}

#[test]
fn g3_the_wide_workbook_is_read_from_the_sheet_with_the_header() {
    let mut book = Workbook::new();
    book.add_worksheet().write(0, 0, "Vejledning").unwrap();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "Godkendte kommuner").unwrap();
    let titles = ["YDELSESKODE", "Kommunekode", "Navn", "2020 K1", "2020k2", "2020Q3", "2020K4"];
    for (column, title) in titles.into_iter().enumerate() {
        sheet.write(3, column as u16, title).unwrap();
    }
    sheet.write(4, 0, "1.8.1").unwrap().write(4, 1, 153).unwrap();
    sheet.write(4, 3, "ja").unwrap().write(4, 4, "X").unwrap().write(4, 5, 1).unwrap();
    sheet.write(5, 0, "1.8.1").unwrap().write(5, 1, "999").unwrap().write(5, 3, "Ja").unwrap();
    sheet.write(6, 0, "1.8.1").unwrap().write(6, 1, "153").unwrap();
    for (column, answer) in ["Ja", "Ja", "Nej", "måske"].into_iter().enumerate() {
        sheet.write(6, 3 + column as u16, answer).unwrap();
    }
    let folder = Folder::new();
    folder
        .reference("Godkendte_kommuner.xlsx", book.save_to_buffer().unwrap())
        .deliver(&Delivery::full("153", "nexus", "2024-01"), &[line("a", "2020-01-01", "")]);
    let engine = folder.load();
    let asked =
        "--filter Tid.År=2020 --rows Tid.Kvartal --columns 'JaNej godkendt Ydelse.Ja Nej Tekst'";
    assert_eq!(
        answer(&engine, asked),
        ["2020K1: 1 -", "2020K2: 1 -", "2020K3: - 1", "2020K4: - 1"]
    );
    assert_eq!(warned(&engine, "Modstridende godkendelser"), 1);
    let rejects = &engine.loaded.rejects;
    let rejects: Vec<_> = rejects.iter().map(|reject| (reject.line, reject.field)).collect();
    assert_eq!(rejects, [(6, "Kommunekode"), (7, "Godkendt")]);
}

/// Ways to write a day that are not `YYYY-MM-DD`, or that are no day.
const NO_DAYS: [&str; 14] = [
    "01-02-2020",
    "2020/02/01",
    "20200201",
    "2020-2-1",
    "20-02-01",
    "2020-02-30",
    "2021-02-29",
    "2020-13-01",
    "2020-00-10",
    "2020-02-00",
    "2020-02-01T00:00:00",
    "1. februar 2020",
    "43862",
    "i går",
];

#[test]
fn d3_days_are_written_in_one_way_and_a_start_in_another_is_none() {
    for written in NO_DAYS {
        let folder = Folder::new();
        let lines = [line("a", written, "2020-12-31"), line("b", "2020-02-29", "2020-12-31")];
        folder.deliver(&Delivery::full("153", "nexus", "2024-01"), &lines);
        let engine = folder.load();
        assert_eq!((ids(&engine), engine.loaded.rejects.len()), (vec!["a".into(), "b".into()], 0));
        let marks = answer(&engine, "--rows 'Harmonisering VH.Regel'");
        assert_eq!(marks, ["Ingen startdato: 1", "Ukendt: 1"], "{written}");
    }
}

#[test]
fn an_end_that_cannot_be_read_is_rejected_and_no_service_is_open_for_it() {
    for written in NO_DAYS {
        let folder = Folder::new();
        let lines = [line("a", "2020-01-01", written), line("b", "2020-01-01", "2020-02-29")];
        folder.deliver(&Delivery::full("153", "nexus", "2024-01"), &lines);
        let engine = folder.load();
        assert_eq!(ids(&engine), ["b"], "{written}");
        let rejects = engine.loaded.rejects.iter().map(|reject| (reject.line, reject.field));
        assert_eq!(rejects.collect::<Vec<_>>(), [(1, "Slutdato")], "{written}");
    }
}

#[test]
fn days_may_be_quoted_empty_and_in_xml_and_have_a_leap_day() {
    let folder = Folder::new();
    let lines = [line("a", "\"2020-02-29\"", "\"2020-12-31\""), line("b", "2020-02-29", "")];
    folder.deliver(&Delivery::full("153", "nexus", "2024-01"), &lines);
    let xml = format!(
        "<Leverance><Ydelse><Ydelsesid>c</Ydelsesid><CPR>{ANNA}</CPR>\
         <Handlekommune>157</Handlekommune><Ydelseskode>1.4</Ydelseskode>\
         <Startdato>2020-02-29</Startdato><Slutdato/></Ydelse></Leverance>"
    );
    Delivery { format: "xml", ..Delivery::full("157", "cura", "2024-01") }.write_bytes(
        folder.path(),
        xml.as_bytes(),
        1,
    );
    let engine = folder.load();
    assert_eq!((ids(&engine).len(), engine.loaded.rejects.len()), (3, 0));
    let started = "--rows Tid.Måned --filter Tid.År=2020 --columns 'Handle kommune.Kommunenummer'";
    let months = answer(&engine, started);
    assert_eq!((months[0].as_str(), months.len()), ("2020-02: 2 1", 11), "{months:?}");
}

#[test]
fn days_of_reference_files_are_written_in_the_same_way() {
    let folder = Folder::new();
    let head = "CPR;Foedselsdato;Koen;Doedsdato;Bopaelskommune";
    let good = format!("{ANNA};1980-01-31;K;2021-06-30;153");
    let bad = "6101803001;31-01-1980;K;;153\n6101803002;1980-01-31;M;30.6.2021;153";
    folder
        .reference("cpr.csv", format!("{head}\n{good}\n{bad}\n"))
        .deliver(&Delivery::full("153", "nexus", "2024-01"), &[line("a", "2020-01-01", "")]);
    let engine = folder.load();
    let rejects = engine.loaded.rejects.iter().map(|reject| (reject.line, reject.field));
    assert_eq!(rejects.collect::<Vec<_>>(), [(3, "Foedselsdato"), (4, "Doedsdato")]);
    let marks = answer(&engine, "--rows 'Harmonisering VH.Regel'");
    assert_eq!(marks, ["Død borger med åben ydelse: 1"]);
}

#[test]
fn warnings_of_reference_files_are_listed_with_their_lines() {
    let folder = Folder::new();
    let citizens = format!(
        "CPR;Foedselsdato;Doedsdato;Koen;Bopaelskommune;Note\n\
         {ANNA};1990-01-01;;K;153;x\n{ANNA};1990-01-01;;K;153;y\n"
    );
    let systems = "Kommunekode;System;Rolle;Skiftedato\n153;nexus;fuld;i går\n";
    folder
        .reference("cpr.csv", citizens)
        .reference("systemskifte.csv", systems)
        .deliver(&Delivery::full("153", "nexus", "2024-01"), &[line("a", "2020-01-01", "")]);
    let engine = folder.load();
    let listed = engine.loaded.warnings.iter();
    let listed = listed.filter(|one| one.file.starts_with("reference/"));
    let listed: Vec<_> = listed.map(|one| (&*one.file, one.place.line, one.kind)).collect();
    let expected = [
        ("reference/cpr.csv", 1, "Ukendt kolonne"),
        ("reference/cpr.csv", 3, "Samme nøgle flere gange i en referencefil"),
        ("reference/systemskifte.csv", 2, "Ulæselig skiftedato"),
    ];
    assert_eq!(listed, expected);
    assert_eq!(warned(&engine, "Ukendt kolonne"), 1, "Bopaelskommune is of the format");
}
