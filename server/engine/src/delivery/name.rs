//! What the name of a delivery file says: `2026-09/VH_153_nexus_202609_1.csv`.

use cube_schema::day::Month;

use super::manifest::system_key;

/// The words of a file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileName<'a> {
    /// Of which domain (`VH`).
    pub prefix: &'a str,
    /// Who reports (`153`).
    pub reporter: &'a str,
    /// System, month and serial number (`nexus_202609_1`).
    rest: &'a str,
}

impl<'a> FileName<'a> {
    /// The words of a path's last part, its extension left out; `None` where they are fewer than three.
    #[must_use]
    pub fn parse(path: &'a str) -> Option<FileName<'a>> {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let (prefix, rest) = stem.split_once('_')?;
        let (reporter, rest) = rest.split_once('_')?;
        Some(FileName { prefix, reporter, rest })
    }

    /// The system, whose name may hold `_`, the month and the serial number; `None` where there are
    /// too few words for them.
    #[must_use]
    pub fn delivery(&self) -> Option<(String, Option<Month>, Option<u32>)> {
        let mut words = self.rest.rsplitn(3, '_');
        let (serial, month) = (words.next()?, words.next()?);
        let system = words.next().unwrap_or_default();
        Some((system_key(system), compact(month), serial.parse().ok()))
    }
}

/// The month of `202609`.
fn compact(text: &str) -> Option<Month> {
    let (year, month) = text.split_at_checked(4)?;
    Month::parse(&format!("{year}-{month}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_who_from_where_and_when() {
        let name = FileName::parse("2026-09/VH_153_KMD_nexus_202609_12.csv").unwrap();
        assert_eq!((name.prefix, name.reporter), ("VH", "153"));
        let month = Month::parse("2026-09");
        assert_eq!(name.delivery(), Some(("kmd_nexus".to_owned(), month, Some(12))));
        let short = FileName::parse("VH_153_nexus.csv").unwrap();
        assert_eq!((short.reporter, short.delivery()), ("153", None));
        for other in ["reference/cpr.csv", "VH_153", "VH_153.csv", "153"] {
            assert_eq!(FileName::parse(other), None, "{other}");
        }
    }
}
