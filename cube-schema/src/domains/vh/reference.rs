//! The reference data: code lists, citizens, institutions, system changes, approvals. What the key
//! figures are made of stands in [`super::noegletalsdata`].
//!
//! Every line is read alone and checked; a line that cannot be used is refused with a reason. Of
//! two lines with one key the last counts, with a warning; for approvals rule G3 decides.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::day::{Day, Quarter};
use crate::domain::{ReferenceSpec, Refused, Row, Wide};
use crate::rule::Warning;

use super::cpr::{Cpr, Koen};
use super::kodelister::{self, CodeList, Kommune, Kommunenavn, Maalgruppe, Ydelse};
use super::noegletalsdata::{self, Befolkning, Bro, Personale, Regnskab};
use super::regler::g3_nej;
use super::regler::kommunepar::{self, Kommunepar};

/// The kind of the warning for a key that stands twice in a reference file.
const TWICE: &str = "Samme nøgle flere gange i en referencefil";

/// All reference data of the domain.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    /// Municipalities.
    pub kommuner: CodeList<Kommunenavn>,
    /// Services.
    pub ydelser: CodeList<Ydelse>,
    /// Target groups.
    pub maalgrupper: CodeList<Maalgruppe>,
    /// Types of offer: their names.
    pub tilbudstyper: CodeList<Box<str>>,
    /// The last day of the pairs of K1 and K2 (K3).
    pub saerregler: HashMap<Kommunepar, Option<Day>>,
    /// Citizens.
    pub borgere: HashMap<Cpr, Borger>,
    /// Institutions.
    pub opholdssteder: CodeList<Opholdssted>,
    /// Which systems a municipality is said to report from.
    pub systemskifter: HashMap<Kommune, Vec<Systemskifte>>,
    /// What municipalities have approved.
    pub godkendelser: Godkendelser,
    /// The bridge from services to the chart of accounts.
    pub bro: Bro,
    /// The accounts.
    pub regnskab: Regnskab,
    /// The inhabitants.
    pub befolkning: Befolkning,
    /// The staff.
    pub personale: Personale,
}

/// What `cpr.csv` tells of a citizen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Borger {
    /// The birth date.
    pub foedt: Option<Day>,
    /// The day of death.
    pub doed: Option<Day>,
    /// The sex.
    pub koen: Option<Koen>,
}

/// An institution of the register.
#[derive(Clone, Debug)]
pub struct Opholdssted {
    /// Its name.
    pub navn: Box<str>,
    /// The number of the municipality where it lies; empty where that is not known.
    pub kommunekode: Box<str>,
    /// The code of its type of offer; empty where that is not known.
    pub tilbudstype: Box<str>,
}

/// A line of `systemskifte.csv`.
#[derive(Clone, Debug)]
pub struct Systemskifte {
    /// The system, in small letters.
    pub system: Box<str>,
    /// How it reports.
    pub rolle: Rolle,
    /// The day of the change, where given.
    pub skiftedato: Option<Day>,
}

/// How a system reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rolle {
    /// Its newest full stock counts (S1).
    Fuld,
    /// It was replaced: its ended records count (S2).
    Tidligere,
    /// It replaced another (S2).
    Nyt,
    /// It counts beside others (S3).
    Parallel,
    /// It delivers changes only (S4).
    Aendringer,
}

/// The approvals of `Godkendte_kommuner.xlsx`, by municipality, service and quarter.
#[derive(Clone, Debug, Default)]
pub struct Godkendelser {
    kvartaler: HashMap<(Kommune, u32), BTreeMap<Quarter, bool>>,
    kommuner: HashSet<Kommune>,
}

impl Godkendelser {
    /// What the list says, quarter by quarter, of a service (by its position in the list).
    #[must_use]
    pub fn kvartaler(&self, kommune: Kommune, ydelse: u32) -> Option<&BTreeMap<Quarter, bool>> {
        self.kvartaler.get(&(kommune, ydelse))
    }

