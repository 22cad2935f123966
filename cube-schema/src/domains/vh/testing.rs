//! What the tests of the domain share: reference data from the compiled-in lists, and records.

use std::sync::LazyLock;

use crate::day::Month;
use crate::domain::{DeliveryInfo, Domain, Place, ReferenceSpec, Refused, Row};
use crate::rule::Warning;

use super::Vh;
use super::record::Record;
use super::reference::{Reference, SPECS};

/// A citizen of thirty, for records that are about something else.
pub const CPR: &str = "6101901234";

/// The domain, made once.
pub fn vh() -> &'static Vh {
    static VH: LazyLock<Vh> = LazyLock::new(|| Vh::new().unwrap());
    &VH
}

/// The code lists that are compiled in.
pub fn reference() -> Reference {
    static LISTS: LazyLock<Reference> = LazyLock::new(|| {
        let mut reference = Reference::default();
        SPECS.iter().for_each(|spec| read_list(&mut reference, spec));
        reference
    });
    LISTS.clone()
}

fn read_list(reference: &mut Reference, spec: &ReferenceSpec) {
    let text = spec.default.unwrap_or("");
    let mut lines = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    let header = lines.headers().unwrap().clone();
    for line in lines.records().map(Result::unwrap) {
        let value = |column: &&str| {
            let position = header.iter().position(|name| name == *column);
            position.and_then(|position| line.get(position)).unwrap()
        };
        let values: Vec<&str> = spec.columns.iter().map(value).collect();
        add(reference, spec.file, &values).unwrap();
    }
}

/// Adds a line of a reference file.
pub fn add(
    reference: &mut Reference,
    file: &str,
    values: &[&str],
) -> Result<Vec<Warning>, Refused> {
    let spec = SPECS.iter().find(|spec| spec.file == file).unwrap();
    vh().read_reference(reference, spec, &Row { place: Place::on(2), values })
}

/// A delivery of full stock for September 2026.
pub fn delivery(reporter: &str, system: &str) -> DeliveryInfo {
    DeliveryInfo {
        reporter: reporter.to_owned(),
        system: system.to_owned(),
        month: Month::new(2026, 9),
        serial: 1,
        full: true,
        file: format!("2026-09/VH_{reporter}_{system}_202609_1.csv"),
    }
}

/// Reads a record of ten fields, with the reporter of its handlekommune.
pub fn read(reference: &Reference, values: [&str; 10]) -> Result<(Record, Vec<Warning>), Refused> {
    read_of(reference, &delivery(values[2], "nexus"), values)
}

/// Reads a record of ten fields in a delivery.
pub fn read_of(
    reference: &Reference,
    delivery: &DeliveryInfo,
    values: [&str; 10],
) -> Result<(Record, Vec<Warning>), Refused> {
    vh().read_record(&Row { place: Place::on(2), values: &values }, delivery, reference)
}
