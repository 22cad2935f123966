//! `DRILLTHROUGH` and `terning drill` on the shop: the rows are those of the cell, as a plain reading
//! of the tables has them.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::sync::Arc;

use terning_engine::query::table::Values;
use terning_engine::query::{
    Cancel, Drill, Drilled, Limits, Parameters, QueryError, View, drill, drill_mdx,
};

use crate::{SHOP, shop};

/// A table of the shop: rows by the names of their columns.
fn read(table: &str) -> Vec<HashMap<String, String>> {
    let text = fs::read_to_string(SHOP.join(format!("tables/{table}.csv"))).unwrap();
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| {
        let values = head.iter().zip(line.split(','));
        values.map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect()
    };
    lines.map(row).collect()
}

/// The numbers of the sales of a country and a year, and what they come to.
fn sold(country: &str, year: &str) -> (BTreeSet<String>, f64) {
    let keys = |table: &str, key: &str, column: &str, value: &str| -> BTreeSet<String> {
        let rows = read(table).into_iter().filter(|row| row[column] == value);
        rows.map(|row| row[key].clone()).collect()
    };
    let stores = keys("stores", "store_id", "country", country);
    let days = keys("days", "day_id", "the_year", year);
    let own = |row: &HashMap<String, String>| {
        stores.contains(&row["store_id"]) && days.contains(&row["day_id"])
    };
    let rows: Vec<_> = read("sales").into_iter().filter(own).collect();
    let amount = rows.iter().map(|row| row["amount"].parse::<f64>().unwrap()).sum();
    (rows.iter().map(|row| row["sale_id"].clone()).collect(), amount)
}

fn views() -> Vec<View> {
    shop::cubes(&SHOP).0.iter().map(|cube| View::everything(Arc::clone(cube))).collect()
}

fn drilled(text: &str) -> Result<Drilled, QueryError> {
    drill_mdx(
        &views(),
        (text, &Parameters::NONE),
        1_000_000,
        (&Limits::default(), &Cancel::default()),
    )
    .map(|(_, found)| found)
}

fn texts(found: &Drilled, column: &str) -> Vec<String> {
    match found.table.column(column) {
        Some(Values::Text(texts)) => {
            texts.iter().map(|text| text.as_deref().unwrap_or_default().to_owned()).collect()
        }
        Some(Values::Number(numbers)) => {
            numbers.iter().map(|number| number.unwrap().to_string()).collect()
        }
        other => panic!("{column}: {other:?}"),
    }
}

fn sum(found: &Drilled, column: &str) -> f64 {
    let Some(Values::Number(numbers)) = found.table.column(column) else { panic!("{column}") };
    numbers.iter().flatten().sum()
}

const RETURN: &str = "RETURN [Bonlinje], [Measures].[Omsætning], [Butik].[Land]";

#[test]
fn the_rows_of_a_cell_are_those_of_the_tables() {
    let of =
        |where_: &str| format!("DRILLTHROUGH MAXROWS 100000 SELECT FROM [Salg] {where_} {RETURN}");
    for (text, country, year) in [
        (of("WHERE [Butik].[Butikker].[Danmark]"), "Danmark", "2023"),
        (of("WHERE ([Butik].[Butikker].[Danmark], [Tid].[Kalender].[2024])"), "Danmark", "2024"),
        (
            format!(
                "DRILLTHROUGH MAXROWS 100000 SELECT {{[Measures].[Omsætning]}} ON 0, \
                 {{[Butik].[Butikker].[Sverige]}} ON 1 FROM [Salg] \
                 WHERE [Tid].[Kalender].[2024] {RETURN}"
            ),
            "Sverige",
            "2024",
        ),
        (
            format!(
                "DRILLTHROUGH MAXROWS 100000 SELECT [Tid].[Kalender].[2024] ON 0 FROM \
                 (SELECT [Butik].[Land].[Danmark] ON 0 FROM [Salg]) {RETURN}"
            ),
            "Danmark",
            "2024",
        ),
    ] {
        let (rows, amount) = sold(country, year);
        let found = drilled(&text).unwrap();
        assert!(rows.len() > 20, "{text}");
        let lines: BTreeSet<String> = texts(&found, "Bonlinje").into_iter().collect();
        assert_eq!((found.records, &lines), (rows.len(), &rows), "{text}");
        assert!((sum(&found, "Omsætning") - amount).abs() < 1e-6, "{text}");
        assert!(texts(&found, "Butik.Land").iter().all(|own| own == country), "{text}");
    }
}

