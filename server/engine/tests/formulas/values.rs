//! What formulas give.

use terning_engine::query::format::Language;
use terning_engine::query::{Cancel, Limits, Question, answer};

use crate::world::{mdx, view};

const CALCULATED: &str = r#"
[[cube.calculated]]
name = "Andel"
formula = "[Measures].[Borgere] * 100 / [Measures].[Medlemmer]"
unit = "procent"
decimals = 1

[[cube.calculated]]
name = "Med 1.1"
formula = "([Measures].[Borgere], [Ydelse].[Kode].&[1.1])"

[[cube.calculated]]
name = "Andel med 1.1"
formula = "[Measures].[Med 1.1] / ([Measures].[Borgere], [Ydelse].[Kode].[I alt])"
decimals = 2

[[cube.calculated]]
name = "Kun i alt"
formula = "CoalesceEmpty([Measures].[Borgere], 0)"
at_all = ["Ydelse"]
"#;

/// The one cell of a formula, under a condition.
fn cell(formula: &str, slicer: &str) -> String {
    let text = format!(
        "WITH MEMBER [Measures].[x] AS {formula}, FORMAT_STRING = '0.##' \
         SELECT FROM Lille WHERE ([Measures].[x]{slicer})"
    );
    let lines = mdx(&view(CALCULATED), &text);
    lines.last().unwrap().trim_start_matches(" | ").to_owned()
}

#[test]
fn formulas_have_the_arithmetic_of_mdx() {
    for (formula, expected) in [
        ("1 + 2 * 3 - 4 / 8", "6.50"),
        ("-(1 + 2) * 2", "-6.00"),
        ("[Measures].[Borgere] + 0.5", "4.50"),
        ("NULL + 1", "1.00"),
        ("NULL * 1", "-"),
        ("1 / 0", "-"),
        ("0 / NULL", "-"),
        ("IIF(1 < 2 AND NOT 2 <> 2, 7, 8)", "7.00"),
        ("IIF(NULL = 0, 1, 2)", "1.00"),
        ("IIF(IsEmpty(NULL), NULL, 2)", "-"),
        ("IIF(NULL IS NULL OR 1 > 2, 3, 4)", "3.00"),
        ("CoalesceEmpty(NULL, 1 / 0, 5)", "5.00"),
        ("'[Measures].[Borgere] * 2'", "8.00"),
        ("\"a\" + 'b' + 1", "ab1"),
    ] {
        assert_eq!(cell(formula, ""), expected, "{formula}");
    }
}

#[test]
fn a_tuple_looks_where_it_says_and_elsewhere_where_the_cell_is() {
    for (formula, slicer, expected) in [
        ("([Measures].[Borgere], [Tid].[År].&[2019])", "", "2.00"),
        ("([Measures].[Borgere], [Tid].[År].&[2019])", ", [Sted].[Kommune].&[101]", "1.00"),
        ("([Measures].[Borgere], [Tid].[År].&[2019])", ", [Tid].[År].&[2020]", "2.00"),
        ("([Measures].[Borgere], [Tid].[År].[I alt])", ", [Tid].[År].&[2020]", "4.00"),
        // Another hierarchy of the dimension stays where it is.
        ("([Measures].[Borgere], [Tid].[År].&[2019])", ", [Tid].[Kvartal].&[2020K1]", "-"),
        ("([Measures].[Andel], [Sted].[Region].&[Nord])", ", [Tid].[År].&[2020]", "100.00"),
        ("([Measures].[Med 1.1], [Ydelse].[Kode].&[1.2])", "", "3.00"),
    ] {
        assert_eq!(cell(formula, slicer), expected, "{formula} {slicer}");
    }
}

#[test]
fn a_condition_of_an_inner_select_stays_under_an_override() {
    let text = "WITH MEMBER [Measures].[x] AS ([Measures].[Borgere], [Tid].[År].[I alt]) \
                SELECT [Measures].[x] ON 0 FROM (SELECT [Tid].[År].&[2019] ON 0 FROM Lille)";
    assert_eq!(mdx(&view(CALCULATED), text), ["x", " | 2"]);
}

