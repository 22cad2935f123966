//! The evaluator against a slow interpreter of a second world ([`world`]): random formulas over sets of
//! measures, of several levels, of a tree, and of what exists in the cell, worked out cell by cell from
//! the rows.

#[path = "../../tables/memory.rs"]
#[allow(dead_code, reason = "the example of the documentation is another test's")]
mod memory;
mod random;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use terning_engine::query::cellset::Special;
use terning_engine::query::names::{Names, caption};
use terning_engine::query::{Cancel, Limits, Pivot, Question, View, answer};

use random::{Asked, Formula, Set, asked};
use world::{Hierarchy, KEYS, SALES, STOCK, STORED, hierarchies, related, view};

/// Where a cell stands on a hierarchy.
#[derive(Clone, Copy)]
enum At {
    One(usize),
    /// At several members as one: the keys that they have.
    Many(u32),
}

/// Where a cell stands; on a hierarchy where nothing is said, nowhere. Measures behind the stored ones
/// are formulas.
#[derive(Clone)]
struct Spot {
    at: Vec<Option<At>>,
    measure: usize,
}

impl Spot {
    fn at(&self, hierarchy: usize, at: At) -> Spot {
        let mut spot = self.clone();
        spot.at[hierarchy] = Some(at);
        spot
    }

    fn of(&self, measure: usize) -> Spot {
        Spot { measure, ..self.clone() }
    }
}

struct Interpreter<'a> {
    asked: &'a Asked,
    shapes: Vec<Hierarchy>,
}

