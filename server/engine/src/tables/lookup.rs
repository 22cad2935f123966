//! Tables as the schema sees them: with joins and computed columns, each joined column read once.

use std::rc::Rc;

use cube_schema::schema::{Schema, expression};
use hashbrown::HashMap;

use super::column::{Getter, Values};
use super::source::{Row, RowAt, Source, TableError};

/// Computed columns may use each other, and joins may follow each other, so far.
const MAX_STEPS: usize = 16;

/// Problems of one table that are told before reading stops.
pub(super) const MAX_PROBLEMS: usize = 20;

/// All tables of a schema.
pub(super) struct Tables<'a> {
    schema: &'a Schema,
    source: &'a dyn Source,
    headings: HashMap<String, Rc<Vec<String>>>,
    joined: HashMap<(String, String, String), Values>,
}

/// What is wrong with a column that the schema names.
pub(super) enum Missing {
    /// A table is not there; the file that it should be in, if the schema names one.
    Table(String, Option<String>),
    /// A table has no such column; the columns that it has.
    Column(String, String, Vec<String>),
    /// A path goes through a table that the first does not point at.
    Join(String, String),
    /// Computed columns go round in a ring.
    Ring(String, String),
}

impl std::fmt::Display for Missing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Missing::Table(table, Some(file)) => write!(
                out,
                "tabellen '{table}' findes ikke i mappen (skemaet siger, at den ligger i {file})"
            ),
            Missing::Table(table, None) => write!(
                out,
                "tabellen '{table}' findes ikke i mappen (der skal ligge {table}.csv eller \
                 {table}.parquet)"
            ),
            Missing::Column(table, column, known) => {
                write!(
                    out,
                    "tabellen '{table}' har ingen kolonne '{column}'; den har {}",
                    known.join(", ")
                )
            }
            Missing::Join(table, path) => {
                let (join, _) = path.split_once('.').unwrap_or((path, ""));
                write!(
                    out,
                    "tabellen '{table}' har hverken en kolonne '{path}' eller en tabel '{join}' blandt sine \
                     'joins'"
                )
            }
            Missing::Ring(table, column) => {
                write!(out, "kolonnen '{column}' i tabellen '{table}' bruger sig selv")
            }
        }
    }
}

/// The columns of one table that are asked for, before it is read.
pub(super) struct Wanted {
    table: String,
    /// Positions in the table.
    own: Vec<usize>,
}

impl Wanted {
    pub fn of(table: &str) -> Wanted {
        Wanted { table: table.to_owned(), own: Vec::new() }
    }

    /// The position among the columns read of a column of the table.
    fn take(&mut self, column: usize) -> usize {
        self.own.iter().position(|known| *known == column).unwrap_or_else(|| {
            self.own.push(column);
            self.own.len() - 1
        })
    }
}

