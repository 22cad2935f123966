//! Some rows of an answer, laid across: for a look at few of them.

use super::{Answer, Axis, Cell};

impl Answer {
    /// The same of some rows only; these go across, what went across goes down. Long names of measures
    /// then stand once each. None where no row is named, or the answer is no grid with these rows.
    #[must_use]
    pub fn overview(&self, rows: &[u32]) -> Option<Answer> {
        let [columns, all] = self.axes.as_slice() else { return None };
        if rows.is_empty() || rows.iter().any(|&row| row as usize >= all.count) {
            return None;
        }
        let place_of = |row: usize| rows.iter().position(|&one| one as usize == row);
        let moved = self.cells.iter().enumerate().filter_map(|(place, cell)| {
            let (row, column) = (cell.ordinal / columns.count, cell.ordinal % columns.count);
            Some((column * rows.len() + place_of(row)?, place))
        });
        let mut moved: Vec<(usize, usize)> = moved.collect();
        moved.sort_unstable();
        let mut part = Answer { axes: vec![all.only(rows), columns.clone()], ..self.clone() };
        part.cells =
            moved.iter().map(|&(ordinal, place)| Cell { ordinal, ..self.cells[place] }).collect();
        let of = |place: usize| self.formatted.get(place).cloned();
        part.formatted = moved.iter().filter_map(|&(_, place)| of(place)).collect();
        let of = |place: usize| self.formats.get(place).cloned();
        part.formats = moved.iter().filter_map(|&(_, place)| of(place)).collect();
        part.colors = moved.iter().map(|&(_, place)| self.colors(place)).collect();
        Some(part)
    }
}

impl Axis {
    /// The axis with some of its positions.
    fn only(&self, positions: &[u32]) -> Axis {
        let width = self.hierarchies.len();
        let of = |&position: &u32| {
            let start = position as usize * width;
            self.positions[start..start + width].iter().copied()
        };
        Axis {
            count: positions.len(),
            positions: positions.iter().flat_map(of).collect(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answer, axis};
    use crate::output::{Heading, table};

    #[test]
    fn some_rows_are_laid_across_with_their_cells() {
        let axes = || {
            let rows: [&[&str]; 4] =
                [&["Nord", "A"], &["Nord", "B"], &["Nord", "I alt"], &["I alt", "I alt"]];
            vec![
                axis(&["[Measures]"], &[&["et langt navn"], &["et andet"]]),
                axis(&["[K].[Region]", "[K].[Kommune]"], &rows),
            ]
        };
        let cells = [(0, 1.0), (1, 2.0), (2, 3.0), (3, 4.0), (4, 5.0), (6, 7.0), (7, 8.0)];
        let whole = answer(axes(), &cells, 0);
        let part = whole.overview(&[1, 2, 3]).unwrap();
        let mut out = Vec::new();
        table::write(&mut out, &Heading::default(), &part).unwrap();
        let drawn = String::from_utf8(out).unwrap();
        let lines: Vec<String> = drawn
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            lines[2..],
            [
                "Region Nord I alt",
                "Kommune B I alt I alt",
                "─ ───── ─────",
                "et langt navn 3 5 7",
                "et andet 4 8",
            ],
            "{drawn}"
        );
        assert!(whole.overview(&[]).is_none());
        assert!(whole.overview(&[4]).is_none(), "there is no such row");
        assert!(answer(Vec::new(), &[(0, 1.0)], 0).overview(&[0]).is_none());
    }
}
