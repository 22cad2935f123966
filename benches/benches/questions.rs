//! How much CPU time does each question take, from its text to the finished answer?

use anyhow::Result;
use terning_benches::clock::{Clock, time};
use terning_benches::question::{self, Question};
use terning_benches::{cells, data, export, output::Output};
use terning_engine::query::View;

/// Runs of each question.
const RUNS: usize = 101;

fn main() -> Result<()> {
    let (loaded, cubes) = data::cubes(&data::deliveries()?)?;
    let views = question::views(&cubes);
    let mut output = Output::of("questions")?;
    export::write(&loaded, &output)?;
    drop(loaded);
    for question in question::ALL {
        measure(question, &views, &mut output)?;
    }
    Ok(())
}

fn measure(question: &Question, views: &[View], output: &mut Output) -> Result<()> {
    let (view, answer) = question.ask.answer(views)?;
    if let Some(mut out) = output.file("cells", &format!("{}.csv", question.name))? {
        cells::write(views[view].cube(), &answer, &mut out)?;
    }
    let note = format!("{} cells, {} not empty", answer.cell_count(), answer.ordinals.len());
    drop(answer);
    let times = time(Clock::Cpu, RUNS, || {
        std::hint::black_box(question.ask.answer(views).is_ok());
    });
    output.times(question.name, &times, question.limit, &note)
}
