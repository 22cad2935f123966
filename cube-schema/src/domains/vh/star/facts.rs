//! The fact tables: each column is a function of a row's record or of its days.

use std::collections::HashMap;
use std::hash::Hash;

use crate::day::{Day, Interval};
use crate::domain::{DeliveryInfo, Judged};
use crate::rule::Marks;
use crate::table::{FactColumn, FactTable, Lists};

use super::super::kodelister::Kommune;
use super::super::perioder;
use super::super::record::Record;
use super::super::regler::{self, RULES, c3_stoette_under_ophold};
use super::super::{LOKAL, NATIONAL};
use super::FactRow;
use super::dimensions::Keys;

/// What the rows of a fact table are made of.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    /// All records, and behind them their states in the steps of explanations.
    pub records: &'a [&'a Judged<Record>],
    /// By position in `records`: the record that it is, or is a state of.
    pub origin: &'a [u32],
    pub deliveries: &'a [DeliveryInfo],
    pub keys: &'a Keys<'a>,
    pub rows: &'a [FactRow],
    pub as_of: Day,
}

impl<'a> Facts<'a> {
    /// The facts of the VH cube.
    pub fn reported(self) -> FactTable {
        let mut columns = self.shared_columns();
        columns.extend([
            ("aaben_ydelse", self.id(|judged| self.keys.aaben_ydelse(judged, self.as_of))),
            ("opholdssted", self.id(|judged| self.keys.opholdssted(&judged.record))),
            ("regler", self.marks()),
        ]);
        named("ydelser_indberettet", columns, self.judged(LOKAL, ""))
    }

    /// The facts of Benchmark: neither institutions nor marks.
    pub fn benchmark(self) -> FactTable {
        let mut judged = self.judged(NATIONAL, "");
        judged.extend(self.judged(LOKAL, "_lokal"));
        let mut columns = self.shared_columns();
        let aaben = self.id(|judged| self.keys.aaben_ydelse_aendret(judged, self.as_of));
        columns.push(("aaben_ydelse", aaben));
        named("ydelser_benchmark", columns, judged)
    }

    /// The facts of the cube that explains the others: by the steps in which they hold.
    pub fn explained(self, steps: FactColumn, touched: FactColumn) -> FactTable {
        let keys = self.keys;
        let mut judged = self.judged(NATIONAL, "");
        judged.extend(self.judged(LOKAL, "_lokal"));
        let mut columns = self.shared_columns();
        columns.extend([
            ("aaben_ydelse", self.id(|judged| keys.aaben_ydelse_aendret(judged, self.as_of))),
            ("opholdssted", self.id(|judged| keys.opholdssted(&judged.record))),
            ("regler", self.marks()),
            ("ejer", self.at(|at| keys.handlekommune(&self.origin(at).record))),
            ("trin", steps),
            ("roert_af", touched),
        ]);
        named("ydelser_forklaret", columns, judged)
    }

