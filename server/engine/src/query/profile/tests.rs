//! What is told of runs on the tiny cube of binding: four rows, of which 153 sees two.

use super::*;
use crate::query::bind::fixture::{view, view_of_153};
use crate::query::table::Values;

const GRID: &str = "SELECT [Tid].[År].[År].Members ON 0, \
                    [Handle kommune].[Kommune].[Kommune].Members ON 1 FROM Voksne";

fn told(view: View, text: &str) -> Profile {
    let cancel = Cancel::default();
    profile(&[view], &Question::Mdx(text), &Limits::default(), &cancel).unwrap()
}

fn texts(profile: &Profile, column: &str) -> Vec<String> {
    let Some(Values::Text(texts)) = profile.table.column(column) else { panic!("{column}") };
    texts.iter().map(|text| text.as_deref().unwrap_or_default().to_owned()).collect()
}

fn numbers(profile: &Profile, column: &str) -> Vec<Option<f64>> {
    let Some(Values::Number(numbers)) = profile.table.column(column) else { panic!("{column}") };
    numbers.clone()
}

/// What stands in a column beside the first step that begins so.
fn at(profile: &Profile, step: &str) -> usize {
    let steps = texts(profile, "Trin");
    steps.iter().position(|own| own.starts_with(step)).unwrap_or_else(|| panic!("{steps:?}"))
}

fn how(profile: &Profile, step: &str) -> String {
    texts(profile, "Hvordan")[at(profile, step)].clone()
}

#[test]
fn a_count_is_told_with_its_rows_and_cells() {
    let all = told(view(), GRID);
    assert_eq!(texts(&all, "Trin"), ["Akse 0", "Akse 1", "Tælling 1", "Svar"]);
    let count = at(&all, "Tælling");
    assert_eq!(texts(&all, "Hvad")[count], "Antal Unikke Borgere");
    assert_eq!(texts(&all, "Felter")[count], "[Tid].[År] × [Handle kommune].[Kommune]");
    // Two years and four municipalities, of which three have services in both years.
    assert_eq!(numbers(&all, "Rækker")[count], Some(4.0));
    assert_eq!(numbers(&all, "Positioner")[count], Some(8.0));
    assert_eq!(numbers(&all, "Celler")[count], Some(6.0));
    assert!(how(&all, "Tælling").contains("alle rækker er set igennem; 1 gennemløb"));
    assert!(how(&all, "Akse 1").contains("læst af metadata"));
}

#[test]
fn rows_are_those_that_may_be_seen() {
    let own = told(view_of_153(), GRID);
    let count = at(&own, "Tælling");
    assert_eq!(numbers(&own, "Rækker")[count], Some(2.0));
    assert_eq!(numbers(&own, "Celler")[count], Some(2.0));
    let how = how(&own, "Tælling");
    assert!(how.contains("bitmaps for det, rollen må se (af 2 i alt)"), "{how}");
    assert_eq!(own.notes.len(), 1);
}

#[test]
fn who_sees_all_figures_and_some_records_is_told_no_rows() {
    let of_figures = view().with_records(&view_of_153());
    let text = format!("{GRID} WHERE [Køn].[Køn].[Mand]");
    for text in [GRID, &text] {
        let told = told(of_figures.clone(), text);
        assert!(numbers(&told, "Rækker").iter().all(Option::is_none), "{text}");
        assert!(texts(&told, "Hvordan").iter().all(|how| !how.contains("i alt)")), "{text}");
        assert!(told.notes[1].contains("vises ikke"), "{text}");
    }
}

#[test]
fn what_bitmaps_select_by_is_named() {
    let text = "SELECT [Tid].[År].[År].Members ON 0 FROM Voksne \
                WHERE [Handle kommune].[Kommune].&[155]";
    let told = told(view(), text);
    let count = at(&told, "Tælling");
    assert_eq!(numbers(&told, "Rækker")[count], Some(1.0));
    assert_eq!(texts(&told, "Felter")[count], "[Tid].[År] hvor Handle kommune.Kommune: 1 medlem");
    assert!(how(&told, "Tælling").contains("bitmaps for Handle kommune (af 4 i alt)"));
    assert!(how(&told, "WHERE").contains("læst af metadata"));
}

#[test]
fn formulas_and_the_counts_of_sets_are_told() {
    let text = "EXPLAIN WITH MEMBER [Measures].[x] AS [Measures].[Antal Ydelser] * 2 \
                SELECT [Measures].[x] ON 0, \
                Filter([Køn].[Køn].[Køn].Members, [Measures].[Antal Ydelser] > 1) ON 1 FROM Voksne";
    let told = told(view(), text);
    assert!(how(&told, "Akse 0").contains("læst af metadata"));
    assert!(how(&told, "Akse 1").contains("regnet ud af 1 tælling"), "{}", how(&told, "Akse 1"));
    assert!(how(&told, "Tælling 1").starts_with("for mængden på akse 1"));
    assert!(how(&told, "Tælling 2").starts_with("for cellerne"));
    let formula = at(&told, "Formel");
    assert_eq!(texts(&told, "Hvad")[formula], "x");
    assert_eq!(numbers(&told, "Celler")[formula], Some(2.0));
}

#[test]
fn what_is_told_of_is_answered_as_it_is() {
    for text in [
        GRID,
        "SELECT NON EMPTY [Ydelse VH].[Kategori].Members ON 0 FROM Voksne WHERE [Tid].[År].[2020]",
        "WITH MEMBER [Measures].[x] AS [Measures].[Antal Ydelser] + 1 \
         SELECT [Measures].[x] ON 0, NON EMPTY [Køn].Members ON 1 FROM Voksne",
        "SELECT FROM (SELECT {[Køn].[Mand]} ON 0 FROM Voksne)",
    ] {
        let (limits, cancel) = (Limits::default(), Cancel::default());
        let plain = answer::answer(&[view()], &Question::Mdx(text), &limits, &cancel).unwrap();
        let told = told(view(), text);
        assert_eq!(told.answer.cells, plain.cells, "{text}");
        let answered = told.answer.cells.ordinals.len() as f64;
        assert_eq!(numbers(&told, "Celler").last(), Some(&Some(answered)), "{text}");
    }
}

#[test]
fn a_mistake_behind_explain_has_its_place() {
    let text = "EXPLAIN SELECT [Kn].Members ON 0 FROM Voksne";
    let found = profile(&[view()], &Question::Mdx(text), &Limits::default(), &Cancel::default());
    let place = found.unwrap_err().place.unwrap();
    assert_eq!((&place.text[place.span.clone()], place.line_and_column()), ("[Kn]", (1, 16)));
}
