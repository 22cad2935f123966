//! `terning shell`: many questions one behind the other, at a terminal or through a pipe.
//!
//! At a terminal there are prompts, a history and completion; a pipe is read as it is, and a mistake
//! in it does not keep the rest from being asked.

mod command;
mod complete;
mod names;
mod server;
mod terminal;
mod text;

use std::io::{self, BufRead, BufWriter, IsTerminal, Write};

use terning_proto::v1::question::Asked;

use crate::args::{Common, Format};
use crate::cause;
use crate::command::{cubes, describe, functions, versions};
use crate::error::Error;
use crate::output::{self, Choice, Heading, Listing};
use command::Command;
use server::Server;

/// Runs a shell on this process' terminal, or on what is piped into it.
///
/// # Errors
/// There is no connection, or a question of a pipe could not be answered.
pub fn run(common: &Common) -> Result<(), Error> {
    output::check(common)?;
    let out: Box<dyn Write> = match &common.output {
        None => Box::new(io::stdout()),
        Some(path) => Box::new(std::fs::File::create(path).map_err(|error| {
            Error::new(format!(
                "filen {} kan ikke skrives: {}",
                path.display(),
                cause::of_io(&error)
            ))
        })?),
    };
    if io::stdin().is_terminal() {
        terminal::run(common, out)
    } else {
        run_piped(common, &mut io::stdin().lock(), out, Box::new(io::stderr()))
    }
}

/// Runs a shell on lines that nobody writes at a terminal: answers go to `out`, mistakes to `err`.
///
/// # Errors
/// There is no connection, or a question could not be answered.
pub fn run_piped(
    common: &Common,
    lines: &mut dyn BufRead,
    out: Box<dyn Write>,
    err: Box<dyn Write>,
) -> Result<(), Error> {
    let mut session = Session::new(common, out, err)?;
    let mut written = String::new();
    loop {
        let is_end = lines.read_line(&mut written).map_err(|error| unreadable(&error))? == 0;
        // A newline is the begin of a line that is not written yet.
        let ready = written.strip_suffix('\n').map_or(is_end, text::is_complete);
        if ready && session.take(&std::mem::take(&mut written))? == Flow::End {
            break;
        }
        if is_end {
            break;
        }
    }
    session.finish()
}

fn unreadable(error: &io::Error) -> Error {
    Error::new(format!("spørgsmålene kan ikke læses: {}", cause::of_io(error)))
}

/// Whether the shell goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    On,
    End,
}

/// A shell that asks.
struct Session {
    server: Server,
    format: Format,
    out: BufWriter<Box<dyn Write>>,
    err: Box<dyn Write>,
    /// What was asked, and how much of it could not be answered.
    asked: usize,
    failed: usize,
}

impl Session {
    fn new(common: &Common, out: Box<dyn Write>, err: Box<dyn Write>) -> Result<Session, Error> {
        let format = match common.format() {
            Format::Xlsx => command::format("xlsx")?,
            format => format,
        };
        let server = Server::connect(common)?;
        Ok(Session { server, format, out: BufWriter::new(out), err, asked: 0, failed: 0 })
    }

    /// Runs a command or the queries that were written. A mistake is said, and the shell goes on; it
    /// ends where nobody reads what it says.
    fn take(&mut self, written: &str) -> Result<Flow, Error> {
        let written = written.trim();
        if command::is_command(written) {
            return match self.command(written) {
                Ok(flow) => Ok(flow),
                Err(error) => self.failed(error),
            };
        }
        for query in text::queries(written) {
            if let Err(error) = self.query(query, false) {
                self.failed(error)?;
            }
        }
        Ok(Flow::On)
    }

    fn failed(&mut self, error: Error) -> Result<Flow, Error> {
        if error.is_broken_pipe() {
            return Err(error);
        }
        self.failed += 1;
        write!(self.err, "{error}")?;
        Ok(Flow::On)
    }

    /// Asks a query, or what is done with it.
    fn query(&mut self, query: &str, explain: bool) -> Result<(), Error> {
        self.asked += 1;
        let asked = Asked::Mdx(query.to_owned());
        let outcome = self.server.run(async |client| client.run(asked, explain).await)?;
        let heading = Heading { choices: vec![Choice::new("MDX", query)], ..Heading::default() };
        output::draw_outcome(&mut self.out, self.format, &heading, &outcome)?;
        self.end_answer()
    }

    fn command(&mut self, written: &str) -> Result<Flow, Error> {
        match command::parse(written)? {
            Command::Quit => return Ok(Flow::End),
            Command::Help => write!(self.out, "{}", command::HELP)?,
            Command::Format(format) => self.format = format,
            Command::Explain(query) => self.query(&query, true)?,
            Command::Cubes => {
                let listing = self.server.run(async |client| cubes::listing(client).await)?;
                self.list(&listing)?;
            }
            Command::Versions => {
                let listing = self.server.run(async |client| versions::listing(client).await)?;
                self.list(&listing)?;
            }
            Command::Functions(name) => {
                let listing =
                    self.server.run(async |client| functions::listing(client, name).await)?;
                self.list(&listing)?;
            }
            Command::Describe(cube) => {
                let listing =
                    self.server.run(async |client| describe::listing(client, cube).await)?;
                self.list(&listing)?;
            }
        }
        self.out.flush()?;
        Ok(Flow::On)
    }

    fn list(&mut self, listing: &Listing) -> Result<(), Error> {
        output::draw_lists(&mut self.out, self.format, &listing.json, &listing.lists)?;
        self.end_answer()
    }

    /// A blank line between what people read.
    fn end_answer(&mut self) -> Result<(), Error> {
        if self.format == Format::Table {
            writeln!(self.out)?;
        }
        Ok(self.out.flush()?)
    }

    /// Says by its end whether all that was asked was answered.
    fn finish(mut self) -> Result<(), Error> {
        self.out.flush()?;
        match (self.failed, self.asked) {
            (0, _) => Ok(()),
            (failed, asked) => Err(Error::new(format!(
                "{failed} fejl, {asked} spørgsmål i alt; de øvrige er besvaret"
            ))),
        }
    }
}
