//! How many one-cell questions a second does a server answer, and how long does each take: with many
//! clients at once, at a given rate, and beside rebuilds?
//!
//! ```text
//! terning-server serve --data DATA --cache 0
//! load --clients 64 --seconds 20                       as many as can be
//! load --rate 2000 --minutes 60 --pid PID --beside 'nice -n 19 terning-server rebuild …'
//! load --server https://127.0.0.1:50051 --ca ca.pem --token …
//! load --rate 300 --minutes 60 --mixed yes …            all questions of `question`, and a report
//! ```
//!
//! It asks this machine alone, for an hour at most and by 256 clients at most.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use terning::args::Common;
use terning::client::Client;
use terning_benches::{process, question};
use terning_proto::v1::question::Asked;

/// The most clients, and the longest run.
const MOST: (usize, Duration) = (256, Duration::from_secs(3600));
/// How long after the time is up questions are asked that should have been asked before; what is left
/// then has failed.
const LATE: Duration = Duration::from_secs(60);
/// How much one bucket of times is longer than the one before.
const STEP: f64 = 1.01;
/// Buckets: microseconds to some minutes.
const BUCKETS: usize = 2048;

/// So many of the slowest seconds are told.
const SLOWEST: usize = 8;
/// A second is quiet in which others take no more cores.
const QUIET: f64 = 0.02;

/// What is asked for.
struct Order {
    common: Common,
    clients: usize,
    time: Duration,
    /// Questions a second of all clients; as many as can be where it is not given.
    rate: Option<f64>,
    /// Whether grids, members of persons and reports are asked among the cells.
    mixed: bool,
    /// The process of the server, whose memory is told.
    pid: Option<u32>,
    /// A command that is run again and again beside the questions.
    beside: Option<String>,
}

/// What was measured.
#[derive(Default)]
struct Measured {
    /// The questions that were due in each second.
    seconds: Vec<Second>,
    failed: BTreeMap<String, u64>,
    /// What others took of the processor in each second, in cores.
    taken: Vec<f64>,
}

/// The answers to the questions that were due in a second.
#[derive(Default)]
struct Second {
    /// How many took how long, by bucket.
    times: Vec<u32>,
    longest: Duration,
}

impl Measured {
    /// An answer in a second, and how long it took.
    fn answered(&mut self, second: usize, took: Duration) {
        let seconds = self.seconds.len().max(second + 1);
        self.seconds.resize_with(seconds, Second::default);
        let Second { times, longest } = &mut self.seconds[second];
        times.resize(BUCKETS, 0);
        times[bucket(took)] += 1;
        *longest = took.max(*longest);
    }

    fn failed(&mut self, why: String) {
        *self.failed.entry(why).or_default() += 1;
    }

    /// Whether others took next to nothing of the processor in a second, the one before and the one after.
    fn is_quiet(&self, second: usize) -> bool {
        let near = self.taken.iter().enumerate().skip(second.saturating_sub(1));
        near.take_while(|(at, _)| *at <= second + 1).all(|(_, taken)| *taken <= QUIET)
    }

    /// How many answers took how long, in some of the seconds.
    fn times(&self, is_meant: impl Fn(usize) -> bool) -> Vec<u64> {
        let mut all = vec![0; BUCKETS];
        for (_, second) in self.seconds.iter().enumerate().filter(|(at, _)| is_meant(*at)) {
            let times = second.times.iter().map(|count| u64::from(*count));
            all.iter_mut().zip(times).for_each(|(all, own)| *all += own);
        }
        all
    }
}

fn main() -> Result<()> {
    let order = order(std::env::args().skip(1))?;
    let stop = Arc::new(AtomicBool::new(false));
    let beside = order.beside.clone().map(|command| {
        let stop = Arc::clone(&stop);
        std::thread::spawn(move || run_beside(&command, &stop))
    });
    let before = memory(order.pid);
    let (began, taken) = (Instant::now(), process::taken_by_others()?);
    let measured = tokio::runtime::Runtime::new()?.block_on(ask(&order))?;
    let took = began.elapsed();
    stop.store(true, Ordering::Relaxed);
    tell(&order, &measured, took);
    let taken = (process::taken_by_others()? - taken) / took.as_secs_f64();
    println!("other machines of the same processor took {taken:.2} cores");
    if let (Some(before), Some(after)) = (before, memory(order.pid)) {
        println!("own memory of the server: {before:.0} MB before, {after:.0} MB after");
    }
    if let Some(beside) = beside {
        let (runs, failed) = beside.join().map_err(|_| anyhow::anyhow!("no thread"))??;
        println!("beside: {runs} runs, {failed} failed");
        ensure!(failed == 0, "what was run beside the questions has failed");
    }
    ensure!(measured.failed.is_empty(), "questions have failed");
    Ok(())
}

