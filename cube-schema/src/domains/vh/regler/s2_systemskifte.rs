#![doc = include_str!("s2_systemskifte.md")]

use crate::day::Day;
use crate::rule::{Selection, Take};

use super::super::reference::{Reference, Rolle};
use super::systemer::{System, lines, systemer, warn};

/// The kind of the warning for a delivery of the former system after the change.
pub const EFTER_SKIFTET: &str = "Leverance fra tidligere system efter skiftedatoen";
/// The kind of the warning where no system has taken over.
pub const INTET_NYT: &str = "Tidligere system uden leverance fra et nyt";

/// Of the former system the ended records of the newest delivery count, of the new one all.
pub fn systemskifte(selection: &mut Selection<'_>, reference: &Reference) {
    let systems = systemer(selection, reference);
    let other = |system: &System<'_>| system.rolle != Rolle::Tidligere && system.has_delivered();
    let taken_over = systems.iter().any(other);
    for system in &systems {
        let take = match system.rolle {
            Rolle::Tidligere => Take::Ended,
            Rolle::Nyt => Take::All,
            Rolle::Fuld | Rolle::Parallel | Rolle::Aendringer => continue,
        };
        if let Some(newest) = system.newest {
            selection.take[newest] = take;
        }
        if system.rolle == Rolle::Tidligere {
            if !taken_over {
                warn(selection, INTET_NYT, system.name, "kun afsluttede ydelser tæller");
            }
            warn_late(selection, reference, system);
        }
    }
}

fn warn_late(selection: &mut Selection<'_>, reference: &Reference, system: &System<'_>) {
    let Some(skift) = skiftedato(selection, reference, system) else { return };
    for delivery in selection.deliveries {
        if delivery.system == system.name && delivery.month > skift.month() {
            warn(selection, EFTER_SKIFTET, system.name, &delivery.file);
        }
    }
}

/// The day of the change: that of the former system's line, else of the new system's.
fn skiftedato(
    selection: &Selection<'_>,
    reference: &Reference,
    system: &System<'_>,
) -> Option<Day> {
    let lines = lines(selection, reference);
    let own =
        lines.iter().find(|line| *line.system == *system.name).and_then(|line| line.skiftedato);
    let new = lines.iter().filter(|line| line.rolle == Rolle::Nyt);
    own.or_else(|| new.filter_map(|line| line.skiftedato).next())
}
