//! What the key figures are made of besides services: accounts, the bridge from accounts to
//! services, population and staff.
//!
//! A country has some hundred thousand lines of each, so lines are added up while they are read.
//! Money is whole øre and staff whole millionths of a full-time year: sums do not depend on the
//! order of the lines.

use std::collections::BTreeMap;
use std::fmt;

use crate::day::{Day, Interval, Month, Quarter};
use crate::domain::{Refused, Row};

use super::kodelister::Kommune;
use super::reference::{Reference, columns, date, existing_kommune, shown};

/// The columns of `kodelister/kontoplan_bro.csv`.
pub(super) const BRO_COLUMNS: &[&str] = &[
    "Ydelseskode",
    "Dranst",
    "Hovedkonto",
    "Hovedfunktion",
    "Funktion",
    "Hovedart",
    "Gruppering",
    "GyldigFra",
    "GyldigTil",
];
/// The columns of `udgifter.csv`.
pub(super) const UDGIFTER_COLUMNS: &[&str] = &[
    "Kommunekode",
    "Aar",
    "Maaned",
    "Dranst",
    "Hovedkonto",
    "Hovedfunktion",
    "Funktion",
    "Gruppering",
    "Hovedart",
    "Beloeb",
];
/// The columns of `befolkning.csv`.
pub(super) const BEFOLKNING_COLUMNS: &[&str] = &["Kommunekode", "Kvartal", "Alder", "Antal"];
/// The columns of `personale.csv`.
pub(super) const PERSONALE_COLUMNS: &[&str] =
    &["Kommunekode", "Aar", "Maaned", "Funktion", "Aarsvaerk", "Loensum"];

/// The oldest age of `befolkning.csv`.
const OLDEST: usize = 110;
/// The ages that the key figures divide by (N).
const VOKSNE: std::ops::RangeInclusive<usize> = 18..=64;

/// A place in the authorised chart of accounts. `1` and `001` are the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Konto {
    /// Running costs (1), refunds (2) …
    pub dranst: u16,
    /// The main account.
    pub hovedkonto: u16,
    /// The main function.
    pub hovedfunktion: u16,
    /// The function.
    pub funktion: u16,
    /// The grouping.
    pub gruppering: u16,
}

impl fmt::Display for Konto {
    /// Main account, main function, function and grouping: `5.38.50.001`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Konto { hovedkonto, hovedfunktion, funktion, gruppering, .. } = self;
        write!(out, "{hovedkonto}.{hovedfunktion:02}.{funktion:02}.{gruppering:03}")
    }
}

/// What the lines of `udgifter.csv` are added up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postering {
    /// Who pays.
    pub kommune: Kommune,
    /// The month of posting.
    pub month: Month,
    /// Where it is booked.
    pub konto: Konto,
    /// The kind of expense (wages, goods …).
    pub hovedart: u16,
}

/// Which kinds of expense a line of the bridge takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hovedart {
    /// All (the field is empty).
    Alle,
    /// This one (`1`).
    Kun(u16),
    /// All but this one (`<>0`).
    Ikke(u16),
}

impl Hovedart {
    /// Whether it takes this kind.
    #[must_use]
    pub fn tager(self, hovedart: u16) -> bool {
        match self {
            Hovedart::Alle => true,
            Hovedart::Kun(one) => hovedart == one,
            Hovedart::Ikke(other) => hovedart != other,
        }
    }

    fn parse(text: &str) -> Option<Hovedart> {
        if text.is_empty() {
            return Some(Hovedart::Alle);
        }
        match text.strip_prefix("<>") {
            Some(other) => number(other.trim()).map(Hovedart::Ikke),
            None => number(text).map(Hovedart::Kun),
        }
    }
}

/// A line of `kontoplan_bro.csv`: the money of a service is booked here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brolinje {
    /// The service, as a position in the list.
    pub ydelse: u32,
    /// Where its money is booked.
    pub konto: Konto,
    /// Which kinds of expense.
    pub hovedart: Hovedart,
    /// The days on which the line holds.
    pub gyldig: Interval,
}

