//! What a bad day leaves behind: power cuts between any two file operations, full and failing disks,
//! programs that are killed, and damaged files. Afterwards there is a whole version, old or new.
//!
//! `cargo test -p terning-server --test crash` runs some of each; `TERNING_LONG_RUN=1` all crash
//! points with many losses, and every fault. `TERNING_DAMAGES` sets the number of damaged files.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod model;
// The chance of all tests: a dependency would be an arrow against the order of the packages.
#[path = "../../../tests/src/random.rs"]
mod random;
mod program;
mod record;
mod world;

mod damage;
mod again;
mod faults;
mod keys;
mod killed;
mod log;
mod replay;

/// Whether time does not matter.
fn is_long() -> bool {
    std::env::var_os("TERNING_LONG_RUN").is_some()
}
