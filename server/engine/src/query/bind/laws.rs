//! What holds for every text: nothing panics, and places lie in the text.

use proptest::prelude::*;

use super::fixture::{view, view_of_153};
use crate::query::bound::Condition;
use crate::query::error::Place;
use crate::query::{Pivot, QueryError, View, bind, parse, show};

/// Pieces that random questions are made of.
const PIECES: [&str; 72] = [
    "SELECT",
    "FROM",
    "WHERE",
    "ON",
    "NON EMPTY",
    "COLUMNS",
    "ROWS",
    "0",
    "1",
    "AXIS(2)",
    "Voksne",
    "[Voksne]",
    "(",
    ")",
    "{",
    "}",
    ",",
    ".",
    ":",
    "*",
    "+",
    "-",
    "&",
    "[",
    "]",
    "]]",
    "'",
    "\"",
    "/*",
    "*/",
    "--",
    "//",
    "\n",
    ";",
    "=",
    "<>",
    "<",
    "||",
    "NOT",
    "AND",
    "1.5e3",
    "æ",
    "§",
    "😀",
    "[Tid]",
    "[Kalender]",
    "[Kvartal]",
    "[2020]",
    "[2020K1]",
    "&[2020]",
    "[År]",
    "[I alt]",
    "[(All)]",
    "[Køn]",
    "[Mand]",
    "[Borger]",
    "[Personnummer]",
    "[Measures]",
    "[Antal Ydelser]",
    "[Opholdssted]",
    "[Steder]",
    "Members",
    ".Members",
    ".Children",
    "CrossJoin(",
    "Head(",
    "Union(",
    "Except(",
    "Hierarchize(",
    "null",
    "DIMENSION PROPERTIES x",
    "CELL PROPERTIES VALUE",
];

/// Sets that are mostly well formed, so that random questions get far.
fn set() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "[Tid].[År].Members",
        "[Tid].[Kalender].Members",
        "[Tid].[Kvartal].[2020K1]",
        "[Tid].[Kvartal].[2019K2]:[Tid].[Kvartal].[2020K2]",
        "[Køn].Members",
        "[Køn].[Mand]",
        "[Borger].[Personnummer].[Personnummer].Members",
        "[Opholdssted].[Steder].[Brøndby].Children",
        "[Handle kommune].[Geografi].Members",
        "[Harmonisering VH].[Regel].Children",
        "[Measures].Members",
        "{}",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(5, 24, 3, |inner| {
        let several = prop::collection::vec(inner, 1..4);
        (several, 0_usize..9).prop_map(|(sets, form)| match form {
            0 => format!("{{{}}}", sets.join(", ")),
            1 => format!("({})", sets.join(", ")),
            2 => sets.join(" * "),
            3 => sets.join(" + "),
            4 => sets.join(" - "),
            5 => format!("Hierarchize({})", sets[0]),
            6 => format!("Head({}, 3)", sets[0]),
            7 => format!("Except({})", sets.join(", ")),
            _ => format!("CrossJoin({})", sets.join(", ")),
        })
    })
}

/// Binds a text, shows it, and binds what was shown: that must ask the same.
fn ask(view: &View, text: &str) -> Result<(), QueryError> {
    let bound = bind::mdx(view, &parse::mdx(text)?)?;
    let shown = show::mdx(view, &bound);
    let again = parse::mdx(&shown).and_then(|again| bind::mdx(view, &again));
    let again = again.unwrap_or_else(|error| panic!("{text}\n{shown}\n{error:?}"));
    assert_eq!(again.measure, bound.measure, "{text}\n{shown}");
    assert_eq!(sorted(again.conditions), sorted(bound.conditions), "{text}\n{shown}");
    assert_eq!(again.axes.len(), bound.axes.len(), "{text}\n{shown}");
    Ok(())
}

fn sorted(mut conditions: Vec<Condition>) -> Vec<Condition> {
    conditions.sort_by_key(|one| (one.dimension, one.field, one.except, one.members.clone()));
    conditions
}

fn check(text: &str) {
    for view in [view(), view_of_153()] {
        if let Err(error) = ask(&view, text) {
            if let Some(place) = &error.place {
                assert!(place.text.get(place.span.clone()).is_some(), "{text}");
                let _ = place.line_and_column();
            }
            assert!(!error.message.is_empty());
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_answered_without_panic(text in "\\PC{0,80}") {
        check(&text);
    }

    #[test]
    fn any_pieces_are_answered_without_panic(
        pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40),
        spaced in any::<bool>(),
    ) {
        let text = pieces.join(if spaced { " " } else { "" });
        check(&text);
        check(&format!("SELECT {text} ON 0 FROM Voksne"));
        check(&format!("SELECT FROM Voksne WHERE {text}"));
    }

    #[test]
    fn any_sets_are_answered_without_panic(columns in set(), rows in set(), slicer in set()) {
        check(&format!("SELECT {columns} ON 0, NON EMPTY {rows} ON 1 FROM Voksne"));
        check(&format!("SELECT {columns} ON 0 FROM Voksne WHERE {slicer}"));
        check(&format!("SELECT {columns} ON 0 FROM (SELECT {slicer} ON 0 FROM Voksne)"));
    }

    #[test]
    fn any_pivot_is_answered_without_panic(
        field in prop::sample::select(vec!["Tid.År", "Borger.Personnummer", "Åben ydelse § 107.nr. 2.", ""]),
        rest in "[=<>,\" .a2åÆ§0]{0,12}|\\PC{0,12}",
        totals in any::<bool>(),
    ) {
        let clause = format!("{field}{rest}");
        for (filters, columns) in [(vec![clause.clone()], vec![]), (vec![], vec![clause])] {
            let pivot = Pivot { cube: "Voksne".into(), filters, columns, totals, ..Pivot::default() };
            let view = view();
            match bind::pivot(&view, &pivot) {
                Ok(bound) => drop(show::mdx(&view, &bound)),
                Err(error) => {
                    // What may hold a personal number is not repeated, and so has no place.
                    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
                    prop_assert!(error.place.is_some() || digits >= 6, "{}", error.message);
                    let inside = |place: &Place| place.text.get(place.span.clone()).is_some();
                    prop_assert!(error.place.as_ref().is_none_or(inside));
                }
            }
        }
    }
}
