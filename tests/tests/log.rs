//! The log has no personal data, whatever is asked: not at the lowest level, not where a question fails,
//! and not of the libraries below, which tell nothing at the levels where they might.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in functions marked as tests only

use std::io::Write;
use std::sync::{Arc, Mutex};

use clap::Parser;
use terning::args::Args;
use terning_server::config::{Access, Settings};
use terning_server::rebuild::{Rebuild, rebuild};
use terning_server::{serve, telemetry};
use terning_tests::folder::Delivery;
use tokio::sync::oneshot;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// A citizen's number, and a word that stands for all else that a caller may write.
const CPR: &str = "6101801234";
const WORD: &str = "Hemmelighed";

/// Where the log is kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Kept;

    fn make_writer(&'a self) -> Kept {
        self.clone()
    }
}

/// Questions with the number in every place where a caller may write something.
fn questions() -> Vec<Vec<String>> {
    let said = [
        format!("mdx|SELECT FROM [Voksne Handicappede] WHERE [Borger].[Personnummer].&[{CPR}]"),
        format!("mdx|SELECT FROM [{CPR}] WHERE [{WORD}]"),
        format!("mdx|{WORD} {CPR} 'æ"),
        format!("mdx|SELECT {{\"{CPR}\"}} ON COLUMNS FROM [Voksne Handicappede]"),
        format!(
            "mdx|--explain|SELECT FROM [Voksne Handicappede] WHERE [Borger].[Personnummer].&[{CPR}]"
        ),
        format!(
            "mdx|DRILLTHROUGH SELECT FROM [Voksne Handicappede] WHERE [Borger].[Personnummer].&[{CPR}]"
        ),
        format!(
            "pivot|--cube|Voksne Handicappede|--rows|Borger.Personnummer={CPR}|--measure|Antal Unikke Borgere"
        ),
        format!("pivot|--cube|{WORD}{CPR}|--measure|{WORD}"),
        format!("drill|--cube|Voksne Handicappede|--filter|Borger.Personnummer={CPR}"),
        format!("drill|--cube|Voksne Handicappede|--filter|{WORD}={CPR}"),
        format!("explain|--cube|{CPR}|--filter|Borger.Personnummer={CPR}"),
        format!("describe|{WORD} {CPR}"),
        format!("functions|{CPR}"),
        format!("report|{WORD}{CPR}"),
        format!("report|fejlliste|--kommune|{CPR}"),
        format!("cubes|--version|{CPR}"),
        format!("cubes|--token|{WORD}{CPR}"),
        format!("cubes|--purpose|{WORD} {CPR}"),
        format!("cancel|{CPR}"),
    ];
    said.iter().map(|one| one.split('|').map(str::to_owned).collect()).collect()
}

#[test]
fn the_log_tells_of_calls_by_their_ids_and_of_nobody() {
    let kept = Kept::default();
    let log = tracing_subscriber::fmt::layer().with_writer(kept.clone()).with_ansi(false);
    tracing_subscriber::registry().with(telemetry::quiet_libraries()).with(log).init();
    let folder = tempfile::tempdir().unwrap();
    let deliveries = folder.path().join("deliveries");
    let line = format!("a1;{CPR};153;;1.8.1;2020-01-01;;;;A");
    Delivery::full("153", "nexus", "2026-10").write(&deliveries, &[&line]);
    let order = Rebuild::new(deliveries, folder.path());
    assert_eq!(rebuild(&order, &|_| ()).unwrap().exit_code(), 0);
    let (data, settings) = (folder.path().to_owned(), Settings::from(Access::Local));
    let (stop, stopped) = oneshot::channel::<()>();
    let (told, ready) = std::sync::mpsc::channel();
    let serving = std::thread::spawn(move || {
        tokio::runtime::Runtime::new().unwrap().block_on(async move {
            let settings = settings.with(Some("127.0.0.1:0"), None);
            let listener = serve::bind(&settings).await.unwrap();
            let ready = move |address| told.send(address).unwrap();
            let shutdown = async { drop(stopped.await) };
            serve::run(listener, &data, settings, ready, shutdown).await.unwrap();
        });
    });
    let server = format!("http://{}", ready.recv().unwrap());
    let output = folder.path().join("output");
    let mut answered = 0;
    for question in questions() {
        let common = ["--server", &server, "-o", output.to_str().unwrap()];
        let words = ["terning"].into_iter().chain(question.iter().map(String::as_str));
        let args = Args::try_parse_from(words.chain(common)).unwrap();
        answered += usize::from(terning::run(args).is_ok());
    }
    assert!(answered > 3, "some are answered, others fail");
    stop.send(()).unwrap();
    serving.join().unwrap();
    let log = String::from_utf8_lossy(&kept.0.lock().unwrap()).into_owned();
    for line in log.lines() {
        let tells = [CPR, &CPR[..6], WORD].iter().any(|word| line.contains(*word));
        assert!(!tells, "{line}");
    }
    let low = log.lines().filter(|line| line.contains("TRACE") || line.contains("DEBUG"));
    let of_libraries: Vec<&str> = low.filter(|line| !line.contains(" terning")).collect();
    assert_eq!(of_libraries, [""; 0]);
    let calls = log.lines().filter(|line| line.contains("kald{id=") && line.contains("besvaret"));
    assert!(calls.count() > 0, "{log}");
}
