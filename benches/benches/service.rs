//! What does the program itself take: a rebuild of one month, a start, memory while it serves, and
//! the way over gRPC?
//!
//! Asks the program `terning-server` beside the benches, or the one that `TERNING_SERVER` names.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use terning::answer::{Answer, Assembly};
use terning_benches::clock::{Clock, time};
use terning_benches::question::{self, Question};
use terning_benches::{data, output::Output, process};
use terning_engine::{query, snapshot};
use terning_proto::v1;
use terning_proto::v1::query_service_client::QueryServiceClient;
use terning_server::{map, versions};
use tokio::runtime::Runtime;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

const REBUILDS: usize = 3;
const STARTS: usize = 11;
const CALLS: usize = 1001;
/// Runs of a large answer.
const LARGE: usize = 31;
/// How often a running rebuild is asked for its memory.
const GLANCE: Duration = Duration::from_millis(5);

fn main() -> Result<()> {
    let program = program()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("terning-bench");
    let mut output = Output::of("service")?;
    rebuild(&program, &folder, &mut output)?;
    let runtime = Runtime::new()?;
    start(&program, &folder, &runtime, &mut output)?;
    let server = Server::start(&program, &folder)?;
    let channel = runtime.block_on(server.connect())?;
    memory(&server, &channel, &runtime, &mut output)?;
    calls(channel, &folder, &runtime, &mut output)
}

fn program() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("TERNING_SERVER") {
        return Ok(named.into());
    }
    let own = std::env::current_exe()?;
    let beside = own.parent().and_then(Path::parent).context("the bench lies in no folder")?;
    let program = beside.join("terning-server");
    ensure!(program.exists(), "build it first: cargo build --release -p terning-server");
    Ok(program)
}

/// Deliveries to a published version, each time in a new folder; the last is kept.
fn rebuild(program: &Path, folder: &Path, output: &mut Output) -> Result<()> {
    let deliveries = data::deliveries()?;
    let (mut wall, mut peak) = (Vec::new(), 0.0_f64);
    for _ in 0..REBUILDS {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let began = Instant::now();
        let mut running = Command::new(program)
            .args(["rebuild", "--deliveries"])
            .arg(&deliveries)
            .arg("--data")
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let ended = loop {
            if let Some(ended) = running.try_wait()? {
                break ended;
            }
            peak = peak.max(process::peak_memory(running.id()).unwrap_or(0.0));
            std::thread::sleep(GLANCE);
        };
        ensure!(ended.success(), "the rebuild failed");
        wall.push(began.elapsed().as_secs_f64());
    }
    wall.sort_unstable_by(f64::total_cmp);
    output.figure("rebuild of a month, wall", wall[REBUILDS / 2], "s", Some(10.0))?;
    output.figure("rebuild of a month, peak memory", peak, "MB", Some(1500.0))?;
    let bytes = fs::metadata(cubes_file(folder)?)?.len();
    output.figure("size of a version's cubes", bytes as f64 / 1e6, "MB", None)
}

fn cubes_file(folder: &Path) -> Result<PathBuf> {
    let version = versions::current(folder).context("there is no version")?;
    Ok(versions::folder(folder).join(version.to_string()).join(versions::CUBES))
}

/// From starting the program to the first answer.
fn start(program: &Path, folder: &Path, runtime: &Runtime, output: &mut Output) -> Result<()> {
    let cell = named("cell")?;
    let mut failed = None;
    let times = time(Clock::Wall, STARTS, || {
        let first = || {
            let server = Server::start(program, folder)?;
            runtime.block_on(async { streamed(&mut client(server.connect().await?), cell).await })
        };
        failed = first().err().or(failed.take());
    });
    failed.map_or(Ok(()), Err)?;
    output.times("start to first answer", &times, Some(300.0), "wall")
}

