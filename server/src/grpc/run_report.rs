//! Runs a named report: its pivot with the parameters filled in, answered in parts.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cube_schema::report::{Filled, PivotTexts, Report, TableReport};
use terning_engine::cube::Field;
use terning_engine::cube::dimension::same;
use terning_engine::query::{Answer, Cancel, ErrorKind, Pivot, QueryError, Table};
use terning_proto::v1;
use terning_proto::v1::run_report_response::Part;
use tokio::time::Instant;
use tonic::{Code, Status};

use super::call::{Asker, Call, Sight};
use super::query::ask;
use super::table::{self, About};
use super::{Api, Parts, convert, status};
use crate::rebuild::decisions;
use crate::reports::overview::overview;
use crate::reports::{Given, fejlliste, hand07};
use crate::versions::names;

/// A report of lines that is asked for.
struct Asked {
    kind: TableReport,
    filled: Filled,
    source: String,
    request: v1::RunReportRequest,
}

impl Api {
    pub(super) async fn answer_run_report(
        &self,
        call: Call<v1::RunReportRequest>,
    ) -> Result<Parts<v1::RunReportResponse>, Status> {
        let Call { caller, deadline, message: mut request } = call;
        let sight = self.sight(&caller, deadline, &request.version).await?;
        let report = self.reports.find(&request.name).map_err(|error| status::of_report(&error))?;
        sight.tell_asked(|question| question.of.clone_from(&report.name));
        name_members(&sight, report, &mut request)?;
        check_seen(&sight, report)?;
        let filled = self.fill(&sight, &request)?;
        if let Some(kind) = report.table {
            let asked = Asked { kind, filled, source: report.source.clone(), request };
            let parts = self.lines(sight, asked, deadline, &caller).await?;
            return Ok(stream(parts.into_iter().map(Part::Table)));
        }
        let field = report.overview_field(&given(&request)).map(str::to_owned);
        let (title, notes) = (filled.title, filled.notes);
        let question = question(filled.pivot, request);
        let job = move |cancel: &Cancel| {
            let answered = ask(&sight, &question, cancel)?;
            let overview = field.map_or_else(Vec::new, |field| enough(&sight, &answered, &field));
            let parts = convert::parts(&sight, &answered, false, cancel).map_err(status::of_query)?;
            Ok((v1::ReportHead { title, notes, overview }, parts))
        };
        let (head, answer) = self.work.run(&caller, deadline, job).await?;
        let answer = answer.into_iter().map(Part::Answer);
        Ok(stream(std::iter::once(Part::Report(head)).chain(answer)))
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
    ) -> Result<Vec<v1::TablePart>, Status> {
        let Asked { kind, filled, source, request } = asked;
        let former = match kind {
            TableReport::Fejlliste => self.former(&sight, caller, deadline).await?,
            TableReport::Hand07 => None,
        };
        let versions = Arc::clone(&self.versions);
        let choices = choices(&request);
        let given = Given {
            parameters: request.parameters.into_iter().collect(),
            files: request.files.into_iter().collect(),
        };
        let job = move |cancel: &Cancel| {
            let pivot = engine_pivot(filled.pivot);
            let within = (&sight.limits, cancel);
            let lines = match kind {
                TableReport::Hand07 => hand07::services(versions.data(), &sight.version.manifest)
                    .and_then(|services| {
                        hand07::run(&sight.views, &pivot, &given, &services, within)
                    }),
                TableReport::Fejlliste => {
                    let folder = |sight: &Sight| versions.folder(sight.version.name);
                    let folders = (folder(&sight), former.as_ref().map(folder));
                    let source = |sight, folder| source_of(sight, folder, versions.data());
                    let former = former.as_ref().zip(folders.1.as_deref());
                    let former = former.map(|(sight, folder)| source(sight, folder));
                    let now = source(&sight, &folders.0);
                    let kommune = given.parameters.get("kommune").map_or("", String::as_str);
                    fejlliste::run(&now, former.as_ref(), &pivot, kommune.trim(), within)
                }
            };
            let lines = lines.map_err(status::of_lines)?;
            tell(&sight, kind, &pivot, &lines.table);
            let mut notes = filled.notes;
            notes.extend(lines.notes);
            let about = About {
                title: filled.title,
                notes,
                cube: pivot.cube,
                behind: lines.behind,
                filters: choices,
                source,
                has_reporters: true,
            };
            table::parts(&sight.version, about, &lines.table, cancel)
        };
        self.work.run(caller, deadline, job).await
    }

    /// A report of cells with its parameters, for a version that the caller sees.
    pub(super) fn filled(
        &self,
        sight: &Sight,
        mut request: v1::RunReportRequest,
    ) -> Result<Filled, Status> {
        let report = self.reports.find(&request.name).map_err(|error| status::of_report(&error))?;
        if report.table.is_some() {
            let message = format!("rapporten '{}' er ikke en tabel af tal", report.name);
            let hint = "sammenlign en af de andre rapporter, eller en pivot med --cube";
            return Err(status::plain(Code::InvalidArgument, "NO_GRID", &message, hint));
        }
        name_members(sight, report, &mut request)?;
        check_seen(sight, report)?;
        self.fill(sight, &request)
    }

