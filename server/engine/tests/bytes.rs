//! Whatever bytes come in, the load ends with a report.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod toy;

use proptest::prelude::*;
use terning_engine::delivery::MemoryStore;
use terning_engine::load::{LoadError, load};
use toy::Loans;
use toy::deliveries::{Delivery, delivery, folder};

fn ends_with_a_report(store: &MemoryStore) {
    match load(&Loans, store, None, &|_| ()) {
        Ok(loaded) => assert!(!loaded.report.to_text().is_empty()),
        Err(LoadError::NothingUsable(report)) => assert!(!report.to_text().is_empty()),
        Err(other) => panic!("{other}"),
    }
}

fn good() -> Delivery {
    delivery("2020-06", "1", "ny", &["a;7;Skibe|Haver;2020-01-01;", "b;8;;2020-01-02;2020-01-03"])
}

/// Text of the characters that mean something in a delivery, and of a few that mean nothing.
fn csv_like() -> impl Strategy<Value = Vec<u8>> {
    let character = prop::sample::select(b";;;;\"\"\r\n\n\xEF\xBB\xBF a1207-|\0".to_vec());
    prop::collection::vec(character, 0..200)
}

/// Pieces of a delivery in XML, in any order.
fn xml_like() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "<Bibliotek>",
        "</Bibliotek>",
        "<Laan>",
        "</Laan>",
        "<Laan/>",
        "<Laanenr>",
        "</Laanenr>",
        "<Emner>",
        "</Emner>",
        "<Emne>",
        "</Emne>",
        "a",
        "7",
        " ",
        "\n",
        "<",
        ">",
        "&amp;",
        "&x;",
        "&#7;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?",
        "?>",
        "<!DOCTYPE x>",
        "\u{feff}",
        "=\"",
    ];
    let piece = prop::sample::select(pieces.to_vec());
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_data_file_of_any_bytes(bytes in csv_like(), header: bool, rows in 0_usize..12) {
        ends_with_a_report(&folder(&[Delivery { bytes, header, rows, ..good() }]));
    }

    #[test]
    fn a_good_file_and_then_any_bytes(tail in csv_like(), rows in 2_usize..12) {
        let mut bytes = good().bytes;
        bytes.extend(tail);
        ends_with_a_report(&folder(&[Delivery { bytes, rows, ..good() }]));
    }

    #[test]
    fn an_xml_file_of_any_bytes(bytes in xml_like(), rows in 0_usize..4) {
        ends_with_a_report(&folder(&[Delivery { bytes, rows, format: "xml", ..good() }]));
    }

    #[test]
    fn a_manifest_of_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut store = folder(&[good()]);
        store.put(good().path() + ".json", bytes);
        ends_with_a_report(&store);
    }

    #[test]
    fn a_manifest_of_any_text(time in "\\PC{0,30}", month in "[0-9-]{0,8}", system in "\\PC{0,9}") {
        let mut manifest = good().manifest();
        manifest["modtaget"] = time.into();
        manifest["maaned"] = month.into();
        manifest["system"] = system.into();
        let mut store = folder(&[good()]);
        store.put(good().path() + ".json", manifest.to_string());
        ends_with_a_report(&store);
    }

    #[test]
    fn a_path_of_any_text(path in "(2020-0[0-9])?/?\\PC{0,20}(\\.csv|\\.json|\\.xml)?") {
        let mut store = folder(&[good()]);
        store.put(path, b"x".to_vec());
        ends_with_a_report(&store);
    }

    #[test]
    fn a_code_list_of_any_bytes(bytes in csv_like()) {
        let mut store = folder(&[good()]);
        store.put("reference/kodelister/emner.csv", [&b"Emne;Gruppe\n"[..], &bytes].concat());
        ends_with_a_report(&store);
    }

    #[test]
    fn a_workbook_with_any_byte_changed(place: prop::sample::Index, byte: u8) {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "Laaner").unwrap().write(0, 1, "Spaerret").unwrap();
        sheet.write(1, 0, 7).unwrap().write(1, 1, "ja").unwrap();
        let mut bytes = book.save_to_buffer().unwrap();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let mut store = folder(&[good()]);
        store.put("reference/spaerrede.xlsx", bytes);
        ends_with_a_report(&store);
    }
}
