//! What must hold of every question.

use std::sync::LazyLock;

use terning_engine::query::{Cancel, Limits, QueryError, Question, View, answer, parse};

use super::choices::Choices;
use super::worlds::WORLDS;
use super::{grammar, model, vocabulary, write};

/// The cubes that are asked.
static VIEWS: LazyLock<Vec<View>> =
    LazyLock::new(|| WORLDS.iter().map(|world| world.view.clone()).collect());

/// A text is read, bound and answered without panic; an error points into the text.
pub fn text(text: &str) {
    if let Err(error) = parse::statement(text) {
        sound(&error, text);
    }
    if let Err(error) = parse::expression(text) {
        sound(&error, text);
    }
    asked(text);
    asked(&format!("SELECT {text} ON 0 FROM Lille"));
    asked(&format!(
        "WITH MEMBER [Measures].[x] AS {text} SELECT [Measures].[x] ON 0, [Sted].[Kommune].Members ON 1 FROM Lille"
    ));
}

/// A tree is the same after it was written and read.
pub fn tree(bytes: &[u8]) {
    let question = grammar::question(&mut Choices(bytes));
    let text = write::question(&question);
    match parse::mdx(&text) {
        Ok(select) => assert_eq!(model::question(&select), question, "{text}"),
        Err(error) => panic!("{text}\n{}", error.explained()),
    }
}

/// A question is answered the same twice, and its answer is in order.
pub fn question(bytes: &[u8]) {
    let question = vocabulary::question(&mut Choices(bytes));
    asked(&write::question(&question));
}

/// What is made of bytes, to be looked at.
pub fn written(bytes: &[u8]) -> String {
    write::question(&vocabulary::question(&mut Choices(bytes)))
}

/// Asks twice. Returns whether there was an answer.
pub fn asked(text: &str) -> bool {
    let ask = || answer(&VIEWS, &Question::Mdx(text), &Limits::default(), &Cancel::default());
    match (ask(), ask()) {
        (Ok(first), Ok(second)) => {
            let cells = &first.cells;
            assert_eq!(format!("{cells:?}"), format!("{:?}", second.cells), "{text}");
            assert!(cells.ordinals.is_sorted(), "{text}");
            let last = cells.ordinals.last().map_or(0, |last| *last as usize + 1);
            assert!(last <= cells.cell_count(), "{text}");
            true
        }
        (Err(first), Err(second)) => {
            assert_eq!(first, second, "{text}");
            sound(&first, text);
            false
        }
        (first, second) => panic!("{text}\n{first:?}\n{second:?}"),
    }
}

/// An error says something, and its place is a part of a text.
fn sound(error: &QueryError, text: &str) {
    assert!(!error.message.is_empty(), "{text}");
    if let Some(place) = &error.place {
        assert!(place.text.get(place.span.clone()).is_some(), "{text}\n{error:?}");
    }
    assert!(!error.explained().is_empty());
}