impl Interpreter<'_> {
    /// The keys of a dimension that a cell has. A default member holds where neither its hierarchy nor
    /// one of its levels is named.
    fn keys(&self, spot: &Spot, dimension: usize) -> u32 {
        let own = self.shapes.iter().enumerate().filter(|(_, one)| one.dimension == dimension);
        own.fold((1 << KEYS[dimension]) - 1, |keys, (own, shape)| match spot.at[own] {
            Some(At::One(member)) => keys & shape.members[member].keys,
            Some(At::Many(many)) => keys & many,
            None if self.is_named_by_level(spot, own) => keys,
            None => keys & shape.members[shape.default].keys,
        })
    }

    fn is_named_by_level(&self, spot: &Spot, hierarchy: usize) -> bool {
        let mut levels = self.shapes.iter().zip(&spot.at);
        levels.any(|(one, at)| one.level_of == Some(hierarchy) && at.is_some())
    }

    fn cell(&self, spot: &Spot) -> Option<f64> {
        match spot.measure.checked_sub(STORED.len()) {
            Some(formula) => self.value(&self.asked.formulas[formula], &spot.of(0)),
            None => self.stored(spot),
        }
    }

    /// What is stored: nothing where the cell says something of a dimension that the measure is not
    /// related to.
    fn stored(&self, spot: &Spot) -> Option<f64> {
        let dimensions = related(spot.measure);
        let is_unsaid = |(shape, at): (&Hierarchy, &Option<At>)| match at {
            None => true,
            Some(At::One(member)) => *member == shape.default || shape.members[*member].depth == 0,
            Some(At::Many(_)) => false,
        };
        let mut others = self.shapes.iter().zip(&spot.at);
        if !others.all(|both| dimensions.contains(&both.0.dimension) || is_unsaid(both)) {
            return None;
        }
        let keys = dimensions.map(|dimension| self.keys(spot, dimension));
        let is_in = |row: &[usize]| keys.iter().zip(row).all(|(keys, key)| keys & 1 << key != 0);
        let (mut rows, mut units, mut goods) = (0, 0, BTreeSet::new());
        if spot.measure < 2 {
            for row in SALES.iter().filter(|row| is_in(&row[..])) {
                rows += 1;
                goods.insert(row[2]);
            }
        } else {
            for row in STOCK.iter().filter(|row| is_in(&row[..3])) {
                (rows, units) = (rows + 1, units + row[3]);
                goods.insert(row[1]);
            }
        }
        let value = [rows, goods.len(), units, goods.len()][spot.measure];
        (rows > 0).then_some(value as f64)
    }

    fn value(&self, formula: &Formula, spot: &Spot) -> Option<f64> {
        let at_each = |set: &Set, of: &dyn Fn(&Spot) -> Option<f64>| {
            let (own, members) = (set.hierarchy(), self.members(set, spot));
            let spots = members.into_iter().map(|member| spot.at(own, At::One(member)));
            spots.filter_map(|spot| of(&spot)).collect::<Vec<f64>>()
        };
        let sum = |values: Vec<f64>| values.into_iter().reduce(|sum, one| sum + one);
        match formula {
            Formula::Number(number) => Some(f64::from(*number)),
            Formula::Measure(measure) => self.cell(&spot.of(*measure)),
            Formula::At(measure, own, member) => {
                self.cell(&spot.of(*measure).at(*own, At::One(*member)))
            }
            Formula::Two(sign, left, right) => {
                two(*sign, self.value(left, spot), self.value(right, spot))
            }
            Formula::If(test, yes, no) => {
                let holds = self.value(test, spot).is_some_and(|value| value != 0.0);
                self.value(if holds { yes } else { no }, spot)
            }
            Formula::Sum(set, of) => sum(at_each(set, &|spot| self.value(of, spot))),
            Formula::OfMeasures(name, measures, set) => {
                let of = |measure: &usize| match set {
                    Some(set) => at_each(set, &|spot| self.cell(&spot.of(*measure))),
                    None => self.cell(&spot.of(*measure)).into_iter().collect(),
                };
                let values = measures.iter().flat_map(of).collect::<Vec<f64>>();
                if *name == "Max" { values.into_iter().reduce(f64::max) } else { sum(values) }
            }
            Formula::Count(set) => Some(self.members(set, spot).len() as f64),
            Formula::Aggregate(set, measure) => {
                let (own, members) = (set.hierarchy(), self.members(set, spot));
                let at = match members[..] {
                    [] => return None,
                    [only] => At::One(only),
                    _ => At::Many(
                        members
                            .iter()
                            .fold(0, |keys, &member| keys | self.shapes[own].members[member].keys),
                    ),
                };
                self.cell(&spot.of(*measure).at(own, at))
            }
        }
    }

    /// The members of a set, looked at from a cell.
    fn members(&self, set: &Set, spot: &Spot) -> Vec<usize> {
        let own = set.hierarchy();
        let shape = &self.shapes[own];
        let of_level = |depth: usize| {
            let all = 0..shape.members.len();
            all.filter(move |&member| shape.members[member].depth == depth).collect()
        };
        match set {
            Set::Members(_) => (0..shape.members.len()).collect(),
            Set::Level(_, depth) => of_level(*depth),
            Set::Listed(_, members) => members.clone(),
            Set::Children(_) => {
                let current = match spot.at[own] {
                    Some(At::One(member)) => &shape.members[member],
                    _ => &shape.members[shape.default],
                };
                let below: Vec<usize> = of_level(current.depth + 1);
                let is_own = |member: &usize| shape.members[*member].keys & current.keys != 0;
                below.into_iter().filter(is_own).collect()
            }
            Set::Existing(of) => {
                let keys = self.keys(spot, shape.dimension);
                let exists = |member: &usize| shape.members[*member].keys & keys != 0;
                self.members(of, spot).into_iter().filter(exists).collect()
            }
            Set::Filter(of, holds) => {
                let holds = |member: &usize| {
                    let value = self.value(holds, &spot.at(own, At::One(*member)));
                    value.is_some_and(|value| value != 0.0)
                };
                self.members(of, spot).into_iter().filter(holds).collect()
            }
            Set::Top(of, count, by) => {
                let by = |member: usize| {
                    let value = self.value(by, &spot.at(own, At::One(member)));
                    (value.unwrap_or(0.0), value.is_some(), member)
                };
                let mut all: Vec<_> = self.members(of, spot).into_iter().map(by).collect();
                all.sort_by(|left, right| {
                    (right.0, right.1).partial_cmp(&(left.0, left.1)).unwrap()
                });
                all.into_iter().take(*count).map(|(_, _, member)| member).collect()
            }
        }
    }

    /// All cells that are not empty, by the captions of their members.
    fn cells(&self) -> BTreeMap<String, f64> {
        let mut slicer = Spot { at: vec![None; self.shapes.len()], measure: 0 };
        if let Some((own, member)) = self.asked.slicer {
            slicer = slicer.at(own, At::One(member));
        }
        let mut rows = vec![(slicer.clone(), String::new())];
        for set in &self.asked.rows {
            let (own, shape) = (set.hierarchy(), &self.shapes[set.hierarchy()]);
            let members = self.members(set, &slicer);
            let at = |(spot, name): &(Spot, String)| {
                let at = |&member: &usize| {
                    let name = format!("{name} {}", shape.members[member].name);
                    (spot.at(own, At::One(member)), name)
                };
                members.iter().map(at).collect::<Vec<_>>()
            };
            rows = rows.iter().flat_map(at).collect();
        }
        let mut cells = BTreeMap::new();
        let exists = |spot: &Spot| (0..KEYS.len()).all(|one| self.keys(spot, one) != 0);
        for (spot, name) in rows.iter().filter(|(spot, _)| exists(spot)) {
            for (measure, caption) in STORED.into_iter().chain(["m1", "m2"]).enumerate() {
                if let Some(value) = self.cell(&spot.of(measure)) {
                    cells.insert(format!("{caption}{name}"), value);
                }
            }
        }
        cells
    }
}

