//! Why a figure is what it is: the steps of a cell end at the cell, and its records are as many as
//! it counts, for random cells and every measure.
//!
//! `TERNING_SCALE`, `TERNING_SEED` and `TERNING_RANDOM` ask for more or others.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::env;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use cube_schema::domains::vh::hand07::kendte_tekster;
use terning_engine::query::disclose::Rules;
use terning_engine::query::drill::all as all_records;
use terning_engine::query::explain::{ExplainCell, UNEXPLAINED, explain};
use terning_engine::query::table::Values;
use terning_engine::query::{
    Cancel, Drill, Drilled, ErrorKind, Limits, Parameters, Pivot, QueryError, Question, View,
    answer, drill, drill_mdx, role, translate,
};
use terning_oracle::{Hand07, Oracle, OracleRecord, Publication};
use terning_server::reports::{self, Given, Lines};
use terning_tests::engine::Engine;
use terning_tests::question;
use terning_tests::random::Random;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let options = terning_sample::Options {
        out: folder.path().to_owned(),
        scale: given("TERNING_SCALE", 0.02),
        seed: given("TERNING_SEED", 1),
        months: ("2026-09".to_owned(), "2026-10".to_owned()),
    };
    terning_sample::generate(&options, &|_, _, _| ()).unwrap();
    folder
});

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::load(FOLDER.path(), None).unwrap());

static ORACLE: LazyLock<Oracle> =
    LazyLock::new(|| terning_oracle::load(FOLDER.path(), None).unwrap());

const KEY_FIGURES: &str = "Nøgletal";

/// What an environment variable asks for.
fn given<T: FromStr>(name: &str, default: T) -> T {
    let text = env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn everything() -> Vec<View> {
    ENGINE.cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect()
}

fn of_kommune(kommune: &str) -> Vec<View> {
    let vh = Vh::new().unwrap();
    let role = vh.schema().roles.iter().find(|role| role.name == "kommune").unwrap();
    role::views(&ENGINE.cubes, role, kommune)
}

fn value(views: &[View], cube: &str, filters: &[String], measure: &str) -> Option<f64> {
    let pivot = Pivot {
        cube: cube.to_owned(),
        filters: filters.to_vec(),
        measures: vec![measure.to_owned()],
        empty: true,
        ..Pivot::default()
    };
    let (limits, cancel) = (Limits::default(), Cancel::default());
    answer(views, &Question::Pivot(&pivot), &limits, &cancel).unwrap().cells.value(0)
}

/// The cells of random pivots of a cube: filters and a measure.
fn random_cells(cube: usize, seed: u64) -> impl Iterator<Item = (Vec<String>, String)> {
    let mut random = Random(seed);
    let count = given("TERNING_RANDOM", 40);
    (0..count).map(move |_| {
        let mut pivot = question::pivot(&ENGINE.cubes[cube], &mut random);
        let fields = pivot.columns.into_iter().chain(pivot.rows);
        pivot.filters.extend(fields.filter(|field| field.contains(['=', '<'])));
        (pivot.filters, pivot.measures[0].clone())
    })
}

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-9 * left.abs().max(1.0)
}

/// The steps add up, and end at the cell.
fn check(views: &[View], cube: &str, filters: Vec<String>, measure: String) -> usize {
    let cell = value(views, cube, &filters, &measure);
    let about = format!("{cube} {filters:?} {measure}");
    let asked = ExplainCell { cube: cube.to_owned(), filters, measure };
    let explained = explain(views, &asked, (&Limits::default(), &Cancel::default())).unwrap();
    assert_eq!(explained.steps.last().unwrap().value, cell, "{about}: {explained:#?}");
    let changes = explained.steps.iter().filter_map(|step| step.change);
    let sum = explained.steps[0].value.unwrap_or(0.0) + changes.sum::<f64>();
    assert!(close(sum, cell.unwrap_or(0.0)), "{about}: {explained:#?}");
    explained.steps.iter().filter(|step| step.change.is_some_and(|change| change != 0.0)).count()
}

#[test]
fn the_steps_of_a_cell_end_at_the_cell() {
    let views = everything();
    let mut changes = 0;
    for (cube, seed) in [(0, 1), (1, 2)] {
        let name = ENGINE.cubes[cube].name.clone();
        for (filters, measure) in random_cells(cube, given("TERNING_SEED", seed)) {
            changes += check(&views, &name, filters, measure);
        }
    }
    assert!(changes > 50, "hardly any step changes anything: {changes}");
}

