//! Why a figure has changed from one version to another: every cause with numbers counted by hand, who
//! is told what, and that causes add up on months of sample data.

use std::fs;
use std::path::Path;

use cube_schema::day::Month;
use rust_xlsxwriter::Workbook;
use terning_engine::query::diff::{Cause, Side, diff, records};
use terning_engine::query::{Cancel, ErrorKind, Limits, Pivot, Question, View, answer};
use terning_server::config::{Access, Load, Settings};
use terning_server::rebuild::{Rebuild, rebuild};
use terning_server::reports::sammenlign::IDENTITY;
use terning_server::versions::Versions;
use terning_tests::folder::{Delivery, write};

use crate::access::token;
use crate::harness::Server;

const ANNA: &str = "6101801001";
const BO: &str = "6102801002";
const CARLA: &str = "6103801003";
const DAN: &str = "6104801004";
const EVA: &str = "6105801005";
const FINN: &str = "6106801006";
const HANS: &str = "6107801007";

fn line(id: &str, cpr: &str, kommune: &str, code: &str, dates: (&str, &str)) -> String {
    format!("{id};{cpr};{kommune};;{code};{};{};1.2.1;;A", dates.0, dates.1)
}

fn deliver(folder: &Path, of: (&'static str, &'static str), lines: &[String]) {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    Delivery::full(of.0, "nexus", of.1).write(&folder.join("deliveries"), &lines);
}

fn approve(folder: &Path, quarters: &[&str]) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["Kommunekode", "Ydelseskode", "Kvartal", "Godkendt"]).unwrap();
    for (row, quarter) in (1..).zip(quarters) {
        sheet.write_row(row, 0, ["153", "1.1", quarter, "Ja"]).unwrap();
    }
    let file = folder.join("deliveries/reference/Godkendte_kommuner.xlsx");
    write(&file, &book.save_to_buffer().unwrap());
}

fn build(folder: &Path) {
    let order = Rebuild::new(folder.join("deliveries"), folder);
    assert_eq!(rebuild(&order, &|_| ()).unwrap().exit_code(), 0);
}

const OPEN: (&str, &str) = ("2020-01-01", "");

/// September: six citizens of 153; the code of Hans' service is in no list.
fn september(folder: &Path) {
    let lines = [
        line("k1", ANNA, "153", "1.1", OPEN),
        line("v1", BO, "153", "1.1", OPEN),
        line("c1", CARLA, "153", "1.1", OPEN),
        line("k2", DAN, "153", "1.1", OPEN),
        line("r1", EVA, "153", "1.8.1", OPEN),
        line("x1", HANS, "153", "1.19.9", OPEN),
    ];
    deliver(folder, ("153", "2026-09"), &lines);
    approve(folder, &["2026K1"]);
    build(folder);
}

/// October: Bo is gone, Carla's service ended last year, Finn is new, Hans' code is in the list, one more
/// quarter is approved; and, where `elsewhere`, Eva has moved into a stay of 157 at New Year.
fn october(folder: &Path, elsewhere: bool) {
    let lines = [
        line("k1", ANNA, "153", "1.1", OPEN),
        line("c1", CARLA, "153", "1.1", ("2020-01-01", "2025-06-30")),
        line("k2", DAN, "153", "1.1", OPEN),
        line("r1", EVA, "153", "1.8.1", OPEN),
        line("x1", HANS, "153", "1.19.9", OPEN),
        line("n1", FINN, "153", "1.1", ("2026-02-01", "")),
    ];
    deliver(folder, ("153", "2026-10"), &lines);
    if elsewhere {
        deliver(folder, ("157", "2026-10"), &[line("e1", EVA, "157", "1.8.1", ("2026-01-01", ""))]);
    }
    approve(folder, &["2026K1", "2026K2"]);
    let list = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../cube-schema/src/domains/vh/kodelister/ydelser.csv");
    let list = fs::read_to_string(list).unwrap();
    let list = format!(
        "{}\n1.19.9;Ny ydelse;Øvrige;SEL § 999;Ny ydelse (DST);31999;Ny ydelse (2024);2013-07-01;;ja\n",
        list.trim_end()
    );
    write(&folder.join("deliveries/reference/kodelister/ydelser.csv"), list.as_bytes());
    build(folder);
}

