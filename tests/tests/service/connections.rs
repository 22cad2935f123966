//! Connections: so many at a time, and none that says nothing.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use terning_proto::v1;
use terning_proto::v1::query_service_client::QueryServiceClient;
use terning_server::config::{self, Access, Load, Settings};
use tonic::transport::Channel;

use crate::access::built;
use crate::certificates::{Authority, of_this_machine};
use crate::harness::Server;

/// Longer than a connection may be silent at first, and than a handshake may take.
const GIVEN_UP: Duration = Duration::from_secs(60);
/// Much less than that.
const AT_ONCE: Duration = Duration::from_secs(5);

async fn asks(client: &mut QueryServiceClient<Channel>) -> bool {
    client.list_cubes(v1::ListCubesRequest::default()).await.is_ok()
}

/// How long it takes until the other end has closed a connection.
fn closed_after(stream: &mut TcpStream) -> Duration {
    let began = Instant::now();
    stream.set_read_timeout(Some(GIVEN_UP)).unwrap();
    loop {
        match stream.read(&mut [0; 64]) {
            Ok(0) => return began.elapsed(),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
                return began.elapsed();
            }
            Err(error) => panic!("it is not closed: {error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_too_many_is_closed_and_those_that_are_open_go_on() {
    let data = built();
    let load = Load { connections: 2, ..Load::default() };
    let server = Server::with_settings(data.path(), Settings { load, ..Access::Local.into() });
    let endpoint = Channel::from_shared(format!("http://{}", server.address)).unwrap();
    let connect = || endpoint.connect();
    let mut open = QueryServiceClient::new(connect().await.unwrap());
    assert!(asks(&mut open).await);
    // The second says its first words, so that it is there.
    let mut second = QueryServiceClient::new(connect().await.unwrap());
    assert!(asks(&mut second).await);
    let mut refused = TcpStream::connect(server.address).unwrap();
    let _ = refused.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert!(closed_after(&mut refused) < AT_ONCE, "it waits for nothing");
    for _ in 0..50 {
        assert!(asks(&mut open).await && asks(&mut second).await);
    }
    drop(second);
    let began = Instant::now();
    loop {
        let again = connect().await.map(QueryServiceClient::new);
        if let Ok(mut again) = again
            && asks(&mut again).await
        {
            break;
        }
        assert!(began.elapsed() < GIVEN_UP, "the place of one that ended is free");
    }
    assert!(asks(&mut open).await);
    drop(open);
}

#[test]
fn who_begins_a_handshake_and_says_no_more_is_given_up() {
    let data = built();
    let keys = tempfile::tempdir().unwrap();
    let authority = Authority::new(&keys.path().join("ca.pem"));
    authority.sign(keys.path(), "server", of_this_machine());
    let file = keys.path().join("terning.toml");
    let tls = "[tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\n";
    std::fs::write(&file, tls).unwrap();
    let settings = config::load(Some(&file), &config::Variables::new()).unwrap().settings;
    let server = Server::with_settings(data.path(), settings.unwrap());
    // The beginning of a hello: a record of a handshake with 200 bytes, of which four come.
    let mut hello = TcpStream::connect(server.address).unwrap();
    hello.write_all(&[22, 3, 1, 0, 200, 1, 0, 0, 196]).unwrap();
    let mut silent = TcpStream::connect(server.address).unwrap();
    assert!(closed_after(&mut hello) < GIVEN_UP / 2);
    assert!(closed_after(&mut silent) < GIVEN_UP / 2);
}
