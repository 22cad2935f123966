//! A tiny cube for the tests of binding: 2019–2020, four municipalities, five services, a
//! many-valued dimension, institutions that are observed, and citizens.

use std::sync::{Arc, LazyLock};

use cube_schema::day::{Day, Month};
use cube_schema::schema::Schema;
use cube_schema::table::{DimensionTable, FactColumn, FactTable, Lists, Star, Timeline};
use roaring::RoaringBitmap;

use crate::cube::{Cube, build};
use crate::query::bound::{Axis, Bound, Condition, Factor, HierarchyRef, Part};
use crate::query::view::Seen;
use crate::query::{QueryError, View, names};

const SCHEMA: &str = r#"
name = "lille"
first_month = "2019-01"

[[dimension]]
name = "Tid"
fields = [
    { name = "År", grain = "year" },
    { name = "Kvartal", grain = "quarter" },
    { name = "Måned", grain = "month" },
]
hierarchies = [{ name = "Kalender", levels = ["År", "Kvartal", "Måned"] }]

[[dimension]]
name = "Handle kommune"
table = "kommune"
fields = [
    { name = "Region", key = "regionskode", caption = "region", sort = "number" },
    { name = "Kommunenummer", key = "kode", sort = "number" },
    { name = "Kommune", key = "kode", caption = "navn", sort = "number" },
]
hierarchies = [{ name = "Geografi", levels = ["Region", "Kommune"] }]

[[dimension]]
name = "Ydelse VH"
table = "ydelse"
fields = [
    { name = "Kategori", key = "kategori" },
    { name = "Ydelseskode", key = "kode", sort = "number" },
    { name = "Ydelsesnavn", key = "kode", caption = "navn", sort = "number" },
]
hierarchies = [{ name = "Ydelser", levels = ["Kategori", "Ydelseskode"] }]

[[dimension]]
name = "Harmonisering VH"
table = "regel"
fields = [
    { name = "DST Handling", key = "handling", sort = "table" },
    { name = "Regel", key = "regel", sort = "table" },
]
hierarchies = [{ name = "Regler", levels = ["DST Handling", "Regel"] }]

[[dimension]]
name = "Åben ydelse § 107"
table = "varighed"
fields = [{ name = "Varighed", key = "varighed", sort = "table" }]

[[dimension]]
name = "Åben ydelse § 107.nr. 2"
table = "varighed"
fields = [{ name = "Varighed i dage, ca.", key = "varighed", sort = "table" }]

[[dimension]]
name = "Køn"
table = "koen"
fields = [{ name = "Køn", key = "koen", sort = "table" }]

[[dimension]]
name = "Opholdssted"
table = "sted"
observed = true
fields = [
    { name = "Beliggenhedskommune", key = "kode", caption = "kommune", sort = "number" },
    { name = "Opholdssted", key = "id", caption = "navn" },
]
hierarchies = [{ name = "Steder", levels = ["Beliggenhedskommune", "Opholdssted"] }]

[[dimension]]
name = "Borger"
table = "borger"
observed = true
fields = [{ name = "Personnummer", key = "cpr", sort = "table", personal = true }]

[[cube]]
name = "Voksne"
[[cube.group]]
name = "Ydelser"
facts = "ydelser"
entity = "borger"
first = "fra"
last = "til"
dimensions = [
    { dimension = "Tid" },
    { dimension = "Handle kommune", column = "kommune" },
    { dimension = "Ydelse VH", column = "ydelse" },
    { dimension = "Harmonisering VH", column = "regler" },
    { dimension = "Åben ydelse § 107", column = "varighed" },
    { dimension = "Åben ydelse § 107.nr. 2", column = "varighed" },
    { dimension = "Køn", column = "koen" },
    { dimension = "Opholdssted", column = "sted" },
    { dimension = "Borger", column = "borger" },
]
measures = [
    { name = "Antal Unikke Borgere", kind = "distinct", key = ["borger"] },
    { name = "Antal Ydelser", kind = "distinct", key = ["borger", "ydelse"] },
]
"#;

/// Everything of the tiny cube. Facts 0–3 are of citizens 0, 0, 1, 2 in the municipalities 153,
/// 153, 155, 157, at the places Solgården (153), Æblehaven (153), Solgården (155), Østerly (155).
pub(crate) fn view() -> View {
    View::everything(cube())
}

/// What municipality 153 sees of it: the first two rows.
pub(crate) fn view_of_153() -> View {
    view_of_rows(0..2)
}

/// What somebody sees of it who sees some rows.
pub(crate) fn view_of_rows(rows: impl IntoIterator<Item = u32>) -> View {
    let rows: RoaringBitmap = rows.into_iter().collect();
    View::of_rows(cube(), vec![Seen { rows, cut: RoaringBitmap::new() }])
}

fn cube() -> Arc<Cube> {
    static CUBE: LazyLock<Arc<Cube>> = LazyLock::new(|| {
        let schema = Schema::parse(SCHEMA).unwrap();
        let timeline = Timeline { first: Month::new(2019, 1), last: Month::new(2020, 12) };
        Arc::new(build(&schema, &schema.cubes[0], &star(), timeline).unwrap())
    });
    Arc::clone(&CUBE)
}

fn star() -> Star {
    Star { dimensions: dimensions(), facts: vec![facts()], steps: Vec::new() }
}

