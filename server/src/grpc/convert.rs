//! Answers of the engine as messages: a dictionary of members per axis, packed numbers for cells.

use std::borrow::Cow;

use hashbrown::HashMap;
use prost::Message;
use terning_engine::cube::Cube;
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::cellset::{AxisPositions, AxisProperties, CellSet, Property, Special};
use terning_engine::query::format::Language;
use terning_engine::query::names::Names;
use terning_engine::query::{Answer, Cancel, ErrorKind, QueryError, names};
use terning_proto::v1;
use terning_proto::v1::part::Part;

use super::call::Sight;
use crate::versions::Version;

/// Cells of one part of a stream: some 100 to 300 KB.
const PART_CELLS: usize = 1 << 15;
/// Members of one part of a stream: some 200 KB.
const PART_MEMBERS: usize = 1 << 11;
/// Positions of one part of a stream, times hierarchies: some 200 KB.
const PART_POSITIONS: usize = 1 << 16;

/// What a version is. Only the active version is asked without a name, so `active` tells nothing
/// here and is left to the list of versions.
/// The as-of day is that of a cube, where it is told of one that has time.
pub fn version(version: &Version, cube: Option<&Cube>) -> v1::VersionInfo {
    let of_cube = cube.and_then(Cube::as_of).map(|day| day.to_string());
    v1::VersionInfo {
        name: version.name.to_string(),
        as_of: of_cube.unwrap_or_else(|| version.manifest.as_of.clone()),
        built_at: version.manifest.built_at.clone(),
        ..v1::VersionInfo::default()
    }
}

/// How large an answer may become, and its end from outside.
#[derive(Clone, Copy)]
pub(super) struct Bounds<'a> {
    /// Bytes of the members of an axis, at most.
    pub bytes: usize,
    /// The end of the question.
    pub cancel: &'a Cancel,
}

/// A whole answer.
///
/// # Errors
/// It is larger, or the question was ended.
pub(super) fn cell_set(
    sight: &Sight,
    answer: &Answer,
    formatted: bool,
    bounds: Bounds<'_>,
) -> Result<v1::CellSet, QueryError> {
    let cube = sight.views[answer.view].cube();
    let names = Names::new(cube, &answer.cells.own);
    let none = AxisProperties::default();
    let properties = answer.cells.properties.iter().chain(std::iter::repeat(&none));
    let axes = answer.cells.axes.iter().zip(properties);
    let axes = axes.map(|(one, properties)| axis(cube, names, one, properties, bounds));
    Ok(v1::CellSet {
        cube: cube.name.clone(),
        version: Some(version(&sight.version, Some(cube))),
        behind: answer.cells.behind,
        axes: axes.collect::<Result<_, _>>()?,
        cells: Some(cells(&answer.cells, formatted, cube.language, bounds.cancel)?),
        warnings: answer.cells.warnings.clone(),
        cell_properties: answer.cells.cell_properties.clone(),
        language: cube.language.number(),
        has_reporters: cube.freshness.is_some(),
        measure: answer.cells.measure.map_or(String::new(), |measure| {
            names::caption(names, HierarchyRef::Measures, measure).to_owned()
        }),
    })
}

/// A member with its names.
pub fn member(
    cube: &Cube,
    names: Names<'_>,
    hierarchy: HierarchyRef,
    member: Member,
) -> v1::Member {
    v1::Member {
        unique_name: names::unique_name(names, hierarchy, member),
        caption: names::caption(names, hierarchy, member).to_owned(),
        hierarchy: names::hierarchy_name(cube, hierarchy),
        level: names::level_name(names, hierarchy, member).to_owned(),
        path: names::path(names, hierarchy, member),
        properties: Vec::new(),
    }
}

fn axis(
    cube: &Cube,
    names: Names<'_>,
    axis: &AxisPositions,
    properties: &AxisProperties,
    bounds: Bounds<'_>,
) -> Result<v1::Axis, QueryError> {
    let mut dictionary = Dictionary::of(properties, bounds.bytes);
    let width = axis.columns.len();
    // A position is a byte at least.
    if axis.members.len() > bounds.bytes {
        return Err(too_large());
    }
    let mut last = vec![0; width];
    let numbers = axis.members.iter().enumerate().map_while(|(place, &one)| {
        let column = place % width;
        // Outer members repeat from position to position.
        let same = place >= width && axis.members[place - width] == one;
        if !same {
            last[column] = dictionary.number(cube, names, axis.columns[column], one)?;
        }
        Some(last[column])
    });
    let positions: Vec<u32> = bounds.cancel.collect(numbers)?;
    if positions.len() < axis.members.len() {
        return Err(too_large());
    }
    Ok(v1::Axis {
        hierarchies: axis.columns.iter().map(|&one| names::hierarchy_name(cube, one)).collect(),
        members: dictionary.members,
        positions,
        count: axis.count as u32,
        properties: properties.names.clone(),
    })
}

