//! No text makes the server recurse without end, count without end, or hold without end. Each
//! question is asked on a stack as small as that of a server's thread.

use std::time::{Duration, Instant};

use terning_engine::query::{Answer, Cancel, ErrorKind, Limits, QueryError, Question, answer};

use crate::world::view;

/// The stack of a server's thread.
const STACK: usize = 2 << 20;

fn asked(text: String, limits: Limits, cancel: Cancel) -> Result<Answer, QueryError> {
    let ask = move || answer(&[view("")], &Question::Mdx(&text), &limits, &cancel);
    std::thread::Builder::new().stack_size(STACK).spawn(ask).unwrap().join().unwrap()
}

/// The first cell.
fn value(text: String) -> f64 {
    asked(text, Limits::default(), Cancel::default()).unwrap().cells.values[0]
}

/// The message of a question that is too large.
fn refusal(text: String, limits: Limits) -> String {
    let error = asked(text, limits, Cancel::default()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooLarge, "{}", error.message);
    assert!(error.hint.is_some(), "{}", error.message);
    error.message
}

fn of_one(formula: &str) -> String {
    format!("WITH MEMBER [Measures].[x] AS {formula} SELECT [Measures].[x] ON 0 FROM Lille")
}

/// Measures m0, m1, …, the last asked for; each is what `formula` makes of the one before it.
fn chain(first: &str, count: usize, formula: impl Fn(usize, &str) -> String) -> String {
    let mut text = format!("WITH MEMBER [Measures].[m0] AS {first} ");
    for number in 1..count {
        let before = format!("[Measures].[m{}]", number - 1);
        text += &format!("MEMBER [Measures].[m{number}] AS {} ", formula(number, &before));
    }
    format!("{text}SELECT NON EMPTY [Measures].[m{}] ON 0 FROM Lille", count - 1)
}

#[test]
fn a_formula_has_at_most_so_many_parts() {
    let ones = |count: usize| vec!["1"; count].join("+");
    assert_eq!(value(of_one(&ones(499))), 499.0);
    let message = "i formlen for 'x': en formel må højst have 500 dele";
    assert_eq!(refusal(of_one(&ones(500)), Limits::default()), message);
    assert_eq!(refusal(of_one(&ones(500_000)), Limits::default()), message);
    let nested = format!("{}1{}", "(".repeat(90), format!("+{})", ones(100)).repeat(90));
    assert_eq!(refusal(of_one(&nested), Limits::default()), message);
    let of_null = format!("1{}", " IS NULL".repeat(100_000));
    assert_eq!(refusal(of_one(&of_null), Limits::default()), message);
}

#[test]
fn measures_that_use_each_other_have_a_depth() {
    let plus_one = |_: usize, before: &str| format!("{before} + 1");
    assert_eq!(value(chain("1", 200, plus_one)), 200.0);
    let message = "et spørgsmål kan højst definere 200 navne";
    assert_eq!(refusal(chain("1", 201, plus_one), Limits::default()), message);
    assert_eq!(refusal(chain("1", 18_000, plus_one), Limits::default()), message);
    // The first is one deep, and each of the other 99 adds five.
    let deep = |_: usize, before: &str| format!("{before} + 1 + 1 + 1 + 1");
    assert_eq!(value(chain("1", 100, deep)), 397.0);
    let deeper = |_: usize, before: &str| format!("-(-(-(-(-(-(-({before})))))))");
    let message = "er med de mål, det bruger, over 500 lag dybt";
    assert!(refusal(chain("1", 200, deeper), Limits::default()).contains(message));
}

#[test]
fn the_deepest_formulas_that_are_allowed_have_room() {
    let first = format!("{}[Measures].[Borgere]{}", "-(".repeat(44), ")".repeat(44));
    let each = |_: usize, before: &str| {
        format!("IIF(1 = 1, Sum({{[Tid].[År].&[2020]}}, CoalesceEmpty({before}, 0)), 0)")
    };
    // 45 + 113 × 4 layers; citizens of 2020: c0, c1 and c2.
    assert_eq!(value(chain(&first, 114, each)), 3.0);
    let filtered = |_: usize, before: &str| {
        format!("Aggregate(Filter({{[Tid].[År].&[2020]}}, 1 = 1), {before})")
    };
    assert_eq!(value(chain(&first, 100, filtered)), 3.0);
    let conditioned = |_: usize, before: &str| {
        format!("Aggregate(Filter({{[Tid].[År].&[2020]}}, {before} > 0), [Measures].[Borgere])")
    };
    assert_eq!(value(chain(&first, 130, conditioned)), 3.0);
}

