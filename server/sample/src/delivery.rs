//! A delivery: the data file, in CSV or XML, and its manifest.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::country::Country;
use crate::day::{self, Month};
use crate::random::mix;
use crate::stock::{DELETED, FIELDS, Line, Shape, Stock};
use crate::systems::{SYSTEMS, Source, Style};
use crate::xml;

/// The manifest, in the order of its fields.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    kommune: String,
    system: String,
    leverandoer: String,
    /// The month, `2026-09`.
    pub maaned: String,
    loebenummer: u32,
    fuld_bestand: bool,
    format: String,
    header: bool,
    tegnsaet: String,
    /// Records: no header, no blank lines.
    pub antal_raekker: u64,
    /// Checksum of the data file.
    pub sha256: String,
    /// When it was received.
    pub modtaget: String,
}

impl Manifest {
    /// Claims to be from another municipality and system.
    pub fn be(&mut self, municipality: &str, system: &str, serial: u32) {
        (self.kommune, self.system) = (municipality.to_owned(), system.to_owned());
        self.loebenummer = serial;
    }
}

/// What lies in the folder of a month: a data file and a manifest, or one of them.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Folder, `2026-09`.
    pub folder: String,
    /// Name without extension.
    pub name: String,
    /// The data file.
    pub data: Option<Vec<u8>>,
    /// The manifest.
    pub manifest: Option<Manifest>,
    /// The extension of the data file.
    pub extension: &'static str,
}

impl Delivery {
    /// Writes a stock in the format of its system, with its manifest.
    pub fn new(stock: &Stock<'_>, country: &Country, serial: u32) -> Self {
        let extension = if stock.source.style.xml { "xml" } else { "csv" };
        let data = if stock.source.style.xml { xml::document(stock) } else { csv(stock) };
        let manifest = manifest(stock, country, serial, &data);
        let name = name(&manifest.kommune, &manifest.system, stock.month, serial);
        let folder = stock.month.text();
        Self { folder, name, data: Some(data), manifest: Some(manifest), extension }
    }

    /// Writes its files; gives their number.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, out: &Path) -> Result<usize> {
        let folder = out.join(&self.folder);
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        let put = |extension: &str, bytes: &[u8]| {
            let path = folder.join(format!("{}.{extension}", self.name));
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
        };
        let mut files = 0;
        if let Some(data) = &self.data {
            put(self.extension, data)?;
            files += 1;
        }
        if let Some(manifest) = &self.manifest {
            put("json", &serde_json::to_vec_pretty(manifest)?)?;
            files += 1;
        }
        Ok(files)
    }
}

/// `VH_153_nexus_202609_1`.
pub fn name(municipality: &str, system: &str, month: Month, serial: u32) -> String {
    format!("VH_{municipality}_{system}_{}_{serial}", month.compact())
}

