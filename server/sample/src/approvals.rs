//! `Godkendte_kommuner.xlsx`: for which quarters Statistics Denmark has approved a municipality's service.

use std::path::Path;

use anyhow::{Context, Result};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet};

use crate::calibration::SERVICES;
use crate::country::{Municipality, WITHOUT_APPROVAL};
use crate::day::Month;
use crate::random::{mix, share};
use crate::world::World;

/// Lines above the header, as people write them.
const TITLES: [&str; 2] = ["Godkendte kommuner på voksenhandicapområdet (syntetiske data)", ""];
const HEADER: [&str; 4] = ["Kommunekode", "Ydelseskode", "Kvartal", "Godkendt"];

/// Writes the workbook, the same bytes for the same world. An odd seed gives a line per quarter, an
/// even one a column.
///
/// # Errors
/// When the file cannot be written.
pub fn write(world: &World, path: &Path) -> Result<()> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 1, 15)?;
    workbook
        .set_properties(&DocProperties::new().set_title(TITLES[0]).set_creation_datetime(&made));
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("Godkendte")?;
    for (row, title) in TITLES.iter().enumerate() {
        sheet.write(row as u32, 0, *title)?;
    }
    if world.country.seed.is_multiple_of(2) {
        wide(world, sheet)?;
    } else {
        long(world, sheet)?;
    }
    workbook.save(path).with_context(|| format!("cannot write {}", path.display()))
}

/// A column per quarter: yes as `Ja`, `X` or `1`, no mostly as nothing.
fn wide(world: &World, sheet: &mut Worksheet) -> Result<()> {
    let mut row = TITLES.len() as u32;
    let quarters: Vec<Month> = quarters(Month::new(2013, 10), last(world)).collect();
    for (column, name) in HEADER[..2].iter().enumerate() {
        sheet.write(row, column as u16, *name)?;
    }
    for (quarter, column) in quarters.iter().zip(2..) {
        sheet.write(row, column, format!("{}K{}", quarter.year(), quarter.quarter()))?;
    }
    for one in approving(world) {
        for (service, own) in SERVICES.iter().enumerate() {
            row += 1;
            sheet.write(row, 0, one.code)?.write(row, 1, own.code)?;
            for (quarter, column) in quarters.iter().zip(2..) {
                let judged = *quarter >= first_quarter(service);
                match judged && approved(one, service, *quarter, world.country.seed) {
                    true if row % 5 == 2 => sheet.write(row, column, 1)?,
                    true => sheet.write(row, column, ["Ja", "X", "ja"][row as usize % 3])?,
                    false if row % 7 == 3 => sheet.write(row, column, "Nej")?,
                    false => continue,
                };
            }
        }
    }
    Ok(())
}

/// The last quarter that can be approved.
fn last(world: &World) -> Month {
    Month::new(world.last().year() - 1, 10)
}

fn quarters(first: Month, last: Month) -> impl Iterator<Item = Month> {
    (first.0..=last.0).step_by(3).map(Month)
}

fn approving(world: &World) -> impl Iterator<Item = &Municipality> {
    world.country.municipalities.iter().filter(|one| one.code != WITHOUT_APPROVAL)
}

/// A line per quarter.
fn long(world: &World, sheet: &mut Worksheet) -> Result<()> {
    let mut row = TITLES.len() as u32;
    for (column, name) in HEADER.iter().enumerate() {
        sheet.write(row, column as u16, *name)?;
    }
    for one in approving(world) {
        for service in 0..SERVICES.len() {
            for quarter in quarters(first_quarter(service), last(world)) {
                row += 1;
                let yes = approved(one, service, quarter, world.country.seed);
                line(sheet, row, one.code, service, quarter, yes)?;
                // Here and there a line stands twice, and the second disagrees.
                if row % 20_011 == 7 {
                    row += 1;
                    line(sheet, row, one.code, service, quarter, !yes)?;
                }
            }
        }
    }
    Ok(())
}

/// Approvals begin with 2013K4, those of newer services with the service.
const fn first_quarter(service: usize) -> Month {
    if service >= crate::calibration::GROUP_HELP {
        Month::new(2020, 7)
    } else {
        Month::new(2013, 10)
    }
}

/// Codes, numbers and words as people write them: mostly numbers and `Ja`, sometimes text and `JA`.
fn line(
    sheet: &mut Worksheet,
    row: u32,
    code: u16,
    service: usize,
    quarter: Month,
    yes: bool,
) -> Result<()> {
    let (year, number) = (quarter.year(), quarter.quarter());
    let code_of = SERVICES[service].code;
    if row % 9 == 4 {
        sheet.write(row, 0, code.to_string())?;
    } else {
        sheet.write(row, 0, code)?;
    }
    match code_of.parse::<f64>() {
        Ok(decimal) if row % 31 == 11 => sheet.write(row, 1, decimal)?,
        _ => sheet.write(row, 1, code_of)?,
    };
    match row % 23 {
        5 => sheet.write(row, 2, format!("{year} K{number}"))?,
        9 => sheet.write(row, 2, format!("{year}Q{number}"))?,
        _ => sheet.write(row, 2, format!("{year}K{number}"))?,
    };
    let words = if row % 17 == 3 { ["NEJ", "JA"] } else { ["Nej", "Ja"] };
    sheet.write(row, 3, words[usize::from(yes)])?;
    Ok(())
}

/// 63 municipalities are approved for all of 2015-2020; elsewhere there are gaps, most often in § 95.
fn approved(one: &Municipality, service: usize, quarter: Month, seed: u64) -> bool {
    let own = mix(mix(seed, u64::from(one.code)), service as u64);
    let gap = if SERVICES[service].code == "1.17" { 0.35 } else { 0.06 };
    // A service with a gap has it for years on end.
    let lacks = share(own, 1) < gap && share(own, 2 + quarter.year() as u64 / 3) < 0.7;
    let years = (2015..=2020).contains(&quarter.year());
    let reporting = quarter.first() >= one.reports_from;
    if one.approved_throughout && years {
        return !(SERVICES[service].code == "1.17" && lacks);
    }
    // Every other municipality lacks a year of them.
    if quarter.year() == 2015 + i32::from(one.code) % 6 {
        return false;
    }
    let hiccup = share(own, quarter.0 as u64) < 0.03;
    reporting && !lacks && !hiccup && (quarter.year() >= 2014 || share(own, 3) < 0.5)
}
