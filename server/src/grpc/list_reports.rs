//! Lists the named reports whose cube the version has.

use cube_schema::report::{Parameter, Report};
use terning_proto::v1;
use tonic::Status;

use super::Api;
use super::call::Call;

impl Api {
    pub(super) async fn answer_list_reports(
        &self,
        call: Call<v1::ListReportsRequest>,
    ) -> Result<v1::ListReportsResponse, Status> {
        let sight = self.sight(&call.caller, call.deadline, &call.message.version).await?;
        let has_cube =
            |report: &&Report| sight.views.iter().any(|view| view.cube().name == report.pivot.cube);
        let reports = self.reports.reports.iter().filter(has_cube).map(report_info).collect();
        Ok(v1::ListReportsResponse { reports })
    }
}

fn report_info(report: &Report) -> v1::ReportInfo {
    v1::ReportInfo {
        name: report.name.clone(),
        title: report.title.clone(),
        description: report.description.clone(),
        parameters: report.parameters.iter().map(parameter_info).collect(),
        has_overview: report.overview.is_some(),
    }
}

fn parameter_info(parameter: &Parameter) -> v1::ParameterInfo {
    v1::ParameterInfo {
        name: parameter.name.clone(),
        description: parameter.description.clone(),
        required: parameter.default.is_none(),
    }
}