fn both(elsewhere: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    september(folder.path());
    october(folder.path(), elsewhere);
    folder
}

const BENCHMARK: &str = "--cube=Voksne Handicappede Benchmark";
const OF_153: [&str; 3] =
    ["--filter=Tid.År=2026", "--filter=Handle kommune.Kommunenummer=153", "--rows=Tid.Kvartal"];

fn asked<'a>(cube: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["diff", "2026-09.1", "2026-10.1", "--format=csv", cube], &OF_153[..], more].concat()
}

/// The lines of an answer in CSV; without the header, and with `-` for nothing.
fn lines(answer: &str) -> Vec<String> {
    let lines = answer.trim_start_matches('\u{feff}').lines().skip(1);
    let shown = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    lines.map(|line| line.split(';').map(shown).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn every_cause_has_done_what_is_counted_by_hand() {
    let folder = both(true);
    let server = Server::ready(folder.path());
    let told = server.answer(&asked(BENCHMARK, &[]));
    let header = "Kvartal;Mål;2026-09.1;2026-10.1;Ændring;Tid;Godkendelser;Kodelister;Forsvundne;Ændrede;Nye;Regler;Referencedata og andet";
    assert_eq!(told.trim_start_matches('\u{feff}').lines().next(), Some(header));
    // Anna, Bo, Carla, Dan and Eva; then Anna, Dan, Finn and Hans.
    let quarter = |name: &str| format!("{name} Antal Unikke Borgere 5 4 -1 0 0 1 -1 -1 1 -1 0");
    let mut expected: Vec<String> = ["2026K1", "2026K2", "2026K3"].map(quarter).into();
    expected.push("2026K4 Antal Unikke Borgere - 4 4 2 0 1 0 0 1 0 0".to_owned());
    assert_eq!(lines(&told), expected);

    // The report: what is approved. In the second quarter nothing was.
    let report = ["diff", "2026-09.1", "2026-10.1", "--kommuner=153", "--aar=2026", "--format=csv"];
    let told = lines(&server.answer(&report));
    let expected = [
        "1.1 153 2026K1 Antal Unikke Borgere 4 3 -1 0 0 0 -1 -1 1 0 0",
        "1.1 153 2026K2 Antal Unikke Borgere - 3 3 0 2 0 0 0 1 0 0",
    ];
    assert_eq!(told, expected);
    let table = server.answer(&report[..5]);
    assert!(table.contains("2 celler er ændret") && table.contains("2026-09-30"), "{table}");

    // Nothing has changed between a version and itself.
    let same = server.answer(&["diff", "2026-10.1", "2026-10.1", "--kommuner=153", "--aar=2026"]);
    assert!(same.contains("0 celler er ændret"), "{same}");
    // Back again, everything is the other way round.
    let mut back = asked(BENCHMARK, &[]);
    (back[1], back[2]) = (back[2], back[1]);
    let back = lines(&server.answer(&back));
    assert!(
        back.contains(&"2026K1 Antal Unikke Borgere 4 5 1 0 0 -1 -1 1 1 1 0".to_owned()),
        "{back:?}"
    );
    let last = "2026K4 Antal Unikke Borgere 4 - -4 -2 0 -1 -1 0 0 0 0".to_owned();
    assert!(back.contains(&last), "{back:?}");
}

#[test]
fn the_records_behind_are_listed_for_who_may_see_them() {
    let folder = both(true);
    let server = Server::ready(folder.path());
    let own = token(folder.path(), "kommune", Some("153"));
    let other = token(folder.path(), "kommune", Some("157"));
    let national = token(folder.path(), "national", None);
    let told =
        |more: &[&str]| lines(&server.answer(&asked(BENCHMARK, &[&["--records"], more].concat())));
    let changed = [
        "Kodelister 153 nexus x1",
        "Forsvundne 153 nexus v1",
        "Ændrede 153 nexus c1",
        "Nye 153 nexus n1",
    ];
    let all = [&changed[..], &["Regler 153 nexus r1"]].concat();
    assert_eq!(told(&[]), all);
    assert_eq!(told(&["--token", &own]), changed, "what 157 has done is not told");
    assert_eq!(told(&["--token", &other]), [""; 0]);
    let kinds = [
        "Kodelister 153 nexus 1",
        "Forsvundne 153 nexus 1",
        "Ændrede 153 nexus 1",
        "Nye 153 nexus 1",
        "Regler 153 nexus 1",
    ];
    assert_eq!(told(&["--token", &national]), kinds, "how many, and not which");
}

#[test]
fn a_record_stays_as_delivered_however_many_places_others_tell_of() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let places =
        "OpholdsstedId;Navn;Kommunekode;Tilbudstype\nS1;Aahuset;153;7\nS2;Æblegården;153;7\n";
    write(&folder.join("deliveries/reference/opholdssteder.csv"), places.as_bytes());
    let at = |id: &str, cpr: &str, kommune: &str, place: &str| {
        format!("{id};{cpr};{kommune};;1.1;2020-01-01;;1.2.1;{place};A")
    };
    approve(folder, &["2026K1"]);
    for (month, others) in [("2026-09", ["", ""]), ("2026-10", ["S2", "X9"])] {
        deliver(folder, ("153", month), &[at("k1", ANNA, "153", "S1")]);
        let [one, two] = others;
        deliver(folder, ("157", month), &[at("o1", BO, "157", one), at("o2", DAN, "157", two)]);
        build(folder);
    }
    let server = Server::ready(folder);
    let asked = ["diff", "2026-09.1", "2026-10.1", "--format=csv", "--cube=Voksne Handicappede"];
    let told = lines(&server.answer(&[&asked[..], &["--rows=Tid.År", "--records"]].concat()));
    assert!(told.contains(&"Ændrede 157 nexus o1".to_owned()), "{told:?}");
    assert!(!told.iter().any(|line| line.contains("153")), "{told:?}");
}

#[test]
fn a_list_that_is_not_whole_says_how_many_records_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let kept = (0..20).map(|at| line(&format!("k{at}"), ANNA, "153", "1.1", OPEN));
    let kept: Vec<String> = kept.collect();
    let gone = ["v1", "v2"].map(|id| line(id, BO, "153", "1.1", OPEN));
    deliver(folder.path(), ("153", "2026-09"), &[&kept[..], &gone].concat());
    approve(folder.path(), &["2026K1"]);
    build(folder.path());
    deliver(folder.path(), ("153", "2026-10"), &kept);
    build(folder.path());
    let server = Server::ready(folder.path());
    let told =
        |more: &[&str]| lines(&server.answer(&asked(BENCHMARK, &[&["--records"], more].concat())));
    assert_eq!(told(&[]), ["Forsvundne 153 nexus v1", "Forsvundne 153 nexus v2"]);
    let national = token(folder.path(), "national", None);
    assert_eq!(told(&["--token", &national]), ["Forsvundne 153 nexus 2"]);

    let views = views(folder.path());
    let side = |at: usize| Side { name: "", views: &views[at] };
    let pivot = Pivot {
        cube: "Voksne Handicappede".to_owned(),
        filters: vec!["Tid.År=2026".to_owned()],
        measures: vec!["Antal Ydelser".to_owned()],
        ..Pivot::default()
    };
    let left_out = |positions: usize| {
        let limits = Limits { positions, ..Limits::default() };
        let within = (&limits, &Cancel::default());
        records(side(0), side(1), &pivot, &IDENTITY, within).unwrap().left_out
    };
    // 22 services, then 20.
    assert_eq!([left_out(100), left_out(21), left_out(5)], [0, 1, 17 + 15]);
}

