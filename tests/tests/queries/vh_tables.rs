//! The tables that the SQL of `queries/vh` reads: the days on which each record counts in Benchmark, as
//! the oracle reads the rules. The engine has no part in them.

use std::fs;
use std::path::Path;

use terning_oracle::{Oracle, OracleRecord};

/// Writes the tables, or says that they are not those of the deliveries.
pub fn check(oracle: &Oracle, folder: &Path, updating: bool) {
    for (name, text) in [("days", days(oracle)), ("target_groups", target_groups(oracle))] {
        let path = folder.join(format!("{name}.csv"));
        if updating {
            terning_tests::folder::write(&path, text.as_bytes());
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == text, "{}: UPDATE_QUERIES=1 makes it anew", path.display());
    }
}

fn days(oracle: &Oracle) -> String {
    let mut text =
        "record,citizen,municipality,payer,service,assessment,gender,born,first_day,last_day\n"
            .to_owned();
    for (number, record) in oracle.records().iter().enumerate() {
        let OracleRecord { cpr, handlekommune, betalingskommune, ydelseskode, .. } = record;
        let born = record.birth.map(|day| day.to_string()).unwrap_or_default();
        let (assessment, gender) = (&record.funktionsvurdering, &record.koen);
        for (first, last) in &record.national_pieces {
            text += &format!(
                "{number},{cpr},{handlekommune},{betalingskommune},{ydelseskode},{assessment},{gender},{born},{first},{last}\n"
            );
        }
    }
    text
}

fn target_groups(oracle: &Oracle) -> String {
    let mut text = "record,target_group\n".to_owned();
    for (number, record) in oracle.records().iter().enumerate() {
        for code in &record.maalgrupper {
            text += &format!("{number},{code}\n");
        }
    }
    text
}
