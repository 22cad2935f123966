//! A real server on a free port, asked by the real command line.

mod harness;
mod toy;

mod commands;
mod lives;
mod reports;
mod wire;
