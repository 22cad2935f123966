//! The evaluator against a slow interpreter: random formulas, sets, `WHERE` and inner `SELECT`s,
//! worked out cell by cell from the rows of `world.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use proptest::prelude::*;
use terning_engine::query::cellset::Special;
use terning_engine::query::names::caption;
use terning_engine::query::{Cancel, Limits, Question, answer};

use crate::world::{MEMBERS, Row, SERVICES, view};

const QUARTERS: [&str; 8] =
    ["2019K1", "2019K2", "2019K3", "2019K4", "2020K1", "2020K2", "2020K3", "2020K4"];
const PLACES: [&str; 4] = ["101", "102", "103", "104"];
const NAMES: [&str; 4] = ["Aby", "Bby", "Cby", "Dby"];
const CODES: [&str; 2] = ["1.1", "1.2"];
const STORED: [&str; 3] = ["Borgere", "Par", "Medlemmer"];

/// Where a cell stands on a hierarchy.
#[derive(Clone, Debug, PartialEq)]
enum At {
    All,
    One(usize),
    /// The calculated service.
    Made,
    Many(Vec<usize>),
}

/// Where a cell stands: quarter, place, service, measure. Measures behind the stored ones are
/// formulas.
#[derive(Clone, Debug)]
struct Spot {
    quarter: At,
    place: At,
    code: At,
    measure: usize,
}

#[derive(Clone, Debug)]
enum Formula {
    Number(i8),
    Measure(usize),
    /// At a place, a service, or both.
    At(usize, Option<usize>, Option<usize>),
    /// At the place before the cell's.
    Before(usize),
    Two(char, Box<Formula>, Box<Formula>),
    If(Box<Formula>, Box<Formula>, Box<Formula>),
    IsEmpty(Box<Formula>),
    Sum(Places, Box<Formula>),
    Count(Places),
    Aggregate(Places, usize),
    /// Of pairs of a place and a service.
    Pairs(Vec<(usize, usize)>, usize),
}

/// A set of places.
#[derive(Clone, Debug)]
enum Places {
    Level,
    Listed(Vec<usize>),
    Filter(Box<Places>, Box<Formula>),
    Top(Box<Places>, usize, Box<Formula>),
}

/// A question: two formulas that are measures, one that is a service, and what narrows it.
#[derive(Clone, Debug)]
struct Asked {
    first: Formula,
    second: Formula,
    service: Formula,
    orders: [i8; 3],
    sliced: Vec<usize>,
    inner: Option<Vec<usize>>,
    non_empty: bool,
}

// Random questions.

/// A formula, which may look at the place before the cell's; a set of places has none before it.
fn formula(may_look_before: bool) -> impl Strategy<Value = Formula> {
    let leaf = prop_oneof![
        (-2_i8..4).prop_map(Formula::Number),
        (0_usize..3).prop_map(Formula::Measure),
        (0_usize..3, prop::option::of(0_usize..4), prop::option::of(0_usize..2))
            .prop_map(|(measure, place, code)| Formula::At(measure, place, code)),
        (0_usize..3).prop_map(move |measure| match may_look_before {
            true => Formula::Before(measure),
            false => Formula::Measure(measure),
        }),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let two = (
            prop::sample::select(vec!['+', '-', '*', '/', '>', '=']),
            inner.clone(),
            inner.clone(),
        );
        let set = places(inner.clone());
        prop_oneof![
            two.prop_map(|(sign, left, right)| Formula::Two(sign, Box::new(left), Box::new(right))),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(test, yes, no)| Formula::If(
                Box::new(test),
                Box::new(yes),
                Box::new(no)
            )),
            inner.clone().prop_map(|of| Formula::IsEmpty(Box::new(of))),
            (set.clone(), inner).prop_map(|(set, of)| Formula::Sum(set, Box::new(of))),
            set.clone().prop_map(Formula::Count),
            (set, 0_usize..3).prop_map(|(set, measure)| Formula::Aggregate(set, measure)),
            (prop::collection::vec((0_usize..4, 0_usize..2), 1..6), 0_usize..2)
                .prop_map(|(pairs, measure)| Formula::Pairs(pairs, measure)),
        ]
    })
}

