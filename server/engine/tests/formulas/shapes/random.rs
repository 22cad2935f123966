//! Random questions about the world, as parts and as texts.

use proptest::prelude::*;

use super::world::{Hierarchy, STORED, hierarchies, related};

#[derive(Clone, Debug)]
pub enum Formula {
    Number(i8),
    Measure(usize),
    /// At a member of a hierarchy.
    At(usize, usize, usize),
    Two(char, Box<Formula>, Box<Formula>),
    If(Box<Formula>, Box<Formula>, Box<Formula>),
    Sum(Set, Box<Formula>),
    /// Of measures, perhaps at each tuple of a set.
    OfMeasures(&'static str, Vec<usize>, Option<Set>),
    Count(Set),
    Aggregate(Set, usize),
}

/// A set of members of one hierarchy.
#[derive(Clone, Debug)]
pub enum Set {
    Members(usize),
    Level(usize, usize),
    Listed(usize, Vec<usize>),
    /// Of the member that the cell stands at.
    Children(usize),
    Existing(Box<Set>),
    Filter(Box<Set>, Box<Formula>),
    Top(Box<Set>, usize, Box<Formula>),
}

impl Set {
    pub fn hierarchy(&self) -> usize {
        match self {
            Set::Members(own) | Set::Level(own, _) | Set::Listed(own, _) | Set::Children(own) => {
                *own
            }
            Set::Existing(of) | Set::Filter(of, _) | Set::Top(of, ..) => of.hierarchy(),
        }
    }
}

/// A question: two formulas, what stands on the rows, and what stands in `WHERE`.
#[derive(Clone, Debug)]
pub struct Asked {
    pub formulas: [Formula; 2],
    pub rows: Vec<Set>,
    pub slicer: Option<(usize, usize)>,
    pub non_empty: bool,
}

/// A hierarchy and one of its members.
fn place() -> impl Strategy<Value = (usize, usize)> + Clone {
    let places: Vec<(usize, usize)> = hierarchies()
        .iter()
        .enumerate()
        .flat_map(|(own, shape)| (0..shape.members.len()).map(move |member| (own, member)))
        .collect();
    prop::sample::select(places)
}

/// A set whose members are known wherever it is looked at.
fn plain() -> impl Strategy<Value = Set> + Clone {
    let shapes = hierarchies();
    let levels = shapes
        .iter()
        .enumerate()
        .flat_map(|(own, shape)| (1..=shape.levels.len()).map(move |depth| Set::Level(own, depth)));
    let all = (0..shapes.len()).map(Set::Members);
    let listed = place().prop_flat_map(|(own, _)| {
        let members = prop::collection::btree_set(0..hierarchies()[own].members.len(), 1..4);
        members.prop_map(move |members| Set::Listed(own, members.into_iter().collect()))
    });
    prop_oneof![
        3 => prop::sample::select(levels.collect::<Vec<_>>()),
        1 => prop::sample::select(all.collect::<Vec<_>>()),
        2 => listed.boxed(),
    ]
}

fn set(of: impl Strategy<Value = Formula> + Clone + 'static) -> impl Strategy<Value = Set> + Clone {
    let plain = prop_oneof![3 => plain(), 1 => (0..hierarchies().len()).prop_map(Set::Children)];
    let plain = plain.boxed();
    let over = prop_oneof![
        plain.clone(),
        (plain.clone(), of.clone()).prop_map(|(set, of)| Set::Filter(Box::new(set), Box::new(of))),
        (plain.clone(), 0_usize..3, of.clone()).prop_map(|(set, count, of)| Set::Top(
            Box::new(set),
            count,
            Box::new(of)
        )),
    ];
    let existing = over.prop_map(|set| Set::Existing(Box::new(set))).boxed();
    prop_oneof![
        2 => plain,
        3 => existing.clone(),
        1 => (existing, of).prop_map(|(set, of)| Set::Filter(Box::new(set), Box::new(of))),
    ]
    .boxed()
}

/// A measure that is related to the dimension of a set.
fn of_set(set: &Set, measure: usize) -> usize {
    let dimension = hierarchies()[set.hierarchy()].dimension;
    if related(measure).contains(&dimension) { measure } else { (measure + 2) % STORED.len() }
}

fn formula() -> impl Strategy<Value = Formula> {
    let leaf = prop_oneof![
        (-2_i8..4).prop_map(Formula::Number),
        (0..STORED.len()).prop_map(Formula::Measure),
        (0..STORED.len(), place()).prop_map(|(measure, (own, at))| Formula::At(measure, own, at)),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let of = inner.clone();
        let signs = prop::sample::select(vec!['+', '-', '*', '/', '>', '=']);
        let functions = prop::sample::select(vec!["Sum", "Max"]);
        let measures = prop::collection::btree_set(0..STORED.len(), 1..3);
        prop_oneof![
            1 => (signs, inner.clone(), inner.clone())
                .prop_map(|(sign, left, right)| Formula::Two(sign, Box::new(left), Box::new(right))),
            1 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(test, yes, no)| Formula::If(Box::new(test), Box::new(yes), Box::new(no))),
            2 => (set(inner.clone()), inner.clone())
                .prop_map(|(set, of)| Formula::Sum(set, Box::new(of))),
            2 => (functions, measures, prop::option::of(set(inner.clone()))).prop_map(
                |(name, measures, set)| {
                    Formula::OfMeasures(name, measures.into_iter().collect(), set)
                }
            ),
            1 => set(inner.clone()).prop_map(Formula::Count),
            2 => (set(of), 0..STORED.len()).prop_map(|(set, measure)| {
                let measure = of_set(&set, measure);
                Formula::Aggregate(set, measure)
            }),
        ]
    })
}

