//! Data packages: tables as Parquet and CSV, with a description and checksums beside them.
//!
//! A package is written once from beginning to end, and goes out part by part while it is made.

mod aggregat;
mod datamart;
mod describe;
mod dsa;
mod out;
mod raw;
mod table;

pub use out::{Failed, Part, Parts, Shown, Witness};
pub(crate) use table::shielded;

use std::path::Path;
use std::sync::Arc;

use terning_engine::query::{Cancel, Limits, View};

use crate::access::Caller;
use crate::versions::Version;
use describe::Described;
use out::Out;

/// What a package holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The files as the municipality delivered them.
    Raw,
    /// The records of its counting deliveries, with names and types.
    Dsa,
    /// The municipality's records after the rules.
    Datamart,
    /// Counts of all municipalities, or of one.
    Aggregat,
}

/// The kinds by the names that they are asked for with.
const KINDS: [(&str, Kind); 4] = [
    ("raw", Kind::Raw),
    ("dsa", Kind::Dsa),
    ("datamart", Kind::Datamart),
    ("aggregat", Kind::Aggregat),
];

impl Kind {
    /// The kind of a name.
    #[must_use]
    pub fn find(name: &str) -> Option<Kind> {
        KINDS.iter().find(|(own, _)| *own == name).map(|found| found.1)
    }

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(_, own)| *own == self).map_or("", |found| found.0)
    }

    /// The names of all.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|(name, _)| *name)
    }

    /// Whether it tells of persons, and so is given of one municipality at a time, to those who see
    /// all there is of its records.
    #[must_use]
    pub fn is_personal(self) -> bool {
        self != Kind::Aggregat
    }
}

/// A package that may be made.
pub struct Order {
    version: Arc<Version>,
    kind: Kind,
    kommune: Option<String>,
    views: Arc<[View]>,
}

impl Order {
    /// Whether and how a package is made for a caller: of the municipality's own records one gets
    /// what the municipality itself gets. `None` where there is no such package for the caller.
    #[must_use]
    pub fn new(
        version: &Arc<Version>,
        caller: &Caller,
        kind: Kind,
        kommune: &str,
    ) -> Option<Order> {
        let mut views = version.views(caller)?;
        if kind.is_personal() {
            if !sees_all_of(&views, caller, kommune) {
                return None;
            }
            let parameter = kommune.to_owned();
            views = version.views(&Caller::Bearer { role: KOMMUNE.to_owned(), parameter })?;
        }
        if !kommune.is_empty() && !is_listed(&views, kommune) {
            return None;
        }
        let kommune = Some(kommune.to_owned()).filter(|kommune| !kommune.is_empty());
        Some(Order { version: Arc::clone(version), kind, kommune, views })
    }

    /// Makes the package within the limits of a question: each of its counts, and what is held of files
    /// and records. The witness is told whom
    /// each part shows before it goes out.
    ///
    /// # Errors
    /// Nobody waits for it any more, it would hold too much, something in it cannot be read, or the
    /// witness refuses.
    pub fn make(
        &self,
        data: &Path,
        parts: Parts,
        witness: Witness,
        (limits, cancel): (&Limits, &Cancel),
    ) -> Result<(), Failed> {
        let mut out = Out::new(parts, witness);
        let described = match self.kind {
            Kind::Raw => raw::make(self, data, &mut out, limits)?,
            Kind::Dsa => dsa::make(self, data, &mut out, (limits, cancel))?,
            Kind::Datamart => datamart::make(self, &mut out, (limits, cancel))?,
            Kind::Aggregat => aggregat::make(self, &mut out, (limits, cancel))?,
        };
        self.describe(&described, &mut out)
    }

    /// The view of a cube.
    fn view(&self, cube: &str) -> Result<&View, Failed> {
        let found = self.views.iter().find(|view| view.cube().name == cube);
        found.ok_or_else(|| Failed::new(format!("versionen har ikke kuben '{cube}'")))
    }

    fn describe(&self, described: &Described, out: &mut Out) -> Result<(), Failed> {
        describe::write(self, described, out)
    }
}

/// The role whose eyes a municipality's package is made with.
const KOMMUNE: &str = "kommune";

/// Whether a caller may see all there is of a municipality's records: the municipality itself, by its
/// own role, and eyes from which nothing is hidden.
fn sees_all_of(views: &[View], caller: &Caller, kommune: &str) -> bool {
    let restricted = views.iter().any(View::is_restricted);
    let own = caller.has_role(KOMMUNE) && caller.kommune() == Some(kommune);
    let whole = views.iter().all(View::is_whole);
    !kommune.is_empty() && (own || (!restricted && whole))
}

/// Whether a municipality of this number is in the list.
fn is_listed(views: &[View], kommune: &str) -> bool {
    views.iter().any(|view| {
        let Some((dimension, field)) = field(view, cube_schema::domains::vh::pakker::KOMMUNE)
        else {
            return false;
        };
        view.cube().dimensions[dimension].fields[field].with_key(kommune).next().is_some()
    })
}

/// The field of a name such as `Tid.Måned`.
fn field(view: &View, name: &str) -> Option<(usize, usize)> {
    let (dimension, field) = name.split_once('.')?;
    let dimension = view.find_dimension(dimension)?;
    Some((dimension, view.cube().dimensions[dimension].find_field(field)?))
}
