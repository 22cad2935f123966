//! A folder of deliveries → cubes, as a rebuild makes them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use terning_engine::cube::{self, Cube};
use terning_engine::delivery::MemoryStore;
use terning_engine::load::{Loaded, load};

/// The folder of deliveries that the measurements are made with.
///
/// # Errors
/// `TERNING_DELIVERIES` does not name one.
pub fn deliveries() -> Result<PathBuf> {
    std::env::var_os("TERNING_DELIVERIES")
        .map(PathBuf::from)
        .context("TERNING_DELIVERIES must name a folder of deliveries; benches/run makes one")
}

/// Reads a folder of deliveries into memory.
///
/// # Errors
/// It cannot be read.
pub fn folder(path: &Path) -> Result<MemoryStore> {
    let mut files = BTreeMap::new();
    read(path, path, &mut files)?;
    Ok(MemoryStore(files))
}

fn read(top: &Path, path: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in std::fs::read_dir(path).with_context(|| path.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            read(top, &path, files)?;
        } else {
            let name = path.strip_prefix(top)?.to_string_lossy().into_owned();
            files.insert(name, std::fs::read(&path)?);
        }
    }
    Ok(())
}

/// Loads a folder of deliveries and builds its cubes.
///
/// # Errors
/// No delivery can be used.
pub fn cubes(path: &Path) -> Result<(Loaded, Vec<Arc<Cube>>)> {
    let vh = Vh::new()?;
    let loaded = load(&vh, &folder(path)?, None, &|_| {})?;
    let build = |one| cube::build(vh.schema(), one, &loaded.star, loaded.timeline);
    let cubes = vh.schema().cubes.iter().map(build).collect::<Result<Vec<_>, _>>()?;
    Ok((loaded, cubes.into_iter().map(Arc::new).collect()))
}
