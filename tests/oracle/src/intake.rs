//! The deliveries folder: which files are accepted, and the records that can be read in them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cpr;
use crate::csv::{RawRow, split};
use crate::day::{Day, Month};
use crate::lists::Lists;
use crate::manifest::{DeliveryName, Manifest};
use crate::report::{DeliverySummary, Reject, Summary};
use crate::xml;

/// The columns in their order, for a file without header.
const COLUMNS: [&str; 11] = [
    "Ydelsesid",
    "CPR",
    "Handlekommune",
    "Betalingskommune",
    "Ydelseskode",
    "Startdato",
    "Slutdato",
    "Maalgrupper",
    "OpholdsstedId",
    "Funktionsvurdering",
    "Slettet",
];

/// One accepted delivery.
pub(crate) struct Delivery {
    pub(crate) file: String,
    /// The checksum of the data file.
    pub(crate) sha256: String,
    pub(crate) read: usize,
    pub(crate) rejected: usize,
    pub(crate) kommune: String,
    pub(crate) system: String,
    pub(crate) month: Month,
    pub(crate) loebenummer: u32,
    pub(crate) is_full_stock: bool,
    pub(crate) records: Vec<DeliveredRecord>,
}

/// One record as delivered.
#[derive(Clone)]
pub(crate) struct DeliveredRecord {
    pub(crate) line: usize,
    pub(crate) id: String,
    pub(crate) cpr: String,
    pub(crate) betalingskommune: String,
    pub(crate) ydelseskode: String,
    /// Not given, or unreadable: nothing (rule D3).
    pub(crate) start: Option<Day>,
    pub(crate) end: Option<Day>,
    pub(crate) maalgrupper: Vec<String>,
    pub(crate) opholdssted: String,
    pub(crate) funktionsvurdering: String,
    pub(crate) is_deleted: bool,
}

/// Reads all month folders.
pub(crate) fn read_deliveries(
    root: &Path,
    limit: Option<Month>,
    lists: &Lists,
    summary: &mut Summary,
) -> Result<Vec<Delivery>> {
    let mut accepted = Vec::new();
    for folder in month_folders(root)? {
        for (stem, endings) in stems(&folder)? {
            let file = FileOf { folder: &folder, stem: &stem, endings: &endings };
            accepted.extend(read_delivery(&file, limit, lists, summary)?);
        }
    }
    Ok(accepted)
}

/// The files of one delivery: those with the same name but for the ending.
struct FileOf<'a> {
    folder: &'a Path,
    stem: &'a str,
    endings: &'a BTreeSet<String>,
}

impl FileOf<'_> {
    /// The data file; where there is none, the manifest that stands alone.
    fn data_file(&self) -> String {
        let ending = ["csv", "xml"].into_iter().find(|ending| self.endings.contains(*ending));
        format!("{}.{}", self.stem, ending.unwrap_or("json"))
    }

    fn read(&self, ending: &str) -> Result<Vec<u8>> {
        let path = self.folder.join(format!("{}.{ending}", self.stem));
        std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    }
}

fn month_folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in
        std::fs::read_dir(root).with_context(|| format!("cannot read {}", root.display()))?
    {
        let path = entry?.path();
        if path.is_dir() && Month::parse(&name_of(&path)).is_some() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// The deliveries of a folder by name without ending, with the endings found.
fn stems(folder: &Path) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut stems: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let name = name_of(&entry?.path());
        if let Some((stem, ending)) = name.rsplit_once('.')
            && ["csv", "xml", "json"].contains(&ending)
        {
            stems.entry(stem.to_owned()).or_default().insert(ending.to_owned());
        }
    }
    Ok(stems)
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads one delivery, or notes why it is refused.
fn read_delivery(
    file: &FileOf<'_>,
    limit: Option<Month>,
    lists: &Lists,
    summary: &mut Summary,
) -> Result<Option<Delivery>> {
    let mut line = DeliverySummary { file: file.data_file(), ..DeliverySummary::default() };
    if let Some(name) = DeliveryName::parse(file.stem) {
        (line.kommune, line.system, line.maaned) =
            (name.kommune, name.system.to_lowercase(), name.maaned);
    }
    let read = read_trusted(file, limit, lists)?;
    let accepted = match read {
        Err(reason) => {
            line.refused = Some(reason);
            None
        }
        Ok(content) => {
            (line.read, line.rejected) = (content.delivery.read, content.delivery.rejected);
            summary.rejects.extend(content.rejects);
            for (kind, times) in content.notices {
                summary.warn_times(&kind, times);
            }
            Some(content.delivery)
        }
    };
    summary.deliveries.push(line);
    Ok(accepted)
}

