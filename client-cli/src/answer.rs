//! An answer put together from its parts, and read the way it is drawn.

mod overview;

use std::borrow::Cow;
use std::sync::Arc;

use terning_proto::v1::part::Part as Kind;
use terning_proto::v1::{self, CellKind, CellSet, Member, Part};

use crate::error::Error;
use crate::output::number;

/// A whole answer.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The cube.
    pub cube: String,
    /// The version that was asked.
    pub version: String,
    /// The last day that is known, `YYYY-MM-DD`.
    pub as_of: String,
    /// Municipalities in the answer whose newest delivery is older.
    pub behind: u32,
    /// Whether somebody reports to the cube.
    pub has_reporters: bool,
    /// The measure of all cells, where no axis has measures; else empty.
    pub measure: String,
    /// The axes, columns first.
    pub axes: Vec<Axis>,
    /// The cells that are not empty, in order.
    pub cells: Vec<Cell>,
    /// What whoever asked should know.
    pub warnings: Vec<String>,
    /// The different texts and errors of cells.
    texts: Vec<String>,
    /// The text that each cell is shown as; empty where the server was not asked for it.
    formatted: Vec<String>,
    /// The properties of cells that were asked for, as they were written.
    pub cell_properties: Vec<String>,
    /// The language of texts, as a Windows number.
    pub language: u32,
    /// The format string of each cell; empty where it has none but its decimals.
    formats: Vec<Arc<str>>,
    /// The colours behind each cell and of its letters.
    colors: Vec<[Option<u32>; 2]>,
}

/// The positions of an axis.
#[derive(Clone, Debug, Default)]
pub struct Axis {
    /// The hierarchies of each position, as unique names.
    pub hierarchies: Vec<String>,
    /// The number of positions.
    pub count: usize,
    /// The properties of members that were asked for.
    pub properties: Vec<String>,
    members: Vec<Member>,
    positions: Vec<u32>,
}

/// A cell that is not empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Its ordinal: the first axis varies fastest.
    pub ordinal: usize,
    /// Its value.
    pub value: Value,
    /// Decimals shown.
    pub decimals: u8,
}

/// What a cell is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// Yes or no.
    Truth(bool),
    /// A day, as days since 1970-01-01.
    Day(i32),
    /// A text: see [`Answer::text`].
    Text(u32),
    /// Nothing that could be worked out; the text says why.
    Error(u32),
    /// A figure that is hidden.
    Hidden,
}

impl Cell {
    /// The number that it is.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        match self.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }
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

    /// How many municipalities are behind; `None` of a cube that nobody reports to.
    #[must_use]
    pub fn reported(&self) -> Option<u32> {
        self.has_reporters.then_some(self.behind)
    }

    /// A text or an error of a cell.
    #[must_use]
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", String::as_str)
    }

    /// The format string of the cell at a place; that of its decimals where no other is said.
    #[must_use]
    pub fn format(&self, place: usize) -> Cow<'_, str> {
        match (self.formats.get(place).filter(|own| !own.is_empty()), self.cells[place].decimals) {
            (Some(own), _) => Cow::from(&**own),
            (None, 0) => Cow::from("#,##0"),
            (None, decimals) => Cow::from(format!("#,##0.{}", "0".repeat(decimals.into()))),
        }
    }

    /// The colours behind the cell at a place and of its letters, each as blue × 65,536 + green × 256 +
    /// red; `None` where none was asked for or said.
    #[must_use]
    pub fn colors(&self, place: usize) -> [Option<u32>; 2] {
        self.colors.get(place).copied().unwrap_or_default()
    }

    /// What people read of the cell at a place of the cells.
    #[must_use]
    pub fn shown(&self, place: usize) -> Cow<'_, str> {
        let cell = self.cells[place];
        match (self.formatted.get(place), cell.value) {
            (_, Value::Error(_)) => Cow::from(ERROR),
            (_, Value::Hidden) => Cow::from(HIDDEN),
            (Some(formatted), _) => Cow::from(formatted),
            (None, Value::Number(number)) => {
                Cow::from(number::in_language(number, cell.decimals, self.language))
            }
            (None, Value::Truth(truth)) => Cow::from(if truth { "Sand" } else { "Falsk" }),
            (None, Value::Day(day)) => Cow::from(number::danish_date(&number::date(day))),
            (None, Value::Text(text)) => Cow::from(self.text(text)),
        }
    }

    /// The different errors of cells, each with the number of cells that have it.
    #[must_use]
    pub fn errors(&self) -> Vec<(&str, usize)> {
        let mut counts = vec![0; self.texts.len()];
        for cell in &self.cells {
            if let Value::Error(text) = cell.value
                && let Some(count) = counts.get_mut(text as usize)
            {
                *count += 1;
            }
        }
        let texts = self.texts.iter().map(String::as_str);
        texts.zip(counts).filter(|&(_, count)| count > 0).collect()
    }

    /// What is to be said below the cells: warnings, and why cells could not be worked out.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let errors = self.errors().into_iter().map(|(text, count)| match count {
            1 => format!("{ERROR} (1 celle): {text}"),
            count => format!("{ERROR} ({count} celler): {text}"),
        });
        self.warnings.iter().cloned().chain(errors).collect()
    }
}

/// What stands in a cell that could not be worked out.
pub const ERROR: &str = "#FEJL";

/// What stands in a cell whose figure is hidden.
pub const HIDDEN: &str = "*";

