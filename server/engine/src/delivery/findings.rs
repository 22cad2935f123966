//! What reading leaves behind for people: rejected lines, and warnings counted by kind.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use cube_schema::domain::{Place, Refused};
use cube_schema::language::Language;
use cube_schema::rule::Warning;

use super::limits;

/// Characters of the name of an unknown column that are shown.
const SHOWN_OF_A_COLUMN: usize = 40;

/// A line that could not be read as a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file, with its folder.
    pub file: Arc<str>,
    /// The line, as an editor counts; 0 for what is said of the file as a whole.
    pub line: u64,
    /// The field at fault; empty where it is the whole line.
    pub field: &'static str,
    /// The reason, in Danish.
    pub reason: String,
}

/// The rejected lines of one file, with a limit on how many are listed.
#[derive(Clone, Debug)]
pub struct Rejects {
    file: Arc<str>,
    count: u64,
    listed: Vec<Reject>,
}

impl Rejects {
    /// None yet, in this file.
    #[must_use]
    pub fn of(file: &str) -> Rejects {
        Rejects { file: file.into(), count: 0, listed: Vec::new() }
    }

    /// Adds a record. Where others stand before it on its line the reason says which it is.
    pub fn add(&mut self, place: Place, refused: Refused) {
        self.count += 1;
        if self.listed.len() < limits::LISTED_REJECTS {
            let Refused { field, mut reason } = refused;
            if place.nth > 1 {
                reason = format!("{reason} ({place})");
            }
            let (file, line) = (self.file.clone(), u64::from(place.line));
            self.listed.push(Reject { file, line, field, reason });
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first of them.
    #[must_use]
    pub fn first(&self) -> Option<&Reject> {
        self.listed.first()
    }

    /// The list, with a last entry that says how many are left out.
    #[must_use]
    pub fn into_list(mut self) -> Vec<Reject> {
        let left_out = self.count - self.listed.len() as u64;
        if left_out > 0 {
            let left_out = Language::Danish.whole(left_out);
            let reason = format!("yderligere {left_out} afviste linjer er ikke vist");
            self.listed.push(Reject { file: self.file, line: 0, field: "", reason });
        }
        self.listed
    }
}

/// Writes rejected lines as `rejects.csv`: `file;line;field;reason`.
///
/// # Errors
/// The writer fails.
pub fn write_rejects(rejects: &[Reject], to: impl Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(to);
    writer.write_record(["file", "line", "field", "reason"])?;
    for Reject { file, line, field, reason } in rejects {
        writer.write_record([file, line.to_string().as_str(), field, reason])?;
    }
    writer.flush()
}

/// Writes the warnings of lines as `warnings.csv`: `file;line;kind;text;record`, the last the
/// how-manieth record that starts on the line.
///
/// # Errors
/// The writer fails.
pub fn write_warnings(warnings: &[Warned], to: impl Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(to);
    writer.write_record(["file", "line", "kind", "text", "record"])?;
    for Warned { file, place, kind, text } in warnings {
        let number = |number: u32| match place.line {
            0 => String::new(),
            _ => number.to_string(),
        };
        let (line, nth) = (number(place.line), number(place.nth));
        writer.write_record([file, line.as_str(), kind, text, nth.as_str()])?;
    }
    writer.flush()
}

/// Warnings by kind: how many, and the first few.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    kinds: BTreeMap<&'static str, Kind>,
    listed: Vec<Warned>,
}

/// A warning of one line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warned {
    /// The file, with its folder.
    pub file: Arc<str>,
    /// Where it stands.
    pub place: Place,
    /// The kind of warning.
    pub kind: &'static str,
    /// The case at hand.
    pub text: String,
}

/// The warnings of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kind {
    /// How many there are.
    pub count: u64,
    /// The first few.
    pub examples: Vec<String>,
}

impl Tally {
    /// Counts a warning; `text` is asked for only where it becomes an example.
    pub fn count(&mut self, kind: &'static str, text: impl FnOnce() -> String) {
        let kind = self.kinds.entry(kind).or_default();
        kind.count += 1;
        if kind.examples.len() < limits::EXAMPLES {
            kind.examples.push(text());
        }
    }

    /// Counts the warnings of one record of a file, or of the file as a whole.
    pub fn at(&mut self, file: &str, place: Place, warnings: Vec<Warning>) {
        for Warning { kind, text } in warnings {
            self.count(kind, || match place {
                Place::FILE => format!("{file}: {text}"),
                _ => format!("{file}, {place}: {text}"),
            });
            let file = match self.listed.last() {
                Some(last) if *last.file == *file => Arc::clone(&last.file),
                _ => file.into(),
            };
            self.listed.push(Warned { file, place, kind, text });
        }
    }

    /// Notes columns that nobody asked for, with the line where they are met. Their names come from
    /// outside, so they are cut short.
    pub fn unknown_columns(&mut self, file: &str, line: u64, unknown: &[String]) {
        for column in unknown {
            let column: String = column.chars().take(SHOWN_OF_A_COLUMN).collect();
            let text = format!("kolonnen '{column}' bruges ikke");
            self.at(file, Place::on(line), vec![Warning { kind: "Ukendt kolonne", text }]);
        }
    }

    /// Adds warnings that come after these.
    pub fn append(&mut self, later: Tally) {
        self.listed.extend(later.listed);
        for (kind, Kind { count, examples }) in later.kinds {
            let mine = self.kinds.entry(kind).or_default();
            mine.count += count;
            let room = limits::EXAMPLES - mine.examples.len();
            mine.examples.extend(examples.into_iter().take(room));
        }
    }

    /// The warnings of lines, in the order in which they came.
    #[must_use]
    pub fn listed(&self) -> &[Warned] {
        &self.listed
    }

    /// The kinds, by their captions.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Kind)> {
        self.kinds.iter().map(|(caption, kind)| (*caption, kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_keeps_the_first_examples_and_counts_all() {
        let mut all = Tally::default();
        for part in 0..3 {
            let mut tally = Tally::default();
            for line in 0..4 {
                tally.count("slags", || format!("{part}.{line}"));
            }
            all.append(tally);
        }
        let (caption, kind) = all.iter().next().unwrap();
        assert_eq!((caption, kind.count), ("slags", 12));
        assert_eq!(kind.examples, ["0.0", "0.1", "0.2", "0.3", "1.0"]);
    }

    #[test]
    fn rejects_beyond_the_limit_are_counted_in_a_last_line() {
        let mut rejects = Rejects::of("fil.csv");
        for line in 1..=limits::LISTED_REJECTS as u64 + 3 {
            rejects.add(Place::on(line), Refused { field: "", reason: "kort".to_owned() });
        }
        assert_eq!(rejects.count(), limits::LISTED_REJECTS as u64 + 3);
        let list = rejects.into_list();
        assert_eq!(list.len(), limits::LISTED_REJECTS + 1);
        let last = list.last().unwrap();
        assert!(last.reason.contains("yderligere 3 "));
        assert_eq!(last.line, 0, "it is of no line, and so of no record");
    }
}
