//! Whoever ends a question does not wait for it: 100 ms after that nothing works on it any more,
//! wherever it had come to. The questions are the heaviest there are.
//!
//! `TERNING_DELIVERIES` names a folder of deliveries to ask about instead of a small country made up
//! here; `cargo test --release -p terning-tests --test cancel -- --nocapture` prints what was seen.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use terning_engine::query::explain::{ExplainCell, explain};
use terning_engine::query::{
    Cancel, Drill, ErrorKind, Limits, QueryError, Question, View, answer, drill,
};
use terning_sample::Options;
use terning_tests::engine::Engine;

/// How long an ended question may go on.
const WITHIN: Duration = Duration::from_millis(100);
/// When questions are ended, in milliseconds from their beginning.
const MOMENTS: [u64; 9] = [1, 3, 10, 30, 60, 120, 250, 500, 1000];
/// Tries at a moment: a machine that does something else is late, a loop that does not look is late
/// each time.
const TRIES: usize = 3;

static VIEWS: LazyLock<Vec<View>> = LazyLock::new(|| {
    let made = tempfile::tempdir().unwrap();
    let deliveries = std::env::var_os("TERNING_DELIVERIES").map(PathBuf::from);
    let deliveries = deliveries.unwrap_or_else(|| {
        let months = ("2026-09".to_owned(), "2026-10".to_owned());
        let options = Options { out: made.path().to_owned(), scale: 0.05, seed: 5, months };
        terning_sample::generate(&options, &|_, _, _| ()).unwrap();
        made.path().to_owned()
    });
    let engine = Engine::load(&deliveries, None).unwrap();
    engine.cubes.into_iter().map(View::everything).collect()
});

/// What is asked, and how.
type Asked = Box<dyn Fn(&Cancel) -> Result<(), QueryError> + Send + Sync>;

fn mdx(text: &'static str) -> Asked {
    Box::new(move |cancel| {
        let limits = Limits { steps: usize::MAX / 2, ..Limits::default() };
        answer(&VIEWS, &Question::Mdx(text), &limits, cancel).map(drop)
    })
}

/// How long a question goes on after it was ended at a moment; nothing where it was answered before.
fn goes_on(asked: &'static Asked, moment: Duration) -> Option<Duration> {
    let (cancel, (done, is_done)) = (Cancel::default(), mpsc::channel());
    let own = cancel.clone();
    std::thread::spawn(move || done.send((asked(&own).err(), Instant::now())));
    if let Ok((error, _)) = is_done.recv_timeout(moment) {
        assert!(error.is_none_or(|error| error.kind != ErrorKind::Cancelled));
        return None;
    }
    let ended = Instant::now();
    cancel.raise();
    let (_, at) = is_done.recv_timeout(Duration::from_secs(60)).unwrap();
    Some(at.saturating_duration_since(ended))
}

/// The longest that a question goes on, whenever it is ended.
fn check(name: &str, asked: Asked) {
    let asked: &'static Asked = Box::leak(Box::new(asked));
    LazyLock::force(&VIEWS);
    let (mut longest, mut ended) = (Duration::ZERO, 0);
    for moment in MOMENTS.map(Duration::from_millis) {
        let mut tries = Vec::new();
        while tries.len() < TRIES && tries.iter().all(|tried| *tried > WITHIN) {
            let Some(went_on) = goes_on(asked, moment) else { break };
            tries.push(went_on);
        }
        let Some(&least) = tries.iter().min() else { break };
        ended += 1;
        longest = longest.max(least);
        println!("{name}: at {moment:?}, {tries:?}");
    }
    println!("{name}: ended {ended} times, went on for {longest:?} at most");
    assert!(longest <= WITHIN, "{name} goes on for {longest:?}");
}

#[test]
fn a_wide_cross_product_of_what_is_stored() {
    let text = "SELECT [Measures].[Antal Unikke Borgere] ON COLUMNS,
        NON EMPTY [Borger].[Personnummer].[Personnummer].Members
            * [Ydelse VH].[Ydelseskode].[Ydelseskode].Members
            * [Målgruppe].[Målgruppe].[Målgruppe].Members
            * [Tid].[Måned].[Måned].Members ON ROWS
        FROM [Voksne Handicappede]";
    check("cross product", mdx(text));
}

#[test]
fn all_combinations_whether_stored_or_not() {
    let text = "SELECT [Tid].[Måned].[Måned].Members ON COLUMNS,
        [Handle kommune].[Kommunenummer].[Kommunenummer].Members
            * [Ydelse VH].[Ydelseskode].[Ydelseskode].Members ON ROWS
        FROM [Voksne Handicappede Benchmark] WHERE [Measures].[Antal Unikke Borgere]";
    check("all combinations", mdx(text));
}

#[test]
fn a_large_set_in_order() {
    let text = "SELECT [Measures].[Helårsmodtagere] ON COLUMNS,
        Order([Borger].[Personnummer].[Personnummer].Members
            * [Tid].[År].[År].Members, [Measures].[Helårsmodtagere], BDESC) ON ROWS
        FROM [Voksne Handicappede]";
    check("Order", mdx(text));
}

