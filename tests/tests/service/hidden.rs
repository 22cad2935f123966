//! Disclosure control (A3) from deliveries to the command line: what is hidden is hidden in every format,
//! and nothing else tells of it.

use std::io::Cursor;
use std::path::Path;
use std::sync::LazyLock;

use calamine::{Data, Reader};
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use terning_server::access::Access;
use terning_server::audit;
use terning_server::config::Settings;
use terning_server::versions::Protection;
use terning_tests::folder::{Delivery, write};

use crate::access::built_of;
use crate::harness::Server;
use crate::packages::{csv, package, parquet};

const CUBE: &str = "--cube=Voksne Handicappede Benchmark";
const MDX_CUBE: &str = "[Voksne Handicappede Benchmark]";

/// Citizens by municipality and service: in 155 nine have 1.8.2, in 153 three, and in 167 four in four age
/// groups.
static DATA: LazyLock<tempfile::TempDir> = LazyLock::new(|| built_of(deliver));

fn deliver(deliveries: &Path) {
    let mut citizen = 0;
    let mut lines = |kommune: &str, code: &str, born: &[&str], each: usize| -> Vec<String> {
        let mut lines = Vec::new();
        for born in born {
            for _ in 0..each {
                citizen += 1;
                let cpr = format!("{born}1{citizen:03}");
                lines.push(format!("{citizen};{cpr};{kommune};;{code};2025-01-01;;1.1.1;;A"));
            }
        }
        lines
    };
    let of_153 = [lines("153", "1.8.1", &["610180"], 20), lines("153", "1.8.2", &["610180"], 3)];
    let years = ["610150", "610165", "610180", "610190"];
    let of_167 = [lines("167", "1.8.1", &["610180"], 12), lines("167", "1.8.2", &years, 1)];
    let of_155 = [lines("155", "1.8.1", &["610180"], 8), lines("155", "1.8.2", &["610180"], 9)];
    for (kommune, lines) in [("153", of_153), ("155", of_155), ("167", of_167)] {
        let lines = lines.concat();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        Delivery::full(kommune, "nexus", "2026-10").write(deliveries, &lines);
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let approved = ["153", "155", "167"].into_iter().flat_map(|kommune| {
        let codes = ["1.8.1", "1.8.2"].into_iter();
        codes.flat_map(move |code| {
            (1..5).map(move |quarter| {
                [kommune.to_owned(), code.to_owned(), format!("2025K{quarter}"), "Ja".to_owned()]
            })
        })
    });
    let head = ["Kommunekode", "Ydelseskode", "Kvartal", "Godkendt"].map(str::to_owned);
    for (row, line) in (0..).zip(std::iter::once(head).chain(approved)) {
        for (column, text) in (0..).zip(line) {
            sheet.write(row, column, text).unwrap();
        }
    }
    let book = book.save_to_buffer().unwrap();
    write(&deliveries.join("reference/Godkendte_kommuner.xlsx"), &book);
}

fn server(is_on: bool, minimum_set: u32) -> Server {
    let protection = Protection { is_on, minimum_set };
    let audit = audit::Settings { enabled: false, ..audit::Settings::default() };
    Server::with_settings(DATA.path(), Settings { protection, audit, ..Access::Local.into() })
}

fn pivot<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let words = [
        "pivot",
        CUBE,
        "--rows=Handle kommune.Kommunenummer",
        "--columns=Ydelse VH.Ydelseskode",
        "--measure=Antal Unikke Borgere",
    ];
    [&words, more].concat()
}

/// The lines of a CSV behind its heads.
fn lines(answer: &str) -> Vec<&str> {
    let is_one = |line: &&str| ["153;", "155;", "167;"].iter().any(|own| line.starts_with(own));
    answer.lines().filter(is_one).collect()
}

#[test]
fn a_small_count_is_a_star_in_every_format() {
    let (hiding, open) = (server(true, 0), server(false, 0));
    assert_eq!(lines(&open.answer(&pivot(&["--format=csv"]))), ["153;20;3", "155;8;9", "167;12;4"]);
    assert_eq!(
        lines(&hiding.answer(&pivot(&["--format=csv"]))),
        ["153;20;*", "155;8;9", "167;12;*"]
    );
    let table = hiding.answer(&pivot(&["--format=table"]));
    assert_eq!(table.matches('*').count(), 2, "{table}");
    let json: Value = serde_json::from_str(&hiding.answer(&pivot(&["--format=json"]))).unwrap();
    let cells = json["cells"].as_array().unwrap();
    let hidden: Vec<&Value> = cells.iter().filter(|cell| cell["hidden"] == true).collect();
    assert_eq!(hidden.len(), 2, "{json}");
    assert!(hidden.iter().all(|cell| cell["value"].is_null() && cell["formatted"] == "*"));
    let book = Cursor::new(hiding.ask_bytes(&pivot(&["--format=xlsx"])).unwrap());
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(book).unwrap();
    let sheet = book.worksheet_range("Tal").unwrap();
    let cells = || sheet.cells().map(|(_, _, cell)| cell);
    assert_eq!(cells().filter(|cell| **cell == Data::String("*".to_owned())).count(), 2);
    let small = |cell: &&Data| matches!(cell, Data::Float(value) if [3.0, 4.0].contains(value));
    assert_eq!(cells().filter(small).count(), 0);
}