#[test]
fn calculated_measures_of_the_cube_are_asked_for_as_others() {
    let text = "SELECT {[Measures].[Andel], [Measures].[Med 1.1]} ON 0, \
                NON EMPTY [Sted].[Geografi].Members ON 1 FROM Lille WHERE [Tid].[År].&[2020]";
    let expected = [
        "Andel Med 1.1",
        "I alt | 60.0 3",
        "Nord | 100.0 3",
        "Aby | 66.7 2",
        "Bby | - 1",
        "Syd | 50.0 -",
    ];
    assert_eq!(mdx(&view(CALCULATED), text), expected);
}

#[test]
fn an_override_reaches_over_the_axis() {
    let text = "SELECT {[Measures].[Borgere], [Measures].[Andel med 1.1]} ON 0, \
                NON EMPTY [Ydelse].[Kode].Members ON 1 FROM Lille";
    let expected = ["Borgere Andel med 1.1", "I alt | 4 0.75", "1.1 | 3 0.75", "1.2 | 2 0.75"];
    assert_eq!(mdx(&view(CALCULATED), text), expected);
}

#[test]
fn a_measure_that_is_held_at_all_has_no_value_at_a_member_nor_under_a_condition() {
    let text = |source: &str| {
        format!(
            "SELECT [Measures].[Kun i alt] ON 0, NON EMPTY [Ydelse].[Kode].Members ON 1 FROM {source}"
        )
    };
    assert_eq!(mdx(&view(CALCULATED), &text("Lille")), ["Kun i alt", "I alt | 4"]);
    let narrowed = text("(SELECT [Ydelse].[Kode].&[1.1] ON 0 FROM Lille)");
    assert_eq!(mdx(&view(CALCULATED), &narrowed), ["Kun i alt"]);
}

#[test]
fn a_formula_has_no_value_where_fields_of_one_dimension_do_not_meet() {
    let text = "WITH MEMBER [Measures].[x] AS CoalesceEmpty([Measures].[Borgere], 0) \
                SELECT [Sted].[Region].[Region].Members ON 0, \
                [Sted].[Kommune].[Kommune].Members ON 1 FROM Lille WHERE [Measures].[x]";
    let expected = ["Nord Syd", "Aby | 2 -", "Bby | 1 -", "Cby | - 2", "Dby | - 0"];
    assert_eq!(mdx(&view(CALCULATED), text), expected);
}

#[test]
fn non_empty_keeps_what_a_formula_fills() {
    let text = "WITH MEMBER [Measures].[x] AS [Measures].[Borgere] + 0, SOLVE_ORDER = 5 \
                MEMBER [Measures].[y] AS [Measures].[x] * 2 \
                SELECT {[Measures].[y]} ON 0, \
                NON EMPTY [Sted].[Kommune].[Kommune].Members ON 1 FROM Lille";
    assert_eq!(mdx(&view(""), text), ["y", "Aby | 4", "Bby | 2", "Cby | 4", "Dby | 0"]);
}

#[test]
fn all_members_of_the_measures_are_those_of_the_cube_and_of_the_question() {
    let text = "WITH MEMBER [Measures].[x] AS 1 SELECT [Measures].AllMembers ON 0 FROM Lille";
    assert_eq!(
        mdx(&view(CALCULATED), text)[0],
        "Borgere Par Medlemmer Andel Med 1.1 Andel med 1.1 Kun i alt x"
    );
    let stored = "SELECT [Measures].Members ON 0 FROM Lille";
    assert_eq!(mdx(&view(CALCULATED), stored)[0], "Borgere Par Medlemmer");
}

#[test]
fn a_ratio_without_a_format_has_two_decimals_and_others_as_many_as_their_parts_or_value() {
    let text = |formula: &str| {
        format!("WITH MEMBER [Measures].[x] AS {formula} SELECT [Measures].[x] ON 0 FROM Lille")
    };
    assert_eq!(mdx(&view(CALCULATED), &text("[Measures].[Borgere] / 8"))[1], " | 0.50");
    assert_eq!(mdx(&view(CALCULATED), &text("[Measures].[Borgere] + 1"))[1], " | 5");
    assert_eq!(mdx(&view(CALCULATED), &text("[Measures].[Andel] + 1"))[1], " | 67.7");
    // Of 4 people; whole where it is whole.
    assert_eq!(mdx(&view(CALCULATED), &text("[Measures].[Borgere] * 0.0925"))[1], " | 0.37");
    assert_eq!(mdx(&view(CALCULATED), &text("[Measures].[Borgere] * 0.25"))[1], " | 1");
    let format = "[Measures].[Borgere] * 0.3, FORMAT_STRING = '0'";
    assert_eq!(mdx(&view(CALCULATED), &text(format))[1], " | 1");
    let format = "[Measures].[Borgere] / 8, FORMAT_STRING = '#,##0.000;-0'";
    assert_eq!(mdx(&view(CALCULATED), &text(format))[1], " | 0.500");
}

