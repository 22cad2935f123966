//! The forms in which a delivery can come. A new one is a variant here.

use super::manifest::Manifest;
use super::separated::{Opened, Visit};

/// How the bytes of a delivery become rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Separated values in UTF-8.
    Csv {
        /// Whether the first line names the fields.
        header: bool,
    },
}

/// What a look at a whole file says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The number of records, unreadable ones included.
    pub rows: u64,
    /// Columns that nobody asked for.
    pub unknown: Vec<String>,
}

impl Format {
    /// The form that a manifest announces.
    ///
    /// # Errors
    /// It is not known: the reason, in Danish.
    pub fn of(manifest: &Manifest) -> Result<Format, String> {
        match (manifest.format.as_str(), manifest.charset.as_str()) {
            ("csv", "utf-8") => Ok(Format::Csv { header: manifest.header }),
            ("csv", "windows-1252") => {
                Err("tegnsættet windows-1252 kan endnu ikke læses; send filen som utf-8".to_owned())
            }
            ("xml", _) => {
                Err("formatet xml kan endnu ikke læses; send leverancen som csv".to_owned())
            }
            ("csv", _) => Err("manifestets tegnsæt er ukendt; det skal være utf-8".to_owned()),
            _ => Err("manifestets format er ukendt; det skal være csv".to_owned()),
        }
    }

    /// Looks through a file: can it be trusted to hold rows of these fields, and how many?
    ///
    /// # Errors
    /// It cannot: the reason, in Danish.
    pub fn look(self, bytes: &[u8], names: Vec<&'static str>) -> Result<Look, String> {
        let opened = self.open(bytes, names)?;
        let unknown = opened.columns.unknown.clone();
        Ok(Look { rows: opened.count()?, unknown })
    }

    /// Visits every record of a file.
    ///
    /// # Errors
    /// As [`Format::look`], which is asked first.
    pub fn each(
        self,
        bytes: &[u8],
        names: Vec<&'static str>,
        visit: &mut Visit<'_>,
    ) -> Result<(), String> {
        self.open(bytes, names)?.each(visit);
        Ok(())
    }

    fn open<'a>(self, bytes: &'a [u8], names: Vec<&'static str>) -> Result<Opened<'a>, String> {
        let Format::Csv { header } = self;
        Opened::new(bytes, header, names)
    }
}
