//! Whether a star keeps what its schema promises.

use cube_schema::day::Day;
use cube_schema::schema::{Dimension, DimensionUse, MeasureGroup, Schema};
use cube_schema::table::{DimensionTable, FactColumn, FactTable, NO_ID, Star, StepTable};

/// A promise that a star does not keep.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StarError {
    /// A table that the schema names is not there.
    #[error("stjernen mangler {kind} '{table}', som {place} bruger")]
    NoTable {
        /// Dimension, facts or steps.
        kind: &'static str,
        /// Its name.
        table: String,
        /// Who uses it.
        place: String,
    },
    /// A column that the schema names is not there.
    #[error("tabellen '{table}' mangler kolonnen '{column}', som {place} bruger")]
    NoColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Who uses it.
        place: String,
    },
    /// A column is not of the kind that its use needs.
    #[error("kolonnen '{column}' i tabellen '{table}' skal være {needed}")]
    WrongKind {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What it should be.
        needed: &'static str,
    },
    /// The columns of a table are not equally long.
    #[error(
        "kolonnen '{column}' i tabellen '{table}' har {found} rækker; den første har {expected}"
    )]
    UnequalLength {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its length.
        found: usize,
        /// The length of the first column.
        expected: usize,
    },
    /// A number points behind the last row of what it points at.
    #[error(
        "række {row} i tabellen '{table}' peger med '{column}' på {id}, men der er kun {limit}"
    )]
    OutOfRange {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The row that points.
        row: usize,
        /// Where it points.
        id: u32,
        /// How many there are to point at.
        limit: usize,
    },
    /// A fact ends before it begins.
    #[error("række {row} i tabellen '{table}' slutter før den begynder")]
    EmptyInterval {
        /// The table.
        table: String,
        /// The row.
        row: usize,
    },
    /// Steps or lists are not laid out as they must be.
    #[error("tabellen '{table}' er ikke opbygget rigtigt: {what}")]
    Malformed {
        /// The table.
        table: String,
        /// What is wrong.
        what: &'static str,
    },
}

/// Checks a star against a schema.
///
/// # Errors
/// The first promise that is not kept.
pub fn check(star: &Star, schema: &Schema) -> Result<(), StarError> {
    for dimension in schema.dimensions.iter().filter(|dimension| !dimension.is_time()) {
        check_dimension(star, dimension)?;
    }
    for cube in &schema.cubes {
        for group in &cube.groups {
            let place = format!("gruppen '{}' i kuben '{}'", group.name, cube.name);
            Facts::find(star, group, place)?.check(star, schema, group)?;
        }
    }
    Ok(())
}

fn check_dimension(star: &Star, dimension: &Dimension) -> Result<(), StarError> {
    let place = format!("dimensionen '{}'", dimension.name);
    let name = dimension.table.as_deref().unwrap_or_default();
    let table = star.dimension(name).ok_or_else(|| no_table("dimensionen", name, &place))?;
    let lengths = table.columns.iter().map(|(column, values)| (column, values.len()));
    equal_lengths(name, lengths)?;
    if let Some(column) = dimension.newest.as_ref().filter(|name| table.column(name).is_none()) {
        return Err(no_column(&table.name, column, place));
    }
    for (_, level) in dimension.own_levels() {
        let own =
            [Some(&level.key), level.caption.as_ref(), level.order.as_ref(), level.parent.as_ref()];
        let properties = level.properties.iter().map(|property| &property.column);
        for column in own.into_iter().flatten().chain(properties) {
            if table.column(column).is_none() {
                let place = format!("niveauet '{}' i {place}", level.name);
                return Err(no_column(name, column, place));
            }
        }
    }
    for field in &dimension.fields {
        for column in [Some(&field.key), field.caption.as_ref()].into_iter().flatten() {
            if table.column(column).is_none() {
                let place = format!("feltet '{}' i {place}", field.name);
                return Err(no_column(name, column, place));
            }
        }
    }
    Ok(())
}

