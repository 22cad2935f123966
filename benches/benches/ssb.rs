//! How long do the questions of the Star Schema Benchmark take, from their text to the finished
//! answer? CPU time and time on the wall, no answer kept from before.
//!
//! `TERNING_SSB` names the folder of tables that the program `ssb` has written. Arguments name the
//! questions; without any, all are asked.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use cube_schema::schema::Schema;
use terning_benches::clock::{Clock, cpu_time, time};
use terning_benches::ssb::{QUESTIONS, Question, SCHEMA, Tables};
use terning_benches::{cells, output::Output, process, question};
use terning_engine::query::{self, View};
use terning_engine::tables::build_cubes;

/// Runs of each question.
const RUNS: usize = 31;

fn main() -> Result<()> {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|one| !one.starts_with('-')).collect();
    let folder = std::env::var_os("TERNING_SSB").map(PathBuf::from);
    let folder = folder.context("TERNING_SSB must name a folder of tables; `ssb` makes one")?;
    let mut output = Output::of("ssb")?;
    let views = views(&Tables::in_folder(&folder), &mut output)?;
    for question in QUESTIONS {
        if wanted.is_empty() || wanted.iter().any(|name| name == question.name) {
            measure(question, &views, &mut output)?;
        }
    }
    Ok(())
}

fn views(tables: &Tables, output: &mut Output) -> Result<Vec<View>> {
    let schema = Schema::parse(SCHEMA).map_err(|error| anyhow!("{error}"))?;
    let (began, cpu, mut views) = (Instant::now(), cpu_time(), Vec::new());
    let take = |cube| views.push(View::everything(Arc::new(cube)));
    build_cubes(&schema, SCHEMA, tables, &|_| {}, take)?;
    output.figure("build, wall", began.elapsed().as_secs_f64(), "s", None)?;
    output.figure("build, CPU", (cpu_time() - cpu).as_secs_f64(), "s", None)?;
    let own = std::process::id();
    output.figure("memory with the cube", process::memory(own)?, "MB", None)?;
    output.figure("peak memory of the build", process::peak_memory(own)?, "MB", None)?;
    Ok(views)
}

fn measure(question: &Question, views: &[View], output: &mut Output) -> Result<()> {
    let asked = query::Question::Mdx(question.mdx);
    let answer = question::answer(views, &asked)?;
    let found = &answer.cells;
    if let Some(mut out) = output.file("cells", &format!("{}.csv", question.name))? {
        cells::write(views[answer.view].cube(), found, &mut out)?;
    }
    let note = format!("{} not empty", found.ordinals.len());
    drop(answer);
    for (clock, name) in [(Clock::Cpu, "CPU"), (Clock::Wall, "wall")] {
        let times = time(clock, RUNS, || {
            std::hint::black_box(question::answer(views, &asked).is_ok());
        });
        output.times(&format!("{} {name}", question.name), &times, None, &note)?;
    }
    Ok(())
}
