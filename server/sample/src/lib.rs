//! Synthetic deliveries in the intake format, deterministic by seed.
//!
//! A country is made up ([`generate`]), then written down: municipalities, citizens and their
//! services first, then the errors that the rules are for, then what every system delivers in a
//! month, and the reference files. All CPR numbers are replacement numbers.

// Tools.
mod day;
mod random;

// The country and its people.
mod calibration;
mod country;
mod people;
mod places;
mod services;

// What is registered of them, what is wrong with it, and who delivers it.
mod records;

mod errors;
mod systems;
mod world;

// What is handed over.
mod stock;

mod xml;

mod delivery;

mod broken;

// Reference files.
mod accounts;
mod approvals;
mod reference;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;

use crate::day::Month;
use crate::delivery::Delivery;
use crate::stock::Stock;
use crate::world::World;

/// What to generate.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where: the folder of deliveries, which gets a folder per month and `reference/`.
    pub out: PathBuf,
    /// 1.0 is the size of the country.
    pub scale: f64,
    /// The same seed, scale and months give the same bytes.
    pub seed: u64,
    /// First and last month, `2026-09`.
    pub months: (String, String),
}

/// What was generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Months asked for.
    pub months: usize,
    /// Files written.
    pub files: usize,
    /// Records in sound data files.
    pub records: u64,
    /// Citizens with a record.
    pub citizens: u64,
}

/// Makes up a country and writes its deliveries. `progress(done, total, what)` is called now and
/// then from any thread.
///
/// # Errors
/// When the options make no sense or the folder cannot be written.
pub fn generate(options: &Options, progress: &(dyn Fn(u64, u64, &str) + Sync)) -> Result<Summary> {
    let (first, last) = (Month::parse(&options.months.0)?, Month::parse(&options.months.1)?);
    ensure!(
        first <= last,
        "månederne står bagfra: {} er efter {}; skriv den første først",
        options.months.0,
        options.months.1
    );
    ensure!(
        first >= Month::new(2020, 1),
        "leverancer begynder med 2020-01; {} er tidligere",
        options.months.0
    );
    ensure!(
        options.scale > 0.0 && options.scale <= 10.0,
        "størrelsen er et tal over 0 og højst 10, ikke {}",
        options.scale
    );
    progress(0, 1, "making up the country");
    let world = World::new(options.seed, options.scale, first, last);
    let tasks = tasks(&world);
    let done = AtomicU64::new(0);
    let written: Vec<(usize, u64)> = tasks
        .par_iter()
        .with_max_len(1)
        .map(|task| {
            let written = task.run(&world, &options.out)?;
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress(done, tasks.len() as u64, task.name());
            Ok(written)
        })
        .collect::<Result<_>>()?;
    Ok(Summary {
        months: world.months.len(),
        files: written.iter().map(|one| one.0).sum(),
        records: written.iter().map(|one| one.1).sum(),
        citizens: world.people.len() as u64,
    })
}

/// A piece of the writing.
enum Task {
    /// The workbook of approvals.
    Approvals,
    /// Another reference file.
    Reference(&'static str, fn(&World) -> String),
    /// What a source (by position) delivers in a month.
    Deliveries(usize, Month),
    /// The refused files of a month.
    Broken(Month),
}

/// Everything there is to write, the longest first.
fn tasks(world: &World) -> Vec<Task> {
    let mut tasks = vec![
        Task::Approvals,
        Task::Reference("udgifter.csv", accounts::expenses),
        Task::Reference("befolkning.csv", reference::population),
        Task::Reference("cpr.csv", reference::cpr),
        Task::Reference("personale.csv", accounts::staff),
        Task::Reference("opholdssteder.csv", reference::places),
        Task::Reference("systemskifte.csv", reference::systems),
        Task::Reference("kodelister/saerregler.csv", reference::pairs),
    ];
    for (position, source) in world.sources.iter().enumerate() {
        match source.only {
            Some(month) => tasks.push(Task::Deliveries(position, month)),
            None => {
                let months =
                    world.months.iter().filter(|month| !world.is_behind(position, **month));
                tasks.extend(months.map(|month| Task::Deliveries(position, *month)));
            }
        }
    }
    tasks.extend(world.months.iter().map(|month| Task::Broken(*month)));
    tasks
}

impl Task {
    const fn name(&self) -> &'static str {
        match self {
            Self::Approvals => "Godkendte_kommuner.xlsx",
            Self::Reference(name, _) => name,
            Self::Deliveries(..) | Self::Broken(_) => "deliveries",
        }
    }

    /// Writes its files; gives their number, and the records in sound data files.
    fn run(&self, world: &World, out: &Path) -> Result<(usize, u64)> {
        match self {
            Self::Approvals => {
                approvals::write(world, &reference_folder(out)?.join(self.name()))?;
                Ok((1, 0))
            }
            Self::Reference(name, text) => {
                let path = reference_folder(out)?.join(name);
                fs::write(&path, text(world))
                    .with_context(|| format!("cannot write {}", path.display()))?;
                Ok((1, 0))
            }
            Self::Deliveries(source, month) => deliver(world, *source, *month, out),
            Self::Broken(month) => {
                let broken = broken::deliveries(world, *month);
                let files: Vec<usize> =
                    broken.iter().map(|one| one.write(out)).collect::<Result<_>>()?;
                Ok((files.iter().sum(), 0))
            }
        }
    }
}

fn reference_folder(out: &Path) -> Result<PathBuf> {
    let folder = out.join("reference");
    let lists = folder.join("kodelister");
    fs::create_dir_all(&lists).with_context(|| format!("cannot create {}", lists.display()))?;
    Ok(folder)
}

/// A source's delivery of a month; some deliver twice, first without their newest records, and one
/// loses a third of them.
fn deliver(world: &World, source: usize, month: Month, out: &Path) -> Result<(usize, u64)> {
    let mut stock = Stock::handed_over(world, source, month);
    if world.loses(source, month) {
        stock.lines.truncate(stock.lines.len() * 2 / 3);
    }
    let mut files = 0;
    let twice = source % 31 == 4 && !stock.source.changes;
    if twice {
        let whole = stock.lines.clone();
        stock.lines.truncate(whole.len() - whole.len() / 100);
        files += Delivery::new(&stock, &world.country, 1).write(out)?;
        stock.lines = whole;
    }
    let serial = if twice { 2 } else { 1 };
    files += Delivery::new(&stock, &world.country, serial).write(out)?;
    Ok((files, stock.lines.len() as u64))
}
