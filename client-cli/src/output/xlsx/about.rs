//! The sheet on source, version, as-of day, filters and choices.

use super::sheet::{Row, Sheet, Value};
use crate::answer::Answer;
use crate::output::Heading;
use crate::output::number::date_in_language;
use crate::table::Table;

/// What the source of figures that municipalities report is.
const SOURCE: &str = "Kommunernes indberetninger om voksenhandicap, opgjort af Terning";

/// The sheet of an answer.
pub(super) fn of_answer<'a>(heading: &Heading, answer: &Answer) -> Sheet<'a> {
    let title = heading.title.as_deref().unwrap_or(&answer.cube);
    let as_of = date_in_language(&answer.as_of, answer.language);
    let origin = origin(&answer.cube, &answer.version, &as_of, answer.reported());
    let choices = heading.choices.iter().map(|choice| row(&choice.name, &choice.value));
    let remarks = answer.remarks();
    let notes = notes(&heading.notes).chain(notes(&remarks));
    sheet(title, origin.into_iter().chain(choices).chain(notes).collect())
}

/// The sheet of a table.
pub(super) fn of_table<'a>(table: &Table) -> Sheet<'a> {
    let as_of = date_in_language(&table.as_of, table.language);
    let origin = origin(&table.cube, &table.version, &as_of, table.reported());
    let place = (!table.source.is_empty()).then(|| row("Rapporten står i", &table.source));
    let filters = table.filters.iter().map(|filter| row("Valg", filter));
    let units = table.columns.iter().filter(|column| !column.unit.is_empty());
    let units = units.map(|column| row(&format!("Enhed, {}", column.name), &column.unit));
    let rows = origin.into_iter().chain(place).chain(filters).chain(units);
    sheet(&table.title, rows.chain(notes(&table.notes)).collect())
}

/// Where figures are from; of a cube that nobody reports to, without who is behind.
fn origin(cube: &str, version: &str, as_of: &str, behind: Option<u32>) -> Vec<Row> {
    let mut rows = vec![row("Kube", cube), row("Version", version), row("Til og med", as_of)];
    if let Some(behind) = behind {
        rows.insert(0, row("Kilde", SOURCE));
        rows.push(row("Kommuner bagud", &behind.to_string()));
    }
    rows
}

fn notes(notes: &[String]) -> impl Iterator<Item = Row> {
    notes.iter().map(|note| row("Bemærk", note))
}

fn sheet<'a>(title: &str, rows: Vec<Row>) -> Sheet<'a> {
    Sheet {
        name: "Om tallene".to_owned(),
        title: title.to_owned(),
        about: String::new(),
        headers: vec![vec!["Oplysning".to_owned(), "Værdi".to_owned()]],
        labels: 2,
        rows: Box::new(rows.into_iter()),
    }
}

fn row(name: &str, value: &str) -> Row {
    vec![Value::text(name), Value::text(value)]
}
