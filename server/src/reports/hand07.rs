//! The report `hand07`: an export of StatBank against the figures of Benchmark.

mod figures;
mod services;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cube_schema::day::Quarter;
use cube_schema::domains::vh::hand07::forklar::{Forklaring, forklar};
use cube_schema::domains::vh::hand07::sammenlign::Linje;
use cube_schema::domains::vh::hand07::udtraek::{Udtraek, laes};
use cube_schema::domains::vh::hand07::{Navne, Tekster};
use cube_schema::domains::vh::kodelister::Kommune;
use cube_schema::language::Language;
use terning_engine::delivery::charset::Charset;
use terning_engine::query::bind::alike;
use terning_engine::query::explain::Without;
use terning_engine::query::{Cancel, Limits, Pivot, Table, View};

use figures::Compared;
pub use services::services;

use super::{Given, Lines, ReportFault};

/// The name of the export in the call.
const EXPORT: &str = "statbank";
/// What is said where small counts are hidden.
const HIDDEN: &str = "FLIS vises kun, hvor udtrækket har et tal: små tal skjules på denne server.";
/// What is said to a caller for whom no figures are recounted.
const NOT_EXPLAINED: &str = "Forskellene forklares ikke for en kommunes adgangsbevis: tallene talt igen uden en regel \
    ville vise, hvad andre kommuner har indberettet om de samme borgere (A1). Hvad reglerne har gjort ved kommunens \
    egne ydelser i en celle, viser terning explain --cube 'Voksne Handicappede Benchmark'.";
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
    let mut missing = Vec::new();
    let read = |names: &Navne| {
        let mut export = read(bytes, names)?;
        missing = narrow(&mut export, given, names)?;
        Ok(export)
    };
    let mut compared = Compared::ask(&views, pivot, services, read, within)?;
    if hides {
        compared.hide_unpublished();
    }
    let mut lines = lines(&compared)?;
    lines.notes.extend(missing);
    lines.notes.extend(compared.without.is_none().then(|| NOT_EXPLAINED.to_owned()));
    lines.notes.extend(hides.then(|| HIDDEN.to_owned()));
    Ok(lines)
}

fn read(bytes: &[u8], names: &Navne) -> Result<Udtraek, ReportFault> {
    laes(&in_utf8(bytes), names).map_err(|fault| ReportFault::File(EXPORT, fault.to_string()))
}

fn lines(compared: &Compared<'_>) -> Result<Lines, ReportFault> {
    let Compared { names, export, lines, without, .. } = compared;
    let explained = without.as_ref();
    let explained = explained.map(|(rules, effects)| (rules.as_slice(), forklar(lines, effects)));
    Ok(Lines {
        table: table(lines, names, explained.as_ref()),
        notes: notes(lines, (export, names), explained.as_ref()),
        behind: compared.behind()?,
    })
}

fn attached(given: &Given) -> Result<&[u8], ReportFault> {
    let bytes = given.files.get(EXPORT).map(Vec::as_slice);
    bytes.ok_or_else(|| ReportFault::Given("giv udtrækket af HAND07 med --statbank FIL".to_owned()))
}

/// An export that is not UTF-8 is what Excel saves as CSV on a Danish Windows.
fn in_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Cow::Borrowed(bytes),
        Err(_) => Charset::Windows1252.in_utf8(bytes),
    }
}

