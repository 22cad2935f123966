//! Small random towns over half a year: people of two sexes, services of two kinds, places in two regions.

use std::collections::HashSet;
use std::sync::Arc;

use cube_schema::schema::Schema;
use terning_engine::query::disclose::Rules;
use terning_engine::query::{Pivot, View};
use terning_engine::tables::build_cubes;

use super::known::{AT_END, At, PAIRS, PEOPLE};
use super::memory::Memory;

pub const SCHEMA: &str = r#"
name = "små tal"
first_month = "2024-01"
last_month = "2024-06"
[[dimension]]
name = "Sted"
table = "places"
key = "place_id"
[[dimension.hierarchies]]
levels = [{ name = "Region", key = "region" }, { name = "By", key = "town", unique = true }]
[[dimension]]
name = "Ydelse"
table = "services"
key = "service_id"
[[dimension.hierarchies]]
levels = [{ name = "Kategori", key = "kind" }, { name = "Kode", key = "code", unique = true }]
[[dimension]]
name = "Køn"
table = "sexes"
key = "sex_id"
[[dimension.hierarchies]]
levels = [{ name = "Køn", key = "sex" }]
[[dimension]]
name = "Tid"
fields = [{ name = "Kvartal", grain = "quarter" }, { name = "Måned", grain = "month" }]
[[cube]]
name = "Ydelser"
[cube.disclosure]
threshold = 5
count = [
    { measure = "Personer", parts = ["Køn"], at_most = ["Par"] },
    { measure = "Par", parts = ["Ydelse", "Køn"], at_most = ["Antal"] },
    { measure = "Antal", parts = ["Sted", "Ydelse", "Køn"], starts = "Nye", ends = "Ophørte" },
    { measure = "Nye", parts = ["Sted", "Ydelse", "Køn", "Tid"], at_most = ["Antal"] },
    { measure = "Ophørte", parts = ["Sted", "Ydelse", "Køn", "Tid"], at_most = ["Antal"] },
    { measure = "Ultimo", parts = ["Køn"], at_most = ["Personer"] },
]
tied = [{ measure = "Dage", to = "Personer", parts = ["Ydelse", "Køn", "Tid"] }]
[[cube.group]]
facts = "grants"
entity = "person_id"
first = "from_day"
last = "to_day"
dimensions = [
    { dimension = "Sted", column = "place_id" },
    { dimension = "Ydelse", column = "service_id" },
    { dimension = "Køn", column = "sex_id" },
    { dimension = "Tid" },
]
measures = [
    { name = "Personer", kind = "distinct", key = ["person_id"] },
    { name = "Par", kind = "distinct", key = ["person_id", "service_id"] },
    { name = "Antal", kind = "distinct", key = ["person_id", "grant_id"] },
    { name = "Nye", kind = "starts" },
    { name = "Ophørte", kind = "ends" },
    { name = "Ultimo", kind = "distinct_at_end", key = ["person_id"] },
    { name = "Dage", kind = "covered_days", key = ["person_id", "service_id"] },
]
"#;

/// Towns by region, codes by kind.
pub const TOWNS: [(&str, &str); 5] =
    [("b1", "r1"), ("b2", "r1"), ("b3", "r1"), ("b4", "r2"), ("b5", "r2")];
pub const CODES: [(&str, &str); 4] = [("y1", "k1"), ("y2", "k1"), ("y3", "k2"), ("y4", "k2")];
pub const SEXES: [&str; 2] = ["m", "k"];
/// Months by quarter, as they are written.
pub const MONTHS: [(&str, &str); 6] = [
    ("2024-01", "2024K1"),
    ("2024-02", "2024K1"),
    ("2024-03", "2024K1"),
    ("2024-04", "2024K2"),
    ("2024-05", "2024K2"),
    ("2024-06", "2024K2"),
];
/// Measures that count, and one of days behind them.
pub const MEASURES: [&str; 7] = ["Personer", "Par", "Antal", "Nye", "Ophørte", "Ultimo", "Dage"];
/// What a shown ratio is divided by.
pub const DENOMINATOR: f64 = 40.0;

pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// Grants: person, place, service, sex, from and to. Some places and services are rare; some have no end.
pub fn grants(random: &mut Random) -> Vec<String> {
    let people = 20 + random.below(160);
    let mut grants = Vec::new();
    for person in 0..people {
        let sex = random.below(2);
        for _ in 0..=random.below(3) {
            let place = random.below(5).min(random.below(5));
            let service = random.below(4).min(random.below(4));
            let from = random.below(6).min(random.below(6));
            let to = from + random.below(7);
            let to = if to < 6 { format!("2024-0{}-20", to + 1) } else { String::new() };
            let from = format!("2024-0{}-05", from + 1);
            grants.push(format!("{person},{place},{service},{sex},{from},{to}"));
        }
    }
    grants
}

