//! Everything that is true before anything is written.

use crate::country::Country;
use crate::day::Month;
use crate::errors;
use crate::people::{Person, reasons};
use crate::places::Places;
use crate::records::{Record, gather, recipients};
use crate::systems::{self, Part, Source};

/// The country, its citizens, their services and who reports them.
pub struct World {
    /// The municipalities.
    pub country: Country,
    /// All citizens.
    pub people: Vec<Person>,
    /// All records, errors included.
    pub records: Vec<Record>,
    /// All institutions.
    pub places: Places,
    /// Codes of target groups.
    pub reasons: Vec<&'static str>,
    /// Who delivers.
    pub sources: Vec<Source>,
    /// The records of each source.
    pub parts: Vec<Vec<u32>>,
    /// The months asked for.
    pub months: Vec<Month>,
    /// Recipients by municipality, month since January 2013 and service, before errors.
    pub recipients: Vec<Vec<[i32; crate::calibration::SERVICES.len()]>>,
}

impl World {
    /// Makes it up.
    pub fn new(seed: u64, scale: f64, first: Month, last: Month) -> Self {
        let country = Country::new(seed, scale);
        let places = Places::new(&country);
        let (people, mut records) = gather(&country, &places, last);
        let towns = country.municipalities.len();
        let recipients = recipients(&records, towns, last);
        let sources = systems::assign(&country, first);
        let (parallel, changed) = systems::kinds(&sources, towns);
        errors::plant(&mut records, &people, &country, first.first() - 60, &parallel, &changed);
        let parts = systems::divide(&sources, &records);
        let months = (first.0..=last.0).map(Month).collect();
        Self {
            country,
            people,
            records,
            places,
            reasons: reasons(),
            sources,
            parts,
            months,
            recipients,
        }
    }

    /// How many months after the first delivered one: 0 for the first and all before it.
    pub fn later(&self, month: Month) -> u64 {
        (month.0 - self.first().0).max(0) as u64
    }

    /// Whether a source's delivery lacks a third of its records: one does, in the last of several
    /// months. Who has loaded the month before holds it back.
    pub fn loses(&self, source: usize, month: Month) -> bool {
        let whole = |one: &&Source| one.part == Part::All && !one.changes;
        let chosen = self.sources.iter().rev().find(whole);
        let own = &self.sources[source];
        month == self.last()
            && self.later(month) > 0
            && chosen.is_some_and(|one| one.reporter == own.reporter)
    }

    /// Whether a source has not delivered a month yet: one has not, in the last of several months.
    pub fn is_behind(&self, source: usize, month: Month) -> bool {
        let is_suited = |one: &Source| one.part == Part::All && one.style.xml && !one.changes;
        let chosen = self.sources.iter().rposition(is_suited);
        month == self.last() && self.later(month) > 0 && chosen == Some(source)
    }

    /// The first month asked for.
    pub fn first(&self) -> Month {
        self.months[0]
    }

    /// The last month asked for.
    pub fn last(&self) -> Month {
        self.months[self.months.len() - 1]
    }
}
