//! Building a cube from a star: dimensions first, then the rows of each measure group.

mod dimension;
mod rows;

use cube_schema::schema::{self, DayCount, MeasureGroup, Schema};
use cube_schema::table::{FactColumn, FactTable, Star, Timeline};

use super::array::{Column, Texts};
use super::{
    Calculated, Cube, Dimension, Freshness, Group, Measure, NamedSet, Provenance, ProvenanceValues,
    Use,
};

/// A promise between schema and star that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A table that the schema names is not in the star.
    #[error("tabellen '{0}' findes ikke i stjernen")]
    NoTable(String),
    /// A column that the schema names is not in its table, or of another kind.
    #[error(
        "kolonnen '{column}' i tabellen '{table}' mangler eller er af en anden slags ({expected})"
    )]
    NoColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What the schema expects of it.
        expected: &'static str,
    },
    /// Columns of one table differ in length.
    #[error("kolonnen '{column}' i tabellen '{table}' har {length} rækker, ikke {expected}")]
    Length {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its length.
        length: usize,
        /// The length of the others.
        expected: usize,
    },
    /// A fact points at a row that its dimension does not have.
    #[error("kolonnen '{column}' i tabellen '{table}' peger på række {id}, men der er kun {rows}")]
    OutOfRange {
        /// The fact table.
        table: String,
        /// The column.
        column: String,
        /// The id found.
        id: u32,
        /// The number of rows pointed at.
        rows: usize,
    },
    /// A number cannot be added up exactly.
    #[error(
        "kolonnen '{column}' i tabellen '{table}' har tal, der ikke kan lægges sammen nøjagtigt \
         (de skal tilsammen ligge under 2 billioner)"
    )]
    Number {
        /// The fact table.
        table: String,
        /// The column.
        column: String,
    },
    /// Facts of one entity do not agree on when it was born.
    #[error("kolonnen '{column}' i tabellen '{table}' giver den samme enhed to fødselsdage")]
    Births {
        /// The fact table.
        table: String,
        /// The column.
        column: String,
    },
    /// A month of the schema cannot be read, or the timeline is longer than a cube can hold.
    #[error(
        "tidslinjen skal ligge mellem første måned og opgørelsesmåneden og højst være 5.000 år"
    )]
    Timeline,
}

/// Builds one cube of a schema.
///
/// # Errors
/// The first promise between schema and star that does not hold.
pub fn build(
    schema: &Schema,
    cube: &schema::Cube,
    star: &Star,
    timeline: Timeline,
) -> Result<Cube, BuildError> {
    if timeline.last < timeline.first || timeline.last.0 - timeline.first.0 >= 60_000 {
        return Err(BuildError::Timeline);
    }
    let used = |dimension: &&schema::Dimension| {
        cube.groups
            .iter()
            .flat_map(|group| &group.dimensions)
            .any(|one| one.dimension == dimension.name)
    };
    let dimensions = schema.dimensions.iter().filter(used);
    let dimensions: Vec<Dimension> = dimensions
        .map(|dimension| dimension::build(dimension, schema, star, timeline))
        .collect::<Result<_, _>>()?;
    let groups = cube
        .groups
        .iter()
        .map(|group| build_group(group, schema.day_count, &dimensions, star, timeline))
        .collect::<Result<_, _>>()?;
    Ok(Cube {
        name: cube.name.clone(),
        description: cube.description.clone(),
        explain: cube.explain.clone(),
        all: schema.all.clone(),
        hidden: cube.hidden,
        timeline,
        freshness: freshness(schema, &dimensions, star, timeline),
        calculated: cube.calculated.iter().map(|one| calculated(one, &dimensions)).collect(),
        sets: cube.sets.iter().map(named_set).collect(),
        dimensions,
        groups,
    })
}

/// A calculated measure; dimensions that the cube does not have cannot hold it back.
fn calculated(measure: &schema::CalculatedMeasure, dimensions: &[Dimension]) -> Calculated {
    let position = |name: &String| dimensions.iter().position(|one| one.name == *name);
    Calculated {
        name: measure.name.clone(),
        description: measure.description.clone(),
        unit: measure.unit.clone(),
        decimals: measure.decimals,
        visible: measure.visible,
        formula: measure.formula.clone(),
        at_all: measure.at_all.iter().filter_map(position).collect(),
        made_of: measure.made_of.clone(),
    }
}

fn named_set(set: &schema::NamedSet) -> NamedSet {
    NamedSet { name: set.name.clone(), formula: set.formula.clone() }
}

