//! Large products go by what is stored: the answer is that of writing them out.

use std::sync::Arc;

use cube_schema::day::{Day, Month};
use cube_schema::schema::Schema;
use cube_schema::table::{DimensionTable, FactColumn, FactTable, Star, Timeline};
use proptest::prelude::*;
use terning_engine::cube::build;
use terning_engine::query::cellset::CellSet;
use terning_engine::query::{Cancel, Limits, Question, View, answer};

use crate::world::{mdx, view};

const PRODUCTS: [&str; 6] = [
    "[Sted].[Kommune].[Kommune].Members * [Ydelse].[Kode].[Kode].Members * \
     [Tid].[Kvartal].[Kvartal].Members",
    "[Tid].[År].Members * [Sted].[Region].Members * [Sted].[Kommune].[Kommune].Members",
    "{[Sted].[Kommune].&[103], [Sted].[Kommune].&[101]} * [Ydelse].[Kode].Members * \
     [Tid].[Kvartal].[Kvartal].Members",
    "[Ydelse].[Kode].Members * {([Tid].[År].&[2020], [Sted].[Kommune].&[102]), \
     ([Tid].[År].&[2019], [Sted].[Kommune].&[103])}",
    // What stands below a year and a region, here together and there apart.
    "[Tid].[Kalender].[Kvartal].Members * [Sted].[Geografi].Members * [Ydelse].[Kode].[Kode].Members",
    "{[Tid].[Kalender].[2020].[2020K2], [Tid].[Kalender].[2019].[2019K1], \
      [Tid].[Kalender].[2020].[2020K1], [Tid].[Kalender].[2019].[2019K2]} \
     * [Sted].[Geografi].[Kommune].Members * [Ydelse].[Kode].Members",
];

/// Values that are empty, or conditions that are false, where nothing is stored – and some others.
const VALUES: [&str; 12] = [
    "[Measures].[Borgere]",
    "[Measures].[Borgere] - 1",
    "[Measures].[Borgere] * [Measures].[Par]",
    "IIF([Measures].[Par] > 1, [Measures].[Borgere], NULL)",
    "([Measures].[Borgere], [Sted].[Kommune].&[101])",
    "([Measures].[Borgere], [Ydelse].[Kode].[I alt])",
    "[Measures].[Medlemmer]",
    "[Measures].[Medlemmer] + [Measures].[Par]",
    "-[Measures].[Par]",
    "IIF(IsEmpty([Measures].[Par]), 1, 0)",
    "[Measures].[v]",
    "ValidMeasure([Measures].[Medlemmer])",
];

/// Where the question stands besides.
const WHERES: [&str; 5] = [
    "FROM Lille",
    "FROM (SELECT {[Ydelse].[Kode].&[1.1]} ON 0 FROM Lille)",
    "FROM (SELECT {[Tid].[Kalender].[2020]} ON 0 FROM Lille)",
    "FROM Lille WHERE {[Tid].[Kalender].[2019], [Tid].[Kalender].[2020].[2020K2]}",
    "FROM Lille WHERE ([Sted].[Geografi].[Nord])",
];

fn answered(text: &str, large_product: usize) -> Result<CellSet, String> {
    let limits = Limits { large_product, ..Limits::default() };
    let found = answer(&[view("")], &Question::Mdx(text), &limits, &Cancel::default());
    found.map(|answer| answer.cells).map_err(|error| error.message)
}

