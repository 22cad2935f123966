//! The house rules, held by a test: arrows between packages and modules, the rule list, and what
//! must not stand in any file.
//!
//! The arrows are those of the tables in `docs/architecture.md`, so that what is told is what holds.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cube_schema::domains::vh::regler::RULES;
use cube_schema::rule::Shape;

/// Lines of a function, at most. The median is 7; a longer one is a table or a list of like things.
const LONGEST_FUNCTION: usize = 80;
/// Lines of a file of code, at most.
const LONGEST_FILE: usize = 800;
/// The longest line of a comment; rustfmt does not wrap them.
const LONGEST_COMMENT: usize = 130;

/// The top of the project.
fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn text(path: &str) -> String {
    fs::read_to_string(top().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files below a folder of one of these kinds, with their paths below the top.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&top().join(folder), endings, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            // What is built, what is not ours, and what a demo leaves behind.
            let skipped =
                name.starts_with('.') || name.starts_with("target") || name.contains("demo");
            if !skipped {
                collect(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            let place = path.strip_prefix(top()).unwrap().to_string_lossy().into_owned();
            found.push((place, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The rows of the table in a page whose header begins with these cells.
fn table(page: &str, header: &str) -> Vec<Vec<String>> {
    let lines = page.lines().skip_while(|line| !line.starts_with(header)).skip(2);
    let rows = lines.take_while(|line| line.starts_with('|'));
    let cells = |line: &str| {
        let cells = line.trim_matches('|').split('|');
        cells.map(|cell| cell.replace('`', "").trim().to_owned()).collect()
    };
    rows.map(cells).collect()
}

/// What a cell of the table allows: nothing (–), a list, all, or all but some.
fn allowed(cell: &str, all: &BTreeSet<String>) -> BTreeSet<String> {
    let names = |list: &str| -> Vec<String> {
        let names = list.split([',', ' ']).filter(|name| !["", "and"].contains(name));
        names.map(str::to_owned).collect()
    };
    let mut named = BTreeSet::new();
    let except = cell.strip_prefix("all but ");
    for name in names(except.unwrap_or(cell).trim_matches(['–', ' '])) {
        // The table leaves `terning-` out, and calls the client by its folder.
        let same = |known: &&String| {
            **known == name
                || **known == format!("terning-{name}")
                || (name == "client-cli" && *known == "terning")
        };
        named.extend(all.iter().find(same).cloned());
    }
    match (cell, except) {
        ("all", _) => all.clone(),
        (_, Some(_)) => all - &named,
        _ => named,
    }
}

#[test]
fn packages_use_each_other_only_as_the_table_says() {
    let rows = table(&text("docs/architecture.md"), "| package | folder |");
    let all: BTreeSet<String> = rows.iter().map(|row| row[0].clone()).collect();
    let workspace: toml::Table = toml::from_str(&text("Cargo.toml")).unwrap();
    let members = workspace["workspace"]["members"].as_array().unwrap();
    assert_eq!(members.len(), rows.len(), "the table names every member of the workspace");
    for row in &rows {
        let may_use = allowed(&row[2], &all);
        let manifest: toml::Table =
            toml::from_str(&text(&format!("{}/Cargo.toml", row[1].trim_end_matches('/')))).unwrap();
        assert_eq!(manifest["package"]["name"].as_str(), Some(row[0].as_str()));
        for list in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let names = manifest.get(list).and_then(toml::Value::as_table);
            for name in names.into_iter().flat_map(toml::Table::keys) {
                assert!(
                    !all.contains(name) || may_use.contains(name),
                    "{} uses {name}; docs/architecture.md does not allow it",
                    row[0]
                );
            }
        }
    }
    assert!(
        allowed(&rows.iter().find(|row| row[0] == "terning-oracle").unwrap()[2], &all).is_empty()
    );
}

#[test]
fn modules_of_the_engine_use_each_other_only_as_the_table_says() {
    let rows = table(&text("docs/architecture.md"), "| module | may use |");
    let modules: BTreeSet<String> = rows.iter().map(|row| row[0].clone()).collect();
    let lib = text("server/engine/src/lib.rs");
    for line in lib.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        assert!(modules.contains(line.trim_end_matches(';')), "the table has no {line}");
    }
    let may_use: BTreeMap<String, BTreeSet<String>> =
        rows.iter().map(|row| (row[0].clone(), allowed(&row[1], &modules))).collect();
    for (place, code) in files("server/engine/src", &[".rs"]) {
        let module =
            place.trim_start_matches("server/engine/src/").split(['/', '.']).next().unwrap();
        for used in code.split("crate::").skip(1).flat_map(first_words) {
            let known = modules.contains(used) && used != module;
            assert!(
                !known || may_use.get(module).is_some_and(|allowed| allowed.contains(used)),
                "{place} uses {used}; docs/architecture.md does not allow it"
            );
        }
    }
    for (one, other) in [("snapshot", "query"), ("query", "snapshot")] {
        assert!(!may_use[one].contains(other), "{one} knows nothing of {other}");
    }
}

/// `a` of `a::b`, and `a`, `c` of `{a::b, c}`.
fn first_words(text: &str) -> Vec<&str> {
    let list = text.strip_prefix('{').map(|list| list.split('}').next().unwrap_or_default());
    let word = |path: &'_ str| -> usize {
        path.find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).unwrap_or(path.len())
    };
    list.map_or(vec![text], |list| list.split(',').map(str::trim).collect())
        .into_iter()
        .map(|path| &path[..word(path)])
        .collect()
}

#[test]
fn the_engine_has_no_files_sockets_or_clock() {
    let words = ["tokio", "tonic", "std::fs", "std::net", "std::time", "std::env", "SystemTime"];
    for (place, code) in files("server/engine/src", &[".rs"]) {
        let product = code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for line in product.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for word in words {
                assert!(!line.contains(word), "{place} uses {word}: {line}");
            }
        }
    }
}

#[test]
fn every_rule_has_its_text_and_its_function() {
    let folder = "cube-schema/src/domains/vh/regler";
    let texts: BTreeSet<String> =
        files(folder, &[".md"]).into_iter().map(|(place, _)| place).collect();
    assert_eq!(texts.len(), RULES.len(), "every text is of a rule of the list");
    for rule in &RULES {
        let place = place_of(rule.id, &texts);
        assert!(text(&place.replace(".md", ".rs")).contains("#![doc = include_str!("), "{place}");
        assert!(rule.text.starts_with(&format!("# {} · {}", rule.id, rule.caption)), "{place}");
        for chapter in
            ["Hvad reglen gør", "Hvorfor", "Kilde", "Gælder", "Grænsetilfælde", "Eksempler"]
        {
            assert!(rule.text.contains(&format!("\n## {chapter}\n")), "{place}: {chapter}");
        }
    }
}

fn place_of(id: &str, texts: &BTreeSet<String>) -> String {
    let begin = format!("/{}_", id.to_lowercase());
    let found = texts.iter().find(|place| place.contains(&begin));
    found.unwrap_or_else(|| panic!("{id} has no text")).clone()
}

/// `docs/regler.md`, made of the ordered list.
fn rule_page() -> String {
    let places: BTreeSet<String> = files("cube-schema/src/domains/vh/regler", &[".md"])
        .into_iter()
        .map(|(place, _)| place)
        .collect();
    let mut page = "# Reglerne for Voksenhandicap\n\n\
        Alle regler i den rækkefølge, de køres. Hver har en tekst med eksempler, som køres mod reglen ved hver prøve. \
        Siden er lavet af listen i `cube-schema/src/domains/vh/regler/mod.rs`; ret den ikke her \
        (`UPDATE_REGLER=1 cargo test -p terning-tests --test tidy` laver den igen).\n\n\
        Hvor mange ydelser og borgere hver regel har mærket, ændret, udeladt eller omfattet i de indlæste data, \
        står i indlæsningsrapporten ved siden af versionen (`load-report.txt`, *Regler*): alle regler i samme \
        rækkefølge som her, i alt og pr. kommune og system, med tallet i den forrige version. Mærkerne er også i kuben *Voksne Handicappede* under \
        Harmonisering VH.Regel.\n\n\
        | Regel | Navn | Hvad den gør | Hvorfor | Arbejder på | Kilde |\n|---|---|---|---|---|---|\n"
        .to_owned();
    for rule in &RULES {
        let place = place_of(rule.id, &places);
        let chapter = |title: &str| {
            let text = rule.text.split(&format!("\n## {title}\n")).nth(1).unwrap();
            text.split("\n\n").next().unwrap().trim().replace('\n', " ")
        };
        let (does, why) = (chapter("Hvad reglen gør"), chapter("Hvorfor"));
        let works_on = match rule.shape {
            Shape::Selection(_) => "leverancer",
            Shape::Counted(_) => "en kommunes ydelser",
            Shape::Record(_) | Shape::Applied => "en ydelse",
            Shape::Entity(_) => "en borgers ydelser",
            Shape::Period => "en ydelse i en periode",
        };
        let (id, caption, source) = (rule.id, rule.caption, rule.source);
        page += &format!(
            "| [{id}](../{place}) | {caption} | {does} | {why} | {works_on} | {source} |\n"
        );
    }
    page
}

#[test]
fn the_list_of_rules_is_the_one_that_runs() {
    let path = top().join("docs/regler.md");
    let page = rule_page();
    if std::env::var_os("UPDATE_REGLER").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, page, "docs/regler.md; UPDATE_REGLER=1 makes it anew");
    let letters: BTreeSet<&str> = RULES.iter().map(|rule| &rule.id[..1]).collect();
    let told = table(&text("cube-schema/README.md"), "| Regler |");
    let told: BTreeSet<&str> = told.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(told, letters, "the kinds of rules in cube-schema/README.md");
}

