//! Clients that do not read: what they were to be sent is given up, can be ended, and keeps nobody else
//! from being answered.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use prost::Message;
use terning_proto::v1;
use terning_proto::v1::query_service_client::QueryServiceClient;
use terning_proto::v1::question::Asked;
use terning_server::config::{Access, Load, Settings};
use terning_tests::folder::Delivery;
use tokio::runtime::Runtime;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status, Streaming};
use tonic_prost::ProstCodec;

use crate::access::{built, built_of, deliver};
use crate::harness::Server;
use crate::load::{SOON, wait_for};

/// Bytes that a client takes without reading them.
const WINDOW: u32 = 65_535;
/// How long nothing may be taken.
const UNREAD: Duration = Duration::from_millis(500);

/// Some hundred thousand cells: more than the client and all that lies between can hold.
const LARGE: &str = "WITH MEMBER [Measures].[Et] AS 1 SELECT [Tid].[Måned].[Måned].Members ON 0,
    CrossJoin([Målgruppe].[Målgruppe].[Målgruppe].Members,
              [Ydelse VH].[Ydelseskode].[Ydelseskode].Members,
              [Køn].[Køn].[Køn].Members) ON 1
    FROM [Voksne Handicappede] WHERE [Measures].[Et]";

fn server(data: &Path, load: Load) -> Server {
    Server::with_settings(data, Settings { load, ..Access::Local.into() })
}

fn client(runtime: &Runtime, server: &Server) -> QueryServiceClient<Channel> {
    QueryServiceClient::new(channel(runtime, server))
}

fn channel(runtime: &Runtime, server: &Server) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{}", server.address)).unwrap();
    let endpoint = endpoint.initial_stream_window_size(WINDOW);
    let endpoint = endpoint.initial_connection_window_size(WINDOW);
    runtime.block_on(endpoint.connect()).unwrap()
}

fn ask(runtime: &Runtime, server: &Server) -> Streaming<v1::QueryStreamResponse> {
    let question =
        v1::Question { asked: Some(Asked::Mdx(LARGE.to_owned())), ..v1::Question::default() };
    let asked = v1::QueryStreamRequest { question: Some(question) };
    let mut client = client(runtime, server);
    runtime.block_on(client.query_stream(asked)).unwrap().into_inner()
}

fn package(
    runtime: &Runtime,
    server: &Server,
) -> Result<Streaming<v1::PackageResponse>, Box<Status>> {
    let (kind, kommune) = ("raw".to_owned(), "153".to_owned());
    let asked = v1::PackageRequest { kind, kommune, ..v1::PackageRequest::default() };
    let mut client = client(runtime, server);
    Ok(runtime.block_on(client.package(asked))?.into_inner())
}

/// All parts: how many there were before the refusal, if there was one.
fn read<T>(runtime: &Runtime, mut parts: Streaming<T>) -> (usize, Option<Code>) {
    runtime.block_on(async {
        let mut count = 0;
        loop {
            match parts.message().await {
                Ok(Some(_)) => count += 1,
                Ok(None) => return (count, None),
                Err(refusal) => return (count, Some(refusal.code())),
            }
        }
    })
}

/// The municipalities, one of which has also sent a large file that was refused.
fn deliver_large(deliveries: &Path) {
    deliver(deliveries);
    let refused = Delivery { loebenummer: 2, ..Delivery::full("153", "nexus", "2026-10") };
    let data = refused.write(deliveries, &["x"]);
    fs::write(data, "a3;;153;;1.4;2020-01-01;;;;\n".repeat(300_000)).unwrap();
}

#[test]
fn an_answer_that_nobody_takes_is_given_up_and_others_get_its_room() {
    let (data, runtime) = (built(), Runtime::new().unwrap());
    // The whole answer would be taken, were it read.
    let whole = server(data.path(), Load::default());
    let (parts, refused) = read(&runtime, ask(&runtime, &whole));
    assert!(parts > 5 && refused.is_none(), "{parts} {refused:?}");
    drop(whole);
    // There is room for one answer of a caller.
    let load = Load { unread: UNREAD, sending: 1 << 20, ..Load::default() };
    let server = server(data.path(), load);
    let unread = ask(&runtime, &server);
    let began = Instant::now();
    let next = ask(&runtime, &server);
    println!("the next answer waited {:?} for room", began.elapsed());
    assert!(began.elapsed() < SOON, "room was given back");
    assert_eq!(read(&runtime, next), (parts, None));
    let (before, refused) = read(&runtime, unread);
    assert_eq!(refused, Some(Code::Aborted), "{before} parts were taken");
    assert!(before < parts);
}

