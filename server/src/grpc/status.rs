//! Refusals as gRPC knows them: a code for programs, and the whole error in the details.
//!
//! The details are a `google.rpc.Status` with an `ErrorInfo` (a stable reason) and a
//! `terning.v1.ErrorDetail` (the sentence, the place, what to do), so that a client can draw it.

use std::time::Duration;

use cube_schema::report::ReportError;
use prost::Message;
use prost_types::Any;
use terning_engine::query::{ErrorKind, QueryError, error};
use terning_proto::v1;
use tonic::{Code, Status};
use tonic_types::pb;

use super::request;
use crate::reports::ReportFault;
use crate::versions::VersionError;

/// Who the reasons are defined by.
const DOMAIN: &str = "terning.v1";

/// A refusal of a question.
#[must_use]
pub fn of_query(error: QueryError) -> Status {
    let (code, reason) = match error.kind {
        ErrorKind::Syntax => (Code::InvalidArgument, "SYNTAX"),
        ErrorKind::Invalid => (Code::InvalidArgument, "INVALID_QUESTION"),
        ErrorKind::Unknown => (Code::NotFound, "UNKNOWN_NAME"),
        ErrorKind::TooLarge => (Code::ResourceExhausted, "TOO_LARGE"),
        ErrorKind::Cancelled => (Code::Cancelled, "CANCELLED"),
        ErrorKind::Hidden => (Code::FailedPrecondition, "HIDDEN"),
    };
    let detail = v1::ErrorDetail {
        message: error.message,
        hint: error.hint.unwrap_or_default(),
        candidates: error.candidates,
        place: error.place.as_ref().map(place),
    };
    refuse(code, reason, &detail)
}

fn place(place: &error::Place) -> v1::Place {
    let (line, column) = place.line_and_column();
    v1::Place {
        start: place.span.start as u32,
        end: place.span.end as u32,
        line: line as u32,
        column: column as u32,
        text: place.text.to_string(),
    }
}

/// A refusal of a report of lines.
#[must_use]
pub fn of_lines(fault: ReportFault) -> Status {
    match fault {
        ReportFault::Query(error) => of_query(error),
        ReportFault::Given(message) => {
            refuse(Code::InvalidArgument, "REPORT_INPUT", &sentence(message))
        }
    }
}

/// A refusal of a version.
#[must_use]
pub fn of_version(error: &VersionError) -> Status {
    let message = error.to_string();
    match error {
        VersionError::None => refuse(Code::FailedPrecondition, "NO_VERSION", &sentence(message)),
        VersionError::Damaged { .. } => {
            refuse(Code::FailedPrecondition, "DAMAGED_VERSION", &sentence(message))
        }
        VersionError::Unknown { known, .. } => {
            let candidates = known.clone();
            let detail = v1::ErrorDetail { candidates, ..sentence(message) };
            refuse(Code::NotFound, "UNKNOWN_VERSION", &detail)
        }
    }
}

/// A refusal of a report.
#[must_use]
pub fn of_report(error: &ReportError) -> Status {
    let code = match error {
        ReportError::NoReport { .. } | ReportError::NoYear { .. } => Code::NotFound,
        ReportError::Missing { .. }
        | ReportError::Several { .. }
        | ReportError::NoParameter { .. } => Code::InvalidArgument,
        ReportError::Unreadable(_) => Code::Internal,
    };
    let candidates = error.known().to_vec();
    refuse(code, "REPORT", &v1::ErrorDetail { candidates, ..sentence(error.to_string()) })
}

/// A refusal because nothing has the name; `known` are the names there are.
#[must_use]
pub fn unknown(message: String, known: Vec<String>) -> Status {
    refuse(
        Code::NotFound,
        "UNKNOWN_NAME",
        &v1::ErrorDetail { candidates: known, ..sentence(message) },
    )
}

/// A refusal in a sentence and what to do.
#[must_use]
pub fn plain(code: Code, reason: &str, message: &str, hint: &str) -> Status {
    refuse(code, reason, &v1::ErrorDetail { hint: hint.to_owned(), ..sentence(message.to_owned()) })
}

/// The reason of [`busy`].
pub const BUSY: &str = "BUSY";

/// A refusal because there is too much to do; it may be tried again after a time.
#[must_use]
pub fn busy(message: &str, retry: Duration) -> Status {
    let hint = "prøv igen om lidt".to_owned();
    let detail = v1::ErrorDetail { hint, ..sentence(message.to_owned()) };
    let retry_delay = prost_types::Duration::try_from(retry).ok();
    let retry = any("type.googleapis.com/google.rpc.RetryInfo", &pb::RetryInfo { retry_delay });
    refuse_with(Code::ResourceExhausted, BUSY, &detail, vec![retry])
}

