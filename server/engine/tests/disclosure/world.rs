//! Small random towns: people of two sexes, services of two kinds, places in two regions.

use std::sync::Arc;

use cube_schema::schema::Schema;
use terning_engine::query::disclose::Rules;
use terning_engine::query::{Pivot, View};
use terning_engine::tables::build_cubes;

use super::memory::Memory;

pub const SCHEMA: &str = r#"
name = "små tal"
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
[[cube]]
name = "Ydelser"
[cube.disclosure]
threshold = 5
count = [
    { measure = "Personer", parts = ["Køn"], at_most = ["Par"] },
    { measure = "Par", parts = ["Ydelse", "Køn"], at_most = ["Antal"] },
    { measure = "Antal", parts = ["Sted", "Ydelse", "Køn"] },
]
tied = [{ measure = "Dage", to = "Personer", parts = ["Sted", "Ydelse", "Køn"] }]
[[cube.group]]
facts = "grants"
dimensions = [
    { dimension = "Sted", column = "place_id" },
    { dimension = "Ydelse", column = "service_id" },
    { dimension = "Køn", column = "sex_id" },
]
measures = [
    { name = "Personer", kind = "distinct", key = ["person_id"] },
    { name = "Par", kind = "distinct", key = ["person_id", "service_id"] },
    { name = "Antal", kind = "count" },
    { name = "Dage", kind = "sum", column = "days" },
]
"#;

/// Towns by region, codes by kind.
pub const TOWNS: [(&str, &str); 5] =
    [("b1", "r1"), ("b2", "r1"), ("b3", "r1"), ("b4", "r2"), ("b5", "r2")];
pub const CODES: [(&str, &str); 4] = [("y1", "k1"), ("y2", "k1"), ("y3", "k2"), ("y4", "k2")];
pub const SEXES: [&str; 2] = ["m", "k"];

pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// Grants: person, place, service, sex, days. Some places and services are rare.
pub fn grants(random: &mut Random) -> Vec<String> {
    let people = 20 + random.below(160);
    let mut grants = Vec::new();
    for person in 0..people {
        let sex = random.below(2);
        for _ in 0..=random.below(3) {
            let place = random.below(5).min(random.below(5));
            let service = random.below(4).min(random.below(4));
            let days = 1 + random.below(300);
            grants.push(format!("{person},{place},{service},{sex},{days}"));
        }
    }
    grants
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
    tables.add("grants", "person_id,place_id,service_id,sex_id,days", grants);
    let schema = Schema::parse(SCHEMA).unwrap_or_else(|error| panic!("{error}"));
    let mut cubes = Vec::new();
    build_cubes(&schema, SCHEMA, &tables, &|_| (), |cube| cubes.push(Arc::new(cube))).unwrap();
    let cube = cubes.remove(0);
    let rules = Rules::new(&cube, schema.cubes[0].disclosure.as_ref().unwrap(), minimum_set);
    View::everything(cube).disclosed(rules)
}

/// Some members along each dimension, mostly with the total of all, as MDX.
pub fn members(random: &mut Random) -> String {
    let mut axes = Vec::new();
    let towns = TOWNS.iter().map(|(town, _)| format!("[Sted].[By].[{town}]")).collect();
    let codes = CODES.iter().map(|(code, _)| format!("[Ydelse].[Kode].[{code}]")).collect();
    let sexes = SEXES.iter().map(|sex| format!("[Køn].[Køn].[{sex}]")).collect();
    let all: [(Vec<String>, &str); 3] = [(towns, "[Sted]"), (codes, "[Ydelse]"), (sexes, "[Køn]")];
    for (members, dimension) in all {
        if random.below(4) == 0 {
            continue;
        }
        let mut some: Vec<String> = members.into_iter().filter(|_| random.below(2) == 0).collect();
        if some.is_empty() || random.below(4) > 0 {
            some.push(format!("{dimension}.DefaultMember"));
        }
        axes.push(format!("{{{}}}", some.join(", ")));
    }
    let measures = ["Personer", "Par", "Antal", "Dage"];
    let mut some: Vec<String> = measures
        .iter()
        .filter(|_| random.below(2) == 0)
        .map(|name| format!("[Measures].[{name}]"))
        .collect();
    if some.is_empty() {
        some.push(format!("[Measures].[{}]", measures[random.below(3)]));
    }
    axes.push(format!("{{{}}}", some.join(", ")));
    format!("SELECT {} ON 0 FROM [Ydelser]", axes.join(" * "))
}

/// A random pivot: some fields on each axis, mostly with totals, and some measures.
pub fn pivot(random: &mut Random) -> Pivot {
    let places = [&[][..], &["Sted.Region"], &["Sted.By"], &["Sted.Region", "Sted.By"]];
    let services =
        [&[][..], &["Ydelse.Kategori"], &["Ydelse.Kode"], &["Ydelse.Kategori", "Ydelse.Kode"]];
    let sexes = [&[][..], &["Køn.Køn"]];
    let own = |all: &[&[&str]], at: usize| -> Vec<String> {
        all[at].iter().map(|&field| field.to_owned()).collect()
    };
    let (place, service) = (random.below(4), random.below(4));
    let mut columns = own(&services, service);
    columns.extend(own(&sexes, random.below(2)));
    let all = ["Personer", "Par", "Antal", "Dage"];
    let mut measures: Vec<String> =
        all.iter().filter(|_| random.below(2) == 0).map(|&name| name.to_owned()).collect();
    if measures.is_empty() {
        measures.push(all[random.below(3)].to_owned());
    }
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
        columns,
        rows: own(&places, place),
        measures,
        totals: random.below(5) > 0,
        empty: true,
    }
}