/// The refusal of an answer that is larger than one message may be.
pub(super) fn too_large() -> QueryError {
    let message = "svaret er for stort til at blive givet i ét stykke";
    QueryError::new(ErrorKind::TooLarge, message).hint("spørg med QueryStream")
}

/// The different members of an axis, numbered as they are met, until they are too many bytes.
struct Dictionary<'a> {
    properties: &'a AxisProperties,
    numbers: HashMap<(HierarchyRef, Member), u32>,
    members: Vec<v1::Member>,
    bytes: usize,
    most: usize,
}

impl Dictionary<'_> {
    fn of(properties: &AxisProperties, most: usize) -> Dictionary<'_> {
        let (numbers, members) = (HashMap::new(), Vec::new());
        Dictionary { properties, numbers, members, bytes: 0, most }
    }

    /// The number of a member; nothing where that makes them too many bytes.
    fn number(
        &mut self,
        cube: &Cube,
        names: Names<'_>,
        hierarchy: HierarchyRef,
        of: Member,
    ) -> Option<u32> {
        if let Some(known) = self.numbers.get(&(hierarchy, of)) {
            return Some(*known);
        }
        let told = self.properties.members.get(&(hierarchy, of));
        let told = told.into_iter().flatten().map(|one| property(one.as_ref()));
        let named = member(cube, names, hierarchy, of);
        let named = v1::Member { properties: told.collect(), ..named };
        self.bytes += named.encoded_len();
        let number = self.members.len() as u32;
        self.members.push(named);
        self.numbers.insert((hierarchy, of), number);
        (self.bytes <= self.most).then_some(number)
    }
}

fn property(told: Option<&Property>) -> v1::PropertyValue {
    use v1::property_value::Value;
    let value = told.map(|told| match told {
        Property::Text(text) => Value::Text(text.to_string()),
        Property::Number(number) => Value::Number(*number),
        Property::Truth(truth) => Value::Truth(*truth),
        Property::Day(day) => Value::Day(day.0),
    });
    v1::PropertyValue { value }
}

fn cells(
    cells: &CellSet,
    formatted: bool,
    language: Language,
    cancel: &Cancel,
) -> Result<v1::Cells, QueryError> {
    let asks = |name: &str| cells.cell_properties.iter().any(|own| own.eq_ignore_ascii_case(name));
    let formatted = formatted || asks("FORMATTED_VALUE");
    let mut before = 0;
    let steps = cells.ordinals.iter().map(|&ordinal| {
        let step = ordinal - before;
        before = ordinal;
        step
    });
    let ordinal_steps = cancel.collect(steps)?;
    let (counts, numbers) = values(&on_the_wire(cells));
    let mut packed = v1::Cells {
        ordinal_steps,
        counts,
        numbers,
        decimals: one_for_all(&cells.decimals),
        ..v1::Cells::default()
    };
    cancel.check()?;
    special(cells, &mut packed, cancel)?;
    formats(cells, &mut packed, cancel)?;
    packed.back_color_of = colors(cells, 0, cancel)?;
    packed.fore_color_of = colors(cells, 1, cancel)?;
    if formatted {
        packed.formatted = cells.formatted(language, cancel)?;
    }
    Ok(packed)
}

/// The number that stands for each cell: of a truth 1 or 0, of a day its distance from 1970; a text or
/// an error has 0.
fn on_the_wire(cells: &CellSet) -> Cow<'_, [f64]> {
    let mut values = Cow::from(&cells.values);
    for (&place, special) in &cells.special {
        values.to_mut()[place] = match special {
            Special::Truth(truth) => f64::from(u8::from(*truth)),
            Special::Day(day) => f64::from(day.0),
            Special::Text(_) | Special::Error(_) | Special::Hidden => 0.0,
        };
    }
    values
}

/// Cells that are no numbers: their kinds, and the dictionary of their texts.
fn special(cells: &CellSet, packed: &mut v1::Cells, cancel: &Cancel) -> Result<(), QueryError> {
    if cells.special.is_empty() {
        return Ok(());
    }
    packed.kinds = vec![v1::CellKind::Number as i32; cells.ordinals.len()];
    let mut numbers: HashMap<String, u32> = HashMap::new();
    cancel.each(&cells.special, |(&place, value)| {
        let (kind, text) = match value {
            Special::Text(text) => (v1::CellKind::Text, Some(text.to_string())),
            Special::Truth(_) => (v1::CellKind::Truth, None),
            Special::Day(_) => (v1::CellKind::Day, None),
            Special::Hidden => (v1::CellKind::Hidden, None),
            Special::Error(error) => (v1::CellKind::Error, Some(error.to_string())),
        };
        packed.kinds[place] = kind as i32;
        let Some(text) = text else { return };
        packed.text_of.push(*numbers.entry(text).or_insert_with_key(|text| {
            packed.texts.push(text.clone());
            packed.texts.len() as u32 - 1
        }));
    })
}

