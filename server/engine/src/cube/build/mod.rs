//! Building a cube from a star: dimensions first, then the rows of each measure group.

mod dimension;
mod levels;
mod parent_child;
mod rows;
mod source;

use cube_schema::schema::{self, DayCount, MeasureGroup, Schema};
use cube_schema::table::{FactColumn, FactTable, Star, Timeline};

use super::array::{Column, Texts};
use super::{
    Calculated, CalculatedMember, Cube, DIGITS, DefaultMeasure, Dimension, Freshness, Group,
    Measure, MeasureRef, NamedSet, Provenance, ProvenanceValues, Use,
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
    /// A level is promised to be told apart by its keys, and is not.
    #[error(
        "niveauet '{level}' er 'unique', men nøglen '{key}' står under to forældre; fjern 'unique'"
    )]
    NotUnique {
        /// The level.
        level: String,
        /// A key that stands below two parents.
        key: String,
    },
    /// A parent-child hierarchy is no tree.
    #[error("niveauet '{level}': medlemmet '{key}' {what}")]
    NoTree {
        /// The level.
        level: String,
        /// A member.
        key: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The default member of a hierarchy does not exist.
    #[error("hierarkiet '{hierarchy}': standardmedlemmet findes ikke (nøglen '{key}')")]
    NoDefault {
        /// The hierarchy.
        hierarchy: String,
        /// The key that is not found.
        key: String,
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
    let dimensions = used_dimensions(schema, cube).into_iter();
    let dimensions: Vec<Dimension> = dimensions
        .map(|(name, dimension)| dimension::build(name, dimension, schema, star, timeline))
        .collect::<Result<_, _>>()?;
    let groups = cube
        .groups
        .iter()
        .map(|group| build_group(group, schema.day_count, &dimensions, star, timeline))
        .collect::<Result<Vec<Group>, _>>()?;
    let stored = || stored_measures(&groups);
    let names = |found: MeasureRef| groups[found.group].measures[found.measure].name.as_str();
    let listed = cube.measures.iter().filter_map(|name| stored().find(|&one| names(one) == name));
    let listed: Vec<MeasureRef> = listed.collect();
    let others = stored().filter(|one| !listed.contains(one));
    let order: Vec<MeasureRef> = listed.iter().copied().chain(others).collect();
    let (measures, members): (Vec<_>, Vec<_>) =
        cube.calculated.iter().partition(|one| one.parent.is_none());
    let default_measure = cube.default_measure.as_ref().and_then(|name| {
        let calculated = || measures.iter().position(|one| one.name == *name);
        let stored = stored().find(|&one| names(one) == name).map(DefaultMeasure::Stored);
        stored.or_else(|| calculated().map(DefaultMeasure::Calculated))
    });
    let first = DefaultMeasure::Stored(MeasureRef { group: 0, measure: 0 });
    Ok(Cube {
        name: cube.name.clone(),
        caption: cube.caption.clone().unwrap_or_else(|| cube.name.clone()),
        description: cube.description.clone(),
        explain: cube.explain.clone(),
        all: schema.all.clone(),
        language: schema.language,
        hidden: cube.hidden,
        timeline,
        freshness: freshness(&used_dimensions(schema, cube), &dimensions, star, timeline),
        default_measure: default_measure.unwrap_or(first),
        order,
        calculated: measures.into_iter().map(|one| calculated(one, &dimensions)).collect(),
        members: members.into_iter().map(|one| member(one, &dimensions)).collect(),
        sets: cube.sets.iter().map(named_set).collect(),
        dimensions,
        groups,
    })
}

/// The dimensions of a cube in its order: the name of each in the cube, and what it is.
fn used_dimensions<'a>(
    schema: &'a Schema,
    cube: &'a schema::Cube,
) -> Vec<(&'a str, &'a schema::Dimension)> {
    let uses = || cube.groups.iter().flat_map(|group| &group.dimensions);
    let mut found: Vec<(&str, &schema::Dimension)> = Vec::new();
    let mut take = |name: &'a str, dimension: &'a schema::Dimension| {
        if !found.iter().any(|(known, _)| *known == name) {
            found.push((name, dimension));
        }
    };
    for name in &cube.dimensions {
        let usage = uses().find(|usage| usage.name() == name);
        if let Some(dimension) = usage.and_then(|usage| schema.dimension(&usage.dimension)) {
            take(name, dimension);
        }
    }
    let rest = if cube.dimensions.is_empty() { &schema.dimensions[..] } else { &[] };
    for dimension in rest {
        uses()
            .filter(|usage| usage.dimension == dimension.name)
            .for_each(|usage| take(usage.name(), dimension));
    }
    found
}

