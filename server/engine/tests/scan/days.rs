//! M4–M7, ages and sums by hand; each answer is also put to the scan.

use cube_schema::day::{Day, Month};
use cube_schema::schema::DayCount;

use crate::named::{Ask, NO, YES, day, fact, world};
use crate::world::{Fact, World};

/// A world of some facts.
fn world_of(facts: Vec<Fact>) -> World {
    World { facts, ..world() }
}

/// What a measure is in a period, without anything on the axes.
fn cell(world: &World, measure: &str, filters: &[&str]) -> String {
    world.ask(&Ask { measure, filters, empty: true, ..Ask::default() }).concat()
}

/// A ratio of days as it is written out.
fn ratio(days: u32, length: u32) -> String {
    (f64::from(days) / f64::from(length)).to_string()
}

const MARCH: &str = "Tid.Måned=2021-03";
const QUARTER: &str = "Tid.Kvartal=2021K1";

#[test]
fn m4_m5_count_records_by_their_first_and_their_last_day() {
    let open = Fact { last: Day::MAX, ..fact(1, "2021-03-31", "2021-03-31") };
    let world = world_of(vec![
        fact(0, "2021-01-01", "2021-03-01"),
        open,
        // Began before the timeline, and ends after the as-of day.
        fact(2, "2019-12-31", "2022-01-01"),
        // A record in two pieces begins with the first and ends with the second.
        Fact { ends: false, ..fact(3, "2021-01-10", "2021-01-20") },
        Fact { starts: false, ..fact(3, "2021-03-10", "2021-03-20") },
    ]);
    for (filter, starts, ends) in [
        (MARCH, "1", "2"),
        (QUARTER, "3", "2"),
        ("Tid.År=2020", "0", "0"),
        ("Tid.År=2020,2021", "3", "2"),
    ] {
        assert_eq!(cell(&world, "Påbegyndte", &[filter]), starts, "{filter}");
        assert_eq!(cell(&world, "Afsluttede", &[filter]), ends, "{filter}");
    }
    // A month that is left out is not inside the period.
    let without = [QUARTER, "Tid.Måned<>2021-03"];
    assert_eq!(cell(&world, "Påbegyndte", &without), "2");
    assert_eq!(cell(&world, "Afsluttede", &without), "0");
    assert_eq!(cell(&world_of(Vec::new()), "Påbegyndte", &[QUARTER]), "-");
}

#[test]
fn m6_counts_each_day_of_a_service_once_and_m7_every_record() {
    let own = fact(0, "2021-01-01", "2021-01-20");
    let other = |first, last| Fact { record: 9, ..fact(0, first, last) };
    for (second, covered, all) in [
        // Overlapping, touching, inside, apart, and of another service.
        (other("2021-01-11", "2021-01-31"), 31, 41),
        (other("2021-01-21", "2021-01-25"), 25, 25),
        (other("2021-01-05", "2021-01-06"), 20, 22),
        (other("2021-03-30", "2021-04-10"), 22, 22),
        (Fact { code: 1, ..other("2021-01-11", "2021-01-31") }, 41, 41),
    ] {
        let world = world_of(vec![own.clone(), second]);
        assert_eq!(cell(&world, "Helårsmodtagere", &[QUARTER]), ratio(covered, 90));
        assert_eq!(cell(&world, "Dage", &[QUARTER]), ratio(all, 90));
    }
}

#[test]
fn m6_of_a_whole_year_is_1_and_of_the_running_one_too() {
    let mut world = world_of(vec![fact(0, "2020-01-01", "2022-12-31")]);
    assert_eq!(cell(&world, "Helårsmodtagere", &["Tid.År=2020"]), "1");
    world.timeline.last = Month::new(2021, 6);
    world.facts.push(fact(1, "2021-06-01", "2021-06-30"));
    assert_eq!(cell(&world, "Helårsmodtagere", &["Tid.År=2021"]), ratio(181 + 30, 181));
}

#[test]
fn m6_of_a_period_with_a_hole_is_over_its_own_days() {
    let world = world_of(vec![fact(0, "2021-01-31", "2021-03-02")]);
    let without = [QUARTER, "Tid.Måned<>2021-02"];
    assert_eq!(cell(&world, "Helårsmodtagere", &without), ratio(3, 62));
    let apart = ["Tid.Kvartal=2021K1,2020K1"];
    assert_eq!(cell(&world, "Helårsmodtagere", &apart), ratio(1 + 28 + 2, 90 + 91));
}

