//! The cube *Nøgletal*: `Udgifter`, population, staff, the numerators and N1–N8.
//!
//! A cell is a set of municipalities, a set of months and, perhaps, some services. Over several
//! municipalities those that lack what a key figure is made of are left out of its numerator and
//! its denominator; one alone that lacks it has an empty cell.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::choices::DayCount;
use crate::cube::{Fact, plain_facts};
use crate::day::Month;
use crate::hold::Stock;
use crate::lists::Lists;
use crate::measure::{Active, Measure};
use crate::municipality::reporter_of_pair;
use crate::period::{Approval, Period, activity};
use crate::record::OracleRecord;
use crate::sources::Sources;

/// Kategori *Længerevarende botilbud*.
const LONG_STAYS: &[&str] = &["1.8.1", "1.12.0.1"];
/// Temporary stays.
const SHORT_STAYS: &[&str] = &["1.8.2"];
/// Botilbud og socialpædagogisk støtte.
const STAYS_AND_SUPPORT: &[&str] = &["1.8.1", "1.12.0.1", "1.8.2", "1.12.0.2", "1.18.1", "1.18.2"];
/// Støtte i eget hjem.
const SUPPORT_AT_HOME: &[&str] = &["1.12.0.2"];

/// Some services by their codes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Services {
    All,
    These(&'static [&'static str]),
}

impl Services {
    fn include(self, code: &str) -> bool {
        match self {
            Services::All => true,
            Services::These(codes) => codes.contains(&code),
        }
    }
}

/// The measures of the cube.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyMeasure {
    /// `Udgifter`, of all services or of those of the cell.
    Udgifter,
    /// A visible numerator in money.
    UdgifterOf(Services),
    /// A visible numerator in citizens (M1).
    Modtagere(Services),
    /// A visible numerator in whole-year recipients (M6).
    Helaarsmodtagere(Services),
    Befolkning,
    Aarsvaerk,
    Loensum,
    KommunerMedLeverance,
    /// N1, N2: citizens for each 1000 inhabitants.
    ModtagerePer1000(Services),
    /// N3: kroner for each whole-year recipient.
    UdgifterPerModtager(Services),
    /// N4–N8: kroner for each inhabitant.
    UdgifterPerIndbygger(Services),
}

impl KeyMeasure {
    pub(crate) fn named(name: &str) -> Result<KeyMeasure> {
        use Services::{All, These};
        Ok(match name {
            "Udgifter" => KeyMeasure::Udgifter,
            "Befolkning 18-64" => KeyMeasure::Befolkning,
            "Årsværk" => KeyMeasure::Aarsvaerk,
            "Lønsum" => KeyMeasure::Loensum,
            "Kommuner med leverance" => KeyMeasure::KommunerMedLeverance,
            "Modtagere, længerevarende ophold" => KeyMeasure::Modtagere(These(LONG_STAYS)),
            "Modtagere, midlertidige ophold" => KeyMeasure::Modtagere(These(SHORT_STAYS)),
            "Helårsmodtagere, botilbud og støtte" => {
                KeyMeasure::Helaarsmodtagere(These(STAYS_AND_SUPPORT))
            }
            "Udgifter, botilbud og støtte" => KeyMeasure::UdgifterOf(These(STAYS_AND_SUPPORT)),
            "Udgifter, længerevarende botilbud" => KeyMeasure::UdgifterOf(These(LONG_STAYS)),
            "Udgifter, midlertidige botilbud" => KeyMeasure::UdgifterOf(These(SHORT_STAYS)),
            "Udgifter, alle ydelser" => KeyMeasure::UdgifterOf(All),
            "Udgifter, støtte i eget hjem" => KeyMeasure::UdgifterOf(These(SUPPORT_AT_HOME)),
            _ => return KeyMeasure::key_figure(name),
        })
    }