    /// The report with its parameters, for the timeline of its cube.
    fn fill(&self, sight: &Sight, request: &v1::RunReportRequest) -> Result<Filled, Status> {
        let report = self.reports.find(&request.name).map_err(|error| status::of_report(&error))?;
        let timeline = sight.find_cube(&report.pivot.cube)?.cube().timeline;
        report.fill(&given(request), timeline).map_err(|error| status::of_report(&error))
    }
}

/// Whether the same is answered at another time: the places were taken, the time was up, or it was ended.
fn is_of_now(code: Code) -> bool {
    use Code::{Cancelled, DeadlineExceeded, ResourceExhausted, Unavailable};
    matches!(code, Cancelled | DeadlineExceeded | ResourceExhausted | Unavailable)
}

/// The parameters by name.
fn given(request: &v1::RunReportRequest) -> BTreeMap<String, String> {
    request.parameters.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The rows that are enough for a look at an answer.
fn enough(sight: &Sight, answered: &Answer, field: &str) -> Vec<u32> {
    let cube = sight.views[answered.view].cube();
    let rows = answered.cells.axes.get(1);
    rows.map_or_else(Vec::new, |rows| overview(cube, rows, field, sight.caller.kommune()))
}

/// Puts keys in the place of the members that parameters name.
fn name_members(
    sight: &Sight,
    report: &Report,
    request: &mut v1::RunReportRequest,
) -> Result<(), Status> {
    let cube = sight.find_cube(&report.pivot.cube)?.cube();
    for parameter in &report.parameters {
        let named = parameter.member.as_ref().and_then(|member| member.split_once('.'));
        let field = named.and_then(|(dimension, field)| {
            let shape = &cube.dimensions[cube.find_dimension(dimension)?];
            Some(&shape.fields[shape.find_field(field)?])
        });
        let (Some(field), Some(value)) = (field, request.parameters.get_mut(&parameter.name))
        else {
            continue;
        };
        let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
        let keys = names.map(|name| key(field, name));
        *value = keys.collect::<Result<Vec<_>, _>>()?.join(",");
    }
    Ok(())
}

/// The key of a member that is named by it, or by its caption.
fn key<'a>(field: &'a Field, name: &str) -> Result<&'a str, Status> {
    let members = || (0..field.len()).map(|at| (field.keys.get(at), field.captions.get(at)));
    let found = members().find(|(key, caption)| *key == name || same(caption, name));
    found.map(|(key, _)| key).ok_or_else(|| {
        let start: String = name.chars().take(2).collect::<String>().to_lowercase();
        let near = members().map(|(_, caption)| caption.to_owned());
        let near = near.filter(|caption| caption.to_lowercase().starts_with(&start));
        let message = format!("{} '{name}' findes ikke", field.name.to_lowercase());
        status::unknown(message, near.collect())
    })
}

/// That nothing which a report shows is hidden from the caller.
fn check_seen(sight: &Sight, report: &Report) -> Result<(), Status> {
    let view = sight.find_cube(&report.pivot.cube)?;
    let dimensions = view.cube().dimensions.iter();
    let hidden = dimensions.filter(|one| view.find_dimension(&one.name).is_none());
    let PivotTexts { filters, columns, rows, .. } = &report.pivot;
    let texts = filters.iter().chain(columns).chain(rows);
    for dimension in hidden {
        let start = format!("{}.", dimension.name);
        if texts.clone().any(|text| text.starts_with(&start)) {
            let message = format!(
                "rapporten '{}' viser '{}', som dit adgangsbevis ikke giver adgang til",
                report.name, dimension.name
            );
            let hint = "brug et adgangsbevis for den kommune, som rapporten er om".to_owned();
            return Err(status::of_query(QueryError::new(ErrorKind::Invalid, message).hint(hint)));
        }
    }
    Ok(())
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

fn stream(parts: impl Iterator<Item = Part>) -> Parts<v1::RunReportResponse> {
    let parts = parts.map(|part| Ok(v1::RunReportResponse { part: Some(part) }));
    Box::pin(tokio_stream::iter(parts.collect::<Vec<_>>()))
}

/// What was chosen, as it is shown with the lines.
fn choices(request: &v1::RunReportRequest) -> Vec<String> {
    let given = request.parameters.iter().map(|(name, value)| format!("{name}={value}"));
    let mut choices: Vec<String> = given.collect();
    choices.sort_unstable();
    choices
}

pub(super) fn engine_pivot(pivot: PivotTexts) -> Pivot {
    Pivot {
        cube: pivot.cube,
        filters: pivot.filters,
        columns: pivot.columns,
        rows: pivot.rows,
        measures: pivot.measures,
        totals: pivot.totals,
        empty: false,
    }
}

fn question(pivot: PivotTexts, request: v1::RunReportRequest) -> v1::Question {
    let pivot = v1::Pivot {
        cube: pivot.cube,
        filters: pivot.filters,
        columns: pivot.columns,
        rows: pivot.rows,
        measures: pivot.measures,
        totals: pivot.totals,
        empty: false,
    };
    v1::Question {
        asked: Some(v1::question::Asked::Pivot(pivot)),
        version: request.version,
        purpose: request.purpose,
        formatted: false,
        ..v1::Question::default()
    }
}