#[test]
fn a_municipality_is_told_of_its_own_records_and_one_line_of_the_rest() {
    for kommune in ["101", "153", "155", "183", "187", "751"] {
        let views = of_kommune(kommune);
        let filters = vec![format!("Handle kommune.Kommunenummer={kommune}")];
        for cube in ["Voksne Handicappede", "Voksne Handicappede Benchmark"] {
            for measure in ["Antal Unikke Borgere", "Antal Ydelser", "Helårsmodtagere"] {
                check(&views, cube, filters.clone(), measure.to_owned());
            }
        }
        let cube = "Voksne Handicappede Benchmark".to_owned();
        let asked = ExplainCell { cube, filters, measure: String::new() };
        let explained = explain(&views, &asked, (&Limits::default(), &Cancel::default())).unwrap();
        assert!(explained.own);
        assert_eq!(explained.steps.last().unwrap().caption, UNEXPLAINED);
    }
}

#[test]
fn drill_through_shows_as_many_records_and_citizens_as_the_cell_counts() {
    let views = everything();
    for (cube, seed) in [(0, 3), (1, 4)] {
        let name = ENGINE.cubes[cube].name.clone();
        for (filters, _) in random_cells(cube, seed) {
            let expected = ["Antal Ydelser", "Antal Unikke Borgere"]
                .map(|measure| value(&views, &name, &filters, measure).unwrap_or(0.0) as usize);
            let about = format!("{name} {filters:?}");
            let asked = |measure: &str| Drill {
                cube: name.clone(),
                filters: filters.clone(),
                measure: measure.to_owned(),
                max: 10,
                ..Drill::default()
            };
            let (_, found) =
                drill(&views, &asked(""), (&Limits::default(), &Cancel::default())).unwrap();
            assert_eq!([found.records, found.entities], expected, "{about}");
            assert_eq!(found.table.rows(), expected[0].min(10), "{about}");
            let of = |measure| {
                drill(&views, &asked(measure), (&Limits::default(), &Cancel::default())).unwrap().1
            };
            let figure = |measure| value(&views, &name, &filters, measure).unwrap_or(0.0) as usize;
            for measure in ["Påbegyndte Ydelser", "Afsluttede Ydelser"] {
                assert_eq!(of(measure).records, figure(measure), "{about} {measure}");
            }
            let last = "Antal Unikke Borgere Ultimo";
            assert_eq!(of(last).entities, figure(last), "{about} {last}");
        }
    }
}

#[test]
fn a_drillthrough_of_a_cell_is_the_drill_that_a_person_would_ask_for() {
    let drilled = |views: &[View], cube: &str, filters: Vec<String>, measure: String| {
        let pivot = Pivot {
            cube: cube.to_owned(),
            filters: filters.clone(),
            measures: vec![measure.clone()],
            empty: true,
            ..Pivot::default()
        };
        let cell = translate(views, &pivot, &Limits::default(), &Cancel::default()).unwrap();
        let text = format!("DRILLTHROUGH MAXROWS 50 {cell}");
        let asked = Drill { cube: cube.to_owned(), filters, measure, max: 50, ..Drill::default() };
        let by_filters = drill(views, &asked, (&Limits::default(), &Cancel::default()));
        let by_mdx = drill_mdx(
            views,
            (&text, &Parameters::NONE),
            1_000_000,
            (&Limits::default(), &Cancel::default()),
        );
        let told = |found: Result<(usize, Drilled), QueryError>| match found {
            Ok((at, found)) => {
                let counts = (found.records, found.entities, found.behind);
                Ok((at, counts, found.of, found.table))
            }
            Err(error) => Err(error.message),
        };
        let (by_filters, by_mdx) = (told(by_filters), told(by_mdx));
        assert_eq!(by_mdx, by_filters, "{text}");
        by_mdx.map_or(0, |(_, (records, ..), ..)| records)
    };
    for views in [everything(), of_kommune("153"), of_kommune("461")] {
        let mut records = 0;
        for (cube, seed) in [(0, 5), (1, 6)] {
            let name = &ENGINE.cubes[cube].name;
            for (filters, measure) in random_cells(cube, seed) {
                // What a role may not see is not asked for: its names would be other errors.
                let pivot = Pivot { cube: name.clone(), filters, ..Pivot::default() };
                if translate(&views, &pivot, &Limits::default(), &Cancel::default()).is_ok() {
                    records += drilled(&views, name, pivot.filters, measure);
                }
            }
        }
        assert!(records > 0);
        for filters in key_figure_cells() {
            drilled(&views, KEY_FIGURES, filters.clone(), "Udgifter".to_owned());
            let n1 = "Antal modtagere af længerevarende ophold pr. 1000 indbyggere i alderen 18-64";
            drilled(&views, KEY_FIGURES, filters, n1.to_owned());
        }
    }
}

