//! Every rule and measure by its id, from delivered lines to the figure that it moves: each figure is
//! counted by hand, and would be another without the rule. N1–N8 are in `noegletal.rs`, A1 and A2 in
//! `access/`; `named.rs` holds that no id is forgotten, and `edges.rs` has the edges between rules.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod edges;
mod named;
mod report;
mod touched;
mod world;

use world::*;

#[test]
fn s1_only_the_newest_full_stock_counts() {
    let older = [
        "good;6101801234;153;;1.4;2020-01-01;;1.1.1;;A",
        "gone;6202702345;153;;1.4;2020-01-01;;;;",
    ];
    let world = World::of(&[GOOD]).and("153", "nexus", "2020-11", &older);
    assert_eq!(world.figure(VH, M3, &[YEAR]), Some(1.0));
}

#[test]
fn s2_s3_a_former_system_gives_its_ended_records_and_parallel_ones_all() {
    let other =
        ["o;6202702345;153;;1.4;2020-01-01;;;;", "e;6202702345;153;;1.4;2020-01-01;2020-02-01;;;"];
    let roles = |one: &str, two: &str| {
        format!("Kommunekode;System;Rolle;Skiftedato\n153;cura;{one};\n153;nexus;{two};\n")
    };
    for (one, two, expected) in [("tidligere", "nyt", 2.0), ("parallel", "parallel", 3.0)] {
        let world = World::of(&[GOOD]).and("153", "cura", "2020-11", &other);
        let world = world.with("systemskifte.csv", &roles(one, two));
        assert_eq!(world.figure(VH, M3, &[YEAR]), Some(expected), "{one}");
    }
}

#[test]
fn k1_k2_k3_a_pairs_records_are_whose_they_are_while_the_pair_lasts() {
    for (from, also, number) in [("183", "187", "K1"), ("185", "155", "K2")] {
        let line = format!("a;6101801234;{from};{also};1.4;2020-03-01;;1.1.1;;A");
        let of = |world: &World, kommune: &str| {
            world.figure(VH, M3, &[&format!("Handle kommune.Kommunenummer={kommune}")])
        };
        let world = World::of(&[GOOD]).and(from, "nexus", "2020-12", &[&line]);
        assert_eq!((of(&world, from), of(&world, also)), (None, Some(1.0)), "{number}");
        let ended = format!("Indberetter;OgsaaFor;GyldigTil\n{from};{also};2020-02-29\n");
        let world = world.with("kodelister/saerregler.csv", &ended);
        assert_eq!((of(&world, from), of(&world, also)), (Some(1.0), None), "{number}, K3");
    }
}

#[test]
fn k4_who_pays_is_the_municipality_itself_or_ukendt() {
    let world = World::of(&[GOOD, "b;6101801234;153;999;1.4;2020-01-01;;1.1.1;;A"]);
    for payer in ["153", "Ukendt"] {
        let filter = format!("Betalingskommune.Kommunenummer={payer}");
        assert_eq!(world.figure(VH, M3, &[&filter]), Some(1.0), "{payer}");
    }
}

#[test]
fn d1_d2_d3_d4_d5_what_is_deleted_is_marked_and_counts_no_more() {
    for (rule, line) in [
        ("D1", "x;6202702345;153;;9.9;2020-01-01;;1.1.1;;A"),
        ("D2", "x;6202702345;153;;1.4;2020-01-01;;9.9;;A"),
        ("D3", "x;6202702345;153;;1.4;;2020-06-30;1.1.1;;A"),
        ("D4", "x;6202702345;153;;1.4;2020-02-02;2020-02-01;1.1.1;;A"),
        // Born on 1 February 2003 (a replacement number): 16 on 1 January 2020.
        ("D5", "x;6102034567;153;;1.4;2020-06-01;;1.1.1;;A"),
    ] {
        let world = World::of(&[GOOD, line]);
        assert_eq!(world.counted_and_marked(rule), (Some(1.0), Some(1.0)), "{rule}");
    }
}

#[test]
fn c1_a_dead_citizens_open_service_ends_on_the_day_of_death() {
    let world = World::of(&[GOOD]).with(
        "cpr.csv",
        "CPR;Foedselsdato;Doedsdato;Koen;Bopaelskommune\n6101801234;1980-01-21;2020-03-31;K;153\n",
    );
    assert_eq!(world.days("1.4"), 91.0);
    assert_eq!(world.counted_and_marked("C1"), (Some(1.0), Some(1.0)));
}

