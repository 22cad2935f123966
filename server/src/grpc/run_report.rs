//! Runs a named report: its pivot with the parameters filled in, answered in parts.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cube_schema::report::{Filled, PivotTexts, TableReport};
use terning_engine::query::{Answer, Cancel, Limits, Pivot, Table};
use terning_proto::v1;
use terning_proto::v1::run_report_response::Part;
use tokio::time::Instant;
use tonic::{Code, Status};

use super::call::{Asker, Call, Sight};
use super::filled::given;
use super::query::ask;
use super::table::{self, About};
use super::work::Outgoing;
use super::{Api, Parts, convert, query, status};
use crate::rebuild::decisions;
use crate::reports::overview::overview;
use crate::reports::{Given, Lines, ReportFault, fejlliste, hand07};
use crate::versions::{Versions, names};

/// A report of lines that is asked for.
struct Asked {
    kind: TableReport,
    filled: Filled,
    source: String,
    given: Given,
}

impl Api {
    pub(super) async fn answer_run_report(
        &self,
        call: Call<v1::RunReportRequest>,
    ) -> Result<Parts<v1::RunReportResponse>, Status> {
        let Call { caller, deadline, message: mut request } = call;
        let sight = self.sight(&caller, deadline, &request.version).await?;
        let (report, filled) = self.named(&sight, &mut request)?;
        if let Some(kind) = report.table {
            let given = Given {
                parameters: request.parameters.into_iter().collect(),
                files: request.files.into_iter().collect(),
            };
            let asked = Asked { kind, filled, source: report.source.clone(), given };
            return Ok(Box::pin(self.lines(sight, asked, deadline, &caller).await?));
        }
        let field = report.overview_field(&given(&request)).map(str::to_owned);
        let (title, mut notes) = (filled.title, filled.notes);
        notes.extend(not_yours(&sight, &filled.pivot.cube, &given(&request)));
        let question = question(filled.pivot, request);
        let job = move |cancel: &Cancel| {
            let answered = ask(&sight, &question, cancel)?;
            let parts = convert::parts(&sight, &answered, false, cancel);
            let parts = parts.map_err(status::of_query)?;
            let overview = field.map_or_else(Vec::new, |field| enough(&sight, &answered, &field));
            let head = v1::ReportHead { title, notes, overview };
            let head = std::iter::once(Part::Report(head));
            Ok(answers(head.chain(parts.into_iter().map(Part::Answer))))
        };
        Ok(Box::pin(self.work.parts(&caller, deadline, job).await?))
    }

    /// The version before one that the caller sees, as the caller sees it: the one that it was held
    /// against when it was made; of a version of an earlier program the one before it by name. None
    /// where there is none that can be read; that it is not opened in time is a refusal.
    async fn former(
        &self,
        sight: &Sight,
        caller: &Asker,
        deadline: Instant,
    ) -> Result<Option<Sight>, Status> {
        let mut names = names(self.versions.data()).unwrap_or_default().into_iter();
        let before = match decisions(&sight.version.manifest) {
            Some(decided) => names.find(|name| name.to_string() == decided.former),
            None => names.find(|name| *name < sight.version.name),
        };
        let Some(before) = before else { return Ok(None) };
        match self.sight(caller, deadline, &before.to_string()).await {
            Ok(sight) => Ok(Some(sight)),
            Err(refused) if is_of_now(refused.code()) => Err(refused),
            Err(_) => Ok(None),
        }
    }

    /// A report of lines.
    async fn lines(
        &self,
        sight: Sight,
        asked: Asked,
        deadline: Instant,
        caller: &Asker,
    ) -> Result<Outgoing<v1::RunReportResponse>, Status> {
        let former = match asked.kind {
            TableReport::Fejlliste => self.former(&sight, caller, deadline).await?,
            TableReport::Hand07 => None,
        };
        let versions = Arc::clone(&self.versions);
        let job = move |cancel: &Cancel| {
            let Asked { kind, filled, source, given } = asked;
            let (pivot, filters) = (engine_pivot(filled.pivot), choices(&given));
            let within = (&sight.limits, cancel);
            let lines = match kind {
                TableReport::Hand07 => of_hand07(&sight, &versions, &pivot, &given, within),
                TableReport::Fejlliste => {
                    let sides = (&sight, former.as_ref());
                    of_fejlliste(sides, &versions, &pivot, &given, within)
                }
            };
            let Lines { table, notes: more, behind } = lines.map_err(status::of_lines)?;
            tell(&sight, kind, &pivot, &table);
            let notes = [filled.notes, more].concat();
            let (title, cube) = (filled.title, pivot.cube);
            let about = About { title, notes, cube, behind, filters, source, has_reporters: true };
            let parts = table::parts(&sight, about, &table, cancel)?;
            Ok(answers(parts.into_iter().map(Part::Table)))
        };
        self.work.parts(caller, deadline, job).await
    }
}

