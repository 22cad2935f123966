//! Tables in memory.

use std::collections::BTreeMap;

use terning_engine::tables::{Row, RowAt, Source, TableError};

/// Tables by name: columns, and rows of texts, of which an empty one is nothing.
#[derive(Clone, Default)]
pub struct Memory(BTreeMap<String, (Vec<String>, Vec<Vec<String>>)>);

impl Memory {
    /// Adds a table: names of columns and rows, between commas.
    pub fn add(&mut self, table: &str, columns: &str, rows: &[String]) {
        let split = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let rows = rows.iter().map(|row| split(row)).collect();
        self.0.insert(table.to_owned(), (split(columns), rows));
    }

    pub fn set(&mut self, table: &str, column: &str, row: usize, value: &str) {
        let (columns, rows) = self.0.get_mut(table).unwrap();
        let at = columns.iter().position(|name| name == column).unwrap();
        rows[row][at] = value.to_owned();
    }
}

impl Source for Memory {
    fn columns(&self, table: &str, _: Option<&str>) -> Result<Option<Vec<String>>, TableError> {
        Ok(self.0.get(table).map(|(columns, _)| columns.clone()))
    }

    fn rows(
        &self,
        table: &str,
        _: Option<&str>,
        columns: &[usize],
        each: &mut dyn FnMut(RowAt, &Row<'_>) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        for (number, row) in self.0[table].1.iter().enumerate() {
            let texts =
                columns.iter().map(|&at| Some(row[at].as_str()).filter(|text| !text.is_empty()));
            each(RowAt::Line(number as u64 + 2), &texts.collect::<Vec<_>>())?;
        }
        Ok(())
    }
}

/// Tables for the example of the documentation.
pub fn example() -> Memory {
    let mut tables = Memory::default();
    let mut add = |table: &str, columns: &str, rows: &[&str]| {
        tables.add(table, columns, &rows.iter().map(|&row| row.to_owned()).collect::<Vec<_>>());
    };
    add(
        "stores",
        "store_id,store_name,country,region,city,square_metres,opened",
        &["1,Torvet,Danmark,Fyn,Odense,100,2001-02-03", "2,Havnen,Færøerne,Færøerne,,,2010-01-01"],
    );
    add(
        "days",
        "day_id,the_year,quarter,month,month_name,week_year,week",
        &["1,2023,K4,12,december,2023,52", "2,2024,K1,1,januar,2024,1"],
    );
    add("classes", "class_id,family", &["1,Mad", "2,Drikke"]);
    add(
        "products",
        "product_id,product_name,class_id,rank",
        &["1,Brød,1,2", "2,Ost,1,1", "3,Mælk,2,1"],
    );
    add("staff", "staff_id,staff_name,manager_id", &["1,Ane,0", "2,Bo,1", "3,Cæcilie,1"]);
    add("interests", "interest_id,interest_name", &["1,Bagning", "2,Cykling"]);
    add("customer_interests", "customer_id,interest_id", &["1,1", "1,2", "2,2"]);
    add(
        "sales",
        "sale_id,store_id,day_id,product_id,staff_id,customer_id,amount,cost,discount,promotion_id",
        &[
            "1,1,1,1,1,1,10,4,,0",
            "2,1,2,2,2,1,20,8,1.5,1",
            "3,1,2,3,3,2,5.50,2,,",
            "4,2,2,1,2,3,7,3,,2",
            "5,,2,1,2,3,1,1,,0",
        ],
    );
    add(
        "memberships",
        "customer_id,from_date,to_date",
        &["1,2024-01-15,2024-04-02", "2,2024-04-01,2024-05-31"],
    );
    tables
}