    /// Whether the list has any line of a municipality.
    #[must_use]
    pub fn naevner(&self, kommune: Kommune) -> bool {
        self.kommuner.contains(&kommune)
    }

    /// Takes a line; true where it contradicts an earlier one.
    fn add(&mut self, key: (Kommune, u32), kvartal: Quarter, godkendt: bool) -> bool {
        self.kommuner.insert(key.0);
        let lines = self.kvartaler.entry(key).or_default();
        let former = lines.get(&kvartal).copied();
        let (answer, conflict) = g3_nej::samlet(former, godkendt);
        lines.insert(kvartal, answer);
        conflict
    }
}

impl Reference {
    /// The birth date from `cpr.csv`, else from the number.
    #[must_use]
    pub fn foedt(&self, cpr: Cpr) -> Option<Day> {
        self.borgere.get(&cpr).and_then(|borger| borger.foedt).or_else(|| cpr.birth_date())
    }

    /// The sex from `cpr.csv`, else from the number.
    #[must_use]
    pub fn koen(&self, cpr: Cpr) -> Koen {
        self.borgere.get(&cpr).and_then(|borger| borger.koen).unwrap_or_else(|| cpr.koen())
    }

    /// The day of death, where it is known on the as-of day.
    #[must_use]
    pub fn doed(&self, cpr: Cpr, as_of: Day) -> Option<Day> {
        let doed = self.borgere.get(&cpr).and_then(|borger| borger.doed);
        doed.filter(|day| *day <= as_of)
    }

    /// The municipality of three digits, where the list has it.
    #[must_use]
    pub fn kommune(&self, text: &str) -> Option<Kommune> {
        self.kommuner.position(text).and_then(|_| Kommune::parse(text))
    }
}

const KOMMUNER_FILE: &str = "kodelister/kommuner.csv";
const YDELSER_FILE: &str = "kodelister/ydelser.csv";
const MAALGRUPPER_FILE: &str = "kodelister/maalgrupper.csv";
const TILBUDSTYPER_FILE: &str = "kodelister/tilbudstyper.csv";
const KONTOPLAN_BRO_FILE: &str = "kodelister/kontoplan_bro.csv";
const SAERREGLER_FILE: &str = "kodelister/saerregler.csv";
const CPR_FILE: &str = "cpr.csv";
const OPHOLDSSTEDER_FILE: &str = "opholdssteder.csv";
const SYSTEMSKIFTE_FILE: &str = "systemskifte.csv";
const GODKENDTE_FILE: &str = "Godkendte_kommuner.xlsx";
const BEFOLKNING_FILE: &str = "befolkning.csv";
const UDGIFTER_FILE: &str = "udgifter.csv";
const PERSONALE_FILE: &str = "personale.csv";

