//! A2: what a municipality is shown of the records behind figures that are public.

use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use terning_engine::query::explain::{ExplainCell, explain, rules};
use terning_engine::query::table::Values;
use terning_engine::query::{Cancel, Drill, Drilled, ErrorKind, Limits, QueryError, drill, role};
use terning_tests::engine::Engine;
use terning_tests::folder::Delivery;

use crate::ask::Eyes;

const BENCHMARK: &str = "Voksne Handicappede Benchmark";

/// Two municipalities report stays of one citizen that overlap (C2 nationally, not locally), and
/// Ishøj one that Vallensbæk pays (K1).
fn engine() -> Engine {
    let folder = tempfile::tempdir().unwrap();
    for (kommune, line) in [
        ("153", "a;6101401000;153;153;1.8.2;2020-01-01;2020-06-30;;;"),
        ("157", "b;6101401000;157;157;1.8.1;2020-03-01;2020-12-31;;;"),
        ("183", "c;6202441001;183;187;1.8.1;2020-01-01;2020-12-31;;;"),
    ] {
        Delivery::full(kommune, "nexus", "2020-12").write(folder.path(), &[line]);
    }
    Engine::load(folder.path(), None).unwrap()
}

fn asked(
    engine: &Engine,
    kommune: &str,
    cube: &str,
    filters: &[&str],
    columns: &[&str],
) -> Result<Drilled, QueryError> {
    let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let (filters, columns) = (owned(filters), owned(columns));
    let asked = Drill { cube: cube.to_owned(), filters, columns, ..Drill::default() };
    let eyes = Eyes::of(&engine.cubes, kommune);
    drill(eyes.views(), &asked, (&Limits::default(), &Cancel::default()))
        .map(|(_, drilled)| drilled)
}

#[test]
fn a2_records_behind_benchmark_are_asked_for_in_the_words_of_benchmark() {
    let engine = engine();
    for (dimension, field, value) in [
        ("Rørt af", "Trin", "C2"),
        ("Trin", "Trin", "C2"),
        ("Ejer", "Kommunenummer", "153"),
        ("Borger", "Personnummer", "6101401000"),
        ("Opholdssted", "Opholdssted", "Ukendt"),
        ("Harmonisering VH", "Regel", "Ukendt"),
    ] {
        let (column, filter) =
            (format!("{dimension}.{field}"), format!("{dimension}.{field}={value}"));
        let expected = format!("kuben '{BENCHMARK}' har ingen dimension '{dimension}'");
        for refused in [
            asked(&engine, "153", BENCHMARK, &[], &["Ydelsesid", &column]),
            asked(&engine, "153", BENCHMARK, &[&filter], &[]),
        ] {
            let refused = refused.unwrap_err();
            assert_eq!((refused.kind, &refused.message), (ErrorKind::Unknown, &expected));
            assert!(!refused.candidates.iter().any(|name| name == dimension), "{refused:?}");
        }
    }
    let columns = ["Ydelsesid", "Ydelse VH.Ydelseskode", "Sidste dag tilbage", "Mærker"];
    let own = asked(&engine, "153", BENCHMARK, &["Tid.År=2020"], &columns).unwrap();
    assert_eq!((own.records, own.entities), (1, 1));
    assert_eq!(texts(&own, "Mærker"), [None]);
}

#[test]
fn a2_file_and_line_of_a_pairs_reporter_are_not_shown() {
    let engine = engine();
    let of =
        |kommune| asked(&engine, kommune, BENCHMARK, &[], &["Ydelsesid", "Fil", "Linje"]).unwrap();
    let paid = of("187");
    assert_eq!(texts(&paid, "Ydelsesid"), [Some("c".to_owned())]);
    assert_eq!(texts(&paid, "Fil"), [None]);
    assert!(
        matches!(paid.table.column("Linje"), Some(Values::Number(lines)) if lines[..] == [None])
    );
    assert!(texts(&of("153"), "Fil")[0].is_some());
}

#[test]
fn a2_behind_the_numerators_of_key_figures_are_the_own_records_of_benchmark() {
    let engine = engine();
    let of = |kommune, measure: &str| {
        let asked = Drill {
            cube: "Nøgletal".to_owned(),
            filters: vec!["Tid.År=2020".to_owned()],
            measure: measure.to_owned(),
            columns: ["Ydelsesid", "Mærker"].map(str::to_owned).to_vec(),
            max: 0,
            first: 0,
        };
        let eyes = Eyes::of(&engine.cubes, kommune);
        drill(eyes.views(), &asked, (&Limits::default(), &Cancel::default())).unwrap().1
    };
    let own = of("157", "Modtagere, længerevarende ophold");
    assert_eq!(texts(&own, "Ydelsesid"), [Some("b".to_owned())]);
    assert!(own.of.some && own.of.measure == "Antal Unikke Borgere", "{:?}", own.of);
    // C2 shortens the temporary stay for the whole country, but not by Brøndby's own records.
    assert_eq!(texts(&of("153", "Modtagere, midlertidige ophold"), "Mærker"), [None]);
    assert_eq!(of("153", "Modtagere, længerevarende ophold").records, 0);
}

#[test]
fn a_role_without_the_own_steps_of_records_is_shown_none_of_them() {
    let engine = engine();
    let vh = Vh::new().unwrap();
    let kommune = vh.schema().roles.iter().find(|role| role.name == "kommune").unwrap();
    let mut without = kommune.clone();
    without.cubes.retain(|sight| sight.cube != "Forklaring");
    let mut unrestricted = kommune.clone();
    unrestricted.cubes.iter_mut().filter(|sight| sight.cube == "Forklaring").for_each(|sight| {
        sight.rows = None;
    });
    for role in [without, unrestricted] {
        let views = role::views(&engine.cubes, &role, "153");
        for (cube, measure) in [(BENCHMARK, ""), ("Nøgletal", "Modtagere, midlertidige ophold")] {
            let asked =
                Drill { cube: cube.to_owned(), measure: measure.to_owned(), ..Drill::default() };
            let refused =
                drill(&views, &asked, (&Limits::default(), &Cancel::default())).unwrap_err();
            assert!(refused.message.contains("rollen giver ikke adgang"), "{refused}");
            let asked = ExplainCell {
                cube: cube.to_owned(),
                measure: measure.to_owned(),
                ..ExplainCell::default()
            };
            explain(&views, &asked, (&Limits::default(), &Cancel::default())).unwrap_err();
            assert!(rules(&views, cube).is_empty());
        }
    }
}

fn texts(drilled: &Drilled, column: &str) -> Vec<Option<String>> {
    match drilled.table.column(column) {
        Some(Values::Text(texts)) => {
            texts.iter().map(|text| text.as_deref().map(str::to_owned)).collect()
        }
        other => panic!("{column}: {other:?}"),
    }
}
