//! From lives to records: a service is registered once or, after new decisions, several times.

use rayon::prelude::*;

use crate::calibration::{RENEWALS, SERVICES, STAYS_ELSEWHERE, is_stay};
use crate::country::Country;
use crate::day::{Day, Month, YEAR, day};
use crate::errors::Flaw;
use crate::people::{NONE, Person};
use crate::places::Places;
use crate::random::{Random, mix, share};
use crate::services::{Episode, Lives, simulate};

/// A record as it really was; what a delivery says of it is the [`crate::stock`]'s affair.
#[derive(Debug, Clone)]
pub struct Record {
    /// The citizen, by position in the country.
    pub person: u32,
    /// The municipality whose citizen it is, by position.
    pub municipality: u8,
    /// The municipality that delivers it.
    pub reporter: u8,
    /// The betalingskommune, [`NONE`] where it is not given.
    pub payer: u8,
    /// The service, by position.
    pub service: u8,
    /// First day.
    pub start: Day,
    /// Last day, which may lie ahead.
    pub end: Day,
    /// Target groups.
    pub reasons: [u8; 3],
    /// Place of stay + 1, or 0.
    pub place: u32,
    /// Funktionsvurdering 1-5, or 0.
    pub assessment: u8,
    /// What is wrong with it.
    pub flaw: Flaw,
    /// Whether a wrong record may be put right in a later month.
    pub fixable: bool,
}

/// Simulates all municipalities and gathers their citizens and records, by citizen and start.
pub fn gather(country: &Country, places: &Places, last: Month) -> (Vec<Person>, Vec<Record>) {
    let towns: Vec<_> = (0..country.municipalities.len())
        .into_par_iter()
        .map(|town| {
            let lives = simulate(country, town, last);
            let records = register(&lives, country, places, town);
            (lives.people, records)
        })
        .collect();
    let (mut people, mut records) = (Vec::new(), Vec::new());
    for (some, mut theirs) in towns {
        let before = people.len() as u32;
        theirs.iter_mut().for_each(|record| record.person += before);
        people.extend(some);
        records.append(&mut theirs);
    }
    crate::people::number_all(&mut people, country.seed);
    (people, records)
}

fn register(lives: &Lives, country: &Country, places: &Places, town: usize) -> Vec<Record> {
    let mut clerk = Clerk {
        country,
        places,
        lives,
        random: Random::new(country.seed, 5000 + town as u64),
        out: Vec::new(),
    };
    lives.episodes.iter().for_each(|episode| clerk.episode(episode));
    clerk.out.sort_by_key(|record| (record.person, record.start, record.service));
    clerk.out
}

struct Clerk<'a> {
    country: &'a Country,
    places: &'a Places,
    lives: &'a Lives,
    random: Random,
    out: Vec<Record>,
}

impl Clerk<'_> {
    /// One record, or a chain of them: a new decision ends one and starts the next.
    fn episode(&mut self, episode: &Episode) {
        let mut record = self.record(episode);
        let reports_from =
            self.country.municipalities[usize::from(episode.municipality)].reports_from;
        let mut next = self.later(record.start.max(reports_from));
        while next < episode.end - 20 {
            record.end = next - 1;
            self.out.push(record.clone());
            record.start = next;
            record.end = episode.end;
            self.renew(&mut record);
            next = self.later(next);
        }
        self.out.push(record);
    }

    fn later(&mut self, after: Day) -> Day {
        after + 30 + self.random.waiting(YEAR / RENEWALS) as Day
    }

    /// A new decision: a new assessment, and now and then a citizen who has moved.
    fn renew(&mut self, record: &mut Record) {
        record.assessment = self.assessment();
        if !is_stay(usize::from(record.service)) && self.random.chance(0.05) {
            record.municipality =
                self.country.near(usize::from(record.municipality), &mut self.random) as u8;
            self.address(record);
        }
    }

    fn record(&mut self, episode: &Episode) -> Record {
        let service = usize::from(episode.service);
        let mut record = Record {
            person: episode.person,
            municipality: episode.municipality,
            reporter: episode.municipality,
            payer: NONE,
            service: episode.service,
            start: episode.start,
            end: episode.end,
            reasons: self.lives.people[episode.person as usize].reasons,
            place: 0,
            assessment: self.assessment(),
            flaw: Flaw::None,
            fixable: false,
        };
        self.address(&mut record);
        if self.random.chance(SERVICES[service].place.0) {
            record.place = self.place(service, usize::from(episode.municipality));
        }
        record
    }

    fn place(&mut self, service: usize, home: usize) -> u32 {
        let elsewhere = if is_stay(service) { STAYS_ELSEWHERE } else { 0.15 };
        let town = if self.random.chance(elsewhere) {
            self.country.near(home, &mut self.random)
        } else {
            home
        };
        self.places.draw(town, service, &mut self.random)
    }

    fn assessment(&mut self) -> u8 {
        self.random.weighted(&[38.0, 9.0, 16.0, 19.0, 13.0, 5.0]) as u8
    }

    /// Who delivers the record and who pays.
    fn address(&mut self, record: &mut Record) {
        let town = usize::from(record.municipality);
        if let Some(reporter) = self.country.reporter_for(town)
            && !delivers_itself(record, self.country.reported_until(town))
        {
            record.reporter = reporter as u8;
            record.payer = record.municipality;
            return;
        }
        record.reporter = record.municipality;
        let paired = (0..self.country.municipalities.len())
            .any(|one| self.country.reporter_for(one) == Some(town));
        record.payer = match self.random.below(100) {
            0..25 => NONE,
            25..30 if !paired => self.country.near(town, &mut self.random) as u8,
            _ => record.municipality,
        };
    }
}

/// Those for whom another reports have, of late, delivered some citizens themselves, and most of them
/// after the last day of the pair.
fn delivers_itself(record: &Record, last: Option<Day>) -> bool {
    let luck = share(mix(u64::from(record.person), 11), 7);
    match last {
        Some(last) if record.start > last => luck < 0.7,
        _ => record.start >= day(2020, 1, 1) && luck < 0.5,
    }
}

/// How many have each service in each month since January 2013, by municipality: for the accounts.
pub fn recipients(
    records: &[Record],
    towns: usize,
    last: Month,
) -> Vec<Vec<[i32; SERVICES.len()]>> {
    let first = Month::new(2013, 1);
    let months = (last.0 - first.0 + 1) as usize;
    let mut counts = vec![vec![[0; SERVICES.len()]; months + 1]; towns];
    for record in records {
        let from = (Month::of(record.start).0 - first.0).max(0) as usize;
        let to = (Month::of(record.end.min(last.last())).0 - first.0) as usize + 1;
        if from < to {
            let (town, service) = (usize::from(record.municipality), usize::from(record.service));
            counts[town][from][service] += 1;
            counts[town][to][service] -= 1;
        }
    }
    for town in &mut counts {
        for month in 1..town.len() {
            let before = town[month - 1];
            town[month].iter_mut().zip(before).for_each(|(now, before)| *now += before);
        }
    }
    counts
}