/// The reference files, code lists first: the others are resolved against them.
pub(super) static SPECS: [ReferenceSpec; 13] = [
    list(KOMMUNER_FILE, kodelister::KOMMUNE_COLUMNS, kodelister::KOMMUNER),
    list(YDELSER_FILE, kodelister::YDELSE_COLUMNS, kodelister::YDELSER),
    list(MAALGRUPPER_FILE, kodelister::MAALGRUPPE_COLUMNS, kodelister::MAALGRUPPER),
    list(TILBUDSTYPER_FILE, kodelister::TILBUDSTYPE_COLUMNS, kodelister::TILBUDSTYPER),
    list(KONTOPLAN_BRO_FILE, noegletalsdata::BRO_COLUMNS, kodelister::KONTOPLAN_BRO),
    list(SAERREGLER_FILE, kodelister::SAERREGLER_COLUMNS, kodelister::SAERREGLER),
    ReferenceSpec {
        unread: &["Bopaelskommune"],
        ..file(
            CPR_FILE,
            &["CPR", "Foedselsdato", "Doedsdato", "Koen"],
            "fødselsdato og køn tages af personnummeret, og ingen dødsfald er kendt",
        )
    },
    file(
        OPHOLDSSTEDER_FILE,
        &["OpholdsstedId", "Navn", "Kommunekode", "Tilbudstype"],
        "alle angivne opholdssteder bliver 'Ukendt institution'",
    ),
    file(
        SYSTEMSKIFTE_FILE,
        &["Kommunekode", "System", "Rolle", "Skiftedato"],
        "en kommunes eneste system regnes for fuld bestand, flere for parallelle",
    ),
    ReferenceSpec {
        wide: Some(Wide { keys: 2, is_column: |title| Quarter::parse(title).is_some() }),
        ..file(
            GODKENDTE_FILE,
            &["Kommunekode", "Ydelseskode", "Kvartal", "Godkendt"],
            "ingen ydelser regnes for godkendt",
        )
    },
    file(
        BEFOLKNING_FILE,
        noegletalsdata::BEFOLKNING_COLUMNS,
        "befolkningen er ukendt, og nøgletal pr. indbygger er tomme",
    ),
    file(
        UDGIFTER_FILE,
        noegletalsdata::UDGIFTER_COLUMNS,
        "udgifterne er ukendte, og nøgletal om udgifter er tomme",
    ),
    file(PERSONALE_FILE, noegletalsdata::PERSONALE_COLUMNS, "årsværk og lønsum er ukendte"),
];

const fn list(
    file: &'static str,
    columns: &'static [&'static str],
    default: &'static str,
) -> ReferenceSpec {
    ReferenceSpec { file, columns, unread: &[], default: Some(default), missing: "", wide: None }
}

const fn file(
    file: &'static str,
    columns: &'static [&'static str],
    missing: &'static str,
) -> ReferenceSpec {
    ReferenceSpec { file, columns, unread: &[], default: None, missing, wide: None }
}

/// Takes one line of a reference file into the reference data.
pub(super) fn read(
    reference: &mut Reference,
    spec: &ReferenceSpec,
    row: &Row<'_>,
) -> Result<Vec<Warning>, Refused> {
    let twice = match spec.file {
        KOMMUNER_FILE => kodelister::read_kommune(&mut reference.kommuner, row)?,
        YDELSER_FILE => kodelister::read_ydelse(&mut reference.ydelser, row)?,
        MAALGRUPPER_FILE => kodelister::read_maalgruppe(&mut reference.maalgrupper, row)?,
        TILBUDSTYPER_FILE => kodelister::read_tilbudstype(&mut reference.tilbudstyper, row)?,
        SAERREGLER_FILE => read_saerregel(reference, row)?,
        CPR_FILE => read_borger(reference, row)?,
        OPHOLDSSTEDER_FILE => return read_opholdssted(reference, row),
        SYSTEMSKIFTE_FILE => return read_systemskifte(reference, row),
        GODKENDTE_FILE => return read_godkendelse(reference, row),
        KONTOPLAN_BRO_FILE => noegletalsdata::read_bro(reference, row)?,
        BEFOLKNING_FILE => noegletalsdata::read_befolkning(reference, row)?,
        UDGIFTER_FILE => noegletalsdata::read_udgift(reference, row).map(|()| false)?,
        PERSONALE_FILE => noegletalsdata::read_personale(reference, row).map(|()| false)?,
        _ => false,
    };
    Ok(if twice { vec![twice_warning()] } else { Vec::new() })
}

fn twice_warning() -> Warning {
    Warning { kind: TWICE, text: "en tidligere linje med samme nøgle er erstattet".to_owned() }
}

