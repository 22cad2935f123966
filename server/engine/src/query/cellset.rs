//! An answer: axes of positions, and cells as columns.

use std::sync::Arc;

use cube_schema::day::Day;

use super::bound::{HierarchyRef, Member};
use super::format::{Format, Language, Shown};

/// The answer to a question. Members are numbers; the cube has their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellSet {
    /// The axes, columns first.
    pub axes: Vec<AxisPositions>,
    /// The cells that are not empty: ordinals, ascending. The first axis varies fastest.
    pub ordinals: Vec<u32>,
    /// The value of each of them; 0 where it is no number.
    pub values: Vec<f64>,
    /// Those that are no numbers, by their place among the cells, ascending.
    pub others: Vec<(u32, CellValue)>,
    /// For each of them, the decimals that its measure is shown with.
    pub decimals: Vec<u8>,
    /// The different format strings of cells.
    pub formats: Vec<Arc<str>>,
    /// For each cell, the number of its format string; nothing where decimals say it all. An empty
    /// format string says what decimals say.
    pub format_of: Vec<u32>,
    /// How many keys of the reporting dimension in the answer have no delivery for the as-of
    /// month, though they delivered before.
    pub behind: u32,
    /// The names of the calculated measures that the question itself defines; they are numbered
    /// behind those of the cube.
    pub own: Vec<String>,
    /// What whoever asked should know: a member that is no longer there was left out of a set.
    pub warnings: Vec<String>,
}

/// A cell that is no number.
#[derive(Clone, Debug, PartialEq)]
pub enum CellValue {
    /// A text.
    Text(Arc<str>),
    /// Yes or no.
    Truth(bool),
    /// A day.
    Day(Day),
    /// The cell could not be worked out, and why.
    Error(Arc<str>),
}

/// The positions of one axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AxisPositions {
    /// The hierarchies of each position.
    pub columns: Vec<HierarchyRef>,
    /// The members of all positions, one position behind the other.
    pub members: Vec<Member>,
    /// The number of positions; an axis without hierarchies has one.
    pub count: usize,
}

impl AxisPositions {
    /// The members of a position.
    #[must_use]
    pub fn position(&self, position: usize) -> &[Member] {
        let width = self.columns.len();
        &self.members[position * width..(position + 1) * width]
    }
}

impl CellSet {
    /// The number of cells, the empty ones included.
    #[must_use]
    pub fn cell_count(&self) -> usize {
        self.axes.iter().map(|axis| axis.count).product()
    }

    /// The number that a cell is; `None` where it is empty, or something else.
    #[must_use]
    pub fn value(&self, ordinal: usize) -> Option<f64> {
        let at = self.ordinals.binary_search(&u32::try_from(ordinal).ok()?).ok()?;
        self.other(at).is_none().then(|| self.values[at])
    }

    /// What the cell at a place of the cells is, where it is no number.
    #[must_use]
    pub fn other(&self, place: usize) -> Option<&CellValue> {
        let found = self.others.binary_search_by_key(&place, |(place, _)| *place as usize);
        found.ok().map(|at| &self.others[at].1)
    }

    /// The text of each cell, as people of a language read it.
    #[must_use]
    pub fn formatted(&self, language: Language) -> Vec<String> {
        let formats = Formats::new(self, language);
        (0..self.ordinals.len()).map(|place| formats.show(self, place)).collect()
    }
}

/// The formats of an answer, each read once.
struct Formats {
    by_decimals: Vec<Format>,
    own: Vec<Option<Format>>,
}

impl Formats {
    fn new(cells: &CellSet, language: Language) -> Formats {
        let most = cells.decimals.iter().max().map_or(0, |&most| most);
        let own = cells
            .formats
            .iter()
            .map(|format| (!format.is_empty()).then(|| Format::new(format, language)));
        Formats {
            by_decimals: (0..=most).map(|one| Format::of_decimals(one, language)).collect(),
            own: own.collect(),
        }
    }

    fn show(&self, cells: &CellSet, place: usize) -> String {
        let own =
            cells.format_of.get(place).and_then(|&format| self.own.get(format as usize)?.as_ref());
        let format = own.unwrap_or(&self.by_decimals[usize::from(cells.decimals[place])]);
        match cells.other(place) {
            None => format.show(Shown::Number(cells.values[place])),
            Some(CellValue::Text(text)) => format.show(Shown::Text(text)),
            Some(CellValue::Truth(truth)) => format.show(Shown::Truth(*truth)),
            Some(CellValue::Day(day)) => format.show(Shown::Day(*day)),
            Some(CellValue::Error(_)) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cell_is_shown_by_its_own_format() {
        let day = Day::from_ymd(2026, 10, 31).unwrap();
        let cells = CellSet {
            ordinals: vec![0, 2, 3, 4, 5],
            values: vec![1234.5, 0.25, 0.0, 0.0, 0.0],
            decimals: vec![1, 0, 0, 0, 0],
            others: vec![
                (2, CellValue::Text(Arc::from("Brøndby"))),
                (3, CellValue::Day(day)),
                (4, CellValue::Error(Arc::from("ukendt"))),
            ],
            formats: vec![Arc::from(""), Arc::from("0.0%"), Arc::from("yyyy-mm")],
            format_of: vec![0, 1, 0, 2, 0],
            ..CellSet::default()
        };
        let danish = cells.formatted(Language::Danish);
        assert_eq!(danish, ["1.234,5", "25,0%", "Brøndby", "2026-10", ""]);
        assert_eq!(cells.formatted(Language::English)[..2], ["1,234.5", "25.0%"]);
        assert_eq!((cells.value(2), cells.value(3), cells.value(1)), (Some(0.25), None, None));
    }
}