/// Reads the command line.
fn order(mut words: impl Iterator<Item = String>) -> Result<Order> {
    let mut order = Order {
        common: Common::of_server("http://127.0.0.1:50051"),
        clients: 64,
        time: Duration::from_secs(10),
        rate: None,
        mixed: false,
        pid: None,
        beside: None,
    };
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--server" => order.common.server = value,
            "--token" => order.common.token = Some(value),
            "--ca" => order.common.ca = Some(value.into()),
            "--clients" => order.clients = value.parse()?,
            "--seconds" => order.time = Duration::from_secs(value.parse()?),
            "--minutes" => order.time = Duration::from_secs(60 * value.parse::<u64>()?),
            "--rate" => order.rate = Some(value.parse()?),
            "--mixed" => order.mixed = value == "yes",
            "--pid" => order.pid = Some(value.parse()?),
            "--beside" => order.beside = Some(value),
            _ => bail!("there is no {word}"),
        }
    }
    let host = order.common.server.split("://").nth(1).unwrap_or_default();
    let is_here = ["127.0.0.1:", "localhost:", "[::1]:"].iter().any(|own| host.starts_with(own));
    ensure!(is_here, "only a server of this machine is asked");
    ensure!(order.clients <= MOST.0 && order.time <= MOST.1, "that is too much");
    ensure!(order.rate.is_none_or(|rate| rate > 0.0), "a rate is above 0");
    Ok(order)
}

/// Asks until the time is over.
async fn ask(order: &Order) -> Result<Measured> {
    let mix = Mix::new(order.mixed)?;
    let measured = Arc::new(Mutex::new(Measured::default()));
    let mut clients = Vec::new();
    for _ in 0..order.clients {
        clients.push(Client::connect(&order.common).await?);
    }
    let began = Instant::now();
    let each = order.rate.map(|rate| Duration::from_secs_f64(order.clients as f64 / rate));
    let asking = clients.into_iter().enumerate().map(|(number, client)| {
        let first =
            each.map(|each| Instant::now() + each.mul_f64(number as f64 / order.clients as f64));
        let measured = Arc::clone(&measured);
        let own = mix.from(number);
        tokio::spawn(ask_again(client, own, first.zip(each), (began, order.time), measured))
    });
    let asking = asking.collect::<Vec<_>>();
    let taken = taken(began, order.time).await?;
    for asked in asking {
        asked.await?;
    }
    let mut measured = std::mem::take(&mut *lock(&measured));
    measured.taken = taken;
    Ok(measured)
}

/// What others take of the processor in each second until the time is over, in cores.
async fn taken(began: Instant, time: Duration) -> Result<Vec<f64>> {
    let (mut seconds, mut before) = (Vec::new(), process::taken_by_others()?);
    while began.elapsed() < time {
        let end = began + Duration::from_secs(seconds.len() as u64 + 1);
        tokio::time::sleep_until(end.into()).await;
        let now = process::taken_by_others()?;
        seconds.push(now - before);
        before = now;
    }
    Ok(seconds)
}

/// A lock whose holder panicked still holds a whole value.
fn lock(measured: &Mutex<Measured>) -> MutexGuard<'_, Measured> {
    measured.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is asked, in turn.
#[derive(Clone)]
struct Mix {
    cell: &'static str,
    /// What is asked among the cells.
    others: Vec<&'static str>,
    asked: usize,
}

impl Mix {
    /// How many cells are asked for each other question, and the place of the report among all.
    const CELLS: usize = 20;
    const REPORT: usize = 1000;

    fn new(mixed: bool) -> Result<Mix> {
        let cell =
            question::ALL.iter().find(|one| one.name == "cell").context("no such question")?;
        let others = question::ALL.iter().filter(|one| mixed && one.name != "cell");
        Ok(Mix { cell: cell.mdx, others: others.map(|one| one.mdx).collect(), asked: 0 })
    }

    /// The same, begun elsewhere, so that clients do not ask the same at once.
    fn from(&self, client: usize) -> Mix {
        Mix { asked: client * 17, ..self.clone() }
    }