#[test]
fn c2_the_common_days_of_two_stays_are_the_later_ones() {
    let world = World::of(&[
        "a;6101801234;153;;1.8.2;2020-01-01;;1.1.1;;A",
        "b;6101801234;153;;1.8.1;2020-07-01;;1.1.1;;A",
    ]);
    assert_eq!((world.days("1.8.2"), world.days("1.8.1")), (182.0, 184.0));
    assert_eq!(world.counted_and_marked("C2").1, Some(2.0));
}

#[test]
fn c3_support_at_home_does_not_count_on_the_days_of_a_stay() {
    let world = World::of(&[
        "a;6101801234;153;;1.12.0.2;2020-01-01;;1.1.1;;A",
        "b;6101801234;153;;1.8.1;2020-07-01;;1.1.1;;A",
    ]);
    assert_eq!((world.days("1.12.0.2"), world.days("1.8.1")), (182.0, 184.0));
    assert_eq!(world.counted_and_marked("C3").1, Some(1.0));
}

#[test]
fn x1_an_open_temporary_stay_is_in_the_band_of_its_days() {
    // 100 and 101 days to the end of the year, both ends counted.
    let world = World::of(&[
        "a;6101801234;153;;1.8.2;2020-09-23;;1.1.1;;A",
        "b;6202702345;153;;1.8.2;2020-09-22;;1.1.1;;A",
        GOOD,
    ]);
    for band in ["færre end 100 dage", "101 – 200 dage", "Ukendt"] {
        let filter = format!("Åben ydelse § 107.Varighed={band}");
        assert_eq!(world.figure(VH, M3, &[&filter]), Some(1.0), "{band}");
    }
}

#[test]
fn g1_g2_g3_approved_are_the_days_of_approved_quarters() {
    let world = World::of(&[GOOD]);
    world.approve(&[
        ["153", "1.4", "2020K1", "Ja"],
        ["153", "1.4", "2020K2", "Nej"],
        ["153", "1.4", "2020K4", "Ja"],
        ["153", "1.4", "2020K4", "Nej"],
    ]);
    let days = |answer| world.days_approved(answer);
    assert_eq!((days("Ja"), days("Nej")), (91.0, 275.0));
}

/// One citizen with a service all year, twice with another, of which one ended in June; another citizen
/// whose service began in July.
fn measured() -> World {
    World::of(&[
        "a;6101801234;153;;1.4;2019-01-01;;1.1.1;;A",
        "b;6101801234;153;;1.1;2019-01-01;2020-06-30;1.1.1;;A",
        "c;6101801234;153;;1.1;2020-06-01;2020-06-30;1.1.1;;A",
        "d;6202702345;153;;1.1;2020-07-01;2020-12-30;1.1.1;;A",
    ])
}

#[test]
fn m1_m2_m3_different_citizens_recipients_and_services() {
    let world = measured();
    let figures = [M1, M2, M3].map(|measure| world.figure(VH, measure, &[YEAR]));
    assert_eq!(figures, [2.0, 3.0, 4.0].map(Some));
}

#[test]
fn m4_m5_services_that_begin_and_end_in_the_year() {
    let world = measured();
    let figures = ["Påbegyndte Ydelser", "Afsluttede Ydelser"];
    let figures = figures.map(|measure| world.figure(VH, measure, &[YEAR]));
    assert_eq!(figures, [2.0, 3.0].map(Some));
}

#[test]
fn m6_m7_different_days_of_a_recipient_and_all_days_of_services() {
    let world = measured();
    let days = [M6, M7].map(|measure| world.figure(VH, measure, &[YEAR]).unwrap() * 366.0);
    // 366 + 182 + 183 different ones; the 30 days of June stand in two services.
    assert_eq!(days.map(f64::round), [731.0, 761.0]);
}

#[test]
fn m8_citizens_with_a_service_on_the_last_day() {
    let world = measured();
    let on = |period: &str| world.figure(VH, M8, &[period]);
    assert_eq!((on(YEAR), on("Tid.Måned=2020-11")), (Some(1.0), Some(2.0)));
}
