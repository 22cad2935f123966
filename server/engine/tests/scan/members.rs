//! The members of a field in natural order, from the tables alone.

use cube_schema::day::Month;
use cube_schema::schema::{Field, Grain, Sort};
use cube_schema::table::{DimensionTable, Timeline};

/// The members of a field.
pub struct FieldMembers {
    /// Their captions, in natural order.
    pub captions: Vec<String>,
    /// The member of each key of the dimension.
    pub member_of_key: Vec<u32>,
}

#[derive(Clone, PartialEq)]
struct Row {
    unknown: bool,
    key: String,
    caption: String,
    row: usize,
}

/// The periods of a time field.
pub fn time_members(field: &Field, timeline: Timeline) -> FieldMembers {
    let mut captions: Vec<String> = Vec::new();
    let mut member_of_key = Vec::new();
    for month in (timeline.first.0..=timeline.last.0).map(Month) {
        let (year, number) = (month.year(), month.number());
        let caption = match field.grain.unwrap() {
            Grain::Year => format!("{year}"),
            Grain::Quarter => format!("{year}K{}", (number + 2) / 3),
            Grain::Month => format!("{year}-{number:02}"),
        };
        if captions.last() != Some(&caption) {
            captions.push(caption);
        }
        member_of_key.push(captions.len() as u32 - 1);
    }
    FieldMembers { captions, member_of_key }
}

/// The members of a field of a table: an empty key is the unknown member, which is last.
pub fn field_members(field: &Field, table: &DimensionTable, unknown: &str) -> FieldMembers {
    let keys = table.column(&field.key).unwrap();
    let captions = table.column(field.caption.as_ref().unwrap_or(&field.key)).unwrap();
    let row = |row: usize| {
        let (key, caption) = (keys[row].to_string(), captions[row].to_string());
        match (key.is_empty(), caption.is_empty()) {
            (true, _) => {
                Row { unknown: true, key: unknown.to_owned(), caption: unknown.to_owned(), row }
            }
            (false, true) => Row { unknown: false, key: key.clone(), caption: key, row },
            (false, false) => Row { unknown: false, key, caption, row },
        }
    };
    let rows: Vec<Row> = (0..keys.len()).map(row).collect();
    let same = |left: &Row, right: &Row| left.unknown == right.unknown && left.key == right.key;
    let mut members: Vec<&Row> = Vec::new();
    for row in &rows {
        if !members.iter().any(|member| same(member, row)) {
            members.push(row);
        }
    }
    members.sort_by_key(|member| {
        let own = match field.sort {
            Sort::Danish => (danish(&member.caption), Vec::new()),
            Sort::Number => (Vec::new(), numbers(&member.key)),
            Sort::Table => (Vec::new(), vec![member.row as u64]),
            Sort::Key => panic!("no field of these worlds is ordered so"),
        };
        let text = if field.sort == Sort::Danish { &member.caption } else { &member.key };
        (member.unknown, own, text.clone(), numbers(&member.key), member.key.clone(), member.row)
    });
    let number = |row: &Row| members.iter().position(|member| same(member, row)).unwrap() as u32;
    FieldMembers {
        member_of_key: rows.iter().map(number).collect(),
        captions: members.iter().map(|member| member.caption.clone()).collect(),
    }
}

/// The places of the letters in the Danish alphabet; aa is å.
fn danish(text: &str) -> Vec<usize> {
    const LETTERS: &str = " -.0123456789abcdefghijklmnopqrstuvwxyzæøå";
    let text = text.to_lowercase().replace("aa", "å");
    text.chars().map(|letter| LETTERS.chars().position(|one| one == letter).unwrap()).collect()
}

/// The numbers in a code; a code without any is after all others.
fn numbers(code: &str) -> Vec<u64> {
    let parts = code.split(|letter: char| !letter.is_ascii_digit());
    let numbers: Vec<u64> = parts.filter_map(|part| part.parse().ok()).collect();
    if numbers.is_empty() { vec![u64::MAX] } else { numbers }
}
