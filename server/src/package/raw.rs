//! The files as the municipality delivered them, unchanged.

use std::path::Path;

use terning::cause::of_io;
use terning_engine::delivery::name::FileName;
use terning_engine::query::Limits;

use super::Order;
use super::describe::Described;
use super::out::{Failed, Out, Shown};
use crate::audit::numbers;
use crate::versions::{RawFile, raw_files, read_raw};

pub(super) fn make(
    order: &Order,
    data: &Path,
    out: &mut Out,
    limits: &Limits,
) -> Result<Described, Failed> {
    for file in files(order)?.iter().filter(|file| is_own(order, file)) {
        check(file, limits)?;
        let bytes = read_raw(data, &file.sha256);
        let bytes = bytes.map_err(|error| {
            Failed::new(format!("{} kan ikke læses: {}", file.path, of_io(&error)))
        })?;
        tell(&bytes, &*out.witness())?;
        let folder = if file.set_aside { "tilbageholdt" } else { "filer" };
        out.whole(&format!("{folder}/{}", file.path), &bytes)?;
    }
    Ok(Described {
        titel: "Rådata: filerne, som kommunen har leveret dem",
        tekst:
            "Filerne er uændrede, også dem, der er afvist eller erstattet af en nyere. Felterne \
                er beskrevet i leverancebeskrivelsen; en fil uden overskrift har dem i samme \
                rækkefølge.\n\nPakken kan indlæses igen: læg indholdet af `filer` i en mappe med \
                leverancer. Det, der mangler for at få de samme tal, er:\n\n\
                - referencefiler og kodelister (`reference/`), som er hele landets og ikke \
                kommunens;\n\
                - registreringer, som en anden kommune har indberettet for kommunen (K1, K2); de \
                står i den kommunes filer;\n\
                - de andre kommuners leverancer: de afgør opgørelsesdagen, hvis de er nyere, og \
                hvilke dage der tæller i Benchmark;\n\
                - leverancer, der er holdt tilbage (`tilbageholdt`), tæller ikke i versionen; læg \
                dem ikke med."
                .into(),
        tabeller: Vec::new(),
        personlig: true,
    })
}

/// That a file may be held: as it is, and once more as what is looked through for citizens.
pub(super) fn check(file: &RawFile, limits: &Limits) -> Result<(), Failed> {
    match 2 * file.bytes > limits.record_bytes as u64 {
        true => Err(Failed::too_large(&format!("filen {}", file.path))),
        false => Ok(()),
    }
}

/// Tells whom a file shows. In a text of two bytes a letter every other byte of a number is zero; a
/// file that is no text (packed, a workbook) may show anybody.
fn tell(bytes: &[u8], witness: &dyn Fn(Shown) -> Result<(), Failed>) -> Result<(), Failed> {
    let is_wide = bytes.contains(&0);
    let close: Vec<u8> = match is_wide {
        true => bytes.iter().copied().filter(|byte| *byte != 0).collect(),
        false => Vec::new(),
    };
    let text = if is_wide { close.as_slice() } else { bytes };
    witness(Shown::Citizens(numbers(text)))?;
    match text.iter().any(|byte| is_of_no_text(*byte)) {
        true => witness(Shown::Unknown),
        false => Ok(()),
    }
}

/// Whether a byte stands in no text of deliveries: a control character that is no white space.
fn is_of_no_text(byte: u8) -> bool {
    byte.is_ascii_control() && !byte.is_ascii_whitespace() && byte != 0x7f
}

/// The raw files that the version was made from.
pub(super) fn files(order: &Order) -> Result<Vec<RawFile>, Failed> {
    raw_files(&order.version.manifest).map_err(|error| Failed::new(error.to_string()))
}

/// Whether the municipality of the package delivered a file.
pub(super) fn is_own(order: &Order, file: &RawFile) -> bool {
    order.kommune.as_deref().is_some_and(|kommune| is_of(&file.path, kommune))
}

/// Whether a municipality delivered a file: its name begins with `VH_153_`.
fn is_of(path: &str, kommune: &str) -> bool {
    FileName::parse(path).is_some_and(|name| (name.prefix, name.reporter) == ("VH", kommune))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn told(bytes: &[u8]) -> Vec<Shown> {
        let told: RefCell<Vec<Shown>> = RefCell::default();
        let witness = |shown: Shown| {
            told.borrow_mut().push(shown);
            Ok(())
        };
        tell(bytes, &witness).unwrap();
        told.into_inner()
    }

    #[test]
    fn whom_a_file_shows_is_told_in_every_charset_and_that_nobody_can_tell_where_it_is_no_text() {
        let line = "a1;610180-1234;153;1.4;æøå\r\n";
        let citizens = [Shown::Citizens(vec!["6101801234".to_owned()])];
        let wide: Vec<u16> = line.encode_utf16().collect();
        let little: Vec<u8> = wide.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = wide.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let latin: Vec<u8> = line.chars().map(|letter| letter as u8).collect();
        for bytes in [line.as_bytes(), &latin, &little, &big] {
            assert_eq!(told(bytes), citizens, "{bytes:?}");
        }
        // The beginning of what is packed with zip, and with gzip.
        for packed in [&b"PK\x03\x04\x14\x00\x06"[..], b"\x1f\x8b\x08\x00"] {
            assert_eq!(told(packed).last(), Some(&Shown::Unknown), "{packed:?}");
        }
    }

    #[test]
    fn files_are_of_the_municipality_that_their_name_says() {
        assert!(is_of("2026-10/VH_153_nexus_202610_1.csv", "153"));
        for other in ["2026-10/VH_1530_nexus_202610_1.csv", "reference/cpr.csv", "VH_153", "153"] {
            assert!(!is_of(other, "153"), "{other}");
        }
    }
}
