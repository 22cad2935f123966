#![doc = include_str!("k2_taarnby_dragoer.md")]

use crate::rule::{Context, Finding};

use super::super::kodelister::Kommune;
use super::super::record::Record;
use super::super::reference::Reference;
use super::kommunepar::Kommunepar;

/// Tårnby reports for Dragør.
pub const PAR: Kommunepar = Kommunepar { indberetter: Kommune(185), ogsaa_for: Kommune(155) };

/// What Tårnby reports with Dragør as payer is Dragør's.
pub fn taarnby_dragoer(record: &mut Record, context: &Context<'_, Reference>) -> Finding {
    PAR.tolk(record, context.reference);
    Finding::Clear
}
