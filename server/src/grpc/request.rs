//! What is known of a request wherever it is worked on: its id, and what it is about. Nothing that
//! the caller wrote is among it.
//!
//! The id is in every line of the log that is written for the request, in the head of the answer
//! (`terning-request-id`), in the list of queries, and in the text of an internal error.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::task_local;

use super::work::Reserved;

/// The name of the id in the head of an answer.
pub const HEADER: &str = "terning-request-id";

task_local! {
    static CURRENT: Arc<Request>;
}

/// A request that is worked on.
#[derive(Debug)]
pub struct Request {
    /// Its id: unique while the program runs, and unlike those of the runs before.
    pub id: String,
    /// The call, as the service names it.
    pub call: Arc<str>,
    version: OnceLock<String>,
    cube: OnceLock<String>,
    /// The room of an answer that goes out whole.
    room: Mutex<Option<Reserved>>,
}

impl Request {
    /// A new request.
    #[must_use]
    pub fn new(call: Arc<str>) -> Request {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        let id = format!("{:05x}-{number}", *RUN);
        let (version, cube, room) = (OnceLock::new(), OnceLock::new(), Mutex::default());
        Request { id, call, version, cube, room }
    }

    /// The version that is asked; empty where that is not known.
    #[must_use]
    pub fn version(&self) -> &str {
        self.version.get().map_or("", String::as_str)
    }

    /// The cube that is asked; empty where that is not known.
    #[must_use]
    pub fn cube(&self) -> &str {
        self.cube.get().map_or("", String::as_str)
    }

    /// Keeps the room of the answer until it is sent.
    pub fn reserve(&self, room: Reserved) {
        *self.room() = Some(room);
    }

    /// The room of the answer, if it needs some.
    #[must_use]
    pub fn reserved(&self) -> Option<Reserved> {
        self.room().take()
    }

    /// A lock whose holder panicked still holds a whole value.
    fn room(&self) -> MutexGuard<'_, Option<Reserved>> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says which version is asked; the first that is said stays.
    pub fn tell_version(&self, version: &impl ToString) {
        self.version.get_or_init(|| version.to_string());
    }

    /// Says which cube is asked, by the name that the cube has; the first that is said stays.
    pub fn tell_cube(&self, cube: &str) {
        self.cube.get_or_init(|| cube.to_owned());
    }
}

/// Twenty bits that tell this run of the program from others.
static RUN: LazyLock<u64> = LazyLock::new(|| {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (now.as_micros() as u64 ^ u64::from(std::process::id()) << 7) & 0xf_ffff
});

/// The request that is worked on here; one of its own outside of any.
#[must_use]
pub fn current() -> Arc<Request> {
    CURRENT.try_with(Arc::clone).unwrap_or_else(|_| Arc::new(Request::new(Arc::from(""))))
}

/// The id of the request that is worked on here; nothing outside of any.
#[must_use]
pub fn id() -> Option<String> {
    CURRENT.try_with(|request| request.id.clone()).ok()
}

/// Works on a request in a future.
pub fn within<F: Future>(request: Arc<Request>, work: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(request, work)
}

/// Works on a request here and now.
pub fn within_now<T>(request: Arc<Request>, work: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(request, work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_each_time_and_known_where_the_request_is_worked_on() {
        let one = Arc::new(Request::new(Arc::from("Query")));
        let other = Request::new(Arc::from("Query"));
        assert_ne!(one.id, other.id);
        assert_eq!(id(), None);
        let seen = within_now(Arc::clone(&one), || {
            current().tell_cube("Ting");
            current().tell_cube("Andet");
            id()
        });
        assert_eq!((seen.as_deref(), one.cube()), (Some(one.id.as_str()), "Ting"));
    }
}