/// In 153 three have a service and nobody comes or goes, in 155 nine have one and two have another.
fn deliver_few(deliveries: &Path) {
    let lines = |kommune: &str, code: &str, citizens: std::ops::Range<u32>| -> Vec<String> {
        let line = |citizen: u32| {
            format!("{citizen};6101801{citizen:03};{kommune};;{code};2025-01-01;;1.1.1;;A")
        };
        citizens.map(line).collect()
    };
    let of_155 = [lines("155", "1.8.1", 10..19), lines("155", "1.8.2", 20..22)].concat();
    for (kommune, lines) in [("153", lines("153", "1.8.1", 1..4)), ("155", of_155)] {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        Delivery::full(kommune, "nexus", "2026-10").write(deliveries, &lines);
    }
}

#[test]
fn every_figure_of_the_aggregated_package_is_empty_or_the_truth() {
    let (data, into) = (built_of(deliver_few), tempfile::tempdir().unwrap());
    let rows = |is_on: bool| {
        let protection = Protection { is_on, minimum_set: 0 };
        let audit = audit::Settings { enabled: false, ..audit::Settings::default() };
        let settings = Settings { protection, audit, ..Access::Local.into() };
        let server = Server::with_settings(data.path(), settings);
        let folder = package(&server, into.path(), &["--kind=aggregat"], "").unwrap();
        let rows = csv(&folder.join("aggregat.csv"));
        assert_eq!(rows, parquet(&folder.join("aggregat.parquet")));
        (rows, std::fs::read_to_string(folder.join("LÆSMIG.md")).unwrap())
    };
    let ((hiding, told), (open, _)) = (rows(true), rows(false));
    let is_place = |name: &str| {
        ["Handlekommune", "Maaned", "Ydelseskode", "Maalgruppe", "Aldersgruppe", "Koen"]
            .contains(&name)
    };
    assert!(open.iter().flat_map(|row| row.values()).all(|figure| !figure.is_empty()));
    let (mut hidden, mut shown) = (0, 0);
    for row in &hiding {
        let is_same = |other: &&std::collections::BTreeMap<String, String>| {
            row.iter().filter(|(name, _)| is_place(name)).all(|(name, own)| other[name] == *own)
        };
        let truth = open.iter().find(is_same).unwrap_or_else(|| panic!("{row:?}"));
        for (name, figure) in row.iter().filter(|(name, _)| !is_place(name)) {
            assert!(figure.is_empty() || *figure == truth[name], "{name} of {row:?}, {truth:?}");
            hidden += usize::from(figure.is_empty());
            shown += usize::from(!figure.is_empty());
        }
    }
    assert!(hidden > 50 && shown > 50, "{hidden} hidden, {shown} shown");
    assert!(told.contains(&format!("Skjulte tal i tabellens linjer: {hidden}.")), "{told}");
}

