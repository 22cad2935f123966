//! Dimensions of a cube: fields as functions of a key, members in natural order, hierarchies.

use std::cmp::Ordering;

use cube_schema::schema::{Grain, Period, ValueType};

use super::array::{Array, Lists, Texts};

/// What a partial field has for a key without a member.
pub const NO_MEMBER: u32 = u32::MAX;

/// A dimension: `key_count` keys, and fields that are functions of the key.
///
/// The keys of the time dimension are the months of the timeline.
pub struct Dimension {
    /// The name.
    pub name: String,
    /// What people read of it.
    pub caption: String,
    /// What it is.
    pub description: String,
    /// Whether its keys are the months of the timeline.
    pub is_time: bool,
    /// Whether its members are periods: those of the timeline, or of a table of days.
    pub of_time: bool,
    /// Whether a member exists only through rows that one may see.
    pub observed: bool,
    /// The number of keys.
    pub key_count: usize,
    /// The fields.
    pub fields: Vec<Field>,
    /// One hierarchy per field, in their order, then the hierarchies that the schema names. Those of
    /// fields that are levels, or properties, of such a hierarchy only are hidden.
    pub hierarchies: Vec<Hierarchy>,
}

/// A field: a function from a dimension's keys to members, numbered in natural order.
///
/// A *partial* field has no member ([`NO_MEMBER`]) for some keys: where a level of a ragged hierarchy
/// is left out, and below the members of a parent-child hierarchy.
pub struct Field {
    /// The name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The length of its periods, for a field of the timeline.
    pub grain: Option<Grain>,
    /// Which periods its members are.
    pub period: Period,
    /// What its keys are.
    pub value: ValueType,
    /// Whether some key has no member.
    pub partial: bool,
    /// Whether a key alone does not tell a member from others: the keys of its ancestors do.
    pub composite: bool,
    /// The fields that are its properties: functions of its members.
    pub properties: Vec<usize>,
    /// Whether the values are personal data.
    pub personal: bool,
    /// Captions of the members.
    pub captions: Texts,
    /// Keys of the members, as they stand in unique names.
    pub keys: Texts,
    /// The member that stands for "not known"; always the last one.
    pub unknown: Option<u32>,
    /// The member of each key of the dimension, or [`NO_MEMBER`].
    pub member_of_key: Array<u32>,
    /// The keys of each member, ascending.
    pub keys_of_member: Lists,
    /// Members ordered by folded caption, for look-ups.
    pub by_caption: Array<u32>,
    /// Members ordered by folded key, for look-ups.
    pub by_key: Array<u32>,
}

/// Levels from the top down.
///
/// In a *ragged* hierarchy, levels are partial fields: a member's children are those of the next
/// level below it that has any, key by key. A *parent-child* hierarchy is a level that is as deep as
/// its members are: one partial field per depth, all of one name.
#[derive(Clone)]
pub struct Hierarchy {
    /// The name.
    pub name: String,
    /// What people read of it.
    pub caption: String,
    /// Positions in the dimension's fields, from the top down.
    pub levels: Vec<usize>,
    /// Whether there is an All member above them.
    pub has_all: bool,
    /// The caption of the All member, where it is not the cube's.
    pub all: Option<String>,
    /// The default member, as field and number; `None` is the All member.
    pub default: Option<(usize, u32)>,
    /// Whether it is left out where hierarchies are listed and found by name.
    pub hidden: bool,
    /// Of a parent-child hierarchy: the field whose members are the members' own keys alone
    /// (`DataMember`).
    pub data: Option<usize>,
    /// Where levels are partial: the rank of each key when all is in hierarchical order. Members are
    /// then ordered by the least rank of their keys, an ancestor before its descendants.
    pub ranks: Option<Array<u32>>,
}

impl Hierarchy {
    /// The hierarchy of one field, as it is called in the schema.
    #[must_use]
    pub fn of_field(name: &str, field: usize, hidden: bool) -> Hierarchy {
        Hierarchy { hidden, ..Hierarchy::of_levels(name, vec![field]) }
    }

    /// Levels below an All member.
    #[must_use]
    pub fn of_levels(name: &str, levels: Vec<usize>) -> Hierarchy {
        Hierarchy {
            name: name.to_owned(),
            caption: name.to_owned(),
            levels,
            has_all: true,
            all: None,
            default: None,
            hidden: false,
            data: None,
            ranks: None,
        }
    }
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

