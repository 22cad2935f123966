//! What the load report tells of the rules: every rule, what it has done, and where, by hand.

use std::collections::BTreeSet;

use cube_schema::domains::vh::regler::RULES;
use terning_engine::load::effect::{Effect, EffectKind};
use terning_tests::engine::Engine;
use terning_tests::folder::Delivery;

use crate::world::*;

/// `D1 mærket 1 1`: the rule, what it has done, to how many records and citizens, `-` where those are
/// not known.
fn told(effects: &[Effect]) -> Vec<String> {
    let done = effects.iter().filter(|one| one.kind != EffectKind::Nothing);
    let line = |one: &Effect| {
        let citizens = one.citizens.map_or("-".to_owned(), |citizens| citizens.to_string());
        format!("{} {} {} {citizens}", one.rule, one.kind.word(), one.records)
    };
    done.map(line).collect()
}

#[test]
fn the_load_report_tells_what_every_rule_has_done_and_where() {
    let older = ["a", "b", "c"].map(|id| GOOD.replace("good", id));
    let older: Vec<&str> = older.iter().map(String::as_str).collect();
    let world = World::of(&[GOOD, "x;6202702345;153;153;9.9;2020-01-01;;1.1.1;;A"])
        .and("153", "nexus", "2020-11", &older)
        .and("183", "cura", "2020-12", &["k;6303703456;183;187;1.8.2;2020-01-01;;;;A"]);
    let report = Engine::load(world.0.path(), None).unwrap().loaded.report;
    assert_eq!(
        told(&report.effects),
        [
            "S1 udeladt 3 -",
            "K1 ændret 1 1",
            "K4 ændret 1 1",
            "D1 mærket 1 1",
            "X1 omfattet 1 1",
            "G3 omfattet 3 3",
            " advarsel 1 -",
        ]
    );
    let ids: BTreeSet<&str> = report.effects.iter().map(|one| one.rule.as_str()).collect();
    assert!(RULES.iter().all(|rule| ids.contains(rule.id)), "{ids:?}");
    let of = |at: usize| (report.systemer[at].system.as_str(), told(&report.systemer[at].effects));
    let own = ["D1 mærket 1 1", "S1 udeladt 3 -", "K4 ændret 1 1", "G3 omfattet 2 2"];
    assert_eq!(of(0), ("nexus", own.map(str::to_owned).to_vec()));
    let pairs = [" advarsel 1 -", "K1 ændret 1 1", "G3 omfattet 1 1", "X1 omfattet 1 1"];
    assert_eq!(of(1), ("cura", pairs.map(str::to_owned).to_vec()));
    let text = report.to_text();
    assert!(text.contains("\n153 nexus: 2 ydelser, 2 borgere\n"), "{text}");
    assert!(text.contains("S1 Fuld bestand, udeladt"), "{text}");
}

/// A line that deletes is no record that is left out, and neither is one whose id stands once more in
/// its own stock: that has a warning of its own.
#[test]
fn what_the_selection_leaves_out_is_records_alone() {
    let gone = "a;;;;;;;;;;J";
    let [a, b] = ["a", "b"].map(|id| GOOD.replace("good", id));
    let folder = tempfile::tempdir().unwrap();
    Delivery::full("153", "nexus", "2020-11").write(folder.path(), &[&a, &b]);
    Delivery::changes("153", "nexus", "2020-12").write(folder.path(), &[gone]);
    Delivery::full("157", "nexus", "2020-12")
        .write(folder.path(), &[&a.replace(";153;", ";157;"), &a.replace(";153;", ";157;")]);
    let report = Engine::load(folder.path(), None).unwrap().loaded.report;
    let of = |at: usize| {
        let told = told(&report.systemer[at].effects);
        let told = told.into_iter().filter(|one| one.contains("udeladt")).collect::<Vec<_>>();
        (report.systemer[at].kommune.as_str(), report.systemer[at].count.records, told)
    };
    assert_eq!(of(0), ("153", 1, vec!["S4 udeladt 1 -".to_owned()]));
    assert_eq!(of(1), ("157", 1, Vec::new()));
    let written = serde_json::to_value(&report.effects).unwrap();
    let left_out = written.as_array().unwrap().iter().find(|one| one["rule"] == "S4").unwrap();
    assert_eq!((&left_out["records"], left_out.get("citizens")), (&1.into(), None));
}
