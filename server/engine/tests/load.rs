//! A folder of files goes in; tables and a report come out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod toy;

use cube_schema::day::Month;
use cube_schema::table::{FactColumn, Star};
use terning_engine::delivery::MemoryStore;
use terning_engine::load::{LoadError, Loaded, load};
use toy::Loans;
use toy::deliveries::{Delivery, changes, delivery, folder, xml};

fn loaded(store: &MemoryStore) -> Loaded {
    load(&Loans, store, None, &|_| ()).unwrap()
}

/// The facts of a table as `id first..last rules`, rows in order.
fn facts(star: &Star, table: &str) -> Vec<String> {
    let table = star.fact(table).unwrap();
    let Some(FactColumn::Text(ids)) = table.column("laanenr") else { panic!() };
    let Some(FactColumn::Day(first)) = table.column("fra") else { panic!() };
    let Some(FactColumn::Day(last)) = table.column("til") else { panic!() };
    let Some(FactColumn::Ids(rules)) = table.column("regler") else { panic!() };
    let row =
        |row: usize| format!("{} {}..{} {:?}", ids[row], first[row], last[row], rules.get(row));
    (0..ids.len()).map(row).collect()
}

/// The ids of the records that count.
fn ids(loaded: &Loaded) -> Vec<String> {
    let Some(FactColumn::Text(ids)) = loaded.star.fact("udlaan").unwrap().column("laanenr") else {
        panic!()
    };
    ids.iter().map(ToString::to_string).collect()
}

/// Rejects as `line field`.
fn rejects(loaded: &Loaded) -> Vec<String> {
    loaded.rejects.iter().map(|reject| format!("{} {}", reject.line, reject.field)).collect()
}

#[test]
fn records_become_facts_with_marks_and_pieces() {
    let store = folder(&[
        delivery(
            "2020-06",
            "1",
            "ny",
            &["a;7;Haver|Fugle;2020-01-01;2020-01-31", "b;7;Skibe;2020-01-10;2020-01-12", "c;8;;;"],
        ),
        delivery("2020-05", "2", "ny", &["d;7;;2020-01-11;2020-01-20"]),
    ]);
    let loaded = loaded(&store);
    assert_eq!(loaded.timeline.as_of().to_string(), "2020-06-30");
    assert_eq!(
        facts(&loaded.star, "udlaan"),
        [
            "a 2020-01-01..2020-01-31 [3]",
            "b 2020-01-10..2020-01-12 [3]",
            "c 2020-06-30..9999-12-31 [1]",
            "d 2020-01-11..2020-01-20 [4]",
        ]
    );
    assert_eq!(
        facts(&loaded.star, "udlaan_uden_overlap"),
        [
            "a 2020-01-01..2020-01-09 [3]",
            "a 2020-01-21..2020-01-31 [3]",
            "b 2020-01-10..2020-01-10 [3]",
            "d 2020-01-11..2020-01-20 [3]",
        ]
    );
    let newest: Vec<_> =
        loaded.newest.iter().map(|(who, month)| format!("{who} {month}")).collect();
    assert_eq!(newest, ["1 2020-06", "2 2020-05"]);
}

#[test]
fn files_of_every_shape_give_the_same_records() {
    let plain = "Laanenr;Laaner;Emner;Udlaant;Afleveret\na;7;Haver;2020-01-01;\nb;8;;2020-01-02;\n";
    let shapes: [(&str, bool); 7] = [
        (plain, true),
        (&plain.replace('\n', "\r\n"), true),
        (&format!("\u{feff}{plain}"), true),
        (plain.trim_end(), true),
        (&plain.replace('\n', "\n\n \n"), true),
        ("a;7;Haver;2020-01-01;\nb;8;;2020-01-02;\n", false),
        (
            "Udlaant;laanenr;Mere;LAANER;Afleveret;Emner\n\"2020-01-01\";\"a\";x;7;;Haver\n2020-01-02; b ;;8;;\n",
            true,
        ),
    ];
    for (text, header) in shapes {
        let (bytes, rows) = (text.as_bytes().to_vec(), 2);
        let one = Delivery { bytes, rows, header, ..delivery("2020-06", "1", "ny", &[]) };
        let loaded = loaded(&folder(&[one]));
        assert_eq!(ids(&loaded), ["a", "b"], "{text}");
        assert_eq!(rejects(&loaded), [""; 0], "{text}");
    }
}

