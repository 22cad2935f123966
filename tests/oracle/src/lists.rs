//! The code lists: the copies compiled in, or their replacements in `reference/kodelister/`.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::csv::split;
use crate::day::Day;
use crate::report::Summary;

/// One line of `ydelser.csv`.
pub(crate) struct Ydelse {
    pub(crate) kode: String,
    pub(crate) navn: String,
    pub(crate) kategori: String,
    pub(crate) lovhjemmel: String,
    pub(crate) dst_navn: String,
    pub(crate) statbank_kode: String,
    pub(crate) statbank_tekst: String,
    pub(crate) gyldig_fra: Option<Day>,
    pub(crate) gyldig_til: Option<Day>,
}

/// One line of `maalgrupper.csv`.
pub(crate) struct Maalgruppe {
    pub(crate) kode: String,
    pub(crate) navn: String,
    pub(crate) hovedgruppe: String,
    pub(crate) hovedgruppe_dst: String,
}

/// One line of `kommuner.csv`.
pub(crate) struct Kommune {
    pub(crate) kode: String,
    pub(crate) navn: String,
    pub(crate) regionskode: String,
    pub(crate) region: String,
}

/// One line of `tilbudstyper.csv`.
pub(crate) struct Tilbudstype {
    pub(crate) kode: String,
    pub(crate) navn: String,
}

/// One line of `kontoplan_bro.csv`: the account of a service, whatever its hovedart but 0.
pub(crate) struct Konto {
    pub(crate) ydelseskode: String,
    /// Dranst, Hovedkonto, Hovedfunktion, Funktion, Gruppering.
    pub(crate) numbers: [String; 5],
    pub(crate) gyldig_fra: Option<Day>,
    pub(crate) gyldig_til: Option<Day>,
}

/// All code lists that the oracle needs.
pub(crate) struct Lists {
    pub(crate) ydelser: Vec<Ydelse>,
    pub(crate) maalgrupper: Vec<Maalgruppe>,
    pub(crate) kommuner: Vec<Kommune>,
    pub(crate) tilbudstyper: Vec<Tilbudstype>,
    pub(crate) konti: Vec<Konto>,
    /// Rule K3: the last day of a pair, by the one who reports; one that is not here does not end.
    pub(crate) pairs_end: BTreeMap<String, Day>,
}

impl Lists {
    /// Reads the lists; a file in `kodelister` replaces the one compiled in.
    pub(crate) fn read(kodelister: &Path, summary: &mut Summary) -> Result<Lists> {
        let mut lines =
            |file: &str, compiled_in: &str| list_lines(kodelister, file, compiled_in, summary);
        let ydelser = lines("ydelser.csv", include_str!("../lists/ydelser.csv"))?;
        let maalgrupper = lines("maalgrupper.csv", include_str!("../lists/maalgrupper.csv"))?;
        let kommuner = lines("kommuner.csv", include_str!("../lists/kommuner.csv"))?;
        let tilbudstyper = lines("tilbudstyper.csv", include_str!("../lists/tilbudstyper.csv"))?;
        let konti = lines("kontoplan_bro.csv", include_str!("../lists/kontoplan_bro.csv"))?;
        let pairs = lines("saerregler.csv", "Indberetter;OgsaaFor;GyldigTil\n")?;
        Ok(Lists {
            pairs_end: pairs_end(&pairs)?,
            konti: konti.iter().map(konto).collect::<Result<_>>()?,
            ydelser: ydelser.iter().map(ydelse).collect::<Result<_>>()?,
            maalgrupper: maalgrupper.iter().map(maalgruppe).collect::<Result<_>>()?,
            kommuner: kommuner.iter().map(kommune).collect::<Result<_>>()?,
            tilbudstyper: tilbudstyper.iter().map(tilbudstype).collect::<Result<_>>()?,
        })
    }

    pub(crate) fn is_kommune(&self, kode: &str) -> bool {
        self.kommuner.iter().any(|kommune| kommune.kode == kode)
    }

    pub(crate) fn is_ydelse(&self, kode: &str) -> bool {
        self.ydelser.iter().any(|ydelse| ydelse.kode == kode)
    }

    pub(crate) fn is_maalgruppe(&self, kode: &str) -> bool {
        self.maalgrupper.iter().any(|maalgruppe| maalgruppe.kode == kode)
    }
}

