//! What sample deliveries promise, read back from the files by a plain reading of the rules.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod plain;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;
use terning_sample::{Options, Summary, generate};

fn make(scale: f64, seed: u64, last: &str) -> (TempDir, Summary) {
    let folder = tempfile::tempdir().expect("a folder");
    let options =
        Options { out: folder.path().into(), scale, seed, months: ("2026-09".into(), last.into()) };
    let summary = generate(&options, &|_, _, _| {}).expect("samples");
    (folder, summary)
}

/// Deliveries that several tests read.
struct Sample {
    folder: PathBuf,
    summary: Summary,
    country: plain::Country,
}

fn read(name: &str, scale: f64) -> Sample {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    let months = ("2026-09".into(), "2026-10".into());
    let options = Options { out: folder.clone(), scale, seed: 1, months };
    let summary = generate(&options, &|_, _, _| {}).expect("samples");
    let country = plain::Country::read(&folder);
    Sample { folder, summary, country }
}

/// A hundredth of the country, two months.
fn tiny() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| read("sample-tiny", 0.01))
}

/// A tenth of the country, two months.
fn small() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| read("sample-small", 0.1))
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.display().to_string(), fs::read(&path).expect("a file"));
        }
    }
    found
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (one, first) = make(0.01, 1, "2026-10");
    let (two, second) = make(0.01, 1, "2026-10");
    let (other, _) = make(0.01, 2, "2026-10");
    let bytes = |folder: &TempDir| -> Vec<(String, Vec<u8>)> {
        let root = folder.path().display().to_string();
        files(folder.path())
            .into_iter()
            .map(|(name, bytes)| (name.replace(&root, ""), bytes))
            .collect()
    };
    assert_eq!(first, second);
    let (mine, theirs) = (bytes(&one), bytes(&two));
    let differing: Vec<&String> =
        mine.iter().zip(&theirs).filter(|(a, b)| a != b).map(|(a, _)| &a.0).collect();
    assert!(mine.len() == theirs.len() && differing.is_empty(), "{differing:?}");
    assert!(bytes(&other) != mine);
}

/// Runs of digits that could be a CPR number: ten, or six, a dash and four.
fn numbers(text: &[u8]) -> impl Iterator<Item = String> {
    let text = String::from_utf8_lossy(text).into_owned();
    let fields: Vec<String> =
        text.split([';', '\n', '\r', '"', '<', '>']).map(str::to_owned).collect();
    fields.into_iter().filter_map(|field| {
        let digits = field.replacen('-', "", 1);
        let dashed = field.len() == 11 && field.find('-') == Some(6);
        let number = digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
        (number && (dashed || digits == field)).then_some(digits)
    })
}

#[test]
fn every_cpr_number_is_a_replacement_number() {
    let Sample { folder, .. } = tiny();
    let mut count = 0;
    for (name, bytes) in files(folder) {
        if name.ends_with("csv") || name.ends_with("xml") {
            for number in numbers(&bytes) {
                assert!(("61".."92").contains(&&number[..2]), "{number} in {name}");
                count += 1;
            }
        }
    }
    assert!(count > 5_000, "{count}");
}

#[test]
fn sex_and_birth_agree_with_the_number() {
    let Sample { folder, .. } = tiny();
    let mut impossible = 0;
    for row in plain::table(&folder.join("reference/cpr.csv")) {
        let (number, male) = (&row[0], &row[3] == "M");
        assert_eq!((number.as_bytes()[9] - b'0') % 2 == 1, male, "{number}");
        match plain::birth_of(number) {
            Some(birth) => assert_eq!(plain::day(&row[1]), Some(birth), "{number}"),
            None => impossible += 1,
        }
    }
    assert!((1..10).contains(&impossible), "{impossible}");
}

