//! Whoever ends a question does not wait for it: 100 ms after that nothing works on it any more,
//! wherever it had come to. The questions are the heaviest there are; each is asked some times, and of
//! each two looks whether it goes on the shortest time between them counts, in processor time, so that a
//! machine that does something else meanwhile does not.
//!
//! `TERNING_DELIVERIES` names a folder of deliveries to ask about instead of a small country made up
//! here; `cargo test --release -p terning-tests --test cancel -- --nocapture` prints what was seen.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, mpsc};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use terning_engine::query::explain::{ExplainCell, explain};
use terning_engine::query::{
    Cancel, Drill, ErrorKind, Limits, QueryError, Question, View, answer, drill,
};
use terning_sample::Options;
use terning_tests::engine::Engine;

/// How long an ended question may go on.
const WITHIN: Duration = Duration::from_millis(100);
/// What is noted: shorter times between two looks do not matter.
const NOTED: Duration = Duration::from_millis(10);
/// How often a question is asked.
const TRIES: usize = 3;
/// When a question is ended that is not answered yet.
const ENDED: Duration = Duration::from_secs(2);

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

/// One question at a time: the others would be in the way.
static ALONE: Mutex<()> = Mutex::new(());

/// What is asked, and how.
type Asked = Box<dyn Fn(&Cancel) -> Result<(), QueryError> + Send + Sync>;

fn mdx(text: &'static str) -> Asked {
    Box::new(move |cancel| {
        let limits = Limits { steps: usize::MAX / 2, ..Limits::default() };
        answer(&VIEWS, &Question::Mdx(text), &limits, cancel).map(drop)
    })
}

/// When a question looked last, how often it did, and where long times between two looks ended: before
/// which look, and what the program was doing then.
struct Seen {
    last: Duration,
    looks: usize,
    long: HashMap<usize, (Duration, String)>,
}

impl Seen {
    fn look(&mut self) {
        let took = worked().saturating_sub(self.last);
        if took > NOTED {
            let place = if took > WITHIN { place() } else { String::new() };
            self.long.insert(self.looks, (took, place));
        }
        self.looks += 1;
        self.last = worked();
    }
}

/// The processor time of this thread, which answers the question.
fn worked() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

/// Where the program is, in the engine.
fn place() -> String {
    let trace = std::backtrace::Backtrace::force_capture().to_string();
    let own = trace.lines().filter(|line| line.contains("terning_engine::query"));
    let names = own.filter_map(|line| line.split('<').next());
    names.skip(1).take(6).map(str::trim).collect::<Vec<_>>().join(" < ")
}

/// Asks a question, and ends it where that takes long: the long times between looks, the last of them
/// before it was done.
fn asked_once(asked: &Asked) -> Seen {
    let first = Seen { last: worked(), looks: 0, long: HashMap::new() };
    let seen = Arc::new(Mutex::new(first));
    let own = Arc::clone(&seen);
    let cancel = Cancel::watched(move || own.lock().unwrap().look());
    let (done, is_done) = mpsc::channel::<()>();
    let ending = cancel.clone();
    let ends = std::thread::spawn(move || {
        if is_done.recv_timeout(ENDED) == Err(mpsc::RecvTimeoutError::Timeout) {
            ending.raise();
        }
    });
    let answered = asked(&cancel);
    seen.lock().unwrap().look();
    drop(done);
    ends.join().unwrap();
    drop(cancel);
    if let Err(error) = answered {
        assert!(matches!(error.kind, ErrorKind::Cancelled | ErrorKind::TooLarge), "{error:?}");
    }
    Arc::into_inner(seen).unwrap().into_inner().unwrap()
}

/// Asserts that a question looks often enough.
fn check(name: &str, asked: &Asked) {
    LazyLock::force(&VIEWS);
    let _alone = ALONE.lock();
    let tries: Vec<Seen> = (0..TRIES).map(|_| asked_once(asked)).collect();
    assert!(tries[0].looks > 1, "{name} does not look");
    let of_look = |look: &usize| {
        let took = tries.iter().map(|one| one.long.get(look).map_or(Duration::ZERO, |long| long.0));
        took.min().unwrap()
    };
    let longest = tries[0].long.keys().max_by_key(|look| of_look(look));
    let (took, place) = match longest {
        Some(look) => (of_look(look), tries[0].long[look].1.as_str()),
        None => (Duration::ZERO, ""),
    };
    println!("{name}: {} looks, at most {took:?} between two", tries[0].looks);
    assert!(took <= WITHIN, "{name} goes on for {took:?}, until {place}");
}

