//! Formulas that mean nothing, said with their name and place.

use terning_engine::query::{Pivot, bind};

use crate::world::{mdx, pivot, view};

fn of_question(formula: &str) -> String {
    let text =
        format!("WITH MEMBER [Measures].[x] AS {formula} SELECT [Measures].[x] ON 0 FROM Lille");
    mdx(&view(""), &text).remove(0)
}

#[test]
fn an_error_says_which_formula_and_where() {
    for (formula, expected) in [
        (
            "[Measures].[Borgre]",
            "i formlen for 'x': kuben 'Lille' har intet mål 'Borgre' @1:42 [Borgre]",
        ),
        (
            "{[Tid].[År].&[2020]}",
            "i formlen for 'x': en mængde er ikke et tal @1:31 {[Tid].[År].&[2020]}",
        ),
        (
            "([Measures].[Borgere], [Measures].[Par])",
            "i formlen for 'x': hierarkiet [Measures] står to gange i tuplen @1:54 [Measures].[Par]",
        ),
        (
            "[Tid].CurrentMember",
            "i formlen for 'x': dimensionen 'Tid' har flere hierarkier @1:31 [Tid]",
        ),
        ("Summ(1, 2)", "i formlen for 'x': funktionen 'Summ' findes ikke @1:31 Summ"),
        ("IIF(1, 2)", "i formlen for 'x': IIf mangler argument 3 @1:31 IIF(1, 2)"),
        ("IsEmpty()", "i formlen for 'x': IsEmpty mangler argument 1 @1:31 IsEmpty()"),
        ("IsEmpty(1, 2)", "i formlen for 'x': IsEmpty har kun 1 argumenter @1:42 2"),
        ("Sum(1, 2)", "i formlen for 'x': et tal er ikke en mængde @1:35 1"),
        (
            "1 : 2",
            "i formlen for 'x': et interval skal gå mellem to medlemmer af samme niveau @1:31 1 : 2",
        ),
        ("1 +", "forventede en mængde, et medlem eller et tal, men fandt 'SELECT' @1:35 SELECT"),
        ("'1 +'", "forventede en mængde, et medlem eller et tal, men teksten slutter @1:35 "),
        ("'[Measures].[Borgere'", "et navn i [ ] er ikke afsluttet @1:43 ["),
    ] {
        assert_eq!(of_question(formula), expected, "{formula}");
    }
}

#[test]
fn a_formula_that_uses_itself_is_an_error_in_its_cell() {
    let rows = |text: &str| mdx(&view(""), text)[1..].to_vec();
    assert_eq!(
        rows(
            "WITH MEMBER [Measures].[x] AS [Measures].[x] + 1 \
              SELECT {[Measures].[x], [Measures].[Borgere]} ON 0 FROM Lille"
        ),
        [" | fejl: målet 'x' bruger sig selv: x → x 4"]
    );
    let error = "fejl: målet 'x' bruger sig selv: x → y → x";
    assert_eq!(
        rows(
            "WITH MEMBER [Measures].[x] AS [Measures].[y] MEMBER [Measures].[y] AS [Measures].[x] \
              SELECT {[Measures].[x], [Measures].[y]} ON 0 FROM Lille"
        ),
        [format!(" | {error} {error}")]
    );
}

#[test]
fn names_are_defined_once_and_in_the_right_place() {
    for (definition, expected) in [
        ("MEMBER [Measures].[Borgere] AS 1", "målet 'Borgere' findes allerede @1:24 [Borgere]"),
        ("MEMBER [Tid].[x] AS 1", "'Tid' har flere hierarkier @1:13 [Tid]"),
        (
            "MEMBER x AS 1",
            "et beregnet medlem skrives [Measures].[navn] eller [Dimension].[Felt].[navn] @1:13 x",
        ),
        ("SET a.b AS {[Tid].[År].[2020]}", "en mængde har ét navn uden punktum @1:10 a"),
        (
            "SET a AS {b} SET b AS {a}",
            "i formlen for 'a': i formlen for 'b': mængden 'a' bruger sig selv",
        ),
        (
            "SET a AS {[Tid].[År].[2020]} SET A AS {[Tid].[År].[2020]}",
            "mængden 'A' findes allerede @1:39 A",
        ),
        ("SET borgere AS {[Tid].[År].[2020]}", "mængden 'borgere' hedder som et mål @1:10 borgere"),
        (
            "MEMBER [Measures].[x] AS 1 SET X AS {[Tid].[År].[2020]}",
            "mængden 'X' hedder som et mål @1:37 X",
        ),
        (
            "SET x AS {[Tid].[År].[2020]} MEMBER [Measures].[X] AS 1",
            "målet 'X' hedder som en mængde @1:53 [X]",
        ),
    ] {
        let text = format!("WITH {definition} SELECT a ON 0 FROM Lille");
        assert_eq!(mdx(&view(""), &text), [expected], "{definition}");
    }
}