/// Reads a line of `saerregler.csv`: the last day of a pair that a rule is about.
fn read_saerregel(reference: &mut Reference, row: &Row<'_>) -> Result<bool, Refused> {
    let [indberetter, ogsaa_for, gyldig_til] = columns(row);
    let (indberetter, ogsaa_for) = (Kommune::parse(indberetter), Kommune::parse(ogsaa_for));
    let named =
        |par: &Kommunepar| (Some(par.indberetter), Some(par.ogsaa_for)) == (indberetter, ogsaa_for);
    let par = kommunepar::PAR.into_iter().find(named).ok_or_else(|| Refused {
        field: "Indberetter",
        reason: "reglerne har kun parrene 183 for 187 (K1) og 185 for 155 (K2)".to_owned(),
    })?;
    let gyldig_til = date("GyldigTil", gyldig_til)?;
    Ok(reference.saerregler.insert(par, gyldig_til).is_some())
}

/// Reads a line of `cpr.csv`. No reason shows a value: all of them are personal.
fn read_borger(reference: &mut Reference, row: &Row<'_>) -> Result<bool, Refused> {
    let [cpr, foedt, doed, koen] = columns(row);
    let refuse = |field, reason: &str| Refused { field, reason: reason.to_owned() };
    let cpr = Cpr::parse(cpr).ok_or_else(|| refuse("CPR", "personnummeret er ikke ti cifre"))?;
    let day = |field, text: &str| match Day::parse(text) {
        None if !text.is_empty() => Err(refuse(field, "datoen kan ikke læses (ÅÅÅÅ-MM-DD)")),
        day => Ok(day),
    };
    let koen = match koen {
        "M" => Some(Koen::Mand),
        "K" => Some(Koen::Kvinde),
        "" => None,
        _ => return Err(refuse("Koen", "køn skal være M, K eller tomt")),
    };
    let borger = Borger { foedt: day("Foedselsdato", foedt)?, doed: day("Doedsdato", doed)?, koen };
    Ok(reference.borgere.insert(cpr, borger).is_some())
}

/// Reads a line of `opholdssteder.csv`. An unknown municipality or type is kept as not known.
fn read_opholdssted(reference: &mut Reference, row: &Row<'_>) -> Result<Vec<Warning>, Refused> {
    let [id, navn, kommunekode, tilbudstype] = columns(row);
    required("OpholdsstedId", id)?;
    let mut warnings = Vec::new();
    let mut known = |code: &str, exists: bool, what: &str| -> Box<str> {
        if exists {
            return code.into();
        }
        if !code.is_empty() {
            let text = format!("{what} findes ikke på listen og bliver Ukendt: {}", shown(code));
            warnings.push(Warning { kind: "Ukendt kode ved et opholdssted", text });
        }
        "".into()
    };
    let kommunekode = known(kommunekode, reference.kommune(kommunekode).is_some(), "kommunen");
    let type_exists = reference.tilbudstyper.position(tilbudstype).is_some();
    let tilbudstype = known(tilbudstype, type_exists, "tilbudstypen");
    let navn = if navn.is_empty() { id.into() } else { navn.into() };
    if reference.opholdssteder.insert(id, Opholdssted { navn, kommunekode, tilbudstype }) {
        warnings.push(twice_warning());
    }
    Ok(warnings)
}

/// Reads a line of `systemskifte.csv`. The date is for people, so a bad one costs no line.
fn read_systemskifte(reference: &mut Reference, row: &Row<'_>) -> Result<Vec<Warning>, Refused> {
    let [kommune, system, rolle, skiftedato] = columns(row);
    let kommune = existing_kommune(reference, kommune)?;
    required("System", system)?;
    let rolle = read_rolle(rolle)?;
    let mut warnings = Vec::new();
    let read = Day::parse(skiftedato);
    if read.is_none() && !skiftedato.is_empty() {
        let text = format!("skiftedatoen for {kommune} kan ikke læses: {}", shown(skiftedato));
        warnings.push(Warning { kind: "Ulæselig skiftedato", text });
    }
    let system: Box<str> = system.to_lowercase().into();
    let systems = reference.systemskifter.entry(kommune).or_default();
    if let Some(former) = systems.iter().position(|one| one.system == system) {
        systems.remove(former);
        warnings.push(twice_warning());
    }
    systems.push(Systemskifte { system, rolle, skiftedato: read });
    Ok(warnings)
}

