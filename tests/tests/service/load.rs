//! Too much to do: questions wait in turn, are refused at once, are listed and ended; and a service
//! that is told to stop lets them come to their end.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use terning_server::config::{Access, Load, Settings};

use crate::access::{built, token};
use crate::harness::Server;

/// A question that takes longer than any test.
const LONG: &str = "WITH MEMBER [Measures].[X] AS
        Sum([Ydelse VH].[Ydelseskode].[Ydelseskode].Members,
            Sum([Målgruppe].[Målgruppe].[Målgruppe].Members,
                Sum([Køn].[Køn].[Køn].Members, [Measures].[Antal Unikke Borgere] ^ 2)))
    SELECT [Tid].[Måned].[Måned].Members ON COLUMNS,
    [Handle kommune].[Kommunenummer].[Kommunenummer].Members ON ROWS
    FROM [Voksne Handicappede] WHERE [Measures].[X]";
/// One that takes no time.
const SHORT: &str = "SELECT FROM [Voksne Handicappede] WHERE [Measures].[Antal Unikke Borgere]";
const SOON: Duration = Duration::from_secs(10);

fn server(data: &Path, access: Access, load: Load) -> Server {
    Server::with_settings(data, Settings { load, ..access.into() })
}

fn listed(server: &Server, more: &[&str]) -> Vec<Value> {
    let words = [&["queries", "--format", "json"], more].concat();
    serde_json::from_str::<Vec<Value>>(&server.answer(&words)).unwrap()
}

/// Waits until so many queries are in the list.
fn wait_for(server: &Server, count: usize, more: &[&str]) -> Vec<Value> {
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
        let began = Instant::now();
        server.answer(&["cancel", &id]);
        let said = asked.join().unwrap();
        assert!(said.contains("afbrudt"), "{said}");
        wait_for(&server, 0, &[]);
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
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
        let states: Vec<&str> = both.iter().map(|one| one["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["running", "waiting"]);
        let began = Instant::now();
        let said = server.refusal(&["mdx", SHORT]);
        assert!(said.contains("for mange spørgsmål venter"), "{said}");
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        server.answer(&["cancel", both[0]["id"].as_str().unwrap()]);
        running.join().unwrap();
        assert!(waiting.join().unwrap().contains('4'), "whoever waited is answered");
    });
}

#[test]
fn a_service_that_stops_says_so_takes_on_nothing_and_ends_what_takes_too_long() {
    let data = built();
    let load = Load { drain: Duration::from_millis(600), ..Load::default() };
    let mut server = server(data.path(), Access::Local, load);
    let address = server.address;
    let asked = |text: &'static str| {
        use clap::Parser;
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let url = format!("http://{address}");
        let words = ["terning", "mdx", text, "--server", &url, "-o", out.to_str().unwrap()];
        let args = terning::args::Args::try_parse_from(words).unwrap();
        terning::run(args).map_err(|error| error.to_string())
    };
    thread::scope(|scope| {
        let running = scope.spawn(|| asked(LONG));
        wait_for(&server, 1, &[]);
        let began = Instant::now();
        server.tell_to_stop();
        let mut said = String::new();
        while !said.contains("ved at lukke") && began.elapsed() < Duration::from_millis(500) {
            said = asked(SHORT).err().unwrap_or_default();
        }
        assert!(said.contains("ved at lukke"), "{said}");
        let ended = running.join().unwrap().unwrap_err();
        assert!(ended.contains("afbrudt"), "{ended}");
    });
}
