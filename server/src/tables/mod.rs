//! A folder of tables on disk: CSV with a header, or Parquet.

mod csv;
mod parquet;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use terning_engine::tables::{Row, Source, TableError};

/// What a caller does with each row.
type Each<'a> = dyn FnMut(u64, &Row<'_>) -> Result<(), TableError> + 'a;

/// A folder of tables.
#[derive(Clone, Debug)]
pub struct TableFolder {
    root: PathBuf,
}

/// The file of a table.
enum TableFile {
    Csv(PathBuf),
    Parquet(PathBuf),
}

impl TableFolder {
    /// Opens a folder.
    ///
    /// # Errors
    /// It is no folder.
    pub fn open(folder: &Path) -> anyhow::Result<TableFolder> {
        let root = folder.canonicalize().with_context(|| {
            format!("mappen med tabeller, {}, findes ikke eller kan ikke læses", folder.display())
        })?;
        if !root.is_dir() {
            bail!("{} er ingen mappe; --tables skal være mappen med tabeller", root.display());
        }
        Ok(TableFolder { root })
    }

    /// The files of some tables, as far as they are there.
    pub fn files<'a>(
        &'a self,
        tables: impl Iterator<Item = (&'a str, Option<&'a str>)> + 'a,
    ) -> impl Iterator<Item = PathBuf> + 'a {
        tables.filter_map(|(table, file)| match self.find(table, file).ok()?? {
            TableFile::Csv(path) | TableFile::Parquet(path) => Some(path),
        })
    }

    /// The file of a table: the one that the schema names, else `TABLE.csv` or `TABLE.parquet`. It must
    /// lie in the folder.
    fn find(&self, table: &str, file: Option<&str>) -> Result<Option<TableFile>, TableError> {
        let names = match file {
            Some(file) => vec![file.to_owned()],
            None => vec![format!("{table}.csv"), format!("{table}.parquet")],
        };
        for name in names {
            let Ok(path) = self.root.join(&name).canonicalize() else { continue };
            if !path.starts_with(&self.root) || !path.is_file() {
                let what = format!("'{name}' er ingen fil i mappen med tabeller");
                return Err(TableError::new(table, what));
            }
            let is_parquet =
                path.extension().is_some_and(|end| end.eq_ignore_ascii_case("parquet"));
            let file = if is_parquet { TableFile::Parquet(path) } else { TableFile::Csv(path) };
            return Ok(Some(file));
        }
        Ok(None)
    }
}

impl Source for TableFolder {
    fn columns(&self, table: &str, file: Option<&str>) -> Result<Option<Vec<String>>, TableError> {
        match self.find(table, file)? {
            None => Ok(None),
            Some(TableFile::Csv(path)) => csv::columns(table, &path).map(Some),
            Some(TableFile::Parquet(path)) => parquet::columns(table, &path).map(Some),
        }
    }

    fn rows(
        &self,
        table: &str,
        file: Option<&str>,
        columns: &[usize],
        each: &mut Each<'_>,
    ) -> Result<(), TableError> {
        match self.find(table, file)? {
            None => Err(TableError::new(table, "filen findes ikke længere")),
            Some(TableFile::Csv(path)) => csv::rows(table, &path, columns, each),
            Some(TableFile::Parquet(path)) => parquet::rows(table, &path, columns, each),
        }
    }
}
