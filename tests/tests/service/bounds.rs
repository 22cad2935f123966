//! What one caller, or one who is not let in, can make the service hold.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use terning_proto::v1;
use terning_proto::v1::query_service_client::QueryServiceClient;
use terning_proto::v1::question::Asked;
use terning_server::config::Access;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::access::built;
use crate::harness::Server;

/// How long a test waits for what should come at once.
const SOON: Duration = Duration::from_secs(10);

async fn connect(server: &Server) -> Channel {
    let endpoint = Channel::from_shared(format!("http://{}", server.address)).unwrap();
    endpoint.connect().await.unwrap()
}

/// The refusal of a drill-through with these columns.
async fn drilled(channel: &Channel, columns: Vec<String>) -> Result<(), Status> {
    let asked = v1::DrillThroughRequest {
        cube: "Voksne Handicappede".to_owned(),
        columns,
        max: 1_000_000,
        ..v1::DrillThroughRequest::default()
    };
    let mut client = QueryServiceClient::new(channel.clone());
    let mut parts = client.drill_through(asked).await?.into_inner();
    while parts.message().await?.is_some() {}
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_through_has_no_more_columns_than_there_may_be_and_each_once() {
    let data = built();
    let server = Server::ready(data.path());
    let channel = connect(&server).await;
    let ids = |count| vec!["Ydelsesid".to_owned(); count];
    assert!(drilled(&channel, ids(1)).await.is_ok());
    let twice = drilled(&channel, ids(2)).await.unwrap_err();
    assert_eq!(
        (twice.code(), twice.message()),
        (Code::InvalidArgument, "kolonnen 'Ydelsesid' står to gange")
    );
    let many = drilled(&channel, ids(40_000)).await.unwrap_err();
    assert_eq!(many.code(), Code::ResourceExhausted);
    assert!(many.message().contains("200 kolonner"), "{many}");
    let larger = drilled(&channel, ids(1_000_000)).await.unwrap_err();
    assert_eq!(larger.code(), Code::OutOfRange, "the message itself is too large");
    let columns = vec!["[Ydelsesid]"; 40_000].join(", ");
    let text = format!("DRILLTHROUGH SELECT FROM [Voksne Handicappede] RETURN {columns}");
    let refused = statement(&channel, text).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused}");
    drop(channel);
}

async fn statement(channel: &Channel, text: String) -> Result<(), Status> {
    let question = v1::Question { asked: Some(Asked::Mdx(text)), ..v1::Question::default() };
    let asked = v1::RunStatementRequest { question: Some(question), explain: false };
    let mut client = QueryServiceClient::new(channel.clone());
    let mut parts = client.run_statement(asked).await?.into_inner();
    while parts.message().await?.is_some() {}
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_as_large_as_its_call_needs() {
    let data = built();
    let server = Server::ready(data.path());
    let channel = connect(&server).await;
    let text = |bytes| format!("SELECT FROM [Voksne Handicappede] --{}", "x".repeat(bytes));
    assert!(statement(&channel, text((1 << 20) - 100)).await.is_ok(), "the longest question");
    let refused = statement(&channel, text(2 << 20)).await.unwrap_err();
    assert_eq!(refused.code(), Code::OutOfRange);
    let files = [("statbank".to_owned(), vec![b'x'; 2 << 20])].into();
    let name = "hand07".to_owned();
    let asked = v1::RunReportRequest { name, files, ..v1::RunReportRequest::default() };
    let refused = QueryServiceClient::new(channel.clone()).run_report(asked).await.err();
    assert_ne!(refused.map(|refused| refused.code()), Some(Code::OutOfRange), "may have a file");
    let mut health = HealthClient::new(channel.clone());
    let asked = HealthCheckRequest { service: "x".repeat(10 << 10) };
    assert_eq!(health.check(asked).await.unwrap_err().code(), Code::ResourceExhausted);
    drop((health, channel));
}

/// A frame of HTTP/2: its kind, flags and stream, and what is in it.
struct Frame(u8, u8, u32, Vec<u8>);

impl Frame {
    fn write(&self, to: &mut TcpStream) {
        let Frame(kind, flags, stream, content) = self;
        let length = (content.len() as u32).to_be_bytes();
        let head = [&length[1..], &[*kind, *flags], &stream.to_be_bytes()].concat();
        to.write_all(&[head, content.clone()].concat()).unwrap();
    }

    fn read(from: &mut TcpStream) -> std::io::Result<Frame> {
        let mut head = [0; 9];
        from.read_exact(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut content = vec![0; length as usize];
        from.read_exact(&mut content)?;
        Ok(Frame(head[3], head[4], stream, content))
    }
}

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const END_HEADERS: u8 = 4;
const END_STREAM: u8 = 1;
const MAX_CONCURRENT_STREAMS: u16 = 3;

/// The head of a call, every name and value written out (HPACK, literal, not indexed).
fn head(path: &str) -> Vec<u8> {
    let fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "localhost"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    let text = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
    fields.iter().flat_map(|(name, value)| [vec![0], text(name), text(value)].concat()).collect()
}

/// What is said of streams where a connection begins, and whether a call whose message never comes is
/// answered.
fn begun(server: &Server, path: &str) -> (Option<u32>, bool) {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    Frame(SETTINGS, 0, 0, Vec::new()).write(&mut stream);
    Frame(HEADERS, END_HEADERS, 1, head(path)).write(&mut stream);
    let mut streams = None;
    while let Ok(Frame(kind, flags, number, content)) = Frame::read(&mut stream) {
        match kind {
            SETTINGS => {
                let mut settings = content.chunks_exact(6);
                let one = settings.find(|one| one[..2] == MAX_CONCURRENT_STREAMS.to_be_bytes());
                let one = one.map(|one| u32::from_be_bytes([one[2], one[3], one[4], one[5]]));
                streams = streams.or(one);
            }
            HEADERS if number == 1 => return (streams, flags & END_STREAM > 0),
            _ => {}
        }
    }
    (streams, false)
}

#[test]
fn who_is_not_let_in_is_told_so_before_anything_of_the_message_has_come() {
    let data = built();
    let server = Server::with_settings(data.path(), Access::by_local_tokens().into());
    let reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    for path in ["/terning.v1.QueryService/RunReport", reflection, "/andet"] {
        assert_eq!(begun(&server, path), (Some(200), true), "{path}");
    }
}
