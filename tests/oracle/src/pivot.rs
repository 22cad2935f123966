//! From a question to cells.
//!
//! A position is a list of slots, one per field: the rank of a member, or `TOTAL`. The records are
//! put into groups by the slots of the fields that a record alone decides; Tid, Godkendt and Alder
//! are judged for each record in each cell.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Result, bail};

use crate::cube::{Content, Cube, Fact, GREATEST_AGE};
use crate::day::age_on;
use crate::dimension::Kind;
use crate::key_figures::{KeyCell, KeyFigures, KeyMeasure};
use crate::measure::{Active, Measure, values};
use crate::municipality::UKENDT;
use crate::period::{Approval, Period, activity};
use crate::question::{Asked, Pivot, read};

/// The member `I alt`; sorts after all others.
const TOTAL: u32 = u32::MAX;

/// A slot that nothing has been put into.
const EMPTY: u32 = u32::MAX - 1;

/// The slots of some fields, columns before rows.
type Slots = Vec<u32>;

/// The answer. `cells[row][column]` is None where the cell is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellSet {
    /// The captions of each column position, the measure last.
    pub columns: Vec<Vec<String>>,
    /// The captions of each row position.
    pub rows: Vec<Vec<String>>,
    /// The values.
    pub cells: Vec<Vec<Option<f64>>>,
}

/// Answers a question on a cube.
pub(crate) fn answer(cube: &Cube, question: &Pivot) -> Result<CellSet> {
    let plan = Plan::new(cube, question)?;
    let groups = plan.group_facts();
    let columns = plan.positions(&plan.column_places(), &groups);
    let rows = plan.positions(&plan.row_places(), &groups);

    let mut periods = HashMap::new();
    let mut cells: Vec<Vec<Option<f64>>> = Vec::new();
    for row in &rows {
        let mut line = Vec::new();
        for column in &columns {
            let slots: Slots = column.iter().chain(row).copied().collect();
            let period =
                periods.entry(plan.only(Kind::Tid, &slots)).or_insert_with(|| plan.period(&slots));
            line.extend(plan.cell(&slots, &groups, period.as_ref()));
        }
        cells.push(line);
    }
    let set =
        CellSet { columns: plan.column_captions(&columns), rows: plan.row_captions(&rows), cells };
    Ok(if question.empty { set } else { without_empty(&set) })
}

/// The places of the records of the one cell that the filters describe.
pub(crate) fn places_in_cell(cube: &Cube, question: &Pivot) -> Result<Vec<usize>> {
    let measures = vec!["Antal Ydelser".to_owned()];
    let plan = Plan::new(cube, &Pivot { measures, ..question.clone() })?;
    let Some(period) = plan.period(&[]) else { return Ok(Vec::new()) };
    let active = plan.active(&[], &plan.group_facts(), &period);
    Ok(active.iter().map(|one| one.fact.place).collect())
}

/// A field on an axis.
#[derive(Clone, Copy)]
struct FieldOnAxis {
    dimension: usize,
    field: usize,
}

/// The question, with names looked up.
struct Plan<'a> {
    cube: &'a Cube,
    /// For each dimension, for each key: do all conditions on the dimension hold?
    selected: Vec<Vec<bool>>,
    /// Whether a condition or an axis names the dimension.
    used: Vec<bool>,
    /// Whether a condition names it.
    conditioned: Vec<bool>,
    /// Column fields, then row fields.
    fields: Vec<FieldOnAxis>,
    column_count: usize,
    measures: Vec<String>,
    /// The records' measures, or the key figures', in the same order.
    counted: Counted,
    totals: bool,
    empty: bool,
}

/// The measures of a question.
enum Counted {
    Records(Vec<Measure>),
    KeyFigures(Vec<KeyMeasure>),
}

impl Counted {
    fn named(cube: &Cube, names: &[String]) -> Result<Counted> {
        Ok(match cube.content {
            Content::Records(..) => Counted::Records(
                names.iter().map(|name| Measure::named(name)).collect::<Result<_>>()?,
            ),
            Content::KeyFigures(_) => Counted::KeyFigures(
                names.iter().map(|name| KeyMeasure::named(name)).collect::<Result<_>>()?,
            ),
        })
    }
}

/// The facts that lie at the slots of the fields that a record decides; the other slots are `EMPTY`.
type Groups<'a> = HashMap<Slots, Vec<&'a Fact>>;