#[test]
fn a_municipality_is_told_of_its_own_records_and_nothing_of_others() {
    let (with, without) = (both(true), both(false));
    let servers = [Server::ready(with.path()), Server::ready(without.path())];
    let tokens =
        [token(with.path(), "kommune", Some("153")), token(without.path(), "kommune", Some("153"))];
    let told = |at: usize, cube: &str, more: &[&str]| {
        lines(&servers[at].answer(&asked(cube, &[more, &["--token", &tokens[at]]].concat())))
    };
    // Where only its own records are, every byte is the same, whatever 157 has delivered.
    let own = "--cube=Voksne Handicappede";
    for more in
        [&["--measure=Helårsmodtagere"][..], &["--rows=Borger.Personnummer"], &["--records"]]
    {
        assert_eq!(told(0, own, more), told(1, own, more));
        assert!(!told(0, own, more).is_empty());
    }
    // Of Benchmark the figures are public, and the causes are its own; the rest is the last column.
    let quarter = |name: &str, rest: &str| format!("{name} Antal Unikke Borgere {rest}");
    let expected = |values: [&str; 2]| -> Vec<String> {
        let mut lines: Vec<String> =
            ["2026K1", "2026K2", "2026K3"].map(|name| quarter(name, values[0])).into();
        lines.push(quarter("2026K4", values[1]));
        lines
    };
    let whole = expected(["5 4 -1 0 0 1 -1 -1 1 0 -1", "- 4 4 3 0 1 0 0 1 0 -1"]);
    assert_eq!(told(0, BENCHMARK, &[]), whole);
    let alone = expected(["5 5 0 0 0 1 -1 -1 1 0 0", "- 5 5 3 0 1 0 0 1 0 0"]);
    assert_eq!(told(1, BENCHMARK, &[]), alone);
    let header = servers[0].answer(&asked(BENCHMARK, &["--token", &tokens[0]]));
    assert!(
        header.contains("forskel, som kommunens egne indberetninger ikke forklarer"),
        "{header}"
    );
}

