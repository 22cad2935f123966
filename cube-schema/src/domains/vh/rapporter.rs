//! The named reports of VH, as one plain list (`rapporter.toml`).

/// The list, as [`crate::report::Reports::parse`] reads it.
pub const RAPPORTER: &str = include_str!("rapporter.toml");
