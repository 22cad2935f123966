//! `docs/fra-leverance-til-rapport.md` follows a file from its delivery to reports: what the page says
//! that the program answers is what it answers.
//!
//! `UPDATE_GUIDE=1` writes what it answers into the page; a person then reads whether the words around
//! it still hold.

use std::fs;
use std::path::Path;
use std::process::Command;

use cube_schema::day::Month;
use terning_engine::load::Accept;
use terning_server::rebuild::{Outcome, Rebuild, rebuild};

use crate::harness::Server;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/fra-leverance-til-rapport.md");

/// The words of a command as a shell reads them; `'…'` is one.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in command.split('\'').enumerate() {
        match number % 2 {
            1 => words.push(part.to_owned()),
            _ => words.extend(part.split_whitespace().map(str::to_owned)),
        }
    }
    words
}

/// A text without the spaces at the ends of its lines.
fn trimmed(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
}

/// Does what the page's commands of `terning-server` do, up to the acceptance.
fn made(folder: &Path) {
    let options = terning_sample::Options {
        out: folder.join("leverancer"),
        scale: 0.02,
        seed: 1,
        months: ("2026-09".to_owned(), "2026-10".to_owned()),
    };
    terning_sample::generate(&options, &|_, _, _| ()).unwrap();
    let order = |month: Option<&str>, accept| Rebuild {
        month: month.and_then(Month::parse),
        accept,
        ..Rebuild::new(folder.join("leverancer"), folder.join("data"))
    };
    let accepted = Accept::Some(["849".to_owned()].into());
    for order in
        [order(Some("2026-09"), Accept::None), order(None, Accept::None), order(None, accepted)]
    {
        assert!(matches!(rebuild(&order, &|_| ()).unwrap(), Outcome::Built(..)));
    }
}

/// What a command of the page answers; `None` where it is one of those that are done before.
fn answer(server: &Server, folder: &Path, command: &str) -> Option<String> {
    if command.starts_with("terning-server ") {
        return None;
    }
    let Some(asked) = command.strip_prefix("terning ") else {
        let ran = Command::new("sh").args(["-c", command]).current_dir(folder).output().unwrap();
        assert!(ran.status.success(), "{command}: {ran:?}");
        return Some(String::from_utf8(ran.stdout).unwrap());
    };
    // Files are those of the folder.
    let own = |word: &String| match folder.join(word).is_file() {
        true => folder.join(word).to_str().unwrap().to_owned(),
        false => word.clone(),
    };
    let words: Vec<String> = words(asked).iter().map(own).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.iter().position(|word| *word == "-o") {
        Some(at) => {
            server.run(&words[..at], &folder.join(words[at + 1])).unwrap();
            Some(String::new())
        }
        None => Some(server.answer(&words)),
    }
}

#[test]
fn the_guide_from_delivery_to_report_says_what_the_program_answers() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let server = Server::beside_others(&folder.path().join("data"));
    let page = fs::read_to_string(PAGE).unwrap();
    // Every other part is a block: a command, and perhaps what it answers.
    let mut parts: Vec<String> = page.split("```").map(str::to_owned).collect();
    let mut compared = 0;
    for at in (1..parts.len()).step_by(2) {
        let Some(command) = parts[at].strip_prefix("sh\n") else { continue };
        let Some(found) = answer(&server, folder.path(), command.trim()) else { continue };
        let shown = parts.get(at + 2).and_then(|next| next.strip_prefix("text\n"));
        let Some(shown) = shown.filter(|_| parts[at + 1].trim().is_empty()) else {
            assert_eq!(found, "", "the page does not show what is answered to {command}");
            continue;
        };
        compared += 1;
        if std::env::var_os("UPDATE_GUIDE").is_some() {
            parts[at + 2] = format!("text\n{}\n", trimmed(&found));
        } else {
            assert_eq!(trimmed(shown), trimmed(&found), "{command}");
        }
    }
    assert!(compared >= 10, "only {compared} answers are compared");
    if std::env::var_os("UPDATE_GUIDE").is_some() {
        fs::write(PAGE, parts.join("```")).unwrap();
    }
}
