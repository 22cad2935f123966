//! Generated deliveries of the whole country, two months, small.
//!
//! `TERNING_SCALE`, `TERNING_SEED`, `TERNING_QUESTIONS` and `TERNING_RANDOM` ask for more or others.

use std::env;
use std::str::FromStr;
use std::sync::LazyLock;

use terning_oracle::Pivot;
use terning_tests::compare::difference;
use terning_tests::engine::{as_mdx, ask_mdx};
use terning_tests::random::Random;
use terning_tests::{question, words};

use crate::both::Both;

static BOTH: LazyLock<Both> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let options = terning_sample::Options {
        out: folder.path().to_owned(),
        scale: given("TERNING_SCALE", 0.02),
        seed: given("TERNING_SEED", 1),
        months: ("2026-09".to_owned(), "2026-10".to_owned()),
    };
    terning_sample::generate(&options, &|_, _, _| ()).unwrap();
    Both::read(folder.path())
});

/// What an environment variable asks for.
pub fn given<T: FromStr>(name: &str, default: T) -> T {
    let text = env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn pivot(line: &str) -> Pivot {
    words::read(line).unwrap()
}

#[test]
fn every_delivery_became_the_same() {
    BOTH.agree_on_deliveries().unwrap();
}

#[test]
fn the_same_lines_are_rejected() {
    BOTH.agree_on_rejects().unwrap();
    assert!(!BOTH.engine.loaded.rejects.is_empty());
}

#[test]
fn the_same_records_are_marked() {
    BOTH.agree_on_rules().unwrap();
    for (rule, count) in &BOTH.oracle.summary().rules {
        assert!(count.records > 0, "no record of the sample meets {rule}");
    }
}

#[test]
fn the_standard_reports_agree() {
    let harmonisering = ["101", "153", "155", "183", "187", "461", "615", "751"].iter().flat_map(|kommune| {
        ["2016", "2020", "2025", "2026"].iter().map(move |aar| {
            pivot(&format!(
                "terning pivot --cube 'Voksne Handicappede' --filter 'Tid.År={aar}' --filter 'Handle kommune.Kommunenummer={kommune}' \
                 --columns Tid.Måned --rows 'Harmonisering VH.DST Handling<>Ukendt' --rows 'Harmonisering VH.Regel<>Ukendt' \
                 --rows Borger.Personnummer --measure 'Antal Unikke Borgere' --totals"
            ))
        })
    });
    let benchmark = (2014..=2026).map(|aar| {
        pivot(&format!(
            "terning pivot --cube 'Voksne Handicappede Benchmark' --filter 'Tid.År={aar}' --filter 'JaNej godkendt Ydelse.Ja Nej Tekst=Ja' \
             --columns 'Handle kommune.Kommunenummer=153,155,157,159,161,163,165,167,169' --columns Tid.Kvartal \
             --rows 'Ydelse VH.Ydelseskode' --measure 'Antal Unikke Borgere' --totals"
        ))
    });
    assert!(BOTH.agree(harmonisering.chain(benchmark)).unwrap().values > 1000);
}

#[test]
fn every_field_has_the_same_members_in_the_same_order() {
    let fields = BOTH.engine.cubes.iter().take(2).flat_map(|cube| {
        cube.dimensions.iter().flat_map(move |dimension| {
            dimension.fields.iter().map(move |field| Pivot {
                cube: cube.name.clone(),
                rows: vec![format!("{}.{}", dimension.name, field.name)],
                measures: vec!["Antal Ydelser".to_owned()],
                totals: true,
                empty: true,
                ..Pivot::default()
            })
        })
    });
    assert!(BOTH.agree(fields).unwrap().values > 1000);
}

#[test]
fn random_pivots_agree() {
    let count = given("TERNING_QUESTIONS", 400);
    let mut random = Random(given("TERNING_RANDOM", 7));
    let cubes = &BOTH.engine.cubes;
    let pivots =
        (0..count).map(|number| question::pivot(&cubes[number % cubes.len()], &mut random));
    let agreed = BOTH.agree(pivots).unwrap();
    println!("{agreed:?}");
    assert!(agreed.values > count);
}

#[test]
fn the_mdx_of_a_pivot_has_the_same_answer() {
    let mut random = Random(given("TERNING_RANDOM", 11));
    let cubes = &BOTH.engine.cubes;
    for number in 0..given("TERNING_QUESTIONS", 400) {
        let pivot = question::pivot(&cubes[number % cubes.len()], &mut random);
        let name = words::write(&pivot);
        let Ok(answer) = BOTH.engine.pivot(&pivot) else { continue };
        let mdx = as_mdx(cubes, &pivot).unwrap_or_else(|error| panic!("{name}: {error}"));
        // Totals of several fields of one dimension are said in a comment; MDX has no word for them.
        if mdx.starts_with("/*") {
            continue;
        }
        let same = ask_mdx(cubes, &mdx).unwrap_or_else(|error| panic!("{name}: {error}\n{mdx}"));
        let other = difference(&same, &answer);
        assert_eq!(other, None, "{name}\n{mdx}");
    }
}
