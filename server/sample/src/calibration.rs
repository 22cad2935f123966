//! All numbers that make the country come out as published, in one place.
//!
//! The targets are Statistics Denmark's (2018K4, 2021K4, 2022K4); the shares per service are the
//! project's own estimate. `cargo run --release -p terning-sample --example measure -- DIR` shows
//! what a folder of deliveries gives after the rules.

/// What is known of one service.
pub struct Service {
    /// Its code.
    pub code: &'static str,
    /// Services open on a day in 2022K4, whole country; those of the quarter are these and a
    /// quarter's new ones.
    pub open: f64,
    /// Mean duration in years.
    pub years: f64,
    /// Ages at the start: under 30, 30-39, 40-49, 50-64, 65-79, 80 and over.
    pub ages: [f64; 6],
    /// Ages of those who had it when the municipality began to report.
    pub stock_ages: [f64; 6],
    /// Why it is granted: physical, cognitive, mental illness, social problem.
    pub reasons: [f64; 4],
    /// Kroner a year for one recipient, in 2022.
    pub kroner: f64,
    /// Share with an opholdssted, and the first digits of the tilbudstyper it may have.
    pub place: (f64, &'static [&'static str]),
    /// Share of those without an end whose end is planned and delivered.
    pub planned: f64,
}

/// Positions of services that the rules name.
pub const DAY_CENTRE: usize = 0;
/// § 103.
pub const WORKSHOP: usize = 2;
/// § 108.
pub const LONG_STAY: usize = 3;
/// § 107.
pub const SHORT_STAY: usize = 4;
/// Botilbudslignende.
pub const HOUSING: usize = 5;
/// § 85 in one's own home.
pub const SUPPORT: usize = 6;
/// § 98.
pub const DEAFBLIND: usize = 8;
/// § 82 a; the two last are the services that the published totals leave out.
pub const GROUP_HELP: usize = 11;
/// § 82 b.
pub const TIMED_HELP: usize = 12;

const STAY_LIKE: &[&str] = &["3.1.0", "3.1.1"];

/// The services, in the order of `ydelser.csv`.
pub const SERVICES: [Service; 13] = [
    Service {
        code: "1.1",
        open: 19_150.0,
        years: 5.0,
        ages: [38., 20., 17., 20., 5., 0.],
        stock_ages: [20., 20., 23., 29., 8., 0.],
        reasons: [8., 60., 28., 4.],
        kroner: 210_000.,
        place: (0.93, &["1.1"]),
        planned: 0.01,
    },
    Service {
        code: "1.3",
        open: 1_610.0,
        years: 1.0,
        ages: [38., 26., 18., 16., 2., 0.],
        stock_ages: [36., 26., 19., 17., 2., 0.],
        reasons: [5., 20., 40., 35.],
        kroner: 90_000.,
        place: (0.85, &["2.1", "3.9"]),
        planned: 0.05,
    },
    Service {
        code: "1.4",
        open: 7_200.0,
        years: 5.0,
        ages: [50., 20., 15., 14., 1., 0.],
        stock_ages: [26., 25., 25., 23., 1., 0.],
        reasons: [8., 68., 20., 4.],
        kroner: 110_000.,
        place: (0.93, &["1.3"]),
        planned: 0.01,
    },
    Service {
        code: "1.8.1",
        open: 5_170.0,
        years: 14.0,
        ages: [36., 18., 16., 22., 8., 0.],
        stock_ages: [13., 16., 22., 36., 13., 0.],
        reasons: [6., 75., 15., 4.],
        kroner: 1_350_000.,
        place: (0.97, STAY_LIKE),
        planned: 0.0,
    },
    Service {
        code: "1.8.2",
        open: 6_200.0,
        years: 4.0,
        ages: [77., 11., 6., 5., 1., 0.],
        stock_ages: [62., 17., 9., 8., 2., 0.],
        reasons: [3., 42., 42., 13.],
        kroner: 850_000.,
        place: (0.97, &["3.5", "3.6", "3.8"]),
        planned: 0.12,
    },
    Service {
        code: "1.12.0.1",
        open: 13_480.0,
        years: 13.0,
        ages: [38., 17., 15., 22., 8., 0.],
        stock_ages: [14., 16., 21., 35., 14., 0.],
        reasons: [6., 66., 24., 4.],
        kroner: 950_000.,
        place: (0.96, &["3.3.0", "3.3.1", "3.4"]),
        planned: 0.0,
    },
    Service {
        code: "1.12.0.2",
        open: 36_250.0,
        years: 3.4,
        ages: [36., 20., 18., 21., 5., 0.],
        stock_ages: [27., 22., 20., 25., 6., 0.],
        reasons: [7., 36., 46., 11.],
        kroner: 115_000.,
        place: (0.06, &["4"]),
        planned: 0.02,
    },
    Service {
        code: "1.13.2",
        open: 1_850.0,
        years: 9.0,
        ages: [18., 16., 20., 36., 10., 0.],
        stock_ages: [13., 16., 22., 38., 11., 0.],
        reasons: [92., 8., 0., 0.],
        kroner: 1_500_000.,
        place: (0.0, &[]),
        planned: 0.0,
    },
    Service {
        code: "1.13.3",
        open: 243.0,
        years: 9.0,
        ages: [8., 10., 14., 34., 34., 0.],
        stock_ages: [6., 9., 14., 34., 37., 0.],
        reasons: [100., 0., 0., 0.],
        kroner: 110_000.,
        place: (0.0, &[]),
        planned: 0.0,
    },
    Service {
        code: "1.13.4",
        open: 7_700.0,
        years: 6.0,
        ages: [36., 16., 16., 30., 2., 0.],
        stock_ages: [20., 17., 22., 34., 7., 0.],
        reasons: [55., 36., 8., 1.],
        kroner: 22_000.,
        place: (0.0, &[]),
        planned: 0.02,
    },
    Service {
        code: "1.17",
        open: 1_070.0,
        years: 8.0,
        ages: [40., 14., 16., 26., 4., 0.],
        stock_ages: [26., 17., 20., 31., 6., 0.],
        reasons: [58., 40., 2., 0.],
        kroner: 450_000.,
        place: (0.0, &[]),
        planned: 0.0,
    },
    Service {
        code: "1.18.1",
        open: 2_000.0,
        years: 1.0,
        ages: [42., 22., 16., 16., 4., 0.],
        stock_ages: [42., 22., 16., 16., 4., 0.],
        reasons: [5., 35., 50., 10.],
        kroner: 25_000.,
        place: (0.1, &["4"]),
        planned: 0.05,
    },
    Service {
        code: "1.18.2",
        open: 2_000.0,
        years: 0.45,
        ages: [44., 22., 16., 15., 3., 0.],
        stock_ages: [44., 22., 16., 15., 3., 0.],
        reasons: [5., 34., 50., 11.],
        kroner: 20_000.,
        place: (0.0, &[]),
        planned: 0.8,
    },
];