    fn key_figure(name: &str) -> Result<KeyMeasure> {
        use Services::{All, These};
        Ok(match name {
            "Antal modtagere af længerevarende ophold pr. 1000 indbyggere i alderen 18-64" => {
                KeyMeasure::ModtagerePer1000(These(LONG_STAYS))
            }
            "Antal modtagere af midlertidige ophold pr. 1000 indbyggere i alderen 18-64" => {
                KeyMeasure::ModtagerePer1000(These(SHORT_STAYS))
            }
            "Gns. udgifter pr. modtager af botilbud og socialpædagogisk støtte" => {
                KeyMeasure::UdgifterPerModtager(These(STAYS_AND_SUPPORT))
            }
            "Udgifter til botilbud og socialpædagogisk støtte pr. 18-64-årige" => {
                KeyMeasure::UdgifterPerIndbygger(These(STAYS_AND_SUPPORT))
            }
            "Udgifter til længerevarende botilbud pr. 18-64-årige" => {
                KeyMeasure::UdgifterPerIndbygger(These(LONG_STAYS))
            }
            "Udgifter til midlertidige botilbud pr. 18-64-årige" => {
                KeyMeasure::UdgifterPerIndbygger(These(SHORT_STAYS))
            }
            "Samlede udgifter til voksenhandicapydelser pr. 18-64-årige" => {
                KeyMeasure::UdgifterPerIndbygger(All)
            }
            "Udgifter til socialpædagogisk bistand i eget hjem pr. 18-64-årige" => {
                KeyMeasure::UdgifterPerIndbygger(These(SUPPORT_AT_HOME))
            }
            _ => bail!("there is no measure {name:?}"),
        })
    }
}

/// A cell: the places of its municipalities, the places of its services where it is on Ydelse VH,
/// and its months.
pub(crate) struct KeyCell<'p> {
    pub(crate) period: &'p Period,
    pub(crate) kommuner: Vec<usize>,
    pub(crate) services: Option<Vec<usize>>,
}

/// All that the key figures count, by municipality.
pub(crate) struct KeyFigures {
    /// In the order of the municipalities' list.
    kommuner: Vec<Kommune>,
    /// The codes of Ydelse VH in the order of their list.
    codes: Vec<String>,
    day_count: DayCount,
}

/// What is known of one municipality.
struct Kommune {
    activity: Vec<(String, Fact)>,
    /// Services, month and thousandths of a krone of each posting.
    postings: Vec<(BTreeSet<String>, Month, i128)>,
    /// Month, full-time equivalents and wages, in thousandths.
    staff: Vec<(Month, i128, i128)>,
    /// Inhabitants aged 18–64 for each year of the timeline.
    population: Vec<(i32, Option<u64>)>,
    has_delivery: bool,
}

impl KeyFigures {
    pub(crate) fn new(sources: &Sources, records: &[&OracleRecord], stock: &Stock) -> KeyFigures {
        let mut activity: Vec<(&OracleRecord, Fact)> =
            records.iter().copied().zip(plain_facts(records)).collect();
        let mut kommuner = Vec::new();
        for kode in sources.lists.kommuner.iter().map(|kommune| kommune.kode.as_str()) {
            let (own, others) =
                activity.into_iter().partition(|(record, _)| record.handlekommune == kode);
            activity = others;
            kommuner.push(Kommune::new(kode, sources, own, stock));
        }
        KeyFigures { kommuner, codes: codes(&sources.lists), day_count: sources.choices.day_count }
    }

    /// The value of a measure in a cell. On a member of Ydelse VH only `Udgifter` has one.
    pub(crate) fn value(&self, measure: KeyMeasure, cell: &KeyCell<'_>) -> Option<f64> {
        let all: Vec<&Kommune> = cell.kommuner.iter().map(|place| &self.kommuner[*place]).collect();
        if let Some(services) = &cell.services {
            let codes: Vec<&str> = services
                .iter()
                .filter_map(|place| self.codes.get(*place))
                .map(String::as_str)
                .collect();
            return match measure {
                KeyMeasure::Udgifter => money(&all, cell.period, |posting| {
                    codes.iter().any(|code| posting.contains(*code))
                }),
                _ => None,
            };
        }
        self.value_of(measure, &all, cell.period)
    }

