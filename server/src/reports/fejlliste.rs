//! The report `fejlliste`: what a municipality should look at in its own records, what of it is new
//! since the version before, and what is solved.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use cube_schema::day::Day;
use cube_schema::domain::Place;
use cube_schema::domains::vh::fejl::{self, Raad};
use cube_schema::domains::vh::regler::RULES;
use cube_schema::language::Language;
use terning_engine::load::LoadReport;
use terning_engine::load::report::DeliveryLine;
use terning_engine::query::table::{ORDINAL, Values};
use terning_engine::query::{
    Cancel, Drill, ErrorKind, Limits, Pivot, QueryError, Table, View, drill,
};

use super::leveret::{self, Fields};
use super::{Lines, ReportFault};
use crate::rebuild::{REJECTS, REPORT, WARNINGS, standings};
use crate::versions::Manifest;

/// The heading of citizens.
pub const PERSONNUMMER: &str = "Personnummer";
/// The heading of the how-manieth record of its line one is. Versions of earlier programs do not tell.
const POST: &str = "Post";
/// What is told of a record. The personal number is left out where the caller may not see it.
const COLUMNS: [&str; 10] = [
    "Fil",
    "Linje",
    POST,
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
    /// The data folder, which keeps the raw files.
    pub data: &'a Path,
    /// What the version is made from.
    pub manifest: &'a Manifest,
}

/// Something to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    file: String,
    /// Where it stands; of the line the how-manieth record, 0 where that is not known.
    place: Place,
    kind: &'static str,
    rule: String,
    id: String,
    system: String,
    field: String,
    value: String,
    note: String,
    cpr: String,
    what: String,
}

/// What makes two findings of different versions the same.
type Identity = (&'static str, String, String, String, String);

impl Found {
    fn identity(&self) -> Identity {
        let text = |text: &str| text.to_owned();
        let place = if self.id.is_empty() { &self.note } else { &self.id };
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
    within: (&Limits, &Cancel),
) -> Result<Lines, ReportFault> {
    let found = findings(now, pivot, kommune, within)?;
    let before = match former {
        Some(former) => Some(findings(former, pivot, kommune, within)?),
        None => None,
    };
    let lines = with_status(&found, before.as_deref());
    let count = |wanted: &str| lines.iter().filter(|(status, _)| *status == wanted).count();
    let number = |count: usize| Language::Danish.whole(count as u64);
    let view = view_of(now, pivot);
    let notes = match view.is_some_and(|view| is_told(view, kommune)) {
        true => {
            let sees_all = view.is_some_and(View::sees_deliveries);
            let all = format!("{} fund i kommunens egne ydelser.", number(found.len()));
            let since = since(before.is_some(), count("ny"), count("løst"));
            [all, since].into_iter().chain((!sees_all).then(|| MARKS_ALONE.to_owned())).collect()
        }
        false => vec![NOT_YOURS.to_owned()],
    };
    Ok(Lines { table: table(&lines), notes, behind: behind(now, pivot, within)? })
}

/// What a municipality is told of the list of another.
const NOT_YOURS: &str = "Kommunens fejlliste kan ikke ses med dit adgangsbevis: en kommune ser kun sin \
    egen. Der er derfor ingen fund her, hvad enten kommunen har fejl eller ej.";

/// What is said to whoever sees no deliveries.
const MARKS_ALONE: &str = "Kun mærkerne er med: advarsler, afviste linjer og leverancer fortæller om \
    kommunens filer, og dem giver dit adgangsbevis ikke adgang til. De står i den liste, som kommunen selv, \
    driften (operatoer) og revisor får, og i indlæsningsrapporten.";

/// What has become of the findings since the version before.
fn since(has_former: bool, new: usize, solved: usize) -> String {
    let are_new = if new == 1 { "er ny" } else { "er nye" };
    let [new, solved] = [new, solved].map(|count| Language::Danish.whole(count as u64));
    match has_former {
        true => format!("{new} {are_new} og {solved} er løst siden den forrige version."),
        false => "Der er ingen tidligere version at sammenligne med.".to_owned(),
    }
}

/// The cube that is asked, as the caller sees it.
fn view_of<'s>(source: &Source<'s>, pivot: &Pivot) -> Option<&'s View> {
    source.views.iter().find(|view| view.cube().name == pivot.cube)
}