/// Keeps the municipalities and years that are asked for, and says which of them the export lacks.
fn narrow(export: &mut Udtraek, given: &Given, names: &Navne) -> Result<Vec<String>, ReportFault> {
    let mut kommuner: Vec<Kommune> = Vec::new();
    for text in given.list("kommuner") {
        let found = names.find_kommune(text);
        kommuner.push(found.ok_or_else(|| {
            let known = names.kommuner.iter().map(|(_, name)| &**name);
            let meant = meant(&[text], &known).map(|meant| format!(" ({meant})"));
            ReportFault::Given(format!(
                "'{text}' er ikke en kommune{}; skriv numre som 153,155",
                meant.unwrap_or_default()
            ))
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
    let there: BTreeSet<i32> = export.celler.keys().map(|celle| year(celle.kvartal)).collect();
    let lacking = years.iter().filter(|year| !there.contains(year)).map(ToString::to_string);
    let mut missing = Vec::from_iter(not_there(lacking, there.iter().map(ToString::to_string)));
    let there: BTreeSet<Kommune> = export.celler.keys().map(|celle| celle.kommune).collect();
    let lacking = kommuner.iter().filter(|one| !there.contains(one)).map(ToString::to_string);
    missing.extend(not_there(lacking, there.iter().map(ToString::to_string)));
    export.celler.retain(|celle, _| {
        (kommuner.is_empty() || kommuner.contains(&celle.kommune))
            && (years.is_empty() || years.contains(&year(celle.kvartal)))
    });
    Ok(missing)
}

/// That an export has nothing of what was asked for, and the first of what it has, if that is anything.
fn not_there(
    lacking: impl Iterator<Item = String>,
    there: impl Iterator<Item = String>,
) -> Option<String> {
    let (lacking, there): (Vec<String>, Vec<String>) = (lacking.collect(), there.collect());
    let more = if there.len() > NAMES_SHOWN { " …" } else { "" };
    let shown = there[..there.len().min(NAMES_SHOWN)].join(", ");
    let has = if there.is_empty() { String::new() } else { format!("; det har {shown}{more}") };
    (!lacking.is_empty())
        .then(|| format!("Udtrækket har ingen tal for {}{has}.", lacking.join(", ")))
}

/// What names may have been meant for; a number before a name is none of it.
fn meant<'a>(names: &[&str], known: &(impl Iterator<Item = &'a str> + Clone)) -> Option<String> {
    let meant = names.iter().filter_map(|name| {
        let bare = name.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == ' ');
        let near = alike(bare, known.clone());
        near.first().map(|near| format!("'{near}' for '{name}'"))
    });
    let meant: Vec<String> = meant.take(NAMES_SHOWN).collect();
    (!meant.is_empty()).then(|| format!("mente du {}?", meant.join(", ")))
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

fn notes(
    lines: &[Linje],
    (export, names): (&Udtraek, &Navne),
    explained: Option<&Explained<'_>>,
) -> Vec<String> {
    let differences: Vec<i64> = lines.iter().filter_map(Linje::forskel).collect();
    let exact = differences.iter().filter(|difference| **difference == 0).count();
    let compared = format!(
        "{} er sammenlignet; {} er ens. Forskellene er tilsammen {}.",
        celler(differences.len()),
        Language::Danish.whole(exact as u64),
        borgere(&differences),
    );
    let explained = explained.filter(|_| exact < differences.len());
    let explanation = explained.into_iter().flat_map(|(rules, found)| explanation(rules, found));
    let kommuner = names.kommuner.iter().map(|(_, name)| &**name);
    let ydelser = names.ydelser.iter().flat_map(|(_, names)| names.iter().map(|name| &**name));
    let left_out = [
        left_out("kommunelisten", &export.andre_omraader, &kommuner),
        left_out("ydelseslisten", &export.andre_ydelser, &ydelser),
    ];
    std::iter::once(compared).chain(explanation).chain(left_out.into_iter().flatten()).collect()
}

/// What explains the differences, and what else would.
fn explanation(rules: &[Without], found: &Forklaring) -> Vec<String> {
    let rest = borgere(&found.rest);
    let named = |set: &[usize]| {
        let captions: Vec<&str> = set.iter().map(|&rule| rules[rule].caption.as_str()).collect();
        captions.join(" og ")
    };
    if found.regler.is_empty() {
        return vec![format!("Ingen regel forklarer forskellene; uforklaret er {rest}.")];
    }
    let chosen = format!(
        "Forskellene svarer til, at Danmarks Statistik ikke har anvendt {}; uforklaret er herefter \
         {rest}.",
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

/// A number of cells.
fn celler(of: usize) -> String {
    Language::Danish.counted(of as u64, "celle", "celler")
}

/// Differences together, signs aside, as Danes write them.
fn borgere(differences: &[i64]) -> String {
    let sum = differences.iter().map(|one| one.unsigned_abs()).sum();
    Language::Danish.counted(sum, "borger", "borgere")
}

/// What of an export is on no list.
fn left_out<'a>(
    list: &str,
    names: &BTreeMap<String, usize>,
    known: &(impl Iterator<Item = &'a str> + Clone),
) -> Option<String> {
    let all: Vec<&str> = names.keys().map(String::as_str).collect();
    let meant = meant(&all, known).map(|meant| format!(" ({meant})")).unwrap_or_default();
    let shown: Vec<String> = names.keys().take(NAMES_SHOWN).map(|n| format!("'{n}'")).collect();
    let more = if names.len() > shown.len() { " …" } else { "" };
    let cells: usize = names.values().sum();
    (!names.is_empty()).then(|| {
        format!(
            "Ikke sammenlignet: {}, der ikke er på {list}, med {}: {}{more}{meant}.",
            Language::Danish.counted(names.len() as u64, "navn", "navne"),
            celler(cells),
            shown.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::not_there;

    #[test]
    fn what_an_export_lacks_is_told_with_what_it_has_if_it_has_anything() {
        let told = |lacking: &[&str], there: &[&str]| {
            let owned =
                |texts: &[&str]| texts.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
            not_there(owned(lacking).into_iter(), owned(there).into_iter())
        };
        let said = told(&["1999"], &["2025", "2026"]);
        assert_eq!(said.as_deref(), Some("Udtrækket har ingen tal for 1999; det har 2025, 2026."));
        let said = told(&["2025", "2026"], &[]);
        assert_eq!(said.as_deref(), Some("Udtrækket har ingen tal for 2025, 2026."));
        assert_eq!(told(&[], &["2025"]), None);
    }
}
