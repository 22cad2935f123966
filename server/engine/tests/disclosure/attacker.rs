//! An attacker who knows the whole result and looks for what a hidden cell can be.
//!
//! It shares nothing with what hides: a result is read as captions and texts. It knows which towns are
//! in which regions, which codes are of which kind and which months in which quarters; that counts are whole, and 0 where a cell is
//! empty; which lines were asked for and left out, and which members a formula reads; that parts make their totals, or bound them, and that
//! what a total has besides is no less than nothing; what is never larger than what, and what is nothing together; that people and pairs are
//! one within one code; that a pair has a day at least in a period, and all of its days at most; that what runs on from one period to the next is what does not end in the one and does not begin in the other; what
//! formulas make of figures; and the threshold: of what hangs together by laws, or by people and their days, something is small, or
//! nothing of it would be hidden. It is told below which totals it is hidden whether there is anything.
//!
//! For every hidden count, shown as a star or left out, and for what a total has besides, or other cells tell, where that is
//! small, it looks for whole tables, by narrowing bounds and branching: exact, but for an end
//! where it takes too long. Where it looks first it is told, so that it finds sooner what there is.

use std::collections::{HashMap, HashSet};

use super::known::{
    AT_END, At, DAYS, ENDS, PAIRS, PEOPLE, RUNS_ON, STARTS, STOCK, Seen, THRESHOLD, TIME, adds_up,
    put_rests, veiled,
};

/// No count is larger.
const LARGEST: i64 = 5000;
/// The days of the months.
const DAYS_OF: [i64; 6] = [31, 29, 31, 30, 31, 30];
/// Branches after which an attack on one number is given up; where that leaves a cell undecided, it is
/// attacked again.
pub const BRANCHES: [u32; 3] = [1_000, 20_000, 400_000];
/// Numbers of a cell that are given up before the cell is.
const GIVEN_UP: usize = 12;
/// As many numbers must be possible.
const ENOUGH: usize = 3;
/// More than any sum.
const FAR: i64 = i64::MAX / 4;

/// `low ≤ sum(factor × cell) ≤ high`
struct Law {
    terms: Vec<(usize, i64)>,
    low: i64,
    high: i64,
}

pub struct Attack {
    cells: Vec<At>,
    bounds: Vec<(i64, i64)>,
    hidden: Vec<usize>,
    /// How many of them are stars in the result.
    stars: usize,
    /// Where each cell's number is looked for first.
    hints: Vec<i64>,
    laws: Vec<Law>,
    laws_of: Vec<Vec<usize>>,
    /// The stars of which it is not told whether there is anything.
    may_be_none: Vec<bool>,
    /// The days of people, and the people of days.
    tied: Vec<Option<usize>>,
    /// Totals, each with all its parts along a dimension, and the lines of each cell: what is in one can be
    /// hidden for another in it, also where they do not make up the total.
    lines: Vec<Vec<usize>>,
    lines_of: Vec<Vec<usize>>,
    /// The cells that stand for no number of the result, nor for one that others tell: nothing is hidden for them.
    is_between: Vec<bool>,
    /// Hidden counts and rests that laws connect: in each something is small.
    parts: Vec<Vec<usize>>,
}

/// What an attack came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub hidden: usize,
    pub opened: usize,
    pub undecided: usize,
}

/// All numbers between two, those nearest to one first.
fn around(start: i64, low: i64, high: i64) -> impl Iterator<Item = i64> {
    let start = start.clamp(low, high);
    let both = (0..=high - low).flat_map(move |away| [start + away, start - away]);
    let once = both.enumerate().filter(|(at, _)| *at != 1).map(|(_, value)| value);
    once.filter(move |value| (low..=high).contains(value))
}

/// Measures that are never larger than others.
const AT_MOST: [(usize, usize); 9] = [
    (0, 1),
    (0, 2),
    (1, 2),
    (STARTS, 2),
    (ENDS, 2),
    (AT_END, 0),
    (AT_END, 1),
    (AT_END, STOCK),
    (PAIRS, DAYS),
];

