//! The report `fejlliste` over two versions: what is new, what is still there and what is solved, and
//! who is told.

use std::path::Path;

use terning_server::disk::Disk;
use terning_server::rebuild::{Rebuild, rebuild, rebuild_again};
use terning_server::versions::VersionName;
use terning_tests::folder::Delivery;
use terning_tests::written::{self, Form};

use crate::access::token;
use crate::harness::Server;

fn build(folder: &Path) {
    let order = Rebuild::new(folder.join("deliveries"), folder);
    assert_eq!(rebuild(&order, &|_| ()).unwrap().exit_code(), 0);
}

/// 153 has a record that ends before it begins, in 2012, when its code was not valid yet; an unknown code; an assessment that is
/// none; and a line with an impossible date. 157 has errors of its own.
fn first(folder: &Path) {
    let lines = [
        "a1;6101801234;153;;1.8.1;2020-01-01;;1.2.1;;A",
        "d4;6202702345;153;;1.1;2012-03-01;2012-02-01;1.2.1;;A",
        "d1;6202702345;153;;9.9;2020-01-01;;1.2.1;;A",
        "v;6202702345;153;;1.1;2020-01-01;;1.2.1;;F",
        "r;6202702345;153;;1.1;2020-01-01;2020-02-30;1.2.1;;A",
    ];
    Delivery::full("153", "nexus", "2026-09").write(&folder.join("deliveries"), &lines);
    let lines = ["b;6303603456;157;;9.8;2020-01-01;;1.2.1;;A", "kort"];
    Delivery::full("157", "nexus", "2026-09").write(&folder.join("deliveries"), &lines);
    build(folder);
}

/// 153 has mended the code, and has another unknown code in a record that begins next year.
fn second(folder: &Path) {
    let lines = [
        "a1;6101801234;153;;1.8.1;2020-01-01;;1.2.1;;A",
        "d4;6202702345;153;;1.1;2012-03-01;2012-02-01;1.2.1;;A",
        "d1;6202702345;153;;1.1;2020-01-01;;1.2.1;;A",
        "v;6202702345;153;;1.1;2020-01-01;;1.2.1;;F",
        "frem;6101801234;153;;9.7;2027-01-01;;1.2.1;;A",
        "r;6202702345;153;;1.1;2020-01-01;2020-02-30;1.2.1;;A",
    ];
    Delivery::full("153", "nexus", "2026-10").write(&folder.join("deliveries"), &lines);
    build(folder);
}

fn both_versions() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    first(folder.path());
    second(folder.path());
    folder
}

/// Status, kind, rule, id, line, field and value of each line.
fn found(answer: &str) -> Vec<String> {
    let mut lines = answer.trim_start_matches('\u{feff}').lines().map(|line| line.split(';'));
    let header: Vec<&str> = lines.next().unwrap().collect();
    let columns = ["Status", "Art", "Regel", "Ydelsesid", "Linje", "Felt", "Værdi"];
    let places = columns.map(|name| header.iter().position(|one| *one == name).unwrap());
    let line = |fields: std::str::Split<'_, char>| {
        let fields: Vec<&str> = fields.collect();
        places.map(|at| fields[at]).join(" ")
    };
    lines.map(line).collect()
}

const REPORT: [&str; 4] = ["report", "fejlliste", "--format=csv", "--kommune"];

fn asked<'a>(kommune: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&REPORT[..], &[kommune], more].concat()
}