impl<'a> Plan<'a> {
    fn new(cube: &'a Cube, question: &Pivot) -> Result<Plan<'a>> {
        let selected =
            cube.dimensions.iter().map(|dimension| vec![true; dimension.key_count()]).collect();
        let mut plan = Plan {
            cube,
            selected,
            used: vec![false; cube.dimensions.len()],
            fields: Vec::new(),
            column_count: question.columns.len(),
            measures: question.measures.clone(),
            counted: Counted::named(cube, &question.measures)?,
            conditioned: vec![false; cube.dimensions.len()],
            totals: question.totals,
            empty: question.empty,
        };
        for text in &question.filters {
            let asked = read(text)?;
            if asked.condition.is_none() {
                bail!("the filter {text:?} has no condition");
            }
            plan.look_up(&asked)?;
        }
        for text in question.columns.iter().chain(&question.rows) {
            let field = plan.look_up(&read(text)?)?;
            plan.fields.push(field);
        }
        if question.measures.is_empty() {
            bail!("the question has no measure");
        }
        Ok(plan)
    }

    /// Finds the field, and lets its condition narrow the keys of its dimension.
    fn look_up(&mut self, asked: &Asked) -> Result<FieldOnAxis> {
        let place = self.cube.dimension(&asked.dimension)?;
        let dimension = &self.cube.dimensions[place];
        let field = dimension.field(&asked.field)?;
        self.used[place] = true;
        if let Some(condition) = &asked.condition {
            self.conditioned[place] = true;
            let holds = dimension.select(field, condition.is_one_of, &condition.values)?;
            for (selected, holds) in self.selected[place].iter_mut().zip(holds) {
                *selected &= holds;
            }
        }
        Ok(FieldOnAxis { dimension: place, field })
    }

    fn column_places(&self) -> Vec<usize> {
        (0..self.column_count).collect()
    }

    fn row_places(&self) -> Vec<usize> {
        (self.column_count..self.fields.len()).collect()
    }

    fn kind(&self, place: usize) -> Kind {
        self.cube.dimensions[self.fields[place].dimension].kind
    }

    /// The places of a dimension's fields, outer before inner.
    fn places_of(&self, dimension: usize) -> Vec<usize> {
        (0..self.fields.len()).filter(|place| self.fields[*place].dimension == dimension).collect()
    }

    /// The slots of one kind of dimension, the others `EMPTY`.
    fn only(&self, kind: Kind, slots: &[u32]) -> Slots {
        (0..slots.len())
            .map(|place| if self.kind(place) == kind { slots[place] } else { EMPTY })
            .collect()
    }

    fn no_slots(&self) -> Slots {
        vec![EMPTY; self.fields.len()]
    }

    /// `slots` with those of one key put in: once with all its members, and with totals once for
    /// each number of inner fields that are `I alt`, under members of the outer ones only.
    fn with_key(&self, slots: &[u32], dimension: usize, key: usize) -> Vec<Slots> {
        let places = self.places_of(dimension);
        let fewest_members = if self.totals { 0 } else { places.len() };
        let mut all = Vec::new();
        for members in fewest_members..=places.len() {
            let mut slots = slots.to_vec();
            for (depth, place) in places.iter().enumerate() {
                let member = self.cube.dimensions[dimension].member(key, self.fields[*place].field);
                slots[*place] = if depth < members { member } else { TOTAL };
            }
            all.push(slots);
        }
        all
    }

    /// `slots` with `I alt` in every field of a dimension.
    fn with_totals(&self, slots: &[u32], dimension: usize) -> Slots {
        let places = self.places_of(dimension);
        (0..slots.len()).map(|at| if places.contains(&at) { TOTAL } else { slots[at] }).collect()
    }

    /// The groups of the facts that fulfil all conditions a record alone decides. A fact is once in
    /// each group.
    fn group_facts(&self) -> Groups<'a> {
        let mut groups: Groups<'a> = HashMap::new();
        for fact in self.cube.facts() {
            if self.fulfils_conditions(fact) {
                for slots in self.slots_of(fact) {
                    groups.entry(slots).or_default().push(fact);
                }
            }
        }
        groups
    }

    /// A record qualifies if it has one of the selected keys in each dimension.
    fn fulfils_conditions(&self, fact: &Fact) -> bool {
        let dimensions = self
            .cube
            .dimensions
            .iter()
            .enumerate()
            .filter(|(_, dimension)| dimension.kind == Kind::Record);
        dimensions
            .into_iter()
            .all(|(place, _)| fact.keys[place].iter().any(|key| self.selected[place][*key]))
    }

    /// All slots at which a fact lies: for each dimension on the axes, each of its selected keys.
    fn slots_of(&self, fact: &Fact) -> BTreeSet<Slots> {
        let mut all = BTreeSet::from([self.no_slots()]);
        for (place, dimension) in self.cube.dimensions.iter().enumerate() {
            if dimension.kind == Kind::Record && !self.places_of(place).is_empty() {
                let keys: Vec<usize> = fact.keys[place]
                    .iter()
                    .copied()
                    .filter(|key| self.selected[place][*key])
                    .collect();
                all = self.with_each_key(&all, place, &keys);
            }
        }
        all
    }