/// What is found with what has become of it since the version before, and what is solved. Findings
/// that cannot be told apart are counted: three where there was one are two new ones.
fn with_status<'f>(
    found: &'f [Found],
    before: Option<&'f [Found]>,
) -> Vec<(&'static str, &'f Found)> {
    let Some(before) = before else { return found.iter().map(|one| ("", one)).collect() };
    let (known, now) = (counted(before), counted(found));
    let mut lines = Vec::with_capacity(found.len());
    let mut seen = BTreeMap::new();
    for one in found {
        let is_known = nth(&mut seen, one) <= known.get(&one.identity()).copied().unwrap_or(0);
        lines.push((if is_known { "fortsat" } else { "ny" }, one));
    }
    let mut seen = BTreeMap::new();
    let is_gone =
        |one: &&Found| nth(&mut seen, one) > now.get(&one.identity()).copied().unwrap_or(0);
    lines.extend(before.iter().filter(is_gone).map(|one| ("løst", one)));
    lines
}

/// How many there are of each.
fn counted(found: &[Found]) -> BTreeMap<Identity, usize> {
    let mut counts = BTreeMap::new();
    for one in found {
        nth(&mut counts, one);
    }
    counts
}

/// The how-manieth of its identity a finding is, counted from 1.
fn nth(seen: &mut BTreeMap<Identity, usize>, one: &Found) -> usize {
    let count = seen.entry(one.identity()).or_default();
    *count += 1;
    *count
}

/// All that is found in a version, by file and line.
fn findings(
    source: &Source<'_>,
    pivot: &Pivot,
    kommune: &str,
    within: (&Limits, &Cancel),
) -> Result<Vec<Found>, ReportFault> {
    let Some(view) = view_of(source, pivot) else { return Ok(Vec::new()) };
    let records = records(view, pivot, within)?;
    let mut found = marks(&records);
    found.extend(warnings(source, &records, &places(view, pivot, within)?)?);
    if view.sees_deliveries() && is_told(view, kommune) {
        let delivered = delivered(source, kommune)?;
        let counting = Counting::of(source, kommune, &delivered);
        found.extend(rejects(source, &counting)?);
        found.extend(warnings_of_files(source, &counting)?);
        found.extend(deliveries(&delivered));
    }
    if records.column("Borger.Personnummer").is_some() {
        as_delivered(source, &mut found);
    }
    found.sort();
    Ok(found)
}

/// A line for each mark of a record.
fn marks(records: &Table) -> Vec<Found> {
    let mut found = Vec::new();
    for row in 0..records.rows() {
        let marks = text(records, "Mærker", row);
        let marks = marks.split(", ").filter(|rule| !rule.is_empty());
        found.extend(marks.map(|rule| mark(records, row, rule)));
    }
    found
}

/// A line for each warning of one of the records. They are found by the file and place that each came
/// from; in versions of earlier programs some share theirs, and then it is not known whose the warning is.
/// Of a record that another has delivered (K1, K2) neither place nor what the warning says besides its
/// kind is told.
fn warnings(
    source: &Source<'_>,
    records: &Table,
    places: &Table,
) -> Result<Vec<Found>, ReportFault> {
    let mut by_place: BTreeMap<(String, Place), Option<usize>> = BTreeMap::new();
    for row in 0..places.rows() {
        let of_one = |found: &mut Option<usize>| *found = None;
        let place = (text(places, "Fil", row), place(places, row));
        by_place.entry(place).and_modify(of_one).or_insert(Some(row));
    }
    found_in(&source.folder.join(WARNINGS), |[file, line, kind, note, nth]| {
        let row = (*by_place.get(&(file, written(&line, &nth)))?)?;
        let Raad { felt, raad } = fejl::raad(&kind);
        let one = of_record(records, row, "advarsel", felt);
        let note = if one.file.is_empty() { String::new() } else { note };
        Some(Found { rule: kind, note, what: raad.to_owned(), ..one })
    })
}

/// The file and place of each of the records, also of those that another has delivered.
fn places(view: &View, pivot: &Pivot, within: (&Limits, &Cancel)) -> Result<Table, QueryError> {
    if !view.sees_deliveries() {
        return Ok(Table::default());
    }
    let view = view.of_records().of_program();
    drill::all(&view, &pivot.filters, &told(&view, &COLUMNS[..3]), within)
}

