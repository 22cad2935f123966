//! The load report for people, in Danish, at most [`WIDTH`](super::page::WIDTH) columns wide.

use std::cmp::Reverse;

use super::hold::Finding;
use super::hold_files::HeldFile;
use super::page::{Page, counted, number};
use super::report::{Change, DeliveryLine, LastMonth, LoadReport};
use crate::delivery::reference::REFUSED as REFERENCE_REFUSED;

/// How many refused deliveries the short form names.
const SHORT: usize = 10;

impl LoadReport {
    /// The same as text: what to act on first, what can be looked up last.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut page = Page::default();
        page.line(0, &self.title());
        self.awaiting_to(&mut page);
        self.notes_to(&mut page);
        self.references_to(&mut page);
        self.reference_rejects_to(&mut page);
        self.held_to(&mut page);
        self.refused_to(&mut page, usize::MAX);
        self.changes_to(&mut page);
        self.risen_to(&mut page);
        self.warnings_to(&mut page);
        self.lists_to(&mut page);
        self.rules_to(&mut page);
        self.systems_to(&mut page);
        self.reporters_to(&mut page);
        self.files_to(&mut page);
        page.text
    }

    /// What an operator must not overlook, for the end of a rebuild; empty where there is nothing.
    #[must_use]
    pub fn to_short_text(&self) -> String {
        let mut page = Page::default();
        self.awaiting_to(&mut page);
        self.notes_to(&mut page);
        self.references_to(&mut page);
        self.held_to(&mut page);
        self.refused_to(&mut page, SHORT);
        page.text
    }

    fn title(&self) -> String {
        let version = if self.version.is_empty() { "uden navn" } else { &self.version };
        let as_of = danish(&self.as_of);
        format!("Indlæsningsrapport for version {version}, opgjort pr. {as_of}")
    }

    /// It decides whether anything of the rest is used, so it stands first.
    fn awaiting_to(&self, page: &mut Page) {
        if self.awaiting.is_empty() {
            return;
        }
        let (version, former) = (&self.version, &self.former);
        page.heading(&format!("IKKE taget i brug: tallene ser forkerte ud ved siden af {former}"));
        self.awaiting.iter().for_each(|reason| page.line(2, reason));
        page.line(
            2,
            &format!(
                "Se efter, om noget mangler eller er med to gange, og genopbyg; er tallene rigtige, så tag \
                 versionen i brug: terning-server activate {version} --data …"
            ),
        );
    }

    fn notes_to(&self, page: &mut Page) {
        for note in &self.notes {
            page.line(0, &format!("BEMÆRK: {note}"));
        }
    }

    /// They change figures of the whole country, so they stand first.
    fn references_to(&self, page: &mut Page) {
        self.held_files_to(page);
        let Some(warning) = self.warnings.get(REFERENCE_REFUSED) else { return };
        page.heading(
            "Referencefiler og kodelister, der IKKE er brugt; tal for hele landet kan mangle",
        );
        warning.examples.iter().for_each(|example| page.line(2, example));
        if warning.count > warning.examples.len() as u64 {
            page.line(2, "…");
        }
        page.line(
            2,
            "Ret filen og genopbyg; er linjer afvist, står hver af dem med sin grund i rejects.csv ved siden \
             af rapporten.",
        );
    }

    fn reference_rejects_to(&self, page: &mut Page) {
        if self.reference_rejects.is_empty() {
            return;
        }
        page.heading("Linjer i referencefiler, der ikke kan bruges; resten af filen er brugt");
        for (file, rejected) in &self.reference_rejects {
            let used = number(self.references.get(file).copied().unwrap_or_default());
            let count = number(rejected.count);
            page.line(2, &format!("{file}: {count} afvist, {used} brugt"));
            rejected.examples.iter().for_each(|example| page.line(4, example));
            if rejected.count > rejected.examples.len() as u64 {
                page.line(4, "… resten står i rejects.csv ved siden af rapporten");
            }
        }
    }

    fn held_files_to(&self, page: &mut Page) {
        if !self.held_files.is_empty() {
            page.heading("Referencefiler, der er holdt tilbage; den forrige versions fil er brugt");
        }
        for HeldFile { file, reason, .. } in &self.held_files {
            page.line(2, &format!("{file}: {reason}"));
        }
        if !self.held_files.is_empty() {
            let names: Vec<&str> = self.held_files.iter().map(HeldFile::name).collect();
            let accept = names.join(",");
            page.line(
                2,
                &format!(
                    "Ret filen og genopbyg; er den rigtig, så godtag den: terning-server rebuild … \
                     --accept {accept}"
                ),
            );
        }
        if !self.accepted_files.is_empty() {
            page.heading("Referencefiler, der er godtaget med --accept");
        }
        for HeldFile { file, reason, .. } in &self.accepted_files {
            page.line(2, &format!("{file}: {reason}"));
        }
    }

    fn held_to(&self, page: &mut Page) {
        if !self.held.is_empty() {
            let count = self.held.len();
            let own = if count == 1 { "den" } else { "de" };
            let count = kommuner(count);
            page.heading(&format!("Holdt tilbage: {count} beholder de ydelser, {own} havde"));
        }
        for one @ Finding { kommune, reason, .. } in &self.held {
            page.line(2, &format!("{kommune}: {reason}"));
            page.line(6, &shrunk(one));
            self.waiting_to(page, kommune);
        }
        if !self.held.is_empty() {
            let numbers: Vec<&str> = self.held.iter().map(|one| &*one.kommune).collect();
            page.line(
                2,
                &format!(
                    "Er leverancerne rigtige, så godtag dem: terning-server rebuild … --accept {}",
                    numbers.join(",")
                ),
            );
        }
        if !self.accepted.is_empty() {
            page.heading("Godtaget med --accept");
        }
        for Finding { kommune, reason, .. } in &self.accepted {
            page.line(2, &format!("{kommune}: {reason}"));
        }
    }

    /// The deliveries of a held reporter that wait to be accepted.
    fn waiting_to(&self, page: &mut Page, kommune: &str) {
        let waits = |line: &&DeliveryLine| line.held.is_some() && line.kommune == kommune;
        for DeliveryLine { file, read, rejected, .. } in self.deliveries.iter().filter(waits) {
            let (read, rejected) = (counted(*read, "post", "poster"), number(*rejected));
            page.line(6, &format!("venter: {file}, {read}, heraf {rejected} afvist"));
        }
    }

    fn refused_to(&self, page: &mut Page, most: usize) {
        let mut refused: Vec<&DeliveryLine> =
            self.deliveries.iter().filter(|line| line.refused.is_some() && !line.later).collect();
        // New ones first, then the newest: they are the ones to act on.
        let order = |one: &DeliveryLine| (!one.new_refusal, Reverse(one.maaned.clone()));
        refused.sort_by_key(|one| (order(one), one.file.clone()));
        if !refused.is_empty() {
            page.heading(&format!(
                "Afviste leverancer: {} (kommunen beholder den leverance, den havde)",
                number(refused.len() as u64)
            ));
        }
        for line in refused.iter().take(most) {
            let reason = line.refused.as_deref().unwrap_or_default();
            let new = if line.new_refusal { "ny: " } else { "" };
            page.line(2, &format!("{new}{}: {reason}", line.file));
        }
        if refused.len() > most {
            page.line(2, &format!("… og {} til", number((refused.len() - most) as u64)));
        }
        let later = self.deliveries.iter().filter(|line| line.later).count();
        if later > 0 {
            let what = if later == 1 { "leverance" } else { "leverancer" };
            let later = number(later as u64);
            page.heading(&format!("{later} {what} for senere måneder er ikke med (--month)"));
        }
    }

    fn changes_to(&self, page: &mut Page) {
        if self.former.is_empty() {
            page.heading("Ingen tidligere version at sammenligne med");
            return;
        }
        changed_to(page, &format!("version {}", self.former), &self.change);
        if let Some(LastMonth { version, change, .. }) = &self.last_month {
            changed_to(page, &format!("sidste måned, version {version}"), change);
        }
    }

    fn warnings_to(&self, page: &mut Page) {
        page.heading(if self.warnings.is_empty() { "Ingen advarsler" } else { "Advarsler" });
        for (kind, warning) in &self.warnings {
            page.line(2, &format!("{kind}: {}", number(warning.count)));
            for example in &warning.examples {
                page.line(6, example);
            }
            if warning.count > warning.examples.len() as u64 {
                page.line(6, "…");
            }
        }
    }

    fn lists_to(&self, page: &mut Page) {
        if self.replaced.is_empty() {
            return;
        }
        page.heading("Kodelister, der er erstattet af en fil");
        for list in &self.replaced {
            page.line(2, list);
        }
    }

    fn reporters_to(&self, page: &mut Page) {
        let behind: Vec<String> = self
            .kommuner
            .iter()
            .filter(|line| !self.as_of.starts_with(&line.newest))
            .map(|line| format!("{} ({})", line.kommune, line.newest))
            .collect();
        if !behind.is_empty() {
            let count = kommuner(behind.len());
            page.heading(&format!("Bagud: {count}, nyeste leverance i parentes"));
            page.line(2, &behind.join(", "));
        }
        page.heading("Kommuner");
        page.table_line(["ydelser", "åbne", "borgere"], "kommune, nyeste leverance");
        for line in &self.kommuner {
            let last = format!("{} {}", line.kommune, line.newest);
            page.table_line([line.records, line.open, line.citizens].map(number), &last);
        }
    }

    fn files_to(&self, page: &mut Page) {
        let own = self.deliveries.iter().filter(|delivery| !delivery.later);
        let (read, refused): (Vec<_>, Vec<_>) =
            own.partition(|delivery| delivery.refused.is_none());
        let sum = |of: fn(&DeliveryLine) -> u64| read.iter().map(|line| of(line)).sum::<u64>();
        let [count, refused] = [read.len(), refused.len()].map(|count| number(count as u64));
        page.heading(&format!("Leverancer: {count} indlæst, {refused} afvist"));
        page.table_line(["læst", "afvist", "tæller"], "fil");
        for line in &read {
            let held = if line.held.is_some() { " (holdt tilbage)" } else { "" };
            let last = format!("{}{held}", line.file);
            page.table_line([line.read, line.rejected, line.counted].map(number), &last);
        }
        let total = [sum(|line| line.read), sum(|line| line.rejected), sum(|line| line.counted)];
        page.table_line(total.map(number), "i alt");
    }
}

