use super::super::testing::{add, delivery, read, reference, vh};
use super::*;
use crate::day::Month;
use crate::domain::{Domain, Place, Verdict};
use crate::rule::{Context, Finding, Marks, Shape};
use crate::table::{FactColumn, FactTable};

const MAN: &str = "6101901235";
const WOMAN: &str = "6101901234";
const CHILD: &str = "6101104000";

fn timeline() -> Timeline {
    Timeline { first: Month::new(2013, 1), last: Month::new(2026, 10) }
}

/// Records after the rules over one record; the days of the national judgement are those
/// reported, and the local one marks nothing.
fn judged(reference: &Reference, rows: &[[&str; 10]]) -> Vec<Judged<Record>> {
    let context = Context { reference, as_of: timeline().as_of() };
    let judge = |(line, row): (usize, &[&str; 10])| {
        let (mut record, _) = read(reference, *row).unwrap();
        let mut marks = Marks::default();
        for (position, rule) in regler::RULES.iter().enumerate() {
            let Shape::Record(apply) = rule.shape else { continue };
            if apply(&mut record, &context) == Finding::Marked {
                marks.add(position);
            }
        }
        let pieces = vh().interval(&record, &context).into_iter().collect();
        let national = Verdict { marks: Marks::default(), pieces };
        let verdicts = vec![Verdict::default(), national];
        let changed = Marks::default();
        let place = Place::on(line as u64 + 2);
        Judged { record, delivery: 0, place, marks, changed, verdicts, trials: Vec::new() }
    };
    rows.iter().enumerate().map(judge).collect()
}

fn star(reference: &Reference, records: &[Judged<Record>]) -> Star {
    make(records, &[delivery("153", "nexus")], reference, timeline())
}

fn ids(table: &FactTable, column: &str) -> Vec<u32> {
    match table.column(column) {
        Some(FactColumn::Id(values)) => values.clone(),
        other => panic!("{column}: {other:?}"),
    }
}

fn days(table: &FactTable) -> Vec<(String, String)> {
    let (Some(FactColumn::Day(first)), Some(FactColumn::Day(last))) =
        (table.column("foerste_dag"), table.column("sidste_dag"))
    else {
        panic!("no days")
    };
    let open = |day: &Day| if *day == Day::MAX { String::new() } else { day.to_string() };
    first.iter().zip(last).map(|(first, last)| (open(first), open(last))).collect()
}

/// The texts that an Id column of facts points at.
fn texts<'s>(
    star: &'s Star,
    table: &str,
    column: &str,
    dimension: &str,
    field: &str,
) -> Vec<&'s str> {
    let values = star.dimension(dimension).unwrap().column(field).unwrap();
    let keys = ids(star.fact(table).unwrap(), column);
    keys.iter().map(|key| &*values[*key as usize]).collect()
}

/// The captions of the rules of each fact.
fn regler_of(star: &Star) -> Vec<Vec<&str>> {
    let names = star.dimension("regel").unwrap().column("regel").unwrap();
    let Some(FactColumn::Ids(lists)) = star.fact("ydelser_indberettet").unwrap().column("regler")
    else {
        panic!("no lists")
    };
    let list = |row| lists.get(row).iter().map(|key| &*names[*key as usize]).collect();
    (0..lists.len()).map(list).collect()
}

#[test]
fn the_tables_have_every_column_that_the_schema_asks_for() {
    let reference = reference();
    let star = star(&reference, &judged(&reference, &[]));
    for dimension in &vh().schema().dimensions {
        let Some(table) = &dimension.table else { continue };
        let table = star.dimension(table).unwrap();
        let columns =
            dimension.fields.iter().flat_map(|field| [Some(&field.key), field.caption.as_ref()]);
        for column in columns.flatten().chain(&dimension.newest) {
            assert!(table.column(column).is_some(), "{} {column}", table.name);
        }
        assert!(table.columns.iter().all(|(_, values)| values.len() == table.len()));
    }
    for group in vh().schema().cubes.iter().flat_map(|cube| &cube.groups) {
        let facts = star.fact(&group.facts).unwrap();
        let used = group.dimensions.iter().flat_map(|usage| [&usage.column, &usage.age]);
        let used = used.chain([&group.starts, &group.ends]).flatten();
        let keys = group.measures.iter().flat_map(|measure| &measure.key);
        let days = [&group.first, &group.last];
        let own = group.provenance.iter().filter_map(|column| column.own.as_ref());
        let shown = group.provenance.iter().map(|column| &column.column).chain(own);
        for column in used.chain(keys).chain(shown).chain(&group.record).chain(days) {
            assert!(facts.column(column).is_some(), "{} {column}", facts.name);
        }
        for usage in &group.dimensions {
            assert!(usage.steps.iter().all(|steps| star.step(steps).is_some()));
        }
    }
}

