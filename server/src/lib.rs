//! Where it runs: folders, versions, gRPC.
//!
//! In reading order:
pub mod args;
pub mod command;
pub mod config;
pub mod disk;
pub mod files;
pub mod tables;
pub mod map;
pub mod versions;
pub mod access;
pub mod audit;
pub mod rebuild;
pub mod package;
pub mod reports;
pub mod grpc;
pub mod metrics;
pub mod connections;
pub mod serve;
pub mod telemetry;
mod hexadecimal;
