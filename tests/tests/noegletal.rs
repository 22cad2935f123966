//! N1–N8 by their ids, on the hand-made deliveries of `queries/data`: expected figures are worked
//! out from the files.
//!
//! Population in 2024: Brøndby 20,000, Dragør 8,000 (of 2023K4), Ishøj 16,000, Vallensbæk 10,000,
//! Odense 120,000, Varde 30,000, København 460,000 (no delivery), Tårnby none. Odense has postings
//! in 2023 only, Vallensbæk none. Ishøj delivers for Vallensbæk, Tårnby for Dragør.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use rust_xlsxwriter::Workbook;
use terning_engine::query::explain::{ExplainCell, explain};
use terning_engine::query::{
    Cancel, Drill, Limits, Parameters, QueryError, View, drill, drill_mdx,
};
use terning_oracle::Pivot;
use terning_tests::engine::Engine;
use terning_tests::folder::{Delivery, write};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/data");
    Engine::load(&data, None).unwrap()
});

const N1: &str = "Antal modtagere af længerevarende ophold pr. 1000 indbyggere i alderen 18-64";
const N2: &str = "Antal modtagere af midlertidige ophold pr. 1000 indbyggere i alderen 18-64";
const N3: &str = "Gns. udgifter pr. modtager af botilbud og socialpædagogisk støtte";
const N4: &str = "Udgifter til botilbud og socialpædagogisk støtte pr. 18-64-årige";
const N5: &str = "Udgifter til længerevarende botilbud pr. 18-64-årige";
const N6: &str = "Udgifter til midlertidige botilbud pr. 18-64-årige";
const N7: &str = "Samlede udgifter til voksenhandicapydelser pr. 18-64-årige";
const N8: &str = "Udgifter til socialpædagogisk bistand i eget hjem pr. 18-64-årige";

/// A measure in 2024, under a further condition; empty is the whole country.
fn figure(measure: &str, condition: &str) -> Option<f64> {
    let conditions = ["Tid.År=2024", condition];
    let filters = conditions.iter().filter(|one| !one.is_empty()).map(ToString::to_string);
    let pivot = Pivot {
        cube: "Nøgletal".to_owned(),
        filters: filters.collect(),
        measures: vec![measure.to_owned()],
        empty: true,
        ..Pivot::default()
    };
    ENGINE.pivot(&pivot).unwrap().cells[0][0]
}

fn of(measure: &str, kommune: &str) -> Option<f64> {
    figure(measure, &format!("Handle kommune.Kommune={kommune}"))
}

fn region(measure: &str) -> Option<f64> {
    figure(measure, "Handle kommune.Region=084")
}

fn assert_near(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found} ≠ {expected}");
}

#[test]
fn n1_recipients_of_long_stays_for_each_thousand() {
    assert_near(of(N1, "Brøndby"), 7.0 * 1000.0 / 20_000.0);
    // The delivery is that of its pair (K1).
    assert_near(of(N1, "Vallensbæk"), 1000.0 / 10_000.0);
    // A delivery, and nobody in it who has such a stay.
    assert_eq!(of(N1, "Dragør"), Some(0.0));
    assert_eq!(of(N1, "København"), None, "no delivery");
    assert_eq!(of(N1, "Tårnby"), None, "no population");
    // Brøndby, Dragør, Ishøj and Vallensbæk.
    assert_near(region(N1), (7.0 + 0.0 + 1.0 + 1.0) * 1000.0 / 54_000.0);
    assert_near(figure(N1, ""), 11.0 * 1000.0 / 204_000.0);
}

#[test]
fn n2_recipients_of_temporary_stays_for_each_thousand() {
    assert_near(of(N2, "Brøndby"), 6.0 * 1000.0 / 20_000.0);
    assert_eq!(of(N2, "Ishøj"), Some(0.0));
    assert_eq!(of(N2, "København"), None);
    assert_near(region(N2), 7.0 * 1000.0 / 54_000.0);
}

#[test]
fn n3_money_for_each_whole_year_recipient() {
    // 3,781 days of 366: see the records b01–b33.
    assert_near(of(N3, "Brøndby"), 6_000_000.0 * 366.0 / 3781.0);
    assert_eq!(of(N3, "Vallensbæk"), None, "no postings");
    assert_eq!(of(N3, "København"), None, "no delivery");
    // A municipality without population has N3 all the same.
    assert_near(of(N3, "Tårnby"), 900_000.0 / 2.0);
    // Dragør 214 days and Ishøj 244; Vallensbæk without postings is left out.
    let days = 3781.0 + 214.0 + 244.0 + 2.0 * 366.0;
    assert_near(region(N3), 8_100_000.0 * 366.0 / days);
}

