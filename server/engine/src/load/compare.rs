//! A load against the former version.

use std::collections::BTreeMap;

use super::effect;
use super::report::{Change, Count, LoadReport, ReporterLine, SystemLine};

impl LoadReport {
    /// Fills `change`: every reporter of this or the former version, with both counts; and what
    /// each system had, and each rule had done, in the former one. A report of an earlier program
    /// does not tell what rules had done.
    pub fn compare(&mut self, former: Option<&LoadReport>) {
        self.change = former.map(|former| changes(former, self)).unwrap_or_default();
        self.former = former.map(|former| former.version.clone()).unwrap_or_default();
        if let Some(former) = former.filter(|former| !former.effects.is_empty()) {
            effect::compare(&mut self.effects, &former.effects);
            compare_systems(&mut self.systemer, &former.systemer);
        }
    }

    /// Fills `change` for a version that is made again: it is compared with what the report of the
    /// one that it is made from was compared with.
    pub fn compare_again(&mut self, old: &LoadReport) {
        let before = |change: &Change| ReporterLine {
            kommune: change.kommune.clone(),
            records: change.records_before,
            open: change.open_before,
            ..ReporterLine::default()
        };
        let kommuner = old.change.iter().map(before).collect();
        let former = LoadReport { version: old.former.clone(), kommuner, ..LoadReport::default() };
        self.compare(Some(former).filter(|former| !former.version.is_empty()).as_ref());
    }
}

/// Fills what each system had, and adds those that count no more.
fn compare_systems(now: &mut Vec<SystemLine>, former: &[SystemLine]) {
    let is_same = |one: &SystemLine, other: &SystemLine| {
        (&one.kommune, &one.system) == (&other.kommune, &other.system)
    };
    for system in now.iter_mut() {
        let Some(before) = former.iter().find(|one| is_same(one, system)) else { continue };
        system.before = Some(before.count.records);
        effect::compare(&mut system.effects, &before.effects);
    }
    let gone = |one: &&SystemLine| !now.iter().any(|system| is_same(system, one));
    let gone: Vec<SystemLine> = former
        .iter()
        .filter(gone)
        .filter(|one| one.count.records > 0)
        .map(|one| {
            let (before, effects) = (Some(one.count.records), Vec::new());
            SystemLine { count: Count::default(), before, effects, ..one.clone() }
        })
        .collect();
    now.extend(gone);
    now.sort_by(|a, b| (&a.kommune, &a.system).cmp(&(&b.kommune, &b.system)));
}

fn changes(former: &LoadReport, now: &LoadReport) -> Vec<Change> {
    let mut changes: BTreeMap<&str, Change> = BTreeMap::new();
    for ReporterLine { kommune, records, open, .. } in &former.kommuner {
        let change = changes.entry(kommune).or_default();
        (change.records_before, change.open_before) = (*records, *open);
    }
    for ReporterLine { kommune, records, open, .. } in &now.kommuner {
        let change = changes.entry(kommune).or_default();
        (change.records, change.open) = (*records, *open);
    }
    let named =
        |(kommune, change): (&str, Change)| Change { kommune: kommune.to_owned(), ..change };
    changes.into_iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::super::effect::{Effect, EffectKind};
    use super::*;

    fn report(lines: &[(&str, u64, u64)]) -> LoadReport {
        let line = |(kommune, records, open): &(&str, u64, u64)| ReporterLine {
            kommune: (*kommune).to_owned(),
            records: *records,
            open: *open,
            ..ReporterLine::default()
        };
        LoadReport { kommuner: lines.iter().map(line).collect(), ..LoadReport::default() }
    }

    fn marked(rule: &str, records: u64) -> Effect {
        let count = Count { records, citizens: records };
        Effect { rule: rule.to_owned(), kind: EffectKind::Marked, count, ..Effect::default() }
    }

    fn of_systems(lines: &[(&str, u64, &[(&str, u64)])]) -> LoadReport {
        let line = |(system, records, rules): &(&str, u64, &[(&str, u64)])| SystemLine {
            kommune: "153".to_owned(),
            system: (*system).to_owned(),
            count: Count { records: *records, citizens: *records },
            before: None,
            effects: rules.iter().map(|(rule, records)| marked(rule, *records)).collect(),
        };
        let systemer = lines.iter().map(line).collect();
        LoadReport { systemer, effects: vec![marked("D1", 1)], ..LoadReport::default() }
    }

    #[test]
    fn what_a_rule_had_marked_in_each_system() {
        let mut now = of_systems(&[("cura", 5, &[("D1", 3)]), ("nexus", 9, &[("D2", 2)])]);
        let former = of_systems(&[("gammel", 4, &[]), ("nexus", 8, &[("D1", 7), ("D2", 1)])]);
        now.compare(Some(&former));
        let told = |line: &SystemLine| {
            let rules = line.effects.iter();
            let rules = rules.map(|one| (one.rule.clone(), one.count.records, one.before));
            (line.system.clone(), line.count.records, line.before, rules.collect::<Vec<_>>())
        };
        let rule = |id: &str, now, before| (id.to_owned(), now, before);
        let found: Vec<_> = now.systemer.iter().map(told).collect();
        assert_eq!(
            found,
            [
                ("cura".to_owned(), 5, None, vec![rule("D1", 3, None)]),
                ("gammel".to_owned(), 0, Some(4), vec![]),
                (
                    "nexus".to_owned(),
                    9,
                    Some(8),
                    vec![rule("D2", 2, Some(1)), rule("D1", 0, Some(7))]
                ),
            ]
        );
        assert_eq!(now.effects[0].before, Some(1));
    }

    #[test]
    fn a_first_load_has_nothing_to_compare_with() {
        let mut now = report(&[("101", 5, 1)]);
        now.compare(None);
        assert_eq!(now.change, []);
    }

    #[test]
    fn who_came_who_left_and_who_changed() {
        let mut now = report(&[("101", 5, 1), ("153", 7, 2)]);
        now.compare(Some(&report(&[("153", 9, 3), ("155", 4, 4)])));
        let found = now.change.iter().map(|change| {
            let Change { kommune, records_before, records, open_before, open } = change;
            (kommune.as_str(), *records_before, *records, *open_before, *open)
        });
        let found: Vec<_> = found.collect();
        assert_eq!(found, [("101", 0, 5, 0, 1), ("153", 9, 7, 3, 2), ("155", 4, 0, 4, 0)]);
    }
}