fn set() -> impl Strategy<Value = String> {
    let value = || prop::sample::select(VALUES.to_vec());
    let product = || prop::sample::select(PRODUCTS.to_vec());
    let best = prop::sample::select(vec!["TopCount", "BottomCount"]);
    let sums = prop::sample::select(vec![
        ("TopSum", 40_u8),
        ("BottomSum", 40),
        ("TopPercent", 100),
        ("BottomPercent", 100),
    ]);
    prop_oneof![
        (product(), value(), -1_i8..3)
            .prop_map(|(set, of, n)| format!("Filter({set}, {of} > {n})")),
        (product(), value()).prop_map(|(set, of)| format!("Filter({set}, NOT IsEmpty({of}))")),
        (best, product(), 0_u8..40, value())
            .prop_map(|(name, set, count, of)| format!("{name}({set}, {count}, {of})")),
        (sums, product(), 0_u8..=100, value()).prop_map(|((name, most), set, count, of)| format!(
            "{name}({set}, {}, {of})",
            count.min(most)
        )),
        product().prop_map(|set| format!("NonEmpty({set})")),
        (product(), value(), prop::sample::select(vec!["ASC", "DESC", "BASC", "BDESC"]))
            .prop_map(|(set, of, order)| format!("Order({set}, {of}, {order})")),
        (product(), value(), prop::sample::select(vec!["BASC", "BDESC"]), 0_u8..20).prop_map(
            |(set, of, order, count)| format!("Head(Order({set}, {of}, {order}), {count})")
        ),
        (product(), value(), value(), prop::sample::select(vec!["ASC", "DESC"])).prop_map(
            |(set, of, other, order)| format!("Order(Filter({set}, {other} > 0), {of}, {order})")
        ),
        product().prop_map(|set| format!(
            "NonEmpty({set}, {{[Measures].[Medlemmer], [Measures].[Par]}})"
        )),
        product().prop_map(|set| format!("Hierarchize({set})")),
        product().prop_map(|set| format!("Hierarchize({set}, POST)")),
        (product(), 0_u8..9).prop_map(|(set, count)| format!("Head({set}, {count})")),
    ]
}

/// Numbers of sets.
fn number() -> impl Strategy<Value = String> {
    let value = prop::sample::select(VALUES.to_vec());
    let product = || prop::sample::select(PRODUCTS[0..1].to_vec());
    let names = ["Sum", "Avg", "Min", "Max", "Median", "DistinctCount", "StdevP"];
    let name = prop::sample::select(names.to_vec());
    prop_oneof![
        (name, product(), value).prop_map(|(name, set, of)| format!("{name}({set}, {of})")),
        product().prop_map(|set| format!("Count({set}, EXCLUDEEMPTY)")),
        set().prop_map(|set| format!("Count({set})")),
    ]
}

proptest! {
    #[test]
    fn what_is_stored_is_enough(
        set in set(),
        non_empty in prop::sample::select(vec!["", "NON EMPTY "]),
        wheres in prop::sample::select(WHERES.to_vec()),
    ) {
        let text = format!(
            "WITH MEMBER [Measures].[v] AS [Measures].[Borgere] + [Measures].[Medlemmer], SOLVE_ORDER = 3 \
             SELECT [Measures].[Borgere] ON 0, {non_empty}{set} ON 1 {wheres}"
        );
        prop_assert_eq!(answered(&text, 1), answered(&text, usize::MAX), "{}", text);
    }

    #[test]
    fn the_first_of_an_order_are_the_best(
        product in prop::sample::select(PRODUCTS.to_vec()),
        of in prop::sample::select(VALUES.to_vec()),
        order in prop::sample::select(vec!["BASC", "BDESC"]),
        count in 0_u8..30,
        wheres in prop::sample::select(WHERES.to_vec()),
    ) {
        let asked = |first: &str| {
            let text = format!(
                "WITH MEMBER [Measures].[v] AS [Measures].[Borgere] + [Measures].[Medlemmer] \
                 SELECT [Measures].[Borgere] ON 0, {first} ON 1 {wheres}"
            );
            answered(&text, 1)
        };
        let ordered = format!("Order({product}, {of}, {order})");
        let head = asked(&format!("Head({ordered}, {count})"));
        prop_assert_eq!(head, asked(&format!("Subset({ordered}, 0, {count})")));
    }

    #[test]
    fn and_so_at_every_cell(of in number(), wheres in prop::sample::select(WHERES.to_vec())) {
        let text = format!(
            "WITH MEMBER [Measures].[v] AS [Measures].[Borgere] * 2 MEMBER [Measures].[x] AS {of} \
             SELECT [Measures].[x] ON 0, [Sted].[Geografi].[Region].Members ON 1 {wheres}"
        );
        prop_assert_eq!(answered(&text, 1), answered(&text, usize::MAX), "{}", text);
    }
}

