//! Combinations that are no product, members that do not exist, and what `NON VISUAL` hides.

use terning_engine::query::{Cancel, Limits, Question, answer};

use crate::world::{mdx, view};

/// Aby with 1.1 (citizens 0 and 1) and Cby with 1.2 (citizens 3 and 0): three citizens.
const PAIRS: &str = "{([Sted].[Kommune].&[101], [Ydelse].[Kode].&[1.1]), \
                     ([Sted].[Kommune].&[103], [Ydelse].[Kode].&[1.2])}";

fn asked(text: &str) -> Vec<String> {
    mdx(&view(""), text)
}

#[test]
fn each_row_of_combinations_in_where_counts_once() {
    let total = format!("SELECT [Measures].[Borgere] ON 0 FROM Lille WHERE {PAIRS}");
    assert_eq!(asked(&total), ["Borgere", " | 3"]);
    let years = format!(
        "WITH MEMBER [Measures].[d] AS [Measures].[Borgere] * 2 \
         SELECT {{[Measures].[Borgere], [Measures].[d]}} ON 0, [Tid].[År].[År].Members ON 1 \
         FROM Lille WHERE {PAIRS}"
    );
    // 2019: citizens 0 and 3; 2020: citizens 0 and 1.
    assert_eq!(asked(&years), ["Borgere d", "2019 | 2 4", "2020 | 2 4"]);
}

#[test]
fn combinations_in_an_inner_select_narrow_all_that_is_read() {
    let text = format!(
        "WITH MEMBER [Measures].[d] AS [Measures].[Borgere] * 2 \
         SELECT {{[Measures].[Borgere], [Measures].[d]}} ON 0, \
         NON EMPTY [Sted].[Kommune].Members ON 1 FROM (SELECT {PAIRS} ON 0 FROM Lille)"
    );
    // In Aby without 1.2: still citizens 0 and 1.
    assert_eq!(asked(&text), ["Borgere d", "I alt | 3 6", "Aby | 2 4", "Cby | 2 4"]);
}

#[test]
fn combinations_are_aggregated_as_one() {
    let text = format!(
        "WITH MEMBER [Measures].[a] AS Aggregate({PAIRS}, [Measures].[Borgere]) \
         MEMBER [Measures].[s] AS Sum({PAIRS}, [Measures].[Borgere]) \
         SELECT {{[Measures].[a], [Measures].[s]}} ON 0 FROM Lille"
    );
    assert_eq!(asked(&text), ["a s", " | 3 4"]);
}

/// Aby in 2019 (citizen 0) and Cby in 2020 (citizen 0); or with citizens 1 and 0 in Aby in 2020 and 3
/// in Cby in 2019.
const PERIODS: [&str; 2] = [
    "{([Sted].[Kommune].&[101], [Tid].[År].&[2019]), ([Sted].[Kommune].&[103], [Tid].[År].&[2020])}",
    "{([Tid].[Kvartal].&[2020K2], [Sted].[Kommune].&[101]), \
     ([Tid].[Kvartal].&[2019K3], [Sted].[Kommune].&[103])}",
];

#[test]
fn each_row_that_reaches_a_combination_with_a_period_counts_once() {
    for (set, expected) in PERIODS.iter().zip([" | 1 2", " | 3 4"]) {
        // Pairs: (0, 1.1) and (0, 1.2); (0, 1.1), (1, 1.1), (0, 1.2) and (3, 1.2).
        let columns = "{[Measures].[Borgere], [Measures].[Par]} ON 0";
        let found = asked(&format!("SELECT {columns} FROM Lille WHERE {set}"));
        assert_eq!(found[1], expected);
        let found = asked(&format!("SELECT {columns} FROM (SELECT {set} ON 0 FROM Lille)"));
        assert_eq!(found[1], expected);
    }
    let text = format!(
        "WITH MEMBER [Measures].[x] AS Aggregate({}, [Measures].[Borgere]) \
         SELECT [Measures].[x] ON 0, [Ydelse].[Kode].[Kode].Members ON 1 FROM Lille",
        PERIODS[1]
    );
    assert_eq!(asked(&text)[1..], ["1.1 | 2", "1.2 | 2"]);
    // In 2020 nothing is left of Cby in 2019.
    let text = format!(
        "SELECT FROM (SELECT {{[Tid].[Kalender].[2020]}} ON 0 FROM Lille) WHERE {}",
        PERIODS[1]
    );
    assert_eq!(asked(&text)[1], " | 2");
}

