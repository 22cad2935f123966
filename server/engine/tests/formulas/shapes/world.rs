//! A small cube of the shapes that the other world lacks: a time without an All member, whose default
//! is a year; a tree; levels above each other; a dimension of the second group alone, with a default
//! beside its All member; and figures that are missing here and there.

use std::sync::Arc;

use cube_schema::schema::Schema;
use terning_engine::query::View;
use terning_engine::tables::build_cubes;

use super::memory::Memory;

const SCHEMA: &str = r#"
name = "former"
all = "Alle"

[[dimension]]
name = "Tid"
table = "days"
key = "day"
[[dimension.hierarchies]]
name = "Kalender"
has_all = false
default = ["2024"]
levels = [
    { name = "År", key = "the_year", type = "number", unique = true },
    { name = "Kvartal", key = "quarter", unique = true },
]
[[dimension.hierarchies]]
name = "Halvår"
levels = [{ name = "Halvår", key = "half", unique = true }]

[[dimension]]
name = "Person"
table = "staff"
key = "name"
[[dimension.hierarchies]]
name = "Personer"
levels = [{ name = "Navn", key = "name", parent = "manager" }]

[[dimension]]
name = "Vare"
table = "goods"
key = "good"
[[dimension.hierarchies]]
name = "Varer"
levels = [
    { name = "Familie", key = "family", unique = true },
    { name = "Vare", key = "good", unique = true },
]

[[dimension]]
name = "Lager"
table = "stores"
key = "store"
[[dimension.hierarchies]]
name = "Lagre"
default = ["l1"]
levels = [{ name = "Sted", key = "store", unique = true }]

[[cube]]
name = "Former"
[[cube.group]]
facts = "sales"
dimensions = [
    { dimension = "Tid", column = "day" },
    { dimension = "Person", column = "name" },
    { dimension = "Vare", column = "good" },
]
measures = [
    { name = "Linjer", kind = "count" },
    { name = "Solgte", kind = "distinct", key = ["good"] },
]
[[cube.group]]
facts = "stock"
dimensions = [
    { dimension = "Tid", column = "day" },
    { dimension = "Vare", column = "good" },
    { dimension = "Lager", column = "store" },
]
measures = [
    { name = "Enheder", kind = "sum", column = "units" },
    { name = "Lagervarer", kind = "distinct", key = ["good"] },
]
[[cube.calculated]]
name = "Dobbelt"
formula = "[Measures].[Linjer] * 2"
"#;

const QUARTERS: [&str; 8] =
    ["2023K1", "2023K2", "2023K3", "2023K4", "2024K1", "2024K2", "2024K3", "2024K4"];
/// Who there is, and under whom: an ancestor stands before those below.
const STAFF: [(&str, Option<usize>); 6] = [
    ("Ane", None),
    ("Bo", Some(0)),
    ("Dan", Some(1)),
    ("Eva", Some(1)),
    ("Cai", Some(0)),
    ("Fie", Some(4)),
];
const GOODS: [(&str, &str); 4] =
    [("brød", "mad"), ("ost", "mad"), ("saft", "vådt"), ("vand", "vådt")];
const STORES: [&str; 3] = ["l1", "l2", "l3"];

/// A sale: quarter, person, good; and stock: quarter, good, store, units.
pub const SALES: [[usize; 3]; 9] = [
    [0, 1, 0],
    [0, 2, 1],
    [1, 2, 0],
    [1, 5, 2],
    [3, 0, 0],
    [4, 3, 0],
    [4, 3, 1],
    [6, 5, 2],
    [7, 1, 1],
];
pub const STOCK: [[usize; 4]; 7] = [
    [0, 0, 0, 3],
    [1, 3, 1, 5],
    [2, 1, 2, 2],
    [4, 3, 0, 4],
    [5, 0, 0, 1],
    [5, 2, 1, 6],
    [7, 3, 0, 2],
];

/// The stored measures; the first two are of sales.
pub const STORED: [&str; 4] = ["Linjer", "Solgte", "Enheder", "Lagervarer"];

/// A member: what it is called, the keys of its dimension that it has, and how deep it stands; All
/// stands at 0.
#[derive(Clone)]
pub struct Member {
    pub name: &'static str,
    pub keys: u32,
    pub depth: usize,
}

/// A hierarchy.
pub struct Hierarchy {
    pub name: &'static str,
    pub dimension: usize,
    /// The names of its levels from depth 1.
    pub levels: &'static [&'static str],
    /// In hierarchical order.
    pub members: Vec<Member>,
    pub default: usize,
    /// The hierarchy that it is a level of.
    pub level_of: Option<usize>,
}

impl Hierarchy {
    pub fn text(&self, member: usize) -> String {
        format!("{}.[{}]", self.name, self.members[member].name)
    }
}

