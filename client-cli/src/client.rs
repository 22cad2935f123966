//! The connection to the service.

use std::collections::HashMap;
use std::time::Duration;

use terning_proto::v1::query_service_client::QueryServiceClient;
use terning_proto::v1::{self, Part, Pivot, Question, question::Asked};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Streaming};

use crate::answer::{Answer, Assembly};
use crate::args::{Common, Format};
use crate::error::Error;
use crate::secure;
use crate::table::{Table, TableAssembly};

/// How long an answer is waited for: longer than a server takes that has no other limit set, so that it
/// tells itself that time is up.
const PATIENCE: Duration = Duration::from_secs(35);
/// How long a data package is waited for.
const PACKAGE_PATIENCE: Duration = Duration::from_secs(4 * 3600);
/// How long a connection is waited for.
const CONNECT: Duration = Duration::from_secs(5);

/// A connection, and what goes with every call.
#[derive(Clone)]
pub struct Client {
    service: QueryServiceClient<Channel>,
    token: Option<MetadataValue<Ascii>>,
    version: String,
    purpose: String,
    /// Whether cells are wanted as the texts that they are shown as.
    formatted: bool,
    /// The values of parameters.
    parameters: HashMap<String, v1::ParameterValue>,
}

/// A report with its answer.
pub enum ReportAnswer {
    /// Cells.
    Cells {
        /// The title.
        title: String,
        /// What the figures are.
        notes: Vec<String>,
        /// The rows that are enough for a look; empty: all.
        overview: Vec<u32>,
        /// The figures.
        answer: Answer,
    },
    /// Lines.
    Table(Table),
}

/// What a statement is answered with.
pub enum Outcome {
    /// Cells.
    Cells(Answer),
    /// Records, or what was done.
    Table(Table),
}

/// Says why data are looked at, with every call.
const PURPOSE: &str = "terning-purpose-bin";

impl Client {
    /// Connects to the server of a command line.
    ///
    /// # Errors
    /// The address is none, or nobody answers there.
    pub async fn connect(common: &Common) -> Result<Client, Error> {
        let endpoint = endpoint(common)?;
        let server = &common.server;
        let channel = endpoint.connect().await.map_err(|error| {
            Error::new(format!(
                "der er ingen forbindelse til {server}{}; start serveren med terning-server serve, \
                 eller giv dens adresse med --server",
                secure::why(&error)
            ))
        })?;
        let token = common.token.as_deref().map(bearer).transpose()?;
        Ok(Client {
            service: QueryServiceClient::new(channel),
            token,
            version: common.version.clone(),
            purpose: common.purpose.clone(),
            formatted: matches!(common.format(), Format::Table | Format::Json),
            parameters: HashMap::new(),
        })
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(PATIENCE);
        if let Some(token) = &self.token {
            request.metadata_mut().insert("authorization", token.clone());
        }
        if !self.purpose.is_empty() {
            let purpose = MetadataValue::from_bytes(self.purpose.as_bytes());
            request.metadata_mut().insert_bin(PURPOSE, purpose);
        }
        request
    }

    /// The cubes.
    ///
    /// # Errors
    /// The service refused.
    pub async fn cubes(&mut self) -> Result<v1::ListCubesResponse, Error> {
        let request = self.request(v1::ListCubesRequest { version: self.version.clone() });
        Ok(self.service.list_cubes(request).await?.into_inner())
    }

    /// One cube.
    ///
    /// # Errors
    /// The service refused.
    pub async fn describe(&mut self, cube: String) -> Result<v1::DescribeCubeResponse, Error> {
        let message = v1::DescribeCubeRequest { cube, version: self.version.clone() };
        let request = self.request(message);
        Ok(self.service.describe_cube(request).await?.into_inner())
    }

    /// The first members of a field that begin with a text.
    ///
    /// # Errors
    /// The service refused.
    pub async fn members(
        &mut self,
        asked: v1::ListMembersRequest,
    ) -> Result<Vec<v1::Member>, Error> {
        let version = self.version.clone();
        let request = self.request(v1::ListMembersRequest { version, ..asked });
        Ok(self.service.list_members(request).await?.into_inner().members)
    }