/// A question that is answered whole, by a client that reads what it reads.
fn ask_whole(runtime: &Runtime, server: &Server) -> Streaming<v1::QueryResponse> {
    let text = "WITH MEMBER [Measures].[Et] AS 1 SELECT [Tid].[Måned].[Måned].Members ON 0,
        CrossJoin([Målgruppe].[Målgruppe].[Målgruppe].Members,
                  [Ydelse VH].[Ydelseskode].[Ydelseskode].Members) ON 1
        FROM [Voksne Handicappede] WHERE [Measures].[Et]";
    let asked = Some(Asked::Mdx(text.to_owned()));
    let question = v1::Question { asked, formatted: true, ..v1::Question::default() };
    let asked = v1::QueryRequest { question: Some(question) };
    let mut client = Grpc::new(channel(runtime, server));
    runtime.block_on(async {
        client.ready().await.unwrap();
        let path = "/terning.v1.QueryService/Query".parse().unwrap();
        let codec = ProstCodec::default();
        client.server_streaming(Request::new(asked), path, codec).await.unwrap().into_inner()
    })
}

#[test]
fn a_whole_answer_that_nobody_takes_is_given_up_and_others_get_its_room() {
    let (data, runtime) = (built(), Runtime::new().unwrap());
    let load = Load { unread: UNREAD, sending: 1 << 20, ..Load::default() };
    let server = server(data.path(), load);
    let whole = runtime.block_on(ask_whole(&runtime, &server).message()).unwrap().unwrap();
    let bytes = whole.encoded_len();
    assert!(bytes > 300_000, "there is room for one: {bytes}");
    let unread = ask_whole(&runtime, &server);
    let began = Instant::now();
    let next = ask_whole(&runtime, &server);
    assert!(began.elapsed() < SOON, "room was given back");
    assert_eq!(read(&runtime, next), (1, None));
    let (taken, refused) = read(&runtime, unread);
    assert!(taken == 0 && refused.is_some(), "{refused:?}");
}

#[test]
fn a_package_that_nobody_takes_can_be_ended_and_is_one_of_its_caller() {
    let (data, runtime) = (built_of(deliver_large), Runtime::new().unwrap());
    let server = server(data.path(), Load::default());
    let (parts, refused) = read(&runtime, package(&runtime, &server).unwrap());
    assert!(parts > 20 && refused.is_none(), "{parts} {refused:?}");
    let unread = package(&runtime, &server).unwrap();
    let found = wait_for(&server, 1, &[]).remove(0);
    assert_eq!((&found["call"], &found["state"]), (&"Package".into(), &"running".into()));
    let second = package(&runtime, &server).map(drop).unwrap_err();
    assert_eq!(second.code(), Code::ResourceExhausted);
    // As much as may wait does so by now, most likely.
    std::thread::sleep(UNREAD);
    let began = Instant::now();
    server.answer(&["cancel", found["id"].as_str().unwrap()]);
    wait_for(&server, 0, &[]);
    println!("a package that nobody took was ended in {:?}", began.elapsed());
    assert_eq!(read(&runtime, unread).1, Some(Code::Cancelled));
    assert_eq!(read(&runtime, package(&runtime, &server).unwrap()), (parts, None));
}

#[test]
fn a_package_that_nobody_takes_is_given_up() {
    let (data, runtime) = (built_of(deliver_large), Runtime::new().unwrap());
    let server = server(data.path(), Load { unread: UNREAD, ..Load::default() });
    let unread = package(&runtime, &server).unwrap();
    wait_for(&server, 0, &[]);
    assert_eq!(read(&runtime, unread).1, Some(Code::Aborted));
}