/// Multiplies every `open`: moves the services of all quarters.
pub const SERVICE_LEVEL: f64 = 0.993;
/// Citizens with a service other than §§ 82 a/b on a day in 2022K4: moves the citizens of all quarters.
pub const CITIZENS: f64 = 75_650.0;

/// Growth: (year, services, citizens) in proportion to 2022K4; straight lines between.
pub const GROWTH: [(f64, f64, f64); 7] = [
    (2013.5, 0.900, 0.850),
    (2015.0, 0.925, 0.878),
    (2018.87, 0.9710, 0.9529),
    (2020.87, 0.984, 0.976),
    (2021.87, 0.9876, 0.9847),
    (2022.87, 1.0, 1.0),
    (2027.0, 1.03, 1.045),
];

/// Of those who come, the share who have been there before.
pub const RETURNING: f64 = 0.28;
/// Of those who return, the share who now live in another municipality.
pub const MOVED: f64 = 0.12;
/// New records for an unchanged service (a new decision), a year.
pub const RENEWALS: f64 = 0.036;
/// How strongly size counts: below 1 the large have somewhat fewer services per adult.
pub const SIZE_POWER: f64 = 0.85;
/// Share of the capital, which is an exception to that.
pub const CAPITAL_SHARE: f64 = 0.115;
/// Below so many adults there are fewer services per adult again.
pub const SMALL: f64 = 2_500.0;
/// Places of stay in the country.
pub const PLACES: f64 = 5_000.0;
/// Share of stays outside the handlekommune.
pub const STAYS_ELSEWHERE: f64 = 0.39;
/// Fewest open services of a municipality, at any scale.
pub const FEWEST_OPEN: f64 = 4.0;

/// A curve of [`GROWTH`] in a given year.
pub fn growth(year: f64, column: fn(&(f64, f64, f64)) -> f64) -> f64 {
    let after = GROWTH.iter().position(|row| row.0 > year).unwrap_or(GROWTH.len() - 1).max(1);
    let (from, to) = (&GROWTH[after - 1], &GROWTH[after]);
    let along = ((year - from.0) / (to.0 - from.0)).max(0.0);
    column(from) + along * (column(to) - column(from))
}

/// How far §§ 82 a/b have come: nothing before July 2020, full after two years.
pub fn introduced(service: usize, year: f64) -> f64 {
    if service < GROUP_HELP { 1.0 } else { ((year - 2020.5) / 2.0).clamp(0.0, 1.0) }
}

/// Whether a service is one of those a citizen has at most one of at a time.
pub const fn is_home(service: usize) -> bool {
    matches!(service, LONG_STAY | SHORT_STAY | HOUSING | SUPPORT)
}

/// Whether a service is a stay.
pub const fn is_stay(service: usize) -> bool {
    matches!(service, LONG_STAY | SHORT_STAY | HOUSING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_those_of_the_list() {
        let listed = cube_schema::domains::vh::kodelister::YDELSER.lines().skip(1);
        let codes: Vec<&str> = listed.filter_map(|line| line.split(';').next()).collect();
        assert_eq!(codes, SERVICES.map(|service| service.code));
        assert_eq!((SERVICES[DEAFBLIND].code, SERVICES[SUPPORT].code), ("1.13.3", "1.12.0.2"));
    }

    #[test]
    fn growth_meets_its_anchors() {
        assert!((growth(2022.87, |row| row.1) - 1.0).abs() < 1e-9);
        assert!((growth(2010.0, |row| row.2) - 0.85).abs() < 1e-9);
    }
}
