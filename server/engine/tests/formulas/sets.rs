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

#[test]
fn a_text_names_the_sets_of_the_question() {
    let ask = |text: &str| mdx(&view(""), text);
    let expected = ["Aby Cby", " | 2 2"];
    for reads in ["StrToSet('[A]')", "StrToSet('{A}')", "{StrToSet('Head([A], 9)')}"] {
        let text = format!(
            "WITH SET [A] AS {{[Sted].[Kommune].&[101], [Sted].[Kommune].&[103]}} \
             SELECT {reads} ON 0 FROM Lille"
        );
        assert_eq!(ask(&text), expected, "{reads}");
    }
    let counted = "WITH SET [A] AS {[Sted].[Kommune].&[101], [Sted].[Kommune].&[103]} \
                   MEMBER [Measures].[x] AS StrToValue('Count([A])') \
                   SELECT [Measures].[x] ON 0 FROM Lille";
    assert_eq!(ask(counted), ["x", " | 2"]);
}

#[test]
fn a_set_that_names_itself_through_a_text_ends() {
    let texts = [
        "WITH SET [A] AS StrToSet('[A]') SELECT [A] ON 0 FROM Lille",
        "WITH SET [A] AS StrToSet('[B]') SET [B] AS StrToSet('{[A]}') SELECT [A] ON 0 FROM Lille",
    ];
    for text in texts {
        let found = mdx(&view(""), text);
        assert!(found[0].starts_with("mængden bruger sig selv gennem en tekst"), "{found:?}");
    }
}

#[test]
fn no_second_set_of_a_group_is_not_an_empty_one() {
    let count = |second: &str| {
        let set = format!("Exists([Sted].[Kommune].[Kommune].Members, {second}, 'Ydelser')");
        let text = format!(
            "WITH MEMBER [Measures].[x] AS Count({set}) SELECT [Measures].[x] ON 0 FROM Lille"
        );
        mdx(&view(""), &text)[1].clone()
    };
    // Aby, Bby and Cby have services; in 2019 Aby and Cby.
    assert_eq!(count(""), " | 3");
    assert_eq!(count("{[Tid].[År].&[2019]}"), " | 2");
    assert_eq!(count("{}"), " | 0");
    assert_eq!(count("Head([Tid].[År].[År].Members, 0)"), " | 0");
}

#[test]
fn tuples_are_closed_and_toggled_by_all_that_is_named() {
    let ask = |set: &str| {
        let text = format!(
            "WITH MEMBER [Measures].[x] AS SetToStr({set}) SELECT [Measures].[x] ON 0 FROM Lille"
        );
        let found = mdx(&view(""), &text)[1].replace("[Sted].[Geografi].", "");
        found.replace("[Tid].[År].", "").replace("[Region].", "").replace("[Kommune].", "")
    };
    let nord = "[Sted].[Geografi].[Nord]";
    let aby = "[Sted].[Geografi].[Nord].[Aby]";
    let (first, second) = ("[Tid].[År].&[2019]", "[Tid].[År].&[2020]");
    let set = format!("{{({nord}, {first}), ({aby}, {first}), ({aby}, {second})}}");
    assert_eq!(
        ask(&format!("DrillupMember({set}, {{({nord}, {second})}})")),
        " | {(&[Nord],&[2019]),(&[101],&[2019])}"
    );
    assert_eq!(ask(&format!("DrillupMember({set}, {{{nord}}})")), " | {(&[Nord],&[2019])}");
    let set = format!("{{({nord}, {first}), ({aby}, {first}), ({nord}, {second})}}");
    assert_eq!(
        ask(&format!("ToggleDrillState({set}, {{({nord}, {first})}})")),
        " | {(&[Nord],&[2019]),(&[Nord],&[2020])}"
    );
    assert_eq!(
        ask(&format!("ToggleDrillState({set}, {{({nord}, {second})}})")),
        " | {(&[Nord],&[2019]),(&[101],&[2019]),(&[Nord],&[2020]),(&[101],&[2020]),(&[102],&[2020])}"
    );
}

#[test]
fn solve_orders_have_a_range() {
    let ask = |order: &str| {
        let text = format!(
            "WITH MEMBER [Measures].[x] AS 1, SOLVE_ORDER = {order} SELECT [Measures].[x] ON 0 FROM Lille"
        );
        mdx(&view(""), &text)[0].clone()
    };
    for order in ["-8181", "0", "65535"] {
        assert_eq!(ask(order), "x", "{order}");
    }
    for order in ["-8182", "65536", "1.5", "1e300"] {
        let found = ask(order);
        assert!(found.contains("SOLVE_ORDER skal være et helt tal fra -8181 til 65535"), "{found}");
    }
}