#[test]
fn sets_that_use_each_other_have_a_depth() {
    let sets = |count: usize, width: usize| {
        let (open, close) = ("{".repeat(90), "}".repeat(90));
        let mut text = "WITH SET s0 AS {[Tid].[År].&[2020]} ".to_owned();
        for number in 1..count {
            let before = vec![format!("s{}", number - 1); width].join(", ");
            text += &format!("SET s{number} AS {open}{before}{close} ");
        }
        format!("{text}SELECT s{} ON 0 FROM Lille", count - 1)
    };
    // c0, c1 and c2.
    assert_eq!(value(sets(8, 1)), 3.0);
    let message = "bygger på for mange andre mængder";
    assert!(refusal(sets(9, 1), Limits::default()).contains(message));
    assert!(refusal(sets(200, 1), Limits::default()).contains(message));
    assert!(refusal(sets(8, 20), Limits::default()).contains(message));
}

#[test]
fn measures_looked_up_at_ever_more_places_are_refused() {
    let members: [&[&str]; 4] = [
        &["[Tid].[År].&[2019]", "[Tid].[År].&[2020]"],
        &["[Sted].[Region].&[Nord]", "[Sted].[Region].&[Syd]"],
        &["[Ydelse].[Kode].&[1.1]", "[Ydelse].[Kode].&[1.2]", "[Ydelse].[Kode].[I alt]"],
        &[
            "[Sted].[Kommune].&[101]",
            "[Sted].[Kommune].&[102]",
            "[Sted].[Kommune].&[103]",
            "[Sted].[Kommune].&[104]",
        ],
    ];
    let text = chain("[Measures].[Borgere]", 5, |number, before| {
        let at = |member: &&str| format!("({before}, {member})");
        members[number - 1].iter().map(at).collect::<Vec<_>>().join(" + ")
    });
    // 2 × 2 × 3 × 4 = 48 places.
    assert!(asked(text.clone(), Limits::default(), Cancel::default()).is_ok());
    let message = "formlerne i spørgsmålet slår for meget op";
    assert_eq!(refusal(text.clone(), Limits { grids: 47, ..Limits::default() }), message);
    assert!(
        asked(text.clone(), Limits { grids: 48, ..Limits::default() }, Cancel::default()).is_ok()
    );
    assert_eq!(refusal(text.clone(), Limits { formula_parts: 100, ..Limits::default() }), message);
    let numbers = refusal(text, Limits { grid_numbers: 10, ..Limits::default() });
    assert_eq!(numbers, "formlerne i spørgsmålet slår op i over 10 tal");
}

/// A measure whose value takes 2^100 steps, though it is only some hundred parts.
fn doubled() -> String {
    chain("[Measures].[Borgere]", 100, |_, before| format!("{before} + {before}"))
}

#[test]
fn the_steps_of_working_out_are_limited() {
    let few = Limits { steps: 100_000, ..Limits::default() };
    assert_eq!(refusal(doubled(), few), "formlerne i spørgsmålet kræver for mange trin");
}

#[test]
fn working_out_ends_when_the_question_is_cancelled() {
    let (cancel, began) = (Cancel::default(), Instant::now());
    let raise = cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        raise.raise();
    });
    let endless = Limits { steps: usize::MAX, ..Limits::default() };
    assert_eq!(asked(doubled(), endless, cancel).unwrap_err().kind, ErrorKind::Cancelled);
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_sum_within_sums_is_refused_before_it_is_begun() {
    let sum = of_one(
        "Sum([Sted].[Kommune].[Kommune].Members, Sum([Tid].[Kvartal].[Kvartal].Members, \
         Sum([Ydelse].[Kode].[Kode].Members, [Measures].[Borgere])))",
    );
    let message = "formlerne i spørgsmålet slår for meget op";
    // 4 × 8 × 2 tuples.
    assert_eq!(refusal(sum.clone(), Limits { steps: 63, ..Limits::default() }), message);
    // Citizens by quarter and service: c0 4 + 4 with 1.1 and 4 with 1.2 in Aby, c1 4, c2 4; in Cby
    // c3 4 and c0 4.
    assert_eq!(value(sum.clone()), 28.0);
    assert_eq!(refusal(sum, Limits { formula_tuples: 13, ..Limits::default() }), message);
}

#[test]
fn a_set_that_differs_in_too_many_cells_is_refused_before_it_is_counted() {
    let text = "WITH MEMBER [Measures].[x] AS Aggregate(Filter([Sted].[Kommune].[Kommune].Members, \
                [Measures].[Borgere] > 0), [Measures].[Borgere]) \
                SELECT [Measures].[x] ON 0, \
                [Tid].[År].[År].Members * [Ydelse].[Kode].[Kode].Members ON 1 FROM Lille";
    let found = asked(text.to_owned(), Limits::default(), Cancel::default()).unwrap();
    // 1.1: c0; 1.2: c3; then c0, c1 and c2; c0 in two places.
    assert_eq!(found.cells.values, [1.0, 1.0, 3.0, 1.0]);
    let message = refusal(text.to_owned(), Limits { grids: 2, ..Limits::default() });
    assert_eq!(message, "mængden i Aggregate er forskellig i over 2 af cellerne");
}
