//! Random tables with every shape: ragged levels, a tree, missing and unknown keys, a bridge,
//! missing numbers.

use super::memory::Memory;

pub const SCHEMA: &str = r#"
name = "tilfældig"
[[table]]
name = "sales"
joins = [{ table = "stores", column = "store_id" }]
[[dimension]]
name = "Butik"
table = "stores"
key = "store_id"
[[dimension.hierarchies]]
name = "Geografi"
levels = [
    { name = "Land", key = "country" },
    { name = "Region", key = "region", hide = "parent" },
    { name = "By", key = "city", hide = "blank" },
    { name = "Butik", key = "store_id", type = "number", unique = true },
]
[[dimension.hierarchies]]
name = "Størrelse"
levels = [{ name = "Størrelse", key = "size", type = "number" }]
[[dimension]]
name = "Medarbejder"
table = "staff"
key = "staff_id"
[[dimension.hierarchies]]
levels = [{ name = "Medarbejder", key = "staff_id", type = "number", parent = "manager_id" }]
[[dimension]]
name = "Interesse"
table = "interests"
key = "interest_id"
[[dimension.hierarchies]]
levels = [{ name = "Interesse", key = "interest_id" }]
[[cube]]
name = "Salg"
[[cube.group]]
facts = "sales"
dimensions = [
    { dimension = "Butik", column = "store_id" },
    { dimension = "Medarbejder", column = "staff_id" },
    { dimension = "Interesse", column = "customer_id", bridge = { table = "customer_interests", key = "customer_id", column = "interest_id" } },
]
measures = [
    { name = "Sum", kind = "sum", column = "amount", decimals = 2 },
    { name = "Mindste", kind = "min", column = "amount", decimals = 2 },
    { name = "Største", kind = "max", column = "amount", decimals = 2 },
    { name = "Gennemsnit", kind = "avg", column = "amount", decimals = 2 },
    { name = "Rækker", kind = "count" },
    { name = "Beløb", kind = "count", column = "amount" },
    { name = "Kunder", kind = "distinct", key = ["customer_id"] },
    { name = "Varer", kind = "distinct", key = ["product"] },
    { name = "Varer i lande", kind = "distinct", key = ["product", "stores.country"] },
]
provenance = [
    { name = "beløb", column = "amount" },
    { name = "kunde", column = "customer_id" },
    { name = "vare", column = "product" },
    { name = "land", column = "stores.country" },
]
"#;

/// A store: country, region, city and size, of which the last two can be missing.
pub struct Store {
    pub country: u64,
    pub region: String,
    pub city: Option<u64>,
    pub size: Option<u64>,
}

/// A sale. A store or an employee beyond those that there are is unknown.
pub struct Sale {
    pub store: Option<usize>,
    pub staff: usize,
    pub customer: Option<u64>,
    pub product: Option<u64>,
    /// In hundredths.
    pub amount: Option<i64>,
}

pub struct World {
    pub stores: Vec<Store>,
    /// The manager of each employee; not in order.
    pub managers: Vec<Option<usize>>,
    pub interests: u64,
    /// Customer and interest, some twice.
    pub bridge: Vec<(u64, u64)>,
    pub sales: Vec<Sale>,
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }

    fn maybe(&mut self, bound: u64) -> Option<u64> {
        (self.below(5) > 0).then(|| self.below(bound))
    }
}

impl World {
    pub fn new(seed: u64) -> World {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let stores = (0..1 + random.below(12)).map(|_| {
            let country = random.below(3);
            let same = random.below(3) == 0;
            let region =
                if same { format!("land{country}") } else { format!("r{}", random.below(3)) };
            Store { country, region, city: random.maybe(3), size: random.maybe(4) }
        });
        let stores: Vec<Store> = stores.collect();
        let count = 1 + random.below(10) as usize;
        // A tree over a random order of the employees.
        let mut order: Vec<usize> = (0..count).collect();
        (1..count).for_each(|at| order.swap(at, random.below(at as u64 + 1) as usize));
        let mut managers = vec![None; count];
        for at in 1..count {
            let above = random.below(at as u64 + 1) as usize;
            managers[order[at]] = (above < at).then(|| order[above]);
        }
        let interests = 1 + random.below(4);
        let bridge = (0..random.below(20)).map(|_| (random.below(8), random.below(interests)));
        let bridge = bridge.collect();
        let sales = (0..random.below(60)).map(|_| Sale {
            store: random.maybe(stores.len() as u64 + 1).map(|store| store as usize),
            staff: random.below(count as u64) as usize,
            customer: random.maybe(8),
            product: random.maybe(5),
            amount: random.maybe(2000).map(|amount| amount as i64 - 500),
        });
        let sales = sales.collect();
        World { stores, managers, interests, bridge, sales }
    }

    /// The sales that point at no store.
    pub fn unmatched(&self) -> u64 {
        let is_known = |sale: &&Sale| sale.store.is_some_and(|store| store < self.stores.len());
        (self.sales.len() - self.sales.iter().filter(is_known).count()) as u64
    }

    pub fn tables(&self) -> Memory {
        let mut tables = Memory::default();
        let text = |number: Option<u64>| number.map_or(String::new(), |number| number.to_string());
        let stores = self.stores.iter().enumerate().map(|(at, store)| {
            let city = store.city.map_or(String::new(), |city| format!("by{city}"));
            format!("{at},land{},{},{city},{}", store.country, store.region, text(store.size))
        });
        tables.add("stores", "store_id,country,region,city,size", &stores.collect::<Vec<_>>());
        let staff = self.managers.iter().enumerate();
        let staff = staff
            .map(|(at, manager)| format!("{at},{}", text(manager.map(|manager| manager as u64))));
        tables.add("staff", "staff_id,manager_id", &staff.collect::<Vec<_>>());
        let interests: Vec<String> = (0..self.interests).map(|at| at.to_string()).collect();
        tables.add("interests", "interest_id", &interests);
        let bridge: Vec<String> = self
            .bridge
            .iter()
            .map(|(customer, interest)| format!("{customer},{interest}"))
            .collect();
        tables.add("customer_interests", "customer_id,interest_id", &bridge);
        let sales = self.sales.iter().map(|sale| {
            let store = text(sale.store.map(|store| store as u64));
            let amount =
                sale.amount.map_or(String::new(), |amount| format!("{}", amount as f64 / 100.0));
            let (customer, product) = (text(sale.customer), text(sale.product));
            format!("{store},{},{customer},{product},{amount}", sale.staff)
        });
        let columns = "store_id,staff_id,customer_id,product,amount";
        tables.add("sales", columns, &sales.collect::<Vec<_>>());
        tables
    }
}
