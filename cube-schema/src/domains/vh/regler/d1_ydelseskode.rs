#![doc = include_str!("d1_ydelseskode.md")]

use crate::rule::{Context, Finding};

use super::super::record::{Record, Ydelseskode};
use super::super::reference::Reference;

/// The code is not in the list, or the service does not touch the days on which it is valid.
pub fn ydelseskode(record: &mut Record, context: &Context<'_, Reference>) -> Finding {
    let Ydelseskode::Listet(position) = record.ydelse else { return Finding::Marked };
    let gyldig = context.reference.ydelser.entry(position).gyldig;
    let starts_in_time = record.start.dag().is_none_or(|start| start <= gyldig.last);
    let ends_in_time = record.slut.is_none_or(|slut| slut >= gyldig.first);
    if starts_in_time && ends_in_time { Finding::Clear } else { Finding::Marked }
}
