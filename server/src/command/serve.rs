//! `terning-server serve`

use std::future::Future;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use super::say;
use crate::args::Serve;
use crate::config::{Access, Settings, Tls};
use crate::{serve, telemetry};

pub(super) fn run(args: &Serve) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(args.config.as_deref())?;
    let settings = settings.with(args.listen.as_deref(), args.cache);
    telemetry::start(settings.log, "info");
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = serve::bind(&settings).await?;
        tell(&settings);
        let scheme = if matches!(settings.tls, Tls::Here { .. }) { "https" } else { "http" };
        // The one line on stdout that whoever started the service may wait for.
        let ready = |address| say(format_args!("listening on {scheme}://{address}"));
        serve::run(listener, &args.data, settings, ready, stop_signal()?).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Says who is let in, loudly where everybody is, and whether small counts are hidden.
fn tell(settings: &Settings) {
    if settings.protection.is_on {
        tracing::info!("små tal skjules (A3) i de kuber, hvis skema siger det");
    }
    match (&settings.access, &settings.tls) {
        (Access::Local, _) => tracing::warn!(
            "ADGANGSSTYRING ER IKKE SAT OP: der svares kun på denne maskine, og kald uden \
             adgangsbevis ser alt"
        ),
        (Access::Required(_), Tls::Here { .. }) => {
            tracing::info!("kald uden gyldigt adgangsbevis eller certifikat afvises");
        }
        (Access::Required(_), Tls::InFront) => tracing::warn!(
            "TLS slutter foran serveren: forbindelserne hertil er ikke krypteret af serveren selv"
        ),
        (Access::Required(_), Tls::None) => tracing::warn!(
            "forbindelser er ikke krypteret: der svares kun på denne maskine; kald uden gyldigt \
             adgangsbevis afvises"
        ),
    }
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
