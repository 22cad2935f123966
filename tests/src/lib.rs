//! What whole-system tests share: one way to load, one way to ask, one way to compare.
//!
//! In reading order:
pub mod folder;
pub mod written;
pub mod engine;
pub mod compare;
pub mod words;
pub mod table;
pub mod drawn;
pub mod page;
pub mod question;
pub mod asked;
pub mod random;
pub mod worlds;
