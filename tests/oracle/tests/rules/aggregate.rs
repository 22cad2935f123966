//! The aggregated datamart.

use terning_oracle::AggregateKey;

use crate::folder::*;

#[test]
fn a_row_for_each_combination_that_has_an_active_record() {
    // Anna turns 40 on 1 January 2020. Two codes: a row in each. Her second record of the service
    // overlaps the first by 10 days.
    let folder = Folder::of(&[
        row("a", ANNA, "1.1", "2019-12-01", "2020-01-20").maalgrupper("1.1.1|1.2.1"),
        row("b", ANNA, "1.1", "2020-01-11", "").maalgrupper("1.2.1"),
        row("none", BO, "1.3", "2019-12-31", "2020-01-01").maalgrupper(""),
        row("deleted", BO, "1.4", "2020-01-01", "").maalgrupper("9.9"),
    ]);
    let rows = folder.load().aggregate();
    let of = |ydelse: &str, maaned: &str, maalgruppe: &str, alder: &str, koen: &str| {
        let key = AggregateKey {
            handlekommune: "153".to_owned(),
            ydelseskode: ydelse.to_owned(),
            maaned: maaned.to_owned(),
            maalgruppe: maalgruppe.to_owned(),
            aldersgruppe: alder.to_owned(),
            koen: koen.to_owned(),
        };
        rows.get(&key).cloned()
    };
    let day = |days: f64| days / 31.0;
    assert_eq!(
        of("1.1", "2019-12", "1.1.1", "30-39", "Kvinde"),
        Some(vec![1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    );
    assert_eq!(
        of("1.1", "2020-01", "1.2.1", "40-49", "Kvinde"),
        Some(vec![1.0, 1.0, 2.0, 1.0, 1.0, 1.0, day(20.0 + 21.0), 1.0])
    );
    assert_eq!(
        of("1.1", "2020-01", "1.1.1", "40-49", "Kvinde"),
        Some(vec![1.0, 1.0, 1.0, 0.0, 1.0, day(20.0), day(20.0), 0.0])
    );
    assert_eq!(
        of("1.3", "2020-01", "Ukendt", "40-49", "Mand"),
        Some(vec![1.0, 1.0, 1.0, 0.0, 1.0, day(1.0), day(1.0), 0.0])
    );
    assert_eq!(of("1.1", "2020-02", "1.1.1", "40-49", "Kvinde"), None);
    assert!(rows.keys().all(|key| key.ydelseskode != "1.4"));
    // December (2 + 1), January (2 + 1), and b alone from February 2020 to October 2026: 81 months.
    assert_eq!(rows.len(), 3 + 3 + 81);
}
