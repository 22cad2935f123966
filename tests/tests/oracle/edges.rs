//! Difficult folders: all that is read of them, and questions to them.

use terning_oracle::Pivot;
use terning_tests::random::Random;
use terning_tests::{question, words};

use crate::both::{Agreed, Both};
use crate::difficult::deliver;
use crate::drill;

/// Folders in an ordinary run; `TERNING_EDGES` asks for another number.
const FOLDERS: u64 = 60;

const VH: &str = "Voksne Handicappede";
const BENCHMARK: &str = "Voksne Handicappede Benchmark";

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

fn agree(seed: u64) -> Result<Agreed, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random(seed);
    deliver(folder.path(), &mut random);
    let both = Both::read(folder.path());
    both.agree_on_deliveries()?;
    both.agree_on_rejects()?;
    both.agree_on_rules()?;
    let cubes = &both.engine.cubes[..2];
    let drawn = (0..8).map(|number| question::pivot(&cubes[number % 2], &mut random));
    let drawn: Vec<Pivot> = drawn.collect();
    drill::agree(&both, &drawn, &mut random)?;
    both.agree(fixed().into_iter().chain(drawn))
}

/// What is asked of every folder.
fn fixed() -> Vec<Pivot> {
    let both = [
        "--rows Tid.Måned --filter Tid.År=2019,2020 --columns 'Ydelse VH.Ydelseskode'",
        "--rows Tid.År --rows Tid.Kvartal --columns 'JaNej godkendt Ydelse.Ja Nej Tekst'",
        "--rows 'Handle kommune.Kommune' --columns Betalingskommune.Kommunenummer",
        "--rows Målgruppe.Målgruppe --columns 'Målgruppe.Hovedgruppe DST' --filter 'Tid.Kvartal<>2020K2'",
        "--rows Alder.Aldersgruppe --columns Tid.År --columns Tid.Kvartal --filter Tid.År=2019,2020",
        "--rows Alder.Aldersgruppe --rows Alder.Alder --columns Målgruppe.Målgruppe --filter 'Tid.Måned<>2020-02'",
        "--rows Tid.Måned --columns 'JaNej godkendt Ydelse.Ja Nej Tekst' --filter Alder.Alder=16,17,40,41,Ukendt --filter Tid.År=2020",
        "--rows Køn.Køn --columns Funktionsvurdering.Funktionsvurdering --columns Tid.År=2020",
    ];
    let vh = [
        "--rows 'Harmonisering VH.DST Handling' --rows 'Harmonisering VH.Regel' --rows Borger.Personnummer --columns Tid.År",
        "--rows Opholdssted.Opholdssted --rows Opholdssted.Tilbudstype --columns Tid.Kvartal --filter Tid.År=2020",
    ];
    let line = |cube: &str, words: &str| {
        let measures = "--measure 'Antal Unikke Borgere' --measure 'Antal Ydelsesmodtagere' \
                        --measure 'Antal Ydelser' --measure 'Antal Unikke Borgere Ultimo' \
                        --measure 'Påbegyndte Ydelser' --measure 'Afsluttede Ydelser' \
                        --measure Helårsmodtagere --measure Fuldtidsydelser";
        words::read(&format!("terning pivot --cube '{cube}' {words} {measures} --totals")).unwrap()
    };
    let of_both = both.iter().flat_map(|words| [line(VH, words), line(BENCHMARK, words)]);
    of_both.chain(vh.iter().map(|words| line(VH, words))).collect()
}
