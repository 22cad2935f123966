//! Every rule on small folders of deliveries made by hand. The expected numbers are reasoned from
//! the text of the rules.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

mod folder;

mod aggregate;
mod approvals;
mod changes;
mod deletions;
mod drill;
mod eyes;
mod hand07;
mod hold;
mod intake;
mod key_figures;
mod measures;
mod municipalities;
mod open_stays;
mod pivots;
mod size;
mod systems;
mod waterfall;
mod xml;
