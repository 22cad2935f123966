//! The second domain from bytes to answer: what the engine knows of VH it would lack here.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod toy;

use std::sync::Arc;

use cube_schema::domain::Domain;
use terning_engine::cube::{Cube, build};
use terning_engine::delivery::MemoryStore;
use terning_engine::load::load;
use terning_engine::query::{Cancel, Limits, Pivot, Question, View, answer, names};
use terning_engine::snapshot;
use toy::Loans;
use toy::deliveries::{delivery, folder};

/// Borrower 7 has two books at once for three days and one that overlaps in another library;
/// borrower 8 gives no day of borrowing once; borrower 9 has a book of two subjects.
fn deliveries() -> MemoryStore {
    folder(&[
        delivery(
            "2020-02",
            "1",
            "ny",
            &[
                "a;7;Haver;2020-01-01;2020-01-31",
                "b;7;Skibe;2020-01-10;2020-01-12",
                "c;8;Fugle;;2020-01-05",
                "d;8;Fugle;2020-02-03;",
                "e;9;Haver|Skibe;2020-01-20;2020-02-20",
            ],
        ),
        delivery("2020-02", "2", "ny", &["f;7;Fugle;2020-01-25;2020-02-10"]),
    ])
}

fn cubes() -> Vec<Arc<Cube>> {
    let loaded = load(&Loans, &deliveries(), None, &|_| ()).unwrap();
    let schema = Loans.schema();
    let build = |cube| build(schema, cube, &loaded.star, loaded.timeline).unwrap();
    let cubes: Vec<Cube> = schema.cubes.iter().map(build).collect();
    let mut bytes = Vec::new();
    snapshot::write(&cubes.iter().collect::<Vec<_>>(), &mut bytes).unwrap();
    snapshot::open(Arc::new(bytes)).unwrap().into_iter().map(Arc::new).collect()
}

/// An answer as `row | cells`, `-` for an empty one.
fn asked(question: &Question<'_>) -> Vec<String> {
    let cubes = cubes();
    let views: Vec<View> = cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect();
    let answer = answer(&views, question, &Limits::default(), &Cancel::default()).unwrap();
    let (cube, cells) = (&cubes[answer.view], &answer.cells);
    let [columns, rows] = cells.axes.as_slice() else { panic!("two axes") };
    let line = |row: usize| {
        let members = rows.columns.iter().zip(rows.position(row));
        let captions: Vec<&str> = members
            .map(|(hierarchy, member)| names::caption(cube.as_ref(), *hierarchy, *member))
            .collect();
        let cell = |column| cells.value(row * columns.count + column);
        let cells: Vec<String> = (0..columns.count)
            .map(|column| cell(column).map_or("-".to_owned(), |value| value.to_string()))
            .collect();
        format!("{} | {}", captions.join(" "), cells.join(" "))
    };
    (0..rows.count).map(line).collect()
}

fn pivot(
    cube: &str,
    filters: &[&str],
    columns: &[&str],
    rows: &[&str],
    totals: bool,
) -> Vec<String> {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let pivot = Pivot {
        cube: cube.to_owned(),
        filters: texts(filters),
        columns: texts(columns),
        rows: texts(rows),
        measures: texts(&["Lånere", "Udlån"]),
        totals,
        empty: false,
    };
    asked(&Question::Pivot(&pivot))
}

#[test]
fn loans_are_counted_as_reported_and_one_at_a_time() {
    // c has no day of borrowing: as reported it stands from its day of return on, alone it is deleted.
    assert_eq!(
        pivot("Udlån", &[], &["Tid.Måned"], &["Bibliotek.Bibliotek"], true),
        ["Ærø | 3 4 2 2 3 5", "Brøndby | 1 1 1 1 1 1", "I alt | 3 5 3 3 3 6"]
    );
    // a keeps 1-9 and 13-24 January, then f has the days.
    assert_eq!(
        pivot("Udlån uden overlap", &[], &["Tid.Måned"], &["Bibliotek.Bibliotek"], true),
        ["Ærø | 2 3 2 2 3 4", "Brøndby | 1 1 1 1 1 1", "I alt | 2 4 3 3 3 5"]
    );
}

#[test]
fn a_book_of_two_subjects_is_once_in_each_and_once_in_all() {
    assert_eq!(
        pivot(
            "Udlån uden overlap",
            &["Tid.Måned=2020-02"],
            &[],
            &["Emne.Gruppe", "Emne.Emne"],
            true
        ),
        [
            "Natur Fugle | 2 2",
            "Natur Haver | 1 1",
            "Natur I alt | 3 3",
            "Teknik Skibe | 1 1",
            "Teknik I alt | 1 1",
            "I alt I alt | 3 3",
        ]
    );
}

#[test]
fn mdx_asks_the_same() {
    let cube = &cubes()[1];
    let mdx = format!(
        "SELECT {{[Measures].[Lånere], [Measures].[Udlån]}} ON COLUMNS, \
         NON EMPTY [Bibliotek].[Bibliotek].[Bibliotek].MEMBERS ON ROWS FROM [{}] WHERE [Tid].[Måned].&[2020-01]",
        cube.name
    );
    let same = pivot(&cube.name, &["Tid.Måned=2020-01"], &[], &["Bibliotek.Bibliotek"], false);
    assert_eq!(asked(&Question::Mdx(&mdx)), same);
    assert_eq!(same, ["Ærø | 2 3", "Brøndby | 1 1"]);
}