#[test]
fn a_drill_stands_at_default_members_as_its_cell_does() {
    let asked = |filters: &[&str]| Drill {
        cube: "Salg".to_owned(),
        filters: filters.iter().map(|&own| own.to_owned()).collect(),
        max: 100_000,
        ..Drill::default()
    };
    for (filters, year) in
        [(vec!["Butik.Land=Danmark"], "2023"), (vec!["Butik.Land=Danmark", "Tid.År=2024"], "2024")]
    {
        let found =
            drill(&views(), &asked(&filters), (&Limits::default(), &Cancel::default())).unwrap().1;
        assert_eq!(found.records, sold("Danmark", year).0.len(), "{filters:?}");
        assert_eq!(found.stands.is_empty(), year == "2024", "{:?}", found.stands);
    }
}

#[test]
fn rows_are_shown_from_one_on_and_columns_by_the_names_they_are_given() {
    let all = drilled("DRILLTHROUGH SELECT FROM [Salg] RETURN [Bonlinje]").unwrap();
    let some = drilled(
        "DRILLTHROUGH MAXROWS 5 FIRSTROWSET 3 SELECT FROM [Salg] \
         RETURN [Bonlinje] AS [Nummer], KEY([$Butik].[Land]), NAME([Butik].[Land])",
    );
    let some = some.unwrap();
    assert_eq!(texts(&some, "Nummer"), texts(&all, "Bonlinje")[2..7]);
    assert_eq!((some.first, some.records), (2, all.records));
    let names: Vec<&str> = some.table.columns.iter().map(|own| own.name.as_str()).collect();
    assert_eq!(names, ["Nummer", "Butik.Land (nøgle)", "Butik.Land"]);
}

#[test]
fn what_has_no_rows_is_refused_at_its_place() {
    for (text, message, pointed) in [
        (
            "DRILLTHROUGH SELECT [Butik].[Land].[Land].Members ON 0 FROM [Salg]",
            "akse 0 har",
            "[Butik].[Land].[Land].Members",
        ),
        ("DRILLTHROUGH SELECT FROM [Salg] RETURN [Bonnlinje]", "'Bonnlinje'", "[Bonnlinje]"),
        ("DRILLTHROUGH SELECT FROM [Salg] RETURN [Butik].[Lnd]", "'Lnd'", "[Butik].[Lnd]"),
        (
            "DRILLTHROUGH WITH MEMBER [Measures].[x] AS 1 SELECT FROM [Salg] WHERE [Measures].[x]",
            "selv beregner",
            "WITH MEMBER [Measures].[x] AS 1 SELECT FROM [Salg] WHERE [Measures].[x]",
        ),
        ("DRILLTHROUGH SELECT FROM [Slag]", "'Slag'", "[Slag]"),
    ] {
        let error = drilled(text).unwrap_err();
        let place = error.place.as_ref().unwrap();
        assert!(error.message.contains(message), "{text}: {error}");
        assert_eq!((&*place.text, &text[place.span.clone()]), (text, pointed), "{error}");
    }
}

#[test]
fn columns_that_do_not_exist_are_pointed_at_and_the_nearest_are_named() {
    for (column, nearest) in
        [("[Bonnlinje]", "Bonlinje"), ("[Butik].[Lnd]", "Land"), ("[Butk].[Land]", "Butik")]
    {
        let text = format!("DRILLTHROUGH SELECT FROM [Salg]\nRETURN [Bonlinje], {column}");
        let error = drilled(&text).unwrap_err();
        let explained = error.explained();
        let lines: Vec<&str> = explained.lines().collect();
        assert!(lines[0].ends_with("(linje 2, kolonne 20)"), "{explained}");
        let carets = "^".repeat(column.len());
        assert_eq!(lines[2], format!("  {}{carets}", " ".repeat(19)), "{explained}");
        assert_eq!(error.candidates.first().map(String::as_str), Some(nearest), "{error:?}");
    }
}
