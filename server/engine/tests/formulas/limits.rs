//! No text makes the server recurse without end, count without end, or hold without end. Each
//! question is asked on a stack as small as that of a server's thread.

use std::time::{Duration, Instant};

use terning_engine::query::cellset::Special;
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

/// The message of the error in the first cell.
fn error(text: String) -> String {
    let found = asked(text, Limits::default(), Cancel::default()).unwrap();
    match found.cells.special.get(&0) {
        Some(Special::Error(error)) => error.message.clone(),
        other => panic!("{other:?}"),
    }
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

// Texts.

const TOO_LONG: &str = "en tekst i en formel må højst have 32767 tegn";

#[test]
fn no_text_that_is_made_is_longer_than_people_can_use() {
    let long = "a".repeat(20_000);
    let twice = |sign: &str| of_one(&format!("Len('{long}' {sign} '{long}')"));
    assert_eq!(error(twice("+")), TOO_LONG);
    assert_eq!(error(twice("||")), TOO_LONG);
    let years = "[Tid].[År].[År].Members";
    assert_eq!(error(of_one(&format!("Len(Generate({years}, '{long}'))"))), TOO_LONG);
    assert_eq!(error(of_one(&format!("Len(Generate({years}, 'a', '{long}{long}'))"))), TOO_LONG);
    let quarters = "[Tid].[Kvartal].[Kvartal].Members";
    let product = format!("{quarters} * {years} * {years} * [Sted].[Kommune].[Kommune].Members");
    let product = format!("{product} * [Ydelse].[Kode].[Kode].Members");
    // 8 quarters, each in one year, × 4 × 2 tuples of some 90 letters are short enough.
    let short = product.replacen(&format!(" * {years}"), "", 2);
    let found = value(of_one(&format!("Len(SetToStr({short}))")));
    assert!((4_000.0..10_000.0).contains(&found), "{found}");
    let often =
        format!("Len(SetToStr(Union({{{}}}, {short}, ALL)))", [short.as_str(); 6].join(", "));
    assert_eq!(error(of_one(&often)), TOO_LONG);
    assert_eq!(error(of_one(&format!("Len(UCase('{long}{long}'))"))), TOO_LONG);
    // Doubled once it is too long already, and what it is made of is not looked up again.
    let doubled =
        chain(&format!("IIF(1 = 1, '{long}', '')"), 4, |_, before| format!("{before} || {before}"));
    assert_eq!(error(doubled), TOO_LONG);
}

#[test]
fn the_texts_of_a_question_have_room_together() {
    let few = Limits { text_bytes: 5_000, ..Limits::default() };
    let message = "spørgsmålet laver for meget tekst";
    // Eight quarters, each with a text of 2,000 letters: made, or only shown.
    let rows = "[Tid].[Kvartal].[Kvartal].Members ON 1 FROM Lille";
    let made = "[Tid].[Kvartal].CurrentMember.Name + Space(1900)";
    let literal = format!("IIF(1 = 1, '{}', '')", "a".repeat(2_000));
    for formula in [made, literal.as_str(), &format!("'{}' * 1", "a".repeat(800))] {
        let text =
            format!("WITH MEMBER [Measures].[x] AS {formula} SELECT [Measures].[x] ON 0, {rows}");
        assert_eq!(refusal(text.clone(), few.clone()), message);
        assert_eq!(
            asked(text, Limits::default(), Cancel::default()).unwrap().cells.ordinals.len(),
            8
        );
    }
}

#[test]
fn a_format_is_no_longer_than_people_write() {
    let of = |length: usize| {
        let format = "0".repeat(length);
        let text = of_one(&format!("1, FORMAT_STRING = '{format}'"));
        asked(text, Limits::default(), Cancel::default())
    };
    assert!(of(1_000).is_ok());
    assert_eq!(of(1_001).unwrap_err().message, "et format kan højst fylde 1000 tegn");
}

#[test]
fn a_message_does_not_repeat_a_long_text() {
    let message = error(of_one(&format!("'{}' * 1", "a".repeat(5_000))));
    assert!(message.starts_with("teksten 'aaa") && message.ends_with('…'), "{message}");
    assert_eq!(message.chars().count(), 1_001);
}

#[test]
fn the_errors_of_cells_share_the_text_that_they_point_at() {
    let text = "WITH MEMBER [Measures].[x] AS Val([Sted].[Kommune].CurrentMember.Name) + Mid('a', 0) \
                SELECT [Measures].[x] ON 0, [Sted].[Kommune].[Kommune].Members ON 1 FROM Lille";
    let cells = asked(text.to_owned(), Limits::default(), Cancel::default()).unwrap().cells;
    let places = cells.special.values().map(|special| match special {
        Special::Error(error) => error.place.as_ref().unwrap().text.clone(),
        other => panic!("{other:?}"),
    });
    let places: Vec<_> = places.collect();
    assert_eq!(places.len(), 4);
    assert!(places.iter().all(|one| std::sync::Arc::ptr_eq(one, &places[0])));
    // What they say counts.
    assert!(cells.bytes() > 4 * 250, "{}", cells.bytes());
}

// Texts that are read as formulas.

#[test]
fn a_text_that_names_its_own_member_ends() {
    let message = "formlen for 'x' bruger sig selv for mange gange";
    assert_eq!(error(of_one("StrToValue('[Measures].[x]')")), message);
    assert_eq!(error(of_one("StrToValue('-(-(-([Measures].[x])))')")), message);
    let (open, close) = ("-(".repeat(40), ")".repeat(40));
    let deep = of_one(&format!("StrToValue('{open}[Measures].[x]{close}')"));
    assert_eq!(error(deep), message);
}

#[test]
fn a_text_that_reads_itself_ends() {
    let text = "WITH MEMBER [Measures].[y] AS 'StrToValue(' + '[Measures].[y])' \
                MEMBER [Measures].[x] AS StrToValue([Measures].[y]) \
                SELECT [Measures].[x] ON 0 FROM Lille";
    let message = "formlen for 'y' bruger sig selv for mange gange";
    assert_eq!(error(text.to_owned()), message);
}

#[test]
fn a_deep_text_has_room() {
    let deep = format!("{}1{}", "-(".repeat(44), ")".repeat(44));
    assert_eq!(value(of_one(&format!("StrToValue('{deep}')"))), 1.0);
    let of_set = format!("StrToSet('IIF({deep} = 1, {{[Tid].[År].&[2020]}}, {{}})')");
    assert_eq!(value(format!("SELECT {of_set} ON 0 FROM Lille")), 3.0);
}

#[test]
fn a_formula_that_is_deep_and_names_itself_elsewhere_ends() {
    let (open, close) = ("-(".repeat(44), ")".repeat(44));
    let text = of_one(&format!("{open}([Measures].[x], [Tid].[År].&[2020]){close}"));
    match asked(text, Limits::default(), Cancel::default()) {
        Ok(found) => assert!(matches!(found.cells.special.get(&0), Some(Special::Error(_)))),
        Err(error) => assert_eq!(error.kind, ErrorKind::TooLarge, "{}", error.message),
    }
}

// Sets.

#[test]
fn tuples_are_tried_against_each_other_within_the_limit() {
    let pairs = "Count(Exists(\
                 [Tid].[Kvartal].[Kvartal].Members * [Sted].[Kommune].[Kommune].Members, \
                 [Tid].[År].[År].Members * [Sted].[Region].[Region].Members))";
    // Each of 8 × 4 has a year and a region.
    assert_eq!(value(of_one(pairs)), 32.0);
    let few = Limits { steps: 70, ..Limits::default() };
    let message = "formlerne i spørgsmålet kræver for mange trin";
    assert_eq!(refusal(of_one(pairs), few), message);
    // 2020 has four quarters, Nord two municipalities; the total is with all.
    for (other, expected) in [
        ("{[Tid].[År].&[2020]}", 4.0),
        ("{[Tid].[År].[I alt]}", 8.0),
        ("{}", 0.0),
        ("{[Sted].[Region].&[Nord]}", 8.0),
        ("{([Tid].[År].&[2020], [Sted].[Region].&[Nord])}", 4.0),
    ] {
        let text = of_one(&format!("Count(Exists([Tid].[Kvartal].[Kvartal].Members, {other}))"));
        assert_eq!(value(text), expected, "{other}");
    }
}

#[test]
fn a_constant_set_is_written_out_once() {
    // Each of 8 × 4 × 2 tuples is looked for among all 64: written out for each, that were more than
    // 64 × 64 members.
    let all = "[Tid].[Kvartal].[Kvartal].Members * [Sted].[Kommune].[Kommune].Members * \
               [Ydelse].[Kode].[Kode].Members";
    let own = "([Tid].[Kvartal].CurrentMember, [Sted].[Kommune].CurrentMember, \
               [Ydelse].[Kode].CurrentMember)";
    let few = Limits { written: 4_000, ..Limits::default() };
    for formula in [
        format!("Count(Filter({all}, {own} IN {{{all}}}))"),
        format!("Count(Filter({all}, Count(Intersect({{{own}}}, {{{all}}})) = 1))"),
    ] {
        let found = asked(of_one(&formula), few.clone(), Cancel::default()).unwrap();
        assert_eq!(found.cells.values, [64.0], "{formula}");
    }
}