/// What the load report says of the municipality's deliveries.
fn delivered(source: &Source<'_>, kommune: &str) -> Result<Vec<DeliveryLine>, ReportFault> {
    let Ok(written) = std::fs::read(source.folder.join(REPORT)) else { return Ok(Vec::new()) };
    let report: LoadReport = serde_json::from_slice(&written).map_err(|_| {
        ReportFault::Given(format!("versionens fil {REPORT} kan ikke læses; genopbyg versionen"))
    })?;
    Ok(report.deliveries.into_iter().filter(|line| line.kommune == kommune).collect())
}

/// A line for each delivery that was refused or held, where no later one of its system is used.
fn deliveries(own: &[DeliveryLine]) -> Vec<Found> {
    let place = |line: &DeliveryLine| (line.maaned.clone(), line.loebenummer);
    let later = |one: &DeliveryLine, than: &DeliveryLine| {
        one.system == than.system && place(one) > place(than)
    };
    let stands = |line: &&DeliveryLine| {
        !line.later && !own.iter().any(|one| one.is_used() && later(one, line))
    };
    let found = own.iter().filter(stands).filter_map(|line| {
        let (rule, note, what) = match (&line.refused, &line.held) {
            (Some(reason), _) => ("Afvist leverance", reason, fejl::AFVIST_LEVERANCE),
            (None, Some(reason)) => ("Tilbageholdt leverance", reason, fejl::HOLDT_LEVERANCE),
            (None, None) => return None,
        };
        Some(Found {
            file: line.file.clone(),
            kind: "leverance",
            rule: rule.to_owned(),
            system: line.system.clone(),
            note: note.clone(),
            what: what.to_owned(),
            ..Found::default()
        })
    });
    found.collect()
}

/// The systems of a municipality's deliveries that count or are held back, by file: the lines of the
/// latter are why they are.
struct Counting(BTreeMap<String, String>);

impl Counting {
    /// All of them where the manifest, of an earlier program, does not say which count.
    fn of(source: &Source<'_>, kommune: &str, own: &[DeliveryLine]) -> Counting {
        let standings = standings(source.manifest);
        let counts = |file: &str| {
            let own = standings.as_ref().map(|all| all.get(kommune));
            own.is_none_or(|own| {
                own.is_some_and(|own| own.deliveries.iter().any(|one| one.file == file))
            })
        };
        let counting = own.iter().filter(|line| line.held.is_some() || counts(&line.file));
        Counting(counting.map(|line| (line.file.clone(), line.system.clone())).collect())
    }
}

/// A line for each warning of a line that is no record, of the same deliveries. Of a record
/// it is told to whom the record belongs, not to who delivers.
fn warnings_of_files(source: &Source<'_>, counting: &Counting) -> Result<Vec<Found>, ReportFault> {
    found_in(&source.folder.join(WARNINGS), |[file, line, kind, note, nth]| {
        let system = counting.0.get(&file).filter(|_| fejl::er_uden_ydelse(&kind))?.clone();
        let Raad { felt, raad } = fejl::raad(&kind);
        Some(Found {
            place: written(&line, &nth),
            kind: "advarsel",
            rule: kind,
            what: raad.to_owned(),
            field: felt.to_owned(),
            file,
            system,
            note,
            ..Found::default()
        })
    })
}

/// A line for each rejected line of the deliveries that count or are held back.
fn rejects(source: &Source<'_>, counting: &Counting) -> Result<Vec<Found>, ReportFault> {
    found_in(&source.folder.join(REJECTS), |[file, line, field, note, _]| {
        let system = counting.0.get(&file)?.clone();
        Some(Found {
            place: written(&line, ""),
            kind: "afvist",
            rule: "Afvist linje".to_owned(),
            what: fejl::AFVIST.to_owned(),
            file,
            system,
            field,
            note,
            ..Found::default()
        })
    })
}

/// Whether the caller may know of a municipality: it itself may, and whoever sees everybody.
pub fn is_told(view: &View, kommune: &str) -> bool {
    let told = || {
        let shape = &view.cube().dimensions[view.cube().find_dimension("Handle kommune")?];
        let field = &shape.fields[shape.find_field("Kommunenummer")?];
        let members = field.with_key(kommune);
        let mut keys = members.flat_map(|member| field.keys_of_member.get(member as usize));
        Some(keys.all(|&key| view.is_told_of(key)))
    };
    told() == Some(true)
}

