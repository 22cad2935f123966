#![doc = include_str!("s1_fuld_bestand.md")]

use crate::rule::{Selection, Take};

use super::super::reference::{Reference, Rolle};
use super::systemer::{systemer, warn};

/// The kind of the warning where a municipality has two systems that both are `fuld`.
pub const FLERE_FULDE: &str = "Flere systemer med rollen fuld";
/// The kind of the warning where `systemskifte.csv` and a delivery disagree; the delivery decides.
pub const UENIGE: &str = "Rolle og fuld_bestand er uenige";
/// The kind of the warning for a delivery of changes.
pub const AENDRINGER: &str = "Leverance af ændringer tæller ikke";

/// Of a system that delivers full stock, the newest delivery counts.
pub fn fuld_bestand(selection: &mut Selection<'_>, reference: &Reference) {
    let systems = systemer(selection, reference);
    let fulde = systems.iter().filter(|system| system.rolle == Rolle::Fuld).count();
    for system in &systems {
        if !matches!(system.rolle, Rolle::Fuld | Rolle::Aendringer) {
            continue;
        }
        if let Some(newest) = system.newest {
            selection.take[newest] = Take::All;
        }
        if system.newest.is_some() && system.rolle == Rolle::Aendringer {
            warn(selection, UENIGE, system.name, "leverancen er fuld bestand og tæller som sådan");
        }
        if fulde > 1 && system.rolle == Rolle::Fuld {
            warn(selection, FLERE_FULDE, system.name, "alle tæller, og ydelser kan tælle dobbelt");
        }
    }
    // Until S4 applies them; a full stock is never replaced by a few changes.
    for delivery in selection.deliveries.iter().filter(|delivery| !delivery.full) {
        warn(selection, AENDRINGER, &delivery.system, &delivery.file);
    }
}
