//! A record as delivered, typed and small: half a million of them are held at once.

use crate::day::Day;
use crate::domain::{DeliveryInfo, FieldSpec, Refused, Row};
use crate::rule::Warning;

use super::cpr::Cpr;
use super::kodelister::Kommune;
use super::reference::{Reference, columns, date, shown};

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
    FieldSpec { name: "Maalgrupper", changes_only: false, item: Some("Maalgruppe") },
    always("OpholdsstedId"),
    always("Funktionsvurdering"),
    FieldSpec { name: "Slettet", changes_only: true, item: None },
];

const fn always(name: &'static str) -> FieldSpec {
    FieldSpec { name, changes_only: false, item: None }
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
    /// Who pays, as reported.
    pub angivet_betalingskommune: Betalingskommune,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// The field was empty.
    Mangler,
    /// The field holds no date.
    Ulaeselig,
    /// A day.
    Dag(Day),
}

/// An institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

    /// The record as it was before the K rules.
    #[must_use]
    pub fn indberettet(&self) -> Record {
        Record {
            handlekommune: self.indberetter,
            betalingskommune: self.angivet_betalingskommune,
            ..self.clone()
        }
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
/// An empty Ydelsesid is no reason to lose a record. It is kept, with a warning, and never taken
/// for another one without an id.
pub(super) fn read(
    row: &Row<'_>,
    delivery: &DeliveryInfo,
    reference: &Reference,
) -> Result<(Record, Vec<Warning>), Refused> {
    let [id, cpr, handle, betaling, ydelse, start, slut, groups, sted, vurdering] = columns(row);
    let mut warnings = Vec::new();
    // The first field at fault is the one that is named.
    let cpr = read_cpr(cpr)?;
    let handlekommune = read_handlekommune(handle, delivery, reference)?;
    let (maalgrupper, ugyldige_maalgrupper) = read_maalgrupper(groups, reference);
    let betalingskommune = read_betalingskommune(betaling, reference);
    let record = Record {
        identity: [id, &delivery.system].concat().into(),
        id_bytes: id.len() as u32,
        cpr,
        indberetter: handlekommune,
        handlekommune,
        betalingskommune,
        angivet_betalingskommune: betalingskommune,
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
    if row.values.get(10).is_some_and(|slettet| !slettet.is_empty()) {
        warn(&mut warnings, "Slettet er hverken J eller tomt", "ydelsen er beholdt");
    }
    if id.is_empty() {
        warn(&mut warnings, "Ydelse uden Ydelsesid", "ydelsen er beholdt og kan ikke erstattes");
    }
    if id.len() > LONGEST_ID && id.chars().count() > LONGEST_ID {
        warn(&mut warnings, "Ydelsesid over 40 tegn", "ydelsen er beholdt");
    }
    Ok((record, warnings))
}

/// The Ydelsesid of a line with `Slettet=J`. Its other fields may be empty; what they hold must be
/// readable all the same, for a line in disorder should remove nothing.
pub(super) fn read_deletion<'a>(
    row: &Row<'a>,
    delivery: &DeliveryInfo,
    reference: &Reference,
) -> Result<Option<&'a str>, Refused> {
    let [id, cpr, handle, _, _, _, slut, _, _, _, slettet] = columns(row);
    if !slettet.eq_ignore_ascii_case("J") {
        return Ok(None);
    }
    if !cpr.is_empty() {
        read_cpr(cpr)?;
    }
    if !handle.is_empty() {
        read_handlekommune(handle, delivery, reference)?;
    }
    date("Slutdato", slut)?;
    Ok(Some(id))
}

fn warn(warnings: &mut Vec<Warning>, kind: &'static str, text: &str) {
    warnings.push(Warning { kind, text: text.to_owned() });
}

fn read_cpr(text: &str) -> Result<Cpr, Refused> {
    let reason = match text {
        "" => "personnummeret mangler: feltet er tomt, eller det er der ikke",
        _ => "personnummeret er ikke ti cifre",
    };
    Cpr::parse(text).ok_or_else(|| Refused { field: "CPR", reason: reason.to_owned() })
}

