//! The sheet on source, version, as-of day, filters and choices.

use super::sheet::{Row, Sheet, Value};
use crate::answer::Answer;
use crate::output::Heading;
use crate::output::number::danish_date;

/// What the source of all figures is.
const SOURCE: &str = "Kommunernes indberetninger om voksenhandicap, opgjort af Terning";

/// The sheet of an answer.
pub(super) fn of_answer<'a>(heading: &'a Heading, answer: &'a Answer) -> Sheet<'a> {
    let behind = answer.behind.to_string();
    let as_of = danish_date(&answer.as_of);
    let mut rows = vec![
        row("Kilde", SOURCE),
        row("Kube", &answer.cube),
        row("Version", &answer.version),
        row("Til og med", &as_of),
        row("Kommuner bagud", &behind),
    ];
    rows.extend(heading.choices.iter().map(|choice| row(&choice.name, &choice.value)));
    rows.extend(heading.notes.iter().map(|note| row("Bemærk", note)));
    Sheet {
        name: "Om tallene".to_owned(),
        title: heading.title.clone().unwrap_or_else(|| answer.cube.clone()),
        about: String::new(),
        headers: vec![vec!["Oplysning".to_owned(), "Værdi".to_owned()]],
        labels: 2,
        rows: Box::new(rows.into_iter()),
    }
}

fn row(name: &str, value: &str) -> Row {
    vec![Value::text(name), Value::text(value)]
}
