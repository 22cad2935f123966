//! Dimensions: keys, and for each key the members of its fields, in the order in which members are shown.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context, Result, bail};

use crate::municipality::UKENDT;

/// A member of a field. Members are ordered by their sort value first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Member {
    sort: Vec<u32>,
    caption: String,
    key: String,
}

impl Member {
    /// `Ukendt` sorts last.
    pub(crate) fn ukendt() -> Member {
        Member { sort: vec![u32::MAX], caption: UKENDT.to_owned(), key: UKENDT.to_owned() }
    }

    /// A member with a code, sorted by the numbers in it: 1.8.1 before 1.12.0.1.
    pub(crate) fn coded(code: &str, caption: &str) -> Member {
        let number = |part: &str| part.parse().unwrap_or(u32::MAX - 1);
        Member {
            sort: code.split('.').map(number).collect(),
            caption: caption.to_owned(),
            key: code.to_owned(),
        }
    }

    /// A member that is its name, sorted as Danish sorts names.
    pub(crate) fn named(caption: &str) -> Member {
        Member { sort: danish_order(caption), caption: caption.to_owned(), key: caption.to_owned() }
    }

    /// A name with a key, sorted by the name.
    pub(crate) fn named_with_key(key: &str, caption: &str) -> Member {
        Member { key: key.to_owned(), ..Member::named(caption) }
    }

    /// A member whose place in a list decides.
    pub(crate) fn at_place(place: usize, key: &str, caption: &str) -> Member {
        let place = u32::try_from(place).expect("lists are short");
        Member { sort: vec![place], caption: caption.to_owned(), key: key.to_owned() }
    }
}

/// Letters without regard to capitals, æ ø å after z, aa as å; everything else before the letters.
fn danish_order(text: &str) -> Vec<u32> {
    let order = |letter: char| match letter {
        'æ' | 'ä' => 1001,
        'ø' | 'ö' => 1002,
        'å' => 1003,
        'é' => u32::from('e'),
        'ü' => u32::from('y'),
        other => u32::from(other),
    };
    text.to_lowercase().replace("aa", "å").chars().map(order).collect()
}

/// A field: its members in order. The place of a member is its rank.
pub(crate) struct Field {
    pub(crate) name: String,
    members: Vec<Member>,
}

impl Field {
    pub(crate) fn caption(&self, member: u32) -> &str {
        &self.members[member as usize].caption
    }

    /// The members that a value means: by caption first, else by key.
    fn members_named(&self, value: &str) -> Result<Vec<u32>> {
        let by_caption = self.places(|member| member.caption == value);
        let found = if by_caption.is_empty() {
            self.places(|member| member.key == value)
        } else {
            by_caption
        };
        if found.is_empty() {
            bail!("{} has no member {value:?}", self.name);
        }
        Ok(found)
    }

    fn places(&self, is_meant: impl Fn(&Member) -> bool) -> Vec<u32> {
        (0..)
            .zip(&self.members)
            .filter(|(_, member)| is_meant(member))
            .map(|(place, _)| place)
            .collect()
    }
}

/// What decides which key of a dimension holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// The record: one key, or several.
    Record,
    /// The months of the cell's period.
    Tid,
    /// The record and the quarter (rule G2).
    Godkendt,
    /// The citizen and the last day of the cell's period.
    Alder,
}

/// A dimension. Each key has one member in each field.
pub(crate) struct Dimension {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) fields: Vec<Field>,
    /// For each key the ranks of its members, field by field.
    keys: Vec<Vec<u32>>,
    places: HashMap<String, usize>,
}

impl Dimension {
    /// A dimension of keys, each with its members.
    pub(crate) fn new(
        name: &str,
        kind: Kind,
        fields: &[&str],
        keys: &[(String, Vec<Member>)],
    ) -> Dimension {
        let field = |place: usize| {
            let members: BTreeSet<Member> =
                keys.iter().map(|(_, members)| members[place].clone()).collect();
            Field { name: fields[place].to_owned(), members: members.into_iter().collect() }
        };
        let fields: Vec<Field> = (0..fields.len()).map(field).collect();
        let rank = |place: usize, member: &Member| {
            let rank = fields[place]
                .members
                .binary_search(member)
                .expect("the field was made of these members");
            u32::try_from(rank).expect("a field has fewer members")
        };
        let ranks = |members: &Vec<Member>| {
            members.iter().enumerate().map(|(place, member)| rank(place, member)).collect()
        };
        Dimension {
            name: name.to_owned(),
            kind,
            keys: keys.iter().map(|(_, members)| ranks(members)).collect(),
            places: keys.iter().enumerate().map(|(place, (key, _))| (key.clone(), place)).collect(),
            fields,
        }
    }

    /// The place of a key, if the dimension has it.
    pub(crate) fn find_key(&self, key: &str) -> Option<usize> {
        self.places.get(key).copied()
    }

    /// The place of a key, or that of `Ukendt`.
    pub(crate) fn key_or_ukendt(&self, key: &str) -> usize {
        self.find_key(key)
            .or_else(|| self.find_key(UKENDT))
            .expect("a dimension in which a record can lack a value has Ukendt")
    }

    pub(crate) fn key_count(&self) -> usize {
        self.keys.len()
    }

    /// The rank of a key's member in a field.
    pub(crate) fn member(&self, key: usize, field: usize) -> u32 {
        self.keys[key][field]
    }

    pub(crate) fn field(&self, name: &str) -> Result<usize> {
        let place = self.fields.iter().position(|field| field.name == name);
        place.with_context(|| format!("{} has no field {name:?}", self.name))
    }

    /// For each key: does its member in the field fulfil the condition?
    pub(crate) fn select(
        &self,
        field: usize,
        is_one_of: bool,
        values: &[String],
    ) -> Result<Vec<bool>> {
        let mut meant = BTreeSet::new();
        for value in values {
            meant.extend(self.fields[field].members_named(value)?);
        }
        Ok((0..self.key_count())
            .map(|key| meant.contains(&self.member(key, field)) == is_one_of)
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_sort_by_number_by_danish_name_and_ukendt_last() {
        let mut codes = [
            Member::ukendt(),
            Member::coded("1.12.0.1", "b"),
            Member::coded("1.8.1", "a"),
            Member::coded("1.8.2", "c"),
        ];
        codes.sort();
        assert_eq!(codes.map(|member| member.key), ["1.8.1", "1.8.2", "1.12.0.1", "Ukendt"]);
        let mut names = ["Aabenraa", "Ærø", "Øby", "Aby", "zebra", "Ålborg"].map(Member::named);
        names.sort();
        assert_eq!(
            names.map(|member| member.caption),
            ["Aby", "zebra", "Ærø", "Øby", "Aabenraa", "Ålborg"]
        );
    }
}
