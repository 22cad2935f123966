//! What a question asks, told without any of its words: for a log that must hold no personal data.
//!
//! All that is told comes from the bound question: names of the cube, and members by what people read
//! of them. A value of a personal field is told as the caller of this module says. What whoever asks
//! writes freely – texts, names of their own, comments – is not told at all.

use hashbrown::HashSet;

use super::answer::Prepared;
use super::bind;
use super::bound::{Condition, Factor, HierarchyRef, Member, Part};
use super::evaluate::value::Value;
use super::expr::{Expr, Node};
use super::view::View;
use crate::cube::Cube;

/// Members of a field that are told; of further ones only that there are some.
const MEMBERS: usize = 20;
/// Tuples of a set that are looked at.
const TUPLES: usize = 1000;
/// Formulas that are told.
const FORMULAS: usize = 20;
/// How deep a formula is told.
const DEPTH: usize = 12;
/// Numbers below this are told; others may be a part of a personal number.
const SMALL: f64 = 1000.0;
/// What stands for what is not told.
const HIDDEN: &str = "…";

/// What is told of a personal value.
pub type Hide<'a> = &'a dyn Fn(&str) -> String;

/// What a question asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The cube.
    pub cube: String,
    /// For each axis the fields on it, with their members where not all of a level are.
    pub axes: Vec<Vec<String>>,
    /// The conditions, as a pivot writes them: `Tid.År=2020`.
    pub filters: Vec<String>,
    /// The measure where no axis has one.
    pub measure: String,
    /// What the members are that the question itself defines, without their names.
    pub formulas: Vec<String>,
}

impl Prepared {
    /// What is asked, of the views that it was prepared with.
    #[must_use]
    pub fn shape(&self, views: &[View], hide: Hide<'_>) -> Shape {
        let (cube, bound) = (views[self.view()].cube(), self.bound());
        let teller = Teller { cube, hide };
        let axes = bound.axes.iter().map(|axis| teller.factors(&axis.factors));
        let unions = bound.unions.iter().flat_map(|union| union.boxes.iter().flatten());
        let hidden = bound.hidden_unions.iter().flat_map(|union| union.boxes.iter().flatten());
        let conditions = bound.conditions.iter().chain(&bound.hidden).chain(unions).chain(hidden);
        let mut filters: Vec<String> = conditions.map(|one| teller.condition(one)).collect();
        filters.extend(bound.slicer.iter().flat_map(|set| teller.factors(&set.factors)));
        let mut seen = HashSet::new();
        filters.retain(|filter| seen.insert(filter.clone()));
        let own = bound.calculated.range(cube.calculated.len()..);
        let own = own.map(|(_, own)| teller.formula(&own.formula, 0)).take(FORMULAS);
        Shape {
            cube: cube.name.clone(),
            axes: axes.collect(),
            filters,
            measure: teller.member(HierarchyRef::Measures, bound.measure),
            formulas: own.collect(),
        }
    }
}

/// Conditions of a view, as a pivot writes them.
#[must_use]
pub fn conditions(view: &View, conditions: &[Condition], hide: Hide<'_>) -> Vec<String> {
    let teller = Teller { cube: view.cube(), hide };
    conditions.iter().map(|one| teller.condition(one)).collect()
}

/// Conditions that are written as a pivot writes them, bound to a view; of one that cannot be bound
/// nothing is told.
#[must_use]
pub fn filters(view: &View, texts: &[String], hide: Hide<'_>) -> Vec<String> {
    let bound = texts.iter().map(|text| bind::condition(view, text));
    let told = bound.map(|one| match one {
        Ok(condition) => conditions(view, &[condition], hide).concat(),
        Err(_) => HIDDEN.to_owned(),
    });
    told.collect()
}

/// Tells of a cube's members.
struct Teller<'a> {
    cube: &'a Cube,
    hide: Hide<'a>,
}

