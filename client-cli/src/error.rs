//! What went wrong, as it is written on stderr: a sentence, the place, what to do.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::iter::successors;
use std::path::Path;

use prost::Message;
use terning_proto::v1::{ErrorDetail, Place};
use tonic::{Code, Status, TimeoutExpired, transport};

use crate::{cause, secure};

/// An error of a command.
#[derive(Debug)]
pub enum Error {
    /// The service refused, and says why.
    Refused(Box<ErrorDetail>),
    /// Anything else, in one sentence with what to do.
    Failed(String),
    /// The answer could not be written.
    Io(io::Error),
}

impl Error {
    /// An error in one sentence.
    pub fn new(sentence: impl Into<String>) -> Error {
        Error::Failed(sentence.into())
    }

    /// The same, with the path of a file that was sent by a name, where it is about that: the server does
    /// not know what it is called here.
    #[must_use]
    pub fn about(self, name: &str, path: Option<&Path>) -> Error {
        match (self, path) {
            (Error::Refused(mut detail), Some(path)) if detail.file == name => {
                detail.message = format!("{}: {}", path.display(), detail.message);
                Error::Refused(detail)
            }
            (error, _) => error,
        }
    }

    /// Whether whoever read the output stopped reading.
    #[must_use]
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Error::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Io(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Error {
        Error::Io(error.into())
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Error {
        match detail(&status) {
            Some(detail) => Error::Refused(Box::new(detail)),
            None => Error::Failed(sentence(&status)),
        }
    }
}

/// The service's own description of the error, where it sent one.
fn detail(status: &Status) -> Option<ErrorDetail> {
    let rich = tonic_types::pb::Status::decode(status.details()).ok()?;
    let ours = rich.details.iter().find(|any| any.type_url == terning_proto::ERROR_DETAIL)?;
    ErrorDetail::decode(ours.value.as_slice()).ok()
}

/// That an answer was not waited for any longer.
const LATE: &str = "svaret kom ikke i tide; spørg om færre felter eller et kortere tidsrum";

/// A refusal that came without a description: of the transport, mostly.
fn sentence(status: &Status) -> String {
    let mut causes = successors(status.source(), |&cause| cause.source());
    if causes.any(<dyn std::error::Error>::is::<TimeoutExpired>) {
        return LATE.to_owned();
    }
    if let Some(why) = status.source().map(secure::why).filter(|why| why.starts_with(':')) {
        return format!("der er ingen forbindelse til serveren{why}");
    }
    if let Some(cause) = status.source().filter(|cause| cause.is::<transport::Error>()) {
        // A server that encrypts may close what is not encrypted before its answer to it can be read.
        return format!(
            "forbindelsen til serveren blev afbrudt{}; prøv igen, eller skriv https:// i stedet for \
             http:// i --server, hvis serveren svarer krypteret",
            secure::why(cause)
        );
    }
    match status.code() {
        Code::Cancelled | Code::DeadlineExceeded => LATE.to_owned(),
        Code::Unavailable => {
            "forbindelsen til serveren blev afbrudt; prøv igen, eller se, om serveren kører"
                .to_owned()
        }
        Code::Unimplemented => "serveren kender ikke kommandoen; er den af en ældre udgave?".into(),
        Code::OutOfRange => format!("svaret er for stort: {}", status.message()),
        code => format!("serveren svarede {code}: {}", status.message()),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Failed(sentence) => writeln!(f, "fejl: {sentence}"),
            Error::Io(error) => {
                writeln!(f, "fejl: svaret kunne ikke skrives: {}", cause::of_io(error))
            }
            Error::Refused(detail) => write_detail(f, detail),
        }
    }
}

fn write_detail(f: &mut fmt::Formatter<'_>, detail: &ErrorDetail) -> fmt::Result {
    writeln!(f, "fejl: {}", detail.message)?;
    if let Some(place) = &detail.place {
        write_place(f, place)?;
    }
    if !detail.hint.is_empty() {
        writeln!(f, "  hjælp: {}", detail.hint)?;
    }
    if !detail.candidates.is_empty() {
        writeln!(f, "  mente du: {}", detail.candidates.join(", "))?;
    }
    Ok(())
}

/// The line that the error is in, with carets below the part that it is about.
fn write_place(f: &mut fmt::Formatter<'_>, place: &Place) -> fmt::Result {
    let start = place.start as usize;
    let Some((before, after)) = place.text.split_at_checked(start) else { return Ok(()) };
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = after.find('\n').map_or(place.text.len(), |newline| start + newline);
    let line = place.text[line_start..line_end].trim_end();
    let pointed = place.text.get(start..(place.end as usize).min(line_end)).unwrap_or_default();
    let pointed = pointed.trim_end().chars().count().max(1);
    let (line, column, pointed) = window(line, before[line_start..].chars().count(), pointed);
    // Tabs stay tabs, so that the carets stand below what they point at.
    let indent = line.chars().chain(std::iter::repeat(' ')).take(column);
    let indent: String = indent.map(|c| if c == '\t' { c } else { ' ' }).collect();
    let number = place.line.to_string();
    let gutter = " ".repeat(number.len());
    writeln!(f, "  linje {number}, kolonne {}:", place.column)?;
    writeln!(f, "  {number} | {line}")?;
    writeln!(f, "  {gutter} | {indent}{}", "^".repeat(pointed))
}

/// Letters of a line that are shown around a place: what most screens show beside the line's number.
const WINDOW: usize = 100;
/// Letters of a long line that are shown before a place.
const BEFORE: usize = 40;

/// A line, the column of a place in it and the letters pointed at; of a long line what stands around
/// the place, with `…` where something is left out.
fn window(line: &str, column: usize, pointed: usize) -> (String, usize, usize) {
    let letters: Vec<char> = line.chars().collect();
    if letters.len() <= WINDOW {
        return (line.to_owned(), column, pointed);
    }
    let last = letters.len().saturating_sub(WINDOW);
    let first = column.saturating_sub(BEFORE).min(last);
    let end = (first + WINDOW).min(letters.len());
    let mut shown: String = letters[first..end].iter().collect();
    let column = column - first + usize::from(first > 0);
    if first > 0 {
        shown.insert(0, '…');
    }
    if end < letters.len() {
        shown.push('…');
    }
    let room = shown.chars().count().saturating_sub(column).max(1);
    (shown, column, pointed.min(room))
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_drawn_with_carets() {
        let text = "SELECT\n  [Tid].[Kvårtl] ON 0";
        let start = text.find("[Kv").unwrap();
        let place = Place {
            text: text.to_owned(),
            start: start as u32,
            end: (start + "[Kvårtl]".len()) as u32,
            line: 2,
            column: 9,
        };
        let detail = ErrorDetail {
            message: "feltet 'Kvårtl' findes ikke".to_owned(),
            hint: String::new(),
            candidates: vec!["Kvartal".to_owned(), "År".to_owned()],
            place: Some(place),
            ..ErrorDetail::default()
        };
        let expected = "\
fejl: feltet 'Kvårtl' findes ikke
  linje 2, kolonne 9:
  2 |   [Tid].[Kvårtl] ON 0
    |         ^^^^^^^^
  mente du: Kvartal, År
";
        assert_eq!(Error::Refused(Box::new(detail)).to_string(), expected);
    }

    #[test]
    fn of_a_long_line_what_stands_around_the_place_is_shown() {
        let text =
            format!("SELECT {{{}[Kvårtl]}} ON 0 FROM [{}]", "x".repeat(300), "y".repeat(300));
        let start = text.find("[Kv").unwrap();
        let column = text[..start].chars().count();
        let (line, at, pointed) = window(&text, column, 8);
        assert_eq!(line.chars().count(), WINDOW + 2);
        assert_eq!(line.chars().skip(at).take(pointed).collect::<String>(), "[Kvårtl]");
        assert!(line.starts_with('…') && line.ends_with('…'));
        let (line, at, pointed) = window(&text, 2, 1000);
        assert!(line.starts_with("SELECT") && at == 2 && at + pointed == line.chars().count());
        assert_eq!(window("kort", 1, 2), ("kort".to_owned(), 1, 2));
    }

    #[test]
    fn an_error_about_a_file_that_was_sent_says_what_it_is_called_here() {
        let told = |file: &str, path: Option<&str>| {
            let (message, file) = ("er tom".to_owned(), file.to_owned());
            let detail = ErrorDetail { message, file, ..ErrorDetail::default() };
            Error::Refused(Box::new(detail)).about("statbank", path.map(Path::new)).to_string()
        };
        assert_eq!(told("statbank", Some("mit/udtræk.csv")), "fejl: mit/udtræk.csv: er tom\n");
        assert_eq!(told("", Some("mit/udtræk.csv")), "fejl: er tom\n");
        assert_eq!(told("statbank", None), "fejl: er tom\n");
    }

    #[test]
    fn a_place_outside_the_text_is_left_out() {
        let place = Place { text: "x".to_owned(), start: 9, end: 12, line: 1, column: 10 };
        let detail = ErrorDetail { place: Some(place), ..ErrorDetail::default() };
        assert_eq!(Error::Refused(Box::new(detail)).to_string(), "fejl: \n");
    }
}
