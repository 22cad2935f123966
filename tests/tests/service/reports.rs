//! The standard reports on a small made-up country, from deliveries to the command line.

use std::path::Path;
use std::sync::OnceLock;

use terning_server::audit;
use terning_server::config::{Access, Settings};
use terning_server::rebuild::{Outcome, Rebuild, rebuild};

use crate::access::token;
use crate::harness::Server;

/// The data folder of a country of a hundredth, made once.
fn data() -> &'static Path {
    static DATA: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = DATA.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let deliveries = folder.path().join("deliveries");
        let months = ("2026-09".to_owned(), "2026-10".to_owned());
        let options =
            terning_sample::Options { out: deliveries.clone(), scale: 0.01, seed: 1, months };
        terning_sample::generate(&options, &|_, _, _| {}).unwrap();
        let order = Rebuild::new(deliveries, folder.path().join("data"));
        assert!(matches!(rebuild(&order, &|_| {}).unwrap(), Outcome::Built(..)));
        folder
    });
    Box::leak(folder.path().join("data").into_boxed_path())
}

/// A server of that country.
pub fn served() -> Server {
    Server::beside_others(data())
}

#[test]
fn the_standard_reports_are_the_pivots_that_the_source_proposes() {
    let server = Server::beside_others(data());
    let csv = |words: &[&str]| server.answer(&[words, &["--format=csv"]].concat());
    let benchmark = csv(&["report", "benchmark", "--kommuner=101,751", "--aar=2025"]);
    let asked = csv(&[
        "pivot",
        "--cube=Voksne Handicappede Benchmark",
        "--filter=Tid.År=2025",
        "--filter=JaNej godkendt Ydelse.Ja Nej Tekst=Ja",
        "--columns=Handle kommune.Kommunenummer=101,751",
        "--columns=Tid.Kvartal",
        "--rows=Ydelse VH.Ydelseskode",
        "--measure=Antal Unikke Borgere",
    ]);
    assert_eq!(benchmark, asked);
    assert!(benchmark.lines().count() > 5, "{benchmark}");
    let harmonisering = csv(&["report", "harmonisering", "--kommune=101", "--aar=2025"]);
    let mut lines = harmonisering.lines();
    assert_eq!(lines.next().unwrap().split(';').nth(3), Some("2025-01"));
    assert_eq!(lines.next().unwrap().split(';').nth(2), Some("Personnummer"));
    assert!(lines.count() > 1, "{harmonisering}");
}

#[test]
fn the_key_figures_are_a_report_and_a_cube_whose_formulas_are_told() {
    let server = Server::beside_others(data());
    let table = server.answer(&["report", "noegletal", "--aar=2025", "--alle"]);
    assert!(table.starts_with("Nøgletal på voksenhandicapområdet, 2025\n"), "{table}");
    assert!(table.contains("København") && table.contains("I alt"), "{table}");
    assert!(server.answer(&["cubes"]).contains("Nøgletal"));
    let told = server.answer(&["describe", "Nøgletal", "--format=json"]);
    assert!(told.contains("Aggregate([Kommuner til N4]"), "{told}");
    assert!(!told.contains("M1 efter"), "a hidden measure is not listed");
}

/// A table shows the asker's municipality, its region and the country; of nobody's the regions and the
/// country. Files, and a table that is asked for whole, have all municipalities.
#[test]
fn a_look_at_the_key_figures_is_the_askers_own_with_the_totals() {
    let audit = audit::Settings { enabled: false, ..audit::Settings::default() };
    let settings = Settings { audit, ..Access::by_local_tokens().into() };
    let server = Server::with_settings(data(), settings);
    let own = token(data(), "kommune", Some("101"));
    let national = token(data(), "national", None);
    let asked = |token: &str, more: &[&str]| {
        let words = ["report", "noegletal", "--aar=2025", "--token", token];
        server.answer(&[&words[..], more].concat())
    };
    let captions = |table: &str, field: &str| -> Vec<String> {
        let lines = table.lines().filter_map(|line| line.strip_prefix(field));
        lines
            .flat_map(|line| line.split("  ").map(|one| one.trim().to_owned()).collect::<Vec<_>>())
            .filter(|caption| !caption.is_empty())
            .collect()
    };
    let table = asked(&own, &[]);
    assert_eq!(captions(&table, "Kommune  "), ["København", "I alt", "I alt"], "{table}");
    assert_eq!(captions(&table, "Region  "), ["Region Hovedstaden", "I alt"], "{table}");
    assert!(table.contains("Vist er 3 af rapportens "), "{table}");
    let table = asked(&national, &[]);
    assert_eq!(captions(&table, "Kommune  "), ["I alt"; 6], "{table}");
    assert_eq!(captions(&table, "Region  ").len(), 6, "{table}");
    assert!(table.lines().count() < 60, "{table}");
    for whole in [["--alle", "--format=table"], ["--alle", "--format=csv"]] {
        let whole = asked(&own, &whole);
        assert!(whole.contains("Frederikshavn"), "{whole}");
        assert!(!whole.contains("Vist er"), "{whole}");
    }
    assert!(asked(&own, &["--format=csv"]).lines().count() > 98);
    let chosen = asked(&own, &["--kommuner=153,751"]);
    assert!(chosen.contains("Brøndby") && chosen.contains("Aarhus"), "{chosen}");
}