pub fn asked() -> impl Strategy<Value = Asked> {
    let rows = prop::collection::vec(plain(), 1..3);
    (formula(), formula(), rows, prop::option::of(place()), any::<bool>()).prop_map(
        |(first, second, mut rows, slicer, non_empty)| {
            if rows.len() > 1 && rows[0].hierarchy() == rows[1].hierarchy() {
                rows.pop();
            }
            let is_named =
                |(own, _): &(usize, usize)| rows.iter().any(|row| row.hierarchy() == *own);
            let slicer = slicer.filter(|place| !is_named(place));
            Asked { formulas: [first, second], rows, slicer, non_empty }
        },
    )
}

// As a text.

fn measure(measure: usize) -> String {
    format!("[Measures].[{}]", STORED[measure])
}

impl Formula {
    fn text(&self, shapes: &[Hierarchy]) -> String {
        match self {
            Formula::Number(number) => format!("({number})"),
            Formula::Measure(own) => measure(*own),
            Formula::At(own, hierarchy, member) => {
                format!("({}, {})", measure(*own), shapes[*hierarchy].text(*member))
            }
            Formula::Two(sign, left, right) => {
                format!("({} {sign} {})", left.text(shapes), right.text(shapes))
            }
            Formula::If(test, yes, no) => {
                let [test, yes, no] = [test, yes, no].map(|one| one.text(shapes));
                format!("IIF({test}, {yes}, {no})")
            }
            Formula::Sum(set, of) => format!("Sum({}, {})", set.text(shapes), of.text(shapes)),
            Formula::OfMeasures(name, measures, set) => {
                let measures: Vec<String> = measures.iter().map(|own| measure(*own)).collect();
                let set =
                    set.as_ref().map_or(String::new(), |set| format!(" * {}", set.text(shapes)));
                format!("{name}({{{}}}{set})", measures.join(", "))
            }
            Formula::Count(set) => format!("Count({})", set.text(shapes)),
            Formula::Aggregate(set, own) => {
                format!("Aggregate({}, {})", set.text(shapes), measure(*own))
            }
        }
    }
}

impl Set {
    fn text(&self, shapes: &[Hierarchy]) -> String {
        match self {
            Set::Members(own) => format!("{}.Members", shapes[*own].name),
            Set::Level(own, depth) => {
                format!("{}.[{}].Members", shapes[*own].name, shapes[*own].levels[depth - 1])
            }
            Set::Listed(own, members) => {
                let members: Vec<String> =
                    members.iter().map(|member| shapes[*own].text(*member)).collect();
                format!("{{{}}}", members.join(", "))
            }
            Set::Children(own) => format!("{}.CurrentMember.Children", shapes[*own].name),
            Set::Existing(of) => format!("Existing({})", of.text(shapes)),
            Set::Filter(of, holds) => {
                format!("Filter({}, {})", of.text(shapes), holds.text(shapes))
            }
            Set::Top(of, count, by) => {
                format!("TopCount({}, {count}, {})", of.text(shapes), by.text(shapes))
            }
        }
    }
}

impl Asked {
    /// The question; without its formulas where only what is stored is asked.
    pub fn text(&self, with_formulas: bool, non_empty: bool) -> String {
        let shapes = hierarchies();
        let [first, second] = &self.formulas;
        let rows: Vec<String> = self.rows.iter().map(|row| row.text(&shapes)).collect();
        let slicer = self
            .slicer
            .map_or(String::new(), |(own, at)| format!(" WHERE {}", shapes[own].text(at)));
        let (with, named) = match with_formulas {
            true => (
                format!(
                    "WITH MEMBER [Measures].[m1] AS {} MEMBER [Measures].[m2] AS {} ",
                    first.text(&shapes),
                    second.text(&shapes)
                ),
                ", [Measures].[m1], [Measures].[m2]",
            ),
            false => (String::new(), ""),
        };
        let stored: Vec<String> = (0..STORED.len()).map(measure).collect();
        format!(
            "{with}SELECT {{{}{named}}} ON 0, {}{} ON 1 FROM Former{slicer}",
            stored.join(", "),
            if non_empty { "NON EMPTY " } else { "" },
            rows.join(" * "),
        )
    }
}
