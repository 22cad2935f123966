//! Disclosure control (A3) on the standard reports: how much more than the small counts is hidden.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in functions marked as tests only

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use cube_schema::domain::Domain;
use cube_schema::domains::vh::Vh;
use terning_engine::query::cellset::Special;
use terning_engine::query::disclose::Rules;
use terning_engine::query::{self, Cancel, CellSet, Limits, Pivot, Question, View};
use terning_tests::engine::Engine;

const BENCHMARK: &str = "Voksne Handicappede Benchmark";

/// The folder of deliveries that figures are measured on; a small sample without it.
const FOLDER: &str = "TERNING_DELIVERIES";

/// Hidden cells for each small one.
const MOST: usize = 3;

static VIEW: LazyLock<View> = LazyLock::new(|| {
    let made = tempfile::tempdir().unwrap();
    let deliveries = std::env::var_os(FOLDER).map(PathBuf::from);
    let deliveries = deliveries.unwrap_or_else(|| {
        let months = ("2026-09".to_owned(), "2026-10".to_owned());
        let options =
            terning_sample::Options { out: made.path().to_owned(), scale: 0.03, seed: 1, months };
        terning_sample::generate(&options, &|_, _, _| ()).unwrap();
        made.path().to_owned()
    });
    view(&deliveries)
});

fn view(deliveries: &Path) -> View {
    let engine = Engine::load(deliveries, None).unwrap();
    let cube = engine.cubes.iter().find(|cube| cube.name == BENCHMARK).unwrap();
    let domain = Vh::new().unwrap();
    let schema = domain.schema().cubes.iter().find(|cube| cube.name == BENCHMARK).unwrap();
    let rules = Rules::new(cube, schema.disclosure.as_ref().unwrap(), 0);
    View::everything(Arc::clone(cube)).disclosed(rules)
}

fn ask(view: &View, pivot: &Pivot) -> CellSet {
    let views = [view.clone()];
    let question = Question::Pivot(pivot);
    query::answer(&views, &question, &Limits::default(), &Cancel::default()).unwrap().cells
}

/// What of an answer is small, and what is hidden.
fn hidden(view: &View, name: &str, pivot: &Pivot) -> (usize, usize) {
    let open = ask(&view.undisclosed(), pivot);
    let small = open.values.iter().filter(|value| (1.0..5.0).contains(*value)).count();
    let started = Instant::now();
    let answer = ask(view, &Pivot { empty: true, ..pivot.clone() });
    let milliseconds = started.elapsed().as_millis();
    let hidden = answer.special.values().filter(|one| **one == Special::Hidden).count();
    println!(
        "{name}: {} cells that are not empty, {small} small, {hidden} hidden, {:.2} for each small one, \
         {milliseconds} ms",
        open.values.len(),
        hidden as f64 / small as f64
    );
    assert!(small > 20, "{name}: {small} small cells tell little");
    (small, hidden)
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

fn reports() -> [(&'static str, Pivot); 2] {
    let measures = texts(["Antal Unikke Borgere"]);
    let benchmark = Pivot {
        cube: BENCHMARK.to_owned(),
        filters: texts(["Tid.År=2025", "JaNej godkendt Ydelse.Ja Nej Tekst=Ja"]),
        columns: texts(["Handle kommune.Kommunenummer=101,153,155,751", "Tid.Kvartal"]),
        rows: texts(["Ydelse VH.Ydelseskode"]),
        measures: measures.clone(),
        ..Pivot::default()
    };
    let hand07 = Pivot {
        cube: BENCHMARK.to_owned(),
        columns: texts(["Tid.Kvartal"]),
        rows: texts(["Handle kommune.Kommunenummer", "Ydelse VH.DST navn"]),
        measures,
        ..Pivot::default()
    };
    [("benchmark", benchmark), ("hand07", hand07)]
}

#[test]
fn few_cells_are_hidden_for_each_small_one_of_the_standard_reports() {
    let (mut further, is_full) = (0, std::env::var(FOLDER).is_ok());
    for (name, pivot) in reports() {
        // A country in small has hardly a cell in the grid that is not small: with totals it takes minutes.
        let all = [false, true].into_iter().filter(|totals| !totals || is_full || name != "hand07");
        for totals in all {
            let pivot = Pivot { totals, ..pivot.clone() };
            let name = if totals { format!("{name} with totals") } else { name.to_owned() };
            let (small, all) = hidden(&VIEW, &name, &pivot);
            assert!(all >= small && all <= MOST * small, "{name}: {all} hidden for {small} small");
            further += all - small;
        }
    }
    assert!(further > 0, "what would tell a small count is hidden too");
}

/// Services in 2025 with their totals, in every month and from the year's first to each.
fn until_each_month() -> String {
    let months = (1..=12).map(|month| format!("2025-{month:02}"));
    let months: Vec<String> = months.collect();
    let until = |month: &String| {
        format!("MEMBER [Tid].[Måned].[Til {month}] AS 'AGGREGATE(YTD([Tid].[Måned].[{month}]))'")
    };
    let shown = |month: &String| format!("[Tid].[Måned].[{month}], [Tid].[Måned].[Til {month}]");
    format!(
        "WITH {} SELECT {{{}}} ON 0, \
         {{[Ydelse VH].[Ydelseskode].Members, [Ydelse VH].[Ydelseskode].DefaultMember}} * \
         {{[Køn].[Køn].Members, [Køn].[Køn].DefaultMember}} ON 1 FROM [{BENCHMARK}] \
         WHERE ([Handle kommune].[Kommunenummer].[101], [Measures].[Antal Unikke Borgere])",
        months.iter().map(until).collect::<Vec<_>>().join(" "),
        months.iter().map(shown).collect::<Vec<_>>().join(", ")
    )
}

#[test]
fn the_year_until_each_of_its_months_is_answered() {
    let text = until_each_month();
    let question = Question::Mdx(&text);
    let started = Instant::now();
    let views = [VIEW.clone()];
    let answer = query::answer(&views, &question, &Limits::default(), &Cancel::default());
    let cells = answer.unwrap_or_else(|error| panic!("{}", error.explained())).cells;
    let hidden = cells.special.values().filter(|one| **one == Special::Hidden).count();
    println!(
        "{} cells, {} not empty, {hidden} hidden, {} ms",
        cells.cell_count(),
        cells.values.len(),
        started.elapsed().as_millis()
    );
    assert!(hidden > 0);
}
