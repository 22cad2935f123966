//! The edges that the rules meet each other at, from delivered lines to figures counted by hand.

use crate::world::*;

/// What is at an edge, and the test that counts it.
pub const EDGES: [(&str, &str); 10] = [
    ("one stay ends on the day that the next begins", "a_change_on_one_day_is_a_move"),
    ("a stay inside another", "a_stay_inside_another_cuts_it_in_two"),
    ("three stays on common days", "of_three_stays_each_day_is_that_of_the_latest"),
    ("a death on the day that a service begins", "a_death_on_the_first_day_leaves_that_day"),
    ("a 17th birthday on 1 January", "who_turns_17_on_1_january_is_no_child"),
    (
        "a temporary stay of exactly 100 days",
        "x1_an_open_temporary_stay_is_in_the_band_of_its_days",
    ),
    (
        "a service that begins and ends inside quarters, of which one is approved",
        "half_a_quarter_is_approved_by_its_days",
    ),
    ("one citizen in two municipalities", "a_citizen_of_two_municipalities_is_one_in_the_total"),
    (
        "a record of two target groups, of which one is invalid",
        "an_invalid_target_group_costs_not_the_record",
    ),
    (
        "a 30th birthday inside a quarter after the service has ended",
        "age_is_that_of_the_periods_last_day_though_the_service_has_ended",
    ),
];

#[test]
fn a_change_on_one_day_is_a_move() {
    let world = World::of(&[
        "a;6101801234;153;;1.8.1;2020-01-01;2020-06-01;1.1.1;;A",
        "b;6101801234;153;;1.8.2;2020-06-01;;1.1.1;;A",
    ]);
    // 152 days to the end of May; the 1st of June is in both.
    assert_eq!((world.days("1.8.1"), world.days("1.8.2")), (153.0, 214.0));
    assert_eq!(world.counted_and_marked("C2"), (Some(2.0), None));
}

#[test]
fn a_stay_inside_another_cuts_it_in_two() {
    let world = World::of(&[
        "a;6101801234;153;;1.8.1;2020-01-01;;1.1.1;;A",
        "b;6101801234;153;;1.8.2;2020-04-01;2020-04-30;1.1.1;;A",
    ]);
    assert_eq!((world.days("1.8.1"), world.days("1.8.2")), (336.0, 30.0));
    // In April alone the outer one is not there.
    let april = ["Tid.Måned=2020-04", "Ydelse VH.Ydelseskode=1.8.1"];
    assert_eq!(world.figure(BENCHMARK, M3, &april), None);
    assert_eq!(world.counted_and_marked("C2"), (Some(2.0), Some(2.0)));
}

#[test]
fn of_three_stays_each_day_is_that_of_the_latest() {
    let world = World::of(&[
        "a;6101801234;153;;1.8.1;2020-01-01;2020-01-31;1.1.1;;A",
        "b;6101801234;153;;1.12.0.1;2020-01-10;2020-02-15;1.1.1;;A",
        "c;6101801234;153;;1.8.2;2020-01-20;2020-02-28;1.1.1;;A",
    ]);
    // 1–9 January, 10–19 January, and 12 days of January with 28 of February.
    let days = ["1.8.1", "1.12.0.1", "1.8.2"].map(|code| world.days(code));
    assert_eq!(days, [9.0, 10.0, 40.0]);
    assert_eq!(world.counted_and_marked("C2"), (Some(3.0), Some(3.0)));
}

#[test]
fn a_death_on_the_first_day_leaves_that_day() {
    let world = World::of(&[
        "on;6101801234;153;;1.4;2020-03-31;;1.1.1;;A",
        "after;6101801234;153;;1.1;2020-04-01;;1.1.1;;A",
    ]);
    let world = world.with(
        "cpr.csv",
        "CPR;Foedselsdato;Doedsdato;Koen;Bopaelskommune\n6101801234;1980-01-21;2020-03-31;K;153\n",
    );
    assert_eq!((world.days("1.4"), world.days("1.1")), (1.0, 0.0));
    assert_eq!(world.counted_and_marked("C1"), (Some(1.0), Some(2.0)));
}

