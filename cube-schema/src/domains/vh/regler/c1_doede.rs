#![doc = include_str!("c1_doede.md")]

use crate::day::{Day, Interval};
use crate::rule::{Case, Context, Warning};

use super::super::record::Record;
use super::super::reference::Reference;

/// The kind of the warning for an ended service that ends after the death.
pub const ADVARSEL: &str = "Ydelse slutter efter borgerens død";

/// An open service of a dead citizen ends on the day of death.
pub fn doede(cases: &mut [Case<'_, Record>], context: &Context<'_, Reference>) {
    let Some(cpr) = cases.first().map(|case| case.record.cpr) else { return };
    let Some(doed) = context.reference.doed(cpr, context.as_of) else { return };
    for case in cases.iter_mut().filter(|case| !case.pieces.is_empty()) {
        match case.record.slut {
            None => end(case, doed),
            Some(slut) if slut > doed => case
                .warnings
                .push(Warning { kind: ADVARSEL, text: "slutdatoen er beholdt".to_owned() }),
            Some(_) => {}
        }
    }
}

/// Nothing is left of a service that starts after the death.
fn end(case: &mut Case<'_, Record>, doed: Day) {
    case.marked = true;
    let life = Interval { first: Day::MIN, last: doed };
    case.pieces = case.pieces.iter().filter_map(|piece| piece.common(life)).collect();
}