impl Brolinje {
    /// Whether a posting is the service's. The line must hold on the last day of its month.
    #[must_use]
    pub fn tager(&self, postering: &Postering) -> bool {
        self.konto == postering.konto
            && self.hovedart.tager(postering.hovedart)
            && (self.gyldig.first..=self.gyldig.last).contains(&postering.month.last_day())
    }
}

/// The bridge from services to the chart of accounts.
#[derive(Clone, Debug, Default)]
pub struct Bro {
    linjer: Vec<Brolinje>,
}

impl Bro {
    /// Its lines, in the order of the file.
    pub fn linjer(&self) -> impl Iterator<Item = &Brolinje> {
        self.linjer.iter()
    }

    /// Takes a line; true where the service had the same place with the same validity.
    fn add(&mut self, linje: Brolinje) -> bool {
        let same = |one: &Brolinje| {
            (one.ydelse, one.konto, one.gyldig) == (linje.ydelse, linje.konto, linje.gyldig)
        };
        match self.linjer.iter_mut().find(|one| same(one)) {
            Some(former) => {
                *former = linje;
                true
            }
            None => {
                self.linjer.push(linje);
                false
            }
        }
    }
}

/// The accounts (`udgifter.csv`), added up.
#[derive(Clone, Debug, Default)]
pub struct Regnskab {
    oere: BTreeMap<Postering, i64>,
}

impl Regnskab {
    /// Postings and their sum in øre, income negative; by municipality, month and account.
    pub fn posteringer(&self) -> impl Iterator<Item = (Postering, i64)> {
        self.oere.iter().map(|(postering, oere)| (*postering, *oere))
    }
}

/// The inhabitants (`befolkning.csv`).
#[derive(Clone, Debug, Default)]
pub struct Befolkning {
    aldre: BTreeMap<(Kommune, Quarter), Box<[Option<u32>; OLDEST + 1]>>,
}

impl Befolkning {
    /// The inhabitants aged 18–64 by municipality and quarter, in that order; nothing where no
    /// line tells of them.
    pub fn voksne(&self) -> impl Iterator<Item = (Kommune, Quarter, u64)> {
        self.aldre.iter().filter_map(|((kommune, quarter), aldre)| {
            let known = aldre[VOKSNE].iter().flatten();
            let any = known.clone().next().is_some();
            any.then(|| (*kommune, *quarter, known.map(|antal| u64::from(*antal)).sum()))
        })
    }
}

/// What `personale.csv` tells of a municipality in a month, all functions together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stilling {
    /// Full-time years, in millionths.
    pub aarsvaerk_milliontedele: i64,
    /// Wages, in øre.
    pub loensum_oere: i64,
}

impl Stilling {
    /// Full-time years.
    #[must_use]
    pub fn aarsvaerk(&self) -> f64 {
        self.aarsvaerk_milliontedele as f64 / 1e6
    }
}

/// The staff (`personale.csv`), added up.
#[derive(Clone, Debug, Default)]
pub struct Personale {
    maaneder: BTreeMap<(Kommune, Month), Stilling>,
}

impl Personale {
    /// Staff by municipality and month, in that order; only months that have lines.
    pub fn maaneder(&self) -> impl Iterator<Item = (Kommune, Month, Stilling)> {
        self.maaneder.iter().map(|((kommune, month), stilling)| (*kommune, *month, *stilling))
    }
}

// How lines are read

/// Reads a line of `kontoplan_bro.csv`; true where it replaces another.
pub(super) fn read_bro(reference: &mut Reference, row: &Row<'_>) -> Result<bool, Refused> {
    let [code, dranst, hovedkonto, hovedfunktion, funktion, hovedart, gruppering, from, to] =
        columns(row);
    let ydelse = reference.ydelser.position(code);
    let ydelse = ydelse.ok_or_else(|| refuse("Ydelseskode", "ydelsen er ukendt", code))?;
    let konto = read_konto([dranst, hovedkonto, hovedfunktion, funktion, gruppering])?;
    let kinds = Hovedart::parse(hovedart);
    let hovedart =
        kinds.ok_or_else(|| refuse("Hovedart", "hovedarten er ikke et tal", hovedart))?;
    let first = date("GyldigFra", from)?.unwrap_or(Day::MIN);
    let last = date("GyldigTil", to)?.unwrap_or(Day::MAX);
    let gyldig = Interval::new(first, last)
        .ok_or_else(|| refuse("GyldigTil", "ligger før GyldigFra", to))?;
    Ok(reference.bro.add(Brolinje { ydelse, konto, hovedart, gyldig }))
}

