//! A schema file (TOML) and its checked form: dimensions, cubes, measures.
//!
//! The file says what a star's tables mean; it holds no data. [`Schema::parse`] returns a schema
//! in which every name that is referred to exists, so that the engine need not doubt it.

mod measures;
mod records;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

pub use records::MadeOf;

/// A checked schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// A short name (`vh`).
    pub name: String,
    /// The first month of the timeline, `YYYY-MM`.
    pub first_month: String,
    /// The caption of the All member of every hierarchy, and of pivot totals.
    #[serde(default = "all_caption")]
    pub all: String,
    /// The caption (and key) of the member that stands for "not known". It sorts last.
    #[serde(default = "unknown_caption")]
    pub unknown: String,
    /// Which days of a record count where days are added up: a policy of all cubes.
    #[serde(default)]
    pub day_count: DayCount,
    /// The dimensions, shared by all cubes.
    #[serde(rename = "dimension")]
    pub dimensions: Vec<Dimension>,
    /// The cubes.
    #[serde(rename = "cube")]
    pub cubes: Vec<Cube>,
    /// Who may see what of them.
    #[serde(default, rename = "role")]
    pub roles: Vec<Role>,
}

fn all_caption() -> String {
    "I alt".to_owned()
}

fn unknown_caption() -> String {
    "Ukendt".to_owned()
}

/// A dimension: fields that are functions of one key, or of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// The name (`Handle kommune`).
    pub name: String,
    /// What it is, for the people who choose fields.
    #[serde(default)]
    pub description: String,
    /// The dimension table of the star; absent for the time dimension.
    #[serde(default)]
    pub table: Option<String>,
    /// Whether a member exists only through facts that one may see (citizens, institutions).
    #[serde(default)]
    pub observed: bool,
    /// The column with the newest month delivered per key: it tells who is behind.
    #[serde(default)]
    pub newest: Option<String>,
    /// The fields, each an attribute hierarchy of its own.
    pub fields: Vec<Field>,
    /// Hierarchies of several levels.
    #[serde(default)]
    pub hierarchies: Vec<Hierarchy>,
}

impl Dimension {
    /// Whether the members are periods.
    #[must_use]
    pub fn is_time(&self) -> bool {
        self.table.is_none()
    }
}

/// A field of a dimension: a level, or an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The name (`Kommunenummer`).
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// For a time field: the length of its periods.
    #[serde(default)]
    pub grain: Option<Grain>,
    /// The column of the dimension table that holds the member's key.
    #[serde(default)]
    pub key: String,
    /// The column that holds the caption; the key itself where absent.
    #[serde(default)]
    pub caption: Option<String>,
    /// How the members are ordered.
    #[serde(default)]
    pub sort: Sort,
    /// Whether the values are personal data.
    #[serde(default)]
    pub personal: bool,
}

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// Calendar years, `2020`.
    Year,
    /// Quarters, `2020K1`.
    Quarter,
    /// Months, `2020-01`.
    Month,
}

/// The order of a field's members; the unknown member is last in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// By caption, as Danish sorts (Æ, Ø, Å last; aa as å).
    #[default]
    Danish,
    /// By the numbers in the key (`1.8.1` before `1.12.0.1`).
    Number,
    /// As the dimension table stands.
    Table,
}

/// Levels from the top down; each member of a level has one parent in the level above.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hierarchy {
    /// The name (`Geografi`).
    pub name: String,
    /// Names of fields, from the top down.
    pub levels: Vec<String>,
}

/// A cube: measure groups over shared dimensions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cube {
    /// The name (`Voksne Handicappede`).
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Whether it is left out of the list of cubes.
    #[serde(default)]
    pub hidden: bool,
    /// How its figures are explained, if they are.
    #[serde(default)]
    pub explain: Option<Explain>,
    /// Its measure groups. The first measure of the first group is the default measure.
    #[serde(rename = "group")]
    pub groups: Vec<MeasureGroup>,
    /// Its measures that are calculated from others.
    #[serde(default)]
    pub calculated: Vec<CalculatedMeasure>,
    /// Sets that formulas refer to by name.
    #[serde(default, rename = "set")]
    pub sets: Vec<NamedSet>,
}

