//! A small star made by hand: two municipalities, three services, five citizens, the year 2020.

use cube_schema::day::{Day, Month};
use cube_schema::schema::Schema;
use cube_schema::table::{DimensionTable, FactColumn, FactTable, Star, Timeline};
use terning_engine::cube::{Cube, build};

const SCHEMA: &str = r#"
name = "lille"
first_month = "2020-01"

[[dimension]]
name = "Tid"
fields = [
    { name = "År", grain = "year", description = "Kalenderår" },
    { name = "Kvartal", grain = "quarter", description = "Kvartal" },
]
hierarchies = [{ name = "Kalender", levels = ["År", "Kvartal"] }]

[[dimension]]
name = "Handle kommune"
table = "kommune"
newest = "nyeste"
fields = [
    { name = "Kommunenummer", key = "kode", sort = "number", description = "Nummer" },
    { name = "Kommune", key = "kode", caption = "navn", sort = "number", description = "Navn" },
]

[[dimension]]
name = "Ydelse"
table = "ydelse"
fields = [{ name = "Ydelsesnavn", key = "kode", caption = "navn", sort = "number" }]

[[dimension]]
name = "Borger"
table = "borger"
observed = true
fields = [{ name = "Personnummer", key = "cpr", sort = "table", personal = true }]

[[cube]]
name = "Ting"
description = "En lille kube"
[[cube.group]]
name = "Ting"
facts = "ting"
entity = "borger"
first = "fra"
last = "til"
dimensions = [
    { dimension = "Tid" },
    { dimension = "Handle kommune", column = "kommune" },
    { dimension = "Ydelse", column = "ydelse" },
    { dimension = "Borger", column = "borger" },
]
measures = [
    { name = "Borgere", kind = "distinct", key = ["borger"], unit = "borgere", description = "Forskellige borgere" },
    { name = "Ydelser", kind = "distinct", key = ["borger", "id"], unit = "ydelser", description = "Ydelser" },
]
"#;

/// A service to a citizen: municipality, service, citizen, first and last day.
type Fact = (u32, u32, u32, &'static str, &'static str);

const FACTS: [Fact; 6] = [
    (0, 0, 0, "2020-01-15", "2020-06-30"),
    (0, 1, 0, "2020-05-01", "2020-12-31"),
    (0, 0, 1, "2020-02-01", "2020-02-29"),
    (1, 0, 2, "2020-01-01", "2020-12-31"),
    (1, 2, 3, "2020-07-01", "2020-09-30"),
    (1, 2, 4, "2020-07-01", "2020-12-31"),
];

/// The cube.
pub fn cube() -> Cube {
    let facts = FACTS.map(|(kommune, ydelse, borger, first, last)| {
        (kommune, ydelse, borger, Day::parse(first).unwrap(), Day::parse(last).unwrap())
    });
    let services = [("1", "Botilbud; længerevarende"), ("2", "Støtte \"hjemme\""), ("3", "Ørsted")];
    of_facts(&facts, &services.map(|(code, name)| (code.to_owned(), name.to_owned())), 5)
}

/// The same kind of cube with `citizens` citizens, each with one of as many services.
pub fn wide(citizens: u32) -> Cube {
    let services: Vec<(String, String)> =
        (0..citizens).map(|code| (code.to_string(), format!("Ydelse {code}"))).collect();
    let day = Day::parse("2020-03-01").unwrap();
    let facts: Vec<_> = (0..citizens).map(|number| (0, number, number, day, day)).collect();
    of_facts(&facts, &services, citizens)
}

fn of_facts(
    facts: &[(u32, u32, u32, Day, Day)],
    services: &[(String, String)],
    citizens: u32,
) -> Cube {
    let mut kommune = DimensionTable::new("kommune", &["kode", "navn", "nyeste"]);
    kommune.push(&["153", "Brøndby", "2020-12"]);
    kommune.push(&["155", "Dragør", "2020-11"]);
    let mut ydelse = DimensionTable::new("ydelse", &["kode", "navn"]);
    for (code, name) in services {
        ydelse.push(&[code, name]);
    }
    let mut borger = DimensionTable::new("borger", &["cpr"]);
    for number in 0..citizens {
        borger.push(&[&format!("62{number:08}")]);
    }
    let ids =
        |of: fn(&(u32, u32, u32, Day, Day)) -> u32| FactColumn::Id(facts.iter().map(of).collect());
    let columns = vec![
        ("kommune".to_owned(), ids(|fact| fact.0)),
        ("ydelse".to_owned(), ids(|fact| fact.1)),
        ("borger".to_owned(), ids(|fact| fact.2)),
        ("id".to_owned(), FactColumn::Id((0..facts.len() as u32).collect())),
        ("fra".to_owned(), FactColumn::Day(facts.iter().map(|fact| fact.3).collect())),
        ("til".to_owned(), FactColumn::Day(facts.iter().map(|fact| fact.4).collect())),
    ];
    let facts = FactTable { name: "ting".to_owned(), columns };
    let dimensions = vec![kommune, ydelse, borger];
    let star = Star { dimensions, facts: vec![facts], steps: Vec::new() };
    let schema = Schema::parse(SCHEMA).unwrap();
    let timeline = Timeline { first: Month::new(2020, 1), last: Month::new(2020, 12) };
    build(&schema, &schema.cubes[0], &star, timeline).unwrap()
}