fn read_rolle(text: &str) -> Result<Rolle, Refused> {
    Ok(match text.to_lowercase().as_str() {
        "fuld" => Rolle::Fuld,
        "tidligere" => Rolle::Tidligere,
        "nyt" => Rolle::Nyt,
        "parallel" => Rolle::Parallel,
        "aendringer" | "ændringer" => Rolle::Aendringer,
        _ => {
            let reason = "rollen skal være fuld, tidligere, nyt, parallel eller aendringer";
            return Err(Refused { field: "Rolle", reason: reason.to_owned() });
        }
    })
}

/// Reads a line (or, of the wide form, a cell) of `Godkendte_kommuner.xlsx`.
fn read_godkendelse(reference: &mut Reference, row: &Row<'_>) -> Result<Vec<Warning>, Refused> {
    let [kommune, code, kvartal, godkendt] = columns(row);
    let kommune = existing_kommune(reference, kommune)?;
    let refuse = |field, value: &str, what: &str| Refused {
        field,
        reason: format!("{what}: {}", shown(value)),
    };
    let ydelse = reference.ydelser.position(code);
    let ydelse = ydelse.ok_or_else(|| refuse("Ydelseskode", code, "ydelsen er ukendt"))?;
    let quarter = Quarter::parse(kvartal);
    let quarter = quarter.ok_or_else(|| refuse("Kvartal", kvartal, "kvartalet kan ikke læses"))?;
    let answer = g3_nej::laes(godkendt);
    let answer =
        answer.ok_or_else(|| refuse("Godkendt", godkendt, "svaret er ikke Ja eller Nej"))?;
    let mut warnings = Vec::new();
    if reference.godkendelser.add((kommune, ydelse), quarter, answer) {
        let text = format!("{kommune} {code} {quarter} har både Ja og Nej; Nej gælder");
        warnings.push(Warning { kind: g3_nej::ADVARSEL, text });
    }
    Ok(warnings)
}

/// The municipality of a line, which must be on the list.
pub(super) fn existing_kommune(reference: &Reference, text: &str) -> Result<Kommune, Refused> {
    reference.kommune(text).ok_or_else(|| Refused {
        field: "Kommunekode",
        reason: format!("kommunen findes ikke på kommunelisten: {}", shown(text)),
    })
}

/// The first values of a row; empty where the row is shorter.
pub(super) fn columns<'a, const N: usize>(row: &Row<'a>) -> [&'a str; N] {
    std::array::from_fn(|column| row.values.get(column).copied().unwrap_or(""))
}

/// Refuses a line in which a field is empty that must not be.
pub(super) fn required(field: &'static str, text: &str) -> Result<(), Refused> {
    if text.is_empty() {
        return Err(Refused { field, reason: "feltet er tomt".to_owned() });
    }
    Ok(())
}

/// Reads a date or an empty field, and refuses anything else.
pub(super) fn date(field: &'static str, text: &str) -> Result<Option<Day>, Refused> {
    if text.is_empty() {
        return Ok(None);
    }
    let refused = || Refused {
        field,
        reason: format!("datoen kan ikke læses (ÅÅÅÅ-MM-DD): {}", shown(text)),
    };
    Day::parse(text).map(Some).ok_or_else(refused)
}

/// The longest run of digits that may be shown: a date has eight, a CPR number ten, and one that
/// lost its leading zero nine.
const MOST_DIGITS_SHOWN: usize = 8;

