//! Sets made of sets.

use proptest::prelude::*;

use crate::tree::{PLACES, YEARS, depth, failure, members, some, tuples, written};

fn distinct(set: &[usize]) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    for &at in set {
        if !found.contains(&at) {
            found.push(at);
        }
    }
    found
}

/// The order of a hierarchy with each member behind those it contains.
fn post(at: usize) -> usize {
    [2, 3, 1, 5, 6, 4, 0].iter().position(|&one| one == at).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn sets_are_joined_and_sifted(set in some(1), other in some(1)) {
        let (own, second) = (written(&set), written(&other));
        let both: Vec<usize> = set.iter().chain(&other).copied().collect();
        let kept: Vec<usize> = set.iter().copied().filter(|at| other.contains(at)).collect();
        let left: Vec<usize> = set.iter().copied().filter(|at| !other.contains(at)).collect();
        prop_assert_eq!(members(&own), set.clone());
        prop_assert_eq!(members(&format!("Distinct({own})")), distinct(&set));
        prop_assert_eq!(members(&format!("Union({own}, {second})")), distinct(&both));
        prop_assert_eq!(members(&format!("Union({own}, {second}, ALL)")), both);
        prop_assert_eq!(members(&format!("Intersect({own}, {second})")), distinct(&kept));
        prop_assert_eq!(members(&format!("Except({own}, {second})")), distinct(&left));
        prop_assert_eq!(members(&format!("Except({own}, {second}, ALL)")), left);
    }

    #[test]
    fn parts_are_those_of_a_list(set in some(1), start in 0_usize..9, count in 0_usize..9) {
        let own = written(&set);
        let part = |from: usize, to: usize| set[from.min(set.len())..to.min(set.len())].to_vec();
        prop_assert_eq!(members(&format!("Head({own}, {count})")), part(0, count));
        prop_assert_eq!(members(&format!("Tail({own}, {count})")), part(set.len().saturating_sub(count), set.len()));
        prop_assert_eq!(members(&format!("Subset({own}, {start}, {count})")), part(start, start + count));
        prop_assert_eq!(members(&format!("Subset({own}, {start})")), part(start, set.len()));
    }

    #[test]
    fn hierarchize_sorts_and_keeps_duplicates(set in some(1)) {
        let own = written(&set);
        let mut sorted = set.clone();
        sorted.sort_unstable();
        prop_assert_eq!(members(&format!("Hierarchize({own})")), sorted.clone());
        sorted.sort_by_key(|&at| post(at));
        prop_assert_eq!(members(&format!("Hierarchize({own}, POST)")), sorted);
    }

    #[test]
    fn what_is_crossed_can_be_extracted(set in some(1), both in any::<bool>()) {
        let years = if both { "{[Tid].[År].[2019], [Tid].[År].[2020]}" } else { "{[Tid].[År].[2020]}" };
        let product = format!("CrossJoin({}, {years})", written(&set));
        let count = if both { 2 } else { 1 };
        let found = tuples(&product);
        prop_assert_eq!(found.len(), set.len() * count);
        for (number, tuple) in found.iter().enumerate() {
            prop_assert_eq!(&tuple[0], PLACES[set[number / count]].caption);
            prop_assert_eq!(&tuple[1], YEARS[if both { number % 2 } else { 1 }].0);
        }
        prop_assert_eq!(members(&format!("Extract({product}, [Sted].[Geografi])")), distinct(&set));
        let extracted = tuples(&format!("Extract({product}, [Tid].[År])"));
        prop_assert_eq!(extracted.len(), count);
        let turned = tuples(&format!("Extract({product}, [Tid].[År], [Sted].[Geografi])"));
        prop_assert_eq!(turned.len(), distinct(&set).len() * count);
    }
}

#[test]
fn members_of_hierarchies_stand_above_those_they_contain() {
    assert_eq!(members("[Sted].[Geografi].Members"), [0, 1, 2, 3, 4, 5, 6]);
    let leaves: Vec<usize> = (0..7).filter(|&at| depth(at) == 2).collect();
    assert_eq!(members("[Sted].[Geografi].[Kommune].Members"), leaves);
}

#[test]
fn what_does_not_fit_is_said() {
    let error = failure("Extract({[Tid].[År].[2019]}, [Sted].[Geografi])");
    assert!(error.contains("mængden i Extract har ikke hierarkiet"), "{error}");
    let error = failure("DrilldownMember({[Tid].[År].[2019]}, {[Sted].[Geografi].[Nord]})");
    assert!(error.contains("den første mængde i DrilldownMember har ikke"), "{error}");
    let error = failure("{Ancestor([Tid].[År].[2019], [Sted].[Geografi].[Region])}");
    assert!(error.contains("Ancestor kræver ét hierarki"), "{error}");
}
