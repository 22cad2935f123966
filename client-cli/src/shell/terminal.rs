//! The shell at a terminal: prompts, history, completion.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use super::complete::complete;
use super::names::Names;
use super::server::Server;
use super::{Flow, Session, text};
use crate::args::Common;
use crate::error::Error;

const PROMPT: &str = "terning> ";
/// Questions that are remembered.
const REMEMBERED: usize = 1000;
/// Digits in a row that may be a CPR number, which no file of this program keeps.
const CPR_DIGITS: usize = 10;

/// Runs a shell at this terminal.
pub(super) fn run(common: &Common, out: Box<dyn Write>) -> Result<(), Error> {
    let mut session = Session::new(common, out, Box::new(io::stderr()))?;
    let mut editor = editor(session.server.clone()).map_err(|error| unusable(&error))?;
    let history = history_file();
    if let Some(file) = &history {
        // The first time there is none.
        let _ = editor.load_history(file);
    }
    println!("Forbundet til {}. Skriv .help for hjælp.", common.server);
    let ended = converse(&mut session, &mut editor);
    if let Some(file) = &history {
        let saved = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        if saved.map_err(ReadlineError::Io).and_then(|()| editor.save_history(file)).is_err() {
            eprintln!("historikken kunne ikke gemmes i {}", file.display());
        }
    }
    ended
}

fn editor(server: Server) -> rustyline::Result<Editor<Assistant, FileHistory>> {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .max_history_size(REMEMBERED)?
        .history_ignore_dups(true)?
        .build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Assistant { server: RefCell::new(server), names: RefCell::default() }));
    Ok(editor)
}

fn unusable(error: &ReadlineError) -> Error {
    Error::new(format!("terminalen kan ikke bruges: {error}"))
}

/// Reads and answers until the end is asked for.
fn converse(
    session: &mut Session,
    editor: &mut Editor<Assistant, FileHistory>,
) -> Result<(), Error> {
    loop {
        match editor.readline(PROMPT) {
            Ok(written) => {
                if is_remembered(&written) {
                    editor.add_history_entry(written.trim()).map_err(|error| unusable(&error))?;
                }
                if session.take(&written)? == Flow::End {
                    return Ok(());
                }
            }
            // What was being written is given up.
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(unusable(&error)),
        }
    }
}

/// Whether a question goes into the history: not where it may hold a CPR number.
fn is_remembered(written: &str) -> bool {
    let mut run = 0;
    let longest = written.chars().filter(|&c| c != '-').map(|c| {
        run = if c.is_ascii_digit() { run + 1 } else { 0 };
        run
    });
    !written.trim().is_empty() && longest.max().unwrap_or(0) < CPR_DIGITS
}

/// Where the history is kept, below the user's folder of states.
fn history_file() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")));
    Some(state?.join("terning/shell-history"))
}

/// What helps whoever writes. Names are asked for when the first is wanted.
struct Assistant {
    server: RefCell<Server>,
    names: RefCell<Option<Names>>,
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let (mut server, mut names) = (self.server.borrow_mut(), self.names.borrow_mut());
        if names.is_none() {
            *names = server.names().ok();
        }
        let none = Names::default();
        let names = names.as_ref().unwrap_or(&none);
        Ok(complete(names, &mut |sought| server.members(sought).unwrap_or_default(), line, at))
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match text::is_complete(context.input()) {
            true => ValidationResult::Valid(None),
            false => ValidationResult::Incomplete,
        })
    }
}

impl Hinter for Assistant {
    type Hint = String;
}
impl Highlighter for Assistant {}
impl Helper for Assistant {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_hold_a_cpr_number_is_not_remembered() {
        assert!(is_remembered("SELECT [Tid].[Måned].&[2020-01], 12345678 FROM [Ting];"));
        for personal in ["&[6211111118]", "&[621111-1118]", "  "] {
            assert!(!is_remembered(personal), "{personal}");
        }
    }
}
