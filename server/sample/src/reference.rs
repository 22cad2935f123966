//! Reference files about people and places: citizens, population, institutions, systems.

use std::fmt::Write;

use crate::country::{LAST_DAYS, Municipality, PAIRS};
use crate::day::{self, Day, Month};
use crate::people::{Person, Register};
use crate::random::{Random, mix, share};
use crate::world::World;

/// `cpr.csv`: what the register knows of the citizens in the deliveries.
pub fn cpr(world: &World) -> String {
    let mut out = String::from("CPR;Foedselsdato;Doedsdato;Koen;Bopaelskommune\n");
    let known_until = world.last().last() + 20;
    let listed =
        |person: &&Person| matches!(person.register, Register::Known | Register::ImpossibleKnown);
    let mut random = Random::new(world.country.seed, 8);
    for person in world.people.iter().filter(listed) {
        let death =
            if person.death <= known_until { day::text(person.death) } else { String::new() };
        let sex = if person.male { 'M' } else { 'K' };
        let mut home = usize::from(person.home);
        if random.chance(0.04) {
            home = world.country.near(home, &mut random);
        }
        let home = world.country.municipalities[home].code;
        let _ =
            writeln!(out, "{:010};{};{death};{sex};{home}", person.cpr, day::text(person.birth));
    }
    out
}

/// `befolkning.csv`: inhabitants by quarter and age, slightly growing towards today's estimate.
pub fn population(world: &World) -> String {
    let mut out = String::with_capacity(12_000_000);
    out.push_str("Kommunekode;Kvartal;Alder;Antal\n");
    for one in &world.country.municipalities {
        let mut quarter = Month::new(2013, 1);
        while quarter <= world.last() {
            quarter_of(&mut out, one, quarter);
            quarter = quarter.plus(3);
        }
    }
    out
}

fn quarter_of(out: &mut String, one: &Municipality, quarter: Month) {
    let years = f64::from(quarter.0 - Month::new(2025, 1).0) / 12.0;
    let size = one.scale * 1.004f64.powf(years);
    let (others, adults) = ((one.inhabitants - one.adults) * size, one.adults * size);
    let mut carried = 0.0;
    for age in 0..=110 {
        let of = if (18..=64).contains(&age) {
            adults / weight_of(18, 64)
        } else {
            others / weight_outside()
        };
        carried += of * curve(age);
        let whole = f64::floor(carried + 0.5);
        carried -= whole;
        let _ =
            writeln!(out, "{};{}K{};{age};{whole}", one.code, quarter.year(), quarter.quarter());
    }
}

/// A plausible age curve: flat to 55, falling after.
fn curve(age: i32) -> f64 {
    let bulge = 1.0 + 0.12 * (f64::from(age - 26) / 8.0).powi(2).min(9.0).mul_add(-0.11, 1.0);
    let falling = if age < 55 { 1.0 } else { (-(f64::from(age - 55) / 26.0).powi(3)).exp() };
    bulge * falling
}

fn weight_of(from: i32, to: i32) -> f64 {
    (from..=to).map(curve).sum()
}

fn weight_outside() -> f64 {
    weight_of(0, 17) + weight_of(65, 110)
}

/// `opholdssteder.csv`.
pub fn places(world: &World) -> String {
    let mut out = String::from("OpholdsstedId;Navn;Kommunekode;Tilbudstype\n");
    for (position, place) in world.places.all.iter().enumerate() {
        let id = world.places.id(position as u32 + 1, &world.country);
        let code = world.country.municipalities[usize::from(place.municipality)].code;
        let _ = writeln!(out, "{id};{};{code};{}", quoted(&place.name), place.kind);
    }
    out
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ';']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// `kodelister/saerregler.csv`: which municipality reports for which, and until when. What a reporter
/// goes on delivering for another after the last day counts as its own.
pub fn pairs(_: &World) -> String {
    let mut out = String::from("Indberetter;OgsaaFor;GyldigTil\n");
    for ((reporter, other), last) in PAIRS.into_iter().zip(LAST_DAYS) {
        let last = last.map(day::text).unwrap_or_default();
        let _ = writeln!(out, "{reporter};{other};{last}");
    }
    out
}

/// `systemskifte.csv`: all that have several systems, and some that have one.
pub fn systems(world: &World) -> String {
    let mut out = String::from("Kommunekode;System;Rolle;Skiftedato\n");
    for source in &world.sources {
        let code = world.country.municipalities[usize::from(source.reporter)].code;
        if source.role() != "fuld" || share(mix(world.country.seed, 77), u64::from(code)) < 0.3 {
            let change: Option<Day> = source.change;
            let change = change.map(day::text).unwrap_or_default();
            let _ = writeln!(out, "{code};{};{};{change}", source.name(), source.role());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country::Country;

    #[test]
    fn ages_add_up_to_the_estimate() {
        let country = Country::new(1, 1.0);
        let mut out = String::new();
        quarter_of(&mut out, &country.municipalities[0], Month::new(2025, 1));
        let adults: f64 = out
            .lines()
            .skip(18)
            .take(47)
            .filter_map(|line| line.rsplit(';').next()?.parse::<f64>().ok())
            .sum();
        assert!((adults - 461_600.0).abs() < 5.0, "{adults}");
        assert_eq!(out.lines().count(), 111);
    }
}
