//! Where it runs: folders, versions, gRPC.
//!
//! In reading order:
pub mod files;
pub mod map;
pub mod versions;
pub mod rebuild;
