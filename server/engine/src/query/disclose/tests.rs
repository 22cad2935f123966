//! Tables worked out by hand: which cells must be hidden beside the small ones, and which need not.

use super::choose;
use super::system::{Cell, Role, System};
use super::work::{Stop, Work};
use crate::query::Cancel;

fn protect(system: &System, hidden: &mut [bool]) -> bool {
    choose::protect(system, hidden, &mut Work::new(&Cancel::default())).unwrap()
}

/// No cells; counts of 1 to 4 are small.
fn system() -> System {
    System { threshold: 5, ..System::default() }
}

fn is_unseen(cell: &Cell) -> bool {
    matches!(cell.role, Role::Rest | Role::Between)
}

/// The values of the cells that are hidden, ascending; those below 5 are small.
fn hidden(system: &System) -> Vec<i64> {
    let small = |cell: &Cell| cell.value.is_some_and(|value| (1..5).contains(&value));
    let mut hidden: Vec<bool> =
        system.cells.iter().map(|cell| is_unseen(cell) || small(cell)).collect();
    assert!(protect(system, &mut hidden));
    let own =
        system.cells.iter().zip(&hidden).filter(|(cell, hidden)| **hidden && !is_unseen(cell));
    let mut values: Vec<i64> = own.filter_map(|(cell, _)| cell.value).collect();
    values.sort_unstable();
    values
}

/// A row of counts with their total, additive or not.
fn row(parts: &[i64], total: i64, additive: bool) -> System {
    let mut system = system();
    let parts: Vec<usize> = parts.iter().map(|&value| system.count(value)).collect();
    let total = system.count(total);
    match additive {
        true => system.additive(total, &parts),
        false => system.covering(total, &parts),
    }
    system
}

/// Rows and columns of counts that add up, with all margins.
fn square(rows: &[&[i64]]) -> System {
    let mut system = system();
    let cells: Vec<Vec<usize>> =
        rows.iter().map(|row| row.iter().map(|&value| system.count(value)).collect()).collect();
    let mut totals = Vec::new();
    for (row, values) in cells.iter().zip(rows) {
        let total = system.count(values.iter().sum());
        system.additive(total, row);
        totals.push(total);
    }
    let mut all = Vec::new();
    for column in 0..rows[0].len() {
        let own: Vec<usize> = cells.iter().map(|row| row[column]).collect();
        let total = system.count(rows.iter().map(|row| row[column]).sum());
        system.additive(total, &own);
        all.push(total);
    }
    let grand = system.count(rows.iter().flat_map(|row| row.iter()).sum());
    system.additive(grand, &totals);
    system.additive(grand, &all);
    system
}

#[test]
fn one_small_part_of_a_total_takes_the_smallest_other_with_it() {
    // 33 - 10 - 20 would tell the 3. With 10 hidden too, 1 + 12 to 12 + 1 are possible.
    assert_eq!(hidden(&row(&[3, 10, 20], 33, true)), [3, 10]);
    // Three small ones hide each other: 2 + 3 + 4 = 9 has many other sums.
    assert_eq!(hidden(&row(&[2, 3, 4, 50], 59, true)), [2, 3, 4]);
    // 1 + 1 is the only sum of two that is 2: the 50 goes too.
    assert_eq!(hidden(&row(&[1, 1, 50], 52, true)), [1, 1, 50]);
}

#[test]
fn a_square_with_margins_takes_three_others() {
    assert_eq!(hidden(&square(&[&[2, 10], &[20, 30]])), [2, 10, 20, 30]);
    // Of a larger one the smallest rectangle around the small cell.
    assert_eq!(hidden(&square(&[&[2, 10, 90], &[20, 30, 80], &[70, 60, 50]])), [2, 10, 20, 30]);
    // Two small ones across each other need two more.
    assert_eq!(hidden(&square(&[&[2, 10, 90], &[20, 3, 80], &[70, 60, 50]])), [2, 3, 10, 20]);
}

