//! Reading the tables plainly: rows by the names of their columns, and sums of them.

use std::collections::{BTreeMap, HashMap};
use std::fs;

use super::FOLDER;

/// A row by the names of its columns.
pub type Line = HashMap<String, String>;
pub type Rows = Vec<Line>;

/// A table.
pub fn read(table: &str) -> Rows {
    let path = FOLDER.as_ref().unwrap().join(format!("{table}.csv"));
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<String> = fields(lines.next().unwrap());
    lines.map(|line| header.iter().cloned().zip(fields(line)).collect()).collect()
}

fn fields(line: &str) -> Vec<String> {
    let (mut found, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => found.push(String::new()),
            _ => found.last_mut().unwrap().push(letter),
        }
    }
    found
}

/// The rows of a table by a key.
pub fn by_key(table: &str, key: &str) -> HashMap<String, Line> {
    read(table).into_iter().map(|row| (row[key].clone(), row)).collect()
}

pub fn number(text: &str) -> f64 {
    if text.is_empty() { 0.0 } else { text.parse().unwrap() }
}

/// Sums by member in ten-thousandths, the smallest part that a number of the tables has.
pub fn sums(rows: impl Iterator<Item = (String, f64)>) -> BTreeMap<String, i64> {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    rows.for_each(|(member, number)| *sums.entry(member).or_default() += number);
    sums.into_iter().map(|(member, sum)| (member, (sum * 10_000.0).round() as i64)).collect()
}