/// All ways to put a set of bits together of some smaller sets that do not overlap.
fn covers(all: u32, sets: &[u32]) -> Vec<Vec<u32>> {
    if all == 0 {
        return vec![Vec::new()];
    }
    let lowest = all & all.wrapping_neg();
    let mut found = Vec::new();
    for &set in sets.iter().filter(|&&set| set & lowest != 0 && set & !all == 0) {
        for mut rest in covers(all & !set, sets) {
            rest.push(set);
            found.push(rest);
        }
    }
    found
}

/// The days of some months.
fn days_of(months: u32) -> i64 {
    (0..6).filter(|month| months & 1 << month != 0).map(|month| DAYS_OF[month as usize]).sum()
}

/// The same with days as whole numbers: what is shown is of the days of the period.
fn whole(cells: &HashMap<At, Seen>) -> HashMap<At, Seen> {
    let whole = |(at, own): (&At, &Seen)| match *own {
        Seen::Value(value) if at.measure == DAYS => {
            (*at, Seen::Value((value * days_of(at.keys[TIME]) as f64).round()))
        }
        own => (*at, own),
    };
    cells.iter().map(whole).collect()
}

/// People and days of the same place: they are hidden together.
fn tied(cells: &[At], number: &HashMap<At, usize>) -> Vec<Option<usize>> {
    let other = |at: &At| match at.measure {
        PEOPLE => number.get(&At { measure: DAYS, ..*at }).copied(),
        DAYS => number.get(&At { measure: PEOPLE, ..*at }).copied(),
        _ => None,
    };
    cells.iter().map(other).collect()
}

impl Attack {
    /// An attack on what is seen, with what was asked for and left out; what is true says where it looks
    /// first, and which counts are small. What is no number of the result is counted, where that can be.
    pub fn new(
        seen: &HashMap<At, Seen>,
        truth: &HashMap<At, Seen>,
        count: &dyn Fn(At) -> Option<i64>,
    ) -> Attack {
        let (mut seen, mut hints) = (whole(seen), whole(truth));
        let veiled = veiled(&seen, &hints);
        let borders = put_rests(&mut seen, &mut hints, count);
        let mut cells: Vec<At> = seen.keys().copied().collect();
        cells.sort_unstable();
        let number: HashMap<At, usize> =
            cells.iter().enumerate().map(|(number, at)| (*at, number)).collect();
        let hint = |at: &At| match hints.get(at) {
            Some(Seen::Value(value)) => *value as i64,
            _ => 0,
        };
        // That something is hidden tells that there is something, unless that is hidden too.
        let bounds = cells.iter().map(|at| match seen[at] {
            Seen::Value(value) => (value as i64, value as i64),
            Seen::Hidden => (
                i64::from(!veiled.contains(at)),
                LARGEST * if at.measure == DAYS { 200 } else { 1 },
            ),
            _ if at.measure == DAYS => (0, LARGEST * 200),
            Seen::Left | Seen::Unseen | Seen::Rest | Seen::Between => (0, LARGEST),
        });
        // The days of few people are theirs, also where these are not counted.
        let people = |at: &At| count(At { measure: PEOPLE, ..*at }).unwrap_or_default();
        let is_attacked = |at: &At| match seen[at] {
            Seen::Unseen | Seen::Rest if at.measure == DAYS => (1..THRESHOLD).contains(&people(at)),
            Seen::Value(_) if at.measure == DAYS => (1..THRESHOLD).contains(&people(at)),
            Seen::Value(_) | Seen::Between => false,
            Seen::Hidden => true,
            Seen::Left => hint(at) > 0,
            Seen::Unseen | Seen::Rest => (1..THRESHOLD).contains(&hint(at)),
        };
        let mut attack = Attack {
            bounds: bounds.collect(),
            hidden: (0..cells.len()).filter(|&at| is_attacked(&cells[at])).collect(),
            stars: seen.values().filter(|own| **own == Seen::Hidden).count(),
            hints: cells.iter().map(hint).collect(),
            laws: Vec::new(),
            laws_of: vec![Vec::new(); cells.len()],
            may_be_none: cells.iter().map(|at| veiled.contains(at)).collect(),
            is_between: cells.iter().map(|at| seen[at] == Seen::Between).collect(),
            tied: tied(&cells, &number),
            lines: Vec::new(),
            lines_of: vec![Vec::new(); cells.len()],
            parts: Vec::new(),
            cells,
        };
        attack.parts_and_totals(&number);
        attack.larger_and_smaller();
        for [stock, flow, on] in borders {
            let [stock, flow, on] = [stock, flow, on].map(|at| number[&at]);
            attack.law(vec![(stock, 1), (flow, -1), (on, -1)], 0, 0);
        }
        attack.alone();
        attack.parts = attack.connected();
        attack
    }