fn read_handlekommune(
    text: &str,
    delivery: &DeliveryInfo,
    reference: &Reference,
) -> Result<Kommune, Refused> {
    let (own, reporter) = (reference.kommune(text), &delivery.reporter);
    own.filter(|_| text == *reporter).ok_or_else(|| Refused {
        field: "Handlekommune",
        reason: match text {
            "" => format!("handlekommunen mangler; den skal være {reporter}, som indberetter"),
            _ => format!("handlekommunen er ikke {reporter}, som indberetter: {}", shown(text)),
        },
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

#[cfg(test)]
mod tests {
    use super::super::testing::{CPR, delivery, read, read_of, reference};
    use super::*;
    use crate::domain::Place;

    const GOOD: [&str; 10] =
        ["Y1", CPR, "153", "157", "1.8.1", "2020-01-01", "2020-12-31", "1.1.1|1.3.4", "", "C"];

    /// The good record with another value in a field.
    fn with(field: usize, value: &'static str) -> Result<(Record, Vec<Warning>), Refused> {
        let mut values = GOOD;
        values[field] = value;
        read_of(&reference(), &delivery("153", "nexus"), values)
    }

    #[test]
    fn a_record_is_read_field_by_field() {
        let reference = reference();
        let (record, warnings) = read(&reference, GOOD).unwrap();
        assert_eq!(warnings, []);
        assert_eq!((record.ydelsesid(), record.system()), ("Y1", "nexus"));
        assert_eq!(record.cpr, Cpr::parse(CPR).unwrap());
        assert_eq!((record.indberetter, record.handlekommune), (Kommune(153), Kommune(153)));
        assert_eq!(record.betalingskommune, Betalingskommune::Kendt(Kommune(157)));
        assert_eq!(record.ydelseskode(&reference), "1.8.1");
        assert_eq!(record.start.dag(), Day::parse("2020-01-01"));
        assert_eq!(record.slut, Day::parse("2020-12-31"));
        assert_eq!(record.maalgrupper.len(), 2);
        assert_eq!(record.opholdssted, OpholdsstedRef::EgetHjem);
        assert_eq!(record.funktionsvurdering, Some(2));
    }

    #[test]
    fn what_a_rule_handles_is_data() {
        assert_eq!(with(3, "").unwrap().0.betalingskommune, Betalingskommune::IkkeAngivet);
        assert_eq!(with(3, "999").unwrap().0.betalingskommune, Betalingskommune::Ukendt);
        assert_eq!(with(4, "9.9").unwrap().0.ydelse, Ydelseskode::Ukendt("9.9".into()));
        assert_eq!(with(5, "").unwrap().0.start, Start::Mangler);
        assert_eq!(with(5, "1/2-2020").unwrap().0.start, Start::Ulaeselig);
        assert_eq!(with(6, "").unwrap().0.slut, None);
        let (record, _) = with(7, "1.1.1| 7 ||1.1.1").unwrap();
        assert_eq!((record.maalgrupper.len(), record.ugyldige_maalgrupper.len()), (1, 1));
        assert_eq!(with(1, "9999999999").unwrap().0.cpr.birth_date(), None);
    }

    #[test]
    fn what_leaves_no_record_is_refused_and_no_reason_shows_a_cpr_number() {
        for (field, value, name) in [
            (1, "610190123", "CPR"),
            (1, "", "CPR"),
            (2, "157", "Handlekommune"),
            (2, "", "Handlekommune"),
            (2, "6101901234", "Handlekommune"),
            (6, "2020-02-30", "Slutdato"),
            (6, "6101901234", "Slutdato"),
            (6, "610190-1234", "Slutdato"),
        ] {
            let refused = with(field, value).unwrap_err();
            assert_eq!(refused.field, name);
            assert!(!refused.reason.contains("61019"), "{}", refused.reason);
        }
        assert!(with(6, "2020-02-30").unwrap_err().reason.contains("2020-02-30"));
    }

    #[test]
    fn what_is_kept_with_a_warning() {
        let warned = |field, value| {
            let (record, warnings) = with(field, value).unwrap();
            (record, warnings.iter().map(|warning| warning.kind).collect::<Vec<_>>())
        };
        let (record, kinds) = warned(8, "findes ikke");
        assert_eq!(record.opholdssted, OpholdsstedRef::Ukendt);
        assert_eq!(kinds, ["Ukendt opholdssted"]);
        let (record, kinds) = warned(0, "");
        assert_eq!((record.ydelsesid(), kinds), ("", vec!["Ydelse uden Ydelsesid"]));
        let (record, kinds) = warned(9, "F");
        assert_eq!(record.funktionsvurdering, None);
        assert_eq!(kinds, ["Ugyldig funktionsvurdering"]);
        let (record, kinds) = warned(0, "æ234567890123456789012345678901234567890x");
        assert_eq!(record.ydelsesid().chars().count(), 41);
        assert_eq!(kinds, ["Ydelsesid over 40 tegn"]);
        assert_eq!(warned(0, "æ234567890123456789012345678901234567890").1, [""; 0]);
    }

    #[test]
    fn a_deletion_needs_its_id_and_what_it_holds_besides_must_be_readable() {
        let with = |field: usize, value: &'static str| {
            let mut values = ["Y1", "", "", "", "", "", "", "", "", "", "J"];
            values[field] = value;
            let row = Row { place: Place::on(2), values: &values };
            read_deletion(&row, &delivery("153", "nexus"), &reference())
                .map(|id| id.map(str::to_owned))
                .map_err(|refused| refused.field)
        };
        assert_eq!(with(0, "Y2"), Ok(Some("Y2".to_owned())));
        assert_eq!(with(10, ""), Ok(None));
        assert_eq!(with(10, "N"), Ok(None));
        assert_eq!(with(1, CPR), Ok(Some("Y1".to_owned())));
        for (field, value, name) in
            [(1, "610190123", "CPR"), (2, "157", "Handlekommune"), (6, "igår", "Slutdato")]
        {
            assert_eq!(with(field, value), Err(name));
        }
    }

    #[test]
    fn a_record_is_small() {
        assert!(size_of::<Record>() <= 136, "{} bytes", size_of::<Record>());
    }
}
