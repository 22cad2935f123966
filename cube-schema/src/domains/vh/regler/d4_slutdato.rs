#![doc = include_str!("d4_slutdato.md")]

use crate::rule::{Context, Finding};

use super::super::record::Record;
use super::super::reference::Reference;

/// The service ends before it starts.
pub fn slutdato(record: &mut Record, _: &Context<'_, Reference>) -> Finding {
    match (record.start.dag(), record.slut) {
        (Some(start), Some(slut)) if slut < start => Finding::Marked,
        _ => Finding::Clear,
    }
}
