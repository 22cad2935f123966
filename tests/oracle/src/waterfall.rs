//! Why a figure is what it is: the measure after each prefix of the ordered rules.

use anyhow::{Context, Result};

use crate::cube::BENCHMARK;
use crate::eyes::Eyes;
use crate::load::Oracle;
use crate::pivot::answer;
use crate::question::Pivot;
use crate::record::OracleRecord;
use crate::rules::{RULES_IN_ORDER, all_but_first};

/// The dimension whose conditions act last.
const APPROVAL: &str = "JaNej godkendt Ydelse.";

/// One step: what has acted by now, and the measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// `indberettet`, a rule's id, or `G`.
    pub after: String,
    /// The measure of the cell; none where no record is active.
    pub value: Option<f64>,
}

impl Oracle {
    /// The measure of a cell of Benchmark as reported, after each of the rules in order, and after
    /// approval. For a municipality by its own records and judgement alone.
    ///
    /// # Errors
    /// A field, value or measure that does not exist.
    pub fn waterfall(&self, eyes: &Eyes, filters: &[String], measure: &str) -> Result<Vec<Step>> {
        let is_late = |filter: &&String| filter.starts_with(APPROVAL);
        let early: Vec<String> =
            filters.iter().filter(|filter| !is_late(filter)).cloned().collect();
        let mut steps = Vec::new();
        for count in 0..=RULES_IN_ORDER.len() {
            let records = self.own_with_first_rules(eyes, count);
            let after = if count == 0 { "indberettet" } else { RULES_IN_ORDER[count - 1] };
            let value = self.value_over(&records, &early, measure)?;
            steps.push(Step { after: after.to_owned(), value });
        }
        let records = self.own_with_first_rules(eyes, RULES_IN_ORDER.len());
        let value = self.value_over(&records, filters, measure)?;
        steps.push(Step { after: "G".to_owned(), value });
        Ok(steps)
    }

    /// The records that these eyes own in the end, as they are when only so many rules act.
    fn own_with_first_rules(&self, eyes: &Eyes, count: usize) -> Vec<OracleRecord> {
        let so_far = self.records_without(&all_but_first(count));
        let own: Vec<OracleRecord> = so_far
            .into_iter()
            .zip(self.records())
            .filter(|(_, in_the_end)| eyes.owns(in_the_end))
            .map(|(record, _)| record)
            .collect();
        if *eyes == Eyes::National { own } else { self.judged_locally(&own) }
    }

    fn value_over(
        &self,
        records: &[OracleRecord],
        filters: &[String],
        measure: &str,
    ) -> Result<Option<f64>> {
        let question = Pivot {
            cube: BENCHMARK.to_owned(),
            filters: filters.to_vec(),
            measures: vec![measure.to_owned()],
            empty: true,
            ..Pivot::default()
        };
        let set = answer(&self.cubes_of(records).benchmark(), &question)?;
        set.cells.first().and_then(|line| line.first()).copied().context("one cell is asked for")
    }
}