/// The format strings of cells: the different ones, and a number in them for each cell.
fn formats(cells: &CellSet, packed: &mut v1::Cells, cancel: &Cancel) -> Result<(), QueryError> {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let of_cells = cells.formats.iter().map(|format| {
        let format = format.as_deref().unwrap_or_default();
        *numbers.entry(format).or_insert_with(|| {
            packed.formats.push(format.to_owned());
            packed.formats.len() as u32 - 1
        })
    });
    let of_cells: Vec<u32> = cancel.collect(of_cells)?;
    packed.format_of = one_for_all(&of_cells);
    Ok(())
}

/// A colour of each cell and one more, 0 being none.
fn colors(cells: &CellSet, of: usize, cancel: &Cancel) -> Result<Vec<u32>, QueryError> {
    let of_cells = cells.colors.iter().map(|own| own[of].map_or(0, |color| color + 1));
    let of_cells: Vec<u32> = cancel.collect(of_cells)?;
    let is_said = of_cells.iter().any(|color| *color > 0);
    Ok(if is_said { one_for_all(&of_cells) } else { Vec::new() })
}

/// Whole numbers as such, as long as all are.
fn values(values: &[f64]) -> (Vec<u64>, Vec<f64>) {
    const EXACT: f64 = (1_u64 << 53) as f64;
    let whole = |value: f64| (0.0..EXACT).contains(&value) && value.fract() == 0.0;
    if values.iter().all(|&value| whole(value)) {
        (values.iter().map(|&value| value as u64).collect(), Vec::new())
    } else {
        (Vec::new(), values.to_vec())
    }
}

/// One number where all cells agree.
fn one_for_all<T: Copy + Into<u32> + PartialEq>(numbers: &[T]) -> Vec<u32> {
    match numbers.split_first() {
        Some((first, rest)) if rest.iter().all(|other| other == first) => vec![(*first).into()],
        _ => numbers.iter().map(|&one| one.into()).collect(),
    }
}

/// An answer in parts, each well below the 4 MiB that clients accept by default.
///
/// # Errors
/// The question was ended.
pub(super) fn parts(
    sight: &Sight,
    answer: &Answer,
    formatted: bool,
    cancel: &Cancel,
) -> Result<Vec<v1::Part>, QueryError> {
    let bounds = Bounds { bytes: usize::MAX, cancel };
    in_parts(cell_set(sight, answer, formatted, bounds)?, cancel)
}

fn in_parts(mut whole: v1::CellSet, cancel: &Cancel) -> Result<Vec<v1::Part>, QueryError> {
    let cells = whole.cells.take().unwrap_or_default();
    let mut axes = Vec::new();
    for (number, axis) in whole.axes.iter_mut().enumerate() {
        let (members, positions) =
            (std::mem::take(&mut axis.members), std::mem::take(&mut axis.positions));
        axes.extend(axis_parts(number as u32, members, &positions));
    }
    let head = std::iter::once(Part::Head(whole));
    let parts = head.chain(axes).chain(cell_parts(&cells));
    let looked = |part| cancel.check().map(|()| v1::Part { part: Some(part) });
    parts.map(looked).collect()
}

fn axis_parts(axis: u32, members: Vec<v1::Member>, positions: &[u32]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut members = members.into_iter();
    while members.len() > 0 {
        let members = members.by_ref().take(PART_MEMBERS).collect();
        parts.push(v1::AxisPart { axis, members, positions: Vec::new() });
    }
    for positions in positions.chunks(PART_POSITIONS) {
        parts.push(v1::AxisPart { axis, members: Vec::new(), positions: positions.to_vec() });
    }
    join_small(parts).into_iter().map(Part::Axis).collect()
}

/// An axis of one part of each kind travels as one message.
fn join_small(mut parts: Vec<v1::AxisPart>) -> Vec<v1::AxisPart> {
    if let [members, positions] = parts.as_mut_slice()
        && positions.members.is_empty()
    {
        members.positions = std::mem::take(&mut positions.positions);
        parts.truncate(1);
    }
    parts
}

