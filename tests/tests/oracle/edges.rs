//! Small folders made to be difficult: few citizens, few days, every oddity that a delivery can
//! have, so that the rules meet each other all the time.

use std::path::Path;

use cube_schema::domains::vh::regler::RULES;
use rust_xlsxwriter::Workbook;
use terning_oracle::Pivot;
use terning_tests::folder::{Delivery, write};
use terning_tests::random::Random;
use terning_tests::{question, words};

use crate::both::Both;

/// Folders in an ordinary run; `TERNING_EDGES` asks for another number.
const FOLDERS: u64 = 60;

const VH: &str = "Voksne Handicappede";
const BENCHMARK: &str = "Voksne Handicappede Benchmark";

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
const MAANEDER: [&str; 3] = ["2020-10", "2020-11", "2020-12"];

#[test]
fn difficult_folders_are_read_alike() {
    let folders = std::env::var("TERNING_EDGES").ok().and_then(|text| text.parse().ok());
    let (mut questions, mut cells, mut values) = (0, 0, 0);
    let mut differences = Vec::new();
    for seed in 0..folders.unwrap_or(FOLDERS) {
        match agree(seed) {
            Ok(agreed) => {
                questions += agreed.questions;
                cells += agreed.cells;
                values += agreed.values;
            }
            Err(difference) => differences.push(format!("folder {seed}: {difference}")),
        }
    }
    assert!(differences.is_empty(), "{}\n{}", differences.len(), differences.join("\n"));
    println!("{questions} questions, {cells} cells, {values} of them with a value");
    assert!(values > questions);
}

fn agree(seed: u64) -> Result<crate::both::Agreed, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random(seed);
    deliver(folder.path(), &mut random);
    let both = Both::read(folder.path());
    both.agree_on_deliveries()?;
    both.agree_on_rejects()?;
    both.agree_on_rules()?;
    let cubes = &both.engine.cubes[..2];
    let drawn = (0..8).map(|number| question::pivot(&cubes[number % 2], &mut random));
    both.agree(fixed().into_iter().chain(drawn))
}

/// What is asked of every folder.
fn fixed() -> Vec<Pivot> {
    let both = [
        "--rows Tid.Måned --filter Tid.År=2019,2020 --columns 'Ydelse VH.Ydelseskode'",
        "--rows Tid.År --rows Tid.Kvartal --columns 'JaNej godkendt Ydelse.Ja Nej Tekst'",
        "--rows 'Handle kommune.Kommune' --columns Betalingskommune.Kommunenummer",
        "--rows Målgruppe.Målgruppe --columns 'Målgruppe.Hovedgruppe DST' --filter 'Tid.Kvartal<>2020K2'",
        "--rows Køn.Køn --columns Funktionsvurdering.Funktionsvurdering --columns Tid.År=2020",
    ];
    let vh = [
        "--rows 'Harmonisering VH.DST Handling' --rows 'Harmonisering VH.Regel' --rows Borger.Personnummer --columns Tid.År",
        "--rows Opholdssted.Opholdssted --rows Opholdssted.Tilbudstype --columns Tid.Kvartal --filter Tid.År=2020",
    ];
    let line = |cube: &str, words: &str| {
        let measures = "--measure 'Antal Unikke Borgere' --measure 'Antal Ydelsesmodtagere' \
                        --measure 'Antal Ydelser' --measure 'Antal Unikke Borgere Ultimo'";
        words::read(&format!("terning pivot --cube '{cube}' {words} {measures} --totals")).unwrap()
    };
    let of_both = both.iter().flat_map(|words| [line(VH, words), line(BENCHMARK, words)]);
    of_both.chain(vh.iter().map(|words| line(VH, words))).collect()
}

fn deliver(folder: &Path, random: &mut Random) {
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
    let reference = folder.join("reference");
    write(&reference.join("systemskifte.csv"), systemskifte.as_bytes());
    write(&reference.join("cpr.csv"), cpr(random).as_bytes());
    let places = "OpholdsstedId;Navn;Kommunekode;Tilbudstype\nS1;Aahuset;153;7\nS2;Æblegården;461;11\nS3;Aahuset;999;99\n";
    write(&reference.join("opholdssteder.csv"), places.as_bytes());
    approvals(&reference.join("Godkendte_kommuner.xlsx"), random);
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
        let of_changes = reads_changes() && random.percent(chance);
        for loebenummer in 1..=(1 + u32::from(random.percent(25))) {
            let delivery = Delivery {
                kommune,
                system,
                maaned,
                loebenummer,
                fuld_bestand: !of_changes,
                ..Delivery::full(kommune, system, maaned)
            };
            let lines: Vec<String> =
                (0..3 + random.below(12)).map(|_| line(kommune, of_changes, random)).collect();
            delivery.write(folder, &lines.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}

/// Deliveries of changes are refused as long as there is no rule S4.
fn reads_changes() -> bool {
    RULES.iter().any(|rule| rule.id == "S4")
}

/// A record: mostly sound, and each of its fields now and then odd.
fn line(kommune: &str, of_changes: bool, random: &mut Random) -> String {
    let id = format!("y{}", random.below(30));
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
    let sted = *random.one(&["", "S1", "S2", "S3", "S9"]);
    let evne = *random.one(&["", "A", "C", "E", "F", "a"]);
    let slettet = match of_changes {
        true => *random.one(&[";", ";", ";", ";J"]),
        false => "",
    };
    format!(
        "{id};{cpr};{handle};{betaling};{code};{start};{end};{maalgrupper};{sted};{evne}{slettet}"
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

fn approvals(path: &Path, random: &mut Random) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let header = ["Kommunekode", "Ydelseskode", "Kvartal", "Godkendt"];
    sheet.write_row(0, 0, header).unwrap();
    let mut row = 1;
    for kommune in ["153", "183", "185", "187", "461"] {
        if random.percent(30) {
            continue;
        }
        for code in ["1.8.1", "1.8.2", "1.12.0.1", "1.12.0.2", "9.9"] {
            for quarter in ["2013K4", "2019K4", "2020K1", "2020 K2", "2020Q3", "2020K4"] {
                let approved = *random.one(&["Ja", "Ja", "ja", "Nej", ""]);
                sheet.write_row(row, 0, [kommune, code, quarter, approved]).unwrap();
                row += 1;
            }
        }
    }
    workbook.save(path).unwrap();
}
