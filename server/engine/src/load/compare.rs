//! A load against the former version.

use std::collections::BTreeMap;

use super::report::{Change, LoadReport, ReporterLine};

impl LoadReport {
    /// Fills `change`: every reporter of this or the former version, with both counts.
    pub fn compare(&mut self, former: Option<&LoadReport>) {
        self.change = former.map(|former| changes(former, self)).unwrap_or_default();
        self.former = former.map(|former| former.version.clone()).unwrap_or_default();
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
