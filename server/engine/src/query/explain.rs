//! Why a figure is what it is: a cell's measure as reported, and recounted after each rule.
//!
//! Another, hidden cube has the same dimensions and measures, and every record in every *step*: as
//! reported, after the first rule, after the first two, and so on. A step of the explanation is the
//! cell asked of it with a condition on the step; so every measure of every cell can be explained,
//! and the steps end at the cell. What a rule has touched in the cell are the records of either of
//! two neighbouring steps that the rule has changed.

use std::sync::Arc;

use cube_schema::schema::{Explain, Noun};

use super::bound::Condition;
use super::disclose;
use super::error::{ErrorKind, QueryError};
use super::table::Table;
use super::told::{self, Told};
use super::view::View;
use super::{Cancel, CellSet, Limits, Pivot, answer, bind, run};
use crate::cube::Cube;
use crate::cube::dimension::same;

/// What is said of a difference that a caller's own records do not explain.
pub const UNEXPLAINED: &str = "forskel, som kommunens egne indberetninger ikke forklarer";

/// A question for an explanation, in the words it is written with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExplainCell {
    /// The cube.
    pub cube: String,
    /// The conditions that make the cell; all must hold.
    pub filters: Vec<String>,
    /// The measure; the default measure where it is empty.
    pub measure: String,
}

/// How a cell came about.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Which of the views was asked.
    pub view: usize,
    /// The steps, in order; their changes add up to the cell.
    pub steps: Vec<Step>,
    /// The measure that is explained.
    pub measure: String,
    unit: String,
    decimals: u8,
    /// Whether the steps are those of the caller's own records alone.
    pub own: bool,
    /// The parts of the formula that was asked for; none where it is no formula.
    pub parts: Vec<String>,
    /// How many municipalities of the cell are behind.
    pub behind: u32,
    /// What people call the records and the entities that a step touches.
    pub nouns: [Noun; 2],
}

/// A step of an explanation.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The rule; empty where it is none.
    pub rule: String,
    /// What people read.
    pub caption: String,
    /// The measure after it; `None` where no record is active.
    pub value: Option<f64>,
    /// How much the step has changed the measure; nothing counts as 0.
    pub change: Option<f64>,
    /// Records of the cell, before or after, that the rule has changed.
    pub records: Option<f64>,
    /// Entities (citizens) that they are about.
    pub entities: Option<f64>,
}

/// Explains a cell of one of several cubes.
///
/// # Errors
/// A name that does not exist, a cube that is not explained, or the question was cancelled.
pub fn explain(
    views: &[View],
    asked: &ExplainCell,
    within: (&Limits, &Cancel),
) -> Result<Explained, QueryError> {
    let told = explainable(views, asked, within)?;
    let (at, view) = (told.view, &views[told.view]);
    disclose::refuse(view, "forklaringer af tal")?;
    let how = view.cube().explain.as_ref();
    let (how, hidden) = how
        .and_then(|how| Some((how, hidden(views, how)?)))
        .ok_or_else(|| not_explained(view.cube()))?;
    if view.of_records().is_restricted() && !hidden.is_restricted() {
        return Err(withheld(view.cube()));
    }
    let measure = view.cube().measure(told.measure);
    let own = hidden.is_restricted();
    let filters = if own { told.filters_of_own() } else { &told.filters };
    let (late, early) = split(view, how, filters)?;
    let waterfall = Waterfall { how, hidden, early, measure: &measure.name, within };
    let mut steps = waterfall.steps()?;
    if !late.is_empty() {
        steps.push(waterfall.last(&late, steps.last())?);
    }
    let whole = ask(view, &cell(&view.cube().name, &told.filters, &measure.name), within)?;
    if own && !view.is_restricted() {
        steps.push(rest(&steps, whole.value(0)));
    }
    Ok(Explained {
        view: at,
        steps,
        measure: measure.name.clone(),
        unit: measure.unit.clone(),
        decimals: measure.decimals,
        own,
        parts: told.parts,
        behind: whole.behind,
        nouns: nouns(view.cube(), told.measure.group),
    })
}

/// The measure that is asked for, or the first that its formula is made of that can be explained.
fn explainable(
    views: &[View],
    asked: &ExplainCell,
    within: (&Limits, &Cancel),
) -> Result<Told, QueryError> {
    let at = answer::find(views, &asked.cube)?;
    // What the asked cube does not have is refused here, whichever cube then explains.
    asked.filters.iter().try_for_each(|filter| bind::condition(&views[at], filter).map(drop))?;
    let all = told::all(views, at, &asked.measure, &asked.filters, &[])?;
    let is_explained = |told: &&Told| views[told.view].cube().explain.is_some();
    match all.iter().find(is_explained) {
        Some(told) => told.clone().within_sets(views, at, (&asked.filters, &[]), within),
        None => Err(not_by_rules(views, at, &asked.measure)),
    }
}

