//! Writes the tables of the Star Schema Benchmark: `ssb FOLDER [SCALE]`.

use std::path::Path;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let folder = words.next().context("ssb FOLDER [SCALE]")?;
    let scale = words.next().map_or(Ok(1), |scale| scale.parse())?;
    terning_benches::ssb::generate(Path::new(&folder), scale)
}
