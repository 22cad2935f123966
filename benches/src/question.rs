//! The questions as people ask them, in MDX: one measure, mostly distinct citizens.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use terning_engine::cube::Cube;
use terning_engine::query::{self, Answer, Cancel, Limits, View};

/// A question with a name.
pub struct Question {
    /// The name, which the rivals know it by.
    pub name: &'static str,
    /// The most CPU milliseconds that an answer should take, where that is said.
    pub limit: Option<f64>,
    /// What is asked.
    pub mdx: &'static str,
}

/// All questions.
pub const ALL: &[Question] = &[
    Question {
        name: "hand07",
        limit: None,
        mdx: "SELECT NON EMPTY CrossJoin(
                  [Handle kommune].[Kommunenummer].[Kommunenummer].Members,
                  {[Tid].[Kvartal].&[2013K1] : [Tid].[Kvartal].&[2025K4]}) ON COLUMNS,
              NON EMPTY [Ydelse VH].[Ydelseskode].[Ydelseskode].Members ON ROWS
              FROM [Voksne Handicappede Benchmark]
              WHERE [Measures].[Antal Unikke Borgere]",
    },
    Question {
        name: "totals",
        limit: None,
        mdx: "SELECT NON EMPTY {[Tid].[Kalender].[År].Members, [Tid].[Kalender].[Kvartal].Members}
                  ON COLUMNS,
              NON EMPTY [Handle kommune].[Geografi].Members ON ROWS
              FROM [Voksne Handicappede Benchmark]
              WHERE ({[Ydelse VH].[Ydelseskode].&[1.8.1], [Ydelse VH].[Ydelseskode].&[1.8.2],
                      [Ydelse VH].[Ydelseskode].&[1.12.0.1]}, [Measures].[Antal Unikke Borgere])",
    },
    Question {
        name: "months",
        limit: None,
        mdx: "SELECT [Measures].[Antal Unikke Borgere] ON COLUMNS,
              NON EMPTY [Tid].[Måned].[Måned].Members ON ROWS
              FROM [Voksne Handicappede Benchmark]",
    },
    Question {
        name: "benchmark_report",
        limit: None,
        mdx: "SELECT NON EMPTY CrossJoin(
                  {[Handle kommune].[Kommunenummer].&[153], [Handle kommune].[Kommunenummer].&[155],
                   [Handle kommune].[Kommunenummer].&[157], [Handle kommune].[Kommunenummer].&[159],
                   [Handle kommune].[Kommunenummer].&[161], [Handle kommune].[Kommunenummer].&[163],
                   [Handle kommune].[Kommunenummer].&[165], [Handle kommune].[Kommunenummer].&[167],
                   [Handle kommune].[Kommunenummer].&[169]},
                  [Tid].[Kvartal].[Kvartal].Members) ON COLUMNS,
              NON EMPTY [Ydelse VH].[Ydelseskode].[Ydelseskode].Members ON ROWS
              FROM [Voksne Handicappede Benchmark]
              WHERE ([Tid].[År].&[2020], [JaNej godkendt Ydelse].[Ja Nej Tekst].[Ja],
                     [Measures].[Antal Unikke Borgere])",
    },
    Question {
        name: "cell",
        limit: None,
        mdx: "SELECT FROM [Voksne Handicappede Benchmark]
              WHERE ([Tid].[Kvartal].&[2020K4], [Handle kommune].[Kommunenummer].&[153],
                     [Ydelse VH].[Ydelseskode].&[1.12.0.2], [Measures].[Antal Unikke Borgere])",
    },
    Question {
        name: "country_cell",
        limit: None,
        mdx: "SELECT FROM [Voksne Handicappede Benchmark]
              WHERE ([Tid].[Kvartal].&[2020K4], [Measures].[Antal Unikke Borgere])",
    },
    Question {
        name: "harmonisation",
        limit: None,
        mdx: "SELECT NON EMPTY [Tid].[Måned].[Måned].Members ON COLUMNS,
              NON EMPTY CrossJoin(
                  Except([Harmonisering VH].[Regel].[Regel].Members,
                         {[Harmonisering VH].[Regel].[Ukendt]}),
                  [Borger].[Personnummer].[Personnummer].Members) ON ROWS
              FROM [Voksne Handicappede]
              WHERE ([Tid].[År].&[2020], [Handle kommune].[Kommunenummer].&[153],
                     [Measures].[Antal Unikke Borgere])",
    },
    Question {
        name: "m6_kommune_aar_ydelse",
        limit: None,
        mdx: "SELECT NON EMPTY CrossJoin(
                  [Handle kommune].[Kommunenummer].[Kommunenummer].Members,
                  [Tid].[År].[År].Members) ON COLUMNS,
              NON EMPTY [Ydelse VH].[Ydelseskode].[Ydelseskode].Members ON ROWS
              FROM [Voksne Handicappede Benchmark]
              WHERE [Measures].[Helårsmodtagere]",
    },
    Question {
        name: "alder_aar",
        limit: Some(20.0),
        mdx: "SELECT NON EMPTY [Tid].[År].[År].Members ON COLUMNS,
              NON EMPTY [Alder].[Aldersgruppe].[Aldersgruppe].Members ON ROWS
              FROM [Voksne Handicappede Benchmark]
              WHERE [Measures].[Antal Unikke Borgere]",
    },
    Question {
        name: "x1_aar",
        limit: Some(20.0),
        mdx: "SELECT NON EMPTY [Tid].[År].[År].Members ON COLUMNS,
              NON EMPTY [Åben ydelse § 107].[Varighed].[Varighed].Members ON ROWS
              FROM [Voksne Handicappede Benchmark]
              WHERE [Measures].[Antal Unikke Borgere]",
    },
    // What the next one must read: its limit is five times what this takes.
    Question {
        name: "grid_read",
        limit: None,
        mdx: "SELECT CrossJoin({[Measures].[Antal Unikke Borgere], [Measures].[Antal Ydelsesmodtagere]},
                  {[Tid].[År].&[2016] : [Tid].[År].&[2025]}) ON COLUMNS,
              [Handle kommune].[Kommunenummer].[Kommunenummer].Members ON ROWS
              FROM [Voksne Handicappede Benchmark]",
    },
    Question {
        name: "grid_ratio_growth",
        limit: None,
        mdx: "WITH MEMBER [Measures].[Ydelser pr. borger] AS
                  [Measures].[Antal Ydelsesmodtagere] / [Measures].[Antal Unikke Borgere]
              MEMBER [Measures].[Vækst] AS
                  [Measures].[Antal Unikke Borgere]
                      / ([Measures].[Antal Unikke Borgere], [Tid].[År].CurrentMember.PrevMember) - 1
              SELECT CrossJoin({[Measures].[Ydelser pr. borger], [Measures].[Vækst]},
                  {[Tid].[År].&[2016] : [Tid].[År].&[2025]}) ON COLUMNS,
              [Handle kommune].[Kommunenummer].[Kommunenummer].Members ON ROWS
              FROM [Voksne Handicappede Benchmark]",
    },
    Question {
        name: "topcount_citizens",
        limit: Some(50.0),
        mdx: "SELECT [Measures].[Helårsmodtagere] ON COLUMNS,
              TopCount([Borger].[Personnummer].[Personnummer].Members, 10,
                       [Measures].[Helårsmodtagere]) ON ROWS
              FROM [Voksne Handicappede] WHERE [Tid].[År].&[2024]",
    },
    Question {
        name: "e3_three_fields",
        limit: Some(30.0),
        mdx: "SELECT NON EMPTY Hierarchize(DrilldownMember(DrilldownMember(
                  CrossJoin({[Handle kommune].[Region].[I alt], [Handle kommune].[Region].[Region].AllMembers},
                      {([Ydelse VH].[Kategori].[I alt], [Køn].[Køn].[I alt])}),
                  [Handle kommune].[Region].[Region].AllMembers, [Ydelse VH].[Kategori]),
                  [Ydelse VH].[Kategori].[Kategori].AllMembers, [Køn].[Køn])) ON COLUMNS
              FROM [Voksne Handicappede Benchmark]
              WHERE [Measures].[Antal Unikke Borgere]",
    },
    Question {
        name: "sparse_crossjoin",
        limit: Some(500.0),
        mdx: "SELECT [Measures].[Antal Unikke Borgere] ON COLUMNS,
              NON EMPTY [Borger].[Personnummer].[Personnummer].Members
                      * [Opholdssted].[Opholdssted].[Opholdssted].Members
                      * [Ydelse VH].[Ydelseskode].[Ydelseskode].Members
                      * [Målgruppe].[Målgruppe].[Målgruppe].Members ON ROWS
              FROM [Voksne Handicappede] WHERE [Tid].[År].&[2022]",
    },
];