/// One line of a list, by the names of its columns.
struct Line {
    file: String,
    fields: HashMap<String, String>,
}

impl Line {
    fn text(&self, column: &str) -> Result<String> {
        let field = self.fields.get(column);
        field
            .cloned()
            .with_context(|| format!("the code list {} has no column {column}", self.file))
    }

    fn day(&self, column: &str) -> Result<Option<Day>> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        let day = Day::parse(&text);
        Ok(Some(day.with_context(|| {
            format!("the code list {} has {text:?} as a date in {column}", self.file)
        })?))
    }
}

fn ydelse(line: &Line) -> Result<Ydelse> {
    Ok(Ydelse {
        kode: line.text("Ydelseskode")?,
        navn: line.text("Ydelsesnavn")?,
        kategori: line.text("Kategori")?,
        lovhjemmel: line.text("Lovhjemmel")?,
        dst_navn: line.text("DstNavn")?,
        statbank_kode: line.text("StatbankKode")?,
        statbank_tekst: line.text("StatbankTekst2024")?,
        gyldig_fra: line.day("GyldigFra")?,
        gyldig_til: line.day("GyldigTil")?,
    })
}

fn maalgruppe(line: &Line) -> Result<Maalgruppe> {
    Ok(Maalgruppe {
        kode: line.text("Maalgruppekode")?,
        navn: line.text("Navn")?,
        hovedgruppe: line.text("Hovedgruppe")?,
        hovedgruppe_dst: line.text("HovedgruppeDST")?,
    })
}

fn kommune(line: &Line) -> Result<Kommune> {
    Ok(Kommune {
        kode: line.text("Kommunekode")?,
        navn: line.text("Kommune")?,
        regionskode: line.text("Regionskode")?,
        region: line.text("Region")?,
    })
}

fn tilbudstype(line: &Line) -> Result<Tilbudstype> {
    Ok(Tilbudstype { kode: line.text("kode")?, navn: line.text("navn")? })
}

fn pairs_end(lines: &[Line]) -> Result<BTreeMap<String, Day>> {
    let mut ends = BTreeMap::new();
    for line in lines {
        if let Some(last_day) = line.day("GyldigTil")? {
            ends.insert(line.text("Indberetter")?, last_day);
        }
    }
    Ok(ends)
}

fn konto(line: &Line) -> Result<Konto> {
    let number = |column: &str| line.text(column);
    if line.text("Hovedart")? != "<>0" {
        bail!("the code list {} has another condition on Hovedart than <>0", line.file);
    }
    Ok(Konto {
        ydelseskode: number("Ydelseskode")?,
        numbers: [
            number("Dranst")?,
            number("Hovedkonto")?,
            number("Hovedfunktion")?,
            number("Funktion")?,
            number("Gruppering")?,
        ],
        gyldig_fra: line.day("GyldigFra")?,
        gyldig_til: line.day("GyldigTil")?,
    })
}

fn list_lines(
    kodelister: &Path,
    file: &str,
    compiled_in: &str,
    summary: &mut Summary,
) -> Result<Vec<Line>> {
    let path = kodelister.join(file);
    if !path.exists() {
        return lines_of(file, compiled_in.as_bytes());
    }
    summary.warn("kodeliste erstattet");
    lines_of(
        file,
        &std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?,
    )
}

fn lines_of(file: &str, bytes: &[u8]) -> Result<Vec<Line>> {
    let mut rows = Vec::new();
    for row in split(bytes).rows {
        let fields: Result<Vec<String>, _> =
            row.fields.into_iter().map(String::from_utf8).collect();
        rows.push(fields.with_context(|| {
            format!("the code list {file} has bytes that are not UTF-8 in line {}", row.line)
        })?);
    }
    let Some((header, lines)) = rows.split_first() else { bail!("the code list {file} is empty") };
    let mut list = Vec::new();
    for fields in lines {
        if fields.len() != header.len() {
            bail!(
                "the code list {file} has a line with {} fields, not {}",
                fields.len(),
                header.len()
            );
        }
        let fields = header.iter().cloned().zip(fields.iter().cloned()).collect();
        list.push(Line { file: file.to_owned(), fields });
    }
    Ok(list)
}
