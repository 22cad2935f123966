#![doc = include_str!("k1_ishoej_vallensbaek.md")]

use crate::rule::{Context, Finding};

use super::super::kodelister::Kommune;
use super::super::record::Record;
use super::super::reference::Reference;
use super::kommunepar::Kommunepar;

/// Ishøj reports for Vallensbæk.
pub const PAR: Kommunepar = Kommunepar { indberetter: Kommune(183), ogsaa_for: Kommune(187) };

/// What Ishøj reports with Vallensbæk as payer is Vallensbæk's.
pub fn ishoej_vallensbaek(record: &mut Record, context: &Context<'_, Reference>) -> Finding {
    PAR.tolk(record, context.reference);
    Finding::Clear
}
