//! What lies beside the tables: a README, a data dictionary, and the checksums of all files.

use std::borrow::Cow;
use std::fmt::Write;

use cube_schema::domains::vh::pakker::Kolonne;
use serde_json::json;

use super::Order;
use super::out::{Failed, Out};

/// The names of the files.
const README: &str = "LÆSMIG.md";
const ORDBOG: &str = "ordbog.csv";
const MANIFEST: &str = "manifest.json";

/// What a package holds, in words.
pub(super) struct Described {
    pub titel: &'static str,
    pub tekst: Cow<'static, str>,
    pub tabeller: Vec<Tabel>,
    /// Whether it tells of persons.
    pub personlig: bool,
}

/// A table of a package.
pub(super) struct Tabel {
    pub navn: &'static str,
    pub kolonner: Vec<&'static Kolonne>,
    pub raekker: u64,
}

/// Writes the files that describe a package; the manifest, which names all others, last.
pub(super) fn write(order: &Order, described: &Described, out: &mut Out) -> Result<(), Failed> {
    if !described.tabeller.is_empty() {
        out.whole(ORDBOG, ordbog(&described.tabeller).as_bytes())?;
    }
    let text = readme(order, described, out);
    out.whole(README, text.as_bytes())?;
    let mut text = manifest(order, out);
    text.push('\n');
    out.whole(MANIFEST, text.as_bytes())
}

/// A line per column of every table.
fn ordbog(tabeller: &[Tabel]) -> String {
    let mut text = "\u{feff}Fil;Felt;Type;Enhed;Betydning;Regel\r\n".to_owned();
    for tabel in tabeller {
        for kolonne in &tabel.kolonner {
            let Kolonne { navn, slags, enhed, betydning, regel, .. } = kolonne;
            let betydning = format!("\"{}\"", betydning.replace('"', "\"\""));
            let (fil, slags) = (tabel.navn, slags.navn());
            let _ = write!(text, "{fil};{navn};{slags};{enhed};{betydning};{regel}\r\n");
        }
    }
    text
}

fn readme(order: &Order, described: &Described, out: &Out) -> String {
    let manifest = &order.version.manifest;
    let kommune = order.kommune.as_deref().unwrap_or("alle");
    let mut text = format!(
        "# {}\n\n{}\n\n- Kommune: {kommune}\n- Version: {}\n- Til og med: {}\n- Bygget: {}\n\n",
        described.titel, described.tekst, manifest.version, manifest.as_of, manifest.built_at
    );
    if described.personlig {
        text += "**Pakken indeholder fortrolige personoplysninger.** Opbevar den derefter, og slet \
                 den, når den er brugt.\n\n";
    }
    if !described.tabeller.is_empty() {
        text += "Hver tabel findes som CSV (semikolon, UTF-8 med BOM, decimalkomma) og som Parquet; \
                 indholdet er det samme, på ét nær: en tekst, der begynder med `=`, `+`, `-`, `@`, \
                 tabulator eller vognretur, har i CSV en apostrof (`'`) foran, så et regneark ikke \
                 læser den som en formel. Tal er ikke ændret. Felterne er beskrevet i \
                 `ordbog.csv`.\n\n\
                 | Tabel | Rækker |\n| --- | ---: |\n";
        for tabel in &described.tabeller {
            let _ = writeln!(text, "| {} | {} |", tabel.navn, tabel.raekker);
        }
        text.push('\n');
    }
    text += "| Fil | Byte | SHA-256 |\n| --- | ---: | --- |\n";
    for sent in &out.sent {
        let _ = writeln!(text, "| {} | {} | `{}` |", sent.file, sent.bytes, sent.sha256);
    }
    text
}

fn manifest(order: &Order, out: &Out) -> String {
    let manifest = &order.version.manifest;
    let files = out
        .sent
        .iter()
        .map(|sent| json!({ "file": sent.file, "bytes": sent.bytes, "sha256": sent.sha256 }));
    let manifest = json!({
        "kind": order.kind.name(),
        "kommune": order.kommune,
        "version": manifest.version,
        "as_of": manifest.as_of,
        "files": files.collect::<Vec<_>>(),
    });
    format!("{manifest:#}")
}