impl Explained {
    /// The steps as a table.
    #[must_use]
    pub fn table(&self) -> Table {
        let mut table = Table::default();
        table.text("Regel", self.steps.iter().map(|step| Arc::from(step.rule.as_str())));
        table.text("Trin", self.steps.iter().map(|step| Arc::from(step.caption.as_str())));
        let (unit, decimals) = (&self.unit, self.decimals);
        table.number(&self.measure, unit, decimals, self.steps.iter().map(|step| step.value));
        table.number("Ændring", unit, decimals, self.steps.iter().map(|step| step.change));
        let [records, entities] = self.nouns.each_ref().map(|noun| format!("Berørte {}", noun.1));
        table.number(&records, "", 0, self.steps.iter().map(|step| step.records));
        table.number(&entities, "", 0, self.steps.iter().map(|step| step.entities));
        table
    }
}

/// What people call the records and the entities of a group.
fn nouns(cube: &Cube, group: usize) -> [Noun; 2] {
    let group = &cube.groups[group];
    let entities = || Noun("enhed".to_owned(), "enheder".to_owned(), "enhederne".to_owned());
    [group.record_noun.clone(), group.entity_noun.clone().unwrap_or_else(entities)]
}

/// A rule, and the step in which it alone is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Without {
    /// The rule's id.
    pub rule: String,
    /// What people read.
    pub caption: String,
    step: String,
}

/// The rules that figures of a cube can be recounted without. None where the caller sees some of
/// the records only: what the rules do to others would be told.
#[must_use]
pub fn rules(views: &[View], cube: &str) -> Vec<Without> {
    let Ok(at) = answer::find(views, cube) else { return Vec::new() };
    let how = views[at].cube().explain.as_ref();
    let Some((how, hidden)) = how.and_then(|how| Some((how, hidden(views, how)?))) else {
        return Vec::new();
    };
    let some = hidden.is_restricted() || views[at].of_records().is_restricted();
    let Some(without) = how.without.as_ref().filter(|_| !some) else {
        return Vec::new();
    };
    let steps = path(hidden.cube(), how, without).into_iter();
    steps.map(|(step, rule, caption)| Without { rule, caption, step }).collect()
}

/// Answers a pivot as it would be without a rule.
///
/// # Errors
/// As an answer with it.
pub fn answer_without(
    views: &[View],
    pivot: &Pivot,
    rule: &Without,
    within: (&Limits, &Cancel),
) -> Result<(usize, CellSet), QueryError> {
    let at = answer::find(views, &pivot.cube)?;
    let cube = views[at].cube();
    let how = cube.explain.as_ref().ok_or_else(|| not_explained(cube))?;
    let explains = views.iter().position(|view| view.cube().name == how.cube);
    let explains = explains.ok_or_else(|| not_explained(cube))?;
    let mut pivot = Pivot { cube: how.cube.clone(), ..pivot.clone() };
    pivot.filters.push(condition(&how.steps, &how.step, &[&rule.step]));
    Ok((explains, ask(&views[explains], &pivot, within)?))
}

/// The view of the cube that explains.
pub(super) fn hidden<'a>(views: &'a [View], how: &Explain) -> Option<&'a View> {
    views.iter().find(|view| view.cube().name == how.cube)
}

fn not_explained(cube: &Cube) -> QueryError {
    let message = format!("tallene i kuben '{}' kan ikke forklares", cube.name);
    QueryError::new(ErrorKind::Invalid, message)
        .hint("kun det, som reglerne kan ændre, forklares trin for trin")
}

/// A measure that no rule changes; the measures of the cube that can be explained are named.
fn not_by_rules(views: &[View], at: usize, measure: &str) -> QueryError {
    let cube = views[at].cube();
    let explained = |name: &&str| {
        let told = told::all(views, at, name, &[], &[]).unwrap_or_default();
        told.iter().any(|told| views[told.view].cube().explain.is_some())
    };
    let stored = cube.listed_measures().map(|found| cube.measure(found).name.as_str());
    let calculated = cube.calculated.iter().filter(|measure| measure.visible);
    let names = stored.chain(calculated.map(|measure| measure.name.as_str()));
    let names: Vec<String> = names.filter(explained).map(str::to_owned).collect();
    if names.is_empty() {
        return not_explained(cube);
    }
    let name = match measure.trim() {
        "" => cube.groups[0].measures[0].name.as_str(),
        name => name,
    };
    let message =
        format!("målet '{name}' ændres ikke af reglerne og kan ikke forklares trin for trin");
    QueryError::new(ErrorKind::Invalid, message).hint(format!(
        "se rækkerne bag med terning drill --measure '{name}', eller forklar et af målene: {}",
        names.join("; ")
    ))
}

