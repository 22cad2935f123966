//! A folder of files as the engine sees it.

use std::collections::BTreeMap;
use std::io::{self, Read};

/// The deliveries folder. The server implements it on a real folder, tests on a map.
pub trait Store: Sync {
    /// Paths below the deliveries folder, sorted, with `/`: `2026-09/VH_153_nexus_202609_1.csv`,
    /// `reference/cpr.csv`.
    fn list(&self) -> Vec<String>;

    /// A listed file, to be read from its beginning.
    ///
    /// # Errors
    /// The file cannot be read, or is larger than the store allows; the message is in Danish.
    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>>;

    /// The bytes of a listed file.
    ///
    /// # Errors
    /// As [`Store::open`]; or reading fails on the way.
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(path)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A folder that exists in memory only.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(pub BTreeMap<String, Vec<u8>>);

impl MemoryStore {
    /// Adds or replaces a file.
    pub fn put(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.into(), bytes.into());
    }
}

impl Store for MemoryStore {
    fn list(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        let bytes = self.0.get(path).ok_or_else(|| io::Error::other("filen findes ikke"))?;
        Ok(Box::new(bytes.as_slice()))
    }
}
