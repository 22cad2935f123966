//! `docs/fra-leverance-til-rapport.md` follows a file from its delivery to reports: what the page says
//! that the program answers is what it answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cube_schema::day::Month;
use terning_engine::load::Accept;
use terning_server::rebuild::{Outcome, REPORT_TEXT, Rebuild, rebuild};

use super::harness::Server;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/fra-leverance-til-rapport.md");

/// The commands of the page, each with the text that it shows behind them.
fn examples(page: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (number, block) in page.split("```").enumerate().filter(|(number, _)| number % 2 == 1) {
        let (kind, text) = block.split_once('\n').unwrap();
        match kind {
            "sh" => found.push((text.trim().to_owned(), String::new())),
            "text" => found.last_mut().unwrap().1 = text.trim_end().to_owned(),
            _ => panic!("block {number} is {kind:?}"),
        }
    }
    found
}

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
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// Does what the page's commands of the server do, up to the acceptance.
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
    for order in [
        order(Some("2026-09"), Accept::None),
        order(None, Accept::None),
        order(None, accepted),
    ] {
        assert!(matches!(rebuild(&order, &|_| ()).unwrap(), Outcome::Built(..)));
    }
}

#[test]
fn the_guide_from_delivery_to_report_says_what_the_program_answers() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let page = fs::read_to_string(PAGE).unwrap();
    let data = folder.path().join("data");
    let server = Server::beside_others(&data);
    let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
    for (command, shown) in examples(&page) {
        if command.starts_with("printf") {
            // The lines that it writes are its words behind the form.
            let (lines, _) = command.split_once(" > ").unwrap();
            let lines = words(lines)[2..].iter().map(|line| format!("{line}\n"));
            fs::write(folder.path().join("HAND07.csv"), lines.collect::<String>()).unwrap();
        } else if let Some(rest) = command.strip_prefix("terning ") {
            let export = folder.path().join("HAND07.csv");
            let own = |word: String| match word.as_str() {
                "HAND07.csv" => export.to_str().unwrap().to_owned(),
                _ => word,
            };
            let words: Vec<String> = words(rest).into_iter().map(own).collect();
            if words[0] == "package" {
                continue;
            }
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            assert_eq!(trimmed(&server.answer(&words)), shown, "{command}");
            *asked.entry("answer").or_default() += 1;
        } else if let Some((_, rest)) = command.split_once("data/versions/") {
            // Lines of a version's report.
            let version = &rest[..rest.find('/').unwrap()];
            let report = data.join("versions").join(version).join(REPORT_TEXT);
            let report = trimmed(&fs::read_to_string(report).unwrap());
            for line in shown.lines().filter(|line| *line != "--") {
                assert!(report.lines().any(|own| own == line), "{command}: {line}");
            }
            assert!(!shown.is_empty(), "{command}");
            *asked.entry("report").or_default() += 1;
        } else if command.starts_with("sed ") {
            let names = command.split_whitespace().filter(|word| word.starts_with("leverancer/"));
            let files: String =
                names.map(|name| fs::read_to_string(folder.path().join(name)).unwrap()).collect();
            for line in shown.lines() {
                assert!(files.lines().any(|own| own == line), "{command}: {line}");
            }
            *asked.entry("delivery").or_default() += 1;
        }
    }
    assert!(asked["answer"] >= 6 && asked["report"] >= 3 && asked["delivery"] == 1, "{asked:?}");
}