#[test]
fn cells_of_stored_measures_have_the_formats_of_the_schema_wherever_the_measures_stand() {
    let (measures, places) =
        ("{[Measures].[Borgere], [Measures].[Par]}", "[Sted].[Region].[Region].Members");
    for (text, expected) in [
        (
            format!("SELECT {measures} ON 0, {places} ON 1 FROM Lille"),
            &["3", "4.0", "2", "2.0"][..],
        ),
        (format!("SELECT {places} ON 0, {measures} ON 1 FROM Lille"), &["3", "2", "4.0", "2.0"]),
        ("SELECT FROM Lille WHERE [Measures].[Par]".to_owned(), &["5.0"]),
        // Of two groups, and so worked out cell by cell.
        (
            "SELECT {[Measures].[Par], [Measures].[Medlemmer]} ON 0 FROM Lille".to_owned(),
            &["5.0", "6"],
        ),
    ] {
        let (views, question) = ([view("")], Question::Mdx(&text));
        let found = answer(&views, &question, &Limits::default(), &Cancel::default()).unwrap();
        let shown = found.cells.formatted(Language::English, &Cancel::default()).unwrap();
        assert_eq!(shown, expected, "{text}");
    }
}

#[test]
fn colours_and_formats_that_are_formulas_are_worked_out_in_each_cell() {
    // Three citizens in Nord, two in Syd, four in all.
    let text = "WITH MEMBER [Measures].[x] AS [Measures].[Borgere] * 10, \
            FORE_COLOR = IIF([Measures].[x] > 25, RGB(255, 0, 0), RGB(0, 255, 0)), \
            BACK_COLOR = IIF([Sted].[Region].CurrentMember.Name = 'Nord', 1.5, 12632256), \
            FORMAT_STRING = IIF([Measures].[x] > 25, '0.0', '\"få\"') \
        MEMBER [Sted].[Region].[uden] AS [Sted].[Region].[I alt] \
        MEMBER [Sted].[Region].[med] AS [Sted].[Region].[I alt], FORE_COLOR = 7 \
        SELECT {[Measures].[Borgere], [Measures].[x]} ON 0, \
            {[Sted].[Region].[Region].Members, [Sted].[Region].[uden], [Sted].[Region].[med]} ON 1 \
        FROM Lille CELL PROPERTIES VALUE, ";
    let asked = |properties: &str| {
        let (views, text) = ([view("")], format!("{text}{properties}"));
        let (limits, cancel) = (Limits::default(), Cancel::default());
        answer(&views, &Question::Mdx(&text), &limits, &cancel).unwrap().cells
    };
    let (none, grey) = ([None, None], Some(12_632_256));
    let found = asked("FORE_COLOR, back_color");
    let nord_and_syd = [none, [None, Some(255)], none, [grey, Some(65_280)]];
    let made = [none, [grey, Some(255)], [None, Some(7)], [grey, Some(7)]];
    assert_eq!(found.colors, [nord_and_syd, made].concat());
    let shown = found.formatted(Language::English, &Cancel::default()).unwrap();
    assert_eq!(shown, ["3", "30.0", "2", "få", "4", "40.0", "4", "40.0"]);
    // What is not asked for is not worked out.
    assert_eq!(asked("FORE_COLOR").colors[3], [None, Some(65_280)]);
    assert!(asked("FORMAT_STRING").colors.is_empty());
    let wrong = "WITH MEMBER [Measures].[x] AS 1, FORE_COLOR = [Measures].[y] \
                 SELECT [Measures].[x] ON 0 FROM Lille";
    assert!(mdx(&view(""), wrong)[0].contains("'y'"), "{:?}", mdx(&view(""), wrong));
}