#[test]
fn combinations_with_periods_are_refused_by_period() {
    let text = "SELECT [Tid].[År].[År].Members ON 0 FROM Lille \
                WHERE {([Sted].[Kommune].&[101], [Tid].[Kvartal].&[2019K1]), \
                ([Sted].[Kommune].&[103], [Tid].[Kvartal].&[2020K1])}";
    let found = asked(text);
    assert!(found[0].starts_with("kombinationerne med 'Tid' er ikke et krydsprodukt"), "{found:?}");
}

#[test]
fn a_member_that_does_not_exist_is_left_out_with_a_warning() {
    let views = [view("")];
    for (set, columns) in [
        ("{[Sted].[Kommune].&[101], [Sted].[Kommune].&[999]}", "Aby"),
        ("{[Sted].[Kommune].&[999]}", ""),
        ("Union({[Sted].[Kommune].&[999]}, {[Sted].[Kommune].&[103]})", "Cby"),
    ] {
        let text = format!("SELECT {set} ON 0 FROM Lille");
        assert_eq!(mdx(&views[0], &text)[0], columns, "{text}");
        let found = answer(&views, &Question::Mdx(&text), &Limits::default(), &Cancel::default());
        let expected = "hierarkiet [Sted].[Kommune] har intet medlem '999' her; det er udeladt af mængden \
                        (der er Aby, Bby, Cby, Dby)";
        assert_eq!(found.unwrap().cells.warnings, [expected], "{text}");
    }
}

#[test]
fn a_member_that_is_left_out_is_told_with_all_of_a_few_and_of_many_those_of_nearly_its_name() {
    let views = [view("")];
    for (member, expected) in [
        ("[Sted].[Kommune].[Bbby]", "udeladt af mængden (der er Bby, Aby, Cby, Dby)"),
        ("[Tid].[Kvartal].[2020K]", "udeladt af mængden (der er 2020K1, 2020K2, 2020K3, 2020K4)"),
        ("[Tid].[Kvartal].[sommer]", "udeladt af mængden"),
    ] {
        let text = format!("SELECT {{{member}}} ON 0 FROM Lille");
        let found = answer(&views, &Question::Mdx(&text), &Limits::default(), &Cancel::default());
        let warnings = found.unwrap().cells.warnings;
        assert!(warnings.len() == 1 && warnings[0].ends_with(expected), "{warnings:?}");
    }
}

#[test]
fn elsewhere_a_member_that_does_not_exist_is_an_error() {
    let missing = "[Sted].[Kommune].&[999]";
    for text in [
        format!("SELECT {{([Measures].[Borgere], {missing})}} ON 0 FROM Lille"),
        format!("SELECT FROM Lille WHERE {{{missing}}}"),
        format!(
            "WITH MEMBER [Measures].[x] AS Sum({{{missing}}}) SELECT [Measures].[x] ON 0 FROM Lille"
        ),
        "SELECT {[Sted].[Komune].&[101]} ON 0 FROM Lille".to_owned(),
        "SELECT {[Measures].[Borgre]} ON 0 FROM Lille".to_owned(),
    ] {
        let found = asked(&text);
        let is_told = ["har intet medlem", "har intet hierarki", "har intet mål"];
        assert!(is_told.iter().any(|one| found[0].contains(one)), "{text}: {found:?}");
    }
}

#[test]
fn non_visual_hides_members_and_keeps_totals() {
    let rows = |non_visual: &str| {
        asked(&format!(
            "WITH MEMBER [Measures].[d] AS [Measures].[Borgere] * 2 \
             SELECT {{[Measures].[Borgere], [Measures].[d]}} ON 0, \
             NON EMPTY [Sted].[Geografi].Members ON 1 \
             FROM {non_visual} (SELECT {{[Sted].[Kommune].&[101]}} ON 0 FROM Lille)"
        ))
    };
    // Four citizens, three of them in Nord, two in Aby.
    let all = ["Borgere d", "I alt | 4 8", "Nord | 3 6", "Aby | 2 4"];
    assert_eq!(rows("NON VISUAL"), all);
    assert_eq!(rows(""), ["Borgere d", "I alt | 2 4", "Nord | 2 4", "Aby | 2 4"]);
}
