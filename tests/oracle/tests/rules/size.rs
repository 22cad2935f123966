//! That the oracle stays usable: some fifty thousand records in a debug build.

use std::time::Instant;

use crate::folder::*;

/// Municipalities of the standard report, with 5,600 records each.
const KOMMUNER: [&str; 9] = ["153", "155", "157", "159", "161", "163", "165", "167", "169"];

fn many_records(kommune: usize) -> Vec<Row> {
    let codes = ["1.1", "1.8.1", "1.12.0.2", "1.8.2", "1.12.0.1", "1.3", "9.9"];
    let mut rows = Vec::new();
    for number in 0..5600 {
        let citizen = number * 2 / 3 + kommune * 3000;
        let cpr = format!("61{:02}{:02}{:04}", citizen % 12 + 1, 50 + citizen % 40, citizen / 10);
        let start = format!("{}-{:02}-{:02}", 2013 + number % 13, number % 12 + 1, number % 28 + 1);
        let end = if number % 3 == 0 {
            format!("{}-{:02}-{:02}", 2014 + number % 13, number % 11 + 1, number % 28 + 1)
        } else {
            String::new()
        };
        rows.push(row(&number.to_string(), &cpr, codes[number % codes.len()], &start, &end));
    }
    rows
}

#[test]
#[ignore = "takes some seconds; prints how many"]
fn the_standard_reports_over_fifty_thousand_records_take_seconds() {
    let folder = Folder::new();
    for (place, kommune) in KOMMUNER.iter().enumerate() {
        folder.full(kommune, "nexus", "2026-10", 1, &many_records(place));
    }
    folder.approve(&[("153", "1.1", "2020K1", "Ja"), ("155", "1.8.1", "2020K2", "Ja")]);
    let clock = Instant::now();
    let oracle = folder.load();
    println!(
        "load of {} records: {:?}; marks {:?}",
        oracle.records().len(),
        clock.elapsed(),
        oracle.summary().rules
    );
    let rows = [
        "Harmonisering VH.DST Handling<>Ukendt",
        "Harmonisering VH.Regel<>Ukendt",
        "Borger.Personnummer",
    ];
    let kommuner = format!("Handle kommune.Kommunenummer={}", KOMMUNER.join(","));
    let columns = [kommuner.as_str(), "Tid.Kvartal"];
    for asked in [
        question(VH, &["Tid.År=2020"], &["Tid.Måned"], &rows, &["Antal Unikke Borgere"]),
        question(
            BENCHMARK,
            &["Tid.År=2020"],
            &columns,
            &["Ydelse VH.Ydelseskode"],
            &["Antal Unikke Borgere"],
        ),
    ] {
        let clock = Instant::now();
        let set = oracle.pivot(&asked).unwrap();
        println!("{} rows × {} columns: {:?}", set.rows.len(), set.columns.len(), clock.elapsed());
    }
}
