//! Random pivots over the fields and measures of a cube.

use std::collections::BTreeSet;

use terning_engine::cube::Cube;
use terning_oracle::Pivot;

use crate::random::Random;

/// Fields on both axes together, at most.
const MOST_FIELDS: usize = 3;
/// Cells that an answer may have before empty positions are left out, so that the oracle, which
/// looks at each of them, keeps pace.
const MOST_CELLS: usize = 6_000;
/// Members that a condition names, at most.
const MOST_VALUES: usize = 4;

/// A field of a cube, by position.
type Place = (usize, usize);

/// A random pivot that an answer of moderate size is expected of.
pub fn pivot(cube: &Cube, random: &mut Random) -> Pivot {
    loop {
        let drawn = Draft::draw(cube, random);
        if drawn.expected_cells() <= MOST_CELLS {
            return drawn.pivot;
        }
    }
}

struct Draft<'a> {
    cube: &'a Cube,
    pivot: Pivot,
    /// Members that each axis field keeps.
    widths: Vec<usize>,
}

impl<'a> Draft<'a> {
    fn draw(cube: &'a Cube, random: &mut Random) -> Draft<'a> {
        let pivot = Pivot { cube: cube.name.clone(), ..Pivot::default() };
        let mut draft = Draft { cube, pivot, widths: Vec::new() };
        draft.draw_measures(random);
        draft.draw_axes(random);
        for _ in 0..*random.one(&[0, 0, 1, 1, 2, 3]) {
            let place = draft.draw_field(random);
            let (text, _) = draft.with_condition(place, random);
            draft.pivot.filters.push(text);
        }
        draft.pivot.totals = random.percent(40);
        draft.pivot.empty = random.percent(10);
        draft
    }

    fn draw_measures(&mut self, random: &mut Random) {
        let stored = self.cube.listed_measures().map(|measure| &self.cube.measure(measure).name);
        let calculated = self.cube.calculated.iter().filter(|measure| measure.visible);
        let names = stored.chain(calculated.map(|measure| &measure.name)).map(String::as_str);
        let names: Vec<&str> = names.collect();
        let mut chosen = BTreeSet::from([*random.one(&names)]);
        if random.percent(40) {
            chosen.insert(*random.one(&names));
        }
        self.pivot.measures = chosen.into_iter().map(str::to_owned).collect();
    }

    fn draw_axes(&mut self, random: &mut Random) {
        let mut taken: BTreeSet<Place> = BTreeSet::new();
        for _ in 0..=random.below(MOST_FIELDS) {
            // Several fields of one dimension are what goes wrong most easily.
            let place = match taken.iter().next() {
                Some(&(dimension, _)) if random.percent(30) => {
                    (dimension, random.below(self.cube.dimensions[dimension].fields.len()))
                }
                _ => self.draw_field(random),
            };
            if !taken.insert(place) {
                continue;
            }
            let (text, width) = if random.percent(35) {
                self.with_condition(place, random)
            } else {
                (self.name(place), self.members(place))
            };
            self.widths.push(width);
            let axis =
                if random.percent(40) { &mut self.pivot.columns } else { &mut self.pivot.rows };
            axis.push(text);
        }
    }

    fn draw_field(&self, random: &mut Random) -> Place {
        let dimension = random.below(self.cube.dimensions.len());
        (dimension, random.below(self.cube.dimensions[dimension].fields.len()))
    }

    fn name(&self, (dimension, field): Place) -> String {
        let dimension = &self.cube.dimensions[dimension];
        format!("{}.{}", dimension.name, dimension.fields[field].name)
    }

    fn members(&self, (dimension, field): Place) -> usize {
        self.cube.dimensions[dimension].fields[field].len()
    }

    /// The field with a condition on some of its members, and how many it leaves.
    fn with_condition(&self, place: Place, random: &mut Random) -> (String, usize) {
        let field = &self.cube.dimensions[place.0].fields[place.1];
        let members: BTreeSet<usize> =
            (0..=random.below(MOST_VALUES)).map(|_| random.below(field.len())).collect();
        let values: Vec<String> = members
            .iter()
            .map(|&member| {
                if random.percent(70) { field.captions.get(member) } else { field.keys.get(member) }
            })
            .map(quoted)
            .collect();
        let except = random.percent(30);
        let sign = if except { "<>" } else { "=" };
        let width = if except { field.len() - members.len() } else { members.len() };
        (format!("{}{sign}{}", self.name(place), values.join(",")), width)
    }

    fn expected_cells(&self) -> usize {
        self.widths.iter().map(|width| width + 1).product()
    }
}

/// Quotes around a value that would be read as something else.
fn quoted(value: &str) -> String {
    if value.contains([',', '=', '<', '"']) || value.trim() != value {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}
