//! Runs the examples in the texts of the rules against their functions.
//!
//! The columns of a table are those of the rule's shape. Inputs that a table has no column for
//! have a usual value; of the results at least one must be there.

use std::collections::BTreeSet;
use std::path::Path;

use crate::day::{Day, Interval, Month, Quarter};
use crate::domain::{DeliveryInfo, Domain};
use crate::rule::examples::{Example, Table, tables};
use crate::rule::{Case, Context, Counted, CountedRule, Finding, Selection, Shape, Take, Warning};

use super::super::Vh;
use super::super::record::{Betalingskommune, Record, Ydelseskode};
use super::super::reference::Reference;
use super::super::testing;
use super::{RULES, c3_stoette_under_ophold, g1_godkendelser, g2_kvartal, x1_aaben_ydelse};

/// The as-of day of examples that do not say another.
const AS_OF: &str = "2026-10-31";
/// The headings of every text, in this order.
const HEADINGS: [&str; 6] =
    ["Hvad reglen gør", "Hvorfor", "Kilde", "Gælder", "Grænsetilfælde", "Eksempler"];

const SELECTION_INPUTS: &[&str] =
    &["System", "Rolle", "Skiftedato", "Måned", "Løbenummer", "Fuld bestand"];
const SELECTION_RESULTS: &[&str] = &["Tæller", "Advarsel"];
const COUNTED_INPUTS: &[&str] = &["System", "Ydelsesid", "Ydelseskode", "Start", "Slut"];
const COUNTED_RESULTS: &[&str] = &["Advarsel"];
const RECORD_INPUTS: &[&str] = &[
    "Indberetter",
    "Betalingskommune",
    "Ydelseskode",
    "Start",
    "Slut",
    "Målgrupper",
    "Personnummer",
    "Fødselsdato",
    "Gyldig fra",
    "Gyldig til",
];
const RECORD_RESULTS: &[&str] =
    &["Mærkes", "Bliver handlekommune", "Bliver betalingskommune", "Bliver målgrupper", "Advarsel"];
const ENTITY_INPUTS: &[&str] =
    &["Ydelsesid", "Indberetter", "System", "Ydelseskode", "Start", "Slut", "Død", "Opgørelsesdag"];
const ENTITY_RESULTS: &[&str] = &["Mærkes", "Dage tilbage", "Dato uden overlap", "Advarsel"];
const PERIOD_INPUTS: &[&str] =
    &["Listen", "Indberetter", "Betalingskommune", "Ydelseskode", "Start", "Slut", "Kvartal"];
const PERIOD_RESULTS: &[&str] = &["Godkendt", "Godkendte dage", "Advarsel"];

const APPLIED_INPUTS: &[&str] = &[
    "Indberetter",
    "Betalingskommune",
    "Par gælder til",
    "Ydelseskode",
    "Start",
    "Slut",
    "Opgørelsesdag",
    "Dage tilbage",
];
const APPLIED_RESULTS: &[&str] = &["Bliver handlekommune", "Bliver betalingskommune", "Varighed"];