fn places(
    of: impl Strategy<Value = Formula> + Clone + 'static,
) -> impl Strategy<Value = Places> + Clone {
    let plain = prop_oneof![
        Just(Places::Level),
        prop::collection::vec(0_usize..4, 1..4).prop_map(Places::Listed),
    ];
    let plain = plain.boxed();
    prop_oneof![
        plain.clone(),
        (plain.clone(), of.clone())
            .prop_map(|(set, of)| Places::Filter(Box::new(set), Box::new(of))),
        (plain, 0_usize..4, of).prop_map(|(set, count, of)| Places::Top(
            Box::new(set),
            count,
            Box::new(of)
        )),
    ]
    .boxed()
}

fn asked() -> impl Strategy<Value = Asked> {
    (
        (formula(true), formula(true), formula(false)),
        [-1_i8..2, -1..2, -1..2],
        prop::collection::btree_set(0_usize..8, 0..4),
        prop::option::of(prop::collection::btree_set(0_usize..4, 1..4)),
        any::<bool>(),
    )
        .prop_map(|((first, second, service), orders, sliced, inner, non_empty)| Asked {
            first,
            second,
            service,
            orders,
            sliced: sliced.into_iter().collect(),
            inner: inner.map(|places| places.into_iter().collect()),
            non_empty,
        })
}

// As a text.

impl Formula {
    fn text(&self) -> String {
        let place = |place: usize| format!("[Sted].[Kommune].&[{}]", PLACES[place]);
        match self {
            Formula::Number(number) => format!("({number})"),
            Formula::Measure(measure) => format!("[Measures].[{}]", STORED[*measure]),
            Formula::At(measure, at, code) => {
                let mut text = format!("([Measures].[{}]", STORED[*measure]);
                at.iter().for_each(|&at| text += &format!(", {}", place(at)));
                if let Some(code) = *code {
                    let _ = write!(text, ", [Ydelse].[Kode].&[{}]", CODES[code]);
                }
                text + ")"
            }
            Formula::Before(measure) => format!(
                "([Measures].[{}], [Sted].[Kommune].CurrentMember.PrevMember)",
                STORED[*measure]
            ),
            Formula::Two(sign, left, right) => format!("({} {sign} {})", left.text(), right.text()),
            Formula::If(test, yes, no) => {
                format!("IIF({}, {}, {})", test.text(), yes.text(), no.text())
            }
            Formula::IsEmpty(of) => format!("IsEmpty({})", of.text()),
            Formula::Sum(set, of) => format!("Sum({}, {})", set.text(), of.text()),
            Formula::Count(set) => format!("Count({})", set.text()),
            Formula::Aggregate(set, measure) => {
                format!("Aggregate({}, [Measures].[{}])", set.text(), STORED[*measure])
            }
            Formula::Pairs(pairs, measure) => {
                let pair = |&(at, code): &(usize, usize)| {
                    format!("({}, [Ydelse].[Kode].&[{}])", place(at), CODES[code])
                };
                let pairs: Vec<String> = pairs.iter().map(pair).collect();
                format!("Aggregate({{{}}}, [Measures].[{}])", pairs.join(", "), STORED[*measure])
            }
        }
    }
}

impl Places {
    fn text(&self) -> String {
        match self {
            Places::Level => "[Sted].[Kommune].[Kommune].Members".to_owned(),
            Places::Listed(places) => {
                let name = |&place: &usize| format!("[Sted].[Kommune].&[{}]", PLACES[place]);
                format!("{{{}}}", places.iter().map(name).collect::<Vec<_>>().join(", "))
            }
            Places::Filter(set, of) => format!("Filter({}, {})", set.text(), of.text()),
            Places::Top(set, count, of) => {
                format!("TopCount({}, {count}, {})", set.text(), of.text())
            }
        }
    }
}

impl Asked {
    fn text(&self) -> String {
        let [first, second, service] = self.orders;
        let list = |places: &[usize]| Places::Listed(places.to_vec()).text();
        let quarter = |&at: &usize| format!("[Tid].[Kvartal].&[{}]", QUARTERS[at]);
        let source = match &self.inner {
            None => "Lille".to_owned(),
            Some(places) => format!("(SELECT {} ON 0 FROM Lille)", list(places)),
        };
        let sliced: Vec<String> = self.sliced.iter().map(quarter).collect();
        let slicer = match &sliced[..] {
            [] => String::new(),
            sliced => format!("WHERE {{{}}}", sliced.join(", ")),
        };
        format!(
            "WITH MEMBER [Measures].[m3] AS {}, SOLVE_ORDER = {first} \
             MEMBER [Measures].[m4] AS {}, SOLVE_ORDER = {second} \
             MEMBER [Ydelse].[Kode].[gjort] AS {}, SOLVE_ORDER = {service} \
             SELECT {{[Measures].[Borgere], [Measures].[Medlemmer], [Measures].[m3], \
             [Measures].[m4]}} ON 0, {}[Sted].[Kommune].Members * \
             {{[Ydelse].[Kode].[I alt], [Ydelse].[Kode].&[1.2], [Ydelse].[Kode].[gjort]}} ON 1 \
             FROM {source} {slicer}",
            self.first.text(),
            self.second.text(),
            self.service.text(),
            if self.non_empty { "NON EMPTY " } else { "" },
        )
    }
}

