//! The aggregated datamart: handlekommune × ydelse × måned × målgruppe × aldersgruppe × køn with
//! M1–M8, from Benchmark.

use std::collections::BTreeMap;

use crate::cube::{Fact, GREATEST_AGE, age_group, plain_facts};
use crate::day::{Month, age_on};
use crate::load::Oracle;
use crate::measure::{Active, EVERY_MEASURE, values};
use crate::municipality::UKENDT;
use crate::period::{Approval, Period, activity};
use crate::record::OracleRecord;

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AggregateKey {
    /// The number after K.
    pub handlekommune: String,
    /// The code.
    pub ydelseskode: String,
    /// `2020-01`.
    pub maaned: String,
    /// The code, or `Ukendt`.
    pub maalgruppe: String,
    /// `30-39`, or `Ukendt`; on the last day of the month.
    pub aldersgruppe: String,
    /// `Mand` or `Kvinde`.
    pub koen: String,
}

impl Oracle {
    /// The rows that have an active record, with M1–M8 in their order.
    pub fn aggregate(&self) -> BTreeMap<AggregateKey, Vec<f64>> {
        let kept: Vec<&OracleRecord> =
            self.records().iter().filter(|record| !record.is_deleted()).collect();
        let facts = plain_facts(&kept);
        let mut rows = BTreeMap::new();
        for month in self.sources.newest.timeline() {
            let period = Period::of(vec![month]).expect("one month");
            let records = kept.iter().copied().zip(&facts);
            let of_month = self.rows_of_month(records, month, &period);
            rows.extend(of_month);
        }
        rows
    }

    fn rows_of_month<'a>(
        &self,
        records: impl Iterator<Item = (&'a OracleRecord, &'a Fact)>,
        month: Month,
        period: &Period,
    ) -> BTreeMap<AggregateKey, Vec<f64>> {
        let day_count = self.sources.choices.day_count;
        let mut active: BTreeMap<AggregateKey, Vec<Active<'a>>> = BTreeMap::new();
        for (record, fact) in records {
            for maalgruppe in maalgrupper(record) {
                if let Some(one) = activity(fact, period, Approval::EITHER, day_count) {
                    active.entry(key(record, month, maalgruppe)).or_default().push(one);
                }
            }
        }
        let row = |(key, active): (AggregateKey, Vec<Active<'_>>)| {
            (key, values(&EVERY_MEASURE, &active, period).into_iter().flatten().collect())
        };
        active.into_iter().map(row).collect()
    }
}

fn maalgrupper(record: &OracleRecord) -> Vec<&str> {
    match record.maalgrupper.as_slice() {
        [] => vec![UKENDT],
        codes => codes.iter().map(String::as_str).collect(),
    }
}

fn key(record: &OracleRecord, month: Month, maalgruppe: &str) -> AggregateKey {
    let age = record.birth.map(|birth| age_on(birth, month.last_day()));
    AggregateKey {
        handlekommune: record.handlekommune.clone(),
        ydelseskode: record.ydelseskode.clone(),
        maaned: month.to_string(),
        maalgruppe: maalgruppe.to_owned(),
        aldersgruppe: age
            .filter(|age| (0..=GREATEST_AGE).contains(age))
            .map_or(UKENDT, age_group)
            .to_owned(),
        koen: record.koen.clone(),
    }
}
