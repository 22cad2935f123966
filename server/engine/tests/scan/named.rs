//! Cases whose numbers were reasoned by hand; each is also put to the scan.

use std::collections::HashSet;

use cube_schema::day::{Day, Month};
use cube_schema::table::{DimensionTable, Timeline};
use terning_engine::query::bind;
use terning_engine::query::bound::{Axis, Bound, Factor, HierarchyRef, Member, Part};
use terning_engine::query::{Cancel, CellSet, Limits, Pivot, View, run};

use crate::compare::{SeenFacts, check, cube, view};
use crate::scan::Scan;
use crate::world::{Fact, World};

pub const YES: u32 = 0;
pub const NO: u32 = 1;

/// Municipalities by row.
const BROENDBY: u32 = 0;
const DRAGOER: u32 = 1;

/// Target groups by row.
const SYN: u32 = 0;
const MISBRUG: u32 = 2;
const UNKNOWN_GROUP: u32 = 3;

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn table(name: &str, rows: &[[&str; 4]]) -> DimensionTable {
    let mut table = DimensionTable::new(name, &["gruppe", "region", "kode", "navn", "nyeste"]);
    for [group, region, code, caption] in rows {
        table.push(&[group, region, code, caption, ""]);
    }
    table
}

/// Ages to 40 in the groups `0-17`, `18-29` and `30+`.
fn ages() -> DimensionTable {
    let mut ages = table("alder", &[]);
    for age in 0..=40 {
        let group = ["0-17", "18-29", "30+"][usize::from(age > 17) + usize::from(age > 29)];
        ages.push(&[group, "", &age.to_string(), "", ""]);
    }
    ages.push(&[""; 5]);
    ages
}

/// A small world over two years, without facts; series 0 is approved for ever, series 1 never.
pub fn world() -> World {
    let tables = vec![
        table("kommune", &[["", "1084", "153", "Brøndby"], ["", "1084", "155", "Dragør"]]),
        table("ydelse", &[["Botilbud", "", "1.8.1", ""], ["Støtte", "", "1.12.0.2", ""]]),
        table(
            "maalgruppe",
            &[
                ["Fysisk", "", "1", "Syn"],
                ["Fysisk", "", "2", "Bevægelse"],
                ["Socialt", "", "3", "Misbrug"],
                ["", "", "", ""],
            ],
        ),
        table("opholdssted", &[["", "", "", ""]]),
        table("godkendt", &[["", "", "Ja", ""], ["", "", "Nej", ""]]),
        table("takst", &[["", "", "1", ""]]),
        table(
            "borger",
            &[["", "", "a", ""], ["", "", "b", ""], ["", "", "c", ""], ["", "", "d", ""]],
        ),
        ages(),
    ];
    World {
        schema: World::schema(),
        timeline: Timeline { first: Month::new(2020, 1), last: Month::new(2021, 12) },
        tables,
        approvals: vec![vec![(Day::MIN, YES)], vec![(Day::MIN, NO)]],
        tariffs: vec![vec![(Day::MIN, 0)]],
        births: vec![Day::MIN; 4],
        facts: Vec::new(),
        cube: 0,
    }
}

/// A record of one citizen, number and series 0 everywhere.
pub fn fact(citizen: u32, first: &str, last: &str) -> Fact {
    Fact {
        citizen,
        code: 0,
        record: citizen,
        municipality: BROENDBY,
        service: 0,
        groups: vec![UNKNOWN_GROUP],
        place: 0,
        approval: 0,
        tariff: 0,
        amount: 0,
        starts: true,
        ends: true,
        first: day(first),
        last: day(last),
    }
}

/// A question in the words of a pivot.
#[derive(Clone, Copy, Default)]
pub struct Ask<'a> {
    pub filters: &'a [&'a str],
    pub columns: &'a [&'a str],
    pub rows: &'a [&'a str],
    pub measure: &'a str,
    pub totals: bool,
    pub empty: bool,
}

impl World {
    pub fn ask(&self, ask: &Ask<'_>) -> Vec<String> {
        self.ask_as(&None, ask)
    }

    fn ask_as(&self, seen: &SeenFacts, ask: &Ask<'_>) -> Vec<String> {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let measure = if ask.measure.is_empty() { "Borgere" } else { ask.measure };
        let pivot = Pivot {
            cube: self.schema.cubes[self.cube].name.clone(),
            filters: texts(ask.filters),
            columns: texts(ask.columns),
            rows: texts(ask.rows),
            measures: vec![measure.to_owned()],
            totals: ask.totals,
            empty: ask.empty,
        };
        let cube = cube(self);
        let bound = bind::pivot(&view(&cube, seen), &pivot).unwrap();
        self.answer(seen, &bound)
    }