/// A value for a message: what looks like a code or a date is shown, anything else may be
/// personal data in the wrong column.
pub(super) fn shown(value: &str) -> String {
    let harmless = |byte: u8| byte.is_ascii_digit() || b".-/:".contains(&byte);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if value.len() <= 16 && digits <= MOST_DIGITS_SHOWN && value.bytes().all(harmless) {
        format!("'{value}'")
    } else {
        "(værdien vises ikke)".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CPR, add, reference};
    use super::*;

    fn kinds(warnings: &[Warning]) -> Vec<&str> {
        warnings.iter().map(|warning| warning.kind).collect()
    }

    #[test]
    fn the_lists_compiled_in_are_complete() {
        let reference = reference();
        assert_eq!(reference.kommuner.len(), 98);
        assert_eq!(reference.ydelser.len(), 13);
        assert_eq!(reference.maalgrupper.len(), 46);
        assert_eq!(reference.tilbudstyper.len(), 18);
        assert_eq!(reference.ydelser.find("1.18.1").unwrap().gyldig.last, Day::MAX);
        assert_eq!(reference.kommune("84"), None);
        assert_eq!(reference.kommune("153"), Some(Kommune(153)));
    }

    #[test]
    fn birth_date_and_sex_come_from_the_file_or_else_from_the_number() {
        let mut reference = reference();
        let cpr = Cpr::parse(CPR).unwrap();
        assert_eq!(reference.foedt(cpr), Day::parse("1990-01-01"));
        assert_eq!(reference.koen(cpr), Koen::Kvinde);
        add(&mut reference, "cpr.csv", &[CPR, "", "2021-02-03", ""]).unwrap();
        assert_eq!(reference.foedt(cpr), Day::parse("1990-01-01"));
        let doed = Day::parse("2021-02-03").unwrap();
        assert_eq!(reference.doed(cpr, doed), Some(doed));
        assert_eq!(reference.doed(cpr, doed.before()), None);
        let twice = add(&mut reference, "cpr.csv", &[CPR, "1980-05-05", "", "M"]).unwrap();
        assert_eq!(kinds(&twice), [TWICE]);
        assert_eq!(reference.foedt(cpr), Day::parse("1980-05-05"));
        assert_eq!(reference.koen(cpr), Koen::Mand);
        assert_eq!(reference.doed(cpr, Day::MAX), None);
    }

    #[test]
    fn broken_lines_are_refused_by_field() {
        for (file, values, field) in [
            ("cpr.csv", &["610190123", "", "", ""][..], "CPR"),
            ("cpr.csv", &[CPR, "1990-13-01", "", ""], "Foedselsdato"),
            ("cpr.csv", &[CPR, "", "x", ""], "Doedsdato"),
            ("cpr.csv", &[CPR, "", "", "X"], "Koen"),
            ("opholdssteder.csv", &["", "Navn", "153", "3.5"], "OpholdsstedId"),
            ("systemskifte.csv", &["999", "nexus", "fuld", ""], "Kommunekode"),
            ("systemskifte.csv", &["153", "", "fuld", ""], "System"),
            ("systemskifte.csv", &["153", "nexus", "hel", ""], "Rolle"),
            ("Godkendte_kommuner.xlsx", &["153", "1.8.1", "2020", "Ja"], "Kvartal"),
            ("kodelister/ydelser.csv", &["1.9", "", "", "", "", "", "x", ""], "GyldigFra"),
            ("kodelister/ydelser.csv", &["", "", "", "", "", "", "", ""], "Ydelseskode"),
            (
                "kodelister/ydelser.csv",
                &["1.9", "", "", "", "", "", "2020-01-02", "2020-01-01"],
                "GyldigTil",
            ),
            ("kodelister/kommuner.csv", &["1530", "Navn", "084", "Region"], "Kommunekode"),
            ("kodelister/maalgrupper.csv", &["", "Navn", "", ""], "Maalgruppekode"),
            ("kodelister/tilbudstyper.csv", &["", "Navn"], "kode"),
        ] {
            let refused = add(&mut reference(), file, values).unwrap_err();
            assert_eq!(refused.field, field, "{file}");
            assert!(!refused.reason.contains(CPR));
        }
    }

    #[test]
    fn a_reason_says_what_would_be_right() {
        let approvals = "Godkendte_kommuner.xlsx";
        for (file, values, reason) in [
            ("cpr.csv", &["610190123", "", "", ""][..], "personnummeret er ikke ti cifre"),
            ("cpr.csv", &[CPR, "1990-13-01", "", ""], "datoen kan ikke læses (ÅÅÅÅ-MM-DD)"),
            ("cpr.csv", &[CPR, "", "", "X"], "køn skal være M, K eller tomt"),
            (
                "systemskifte.csv",
                &["153", "nexus", "hel", ""],
                "rollen skal være fuld, tidligere, nyt, parallel eller aendringer",
            ),
            (
                "systemskifte.csv",
                &["999", "nexus", "fuld", ""],
                "kommunen findes ikke på kommunelisten: '999'",
            ),
            (approvals, &["153", "9.9", "2020K1", "Ja"], "ydelsen er ukendt: '9.9'"),
            (approvals, &["153", "1.8.1", "2020", "Ja"], "kvartalet kan ikke læses: '2020'"),
            (
                approvals,
                &["153", "1.8.1", "2020K1", "måske"],
                "svaret er ikke Ja eller Nej: (værdien vises ikke)",
            ),
            (
                "kodelister/saerregler.csv",
                &["101", "147", ""],
                "reglerne har kun parrene 183 for 187 (K1) og 185 for 155 (K2)",
            ),
            (
                "kodelister/saerregler.csv",
                &["183", "187", "2021"],
                "datoen kan ikke læses (ÅÅÅÅ-MM-DD): '2021'",
            ),
            (
                "kodelister/kommuner.csv",
                &["1530", "Navn", "084", "Region"],
                "kommunekoden er ikke tre cifre",
            ),
        ] {
            assert_eq!(add(&mut reference(), file, values).unwrap_err().reason, reason, "{file}");
        }
    }

    #[test]
    fn an_institution_is_kept_without_what_is_unknown_of_it() {
        let mut reference = reference();
        let file = "opholdssteder.csv";
        assert_eq!(add(&mut reference, file, &["1", "Huset", "153", "3.5"]), Ok(vec![]));
        let warnings = add(&mut reference, file, &["2", "", "999", "77"]).unwrap();
        assert_eq!(kinds(&warnings), ["Ukendt kode ved et opholdssted"; 2]);
        let sted = reference.opholdssteder.find("2").unwrap();
        assert_eq!((&*sted.navn, &*sted.kommunekode, &*sted.tilbudstype), ("2", "", ""));
        let twice = add(&mut reference, file, &["1", "Gården", "157", "3.5"]).unwrap();
        assert_eq!(kinds(&twice), [TWICE]);
        assert_eq!(&*reference.opholdssteder.find("1").unwrap().navn, "Gården");
        assert_eq!(reference.opholdssteder.position("1"), Some(0));
    }

    #[test]
    fn of_two_lines_on_a_system_the_last_counts() {
        let mut reference = reference();
        let file = "systemskifte.csv";
        add(&mut reference, file, &["153", "nexus", "fuld", "igår"]).unwrap();
        let warnings = add(&mut reference, file, &["153", "Nexus", "Tidligere", ""]).unwrap();
        assert_eq!(kinds(&warnings), [TWICE]);
        let lines = &reference.systemskifter[&Kommune(153)];
        assert_eq!((lines.len(), lines[0].rolle), (1, Rolle::Tidligere));
    }

    #[test]
    fn values_that_may_be_personal_are_not_shown() {
        assert_eq!(shown("1.8.1"), "'1.8.1'");
        assert_eq!(shown("2020-13-01"), "'2020-13-01'");
        for personal in ["6101901234", "610190-1234", "101901234", "Jens Hansen"] {
            assert_eq!(shown(personal), "(værdien vises ikke)");
        }
    }
}
