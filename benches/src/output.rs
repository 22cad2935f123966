//! Where results go: to the terminal, and to a folder that `peers/` reads.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Result;

use crate::clock::Times;

/// The results of one bench.
pub struct Output {
    folder: Option<PathBuf>,
    results: Option<BufWriter<File>>,
}

impl Output {
    /// The folder is named by `TERNING_BENCH_OUT`; without it results are only printed.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn of(bench: &str) -> Result<Output> {
        let folder = std::env::var_os("TERNING_BENCH_OUT").map(PathBuf::from);
        let results = folder.as_ref().map(|folder| {
            fs::create_dir_all(folder)?;
            let mut file = BufWriter::new(File::create(folder.join(format!("{bench}.csv")))?);
            writeln!(file, "name;median;min;max;runs;unit;limit;note")?;
            anyhow::Ok(file)
        });
        Ok(Output { folder, results: results.transpose()? })
    }

    /// A new file in a folder of the results; `None` where results are only printed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn file(&self, folder: &str, name: &str) -> Result<Option<BufWriter<File>>> {
        let Some(top) = &self.folder else { return Ok(None) };
        fs::create_dir_all(top.join(folder))?;
        Ok(Some(BufWriter::new(File::create(top.join(folder).join(name))?)))
    }

    /// Times in milliseconds, with what they should stay below, if anything.
    ///
    /// # Errors
    /// The results cannot be written.
    pub fn times(
        &mut self,
        name: &str,
        times: &Times,
        limit: Option<f64>,
        note: &str,
    ) -> Result<()> {
        let (median, min, max) = (times.median(), times.min(), times.max());
        println!("{name:>28}: {median:9.3} ms ({min:.3}–{max:.3})  {note}");
        let limit = limit.map_or(String::new(), |limit| limit.to_string());
        self.line(&format!(
            "{name};{median:.6};{min:.6};{max:.6};{};ms;{limit};{note}",
            times.runs()
        ))
    }

    /// One number, with what it should stay below, if anything.
    ///
    /// # Errors
    /// The results cannot be written.
    pub fn figure(&mut self, name: &str, value: f64, unit: &str, limit: Option<f64>) -> Result<()> {
        println!("{name:>28}: {value:9.3} {unit}");
        let limit = limit.map_or(String::new(), |limit| limit.to_string());
        self.line(&format!("{name};{value:.6};;;1;{unit};{limit};"))
    }

    fn line(&mut self, line: &str) -> Result<()> {
        if let Some(results) = &mut self.results {
            writeln!(results, "{line}")?;
            results.flush()?;
        }
        Ok(())
    }
}