fn stored_measures(groups: &[Group]) -> impl Iterator<Item = MeasureRef> {
    groups.iter().enumerate().flat_map(|(group, own)| {
        (0..own.measures.len()).map(move |measure| MeasureRef { group, measure })
    })
}

fn member(one: &schema::CalculatedMeasure, dimensions: &[Dimension]) -> CalculatedMember {
    let parent = one.parent.clone().unwrap_or_default();
    CalculatedMember { member: calculated(one, dimensions), parent }
}

/// A calculated measure; dimensions that the cube does not have cannot hold it back.
fn calculated(measure: &schema::CalculatedMeasure, dimensions: &[Dimension]) -> Calculated {
    let position = |name: &String| dimensions.iter().position(|one| one.name == *name);
    Calculated {
        name: measure.name.clone(),
        description: measure.description.clone(),
        unit: measure.unit.clone(),
        decimals: measure.decimals.unwrap_or(0),
        free: measure.decimals.is_none() && measure.format.is_none(),
        visible: measure.visible,
        formula: measure.formula.clone(),
        at_all: measure.at_all.iter().filter_map(position).collect(),
        caption: measure.caption.clone().unwrap_or_else(|| measure.name.clone()),
        format: measure.format.clone().unwrap_or_default(),
        solve_order: measure.solve_order,
        made_of: measure.made_of.clone(),
    }
}

fn named_set(set: &schema::NamedSet) -> NamedSet {
    let caption = set.caption.clone().unwrap_or_else(|| set.name.clone());
    NamedSet { name: set.name.clone(), caption, formula: set.formula.clone() }
}

fn build_group(
    group: &MeasureGroup,
    day_count: DayCount,
    dimensions: &[Dimension],
    star: &Star,
    timeline: Timeline,
) -> Result<Group, BuildError> {
    let facts = star.fact(&group.facts).ok_or_else(|| BuildError::NoTable(group.facts.clone()))?;
    let source = source::Source::new(group, facts, dimensions, star, timeline)?;
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
        record_noun: group.record_noun.clone().unwrap_or_default(),
        entity_noun: group.entity_noun.clone(),
    })
}

fn use_of(group: &MeasureGroup, facts: &FactTable, dimension: &Dimension) -> Option<Use> {
    let usage = group.dimensions.iter().find(|usage| usage.name() == dimension.name)?;
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

fn build_measure(measure: &schema::Measure, source: &source::Source<'_>) -> Measure {
    let column = measure.column.as_ref().and_then(|column| source.number_of(column));
    Measure {
        name: measure.name.clone(),
        description: measure.description.clone(),
        unit: measure.unit.clone(),
        decimals: measure.decimals,
        kind: measure.kind,
        order: source.order_of(measure),
        column,
        digits: column.map_or(DIGITS, |column| source.digits(column)),
        caption: measure.caption.clone().unwrap_or_else(|| measure.name.clone()),
        format: measure.format.clone().unwrap_or_default(),
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
    used: &[(&str, &schema::Dimension)],
    dimensions: &[Dimension],
    star: &Star,
    timeline: Timeline,
) -> Option<Freshness> {
    let (position, column) = dimensions.iter().enumerate().find_map(|(position, dimension)| {
        let (_, dimension) = *used.iter().find(|(name, _)| *name == dimension.name)?;
        let table = star.dimension(dimension.table.as_deref()?)?;
        Some((position, table.column(dimension.newest.as_deref()?)?))
    })?;
    let newest = column.iter().map(|text| {
        let month = cube_schema::day::Month::parse(text)?;
        u16::try_from(month.0 - timeline.first.0).ok()
    });
    Some(Freshness { dimension: position, newest: newest.collect() })
}