// Cell by cell.

struct Interpreter<'a> {
    asked: &'a Asked,
}

/// The first and last month, from January 2019, of a text such as `2019-01-01`.
fn month(day: &str) -> usize {
    (day[..4].parse::<usize>().unwrap() - 2019) * 12 + day[5..7].parse::<usize>().unwrap() - 1
}

impl Interpreter<'_> {
    fn shown(&self, place: usize) -> bool {
        self.asked.inner.as_ref().is_none_or(|inner| inner.contains(&place))
    }

    fn cell(&self, spot: &Spot) -> Option<f64> {
        let [first, second, service] = self.asked.orders;
        let mut made: Vec<(i8, usize)> = match spot.measure {
            3 => vec![(first, 0)],
            4 => vec![(second, 1)],
            _ => Vec::new(),
        };
        if spot.code == At::Made {
            made.push((service, 2));
        }
        match made.into_iter().max() {
            None => self.stored(spot),
            Some((_, 2)) => {
                self.value(&self.asked.service, &Spot { code: At::All, ..spot.clone() })
            }
            Some((_, number)) => {
                let formula = if number == 0 { &self.asked.first } else { &self.asked.second };
                self.value(formula, &Spot { measure: 0, ..spot.clone() })
            }
        }
    }

    fn stored(&self, spot: &Spot) -> Option<f64> {
        let has = |at: &At, own: usize| match at {
            At::All => true,
            At::One(one) => *one == own,
            At::Many(many) => many.contains(&own),
            At::Made => false,
        };
        let rows: &[Row] = if spot.measure == 2 { &MEMBERS } else { &SERVICES };
        if spot.measure == 2 && spot.code != At::All {
            return None;
        }
        let mut found = BTreeSet::new();
        for (who, place, from, to, code) in rows {
            let (first, last) = (month(from) / 3, month(to) / 3);
            let then = (first..=last).any(|quarter| has(&spot.quarter, quarter));
            let there = has(&spot.place, *place as usize)
                && (spot.place != At::All || self.shown(*place as usize));
            if then && there && (spot.measure == 2 || has(&spot.code, *code as usize)) {
                found.insert((*who, if spot.measure == 1 { *code } else { 0 }));
            }
        }
        (!found.is_empty()).then_some(found.len() as f64)
    }

    fn value(&self, formula: &Formula, spot: &Spot) -> Option<f64> {
        let truth = |holds: bool| Some(f64::from(u8::from(holds)));
        match formula {
            Formula::Number(number) => Some(f64::from(*number)),
            Formula::Measure(measure) => self.cell(&Spot { measure: *measure, ..spot.clone() }),
            Formula::At(measure, place, code) => {
                let mut spot = Spot { measure: *measure, ..spot.clone() };
                spot.place = place.map_or(spot.place, At::One);
                spot.code = code.map_or(spot.code, At::One);
                self.cell(&spot)
            }
            Formula::Before(measure) => match spot.place {
                At::One(place) if place > 0 => {
                    let place = At::One(place - 1);
                    self.cell(&Spot { measure: *measure, place, ..spot.clone() })
                }
                _ => None,
            },
            Formula::Two(sign, left, right) => {
                let (left, right) = (self.value(left, spot), self.value(right, spot));
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
            Formula::If(test, yes, no) => {
                let holds = self.value(test, spot).is_some_and(|value| value != 0.0);
                self.value(if holds { yes } else { no }, spot)
            }
            Formula::IsEmpty(of) => truth(self.value(of, spot).is_none()),
            Formula::Sum(set, of) => {
                let values = self.places(set, spot).into_iter().filter_map(|place| {
                    self.value(of, &Spot { place: At::One(place), ..spot.clone() })
                });
                values.reduce(|sum, one| sum + one)
            }
            Formula::Count(set) => Some(self.places(set, spot).len() as f64),
            Formula::Pairs(pairs, measure) => self.pairs(pairs, *measure, &spot.quarter),
            Formula::Aggregate(set, measure) => {
                let places = self.places(set, spot);
                let place = match places[..] {
                    [] => return None,
                    [only] => At::One(only),
                    _ => At::Many(places),
                };
                self.cell(&Spot { measure: *measure, place, ..spot.clone() })
            }
        }
    }

    /// What is stored at one of some pairs of a place and a service, each row once.
    fn pairs(&self, pairs: &[(usize, usize)], measure: usize, quarter: &At) -> Option<f64> {
        let then = |from: &str, to: &str| {
            (month(from) / 3..=month(to) / 3).any(|own| match quarter {
                At::One(one) => *one == own,
                At::Many(many) => many.contains(&own),
                _ => true,
            })
        };
        let mut found = BTreeSet::new();
        for (who, place, from, to, code) in &SERVICES {
            let own = (*place as usize, *code as usize);
            if pairs.contains(&own) && self.shown(own.0) && then(from, to) {
                found.insert((*who, if measure == 1 { *code } else { 0 }));
            }
        }
        (!found.is_empty()).then_some(found.len() as f64)
    }

    fn places(&self, set: &Places, spot: &Spot) -> Vec<usize> {
        let at = |place: usize| Spot { place: At::One(place), ..spot.clone() };
        match set {
            Places::Level => (0..4).filter(|&place| self.shown(place)).collect(),
            Places::Listed(places) => {
                places.iter().copied().filter(|&place| self.shown(place)).collect()
            }
            Places::Filter(set, of) => {
                let holds =
                    |place: &usize| self.value(of, &at(*place)).is_some_and(|value| value != 0.0);
                self.places(set, spot).into_iter().filter(holds).collect()
            }
            Places::Top(set, count, of) => {
                let mut places: Vec<(f64, bool, usize)> = self
                    .places(set, spot)
                    .into_iter()
                    .map(|place| {
                        let value = self.value(of, &at(place));
                        (value.unwrap_or(0.0), value.is_some(), place)
                    })
                    .collect();
                places.sort_by(|left, right| {
                    (right.0, right.1).partial_cmp(&(left.0, left.1)).unwrap()
                });
                places.into_iter().take(*count).map(|(_, _, place)| place).collect()
            }
        }
    }

    /// All cells that are not empty, by the captions of their members.
    fn cells(&self) -> BTreeMap<String, f64> {
        let quarter = match self.asked.sliced[..] {
            [] => At::All,
            [only] => At::One(only),
            _ => At::Many(self.asked.sliced.clone()),
        };
        let mut places = vec![(At::All, "I alt")];
        places.extend((0..4).filter(|&at| self.shown(at)).map(|at| (At::One(at), NAMES[at])));
        let codes = [(At::All, "I alt"), (At::One(1), "1.2"), (At::Made, "gjort")];
        let mut cells = BTreeMap::new();
        for (measure, name) in [(0, "Borgere"), (2, "Medlemmer"), (3, "m3"), (4, "m4")] {
            for (place, of_place) in &places {
                for (code, of_code) in &codes {
                    let spot = Spot {
                        quarter: quarter.clone(),
                        place: place.clone(),
                        code: code.clone(),
                        measure,
                    };
                    if let Some(value) = self.cell(&spot) {
                        cells.insert(format!("{name} {of_place} {of_code}"), value);
                    }
                }
            }
        }
        cells
    }
}

/// The cells of the engine's answer.
fn engine(text: &str) -> BTreeMap<String, f64> {
    let views = [view("")];
    let found = answer(&views, &Question::Mdx(text), &Limits::default(), &Cancel::default());
    let found = found.unwrap_or_else(|error| panic!("{text}: {error}")).cells;
    let is_truth = |special: &Special| matches!(special, Special::Truth(_));
    assert!(found.special.values().all(is_truth), "{text}: {:?}", found.special);
    let names = terning_engine::query::names::Names::new(views[0].cube(), &found.own);
    let cells = found.ordinals.iter().zip(&found.values).map(|(&ordinal, &value)| {
        let mut left = ordinal as usize;
        let mut name = Vec::new();
        for axis in &found.axes {
            let members = axis.columns.iter().zip(axis.position(left % axis.count));
            name.extend(members.map(|(own, member)| caption(names, *own, *member)));
            left /= axis.count;
        }
        (name.join(" "), value)
    });
    cells.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn whole_frames_give_what_single_cells_give(asked in asked()) {
        let expected = Interpreter { asked: &asked }.cells();
        let text = asked.text();
        prop_assert_eq!(engine(&text), expected, "{}", text);
    }
}