/// Fills in what stands in the fields, and the ids of rejected lines, where the files are kept.
fn as_delivered(source: &Source<'_>, found: &mut [Found]) {
    let mut wanted = leveret::Lines::new();
    for one in found.iter().filter(|one| one.place.line > 0) {
        wanted.entry(one.file.clone()).or_default().insert(one.place);
    }
    let fields = Fields::read(source.data, source.manifest, &wanted);
    for one in found {
        let field = |name: &str| fields.get(&one.file, one.place, name).map(str::to_owned);
        one.value = field(&one.field).unwrap_or_else(|| one.value.clone());
        if one.id.is_empty() && fejl::er_om_en_ydelse(&one.rule) {
            one.id = field("Ydelsesid").unwrap_or_default();
        }
    }
}

/// The municipality's own records, whatever their days.
fn records(view: &View, pivot: &Pivot, within: (&Limits, &Cancel)) -> Result<Table, QueryError> {
    let view = view.of_records();
    let asked = |columns: &[&str]| drill::all(&view, &pivot.filters, &told(&view, columns), within);
    let fewer = |error: QueryError, columns| match error.kind {
        ErrorKind::Unknown => asked(columns),
        _ => Err(error),
    };
    let shown = asked(&COLUMNS);
    let shown = shown.or_else(|error| fewer(error, &COLUMNS[..COLUMNS.len() - 1]));
    shown.or_else(|error| fewer(error, &COLUMNS[3..COLUMNS.len() - 1]))
}

/// The columns that a version tells.
fn told(view: &View, columns: &[&str]) -> Vec<String> {
    let group = view.cube().groups.first();
    let tells_post = group.is_some_and(|one| one.provenance.iter().any(|told| told.name == POST));
    let told = columns.iter().filter(|&&column| column != POST || tells_post);
    told.map(|&column| column.to_owned()).collect()
}

/// How many of the municipalities are behind.
fn behind(
    source: &Source<'_>,
    pivot: &Pivot,
    within: (&Limits, &Cancel),
) -> Result<u32, QueryError> {
    let (cube, filters) = (pivot.cube.clone(), pivot.filters.clone());
    let columns = vec!["Startdato".to_owned()];
    let asked = Drill { cube, filters, columns, max: 1, ..Drill::default() };
    Ok(drill(source.views, &asked, within)?.1.behind)
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
        place: place(records, row),
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

fn place(records: &Table, row: usize) -> Place {
    let number = |column: &str| match records.column(column) {
        Some(Values::Number(numbers)) => numbers[row].unwrap_or_default() as u32,
        _ => 0,
    };
    Place { line: number("Linje"), nth: number(POST) }
}

/// A place as it is written in a file of the version.
fn written(line: &str, nth: &str) -> Place {
    let [line, nth] = [line, nth].map(|number| number.parse().unwrap_or_default());
    Place { line, nth }
}

fn day(records: &Table, column: &str, row: usize) -> String {
    match records.column(column) {
        Some(Values::Day(days)) => days[row].map_or(String::new(), |day: Day| day.to_string()),
        _ => String::new(),
    }
}

/// What is found in the lines of a file with up to five columns, of which no more than one is held at a
/// time. A file, or a column, that is missing has none: versions of earlier programs lack it.
fn found_in(
    path: &Path,
    mut found: impl FnMut([String; 5]) -> Option<Found>,
) -> Result<Vec<Found>, ReportFault> {
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
        Ok([0, 1, 2, 3, 4].map(|column| record.get(column).unwrap_or_default().to_owned()))
    });
    rows.filter_map(|row| row.map(&mut found).transpose()).collect()
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
    let line = |found: &Found| Some(f64::from(found.place.line)).filter(|&line| line > 0.0);
    table.number("Linje", ORDINAL, 0, lines.iter().map(|(_, found)| line(found)));
    table.text("Felt", texts(&|found| &found.field));
    table.text("Værdi", texts(&|found| &found.value));
    if let Some(column) = table.columns.last_mut() {
        column.personal = true;
    }
    table.text("Bemærkning", texts(&|found| &found.note));
    if lines.iter().any(|(_, found)| !found.cpr.is_empty()) {
        table.text(PERSONNUMMER, texts(&|found| &found.cpr));
        if let Some(column) = table.columns.last_mut() {
            column.personal = true;
        }
    }
    table.text("Hvad skal der gøres", texts(&|found| &found.what));
    table
}
