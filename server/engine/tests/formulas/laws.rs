//! Laws that hold whatever is asked: what a set leaves is counted anew from the rows, a total is that
//! of its parts, and sets are sets.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::world::{MEMBERS, Row, SERVICES, mdx, view};

const PLACES: [&str; 4] = ["101", "102", "103", "104"];
const QUARTERS: [&str; 8] =
    ["2019K1", "2019K2", "2019K3", "2019K4", "2020K1", "2020K2", "2020K3", "2020K4"];

/// A municipality and a quarter, by position.
type Pair = (usize, usize);

fn pairs() -> impl Strategy<Value = BTreeSet<Pair>> {
    prop::collection::btree_set((0..PLACES.len(), 0..QUARTERS.len()), 1..9)
}

fn written(pairs: &BTreeSet<Pair>, time_first: bool) -> String {
    let tuple = |&(place, quarter): &Pair| {
        let place = format!("[Sted].[Kommune].&[{}]", PLACES[place]);
        let quarter = format!("[Tid].[Kvartal].&[{}]", QUARTERS[quarter]);
        match time_first {
            true => format!("({quarter}, {place})"),
            false => format!("({place}, {quarter})"),
        }
    };
    format!("{{{}}}", pairs.iter().map(tuple).collect::<Vec<_>>().join(", "))
}

/// Whether a row has a day in a quarter: all rows begin and end with a year.
fn reaches(row: &Row, quarter: usize) -> bool {
    let year = &QUARTERS[quarter][..4];
    &row.2[..4] <= year && year <= &row.3[..4]
}

/// How many different keys the rows have that lie in one of some pairs; nothing for none.
fn count<K: Ord>(rows: &[Row], pairs: &BTreeSet<Pair>, key: impl Fn(&Row) -> K) -> String {
    let is_in = |row: &&Row| {
        pairs.iter().any(|&(place, quarter)| row.1 as usize == place && reaches(row, quarter))
    };
    match rows.iter().filter(is_in).map(key).collect::<BTreeSet<K>>().len() {
        0 => "-".to_owned(),
        count => count.to_string(),
    }
}

/// Some of the municipalities, in an order, perhaps some of them twice.
fn places() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..PLACES.len(), 0..6)
}

fn set_of(places: &[usize]) -> String {
    let member = |&place: &usize| format!("[Sted].[Kommune].&[{}]", PLACES[place]);
    format!("{{{}}}", places.iter().map(member).collect::<Vec<_>>().join(", "))
}

/// The captions of a set, in its order.
fn listed(set: &str) -> Vec<String> {
    let rows = mdx(&view(""), &format!("SELECT [Measures].[Par] ON 0, {set} ON 1 FROM Lille"));
    rows[1..].to_vec()
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}

const MEASURES: [&str; 3] = ["Borgere", "Par", "Medlemmer"];

const PARENTS: [&str; 5] = [
    "[Sted].[Geografi].[I alt]",
    "[Sted].[Geografi].&[Nord]",
    "[Tid].[Kalender].[I alt]",
    "[Tid].[Kalender].&[2019]",
    "[Tid].[Kalender].&[2020]",
];

proptest! {
    #[test]
    fn what_a_set_leaves_is_counted_from_the_rows(pairs in pairs(), time_first in any::<bool>()) {
        let expected = [
            count(&SERVICES, &pairs, |row| row.0),
            count(&SERVICES, &pairs, |row| (row.0, row.4)),
            count(&MEMBERS, &pairs, |row| row.0),
        ];
        let expected = format!(" | {}", expected.join(" "));
        let (set, columns) = (written(&pairs, time_first), "[Measures].Members ON 0");
        for text in [
            format!("SELECT {columns} FROM Lille WHERE {set}"),
            format!("SELECT {columns} FROM (SELECT {set} ON 0 FROM Lille)"),
        ] {
            let found = mdx(&view(""), &text);
            prop_assert_eq!(&found[1], &expected, "{}", text);
        }
    }

    #[test]
    fn a_total_is_that_of_its_parts(
        parent in prop::sample::select(PARENTS.to_vec()),
        measure in prop::sample::select(MEASURES.to_vec()),
        other in prop::sample::select(vec!["", "WHERE [Ydelse].[Kode].&[1.1]"]),
    ) {
        let text = format!(
            "WITH MEMBER [Measures].[parts] AS Aggregate({parent}.Children, [Measures].[{measure}]) \
             MEMBER [Measures].[whole] AS ([Measures].[{measure}], {parent}) \
             SELECT {{[Measures].[parts], [Measures].[whole]}} ON 0 FROM Lille {other}"
        );
        let found = mdx(&view(""), &text);
        let (parts, whole) = found[1][3..].split_once(' ').unwrap();
        prop_assert_eq!(parts, whole, "{}", text);
    }

    #[test]
    fn sets_are_sets(a in places(), b in places(), c in places()) {
        let [a, b, c] = [a, b, c].map(|own| set_of(&own));
        for (one, other) in [
            (format!("Union({a}, {b})"), format!("Distinct({{{a}, {b}}})")),
            (format!("Except({a}, Except({a}, {b}))"), format!("Intersect({a}, {b})")),
            (format!("Except({a}, Union({b}, {c}))"), format!("Except(Except({a}, {b}), {c})")),
            (format!("Intersect({a}, {a})"), format!("Distinct({a})")),
            (format!("Except({a}, {a})"), "{}".to_owned()),
        ] {
            prop_assert_eq!(listed(&one), listed(&other), "{} {}", one, other);
        }
        let (one, other) = (format!("Intersect({a}, {b})"), format!("Intersect({b}, {a})"));
        prop_assert_eq!(sorted(listed(&one)), sorted(listed(&other)), "{} {}", one, other);
    }
}