#[test]
fn a_line_that_is_no_record_is_rejected_alone() {
    for (line, rejected) in [
        ("b;8;;2020-01-01", "3 "),
        ("b;8;;2020-01-01;;", "3 "),
        ("b;x;;2020-01-01;", "3 Laaner"),
        ("b;8;;2020-01-01;snart", "3 Afleveret"),
        ("\"b\nc\";8;;2020-01-01;snart", "3 Afleveret"),
    ] {
        let lines = ["a;7;;2020-01-01;", line, "z;9;;2020-01-01;"];
        let loaded = loaded(&folder(&[delivery("2020-06", "1", "ny", &lines)]));
        assert_eq!(ids(&loaded), ["a", "z"], "{line}");
        assert_eq!(rejects(&loaded), [rejected], "{line}");
        let report = &loaded.report.deliveries[0];
        assert_eq!((report.read, report.rejected, report.counted), (3, 1, 2), "{line}");
    }
}

#[test]
fn a_line_that_is_no_text_is_rejected_alone() {
    let mut one = delivery("2020-06", "1", "ny", &["a;7;;2020-01-01;", "b;8;;2020-01-01;"]);
    let letter = one.bytes.windows(2).position(|pair| pair == b"b;").unwrap();
    one.bytes[letter] = 0xE6;
    let loaded = loaded(&folder(&[one]));
    assert_eq!((ids(&loaded), rejects(&loaded)), (vec!["a".into()], vec!["3 Laanenr".into()]));
}

#[test]
fn of_the_same_id_in_a_full_stock_the_last_counts() {
    let lines = ["a;7;;2020-01-01;", "b;8;;2020-01-01;", "a;7;;2020-02-02;"];
    let loaded = loaded(&folder(&[delivery("2020-06", "1", "ny", &lines)]));
    assert_eq!(ids(&loaded), ["b", "a"]);
    let warning = &loaded.report.warnings["Samme id to gange i en fuld bestand"];
    assert_eq!(warning.count, 1);
    assert!(warning.examples[0].contains("linje 4: linjen tæller i stedet for linje 2"));
    let report = &loaded.report.deliveries[0];
    assert_eq!((report.read, report.rejected, report.counted), (3, 0, 2));
}

#[test]
fn the_domain_says_which_deliveries_count() {
    let old = ["a;7;;2020-01-01;2020-02-01", "b;8;;2020-01-01;"];
    let ended_then_open = ["x;7;;2020-01-01;2020-02-01", "x;7;;2020-01-01;"];
    let loaded = loaded(&folder(&[
        delivery("2020-05", "1", "gammel", &["z;7;;2020-01-01;2020-02-01"]),
        delivery("2020-06", "1", "gammel", &old),
        delivery("2020-05", "1", "ny", &["c;7;;2020-01-01;", "kort"]),
        delivery("2020-07", "1", "ny", &["d;7;;2020-01-01;"]),
        delivery("2020-06", "2", "gammel", &ended_then_open),
    ]));
    assert_eq!(ids(&loaded), ["a", "d"]);
    let lines = loaded.report.deliveries.iter();
    let lines: Vec<_> = lines.map(|line| (line.read, line.rejected, line.counted)).collect();
    assert_eq!(lines, [(1, 0, 0), (2, 1, 0), (2, 0, 1), (2, 0, 0), (1, 0, 1)]);
    assert_eq!(loaded.report.warnings["Flere systemer"].count, 1);
}

