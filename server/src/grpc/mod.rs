//! The service `terning.v1` over the engine: one file per call. Protobuf types end here.

mod arriving;
mod by_size;
mod call;
pub mod calls;
mod cancel_query;
mod convert;
mod describe_cube;
mod diff;
mod drill_through;
mod entrance;
mod explain;
mod filled;
mod list_cubes;
mod list_functions;
mod list_members;
mod list_queries;
mod list_reports;
mod list_versions;
mod logged;
mod package;
mod query;
mod query_stream;
pub mod request;
mod run_report;
mod run_statement;
mod said;
mod seen;
mod sending;
mod status;
mod table;
mod translate_pivot;
mod work;

use std::pin::Pin;
use std::sync::Arc;

use cube_schema::report::Reports;
use terning_engine::query::Cancel;
use terning_proto::v1;
use terning_proto::v1::query_service_server::QueryService;
use tokio::time::Instant;
use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use crate::access::Caller;
use crate::audit::Log;
use crate::versions::{Cache, Version, Versions};
pub use by_size::{BySize, HEALTH};
pub use entrance::Entrance;
pub use work::Work;

/// A stream of answers.
type Parts<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The query service.
#[derive(Clone)]
pub struct Api {
    versions: Arc<Versions>,
    reports: Arc<Reports>,
    work: Work,
    /// The answers that were given.
    cache: Arc<Cache>,
    /// What was asked and shown.
    log: Log,
}

impl Api {
    /// The service over the versions of a data folder, for whom the entrance lets in, who are logged.
    #[must_use]
    pub fn new(
        versions: Arc<Versions>,
        reports: Reports,
        log: Log,
        work: Work,
        cache: Arc<Cache>,
    ) -> Api {
        Api { versions, reports: Arc::new(reports), work, cache, log }
    }

    /// A version by name. One that is not open is opened as a question is answered: at the caller's
    /// turn.
    async fn version(
        &self,
        caller: &Caller,
        deadline: Instant,
        name: &str,
    ) -> Result<Arc<Version>, Status> {
        if name.is_empty() {
            return self.versions.get(name).map_err(|error| status::of_version(&error));
        }
        if let Some(opened) = self.versions.opened(name) {
            return Ok(opened);
        }
        let (versions, name) = (Arc::clone(&self.versions), name.to_owned());
        let job = move |_: &Cancel| versions.get(&name).map_err(|error| status::of_version(&error));
        self.work.run(caller, deadline, job).await
    }
}

/// The parts of a table as answers.
fn table_answers(parts: Vec<v1::TablePart>) -> Vec<v1::TableResponse> {
    parts.into_iter().map(|part| v1::TableResponse { part: Some(part) }).collect()
}

#[tonic::async_trait]
impl QueryService for Api {
    async fn list_cubes(
        &self,
        request: Request<v1::ListCubesRequest>,
    ) -> Result<Response<v1::ListCubesResponse>, Status> {
        self.answer_list_cubes(self.admit(request)?).await.map(Response::new)
    }

    async fn describe_cube(
        &self,
        request: Request<v1::DescribeCubeRequest>,
    ) -> Result<Response<v1::DescribeCubeResponse>, Status> {
        self.answer_describe_cube(self.admit(request)?).await.map(Response::new)
    }

    async fn list_members(
        &self,
        request: Request<v1::ListMembersRequest>,
    ) -> Result<Response<v1::ListMembersResponse>, Status> {
        self.logged("ListMembers", request, async |call| self.answer_list_members(call).await).await
    }

    async fn list_functions(
        &self,
        request: Request<v1::ListFunctionsRequest>,
    ) -> Result<Response<v1::ListFunctionsResponse>, Status> {
        Self::answer_list_functions(&self.admit(request)?).map(Response::new)
    }

    async fn query(
        &self,
        request: Request<v1::QueryRequest>,
    ) -> Result<Response<v1::QueryResponse>, Status> {
        self.logged("Query", request, async |call| self.answer_query(call).await).await
    }

    type QueryStreamStream = Parts<v1::QueryStreamResponse>;

    async fn query_stream(
        &self,
        request: Request<v1::QueryStreamRequest>,
    ) -> Result<Response<Self::QueryStreamStream>, Status> {
        self.logged_parts("QueryStream", request, async |call| self.answer_query_stream(call).await)
            .await
    }

    type RunStatementStream = Parts<v1::RunStatementResponse>;

    async fn run_statement(
        &self,
        request: Request<v1::RunStatementRequest>,
    ) -> Result<Response<Self::RunStatementStream>, Status> {
        self.logged_parts("RunStatement", request, async |call| {
            self.answer_run_statement(call).await
        })
        .await
    }

    async fn translate_pivot(
        &self,
        request: Request<v1::TranslatePivotRequest>,
    ) -> Result<Response<v1::TranslatePivotResponse>, Status> {
        self.logged("TranslatePivot", request, async |call| self.answer_translate_pivot(call).await)
            .await
    }

    async fn list_reports(
        &self,
        request: Request<v1::ListReportsRequest>,
    ) -> Result<Response<v1::ListReportsResponse>, Status> {
        self.answer_list_reports(self.admit(request)?).await.map(Response::new)
    }

    type RunReportStream = Parts<v1::RunReportResponse>;

    async fn run_report(
        &self,
        request: Request<v1::RunReportRequest>,
    ) -> Result<Response<Self::RunReportStream>, Status> {
        self.logged_parts("RunReport", request, async |call| self.answer_run_report(call).await)
            .await
    }

    type DrillThroughStream = Parts<v1::TableResponse>;

    async fn drill_through(
        &self,
        request: Request<v1::DrillThroughRequest>,
    ) -> Result<Response<Self::DrillThroughStream>, Status> {
        self.logged_parts("DrillThrough", request, async |call| {
            self.answer_drill_through(call).await
        })
        .await
    }

    type ExplainStream = Parts<v1::TableResponse>;

    async fn explain(
        &self,
        request: Request<v1::ExplainRequest>,
    ) -> Result<Response<Self::ExplainStream>, Status> {
        self.logged_parts("Explain", request, async |call| self.answer_explain(call).await).await
    }

    type DiffStream = Parts<v1::TableResponse>;

    async fn diff(
        &self,
        request: Request<v1::DiffRequest>,
    ) -> Result<Response<Self::DiffStream>, Status> {
        self.logged_parts("Diff", request, async |call| self.answer_diff(call).await).await
    }

    type PackageStream = Parts<v1::PackageResponse>;

    async fn package(
        &self,
        request: Request<v1::PackageRequest>,
    ) -> Result<Response<Self::PackageStream>, Status> {
        self.logged_parts("Package", request, async |call| self.answer_package(call).await).await
    }

    async fn list_queries(
        &self,
        request: Request<v1::ListQueriesRequest>,
    ) -> Result<Response<v1::ListQueriesResponse>, Status> {
        Ok(Response::new(self.answer_list_queries(&self.admit(request)?)))
    }

    async fn cancel_query(
        &self,
        request: Request<v1::CancelQueryRequest>,
    ) -> Result<Response<v1::CancelQueryResponse>, Status> {
        self.answer_cancel_query(&self.admit(request)?).map(Response::new)
    }

    async fn list_versions(
        &self,
        request: Request<v1::ListVersionsRequest>,
    ) -> Result<Response<v1::ListVersionsResponse>, Status> {
        self.answer_list_versions(self.admit(request)?).await.map(Response::new)
    }
}