    /// Asks what comes next.
    async fn ask(&mut self, client: &mut Client) -> Result<()> {
        self.asked += 1;
        if !self.others.is_empty() && self.asked.is_multiple_of(Self::REPORT) {
            let chosen = vec![("kommune".to_owned(), "153".to_owned())];
            client.report("harmonisering".to_owned(), chosen, Vec::new()).await?;
            return Ok(());
        }
        let other = self.asked / Self::CELLS;
        let is_other = !self.others.is_empty() && self.asked.is_multiple_of(Self::CELLS);
        let mdx = if is_other { self.others[other % self.others.len()] } else { self.cell };
        client.ask(Asked::Mdx(mdx.to_owned())).await?;
        Ok(())
    }
}

/// One client: asks again as soon as it is answered, or at its times. An answer that makes the next
/// question late makes it slow: time counts from when it should have been asked, and what should have
/// been asked before the time was up is asked or has failed.
async fn ask_again(
    mut client: Client,
    mut mix: Mix,
    pace: Option<(Instant, Duration)>,
    (began, time): (Instant, Duration),
    measured: Arc<Mutex<Measured>>,
) {
    let mut next = pace.map(|(first, _)| first);
    let until = began + time;
    loop {
        let due = next.unwrap_or_else(Instant::now);
        if due >= until {
            return;
        }
        next = pace.map(|(_, each)| due + each);
        if Instant::now() >= until + LATE {
            lock(&measured).failed("never asked: the server was too far behind".to_owned());
            continue;
        }
        tokio::time::sleep_until(due.into()).await;
        match mix.ask(&mut client).await {
            Ok(()) => {
                let took = due.elapsed();
                lock(&measured).answered((due - began).as_secs() as usize, took);
            }
            Err(error) => lock(&measured).failed(error.to_string()),
        }
    }
}

fn bucket(time: Duration) -> usize {
    let microseconds = (time.as_secs_f64() * 1e6).max(1.0);
    ((microseconds.ln() / STEP.ln()) as usize).min(BUCKETS - 1)
}

/// The milliseconds that a part of all answers took at most.
fn percentile(times: &[u64], part: f64) -> f64 {
    let wanted = times.iter().sum::<u64>() as f64 * part;
    let mut before = 0;
    let at = times.iter().position(|count| {
        before += count;
        before as f64 >= wanted
    });
    STEP.powi(at.map_or(0, |at| at as i32 + 1)) / 1000.0
}

fn tell(order: &Order, measured: &Measured, took: Duration) {
    let all = measured.times(|_| true);
    let answered: u64 = all.iter().sum();
    let (clients, seconds) = (order.clients, took.as_secs_f64());
    let rate = answered as f64 / seconds;
    let told = percentiles(&all);
    println!("{clients} clients, {seconds:.1} s: {answered} answers, {rate:.0} a second; {told}");
    println!("the longest of the slowest seconds: {}", slowest(&measured.seconds));
    let quiet = (0..measured.seconds.len()).filter(|at| measured.is_quiet(*at)).count();
    if quiet > 0 {
        let times = measured.times(|at| measured.is_quiet(at));
        let answered: u64 = times.iter().sum();
        let told = percentiles(&times);
        println!("of {quiet} seconds others took next to nothing: {answered} answers, {told}");
    }
    for (why, count) in &measured.failed {
        println!("{count} failed: {why}");
    }
}

/// What answers took, in milliseconds.
fn percentiles(times: &[u64]) -> String {
    let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|part| percentile(times, part));
    format!("p50 {p50:.2} ms, p99 {p99:.2} ms, p999 {p999:.2} ms")
}

/// The longest times, each with the second it was in.
fn slowest(seconds: &[Second]) -> String {
    let mut longest: Vec<(usize, Duration)> =
        seconds.iter().map(|second| second.longest).enumerate().collect();
    longest.sort_by_key(|(_, took)| std::cmp::Reverse(*took));
    longest.truncate(SLOWEST);
    let told = longest.iter().map(|(second, took)| format!("{} ms in {second}", took.as_millis()));
    told.collect::<Vec<_>>().join(", ")
}

fn memory(pid: Option<u32>) -> Option<f64> {
    pid.and_then(|pid| process::own_memory(pid).ok())
}

/// Runs a command again and again: how often, and how often it failed.
fn run_beside(command: &str, stop: &AtomicBool) -> Result<(u64, u64)> {
    let (mut runs, mut failed) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        let mut shell = Command::new("sh");
        let ended =
            shell.args(["-c", command]).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        runs += 1;
        failed += u64::from(!ended.success());
    }
    Ok((runs, failed))
}