/// A measure that is calculated cell by cell from others, by a formula in MDX.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalculatedMeasure {
    /// The name.
    pub name: String,
    /// The formula, an expression in MDX. It is bound when a cube is made.
    pub formula: String,
    /// The unit (`kr.`).
    #[serde(default)]
    pub unit: String,
    /// The number of decimals shown.
    #[serde(default)]
    pub decimals: u8,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Whether it is listed; formulas may use it in any case.
    #[serde(default = "yes")]
    pub visible: bool,
    /// Dimensions on which it has a value at All only.
    #[serde(default)]
    pub at_all: Vec<String>,
    /// What it is made of, the most telling part first: drill-through shows the records of that, and
    /// an explanation is of the first part that can be explained.
    #[serde(default)]
    pub made_of: Vec<MadeOf>,
}

/// A set with a name. A formula that uses it means those of its members that exist in the cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedSet {
    /// The name.
    pub name: String,
    /// The set, an expression in MDX.
    pub formula: String,
}

/// How the figures of a cube are explained: by another, hidden cube that has the same dimensions and
/// measures, and its facts in steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explain {
    /// The hidden cube.
    pub cube: String,
    /// Its dimension of steps.
    pub steps: String,
    /// The field with the key of a step.
    pub step: String,
    /// The field with what people read of a step.
    pub caption: String,
    /// The field with the path that a step belongs to.
    pub path: String,
    /// The path for whoever sees all records.
    pub all: String,
    /// The path for whoever sees some of them: it tells nothing of the others.
    pub own: String,
    /// The path of the steps with one rule left out.
    #[serde(default)]
    pub without: Option<String>,
    /// The field with the rule of a step.
    pub rule: String,
    /// The rule that a path ends with; all steps where absent.
    #[serde(default)]
    pub until: Option<String>,
    /// The dimension of the steps that have changed a record, with the same field of keys.
    pub touched: String,
    /// The dimension whose conditions are the last step.
    #[serde(default)]
    pub last: Option<String>,
    /// The measure that counts records.
    pub records: String,
    /// The measure that counts entities.
    pub entities: String,
}

/// One fact table with its measures. Rows are intervals of days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureGroup {
    /// The name.
    pub name: String,
    /// The fact table of the star.
    pub facts: String,
    /// The column whose value orders the rows and that distinct counts are about (a citizen).
    pub entity: String,
    /// The column with the first day.
    pub first: String,
    /// The column with the last day; of events, the same as `first`.
    pub last: String,
    /// The column that is 1 where a fact is the first piece of a record that has a first day, else 0.
    #[serde(default)]
    pub starts: Option<String>,
    /// The column that is 1 where a fact is the last piece of a record that has a last day, not after
    /// the as-of day, else 0.
    #[serde(default)]
    pub ends: Option<String>,
    /// How the facts point at the dimensions.
    pub dimensions: Vec<DimensionUse>,
    /// The measures.
    pub measures: Vec<Measure>,
    /// The column with the number of the record that a fact came from; the pieces of a record
    /// share it. Without it every fact is a record of its own.
    #[serde(default)]
    pub record: Option<String>,
    /// Columns that tell of the record that a fact came from: drill-through shows them.
    #[serde(default)]
    pub provenance: Vec<Provenance>,
    /// What drill-through shows where nothing is named: fields such as `Køn.Køn`, and headings of
    /// `provenance`. Empty is all of `provenance`.
    #[serde(default)]
    pub drill: Vec<String>,
    /// The cube with the same facts that shows and explains the records of this group; it has the
    /// group's dimensions and measures.
    #[serde(default)]
    pub records_in: Option<String>,
}

/// A column that tells of the record that a fact came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The heading (`Ydelsesid`).
    pub name: String,
    /// The fact column.
    pub column: String,
    /// The fact column that is shown instead to whoever sees some records only, so that it tells
    /// nothing of the others.
    #[serde(default)]
    pub own: Option<String>,
    /// Whether it is shown only to whoever may see the delivery.
    #[serde(default)]
    pub delivery: bool,
}

/// Which days of a record count where days are added up ([`MeasureKind::Days`] and
/// [`MeasureKind::CoveredDays`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayCount {
    /// The first day and the last, so that a whole year is 1 and periods add up.
    #[default]
    Inclusive,
    /// The first day of a record does not count in the period that it lies in, unless it is the first
    /// day of that period.
    ExcludeStart,
}