    fn value_of(&self, measure: KeyMeasure, all: &[&Kommune], period: &Period) -> Option<f64> {
        match measure {
            KeyMeasure::Udgifter => money_of(all, period, Services::All),
            KeyMeasure::UdgifterOf(services) => money_of(all, period, services),
            KeyMeasure::Modtagere(services) => or_none(all, self.citizens(all, period, services)),
            KeyMeasure::Helaarsmodtagere(services) => {
                or_none(all, self.whole_year(all, period, services))
            }
            KeyMeasure::Befolkning => population(all, period),
            KeyMeasure::Aarsvaerk => staff_mean(all, period),
            KeyMeasure::Loensum => wages(all, period),
            KeyMeasure::KommunerMedLeverance => {
                let count = all.iter().filter(|kommune| kommune.has_delivery).count();
                (count > 0).then_some(count as f64)
            }
            KeyMeasure::ModtagerePer1000(services) => {
                let kept =
                    those(all, |kommune| kommune.has_delivery && kommune.has_population(period));
                let citizens = self.citizens(&kept, period, services).unwrap_or(0.0);
                ratio(citizens * 1000.0, population(&kept, period))
            }
            KeyMeasure::UdgifterPerModtager(services) => {
                let kept = those(all, |kommune| {
                    kommune.has_delivery && kommune.has_postings(period, services)
                });
                let recipients = self.whole_year(&kept, period, services);
                ratio(money_of(&kept, period, services)?, recipients)
            }
            KeyMeasure::UdgifterPerIndbygger(services) => {
                let kept = those(all, |kommune| {
                    kommune.has_postings(period, services) && kommune.has_population(period)
                });
                ratio(money_of(&kept, period, services)?, population(&kept, period))
            }
        }
    }

    fn citizens(&self, kommuner: &[&Kommune], period: &Period, services: Services) -> Option<f64> {
        self.count(Measure::AntalUnikkeBorgere, kommuner, period, services)
    }

    fn whole_year(
        &self,
        kommuner: &[&Kommune],
        period: &Period,
        services: Services,
    ) -> Option<f64> {
        self.count(Measure::Helaarsmodtagere, kommuner, period, services)
    }

    /// M1 or M6 over the records of some municipalities and services; the approvals are ignored (G3).
    fn count(
        &self,
        measure: Measure,
        kommuner: &[&Kommune],
        period: &Period,
        services: Services,
    ) -> Option<f64> {
        let facts = kommuner
            .iter()
            .flat_map(|kommune| &kommune.activity)
            .filter(|(code, _)| services.include(code));
        let active: Vec<Active<'_>> = facts
            .filter_map(|(_, fact)| activity(fact, period, Approval::EITHER, self.day_count))
            .collect();
        (!active.is_empty()).then(|| measure.value(&active, period.day_count))
    }
}

impl Kommune {
    fn new(
        kode: &str,
        sources: &Sources,
        own: Vec<(&OracleRecord, Fact)>,
        stock: &Stock,
    ) -> Kommune {
        let postings = sources.accounts.postings.iter().filter(|posting| posting.kommune == kode);
        let staff = sources.accounts.staff.iter().filter(|staff| staff.kommune == kode);
        let mut years: Vec<i32> =
            sources.newest.timeline().iter().map(|month| month.year()).collect();
        years.dedup();
        let reporters = stock.reporters();
        let pair = reporter_of_pair(kode);
        Kommune {
            activity: own
                .into_iter()
                .map(|(record, fact)| (record.ydelseskode.clone(), fact))
                .collect(),
            postings: postings
                .map(|posting| (posting.services.clone(), posting.month, posting.amount))
                .collect(),
            staff: staff.map(|staff| (staff.month, staff.aarsvaerk, staff.loensum)).collect(),
            population: years
                .into_iter()
                .map(|year| (year, sources.accounts.population_18_64(kode, year)))
                .collect(),
            has_delivery: reporters.contains(kode)
                || pair.is_some_and(|reporter| reporters.contains(reporter)),
        }
    }

