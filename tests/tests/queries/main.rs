//! The questions of `queries/*.md`, asked of the hand-made deliveries in `queries/data`, and those of
//! its folders, whose tables are computed by SQL: `vh` is asked of the same deliveries, `shop` of the
//! star in `shop/`.
//!
//! A pivot must have the expected table from the engine and from the oracle; MDX from the engine.
//! `UPDATE_QUERIES=1` writes the tables anew, pivots by the oracle, and what the data need: checksums,
//! row counts and the workbook. Nothing is written without it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod by_sql;
mod english;
mod not_yet;
mod records;
mod shop;
mod vh_tables;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::Context;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
use terning_oracle::{CellSet, Oracle};
use terning_tests::compare::difference;
use terning_tests::engine::{Cell, Engine, ask_mdx, cells_of_mdx, cells_of_pivot};
use terning_tests::folder::{sha256, write};
use terning_tests::page::{self, Asked, Case};
use terning_tests::{table, words};

use not_yet::NotYet;

static FOLDER: LazyLock<PathBuf> =
    LazyLock::new(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("queries"));

/// The tables of the shop and their schema.
static SHOP: LazyLock<PathBuf> =
    LazyLock::new(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("shop"));

/// The hand-made deliveries, read by both sides.
struct Asker {
    engine: Engine,
    oracle: Oracle,
}

#[test]
fn every_question_has_the_expected_answer() {
    let updating = std::env::var_os("UPDATE_QUERIES").is_some();
    if updating {
        refresh_data();
    }
    let data = FOLDER.join("data");
    let asker = Asker {
        engine: Engine::load(&data, None).unwrap(),
        oracle: terning_oracle::load(&data, None).unwrap(),
    };
    let mut open = NotYet::read(&FOLDER);
    let mut questions = 0;
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        let cases = page::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        questions += cases.len();
        let page = path.file_stem().unwrap().to_string_lossy().into_owned();
        let name = |case: &Case| format!("{page}: {}", case.title);
        if updating {
            // Nobody takes what is expected from the engine: MDX alone keeps the table that a person wrote.
            let table = |case: &Case| match has_pivot(case) {
                true => asker.answer(case),
                false => case.expected.clone(),
            };
            let tables: Vec<String> = cases.iter().map(table).collect();
            fs::write(&path, page::with_tables(&text, &cases, &tables)).unwrap();
        } else {
            cases.iter().for_each(|case| open.note(&name(case), asker.problem(case)));
        }
    }
    assert!(updating || questions >= 30, "only {questions} questions are found");
    if !updating {
        open.finish(questions);
    }
}

fn has_pivot(case: &Case) -> bool {
    case.asked.iter().any(|asked| matches!(asked, Asked::Pivot(_)))
}

#[test]
fn every_question_with_sql_has_the_expected_answer() {
    let data = FOLDER.join("data");
    let oracle = terning_oracle::load(&data, None).unwrap();
    let updating = std::env::var_os("UPDATE_QUERIES").is_some();
    vh_tables::check(&oracle, &FOLDER.join("vh/tables"), updating);
    let folder = by_sql::Folder::read(FOLDER.join("vh"));
    folder.check_format(45);
    folder.ask(&Engine::load(&data, None).unwrap().cubes);
}

#[test]
fn every_question_of_the_shop_has_the_expected_answer() {
    let folder = by_sql::Folder::read(FOLDER.join("shop"));
    folder.check_format(300);
    folder.ask(&shop::cubes(&SHOP).0);
}

#[test]
fn sales_without_a_campaign_are_the_only_facts_without_a_member() {
    let sales = fs::read_to_string(SHOP.join("tables/sales.csv")).unwrap();
    let without = sales.lines().filter(|line| line.split(',').nth(5) == Some("")).count();
    let (_, findings) = shop::cubes(&SHOP);
    assert_eq!(findings.unmatched.len(), 2, "once in each of the two cubes with sales");
    for found in findings.unmatched {
        assert_eq!((found.table.as_str(), found.dimension.as_str()), ("sales", "Kampagne"));
        assert_eq!((found.without, found.unknown), (without as u64, 0));
    }
}

