//! Pairs of small folders that differ in records of other municipalities alone.

mod reference;

use std::fmt::Write;
use std::path::Path;

use tempfile::TempDir;

use crate::folder::{Delivery, write};
use crate::random::Random;
use crate::written::{self, FORMS, Form};
use reference::Lines;

/// Who reports, and for whom besides (K1, K2). The first always delivers for both months.
const REPORTERS: [(&str, Option<&str>); 5] =
    [("101", None), ("153", None), ("157", None), ("183", Some("187")), ("185", Some("155"))];
/// Whose eyes are looked through, and who reports for them.
const EYES: [(&str, &str); 7] = [
    ("153", "153"),
    ("157", "157"),
    ("101", "101"),
    ("187", "183"),
    ("155", "185"),
    ("183", "183"),
    ("185", "185"),
];
/// From which systems they deliver: all of them from the first.
const SYSTEMS: [&str; 2] = ["nexus", "cura"];
const CITIZENS: usize = 14;
const CODES: [&str; 8] = ["1.8.1", "1.8.2", "1.12.0.1", "1.12.0.2", "1.4", "1.18.1", "9.9", "x"];
const GROUPS: [&str; 6] = ["", "1.1.1", "1.2.1", "1.3.3", "1.1.1|1.3.3", "9"];
const PLACES: [&str; 7] = ["", "", "S1", "S2", "S3", "S4", "findes ikke"];
const INSTITUTIONS: &str = "OpholdsstedId;Navn;Kommunekode;Tilbudstype\nS1;Aahuset;153;7\n\
                            S2;Æblegården;157;11\nS3;Aahuset;101;9\nS4;Østhuset;155;7\n";
const MONTHS: [&str; 2] = ["2020-11", "2020-12"];

/// A record, and whose it is after K.
#[derive(Clone, Debug)]
struct Record {
    handlekommune: &'static str,
    line: String,
}

impl Record {
    fn id(&self) -> &str {
        self.line.split(';').next().unwrap_or_default()
    }

    /// Gives it the id of another.
    fn named(&mut self, id: &str) {
        let length = self.id().len();
        self.line.replace_range(..length, id);
    }

    fn is_deletion(&self) -> bool {
        self.line.ends_with(";J")
    }
}

/// A delivery.
#[derive(Clone, Debug)]
struct Delivered {
    reporter: &'static str,
    system: &'static str,
    month: &'static str,
    form: Form,
    /// Whether it is the full stock; else the changes of the month.
    full: bool,
    /// Whether its file is not what its manifest says.
    refused: bool,
    records: Vec<Record>,
}

/// Two worlds, and the municipality for which they are one.
pub struct Worlds {
    /// Whose records are the same in both.
    pub kommune: &'static str,
    worlds: [World; 2],
    citizens: String,
}

/// What one of the worlds has of its own.
#[derive(Clone, Debug)]
struct World {
    deliveries: Vec<Delivered>,
    lines: Lines,
}

impl Worlds {
    /// Worlds in which one municipality's records are the same, and those of others are left out,
    /// changed or added. The newest month is the same.
    pub fn draw(random: &mut Random) -> Worlds {
        let (kommune, reporter) = *random.one(&EYES);
        let one: Vec<Delivered> =
            REPORTERS.iter().flat_map(|&reporter| delivered(reporter, random)).collect();
        let mut other = Vec::new();
        for delivery in &one {
            let needed = [REPORTERS[0].0, reporter].contains(&delivery.reporter);
            if !needed && random.percent(20) {
                continue;
            }
            let own_file = delivery.reporter == kommune;
            let mut changed = changed(delivery, kommune, own_file, random);
            changed.refused ^= !needed && random.percent(10);
            other.push(changed);
        }
        let lines = reference::lines(kommune, reporter, random);
        let [one, other] = [one, other]
            .into_iter()
            .zip(lines)
            .map(|(deliveries, lines)| World { deliveries, lines })
            .collect::<Vec<_>>()
            .try_into()
            .expect("two");
        let worlds = if random.percent(50) { [one, other] } else { [other, one] };
        Worlds { kommune, worlds, citizens: citizens(random) }
    }