impl Teller<'_> {
    fn factors(&self, factors: &[Factor]) -> Vec<String> {
        factors.iter().flat_map(|factor| self.factor(factor)).collect()
    }

    /// A text for each hierarchy of a factor.
    fn factor(&self, factor: &Factor) -> Vec<String> {
        let columns = factor.columns.iter().enumerate();
        columns.map(|(column, &hierarchy)| self.column(factor, column, hierarchy)).collect()
    }

    fn column(&self, factor: &Factor, column: usize, hierarchy: HierarchyRef) -> String {
        let (mut levels, mut named) = (Vec::new(), Vec::new());
        for part in &factor.parts {
            match part {
                Part::Level { field } => levels.push(self.field(hierarchy, *field)),
                Part::Tuples(members) => {
                    let tuples = members.chunks_exact(factor.columns.len().max(1));
                    named.extend(tuples.take(TUPLES).map(|tuple| tuple[column]));
                }
            }
        }
        let listed = self.listed(hierarchy, &named);
        match (levels.is_empty(), named.is_empty()) {
            (true, _) => listed,
            (false, true) => levels.join("+"),
            (false, false) => format!("{}+{listed}", levels.join("+")),
        }
    }

    /// Members of a hierarchy: the field of the first, and each that differs.
    fn listed(&self, hierarchy: HierarchyRef, members: &[Member]) -> String {
        let mut seen = HashSet::new();
        let different = members.iter().filter(|member| seen.insert(**member));
        let different: Vec<Member> = different.copied().collect();
        let fields = different.iter().find_map(|member| match member {
            Member::Of { field, .. } => Some(self.field(hierarchy, *field)),
            _ => None,
        });
        let told = different.iter().take(MEMBERS).map(|&member| self.member(hierarchy, member));
        let told = more(&told.collect::<Vec<_>>(), different.len());
        format!("{}={told}", fields.unwrap_or_else(|| self.dimension(hierarchy).to_owned()))
    }

    fn condition(&self, condition: &Condition) -> String {
        let Condition { dimension, field, members, except } = condition;
        let hierarchy = HierarchyRef::Of { dimension: *dimension, hierarchy: 0 };
        let of = |&id: &u32| self.member(hierarchy, Member::Of { field: *field, id });
        let told: Vec<String> = members.iter().take(MEMBERS).map(of).collect();
        let told = more(&told, members.len());
        let sign = if *except { "<>" } else { "=" };
        format!("{}{sign}{told}", self.field(hierarchy, *field))
    }

    fn dimension(&self, hierarchy: HierarchyRef) -> &str {
        match hierarchy {
            HierarchyRef::Measures => super::names::MEASURES,
            HierarchyRef::Of { dimension, .. } => &self.cube.dimensions[dimension].name,
        }
    }

    fn field(&self, hierarchy: HierarchyRef, field: usize) -> String {
        match hierarchy {
            HierarchyRef::Measures => self.dimension(hierarchy).to_owned(),
            HierarchyRef::Of { dimension, .. } => {
                let dimension = &self.cube.dimensions[dimension];
                format!("{}.{}", dimension.name, dimension.fields[field].name)
            }
        }
    }

    fn member(&self, hierarchy: HierarchyRef, member: Member) -> String {
        match (hierarchy, member) {
            (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) => {
                let field = &self.cube.dimensions[dimension].fields[field];
                match field.personal {
                    true => (self.hide)(field.keys.get(id as usize)),
                    false => field.captions.get(id as usize).to_owned(),
                }
            }
            (_, Member::Measure(measure)) => self.cube.measure(measure).name.clone(),
            (_, Member::Calculated(number)) => match self.cube.calculated.get(number) {
                Some(measure) => measure.name.clone(),
                None => "(egen)".to_owned(),
            },
            (_, Member::All | Member::Of { .. }) => "(alle)".to_owned(),
        }
    }

    /// A formula, as far down as it is told.
    fn formula(&self, expr: &Expr, depth: usize) -> String {
        if depth > DEPTH {
            return HIDDEN.to_owned();
        }
        let of = |expr: &Expr| self.formula(expr, depth + 1);
        let all =
            |parts: &[Expr]| parts.iter().take(MEMBERS).map(of).collect::<Vec<_>>().join(", ");
        match &expr.node {
            Node::Constant(value) => self.value(value),
            Node::Tuple(parts) => format!("({})", all(parts)),
            Node::Braces(parts) => format!("{{{}}}", all(parts)),
            Node::Cell(at) => at.as_deref().map_or_else(|| "(celle)".to_owned(), of),
            Node::Call(function, arguments) => format!("{}({})", function.name, all(arguments)),
            Node::Chain(first, rest) => {
                let rest = rest.iter().take(MEMBERS);
                let rest = rest.map(|(operator, part)| format!(" {operator:?} {}", of(part)));
                format!("({}{})", of(first), rest.collect::<String>())
            }
            Node::Prefix(operator, part) => format!("{operator:?} {}", of(part)),
            Node::Choose(branches, last) => {
                let branches = branches.iter().take(MEMBERS);
                let told = branches.map(|(when, then)| format!("{}: {}; ", of(when), of(then)));
                format!("Choose({}{})", told.collect::<String>(), of(last))
            }
            Node::Named(..) | Node::Alias(..) => "(mængde)".to_owned(),
        }
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Number(number) if number.abs() < SMALL => number.to_string(),
            Value::Truth(truth) => truth.to_string(),
            Value::Member(hierarchy, member) => self.listed(*hierarchy, &[*member]),
            Value::Tuple(places) => {
                let told = places.iter().take(MEMBERS);
                let told = told.map(|&(hierarchy, member)| self.listed(hierarchy, &[member]));
                format!("({})", told.collect::<Vec<_>>().join(", "))
            }
            Value::Set(set) => format!("{{{}}}", self.factors(&set.factors).join(" * ")),
            Value::Level(hierarchy, Some(field)) => self.field(*hierarchy, *field),
            Value::Level(hierarchy, None) | Value::Hierarchy(hierarchy) => {
                self.dimension(*hierarchy).to_owned()
            }
            _ => HIDDEN.to_owned(),
        }
    }
}

