//! Requests of every kind as a client sends them, and what it is sent, written out.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::Arc;

use prost::Message;
use terning_engine::cube::Cube;
use terning_engine::query::explain::UNEXPLAINED;
use terning_engine::query::{self, explain::ExplainCell};
use terning_proto::v1::query_service_client::QueryServiceClient;
use terning_proto::v1::question::Asked as Said;
use terning_proto::v1::{self, table_part};
use terning_tests::asked::Asked;
use terning_tests::random::Random;
use tokio::runtime::Runtime;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Response, Status, Streaming};

use crate::interference::kommune;

const PERSONS: &str = "Voksne Handicappede";

/// A request.
#[derive(Clone, Debug)]
pub enum Request {
    Query(v1::QueryRequest),
    Stream(v1::QueryStreamRequest),
    Statement(v1::RunStatementRequest),
    Translate(v1::TranslatePivotRequest),
    Profile(v1::RunStatementRequest),
    Drill(v1::DrillThroughRequest),
    Explain(v1::ExplainRequest),
    Members(v1::ListMembersRequest),
    Describe(v1::DescribeCubeRequest),
    Cubes(v1::ListCubesRequest),
    Versions,
    Functions(v1::ListFunctionsRequest),
    Reports,
    Cancel(v1::CancelQueryRequest),
    Report(v1::RunReportRequest),
    Package(v1::PackageRequest),
    Diff(v1::DiffRequest),
}

impl Request {
    /// A request in words that the cubes know, mostly about one municipality.
    pub fn draw(cubes: &[Arc<Cube>], own: &str, random: &mut Random) -> Request {
        let version = (*random.one(&["", "", "2020-12.1", "2020-11.1"])).to_owned();
        match random.below(25) {
            20 => statement(Asked::draw(cubes, random), version, random),
            21 => streamed(Asked::draw(cubes, random), version),
            22 => about_nobody(random),
            23.. => diff(cubes, own, random),
            0..3 => members(cubes, version, random),
            3..7 => report(own, version, random),
            7..10 => package(own, version, random),
            10 => Request::Describe(v1::DescribeCubeRequest { cube: PERSONS.to_owned(), version }),
            11 if random.percent(50) => Request::Cubes(v1::ListCubesRequest { version }),
            11 => Request::Versions,
            _ => said(Asked::draw(cubes, random), version),
        }
    }
}

fn said(asked: Asked, version: String) -> Request {
    match asked {
        Asked::Pivot(pivot) => question(Said::Pivot(words(pivot)), version),
        Asked::Mdx(text) => question(Said::Mdx(text), version),
        Asked::Profile(text) => {
            let question =
                v1::Question { asked: Some(Said::Mdx(text)), version, ..v1::Question::default() };
            Request::Profile(v1::RunStatementRequest { question: Some(question), explain: true })
        }
        Asked::Translate(pivot) => {
            Request::Translate(v1::TranslatePivotRequest { pivot: Some(words(pivot)), version })
        }
        Asked::Drill(query::Drill { cube, filters, measure, columns, max, .. }) => {
            let (max, purpose) = (max as u32, String::new());
            Request::Drill(v1::DrillThroughRequest {
                cube,
                filters,
                columns,
                max,
                version,
                purpose,
                measure,
            })
        }
        Asked::Explain(ExplainCell { cube, filters, measure }) => {
            let purpose = String::new();
            Request::Explain(v1::ExplainRequest { cube, filters, measure, version, purpose })
        }
    }
}

/// A text as a statement: a question, the records behind it, or one with a slip in it, whose refusal
/// tells the place and the nearest names.
fn statement(asked: Asked, version: String, random: &mut Random) -> Request {
    let (Asked::Mdx(text) | Asked::Profile(text)) = asked else { return said(asked, version) };
    let text = match random.below(3) {
        0 => format!("DRILLTHROUGH MAXROWS {} {text}", random.below(9)),
        1 => slipped(&text, random),
        _ => text,
    };
    let asked = Some(Said::Mdx(text));
    let question = Some(v1::Question { asked, version, ..v1::Question::default() });
    Request::Statement(v1::RunStatementRequest { question, explain: random.percent(10) })
}

/// A text with some letters lost, doubled or changed.
fn slipped(text: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(3) {
        let at = random.below(letters.len());
        match random.below(3) {
            0 => letters[at] = *random.one(&['x', '7', 'ø', ']', '(']),
            1 => letters.insert(at, letters[at]),
            _ if letters.len() > 1 => drop(letters.remove(at)),
            _ => {}
        }
    }
    letters.into_iter().collect()
}

/// A question whose answer comes in parts.
fn streamed(asked: Asked, version: String) -> Request {
    match said(asked, version) {
        Request::Query(v1::QueryRequest { question }) => {
            Request::Stream(v1::QueryStreamRequest { question })
        }
        other => other,
    }
}