/// Reads a line of `udgifter.csv` and adds it to its posting.
pub(super) fn read_udgift(reference: &mut Reference, row: &Row<'_>) -> Result<(), Refused> {
    let [
        kommune,
        aar,
        maaned,
        dranst,
        hovedkonto,
        hovedfunktion,
        funktion,
        gruppering,
        hovedart,
        beloeb,
    ] = columns(row);
    let kommune = existing_kommune(reference, kommune)?;
    let month = read_month(aar, maaned)?;
    let konto = read_konto([dranst, hovedkonto, hovedfunktion, funktion, gruppering])?;
    let hovedart = read_number("Hovedart", hovedart)?;
    let oere = read_decimal("Beloeb", beloeb, 2)?;
    let postering = Postering { kommune, month, konto, hovedart };
    let former = reference.regnskab.oere.get(&postering).copied().unwrap_or(0);
    let sum = added("Beloeb", former, oere)?;
    reference.regnskab.oere.insert(postering, sum);
    Ok(())
}

/// Reads a line of `befolkning.csv`; true where it replaces another.
pub(super) fn read_befolkning(reference: &mut Reference, row: &Row<'_>) -> Result<bool, Refused> {
    let [kommune, kvartal, alder, antal] = columns(row);
    let kommune = existing_kommune(reference, kommune)?;
    let quarter = Quarter::parse(kvartal)
        .ok_or_else(|| refuse("Kvartal", "kvartalet kan ikke læses", kvartal))?;
    let age: Option<usize> = number(alder).map(usize::from).filter(|age| *age <= OLDEST);
    let age = age.ok_or_else(|| refuse("Alder", "alderen er ikke et helt tal 0–110", alder))?;
    let count: Option<u32> = digits(antal).and_then(|digits| digits.parse().ok());
    let count = count.ok_or_else(|| refuse("Antal", "antallet er ikke et helt tal", antal))?;
    let aldre = reference.befolkning.aldre.entry((kommune, quarter));
    Ok(aldre.or_insert_with(|| Box::new([None; OLDEST + 1]))[age].replace(count).is_some())
}

/// Reads a line of `personale.csv` and adds it to its month.
pub(super) fn read_personale(reference: &mut Reference, row: &Row<'_>) -> Result<(), Refused> {
    let [kommune, aar, maaned, funktion, aarsvaerk, loensum] = columns(row);
    let kommune = existing_kommune(reference, kommune)?;
    let month = read_month(aar, maaned)?;
    read_number("Funktion", funktion)?;
    let aarsvaerk = read_decimal("Aarsvaerk", aarsvaerk, 6)?;
    let loensum = read_decimal("Loensum", loensum, 2)?;
    let stilling = reference.personale.maaneder.get(&(kommune, month)).copied().unwrap_or_default();
    let stilling = Stilling {
        aarsvaerk_milliontedele: added("Aarsvaerk", stilling.aarsvaerk_milliontedele, aarsvaerk)?,
        loensum_oere: added("Loensum", stilling.loensum_oere, loensum)?,
    };
    reference.personale.maaneder.insert((kommune, month), stilling);
    Ok(())
}

fn refuse(field: &'static str, what: &str, value: &str) -> Refused {
    Refused { field, reason: format!("{what}: {}", shown(value)) }
}

fn added(field: &'static str, former: i64, more: i64) -> Result<i64, Refused> {
    let too_large = || Refused { field, reason: "summen er for stor til at regne med".to_owned() };
    former.checked_add(more).ok_or_else(too_large)
}

/// The month of a year of four digits and a number 1–12, with or without a leading zero.
fn read_month(aar: &str, maaned: &str) -> Result<Month, Refused> {
    let month = || Month::parse(&format!("{aar}-{:02}", number(maaned)?));
    if aar.len() != 4 || digits(aar).is_none() {
        return Err(refuse("Aar", "året er ikke fire cifre", aar));
    }
    month().ok_or_else(|| refuse("Maaned", "måneden er ikke et tal 1–12", maaned))
}

