//! Lives: who has which service from when to when, one municipality at a time.
//!
//! A month is a step. What ended is replaced, so that the open services follow the calibration
//! table whatever deaths, moves and changes of service do; and of the new ones as many go to new or
//! returning citizens as the number of citizens asks for.

mod recipient;

use crate::calibration::{
    CITIZENS, GROUP_HELP, SERVICE_LEVEL, SERVICES, TIMED_HELP, growth, introduced, is_home,
};
use crate::country::Country;
use crate::day::{Day, Month, OPEN, YEAR, add_years, day};
use crate::people::{Person, Reasons};
use crate::random::Random;

/// A service granted to a citizen, before it is split into records.
#[derive(Debug, Clone)]
pub struct Episode {
    /// The citizen, by position among the municipality's.
    pub person: u32,
    /// The service, by position in the calibration table.
    pub service: u8,
    /// The handlekommune, by position.
    pub municipality: u8,
    /// First day.
    pub start: Day,
    /// Last day; may lie after the last month.
    pub end: Day,
}

/// What one municipality's simulation gives.
#[derive(Debug)]
pub struct Lives {
    /// Its citizens.
    pub people: Vec<Person>,
    /// Their services.
    pub episodes: Vec<Episode>,
}

/// Simulates a municipality from its first month of data to the given one.
pub fn simulate(country: &Country, municipality: usize, last: Month) -> Lives {
    let mut town = Town::new(country, municipality, last);
    town.fill();
    for step in 0..town.steps {
        town.month(step);
    }
    Lives { people: town.people, episodes: town.episodes }
}

/// What the simulation keeps of a citizen.
struct State {
    /// Last day of any service other than §§ 82 a/b.
    until: Day,
    /// Last day of each service.
    service_until: [Day; SERVICES.len()],
    /// The newest episode of support or stay.
    home: Option<usize>,
    /// The step in which the citizen is counted out.
    leaves: usize,
    /// Where the citizen's services are granted now.
    municipality: u8,
}

struct Town<'a> {
    country: &'a Country,
    position: usize,
    size: f64,
    reasons: Reasons,
    random: Random,
    first: Month,
    steps: usize,
    people: Vec<Person>,
    states: Vec<State>,
    episodes: Vec<Episode>,
    active: Vec<usize>,
    gone: Vec<usize>,
    open: [i32; SERVICES.len()],
    ends: Vec<[i32; SERVICES.len()]>,
    citizens: i32,
    leaving: Vec<i32>,
    /// A fixed share per service that decides how fractions are rounded.
    rounding: [f64; SERVICES.len()],
}

impl<'a> Town<'a> {
    fn new(country: &'a Country, position: usize, last: Month) -> Self {
        let one = &country.municipalities[position];
        let first = Month::of(one.reports_from);
        let steps = (last.0 - first.0 + 1).max(1) as usize;
        let mut random = Random::new(country.seed, 1000 + u64::from(one.code));
        let rounding = [0; SERVICES.len()].map(|_| random.unit());
        Self {
            country,
            position,
            size: one.weight * one.scale,
            reasons: Reasons::read(),
            random,
            first,
            steps,
            people: Vec::new(),
            states: Vec::new(),
            episodes: Vec::new(),
            active: Vec::new(),
            gone: Vec::new(),
            open: [0; SERVICES.len()],
            ends: vec![[0; SERVICES.len()]; steps + 1],
            citizens: 0,
            leaving: vec![0; steps + 1],
            rounding,
        }
    }

    fn year(&self, step: usize) -> f64 {
        (f64::from(self.first.0) + step as f64 + 0.5) / 12.0
    }

    /// How many of a service should be open at the end of a step.
    fn wanted(&self, service: usize, step: usize) -> i32 {
        let year = self.year(step);
        let level = SERVICE_LEVEL * growth(year, |row| row.1) * introduced(service, year);
        (SERVICES[service].open * level * self.size + self.rounding[service]) as i32
    }

    fn wanted_citizens(&self, step: usize) -> f64 {
        CITIZENS * self.size * growth(self.year(step), |row| row.2)
    }

    /// The services that were open when the municipality began to report.
    fn fill(&mut self) {
        let at = self.first.first();
        let mut others = Vec::new();
        for service in 0..SERVICES.len() {
            let count = self.wanted(service, 0);
            self.open[service] = count;
            for _ in 0..count {
                if is_home(service) {
                    let person = self.newcomer(service, at, true);
                    self.begin_stock(person, service, at);
                } else {
                    others.push(service);
                }
            }
        }
        self.random.shuffle(&mut others);
        self.share_out(0, others.iter().map(|service| (*service, at)).collect(), true);
    }

