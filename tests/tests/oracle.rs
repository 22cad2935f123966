//! The engine against an independent reading of the rules, on generated deliveries.

use std::path::Path;
use std::sync::LazyLock;

use terning_oracle::{Oracle, Pivot};
use terning_tests::compare::{cell_count, difference};
use terning_tests::engine::Engine;
use terning_tests::random::Random;
use terning_tests::{question, words};

/// The same deliveries, read by both.
struct Both {
    oracle: Oracle,
    engine: Engine,
}

static BOTH: LazyLock<Both> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let number = |name, default: &str| std::env::var(name).unwrap_or(default.to_owned());
    let options = terning_sample::Options {
        out: folder.path().to_owned(),
        scale: number("TERNING_SCALE", "0.02").parse().unwrap(),
        seed: number("TERNING_SEED", "1").parse().unwrap(),
        months: ("2026-09".to_owned(), "2026-10".to_owned()),
    };
    terning_sample::generate(&options, &|_, _, _| ()).unwrap();
    read(folder.path())
});

fn read(deliveries: &Path) -> Both {
    let oracle = terning_oracle::load(deliveries, None).unwrap();
    let engine = Engine::load(deliveries, None).unwrap();
    Both { oracle, engine }
}

impl Both {
    /// Asks both; the number of cells, or how the answers differ.
    fn ask(&self, pivot: &Pivot) -> Result<usize, String> {
        let name = words::write(pivot);
        match (self.engine.pivot(pivot), self.oracle.pivot(pivot)) {
            (Ok(ours), Ok(theirs)) => match difference(&ours, &theirs) {
                None => Ok(cell_count(&ours)),
                Some(difference) => Err(format!("{name}\n  {difference}")),
            },
            (Err(_), Err(_)) => Ok(0),
            (Err(error), Ok(_)) => Err(format!("{name}\n  refused here only: {error}")),
            (Ok(_), Err(error)) => Err(format!("{name}\n  refused there only: {error}")),
        }
    }

    /// Asks all; fails with the first few differences. Gives the number of cells.
    fn agree(&self, pivots: impl IntoIterator<Item = Pivot>) -> usize {
        let (mut questions, mut cells, mut differences) = (0, 0, Vec::new());
        for pivot in pivots {
            questions += 1;
            match self.ask(&pivot) {
                Ok(count) => cells += count,
                Err(difference) => differences.push(difference),
            }
        }
        let shown: Vec<String> = differences.iter().take(12).cloned().collect();
        assert!(
            differences.is_empty(),
            "{} of {questions} answers differ:\n{}",
            differences.len(),
            shown.join("\n")
        );
        println!("{questions} questions, {cells} cells");
        cells
    }
}

fn pivot(line: &str) -> Pivot {
    words::read(line).unwrap()
}

#[test]
fn every_delivery_became_the_same() {
    let (oracle, report) = (BOTH.oracle.summary(), &BOTH.engine.loaded.report);
    assert_eq!(report.as_of, oracle.as_of);
    // A line here counts the records that could be read, there all of the file. What a refused file
    // is goes by its manifest here, by its name there.
    let ours = report.deliveries.iter().map(|line| {
        let file = without_folder(&line.file);
        match &line.refused {
            Some(_) => format!("{file} refused"),
            None => {
                let numbers = [line.read + line.rejected, line.rejected, line.counted];
                format!("{file} {} {} {} {numbers:?}", line.kommune, line.system, line.maaned)
            }
        }
    });
    let theirs = oracle.deliveries.iter().map(|line| match &line.refused {
        Some(_) => format!("{} refused", line.file),
        None => {
            let numbers = [line.read, line.rejected, line.counted];
            format!("{} {} {} {} {numbers:?}", line.file, line.kommune, line.system, line.maaned)
        }
    });
    let (ours, theirs): (Vec<_>, Vec<_>) = (ours.collect(), theirs.collect());
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), theirs.len());
}

fn without_folder(file: &str) -> String {
    file.rsplit('/').next().unwrap().to_owned()
}

#[test]
fn the_same_lines_are_rejected() {
    let mut ours: Vec<_> = BOTH
        .engine
        .loaded
        .rejects
        .iter()
        .map(|reject| (without_folder(&reject.file), reject.line, reject.field.to_owned()))
        .collect();
    let mut theirs: Vec<_> = BOTH
        .oracle
        .summary()
        .rejects
        .iter()
        .map(|reject| (reject.file.clone(), reject.line as u64, reject.field.clone()))
        .collect();
    ours.sort();
    theirs.sort();
    assert_eq!(ours, theirs);
}

#[test]
fn the_same_records_are_marked() {
    let (oracle, report) = (BOTH.oracle.summary(), &BOTH.engine.loaded.report);
    for (rule, theirs) in &oracle.rules {
        let ours = &report.rules[rule].count;
        let theirs = (theirs.records as u64, theirs.citizens as u64);
        assert_eq!((ours.records, ours.citizens), theirs, "{rule}");
        assert!(ours.records > 0, "no record of the sample meets {rule}");
    }
}

#[test]
fn the_standard_reports_agree() {
    let harmonisering = ["101", "153", "155", "183", "187", "461", "615", "751"].iter().flat_map(|kommune| {
        ["2016", "2020", "2025", "2026"].iter().map(move |aar| {
            pivot(&format!(
                "terning pivot --cube 'Voksne Handicappede' --filter 'Tid.År={aar}' --filter 'Handle kommune.Kommunenummer={kommune}' \
                 --columns Tid.Måned --rows 'Harmonisering VH.DST Handling<>Ukendt' --rows 'Harmonisering VH.Regel<>Ukendt' \
                 --rows Borger.Personnummer --measure 'Antal Unikke Borgere' --totals"
            ))
        })
    });
    let benchmark = (2014..=2026).map(|aar| {
        pivot(&format!(
            "terning pivot --cube 'Voksne Handicappede Benchmark' --filter 'Tid.År={aar}' --filter 'JaNej godkendt Ydelse.Ja Nej Tekst=Ja' \
             --columns 'Handle kommune.Kommunenummer=153,155,157,159,161,163,165,167,169' --columns Tid.Kvartal \
             --rows 'Ydelse VH.Ydelseskode' --measure 'Antal Unikke Borgere' --totals"
        ))
    });
    assert!(BOTH.agree(harmonisering.chain(benchmark)) > 1000);
}

#[test]
fn every_field_has_the_same_members_in_the_same_order() {
    let fields = BOTH.engine.cubes.iter().take(2).flat_map(|cube| {
        cube.dimensions.iter().flat_map(move |dimension| {
            dimension.fields.iter().map(move |field| Pivot {
                cube: cube.name.clone(),
                rows: vec![format!("{}.{}", dimension.name, field.name)],
                measures: vec!["Antal Ydelser".to_owned()],
                totals: true,
                empty: true,
                ..Pivot::default()
            })
        })
    });
    assert!(BOTH.agree(fields) > 1000);
}

#[test]
fn random_pivots_agree() {
    let count = std::env::var("TERNING_QUESTIONS").map_or(400, |text| text.parse().unwrap());
    let mut random = Random(std::env::var("TERNING_RANDOM").map_or(7, |text| text.parse().unwrap()));
    let cubes = &BOTH.engine.cubes[..2];
    let pivots = (0..count).map(|number| question::pivot(&cubes[number % 2], &mut random));
    assert!(BOTH.agree(pivots) > count);
}
