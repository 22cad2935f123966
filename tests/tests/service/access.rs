//! Tokens, and what whoever bears one is shown (A1, A2).

use std::path::Path;

use serde_json::Value;
use terning_server::access::{Claims, Key};
use terning_server::config::Access;
use terning_server::rebuild::{Rebuild, rebuild};
use terning_server::versions::Manifest;
use terning_tests::folder::{self, Delivery};

use crate::harness::Server;

/// Three municipalities; 155 is a month late. The citizen of 153's second line is also 157's, whose
/// institution no other has.
pub fn deliver(deliveries: &Path) {
    folder::write(
        &deliveries.join("reference/opholdssteder.csv"),
        "OpholdsstedId;Navn;Kommunekode;Tilbudstype\ns1;Solgården;153;\ns7;Sølyst;157;\n"
            .as_bytes(),
    );
    let lines = [
        "a1;6101801234;153;;1.8.1;2020-01-01;;;s1;A",
        "a2;6202702345;153;;1.12.0.2;2020-03-01;2021-02-28;;;B",
    ];
    Delivery::full("153", "nexus", "2026-10").write(deliveries, &lines);
    let lines = ["b1;6303603456;155;;1.4;2019-01-01;;;;C"];
    Delivery::full("155", "nexus", "2026-09").write(deliveries, &lines);
    let lines = [
        "c1;6202702345;157;;1.8.2;2021-01-01;;;s7;A",
        "c2;6404504567;157;;1.8.1;2018-05-01;2022-12-31;;s7;D",
    ];
    Delivery::full("157", "nexus", "2026-10").write(deliveries, &lines);
}

/// A data folder with one version of the three municipalities.
pub fn built() -> tempfile::TempDir {
    built_of(deliver)
}

/// A data folder with one version of what is delivered.
pub fn built_of(deliver: fn(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    deliver(&folder.path().join("deliveries"));
    let order = Rebuild::new(folder.path().join("deliveries"), folder.path());
    assert_eq!(rebuild(&order, &|_| ()).unwrap().exit_code(), 0);
    folder
}

/// A token of an hour.
pub fn token(data: &Path, rolle: &str, kommune: Option<&str>) -> String {
    token_from(data, rolle, kommune, 0)
}

fn token_from(data: &Path, rolle: &str, kommune: Option<&str>, hours_ago: u64) -> String {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let claims = Claims::new(rolle, kommune, now - hours_ago * 3600, 3600);
    claims.sign(&Key::read_or_make(&terning_server::disk::Disk::real(), data).unwrap()).unwrap()
}

const COUNT: [&str; 4] =
    ["pivot", "--cube=Voksne Handicappede", "--measure=Antal Ydelser", "--format=csv"];

fn count<'a>(more: &[&'a str], token: &'a str) -> Vec<&'a str> {
    let mut words = COUNT.to_vec();
    words.extend(more);
    if !token.is_empty() {
        words.extend(["--token", token]);
    }
    words
}

fn lines(answer: &str) -> Vec<&str> {
    answer.trim_start_matches('\u{feff}').lines().skip(1).collect()
}

#[test]
fn a1_a_token_narrows_the_person_level_cube_to_the_municipality() {
    let folder = built();
    let server = Server::ready(folder.path());
    let own = token(folder.path(), "kommune", Some("153"));
    let by_municipality = ["--rows=Handle kommune.Kommunenummer"];
    assert_eq!(lines(&server.answer(&count(&by_municipality, ""))), ["153;2", "155;1", "157;2"]);
    assert_eq!(lines(&server.answer(&count(&by_municipality, &own))), ["153;2"]);
    let places = ["--rows=Opholdssted.Opholdssted", "--totals"];
    let expected = ["Solgården;1", "Ukendt;1", "I alt;2"];
    assert_eq!(lines(&server.answer(&count(&places, &own))), expected);
}

#[test]
fn a1_what_may_not_be_seen_gets_the_answer_of_what_does_not_exist() {
    let folder = built();
    let server = Server::ready(folder.path());
    let own = token(folder.path(), "kommune", Some("153"));
    let refusal = |value: &str| {
        let filter = format!("--filter=Opholdssted.Opholdssted={value}");
        server.refusal(&count(&[&filter], &own)).replace(value, "…")
    };
    let (hidden, missing) = (refusal("Sølyst"), refusal("Sølund"));
    assert_eq!(hidden, missing);
    assert!(hidden.contains("Solgården") && !hidden.contains("Sølyst"), "{hidden}");
    let refusal = |value: &str| {
        server.refusal(&count(&[&format!("--filter=Borger.Personnummer={value}")], &own))
    };
    assert_eq!(refusal("6404504567"), refusal("6404504568"));
    let found = ["--filter=Borger.Personnummer=6202702345"];
    assert_eq!(lines(&server.answer(&count(&found, &own))), ["1"]);
}

