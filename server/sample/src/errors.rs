//! Planting errors: one function per kind that the rules handle or the intake refuses, and how
//! often each occurs.

use crate::calibration::{GROUP_HELP, HOUSING, SHORT_STAY, SUPPORT, is_stay};
use crate::country::Country;
use crate::day::{Day, OPEN, add_years, civil, day};
use crate::people::{NONE, Person, Register};
use crate::random::Random;
use crate::records::Record;

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    None,
    /// D1: a code that is in no list.
    UnknownCode,
    /// D1: ended before its code was valid.
    OutsideValidity,
    /// D2: no valid target group among those given.
    BadReasons,
    /// One valid and one invalid target group.
    PartlyBadReasons,
    /// No target group.
    NoReasons,
    /// D3: no start date.
    NoStart,
    /// D3: a start date that is no date.
    UnreadableStart,
    /// D4: the end lies before the start.
    EndBeforeStart,
    /// D5: the citizen was a child.
    Child,
    /// C1: dead, and the service never ended.
    DeadOpen,
    /// C1: the service starts after the death.
    StartsAfterDeath,
    /// Ends after the death, which is left alone.
    EndsAfterDeath,
    /// C2: a stay that was not ended when the next began.
    OverlapPartly,
    /// C2: two stays from the same day.
    OverlapSameStart,
    /// C2: a stay inside another.
    OverlapInside,
    /// C2: three stays at once.
    OverlapThree,
    /// C2: another municipality has a stay at the same time.
    OverlapElsewhere,
    /// C3: support that runs on into a stay.
    SupportIntoStay,
    /// C3: support inside a stay.
    SupportInsideStay,
    /// C3: support that began inside a stay and outlives it.
    SupportOutOfStay,
    /// C3: another municipality gives the support.
    SupportElsewhere,
    /// K4: a betalingskommune that is none.
    InvalidPayer,
    /// An OpholdsstedId that is not in the register.
    UnknownPlace,
    /// A Funktionsvurdering outside A-E.
    BadAssessment,
    /// The same Ydelsesid twice.
    DuplicateId,
    /// S5: the same record from two systems.
    TwoSystems,
    /// Rejected: a field is missing.
    TooFewFields,
    /// Rejected: a field too many.
    TooManyFields,
    /// Rejected: the CPR number is not ten digits.
    BadCpr,
    /// Rejected: the end date is no date.
    UnreadableEnd,
    /// Rejected: the handlekommune is another.
    ForeignReporter,
    /// Rejected: bytes that are no text.
    InvalidBytes,
}

/// Plants one error of its kind, if it finds where.
type Plant<'a> = fn(&mut Planter<'a>, Flaw) -> Option<()>;

/// Every kind, how it is planted, and its share of all records.
const fn kinds<'a>() -> [(Flaw, Plant<'a>, f64); 32] {
    [
        (Flaw::UnknownCode, Planter::mark, 0.0008),
        (Flaw::OutsideValidity, Planter::outside_validity, 0.0006),
        (Flaw::BadReasons, Planter::mark, 0.0010),
        (Flaw::PartlyBadReasons, Planter::mark, 0.0008),
        (Flaw::NoReasons, Planter::mark, 0.0060),
        (Flaw::NoStart, Planter::mark, 0.0005),
        (Flaw::UnreadableStart, Planter::mark, 0.0003),
        (Flaw::EndBeforeStart, Planter::end_before_start, 0.0010),
        (Flaw::Child, Planter::child, 0.0008),
        (Flaw::DeadOpen, Planter::dead_open, 0.0025),
        (Flaw::StartsAfterDeath, Planter::starts_after_death, 0.0002),
        (Flaw::EndsAfterDeath, Planter::ends_after_death, 0.0004),
        (Flaw::OverlapPartly, Planter::overlap, 0.0012),
        (Flaw::OverlapSameStart, Planter::overlap, 0.0004),
        (Flaw::OverlapInside, Planter::overlap, 0.0004),
        (Flaw::OverlapThree, Planter::overlap_three, 0.0002),
        (Flaw::OverlapElsewhere, Planter::overlap, 0.0004),
        (Flaw::SupportIntoStay, Planter::support, 0.0016),
        (Flaw::SupportInsideStay, Planter::support, 0.0008),
        (Flaw::SupportOutOfStay, Planter::support, 0.0006),
        (Flaw::SupportElsewhere, Planter::support, 0.0004),
        (Flaw::InvalidPayer, Planter::mark, 0.0006),
        (Flaw::UnknownPlace, Planter::unknown_place, 0.0015),
        (Flaw::BadAssessment, Planter::mark, 0.0015),
        (Flaw::DuplicateId, Planter::mark, 0.0006),
        (Flaw::TwoSystems, Planter::two_systems, 0.0002),
        (Flaw::TooFewFields, Planter::mark, 0.0002),
        (Flaw::TooManyFields, Planter::mark, 0.0002),
        (Flaw::BadCpr, Planter::mark, 0.0003),
        (Flaw::UnreadableEnd, Planter::mark, 0.0003),
        (Flaw::ForeignReporter, Planter::mark, 0.0002),
        (Flaw::InvalidBytes, Planter::mark, 0.0001),
    ]
}

