//! The nearest names to one that does not exist.

use std::cmp::Reverse;

use crate::cube::dimension::fold;
use crate::query::{ErrorKind, QueryError, View};

/// How many names an error gives.
const GIVEN: usize = 5;
/// Names that begin with so many equal letters, and differ in fewer, begin alike.
const SHARED: usize = 4;
/// Beyond this length texts are not compared letter by letter.
const LONGEST: usize = 64;

/// The names nearest to the one wanted, best first.
#[must_use]
pub fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    given(ranked(wanted, names.map(|name| ((), name))).into_iter())
}

/// The names that are the one wanted but for slips, or begin alike.
#[must_use]
pub fn alike<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let ranked = ranked(wanted, names.map(|name| ((), name)));
    given(ranked.into_iter().filter(|name| name.alike))
}

/// The captions of members of some fields that the view has and that pass: all of a few, the nearest
/// first; of more those that are the value but for slips, or begin alike. None of a personal field.
pub(super) fn members(
    view: &View,
    dimension: usize,
    fields: &[usize],
    wanted: &str,
    passes: impl Fn(usize, u32) -> bool,
) -> Vec<String> {
    let columns = &view.cube().dimensions[dimension].fields;
    let members = fields
        .iter()
        .filter(|&&field| !columns[field].personal)
        .flat_map(|&field| (0..columns[field].len() as u32).map(move |member| (field, member)))
        .map(|(field, id)| ((field, id), columns[field].captions.get(id as usize)));
    let seen = |name: &Ranked<'_, (usize, u32)>| {
        let (field, member) = name.what;
        passes(field, member) && view.has_member(dimension, field, member)
    };
    let best: Vec<Ranked<'_, _>> =
        ranked(wanted, members).into_iter().filter(seen).take(GIVEN + 1).collect();
    let is_long = best.len() > GIVEN;
    given(best.into_iter().filter(|name| name.alike || !is_long))
}

/// The first few names; where the first are alike, only those that are.
fn given<'a, T>(names: impl Iterator<Item = Ranked<'a, T>>) -> Vec<String> {
    let mut best = None;
    let alike = |name: &Ranked<'a, T>| *best.get_or_insert(name.alike) == name.alike;
    names.take_while(alike).take(GIVEN).map(|name| name.name.to_owned()).collect()
}

/// An error for a cube that nobody has, with the nearest of those that exist.
#[must_use]
pub fn unknown_cube<'a>(wanted: &str, cubes: impl Iterator<Item = &'a str>) -> QueryError {
    QueryError::new(ErrorKind::Unknown, format!("kuben '{wanted}' findes ikke"))
        .hint("vælg en af de kuber, som 'terning cubes' viser")
        .candidates(nearest(wanted, cubes))
}

/// A name and how near it is.
struct Ranked<'a, T> {
    what: T,
    name: &'a str,
    /// Whether it is the same name with slips, or one begins as the other.
    alike: bool,
    /// How far it is: first by the kind of likeness, then by letters.
    far: (u8, usize, Reverse<usize>),
}

/// All names, the nearest first; among equally near ones the first.
fn ranked<'a, T>(wanted: &str, names: impl Iterator<Item = (T, &'a str)>) -> Vec<Ranked<'a, T>> {
    let folded: Vec<char> = fold(wanted).chars().take(LONGEST).collect();
    let rank = |(what, name): (T, &'a str)| {
        let far = score(&folded, name);
        Ranked { what, name, alike: far.0 < 2, far }
    };
    let mut ranked: Vec<Ranked<'a, T>> = names.map(rank).collect();
    ranked.sort_by_key(|name| name.far);
    ranked
}

fn score(wanted: &[char], name: &str) -> (u8, usize, Reverse<usize>) {
    let letters: Vec<char> = fold(name).chars().take(LONGEST).collect();
    let shared = letters.iter().zip(wanted).take_while(|(left, right)| left == right).count();
    let distance = distance(wanted, &letters);
    let whole = shared > 0 && (shared == wanted.len() || shared == letters.len());
    let begins = whole || shared >= SHARED && distance < SHARED;
    let near = distance <= 1 + wanted.len() / 4;
    let kind = if near { 0 } else { 2 - u8::from(begins) };
    (kind, distance, Reverse(shared))
}

/// The number of letters to insert, leave out or change (Levenshtein).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, letter) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in right.iter().enumerate() {
            let change = diagonal + usize::from(letter != other);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first() {
        let names = ["Antal Ydelser", "Antal Unikke Borgere", "Helårsmodtagere", "Udgifter"];
        for (wanted, first) in [
            ("Antal Ydelsr", "Antal Ydelser"),
            ("antal unike borgere", "Antal Unikke Borgere"),
            ("hel", "Helårsmodtagere"),
            ("Udgifter i alt", "Udgifter"),
        ] {
            assert_eq!(nearest(wanted, names.into_iter())[0], first, "{wanted}");
        }
    }

    #[test]
    fn letters_are_inserted_left_out_or_changed() {
        for (left, right, expected) in [("", "abc", 3), ("kitten", "sitting", 3), ("å", "a", 1)] {
            let (left, right): (Vec<_>, Vec<_>) = (left.chars().collect(), right.chars().collect());
            assert_eq!(distance(&left, &right), expected);
            assert_eq!(distance(&right, &left), expected);
        }
    }
}
