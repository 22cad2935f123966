//! What a system holds at the end of a month: the records as known then, with all that is wrong with them.
//!
//! A [`Stock`] is the last stage before a format. A system that delivers only what has changed
//! hands over what differs from its stock of the month before.

use std::collections::{HashMap, HashSet};

use crate::calibration::{GROUP_HELP, SERVICES};
use crate::day::{self, Day, Month, OPEN};
use crate::errors::Flaw;
use crate::people::NONE;
use crate::random::{mix, share};
use crate::records::Record;
use crate::systems::{Part, Source};
use crate::world::World;

/// Names of the ten fields, in the order of files without a header.
pub const FIELDS: [&str; 10] = [
    "Ydelsesid",
    "CPR",
    "Handlekommune",
    "Betalingskommune",
    "Ydelseskode",
    "Startdato",
    "Slutdato",
    "Maalgrupper",
    "OpholdsstedId",
    "Funktionsvurdering",
];

/// Name of the field that only what has changed has.
pub const DELETED: &str = "Slettet";

/// Whether a line has the fields it should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All ten.
    Whole,
    /// One is lost.
    Short,
    /// One too many.
    Long,
}

/// One record as a system hands it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The fields in the order of [`FIELDS`], as UTF-8 unless the record has invalid bytes.
    pub fields: [Vec<u8>; 10],
    /// How it is cut.
    pub shape: Shape,
    /// The record is no longer there; only in what has changed.
    pub deleted: bool,
}

/// The full stock of a system at the end of a month.
pub struct Stock<'a> {
    /// The system.
    pub source: &'a Source,
    /// The month.
    pub month: Month,
    /// The records.
    pub lines: Vec<Line>,
}

/// A record's dates and code as known in a month.
struct Known {
    service: usize,
    start: Day,
    end: Day,
}

impl<'a> Stock<'a> {
    /// The stock of a source (by position) in a month.
    pub fn new(world: &'a World, position: usize, month: Month) -> Self {
        let source = &world.sources[position];
        let mut lines = Vec::with_capacity(world.parts[position].len());
        for number in &world.parts[position] {
            let record = &world.records[*number as usize];
            let known = known(world, record, *number, month)
                .and_then(|known| handed_over(source, *number, known));
            if let Some(known) = known {
                Writer { world, source, record, number: *number, month }.push(&known, &mut lines);
            }
        }
        Self { source, month, lines }
    }

    /// What a source hands over in a month: its stock, or what has changed in it.
    pub fn handed_over(world: &'a World, position: usize, month: Month) -> Self {
        let now = Self::new(world, position, month);
        if !now.source.changes || month == world.first() {
            return now;
        }
        now.since(&Self::new(world, position, month.plus(-1)))
    }

    /// What is new or different, then what is gone.
    fn since(self, before: &Self) -> Self {
        let known: HashMap<&[u8], &Line> =
            before.lines.iter().map(|line| (line.id(), line)).collect();
        let ids: HashSet<&[u8]> = self.lines.iter().map(Line::id).collect();
        let gone = before.lines.iter().filter(|line| !ids.contains(line.id())).map(Line::gone);
        let changed = self.lines.iter().filter(|line| known.get(line.id()) != Some(line)).cloned();
        let lines = changed.chain(gone).collect();
        Self { source: self.source, month: self.month, lines }
    }
}

impl Line {
    fn id(&self) -> &[u8] {
        &self.fields[0]
    }

    /// The line that takes the record back: nothing but its id need be given.
    fn gone(&self) -> Self {
        let mut fields: [Vec<u8>; 10] = Default::default();
        fields[0].clone_from(&self.fields[0]);
        Self { fields, shape: Shape::Whole, deleted: true }
    }
}

/// A share that belongs to a record, one per question.
fn luck(number: u32, question: u64) -> f64 {
    share(mix(u64::from(number), 0xD1CE), question)
}