/// The source's Eksempel 1: one citizen from 15 to 31 March, another in the whole quarter.
#[test]
fn m6_m7_eksempel_1_under_both_day_counts() {
    let facts = vec![fact(0, "2021-03-15", "2021-03-31"), fact(1, "2021-01-01", "2021-03-31")];
    let mut world = world_of(facts);
    for measure in ["Helårsmodtagere", "Dage"] {
        world.schema.day_count = DayCount::Inclusive;
        assert_eq!(cell(&world, measure, &[QUARTER]), ratio(17 + 90, 90));
        world.schema.day_count = DayCount::ExcludeStart;
        assert_eq!(cell(&world, measure, &[QUARTER]), ratio(16 + 90, 90));
        // In the next quarter nothing begins.
        world.facts[1].last = day("2021-06-30");
        assert_eq!(cell(&world, measure, &["Tid.Kvartal=2021K2"]), "1");
        world.facts[1].last = day("2021-03-31");
    }
}

#[test]
fn m6_with_excluded_starts_leaves_out_a_day_that_no_other_record_has() {
    let first = fact(0, "2021-03-10", "2021-03-20");
    let other = |first, last| Fact { record: 9, ..fact(0, first, last) };
    let piece = Fact { starts: false, ..other("2021-03-10", "2021-03-12") };
    for (second, expected) in [
        (other("2021-03-01", "2021-03-10"), 10 + 10),
        // Both begin on the day.
        (other("2021-03-10", "2021-03-12"), 10),
        // A further piece of an earlier record has the day.
        (piece, 11),
        (other("2021-03-21", "2021-03-31"), 10 + 10),
    ] {
        let mut world = world_of(vec![first.clone(), second.clone()]);
        world.schema.day_count = DayCount::ExcludeStart;
        assert_eq!(cell(&world, "Helårsmodtagere", &[MARCH]), ratio(expected, 31), "{second:?}");
    }
}

#[test]
fn m4_to_m7_by_approval_go_by_the_days_of_approved_quarters() {
    let mut world = world_of(vec![Fact { approval: 2, ..fact(0, "2021-03-15", "2021-07-10") }]);
    let steps = vec![(Day::MIN, NO), (day("2021-04-01"), YES), (day("2021-07-01"), NO)];
    world.approvals.push(steps);
    for (filter, starts, ends, days) in
        [("Godkendt.Ja Nej=Ja", "0", "0", 91), ("Godkendt.Ja Nej=Nej", "1", "1", 17 + 10)]
    {
        let filters = ["Tid.År=2021", filter];
        assert_eq!(cell(&world, "Påbegyndte", &filters), starts);
        assert_eq!(cell(&world, "Afsluttede", &filters), ends);
        assert_eq!(cell(&world, "Helårsmodtagere", &filters), ratio(days, 365));
        assert_eq!(cell(&world, "Dage", &filters), ratio(days, 365));
    }
}

/// Turns 30 on 20 May 2021; the service ended in April.
fn turning_30() -> World {
    let mut world = world_of(vec![
        fact(0, "2020-06-01", "2021-04-10"),
        fact(1, "2021-04-01", "2021-05-31"),
        fact(2, "2021-04-01", "2021-05-31"),
    ]);
    // The second is born on a leap day, the third's birth is not known.
    world.births = vec![day("1991-05-20"), day("2000-02-29"), Day::MIN, Day::MIN];
    world
}

#[test]
fn age_is_that_of_the_last_day_of_the_cells_period() {
    let world = turning_30();
    let by = |filter| {
        let filters = &[filter][..];
        world.ask(&Ask { filters, rows: &["Alder.Gruppe"], totals: true, ..Ask::default() })
    };
    assert_eq!(by("Tid.Måned=2021-04"), ["18-29 2", "Ukendt 1", "I alt 3"]);
    assert_eq!(by("Tid.Kvartal=2021K2"), ["18-29 1", "30+ 1", "Ukendt 1", "I alt 3"]);
    assert_eq!(by("Tid.År=2021"), ["18-29 1", "30+ 1", "Ukendt 1", "I alt 3"]);
    assert_eq!(by("Tid.År=2020"), ["18-29 1", "I alt 1"]);
}