#[test]
fn every_municipality_has_accepted_data_in_every_month_and_one_is_behind_in_the_last() {
    for Sample { summary, country, .. } in [tiny(), small()] {
        assert_eq!(summary.months, 2);
        for (month, towns) in [("2026-09", 98), ("2026-10", 97)] {
            let of_month = country
                .deliveries
                .iter()
                .filter(|one| one.month == month && (one.rows.len() >= 5 || !one.full));
            let found = of_month.map(|one| one.town).collect::<HashSet<_>>().len();
            assert_eq!(found, towns, "{month}");
        }
        let mut rows: BTreeMap<u16, usize> = BTreeMap::new();
        country.rows.iter().for_each(|row| *rows.entry(row.reporter).or_default() += 1);
        let few: Vec<_> = rows.iter().filter(|(_, count)| **count < 10).collect();
        assert!(rows.len() == 98 && few.is_empty(), "{few:?}");
    }
}

/// Everything that the plain reading can find in a delivery.
const KINDS: [&str; 33] = [
    "C1",
    "C1 started after",
    "C2",
    "C2 elsewhere",
    "C2 three",
    "C3",
    "C3 elsewhere",
    "C3 nothing left",
    "C3 something left",
    "D1 outside",
    "D1 unknown",
    "D2",
    "D3",
    "D4",
    "D5",
    "K3",
    "K4",
    "S5",
    "assessment",
    "duplicate id",
    "ends after death",
    "no birth date",
    "no reasons",
    "partly invalid",
    "reject: cpr",
    "reject: end",
    "reject: handlekommune",
    "reject: not text",
    "reject: too few fields",
    "reject: too many fields",
    "unknown place",
    "unreadable start",
    "not in cpr.csv",
];

/// Every reason to refuse a file.
const REFUSED: [&str; 10] = [
    "checksum",
    "missing column",
    "no data file",
    "no manifest",
    "not yet",
    "other folder",
    "other name",
    "row count",
    "truncated",
    "unknown municipality",
];

#[test]
fn every_kind_of_error_occurs() {
    for seed in [1, 2, 3] {
        let (folder, _) = make(0.01, seed, "2026-10");
        let country = plain::Country::read(folder.path());
        let absent: Vec<_> = KINDS
            .iter()
            .filter(|kind| country.found.get(*kind).copied().unwrap_or(0) == 0)
            .collect();
        assert!(absent.is_empty(), "seed {seed}: {absent:?}");
        let refused: Vec<&str> = country.refused.keys().map(String::as_str).collect();
        assert_eq!(refused, REFUSED, "seed {seed}");
    }
}

#[test]
fn errors_are_some_hundredths_of_the_records() {
    let Sample { summary, country, .. } = small();
    // What intake notices was seen in both months, the rest in the newer.
    let at_intake = |kind: &str| {
        kind.starts_with("reject")
            || ["K4", "assessment", "unknown place", "unreadable start"].contains(&kind)
    };
    let counted = country.found.iter().filter(|(kind, _)| {
        !["no reasons", "K3"].contains(kind) && !kind.contains("something left")
    });
    let all: u64 =
        counted.map(|(kind, count)| if at_intake(kind) { count / 2 } else { *count }).sum();
    let share = 2.0 * all as f64 / summary.records as f64;
    assert!((0.015..0.04).contains(&share), "{share}");
}

#[test]
fn sound_files_agree_with_their_manifests() {
    let Sample { summary, country, .. } = tiny();
    let refused: usize = country.refused.values().map(Vec::len).sum();
    assert_eq!(refused, 2 * REFUSED.len() - 1);
    let read: usize = country.deliveries.iter().map(|one| one.rows.len()).sum();
    assert!(read as u64 >= summary.records * 97 / 100, "{read} of {}", summary.records);
}

