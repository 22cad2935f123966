//! How slow is the slowest of 200 pivots that nobody has thought of?

use anyhow::{Result, ensure};
use terning_benches::clock::{Clock, Times, time};
use terning_benches::random::{self, Random};
use terning_benches::{data, output::Output, question};
use terning_engine::query::{Pivot, Question, View};

/// Another seed gives other pivots.
const SEED: u64 = 2026;
const PIVOTS: usize = 200;
/// Larger answers are not counted, and another pivot is drawn.
const LARGEST: usize = 100_000;
const RUNS: usize = 5;
/// How many pivots may be drawn until one can be answered.
const TRIES: usize = 1000;
/// The slowest that are shown.
const SHOWN: usize = 12;

fn main() -> Result<()> {
    let (_, cubes) = data::cubes(&data::deliveries()?)?;
    let shown: Vec<_> = cubes.into_iter().filter(|cube| !cube.hidden).collect();
    let views = question::views(&shown);
    let mut measured = measure(&views)?;
    measured.sort_unstable_by(|one, other| other.0.median().total_cmp(&one.0.median()));
    for (times, pivot) in measured.iter().take(SHOWN) {
        println!("{:9.3} ms  {}", times.median(), words(pivot));
    }
    let mut output = Output::of("pivots")?;
    let middle = measured[PIVOTS / 2].0.median();
    output.figure("random pivots, median of 200", middle, "ms", None)?;
    output.times("random pivots, slowest of 200", &measured[0].0, Some(50.0), "")
}

fn measure(views: &[View]) -> Result<Vec<(Times, Pivot)>> {
    let mut random = Random(SEED);
    let mut measured = Vec::with_capacity(PIVOTS);
    let mut tries = 0;
    while measured.len() < PIVOTS {
        tries += 1;
        ensure!(
            tries <= TRIES,
            "no pivot of {} can be answered",
            views[measured.len() % views.len()].cube().name
        );
        let cube = views[measured.len() % views.len()].cube();
        let pivot = random::pivot(cube, "Handle kommune", &mut random);
        let asked = Question::Pivot(&pivot);
        let Ok(answer) = question::answer(views, &asked) else { continue };
        if !(1..=LARGEST).contains(&answer.cells.cell_count()) {
            continue;
        }
        let times = time(Clock::Cpu, RUNS, || {
            std::hint::black_box(question::answer(views, &asked).is_ok());
        });
        measured.push((times, pivot));
        tries = 0;
    }
    Ok(measured)
}

fn words(pivot: &Pivot) -> String {
    let Pivot { cube, filters, columns, rows, measures, totals, .. } = pivot;
    format!(
        "{cube}: columns {columns:?} rows {rows:?} filters {filters:?} {measures:?} totals {totals}"
    )
}
