//! What other clients meet: limits, compression, health, reflection, details of refusals.

use std::time::{Duration, Instant};

use prost::Message;
use terning_proto::v1::query_service_client::QueryServiceClient;
use terning_proto::v1::question::Asked;
use terning_proto::v1::{self, ErrorDetail, Pivot, Question};
use tonic::codec::CompressionEncoding;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::harness::{PICKED_UP, Server, publish};
use crate::toy;

async fn connect(server: &Server) -> Channel {
    let endpoint = Channel::from_shared(format!("http://{}", server.address)).unwrap();
    endpoint.connect().await.unwrap()
}

fn served(citizens: u32) -> (tempfile::TempDir, Server) {
    let data = tempfile::tempdir().unwrap();
    publish(data.path(), (2020, 12), &[&toy::wide(citizens)]);
    let server = Server::ready(data.path());
    (data, server)
}

fn question(columns: &[&str], rows: &[&str]) -> Option<Question> {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let pivot = Pivot {
        cube: "Ting".to_owned(),
        columns: words(columns),
        rows: words(rows),
        measures: vec!["Borgere".to_owned()],
        ..Pivot::default()
    };
    Some(Question { asked: Some(Asked::Pivot(pivot)), ..Question::default() })
}

/// Our description of an error, as any client finds it.
fn detail(status: &Status) -> ErrorDetail {
    let rich = tonic_types::pb::Status::decode(status.details()).unwrap();
    assert_eq!(rich.code, status.code() as i32);
    let ours = rich.details.iter().find(|any| any.type_url == terning_proto::ERROR_DETAIL);
    ErrorDetail::decode(ours.unwrap().value.as_slice()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_answer_is_refused_whole_and_given_in_parts_below_four_mebibytes() {
    let (_data, server) = served(60_000);
    let mut client = QueryServiceClient::new(connect(&server).await);
    let asked = question(&[], &["Borger.Personnummer", "Ydelse.Ydelsesnavn"]);
    let refused = client.query(v1::QueryRequest { question: asked.clone() }).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert!(detail(&refused).hint.contains("QueryStream"));
    let request = v1::QueryStreamRequest { question: asked };
    let mut parts = client.query_stream(request).await.unwrap().into_inner();
    let (mut cells, mut largest) = (0, 0);
    while let Some(message) = parts.message().await.unwrap() {
        largest = largest.max(message.encoded_len());
        if let Some(v1::part::Part::Cells(part)) = message.part.unwrap().part {
            cells += part.ordinal_steps.len();
        }
    }
    assert_eq!(cells, 60_000);
    assert!(largest < 1 << 20, "{largest}");
    drop(client);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_compressed_on_request() {
    let (_data, server) = served(2_000);
    let channel = connect(&server).await;
    let asked = || v1::QueryRequest { question: question(&[], &["Ydelse.Ydelsesnavn"]) };
    let mut plain = QueryServiceClient::new(channel.clone());
    let plain = plain.query(asked()).await.unwrap();
    assert!(plain.metadata().get("grpc-encoding").is_none());
    let mut packed = QueryServiceClient::new(channel)
        .send_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Gzip);
    let packed = packed.query(asked()).await.unwrap();
    assert_eq!(packed.metadata().get("grpc-encoding").unwrap(), "gzip");
    assert_eq!(packed.into_inner(), plain.into_inner());
}

#[tokio::test(flavor = "multi_thread")]
async fn health_follows_the_versions() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let mut health = HealthClient::new(connect(&server).await);
    let service = "terning.v1.QueryService".to_owned();
    let request = || HealthCheckRequest { service: service.clone() };
    let status = health.check(request()).await.unwrap().into_inner().status();
    assert_eq!(status, ServingStatus::NotServing);
    publish(data.path(), (2020, 12), &[&toy::cube()]);
    server.wait_until_ready();
    let status = health.check(request()).await.unwrap().into_inner().status();
    assert_eq!(status, ServingStatus::Serving);
    drop(health);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_that_calls_cannot_be_logged() {
    let (data, server) = served(1);
    let channel = connect(&server).await;
    let mut client = QueryServiceClient::new(channel.clone());
    let (log, away) = (data.path().join("audit"), data.path().join("audit.away"));
    std::fs::rename(&log, &away).unwrap();
    let asked = || v1::QueryRequest { question: question(&[], &["Ydelse.Ydelsesnavn"]) };
    let began = Instant::now();
    while client.query(asked()).await.is_ok() {
        assert!(began.elapsed() < PICKED_UP, "a call that cannot be logged is not answered");
    }
    becomes(&channel, ServingStatus::NotServing).await;
    std::fs::rename(&away, &log).unwrap();
    becomes(&channel, ServingStatus::Serving).await;
    assert!(client.query(asked()).await.is_ok());
    drop((client, channel));
}

/// Waits until the service says this of its health.
async fn becomes(channel: &Channel, wanted: ServingStatus) {
    let mut health = HealthClient::new(channel.clone());
    let began = Instant::now();
    loop {
        let service = "terning.v1.QueryService".to_owned();
        let told = health.check(HealthCheckRequest { service }).await.unwrap().into_inner();
        if told.status() == wanted {
            return;
        }
        assert!(began.elapsed() < PICKED_UP, "{wanted:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_come_page_by_page() {
    let (_data, server) = served(25);
    let mut client = QueryServiceClient::new(connect(&server).await);
    let (mut names, mut token) = (Vec::new(), String::new());
    loop {
        let request = v1::ListMembersRequest {
            cube: "Ting".to_owned(),
            dimension: "Ydelse".to_owned(),
            field: "Ydelsesnavn".to_owned(),
            page_size: 10,
            page_token: token,
            ..v1::ListMembersRequest::default()
        };
        let page = client.list_members(request).await.unwrap().into_inner();
        names.extend(page.members.into_iter().map(|member| member.unique_name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(names.len(), 25);
    assert_eq!(names[24], "[Ydelse].[Ydelsesnavn].&[24]");
    drop(client);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_without_a_question_is_refused() {
    let (_data, server) = served(1);
    let mut client = QueryServiceClient::new(connect(&server).await);
    let refused = client.query(v1::QueryRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(!detail(&refused).message.is_empty());
    drop(client);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_generations_of_reflection_list_the_services() {
    use tonic_reflection::pb::{v1 as new, v1alpha as old};
    let (_data, server) = served(1);
    let channel = connect(&server).await;
    let request = new::ServerReflectionRequest {
        message_request: Some(new::server_reflection_request::MessageRequest::ListServices(
            String::new(),
        )),
        ..new::ServerReflectionRequest::default()
    };
    let mut client = new::server_reflection_client::ServerReflectionClient::new(channel.clone());
    let answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap();
    let answer = answers.into_inner().message().await.unwrap().unwrap();
    assert!(format!("{answer:?}").contains("terning.v1.QueryService"));
    let request = old::ServerReflectionRequest {
        message_request: Some(
            old::server_reflection_request::MessageRequest::FileContainingSymbol(
                "terning.v1.QueryService".to_owned(),
            ),
        ),
        ..old::ServerReflectionRequest::default()
    };
    let mut client = old::server_reflection_client::ServerReflectionClient::new(channel);
    let answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap();
    let answer = answers.into_inner().message().await.unwrap().unwrap();
    assert!(format!("{answer:?}").contains("FileDescriptorResponse"));
    drop(client);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_access_configuration_only_health_is_told_to_everybody() {
    use tonic_health::pb::HealthCheckRequest;
    use tonic_health::pb::health_client::HealthClient;
    use tonic_reflection::pb::v1 as new;
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    let data = crate::access::built();
    let settings = terning_server::access::Access::by_local_tokens().into();
    let server = Server::with_settings(data.path(), settings);
    let channel = connect(&server).await;
    let health = HealthClient::new(channel.clone()).check(HealthCheckRequest::default()).await;
    assert!(health.is_ok());
    let ask = async |token: Option<&str>| {
        let mut request = tonic::Request::new(tokio_stream::once(new::ServerReflectionRequest {
            message_request: Some(new::server_reflection_request::MessageRequest::ListServices(
                String::new(),
            )),
            ..new::ServerReflectionRequest::default()
        }));
        if let Some(token) = token {
            let bearer = format!("Bearer {token}").parse().unwrap();
            request.metadata_mut().insert("authorization", bearer);
        }
        let mut client = ServerReflectionClient::new(channel.clone());
        client.server_reflection_info(request).await.map(drop).map_err(|status| status.code())
    };
    assert_eq!(ask(None).await, Err(Code::Unauthenticated));
    assert_eq!(ask(Some("x")).await, Err(Code::Unauthenticated));
    let token = crate::access::token(data.path(), "kommune", Some("153"));
    assert_eq!(ask(Some(&token)).await, Ok(()));
    let mut client = QueryServiceClient::new(channel);
    let refused = client.list_functions(v1::ListFunctionsRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
}