#[test]
fn what_cannot_be_compared_is_refused_in_a_sentence() {
    let folder = both(true);
    let server = Server::ready(folder.path());
    for (words, said) in [
        (vec!["diff", "2026-09.1", "2026-10.7"], "findes ikke"),
        (vec!["diff", "2026-09.1", "2026-10.1", "--report=hand07"], "ikke en tabel af tal"),
        (vec!["diff", "2026-09.1", "2026-10.1", "--report=nix"], "findes ikke"),
        (vec!["diff", "2026-09.1", "2026-10.1", "--version=2026-10.1"], "udelad --version"),
        (
            vec!["diff", "2026-09.1", "2026-10.1", BENCHMARK, "--filter=Tid.Måned=2026-10"],
            "i version 2026-09.1:",
        ),
    ] {
        let refusal = server.refusal(&words);
        assert!(refusal.contains(said), "{words:?}: {refusal}");
    }
}

/// Two months of a made-up country. That the second month is taken into use is part of it: an ordinary
/// month does not look wrong.
#[test]
fn a_heading_of_persons_is_personal_however_they_are_written() {
    let folder = both(false);
    let versions = Versions::new(folder.path());
    let views = ["2026-09.1", "2026-10.1"].map(|name| {
        let version = versions.get(name).unwrap();
        version.cubes.iter().cloned().map(View::everything).collect::<Vec<_>>()
    });
    let pivot = Pivot {
        cube: "Voksne Handicappede".to_owned(),
        filters: vec!["Tid.År=2026".to_owned()],
        rows: vec!["Borger.Personnummer".to_owned(), "Tid.Kvartal".to_owned()],
        measures: vec!["Antal Unikke Borgere".to_owned()],
        ..Pivot::default()
    };
    let side = |at: usize| Side { name: "", views: &views[at] };
    let (limits, cancel) = (Limits::default(), Cancel::default());
    let found = diff(side(0), side(1), &pivot, &IDENTITY, (&limits, &cancel)).unwrap();
    let table = found.table("før", "efter");
    let personal = table.columns.iter().filter(|column| column.personal);
    let personal: Vec<&str> = personal.map(|column| column.name.as_str()).collect();
    assert_eq!(personal, ["Personnummer"]);
}