/// What a trusted file holds.
struct Content {
    delivery: Delivery,
    rejects: Vec<Reject>,
    notices: BTreeMap<String, usize>,
}

/// The outer error is a disk that cannot be read; the inner one the reason to refuse the file.
fn read_trusted(
    file: &FileOf<'_>,
    limit: Option<Month>,
    lists: &Lists,
) -> Result<Result<Content, String>> {
    if !file.endings.contains("json") {
        return Ok(Err("no manifest".to_owned()));
    }
    let manifest: Manifest = match serde_json::from_slice(&file.read("json")?) {
        Ok(manifest) => manifest,
        Err(error) => return Ok(Err(format!("the manifest cannot be read: {error}"))),
    };
    let folder = name_of(file.folder);
    let month = match manifest.check(file.stem, &folder, limit, lists) {
        Ok(month) => month,
        Err(reason) => return Ok(Err(reason)),
    };
    if !file.endings.contains(&manifest.format) {
        return Ok(Err("no data file".to_owned()));
    }
    let rows = match manifest.format.as_str() {
        "csv" => rows_of_csv,
        "xml" => rows_of_xml,
        _ => return Ok(Err(format!("the format {} is not read", manifest.format))),
    };
    let bytes = file.read(&manifest.format)?;
    if !manifest.has_checksum_of(&bytes) {
        return Ok(Err("the checksum is wrong".to_owned()));
    }
    let data_file = format!("{}.{}", file.stem, manifest.format);
    let rows = rows(&manifest, &bytes);
    Ok(rows.and_then(|(columns, rows)| read_rows(&manifest, month, &data_file, &columns, &rows)))
}

/// Text from bytes, if they are text in the character set.
type Decode = fn(&[u8]) -> Option<String>;

/// How to read a character set; the place to add another.
fn decoder(tegnsaet: &str) -> Option<Decode> {
    match tegnsaet {
        "utf-8" => Some(|bytes| String::from_utf8(bytes.to_vec()).ok()),
        "windows-1252" => Some(|bytes| bytes.iter().map(|byte| windows_1252(*byte)).collect()),
        _ => None,
    }
}

/// The characters of the bytes 80 to 9F; a space stands for the five that have none.
const WINDOWS_1252: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/// A byte of Windows-1252: as in Unicode, but for 80 to 9F.
fn windows_1252(byte: u8) -> Option<char> {
    match byte {
        0x80..=0x9f => {
            WINDOWS_1252.chars().nth(usize::from(byte) - 0x80).filter(|letter| *letter != ' ')
        }
        _ => Some(char::from(byte)),
    }
}

fn rows_of_csv(manifest: &Manifest, bytes: &[u8]) -> Result<(Columns, Vec<RawRow>), String> {
    let raw = split(bytes);
    if raw.ends_in_quotes {
        return Err("the file is truncated".to_owned());
    }
    let mut rows = raw.rows;
    let header = (manifest.header && !rows.is_empty()).then(|| rows.remove(0));
    Ok((Columns::of(manifest, header.as_ref())?, rows))
}

/// The fields of XML, put in the order of a file without header. An element that is not there is an
/// empty field.
fn rows_of_xml(manifest: &Manifest, bytes: &[u8]) -> Result<(Columns, Vec<RawRow>), String> {
    let elements = xml::read(bytes)?;
    let known = known_columns(manifest);
    let unknown: BTreeSet<&String> = elements
        .iter()
        .flat_map(|element| element.fields.keys())
        .filter(|name| !known.contains(&name.as_str()))
        .collect();
    let columns = Columns {
        places: (0..known.len()).map(Some).collect(),
        count: known.len(),
        unknown: unknown.len(),
    };
    let row = |element: &xml::Element| {
        let field = |name: &&str| element.fields.get(*name).cloned().unwrap_or_default();
        RawRow { line: element.line, fields: known.iter().map(field).collect() }
    };
    Ok((columns, elements.iter().map(row).collect()))
}

/// The eleventh column is known in deliveries of changes only.
fn known_columns(manifest: &Manifest) -> &'static [&'static str] {
    if manifest.fuld_bestand { &COLUMNS[0..10] } else { &COLUMNS[0..11] }
}

