//! A small cube of two measure groups: services of citizens, and members of associations, which
//! know nothing of services.
//!
//! | municipality | region | citizens with 1.1 | with 1.2 | association members |
//! |---|---|---|---|---|
//! | 101 Aby | Nord | c0 (2019–20), c1 (2020) | c0 (2020) | m0, m1, m2 (2019–20) |
//! | 102 Bby | Nord | c2 (2020) | – | m3 (2019) |
//! | 103 Cby | Syd | – | c3 (2019), c0 (2020) | – |
//! | 104 Dby | Syd | – | – | m4, m5 (2020) |

use std::sync::Arc;

use cube_schema::day::{Day, Month};
use cube_schema::schema::Schema;
use cube_schema::table::{DimensionTable, FactColumn, FactTable, Star, Timeline};
use terning_engine::cube::{Cube, build};
use terning_engine::query::cellset::CellValue;
use terning_engine::query::names::{Names, caption};
use terning_engine::query::{Answer, Cancel, Limits, Pivot, Question, View, answer};

const SCHEMA: &str = r#"
name = "lille"
first_month = "2019-01"

[[dimension]]
name = "Tid"
fields = [{ name = "År", grain = "year" }, { name = "Kvartal", grain = "quarter" }]
hierarchies = [{ name = "Kalender", levels = ["År", "Kvartal"] }]

[[dimension]]
name = "Sted"
table = "sted"
fields = [
    { name = "Region", key = "region" },
    { name = "Kommune", key = "kode", caption = "navn", sort = "number" },
]
hierarchies = [{ name = "Geografi", levels = ["Region", "Kommune"] }]

[[dimension]]
name = "Ydelse"
table = "ydelse"
fields = [{ name = "Kode", key = "kode", sort = "number" }]

[[cube]]
name = "Lille"

[[cube.group]]
name = "Ydelser"
facts = "ydelser"
entity = "borger"
first = "fra"
last = "til"
dimensions = [
    { dimension = "Tid" },
    { dimension = "Sted", column = "sted" },
    { dimension = "Ydelse", column = "ydelse" },
]
measures = [
    { name = "Borgere", kind = "distinct", key = ["borger"] },
    { name = "Par", kind = "distinct", key = ["borger", "ydelse"] },
]

[[cube.group]]
name = "Foreninger"
facts = "foreninger"
entity = "person"
first = "fra"
last = "til"
dimensions = [{ dimension = "Tid" }, { dimension = "Sted", column = "sted" }]
measures = [{ name = "Medlemmer", kind = "distinct", key = ["person"] }]
"#;

/// A row: who, where, from, until, and the service.
pub type Row = (u32, u32, &'static str, &'static str, u32);

pub const SERVICES: [Row; 6] = [
    (0, 0, "2019-01-01", "2020-12-31", 0),
    (1, 0, "2020-01-01", "2020-12-31", 0),
    (0, 0, "2020-01-01", "2020-12-31", 1),
    (2, 1, "2020-01-01", "2020-12-31", 0),
    (3, 2, "2019-01-01", "2019-12-31", 1),
    (0, 2, "2020-01-01", "2020-12-31", 1),
];

pub const MEMBERS: [Row; 6] = [
    (0, 0, "2019-01-01", "2020-12-31", 0),
    (1, 0, "2019-01-01", "2020-12-31", 0),
    (2, 0, "2019-01-01", "2020-12-31", 0),
    (3, 1, "2019-01-01", "2019-12-31", 0),
    (4, 3, "2020-01-01", "2020-12-31", 0),
    (5, 3, "2020-01-01", "2020-12-31", 0),
];

/// The cube with some calculated measures: a part of a schema file.
pub fn view(calculated: &str) -> View {
    let schema = Schema::parse(&format!("{SCHEMA}\n{calculated}")).unwrap();
    let star = Star { dimensions: dimensions(), facts: facts(), steps: Vec::new() };
    let timeline = Timeline { first: Month::new(2019, 1), last: Month::new(2020, 12) };
    let cube: Cube = build(&schema, &schema.cubes[0], &star, timeline).unwrap();
    View::everything(Arc::new(cube))
}