#[test]
fn on_sample_months_the_causes_add_up_and_leave_no_rest() {
    let folder = tempfile::tempdir().unwrap();
    let options = terning_sample::Options {
        out: folder.path().join("deliveries"),
        scale: 0.02,
        seed: 1,
        months: ("2026-09".to_owned(), "2026-10".to_owned()),
    };
    terning_sample::generate(&options, &|_, _, _| ()).unwrap();
    for month in [Month::parse("2026-09"), None] {
        let order = Rebuild::new(folder.path().join("deliveries"), folder.path());
        let outcome = rebuild(&Rebuild { month, ..order }, &|_| ()).unwrap();
        assert_eq!(outcome.exit_code(), 0, "{:#?}", outcome.report().awaiting);
    }
    let views = views(folder.path());
    let mut moved = [0_usize; Cause::ALL.len()];
    for (cube, rows, measure) in questions() {
        let pivot = Pivot {
            cube: cube.to_owned(),
            filters: vec!["Tid.År=2025,2026".to_owned()],
            columns: vec!["Tid.År".to_owned()],
            rows: vec![rows.to_owned()],
            measures: vec![measure.to_owned()],
            totals: true,
            ..Pivot::default()
        };
        check(&views, &pivot, &mut moved);
    }
    for (cause, count) in Cause::ALL.into_iter().zip(moved) {
        let expected = matches!(cause, Cause::Time | Cause::Vanished | Cause::Changed | Cause::New);
        assert!(count > 0 || !expected, "{cause:?} has done nothing: {moved:?}");
    }
}

/// The cubes of both versions.
fn views(folder: &Path) -> [Vec<View>; 2] {
    let versions = Versions::new(folder);
    ["2026-09.1", "2026-10.1"].map(|name| {
        let version = versions.get(name).unwrap();
        version.cubes.iter().cloned().map(View::everything).collect::<Vec<_>>()
    })
}

fn questions() -> Vec<(&'static str, &'static str, &'static str)> {
    let mut asked = Vec::new();
    let of_records = ["Voksne Handicappede", "Voksne Handicappede Benchmark"];
    for cube in of_records {
        for measure in ["Antal Unikke Borgere", "Antal Ydelsesmodtagere", "Antal Ydelser"] {
            asked.push((cube, "Handle kommune.Kommunenummer", measure));
        }
        for measure in ["Påbegyndte Ydelser", "Afsluttede Ydelser", "Antal Unikke Borgere Ultimo"]
        {
            asked.push((cube, "Ydelse VH.Ydelseskode", measure));
        }
        asked.push((cube, "Åben ydelse § 107.Varighed", "Antal Ydelser"));
        asked.push((cube, "Alder.Aldersgruppe", "Helårsmodtagere"));
        asked.push((cube, "JaNej godkendt Ydelse.Ja Nej Tekst", "Fuldtidsydelser"));
    }
    asked.push(("Nøgletal", "Handle kommune.Region", "Modtagere, længerevarende ophold"));
    asked
}