/// A question of ten kilobytes, nearly all of them names: parsing and binding it should take less
/// than a millisecond. Its few cells take some of the time that is measured.
#[must_use]
pub fn long_text() -> Question {
    const LENGTH: usize = 10 << 10;
    let mut text = "SELECT Head({[Handle kommune].[Kommunenummer].&[101]".to_owned();
    while text.len() < LENGTH {
        text.push_str(", [Handle kommune].[Kommunenummer].&[153]");
    }
    text.push_str(
        "}, 1) ON COLUMNS FROM [Voksne Handicappede Benchmark] \
         WHERE ([Tid].[Kvartal].&[2020K4], [Measures].[Antal Unikke Borgere])",
    );
    Question { name: "long_text", limit: Some(1.0), mdx: text.leak() }
}

/// Answers a question from its text: parse, bind, plan, execute. No answer is kept.
///
/// # Errors
/// The question cannot be understood or answered.
pub fn answer(views: &[View], question: &query::Question<'_>) -> Result<Answer> {
    query::answer(views, question, &Limits::default(), &Cancel::default())
        .map_err(|error| anyhow!("{error:?}"))
}

/// Views of everything.
#[must_use]
pub fn views(cubes: &[Arc<Cube>]) -> Vec<View> {
    cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect()
}