/// What is drilled to behind a measure of the key figures.
fn behind(views: &[View], filters: &[String], measure: &str) -> Drilled {
    let asked = Drill {
        cube: KEY_FIGURES.to_owned(),
        filters: filters.to_vec(),
        measure: measure.to_owned(),
        max: 1_000_000,
        ..Drill::default()
    };
    drill(views, &asked, (&Limits::default(), &Cancel::default())).unwrap().1
}

/// Cells of the key figures: the country, a region and municipalities, in two years.
fn key_figure_cells() -> impl Iterator<Item = Vec<String>> {
    let places = ["", "Region=084", "Kommunenummer=153", "Kommunenummer=461", "Kommunenummer=187"];
    let places = places.map(|place| match place {
        "" => None,
        place => Some(format!("Handle kommune.{place}")),
    });
    ["2024", "2025"].into_iter().flat_map(move |year| {
        let places = places.clone().into_iter();
        places.map(move |place| [format!("Tid.År={year}")].into_iter().chain(place).collect())
    })
}

#[test]
fn behind_a_numerator_are_the_citizens_or_the_money_that_it_counts() {
    let views = everything();
    let mut counted = 0.0;
    for filters in key_figure_cells() {
        let figure = |measure| value(&views, KEY_FIGURES, &filters, measure).unwrap_or(0.0);
        for measure in ["Modtagere, længerevarende ophold", "Modtagere, midlertidige ophold"] {
            let found = behind(&views, &filters, measure);
            assert_eq!(found.entities as f64, figure(measure), "{filters:?} {measure}");
            counted += figure(measure);
        }
        for measure in [
            "Udgifter",
            "Udgifter, botilbud og støtte",
            "Udgifter, længerevarende botilbud",
            "Udgifter, midlertidige botilbud",
            "Udgifter, alle ydelser",
            "Udgifter, støtte i eget hjem",
        ] {
            let found = behind(&views, &filters, measure);
            let Some(Values::Number(kroner)) = found.table.column("Udgifter") else {
                panic!("{:?}", found.table)
            };
            let sum: f64 = kroner.iter().map(|one| one.unwrap()).sum();
            assert!(close(sum, figure(measure)), "{filters:?} {measure}: {sum}");
            counted += sum.abs();
        }
    }
    assert!(counted > 1000.0, "hardly anything is counted");
}

#[test]
fn behind_population_and_staff_are_their_own_numbers() {
    let views = everything();
    for filters in key_figure_cells() {
        let figure = |measure| value(&views, KEY_FIGURES, &filters, measure).unwrap_or(0.0);
        for measure in ["Befolkning 18-64", "Lønsum"] {
            let found = behind(&views, &filters, measure);
            let Some(Values::Number(numbers)) = found.table.column(measure) else {
                panic!("{:?}", found.table)
            };
            let sum: f64 = numbers.iter().map(|one| one.unwrap()).sum();
            assert!(close(sum, figure(measure)), "{filters:?} {measure}: {sum}");
            assert!(sum > 0.0, "{filters:?} {measure}");
        }
    }
}

#[test]
fn behind_the_approved_municipalities_are_their_days() {
    let views = everything();
    let measure = "Godkendte kommuner";
    let mut counted = 0;
    for filters in key_figure_cells() {
        let filters = [filters, vec!["Ydelse VH.Ydelseskode=1.8.1".to_owned()]].concat();
        let found = behind(&views, &filters, measure);
        let Some(Values::Text(names)) = found.table.column("Handle kommune.Kommune") else {
            panic!("{:?}", found.table)
        };
        let different: BTreeSet<_> = names.iter().collect();
        let figure = value(&views, KEY_FIGURES, &filters, measure).unwrap_or(0.0);
        assert_eq!(different.len() as f64, figure, "{filters:?}");
        let days = ["Godkendt fra", "Godkendt til"].map(|name| found.table.column(name).unwrap());
        let [Values::Day(from), Values::Day(to)] = days else { panic!("{:?}", found.table) };
        assert!(from.iter().zip(to).all(|(from, to)| from.unwrap() < to.unwrap()));
        counted += different.len();
    }
    assert!(counted > 50, "hardly any approval: {counted}");
}

