//! The file as sections: written in one go, opened by checked slices.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;

use super::{FORMAT, SnapshotError};
use crate::cube::array::{Array, Fixed, Owner};

const MAGIC: &[u8; 8] = b"TERNING1";
const HEADER: usize = 32;
const ENTRY: usize = 24;
/// Sections begin at multiples of this: a cache line, and enough for every number.
const ALIGN: usize = 64;

/// Sections on their way to a file.
#[derive(Default)]
pub(super) struct Sections<'a> {
    sections: Vec<Cow<'a, [u8]>>,
    /// By length and checksum: the sections that are so.
    known: HashMap<(usize, u32), Vec<u32>>,
}

impl<'a> Sections<'a> {
    /// Adds a section and returns its number, which is that of an equal one where there is one:
    /// cubes share dimensions. Number 0 is kept for the metadata.
    pub fn add(&mut self, bytes: impl Into<Cow<'a, [u8]>>) -> u32 {
        let bytes = bytes.into();
        let known = self.known.entry((bytes.len(), crc32fast::hash(&bytes))).or_default();
        let same = |number: &&u32| self.sections[**number as usize - 1] == bytes;
        if let Some(number) = known.iter().find(same) {
            return *number;
        }
        self.sections.push(bytes);
        known.push(self.sections.len() as u32);
        self.sections.len() as u32
    }

    /// Writes the file: header, table, metadata, sections.
    pub fn write(self, metadata: Vec<u8>, out: &mut dyn Write) -> io::Result<()> {
        let sections: Vec<Cow<'_, [u8]>> =
            std::iter::once(Cow::Owned(metadata)).chain(self.sections).collect();
        let mut table = Vec::with_capacity(sections.len() * ENTRY);
        let mut offset = aligned(HEADER + sections.len() * ENTRY);
        for section in &sections {
            table.extend_from_slice(&(offset as u64).to_le_bytes());
            table.extend_from_slice(&(section.len() as u64).to_le_bytes());
            table.extend_from_slice(&crc32fast::hash(section).to_le_bytes());
            table.extend_from_slice(&[0; 4]);
            offset = aligned(offset + section.len());
        }
        out.write_all(MAGIC)?;
        out.write_all(&FORMAT.to_le_bytes())?;
        out.write_all(&(sections.len() as u32).to_le_bytes())?;
        out.write_all(&(offset as u64).to_le_bytes())?;
        out.write_all(&crc32fast::hash(&table).to_le_bytes())?;
        out.write_all(&[0; 4])?;
        out.write_all(&table)?;
        pad(HEADER + table.len(), out)?;
        for section in &sections {
            out.write_all(section)?;
            pad(section.len(), out)?;
        }
        Ok(())
    }
}

fn aligned(length: usize) -> usize {
    length.div_ceil(ALIGN) * ALIGN
}

fn pad(length: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&[0; ALIGN][..aligned(length) - length])
}

/// An opened file: its sections, with lengths and checksums checked.
pub(super) struct Opened {
    owner: Owner,
    sections: Vec<Range<usize>>,
}

impl Opened {
    pub fn new(owner: Owner) -> Result<Opened, SnapshotError> {
        let bytes = owner.as_ref().as_ref();
        if bytes.get(..8) != Some(MAGIC) || bytes.len() < HEADER {
            return Err(SnapshotError::NotASnapshot);
        }
        let found = u32_at(bytes, 8);
        if found != FORMAT {
            return Err(SnapshotError::Format { found, known: FORMAT });
        }
        let (expected, found) = (u64_at(bytes, 16), bytes.len() as u64);
        if expected != found {
            return Err(SnapshotError::Length { found, expected });
        }
        let table =
            HEADER..HEADER.saturating_add((u32_at(bytes, 12) as usize).saturating_mul(ENTRY));
        let table =
            bytes.get(table).ok_or_else(|| damaged("oversigten over afsnit", "for lang"))?;
        if crc32fast::hash(table) != u32_at(bytes, 24) {
            return Err(SnapshotError::Checksum { what: "oversigten over afsnit".to_owned() });
        }
        let sections = table
            .chunks_exact(ENTRY)
            .enumerate()
            .map(|(number, entry)| section(bytes, number, entry));
        let sections = sections.collect::<Result<_, _>>()?;
        check_padding(bytes, &sections)?;
        Ok(Opened { owner, sections })
    }

    /// The bytes of a section.
    pub fn bytes(&self, number: u32) -> Result<&[u8], SnapshotError> {
        let range = self.range(number)?;
        Ok(&self.owner.as_ref().as_ref()[range])
    }

    /// A section as a column that is read in place.
    pub fn array<T: Fixed>(&self, number: u32) -> Result<Array<T>, SnapshotError> {
        let range = self.range(number)?;
        Array::mapped(&self.owner, range)
            .ok_or_else(|| damaged(&name(number as usize), "ikke hele tal"))
    }

    fn range(&self, number: u32) -> Result<Range<usize>, SnapshotError> {
        let range = self.sections.get(number as usize).cloned();
        range.ok_or_else(|| damaged("metadata", "henviser til et afsnit, der ikke findes"))
    }
}

/// The header and the table of sections that a file begins with: they hold the checksums of all the
/// rest, and so tell two files apart. All of it where it is no snapshot.
#[must_use]
pub fn head(bytes: &[u8]) -> &[u8] {
    let sections = if bytes.len() < HEADER { 0 } else { u32_at(bytes, 12) as usize };
    let end = HEADER.saturating_add(sections.saturating_mul(ENTRY));
    &bytes[..end.min(bytes.len())]
}

fn section(bytes: &[u8], number: usize, entry: &[u8]) -> Result<Range<usize>, SnapshotError> {
    let offset = usize::try_from(u64_at(entry, 0)).unwrap_or(usize::MAX);
    let length = usize::try_from(u64_at(entry, 8)).unwrap_or(usize::MAX);
    let range = offset..offset.saturating_add(length);
    let content = bytes.get(range.clone()).filter(|_| offset.is_multiple_of(ALIGN));
    let content = content.ok_or_else(|| damaged(&name(number), "ligger uden for filen"))?;
    if crc32fast::hash(content) != u32_at(entry, 16) {
        return Err(SnapshotError::Checksum { what: name(number) });
    }
    Ok(range)
}

/// Bytes between sections are zero, so that no byte of the file is left unchecked.
fn check_padding(bytes: &[u8], sections: &Vec<Range<usize>>) -> Result<(), SnapshotError> {
    let mut end = HEADER + sections.len() * ENTRY;
    let mut gaps = Vec::new();
    for section in sections {
        gaps.push(end..section.start);
        end = section.end;
    }
    gaps.push(end..bytes.len());
    let zero =
        |gap: Range<usize>| bytes.get(gap).is_some_and(|gap| gap.iter().all(|byte| *byte == 0));
    let entries = &bytes[HEADER..HEADER + sections.len() * ENTRY];
    let clean =
        bytes[28..32] == [0; 4] && entries.chunks_exact(ENTRY).all(|entry| entry[20..] == [0; 4]);
    if clean && gaps.into_iter().all(zero) {
        return Ok(());
    }
    Err(damaged("fyldet mellem afsnit", "ikke nul"))
}

fn name(number: usize) -> String {
    if number == 0 { "metadata".to_owned() } else { format!("afsnit {number}") }
}

pub(super) fn damaged(what: &str, why: &'static str) -> SnapshotError {
    SnapshotError::Damaged { what: what.to_owned(), why }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].try_into().map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + 8].try_into().map_or(0, u64::from_le_bytes)
}
