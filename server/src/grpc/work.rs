//! Runs questions away from the threads that serve connections: few at a time, each with a
//! deadline, each stopped when nobody waits for it any more.

use std::sync::Arc;
use std::time::Duration;

use terning_engine::query::Cancel;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::{Instant, timeout_at};
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::metadata::MetadataMap;
use tonic::{Code, Status};

use super::status;

/// No question may take longer, whatever the caller allows.
const LONGEST: Duration = Duration::from_secs(30);

/// Streams at a time that take minutes: they must not take the places of questions.
const LONG: usize = 2;
/// Parts of such a stream that wait to be sent.
const WAITING: usize = 8;

/// How much earlier than the caller's deadline the work is given up, so that the refusal still
/// arrives.
const MARGIN: Duration = Duration::from_millis(10);

/// The places where questions are answered.
#[derive(Clone)]
pub struct Work {
    places: Arc<Semaphore>,
    long: Arc<Semaphore>,
}

impl Default for Work {
    /// Two places per core: one that counts, one that waits for memory.
    fn default() -> Work {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Work { places: Arc::new(Semaphore::new(2 * cores)), long: Arc::new(Semaphore::new(LONG)) }
    }
}

impl Work {
    /// Runs a job, and stops it at the deadline or when the caller goes away.
    ///
    /// # Errors
    /// The job's own refusal, or that the time was up.
    pub async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        job: impl FnOnce(&Cancel) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let stop = StopWhenDropped(Cancel::default());
        let cancel = stop.0.clone();
        let work = async {
            let place = Arc::clone(&self.places).acquire_owned().await;
            let place = place.map_err(|_| status::internal())?;
            let done = tokio::task::spawn_blocking(move || {
                let done = job(&cancel);
                drop(place);
                done
            });
            done.await.map_err(|_| status::internal())?
        };
        timeout_at(deadline, work).await.unwrap_or_else(|_| Err(time_is_up()))
    }
}

impl Work {
    /// Begins a job that sends its answer in parts, however long it takes. Where nobody waits for
    /// the parts any more, the job is told to stop.
    ///
    /// # Errors
    /// As many such jobs as may run are running.
    pub fn stream<T: Send + 'static, E: Send + 'static>(
        &self,
        job: impl FnOnce(Sender<Result<T, E>>, &Cancel) -> Result<(), E> + Send + 'static,
    ) -> Result<impl Stream<Item = Result<T, E>> + Send + 'static, Status> {
        let place = Arc::clone(&self.long).try_acquire_owned().map_err(|_| busy())?;
        let (parts, received) = mpsc::channel(WAITING);
        let stop = StopWhenDropped(Cancel::default());
        let cancel = stop.0.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(error) = job(parts.clone(), &cancel) {
                let _ = parts.blocking_send(Err(error));
            }
            drop(place);
        });
        Ok(ReceiverStream::new(received).map(move |part| {
            let _waits = &stop;
            part
        }))
    }
}

fn busy() -> Status {
    status::plain(
        Code::ResourceExhausted,
        "BUSY",
        "serveren er ved at lave andre datapakker",
        "prøv igen om lidt",
    )
}

/// Tells the job to stop when nobody waits for it any more.
struct StopWhenDropped(Cancel);

impl Drop for StopWhenDropped {
    fn drop(&mut self) {
        self.0.raise();
    }
}

fn time_is_up() -> Status {
    status::plain(
        Code::DeadlineExceeded,
        "TIME_IS_UP",
        "spørgsmålet blev ikke besvaret i tide",
        "spørg om færre felter eller et kortere tidsrum",
    )
}

/// When the answer must be there: the caller's deadline, or the longest that is allowed.
#[must_use]
pub fn deadline(metadata: &MetadataMap) -> Instant {
    let asked = metadata.get("grpc-timeout").and_then(|value| parse_timeout(value.to_str().ok()?));
    let allowed = asked.map_or(LONGEST, |asked| asked.min(LONGEST));
    Instant::now() + allowed.saturating_sub(MARGIN.min(allowed / 10))
}

/// A duration as gRPC writes it: up to eight digits and a unit, `200m`.
fn parse_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(count * 3600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_grpc_writes_them() {
        assert_eq!(parse_timeout("200m"), Some(Duration::from_millis(200)));
        assert_eq!(parse_timeout("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for wrong in ["", "m", "200", "2x", "-1S", "123456789S", "1æ"] {
            assert_eq!(parse_timeout(wrong), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_job_is_told_to_stop_at_its_deadline() {
        let (told, was_told) = std::sync::mpsc::channel();
        let job = move |cancel: &Cancel| {
            while cancel.check().is_ok() {
                std::thread::sleep(Duration::from_millis(1));
            }
            told.send(()).map_err(|_| status::internal())
        };
        let deadline = Instant::now() + Duration::from_millis(20);
        let refused = Work::default().run(deadline, job).await.unwrap_err();
        assert_eq!(refused.code(), Code::DeadlineExceeded);
        was_told.recv_timeout(Duration::from_secs(5)).unwrap();
    }

    #[tokio::test]
    async fn a_stream_that_nobody_waits_for_is_told_to_stop_and_gives_its_place_back() {
        let work = Work::default();
        let (told, was_told) = std::sync::mpsc::channel();
        let begin = || {
            let told = told.clone();
            work.stream(move |_: Sender<Result<(), ()>>, cancel| {
                while cancel.check().is_ok() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                told.send(()).map_err(|_| ())
            })
        };
        let streams: Vec<_> = (0..LONG).map(|_| begin().unwrap()).collect();
        assert!(begin().is_err_and(|refused| refused.code() == Code::ResourceExhausted));
        drop(streams);
        for _ in 0..LONG {
            was_told.recv_timeout(Duration::from_secs(5)).unwrap();
        }
        let all = work.long.acquire_many(LONG as u32);
        assert!(tokio::time::timeout(Duration::from_secs(5), all).await.unwrap().is_ok());
    }
}