#[test]
fn every_record_is_reported_and_those_with_a_d_mark_are_not_in_benchmark() {
    let reference = reference();
    let records = judged(
        &reference,
        &[
            ["Y1", WOMAN, "153", "", "1.8.1", "2020-01-01", "", "1.1.1", "", "A"],
            ["Y2", WOMAN, "153", "", "1.8.1", "2020-05-01", "2020-04-01", "1.1.1", "", ""],
            ["Y3", WOMAN, "153", "999", "9.9", "", "2020-04-01", "9", "", ""],
            ["Y4", WOMAN, "153", "", "1.8.1", "", "", "1.1.1", "", ""],
            ["Y5", CHILD, "153", "157", "9.8", "2020-01-01", "2009-01-01", "", "", ""],
            ["Y6", MAN, "153", "", "9.9", "2027-01-01", "2027-02-01", "", "", ""],
        ],
    );
    let star = star(&reference, &records);
    let reported = star.fact("ydelser_indberettet").unwrap();
    let expected = [
        ("2020-01-01", ""),
        ("2020-05-01", "2020-05-01"),
        ("2020-04-01", "2020-04-01"),
        ("2026-10-31", "2026-10-31"),
        ("2020-01-01", "2020-01-01"),
        ("2027-01-01", "2027-02-01"),
    ];
    let expected = expected.map(|(first, last)| (first.to_owned(), last.to_owned()));
    assert_eq!(days(reported), expected);
    assert_eq!(
        regler_of(&star),
        [
            vec![""],
            vec!["D4"],
            vec!["D1", "D2", "D3"],
            vec!["D3"],
            vec!["D1", "D4", "D5"],
            vec!["D1"]
        ]
    );
    assert_eq!(ids(reported, "registrering"), [0, 1, 2, 3, 4, 5]);
    assert_eq!(ids(reported, "ydelseskode_som_angivet"), [3, 3, 13, 3, 14, 13]);
    assert_eq!(ids(reported, "linje"), [2, 3, 4, 5, 6, 7]);
    // M4: those with a start; M5: those with an end that is not before it.
    assert_eq!(ids(reported, "begynder"), [1, 1, 0, 0, 1, 1]);
    assert_eq!(ids(reported, "slutter"), [0, 0, 1, 0, 0, 1]);
    let column =
        |column, dimension, field| texts(&star, "ydelser_indberettet", column, dimension, field);
    assert_eq!(
        column("betalingskommune", "betalingskommune", "kommunekode")[..3],
        ["153", "153", ""]
    );
    assert_eq!(column("ydelse", "ydelse", "ydelseskode")[..3], ["1.8.1", "1.8.1", ""]);
    assert_eq!(
        column("funktionsvurdering", "funktionsvurdering", "funktionsvurdering")[..2],
        ["A", ""]
    );
    assert_eq!(column("koen", "koen", "koen")[4..], ["Kvinde", "Mand"]);
    assert_eq!(days(star.fact("ydelser_benchmark").unwrap()), expected[..1]);
}

