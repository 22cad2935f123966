//! Where a record stands in its file: what tells it from all others of the file.

use std::fmt;

/// Where a record stands in its file. One-line XML has all of them on the same line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line on which it starts, as an editor counts; 0 for the file as a whole.
    pub line: u32,
    /// The how-manieth record that starts on that line, counted from 1.
    pub nth: u32,
}

impl Place {
    /// The file as a whole.
    pub const FILE: Place = Place { line: 0, nth: 1 };

    /// The first record that starts on a line. Lines beyond what fits are the last that does.
    #[must_use]
    pub fn on(line: u64) -> Place {
        Place { line: u32::try_from(line).unwrap_or(u32::MAX), nth: 1 }
    }
}

/// As people read it: `linje 4`, and `linje 1, post 3` where others stand before it on the line.
impl fmt::Display for Place {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.nth {
            0 | 1 => write!(to, "linje {}", self.line),
            nth => write!(to, "linje {}, post {nth}", self.line),
        }
    }
}