#[test]
fn n4_to_n8_money_for_each_inhabitant() {
    let figures = [N4, N5, N6, N7, N8];
    let expected = [300.0, 225.0, 60.0, 305.0, 15.0];
    assert_eq!(figures.map(|one| of(one, "Brøndby")), expected.map(Some));
    assert_eq!(figures.map(|one| of(one, "Tårnby")), [None; 5], "no population");
    assert_eq!(figures.map(|one| of(one, "Odense")), [None; 5], "no postings in the year");
    let dragoer = [Some(50.0), None, Some(50.0), Some(50.0), None];
    assert_eq!(figures.map(|one| of(one, "Dragør")), dragoer, "accounts by accounts");
}

#[test]
fn n4_to_n8_leave_out_municipalities_without_population_or_postings() {
    // København has no delivery, which is no matter here; Tårnby has no population.
    assert_near(region(N4), 53_200_000.0 / 504_000.0);
    assert_near(region(N5), 51_300_000.0 / 496_000.0);
    assert_near(region(N6), 1_600_000.0 / 28_000.0);
    assert_near(region(N7), 53_300_000.0 / 504_000.0);
    assert_near(region(N8), 300_000.0 / 20_000.0);
    assert_near(figure(N8, ""), 900_000.0 / 50_000.0);
}

#[test]
fn numerators_show_all_municipalities_and_none_is_zero_where_there_is_a_delivery() {
    let long = "Modtagere, længerevarende ophold";
    assert_eq!(figure(long, ""), Some(12.0));
    assert_eq!([of(long, "Varde"), of(long, "København")], [Some(0.0), None]);
    assert_eq!(figure("Udgifter, længerevarende botilbud", ""), Some(52_200_000.0));
    assert_eq!(figure("Kommuner med leverance", ""), Some(7.0));
}

#[test]
fn on_a_service_only_udgifter_has_a_value() {
    let service = "Ydelse VH.Ydelseskode=1.8.2";
    assert_eq!(figure("Udgifter", service), Some(1_600_000.0));
    for measure in [N1, N4, "Befolkning 18-64", "Modtagere, midlertidige ophold", "Lønsum"] {
        assert_eq!(figure(measure, service), None, "{measure}");
    }
}

#[test]
fn a_selection_of_municipalities_is_one_cell() {
    let pair = "Handle kommune.Kommune=Brøndby,Tårnby";
    // Tårnby has no population, so it is Brøndby's figure; but not that of N3.
    assert_near(figure(N4, pair), 300.0);
    assert_near(figure(N3, pair), 6_900_000.0 * 366.0 / (3781.0 + 732.0));
}

