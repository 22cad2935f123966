//! The questions, as people ask them: MDX, or the words of a pivot.

use std::sync::Arc;

use anyhow::{Context, Result};
use terning_engine::cube::Cube;
use terning_engine::query::{self, Cancel, CellSet, Limits, Pivot, QueryError, View};

/// A question with a name.
pub struct Question {
    /// The name, which the rivals know it by.
    pub name: &'static str,
    /// The most CPU milliseconds that an answer should take, where that is said.
    pub limit: Option<f64>,
    /// What is asked.
    pub ask: Ask,
}

/// The text of a question.
pub enum Ask {
    /// The fields of a pivot.
    Pivot(Words),
}

/// A pivot in words.
pub struct Words {
    cube: &'static str,
    filters: &'static [&'static str],
    columns: &'static [&'static str],
    rows: &'static [&'static str],
}

const VH: &str = "Voksne Handicappede";
const BENCHMARK: &str = "Voksne Handicappede Benchmark";

/// All questions.
pub const ALL: &[Question] = &[
    Question {
        name: "hand07",
        limit: None,
        ask: Ask::Pivot(Words {
            cube: BENCHMARK,
            filters: &["Tid.År<>2026"],
            columns: &["Handle kommune.Kommunenummer", "Tid.Kvartal"],
            rows: &["Ydelse VH.Ydelseskode"],
        }),
    },
    Question {
        name: "months",
        limit: None,
        ask: Ask::Pivot(Words { cube: BENCHMARK, filters: &[], columns: &[], rows: &["Tid.Måned"] }),
    },
    Question {
        name: "benchmark_report",
        limit: None,
        ask: Ask::Pivot(Words {
            cube: BENCHMARK,
            filters: &[
                "Tid.År=2020",
                "JaNej godkendt Ydelse.Ja Nej Tekst=Ja",
                "Handle kommune.Kommunenummer=153,155,157,159,161,163,165,167,169",
            ],
            columns: &["Handle kommune.Kommunenummer", "Tid.Kvartal"],
            rows: &["Ydelse VH.Ydelseskode"],
        }),
    },
    Question {
        name: "cell",
        limit: None,
        ask: Ask::Pivot(Words {
            cube: BENCHMARK,
            filters: &[
                "Tid.Kvartal=2020K4",
                "Handle kommune.Kommunenummer=153",
                "Ydelse VH.Ydelseskode=1.12.0.2",
            ],
            columns: &[],
            rows: &[],
        }),
    },
    Question {
        name: "country_cell",
        limit: None,
        ask: Ask::Pivot(Words {
            cube: BENCHMARK,
            filters: &["Tid.Kvartal=2020K4"],
            columns: &[],
            rows: &[],
        }),
    },
    Question {
        name: "harmonisation",
        limit: None,
        ask: Ask::Pivot(Words {
            cube: VH,
            filters: &[
                "Tid.År=2020",
                "Handle kommune.Kommunenummer=153",
                "Harmonisering VH.DST Handling<>Ukendt",
            ],
            columns: &["Tid.Måned"],
            rows: &[
                "Harmonisering VH.DST Handling",
                "Harmonisering VH.Regel",
                "Borger.Personnummer",
            ],
        }),
    },
    Question {
        name: "sparse_crossjoin",
        limit: Some(500.0),
        ask: Ask::Pivot(Words {
            cube: VH,
            filters: &["Tid.År=2022"],
            columns: &[],
            rows: &[
                "Borger.Personnummer",
                "Opholdssted.Opholdssted",
                "Ydelse VH.Ydelseskode",
                "Målgruppe.Målgruppe",
            ],
        }),
    },
];

impl Ask {
    /// Answers the question from its text: parse, bind, plan, execute.
    ///
    /// # Errors
    /// The cube is not there, or the question cannot be answered.
    pub fn answer(&self, views: &[View]) -> Result<(usize, CellSet)> {
        match self {
            Ask::Pivot(words) => pivot(views, &words.pivot()),
        }
    }
}

impl Words {
    fn pivot(&self) -> Pivot {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Pivot {
            cube: self.cube.to_owned(),
            filters: texts(self.filters),
            columns: texts(self.columns),
            rows: texts(self.rows),
            ..Pivot::default()
        }
    }
}

/// Answers a pivot: the number of its view, and the answer.
///
/// # Errors
/// The cube is not there, or the question cannot be answered.
pub fn pivot(views: &[View], asked: &Pivot) -> Result<(usize, CellSet)> {
    let view = views
        .iter()
        .position(|view| view.cube().name == asked.cube)
        .context("there is no such cube")?;
    let bound = query::bind::pivot(&views[view], asked).map_err(shown)?;
    let answer = query::run(&views[view], &bound, &Limits::default(), &Cancel::default());
    Ok((view, answer.map_err(shown)?))
}

/// Views of everything.
#[must_use]
pub fn views(cubes: &[Arc<Cube>]) -> Vec<View> {
    cubes.iter().map(|cube| View::everything(Arc::clone(cube))).collect()
}

fn shown(error: QueryError) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}