/// The municipalities of a cell in which a measure has a value, as a condition; nothing where there is
/// none.
fn municipalities_of(views: &[View], filters: &[String], measure: &str) -> Option<String> {
    let cube = ENGINE.cubes.iter().find(|cube| cube.name == KEY_FIGURES).unwrap();
    let shape = &cube.dimensions[cube.find_dimension("Handle kommune").unwrap()];
    let field = &shape.fields[shape.find_field("Kommunenummer").unwrap()];
    let numbers = (0..field.len()).map(|at| field.keys.get(at));
    let own = |number: &&str| {
        let own = format!("Handle kommune.Kommunenummer={number}");
        let filters = [filters, &[own]].concat();
        value(views, KEY_FIGURES, &filters, measure).is_some()
    };
    let own = numbers.filter(own).collect::<Vec<_>>().join(",");
    (!own.is_empty()).then(|| format!("Handle kommune.Kommunenummer={own}"))
}

/// The figure of a formula is recounted of what it is said to be made of, in the municipalities that
/// have all of it.
#[test]
fn a_key_figure_is_explained_by_the_part_that_rules_change() {
    let views = everything();
    let n1 = "Antal modtagere af længerevarende ophold pr. 1000 indbyggere i alderen 18-64";
    let n3 = "Gns. udgifter pr. modtager af botilbud og socialpædagogisk støtte";
    let n4 = "Udgifter til botilbud og socialpædagogisk støtte pr. 18-64-årige";
    for filters in key_figure_cells() {
        let explained = |measure: &str| {
            let (cube, filters) = (KEY_FIGURES.to_owned(), filters.clone());
            let asked = ExplainCell { cube, filters, measure: measure.to_owned() };
            explain(&views, &asked, (&Limits::default(), &Cancel::default()))
        };
        for (measure, part) in [
            (n1, "Modtagere, længerevarende ophold"),
            ("Modtagere, midlertidige ophold", "Modtagere, midlertidige ophold"),
            (n3, "Helårsmodtagere, botilbud og støtte"),
        ] {
            let Some(own) = municipalities_of(&views, &filters, measure) else {
                assert!(explained(measure).unwrap_err().message.contains("ingen værdi"));
                continue;
            };
            let steps = explained(measure).unwrap();
            let last = steps.steps.last().unwrap().value.unwrap_or(0.0);
            let filters = [filters.clone(), vec![own]].concat();
            let figure = value(&views, KEY_FIGURES, &filters, part).unwrap_or(0.0);
            assert!(close(last, figure), "{filters:?} {measure}: {last} ≠ {figure}");
            assert!(steps.steps.len() > 5 && !steps.parts.is_empty());
        }
        for measure in ["", "Udgifter", "Befolkning 18-64", n4] {
            let refused = explained(measure).unwrap_err();
            assert!(refused.hint.as_ref().is_some_and(|hint| hint.contains(n1)), "{refused:?}");
        }
    }
}

#[test]
fn steps_and_records_are_found_within_the_limits_of_the_question() {
    let none = Limits { cells: 0, ..Limits::default() };
    let cube = "Voksne Handicappede".to_owned();
    let measure = "Antal Ydelser".to_owned();
    let asked = ExplainCell { cube: cube.clone(), filters: Vec::new(), measure };
    let refused = explain(&everything(), &asked, (&none, &Cancel::default())).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::TooLarge, "{refused}");
    let asked = Drill { cube, ..Drill::default() };
    let refused = drill(&everything(), &asked, (&none, &Cancel::default())).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::TooLarge, "{refused}");
}

