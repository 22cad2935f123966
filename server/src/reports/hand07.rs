//! The report `hand07`: an export of StatBank against the figures of Benchmark.

mod figures;
mod services;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use cube_schema::day::Quarter;
use cube_schema::domains::vh::hand07::forklar::{Forklaring, forklar};
use cube_schema::domains::vh::hand07::sammenlign::Linje;
use cube_schema::domains::vh::hand07::udtraek::{Udtraek, laes};
use cube_schema::domains::vh::hand07::{Navne, Tekster};
use cube_schema::domains::vh::kodelister::Kommune;
use cube_schema::language::Language;
use terning_engine::delivery::charset::Charset;
use terning_engine::query::explain::Without;
use terning_engine::query::{Cancel, Limits, Pivot, Table, View};

use figures::Compared;
pub use services::services;

use super::{Given, Lines, ReportFault};

/// What is said where small counts are hidden.
const HIDDEN: &str = "FLIS vises kun, hvor udtrækket har et tal: små tal skjules på denne server.";
/// Names of one kind that a note shows.
const NAMES_SHOWN: usize = 10;
/// Explanations that fit as well as the chosen one and are shown.
const OTHERS_SHOWN: usize = 3;

/// Runs the report. `pivot` is what it asks of Benchmark, `services` what the version's list calls
/// services.
///
/// Statistics Denmark publishes small counts itself, so none of its cells are hidden here (A3). Where
/// small counts are hidden elsewhere, ours is shown only where the export has a number too.
///
/// # Errors
/// The export or a parameter cannot be used, or the figures cannot be had.
pub fn run(
    views: &[View],
    pivot: &Pivot,
    given: &Given,
    services: &Tekster,
    within: (&Limits, &Cancel),
) -> Result<Lines, ReportFault> {
    let bytes = attached(given)?;
    let hides = views.iter().any(View::hides_small_counts);
    let views: Vec<View> = views.iter().map(View::undisclosed).collect();
    let read = |names: &Navne| read(bytes, given, names);
    let mut compared = Compared::ask(&views, pivot, services, read, within)?;
    if hides {
        compared.hide_unpublished();
    }
    let mut lines = lines(&compared)?;
    lines.notes.extend(hides.then(|| HIDDEN.to_owned()));
    Ok(lines)
}

/// What of an export is asked for.
fn read(bytes: &[u8], given: &Given, names: &Navne) -> Result<Udtraek, ReportFault> {
    let read = laes(&in_utf8(bytes), names);
    let mut export = read.map_err(|fault| ReportFault::Given(fault.to_string()))?;
    narrow(&mut export, given, names)?;
    Ok(export)
}

fn lines(compared: &Compared<'_>) -> Result<Lines, ReportFault> {
    let Compared { names, export, lines, without, .. } = compared;
    let explained = without.as_ref();
    let explained = explained.map(|(rules, effects)| (rules.as_slice(), forklar(lines, effects)));
    Ok(Lines {
        table: table(lines, names, explained.as_ref()),
        notes: notes(lines, export, explained.as_ref()),
        behind: compared.behind()?,
    })
}

fn attached(given: &Given) -> Result<&[u8], ReportFault> {
    let bytes = given.files.get("statbank").map(Vec::as_slice);
    bytes.ok_or_else(|| ReportFault::Given("giv udtrækket af HAND07 med --statbank FIL".to_owned()))
}

/// An export that is not UTF-8 is what Excel saves as CSV on a Danish Windows.
fn in_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Cow::Borrowed(bytes),
        Err(_) => Charset::Windows1252.in_utf8(bytes),
    }
}

/// Keeps the municipalities and years that are asked for.
fn narrow(export: &mut Udtraek, given: &Given, names: &Navne) -> Result<(), ReportFault> {
    let mut kommuner: Vec<Kommune> = Vec::new();
    for text in given.list("kommuner") {
        let found = names.find_kommune(text);
        kommuner.push(found.ok_or_else(|| {
            ReportFault::Given(format!("'{text}' er ikke en kommune; skriv numre som 153,155"))
        })?);
    }
    let mut years: Vec<i32> = Vec::new();
    for text in given.list("aar") {
        let year = text.parse().ok().filter(|_| text.len() == 4);
        years.push(year.ok_or_else(|| {
            ReportFault::Given(format!("'{text}' er ikke et årstal; skriv for eksempel 2020,2021"))
        })?);
    }
    let year = |quarter: Quarter| quarter.first_month().year();
    export.celler.retain(|celle, _| {
        (kommuner.is_empty() || kommuner.contains(&celle.kommune))
            && (years.is_empty() || years.contains(&year(celle.kvartal)))
    });
    Ok(())
}

// Lines.

/// The rules that were tried, and what explains the differences.
type Explained<'a> = (&'a [Without], Forklaring);

