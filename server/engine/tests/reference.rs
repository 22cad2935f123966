//! Reference files: code lists that replace, workbooks, and what stands in for a missing file.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod toy;

use rust_xlsxwriter::{Chart, ChartType, Workbook};
use terning_engine::delivery::MemoryStore;
use terning_engine::load::{Loaded, load};
use toy::Loans;
use toy::deliveries::{delivery, folder};

const BLOCKED: &str = "reference/spaerrede.xlsx";

/// One loan to borrower 7, beside this reference file.
fn beside(path: &str, bytes: impl Into<Vec<u8>>) -> Loaded {
    let mut store = folder(&[delivery("2020-06", "1", "ny", &["a;7;Skibe;2020-01-01;"])]);
    store.put(path, bytes);
    load(&Loans, &store, None, &|_| ()).unwrap()
}

/// The examples of a kind of warning.
fn warned(loaded: &Loaded, kind: &str) -> Vec<String> {
    loaded.report.warnings.get(kind).map(|found| found.examples.clone()).unwrap_or_default()
}

fn workbook(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(&mut book);
    book.save_to_buffer().unwrap()
}

#[test]
fn a_missing_file_is_warned_of_or_compiled_in() {
    let store = folder(&[delivery("2020-06", "1", "ny", &["a;7;Skibe;2020-01-01;"])]);
    let loaded = load(&Loans, &store, None, &|_| ()).unwrap();
    assert_eq!(
        warned(&loaded, "Referencefil mangler"),
        ["reference/spaerrede.xlsx: ingen låner er spærret"]
    );
    assert_eq!(loaded.report.warnings.len(), 1);
    assert_eq!(loaded.inputs.len(), 2);
}

#[test]
fn a_code_list_is_replaced_and_named() {
    let list = "gruppe;Note;EMNE\nNatur;x;Haver\nTeknik\n";
    let loaded = beside("reference/kodelister/emner.csv", list);
    assert_eq!(loaded.report.replaced, ["reference/kodelister/emner.csv"]);
    assert_eq!(loaded.rejects.len(), 1);
    assert_eq!(
        (&*loaded.rejects[0].file, loaded.rejects[0].line),
        ("reference/kodelister/emner.csv", 3)
    );
    assert_eq!(warned(&loaded, "Ukendt emne").len(), 1, "ships are no longer a subject");
}

#[test]
fn a_column_that_nobody_asked_for_is_told_with_its_place() {
    let list = "Emne;Gruppe;Kulør\nSkibe;Natur;x\n";
    let loaded = beside("reference/kodelister/emner.csv", list);
    let told = "reference/kodelister/emner.csv, linje 1: kolonnen 'Kulør' bruges ikke";
    assert_eq!(warned(&loaded, "Ukendt kolonne"), [told]);
    let book = workbook(|book| {
        let sheet = book.add_worksheet();
        for (column, title) in ["Spaerret", "Note", "Laaner"].into_iter().enumerate() {
            sheet.write(3, column as u16, title).unwrap();
        }
    });
    let loaded = beside(BLOCKED, book);
    let listed = |one: &&terning_engine::delivery::findings::Warned| one.kind == "Ukendt kolonne";
    let listed: Vec<_> = loaded.warnings.iter().filter(listed).collect();
    let [one] = listed[..] else { panic!("{listed:?}") };
    assert_eq!((&*one.file, one.place.line), (BLOCKED, 4));
    assert_eq!(one.text, "kolonnen 'Note' bruges ikke");
}

#[test]
fn a_code_list_that_cannot_be_trusted_leaves_the_compiled_in_one() {
    for (list, reason) in [
        ("Emne;Titel\nHaver;Natur\n", "mangler kolonnen Gruppe"),
        ("Emne;Gruppe\nHaver;\"Natur\n", "afkortet"),
        ("", "tom"),
    ] {
        let loaded = beside("reference/kodelister/emner.csv", list);
        assert!(warned(&loaded, "Referencefil afvist")[0].contains(reason), "{reason}");
        assert!(loaded.report.replaced.is_empty());
        assert!(warned(&loaded, "Ukendt emne").is_empty(), "ships are still a subject");
    }
}

