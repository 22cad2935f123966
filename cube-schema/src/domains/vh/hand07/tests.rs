use std::collections::BTreeSet;

use super::forklar::{FLEST_REGLER, Virkning, forklar};
use super::sammenlign::{
    IKKE_GODKENDT, IKKE_OFFENTLIGGJORT, INDE_I_ANDEN, Linje, Spurgt, sammenlign,
};
use super::udtraek::{Udtraek, UdtraekFejl, laes};
use super::*;
use crate::domains::vh::trin;

fn navne() -> Navne {
    let name = |text: &str| text.into();
    Navne {
        kommuner: vec![
            (Kommune(153), name("Brøndby")),
            (Kommune(155), name("Dragør")),
            (Kommune(183), name("Ishøj")),
            (Kommune(185), name("Tårnby")),
        ],
        ydelser: vec![
            (
                name("30181"),
                vec![name("Længerevarende ophold (§ 108)"), name("Botilbud; langt"), name("1.8.1")],
            ),
            (name("31181"), vec![name("Gruppebaseret hjælp (2020K3-)")]),
        ],
    }
}

fn celle(kommune: u16, ydelse: &str, kvartal: &str) -> Celle {
    let kvartal = Quarter::parse(kvartal).unwrap();
    Celle { kommune: Kommune(kommune), ydelse: ydelse.into(), kvartal }
}

fn read(text: &str) -> Result<Udtraek, UdtraekFejl> {
    laes(text.as_bytes(), &navne())
}

#[test]
fn text_code_and_both_mean_the_same() {
    for line in [
        "153;30181;2020K1;12",
        "Brøndby;Længerevarende ophold (§ 108);2020K1;12",
        "153 Brøndby;30181 Længerevarende ophold (§ 108);2020K1;12",
        "brøndby;\"Botilbud; langt\";2020K1;12",
        "Brøndby Kommune;30181;2020K1;12",
        "153;1.8.1;2020K1;12",
        "153;1.8.1 Længerevarende botilbud;2020K1;12",
        "153;30181 Længerevarende botilbud;2020K1;12",
    ] {
        let read = read(&format!("\u{feff}OMRÅDE;YDELSESTYPE;TID;INDHOLD\r\n{line}\r\n")).unwrap();
        let expected = BTreeMap::from([(celle(153, "30181", "2020K1"), Some(12))]);
        assert_eq!(read.celler, expected, "{line}");
    }
}

#[test]
fn not_available_is_not_zero_and_columns_may_stand_in_any_order() {
    let text = "TID;INDHOLD;OMRÅDE;YDELSESTYPE\n2020K1;..;153;30181\n2020K2;0;153;30181\n";
    let read = read(text).unwrap();
    assert_eq!(read.celler[&celle(153, "30181", "2020K1")], None);
    assert_eq!(read.celler[&celle(153, "30181", "2020K2")], Some(0));
}

#[test]
fn quarters_may_stand_across_below_titles_and_above_notes() {
    let text = "\u{feff}\"Modtagere af ydelser efter område, ydelsestype og tid\"\n\"Enhed: Antal\"\n\
                \n\"\";\"\";\"2020K1\";\"2020K2\"\n\
                \"Brøndby\";\"Længerevarende ophold (§ 108)\";\"1.234\";\"..\"\n\
                \"\";\"Gruppebaseret hjælp\";\"5\";\"6\"\n\
                \"Hele landet\";\"Længerevarende ophold (§ 108)\";\"9\";\"9\"\n\
                \"Kilde: Danmarks Statistik\"\n";
    let read = read(text).unwrap();
    let expected = BTreeMap::from([
        (celle(153, "30181", "2020K1"), Some(1234)),
        (celle(153, "30181", "2020K2"), None),
        (celle(153, "31181", "2020K1"), Some(5)),
        (celle(153, "31181", "2020K2"), Some(6)),
    ]);
    assert_eq!(read.celler, expected);
    assert_eq!(read.andre_omraader, [("Hele landet".to_owned(), 2)].into());
}

#[test]
fn services_may_stand_before_areas() {
    let text = ";;2020K1\nGruppebaseret hjælp;Brøndby;5\n;Ishøj;7\n";
    let read = read(text).unwrap();
    assert_eq!(read.celler[&celle(183, "31181", "2020K1")], Some(7));
}

