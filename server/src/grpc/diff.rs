//! Tells why the figures of a report have changed from one version to another.

use std::collections::HashMap;

use terning_engine::query::diff::{Cause, Compared, Differing, Identity, Side, diff, records};
use terning_engine::query::{Cancel, Limits, Pivot, Table};
use terning_proto::v1;
use tonic::{Code, Status};

use super::call::{Call, Sight};
use super::query::pivot;
use super::run_report::engine_pivot;
use super::seen::is_personal;
use super::table::{self, About};
use super::{Api, Parts, status};
use crate::reports::sammenlign::IDENTITY;

/// The report that is compared where nothing is named.
const REPORT: &str = "benchmark";

/// What is compared, and what it is called.
struct Asked {
    title: String,
    pivot: Pivot,
    choices: Vec<String>,
}

impl Api {
    pub(super) async fn answer_diff(
        &self,
        call: Call<v1::DiffRequest>,
    ) -> Result<Parts<v1::TableResponse>, Status> {
        let Call { caller, deadline, message: request } = call;
        if request.before.is_empty() || request.after.is_empty() {
            let message = "der skal nævnes to versioner";
            let hint = "se dem med terning versions";
            return Err(status::plain(Code::InvalidArgument, "NO_VERSION", message, hint));
        }
        let before = self.sight(&caller, deadline, &request.before).await?;
        let after = self.sight(&caller, deadline, &request.after).await?;
        let asked = self.compared(&after, &request)?;
        let job = move |cancel: &Cancel| {
            let names = (before.version.name.to_string(), after.version.name.to_string());
            let sides = (
                Side { name: &names.0, views: &before.views },
                Side { name: &names.1, views: &after.views },
            );
            let within = (&after.limits, cancel);
            let (table, about) = if request.records {
                of_records(sides, &asked, &IDENTITY, within)?
            } else {
                of_cells(sides, &asked, &IDENTITY, within)?
            };
            tell(&after, &names, &asked, &table, request.records);
            let mut about = about;
            about.notes.insert(0, as_of(&before, &after));
            Ok(super::table_answers(table::parts(&after, about, &table, cancel)?))
        };
        Ok(Box::pin(self.work.parts(&caller, deadline, job).await?))
    }

    /// The pivot of a request: its own, or that of a report with its parameters, as the newer version
    /// fills them in.
    fn compared(&self, sight: &Sight, request: &v1::DiffRequest) -> Result<Asked, Status> {
        if let Some(own) = &request.pivot {
            let title = format!("Ændringer i {}", own.cube);
            return Ok(Asked { title, pivot: pivot(own), choices: own.filters.clone() });
        }
        let name = if request.report.is_empty() { REPORT } else { &request.report };
        let parameters: HashMap<String, String> = request.parameters.clone();
        let asked = v1::RunReportRequest {
            name: name.to_owned(),
            parameters,
            ..v1::RunReportRequest::default()
        };
        let filled = self.filled(sight, asked)?;
        let choices = request.parameters.iter().map(|(name, value)| format!("{name}={value}"));
        let mut choices: Vec<String> = choices.collect();
        choices.sort_unstable();
        let title = format!("Ændringer i {}", filled.title);
        Ok(Asked { title, pivot: engine_pivot(filled.pivot), choices })
    }
}

/// Tells the access log what is compared, and whom the table names, in whichever column.
fn tell(sight: &Sight, names: &(String, String), asked: &Asked, table: &Table, records: bool) {
    let Pivot { cube, filters, columns, rows, .. } = &asked.pivot;
    if let Ok(view) = sight.find_cube(cube) {
        let all = [&filters[..], columns, rows].concat();
        sight.tell_filters(view, &all, "");
        let personal = records || is_personal(view);
        sight.visit.note(|entry| entry.personal = personal);
    }
    sight.tell_asked(|question| question.of = format!("{} → {}", names.0, names.1));
    // Members of a personal field are persons however they are written.
    sight.tell_table(table, |_| true);
    sight.tell_texts(table);
}

/// Up to which day each version is.
fn as_of(before: &Sight, after: &Sight) -> String {
    let of = |sight: &Sight| {
        format!("{} er til og med {}", sight.version.name, sight.version.manifest.as_of)
    };
    format!("Version {}, {}.", of(before), of(after))
}

fn of_cells(
    (before, after): (Side<'_>, Side<'_>),
    asked: &Asked,
    identity: &Identity<'_>,
    within: (&Limits, &Cancel),
) -> Result<(Table, About), Status> {
    let found = diff(before, after, &asked.pivot, identity, within).map_err(status::of_query)?;
    let mut notes = vec![summary(&found)];
    notes.push(
        "Hver årsag er cellen talt igen uden og med de ydelser, den handler om; årsagerne giver tilsammen \
         ændringen. En ydelse kendes på handlekommune, system og Ydelsesid."
            .to_owned(),
    );
    if found.own {
        notes.push(
            "Årsagerne er efter kommunens egne indberetninger alene; resten er i den sidste kolonne."
                .to_owned(),
        );
    }
    let table = found.table(before.name, after.name);
    Ok((table, about(asked, notes, found.behind)))
}

fn summary(found: &Compared) -> String {
    let (changed, unchanged) = (found.cells.len(), found.unchanged);
    let causes = Cause::ALL.into_iter().enumerate();
    let told = causes.filter(|(at, _)| found.cells.iter().any(|cell| cell.causes[*at] != 0.0));
    let told: Vec<&str> = told.map(|(_, cause)| cause.caption()).collect();
    let cells = if changed == 1 { "celle er ændret" } else { "celler er ændret" };
    let causes = if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) };
    format!("{changed} {cells}, {unchanged} er uændret{causes}.")
}

fn of_records(
    (before, after): (Side<'_>, Side<'_>),
    asked: &Asked,
    identity: &Identity<'_>,
    within: (&Limits, &Cancel),
) -> Result<(Table, About), Status> {
    let found = records(before, after, &asked.pivot, identity, within).map_err(status::of_query)?;
    let Differing { table, left_out } = found;
    let mut notes = vec![
        "Ydelser i rapportens celler, som ikke er de samme i de to versioner. Ydelser, som kun tiden er gået \
         for, er ikke med."
            .to_owned(),
    ];
    if left_out > 0 {
        notes.push(format!(
            "Cellerne har for mange ydelser: {left_out} er ikke sammenlignet, så listen er ikke hel. Spørg \
             om færre celler ad gangen."
        ));
    }
    Ok((table, about(asked, notes, 0)))
}

fn about(asked: &Asked, notes: Vec<String>, behind: u32) -> About {
    About {
        title: asked.title.clone(),
        notes,
        cube: asked.pivot.cube.clone(),
        behind,
        filters: asked.choices.clone(),
        source: String::new(),
        has_reporters: behind > 0,
    }
}
