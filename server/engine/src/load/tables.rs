//! The part of the load report for people that tells what the rules have done: in all, by
//! municipality and system, and where it has become more.

use std::cmp::Reverse;

use super::effect::{Effect, EffectKind};
use super::page::{Page, counted, number};
use super::report::{LastMonth, LoadReport, Rise, SystemLine};

/// How many rises are listed.
const RISES: usize = 30;

impl LoadReport {
    /// Marks and warnings that are more than in the former version, and than last month, the greatest
    /// rise first: whom to ring.
    pub(super) fn risen_to(&self, page: &mut Page) {
        risen_to(page, &self.former, self.systemer.iter().flat_map(rises_of).collect());
        if let Some(LastMonth { version, risen, .. }) = &self.last_month {
            risen_to(page, version, risen.clone());
        }
    }

    /// Every rule, in the order of their list, and every kind of warning of a line.
    pub(super) fn rules_to(&self, page: &mut Page) {
        page.heading("Regler: hvad hver regel har gjort, og advarsler om linjer");
        page.line(
            2,
            "I samme rækkefølge som på siden Reglerne (docs/regler.md), som siger hvorfor.",
        );
        heading_to(page);
        self.effects.iter().for_each(|effect| effect_to(page, effect));
        for (caption, count) in &self.remarks {
            let numbers = [number(count.records), number(count.citizens), String::new()];
            page.table_line(numbers, caption);
        }
    }

    /// The same by municipality and system.
    pub(super) fn systems_to(&self, page: &mut Page) {
        page.heading("Regler og advarsler pr. kommune og system");
        for line in &self.systemer {
            let SystemLine { kommune, system, count, before, effects } = line;
            let records = counted(count.records, "ydelse", "ydelser");
            let citizens = counted(count.citizens, "borger", "borgere");
            let before = before.map(|one| format!(" (før {})", number(one))).unwrap_or_default();
            page.heading(&format!("{kommune} {system}: {records}{before}, {citizens}"));
            if !effects.is_empty() {
                heading_to(page);
            }
            effects.iter().for_each(|effect| effect_to(page, effect));
        }
    }
}

/// Where a system has more marks or warnings than before.
pub(super) fn rises_of(line: &SystemLine) -> Vec<Rise> {
    let rises = |one: &&Effect| {
        let is_fault = matches!(one.kind, EffectKind::Marked | EffectKind::Warned);
        is_fault && one.before.is_some_and(|before| one.records > before)
    };
    let rise = |effect: &Effect| {
        let (kommune, system) = (line.kommune.clone(), line.system.clone());
        Rise { kommune, system, effect: effect.clone() }
    };
    line.effects.iter().filter(rises).map(rise).collect()
}

/// The greatest rises since a version.
fn risen_to(page: &mut Page, version: &str, mut risen: Vec<Rise>) {
    if risen.is_empty() {
        return;
    }
    let rise = |one: &Rise| one.effect.records - one.effect.before.unwrap_or(0);
    risen.sort_by_key(|one| Reverse(rise(one)));
    page.heading(&format!("Flere mærker og advarsler end i version {version}"));
    risen.iter().take(RISES).for_each(|one| page.line(2, &risen_line(one)));
    if risen.len() > RISES {
        let more = number((risen.len() - RISES) as u64);
        page.line(2, &format!("… og {more} til; se nedenfor"));
    }
}

fn risen_line(Rise { kommune, system, effect }: &Rise) -> String {
    let (before, now) = (number(effect.before.unwrap_or(0)), number(effect.records));
    format!("{kommune} {system}: {before} → {now} {}", name(effect))
}

fn heading_to(page: &mut Page) {
    page.table_line(["ydelser", "borgere", "før"], "regel, og hvad den har gjort");
}

fn effect_to(page: &mut Page, effect: &Effect) {
    let citizens = effect.citizens.map_or("–".to_owned(), number);
    let before = effect.before.map(number).unwrap_or_default();
    page.table_line([number(effect.records), citizens, before], &name(effect));
}

/// `D1 Ugyldig ydelseskode, mærket`.
fn name(effect: &Effect) -> String {
    let Effect { rule, caption, kind, .. } = effect;
    format!("{rule} {caption}, {}", kind.word()).trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::report::Count;
    use super::*;

    #[test]
    fn a_rise_of_marks_stands_first_and_every_system_has_its_table() {
        let effect = |rule: &str, kind: EffectKind, records, before| Effect {
            rule: rule.to_owned(),
            caption: "Navn".to_owned(),
            kind,
            records,
            citizens: (kind != EffectKind::Warned).then_some(2),
            before: Some(before),
        };
        let report = LoadReport {
            former: "2026-09.1".to_owned(),
            systemer: vec![SystemLine {
                kommune: "153".to_owned(),
                system: "nexus".to_owned(),
                count: Count { records: 10, citizens: 7 },
                before: Some(9),
                effects: vec![
                    effect("D1", EffectKind::Marked, 5, 1),
                    effect("", EffectKind::Warned, 9, 2),
                    effect("K4", EffectKind::Changed, 90, 1),
                    effect("D2", EffectKind::Marked, 3, 4),
                ],
            }],
            ..LoadReport::default()
        };
        let text = report.to_text();
        let risen: Vec<&str> = text.lines().filter(|line| line.contains(" → ")).collect();
        assert_eq!(
            risen,
            ["  153 nexus: 2 → 9 Navn, advarsel", "  153 nexus: 1 → 5 D1 Navn, mærket"]
        );
        assert!(text.contains("\n153 nexus: 10 ydelser (før 9), 7 borgere\n"), "{text}");
        let row = |words: &[&str]| {
            let is = |line: &&str| line.split_whitespace().eq(words.iter().copied());
            assert!(text.lines().any(|line| is(&line)), "{words:?}: {text}");
        };
        row(&["5", "2", "1", "D1", "Navn,", "mærket"]);
        row(&["9", "–", "2", "Navn,", "advarsel"]);
    }
}
