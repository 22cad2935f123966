#![doc = include_str!("d2_maalgruppekode.md")]

use crate::rule::{Context, Finding, Warning};

use super::super::record::Record;
use super::super::reference::{Reference, shown};

/// The kind of the warning where some codes are dropped.
pub const UDELADT: &str = "Ugyldig målgruppekode udeladt";
/// The kind of the warning where no code is given.
pub const INGEN: &str = "Ingen målgruppe";

/// Codes are given and none is valid.
pub fn maalgruppekode(record: &mut Record, _: &Context<'_, Reference>) -> Finding {
    let warned = |kind, text| Finding::Warned(Warning { kind, text });
    match (&*record.maalgrupper, &*record.ugyldige_maalgrupper) {
        ([], []) => warned(INGEN, "målgruppen bliver Ukendt".to_owned()),
        ([], _) => Finding::Marked,
        (_, []) => Finding::Clear,
        (_, invalid) => {
            let codes: Vec<String> = invalid.iter().map(|code| shown(code)).collect();
            warned(UDELADT, codes.join(", "))
        }
    }
}