/// How many people or pairs of person and service some grants have, each counted by looking.
pub fn counted(grants: &[String], at: At) -> Option<i64> {
    let mut found = HashSet::new();
    for grant in grants {
        let own: Vec<&str> = grant.split(',').collect();
        let number = |at: usize| own[at].parse::<u32>().unwrap();
        let month = |day: &str| day[5..7].parse::<u32>().unwrap() - 1;
        let first = month(own[4]);
        let last = if own[5].is_empty() { 5 } else { month(own[5]) };
        // Whoever ends in a month is not there at its end.
        let is_end = at.measure == AT_END;
        let behind = if is_end && !own[5].is_empty() { last } else { last + 1 };
        let months = (first..behind).map(|month| 1 << month).sum();
        let place = [1 << number(1), 1 << number(2), 1 << number(3), months];
        if place.iter().zip(&at.keys).all(|(own, keys)| own & keys != 0) {
            found.insert((number(0), if at.measure == PAIRS { number(2) } else { 0 }));
        }
    }
    [PEOPLE, PAIRS, AT_END].contains(&at.measure).then_some(found.len() as i64)
}

/// A view of grants, with small counts or without.
pub fn view(grants: &[String], minimum_set: u32) -> View {
    let mut tables = Memory::default();
    let of = |rows: &[(&str, &str)]| -> Vec<String> {
        let rows = rows.iter().enumerate();
        rows.map(|(at, (name, above))| format!("{at},{name},{above}")).collect()
    };
    tables.add("places", "place_id,town,region", &of(&TOWNS));
    tables.add("services", "service_id,code,kind", &of(&CODES));
    let sexes = SEXES.iter().enumerate().map(|(at, name)| format!("{at},{name}"));
    tables.add("sexes", "sex_id,sex", &sexes.collect::<Vec<_>>());
    let numbered = grants.iter().enumerate().map(|(at, grant)| format!("{at},{grant}"));
    let numbered: Vec<String> = numbered.collect();
    let columns = "grant_id,person_id,place_id,service_id,sex_id,from_day,to_day";
    tables.add("grants", columns, &numbered);
    let schema = Schema::parse(SCHEMA).unwrap_or_else(|error| panic!("{error}"));
    let mut cubes = Vec::new();
    build_cubes(&schema, SCHEMA, &tables, &|_| (), |cube| cubes.push(Arc::new(cube))).unwrap();
    let cube = cubes.remove(0);
    let rules = Rules::new(&cube, schema.cubes[0].disclosure.as_ref().unwrap(), minimum_set);
    View::everything(cube).disclosed(rules)
}

/// Which dimensions a question has: of places, services and months two, and perhaps sexes.
fn dimensions(random: &mut Random) -> [bool; 4] {
    let left_out = random.below(3);
    let mut has = [true, true, random.below(2) == 0, true];
    has[[0, 1, 3][left_out]] = false;
    has
}

/// Up to three measures.
fn some_measures(random: &mut Random) -> Vec<&'static str> {
    let first = random.below(MEASURES.len() - 1);
    let mut some = vec![MEASURES[first]];
    for _ in 0..random.below(3) {
        let next = MEASURES[random.below(MEASURES.len())];
        if !some.contains(&next) {
            some.push(next);
        }
    }
    some
}

