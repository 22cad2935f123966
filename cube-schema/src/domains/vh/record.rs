//! A record as delivered, typed and small: half a million of them are held at once.

use crate::day::Day;
use crate::domain::{DeliveryInfo, FieldSpec, Refused, Row};
use crate::rule::Warning;

use super::cpr::Cpr;
use super::kodelister::Kommune;
use super::reference::{Reference, columns, date, required, shown};

/// The longest id that the intake format promises. A longer one is kept, with a warning.
const LONGEST_ID: usize = 40;

/// The fields of an activity record, in the order of files without a header.
pub(super) static FIELDS: [FieldSpec; 11] = [
    always("Ydelsesid"),
    always("CPR"),
    always("Handlekommune"),
    always("Betalingskommune"),
    always("Ydelseskode"),
    always("Startdato"),
    always("Slutdato"),
    always("Maalgrupper"),
    always("OpholdsstedId"),
    always("Funktionsvurdering"),
    FieldSpec { name: "Slettet", changes_only: true },
];

const fn always(name: &'static str) -> FieldSpec {
    FieldSpec { name, changes_only: false }
}

/// One service granted to one citizen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Ydelsesid and then the system, in one allocation; `id_bytes` tells where they part.
    identity: Box<str>,
    id_bytes: u32,
    /// The citizen.
    pub cpr: Cpr,
    /// Who reported it.
    pub indberetter: Kommune,
    /// Who grants the service; the K rules may change it.
    pub handlekommune: Kommune,
    /// Who pays; the K rules may change it.
    pub betalingskommune: Betalingskommune,
    /// The service.
    pub ydelse: Ydelseskode,
    /// When it starts.
    pub start: Start,
    /// When it ends; open where there is none.
    pub slut: Option<Day>,
    /// The valid target groups, as positions in the list, each once.
    pub maalgrupper: Box<[u32]>,
    /// The target group codes that are not in the list.
    pub ugyldige_maalgrupper: Box<[Box<str>]>,
    /// The institution.
    pub opholdssted: OpholdsstedRef,
    /// The functional assessment: 0 for A to 4 for E.
    pub funktionsvurdering: Option<u8>,
}

/// The municipality that pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Betalingskommune {
    /// The field was empty.
    IkkeAngivet,
    /// A municipality of the list.
    Kendt(Kommune),
    /// Something was given that is no municipality.
    Ukendt,
}

/// A service code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ydelseskode {
    /// A position in the list of services.
    Listet(u32),
    /// A code that is not in the list, as given.
    Ukendt(Box<str>),
}

/// A start date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The field was empty.
    Mangler,
    /// The field holds no date.
    Ulaeselig,
    /// A day.
    Dag(Day),
}

/// An institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpholdsstedRef {
    /// None: the citizen's own home.
    EgetHjem,
    /// A position in the register.
    Kendt(u32),
    /// An id that is not in the register.
    Ukendt,
}

impl Start {
    /// The day, where there is one.
    #[must_use]
    pub fn dag(self) -> Option<Day> {
        match self {
            Start::Dag(day) => Some(day),
            Start::Mangler | Start::Ulaeselig => None,
        }
    }
}

impl Record {
    /// The record's own id, unique within reporter and system.
    #[must_use]
    pub fn ydelsesid(&self) -> &str {
        &self.identity[..self.id_bytes as usize]
    }

    /// The system that delivered it.
    #[must_use]
    pub fn system(&self) -> &str {
        &self.identity[self.id_bytes as usize..]
    }

    /// The service code as given.
    #[must_use]
    pub fn ydelseskode<'a>(&'a self, reference: &'a Reference) -> &'a str {
        match &self.ydelse {
            Ydelseskode::Listet(position) => reference.ydelser.code(*position),
            Ydelseskode::Ukendt(code) => code,
        }
    }
}

