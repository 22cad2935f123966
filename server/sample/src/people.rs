//! Citizens: birth, sex, death, why they need help, and a CPR number that can be nobody's.
//!
//! All numbers are replacement numbers (day of the month + 60), so that none can belong to a real person.

use std::collections::HashSet;

use cube_schema::domains::vh::kodelister::MAALGRUPPER;

use crate::calibration::{DEAFBLIND, SERVICES};
use crate::day::{Day, YEAR, civil};
use crate::random::Random;

/// A citizen.
#[derive(Debug, Clone)]
pub struct Person {
    /// Day of birth.
    pub birth: Day,
    /// Day of death, which may lie far ahead.
    pub death: Day,
    /// Sex.
    pub male: bool,
    /// Municipality of residence, by position.
    pub home: u8,
    /// Why help is granted: positions in [`reasons`], [`NONE`] where there are fewer.
    pub reasons: [u8; 3],
    /// Ten digits.
    pub cpr: u64,
    /// How the registers know the citizen.
    pub register: Register,
}

/// How `cpr.csv` knows a citizen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Register {
    /// As it should be.
    Known,
    /// Not in the file.
    Missing,
    /// The number is no date; in the file.
    ImpossibleKnown,
    /// The number is no date; not in the file either.
    ImpossibleMissing,
}

/// No further target group.
pub const NONE: u8 = u8::MAX;

/// Bounds of the age bands that the calibration table uses.
const BANDS: [(i32, i32); 6] = [(18, 29), (30, 39), (40, 49), (50, 64), (65, 79), (80, 92)];

/// The codes of the target groups, in the order of the list.
pub fn reasons() -> Vec<&'static str> {
    MAALGRUPPER.lines().skip(1).filter_map(|line| line.split(';').next()).collect()
}

/// Target groups by main group: physical, cognitive, mental illness, social problem.
#[derive(Debug)]
pub struct Reasons {
    kinds: [Vec<u8>; 4],
    deafblind: u8,
}

impl Reasons {
    /// Sorts the list into its main groups.
    pub fn read() -> Self {
        let starts = ["1.1", "1.2.1", "1.2.2", "1.3"];
        let codes = reasons();
        let positions = |start: &str| {
            let wanted = codes.iter().enumerate().filter(|(_, code)| code.starts_with(start));
            wanted.map(|(position, _)| position as u8).collect()
        };
        let deafblind = codes.iter().position(|code| *code == "1.1.5").unwrap_or(0) as u8;
        Self { kinds: starts.map(positions), deafblind }
    }

    /// Draws one to three groups that fit a service; the first says which main group it is.
    fn draw(&self, service: usize, random: &mut Random) -> (usize, [u8; 3]) {
        let kind = random.weighted(&SERVICES[service].reasons);
        if service == DEAFBLIND {
            return (kind, [self.deafblind, NONE, NONE]);
        }
        let mut groups = [*random.pick(&self.kinds[kind]), NONE, NONE];
        let more = random.weighted(&[72.0, 20.0, 8.0]);
        for slot in groups.iter_mut().skip(1).take(more) {
            let other = if random.chance(0.6) { kind } else { random.below(4) };
            *slot = *random.pick(&self.kinds[other]);
        }
        if groups[1] == groups[0] || groups[2] == groups[0] || groups[1] == groups[2] {
            groups = [groups[0], NONE, NONE];
        }
        (kind, groups)
    }
}

impl Person {
    /// A citizen who begins a service on this day.
    pub fn draw(
        service: usize,
        at: Day,
        bands: &[f64; 6],
        home: usize,
        groups: &Reasons,
        random: &mut Random,
    ) -> Self {
        let (low, high) = BANDS[random.weighted(bands)];
        let years = low + young(random, high - low);
        let birth = at - (f64::from(years) * YEAR) as Day - 1 - random.below(365) as Day;
        let (kind, reasons) = groups.draw(service, random);
        let male = random.chance([0.49, 0.58, 0.48, 0.60][kind]);
        let death = at + 1 + (years_left(f64::from(years), random) * YEAR) as Day;
        Self { birth, death, male, home: home as u8, reasons, cpr: 0, register: Register::Known }
    }
}