/// What is the same for everybody, and the cancelling of a query that is not there.
fn about_nobody(random: &mut Random) -> Request {
    let name = (*random.one(&["", "Head", "findes ikke"])).to_owned();
    match random.below(3) {
        0 => Request::Functions(v1::ListFunctionsRequest { name }),
        1 => Request::Reports,
        _ => Request::Cancel(v1::CancelQueryRequest {
            id: (*random.one(&["", "1-1", "x"])).to_owned(),
        }),
    }
}

fn question(asked: Said, version: String) -> Request {
    let question = v1::Question {
        asked: Some(asked),
        version,
        purpose: String::new(),
        formatted: true,
        ..v1::Question::default()
    };
    Request::Query(v1::QueryRequest { question: Some(question) })
}

fn words(pivot: query::Pivot) -> v1::Pivot {
    let query::Pivot { cube, filters, columns, rows, measures, totals, empty } = pivot;
    v1::Pivot { cube, filters, columns, rows, measures, totals, empty }
}

/// The members of a field, those of a beginning, or a later page.
fn members(cubes: &[Arc<Cube>], version: String, random: &mut Random) -> Request {
    let cube = random.one(cubes);
    let dimension = random.one(&cube.dimensions);
    let field = random.one(&dimension.fields);
    let mut prefix = String::new();
    if !field.is_empty() && random.percent(60) {
        let id = random.below(field.len());
        let name = if random.percent(50) { field.keys.get(id) } else { field.captions.get(id) };
        prefix = name.chars().take(1 + random.below(10)).collect();
    }
    Request::Members(v1::ListMembersRequest {
        cube: cube.name.clone(),
        dimension: dimension.name.clone(),
        field: field.name.clone(),
        version,
        page_size: *random.one(&[0, 1, 3]),
        page_token: (*random.one(&["", "", "1", "4"])).to_owned(),
        prefix,
    })
}

/// The reports of persons.
fn report(own: &str, version: String, random: &mut Random) -> Request {
    let name = *random.one(&["fejlliste", "fejlliste", "harmonisering"]);
    let mut parameters = std::collections::HashMap::new();
    parameters.insert("kommune".to_owned(), kommune(own, random));
    if name == "harmonisering" {
        parameters.insert("aar".to_owned(), (*random.one(&["2018", "2019", "2020"])).to_owned());
    }
    let name = name.to_owned();
    Request::Report(v1::RunReportRequest { name, parameters, version, ..Default::default() })
}

/// What has changed for persons: of the figures of all municipalities A2 tells.
fn diff(cubes: &[Arc<Cube>], own: &str, random: &mut Random) -> Request {
    let drawn = (0..20).find_map(|_| match Asked::draw(cubes, random) {
        Asked::Pivot(pivot) if pivot.cube == PERSONS => Some(words(pivot)),
        _ => None,
    });
    let mut versions = ["2020-11.1".to_owned(), "2020-12.1".to_owned()];
    if random.percent(30) {
        versions.reverse();
    }
    let [before, after] = versions;
    let mut asked = v1::DiffRequest {
        before,
        after,
        pivot: drawn,
        records: random.percent(30),
        ..v1::DiffRequest::default()
    };
    if asked.pivot.is_none() || random.percent(30) {
        asked.pivot = None;
        asked.report = "harmonisering".to_owned();
        asked.parameters.insert("kommune".to_owned(), kommune(own, random));
        asked.parameters.insert("aar".to_owned(), "2020".to_owned());
    }
    Request::Diff(asked)
}

/// The packages of persons.
fn package(own: &str, version: String, random: &mut Random) -> Request {
    // In the files of who reports for another are the other's records too.
    let reports_for_another = ["183", "185"].contains(&own);
    let kinds: &[&str] =
        if reports_for_another { &["datamart"] } else { &["datamart", "dsa", "raw"] };
    let kind = (*random.one(kinds)).to_owned();
    let kommune = kommune(own, random);
    Request::Package(v1::PackageRequest { kind, kommune, version, purpose: String::new() })
}

/// Somebody who asks a server.
pub struct Caller {
    runtime: Runtime,
    client: QueryServiceClient<Channel>,
    token: Option<MetadataValue<Ascii>>,
}

/// What somebody is sent, or what a refusal says.
type Told = Result<String, String>;

impl Caller {
    pub fn new(address: SocketAddr, token: Option<&String>) -> Caller {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
        let channel = runtime.block_on(endpoint.connect()).unwrap();
        let token = token.map(|token| format!("Bearer {token}").parse().unwrap());
        Caller { runtime, client: QueryServiceClient::new(channel), token }
    }

    pub fn ask(&self, request: &Request) -> Told {
        self.runtime.block_on(self.told(request.clone()))
    }