/// After each question has been asked.
fn memory(
    server: &Server,
    channel: &Channel,
    runtime: &Runtime,
    output: &mut Output,
) -> Result<()> {
    for question in question::ALL {
        runtime.block_on(streamed(&mut client(channel.clone()), question))?;
    }
    let process = server.0.id();
    output.figure("memory while serving", process::memory(process)?, "MB", Some(300.0))?;
    output.figure("of it not mapped", process::own_memory(process)?, "MB", None)?;
    output.figure("peak memory while serving", process::peak_memory(process)?, "MB", None)
}

/// One cell against an empty call, and the whole of HAND07 against its computing.
fn calls(channel: Channel, folder: &Path, runtime: &Runtime, output: &mut Output) -> Result<()> {
    let mut health = HealthClient::new(channel.clone());
    let empty = time(Clock::Wall, CALLS, || {
        let request = HealthCheckRequest::default();
        let _ = std::hint::black_box(runtime.block_on(health.check(request)));
    });
    output.times("empty call", &empty, None, "wall")?;
    let mut client = client(channel);
    let (cell, hand07) = (named("cell")?, named("hand07")?);
    let one = time(Clock::Wall, CALLS, || {
        let _ = std::hint::black_box(runtime.block_on(whole(&mut client, cell)));
    });
    let limit = empty.median() + 0.3;
    output.times("one cell over gRPC", &one, Some(limit), "wall")?;
    let cubes = snapshot::open(map::map(&cubes_file(folder)?)?)?;
    let views = question::views(&cubes.into_iter().map(Arc::new).collect::<Vec<_>>());
    let asked = query::Question::Mdx(hand07.mdx);
    let computing = time(Clock::Wall, LARGE, || {
        std::hint::black_box(question::answer(&views, &asked).is_ok());
    });
    output.times("HAND07 computed in process", &computing, None, "wall")?;
    let mut cells = 0;
    let sent = time(Clock::Wall, LARGE, || {
        let answer = runtime.block_on(streamed(&mut client, hand07));
        cells = answer.map_or(0, |answer| answer.cells.len());
    });
    ensure!(cells > 0, "HAND07 was not answered");
    let limit = 4.0 * computing.median() + 10.0;
    output.times("HAND07 over gRPC, decoded", &sent, Some(limit), &format!("wall, {cells} cells"))
}

fn named(name: &str) -> Result<&'static Question> {
    question::ALL.iter().find(|one| one.name == name).context("there is no such question")
}

/// A running server, ended when it is dropped.
struct Server(Child, String);

impl Server {
    /// Starts on a free port, and waits for the line that says that it can answer.
    fn start(program: &Path, folder: &Path) -> Result<Server> {
        let mut command = Command::new(program);
        // They say what is measured, and are no settings.
        let asked = std::env::vars_os().map(|(name, _)| name);
        for name in asked.filter(|name| name.to_string_lossy().starts_with("TERNING_")) {
            command.env_remove(name);
        }
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let out = child.stdout.take().context("the server has no output")?;
        let mut server = Server(child, String::new());
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let address =
            line.trim().strip_prefix("listening on ").context("the server is not ready")?;
        address.clone_into(&mut server.1);
        Ok(server)
    }

    async fn connect(&self) -> Result<Channel> {
        Ok(Endpoint::from_shared(self.1.clone())?.tcp_nodelay(true).connect().await?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn client(channel: Channel) -> QueryServiceClient<Channel> {
    QueryServiceClient::new(channel)
}

fn asked(question: &Question) -> Option<v1::Question> {
    let asked = Some(v1::question::Asked::Mdx(question.mdx.to_owned()));
    Some(v1::Question { asked, ..v1::Question::default() })
}

async fn whole(client: &mut QueryServiceClient<Channel>, question: &Question) -> Result<()> {
    client.query(v1::QueryRequest { question: asked(question) }).await?;
    Ok(())
}

/// An answer in parts, put together.
async fn streamed(client: &mut QueryServiceClient<Channel>, question: &Question) -> Result<Answer> {
    let request = v1::QueryStreamRequest { question: asked(question) };
    let mut parts = client.query_stream(request).await?.into_inner();
    let mut assembly = Assembly::default();
    while let Some(message) = parts.message().await? {
        assembly.add(message.part.unwrap_or_default());
    }
    Ok(assembly.finish()?)
}