#[test]
fn who_turns_17_on_1_january_is_no_child() {
    // Replacement numbers: born on 1 and on 2 January 2003.
    let world = World::of(&[
        "seventeen;6101034000;153;;1.4;2020-06-01;;1.1.1;;A",
        "sixteen;6201034000;153;;1.1;2020-06-01;;1.1.1;;A",
    ]);
    // June has 30 days, the rest of the year 184.
    assert_eq!((world.days("1.4"), world.days("1.1")), (214.0, 0.0));
    assert_eq!(world.counted_and_marked("D5"), (Some(1.0), Some(1.0)));
}

#[test]
fn half_a_quarter_is_approved_by_its_days() {
    let world = World::of(&["a;6101801234;153;;1.4;2020-02-15;2020-08-15;1.1.1;;A"]);
    let quarters = |answers: [&str; 3]| {
        let quarters = ["2020K1", "2020K2", "2020K3"].into_iter().zip(answers);
        let lines: Vec<_> =
            quarters.map(|(quarter, answer)| ["153", "1.4", quarter, answer]).collect();
        world.approve(&lines);
        (world.days_approved("Ja"), world.days_approved("Nej"))
    };
    // It has 15 + 31 days in the first quarter, 91 in the second, and 31 + 15 in the third.
    assert_eq!(quarters(["Ja", "Nej", "Nej"]), (46.0, 137.0));
    assert_eq!(quarters(["Nej", "Nej", "Ja"]), (46.0, 137.0));
    assert_eq!(quarters(["Ja", "Ja", "Nej"]), (137.0, 46.0));
}

#[test]
fn a_citizen_of_two_municipalities_is_one_in_the_total() {
    let world = World::of(&["a;6101801234;153;;1.8.1;2020-01-01;;1.1.1;;A"]).and(
        "157",
        "nexus",
        "2020-12",
        &[
            "b;6101801234;157;;1.8.1;2020-07-01;;1.1.1;;A",
            "c;6202702345;157;;1.4;2020-01-01;;1.1.1;;A",
        ],
    );
    let of = |cube: &str, measure: &str, kommune: &str| {
        let filter = format!("Handle kommune.Kommunenummer={kommune}");
        world.figure(cube, measure, &[YEAR, &filter])
    };
    assert_eq!((of(BENCHMARK, M1, "153"), of(BENCHMARK, M1, "157")), (Some(1.0), Some(2.0)));
    assert_eq!(world.figure(BENCHMARK, M1, &[YEAR]), Some(2.0));
    // The days from July are those of the later stay; each municipality's own reports do not overlap.
    let stay = ["Ydelse VH.Ydelseskode=1.8.1", YEAR];
    let days = |kommune: &str| {
        let filter = format!("Handle kommune.Kommunenummer={kommune}");
        let figure = world.figure(BENCHMARK, M7, &[stay[0], stay[1], &filter]);
        (figure.unwrap() * 366.0).round()
    };
    assert_eq!((days("153"), days("157")), (182.0, 184.0));
    assert_eq!(world.counted_and_marked("C2").1, None);
}

#[test]
fn an_invalid_target_group_costs_not_the_record() {
    let world = World::of(&["a;6101801234;153;;1.4;2020-01-01;;1.1.1|9.9;;A"]);
    assert_eq!(world.counted_and_marked("D2"), (Some(1.0), None));
    let of =
        |group: &str| world.figure(BENCHMARK, M3, &[YEAR, &format!("Målgruppe.Målgruppe={group}")]);
    assert_eq!((of("Mobilitetsnedsættelse"), of("Ukendt")), (Some(1.0), None));
}

#[test]
fn age_is_that_of_the_periods_last_day_though_the_service_has_ended() {
    // Born on 20 May 1990; the service ended in April.
    let world = World::of(&["a;8005903000;153;;1.4;2020-01-01;2020-04-30;1.1.1;;A"]);
    let of = |period: &str, age: &str| world.figure(VH, M3, &[period, age]);
    let (young, older) = ("Alder.Aldersgruppe=18-29", "Alder.Aldersgruppe=30-39");
    assert_eq!((of("Tid.Måned=2020-04", young), of("Tid.Måned=2020-04", older)), (Some(1.0), None));
    assert_eq!(
        (of("Tid.Kvartal=2020K1", young), of("Tid.Kvartal=2020K1", older)),
        (Some(1.0), None)
    );
    assert_eq!(
        (of("Tid.Kvartal=2020K2", young), of("Tid.Kvartal=2020K2", older)),
        (None, Some(1.0))
    );
    assert_eq!(of("Tid.Kvartal=2020K2", "Alder.Alder=30"), Some(1.0));
}
