//! Levels of a hierarchy's own: members by their path of keys, siblings in order, holes.

use std::cmp::Ordering;

use cube_schema::schema::{Hide, Level, Schema, Sort, ValueType};
use cube_schema::table::DimensionTable;
use hashbrown::HashMap;

use super::BuildError;
use super::dimension::folded_order;
use crate::cube::array::{Lists, Texts};
use crate::cube::dimension::{Field, Hierarchy, NO_MEMBER, same};
use crate::cube::sort;

/// A level's columns.
pub(super) struct Columns<'a> {
    level: &'a Level,
    keys: &'a [Box<str>],
    captions: &'a [Box<str>],
    order: Option<&'a [Box<str>]>,
    /// What stands for a missing key.
    null: &'a str,
}

impl<'a> Columns<'a> {
    pub(super) fn new(
        level: &'a Level,
        table: &'a DimensionTable,
        schema: &'a Schema,
    ) -> Result<Columns<'a>, BuildError> {
        let order = level.order.as_deref().map(|name| column(table, name)).transpose()?;
        Ok(Columns {
            level,
            keys: column(table, &level.key)?,
            captions: column(table, level.caption.as_deref().unwrap_or(&level.key))?,
            order,
            null: &schema.null,
        })
    }

    pub(super) fn key(&self, row: usize) -> &'a str {
        if self.keys[row].is_empty() { self.null } else { &self.keys[row] }
    }

    /// The name of the member of a row: its key where it has no other.
    pub(super) fn caption(&self, row: usize) -> &'a str {
        if self.keys[row].is_empty() || self.captions[row].is_empty() {
            return self.key(row);
        }
        &self.captions[row]
    }

    /// The order of two siblings by their rows; a missing value comes first.
    pub(super) fn compare(&self, left: usize, right: usize) -> Ordering {
        let missing = |row: usize| !self.keys[row].is_empty();
        let by = |values: &[Box<str>], compare: fn(&str, &str) -> Ordering| {
            let (left, right) = (&values[left], &values[right]);
            (!left.is_empty()).cmp(&!right.is_empty()).then_with(|| compare(left, right))
        };
        let own = || match (self.order, self.level.sort) {
            (Some(order), _) => by(order, sort::size),
            (None, Sort::Danish) => sort::danish(self.caption(left), self.caption(right)),
            (None, Sort::Table) => left.cmp(&right),
            (None, Sort::Number) => sort::number(self.key(left), self.key(right)),
            (None, Sort::Key) if self.level.value == ValueType::Number => by(self.keys, sort::size),
            (None, Sort::Key) => by(self.keys, sort::folded),
        };
        missing(left).cmp(&missing(right)).then_with(own)
    }

    /// Whether the member of a row is left out below a parent of a name.
    fn is_hidden(&self, row: usize, parent: Option<&str>) -> bool {
        match self.level.hide {
            Hide::Never => false,
            Hide::Blank => self.keys[row].is_empty() || self.captions[row].trim().is_empty(),
            Hide::Parent => parent.is_some_and(|parent| same(parent, self.caption(row))),
        }
    }
}

fn column<'a>(table: &'a DimensionTable, name: &str) -> Result<&'a [Box<str>], BuildError> {
    table.column(name).ok_or_else(|| BuildError::NoColumn {
        table: table.name.clone(),
        column: name.to_owned(),
        expected: "tekst",
    })
}

/// Builds the fields of some levels, from the top down, and puts them behind those that are there.
pub(super) fn build(
    levels: &[&Level],
    table: &DimensionTable,
    schema: &Schema,
    fields: &mut Vec<Field>,
) -> Result<Hierarchy, BuildError> {
    let mut above: Option<Numbered<'_>> = None;
    let mut positions = Vec::with_capacity(levels.len());
    for level in levels {
        let columns = Columns::new(level, table, schema)?;
        let numbered = Numbered::new(columns, table.len(), above.as_ref())?;
        let mut field = numbered.field(above.as_ref());
        field.properties = properties(level, table, schema, fields)?;
        positions.push(fields.len());
        fields.push(field);
        above = Some(numbered);
    }
    let partial = positions.iter().any(|&field| fields[field].partial);
    let ranks = above.filter(|_| partial).map(|lowest| ranks(&lowest.of_row));
    Ok(Hierarchy { ranks: ranks.map(Into::into), ..Hierarchy::of_levels("", positions) })
}

/// The rank of each row in the order of its lowest member; equal ones as the table stands.
fn ranks(of_row: &[u32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..of_row.len() as u32).collect();
    order.sort_by_key(|&row| of_row[row as usize]);
    let mut ranks = vec![0; of_row.len()];
    order.iter().enumerate().for_each(|(rank, &row)| ranks[row as usize] = rank as u32);
    ranks
}

