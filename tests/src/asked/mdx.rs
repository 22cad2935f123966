//! Random questions in MDX: sets and formulas that depend on which members exist, and on how many.

use crate::random::Random;
use terning_engine::cube::Cube;

use super::formulas;

/// A hierarchy of a dimension, both by their places.
pub type Place = (usize, usize);

/// A question of one or two axes, perhaps with a slicer.
pub fn draw(cube: &Cube, random: &mut Random) -> String {
    let mut places = places(cube, random);
    let (first, second, third) = (places.pop(), places.pop(), places.pop());
    let with = match first.filter(|_| random.percent(50)) {
        Some(place) => formulas::with(cube, place, random),
        None => formulas::With::default(),
    };
    let axis = |place: Option<Place>, random: &mut Random| {
        let non_empty = if random.percent(50) { "NON EMPTY " } else { "" };
        format!("{non_empty}{}", place.map_or(String::new(), |place| set(cube, place, 2, random)))
    };
    let columns = match with.measures.is_empty() {
        true => axis(first, random),
        false => format!("{} * {{{}}}", with.set(&axis(first, random), random), with.measures),
    };
    let rows = match random.percent(60) {
        true => format!(", {} ON 1", axis(second, random)),
        false => String::new(),
    };
    let slicer = match third.filter(|_| random.percent(40)) {
        Some(place) => format!(" WHERE {}", member(cube, place, random)),
        None => String::new(),
    };
    format!("{}SELECT {columns} ON 0{rows} FROM [{}]{slicer}", with.text, cube.name)
}

/// Three hierarchies of different dimensions.
fn places(cube: &Cube, random: &mut Random) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    while places.len() < 3 {
        // Most about those of which a caller may not know all.
        let observed: Vec<usize> =
            (0..cube.dimensions.len()).filter(|&at| cube.dimensions[at].observed).collect();
        let any = random.below(cube.dimensions.len());
        let dimension = if random.percent(50) { *random.one(&observed) } else { any };
        if places.iter().all(|place| place.0 != dimension) {
            places.push((dimension, random.below(cube.dimensions[dimension].hierarchies.len())));
        }
        if random.percent(2) {
            places.push((any, 0));
        }
    }
    places
}

/// A set of members of a hierarchy.
pub fn set(cube: &Cube, place: Place, depth: usize, random: &mut Random) -> String {
    let (dimension, hierarchy) = place;
    let shape = &cube.dimensions[dimension];
    let name = format!("[{}].[{}]", shape.name, shape.hierarchies[hierarchy].name);
    if depth == 0 {
        return match random.below(4) {
            0 => format!("{name}.Members"),
            1 => format!("{{{}}}", member(cube, place, random)),
            2 => format!("{name}.Children"),
            _ => format!("{}.Children", member(cube, place, random)),
        };
    }
    let inner = |random: &mut Random| set(cube, place, depth - 1, random);
    match random.below(10) {
        0 => format!("Head({}, {})", inner(random), random.below(4)),
        1 => format!("Tail({}, {})", inner(random), random.below(4)),
        2 => format!("Subset({}, {}, {})", inner(random), random.below(3), random.below(4)),
        3 => format!("Except({}, {})", inner(random), inner(random)),
        4 => format!("Union({}, {})", inner(random), inner(random)),
        5 => format!("Hierarchize({{{}, {}}})", inner(random), inner(random)),
        6 => format!("{{{} : {}}}", member(cube, place, random), member(cube, place, random)),
        7 => crossed(cube, place, random),
        8 => format!("Intersect({}, {})", inner(random), inner(random)),
        _ => inner(random),
    }
}

/// Two fields of one dimension: which pairs exist depends on what has been seen.
fn crossed(cube: &Cube, (dimension, _): Place, random: &mut Random) -> String {
    let shape = &cube.dimensions[dimension];
    let fields = &shape.fields;
    let (one, other) = (random.below(fields.len()), random.below(fields.len()));
    let members = |field: usize| format!("[{}].[{}].Members", shape.name, fields[field].name);
    let product = format!("{{{} * {}}}", members(one), members(other));
    match random.below(3) {
        0 => product,
        1 => format!("Head({product}, {})", 1 + random.below(6)),
        _ => format!("Tail({product}, {})", 1 + random.below(6)),
    }
}

/// A member by key or caption; now and then with a slip.
pub fn member(cube: &Cube, (dimension, hierarchy): Place, random: &mut Random) -> String {
    let shape = &cube.dimensions[dimension];
    let hierarchy = &shape.hierarchies[hierarchy];
    let field = &shape.fields[*random.one(&hierarchy.levels)];
    if field.is_empty() {
        return format!("[{}].[{}]", shape.name, hierarchy.name);
    }
    let id = random.below(field.len());
    let slip = if random.percent(15) { "x" } else { "" };
    let (key, caption) = (field.keys.get(id), field.captions.get(id));
    let name =
        if random.percent(50) { format!("&[{key}{slip}]") } else { format!("[{caption}{slip}]") };
    format!("[{}].[{}].{name}", shape.name, hierarchy.name)
}
