//! Dimensions of a cube: fields as functions of a key, members in natural order, hierarchies.

use std::cmp::Ordering;

use cube_schema::schema::Grain;
use serde::{Deserialize, Serialize};

use super::array::{Array, Lists, Texts};

/// A dimension: `key_count` keys, and fields that are functions of the key.
///
/// The keys of the time dimension are the months of the timeline.
pub struct Dimension {
    /// The name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Whether its keys are the months of the timeline.
    pub is_time: bool,
    /// Whether a member exists only through rows that one may see.
    pub observed: bool,
    /// The number of keys.
    pub key_count: usize,
    /// The fields.
    pub fields: Vec<Field>,
    /// One hierarchy per field, in their order, then the hierarchies of several levels.
    pub hierarchies: Vec<Hierarchy>,
}

/// A field: a function from a dimension's keys to members, numbered in natural order.
pub struct Field {
    /// The name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The length of its periods, for a time field.
    pub grain: Option<Grain>,
    /// Whether the values are personal data.
    pub personal: bool,
    /// Captions of the members.
    pub captions: Texts,
    /// Keys of the members, as they stand in unique names.
    pub keys: Texts,
    /// The member that stands for "not known"; always the last one.
    pub unknown: Option<u32>,
    /// The member of each key of the dimension.
    pub member_of_key: Array<u32>,
    /// The keys of each member, ascending.
    pub keys_of_member: Lists,
    /// Members ordered by folded caption, for look-ups.
    pub by_caption: Array<u32>,
    /// Members ordered by folded key, for look-ups.
    pub by_key: Array<u32>,
}

/// Levels from the top down, below an All member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hierarchy {
    /// The name.
    pub name: String,
    /// Positions in the dimension's fields, from the top down.
    pub levels: Vec<usize>,
}

/// Upper and lower case made equal, for comparing names.
#[must_use]
pub fn fold(text: &str) -> String {
    folded(text).collect()
}

/// Whether two names are equal but for case; nothing is allocated.
#[must_use]
pub fn same(left: &str, right: &str) -> bool {
    left == right || compare(left, right).is_eq()
}

/// The order of two names, case aside; nothing is allocated.
#[must_use]
pub fn compare(left: &str, right: &str) -> Ordering {
    let equal = equal_ascii(left, right);
    match (left.as_bytes().get(equal), right.as_bytes().get(equal)) {
        (Some(left), Some(right)) if left.is_ascii() && right.is_ascii() => {
            left.to_ascii_lowercase().cmp(&right.to_ascii_lowercase())
        }
        (None, right) => None.cmp(&right),
        (left, None) => left.cmp(&None),
        _ => folded(&left[equal..]).cmp(folded(&right[equal..])),
    }
}

/// How many bytes at the beginning of a text equal a name but for case.
#[must_use]
pub fn prefix(text: &str, name: &str) -> Option<usize> {
    let equal = equal_ascii(text, name);
    let mut wanted = folded(&name[equal..]).peekable();
    for (at, letter) in text[equal..].char_indices() {
        if wanted.peek().is_none() {
            return Some(equal + at);
        }
        for lower in letter.to_lowercase() {
            if wanted.next() != Some(lower) {
                return None;
            }
        }
    }
    wanted.peek().is_none().then_some(text.len())
}