#[test]
fn every_example_of_every_rule_holds() {
    let mut wrong = Vec::new();
    for rule in &RULES {
        let run = || -> Result<(), String> {
            for table in &tables(rule.text)? {
                run_table(&rule.shape, table)?;
            }
            Ok(())
        };
        if let Err(what) = run() {
            wrong.push(format!("{}: {what}", rule.id));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_wrong_example_and_an_unknown_column_are_found() {
    let d4 = &RULES.iter().find(|rule| rule.id == "D4").unwrap().shape;
    let fails = |text: &str| run_table(d4, &tables(text).unwrap()[0]).unwrap_err();
    assert!(fails("| Slut | Mærkes |\n|---|---|\n| 2019-12-31 | Nej |").contains("Mærkes"));
    assert!(fails("| Farve | Mærkes |\n|---|---|\n| rød | Nej |").contains("Farve"));
    assert!(fails("| Slut |\n|---|\n| 2019-12-31 |").contains("intet resultat"));
}

#[test]
fn every_text_in_the_folder_belongs_to_a_rule_and_has_all_headings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domains/vh/regler");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    assert_eq!(texts.len(), RULES.len());
    for path in texts {
        let text = std::fs::read_to_string(&path).unwrap();
        let rule = RULES.iter().find(|rule| rule.text == text);
        let rule = rule.unwrap_or_else(|| panic!("{} er ikke på listen", path.display()));
        let title = format!("# {} · {}", rule.id, rule.caption);
        assert_eq!(text.lines().next(), Some(title.as_str()));
        let headings: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, HEADINGS, "{}", rule.id);
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(name.starts_with(&rule.id.to_lowercase()), "{name}");
    }
}

fn run_table(shape: &Shape<Vh>, table: &Table<'_>) -> Result<(), String> {
    match shape {
        Shape::Selection(rule) => {
            check_columns(table, SELECTION_INPUTS, SELECTION_RESULTS)?;
            table.groups("Eksempel").try_for_each(|rows| run_selection(*rule, rows))
        }
        Shape::Counted(rule) => {
            check_columns(table, COUNTED_INPUTS, COUNTED_RESULTS)?;
            table.groups("Eksempel").try_for_each(|rows| run_counted(*rule, rows))
        }
        Shape::Record(rule) => {
            check_columns(table, RECORD_INPUTS, RECORD_RESULTS)?;
            table.rows.iter().try_for_each(|row| run_record(*rule, row))
        }
        Shape::Entity(rule) => {
            check_columns(table, ENTITY_INPUTS, ENTITY_RESULTS)?;
            table.groups("Eksempel").try_for_each(|rows| run_entity(*rule, rows))
        }
        Shape::Period => {
            check_columns(table, PERIOD_INPUTS, PERIOD_RESULTS)?;
            table.rows.iter().try_for_each(run_period)
        }
        Shape::Applied => {
            check_columns(table, APPLIED_INPUTS, APPLIED_RESULTS)?;
            table.rows.iter().try_for_each(run_applied)
        }
    }
}

fn check_columns(table: &Table<'_>, inputs: &[&str], results: &[&str]) -> Result<(), String> {
    let known = |column: &&&str| {
        inputs.contains(column)
            || results.contains(column)
            || ["Eksempel", "Bemærkning"].contains(column)
    };
    if let Some(unknown) = table.columns.iter().find(|column| !known(column)) {
        return Err(format!("kolonnen '{unknown}' er ukendt"));
    }
    if !table.columns.iter().any(|column| results.contains(column)) {
        return Err("tabellen har intet resultat".to_owned());
    }
    Ok(())
}

/// Compares a result with the cell of a column, where the table has it.
fn expect(row: &Example<'_>, column: &str, found: &str) -> Result<(), String> {
    match row.get(column) {
        Some(expected) if expected != found => Err(format!(
            "linje {}, '{column}': teksten siger '{expected}', reglen '{found}'",
            row.line
        )),
        _ => Ok(()),
    }
}

fn yes(answer: bool) -> &'static str {
    if answer { "Ja" } else { "Nej" }
}

fn kinds(warnings: &[Warning]) -> String {
    let kinds: BTreeSet<&str> = warnings.iter().map(|warning| warning.kind).collect();
    kinds.into_iter().collect::<Vec<_>>().join(", ")
}

fn or<'a>(text: &'a str, usual: &'a str) -> &'a str {
    if text.is_empty() { usual } else { text }
}

// Selection of deliveries

