//! Small folders made to be difficult: few citizens, few days, every oddity that a delivery can
//! have, so that the rules meet each other all the time.

use std::path::Path;

use rust_xlsxwriter::{Workbook, Worksheet};
use terning_tests::folder::{Delivery, write};
use terning_tests::random::Random;
use terning_tests::written::{self, FORMS};

/// Replacement numbers: two ordinary people, one with a dash, a child, one who turns 17 on a
/// 1 January, one whose birth date is impossible, and one who is not in cpr.csv.
const CITIZENS: [&str; 7] = [
    "6101803000",
    "6101803001",
    "911290-3000",
    "7506104000",
    "6101034000",
    "9913703000",
    "6302704001",
];

const KOMMUNER: [&str; 4] = ["153", "183", "185", "461"];
/// Those that the accounts and the population speak of; one is no municipality.
const REFERRED: [&str; 7] = ["153", "183", "185", "187", "461", "155", "999"];
const MAANEDER: [&str; 3] = ["2020-10", "2020-11", "2020-12"];

/// Writes a folder that is difficult in ways of its own.
pub fn deliver(folder: &Path, random: &mut Random) {
    let mut systemskifte = "Kommunekode;System;Rolle;Skiftedato\n".to_owned();
    for kommune in KOMMUNER {
        let roles = *random.one(&[
            &[("nexus", "fuld")] as &[(&str, &str)],
            &[("nexus", "")],
            &[("gammel", "tidligere"), ("nexus", "nyt")],
            &[("nexus", "parallel"), ("cura", "parallel")],
            &[("nexus", ""), ("cura", "")],
            &[("nexus", "aendringer")],
        ]);
        for (system, role) in roles {
            if !role.is_empty() {
                systemskifte += &format!("{kommune};{system};{role};2020-11-01\n");
            }
            deliver_system(folder, kommune, system, role, random);
        }
    }
    refer(&folder.join("reference"), &systemskifte, random);
}

/// Writes what some municipalities deliver after that: their stock of the newest month again, or of
/// the month after, often a small one.
pub fn deliver_more(folder: &Path, random: &mut Random) {
    for kommune in KOMMUNER {
        if random.percent(40) {
            continue;
        }
        let system = *random.one(&["nexus", "nexus", "cura", "gammel"]);
        let maaned = *random.one(&["2020-12", "2021-01"]);
        let fuld_bestand = random.percent(85);
        let delivery =
            Delivery { loebenummer: 7, fuld_bestand, ..Delivery::full(kommune, system, maaned) };
        let lines: Vec<String> =
            (0..random.below(12)).map(|_| line(kommune, !fuld_bestand, random)).collect();
        written::deliver(folder, &delivery, *random.one(&FORMS), &lines);
    }
}

/// Writes what two of them deliver in 2022, when Ishøj is published without Vallensbæk.
pub fn deliver_later(folder: &Path, random: &mut Random) {
    for kommune in ["153", "183"] {
        let delivery = Delivery::full(kommune, "nexus", "2022-03");
        let mut lines: Vec<String> =
            (0..8 + random.below(12)).map(|_| line(kommune, false, random)).collect();
        if kommune == "183" {
            lines.extend((0..4).map(|at| for_vallensbaek(at, random)));
        }
        written::deliver(folder, &delivery, *random.one(&FORMS), &lines);
    }
}

/// A sound record that Ishøj reports for Vallensbæk.
fn for_vallensbaek(at: usize, random: &mut Random) -> String {
    let cpr = *random.one(&CITIZENS[..3]);
    let code = *random.one(&["1.8.1", "1.8.2", "1.12.0.1", "1.12.0.2"]);
    format!("v{at};{cpr};183;187;{code};2021-05-01;;1.1.1;;")
}

/// The reference files; each is missing now and then.
fn refer(reference: &Path, systemskifte: &str, random: &mut Random) {
    let places = "OpholdsstedId;Navn;Kommunekode;Tilbudstype\nS1;Aahuset;153;3.5\nS2;Æblegården;461;3.5\nS3;Aahuset;999;99\n";
    let texts = [
        ("systemskifte.csv", systemskifte.to_owned()),
        ("cpr.csv", cpr(random)),
        ("opholdssteder.csv", places.to_owned()),
        ("udgifter.csv", udgifter(random)),
        ("befolkning.csv", befolkning(random)),
        ("personale.csv", personale(random)),
    ];
    for (file, text) in texts {
        if !random.percent(3) {
            write(&reference.join(file), text.as_bytes());
        }
    }
    if random.percent(30) {
        let ends = ["", "2020-02-01", "2020-01-31", "2013-01-01"];
        let (one, other) = (random.one(&ends), random.one(&ends));
        let list = format!("Indberetter;OgsaaFor;GyldigTil\n183;187;{one}\n185;155;{other}\n");
        write(&reference.join("kodelister/saerregler.csv"), list.as_bytes());
    }
    if !random.percent(5) {
        approvals(&reference.join("Godkendte_kommuner.xlsx"), random);
    }
}