#[test]
fn a_small_part_stays_within_its_nested_total() {
    let mut system = system();
    let cells: Vec<usize> = [2, 8, 9, 11].map(|value| system.count(value)).to_vec();
    let totals = [system.count(10), system.count(20)];
    let grand = system.count(30);
    system.additive(totals[0], &cells[..2]);
    system.additive(totals[1], &cells[2..]);
    system.additive(grand, &totals);
    assert_eq!(hidden(&system), [2, 8]);
}

#[test]
fn distinct_parts_need_no_other_where_their_sum_leaves_room() {
    // From 2 (32 - 10 - 20) to 4, the largest that is small, are possible for the 3.
    assert_eq!(hidden(&row(&[3, 10, 20], 32, false)), [3]);
    // It is 3 or 4 where all must be in it: 33 - 30 is the least that it can be, and 4 the most.
    assert_eq!(hidden(&row(&[3, 10, 20], 33, false)), [3, 10]);
    // No less than 44 - 40, and small: 4.
    assert_eq!(hidden(&row(&[4, 20, 20], 44, false)), [4, 20]);
    // 4 of 5, and 5 are in the other part: 1 to 4 are possible.
    assert_eq!(hidden(&row(&[4, 5], 5, false)), [4]);
    // 4 within a total of 5, which without it is only 0 more than the other part's 1: the small ones
    // 4 and 1 hide each other.
    assert_eq!(hidden(&row(&[4, 1], 5, false)), [1, 4]);
}

#[test]
fn a_count_between_two_others_is_squeezed() {
    let chain = |values: [i64; 3]| {
        let mut system = system();
        let cells = values.map(|value| system.count(value));
        system.at_most(cells[0], cells[1]);
        system.at_most(cells[1], cells[2]);
        system
    };
    // 1 to 4 people with 5 pairs of person and service.
    assert_eq!(hidden(&chain([4, 5, 6])), [4]);
    let hidden_middle = |values: [i64; 3]| {
        let system = chain(values);
        let mut hidden = vec![false, true, false];
        assert!(protect(&system, &mut hidden));
        hidden
    };
    // 6, 7 or 8.
    assert_eq!(hidden_middle([6, 7, 8]), [false, true, false]);
    // Only 7, or only 7 and 8: one of those around must go.
    assert_eq!(hidden_middle([7, 7, 7]), [true, true, false]);
    assert_eq!(hidden_middle([7, 7, 8]), [true, true, false]);
}

#[test]
fn what_is_tied_to_counts_and_adds_up_hides_one_more() {
    // People of whom many are in both parts, and days that add up.
    let mut system = row(&[3, 10, 20], 21, false);
    for count in 0..4 {
        system.cells.push(Cell { value: None, link: count, role: Role::Shown });
    }
    system.additive(7, &[4, 5, 6]);
    assert_eq!(hidden(&system), [3, 10]);
}

#[test]
fn the_other_of_two_parts_tells_as_much_as_the_small_one() {
    assert_eq!(hidden(&row(&[4, 96], 100, true)), [4, 96]);
}

#[test]
fn what_cannot_be_proven_is_said_so() {
    // Below 2 there is nothing but 1.
    let mut alone = System { threshold: 2, ..System::default() };
    alone.count(1);
    assert!(!protect(&alone, &mut [true]));
    // 1 of a total of 1 that is shown: the total goes too.
    let mut system = system();
    let part = system.count(1);
    let total = system.count(1);
    system.additive(total, &[part]);
    let mut hidden = vec![true, false];
    assert!(protect(&system, &mut hidden));
    assert_eq!(hidden, [true, true]);
}

#[test]
fn what_a_total_has_besides_is_protected_where_it_is_small() {
    let beside = |part: i64, total: i64| {
        let mut system = row(&[part], total, true);
        system.relations.clear();
        let rest = system.unseen(total - part, Role::Rest);
        system.additive(1, &[0, rest]);
        hidden(&system)
    };
    // 13 - 10 tells three others: the 10 goes, and 9 to 12 remain for it, 1 to 4 for the others.
    assert_eq!(beside(10, 13), [10]);
    assert!(beside(10, 15).is_empty());
    assert!(beside(10, 10).is_empty());
    // The small part is 1 to 4, and who knows the others only by it has 9 to 12 for them.
    assert_eq!(beside(3, 13), [3]);
}

