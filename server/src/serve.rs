//! The service: answers on a listener until it is told to stop, and picks up new versions.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use cube_schema::domains::vh::rapporter::RAPPORTER;
use cube_schema::report::Reports;
use tokio::net::{TcpListener, lookup_host};
use tokio::sync::oneshot;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::access::Gate;
use crate::audit::{self, Log};
use crate::config::{Settings, Tls};
use crate::connections::Connections;
use crate::disk::Disk;
use crate::grpc::calls::Calls;
use crate::grpc::{Api, BySize, Entrance, HEALTH, Work};
use crate::metrics::{self, Collected, Counted, Metrics};
use crate::versions::{self, Cache, Version, Versions};

/// Calls at a time of one connection, health's included: more than one caller may have waiting.
const STREAMS: u32 = 200;
/// How often a silent connection is asked whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// How often it is looked whether questions can be answered.
const TELLING: Duration = Duration::from_secs(1);
/// How long answers may take on their way after the last question was answered.
const SENDING: Duration = Duration::from_secs(5);

/// Binds the address of some settings. Where other machines reach it, callers must prove who they
/// are, and what is sent must be encrypted.
///
/// # Errors
/// The address cannot be bound, or may not be opened to other machines.
pub async fn bind(settings: &Settings) -> anyhow::Result<TcpListener> {
    let listen = &settings.listen;
    let wrong = || format!("'{listen}' er ikke en adresse, for eksempel 127.0.0.1:50051");
    let addresses: Vec<SocketAddr> = lookup_host(listen).await.with_context(wrong)?.collect();
    if let Some(open) = addresses.iter().find(|address| !address.ip().is_loopback()) {
        settings.check_open(open)?;
    }
    let listener = TcpListener::bind(addresses.as_slice()).await;
    listener.with_context(|| format!("kan ikke lytte på {listen}; er porten i brug?"))
}

/// Answers on a listener until `shutdown` ends. `ready` is called once, when the first version is
/// active and questions can be answered.
///
/// # Errors
/// The data folder is not safe, or the listener fails.
pub async fn run(
    listener: TcpListener,
    data: &Path,
    settings: Settings,
    ready: impl FnOnce(SocketAddr),
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    check(data)?;
    let address = listener.local_addr()?;
    let log = open_log(settings.disk, data, settings.audit).await?;
    let versions = Arc::new(Versions::new(data).protecting(settings.protection));
    let (health, health_service) = tonic_health::server::health_reporter();
    let leaving = health.clone();
    set_health(&health, ServingStatus::NotServing).await;
    let (stopping, is_stopping) = oneshot::channel();
    let entrance = Entrance::new(Gate::new(data, settings.access));
    let counted = Counted::default();
    let (most, is_in_front) = (settings.load.connections, matches!(settings.tls, Tls::InFront));
    let incoming = Connections::new(listener, most, is_in_front, counted.clone());
    let work = Work::new(settings.load, counted.clone());
    let cache = Arc::new(Cache::new(settings.cache_bytes));
    let seen = Collected {
        work: work.clone(),
        cache: Arc::clone(&cache),
        log: log.clone(),
        versions: Arc::clone(&versions),
        started: SystemTime::now(),
    };
    let told = health.clone();
    let picking_up = picking_up(Arc::clone(&versions), (health, seen.clone()), || ready(address));
    let telling = telling(told, seen.clone());
    let measuring = measuring(settings.metrics.listen, Metrics::new(&counted, seen)).await?;
    let reports = Reports::parse(RAPPORTER)?;
    let api = Api::new(versions, reports, log.clone(), work.clone(), cache);
    let serving = server(settings.tls)?
        .layer(Calls::new(entrance, counted)?)
        .add_service(BySize::new(api))
        .add_service(health_service.max_decoding_message_size(HEALTH))
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .serve_with_incoming_shutdown(incoming, async move {
            shutdown.await;
            stop(&leaving, &work).await;
            let _ = stopping.send(());
        });
    let served = tokio::select! {
        served = serving => served.map_err(Into::into),
        () = picking_up => Ok(()),
        () = telling => Ok(()),
        told = measuring => told.map_err(Into::into),
        () = sent(is_stopping) => Ok(()),
    };
    tokio::task::spawn_blocking(move || log.close()).await?;
    served
}