    async fn told(&self, request: Request) -> Told {
        let mut client = self.client.clone();
        match request {
            Request::Query(asked) => whole(client.query(self.with_token(asked)).await),
            Request::Stream(asked) => {
                in_parts(client.query_stream(self.with_token(asked)).await).await
            }
            Request::Statement(asked) => {
                without_time(client.run_statement(self.with_token(asked)).await).await
            }
            Request::Functions(asked) => whole(client.list_functions(self.with_token(asked)).await),
            Request::Reports => {
                whole(client.list_reports(self.with_token(v1::ListReportsRequest::default())).await)
            }
            Request::Cancel(asked) => whole(client.cancel_query(self.with_token(asked)).await),
            Request::Translate(asked) => {
                whole(client.translate_pivot(self.with_token(asked)).await)
            }
            Request::Members(asked) => whole(client.list_members(self.with_token(asked)).await),
            Request::Describe(asked) => whole(client.describe_cube(self.with_token(asked)).await),
            Request::Cubes(asked) => whole(client.list_cubes(self.with_token(asked)).await),
            Request::Versions => {
                whole(client.list_versions(self.with_token(v1::ListVersionsRequest {})).await)
            }
            Request::Drill(asked) => {
                in_parts(client.drill_through(self.with_token(asked)).await).await
            }
            Request::Profile(asked) => {
                without_time(client.run_statement(self.with_token(asked)).await).await
            }
            Request::Report(asked) => {
                in_parts(client.run_report(self.with_token(asked)).await).await
            }
            Request::Explain(asked) => {
                explained(client.explain(self.with_token(asked)).await).await
            }
            Request::Diff(asked) => in_parts(client.diff(self.with_token(asked)).await).await,
            Request::Package(asked) => files(client.package(self.with_token(asked)).await).await,
        }
    }

    fn with_token<T>(&self, message: T) -> tonic::Request<T> {
        let mut request = tonic::Request::new(message);
        if let Some(token) = &self.token {
            request.metadata_mut().insert("authorization", token.clone());
        }
        request
    }
}

fn whole<T: Debug>(told: Result<Response<T>, Status>) -> Told {
    told.map(|response| format!("{:?}", response.into_inner())).map_err(refusal)
}

/// What a refusal says, its details included.
#[allow(clippy::needless_pass_by_value, reason = "it is mapped over errors")]
fn refusal(status: Status) -> String {
    let details = tonic_types::pb::Status::decode(status.details()).unwrap();
    let ours = details.details.iter().map(|any| v1::ErrorDetail::decode(any.value.as_slice()));
    format!("{:?} {} {:?}", status.code(), status.message(), ours.collect::<Vec<_>>())
}

async fn parts<T>(told: Result<Response<Streaming<T>>, Status>) -> Result<Vec<T>, String> {
    let mut stream = told.map_err(refusal)?.into_inner();
    let mut parts = Vec::new();
    while let Some(part) = stream.message().await.map_err(refusal)? {
        parts.push(part);
    }
    Ok(parts)
}

async fn in_parts<T: Debug>(told: Result<Response<Streaming<T>>, Status>) -> Told {
    Ok(format!("{:?}", parts(told).await?))
}

/// What was done with a question, but for how long it took.
async fn without_time(told: Result<Response<Streaming<v1::RunStatementResponse>>, Status>) -> Told {
    use v1::run_statement_response::Part;
    let mut parts = parts(told).await?;
    for part in &mut parts {
        if let Some(Part::Table(table)) = &mut part.part
            && let Some(table_part::Part::Head(head)) = &mut table.part
        {
            head.notes.retain(|note| !note.starts_with("Det tog "));
        }
    }
    Ok(format!("{parts:?}"))
}

/// An explanation, but for what A2 makes public: a figure of all municipalities, with its rest line
/// and how new the deliveries behind it are.
async fn explained(told: Result<Response<Streaming<v1::TableResponse>>, Status>) -> Told {
    let mut parts = parts(told).await?;
    let rest = |part: &v1::TableResponse| format!("{part:?}").contains(UNEXPLAINED);
    if parts.iter().any(rest) {
        for part in &mut parts {
            match part.part.as_mut().and_then(|part| part.part.as_mut()) {
                Some(table_part::Part::Head(head)) => head.behind = 0,
                Some(table_part::Part::Rows(rows)) => without_last(rows),
                None => {}
            }
        }
    }
    Ok(format!("{parts:?}"))
}

fn without_last(rows: &mut v1::TableRows) {
    rows.count -= 1;
    let last = rows.count;
    for column in &mut rows.columns {
        column.texts.pop();
        column.numbers.pop();
        column.days.pop();
        column.missing.retain(|row| *row != last);
    }
}

/// The files of a package by name.
async fn files(told: Result<Response<Streaming<v1::PackageResponse>>, Status>) -> Told {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for part in parts(told).await? {
        files.entry(part.file).or_default().extend(part.content);
    }
    let shown =
        files.iter().map(|(name, bytes)| format!("{name}: {:?}", bytes.escape_ascii().to_string()));
    Ok(shown.collect::<Vec<_>>().join("\n"))
}