/// Years into a band; in the youngest band many begin at once.
fn young(random: &mut Random, width: i32) -> i32 {
    let years = random.between(0, width);
    if width == 11 && random.chance(0.35) { years / 3 } else { years }
}

/// Years left at an age: Gompertz's law, somewhat shorter lives than the population's.
fn years_left(age: f64, random: &mut Random) -> f64 {
    const STEEPNESS: f64 = 0.07;
    let hazard = 0.0016 * ((age - 30.0) * STEEPNESS).exp();
    (STEEPNESS / hazard * random.waiting(1.0)).ln_1p() / STEEPNESS
}

/// How well an age suits a service, between 0 and 1: for choosing among known citizens.
pub fn suits(age: i32, bands: &[f64; 6]) -> f64 {
    let dense = |band: usize| bands[band] / f64::from(BANDS[band].1 - BANDS[band].0 + 1);
    let most = (0..6).map(dense).fold(0.0, f64::max);
    let band = BANDS.iter().position(|band| (band.0..=band.1).contains(&age));
    band.map_or(0.0, |band| dense(band) / most)
}

/// Gives every citizen a number of their own, and a few one that is no date.
pub fn number_all(people: &mut [Person], seed: u64) {
    let mut random = Random::new(seed, 2);
    let mut taken = HashSet::with_capacity(people.len());
    let few = (people.len() / 15_000).max(2);
    let every = (people.len() / few).max(1);
    for (position, person) in people.iter_mut().enumerate() {
        if position % every == every / 2 {
            let known = (position / every).is_multiple_of(2);
            person.register =
                if known { Register::ImpossibleKnown } else { Register::ImpossibleMissing };
        } else if random.chance(0.002) || position == 3 {
            person.register = Register::Missing;
        }
        person.cpr = free_number(person, &mut random, &mut taken);
    }
}

fn free_number(person: &Person, random: &mut Random, taken: &mut HashSet<u64>) -> u64 {
    loop {
        let number = number(person, random);
        if taken.insert(number) {
            return number;
        }
    }
}

/// A replacement number: the seventh digit agrees with the century, the last with the sex.
fn number(person: &Person, random: &mut Random) -> u64 {
    let (year, month, date) = match person.register {
        Register::Known | Register::Missing => civil(person.birth),
        _ => (civil(person.birth).0, 2, 31),
    };
    let seventh = *random.pick(seventh_digits(year));
    let sex = u64::from(person.male);
    let middle = random.below(100) as u64;
    let last = 2 * random.below(5) as u64 + sex;
    let date = (date + 60) as u64 * 10_000 + month as u64 * 100 + (year % 100) as u64;
    date * 10_000 + seventh * 1000 + middle * 10 + last
}

/// The seventh digits that a year of birth may have.
fn seventh_digits(year: i32) -> &'static [u64] {
    match year {
        ..1900 => &[5],
        1900..1937 => &[0, 1, 2, 3],
        1937..2000 => &[0, 1, 2, 3, 4, 9],
        _ => &[4, 5, 6, 7, 8, 9],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::day;

    #[test]
    fn numbers_are_replacement_numbers_of_the_right_century_and_sex() {
        let groups = Reasons::read();
        let mut random = Random::new(1, 1);
        for (service, table) in SERVICES.iter().enumerate() {
            let person =
                Person::draw(service, day(2020, 6, 1), &table.ages, 0, &groups, &mut random);
            let text = format!("{:010}", number(&person, &mut random));
            let (year, month, date) = civil(person.birth);
            assert_eq!(text[..2], format!("{:02}", date + 60));
            assert_eq!(text[2..6], format!("{month:02}{:02}", year % 100));
            assert_eq!(text.as_bytes()[9] % 2 == 1, person.male);
        }
    }

    #[test]
    fn nobody_shares_a_number() {
        let groups = Reasons::read();
        let mut random = Random::new(1, 1);
        let bands = &SERVICES[6].ages;
        let mut draw = |_| Person::draw(6, day(2020, 6, 1), bands, 0, &groups, &mut random);
        let mut people: Vec<Person> = (0..20_000).map(&mut draw).collect();
        number_all(&mut people, 1);
        let numbers: HashSet<u64> = people.iter().map(|person| person.cpr).collect();
        assert_eq!(numbers.len(), people.len());
    }
}
