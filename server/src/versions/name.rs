//! The name of a version: `2026-10.1`.

use std::fmt;

use cube_schema::day::Month;

/// The as-of month, and the serial number of the rebuild within it. Later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionName {
    /// The as-of month.
    pub month: Month,
    /// Counted from 1.
    pub serial: u32,
}

impl VersionName {
    /// Reads `2026-10.1`, and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<VersionName> {
        let (month, serial) = text.split_once('.')?;
        let name = VersionName { month: Month::parse(month)?, serial: serial.parse().ok()? };
        (name.to_string() == text).then_some(name)
    }
}

impl fmt::Display for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.month, self.serial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_strictly_and_ordered_by_number() {
        let name = |text| VersionName::parse(text);
        assert_eq!(name("2026-10.12").unwrap().to_string(), "2026-10.12");
        assert!(name("2026-10.2") < name("2026-10.10"));
        assert!(name("2026-09.9") < name("2026-10.1"));
        for wrong in ["", "2026-10", "2026-13.1", "2026-10.01", "2026-10.1 ", "../2026-10.1"] {
            assert_eq!(name(wrong), None, "{wrong}");
        }
    }
}