/// What is known of a record at the end of a month; nothing if it is not registered yet, or no longer.
fn known(world: &World, record: &Record, number: u32, month: Month) -> Option<Known> {
    let (service, mut start, mut end) = (usize::from(record.service), record.start, record.end);
    let now = month.last();
    if record.flaw == Flaw::None {
        let planned = luck(number, 1) < 0.03 && start <= now + 40;
        let late = luck(number, 2) < 0.04 && start > now - 40;
        if (start > now && !planned) || late || vanished(world, number, month) {
            return None;
        }
    }
    let by_death = end == world.people[record.person as usize].death;
    let planned = !by_death && luck(number, 3) < SERVICES[service].planned;
    let unheard = end > now - 20 && luck(number, 4) < 0.2 && record.flaw == Flaw::None;
    if (end > now || unheard) && !planned && record.end >= record.start {
        end = OPEN;
    }
    let mut known = Known { service, start, end };
    if record.flaw == Flaw::None && start < now - 60 {
        correct(world, &mut known, number, month);
        (start, end) = (known.start, known.end);
    }
    Some(Known { start, end, ..known })
}

/// Some records are taken back in a later month.
fn vanished(world: &World, number: u32, month: Month) -> bool {
    (1..=world.later(month)).any(|later| luck(number, 100 + later) < 0.0008)
}

/// Corrections backwards in time, from the second month on: they stay.
fn correct(world: &World, known: &mut Known, number: u32, month: Month) {
    for later in 1..=world.later(month) {
        let (what, days) =
            (luck(number, 200 + later), 1 + (luck(number, 300 + later) * 60.0) as Day);
        if what < 0.002 {
            known.start += if days % 2 == 0 { days } else { -days };
            known.start = known.start.min(known.end).max(day::day(1998, 1, 1));
        } else if what < 0.003 && known.end != OPEN {
            known.end = (known.end - days).max(known.start);
        } else if what < 0.0035 && known.service < GROUP_HELP {
            known.service = if known.service == 6 { 5 } else { 6 };
        }
    }
}

/// What a replaced system and its successor have of a record.
fn handed_over(source: &Source, number: u32, known: Known) -> Option<Known> {
    let Some(change) = source.change else {
        return Some(known);
    };
    let open = known.end >= change && known.start < change;
    let restarted = open && luck(number, 5) < source.restarted;
    match source.part {
        Part::Former if known.start >= change => None,
        Part::Former if restarted => Some(Known { end: change - 1, ..known }),
        Part::Successor if restarted => Some(Known { start: change, ..known }),
        // A few ended services were taken along, so both systems have them.
        Part::Successor if known.end < change => (luck(number, 6) < 0.004).then_some(known),
        _ => Some(known),
    }
}

/// Writes the fields of one record.
struct Writer<'a> {
    world: &'a World,
    source: &'a Source,
    record: &'a Record,
    number: u32,
    month: Month,
}