fn read_konto(texts: [&str; 5]) -> Result<Konto, Refused> {
    const FIELDS: [&str; 5] = ["Dranst", "Hovedkonto", "Hovedfunktion", "Funktion", "Gruppering"];
    let mut numbers = [0; 5];
    for ((field, text), number) in FIELDS.into_iter().zip(texts).zip(&mut numbers) {
        *number = read_number(field, text)?;
    }
    let [dranst, hovedkonto, hovedfunktion, funktion, gruppering] = numbers;
    Ok(Konto { dranst, hovedkonto, hovedfunktion, funktion, gruppering })
}

fn read_number(field: &'static str, text: &str) -> Result<u16, Refused> {
    number(text).ok_or_else(|| refuse(field, "feltet er ikke et tal", text))
}

fn number(text: &str) -> Option<u16> {
    digits(text)?.parse().ok()
}

/// The text, if it is digits and nothing else.
fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// The largest amount of one line, in kroner or positions: more than all municipalities spend in a
/// month. A slip of the hand must not become a figure of the country.
const LARGEST: i64 = 10_000_000_000;

/// A number with a decimal comma, in whole units of so many decimals (`12,5` with two is 1250).
fn read_decimal(field: &'static str, text: &str, decimals: usize) -> Result<i64, Refused> {
    let read = decimal(text, decimals).ok_or_else(|| {
        let what = format!("feltet er ikke et tal med decimalkomma og højst {decimals} decimaler");
        refuse(field, &what, text)
    })?;
    if read.unsigned_abs() > LARGEST.unsigned_abs() * 10_u64.pow(decimals as u32) {
        return Err(refuse(
            field,
            "tallet er større end 10 milliarder og må være en tastefejl",
            text,
        ));
    }
    Ok(read)
}