/// That there is a data folder whose versions nobody else can change. That it has none yet is said.
fn check(data: &Path) -> anyhow::Result<()> {
    let shown = data.display();
    let how = format!("lav en med: terning-server rebuild --deliveries MAPPE --data {shown}");
    if !data.is_dir() {
        bail!("datamappen {shown} findes ikke; {how}");
    }
    versions::check_folder(data)?;
    if versions::names(data)?.is_empty() {
        tracing::warn!("der er ingen version i {shown}; {how}");
    }
    Ok(())
}

/// Picks up new versions for ever, and tells who watches. `ready` is called when the first is active.
async fn picking_up(
    versions: Arc<Versions>,
    (health, seen): (HealthReporter, Collected),
    ready: impl FnOnce(),
) {
    let mut ready = Some(ready);
    versions::watch(versions, async |version: Arc<Version>| {
        tracing::info!(version = %version.name, "versionen er aktiv");
        set_health(&health, health_of(&seen)).await;
        if let Some(ready) = ready.take() {
            ready();
        }
    })
    .await;
}

/// Tells for ever whether questions can be answered, as `/readyz` does: who has no address for that
/// asks the service itself.
async fn telling(health: HealthReporter, seen: Collected) {
    loop {
        tokio::time::sleep(TELLING).await;
        set_health(&health, health_of(&seen)).await;
    }
}

fn health_of(seen: &Collected) -> ServingStatus {
    match seen.unready() {
        None => ServingStatus::Serving,
        Some(_) => ServingStatus::NotServing,
    }
}

/// The access log, which is there before anybody is answered.
async fn open_log(disk: Disk, data: &Path, settings: audit::Settings) -> anyhow::Result<Log> {
    if !settings.enabled {
        tracing::warn!("ADGANGSLOGGEN ER SLÅET FRA: ingen kan bagefter se, hvem der har set hvem");
    }
    let folder = data.to_owned();
    let open = move || Log::open(disk, &folder, settings);
    let opened = tokio::task::spawn_blocking(open).await?;
    opened.context("adgangsloggen kan ikke skrives, og uden den svares der ikke")
}

/// Tells what is measured, where an address is given for it.
async fn measuring(
    listen: Option<SocketAddr>,
    metrics: Metrics,
) -> anyhow::Result<impl Future<Output = std::io::Result<()>>> {
    let listener = match listen {
        Some(address) => {
            let listener = TcpListener::bind(address).await;
            Some(
                listener
                    .with_context(|| format!("kan ikke lytte på {address} (metrics.listen)"))?,
            )
        }
        None => None,
    };
    Ok(async move {
        match listener {
            Some(listener) => metrics::serve(listener, metrics).await,
            None => std::future::pending().await,
        }
    })
}

/// Stops: no question is taken on, whoever watches is told, and those that are worked on come to their
/// end. The service listens until then, to say so.
async fn stop(health: &HealthReporter, work: &Work) {
    tracing::info!("serveren lukker");
    // First, so that nobody says otherwise after that.
    work.close();
    set_health(health, ServingStatus::NotServing).await;
    work.drained().await;
}

fn server(tls: Tls) -> anyhow::Result<Server> {
    let server =
        Server::builder().http2_keepalive_interval(Some(KEEPALIVE)).max_concurrent_streams(STREAMS);
    match tls {
        Tls::Here { config, .. } => Ok(server.tls_config(*config)?),
        Tls::None | Tls::InFront => Ok(server),
    }
}

/// Ends when answers have had their time after the last question was answered: a caller that keeps
/// its connection open cannot keep the service.
async fn sent(is_stopping: oneshot::Receiver<()>) {
    match is_stopping.await {
        Ok(()) => tokio::time::sleep(SENDING).await,
        Err(_) => std::future::pending().await,
    }
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(terning_proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

async fn set_health(health: &HealthReporter, status: ServingStatus) {
    health.set_service_status("", status).await;
    health.set_service_status("terning.v1.QueryService", status).await;
}