fn equal_lengths<'a>(
    table: &str,
    mut columns: impl Iterator<Item = (&'a String, usize)>,
) -> Result<(), StarError> {
    let Some((_, expected)) = columns.next() else { return Ok(()) };
    match columns.find(|(_, found)| *found != expected) {
        Some((column, found)) => {
            let (table, column) = (table.to_owned(), column.clone());
            Err(StarError::UnequalLength { table, column, found, expected })
        }
        None => Ok(()),
    }
}

fn no_table(kind: &'static str, table: &str, place: &str) -> StarError {
    StarError::NoTable { kind, table: table.to_owned(), place: place.to_owned() }
}

fn no_column(table: &str, column: &str, place: String) -> StarError {
    StarError::NoColumn { table: table.to_owned(), column: column.to_owned(), place }
}

/// A fact table and who uses it.
struct Facts<'a> {
    table: &'a FactTable,
    place: String,
}

impl<'a> Facts<'a> {
    fn find(star: &'a Star, group: &MeasureGroup, place: String) -> Result<Facts<'a>, StarError> {
        let table = star
            .fact(&group.facts)
            .ok_or_else(|| no_table("faktatabellen", &group.facts, &place))?;
        Ok(Facts { table, place })
    }

    fn check(&self, star: &Star, schema: &Schema, group: &MeasureGroup) -> Result<(), StarError> {
        let lengths = self.table.columns.iter().map(|(column, values)| (column, values.len()));
        equal_lengths(&self.table.name, lengths)?;
        self.in_range(&group.entity, self.ids(&group.entity)?, NO_ID as usize)?;
        self.check_days(&group.first, &group.last)?;
        for column in group.measures.iter().flat_map(|measure| &measure.key) {
            self.ids(column)?;
        }
        for column in group.measures.iter().filter_map(|measure| measure.column.as_ref()) {
            self.numbers(column)?;
        }
        for column in [&group.starts, &group.ends].into_iter().flatten() {
            self.in_range(column, self.ids(column)?, 2)?;
        }
        if let Some(column) = &group.record {
            self.ids(column)?;
        }
        for column in &group.provenance {
            self.shown(&column.column)?;
            column.own.as_ref().map_or(Ok(()), |own| self.shown(own))?;
        }
        group.dimensions.iter().try_for_each(|usage| self.check_use(star, schema, usage))
    }

    fn column(&self, name: &str) -> Result<&'a FactColumn, StarError> {
        let column = self.table.column(name);
        column.ok_or_else(|| no_column(&self.table.name, name, self.place.clone()))
    }

    /// A column that is only shown.
    fn shown(&self, name: &str) -> Result<(), StarError> {
        match self.column(name)? {
            FactColumn::Coded(texts, numbers) => self.in_range(name, numbers, texts.len()),
            FactColumn::Id(_) | FactColumn::Day(_) | FactColumn::Text(_) => Ok(()),
            _ => Err(self.wrong_kind(name, "tekst, numre eller dage")),
        }
    }

    fn wrong_kind(&self, column: &str, needed: &'static str) -> StarError {
        StarError::WrongKind { table: self.table.name.clone(), column: column.to_owned(), needed }
    }