    /// Inhabitants aged 18–64 in the year of the period's last month.
    fn population(&self, period: &Period) -> Option<u64> {
        let year = period.last_day.year();
        self.population.iter().find(|(of, _)| *of == year).and_then(|(_, count)| *count)
    }

    /// Nobody aged 18–64 is no population.
    fn has_population(&self, period: &Period) -> bool {
        self.population(period).is_some_and(|count| count > 0)
    }

    fn has_postings(&self, period: &Period, services: Services) -> bool {
        self.postings.iter().any(|(codes, month, _)| {
            period.months.contains(month) && codes.iter().any(|code| services.include(code))
        })
    }
}

fn codes(lists: &Lists) -> Vec<String> {
    lists.ydelser.iter().map(|ydelse| ydelse.kode.clone()).collect()
}

fn those<'k>(all: &[&'k Kommune], is_kept: impl Fn(&Kommune) -> bool) -> Vec<&'k Kommune> {
    all.iter().copied().filter(|kommune| is_kept(kommune)).collect()
}

/// Activity that is really none is 0: where somebody has a delivery that counts.
fn or_none(kommuner: &[&Kommune], count: Option<f64>) -> Option<f64> {
    let is_told_of = kommuner.iter().any(|kommune| kommune.has_delivery);
    count.or(is_told_of.then_some(0.0))
}

/// A missing or zero denominator gives an empty cell.
fn ratio(numerator: f64, denominator: Option<f64>) -> Option<f64> {
    denominator.filter(|denominator| *denominator != 0.0).map(|denominator| numerator / denominator)
}

fn kroner(thousandths: i128) -> f64 {
    thousandths as f64 / 1000.0
}

fn money_of(kommuner: &[&Kommune], period: &Period, services: Services) -> Option<f64> {
    money(kommuner, period, |codes| codes.iter().any(|code| services.include(code)))
}

/// The postings in the period on wanted accounts; empty where there are none.
fn money(
    kommuner: &[&Kommune],
    period: &Period,
    is_wanted: impl Fn(&BTreeSet<String>) -> bool,
) -> Option<f64> {
    let postings = kommuner.iter().flat_map(|kommune| &kommune.postings);
    let amounts: Vec<i128> = postings
        .filter(|(codes, month, _)| period.months.contains(month) && is_wanted(codes))
        .map(|(_, _, amount)| *amount)
        .collect();
    (!amounts.is_empty()).then(|| kroner(amounts.iter().sum()))
}

fn population(kommuner: &[&Kommune], period: &Period) -> Option<f64> {
    let counts: Vec<u64> =
        kommuner.iter().filter_map(|kommune| kommune.population(period)).collect();
    (!counts.is_empty()).then(|| counts.iter().sum::<u64>() as f64)
}

fn staff_rows<'k>(
    kommuner: &'k [&Kommune],
    period: &'k Period,
) -> impl Iterator<Item = &'k (Month, i128, i128)> {
    let rows = kommuner.iter().flat_map(|kommune| &kommune.staff);
    rows.filter(|(month, _, _)| period.months.contains(month))
}

/// The mean over the months that have rows of what all rows of the month add up to.
fn staff_mean(kommuner: &[&Kommune], period: &Period) -> Option<f64> {
    let months: BTreeSet<Month> = staff_rows(kommuner, period).map(|row| row.0).collect();
    let sum: i128 = staff_rows(kommuner, period).map(|row| row.1).sum();
    (!months.is_empty()).then(|| kroner(sum) / months.len() as f64)
}

fn wages(kommuner: &[&Kommune], period: &Period) -> Option<f64> {
    let rows: Vec<i128> = staff_rows(kommuner, period).map(|row| row.2).collect();
    (!rows.is_empty()).then(|| kroner(rows.iter().sum()))
}