#[test]
fn an_error_is_new_then_still_there_and_in_the_end_solved() {
    let folder = both_versions();
    let server = Server::ready(folder.path());
    let before = found(&server.answer(&asked("153", &["--version=2026-09.1"])));
    let expected = [
        " mærke D1 Ugyldig ydelseskode d4 2 Ydelseskode 1.1",
        " mærke D4 Slutdato før startdato d4 2 Slutdato 2012-02-01",
        " mærke D1 Ugyldig ydelseskode d1 3 Ydelseskode 9.9",
        " advarsel Ugyldig funktionsvurdering v 4 Funktionsvurdering F",
        " afvist Afvist linje r 5 Slutdato 2020-02-30",
    ];
    assert_eq!(before, expected);
    let now = server.answer(&asked("153", &[]));
    let expected = [
        "fortsat mærke D1 Ugyldig ydelseskode d4 2 Ydelseskode 1.1",
        "fortsat mærke D4 Slutdato før startdato d4 2 Slutdato 2012-02-01",
        "fortsat advarsel Ugyldig funktionsvurdering v 4 Funktionsvurdering F",
        "ny mærke D1 Ugyldig ydelseskode frem 5 Ydelseskode 9.7",
        "fortsat afvist Afvist linje r 6 Slutdato 2020-02-30",
        "løst mærke D1 Ugyldig ydelseskode d1 3 Ydelseskode 9.9",
    ];
    assert_eq!(found(&now), expected);
    assert!(now.contains("2026-10/VH_153_nexus_202610_1.csv;6;Slutdato;"), "{now}");
    let table = server.answer(&["report", "fejlliste", "--kommune=153"]);
    assert!(table.contains("5 fund") && table.contains("1 er ny og 1 er løst"), "{table}");
}

#[test]
fn a_municipality_gets_its_own_list_and_of_others_what_it_gets_of_one_without_deliveries() {
    let folder = both_versions();
    let server = Server::ready(folder.path());
    let own = token(folder.path(), "kommune", Some("153"));
    let of = |kommune: &str, format: &str| {
        let mut words = asked(kommune, &["--token", &own]);
        words[2] = format;
        server.answer(&words)
    };
    let everything = server.answer(&asked("153", &[]));
    assert_eq!(of("153", "--format=csv"), everything);
    for format in ["--format=csv", "--format=json", "--format=table"] {
        let other = of("157", format).replace("157", "…");
        assert_eq!(other, of("169", format).replace("169", "…"));
        assert!(!other.contains("kort") && !other.contains("9.8"), "{other}");
        assert!(!other.contains("0 fund"), "{other}");
        assert_eq!(other.contains("en kommune ser kun sin egen"), format != "--format=csv");
    }
    assert_eq!(found(&of("157", "--format=csv")), [""; 0]);
    let national = token(folder.path(), "national", None);
    let answer = server.answer(&asked("157", &["--token", &national]));
    assert!(answer.contains("D1") && !answer.contains("afvist"), "{answer}");
    assert!(!answer.contains("VH_157") && !answer.contains("6303603456"), "{answer}");
    // What the list lacks for whoever sees no deliveries is said, to them alone.
    let table = |words: &[&str]| {
        server.answer(&[&["report", "fejlliste", "--kommune=157"], words].concat())
    };
    assert!(table(&["--token", &national]).contains("Kun mærkerne er med"));
    assert!(!table(&[]).contains("Kun mærkerne er med"));
}

#[test]
fn a_record_that_another_reports_has_its_warnings_without_the_others_file() {
    let folder = tempfile::tempdir().unwrap();
    let deliveries = folder.path().join("deliveries");
    let line = "c;6202441001;183;187;1.8.1;2020-01-01;;1.2.1;;F";
    Delivery::full("183", "nexus", "2026-09").write(&deliveries, &[line]);
    build(folder.path());
    let server = Server::ready(folder.path());
    let own = token(folder.path(), "kommune", Some("187"));
    let answer = server.answer(&asked("187", &["--token", &own]));
    let expected = [" advarsel Ugyldig funktionsvurdering c  Funktionsvurdering "];
    assert_eq!(found(&answer), expected);
    assert!(!answer.contains("VH_183"), "{answer}");
}