    fn ids(&self, name: &str) -> Result<&'a [u32], StarError> {
        match self.column(name)? {
            FactColumn::Id(ids) => Ok(ids),
            _ => Err(self.wrong_kind(name, "numre (Id)")),
        }
    }

    fn days(&self, name: &str) -> Result<&'a [Day], StarError> {
        match self.column(name)? {
            FactColumn::Day(days) => Ok(days),
            _ => Err(self.wrong_kind(name, "dage (Day)")),
        }
    }

    fn numbers(&self, name: &str) -> Result<(), StarError> {
        match self.column(name)? {
            FactColumn::Number(numbers) if !numbers.iter().any(|number| number.is_infinite()) => {
                Ok(())
            }
            _ => Err(self.wrong_kind(name, "endelige tal (Number)")),
        }
    }

    fn check_days(&self, first: &str, last: &str) -> Result<(), StarError> {
        let (first, last) = (self.days(first)?, self.days(last)?);
        let empty = first.iter().zip(last).position(|(first, last)| first > last);
        empty.map_or(Ok(()), |row| {
            Err(StarError::EmptyInterval { table: self.table.name.clone(), row })
        })
    }

    fn check_use(
        &self,
        star: &Star,
        schema: &Schema,
        usage: &DimensionUse,
    ) -> Result<(), StarError> {
        let name = schema.dimension(&usage.dimension).and_then(|found| found.table.as_deref());
        let name = name.unwrap_or_default();
        let rows = star.dimension(name).map_or(0, DimensionTable::len);
        if let Some(column) = &usage.age {
            if rows == 0 {
                let what = "en alder skal have en række for den ukendte";
                return Err(StarError::Malformed { table: name.to_owned(), what });
            }
            return self.days(column).map(|_| ());
        }
        let Some(column) = &usage.column else { return Ok(()) };
        if let Some(steps) = &usage.steps {
            let table =
                star.step(steps).ok_or_else(|| no_table("trintabellen", steps, &self.place))?;
            let series = check_steps(table, rows)?;
            return self.in_range(column, self.ids(column)?, series);
        }
        match self.column(column)? {
            FactColumn::Id(ids) => self.in_range(column, ids, rows),
            FactColumn::Ids(lists) => {
                check_offsets(&self.table.name, &lists.offsets, lists.values.len())?;
                self.in_range(column, &lists.values, rows)
            }
            FactColumn::Shared(lists, numbers) => {
                check_offsets(&self.table.name, &lists.offsets, lists.values.len())?;
                self.in_range(column, numbers, lists.len())?;
                self.in_range(column, &lists.values, rows)
            }
            _ => Err(self.wrong_kind(column, "numre (Id, Ids eller Shared)")),
        }
    }

    fn in_range(&self, column: &str, ids: &[u32], limit: usize) -> Result<(), StarError> {
        match ids.iter().position(|id| *id as usize >= limit) {
            Some(row) => Err(StarError::OutOfRange {
                table: self.table.name.clone(),
                column: column.to_owned(),
                row,
                id: ids[row],
                limit,
            }),
            None => Ok(()),
        }
    }
}

/// The number of series.
fn check_steps(steps: &StepTable, rows: usize) -> Result<usize, StarError> {
    let malformed = |what| Err(StarError::Malformed { table: steps.name.clone(), what });
    if steps.from.len() != steps.member.len() {
        return malformed("'from' og 'member' er ikke lige lange");
    }
    check_offsets(&steps.name, &steps.offsets, steps.from.len())?;
    for ends in steps.offsets.windows(2) {
        let series = &steps.from[ends[0] as usize..ends[1] as usize];
        if series.first() != Some(&Day::MIN) || !series.is_sorted_by(|one, next| one < next) {
            return malformed("hver serie skal begynde med Day::MIN og have stigende dage");
        }
    }
    match steps.member.iter().position(|member| *member as usize >= rows) {
        Some(row) => Err(StarError::OutOfRange {
            table: steps.name.clone(),
            column: "member".to_owned(),
            row,
            id: steps.member[row],
            limit: rows,
        }),
        None => Ok(steps.offsets.len() - 1),
    }
}

fn check_offsets(table: &str, offsets: &[u32], values: usize) -> Result<(), StarError> {
    let ends = (offsets.first(), offsets.last()) == (Some(&0), Some(&(values as u32)));
    if ends && offsets.is_sorted() {
        return Ok(());
    }
    let what = "'offsets' skal stige fra 0 til antallet af værdier";
    Err(StarError::Malformed { table: table.to_owned(), what })
}

#[cfg(test)]
mod tests {
    use cube_schema::table::Lists;

    use super::*;

    const SCHEMA: &str = r#"
        name = "lille"
        first_month = "2020-01"
        [[dimension]]
        name = "Tid"
        fields = [{ name = "År", grain = "year" }]
        [[dimension]]
        name = "Farve"
        table = "farve"
        fields = [{ name = "Farve", key = "kode", caption = "navn" }]
        [[cube]]
        name = "Ting"
        [[cube.group]]
        name = "Ting"
        facts = "ting"
        entity = "ejer"
        first = "fra"
        last = "til"
        dimensions = [
            { dimension = "Tid" },
            { dimension = "Farve", column = "farver" },
        ]
        measures = [{ name = "Ejere", kind = "distinct", key = ["ejer"] }]
        provenance = [{ name = "Fil", column = "fil" }]
    "#;

