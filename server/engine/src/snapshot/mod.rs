//! Cubes ↔ one file that is read in place.
//!
//! ```text
//! offset  bytes  what
//!      0      8  magic "TERNING1"
//!      8      4  format version
//!     12      4  number of sections n
//!     16      8  length of the whole file
//!     24      4  CRC-32 of the section table
//!     28      4  zero
//!     32   24·n  section table: offset (8), length (8), CRC-32 (4), zero (4)
//!      …         sections, each beginning at a multiple of 64
//! ```
//! All numbers are little-endian. Section 0 is the metadata: small structures by serde and bincode
//! that name the other sections by number. Those are arrays of fixed-width numbers, read in place;
//! texts as bytes; and roaring bitmaps in their published portable format, loaded one by one.
//! Nothing is believed before its checksum matches, and every number that is used as a position
//! is checked once, when the file is opened: a damaged file gives an error that says what is wrong.

mod check;
mod codec;
mod container;
mod meta;
mod read;
mod write;

pub use container::head;
pub use read::open;
pub use write::write;

/// The format version that is written.
pub const FORMAT: u32 = 6;

/// Why a snapshot cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// It does not begin as a snapshot does.
    #[error("filen er ikke et øjebliksbillede af terninger (den begynder forkert)")]
    NotASnapshot,
    /// It was written by another version of the program.
    #[error(
        "filen har format {found}; dette program læser format {known}: byg den igen med rebuild"
    )]
    Format {
        /// The format of the file.
        found: u32,
        /// The format that can be read.
        known: u32,
    },
    /// It is shorter or longer than it says.
    #[error(
        "filen er på {found} byte, men skulle være på {expected}: den er afkortet eller beskadiget"
    )]
    Length {
        /// The length found.
        found: u64,
        /// The length written in it.
        expected: u64,
    },
    /// A checksum does not match.
    #[error("{what} er beskadiget (kontrolsummen passer ikke)")]
    Checksum {
        /// Which part.
        what: String,
    },
    /// A part has a form or a number that it cannot have.
    #[error("{what} er beskadiget ({why})")]
    Damaged {
        /// Which part.
        what: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It cannot be written.
    #[error("kan ikke skrives: {0}")]
    Write(String),
}