#[test]
fn benchmark_has_a_row_per_piece_and_the_vh_cube_the_local_marks() {
    let reference = reference();
    let mut records = judged(
        &reference,
        &[["Y1", WOMAN, "153", "", "1.8.1", "2020-01-01", "", "1.1.1|1.3.4", "", ""]],
    );
    let day = |text| Day::parse(text).unwrap();
    records[0].verdicts[NATIONAL].pieces = vec![
        Interval { first: day("2020-01-01"), last: day("2020-01-31") },
        Interval { first: day("2020-03-01"), last: Day::MAX },
    ];
    let c2 = regler::RULES.iter().position(|rule| rule.id == "C2").unwrap();
    let c3 = regler::RULES.iter().position(|rule| rule.id == "C3").unwrap();
    records[0].verdicts[super::super::LOKAL].marks.add(c2);
    records[0].verdicts[NATIONAL].marks.add(c3);
    let star = star(&reference, &records);
    let benchmark = star.fact("ydelser_benchmark").unwrap();
    assert_eq!(days(benchmark).len(), 2);
    assert_eq!(days(benchmark)[1], ("2020-03-01".to_owned(), String::new()));
    assert_eq!(ids(benchmark, "begynder"), [1, 0]);
    assert_eq!(ids(benchmark, "slutter"), [0, 0]);
    assert_eq!(ids(benchmark, "registrering"), [0, 0]);
    assert_eq!(regler_of(&star), [["C2"]]);
    let Some(FactColumn::Ids(groups)) = benchmark.column("maalgrupper") else { panic!() };
    assert_eq!(groups.get(1).len(), 2);
}

#[test]
fn citizens_are_numbered_by_their_most_frequent_handlekommune() {
    let reference = reference();
    let row = |cpr, kommune| ["Y", cpr, kommune, "", "1.8.1", "2020-01-01", "", "1.1.1", "", ""];
    let rows = [
        row(MAN, "157"),
        row(WOMAN, "157"),
        row(WOMAN, "157"),
        row(WOMAN, "101"),
        row(CHILD, "157"),
        row(MAN, "101"),
    ];
    let star = star(&reference, &judged(&reference, &rows));
    let numbers = star.dimension("borger").unwrap().column("personnummer").unwrap();
    assert_eq!(numbers.iter().map(|text| &**text).collect::<Vec<_>>(), [MAN, CHILD, WOMAN]);
    assert_eq!(ids(star.fact("ydelser_indberettet").unwrap(), "borger"), [0, 2, 2, 2, 1, 0]);
}

#[test]
fn institutions_have_a_row_where_they_have_facts() {
    let mut reference = reference();
    for line in [["1", "Huset", "153", "3.5"], ["2", "Gården", "157", "3.1.0"], ["3", "Ø", "", ""]]
    {
        add(&mut reference, "opholdssteder.csv", &line).unwrap();
    }
    let row = |sted| ["Y", MAN, "153", "", "1.8.1", "2020-01-01", "", "1.1.1", sted, ""];
    let records = judged(&reference, &[row("2"), row(""), row("x"), row("3")]);
    let star = star(&reference, &records);
    let column = |field| texts(&star, "ydelser_indberettet", "opholdssted", "opholdssted", field);
    assert_eq!(column("opholdsstedid"), ["2", "", "Ukendt institution", "3"]);
    assert_eq!(column("kommune"), ["Gentofte", "", "", ""]);
    assert_eq!(column("tilbudstype"), ["Længerevarende botilbud til voksne", "", "", ""]);
    assert_eq!(star.dimension("opholdssted").unwrap().len(), 4);
    let listed = judged(&reference, &[row("2"), row("3")]);
    let star = self::star(&reference, &listed);
    let column = |field| texts(&star, "ydelser_indberettet", "opholdssted", "opholdssted", field);
    assert_eq!(column("opholdsstedid"), ["2", "3"]);
    assert_eq!(star.dimension("opholdssted").unwrap().len(), 3);
}

