//! Fact and dimension tables: what the domain makes of judged records, checked against its schema.
//!
//! Behind this stage the engine no longer knows the domain. So every promise that the cube relies
//! on is checked here, with an error that names the table and the column.

pub mod check;
pub mod tree;

use cube_schema::domain::{DeliveryInfo, Domain, Judged};
use cube_schema::table::{Star, Timeline};

pub use check::{StarError, check};

/// Makes and checks the star of judged records.
///
/// # Errors
/// The star does not fit the schema.
pub fn make<D: Domain>(
    domain: &D,
    records: &[Judged<D::Record>],
    deliveries: &[DeliveryInfo],
    reference: &D::Reference,
    timeline: Timeline,
) -> Result<Star, StarError> {
    let star = domain.star(records, deliveries, reference, timeline);
    check(&star, domain.schema())?;
    Ok(star)
}