/// With every line rejected nothing of a file is used: an operator must not have to find that out in
/// the list of rejected lines.
#[test]
fn a_file_whose_every_line_is_rejected_is_not_used_and_said_so_first() {
    let loaded = beside("reference/kodelister/emner.csv", "Emne;Gruppe\nSkibe\nHaver;Natur;x\n");
    let said = warned(&loaded, "Referencefil afvist");
    assert_eq!(said.len(), 1, "{said:?}");
    for words in [
        "reference/kodelister/emner.csv: alle dens 2 linjer er afvist, den første i linje 2: ",
        "; den indbyggede liste er brugt",
    ] {
        assert!(said[0].contains(words), "{said:?}: {words}");
    }
    assert!(loaded.report.replaced.is_empty() && loaded.report.references.is_empty());
    assert!(warned(&loaded, "Ukendt emne").is_empty(), "ships are still a subject");
    assert_eq!(loaded.rejects.len(), 2);
    let short = loaded.report.to_short_text();
    let short = short.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(short.contains("IKKE er brugt") && short.contains("emner.csv: alle dens 2"), "{short}");
    assert!(short.contains("Ret filen og genopbyg") && short.contains("rejects.csv"), "{short}");

    let book = workbook(|book| {
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "Laaner").unwrap().write(0, 1, "Spaerret").unwrap();
        sheet.write(1, 0, "otte").unwrap().write(1, 1, "ja").unwrap();
    });
    let said = warned(&beside(BLOCKED, book), "Referencefil afvist");
    let expected = "spaerrede.xlsx: dens eneste linje er afvist, den første i linje 2, Laaner: ";
    assert!(
        said[0].contains(expected) && said[0].ends_with("; ingen låner er spærret"),
        "{said:?}"
    );
}

#[test]
fn lines_of_a_file_that_is_used_otherwise_stand_in_the_report() {
    let list = "Emne;Gruppe\nSkibe;Natur\nHaver;Natur;x\n";
    let report = beside("reference/kodelister/emner.csv", list).report;
    let rejected = &report.reference_rejects["reference/kodelister/emner.csv"];
    assert_eq!((rejected.count, rejected.examples.len()), (1, 1));
    assert!(rejected.examples[0].starts_with("linje 3: "), "{rejected:?}");
    let text = report.to_text();
    assert!(text.contains("reference/kodelister/emner.csv: 1 afvist, 1 brugt"), "{text}");
    assert!(!report.to_short_text().contains("emner.csv"));
}

#[test]
fn files_that_nobody_knows_are_noticed() {
    assert_eq!(warned(&beside("reference/andet.csv", ""), "Ukendt fil").len(), 1);
    assert_eq!(warned(&beside("2020-06/noter.txt", ""), "Ukendt fil").len(), 1);
    assert_eq!(warned(&beside("2020-06/.DS_Store", ""), "Ukendt fil").len(), 0);
}

#[test]
fn a_workbook_is_read_where_its_header_is_found() {
    let book = workbook(|book| {
        book.add_worksheet().write(0, 0, "Forside").unwrap();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "Spærrede lånere").unwrap();
        for (column, title) in ["Note", "SPAERRET", " laaner "].into_iter().enumerate() {
            sheet.write(2, column as u16, title).unwrap();
        }
        sheet.write(3, 1, "ja").unwrap().write(3, 2, 7).unwrap();
        sheet.write(5, 1, true).unwrap().write(5, 2, "otte").unwrap();
        sheet.write(6, 1, "nej").unwrap().write(6, 2, 9.5).unwrap();
    });
    let loaded = beside(BLOCKED, book);
    assert_eq!(warned(&loaded, "Spærret låner").len(), 1);
    let rejects: Vec<_> = loaded.rejects.iter().map(|reject| (reject.line, reject.field)).collect();
    assert_eq!(rejects, [(6, "Laaner")]);
}