/// The fields of a level's properties, put behind those that are there.
pub(super) fn properties(
    level: &Level,
    table: &DimensionTable,
    schema: &Schema,
    fields: &mut Vec<Field>,
) -> Result<Vec<usize>, BuildError> {
    let mut positions = Vec::with_capacity(level.properties.len());
    for property in &level.properties {
        let own = Level {
            name: property.name.clone(),
            description: String::new(),
            key: property.column.clone(),
            caption: None,
            sort: Sort::Key,
            order: None,
            value: property.value,
            unique: true,
            period: cube_schema::schema::Period::None,
            hide: Hide::Never,
            parent: None,
            root: None,
            properties: Vec::new(),
            personal: level.personal,
        };
        // A property that is missing is nothing, not a member.
        let columns = Columns { null: "", ..Columns::new(&own, table, schema)? };
        let field = Numbered::new(columns, table.len(), None)?.field(None);
        positions.push(fields.len());
        fields.push(field);
    }
    Ok(positions)
}

/// The members of a level in order, those that are left out among them.
struct Numbered<'a> {
    columns: Columns<'a>,
    /// The member of each row.
    of_row: Vec<u32>,
    /// The first row of each member.
    first: Vec<usize>,
}

impl<'a> Numbered<'a> {
    fn new(
        columns: Columns<'a>,
        rows: usize,
        above: Option<&Numbered<'_>>,
    ) -> Result<Numbered<'a>, BuildError> {
        let parent = |row: usize| above.map_or(0, |above| above.of_row[row]);
        let mut found: HashMap<(u32, &str), u32> = HashMap::new();
        let mut first: Vec<usize> = Vec::new();
        let mut of_row: Vec<u32> = Vec::with_capacity(rows);
        for row in 0..rows {
            let number = *found.entry((parent(row), columns.key(row))).or_insert_with(|| {
                first.push(row);
                first.len() as u32 - 1
            });
            of_row.push(number);
        }
        columns.check_unique(&found)?;
        let mut order: Vec<u32> = (0..first.len() as u32).collect();
        order.sort_by(|&left, &right| {
            let (left, right) = (first[left as usize], first[right as usize]);
            let siblings = || columns.compare(left, right).then_with(|| left.cmp(&right));
            parent(left).cmp(&parent(right)).then_with(siblings)
        });
        let mut number = vec![0_u32; first.len()];
        order.iter().enumerate().for_each(|(new, &old)| number[old as usize] = new as u32);
        of_row.iter_mut().for_each(|member| *member = number[*member as usize]);
        let first = order.iter().map(|&old| first[old as usize]).collect();
        Ok(Numbered { columns, of_row, first })
    }

    /// The field of the members that are not left out.
    fn field(&self, above: Option<&Numbered<'_>>) -> Field {
        let columns = &self.columns;
        let parent = |row: usize| above.map(|above| above.columns.caption(row));
        let mut number = vec![NO_MEMBER; self.first.len()];
        let mut shown: Vec<usize> = Vec::with_capacity(self.first.len());
        for (member, &row) in self.first.iter().enumerate() {
            if !columns.is_hidden(row, parent(row)) {
                number[member] = shown.len() as u32;
                shown.push(row);
            }
        }
        let of_key: Vec<u32> = self.of_row.iter().map(|&member| number[member as usize]).collect();
        let composite = above.is_some() && !columns.level.unique;
        Field { composite, ..members(columns, &shown, of_key) }
    }
}

impl Columns<'_> {
    fn check_unique(&self, found: &HashMap<(u32, &str), u32>) -> Result<(), BuildError> {
        if !self.level.unique {
            return Ok(());
        }
        let mut keys: Vec<&str> = found.keys().map(|&(_, key)| key).collect();
        keys.sort_unstable();
        match keys.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(()),
            Some(pair) => Err(BuildError::NotUnique {
                level: self.level.name.clone(),
                key: pair[0].to_owned(),
            }),
        }
    }
}

/// A field of members in order, each by a row that has it.
pub(super) fn members(columns: &Columns<'_>, rows: &[usize], of_key: Vec<u32>) -> Field {
    let level = columns.level;
    let captions: Vec<&str> = rows.iter().map(|&row| columns.caption(row)).collect();
    let keys: Vec<&str> = rows.iter().map(|&row| columns.key(row)).collect();
    Field {
        name: level.name.clone(),
        description: level.description.clone(),
        grain: None,
        period: level.period,
        value: level.value,
        partial: of_key.contains(&NO_MEMBER),
        composite: false,
        properties: Vec::new(),
        personal: level.personal,
        unknown: None,
        by_caption: folded_order(&captions).into(),
        by_key: folded_order(&keys).into(),
        captions: Texts::new(captions),
        keys: Texts::new(keys),
        keys_of_member: Lists::inverse(&of_key, rows.len()),
        member_of_key: of_key.into(),
    }
}