/// The checksum as a manifest gives it.
pub fn checksum(data: &[u8]) -> String {
    Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn manifest(stock: &Stock<'_>, country: &Country, serial: u32, data: &[u8]) -> Manifest {
    let (source, style) = (stock.source, stock.source.style);
    let code = country.municipalities[usize::from(source.reporter)].code;
    Manifest {
        kommune: code.to_string(),
        system: source.name().to_owned(),
        leverandoer: SYSTEMS[source.system].1.to_owned(),
        maaned: stock.month.text(),
        loebenummer: serial,
        fuld_bestand: !source.changes,
        format: if style.xml { "xml" } else { "csv" }.to_owned(),
        header: style.header && !style.xml,
        tegnsaet: if style.windows { "windows-1252" } else { "utf-8" }.to_owned(),
        antal_raekker: stock.lines.len() as u64,
        sha256: checksum(data),
        modtaget: received(stock.month.plus(late(code)), u64::from(code) * 8 + u64::from(serial)),
    }
}

/// Months by which a municipality is late with its deliveries.
const fn late(code: u16) -> i32 {
    if code % 41 == 7 { 1 } else { 0 }
}

/// A time in the first half of the next month, in Danish time.
fn received(month: Month, luck: u64) -> String {
    let next = month.plus(1);
    let luck = mix(luck, 9);
    let at = day::text(next.first() + (luck % 12) as i32 + 1);
    let zone = if (4..=10).contains(&next.number()) { "+02:00" } else { "+01:00" };
    format!("{at}T{:02}:{:02}:{:02}{zone}", 6 + luck / 16 % 14, luck / 512 % 60, luck / 65_536 % 60)
}

/// Columns of a system that keeps an order of its own, by position among the ten; two more follow.
const OWN_ORDER: [usize; 10] = [1, 0, 4, 5, 6, 2, 3, 8, 7, 9];
const OWN_COLUMNS: [&str; 2] = ["Sagsbehandler", "Bemærkning"];

fn csv(stock: &Stock<'_>) -> Vec<u8> {
    let style = stock.source.style;
    let mut out = Vec::with_capacity(stock.lines.len() * 90 + 200);
    if style.bom {
        out.extend("\u{feff}".as_bytes());
    }
    if style.header {
        header(&mut out, stock.source);
    }
    for (number, line) in stock.lines.iter().enumerate() {
        record(&mut out, line, stock.source, number);
    }
    out
}

fn header(out: &mut Vec<u8>, source: &Source) {
    let style = source.style;
    let order = (0..FIELDS.len())
        .map(|at| if style.own_columns { FIELDS[OWN_ORDER[at]] } else { FIELDS[at] });
    let deleted = source.changes.then_some(DELETED);
    let own = OWN_COLUMNS.into_iter().filter(|_| style.own_columns);
    for (at, name) in order.chain(deleted).chain(own).enumerate() {
        separate(out, at);
        field(out, name.as_bytes(), style);
    }
    end_line(out, style);
}

fn record(out: &mut Vec<u8>, line: &Line, source: &Source, number: usize) {
    let style = source.style;
    let fields = if line.shape == Shape::Short { 9 } else { 10 };
    for (at, own) in OWN_ORDER.into_iter().enumerate().take(fields) {
        separate(out, at);
        let from = if style.own_columns { own } else { at };
        field(out, &line.fields[from], style);
    }
    if source.changes {
        out.push(b';');
        field(out, if line.deleted { b"J" } else { b"" }, style);
    }
    if style.own_columns {
        remarks(out, style, number);
    }
    if line.shape == Shape::Long {
        out.extend(b";overskydende");
    }
    end_line(out, style);
}

/// What a system writes into columns that nobody asked for: separators, quotes, line breaks.
fn remarks(out: &mut Vec<u8>, style: Style, number: usize) {
    let who = ["abc", "mhj", "søp"][number % 3];
    let remark = match number % 50 {
        7 => "Aftalt med \"Bofællesskabet\"; se journal",
        23 => "Bevilling forlænget.\nNy vurdering følger.",
        31 => "Opfølgning; årligt",
        _ => "",
    };
    out.push(b';');
    field(out, who.as_bytes(), style);
    out.push(b';');
    field(out, remark.as_bytes(), style);
}

fn separate(out: &mut Vec<u8>, at: usize) {
    if at > 0 {
        out.push(b';');
    }
}

fn end_line(out: &mut Vec<u8>, style: Style) {
    out.extend(if style.crlf { b"\r\n".as_slice() } else { b"\n" });
}

/// A field in the style's character set, quoted where the style or the text asks for it.
fn field(out: &mut Vec<u8>, text: &[u8], style: Style) {
    if !style.quoted && !text.iter().any(|byte| matches!(byte, b';' | b'"' | b'\n' | b'\r')) {
        return encode(out, text, style);
    }
    out.push(b'"');
    for (at, part) in text.split(|byte| *byte == b'"').enumerate() {
        if at > 0 {
            out.extend(b"\"\"");
        }
        encode(out, part, style);
    }
    out.push(b'"');
}

fn encode(out: &mut Vec<u8>, text: &[u8], style: Style) {
    match std::str::from_utf8(text) {
        // Danish letters have the same number in Unicode and Windows-1252.
        Ok(text) if style.windows => out.extend(text.chars().map(|letter| letter as u32 as u8)),
        _ => out.extend(text),
    }
}
