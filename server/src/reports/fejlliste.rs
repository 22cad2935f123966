//! The report `fejlliste`: what a municipality should look at in its own records, what of it is new
//! since the version before, and what is solved.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use cube_schema::day::Day;
use cube_schema::domains::vh::fejl::{self, Raad};
use cube_schema::domains::vh::regler::RULES;
use terning_engine::query::table::Values;
use terning_engine::query::{Cancel, Drill, ErrorKind, Pivot, QueryError, Table, View, drill};

use super::{Lines, ReportFault};
use crate::rebuild::{REJECTS, WARNINGS};

/// What is told of a record. The personal number is left out where the caller may not see it.
const COLUMNS: [&str; 9] = [
    "Fil",
    "Linje",
    "Ydelsesid",
    "System",
    "Ydelse VH.Ydelseskode",
    "Startdato",
    "Slutdato",
    "Mærker",
    "Borger.Personnummer",
];

/// A version as the caller sees it, and the folder it lies in.
pub struct Source<'a> {
    /// The cubes.
    pub views: &'a [View],
    /// The folder with the files beside them.
    pub folder: &'a Path,
}

/// Something to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    file: String,
    line: u64,
    kind: &'static str,
    rule: String,
    id: String,
    system: String,
    field: String,
    value: String,
    cpr: String,
    what: String,
}

