//! Drill-through shows as many records as the cell counts, of as many citizens.

use terning_engine::cube::MeasureRef;
use terning_engine::query::bound::Bound;
use terning_engine::query::drill::{Column, records};
use terning_engine::query::{Cancel, Limits, View, run};

/// The measures of `skanning.toml` that count citizens, and citizens with their records.
const CITIZENS: usize = 0;
const RECORDS: usize = 2;

/// Drills through the cell that the conditions of a question leave.
pub fn check(view: &View, question: &Bound, seed: u64) {
    let count = |measure| {
        let measure = MeasureRef { group: 0, measure };
        let cell = Bound::stored(Vec::new(), question.conditions.clone(), measure, false);
        let answer = run(view, &cell, &Limits::default(), &Cancel::default()).unwrap();
        answer.value(0).unwrap_or_default() as usize
    };
    let (citizens, expected) = (count(CITIZENS), count(RECORDS));
    let columns = columns(view, question);
    let conditions = question.conditions.clone();
    let found = records(view, conditions, &columns, 3, &Cancel::default()).unwrap();
    assert_eq!(found.records, expected, "TERNING_SCAN_SEED={seed}");
    assert_eq!(found.entities, citizens, "TERNING_SCAN_SEED={seed}");
    assert_eq!(found.table.rows(), expected.min(3), "TERNING_SCAN_SEED={seed}");
}

/// A field of every dimension that has a condition.
fn columns(view: &View, question: &Bound) -> Vec<Column> {
    let dimensions = question.conditions.iter().map(|condition| condition.dimension);
    let dimensions = dimensions.filter(|&dimension| !view.cube().dimensions[dimension].is_time);
    let mut columns: Vec<Column> =
        dimensions.map(|dimension| Column::Field { dimension, field: 0 }).collect();
    let last = view.cube().dimensions.len() - 1;
    columns.push(Column::Field { dimension: last, field: 0 });
    columns
}
