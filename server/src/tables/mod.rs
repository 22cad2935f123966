//! A folder of tables on disk: CSV with a header, or Parquet.

mod csv;
mod parquet;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, bail};
use terning_engine::tables::{Row, RowAt, Source, TableError};

/// What a caller does with each row.
type Each<'a> = dyn FnMut(RowAt, &Row<'_>) -> Result<(), TableError> + 'a;

/// The files of tables, and which of them were asked for.
#[derive(Debug)]
pub struct TableFolder {
    place: Place,
    used: Mutex<BTreeMap<String, Used>>,
}

/// Where files are looked for by name.
#[derive(Debug)]
enum Place {
    /// In a folder.
    Folder(PathBuf),
    /// Among these: files that lie elsewhere under other names.
    Files(BTreeMap<String, PathBuf>),
}

/// A file that was asked for.
#[derive(Clone, Debug)]
struct Used {
    path: PathBuf,
    stamp: Option<Stamp>,
}

/// What tells that a file was changed: its size, and when it was written.
type Stamp = (u64, SystemTime);

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
            bail!("{} er ikke en mappe; --tables skal være mappen med tabeller", root.display());
        }
        Ok(TableFolder { place: Place::Folder(root), used: Mutex::default() })
    }

    /// Files by the names that they had in their folder.
    #[must_use]
    pub fn of_files(files: BTreeMap<String, PathBuf>) -> TableFolder {
        TableFolder { place: Place::Files(files), used: Mutex::default() }
    }

    /// The files that were asked for, by name.
    ///
    /// # Errors
    /// One was changed after it was first asked for.
    pub fn used(&self) -> anyhow::Result<Vec<(String, PathBuf)>> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((name, _)) = used.iter().find(|(_, used)| stamp(&used.path) != used.stamp) {
            bail!("{name} er ændret, mens den blev indlæst; kør genopbygningen igen");
        }
        Ok(used.iter().map(|(name, used)| (name.clone(), used.path.clone())).collect())
    }

    /// The file of a table: the one that the schema names, else `TABLE.csv` or `TABLE.parquet`.
    fn find(&self, table: &str, file: Option<&str>) -> Result<Option<TableFile>, TableError> {
        let names = match file {
            Some(file) => vec![file.to_owned()],
            None => vec![format!("{table}.csv"), format!("{table}.parquet")],
        };
        for name in names {
            let Some(path) = self.path(table, &name)? else { continue };
            self.note(&name, &path);
            let end = Path::new(&name).extension();
            let is_parquet = end.is_some_and(|end| end.eq_ignore_ascii_case("parquet"));
            let file = if is_parquet { TableFile::Parquet(path) } else { TableFile::Csv(path) };
            return Ok(Some(file));
        }
        Ok(None)
    }

    /// Where a file lies. Of a folder, it must lie in it.
    fn path(&self, table: &str, name: &str) -> Result<Option<PathBuf>, TableError> {
        let root = match &self.place {
            Place::Files(files) => return Ok(files.get(name).cloned()),
            Place::Folder(root) => root,
        };
        let Ok(path) = root.join(name).canonicalize() else { return Ok(None) };
        if !path.starts_with(root) || !path.is_file() {
            let what = format!("'{name}' er ikke en fil i mappen med tabeller");
            return Err(TableError::new(table, what));
        }
        Ok(Some(path))
    }

    fn note(&self, name: &str, path: &Path) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.entry(name.to_owned())
            .or_insert_with(|| Used { path: path.to_owned(), stamp: stamp(path) });
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let found = fs::metadata(path).ok()?;
    Some((found.len(), found.modified().ok()?))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_changes_while_it_is_read_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sales.csv");
        fs::write(&path, "a,b\n").unwrap();
        let tables = TableFolder::open(folder.path()).unwrap();
        assert!(tables.columns("sales", None).unwrap().is_some());
        assert_eq!(tables.used().unwrap().len(), 1);
        fs::write(&path, "a,b\n1,2\n").unwrap();
        assert!(tables.used().unwrap_err().to_string().contains("sales.csv er ændret"));
    }

    #[test]
    fn columns_are_named_once_and_lines_are_as_wide_as_the_header() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| fs::write(folder.path().join("sales.csv"), text).unwrap();
        write("a,b,a\n");
        let tables = TableFolder::open(folder.path()).unwrap();
        let twice = tables.columns("sales", None).unwrap_err().to_string();
        assert!(twice.contains("'a' to gange"), "{twice}");
        for line in ["1", "1,100,50"] {
            write(&format!("a,b\n1,2\n{line}\n"));
            let wrong = tables.rows("sales", None, &[0, 1], &mut |_, _| Ok(())).unwrap_err();
            assert_eq!(wrong.at, Some(RowAt::Line(3)), "{wrong}");
            assert!(wrong.to_string().contains("overskriften har 2"), "{wrong}");
        }
    }

    #[test]
    fn a_row_is_told_by_the_line_on_which_it_begins() {
        let folder = tempfile::tempdir().unwrap();
        let tables = TableFolder::open(folder.path()).unwrap();
        let lines = |text: &str| {
            fs::write(folder.path().join("sales.csv"), text).unwrap();
            let mut found = Vec::new();
            let mut each = |at, _: &Row<'_>| {
                found.push(at);
                Ok(())
            };
            tables.rows("sales", None, &[0], &mut each).unwrap();
            found
        };
        let plain = "a,b\n1,2\n\n\n\"x\ny\nz\",2\n3,4\n5,6";
        let expected = [2, 5, 8, 9].map(RowAt::Line);
        assert_eq!(lines(plain), expected);
        assert_eq!(lines(&plain.replace('\n', "\r\n")), expected);
        // Longer than the buffers that it is read through.
        let long = format!("a,b\n{},2\r\n3,4\r\n", "x".repeat(100_000));
        assert_eq!(lines(&long), [2, 3].map(RowAt::Line));
        fs::write(folder.path().join("sales.csv"), "a,b\r\n1,2\r\n1,2,3\r\n").unwrap();
        let wrong = tables.rows("sales", None, &[0], &mut |_, _| Ok(())).unwrap_err();
        assert_eq!(wrong.at, Some(RowAt::Line(3)), "{wrong}");
        fs::write(folder.path().join("sales.csv"), b"a,b\r\n1,2\r\n1,\xff\r\n").unwrap();
        let wrong = tables.rows("sales", None, &[0], &mut |_, _| Ok(())).unwrap_err();
        assert_eq!(wrong.at, Some(RowAt::Line(3)), "{wrong}");
        assert!(wrong.what.contains("UTF-8"), "{wrong}");
    }

    #[test]
    fn a_file_without_a_header_is_told_to_be_empty() {
        let folder = tempfile::tempdir().unwrap();
        let tables = TableFolder::open(folder.path()).unwrap();
        for text in ["", "\n\n"] {
            fs::write(folder.path().join("sales.csv"), text).unwrap();
            let wrong = tables.columns("sales", None).unwrap_err().to_string();
            assert!(wrong.contains("filen er tom"), "{wrong}");
        }
    }

    #[test]
    fn the_header_says_what_stands_between_fields_also_behind_blank_lines() {
        let folder = tempfile::tempdir().unwrap();
        let tables = TableFolder::open(folder.path()).unwrap();
        for blank in ["", "\n", "\r\n\r\n", "\u{feff}", "\u{feff}\n"] {
            let text = format!("{blank}a;b\n1,5;2\n");
            fs::write(folder.path().join("sales.csv"), &text).unwrap();
            let columns = tables.columns("sales", None).unwrap();
            assert_eq!(columns.unwrap(), ["a", "b"], "{text:?}");
        }
    }

    #[test]
    fn a_file_outside_the_folder_is_no_table() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("tables");
        fs::create_dir(&inner).unwrap();
        fs::write(outer.path().join("secret.csv"), "a\n").unwrap();
        let tables = TableFolder::open(&inner).unwrap();
        let problem = tables.columns("x", Some("../secret.csv")).unwrap_err();
        assert!(problem.to_string().contains("ikke en fil i mappen"), "{problem}");
    }
}