/// Arithmetic and comparisons of what may be empty.
fn two(sign: char, left: Option<f64>, right: Option<f64>) -> Option<f64> {
    let truth = |holds: bool| Some(f64::from(u8::from(holds)));
    match (sign, left, right) {
        ('>', left, right) => truth(left.unwrap_or(0.0) > right.unwrap_or(0.0)),
        ('=', left, right) => truth(left.unwrap_or(0.0) == right.unwrap_or(0.0)),
        ('+', None, other) | ('+' | '-', other, None) => other,
        ('-', None, Some(right)) => Some(-right),
        ('+', Some(left), Some(right)) => Some(left + right),
        ('-', Some(left), Some(right)) => Some(left - right),
        ('*', Some(left), Some(right)) => Some(left * right),
        ('/', Some(left), Some(right)) if right != 0.0 => Some(left / right),
        _ => None,
    }
}

/// The cells of the engine's answer that are not empty, and the captions of its rows.
fn engine(view: &View, text: &str) -> (BTreeMap<String, f64>, Vec<String>) {
    ask(view, &Question::Mdx(text), text)
}

fn ask(view: &View, question: &Question<'_>, text: &str) -> (BTreeMap<String, f64>, Vec<String>) {
    let views = [view.clone()];
    let found = answer(&views, question, &Limits::default(), &Cancel::default());
    let found = found.unwrap_or_else(|error| panic!("{text}: {error}")).cells;
    let is_truth = |special: &Special| matches!(special, Special::Truth(_));
    assert!(found.special.values().all(is_truth), "{text}: {:?}", found.special);
    let names = Names::new(view.cube(), &found.own);
    let position = |axis: usize, at: usize| {
        let axis = &found.axes[axis];
        let members = axis.columns.iter().zip(axis.position(at));
        let captions = members.map(|(own, member)| caption(names, *own, *member).to_owned());
        captions.collect::<Vec<String>>().join(" ")
    };
    let count = found.axes[0].count;
    let cells = found.ordinals.iter().zip(&found.values).map(|(&ordinal, &value)| {
        let (column, row) = (ordinal as usize % count, ordinal as usize / count);
        (format!("{} {}", position(0, column), position(1, row)), value)
    });
    (cells.collect(), (0..found.axes[1].count).map(|row| position(1, row)).collect())
}

fn is_stored(cell: &str) -> bool {
    STORED.iter().any(|measure| cell.split(' ').next() == Some(measure))
}

/// A pivot that names a level of the hierarchy with a default is about all years, with a calculated
/// measure as without.
#[test]
fn a_pivot_by_a_level_is_of_all_years() {
    let view = view();
    let mut expected = BTreeMap::new();
    for (quarter, lines) in [
        ("2023K1", 2.0),
        ("2023K2", 2.0),
        ("2023K4", 1.0),
        ("2024K1", 2.0),
        ("2024K3", 1.0),
        ("2024K4", 1.0),
    ] {
        expected.insert(format!("Linjer {quarter}"), lines);
        expected.insert(format!("Dobbelt {quarter}"), 2.0 * lines);
    }
    let pivot = |measures: &[&str]| Pivot {
        cube: "Former".to_owned(),
        rows: vec!["Tid.Kvartal".to_owned()],
        measures: measures.iter().map(|&name| name.to_owned()).collect(),
        ..Pivot::default()
    };
    let both = pivot(&["Linjer", "Dobbelt"]);
    assert_eq!(ask(&view, &Question::Pivot(&both), "both").0, expected);
    expected.retain(|cell, _| is_stored(cell));
    let stored = pivot(&["Linjer"]);
    assert_eq!(ask(&view, &Question::Pivot(&stored), "stored").0, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn whole_frames_give_what_single_cells_give(asked in asked()) {
        let expected = Interpreter { asked: &asked, shapes: hierarchies() }.cells();
        let text = asked.text(true, asked.non_empty);
        prop_assert_eq!(engine(&view(), &text).0, expected, "{}", text);
    }

    #[test]
    fn a_stored_cell_is_the_same_beside_a_formula(asked in asked()) {
        let view = view();
        let (mut beside, _) = engine(&view, &asked.text(true, false));
        beside.retain(|cell, _| is_stored(cell));
        let text = asked.text(false, false);
        prop_assert_eq!(beside, engine(&view, &text).0, "{}", asked.text(true, false));
    }

    #[test]
    fn non_empty_leaves_out_what_is_empty_and_nothing_else(asked in asked()) {
        let view = view();
        let (all, rows) = engine(&view, &asked.text(true, false));
        let (left, kept) = engine(&view, &asked.text(true, true));
        prop_assert_eq!(&left, &all, "{}", asked.text(true, true));
        let has = |row: &String| all.keys().any(|cell| cell.split_once(' ').unwrap().1 == row);
        let filled: Vec<String> = rows.into_iter().filter(has).collect();
        prop_assert_eq!(kept, filled, "{}", asked.text(true, true));
    }
}
