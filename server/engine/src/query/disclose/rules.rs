//! What a schema says of the measures of a cube, by their positions.

use cube_schema::schema::Disclosure;
use hashbrown::HashMap;

use crate::cube::{Cube, MeasureRef};

/// What is hidden of a cube.
#[derive(Debug, PartialEq)]
pub struct Rules {
    /// Counts from 1 up to, but without, this number are hidden.
    pub(super) threshold: i64,
    /// A question whose conditions select fewer than so many is refused.
    pub(super) minimum_set: u32,
    /// The measure that counts what a question selects.
    pub(super) counts: Option<MeasureRef>,
    measures: HashMap<MeasureRef, Rule>,
}

/// What a measure is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rule {
    /// A count.
    Count {
        /// The dimensions over which parts add up.
        parts: Vec<usize>,
        /// What it is never larger than.
        at_most: Vec<MeasureRef>,
        /// Of what is active in a period: what of it begins, and what ends there.
        flows: Option<(MeasureRef, MeasureRef)>,
    },
    /// Hidden with counts.
    Tied {
        /// The count, and those that it is never larger than: they bound it.
        to: Vec<MeasureRef>,
        /// The dimensions over which parts add up.
        parts: Vec<usize>,
    },
    /// Published openly.
    Open,
}

impl Rules {
    /// The rules of a cube; names that it does not have say nothing.
    #[must_use]
    pub fn new(cube: &Cube, own: &Disclosure, minimum_set: u32) -> Rules {
        let dimensions = |names: &[String]| -> Vec<usize> {
            names.iter().filter_map(|name| cube.find_dimension(name)).collect()
        };
        let mut measures = HashMap::new();
        for one in &own.counts {
            let Some(measure) = cube.find_measure(&one.measure) else { continue };
            let larger = larger(own, &one.measure);
            let at_most = larger.iter().filter_map(|name| cube.find_measure(name)).collect();
            let flow = |name: &Option<String>| cube.find_measure(name.as_deref()?);
            let flows = flow(&one.starts).zip(flow(&one.ends));
            let parts = dimensions(&one.parts);
            measures.insert(measure, Rule::Count { parts, at_most, flows });
        }
        for one in &own.tied {
            let Some(measure) = cube.find_measure(&one.measure) else { continue };
            let Some(to) = cube.find_measure(&one.to) else { continue };
            let larger = larger(own, &one.to);
            let larger = larger.iter().filter_map(|name| cube.find_measure(name));
            let to = std::iter::once(to).chain(larger).collect();
            measures.insert(measure, Rule::Tied { to, parts: dimensions(&one.parts) });
        }
        for name in &own.open {
            measures.extend(cube.find_measure(name).map(|measure| (measure, Rule::Open)));
        }
        let counts = own.counts.first().and_then(|one| cube.find_measure(&one.measure));
        Rules { threshold: i64::from(own.threshold), minimum_set, counts, measures }
    }

    /// What a measure is; `None` of one that nothing is said of.
    pub(super) fn of(&self, measure: MeasureRef) -> Option<&Rule> {
        self.measures.get(&measure)
    }

    /// The counts without which a count is nothing: those that it is never larger than, and all that count the
    /// same rows, for where one of these is empty no row is.
    pub(super) fn nothing_without(&self, measure: MeasureRef) -> impl Iterator<Item = MeasureRef> {
        let larger = match self.of(measure) {
            Some(Rule::Count { at_most, .. }) => at_most.as_slice(),
            _ => &[],
        };
        let is_count = |rule: &Rule| matches!(rule, Rule::Count { .. });
        let counts = self.measures.iter().filter(move |(_, rule)| is_count(rule));
        let others = counts.map(|(other, _)| *other);
        others.filter(move |other| other.group == measure.group || larger.contains(other))
    }

    /// The dimensions over which parts of a measure add up.
    pub(super) fn parts(&self, measure: MeasureRef) -> &[usize] {
        match self.of(measure) {
            Some(Rule::Count { parts, .. } | Rule::Tied { parts, .. }) => parts,
            Some(Rule::Open) | None => &[],
        }
    }
}

/// The measures that one is never larger than, those that these are never larger than among them.
fn larger<'d>(own: &'d Disclosure, measure: &'d str) -> Vec<&'d str> {
    let mut found: Vec<&str> = vec![measure];
    let mut next = 0;
    while let Some(&name) = found.get(next) {
        next += 1;
        let said = own.counts.iter().filter(|one| one.measure == name);
        for more in said.flat_map(|one| &one.at_most) {
            if !found.contains(&more.as_str()) {
                found.push(more);
            }
        }
    }
    found.split_off(1)
}