    fn schema() -> Schema {
        Schema::parse(SCHEMA).unwrap()
    }

    fn star() -> Star {
        let mut farve = DimensionTable::new("farve", &["kode", "navn"]);
        farve.push(&["r", "rød"]);
        let mut lists = Lists::default();
        lists.push([0]);
        lists.push([]);
        let columns = [
            ("ejer", FactColumn::Id(vec![7, 9])),
            ("fra", FactColumn::Day(vec![Day(1), Day::MIN])),
            ("til", FactColumn::Day(vec![Day(1), Day::MAX])),
            ("farver", FactColumn::Ids(lists)),
            ("fil", FactColumn::Text(vec!["a".into(), "b".into()])),
        ];
        let columns = columns.map(|(name, column)| (name.to_owned(), column)).into();
        let ting = FactTable { name: "ting".to_owned(), columns };
        Star { dimensions: vec![farve], facts: vec![ting], steps: Vec::new() }
    }

    fn set(star: &mut Star, name: &str, column: FactColumn) {
        let columns = &mut star.facts[0].columns;
        columns.iter_mut().find(|(known, _)| known == name).unwrap().1 = column;
    }

    #[test]
    fn a_star_that_fits_its_schema_is_good() {
        assert_eq!(check(&star(), &schema()), Ok(()));
    }

    #[test]
    fn each_broken_promise_is_named() {
        type Break = fn(&mut Star);
        let breaks: [(Break, &str); 10] = [
            (|star| star.dimensions.clear(), "mangler dimensionen 'farve'"),
            (|star| star.facts.clear(), "mangler faktatabellen 'ting'"),
            (|star| drop(star.dimensions[0].columns.pop()), "mangler kolonnen 'navn'"),
            (|star| drop(star.facts[0].columns.pop()), "mangler kolonnen 'fil'"),
            (|star| set(star, "ejer", FactColumn::Id(vec![7])), "har 2 rækker; den første har 1"),
            (|star| set(star, "ejer", FactColumn::Number(vec![0.0, 1.0])), "'ejer' i tabellen"),
            (|star| set(star, "fra", FactColumn::Id(vec![0, 1])), "skal være dage"),
            (|star| set(star, "fra", FactColumn::Day(vec![Day(2), Day(0)])), "række 0"),
            (|star| set(star, "farver", FactColumn::Id(vec![0, 1])), "på 1, men der er kun 1"),
            (
                |star| {
                    let lists = Lists { offsets: vec![0, 2, 1], values: vec![0] };
                    set(star, "farver", FactColumn::Ids(lists));
                },
                "'offsets' skal stige",
            ),
        ];
        for (break_it, message) in breaks {
            let mut star = star();
            break_it(&mut star);
            let error = check(&star, &schema()).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn steps_begin_before_time_and_point_at_members() {
        let text = SCHEMA.replace("column = \"farver\"", "column = \"ejer\", steps = \"trin\"");
        let schema = Schema::parse(&text).unwrap();
        let with = |offsets: &[u32], from: &[Day], member: &[u32]| {
            let mut star = star();
            set(&mut star, "ejer", FactColumn::Id(vec![0, 1]));
            let (offsets, from, member) = (offsets.into(), from.into(), member.into());
            star.steps.push(StepTable { name: "trin".to_owned(), offsets, from, member });
            check(&star, &schema).map_err(|error| error.to_string())
        };
        let good = [Day::MIN, Day::MIN, Day(3)];
        assert_eq!(with(&[0, 1, 3], &good, &[0, 0, 0]), Ok(()));
        assert!(with(&[0, 3], &[Day::MIN, Day(1), Day(3)], &[0, 0, 0]).is_err(), "one series");
        assert!(with(&[0, 1, 3], &good, &[0, 0, 1]).is_err(), "no such member");
        assert!(with(&[0, 1, 3], &[Day::MIN, Day(0), Day(3)], &[0, 0, 0]).is_err(), "late start");
        assert!(with(&[0, 1, 1], &[Day::MIN], &[0]).is_err(), "empty series");
    }
}
