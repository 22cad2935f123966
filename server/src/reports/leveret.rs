//! What stands in the delivered files of a version: the fields of single lines, as they came.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cube_schema::domains::vh::Vh;
use terning_engine::delivery::Store;
use terning_engine::delivery::format::{Format, Layout};
use terning_engine::delivery::manifest::Manifest;

use crate::versions::{self, RawStore, raw_files};

/// Lines of delivered files.
pub type Lines = BTreeMap<String, BTreeSet<u64>>;

/// Fields of lines, by name.
#[derive(Clone, Debug, Default)]
pub struct Fields(BTreeMap<(String, u64), BTreeMap<&'static str, String>>);

impl Fields {
    /// What stands in a field; `None` where that is not known.
    #[must_use]
    pub fn get(&self, file: &str, line: u64, field: &str) -> Option<&str> {
        self.0.get(&(file.to_owned(), line))?.get(field).map(String::as_str)
    }

    /// Reads lines from the raw files of a version. A file that is no longer kept, and a line that
    /// cannot be taken apart, have none.
    #[must_use]
    pub fn read(data: &Path, version: &versions::Manifest, wanted: &Lines) -> Fields {
        let mut fields = Fields::default();
        let (Ok(files), Ok(domain)) = (raw_files(version), Vh::new()) else { return fields };
        let store = RawStore::new(data, &files);
        for (file, lines) in wanted {
            let _ = fields.add(&domain, &store, file, lines);
        }
        fields
    }

    fn add(
        &mut self,
        domain: &Vh,
        store: &RawStore,
        file: &str,
        lines: &BTreeSet<u64>,
    ) -> Option<()> {
        let manifest = Path::new(file).with_extension("json");
        let manifest = Manifest::parse(&store.read(manifest.to_str()?).ok()?).ok()?;
        let layout = Layout::of(domain, manifest.full);
        let bytes = store.read(file).ok()?;
        let mut take = |line: u64, row: Result<cube_schema::domain::Row<'_>, _>| {
            if let (true, Ok(row)) = (lines.contains(&line), row) {
                let named = layout.fields.iter().zip(row.values);
                let named = named.map(|(field, value)| (field.name, (*value).to_owned()));
                self.0.insert((file.to_owned(), line), named.collect());
            }
        };
        Format::of(&manifest).ok()?.each(&bytes, &layout, &mut take).ok()
    }
}
