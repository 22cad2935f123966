//! What the key figures count besides activity: `udgifter.csv`, `befolkning.csv`, `personale.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use crate::day::{Month, Quarter};
use crate::lists::{Konto, Lists};
use crate::reference::{Wrong, read_table};
use crate::report::Summary;

/// One line of `udgifter.csv` that the bridge table knows.
pub(crate) struct Posting {
    pub(crate) kommune: String,
    pub(crate) month: Month,
    /// Thousandths of a krone.
    pub(crate) amount: i128,
    /// The services whose account it is.
    pub(crate) services: BTreeSet<String>,
}

/// One line of `personale.csv`.
pub(crate) struct Staff {
    pub(crate) kommune: String,
    pub(crate) month: Month,
    /// Thousandths.
    pub(crate) aarsvaerk: i128,
    /// Thousandths of a krone.
    pub(crate) loensum: i128,
}

/// All of it.
#[derive(Default)]
pub(crate) struct Accounts {
    pub(crate) postings: Vec<Posting>,
    pub(crate) staff: Vec<Staff>,
    /// Inhabitants by municipality, quarter and age.
    population: BTreeMap<(String, Quarter, u32), u64>,
}

impl Accounts {
    pub(crate) fn read(folder: &Path, lists: &Lists, summary: &mut Summary) -> Result<Accounts> {
        let mut accounts = Accounts::default();
        let columns = [
            "Kommunekode",
            "Aar",
            "Maaned",
            "Beloeb",
            "Hovedart",
            "Dranst",
            "Hovedkonto",
            "Hovedfunktion",
            "Funktion",
            "Gruppering",
        ];
        read_table(folder, "udgifter.csv", &columns, summary, |fields| {
            accounts.postings.extend(posting(fields, lists)?);
            Ok(false)
        })?;
        let columns = ["Kommunekode", "Aar", "Maaned", "Aarsvaerk", "Loensum"];
        read_table(folder, "personale.csv", &columns, summary, |fields| {
            accounts.staff.push(staff(fields, lists)?);
            Ok(false)
        })?;
        let columns = ["Kommunekode", "Kvartal", "Alder", "Antal"];
        read_table(folder, "befolkning.csv", &columns, summary, |fields| {
            let (key, count) = inhabitants(fields, lists)?;
            Ok(accounts.population.insert(key, count).is_some())
        })?;
        Ok(accounts)
    }

    /// Inhabitants aged 18–64 in the third quarter of a year; where there are none for it, in the
    /// newest quarter before.
    pub(crate) fn population_18_64(&self, kommune: &str, year: i32) -> Option<u64> {
        let third = Quarter::third_of(year);
        let of_age = self
            .population
            .iter()
            .filter(|((of, _, age), _)| of == kommune && (18..=64).contains(age));
        let mut quarters: BTreeMap<Quarter, u64> = BTreeMap::new();
        for ((_, quarter, _), count) in of_age.filter(|((_, quarter, _), _)| *quarter <= third) {
            *quarters.entry(*quarter).or_default() += count;
        }
        quarters.last_key_value().map(|(_, count)| *count)
    }
}

fn known_kommune(text: &str, lists: &Lists) -> Result<String, Wrong> {
    if lists.is_kommune(text) {
        return Ok(text.to_owned());
    }
    Err(("Kommunekode", "no municipality"))
}

fn month(year: &str, number: &str) -> Result<Month, Wrong> {
    let year: i32 = year.parse().map_err(|_| ("Aar", "no year"))?;
    let number: i32 = number.parse().map_err(|_| ("Maaned", "no month"))?;
    if (1..=12).contains(&number) {
        return Ok(Month::new(year, number));
    }
    Err(("Maaned", "no month"))
}

/// A posting, if it is on an account of the bridge table.
fn posting(fields: &[&str], lists: &Lists) -> Result<Option<Posting>, Wrong> {
    let kommune = known_kommune(fields[0], lists)?;
    let month = month(fields[1], fields[2])?;
    let amount = thousandths(fields[3]).ok_or(("Beloeb", "no amount"))?;
    if same_number(fields[4], "0") {
        return Ok(None);
    }
    let is_on = |konto: &&Konto| {
        konto.numbers.iter().zip(&fields[5..]).all(|(one, other)| same_number(one, other))
            && konto.gyldig_fra.is_none_or(|first| first <= month.last_day())
            && konto.gyldig_til.is_none_or(|last| last >= month.first_day())
    };
    let services: BTreeSet<String> =
        lists.konti.iter().filter(is_on).map(|konto| konto.ydelseskode.clone()).collect();
    let is_known = !services.is_empty();
    Ok(is_known.then_some(Posting { kommune, month, amount, services }))
}

/// 3 and 003 are one number of the accounts.
fn same_number(one: &str, other: &str) -> bool {
    match (one.parse::<u32>(), other.parse::<u32>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

fn staff(fields: &[&str], lists: &Lists) -> Result<Staff, Wrong> {
    Ok(Staff {
        kommune: known_kommune(fields[0], lists)?,
        month: month(fields[1], fields[2])?,
        aarsvaerk: thousandths(fields[3]).ok_or(("Aarsvaerk", "no number"))?,
        loensum: thousandths(fields[4]).ok_or(("Loensum", "no amount"))?,
    })
}

/// Municipality, quarter and age, and how many.
fn inhabitants(fields: &[&str], lists: &Lists) -> Result<((String, Quarter, u32), u64), Wrong> {
    let kommune = known_kommune(fields[0], lists)?;
    let quarter = Quarter::parse(fields[1]).ok_or(("Kvartal", "no quarter"))?;
    let age = fields[2].parse().ok().filter(|age| *age <= 110).ok_or(("Alder", "no age"))?;
    let count = fields[3].parse().map_err(|_| ("Antal", "no number"))?;
    Ok(((kommune, quarter, age), count))
}

/// A number with decimal comma and at most three decimals, as thousandths.
fn thousandths(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, decimals) = digits.split_once(',').unwrap_or((digits, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(decimals) || decimals.len() > 3 {
        return None;
    }
    let whole: i128 = whole.parse().ok()?;
    let decimals: i128 = format!("{decimals:0<3}").parse().ok()?;
    Some(sign * (whole * 1000 + decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_decimal_comma() {
        let read: Vec<_> = ["1234,5", "-0,25", "7", "1,234"].map(thousandths).into();
        assert_eq!(read, [Some(1_234_500), Some(-250), Some(7000), Some(1234)]);
        for wrong in ["1.234,5", "", "-", "1,", ",5", "1,2345", "1 000", "+1"] {
            assert_eq!(thousandths(wrong), None, "{wrong}");
        }
        assert!(same_number("3", "003") && !same_number("3", "30") && !same_number("3", ""));
    }
}
