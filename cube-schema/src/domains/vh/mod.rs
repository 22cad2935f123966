//! Voksenhandicap (VH): services to adults with disabilities.
//!
//! This file names the parts of the domain and nothing else: what is delivered ([`record`]), what
//! is looked up ([`mod@reference`], [`kodelister`]), the rules ([`regler`]), the star ([`star`]).

pub mod cpr;
pub mod fejl;
pub mod hand07;
pub mod kodelister;
pub mod noegletalsdata;
pub mod pakker;
pub mod perioder;
pub mod rapporter;
pub mod record;
pub mod reference;
pub mod regler;
pub mod star;
pub mod trin;

#[cfg(test)]
mod testing;

use crate::day::Interval;
use crate::domain::{
    DeliveryInfo, Domain, FieldSpec, Judged, Judgement, ReferenceSpec, Refused, Row, XmlNames,
};
use crate::rule::{Context, Marks, Rule, Warning};
use crate::schema::{Schema, SchemaError};
use crate::table::{Star, Timeline};
use crate::trial::Trial;

use record::Record;
use reference::Reference;

/// The schema that is compiled in, as text.
pub const SCHEMA: &str = include_str!("vh.toml");
/// The judgement that a municipality is shown: on the records of one handlekommune alone.
pub const LOKAL: usize = 0;
/// The judgement of Benchmark and the key figures: on all records of a citizen.
pub const NATIONAL: usize = 1;

static JUDGEMENTS: [Judgement<Record>; 2] = [
    Judgement {
        name: "lokal",
        key: |record| (record.cpr.number(), u64::from(record.handlekommune.0)),
    },
    Judgement { name: "national", key: |record| (record.cpr.number(), 0) },
];

/// The domain.
#[derive(Clone, Debug)]
pub struct Vh {
    schema: Schema,
}

impl Vh {
    /// The domain with the schema that is compiled in.
    ///
    /// # Errors
    /// The schema breaks a promise.
    pub fn new() -> Result<Vh, SchemaError> {
        Ok(Vh { schema: Schema::parse(SCHEMA)? })
    }
}

impl Domain for Vh {
    type Record = Record;
    type Reference = Reference;

    fn prefix(&self) -> &'static str {
        "VH"
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn fields(&self) -> &'static [FieldSpec] {
        &record::FIELDS
    }

    fn references(&self) -> &'static [ReferenceSpec] {
        &reference::SPECS
    }

    fn xml(&self) -> XmlNames {
        XmlNames { root: "Leverance", record: "Ydelse" }
    }

    fn knows_reporter(&self, reporter: &str, reference: &Reference) -> bool {
        reference.kommune(reporter).is_some()
    }

    fn read_reference(
        &self,
        reference: &mut Reference,
        spec: &ReferenceSpec,
        row: &Row<'_>,
    ) -> Result<Vec<Warning>, Refused> {
        reference::read(reference, spec, row)
    }

    fn read_record(
        &self,
        row: &Row<'_>,
        delivery: &DeliveryInfo,
        reference: &Reference,
    ) -> Result<(Record, Vec<Warning>), Refused> {
        record::read(row, delivery, reference)
    }

    fn read_deletion<'a>(
        &self,
        row: &Row<'a>,
        delivery: &DeliveryInfo,
        reference: &Reference,
    ) -> Result<Option<&'a str>, Refused> {
        record::read_deletion(row, delivery, reference)
    }

    fn record_id<'a>(&self, record: &'a Record) -> &'a str {
        record.ydelsesid()
    }

    fn is_ended(&self, record: &Record) -> bool {
        record.slut.is_some()
    }

    fn remark(&self, record: &Record) -> Option<&'static str> {
        record.cpr.is_replacement().then_some("Erstatningspersonnummer")
    }

    fn rules(&self) -> &'static [Rule<Vh>] {
        &regler::RULES
    }

    fn deleting(&self) -> Marks {
        regler::sletter()
    }

    fn judgements(&self) -> &'static [Judgement<Record>] {
        &JUDGEMENTS
    }

    fn trials(&self) -> Vec<Trial> {
        trin::alle().into_iter().map(|step| step.trial).collect()
    }

    fn applied(&self, record: &Record, context: &Context<'_, Reference>) -> Marks {
        regler::anvendt::anvendt(record, self.interval(record, context), context)
    }

    fn as_reported(&self, record: &Record) -> Record {
        record.indberettet()
    }

    /// The days as given: an open end stays open and a planned one stays planned, so that the C
    /// rules can tell an end from the as-of day. A record that starts after it has no day yet.
    fn interval(&self, record: &Record, context: &Context<'_, Reference>) -> Option<Interval> {
        let start = record.start.dag().filter(|start| *start <= context.as_of)?;
        Interval::new(start, record.slut.unwrap_or(crate::day::Day::MAX))
    }

    fn star(
        &self,
        records: &[Judged<Record>],
        deliveries: &[DeliveryInfo],
        reference: &Reference,
        timeline: Timeline,
    ) -> Star {
        star::make(records, deliveries, reference, timeline)
    }
}

