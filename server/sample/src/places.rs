//! Places of stay and of activity: some 5,000 institutions over the country.

use crate::calibration::{PLACES, SERVICES};
use crate::country::Country;
use crate::random::Random;

/// An institution.
#[derive(Debug)]
pub struct Place {
    /// Where it lies, by position.
    pub municipality: u8,
    /// Its number within the municipality.
    pub number: u16,
    /// Its type, a code of `tilbudstyper.csv`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// All institutions, found by municipality and service.
#[derive(Debug)]
pub struct Places {
    /// The institutions; a record names one by its position + 1.
    pub all: Vec<Place>,
    suited: Vec<[Vec<u32>; SERVICES.len()]>,
}

/// The types in the order in which a municipality gets them: common ones first and again.
const KINDS: [&str; 22] = [
    "3.3.0", "1.1", "3.5", "3.1.0", "1.3", "3.4", "2.1", "3.3.0", "1.1", "3.5", "3.3.1", "4",
    "1.1", "3.6", "3.9", "3.8", "3.1.1", "3.2", "1.4", "5", "1.2", "3.7",
];

const FIRST: [&str; 12] = [
    "Bostedet",
    "Bofællesskabet",
    "Center",
    "Værkstedet",
    "Botilbuddet",
    "Dagcentret",
    "Huset",
    "Bocenter",
    "Aktivitetshuset",
    "Opgangsfællesskabet",
    "Kollegiet",
    "Gården",
];
const SECOND: [&str; 16] = [
    "Lindehøj",
    "Åkanden",
    "Solsikken",
    "Bøgelunden",
    "Fjordblik",
    "Mosevang",
    "Ørnereden",
    "Kildebakken",
    "Ærtemarken",
    "Skovbrynet",
    "Havgården",
    "Egely",
    "Pilehuset",
    "Rønnebo",
    "Søvang",
    "Granlien",
];

impl Places {
    /// Builds the institutions of every municipality.
    pub fn new(country: &Country) -> Self {
        let mut places = Self { all: Vec::new(), suited: Vec::new() };
        for position in 0..country.municipalities.len() {
            places.build(country, position);
        }
        places
    }

    fn build(&mut self, country: &Country, position: usize) {
        let one = &country.municipalities[position];
        let mut random = Random::new(country.seed, 3000 + u64::from(one.code));
        let count = ((PLACES * one.weight * one.scale) as usize).max(6);
        let mut suited: [Vec<u32>; SERVICES.len()] = Default::default();
        for number in 0..count {
            let kind = KINDS[number % KINDS.len()];
            self.all.push(Place {
                municipality: position as u8,
                number: number as u16 + 1,
                kind,
                name: name(&mut random),
            });
            for (service, list) in SERVICES.iter().zip(&mut suited) {
                if service.place.1.contains(&kind) {
                    list.push(self.all.len() as u32);
                }
            }
        }
        self.suited.push(suited);
    }

    /// A place for a service in a municipality, 0 if there is none.
    pub fn draw(&self, municipality: usize, service: usize, random: &mut Random) -> u32 {
        let list = &self.suited[municipality][service];
        if list.is_empty() {
            return 0;
        }
        // A few large ones take most.
        let position = (random.unit() * random.unit() * list.len() as f64) as usize;
        list[position]
    }

    /// The key of a place: the municipality's code and a number.
    pub fn id(&self, place: u32, country: &Country) -> String {
        let one = &self.all[place as usize - 1];
        format!("{}{:04}", country.municipalities[usize::from(one.municipality)].code, one.number)
    }
}

/// Some names need quoting in CSV.
fn name(random: &mut Random) -> String {
    let (first, second) = (random.pick(&FIRST), random.pick(&SECOND));
    match random.below(40) {
        0 => format!("{first} \"{second}\""),
        1 => format!("{first} {second}; afdeling {}", random.between(1, 4)),
        2..8 => format!("{first} {second} {}", random.between(2, 9)),
        _ => format!("{first} {second}"),
    }
}
