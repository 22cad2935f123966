//! The questions of a folder of `queries/` whose tables are computed by SQL, outside the engine.
//!
//! `queries/verify` holds the tables against the SQL; here the engine is held against the tables.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use terning_engine::cube::Cube;
use terning_engine::query::{self, Cancel, Limits, Question, View};
use terning_tests::drawn;
use terning_tests::page::{self, Asked, Case};

use crate::not_yet::{FILE as NOT_YET, NotYet};

/// A folder of pages.
pub struct Folder {
    path: PathBuf,
    /// The questions, each with the name that the list knows it by.
    questions: Vec<(String, Case)>,
}

impl Folder {
    /// Reads the pages of a folder.
    pub fn read(path: PathBuf) -> Folder {
        let entries = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
        let is_page = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "md");
        let mut pages: Vec<PathBuf> = entries.filter(is_page).collect();
        pages.sort();
        let questions = pages.iter().flat_map(|page| cases(page)).collect();
        Folder { path, questions }
    }

    /// Every question has a name of its own, MDX, and a table or a refusal.
    pub fn check_format(&self, at_least: usize) {
        let mut names = BTreeSet::new();
        for (name, case) in &self.questions {
            assert!(names.insert(name), "{name} stands there twice");
            assert!(matches!(case.asked.as_slice(), [Asked::Mdx(_)]), "{name}: one block of mdx");
            let drawn = case.expected.starts_with('|') || case.expected == "Ingen celler.\n";
            let answered = drawn || case.refusal().is_some();
            assert!(answered, "{name}: no table; queries/verify --write makes it from the SQL");
            assert!(case.sql.is_none() || drawn, "{name}: SQL computes a table");
        }
        for name in NotYet::read(&self.path).names() {
            assert!(names.contains(name), "{NOT_YET} names {name}, which is not there");
        }
        assert!(names.len() >= at_least, "only {} questions", names.len());
    }

    /// Asks all questions. `UPDATE_NOT_YET=1` writes the list of those that are answered wrong.
    pub fn ask(&self, cubes: &[Arc<Cube>]) {
        let views: Vec<View> =
            cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect();
        let mut not_yet = NotYet::read(&self.path);
        for (name, case) in &self.questions {
            not_yet.note(name, problem(&views, case));
        }
        not_yet.finish(self.questions.len());
    }
}

fn cases(path: &Path) -> Vec<(String, Case)> {
    let page = path.file_stem().unwrap().to_string_lossy();
    let text = fs::read_to_string(path).unwrap();
    let cases = page::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    cases.into_iter().map(|case| (format!("{page}: {}", case.title), case)).collect()
}

/// What is wrong with the answer to a question.
fn problem(views: &[View], case: &Case) -> Option<String> {
    let [Asked::Mdx(text)] = case.asked.as_slice() else { return None };
    let ask = || query::answer(views, &Question::Mdx(text), &Limits::default(), &Cancel::default());
    let Ok(answer) = catch_unwind(AssertUnwindSafe(ask)) else {
        return Some("the engine panics".to_owned());
    };
    match (answer, case.refusal()) {
        (Err(error), Some(part)) => {
            let told = format!("{error} {}", error.candidates.join(" "));
            (!told.contains(part)).then(|| format!("expected {part} in the refusal, found {told}"))
        }
        (Err(error), None) => Some(format!("refused: {error}")),
        (Ok(answer), _) => {
            let found = drawn::draw(views[answer.view].cube(), &answer.cells, case.formatted);
            let same = drawn::same(&case.expected, &found);
            (!same).then(|| format!("expected\n{}found\n{found}", case.expected))
        }
    }
}
