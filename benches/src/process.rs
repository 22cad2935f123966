//! The memory of a process, and what others take of the processor, as Linux tells it.

use std::path::Path;

use anyhow::{Context, Result};

/// The most memory that a process has held at once, in megabytes.
///
/// # Errors
/// There is no such process, or this is not Linux.
pub fn peak_memory(process: u32) -> Result<f64> {
    status(process, "VmHWM:")
}

/// The memory that a process holds now, mapped files included, in megabytes.
///
/// # Errors
/// There is no such process, or this is not Linux.
pub fn memory(process: u32) -> Result<f64> {
    status(process, "VmRSS:")
}

/// The part of it that no file backs: what mapped files take can be taken back at any time.
///
/// # Errors
/// There is no such process, or this is not Linux.
pub fn own_memory(process: u32) -> Result<f64> {
    status(process, "RssAnon:")
}

/// Seconds of all cores, since the machine began, in which work was ready and another virtual machine had
/// the processor.
///
/// # Errors
/// This is not Linux.
pub fn taken_by_others() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/stat")?;
    let taken = text.split_whitespace().nth(STEAL).context("no time of others")?;
    Ok(taken.parse::<f64>()? / TICKS)
}

/// Its place in the first line of the file, and how many make a second.
const STEAL: usize = 8;
const TICKS: f64 = 100.0;

fn status(process: u32, name: &str) -> Result<f64> {
    let path = Path::new("/proc").join(process.to_string()).join("status");
    let text = std::fs::read_to_string(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024.0 / 1e6)
}
