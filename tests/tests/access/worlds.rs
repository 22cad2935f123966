//! Pairs of small folders that differ in records of other municipalities alone.

use std::fmt::Write;

use tempfile::TempDir;
use terning_tests::folder::{Delivery, write};
use terning_tests::random::Random;

/// Who reports, and for whom besides (K1, K2). The first always delivers for the as-of month.
const REPORTERS: [(&str, Option<&str>); 5] =
    [("101", None), ("153", None), ("157", None), ("183", Some("187")), ("185", Some("155"))];
/// Whose eyes are looked through, and who reports for them.
const EYES: [(&str, &str); 5] =
    [("153", "153"), ("157", "157"), ("101", "101"), ("187", "183"), ("155", "185")];
const CITIZENS: usize = 14;
const CODES: [&str; 8] = ["1.8.1", "1.8.2", "1.12.0.1", "1.12.0.2", "1.4", "1.18.1", "9.9", "x"];
const GROUPS: [&str; 6] = ["", "1.1.1", "1.2.1", "1.3.3", "1.1.1,1.3.3", "9"];
const PLACES: [&str; 7] = ["", "", "S1", "S2", "S3", "S4", "findes ikke"];
const MONTHS: [&str; 2] = ["2020-11", "2020-12"];

/// A record, and whose it is after K.
#[derive(Clone, Debug)]
struct Record {
    handlekommune: &'static str,
    line: String,
}

/// A delivery.
#[derive(Clone, Debug)]
struct Delivered {
    reporter: &'static str,
    month: &'static str,
    records: Vec<Record>,
}

/// Two worlds, and the municipality for which they are one.
pub struct Worlds {
    pub kommune: &'static str,
    worlds: [Vec<Delivered>; 2],
    citizens: String,
}

impl Worlds {
    pub fn draw(random: &mut Random) -> Worlds {
        let (kommune, reporter) = *random.one(&EYES);
        let one: Vec<Delivered> = REPORTERS.map(|reporter| delivered(reporter, random)).into();
        let mut other = Vec::new();
        for delivery in &one {
            let needed = [REPORTERS[0].0, reporter].contains(&delivery.reporter);
            if !needed && random.percent(20) {
                continue;
            }
            let own_file = delivery.reporter == kommune;
            other.push(changed(delivery, kommune, own_file, needed, random));
        }
        let worlds = if random.percent(50) { [one, other] } else { [other, one] };
        Worlds { kommune, worlds, citizens: citizens(random) }
    }

    /// The two as folders.
    pub fn write(&self) -> [TempDir; 2] {
        self.worlds.each_ref().map(|deliveries| {
            let folder = tempfile::tempdir().unwrap();
            let reference = folder.path().join("reference");
            write(&reference.join("cpr.csv"), self.citizens.as_bytes());
            let places = "OpholdsstedId;Navn;Kommunekode;Tilbudstype\nS1;Aahuset;153;7\n\
                          S2;Æblegården;157;11\nS3;Aahuset;101;9\nS4;Østhuset;155;7\n";
            write(&reference.join("opholdssteder.csv"), places.as_bytes());
            for one in deliveries {
                let lines: Vec<&str> = one.records.iter().map(|one| one.line.as_str()).collect();
                Delivery::full(one.reporter, "nexus", one.month).write(folder.path(), &lines);
            }
            folder
        })
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

fn delivered(
    (reporter, also_for): (&'static str, Option<&'static str>),
    random: &mut Random,
) -> Delivered {
    let last = reporter == REPORTERS[0].0 || random.percent(60);
    let count = if random.percent(10) { 0 } else { random.below(14) };
    let mut records = Vec::new();
    for number in 0..count {
        let other = also_for.filter(|_| random.percent(50));
        records.push(record(other.unwrap_or(reporter), number, random));
    }
    Delivered { reporter, month: MONTHS[usize::from(last)], records }
}

fn day(random: &mut Random) -> String {
    format!("20{}-{:02}-{:02}", 18 + random.below(3), random.below(12) + 1, random.below(28) + 1)
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
    let line = format!(
        "id{number};{citizen};{reporter};{pays};{code};{start};{end};{groups};{place};{level}"
    );
    Record { handlekommune, line }
}

/// A delivery in the other world. In the municipality's own file, where it sees its lines, records
/// of another are changed in their place; elsewhere they also come and go.
fn changed(
    delivery: &Delivered,
    kommune: &str,
    own_file: bool,
    needed: bool,
    random: &mut Random,
) -> Delivered {
    let mut records = Vec::new();
    for (number, old) in delivery.records.iter().enumerate() {
        if old.handlekommune == kommune {
            records.push(old.clone());
            continue;
        }
        match random.below(10) {
            0..3 if !own_file => {}
            0..6 => records.push(record(old.handlekommune, number, random)),
            _ => records.push(old.clone()),
        }
    }
    if !own_file {
        for number in 0..random.below(6) {
            let of = delivery.reporter;
            let mut new = record(of, number, random);
            new.line.insert_str(0, "ny");
            let at = random.below(records.len() + 1);
            records.insert(at, new);
        }
    }
    let month = if needed { delivery.month } else { *random.one(&MONTHS) };
    Delivered { month, records, ..delivery.clone() }
}
