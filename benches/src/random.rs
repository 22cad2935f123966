//! Random pivots over a cube, the same for the same seed.

use terning_engine::cube::{Cube, Dimension, Field};
use terning_engine::query::Pivot;

/// A stream of random numbers (splitmix64).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn number(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// The same, as a position.
    pub fn below(&mut self, bound: usize) -> usize {
        self.number(bound as u64) as usize
    }

    /// True once in `times`.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A pivot with one to four fields on the axes, up to two filters, one or two measures, and totals
/// once in three times. Personal fields stay out of it; so do filters on `unfiltered`, a dimension.
pub fn pivot(cube: &Cube, unfiltered: &str, random: &mut Random) -> Pivot {
    let fields: Vec<(&Dimension, &Field)> = cube
        .dimensions
        .iter()
        .flat_map(|dimension| dimension.fields.iter().map(move |field| (dimension, field)))
        .filter(|(_, field)| !field.personal)
        .collect();
    let mut free = fields.clone();
    let mut axis = |random: &mut Random, count: usize| -> Vec<String> {
        let draw = |_| free.swap_remove(random.below(free.len()));
        (0..count).map(draw).map(|(dimension, field)| name(dimension, field)).collect()
    };
    let columns = random.below(3);
    let rows = 1 + random.below(2);
    let (columns, rows) = (axis(random, columns), axis(random, rows));
    let filtered: Vec<_> =
        fields.into_iter().filter(|(dimension, _)| dimension.name != unfiltered).collect();
    let filters = (0..random.below(3)).map(|_| filter(&filtered, random)).collect();
    let all: Vec<_> = cube.measures().collect();
    let mut measures: Vec<String> =
        (0..1 + random.below(2)).map(|_| cube.measure(*random.pick(&all)).name.clone()).collect();
    measures.dedup();
    let totals = random.once_in(3);
    Pivot { cube: cube.name.clone(), filters, columns, rows, measures, totals, empty: false }
}

fn name(dimension: &Dimension, field: &Field) -> String {
    format!("{}.{}", dimension.name, field.name)
}

fn filter(fields: &[(&Dimension, &Field)], random: &mut Random) -> String {
    let (dimension, field) = *random.pick(fields);
    let sign = if random.once_in(2) { "=" } else { "<>" };
    let values: Vec<String> = (0..1 + random.below(4))
        .map(|_| field.captions.get(random.below(field.len())).replace('"', "\"\""))
        .map(|caption| format!("\"{caption}\""))
        .collect();
    format!("{}{sign}{}", name(dimension, field), values.join(","))
}
