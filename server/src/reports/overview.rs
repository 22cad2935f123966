//! What of a report of cells is enough for a look: totals, and the asker's own.

use terning_engine::cube::Cube;
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::cellset::AxisPositions;

/// Which rows are an overview: of the members of a field (`Dimension.Field`) the one whose key is the
/// asker's, with the totals that it is part of; all totals where the asker has none, or no row. Empty where
/// no row has a member of the field.
#[must_use]
pub fn overview(cube: &Cube, rows: &AxisPositions, field: &str, own: Option<&str>) -> Vec<u32> {
    let Some(place) = Place::of(cube, rows, field) else { return Vec::new() };
    let mine =
        own.and_then(|own| (0..rows.count).find(|&row| place.key(cube, rows, row) == Some(own)));
    let is_shown = |row: &usize| {
        let is_total = rows.position(*row)[place.column] == Member::All;
        match mine {
            Some(mine) => *row == mine || (is_total && is_around(rows, *row, mine)),
            None => is_total,
        }
    };
    (0..rows.count).filter(is_shown).map(|row| row as u32).collect()
}

/// Whether a total is one of what stands in a row: in each column the same member, or all.
fn is_around(rows: &AxisPositions, total: usize, row: usize) -> bool {
    let members = rows.position(total).iter().zip(rows.position(row));
    members.into_iter().all(|(total, own)| *total == Member::All || total == own)
}

/// Where the members of a field stand in the rows.
struct Place {
    column: usize,
    dimension: usize,
    field: usize,
}

impl Place {
    fn of(cube: &Cube, rows: &AxisPositions, field: &str) -> Option<Place> {
        let (dimension, field) = field.split_once('.')?;
        let dimension = cube.find_dimension(dimension)?;
        let field = cube.dimensions[dimension].find_field(field)?;
        let is_of = |column: &usize| {
            let of_dimension = matches!(rows.columns[*column],
                HierarchyRef::Of { dimension: own, .. } if own == dimension);
            let has = |row| {
                matches!(rows.position(row)[*column],
                Member::Of { field: own, .. } if own == field)
            };
            of_dimension && (0..rows.count).any(has)
        };
        let column = (0..rows.columns.len()).find(is_of)?;
        Some(Place { column, dimension, field })
    }

    /// The key of the member of a row.
    fn key<'a>(&self, cube: &'a Cube, rows: &AxisPositions, row: usize) -> Option<&'a str> {
        match rows.position(row)[self.column] {
            Member::Of { field, id } if field == self.field => {
                Some(cube.dimensions[self.dimension].fields[field].keys.get(id as usize))
            }
            _ => None,
        }
    }
}