    /// The cells of an answer with the captions of their members; `-` where a cell is empty.
    fn answer(&self, seen: &SeenFacts, bound: &Bound) -> Vec<String> {
        let (star, cube) = (self.star(), cube(self));
        let view = view(&cube, seen);
        let schema = &self.schema;
        let own = &schema.cubes[self.cube];
        let scan = Scan::new(schema, own, &star, self.timeline, seen.clone());
        check(&view, &scan, bound, usize::MAX).unwrap_or_else(|error| panic!("{error}"));
        let answer = run(&view, bound, &Limits::default(), &Cancel::default()).unwrap();
        (0..answer.cell_count()).map(|ordinal| shown(&view, &answer, ordinal)).collect()
    }
}

fn shown(view: &View, answer: &CellSet, ordinal: usize) -> String {
    let mut left = ordinal;
    let mut captions = Vec::new();
    for axis in &answer.axes {
        for (column, member) in axis.columns.iter().zip(axis.position(left % axis.count)) {
            match (column, member) {
                (HierarchyRef::Of { dimension, .. }, Member::Of { field, id }) => {
                    let field = &view.cube().dimensions[*dimension].fields[*field];
                    captions.push(field.captions.get(*id as usize).to_owned());
                }
                (_, Member::All) => captions.push(view.cube().all.clone()),
                _ => {}
            }
        }
        left /= axis.count;
    }
    let value = answer.value(ordinal).map_or("-".to_owned(), |value| value.to_string());
    format!("{} {value}", captions.join(" · ")).trim().to_owned()
}

/// One citizen with two groups, one with Misbrug, one whose list is empty, one `Ukendt`.
fn world_of_groups() -> World {
    let mut world = world();
    let groups = [vec![SYN, MISBRUG], vec![MISBRUG], vec![], vec![UNKNOWN_GROUP]];
    world.facts = (0..)
        .zip(groups)
        .map(|(citizen, groups)| Fact { groups, ..fact(citizen, "2020-01-10", "2020-02-10") })
        .collect();
    world
}

#[test]
fn a_record_is_in_a_cell_by_one_and_the_same_key() {
    let world = world_of_groups();
    let rows = ["Målgruppe.Hovedgruppe", "Målgruppe.Målgruppe"];
    let expected = [
        "Fysisk · Syn 1",
        "Fysisk · I alt 1",
        "Socialt · Misbrug 2",
        "Socialt · I alt 2",
        "Ukendt · Ukendt 1",
        "Ukendt · I alt 1",
        "I alt · I alt 4",
    ];
    assert_eq!(world.ask(&Ask { rows: &rows, totals: true, ..Ask::default() }), expected);
    let crossed = Ask { columns: &rows[..1], rows: &rows[1..], ..Ask::default() };
    let full: Vec<String> =
        world.ask(&crossed).into_iter().filter(|cell| !cell.ends_with('-')).collect();
    assert_eq!(full, ["Socialt · Misbrug 2", "Fysisk · Syn 1", "Ukendt · Ukendt 1"]);
}

#[test]
fn conditions_on_groups_select_keys() {
    let world = world_of_groups();
    for (filters, expected) in [
        // Only the selected key is shown, though the record has another.
        (&["Målgruppe.Målgruppe=Syn"][..], &["Fysisk 1", "I alt 1"][..]),
        // Records that have another member; not those that have none at all.
        (&["Målgruppe.Målgruppe<>Syn"], &["Socialt 2", "Ukendt 1", "I alt 3"]),
        (&["Målgruppe.Målgruppe=Syn", "Målgruppe.Målgruppe=Misbrug"], &[]),
        (&["Målgruppe.Målgruppe=Syn", "Målgruppe.Hovedgruppe=Socialt"], &[]),
        // All keys are left, so whoever has one is left.
        (
            &["Målgruppe.Hovedgruppe=Fysisk,Socialt,Ukendt"],
            &["Fysisk 1", "Socialt 2", "Ukendt 1", "I alt 3"],
        ),
    ] {
        let rows = &["Målgruppe.Hovedgruppe"][..];
        let ask = Ask { filters, rows, totals: true, ..Ask::default() };
        assert_eq!(world.ask(&ask), expected, "{filters:?}");
    }
}

#[test]
fn a_record_in_two_pieces_counts_once_in_a_month() {
    let mut world = world();
    world.facts = vec![fact(0, "2020-03-02", "2020-03-05"), fact(0, "2020-03-20", "2020-04-10")];
    let months = Ask { filters: &["Tid.År=2020"], rows: &["Tid.Måned"], ..Ask::default() };
    for measure in ["Ydelser", "Modtagere", "Borgere"] {
        let cells = world.ask(&Ask { measure, totals: true, ..months });
        assert_eq!(cells, ["2020-03 1", "2020-04 1", "I alt 1"]);
    }
    let at_end = world.ask(&Ask { measure: "Borgere ultimo", totals: true, ..months });
    assert_eq!(at_end, ["2020-03 1", "2020-04 0", "I alt 0"]);
}

