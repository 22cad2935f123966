//! Too much to do: questions wait in turn, are refused at once, are listed and ended; and a service
//! that is told to stop lets them come to their end.

use std::net::SocketAddr;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::Value;
use terning::args::Args;
use terning_proto::v1;
use terning_proto::v1::query_service_client::QueryServiceClient;
use terning_server::config::{Access, Load, Settings};
use terning_server::disk::Disk;
use terning_server::versions;

use crate::access::{built, token};
use crate::harness::{Server, publish};
use crate::toy;

/// A question that takes longer than any test.
pub const LONG: &str = "WITH MEMBER [Measures].[X] AS
        Sum([Ydelse VH].[Ydelseskode].[Ydelseskode].Members,
            Sum([Målgruppe].[Målgruppe].[Målgruppe].Members,
                Sum([Køn].[Køn].[Køn].Members, [Measures].[Antal Unikke Borgere] ^ 2)))
    SELECT [Tid].[Måned].[Måned].Members ON COLUMNS,
    [Handle kommune].[Kommunenummer].[Kommunenummer].Members ON ROWS
    FROM [Voksne Handicappede] WHERE [Measures].[X]";
/// One that takes no time.
pub const SHORT: &str = "SELECT FROM [Voksne Handicappede] WHERE [Measures].[Antal Unikke Borgere]";
pub const SOON: Duration = Duration::from_secs(10);

fn server(data: &Path, access: Access, load: Load) -> Server {
    Server::with_settings(data, Settings { load, ..access.into() })
}

fn listed(server: &Server, more: &[&str]) -> Vec<Value> {
    let words = [&["queries", "--format", "json"], more].concat();
    serde_json::from_str::<Vec<Value>>(&server.answer(&words)).unwrap()
}

fn states(queries: &[Value]) -> Vec<&str> {
    queries.iter().map(|one| one["state"].as_str().unwrap()).collect()
}

/// Waits until so many queries are in the list.
pub fn wait_for(server: &Server, count: usize, more: &[&str]) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let found = listed(server, more);
        if found.len() == count {
            return found;
        }
        assert!(began.elapsed() < SOON, "{found:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_query_is_listed_without_its_words_and_can_be_cancelled() {
    let data = built();
    let server = server(data.path(), Access::Local, Load::default());
    assert_eq!(listed(&server, &[]), [Value::Null; 0]);
    thread::scope(|scope| {
        let asked = scope.spawn(|| server.refusal(&["mdx", LONG]));
        let found = wait_for(&server, 1, &[]).remove(0);
        assert_eq!(found["call"], "RunStatement");
        assert_eq!(found["caller"], "lokal");
        assert_eq!(found["version"], "2026-10.1");
        let id = found["id"].as_str().unwrap().to_owned();
        server.answer(&["cancel", &id]);
        let said = asked.join().unwrap();
        assert!(said.contains("afbrudt"), "{said}");
        wait_for(&server, 0, &[]);
        let said = server.refusal(&["cancel", &id]);
        assert!(said.contains("intet spørgsmål"), "{said}");
    });
}

#[test]
fn callers_see_and_end_their_own_queries_and_operators_all() {
    let data = built();
    let server = server(data.path(), Access::by_local_tokens(), Load::default());
    let of = |rolle, kommune| token(data.path(), rolle, kommune);
    let (own, other) = (of("kommune", Some("153")), of("kommune", Some("157")));
    let operator = of("operatoer", None);
    thread::scope(|scope| {
        let asked = scope.spawn(|| server.refusal(&["mdx", LONG, "--token", &own]));
        let found = wait_for(&server, 1, &["--token", &own]).remove(0);
        let id = found["id"].as_str().unwrap().to_owned();
        assert_eq!(found["caller"], "kommune 153");
        assert_eq!(listed(&server, &["--token", &other]), [Value::Null; 0]);
        let said = server.refusal(&["cancel", &id, "--token", &other]);
        assert!(said.contains("intet spørgsmål"), "{said}");
        assert_eq!(listed(&server, &["--token", &operator]).len(), 1);
        server.answer(&["cancel", &id, "--token", &operator]);
        assert!(asked.join().unwrap().contains("afbrudt"));
    });
}

#[test]
fn what_would_wait_in_vain_is_refused_at_once() {
    let data = built();
    let load = Load { places: 1, places_each: 1, queue: 1, queue_each: 1, ..Load::default() };
    let server = server(data.path(), Access::Local, load);
    thread::scope(|scope| {
        let running = scope.spawn(|| server.refusal(&["mdx", LONG]));
        wait_for(&server, 1, &[]);
        let waiting = scope.spawn(|| server.answer(&["mdx", SHORT, "--format", "json"]));
        let both = wait_for(&server, 2, &[]);
        assert_eq!(states(&both), ["running", "waiting"]);
        let said = server.refusal(&["mdx", SHORT]);
        assert!(said.contains("for mange spørgsmål venter"), "{said}");
        let still = listed(&server, &[]);
        assert_eq!(states(&still), ["running", "waiting"], "it was refused before either ended");
        server.answer(&["cancel", both[0]["id"].as_str().unwrap()]);
        running.join().unwrap();
        assert!(waiting.join().unwrap().contains('4'), "whoever waited is answered");
    });
}

