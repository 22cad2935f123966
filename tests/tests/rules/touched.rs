//! How many records and citizens each step of an explanation has changed, by hand.

use terning_engine::query::explain::{ExplainCell, Step, explain};
use terning_engine::query::{Cancel, Limits, View};
use terning_tests::engine::Engine;

use crate::world::*;

/// Two services of Anna; a child; Carl, in two places in June; and Dora, in February and March alone.
const LINES: [&str; 6] = [
    "a;6101801234;153;;1.8.1;2020-01-01;;1.1.1;;A",
    "b;6101801234;153;;1.4;2020-01-01;;1.1.1;;A",
    "child;6101105234;153;;1.8.1;2020-01-01;;1.1.1;;A",
    "c1;6202702345;153;;1.8.1;2020-01-01;;1.1.1;;A",
    "c2;6202702345;153;;1.8.2;2020-06-01;2020-06-30;1.1.1;;A",
    "d;6303603456;153;;1.8.1;2020-02-01;2020-03-31;1.1.1;;A",
];

/// The steps of 1.8.1 and 1.8.2 in 2020, of which 1.8.1 is approved for the first half of the year.
fn steps(measure: &str, approved: &str) -> Vec<Step> {
    let world = World::of(&LINES);
    world.approve(&[["153", "1.8.1", "2020K1", "Ja"], ["153", "1.8.1", "2020K2", "Ja"]]);
    let engine = Engine::load(world.0.path(), None).unwrap();
    let views: Vec<View> = engine.cubes.iter().map(|cube| View::everything(cube.clone())).collect();
    let asked = ExplainCell {
        cube: BENCHMARK.to_owned(),
        filters: vec![
            YEAR.to_owned(),
            "Ydelse VH.Ydelseskode=1.8.1,1.8.2".to_owned(),
            format!("JaNej godkendt Ydelse.Ja Nej Tekst={approved}"),
        ],
        measure: measure.to_owned(),
    };
    explain(&views, &asked, (&Limits::default(), &Cancel::default())).unwrap().steps
}

/// Records and citizens that a step has changed.
fn touched(steps: &[Step], rule: &str) -> (f64, f64) {
    let step = steps[1..].iter().find(|step| step.rule == rule).unwrap();
    (step.records.unwrap(), step.entities.unwrap())
}

#[test]
fn a_step_tells_of_the_records_that_it_changes_and_of_no_other() {
    let steps = steps(M3, "Ja");
    assert_eq!(steps[0].value, Some(5.0), "b is another service");
    assert_eq!((steps[0].records, steps[0].entities), (None, None));
    assert_eq!(touched(&steps, "D5"), (1.0, 1.0), "the child");
    assert_eq!(touched(&steps, "C2"), (1.0, 1.0), "of Carl's two the one that loses June");
    assert_eq!(touched(&steps, "D1"), (0.0, 0.0));
    assert_eq!(touched(&steps, "C3"), (0.0, 0.0));
}

/// Of Anna's and Carl's 1.8.1 the second half of the year is left out, and Carl's 1.8.2 all of it; Dora's
/// lies in the approved half. Some of these are counted all the same, with fewer days.
#[test]
fn the_approval_touches_the_records_that_lose_a_day() {
    let steps = steps(M6, "Ja");
    let last = steps.last().unwrap();
    assert_eq!((last.records, last.entities), (Some(3.0), Some(2.0)));
    let days = |value: Option<f64>| (value.unwrap() * 366.0).round();
    // Before: Anna all year, Carl all year (June elsewhere), Dora 29 + 31 days.
    assert_eq!(days(steps[steps.len() - 2].value), 366.0 + 366.0 + 60.0);
    // After: the 182 days of the half year, of Carl's without June's 30.
    assert_eq!(days(last.value), 182.0 + 152.0 + 60.0);
}

/// Without approval: Anna's, Carl's and Dora's 1.8.1 lose the first half of the year.
#[test]
fn what_is_not_approved_loses_the_approved_days() {
    let last = steps(M3, "Nej").pop().unwrap();
    assert_eq!((last.records, last.entities), (Some(3.0), Some(3.0)));
    assert_eq!((last.value, last.change), (Some(3.0), Some(-1.0)), "Dora's has no day left");
}