    /// The functions of MDX, or those of a name.
    ///
    /// # Errors
    /// The service refused.
    pub async fn functions(&mut self, name: String) -> Result<Vec<v1::FunctionInfo>, Error> {
        let request = self.request(v1::ListFunctionsRequest { name });
        Ok(self.service.list_functions(request).await?.into_inner().functions)
    }

    /// A data package, as parts of its files.
    ///
    /// # Errors
    /// The service refused.
    pub async fn package(
        &mut self,
        kind: String,
        kommune: String,
    ) -> Result<Streaming<v1::PackageResponse>, Error> {
        let (version, purpose) = (self.version.clone(), self.purpose.clone());
        let mut request = self.request(v1::PackageRequest { kind, kommune, version, purpose });
        request.set_timeout(PACKAGE_PATIENCE);
        Ok(self.service.package(request).await?.into_inner())
    }

    /// The versions, newest first.
    ///
    /// # Errors
    /// The service refused.
    pub async fn versions(&mut self) -> Result<Vec<v1::VersionInfo>, Error> {
        let request = self.request(v1::ListVersionsRequest {});
        Ok(self.service.list_versions(request).await?.into_inner().versions)
    }

    /// The queries that wait or run, as far as the caller may see them.
    ///
    /// # Errors
    /// The service refused.
    pub async fn queries(&mut self) -> Result<Vec<v1::QueryInfo>, Error> {
        let request = self.request(v1::ListQueriesRequest {});
        Ok(self.service.list_queries(request).await?.into_inner().queries)
    }

    /// Ends a query that waits or runs.
    ///
    /// # Errors
    /// The service refused: there is none of the id.
    pub async fn cancel(&mut self, id: String) -> Result<(), Error> {
        let request = self.request(v1::CancelQueryRequest { id });
        self.service.cancel_query(request).await?;
        Ok(())
    }

    /// The reports.
    ///
    /// # Errors
    /// The service refused.
    pub async fn reports(&mut self) -> Result<Vec<v1::ReportInfo>, Error> {
        let request = self.request(v1::ListReportsRequest { version: self.version.clone() });
        Ok(self.service.list_reports(request).await?.into_inner().reports)
    }

    /// A pivot as MDX.
    ///
    /// # Errors
    /// The service refused.
    pub async fn translate(&mut self, pivot: Pivot) -> Result<String, Error> {
        let message =
            v1::TranslatePivotRequest { pivot: Some(pivot), version: self.version.clone() };
        let request = self.request(message);
        Ok(self.service.translate_pivot(request).await?.into_inner().mdx)
    }

    /// Answers a question, however large the answer.
    ///
    /// # Errors
    /// The service refused, or the connection broke.
    pub async fn ask(&mut self, asked: Asked) -> Result<Answer, Error> {
        let question = Some(self.question(asked));
        let request = self.request(v1::QueryStreamRequest { question });
        let mut parts = self.service.query_stream(request).await?.into_inner();
        let mut assembly = Assembly::default();
        while let Some(message) = parts.message().await? {
            assembly.add(message.part.unwrap_or_default());
        }
        assembly.finish()
    }

    fn question(&self, asked: Asked) -> Question {
        Question {
            asked: Some(asked),
            version: self.version.clone(),
            purpose: self.purpose.clone(),
            formatted: self.formatted,
            parameters: self.parameters.clone(),
        }
    }

    /// Asks with the values of parameters from now on.
    pub fn with(&mut self, parameters: HashMap<String, v1::ParameterValue>) -> &mut Client {
        self.parameters = parameters;
        self
    }

    /// Runs a statement, or tells what is done with it.
    ///
    /// # Errors
    /// The service refused, or the connection broke.
    pub async fn run(&mut self, asked: Asked, explain: bool) -> Result<Outcome, Error> {
        let question = Some(self.question(asked));
        let request = self.request(v1::RunStatementRequest { question, explain });
        collect_outcome(self.service.run_statement(request).await?.into_inner()).await
    }

    /// The records of a cell.
    ///
    /// # Errors
    /// The service refused, or the connection broke.
    pub async fn drill(&mut self, asked: v1::DrillThroughRequest) -> Result<Table, Error> {
        let (version, purpose) = (self.version.clone(), self.purpose.clone());
        let request = self.request(v1::DrillThroughRequest { version, purpose, ..asked });
        collect_table(self.service.drill_through(request).await?.into_inner()).await
    }

