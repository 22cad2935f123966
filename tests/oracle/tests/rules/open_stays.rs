//! X1. The as-of day is 2026-10-31.

use crate::folder::*;

fn band(start: &str) -> String {
    let oracle = Folder::of(&[row("a", ANNA, "1.8.2", start, "")]).load();
    let record = record(&oracle, "a");
    assert_eq!(record.vh_varighed, record.benchmark_varighed);
    record.vh_varighed.clone()
}

#[test]
fn x1_days_from_the_start_to_the_as_of_day_both_included() {
    assert_eq!(band("2026-10-31"), "færre end 100 dage");
    // 24 July is day 1 of 100: 8 in July, 31 + 30 + 31.
    assert_eq!(band("2026-07-24"), "færre end 100 dage");
    assert_eq!(band("2026-07-23"), "101 – 200 dage");
    assert_eq!(band("2024-02-05"), "501 – 1000 dage");
    assert_eq!(band("2024-02-04"), "mere end 1000");
}

#[test]
fn x1_only_open_temporary_stays() {
    let oracle = Folder::of(&[
        row("planned", ANNA, "1.8.2", "2026-10-01", "2027-01-01"),
        row("other", BO, "1.8.1", "2026-10-01", ""),
        row("d3", CARLA, "1.8.2", "", ""),
    ])
    .load();
    for id in ["planned", "other", "d3"] {
        assert_eq!(record(&oracle, id).vh_varighed, "Ukendt", "{id}");
    }
}

#[test]
fn x1_in_benchmark_after_the_changes() {
    let folder = Folder::of(&[
        // Same start: the 1.8.1 keeps the common days, so the temporary stay begins on 1 October.
        row("cut", ANNA, "1.8.2", "2026-01-01", ""),
        row("strong", ANNA, "1.8.1", "2026-01-01", "2026-09-30"),
        row("dead", BO, "1.8.2", "2020-01-01", ""),
        row("ended", CARLA, "1.8.2", "2020-01-01", ""),
        row("later", CARLA, "1.8.1", "2026-10-01", ""),
    ]);
    folder.reference(
        "cpr.csv",
        "CPR;Foedselsdato;Doedsdato;Koen;Bopaelskommune\n6101803001;1980-01-01;2026-10-31;M;153\n",
    );
    let oracle = folder.load();
    let bands = |id: &str| {
        (record(&oracle, id).vh_varighed.clone(), record(&oracle, id).benchmark_varighed.clone())
    };
    let pair = |vh: &str, benchmark: &str| (vh.to_owned(), benchmark.to_owned());
    assert_eq!(bands("cut"), pair("301 – 400 dage", "færre end 100 dage"));
    assert_eq!(bands("dead"), pair("mere end 1000", "Ukendt"));
    assert_eq!(bands("ended"), pair("mere end 1000", "Ukendt"));
    assert_eq!(
        value(
            &oracle,
            BENCHMARK,
            &["Åben ydelse § 107.Varighed=færre end 100 dage"],
            "Antal Ydelser"
        ),
        Some(1.0)
    );
}
