//! The examples of the catalogue, run.

use super::{ALL, Form, Function, Kind};
use crate::query::bind::fixture::view;
use crate::query::cellset::Special;
use crate::query::parse::words::STEPS;
use crate::query::{Cancel, Limits, Question, answer};

/// The calendar here has no weeks. A question of the shop asks its example.
const OF_WEEKS: &str = "WTD";

/// A question that gives what an example gives.
fn question(function: &Function) -> String {
    let example = function.example;
    let members = |example: &str| format!("SELECT {{{example}}} ON 0 FROM Voksne");
    match function.gives {
        Kind::Set | Kind::Member | Kind::Tuple => members(example),
        Kind::Level | Kind::Hierarchy | Kind::Dimension => members(&format!("{example}.Members")),
        _ => format!(
            "WITH MEMBER [Measures].[x] AS {example} SELECT {{[Measures].[x]}} ON 0 FROM Voksne"
        ),
    }
}

#[test]
fn every_example_is_answered() {
    let views = [view()];
    let mut failed = Vec::new();
    for function in ALL.iter().filter(|function| function.name != OF_WEEKS) {
        let text = question(function);
        let asked = Question::Mdx(&text);
        match answer(&views, &asked, &Limits::default(), &Cancel::default()) {
            Ok(found) => {
                let others = found.cells.special.iter();
                let errors = others.filter(|(_, one)| matches!(one, Special::Error(_)));
                failed.extend(errors.map(|(_, error)| format!("{text}\n{error:?}")));
            }
            Err(error) => failed.push(format!("{text}\n{}", error.explained())),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_function_says_what_it_means_and_shows_itself() {
    for function in ALL.iter() {
        assert!(function.meaning.ends_with('.'), "{}", function.name);
        let is_operator = ["Range", "Complement", "In"].contains(&function.name);
        let written = match function.form {
            Form::Call => format!("{}(", function.name),
            Form::Step => format!(".{}", function.name),
        };
        let is_shown = function.example.to_lowercase().contains(&written.to_lowercase());
        assert!(is_operator || is_shown, "{}: {}", function.name, function.example);
    }
}

#[test]
fn steps_without_arguments_are_known_to_the_parser() {
    let steps = ALL.iter().filter(|one| one.form == Form::Step && one.takes.len() == 1);
    for function in steps {
        let word = function.name.to_lowercase();
        assert!(STEPS.contains(&&*word), "{word}");
    }
}
