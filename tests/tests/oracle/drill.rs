//! The records of the cells that questions ask about, on both sides.

use terning_engine::query::drill::{self as engine, Drill};
use terning_engine::query::table::{Table, Values};
use terning_engine::query::{Cancel, Limits, View};
use terning_oracle::{Day, Drilled, Eyes, Pivot};
use terning_tests::random::Random;
use terning_tests::words;

use crate::both::Both;

/// What is compared of a record.
const COLUMNS: [&str; 7] = [
    "Handle kommune.Kommunenummer",
    "System",
    "Ydelsesid",
    "Første dag tilbage",
    "Sidste dag tilbage",
    "Mærker",
    "Dato uden overlap",
];

/// Whether the cells that the filters of some questions describe hold the same records for some
/// eyes.
pub fn agree(
    both: &Both,
    eyes: &Eyes,
    pivots: &[Pivot],
    random: &mut Random,
) -> Result<(), String> {
    let months = ["2019-12", "2020-01", "2020-02", "2020-06", "2020-12"];
    for pivot in pivots.iter().filter(|pivot| pivot.cube.starts_with("Voksne")) {
        let mut filters = pivot.filters.clone();
        filters.retain(|filter| !filter.starts_with("Alder."));
        filters.push(format!("Tid.Måned={}", random.one(&months)));
        let (ours, theirs) =
            (ours(both, eyes, pivot, &filters), theirs(both, eyes, pivot, &filters));
        let is_same = match (&ours, &theirs) {
            (Some(ours), Some(theirs)) if are_own_of_benchmark(eyes, pivot) => {
                shown_alike(ours, theirs)
            }
            _ => ours == theirs,
        };
        if !is_same {
            let asked = words::write(&Pivot { filters, ..pivot.clone() });
            return Err(format!(
                "records of {eyes:?} {asked}:\n  {ours:?} here\n  {theirs:?} there"
            ));
        }
    }
    Ok(())
}

/// The engine takes the own records of a cell of Benchmark by the national judgement, the oracle by
/// the own one. What is shown of a record is the same.
fn are_own_of_benchmark(eyes: &Eyes, pivot: &Pivot) -> bool {
    *eyes != Eyes::National && pivot.cube.ends_with("Benchmark")
}

/// Whether the records that both sides have are shown alike. Without an id none is known to be the
/// same one.
fn shown_alike(ours: &[String], theirs: &[String]) -> bool {
    let name = |line: &String| line.split(' ').take(3).collect::<Vec<_>>().join(" ");
    let of_both = |line: &&String| theirs.iter().any(|their| name(their) == name(line));
    let has_id = |line: &&String| line.split(' ').nth(2) != Some("-");
    ours.iter().filter(has_id).filter(of_both).all(|line| theirs.contains(line))
}

fn ours(both: &Both, eyes: &Eyes, pivot: &Pivot, filters: &[String]) -> Option<Vec<String>> {
    let asked = Drill {
        cube: pivot.cube.clone(),
        filters: filters.to_vec(),
        columns: COLUMNS.map(str::to_owned).into(),
        max: usize::MAX,
        ..Drill::default()
    };
    let views: Vec<View> = both.views(eyes).iter().map(View::of_records).collect();
    let (_, drilled) =
        engine::drill(&views, &asked, (&Limits::default(), &Cancel::default())).ok()?;
    assert_eq!(drilled.records, drilled.table.rows());
    let as_of = both.engine.loaded.report.as_of.as_str();
    Some(sorted((0..drilled.records).map(|row| line_of(&drilled.table, row, as_of)).collect()))
}

fn line_of(table: &Table, row: usize, as_of: &str) -> String {
    let text = |column: &str| match table.column(column) {
        Some(Values::Text(texts)) => texts[row].as_deref().unwrap_or("-").to_owned(),
        // A planned end is shown as it is planned here; there it is no last day yet.
        Some(Values::Day(days)) => {
            let day = days[row].map(|day| day.to_string()).filter(|day| day.as_str() <= as_of);
            day.unwrap_or("-".to_owned())
        }
        _ => "?".to_owned(),
    };
    COLUMNS.map(text).join(" ")
}

fn theirs(both: &Both, eyes: &Eyes, pivot: &Pivot, filters: &[String]) -> Option<Vec<String>> {
    let drill = both.oracle.drill(eyes, &pivot.cube, filters).ok()?;
    Some(sorted(drill.records.iter().map(line).collect()))
}

fn line(record: &Drilled) -> String {
    let day = |day: Option<Day>| day.map_or("-".to_owned(), |day| day.to_string());
    let marks = if record.marks.is_empty() { "-".to_owned() } else { record.marks.join(", ") };
    let days = [record.first_day, record.last_day].map(day).join(" ");
    let id = if record.id.is_empty() { "-" } else { &record.id };
    let (kommune, system) = (&record.handlekommune, &record.system);
    format!("{kommune} {system} {id} {days} {marks} {}", day(record.dato_uden_overlap))
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}