    fn law(&mut self, terms: Vec<(usize, i64)>, low: i64, high: i64) {
        if terms.iter().all(|(cell, _)| self.bounds[*cell].0 == self.bounds[*cell].1) {
            return;
        }
        for (cell, _) in &terms {
            self.laws_of[*cell].push(self.laws.len());
        }
        self.laws.push(Law { terms, low, high });
    }

    fn line(&mut self, cells: Vec<usize>) {
        cells.iter().for_each(|&cell| self.lines_of[cell].push(self.lines.len()));
        self.lines.push(cells);
    }

    fn is_free(&self, cell: usize) -> bool {
        self.bounds[cell].0 < self.bounds[cell].1
    }

    /// What is not known of the cells that laws or lines connect one with.
    fn beside(&self, cell: usize) -> impl Iterator<Item = usize> {
        let laws = self.laws_of[cell].iter().flat_map(|&law| &self.laws[law].terms);
        let lines = self.lines_of[cell].iter().flat_map(|&line| &self.lines[line]);
        let others = laws.map(|(other, _)| *other).chain(lines.copied());
        others.filter(move |&other| other != cell && self.is_free(other))
    }

    /// A count that no law ties to another hidden one, nor its days to other hidden days, is hidden for
    /// itself.
    fn alone(&mut self) {
        let is_alone = |cell: &usize| {
            let days = self.tied[*cell].into_iter().flat_map(|days| self.beside(days));
            self.bounds[*cell].0 > 0 && self.beside(*cell).chain(days).next().is_none()
        };
        let counts = self.hidden.iter().filter(|&&cell| self.cells[cell].measure != DAYS);
        let alone: Vec<usize> = counts.copied().filter(is_alone).collect();
        alone.into_iter().for_each(|cell| self.bounds[cell].1 = THRESHOLD - 1);
    }

