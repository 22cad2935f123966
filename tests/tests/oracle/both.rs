//! The same deliveries, read by both sides, and the ways in which they must agree.

use std::ops::AddAssign;
use std::path::Path;

use terning_engine::query::View;
use terning_oracle::{Eyes, Oracle, Pivot};
use terning_tests::compare::{cell_count, difference};
use terning_tests::engine::{Engine, ask_views, seen_by};
use terning_tests::words;

/// How many differences a failure shows.
const SHOWN: usize = 12;

/// The same deliveries, read by both.
pub struct Both {
    pub oracle: Oracle,
    pub engine: Engine,
}

/// What agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreed {
    pub questions: usize,
    pub cells: usize,
    /// Cells that have a value.
    pub values: usize,
}

impl AddAssign for Agreed {
    fn add_assign(&mut self, other: Agreed) {
        self.questions += other.questions;
        self.cells += other.cells;
        self.values += other.values;
    }
}

impl Both {
    /// Reads a folder of deliveries that can be used.
    pub fn read(deliveries: &Path) -> Both {
        let oracle = terning_oracle::load(deliveries, None).unwrap();
        let engine = Engine::load(deliveries, None).unwrap();
        Both { oracle, engine }
    }

    /// What some eyes see of the engine's cubes.
    pub fn views(&self, eyes: &Eyes) -> Vec<View> {
        match eyes {
            Eyes::National => {
                self.engine.cubes.iter().map(|cube| View::everything(cube.clone())).collect()
            }
            Eyes::Kommune(kommune) => seen_by(&self.engine.cubes, "kommune", kommune),
        }
    }

    /// Whether a question has the same answer; the number of cells and of values, or how the answers
    /// differ.
    fn ask(&self, eyes: &Eyes, views: &[View], pivot: &Pivot) -> Result<(usize, usize), String> {
        let name = || format!("{eyes:?} {}", words::write(pivot));
        match (ask_views(views, pivot), self.oracle.pivot_as(eyes, pivot)) {
            (Ok(ours), Ok(theirs)) => match difference(&ours, &theirs) {
                None => Ok((cell_count(&ours), ours.cells.iter().flatten().flatten().count())),
                Some(difference) => Err(format!("{}\n  {difference}", name())),
            },
            (Err(_), Err(_)) => Ok((0, 0)),
            (Err(error), Ok(_)) => Err(format!("{}\n  refused here only: {error}", name())),
            (Ok(_), Err(error)) => Err(format!("{}\n  refused there only: {error}", name())),
        }
    }

    /// Whether all questions have the same answers.
    pub fn agree(&self, pivots: impl IntoIterator<Item = Pivot>) -> Result<Agreed, String> {
        self.agree_for(&Eyes::National, pivots)
    }

    /// Whether all questions have the same answers for some eyes.
    pub fn agree_for(
        &self,
        eyes: &Eyes,
        pivots: impl IntoIterator<Item = Pivot>,
    ) -> Result<Agreed, String> {
        let views = self.views(eyes);
        let (mut agreed, mut differences) = (Agreed::default(), Vec::new());
        for pivot in pivots {
            agreed.questions += 1;
            match self.ask(eyes, &views, &pivot) {
                Ok((cells, values)) => {
                    agreed.cells += cells;
                    agreed.values += values;
                }
                Err(difference) => differences.push(difference),
            }
        }
        if differences.is_empty() {
            return Ok(agreed);
        }
        let count = differences.len();
        differences.truncate(SHOWN);
        let shown = differences.join("\n");
        Err(format!("{count} of {} answers differ:\n{shown}", agreed.questions))
    }

    /// Whether the same became of every delivery.
    ///
    /// What a refused file is goes by its manifest here, by its name there.
    pub fn agree_on_deliveries(&self) -> Result<(), String> {
        let (oracle, report) = (self.oracle.summary(), &self.engine.loaded.report);
        let ours = report.deliveries.iter().map(|line| {
            let file = without_folder(&line.file);
            match &line.refused {
                Some(_) => format!("{file} refused"),
                None => {
                    let numbers = [line.read, line.rejected, line.counted];
                    let held = if line.held.is_some() { "held" } else { "" };
                    let (kommune, system, maaned) = (&line.kommune, &line.system, &line.maaned);
                    format!("{file} {kommune} {system} {maaned} {numbers:?} {held}")
                }
            }
        });
        let theirs = oracle.deliveries.iter().map(|line| match &line.refused {
            Some(_) => format!("{} refused", line.file),
            None => {
                let (file, system, maaned) = (&line.file, &line.system, &line.maaned);
                let numbers = [line.read, line.rejected, line.counted];
                let held = if line.held.is_some() { "held" } else { "" };
                format!("{file} {} {system} {maaned} {numbers:?} {held}", line.kommune)
            }
        });
        same("as-of", [report.as_of.clone()], [oracle.as_of.clone()])?;
        same("delivery", ours, theirs)
    }

    /// Whether the same lines are rejected, those of deliveries for the same field.
    pub fn agree_on_rejects(&self) -> Result<(), String> {
        let ours = self
            .engine
            .loaded
            .rejects
            .iter()
            .map(|reject| reject_line(without_folder(&reject.file), reject.line, reject.field));
        let theirs = self.oracle.summary().rejects.iter();
        let theirs =
            theirs.map(|reject| reject_line(&reject.file, reject.line as u64, &reject.field));
        let (mut ours, mut theirs): (Vec<_>, Vec<_>) = (ours.collect(), theirs.collect());
        ours.sort();
        theirs.sort();
        same("reject", ours, theirs)
    }

    /// Whether the same number of records and citizens carries each mark.
    pub fn agree_on_rules(&self) -> Result<(), String> {
        let rules = &self.oracle.summary().rules;
        let ours = rules.keys().map(|rule| {
            let count = &self.engine.loaded.report.rules[rule].count;
            format!("{rule} {} {}", count.records, count.citizens)
        });
        let theirs = rules
            .iter()
            .map(|(rule, count)| format!("{rule} {} {}", count.records, count.citizens));
        same("rule", ours, theirs)
    }
}

fn reject_line(file: &str, line: u64, field: &str) -> String {
    let field = if file.starts_with("VH_") { field } else { "" };
    format!("{file} {line:06} {field}")
}

fn without_folder(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

/// Whether two lists are the same; the first difference.
fn same(
    what: &str,
    ours: impl IntoIterator<Item = String>,
    theirs: impl IntoIterator<Item = String>,
) -> Result<(), String> {
    let (mut ours, mut theirs) = (ours.into_iter(), theirs.into_iter());
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return Ok(()),
            (ours, theirs) if ours == theirs => {}
            (ours, theirs) => return Err(format!("{what}: {ours:?} here, {theirs:?} there")),
        }
    }
}
