//! Voksenhandicap (VH): services to adults with disabilities.
//!
//! This file names the parts of the domain and nothing else: what is delivered ([`record`]), what
//! is looked up ([`reference`], [`kodelister`]), the rules ([`regler`]), the star ([`star`]).

pub mod cpr;
pub mod kodelister;
pub mod rapporter;
pub mod record;
pub mod reference;
pub mod regler;
pub mod star;

#[cfg(test)]
mod testing;

use crate::day::Interval;
use crate::domain::{
    DeliveryInfo, Domain, FieldSpec, Judged, Judgement, ReferenceSpec, Refused, Row,
};
use crate::rule::{Context, Marks, Rule, Warning};
use crate::schema::{Schema, SchemaError};
use crate::table::{Star, Timeline};

use record::Record;
use reference::Reference;

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
        Ok(Vh { schema: Schema::parse(include_str!("vh.toml"))? })
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

    fn record_id<'a>(&self, record: &'a Record) -> &'a str {
        record.ydelsesid()
    }

    fn is_ended(&self, record: &Record) -> bool {
        record.slut.is_some()
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
