//! The page about running the service tells of every setting, and what it shows can be used.

use std::process::ExitCode;

use clap::Parser;
use terning_server::args::Args;
use terning_server::command;
use terning_server::config::{self, KEYS};

const PAGE: &str = include_str!("../../../docs/drift.md");

/// The examples of settings on the page.
fn examples() -> Vec<String> {
    let blocks = PAGE.split("```toml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// The rows of the table of settings: a key, its variable, and what holds where it is not given.
fn rows() -> Vec<[String; 3]> {
    let table = PAGE.split("| nøgle | variabel | betydning | ellers |\n").nth(1).unwrap();
    let lines = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" |").map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{line}");
        [cells[0], cells[1], cells[3]].map(|cell| cell.replace('`', ""))
    };
    lines.map(row).collect()
}

#[test]
fn the_page_tells_of_every_key_and_variable_and_of_no_other() {
    let told: Vec<[String; 2]> =
        rows().into_iter().map(|[key, variable, _]| [key, variable]).collect();
    for key in KEYS {
        let row = [key.name.to_owned(), key.variable().unwrap_or_default()];
        assert!(told.contains(&row), "{row:?}");
    }
    assert_eq!(told.len(), KEYS.len());
}

/// What the page says in words, of what depends on the machine or is no value.
const IN_WORDS: [(&str, &str); 2] =
    [("load.places", "to for hver kerne"), ("load.places_each", "en mindre end load.places")];

#[test]
fn what_holds_where_nothing_is_given_is_what_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("terning.toml");
    std::fs::write(&file, "[access]\n").unwrap();
    let loaded = config::load(Some(&file), &config::Variables::new()).unwrap();
    let effective = |key: &str| {
        let found = loaded.effective.iter().find(|one| one.key == key);
        found.map(|one| one.value.trim_matches('"').to_owned())
    };
    let mut compared = 0;
    for [key, _, told] in rows() {
        let Some(value) = effective(&key) else { continue };
        let words = IN_WORDS.iter().find(|(own, _)| *own == key);
        match words {
            Some((_, words)) => assert_eq!(told, *words),
            None => assert_eq!(told.split(',').next(), Some(value.as_str()), "{key}"),
        }
        compared += 1;
    }
    // Everything that has a value of its own: the others are files, addresses and names.
    let own = loaded.effective.len();
    assert!(compared == own && own > 18, "{compared} of {own}: {:?}", loaded.effective);
}

#[test]
fn the_examples_of_the_page_have_nothing_wrong_but_that_their_files_are_missing() {
    assert!(examples().len() > 1);
    for text in examples() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("terning.toml");
        std::fs::write(&file, &text).unwrap();
        let loaded = config::load(Some(&file), &config::Variables::new()).unwrap();
        for problem in &loaded.problems {
            let said = problem.to_string();
            let of_files = ["kan ikke læses", "kræver tls.client_ca", "ikke krypteret"];
            assert!(of_files.iter().any(|words| said.contains(words)), "{said}\n{text}");
        }
    }
}

#[test]
fn config_check_fails_where_anything_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("terning.toml");
    let check = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let words = ["terning-server", "config", "check", file.to_str().unwrap()];
        command::run(Args::try_parse_from(words).unwrap()).unwrap()
    };
    assert_eq!(check("listen = \"127.0.0.1:0\"\n[access]\n"), ExitCode::SUCCESS);
    assert_eq!(check("lytte = \"127.0.0.1:0\"\n"), ExitCode::FAILURE);
    assert_eq!(check("listen = \"0.0.0.0:0\"\n"), ExitCode::FAILURE);
}
