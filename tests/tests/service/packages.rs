//! Data packages from the outside: what is in them, and who gets them (A1, A2).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use cube_schema::day::Day;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;
use terning_engine::query::Limits;
use terning_proto::v1;
use terning_proto::v1::query_service_client::QueryServiceClient;
use terning_server::config::{Access, Load, Settings};
use terning_server::rebuild::{Rebuild, rebuild};
use terning_tests::folder::{self, Delivery, sha256};
use terning_tests::written::{self, Form};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::access::{built, built_of, deliver, token};
use crate::harness::Server;

/// Four municipalities, of which one reports for a fifth; a stock that a newer one has taken the place
/// of, and a file that is refused.
fn deliver_all(deliveries: &Path) {
    deliver(deliveries);
    let older = ["a0;6303603456;153;;1.8.1;2016-01-01;;;;A"];
    Delivery::full("153", "nexus", "2026-09").write(deliveries, &older);
    let lines =
        ["d1;6404504567;183;187;1.8.1;2020-01-01;;;;A", "d2;6404504567;183;;1.4;2019-01-01;;;;"];
    Delivery::full("183", "cura", "2026-10").write(deliveries, &lines);
    let refused = Delivery { loebenummer: 2, ..Delivery::full("157", "nexus", "2026-10") };
    let data = refused.write(deliveries, &["c3;6404504567;157;;1.8.1;2020-01-01;;;;"]);
    fs::write(data, "c3;6404504567;157;;1.8.2;2020-01-01;;;;\n").unwrap();
}

/// Lays all files of a folder into another, below it as before.
fn lay(from: &Path, into: &Path) {
    fs::create_dir_all(into).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = into.join(entry.file_name());
        match entry.path().is_dir() {
            true => lay(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// Asks for a package; gives its folder, or what was said.
pub fn package(
    server: &Server,
    into: &Path,
    arguments: &[&str],
    token: &str,
) -> Result<PathBuf, String> {
    let folder = into.join(format!("pakke{}", fs::read_dir(into).unwrap().count()));
    let mut words = vec!["package"];
    words.extend(arguments);
    if !token.is_empty() {
        words.extend(["--token", token]);
    }
    server.run(&words, &folder).map(|()| folder)
}

/// The lines of a CSV file as columns by name; every value as text.
pub fn csv(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("a BOM");
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(';').collect();
    let row = |line: &str| {
        let values = line.split(';').map(str::to_owned);
        names.iter().map(|name| (*name).to_owned()).zip(values).collect()
    };
    lines.map(row).collect()
}

/// The same of a Parquet file.
pub fn parquet(path: &Path) -> Vec<BTreeMap<String, String>> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let row = |row: parquet::record::Row| {
        let values = row.get_column_iter().map(|(name, field)| (name.clone(), text(field)));
        values.collect()
    };
    reader.get_row_iter(None).unwrap().map(|one| row(one.unwrap())).collect()
}

fn text(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(number) => number.to_string(),
        Field::Double(number) => number.to_string().replace('.', ","),
        Field::Date(days) => Day(*days).to_string(),
        other => panic!("{other:?}"),
    }
}

/// All files of a package by name, but for when its version was built.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn a_datamart_is_the_municipality_s_records_after_the_rules() {
    let data = built();
    let into = tempfile::tempdir().unwrap();
    let server = Server::ready(data.path());
    let own = token(data.path(), "kommune", Some("153"));
    let asked = ["--kind=datamart", "--kommune=153"];
    let folder = package(&server, into.path(), &asked, &own).unwrap();
    let rows = csv(&folder.join("ydelser.csv"));
    assert_eq!(rows, parquet(&folder.join("ydelser.parquet")));
    let column = |name: &str| rows.iter().map(|row| row[name].as_str()).collect::<Vec<_>>();
    assert_eq!(column("Ydelsesid"), ["a1", "a2"]);
    assert_eq!(column("Personnummer"), ["6101801234", "6202702345"]);
    assert_eq!(column("Handlekommune"), ["153", "153"]);
    assert_eq!(column("Startdato"), ["2020-01-01", "2020-03-01"]);
    assert_eq!(column("Slutdato"), ["", "2021-02-28"]);
    assert_eq!(column("Opholdssted"), ["Solgården", "Ukendt"]);
    assert_eq!(column("Linje"), ["1", "2"]);
    // Whoever sees everything is given the same of the municipality.
    let other = package(&server, into.path(), &asked, "").unwrap();
    assert_eq!(files(&folder), files(&other));
}