/// The municipalities that have other counts than they had.
fn changed_to(page: &mut Page, since: &str, change: &[Change]) {
    let changed = |change: &&Change| {
        (change.records, change.open) != (change.records_before, change.open_before)
    };
    let changed: Vec<&Change> = change.iter().filter(changed).collect();
    page.heading(&format!("Ændret siden {since}: {}", kommuner(changed.len())));
    for Change { kommune, records_before, records, open_before, open } in changed {
        let records = counted(*records, "ydelse", "ydelser");
        let open = counted(*open, "åben", "åbne");
        let [records_before, open_before] =
            [records_before, open_before].map(|count| number(*count));
        let text = format!("{kommune}: {records_before} → {records}, {open_before} → {open}");
        page.line(2, &text);
    }
}

/// What a held reporter had, and what it has delivered.
fn shrunk(one: &Finding) -> String {
    let of = |records, open| {
        [counted(records, "ydelse", "ydelser"), counted(open, "åben", "åbne")].join(", ")
    };
    let (before, now) = (of(one.records_before, one.open_before), of(one.records, one.open));
    format!("før {before}; leveret {now}")
}

/// A day as Danes write it: 31.10.2026.
fn danish(day: &str) -> String {
    match day.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => format!("{day}.{month}.{year}"),
        _ => "ukendt dag".to_owned(),
    }
}