/// What makes two findings of different versions the same.
type Identity = (&'static str, String, String, String, String);

impl Found {
    fn identity(&self) -> Identity {
        let text = |text: &str| text.to_owned();
        let place = if self.id.is_empty() { &self.value } else { &self.id };
        (self.kind, text(&self.rule), text(place), text(&self.system), text(&self.field))
    }
}

/// Runs the report. `pivot` holds the condition on the municipality `kommune`.
///
/// # Errors
/// The figures or the files of the version cannot be read.
pub fn run(
    now: &Source<'_>,
    former: Option<&Source<'_>>,
    pivot: &Pivot,
    kommune: &str,
    cancel: &Cancel,
) -> Result<Lines, ReportFault> {
    let found = findings(now, pivot, kommune, cancel)?;
    let before = match former {
        Some(former) => Some(findings(former, pivot, kommune, cancel)?),
        None => None,
    };
    let known: BTreeSet<Identity> = before.iter().flatten().map(Found::identity).collect();
    let still: BTreeSet<Identity> = found.iter().map(Found::identity).collect();
    let status = |one: &Found| match &before {
        None => "",
        Some(_) if known.contains(&one.identity()) => "fortsat",
        Some(_) => "ny",
    };
    let mut lines: Vec<(&str, &Found)> = found.iter().map(|one| (status(one), one)).collect();
    let gone = before.iter().flatten().filter(|one| !still.contains(&one.identity()));
    lines.extend(gone.map(|one| ("løst", one)));
    let count = |wanted: &str| lines.iter().filter(|(status, _)| *status == wanted).count();
    let mut notes = vec![format!("{} fund i kommunens egne ydelser.", found.len())];
    notes.push(match before {
        Some(_) => format!(
            "{} er nye og {} er løst siden den forrige version.",
            count("ny"),
            count("løst")
        ),
        None => "Der er ingen tidligere version at sammenligne med.".to_owned(),
    });
    Ok(Lines { table: table(&lines), notes, behind: 0 })
}

/// All that is found in a version, by file and line.
fn findings(
    source: &Source<'_>,
    pivot: &Pivot,
    kommune: &str,
    cancel: &Cancel,
) -> Result<Vec<Found>, ReportFault> {
    let records = records(source.views, pivot, cancel)?;
    let mut found = Vec::new();
    for row in 0..records.rows() {
        let marks = text(&records, "Mærker", row);
        for rule in marks.split(", ").filter(|rule| !rule.is_empty()) {
            found.push(mark(&records, row, rule));
        }
    }
    let by_place: BTreeMap<(String, u64), usize> = (0..records.rows())
        .map(|row| ((text(&records, "Fil", row), line(&records, row)), row))
        .collect();
    for [file, at, kind, what] in rows(&source.folder.join(WARNINGS))? {
        let at: u64 = at.parse().unwrap_or_default();
        if let Some(&row) = by_place.get(&(file, at)) {
            let Raad { felt, raad } = fejl::raad(&kind);
            let one = of_record(&records, row, "advarsel", felt);
            found.push(Found { rule: kind, value: what, what: raad.to_owned(), ..one });
        }
    }
    for [file, at, field, reason] in rows(&source.folder.join(REJECTS))? {
        if let Some(system) = delivered_by(&file, kommune) {
            let (line, what) = (at.parse().unwrap_or_default(), fejl::AFVIST.to_owned());
            let (system, kind) = (system.to_owned(), "afvist");
            found.push(Found {
                file,
                line,
                kind,
                system,
                field,
                value: reason,
                what,
                ..Found::default()
            });
        }
    }
    found.sort();
    Ok(found)
}

/// The municipality's own records.
fn records(views: &[View], pivot: &Pivot, cancel: &Cancel) -> Result<Table, QueryError> {
    let asked = |columns: &[&str]| Drill {
        cube: pivot.cube.clone(),
        filters: pivot.filters.clone(),
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
        max: usize::MAX,
    };
    let fewer = |error: QueryError, columns| match error.kind {
        ErrorKind::Unknown => drill(views, &asked(columns), cancel),
        _ => Err(error),
    };
    let shown = drill(views, &asked(&COLUMNS), cancel);
    let shown = shown.or_else(|error| fewer(error, &COLUMNS[..COLUMNS.len() - 1]));
    let shown = shown.or_else(|error| fewer(error, &COLUMNS[2..COLUMNS.len() - 1]));
    Ok(shown?.1.table)
}

fn mark(records: &Table, row: usize, rule: &str) -> Found {
    let Raad { felt, raad } = fejl::raad(rule);
    let caption = RULES.iter().find(|known| known.id == rule).map_or("", |known| known.caption);
    let value = match felt {
        "Ydelseskode" => text(records, "Ydelse VH.Ydelseskode", row),
        "Startdato" | "Slutdato" => day(records, felt, row),
        _ => String::new(),
    };
    let rule = format!("{rule} {caption}");
    Found { rule, value, what: raad.to_owned(), ..of_record(records, row, "mærke", felt) }
}

fn of_record(records: &Table, row: usize, kind: &'static str, field: &str) -> Found {
    Found {
        file: text(records, "Fil", row),
        line: line(records, row),
        kind,
        id: text(records, "Ydelsesid", row),
        system: text(records, "System", row),
        field: field.to_owned(),
        cpr: text(records, "Borger.Personnummer", row),
        ..Found::default()
    }
}

fn text(records: &Table, column: &str, row: usize) -> String {
    match records.column(column) {
        Some(Values::Text(texts)) => texts[row].as_deref().unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

fn line(records: &Table, row: usize) -> u64 {
    match records.column("Linje") {
        Some(Values::Number(numbers)) => numbers[row].unwrap_or_default() as u64,
        _ => 0,
    }
}

fn day(records: &Table, column: &str, row: usize) -> String {
    match records.column(column) {
        Some(Values::Day(days)) => days[row].map_or(String::new(), |day: Day| day.to_string()),
        _ => String::new(),
    }
}

/// The system of a delivery file, where the municipality delivered it:
/// `2026-09/VH_153_nexus_202609_1.csv`.
fn delivered_by<'a>(file: &'a str, kommune: &str) -> Option<&'a str> {
    let name = file.rsplit('/').next()?;
    let mut parts = name.split('_');
    let reporter = parts.nth(1)?;
    (reporter == kommune).then(|| parts.next())?
}

/// The lines of a file with four columns. One that is missing has none: versions of earlier programs
/// lack it.
fn rows(path: &Path) -> Result<Vec<[String; 4]>, ReportFault> {
    let unreadable = || {
        let name = path.file_name().map_or_else(String::new, |name| name.display().to_string());
        ReportFault::Given(format!("versionens fil {name} kan ikke læses; genopbyg versionen"))
    };
    if !path.exists() {
        return Ok(Vec::new());
    }
    let file = File::open(path).map_err(|_| unreadable())?;
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(file);
    let rows = reader.records().map(|record| {
        let record = record.map_err(|_| unreadable())?;
        Ok([0, 1, 2, 3].map(|column| record.get(column).unwrap_or_default().to_owned()))
    });
    rows.collect()
}

fn table(lines: &[(&str, &Found)]) -> Table {
    let mut table = Table::default();
    let texts = |of: &dyn Fn(&Found) -> &str| -> Vec<Arc<str>> {
        lines.iter().map(|(_, found)| Arc::from(of(found))).collect()
    };
    table.text("Status", lines.iter().map(|(status, _)| Arc::from(*status)));
    table.text("Art", texts(&|found| found.kind));
    table.text("Regel", texts(&|found| &found.rule));
    table.text("Ydelsesid", texts(&|found| &found.id));
    table.text("System", texts(&|found| &found.system));
    table.text("Fil", texts(&|found| &found.file));
    let line = |found: &Found| (found.line > 0).then_some(found.line as f64);
    table.number("Linje", "", 0, lines.iter().map(|(_, found)| line(found)));
    table.text("Felt", texts(&|found| &found.field));
    table.text("Værdi", texts(&|found| &found.value));
    if lines.iter().any(|(_, found)| !found.cpr.is_empty()) {
        table.text("Personnummer", texts(&|found| &found.cpr));
        if let Some(column) = table.columns.last_mut() {
            column.personal = true;
        }
    }
    table.text("Hvad skal der gøres", texts(&|found| &found.what));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_its_municipalitys() {
        let file = "2026-09/VH_153_nexus_202609_1.csv";
        assert_eq!(delivered_by(file, "153"), Some("nexus"));
        assert_eq!(delivered_by(file, "155"), None);
        assert_eq!(delivered_by("reference/cpr.csv", "153"), None);
    }
}