#[test]
fn a_large_set_in_the_order_of_texts() {
    let text = "SELECT [Measures].[Antal Unikke Borgere] ON COLUMNS,
        Order([Borger].[Personnummer].[Personnummer].Members * [Tid].[År].[År].Members,
            [Tid].[År].CurrentMember.Name + [Borger].[Personnummer].CurrentMember.Name, BDESC) ON ROWS
        FROM [Voksne Handicappede]";
    check("Order by text", mdx(text));
}

#[test]
fn a_large_set_that_is_filtered() {
    let text = "SELECT [Measures].[Antal Unikke Borgere] ON COLUMNS,
        Filter([Borger].[Personnummer].[Personnummer].Members
            * [Tid].[År].[År].Members, [Measures].[Helårsmodtagere] > 0.25
              AND ([Measures].[Helårsmodtagere], [Tid].[År].CurrentMember.PrevMember) > 0.25) ON ROWS
        FROM [Voksne Handicappede]";
    check("Filter", mdx(text));
}

#[test]
fn the_best_of_a_large_set() {
    let text = "SELECT [Measures].[Helårsmodtagere] ON COLUMNS,
        Generate([Tid].[Kvartal].[Kvartal].Members,
            CrossJoin({[Tid].[Kvartal].CurrentMember},
                TopCount([Borger].[Personnummer].[Personnummer].Members, 10,
                    [Measures].[Helårsmodtagere] * 2))) ON ROWS
        FROM [Voksne Handicappede]";
    check("TopCount", mdx(text));
}

#[test]
fn formulas_that_go_through_sets() {
    let text = "WITH MEMBER [Measures].[I alt] AS
            Sum([Ydelse VH].[Ydelseskode].[Ydelseskode].Members,
                Sum([Målgruppe].[Målgruppe].[Målgruppe].Members,
                    IIF([Measures].[Antal Unikke Borgere] > 1,
                        [Measures].[Antal Unikke Borgere] ^ 2, 0)))
        SELECT [Tid].[Måned].[Måned].Members ON COLUMNS,
        [Handle kommune].[Kommunenummer].[Kommunenummer].Members ON ROWS
        FROM [Voksne Handicappede Benchmark] WHERE [Measures].[I alt]";
    check("Sum of Sum", mdx(text));
}

#[test]
fn formulas_of_texts_and_ranks() {
    let text = "WITH MEMBER [Measures].[Nr] AS
            Rank([Borger].[Personnummer].CurrentMember,
                Order([Borger].[Personnummer].[Personnummer].Members,
                    [Measures].[Antal Unikke Borgere], BDESC))
        MEMBER [Measures].[Tekst] AS
            Generate([Ydelse VH].[Ydelseskode].[Ydelseskode].Members,
                [Ydelse VH].[Ydelseskode].CurrentMember.Name, '; ')
        SELECT {[Measures].[Nr], [Measures].[Tekst]} ON COLUMNS,
        [Borger].[Personnummer].[Personnummer].Members ON ROWS
        FROM [Voksne Handicappede]";
    check("Rank and texts", mdx(text));
}

#[test]
fn unions_and_differences_of_large_sets() {
    let text = "SELECT [Measures].[Antal Unikke Borgere] ON COLUMNS,
        Hierarchize(Except(Union(
            CrossJoin([Borger].[Personnummer].[Personnummer].Members, [Tid].[År].[År].Members),
            CrossJoin([Borger].[Personnummer].[Personnummer].Members, [Tid].[År].[År].Members)),
            Filter(CrossJoin([Borger].[Personnummer].[Personnummer].Members, [Tid].[År].[År].Members),
                [Measures].[Antal Unikke Borgere] > 0))) ON ROWS
        FROM [Voksne Handicappede]";
    check("Union and Except", mdx(text));
}

#[test]
fn properties_of_many_members() {
    let text =
        "SELECT {[Measures].[Antal Unikke Borgere], [Measures].[Helårsmodtagere]} ON COLUMNS,
        NON EMPTY [Borger].[Personnummer].[Personnummer].Members
            * [Handle kommune].[Kommunenummer].[Kommunenummer].Members
            DIMENSION PROPERTIES MEMBER_CAPTION, MEMBER_UNIQUE_NAME, PARENT_UNIQUE_NAME ON ROWS
        FROM [Voksne Handicappede]
        CELL PROPERTIES VALUE, FORMATTED_VALUE, FORMAT_STRING";
    check("properties", mdx(text));
}

#[test]
fn records_of_a_whole_cube() {
    let asked = || Drill {
        cube: "Voksne Handicappede".to_owned(),
        filters: Vec::new(),
        measure: String::new(),
        columns: Vec::new(),
        max: 1_000_000,
        first: 0,
    };
    check("drill", Box::new(move |cancel| drill(&VIEWS, &asked(), cancel).map(drop)));
}

#[test]
fn the_explanation_of_a_whole_cube() {
    let asked = || ExplainCell {
        cube: "Voksne Handicappede Benchmark".to_owned(),
        filters: Vec::new(),
        measure: "Helårsmodtagere".to_owned(),
    };
    check("explain", Box::new(move |cancel| explain(&VIEWS, &asked(), cancel).map(drop)));
}
