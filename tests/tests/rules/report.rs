//! What the load report tells of the rules: every rule, what it has done, and where, by hand.

use std::collections::BTreeSet;

use cube_schema::domains::vh::regler::RULES;
use terning_engine::load::effect::{Effect, EffectKind};
use terning_tests::engine::Engine;

use crate::world::*;

/// `D1 mærket 1 1`: the rule, what it has done, to how many records and citizens.
fn told(effects: &[Effect]) -> Vec<String> {
    let done = effects.iter().filter(|one| one.kind != EffectKind::Nothing);
    let line = |one: &Effect| {
        let (records, citizens) = (one.count.records, one.count.citizens);
        format!("{} {} {records} {citizens}", one.rule, one.kind.word())
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
            "S1 udeladt 3 0",
            "K1 ændret 1 1",
            "K4 ændret 1 1",
            "D1 mærket 1 1",
            "X1 omfattet 1 1",
            "G3 omfattet 3 3",
            " advarsel 1 0",
        ]
    );
    let ids: BTreeSet<&str> = report.effects.iter().map(|one| one.rule.as_str()).collect();
    assert!(RULES.iter().all(|rule| ids.contains(rule.id)), "{ids:?}");
    let of = |at: usize| (report.systemer[at].system.as_str(), told(&report.systemer[at].effects));
    let own = ["D1 mærket 1 1", "S1 udeladt 3 0", "K4 ændret 1 1", "G3 omfattet 2 2"];
    assert_eq!(of(0), ("nexus", own.map(str::to_owned).to_vec()));
    let pairs = [" advarsel 1 0", "K1 ændret 1 1", "G3 omfattet 1 1", "X1 omfattet 1 1"];
    assert_eq!(of(1), ("cura", pairs.map(str::to_owned).to_vec()));
    let text = report.to_text();
    assert!(text.contains("\n153 nexus: 2 ydelser, 2 borgere\n"), "{text}");
    assert!(text.contains("S1 Fuld bestand, udeladt"), "{text}");
}