fn dimensions() -> Vec<DimensionTable> {
    vec![
        table(
            "kommune",
            &["regionskode", "region", "kode", "navn"],
            &[
                &["1084", "Hovedstaden", "153", "Brøndby"],
                &["1084", "Hovedstaden", "155", "Dragør"],
                &["1084", "Hovedstaden", "157", "Gentofte"],
                &["1085", "Sjælland", "253", "Greve"],
            ],
        ),
        table(
            "ydelse",
            &["kategori", "kode", "navn"],
            &[
                &["Længerevarende botilbud", "1.8.1", "Botilbud, længerevarende"],
                &["Længerevarende botilbud", "1.12.0.1", "Støtte i botilbud"],
                &["Midlertidige botilbud", "1.8.2", "Botilbud, midlertidigt"],
                &["Støtte", "1.12.0.2", "Støtte i \"eget\" hjem"],
                &["", "", ""],
            ],
        ),
        table(
            "regel",
            &["handling", "regel"],
            &[&["Slettes", "Børn"], &["Slettes", "Dubletter"], &["Ændres", "Død"], &["", ""]],
        ),
        table("varighed", &["varighed"], &[&["0 – 100 dage"], &["> 100 dage"], &[""]]),
        table("koen", &["koen"], &[&["Mand"], &["Kvinde"]]),
        table(
            "sted",
            &["kode", "kommune", "id", "navn"],
            &[
                &["153", "Brøndby", "s1", "Solgården"],
                &["153", "Brøndby", "s2", "Æblehaven"],
                &["155", "Dragør", "s3", "Solgården"],
                &["155", "Dragør", "s4", "Østerly [afd. 2]"],
            ],
        ),
        table("borger", &["cpr"], &[&["6101011234"], &["6202022345"], &["6303033456"]]),
    ]
}

fn table(name: &str, columns: &[&str], rows: &[&[&str]]) -> DimensionTable {
    let mut table = DimensionTable::new(name, columns);
    for row in rows {
        table.push(row);
    }
    table
}

fn facts() -> FactTable {
    let mut rules = Lists::default();
    for list in [&[3][..], &[0, 2], &[3], &[1]] {
        rules.push(list.iter().copied());
    }
    let id = |values: [u32; 4]| FactColumn::Id(values.to_vec());
    let day = |year, month| FactColumn::Day(vec![Day::from_ymd(year, month, 1).unwrap(); 4]);
    let columns = [
        ("borger", id([0, 0, 1, 2])),
        ("kommune", id([0, 0, 1, 2])),
        ("ydelse", id([0, 1, 2, 3])),
        ("regler", FactColumn::Ids(rules)),
        ("varighed", id([0, 1, 2, 2])),
        ("koen", id([0, 0, 1, 1])),
        ("sted", id([0, 1, 2, 3])),
        ("fra", day(2019, 3)),
        ("til", day(2020, 6)),
    ];
    let columns = columns.map(|(name, values)| (name.to_owned(), values)).into();
    FactTable { name: "ydelser".to_owned(), columns }
}

/// A bound question in short: each axis as its factors, levels as `Field.*` and tuples as captions,
/// then the conditions and the measure.
pub(crate) fn shown(view: &View, bound: &Bound) -> String {
    let axes: Vec<String> = bound.axes.iter().map(|axis| shown_axis(view, axis)).collect();
    let conditions = bound.conditions.iter().map(|one| format!(" ? {}", condition(view, one)));
    let measure = names::caption(view.cube(), HierarchyRef::Measures, bound.measure);
    format!("{}{} # {measure}", axes.join(" / "), conditions.collect::<String>())
}

fn shown_axis(view: &View, axis: &Axis) -> String {
    let factors: Vec<String> = axis.factors.iter().map(|factor| shown_set(view, factor)).collect();
    format!("{}{}", if axis.non_empty { "!" } else { "" }, factors.join(" × "))
}

fn shown_set(view: &View, factor: &Factor) -> String {
    let mut elements = Vec::new();
    for part in &factor.parts {
        match (part, factor.columns[0]) {
            (Part::Level { field }, HierarchyRef::Of { dimension, .. }) => {
                let field = &view.cube().dimensions[dimension].fields[*field];
                elements.push(format!("{}.*", field.name));
            }
            (Part::Tuples(tuples), _) => {
                for tuple in tuples.chunks_exact(factor.columns.len()) {
                    let captions = factor.columns.iter().zip(tuple);
                    let captions: Vec<&str> = captions
                        .map(|(column, member)| names::caption(view.cube(), *column, *member))
                        .collect();
                    elements.push(captions.join("+"));
                }
            }
            _ => elements.push("?".to_owned()),
        }
    }
    elements.join("|")
}

/// A condition as `dimension.field = captions`, or `≠`.
pub(crate) fn condition(view: &View, condition: &Condition) -> String {
    let dimension = &view.cube().dimensions[condition.dimension];
    let field = &dimension.fields[condition.field];
    let captions: Vec<&str> =
        condition.members.iter().map(|&member| field.captions.get(member as usize)).collect();
    let sign = if condition.except { "≠" } else { "=" };
    format!("{}.{} {sign} {}", dimension.name, field.name, captions.join("|"))
}

/// An error as its message, the text pointed at, and the candidates.
pub(crate) fn failure(error: &QueryError) -> String {
    let place = error.place.as_ref();
    let place = place.map_or(String::new(), |place| place.text[place.span.clone()].to_owned());
    format!("{} @{place} {}", error.message, error.candidates.join("|"))
}