/// A fact column that points at a dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DimensionUse {
    /// The dimension's name.
    pub dimension: String,
    /// The fact column; absent for the time dimension, whose key is the interval, and for age.
    #[serde(default)]
    pub column: Option<String>,
    /// The fact column with the entity's day of birth ([`crate::day::Day::MIN`] is not known), where
    /// the key is the age on the last day of a cell's period: row `k` of the dimension table is `k`
    /// whole years, its last row an age that is not known or not in the table.
    #[serde(default)]
    pub age: Option<String>,
    /// The step table, where the column is a series whose member changes over time.
    #[serde(default)]
    pub steps: Option<String>,
}

/// A stored measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// The name (`Antal Unikke Borgere`).
    pub name: String,
    /// How it is counted.
    pub kind: MeasureKind,
    /// For distinct kinds and covered days: the columns that together are counted; the first is the
    /// entity.
    #[serde(default)]
    pub key: Vec<String>,
    /// For sums and means: the column of numbers that is added up.
    #[serde(default)]
    pub column: Option<String>,
    /// The unit (`borgere`).
    #[serde(default)]
    pub unit: String,
    /// The number of decimals shown.
    #[serde(default)]
    pub decimals: u8,
    /// What it counts.
    #[serde(default)]
    pub description: String,
    /// Whether it is listed among the measures; one that is not can still be named.
    #[serde(default = "yes")]
    pub visible: bool,
}

/// How a measure is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    /// Different keys with an active row in the period.
    Distinct,
    /// Different keys with a row that is active on the last day of the period.
    DistinctAtEnd,
    /// Records whose first day lies in the period.
    Starts,
    /// Records whose last day lies in the period.
    Ends,
    /// The days of every row in the period, over the days of the period.
    Days,
    /// For each key the different days of its rows in the period, over the days of the period.
    CoveredDays,
    /// The sum of a column over the rows with a day in the period.
    Sum,
    /// The sum of a column over the rows that are active on the last day of the period.
    SumAtEnd,
    /// The sum of a column over the rows with a day in the period, over the number of the period's
    /// months in which the cell has a row.
    MeanOverMonths,
}

/// Who may see what. A cube that a role does not name does not exist for whoever has the role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The name (`kommune`).
    pub name: String,
    /// Whose eyes these are.
    #[serde(default)]
    pub description: String,
    /// What must be said of a caller besides the role: the value that `rows` are chosen by.
    #[serde(default)]
    pub parameter: Option<String>,
    /// What is seen of each cube.
    pub cubes: Vec<Sight>,
}

/// What a role sees of one cube: all of it, but for what is said here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sight {
    /// The cube's name.
    pub cube: String,
    /// Only the rows whose member of this field has the role's parameter as its key.
    #[serde(default)]
    pub rows: Option<FieldName>,
    /// Of single records, when they are shown behind a figure, only those of this field's member.
    #[serde(default)]
    pub records: Option<FieldName>,
    /// Dimensions that do not exist for the role.
    #[serde(default)]
    pub hidden: Vec<String>,
    /// Whether the file and line that a record came from are shown with it.
    #[serde(default = "yes")]
    pub deliveries: bool,
}

fn yes() -> bool {
    true
}

/// A field of a dimension, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldName {
    /// The dimension's name.
    pub dimension: String,
    /// The field's name.
    pub field: String,
}

/// A promise of the schema file that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// The text is not TOML of the right shape; the message names line and column.
    #[error("skemaet kan ikke læses: {0}")]
    Unreadable(String),
    /// Two things of one kind share a name.
    #[error("{kind} '{name}' er defineret to gange{place}; giv den ene et andet navn")]
    Twice {
        /// What it is: a cube, a dimension, a field, a measure.
        kind: &'static str,
        /// Its name.
        name: String,
        /// Where, as ` i …`, or empty.
        place: String,
    },
    /// A name is referred to that nothing has.
    #[error("{place} henviser til {kind} '{name}', som ikke findes")]
    Missing {
        /// What is missing.
        kind: &'static str,
        /// The name.
        name: String,
        /// Who refers to it.
        place: String,
    },
    /// A thing lacks what its kind needs.
    #[error("{place}: {what}")]
    Incomplete {
        /// Who lacks something.
        place: String,
        /// What is lacking, and what to do.
        what: &'static str,
    },
}

impl Schema {
    /// Reads and checks a schema file.
    ///
    /// # Errors
    /// The first promise that does not hold.
    pub fn parse(text: &str) -> Result<Schema, SchemaError> {
        let schema: Schema =
            toml::from_str(text).map_err(|error| SchemaError::Unreadable(error.to_string()))?;
        schema.check()?;
        Ok(schema)
    }