#[test]
fn two_counts_that_are_one_are_hidden_together() {
    // People and pairs of person and service, by service: within one service they are one.
    let mut system = system();
    let people = [10, 3, 11].map(|value| system.count(value));
    let pairs = [10, 3, 13].map(|value| system.count(value));
    system.covering(people[2], &people[..2]);
    system.additive(pairs[2], &pairs[..2]);
    (0..2).for_each(|at| system.equal(people[at], pairs[at]));
    system.at_most(people[2], pairs[2]);
    // Pairs: 3 = 13 - 10, so the 10 goes, and the 10 people with it. 9, 10 and 11 remain for these.
    assert_eq!(hidden(&system), [3, 3, 10, 10]);
}

#[test]
fn work_is_bounded_and_ends_with_the_question() {
    let parts: Vec<i64> = (0..5_000).map(|at| 5 + at % 7).chain([3]).collect();
    let system = row(&parts, parts.iter().sum(), true);
    let mut hidden: Vec<bool> = system.cells.iter().map(|cell| cell.value == Some(3)).collect();
    assert!(protect(&system, &mut hidden));
    assert_eq!(hidden.iter().filter(|hidden| **hidden).count(), 2);
    let cancel = Cancel::default();
    let mut little = Work::new(&cancel).at_most(1_000);
    let mut hidden: Vec<bool> = system.cells.iter().map(|cell| cell.value == Some(3)).collect();
    assert!(matches!(choose::protect(&system, &mut hidden, &mut little), Err(Stop::TooMuch)));
    cancel.raise();
    let mut hidden: Vec<bool> = system.cells.iter().map(|cell| cell.value == Some(3)).collect();
    let ended = choose::protect(&system, &mut hidden, &mut Work::new(&cancel));
    assert!(matches!(ended, Err(Stop::Ended(_))));
}

#[test]
fn four_that_are_something_make_four_and_five_that_may_be_nothing_do_not() {
    let parts = |role: Role, values: &[i64]| {
        let mut system = system();
        let parts: Vec<usize> = values.iter().map(|&value| system.count(value)).collect();
        parts.iter().for_each(|&part| system.cells[part].role = role);
        let total = system.count(values.iter().sum());
        system.additive(total, &parts);
        let mut hidden = vec![true; system.cells.len()];
        protect(&system, &mut hidden)
    };
    // At most 4, and each at least 1: all are told, though nothing is shown.
    assert!(!parts(Role::Shown, &[1, 1, 1, 1]));
    // 1 or 2 each, of at most 4.
    assert!(!parts(Role::Shown, &[1, 1, 2]));
    // Where it is not told which are something, each is anything from 0 to 2.
    assert!(parts(Role::Veiled, &[1, 1, 1, 1]));
    assert!(parts(Role::Veiled, &[1, 1, 2, 0, 0]));
    assert!(parts(Role::Veiled, &[1, 0]));
}

#[test]
fn what_runs_on_over_a_border_ties_stock_and_flow() {
    // Running in two months: 20 and 18; 3 end in the first, 1 begins in the second: 17 run on.
    let mut system = system();
    let stock = [20, 18].map(|value| system.count(value));
    let (ends, starts) = (system.count(3), system.count(1));
    let between = system.unseen(17, Role::Between);
    system.difference(stock[0], ends, between);
    system.difference(stock[1], starts, between);
    // Both flows are small and tell each other's difference: 3 - 1 = 20 - 18, so 4 and 2, 3 and 1 alone.
    assert_eq!(hidden(&system), [1, 3, 18]);
}

#[test]
fn where_one_is_nothing_the_other_is() {
    let mut system = system();
    let (people, grants) = (system.count(0), system.count(0));
    for cell in [people, grants] {
        system.cells[cell].role = Role::Veiled;
    }
    system.at_most(people, grants);
    system.none_without(grants, people);
    assert!(protect(&system, &mut [true, true]));
    // Grants are shown to be nothing: then there are no people.
    assert!(!protect(&system, &mut [true, false]));
}