#[test]
fn every_level_of_time_has_an_age_of_its_own_and_conditions_on_it_hold_in_each() {
    let world = turning_30();
    let filters = &["Alder.Gruppe=18-29", "Tid.År=2021"][..];
    let rows = &["Tid.Kvartal"][..];
    let ask = Ask { filters, rows, totals: true, ..Ask::default() };
    assert_eq!(world.ask(&ask), ["2021K1 1", "2021K2 1", "I alt 1"]);
    let days = |measure, filter: &str| cell(&world, measure, &[filter, "Alder.Gruppe=30+"]);
    // Whole quarters of who is 30 at their end, whatever the age on the day.
    assert_eq!(days("Dage", "Tid.Kvartal=2021K2"), ratio(10, 91));
    assert_eq!(days("Dage", "Tid.År=2021"), ratio(100, 365));
    assert_eq!(days("Dage", "Tid.Kvartal=2021K1"), "-");
    assert_eq!(days("Afsluttede", "Tid.År=2021"), "1");
    assert_eq!(days("Påbegyndte", "Tid.År=2021"), "0");
}

#[test]
fn ages_on_29_february_before_birth_and_beyond_the_table() {
    let mut world = world_of((0..4).map(|one| fact(one, "2020-01-01", "2021-12-31")).collect());
    world.births = vec![day("2000-02-29"), day("2021-07-01"), day("1979-12-31"), day("1980-01-01")];
    let months = ["2020-02", "2021-02", "2021-03"].map(|month| {
        let filter = format!("Tid.Måned={month}");
        world.ask(&Ask { filters: &[&filter], rows: &["Alder.Alder"], ..Ask::default() }).join(", ")
    });
    assert_eq!(months[0], "20 1, 40 2, Ukendt 1");
    assert_eq!(months[1], "20 1, Ukendt 3");
    assert_eq!(months[2], "21 1, Ukendt 3");
    // Not born, and beyond the table: the same member, whatever lies between.
    let years = Ask { rows: &["Tid.År"], filters: &["Alder.Alder=Ukendt,0"], ..Ask::default() };
    assert_eq!(world.ask(&years), ["2020 2", "2021 3"]);
}

#[test]
fn sums_are_over_rows_of_the_period_or_of_its_last_day_or_per_month() {
    let amount = |amount, fact| Fact { amount, ..fact };
    let mut world = world_of(vec![
        amount(10_010, fact(0, "2021-01-15", "2021-02-10")),
        amount(20_020, fact(1, "2021-03-31", "2021-05-01")),
        amount(-5, fact(2, "2021-01-01", "2021-01-01")),
    ]);
    world.cube = 1;
    for (measure, expected) in [("Beløb", "300.25"), ("Beløb ultimo", "200.2")] {
        assert_eq!(cell(&world, measure, &[QUARTER]), expected);
    }
    let per_month = (30_025.0 / 300.0).to_string();
    assert_eq!(cell(&world, "Beløb pr. måned", &[QUARTER]), per_month);
    assert_eq!(cell(&world, "Beløb ultimo", &["Tid.Måned=2021-02"]), "-");
    assert_eq!(cell(&world, "Beløb", &["Tid.År=2020"]), "-");
}

#[test]
fn an_event_is_in_the_period_of_its_day() {
    let amount = |amount, fact| Fact { amount, ..fact };
    let mut world = world_of(vec![
        amount(10, fact(0, "2021-01-31", "2021-12-31")),
        amount(20, fact(0, "2021-03-31", "2021-12-31")),
        amount(30, fact(0, "2021-03-31", "2021-12-31")),
        amount(999, fact(0, "2019-12-31", "2021-12-31")),
        amount(999, fact(0, "2022-01-01", "2022-01-01")),
    ]);
    world.cube = 2;
    for (measure, months, quarter) in [
        ("Beløb", ["0.1", "-", "0.5"], "0.6"),
        ("Beløb ultimo", ["0.1", "-", "0.5"], "0.5"),
        ("Beløb pr. måned", ["0.1", "-", "0.5"], "0.3"),
    ] {
        let found = ["01", "02", "03"]
            .map(|month| cell(&world, measure, &[&format!("Tid.Måned=2021-{month}")]));
        assert_eq!(found, months, "{measure}");
        assert_eq!(cell(&world, measure, &[QUARTER]), quarter, "{measure}");
    }
}