    /// The record that a position is, or is a state of.
    fn origin(self, at: usize) -> &'a Judged<Record> {
        self.records[self.origin[at] as usize]
    }

    fn shared_columns(self) -> Vec<(&'static str, FactColumn)> {
        let keys = self.keys;
        let file =
            |judged: &Judged<Record>| self.deliveries[judged.delivery as usize].file.as_str();
        vec![
            ("borger", self.at(|at| keys.borger(self.origin[at] as usize))),
            // The pieces of a record share its number.
            ("registrering", self.at(|at| self.origin[at])),
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
            ("koen", self.at(|at| keys.koen(self.origin[at] as usize))),
            ("foedt", FactColumn::Day(self.each(|row| keys.foedt(self.origin[row.at] as usize)))),
            ("ydelsesid", self.text(|judged| judged.record.ydelsesid().into())),
            ("system", self.coded(|judged| judged.record.system(), |system| (*system).into())),
            ("fil", self.coded(file, |file| (*file).into())),
            (
                "fil_egen",
                self.coded(
                    |judged| if self.is_own(judged) { file(judged) } else { "" },
                    |file| (*file).into(),
                ),
            ),
            ("linje", self.id(|judged| judged.place.line)),
            ("linje_egen", self.own(|judged| judged.place.line)),
            ("post", self.id(|judged| judged.place.nth)),
            ("post_egen", self.own(|judged| judged.place.nth)),
            ("startdato", self.told(|judged| judged.record.start.dag())),
            ("slutdato", self.told(|judged| judged.record.slut)),
        ]
    }

    /// What the rules have done to the record, in one judgement, under a suffix: first and last
    /// day left, the pieces left, `Dato uden overlap`, and the marks.
    fn judged(self, judgement: usize, suffix: &str) -> Vec<(String, FactColumn)> {
        let columns = [
            ("tilbage_fra", self.told(|judged| Some(left(judged, judgement).first()?.first))),
            ("tilbage_til", self.told(|judged| Some(left(judged, judgement).last()?.last))),
            ("perioder_tilbage", self.coded(|judged| left(judged, judgement), skrevne_perioder)),
            ("dato_uden_overlap", self.told(|judged| dato_uden_overlap(judged, judgement))),
            ("maerker", self.coded(|judged| maerker(judged, judgement), skrevet)),
        ];
        columns.into_iter().map(|(name, values)| (format!("{name}{suffix}"), values)).collect()
    }

    /// The marks that the VH cube shows of the record.
    fn marks(self) -> FactColumn {
        let mut lists = Lists::default();
        self.rows.iter().for_each(|row| self.keys.push_regler(self.origin(row.at), &mut lists));
        FactColumn::Ids(lists)
    }

    /// Whether its own municipality delivered a record, and so may see file and line of it. Those of
    /// a pair's reporter (K1, K2) would tell how many others it delivered.
    fn is_own(self, judged: &Judged<Record>) -> bool {
        let reporter = &self.deliveries[judged.delivery as usize].reporter;
        Kommune::parse(reporter) == Some(judged.record.handlekommune)
    }

    /// A number of the record.
    fn of(self, value: impl Fn(&Record) -> u32) -> FactColumn {
        self.id(|judged| value(&judged.record))
    }

    /// A number of each record, of those alone whose file and line may be seen; else 0.
    fn own(self, value: impl Fn(&Judged<Record>) -> u32) -> FactColumn {
        self.id(|judged| if self.is_own(judged) { value(judged) } else { 0 })
    }

    fn id(self, value: impl Fn(&Judged<Record>) -> u32) -> FactColumn {
        self.at(|at| value(self.records[at]))
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
            push(self.records[row.at], &mut lists);
        }
        FactColumn::Ids(lists)
    }

    fn day(self, value: impl Fn(Interval) -> Day) -> FactColumn {
        FactColumn::Day(self.each(|row| value(row.days)))
    }

    /// A day that is only shown.
    fn told(self, value: impl Fn(&Judged<Record>) -> Option<Day>) -> FactColumn {
        let day = |row: &FactRow| value(self.origin(row.at)).unwrap_or(Day::MAX);
        FactColumn::Day(self.rows.iter().map(day).collect())
    }

    /// Values of which there are few: each is written as text once. Neighbours mostly have the
    /// same, which is then not looked up.
    fn coded<T: Copy + Eq + Hash>(
        self,
        value: impl Fn(&'a Judged<Record>) -> T,
        text: impl Fn(&T) -> Box<str>,
    ) -> FactColumn {
        let (mut known, mut texts) = (HashMap::<T, u32>::new(), Vec::<Box<str>>::new());
        let mut before: Option<(T, u32)> = None;
        let mut number = |row: &FactRow| {
            let value = value(self.origin(row.at));
            if let Some((_, number)) = before.filter(|(before, _)| *before == value) {
                return number;
            }
            let number = *known.entry(value).or_insert_with(|| {
                texts.push(text(&value));
                texts.len() as u32 - 1
            });
            before = Some((value, number));
            number
        };
        let numbers = self.rows.iter().map(&mut number).collect();
        FactColumn::Coded(texts, numbers)
    }

    fn text(self, value: impl Fn(&Judged<Record>) -> Box<str>) -> FactColumn {
        FactColumn::Text(self.each(|row| value(self.origin(row.at))))
    }

    fn each<T>(self, value: impl Fn(&FactRow) -> T) -> Vec<T> {
        self.rows.iter().map(value).collect()
    }
}

/// A fact table of named columns.
pub(super) fn named(
    name: &str,
    columns: Vec<(&str, FactColumn)>,
    more: Vec<(String, FactColumn)>,
) -> FactTable {
    let columns = columns.into_iter().map(|(column, values)| (column.to_owned(), values));
    FactTable { name: name.to_owned(), columns: columns.chain(more).collect() }
}

/// The days that are left of a record; none of one that is deleted.
fn left(judged: &Judged<Record>, judgement: usize) -> &[Interval] {
    let deleted = judged.marks.0 & regler::sletter().0 != 0;
    if deleted { &[] } else { &judged.verdicts[judgement].pieces }
}

/// `Dato uden overlap` of a record that C3 marks.
fn dato_uden_overlap(judged: &Judged<Record>, judgement: usize) -> Option<Day> {
    let marked = judged.verdicts[judgement].marks.iter().any(|at| RULES[at].id == "C3");
    let start = judged.record.start.dag().filter(|_| marked)?;
    c3_stoette_under_ophold::dato_uden_overlap(start, left(judged, judgement))
}

/// The ids of the rules whose mark a record carries, in their order.
fn maerker(judged: &Judged<Record>, judgement: usize) -> Marks {
    judged.marks.with(judged.verdicts[judgement].marks)
}

fn skrevne_perioder(pieces: &&[Interval]) -> Box<str> {
    perioder::skriv(pieces).into()
}

fn skrevet(marks: &Marks) -> Box<str> {
    marks.iter().map(|at| RULES[at].id).collect::<Vec<_>>().join(", ").into()
}
