//! FoodMart in MDX: members by paths of names, and the formulas of its cubes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use terning_tests::engine::ask_mdx;

use super::plain::{Line, by_key, number, read};
use super::{CUBES, is_there};

/// The one cell of a question about one member and one measure.
fn cell(cube: &str, measure: &str, member: &str) -> Option<f64> {
    let text = format!("SELECT {{[Measures].[{measure}]}} ON 0 FROM [{cube}] WHERE ({member})");
    let table = ask_mdx(&CUBES, &text).unwrap_or_else(|error| panic!("{text}: {error}"));
    println!("{cube}, {measure}, {member}: {:?}", table.cells[0][0]);
    table.cells[0][0]
}

/// The members of a set, by caption, with the figure of one measure.
fn members(cube: &str, measure: &str, set: &str) -> Vec<(String, Option<f64>)> {
    let text = format!("SELECT {{[Measures].[{measure}]}} ON 0, {set} ON 1 FROM [{cube}]");
    let table = ask_mdx(&CUBES, &text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let rows = table.rows.iter().zip(&table.cells);
    rows.map(|(row, cells)| (row.last().unwrap().clone(), cells[0])).collect()
}

fn assert_near(found: Option<f64>, expected: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what}: empty, not {expected}"));
    assert!((found - expected).abs() < 0.000_6, "{what}: {found}, not {expected}");
}

/// Sales with the row of each of their dimensions' tables.
struct Sales {
    facts: Vec<Line>,
    tables: HashMap<&'static str, HashMap<String, Line>>,
}

impl Sales {
    fn read() -> Sales {
        let keys = [("store_id", "store"), ("time_id", "time_by_day"), ("customer_id", "customer")];
        let tables = keys.map(|(key, table)| (key, by_key(table, key)));
        Sales { facts: read("sales_fact_1997"), tables: HashMap::from(tables) }
    }

    /// The sum of a column over the facts whose rows behind a key have some values.
    fn sum(&self, column: &str, key: &str, values: &[(&str, &str)]) -> f64 {
        let fits = |fact: &&Line| {
            let row = &self.tables[key][&fact[key]];
            values.iter().all(|(column, value)| row[*column] == *value)
        };
        self.facts.iter().filter(fits).map(|fact| number(&fact[column])).sum()
    }

    fn profit(&self, values: &[(&str, &str)]) -> f64 {
        let sum = |column| self.sum(column, "time_id", values);
        sum("store_sales") - sum("store_cost")
    }
}

#[test]
fn members_are_found_by_their_paths_of_names() {
    if !is_there("names in MDX") {
        return;
    }
    let sales = Sales::read();
    let of = |key: &str, values: &[(&str, &str)]| sales.sum("unit_sales", key, values);
    let quarter = [("the_year", "1997"), ("quarter", "Q1")];
    let month = [("the_year", "1997"), ("month_of_year", "3")];
    let week = [("the_year", "1997"), ("week_of_year", "10")];
    let day = [("the_year", "1997"), ("week_of_year", "10"), ("day_of_month", "1")];
    let spokane = [("country", "USA"), ("state_province", "WA"), ("city", "Spokane")];
    let everything = of("store_id", &[]);
    let cases = [
        ("[Store].[USA].[CA]", 74_748.0),
        ("[Store].[All Stores].[USA].[CA]", 74_748.0),
        ("[Store].[Store].[USA].[CA]", 74_748.0),
        ("[Store].[Store State].[CA]", 74_748.0),
        ("[Store].[Store State].&[CA]", 74_748.0),
        ("[store].[usa].[ca]", 74_748.0),
        ("Store.USA.CA", 74_748.0),
        ("[Store].[USA].[WA]", 124_366.0),
        ("[Store].[USA].[OR].[Portland]", of("store_id", &[("store_city", "Portland")])),
        ("[Store].[USA].[OR].[Portland].[Store 11]", of("store_id", &[("store_name", "Store 11")])),
        ("[Store].[All Stores]", everything),
        ("[Time].[1997]", everything),
        ("[Time].[1997].[Q1]", of("time_id", &quarter)),
        ("[Time].[Time].[1997].[Q1]", of("time_id", &quarter)),
        ("[1997].[Q1]", of("time_id", &quarter)),
        ("[Time].[1997].[Q1].[3]", of("time_id", &month)),
        ("[Time].[Weekly].[1997].[10]", of("time_id", &week)),
        ("[Time.Weekly].[1997].[10]", of("time_id", &week)),
        ("[Time.Weekly].[1997].[10].[1]", of("time_id", &day)),
        ("[Time].[Weekly].[All Weeklys]", everything),
        ("[Time.Weekly].[All Time.Weeklys]", everything),
        ("[Customers].[USA].[WA]", of("customer_id", &spokane[..2])),
        ("[Customers].[USA].[WA].[Spokane]", of("customer_id", &spokane)),
        ("[Customers].[All Customers].[USA].[WA].[Spokane]", of("customer_id", &spokane)),
        ("[Gender].[F]", of("customer_id", &[("gender", "F")])),
        ("[Gender].[All Gender].[M]", of("customer_id", &[("gender", "M")])),
        ("[Store Size in SQFT].[#null]", of("store_id", &[("store_sqft", "")])),
        ("[Store Size in SQFT].[20319]", of("store_id", &[("store_sqft", "20319")])),
    ];
    for (member, expected) in cases {
        let found = cell("Sales", "Unit Sales", member);
        if expected == 0.0 {
            assert_eq!(found, None, "{member}");
        } else {
            assert_near(found, expected, member);
        }
    }
    assert_eq!(cell("Sales", "Unit Sales", "[Time].[1998]"), None);
    assert_eq!(cell("Sales", "Unit Sales", "[Store].[Canada]"), None);
    // Without the dimension, where one dimension alone has such a member.
    let state = cell("Store", "Fact Count", "[USA].[CA]").unwrap();
    let stores = sales.tables["store_id"].values();
    assert_eq!(state as usize, stores.filter(|row| row["store_state"] == "CA").count());
    let text = "SELECT {[USA].[CA]} ON 0 FROM [Sales]";
    let refused = ask_mdx(&CUBES, text).unwrap_err().to_string();
    assert!(
        refused.contains("flere dimensioner"),
        "customers and stores are in the USA: {refused}"
    );
    // Somebody by name: the first customer of a city.
    let customers = &sales.tables["customer_id"];
    let of_spokane = customers.iter().filter(|(_, row)| row["city"] == "Spokane");
    let (id, row) = of_spokane.min_by_key(|(id, _)| id.parse::<u32>().unwrap()).unwrap();
    let name = format!("{} {}", row["fname"], row["lname"]);
    let expected = of("customer_id", &[("customer_id", id)]);
    let found = cell("Sales", "Unit Sales", &format!("[Customers].[USA].[WA].[Spokane].[{name}]"));
    assert_eq!(found.unwrap_or(0.0), expected, "{name}");
}

