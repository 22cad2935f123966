//! A dimension's table, with its rows by key.

use cube_schema::day::{Day, Month};
use cube_schema::schema::{Dimension, LevelUse, Period, ValueType};
use cube_schema::table::DimensionTable;
use hashbrown::HashMap;

use super::Findings;
use super::TablesError;
use super::column::Getter;
use super::finding::TableRows;
use super::lookup::{MAX_PROBLEMS, Tables, Wanted, twice};
use super::source::{RowAt, TableError};
use crate::star::tree::Tree;

/// A dimension's rows, found by key.
pub(super) struct Keyed {
    table: DimensionTable,
    positions: HashMap<Box<str>, u32>,
    /// Whether a row for missing keys stands behind the others.
    has_missing: bool,
}

impl Keyed {
    /// Reads the columns that a dimension needs. The calendar needs none.
    pub fn read(
        dimension: &Dimension,
        tables: &mut Tables<'_>,
        findings: &mut Findings,
    ) -> Result<Keyed, TablesError> {
        let columns = columns_of(dimension);
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let mut keyed = Keyed {
            table: DimensionTable::new(&dimension.name, &names),
            positions: HashMap::new(),
            has_missing: false,
        };
        let (Some(table), Some(key)) = (&dimension.table, &dimension.key) else { return Ok(keyed) };
        let mut wanted = Wanted::of(table);
        let key_getter = tables.getter(&mut wanted, key)?;
        let getters = names.iter().map(|name| tables.getter(&mut wanted, name));
        let getters: Vec<Getter> = getters.collect::<Result<_, _>>()?;
        let types: Vec<ValueType> = columns.iter().map(|(_, value)| *value).collect();
        let mut problems = Vec::new();
        let mut places = Vec::new();
        tables
            .rows(&wanted, &mut |line, row| {
                places.push(line);
                let read = keyed.take(&key_getter, &getters, &types, row);
                if let Err(what) = read.map_err(|what| what.replace("{key}", key)) {
                    problems.push(TableError::at(table, line, what));
                }
                if problems.len() < MAX_PROBLEMS { Ok(()) } else { Err(too_many(table)) }
            })
            .or_else(|error| if problems.is_empty() { Err(error) } else { Ok(()) })?;
        if !problems.is_empty() {
            return Err(TablesError::Tables(problems));
        }
        let (table, part) = (table.clone(), format!("dimensionen '{}'", dimension.name));
        findings.tables.push(TableRows { table, part, rows: keyed.table.len() as u64 });
        keyed.put_parents_first(dimension, &places)?;
        Ok(keyed)
    }

    fn take(
        &mut self,
        key: &Getter,
        getters: &[Getter],
        types: &[ValueType],
        row: &super::Row<'_>,
    ) -> Result<(), String> {
        let key = key.get(row)?.ok_or("kolonnen '{key}' er tom; hver række skal have en nøgle")?;
        let position = self.positions.len() as u32;
        if self.positions.contains_key(&*key) {
            return Err(twice("{key}", &key));
        }
        self.positions.insert(key.into(), position);
        for (((name, column), getter), value) in
            self.table.columns.iter_mut().zip(getters).zip(types)
        {
            let text = getter.get(row)?.unwrap_or_default();
            let text = typed(&text, *value).ok_or_else(|| wrong_type(name, &text, *value))?;
            column.push(text.into());
        }
        Ok(())
    }

    /// Puts the rows of a parent-child hierarchy so that an ancestor stands before its descendants;
    /// `places` are where the rows stand in their file.
    fn put_parents_first(
        &mut self,
        dimension: &Dimension,
        places: &[RowAt],
    ) -> Result<(), TablesError> {
        let level = dimension.hierarchies.iter().find_map(|hierarchy| hierarchy.parent_child());
        let Some((level, parent)) = level.and_then(|level| Some((level, level.parent.as_ref()?)))
        else {
            return Ok(());
        };
        let (Some(keys), Some(parents)) =
            (self.table.column(&level.key), self.table.column(parent))
        else {
            return Ok(());
        };
        let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
        let tree = Tree::new(&keys, parents, level.root.as_deref()).map_err(|error| {
            let what = format!("medlemmet '{}' {}", keys[error.row], error.what);
            TableError::at(dimension.table.as_deref().unwrap_or_default(), places[error.row], what)
        })?;
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_by_key(|&row| tree.depth_of(row));
        let mut place = vec![0_u32; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| place[old] = new as u32);
        for (_, column) in &mut self.table.columns {
            *column = order.iter().map(|&row| std::mem::take(&mut column[row])).collect();
        }
        self.positions.values_mut().for_each(|position| *position = place[*position as usize]);
        Ok(())
    }