fn read_rows(
    manifest: &Manifest,
    month: Month,
    file: &str,
    columns: &Columns,
    rows: &[RawRow],
) -> Result<Content, String> {
    let decode = decoder(&manifest.tegnsaet)
        .ok_or_else(|| format!("the character set {} is not read", manifest.tegnsaet))?;
    if rows.len() != manifest.antal_raekker {
        return Err(format!(
            "{} records, but the manifest says {}",
            rows.len(),
            manifest.antal_raekker
        ));
    }
    let mut records = Vec::new();
    let mut rejects = Vec::new();
    for row in rows {
        match read_record(row, columns, manifest, decode) {
            Ok(record) => records.push(record),
            Err((field, reason)) => {
                let (file, field, reason) = (file.to_owned(), field.to_owned(), reason.to_owned());
                rejects.push(Reject { file, line: row.line, field, reason });
            }
        }
    }
    let notices = BTreeMap::from([("ukendt kolonne".to_owned(), columns.unknown)]);
    let delivery = Delivery {
        file: file.to_owned(),
        sha256: manifest.sha256.to_lowercase(),
        read: rows.len(),
        rejected: rejects.len(),
        kommune: manifest.kommune.clone(),
        system: manifest.system.to_lowercase(),
        month,
        loebenummer: manifest.loebenummer,
        is_full_stock: manifest.fuld_bestand,
        records,
    };
    Ok(Content { delivery, rejects, notices })
}

/// Where each of the eleven columns stands in a row.
struct Columns {
    places: Vec<Option<usize>>,
    /// Fields that a row must have.
    count: usize,
    unknown: usize,
}

impl Columns {
    fn of(manifest: &Manifest, header: Option<&RawRow>) -> Result<Columns, String> {
        let known = known_columns(manifest);
        if !manifest.header {
            return Ok(Columns {
                places: (0..known.len()).map(Some).collect(),
                count: known.len(),
                unknown: 0,
            });
        }
        let names = header.map(|row| row.fields.as_slice()).unwrap_or_default();
        let places: Vec<Option<usize>> = known
            .iter()
            .map(|column| names.iter().position(|name| name == column.as_bytes()))
            .collect();
        if let Some(missing) = places.iter().take(10).position(Option::is_none) {
            return Err(format!("the column {} is missing", COLUMNS[missing]));
        }
        let unknown = names
            .iter()
            .filter(|name| !known.iter().any(|column| column.as_bytes() == name.as_slice()))
            .count();
        Ok(Columns { places, count: names.len(), unknown })
    }
}

/// The field that is wrong, and what is wrong with it.
type Wrong = (&'static str, &'static str);

/// One record, or why it cannot be read as one. A deletion may leave the other fields empty.
fn read_record(
    row: &RawRow,
    columns: &Columns,
    manifest: &Manifest,
    decode: Decode,
) -> Result<DeliveredRecord, Wrong> {
    if row.fields.len() != columns.count {
        return Err(("", "wrong number of fields"));
    }
    let mut values = Vec::new();
    for (name, place) in COLUMNS.iter().zip(&columns.places) {
        let value = match place {
            Some(place) => decode(&row.fields[*place]).ok_or((*name, "bytes that are not text"))?,
            None => String::new(),
        };
        values.push(value);
    }
    let text = |column: usize| values.get(column).cloned().unwrap_or_default();
    let is_deleted = text(10) == "J";
    let may_be_absent = |value: &str| is_deleted && value.is_empty();

    let cpr = match text(1) {
        cpr if may_be_absent(&cpr) => cpr,
        cpr => cpr::normalise(&cpr).ok_or(("CPR", "not ten digits"))?,
    };
    let handlekommune = text(2);
    if handlekommune != manifest.kommune && !may_be_absent(&handlekommune) {
        return Err(("Handlekommune", "not the reporter's"));
    }
    let end = match text(6) {
        end if end.is_empty() => None,
        end => Some(Day::parse(&end).ok_or(("Slutdato", "not a date"))?),
    };
    Ok(DeliveredRecord {
        line: row.line,
        id: text(0),
        cpr,
        betalingskommune: text(3),
        ydelseskode: text(4),
        start: Day::parse(&text(5)),
        end,
        maalgrupper: text(7)
            .split('|')
            .filter(|code| !code.is_empty())
            .map(str::to_owned)
            .collect(),
        opholdssted: text(8),
        funktionsvurdering: text(9),
        is_deleted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_1252_is_read_as_unicode_writes_it() {
        let decode = decoder("windows-1252").unwrap();
        assert_eq!(decode(b"\xc6r\xf8 \x80 \x96 \x9f").as_deref(), Some("Ærø € – Ÿ"));
        assert_eq!([0x81, 0x8d, 0x8f, 0x90, 0x9d].map(windows_1252), [None; 5]);
        assert_eq!((0x80..=0x9f).filter_map(windows_1252).count(), 27);
    }
}
