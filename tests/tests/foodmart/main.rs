//! FoodMart, a retail data set, by its schema alone: the totals of its description, and figures that
//! are worked out by reading the files plainly.
//!
//! The data is no part of the project. `TERNING_FOODMART` names the folder of its tables; without it
//! these tests say that they are skipped.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod mdx;
mod plain;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use cube_schema::schema::Schema;
use terning_engine::cube::Cube;
use terning_engine::tables::build_cubes;
use terning_server::tables::TableFolder;
use terning_tests::engine::ask;
use terning_tests::words;

use plain::{Line, Rows, by_key, number, read, sums};

const SCHEMA: &str = include_str!("../../foodmart/foodmart.toml");

static FOLDER: LazyLock<Option<PathBuf>> =
    LazyLock::new(|| std::env::var_os("TERNING_FOODMART").map(PathBuf::from));

static CUBES: LazyLock<Vec<Arc<Cube>>> = LazyLock::new(|| {
    let schema = Schema::parse(SCHEMA).unwrap_or_else(|error| panic!("{error}"));
    let folder = TableFolder::open(FOLDER.as_ref().unwrap()).unwrap();
    let mut cubes = Vec::new();
    let findings =
        build_cubes(&schema, SCHEMA, &folder, &|_| (), |cube| cubes.push(Arc::new(cube)));
    let findings = findings.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(findings.unmatched, [], "every key of FoodMart is found");
    cubes
});

/// Whether the data is there; else says that the test is skipped.
fn is_there(test: &str) -> bool {
    if FOLDER.is_none() {
        eprintln!("{test} is skipped: TERNING_FOODMART does not name the folder of FoodMart");
    }
    FOLDER.is_some()
}

// Asking.

/// What a pivot says of one field and one measure: ten-thousandths by caption, empty cells left out.
fn asked(cube: &str, field: &str, measure: &str, more: &str) -> BTreeMap<String, i64> {
    let line =
        format!("terning pivot --cube '{cube}' --rows '{field}' --measure '{measure}' {more}");
    let table = ask(&CUBES, &words::read(&line).unwrap()).unwrap_or_else(|error| panic!("{error}"));
    let rows = table.rows.iter().zip(&table.cells);
    let found = rows.filter_map(|(row, cells)| Some((row.last()?.clone(), cells[0]?)));
    sums(found)
}

fn total(cube: &str, measure: &str, more: &str) -> f64 {
    let line = format!("terning pivot --cube '{cube}' --measure '{measure}' {more}");
    let table = ask(&CUBES, &words::read(&line).unwrap()).unwrap_or_else(|error| panic!("{error}"));
    table.cells[0][0].unwrap()
}

#[test]
fn the_totals_of_the_description_come_out() {
    if !is_there("the totals") {
        return;
    }
    for cube in ["Sales", "Sales Ragged"] {
        for (measure, expected) in [
            ("Unit Sales", 266_773.0),
            ("Store Cost", 225_627.23),
            ("Store Sales", 565_238.13),
            ("Sales Count", 86_837.0),
            ("Customer Count", 5_581.0),
            ("Promotion Sales", 151_211.21),
            ("Fact Count", 86_837.0),
            ("Profit", 339_610.90),
        ] {
            let found = total(cube, measure, "");
            println!("{cube}, {measure}: {found}");
            assert!((found - expected).abs() < 0.005, "{cube}, {measure}: {found}, not {expected}");
        }
    }
    let states = asked("Sales", "Store.Store State", "Unit Sales", "");
    let of = |state: &str| states[state] as f64 / 10_000.0;
    assert_eq!(["CA", "OR", "WA"].map(of), [74_748.0, 67_659.0, 124_366.0]);
    assert!((total("Warehouse", "Warehouse Sales", "") - 196_770.888).abs() < 0.000_5);
    assert!((total("HR", "Org Salary", "") - 39_431.67).abs() < 0.005);
}

