//! The questions of a folder that cannot be answered yet, in `not-yet.txt`. A listed question that is
//! answered right fails the test, so that the list can only shrink.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The file with the list.
pub const FILE: &str = "not-yet.txt";

/// The list, and what the questions that were asked say about it.
pub struct NotYet {
    path: PathBuf,
    listed: BTreeSet<String>,
    wrong: Vec<(String, String)>,
    faults: Vec<String>,
}

impl NotYet {
    /// Reads the list of a folder; where there is none, everything is answered.
    pub fn read(folder: &Path) -> NotYet {
        let path = folder.join(FILE);
        let list = fs::read_to_string(&path).unwrap_or_default();
        let listed = list.lines().map(str::to_owned).collect();
        NotYet { path, listed, wrong: Vec::new(), faults: Vec::new() }
    }

    /// The names on the list.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.listed.iter()
    }

    /// Whether a question is on the list.
    pub fn lists(&self, name: &str) -> bool {
        self.listed.contains(name)
    }

    /// Takes note of a question, and of what is wrong with its answer.
    pub fn note(&mut self, name: &str, problem: Option<String>) {
        match (&problem, self.lists(name)) {
            (None, true) => self.faults.push(format!("{name}: answered; strike it off {FILE}")),
            (Some(problem), false) => self.faults.push(format!("{name}\n{problem}")),
            _ => {}
        }
        self.wrong.extend(problem.map(|problem| (name.to_owned(), problem)));
    }

    /// Fails where a question is answered wrong that is not listed, or right that is.
    /// `UPDATE_NOT_YET=1` writes the list instead.
    pub fn finish(self, questions: usize) {
        println!("{questions} questions, {} not answered yet", self.wrong.len());
        if std::env::var_os("UPDATE_NOT_YET").is_some() {
            let names: String = self.wrong.iter().map(|(name, _)| format!("{name}\n")).collect();
            fs::write(&self.path, names).unwrap();
            self.wrong.iter().for_each(|(name, problem)| println!("{name}\n{problem}\n"));
            return;
        }
        assert!(self.faults.is_empty(), "{}", self.faults.join("\n\n"));
    }
}
