//! The access log.

use super::read::Section;
use crate::access::Access;
use crate::audit::Settings;

/// Mebibytes of a file of the log, unless something else is said.
const FILE: u16 = 64;
/// Lines in a minute of one caller's calls that showed nothing.
const REFUSED: u32 = 60;

/// Reads `[audit]`. The log cannot be left out where callers must say who they are.
pub(super) fn read(top: &mut Section<'_, '_>, access: &Access) -> Settings {
    let mut section = top.section("audit");
    let enabled = section.flag("enabled");
    let place = enabled.as_ref().map(|given| given.place.clone());
    let enabled = section.or("enabled", enabled, true);
    if let Some(place) = place.filter(|_| !enabled && access.is_required()) {
        section.refuse(place, "kan kun slås fra, hvor adgangsstyring ([access]) ikke er sat op");
    }
    let file = section.number("file");
    let place = file.as_ref().map(|given| given.place.clone());
    let mebibytes = section.or("file", file, FILE);
    if let Some(place) = place.filter(|_| mebibytes == 0) {
        section.refuse(place, "skal være mindst 1");
    }
    let refused = section.count_or("refused", 1..=1_000_000, REFUSED) as usize;
    section.end();
    Settings { enabled, largest: u64::from(mebibytes) << 20, refused }
}