#[test]
fn names_and_orders_are_those_of_the_description() {
    if !is_there("the names") {
        return;
    }
    let names: Vec<&str> = CUBES.iter().map(|cube| cube.name.as_str()).collect();
    let expected =
        ["Sales", "Warehouse", "Store", "HR", "Sales 2", "Sales Ragged", "Warehouse and Sales"];
    assert_eq!(names, expected);
    let cube = |name: &str| CUBES.iter().find(|cube| cube.name == name).unwrap();
    let dimensions = |name: &str| -> Vec<String> {
        cube(name).dimensions.iter().map(|dimension| dimension.name.clone()).collect()
    };
    let shared = ["Store", "Store Size in SQFT", "Store Type", "Time", "Product"];
    let own = ["Promotion Media", "Promotions", "Customers", "Education Level", "Gender"];
    let last = ["Marital Status", "Yearly Income"];
    let all: Vec<&str> = shared.iter().chain(&own).chain(&last).copied().collect();
    assert_eq!(dimensions("Sales"), all);
    assert_eq!(dimensions("Sales 2"), ["Time", "Product", "Gender"]);
    let listed = |name: &str| -> Vec<String> {
        let cube = cube(name);
        cube.listed_measures().map(|measure| cube.measure(measure).name.clone()).collect()
    };
    let expected = ["Sales Count", "Unit Sales", "Store Sales", "Store Cost", "Customer Count"];
    assert_eq!(listed("Sales 2"), expected);
    assert_eq!(listed("Store"), ["Store Sqft", "Grocery Sqft"]);
    let time = &cube("Sales").dimensions[3];
    let default = time.hierarchies[time.find_hierarchy("Time").unwrap()].default.unwrap();
    assert_eq!(time.fields[default.0].captions.get(default.1 as usize), "1997");
    let captions = |dimension: usize, field: usize| -> Vec<&str> {
        let field = &cube("Sales").dimensions[dimension].fields[field];
        (0..field.len()).map(|member| field.captions.get(member)).collect()
    };
    assert_eq!(captions(1, 0)[..3], ["#null", "20319", "21215"]);
    assert_eq!(captions(5, 0).len(), 14);
    assert_eq!(captions(6, 0).len(), 51);
    assert_eq!(captions(9, 0), ["F", "M"]);
    let customers = &cube("Sales").dimensions[7].fields;
    assert_eq!(customers.iter().find(|field| field.name == "Name").unwrap().len(), 10_281);
}

#[test]
fn sales_are_those_of_a_plain_reading() {
    if !is_there("sales") {
        return;
    }
    let facts = read("sales_fact_1997");
    let (stores, days) = (by_key("store", "store_id"), by_key("time_by_day", "time_id"));
    let (customers, promotions) =
        (by_key("customer", "customer_id"), by_key("promotion", "promotion_id"));
    let (products, classes) =
        (by_key("product", "product_id"), by_key("product_class", "product_class_id"));
    let class = |row: &Line, column: &str| {
        classes[&products[&row["product_id"]]["product_class_id"]][column].clone()
    };
    let of = |key: &str, table: &HashMap<String, Line>, column: &str| {
        let named: Vec<String> = facts.iter().map(|row| table[&row[key]][column].clone()).collect();
        named
    };
    let size = of("store_id", &stores, "store_sqft").into_iter();
    let size = size.map(|size| if size.is_empty() { "#null".to_owned() } else { size }).collect();
    let families = facts.iter().map(|row| class(row, "product_family")).collect();
    let cases: [(&str, Vec<String>); 9] = [
        ("Store.Store Country", of("store_id", &stores, "store_country")),
        ("Store.Store State", of("store_id", &stores, "store_state")),
        ("Store Size in SQFT.Store Sqft", size),
        ("Store Type.Store Type", of("store_id", &stores, "store_type")),
        ("Promotion Media.Media Type", of("promotion_id", &promotions, "media_type")),
        ("Promotions.Promotion Name", of("promotion_id", &promotions, "promotion_name")),
        ("Education Level.Education Level", of("customer_id", &customers, "education")),
        ("Yearly Income.Yearly Income", of("customer_id", &customers, "yearly_income")),
        ("Product.Product Family", families),
    ];
    for (field, members) in &cases {
        for (measure, column) in [
            ("Unit Sales", "unit_sales"),
            ("Store Sales", "store_sales"),
            ("Store Cost", "store_cost"),
        ] {
            let rows = members.iter().zip(&facts);
            let plain = sums(rows.map(|(member, row)| (member.clone(), number(&row[column]))));
            assert_eq!(asked("Sales", field, measure, ""), plain, "{field}, {measure}");
        }
        let mut different: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (member, row) in members.iter().zip(&facts) {
            different.entry(member.clone()).or_default().insert(&row["customer_id"]);
        }
        let plain = sums(different.into_iter().map(|(member, all)| (member, all.len() as f64)));
        assert_eq!(asked("Sales", field, "Customer Count", ""), plain, "{field}, customers");
    }
    let first = facts.iter().filter(|row| days[&row["time_id"]]["quarter"] == "Q1");
    let plain = sums(first.map(|row| (class(row, "product_family"), number(&row["unit_sales"]))));
    let q1 = asked("Sales", "Product.Product Family", "Unit Sales", "--filter Time.Quarter=Q1");
    assert_eq!(q1, plain);
}

