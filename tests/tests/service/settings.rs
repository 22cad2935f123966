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

#[test]
fn the_page_tells_of_every_key_and_variable() {
    for key in KEYS {
        assert!(PAGE.contains(&format!("| `{}` |", key.name)), "{}", key.name);
        if let Some(variable) = key.variable() {
            assert!(PAGE.contains(&format!("`{variable}`")), "{variable}");
        }
    }
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