    /// The member of a key of the dimension, if it has one.
    #[must_use]
    pub fn member_of(&self, key: u32) -> Option<u32> {
        self.member_of_key.get(key as usize).copied().filter(|&member| member != NO_MEMBER)
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
    /// field's position. A hidden one is not found.
    #[must_use]
    pub fn find_hierarchy(&self, name: &str) -> Option<usize> {
        self.shown_hierarchies().find(|(_, hierarchy)| same(&hierarchy.name, name)).map(|one| one.0)
    }

    /// The hierarchies that are listed, with their positions.
    pub fn shown_hierarchies(&self) -> impl Iterator<Item = (usize, &Hierarchy)> {
        self.hierarchies.iter().enumerate().filter(|(_, hierarchy)| !hierarchy.hidden)
    }

    /// The hierarchy that a member is looked for in when none is named: the only one, or the one of
    /// several levels that has the dimension's name.
    #[must_use]
    pub fn own_hierarchy(&self) -> Option<usize> {
        let mut shown = self.shown_hierarchies();
        let first = shown.next()?.0;
        if shown.next().is_none() {
            return Some(first);
        }
        let named = |(at, one): &(usize, &Hierarchy)| {
            *at >= self.fields.len() && same(&one.name, &self.name)
        };
        self.shown_hierarchies().find(named).map(|found| found.0)
    }

    /// The first hierarchy of several levels that a field is a level of.
    #[must_use]
    pub fn levelled(&self, field: usize) -> Option<usize> {
        let is_own = |own: &Hierarchy| own.levels.len() > 1 && own.levels.contains(&field);
        self.hierarchies.iter().position(is_own)
    }

    /// The member of `upper` that contains a member of `field`; both belong to one hierarchy. None
    /// where a ragged hierarchy leaves that level out.
    #[must_use]
    pub fn ancestor(&self, field: usize, member: u32, upper: usize) -> Option<u32> {
        let key = *self.fields[field].keys_of_member.get(member as usize).first()?;
        self.fields[upper].member_of(key)
    }

    /// The members of `lower` under a member of `field`, in natural order.
    #[must_use]
    pub fn descendants(&self, field: usize, member: u32, lower: usize) -> Vec<u32> {
        let keys = self.fields[field].keys_of_member.get(member as usize);
        let function = &self.fields[lower];
        let mut members: Vec<u32> =
            keys.iter().filter_map(|&key| function.member_of(key)).collect();
        members.sort_unstable();
        members.dedup();
        members
    }

    /// The nearest member above a member of a level, as field and number; none at the top. Above the
    /// member for a member's own facts stands that member.
    #[must_use]
    pub fn parent(&self, hierarchy: usize, field: usize, member: u32) -> Option<(usize, u32)> {
        let shape = &self.hierarchies[hierarchy];
        let levels = &shape.levels;
        let own = match shape.data == Some(field) {
            true => levels.len(),
            false => levels.iter().position(|&level| level == field)?,
        };
        levels[..own]
            .iter()
            .rev()
            .find_map(|&upper| Some((upper, self.ancestor(field, member, upper)?)))
    }

    /// Of a member of a parent-child hierarchy, the member for its own facts alone: of its keys, the
    /// one that stands before those below it.
    #[must_use]
    pub fn data_member(&self, hierarchy: usize, field: usize, member: u32) -> Option<(usize, u32)> {
        let own = &self.hierarchies[hierarchy];
        let data = own.data?;
        let rank = |key: &u32| own.ranks.as_ref().and_then(|ranks| ranks.get(*key as usize));
        let keys = self.fields[field].keys_of_member.get(member as usize);
        let key = keys.iter().min_by_key(|key| rank(key))?;
        Some((data, self.fields[data].member_of(*key)?))
    }

    /// The members right below a member of a level, in hierarchical order. In a ragged hierarchy they
    /// can be of several levels.
    #[must_use]
    pub fn children(&self, hierarchy: usize, field: usize, member: u32) -> Vec<(usize, u32)> {
        let levels = &self.hierarchies[hierarchy].levels;
        let Some(own) = levels.iter().position(|&level| level == field) else { return Vec::new() };
        let keys = self.fields[field].keys_of_member.get(member as usize);
        self.nearest(hierarchy, &levels[own + 1..], keys.iter().copied())
    }

    /// The members without a member above them, in hierarchical order.
    #[must_use]
    pub fn roots(&self, hierarchy: usize) -> Vec<(usize, u32)> {
        let levels = &self.hierarchies[hierarchy].levels;
        self.nearest(hierarchy, levels, 0..self.key_count as u32)
    }

    /// For each of some keys its member on the first of some levels that has one; each member once.
    fn nearest(
        &self,
        hierarchy: usize,
        levels: &[usize],
        keys: impl Iterator<Item = u32>,
    ) -> Vec<(usize, u32)> {
        let first = |key: u32| {
            levels.iter().find_map(|&level| Some((level, self.fields[level].member_of(key)?)))
        };
        let mut members: Vec<(usize, u32)> = keys.filter_map(first).collect();
        members.sort_unstable();
        members.dedup();
        self.sort_members(hierarchy, &mut members);
        members
    }

    /// Whether the members of a level, as they are numbered, stand in the order of a hierarchy: those
    /// of one parent beside each other, the parents in their own order. A field that is a level of
    /// several hierarchies has an order of its own.
    #[must_use]
    pub fn is_hierarchical(&self, hierarchy: usize, field: usize) -> bool {
        let shape = &self.hierarchies[hierarchy];
        let members = 0..self.fields[field].len() as u32;
        if let Some(ranks) = &shape.ranks {
            let keys = &self.fields[field].keys_of_member;
            let rank = |id: u32| keys.get(id as usize).iter().map(|&key| ranks[key as usize]).min();
            return members.is_sorted_by_key(rank);
        }
        let above: Vec<usize> =
            shape.levels.iter().copied().take_while(|&level| level != field).collect();
        let lineage = |id: u32| above.iter().map(move |&upper| self.ancestor(field, id, upper));
        above.is_empty() || members.is_sorted_by(|&one, &next| lineage(one).le(lineage(next)))
    }

    /// Puts members of one hierarchy's levels in hierarchical order, an ancestor before its
    /// descendants. Repeated members stay.
    pub fn sort_members(&self, hierarchy: usize, members: &mut [(usize, u32)]) {
        let shape = &self.hierarchies[hierarchy];
        let depth = |field: usize| shape.levels.iter().position(|&level| level == field);
        match &shape.ranks {
            Some(ranks) => members.sort_by_cached_key(|&(field, id)| {
                let keys = self.fields[field].keys_of_member.get(id as usize);
                (keys.iter().map(|&key| ranks[key as usize]).min(), depth(field))
            }),
            None => members.sort_by_cached_key(|&(field, id)| {
                let above = shape.levels.iter().take(depth(field).unwrap_or(0));
                let above = above.map(|&upper| self.ancestor(field, id, upper));
                above.chain([Some(id)]).collect::<Vec<_>>()
            }),
        }
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
