//! The files as the municipality delivered them, unchanged.

use std::path::Path;

use terning_engine::delivery::name::FileName;

use super::Order;
use super::describe::Described;
use super::out::{Failed, Out};
use crate::audit::numbers;
use crate::versions::{RawFile, raw_files, read_raw};

pub(super) fn make(order: &Order, data: &Path, out: &mut Out) -> Result<Described, Failed> {
    for file in files(order)?.iter().filter(|file| is_own(order, file)) {
        let bytes = read_raw(data, &file.sha256);
        let bytes =
            bytes.map_err(|error| Failed::new(format!("{} kan ikke læses: {error}", file.path)))?;
        out.witness()(numbers(&bytes))?;
        let folder = if file.set_aside { "tilbageholdt" } else { "filer" };
        out.whole(&format!("{folder}/{}", file.path), &bytes)?;
    }
    Ok(Described {
        titel: "Rådata: filerne, som kommunen har leveret dem",
        tekst: "Filerne er uændrede, også dem, der er afvist eller erstattet af en nyere. Felterne \
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
                dem ikke med.",
        tabeller: Vec::new(),
        personlig: true,
    })
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
    use super::is_of;

    #[test]
    fn files_are_of_the_municipality_that_their_name_says() {
        assert!(is_of("2026-10/VH_153_nexus_202610_1.csv", "153"));
        for other in ["2026-10/VH_1530_nexus_202610_1.csv", "reference/cpr.csv", "VH_153", "153"] {
            assert!(!is_of(other, "153"), "{other}");
        }
    }
}
