//! The slow and obvious way: every member with the facts that are about it, and their figures.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{Sale, Store, World};

pub const MEASURES: [&str; 9] = [
    "Sum",
    "Mindste",
    "Største",
    "Gennemsnit",
    "Rækker",
    "Beløb",
    "Kunder",
    "Varer",
    "Varer i lande",
];

/// Facts by position.
type Facts = Vec<usize>;

impl World {
    fn store(&self, sale: &Sale) -> Option<&Store> {
        self.stores.get(sale.store?)
    }

    /// Facts by something of their store, which some stores do not have; of all stores, and of the
    /// missing one where a fact has none.
    fn by_store(&self, member: impl Fn(Option<(usize, &Store)>) -> Option<Vec<String>>) -> Members {
        let mut members: BTreeMap<Vec<String>, Facts> = BTreeMap::new();
        for (at, store) in self.stores.iter().enumerate() {
            if let Some(member) = member(Some((at, store))) {
                members.entry(member).or_default();
            }
        }
        for (fact, sale) in self.sales.iter().enumerate() {
            let store = self.store(sale).map(|store| (sale.store.unwrap(), store));
            if let Some(member) = member(store) {
                members.entry(member).or_default().push(fact);
            }
        }
        members.into_iter().map(|(mut path, facts)| (path.pop().unwrap(), facts)).collect()
    }
}

/// Members by caption, each with its facts.
type Members = Vec<(String, Facts)>;

/// What is asked by field.
pub fn fields(world: &World) -> Vec<(&'static str, Members)> {
    const NULL: &str = "#null";
    let country = |store: Option<(usize, &Store)>| {
        store.map_or(NULL.to_owned(), |(_, store)| format!("land{}", store.country))
    };
    let region = |store: Option<(usize, &Store)>| {
        store.map_or(NULL.to_owned(), |(_, store)| store.region.clone())
    };
    let city = |store: Option<(usize, &Store)>| {
        store.and_then(|(_, store)| store.city).map(|city| format!("by{city}"))
    };
    let interest = |interest: u64| {
        let has = |sale: &Sale| {
            sale.customer.is_some_and(|customer| world.bridge.contains(&(customer, interest)))
        };
        let facts = (0..world.sales.len()).filter(|&fact| has(&world.sales[fact]));
        (interest.to_string(), facts.collect())
    };
    vec![
        ("Butik.Land", world.by_store(|store| Some(vec![country(store)]))),
        (
            "Butik.Region",
            // A region with its country's name is left out, and so is the missing one of the missing.
            world.by_store(|store| {
                let (country, region) = (country(store), region(store));
                (country != region).then(|| vec![country, region])
            }),
        ),
        (
            "Butik.By",
            world.by_store(|store| Some(vec![country(store), region(store), city(store)?])),
        ),
        (
            "Butik.Butik",
            world.by_store(|store| {
                Some(vec![store.map_or(NULL.to_owned(), |(at, _)| at.to_string())])
            }),
        ),
        (
            "Butik.Størrelse",
            world.by_store(|store| {
                let size = store.and_then(|(_, store)| store.size);
                Some(vec![size.map_or(NULL.to_owned(), |size| size.to_string())])
            }),
        ),
        ("Medarbejder.Medarbejder", own_facts(world)),
        ("Interesse.Interesse", (0..world.interests).map(interest).collect()),
    ]
}

fn own_facts(world: &World) -> Members {
    let own = |staff: usize| {
        (0..world.sales.len()).filter(move |&fact| world.sales[fact].staff == staff).collect()
    };
    (0..world.managers.len()).map(|staff| (staff.to_string(), own(staff))).collect()
}

/// Every employee with the facts of all below.
pub fn tree(world: &World) -> Vec<(usize, Facts)> {
    let is_below = |mut staff: usize, top: usize| loop {
        match world.managers[staff] {
            _ if staff == top => return true,
            Some(manager) => staff = manager,
            None => return false,
        }
    };
    let facts = |top: usize| {
        (0..world.sales.len()).filter(|&fact| is_below(world.sales[fact].staff, top)).collect()
    };
    (0..world.managers.len()).map(|top| (top, facts(top))).collect()
}

/// The figures of some facts, in the order of [`MEASURES`]; without any facts all are empty.
pub fn figures(world: &World, facts: &[usize]) -> Vec<Option<f64>> {
    if facts.is_empty() {
        return vec![None; MEASURES.len()];
    }
    let sales: Vec<&Sale> = facts.iter().map(|&fact| &world.sales[fact]).collect();
    let amounts: Vec<i64> = sales.iter().filter_map(|sale| sale.amount).collect();
    let hundredths = |number: Option<i64>| number.map(|number| number as f64 / 100.0);
    let any = !amounts.is_empty();
    let sum = amounts.iter().sum::<i64>();
    let mean = sum as f64 * 10_000.0 / (1e6 * amounts.len() as f64);
    let customers: BTreeSet<u64> = sales.iter().filter_map(|sale| sale.customer).collect();
    let products: BTreeSet<u64> = sales.iter().filter_map(|sale| sale.product).collect();
    let pairs = sales.iter().filter_map(|sale| Some((sale.product?, world.store(sale)?.country)));
    let pairs: BTreeSet<(u64, u64)> = pairs.collect();
    vec![
        hundredths(any.then_some(sum)),
        hundredths(amounts.iter().min().copied()),
        hundredths(amounts.iter().max().copied()),
        any.then_some(mean),
        Some(sales.len() as f64),
        Some(amounts.len() as f64),
        Some(customers.len() as f64),
        Some(products.len() as f64),
        Some(pairs.len() as f64),
    ]
}