/// Approved in the second quarter of 2020 only.
fn approved_in_one_quarter() -> World {
    let mut world = world();
    let steps = vec![(Day::MIN, NO), (day("2020-04-01"), YES), (day("2020-07-01"), NO)];
    world.approvals.push(steps);
    world.facts = vec![
        Fact { approval: 2, ..fact(0, "2019-05-01", "2021-03-01") },
        Fact { approval: 2, ..fact(1, "2020-01-01", "2020-03-31") },
        Fact { approval: 2, ..fact(2, "2020-06-30", "2020-07-01") },
    ];
    world
}

#[test]
fn approval_narrows_days_with_municipality_and_service_off_the_axes() {
    let world = approved_in_one_quarter();
    let filters = &["Godkendt.Ja Nej=Ja"][..];
    let by = |field| Ask { filters, rows: field, totals: true, ..Ask::default() };
    assert_eq!(world.ask(&by(&["Tid.År"])), ["2020 2", "I alt 2"]);
    assert_eq!(world.ask(&by(&["Tid.Kvartal"])), ["2020K2 2", "I alt 2"]);
    assert_eq!(world.ask(&by(&["Tid.Måned"])), ["2020-04 1", "2020-05 1", "2020-06 2", "I alt 2"]);
}

#[test]
fn at_the_end_of_a_year_only_its_last_quarter_can_be_approved() {
    let world = approved_in_one_quarter();
    let measure = "Borgere ultimo";
    let rows = &["Godkendt.Ja Nej"][..];
    let year = Ask { filters: &["Tid.År=2020"], rows, measure, totals: true, ..Ask::default() };
    assert_eq!(world.ask(&year), ["Ja 0", "Nej 1", "I alt 1"]);
    let quarter = Ask { filters: &["Tid.Kvartal=2020K2"], ..year };
    assert_eq!(world.ask(&quarter), ["Ja 2", "I alt 2"]);
}

#[test]
fn a_citizen_is_approved_where_one_of_two_municipalities_is() {
    let mut world = world();
    let own = fact(0, "2020-01-01", "2020-12-31");
    world.facts = vec![
        Fact { approval: 0, ..own.clone() },
        Fact { municipality: DRAGOER, approval: 1, record: 9, ..own },
    ];
    let rows = &["Kommune.Kommune"][..];
    let all = Ask { rows, totals: true, ..Ask::default() };
    assert_eq!(world.ask(&all), ["Brøndby 1", "Dragør 1", "I alt 1"]);
    let approved = Ask { filters: &["Godkendt.Ja Nej=Ja"], ..all };
    assert_eq!(world.ask(&approved), ["Brøndby 1", "I alt 1"]);
    let marks = Ask { rows: &["Godkendt.Ja Nej"], ..all };
    assert_eq!(world.ask(&marks), ["Ja 1", "Nej 1", "I alt 1"]);
    assert_eq!(world.ask(&Ask { measure: "Ydelser", ..marks }), ["Ja 1", "Nej 1", "I alt 2"]);
}

#[test]
fn a_record_in_the_hole_of_a_period_is_not_in_it() {
    let mut world = world();
    world.facts = vec![
        fact(0, "2020-02-01", "2020-02-29"),
        fact(1, "2020-01-31", "2020-02-10"),
        fact(2, "2020-02-20", "2020-05-01"),
    ];
    let holed = Ask {
        filters: &["Tid.Måned<>2020-02", "Tid.År=2020"],
        columns: &["Tid.Kvartal"],
        totals: true,
        ..Ask::default()
    };
    assert_eq!(world.ask(&holed), ["2020K1 2", "2020K2 1", "I alt 2"]);
    // Two quarters apart are one period for the total.
    let apart = Ask { filters: &["Tid.Kvartal=2020K1,2020K3"], ..holed };
    assert_eq!(world.ask(&apart), ["2020K1 3", "I alt 3"]);
}

#[test]
fn the_last_day_of_a_period_with_holes_is_that_of_its_latest_month() {
    let mut world = world();
    world.facts = vec![fact(0, "2020-02-01", "2020-02-29"), fact(1, "2020-01-31", "2020-03-31")];
    let measure = "Borgere ultimo";
    let rows = &["Tid.Kvartal"][..];
    let whole = Ask { filters: &["Tid.Kvartal=2020K1"], rows, measure, ..Ask::default() };
    assert_eq!(world.ask(&whole), ["2020K1 1"]);
    let no_march = Ask { filters: &["Tid.Kvartal=2020K1", "Tid.Måned<>2020-03"], ..whole };
    assert_eq!(world.ask(&no_march), ["2020K1 2"]);
}