#[test]
fn a1_fields_and_freshness_tell_of_the_municipality_alone() {
    let folder = built();
    let server = Server::ready(folder.path());
    let members = |token: &str| {
        let words = ["describe", "Voksne Handicappede", "--format=json", "--token", token];
        let json: Value = serde_json::from_str(&server.answer(&words)).unwrap();
        let dimensions = json["dimensions"].as_array().unwrap().clone();
        let borger = dimensions.iter().find(|one| one["name"] == "Borger");
        borger.map(|borger| borger["fields"][0]["members"].as_u64().unwrap())
    };
    let behind = |token: &str| {
        let mut words = count(&[], token);
        words[3] = "--format=json";
        let json: Value = serde_json::from_str(&server.answer(&words)).unwrap();
        json["behind"].as_u64().unwrap()
    };
    let of = |kommune| token(folder.path(), "kommune", Some(kommune));
    let everything = token(folder.path(), "operatoer", None);
    assert_eq!(members(&of("153")), Some(2));
    assert_eq!(members(&everything), Some(4));
    assert_eq!(members(&token(folder.path(), "national", None)), None);
    assert_eq!((behind(&of("153")), behind(&of("155")), behind(&everything)), (0, 1, 1));
}

#[test]
fn a2_every_municipality_sees_all_of_benchmark() {
    let folder = built();
    let server = Server::ready(folder.path());
    let own = token(folder.path(), "kommune", Some("153"));
    let mut words = count(&["--rows=Handle kommune.Kommunenummer"], "");
    words[1] = "--cube=Voksne Handicappede Benchmark";
    let everything = server.answer(&words);
    words.extend(["--token", &own]);
    assert_eq!(server.answer(&words), everything);
    assert_eq!(lines(&everything), ["153;2", "155;1", "157;2"]);
}

#[test]
fn national_eyes_see_all_rows_without_citizens_and_institutions() {
    let folder = built();
    let server = Server::ready(folder.path());
    let national = token(folder.path(), "national", None);
    assert_eq!(lines(&server.answer(&count(&[], &national))), ["5"]);
    for hidden in ["Borger.Personnummer", "Opholdssted.Opholdssted"] {
        let refusal = server.refusal(&count(&[&format!("--rows={hidden}")], &national));
        assert!(refusal.contains("ingen dimension"), "{refusal}");
    }
    let mdx = "SELECT [Borger].[Personnummer].Members ON 0 FROM [Voksne Handicappede]";
    let refusal = server.refusal(&["mdx", mdx, "--token", &national]);
    assert!(refusal.contains("ingen dimension 'Borger'"), "{refusal}");
    assert!(!server.answer(&["cubes", "--token", &national]).contains("Borger"));
}

#[test]
fn an_expired_a_foreign_and_a_wrong_token_are_refused() {
    let folder = built();
    let server = Server::ready(folder.path());
    let other = tempfile::tempdir().unwrap();
    for (token, said) in [
        (token_from(folder.path(), "national", None, 2), "udløbet"),
        (token(other.path(), "national", None), "ikke udstedt til denne server"),
        ("abc".to_owned(), "ikke gyldigt"),
        (token(folder.path(), "konge", None), "kender ikke adgangsbevisets rolle"),
        (token(folder.path(), "kommune", None), "kender ikke adgangsbevisets rolle"),
    ] {
        let refusal = server.refusal(&count(&[], &token));
        assert!(refusal.contains(said) && refusal.contains("hjælp:"), "{refusal}");
        assert!(!refusal.contains(&token), "{refusal}");
    }
}

#[test]
fn with_an_access_configuration_a_call_without_a_token_is_refused() {
    let folder = built();
    let server = Server::with_settings(folder.path(), Access::by_local_tokens().into());
    let refusal = server.refusal(&["cubes"]);
    assert!(refusal.contains("intet adgangsbevis") && refusal.contains("--token"), "{refusal}");
    let refusal = server.refusal(&["versions"]);
    assert!(refusal.contains("intet adgangsbevis"), "{refusal}");
    let own = token(folder.path(), "kommune", Some("153"));
    assert_eq!(lines(&server.answer(&count(&[], &own))), ["2"]);
}

