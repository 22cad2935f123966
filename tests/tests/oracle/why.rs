//! Why a figure is what it is, on difficult folders: the steps of random cells.

use terning_engine::query::explain::{ExplainCell, Step, UNEXPLAINED, explain};
use terning_engine::query::{Cancel, Limits};
use terning_oracle::{Eyes, Pivot};
use terning_tests::question;
use terning_tests::random::Random;

use crate::both::Both;
use crate::difficult::deliver;
use crate::sample::given;

/// Folders in an ordinary run; `TERNING_WHY` asks for another number.
const FOLDERS: u64 = 30;
/// Cells that are explained in each, for each pair of eyes.
const CELLS: usize = 4;

fn folders(count: u64) -> impl Iterator<Item = (u64, Both, Random)> {
    (0..count).map(|seed| {
        let folder = tempfile::tempdir().unwrap();
        let mut random = Random(seed);
        deliver(folder.path(), &mut random);
        (seed, Both::read(folder.path()), random)
    })
}

#[test]
fn the_steps_of_a_cell_are_those_of_the_oracle() {
    let mut compared = 0;
    for (seed, both, mut random) in folders(given("TERNING_WHY", FOLDERS)) {
        let kommune = *random.one(&["153", "155", "183", "185", "187", "461"]);
        for eyes in [Eyes::National, Eyes::Kommune(kommune.to_owned())] {
            for _ in 0..CELLS {
                let pivot = question::pivot(&both.engine.cubes[1], &mut random);
                compared += agree(&both, &eyes, &pivot, seed);
            }
        }
    }
    assert!(compared > 500, "{compared} steps");
}

/// Compares the steps of the cell that the conditions of a pivot make; how many have a value.
fn agree(both: &Both, eyes: &Eyes, pivot: &Pivot, seed: u64) -> usize {
    let (filters, measure) = (&pivot.filters, &pivot.measures[0]);
    let about = format!("folder {seed} {eyes:?} {filters:?} {measure}");
    let (cube, filters) = (pivot.cube.clone(), pivot.filters.clone());
    let asked = ExplainCell { cube, filters: filters.clone(), measure: measure.clone() };
    let ours = explain(&both.views(eyes), &asked, (&Limits::default(), &Cancel::default()));
    let theirs = both.oracle.waterfall(eyes, &filters, measure);
    let (Ok(ours), Ok(theirs)) = (&ours, &theirs) else {
        assert!(ours.is_err() && theirs.is_err(), "{about}: {ours:?} {theirs:?}");
        return 0;
    };
    let before_k4 = ["indberettet", "K1", "K2"];
    let is_paid = filters.iter().any(|filter| filter.starts_with("Betalingskommune"));
    let mut compared = 0;
    // The oracle has no step for K4, which acts from the beginning there.
    for their in theirs.iter().filter(|one| !(is_paid && before_k4.contains(&&*one.after))) {
        let our = our_step(&ours.steps, &their.after);
        assert!(same(our.value, their.value), "{about}: {our:?} here, {their:?} there");
        compared += usize::from(our.value.is_some());
    }
    compared
}

fn our_step<'a>(steps: &'a [Step], after: &str) -> &'a Step {
    let own = || steps.iter().filter(|step| step.caption != UNEXPLAINED);
    match after {
        "indberettet" => &steps[0],
        "G" => own().next_back().unwrap(),
        rule => own().find(|step| step.rule == rule).unwrap(),
    }
}

fn same(ours: Option<f64>, theirs: Option<f64>) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0),
        (ours, theirs) => ours == theirs,
    }
}