/// In XML without a line break all records stand on line 1. Each has its own warning, mark and value all
/// the same, and those of Ishøj and Vallensbæk are told to each alone.
#[test]
fn a1_records_that_share_a_line_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let lines = [
        "a;6101801234;183;183;1.8.1;2020-01-01;;1.2.1;;F",
        "b;6202441001;183;187;1.8.1;2020-01-01;;1.2.1;;A",
        "c;6202441001;183;187;9.9;2019-01-01;2019-02-01;1.2.1;;Q",
        "r;kort;183;183;1.1;2020-01-01;;1.2.1;;A",
        "e;6101801234;183;183;1.4;2020-01-01;;1.2.1;;A",
    ];
    let lines = lines.map(str::to_owned);
    let delivery = Delivery::full("183", "nexus", "2026-09");
    written::deliver(&folder.path().join("deliveries"), &delivery, Form::OneLine, &lines);
    build(folder.path());
    let server = Server::ready(folder.path());
    let told = |kommune| {
        let own = token(folder.path(), "kommune", Some(kommune));
        server.answer(&asked(kommune, &["--token", &own]))
    };
    let of_vallensbaek = told("187");
    let expected = [
        " advarsel Ugyldig funktionsvurdering c  Funktionsvurdering ",
        " mærke D1 Ugyldig ydelseskode c  Ydelseskode Ukendt",
    ];
    assert_eq!(
        sorted(found(&of_vallensbaek)),
        expected,
        "what was given stands in the other's file"
    );
    assert!(!of_vallensbaek.contains("VH_183"), "{of_vallensbaek}");
    let of_ishoej = told("183");
    // Which record was rejected is told by its reason: a rejected one has no place in the version's files.
    let expected = [
        " advarsel Ugyldig funktionsvurdering a 1 Funktionsvurdering F",
        " afvist Afvist linje  1 CPR ",
    ];
    assert_eq!(sorted(found(&of_ishoej)), expected);
    assert!(of_ishoej.contains("(linje 1, post 4)"), "{of_ishoej}");
    assert_eq!(sorted(found(&server.answer(&asked("187", &[])))).len(), 2);
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

#[test]
fn a_refused_delivery_is_listed_until_a_later_one_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let deliveries = folder.path().join("deliveries");
    let good = ["a1;6101801234;153;;1.8.1;2020-01-01;;1.2.1;;A"];
    Delivery::full("153", "nexus", "2026-08").write(&deliveries, &good);
    let broken = Delivery::full("153", "nexus", "2026-09").write(&deliveries, &good);
    std::fs::write(&broken, "not what the manifest says\n").unwrap();
    build(folder.path());
    let server = Server::ready(folder.path());
    let refused = [" leverance Afvist leverance    "];
    assert_eq!(found(&server.answer(&asked("Brøndby", &[]))), refused);
    let other = token(folder.path(), "kommune", Some("157"));
    assert_eq!(found(&server.answer(&asked("153", &["--token", &other]))), [""; 0]);
    let refusal = server.refusal(&asked("999", &[]));
    assert!(refusal.contains("'999' findes ikke"), "{refusal}");

    Delivery::full("153", "nexus", "2026-10").write(&deliveries, &good);
    build(folder.path());
    let solved = ["løst leverance Afvist leverance    "];
    assert_eq!(found(&server.answer(&asked("153", &["--version=2026-10.1"]))), solved);
}

/// What Ishøj reports of itself, and of Vallensbæk.
const ISHOEJ: &str = "x;6101801234;183;183;1.1;2020-01-01;;1.2.1;;A";
const VALLENSBAEK: &str = "x;6101801234;183;187;1.1;2020-01-01;;1.2.1;;A";

