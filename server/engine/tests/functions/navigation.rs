//! From members to their relatives.

use proptest::prelude::*;

use crate::tree::{
    LEVELS, PLACES, children, depth, failure, holds, is_below, members, some, written,
};

/// Every member, as a text and by number.
fn each(check: impl Fn(&str, usize)) {
    PLACES.iter().enumerate().for_each(|(at, node)| check(node.path, at));
}

fn siblings(at: usize) -> Vec<usize> {
    PLACES[at].parent.map_or(vec![at], children)
}

#[test]
fn relatives_are_those_of_the_tree() {
    let list = |one: Option<usize>| one.into_iter().collect::<Vec<_>>();
    each(|path, at| {
        let below = children(at);
        assert_eq!(members(&format!("{path}.Children")), below, "{path}");
        assert_eq!(members(&format!("{{{path}.FirstChild}}")), list(below.first().copied()));
        assert_eq!(members(&format!("{{{path}.LastChild}}")), list(below.last().copied()));
        let beside = siblings(at);
        assert_eq!(members(&format!("{path}.Siblings")), beside, "{path}");
        assert_eq!(members(&format!("{{{path}.FirstSibling}}")), list(beside.first().copied()));
        assert_eq!(members(&format!("{{{path}.LastSibling}}")), list(beside.last().copied()));
        assert_eq!(members(&format!("{{{path}.Parent}}")), list(PLACES[at].parent));
        assert_eq!(members(&format!("{{{path}.DataMember}}")), [at]);
        let above = std::iter::successors(Some(at), |&one| PLACES[one].parent);
        assert_eq!(members(&format!("Ascendants({path})")), above.collect::<Vec<_>>(), "{path}");
    });
}

#[test]
fn ancestors_are_above_or_the_member_itself() {
    each(|path, at| {
        let above: Vec<usize> =
            std::iter::successors(Some(at), |&one| PLACES[one].parent).collect();
        for distance in 0..4 {
            let expected: Vec<usize> = above.get(distance).copied().into_iter().collect();
            let found = members(&format!("{{Ancestor({path}, {distance})}}"));
            assert_eq!(found, expected, "{path} {distance}");
            assert_eq!(members(&format!("Ancestors({path}, {distance})")), expected);
        }
        for (number, level) in LEVELS.iter().enumerate() {
            let expected: Vec<usize> =
                above.iter().copied().filter(|&one| depth(one) == number).collect();
            assert_eq!(
                members(&format!("{{Ancestor({path}, {level})}}")),
                expected,
                "{path} {level}"
            );
            assert_eq!(members(&format!("Ancestors({path}, {level})")), expected);
        }
    });
}

#[test]
fn relations_of_two_members_are_those_of_the_tree() {
    each(|path, at| {
        assert_eq!(holds(&format!("IsLeaf({path})")), children(at).is_empty(), "{path}");
        for number in 0..4 {
            let expected = 2 - depth(at) == number;
            assert_eq!(holds(&format!("IsGeneration({path}, {number})")), expected, "{path}");
        }
        each(|other, one| {
            assert_eq!(holds(&format!("IsAncestor({other}, {path})")), is_below(at, one));
            let expected = siblings(at).contains(&one);
            assert_eq!(holds(&format!("IsSibling({path}, {other})")), expected, "{path} {other}");
        });
    });
}

#[test]
fn a_cousin_has_the_same_place_under_another() {
    for (child, parent, expected) in [
        (3, 4, Some(6)), // Bby, the second of Nord, under Syd: Dby
        (2, 4, Some(5)),
        (5, 1, Some(2)),
        (6, 6, Some(6)),
        (4, 0, Some(4)),
        (6, 0, Some(6)),
        (1, 2, None), // a region has no place under a municipality
    ] {
        let text = format!("{{Cousin({}, {})}}", PLACES[child].path, PLACES[parent].path);
        assert_eq!(members(&text), expected.into_iter().collect::<Vec<_>>(), "{text}");
    }
}

#[test]
fn levels_have_numbers_and_names() {
    for (number, level) in LEVELS.iter().enumerate() {
        let expected: Vec<usize> = (0..PLACES.len()).filter(|&at| depth(at) == number).collect();
        assert_eq!(members(&format!("[Sted].[Geografi].Levels({number}).Members")), expected);
        assert!(holds(&format!("{level}.Ordinal = {number}")), "{level}");
    }
    assert_eq!(members("[Sted].[Geografi].Levels(\"region\").Members"), [1, 4]);
    assert_eq!(members("[Sted].[Geografi].Levels(\"(All)\").Members"), [0]);
    each(|path, at| assert!(holds(&format!("{path}.Level.Ordinal = {}", depth(at))), "{path}"));
    let error = failure("[Sted].[Geografi].Levels(3).Members");
    assert!(error.contains("har ikke det niveau"), "{error}");
}

/// Whether a flag takes a depth, the named one being `named`.
fn takes(flag: &str, depth: usize, named: usize) -> bool {
    match flag {
        "SELF" => depth == named,
        "AFTER" => depth > named,
        "BEFORE" => depth < named,
        "BEFORE_AND_AFTER" => depth != named,
        "SELF_AND_AFTER" => depth >= named,
        "SELF_AND_BEFORE" => depth <= named,
        "SELF_BEFORE_AFTER" => true,
        "LEAVES" => depth == 2 && depth <= named,
        _ => unreachable!("{flag}"),
    }
}

const FLAGS: [&str; 8] = [
    "SELF",
    "AFTER",
    "BEFORE",
    "BEFORE_AND_AFTER",
    "SELF_AND_AFTER",
    "SELF_AND_BEFORE",
    "SELF_BEFORE_AFTER",
    "LEAVES",
];

/// A member and those below it that pass.
fn below(at: usize, passes: impl Fn(usize) -> bool) -> Vec<usize> {
    let here = |one: &usize| *one == at || is_below(*one, at);
    (0..PLACES.len()).filter(here).filter(|&one| passes(depth(one))).collect()
}

#[test]
fn descendants_are_taken_by_level_distance_and_flag() {
    each(|path, at| {
        for flag in FLAGS {
            for (named, level) in LEVELS.iter().enumerate() {
                let text = format!("Descendants({path}, {level}, {flag})");
                assert_eq!(members(&text), below(at, |one| takes(flag, one, named)), "{text}");
            }
            for distance in 0..4 {
                let text = format!("Descendants({path}, {distance}, {flag})");
                let named = depth(at) + distance;
                assert_eq!(members(&text), below(at, |one| takes(flag, one, named)), "{text}");
            }
        }
        assert_eq!(members(&format!("Descendants({path})")), below(at, |_| true), "{path}");
        assert_eq!(members(&format!("Descendants({path},, LEAVES)")), below(at, |one| one == 2));
        let text = format!("Descendants({path},, AFTER)");
        assert_eq!(members(&text), below(at, |one| one > depth(at)), "{text}");
        let text = format!("Descendants({path}, [Sted].[Geografi].[Region])");
        assert_eq!(members(&text), below(at, |one| one == 1), "{text}");
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn descendants_of_a_set_are_those_of_its_members(set in some(1), flag in 0_usize..8, named in 0_usize..3) {
        let mut expected = Vec::new();
        for at in &set {
            for one in below(*at, |depth| takes(FLAGS[flag], depth, named)) {
                if !expected.contains(&one) {
                    expected.push(one);
                }
            }
        }
        let text = format!("Descendants({}, {}, {})", written(&set), LEVELS[named], FLAGS[flag]);
        prop_assert_eq!(members(&text), expected, "{}", text);
    }
}
