//! The shop in English: numbers and days are shown otherwise, and nothing else is.

use std::sync::Arc;

use terning_engine::cube::Cube;
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::cellset::CellSet;
use terning_engine::query::names::{self, Names};
use terning_engine::query::{Cancel, Limits, Question, View, answer};

use crate::{SHOP, shop};

/// An answer, what people read of its cells, and of the members of its last axis.
struct Read {
    cells: CellSet,
    shown: Vec<String>,
    captions: Vec<String>,
}

fn read(cubes: &[Arc<Cube>], text: &str) -> Read {
    let views: Vec<View> = cubes.iter().cloned().map(View::everything).collect();
    let (limits, cancel) = (Limits::default(), Cancel::default());
    let found = answer(&views, &Question::Mdx(text), &limits, &cancel);
    let found = found.unwrap_or_else(|error| panic!("{text}: {}", error.explained()));
    let (cube, cells) = (views[found.view].cube(), found.cells);
    let shown = cells.formatted(cube.language, &cancel).unwrap();
    let caption = |&(own, member): &(HierarchyRef, Member)| {
        names::caption(Names::new(cube, &cells.own), own, member).to_owned()
    };
    let axis = cells.axes.last().unwrap();
    let members = axis.columns.iter().copied().cycle().zip(axis.members.iter().copied());
    let captions = members.collect::<Vec<_>>().iter().map(caption).collect();
    Read { shown, captions, cells }
}

/// What is asked for every shape of number.
const NUMBERS: [&str; 4] = [
    "SELECT [Measures].AllMembers ON 0, [Butik].[Geografi].Members ON 1 FROM [Salg]",
    "SELECT [Measures].AllMembers ON 0, [Tid].[Kalender].Members ON 1 FROM [Salg]",
    "WITH MEMBER [Measures].[x] AS [Measures].[Omsætning] / 7, FORMAT_STRING = '#,##0.000;(#,##0.0)' \
     MEMBER [Measures].[y] AS -[Measures].[Omsætning], FORMAT_STRING = '#,##0.00;(#,##0.0)' \
     SELECT {[Measures].[x], [Measures].[y]} ON 0, [Butik].[Type].Members ON 1 FROM [Salg]",
    "WITH MEMBER [Measures].[x] AS [Measures].[Omsætning] / 1e6, FORMAT_STRING = 'Percent' \
     SELECT [Measures].[x] ON 0, [Tid].[Kalender].Members ON 1 FROM [Salg]",
];

#[test]
fn numbers_change_their_points_and_nothing_else() {
    let [danish, english] = ["da", "en"].map(|tag| shop::cubes_in(&SHOP, tag));
    let mut with_points = 0;
    for text in NUMBERS {
        let (own, other) = (read(&danish, text), read(&english, text));
        assert_eq!(own.captions, other.captions, "{text}");
        assert_eq!(own.cells, other.cells, "{text}");
        let swapped = |text: &String| {
            let letter = |letter| match letter {
                '.' => ',',
                ',' => '.',
                other => other,
            };
            text.chars().map(letter).collect::<String>()
        };
        let expected: Vec<String> = own.shown.iter().map(swapped).collect();
        assert_eq!(other.shown, expected, "{text}");
        with_points += own.shown.iter().filter(|text| text.contains(',')).count();
    }
    assert!(with_points > 100, "only {with_points} numbers have decimals");
}

#[test]
fn a_count_known_by_sql_is_shown_with_a_comma() {
    // 2035: page 09, computed by SQL.
    let text = "SELECT [Measures].[Antal] ON 0, {[Butik].[Geografi].[Danmark]} ON 1 FROM [Salg]";
    assert_eq!(read(&shop::cubes_in(&SHOP, "en"), text).shown, ["2,035"]);
    assert_eq!(read(&shop::cubes(&SHOP).0, text).shown, ["2.035"]);
}

#[test]
fn days_months_and_truths_are_english() {
    let formulas = [
        ("Format(CDate('2023-05-01'), 'dd mmmm yyyy')", "01 May 2023", "01 maj 2023"),
        ("Format(CDate('2023-05-01'), 'Short Date')", "5/1/2023", "01.05.2023"),
        ("Format(CDate('2023-10-31'), 'dddd d mmm')", "Tuesday 31 Oct", "tirsdag 31 okt"),
        ("Format(1234567.891, '#,##0.00')", "1,234,567.89", "1.234.567,89"),
        ("Format(1 = 1, 'True/False')", "True", "Sand"),
        ("CDate('2023-05-01')", "5/1/2023", "01.05.2023"),
    ];
    let [danish, english] = ["da", "en"].map(|tag| shop::cubes_in(&SHOP, tag));
    for (formula, expected, ours) in formulas {
        let text = format!(
            "WITH MEMBER [Measures].[x] AS {formula} SELECT [Measures].[x] ON 0 FROM [Salg]"
        );
        assert_eq!(read(&english, &text).shown, [expected], "{formula}");
        assert_eq!(read(&danish, &text).shown, [ours], "{formula}");
    }
}

#[test]
fn names_are_those_of_the_schema_and_the_tables() {
    let english = shop::cubes_in(&SHOP, "en");
    let text = "WITH MEMBER [Measures].[x] AS [Butik].[Geografi].CurrentMember.Level.Name \
                SELECT [Measures].[x] ON 0, {[Butik].[Geografi].[Alle], [Butik].[Geografi].[Danmark]} ON 1 \
                FROM [Salg]";
    let found = read(&english, text);
    assert_eq!(found.captions, ["Alle", "Danmark"]);
    assert_eq!(found.shown, ["(All)", "Land"]);
    // Names are put in order as before, whatever the language.
    let text = "SELECT [Measures].[Antal] ON 0, Order([Butik].[Geografi].[Land].Members, \
                [Butik].[Geografi].CurrentMember.Name, BASC) ON 1 FROM [Salg]";
    let lands = ["Danmark", "Færøerne", "Luxembourg", "Norge", "Sverige"];
    assert_eq!(read(&english, text).captions, lands);
}
