//! Opening and closing members.

use proptest::prelude::*;

use crate::tree::{
    LEVELS, PLACES, YEARS, children, depth, is_below, members, some, tuples, written,
};

/// Whether a member is followed by one of its children.
fn is_open(set: &[usize], at: usize) -> bool {
    set.get(at + 1).is_some_and(|&next| PLACES[next].parent == Some(set[at]))
}

fn opened_all(set: &[usize], opens: impl Fn(usize) -> bool) -> Vec<usize> {
    let below = |member: usize| if opens(member) { children(member) } else { Vec::new() };
    set.iter().flat_map(|&member| std::iter::once(member).chain(below(member))).collect()
}

fn opened(set: &[usize], opens: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut found = Vec::new();
    for (at, &member) in set.iter().enumerate() {
        found.push(member);
        if opens(member) && !is_open(set, at) {
            found.extend(children(member));
        }
    }
    found
}

fn opened_below(member: usize, named: &[usize], found: &mut Vec<usize>) {
    for child in children(member) {
        found.push(child);
        if named.contains(&child) {
            opened_below(child, named, found);
        }
    }
}

fn lowest(set: &[usize]) -> usize {
    set.iter().map(|&at| depth(at)).max().unwrap_or(0)
}

fn closed(set: &[usize], named: &[usize]) -> Vec<usize> {
    let stays = |at: &usize| !named.iter().any(|&above| is_below(*at, above));
    set.iter().copied().filter(stays).collect()
}

/// The members of each region and the region, as pairs with a year.
fn crossed(set: &[usize], year: usize) -> String {
    let tuple = |at: &usize| format!("({}, {})", YEARS[year].1, PLACES[*at].path);
    format!("{{{}}}", set.iter().map(tuple).collect::<Vec<_>>().join(", "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_level_is_opened(set in some(1), level in 0_usize..3) {
        let text = format!("DrilldownLevel({})", written(&set));
        let deepest = lowest(&set);
        prop_assert_eq!(members(&text), opened_all(&set, |at| depth(at) == deepest), "{}", text);
        // A level that no member is on is as if none were named.
        let named = if set.iter().any(|&at| depth(at) == level) { level } else { deepest };
        let text = format!("DrilldownLevel({}, {})", written(&set), LEVELS[level]);
        prop_assert_eq!(members(&text), opened_all(&set, |at| depth(at) == named), "{}", text);
    }

    #[test]
    fn members_are_opened_once(set in some(1), named in some(1)) {
        let text = format!("DrilldownMember({}, {})", written(&set), written(&named));
        prop_assert_eq!(members(&text), opened(&set, |at| named.contains(&at)), "{}", text);
    }

    #[test]
    fn members_are_opened_as_far_as_they_are_named(set in some(1), named in some(1)) {
        let mut expected = Vec::new();
        for (at, &member) in set.iter().enumerate() {
            expected.push(member);
            if named.contains(&member) && !is_open(&set, at) {
                opened_below(member, &named, &mut expected);
            }
        }
        let text = format!("DrilldownMember({}, {}, RECURSIVE)", written(&set), written(&named));
        prop_assert_eq!(members(&text), expected, "{}", text);
    }

    #[test]
    fn levels_and_members_are_closed(set in some(1), named in some(1), level in 0_usize..3) {
        let text = format!("DrillupMember({}, {})", written(&set), written(&named));
        prop_assert_eq!(members(&text), closed(&set, &named), "{}", text);
        let text = format!("DrillupLevel({}, {})", written(&set), LEVELS[level]);
        let above: Vec<usize> = set.iter().copied().filter(|&at| depth(at) <= level).collect();
        prop_assert_eq!(members(&text), above, "{}", text);
    }

    #[test]
    fn what_was_opened_closes_again(named in prop::sample::subsequence((0..7).collect::<Vec<_>>(), 1..7)) {
        let closed_regions = "{[Sted].[Geografi].[I alt], [Sted].[Geografi].[Nord], [Sted].[Geografi].[Syd]}";
        let regions: Vec<usize> = named.iter().copied().filter(|at| [1, 4].contains(at)).collect();
        prop_assume!(!regions.is_empty());
        let opened = format!("DrilldownMember({closed_regions}, {})", written(&regions));
        let text = format!("DrillupMember({opened}, {})", written(&regions));
        prop_assert_eq!(members(&text), [0, 1, 4]);
        let toggled = format!("ToggleDrillState({closed_regions}, {})", written(&regions));
        prop_assert_eq!(members(&toggled), members(&opened));
        let text = format!("ToggleDrillState({toggled}, {})", written(&regions));
        prop_assert_eq!(members(&text), [0, 1, 4]);
    }

    #[test]
    fn tuples_are_opened_at_one_of_their_members(set in some(1), named in some(1), year in 0_usize..2) {
        let pairs = |list: Vec<usize>| -> Vec<Vec<String>> {
            let pair = |at: usize| vec![YEARS[year].0.to_owned(), PLACES[at].caption.to_owned()];
            list.into_iter().map(pair).collect()
        };
        let own = crossed(&set, year);
        let text = format!("DrilldownMember({own}, {})", written(&named));
        prop_assert_eq!(tuples(&text), pairs(opened(&set, |at| named.contains(&at))), "{}", text);
        // Named by the year, opened at the place.
        let text = format!("DrilldownMember({own}, {{{}}}, [Sted].[Geografi])", YEARS[year].1);
        prop_assert_eq!(tuples(&text), pairs(opened(&set, |_| true)), "{}", text);
        let text = format!("DrilldownLevel({own},, 1)");
        let deepest = lowest(&set);
        prop_assert_eq!(tuples(&text), pairs(opened(&set, |at| depth(at) == deepest)), "{}", text);
    }
}

#[test]
fn calculated_members_are_opened_where_that_is_asked() {
    let set = "{[Sted].[Geografi].[I alt]}";
    let own = "WITH MEMBER [Sted].[Geografi].[I alt].[Bynært] AS 1";
    let ask = |set: &str| {
        let view = crate::world::view("");
        let found = crate::world::mdx(
            &view,
            &format!("{own} SELECT [Measures].[Borgere] ON 0, {set} ON 1 FROM Lille"),
        );
        let name = |line: &String| line.split(" | ").next().unwrap_or_default().to_owned();
        found.iter().skip(1).map(name).collect::<Vec<_>>()
    };
    assert_eq!(ask(&format!("DrilldownLevel({set})")), ["I alt", "Nord", "Syd"]);
    let with = ["I alt", "Nord", "Syd", "Bynært"];
    assert_eq!(ask(&format!("DrilldownLevel({set},,, INCLUDE_CALC_MEMBERS)")), with);
    assert_eq!(ask(&format!("DrilldownMember({set}, {set},,, INCLUDE_CALC_MEMBERS)")), with);
    assert_eq!(ask(&format!("AddCalculatedMembers(DrilldownLevel({set}))")), with);
    let without = format!("StripCalculatedMembers(AddCalculatedMembers(DrilldownLevel({set})))");
    assert_eq!(ask(&without), ["I alt", "Nord", "Syd"]);
    assert_eq!(ask(&format!("AddCalculatedMembers({set})")), ["I alt"]);
}
