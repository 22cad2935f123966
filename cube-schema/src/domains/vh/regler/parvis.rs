//! C2 and C3 as they are told, pair by pair, against the rules that go through a citizen's records at
//! once: on random records, and on very many of one number.

use crate::day::{Day, Interval};
use crate::rule::{Case, Context};

use super::super::record::Record;
use super::super::reference::Reference;
use super::super::testing::{CPR, read, reference};
use super::c2_overlappende_ophold::{overlappende_ophold, rank};
use super::c3_stoette_under_ophold::{OPHOLD, STOETTE, stoette_under_ophold};
use super::faelles_dage::span;

/// The common days of two records, by the pieces left of each; empty where a change-over day is the only
/// one.
fn common_days(a: &[Interval], b: &[Interval]) -> Vec<Interval> {
    let common: Vec<Interval> =
        a.iter().flat_map(|one| b.iter().filter_map(|other| one.common(*other))).collect();
    let (Some(a), Some(b)) = (span(a), span(b)) else { return common };
    match *common {
        [Interval { first, last }] if first == last && is_move(a, b, first) => Vec::new(),
        _ => common,
    }
}

/// Whether one record ends on the day on which the other, later one starts.
fn is_move(a: Interval, b: Interval, day: Day) -> bool {
    let follows = |former: Interval, later: Interval| {
        former.last == day && later.first == day && former.first < later.first
    };
    follows(a, b) || follows(b, a)
}

/// Takes days out; those that reach the as-of day take all behind it with them.
fn take_out(pieces: &mut Vec<Interval>, days: &[Interval], as_of: Day) {
    for days in days {
        let last = if days.last >= as_of { Day::MAX } else { days.last };
        let out = Interval { first: days.first, last };
        *pieces = pieces.iter().flat_map(|piece| piece.without(out)).collect();
    }
}

