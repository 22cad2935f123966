//! Questions about speed: the national data, the questions, and a clock that counts CPU time.
//!
//! In reading order:
pub mod data;
pub mod question;
pub mod clock;
pub mod output;
pub mod cells;
pub mod export;
pub mod random;
pub mod process;
pub mod ssb;