/// Some members along each dimension, mostly with the total of all, as MDX; some with a ratio of what is
/// counted and a number that everybody knows, or with all but one town by subtraction.
pub fn members(random: &mut Random) -> String {
    let towns = TOWNS.iter().map(|(town, _)| format!("[Sted].[By].[{town}]")).collect();
    let codes = CODES.iter().map(|(code, _)| format!("[Ydelse].[Kode].[{code}]")).collect();
    let sexes = SEXES.iter().map(|sex| format!("[Køn].[Køn].[{sex}]")).collect();
    let months = MONTHS.iter().map(|(month, _)| format!("[Tid].[Måned].[{month}]")).collect();
    let all: [(Vec<String>, &str); 4] =
        [(towns, "[Sted]"), (codes, "[Ydelse]"), (sexes, "[Køn]"), (months, "[Tid].[Måned]")];
    let has = dimensions(random);
    let (mut axes, mut with) = (Vec::new(), String::new());
    let subtracts = has[0] && random.below(3) == 0;
    for ((members, dimension), _) in all.into_iter().zip(has).filter(|(_, has)| *has) {
        let mut some: Vec<String> = members.into_iter().filter(|_| random.below(2) == 0).collect();
        if some.is_empty() || random.below(4) > 0 {
            some.push(format!("{dimension}.DefaultMember"));
        }
        if subtracts && dimension == "[Sted]" {
            with = "MEMBER [Sted].[Andre] AS '[Sted].DefaultMember - [Sted].[By].[b1]' ".to_owned();
            some.push("[Sted].[Andre]".to_owned());
        }
        axes.push(format!("{{{}}}", some.join(", ")));
    }
    let mut measures = if subtracts { vec!["Antal", "Nye"] } else { some_measures(random) };
    if !subtracts && random.below(2) == 0 {
        with = format!("MEMBER [Measures].[Andel] AS '[Measures].[Personer] / {DENOMINATOR}' ");
        measures.push("Andel");
    }
    let measures: Vec<String> =
        measures.iter().map(|name| format!("[Measures].[{name}]")).collect();
    axes.push(format!("{{{}}}", measures.join(", ")));
    let with = if with.is_empty() { with } else { format!("WITH {with}") };
    format!("{with}SELECT {} ON 0 FROM [Ydelser]", axes.join(" * "))
}

/// Some services of a town, or towns of a service, beside their total or a rest, by two or three measures that
/// bound each other, as MDX.
pub fn beside(random: &mut Random) -> String {
    let is_of_towns = random.below(2) == 0;
    let codes = CODES.map(|(code, _)| format!("[Ydelse].[Kode].[{code}]"));
    let towns = TOWNS.map(|(town, _)| format!("[Sted].[By].[{town}]"));
    let (lists, all, one) = match is_of_towns {
        true => (&towns[..], "[Sted].DefaultMember", &codes[..]),
        false => (&codes[..], "[Ydelse].DefaultMember", &towns[..]),
    };
    let mut some: Vec<&str> =
        lists.iter().map(String::as_str).filter(|_| random.below(3) > 0).collect();
    some.push(all);
    let (mut with, mut left_out) = ("", random.below(6));
    if !is_of_towns && random.below(2) == 0 {
        // Of people a difference is nobody's number.
        left_out = 0;
        with = "WITH MEMBER [Ydelse].[Resten] AS '[Ydelse].DefaultMember - [Ydelse].[Kode].[y1]' ";
        some.push("[Ydelse].[Resten]");
    }
    let own = ["Personer", "Par", "Antal", "Dage"].iter().enumerate();
    let own = own.filter(|(at, _)| *at != left_out).map(|(_, own)| format!("[Measures].[{own}]"));
    let measures: Vec<String> = own.collect();
    let months = ["DefaultMember", "[2024-03]", "[2024-04]"];
    format!(
        "{with}SELECT {{{}}} * {{[Tid].[Måned].{}}} * {{{}}} * {{{}}} ON 0 FROM [Ydelser]",
        one[random.below(one.len())],
        months[random.below(3)],
        some.join(", "),
        measures.join(", ")
    )
}

/// A random pivot: some fields on each axis, mostly with totals, and some measures.
pub fn pivot(random: &mut Random) -> Pivot {
    let has = dimensions(random);
    let all: [[&[&str]; 3]; 4] = [
        [&["Sted.Region"], &["Sted.By"], &["Sted.Region", "Sted.By"]],
        [&["Ydelse.Kategori"], &["Ydelse.Kode"], &["Ydelse.Kategori", "Ydelse.Kode"]],
        [&["Køn.Køn"], &["Køn.Køn"], &["Køn.Køn"]],
        [&["Tid.Kvartal"], &["Tid.Måned"], &["Tid.Kvartal", "Tid.Måned"]],
    ];
    let own = all.map(|fields| fields[random.below(3)]);
    let fields = |dimensions: &[usize]| -> Vec<String> {
        let of = dimensions.iter().filter(|own| has[**own]).flat_map(|&one| own[one]);
        of.map(|&field| field.to_owned()).collect()
    };
    let mut filters = Vec::new();
    if random.below(4) == 0 {
        filters.push(format!("Ydelse.Kode<>y{}", 1 + random.below(4)));
    }
    if random.below(4) == 0 {
        filters.push(format!("Sted.By<>b{}", 1 + random.below(5)));
    }
    Pivot {
        cube: "Ydelser".to_owned(),
        filters,
        columns: fields(&[1, 2]),
        rows: fields(&[0, 3]),
        measures: some_measures(random).into_iter().map(str::to_owned).collect(),
        totals: random.below(5) > 0,
        empty: random.below(3) > 0,
    }
}