/// That the caller lacks what tells of its own records alone.
pub(super) fn withheld(cube: &Cube) -> QueryError {
    let message =
        format!("rollen giver ikke adgang til at se de enkelte ydelser bag kuben '{}'", cube.name);
    QueryError::new(ErrorKind::Invalid, message).hint(
        "rollen ser kun nogle af ydelserne; den skal også have den kube, som forklarer dem, med de \
         samme rækker",
    )
}

/// The conditions on the dimension that is the last step, and the others.
fn split(
    view: &View,
    how: &Explain,
    filters: &[String],
) -> Result<(Vec<String>, Vec<String>), QueryError> {
    let (mut late, mut early) = (Vec::new(), Vec::new());
    for filter in filters {
        let condition = bind::condition(view, filter)?;
        let name = &view.cube().dimensions[condition.dimension].name;
        let is_late = how.last.as_ref().is_some_and(|last| same(last, name));
        if is_late { &mut late } else { &mut early }.push(filter.clone());
    }
    Ok((late, early))
}

/// One cell.
fn cell(cube: &str, filters: &[String], measure: &str) -> Pivot {
    Pivot {
        cube: cube.to_owned(),
        filters: filters.to_vec(),
        measures: vec![measure.to_owned()],
        empty: true,
        ..Pivot::default()
    }
}

fn ask(
    view: &View,
    pivot: &Pivot,
    (limits, cancel): (&Limits, &Cancel),
) -> Result<CellSet, QueryError> {
    run(view, &bind::pivot(view, pivot)?, limits, cancel)
}

/// A condition on a field.
pub(super) fn condition(dimension: &str, field: &str, values: &[&str]) -> String {
    let quoted = values.iter().map(|value| format!("\"{}\"", value.replace('"', "\"\"")));
    format!("{dimension}.{field}={}", quoted.collect::<Vec<_>>().join(","))
}

/// The steps of a path, in order: key, rule and caption.
pub(super) fn path(cube: &Cube, how: &Explain, path: &str) -> Vec<(String, String, String)> {
    let Some(shape) = cube.find_dimension(&how.steps).map(|at| &cube.dimensions[at]) else {
        return Vec::new();
    };
    let field = |name: &str| shape.find_field(name).map(|at| &shape.fields[at]);
    let (Some(step), Some(caption), Some(of_path), Some(rule)) =
        (field(&how.step), field(&how.caption), field(&how.path), field(&how.rule))
    else {
        return Vec::new();
    };
    let key = |field: &crate::cube::Field, at: usize| {
        field.keys.get(field.member_of_key[at] as usize).to_owned()
    };
    let mut steps = Vec::new();
    for at in (0..shape.key_count).filter(|&at| key(of_path, at) == path) {
        let rule = if rule.unknown == Some(rule.member_of_key[at]) {
            String::new()
        } else {
            key(rule, at)
        };
        let caption = caption.captions.get(caption.member_of_key[at] as usize).to_owned();
        let is_last = how.until.as_ref() == Some(&rule);
        steps.push((key(step, at), rule, caption));
        if is_last {
            break;
        }
    }
    steps
}

/// A cell in its steps.
struct Waterfall<'a> {
    how: &'a Explain,
    hidden: &'a View,
    early: Vec<String>,
    measure: &'a str,
    within: (&'a Limits, &'a Cancel),
}

