//! A load against the former version.

use std::collections::BTreeMap;

use super::effect;
use super::report::{Change, Count, DeliveryLine, LastMonth, LoadReport, ReporterLine, SystemLine};
use super::tables::rises_of;

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
        if let Some(former) = former {
            for line in self.deliveries.iter_mut().filter(|line| line.refused.is_some()) {
                let is_same =
                    |one: &DeliveryLine| (&one.file, &one.refused) == (&line.file, &line.refused);
                line.new_refusal = !former.deliveries.iter().any(is_same);
            }
        }
    }

    /// Fills `last_month`: the same against a version of an earlier month, where the former one is of
    /// this month.
    pub fn compare_month(&mut self, before: &LoadReport) {
        let rises = |line: &SystemLine| {
            let is_same =
                |one: &&SystemLine| (&one.kommune, &one.system) == (&line.kommune, &line.system);
            let Some(then) = before.systemer.iter().find(is_same) else { return Vec::new() };
            let mut line = line.clone();
            effect::compare(&mut line.effects, &then.effects);
            rises_of(&line)
        };
        self.last_month = Some(LastMonth {
            version: before.version.clone(),
            change: changes(before, self),
            risen: self.systemer.iter().flat_map(rises).collect(),
        });
    }

    /// The same for a version that is made again: it is compared with what the report of the one
    /// that it is made from was compared with.
    pub fn compare_again(&mut self, old: &LoadReport) {
        let before = |change: &Change| ReporterLine {
            kommune: change.kommune.clone(),
            records: change.records_before,
            open: change.open_before,
            ..ReporterLine::default()
        };
        let kommuner = old.change.iter().map(before).collect();
        let former = LoadReport {
            version: old.former.clone(),
            kommuner,
            deliveries: refused_before(&old.deliveries),
            effects: effect::former(&old.effects),
            systemer: old.systemer.iter().filter_map(former_system).collect(),
            ..LoadReport::default()
        };
        self.compare(Some(former).filter(|former| !former.version.is_empty()).as_ref());
        self.last_month.clone_from(&old.last_month);
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

/// The deliveries that were refused in the former version as well.
fn refused_before(deliveries: &[DeliveryLine]) -> Vec<DeliveryLine> {
    let before = |line: &&DeliveryLine| line.refused.is_some() && !line.new_refusal;
    deliveries.iter().filter(before).cloned().collect()
}

/// What a system had in the former version, by what is told of it in this one.
fn former_system(line: &SystemLine) -> Option<SystemLine> {
    let count = Count { records: line.before?, ..Count::default() };
    let effects = effect::former(&line.effects);
    Some(SystemLine { count, before: None, effects, ..line.clone() })
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
        let (rule, citizens) = (rule.to_owned(), Some(records));
        Effect { rule, kind: EffectKind::Marked, records, citizens, ..Effect::default() }
    }

    /// A system, its records, and how many of them rules have marked.
    type Of<'a> = (&'a str, u64, &'a [(&'a str, u64)]);

    fn of_systems(lines: &[Of<'_>]) -> LoadReport {
        let line = |(system, records, rules): &Of<'_>| SystemLine {
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
            let rules = rules.map(|one| (one.rule.clone(), one.records, one.before));
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
    fn a_version_made_again_is_compared_with_the_same() {
        let made = || of_systems(&[("cura", 5, &[("D1", 3)]), ("nexus", 9, &[("D2", 2)])]);
        let former = of_systems(&[("gammel", 4, &[]), ("nexus", 8, &[("D1", 7), ("D2", 1)])]);
        let refused = |file: &str| DeliveryLine {
            file: file.to_owned(),
            refused: Some("kort".to_owned()),
            ..DeliveryLine::default()
        };
        let with = |mut report: LoadReport, files: &[&str]| {
            report.deliveries = files.iter().map(|file| refused(file)).collect();
            report
        };
        let former = with(LoadReport { version: "2026-09.1".to_owned(), ..former }, &["a"]);
        let mut old = with(made(), &["a", "b"]);
        old.compare(Some(&former));
        let new: Vec<bool> = old.deliveries.iter().map(|line| line.new_refusal).collect();
        assert_eq!(new, [false, true]);
        let mut again = with(made(), &["a", "b"]);
        again.compare_again(&old);
        assert_eq!(again, old);
    }

    #[test]
    fn a_first_load_has_nothing_to_compare_with() {
        let mut now = report(&[("101", 5, 1)]);
        now.compare(None);
        assert_eq!(now.change, []);
    }

    #[test]
    fn a_month_is_held_against_the_month_before_however_often_it_is_loaded() {
        let system = |records, marked| SystemLine {
            kommune: "153".to_owned(),
            system: "nexus".to_owned(),
            count: Count { records, citizens: 1 },
            effects: vec![Effect {
                rule: "D1".to_owned(),
                kind: EffectKind::Marked,
                records: marked,
                citizens: Some(1),
                ..Effect::default()
            }],
            ..SystemLine::default()
        };
        let of = |version: &str, lines: &[(&str, u64, u64)], marked| LoadReport {
            version: version.to_owned(),
            systemer: vec![system(lines[0].1, marked)],
            ..report(lines)
        };
        let september = of("2026-09.1", &[("153", 10, 4)], 1);
        let october = of("2026-10.1", &[("153", 12, 5)], 7);
        let mut again = of("2026-10.2", &[("153", 12, 5)], 7);
        again.compare(Some(&october));
        again.compare_month(&september);
        let Change { records_before, records, open_before, open, .. } = &again.change[0];
        assert_eq!((records_before, records, open_before, open), (&12, &12, &5, &5));
        let month = again.last_month.clone().unwrap();
        let Change { records_before, records, open_before, open, .. } = &month.change[0];
        assert_eq!((records_before, records, open_before, open), (&10, &12, &4, &5));
        let text = again.to_text();
        for said in [
            "Ændret siden version 2026-10.1: 0 kommuner",
            "Ændret siden sidste måned, version 2026-09.1: 1 kommune",
            "153: 10 → 12 ydelser, 4 → 5 åbne",
            "Flere mærker og advarsler end i version 2026-09.1",
            "153 nexus: 1 → 7 D1",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("end i version 2026-10.1"), "{text}");
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