fn decimal(text: &str, decimals: usize) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, part) = text.split_once(',').unwrap_or((text, "0"));
    let part = digits(part).filter(|part| part.len() <= decimals)?;
    let units: i64 = format!("{}{part:0<decimals$}", digits(whole)?).parse().ok()?;
    Some(sign * units)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{add, reference};
    use super::*;

    #[test]
    fn money_is_read_with_a_decimal_comma_and_nothing_else() {
        for (text, oere) in
            [("0", 0), ("1234", 123_400), ("1234,5", 123_450), ("-0,05", -5), ("12,34", 1234)]
        {
            assert_eq!(decimal(text, 2), Some(oere), "{text}");
        }
        for text in ["", "-", ",5", "1.234,50", "1,234", "12.5", "1,", "--1", "9e3", "1 000"] {
            assert_eq!(decimal(text, 2), None, "{text}");
        }
        assert_eq!(decimal("99999999999999999999", 2), None);
    }

    #[test]
    fn a_slip_of_the_hand_is_refused() {
        assert_eq!(read_decimal("Beloeb", "-10000000000", 2), Ok(-1_000_000_000_000));
        for text in ["10000000000,01", "-90000000000000000"] {
            let refused = read_decimal("Beloeb", text, 2).unwrap_err();
            assert!(refused.reason.contains("tastefejl"), "{}", refused.reason);
        }
    }

    #[test]
    fn lines_of_accounts_are_added_up() {
        let mut reference = reference();
        for beloeb in ["1000,10", "-200", "0,90"] {
            let line = ["153", "2020", "7", "1", "5", "38", "50", "001", "4", beloeb];
            assert_eq!(add(&mut reference, "udgifter.csv", &line), Ok(vec![]));
        }
        let rows: Vec<(Postering, i64)> = reference.regnskab.posteringer().collect();
        assert_eq!(rows.len(), 1);
        let (postering, oere) = rows[0];
        assert_eq!((postering.kommune, oere), (Kommune(153), 80_100));
        assert_eq!(postering.month, Month::new(2020, 7));
        assert_eq!((postering.konto.funktion, postering.konto.gruppering), (50, 1));
        let services: Vec<&str> = reference
            .bro
            .linjer()
            .filter(|linje| linje.tager(&postering))
            .map(|linje| reference.ydelser.code(linje.ydelse))
            .collect();
        assert_eq!(services, ["1.8.1"]);
    }

    #[test]
    fn the_bridge_leaves_out_hovedart_0_and_what_is_not_valid() {
        let mut reference = reference();
        assert_eq!(reference.bro.linjer().count(), 27);
        let line = ["1.8.1", "1", "5", "38", "50", "<>0", "9", "", "2020-06-30"];
        assert_eq!(add(&mut reference, "kodelister/kontoplan_bro.csv", &line), Ok(vec![]));
        let linje = *reference.bro.linjer().last().unwrap();
        let posting = |month, hovedart| Postering {
            kommune: Kommune(153),
            month: Month::parse(month).unwrap(),
            konto: linje.konto,
            hovedart,
        };
        assert!(linje.tager(&posting("2020-06", 1)));
        assert!(!linje.tager(&posting("2020-06", 0)));
        assert!(!linje.tager(&posting("2020-07", 1)));
        let warned = add(&mut reference, "kodelister/kontoplan_bro.csv", &line).unwrap();
        assert_eq!(warned.len(), 1);
        assert_eq!(reference.bro.linjer().count(), 28);
    }

    #[test]
    fn of_two_lines_on_an_age_the_last_counts_and_only_adults_are_added_up() {
        let mut reference = reference();
        for (alder, antal) in [("17", "5"), ("18", "10"), ("64", "20"), ("65", "40"), ("110", "1")]
        {
            let line = ["153", "2020K3", alder, antal];
            assert_eq!(add(&mut reference, "befolkning.csv", &line), Ok(vec![]));
        }
        add(&mut reference, "befolkning.csv", &["153", "2020 Q4", "70", "3"]).unwrap();
        let twice = add(&mut reference, "befolkning.csv", &["153", "2020K3", "18", "11"]).unwrap();
        assert_eq!(twice.len(), 1);
        let voksne: Vec<_> = reference.befolkning.voksne().collect();
        assert_eq!(voksne, [(Kommune(153), Quarter::parse("2020K3").unwrap(), 31)]);
    }

    #[test]
    fn staff_of_all_functions_is_added_up_by_month() {
        let mut reference = reference();
        for (funktion, aarsvaerk) in [("50", "12,25"), ("52", "0,75")] {
            let line = ["153", "2020", "01", funktion, aarsvaerk, "1000,5"];
            assert_eq!(add(&mut reference, "personale.csv", &line), Ok(vec![]));
        }
        let rows: Vec<_> = reference.personale.maaneder().collect();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].2.aarsvaerk(), rows[0].2.loensum_oere), (13.0, 200_100));
    }

    #[test]
    fn broken_lines_are_refused_by_field() {
        let udgift = ["153", "2020", "7", "1", "5", "38", "50", "1", "4", "1,0"];
        let wrong =
            [(0, "999"), (1, "20"), (2, "13"), (3, ""), (6, "x"), (8, "-1"), (9, "1.000,00")];
        for (place, value) in wrong {
            let mut line = udgift;
            line[place] = value;
            let refused = add(&mut reference(), "udgifter.csv", &line).unwrap_err();
            assert_eq!(refused.field, UDGIFTER_COLUMNS[place]);
        }
        for (file, line, field) in [
            ("befolkning.csv", &["153", "2020", "18", "1"][..], "Kvartal"),
            ("befolkning.csv", &["153", "2020K3", "111", "1"], "Alder"),
            ("befolkning.csv", &["153", "2020K3", "18", "1,5"], "Antal"),
            ("personale.csv", &["153", "2020", "1", "50", "1.5", "1"], "Aarsvaerk"),
            ("personale.csv", &["153", "2020", "1", "", "1,5", "1"], "Funktion"),
            (
                "kodelister/kontoplan_bro.csv",
                &["9.9", "1", "5", "38", "50", "", "1"],
                "Ydelseskode",
            ),
            ("kodelister/kontoplan_bro.csv", &["1.1", "1", "5", "38", "50", "<>", "1"], "Hovedart"),
        ] {
            assert_eq!(add(&mut reference(), file, line).unwrap_err().field, field, "{file}");
        }
    }
}
