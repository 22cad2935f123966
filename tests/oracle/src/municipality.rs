//! Handlekommune and betalingskommune: rules K1–K4.

use crate::lists::Lists;
use crate::report::Summary;

/// The pairs of K1 and K2: who reports, and for whom. Rule K3: neither is ended by default.
const PAIRS: [(&str, &str); 2] = [("183", "187"), ("185", "155")];

pub(crate) const UKENDT: &str = "Ukendt";

/// Handlekommune and betalingskommune of a record.
pub(crate) fn municipalities(
    reporter: &str,
    betalingskommune: &str,
    lists: &Lists,
    summary: &mut Summary,
) -> (String, String) {
    if PAIRS.contains(&(reporter, betalingskommune)) {
        return (betalingskommune.to_owned(), betalingskommune.to_owned());
    }
    (reporter.to_owned(), payer(reporter, betalingskommune, lists, summary))
}

/// Rule K4: not given equals the handlekommune; one that is no municipality is `Ukendt`.
fn payer(
    handlekommune: &str,
    betalingskommune: &str,
    lists: &Lists,
    summary: &mut Summary,
) -> String {
    if betalingskommune.is_empty() {
        return handlekommune.to_owned();
    }
    if lists.is_kommune(betalingskommune) {
        return betalingskommune.to_owned();
    }
    summary.warn("ukendt betalingskommune");
    UKENDT.to_owned()
}