#[test]
fn empty_things_have_empty_answers() {
    let all_quarters = ["2020K1", "2020K2", "2020K3", "2020K4"];
    let ask = Ask { rows: &["Tid.Kvartal"], filters: &["Tid.År=2020"], ..Ask::default() };
    let kept = Ask { empty: true, ..ask };
    let no_rows = world();
    let mut away = world();
    away.facts = vec![fact(0, "2012-01-01", "2019-12-31"), fact(1, "2022-01-01", "2022-02-01")];
    let mut other = world();
    other.facts = vec![fact(0, "2021-01-01", "2021-02-01")];
    for world in [no_rows, away, other] {
        assert!(world.ask(&ask).is_empty());
        assert_eq!(world.ask(&kept), all_quarters.map(|quarter| format!("{quarter} -")));
        assert_eq!(
            world.ask(&Ask { empty: true, filters: &["Tid.År=2020"], ..Ask::default() }),
            ["-"]
        );
    }
}

#[test]
fn an_empty_set_has_no_positions_and_no_axis_has_one_cell() {
    let mut world = world();
    world.facts = vec![fact(0, "2020-01-01", "2020-02-01")];
    let measure = terning_engine::cube::MeasureRef { group: 0, measure: 0 };
    let mut bound = Bound::stored(Vec::new(), Vec::new(), measure, false);
    assert_eq!(world.answer(&None, &bound), ["1"]);
    let years = HierarchyRef::Of { dimension: 0, hierarchy: 0 };
    for column in [years, HierarchyRef::Measures] {
        let empty = Factor { columns: vec![column], parts: vec![Part::Tuples(Vec::new())] };
        bound.axes = vec![Axis { factors: vec![empty], non_empty: false }];
        assert!(world.answer(&None, &bound).is_empty());
    }
}

#[test]
fn members_that_nobody_may_see_are_not_listed() {
    let mut world = world();
    for dimension in &mut world.schema.dimensions {
        dimension.observed = dimension.name == "Borger" || dimension.name == "Målgruppe";
    }
    world.facts = vec![
        Fact { groups: vec![SYN], ..fact(0, "2020-01-01", "2020-02-01") },
        Fact { groups: vec![MISBRUG], ..fact(1, "2020-01-01", "2020-02-01") },
        Fact { groups: vec![MISBRUG], ..fact(2, "2012-01-01", "2012-02-01") },
    ];
    let seen = Some(HashSet::from([1, 2]));
    for (rows, everyone, own) in [
        ("Borger.Borger", &["a 1", "b 1", "c -", "d -"][..], &["b 1", "c -"][..]),
        ("Målgruppe.Hovedgruppe", &["Fysisk 1", "Socialt 1", "Ukendt -"], &["Socialt 1"]),
    ] {
        let ask = Ask { rows: &[rows], empty: true, ..Ask::default() };
        assert_eq!(world.ask(&ask), everyone);
        assert_eq!(world.ask_as(&seen, &ask), own);
        assert!(world.ask_as(&Some(HashSet::new()), &ask).is_empty());
    }
}

#[test]
fn a_member_of_a_very_long_dimension_is_seen_by_its_own_rows() {
    let mut world = world();
    world.schema.dimensions[4].observed = true;
    for place in 1..70_000 {
        let code = place.to_string();
        world.tables[3].push(&["", "", &code, "", ""]);
    }
    world.facts = vec![
        Fact { place: 1, ..fact(0, "2020-01-01", "2020-02-01") },
        Fact { place: 69_999, ..fact(1, "2020-01-01", "2020-02-01") },
    ];
    let cube = cube(&world);
    let view = view(&cube, &Some(HashSet::from([1])));
    let field = cube.dimensions[4].find_field("Opholdssted").unwrap();
    let has = |caption: &str| {
        view.has_member(4, field, cube.dimensions[4].fields[field].find(caption).unwrap())
    };
    assert_eq!(["1", "2", "69999"].map(has), [false, false, true]);
}

#[test]
fn a_citizen_of_very_many_rows_counts_once() {
    let mut world = world();
    let many = |count, first, last| std::iter::repeat_n(fact(0, first, last), count);
    world.facts.extend(many(100, "2020-01-01", "2020-02-01"));
    world.facts.extend(many(130, "2021-01-01", "2021-02-01"));
    world.facts.push(fact(1, "2020-01-01", "2021-02-01"));
    for (filter, expected) in
        [("Tid.År=2020", "2"), ("Tid.År=2021", "2"), ("Tid.År=2020,2021", "2")]
    {
        assert_eq!(world.ask(&Ask { filters: &[filter], ..Ask::default() }), [expected]);
    }
}