impl Writer<'_> {
    fn push(&self, known: &Known, lines: &mut Vec<Line>) {
        let fixed = self.record.fixable && self.world.later(self.month) > 0;
        let flaw = if fixed { Flaw::None } else { self.record.flaw };
        let line = self.line(known, flaw);
        if flaw == Flaw::DuplicateId {
            let mut earlier = line.clone();
            earlier.fields[6].clear();
            lines.push(earlier);
        }
        lines.push(line);
    }

    fn line(&self, known: &Known, flaw: Flaw) -> Line {
        let fields = [
            self.id(flaw),
            self.cpr(flaw),
            self.reporter(flaw),
            self.payer(flaw),
            self.code(known, flaw).into(),
            self.start(known, flaw),
            self.end(known, flaw),
            self.reasons(flaw).into_bytes(),
            self.place(flaw),
            self.assessment(flaw).into(),
        ];
        let shape = match flaw {
            Flaw::TooFewFields => Shape::Short,
            Flaw::TooManyFields => Shape::Long,
            _ => Shape::Whole,
        };
        Line { fields, shape, deleted: false }
    }

    /// One of several wrong values.
    fn wrong(&self, values: &[&'static str]) -> &'static str {
        values[self.number as usize % values.len()]
    }

    fn id(&self, flaw: Flaw) -> Vec<u8> {
        let number = self.number + 1;
        let mut id = match self.source.name() {
            "cura" => guid(self.number),
            "sensum" => {
                format!("SBS-{}-{number:06}", day::civil(self.record.start).0.clamp(2000, 2026))
            }
            "team" => format!("{}.{number}", self.code_of(self.source.reporter)),
            "columna" => format!("C{number:X}"),
            "dubu" => format!("DUBU{number:09}"),
            "citizen" => format!("{}/{}", number / 100, number % 100),
            _ => format!("{number:08}"),
        };
        if self.source.style.windows {
            id = format!("Bø-{id}");
        }
        let mut id = id.into_bytes();
        if flaw == Flaw::InvalidBytes {
            id.extend([0xE6, 0xF8, 0x20, 0xE5]);
        }
        id
    }

    fn cpr(&self, flaw: Flaw) -> Vec<u8> {
        let digits = format!("{:010}", self.world.people[self.record.person as usize].cpr);
        let text = match (flaw, self.number % 3) {
            (Flaw::BadCpr, 0) => digits[..9].to_owned(),
            (Flaw::BadCpr, 1) => format!("{}XXXX", &digits[..6]),
            (Flaw::BadCpr, _) => format!("{digits}1"),
            _ if self.source.style.dash => format!("{}-{}", &digits[..6], &digits[6..]),
            _ => digits,
        };
        text.into_bytes()
    }

    fn code_of(&self, municipality: u8) -> u16 {
        self.world.country.municipalities[usize::from(municipality)].code
    }

    fn reporter(&self, flaw: Flaw) -> Vec<u8> {
        let code = self.code_of(self.source.reporter);
        let text = match flaw {
            Flaw::ForeignReporter if code == 751 => "851".to_owned(),
            Flaw::ForeignReporter => "751".to_owned(),
            _ => code.to_string(),
        };
        text.into_bytes()
    }

    fn payer(&self, flaw: Flaw) -> Vec<u8> {
        match flaw {
            Flaw::InvalidPayer => self.wrong(&["999", "000", "188", "15"]).into(),
            _ if self.record.payer == NONE => Vec::new(),
            _ => self.code_of(self.record.payer).to_string().into_bytes(),
        }
    }

    fn code(&self, known: &Known, flaw: Flaw) -> &'static str {
        match flaw {
            Flaw::UnknownCode => self.wrong(&["1.9", "1.12", "2.4.1", "1.12.0.3", "99"]),
            _ => SERVICES[known.service].code,
        }
    }

    fn start(&self, known: &Known, flaw: Flaw) -> Vec<u8> {
        match flaw {
            Flaw::NoStart => Vec::new(),
            Flaw::UnreadableStart => {
                self.wrong(&["2019-02-31", "ukendt", "2020-13-01", "0000-00-00"]).into()
            }
            _ => day::text(known.start).into_bytes(),
        }
    }

    fn end(&self, known: &Known, flaw: Flaw) -> Vec<u8> {
        match flaw {
            Flaw::UnreadableEnd => {
                self.wrong(&["2021-02-30", "snarest", "2022-00-10", "20223-01-01"]).into()
            }
            _ if known.end == OPEN => Vec::new(),
            _ => day::text(known.end).into_bytes(),
        }
    }

    fn reasons(&self, flaw: Flaw) -> String {
        let own = self.record.reasons.iter().filter(|reason| **reason != NONE);
        let codes: Vec<&str> = own.map(|reason| self.world.reasons[usize::from(*reason)]).collect();
        match flaw {
            Flaw::NoReasons => String::new(),
            Flaw::BadReasons => self.wrong(&["9.9.9", "1.4.2", "1.4.2|Ukendt"]).to_owned(),
            Flaw::PartlyBadReasons => format!("{}|1.7.3", codes.join("|")),
            _ => codes.join("|"),
        }
    }

    fn place(&self, flaw: Flaw) -> Vec<u8> {
        match (flaw, self.record.place) {
            (Flaw::UnknownPlace, _) => self.wrong(&["9990001", "NEDLAGT-17", "0"]).into(),
            (_, 0) => Vec::new(),
            (_, place) => self.world.places.id(place, &self.world.country).into_bytes(),
        }
    }

    fn assessment(&self, flaw: Flaw) -> &'static str {
        match flaw {
            Flaw::BadAssessment => self.wrong(&["F", "3", "AB", "?"]),
            _ => ["", "A", "B", "C", "D", "E"][usize::from(self.record.assessment)],
        }
    }
}

/// An id in the form that some systems use: 36 characters.
fn guid(number: u32) -> String {
    let (a, b) = (mix(u64::from(number), 1), mix(u64::from(number), 2));
    let (high, middle) = (a >> 32, (a >> 16) & 0xFFFF);
    let (low, first, last) = (a & 0xFFFF, b >> 48, b & 0xFFFF_FFFF_FFFF);
    format!("{high:08x}-{middle:04x}-{low:04x}-{first:04x}-{last:012x}")
}
