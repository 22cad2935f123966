//! What is asked, and what is answered, written out to the last letter.

use std::fmt::Write;
use std::sync::Arc;

use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use terning_engine::cube::{Cube, Dimension};
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::explain::{ExplainCell, Explained, UNEXPLAINED, explain};
use terning_engine::query::{
    self, Answer, Cancel, Drill, Limits, Pivot, Question, View, drill, names, role,
};
use terning_tests::question;
use terning_tests::random::Random;

use crate::mdx;

/// The person-level cube.
const CUBE: &str = "Voksne Handicappede";

/// The position of the key figures among the cubes.
const KEY_FIGURES: usize = 3;

/// A question.
#[derive(Clone, Debug)]
pub enum Asked {
    Pivot(Pivot),
    Mdx(String),
    /// The pivot as MDX.
    Translate(Pivot),
    Drill(Drill),
    Explain(ExplainCell),
}

impl Asked {
    /// A question about the person-level cube, or about the persons behind Benchmark's figures.
    pub fn draw(cubes: &[Arc<Cube>], random: &mut Random) -> Asked {
        match random.below(14) {
            0..4 => Asked::Pivot(pivot(&cubes[0], random)),
            4..8 => Asked::Mdx(mdx::draw(&cubes[0], random)),
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
    let hidden = cubes.iter().find(|cube| cube.hidden).unwrap();
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
    Drill { cube: cube.name.clone(), filters, measure, columns, max: random.below(20) }
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

/// The views of a version that somebody has.
pub struct Eyes(Vec<View>);

impl Eyes {
    pub fn everything(cubes: &[Arc<Cube>]) -> Eyes {
        Eyes(cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect())
    }

    /// A municipality's.
    pub fn of(cubes: &[Arc<Cube>], kommune: &str) -> Eyes {
        let vh = Vh::new().unwrap();
        let roles = &vh.schema().roles;
        let role = roles.iter().find(|role| role.name == "kommune").unwrap();
        let views = role::views(cubes, role, kommune);
        assert!(views[0].cube().name == CUBE && views[0].is_restricted());
        Eyes(views)
    }

    pub fn views(&self) -> &[View] {
        &self.0
    }

    /// The answer to a question, or what a refusal says.
    pub fn ask(&self, asked: &Asked) -> Result<String, String> {
        let (limits, cancel) = (Limits::default(), Cancel::default());
        let answer = |question| query::answer(&self.0, question, &limits, &cancel);
        let said = match asked {
            Asked::Pivot(pivot) => answer(&Question::Pivot(pivot)).map(|answer| self.text(&answer)),
            Asked::Mdx(text) => answer(&Question::Mdx(text)).map(|answer| self.text(&answer)),
            Asked::Translate(pivot) => query::translate(&self.0, pivot),
            Asked::Drill(asked) => {
                drill(&self.0, asked, &cancel).map(|drilled| format!("{drilled:?}"))
            }
            Asked::Explain(asked) => explain(&self.0, asked, &cancel).map(of_own),
        };
        said.map_err(|error| format!("{error:?}"))
    }

    fn text(&self, answer: &Answer) -> String {
        let cube = self.0[answer.view].cube();
        let mut text = format!("behind {}\n", answer.cells.behind);
        for axis in &answer.cells.axes {
            let _ = writeln!(text, "{} positions of {:?}", axis.count, axis.columns);
            for position in 0..axis.count {
                for (column, member) in axis.columns.iter().zip(axis.position(position)) {
                    let _ = write!(text, "{} ", named(cube, *column, *member));
                }
                text.push('\n');
            }
        }
        let _ = writeln!(text, "{:?}", answer.cells.ordinals);
        let _ = writeln!(text, "{:?} {:?}", answer.cells.values, answer.cells.decimals);
        text
    }

    /// All dimensions, fields and members of the person-level cube.
    pub fn describe(&self) -> String {
        let view = &self.0[0];
        let mut text = String::new();
        for (dimension, shape) in view.dimensions() {
            for (field, column) in shape.fields.iter().enumerate() {
                let count = view.member_count(dimension, field);
                let _ = writeln!(text, "{}.{} {count}", shape.name, column.name);
                let hierarchy = HierarchyRef::Of { dimension, hierarchy: field };
                for id in view.members(dimension, field) {
                    let member = named(view.cube(), hierarchy, Member::Of { field, id });
                    let _ = writeln!(text, "{member}");
                }
            }
        }
        text
    }
}

/// An explanation, but for what A2 makes public: a figure of all municipalities, with its rest line
/// and how new the deliveries behind it are.
fn of_own(explained: Explained) -> String {
    let Explained { measure, mut steps, behind, .. } = explained;
    match steps.pop_if(|last| last.caption == UNEXPLAINED) {
        Some(_) => format!("{measure} {steps:?}"),
        None => format!("{measure} {steps:?} {behind}"),
    }
}

fn named(cube: &Cube, hierarchy: HierarchyRef, member: Member) -> String {
    let unique = names::unique_name(cube, hierarchy, member);
    let path = names::path(cube, hierarchy, member);
    format!("{unique} {} {path:?}", names::caption(cube, hierarchy, member))
}
