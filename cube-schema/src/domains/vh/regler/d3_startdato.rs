#![doc = include_str!("d3_startdato.md")]

use crate::rule::{Context, Finding};

use super::super::record::Record;
use super::super::reference::Reference;

/// There is no start date, or an unreadable one.
pub fn startdato(record: &mut Record, _: &Context<'_, Reference>) -> Finding {
    if record.start.dag().is_none() { Finding::Marked } else { Finding::Clear }
}