    /// The two as folders.
    ///
    /// # Panics
    /// They cannot be written.
    pub fn write(&self) -> [TempDir; 2] {
        self.worlds.each_ref().map(|world| {
            let folder = tempfile::tempdir().expect("a folder");
            self.write_into(folder.path(), world);
            folder
        })
    }

    /// The two in folders of their own.
    ///
    /// # Panics
    /// They cannot be written.
    pub fn write_to(&self, folders: [&Path; 2]) {
        for (world, folder) in self.worlds.iter().zip(folders) {
            self.write_into(folder, world);
        }
    }

    fn write_into(&self, folder: &Path, world: &World) {
        let reference = folder.join("reference");
        write(&reference.join("cpr.csv"), self.citizens.as_bytes());
        write(&reference.join("opholdssteder.csv"), INSTITUTIONS.as_bytes());
        world.lines.write(&reference);
        for one in &world.deliveries {
            one.write(folder);
        }
    }
}

impl Delivered {
    fn write(&self, folder: &Path) {
        let full = Delivery::full(self.reporter, self.system, self.month);
        let delivery = Delivery { fuld_bestand: self.full, ..full };
        let no_deletion = if self.full { "" } else { ";" };
        let line = |one: &Record| match one.is_deletion() {
            true => one.line.clone(),
            false => format!("{}{no_deletion}", one.line),
        };
        let lines: Vec<String> = self.records.iter().map(line).collect();
        let file = written::deliver(folder, &delivery, self.form, &lines);
        if self.refused {
            write(&file, b"not what the manifest says");
        }
    }
}

fn cpr(citizen: usize) -> String {
    format!("61{:02}{:02}{:04}", citizen % 12 + 1, 40 + citizen * 4, 1000 + citizen)
}

/// Births and deaths of some of them.
fn citizens(random: &mut Random) -> String {
    let mut text = "CPR;Foedselsdato;Koen;Doedsdato\n".to_owned();
    for citizen in 0..CITIZENS {
        if random.percent(30) {
            let death = if random.percent(40) { day(random) } else { String::new() };
            let _ = writeln!(text, "{};1970-05-01;K;{death}", cpr(citizen));
        }
    }
    text
}

/// What somebody delivers: for one of the months, or for both.
fn delivered(
    reporter: (&'static str, Option<&'static str>),
    random: &mut Random,
) -> Vec<Delivered> {
    let first = reporter == REPORTERS[0];
    let last = first || random.percent(60);
    let former = !last || first || random.percent(40);
    let both_systems = random.percent(50);
    let months = MONTHS.into_iter().zip([former, last]).filter(|(_, delivers)| *delivers);
    let mut delivered = Vec::new();
    for (month, _) in months {
        let [system, second] = SYSTEMS;
        let full = month == MONTHS[0] || !former || random.percent(60);
        let mut records = records(reporter, random);
        let twins = if both_systems { twins(reporter, &records, random) } else { Vec::new() };
        if !full {
            records.extend(deletions(reporter, random));
        }
        let (form, refused) = (*random.one(&FORMS), !first && random.percent(10));
        let reporter = reporter.0;
        let one = Delivered { reporter, system, month, form, full, refused, records };
        let second = Delivered { system: second, full: true, records: twins, ..one.clone() };
        delivered.push(one);
        delivered.extend(both_systems.then_some(second));
    }
    delivered
}

/// Lines that delete: ids of the month before, and others.
fn deletions(
    (reporter, also_for): (&'static str, Option<&'static str>),
    random: &mut Random,
) -> Vec<Record> {
    let mut deletions = Vec::new();
    for number in 0..random.below(6) {
        let handlekommune = also_for.filter(|_| random.percent(50)).unwrap_or(reporter);
        let line = format!("{};;;;;;;;;;J", id(handlekommune, number * 2));
        deletions.push(Record { handlekommune, line });
    }
    deletions
}

