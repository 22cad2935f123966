//! Picks up a new version while the service runs.

use std::sync::Arc;
use std::time::Duration;

use super::{Version, Versions};

/// How often the data folder is looked at: a new version is to be asked within two seconds.
const EVERY: Duration = Duration::from_millis(500);

/// Looks for a new version for ever, and tells of each that became active. Questions that are
/// being answered end on the version they began with.
pub async fn watch(versions: Arc<Versions>, mut became_active: impl AsyncFnMut(Arc<Version>)) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let refreshing = Arc::clone(&versions);
        if let Ok(Some(version)) = tokio::task::spawn_blocking(move || refreshing.refresh()).await {
            became_active(version).await;
        }
    }
}
