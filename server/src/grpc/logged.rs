//! Calls that are logged: each has its line before its answer goes out, or is not answered.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use terning_proto::v1;
use tokio_stream::Stream;
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt;

use super::call::{Asker, Call};
use super::said::{self, Said};
use super::{Api, Parts, request, status, work};
use crate::access::{Caller, Who};
use crate::audit::{Entry, NAMED, Outcome, TooMany, Unlogged, Visit};

/// The role in the log of whoever asks on this machine without a token.
const LOCAL: &str = "lokal";
/// The reason of [`too_many`].
const TOO_MANY: &str = "TOO_MANY_NUMBERS";
/// The reason of [`too_often`].
const TOO_OFTEN: &str = "TOO_MANY_REFUSED";
/// Bytes of texts that are looked through on a thread that others wait for.
const AT_ONCE_BYTES: usize = 64 << 10;

impl Api {
    /// Answers a call whole, and logs it.
    pub(super) async fn logged<T: Said, R>(
        &self,
        name: &str,
        request: Request<T>,
        answer: impl AsyncFnOnce(Call<T>) -> Result<R, Status>,
    ) -> Result<Response<R>, Status> {
        let call = self.admit_logged(name, request).await?;
        let visit = Arc::clone(&call.caller.visit);
        let answer = answer(call).await;
        end(&visit, answer).await.map(Response::new)
    }

    /// Answers a call in parts, and logs it: the call before the first part, and how it ended.
    pub(super) async fn logged_parts<T: Said, R: Measured + 'static>(
        &self,
        name: &str,
        request: Request<T>,
        answer: impl AsyncFnOnce(Call<T>) -> Result<Parts<R>, Status>,
    ) -> Result<Response<Parts<R>>, Status> {
        let call = self.admit_logged(name, request).await?;
        let visit = Arc::clone(&call.caller.visit);
        let parts = match answer(call).await {
            Ok(parts) => parts,
            refused => return end(&visit, refused).await.map(Response::new),
        };
        visit.begin().await.map_err(unlogged)?;
        let parts: Parts<R> = Box::pin(Told { parts, visit, sent: (0, 0) });
        Ok(Response::new(parts))
    }

    /// Lets a call in whose answer is logged.
    async fn admit_logged<T: Said>(
        &self,
        name: &str,
        request: Request<T>,
    ) -> Result<Call<T>, Status> {
        let purpose = said::purpose(request.get_ref(), request.metadata());
        let (who, call) = self.admit_who(request)?;
        let visit = Arc::new(Visit::new(self.log.clone(), entry(name, &who, &purpose)));
        let Call { caller, deadline, message } = call;
        let (message, named) = match visit.is_kept() {
            true => names(&visit, message, purpose).await?,
            false => (message, Ok(())),
        };
        if named.is_err() {
            end(&visit, Err(too_many())).await?;
        }
        if !visit.has_room() {
            end(&visit, Err(too_often())).await?;
        }
        let caller = Asker { visit, ..caller };
        Ok(Call { caller, deadline, message })
    }
}

/// Tells whom a message and its purpose name. What is long is read where others need not wait for it.
async fn names<T: Said>(
    visit: &Arc<Visit>,
    message: T,
    purpose: String,
) -> Result<(T, Result<(), TooMany>), Status> {
    let texts: usize = message.texts().iter().map(|text| text.len()).sum();
    let length = texts + purpose.len();
    let visit = Arc::clone(visit);
    let read = move || {
        let texts = message.texts();
        let named = visit.names(texts.iter().map(AsRef::as_ref), &purpose);
        drop(texts);
        (message, named)
    };
    match length > AT_ONCE_BYTES {
        true => tokio::task::spawn_blocking(read).await.map_err(|_| status::internal()),
        false => Ok(read()),
    }
}

/// The refusal of a call that names too many.
fn too_many() -> Status {
    let message = format!("der spørges om mere end {NAMED} forskellige personnumre på én gang");
    let hint = "del spørgsmålet, eller vælg borgerne med en betingelse";
    status::plain(Code::InvalidArgument, TOO_MANY, &message, hint)
}

/// The refusal of a call whose caller had so many refused that there is no room for whom more of them
/// name.
fn too_often() -> Status {
    let message = "der er afvist så mange af dine kald på kort tid, at adgangsloggen ikke kan rumme \
                   flere af de personer, de nævner";
    let hint = "vent et minut, og ret det, der bliver afvist";
    status::plain(Code::ResourceExhausted, TOO_OFTEN, message, hint)
}

