//! What the container and the units name is there: packages, programs, folders, and words of the
//! command line. Nothing is built here.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in functions marked as tests only

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use terning_server::args::Args;

const PROGRAM: &str = "/usr/local/bin/terning-server";

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn text(path: &str) -> String {
    fs::read_to_string(top().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn toml(path: &str) -> toml::Table {
    toml::from_str(&text(path)).unwrap()
}

/// The folders of the packages.
fn members() -> Vec<String> {
    let workspace = toml("Cargo.toml");
    let members = workspace["workspace"]["members"].as_array().unwrap();
    members.iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// The programs of the packages of these names.
fn programs(packages: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in packages {
        let manifest = |folder: &String| (folder.clone(), toml(&format!("{folder}/Cargo.toml")));
        let mut all = members().iter().map(manifest).collect::<Vec<_>>().into_iter();
        let own = all.find(|(_, one)| one["package"]["name"].as_str() == Some(name));
        let (folder, own) = own.unwrap_or_else(|| panic!("there is no package {name}"));
        match own.get("bin").and_then(toml::Value::as_array) {
            Some(all) => found.extend(all.iter().map(|one| one["name"].as_str().unwrap().into())),
            None if top().join(&folder).join("src/main.rs").exists() => {
                found.insert((*name).to_owned());
            }
            None => {}
        }
    }
    found
}

/// The instructions of the container: the first word, and the rest; a line may go on.
fn instructions() -> Vec<(String, String)> {
    let text = text("packaging/Containerfile").replace("\\\n", " ");
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let parts = lines.map(|line| line.split_once(' ').unwrap());
    parts.map(|(word, rest)| (word.to_owned(), rest.trim().to_owned())).collect()
}

/// The words behind each `word`.
fn after<'a>(words: &[&'a str], word: &str) -> Vec<&'a str> {
    words.windows(2).filter(|two| two[0] == word).map(|two| two[1]).collect()
}

/// That a command line begins with the program, and that it understands the rest.
fn check_command(words: &[String]) {
    assert_eq!(words[0], PROGRAM);
    if let Err(problem) = Args::try_parse_from(words) {
        panic!("{words:?}: {problem}");
    }
}

#[test]
fn the_container_copies_programs_that_it_has_built() {
    let all = instructions();
    let of =
        |word: &'static str| all.iter().filter(move |one| one.0 == word).map(|one| one.1.as_str());
    let build = of("RUN").find(|run| run.starts_with("cargo build")).unwrap();
    let words: Vec<&str> = build.split_whitespace().collect();
    assert!(words.contains(&"--locked") && words.contains(&"--release"), "{build}");
    let built = programs(&after(&words, "-p"));
    let workdir = of("WORKDIR").next().unwrap();
    let mut copied = BTreeSet::new();
    for copy in of("COPY").filter(|copy| copy.starts_with("--from=build")) {
        let paths: Vec<&str> = copy.split_whitespace().skip(1).collect();
        let (to, from) = paths.split_last().unwrap();
        assert_eq!(*to, "/usr/local/bin/");
        for path in from {
            let name = path.strip_prefix(&format!("{workdir}/target/release/")).unwrap();
            assert!(built.contains(name), "{name} is not built by: {build}");
            copied.insert(name.to_owned());
        }
    }
    assert_eq!(copied, ["terning".to_owned(), "terning-server".to_owned()].into());
}

#[test]
fn the_container_is_built_by_the_compiler_of_the_project_and_starts_the_server() {
    let all = instructions();
    let from = all.iter().find(|one| one.0 == "FROM").unwrap();
    let workspace = toml("Cargo.toml");
    let version = workspace["workspace"]["package"]["rust-version"].as_str().unwrap();
    assert!(from.1.contains(&format!("/rust:{version}-")), "{from:?}, and Cargo.toml {version}");
    let list = |word: &str| -> Vec<String> {
        let found = all.iter().find(|one| one.0 == word).unwrap();
        serde_json::from_str(&found.1).unwrap()
    };
    let words = [list("ENTRYPOINT"), list("CMD")].concat();
    check_command(&words);
    // The data folder of the command is the volume, which the user of the container owns.
    let volume = list("VOLUME").remove(0);
    assert!(words.windows(2).any(|two| two[0] == "--data" && two[1] == volume), "{words:?}");
    let user = &all.iter().find(|one| one.0 == "USER").unwrap().1;
    let owner = user.split(':').next().unwrap();
    let makes = |one: &(String, String)| {
        one.1.contains(&format!("--uid {owner} ")) && one.1.contains(&format!("-m 0700 {volume}"))
    };
    assert!(all.iter().any(makes), "nobody makes {volume} for {user}");
}

/// What of the project the container is built of.
fn let_in() -> Vec<String> {
    let text = text(".containerignore");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines[0], "*", "everything else stays outside");
    lines[1..].iter().map(|line| line.strip_prefix("!/").unwrap().to_owned()).collect()
}

#[test]
fn the_container_is_built_of_all_packages_and_of_nothing_that_is_not_there() {
    let let_in = let_in();
    for name in &let_in {
        assert!(top().join(name).exists(), "{name} is let in, and is not there");
    }
    let has = |path: &str| let_in.iter().any(|name| *name == path.split('/').next().unwrap());
    for folder in members() {
        assert!(has(&folder), "{folder} is left out");
    }
    for file in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"] {
        assert!(has(file), "{file} is left out");
    }
    for outside in ["data", "deliveries", "leverancer", ".git", "target", "terning-demo"] {
        assert!(!has(outside), "{outside} is let in");
    }
}

#[test]
fn the_units_start_what_the_program_understands() {
    let mut commands = 0;
    for unit in ["terning", "terning-rebuild"] {
        let text = text(&format!("packaging/{unit}.service"));
        let lines = text.lines().filter_map(|line| line.split_once('='));
        for (_, command) in lines.filter(|(key, _)| key.starts_with("ExecStart")) {
            check_command(&command.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
            commands += 1;
        }
    }
    assert_eq!(commands, 3);
}
