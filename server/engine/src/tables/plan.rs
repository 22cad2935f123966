//! What the schema needs of the tables: every column is looked for before any row is read.

use std::collections::HashSet;

use cube_schema::day::Month;
use cube_schema::schema::{
    Cube, Dimension, DimensionKind, Measure, MeasureGroup, MeasureKind, Place, Problems, Schema,
    Table,
};
use cube_schema::table::Timeline;

use super::dimension::columns_of;
use super::lookup::{Missing, Tables};
use super::source::{Source, TableError};

/// The measure that every cube has: the number of facts of its first group. It is not listed.
const FACT_COUNT: &str = "Fact Count";

/// A schema whose columns are all there.
pub(super) struct Plan {
    groups: usize,
}

impl Plan {
    /// Looks for every column that the schema names, and notes those that are not there.
    pub fn of(
        schema: &Schema,
        source: &dyn Source,
        problems: &mut Problems<'_>,
    ) -> Result<Plan, TableError> {
        let tables = Tables::new(schema, source);
        let mut check = Check { tables, told: HashSet::new(), problems };
        for (at, table) in schema.tables.iter().enumerate() {
            check.joins(table, &Place::top().nth("table", at))?;
        }
        for (at, dimension) in schema.dimensions.iter().enumerate() {
            check.dimension(dimension, &Place::top().nth("dimension", at))?;
        }
        for (at, cube) in schema.cubes.iter().enumerate() {
            for (position, group) in cube.groups.iter().enumerate() {
                let name = format!("gruppen '{}' i kuben '{}'", group.name, cube.name);
                let place = Place::top().nth("cube", at).nth("group", position);
                check.group(group, &name, &place)?;
            }
        }
        Ok(Plan { groups: schema.cubes.iter().map(|cube| cube.groups.len()).sum() })
    }

    /// How many measure groups are to be read.
    pub fn group_count(&self) -> usize {
        self.groups
    }
}

struct Check<'a, 'p, 't> {
    tables: Tables<'a>,
    /// The tables that are not there: each is told of once, and not with every column of it.
    told: HashSet<String>,
    problems: &'p mut Problems<'t>,
}