fn kommuner(count: usize) -> String {
    format!("{count} {}", if count == 1 { "kommune" } else { "kommuner" })
}

#[cfg(test)]
mod tests {
    use super::super::page::WIDTH;
    use super::*;

    #[test]
    fn no_line_is_wider_than_a_page() {
        let line = DeliveryLine {
            file: "2026-09/".to_owned() + &"æ".repeat(300),
            refused: Some("linje\nto".repeat(30)),
            ..DeliveryLine::default()
        };
        let used = DeliveryLine { refused: None, ..line.clone() };
        let report = LoadReport { deliveries: vec![line, used], ..LoadReport::default() };
        let text = report.to_text();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.contains("1 indlæst, 1 afvist"), "{text}");
    }

    #[test]
    fn counts_are_written_as_danes_write_them() {
        let line = DeliveryLine {
            file: "2026-09/a.csv".to_owned(),
            read: 12_345,
            rejected: 1_000,
            counted: 999,
            ..DeliveryLine::default()
        };
        let held = Finding {
            kommune: "153".to_owned(),
            records_before: 1_234_567,
            records: 20_000,
            ..Finding::default()
        };
        let text = LoadReport { deliveries: vec![line], held: vec![held], ..LoadReport::default() }
            .to_text();
        let row = |text: &str, words: &[&str]| {
            text.lines().any(|line| line.split_whitespace().eq(words.iter().copied()))
        };
        assert!(row(&text, &["12.345", "1.000", "999", "2026-09/a.csv"]), "{text}");
        assert!(text.contains("før 1.234.567 ydelser, 0 åbne; leveret 20.000 ydelser"), "{text}");
    }

    #[test]
    fn one_is_one_and_not_several() {
        let held = Finding { records_before: 2, open_before: 1, records: 1, ..Finding::default() };
        assert_eq!(shrunk(&held), "før 2 ydelser, 1 åben; leveret 1 ydelse, 0 åbne");
    }

    #[test]
    fn the_short_form_says_what_must_not_be_overlooked() {
        let mut report = LoadReport::default();
        assert_eq!(report.to_short_text(), "");
        let finding = |kommune: &str| Finding {
            kommune: kommune.to_owned(),
            reason: "ydelser falder".to_owned(),
            ..Finding::default()
        };
        report.held = vec![finding("153"), finding("157")];
        report.notes.push("ikke i brug".to_owned());
        let list = report.warnings.entry(REFERENCE_REFUSED.to_owned()).or_default();
        list.examples.push("kodelister/ydelser.csv: tom".to_owned());
        let text = report.to_short_text();
        for said in ["BEMÆRK: ikke i brug", "--accept 153,157", "kodelister/ydelser.csv: tom"] {
            assert!(text.contains(said), "{text}");
        }
    }
}
