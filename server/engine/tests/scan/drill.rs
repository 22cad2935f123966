//! Drill-through shows as many records as the cell counts, of as many citizens; behind a measure of
//! begun, ended or last-day records those alone.

use cube_schema::schema::MeasureKind;
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
    let default = MeasureRef { group: 0, measure: CITIZENS };
    let found = records(
        view,
        default,
        conditions,
        &columns,
        0..3,
        (&Limits::default(), &Cancel::default()),
    )
    .unwrap();
    assert_eq!(found.records, expected, "TERNING_SCAN_SEED={seed}");
    assert_eq!(found.entities, citizens, "TERNING_SCAN_SEED={seed}");
    assert_eq!(found.table.rows(), expected.min(3), "TERNING_SCAN_SEED={seed}");
    for (measure, shape) in view.cube().groups[0].measures.iter().enumerate() {
        let at = MeasureRef { group: 0, measure };
        let conditions = question.conditions.clone();
        let found = || {
            records(view, at, conditions, &[], 0..0, (&Limits::default(), &Cancel::default()))
                .unwrap()
        };
        let (about, expected) =
            (format!("TERNING_SCAN_SEED={seed}: {}", shape.name), count(measure));
        match shape.kind {
            // A record of these worlds may begin and end more than once.
            MeasureKind::Starts | MeasureKind::Ends => {
                let records = found().records;
                assert!(records <= expected && (records > 0) == (expected > 0), "{about}");
            }
            MeasureKind::DistinctAtEnd if shape.order.is_none() => {
                assert_eq!(found().entities, expected, "{about}");
            }
            _ => {}
        }
    }
}

/// A field of every dimension that has a condition.
fn columns(view: &View, question: &Bound) -> Vec<Column> {
    let dimensions = question.conditions.iter().map(|condition| condition.dimension);
    let dimensions = dimensions.filter(|&dimension| !view.cube().dimensions[dimension].is_time);
    let mut columns: Vec<Column> =
        dimensions.map(|dimension| Column::Field { dimension, field: 0, is_key: false }).collect();
    let last = view.cube().dimensions.len() - 1;
    columns.push(Column::Field { dimension: last, field: 0, is_key: false });
    columns
}
