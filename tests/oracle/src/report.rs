//! What a load says about itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::OracleRecord;

/// What the load report must say.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The as-of day, `2026-10-31`.
    pub as_of: String,
    /// Every delivery found, refused ones included, in order of file name.
    pub deliveries: Vec<DeliverySummary>,
    /// D1–D5 and C1–C3 by the marks of the VH cube (the local judgement).
    pub rules: BTreeMap<String, RuleCount>,
    /// Records and lines that could not be read.
    pub rejects: Vec<Reject>,
    /// The number of warnings of each kind.
    pub warnings: BTreeMap<String, usize>,
}

/// One delivery.
#[derive(Clone, Debug, Default)]
pub struct DeliverySummary {
    /// The name of the data file, without folder.
    pub file: String,
    /// The reporting municipality.
    pub kommune: String,
    /// The system.
    pub system: String,
    /// The month, `2026-10`.
    pub maaned: String,
    /// Records in the file, rejected ones included.
    pub read: usize,
    /// Records that could not be read.
    pub rejected: usize,
    /// Records of this file that count (rules S1–S4).
    pub counted: usize,
    /// Why the file is refused, if it is.
    pub refused: Option<String>,
    /// Why it is held, if it is: its municipality keeps its former records.
    pub held: Option<String>,
}

/// How many records and citizens carry a mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleCount {
    /// Records with the mark.
    pub records: usize,
    /// Distinct citizens with such a record.
    pub citizens: usize,
}

/// One record or line that was not loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The name of the file, without folder.
    pub file: String,
    /// The line as an editor counts it.
    pub line: usize,
    /// The field that is wrong; empty for the number of fields.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Summary {
    pub(crate) fn warn(&mut self, kind: &str) {
        self.warn_times(kind, 1);
    }

    pub(crate) fn warn_times(&mut self, kind: &str, times: usize) {
        if times > 0 {
            *self.warnings.entry(kind.to_owned()).or_default() += times;
        }
    }

    pub(crate) fn reject(&mut self, file: &str, line: usize, field: &str, reason: &str) {
        let (file, field, reason) = (file.to_owned(), field.to_owned(), reason.to_owned());
        self.rejects.push(Reject { file, line, field, reason });
    }
}

/// Records and citizens with each mark of the VH cube.
pub(crate) fn count_rules(records: &[OracleRecord]) -> BTreeMap<String, RuleCount> {
    let mut counts: BTreeMap<String, RuleCount> = BTreeMap::new();
    for rule in ["D1", "D2", "D3", "D4", "D5", "C1", "C2", "C3"] {
        let has_mark = |record: &&OracleRecord| record.local_marks.iter().any(|mark| mark == rule);
        let marked: Vec<&OracleRecord> = records.iter().filter(has_mark).collect();
        let citizens: BTreeSet<&str> = marked.iter().map(|record| record.cpr.as_str()).collect();
        let count = RuleCount { records: marked.len(), citizens: citizens.len() };
        counts.insert(rule.to_owned(), count);
    }
    counts
}
