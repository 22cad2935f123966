//! The code lists compiled in, as the text of their CSV files (`;`, UTF-8, one header line).
//! A file of the same name in `reference/kodelister/` replaces its list at rebuild.

/// Services: code, name, category, law, StatBank code and texts, validity.
pub const YDELSER: &str = include_str!("ydelser.csv");
/// Target groups with both main groups.
pub const MAALGRUPPER: &str = include_str!("maalgrupper.csv");
/// Municipalities and regions; population figures are estimates for sizing sample data.
pub const KOMMUNER: &str = include_str!("kommuner.csv");
/// Types of offer.
pub const TILBUDSTYPER: &str = include_str!("tilbudstyper.csv");
/// The bridge from services to the chart of accounts.
pub const KONTOPLAN_BRO: &str = include_str!("kontoplan_bro.csv");