    /// The last month of some rows of a dimension of time: by its level of days that are dates, else by
    /// levels of years and months that are numbers. `None` where it has no such levels.
    pub fn last_month(&self, dimension: &Dimension, used: &[u32]) -> Option<Month> {
        let column = |levels: &[LevelUse], period, value| {
            let own = levels.iter().filter_map(LevelUse::own);
            let level = own.into_iter().find(|own| own.period == period && own.value == value)?;
            self.table.column(&level.key)
        };
        let mut all = dimension.hierarchies.iter().map(|hierarchy| hierarchy.levels.as_slice());
        let days = all.clone().find_map(|own| column(own, Period::Days, ValueType::Date));
        let months = all.find_map(|own| {
            let years = column(own, Period::Years, ValueType::Number)?;
            Some((years, column(own, Period::Months, ValueType::Number)?))
        });
        let month = |row: usize| match (days, months) {
            (Some(days), _) => Some(Day::parse(&days[row])?.month()),
            (None, Some((years, months))) => {
                Month::parse(&format!("{}-{:0>2}", years[row], months[row]))
            }
            _ => None,
        };
        // Without a day that is known (see `Timeline::NO_DAYS`).
        let month = |row: usize| month(row).filter(|month| month.year() > 0);
        let known = self.positions.len();
        used.iter().filter_map(|&row| month(row as usize).filter(|_| (row as usize) < known)).max()
    }

    /// The position of a key; `None` where there is no such row.
    pub fn position(&self, key: &str) -> Option<u32> {
        self.positions.get(key).copied()
    }

    /// The position of the row for missing keys, made when it is first asked for in a cube.
    pub fn missing(&mut self) -> u32 {
        if !self.has_missing {
            self.has_missing = true;
            self.table.columns.iter_mut().for_each(|(_, column)| column.push(Box::default()));
        }
        self.positions.len() as u32
    }

    /// Gives the table to a star.
    pub fn lend(&mut self) -> DimensionTable {
        std::mem::take(&mut self.table)
    }

    /// Takes it back, without the row for missing keys.
    pub fn take_back(&mut self, table: DimensionTable) {
        self.table = table;
        if std::mem::take(&mut self.has_missing) {
            self.table.columns.iter_mut().for_each(|(_, column)| {
                column.pop();
            });
        }
    }
}

fn too_many(table: &str) -> TableError {
    TableError::new(table, "der er for mange fejl")
}

fn wrong_type(column: &str, text: &str, value: ValueType) -> String {
    let needed = match value {
        ValueType::Number => "et tal",
        ValueType::Date => "en dato, for eksempel 2020-01-31",
        ValueType::Bool => "true eller false",
        ValueType::Text => "en tekst",
    };
    format!("'{text}' i kolonnen '{column}' er ikke {needed}; ret tabellen eller skemaets 'type'")
}

/// A value as it is kept: numbers and days in one form each, so that equal ones are equal texts.
fn typed(text: &str, value: ValueType) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    match value {
        ValueType::Text => Some(text.to_owned()),
        ValueType::Number => {
            let number: f64 = text.trim().parse().ok()?;
            number.is_finite().then(|| number.to_string())
        }
        ValueType::Date => {
            let day = Day::parse(text.get(..10)?)?;
            Some(day.to_string())
        }
        ValueType::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some("true".to_owned()),
            "false" | "0" => Some("false".to_owned()),
            _ => None,
        },
    }
}

/// The columns that the fields and levels of a dimension need, each once, with their types.
pub(super) fn columns_of(dimension: &Dimension) -> Vec<(&str, ValueType)> {
    let mut columns: Vec<(&str, ValueType)> = Vec::new();
    for field in &dimension.fields {
        add(&mut columns, &field.key, field.value);
        add(&mut columns, field.caption.as_deref().unwrap_or_default(), ValueType::Text);
    }
    for (_, level) in dimension.own_levels() {
        add(&mut columns, &level.key, level.value);
        for name in [&level.caption, &level.order].into_iter().flatten() {
            add(&mut columns, name, ValueType::Text);
        }
        add(&mut columns, level.parent.as_deref().unwrap_or_default(), level.value);
        for property in &level.properties {
            add(&mut columns, &property.column, property.value);
        }
    }
    columns
}

fn add<'d>(columns: &mut Vec<(&'d str, ValueType)>, name: &'d str, value: ValueType) {
    match columns.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) if *known == ValueType::Text => *known = value,
        Some(_) => {}
        None if name.is_empty() => {}
        None => columns.push((name, value)),
    }
}
