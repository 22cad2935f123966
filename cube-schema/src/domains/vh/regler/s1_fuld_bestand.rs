#![doc = include_str!("s1_fuld_bestand.md")]

use crate::rule::{Selection, Take};

use super::super::reference::{Reference, Rolle};
use super::systemer::{systemer, warn};

/// The kind of the warning where a municipality has two systems that both are `fuld`.
pub const FLERE_FULDE: &str = "Flere systemer med rollen fuld";

/// Of a system that delivers full stock, the newest delivery counts.
pub fn fuld_bestand(selection: &mut Selection<'_>, reference: &Reference) {
    let systems = systemer(selection, reference);
    let fulde = systems.iter().filter(|system| system.rolle == Rolle::Fuld).count();
    for system in systems.iter().filter(|system| system.rolle == Rolle::Fuld) {
        if let Some(newest) = system.newest {
            selection.take[newest] = Take::All;
        }
        if fulde > 1 {
            warn(selection, FLERE_FULDE, system.name, "alle tæller, og ydelser kan tælle dobbelt");
        }
    }
}