/// A refusal because nobody knows who calls.
#[must_use]
pub fn unauthenticated(message: &str) -> Status {
    let hint = "få et adgangsbevis af den, der passer serveren, og giv det med --token eller \
                TERNING_TOKEN";
    plain(Code::Unauthenticated, "NO_ACCESS", message, hint)
}

/// Our own fault. What happened is in the log of the panic, not in the answer.
#[must_use]
pub fn internal() -> Status {
    let hint = match request::id() {
        Some(id) => format!("se i serverens log efter {id}"),
        None => "se i serverens log".to_owned(),
    };
    plain(Code::Internal, "INTERNAL", "der er en fejl i serveren", &hint)
}

fn sentence(message: String) -> v1::ErrorDetail {
    v1::ErrorDetail { message, ..v1::ErrorDetail::default() }
}

fn refuse(code: Code, reason: &str, detail: &v1::ErrorDetail) -> Status {
    refuse_with(code, reason, detail, Vec::new())
}

/// The same, with more for programs.
fn refuse_with(code: Code, reason: &str, detail: &v1::ErrorDetail, more: Vec<Any>) -> Status {
    let info = pb::ErrorInfo {
        reason: reason.to_owned(),
        domain: DOMAIN.to_owned(),
        metadata: std::collections::HashMap::new(),
    };
    let detail = fitting(detail.clone());
    let message = detail.message.clone();
    let mut details = vec![
        any("type.googleapis.com/google.rpc.ErrorInfo", &info),
        any(terning_proto::ERROR_DETAIL, &detail),
    ];
    details.extend(more);
    let rich = pb::Status { code: code as i32, message: message.clone(), details };
    Status::with_details(code, message, rich.encode_to_vec().into())
}

/// Bytes of each sentence, of all names together, and of the text around a place. A refusal is told in
/// the headers of an answer, of which clients take 16 KiB.
const SENTENCE: usize = 800;
const TEXT: usize = 1600;

/// What of an error can be told: sentences that are not cut in all cases but those with long names of
/// the caller's own, and of a long text what stands around the place.
fn fitting(mut detail: v1::ErrorDetail) -> v1::ErrorDetail {
    for sentence in [&mut detail.message, &mut detail.hint] {
        if sentence.len() > SENTENCE {
            sentence.truncate(sentence.floor_char_boundary(SENTENCE));
            sentence.push('…');
        }
    }
    let mut room = SENTENCE;
    detail.candidates.retain(|name| {
        let fits = name.len() <= room;
        room = room.saturating_sub(name.len());
        fits
    });
    if let Some(place) = detail.place.as_mut().filter(|place| place.text.len() > TEXT) {
        let start = place.start as usize;
        let from = place.text.floor_char_boundary(start.saturating_sub(TEXT / 2));
        let to = place.text.floor_char_boundary(start.saturating_add(TEXT / 2));
        place.text = place.text[from..to].to_owned();
        place.start -= from as u32;
        place.end = place.end.min(to as u32) - from as u32;
    }
    detail
}

fn any(type_url: &str, message: &impl Message) -> Any {
    Any { type_url: type_url.to_owned(), value: message.encode_to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_a_long_text_stands_around_the_place() {
        let text = format!("{}[Kvårtl]{}", "å".repeat(20_000), "ø".repeat(20_000));
        let start = text.find('[').unwrap() as u32;
        let end = start + "[Kvårtl]".len() as u32;
        let place = v1::Place { text, start, end, line: 1, column: 20_001 };
        let candidates = vec!["n".repeat(500), "for langt".repeat(100), "Kvartal".to_owned()];
        let message = format!("'{}' findes ikke", "æ".repeat(9_000));
        let told = fitting(v1::ErrorDetail {
            message,
            candidates,
            place: Some(place),
            ..v1::ErrorDetail::default()
        });
        let place = told.place.unwrap();
        assert_eq!(&place.text[place.start as usize..place.end as usize], "[Kvårtl]");
        assert_eq!((place.line, place.column), (1, 20_001));
        assert!((TEXT - 4..=TEXT).contains(&place.text.len()), "{}", place.text.len());
        assert!(told.message.ends_with("æ…") && told.message.len() < SENTENCE + 4);
        assert_eq!(told.candidates.len(), 1);
    }

    #[test]
    fn a_short_error_is_told_as_it_is() {
        let place = v1::Place { text: "SELECT x".to_owned(), start: 7, end: 8, line: 1, column: 8 };
        let detail = v1::ErrorDetail {
            message: "navnet 'x' findes ikke".to_owned(),
            hint: "skriv et andet".to_owned(),
            candidates: vec!["y".to_owned()],
            place: Some(place),
            ..v1::ErrorDetail::default()
        };
        assert_eq!(fitting(detail.clone()), detail);
    }
}