/// Asks a server that is stopping, and so cannot be borrowed.
fn asked_at(address: SocketAddr, words: &[&str]) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let (out, url) = (folder.path().join("out"), format!("http://{address}"));
    let common = ["--server", &url, "-o", out.to_str().unwrap()];
    let words = ["terning"].iter().chain(words).chain(&common);
    terning::run(Args::try_parse_from(words).unwrap()).map_err(|error| error.to_string())
}

#[test]
fn an_old_version_is_opened_and_members_are_listed_when_it_is_the_callers_turn() {
    let data = built();
    let active = versions::current(data.path()).unwrap();
    let old = publish(data.path(), (2020, 12), &[&toy::cube()]).to_string();
    versions::activate(&Disk::real(), data.path(), active).unwrap();
    let load = Load { places: 1, places_each: 1, ..Load::default() };
    let server = server(data.path(), Access::Local, load);
    waits_its_turn(&server, || drop(server.answer(&["cubes", "--version", &old])));
    waits_its_turn(&server, || {
        let asked = v1::ListMembersRequest {
            cube: "Voksne Handicappede".to_owned(),
            dimension: "Køn".to_owned(),
            field: "Køn".to_owned(),
            ..v1::ListMembersRequest::default()
        };
        let address = format!("http://{}", server.address);
        let found = tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mut client = QueryServiceClient::connect(address).await.unwrap();
            client.list_members(asked).await.unwrap().into_inner()
        });
        assert!(!found.members.is_empty());
    });
}

/// Asks while the only place is taken: the call must be in the list and wait.
fn waits_its_turn(server: &Server, ask: impl FnOnce() + Send) {
    thread::scope(|scope| {
        let running = scope.spawn(|| server.refusal(&["mdx", LONG]));
        wait_for(server, 1, &[]);
        let waiting = scope.spawn(ask);
        let both = wait_for(server, 2, &[]);
        assert_eq!(states(&both), ["running", "waiting"]);
        server.answer(&["cancel", both[0]["id"].as_str().unwrap()]);
        running.join().unwrap();
        waiting.join().unwrap();
    });
}

#[test]
fn reports_of_lines_and_packages_can_be_cancelled_while_they_wait() {
    let data = built();
    let server =
        server(data.path(), Access::Local, Load { places: 1, places_each: 1, ..Load::default() });
    let export = data.path().join("statbank.csv");
    std::fs::write(&export, "x").unwrap();
    let statbank = format!("--statbank={}", export.display());
    let into = data.path().join("pakke");
    let hand07 = || server.refusal(&["report", "hand07", &statbank]);
    let fejlliste = || server.refusal(&["report", "fejlliste", "--kommune=153"]);
    let package = || {
        let words = ["package", "--kind=datamart", "--kommune=153"];
        server.run(&words, &into).unwrap_err()
    };
    let calls: [(&str, &(dyn Fn() -> String + Sync)); 3] =
        [("RunReport", &hand07), ("RunReport", &fejlliste), ("Package", &package)];
    thread::scope(|scope| {
        let running = scope.spawn(|| server.refusal(&["mdx", LONG]));
        let first = wait_for(&server, 1, &[]).remove(0);
        for (call, ask) in calls {
            let asked = scope.spawn(ask);
            let waiting = wait_for(&server, 2, &[]).remove(1);
            assert_eq!((&waiting["call"], &waiting["state"]), (&call.into(), &"waiting".into()));
            server.answer(&["cancel", waiting["id"].as_str().unwrap()]);
            let said = asked.join().unwrap();
            assert!(said.contains("afbrudt"), "{call}: {said}");
        }
        server.answer(&["cancel", first["id"].as_str().unwrap()]);
        running.join().unwrap();
    });
}

#[test]
fn a_service_that_stops_says_so_and_takes_on_nothing() {
    let data = built();
    let load = Load { drain: 10 * SOON, ..Load::default() };
    let mut server = server(data.path(), Access::Local, load);
    let address = server.address;
    thread::scope(|scope| {
        let running = scope.spawn(|| asked_at(address, &["mdx", LONG]));
        let id = wait_for(&server, 1, &[]).remove(0)["id"].as_str().unwrap().to_owned();
        let began = Instant::now();
        server.tell_to_stop();
        let mut said = String::new();
        while !said.contains("ved at lukke") && began.elapsed() < SOON {
            said = asked_at(address, &["mdx", SHORT]).err().unwrap_or_default();
        }
        // It is ended before anything is said of it: what runs would hold the test for long.
        let cancelled = asked_at(address, &["cancel", &id]);
        let ended = running.join().unwrap();
        assert!(said.contains("ved at lukke"), "{said}");
        assert_eq!(cancelled, Ok(()));
        assert!(ended.unwrap_err().contains("afbrudt"));
    });
}

#[test]
fn a_service_that_stops_ends_what_takes_too_long() {
    let data = built();
    let load = Load { drain: Duration::from_millis(100), ..Load::default() };
    let mut server = server(data.path(), Access::Local, load);
    let address = server.address;
    thread::scope(|scope| {
        let running = scope.spawn(|| asked_at(address, &["mdx", LONG]));
        wait_for(&server, 1, &[]);
        server.tell_to_stop();
        let ended = running.join().unwrap().unwrap_err();
        assert!(ended.contains("afbrudt") && ended.contains("serveren lukkede"), "{ended}");
    });
}
