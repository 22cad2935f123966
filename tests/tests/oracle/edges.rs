//! Difficult folders: all that is read of them, and questions to them.

use std::path::Path;

use terning_oracle::{Choices, DayCount, Eyes, Pivot, load_after};
use terning_tests::random::Random;
use terning_tests::{question, words};

use crate::both::{Agreed, Both};
use crate::difficult::deliver;
use crate::drill;
use crate::sample::given;

/// Folders in an ordinary run; `TERNING_EDGES` asks for another number, `TERNING_EDGES_FIRST` for
/// others.
const FOLDERS: u64 = 60;

const VH: &str = "Voksne Handicappede";
const BENCHMARK: &str = "Voksne Handicappede Benchmark";

const KEY_FIGURES: [&str; 21] = [
    "Udgifter",
    "Befolkning 18-64",
    "Årsværk",
    "Lønsum",
    "Kommuner med leverance",
    "Modtagere, længerevarende ophold",
    "Modtagere, midlertidige ophold",
    "Helårsmodtagere, botilbud og støtte",
    "Udgifter, botilbud og støtte",
    "Udgifter, længerevarende botilbud",
    "Udgifter, midlertidige botilbud",
    "Udgifter, alle ydelser",
    "Udgifter, støtte i eget hjem",
    "Antal modtagere af længerevarende ophold pr. 1000 indbyggere i alderen 18-64",
    "Antal modtagere af midlertidige ophold pr. 1000 indbyggere i alderen 18-64",
    "Gns. udgifter pr. modtager af botilbud og socialpædagogisk støtte",
    "Udgifter til botilbud og socialpædagogisk støtte pr. 18-64-årige",
    "Udgifter til længerevarende botilbud pr. 18-64-årige",
    "Udgifter til midlertidige botilbud pr. 18-64-årige",
    "Samlede udgifter til voksenhandicapydelser pr. 18-64-årige",
    "Udgifter til socialpædagogisk bistand i eget hjem pr. 18-64-årige",
];

#[test]
fn difficult_folders_are_read_alike() {
    let mut agreed = Agreed::default();
    let mut differences = Vec::new();
    let first = given("TERNING_EDGES_FIRST", 0);
    for seed in first..first + given("TERNING_EDGES", FOLDERS) {
        match agree(seed) {
            Ok(one) => agreed += one,
            Err(difference) => differences.push(format!("folder {seed}: {difference}")),
        }
    }
    assert!(differences.is_empty(), "{}\n{}", differences.len(), differences.join("\n"));
    println!("{agreed:?}");
    assert!(agreed.values > agreed.questions);
}

fn agree(seed: u64) -> Result<Agreed, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random(seed);
    deliver(folder.path(), &mut random);
    let both = Both::read(folder.path());
    both.agree_on_deliveries()?;
    both.agree_on_rejects()?;
    both.agree_on_rules()?;
    let kommune = *random.one(&["153", "155", "183", "185", "187", "461"]);
    let own = Eyes::Kommune(kommune.to_owned());
    let mut agreed = both.agree(fixed())?;
    for eyes in [Eyes::National, own] {
        let pivots = drawn(&both, 8, &mut random);
        drill::agree(&both, &eyes, &pivots, &mut random)?;
        agreed += both.agree_for(&eyes, pivots)?;
    }
    agreed += agree_without_first_days(folder.path(), both)?;
    Ok(agreed)
}

/// M6 and M7 under the policy that leaves out first days.
fn agree_without_first_days(folder: &Path, both: Both) -> Result<Agreed, String> {
    let choices = Choices { day_count: DayCount::ExcludeStart, ..Choices::default() };
    let mut both = Both { oracle: load_after(folder, choices, None).unwrap(), ..both };
    both.engine.cubes = both.engine.without_first_days().unwrap();
    let days = fixed().into_iter().filter(|pivot| pivot.cube != "Nøgletal");
    both.agree(days)
}

fn drawn(both: &Both, count: usize, random: &mut Random) -> Vec<Pivot> {
    let cubes = &both.engine.cubes;
    (0..count).map(|number| question::pivot(&cubes[number % cubes.len()], random)).collect()
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
    of_both.chain(vh.iter().map(|words| line(VH, words))).chain(of_key_figures()).collect()
}

/// Every measure of the key figures, at every level and over selections.
fn of_key_figures() -> impl Iterator<Item = Pivot> {
    let asked = [
        "--rows 'Handle kommune.Kommunenummer=153,155,183,185,187,461,101' --rows Tid.År=2018,2019,2020",
        "--rows 'Handle kommune.Region' --rows Tid.Kvartal --filter Tid.År=2019,2020",
        "--rows Tid.Måned --filter Tid.År=2019,2020 --filter 'Handle kommune.Kommunenummer=153,183,461'",
        "--rows Tid.År --filter 'Handle kommune.Kommunenummer<>153' --filter 'Tid.Måned<>2020-03'",
        "--rows 'Ydelse VH.Kategori' --rows 'Ydelse VH.Ydelseskode' --rows Tid.År=2019,2020",
        "--rows 'Handle kommune.Kommune=Brøndby,Ishøj' --filter 'Ydelse VH.Ydelseskode=1.8.1,1.8.2' --filter Tid.År=2020",
    ];
    let measures: String =
        KEY_FIGURES.iter().map(|measure| format!(" --measure '{measure}'")).collect();
    asked.into_iter().map(move |words| {
        let line = format!("terning pivot --cube Nøgletal {words} {measures} --totals");
        words::read(&line).unwrap()
    })
}