#[test]
fn a_wide_cross_product_of_what_is_stored() {
    let text = "SELECT [Measures].[Antal Unikke Borgere] ON COLUMNS,
        NON EMPTY [Borger].[Personnummer].[Personnummer].Members
            * [Ydelse VH].[Ydelseskode].[Ydelseskode].Members
            * [Målgruppe].[Målgruppe].[Målgruppe].Members
            * [Tid].[Måned].[Måned].Members ON ROWS
        FROM [Voksne Handicappede]";
    check("cross product", &mdx(text));
}

#[test]
fn all_combinations_whether_stored_or_not() {
    let text = "SELECT [Tid].[Måned].[Måned].Members ON COLUMNS,
        [Handle kommune].[Kommunenummer].[Kommunenummer].Members
            * [Ydelse VH].[Ydelseskode].[Ydelseskode].Members ON ROWS
        FROM [Voksne Handicappede Benchmark] WHERE [Measures].[Antal Unikke Borgere]";
    check("all combinations", &mdx(text));
}

#[test]
fn a_large_set_in_order() {
    let text = "SELECT [Measures].[Helårsmodtagere] ON COLUMNS,
        Order([Borger].[Personnummer].[Personnummer].Members
            * [Tid].[År].[År].Members, [Measures].[Helårsmodtagere], BDESC) ON ROWS
        FROM [Voksne Handicappede]";
    check("Order", &mdx(text));
}

#[test]
fn a_large_set_in_the_order_of_texts() {
    let text = "SELECT [Measures].[Antal Unikke Borgere] ON COLUMNS,
        Order([Borger].[Personnummer].[Personnummer].Members * [Tid].[År].[År].Members,
            [Tid].[År].CurrentMember.Name + [Borger].[Personnummer].CurrentMember.Name, BDESC) ON ROWS
        FROM [Voksne Handicappede]";
    check("Order by text", &mdx(text));
}

#[test]
fn a_large_set_that_is_filtered() {
    let text = "SELECT [Measures].[Antal Unikke Borgere] ON COLUMNS,
        Filter([Borger].[Personnummer].[Personnummer].Members
            * [Tid].[År].[År].Members, [Measures].[Helårsmodtagere] > 0.25
              AND ([Measures].[Helårsmodtagere], [Tid].[År].CurrentMember.PrevMember) > 0.25) ON ROWS
        FROM [Voksne Handicappede]";
    check("Filter", &mdx(text));
}

#[test]
fn the_best_of_a_large_set() {
    let text = "SELECT [Measures].[Helårsmodtagere] ON COLUMNS,
        Generate([Tid].[Kvartal].[Kvartal].Members,
            CrossJoin({[Tid].[Kvartal].CurrentMember},
                TopCount([Borger].[Personnummer].[Personnummer].Members, 10,
                    [Measures].[Helårsmodtagere] * 2))) ON ROWS
        FROM [Voksne Handicappede]";
    check("TopCount", &mdx(text));
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
    check("Sum of Sum", &mdx(text));
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
    check("Rank and texts", &mdx(text));
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
    check("Union and Except", &mdx(text));
}

#[test]
fn a_slicer_of_many_tuples_that_are_no_product() {
    let text = "SELECT [Measures].[Antal Unikke Borgere] ON COLUMNS FROM [Voksne Handicappede]
        WHERE {[Borger].[Personnummer].[Personnummer].Members
                * Head([Tid].[Kvartal].[Kvartal].Members, 30),
            Head([Borger].[Personnummer].[Personnummer].Members, 5)
                * Tail([Tid].[Kvartal].[Kvartal].Members, 1)}";
    check("WHERE of tuples", &mdx(text));
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
    check("properties", &mdx(text));
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
    let question: Asked =
        Box::new(move |cancel| drill(&VIEWS, &asked(), (&Limits::default(), cancel)).map(drop));
    check("drill", &question);
}

#[test]
fn the_explanation_of_a_whole_cube() {
    let asked = || ExplainCell {
        cube: "Voksne Handicappede Benchmark".to_owned(),
        filters: Vec::new(),
        measure: "Helårsmodtagere".to_owned(),
    };
    let question: Asked =
        Box::new(move |cancel| explain(&VIEWS, &asked(), (&Limits::default(), cancel)).map(drop));
    check("explain", &question);
}