#[test]
fn xml_gives_the_same_records_and_the_same_rejects() {
    let lines = [
        "a;7;Haver|Fugle;2020-01-01;2020-01-31",
        "b;x;;2020-01-01;",
        "c;8;~;~;~",
        "d;8;;2020-01-01;snart",
    ];
    let of_xml = loaded(&folder(&[xml("2020-06", "1", "ny", &lines)]));
    let lines = lines.map(|line| line.replace('~', ""));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let of_csv = loaded(&folder(&[delivery("2020-06", "1", "ny", &lines)]));
    assert_eq!(ids(&of_xml), ["a", "c"]);
    let facts_of = |loaded: &Loaded| facts(&loaded.star, "udlaan");
    assert_eq!(facts_of(&of_xml), facts_of(&of_csv));
    assert_eq!(rejects(&of_xml), ["4 Laaner", "6 Afleveret"]);
    assert_eq!(rejects(&of_csv), ["3 Laaner", "5 Afleveret"]);
    let report = &of_xml.report.deliveries[0];
    assert_eq!((report.read, report.rejected, report.counted), (4, 2, 2));
}

/// In the toy domain only the last delivery of a system counts, so base and changes are applied
/// in the test of the function; here, that a delivery of changes is read as such.
#[test]
fn a_delivery_of_changes_has_a_field_more_and_its_deletions_are_no_records() {
    let lines = ["a;7;;2020-01-01;;", "b;;;;;J", "c;8;;2020-01-01;", "a;9;;2020-02-02;;"];
    let loaded = loaded(&folder(&[changes("2020-06", "1", "ny", &lines)]));
    assert_eq!(ids(&loaded), ["a"]);
    assert_eq!(rejects(&loaded), ["3 "]);
    assert_eq!(loaded.report.warnings["Sletning af ukendt id"].count, 1);
    assert!(!loaded.report.warnings.contains_key("Samme id to gange i en fuld bestand"));
    let report = &loaded.report.deliveries[0];
    assert_eq!((report.read, report.rejected, report.counted), (4, 1, 1));

    let with_header = |header: &str, line: &str| {
        let bytes = format!("{header}\n{line}\n").into_bytes();
        Delivery { bytes, header: true, ..changes("2020-06", "1", "ny", &[line]) }
    };
    for one in [
        with_header("Laanenr;Laaner;Emner;Udlaant;Afleveret", "a;7;;2020-01-01;"),
        with_header("Slettet;Laanenr;Laaner;Emner;Udlaant;Afleveret", ";a;7;;2020-01-01;"),
        Delivery { full: false, ..xml("2020-06", "1", "ny", &["a;7;;2020-01-01;;"]) },
    ] {
        assert_eq!(ids(&self::loaded(&folder(&[one]))), ["a"]);
    }
}

/// What is changed in the manifest of a good delivery, and the reason it is refused for.
#[test]
fn a_file_that_cannot_be_trusted_is_refused_whole() {
    let good = || delivery("2020-06", "1", "ny", &["a;7;;2020-01-01;"]);
    for (field, value, reason) in [
        ("kommune", "2".into(), "passer ikke med filens navn eller mappe"),
        ("system", "gammel".into(), "passer ikke med filens navn"),
        ("maaned", "2020-05".into(), "passer ikke med filens navn"),
        ("loebenummer", 2.into(), "passer ikke med filens navn"),
        ("sha256", "00".into(), "kontrolsummen"),
        ("antal_raekker", 2.into(), "filen har 1 række, men manifestet siger 2"),
        ("format", "xml".into(), "passer ikke med filens navn"),
        ("format", "xls".into(), "skriv \"csv\" (eller \"xml\") i manifestets felt 'format'"),
        ("format", "json".into(), "feltet 'format' skal være \"csv\" eller \"xml\""),
        ("tegnsaet", "latin-1".into(), "tegnsæt er ukendt"),
        ("modtaget", "2020-05-31T23:59:59Z".into(), "senere end modtagelsen"),
        ("header", serde_json::Value::Null, "'header' skal være"),
    ] {
        let mut manifest = good().manifest();
        manifest[field] = value;
        let mut store = folder(&[good()]);
        store.put(good().path() + ".json", manifest.to_string());
        refused(&store, reason);
    }
}

