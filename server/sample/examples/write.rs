//! Writes sample deliveries and says how long it took: `write DIR [SCALE] [FIRST..LAST] [SEED]`.

use std::time::Instant;

use anyhow::{Context, Result};
use terning_sample::{Options, generate};

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let out = args.next().context("where to?")?.into();
    let scale = args.next().map_or(Ok(1.0), |text| text.parse())?;
    let months = args.next().unwrap_or_else(|| "2026-09..2026-09".to_owned());
    let (first, last) = months.split_once("..").context("months are given as 2026-09..2026-10")?;
    let seed = args.next().map_or(Ok(1), |text| text.parse())?;
    let options = Options { out, scale, seed, months: (first.to_owned(), last.to_owned()) };
    let began = Instant::now();
    let summary = generate(&options, &|_, _, _| {})?;
    println!("{summary:?} in {:.2?}", began.elapsed());
    Ok(())
}
