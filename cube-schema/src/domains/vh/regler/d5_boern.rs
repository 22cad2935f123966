#![doc = include_str!("d5_boern.md")]

use crate::day::Day;
use crate::rule::{Context, Finding, Warning};

use super::super::record::Record;
use super::super::reference::Reference;

/// The kind of the warning.
pub const ADVARSEL: &str = "Ukendt fødselsdato";
/// Citizens younger than this are children.
const VOKSEN: i16 = 17;

/// The citizen is a child on 1 January of the year in which the service starts.
pub fn boern(record: &mut Record, context: &Context<'_, Reference>) -> Finding {
    let Some(start) = record.start.dag() else { return Finding::Clear };
    let Some(foedt) = context.reference.foedt(record.cpr) else {
        let text = "alderen kendes ikke, og ydelsen er beholdt".to_owned();
        return Finding::Warned(Warning { kind: ADVARSEL, text });
    };
    match Day::from_ymd(start.year() - VOKSEN, 1, 1) {
        Some(latest) if foedt > latest => Finding::Marked,
        _ => Finding::Clear,
    }
}