#[test]
fn a1_a_record_of_the_other_of_a_pair_is_not_the_same_service() {
    for (cura, nexus) in [(ISHOEJ, VALLENSBAEK), (VALLENSBAEK, ISHOEJ)] {
        let folder = tempfile::tempdir().unwrap();
        let deliveries = folder.path().join("deliveries");
        Delivery::full("183", "cura", "2026-09").write(&deliveries, &[cura]);
        Delivery::full("183", "nexus", "2026-09").write(&deliveries, &[nexus]);
        build(folder.path());
        let server = Server::ready(folder.path());
        for kommune in ["183", "187"] {
            let own = token(folder.path(), "kommune", Some(kommune));
            let told = found(&server.answer(&asked(kommune, &["--token", &own])));
            assert_eq!(told, [""; 0], "{kommune}: {cura} {nexus}");
        }
    }
}

#[test]
fn a1_the_same_service_of_vallensbaek_from_two_systems_is_told_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let deliveries = folder.path().join("deliveries");
    for system in ["cura", "nexus"] {
        Delivery::full("183", system, "2026-09").write(&deliveries, &[VALLENSBAEK]);
    }
    build(folder.path());
    let server = Server::ready(folder.path());
    let own = token(folder.path(), "kommune", Some("187"));
    let told = found(&server.answer(&asked("187", &["--token", &own])));
    assert_eq!(told, [" advarsel Samme ydelse fra to systemer x  Ydelsesid "]);
    let of_ishoej = found(&server.answer(&asked("183", &[])));
    assert_eq!(of_ishoej, [""; 0]);
}

#[test]
fn a_system_with_an_underscore_keeps_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let lines = ["a1;6101801234;153;;1.1;2020-01-01;;1.2.1;;A", "kort"];
    let deliveries = folder.path().join("deliveries");
    Delivery::full("153", "kmd_nexus", "2026-09").write(&deliveries, &lines);
    build(folder.path());
    let answer = Server::ready(folder.path()).answer(&asked("153", &[]));
    assert!(answer.contains(";Afvist linje;;kmd_nexus;"), "{answer}");
}

#[test]
fn a_tenth_delivery_of_a_month_is_later_than_the_ninth() {
    let folder = tempfile::tempdir().unwrap();
    let deliveries = folder.path().join("deliveries");
    let good = ["a1;6101801234;153;;1.1;2020-01-01;;1.2.1;;A"];
    let serial =
        |loebenummer| Delivery { loebenummer, ..Delivery::full("153", "nexus", "2026-09") };
    let ninth = serial(9).write(&deliveries, &good);
    std::fs::write(ninth, "not what the manifest says\n").unwrap();
    serial(10).write(&deliveries, &good);
    build(folder.path());
    let server = Server::ready(folder.path());
    assert_eq!(found(&server.answer(&asked("153", &[]))), [""; 0]);
}

#[test]
fn findings_that_look_the_same_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let deliveries = folder.path().join("deliveries");
    let good = "a1;6101801234;153;;1.1;2020-01-01;;1.2.1;;A";
    let deliver = |month, wrong: usize| {
        let lines = [vec![good; 20], vec!["kort"; wrong]].concat();
        let numbered =
            lines.iter().enumerate().map(|(at, line)| line.replace("a1", &format!("a{at}")));
        let numbered: Vec<String> = numbered.collect();
        let lines: Vec<&str> = numbered.iter().map(String::as_str).collect();
        Delivery::full("153", "nexus", month).write(&deliveries, &lines);
        build(folder.path());
    };
    deliver("2026-08", 1);
    deliver("2026-09", 3);
    deliver("2026-10", 1);
    let server = Server::ready(folder.path());
    let statuses = |version: &str| {
        let told = found(&server.answer(&asked("153", &[version])));
        told.iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(statuses("--version=2026-09.1"), ["fortsat", "ny", "ny"]);
    assert_eq!(statuses("--version=2026-10.1"), ["fortsat", "løst", "løst"]);
}