fn run_selection(
    rule: fn(&mut Selection<'_>, &Reference),
    rows: &[Example<'_>],
) -> Result<(), String> {
    let mut reference = testing::reference();
    for row in rows.iter().filter(|row| !row.text("Rolle").is_empty()) {
        let line = ["153", row.text("System"), row.text("Rolle"), row.text("Skiftedato")];
        testing::add(&mut reference, "systemskifte.csv", &line).unwrap();
    }
    let mut delivered: Vec<(DeliveryInfo, &Example<'_>)> =
        rows.iter().filter_map(|row| Some((delivery(row)?, row))).collect();
    delivered.sort_by_key(|(info, _)| (info.system.clone(), info.month, info.serial));
    let deliveries: Vec<DeliveryInfo> = delivered.iter().map(|(info, _)| info.clone()).collect();
    let take = vec![Take::Nothing; deliveries.len()];
    let mut selection = Selection { deliveries: &deliveries, take, warnings: Vec::new() };
    rule(&mut selection, &reference);
    for ((info, row), take) in delivered.iter().zip(&selection.take) {
        let counts = match take {
            Take::Nothing => "intet",
            Take::Ended => "afsluttede",
            Take::All => "alt",
        };
        expect(row, "Tæller", counts)?;
        let own = |warning: &&Warning| {
            warning.text.contains(&format!("{} {}:", info.reporter, info.system))
                && (!warning.text.contains(".csv") || warning.text.contains(&info.file))
        };
        let own: Vec<Warning> = selection.warnings.iter().filter(own).cloned().collect();
        expect(row, "Advarsel", &kinds(&own))?;
    }
    Ok(())
}

fn delivery(row: &Example<'_>) -> Option<DeliveryInfo> {
    if row.text("Måned").is_empty() {
        assert_eq!(row.text("Tæller"), "", "linje {} har ingen leverance", row.line);
        return None;
    }
    let month = Month::parse(row.text("Måned")).unwrap();
    let serial = or(row.text("Løbenummer"), "1").parse().unwrap();
    // As deliveries are read.
    let system = row.text("System").to_lowercase();
    let file = format!("{month}/VH_153_{system}_{serial}.csv");
    let full = row.text("Fuld bestand") != "Nej";
    Some(DeliveryInfo { reporter: "153".to_owned(), system, month, serial, full, file })
}

// The counting records of a municipality

fn run_counted(rule: CountedRule<Vh>, rows: &[Example<'_>]) -> Result<(), String> {
    let reference = testing::reference();
    let deliveries = rows.iter().map(|row| testing::delivery("153", row.text("System")));
    let deliveries: Vec<DeliveryInfo> = deliveries.collect();
    let records: Vec<Record> =
        rows.iter().enumerate().map(|(at, row)| entity_record(&reference, at, row)).collect();
    let counted = deliveries.iter().zip(&records);
    let counted: Vec<Counted<'_, Record>> =
        counted.map(|(delivery, record)| Counted { delivery, record }).collect();
    let warnings = rule(&counted, &reference);
    rows.iter().enumerate().try_for_each(|(at, row)| {
        let own = warnings.iter().filter(|(place, _)| *place == at);
        let own: Vec<Warning> = own.map(|(_, warning)| warning.clone()).collect();
        expect(row, "Advarsel", &kinds(&own))
    })
}

// One record

fn run_record(
    rule: fn(&mut Record, &Context<'_, Reference>) -> Finding,
    row: &Example<'_>,
) -> Result<(), String> {
    let mut reference = testing::reference();
    let cpr = or(row.text("Personnummer"), testing::CPR);
    if !row.text("Fødselsdato").is_empty() {
        testing::add(&mut reference, "cpr.csv", &[cpr, row.text("Fødselsdato"), "", ""]).unwrap();
    }
    let code = row.get("Ydelseskode").unwrap_or("1.8.1");
    if row.get("Gyldig fra").or(row.get("Gyldig til")).is_some() {
        let (from, to) = (row.text("Gyldig fra"), row.text("Gyldig til"));
        let line = [code, "Navn", "Kategori", "", "", "", from, to];
        testing::add(&mut reference, "kodelister/ydelser.csv", &line).unwrap();
    }
    let groups = row.get("Målgrupper").unwrap_or("1.1.1").replace(", ", "|");
    let (reporter, payer) = (or(row.text("Indberetter"), "153"), row.text("Betalingskommune"));
    let start = row.get("Start").unwrap_or("2020-01-01");
    let fields = ["Y1", cpr, reporter, payer, code, start, row.text("Slut"), &groups, "", ""];
    let (mut record, _) = testing::read(&reference, fields).unwrap();
    let context = Context { reference: &reference, as_of: Day::parse(AS_OF).unwrap() };
    let finding = rule(&mut record, &context);
    let warnings = match &finding {
        Finding::Warned(warning) => kinds(std::slice::from_ref(warning)),
        _ => String::new(),
    };
    expect(row, "Mærkes", yes(finding == Finding::Marked))?;
    expect(row, "Advarsel", &warnings)?;
    expect(row, "Bliver handlekommune", &record.handlekommune.to_string())?;
    expect(row, "Bliver betalingskommune", &payer_text(&record))?;
    let codes = record.maalgrupper.iter().map(|at| reference.maalgrupper.code(*at));
    expect(row, "Bliver målgrupper", or(&codes.collect::<Vec<_>>().join(", "), "Ukendt"))
}

fn payer_text(record: &Record) -> String {
    match record.betalingskommune {
        Betalingskommune::Kendt(kommune) => kommune.to_string(),
        Betalingskommune::IkkeAngivet => String::new(),
        Betalingskommune::Ukendt => "Ukendt".to_owned(),
    }
}

// The records of one citizen

fn run_entity(
    rule: fn(&mut [Case<'_, Record>], &Context<'_, Reference>),
    rows: &[Example<'_>],
) -> Result<(), String> {
    let mut reference = testing::reference();
    if let Some(dead) = rows.iter().map(|row| row.text("Død")).find(|dead| !dead.is_empty()) {
        testing::add(&mut reference, "cpr.csv", &[testing::CPR, "", dead, ""]).unwrap();
    }
    let as_of = or(rows[0].text("Opgørelsesdag"), AS_OF);
    let context = Context { reference: &reference, as_of: Day::parse(as_of).unwrap() };
    let records: Vec<Record> =
        rows.iter().enumerate().map(|(at, row)| entity_record(&reference, at, row)).collect();
    let vh = testing::vh();
    let case = |record| Case {
        record,
        pieces: vh.interval(record, &context).into_iter().collect(),
        marked: false,
        warnings: Vec::new(),
    };
    let mut cases: Vec<Case<'_, Record>> = records.iter().map(case).collect();
    rule(&mut cases, &context);
    rows.iter().zip(&cases).try_for_each(|(row, case)| {
        expect(row, "Mærkes", yes(case.marked))?;
        expect(row, "Dage tilbage", &pieces_text(&case.pieces))?;
        expect(row, "Advarsel", &kinds(&case.warnings))?;
        expect(row, "Dato uden overlap", &overlap_text(case))
    })
}

fn entity_record(reference: &Reference, at: usize, row: &Example<'_>) -> Record {
    let id = format!("{}", at + 1);
    let reporter = or(row.text("Indberetter"), "153");
    let fields = [
        or(row.text("Ydelsesid"), &id),
        testing::CPR,
        reporter,
        "",
        or(row.text("Ydelseskode"), "1.8.1"),
        row.text("Start"),
        row.text("Slut"),
        "1.1.1",
        "",
        "",
    ];
    let delivery = testing::delivery(reporter, or(row.text("System"), "nexus"));
    testing::read_of(reference, &delivery, fields).unwrap().0
}

fn pieces_text(pieces: &[Interval]) -> String {
    let piece = |piece: &Interval| match piece.last {
        Day::MAX => format!("{} –", piece.first),
        last => format!("{} – {last}", piece.first),
    };
    let texts: Vec<String> = pieces.iter().map(piece).collect();
    or(&texts.join(" og "), "ingen").to_owned()
}

fn overlap_text(case: &Case<'_, Record>) -> String {
    let start = case.record.start.dag().filter(|_| case.marked);
    let date =
        start.and_then(|start| c3_stoette_under_ophold::dato_uden_overlap(start, &case.pieces));
    date.map_or(String::new(), |day| day.to_string())
}

// A record in a quarter

fn run_period(row: &Example<'_>) -> Result<(), String> {
    let mut reference = testing::reference();
    let mut warnings = Vec::new();
    for line in row.text("Listen").split(", ").filter(|line| !line.is_empty()) {
        let cells: Vec<&str> =
            line.split_whitespace().map(|cell| if cell == "(tom)" { "" } else { cell }).collect();
        match testing::add(&mut reference, "Godkendte_kommuner.xlsx", &cells) {
            Ok(said) => warnings.extend(said),
            Err(_) => warnings.push(Warning { kind: "Linjen afvises", text: String::new() }),
        }
    }
    let record = period_record(&reference, row);
    let approved = match &record.ydelse {
        Ydelseskode::Listet(ydelse) => {
            let kommune = g1_godkendelser::godkendende_kommune(&record, &reference);
            g2_kvartal::godkendte_dage(kommune, *ydelse, &reference)
        }
        Ydelseskode::Ukendt(_) => Vec::new(),
    };
    expect(row, "Advarsel", &kinds(&warnings))?;
    if row.get("Godkendt").is_some() {
        let quarter = Quarter::parse(row.text("Kvartal")).unwrap();
        let first = quarter.first_month().first_day();
        let yes_or_no = approved.iter().any(|days| days.first <= first && first <= days.last);
        expect(row, "Godkendt", yes(yes_or_no))?;
    }
    let days = Interval::new(
        record.start.dag().unwrap(),
        record.slut.unwrap_or(Day::parse(AS_OF).unwrap()),
    );
    let both: Vec<Interval> =
        approved.iter().filter_map(|approved| approved.common(days.unwrap())).collect();
    expect(row, "Godkendte dage", &pieces_text(&both))
}

// What the domain applies itself

fn run_applied(row: &Example<'_>) -> Result<(), String> {
    let mut reference = testing::reference();
    let last = row.text("Par gælder til");
    for pair in [["183", "187", last], ["185", "155", last]] {
        testing::add(&mut reference, "kodelister/saerregler.csv", &pair).unwrap();
    }
    let record = after_k(&reference, row, row.text("Start"));
    expect(row, "Bliver handlekommune", &record.handlekommune.to_string())?;
    expect(row, "Bliver betalingskommune", &payer_text(&record))?;
    let as_of = Day::parse(or(row.text("Opgørelsesdag"), AS_OF)).unwrap();
    let context = Context { reference: &reference, as_of };
    let band = match row.text("Dage tilbage") {
        "" => x1_aaben_ydelse::indberettet(&record, &context),
        text => x1_aaben_ydelse::aendret(&record, &pieces(text), &context),
    };
    let caption = band.map_or("Ukendt", |band| x1_aaben_ydelse::VARIGHEDER[band].0);
    expect(row, "Varighed", caption)
}

/// The pieces that [`pieces_text`] writes.
fn pieces(text: &str) -> Vec<Interval> {
    let day = |text: &str| Day::parse(text.trim());
    let piece = |piece: &str| {
        let (first, last) = piece.split_once('–')?;
        Interval::new(day(first)?, day(last).unwrap_or(Day::MAX))
    };
    text.split(" og ").filter_map(piece).collect()
}

/// The record after the K rules, which decide whose approvals it goes by.
fn period_record(reference: &Reference, row: &Example<'_>) -> Record {
    after_k(reference, row, or(row.text("Start"), "2020-01-01"))
}

fn after_k(reference: &Reference, row: &Example<'_>, start: &str) -> Record {
    let fields = [
        "Y1",
        testing::CPR,
        or(row.text("Indberetter"), "153"),
        row.text("Betalingskommune"),
        or(row.text("Ydelseskode"), "1.8.1"),
        start,
        row.text("Slut"),
        "1.1.1",
        "",
        "",
    ];
    let (mut record, _) = testing::read(reference, fields).unwrap();
    let context = Context { reference, as_of: Day::parse(AS_OF).unwrap() };
    for rule in RULES.iter().filter(|rule| rule.id.starts_with('K')) {
        if let Shape::Record(apply) = rule.shape {
            apply(&mut record, &context);
        }
    }
    record
}