#[test]
fn approvals_are_steps_of_whole_quarters() {
    let mut reference = reference();
    for line in [
        ["187", "1.8.1", "2020K1", "Ja"],
        ["187", "1.8.1", "2020K2", "Ja"],
        ["187", "1.8.1", "2020K4", "Ja"],
        ["187", "1.8.1", "2013K3", "Ja"],
        ["185", "1.8.1", "2021K1", "Ja"],
    ] {
        add(&mut reference, "Godkendte_kommuner.xlsx", &line).unwrap();
    }
    let row = |reporter, payer, code| {
        ["Y", MAN, reporter, payer, code, "2020-01-01", "", "1.1.1", "", ""]
    };
    let rows = [
        row("183", "187", "1.8.1"),
        row("185", "155", "1.8.1"),
        row("153", "", "1.8.1"),
        row("187", "", "9.9"),
    ];
    let star = star(&reference, &judged(&reference, &rows));
    let series = ids(star.fact("ydelser_indberettet").unwrap(), "godkendelsesserie");
    let steps = star.step("godkendelser").unwrap();
    let answers = star.dimension("godkendt").unwrap().column("godkendt").unwrap();
    let of = |fact: usize| -> Vec<(String, &str)> {
        let own = steps.offsets[series[fact] as usize] as usize
            ..steps.offsets[series[fact] as usize + 1] as usize;
        assert_eq!(steps.from[own.start], Day::MIN);
        let step = |at| {
            let from: Day = steps.from[at];
            (
                if from == Day::MIN { String::new() } else { from.to_string() },
                &*answers[steps.member[at] as usize],
            )
        };
        own.map(step).collect()
    };
    let step = |from: &str, answer| (from.to_owned(), answer);
    assert_eq!(
        of(0),
        [
            step("", "Nej"),
            step("2020-01-01", "Ja"),
            step("2020-07-01", "Nej"),
            step("2020-10-01", "Ja"),
            step("2021-01-01", "Nej"),
        ]
    );
    assert_eq!(of(1), [step("", "Nej"), step("2021-01-01", "Ja"), step("2021-04-01", "Nej")]);
    assert_eq!(of(2), [step("", "Nej")]);
    assert_eq!(of(3), [step("", "Nej")]);
    assert_eq!(steps.offsets.len(), 98 * 14 + 1);
}

#[test]
fn the_newest_delivery_of_a_municipality_is_its_own_or_else_its_pairs() {
    let reference = reference();
    let mut deliveries = vec![delivery("153", "a"), delivery("153", "b"), delivery("183", "a")];
    deliveries[1].month = Month::new(2026, 10);
    let star = make(&[], &deliveries, &reference, timeline());
    let table = star.dimension("handlekommune").unwrap();
    let codes = table.column("kommunekode").unwrap();
    let newest = |code: &str| {
        let row = codes.iter().position(|known| &**known == code).unwrap();
        table.column("nyeste_leverance").unwrap()[row].to_string()
    };
    assert_eq!(["153", "183", "187", "155"].map(newest), ["2026-10", "2026-09", "2026-09", ""]);
}

fn numbers<'s>(star: &'s Star, table: &str, column: &str) -> &'s [f64] {
    match star.fact(table).and_then(|table| table.column(column)) {
        Some(FactColumn::Number(values)) => values,
        other => panic!("{table}.{column}: {other:?}"),
    }
}

fn days_in(star: &Star, table: &str, column: &str) -> Vec<String> {
    match star.fact(table).and_then(|table| table.column(column)) {
        Some(FactColumn::Day(days)) => days.iter().map(ToString::to_string).collect(),
        other => panic!("{table}.{column}: {other:?}"),
    }
}

#[test]
fn accounts_are_given_to_services_by_the_bridge() {
    let mut reference = reference();
    for (aar, funktion, hovedart, beloeb) in [
        ("2020", "50", "4", "100,50"),
        ("2020", "52", "4", "7"),
        ("2020", "50", "0", "1000"),
        ("2020", "42", "4", "1000"),
        ("2012", "50", "4", "1000"),
    ] {
        let line = ["153", aar, "7", "1", "5", "38", funktion, "1", hovedart, beloeb];
        add(&mut reference, "udgifter.csv", &line).unwrap();
    }
    let star = star(&reference, &[]);
    assert_eq!(numbers(&star, "udgifter", "kroner"), [100.5, 7.0]);
    assert_eq!(days_in(&star, "udgifter", "dag"), ["2020-07-01", "2020-07-01"]);
    let services = ids(star.fact("udgifter").unwrap(), "ydelse");
    let codes: Vec<&str> = services.iter().map(|&one| reference.ydelser.code(one)).collect();
    assert_eq!(codes, ["1.8.1", "1.8.2"]);
}

