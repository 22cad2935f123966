//! What an attacker knows of a result before the search: what is seen, what was asked for and left out, and what
//! follows by subtracting.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// Counts below this are small.
pub const THRESHOLD: i64 = 5;
/// The measures: people, pairs of person and service, what is active, what of it begins and ends, what is there at the end, and days, of which
/// only what is known exactly is looked for.
pub const PEOPLE: usize = 0;
pub const PAIRS: usize = 1;
pub const STOCK: usize = 2;
pub const STARTS: usize = 3;
pub const ENDS: usize = 4;
pub const AT_END: usize = 5;
pub const DAYS: usize = 6;
/// The number of what runs on, behind the measures.
pub const RUNS_ON: usize = 7;
/// The dimension of time.
pub const TIME: usize = 3;

/// A cell as it is seen: the towns, codes, sexes and months that it covers as bits, and its measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At {
    pub measure: usize,
    pub keys: [u32; 4],
}

impl At {
    /// What is counted at the end of a period stands in its last month alone.
    pub fn normal(mut self) -> At {
        if self.measure == AT_END {
            self.keys[TIME] = 1 << self.keys[TIME].ilog2();
        }
        self
    }

    pub fn with(mut self, dimension: usize, bits: u32) -> At {
        self.keys[dimension] = bits;
        self
    }
}

/// What is seen of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen {
    Value(f64),
    Hidden,
    /// It was asked for and is left out: hidden, or nothing.
    Left,
    /// It was read for what was asked for: hidden or not.
    Unseen,
    /// What a total has beside the parts that are seen, or what others tell of a cell that is not.
    Rest,
    /// How many run on from one period to the next.
    Between,
}

/// Whether parts along a dimension make up their total exactly: people have one sex, pairs of person
/// and service also one service, grants also one place, and begin and end once; days of a pair are of one service.
pub fn adds_up(measure: usize, dimension: usize) -> bool {
    let own: [&[usize]; 7] =
        [&[2], &[1, 2], &[0, 1, 2], &[0, 1, 2, 3], &[0, 1, 2, 3], &[2], &[1, 2, 3]];
    measure < RUNS_ON && own[measure].contains(&dimension)
}

/// Puts in all that follows by subtracting; gives what runs on over each border of two periods.
///
/// Whoever asked knows the lines that are left out as well as those that are there: what is beside the
/// shown ones alone, beside all that was asked for, and, along one dimension, beside the numbers.
///
/// What is not told by subtracting, and bounds what is, is counted, where that can be.
pub fn put_rests(
    seen: &mut HashMap<At, Seen>,
    truth: &mut HashMap<At, Seen>,
    count: &dyn Fn(At) -> Option<i64>,
) -> Vec<[At; 3]> {
    let own = seen.clone();
    let among = |which: fn(&Seen) -> bool| -> HashSet<At> {
        own.iter().filter(|(_, own)| which(own)).map(|(at, _)| *at).collect()
    };
    let shown = among(|own| matches!(own, Seen::Value(_) | Seen::Hidden));
    let asked = among(|own| *own != Seen::Rest);
    let numbers = among(|own| matches!(own, Seen::Value(_)));
    for all in [shown, asked] {
        put(rests(all, truth, true), seen, truth);
    }
    let borders = put_borders(seen, truth);
    put(rests(numbers, truth, false), seen, truth);
    let has = |measure: usize| own.keys().any(|at| at.measure == measure);
    let all = [PEOPLE, PAIRS, AT_END];
    let smaller: Vec<usize> = all.into_iter().filter(|&one| has(one)).collect();
    let is_rest = |at: &&At| seen[*at] == Seen::Rest && [PAIRS, STOCK, DAYS].contains(&at.measure);
    let rests: Vec<At> = seen.keys().filter(is_rest).copied().collect();
    for rest in rests {
        for &measure in smaller.iter().filter(|&&own| own == AT_END || own < rest.measure) {
            let at = At { measure, ..rest }.normal();
            let (Some(counted), Entry::Vacant(unseen)) = (count(at), seen.entry(at)) else {
                continue;
            };
            unseen.insert(Seen::Between);
            truth.insert(at, Seen::Value(counted as f64));
        }
    }
    borders
}

fn put(rests: HashMap<At, f64>, seen: &mut HashMap<At, Seen>, truth: &mut HashMap<At, Seen>) {
    for (at, value) in rests {
        seen.entry(at).or_insert(Seen::Rest);
        truth.entry(at).or_insert(Seen::Value(value));
    }
}