    fn with_each_key(
        &self,
        all: &BTreeSet<Slots>,
        dimension: usize,
        keys: &[usize],
    ) -> BTreeSet<Slots> {
        let has_no_members = self.cube.dimensions[dimension].key_count() == 0;
        if has_no_members && self.totals {
            return all.iter().map(|slots| self.with_totals(slots, dimension)).collect();
        }
        let of_key = |slots: &Slots, key: &usize| self.with_key(slots, dimension, *key);
        all.iter().flat_map(|slots| keys.iter().flat_map(move |key| of_key(slots, key))).collect()
    }

    /// The positions of an axis in order. With `empty` all combinations that exist; else those of
    /// the groups, combined with all of the dimensions that the cell decides.
    fn positions(&self, places: &[usize], groups: &Groups<'_>) -> Vec<Slots> {
        if places.is_empty() {
            return vec![Slots::new()];
        }
        let mut all: BTreeSet<Slots> = if self.shows_all() {
            BTreeSet::from([self.no_slots()])
        } else {
            groups.keys().map(|slots| self.keep(slots, places)).collect()
        };
        for (place, dimension) in self.cube.dimensions.iter().enumerate() {
            let is_on_axis = self.places_of(place).iter().any(|field| places.contains(field));
            if is_on_axis && (self.shows_all() || dimension.kind != Kind::Record) {
                let keys: Vec<usize> =
                    (0..dimension.key_count()).filter(|key| self.selected[place][*key]).collect();
                all = self
                    .with_each_key(&all, place, &keys)
                    .iter()
                    .map(|slots| self.keep(slots, places))
                    .collect();
            }
        }
        let of_axis: BTreeSet<Slots> =
            all.iter().map(|slots| places.iter().map(|place| slots[*place]).collect()).collect();
        of_axis.into_iter().collect()
    }

    /// Whether positions are all combinations of members, not those of the records.
    fn shows_all(&self) -> bool {
        self.empty || matches!(self.counted, Counted::KeyFigures(_))
    }

    /// The slots at some places, the others `EMPTY`.
    fn keep(&self, slots: &[u32], places: &[usize]) -> Slots {
        (0..slots.len())
            .map(|place| if places.contains(&place) { slots[place] } else { EMPTY })
            .collect()
    }

    /// The months that the conditions on Tid leave and that lie at the slots; nothing where there are none.
    fn period(&self, slots: &[u32]) -> Option<Period> {
        let tid = self.cube.dimensions.iter().position(|dimension| dimension.kind == Kind::Tid)?;
        let mut months = Vec::new();
        for (key, month) in self.cube.months.iter().enumerate() {
            if self.selected[tid][key] && self.lies_at(slots, tid, key) {
                months.push(*month);
            }
        }
        Period::of(months)
    }

    /// Does a key have the members of the slots? `I alt` asks for none.
    fn lies_at(&self, slots: &[u32], dimension: usize, key: usize) -> bool {
        let member =
            |place: &usize| self.cube.dimensions[dimension].member(key, self.fields[*place].field);
        self.places_of(dimension)
            .iter()
            .all(|place| slots[*place] == TOTAL || slots[*place] == member(place))
    }

    /// An inner member under an outer `I alt` is no combination.
    fn is_combination(&self, slots: &[u32]) -> bool {
        (0..self.cube.dimensions.len()).all(|dimension| {
            let of_dimension: Slots =
                self.places_of(dimension).iter().map(|place| slots[*place]).collect();
            of_dimension.is_sorted_by_key(|slot| *slot == TOTAL)
        })
    }

    /// The values of the measures in a cell.
    fn cell(
        &self,
        slots: &[u32],
        groups: &Groups<'a>,
        period: Option<&Period>,
    ) -> Vec<Option<f64>> {
        let (Some(period), true) = (period, self.is_combination(slots)) else {
            return vec![None; self.measures.len()];
        };
        match &self.counted {
            Counted::Records(measures) => {
                let active = self.active(slots, groups, period);
                values(measures, &active, period)
            }
            Counted::KeyFigures(measures) => {
                let cell = self.key_cell(slots, period);
                measures.iter().map(|measure| self.key_figures().value(*measure, &cell)).collect()
            }
        }
    }

