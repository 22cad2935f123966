//! Which systems a municipality delivers from, and how each writes its files.

use crate::calibration::{DAY_CENTRE, WORKSHOP, is_home};
use crate::country::{CAPITAL, Country, PAIRS};
use crate::day::{Day, Month};
use crate::random::{Random, mix, share};
use crate::records::Record;

/// The systems: name in file names, supplier.
pub const SYSTEMS: [(&str, &str); 8] = [
    ("nexus", "KMD"),
    ("cura", "Systematic"),
    ("sensum", "EG"),
    ("team", "EG"),
    ("columna", "Systematic"),
    ("citizen", "CGI"),
    ("dubu", "Netcompany"),
    ("vitae", "DXC"),
];

/// How often each is somebody's main system.
const COMMON: [f64; 8] = [30.0, 16.0, 26.0, 12.0, 6.0, 3.0, 3.0, 4.0];

/// What part of a municipality's records a system holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All.
    All,
    /// Parallel reporting: support and stays.
    Homes,
    /// Parallel reporting: what is done by day.
    Days,
    /// Parallel reporting: everything else, by day included where two systems suffice.
    Rest,
    /// Everything that is no home, where there are two systems.
    NotHomes,
    /// A system that was replaced.
    Former,
    /// The system that replaced it.
    Successor,
}

/// How a system writes its files.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// With a header line.
    pub header: bool,
    /// With a byte order mark.
    pub bom: bool,
    /// CPR numbers with a dash.
    pub dash: bool,
    /// Every field in quotes.
    pub quoted: bool,
    /// Lines end in CR LF.
    pub crlf: bool,
    /// Columns in an order of its own, and two that nobody asked for.
    pub own_columns: bool,
    /// Windows-1252.
    pub windows: bool,
    /// XML instead of CSV.
    pub xml: bool,
}

/// A system of a municipality.
#[derive(Debug, Clone)]
pub struct Source {
    /// The municipality, by position.
    pub reporter: u8,
    /// The system, by position in [`SYSTEMS`].
    pub system: usize,
    /// What it holds.
    pub part: Part,
    /// How it writes.
    pub style: Style,
    /// The day of the change, for a former system and its successor.
    pub change: Option<Day>,
    /// The only month a former system delivers.
    pub only: Option<Month>,
    /// Share of services that carry the day of the change as their start.
    pub restarted: f64,
    /// It delivers only what has changed since the month before.
    pub changes: bool,
}

impl Source {
    /// Its name in file names.
    pub fn name(&self) -> &'static str {
        SYSTEMS[self.system].0
    }

    /// Its role in `systemskifte.csv`.
    pub const fn role(&self) -> &'static str {
        match self.part {
            _ if self.changes => "aendringer",
            Part::All => "fuld",
            Part::Former => "tidligere",
            Part::Successor => "nyt",
            _ => "parallel",
        }
    }

    /// Whether it holds records of a service; a former system and its successor share by date instead.
    pub fn holds(&self, service: usize) -> bool {
        let by_day = (DAY_CENTRE..=WORKSHOP).contains(&service);
        match self.part {
            Part::Homes => is_home(service),
            Part::Days => by_day,
            Part::Rest => !is_home(service) && !by_day,
            Part::NotHomes => !is_home(service),
            _ => true,
        }
    }
}

/// Months before the first delivered one in which replaced systems delivered last: (months back,
/// share restarted).
const CHANGES: [(i32, f64); 8] =
    [(0, 0.1), (1, 0.6), (1, 0.0), (2, 0.15), (3, 0.1), (6, 0.7), (12, 0.05), (18, 0.2)];
/// How many municipalities report from several systems at once.
const PARALLEL: usize = 9;

