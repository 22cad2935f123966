//! A real server on a free port, asked by the real command line.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in functions marked as tests only

mod certificates;
mod fejlliste;
mod harness;
mod toy;

mod access;
mod audit;
mod bounds;
mod commands;
mod connections;
mod counted;
mod diff;
mod guide;
mod hidden;
mod interference;
mod lives;
mod load;
mod metrics;
mod packages;
mod reports;
mod shell;
mod slow_disk;
mod settings;
mod spoken;
mod trust;
mod unread;
mod versions;
mod wire;
