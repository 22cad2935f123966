//! What is counted as it happens.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use tonic::Code;

/// The bounds of times: from a quarter of a millisecond to a minute, each four times the last.
const BUCKETS: (f64, f64, u16) = (0.000_25, 4.0, 10);

/// What is counted. Clones count together.
#[derive(Clone, Debug)]
pub struct Counted {
    calls: Family<CallOutcome, Counter>,
    call_seconds: Family<OfCall, Histogram, fn() -> Histogram>,
    refused: Family<Why, Counter>,
    ended: Family<Why, Counter>,
    wait_seconds: Histogram,
    cells: Counter,
    connections: Gauge,
    connections_refused: Counter,
}

/// Why a query was ended before its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Somebody asked for it, or the service stopped.
    Cancelled,
    /// Its time was up.
    Deadline,
    /// Its caller went away.
    Gone,
    /// Nothing of its answer was taken for long.
    Unread,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallOutcome {
    call: String,
    outcome: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCall {
    call: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Why {
    reason: &'static str,
}

impl Default for Counted {
    fn default() -> Counted {
        let counted = Counted {
            calls: Family::default(),
            call_seconds: Family::new_with_constructor(times),
            refused: Family::default(),
            ended: Family::default(),
            wait_seconds: times(),
            cells: Counter::default(),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
        };
        // What has not happened yet is nought, so that a rate can be told from the first time on.
        for reason in ["full", "late", "closing"] {
            drop(counted.refused.get_or_create(&Why { reason }));
        }
        for why in [Ended::Cancelled, Ended::Deadline, Ended::Gone, Ended::Unread] {
            drop(counted.ended.get_or_create(&Why { reason: why.name() }));
        }
        counted
    }
}

fn times() -> Histogram {
    Histogram::new(exponential_buckets(BUCKETS.0, BUCKETS.1, BUCKETS.2))
}

impl Counted {
    /// A call was answered or refused.
    pub fn call(&self, call: &str, outcome: Code, took: Duration) {
        let call = call.to_owned();
        self.call_seconds.get_or_create(&OfCall { call: call.clone() }).observe(took.as_secs_f64());
        let outcome = format!("{outcome:?}");
        self.calls.get_or_create(&CallOutcome { call, outcome }).inc();
    }

    /// A query was not taken on.
    pub fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Why { reason }).inc();
    }

    /// A query was ended before its answer.
    pub fn ended(&self, why: Ended) {
        self.ended.get_or_create(&Why { reason: why.name() }).inc();
    }

    /// A query has waited for its place.
    pub fn waited(&self, time: Duration) {
        self.wait_seconds.observe(time.as_secs_f64());
    }

    /// An answer has so many cells, those that have nothing left out.
    pub fn cells(&self, count: usize) {
        self.cells.inc_by(count as u64);
    }

    /// A connection was opened, or closed.
    pub fn connection(&self, is_open: bool) {
        self.connections.inc_by(if is_open { 1 } else { -1 });
    }

    /// A connection was one too many.
    pub fn connection_refused(&self) {
        self.connections_refused.inc();
    }

    /// How many connections are open, and how many were one too many.
    #[must_use]
    pub fn connections(&self) -> (i64, u64) {
        (self.connections.get(), self.connections_refused.get())
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("calls", "Kald, efter navn og udfald", self.calls.clone());
        let help = "Sekunder fra kald til begyndelsen af svaret";
        registry.register("call_seconds", help, self.call_seconds.clone());
        let help = "Spørgsmål, der blev afvist, fordi der var for travlt";
        registry.register("queries_refused", help, self.refused.clone());
        let help = "Spørgsmål, der blev afbrudt før svaret";
        registry.register("queries_ended", help, self.ended.clone());
        let help = "Sekunder, som spørgsmål har ventet på en plads";
        registry.register("query_wait_seconds", help, self.wait_seconds.clone());
        registry.register("answered_cells", "Celler i svar, der ikke er tomme", self.cells.clone());
        registry.register("connections", "Åbne forbindelser", self.connections.clone());
        let help = "Forbindelser, der blev lukket, fordi der var for mange";
        registry.register("connections_refused", help, self.connections_refused.clone());
    }
}

impl Ended {
    fn name(self) -> &'static str {
        match self {
            Ended::Cancelled => "cancelled",
            Ended::Deadline => "deadline",
            Ended::Gone => "gone",
            Ended::Unread => "unread",
        }
    }
}
