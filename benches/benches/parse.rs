//! How long does it take to read an MDX text of 10 kB?
//!
//! The text is one `SELECT` made of everything that the language has; it is read, not bound.

use anyhow::{Context, Result};
use terning_benches::clock::{Clock, time};
use terning_benches::output::Output;
use terning_engine::query::parse;

/// Runs.
const RUNS: usize = 101;

/// What the text should be as long as, in bytes.
const LENGTH: usize = 10_000;

/// What a text of the length should take at most, in milliseconds: it is read before every answer,
/// and the fastest answers take less than one.
const LIMIT: f64 = 0.5;

/// A member that a tool would define, with names, keys, functions, sets, texts and conditions.
const DEFINITION: &str = "
MEMBER [Measures].[Andel pr. år] AS CASE WHEN IsEmpty([Measures].[Antal Unikke Borgere]) THEN NULL
  ELSE Sum(Filter(Descendants([Handle kommune].[Geografi].CurrentMember,, LEAVES) * {[Tid].[År].&[2019] : [Tid].[År].&[2024]},
    [Measures].[Antal Ydelser] > 1.5e2 AND NOT [Ydelse VH].[Ydelser].CurrentMember.Name = 'Andet'), [Measures].[Antal Ydelser])
    / ([Measures].[Antal Ydelser], [Tid].[Kalender].CurrentMember.PrevMember) * 100 END, FORMAT_STRING = '#,##0.0'";

fn main() -> Result<()> {
    let count = LENGTH.div_ceil(DEFINITION.len());
    let text = format!("WITH{} SELECT FROM [Voksne Handicappede]", DEFINITION.repeat(count));
    parse::mdx(&text).ok().context("the text is read")?;
    let times = time(Clock::Cpu, RUNS, || {
        std::hint::black_box(parse::mdx(&text).is_ok());
    });
    let mut output = Output::of("parse")?;
    output.times("read", &times, Some(LIMIT), &format!("{} bytes", text.len()))
}