/// The dimensions that a measure is related to.
pub fn related(measure: usize) -> [usize; 3] {
    if measure < 2 { [TIME, PERSON, GOOD] } else { [TIME, GOOD, STORE] }
}

/// How many keys each dimension has.
pub const KEYS: [usize; 4] = [QUARTERS.len(), STAFF.len(), GOODS.len(), STORES.len()];
pub const TIME: usize = 0;
pub const PERSON: usize = 1;
pub const GOOD: usize = 2;
pub const STORE: usize = 3;

pub fn hierarchies() -> Vec<Hierarchy> {
    let member = |name, keys, depth| Member { name, keys, depth };
    let all = |dimension: usize| member("Alle", (1 << KEYS[dimension]) - 1, 0);
    let quarter = |at: usize, depth| member(QUARTERS[at], 1 << at, depth);
    let year = |name, first: usize| {
        let below = (first..first + 4).map(move |at| quarter(at, 2));
        std::iter::once(member(name, 0b1111 << first, 1)).chain(below)
    };
    let below = |at: usize| {
        let is_below = |&other: &usize| {
            std::iter::successors(Some(other), |&one| STAFF[one].1).any(|one| one == at)
        };
        (0..STAFF.len()).filter(is_below).fold(0, |keys, one| keys | 1 << one)
    };
    let depth = |at: usize| std::iter::successors(Some(at), |&one| STAFF[one].1).count();
    let good = |at: usize| member(GOODS[at].0, 1 << at, 2);
    let of = |name, dimension, levels, members| Hierarchy {
        name,
        dimension,
        levels,
        members,
        default: 0,
        level_of: None,
    };
    let staff = (0..STAFF.len()).map(|at| member(STAFF[at].0, below(at), depth(at)));
    let stores = (0..STORES.len()).map(|at| member(STORES[at], 1 << at, 1));
    let goods = [member("mad", 0b11, 1), good(0), good(1), member("vådt", 0b1100, 1), good(2)];
    let goods = goods.into_iter().chain([good(3)]);
    let with_all = |dimension, members: Vec<Member>| {
        std::iter::once(all(dimension)).chain(members).collect::<Vec<_>>()
    };
    vec![
        Hierarchy {
            default: 5,
            ..of(
                "[Tid].[Kalender]",
                TIME,
                &["År", "Kvartal"],
                year("2023", 0).chain(year("2024", 4)).collect(),
            )
        },
        Hierarchy {
            level_of: Some(0),
            ..of(
                "[Tid].[Kvartal]",
                TIME,
                &["Kvartal"],
                with_all(TIME, (0..QUARTERS.len()).map(|at| quarter(at, 1)).collect()),
            )
        },
        of("[Person].[Personer]", PERSON, &[], with_all(PERSON, staff.collect())),
        of("[Vare].[Varer]", GOOD, &["Familie", "Vare"], with_all(GOOD, goods.collect())),
        Hierarchy {
            default: 1,
            ..of("[Lager].[Lagre]", STORE, &["Sted"], with_all(STORE, stores.collect()))
        },
    ]
}

/// The cube.
pub fn view() -> View {
    let mut tables = Memory::default();
    let days = QUARTERS.iter().map(|quarter| {
        let half = if quarter.as_bytes()[5] < b'3' { 1 } else { 2 };
        format!("{quarter},{},{quarter},{half}", &quarter[..4])
    });
    tables.add("days", "day,the_year,quarter,half", &days.collect::<Vec<_>>());
    let staff = STAFF
        .iter()
        .map(|(name, above)| format!("{name},{}", above.map_or("", |above| STAFF[above].0)));
    tables.add("staff", "name,manager", &staff.collect::<Vec<_>>());
    let goods = GOODS.iter().map(|(good, family)| format!("{good},{family}"));
    tables.add("goods", "good,family", &goods.collect::<Vec<_>>());
    tables.add("stores", "store", &STORES.map(str::to_owned));
    let sales = SALES.iter().map(|[day, person, good]| {
        format!("{},{},{}", QUARTERS[*day], STAFF[*person].0, GOODS[*good].0)
    });
    tables.add("sales", "day,name,good", &sales.collect::<Vec<_>>());
    let stock = STOCK.iter().map(|[day, good, store, units]| {
        format!("{},{},{},{units}", QUARTERS[*day], GOODS[*good].0, STORES[*store])
    });
    tables.add("stock", "day,good,store,units", &stock.collect::<Vec<_>>());
    let schema = Schema::parse(SCHEMA).unwrap();
    let mut cubes = Vec::new();
    build_cubes(&schema, SCHEMA, &tables, &|_| (), |cube| cubes.push(cube)).unwrap();
    View::everything(Arc::new(cubes.remove(0)))
}
