//! Stored measures of several groups.

use terning_engine::query::Pivot;

use crate::world::{mdx, pivot, view};

#[test]
fn measures_of_two_groups_stand_side_by_side() {
    let expected = ["Borgere Medlemmer", "Aby | 2 3", "Bby | 1 -", "Cby | 1 -", "Dby | - 2"];
    let text = "SELECT {[Measures].[Borgere], [Measures].[Medlemmer]} ON 0, \
                NON EMPTY [Sted].[Kommune].[Kommune].Members ON 1 FROM Lille \
                WHERE [Tid].[År].&[2020]";
    assert_eq!(mdx(&view(""), text), expected);
}

#[test]
fn positions_without_any_value_are_left_out_only_where_that_is_asked() {
    let text = |non_empty: &str| {
        format!(
            "SELECT {{[Measures].[Medlemmer], [Measures].[Borgere]}} ON 0, \
             {non_empty} [Sted].[Kommune].[Kommune].Members ON 1 FROM Lille \
             WHERE [Tid].[Kvartal].&[2019K2]"
        )
    };
    let all = ["Medlemmer Borgere", "Aby | 3 1", "Bby | 1 -", "Cby | - 1", "Dby | - -"];
    assert_eq!(mdx(&view(""), &text("")), all);
    assert_eq!(mdx(&view(""), &text("NON EMPTY")), all[..4]);
}

#[test]
fn a_measure_has_a_value_at_all_of_a_dimension_that_its_group_does_not_have() {
    let asked = Pivot {
        cube: "Lille".to_owned(),
        rows: vec!["Ydelse.Kode".to_owned()],
        measures: vec!["Borgere".to_owned(), "Medlemmer".to_owned()],
        totals: true,
        ..Pivot::default()
    };
    let expected = ["Borgere Medlemmer", "1.1 | 3 -", "1.2 | 2 -", "I alt | 4 6"];
    assert_eq!(pivot(&view(""), &asked), expected);
    let alone = Pivot { measures: vec!["Medlemmer".to_owned()], ..asked };
    assert_eq!(pivot(&view(""), &alone), ["Medlemmer", "I alt | 6"]);
}

#[test]
fn a_measure_has_no_value_under_a_condition_that_its_group_knows_nothing_of() {
    let text = "SELECT {[Measures].[Borgere], [Measures].[Medlemmer]} ON 0 FROM Lille \
                WHERE [Ydelse].[Kode].&[1.2]";
    assert_eq!(mdx(&view(""), text), ["Borgere Medlemmer", " | 2 -"]);
    let text =
        "SELECT [Measures].[Medlemmer] ON 0 FROM (SELECT [Ydelse].[Kode].&[1.2] ON 0 FROM Lille)";
    assert_eq!(mdx(&view(""), text), ["Medlemmer", " | -"]);
}

#[test]
fn totals_of_several_levels_are_counted_for_each_group() {
    let asked = Pivot {
        cube: "Lille".to_owned(),
        filters: vec!["Tid.År=2020".to_owned()],
        rows: vec!["Sted.Region".to_owned(), "Sted.Kommune".to_owned()],
        measures: vec!["Borgere".to_owned(), "Medlemmer".to_owned()],
        totals: true,
        ..Pivot::default()
    };
    let expected = [
        "Borgere Medlemmer",
        "Nord+Aby | 2 3",
        "Nord+Bby | 1 -",
        "Nord+I alt | 3 3",
        "Syd+Cby | 1 -",
        "Syd+Dby | - 2",
        "Syd+I alt | 1 2",
        "I alt+I alt | 3 5",
    ];
    assert_eq!(pivot(&view(""), &asked), expected);
    let crossed =
        Pivot { columns: asked.rows[..1].to_vec(), rows: asked.rows[1..].to_vec(), ..asked };
    let lines = pivot(&view(""), &crossed);
    assert_eq!(lines[1], "Aby | 2 3 - - - -");
    assert_eq!(lines.last().unwrap(), "I alt | 3 3 1 2 3 5");
}
