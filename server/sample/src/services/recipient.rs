//! Who gets a service: somebody who has one already, somebody who returns, or somebody new.

use super::{State, Town};
use crate::calibration::{
    DAY_CENTRE, HOUSING, LONG_STAY, MOVED, RETURNING, SERVICES, SHORT_STAY, SUPPORT, WORKSHOP,
    is_home, is_stay,
};
use crate::day::{Day, age};
use crate::people::{Person, suits};

impl Town<'_> {
    /// A citizen for a service; with this chance one who has no other.
    pub(super) fn recipient(&mut self, service: usize, at: Day, chance: f64, stock: bool) -> usize {
        if !self.random.chance(chance)
            && let Some(known) = self.known(service, at, stock)
        {
            return known;
        }
        if !stock
            && self.random.chance(RETURNING)
            && let Some(former) = self.former(service, at)
        {
            return former;
        }
        self.newcomer(service, at, stock)
    }

    /// A new citizen.
    pub(super) fn newcomer(&mut self, service: usize, at: Day, stock: bool) -> usize {
        let bands = if stock { &SERVICES[service].stock_ages } else { &SERVICES[service].ages };
        let person =
            Person::draw(service, at, bands, self.position, &self.reasons, &mut self.random);
        self.people.push(person);
        self.states.push(State {
            until: Day::MIN,
            service_until: [Day::MIN; SERVICES.len()],
            home: None,
            leaves: 0,
            municipality: self.position as u8,
        });
        self.active.push(self.people.len() - 1);
        self.people.len() - 1
    }

    /// A citizen with some service who may well get this one too, or change to it.
    fn known(&mut self, service: usize, at: Day, stock: bool) -> Option<usize> {
        for _ in 0..40 {
            if self.active.is_empty() {
                return None;
            }
            let slot = self.random.below(self.active.len());
            let person = self.active[slot];
            let last = self.states[person].service_until.iter().copied().max()?;
            if last < at - 30 {
                self.gone.push(self.active.swap_remove(slot));
            } else if self.accepts(person, service, at, stock) {
                return Some(person);
            }
        }
        None
    }

    fn accepts(&mut self, person: usize, service: usize, at: Day, stock: bool) -> bool {
        let (one, state) = (&self.people[person], &self.states[person]);
        if one.death <= at || state.service_until[service] >= at {
            return false;
        }
        let bands = if stock { &SERVICES[service].stock_ages } else { &SERVICES[service].ages };
        let fits = suits(age(one.birth, at), bands).max(0.05);
        let home = state.home.map(|home| &self.episodes[home]).filter(|home| home.end >= at);
        let pairs = match home {
            Some(home) if is_home(service) => {
                change(usize::from(home.service), service, at - home.start)
            }
            Some(home) => beside(usize::from(home.service), service),
            None => 0.6,
        };
        self.random.chance(fits * pairs)
    }

    /// Somebody who had a service once; some have moved since.
    fn former(&mut self, service: usize, at: Day) -> Option<usize> {
        for _ in 0..12 {
            if self.gone.is_empty() {
                return None;
            }
            let slot = self.random.below(self.gone.len());
            let person = self.gone[slot];
            let one = &self.people[person];
            let fits = suits(age(one.birth, at), &SERVICES[service].ages);
            if one.death > at + 30
                && self.states[person].until < at - 60
                && self.random.chance(fits)
            {
                self.active.push(self.gone.swap_remove(slot));
                self.perhaps_move(person);
                return Some(person);
            }
        }
        None
    }

    fn perhaps_move(&mut self, person: usize) {
        if self.random.chance(MOVED) {
            let to = self.country.near(self.position, &mut self.random) as u8;
            self.states[person].municipality = to;
            self.people[person].home = to;
        }
    }
}

/// How readily one gives up a home service of so many days for another.
fn change(from: usize, to: usize, days: Day) -> f64 {
    match (from, to) {
        _ if days < 120 => 0.0,
        (SUPPORT, SHORT_STAY) => 0.3,
        (SUPPORT, LONG_STAY | HOUSING) => 0.5,
        (SHORT_STAY, SUPPORT) => 0.4,
        (SHORT_STAY, _) => 0.5,
        (LONG_STAY, HOUSING) | (HOUSING, LONG_STAY) => 0.05,
        _ => 0.02,
    }
}

/// How often a service goes with a support or stay.
fn beside(home: usize, service: usize) -> f64 {
    match service {
        DAY_CENTRE | WORKSHOP if is_stay(home) => 1.0,
        DAY_CENTRE | WORKSHOP => 0.35,
        _ if is_stay(home) => 0.4,
        _ => 0.7,
    }
}
