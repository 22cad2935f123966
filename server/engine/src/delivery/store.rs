//! A folder of files as the engine sees it.

use std::collections::BTreeMap;
use std::io;

/// The deliveries folder. The server implements it on a real folder, tests on a map.
pub trait Store: Sync {
    /// Paths below the deliveries folder, sorted, with `/`: `2026-09/VH_153_nexus_202609_1.csv`,
    /// `reference/cpr.csv`.
    fn list(&self) -> Vec<String>;

    /// The bytes of a listed file.
    ///
    /// # Errors
    /// The file cannot be read, or is larger than the store allows; the message is in Danish.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
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

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::Error::other("filen findes ikke"))
    }
}