#[test]
fn replaced_systems_delivered_last_before_the_change() {
    let Sample { folder, country, .. } = tiny();
    let (mut roles, mut behind) = (BTreeSet::new(), 0);
    for row in plain::table(&folder.join("reference/systemskifte.csv")) {
        roles.insert(row[2].to_owned());
        let newest = country
            .deliveries
            .iter()
            .filter(|one| one.town.to_string() == row[0] && one.system == row[1])
            .map(|one| &one.month)
            .max();
        match &row[2] {
            "tidligere" => {
                assert!(newest.is_some_and(|month| month.as_str() <= &row[3][..7]), "{row:?}");
            }
            "fuld" if newest.is_some_and(|month| month == "2026-09") => behind += 1,
            _ => assert_eq!(newest.map(String::as_str), Some("2026-10"), "{row:?}"),
        }
    }
    assert!(behind <= 1, "{behind}");
    let all = ["aendringer", "fuld", "nyt", "parallel", "tidligere"];
    assert_eq!(roles.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn some_deliver_xml_and_some_only_what_has_changed() {
    let Sample { country, .. } = small();
    let rows = |test: &dyn Fn(&plain::Delivery) -> bool| -> usize {
        country.deliveries.iter().filter(|one| test(one)).map(|one| one.rows.len()).sum()
    };
    assert!(rows(&|one| one.format == "xml") > 5_000);
    let first = rows(&|one| !one.full && one.month == "2026-09");
    let second = rows(&|one| !one.full && one.month == "2026-10");
    assert!(second > 0 && second * 5 < first, "{second} of {first}");
    assert!(country.deliveries.iter().any(|one| !one.deleted.is_empty() && !one.full));
}

#[test]
fn some_deliver_a_month_late_and_some_twice() {
    let Sample { folder, country, .. } = small();
    let received = |path: PathBuf| -> Option<String> {
        let manifest = fs::read(path).ok()?;
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).ok()?;
        Some(manifest["modtaget"].as_str()?[..7].to_owned())
    };
    let of = |one: &&plain::Delivery| {
        received(folder.join(&one.month).join(format!("{}.json", one.file)))
    };
    let first = country.deliveries.iter().filter(|one| one.month == "2026-09");
    let months: BTreeMap<String, usize> =
        first.filter_map(|one| of(&one)).fold(BTreeMap::new(), |mut counts, month| {
            *counts.entry(month).or_default() += 1;
            counts
        });
    let late = months.get("2026-11").copied().unwrap_or(0);
    assert!(months["2026-10"] > 80 && (1..10).contains(&late), "{months:?}");
    let again = country.deliveries.iter().filter(|one| one.serial == 2);
    let longer = again.filter(|again| {
        let is_first = |one: &&plain::Delivery| {
            (one.town, &one.system, &one.month, one.serial)
                == (again.town, &again.system, &again.month, 1)
        };
        country
            .deliveries
            .iter()
            .find(is_first)
            .is_some_and(|one| one.rows.len() < again.rows.len())
    });
    assert!(longer.count() > 1);
}

#[test]
fn one_municipality_loses_a_third_of_its_records_in_the_last_month() {
    let Sample { country, .. } = small();
    let mut rows: BTreeMap<(u16, &str), BTreeMap<&str, usize>> = BTreeMap::new();
    for one in country.deliveries.iter().filter(|one| one.full) {
        let months = rows.entry((one.town, &one.system)).or_default();
        months.insert(&one.month, one.rows.len());
    }
    let shrunk = rows.values().filter(|months| {
        let of = |month: &str| months.get(month).copied().unwrap_or(0);
        of("2026-10") > 0 && of("2026-10") * 5 < of("2026-09") * 4
    });
    assert_eq!(shrunk.count(), 1);
}

#[test]
fn approvals_of_an_even_seed_have_a_column_per_quarter() {
    use calamine::{Reader, Xlsx, open_workbook};
    let (folder, _) = make(0.01, 2, "2026-09");
    let mut book: Xlsx<_> =
        open_workbook(folder.path().join("reference/Godkendte_kommuner.xlsx")).expect("a workbook");
    let range = book.worksheet_range("Godkendte").expect("a sheet");
    let header = range.rows().find(|row| row[0] == "Kommunekode").expect("a header");
    assert!(header[2] == "2013K4" && header.len() == 2 + 49, "{header:?}");
}

#[test]
fn the_second_month_is_another() {
    let Sample { country, .. } = small();
    let of = |month: &str| -> BTreeMap<(u16, String, String), &plain::Row> {
        let some =
            country.deliveries.iter().filter(|one| one.month == month).flat_map(|one| &one.rows);
        some.map(|row| ((row.reporter, row.system.clone(), row.id.clone()), row)).collect()
    };
    let (first, second) = (of("2026-09"), of("2026-10"));
    let new = second.keys().filter(|key| !first.contains_key(key)).count();
    let gone = first.keys().filter(|key| !second.contains_key(key)).count();
    let both: Vec<_> =
        first.iter().filter_map(|(key, row)| Some((row, second.get(key)?))).collect();
    let ended = both.iter().filter(|(a, b)| a.end.is_none() && b.end.is_some()).count();
    let moved = both.iter().filter(|(a, b)| a.start != b.start).count();
    let recoded = both.iter().filter(|(a, b)| a.code != b.code).count();
    assert!(
        new > 150 && gone > 10 && ended > 150 && moved > 30 && recoded > 5,
        "{new} {gone} {ended} {moved} {recoded}"
    );
}

#[test]
fn the_country_comes_out_as_published() {
    let Sample { summary, country, .. } = small();
    let near = |value: usize, published: f64| {
        assert!((value as f64 / published - 1.0).abs() < 0.03, "{value} is not {published}");
    };
    for (from, to, citizens, services) in [
        ("2018-10-01", "2018-12-31", 7_480.0, 10_210.0),
        ("2021-10-01", "2021-12-31", 7_730.0, 10_380.0),
        ("2022-10-01", "2022-12-31", 7_850.0, 10_510.0),
    ] {
        let (people, records, pairs) = country.totals(from, to);
        near(people, citizens);
        near(records, services);
        near(pairs, services);
    }
    assert!((84_000..110_000).contains(&summary.records), "{summary:?}");
    assert!((16_000..21_000).contains(&summary.citizens), "{summary:?}");
}

#[test]
fn options_without_sense_are_refused() {
    let ask = |scale, first: &str, last: &str| {
        let options =
            Options { out: "never".into(), scale, seed: 1, months: (first.into(), last.into()) };
        generate(&options, &|_, _, _| {}).expect_err("must be refused").to_string()
    };
    assert!(ask(1.0, "2026-10", "2026-09").contains("bagfra"));
    assert!(ask(0.0, "2026-09", "2026-09").contains("størrelsen"));
    assert!(ask(1.0, "september", "2026-09").contains("2026-09"));
}

#[test]
fn approvals_are_a_workbook_with_titles_above_the_header() {
    use calamine::{Data, Reader, Xlsx, open_workbook};
    let Sample { folder, .. } = tiny();
    let mut book: Xlsx<_> =
        open_workbook(folder.join("reference/Godkendte_kommuner.xlsx")).expect("a workbook");
    let range = book.worksheet_range("Godkendte").expect("a sheet");
    let rows: Vec<_> = range.rows().collect();
    let header = rows.iter().position(|row| row[0] == "Kommunekode").expect("a header");
    assert!(header > 0 && rows.len() > 55_000, "{header} {}", rows.len());
    let texts = rows[header + 1..].iter().filter(|row| matches!(row[0], Data::String(_))).count();
    assert!(texts > 1000 && texts < rows.len() / 2);
    let quarters: BTreeSet<String> =
        rows[header + 1..].iter().map(|row| row[2].to_string().replace(' ', "")).collect();
    assert!(
        quarters.contains("2013K4")
            && quarters.contains("2025K4")
            && !quarters.iter().any(|one| one.starts_with("2026"))
    );
}
