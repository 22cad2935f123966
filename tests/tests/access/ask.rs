//! What is asked, and what is answered, written out to the last letter.

use std::fmt::Write;
use std::sync::Arc;

use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use terning_engine::cube::Cube;
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::{
    self, Answer, Cancel, Drill, Limits, Pivot, Question, View, drill, names, role,
};
use terning_tests::question;
use terning_tests::random::Random;

use crate::mdx;

/// The person-level cube.
const CUBE: &str = "Voksne Handicappede";

/// A question.
#[derive(Clone, Debug)]
pub enum Asked {
    Pivot(Pivot),
    Mdx(String),
    /// The pivot as MDX.
    Translate(Pivot),
    Drill(Drill),
}

impl Asked {
    /// A question about the person-level cube.
    pub fn draw(cube: &Cube, random: &mut Random) -> Asked {
        match random.below(10) {
            0..4 => Asked::Pivot(pivot(cube, random)),
            4..8 => Asked::Mdx(mdx::draw(cube, random)),
            8 => Asked::Translate(pivot(cube, random)),
            _ => Asked::Drill(Drill {
                cube: cube.name.clone(),
                filters: pivot(cube, random).filters,
                columns: Vec::new(),
                max: random.below(20),
            }),
        }
    }
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

    /// The answer to a question, or what a refusal says.
    pub fn ask(&self, asked: &Asked) -> Result<String, String> {
        let (limits, cancel) = (Limits::default(), Cancel::default());
        let answer = |question| query::answer(&self.0, question, &limits, &cancel);
        let said = match asked {
            Asked::Pivot(pivot) => answer(&Question::Pivot(pivot)).map(|answer| self.text(&answer)),
            Asked::Mdx(text) => answer(&Question::Mdx(text)).map(|answer| self.text(&answer)),
            Asked::Translate(pivot) => query::translate(&self.0, pivot),
            Asked::Drill(asked) => {
                let views: Vec<View> = self.0.iter().map(View::of_records).collect();
                drill(&views, asked, &cancel).map(|drilled| format!("{drilled:?}"))
            }
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

fn named(cube: &Cube, hierarchy: HierarchyRef, member: Member) -> String {
    let unique = names::unique_name(cube, hierarchy, member);
    let path = names::path(cube, hierarchy, member);
    format!("{unique} {} {path:?}", names::caption(cube, hierarchy, member))
}
