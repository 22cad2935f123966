//! The fact tables: each column is a function of a row's record or of its days.

use crate::day::{Day, Interval};
use crate::domain::{DeliveryInfo, Judged};
use crate::table::{FactColumn, FactTable, Lists};

use super::super::record::Record;
use super::FactRow;
use super::dimensions::Keys;

/// What the rows of a fact table are made of.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub records: &'a [Judged<Record>],
    pub deliveries: &'a [DeliveryInfo],
    pub keys: &'a Keys<'a>,
    pub rows: &'a [FactRow],
    pub as_of: Day,
}

impl Facts<'_> {
    /// The facts of the VH cube.
    pub fn reported(self) -> FactTable {
        let mut columns = self.shared_columns();
        columns.extend([
            ("aaben_ydelse", self.id(|judged| self.keys.aaben_ydelse(judged, self.as_of))),
            ("opholdssted", self.id(|judged| self.keys.opholdssted(&judged.record))),
            ("regler", self.ids(|judged, lists| self.keys.push_regler(judged, lists))),
        ]);
        named("ydelser_indberettet", columns)
    }

    /// The facts of Benchmark: neither institutions nor marks.
    pub fn benchmark(self) -> FactTable {
        let mut columns = self.shared_columns();
        let aaben = self.id(|judged| self.keys.aaben_ydelse_aendret(judged, self.as_of));
        columns.push(("aaben_ydelse", aaben));
        named("ydelser_benchmark", columns)
    }

    fn shared_columns(self) -> Vec<(&'static str, FactColumn)> {
        let keys = self.keys;
        let file = |judged: &Judged<Record>| &*self.deliveries[judged.delivery as usize].file;
        vec![
            ("borger", self.at(|at| keys.borger(at))),
            // The pieces of a record share its number.
            ("registrering", self.at(|at| at as u32)),
            ("ydelseskode_som_angivet", self.of(|record| keys.ydelseskode_som_angivet(record))),
            ("foerste_dag", self.day(|days| days.first)),
            ("sidste_dag", self.day(|days| days.last)),
            ("begynder", self.row(|row| row.starts.into())),
            ("slutter", self.row(|row| row.ends.into())),
            ("handlekommune", self.of(|record| keys.handlekommune(record))),
            ("betalingskommune", self.of(|record| keys.betalingskommune(record))),
            ("ydelse", self.of(|record| keys.ydelse(record))),
            ("maalgrupper", self.ids(|judged, lists| keys.push_maalgrupper(&judged.record, lists))),
            ("funktionsvurdering", self.of(Keys::funktionsvurdering)),
            ("godkendelsesserie", self.of(|record| keys.godkendelsesserie(record))),
            ("koen", self.at(|at| keys.koen(at))),
            ("foedt", FactColumn::Day(self.each(|row| keys.foedt(row.at)))),
            ("ydelsesid", self.text(|judged| judged.record.ydelsesid().into())),
            ("fil", self.text(|judged| file(judged).into())),
            ("linje", self.id(|judged| judged.line)),
        ]
    }

    /// A number of the record.
    fn of(self, value: impl Fn(&Record) -> u32) -> FactColumn {
        self.id(|judged| value(&judged.record))
    }

    fn id(self, value: impl Fn(&Judged<Record>) -> u32) -> FactColumn {
        self.at(|at| value(&self.records[at]))
    }

    /// A number of the record at a position.
    fn at(self, value: impl Fn(usize) -> u32) -> FactColumn {
        self.row(|row| value(row.at))
    }

    fn row(self, value: impl Fn(&FactRow) -> u32) -> FactColumn {
        FactColumn::Id(self.each(value))
    }

    fn ids(self, push: impl Fn(&Judged<Record>, &mut Lists)) -> FactColumn {
        let mut lists = Lists::default();
        for row in self.rows {
            push(&self.records[row.at], &mut lists);
        }
        FactColumn::Ids(lists)
    }

    fn day(self, value: impl Fn(Interval) -> Day) -> FactColumn {
        FactColumn::Day(self.each(|row| value(row.days)))
    }

    fn text(self, value: impl Fn(&Judged<Record>) -> Box<str>) -> FactColumn {
        FactColumn::Text(self.each(|row| value(&self.records[row.at])))
    }

    fn each<T>(self, value: impl Fn(&FactRow) -> T) -> Vec<T> {
        self.rows.iter().map(value).collect()
    }
}

fn named(name: &str, columns: Vec<(&str, FactColumn)>) -> FactTable {
    let columns = columns.into_iter().map(|(column, values)| (column.to_owned(), values));
    FactTable { name: name.to_owned(), columns: columns.collect() }
}