impl Waterfall<'_> {
    fn steps(&self) -> Result<Vec<Step>, QueryError> {
        let path = self.path();
        let values = self.values(&path)?;
        let mut steps: Vec<Step> = Vec::with_capacity(path.len());
        for (at, ((key, rule, caption), value)) in path.iter().zip(values).enumerate() {
            let touched = match at.checked_sub(1) {
                None => [None; 2],
                Some(before) => self.touched(&path[before].0, key)?.map(Some),
            };
            steps.push(Step {
                rule: rule.clone(),
                caption: caption.clone(),
                value,
                change: steps.last().map(|before| difference(value, before.value)),
                records: touched[0],
                entities: touched[1],
            });
        }
        Ok(steps)
    }

    fn path(&self) -> Vec<(String, String, String)> {
        let own = self.hidden.is_restricted();
        let name = if own { &self.how.own } else { &self.how.all };
        path(self.hidden.cube(), self.how, name)
    }

    /// The measure after each step.
    fn values(&self, path: &[(String, String, String)]) -> Result<Vec<Option<f64>>, QueryError> {
        let values =
            path.iter().map(|(key, ..)| Ok(self.at(&[key], &[], &[self.measure])?.value(0)));
        values.collect()
    }

    /// Records and entities of either step that the second has changed.
    fn touched(&self, before: &str, step: &str) -> Result<[f64; 2], QueryError> {
        let touched = condition(&self.how.touched, &self.how.step, &[step]);
        self.counts(&[before, step], &[touched])
    }

    fn counts(&self, steps: &[&str], more: &[String]) -> Result<[f64; 2], QueryError> {
        let counted = self.at(steps, more, &[&self.how.records, &self.how.entities])?;
        Ok([0, 1].map(|measure| counted.value(measure).unwrap_or_default()))
    }

    /// The cell in some steps, with further conditions.
    fn at(
        &self,
        steps: &[&str],
        more: &[String],
        measures: &[&str],
    ) -> Result<CellSet, QueryError> {
        let step = condition(&self.how.steps, &self.how.step, steps);
        let filters = [self.early.as_slice(), &[step], more].concat();
        let mut pivot = cell(&self.how.cube, &filters, self.measure);
        pivot.measures = measures.iter().map(|&measure| measure.to_owned()).collect();
        ask(self.hidden, &pivot, self.within)
    }

    /// The last step: the conditions that were left out so far.
    fn last(&self, late: &[String], before: Option<&Step>) -> Result<Step, QueryError> {
        let path = self.path();
        let key = path.last().map_or("", |(key, ..)| key.as_str());
        let value = self.at(&[key], late, &[self.measure])?.value(0);
        let [records, entities] = match left_out(self.hidden, late)? {
            Some(left_out) => self.counts(&[key], &[left_out])?,
            None => [0.0; 2],
        };
        Ok(Step {
            rule: String::new(),
            caption: self.captions(late)?,
            value,
            change: before.map(|before| difference(value, before.value)),
            records: Some(records),
            entities: Some(entities),
        })
    }
}

impl Waterfall<'_> {
    /// What conditions say: the dimension, and the members that are left.
    fn captions(&self, conditions: &[String]) -> Result<String, QueryError> {
        let said = conditions.iter().map(|text| {
            let condition = bind::condition(self.hidden, text)?;
            let shape = &self.hidden.cube().dimensions[condition.dimension];
            let captions = &shape.fields[condition.field].captions;
            let members = condition.members.iter().map(|&member| captions.get(member as usize));
            let members = members.collect::<Vec<_>>().join(", ");
            let except = if condition.except { "ikke " } else { "" };
            Ok(format!("{}: {except}{members}", shape.name))
        });
        Ok(said.collect::<Result<Vec<_>, QueryError>>()?.join(" og "))
    }
}

/// The members of a dimension that conditions on it leave out together, as a condition; `None` where
/// they leave out none.
fn left_out(view: &View, conditions: &[String]) -> Result<Option<String>, QueryError> {
    let bound = conditions.iter().map(|text| bind::condition(view, text));
    let bound = bound.collect::<Result<Vec<Condition>, _>>()?;
    let Some(first) = bound.first() else { return Ok(None) };
    let shape = &view.cube().dimensions[first.dimension];
    let holds = |key: usize, one: &Condition| {
        one.members.contains(&shape.fields[one.field].member_of_key[key]) != one.except
    };
    let left_out = (0..shape.key_count).filter(|&key| !bound.iter().all(|one| holds(key, one)));
    let Some(finest) = shape.fields.iter().max_by_key(|field| field.keys.len()) else {
        return Ok(None);
    };
    let members = left_out.map(|key| finest.member_of_key[key] as usize);
    let members = members.filter(|&member| member < finest.keys.len());
    let mut members: Vec<&str> = members.map(|member| finest.keys.get(member)).collect();
    members.sort_unstable();
    members.dedup();
    Ok((!members.is_empty()).then(|| condition(&shape.name, &finest.name, &members)))
}

/// What the caller's own records do not explain of a cell.
fn rest(steps: &[Step], whole: Option<f64>) -> Step {
    let before = steps.last().and_then(|step| step.value);
    Step {
        rule: String::new(),
        caption: UNEXPLAINED.to_owned(),
        value: whole,
        change: Some(difference(whole, before)),
        records: None,
        entities: None,
    }
}

fn difference(after: Option<f64>, before: Option<f64>) -> f64 {
    after.unwrap_or_default() - before.unwrap_or_default()
}