fn build_group(
    group: &MeasureGroup,
    day_count: DayCount,
    dimensions: &[Dimension],
    star: &Star,
    timeline: Timeline,
) -> Result<Group, BuildError> {
    let facts = star.fact(&group.facts).ok_or_else(|| BuildError::NoTable(group.facts.clone()))?;
    let source = rows::Source::new(group, facts, dimensions, star, timeline)?;
    let (rows, cut) = source.build();
    let births = source.births()?;
    let uses = dimensions.iter().map(|dimension| use_of(group, facts, dimension)).collect();
    let measures = group.measures.iter().map(|measure| build_measure(measure, &source)).collect();
    let provenance = group
        .provenance
        .iter()
        .map(|column| build_provenance(column, facts))
        .collect::<Result<_, _>>()?;
    let record = group.record.as_ref().map(|column| match facts.column(column) {
        Some(FactColumn::Id(numbers)) => Ok(numbers.clone().into()),
        _ => Err(no_column(facts, column, "numre")),
    });
    Ok(Group {
        name: group.name.clone(),
        uses,
        measures,
        entity_count: source.entity_count(),
        births,
        day_count,
        rows,
        cut,
        record: record.transpose()?,
        provenance,
        drill: group.drill.clone(),
        records_in: group.records_in.clone(),
    })
}

fn use_of(group: &MeasureGroup, facts: &FactTable, dimension: &Dimension) -> Option<Use> {
    let usage = group.dimensions.iter().find(|usage| usage.dimension == dimension.name)?;
    if usage.age.is_some() {
        return Some(Use::Age);
    }
    let Some(column) = &usage.column else { return Some(Use::Time) };
    if usage.steps.is_some() {
        return Some(Use::Step);
    }
    if *column == group.entity {
        return Some(Use::Entity);
    }
    let many = matches!(facts.column(column), Some(FactColumn::Ids(_) | FactColumn::Shared(..)));
    Some(if many { Use::Many } else { Use::Single })
}

fn build_measure(measure: &schema::Measure, source: &rows::Source<'_>) -> Measure {
    Measure {
        name: measure.name.clone(),
        description: measure.description.clone(),
        unit: measure.unit.clone(),
        decimals: measure.decimals,
        kind: measure.kind,
        order: source.order_of(&measure.key),
        column: measure.column.as_ref().and_then(|column| source.number_of(column)),
        visible: measure.visible,
    }
}

fn build_provenance(
    column: &schema::Provenance,
    facts: &FactTable,
) -> Result<Provenance, BuildError> {
    Ok(Provenance {
        name: column.name.clone(),
        delivery: column.delivery,
        values: provenance_values(&column.column, facts)?,
        own: column.own.as_ref().map(|own| provenance_values(own, facts)).transpose()?,
    })
}

fn provenance_values(name: &str, facts: &FactTable) -> Result<ProvenanceValues, BuildError> {
    let texts = |texts: &[Box<str>]| Texts::new(texts.iter().map(AsRef::as_ref));
    match facts.column(name) {
        Some(FactColumn::Text(values)) => Ok(ProvenanceValues::Text(texts(values))),
        Some(FactColumn::Coded(different, numbers)) => {
            let numbers = Column::new(numbers, different.len());
            Ok(ProvenanceValues::Coded(texts(different), numbers))
        }
        Some(FactColumn::Id(numbers)) => Ok(ProvenanceValues::Number(numbers.clone().into())),
        Some(FactColumn::Day(days)) => {
            Ok(ProvenanceValues::Day(days.iter().map(|day| day.0).collect::<Vec<_>>().into()))
        }
        _ => Err(no_column(facts, name, "tekst, numre eller dage")),
    }
}

fn no_column(facts: &FactTable, column: &str, expected: &'static str) -> BuildError {
    BuildError::NoColumn { table: facts.name.clone(), column: column.to_owned(), expected }
}

/// The newest month delivered per key of the dimension whose schema names a column for it.
fn freshness(
    schema: &Schema,
    dimensions: &[Dimension],
    star: &Star,
    timeline: Timeline,
) -> Option<Freshness> {
    let (position, column) = dimensions.iter().enumerate().find_map(|(position, dimension)| {
        let dimension = schema.dimension(&dimension.name)?;
        let table = star.dimension(dimension.table.as_deref()?)?;
        Some((position, table.column(dimension.newest.as_deref()?)?))
    })?;
    let newest = column.iter().map(|text| {
        let month = cube_schema::day::Month::parse(text)?;
        u16::try_from(month.0 - timeline.first.0).ok()
    });
    Some(Freshness { dimension: position, newest: newest.collect() })
}