#[test]
fn nothing_stands_in_a_file_that_must_not() {
    let path = |folder: &str| format!("/{folder}/");
    let places = [path("work"), path("home"), path("root")];
    let unfinished =
        [["to", "do!("].concat(), ["unimple", "mented!("].concat(), ["db", "g!("].concat()];
    let ignored = ["#[", "ignore]"].concat();
    for (place, text) in files("", &[".rs", ".md", ".toml", ".proto", ".sh", ".json", ".yml"]) {
        for word in &places {
            assert!(!text.contains(word.as_str()), "{place} names a folder of one machine: {word}");
        }
        if place.ends_with(".rs") {
            for word in unfinished.iter().chain([&ignored]) {
                assert!(!text.contains(word.as_str()), "{place} has {word} (give a reason)");
            }
        }
    }
}

#[test]
fn every_package_says_what_it_is() {
    for row in table(&text("docs/architecture.md"), "| package | folder |") {
        let readme = text(&format!("{}/README.md", row[1].trim_end_matches('/')));
        assert!(
            readme.len() > 200,
            "{}: a README that says its one job and what it is not",
            row[1]
        );
    }
}

#[test]
fn functions_and_files_can_be_read_at_one_go() {
    let folders = [
        "cube-schema/src",
        "server/engine/src",
        "server/src",
        "server/sample/src",
        "client-cli/src",
        "tests",
    ];
    for (place, code) in folders.iter().flat_map(|folder| files(folder, &[".rs"])) {
        let lines: Vec<&str> = code.lines().collect();
        assert!(lines.len() <= LONGEST_FILE, "{place} has {} lines", lines.len());
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.trim().starts_with("//"))
        {
            let length = line.chars().count();
            assert!(length <= LONGEST_COMMENT, "{place}:{} is a comment of {length}", at + 1);
        }
        for (at, length) in functions(&lines) {
            assert!(
                length <= LONGEST_FUNCTION,
                "{place}:{} is a function of {length} lines",
                at + 1
            );
        }
    }
}

/// Where functions begin, and how many lines they have, as rustfmt sets them.
fn functions(lines: &[&str]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let is_function =
            ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "async fn ", "pub async fn "]
                .iter()
                .any(|start| code.starts_with(start));
        if is_function && !line.trim_end().ends_with(['}', ';']) {
            let end = format!("{}}}", " ".repeat(indent));
            let length =
                lines[at..].iter().position(|line| *line == end).map_or(1, |rows| rows + 1);
            found.push((at, length));
        }
    }
    found
}

/// The page on what MDX means names the questions that show it.
#[test]
fn the_questions_that_the_mdx_page_names_are_asked() {
    let page = text("docs/mdx.md");
    let mut named = 0;
    for line in page.lines().filter_map(|line| line.strip_prefix("- `")) {
        let Some((file, titles)) = line.split_once("`: ") else { continue };
        let questions = text(&format!("tests/queries/shop/{file}"));
        for title in titles.split('*').skip(1).step_by(2) {
            let is_asked = questions.lines().any(|line| line.strip_prefix("## ") == Some(title));
            assert!(is_asked, "{file} has no question '{title}'");
            named += 1;
        }
    }
    assert!(named > 40, "{named} questions are named");
}