    /// How a cell came about.
    ///
    /// # Errors
    /// The service refused, or the connection broke.
    pub async fn explain(&mut self, asked: v1::ExplainRequest) -> Result<Table, Error> {
        let (version, purpose) = (self.version.clone(), self.purpose.clone());
        let request = self.request(v1::ExplainRequest { version, purpose, ..asked });
        collect_table(self.service.explain(request).await?.into_inner()).await
    }

    /// What has changed between two versions.
    ///
    /// # Errors
    /// The service refused, or the connection broke.
    pub async fn diff(&mut self, asked: v1::DiffRequest) -> Result<Table, Error> {
        let purpose = self.purpose.clone();
        let request = self.request(v1::DiffRequest { purpose, ..asked });
        collect_table(self.service.diff(request).await?.into_inner()).await
    }

    /// Runs a report, with the files attached that it needs.
    ///
    /// # Errors
    /// The service refused, or the connection broke.
    pub async fn report(
        &mut self,
        name: String,
        parameters: Vec<(String, String)>,
        files: Vec<(String, Vec<u8>)>,
    ) -> Result<ReportAnswer, Error> {
        let request = self.request(v1::RunReportRequest {
            name,
            parameters: parameters.into_iter().collect(),
            files: files.into_iter().collect(),
            version: self.version.clone(),
            purpose: self.purpose.clone(),
        });
        collect_report(self.service.run_report(request).await?.into_inner()).await
    }
}

/// The server of a command line, and how the connection is encrypted.
fn endpoint(common: &Common) -> Result<Endpoint, Error> {
    let server = &common.server;
    let wrong = || {
        let example = "http://127.0.0.1:50051 eller https://terning.example:50051";
        Error::new(format!("'{server}' er ikke en adresse, for eksempel {example}"))
    };
    let endpoint = Endpoint::from_shared(server.clone()).map_err(|_| wrong())?;
    let endpoint = endpoint.connect_timeout(CONNECT).tcp_nodelay(true);
    match endpoint.uri().scheme_str() {
        Some("https") => {
            endpoint.tls_config(secure::tls(common)?).map_err(|_| secure::unusable(common))
        }
        Some("http") => secure::open(common, endpoint.uri()).map(|()| endpoint),
        _ => Err(wrong()),
    }
}

async fn collect_report(
    mut parts: Streaming<v1::RunReportResponse>,
) -> Result<ReportAnswer, Error> {
    use v1::run_report_response::Part as ReportPart;
    let (mut head, mut assembly) = (v1::ReportHead::default(), Assembly::default());
    let mut table: Option<TableAssembly> = None;
    while let Some(message) = parts.message().await? {
        match message.part {
            Some(ReportPart::Report(report)) => head = report,
            Some(ReportPart::Answer(part)) => assembly.add(part),
            Some(ReportPart::Table(part)) => table.get_or_insert_default().add(part),
            None => assembly.add(Part::default()),
        }
    }
    match table {
        Some(table) => Ok(ReportAnswer::Table(table.finish()?)),
        None => {
            let answer = assembly.finish()?;
            let v1::ReportHead { title, notes, overview } = head;
            Ok(ReportAnswer::Cells { title, notes, overview, answer })
        }
    }
}

async fn collect_outcome(mut parts: Streaming<v1::RunStatementResponse>) -> Result<Outcome, Error> {
    use v1::run_statement_response::Part as Of;
    let (mut assembly, mut table) = (Assembly::default(), None::<TableAssembly>);
    while let Some(message) = parts.message().await? {
        match message.part {
            Some(Of::Answer(part)) => assembly.add(part),
            Some(Of::Table(part)) => table.get_or_insert_default().add(part),
            None => {}
        }
    }
    match table {
        Some(table) => table.finish().map(Outcome::Table),
        None => assembly.finish().map(Outcome::Cells),
    }
}

async fn collect_table(mut parts: Streaming<v1::TableResponse>) -> Result<Table, Error> {
    let mut assembly = TableAssembly::default();
    while let Some(message) = parts.message().await? {
        assembly.add(message.part.unwrap_or_default());
    }
    assembly.finish()
}

fn bearer(token: &str) -> Result<MetadataValue<Ascii>, Error> {
    let value = format!("Bearer {}", token.trim()).parse();
    value.map_err(|_| Error::new("adgangsbeviset indeholder tegn, som et bevis ikke har"))
}
