//! The fact tables of the key figures beside services: accounts, population, staff, which
//! municipalities have delivered, and what they have approved.

use std::collections::HashMap;

use crate::day::{Day, Interval, Month, Quarter};
use crate::domain::DeliveryInfo;
use crate::table::{FactColumn, FactTable, Timeline};

use super::super::kodelister::Kommune;
use super::super::noegletalsdata::Postering;
use super::super::reference::Reference;
use super::super::regler::kommunepar::par_for;
use super::super::regler::{g1_godkendelser, g2_kvartal};
use super::dimensions::{self, Keys};
use super::facts::named;

/// What the fact tables are made of.
#[derive(Clone, Copy)]
pub(super) struct Noegletal<'a> {
    pub reference: &'a Reference,
    pub deliveries: &'a [DeliveryInfo],
    pub keys: &'a Keys<'a>,
    pub timeline: Timeline,
}

impl Noegletal<'_> {
    /// All of them.
    pub fn tables(self) -> [FactTable; 5] {
        let [udgifter, befolkning] = [self.udgifter(), self.befolkning()];
        [udgifter, befolkning, self.personale(), self.leverancer(), self.godkendte_celler()]
    }

    /// Kroner by municipality, service and month of posting: what the bridge gives to a service.
    fn udgifter(self) -> FactTable {
        let mut rows: Vec<(Postering, u32, i64)> = Vec::new();
        for (postering, oere) in self.reference.regnskab.posteringer() {
            let services = self.ydelser(&postering).into_iter();
            let own = services.map(|ydelse| (postering, ydelse, oere));
            rows.extend(own.filter(|_| self.is_shown(postering.month)));
        }
        let postings = || rows.iter().map(|row| &row.0);
        let numbers = |of: &dyn Fn(&Postering) -> u16| {
            FactColumn::Id(postings().map(|one| u32::from(of(one))).collect())
        };
        let mut columns = self.places(postings().map(|one| one.kommune));
        columns.extend([
            ("ydelse", FactColumn::Id(rows.iter().map(|row| row.1).collect())),
            ("dag", FactColumn::Day(postings().map(|one| one.month.first_day()).collect())),
            ("kroner", FactColumn::Number(rows.iter().map(|row| kroner(row.2)).collect())),
            ("konto", shared(postings().map(|one| one.konto.to_string()))),
            ("dranst", numbers(&|one| one.konto.dranst)),
            ("hovedart", numbers(&|one| one.hovedart)),
        ]);
        named("udgifter", columns, Vec::new())
    }

    /// The services that a posting is given to, each once.
    fn ydelser(self, postering: &Postering) -> Vec<u32> {
        let lines = self.reference.bro.linjer().filter(|line| line.tager(postering));
        let mut services: Vec<u32> = lines.map(|line| line.ydelse).collect();
        services.sort_unstable();
        services.dedup();
        services
    }

    /// The inhabitants aged 18–64 that each year of the timeline divides by: those of the third
    /// quarter, else of the newest quarter before, which may be of an earlier year.
    fn befolkning(self) -> FactTable {
        let voksne: Vec<(Kommune, Quarter, u64)> = self.reference.befolkning.voksne().collect();
        let mut rows: Vec<(Kommune, Interval, u64, Quarter)> = Vec::new();
        for year in self.timeline.first.year()..=self.timeline.last.year() {
            let third = Month::new(year as i16, 9).quarter();
            let first = Month::new(year as i16, 1).first_day();
            let days = Interval { first, last: Month::new(year as i16, 12).last_day() };
            let until = voksne.iter().filter(|(_, quarter, _)| *quarter <= third);
            // By municipality and quarter: the last of each municipality is its newest.
            let mut newest: Vec<(Kommune, Interval, u64, Quarter)> = Vec::new();
            for (kommune, quarter, antal) in until {
                match newest.last_mut() {
                    Some(last) if last.0 == *kommune => (last.2, last.3) = (*antal, *quarter),
                    _ => newest.push((*kommune, days, *antal, *quarter)),
                }
            }
            rows.extend(newest);
        }
        let mut columns = self.places(rows.iter().map(|row| row.0));
        columns.extend(days_of(rows.iter().map(|row| row.1)));
        let counts = rows.iter().map(|row| row.2 as f64).collect();
        columns.push(("indbyggere", FactColumn::Number(counts)));
        columns.push(("kvartal", shared(rows.iter().map(|row| row.3.to_string()))));
        named("befolkning", columns, Vec::new())
    }

    /// Staff by municipality and month.
    fn personale(self) -> FactTable {
        let months = self.reference.personale.maaneder();
        let rows: Vec<_> = months.filter(|(_, month, _)| self.is_shown(*month)).collect();
        let mut columns = self.places(rows.iter().map(|row| row.0));
        let years = rows.iter().map(|(.., staff)| staff.aarsvaerk()).collect();
        let wages = rows.iter().map(|(.., staff)| kroner(staff.loensum_oere)).collect();
        columns.extend([
            ("dag", FactColumn::Day(rows.iter().map(|row| row.1.first_day()).collect())),
            ("aarsvaerk", FactColumn::Number(years)),
            ("loensum", FactColumn::Number(wages)),
        ]);
        named("personale", columns, Vec::new())
    }

    /// The municipalities with a delivery that counts, their own or that of the one which reports
    /// for them (K1, K2), on all days.
    fn leverancer(self) -> FactTable {
        let (first, last) = (self.timeline.first.first_day(), self.timeline.as_of());
        let delivered = |kommune: &Kommune| {
            dimensions::newest_delivery(&kommune.to_string(), self.deliveries).is_some()
        };
        let all = dimensions::kommuner(self.reference).map(|(kommune, _)| kommune);
        let rows: Vec<Kommune> = all.filter(delivered).collect();
        let mut columns = self.places(rows.iter().copied());
        columns.extend(days_of(rows.iter().map(|_| Interval { first, last })));
        named("leverancer", columns, Vec::new())
    }

    /// The days on which the data of a municipality's service are approved, whether or not it has a
    /// record of it: by its own lines, without any by those of the one that reports for it (K1, K2), as
    /// long as it does (K3).
    fn godkendte_celler(self) -> FactTable {
        let mut rows: Vec<(Kommune, u32, Interval)> = Vec::new();
        for (kommune, _) in dimensions::kommuner(self.reference) {
            let par = par_for(kommune);
            let reporter = par.map_or(kommune, |par| par.indberetter);
            let approving = g1_godkendelser::godkendende(kommune, reporter, self.reference);
            let anothers = par.filter(|_| approving != kommune);
            let until = anothers.and_then(|par| *self.reference.saerregler.get(&par)?);
            for ydelse in 0..self.reference.ydelser.len() as u32 {
                let days = g2_kvartal::godkendte_dage(approving, ydelse, self.reference);
                let days = days.into_iter().filter_map(|days| to(days, until));
                rows.extend(days.map(|days| (kommune, ydelse, days)));
            }
        }
        let mut columns = self.places(rows.iter().map(|row| row.0));
        columns.push(("ydelse", FactColumn::Id(rows.iter().map(|row| row.1).collect())));
        columns.extend(days_of(rows.iter().map(|row| row.2)));
        named("godkendte_celler", columns, Vec::new())
    }

    /// The rows of the municipalities: what the facts are ordered by, and the dimension.
    fn places(self, kommuner: impl Iterator<Item = Kommune>) -> Vec<(&'static str, FactColumn)> {
        let rows: Vec<u32> = kommuner.map(|kommune| self.keys.kommune(kommune)).collect();
        vec![("kommune", FactColumn::Id(rows.clone())), ("handlekommune", FactColumn::Id(rows))]
    }

    fn is_shown(self, month: Month) -> bool {
        (self.timeline.first..=self.timeline.last).contains(&month)
    }
}

/// What is left of some days on or before the last one that counts.
fn to(days: Interval, until: Option<Day>) -> Option<Interval> {
    let last = until.map_or(days.last, |until| days.last.min(until));
    (days.first <= last).then_some(Interval { last, ..days })
}

fn days_of(days: impl Iterator<Item = Interval>) -> [(&'static str, FactColumn); 2] {
    let (first, last): (Vec<Day>, Vec<Day>) = days.map(|days| (days.first, days.last)).unzip();
    [("foerste_dag", FactColumn::Day(first)), ("sidste_dag", FactColumn::Day(last))]
}

/// Texts that rows share.
fn shared(texts: impl Iterator<Item = String>) -> FactColumn {
    let (mut known, mut different) = (HashMap::<Box<str>, u32>::new(), Vec::new());
    let numbers = texts.map(|text| {
        *known.entry(text.into_boxed_str()).or_insert_with_key(|text| {
            different.push(text.clone());
            different.len() as u32 - 1
        })
    });
    let numbers = numbers.collect();
    FactColumn::Coded(different, numbers)
}

fn kroner(oere: i64) -> f64 {
    oere as f64 / 100.0
}