fn of_hand07(
    sight: &Sight,
    versions: &Versions,
    pivot: &Pivot,
    given: &Given,
    within: (&Limits, &Cancel),
) -> Result<Lines, ReportFault> {
    let services = hand07::services(versions.data(), &sight.version.manifest)?;
    hand07::run(&sight.views, pivot, given, &services, within)
}

fn of_fejlliste(
    (sight, former): (&Sight, Option<&Sight>),
    versions: &Versions,
    pivot: &Pivot,
    given: &Given,
    within: (&Limits, &Cancel),
) -> Result<Lines, ReportFault> {
    let folder = |sight: &Sight| versions.folder(sight.version.name);
    let folders = (folder(sight), former.map(folder));
    let former = former.zip(folders.1.as_deref());
    let former = former.map(|(sight, folder)| source_of(sight, folder, versions.data()));
    let now = source_of(sight, &folders.0, versions.data());
    let kommune = given.parameters.get("kommune").map_or("", String::as_str);
    fejlliste::run(&now, former.as_ref(), pivot, kommune.trim(), within)
}

/// What is said of figures of a municipality whose rows the caller may not see: that they are none for
/// the caller is not to be taken for none at all.
fn not_yours(sight: &Sight, cube: &str, given: &BTreeMap<String, String>) -> Option<String> {
    let view = sight.find_cube(cube).ok().filter(|view| view.is_restricted())?;
    let kommune =
        given.get("kommune").filter(|kommune| !fejlliste::is_told(view, kommune.trim()))?;
    Some(format!(
        "Tallene for kommune {} kan ikke ses med dit adgangsbevis: i kuben '{cube}' ser en kommune kun sine \
         egne. Rapporten er derfor tom, hvad enten kommunen har mærker eller ej.",
        kommune.trim()
    ))
}

/// The rows that are enough for a look at an answer.
fn enough(sight: &Sight, answered: &Answer, field: &str) -> Vec<u32> {
    let cube = sight.views[answered.view].cube();
    let rows = answered.cells.axes.get(1);
    rows.map_or_else(Vec::new, |rows| overview(cube, rows, field, sight.caller.kommune()))
}

/// Whether the same is answered at another time: the places were taken, the time was up, or it was ended.
fn is_of_now(code: Code) -> bool {
    use Code::{Cancelled, DeadlineExceeded, ResourceExhausted, Unavailable};
    matches!(code, Cancelled | DeadlineExceeded | ResourceExhausted | Unavailable)
}

/// Tells the access log what a report of lines is about, and whom it shows.
fn tell(sight: &Sight, kind: TableReport, pivot: &Pivot, table: &Table) {
    if let Ok(view) = sight.find_cube(&pivot.cube) {
        sight.tell_filters(view, &pivot.filters, "");
    }
    let is_personal = kind == TableReport::Fejlliste;
    sight.visit.note(|entry| entry.personal = is_personal);
    sight.tell_table(table, |column| column.name == fejlliste::PERSONNUMMER);
}

/// A version that the error list is made from.
fn source_of<'a>(sight: &'a Sight, folder: &'a Path, data: &'a Path) -> fejlliste::Source<'a> {
    let manifest = &sight.version.manifest;
    fejlliste::Source { views: &sight.views, folder, data, manifest }
}

fn answers(parts: impl Iterator<Item = Part>) -> Vec<v1::RunReportResponse> {
    parts.map(|part| v1::RunReportResponse { part: Some(part) }).collect()
}

/// What was chosen, as it is shown with the lines.
fn choices(given: &Given) -> Vec<String> {
    let chosen = given.parameters.iter().map(|(name, value)| format!("{name}={value}"));
    let mut choices: Vec<String> = chosen.collect();
    choices.sort_unstable();
    choices
}

/// A pivot of a report in the engine's words.
pub(super) fn engine_pivot(pivot: PivotTexts) -> Pivot {
    query::pivot(&asked_pivot(pivot))
}

fn asked_pivot(pivot: PivotTexts) -> v1::Pivot {
    let PivotTexts { cube, filters, columns, rows, measures, totals } = pivot;
    v1::Pivot { cube, filters, columns, rows, measures, totals, empty: false }
}

fn question(pivot: PivotTexts, request: v1::RunReportRequest) -> v1::Question {
    v1::Question {
        asked: Some(v1::question::Asked::Pivot(asked_pivot(pivot))),
        version: request.version,
        purpose: request.purpose,
        formatted: false,
        ..v1::Question::default()
    }
}