#[test]
fn the_year_is_the_last_full_one_unless_given() {
    let server = Server::beside_others(data());
    let report = ["report", "benchmark", "--kommuner=101"];
    let table = server.answer(&report);
    assert!(table.starts_with("Benchmark på tværs af kommuner op imod HAND07, 2025\n"), "{table}");
}

#[test]
fn what_is_missing_or_wrong_in_a_report_is_said() {
    let server = Server::beside_others(data());
    let missing = server.refusal(&["report", "harmonisering"]);
    assert!(missing.contains("kommune"), "{missing}");
    let strange = server.refusal(&["report", "harmonisering", "--kommuner=153"]);
    assert!(strange.contains("'kommuner'") && strange.contains("aar"), "{strange}");
    let unknown = server.refusal(&["report", "harmonisering", "--kommune=999"]);
    assert!(unknown.contains("999"), "{unknown}");
    let unknown = server.refusal(&["report", "hormonisering", "--kommune=101"]);
    assert!(unknown.contains("harmonisering"), "{unknown}");
    assert!(server.answer(&["report"]).contains("--kommuner"));
}

/// Behind money stand lines of the accounts, behind inhabitants numbers of a population, of one
/// municipality or of several: no services, and no citizens.
#[test]
fn what_stands_behind_a_figure_is_called_what_it_is() {
    let server = Server::beside_others(data());
    let of = |command: &str, measure: &str, places: &str| {
        let place = format!("--filter=Handle kommune.Kommunenummer={places}");
        let measure = format!("--measure={measure}");
        let words = [command, "--cube=Nøgletal", "--filter=Tid.År=2025", &place, &measure];
        server.answer(&words)
    };
    for measure in [
        "Udgifter",
        "Gns. udgifter pr. modtager af botilbud og socialpædagogisk støtte",
        "Samlede udgifter til voksenhandicapydelser pr. 18-64-årige",
    ] {
        for (places, municipalities) in [("101", "hos 1 kommune."), ("101,751", "hos 2 kommuner.")]
        {
            let told = of("drill", measure, places);
            assert!(told.starts_with("Regnskabslinjerne bag cellen: Udgifter"), "{told}");
            assert!(told.contains(" regnskabslinjer ") && told.contains(municipalities), "{told}");
            assert!(!told.contains("ydelser") || measure != "Udgifter", "{told}");
            assert!(!told.contains("borger"), "{told}");
        }
    }
    let population = of("drill", "Befolkning 18-64", "101");
    assert!(population.contains("befolkningstal hos 1 kommune."), "{population}");
    let citizens = of("drill", "Modtagere, længerevarende ophold", "101");
    assert!(citizens.starts_with("Ydelserne bag cellen\n"), "{citizens}");
    assert!(citizens.contains(" hos ") && citizens.contains(" borger"), "{citizens}");
    let explained = of("explain", "Modtagere, længerevarende ophold", "101");
    assert!(
        explained.contains("Berørte ydelser") && explained.contains("Berørte borgere"),
        "{explained}"
    );
    let place = "--filter=Handle kommune.Kommunenummer=101";
    let refused = server.refusal(&["explain", "--cube=Nøgletal", place, "--measure=Udgifter"]);
    assert!(!refused.contains("ydelserne"), "{refused}");
}

/// The figure that is asked for stands in the heading, also where a part of its formula is explained.
#[test]
fn an_explanation_is_headed_by_the_figure_that_was_asked_for() {
    let server = served();
    let figure = "Gns. udgifter pr. modtager af botilbud og socialpædagogisk støtte";
    let place = "--filter=Handle kommune.Kommunenummer=101";
    let of = |measure: &str| {
        let measure = format!("--measure={measure}");
        server.answer(&["explain", "--cube=Nøgletal", "--filter=Tid.År=2025", place, &measure])
    };
    let told = of(figure);
    assert!(told.starts_with(&format!("Hvorfor dette tal? {figure}: Helårsmodtagere\n")), "{told}");
}

/// That a municipality may not see another's marks is not to be taken for that there are none.
#[test]
fn a_municipality_that_asks_for_anothers_marks_is_told_that_it_may_not_see_them() {
    let audit = audit::Settings { enabled: false, ..audit::Settings::default() };
    let settings = Settings { audit, ..Access::by_local_tokens().into() };
    let server = Server::with_settings(data(), settings);
    let own = token(data(), "kommune", Some("101"));
    let asked = |kommune: &str| {
        let kommune = format!("--kommune={kommune}");
        server.answer(&["report", "harmonisering", &kommune, "--aar=2025", "--token", &own])
    };
    let others = ["751", "København"]
        .map(|kommune| asked(kommune).contains("kan ikke ses med dit adgangsbevis"));
    assert_eq!(others, [true, false]);
    assert!(asked("101").contains("En ydelse uden startdato (D3) står kun i måneden"));
}
