//! Runs a named report: its pivot with the parameters filled in, answered in parts.

use std::collections::BTreeMap;

use cube_schema::report::{Filled, PivotTexts};
use terning_engine::query::Cancel;
use terning_proto::v1;
use terning_proto::v1::run_report_response::Part;
use tonic::Status;

use super::call::{Call, Sight};
use super::query::ask;
use super::{Api, Parts, convert, status};

impl Api {
    pub(super) async fn answer_run_report(
        &self,
        call: Call<v1::RunReportRequest>,
    ) -> Result<Parts<v1::RunReportResponse>, Status> {
        let Call { caller, deadline, message: request } = call;
        let sight = self.sight(&caller, &request.version).await?;
        let filled = self.fill(&sight, &request)?;
        let head = v1::ReportHead { title: filled.title, notes: filled.notes };
        let question = question(filled.pivot, request);
        let job = move |cancel: &Cancel| {
            let answered = ask(&sight, &question, cancel)?;
            Ok(convert::parts(convert::cell_set(&sight, &answered)))
        };
        let answer = self.work.run(deadline, job).await?.into_iter().map(Part::Answer);
        let parts = std::iter::once(Part::Report(head)).chain(answer);
        let parts = parts.map(|part| Ok(v1::RunReportResponse { part: Some(part) }));
        Ok(Box::pin(tokio_stream::iter(parts.collect::<Vec<_>>())))
    }

    /// The report with its parameters, for the timeline of its cube.
    fn fill(&self, sight: &Sight, request: &v1::RunReportRequest) -> Result<Filled, Status> {
        let report = self.reports.find(&request.name).map_err(|error| status::of_report(&error))?;
        let timeline = sight.find_cube(&report.pivot.cube)?.cube().timeline;
        let given: BTreeMap<String, String> =
            request.parameters.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        report.fill(&given, timeline).map_err(|error| status::of_report(&error))
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
    }
}