#[test]
fn a_delivery_needs_both_files_and_a_known_sender() {
    let good = || delivery("2020-06", "1", "ny", &["a;7;;2020-01-01;"]);
    let mut without_manifest = folder(&[good()]);
    without_manifest.0.remove(&(good().path() + ".json"));
    refused(&without_manifest, "manifestet mangler");

    let mut without_data = folder(&[good()]);
    without_data.0.remove(&(good().path() + ".csv"));
    refused(&without_data, "datafilen mangler");

    // The file of another format is there, and is none that can be read.
    let mut workbook = folder(&[good()]);
    let bytes = workbook.0.remove(&(good().path() + ".csv"));
    workbook.put(good().path() + ".xls", bytes.unwrap_or_default());
    let mut manifest = good().manifest();
    manifest["format"] = "xls".into();
    workbook.put(good().path() + ".json", manifest.to_string());
    refused(&workbook, "er et regneark, og sådanne læses ikke");

    let unknown = delivery("2020-06", "9", "ny", &["a;7;;2020-01-01;"]);
    refused(&folder(&[unknown]), "ukendt");

    let early = delivery("2019-12", "1", "ny", &["a;7;;2020-01-01;"]);
    refused(&folder(&[early]), "før 2020-01");

    let mut cut_off = good();
    cut_off.bytes.extend_from_slice(b"b;8;\"Haver");
    cut_off.rows = 2;
    refused(&folder(&[cut_off]), "afkortet");

    let mut no_column = good();
    no_column.bytes = b"Laanenr;Laaner;Emner;Udlaant\n".to_vec();
    no_column.rows = 0;
    refused(&folder(&[no_column]), "mangler kolonnen Afleveret");
}

/// The hint is part of the reason, and no reason repeats what may be a personal number.
#[test]
fn a_refusal_of_a_file_says_what_to_do() {
    let line = "a;7;;2020-01-01;";
    let good = || delivery("2020-06", "1", "ny", &[line]);
    let unknown = "ukendt: den er ikke i kommunelisten; ret manifestets kommune";
    refused(
        &folder(&[delivery("2020-06", "9", "ny", &[line])]),
        &format!("kommunen 9 i manifestet er {unknown}"),
    );
    let personal = delivery("2020-06", "6101801234", "ny", &[line]);
    refused(&folder(&[personal]), &format!("kommunen i manifestet er {unknown}"));

    let of_bytes = |bytes: Vec<u8>| folder(&[Delivery { bytes, ..good() }]);
    let text = "Laanenr,Laaner,Emner,Udlaant,Afleveret\na,7,,2020-01-01,\n";
    refused(&of_bytes(text.into()), "felterne skal adskilles af semikolon");
    refused(&of_bytes(text.replace(',', "\t").into()), "felterne skal adskilles af semikolon");
    let utf16 = text.replace(',', ";").encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused(&of_bytes(utf16), "filen er i tegnsættet UTF-16; gem den som UTF-8");

    let with_manifest = |manifest: String| {
        let mut store = folder(&[good()]);
        store.put(good().path() + ".json", manifest);
        store
    };
    refused(&with_manifest("{".to_owned()), "manifestet er ikke gyldig JSON (linje 1, tegn 1)");
    refused(&with_manifest(" ".repeat(70_000)), "manifestet fylder mere end 65536 byte");
    let mut twice = good();
    twice.bytes = format!("Laanenr;Laaner;Emner;Udlaant;Afleveret;emner\n{line};\n").into();
    refused(&folder(&[twice]), "overskriften har mere end én gang kolonnen Emner");
    refused(&folder(&[delivery("3000-01", "1", "ny", &[line])]), "ligger uden for kalenderen");
}

