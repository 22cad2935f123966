//! What is wrong with a schema file, all of it at once, each with its line.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A promise of the schema file that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line that it stands in, counted from 1.
    pub line: Option<usize>,
    /// What does not hold, and what to do.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "linje {line}: {}", self.what),
            None => out.write_str(&self.what),
        }
    }
}

/// The promises of a schema file that do not hold; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    /// In the order of the file's lines.
    pub problems: Vec<Problem>,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [one] => write!(out, "skemaet kan ikke bruges: {one}"),
            all => {
                write!(out, "skemaet kan ikke bruges; det har {} fejl:", all.len())?;
                all.iter().try_for_each(|problem| write!(out, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for SchemaError {}

/// The line of a byte of a text, counted from 1.
pub(super) fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes()[..byte.min(text.len())].iter().filter(|one| **one == b'\n').count() + 1
}

/// A place in the file: keys and positions from the top down.
#[derive(Clone, Debug, Default)]
pub struct Place(Vec<Step>);

#[derive(Clone, Debug)]
enum Step {
    Key(&'static str),
    At(usize),
}

impl Place {
    /// The whole file.
    #[must_use]
    pub fn top() -> Place {
        Place::default()
    }

    /// What stands under a key.
    #[must_use]
    pub fn key(&self, key: &'static str) -> Place {
        self.step(Step::Key(key))
    }

    /// One of several that stand under a key.
    #[must_use]
    pub fn nth(&self, key: &'static str, at: usize) -> Place {
        self.key(key).step(Step::At(at))
    }

    fn step(&self, step: Step) -> Place {
        let mut steps = self.0.clone();
        steps.push(step);
        Place(steps)
    }
}

/// The problems found so far, and where things stand in the text.
pub struct Problems<'a> {
    text: &'a str,
    document: Option<Spanned<DeTable<'a>>>,
    found: Vec<Problem>,
}

impl<'a> Problems<'a> {
    /// None yet, of a text that is TOML.
    #[must_use]
    pub fn new(text: &'a str) -> Problems<'a> {
        Problems { text, document: DeTable::parse(text).ok(), found: Vec::new() }
    }

    /// Notes a problem.
    pub fn add(&mut self, place: &Place, what: impl Into<String>) {
        let line = self.line(place);
        self.found.push(Problem { line, what: what.into() });
    }

    /// Notes what does not hold.
    pub fn ensure(&mut self, holds: bool, place: &Place, what: impl FnOnce() -> String) {
        if !holds {
            self.add(place, what());
        }
    }

    /// Notes a problem of a calculated member or a set of a cube, or of the cube that it is taken from:
    /// `part` is the line of its formula that it is in.
    pub fn add_of_formula(&mut self, cube: &str, name: &str, part: &str, what: impl Into<String>) {
        let span = self.formula(cube, name);
        let line = span.map(|span| {
            let within = self.text.get(span.clone()).and_then(|formula| formula.find(part));
            line_of(self.text, span.start + within.unwrap_or(0))
        });
        self.found.push(Problem { line, what: what.into() });
    }

    /// Where a formula is written.
    fn formula(&self, cube: &str, name: &str) -> Option<Range<usize>> {
        let cubes = || elements(self.document.as_ref()?.get_ref().get("cube")?.get_ref());
        let own = cubes()?.iter().filter(|one| is_named(one, cube));
        let others = cubes()?.iter().filter(|one| !is_named(one, cube));
        let named = own.chain(others).find_map(|cube| {
            let all = ["calculated", "set"].into_iter().filter_map(|key| cube.get_ref().get(key));
            let mut all = all.filter_map(|all| elements(all.get_ref())).flatten();
            all.find(|one| is_named(one, name))
        })?;
        Some(named.get_ref().get("formula").unwrap_or(named).span())
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// # Errors
    /// Something is wrong.
    pub fn finish(mut self) -> Result<(), SchemaError> {
        if self.found.is_empty() {
            return Ok(());
        }
        self.found.sort_by_key(|problem| problem.line);
        self.found.dedup();
        Err(SchemaError { problems: self.found })
    }

    /// The line of a place, or of the nearest thing around it that is written down: what a cube takes
    /// from another stands at neither.
    fn line(&self, place: &Place) -> Option<usize> {
        let span = self.span(place)?;
        Some(line_of(self.text, span.start))
    }

    fn span(&self, place: &Place) -> Option<Range<usize>> {
        let mut steps = place.0.iter();
        let Some(Step::Key(first)) = steps.next() else { return None };
        let mut value = self.document.as_ref()?.get_ref().get(*first)?;
        for step in steps {
            let below = match (step, value.get_ref()) {
                (Step::Key(key), DeValue::Table(table)) => table.get(*key),
                (Step::At(at), DeValue::Array(array)) => array.get(*at),
                _ => None,
            };
            let Some(below) = below else { break };
            value = below;
        }
        Some(value.span())
    }
}

fn elements<'v, 'a>(value: &'v DeValue<'a>) -> Option<&'v [Spanned<DeValue<'a>>]> {
    match value {
        DeValue::Array(array) => Some(array),
        _ => None,
    }
}

fn is_named(value: &Spanned<DeValue<'_>>, name: &str) -> bool {
    let own = value.get_ref().get("name").map(Spanned::get_ref);
    matches!(own, Some(DeValue::String(own)) if own == name)
}