/// Fewest errors of a kind, at any scale.
const FEWEST: usize = 3;

/// Plants every kind of error. `settled` is a day before the first delivered month ends: all errors
/// were made by then. `parallel` and `changed` say which reporters have parallel systems and which
/// have changed theirs.
pub fn plant(
    records: &mut Vec<Record>,
    people: &[Person],
    country: &Country,
    settled: Day,
    parallel: &[bool],
    changed: &[bool],
) {
    let random = Random::new(country.seed, 4);
    let total = records.len() as f64;
    let mut planter =
        Planter { records, people, country, settled, parallel, changed, random, count: 0 };
    for (flaw, plant, share) in kinds() {
        let wanted = ((total * share) as usize).max(FEWEST);
        for count in 0..wanted {
            planter.count = count;
            // A kind without a place left for it is found by the tests.
            let _ = plant(&mut planter, flaw);
        }
    }
}

/// What planting needs to know.
pub struct Planter<'a> {
    records: &'a mut Vec<Record>,
    people: &'a [Person],
    country: &'a Country,
    settled: Day,
    parallel: &'a [bool],
    changed: &'a [bool],
    random: Random,
    count: usize,
}

impl Planter<'_> {
    /// A sound, settled record that meets a condition: drawn, or else searched for.
    fn find(&mut self, meets: impl Fn(&Self, &Record) -> bool) -> Option<usize> {
        let total = self.records.len();
        for _ in 0..400 {
            let drawn = self.random.below(total);
            if self.sound(drawn) && meets(self, &self.records[drawn]) {
                return Some(drawn);
            }
        }
        let from = self.random.below(total);
        let around = (from..total).chain(0..from);
        around.into_iter().find(|at| self.sound(*at) && meets(self, &self.records[*at]))
    }

    /// The first errors of a kind keep clear of system changes, which may hide them.
    fn sound(&self, at: usize) -> bool {
        let record = &self.records[at];
        let visible = self.count >= FEWEST || !self.changed[usize::from(record.reporter)];
        record.flaw == Flaw::None
            && record.start < self.settled
            && record.start < record.end
            && visible
    }

    fn person(&self, record: &Record) -> &Person {
        &self.people[record.person as usize]
    }

    fn spoil(&mut self, at: usize, flaw: Flaw) -> &mut Record {
        let fixable = self.count >= FEWEST && self.random.chance(0.05);
        let record = &mut self.records[at];
        record.flaw = flaw;
        record.fixable = fixable;
        record
    }

    /// Adds a wrong record beside a sound one.
    fn add(&mut self, like: usize, flaw: Flaw, change: impl FnOnce(&mut Record)) -> Option<()> {
        let mut record = self.records[like].clone();
        record.flaw = flaw;
        change(&mut record);
        self.records.push(record);
        Some(())
    }

    /// Errors of writing: the stock writes the field wrong.
    fn mark(&mut self, flaw: Flaw) -> Option<()> {
        let at = self.find(|_, _| true)?;
        self.spoil(at, flaw);
        Some(())
    }

    fn unknown_place(&mut self, flaw: Flaw) -> Option<()> {
        let at = self.find(|_, record| record.place > 0)?;
        self.spoil(at, flaw);
        Some(())
    }

    fn two_systems(&mut self, flaw: Flaw) -> Option<()> {
        let at = self.find(|this, record| this.parallel[usize::from(record.reporter)])?;
        self.spoil(at, flaw);
        Some(())
    }

    /// Help under § 82 before it existed, and services that ended before reporting began.
    fn outside_validity(&mut self, flaw: Flaw) -> Option<()> {
        let early = self.count % 3 == 2;
        let (start, end) = if early {
            (day(2011, 5, 1), day(2013, 3, 31))
        } else {
            (day(2018, 4, 1), day(2020, 3, 31))
        };
        let at = self.find(move |this, record| {
            record.end < this.settled
                && add_years(this.person(record).birth, 19) < start
                && this.person(record).death > end
        })?;
        let shift = self.random.between(0, 80);
        let record = self.spoil(at, flaw);
        (record.start, record.end, record.place) = (start + shift, end - shift, 0);
        if !early {
            record.service = GROUP_HELP as u8 + (shift % 2) as u8;
        }
        Some(())
    }

    fn end_before_start(&mut self, flaw: Flaw) -> Option<()> {
        let at =
            self.find(|this, record| record.end < this.settled && record.start > day(2014, 1, 1))?;
        let days = self.random.between(1, 120);
        let record = self.spoil(at, flaw);
        record.end = record.start - days;
        Some(())
    }

    /// A start in the year in which the citizen turned sixteen.
    fn child(&mut self, flaw: Flaw) -> Option<()> {
        let at = self.find(|this, record| {
            let person = this.person(record);
            person.register == Register::Known
                && person.birth > day(1998, 1, 1)
                && person.birth < day(2008, 1, 1)
        })?;
        let birth = self.person(&self.records[at]).birth;
        let months = self.random.between(0, 300);
        let record = self.spoil(at, flaw);
        record.start = day(civil(birth).0 + 16, 1, 1) + months;
        record.end = record.end.max(record.start);
        Some(())
    }

    /// The day of death ended the service, but nobody wrote so.
    fn dead_open(&mut self, flaw: Flaw) -> Option<()> {
        let at = self.ended_by_death()?;
        self.spoil(at, flaw).end = OPEN;
        Some(())
    }

    fn ends_after_death(&mut self, flaw: Flaw) -> Option<()> {
        let at = self.ended_by_death()?;
        let days = self.random.between(1, 60);
        self.spoil(at, flaw).end += days;
        Some(())
    }

    fn starts_after_death(&mut self, flaw: Flaw) -> Option<()> {
        let at = self.ended_by_death()?;
        let days = self.random.between(5, 40);
        self.add(at, flaw, |record| {
            record.start = record.end + days;
            record.end = OPEN;
        })
    }

    fn ended_by_death(&mut self) -> Option<usize> {
        self.find(|this, record| {
            let person = this.person(record);
            person.death == record.end
                && record.end < this.settled - 60
                && person.register == Register::Known
        })
    }

    /// A stay of half a year at least, well inside the reporting of its municipality.
    fn a_stay(&mut self) -> Option<usize> {
        self.find(|this, record| {
            let from = this.country.municipalities[usize::from(record.municipality)].reports_from;
            is_stay(usize::from(record.service))
                && record.start > from
                && record.end.min(this.settled) - record.start > 180
        })
    }

    /// A second stay beside a sound one.
    fn overlap(&mut self, flaw: Flaw) -> Option<()> {
        let at = self.a_stay()?;
        self.overlap_at(at, flaw)
    }

    /// Two more stays: one that runs into it and one inside.
    fn overlap_three(&mut self, flaw: Flaw) -> Option<()> {
        let at = self.a_stay()?;
        self.add(at, flaw, |record| {
            (record.start, record.end) = (record.start - 90, record.start + 70);
            record.service = SHORT_STAY as u8;
        })?;
        self.add(at, flaw, |record| {
            (record.start, record.end) = (record.start + 40, record.start + 120);
        })
    }

    fn overlap_at(&mut self, at: usize, flaw: Flaw) -> Option<()> {
        let days = self.random.between(3, 150);
        let other = self.random.chance(0.7);
        let town = self.elsewhere(at);
        self.add(at, flaw, |record| {
            let (start, end) = (record.start, record.end);
            (record.start, record.end) = match flaw {
                Flaw::OverlapSameStart => (start, start + days),
                Flaw::OverlapInside => (start + 20, start + 20 + days),
                _ => (start - 200 - days, start + days),
            };
            record.end = record.end.min(end.max(start + 30));
            if flaw == Flaw::OverlapElsewhere {
                move_to(record, town);
            }
            if other {
                record.service =
                    if usize::from(record.service) == HOUSING { SHORT_STAY } else { HOUSING } as u8;
            }
        })
    }

    /// Support in one's own home beside a stay that is no § 107.
    fn support(&mut self, flaw: Flaw) -> Option<()> {
        let at = self.find(|this, record| {
            let from = this.country.municipalities[usize::from(record.municipality)].reports_from;
            let service = usize::from(record.service);
            let long = is_stay(service) && service != SHORT_STAY && record.start > from;
            let ended = flaw != Flaw::SupportOutOfStay || record.end < this.settled - 200;
            long && ended && record.end.min(this.settled) - record.start > 180
        })?;
        let days = self.random.between(5, 120);
        let town = self.elsewhere(at);
        self.add(at, flaw, |record| {
            let (start, end) = (record.start, record.end);
            record.service = SUPPORT as u8;
            record.place = 0;
            (record.start, record.end) = match flaw {
                Flaw::SupportInsideStay => (start + 10, start + 10 + days),
                Flaw::SupportOutOfStay => (end - days, end + 60 + days),
                _ => (start - 250 - days, start + days),
            };
            if flaw == Flaw::SupportElsewhere {
                move_to(record, town);
            }
        })
    }

    /// Another municipality that reports for itself.
    fn elsewhere(&mut self, at: usize) -> usize {
        let home = usize::from(self.records[at].municipality);
        loop {
            let town = self.country.near(home, &mut self.random);
            if self.country.reporter_for(town).is_none() && !self.changed[town] {
                return town;
            }
        }
    }
}

fn move_to(record: &mut Record, town: usize) {
    (record.municipality, record.reporter, record.payer) = (town as u8, town as u8, NONE);
}