impl<'a> Tables<'a> {
    pub fn new(schema: &'a Schema, source: &'a dyn Source) -> Tables<'a> {
        Tables { schema, source, headings: HashMap::new(), joined: HashMap::new() }
    }

    fn file(&self, table: &str) -> Option<&'a str> {
        self.schema.table(table).and_then(|table| table.file.as_deref())
    }

    /// The columns that a table has, without those that the schema computes.
    fn heading(&mut self, table: &str) -> Result<Result<Rc<Vec<String>>, Missing>, TableError> {
        if let Some(known) = self.headings.get(table) {
            return Ok(Ok(Rc::clone(known)));
        }
        let Some(columns) = self.source.columns(table, self.file(table))? else {
            let file = self.file(table).map(str::to_owned);
            return Ok(Err(Missing::Table(table.to_owned(), file)));
        };
        let columns = Rc::new(columns);
        self.headings.insert(table.to_owned(), Rc::clone(&columns));
        Ok(Ok(columns))
    }

    /// Whether there is a table of a name.
    pub fn is_there(&mut self, table: &str) -> Result<bool, TableError> {
        Ok(self.heading(table)?.is_ok())
    }

    /// Whether a column can be got; nothing is read but headings.
    pub fn check(&mut self, table: &str, path: &str) -> Result<Option<Missing>, TableError> {
        self.check_steps(table, path, 0)
    }

    fn check_steps(
        &mut self,
        table: &str,
        path: &str,
        steps: usize,
    ) -> Result<Option<Missing>, TableError> {
        if steps > MAX_STEPS {
            return Ok(Some(Missing::Ring(table.to_owned(), path.to_owned())));
        }
        let heading = match self.heading(table)? {
            Err(missing) => return Ok(Some(missing)),
            Ok(heading) => heading,
        };
        let said = self.schema.table(table);
        if let Some(text) = said.and_then(|said| said.columns.get(path)) {
            let columns =
                expression::parse(text).map(|formula| formula.columns).unwrap_or_default();
            for column in columns {
                if let Some(missing) = self.check_steps(table, &column, steps + 1)? {
                    return Ok(Some(missing));
                }
            }
            return Ok(None);
        }
        if heading.iter().any(|column| column == path) {
            return Ok(None);
        }
        let join = path.split_once('.').and_then(|(name, rest)| Some((said?.join(name)?, rest)));
        let Some((join, rest)) = join else {
            if path.contains('.') {
                return Ok(Some(Missing::Join(table.to_owned(), path.to_owned())));
            }
            let computed = said.into_iter().flat_map(|said| said.columns.keys().cloned());
            let known = heading.iter().cloned().chain(computed).collect();
            return Ok(Some(Missing::Column(table.to_owned(), path.to_owned(), known)));
        };
        for (table, path) in
            [(table, &*join.column), (&join.table, join.key()), (&join.table, rest)]
        {
            if let Some(missing) = self.check_steps(table, path, steps + 1)? {
                return Ok(Some(missing));
            }
        }
        Ok(None)
    }

    /// How a column is got from rows of a table. It was found to be there.
    pub fn getter(&mut self, wanted: &mut Wanted, path: &str) -> Result<Getter, TableError> {
        let table = wanted.table.clone();
        let gone = |missing: &Missing| TableError::new(&table, missing.to_string());
        let said = self.schema.table(&table);
        if let Some(text) = said.and_then(|said| said.columns.get(path)) {
            let formula = expression::parse(text)
                .map_err(|error| TableError::new(&table, error.to_string()))?;
            let columns = formula.columns.clone();
            let columns = columns.iter().map(|column| self.getter(wanted, column));
            let columns = columns.collect::<Result<_, _>>()?;
            return Ok(Getter::WorkedOut(Box::new(formula), columns));
        }
        let heading = self.heading(&table)?.map_err(|missing| gone(&missing))?;
        if let Some(at) = heading.iter().position(|column| column == path) {
            return Ok(Getter::Own(wanted.take(at)));
        }
        let join = path.split_once('.').and_then(|(name, rest)| Some((said?.join(name)?, rest)));
        let Some((join, rest)) = join else {
            return Err(gone(&Missing::Column(table.clone(), path.to_owned(), heading.to_vec())));
        };
        let key = self.getter(wanted, &join.column)?;
        Ok(Getter::Joined(Box::new(key), self.joined(&join.table, join.key(), rest)?))
    }

    /// The values of a column of a table by its key.
    fn joined(&mut self, table: &str, key: &str, path: &str) -> Result<Values, TableError> {
        let name = (table.to_owned(), key.to_owned(), path.to_owned());
        if let Some(known) = self.joined.get(&name) {
            return Ok(Rc::clone(known));
        }
        let mut wanted = Wanted::of(table);
        let (key, value) = (self.getter(&mut wanted, key)?, self.getter(&mut wanted, path)?);
        let mut values: HashMap<Box<str>, Box<str>> = HashMap::new();
        let mut seen: hashbrown::HashSet<Box<str>> = hashbrown::HashSet::new();
        self.rows(&wanted, &mut |line, row| {
            let broken = |what: String| TableError::at(table, line, what);
            let Some(key) = key.get(row).map_err(broken)? else { return Ok(()) };
            if !seen.insert(key.as_ref().into()) {
                return Err(TableError::at(table, line, twice(&name.1, &key)));
            }
            if let Some(value) = value.get(row).map_err(broken)? {
                values.insert(key.into(), value.into());
            }
            Ok(())
        })?;
        let values = Rc::new(values);
        self.joined.insert(name, Rc::clone(&values));
        Ok(values)
    }

    /// Reads the columns wanted of every row.
    pub fn rows(
        &self,
        wanted: &Wanted,
        each: &mut dyn FnMut(RowAt, &Row<'_>) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        self.source.rows(&wanted.table, self.file(&wanted.table), &wanted.own, each)
    }
}

/// What is said of a key that stands in two rows.
pub(super) fn twice(column: &str, key: &str) -> String {
    format!("nøglen '{key}' i kolonnen '{column}' står der to gange; hver nøgle skal stå én gang")
}
