//! The 98 municipalities: how large, since when they report, and for whom.

use cube_schema::domains::vh::kodelister::KOMMUNER;

use crate::calibration::{CAPITAL_SHARE, FEWEST_OPEN, SERVICES, SIZE_POWER, SMALL};
use crate::day::{Day, Month, day};
use crate::random::Random;

/// A municipality as the generator sees it.
#[derive(Debug, Clone)]
pub struct Municipality {
    /// 153
    pub code: u16,
    /// 084
    pub region: &'static str,
    /// Inhabitants today, at scale 1.
    pub inhabitants: f64,
    /// Inhabitants aged 18-64 today, at scale 1.
    pub adults: f64,
    /// Share of the country's services.
    pub weight: f64,
    /// The scale, raised where too little would be left.
    pub scale: f64,
    /// First day with complete data.
    pub reports_from: Day,
    /// Approved for all of 2015-2020.
    pub approved_throughout: bool,
}

/// All municipalities, in the order of their codes.
#[derive(Debug)]
pub struct Country {
    /// The municipalities; elsewhere they are named by their position here.
    pub municipalities: Vec<Municipality>,
    /// The seed of everything.
    pub seed: u64,
}

/// Municipalities that report for another: (reporter, the other).
pub const PAIRS: [(u16, u16); 2] = [(183, 187), (185, 155)];

/// The last day of each pair, where it has one: Statistics Denmark ended Ishøj's for Vallensbæk.
pub const LAST_DAYS: [Option<Day>; 2] = [Some(day(2021, 12, 31)), None];

/// København.
pub const CAPITAL: u16 = 101;

/// A municipality without approvals of its own: its reporter's are used.
pub const WITHOUT_APPROVAL: u16 = 155;

/// How many had complete data by January 2015; the rest followed until 2018.
const EARLY: usize = 74;
/// How many of them are approved for all of 2015-2020.
const APPROVED: usize = 63;

impl Country {
    /// Reads the list of municipalities and gives each its size.
    pub fn new(seed: u64, scale: f64) -> Self {
        let mut random = Random::new(seed, 1);
        let mut municipalities: Vec<_> = KOMMUNER.lines().skip(1).filter_map(read).collect();
        weigh(&mut municipalities, scale, &mut random);
        begin(&mut municipalities, &mut random);
        Self { municipalities, seed }
    }

    /// The position of a municipality.
    pub fn position(&self, code: u16) -> Option<usize> {
        self.municipalities.iter().position(|one| one.code == code)
    }

    /// Who reports for this municipality, if another does.
    pub fn reporter_for(&self, position: usize) -> Option<usize> {
        let code = self.municipalities[position].code;
        let pair = PAIRS.iter().find(|pair| pair.1 == code)?;
        self.position(pair.0)
    }

    /// The last day on which another reports for this municipality, where there is one.
    pub fn reported_until(&self, position: usize) -> Option<Day> {
        let code = self.municipalities[position].code;
        let pairs = PAIRS.into_iter().zip(LAST_DAYS);
        pairs.filter(|(pair, _)| pair.1 == code).find_map(|(_, last)| last)
    }

    /// Another municipality, by size.
    pub fn other_than(&self, position: usize, random: &mut Random) -> usize {
        loop {
            let drawn = self.any(random);
            if drawn != position {
                return drawn;
            }
        }
    }

    /// A municipality nearby (in the region), or now and then anywhere, by size.
    pub fn near(&self, position: usize, random: &mut Random) -> usize {
        let region = self.municipalities[position].region;
        let anywhere = random.chance(0.2);
        loop {
            let drawn = self.other_than(position, random);
            if anywhere || self.municipalities[drawn].region == region {
                return drawn;
            }
        }
    }

    fn any(&self, random: &mut Random) -> usize {
        let mut left = random.unit();
        for (position, one) in self.municipalities.iter().enumerate() {
            left -= one.weight;
            if left < 0.0 {
                return position;
            }
        }
        0
    }
}

fn read(line: &'static str) -> Option<Municipality> {
    let field: Vec<&str> = line.split(';').collect();
    Some(Municipality {
        code: field.first()?.parse().ok()?,
        region: field.get(2)?,
        inhabitants: field.get(4)?.parse().ok()?,
        adults: field.get(5)?.parse().ok()?,
        weight: 0.0,
        scale: 0.0,
        reports_from: Month::new(2013, 7).first(),
        approved_throughout: false,
    })
}

/// Weights by size and a touch of chance; small scales keep a few services everywhere.
fn weigh(municipalities: &mut [Municipality], scale: f64, random: &mut Random) {
    for one in municipalities.iter_mut() {
        let luck = random.unit() - 0.5;
        one.weight = one.adults.powf(SIZE_POWER)
            * (1.0 + 0.25 * luck)
            * (one.adults / SMALL).min(1.0).sqrt();
    }
    let others: f64 =
        municipalities.iter().filter(|one| one.code != CAPITAL).map(|one| one.weight).sum();
    for one in municipalities.iter_mut() {
        let capital = one.code == CAPITAL;
        one.weight =
            if capital { CAPITAL_SHARE } else { one.weight / others * (1.0 - CAPITAL_SHARE) };
    }
    let open: f64 = SERVICES.iter().map(|service| service.open).sum();
    for one in municipalities.iter_mut() {
        // Those for whom another reports also deliver a little themselves.
        let paired = PAIRS.iter().any(|pair| pair.1 == one.code);
        let fewest = if paired { 6.0 * FEWEST_OPEN } else { FEWEST_OPEN };
        one.scale = scale.max(fewest / (open * one.weight));
    }
}

/// Since when each reports, and which were approved throughout 2015-2020.
fn begin(municipalities: &mut [Municipality], random: &mut Random) {
    let mut order: Vec<usize> = (0..municipalities.len()).collect();
    order.retain(|position| municipalities[*position].code != WITHOUT_APPROVAL);
    random.shuffle(&mut order);
    for (rank, position) in order.into_iter().enumerate() {
        let later = match rank {
            0..50 => 0,
            50..EARLY => 3 * random.between(1, 6),
            _ => 3 * random.between(7, 18),
        };
        municipalities[position].reports_from = Month::new(2013, 7).plus(later).first();
        municipalities[position].approved_throughout = rank < APPROVED;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ninety_eight_municipalities_share_the_country() {
        let country = Country::new(1, 1.0);
        assert_eq!(country.municipalities.len(), 98);
        let total: f64 = country.municipalities.iter().map(|one| one.weight).sum();
        assert!((total - 1.0).abs() < 1e-9);
        let early = country.municipalities.iter().filter(|one| one.approved_throughout);
        assert_eq!(early.count(), APPROVED);
    }

    #[test]
    fn pairs_are_found() {
        let country = Country::new(1, 1.0);
        let vallensbaek = country.position(187).expect("Vallensbæk");
        assert_eq!(country.reporter_for(vallensbaek), country.position(183));
    }
}
