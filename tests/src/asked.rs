//! Questions of every kind that random chance thinks of: pivots, MDX, records behind a cell, steps of
//! a rule.

mod formulas;
mod mdx;

use std::sync::Arc;

use terning_engine::cube::{Cube, Dimension};
use terning_engine::query::explain::ExplainCell;
use terning_engine::query::{Drill, Pivot};

use crate::question;
use crate::random::Random;

/// The position of the key figures among the cubes.
const KEY_FIGURES: usize = 3;

/// A question.
#[derive(Clone, Debug)]
pub enum Asked {
    /// A pivot.
    Pivot(Pivot),
    /// MDX.
    Mdx(String),
    /// What is done with a question in MDX.
    Profile(String),
    /// The pivot as MDX.
    Translate(Pivot),
    /// The records behind a cell.
    Drill(Drill),
    /// The steps to a cell.
    Explain(ExplainCell),
}

impl Asked {
    /// A question about the person-level cube, or about the persons behind Benchmark's figures.
    pub fn draw(cubes: &[Arc<Cube>], random: &mut Random) -> Asked {
        match random.below(15) {
            0..4 => Asked::Pivot(pivot(&cubes[0], random)),
            4..8 => Asked::Mdx(mdx::draw(&cubes[0], random)),
            14 => Asked::Profile(mdx::draw(&cubes[0], random)),
            8 => Asked::Translate(pivot(&cubes[0], random)),
            9..12 => Asked::Drill(drilled(cubes, random)),
            _ => Asked::Explain(explained(cubes, random)),
        }
    }
}

/// The person-level cube, Benchmark, or the key figures.
fn of_persons<'a>(cubes: &'a [Arc<Cube>], random: &mut Random) -> &'a Cube {
    &cubes[*random.one(&[0, 0, 1, 1, KEY_FIGURES])]
}

/// A measure behind which there are records, sometimes the default one.
fn measure(cube: &Cube, random: &mut Random) -> String {
    if random.percent(30) {
        return String::new();
    }
    let stored = cube.measures().map(|found| cube.measure(found).name.as_str());
    let calculated = cube.calculated.iter().map(|measure| measure.name.as_str());
    let names: Vec<&str> = stored.chain(calculated).collect();
    (*random.one(&names)).to_owned()
}

fn drilled(cubes: &[Arc<Cube>], random: &mut Random) -> Drill {
    let cube = of_persons(cubes, random);
    let measure = measure(cube, random);
    let mut filters = pivot(cube, random).filters;
    let count = *random.one(&[0, 0, 1, 2, 3]);
    // What Benchmark tells of records is told behind the key figures too.
    let told = if cube.explain.is_some() { cube } else { &cubes[1] };
    let mut columns: Vec<String> = (0..count).map(|_| column(told, random)).collect();
    // Words of the hidden cube alone, which tells of Benchmark's records.
    let hidden = cubes.iter().find(|cube| cube.hidden).expect("one is hidden");
    let lacks = |dimension: &&Dimension| cube.find_dimension(&dimension.name).is_none();
    let hidden: Vec<&Dimension> = hidden.dimensions.iter().filter(lacks).collect();
    let dimension = random.one(&hidden);
    let field = random.one(&dimension.fields);
    let name = format!("{}.{}", dimension.name, field.name);
    match random.below(10) {
        0 if !field.is_empty() => {
            filters.push(format!("{name}={}", field.keys.get(random.below(field.len()))));
        }
        1 | 2 => columns.push(name),
        _ => {}
    }
    Drill { cube: cube.name.clone(), filters, measure, columns, max: random.below(20), first: 0 }
}

/// A field, or a heading of what is told of records.
fn column(cube: &Cube, random: &mut Random) -> String {
    if random.percent(50) {
        return random.one(&cube.groups[0].provenance).name.clone();
    }
    let dimension = random.one(&cube.dimensions);
    format!("{}.{}", dimension.name, random.one(&dimension.fields).name)
}

fn explained(cubes: &[Arc<Cube>], random: &mut Random) -> ExplainCell {
    let cube = of_persons(cubes, random);
    let filters = pivot(cube, random).filters;
    ExplainCell { cube: cube.name.clone(), filters, measure: measure(cube, random) }
}

fn pivot(cube: &Cube, random: &mut Random) -> Pivot {
    let drawn = question::pivot(cube, random);
    let mut pivot = Pivot {
        cube: drawn.cube,
        filters: drawn.filters,
        columns: drawn.columns,
        rows: drawn.rows,
        measures: drawn.measures,
        totals: drawn.totals,
        empty: drawn.empty || random.percent(30),
    };
    // A slip, so that the nearest names are told.
    if random.percent(15)
        && let Some(clause) = pivot.filters.first_mut()
    {
        let at = clause.char_indices().map(|(at, _)| at).nth(random.below(clause.chars().count()));
        clause.insert(at.unwrap_or(0), *random.one(&['x', '1', 'å', '.']));
    }
    pivot
}