/// How many ASCII letters at the beginning of two texts are equal but for case.
fn equal_ascii(left: &str, right: &str) -> usize {
    let both = left.as_bytes().iter().zip(right.as_bytes());
    both.take_while(|(left, right)| left.is_ascii() && left.eq_ignore_ascii_case(right)).count()
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

impl Field {
    /// The number of members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.captions.len()
    }

    /// Whether there are no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The member of a caption, upper and lower case being equal. Of several, the first.
    #[must_use]
    pub fn find_caption(&self, caption: &str) -> Option<u32> {
        find(&self.captions, &self.by_caption, caption)
    }

    /// All members of a caption, upper and lower case being equal, in natural order.
    pub fn with_caption<'a>(&'a self, caption: &'a str) -> impl Iterator<Item = u32> {
        equal(&self.captions, &self.by_caption, caption)
    }

    /// All members of a key, upper and lower case being equal, in natural order.
    pub fn with_key<'a>(&'a self, key: &'a str) -> impl Iterator<Item = u32> {
        equal(&self.keys, &self.by_key, key)
    }

    /// The member of a key, upper and lower case being equal. Of several, the first.
    #[must_use]
    pub fn find_key(&self, key: &str) -> Option<u32> {
        find(&self.keys, &self.by_key, key)
    }

    /// The member of a value that is a caption or a key: looked up as a caption first.
    #[must_use]
    pub fn find(&self, value: &str) -> Option<u32> {
        self.find_caption(value).or_else(|| self.find_key(value))
    }
}

/// An exact match is found first, then the first that matches but for case.
fn find(texts: &Texts, order: &[u32], wanted: &str) -> Option<u32> {
    equal(texts, order, wanted)
        .find(|&member| texts.get(member as usize) == wanted)
        .or_else(|| equal(texts, order, wanted).next())
}

/// The members whose text equals the one wanted but for case.
fn equal<'a>(texts: &'a Texts, order: &'a [u32], wanted: &'a str) -> impl Iterator<Item = u32> {
    let text = |member: u32| texts.get(member as usize);
    let start = order.partition_point(|&member| compare(text(member), wanted).is_lt());
    order[start..].iter().copied().take_while(move |&member| same(text(member), wanted))
}

impl Dimension {
    /// The field of a name, upper and lower case being equal.
    #[must_use]
    pub fn find_field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| same(&field.name, name))
    }

    /// The hierarchy of a name, upper and lower case being equal. The hierarchy of a field has the
    /// field's position.
    #[must_use]
    pub fn find_hierarchy(&self, name: &str) -> Option<usize> {
        self.hierarchies.iter().position(|hierarchy| same(&hierarchy.name, name))
    }

    /// The member of `upper` that contains a member of `field`; both belong to one hierarchy.
    #[must_use]
    pub fn ancestor(&self, field: usize, member: u32, upper: usize) -> Option<u32> {
        let key = *self.fields[field].keys_of_member.get(member as usize).first()?;
        self.fields[upper].member_of_key.get(key as usize).copied()
    }

    /// The members of `lower` under a member of `field`, in natural order.
    #[must_use]
    pub fn descendants(&self, field: usize, member: u32, lower: usize) -> Vec<u32> {
        let keys = self.fields[field].keys_of_member.get(member as usize);
        let function = &self.fields[lower].member_of_key;
        let mut members: Vec<u32> = keys.iter().map(|&key| function[key as usize]).collect();
        members.sort_unstable();
        members.dedup();
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_as_if_folded() {
        let names = [
            "",
            "a",
            "A",
            "aÅ",
            "AÅb",
            "aå",
            "Å",
            "ø",
            "ØL",
            "Kelvin \u{212a}",
            "kelvin k",
            "İx",
            "ß",
        ];
        for left in names {
            for right in names {
                assert_eq!(compare(left, right), fold(left).cmp(&fold(right)), "{left} {right}");
                assert_eq!(same(left, right), fold(left) == fold(right), "{left} {right}");
            }
        }
    }

    #[test]
    fn a_prefix_is_found_whatever_its_case() {
        for (text, name, expected) in [
            ("Tid.År", "tid", Some(3)),
            ("ÅBEN ydelse § 107.x", "Åben ydelse § 107", Some("Åben ydelse § 107".len())),
            ("Ti", "Tid", None),
            ("Tod", "Tid", None),
            ("År", "år", Some(3)),
            ("x", "", Some(0)),
        ] {
            assert_eq!(prefix(text, name), expected, "{text} {name}");
        }
    }
}