#[test]
fn a_package_describes_itself_and_its_checksums_hold() {
    let data = built();
    let into = tempfile::tempdir().unwrap();
    let server = Server::ready(data.path());
    let folder = package(&server, into.path(), &["--kind=datamart", "--kommune=153"], "").unwrap();
    let files = files(&folder);
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len() + 1, files.len());
    for one in listed {
        let content = &files[one["file"].as_str().unwrap()];
        assert_eq!(one["sha256"], sha256(content), "{one}");
        assert_eq!(one["bytes"], content.len());
    }
    let readme = String::from_utf8(files["LÆSMIG.md"].clone()).unwrap();
    assert!(readme.contains("Kommune: 153") && readme.contains("fortrolige"), "{readme}");
    let words = csv(&folder.join("ordbog.csv"));
    let header = csv(&folder.join("ydelser.csv"))[0].len();
    assert_eq!(words.iter().filter(|word| word["Fil"] == "ydelser").count(), header);
    assert!(words.iter().any(|word| word["Felt"] == "DatoUdenOverlap" && word["Regel"] == "C3"));
}

/// Records of one municipality that C2 and C3 cut, also in two, beside one that D1 deletes, one that
/// ends in the future, and two of one citizen and code on the same days.
fn deliver_cut(deliveries: &Path) {
    let lines = [
        "s;6101801234;153;;1.12.0.2;2019-01-01;;;;A",
        "o;6101801234;153;;1.8.1;2019-06-10;2019-08-31;;;A",
        "w;6101801234;153;;1.12.0.2;2020-02-01;2020-02-10;;;A",
        "t;6202702345;153;;1.8.2;2019-01-15;2020-12-31;;;A",
        "u;6202702345;153;;1.8.1;2019-03-01;2019-04-30;;;A",
        "v;6202702345;153;;1.8.2;2020-06-01;2027-05-31;;;A",
        "x;6202702345;153;;9.9;2020-01-01;;;;A",
    ];
    Delivery::full("153", "nexus", "2020-12").write(deliveries, &lines);
}

/// Days of the pieces, and different days per citizen and service, over the days of a period.
fn recounted(pieces: &[BTreeMap<String, String>], first: &str, last: &str) -> [f64; 2] {
    let day = |text: &str| Day::parse(text).unwrap();
    let (first, last) = (day(first), day(last));
    let mut all = 0;
    let mut different = BTreeSet::new();
    for piece in pieces {
        let end = if piece["Til"].is_empty() { last } else { last.min(day(&piece["Til"])) };
        for number in first.max(day(&piece["Fra"])).0..=end.0 {
            all += 1;
            different.insert((&piece["Personnummer"], &piece["Ydelseskode"], number));
        }
    }
    let days = f64::from(last.0 - first.0 + 1);
    [different.len() as f64 / days, f64::from(all) / days]
}

