#![doc = include_str!("s4_aendringer.md")]

use crate::rule::{Selection, Take};

use super::super::reference::{Reference, Rolle};
use super::systemer::{System, systemer, warn};

/// The kind of the warning where `systemskifte.csv` and a delivery disagree; the delivery decides.
pub const UENIGE: &str = "Rolle og fuld_bestand er uenige";

/// Deliveries of changes count after the system's newest full stock, or all where there is none.
pub fn aendringer(selection: &mut Selection<'_>, reference: &Reference) {
    for system in systemer(selection, reference) {
        let take = if system.rolle == Rolle::Tidligere { Take::Ended } else { Take::All };
        let own_base = system.newest.filter(|_| system.rolle == Rolle::Aendringer);
        for position in own_base.iter().chain(&system.changes) {
            selection.take[*position] = take;
        }
        warn_of_disagreement(selection, &system);
    }
}

fn warn_of_disagreement(selection: &mut Selection<'_>, system: &System<'_>) {
    let (positions, is) = match system.rolle {
        Rolle::Fuld => (system.changes.clone(), "leveres som ændringer"),
        Rolle::Aendringer => (system.newest.into_iter().collect(), "leveres som fuld bestand"),
        Rolle::Tidligere | Rolle::Nyt | Rolle::Parallel => return,
    };
    for position in positions {
        let file = &selection.deliveries[position].file;
        warn(selection, UENIGE, system.name, &format!("{file} {is} og tæller som det"));
    }
}
