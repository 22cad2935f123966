//! `terning-server serve`

use std::future::Future;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use super::say;
use crate::args::Serve;
use crate::config::{Access, Config, LISTEN, Settings};
use crate::{serve, telemetry};

pub(super) fn run(args: &Serve) -> anyhow::Result<ExitCode> {
    let config = args.config.as_deref().map(Config::read).transpose()?.unwrap_or_default();
    telemetry::start(config.log, "info");
    let listen = args.listen.as_deref().or(config.listen.as_deref()).unwrap_or(LISTEN);
    let settings = Settings::from(config.access).with_cache(args.cache.or(config.cache));
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = serve::bind(listen).await?;
        match config.access {
            Access::Local => tracing::info!(
                "adgangsstyring er ikke sat op: der svares kun på denne maskine, og kald uden \
                 adgangsbevis ser alt"
            ),
            Access::Required => tracing::info!("kald uden gyldigt adgangsbevis afvises"),
        }
        // The one line on stdout that whoever started the service may wait for.
        let ready = |address| say(format_args!("listening on http://{address}"));
        serve::run(listener, &args.data, settings, ready, stop_signal()?).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Ends when the program is asked to stop.
pub(super) fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