#[test]
fn the_standard_report_hides_and_its_totals_do_not_tell() {
    let (hiding, open) = (server(true, 0), server(false, 0));
    let report = ["report", "benchmark", "--kommuner=153,167", "--aar=2025", "--format=csv"];
    let of = |server: &Server| {
        let answer = server.answer(&report);
        let line = answer.lines().find(|line| line.starts_with("1.8.2"));
        line.unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    assert_eq!(of(&open), "1.8.2;3;3;3;3;4;4;4;4");
    // All of its cells are hidden, and a line of nothing else is left out.
    let answer = hiding.answer(&report);
    assert!(answer.lines().any(|line| line.starts_with("1.8.1;20;20")), "{answer}");
    assert!(!answer.contains("1.8.2"), "{answer}");
    // 23 in all, of whom 20 have the other service.
    let totals = hiding.answer(&pivot(&["--totals", "--format=csv"]));
    let of_153 = lines(&totals)[0];
    assert!(of_153.matches('*').count() >= 2, "{totals}");
    // Four citizens in four age groups look like three in one.
    let ages = [
        "pivot",
        CUBE,
        "--filter=Ydelse VH.Ydelseskode=1.8.2",
        "--rows=Handle kommune.Kommunenummer",
        "--columns=Alder.Aldersgruppe",
        "--measure=Antal Unikke Borgere",
        "--totals",
        "--empty",
        "--format=csv",
    ];
    let ages = hiding.answer(&ages);
    let stars: Vec<usize> = lines(&ages).iter().map(|line| line.matches('*').count()).collect();
    assert!(stars[0] == stars[2] && stars[0] == 5, "{ages}");
}

#[test]
fn formulas_and_sets_do_not_tell() {
    let hiding = server(true, 0);
    let mdx = |text: &str| hiding.ask(&["mdx", text, "--format=csv"]);
    let codes = "{[Ydelse VH].[Ydelseskode].[1.8.1], [Ydelse VH].[Ydelseskode].[1.8.2]}";
    let of_153 = "[Handle kommune].[Kommunenummer].[153]";
    let ratio = format!(
        "WITH MEMBER [Measures].[Andel] AS '[Measures].[Antal Unikke Borgere] / 100' \
         SELECT {codes} ON 0, {{{of_153}}} ON 1 FROM {MDX_CUBE} WHERE [Measures].[Andel]"
    );
    let answer = mdx(&ratio).unwrap();
    assert!(answer.contains("0,2") && answer.contains('*') && !answer.contains("0,03"), "{answer}");
    let filter = format!(
        "SELECT Filter({codes}, [Measures].[Antal Unikke Borgere] > 3) ON 0 FROM {MDX_CUBE} \
         WHERE ({of_153}, [Measures].[Antal Unikke Borgere])"
    );
    let refused = mdx(&filter).unwrap_err();
    assert!(refused.contains("A3"), "{refused}");
    let non_empty = format!(
        "SELECT NON EMPTY {codes} ON 0 FROM {MDX_CUBE} \
         WHERE ({of_153}, [Measures].[Antal Unikke Borgere])"
    );
    let answer = mdx(&non_empty).unwrap();
    assert!(answer.contains("20") && !answer.contains("1.8.2"), "{answer}");
}

#[test]
fn records_explanations_and_plans_are_refused_and_kept_answers_are_protected() {
    let hiding = server(true, 0);
    let text = format!(
        "SELECT {{[Ydelse VH].[Ydelseskode].[1.8.2]}} ON 0 FROM {MDX_CUBE} \
         WHERE [Handle kommune].[Kommunenummer].[153]"
    );
    for words in [
        &["drill", CUBE, "--filter=Ydelse VH.Ydelseskode=1.8.2"][..],
        &["explain", CUBE, "--filter=Handle kommune.Kommunenummer=153"],
        &["mdx", "--explain", &text],
        &["mdx", &format!("EXPLAIN {text}")],
        &["mdx", &format!("DRILLTHROUGH {text}")],
    ] {
        let refused = hiding.refusal(words);
        assert!(refused.contains("A3"), "{words:?}: {refused}");
    }
    // Asked again, and with other words and more beside it, it is as hidden as the first time.
    let mdx = |text: &str| hiding.answer(&["mdx", text, "--format=csv"]);
    let first = mdx(&text);
    assert!(first.contains('*'), "{first}");
    assert_eq!(mdx(&text), first);
    assert_eq!(mdx(&text.to_lowercase().replace("select", "SELECT -- igen\n")), first);
    let before = hiding.answer(&pivot(&["--format=csv"]));
    let with_totals = hiding.answer(&pivot(&["--totals", "--format=csv"]));
    assert_eq!(hiding.answer(&pivot(&["--format=csv"])), before);
    assert_eq!(hiding.answer(&pivot(&["--totals", "--format=csv"])), with_totals);
    // What another cube shows of all its records it shows as before.
    let own = hiding.answer(&["drill", "--cube=Voksne Handicappede", "--format=csv"]);
    assert!(own.lines().count() > 20);
}

#[test]
fn a_question_about_too_few_is_refused_however_it_is_asked() {
    let hiding = server(true, 20);
    let by_filter =
        ["pivot", CUBE, "--filter=Ydelse VH.Ydelseskode=1.8.2", "--measure=Antal Ydelser"];
    let by_row = ["pivot", CUBE, "--rows=Ydelse VH.Ydelseskode=1.8.2", "--measure=Antal Ydelser"];
    for words in [by_filter, by_row] {
        let refused = hiding.refusal(&words);
        assert!(refused.contains("færre end 20"), "{refused}");
    }
    let formula = format!(
        "WITH MEMBER [Measures].[X] AS '([Measures].[Antal Ydelser], [Ydelse VH].[Ydelseskode].[1.8.2]) + 1' \
         SELECT {{[Measures].[X]}} ON 0 FROM {MDX_CUBE}"
    );
    let told = hiding.ask(&["mdx", &formula, "--format=csv"]);
    assert!(
        told.as_ref().map_or_else(|error| error.contains("A3"), |own| own.contains('*')),
        "{told:?}"
    );
    // Both services together are about 56 citizens.
    assert_eq!(
        lines(&hiding.answer(&pivot(&["--format=csv"]))),
        ["153;20;*", "155;8;9", "167;12;*"]
    );
}