#[test]
fn a_municipality_drills_through_benchmark_to_its_own_records_by_its_own_judgement() {
    let cube = "Voksne Handicappede Benchmark".to_owned();
    let filters = vec!["Tid.År=2020".to_owned()];
    let asked = Drill { cube: cube.clone(), filters: filters.clone(), max: 9, ..Drill::default() };
    let (_, found) =
        drill(&of_kommune("153"), &asked, (&Limits::default(), &Cancel::default())).unwrap();
    let asked = ExplainCell {
        cube,
        filters: [filters, vec!["Handle kommune.Kommunenummer=153".to_owned()]].concat(),
        measure: "Antal Ydelser".to_owned(),
    };
    let explained =
        explain(&of_kommune("153"), &asked, (&Limits::default(), &Cancel::default())).unwrap();
    let own = explained.steps[explained.steps.len() - 2].value;
    assert_eq!(Some(found.records as f64), own);
    assert!(found.records > 0);
}

#[test]
fn the_cube_that_explains_is_not_asked_by_its_name() {
    let pivot = Pivot { cube: "Forklaring".to_owned(), ..Pivot::default() };
    let (limits, cancel) = (Limits::default(), Cancel::default());
    let refused = answer(&everything(), &Question::Pivot(&pivot), &limits, &cancel).unwrap_err();
    assert!(refused.message.contains("findes ikke"), "{refused}");
    assert!(!refused.candidates.contains(&"Forklaring".to_owned()));
}

