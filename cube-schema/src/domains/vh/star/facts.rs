//! The fact tables: each column is a function of a row's record or of its days.

use crate::day::{Day, Interval};
use crate::domain::Judged;
use crate::table::{FactColumn, FactTable, Lists};

use super::super::record::Record;
use super::FactRow;
use super::dimensions::Keys;

/// The facts of the VH cube.
pub(super) fn reported(records: &[Judged<Record>], rows: &[FactRow], keys: &Keys<'_>) -> FactTable {
    let table = Table { records, rows };
    let mut columns = table.shared_columns(keys);
    columns.extend([
        ("opholdssted", table.id(|judged| keys.opholdssted(&judged.record))),
        ("regler", table.ids(|judged| keys.regler(judged))),
    ]);
    named("ydelser_indberettet", columns)
}

/// The facts of Benchmark: neither institutions nor marks.
pub(super) fn benchmark(
    records: &[Judged<Record>],
    rows: &[FactRow],
    keys: &Keys<'_>,
) -> FactTable {
    let table = Table { records, rows };
    named("ydelser_benchmark", table.shared_columns(keys))
}

fn named(name: &str, columns: Vec<(&str, FactColumn)>) -> FactTable {
    let columns = columns.into_iter().map(|(column, values)| (column.to_owned(), values));
    FactTable { name: name.to_owned(), columns: columns.collect() }
}

/// The rows that columns are made of.
#[derive(Clone, Copy)]
struct Table<'a> {
    records: &'a [Judged<Record>],
    rows: &'a [FactRow],
}

impl Table<'_> {
    fn shared_columns(self, keys: &Keys<'_>) -> Vec<(&'static str, FactColumn)> {
        vec![
            ("borger", self.of(|record| keys.borger(record))),
            ("registrering", self.registrering()),
            ("ydelseskode_som_angivet", self.of(|record| keys.ydelseskode_som_angivet(record))),
            ("foerste_dag", self.day(|days| days.first)),
            ("sidste_dag", self.day(|days| days.last)),
            ("handlekommune", self.of(|record| keys.handlekommune(record))),
            ("betalingskommune", self.of(|record| keys.betalingskommune(record))),
            ("ydelse", self.of(|record| keys.ydelse(record))),
            ("maalgrupper", self.ids(|judged| keys.maalgrupper(&judged.record))),
            ("funktionsvurdering", self.of(Keys::funktionsvurdering)),
            ("godkendelsesserie", self.of(|record| keys.godkendelsesserie(record))),
            ("koen", self.of(|record| keys.koen(record))),
            ("ydelsesid", self.ydelsesid()),
            ("fil", self.id(|judged| judged.delivery)),
            ("linje", self.id(|judged| judged.line)),
        ]
    }

    /// A number of the record.
    fn of(self, value: impl Fn(&Record) -> u32) -> FactColumn {
        self.id(|judged| value(&judged.record))
    }

    fn id(self, value: impl Fn(&Judged<Record>) -> u32) -> FactColumn {
        FactColumn::Id(self.rows.iter().map(|(at, _)| value(&self.records[*at])).collect())
    }

    fn ids(self, values: impl Fn(&Judged<Record>) -> Vec<u32>) -> FactColumn {
        let mut lists = Lists::default();
        for (at, _) in self.rows {
            lists.push(values(&self.records[*at]));
        }
        FactColumn::Ids(lists)
    }

    fn day(self, value: impl Fn(Interval) -> Day) -> FactColumn {
        FactColumn::Day(self.rows.iter().map(|(_, days)| value(*days)).collect())
    }

    /// The pieces of a record share its number.
    fn registrering(self) -> FactColumn {
        FactColumn::Id(self.rows.iter().map(|(at, _)| *at as u32).collect())
    }

    fn ydelsesid(self) -> FactColumn {
        let id = |(at, _): &FactRow| self.records[*at].record.ydelsesid().into();
        FactColumn::Text(self.rows.iter().map(id).collect())
    }
}