    /// The dimension of a name.
    #[must_use]
    pub fn dimension(&self, name: &str) -> Option<&Dimension> {
        self.dimensions.iter().find(|dimension| dimension.name == name)
    }

    fn check(&self) -> Result<(), SchemaError> {
        distinct(
            "dimensionen",
            "",
            self.dimensions.iter().map(|dimension| dimension.name.as_str()),
        )?;
        distinct("kuben", "", self.cubes.iter().map(|cube| cube.name.as_str()))?;
        if crate::day::Month::parse(&self.first_month).is_none() {
            return Err(SchemaError::Incomplete {
                place: "first_month".to_owned(),
                what: "skal være en måned, for eksempel 2013-01",
            });
        }
        self.dimensions.iter().try_for_each(Dimension::check)?;
        self.cubes.iter().try_for_each(|cube| self.check_cube(cube))?;
        distinct("rollen", "", self.roles.iter().map(|role| role.name.as_str()))?;
        self.roles.iter().try_for_each(|role| self.check_role(role))
    }

    fn check_role(&self, role: &Role) -> Result<(), SchemaError> {
        let place = format!("rollen '{}'", role.name);
        distinct("kuben", &format!(" i {place}"), role.cubes.iter().map(|one| one.cube.as_str()))?;
        for sight in &role.cubes {
            let Some(cube) = self.cubes.iter().find(|cube| cube.name == sight.cube) else {
                let name = sight.cube.clone();
                return Err(SchemaError::Missing { kind: "kuben", name, place });
            };
            for name in &sight.hidden {
                self.check_used(cube, name, &place)?;
            }
            for rows in sight.rows.iter().chain(&sight.records) {
                self.check_rows(role, cube, rows, &place)?;
                check_deliveries(sight, cube, &place)?;
            }
        }
        Ok(())
    }

    fn check_rows(
        &self,
        role: &Role,
        cube: &Cube,
        rows: &FieldName,
        place: &str,
    ) -> Result<(), SchemaError> {
        let incomplete = |what| Err(SchemaError::Incomplete { place: place.to_owned(), what });
        self.check_used(cube, &rows.dimension, place)?;
        let dimension = self.dimension(&rows.dimension);
        if !dimension.is_some_and(|one| one.fields.iter().any(|field| field.name == rows.field)) {
            let (name, place) = (rows.field.clone(), place.to_owned());
            return Err(SchemaError::Missing { kind: "feltet", name, place });
        }
        let mut uses = cube.groups.iter().flat_map(|group| &group.dimensions);
        let changes = |usage: &DimensionUse| {
            usage.dimension == rows.dimension && (usage.column.is_none() || usage.steps.is_some())
        };
        if uses.any(changes) {
            return incomplete(
                "'rows' og 'records' kan ikke vælges med en dimension, der skifter over tid",
            );
        }
        if role.parameter.is_none() {
            return incomplete("'rows' og 'records' kræver, at rollen har en 'parameter'");
        }
        Ok(())
    }

    /// That a cube has a dimension.
    fn check_used(&self, cube: &Cube, name: &str, place: &str) -> Result<(), SchemaError> {
        let mut uses = cube.groups.iter().flat_map(|group| &group.dimensions);
        if uses.any(|usage| usage.dimension == name) {
            return Ok(());
        }
        let (name, place) = (name.to_owned(), format!("{place} i kuben '{}'", cube.name));
        Err(SchemaError::Missing { kind: "dimensionen", name, place })
    }

    fn check_cube(&self, cube: &Cube) -> Result<(), SchemaError> {
        let place = format!(" i kuben '{}'", cube.name);
        let measures = cube.groups.iter().flat_map(|group| &group.measures);
        let names = measures.map(|measure| measure.name.as_str());
        let calculated = cube.calculated.iter().map(|measure| measure.name.as_str());
        distinct("målet", &place, names.chain(calculated))?;
        distinct("mængden", &place, cube.sets.iter().map(|set| set.name.as_str()))?;
        for measure in &cube.calculated {
            let known = |name: &&String| self.dimension(name).is_some();
            if let Some(name) = measure.at_all.iter().find(|name| !known(name)) {
                let place = format!("målet '{}'{place}", measure.name);
                return Err(SchemaError::Missing {
                    kind: "dimensionen",
                    name: name.clone(),
                    place,
                });
            }
        }
        cube.groups.iter().try_for_each(|group| self.check_group(cube, group))?;
        records::check(self, cube)
    }