#[cfg(test)]
mod tests {
    use super::regler::{RULES, handling};
    use super::testing::{CPR, read, reference, vh};
    use super::*;
    use crate::day::Day;

    #[test]
    fn rules_stand_in_the_order_in_which_they_run() {
        let order = |id: &str| ("SKDCXG".find(&id[..1]).unwrap(), id[1..].to_owned());
        assert!(RULES.is_sorted_by_key(|rule| order(rule.id)));
        let deleting: Vec<&str> = vh().deleting().iter().map(|at| RULES[at].id).collect();
        assert_eq!(deleting, ["D1", "D2", "D3", "D4", "D5"]);
        let changing = |id| handling(id) == Some("Ændres");
        assert_eq!(RULES.iter().filter(|rule| changing(rule.id)).count(), 3);
    }

    #[test]
    fn an_interval_is_as_reported_and_known_on_the_as_of_day() {
        let reference = reference();
        let context = Context { reference: &reference, as_of: Day::parse("2026-10-31").unwrap() };
        let days = |start, end| {
            let fields = ["Y1", CPR, "153", "", "1.8.1", start, end, "1.1.1", "", ""];
            let (record, _) = read(&reference, fields).unwrap();
            vh().interval(&record, &context).map(|days| (days.first.to_string(), days.last))
        };
        let last = Day::parse("2027-01-01").unwrap();
        assert_eq!(days("2020-01-01", ""), Some(("2020-01-01".to_owned(), Day::MAX)));
        assert_eq!(days("2026-10-31", "2027-01-01"), Some(("2026-10-31".to_owned(), last)));
        assert_eq!(days("2026-11-01", ""), None);
        assert_eq!(days("", "2020-01-01"), None);
        assert_eq!(days("2020-01-02", "2020-01-01"), None);
    }

    #[test]
    fn the_cubes_of_records_count_alike_and_two_tell_alike() {
        let cubes = &vh().schema().cubes;
        let [reported, benchmark, explained] = [0, 1, 2].map(|at| &cubes[at].groups[0]);
        assert_eq!(reported.measures.len(), 8);
        assert_eq!(reported.measures, benchmark.measures);
        assert_eq!(benchmark.measures, explained.measures);
        assert_eq!(benchmark.provenance, explained.provenance);
        let heads = |group: &crate::schema::MeasureGroup| {
            group.provenance.iter().map(|column| column.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(heads(reported), heads(benchmark));
    }

    #[test]
    fn local_judgement_is_per_handlekommune_and_national_per_citizen() {
        let reference = reference();
        let keys = |reporter| {
            let fields = ["Y1", CPR, reporter, "", "1.8.1", "", "", "", "", ""];
            let (record, _) = read(&reference, fields).unwrap();
            [(JUDGEMENTS[LOKAL].key)(&record), (JUDGEMENTS[NATIONAL].key)(&record)]
        };
        let [local, national] = keys("153");
        assert_ne!(local, keys("157")[LOKAL]);
        assert_eq!(national, keys("157")[NATIONAL]);
        assert_eq!(vh().judgements().len(), 2);
    }
}
