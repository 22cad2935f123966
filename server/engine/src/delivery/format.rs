//! The forms in which a delivery can come. A new one is a variant here.

use std::io::Read;

use cube_schema::domain::{Domain, FieldSpec, XmlNames};

use super::charset::{Charset, not_utf16};
use super::manifest::Manifest;
use super::separated::{Opened, Visit};
use super::text::Text;
use super::xml;

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
    /// An element per record, and in it one per field.
    Xml {
        /// How the bytes are text.
        charset: Charset,
    },
}

/// What rows are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The fields of a row, in the order of files without a header.
    pub fields: Vec<FieldSpec>,
    /// The names of XML.
    pub xml: XmlNames,
}

impl Layout {
    /// The rows of a domain's deliveries: of full stock, or of changes.
    #[must_use]
    pub fn of<D: Domain>(domain: &D, full: bool) -> Layout {
        let stands_there = |field: &&FieldSpec| !(full && field.changes_only);
        let fields = domain.fields().iter().filter(stands_there).copied().collect();
        Layout { fields, xml: domain.xml() }
    }

    fn names(&self) -> Vec<&'static str> {
        self.fields.iter().map(|field| field.name).collect()
    }

    fn optional(&self) -> Vec<&'static str> {
        let optional = self.fields.iter().filter(|field| field.changes_only);
        optional.map(|field| field.name).collect()
    }
}

/// What a look at a whole file says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The number of records, unreadable ones included.
    pub rows: u64,
    /// Columns that nobody asked for.
    pub unknown: Vec<Unknown>,
}

/// A column that nobody asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What it is called.
    pub name: String,
    /// The line where it is met first.
    pub line: u64,
}

impl Format {
    /// The form that a manifest announces.
    ///
    /// # Errors
    /// It is not known: the reason, in Danish.
    pub fn of(manifest: &Manifest) -> Result<Format, String> {
        let charset = Charset::named(&manifest.charset)
            .ok_or("manifestets tegnsæt er ukendt; det skal være utf-8 eller windows-1252")?;
        match manifest.format.as_str() {
            "csv" => Ok(Format::Csv { charset, header: manifest.header }),
            "xml" => Ok(Format::Xml { charset }),
            "xls" | "xlsx" => Err("manifestets format er et regneark, og sådanne læses ikke; gem leverancen \
                                   som CSV, og skriv \"csv\" (eller \"xml\") i manifestets felt 'format'"
                .to_owned()),
            _ => Err("manifestets format er ukendt; feltet 'format' skal være \"csv\" eller \"xml\""
                .to_owned()),
        }
    }

    /// Looks through a file: can it be trusted to hold such rows, and how many?
    ///
    /// # Errors
    /// It cannot: the reason, in Danish.
    pub fn look(self, file: &mut dyn Read, layout: &Layout) -> Result<Look, String> {
        match self {
            Format::Csv { charset, header } => {
                let bytes = whole(file)?;
                not_utf16(&bytes)?;
                let text = charset.in_utf8(&bytes);
                let opened = Opened::new(&text, header, layout.names(), &layout.optional())?;
                let unknown = opened.columns.unknown.iter();
                let unknown = unknown.map(|name| Unknown { name: name.clone(), line: 1 }).collect();
                Ok(Look { rows: opened.count()?, unknown })
            }
            Format::Xml { charset } => {
                xml::each(Text::open(file, charset)?, layout, &mut |_, _| ())
            }
        }
    }

    /// Visits every record of a file.
    ///
    /// # Errors
    /// As [`Format::look`], which is asked first.
    pub fn each(
        self,
        file: &mut dyn Read,
        layout: &Layout,
        visit: &mut Visit<'_>,
    ) -> Result<(), String> {
        match self {
            Format::Csv { charset, header } => {
                let bytes = whole(file)?;
                let text = charset.in_utf8(&bytes);
                Opened::new(&text, header, layout.names(), &layout.optional())?.each(visit);
                Ok(())
            }
            Format::Xml { charset } => {
                xml::each(Text::open(file, charset)?, layout, visit).map(|_| ())
            }
        }
    }
}

/// Separated values are read from memory: a row borrows its fields.
fn whole(file: &mut dyn Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}