fn table(lines: &[Linje], names: &Navne, explained: Option<&Explained<'_>>) -> Table {
    let mut table = Table::default();
    let text = |of: &dyn Fn(&Linje) -> String| -> Vec<Arc<str>> {
        lines.iter().map(|line| of(line).into()).collect()
    };
    table.text("Kommunenummer", text(&|line| line.celle.kommune.to_string()));
    table.text("Kommune", text(&|line| names.kommune(line.celle.kommune).to_owned()));
    table.text("Ydelsestype", text(&|line| line.celle.ydelse.to_string()));
    table.text("Ydelse", text(&|line| names.ydelse(&line.celle.ydelse).to_owned()));
    table.text("Kvartal", text(&|line| line.celle.kvartal.to_string()));
    let whole = |value: Option<i64>| value.map(|value| value as f64);
    table.number("FLIS", "borgere", 0, lines.iter().map(|line| whole(line.flis)));
    table.number("DST", "borgere", 0, lines.iter().map(|line| whole(line.dst)));
    table.number("Forskel", "borgere", 0, lines.iter().map(|line| whole(line.forskel())));
    table.number("Procent", "%", 1, lines.iter().map(Linje::procent));
    if let Some((rules, found)) = explained {
        let compared = |line: usize, value: i64| lines[line].forskel().map(|_| value as f64);
        for (at, &rule) in found.regler.iter().enumerate() {
            let effects = found.virkninger.iter().enumerate();
            let effects = effects.map(|(line, effects)| compared(line, effects[at]));
            table.number(&rules[rule].caption, "borgere", 0, effects);
        }
        let rest = found.rest.iter().enumerate().map(|(line, &rest)| compared(line, rest));
        table.number("Uforklaret", "borgere", 0, rest);
    }
    table.text("Bemærkning", text(&|line| line.bemaerkning.to_owned()));
    table
}

// Notes.

fn notes(lines: &[Linje], export: &Udtraek, explained: Option<&Explained<'_>>) -> Vec<String> {
    let differences: Vec<i64> = lines.iter().filter_map(Linje::forskel).collect();
    let exact = differences.iter().filter(|difference| **difference == 0).count();
    let compared = format!(
        "{} celler er sammenlignet; {} er ens. Forskellene er tilsammen {} borgere.",
        count(differences.len()),
        count(exact),
        sum(&differences),
    );
    let explained = explained.filter(|_| exact < differences.len());
    let explanation = explained.into_iter().flat_map(|(rules, found)| explanation(rules, found));
    let left_out = [
        left_out("kommunelisten", &export.andre_omraader),
        left_out("ydelseslisten", &export.andre_ydelser),
    ];
    std::iter::once(compared).chain(explanation).chain(left_out.into_iter().flatten()).collect()
}

/// What explains the differences, and what else would.
fn explanation(rules: &[Without], found: &Forklaring) -> Vec<String> {
    let rest = sum(&found.rest);
    let named = |set: &[usize]| {
        let captions: Vec<&str> = set.iter().map(|&rule| rules[rule].caption.as_str()).collect();
        captions.join(" og ")
    };
    if found.regler.is_empty() {
        return vec![format!("Ingen regel forklarer forskellene; uforklaret er {rest} borgere.")];
    }
    let chosen = format!(
        "Forskellene svarer til, at Danmarks Statistik ikke har anvendt {}; uforklaret er herefter \
         {rest} borgere.",
        named(&found.regler)
    );
    let others: Vec<String> =
        found.lige_gode.iter().take(OTHERS_SHOWN).map(|set| named(set)).collect();
    let more = if found.lige_gode.len() > others.len() { " …" } else { "" };
    let equal = format!(
        "Lige så godt passer: {}{more}. Tallene kan ikke skelne; valgt er det, der står først i \
         rækken af regler.",
        others.join("; eller ")
    );
    let equal = (!others.is_empty()).then_some(equal);
    std::iter::once(chosen).chain(equal).collect()
}

/// A count as Danes write it.
fn count(of: usize) -> String {
    Language::Danish.whole(of as u64)
}

/// Differences together, signs aside, as Danes write them.
fn sum(differences: &[i64]) -> String {
    Language::Danish.whole(differences.iter().map(|one| one.unsigned_abs()).sum())
}

/// What of an export is on no list.
fn left_out(list: &str, names: &BTreeMap<String, usize>) -> Option<String> {
    let shown: Vec<String> = names.keys().take(NAMES_SHOWN).map(|n| format!("'{n}'")).collect();
    let more = if names.len() > shown.len() { " …" } else { "" };
    let cells: usize = names.values().sum();
    (!names.is_empty()).then(|| {
        let number = |of: usize, one: &str, several: &str| {
            format!("{} {}", count(of), if of == 1 { one } else { several })
        };
        format!(
            "Ikke sammenlignet: {}, der ikke er på {list}, med {}: {}{more}.",
            number(names.len(), "navn", "navne"),
            number(cells, "celle", "celler"),
            shown.join(", ")
        )
    })
}