fn c2_in_pairs(cases: &mut [Case<'_, Record>], context: &Context<'_, Reference>) {
    let before: Vec<Vec<Interval>> = cases.iter().map(|case| case.pieces.clone()).collect();
    let ranks: Vec<_> = cases.iter().map(|case| rank(case, context.reference)).collect();
    for one in 0..cases.len() {
        for other in 0..one {
            let (Some(own), Some(others)) = (&ranks[one], &ranks[other]) else { continue };
            let common = common_days(&before[one], &before[other]);
            if common.is_empty() {
                continue;
            }
            cases[one].marked = true;
            cases[other].marked = true;
            let loser = if own < others { one } else { other };
            take_out(&mut cases[loser].pieces, &common, context.as_of);
        }
    }
}

fn c3_in_pairs(cases: &mut [Case<'_, Record>], context: &Context<'_, Reference>) {
    let code = |case: &Case<'_, Record>| case.record.ydelseskode(context.reference).to_owned();
    for support in 0..cases.len() {
        if code(&cases[support]) != STOETTE {
            continue;
        }
        let days = cases[support].pieces.clone();
        for stay in 0..cases.len() {
            if OPHOLD.contains(&&*code(&cases[stay])) {
                let common = common_days(&days, &cases[stay].pieces);
                cases[support].marked |= !common.is_empty();
                take_out(&mut cases[support].pieces, &common, context.as_of);
            }
        }
    }
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn record(id: &str, code: &str) -> Record {
    let values = [id, CPR, "153", "", code, "2020-01-01", "", "1.2.1", "", "A"];
    read(&reference(), values).unwrap().0
}

/// Services of two ids each: what starts on the same day goes by code, then id, then place.
fn records() -> Vec<Record> {
    let codes = ["1.8.1", "1.12.0.1", "1.8.2", "1.12.0.2", "1.4"];
    codes.iter().flat_map(|code| ["a", "b"].map(|id| record(id, code))).collect()
}

/// One to three pieces within a few days, the last perhaps open; or none.
fn pieces(random: &mut Random) -> Vec<Interval> {
    let mut pieces = Vec::new();
    let mut first = random.below(10) as i32;
    for _ in 0..[0, 1, 1, 1, 1, 1, 2, 3][random.below(8) as usize] {
        let last = first + random.below(6) as i32;
        pieces.push(Interval { first: Day(first), last: Day(last) });
        first = last + 2 + random.below(3) as i32;
    }
    if let Some(last) = pieces.last_mut().filter(|_| random.below(3) == 0) {
        last.last = Day::MAX;
    }
    pieces
}

type Rule = fn(&mut [Case<'_, Record>], &Context<'_, Reference>);

/// Marks and days left by a rule.
fn outcome<'r>(
    rule: Rule,
    records: &[&'r Record],
    days: &[Vec<Interval>],
    context: &Context<'_, Reference>,
) -> Vec<(bool, Vec<Interval>)> {
    let case = |(&record, pieces): (&&'r Record, &Vec<Interval>)| Case {
        record,
        pieces: pieces.clone(),
        marked: false,
        warnings: Vec::new(),
    };
    let mut cases: Vec<Case<'r, Record>> = records.iter().zip(days).map(case).collect();
    rule(&mut cases, context);
    cases.into_iter().map(|case| (case.marked, case.pieces)).collect()
}

#[test]
fn c2_c3_at_once_are_the_same_as_pair_by_pair() {
    let (all, reference) = (records(), reference());
    let mut random = Random(1);
    let (mut cut, mut moved) = (0, 0);
    for number in 0..40_000 {
        let as_of = Day(4 + random.below(16) as i32);
        let context = Context { reference: &reference, as_of };
        let chosen: Vec<&Record> =
            (0..2 + random.below(5)).map(|_| &all[random.below(10) as usize]).collect();
        let days: Vec<Vec<Interval>> = chosen.iter().map(|_| pieces(&mut random)).collect();
        let rules: [(Rule, Rule); 2] =
            [(overlappende_ophold, c2_in_pairs), (stoette_under_ophold, c3_in_pairs)];
        for (at_once, in_pairs) in rules {
            let ours = outcome(at_once, &chosen, &days, &context);
            let theirs = outcome(in_pairs, &chosen, &days, &context);
            let ids = || chosen.iter().map(|one| one.ydelseskode(&reference)).collect::<Vec<_>>();
            assert_eq!(ours, theirs, "{number}: {:?} {days:?} as of {as_of:?}", ids());
            cut += ours.iter().zip(&days).filter(|((_, left), had)| left != *had).count();
            moved += ours
                .iter()
                .zip(&days)
                .filter(|((marked, left), had)| *marked && left == *had)
                .count();
        }
    }
    assert!(cut > 10_000 && moved > 10_000, "{cut} records are cut, {moved} marked and kept whole");
}

/// A masked citizen number on ten thousand open stays, each a day after the one before, and on as many
/// supports: in pairs these are a hundred million.
#[test]
fn c2_c3_very_many_records_of_one_number_are_judged() {
    const COUNT: i32 = 10_000;
    let (reference, stay, support) = (reference(), record("a", "1.8.1"), record("b", STOETTE));
    let context = Context { reference: &reference, as_of: Day(COUNT * 2) };
    let of = |record, first: i32| Case {
        record,
        pieces: vec![Interval { first: Day(first), last: Day::MAX }],
        marked: false,
        warnings: Vec::new(),
    };
    let stays = (0..COUNT).map(|day| of(&stay, day));
    let mut cases: Vec<Case<'_, Record>> =
        stays.chain((0..COUNT).map(|_| of(&support, -5))).collect();
    overlappende_ophold(&mut cases, &context);
    for (day, case) in (0..COUNT).zip(&cases) {
        let last = if day == COUNT - 1 { Day::MAX } else { Day(day) };
        assert_eq!((case.marked, &*case.pieces), (true, &[Interval { first: Day(day), last }][..]));
    }
    stoette_under_ophold(&mut cases, &context);
    for case in &cases[COUNT as usize..] {
        let before = Interval { first: Day(-5), last: Day(-1) };
        assert_eq!((case.marked, &*case.pieces), (true, &[before][..]));
    }
}