/// Gives every municipality its systems.
pub fn assign(country: &Country, first: Month) -> Vec<Source> {
    let mut random = Random::new(country.seed, 6);
    let mut special: Vec<usize> = ordinary(country);
    random.shuffle(&mut special);
    let changed = &special[..CHANGES.len()];
    let parallel = &special[CHANGES.len()..CHANGES.len() + PARALLEL - 1];
    let mut sources = Vec::new();
    for position in 0..country.municipalities.len() {
        let main = random.weighted(&COMMON);
        let capital = country.municipalities[position].code == CAPITAL;
        let mut add =
            |part, system| sources.push(source(country, position, part, system % SYSTEMS.len()));
        if capital {
            [Part::Homes, Part::Days, Part::Rest]
                .iter()
                .enumerate()
                .for_each(|(n, part)| add(*part, main + n));
        } else if parallel.contains(&position) {
            add(Part::Homes, main);
            add(Part::NotHomes, main + 3);
        } else if let Some(change) = changed.iter().position(|one| *one == position) {
            add(Part::Former, main);
            add(Part::Successor, main + 1);
            let former = sources.len() - 2;
            sources[former..]
                .iter_mut()
                .for_each(|source| change_over(source, CHANGES[change], first));
        } else {
            add(Part::All, main);
        }
    }
    sources
}

/// Municipalities that are neither the capital nor in a reporting pair.
fn ordinary(country: &Country) -> Vec<usize> {
    let paired = |code: u16| PAIRS.iter().any(|pair| pair.0 == code || pair.1 == code);
    let codes = country.municipalities.iter().map(|one| one.code).enumerate();
    codes
        .filter(|(_, code)| *code != CAPITAL && !paired(*code))
        .map(|(position, _)| position)
        .collect()
}

fn source(country: &Country, position: usize, part: Part, system: usize) -> Source {
    let seed = mix(country.seed, 7000 + position as u64 * 16 + system as u64);
    let rank = position % 24;
    let header = share(seed, 1) < 0.75 || rank == 6;
    let style = Style {
        header,
        bom: share(seed, 2) < 0.4 && rank != 5,
        dash: share(seed, 3) < 0.3,
        quoted: share(seed, 4) < 0.15,
        crlf: share(seed, 5) < 0.5,
        own_columns: header && (share(seed, 6) < 0.2 || rank == 6),
        windows: rank == 5,
        xml: rank == 9 || (part == Part::Homes && rank != 5),
    };
    Source {
        reporter: position as u8,
        system,
        part,
        style,
        change: None,
        only: None,
        restarted: 0.0,
        changes: part == Part::All && rank == 13,
    }
}

/// The former system delivers last in its month; the change follows on the first of the next, or in
/// the middle of the same.
fn change_over(source: &mut Source, (back, restarted): (i32, f64), first: Month) {
    let last = first.plus(-back);
    source.change = Some(if back == 0 { last.first() + 14 } else { last.plus(1).first() });
    source.only = (source.part == Part::Former).then_some(last);
    source.restarted = restarted;
}

/// Which reporters have parallel systems, and which have changed theirs.
pub fn kinds(sources: &[Source], towns: usize) -> (Vec<bool>, Vec<bool>) {
    let (mut parallel, mut changed) = (vec![false; towns], vec![false; towns]);
    for source in sources {
        let town = usize::from(source.reporter);
        parallel[town] |= source.role() == "parallel";
        changed[town] |= source.change.is_some();
    }
    (parallel, changed)
}

/// The records of each source, by position: a replaced system and its successor both look at all.
pub fn divide(sources: &[Source], records: &[Record]) -> Vec<Vec<u32>> {
    let mut of_town: Vec<Vec<usize>> = vec![Vec::new(); 256];
    for (position, source) in sources.iter().enumerate() {
        of_town[usize::from(source.reporter)].push(position);
    }
    let mut out = vec![Vec::new(); sources.len()];
    for (number, record) in records.iter().enumerate() {
        let twice = record.flaw == crate::errors::Flaw::TwoSystems;
        for position in &of_town[usize::from(record.reporter)] {
            if twice || sources[*position].holds(usize::from(record.service)) {
                out[*position].push(number as u32);
            }
        }
    }
    out
}