#[test]
fn a_file_that_is_something_else_is_refused_with_what_to_do() {
    let head = "OMRÅDE;YDELSESTYPE;TID;INDHOLD\n";
    for (text, expected) in [
        ("a;b;c\n1;2;3\n".to_owned(), "overskriften"),
        (String::new(), "overskriften"),
        (format!("{head}153;30181;2020;1\n"), "linje 2: '2020' er ikke et kvartal"),
        (format!("{head}153;30181;2020K1;1,5\n"), "linje 2: '1,5'"),
        (format!("{head}153;30181;2020K1;-1\n"), "linje 2: '-1'"),
        (format!("{head}153;30181;2020K1;1\n153;30181;2020K1;2\n"), "linje 3: cellen"),
        (format!("{head}999;30181;2020K1;1\n"), "ingen celler for en kendt kommune"),
        (format!("{head}999;30181;2020K1;1\n"), "'999' er ikke på kommunelisten"),
        (format!("{head}153;30999;2020K1;1\n"), "'30999' er ikke på ydelseslisten"),
        (format!("{head}153;30181;2020K1\n"), "linje 2: ''"),
        (";;2020K1\n;;5\n".to_owned(), "linje 2"),
    ] {
        let error = read(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(laes(b"\xff\xfe", &navne()), Err(UdtraekFejl::Tegnsaet));
}

#[test]
fn a_pair_is_published_as_one_while_it_is_one() {
    let quarter = |text| Quarter::parse(text).unwrap();
    let med = |kommune, kvartal| Par::under(Kommune(kommune), quarter(kvartal)).map(|p| p.med.0);
    assert_eq!(med(183, "2021K4"), Some(187));
    assert_eq!(med(183, "2022K1"), None);
    assert_eq!(med(185, "2030K1"), Some(155));
    assert!(Par::inside(Kommune(187), quarter("2021K4")).is_some());
    assert!(Par::inside(Kommune(187), quarter("2022K1")).is_none());
}

/// Cells of one municipality and service, quarter by quarter.
fn tal(figures: &[(&str, i64)]) -> Tal {
    figures.iter().map(|&(kvartal, figure)| (celle(153, "30181", kvartal), figure)).collect()
}

fn udtraek(figures: &[(&str, Option<i64>)]) -> Udtraek {
    let celler =
        figures.iter().map(|&(kvartal, figure)| (celle(153, "30181", kvartal), figure)).collect();
    Udtraek { celler, ..Udtraek::default() }
}

#[test]
fn approved_cells_are_compared_and_others_are_told() {
    let flis = tal(&[("2020K1", 12), ("2020K3", 4), ("2021K1", 0), ("2021K2", 0)]);
    let published = [
        ("2020K1", Some(10)),
        ("2020K2", Some(7)),
        ("2020K3", None),
        ("2020K4", None),
        ("2021K1", Some(2)),
        ("2021K2", None),
    ];
    let lines = sammenlign(&udtraek(&published), &flis);
    let found: Vec<_> =
        lines.iter().map(|line| (line.flis, line.dst, line.forskel(), line.bemaerkning)).collect();
    assert_eq!(
        found,
        [
            (Some(12), Some(10), Some(2), ""),
            (None, Some(7), None, IKKE_GODKENDT),
            (Some(4), None, None, IKKE_OFFENTLIGGJORT),
            (Some(0), Some(2), Some(-2), ""),
        ]
    );
    assert_eq!(lines[0].procent(), Some(20.0));
}

/// What is compared of a cell that Statistics Denmark publishes with 3 citizens.
fn compared(published: &Celle, asked: &Spurgt, godkendte: &[&Celle]) -> Linje {
    let godkendte: BTreeSet<Celle> = godkendte.iter().copied().cloned().collect();
    let udtraek = Udtraek { celler: [(published.clone(), Some(3))].into(), ..Udtraek::default() };
    sammenlign(&udtraek, &asked.flis(&godkendte)).remove(0)
}

#[test]
fn approvals_say_what_is_compared_and_records_do_not() {
    let own = celle(153, "30181", "2020K1");
    // Nobody here: 0 where the cell is approved, nothing to compare where it is not.
    let nobody = Spurgt::default();
    assert_eq!(compared(&own, &nobody, &[&own]).flis, Some(0));
    let line = compared(&own, &nobody, &[]);
    assert_eq!((line.flis, line.forskel(), line.bemaerkning), (None, None, IKKE_GODKENDT));
}

#[test]
fn a_pair_is_approved_as_the_one_whose_name_it_has() {
    let [under, inside] = [183, 187].map(|kommune| celle(kommune, "30181", "2013K4"));
    // All records are of the municipality inside.
    let asked = Spurgt { godkendt: [(inside.clone(), 1)].into(), par: [(under.clone(), 1)].into() };
    assert_eq!(compared(&under, &asked, &[&under]).flis, Some(1));
    assert_eq!(compared(&under, &asked, &[&inside]).flis, None);
    let line = compared(&inside, &asked, &[&under, &inside]);
    assert_eq!((line.flis, line.bemaerkning), (None, INDE_I_ANDEN));
    // From 2022 on each is published for itself.
    let alone = celle(187, "30181", "2022K1");
    let asked = Spurgt { godkendt: [(alone.clone(), 2)].into(), par: Tal::new() };
    assert_eq!(compared(&alone, &asked, &[&alone]).flis, Some(2));
}

// Explanations.

/// The quarters of the tables below, as many as there are figures.
const QUARTERS: [&str; 6] = ["2020K1", "2020K2", "2020K3", "2020K4", "2021K1", "2021K2"];

/// Lines with these differences; we have 100 citizens everywhere.
fn lines(differences: &[i64]) -> Vec<Linje> {
    let flis = tal(&QUARTERS.map(|kvartal| (kvartal, 100)));
    let published: Vec<_> = QUARTERS
        .iter()
        .zip(differences)
        .map(|(kvartal, one)| (*kvartal, Some(100 - one)))
        .collect();
    sammenlign(&udtraek(&published), &flis)
}

/// A rule with these effects.
fn rule(effects: &[i64]) -> Virkning {
    let uden: Vec<_> =
        QUARTERS.iter().zip(effects).map(|(kvartal, one)| (*kvartal, 100 - one)).collect();
    Virkning { regel: "D0".to_owned(), uden: tal(&uden) }
}

#[test]
fn a_rule_switched_off_and_a_deleted_record_are_told_apart() {
    // Without the second there are 2, 3, 0 and 1 more; a record of the last two was deleted.
    let rules = [rule(&[-1, 0, 0, 0]), rule(&[-2, -3, 0, -1])];
    let explained = forklar(&lines(&[-2, -3, 1, 0]), &rules);
    assert_eq!(explained.regler, [1]);
    assert_eq!(explained.virkninger, [[-2], [-3], [0], [-1]]);
    assert_eq!(explained.rest, [0, 0, 1, 1]);
    assert!(explained.lige_gode.is_empty());
}

#[test]
fn the_rule_that_explains_most_at_first_is_not_chosen_where_others_explain_all() {
    let rules =
        [rule(&[0, -2, -2, -2, -2, 0]), rule(&[-2, -2, -2, 0, 0, 0]), rule(&[0, 0, 0, -2, -2, -2])];
    let explained = forklar(&lines(&[-2; 6]), &rules);
    assert_eq!((explained.regler, explained.lige_gode), (vec![1, 2], vec![]));
    assert_eq!(explained.rest, [0; 6]);
}

#[test]
fn two_rules_that_explain_only_together_are_found() {
    let rules = [rule(&[-1, -1, 0]), rule(&[-1, 0, -1])];
    let explained = forklar(&lines(&[-2, -1, -1]), &rules);
    assert_eq!(explained.regler, [0, 1]);
    assert_eq!(explained.rest, [0, 0, 0]);
    let explained = forklar(&lines(&[-2]), &[rule(&[-1]), rule(&[-1])]);
    assert_eq!(explained.regler, [0, 1], "neither makes a cell exact by itself");
}

#[test]
fn explanations_that_fit_equally_well_are_named_in_the_order_of_the_list() {
    let rules = [rule(&[0, -9]), rule(&[-1, -2]), rule(&[-1, -2]), rule(&[-1, 0]), rule(&[0, -2])];
    let explained = forklar(&lines(&[-1, -2]), &rules);
    assert_eq!(explained.regler, [1]);
    assert_eq!(explained.lige_gode, [[2]], "3 and 4 together are more rules");
    let halves = [rule(&[-1, 0]), rule(&[0, -2]), rule(&[-1, 0]), rule(&[0, -2])];
    let explained = forklar(&lines(&[-1, -2]), &halves);
    assert_eq!(explained.regler, [0, 1]);
    assert_eq!(explained.lige_gode, [[0, 3], [1, 2], [2, 3]]);
}

#[test]
fn a_rule_that_makes_no_more_cells_exact_is_not_chosen() {
    let explained = forklar(&lines(&[-3]), &[rule(&[-1])]);
    assert_eq!((explained.regler.len(), explained.rest), (0, vec![-3]));
    assert_eq!(forklar(&lines(&[0, 0]), &[rule(&[-1, 1])]).rest, [0, 0]);
}

#[test]
fn a_cell_that_is_not_compared_explains_nothing() {
    let flis = tal(&[("2020K1", 100)]);
    let lines = sammenlign(&udtraek(&[("2020K1", Some(101)), ("2020K2", Some(9))]), &flis);
    let explained = forklar(&lines, &[rule(&[-1, -5])]);
    assert_eq!((explained.regler, explained.rest), (vec![0], vec![0, 0]));
}

#[test]
fn every_set_of_the_rules_that_change_records_is_tried() {
    let rules = trin::alle().into_iter().filter(|step| step.sti == trin::STI_UDEN);
    assert!(rules.count() <= FLEST_REGLER);
}

#[test]
fn a_list_of_services_says_what_they_are_called_in_any_order_of_columns() {
    let list = "\u{feff}statbankkode; DstNavn ;Ydelseskode;Ydelsesnavn\n30999;Ny ydelse (§ 9);9.9;Ny\n;x;y;z\n";
    let names = ["Ny ydelse (§ 9)", "Ny", "9.9"].map(Box::from).to_vec();
    assert_eq!(tekster(list.as_bytes()), [("30999".into(), names)]);
    assert_eq!(tekster(b"andet;noget\n1;2\n"), []);
    let known = kendte_tekster();
    let (code, names) = &known[0];
    assert_eq!((known.len(), &**code, names.len()), (13, "30011", 4));
}
