//! Who asks, and what is answered, written out to the last letter.

use std::fmt::Write;
use std::sync::Arc;

use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use terning_engine::cube::Cube;
use terning_engine::query::bound::{HierarchyRef, Member};
use terning_engine::query::explain::{Explained, UNEXPLAINED, explain};
use terning_engine::query::names::Names;
use terning_engine::query::{
    self, Answer, Cancel, Drilled, Limits, Question, View, drill, names, role,
};
use terning_tests::asked::Asked;

/// The person-level cube.
const CUBE: &str = "Voksne Handicappede";

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
            Asked::Profile(text) => {
                let told = query::profile(&self.0, &Question::Mdx(text), &limits, &cancel);
                told.map(|told| format!("{:?} {:?}", told.table, told.notes))
            }
            Asked::Translate(pivot) => query::translate(&self.0, pivot, &limits, &cancel),
            Asked::Drill(asked) => {
                // Conditions are positions for the access log, which is not shown to who asks.
                drill(&self.0, asked, (&limits, &cancel)).map(|(view, drilled)| {
                    let told = Drilled { conditions: Vec::new(), ..drilled };
                    format!("{:?}", (view, told))
                })
            }
            Asked::Explain(asked) => explain(&self.0, asked, (&limits, &cancel)).map(of_own),
        };
        said.map_err(|error| format!("{error:?}"))
    }

    fn text(&self, answer: &Answer) -> String {
        let cube = Names::new(self.0[answer.view].cube(), &answer.cells.own);
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
        let _ = writeln!(text, "{:?} {:?}", answer.cells.special, answer.cells.warnings);
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
                    let member =
                        named(Names::from(view.cube()), hierarchy, Member::Of { field, id });
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

fn named(cube: Names<'_>, hierarchy: HierarchyRef, member: Member) -> String {
    let unique = names::unique_name(cube, hierarchy, member);
    let path = names::path(cube, hierarchy, member);
    format!("{unique} {} {path:?}", names::caption(cube, hierarchy, member))
}
