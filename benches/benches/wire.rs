//! What does the way over gRPC cost? One cell against an empty call, and the whole of HAND07.
//!
//! `TERNING_DATA` is a data folder with a version, as `terning-server rebuild` makes it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use terning::answer::{Answer, Assembly};
use terning_proto::v1::query_service_client::QueryServiceClient;
use terning_proto::v1::question::Asked;
use terning_proto::v1::{Pivot, QueryRequest, QueryStreamRequest, Question};
use terning_server::serve;
use tokio::sync::oneshot;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

fn main() -> Result<()> {
    let data = PathBuf::from(std::env::var("TERNING_DATA").context("TERNING_DATA")?);
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = serve::bind("127.0.0.1:0").await?;
        let (ready, is_ready) = oneshot::channel();
        let tell = |address| {
            let _ = ready.send(address);
        };
        tokio::select! {
            served = serve::run(listener, &data, tell, std::future::pending()) => served,
            asked = async {
                let channel = Endpoint::from_shared(format!("http://{}", is_ready.await?))?;
                ask(channel.tcp_nodelay(true).connect().await?).await
            } => asked,
        }
    })
}

async fn ask(channel: Channel) -> Result<()> {
    let mut health = HealthClient::new(channel.clone());
    let empty = median(2000, async || {
        health.check(HealthCheckRequest::default()).await.map(drop).map_err(Into::into)
    });
    show("empty call", empty.await?);
    let cell = pivot(&["Tid.Kvartal=2020K1", "Handle kommune.Kommunenummer=153"], &[], &[]);
    let mut client = QueryServiceClient::new(channel);
    show("one cell", median(2000, async || whole(&mut client, &cell).await.map(drop)).await?);
    let columns = ["Handle kommune.Kommunenummer", "Tid.Kvartal"];
    let hand07 = pivot(&[], &columns, &["Ydelse VH.Ydelseskode"]);
    show("HAND07 whole", median(50, async || whole(&mut client, &hand07).await.map(drop)).await?);
    let mut cells = 0;
    let streamed = median(50, async || {
        let answer = streamed(&mut client, &hand07).await?;
        cells = answer.cells.len();
        Ok(())
    });
    show("HAND07 streamed, put together", streamed.await?);
    println!("{cells} cells that are not empty");
    Ok(())
}

fn pivot(filters: &[&str], columns: &[&str], rows: &[&str]) -> Question {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let pivot = Pivot {
        cube: "Voksne Handicappede Benchmark".to_owned(),
        filters: words(filters),
        columns: words(columns),
        rows: words(rows),
        ..Pivot::default()
    };
    Question { asked: Some(Asked::Pivot(pivot)), ..Question::default() }
}

async fn whole(client: &mut QueryServiceClient<Channel>, question: &Question) -> Result<usize> {
    let request = QueryRequest { question: Some(question.clone()) };
    let answer = client.query(request).await?.into_inner();
    Ok(answer.cell_set.and_then(|set| set.cells).map_or(0, |cells| cells.ordinal_steps.len()))
}

async fn streamed(client: &mut QueryServiceClient<Channel>, question: &Question) -> Result<Answer> {
    let request = QueryStreamRequest { question: Some(question.clone()) };
    let mut parts = client.query_stream(request).await?.into_inner();
    let mut assembly = Assembly::default();
    while let Some(message) = parts.message().await? {
        assembly.add(message.part.unwrap_or_default());
    }
    Ok(assembly.finish()?)
}

/// The median time of a call, after as many calls to warm up.
async fn median(runs: usize, mut call: impl AsyncFnMut() -> Result<()>) -> Result<Duration> {
    let mut times = Vec::with_capacity(runs);
    for run in 0..2 * runs {
        let began = Instant::now();
        call().await?;
        if run >= runs {
            times.push(began.elapsed());
        }
    }
    times.sort_unstable();
    Ok(times[runs / 2])
}

fn show(what: &str, time: Duration) {
    println!("{what:30} {:9.3} ms", time.as_secs_f64() * 1e3);
}
