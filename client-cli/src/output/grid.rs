//! An answer as a grid: the first axis across, all others down.

use terning_proto::v1::PropertyValue;

use crate::answer::{Answer, Axis};

/// An answer read as columns and rows.
pub struct Grid<'a> {
    answer: &'a Answer,
    /// The axes that go down, outermost first.
    down: Vec<&'a Axis>,
}

impl<'a> Grid<'a> {
    /// Reads an answer as a grid.
    #[must_use]
    pub fn new(answer: &'a Answer) -> Grid<'a> {
        Grid { answer, down: answer.axes.iter().skip(1).rev().collect() }
    }

    /// The answer.
    #[must_use]
    pub fn answer(&self) -> &'a Answer {
        self.answer
    }

    /// The number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.answer.axes.first().map_or(1, |axis| axis.count)
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.down.iter().map(|axis| axis.count).product()
    }

    /// The names of the fields across.
    #[must_use]
    pub fn column_fields(&self) -> Vec<&'a str> {
        self.answer.axes.first().map(fields).unwrap_or_default()
    }

    /// The names of the fields down.
    #[must_use]
    pub fn row_fields(&self) -> Vec<&'a str> {
        self.down.iter().flat_map(|axis| fields(axis)).collect()
    }

    /// The captions above a column, one per field across.
    #[must_use]
    pub fn column(&self, column: usize) -> Vec<&'a str> {
        self.answer.axes.first().map(|axis| captions(axis, column)).unwrap_or_default()
    }

    /// The captions before a row, one per field down.
    #[must_use]
    pub fn row(&self, row: usize) -> Vec<&'a str> {
        let mut rest = self.rows();
        let mut row = row;
        let mut found = Vec::new();
        for axis in &self.down {
            rest /= axis.count;
            found.extend(captions(axis, row / rest));
            row %= rest;
        }
        found
    }

    /// The names of the properties of members down, an axis' behind those of the axis outside it.
    #[must_use]
    pub fn row_properties(&self) -> Vec<String> {
        let of = |axis: &&'a Axis| {
            let names = fields(axis).into_iter();
            let asked = &axis.properties;
            let own = names.flat_map(|field| {
                asked.iter().map(move |name| match axis.hierarchies.len() {
                    1 => name.clone(),
                    _ => format!("{field} {name}"),
                })
            });
            own.collect::<Vec<String>>()
        };
        self.down.iter().flat_map(of).collect()
    }

    /// The properties of the members before a row, as [`Grid::row_properties`] names them; `None` where
    /// a member has none.
    #[must_use]
    pub fn properties(&self, row: usize) -> Vec<Option<&'a PropertyValue>> {
        let (mut rest, mut row) = (self.rows(), row);
        let mut found = Vec::new();
        for axis in &self.down {
            rest /= axis.count;
            for member in axis.position(row / rest) {
                found.extend((0..axis.properties.len()).map(|at| member.properties.get(at)));
            }
            row %= rest;
        }
        found
    }

    /// The cells of a row that are not empty, in order: the column of each, and its place among the
    /// cells of the answer.
    pub fn cells(&self, row: usize) -> impl Iterator<Item = (usize, usize)> + use<'a> {
        let first = row * self.columns();
        let end = first + self.columns();
        let cells = self.answer.cells.as_slice();
        let start = cells.partition_point(|cell| cell.ordinal < first);
        let cells = (start..).zip(&cells[start..]).take_while(move |(_, cell)| cell.ordinal < end);
        cells.map(move |(place, cell)| (cell.ordinal - first, place))
    }
}

fn captions(axis: &Axis, position: usize) -> Vec<&str> {
    axis.position(position).map(|member| member.caption.as_str()).collect()
}

fn fields(axis: &Axis) -> Vec<&str> {
    axis.hierarchies.iter().map(|name| field(name)).collect()
}

/// The last name of a unique name: `[Tid].[Måned]` is `Måned`. The measures have no field name.
fn field(hierarchy: &str) -> &str {
    if hierarchy == MEASURES {
        return "";
    }
    let inner = hierarchy.strip_suffix(']').unwrap_or(hierarchy);
    inner.rsplit_once(".[").map_or(inner.trim_start_matches('['), |(_, last)| last)
}

/// The unique name of the measures.
pub const MEASURES: &str = "[Measures]";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::tests::{answer, axis};

    #[test]
    fn the_first_axis_goes_across_and_all_others_down() {
        let axes = vec![
            axis(&["[A].[X]"], &[&["x1"], &["x2"]]),
            axis(&["[B].[Y]"], &[&["y1"], &["y2"], &["y3"]]),
            axis(&["[C].[Z]"], &[&["z1"], &["z2"]]),
        ];
        let answer = answer(axes, &[(3, 3.0), (11, 11.0)], 0);
        let grid = Grid::new(&answer);
        assert_eq!((grid.columns(), grid.rows()), (2, 6));
        assert_eq!(grid.row_fields(), ["Z", "Y"]);
        assert_eq!(grid.row(1), ["z1", "y2"]);
        assert_eq!(grid.row(5), ["z2", "y3"]);
        let columns = |row| grid.cells(row).map(|(column, _)| column).collect::<Vec<_>>();
        assert_eq!((columns(1), columns(5), columns(0)), (vec![1], vec![1], vec![]));
    }

    #[test]
    fn a_question_without_axes_is_one_cell() {
        let answer = answer(Vec::new(), &[(0, 7.0)], 0);
        let grid = Grid::new(&answer);
        assert_eq!((grid.columns(), grid.rows()), (1, 1));
        assert_eq!(grid.cells(0).count(), 1);
    }
}
