//! Rule X1: how long a temporary stay has been open.

use crate::day::Day;

/// The bands in their order.
pub(crate) const BANDS: [&str; 7] = [
    "færre end 100 dage",
    "101 – 200 dage",
    "201 – 300 dage",
    "301 – 400 dage",
    "401 – 500 dage",
    "501 – 1000 dage",
    "mere end 1000",
];

/// The band of an open 1.8.2 by its days from `start` to the as-of day, both included.
pub(crate) fn band(start: Day, as_of: Day) -> &'static str {
    match start.days_to(as_of) {
        ..=100 => BANDS[0],
        101..=200 => BANDS[1],
        201..=300 => BANDS[2],
        301..=400 => BANDS[3],
        401..=500 => BANDS[4],
        501..=1000 => BANDS[5],
        1001.. => BANDS[6],
    }
}