/// The same, but for everything that is not 153's: 155 has delivered nothing, 157 something else.
fn deliver_otherwise(deliveries: &Path) {
    deliver(deliveries);
    std::fs::remove_dir_all(deliveries.join("2026-09")).unwrap();
    let lines = [
        "c0;6505105678;157;;1.4;2013-01-01;;;s1;E",
        "c1;6101801234;157;;1.12.0.2;2020-06-01;;;;A",
        "c3;6202702345;157;;1.8.1;2020-04-01;;;s7;",
    ];
    Delivery::full("157", "nexus", "2026-10").write(deliveries, &lines);
}

/// Makes two versions look as if they were built at the same moment.
fn at_one_time(data: &Path) {
    let folder = data.join("versions/2026-10.1");
    let mut manifest = Manifest::read(&folder).unwrap();
    manifest.built_at = "2026-11-01T00:00:00Z".to_owned();
    std::fs::write(folder.join("version.json"), manifest.to_text().unwrap()).unwrap();
}

#[test]
fn a1_the_service_tells_a_municipality_nothing_of_what_others_delivered() {
    let folders = [built_of(deliver), built_of(deliver_otherwise)];
    folders.iter().for_each(|folder| at_one_time(folder.path()));
    let servers = folders.each_ref().map(|folder| Server::ready(folder.path()));
    let tokens = folders.each_ref().map(|folder| token(folder.path(), "kommune", Some("153")));
    let both = |words: &[&str]| {
        let said = [0, 1].map(|at| {
            let words: Vec<&str> = words.iter().copied().chain(["--token", &tokens[at]]).collect();
            let into = tempfile::tempdir().unwrap();
            let output = into.path().join("svar");
            servers[at].run(&words, &output).map(|()| read_all(&output))
        });
        assert!(said[0] == said[1], "{words:?}\n{said:?}");
        said[0].is_ok()
    };
    let cube = "--cube=Voksne Handicappede";
    let mdx = "SELECT [Opholdssted].[Steder].Members ON 0, [Borger].[Personnummer].Members ON 1 \
               FROM [Voksne Handicappede]";
    for words in [
        &["cubes", "--format=json"][..],
        &["describe", "Voksne Handicappede", "--format=json"],
        &["versions", "--format=json"],
        &["report", "--format=json"],
        &["report", "harmonisering", "--kommune=153", "--aar=2020", "--format=json"],
        &["mdx", mdx, "--format=json"],
        &["drill", cube, "--format=json"],
        &["package", "--kind=datamart", "--kommune=153"],
        &["package", "--kind=dsa", "--kommune=153"],
        &["package", "--kind=raw", "--kommune=153"],
    ] {
        assert!(both(words), "{words:?} is refused");
    }
    let fields =
        ["Tid.År", "Handle kommune.Kommune", "Opholdssted.Opholdssted", "Borger.Personnummer"];
    for one in fields {
        for other in fields.into_iter().filter(|other| *other != one) {
            for measure in ["Antal Unikke Borgere", "Antal Ydelser", "Antal Unikke Borgere Ultimo"]
            {
                let (rows, columns) = (format!("--rows={one}"), format!("--columns={other}"));
                let measure = format!("--measure={measure}");
                let words = ["pivot", cube, &rows, &columns, &measure, "--totals", "--format=json"];
                assert!(both(&words));
                assert!(both(&words.into_iter().chain(["--empty"]).collect::<Vec<_>>()));
            }
        }
    }
    for value in ["Sølyst", "Solgaarden", "s7", "x"] {
        let filter = format!("--filter=Opholdssted.Opholdssted={value}");
        assert!(!both(&["pivot", cube, &filter]));
    }
    for value in ["6505105678", "6404504567", "6303603456"] {
        assert!(!both(&["pivot", cube, &format!("--filter=Borger.Personnummer={value}")]));
    }
    assert!(!both(&["package", "--kind=datamart", "--kommune=157"]));
}

/// A file, or all files of a folder, with their names.
fn read_all(path: &Path) -> Vec<(String, Vec<u8>)> {
    if path.is_file() {
        return vec![(String::new(), std::fs::read(path).unwrap())];
    }
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut files = Vec::new();
    for entry in entries {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        let below = read_all(&entry).into_iter();
        files.extend(below.map(|(rest, content)| (format!("{name}/{rest}"), content)));
    }
    files.sort();
    files
}
