//! What a line tells.

use serde::{Deserialize, Serialize};

use super::personal;

/// Letters of a text that is given freely, at most.
const LONGEST: usize = 300;
/// Bytes of the texts of a question in one line, at most.
const QUESTION: usize = 64 << 10;
/// What stands in the place of texts that are left out.
const LEFT_OUT: &str = "…";

/// What a line is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A call: who asks what. It stands before the answer.
    #[default]
    Call,
    /// Further citizens that an answer shows. It stands before they are sent.
    Shown,
    /// Further personal values that a call names, or several of which a note tells. It stands behind
    /// their line.
    Asked,
    /// How an answer in parts ended.
    End,
    /// Something about the log itself.
    Note,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is being answered in parts; a later line says how that ended.
    Answering,
    /// It was answered.
    Answered,
    /// It was refused, and nothing shown.
    Refused,
    /// Nobody waited for the answer any more, or its time was over.
    Cancelled,
}

/// What was asked, in the words of the cube.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Question {
    /// What was asked for beside figures: a report, a package, a field whose members are listed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// For each axis its fields, with their members where not all of a level are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub axes: Vec<Vec<String>>,
    /// The conditions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
    /// The measure.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub measure: String,
    /// Formulas of the question's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formulas: Vec<String>,
}

impl Question {
    /// Leaves out the last texts of what is too long for a line, and says so.
    pub(super) fn shorten(&mut self) {
        let Question { axes, filters, formulas, .. } = self;
        let mut left = QUESTION;
        for texts in axes.iter_mut().chain([filters, formulas]) {
            let fit = |text: &String| {
                let fits = text.len() < left;
                left = if fits { left - text.len() } else { 0 };
                fits
            };
            let count = texts.iter().map(fit).take_while(|&fits| fits).count();
            if count < texts.len() {
                texts.truncate(count);
                texts.push(LEFT_OUT.to_owned());
            }
        }
    }
}

/// What a line tells. What is empty is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// What it is about.
    pub kind: Kind,
    /// The number of the call's line, of what follows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// The call's name, `Query`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub call: String,
    /// The id of the request, as the log of the service and the head of the answer have it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub request: String,
    /// The caller's role.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// The caller's municipality.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kommune: String,
    /// Who the token or the certificate says the caller is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// Why the data are looked at, if the caller says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// The version.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// The cube.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cube: String,
    /// Whether it is about persons one by one.
    #[serde(skip_serializing_if = "is_false")]
    pub personal: bool,
    /// What was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// Hashes of the personal values that the question names, or those of which a note tells, in this
    /// line and the next that refer to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// Hashes of the citizens that are shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub citizens: Vec<String>,
    /// Whether citizens are shown of whom nobody can tell who they are: in a file that is no text.
    #[serde(skip_serializing_if = "is_false")]
    pub unknown: bool,
    /// How many citizens are shown, in this line and those that refer to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citizen_count: Option<u64>,
    /// Rows of a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Cells that are not empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cells: Option<u64>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Why it was refused, or what a note says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// How many lines, or bytes, a note is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The file that a note is about.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
}

fn is_false(truth: &bool) -> bool {
    !truth
}

impl Entry {
    /// A line about the log itself.
    #[must_use]
    pub fn note(reason: &str, count: u64) -> Entry {
        let count = Some(count).filter(|&count| count > 0);
        Entry { kind: Kind::Note, reason: reason.to_owned(), count, ..Entry::default() }
    }

    /// A text that somebody gave freely, as it may be logged: not too long, and with anything covered
    /// that may be a personal number.
    #[must_use]
    pub fn free(text: &str) -> String {
        shortened(&personal::mask(text.trim()))
    }

    /// A sentence, the same; in it any ten digits that belong together may be one.
    #[must_use]
    pub fn sentence(text: &str) -> String {
        shortened(&personal::mask_sentence(text.trim()))
    }
}

fn shortened(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}
