//! What stands in the delivered files of a version: the fields of single records, as they came.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cube_schema::domain::{Place, Refused, Row};
use cube_schema::domains::vh::Vh;
use terning_engine::delivery::Store;
use terning_engine::delivery::format::{Format, Layout};
use terning_engine::delivery::manifest::Manifest;

use crate::versions::{self, RawStore, raw_files};

/// Places in delivered files. Where it is not known which record of a line is meant (0), it is the one
/// that stands there alone.
pub type Lines = BTreeMap<String, BTreeSet<Place>>;

/// Fields of records, by name; none of those that cannot be taken apart.
#[derive(Clone, Debug, Default)]
pub struct Fields(BTreeMap<String, BTreeMap<Place, BTreeMap<&'static str, String>>>);

impl Fields {
    /// What stands in a field; `None` where that is not known.
    #[must_use]
    pub fn get(&self, file: &str, place: Place, field: &str) -> Option<&str> {
        let of_file = self.0.get(file)?;
        let [first, second] = [1, 2].map(|nth| Place { nth, ..place });
        let place = match place.nth {
            0 if of_file.contains_key(&second) => return None,
            0 => first,
            _ => place,
        };
        of_file.get(&place)?.get(field).map(String::as_str)
    }

    /// Reads records from the raw files of a version. A file that is no longer kept, and a line that
    /// cannot be taken apart, have none.
    #[must_use]
    pub fn read(data: &Path, version: &versions::Manifest, wanted: &Lines) -> Fields {
        let mut fields = Fields::default();
        let (Ok(files), Ok(domain)) = (raw_files(version), Vh::new()) else { return fields };
        let store = RawStore::new(data, &files);
        for (file, places) in wanted {
            let _ = fields.add(&domain, &store, file, places);
        }
        fields
    }

    fn add(
        &mut self,
        domain: &Vh,
        store: &RawStore,
        file: &str,
        places: &BTreeSet<Place>,
    ) -> Option<()> {
        let manifest = Path::new(file).with_extension("json");
        let manifest = Manifest::parse(&store.read(manifest.to_str()?).ok()?).ok()?;
        let layout = Layout::of(domain, manifest.full);
        let mut bytes = store.open(file).ok()?;
        let of_file = self.0.entry(file.to_owned()).or_default();
        let is_wanted = |place: Place| {
            places.contains(&place)
                || (place.nth <= 2 && places.contains(&Place { nth: 0, ..place }))
        };
        let mut take = |place: Place, row: Result<Row<'_>, Refused>| {
            if is_wanted(place) {
                let values = row.map_or(&[][..], |row| row.values);
                let named = layout.fields.iter().zip(values);
                let named = named.map(|(field, value)| (field.name, (*value).to_owned()));
                of_file.insert(place, named.collect());
            }
        };
        Format::of(&manifest).ok()?.each(&mut *bytes, &layout, &mut take).ok()
    }
}