fn dimensions() -> Vec<DimensionTable> {
    let mut places = DimensionTable::new("sted", &["kode", "navn", "region"]);
    for (code, name, region) in [
        ("101", "Aby", "Nord"),
        ("102", "Bby", "Nord"),
        ("103", "Cby", "Syd"),
        ("104", "Dby", "Syd"),
    ] {
        places.push(&[code, name, region]);
    }
    let mut services = DimensionTable::new("ydelse", &["kode"]);
    for code in ["1.1", "1.2"] {
        services.push(&[code]);
    }
    vec![places, services]
}

fn facts() -> Vec<FactTable> {
    let day = |text: &str| Day::parse(text).unwrap();
    let table = |name: &str, who: &str, rows: &[Row]| FactTable {
        name: name.to_owned(),
        columns: vec![
            (who.to_owned(), FactColumn::Id(rows.iter().map(|row| row.0).collect())),
            ("sted".to_owned(), FactColumn::Id(rows.iter().map(|row| row.1).collect())),
            ("fra".to_owned(), FactColumn::Day(rows.iter().map(|row| day(row.2)).collect())),
            ("til".to_owned(), FactColumn::Day(rows.iter().map(|row| day(row.3)).collect())),
            ("ydelse".to_owned(), FactColumn::Id(rows.iter().map(|row| row.4).collect())),
        ],
    };
    vec![table("ydelser", "borger", &SERVICES), table("foreninger", "person", &MEMBERS)]
}

/// The answer to an MDX text: a line per row, `captions | cells`; an error with its place.
pub fn mdx(view: &View, text: &str) -> Vec<String> {
    ask(view, &Question::Mdx(text))
}

/// The answer to a pivot.
pub fn pivot(view: &View, pivot: &Pivot) -> Vec<String> {
    ask(view, &Question::Pivot(pivot))
}

fn ask(view: &View, question: &Question<'_>) -> Vec<String> {
    let views = [view.clone()];
    match answer(&views, question, &Limits::default(), &Cancel::default()) {
        Ok(answer) => lines(view, &answer),
        Err(error) => {
            let place = error.place.as_ref().map_or(String::new(), |place| {
                let (line, column) = place.line_and_column();
                format!(" @{line}:{column} {}", &place.text[place.span.clone()])
            });
            vec![format!("{}{place}", error.message)]
        }
    }
}

fn lines(view: &View, answer: &Answer) -> Vec<String> {
    let cells = &answer.cells;
    let names = Names::new(view.cube(), &cells.own);
    let count = |axis: usize| cells.axes.get(axis).map_or(1, |axis| axis.count);
    let position = |axis: usize, at: usize| {
        let Some(axis) = cells.axes.get(axis) else { return String::new() };
        let members = axis.columns.iter().zip(axis.position(at));
        members.map(|(one, member)| caption(names, *one, *member)).collect::<Vec<_>>().join("+")
    };
    let value = |ordinal: usize| {
        let found = cells.ordinals.iter().position(|one| *one as usize == ordinal);
        found.map_or("-".to_owned(), |at| {
            match cells.others.iter().find(|(place, _)| *place as usize == at) {
                Some((_, CellValue::Text(text))) => text.to_string(),
                Some((_, CellValue::Error(error))) => format!("fejl: {error}"),
                _ => format!("{:.*}", usize::from(cells.decimals[at]), cells.values[at]),
            }
        })
    };
    let columns = (0..count(0)).map(|column| position(0, column)).collect::<Vec<_>>().join(" ");
    let rows = (0..count(1)).map(|row| {
        let cells = (0..count(0)).map(|column| value(row * count(0) + column));
        format!("{} | {}", position(1, row), cells.collect::<Vec<_>>().join(" "))
    });
    std::iter::once(columns).chain(rows).collect()
}