/// Whoever keeps the list draws it too, on a tab in front.
#[test]
fn a_chart_in_front_of_the_sheet_with_the_header_is_passed_over() {
    let book = workbook(|book| {
        let mut chart = Chart::new(ChartType::Column);
        chart.add_series().set_values("Data!$A$2:$A$3");
        book.add_chartsheet().insert_chart(0, 0, &chart).unwrap();
        let sheet = book.add_worksheet().set_name("Data").unwrap();
        sheet.write(0, 0, "Laaner").unwrap().write(0, 1, "Spaerret").unwrap();
        sheet.write(1, 0, 7).unwrap().write(1, 1, "ja").unwrap();
    });
    let loaded = beside(BLOCKED, book);
    assert_eq!(warned(&loaded, "Referencefil afvist"), [""; 0]);
    assert_eq!(warned(&loaded, "Spærret låner").len(), 1);
}

#[test]
fn a_workbook_of_charts_alone_is_refused_for_its_missing_header() {
    let book = workbook(|book| {
        let mut chart = Chart::new(ChartType::Column);
        chart.add_series().set_values("Data!$A$2:$A$3");
        book.add_chartsheet().insert_chart(0, 0, &chart).unwrap();
        book.add_worksheet().set_name("Data").unwrap();
    });
    let said = warned(&beside(BLOCKED, book), "Referencefil afvist");
    assert!(said[0].contains("kolonnerne Laaner, Spaerret;"), "{said:?}");
}

#[test]
fn a_workbook_that_cannot_be_read_is_refused_with_a_reason() {
    let wide = workbook(|book| {
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "Laaner").unwrap().write(0, 1, "2020K1").unwrap();
    });
    let far = workbook(|book| {
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "a").unwrap().write(1_048_575, 16_383, "b").unwrap();
    });
    let cut: Vec<u8> = wide[..wide.len() / 2].to_vec();
    for (book, reason) in [
        (wide, "intet ark"),
        (far, "intet ark"),
        (cut, "kan ikke læses"),
        (b"Laaner;Spaerret".to_vec(), "kan ikke læses"),
    ] {
        let loaded = beside(BLOCKED, book);
        let said = warned(&loaded, "Referencefil afvist");
        assert!(said[0].contains(reason), "{said:?}, not {reason}");
        assert!(said[0].ends_with("; ingen låner er spærret"), "{said:?}");
        assert_eq!(warned(&loaded, "Referencefil mangler"), [""; 0], "it is there: {reason}");
    }
}

#[test]
fn a_small_workbook_that_unpacks_to_much_is_refused() {
    use std::io::Write;
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut archive = zip::ZipWriter::new(&mut bytes);
    let packed = zip::write::SimpleFileOptions::default();
    archive.start_file("xl/sharedStrings.xml", packed).unwrap();
    for _ in 0..70 {
        archive.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    archive.finish().unwrap();
    let bytes = bytes.into_inner();
    assert!(bytes.len() < 200_000);
    let said = warned(&beside(BLOCKED, bytes), "Referencefil afvist");
    assert!(said[0].contains("udpakket"), "{said:?}");
}

#[test]
fn a_file_that_changes_while_it_is_read_stops_the_load() {
    struct Restless(MemoryStore, std::sync::atomic::AtomicUsize);
    impl terning_engine::delivery::Store for Restless {
        fn list(&self) -> Vec<String> {
            self.0.list()
        }
        fn open(&self, path: &str) -> std::io::Result<Box<dyn std::io::Read + '_>> {
            let mut bytes = self.0.read(path)?;
            if path.ends_with(".csv")
                && self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0
            {
                bytes.push(b'\n');
            }
            Ok(Box::new(std::io::Cursor::new(bytes)))
        }
    }
    let store = folder(&[delivery("2020-06", "1", "ny", &["a;7;Skibe;2020-01-01;"])]);
    let error = load(&Loans, &Restless(store, 0.into()), None, &|_| ()).unwrap_err();
    assert!(error.to_string().contains("er ændret, mens den blev indlæst"), "{error}");
}
