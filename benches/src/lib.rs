//! Questions about speed: the national data, and a clock that counts CPU time.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use terning_engine::cube::{self, Cube};
use terning_engine::delivery::MemoryStore;
use terning_engine::load::{Loaded, load};

/// Reads a folder of deliveries into memory.
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
pub fn cubes(path: &Path) -> Result<(Loaded, Vec<Arc<Cube>>)> {
    let vh = Vh::new()?;
    let loaded = load(&vh, &folder(path)?, None, &|_| {})?;
    let build = |one| cube::build(vh.schema(), one, &loaded.star, loaded.timeline);
    let cubes = vh.schema().cubes.iter().map(build).collect::<Result<Vec<_>, _>>()?;
    Ok((loaded, cubes.into_iter().map(Arc::new).collect()))
}

/// The CPU time of this process so far, all threads together.
#[must_use]
pub fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// The CPU time of `runs` calls after as many to warm up, ascending.
pub fn time(runs: usize, mut call: impl FnMut()) -> Vec<Duration> {
    (0..runs).for_each(|_| call());
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let began = cpu_time();
            call();
            cpu_time() - began
        })
        .collect();
    times.sort_unstable();
    times
}