#[test]
fn the_pieces_of_a_datamart_add_up_to_m6_and_m7() {
    let data = built_of(deliver_cut);
    let into = tempfile::tempdir().unwrap();
    let server = Server::ready(data.path());
    let own = token(data.path(), "kommune", Some("153"));
    let asked = ["--kind=datamart", "--kommune=153"];
    let folder = package(&server, into.path(), &asked, &own).unwrap();
    let pieces = csv(&folder.join("perioder.csv"));
    assert_eq!(pieces, parquet(&folder.join("perioder.parquet")));
    let of = |id: &str| {
        let own = pieces.iter().filter(|piece| piece["Ydelsesid"] == id);
        own.map(|piece| [&piece["Nummer"], &piece["Fra"], &piece["Til"]]).collect::<Vec<_>>()
    };
    assert_eq!(of("s"), [["1", "2019-01-01", "2019-06-09"], ["2", "2019-09-01", ""]]);
    assert_eq!(of("t"), [["1", "2019-01-15", "2019-02-28"], ["2", "2019-05-01", "2020-05-31"]]);
    assert_eq!(of("x"), [[""; 3]; 0]);
    let mut compared = 0;
    for (field, periods) in [
        (
            "Tid.År",
            vec![("2019", "2019-01-01", "2019-12-31"), ("2020", "2020-01-01", "2020-12-31")],
        ),
        ("Tid.Kvartal", vec![("2019K2", "2019-04-01", "2019-06-30")]),
        (
            "Tid.Måned",
            vec![("2019-06", "2019-06-01", "2019-06-30"), ("2020-02", "2020-02-01", "2020-02-29")],
        ),
    ] {
        for (period, first, last) in periods {
            let filter = format!("--filter={field}={period}");
            let answer = server.answer(&[
                "pivot",
                "--cube=Voksne Handicappede Benchmark",
                "--filter=Handle kommune.Kommunenummer=153",
                "--measure=Helårsmodtagere",
                "--measure=Fuldtidsydelser",
                "--format=csv",
                &filter,
            ]);
            let line = answer.lines().nth(1).unwrap();
            let figures =
                line.split(';').map(|figure| figure.replace(',', ".").parse::<f64>().unwrap());
            for (figure, recounted) in figures.zip(recounted(&pieces, first, last)) {
                assert!((figure - recounted).abs() < 1e-9, "{period}: {answer} {recounted}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 10);
    let words = csv(&folder.join("ordbog.csv"));
    assert!(words.iter().any(|word| word["Fil"] == "perioder" && word["Felt"] == "Til"));
    let readme = fs::read_to_string(folder.join("LÆSMIG.md")).unwrap();
    assert!(readme.contains("Fuldtidsydelser (M7)") && readme.contains("| perioder |"), "{readme}");
}

#[test]
fn aggregat_adds_up_to_the_pivots_of_benchmark() {
    let data = built();
    let into = tempfile::tempdir().unwrap();
    let server = Server::ready(data.path());
    let own = token(data.path(), "kommune", Some("153"));
    let folder = package(&server, into.path(), &["--kind=aggregat"], &own).unwrap();
    let rows = csv(&folder.join("aggregat.csv"));
    assert_eq!(rows, parquet(&folder.join("aggregat.parquet")));
    // No record has two target groups here, so records add up over everything but time.
    let mut months: BTreeMap<(String, String), u32> = BTreeMap::new();
    for row in &rows {
        let number: u32 = row["AntalYdelser"].parse().unwrap();
        let cell = (row["Handlekommune"].clone(), row["Maaned"].clone());
        *months.entry(cell).or_default() += number;
    }
    let pivot = server.answer(&[
        "pivot",
        "--cube=Voksne Handicappede Benchmark",
        "--rows=Handle kommune.Kommunenummer",
        "--rows=Tid.Måned",
        "--measure=Antal Ydelser",
        "--format=csv",
    ]);
    let expected: BTreeMap<(String, String), u32> = pivot
        .lines()
        .skip(1)
        .map(|line| {
            let words: Vec<&str> = line.split(';').collect();
            ((words[0].to_owned(), words[1].to_owned()), words[2].parse().unwrap())
        })
        .collect();
    assert!(expected.len() > 100);
    assert_eq!(months, expected);
    let columns = fs::read_to_string(folder.join("aggregat.csv")).unwrap();
    assert!(!columns.contains("Personnummer") && !columns.contains("Opholdssted"));
    // One municipality's is its part of all.
    let part = package(&server, into.path(), &["--kind=aggregat", "--kommune=157"], &own).unwrap();
    let of_157: Vec<_> = rows.into_iter().filter(|row| row["Handlekommune"] == "157").collect();
    assert_eq!(csv(&part.join("aggregat.csv")), of_157);
}

#[test]
fn a1_another_municipality_s_package_is_refused_as_one_that_does_not_exist() {
    let data = built();
    let into = tempfile::tempdir().unwrap();
    let server = Server::ready(data.path());
    let own = token(data.path(), "kommune", Some("153"));
    let refusal = |kind: &str, kommune: &str, token: &str| {
        let asked = [format!("--kind={kind}"), format!("--kommune={kommune}")];
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        package(&server, into.path(), &asked, token).unwrap_err().replace(kommune, "…")
    };
    for kind in ["datamart", "dsa", "raw"] {
        assert_eq!(refusal(kind, "157", &own), refusal(kind, "999", &own));
    }
    assert!(refusal("datamart", "157", &own).contains("ingen datapakke"));
    // National eyes see no citizens, and so get no package of them.
    let national = token(data.path(), "national", None);
    assert!(refusal("datamart", "153", &national).contains("ingen datapakke"));
    // A role that is nobody's municipality does not become one's by naming it.
    for role in ["national", "operatoer"] {
        let named = token(data.path(), role, Some("153"));
        for kind in ["datamart", "dsa", "raw"] {
            assert!(refusal(kind, "153", &named).contains("ingen datapakke"), "{role} {kind}");
        }
    }
    assert!(refusal("ukendt", "153", &own).contains("aggregat"));
}

#[test]
fn raw_files_are_unchanged_and_dsa_has_their_records() {
    let data = built();
    let into = tempfile::tempdir().unwrap();
    let server = Server::ready(data.path());
    let own = token(data.path(), "kommune", Some("153"));
    let raw = package(&server, into.path(), &["--kind=raw", "--kommune=153"], &own).unwrap();
    let path = "2026-10/VH_153_nexus_202610_1.csv";
    let delivered = fs::read(data.path().join("deliveries").join(path)).unwrap();
    assert_eq!(fs::read(raw.join("filer").join(path)).unwrap(), delivered);
    assert_eq!(fs::read_dir(raw.join("filer")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(raw.join("filer/2026-10")).unwrap().count(), 2);
    let dsa = package(&server, into.path(), &["--kind=dsa", "--kommune=153"], &own).unwrap();
    let rows = csv(&dsa.join("registreringer.csv"));
    assert_eq!(rows, parquet(&dsa.join("registreringer.parquet")));
    assert_eq!(rows.len(), 2);
    for (name, value) in [
        ("Ydelsesid", "a1"),
        ("CPR", "6101801234"),
        ("Indberetter", "153"),
        ("Ydelseskode", "1.8.1"),
        ("Startdato", "2020-01-01"),
        ("Slutdato", ""),
        ("OpholdsstedId", "s1"),
        ("Funktionsvurdering", "A"),
        ("System", "nexus"),
        ("LeveranceMaaned", "2026-10"),
        ("Linje", "1"),
    ] {
        assert_eq!(rows[0][name], value, "{name}");
    }
}

/// What is on no list, and what cannot be read, stands as it was given beside what it was read as; a
/// text that would be a formula is shielded in the CSV file alone.
#[test]
fn dsa_tells_what_was_given() {
    let data = tempfile::tempdir().unwrap();
    let deliveries = data.path().join("deliveries");
    let lines = [
        "=1+1;6101801234;153;999;1.8.1;engang;;1.2.1;zz;Q",
        "b;6101801234;153;157;1.8.1;2020-01-01;;1.2.1;;A",
    ];
    Delivery::full("153", "nexus", "2026-09").write(&deliveries, &lines);
    let order = Rebuild::new(&deliveries, data.path());
    assert_eq!(rebuild(&order, &|_| ()).unwrap().exit_code(), 0);
    let into = tempfile::tempdir().unwrap();
    let server = Server::ready(data.path());
    let dsa = package(&server, into.path(), &["--kind=dsa", "--kommune=153"], "").unwrap();
    let rows = csv(&dsa.join("registreringer.csv"));
    let told = |row: usize, name: &str| {
        let given = format!("{name}SomAngivet");
        (rows[row][name].clone(), rows[row][given.as_str()].clone())
    };
    for (name, read, given) in [
        ("Betalingskommune", "Ukendt", "999"),
        ("Startdato", "", "engang"),
        ("OpholdsstedId", "Ukendt", "zz"),
        ("Funktionsvurdering", "", "Q"),
    ] {
        assert_eq!(told(0, name), (read.to_owned(), given.to_owned()), "{name}");
    }
    let of_the_other = [("157", "157"), ("2020-01-01", "2020-01-01"), ("", ""), ("A", "A")];
    let names = ["Betalingskommune", "Startdato", "OpholdsstedId", "Funktionsvurdering"];
    assert_eq!(
        names.map(|name| told(1, name)),
        of_the_other.map(|(read, given)| (read.to_owned(), given.to_owned()))
    );
    assert_eq!(rows[0]["Ydelsesid"], "'=1+1");
    assert_eq!(parquet(&dsa.join("registreringer.parquet"))[0]["Ydelsesid"], "=1+1");
    let readme = fs::read_to_string(dsa.join("LÆSMIG.md")).unwrap();
    assert!(readme.contains("apostrof"), "{readme}");
}

/// Each record has what was given in it, where all stand on one line as well.
#[test]
fn dsa_tells_what_was_given_in_records_that_share_a_line() {
    let data = tempfile::tempdir().unwrap();
    let deliveries = data.path().join("deliveries");
    let lines = [
        "a;6101801234;153;999;1.8.1;engang;;1.2.1;zz;Q",
        "b;6202702345;153;157;1.8.1;2020-01-01;;1.2.1;;A",
        "c;kort;153;101;1.8.1;2020-02-02;;1.2.1;;B",
    ];
    let full = Delivery::full("153", "nexus", "2026-09");
    written::deliver(&deliveries, &full, Form::OneLine, &lines.map(str::to_owned));
    let order = Rebuild::new(&deliveries, data.path());
    assert_eq!(rebuild(&order, &|_| ()).unwrap().exit_code(), 0);
    let into = tempfile::tempdir().unwrap();
    let server = Server::ready(data.path());
    let dsa = package(&server, into.path(), &["--kind=dsa", "--kommune=153"], "").unwrap();
    let rows = csv(&dsa.join("registreringer.csv"));
    let told = |row: &BTreeMap<String, String>| {
        let given = ["Betalingskommune", "Startdato", "OpholdsstedId", "Funktionsvurdering"];
        let given = given.map(|name| row[format!("{name}SomAngivet").as_str()].clone());
        format!("{} {} {}", row["Ydelsesid"], row["Linje"], given.join(" "))
    };
    let told: Vec<String> = rows.iter().map(told).collect();
    assert_eq!(told, ["a 1 999 engang zz Q", "b 1 157 2020-01-01  A"]);
}

/// A municipality whose former system has ended its records, and whose new one has not delivered.
fn deliver_between_systems(data: &Path) {
    let deliveries = data.join("deliveries");
    let lines = [
        "a1;6101801234;153;;1.8.1;2020-01-01;;1.2.1;;A",
        "a2;6101801234;153;;1.8.1;2020-02-01;2021-01-31;1.2.1;;A",
    ];
    Delivery::full("153", "cura", "2026-09").write(&deliveries, &lines);
    let other = ["b1;6303603456;155;;1.4;2019-01-01;;;;C"];
    Delivery::full("155", "nexus", "2026-09").write(&deliveries, &other);
    assert_eq!(rebuild(&Rebuild::new(&deliveries, data), &|_| ()).unwrap().exit_code(), 0);
    let list = "Kommunekode;System;Rolle;Skiftedato\n153;cura;tidligere;\n";
    folder::write(&deliveries.join("reference/systemskifte.csv"), list.as_bytes());
    let held = rebuild(&Rebuild::new(&deliveries, data), &|_| ()).unwrap();
    assert_eq!(held.report().held.len(), 1);
}

#[test]
fn dsa_of_a_held_municipality_has_the_records_that_count() {
    let data = tempfile::tempdir().unwrap();
    deliver_between_systems(data.path());
    let into = tempfile::tempdir().unwrap();
    let server = Server::ready(data.path());
    let ids = |kind: &str, file: &str| {
        let kind = format!("--kind={kind}");
        let folder = package(&server, into.path(), &[&kind, "--kommune=153"], "").unwrap();
        let rows = csv(&folder.join(file));
        rows.iter().map(|row| row["Ydelsesid"].clone()).collect::<BTreeSet<_>>()
    };
    let both = BTreeSet::from(["a1", "a2"].map(str::to_owned));
    assert_eq!(ids("datamart", "ydelser.csv"), both);
    assert_eq!(ids("dsa", "registreringer.csv"), both);
}

/// The packages of all municipalities, and the reference files, make the same cubes.
#[test]
fn of_raw_packages_and_reference_files_the_same_cubes_are_made() {
    let data = built_of(deliver_all);
    let (into, again) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::ready(data.path());
    let deliveries = again.path().join("deliveries");
    for kommune in ["153", "155", "157", "183", "187"] {
        let asked = format!("--kommune={kommune}");
        let raw = package(&server, into.path(), &["--kind=raw", &asked], "").unwrap();
        let readme = fs::read_to_string(raw.join("LÆSMIG.md")).unwrap();
        assert!(readme.contains("`reference/`") && readme.contains("(K1, K2)"), "{readme}");
        if raw.join("filer").exists() {
            lay(&raw.join("filer"), &deliveries);
        }
    }
    let cubes = |data: &Path| {
        let folder = data.join("versions/2026-10.1");
        sha256(&fs::read(folder.join(terning_server::versions::CUBES)).unwrap())
    };
    let rebuilt = || rebuild(&Rebuild::new(&deliveries, again.path()), &|_| ()).unwrap();
    // Without the reference files, which no package has, they are others.
    assert_eq!(rebuilt().exit_code(), 0);
    assert_ne!(cubes(again.path()), cubes(data.path()));
    fs::remove_dir_all(again.path().join("versions")).unwrap();
    lay(&data.path().join("deliveries/reference"), &deliveries.join("reference"));
    assert_eq!(rebuilt().report().version, "2026-10.1");
    assert_eq!(cubes(again.path()), cubes(data.path()));
}

/// How a package is refused.
async fn refused(server: &Server, kind: &str) -> Status {
    let asked = v1::PackageRequest {
        kind: kind.to_owned(),
        kommune: "153".to_owned(),
        ..v1::PackageRequest::default()
    };
    let mut client =
        QueryServiceClient::connect(format!("http://{}", server.address)).await.unwrap();
    let mut parts = client.package(asked).await.unwrap().into_inner();
    loop {
        match parts.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("{kind} is made"),
            Err(refused) => return refused,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_that_would_hold_too_much_is_refused_with_what_to_do() {
    let data = built();
    let server = |limits: Limits| {
        let load = Load { limits, ..Load::default() };
        Server::with_settings(data.path(), Settings { load, ..Access::Local.into() })
    };
    let of_files = server(Limits { record_bytes: 10, ..Limits::default() });
    let refused_raw = refused(&of_files, "raw").await;
    let refused_dsa = refused(&of_files, "dsa").await;
    drop(of_files);
    // Room for the files, and not for what is made of them.
    let of_records = server(Limits { record_bytes: 2000, ..Limits::default() });
    let refused_records = refused(&of_records, "dsa").await;
    assert!(refused_records.message().contains("registreringer"), "{refused_records}");
    drop(of_records);
    let of_cells = server(Limits { text_bytes: 10, ..Limits::default() });
    let refused_texts = refused(&of_cells, "datamart").await;
    drop(of_cells);
    for (kind, status) in [
        ("raw", refused_raw),
        ("dsa", refused_dsa),
        ("dsa, records", refused_records),
        ("datamart", refused_texts),
    ] {
        assert_eq!(status.code(), Code::ResourceExhausted, "{kind}: {status}");
        let reason = status.get_details_error_info().map(|info| info.reason);
        assert_eq!(reason.as_deref(), Some("TOO_LARGE"), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dsa_package_would_hold_is_settled_before_a_file_is_read_and_no_file_is_left_out() {
    let data = built();
    let inputs = data.path().join("inputs");
    let stored = || fs::read_dir(&inputs).unwrap().map(|file| file.unwrap().path());
    let largest = stored().map(|file| fs::metadata(file).unwrap().len()).max().unwrap() as usize;
    // None of them is what it was: whoever reads one first sees that.
    for file in stored() {
        fs::remove_file(&file).unwrap();
        fs::write(&file, "x").unwrap();
    }
    // Room for each file, and not for all that are read at a time.
    let limits = Limits { record_bytes: 2 * largest, ..Limits::default() };
    let load = Load { limits, ..Load::default() };
    let server = Server::with_settings(data.path(), Settings { load, ..Access::Local.into() });
    let status = refused(&server, "dsa").await;
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    drop(server);
    let status = refused(&Server::ready(data.path()), "dsa").await;
    assert!(status.message().contains("kan ikke læses igen"), "{status}");
}