    fn check_group(&self, cube: &Cube, group: &MeasureGroup) -> Result<(), SchemaError> {
        let place = format!("gruppen '{}' i kuben '{}'", group.name, cube.name);
        let used = group.dimensions.iter().map(|usage| usage.dimension.as_str());
        distinct("dimensionen", &format!(" i {place}"), used)?;
        for usage in &group.dimensions {
            let Some(dimension) = self.dimension(&usage.dimension) else {
                let name = usage.dimension.clone();
                return Err(SchemaError::Missing { kind: "dimensionen", name, place });
            };
            if let Err(what) = measures::check_use(usage, dimension) {
                return Err(SchemaError::Incomplete { place, what });
            }
        }
        let headings = group.provenance.iter().map(|column| column.name.as_str());
        distinct("kolonnen", &format!(" i {place}"), headings)?;
        group.measures.iter().try_for_each(|measure| {
            let what = measures::check_measure(measure, group, self.day_count);
            let place = format!("målet '{}' i {place}", measure.name);
            what.map_err(|what| SchemaError::Incomplete { place, what })
        })
    }
}

impl Dimension {
    fn check(&self) -> Result<(), SchemaError> {
        let place = format!("dimensionen '{}'", self.name);
        let names = self.fields.iter().map(|field| &field.name);
        let hierarchies = self.hierarchies.iter().map(|hierarchy| &hierarchy.name);
        let all = names.chain(hierarchies).map(String::as_str);
        distinct("feltet", &format!(" i {place}"), all)?;
        for field in &self.fields {
            if self.is_time() != field.grain.is_some() || self.is_time() != field.key.is_empty() {
                let place = format!("feltet '{}' i {place}", field.name);
                let what = "et tidsfelt skal have 'grain', alle andre 'key'";
                return Err(SchemaError::Incomplete { place, what });
            }
        }
        for (hierarchy, level) in
            self.hierarchies.iter().flat_map(|one| one.levels.iter().map(move |level| (one, level)))
        {
            if !self.fields.iter().any(|field| field.name == *level) {
                let place = format!("hierarkiet '{}' i {place}", hierarchy.name);
                return Err(SchemaError::Missing { kind: "feltet", name: level.clone(), place });
            }
        }
        Ok(())
    }
}

/// That whoever sees some records only, with the deliveries, is shown a column of his own for each
/// that tells of a delivery.
fn check_deliveries(sight: &Sight, cube: &Cube, place: &str) -> Result<(), SchemaError> {
    let mut columns = cube.groups.iter().flat_map(|group| &group.provenance);
    let tells = |column: &&Provenance| column.delivery && column.own.is_none();
    match columns.find(tells).filter(|_| sight.deliveries) {
        Some(column) => Err(SchemaError::Incomplete {
            place: format!("kolonnen '{}' i kuben '{}' ({place})", column.name, cube.name),
            what: "fortæller om leverancen og skal have 'own' til den, der kun ser nogle ydelser",
        }),
        None => Ok(()),
    }
}

