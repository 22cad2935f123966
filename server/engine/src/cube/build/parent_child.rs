//! A parent-child hierarchy: one partial field per depth, and one of the members' own keys.

use cube_schema::schema::{Level, Schema};
use cube_schema::table::DimensionTable;

use super::BuildError;
use super::levels::{Columns, members, properties};
use crate::cube::dimension::{Field, Hierarchy, NO_MEMBER};
use crate::star::tree::{Tree, TreeError};

/// Builds the fields of a level that is its own parent, behind those that are there.
pub(super) fn build(
    level: &Level,
    table: &DimensionTable,
    schema: &Schema,
    fields: &mut Vec<Field>,
) -> Result<Hierarchy, BuildError> {
    let columns = Columns::new(level, table, schema)?;
    let parents = level.parent.as_deref().and_then(|name| table.column(name));
    let parents = parents.ok_or_else(|| BuildError::NoColumn {
        table: table.name.clone(),
        column: level.parent.clone().unwrap_or_default(),
        expected: "tekst",
    })?;
    let keys: Vec<&str> = (0..table.len()).map(|row| columns.key(row)).collect();
    let tree = Tree::new(&keys, parents, level.root.as_deref());
    let tree = tree.map_err(|TreeError { row, what }| BuildError::NoTree {
        level: level.name.clone(),
        key: keys[row].to_owned(),
        what,
    })?;
    if let Some(row) =
        (0..table.len()).find(|&row| tree.parent(row).is_some_and(|above| above > row))
    {
        let (level, key) = (level.name.clone(), keys[row].to_owned());
        let what = "står i stjernens tabel før sin overordnede";
        return Err(BuildError::NoTree { level, key, what });
    }
    let order = tree.in_order(|left, right| columns.compare(left, right));
    let mut ranks = vec![0_u32; table.len()];
    order.iter().enumerate().for_each(|(rank, &row)| ranks[row] = rank as u32);

    let own = properties(level, table, schema, fields)?;
    let data = fields.len();
    fields.push(Field { properties: own.clone(), ..members(&columns, &order, ranks.clone()) });
    let mut levels = Vec::with_capacity(tree.depth());
    for depth in 0..tree.depth() {
        let rows: Vec<usize> =
            order.iter().copied().filter(|&row| tree.depth_of(row) == depth).collect();
        let mut number = vec![NO_MEMBER; table.len()];
        rows.iter().enumerate().for_each(|(at, &row)| number[row] = at as u32);
        let of_key = (0..table.len())
            .map(|row| tree.ancestor(row, depth).map_or(NO_MEMBER, |ancestor| number[ancestor]));
        let of_key = of_key.collect();
        levels.push(fields.len());
        fields.push(Field { properties: own.clone(), ..members(&columns, &rows, of_key) });
    }
    let ranks = Some(ranks.into());
    Ok(Hierarchy { data: Some(data), ranks, ..Hierarchy::of_levels("", levels) })
}