#[test]
fn a_tree_a_ragged_and_a_shared_dimension_are_those_of_a_plain_reading() {
    if !is_there("trees and ragged hierarchies") {
        return;
    }
    let (salary, employees) = (read("salary"), by_key("employee", "employee_id"));
    // Everybody's pay with that of those below.
    let closure = read("employee_closure");
    let mut own: HashMap<&str, f64> = HashMap::new();
    for row in &salary {
        *own.entry(&row["employee_id"]).or_default() += number(&row["salary_paid"]);
    }
    let below =
        closure.iter().filter(|row| employees[&row["supervisor_id"]]["supervisor_id"] == "1");
    let plain = sums(below.map(|row| {
        let name = employees[&row["supervisor_id"]]["full_name"].clone();
        (name, own.get(row["employee_id"].as_str()).copied().unwrap_or(0.0))
    }));
    let hr = CUBES.iter().find(|cube| cube.name == "HR").unwrap();
    let tree = hr.dimensions.iter().find(|dimension| dimension.name == "Employees").unwrap();
    let hierarchy = tree.find_hierarchy("Employees").unwrap();
    let (root, others) = tree.roots(hierarchy).split_first().map(|(a, b)| (*a, b.len())).unwrap();
    assert_eq!((tree.fields[root.0].captions.get(root.1 as usize), others), ("Sheri Nowmer", 0));
    let children = tree.children(hierarchy, root.0, root.1);
    let caption = |&(field, id): &(usize, u32)| tree.fields[field].captions.get(id as usize);
    let names: BTreeSet<&str> = children.iter().map(caption).collect();
    assert_eq!(names, plain.keys().map(String::as_str).collect());
    let mut deepest = 0;
    for (field, _) in tree.hierarchies[hierarchy].levels.iter().enumerate() {
        deepest = deepest.max(field);
    }
    let depths = closure.iter().map(|row| number(&row["distance"]) as usize).max().unwrap();
    assert_eq!(deepest, depths);

    let positions = by_key("position", "position_id");
    // Time has no All: what names no period is about 1997.
    let days = by_key("time_by_day", "the_date");
    let of_1997 = salary.iter().filter(|row| days[&row["pay_date"]]["the_year"] == "1997");
    let by_pay = of_1997.map(|row| {
        let position = &employees[&row["employee_id"]]["position_id"];
        (positions[position]["pay_type"].clone(), number(&row["salary_paid"]))
    });
    assert_eq!(asked("HR", "Pay Type.Pay Type", "Org Salary", ""), sums(by_pay));

    let stores = by_key("store_ragged", "store_id");
    let cities = read("sales_fact_1997").into_iter().filter_map(|row| {
        let city = stores[&row["store_id"]]["store_city"].clone();
        (!city.is_empty()).then(|| (city, number(&row["unit_sales"])))
    });
    assert_eq!(asked("Sales Ragged", "Geography.City", "Unit Sales", ""), sums(cities));

    let stock = read("inventory_fact_1997");
    let warehouses = by_key("warehouse", "warehouse_id");
    let profit = |row: &Line| number(&row["warehouse_sales"]) - number(&row["warehouse_cost"]);
    let by_country = stock
        .iter()
        .map(|row| (warehouses[&row["warehouse_id"]]["warehouse_country"].clone(), profit(row)));
    let plain = sums(by_country);
    for cube in ["Warehouse", "Warehouse and Sales"] {
        assert_eq!(asked(cube, "Warehouse.Country", "Warehouse Profit", ""), plain, "{cube}");
    }
    let square_feet = stores_by(&read("store"));
    assert_eq!(asked("Store", "Has coffee bar.Has coffee bar", "Store Sqft", ""), square_feet);
}

fn stores_by(stores: &Rows) -> BTreeMap<String, i64> {
    let with_size = stores.iter().filter(|row| !row["store_sqft"].is_empty());
    sums(with_size.map(|row| (row["coffee_bar"].clone(), number(&row["store_sqft"]))))
}