fn check(views: &[Vec<View>; 2], pivot: &Pivot, moved: &mut [usize; Cause::ALL.len()]) {
    let side = |at: usize| Side { name: "", views: &views[at] };
    let (limits, cancel) = (Limits::default(), Cancel::default());
    let found = diff(side(0), side(1), pivot, &IDENTITY, (&limits, &cancel)).unwrap();
    let none = Limits { cells: 0, ..Limits::default() };
    // A cell takes some fifty numbers, and there is one at least.
    let few = Limits { grid_numbers: 40, ..Limits::default() };
    for limits in [none, few] {
        let refused = diff(side(0), side(1), pivot, &IDENTITY, (&limits, &cancel)).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::TooLarge, "{refused}");
    }
    for cell in &found.cells {
        let change = cell.after.unwrap_or_default() - cell.before.unwrap_or_default();
        let told: f64 = cell.causes.iter().sum();
        assert!((change - told).abs() < 1e-6, "{pivot:?}: {cell:?}");
        assert!(cell.causes[Cause::Rest as usize].abs() < 1e-9, "{pivot:?}: {cell:?}");
        for (count, done) in moved.iter_mut().zip(cell.causes) {
            *count += usize::from(done != 0.0);
        }
    }
    // Both ends are what the versions answer by themselves: the cells that changed move these sums.
    let powers = |value: f64| [value, value * value, value * value * value];
    let answered = [0, 1].map(|at| {
        let question = Question::Pivot(pivot);
        let cells = answer(&views[at], &question, &limits, &cancel).unwrap().cells;
        cells.values.iter().map(|&value| powers(value)).fold([0.0; 3], add)
    });
    let told = found.cells.iter().fold([0.0; 3], |sum, cell| {
        let [before, after] =
            [cell.before, cell.after].map(|value| powers(value.unwrap_or_default()));
        add(sum, [0, 1, 2].map(|at| after[at] - before[at]))
    });
    for at in 0..3 {
        let expected = answered[1][at] - answered[0][at];
        assert!((told[at] - expected).abs() <= 1e-6 * (1.0 + answered[1][at].abs()), "{pivot:?}");
    }
}

fn add(one: [f64; 3], other: [f64; 3]) -> [f64; 3] {
    [0, 1, 2].map(|at| one[at] + other[at])
}

#[test]
fn more_records_than_may_be_held_are_not_compared() {
    let folder = both(true);
    let views = views(folder.path());
    let side = |at: usize| Side { name: "", views: &views[at] };
    let pivot = Pivot {
        cube: "Voksne Handicappede".to_owned(),
        rows: vec!["Tid.Kvartal".to_owned()],
        filters: vec!["Tid.År=2026".to_owned()],
        ..Pivot::default()
    };
    let asked = |record_bytes: usize| {
        let (limits, cancel) = (Limits { record_bytes, ..Limits::default() }, Cancel::default());
        let within = (&limits, &cancel);
        let compared = diff(side(0), side(1), &pivot, &IDENTITY, within).map(drop);
        let listed = records(side(0), side(1), &pivot, &IDENTITY, within).map(drop);
        (compared.map_err(|error| error.kind), listed.map_err(|error| error.kind))
    };
    // Seven citizens with a record each, in both versions: some hundred bytes a record.
    assert_eq!(asked(1 << 20), (Ok(()), Ok(())));
    let refused = Err(ErrorKind::TooLarge);
    assert_eq!(asked(1 << 10), (refused, refused));
}

#[test]
fn a_comparison_that_would_hold_too_much_is_refused_with_what_to_do() {
    let folder = both(true);
    let limits = Limits { record_bytes: 1 << 10, ..Limits::default() };
    let load = Load { limits, ..Load::default() };
    let server = Server::with_settings(folder.path(), Settings { load, ..Access::Local.into() });
    for more in [&[][..], &["--records"]] {
        let said = server.refusal(&asked(BENCHMARK, more));
        assert!(said.contains("for mange ydelser"), "{said}");
        assert!(said.contains("load.memory"), "{said}");
    }
}