    /// Sets of counts that laws connect, of themselves or of their days, and that have a hidden one.
    fn connected(&self) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.cells.len()];
        let mut all = Vec::new();
        for start in (0..self.cells.len()).filter(|&cell| self.is_free(cell)) {
            let (mut own, mut next) = (Vec::new(), vec![start]);
            while let Some(cell) = next.pop() {
                if std::mem::replace(&mut seen[cell], true) {
                    continue;
                }
                own.push(cell);
                next.extend(self.beside(cell));
                next.extend(self.tied[cell].filter(|&other| self.is_free(other)));
            }
            own.retain(|&cell| self.cells[cell].measure < DAYS && !self.is_between[cell]);
            if own.iter().any(|cell| self.hidden.contains(cell)) {
                all.push(own);
            }
        }
        all
    }

    /// Whether something is small wherever something is hidden, or may be hidden for what is small above it: else
    /// nothing would be.
    fn has_reasons(&self, table: &[i64]) -> bool {
        let is_reason = |cell: &usize| {
            (1..THRESHOLD).contains(&table[*cell]) || table[*cell] == 0 && self.may_be_none[*cell]
        };
        self.parts.iter().all(|part| part.iter().any(is_reason))
    }

    fn parts_and_totals(&mut self, number: &HashMap<At, usize>) {
        for total in 0..self.cells.len() {
            let at = self.cells[total];
            for dimension in (0..4).filter(|_| at.measure < RUNS_ON) {
                if at.measure == AT_END && dimension == TIME {
                    continue;
                }
                let all = at.keys[dimension];
                let sets: Vec<u32> = (1..all)
                    .filter(|set| set & !all == 0)
                    .filter(|&set| number.contains_key(&at.with(dimension, set)))
                    .collect();
                let parts = sets.iter().map(|&set| number[&at.with(dimension, set)]);
                self.line(parts.chain([total]).collect());
                for cover in covers(all, &sets) {
                    let parts = cover.iter().map(|&set| (number[&at.with(dimension, set)], 1));
                    let terms: Vec<(usize, i64)> = parts.chain([(total, -1)]).collect();
                    let high = if adds_up(at.measure, dimension) { 0 } else { FAR };
                    self.law(terms, 0, high);
                }
            }
        }
    }

    fn larger_and_smaller(&mut self) {
        // One dimension at a time: in a pivot all that is between is there too.
        let within = |one: At, other: At| {
            let differ = (0..4).filter(|&own| one.keys[own] != other.keys[own]).count();
            differ == 1 && (0..4).all(|own| one.keys[own] & !other.keys[own] == 0)
        };
        for less in 0..self.cells.len() {
            let at = self.cells[less];
            for more in 0..self.cells.len() {
                let other = self.cells[more];
                let is_count = at.measure < DAYS && at.measure == other.measure;
                if less != more && is_count && within(at, other) {
                    self.law(vec![(more, 1), (less, -1)], 0, FAR);
                }
                if !AT_MOST.contains(&(at.measure, other.measure)) {
                    continue;
                }
                let is_there = at == At { measure: at.measure, ..other }.normal();
                if is_there && at.measure == PAIRS && other.measure == DAYS {
                    self.law(vec![(more, 1), (less, -1)], 0, FAR);
                    self.law(vec![(more, 1), (less, -days_of(at.keys[TIME]))], -FAR, 0);
                } else if is_there {
                    // Of one service a person has one pair, and where there are pairs there are people.
                    let is_one =
                        (at.measure, other.measure) == (0, 1) && at.keys[1].is_power_of_two();
                    self.law(vec![(more, 1), (less, -1)], 0, if is_one { 0 } else { FAR });
                    if other.measure <= STOCK && at.measure < STOCK {
                        self.law(vec![(more, 1), (less, -LARGEST)], -FAR, 0);
                    }
                }
            }
        }
    }

    /// That all that is taken to be known holds of the true table.
    pub fn check(&self, seed: u64) {
        let value = |cell: usize| self.hints[cell];
        for law in &self.laws {
            let sum: i64 = law.terms.iter().map(|(cell, factor)| factor * value(*cell)).sum();
            let cells = || law.terms.iter().map(|(cell, _)| self.cells[*cell]).collect::<Vec<_>>();
            assert!((law.low..=law.high).contains(&sum), "seed {seed}: {:?}", cells());
        }
        for cell in 0..self.cells.len() {
            let (low, high) = self.bounds[cell];
            assert!(
                (low..=high).contains(&value(cell)),
                "seed {seed}: {:?} {} {low} {high}",
                self.cells[cell],
                value(cell)
            );
        }
    }

    /// Attacks every hidden cell, each so often at most as there are [`BRANCHES`].
    pub fn run(&self, times: usize) -> Outcome {
        let mut outcome = Outcome { hidden: self.stars, ..Outcome::default() };
        let mut possible: HashMap<usize, Vec<i64>> = HashMap::new();
        let bounds = self.narrowed(self.bounds.clone(), None);
        let bounds = bounds.expect("the true table is possible");
        for &cell in self.hidden.iter().filter(|&&cell| self.cells[cell].measure != DAYS) {
            let is_decided = self.decide(cell, times, &bounds, &mut possible);
            if possible.entry(cell).or_default().len() < ENOUGH {
                outcome.opened += usize::from(is_decided);
                outcome.undecided += usize::from(!is_decided);
            }
        }
        outcome.opened += self.days_that_are_known();
        outcome
    }

    /// Looks for tables in which a cell has other numbers, and notes what all hidden cells are in each, until as
    /// many are found as must be, or all others are known to be impossible; false where some were given up.
    fn decide(
        &self,
        cell: usize,
        times: usize,
        bounds: &[(i64, i64)],
        possible: &mut HashMap<usize, Vec<i64>>,
    ) -> bool {
        let mut impossible = HashSet::new();
        for most in BRANCHES.into_iter().take(times) {
            let mut given_up = 0;
            for value in around(self.hints[cell], bounds[cell].0, bounds[cell].1) {
                let known = possible.entry(cell).or_default();
                if known.len() >= ENOUGH {
                    return true;
                }
                if known.contains(&value) || impossible.contains(&value) {
                    continue;
                }
                let mut branches = most;
                match self.table(bounds.to_vec(), cell, value, &mut branches) {
                    Some(table) => self.note(&table, possible),
                    None if branches > 0 => {
                        impossible.insert(value);
                    }
                    None => given_up += 1,
                }
                if given_up == GIVEN_UP {
                    break;
                }
            }
            if given_up == 0 {
                return true;
            }
        }
        false
    }

    /// Notes what the hidden cells are in a table.
    fn note(&self, table: &[i64], possible: &mut HashMap<usize, Vec<i64>>) {
        for &other in &self.hidden {
            let known = possible.entry(other).or_default();
            if !known.contains(&table[other]) {
                known.push(table[other]);
            }
        }
    }

    /// A whole table in which a cell has a value.
    fn table(
        &self,
        mut bounds: Vec<(i64, i64)>,
        cell: usize,
        value: i64,
        branches: &mut u32,
    ) -> Option<Vec<i64>> {
        if *branches == 0 {
            return None;
        }
        *branches -= 1;
        bounds[cell] = (value, value);
        let bounds = self.narrowed(bounds, Some(cell))?;
        let near: Vec<i64> = bounds
            .iter()
            .zip(&self.hints)
            .map(|((low, high), hint)| *hint.max(low).min(high))
            .collect();
        let Some(broken) = self.broken(&near, &bounds) else {
            return Some(near).filter(|table| self.has_reasons(table));
        };
        let free = |cell: &usize| bounds[*cell].0 < bounds[*cell].1;
        let next = broken.terms.iter().map(|(cell, _)| *cell).filter(free);
        let next = next.min_by_key(|&cell| bounds[cell].1 - bounds[cell].0)?;
        let (low, high) = bounds[next];
        around(self.hints[next], low, high)
            .find_map(|value| self.table(bounds.clone(), next, value, branches))
    }

    /// A law of counts that a table does not hold, and of those the one with the fewest ways.
    fn broken(&self, table: &[i64], bounds: &[(i64, i64)]) -> Option<&Law> {
        let broken = self.laws.iter().filter(|law| {
            let sum: i64 = law.terms.iter().map(|(cell, factor)| factor * table[*cell]).sum();
            !(law.low..=law.high).contains(&sum)
        });
        let free = |law: &&Law| {
            let own = law.terms.iter().map(|(cell, _)| bounds[*cell]);
            own.filter(|(low, high)| low < high).count()
        };
        broken.min_by_key(free)
    }

    /// Bounds as narrow as single laws make them; `None` where they contradict each other.
    fn narrowed(
        &self,
        mut bounds: Vec<(i64, i64)>,
        start: Option<usize>,
    ) -> Option<Vec<(i64, i64)>> {
        let mut open: Vec<usize> = match start {
            Some(cell) => self.laws_of[cell].clone(),
            None => (0..self.laws.len()).collect(),
        };
        while let Some(at) = open.pop() {
            let law = &self.laws[at];
            let least = |bounds: &[(i64, i64)], (cell, factor): (usize, i64)| match factor > 0 {
                true => factor * bounds[cell].0,
                false => factor * bounds[cell].1,
            };
            let most = |bounds: &[(i64, i64)], (cell, factor): (usize, i64)| match factor > 0 {
                true => factor * bounds[cell].1,
                false => factor * bounds[cell].0,
            };
            let all_least: i64 = law.terms.iter().map(|term| least(&bounds, *term)).sum();
            let all_most: i64 = law.terms.iter().map(|term| most(&bounds, *term)).sum();
            if all_least > law.high || all_most < law.low {
                return None;
            }
            for &(cell, factor) in &law.terms {
                let term = (cell, factor);
                let up = law.high - (all_least - least(&bounds, term));
                let down = law.low - (all_most - most(&bounds, term));
                let least_of = |sum: i64| -((-sum).div_euclid(factor.abs()));
                let (low, high) = match factor > 0 {
                    true => (least_of(down), up.div_euclid(factor)),
                    false => (least_of(-up), (-down).div_euclid(-factor)),
                };
                let own = bounds[cell];
                let next = (own.0.max(low), own.1.min(high));
                if next.0 > next.1 {
                    return None;
                }
                if next != own {
                    bounds[cell] = next;
                    open.extend(&self.laws_of[cell]);
                    open.push(at);
                    break;
                }
            }
        }
        Some(bounds)
    }

    /// The hidden cells of days that equations alone determine, and days of few people that are shown.
    fn days_that_are_known(&self) -> usize {
        let are_days = |cell: &&usize| self.cells[**cell].measure == DAYS;
        let shown =
            self.hidden.iter().filter(are_days).filter(|cell| !self.is_free(**cell)).count();
        let is_unknown = |cell: &usize| self.cells[*cell].measure == DAYS && self.is_free(*cell);
        let unknown: Vec<usize> = (0..self.cells.len()).filter(is_unknown).collect();
        let rows = self.laws.iter().filter(|law| {
            law.high == 0 && law.terms.iter().all(|(cell, _)| self.cells[*cell].measure == DAYS)
        });
        let row = |law: &Law| {
            let mut row = vec![0.0; unknown.len()];
            for (cell, factor) in &law.terms {
                if let Some(at) = unknown.iter().position(|own| own == cell) {
                    row[at] += *factor as f64;
                }
            }
            row
        };
        let mut rows: Vec<Vec<f64>> = rows.map(row).collect();
        reduce(&mut rows, unknown.len());
        let of_row = |row: &Vec<f64>| -> Vec<usize> {
            (0..unknown.len()).filter(|&at| row[at].abs() > 1e-9).collect()
        };
        let alone = rows.iter().map(of_row).filter(|own| own.len() == 1);
        shown + alone.filter(|own| self.hidden.contains(&unknown[own[0]])).count()
    }
}