/// The report `hand07` of what Statistics Denmark would publish without a rule, and without some
/// records.
fn hand07(off: &[&'static str], without: usize, last: &str) -> (Lines, Hand07) {
    let oracle = &*ORACLE;
    let records = oracle.records().iter().filter(|record| !record.is_deleted()).take(without);
    let identity =
        |record: &OracleRecord| (record.reporter.clone(), record.system.clone(), record.id.clone());
    let publication = Publication {
        off: off.iter().copied().collect(),
        without: records.map(identity).collect(),
        quarters: Some(("2020K1".to_owned(), last.to_owned())),
        ..Publication::default()
    };
    let published = oracle.hand07(&publication);
    (compared(&everything(), &published.csv), published)
}

/// What `hand07` says of an export.
fn compared(views: &[View], export: &[u8]) -> Lines {
    let pivot = Pivot {
        cube: "Voksne Handicappede Benchmark".to_owned(),
        columns: vec!["Tid.Kvartal".to_owned()],
        rows: vec!["Handle kommune.Kommunenummer".to_owned(), "Ydelse VH.DST navn".to_owned()],
        measures: vec!["Antal Unikke Borgere".to_owned()],
        ..Pivot::default()
    };
    let files = [("statbank".to_owned(), export.to_vec())].into();
    let given = Given { files, ..Given::default() };
    let within = (&Limits::default(), &Cancel::default());
    reports::hand07::run(views, &pivot, &given, &kendte_tekster(), within).unwrap()
}

fn numbers(lines: &Lines, column: &str) -> Vec<Option<f64>> {
    match lines.table.column(column) {
        Some(Values::Number(numbers)) => numbers.clone(),
        _ => panic!("no column {column} of {:?}", lines.notes),
    }
}

fn sum(lines: &Lines, column: &str) -> f64 {
    numbers(lines, column).iter().map(|value| value.unwrap_or(0.0).abs()).sum()
}

#[test]
fn what_is_published_by_all_rules_has_no_differences() {
    let (lines, published) = hand07(&[], 0, "2020K1");
    assert!(published.cells.iter().filter(|cell| cell.published.is_some()).count() > 100);
    assert_eq!(sum(&lines, "Forskel"), 0.0, "{:?}", lines.notes);
}

/// Where small counts are hidden, the report tells nothing of a cell that the export has no number of.
#[test]
fn hand07_shows_small_counts_only_where_the_export_has_a_number() {
    let (_, published) = hand07(&["C2"], 0, "2020K4");
    let text = String::from_utf8(published.csv).unwrap();
    let lines = text.lines().enumerate().map(|(at, line)| match line.rsplit_once(';') {
        Some((cell, _)) if at > 0 && at % 2 == 0 => format!("{cell};..\n"),
        _ => format!("{line}\n"),
    });
    let export: String = lines.collect();
    let vh = Vh::new().unwrap();
    let cubes = &vh.schema().cubes;
    let disclosed = everything().into_iter().map(|view| {
        let own = cubes.iter().find(|cube| cube.name == view.cube().name);
        match own.and_then(|own| own.disclosure.as_ref()) {
            Some(own) => {
                let rules = Rules::new(view.cube(), own, 0);
                view.disclosed(rules)
            }
            None => view,
        }
    });
    let disclosed: Vec<View> = disclosed.collect();
    assert!(disclosed.iter().any(View::hides_small_counts));
    let [open, hidden] = [everything(), disclosed].map(|views| compared(&views, export.as_bytes()));
    let dst = numbers(&hidden, "DST");
    assert_eq!(dst, numbers(&open, "DST"));
    for column in &hidden.table.columns {
        let Values::Number(shown) = &column.values else { continue };
        let told = shown.iter().zip(&dst).filter(|(_, dst)| dst.is_none());
        assert!(told.into_iter().all(|(shown, _)| shown.is_none()), "{}", column.name);
        let published = |values: Vec<Option<f64>>| -> Vec<Option<f64>> {
            values.into_iter().zip(&dst).filter(|(_, dst)| dst.is_some()).map(|one| one.0).collect()
        };
        assert_eq!(published(shown.clone()), published(numbers(&open, &column.name)));
    }
    let small = numbers(&open, "FLIS")
        .into_iter()
        .zip(&dst)
        .filter(|(flis, dst)| dst.is_none() && flis.is_some_and(|flis| (1.0..5.0).contains(&flis)));
    assert!(small.count() > 10, "hardly anything to hide");
    assert!(hidden.notes.iter().any(|note| note.starts_with("FLIS vises kun")));
}

#[test]
fn a_rule_that_was_switched_off_is_found_and_nothing_is_left() {
    let (lines, _) = hand07(&["C2"], 0, "2021K4");
    assert!(sum(&lines, "Forskel") > 0.0, "C2 changes nothing in the sample");
    assert!(lines.table.column("C2 Overlappende ophold").is_some(), "{:?}", lines.notes);
    assert_eq!(sum(&lines, "Uforklaret"), 0.0, "{:?}", lines.notes);
}

#[test]
fn records_that_no_rule_explains_are_exactly_what_is_left() {
    let (lines, published) = hand07(&["D5"], 400, "2021K4");
    let taken: usize = published.cells.iter().map(|cell| cell.taken).sum();
    assert!(taken > 0, "the records left out are in no published cell");
    assert!(lines.table.column("D5 Under 17 år").is_some(), "{:?}", lines.notes);
    assert_eq!(sum(&lines, "Uforklaret"), taken as f64, "{:?}", lines.notes);
}

#[test]
fn a_table_of_records_is_bounded_as_answers_are() {
    let views = everything();
    let asked = Drill {
        cube: "Voksne Handicappede".to_owned(),
        columns: ["Ydelsesid", "Borger.Personnummer"].map(str::to_owned).to_vec(),
        max: 10,
        ..Drill::default()
    };
    let cancel = Cancel::default();
    let drilled = |limits: &Limits, asked: &Drill| drill(&views, asked, (limits, &cancel));
    let usual = Limits::default();
    let (at, found) = drilled(&Limits { cells: 20, ..usual.clone() }, &asked).unwrap();
    assert_eq!((found.table.rows(), found.table.columns.len()), (10, 2));
    let too_large = |found: Result<(usize, Drilled), QueryError>| {
        assert_eq!(found.unwrap_err().kind, ErrorKind::TooLarge);
    };
    too_large(drilled(&Limits { cells: 19, ..usual.clone() }, &asked));
    // Ten ids and ten numbers of ten digits and more.
    too_large(drilled(&Limits { text_bytes: 100, ..usual.clone() }, &asked));
    let known: Vec<String> = (0..201).map(|number| format!("Felt {number}")).collect();
    too_large(drilled(&usual, &Drill { columns: known, ..asked.clone() }));
    let twice = ["Ydelsesid", "ydelsesid"].map(str::to_owned).to_vec();
    let refused = drilled(&usual, &Drill { columns: twice, ..asked.clone() }).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Invalid);
    let all = |limits: &Limits| {
        all_records(&views[at].of_records(), &[], &asked.columns, (limits, &cancel))
    };
    let count = all(&usual).unwrap().rows();
    assert!(count > 100);
    assert!(all(&Limits { cells: 2 * count, ..usual.clone() }).is_ok());
    let refused = all(&Limits { cells: 2 * count - 1, ..usual }).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::TooLarge);
}
