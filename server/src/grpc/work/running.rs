//! The queries that wait or run, so that they can be listed and cancelled.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use terning_engine::query::Cancel;
use tokio::sync::Notify;

use crate::access::Caller;
use crate::grpc::request::Request;

/// A query that waits or runs.
pub struct Query {
    /// What it is about.
    pub request: Arc<Request>,
    /// Whose it is.
    pub caller: Caller,
    /// When it came.
    pub since: SystemTime,
    runs: AtomicBool,
    cancelled: AtomicBool,
    closed: AtomicBool,
    left: AtomicBool,
    cancel: Cancel,
    ended: Notify,
}

/// All that wait or run, in the order they came.
#[derive(Default)]
pub struct Running {
    queries: Mutex<BTreeMap<u64, Arc<Query>>>,
    last: AtomicU64,
    /// Told when none is left.
    idle: Notify,
}

/// A query in the list, for as long as this is held.
pub struct Listed {
    running: Arc<Running>,
    number: u64,
    /// The query.
    pub query: Arc<Query>,
}

impl Query {
    /// Whether it has a place; else it waits for one.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.runs.load(Ordering::Relaxed)
    }

    /// Says that it has a place.
    pub fn run(&self) {
        self.runs.store(true, Ordering::Relaxed);
    }

    /// What ends it from outside.
    #[must_use]
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Ends it.
    pub fn end(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        self.cancel.raise();
        self.ended.notify_waiters();
    }

    /// Ends it because the service does.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.end();
    }

    /// Whether it was ended because the service does.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Comes back when it was ended by [`Query::end`], to whoever waits for that.
    pub async fn ended(&self) {
        loop {
            let ended = self.ended.notified();
            if self.cancelled.load(Ordering::SeqCst) {
                return;
            }
            ended.await;
        }
    }

    /// Says that nothing of its answer was taken for long.
    pub fn leave(&self) {
        self.left.store(true, Ordering::Relaxed);
    }

    /// Whether nothing of its answer was taken for long.
    #[must_use]
    pub fn is_left(&self) -> bool {
        self.left.load(Ordering::Relaxed)
    }
}

impl Running {
    /// Puts a query in the list.
    #[must_use]
    pub fn list(self: &Arc<Running>, request: Arc<Request>, caller: &Caller) -> Listed {
        let query = Arc::new(Query {
            request,
            caller: caller.clone(),
            since: SystemTime::now(),
            runs: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            left: AtomicBool::new(false),
            cancel: Cancel::default(),
            ended: Notify::new(),
        });
        let number = self.last.fetch_add(1, Ordering::Relaxed);
        self.queries().insert(number, Arc::clone(&query));
        Listed { running: Arc::clone(self), number, query }
    }

    /// All, in the order they came.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Query>> {
        self.queries().values().cloned().collect()
    }

    /// Comes back when no query is left.
    pub async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            if self.queries().is_empty() {
                return;
            }
            idle.await;
        }
    }

    fn queries(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Query>>> {
        self.queries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.query.cancel.raise();
        let mut queries = self.running.queries();
        queries.remove(&self.number);
        if queries.is_empty() {
            self.running.idle.notify_waiters();
        }
    }
}