/// What a cell of a part is.
fn kind(cells: &v1::Cells, place: usize) -> CellKind {
    let kind = cells.kinds.get(place).map(|&kind| CellKind::try_from(kind));
    kind.and_then(Result::ok).unwrap_or_default()
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
            Some(Kind::Cells(cells)) => self.add_cells(cells),
            None => {}
        }
    }

    fn begin(&mut self, mut head: CellSet) {
        let axes = std::mem::take(&mut head.axes).into_iter().map(|axis| Axis {
            hierarchies: axis.hierarchies,
            count: axis.count as usize,
            properties: axis.properties,
            members: axis.members,
            positions: axis.positions,
        });
        self.answer.axes = axes.collect();
        self.head = head;
    }

    fn add_cells(&mut self, cells: v1::Cells) {
        let mut ordinal = self.answer.cells.last().map_or(0, |cell| cell.ordinal);
        let first_text = self.answer.texts.len() as u32;
        let mut text_of = cells.text_of.iter().map(|&text| first_text.saturating_add(text));
        self.answer.cells.reserve(cells.ordinal_steps.len());
        for (place, &step) in cells.ordinal_steps.iter().enumerate() {
            ordinal += step as usize;
            let count = cells.counts.get(place).map(|&count| count as f64);
            let number = count.or_else(|| cells.numbers.get(place).copied()).unwrap_or_default();
            let value = match kind(&cells, place) {
                CellKind::Number | CellKind::Unspecified => Value::Number(number),
                CellKind::Truth => Value::Truth(number != 0.0),
                CellKind::Day => Value::Day(number as i32),
                CellKind::Text => Value::Text(text_of.next().unwrap_or(u32::MAX)),
                CellKind::Hidden => Value::Hidden,
                CellKind::Error => Value::Error(text_of.next().unwrap_or(u32::MAX)),
            };
            let decimals = cells.decimals.get(place).or(cells.decimals.first());
            let decimals = decimals.map_or(0, |&decimals| decimals.min(12) as u8);
            self.answer.cells.push(Cell { ordinal, value, decimals });
        }
        let formats: Vec<Arc<str>> =
            cells.formats.iter().map(|own| Arc::from(own.as_str())).collect();
        let none: Arc<str> = Arc::from("");
        let format = |place: usize| {
            let number = cells.format_of.get(place).or(cells.format_of.first());
            number.and_then(|&number| formats.get(number as usize)).unwrap_or(&none).clone()
        };
        self.answer.formats.extend((0..cells.ordinal_steps.len()).map(format));
        let color = |of: &[u32], place: usize| {
            of.get(place).or(of.first()).and_then(|color| color.checked_sub(1))
        };
        let colors =
            |place| [&cells.back_color_of, &cells.fore_color_of].map(|of| color(of, place));
        self.answer.colors.extend((0..cells.ordinal_steps.len()).map(colors));
        self.answer.texts.extend(cells.texts);
        self.answer.formatted.extend(cells.formatted);
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
            has_reporters: self.head.has_reporters,
            measure: self.head.measure,
            warnings: self.head.warnings,
            cell_properties: self.head.cell_properties,
            language: self.head.language,
            ..self.answer
        };
        let axes_fit = answer.axes.iter().all(|axis| {
            axis.positions.len() == axis.count * axis.hierarchies.len()
                && axis.positions.iter().all(|&number| (number as usize) < axis.members.len())
        });
        let cells_fit = answer.cells.last().is_none_or(|cell| cell.ordinal < answer.cell_count());
        let formats_fit = [0, answer.cells.len()].contains(&answer.formatted.len());
        if axes_fit && cells_fit && formats_fit {
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
                    properties: Vec::new(),
                });
            }
        }
        axis
    }

    /// An answer of these axes and cells.
    pub fn answer(axes: Vec<v1::Axis>, cells: &[(u32, f64)], decimals: u32) -> Answer {
        mixed(axes, cells, decimals, &[])
    }

    /// An answer of which some cells, by their place, are no numbers.
    pub fn mixed(
        axes: Vec<v1::Axis>,
        cells: &[(u32, f64)],
        decimals: u32,
        others: &[(usize, CellKind, &str)],
    ) -> Answer {
        let version = v1::VersionInfo {
            name: "2026-10.1".to_owned(),
            as_of: "2026-10-31".to_owned(),
            ..v1::VersionInfo::default()
        };
        let head = CellSet {
            cube: "Ting".to_owned(),
            version: Some(version),
            behind: 1,
            has_reporters: true,
            axes,
            ..CellSet::default()
        };
        let mut before = 0;
        let mut packed = v1::Cells { decimals: vec![decimals], ..v1::Cells::default() };
        for &(ordinal, value) in cells {
            packed.ordinal_steps.push(ordinal - before);
            packed.numbers.push(value);
            before = ordinal;
        }
        if !others.is_empty() {
            packed.kinds = vec![CellKind::Number as i32; cells.len()];
        }
        for &(place, kind, text) in others {
            packed.kinds[place] = kind as i32;
            if matches!(kind, CellKind::Text | CellKind::Error) {
                packed.text_of.push(packed.texts.len() as u32);
                packed.texts.push(text.to_owned());
            }
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
        let got: Vec<_> = answer.cells.iter().map(|cell| (cell.ordinal, cell.number())).collect();
        assert_eq!(got, [(0, Some(5.0)), (2, Some(7.0))]);
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