fn distinct<'a>(
    kind: &'static str,
    place: &str,
    names: impl Iterator<Item = &'a str>,
) -> Result<(), SchemaError> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name.to_lowercase()) {
            let (name, place) = (name.to_owned(), place.to_owned());
            return Err(SchemaError::Twice { kind, name, place });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        name = "lille"
        first_month = "2020-01"
        [[dimension]]
        name = "Tid"
        fields = [{ name = "År", grain = "year" }]
        [[dimension]]
        name = "Farve"
        table = "farve"
        fields = [{ name = "Farve", key = "kode" }]
        hierarchies = [{ name = "Farver", levels = ["Farve"] }]
        [[cube]]
        name = "Ting"
        [[cube.group]]
        name = "Ting"
        facts = "ting"
        entity = "ejer"
        first = "fra"
        last = "til"
        dimensions = [{ dimension = "Tid" }, { dimension = "Farve", column = "farve" }]
        measures = [{ name = "Ejere", kind = "distinct", key = ["ejer"] }]
        [[role]]
        name = "ejer"
        parameter = "farve"
        cubes = [{ cube = "Ting", rows = { dimension = "Farve", field = "Farve" }, hidden = ["Tid"] }]
    "#;

    const BY_OWNER: &str = "kind = \"distinct\", key = [\"ejer\"]";

    #[test]
    fn a_schema_that_keeps_its_promises_is_read() {
        let schema = Schema::parse(SMALL).unwrap();
        assert_eq!(schema.all, "I alt");
        assert!(schema.dimension("Tid").unwrap().is_time());
    }

    #[test]
    fn each_broken_promise_is_named() {
        for (good, bad, message) in [
            ("\"Farver\", levels = [\"Farve\"]", "\"Farver\", levels = [\"Form\"]", "'Form'"),
            ("name = \"Farver\"", "name = \"FARVE\"", "to gange"),
            ("{ dimension = \"Tid\" }", "{ dimension = \"Sted\" }", "'Sted'"),
            ("key = [\"ejer\"]", "key = [\"farve\"]", "begynde med"),
            (", column = \"farve\"", "", "tidsdimension"),
            ("farve\" }", "farve\", age = \"foedt\" }", "'column' og 'age'"),
            ("column = \"farve\"", "age = \"foedt\", steps = \"trin\"", "'steps'"),
            ("kind = \"distinct\"", "kind = \"starts\"", "'key'"),
            (BY_OWNER, "kind = \"starts\"", "'starts'"),
            (BY_OWNER, "kind = \"ends\"", "'ends'"),
            (BY_OWNER, "kind = \"covered_days\"", "begynde med"),
            (BY_OWNER, "kind = \"sum\"", "'column'"),
            ("key = [\"ejer\"]", "key = [\"ejer\"], column = \"pris\"", "'column'"),
            (BY_OWNER, "kind = \"middel\"", "line"),
            ("2020-01", "2020", "first_month"),
            ("first = \"fra\"", "first = 1", "line"),
            ("cube = \"Ting\"", "cube = \"Tang\"", "'Tang'"),
            ("hidden = [\"Tid\"]", "hidden = [\"Sted\"]", "'Sted'"),
            ("field = \"Farve\" }", "field = \"Form\" }", "'Form'"),
            ("rows = { dimension = \"Farve\"", "rows = { dimension = \"Tid\"", "'Farve'"),
            ("parameter = \"farve\"", "", "parameter"),
        ] {
            assert!(SMALL.contains(good), "{good}");
            let error = Schema::parse(&SMALL.replace(good, bad)).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn an_observed_age_a_changing_sum_and_a_start_without_a_column_are_named() {
        let roles = SMALL.find("[[role]]").unwrap();
        let aged = SMALL[..roles].replace("column = \"farve\"", "age = \"foedt\"");
        assert!(Schema::parse(&aged).is_ok());
        let observed = aged.replace("table = \"farve\"", "table = \"farve\"\nobserved = true");
        let stepped = SMALL[..roles].replace("\"farve\" }", "\"farve\", steps = \"trin\" }");
        let sum = stepped.replace(BY_OWNER, "kind = \"sum\", column = \"pris\"");
        let days = SMALL.replace(BY_OWNER, "kind = \"days\"");
        assert!(Schema::parse(&days).is_ok());
        let days =
            days.replacen("[[dimension]]", "day_count = \"exclude-start\"\n[[dimension]]", 1);
        for (text, message) in [(observed, "observed"), (sum, "'steps'"), (days, "'starts'")] {
            let error = Schema::parse(&text).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn a_column_on_deliveries_without_one_of_its_own_is_named() {
        let file =
            "provenance = [{ name = \"Fil\", column = \"fil\", delivery = true }]\nmeasures =";
        let leaky = SMALL.replace("measures =", file);
        let error = Schema::parse(&leaky).unwrap_err().to_string();
        assert!(error.contains("'Fil'") && error.contains("'own'"), "{error}");
        let own = leaky.replace("delivery = true", "own = \"fil_egen\", delivery = true");
        assert!(Schema::parse(&own).is_ok());
        let without = leaky.replace("hidden = [\"Tid\"]", "deliveries = false");
        assert!(Schema::parse(&without).is_ok());
    }

    #[test]
    fn the_cubes_of_vh_are_a_valid_schema() {
        let schema = Schema::parse(include_str!("domains/vh/vh.toml")).unwrap();
        assert_eq!(schema.cubes.len(), 4);
    }
}