/// What is known of a call from the beginning.
fn entry(call: &str, who: &Who, purpose: &str) -> Entry {
    let (role, kommune) = match &who.caller {
        Caller::Local => (LOCAL, ""),
        Caller::Bearer { role, parameter } => (role.as_str(), parameter.as_str()),
    };
    Entry {
        call: call.to_owned(),
        request: request::id().unwrap_or_default(),
        role: Entry::free(role),
        kommune: Entry::free(kommune),
        subject: Entry::free(&who.subject),
        purpose: Entry::sentence(purpose),
        ..Entry::default()
    }
}

/// Gives an answer or a refusal once it is logged.
async fn end<R>(visit: &Visit, answer: Result<R, Status>) -> Result<R, Status> {
    let (outcome, reason) = match &answer {
        Ok(_) => (Outcome::Answered, String::new()),
        Err(refusal) => refused(refusal),
    };
    let logged = match is_turned_away(&reason) {
        true => visit.turn_away(&reason).await,
        false => visit.end(outcome, &reason).await,
    };
    logged.map_err(unlogged)?;
    answer
}

/// Whether a reason is one of those why a call is refused before anything of it is looked at: then it is
/// to be refused quickly, and not to wait for the disk.
fn is_turned_away(reason: &str) -> bool {
    [status::BUSY, work::CLOSING, TOO_MANY, TOO_OFTEN].contains(&reason)
}

/// How a refusal is logged: its reason, and nothing of its text.
fn refused(refusal: &Status) -> (Outcome, String) {
    let outcome = match refusal.code() {
        Code::Cancelled | Code::DeadlineExceeded => Outcome::Cancelled,
        _ => Outcome::Refused,
    };
    let reason = refusal.get_details_error_info().map(|info| info.reason);
    (outcome, reason.unwrap_or_else(|| format!("{:?}", refusal.code())))
}

/// The refusal of a call that cannot be logged.
pub(super) fn unlogged(_: Unlogged) -> Status {
    let message = "der svares ikke, fordi kaldet ikke kan skrives i adgangsloggen";
    let hint = "prøv igen om lidt; varer det ved, så sig det til den, der passer serveren";
    status::plain(Code::Unavailable, "AUDIT", message, hint)
}

/// A part of an answer that tells what it holds.
pub(super) trait Measured {
    /// Rows of a table, and cells that are not empty.
    fn measured(&self) -> (u64, u64);
}

/// An answer in parts that logs how it ended.
struct Told<R> {
    parts: Parts<R>,
    visit: Arc<Visit>,
    /// Rows and cells that were sent.
    sent: (u64, u64),
}

impl<R: Measured> Stream for Told<R> {
    type Item = Result<R, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let part = self.parts.as_mut().poll_next(context);
        match &part {
            Poll::Ready(Some(Ok(part))) => {
                let (rows, cells) = part.measured();
                self.sent = (self.sent.0 + rows, self.sent.1 + cells);
            }
            Poll::Ready(Some(Err(refusal))) => {
                let (outcome, reason) = refused(refusal);
                self.visit.close(outcome, &reason, self.sent);
            }
            Poll::Ready(None) => self.visit.close(Outcome::Answered, "", self.sent),
            Poll::Pending => {}
        }
        part
    }
}

impl<R> Drop for Told<R> {
    fn drop(&mut self) {
        self.visit.close(Outcome::Cancelled, "", self.sent);
    }
}

fn of_table(part: Option<&v1::TablePart>) -> (u64, u64) {
    match part.and_then(|part| part.part.as_ref()) {
        Some(v1::table_part::Part::Rows(rows)) => (rows.count.into(), 0),
        _ => (0, 0),
    }
}

fn of_cells(part: Option<&v1::Part>) -> (u64, u64) {
    match part.and_then(|part| part.part.as_ref()) {
        Some(v1::part::Part::Cells(cells)) => (0, cells.ordinal_steps.len() as u64),
        _ => (0, 0),
    }
}

impl Measured for v1::QueryStreamResponse {
    fn measured(&self) -> (u64, u64) {
        of_cells(self.part.as_ref())
    }
}

impl Measured for v1::TableResponse {
    fn measured(&self) -> (u64, u64) {
        of_table(self.part.as_ref())
    }
}

impl Measured for v1::RunStatementResponse {
    fn measured(&self) -> (u64, u64) {
        use v1::run_statement_response::Part;
        match &self.part {
            Some(Part::Answer(answer)) => of_cells(Some(answer)),
            Some(Part::Table(table)) => of_table(Some(table)),
            None => (0, 0),
        }
    }
}

impl Measured for v1::RunReportResponse {
    fn measured(&self) -> (u64, u64) {
        use v1::run_report_response::Part;
        match &self.part {
            Some(Part::Answer(answer)) => of_cells(Some(answer)),
            Some(Part::Table(table)) => of_table(Some(table)),
            Some(Part::Report(_)) | None => (0, 0),
        }
    }
}

impl Measured for v1::PackageResponse {
    fn measured(&self) -> (u64, u64) {
        (0, 0)
    }
}