fn deliver_system(
    folder: &Path,
    kommune: &'static str,
    system: &'static str,
    role: &str,
    random: &mut Random,
) {
    for maaned in MAANEDER {
        // The newest month is delivered by somebody, so that the as-of day does not move.
        if random.percent(25) && (maaned, kommune) != ("2020-12", KOMMUNER[0]) {
            continue;
        }
        let chance = if role == "aendringer" { 80 } else { 4 };
        let of_changes = random.percent(chance);
        for loebenummer in 1..=(1 + u32::from(random.percent(25))) {
            let form = *random.one(&FORMS);
            let delivery = Delivery {
                loebenummer,
                fuld_bestand: !of_changes,
                ..Delivery::full(kommune, system, maaned)
            };
            let lines: Vec<String> =
                (0..3 + random.below(12)).map(|_| line(kommune, of_changes, random)).collect();
            written::deliver(folder, &delivery, form, &lines);
        }
    }
}

/// A record: mostly sound, and each of its fields now and then odd.
fn line(kommune: &str, of_changes: bool, random: &mut Random) -> String {
    let id = if random.percent(4) { String::new() } else { format!("y{}", random.below(30)) };
    let cpr = if random.percent(2) { "610180300" } else { *random.one(&CITIZENS) };
    let handle = if random.percent(2) { "999" } else { kommune };
    let betaling = *random.one(&["", "", kommune, "187", "155", "183", "185", "999"]);
    let code = *random.one(&[
        "1.8.1", "1.8.1", "1.8.2", "1.8.2", "1.12.0.1", "1.12.0.1", "1.12.0.2", "1.12.0.2", "1.1",
        "1.18.1", "9.9", "",
    ]);
    let start = odd(random, 6, &["", "", "2020-13-01", "i går"], day);
    let end = match random.below(100) {
        // A single day, and a move, are what the change-over day is about.
        0..15 => start.clone(),
        15..60 => (*random.one(&["", "", "", "", "", "", "", "", "", "", "snart"])).to_owned(),
        _ => day(random),
    };
    let maalgrupper = *random.one(&[
        "",
        "1.1.1",
        "1.2.1",
        "1.1.1|1.2.1",
        "1.1.1|9.9",
        "9.9",
        "1.3.4|1.1.2",
        "1.2.1|1.2.1",
    ]);
    let excess = if random.percent(1) { ";" } else { "" };
    let sted = *random.one(&["", "S1", "S2", "S3", "S9"]);
    let evne = *random.one(&["", "A", "C", "E", "F", "a"]);
    let slettet = match of_changes {
        true => *random.one(&[";", ";", ";", ";J"]),
        false => "",
    };
    format!(
        "{id};{cpr};{handle};{betaling};{code};{start};{end};{maalgrupper};{sted};{evne}{slettet}{excess}"
    )
}

/// An odd value in so many of a hundred cases, else another.
fn odd(
    random: &mut Random,
    percent: usize,
    values: &[&str],
    other: impl Fn(&mut Random) -> String,
) -> String {
    if random.percent(percent) { (*random.one(values)).to_owned() } else { other(random) }
}

/// Days close to each other, to the ends of periods and to the as-of day.
fn day(random: &mut Random) -> String {
    let (year, month) = *random.one(&[
        (2020, 1),
        (2020, 1),
        (2020, 2),
        (2020, 3),
        (2020, 6),
        (2020, 7),
        (2020, 12),
        (2021, 1),
        (2019, 12),
        (2012, 12),
        (2013, 1),
    ]);
    let last = if month == 2 { 29 } else { 30 };
    let day = *random.one(&[1, 1, 2, 10, 11, 15, last, last]);
    format!("{year}-{month:02}-{day:02}")
}

/// Some are dead, some have another birth date than their number says.
fn cpr(random: &mut Random) -> String {
    let mut text = "CPR;Foedselsdato;Doedsdato;Koen;Bopaelskommune\n".to_owned();
    for cpr in &CITIZENS[..6] {
        let cpr = cpr.replace('-', "");
        let born = odd(random, 20, &["1980-01-01", "2004-06-01", "2003-01-01"], |_| String::new());
        let died = if random.percent(30) { day(random) } else { String::new() };
        let sex = *random.one(&["M", "K", ""]);
        text += &format!("{cpr};{born};{died};{sex};153\n");
    }
    text
}