/// The records of a delivery. Now and then an id of the same municipality stands twice.
fn records(
    (reporter, also_for): (&'static str, Option<&'static str>),
    random: &mut Random,
) -> Vec<Record> {
    let count = if random.percent(10) { 0 } else { random.below(14) };
    let mut records: Vec<Record> = Vec::new();
    for number in 0..count {
        let other = also_for.filter(|_| random.percent(50));
        let mut record = record(other.unwrap_or(reporter), number, random);
        let same = |one: &&Record| one.handlekommune == record.handlekommune;
        if random.percent(10)
            && let Some(earlier) = records.iter().find(same)
        {
            record.named(earlier.id());
        }
        records.push(record);
    }
    records
}

/// The records of a second system: some are those of the first, which may be another's here.
fn twins(
    reporter: (&'static str, Option<&'static str>),
    first: &[Record],
    random: &mut Random,
) -> Vec<Record> {
    let mut twins = records(reporter, random);
    for one in first {
        if random.percent(40) {
            continue;
        }
        let (own, also_for) = reporter;
        let handlekommune = also_for.filter(|_| random.percent(50)).unwrap_or(own);
        let mut fields: Vec<&str> = one.line.split(';').collect();
        let id = format!("ens{}", twins.len());
        fields[0] = &id;
        if let Some(other) = also_for {
            fields[3] = if handlekommune == other { other } else { "" };
        }
        twins.push(Record { handlekommune, line: fields.join(";") });
    }
    twins
}

fn day(random: &mut Random) -> String {
    format!("20{}-{:02}-{:02}", 18 + random.below(3), random.below(12) + 1, random.below(28) + 1)
}

/// The two of a pair have ids of their own: one never replaces or deletes a record of the other.
fn id(handlekommune: &str, number: usize) -> String {
    let prefix = if ["187", "155"].contains(&handlekommune) { "andres" } else { "id" };
    format!("{prefix}{number}")
}

fn record(handlekommune: &'static str, number: usize, random: &mut Random) -> Record {
    let (code, groups) = (*random.one(&CODES), *random.one(&GROUPS));
    let (place, citizen) = (*random.one(&PLACES), cpr(random.below(CITIZENS)));
    let start = if random.percent(5) { String::new() } else { day(random) };
    let end = if random.percent(50) { String::new() } else { day(random) };
    let pays = match handlekommune {
        "187" | "155" => handlekommune,
        "183" | "185" => "",
        _ => *random.one(&["", "", "461", "x"]),
    };
    // The reporter of a pair is the file's; the field is not asked for its own name.
    let reporter = match handlekommune {
        "187" => "183",
        "155" => "185",
        other => other,
    };
    let level = *random.one(&["", "A", "B", "E"]);
    let id = id(handlekommune, number);
    let line =
        format!("{id};{citizen};{reporter};{pays};{code};{start};{end};{groups};{place};{level}");
    Record { handlekommune, line }
}

/// A delivery in the other world. In the municipality's own file, where it sees its lines, records
/// of another are changed in their place, and keep their ids; elsewhere they also come and go.
fn changed(delivery: &Delivered, kommune: &str, own_file: bool, random: &mut Random) -> Delivered {
    let mut records = Vec::new();
    for (number, old) in delivery.records.iter().enumerate() {
        if old.handlekommune == kommune {
            records.push(old.clone());
            continue;
        }
        match random.below(10) {
            0..3 if !own_file => {}
            0..6 if !old.is_deletion() => {
                let mut new = record(old.handlekommune, number, random);
                new.named(old.id());
                records.push(new);
            }
            _ => records.push(old.clone()),
        }
    }
    if !own_file {
        for number in 0..random.below(6) {
            let of = delivery.reporter;
            let mut new = record(of, number, random);
            if random.percent(10) {
                new.line.push_str(";et felt for meget");
            }
            new.line.insert_str(0, "ny");
            let at = random.below(records.len() + 1);
            records.insert(at, new);
        }
    }
    Delivered { records, ..delivery.clone() }
}
