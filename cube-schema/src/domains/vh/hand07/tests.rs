use super::forklar::{Virkning, forklar};
use super::sammenlign::{Flis, IKKE_GODKENDT, IKKE_OFFENTLIGGJORT, sammenlign};
use super::udtraek::{Udtraek, UdtraekFejl, laes};
use super::*;

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
            (name("30181"), vec![name("Længerevarende ophold (§ 108)"), name("Botilbud; langt")]),
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
    assert_eq!(read.andre_omraader, ["Hele landet".to_owned()].into());
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
        (format!("{head}999;30181;2020K1;1\n"), "ingen celler"),
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
    let flis = Flis {
        godkendt: tal(&[("2020K1", 12), ("2020K3", 4)]),
        alle: tal(&[("2020K1", 12), ("2020K2", 7), ("2020K3", 4)]),
    };
    let published = [
        ("2020K1", Some(10)),
        ("2020K2", Some(7)),
        ("2020K3", None),
        ("2020K4", None),
        ("2021K1", Some(2)),
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

#[test]
fn a_rule_switched_off_and_a_deleted_record_are_told_apart() {
    let flis = Flis {
        godkendt: tal(&[("2020K1", 10), ("2020K2", 10), ("2020K3", 10), ("2020K4", 10)]),
        ..Flis::default()
    };
    // Without D5 there are 2, 3, 0 and 1 more; a record of the last two quarters was deleted.
    let published =
        [("2020K1", Some(12)), ("2020K2", Some(13)), ("2020K3", Some(9)), ("2020K4", Some(10))];
    let lines = sammenlign(&udtraek(&published), &flis);
    let without = |regel: &str, figures: [i64; 4]| Virkning {
        regel: regel.to_owned(),
        uden: tal(&[
            ("2020K1", figures[0]),
            ("2020K2", figures[1]),
            ("2020K3", figures[2]),
            ("2020K4", figures[3]),
        ]),
    };
    let rules = [without("C2", [11, 10, 10, 10]), without("D5", [12, 13, 10, 11])];
    let explained = forklar(&lines, &rules);
    assert_eq!(explained.regler, [1]);
    assert_eq!(explained.virkninger, [[-2], [-3], [0], [-1]]);
    assert_eq!(explained.rest, [0, 0, 1, 1]);
}

#[test]
fn a_rule_that_makes_no_more_cells_exact_is_not_chosen() {
    let flis = Flis { godkendt: tal(&[("2020K1", 10)]), ..Flis::default() };
    let lines = sammenlign(&udtraek(&[("2020K1", Some(13))]), &flis);
    let rule = Virkning { regel: "D1".to_owned(), uden: tal(&[("2020K1", 11)]) };
    let explained = forklar(&lines, &[rule]);
    assert_eq!((explained.regler.len(), explained.rest), (0, vec![-3]));
}