impl Check<'_, '_, '_> {
    fn column(
        &mut self,
        table: &str,
        path: &str,
        who: &str,
        place: &Place,
    ) -> Result<(), TableError> {
        let Some(missing) = self.tables.check(table, path)? else { return Ok(()) };
        if let Missing::Table(table, _) = &missing
            && !self.told.insert(table.clone())
        {
            return Ok(());
        }
        self.problems.add(place, format!("{who}: {missing}"));
        Ok(())
    }

    /// The tables that a table which is there points at.
    fn joins(&mut self, table: &Table, place: &Place) -> Result<(), TableError> {
        if !self.tables.is_there(&table.name)? {
            return Ok(());
        }
        for (at, join) in table.joins.iter().enumerate() {
            let who = format!("'joins' til '{}' i tabellen '{}'", join.table, table.name);
            let place = place.nth("joins", at);
            self.column(&table.name, &join.column, &who, &place)?;
            self.column(&join.table, join.key(), &who, &place)?;
        }
        Ok(())
    }

    fn dimension(&mut self, dimension: &Dimension, place: &Place) -> Result<(), TableError> {
        let (Some(table), Some(key)) = (&dimension.table, &dimension.key) else { return Ok(()) };
        let name = format!("dimensionen '{}'", dimension.name);
        self.column(table, key, &name, &place.key("key"))?;
        let mut known: Vec<&str> = vec![key];
        for (at, field) in dimension.fields.iter().enumerate() {
            let place = place.nth("fields", at);
            let who = format!("feltet '{}' i {name}", field.name);
            for path in [Some(&field.key), field.caption.as_ref()].into_iter().flatten() {
                known.push(path);
                self.column(table, path, &who, &place)?;
            }
        }
        for (at, hierarchy) in dimension.hierarchies.iter().enumerate() {
            for (position, level) in hierarchy.levels.iter().enumerate() {
                let Some(level) = level.own() else { continue };
                let place = place.nth("hierarchies", at).nth("levels", position);
                let who = format!("niveauet '{}' i {name}", level.name);
                let own = [&level.caption, &level.order, &level.parent].into_iter().flatten();
                let properties = level.properties.iter().map(|property| &property.column);
                for path in [&level.key].into_iter().chain(own).chain(properties) {
                    known.push(path);
                    self.column(table, path, &who, &place)?;
                }
            }
        }
        for (path, _) in columns_of(dimension).iter().filter(|(path, _)| !known.contains(path)) {
            self.column(table, path, &name, place)?;
        }
        Ok(())
    }

    fn group(&mut self, group: &MeasureGroup, name: &str, place: &Place) -> Result<(), TableError> {
        for (at, usage) in group.dimensions.iter().enumerate() {
            let place = place.nth("dimensions", at);
            let who = format!("{name}, dimensionen '{}'", usage.name());
            if let Some(path) = &usage.column {
                self.column(&group.facts, path, &who, &place)?;
            }
            if let Some(bridge) = &usage.bridge {
                self.column(&bridge.table, &bridge.key, &who, &place)?;
                self.column(&bridge.table, &bridge.column, &who, &place)?;
            }
        }
        for (at, measure) in group.measures.iter().enumerate() {
            let who = format!("målet '{}' i {name}", measure.name);
            for path in measure.key.iter().chain(&measure.column) {
                self.column(&group.facts, path, &who, &place.nth("measures", at))?;
            }
        }
        for (at, column) in group.provenance.iter().enumerate() {
            let who = format!("kolonnen '{}' i {name}", column.name);
            self.column(&group.facts, &column.column, &who, &place.nth("provenance", at))?;
        }
        for (key, path) in [("first", &group.first), ("last", &group.last)] {
            if !path.is_empty() {
                self.column(&group.facts, path, name, &place.key(key))?;
            }
        }
        Ok(())
    }
}

/// Adds the measure that counts facts, where the group has none of its name.
pub(super) fn count_rows(group: &mut MeasureGroup) {
    if group.measures.iter().any(|measure| measure.name == FACT_COUNT) {
        return;
    }
    group.measures.push(Measure {
        name: FACT_COUNT.to_owned(),
        kind: MeasureKind::Count,
        key: Vec::new(),
        column: None,
        unit: String::new(),
        decimals: 0,
        description: "Antal rækker i faktatabellen".to_owned(),
        caption: None,
        format: None,
        visible: false,
    });
}

/// The schema of one cube over the star that was made for it, and its months.
/// `last` is the last month with a day of a fact, `of_tables` that by the tables of time.
pub(super) fn lowered(
    schema: &Schema,
    cube: Cube,
    last: Option<Month>,
    of_tables: Option<Month>,
) -> (Schema, Timeline) {
    let mut lowered = Schema { cubes: vec![cube], roles: Vec::new(), ..schema.clone() };
    for dimension in lowered.dimensions.iter_mut().filter(|dimension| dimension.table.is_some()) {
        dimension.table = Some(dimension.name.clone());
        dimension.observed |= !dimension.reference && dimension.kind != DimensionKind::Time;
    }
    for (at, group) in lowered.cubes.iter_mut().flat_map(|cube| &mut cube.groups).enumerate() {
        group.facts = group_table(&group.facts, at);
    }
    let said = schema.last_month.as_deref().and_then(Month::parse);
    let first = Month::parse(&schema.first_month).filter(|_| schema.has_days());
    let timeline = match (first, last.or(said.filter(|_| of_tables.is_none()))) {
        (Some(first), Some(last)) => Timeline { first, last: said.unwrap_or(last).max(first) },
        _ => super::no_days(of_tables.or(first)),
    };
    (lowered, timeline)
}

/// The name of a group's facts in the star: two groups can read one table.
pub(super) fn group_table(facts: &str, group: usize) -> String {
    format!("{facts} {group}")
}
