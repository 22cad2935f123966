//! Measurements of the service, for Prometheus. `docs/metrics.md` tells of each; a test holds it to
//! that. No label is anything that a caller wrote.

mod collected;
mod connections;
mod counted;
mod listen;

use std::sync::Arc;

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

pub use collected::Collected;
pub use counted::{Counted, Ended};
pub use listen::serve;

/// What the names of our own measurements begin with.
const PREFIX: &str = "terning";

/// All measurements.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    seen: Collected,
}

impl Metrics {
    /// What is counted as it happens, and what is looked up when somebody asks.
    #[must_use]
    pub fn new(counted: &Counted, seen: Collected) -> Metrics {
        let mut registry = Registry::default();
        counted.register(registry.sub_registry_with_prefix(PREFIX));
        registry.register_collector(Box::new(seen.clone()));
        Metrics { registry: Arc::new(registry), seen }
    }

    /// All of them, as OpenMetrics writes them.
    ///
    /// # Errors
    /// One cannot be written.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// Why questions cannot be answered now; nothing where they can.
    #[must_use]
    pub fn unready(&self) -> Option<&'static str> {
        self.seen.unready()
    }
}