/// Gauss and Jordan.
fn reduce(rows: &mut [Vec<f64>], width: usize) {
    let mut done = 0;
    for column in 0..width {
        let Some(pivot) = (done..rows.len()).find(|&row| rows[row][column].abs() > 1e-9) else {
            continue;
        };
        rows.swap(done, pivot);
        let factor = rows[done][column];
        rows[done].iter_mut().for_each(|one| *one /= factor);
        let own = rows[done].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != done) {
            let factor = row[column];
            if factor.abs() > 1e-9 {
                row.iter_mut().zip(&own).for_each(|(one, own)| *one -= factor * own);
            }
        }
        done += 1;
    }
}

#[test]
fn the_attacker_opens_what_lies_open() {
    let at = |part, measure| match measure {
        // Days add up over sexes, and not over towns.
        DAYS => At { keys: [1, 1, part, 63], measure },
        _ => At { keys: [part, 1, 1, 63], measure },
    };
    let seen = |own: &[(u32, Seen)], measure| {
        let own = own.iter().map(|(towns, seen)| (at(*towns, measure), *seen));
        Attack::new(&own.collect(), &HashMap::new(), &|_| None).run(BRANCHES.len())
    };
    let (hidden, value) = (Seen::Hidden, |value: i32| Seen::Value(f64::from(value)));
    // 3 + 10 = 13: the 3 is known exactly of grants; of people it is 3 or 4, for it is small.
    let open = [(1, hidden), (2, value(10)), (3, value(13))];
    assert_eq!(seen(&open, 2), Outcome { hidden: 1, opened: 1, undecided: 0 });
    assert_eq!(seen(&open, 0), Outcome { hidden: 1, opened: 1, undecided: 0 });
    // Of 12 it is 2, 3 or 4.
    let wide = [(1, hidden), (2, value(10)), (3, value(12))];
    assert_eq!(seen(&wide, 0), Outcome { hidden: 1, opened: 0, undecided: 0 });
    assert_eq!(seen(&open, DAYS), Outcome { hidden: 1, opened: 1, undecided: 0 });
    // Two of a sum of 3 are 1 and 2: two numbers for each.
    let close = [(1, hidden), (2, hidden), (3, value(3))];
    assert_eq!(seen(&close, 2), Outcome { hidden: 2, opened: 2, undecided: 0 });
    let far = [(1, hidden), (2, hidden), (3, value(4))];
    assert_eq!(seen(&far, 2), Outcome { hidden: 2, opened: 0, undecided: 0 });
}