#[test]
fn a_year_divides_by_its_third_quarter_or_the_newest_before() {
    let mut reference = reference();
    for (kvartal, alder, antal) in [
        ("2024K3", "18", "10"),
        ("2024K3", "64", "5"),
        ("2024K3", "17", "100"),
        ("2024K4", "30", "999"),
        ("2025K1", "30", "20"),
    ] {
        add(&mut reference, "befolkning.csv", &["153", kvartal, alder, antal]).unwrap();
    }
    let star = star(&reference, &[]);
    // Nothing before 2024; 2025 by its first quarter, 2026 by that of 2025.
    assert_eq!(numbers(&star, "befolkning", "indbyggere"), [15.0, 20.0, 20.0]);
    let first = ["2024-01-01", "2025-01-01", "2026-01-01"];
    assert_eq!(days_in(&star, "befolkning", "foerste_dag"), first);
}

#[test]
fn staff_of_all_functions_is_added_up_month_by_month() {
    let mut reference = reference();
    for (maaned, funktion, aarsvaerk, loensum) in
        [("1", "50", "10,5", "1000,25"), ("1", "52", "2", "10"), ("2", "50", "11", "1")]
    {
        let line = ["153", "2020", maaned, funktion, aarsvaerk, loensum];
        add(&mut reference, "personale.csv", &line).unwrap();
    }
    let star = star(&reference, &[]);
    assert_eq!(numbers(&star, "personale", "aarsvaerk"), [12.5, 11.0]);
    assert_eq!(numbers(&star, "personale", "loensum"), [1010.25, 1.0]);
}

#[test]
fn a_pair_has_the_delivery_of_the_one_that_reports_for_it() {
    let reference = reference();
    let delivered = |reporters: &[&str]| {
        let deliveries: Vec<_> = reporters.iter().map(|one| delivery(one, "nexus")).collect();
        let star = make(&[], &deliveries, &reference, timeline());
        let rows = ids(star.fact("leverancer").unwrap(), "kommune");
        let codes = rows.iter().map(|&row| reference.kommuner.code(row).to_owned());
        (codes.collect::<Vec<String>>(), days_in(&star, "leverancer", "foerste_dag"))
    };
    assert_eq!(delivered(&["183", "153"]).0, ["153", "183", "187"]);
    assert_eq!(delivered(&["185"]).0, ["155", "185"]);
    assert_eq!(delivered(&["187"]), (vec!["187".to_owned()], vec!["2013-01-01".to_owned()]));
}

#[test]
fn a_cell_is_approved_without_a_record_and_by_the_reporter_where_there_is_no_line() {
    let mut reference = reference();
    for line in [["153", "1.8.1", "2020K1", "Ja"], ["183", "1.8.2", "2020K2", "Ja"]] {
        add(&mut reference, "Godkendte_kommuner.xlsx", &line).unwrap();
    }
    let approved = |reference: &Reference| {
        let star = star(reference, &[]);
        let fact = star.fact("godkendte_celler").unwrap();
        let days = days_in(&star, "godkendte_celler", "foerste_dag");
        let cells = ids(fact, "handlekommune").into_iter().zip(ids(fact, "ydelse")).zip(days);
        let text = |((kommune, ydelse), day): ((u32, u32), String)| {
            let codes = (reference.kommuner.code(kommune), reference.ydelser.code(ydelse));
            format!("{} {} {day}", codes.0, codes.1)
        };
        cells.map(text).collect::<Vec<_>>()
    };
    let own = ["153 1.8.1 2020-01-01", "183 1.8.2 2020-04-01"];
    assert_eq!(approved(&reference), [&own[..], &["187 1.8.2 2020-04-01"]].concat());
    // A line that says Nej is a line.
    add(&mut reference, "Godkendte_kommuner.xlsx", &["187", "1.1", "2020K1", "Nej"]).unwrap();
    assert_eq!(approved(&reference), own);
}
