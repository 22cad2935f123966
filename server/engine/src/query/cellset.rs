//! An answer: axes of positions, and cells as columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use cube_schema::day::Day;
use hashbrown::HashMap;

use super::Cancel;
use super::bound::{HierarchyRef, Member};
use super::error::QueryError;
use super::format::{Format, Language, Shown};

/// The answer to a question. Members are numbers; the cube has their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellSet {
    /// The axes, columns first.
    pub axes: Vec<AxisPositions>,
    /// The cells that are not empty: ordinals, ascending. The first axis varies fastest.
    pub ordinals: Vec<u32>,
    /// The value of each of them, of a truth 1 or 0; of one that is no number, NaN.
    pub values: Vec<f64>,
    /// For each of them, the decimals that its measure is shown with.
    pub decimals: Vec<u8>,
    /// What those are that are no numbers, by their position among the values.
    pub special: BTreeMap<usize, Special>,
    /// For each value, the format it is shown in, where a formula says one; nothing where none does.
    pub formats: Vec<Option<Arc<str>>>,
    /// For each value, the colours behind it and of its letters, where formulas say some and they were
    /// asked for; nothing where none does.
    pub colors: Vec<Colors>,
    /// The measure of all cells, where no axis has measures.
    pub measure: Option<Member>,
    /// How many keys of the reporting dimension in the answer have no delivery for the as-of
    /// month, though they delivered before.
    pub behind: u32,
    /// The calculated members that the question itself defines; they are numbered behind the measures
    /// of the cube.
    pub own: Vec<OwnMember>,
    /// What whoever asked should know: a member that does not exist was left out of a set.
    pub warnings: Vec<String>,
    /// The properties of the members of each axis; none where nothing was asked of any.
    pub properties: Vec<AxisProperties>,
    /// The properties of cells that were asked for, as they were written.
    pub cell_properties: Vec<String>,
}

/// The colour behind a cell and that of its letters, each as blue × 65,536 + green × 256 + red; `None`
/// is none.
pub type Colors = [Option<u32>; 2];

/// A calculated member that a question itself defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMember {
    /// The name.
    pub name: String,
    /// The member that it stands right below, where one is named that is not the All member.
    pub parent: Option<Member>,
    /// What people read of it.
    pub caption: String,
}

/// What was asked of the members of an axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AxisProperties {
    /// The properties, as they were written.
    pub names: Vec<String>,
    /// Of each member its properties, in the order of the names; `None` where it has none.
    pub members: HashMap<(HierarchyRef, Member), Vec<Option<Property>>>,
}

/// A property of a member.
#[derive(Clone, Debug, PartialEq)]
pub enum Property {
    /// A text.
    Text(Arc<str>),
    /// A number.
    Number(f64),
    /// Yes or no.
    Truth(bool),
    /// A day.
    Day(Day),
}

/// Bytes that a property takes, about.
const PROPERTY_BYTES: usize = 64;

/// What a cell has that is no number.
#[derive(Clone, Debug, PartialEq)]
pub enum Special {
    /// A text.
    Text(Arc<str>),
    /// Yes or no; its value is 1 or 0.
    Truth(bool),
    /// A day.
    Day(Day),
    /// What is wrong with this cell alone.
    Error(Arc<QueryError>),
    /// It has a figure that is hidden (disclosure control).
    Hidden,
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

/// What stands in a cell whose figure is hidden.
const HIDDEN: &str = "*";

/// Bytes that a cell takes that is no number, beside its text.
const SPECIAL_BYTES: usize = 200;

impl CellSet {
    /// The number of cells, the empty ones included.
    #[must_use]
    pub fn cell_count(&self) -> usize {
        self.axes.iter().map(|axis| axis.count).product()
    }

    /// The value of a cell; `None` where it is empty.
    #[must_use]
    pub fn value(&self, ordinal: usize) -> Option<f64> {
        let at = self.ordinals.binary_search(&u32::try_from(ordinal).ok()?).ok()?;
        Some(self.values[at])
    }

    /// Bytes that its columns take, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let axes = self.axes.iter().map(|axis| size_of_val(axis.members.as_slice()));
        let special = self.special.values().map(|special| match special {
            Special::Text(text) => SPECIAL_BYTES + text.len(),
            Special::Error(error) => SPECIAL_BYTES + error.bytes(),
            Special::Truth(_) | Special::Day(_) | Special::Hidden => SPECIAL_BYTES,
        });
        let told = self.properties.iter().map(|axis| axis.names.len() * axis.members.len());
        axes.sum::<usize>()
            + size_of_val(self.ordinals.as_slice())
            + size_of_val(self.values.as_slice())
            + self.decimals.len()
            + size_of_val(self.formats.as_slice())
            + size_of_val(self.colors.as_slice())
            + special.sum::<usize>()
            + told.sum::<usize>() * PROPERTY_BYTES
    }

    /// The text of each cell, as people of a language read it.
    ///
    /// # Errors
    /// The question was ended.
    pub fn formatted(
        &self,
        language: Language,
        cancel: &Cancel,
    ) -> Result<Vec<String>, QueryError> {
        let formats = Formats::new(self, language);
        cancel.collect((0..self.ordinals.len()).map(|place| formats.show(self, place)))
    }
}

/// The formats of an answer, each read once.
struct Formats {
    by_decimals: Vec<Format>,
    named: HashMap<Arc<str>, Format>,
}

impl Formats {
    fn new(cells: &CellSet, language: Language) -> Formats {
        let most = cells.decimals.iter().max().map_or(0, |&most| most);
        let mut named = HashMap::new();
        for format in cells.formats.iter().flatten() {
            if !named.contains_key(format) {
                named.insert(Arc::clone(format), Format::new(format, language));
            }
        }
        let by_decimals = (0..=most).map(|one| Format::of_decimals(one, language)).collect();
        Formats { by_decimals, named }
    }

    fn show(&self, cells: &CellSet, place: usize) -> String {
        let own = cells.formats.get(place).and_then(|format| self.named.get(format.as_ref()?));
        let format = own.unwrap_or(&self.by_decimals[usize::from(cells.decimals[place])]);
        match cells.special.get(&place) {
            None => format.show(Shown::Number(cells.values[place])),
            Some(Special::Text(text)) => format.show(Shown::Text(text)),
            Some(Special::Truth(truth)) => format.show(Shown::Truth(*truth)),
            Some(Special::Day(day)) => format.show(Shown::Day(*day)),
            Some(Special::Error(_)) => String::new(),
            Some(Special::Hidden) => HIDDEN.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::error::ErrorKind;

    #[test]
    fn each_cell_is_shown_by_its_own_format() {
        let error = QueryError::new(ErrorKind::Invalid, "ukendt".to_owned());
        let special = [(2, Special::Text(Arc::from("Brøndby"))), (3, Special::Error(error.into()))];
        let cells = CellSet {
            ordinals: vec![0, 2, 3, 4],
            values: vec![1234.5, 0.25, f64::NAN, f64::NAN],
            decimals: vec![1, 0, 0, 0],
            special: special.into(),
            formats: vec![None, Some(Arc::from("0.0%")), Some(Arc::from(">")), None],
            ..CellSet::default()
        };
        let shown = |language| cells.formatted(language, &Cancel::default()).unwrap();
        assert_eq!(shown(Language::Danish), ["1.234,5", "25,0%", "BRØNDBY", ""]);
        assert_eq!(shown(Language::English)[..2], ["1,234.5", "25.0%"]);
    }
}