/// A record whose id stands twice, and a deletion of an id that is not there; a column that nobody
/// asked for.
#[test]
fn warnings_of_ids_and_columns_are_listed_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let deliveries = folder.path().join("deliveries");
    let line = |id: &str, day: &str| format!("{id};6101801234;153;;1.1;{day};;1.2.1;;A");
    let twice = [line("a", "2020-01-01"), line("b", "2020-02-02"), line("a", "2020-03-03")];
    let twice: Vec<&str> = twice.iter().map(String::as_str).collect();
    Delivery::full("153", "nexus", "2026-08").write(&deliveries, &twice);
    let changes = Delivery { header: true, ..Delivery::changes("153", "nexus", "2026-09") };
    let header = "Ydelsesid;CPR;Handlekommune;Betalingskommune;Ydelseskode;Startdato;Slutdato;\
        Maalgrupper;OpholdsstedId;Funktionsvurdering;Slettet;Kulør";
    let gone = "x;;;;;;;;;;J;rød";
    changes.write_bytes(&deliveries, format!("{header}\n{gone}\n").as_bytes(), 1);
    build(folder.path());
    let server = Server::ready(folder.path());
    let told = found(&server.answer(&asked("153", &[])));
    let expected = [
        " advarsel Samme id to gange i en fuld bestand a 3 Ydelsesid a",
        " advarsel Ukendt kolonne  1  ",
        " advarsel Sletning af ukendt id x 2 Ydelsesid x",
    ];
    assert_eq!(told, expected);
    let warnings = folder.path().join("versions/2026-09.1/warnings.csv");
    let warnings = std::fs::read_to_string(warnings).unwrap();
    assert!(warnings.contains("_202608_1.csv;3;Samme id to gange"), "{warnings}");
    assert!(warnings.contains("_202609_1.csv;1;Ukendt kolonne;kolonnen 'Kulør'"), "{warnings}");
}

#[test]
fn a_held_file_replaced_under_its_name_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let deliveries = folder.path().join("deliveries");
    let deliver = |count: usize| {
        let line = |at: usize| format!("a{at};6101801234;153;;1.1;2020-01-{:02};;1.2.1;;A", at + 1);
        let lines: Vec<String> = (0..count).map(line).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        Delivery::full("153", "nexus", "2026-09").write(&deliveries, &lines);
        build(folder.path());
    };
    deliver(10);
    deliver(3);
    let server = Server::ready(folder.path());
    let told = found(&server.answer(&asked("153", &[])));
    assert_eq!(told, ["ny leverance Tilbageholdt leverance    "]);
}

#[test]
fn a_held_delivery_is_still_held_in_a_version_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let deliveries = folder.path().join("deliveries");
    let stock = |count: usize| -> Vec<String> {
        (0..count)
            .map(|at| format!("a{at};6101801234;153;;1.1;2020-01-{:02};;1.2.1;;A", at + 1))
            .collect()
    };
    let deliver = |month, lines: &[String]| {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        Delivery::full("153", "nexus", month).write(&deliveries, &lines);
        build(folder.path());
    };
    deliver("2026-09", &stock(10));
    let shrunk = [stock(3), vec!["kort".to_owned()]].concat();
    deliver("2026-10", &shrunk);
    let held = "ny leverance Tilbageholdt leverance    ";
    let of = |version: &str| {
        let server = Server::ready(folder.path());
        found(&server.answer(&asked("153", &[version])))
    };
    let first = of("--version=2026-09.1");
    assert_eq!(first, [""; 0]);
    let before = of("--version=2026-09.2");
    assert!(before.contains(&held.to_owned()), "{before:?}");
    let rejected = before.iter().filter(|line| line.starts_with("ny afvist Afvist linje")).count();
    assert_eq!(rejected, 1, "the line that is why it is held is told: {before:?}");
    let from = VersionName::parse("2026-09.2").unwrap();
    let again = rebuild_again(&Disk::real(), folder.path(), from, &|_| ()).unwrap();
    assert!(again.same && again.in_use);
    assert_eq!(of("--version=2026-09.3"), before);
}