/// Postings on accounts of services, beside them, and broken lines.
fn udgifter(random: &mut Random) -> String {
    let mut text = "Kommunekode;Aar;Maaned;Dranst;Hovedkonto;Hovedfunktion;Funktion;Gruppering;Hovedart;Beloeb\n".to_owned();
    for _ in 0..random.below(60) {
        let kommune = *random.one(&REFERRED);
        let (year, month) = (*random.one(&[2019, 2020, 2020, 2021]), random.below(13));
        let dranst = *random.one(&[1, 1, 1, 1, 2]);
        let funktion = *random.one(&[50, 51, 52, 39, 39, 53, 58, 59, 60]);
        let gruppering = *random.one(&["1", "2", "3", "4", "5", "6", "003", "11", "12"]);
        let hovedart = *random.one(&["4", "1", "0"]);
        let amount = *random.one(&["100", "-100", "0,25", "1234,5", "-0,25", "0", "1.000", ""]);
        let hovedkonto = if random.percent(5) { 4 } else { 5 };
        text += &format!(
            "{kommune};{year};{month};{dranst};{hovedkonto};38;{funktion};{gruppering};{hovedart};{amount}\n"
        );
    }
    text
}

/// Few quarters, so that there are gaps; ages at both ends of 18–64.
fn befolkning(random: &mut Random) -> String {
    let mut text = "Kommunekode;Kvartal;Alder;Antal\n".to_owned();
    for _ in 0..random.below(50) {
        let kommune = *random.one(&REFERRED);
        let quarter = *random.one(&[
            "2012K4", "2018K3", "2019K3", "2020 K2", "2020K3", "2020k3", "2020K4", "2020K5",
        ]);
        let age = *random.one(&["17", "18", "40", "64", "65", "x"]);
        let count = *random.one(&["0", "0", "10", "100", "7"]);
        text += &format!("{kommune};{quarter};{age};{count}\n");
    }
    text
}

fn personale(random: &mut Random) -> String {
    let mut text = "Kommunekode;Aar;Maaned;Funktion;Aarsvaerk;Loensum\n".to_owned();
    for _ in 0..random.below(30) {
        let kommune = *random.one(&REFERRED);
        let (year, month) = (*random.one(&[2012, 2019, 2020, 2021]), random.below(13));
        let aarsvaerk = *random.one(&["10,5", "1", "0", "0,25", "mange"]);
        let loensum = *random.one(&["1000", "-5,5", "0", "25000,75"]);
        text += &format!("{kommune};{year};{month};50;{aarsvaerk};{loensum}\n");
    }
    text
}

/// 1.18.1 is valid from 2020K3 on, so that D1 takes it out of approved quarters before.
const APPROVED_CODES: [&str; 6] = ["1.8.1", "1.8.2", "1.12.0.1", "1.12.0.2", "1.18.1", "9.9"];
const QUARTERS: [&str; 7] = ["2013K4", "2019K4", "2020K1", "2020 K2", "2020q3", "2020K4", "2022K1"];

/// Long or wide, now and then below a heading and on the second sheet.
fn approvals(path: &Path, random: &mut Random) {
    let mut workbook = Workbook::new();
    if random.percent(20) {
        workbook.add_worksheet().write_string(0, 0, "Vejledning").unwrap();
    }
    let sheet = workbook.add_worksheet();
    let top = *random.one(&[0, 0, 3]);
    if top > 0 {
        sheet.write_string(0, 0, "Godkendte kommuner").unwrap();
    }
    if random.percent(50) {
        long(sheet, top, random);
    } else {
        wide(sheet, top, random);
    }
    workbook.save(path).unwrap();
}

fn long(sheet: &mut Worksheet, top: u32, random: &mut Random) {
    let header = ["Kommunekode", "Ydelseskode", "Kvartal", "Godkendt"];
    sheet.write_row(top, 0, header).unwrap();
    let mut row = top + 1;
    for kommune in approving(random) {
        for code in APPROVED_CODES {
            for quarter in QUARTERS {
                let approved = *random.one(&["Ja", "Ja", "ja", "Nej", ""]);
                sheet.write_row(row, 0, [kommune, code, quarter, approved]).unwrap();
                row += 1;
            }
        }
    }
}

fn wide(sheet: &mut Worksheet, top: u32, random: &mut Random) {
    let header = ["Ydelseskode", "KOMMUNEKODE"].into_iter().chain(QUARTERS);
    sheet.write_row(top, 0, header).unwrap();
    let mut row = top + 1;
    for kommune in approving(random) {
        for code in APPROVED_CODES {
            sheet.write_string(row, 0, code).unwrap();
            sheet.write_number(row, 1, kommune.parse::<f64>().unwrap()).unwrap();
            for column in (2..).take(QUARTERS.len()) {
                let approved = *random.one(&["Ja", "X", "x", "1", "Nej", ""]);
                sheet.write_string(row, column, approved).unwrap();
            }
            row += 1;
        }
    }
}

/// Some of those that could approve, one of them now and then twice.
fn approving(random: &mut Random) -> Vec<&'static str> {
    let all = ["153", "183", "185", "187", "461", "153"];
    all.into_iter().filter(|_| random.percent(70)).collect()
}