fn pages() -> Vec<PathBuf> {
    let entries = fs::read_dir(&*FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let is_page = |path: &PathBuf| {
        path.extension().is_some_and(|ending| ending == "md") && !path.ends_with("README.md")
    };
    let mut pages: Vec<PathBuf> = entries.filter(is_page).collect();
    pages.sort();
    pages
}

impl Asker {
    /// The table of a question that is to be written: a pivot by the oracle.
    fn answer(&self, case: &Case) -> String {
        let of_pivot = case.asked.iter().find_map(|asked| match asked {
            Asked::Pivot(line) => Some(self.oracle.pivot(&words::read(line).unwrap())),
            Asked::Mdx(_) | Asked::Cells(_) => None,
        });
        let answer = of_pivot.unwrap();
        table::draw(&answer.unwrap_or_else(|error| panic!("{}: {error}", case.title)))
    }

    fn ask(&self, asked: &Asked) -> anyhow::Result<CellSet> {
        match asked {
            Asked::Pivot(line) => self.engine.pivot(&words::read(line)?),
            Asked::Mdx(text) | Asked::Cells(text) => ask_mdx(&self.engine.cubes, text),
        }
    }

    /// Where the cells of MDX are other ones than those of the pivot of its case.
    fn other_cells(&self, case: &Case, text: &str) -> anyhow::Result<Option<String>> {
        let pivot = case.asked.iter().find_map(|asked| match asked {
            Asked::Pivot(line) => Some(line),
            _ => None,
        });
        let pivot = words::read(pivot.context("`mdx cells` beside no pivot")?)?;
        let expected = cells_of_pivot(&self.engine.cubes, &pivot)?;
        let found = cells_of_mdx(&self.engine.cubes, text)?;
        let differing = |(ours, theirs): (&Cell, &Cell)| {
            (ours != theirs).then(|| format!("{ours:?} is {theirs:?} in the pivot"))
        };
        let first = found.iter().zip(&expected).find_map(differing);
        let count = format!("{} cells, {} in the pivot", found.len(), expected.len());
        Ok(first.or_else(|| (found.len() != expected.len()).then_some(count)))
    }

    /// What is wrong with a question's answers, asked in every way that stands there.
    fn problem(&self, case: &Case) -> Option<String> {
        case.asked.iter().find_map(|asked| {
            if let Asked::Cells(text) = asked {
                let other = self.other_cells(case, text);
                let other = other.unwrap_or_else(|error| Some(error.to_string()));
                return other;
            }
            let answer = match self.ask(asked) {
                Ok(answer) => answer,
                Err(error) => return Some(error.to_string()),
            };
            let drawn = table::draw(&answer);
            if drawn != case.expected {
                return Some(format!("expected\n{}\nfound\n{drawn}", case.expected));
            }
            self.other_than_the_oracle(asked, &answer)
        })
    }

    fn other_than_the_oracle(&self, asked: &Asked, answer: &CellSet) -> Option<String> {
        let Asked::Pivot(line) = asked else { return None };
        match words::read(line).and_then(|pivot| self.oracle.pivot(&pivot)) {
            Ok(theirs) => difference(answer, &theirs),
            Err(error) => Some(format!("the oracle refuses: {error}")),
        }
    }
}

/// Makes the manifests fit their files, and the workbook its list.
fn refresh_data() {
    for folder in fs::read_dir(FOLDER.join("data")).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "json") {
                refresh_manifest(&path);
            }
        }
    }
    let list = fs::read_to_string(FOLDER.join("godkendelser.csv")).unwrap();
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2025, 1, 1).unwrap();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = workbook.add_worksheet();
    for (row, line) in (0..).zip(list.lines()) {
        sheet.write_row(row, 0, line.split(';')).unwrap();
    }
    let path = FOLDER.join("data/reference/Godkendte_kommuner.xlsx");
    write(&path, &workbook.save_to_buffer().unwrap());
}

fn refresh_manifest(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    let data = fs::read(path.with_extension("csv")).unwrap();
    let lines = data.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    let rows = lines - usize::from(manifest["header"] == true);
    let (was_rows, was_sum) = (manifest["antal_raekker"].clone(), manifest["sha256"].clone());
    manifest["antal_raekker"] = rows.into();
    manifest["sha256"] = sha256(&data).into();
    if (&was_rows, &was_sum) != (&manifest["antal_raekker"], &manifest["sha256"]) {
        fs::write(path, serde_json::to_string_pretty(&manifest).unwrap() + "\n").unwrap();
    }
}