/// Members one behind the other, and how many there are where not all are told.
fn more(told: &[String], count: usize) -> String {
    let all = told.len() == count;
    let told = told.join(",");
    if all { told } else { format!("{told},{HIDDEN} ({count})") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::bind::fixture::view;
    use crate::query::{Cancel, Limits, Question, prepare};

    fn shape(text: &str) -> Shape {
        let views = [view()];
        let question = Question::Mdx(text);
        let prepared = prepare(&views, &question, &Limits::default(), &Cancel::default()).unwrap();
        prepared.shape(&views, &|value| format!("#{}", value.len()))
    }

    #[test]
    fn what_is_asked_is_told_in_the_words_of_the_cube() {
        let told = shape(
            "SELECT {[Tid].[Kvartal].[2020K1]} ON 0, [Handle kommune].[Kommune].Members ON 1 \
             FROM [Voksne] WHERE ([Køn].[Køn].[Mand], [Measures].[Antal Ydelser])",
        );
        assert_eq!(told.cube, "Voksne");
        assert_eq!(told.axes[0], ["Tid.Kvartal=2020K1"]);
        assert!(told.axes[1][0].starts_with("Handle kommune.Kommune"), "{told:?}");
        assert!(told.filters.contains(&"Køn.Køn=Mand".to_owned()), "{told:?}");
        assert_eq!(told.measure, "Antal Ydelser");
    }

    #[test]
    fn personal_values_texts_and_own_names_are_not_told() {
        let told = shape(
            "WITH MEMBER [Measures].[om 6101011234] AS \
             IIF([Borger].[Personnummer].CurrentMember.Name = '6101011234', 6101011234, 7) \
             SELECT {[Measures].[om 6101011234]} ON 0, \
             {[Borger].[Personnummer].[6101011234]} ON 1 FROM [Voksne] /* 6101011234 */",
        );
        let text = format!("{told:?}");
        assert!(!text.contains("6101011234"), "{text}");
        assert_eq!(told.axes[1], ["Borger.Personnummer=#10"]);
        assert_eq!(told.axes[0], ["Measures=(egen)"]);
        assert!(told.formulas[0].contains('7') && told.formulas[0].contains(HIDDEN), "{text}");
    }

    #[test]
    fn written_conditions_are_told_bound_or_not_at_all() {
        let texts = ["Borger.Personnummer=6101011234", "Tid.År=2020", "Borger.Personnummer=611"];
        let told = filters(&view(), &texts.map(str::to_owned), &|_| "#".to_owned());
        assert_eq!(told, ["Borger.Personnummer=#", "Tid.År=2020", HIDDEN]);
    }
}