#[test]
fn a_condition_on_what_is_stored() {
    // Citizens with a service: 1.1 in Aby in 8 quarters, of which 4 have two of them.
    let set = format!("Filter({}, [Measures].[Borgere] > 1)", PRODUCTS[0]);
    let text = format!("SELECT [Measures].[Borgere] ON 0, {set} ON 1 FROM Lille");
    let rows = mdx(&view(""), &text);
    assert_eq!(
        rows[1..],
        ["2020K1", "2020K2", "2020K3", "2020K4"].map(|quarter| format!("Aby+1.1+{quarter} | 2"))
    );
}

const SCHEMA: &str = r##"
name = "stor"
first_month = "2016-01"

[[dimension]]
name = "Tid"
fields = [{ name = "År", grain = "year" }, { name = "Måned", grain = "month" }]

[[dimension]]
name = "Sted"
table = "sted"
fields = [{ name = "Kommune", key = "kode", sort = "number" }]

[[dimension]]
name = "Borger"
table = "borger"
fields = [{ name = "Nummer", key = "nummer", sort = "number" }]

[[cube]]
name = "Stor"

[[cube.group]]
name = "Besøg"
facts = "besøg"
entity = "borger"
first = "fra"
last = "til"
dimensions = [
    { dimension = "Tid" },
    { dimension = "Sted", column = "sted" },
    { dimension = "Borger", column = "borger" },
]
measures = [{ name = "Besøg", kind = "distinct", key = ["borger"] }]
"##;

/// 100,000 citizens, 98 municipalities and 120 months. Every 1000th citizen, `n` × 1000, was in
/// municipality `n` % 98 in one month: January 2016 for an even `n`, else February 2020.
fn large() -> View {
    let schema = Schema::parse(SCHEMA).unwrap();
    let mut places = DimensionTable::new("sted", &["kode"]);
    for code in 0..98 {
        places.push(&[&code.to_string()]);
    }
    let mut citizens = DimensionTable::new("borger", &["nummer"]);
    for number in 0..100_000 {
        citizens.push(&[&number.to_string()]);
    }
    let visits = 0..100_u32;
    let day = |visit: u32, day: &str| match visit % 2 {
        0 => Day::parse(&format!("2016-01-{day}")).unwrap(),
        _ => Day::parse(&format!("2020-02-{day}")).unwrap(),
    };
    let columns = vec![
        ("borger".to_owned(), FactColumn::Id(visits.clone().map(|one| one * 1000).collect())),
        ("sted".to_owned(), FactColumn::Id(visits.clone().map(|one| one % 98).collect())),
        ("fra".to_owned(), FactColumn::Day(visits.clone().map(|one| day(one, "02")).collect())),
        ("til".to_owned(), FactColumn::Day(visits.map(|one| day(one, "20")).collect())),
    ];
    let facts = vec![FactTable { name: "besøg".to_owned(), columns }];
    let star = Star { dimensions: vec![places, citizens], facts, steps: Vec::new() };
    let timeline = Timeline { first: Month::new(2016, 1), last: Month::new(2025, 12) };
    View::everything(Arc::new(build(&schema, &schema.cubes[0], &star, timeline).unwrap()))
}

const LARGE: &str = "[Borger].[Nummer].[Nummer].Members * [Sted].[Kommune].[Kommune].Members * \
                     [Tid].[Måned].[Måned].Members";

#[test]
fn limits_count_what_is_stored() {
    let view = large();
    let rows = |set: &str| {
        let found = mdx(&view, &format!("SELECT [Measures].[Besøg] ON 0, {set} ON 1 FROM Stor"));
        found[1..].to_vec()
    };
    let all = rows(&format!("NON EMPTY {LARGE}"));
    assert_eq!(all.len(), 100);
    assert_eq!(all[..2], ["0+0+2016-01 | 1", "1000+1+2020-02 | 1"]);
    for same in [
        format!("NonEmpty({LARGE})"),
        format!("Filter({LARGE}, [Measures].[Besøg] > 0)"),
        format!("NON EMPTY Hierarchize({LARGE})"),
        format!("NON EMPTY Order({LARGE}, [Measures].[Besøg], BDESC)"),
        format!("NON EMPTY Order({LARGE}, [Measures].[Besøg], DESC)"),
        format!(
            "NON EMPTY Order(Filter({LARGE}, [Measures].[Besøg] > 0), [Measures].[Besøg], ASC)"
        ),
        format!("Head(Order({LARGE}, [Measures].[Besøg], BDESC), 100)"),
        format!("NON EMPTY Filter({LARGE}, [Measures].[Besøg] < 2)"),
        format!("TopPercent({LARGE}, 100, [Measures].[Besøg])"),
        format!("TopCount({LARGE}, 100, [Measures].[Besøg])"),
    ] {
        assert_eq!(rows(&same), all, "{same}");
    }
    assert_eq!(rows(&format!("TopCount({LARGE}, 2, [Measures].[Besøg])")), all[..2]);
    // The smallest are the first that are empty.
    assert_eq!(
        rows(&format!("BottomCount({LARGE}, 2, [Measures].[Besøg])")),
        ["0+0+2016-02 | -", "0+0+2016-03 | -"]
    );
}

