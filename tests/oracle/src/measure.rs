//! The measures M1–M8 over the active records of a cell.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use crate::cube::Fact;
use crate::period::Period;
use crate::piece::{Piece, count_days, count_distinct_days};

/// M1–M8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Measure {
    AntalUnikkeBorgere,
    AntalYdelsesmodtagere,
    AntalYdelser,
    PaabegyndteYdelser,
    AfsluttedeYdelser,
    Helaarsmodtagere,
    Fuldtidsydelser,
    AntalUnikkeBorgereUltimo,
}

/// M1–M8 in order.
pub(crate) const EVERY_MEASURE: [Measure; 8] = [
    Measure::AntalUnikkeBorgere,
    Measure::AntalYdelsesmodtagere,
    Measure::AntalYdelser,
    Measure::PaabegyndteYdelser,
    Measure::AfsluttedeYdelser,
    Measure::Helaarsmodtagere,
    Measure::Fuldtidsydelser,
    Measure::AntalUnikkeBorgereUltimo,
];

/// A record with at least one day in a cell.
pub(crate) struct Active<'a> {
    pub(crate) fact: &'a Fact,
    /// Its days in the cell that M6 and M7 count.
    pub(crate) counted_days: Vec<Piece>,
    pub(crate) starts: bool,
    pub(crate) ends: bool,
    pub(crate) is_active_on_last_day: bool,
}

impl Measure {
    pub(crate) fn named(name: &str) -> Result<Measure> {
        Ok(match name {
            "Antal Unikke Borgere" => Measure::AntalUnikkeBorgere,
            "Antal Ydelsesmodtagere" => Measure::AntalYdelsesmodtagere,
            "Antal Ydelser" => Measure::AntalYdelser,
            "Påbegyndte Ydelser" => Measure::PaabegyndteYdelser,
            "Afsluttede Ydelser" => Measure::AfsluttedeYdelser,
            "Helårsmodtagere" => Measure::Helaarsmodtagere,
            "Fuldtidsydelser" => Measure::Fuldtidsydelser,
            "Antal Unikke Borgere Ultimo" => Measure::AntalUnikkeBorgereUltimo,
            _ => bail!("there is no measure {name:?}"),
        })
    }

    /// The value over the active records of a cell, of which there is at least one.
    pub(crate) fn value(self, active: &[Active<'_>], period_days: i32) -> f64 {
        match self {
            Measure::AntalUnikkeBorgere => number(distinct(active, |one| one.fact.citizen)),
            Measure::AntalYdelsesmodtagere => {
                number(distinct(active, |one| (one.fact.citizen, one.fact.ydelseskode)))
            }
            Measure::AntalYdelser => number(active.len()),
            Measure::PaabegyndteYdelser => number(active.iter().filter(|one| one.starts).count()),
            Measure::AfsluttedeYdelser => number(active.iter().filter(|one| one.ends).count()),
            Measure::Helaarsmodtagere => f64::from(covered_days(active)) / f64::from(period_days),
            Measure::Fuldtidsydelser => f64::from(all_days(active)) / f64::from(period_days),
            Measure::AntalUnikkeBorgereUltimo => {
                let on_last_day: BTreeSet<usize> = active
                    .iter()
                    .filter(|one| one.is_active_on_last_day)
                    .map(|one| one.fact.citizen)
                    .collect();
                number(on_last_day.len())
            }
        }
    }
}

/// The values of some measures in a cell; all of them empty where no record is active.
pub(crate) fn values(
    measures: &[Measure],
    active: &[Active<'_>],
    period: &Period,
) -> Vec<Option<f64>> {
    let value =
        |measure: &Measure| (!active.is_empty()).then(|| measure.value(active, period.day_count));
    measures.iter().map(value).collect()
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("fewer records than that"))
}

fn distinct<K: Ord>(active: &[Active<'_>], key: impl Fn(&Active<'_>) -> K) -> usize {
    active.iter().map(key).collect::<BTreeSet<K>>().len()
}

/// M6: for each citizen and ydelseskode the distinct days.
fn covered_days(active: &[Active<'_>]) -> i32 {
    let mut pieces: BTreeMap<(usize, usize), Vec<Piece>> = BTreeMap::new();
    for one in active {
        pieces
            .entry((one.fact.citizen, one.fact.ydelseskode))
            .or_default()
            .extend(&one.counted_days);
    }
    pieces.values().map(|pieces| count_distinct_days(pieces)).sum()
}

/// M7: the days of every record.
fn all_days(active: &[Active<'_>]) -> i32 {
    active.iter().map(|one| count_days(&one.counted_days)).sum()
}
