//! That no rule, measure or edge is without its test.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cube_schema::domains::vh::regler::RULES;

use crate::edges::EDGES;

/// The names of all whole-system tests.
fn all_names() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    names(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut found);
    found
}

/// The names of the tests in a folder.
fn names(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(path).unwrap();
            let tests = text.split("#[test]\n").skip(1);
            found.extend(tests.filter_map(name_of_a_test));
        }
    }
}

/// What a test does when it looks at something.
const LOOKS: [&str; 4] = ["assert", "panic!", ".answer(", ".refusal("];

/// The name of a test by its text; `None` where nothing in its body can fail.
fn name_of_a_test(test: &str) -> Option<String> {
    let (name, rest) = test.split_once("fn ")?.1.split_once('(')?;
    let body = rest.split_once("\n}\n").map_or(rest, |(body, _)| body);
    LOOKS.iter().any(|look| body.contains(look)).then(|| name.to_owned())
}

/// The ids that a test's name begins with: `c1_…`, `k1_k2_…`, `n4_to_n8_…`.
fn ids_of(name: &str) -> BTreeSet<String> {
    let words: Vec<String> = name.split('_').map(str::to_uppercase).collect();
    let is_id = |word: &String| {
        word.len() == 2
            && word.starts_with(|letter: char| "SKDCXGMNA".contains(letter))
            && word.ends_with(|letter: char| letter.is_ascii_digit())
    };
    let head: Vec<&String> = words.iter().take_while(|word| is_id(word) || *word == "TO").collect();
    let mut ids: BTreeSet<String> =
        head.iter().filter(|word| is_id(word)).map(|&word| word.clone()).collect();
    if let [from, to, until, ..] = head.as_slice()
        && *to == "TO"
    {
        let number = |id: &str| id[1..].parse::<u8>().unwrap();
        ids.extend((number(from)..=number(until)).map(|id| format!("{}{id}", &from[..1])));
    }
    ids
}

#[test]
fn every_rule_id_has_a_test_that_names_it() {
    let named: BTreeSet<String> = all_names().iter().flat_map(|name| ids_of(name)).collect();
    let numbered =
        |letter: char, last: u8| (1..=last).map(move |number| format!("{letter}{number}"));
    let rules = RULES.iter().map(|rule| rule.id.to_owned());
    let others = numbered('M', 8).chain(numbered('N', 8)).chain(numbered('A', 2));
    let forgotten: Vec<String> = rules.chain(others).filter(|id| !named.contains(id)).collect();
    assert!(forgotten.is_empty(), "no test is named after {forgotten:?}");
    assert_eq!(ids_of("n4_to_n6_of"), ["N4", "N5", "N6"].map(str::to_owned).into());
    assert!(ids_of("a_report").is_empty() && !named.contains("A3"));
    assert_eq!(name_of_a_test("fn d1_() {}\n"), None, "an empty function is no test");
    assert_eq!(name_of_a_test("fn d1_() {\n    assert!(is());\n}\n").as_deref(), Some("d1_"));
}

#[test]
fn every_edge_has_a_test_of_its_own() {
    let all = all_names();
    let tests: BTreeSet<&str> = EDGES.iter().map(|(_, test)| *test).collect();
    assert_eq!(tests.len(), EDGES.len(), "a test is of one edge");
    for (edge, test) in EDGES {
        assert!(all.contains(test), "{edge}: there is no test {test}");
    }
}