#[test]
fn numbers_of_large_products_go_by_what_is_stored() {
    let view = large();
    let value = |formula: &str| {
        let text = format!(
            "WITH MEMBER [Measures].[x] AS {formula} SELECT [Measures].[x] ON 0, \
                            [Tid].[År].[2016] : [Tid].[År].[2017] ON 1 FROM Stor"
        );
        mdx(&view, &text)[1..].join("; ")
    };
    let product = "[Borger].[Nummer].[Nummer].Members * [Sted].[Kommune].[Kommune].Members";
    for (formula, expected) in [
        (format!("Count({product})"), "2016 | 9800000; 2017 | 9800000"),
        (format!("Count({product}, EXCLUDEEMPTY)"), "2016 | 50; 2017 | 0"),
        (format!("Count(NonEmpty({product}, {{[Measures].[Besøg]}}))"), "2016 | 50; 2017 | 0"),
        (format!("Sum({product}, [Measures].[Besøg])"), "2016 | 50; 2017 | -"),
        (format!("Count(Filter({product}, [Measures].[Besøg] > 1))"), "2016 | 0; 2017 | 0"),
    ] {
        assert_eq!(value(&formula), expected, "{formula}");
    }
}

#[test]
fn what_is_not_stored_is_not_left_out() {
    let view = large();
    for set in [
        format!("Filter({LARGE}, [Measures].[Besøg] < 1)"),
        format!("Order({LARGE}, [Measures].[Besøg], BDESC)"),
        format!("BottomPercent({LARGE}, 10, [Measures].[Besøg])"),
    ] {
        let text = format!("SELECT [Measures].[Besøg] ON 0, {set} ON 1 FROM Stor");
        let asked = |limits: &Limits| {
            let view = std::slice::from_ref(&view);
            answer(view, &Question::Mdx(&text), limits, &Cancel::default()).unwrap_err()
        };
        // 100,000 × 98 × 120, told before a tuple of them is written: of the members that they are made
        // of so many may be written, and of tuples none besides.
        let written = 500_000;
        for limits in [Limits::default(), Limits { written, ..Limits::default() }] {
            let error = asked(&limits);
            let expected = "mængden har 1176000000 kombinationer, og der kan skrives 1000000 ud";
            assert_eq!(error.message, expected, "{set}");
            assert!(error.hint.unwrap().contains("NonEmpty"), "{set}");
        }
    }
}

#[test]
fn sets_are_as_large_as_the_memory_of_a_question_allows() {
    let view = large();
    let set = "Order([Sted].[Kommune].[Kommune].Members * [Tid].[Måned].[Måned].Members, \
               [Measures].[Besøg], BDESC)";
    let text = format!("SELECT [Measures].[Besøg] ON 0, {set} ON 1 FROM Stor");
    let asked = |bytes: usize| {
        let (limits, view) = (Limits::within(bytes), std::slice::from_ref(&view));
        answer(view, &Question::Mdx(&text), &limits, &Cancel::default())
    };
    assert_eq!(asked(Limits::MEMORY).unwrap().cells.axes[1].count, 98 * 120);
    let error = asked(Limits::MEMORY / 128).unwrap_err();
    assert_eq!(error.message, "mængden har 11760 kombinationer, og der kan skrives 7812 ud");
}