/// A line whose fields are separated by another sign is told what to do.
#[test]
fn a_rejected_line_says_what_to_do() {
    let one = Delivery { header: false, ..delivery("2020-06", "1", "ny", &["x"; 2]) };
    let bytes = b"a,7,,2020-01-01,\nb;7;;2020-01-01;\n".to_vec();
    let loaded = loaded(&folder(&[Delivery { bytes, ..one }]));
    let [reject] = &loaded.rejects[..] else { panic!("{:?}", loaded.rejects) };
    let expected = "linjen har 1 felt; den skal have 5; felterne skal adskilles af semikolon";
    assert_eq!((reject.line, reject.reason.as_str()), (1, expected));
}

/// Nothing else is in the folder, so nothing can be loaded; the report says why.
fn refused(store: &MemoryStore, reason: &str) {
    let Err(LoadError::NothingUsable(report)) = load(&Loans, store, None, &|_| ()) else {
        panic!("expected a refusal: {reason}");
    };
    let line = &report.deliveries[0];
    let said = line.refused.as_deref().unwrap();
    assert!(said.contains(reason), "{said}, not {reason}");
    assert!(!line.kommune.is_empty() && line.maaned.len() == 7, "{line:?}");
    // It is told to whoever sent the file, not to whoever its manifest names.
    assert!(line.file.contains(&format!("_{}_", line.kommune)), "{line:?}");
}

#[test]
fn a_month_after_the_limit_does_not_move_the_as_of_day() {
    let store = folder(&[
        delivery("2020-06", "1", "ny", &["a;7;;2020-01-01;"]),
        delivery("2020-07", "1", "ny", &["b;7;;2020-01-01;"]),
    ]);
    let loaded = load(&Loans, &store, Month::parse("2020-06"), &|_| ()).unwrap();
    assert_eq!(loaded.timeline.as_of().to_string(), "2020-06-30");
    assert_eq!(ids(&loaded), ["a"]);
    let refused = loaded.report.deliveries[1].refused.as_deref().unwrap();
    assert!(refused.contains("som genopbygningen går til"), "{refused}");
}

#[test]
fn the_report_counts_what_rules_marked_and_whom_they_met() {
    let lines = [
        "a;7;Ukendt;2020-01-01;2020-01-31",
        "b;7;;2020-01-10;2020-01-12",
        "c;8;;;",
        "d;9000;;2020-01-01;",
        "e;9000;;2020-02-01;",
    ];
    let mut report = loaded(&folder(&[delivery("2020-06", "1", "ny", &lines)])).report;
    let rules: Vec<_> = report
        .rules
        .iter()
        .map(|(id, rule)| format!("{id} {} {}", rule.count.records, rule.count.citizens))
        .collect();
    assert_eq!(rules, ["L1 1 1", "L3 4 2"]);
    assert_eq!((report.remarks["Prøvekort"].records, report.remarks["Prøvekort"].citizens), (2, 1));
    let library = &report.kommuner[0];
    assert_eq!((library.records, library.open, library.citizens), (5, 3, 3));
    let unknown = &report.warnings["Ukendt emne"];
    assert!(unknown.examples[0].ends_with("_1.csv, linje 2: Ukendt"), "{unknown:?}");

    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["rules"]["L1"]["records"], 1);
    assert_eq!(json["deliveries"][0].get("refused"), None);
    assert_eq!(serde_json::from_value::<terning_engine::load::LoadReport>(json).unwrap(), report);
    report.version = "2020-06.1".to_owned();
    let text = report.to_text();
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    assert!(text.contains("L3 Flere lån på én gang"), "{text}");
}

#[test]
fn the_outcome_does_not_depend_on_the_number_of_threads() {
    let lines: Vec<String> = (0..20_000)
        .map(|n| format!("n{n};{};Haver|x{};2020-01-{:02};", n % 5000, n % 7, n % 28 + 1))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let store = folder(&[
        delivery("2020-06", "1", "ny", &lines),
        delivery("2020-06", "2", "ny", &lines[..9000]),
    ]);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let loaded = pool.install(|| loaded(&store));
        (format!("{:?}", loaded.star), loaded.report, loaded.inputs)
    };
    assert!(with(1) == with(5));
}