/// Approvals as a workbook.
fn approvals(lines: &[[&str; 4]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let header = [["Kommunekode", "Ydelseskode", "Kvartal", "Godkendt"]];
    for (row, line) in (0..).zip(header.iter().chain(lines)) {
        for (column, text) in (0..).zip(line) {
            sheet.write_string(row, column, *text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn a_pairs_approvals_are_the_reporters_while_the_pair_lasts() {
    let folder = tempfile::tempdir().unwrap();
    let record = ["a;6101801234;187;;1.8.1;2022-01-01;;1.1.1;;A"];
    Delivery::full("187", "nexus", "2022-03").write(folder.path(), &record);
    let reference = folder.path().join("reference");
    let ended = "Indberetter;OgsaaFor;GyldigTil\n183;187;2021-12-31\n";
    write(&reference.join("kodelister/saerregler.csv"), ended.as_bytes());
    let lines = [["183", "1.8.1", "2021K4", "Ja"], ["183", "1.8.1", "2022K1", "Ja"]];
    write(&reference.join("Godkendte_kommuner.xlsx"), &approvals(&lines));
    let engine = Engine::load(folder.path(), None).unwrap();
    let approved = |kommune: &str, quarter: &str| {
        let filters = [
            format!("Handle kommune.Kommunenummer={kommune}"),
            format!("Tid.Kvartal={quarter}"),
            "Ydelse VH.Ydelseskode=1.8.1".to_owned(),
        ];
        let pivot = Pivot {
            cube: "Nøgletal".to_owned(),
            filters: filters.to_vec(),
            measures: vec!["Godkendte kommuner".to_owned()],
            empty: true,
            ..Pivot::default()
        };
        engine.pivot(&pivot).unwrap().cells[0][0].unwrap_or(0.0)
    };
    assert_eq!(["2021K4", "2022K1"].map(|quarter| approved("183", quarter)), [1.0, 1.0]);
    assert_eq!(["2021K4", "2022K1"].map(|quarter| approved("187", quarter)), [1.0, 0.0]);
}

/// What a key figure's records and steps are of: its steps end at a value, and its records are about
/// so many citizens.
fn told(measure: &str, condition: &str) -> Result<(f64, usize), QueryError> {
    let views: Vec<View> =
        ENGINE.cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect();
    let conditions = ["Tid.År=2024", condition];
    let filters = conditions.iter().filter(|one| !one.is_empty()).map(ToString::to_string);
    let (cube, measure, filters) =
        ("Nøgletal".to_owned(), measure.to_owned(), filters.collect::<Vec<_>>());
    let (limits, cancel) = (Limits::default(), Cancel::default());
    let asked =
        ExplainCell { cube: cube.clone(), filters: filters.clone(), measure: measure.clone() };
    let explained = explain(&views, &asked, (&limits, &cancel))?;
    let asked = Drill { cube, filters, measure, ..Drill::default() };
    let (_, found) = drill(&views, &asked, (&limits, &cancel))?;
    let last = explained.steps.last().and_then(|step| step.value);
    Ok((last.unwrap_or_default(), found.entities))
}

#[test]
fn behind_a_key_figure_are_the_municipalities_that_it_is_made_of() {
    // Brøndby 7, Ishøj 1, Vallensbæk 1; Tårnby's citizen is left out, for it has no population.
    assert_eq!(told(N1, "Handle kommune.Region=084").unwrap(), (9.0, 9));
    assert_eq!(told(N1, "").unwrap(), (11.0, 11));
    assert_eq!(told(N2, "Handle kommune.Region=084").unwrap(), (7.0, 7));
    // The visible numerator has all municipalities.
    let long = "Modtagere, længerevarende ophold";
    assert_eq!(told(long, "Handle kommune.Region=084").unwrap(), (10.0, 10));
    assert_eq!(told(N1, "Handle kommune.Kommune=Brøndby").unwrap(), (7.0, 7));

    // Where it has no value, nothing is behind it, and it is said what can be asked.
    let refused = told(N1, "Handle kommune.Kommune=Tårnby").unwrap_err();
    assert!(refused.message.contains("ingen værdi her"), "{refused:?}");
    assert!(refused.hint.is_some_and(|hint| hint.contains(long)));
}

#[test]
fn behind_n3_are_its_whole_year_recipients_and_its_money() {
    let region = "Handle kommune.Region=084";
    let refused = told(N4, region).unwrap_err();
    assert!(refused.message.contains("ændres ikke af reglerne"), "{refused:?}");
    // Vallensbæk, without postings, is left out; Tårnby is in (two whole years of days).
    let views: Vec<View> =
        ENGINE.cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect();
    let filters = vec!["Tid.År=2024".to_owned(), region.to_owned()];
    let asked = ExplainCell { cube: "Nøgletal".to_owned(), filters, measure: N3.to_owned() };
    let explained = explain(&views, &asked, (&Limits::default(), &Cancel::default())).unwrap();
    let days = 3781.0 + 214.0 + 244.0 + 2.0 * 366.0;
    assert_near(explained.steps.last().unwrap().value, days / 366.0);
}

#[test]
fn a_drillthrough_of_a_key_figure_leaves_out_the_same_municipalities() {
    let views: Vec<View> =
        ENGINE.cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect();
    let text = format!(
        "DRILLTHROUGH SELECT {{[Measures].[{N1}]}} ON 0 FROM [Nøgletal] \
         WHERE ([Tid].[År].&[2024], [Handle kommune].[Region].&[084])"
    );
    let within = (&Limits::default(), &Cancel::default());
    let (_, found) = drill_mdx(&views, (&text, &Parameters::NONE), 1000, within).unwrap();
    assert_eq!(found.entities, 9);
}
