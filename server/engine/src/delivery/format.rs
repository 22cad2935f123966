//! The forms in which a delivery can come. A new one is a variant here.

use super::charset::Charset;
use super::manifest::Manifest;
use super::separated::{Opened, Visit};

/// How the bytes of a delivery become rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Separated values.
    Csv {
        /// How the bytes are text.
        charset: Charset,
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
        match manifest.format.as_str() {
            "csv" => {
                let charset = Charset::named(&manifest.charset).ok_or(
                    "manifestets tegnsæt er ukendt; det skal være utf-8 eller windows-1252",
                )?;
                Ok(Format::Csv { charset, header: manifest.header })
            }
            "xml" => Err("formatet xml kan endnu ikke læses; send leverancen som csv".to_owned()),
            _ => Err("manifestets format er ukendt; det skal være csv".to_owned()),
        }
    }

    /// Looks through a file: can it be trusted to hold rows of these fields, and how many?
    ///
    /// # Errors
    /// It cannot: the reason, in Danish.
    pub fn look(self, bytes: &[u8], names: Vec<&'static str>) -> Result<Look, String> {
        let Format::Csv { charset, header } = self;
        let text = charset.in_utf8(bytes);
        let opened = Opened::new(&text, header, names)?;
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
        let Format::Csv { charset, header } = self;
        Opened::new(&charset.in_utf8(bytes), header, names)?.each(visit);
        Ok(())
    }
}