#[test]
fn profits_grow_as_worked_out_by_hand() {
    if !is_there("profits") {
        return;
    }
    let sales = Sales::read();
    let quarters = ["Q1", "Q2", "Q3", "Q4"];
    let profits = quarters.map(|quarter| sales.profit(&[("quarter", quarter)]));
    let year = sales.profit(&[]);
    for cube in ["Sales", "Sales Ragged", "Warehouse and Sales", "Sales 2"] {
        for (at, quarter) in quarters.iter().enumerate() {
            let member = format!("[Time].[1997].[{quarter}]");
            let last = profits[at.saturating_sub(1)];
            assert_near(cell(cube, "Profit", &member), profits[at], &member);
            assert_near(cell(cube, "Profit last Period", &member), last, &member);
            if cube != "Sales 2" {
                let growth = (profits[at] - last) / last;
                assert_near(cell(cube, "Profit Growth", &member), growth, &member);
            }
        }
        // Nothing is before 1997, and nothing in 1998.
        assert_near(cell(cube, "Profit last Period", "[Time].[1997]"), year, "1997");
        assert_near(cell(cube, "Profit last Period", "[Time].[1998]"), year, "1998");
        assert_eq!(cell(cube, "Profit", "[Time].[1998]"), None);
    }
}

#[test]
fn employees_have_their_own_salary_and_that_of_all_below() {
    if !is_there("salaries") {
        return;
    }
    // Time has no All, and its default is its first member.
    let days = by_key("time_by_day", "the_date");
    let mut salary = read("salary");
    salary.retain(|row| days[&row["pay_date"]]["the_year"] == "1997");
    let employees = by_key("employee", "employee_id");
    let closure = read("employee_closure");
    let paid = |wanted: &dyn Fn(&str) -> bool| -> f64 {
        let rows = salary.iter().filter(|row| wanted(&row["employee_id"]));
        rows.map(|row| number(&row["salary_paid"])).sum()
    };
    let paths = [
        ("[Employees].[Sheri Nowmer]", "1"),
        ("[Employees].[Sheri Nowmer].[Derrick Whelply]", "2"),
        ("[Employees].[All Employees].[Sheri Nowmer].[Darren Stanz]", "10"),
        ("[Employees].[Employees].&[2]", "2"),
    ];
    for (path, id) in paths {
        let below: BTreeSet<&str> = closure
            .iter()
            .filter(|row| row["supervisor_id"] == id)
            .map(|row| row["employee_id"].as_str())
            .collect();
        let all = paid(&|employee| below.contains(employee));
        assert_near(cell("HR", "Org Salary", path), all, path);
        assert_near(cell("HR", "Employee Salary", path), paid(&|employee| employee == id), path);
        let paid_ones: BTreeSet<&str> = salary
            .iter()
            .map(|row| row["employee_id"].as_str())
            .filter(|employee| below.contains(employee))
            .collect();
        assert_near(cell("HR", "Avg Salary", path), all / paid_ones.len() as f64, path);
    }
    assert!(salary.iter().all(|row| row["employee_id"] != "4"));
    assert_eq!(cell("HR", "Employee Salary", "[Employees].[Sheri Nowmer].[Michael Spence]"), None);
    let everybody: BTreeSet<&String> = salary.iter().map(|row| &row["employee_id"]).collect();
    let all = "[Employees].[All Employees]";
    assert_near(cell("HR", "Number of Employees", all), everybody.len() as f64, all);
    assert_near(cell("HR", "Count", all), salary.len() as f64, all);
    assert_near(cell("HR", "Fact Count", all), salary.len() as f64, all);
    let january = salary.iter().filter(|row| days[&row["pay_date"]]["month_of_year"] == "1");
    let january: f64 = january.map(|row| number(&row["salary_paid"])).sum();
    assert_near(cell("HR", "Org Salary", "[Time].[1997].[Q1].[January]"), january, "January");
    let children = members("HR", "Org Salary", "[Employees].[Sheri Nowmer].Children");
    let expected = employees.values().filter(|row| row["supervisor_id"] == "1");
    let expected: BTreeSet<&str> = expected.map(|row| row["full_name"].as_str()).collect();
    assert_eq!(children.iter().map(|(name, _)| name.as_str()).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn warehouses_and_sales_are_asked_together() {
    if !is_there("warehouses") {
        return;
    }
    let (stock, warehouses) = (read("inventory_fact_1997"), by_key("warehouse", "warehouse_id"));
    let sum = |column: &str| stock.iter().map(|row| number(&row[column])).sum::<f64>();
    for (measure, column) in [
        ("Store Invoice", "store_invoice"),
        ("Supply Time", "supply_time"),
        ("Warehouse Cost", "warehouse_cost"),
        ("Warehouse Sales", "warehouse_sales"),
        ("Units Shipped", "units_shipped"),
        ("Units Ordered", "units_ordered"),
    ] {
        for cube in ["Warehouse", "Warehouse and Sales"] {
            assert_near(cell(cube, measure, "[Store].[All Stores]"), sum(column), measure);
        }
    }
    let average = sum("warehouse_sales") / sum("warehouse_cost");
    let all = "[Warehouse].[All Warehouses]";
    assert_near(cell("Warehouse", "Average Warehouse Sale", all), average, "average");
    let mut by_name: BTreeMap<(String, String), f64> = BTreeMap::new();
    for row in &stock {
        let warehouse = &warehouses[&row["warehouse_id"]];
        let place = (warehouse["warehouse_city"].clone(), warehouse["warehouse_name"].clone());
        *by_name.entry(place).or_default() += number(&row["warehouse_sales"]);
    }
    let mut best: Vec<(String, f64)> = by_name.into_iter().map(|((_, n), s)| (n, s)).collect();
    best.sort_by(|a, b| b.1.total_cmp(&a.1));
    best.truncate(5);
    let found = members("Warehouse", "Warehouse Sales", "[Top Sellers]");
    println!("Top Sellers: {found:?}");
    assert_eq!(found.len(), 5);
    for ((name, figure), (expected, sales)) in found.iter().zip(&best) {
        assert_eq!(name, expected);
        assert_near(*figure, *sales, name);
    }
    let sales = Sales::read();
    let shipped = sales.profit(&[]) / sum("units_shipped");
    let both = |measure: &str, member: &str| cell("Warehouse and Sales", measure, member);
    assert_near(both("Profit Per Unit Shipped", "[Time].[1997]"), shipped, "profit per unit");
    assert_eq!(both("Warehouse Sales", "[Gender].[F]"), None);
    assert_eq!(both("Unit Sales", "[Warehouse].[USA]"), None);
    assert_eq!(both("Profit Per Unit Shipped", "[Gender].[F]"), None);
}

#[test]
fn what_is_left_out_of_a_ragged_hierarchy_hangs_higher() {
    if !is_there("ragged hierarchies in MDX") {
        return;
    }
    let stores = read("store_ragged");
    let below = |country: &str| -> BTreeSet<String> {
        let of = stores.iter().filter(|row| row["store_country"] == country);
        let names = of.map(|row| match (&row["store_state"], &row["store_city"]) {
            (state, _) if state != country => state.clone(),
            (_, city) if !city.is_empty() => city.clone(),
            _ => row["store_name"].clone(),
        });
        names.collect()
    };
    let countries: BTreeSet<&String> = stores.iter().map(|row| &row["store_country"]).collect();
    for country in countries {
        let set = format!("[Store].[{country}].Children");
        let children = members("Sales Ragged", "Unit Sales", &set);
        let names: BTreeSet<String> = children.into_iter().map(|(name, _)| name).collect();
        println!("Sales Ragged, {set}: {names:?}");
        assert_eq!(names, below(country), "{set}");
    }
}