/// What totals have beside their parts among some cells, and what that is; of that along the next dimensions too,
/// where it is looked for `deep`.
fn rests(mut cells: HashSet<At>, truth: &HashMap<At, Seen>, deep: bool) -> HashMap<At, f64> {
    let mut found: HashMap<At, f64> = HashMap::new();
    for dimension in 0..4 {
        let before = cells.clone();
        for &at in before.iter().filter(|at| adds_up(at.measure, dimension)) {
            let all = at.keys[dimension];
            let has = |set: &u32| before.contains(&at.with(dimension, *set));
            let sets: Vec<u32> = (1..all).filter(|set| set & !all == 0).filter(has).collect();
            let bits = sets.iter().fold(0, |bits, set| bits | set);
            if bits == 0 || bits == all {
                continue;
            }
            let largest = |set: &&u32| !sets.iter().any(|own| own != *set && *set & !own == 0);
            let parts = sets.iter().filter(largest).map(|&set| at.with(dimension, set));
            let value = |at: At| match (truth.get(&at), found.get(&at)) {
                (Some(Seen::Value(value)), _) | (_, Some(value)) => *value,
                _ => 0.0,
            };
            let value = value(at) - parts.map(value).sum::<f64>();
            let rest = at.with(dimension, all & !bits);
            found.insert(rest, value);
            if deep {
                cells.insert(rest);
            }
        }
    }
    found
}

/// The period of months without holes: its first month, and the first behind it.
fn period(months: u32) -> (u32, u32) {
    (months.trailing_zeros(), months.ilog2() + 1)
}

/// Puts in what runs on over the border of two periods of a stock, if something that begins or ends there
/// is seen, and then what begins or ends there and is not.
pub fn put_borders(seen: &mut HashMap<At, Seen>, truth: &mut HashMap<At, Seen>) -> Vec<[At; 3]> {
    let mut borders: HashMap<At, Vec<(At, At)>> = HashMap::new();
    for &at in seen.keys().filter(|at| at.measure == STOCK) {
        let (first, behind) = period(at.keys[TIME]);
        for (month, measure) in [(first, STARTS), (behind, ENDS)] {
            let on = At { measure: RUNS_ON, ..at.with(TIME, month) };
            borders.entry(on).or_default().push((at, At { measure, ..at }));
        }
    }
    let value = |truth: &HashMap<At, Seen>, at: &At| match truth.get(at) {
        Some(Seen::Value(value)) => *value,
        _ => 0.0,
    };
    let mut laws = Vec::new();
    for (on, sides) in borders {
        let Some((stock, flow)) = sides.iter().find(|(_, flow)| seen.contains_key(flow)) else {
            continue;
        };
        let runs_on = value(truth, stock) - value(truth, flow);
        seen.insert(on, Seen::Between);
        truth.insert(on, Seen::Value(runs_on));
        for (stock, flow) in sides {
            if let Entry::Vacant(unseen) = seen.entry(flow) {
                unseen.insert(Seen::Rest);
                truth.insert(flow, Seen::Value(value(truth, &stock) - runs_on));
            }
            laws.push([stock, flow, on]);
        }
    }
    laws
}

/// The cells of which it is not told whether there is anything: below small totals whose parts add up, or
/// below hidden ones, where something is hidden that is nothing elsewhere.
pub fn veiled(seen: &HashMap<At, Seen>, truth: &HashMap<At, Seen>) -> HashSet<At> {
    let value = |at: &At| match truth.get(at) {
        Some(Seen::Value(value)) => *value as i64,
        _ => 0,
    };
    let below = |at: &At, keys: &[u32; 4], along: &[bool; 4]| {
        // What is counted at the end of a period was asked for by the whole of it.
        let is_end = at.measure == AT_END && at.keys[TIME] == 1 << keys[TIME].ilog2();
        let is_last = |own: usize| own == TIME && is_end && !along[TIME];
        let differ = (0..4).filter(|&own| at.keys[own] != keys[own] && !is_last(own));
        let differ: Vec<usize> = differ.collect();
        let within = differ.iter().all(|&own| at.keys[own] & !keys[own] == 0);
        within && !differ.is_empty() && differ.iter().all(|&own| along[own])
    };
    let hidden = |at: &&At| seen[*at] == Seen::Hidden;
    let under = |totals: &[At]| -> HashSet<At> {
        // Totals of several measures at one place are hidden together.
        let mut over: HashMap<[u32; 4], [bool; 4]> = HashMap::new();
        for total in totals {
            let along = over.entry(total.keys).or_default();
            (0..4).for_each(|own| along[own] |= adds_up(total.measure, own));
        }
        let is_under = |at: &&At| over.iter().any(|(keys, along)| below(at, keys, along));
        seen.keys().filter(hidden).filter(is_under).copied().collect()
    };
    let can_be_hidden = |at: &&At| matches!(seen[*at], Seen::Hidden | Seen::Left | Seen::Unseen);
    let totals: Vec<At> = seen.keys().filter(can_be_hidden).copied().collect();
    let is_small = |at: &&At| at.measure < DAYS && (1..THRESHOLD).contains(&value(at));
    let small: Vec<At> = totals.iter().filter(is_small).copied().collect();
    let narrow = under(&small);
    let all_told = |at: &At| at.measure == DAYS || value(at) > 0 || narrow.contains(at);
    if seen.keys().filter(hidden).all(all_told) { narrow } else { under(&totals) }
}
