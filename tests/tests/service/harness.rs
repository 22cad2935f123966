//! Starts servers, asks them, and compares with what is kept in `golden/`.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use clap::Parser;
use cube_schema::day::Month;
use terning::args::Args;
use terning_engine::cube::Cube;
use terning_engine::snapshot;
use terning_server::audit;
use terning_server::config::{Access, Settings, Tls};
use terning_server::disk::Disk;
use terning_server::serve;
use terning_server::versions::{self, Draft, Manifest, VersionName};
use tokio::sync::oneshot;

/// How long a test waits until a server has noticed a new version: on a machine that is busy much
/// longer than it takes.
pub const PICKED_UP: Duration = Duration::from_secs(30);

/// Publishes a version of some cubes.
pub fn publish(data: &Path, month: (i16, i8), cubes: &[&Cube]) -> VersionName {
    let draft = Draft::begin(&Disk::real(), data, Month::new(month.0, month.1)).unwrap();
    let mut file = draft.create(versions::CUBES).unwrap();
    snapshot::write(cubes, &mut file).unwrap();
    file.sync().unwrap();
    let manifest = Manifest::new(draft.name());
    draft.publish(&manifest, true).unwrap()
}

/// A running server, stopped when it is dropped.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    scheme: &'static str,
    ready: Mutex<mpsc::Receiver<()>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server without waiting for a version.
    pub fn start(data: &Path) -> Server {
        Server::start_with(data, Access::Local.into())
    }

    /// The same with settings.
    pub fn start_with(data: &Path, settings: Settings) -> Server {
        let scheme = if matches!(settings.tls, Tls::Here { .. }) { "https" } else { "http" };
        let settings = settings.with(Some("127.0.0.1:0"), None);
        let (stop, stopped) = oneshot::channel();
        let (bound, address) = mpsc::channel();
        let (tell_ready, ready) = mpsc::channel();
        let data = data.to_owned();
        let thread = std::thread::spawn(move || {
            tokio::runtime::Runtime::new().unwrap().block_on(async move {
                let listener = serve::bind(&settings).await.unwrap();
                bound.send(listener.local_addr().unwrap()).unwrap();
                let ready = |_| tell_ready.send(()).unwrap();
                let shutdown = async { drop(stopped.await) };
                let ended = serve::run(listener, &data, settings, ready, shutdown).await;
                ended.unwrap();
            });
        });
        let address = address.recv().unwrap();
        Server { address, scheme, ready: Mutex::new(ready), stop: Some(stop), thread: Some(thread) }
    }

    /// Starts a server and waits until it can answer.
    pub fn ready(data: &Path) -> Server {
        Server::with_settings(data, Access::Local.into())
    }

    /// The same without an access log: one server at a time writes that of a data folder.
    pub fn beside_others(data: &Path) -> Server {
        let audit = audit::Settings { enabled: false, ..audit::Settings::default() };
        Server::with_settings(data, Settings { audit, ..Access::Local.into() })
    }

    /// The same with settings, on a free port.
    pub fn with_settings(data: &Path, settings: Settings) -> Server {
        let server = Server::start_with(data, settings);
        server.wait_until_ready();
        server
    }

    /// Waits until the server can answer.
    pub fn wait_until_ready(&self) {
        self.ready.lock().unwrap().recv_timeout(PICKED_UP).expect("the server is ready in time");
    }

    /// Runs a command against the server: what it wrote, or what it said on stderr.
    pub fn ask(&self, arguments: &[&str]) -> Result<String, String> {
        self.ask_bytes(arguments).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    /// The same, where it writes no text.
    pub fn ask_bytes(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("output");
        self.run(arguments, &output)?;
        Ok(fs::read(output).unwrap())
    }

    /// Runs a command that writes to a place.
    pub fn run(&self, arguments: &[&str], output: &Path) -> Result<(), String> {
        let server = format!("{}://{}", self.scheme, self.address);
        let common = ["--server", &server, "-o", output.to_str().unwrap()];
        let words = ["terning"].iter().chain(arguments).chain(&common);
        let args = Args::try_parse_from(words).map_err(|error| error.to_string())?;
        terning::run(args).map_err(|error| error.to_string())
    }

    /// The answer of a command that succeeds.
    pub fn answer(&self, arguments: &[&str]) -> String {
        self.ask(arguments).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
    }

    /// What a command that is refused says.
    pub fn refusal(&self, arguments: &[&str]) -> String {
        match self.ask(arguments) {
            Ok(answer) => panic!("{arguments:?} is answered: {answer}"),
            Err(error) => error,
        }
    }
}

impl Server {
    /// Tells the server to stop, and does not wait for it.
    pub fn tell_to_stop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}

/// Compares with a file in `golden/`; `UPDATE_GOLDEN=1` writes it anew.
pub fn golden(name: &str, got: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/service/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, got).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(got, expected, "differs from {}", path.display());
}
