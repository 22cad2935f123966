//! What the service tells of itself is what the page tells of.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

use clap::Parser;
use terning_server::args::Args;
use terning_server::command;
use terning_server::config::{Access, Metrics, Settings};

use crate::access::built;
use crate::harness::{PICKED_UP, Server};

const PAGE: &str = include_str!("../../../docs/metrics.md");

/// A free address that no connection of others takes: these come from ports above 32767. Each is
/// given once.
fn free() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = (std::process::id() % 1000) as u16 * 10;
    let ports = std::iter::repeat_with(|| (first + NEXT.fetch_add(1, Relaxed)) % 10_000);
    let here = |port| SocketAddr::from(([127, 0, 0, 1], 20_000 + port));
    ports.take(10_000).map(here).find(|address| TcpListener::bind(address).is_ok()).unwrap()
}

/// A server that tells at an address.
fn telling(data: &std::path::Path) -> (Server, SocketAddr) {
    let free = free();
    let metrics = Metrics { listen: Some(free) };
    (Server::with_settings(data, Settings { metrics, ..Access::Local.into() }), free)
}

fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    (status, text.split_once("\r\n\r\n").unwrap().1.to_owned())
}

/// The names in the table of the page.
fn told() -> BTreeSet<String> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `"));
    let names = rows.filter_map(|row| row.split_once("` |")).map(|(name, _)| name.to_owned());
    names
        .filter(|name| name.starts_with("terning_") || name.starts_with("process_"))
        .filter(|name| !name.contains([' ', '{', '(']))
        .collect()
}

/// The names that are exposed; of a distribution, the name without its parts.
fn exposed(text: &str) -> BTreeSet<String> {
    let kinds = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let names = kinds.map(|kind| match kind.split_once(' ').unwrap() {
        (name, "counter") => format!("{name}_total"),
        (name, _) => name.to_owned(),
    });
    names.collect()
}

/// The value of a series.
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series));
    let line = line.unwrap_or_else(|| panic!("{series} is not in\n{text}"));
    line.trim().parse().unwrap()
}

#[test]
fn the_page_tells_of_every_measurement_and_of_no_other() {
    let data = built();
    let (server, address) = telling(data.path());
    server.answer(&["cubes"]);
    let (status, text) = get(address, "/metrics");
    assert_eq!(status, 200);
    assert_eq!(exposed(&text), told());
    assert!(told().len() > 15);
}

#[test]
fn calls_answers_and_the_version_are_counted() {
    let data = built();
    let (server, address) = telling(data.path());
    let count = "SELECT FROM [Voksne Handicappede] WHERE [Measures].[Antal Unikke Borgere]";
    server.answer(&["mdx", count]);
    server.answer(&["mdx", count]);
    server.refusal(&["mdx", "SELECT FROM [0101501234]"]);
    let (_, text) = get(address, "/metrics");
    let of = |series: &str| value(&text, series);
    assert_eq!(of("terning_calls_total{call=\"RunStatement\",outcome=\"Ok\"}"), 2.0);
    assert_eq!(of("terning_calls_total{call=\"RunStatement\",outcome=\"NotFound\"}"), 1.0);
    assert_eq!(of("terning_call_seconds_count{call=\"RunStatement\"}"), 3.0);
    assert_eq!((of("terning_cache_hits_total"), of("terning_cache_misses_total")), (1.0, 1.0));
    assert_eq!(of("terning_answered_cells_total"), 2.0);
    assert_eq!(of("terning_versions{state=\"active\"}"), 1.0);
    assert_eq!(of("terning_queries_running"), 0.0);
    assert_eq!(of("terning_version_info{version=\"2026-10.1\",as_of=\"2026-10-31\"}"), 1.0);
    assert_eq!(of("terning_version_as_of_timestamp_seconds"), 1_793_404_800.0);
    assert!(of("process_resident_memory_bytes") > of("terning_process_own_memory_bytes"));
    assert!(!text.contains("0101501234"), "what callers write is no label");
}

#[test]
fn the_last_rebuild_is_told_of_with_its_outcome() {
    let data = built();
    let (_server, address) = telling(data.path());
    let text = || get(address, "/metrics").1;
    assert_eq!(value(&text(), "terning_rebuild_last_timestamp_seconds"), 0.0);
    let rebuild = |deliveries: &str| {
        let deliveries = data.path().join(deliveries);
        let words = ["--deliveries", deliveries.to_str().unwrap(), "--threads=1", "--data"];
        let data = [data.path().to_str().unwrap()];
        let words = ["terning-server", "rebuild"].iter().chain(&words).chain(&data);
        command::run(Args::try_parse_from(words).unwrap()).unwrap()
    };
    assert_eq!(rebuild("deliveries"), ExitCode::SUCCESS);
    let told = text();
    let info = "terning_rebuild_last_info{outcome=\"built\",version=\"2026-10.2\"}";
    assert_eq!(value(&told, info), 1.0);
    assert!(value(&told, "terning_rebuild_last_timestamp_seconds") > 1.7e9);
    assert!(value(&told, "terning_rebuild_last_duration_seconds") > 0.0);
    assert_eq!(rebuild("findes ikke"), ExitCode::FAILURE);
    let info = "terning_rebuild_last_info{outcome=\"failed\",version=\"\"}";
    assert_eq!(value(&text(), info), 1.0);
}

#[test]
fn ready_is_when_questions_can_be_answered() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("versions")).unwrap();
    let free = free();
    let metrics = Metrics { listen: Some(free) };
    let settings = Settings { metrics, ..Access::Local.into() };
    let _server = Server::start_with(folder.path(), settings);
    let began = std::time::Instant::now();
    while TcpStream::connect(free).is_err() && began.elapsed() < PICKED_UP {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(get(free, "/healthz").0, 200);
    let (status, why) = get(free, "/readyz");
    assert!(status == 503 && why.contains("ingen version"), "{status} {why}");
    assert_eq!(get(free, "/andet").0, 404);
    let data = built();
    let (_server, address) = telling(data.path());
    assert_eq!(get(address, "/readyz").0, 200);
}
