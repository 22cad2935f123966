//! The shell, driven through a pipe.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use clap::Parser;
use terning::args::Args;
use terning::shell;

use crate::harness::{Server, golden, publish};
use crate::toy;

/// What is written to it can be read while somebody else holds it.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

/// What a shell answers to lines, what it says is wrong, and how it ends.
fn told(lines: &str, words: &[&str]) -> (String, String, Result<(), String>) {
    let data = tempfile::tempdir().unwrap();
    publish(data.path(), (2020, 12), &[&toy::cube()]);
    let server = Server::ready(data.path());
    let server = format!("--server=http://{}", server.address);
    let args = ["terning", "shell", &server].into_iter().chain(words.iter().copied());
    let args = Args::try_parse_from(args).unwrap();
    let (out, err) = (Written::default(), Written::default());
    let mut lines = lines.as_bytes();
    let ended =
        shell::run_piped(&args.common, &mut lines, Box::new(out.clone()), Box::new(err.clone()));
    (out.text(), err.text(), ended.map_err(|error| error.to_string()))
}

const BY_SERVICE: &str = "\
SELECT [Handle kommune].[Kommune].MEMBERS ON COLUMNS, -- not here;
  [Ydelse].[Ydelsesnavn].MEMBERS ON ROWS
FROM [Ting]";

#[test]
fn queries_and_commands_are_answered_one_behind_the_other() {
    let lines = format!("{BY_SERVICE};\n\n{BY_SERVICE}\n\n.format csv\nSELECT FROM [Ting]; .cubes");
    let (out, err, ended) = told(&format!(".cubes\n{lines}"), &[]);
    assert!(ended.is_err(), "the last command stands behind a query: {out}");
    assert!(err.contains("linje 1"), "{err}");
    golden("shell.txt", &out);
}

#[test]
fn a_mistake_is_said_with_its_place_and_the_rest_is_asked() {
    let lines =
        "SELECT\n  [Tid].[Kvartl].MEMBERS ON 0\nFROM [Ting];\n.nothing\nSELECT FROM [Ting];";
    let (out, err, ended) = told(lines, &["--format=csv"]);
    assert_eq!(out, "\u{feff}5\n");
    assert!(err.contains("linje 2, kolonne 9"), "{err}");
    assert!(err.contains("^^^^^^^^") && err.contains("Kvartal"), "{err}");
    assert!(err.contains("'.nothing' findes ikke"), "{err}");
    assert!(ended.unwrap_err().contains("2 fejl"));
}

#[test]
fn a_function_is_told_of() {
    let (out, err, ended) = told(".functions head\n.functions nothing", &[]);
    assert!(out.contains("Head"), "{out}");
    assert!(err.contains("'nothing' findes ikke"), "{err}");
    assert!(ended.is_err());
}

#[test]
fn nothing_is_asked_behind_the_end() {
    let (out, err, ended) = told("quit\nSELECT FROM [Ting];", &[]);
    assert_eq!((out.as_str(), err.as_str(), ended), ("", "", Ok(())));
    let (_, _, refused) = told("", &["--format=xlsx"]);
    assert!(refused.unwrap_err().contains("'xlsx' kan ikke bruges her"));
}
