#![doc = include_str!("k4_betalingskommune.md")]

use crate::rule::{Context, Finding, Warning};

use super::super::record::{Betalingskommune, Record};
use super::super::reference::Reference;

/// The kind of the warning.
pub const ADVARSEL: &str = "Ukendt betalingskommune";

/// A payer that is not given is the handlekommune; one that is no municipality is not known.
pub fn betalingskommune(record: &mut Record, _: &Context<'_, Reference>) -> Finding {
    match record.betalingskommune {
        Betalingskommune::Kendt(_) => Finding::Clear,
        Betalingskommune::IkkeAngivet => {
            record.betalingskommune = Betalingskommune::Kendt(record.handlekommune);
            Finding::Clear
        }
        Betalingskommune::Ukendt => {
            let text = "betalingskommunen findes ikke på kommunelisten og bliver Ukendt";
            Finding::Warned(Warning { kind: ADVARSEL, text: text.to_owned() })
        }
    }
}