#[test]
fn a_formula_of_the_cube_is_bound_when_it_is_asked_for_and_checked_before() {
    let calculated = "[[cube.calculated]]\nname = \"A\"\nformula = \"1 +\\n  [Measures].[Bog]\"";
    let broken = view(calculated);
    let asked =
        Pivot { cube: "Lille".to_owned(), measures: vec!["A".to_owned()], ..Pivot::default() };
    let expected = "i formlen for 'A': kuben 'Lille' har intet mål 'Bog' @2:14 [Bog]";
    assert_eq!(pivot(&broken, &asked), [expected]);
    let faults = bind::faults(&broken);
    assert_eq!((faults.len(), faults[0].name.as_str()), (1, "A"));
    assert!(faults[0].error.message.starts_with("i formlen for 'A'"));
    assert_eq!(bind::faults(&view("")), []);
}

#[test]
fn formulas_of_the_cube_that_use_each_other_in_a_ring_are_refused() {
    let one = |name: &str, other: &str| {
        format!("[[cube.calculated]]\nname = \"{name}\"\nformula = \"[Measures].[{other}] + 1\"\n")
    };
    let ring = view(&[one("A", "B"), one("B", "C"), one("C", "A")].concat());
    let found = bind::faults(&ring);
    let names: Vec<&str> = found.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(names, ["A", "B", "C"]);
    assert_eq!(found[0].error.message, "målet 'A' bruger sig selv: A → B → C → A");
}

/// A calculated member of the regions, as a part of a schema file.
fn of_regions(parent: &str, formula: &str) -> String {
    format!(
        "[[cube.calculated]]\nname = \"Ny\"\nparent = \"{parent}\"\nformula = \"{formula}\"\nsolve_order = 1\n"
    )
}

#[test]
fn calculated_members_of_the_schema_stand_in_their_hierarchies() {
    let made = view(&of_regions("[Sted].[Region]", "[Sted].[Region].[Nord] * 2"));
    assert_eq!(bind::faults(&made), []);
    let rows = |formula: &str| {
        let text = format!(
            "WITH MEMBER [Measures].[x] AS {formula}, SOLVE_ORDER = 0 \
             SELECT {{[Measures].[Borgere], [Measures].[x]}} ON 0, \
             {{[Sted].[Region].[Nord], [Sted].[Region].[Ny]}} ON 1 FROM Lille"
        );
        mdx(&made, &text)[1..].to_vec()
    };
    // Citizens 0, 1 and 2; twice as many, and worked out behind the measure.
    assert_eq!(rows("[Measures].[Borgere] + 1"), ["Nord | 3 4", "Ny | 6 8"]);
    let all = mdx(&made, "SELECT [Sted].[Region].[Region].AllMembers ON 0 FROM Lille");
    assert_eq!(all[0], "Nord Syd Ny");
}

#[test]
fn calculated_members_of_the_schema_are_checked() {
    for (parent, formula, expected) in [
        ("[Sted].[Egn]", "1", "dimensionen 'Sted' har intet hierarki eller medlem 'Egn'"),
        ("1 + 1", "1", "et beregnet medlem skal stå i et hierarki eller under et medlem"),
        ("[Sted]", "1", "'Sted' har flere hierarkier"),
        ("[Sted].[Region]", "[Measures].[Bog]", "kuben 'Lille' har intet mål 'Bog'"),
    ] {
        let found = bind::faults(&view(&of_regions(parent, formula)));
        assert_eq!(found[0].error.message, format!("i formlen for 'Ny': {expected}"), "{parent}");
    }
}

#[test]
fn all_formulas_that_mean_nothing_are_told_of_each_where_it_is_written() {
    let one = |name: &str, formula: &str| {
        format!("[[cube.calculated]]\nname = \"{name}\"\nformula = \"{formula}\"\n")
    };
    let set = "[[cube.set]]\nname = \"S\"\nformula = \"{[Sted].[Egn]}\"\n";
    let broken = view(
        &[
            one("A", "[Measures].[B] + 1"),
            one("B", "[Measures].[Bog]"),
            one("C", "Sum("),
            set.to_owned(),
        ]
        .concat(),
    );
    let found = bind::faults(&broken);
    let names: Vec<&str> = found.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(names, ["B", "C", "S"], "{found:?}");
}
