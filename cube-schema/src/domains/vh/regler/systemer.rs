//! The systems of one reporter, as the S rules see them.

use crate::domain::DeliveryInfo;
use crate::rule::{Selection, Warning};

use super::super::kodelister::Kommune;
use super::super::reference::{Reference, Rolle, Systemskifte};

/// A system that has delivered.
pub(super) struct System<'a> {
    /// Its name, in small letters.
    pub name: &'a str,
    /// How it reports.
    pub rolle: Rolle,
    /// Whether `systemskifte.csv` says so.
    pub listed: bool,
    /// The position of its newest delivery of full stock.
    pub newest: Option<usize>,
    /// The positions of deliveries of changes after that one.
    pub changes: Vec<usize>,
}

impl System<'_> {
    /// Whether it has delivered anything that can count.
    pub fn has_delivered(&self) -> bool {
        self.newest.is_some() || !self.changes.is_empty()
    }
}

/// The systems of a selection, in the order of the deliveries.
pub(super) fn systemer<'a>(selection: &Selection<'a>, reference: &Reference) -> Vec<System<'a>> {
    let deliveries = selection.deliveries;
    let changes = |pair: &[DeliveryInfo]| usize::from(pair[0].system != pair[1].system);
    let several = deliveries.windows(2).map(changes).sum::<usize>() > 0;
    let lines = lines(selection, reference);
    let mut systems: Vec<System<'a>> = Vec::new();
    for (position, delivery) in deliveries.iter().enumerate() {
        if systems.last().is_none_or(|system| system.name != delivery.system) {
            systems.push(system(&delivery.system, lines, several));
        }
        match systems.last_mut() {
            Some(system) if delivery.full => {
                system.newest = Some(position);
                system.changes.clear();
            }
            Some(system) => system.changes.push(position),
            None => {}
        }
    }
    systems
}

/// What `systemskifte.csv` says of the reporter of a selection.
pub(super) fn lines<'r>(selection: &Selection<'_>, reference: &'r Reference) -> &'r [Systemskifte] {
    let reporter = selection.deliveries.first().map_or("", |delivery| &delivery.reporter);
    let lines = Kommune::parse(reporter).and_then(|kommune| reference.systemskifter.get(&kommune));
    lines.map_or(&[], Vec::as_slice)
}

/// A municipality that is not listed: its only system is `fuld`; several systems, or an unlisted
/// one beside listed ones, are parallel.
fn system<'a>(name: &'a str, lines: &[Systemskifte], several: bool) -> System<'a> {
    let line = lines.iter().find(|line| *line.system == *name);
    let alone = lines.is_empty() && !several;
    let rolle = line.map_or(if alone { Rolle::Fuld } else { Rolle::Parallel }, |line| line.rolle);
    System { name, rolle, listed: line.is_some(), newest: None, changes: Vec::new() }
}

/// Adds a warning about a system of the selection's reporter.
pub(super) fn warn(selection: &mut Selection<'_>, kind: &'static str, system: &str, what: &str) {
    let reporter = selection.deliveries.first().map_or("", |delivery| &delivery.reporter);
    let text = format!("{reporter} {system}: {what}");
    selection.warnings.push(Warning { kind, text });
}

#[cfg(test)]
mod tests {
    use super::super::super::testing;
    use super::*;
    use crate::day::Month;
    use crate::rule::Take;

    fn delivery(system: &str, month: &str) -> DeliveryInfo {
        DeliveryInfo {
            reporter: "153".to_owned(),
            system: system.to_owned(),
            month: Month::parse(month).unwrap(),
            serial: 1,
            full: true,
            file: format!("{system} {month}"),
        }
    }

    /// Name and role of the systems of a municipality that is not listed.
    fn roles(deliveries: &[DeliveryInfo]) -> Vec<(&str, bool)> {
        let take = vec![Take::Nothing; deliveries.len()];
        let selection = Selection { deliveries, take, warnings: Vec::new() };
        let systems = systemer(&selection, &testing::reference());
        systems.iter().map(|system| (system.name, matches!(system.rolle, Rolle::Fuld))).collect()
    }

    #[test]
    fn several_months_of_one_system_are_not_several_systems() {
        let months = [delivery("nexus", "2026-08"), delivery("nexus", "2026-09")];
        assert_eq!(roles(&months), [("nexus", true)]);
        let systems = [delivery("cura", "2026-09"), delivery("nexus", "2026-09")];
        assert_eq!(roles(&systems), [("cura", false), ("nexus", false)]);
    }
}
