//! How much CPU time does each question take, from its text to the finished answer?
//!
//! Also writes the answers, and the star's tables for the rivals to count for themselves. Arguments
//! name the questions; without any, all are asked.

use anyhow::Result;
use terning_benches::clock::{Clock, time};
use terning_benches::question::{self, Question};
use terning_benches::{cells, data, export, output::Output};
use terning_engine::query::{self, View};

/// Runs of each question.
const RUNS: usize = 101;

fn main() -> Result<()> {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|one| !one.starts_with('-')).collect();
    let (loaded, cubes) = data::cubes(&data::deliveries()?)?;
    let views = question::views(&cubes);
    let mut output = Output::of("questions")?;
    export::write(&loaded, &output)?;
    drop(loaded);
    for question in question::ALL.iter().chain([&question::long_text()]) {
        if wanted.is_empty() || wanted.iter().any(|name| name == question.name) {
            // One that cannot be answered is said, and the others are asked all the same.
            if let Err(error) = measure(question, &views, &mut output) {
                println!("{:>28}: {error}", question.name);
            }
        }
    }
    Ok(())
}

fn measure(question: &Question, views: &[View], output: &mut Output) -> Result<()> {
    let asked = query::Question::Mdx(question.mdx);
    let answer = question::answer(views, &asked)?;
    let cells = &answer.cells;
    if let Some(mut out) = output.file("cells", &format!("{}.csv", question.name))? {
        cells::write(views[answer.view].cube(), cells, &mut out)?;
    }
    let note = format!("{} cells, {} not empty", cells.cell_count(), cells.ordinals.len());
    drop(answer);
    let times = time(Clock::Cpu, RUNS, || {
        std::hint::black_box(question::answer(views, &asked).is_ok());
    });
    output.times(question.name, &times, question.limit, &note)
}