    fn month(&mut self, step: usize) {
        self.citizens -= self.leaving[step];
        let mut starts = Vec::new();
        for service in 0..SERVICES.len() {
            self.open[service] -= self.ends[step][service];
            let missing = self.wanted(service, step) - self.open[service];
            for _ in 0..missing.max(0) {
                starts.push((service, self.start_day(step)));
            }
            self.open[service] += missing.max(0);
        }
        self.random.shuffle(&mut starts);
        self.share_out(step, starts, false);
    }

    /// Decisions are made most often from the first of a month.
    fn start_day(&mut self, step: usize) -> Day {
        let month = self.first.plus(step as i32);
        if self.random.chance(0.42) {
            month.first()
        } else {
            self.random.between(month.first(), month.last())
        }
    }

    /// Gives new services to citizens: as many to new ones as the number of citizens asks for.
    fn share_out(&mut self, step: usize, starts: Vec<(usize, Day)>, stock: bool) {
        let mut left = starts.iter().filter(|start| start.0 < GROUP_HELP).count();
        for (service, at) in starts {
            let lacking = self.wanted_citizens(step) - f64::from(self.citizens);
            let counted = service < GROUP_HELP;
            let chance = if counted { lacking / left.max(1) as f64 } else { 0.4 };
            left -= usize::from(counted);
            let person = self.recipient(service, at, chance, stock);
            if stock {
                self.begin_stock(person, service, at);
            } else {
                self.begin(person, service, at, step);
            }
        }
    }

    /// A service that began before the municipality reported: it is as likely to be caught early as late.
    fn begin_stock(&mut self, person: usize, service: usize, at: Day) {
        let mean = SERVICES[service].years * YEAR;
        let adult = add_years(self.people[person].birth, 18);
        let before = self.random.waiting(mean) as Day;
        let start = (at - before).max(adult).max(day(1998, 1, 1)).min(at);
        let end = at + self.random.waiting(mean) as Day;
        self.enter(person, service, start, end, 0);
    }

    fn begin(&mut self, person: usize, service: usize, at: Day, step: usize) {
        if is_home(service) {
            self.leave_home(person, at, step);
        }
        let days = self.duration(service);
        self.enter(person, service, at, at + days, step);
    }

    fn duration(&mut self, service: usize) -> Day {
        match service {
            TIMED_HELP => self.random.between(60, 270),
            _ => 20 + self.random.waiting(SERVICES[service].years * YEAR - 20.0) as Day,
        }
    }

    /// Ends the present support or stay: as a rule the day before, sometimes on the day of the change.
    fn leave_home(&mut self, person: usize, at: Day, step: usize) {
        let Some(home) = self.states[person].home else {
            return;
        };
        if self.episodes[home].end < at {
            return;
        }
        let service = usize::from(self.episodes[home].service);
        let same_day = self.random.chance(0.15);
        // An end in this month was counted when the month began.
        if Month::of(self.episodes[home].end) > self.first.plus(step as i32) {
            self.open[service] -= 1;
            let ends = self.step_of(self.episodes[home].end, step);
            if let Some(ending) = self.ends.get_mut(ends) {
                ending[service] -= 1;
            }
        }
        self.episodes[home].end = if same_day { at } else { at - 1 };
        self.states[person].service_until[service] = self.episodes[home].end;
    }

    /// The step in which a day lies, after the present one; beyond the last it is one past the end.
    fn step_of(&self, at: Day, step: usize) -> usize {
        let later = Month::of(at.min(day(2099, 1, 1))).0 - self.first.0;
        (later.max(step as i32 + 1) as usize).min(self.ends.len())
    }

    fn enter(&mut self, person: usize, service: usize, start: Day, end: Day, step: usize) {
        let end = end.min(self.people[person].death).max(start);
        let ends = self.step_of(end, step);
        if let Some(ending) = self.ends.get_mut(ends) {
            ending[service] += 1;
        }
        self.episodes.push(Episode {
            person: person as u32,
            service: service as u8,
            municipality: self.states[person].municipality,
            start,
            end,
        });
        self.states[person].service_until[service] = end;
        if is_home(service) {
            self.states[person].home = Some(self.episodes.len() - 1);
        }
        if service < GROUP_HELP {
            self.stay_counted(person, step);
        }
    }

    /// Keeps the number of citizens right after a service was added or cut.
    fn stay_counted(&mut self, person: usize, step: usize) {
        let counted = &self.states[person].service_until[..GROUP_HELP];
        let until = counted.iter().copied().max().unwrap_or(OPEN);
        let leaves = self.step_of(until, step);
        let state = &mut self.states[person];
        if state.until == Day::MIN || state.leaves <= step {
            self.citizens += 1;
        } else if let Some(leaving) = self.leaving.get_mut(state.leaves) {
            *leaving -= 1;
        }
        state.until = until;
        state.leaves = leaves;
        if let Some(leaving) = self.leaving.get_mut(leaves) {
            *leaving += 1;
        }
    }
}