fn cell_parts(cells: &v1::Cells) -> impl Iterator<Item = Part> {
    let starts = (0..cells.ordinal_steps.len()).step_by(PART_CELLS);
    let mut dictionary = PartTexts { texts: &cells.texts, text_of: cells.text_of.iter() };
    starts.map(move |start| {
        let end = (start + PART_CELLS).min(cells.ordinal_steps.len());
        let kinds = slice(&cells.kinds, start, end);
        let (texts, text_of) = dictionary.next(&kinds);
        Part::Cells(v1::Cells {
            ordinal_steps: cells.ordinal_steps[start..end].to_vec(),
            counts: slice(&cells.counts, start, end),
            numbers: slice(&cells.numbers, start, end),
            decimals: slice_unless_one(&cells.decimals, start, end),
            kinds,
            texts,
            text_of,
            formatted: slice(&cells.formatted, start, end),
            formats: cells.formats.clone(),
            format_of: slice_unless_one(&cells.format_of, start, end),
            back_color_of: slice_unless_one(&cells.back_color_of, start, end),
            fore_color_of: slice_unless_one(&cells.fore_color_of, start, end),
        })
    })
}

/// The texts of cells, part by part: each part has those that it needs.
struct PartTexts<'a> {
    texts: &'a [String],
    text_of: std::slice::Iter<'a, u32>,
}

impl PartTexts<'_> {
    fn next(&mut self, kinds: &[i32]) -> (Vec<String>, Vec<u32>) {
        let has_text =
            |kind: &&i32| [v1::CellKind::Text as i32, v1::CellKind::Error as i32].contains(kind);
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        let mut texts = Vec::new();
        let count = kinds.iter().filter(has_text).count();
        let text_of = self.text_of.by_ref().take(count).map(|&text| {
            *numbers.entry(text).or_insert_with(|| {
                texts.push(self.texts[text as usize].clone());
                texts.len() as u32 - 1
            })
        });
        let text_of = text_of.collect();
        (texts, text_of)
    }
}

/// Part of a column that may have one value for all cells.
fn slice_unless_one(column: &[u32], start: usize, end: usize) -> Vec<u32> {
    if column.len() == 1 { column.to_vec() } else { slice(column, start, end) }
}

/// Part of a column; an absent column stays absent.
fn slice<T: Clone>(column: &[T], start: usize, end: usize) -> Vec<T> {
    column.get(start..end).map(<[T]>::to_vec).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_travel_as_such_and_others_as_they_are() {
        assert_eq!(values(&[0.0, 3.0]), (vec![0, 3], vec![]));
        assert_eq!(values(&[0.5, 3.0]), (vec![], vec![0.5, 3.0]));
        assert_eq!(values(&[-1.0]), (vec![], vec![-1.0]));
        assert_eq!(one_for_all(&[2_u8, 2]), [2]);
        assert_eq!(one_for_all(&[0_u8, 2]), [0, 2]);
    }

    #[test]
    fn a_large_answer_is_cut_into_parts_that_make_it_up() {
        let count = PART_CELLS * 2 + 1;
        let axis = v1::Axis {
            hierarchies: vec!["[A].[B]".to_owned()],
            members: vec![v1::Member::default(); PART_MEMBERS + 1],
            positions: (0..count as u32).collect(),
            count: count as u32,
            ..v1::Axis::default()
        };
        let cells = v1::Cells {
            ordinal_steps: vec![1; count],
            counts: vec![7; count],
            decimals: vec![0],
            kinds: vec![v1::CellKind::Text as i32; count],
            texts: vec!["a".to_owned(), "b".to_owned()],
            text_of: (0..count as u32).map(|cell| u32::from(cell as usize >= PART_CELLS)).collect(),
            ..v1::Cells::default()
        };
        let whole = v1::CellSet { axes: vec![axis], cells: Some(cells), ..Default::default() };
        let parts = in_parts(whole.clone(), &Cancel::default()).unwrap();
        let ended = Cancel::default();
        ended.raise();
        assert!(in_parts(whole, &ended).is_err());
        let (mut members, mut positions, mut counts) = (0, 0, 0);
        let mut texts = Vec::new();
        for part in &parts {
            match part.part.as_ref().unwrap() {
                Part::Head(head) => assert!(head.axes[0].members.is_empty()),
                Part::Axis(axis) => {
                    members += axis.members.len();
                    positions += axis.positions.len();
                }
                Part::Cells(cells) => {
                    counts += cells.counts.len();
                    texts.extend(cells.text_of.iter().map(|&text| &cells.texts[text as usize]));
                }
            }
        }
        assert_eq!((members, positions, counts), (PART_MEMBERS + 1, count, count));
        assert_eq!(parts.len(), 1 + 2 + 2 + 3);
        assert_eq!(texts.iter().filter(|&&text| text == "a").count(), PART_CELLS);
        assert_eq!(texts.len(), count);
    }
}
