//! What a version is to those who ask: the one that answers, one that is kept, one that was not taken
//! into use, one that waits for an operator, one that cannot be read.

use std::path::Path;

use super::{Manifest, VersionName, version_folder};

/// The part of a manifest that says why the version waits for an operator: a list of texts.
pub const AWAITING: &str = "awaiting";
/// The part of a manifest that says why the version was not taken into use: a text.
pub const ASIDE: &str = "aside";
/// The file, beside a manifest, that says when an operator took the version into use. What the
/// manifest says of [`AWAITING`] and [`ASIDE`] is then history.
pub const ACCEPTED: &str = "accepted.json";

/// What a version is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is asked when none is named.
    Active,
    /// It can be asked by its name.
    Kept,
    /// The same; it was never the one that is asked, and why.
    Aside(String),
    /// It looks wrong: it can be asked by its name, and answers for the others only when an operator
    /// has accepted it. Why, one text for each figure that is off.
    Awaiting(Vec<String>),
    /// It cannot be asked, and why.
    Damaged(String),
}

impl State {
    /// The state of the version in a folder.
    #[must_use]
    pub fn of(folder: &Path, manifest: Result<&Manifest, &String>, active: bool) -> State {
        let manifest = match manifest {
            Err(problem) => return State::Damaged(problem.clone()),
            Ok(_) if active => return State::Active,
            Ok(manifest) => manifest,
        };
        if folder.join(ACCEPTED).exists() {
            return State::Kept;
        }
        let reasons = awaited(manifest);
        match manifest.more.get(ASIDE).and_then(serde_json::Value::as_str) {
            _ if !reasons.is_empty() => State::Awaiting(reasons),
            Some(why) => State::Aside(why.to_owned()),
            None => State::Kept,
        }
    }

    /// What people read.
    #[must_use]
    pub fn caption(&self) -> &'static str {
        match self {
            State::Active => "aktiv",
            State::Kept => "gemt",
            State::Aside(_) => "ikke taget i brug",
            State::Awaiting(_) => "afventer godkendelse",
            State::Damaged(_) => "beskadiget",
        }
    }

    /// Why it is so, for operators.
    #[must_use]
    pub fn reasons(&self) -> Vec<&str> {
        match self {
            State::Active | State::Kept => Vec::new(),
            State::Aside(why) | State::Damaged(why) => vec![why],
            State::Awaiting(reasons) => reasons.iter().map(String::as_str).collect(),
        }
    }
}

/// Why a version waited for an operator when it was built; empty where it did not.
#[must_use]
pub fn awaited(manifest: &Manifest) -> Vec<String> {
    let listed = manifest.more.get(AWAITING).and_then(serde_json::Value::as_array);
    let texts = listed.into_iter().flatten().filter_map(serde_json::Value::as_str);
    texts.map(str::to_owned).collect()
}

/// Whether a version may be asked without being named: it does not wait for an operator. One that
/// cannot be read does not wait; that is found when it is opened.
#[must_use]
pub fn may_answer(data: &Path, name: VersionName) -> bool {
    let folder = version_folder(data, name);
    let manifest = Manifest::read(&folder);
    !matches!(State::of(&folder, manifest.as_ref(), false), State::Awaiting(_))
}