#[test]
fn the_attacker_knows_the_threshold_and_subtracts() {
    let at = |towns, codes, measure| At { keys: [towns, codes, 1, 63], measure };
    let value = |value: i32| Seen::Value(f64::from(value));
    // The last number is what is true.
    let outcome = |own: &[(At, Seen, i32)]| {
        let seen = own.iter().map(|(at, seen, _)| (*at, *seen)).collect();
        let truth = own.iter().map(|(at, _, truth)| (*at, value(*truth))).collect();
        let attack = Attack::new(&seen, &truth, &|_| None);
        attack.check(0);
        attack.run(BRANCHES.len())
    };
    let shown = |at, number| (at, value(number), number);
    // 44 - 40 people are the least that the hidden ones can be, and 4 the most.
    let people = [(at(1, 1, 0), Seen::Hidden, 4), shown(at(2, 1, 0), 20), shown(at(4, 1, 0), 20)];
    let all = [&people[..], &[shown(at(7, 1, 0), 44)]].concat();
    assert_eq!(outcome(&all), Outcome { hidden: 1, opened: 1, undecided: 0 });
    // 13 - 10 grants are in the other towns.
    let beside = [shown(at(1, 1, 2), 10), shown(at(3, 1, 2), 13)];
    assert_eq!(outcome(&beside), Outcome { hidden: 0, opened: 1, undecided: 0 });
    // Of people nobody knows: they can be in both.
    let beside = [shown(at(1, 1, 0), 10), shown(at(3, 1, 0), 13)];
    assert_eq!(outcome(&beside), Outcome { hidden: 0, opened: 0, undecided: 0 });
    // Three people with one service are three pairs.
    let one = [(at(1, 1, 0), Seen::Hidden, 3), shown(at(1, 1, 1), 3)];
    assert_eq!(outcome(&one), Outcome { hidden: 1, opened: 1, undecided: 0 });
}
