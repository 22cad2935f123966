//! An answer put together from its parts, and read the way it is drawn.

use terning_proto::v1::part::Part as Kind;
use terning_proto::v1::{self, CellSet, Member, Part};

use crate::error::Error;

/// A whole answer.
#[derive(Debug, Default)]
pub struct Answer {
    /// The cube.
    pub cube: String,
    /// The version that was asked.
    pub version: String,
    /// The last day that is known, `YYYY-MM-DD`.
    pub as_of: String,
    /// Municipalities in the answer whose newest delivery is older.
    pub behind: u32,
    /// The axes, columns first.
    pub axes: Vec<Axis>,
    /// The cells that are not empty, in order.
    pub cells: Vec<Cell>,
}

/// The positions of an axis.
#[derive(Debug, Default)]
pub struct Axis {
    /// The hierarchies of each position, as unique names.
    pub hierarchies: Vec<String>,
    /// The number of positions.
    pub count: usize,
    members: Vec<Member>,
    positions: Vec<u32>,
}

/// A cell that is not empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Its ordinal: the first axis varies fastest.
    pub ordinal: usize,
    /// Its value.
    pub value: f64,
    /// Decimals shown.
    pub decimals: u8,
}

impl Axis {
    /// The members of a position, one per hierarchy.
    pub fn position(&self, position: usize) -> impl Iterator<Item = &Member> {
        let width = self.hierarchies.len();
        let numbers = &self.positions[position * width..(position + 1) * width];
        numbers.iter().map(|&number| &self.members[number as usize])
    }
}

impl Answer {
    /// The number of cells, the empty ones included.
    #[must_use]
    pub fn cell_count(&self) -> usize {
        self.axes.iter().map(|axis| axis.count).product()
    }
}

/// An answer of which some parts have arrived.
#[derive(Default)]
pub struct Assembly {
    head: CellSet,
    answer: Answer,
}

impl Assembly {
    /// Takes the next part.
    pub fn add(&mut self, part: Part) {
        match part.part {
            Some(Kind::Head(head)) => self.begin(head),
            Some(Kind::Axis(part)) => {
                if let Some(axis) = self.answer.axes.get_mut(part.axis as usize) {
                    axis.members.extend(part.members);
                    axis.positions.extend(part.positions);
                }
            }
            Some(Kind::Cells(cells)) => self.add_cells(&cells),
            None => {}
        }
    }

    fn begin(&mut self, mut head: CellSet) {
        let axes = std::mem::take(&mut head.axes).into_iter().map(|axis| Axis {
            hierarchies: axis.hierarchies,
            count: axis.count as usize,
            members: axis.members,
            positions: axis.positions,
        });
        self.answer.axes = axes.collect();
        self.head = head;
    }

    fn add_cells(&mut self, cells: &v1::Cells) {
        let mut ordinal = self.answer.cells.last().map_or(0, |cell| cell.ordinal);
        self.answer.cells.reserve(cells.ordinal_steps.len());
        for (place, &step) in cells.ordinal_steps.iter().enumerate() {
            ordinal += step as usize;
            let count = cells.counts.get(place).map(|&count| count as f64);
            let value = count.or_else(|| cells.numbers.get(place).copied()).unwrap_or_default();
            let decimals = cells.decimals.get(place).or(cells.decimals.first());
            let decimals = decimals.map_or(0, |&decimals| decimals.min(12) as u8);
            self.answer.cells.push(Cell { ordinal, value, decimals });
        }
    }

    /// The answer, when all parts have arrived.
    ///
    /// # Errors
    /// The parts do not fit together.
    pub fn finish(mut self) -> Result<Answer, Error> {
        let version = self.head.version.take().unwrap_or_default();
        let answer = Answer {
            cube: self.head.cube,
            version: version.name,
            as_of: version.as_of,
            behind: self.head.behind,
            ..self.answer
        };
        let axes_fit = answer.axes.iter().all(|axis| {
            axis.positions.len() == axis.count * axis.hierarchies.len()
                && axis.positions.iter().all(|&number| (number as usize) < axis.members.len())
        });
        let cells_fit = answer.cells.last().is_none_or(|cell| cell.ordinal < answer.cell_count());
        if axes_fit && cells_fit {
            return Ok(answer);
        }
        Err(Error::new("svaret fra serveren er ikke helt; prøv igen"))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An axis of one hierarchy per column of captions.
    pub fn axis(hierarchies: &[&str], positions: &[&[&str]]) -> v1::Axis {
        let mut axis = v1::Axis { count: positions.len() as u32, ..v1::Axis::default() };
        axis.hierarchies = hierarchies.iter().map(|&one| one.to_owned()).collect();
        for position in positions {
            for (caption, hierarchy) in position.iter().zip(hierarchies) {
                axis.positions.push(axis.members.len() as u32);
                axis.members.push(Member {
                    unique_name: format!("{hierarchy}.&[{caption}]"),
                    caption: (*caption).to_owned(),
                    hierarchy: (*hierarchy).to_owned(),
                    level: hierarchy.rsplit('[').next().unwrap().trim_end_matches(']').to_owned(),
                    path: vec![(*caption).to_owned()],
                });
            }
        }
        axis
    }

    /// An answer of these axes and cells.
    pub fn answer(axes: Vec<v1::Axis>, cells: &[(u32, f64)], decimals: u32) -> Answer {
        let version = v1::VersionInfo {
            name: "2026-10.1".to_owned(),
            as_of: "2026-10-31".to_owned(),
            ..v1::VersionInfo::default()
        };
        let head = CellSet {
            cube: "Ting".to_owned(),
            version: Some(version),
            behind: 1,
            axes,
            cells: None,
        };
        let mut before = 0;
        let mut packed = v1::Cells { decimals: vec![decimals], ..v1::Cells::default() };
        for &(ordinal, value) in cells {
            packed.ordinal_steps.push(ordinal - before);
            packed.numbers.push(value);
            before = ordinal;
        }
        let mut assembly = Assembly::default();
        assembly.add(Part { part: Some(Kind::Head(head)) });
        assembly.add(Part { part: Some(Kind::Cells(packed)) });
        assembly.finish().unwrap()
    }

    #[test]
    fn ordinals_go_on_from_part_to_part() {
        let mut assembly = Assembly::default();
        let head = CellSet {
            axes: vec![axis(&["[A].[B]"], &[&["x"], &["y"], &["z"]])],
            ..CellSet::default()
        };
        assembly.add(Part { part: Some(Kind::Head(head)) });
        for (step, count) in [(0, 5), (2, 7)] {
            let cells = v1::Cells {
                ordinal_steps: vec![step],
                counts: vec![count],
                ..v1::Cells::default()
            };
            assembly.add(Part { part: Some(Kind::Cells(cells)) });
        }
        let answer = assembly.finish().unwrap();
        let got: Vec<_> = answer.cells.iter().map(|cell| (cell.ordinal, cell.value)).collect();
        assert_eq!(got, [(0, 5.0), (2, 7.0)]);
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let mut assembly = Assembly::default();
        let head = CellSet {
            axes: vec![v1::Axis { count: 2, hierarchies: vec!["x".into()], ..v1::Axis::default() }],
            ..CellSet::default()
        };
        assembly.add(Part { part: Some(Kind::Head(head)) });
        assert!(assembly.finish().is_err());
    }
}
