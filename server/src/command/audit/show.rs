//! Calls of the access log as a table, CSV or JSON.

use std::io::Write;

use serde_json::json;

use crate::args::AuditFormat;
use crate::audit::{Entry, Found, Kind, Outcome, Question};
use crate::package::shielded;

/// Letters of the widest cell of a table for people.
const WIDEST: usize = 60;

/// The headings, the last being shown where a citizen was searched for.
const HEADINGS: [&str; 15] = [
    "Linje",
    "Tid",
    "Rolle",
    "Kommune",
    "Hvem",
    "Formål",
    "Kald",
    "Version",
    "Kube",
    "Spørgsmål",
    "Rækker",
    "Celler",
    "Borgere",
    "Udfald",
    "Borgeren",
];

/// Writes calls.
pub(super) fn show(
    found: &[Found],
    of_citizen: bool,
    format: AuditFormat,
    to: &mut impl Write,
) -> anyhow::Result<()> {
    let columns = HEADINGS.len() - usize::from(!of_citizen);
    let rows: Vec<Vec<String>> = found.iter().map(|one| row(one)[..columns].to_vec()).collect();
    match format {
        AuditFormat::Table => table(&HEADINGS[..columns], &rows, to),
        AuditFormat::Csv => csv(&HEADINGS[..columns], &rows, to),
        AuditFormat::Json => json(found, of_citizen, to),
    }
}

fn row(found: &Found) -> Vec<String> {
    let entry = &found.entry;
    let count = |count: Option<u64>| count.map_or(String::new(), |count| count.to_string());
    let shown = match (found.has_shown, found.may_have_shown) {
        (true, _) => "vist",
        (false, true) => "måske vist",
        (false, false) => "spurgt om",
    };
    vec![
        found.seq.to_string(),
        found.time.clone(),
        entry.role.clone(),
        entry.kommune.clone(),
        entry.subject.clone(),
        entry.purpose.clone(),
        entry.call.clone(),
        entry.version.clone(),
        entry.cube.clone(),
        entry.question.as_ref().map_or(String::new(), question),
        count(entry.rows),
        count(entry.cells),
        count(entry.citizen_count),
        outcome(entry),
        shown.to_owned(),
    ]
}

/// A question on one line.
fn question(question: &Question) -> String {
    let Question { of, axes, filters, measure, formulas } = question;
    let axes = axes.iter().map(|axis| axis.join(" * ")).collect::<Vec<_>>().join(" | ");
    let parts = [
        ("", of.clone()),
        ("", axes),
        ("hvor ", filters.join(" og ")),
        ("mål ", measure.clone()),
        ("formler ", formulas.join("; ")),
    ];
    let said = parts.into_iter().filter(|(_, text)| !text.is_empty());
    said.map(|(before, text)| format!("{before}{text}")).collect::<Vec<_>>().join("; ")
}

fn outcome(entry: &Entry) -> String {
    let said = match entry.outcome {
        Some(Outcome::Answered) => "besvaret",
        Some(Outcome::Answering) => "begyndt; slutningen mangler",
        Some(Outcome::Refused) => "afvist",
        Some(Outcome::Cancelled) => "afbrudt",
        None if entry.kind == Kind::Note => return together(entry),
        None => "",
    };
    let reason = &entry.reason;
    if reason.is_empty() { said.to_owned() } else { format!("{said} ({reason})") }
}

/// Calls that have no lines of their own.
fn together(entry: &Entry) -> String {
    let count = entry.count.unwrap_or_default();
    format!("{count} kald, der blev afvist eller afbrudt")
}

fn table(headings: &[&str], rows: &[Vec<String>], to: &mut impl Write) -> anyhow::Result<()> {
    let cut = |text: &str| match text.chars().count() > WIDEST {
        true => text.chars().take(WIDEST - 1).chain(['…']).collect(),
        false => text.to_owned(),
    };
    let heads = headings.iter().map(|&head| head.to_owned()).collect();
    let lines: Vec<Vec<String>> = std::iter::once(heads)
        .chain(rows.iter().map(|row| row.iter().map(|cell| cut(cell)).collect()))
        .collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    let widths: Vec<usize> = (0..headings.len()).map(|column| width(column).unwrap_or(0)).collect();
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        writeln!(to, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    writeln!(to, "{} kald", rows.len())?;
    Ok(())
}

fn csv(headings: &[&str], rows: &[Vec<String>], to: &mut impl Write) -> anyhow::Result<()> {
    write!(to, "\u{feff}")?;
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(to);
    writer.write_record(headings)?;
    // Purposes are what callers write.
    let shielded = |row: &Vec<String>| -> Vec<String> {
        row.iter().map(|cell| shielded(cell).into_owned()).collect()
    };
    rows.iter().try_for_each(|row| writer.write_record(shielded(row)))?;
    writer.flush()?;
    Ok(())
}

fn json(found: &[Found], of_citizen: bool, to: &mut impl Write) -> anyhow::Result<()> {
    let told = found.iter().map(|one| {
        let mut told = json!({ "seq": one.seq, "time": one.time, "call": one.entry });
        if of_citizen {
            told["shown"] = one.has_shown.into();
            told["may_have_shown"] = one.may_have_shown.into();
        }
        told
    });
    serde_json::to_writer_pretty(&mut *to, &told.collect::<Vec<_>>())?;
    writeln!(to)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_without_lines_of_their_own_are_shown_together() {
        let entry = Entry { kommune: "153".to_owned(), ..Entry::note("left_out", 4) };
        let found = [Found { seq: 7, entry, ..Found::default() }];
        let mut shown = Vec::new();
        show(&found, true, AuditFormat::Csv, &mut shown).unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.contains(";4 kald, der blev afvist eller afbrudt;spurgt om"), "{shown}");
    }

    #[test]
    fn what_a_caller_writes_is_no_formula_in_a_spreadsheet() {
        for purpose in ["=HYPERLINK(\"http://x\")", "+1", "-1+2", "@SUM(A1)", "\t=1"] {
            let entry = Entry { purpose: purpose.to_owned(), ..Entry::default() };
            let found = [Found { seq: 7, entry, ..Found::default() }];
            let mut shown = Vec::new();
            show(&found, false, AuditFormat::Csv, &mut shown).unwrap();
            let shown = String::from_utf8(shown).unwrap();
            let mut reader =
                csv::ReaderBuilder::new().delimiter(b';').from_reader(shown.as_bytes());
            let line = reader.records().next().unwrap().unwrap();
            assert_eq!((&line[0], &line[5]), ("7", format!("'{purpose}").as_str()));
        }
    }
}
