//! Folders of deliveries: read from disk, and written by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use terning_engine::delivery::MemoryStore;

/// Reads a folder of deliveries into memory, as the engine sees it.
///
/// # Errors
/// A file cannot be read.
pub fn read(folder: &Path) -> Result<MemoryStore> {
    let mut files = BTreeMap::new();
    read_into(folder, folder, &mut files)?;
    Ok(MemoryStore(files))
}

fn read_into(top: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            read_into(top, &path, files)?;
        } else {
            let name = path.strip_prefix(top)?.to_string_lossy().into_owned();
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(())
}

/// A delivery of one municipality; its manifest is right.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Who reports.
    pub kommune: &'static str,
    /// From which system.
    pub system: &'static str,
    /// For which month (`2026-09`).
    pub maaned: &'static str,
    /// The serial number within the month.
    pub loebenummer: u32,
    /// Whether it is the full stock.
    pub fuld_bestand: bool,
    /// `csv` or `xml`.
    pub format: &'static str,
    /// The character set.
    pub tegnsaet: &'static str,
    /// Whether the first line names the columns.
    pub header: bool,
}

impl Delivery {
    /// A full stock.
    #[must_use]
    pub fn full(kommune: &'static str, system: &'static str, maaned: &'static str) -> Delivery {
        Delivery {
            kommune,
            system,
            maaned,
            loebenummer: 1,
            fuld_bestand: true,
            format: "csv",
            tegnsaet: "utf-8",
            header: false,
        }
    }

    /// A delivery of changes.
    #[must_use]
    pub fn changes(kommune: &'static str, system: &'static str, maaned: &'static str) -> Delivery {
        Delivery { fuld_bestand: false, ..Delivery::full(kommune, system, maaned) }
    }

    /// Writes lines without a header, and the manifest beside them.
    ///
    /// # Panics
    /// The folder cannot be written.
    pub fn write(&self, folder: &Path, lines: &[&str]) -> PathBuf {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.write_bytes(folder, text.as_bytes(), lines.len())
    }

    /// Writes a data file with this number of records, and the manifest beside it.
    ///
    /// # Panics
    /// The folder cannot be written.
    pub fn write_bytes(&self, folder: &Path, bytes: &[u8], rows: usize) -> PathBuf {
        let Delivery { kommune, system, maaned, loebenummer, fuld_bestand, .. } = self;
        let Delivery { format, tegnsaet, header, .. } = self;
        let manifest = serde_json::json!({
            "kommune": kommune, "system": system, "leverandoer": "Prøve", "maaned": maaned,
            "loebenummer": loebenummer, "fuld_bestand": fuld_bestand, "format": format,
            "header": header, "tegnsaet": tegnsaet, "antal_raekker": rows,
            "sha256": sha256(bytes), "modtaget": format!("{maaned}-28T08:00:00+01:00"),
        });
        let stem = format!("VH_{kommune}_{system}_{}_{loebenummer}", maaned.replace('-', ""));
        let path = folder.join(maaned).join(format!("{stem}.{format}"));
        write(&path, bytes);
        write(&path.with_extension("json"), manifest.to_string().as_bytes());
        path
    }
}

/// Writes a file, and the folders that it lies in.
///
/// # Panics
/// It cannot be written.
pub fn write(path: &Path, bytes: &[u8]) {
    let folder = path.parent().expect("a file lies in a folder");
    fs::create_dir_all(folder).and_then(|()| fs::write(path, bytes)).expect("a writable folder");
}

/// The checksum that a manifest carries.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