    /// The records of a cell.
    fn active(&self, slots: &[u32], groups: &Groups<'a>, period: &Period) -> Vec<Active<'a>> {
        let Some(facts) = groups.get(&self.only(Kind::Record, slots)) else { return Vec::new() };
        let Content::Records(_, day_count) = &self.cube.content else { return Vec::new() };
        let allowed = self.allowed_approvals(slots);
        let aged = facts.iter().filter(|fact| self.has_age(fact, slots, period));
        aged.filter_map(|fact| activity(fact, period, allowed, *day_count)).collect()
    }

    fn key_figures(&self) -> &KeyFigures {
        match &self.cube.content {
            Content::KeyFigures(figures) => figures,
            Content::Records(..) => unreachable!("the measures are those of the cube"),
        }
    }

    /// The municipalities and services of a cell of key figures.
    fn key_cell<'p>(&self, slots: &[u32], period: &'p Period) -> KeyCell<'p> {
        let [_, kommuner, ydelser] = [0, 1, 2];
        let lies_in_cell = |dimension: usize, key: &usize| {
            self.selected[dimension][*key] && self.lies_at(slots, dimension, *key)
        };
        let keys = |dimension: usize| -> Vec<usize> {
            let all = 0..self.cube.dimensions[dimension].key_count();
            all.filter(|key| lies_in_cell(dimension, key)).collect()
        };
        let is_all_services = !self.conditioned[ydelser]
            && self.places_of(ydelser).iter().all(|place| slots[*place] == TOTAL);
        KeyCell {
            period,
            kommuner: keys(kommuner),
            services: (!is_all_services).then(|| keys(ydelser)),
        }
    }

    /// Rule G2: whether approved quarters and not approved ones belong to the cell.
    fn allowed_approvals(&self, slots: &[u32]) -> Approval {
        let dimension = self
            .cube
            .dimensions
            .iter()
            .position(|dimension| dimension.kind == Kind::Godkendt)
            .expect("both cubes have it");
        let allows = |text: &str| {
            let key =
                self.cube.dimensions[dimension].find_key(text).expect("Ja and Nej are its keys");
            self.selected[dimension][key] && self.lies_at(slots, dimension, key)
        };
        Approval { approved: allows("Ja"), not_approved: allows("Nej") }
    }

    /// The age at the last day of the cell's period, whatever Godkendt says.
    fn has_age(&self, fact: &Fact, slots: &[u32], period: &Period) -> bool {
        let place = self
            .cube
            .dimensions
            .iter()
            .position(|dimension| dimension.kind == Kind::Alder)
            .expect("both cubes have it");
        if !self.used[place] {
            return true;
        }
        let age = fact
            .birth
            .map(|birth| age_on(birth, period.last_day))
            .filter(|age| (0..=GREATEST_AGE).contains(age));
        let key = self.cube.dimensions[place]
            .key_or_ukendt(&age.map_or(UKENDT.to_owned(), |age| age.to_string()));
        self.selected[place][key] && self.lies_at(slots, place, key)
    }

    fn captions(&self, places: &[usize], slots: &[u32]) -> Vec<String> {
        let caption = |(place, slot): (&usize, &u32)| match (*slot, self.fields[*place]) {
            (TOTAL, _) => "I alt".to_owned(),
            (member, on) => {
                self.cube.dimensions[on.dimension].fields[on.field].caption(member).to_owned()
            }
        };
        places.iter().zip(slots).map(caption).collect()
    }

    fn row_captions(&self, rows: &[Slots]) -> Vec<Vec<String>> {
        rows.iter().map(|row| self.captions(&self.row_places(), row)).collect()
    }

    /// The captions of each column, for each measure.
    fn column_captions(&self, columns: &[Slots]) -> Vec<Vec<String>> {
        let mut captions = Vec::new();
        for column in columns {
            for name in &self.measures {
                let mut position = self.captions(&self.column_places(), column);
                position.push(name.clone());
                captions.push(position);
            }
        }
        captions
    }
}

/// Leaves out the positions that are empty throughout. The one position of rows without fields stays.
fn without_empty(set: &CellSet) -> CellSet {
    let is_shown =
        |row: &usize| set.rows[*row].is_empty() || set.cells[*row].iter().any(Option::is_some);
    let rows: Vec<usize> = (0..set.rows.len()).filter(is_shown).collect();
    let columns: Vec<usize> = (0..set.columns.len())
        .filter(|column| set.cells.iter().any(|line| line[*column].is_some()))
        .collect();
    CellSet {
        columns: columns.iter().map(|column| set.columns[*column].clone()).collect(),
        rows: rows.iter().map(|row| set.rows[*row].clone()).collect(),
        cells: rows
            .iter()
            .map(|row| columns.iter().map(|column| set.cells[*row][*column]).collect())
            .collect(),
    }
}
