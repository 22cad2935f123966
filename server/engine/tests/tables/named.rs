//! Names that could mean several things: what is refused, what is told, and what is understood.

use std::sync::Arc;

use terning_engine::query::{self, Cancel, Limits, Pivot, Question, View};

use super::memory::{self, Memory};
use super::{build, example};

/// The captions of the columns' members with their unique names and the warnings; else the error with
/// the names that it gives.
fn asked(views: &[View], text: &str) -> String {
    let question = Question::Mdx(text);
    match query::answer(views, &question, &Limits::default(), &Cancel::default()) {
        Err(error) => format!("{} {}", error.message, error.candidates.join(" | ")),
        Ok(answer) => {
            let (cells, cube) = (answer.cells, views[answer.view].cube());
            let axis = &cells.axes[0];
            let name = |at| query::names::unique_name(cube, axis.columns[0], axis.position(at)[0]);
            let names = (0..axis.count).map(name).chain(cells.warnings.clone());
            names.collect::<Vec<_>>().join(" | ")
        }
    }
}

fn views(text: &str, tables: &Memory) -> Vec<View> {
    let (cubes, _) = build(text, tables).unwrap_or_else(|error| panic!("{error}"));
    cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect()
}

#[test]
fn a_key_of_several_members_is_refused_with_the_names_that_tell_them_apart() {
    let mut tables = memory::example();
    tables.set("days", "quarter", 0, "K1");
    let views = views(&example(), &tables);
    let two = "[Tid].[Kalender].[År].&[2023].&[K1] | [Tid].[Kalender].[År].&[2024].&[K1]";
    let one = "[Tid].[Kalender].[År].&[2024].&[K1]";
    let several = "nøglen 'K1' har 2 medlemmer af Kvartal";
    for (set, expected) in [
        ("[Tid].[Kalender].[Kvartal].&[K1]", format!("{several} {two}")),
        ("[Tid].[Kalender].&[K1]", format!("{several} {two}")),
        (
            "[Tid].[Kvartal].&[K1]",
            format!("{several} [Tid].[Kvartal].&[2023]&[K1] | [Tid].[Kvartal].&[2024]&[K1]"),
        ),
        (one, one.to_owned()),
        ("[Tid].[Kvartal].&[2024]&[K1]", "[Tid].[Kvartal].&[2024]&[K1]".to_owned()),
        (
            "[Tid].[Kalender].[K1]",
            format!(
                "[Tid].[Kalender].[År].&[2023].&[K1] | 'K1' er navnet på 2 medlemmer af Kvartal; det første er \
                 brugt. Skriv nøglen: {}",
                two.replace(" | ", ", ")
            ),
        ),
    ] {
        assert_eq!(asked(&views, &format!("SELECT {{{set}}} ON 0 FROM [Salg]")), expected, "{set}");
    }
}

#[test]
fn a_bare_name_of_a_hierarchy_and_a_measure_is_refused_where_a_figure_could_be_meant() {
    let text = example().replace("name = \"Rabatter\"", "name = \"Størrelse\"");
    let views = views(&text, &memory::example());
    let expected = "'Størrelse' er navnet på både et mål og et hierarki [Measures].[Størrelse] | \
                    [Butik].[Størrelse].CurrentMember";
    for set in ["{[Størrelse]}", "Filter([Butik].[Geografi].[Land].Members, Størrelse > 0)"] {
        assert_eq!(asked(&views, &format!("SELECT {set} ON 0 FROM [Salg]")), expected, "{set}");
    }
    let plain = asked(&views, "SELECT {[Measures].[Størrelse]} ON 0 FROM [Salg]");
    assert_eq!(plain, "[Measures].[Størrelse]");
    let members = asked(&views, "SELECT [Størrelse].Members ON 0 FROM [Salg]");
    assert_eq!(members, asked(&views, "SELECT [Butik].[Størrelse].Members ON 0 FROM [Salg]"));
}

#[test]
fn a_pivot_by_a_property_of_a_dimension_of_one_hierarchy_is_shown_in_mdx_that_is_understood() {
    let level = "caption = \"staff_name\" }]";
    let with =
        "caption = \"staff_name\", properties = [{ name = \"Chef\", column = \"manager_id\" }] }]";
    let views = views(&example().replace(level, with), &memory::example());
    let pivot = Pivot {
        cube: "Salg".to_owned(),
        columns: vec!["Medarbejder.Chef".to_owned()],
        ..Pivot::default()
    };
    let (limits, cancel) = (Limits::default(), Cancel::default());
    let text = query::translate(&views, &pivot, &limits, &cancel).unwrap();
    let of = |question: &Question<'_>| {
        let answer = query::answer(&views, question, &limits, &cancel);
        let answer = answer.unwrap_or_else(|error| panic!("{text}: {}", error.explained()));
        (answer.cells.axes[0].count, answer.cells.values)
    };
    assert_eq!(of(&Question::Mdx(&text)), of(&Question::Pivot(&pivot)), "{text}");
}
