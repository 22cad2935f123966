//! Sets in formulas: `Aggregate`, `Sum` and `Filter`.

use crate::world::{mdx, view};

const CALCULATED: &str = r#"
[[cube.set]]
name = "Kommuner"
formula = "[Sted].[Kommune].[Kommune].Members"

[[cube.set]]
name = "Kommuner med medlemmer"
formula = "Filter([Kommuner], NOT IsEmpty([Measures].[Medlemmer]))"

[[cube.calculated]]
name = "Dækket"
formula = "Aggregate([Kommuner med medlemmer], [Measures].[Borgere])"

[[cube.calculated]]
name = "Dækning"
formula = "Aggregate([Kommuner med medlemmer], [Measures].[Borgere]) / Aggregate([Kommuner med medlemmer], [Measures].[Medlemmer])"
decimals = 2

[[cube.calculated]]
name = "Antal kommuner"
formula = "Sum([Kommuner med medlemmer], 1)"
"#;

fn ask(measures: &str, rows: &str, slicer: &str) -> Vec<String> {
    let text = format!("SELECT {{{measures}}} ON 0, {rows} ON 1 FROM Lille {slicer}");
    mdx(&view(CALCULATED), &text)
}

#[test]
fn a_set_that_depends_on_the_cell_is_that_of_the_cell() {
    // In 2020 Bby and Cby have no members: their citizens are left out, also of region and total.
    let expected = [
        "Borgere Dækket Dækning Antal kommuner",
        "I alt | 3 2 0.40 2",
        "Nord | 3 2 0.67 1",
        "Aby | 2 2 0.67 1",
        "Bby | 1 - - -",
        "Syd | 1 - - 1",
        "Cby | 1 - - -",
        "Dby | - - - 1",
    ];
    let measures = "[Measures].[Borgere], [Measures].[Dækket], [Measures].[Dækning], \
                    [Measures].[Antal kommuner]";
    let rows = "[Sted].[Geografi].Members";
    assert_eq!(ask(measures, rows, "WHERE [Tid].[År].&[2020]"), expected);
    let non_empty = ask(measures, &format!("NON EMPTY {rows}"), "WHERE [Tid].[År].&[2020]");
    assert_eq!(non_empty, expected);
}

#[test]
fn each_period_has_a_set_of_its_own() {
    let rows = "NON EMPTY [Tid].[År].Members";
    // Both years: Aby, Bby and Dby have members; Cby has not: c0, c1 and c2.
    let expected = ["Dækket Antal kommuner", "I alt | 3 3", "2019 | 1 2", "2020 | 2 2"];
    assert_eq!(ask("[Measures].[Dækket], [Measures].[Antal kommuner]", rows, ""), expected);
}

#[test]
fn a_condition_on_the_places_narrows_the_set() {
    let slicer = "WHERE ([Tid].[År].&[2020], {[Sted].[Kommune].&[101], [Sted].[Kommune].&[103]})";
    let rows = "[Tid].[Kvartal].&[2020K1]";
    assert_eq!(ask("[Measures].[Antal kommuner]", rows, slicer), ["Antal kommuner", "2020K1 | 1"]);
}

#[test]
fn a_literal_set_stands_in_place_of_where_the_cell_is() {
    let text = |formula: &str| {
        format!(
            "WITH MEMBER [Measures].[x] AS {formula} SELECT [Measures].[x] ON 0, \
             NON EMPTY [Sted].[Kommune].[Kommune].Members ON 1 FROM Lille WHERE [Tid].[År].&[2020]"
        )
    };
    let two = "{[Sted].[Kommune].&[101], [Sted].[Kommune].&[103]}";
    // c0 is in both: two citizens together, three when added up.
    let aggregate = format!("Aggregate({two}, [Measures].[Borgere])");
    assert_eq!(
        mdx(&view(CALCULATED), &text(&aggregate))[1..],
        ["Aby | 2", "Bby | 2", "Cby | 2", "Dby | 2"]
    );
    let sum = format!("Sum({two}, [Measures].[Borgere])");
    assert_eq!(
        mdx(&view(CALCULATED), &text(&sum))[1..],
        ["Aby | 3", "Bby | 3", "Cby | 3", "Dby | 3"]
    );
    let over_one =
        format!("Aggregate(Filter({two}, [Measures].[Borgere] > 1), [Measures].[Borgere])");
    assert_eq!(mdx(&view(CALCULATED), &text(&over_one))[1], "Aby | 2");
    let sum = format!("Sum(Filter({two}, [Measures].[Borgere] > 5), [Measures].[Borgere])");
    assert_eq!(mdx(&view(CALCULATED), &text(&sum)).len(), 1);
}

#[test]
fn a_product_of_sets_is_counted_together_and_tuple_by_tuple() {
    let cell = |formula: &str| {
        let text = format!(
            "WITH MEMBER [Measures].[x] AS {formula} SELECT FROM Lille WHERE [Measures].[x]"
        );
        mdx(&view(CALCULATED), &text)[1].clone()
    };
    let set = "{[Tid].[År].&[2019], [Tid].[År].&[2020]} * {[Ydelse].[Kode].&[1.1]}";
    assert_eq!(cell(&format!("Aggregate({set}, [Measures].[Borgere])")), " | 3");
    assert_eq!(cell(&format!("Sum({set}, [Measures].[Borgere])")), " | 4");
    let inner =
        "Sum([Sted].[Region].[Region].Members, Sum([Tid].[År].[År].Members, [Measures].[Borgere]))";
    // Nord 1 + 3, Syd 1 + 1.
    assert_eq!(cell(inner), " | 6");
}

#[test]
fn sets_of_the_question_are_used_on_axes_and_in_formulas() {
    let text = "WITH SET [To] AS {[Sted].[Kommune].&[101], [Sted].[Kommune].&[103]} \
                SET Begge AS 'Union([To], {[Sted].[Kommune].&[104]})' \
                MEMBER [Measures].[x] AS Sum([To], [Measures].[Borgere]) \
                SELECT {[Measures].[Borgere], [Measures].[x]} ON 0, Begge ON 1 FROM Lille";
    assert_eq!(mdx(&view(CALCULATED), text), ["Borgere x", "Aby | 2 4", "Cby | 2 4", "Dby | - 4"]);
    let of_the_cube = "SELECT [Measures].[Borgere] ON 0, [Kommuner] ON 1 FROM Lille";
    assert_eq!(mdx(&view(CALCULATED), of_the_cube).len(), 5);
}
