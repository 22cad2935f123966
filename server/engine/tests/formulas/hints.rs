//! What is misspelled is told with its line and column, pointed at, and with the nearest names.

use terning_engine::query::{Cancel, Limits, QueryError, Question, answer};

use crate::world::view;

/// What is wrong with a question, or with its first cell.
fn wrong(text: &str) -> QueryError {
    use terning_engine::query::cellset::Special;
    let (limits, cancel) = (Limits::default(), Cancel::default());
    match answer(&[view("")], &Question::Mdx(text), &limits, &cancel) {
        Err(error) => error,
        Ok(found) => match found.cells.special.get(&0) {
            Some(Special::Error(error)) => (**error).clone(),
            other => panic!("{text}: {other:?}"),
        },
    }
}

/// Asserts the message with its place, the line that carets stand under, and the name that is nearest.
fn check(error: &QueryError, message: &str, carets: &str, nearest: &str) {
    let explained = error.explained();
    let lines: Vec<&str> = explained.lines().collect();
    assert_eq!(lines[0], message);
    assert_eq!(lines[2], carets, "{explained}");
    let given = error.candidates.first().map_or("", String::as_str);
    assert_eq!(given, nearest, "{:?}", error.candidates);
}

#[test]
fn properties_that_do_not_exist() {
    let text = "SELECT [Sted].[Kommune].[Kommune].Members\n\
                DIMENSION PROPERTIES MEMBER_CAPTON ON 0 FROM Lille";
    let message = "der er ingen egenskab 'MEMBER_CAPTON' her (linje 2, kolonne 22)";
    let carets = "                       ^^^^^^^^^^^^^";
    check(&wrong(text), message, carets, "MEMBER_CAPTION");
    let text = "SELECT [Sted].[Kommune].[Kommune].Members\n\
                DIMENSION PROPERTIES [Sted].[Kommune].[Regoin] ON 0 FROM Lille";
    assert_eq!(wrong(text).candidates.first().map(String::as_str), Some("Region"));
    let formula = "[Sted].[Kommune].&[101].Properties(\"Regoin\")";
    let text =
        format!("WITH MEMBER [Measures].[x] AS\n{formula}\nSELECT [Measures].[x] ON 0 FROM Lille");
    let error = wrong(&text);
    let message = "der er ingen egenskab 'Regoin' i [Sted].[Kommune] (linje 2, kolonne 1)";
    let carets = format!("  {}", "^".repeat(formula.find('(').unwrap()));
    check(&error, message, &carets, "Region");
    let text = "WITH MEMBER [Measures].[x] AS 1,\n CAPTON = 'et'\n\
                SELECT [Measures].[x] ON 0 FROM Lille";
    let message = "der er ingen egenskab 'CAPTON' ved et beregnet medlem (linje 2, kolonne 2)";
    check(&wrong(text), message, "   ^^^^^^", "CAPTION");
    let text = "SELECT [Measures].[Par] ON 0 FROM Lille\nCELL PROPERTIES VALUE, FORMATED_VALUE";
    let message = "celler har ingen egenskab 'FORMATED_VALUE' (linje 2, kolonne 24)";
    let carets = format!("  {}{}", " ".repeat(23), "^".repeat(14));
    check(&wrong(text), message, &carets, "FORMATTED_VALUE");
}

#[test]
fn functions_that_do_not_exist_or_lack_something() {
    let text = "SELECT [Sted].[Geografi].[Nord]\n  .Childs ON 0 FROM Lille";
    let message = "hierarkiet [Sted].[Geografi] har intet medlem 'Childs' her (linje 2, kolonne 4)";
    check(&wrong(text), message, "     ^^^^^^", "Children");
    let text = "SELECT {[Sted].[Geografi].[Nord]}\n  .Itm(0) ON 0 FROM Lille";
    let message = "'.Itm' er ikke understøttet her (linje 2, kolonne 4)";
    check(&wrong(text), message, "     ^^^", "Item");
    let text = "SELECT\n TopCout([Tid].[År].[År].Members, 1) ON 0 FROM Lille";
    let message = "funktionen 'TopCout' findes ikke (linje 2, kolonne 2)";
    check(&wrong(text), message, "   ^^^^^^^", "TopCount");
    let years = "[Tid].[År].[År].Members";
    for (call, message, pointed, hint) in [
        (
            format!("TopCount({years})"),
            "TopCount mangler argument 2",
            format!("TopCount({years})"),
            "argumentet skal være et tal eller en tekst; for eksempel TopCount([Tid].[År].[År].Members, 1)",
        ),
        (
            format!("TopCount({years}, 1, [Measures].[Par], 2)"),
            "TopCount har kun 3 argumenter",
            "2".to_owned(),
            "",
        ),
        (
            format!("TopCount({years}, 'et')"),
            "teksten 'et' er ikke et tal",
            format!("TopCount({years}, 'et')"),
            "",
        ),
        (format!("TopCount(1, {years})"), "et tal er ikke en mængde", "1".to_owned(), ""),
    ] {
        let error = wrong(&format!("SELECT\n {call} ON 0 FROM Lille"));
        let before = call.rfind(&pointed).unwrap();
        let column = 2 + call[..before].chars().count();
        let explained = error.explained();
        let lines: Vec<&str> = explained.lines().collect();
        assert_eq!(lines[0], format!("{message} (linje 2, kolonne {column})"), "{call}");
        let carets = "^".repeat(pointed.chars().count());
        assert_eq!(lines[2], format!("  {}{carets}", " ".repeat(column - 1)), "{call}");
        if !hint.is_empty() {
            assert_eq!(lines[3], hint);
        }
    }
}

#[test]
fn years_that_do_not_exist() {
    let text = "SELECT\n  [Tid].[År].[2030] ON 0 FROM Lille";
    let error = wrong(text);
    let message = "hierarkiet [Tid].[År] har intet medlem '2030' her (linje 2, kolonne 14)";
    check(&error, message, "               ^^^^^^", "2020");
}