/// Reads one record. What a rule handles is data; what leaves no record is refused.
///
/// An empty Ydelsesid is refused although the format does not say so: such records cannot be told
/// apart, and of equal ids only the last counts, so that keeping them would lose them silently.
pub(super) fn read(
    row: &Row<'_>,
    delivery: &DeliveryInfo,
    reference: &Reference,
) -> Result<(Record, Vec<Warning>), Refused> {
    let [id, cpr, handle, betaling, ydelse, start, slut, groups, sted, vurdering] = columns(row);
    required("Ydelsesid", id)?;
    let mut warnings = Vec::new();
    let handlekommune = read_handlekommune(handle, delivery, reference)?;
    let (maalgrupper, ugyldige_maalgrupper) = read_maalgrupper(groups, reference);
    let record = Record {
        identity: [id, &delivery.system].concat().into(),
        id_bytes: id.len() as u32,
        cpr: read_cpr(cpr, &mut warnings)?,
        indberetter: handlekommune,
        handlekommune,
        betalingskommune: read_betalingskommune(betaling, reference),
        ydelse: match reference.ydelser.position(ydelse) {
            Some(position) => Ydelseskode::Listet(position),
            None => Ydelseskode::Ukendt(ydelse.into()),
        },
        start: read_start(start),
        slut: date("Slutdato", slut)?,
        maalgrupper,
        ugyldige_maalgrupper,
        opholdssted: read_opholdssted(sted, reference, &mut warnings),
        funktionsvurdering: read_funktionsvurdering(vurdering, &mut warnings),
    };
    if id.len() > LONGEST_ID && id.chars().count() > LONGEST_ID {
        warn(&mut warnings, "Ydelsesid over 40 tegn", "ydelsen er beholdt");
    }
    Ok((record, warnings))
}

fn warn(warnings: &mut Vec<Warning>, kind: &'static str, text: &str) {
    warnings.push(Warning { kind, text: text.to_owned() });
}

fn read_cpr(text: &str, warnings: &mut Vec<Warning>) -> Result<Cpr, Refused> {
    let cpr = Cpr::parse(text).ok_or_else(|| Refused {
        field: "CPR",
        reason: "personnummeret er ikke ti cifre".to_owned(),
    })?;
    if cpr.is_replacement() {
        // Without a text: in sample data every record has such a number.
        warn(warnings, "Erstatningspersonnummer", "");
    }
    Ok(cpr)
}

fn read_handlekommune(
    text: &str,
    delivery: &DeliveryInfo,
    reference: &Reference,
) -> Result<Kommune, Refused> {
    let own = reference.kommune(text).filter(|_| text == delivery.reporter);
    own.ok_or_else(|| Refused {
        field: "Handlekommune",
        reason: format!(
            "handlekommunen er ikke {}, som indberetter: {}",
            delivery.reporter,
            shown(text)
        ),
    })
}

fn read_betalingskommune(text: &str, reference: &Reference) -> Betalingskommune {
    match reference.kommune(text) {
        Some(kommune) => Betalingskommune::Kendt(kommune),
        None if text.is_empty() => Betalingskommune::IkkeAngivet,
        None => Betalingskommune::Ukendt,
    }
}

fn read_start(text: &str) -> Start {
    match Day::parse(text) {
        Some(day) => Start::Dag(day),
        None if text.is_empty() => Start::Mangler,
        None => Start::Ulaeselig,
    }
}

/// The valid codes and the others, of a text with `|` between them.
fn read_maalgrupper(text: &str, reference: &Reference) -> (Box<[u32]>, Box<[Box<str>]>) {
    let (mut valid, mut invalid) = (Vec::new(), Vec::new());
    for code in text.split('|').map(str::trim).filter(|code| !code.is_empty()) {
        match reference.maalgrupper.position(code) {
            Some(position) if valid.contains(&position) => {}
            Some(position) => valid.push(position),
            None => invalid.push(code.into()),
        }
    }
    (valid.into(), invalid.into())
}

fn read_opholdssted(
    id: &str,
    reference: &Reference,
    warnings: &mut Vec<Warning>,
) -> OpholdsstedRef {
    if id.is_empty() {
        return OpholdsstedRef::EgetHjem;
    }
    if let Some(position) = reference.opholdssteder.position(id) {
        return OpholdsstedRef::Kendt(position);
    }
    let text = "opholdsstedet er ikke i registret og bliver 'Ukendt institution'";
    warn(warnings, "Ukendt opholdssted", text);
    OpholdsstedRef::Ukendt
}

fn read_funktionsvurdering(text: &str, warnings: &mut Vec<Warning>) -> Option<u8> {
    match text.as_bytes() {
        [] => None,
        [letter @ b'A'..=b'E'] => Some(letter - b'A'),
        _ => {
            let text = "vurderingen er ikke A, B, C, D eller E og bliver Ukendt";
            warn(warnings, "Ugyldig funktionsvurdering", text);
            None
        }
    }
}
